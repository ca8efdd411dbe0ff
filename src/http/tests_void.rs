//! The description of the data, without a port.

use super::AppState;
use super::testing::{Answer, send, state};
use crate::app::Config;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{Graph, NamedNodeRef, Term, TermRef};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const VOID: &str = "http://rdfs.org/ns/void#";

/// The data that ships, with two data sets more that lead to it and to the web.
static DATA: LazyLock<AppState> = LazyLock::new(|| {
    let state = state(Config {
        open_writes: true,
        ..Config::default()
    });
    let graph = state.graph();
    let update = graph
        .parse_update(
            r#"INSERT DATA { GRAPH <http://p/one> {
                 <http://p/a> a weft:Actor ; rdfs:label "A" ; owl:sameAs <http://www.wikidata.org/entity/Q1> ;
                   weft:provides <http://p/b> .
                 <http://p/set> a dcat:Dataset ; dct:title "One"@en ; dct:license <http://licence/> ;
                   prov:generatedAtTime "2024-05-01T00:00:00Z"^^xsd:dateTime }
               GRAPH <http://p/two> { <http://p/b> a weft:Service ; rdfs:label "B" } }"#,
            None,
        )
        .unwrap();
    let writer = crate::app::Writer::Anybody;
    graph
        .update(&writer, update, crate::store::Limits::default())
        .unwrap();
    state
});

fn graph_of(answer: &Answer) -> Graph {
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(&answer.text)
        .map(|quad| {
            let quad = quad.unwrap();
            oxigraph::model::Triple::new(quad.subject, quad.predicate, quad.object)
        })
        .collect()
}

/// Rows of JSON results: the values of each.
fn rows_of(answer: &Answer) -> Vec<Vec<String>> {
    let results = answer.json();
    let names = results["head"]["vars"].as_array().unwrap();
    let bindings = results["results"]["bindings"].as_array().unwrap();
    bindings
        .iter()
        .map(|row| {
            let value = |name: &Value| {
                let text = row[name.as_str().unwrap()]["value"].as_str();
                text.unwrap_or_default().to_owned()
            };
            names.iter().map(value).collect()
        })
        .collect()
}

async fn get(target: &str, accept: &str) -> Answer {
    send(&DATA, "GET", target, &[("accept", accept)], "").await
}

async fn select(state: &AppState, query: &str) -> Answer {
    let headers = [("content-type", "application/sparql-query")];
    let answer = send(state, "POST", "/sparql", &headers, query.to_owned()).await;
    assert_eq!(answer.status, 200, "{}\n{query}", answer.text);
    answer
}

fn void(name: &str) -> oxigraph::model::NamedNode {
    oxigraph::model::NamedNode::new_unchecked(format!("{VOID}{name}"))
}

fn number(graph: &Graph, subject: NamedNodeRef<'_>, name: &str) -> usize {
    let property = void(name);
    match graph.object_for_subject_predicate(subject, property.as_ref()) {
        Some(TermRef::Literal(literal)) => literal.value().parse().unwrap(),
        other => panic!("{subject} {name}: {other:?}"),
    }
}

