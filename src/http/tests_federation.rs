//! `SERVICE` clauses that others answer, with endpoints on this machine.

use super::{AppState, router, testing};
use crate::app::{Config, KnowledgeGraph};
use crate::store::{CancellationToken, FederationError, FederationProblem, Limits, StoreError};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use oxigraph::model::NamedNode;
use serde_json::Value;
use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_stream::StreamExt;

const JSON: &str = "application/sparql-results+json";

/// An endpoint that keeps the queries it was sent.
#[derive(Clone)]
struct Endpoint {
    received: Arc<Mutex<Vec<String>>>,
    answer: Arc<dyn Fn(&str) -> Response + Send + Sync>,
    port: u16,
}

impl Endpoint {
    async fn new(answer: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Self {
            received: Arc::default(),
            answer: Arc::new(answer),
            port: listener.local_addr().unwrap().port(),
        };
        let router = Router::new()
            .route("/sparql", post(answer_query))
            .with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        endpoint
    }

    /// An endpoint that evaluates queries on a Turtle document.
    async fn of_data(turtle: &str) -> Self {
        let graph = graph_of(Config::default(), turtle);
        Self::new(move |query| {
            let query = query.to_owned();
            let graph = graph.clone();
            let results = std::thread::spawn(move || {
                let query = graph.parse_query(&query, None).unwrap();
                graph
                    .snapshot()
                    .query(&query, &Default::default(), &Limits::default(), |results| {
                        let mut body = Vec::new();
                        let json = oxigraph::sparql::results::QueryResultsFormat::Json;
                        let format = crate::app::ResultFormat::Rows(json);
                        crate::app::write_results(results, format, &mut body).unwrap();
                        body
                    })
                    .unwrap()
            });
            ([(header::CONTENT_TYPE, JSON)], results.join().unwrap()).into_response()
        })
        .await
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/sparql", self.port)
    }

    fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

async fn answer_query(
    State(endpoint): State<Endpoint>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let query = form.get("query").cloned().unwrap_or_default();
    endpoint.received.lock().unwrap().push(query.clone());
    (endpoint.answer)(&query)
}

fn graph_of(config: Config, turtle: &str) -> KnowledgeGraph {
    let graph = KnowledgeGraph::open(Config {
        data_dir: None,
        empty: true,
        ..config
    })
    .unwrap();
    if !turtle.is_empty() {
        let text = format!("PREFIX : <http://a/> INSERT DATA {{ {turtle} }}");
        let update = graph.parse_update(&text, None).unwrap();
        let writer = crate::app::Writer::Local;
        graph.update(&writer, update, Limits::default()).unwrap();
    }
    graph
}

/// Lets these endpoints be asked, although they are on this machine.
fn allowing(endpoints: &[&Endpoint]) -> Config {
    Config {
        federation: endpoints.iter().map(|endpoint| endpoint.url()).collect(),
        federation_private: endpoints
            .iter()
            .map(|endpoint| format!("127.0.0.1:{}", endpoint.port))
            .collect(),
        ..Config::default()
    }
}

struct Answer {
    status: StatusCode,
    tag: String,
    json: Value,
}

impl Answer {
    fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap_or_default()
    }

    /// The values of each row in the order of their names, row by row in order.
    #[track_caller]
    fn rows(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", self.json);
        let mut rows: Vec<String> = self.json["results"]["bindings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let mut cells: Vec<_> = row.as_object().unwrap().iter().collect();
                cells.sort_by_key(|(name, _)| *name);
                let cells: Vec<&str> = cells
                    .iter()
                    .map(|(_, cell)| {
                        cell["value"]
                            .as_str()
                            .unwrap()
                            .trim_start_matches("http://a/")
                    })
                    .collect();
                cells.join(" ")
            })
            .collect();
        rows.sort();
        rows
    }
}

async fn send(graph: &KnowledgeGraph, target: &str, media_type: &str, text: &str) -> Answer {
    let body = format!("PREFIX : <http://a/> {text}");
    let headers = [("content-type", media_type)];
    let answer = testing::send(
        &AppState::new(graph.clone()),
        "POST",
        target,
        &headers,
        body,
    )
    .await;
    Answer {
        status: answer.status,
        tag: answer.header("etag").to_owned(),
        json: serde_json::from_str(&answer.text).unwrap_or_default(),
    }
}

async fn ask(graph: &KnowledgeGraph, query: &str) -> Answer {
    send(graph, "/sparql", "application/sparql-query", query).await
}

const LOCAL: &str = ":a :in :town . :b :in :town . :c :in :city .";
const REMOTE: &str = ":a :name 'A' . :b :name 'B' . :c :name 'C' . :d :name 'D' .";

