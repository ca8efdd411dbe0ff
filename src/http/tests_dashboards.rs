//! What dashboards read: the history, telemetry, and networks for Grafana.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::Value;
use std::collections::BTreeSet;

async fn get(state: &AppState, target: &str) -> Answer {
    send(state, "GET", target, &[], "").await
}

fn write(state: &AppState, graph: &str, data: &str) {
    let prefixes = "@prefix weft: <https://w3id.org/weft/ns#> . @prefix e: <https://e/> .";
    let data = format!("{prefixes} {data}");
    let options = ParseOptions::default();
    let batch = parse_bytes(data.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let graph = NamedNode::new(graph).unwrap();
    state
        .graph()
        .write_graph(&Writer::Local, graph.into(), batch, GraphChange::Replace)
        .unwrap();
    state.graph().record_point().unwrap();
}

/// A service whose actors are one more with each version.
fn growing(versions: usize) -> AppState {
    let state = state(Config {
        empty: true,
        ..Config::default()
    });
    let mut data = String::new();
    for number in 0..versions {
        data.push_str(&format!("e:a{number} a weft:Actor . "));
        write(&state, "https://g/open", &data);
    }
    state
}

fn column(answer: &Answer, name: &str) -> Vec<Value> {
    let rows = answer.json();
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn each_version_has_a_row_for_each_figure() {
    let state = growing(3);
    let answer = get(&state, "/api/v1/history?metric=actors")
        .await
        .expect(200);
    assert_eq!(column(&answer, "value"), [1, 2, 3]);
    assert_eq!(column(&answer, "dataVersion"), [1, 2, 3]);
    assert_eq!(answer.header("weft-data-version"), "3");
    assert_eq!(answer.header("weft-total-count"), "3");
    let row = &answer.json()[0];
    for (name, value) in [
        ("kind", "summary"),
        ("label", "Actors"),
        ("metric", "actors"),
    ] {
        assert_eq!(row[name], value);
    }
    assert!(row["time"].as_str().unwrap().ends_with('Z'), "{row}");
    for name in ["undefined", "numerator", "denominator", "unknown"] {
        assert!(row.get(name).is_some_and(Value::is_null), "{name}");
    }
    // No tie among the actors: no share of them, and a reason. Below, a share and its parts.
    let target = "/api/v1/history.json?metric=horizontal,empty-fields&sort=-time&limit=2";
    let answer = get(&state, target).await.expect(200);
    assert_eq!(
        column(&answer, "metric"),
        ["horizontal", "empty-fields"],
        "in the order of the catalogue"
    );
    let rows = answer.json();
    assert!(
        rows[0]["value"].is_null() && rows[0]["undefined"].is_string(),
        "{rows}"
    );
    for (name, value) in [
        ("value", 1),
        ("numerator", 18),
        ("denominator", 18),
        ("unknown", 0),
    ] {
        assert_eq!(rows[1][name], value, "{name}");
    }
    let csv = get(&state, "/api/v1/history.csv?metric=actors&limit=1")
        .await
        .expect(200);
    assert!(
        csv.text
            .starts_with("time,dataVersion,metric,value,undefined,"),
        "{}",
        csv.text
    );
    assert_eq!(csv.text.lines().count(), 2);
}

#[tokio::test]
async fn the_history_can_be_narrowed_spread_and_paged() {
    let state = growing(3);
    let answer = get(&state, "/api/v1/history?shape=wide&metric=actors,datasets")
        .await
        .expect(200);
    assert_eq!(column(&answer, "actors"), [1, 2, 3]);
    assert_eq!(column(&answer, "datasets"), [1, 1, 1]);
    assert_eq!(answer.json()[0].as_object().unwrap().len(), 4);
    let wide = get(&state, "/api/v1/history?shape=wide").await.expect(200);
    assert!(wide.json()[0].as_object().unwrap().len() > 40);
    // All were made on one day, or around midnight.
    let daily = get(&state, "/api/v1/history?interval=day&metric=actors")
        .await
        .expect(200);
    assert_eq!(column(&daily, "value").last(), Some(&3.into()));
    let time = column(&answer, "time")[1].as_str().unwrap().to_owned();
    for (query, versions) in [
        (format!("since={}", encoded(&time)), vec![2, 3]),
        (format!("until={}", encoded(&time)), vec![1, 2]),
        ("since=2020-01-01&until=2020-12-31".to_owned(), vec![]),
        ("until=9000-12-31".to_owned(), vec![1, 2, 3]),
        ("since=4102444800000".to_owned(), vec![]),
        ("limit=2".to_owned(), vec![1, 2]),
        ("limit=2&offset=2".to_owned(), vec![3]),
        ("sort=-time".to_owned(), vec![3, 2, 1]),
        ("kind=network".to_owned(), vec![]),
    ] {
        let target = format!("/api/v1/history?metric=actors&{query}");
        let answer = get(&state, &target).await.expect(200);
        assert_eq!(column(&answer, "dataVersion"), versions, "{query}");
    }
    let first = get(&state, "/api/v1/history?metric=actors&limit=2").await;
    assert_eq!(
        first.header("link"),
        "<http://weft.example/api/v1/history?metric=actors&limit=2&offset=2>; rel=\"next\""
    );
    let last = get(&state, "/api/v1/history?metric=actors&limit=2&offset=2").await;
    assert!(!last.header("link").contains("rel=\"next\""), "{last:?}");
}

#[tokio::test]
async fn what_is_not_understood_is_named() {
    let state = growing(1);
    for (query, told) in [
        ("colour=red", "colour"),
        ("metric=actor", "`actor`"),
        ("interval=week", "version or day"),
        ("shape=tall", "long or wide"),
        ("since=yesterday", "`since`: `yesterday`"),
        ("kind=all", "summary, network or integration"),
        ("limit=some", "`limit`"),
        ("sort=value", "`sort`"),
    ] {
        let answer = get(&state, &format!("/api/v1/history?{query}"))
            .await
            .expect(400);
        assert!(answer.text.contains(told), "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_client_that_has_the_history_is_told_so_until_there_is_a_new_point() {
    let state = growing(1);
    let target = "/api/v1/history?metric=actors";
    let tag = get(&state, target)
        .await
        .expect(200)
        .header("etag")
        .to_owned();
    let again = send(&state, "GET", target, &[("if-none-match", &tag)], "").await;
    assert_eq!(again.status, 304);
    write(
        &state,
        "https://g/open",
        "e:a a weft:Actor . e:b a weft:Actor .",
    );
    let later = send(&state, "GET", target, &[("if-none-match", &tag)], "")
        .await
        .expect(200);
    assert_eq!(column(&later, "value"), [1, 2]);
}

#[tokio::test]
async fn what_is_private_is_not_in_the_history_nor_in_telemetry() {
    let state = growing(1);
    let graph = NamedNode::new("https://g/secret").unwrap();
    write(
        &state,
        graph.as_str(),
        "e:s1 a weft:Actor . e:s2 a weft:Actor .",
    );
    let target = "/api/v1/history?metric=actors";
    assert_eq!(column(&get(&state, target).await, "value"), [1, 3]);
    assert!(
        get(&state, "/metrics")
            .await
            .text
            .contains("weft_records{type=\"actors\"} 3")
    );
    state
        .graph()
        .set_private(&Writer::Local, &graph, true)
        .unwrap();
    // At once, before the next point is there.
    assert_eq!(column(&get(&state, target).await, "value"), [1]);
    assert!(
        get(&state, "/metrics")
            .await
            .text
            .contains("weft_records{type=\"actors\"} 1")
    );
    state.graph().record_point().unwrap();
    write(&state, graph.as_str(), "e:s1 a weft:Actor .");
    assert_eq!(column(&get(&state, target).await, "value"), [1, 1, 1]);
    let scraped = get(&state, "/metrics").await.text;
    let quads = state.graph().public_snapshot().unwrap().len();
    assert!(
        scraped.contains(&format!("weft_store_quads {quads}\n")),
        "{scraped}"
    );
    assert!(quads < state.graph().snapshot().len());
}

#[tokio::test]
async fn links_join_what_the_history_counts() {
    let state = growing(2);
    let links = "<https://e/a0> <http://www.w3.org/2002/07/owl#sameAs> <https://e/a1> .";
    write(&state, "https://w3id.org/weft/graph/links", links);
    let answer = get(&state, "/api/v1/history?metric=actors").await;
    assert_eq!(column(&answer, "value"), [1, 2, 1]);
}

/// Samples of the text format: name with labels, and value.
fn samples(text: &str) -> Vec<(&str, f64)> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name, value.parse().unwrap())
        })
        .collect()
}