#[tokio::test]
async fn the_description_says_what_there_is_and_where() {
    let answer = get("/.well-known/void", "*/*").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/turtle; charset=utf-8");
    let graph = graph_of(&answer);
    let dataset = crate::app::void::DATASET;
    assert_eq!(
        number(&graph, dataset, "triples"),
        DATA.graph().snapshot().triple_count()
    );
    let endpoint = graph.object_for_subject_predicate(dataset, void("sparqlEndpoint").as_ref());
    assert_eq!(
        endpoint.map(TermRef::into_owned),
        Some(Term::from(oxigraph::model::NamedNode::new_unchecked(
            "http://weft.example/sparql"
        )))
    );
    let subsets: BTreeSet<String> = graph
        .objects_for_subject_predicate(dataset, void("subset").as_ref())
        .map(|subset| subset.to_string())
        .collect();
    for name in ["<https://w3id.org/weft/graph/innoserv>", "<http://p/one>"] {
        assert!(subsets.contains(name), "{subsets:?}");
    }
    // What the data says of itself.
    for line in [
        "\"One\"@en",
        "<http://licence/>",
        "INNOSERV case collection",
    ] {
        assert!(answer.text.contains(line), "{line}");
    }
    let one = NamedNodeRef::new_unchecked("http://p/one");
    let modified = NamedNodeRef::new_unchecked("http://purl.org/dc/terms/modified");
    assert!(graph.object_for_subject_predicate(one, modified).is_some());
    // The same again, in other formats too, or not at all to who has it.
    assert_eq!(get("/.well-known/void.ttl", "*/*").await.text, answer.text);
    for (accept, prefix) in [
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("text/html,*/*;q=0.8", "text/turtle"),
    ] {
        let answer = get("/.well-known/void", accept).await;
        assert!(
            answer.header("content-type").starts_with(prefix),
            "{accept}"
        );
    }
    let headers = [("if-none-match", answer.header("etag"))];
    let again = send(&DATA, "GET", "/.well-known/void", &headers, "").await;
    assert_eq!(again.status, 304);
    assert_eq!(
        get("/graph/void", "*/*").await.header("location"),
        "/.well-known/void"
    );
}

#[tokio::test]
async fn the_counts_are_what_queries_count() {
    let mut expected = BTreeMap::new();
    for (scope, names) in [
        ("?s ?p ?o", "(\"union\" AS ?g)"),
        ("GRAPH ?g { ?s ?p ?o }", "?g"),
    ] {
        let group = if names == "?g" { "?g" } else { "" };
        let typed = scope.replace("?s ?p ?o", "?s a ?c . ?s ?p ?o");
        for (kind, query) in [
            (
                "graph",
                format!(
                    "SELECT {names} (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?os) {{ {scope} }} {}",
                    if group.is_empty() { "" } else { "GROUP BY ?g" }
                ),
            ),
            (
                "property",
                format!(
                    "SELECT {names} ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ss) (COUNT(DISTINCT ?o) AS ?os) {{ {scope} }} GROUP BY ?p {group}"
                ),
            ),
            (
                "class",
                format!(
                    "SELECT {names} ?c (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ss) {{ {typed} FILTER(isIRI(?c)) }} GROUP BY ?c {group}"
                ),
            ),
            (
                "classProperty",
                format!(
                    "SELECT {names} ?c ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?ss) {{ {typed} FILTER(isIRI(?c)) }} GROUP BY ?c ?p {group}"
                ),
            ),
        ] {
            for row in rows_of(&select(&DATA, &query).await) {
                let terms = match kind {
                    "graph" => 1,
                    "classProperty" => 3,
                    _ => 2,
                };
                let key = format!("{kind} {}", row[..terms].join(" "));
                assert!(expected.insert(key, row[terms..].join(" ")).is_none());
            }
        }
    }
    let answer = get("/api/v1/statistics", "application/json").await;
    let rows: Vec<Value> = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(answer.header("weft-total-count"), rows.len().to_string());
    let mut found = BTreeMap::new();
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        if row["kind"] == "linkset" || (row["kind"] == "graph" && row["triples"] == 0) {
            continue;
        }
        let terms = ["kind", "graph", "term", "property"].map(text);
        let key = terms.join(" ").trim().to_owned();
        let counts: Vec<String> = ["triples", "subjects", "objects"]
            .iter()
            .filter(|name| !row[**name].is_null())
            .map(|name| row[*name].to_string())
            .collect();
        assert!(
            found.insert(key, counts.join(" ")).is_none(),
            "twice: {row}"
        );
    }
    assert!(found.len() > 500, "{}", found.len());
    for (key, counts) in &expected {
        assert_eq!(found.get(key), Some(counts), "{key}");
    }
    assert_eq!(found.len(), expected.len());
}