#[tokio::test]
async fn what_is_known_here_is_sent_along() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let graph = graph_of(allowing(&[&endpoint]), LOCAL);
    let query = format!(
        "SELECT * {{ ?x :in :town . SERVICE <{}> {{ ?x :name ?name }} }}",
        endpoint.url()
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["A a", "B b"]);
    let received = endpoint.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert!(received[0].contains("VALUES"), "{received:?}");
    assert!(received[0].contains("<http://a/a>"), "{received:?}");
    assert!(!received[0].contains("<http://a/c>"), "{received:?}");
}

#[tokio::test]
async fn a_clause_that_shares_nothing_is_sent_as_it_is() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let graph = graph_of(allowing(&[&endpoint]), LOCAL);
    let query = format!(
        "SELECT ?name {{ SERVICE <{}> {{ ?y :name ?name FILTER(?name < 'C') }} }}",
        endpoint.url()
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["A", "B"]);
    assert!(!endpoint.received()[0].contains("VALUES"));
}

#[tokio::test]
async fn many_values_go_in_several_requests_and_none_makes_no_request() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let many: String = (0..450).map(|n| format!(":n{n} :in :town . ")).collect();
    let graph = graph_of(allowing(&[&endpoint]), &format!("{many} {LOCAL}"));
    let query = |place: &str| {
        format!(
            "SELECT * {{ SERVICE <{}> {{ ?x :name ?name }} ?x :in {place} }}",
            endpoint.url()
        )
    };
    assert_eq!(ask(&graph, &query(":town")).await.rows(), ["A a", "B b"]);
    assert_eq!(endpoint.received().len(), 3);
    assert!(ask(&graph, &query(":nowhere")).await.rows().is_empty());
    assert_eq!(endpoint.received().len(), 3);
}

#[tokio::test]
async fn an_optional_clause_keeps_the_rows_without_an_answer() {
    let endpoint = Endpoint::of_data(":a :name 'A' .").await;
    let graph = graph_of(allowing(&[&endpoint]), LOCAL);
    let query = format!(
        "SELECT * {{ ?x :in :town OPTIONAL {{ SERVICE <{}> {{ ?x :name ?name }} }} }}",
        endpoint.url()
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["A a", "b"]);
    assert!(endpoint.received()[0].contains("VALUES"));
}

#[tokio::test]
async fn what_one_endpoint_answers_is_sent_to_the_next() {
    let one = Endpoint::of_data(":a :knows :d .").await;
    let other = Endpoint::of_data(REMOTE).await;
    let graph = graph_of(allowing(&[&one, &other]), LOCAL);
    // Also if the text has them the other way round, within a graph or in a sub-query.
    for query in [
        "SELECT ?x ?name { SERVICE <OTHER> { ?y :name ?name } SERVICE <ONE> { ?x :knows ?y } ?x :in ?z }",
        "SELECT ?x ?name { ?x :in ?z . SERVICE <ONE> { ?x :knows ?y } SERVICE <OTHER> { ?y :name ?name } }",
        "SELECT ?x ?name { { SELECT ?x { ?x :in ?z } ORDER BY ?x LIMIT 1 } SERVICE <ONE> { ?x :knows ?y } SERVICE <OTHER> { ?y :name ?name } }",
        "SELECT ?x ?name { ?x :in ?z { SELECT ?x ?y { SERVICE <ONE> { ?x :knows ?y } } } { SERVICE <OTHER> { ?y :name ?name } } UNION { ?y :in ?name } }",
    ] {
        let query = query
            .replace("ONE", &one.url())
            .replace("OTHER", &other.url());
        assert_eq!(ask(&graph, &query).await.rows(), ["D a"], "{query}");
    }
    for (number, query) in other.received().iter().enumerate() {
        assert!(query.contains("VALUES"), "{number}: {query}");
        assert!(!query.contains("<http://a/a>"), "{number}: {query}");
    }
}