#[tokio::test]
async fn telemetry_is_as_prometheus_wants_it() {
    let state = growing(2);
    for target in [
        "/api/v1/summary",
        "/api/v1/summary",
        "/api/v1/summary.csv?x=1",
        "/id/secret-thing",
    ] {
        get(&state, target).await;
    }
    let query = format!("/sparql?query={}", encoded("ASK { ?s ?p ?o }"));
    for _ in 0..3 {
        get(&state, &query).await.expect(200);
    }
    let answer = get(&state, "/metrics").await.expect(200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let text = answer.text();
    let samples = samples(&text);
    let value = |name: &str| {
        let mut found = samples.iter().filter(|(known, _)| *known == name);
        let (_, value) = found
            .next()
            .unwrap_or_else(|| panic!("{name} is not in {text}"));
        assert!(found.next().is_none(), "{name} is there twice");
        *value
    };
    for (name, expected) in [
        (
            r#"weft_http_requests_total{route="/api/v1/summary",method="GET",status="2xx"}"#,
            2.0,
        ),
        (
            r#"weft_http_requests_total{route="/api/v1/summary",method="GET",status="4xx"}"#,
            1.0,
        ),
        (
            r#"weft_http_request_duration_seconds_count{route="/sparql",method="GET"}"#,
            3.0,
        ),
        (r#"weft_evaluations_total{outcome="done"}"#, 1.0),
        (r#"weft_evaluations_total{outcome="out-of-memory"}"#, 0.0),
        (r#"weft_evaluations_active{stage="running"}"#, 0.0),
        ("weft_answer_cache_hits_total", 2.0),
        ("weft_answer_cache_misses_total", 1.0),
        ("weft_data_version", 2.0),
        ("weft_commits_total", 2.0),
        ("weft_feed_listeners", 0.0),
        ("weft_http_requests_in_flight", 1.0),
        (r#"weft_records{type="actors"}"#, 2.0),
        (
            r#"weft_network_metric{network="collaboration",metric="nodes"}"#,
            0.0,
        ),
        ("weft_history_data_version", 2.0),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
    assert!(value("weft_answer_cache_bytes") > 0.0);
    #[cfg(target_os = "linux")]
    assert!(
        value("process_resident_memory_bytes") > 1e6 && value("process_cpu_seconds_total") > 0.0
    );
    // Every sample belongs to a family that has a help and a type, counters by their full name.
    let families: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    for (name, _) in &samples {
        let name = name.split('{').next().unwrap();
        let of_histogram = ["_bucket", "_sum", "_count"];
        let family = of_histogram.iter().find_map(|end| name.strip_suffix(end));
        let known = families.contains(name) || family.is_some_and(|name| families.contains(name));
        assert!(known, "{name}");
        assert!(
            name.starts_with("weft_") || name.starts_with("process_"),
            "{name}"
        );
    }
    // Routes are patterns; what was asked for is nowhere.
    assert!(!text.contains("secret-thing"), "{text}");
    assert!(get(&state, "/metrics?x=1").await.status == 400);
}

#[tokio::test]
async fn open_metrics_is_for_those_who_ask_for_it() {
    let state = growing(1);
    let prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
    for (accept, is_open) in [
        (prometheus, true),
        ("application/openmetrics-text", true),
        ("text/plain;q=0.9,application/openmetrics-text;q=0.1", false),
        ("application/openmetrics-text;q=0,text/plain", false),
        ("text/html,*/*;q=0.8", false),
        ("*/*", false),
    ] {
        let answer = send(&state, "GET", "/metrics", &[("accept", accept)], "")
            .await
            .expect(200);
        let kind = answer.header("content-type");
        assert_eq!(
            kind.starts_with("application/openmetrics-text; version=1.0.0"),
            is_open,
            "{accept}"
        );
        assert_eq!(answer.text.ends_with("\n# EOF\n"), is_open, "{accept}");
        assert_eq!(answer.text.matches("# EOF").count(), usize::from(is_open));
        assert!(
            answer.text.contains("\nweft_commits_total 1\n"),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn the_node_graph_panel_gets_its_fields() {
    let path = "/api/v1/networks/collaboration/grafana";
    let nodes = get(&INNOSERV, &format!("{path}-nodes?limit=50"))
        .await
        .expect(200);
    let rows = nodes.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 50);
    let mut last = f64::INFINITY;
    for row in rows {
        let row = row.as_object().unwrap();
        assert!(row["id"].is_string() && row["title"].is_string() && row["subtitle"].is_string());
        let degree = row["mainstat"].as_f64().unwrap();
        assert!(degree <= last, "those with most ties come first");
        last = degree;
        let arcs = row.iter().filter(|(name, _)| name.starts_with("arc__"));
        let sum: f64 = arcs.filter_map(|(_, part)| part.as_f64()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{row:?}");
    }
    let shown: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let edges = get(&INNOSERV, &format!("{path}-edges?limit=50"))
        .await
        .expect(200)
        .json();
    let edges = edges.as_array().unwrap();
    assert!(!edges.is_empty());
    let mut ids = BTreeSet::new();
    for edge in edges {
        assert!(shown.contains(edge["source"].as_str().unwrap()));
        assert!(shown.contains(edge["target"].as_str().unwrap()));
        assert!(ids.insert(edge["id"].as_str().unwrap()), "ids are unique");
        assert!(edge["mainstat"].is_number() && edge["thickness"].as_f64().unwrap() >= 1.0);
    }
    let csv = get(
        &INNOSERV,
        &format!("{path}-nodes.csv?by=level&metric=constraint&sphere=public"),
    )
    .await;
    assert!(
        csv.expect(200)
            .text
            .starts_with("id,title,subtitle,mainstat,secondarystat,")
    );
    for query in [
        "limit=0",
        "limit=1501",
        "by=place",
        "metric=density",
        "sort=x",
    ] {
        assert_eq!(
            get(&INNOSERV, &format!("{path}-nodes?{query}"))
                .await
                .status,
            400,
            "{query}"
        );
    }
    assert_eq!(
        get(&INNOSERV, "/api/v1/networks/none/grafana-edges")
            .await
            .status,
        404
    );
}
