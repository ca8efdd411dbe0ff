//! What `/sparql` says of itself (SPARQL 1.1 Service Description).

use super::AppState;
use super::error::ApiError;
use super::negotiate::Chosen;
use super::request::{self, url};
use super::respond::Reading;
use crate::app::results::write_quads;
use crate::app::{Config, void};
use crate::store::{GraphStatistics, Snapshot};
use axum::http::request::Parts;
use axum::response::Response;
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{BlankNode, Graph, GraphName, NamedNode, NamedNodeRef, TripleRef};
use oxigraph::sparql::results::QueryResultsFormat;

const SD: &str = "http://www.w3.org/ns/sparql-service-description#";

/// Answers with the description of the endpoint under the address that the client used.
pub(super) async fn describe(
    state: &AppState,
    parts: &Parts,
    chosen: Chosen,
    format: RdfFormat,
) -> Result<Response, ApiError> {
    let endpoint = url(parts);
    let snapshot = request::snapshot(state, &parts.headers)?;
    let is_federated = state.graph().federation().is_on();
    let reading = Reading::new(
        state,
        &snapshot,
        &[
            "service description",
            &endpoint,
            chosen.content_type,
            chosen.version_name(),
            if is_federated { "federated" } else { "" },
        ],
    );
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let graph = description(&endpoint, &snapshot, graph.config(), is_federated)?;
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

fn description(
    endpoint: &str,
    snapshot: &Snapshot,
    config: &Config,
    is_federated: bool,
) -> Result<Graph, ApiError> {
    let endpoint = NamedNode::new(endpoint)
        .map_err(|_| ApiError::BadRequest("the address of the request is no IRI".to_owned()))?;
    let mut graph = Graph::new();
    let service = endpoint.as_ref();
    graph.insert(TripleRef::new(service, rdf::TYPE, &sd("Service")));
    graph.insert(TripleRef::new(service, &sd("endpoint"), service));
    for language in [
        "SPARQL10Query",
        "SPARQL11Query",
        "SPARQL11Update",
        "SPARQL12Query",
        "SPARQL12Update",
    ] {
        graph.insert(TripleRef::new(
            service,
            &sd("supportedLanguage"),
            &sd(language),
        ));
    }
    let federated = is_federated.then_some("BasicFederatedQuery");
    for feature in ["UnionDefaultGraph", "EmptyGraphs"]
        .into_iter()
        .chain(federated)
    {
        graph.insert(TripleRef::new(service, &sd("feature"), &sd(feature)));
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
    describe_limits(&mut graph, service, config);
    describe_dataset(&mut graph, service, snapshot);
    Ok(graph)
}

fn describe_dataset(graph: &mut Graph, service: NamedNodeRef<'_>, snapshot: &Snapshot) {
    let statistics = snapshot.statistics();
    let mut contents = |node: &BlankNode, counts: &GraphStatistics, label: &str| {
        graph.insert(TripleRef::new(node, rdf::TYPE, &sd("Graph")));
        for triple in void::counts(snapshot, node.clone().into(), counts, label) {
            graph.insert(&triple);
        }
    };
    // Labels that are the same in each answer about the same data.
    let node = |label: &str| BlankNode::new_unchecked(label);
    let (dataset, default_graph) = (node("dataset"), node("union"));
    contents(&default_graph, &statistics.union, "union");
    let mut named_graphs = Vec::new();
    for (at, (name, _)) in snapshot.graphs().into_iter().enumerate() {
        let GraphName::NamedNode(name) = name else {
            continue;
        };
        let label = format!("graph{at}n");
        let node = node(&format!("graph{at}"));
        let id = snapshot.id_of(name.as_ref().into());
        match id.and_then(|id| statistics.graphs.get(&id)) {
            Some(counts) => contents(&node, counts, &label),
            None => contents(&node, &GraphStatistics::default(), &label),
        }
        named_graphs.push((name, Some(node)));
    }
    // Made for each version, and not counted: it would have to count itself.
    named_graphs.push((void::GRAPH.into_owned(), None));
    graph.insert(TripleRef::new(service, &sd("defaultDataset"), &dataset));
    graph.insert(TripleRef::new(&dataset, rdf::TYPE, &sd("Dataset")));
    graph.insert(TripleRef::new(
        &dataset,
        &sd("defaultGraph"),
        &default_graph,
    ));
    for (at, (name, contents)) in named_graphs.into_iter().enumerate() {
        let named = node(&format!("named{at}"));
        graph.insert(TripleRef::new(&dataset, &sd("namedGraph"), &named));
        graph.insert(TripleRef::new(&named, rdf::TYPE, &sd("NamedGraph")));
        graph.insert(TripleRef::new(&named, &sd("name"), &name));
        if let Some(contents) = contents {
            graph.insert(TripleRef::new(&named, &sd("graph"), &contents));
        }
    }
}

fn describe_limits(graph: &mut Graph, service: NamedNodeRef<'_>, config: &Config) {
    for (property, limit) in void::limits(config) {
        graph.insert(TripleRef::new(service, property, &limit));
    }
}