#[tokio::test]
async fn the_text_sent_means_what_the_clause_says() {
    let remote = ":a :name 'A' ; :age 1 . :b :name 'B' . :c :age 3 . :d :knows :a .";
    let endpoint = Endpoint::of_data(remote).await;
    let graph = graph_of(allowing(&[&endpoint]), LOCAL);
    let here = graph_of(Config::default(), &format!("{LOCAL} {remote}"));
    for pattern in [
        "{ ?x :name ?n FILTER(!BOUND(?age)) } OPTIONAL { ?x :age ?age }",
        "?x :name ?n { ?x :name ?n OPTIONAL { ?x :age ?age } }",
        "{ ?x :name ?n } UNION { ?x :age ?age }",
        "?x :name ?n MINUS { ?x :age ?age FILTER(?age > 0) }",
        "?x :name ?n BIND(CONCAT(?n, '!') AS ?age)",
        "?d :knows/:name ?n . ?d :knows+ ?x",
        "?x :name ?n OPTIONAL { { ?x :age ?age FILTER(BOUND(?n)) } }",
        "{ SELECT ?x (COUNT(?n) AS ?age) { ?x :name ?n } GROUP BY ?x }",
        "?x :name ?n FILTER EXISTS { ?x :age ?age FILTER(?age = 1) }",
        "?x (:name|:age) ?n VALUES (?x ?age) { (:a 1) (:b UNDEF) }",
        ":a :name 'A'",
        "?x :name ?n FILTER NOT EXISTS { [] :knows ?x }",
    ] {
        for around in ["{ % }", "{ ?x :in :town % }", "{ OPTIONAL % ?x :in ?t }"] {
            let select = |inner: &str| format!("SELECT ?x ?n ?age {}", around.replace('%', inner));
            let expected = ask(&here, &select(&format!("{{ {pattern} }}"))).await;
            let clause = format!("{{ SERVICE <{}> {{ {pattern} }} }}", endpoint.url());
            let found = ask(&graph, &select(&clause)).await;
            let sent = endpoint.received().pop();
            assert_eq!(
                found.rows(),
                expected.rows(),
                "{pattern} in {around}: {sent:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_variable_may_name_the_endpoint() {
    let one = Endpoint::of_data(":a :name 'one' .").await;
    let other = Endpoint::of_data(":a :name 'other' . :c :name 'no' .").await;
    let graph = graph_of(allowing(&[&one, &other]), LOCAL);
    let query = format!(
        "SELECT ?x ?name {{ VALUES ?service {{ <{}> <{}> }} ?x :in :town . SERVICE ?service {{ ?x :name ?name }} }}",
        one.url(),
        other.url()
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["one a", "other a"]);
    let unbound = ask(&graph, "SELECT * { SERVICE ?service { ?x :name ?name } }").await;
    assert_eq!(unbound.status, 400);
    assert!(unbound.detail().contains("VALUES"), "{}", unbound.detail());
    let refused = "SELECT * { VALUES ?s { <http://no.example/> } SERVICE ?s { ?x :name ?name } }";
    assert_eq!(ask(&graph, refused).await.status, 403);
}

#[tokio::test]
async fn who_is_not_listed_is_not_asked() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let query = format!(
        "SELECT * {{ SERVICE <{}> {{ ?x :name ?name }} }}",
        endpoint.url()
    );
    let nobody = ask(&graph_of(Config::default(), ""), &query).await;
    assert_eq!(nobody.status, 403);
    let config = Config {
        federation: vec!["https://example.org/sparql".to_owned()],
        ..allowing(&[&endpoint])
    };
    let others = ask(&graph_of(config, ""), &query).await;
    assert_eq!(others.status, 403);
    assert!(
        others.detail().contains(&endpoint.url()),
        "{}",
        others.detail()
    );
    assert!(
        others.detail().contains("--federate"),
        "{}",
        others.detail()
    );
    assert!(endpoint.received().is_empty());
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "[::ffff:7f00:1]",
        "0x7f000001",
    ] {
        let url = format!("http://{host}:{}/sparql", endpoint.port);
        let config = Config {
            federation: vec![url.clone()],
            // Another port of the same host is another matter.
            federation_private: vec!["127.0.0.1:1".to_owned(), "localhost:1".to_owned()],
            ..Config::default()
        };
        let query = format!("SELECT * {{ SERVICE <{url}> {{ ?x :name ?name }} }}");
        let answer = ask(&graph_of(config, ""), &query).await;
        assert_eq!(answer.status, 403, "{host}: {}", answer.json);
        assert!(answer.detail().contains("loopback"), "{}", answer.detail());
        assert!(
            answer.detail().contains("federation-private"),
            "{}",
            answer.detail()
        );
    }
    assert!(endpoint.received().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let target = Endpoint::of_data(REMOTE).await;
    let url = target.url();
    let endpoint = Endpoint::new(move |_| {
        (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, url.clone())],
        )
            .into_response()
    })
    .await;
    let graph = graph_of(allowing(&[&endpoint, &target]), "");
    let query = format!(
        "SELECT * {{ SERVICE <{}> {{ ?x :name ?name }} }}",
        endpoint.url()
    );
    let answer = ask(&graph, &query).await;
    assert_eq!(answer.status, 502);
    assert!(
        answer.detail().contains(&target.url()),
        "{}",
        answer.detail()
    );
    assert!(target.received().is_empty());
}