#[tokio::test]
async fn links_lead_to_graphs_and_to_sites() {
    let answer = get(
        "/api/v1/statistics.csv?kind=linkset&graph=http://p/one",
        "*/*",
    )
    .await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let links: Vec<&str> = answer.text.lines().skip(1).collect();
    assert_eq!(links.len(), 3, "{}", answer.text);
    assert!(links[0].contains("license,,http://licence,1,"), "{links:?}");
    assert!(
        links[1].contains("sameAs,,http://www.wikidata.org,1,"),
        "{links:?}"
    );
    assert!(
        links[2].contains("provides,provides,,http://p/two,1,"),
        "{links:?}"
    );
    let linksets = select(
        &DATA,
        "SELECT ?to ?n { GRAPH <https://w3id.org/weft/graph/void> {
           ?set a void:Linkset ; void:linkPredicate weft:provides ; void:triples ?n ;
             void:subjectsTarget <http://p/one> ; void:objectsTarget ?to } }",
    )
    .await;
    assert_eq!(rows_of(&linksets), [["http://p/two", "1"]]);
}

#[tokio::test]
async fn parameters_that_fit_nothing_are_refused() {
    for (target, status) in [
        ("/api/v1/statistics?kind=nothing", 400),
        ("/api/v1/statistics?sort=x", 400),
        ("/api/v1/statistics?graph=http://nowhere", 404),
        ("/api/v1/statistics?kind=class&limit=1", 200),
        ("/.well-known/void?x=1", 400),
        ("/.well-known/void.exe", 404),
    ] {
        assert_eq!(get(target, "*/*").await.status.as_u16(), status, "{target}");
    }
}

#[tokio::test]
async fn the_graph_follows_each_commit_and_is_no_commit() {
    let state = state(Config {
        open_writes: true,
        empty: true,
        ..Config::default()
    });
    let count = "SELECT ?n { GRAPH <https://w3id.org/weft/graph/void> {
        <https://w3id.org/weft/graph/void#dataset> void:triples ?n } }";
    assert_eq!(rows_of(&select(&state, count).await), [["0"]]);
    let update = [("content-type", "application/sparql-update")];
    for expected in ["1", "2"] {
        let insert = format!("INSERT DATA {{ <http://a> <http://p> {expected} }}");
        let answer = send(&state, "POST", "/sparql", &update, insert).await;
        assert_eq!(answer.status, 204);
        let answer = select(&state, count).await;
        assert_eq!(rows_of(&answer), [[expected]]);
        assert_eq!(answer.header("weft-data-version"), expected);
    }
    // Elsewhere in a query, and joined with what is stored.
    for query in [
        "SELECT ?n { SERVICE <https://w3id.org/weft/void> { ?d void:triples ?n ; a void:DatasetDescription } }",
        "SELECT ?n { ?s ?p ?n FILTER NOT EXISTS { GRAPH <https://w3id.org/weft/graph/void> { ?x void:properties 1 } } }",
        // A dataset that does not name the graph does not have it.
        "SELECT ?n FROM NAMED <http://other> { GRAPH <https://w3id.org/weft/graph/void> { ?s ?p ?n } }",
    ] {
        assert!(rows_of(&select(&state, query).await).is_empty(), "{query}");
    }
    let joined = "SELECT DISTINCT ?p { ?s ?p ?o GRAPH <https://w3id.org/weft/graph/void> { ?d void:property ?p } }";
    assert_eq!(rows_of(&select(&state, joined).await), [["http://p"]]);
}

#[tokio::test]
async fn the_service_description_has_counts_and_limits() {
    let answer = get("/sparql", "text/turtle").await;
    assert_eq!(answer.status, 200);
    let graph = graph_of(&answer);
    let service = NamedNodeRef::new_unchecked("http://weft.example/sparql");
    let limit = |name: &str| {
        let name = format!("https://w3id.org/weft/ns#{name}");
        let property = NamedNodeRef::new_unchecked(&name);
        let limit = graph.object_for_subject_predicate(service, property);
        limit.unwrap().to_string()
    };
    assert!(limit("queryTimeout").starts_with("\"PT60S\""));
    assert!(limit("bodyLimit").contains("536870912"));
    let partitions = graph
        .triples_for_predicate(void("classPartition").as_ref())
        .count();
    assert!(partitions > 20, "{partitions}");
    assert_eq!(
        get("/sparql", "text/turtle").await.text.len(),
        answer.text.len()
    );
}
