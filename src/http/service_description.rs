//! What `/sparql` says of itself (SPARQL 1.1 Service Description).

use super::AppState;
use super::error::ApiError;
use super::negotiate::Chosen;
use super::request::url;
use super::respond::Reading;
use crate::app::results::write_quads;
use crate::store::Snapshot;
use axum::http::request::Parts;
use axum::response::Response;
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{BlankNode, Graph, GraphName, Literal, NamedNode, NamedNodeRef, TripleRef};
use oxigraph::sparql::results::QueryResultsFormat;

const SD: &str = "http://www.w3.org/ns/sparql-service-description#";
const TRIPLES: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("http://rdfs.org/ns/void#triples");

/// Answers with the description of the endpoint under the address that the client used.
pub(super) async fn describe(
    state: &AppState,
    parts: &Parts,
    chosen: Chosen,
    format: RdfFormat,
) -> Result<Response, ApiError> {
    let endpoint = url(parts);
    let snapshot = state.graph().snapshot();
    let is_federated = state.graph().federation().is_on();
    let federated = if is_federated { "federated" } else { "" };
    let reading = Reading::new(
        state,
        snapshot.version(),
        &[
            "service description",
            &endpoint,
            chosen.content_type,
            federated,
        ],
    );
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |_| {
            let graph = description(&endpoint, &snapshot, is_federated)?;
            let mut body = Vec::new();
            let quads = graph
                .iter()
                .map(|triple| triple.into_owned().in_graph(GraphName::DefaultGraph));
            write_quads(quads, format, &mut body).map_err(ApiError::write)?;
            Ok(body)
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

fn sd(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SD}{name}"))
}

fn description(endpoint: &str, snapshot: &Snapshot, is_federated: bool) -> Result<Graph, ApiError> {
    let endpoint = NamedNode::new(endpoint)
        .map_err(|_| ApiError::BadRequest("the address of the request is no IRI".to_owned()))?;
    let mut graph = Graph::new();
    let service = endpoint.as_ref();
    graph.insert(TripleRef::new(service, rdf::TYPE, &sd("Service")));
    graph.insert(TripleRef::new(service, &sd("endpoint"), service));
    for language in ["SPARQL10Query", "SPARQL11Query", "SPARQL11Update"] {
        graph.insert(TripleRef::new(
            service,
            &sd("supportedLanguage"),
            &sd(language),
        ));
    }
    graph.insert(TripleRef::new(
        service,
        &sd("feature"),
        &sd("UnionDefaultGraph"),
    ));
    if is_federated {
        let feature = sd("BasicFederatedQuery");
        graph.insert(TripleRef::new(service, &sd("feature"), &feature));
    }
    for format in [
        QueryResultsFormat::Json,
        QueryResultsFormat::Xml,
        QueryResultsFormat::Csv,
        QueryResultsFormat::Tsv,
    ] {
        let format = NamedNode::new_unchecked(format.iri());
        graph.insert(TripleRef::new(service, &sd("resultFormat"), &format));
    }
    for format in [
        RdfFormat::Turtle,
        RdfFormat::NTriples,
        RdfFormat::NQuads,
        RdfFormat::TriG,
        RdfFormat::RdfXml,
        RdfFormat::JsonLd {
            profile: JsonLdProfileSet::empty(),
        },
    ] {
        let format = NamedNode::new_unchecked(format.iri());
        graph.insert(TripleRef::new(service, &sd("resultFormat"), &format));
        graph.insert(TripleRef::new(service, &sd("inputFormat"), &format));
    }
    describe_dataset(&mut graph, service, snapshot);
    Ok(graph)
}

fn describe_dataset(graph: &mut Graph, service: NamedNodeRef<'_>, snapshot: &Snapshot) {
    let count = |triples: usize| Literal::new_typed_literal(triples.to_string(), xsd::INTEGER);
    let dataset = BlankNode::default();
    let default_graph = BlankNode::default();
    graph.insert(TripleRef::new(service, &sd("defaultDataset"), &dataset));
    graph.insert(TripleRef::new(&dataset, rdf::TYPE, &sd("Dataset")));
    graph.insert(TripleRef::new(
        &dataset,
        &sd("defaultGraph"),
        &default_graph,
    ));
    graph.insert(TripleRef::new(&default_graph, rdf::TYPE, &sd("Graph")));
    graph.insert(TripleRef::new(
        &default_graph,
        TRIPLES,
        &count(snapshot.triple_count()),
    ));
    for (name, triples) in snapshot.graphs() {
        let GraphName::NamedNode(name) = name else {
            continue;
        };
        let named = BlankNode::default();
        let contents = BlankNode::default();
        graph.insert(TripleRef::new(&dataset, &sd("namedGraph"), &named));
        graph.insert(TripleRef::new(&named, rdf::TYPE, &sd("NamedGraph")));
        graph.insert(TripleRef::new(&named, &sd("name"), &name));
        graph.insert(TripleRef::new(&named, &sd("graph"), &contents));
        graph.insert(TripleRef::new(&contents, rdf::TYPE, &sd("Graph")));
        graph.insert(TripleRef::new(&contents, TRIPLES, &count(triples)));
    }
}