/// A response that begins, and goes on with this text every few milliseconds.
fn dripping(begin: &'static str, text: String, pause: Duration) -> Response {
    let drops = tokio_stream::iter(
        std::iter::once(begin.to_owned()).chain(std::iter::repeat(text)),
    )
    .then(move |text| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, Infallible>(Bytes::from(text))
    });
    ([(header::CONTENT_TYPE, JSON)], Body::from_stream(drops)).into_response()
}

const HEAD: &str =
    r#"{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"0"}}"#;
const ROW: &str = r#",{"x":{"type":"literal","value":"0"}}"#;

#[tokio::test]
async fn a_slow_endpoint_is_cut_off() {
    let slow = Endpoint::new(|_| dripping(HEAD, ROW.to_owned(), Duration::from_millis(20))).await;
    let graph = graph_of(
        Config {
            federation_timeout: Duration::from_millis(300),
            ..allowing(&[&slow])
        },
        "",
    );
    let query = format!("SELECT * {{ SERVICE <{}> {{ ?x :name ?x }} }}", slow.url());
    let started = Instant::now();
    let answer = ask(&graph, &query).await;
    assert_eq!(answer.status, 504, "{}", answer.json);
    assert!(answer.detail().contains(&slow.url()), "{}", answer.detail());
    assert!(answer.detail().contains("seconds"), "{}", answer.detail());
    assert!(started.elapsed() < Duration::from_secs(3));
    // The query may have less time than the endpoint; SILENT does not make it longer.
    let patient = graph_of(allowing(&[&slow]), "");
    for query in [query.clone(), query.replace("SERVICE", "SERVICE SILENT")] {
        let started = Instant::now();
        let media_type = "application/sparql-query";
        let answer = send(&patient, "/sparql?timeout=1", media_type, &query).await;
        assert_eq!(answer.status, 504, "{}", answer.json);
        assert!(started.elapsed() < Duration::from_secs(4));
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let rows = Endpoint::new(|_| dripping(HEAD, ROW.repeat(100), Duration::ZERO)).await;
    let text = Endpoint::new(|_| dripping(HEAD, " ".repeat(10_000), Duration::ZERO)).await;
    let bomb = Endpoint::new(|_| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(HEAD.as_bytes()).unwrap();
        encoder.write_all(&vec![b' '; 4 << 20]).unwrap();
        encoder.write_all(b"]}}").unwrap();
        let headers = [
            (header::CONTENT_TYPE, JSON),
            (header::CONTENT_ENCODING, "gzip"),
        ];
        (headers, encoder.finish().unwrap()).into_response()
    })
    .await;
    let graph = graph_of(
        Config {
            federation_rows: 500,
            federation_bytes: 1 << 20,
            ..allowing(&[&rows, &text, &bomb])
        },
        "",
    );
    for (endpoint, limit) in [
        (&rows, "federation-rows"),
        (&text, "federation-bytes"),
        (&bomb, "federation-bytes"),
    ] {
        let query = format!(
            "SELECT * {{ SERVICE <{}> {{ ?x :name ?x }} }}",
            endpoint.url()
        );
        let answer = ask(&graph, &query).await;
        assert_eq!(answer.status, 502, "{}", answer.json);
        assert!(answer.detail().contains(limit), "{}", answer.detail());
    }
}

#[tokio::test]
async fn a_failure_is_named_and_silent_goes_on_without() {
    let broken = Endpoint::new(|_| {
        (
            StatusCode::INTERNAL_SERVER_ERROR,
            "out of memory ".repeat(100),
        )
            .into_response()
    })
    .await;
    let page = Endpoint::new(|_| axum::response::Html("<html>").into_response()).await;
    let torn = Endpoint::new(|_| ([(header::CONTENT_TYPE, JSON)], HEAD).into_response()).await;
    let nobody = Endpoint {
        port: 1,
        ..broken.clone()
    };
    let graph = graph_of(allowing(&[&broken, &page, &torn, &nobody]), LOCAL);
    for (endpoint, what) in [
        (&broken, "status 500: out of memory"),
        (&page, "text/html"),
        (&torn, "not SPARQL results"),
        (&nobody, "cannot be reached"),
    ] {
        let query = format!(
            "SELECT * {{ ?x :in :town . SERVICE <{}> {{ ?x :name ?name }} }}",
            endpoint.url()
        );
        let answer = ask(&graph, &query).await;
        assert_eq!(answer.status, 502, "{}", answer.json);
        assert!(
            answer.detail().contains(&endpoint.url()),
            "{}",
            answer.detail()
        );
        assert!(answer.detail().contains(what), "{}", answer.detail());
        assert!(answer.detail().len() < 400, "{}", answer.detail());
        let silent = query.replace("SERVICE", "SERVICE SILENT");
        assert_eq!(ask(&graph, &silent).await.rows(), ["a", "b"], "{silent}");
    }
}

#[tokio::test]
async fn compressed_answers_and_blank_nodes_are_understood() {
    let endpoint = Endpoint::new(|_| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let row = r#"{"x":{"type":"bnode","value":"b0"},"y":{"type":"bnode","value":"b0"}}"#;
        let text = format!(r#"{{"head":{{"vars":["x","y"]}},"results":{{"bindings":[{row}]}}}}"#);
        encoder.write_all(text.as_bytes()).unwrap();
        let headers = [
            (header::CONTENT_TYPE, JSON),
            (header::CONTENT_ENCODING, "gzip"),
        ];
        (headers, encoder.finish().unwrap()).into_response()
    })
    .await;
    let graph = graph_of(allowing(&[&endpoint]), "");
    let query = format!(
        "SELECT (?x = ?y AS ?same) {{ SERVICE <{}> {{ ?x :name ?y }} FILTER(ISBLANK(?x)) }}",
        endpoint.url()
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["true"]);
}

#[tokio::test]
async fn another_weft_answers() {
    let other = graph_of(Config::default(), REMOTE);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router(AppState::new(other));
    tokio::spawn(async move { axum::serve(listener, service).await });
    let graph = graph_of(
        Config {
            federation: vec![format!("http://{address}/")],
            federation_private: vec![address.to_string()],
            ..Config::default()
        },
        LOCAL,
    );
    let query = format!(
        "SELECT ?name {{ ?x :in :city . SERVICE <http://{address}/sparql> {{ ?x :name ?name }} }}"
    );
    assert_eq!(ask(&graph, &query).await.rows(), ["C"]);
}

#[tokio::test]
async fn a_query_that_is_cancelled_waits_no_longer() {
    let slow = Endpoint::new(|_| dripping(HEAD, " ".to_owned(), Duration::from_millis(50))).await;
    let graph = graph_of(allowing(&[&slow]), "");
    let endpoint = NamedNode::new_unchecked(slow.url());
    let limits = Limits {
        cancellation: CancellationToken::new(),
        ..Limits::default()
    };
    let token = limits.cancellation.clone();
    let waiting = tokio::task::spawn_blocking(move || {
        let started = Instant::now();
        let result = graph
            .federation()
            .select(&endpoint, "SELECT * {}", &[], &limits);
        (result, started.elapsed())
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    token.cancel();
    let (result, elapsed) = waiting.await.unwrap();
    assert!(matches!(result, Err(StoreError::Cancelled)), "{result:?}");
    assert!(elapsed < Duration::from_secs(2), "{elapsed:?}");
}

#[tokio::test]
async fn updates_and_load_ask_nobody() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let graph = graph_of(
        Config {
            open_writes: true,
            ..allowing(&[&endpoint])
        },
        LOCAL,
    );
    let url = endpoint.url();
    for update in [
        format!("LOAD <{url}>"),
        format!("INSERT {{ ?x :name ?n }} WHERE {{ SERVICE <{url}> {{ ?x :name ?n }} }}"),
    ] {
        let answer = send(&graph, "/sparql", "application/sparql-update", &update).await;
        assert_eq!(answer.status, 403, "{update}: {}", answer.json);
    }
    assert!(endpoint.received().is_empty());
}

#[tokio::test]
async fn an_answer_of_others_is_never_taken_for_unchanged() {
    let endpoint = Endpoint::of_data(REMOTE).await;
    let graph = graph_of(allowing(&[&endpoint]), LOCAL);
    let query = format!(
        "SELECT * {{ SERVICE <{}> {{ ?x :name ?n }} }}",
        endpoint.url()
    );
    let mut tags = Vec::new();
    for _ in 0..2 {
        tags.push(ask(&graph, &query).await.tag);
    }
    assert_ne!(tags[0], tags[1]);
}

#[test]
fn an_error_names_endpoint_and_problem() {
    let error = FederationError {
        endpoint: NamedNode::new_unchecked("https://example.org/sparql"),
        problem: FederationProblem::TimedOut {
            milliseconds: 1_500,
        },
    };
    let text = error.to_string();
    assert!(text.contains("<https://example.org/sparql>"), "{text}");
    assert!(text.contains("1.5 seconds"), "{text}");
}
