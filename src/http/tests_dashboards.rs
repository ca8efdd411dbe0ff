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

/// The links to other pages of a list: not those that everything has.
fn links(answer: &Answer) -> String {
    let all = answer.headers.get_all("link").iter();
    let texts = all.map(|value| value.to_str().unwrap());
    let pages = texts.filter(|text| !text.contains("rel=\"describedby\""));
    pages.collect::<Vec<_>>().join(", ")
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
    let page = |relation: &str, offset: usize| {
        format!(
            "<http://weft.example/api/v1/history?metric=actors&limit=2&offset={offset}>; \
             rel=\"{relation}\""
        )
    };
    assert_eq!(
        links(&first),
        format!("{}, {}", page("next", 2), page("last", 2))
    );
    let last = get(&state, "/api/v1/history?metric=actors&limit=2&offset=2").await;
    assert_eq!(
        links(&last),
        format!("{}, {}", page("first", 0), page("prev", 0))
    );
    // A page of nothing is followed by none.
    let none = get(&state, "/api/v1/history?metric=actors&limit=0").await;
    assert_eq!((none.text.as_str(), links(&none).as_str()), ("[]", ""));
    assert_eq!(none.header("weft-total-count"), "3");
}

#[tokio::test]
async fn a_time_of_the_history_is_what_it_says_or_refused() {
    let state = growing(1);
    let time = column(&get(&state, "/api/v1/history?metric=actors").await, "time")[0].clone();
    let (year, month, day) = {
        let text = time.as_str().unwrap();
        (&text[..4], &text[..7], &text[..10])
    };
    let found = async |query: String| {
        let target = format!("/api/v1/history?metric=actors&{query}");
        let answer = get(&state, &target).await.expect(200);
        !column(&answer, "value").is_empty()
    };
    for text in [year, month, day] {
        assert!(found(format!("since={text}&until={text}")).await, "{text}");
    }
    assert!(found("since=2020&until=9998-12-31T12:00:00%2B01:00".to_owned()).await);
    // A `+` that was not escaped.
    assert!(found("until=9998-12-31T12:00:00+01:00".to_owned()).await);
    assert!(!found("until=2020".to_owned()).await);
    assert!(!found("until=2020-02".to_owned()).await);
    assert!(found("since=1577836800000&until=95617584000000".to_owned()).await);
    for (query, told) in [
        (
            "since=2026-11-25T23:59",
            "`since`: `2026-11-25T23:59` has no zone; write it with one, as in 2026-11-25T23:59:00Z",
        ),
        ("until=2026-11-25%2023:59:10", "2026-11-25T23:59:10Z"),
        ("since=20261125", "`since`: `20261125` is not a year (2026)"),
        ("since=2026-13", "`since`: `2026-13` is not"),
        ("since=2026-02-30", "`since`: `2026-02-30` is not"),
        (
            "since=2020&until=2010",
            "`since`: `2020` is later than `until`: `2010`",
        ),
    ] {
        let answer = get(&state, &format!("/api/v1/history?{query}")).await;
        let answer = answer.expect(400);
        assert!(answer.text.contains(told), "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_newest_of_each_figure_can_be_had_alone() {
    let state = growing(3);
    let answer = get(&state, "/api/v1/history?latest=true&metric=datasets,actors")
        .await
        .expect(200);
    assert_eq!(column(&answer, "metric"), ["actors", "datasets"]);
    assert_eq!(column(&answer, "value"), [3, 1]);
    assert_eq!(column(&answer, "dataVersion"), [3, 3]);
    let wide = get(
        &state,
        "/api/v1/history?latest=true&shape=wide&metric=actors",
    )
    .await
    .expect(200);
    assert_eq!(column(&wide, "actors"), [3]);
    // By any column, and what has none comes last.
    let sorted = get(
        &state,
        "/api/v1/history?latest=true&kind=summary&sort=-value",
    )
    .await
    .expect(200);
    let values = column(&sorted, "value");
    assert!(values.is_sorted_by(|a, b| a.as_f64() >= b.as_f64()));
}

#[tokio::test]
async fn times_have_three_digits_of_the_second_in_every_table() {
    let state = growing(2);
    for (target, name) in [
        ("/api/v1/history?metric=actors", "time"),
        ("/api/v1/datasets", "modified"),
    ] {
        let cells = column(&get(&state, target).await.expect(200), name);
        let times = cells.iter().filter_map(Value::as_str);
        assert!(times.clone().count() > 0, "{target}");
        for time in times {
            assert_eq!(
                time.len(),
                "2026-11-25T10:00:00.000Z".len(),
                "{target}: {time}"
            );
        }
    }
}

#[tokio::test]
async fn lists_are_sorted_by_every_column_that_they_have() {
    let path = "/api/v1/networks/collaboration";
    for (target, name) in [
        (
            format!("{path}/nodes?metrics=degree&sort=sectorLabel"),
            "sectorLabel",
        ),
        (format!("{path}/nodes?metrics=degree&sort=place"), "place"),
        (format!("{path}/edges?sort=targetLabel"), "targetLabel"),
        (format!("{path}/edges?sort=source"), "source"),
        ("/api/v1/terms?sort=label&limit=1000".to_owned(), "label"),
        (
            "/api/v1/search?q=care&limit=500&sort=label".to_owned(),
            "label",
        ),
        ("/api/v1/explore?sort=placeName".to_owned(), "placeName"),
        ("/api/v1/explore?sort=iri".to_owned(), "iri"),
        (
            "/api/v1/integration/figures?sort=indicator".to_owned(),
            "indicator",
        ),
    ] {
        let texts = |cells: Vec<Value>| -> Vec<Option<String>> {
            let text = |cell: &Value| match cell {
                Value::Null => None,
                Value::Array(parts) => {
                    let parts = parts.iter().filter_map(Value::as_str);
                    Some(parts.collect::<Vec<_>>().join("; ").to_lowercase())
                }
                other => Some(other.as_str().unwrap().to_lowercase()),
            };
            cells.iter().map(text).collect()
        };
        let up = texts(column(&get(&INNOSERV, &target).await.expect(200), name));
        let known = || up.iter().flatten();
        assert!(!up.is_empty() && known().is_sorted(), "{target}: {up:?}");
        // What has none comes last.
        let first = up.iter().position(Option::is_none).unwrap_or(up.len());
        assert!(up[first..].iter().all(Option::is_none), "{target}");
        let turned = target.replace("sort=", "sort=-");
        let down = texts(column(&get(&INNOSERV, &turned).await.expect(200), name));
        let down: Vec<&String> = down.iter().flatten().collect();
        assert!(down.is_sorted_by(|a, b| a >= b), "{turned}: {down:?}");
    }
    for target in [
        "/api/v1/explore?sort=colour",
        "/api/v1/terms?sort=colour",
        "/api/v1/versions?sort=colour",
        "/api/v1/search?q=care&sort=colour",
        "/api/v1/networks/collaboration/nodes?sort=colour",
        "/api/v1/networks/collaboration/edges?sort=colour",
    ] {
        let answer = get(&INNOSERV, target).await.expect(400);
        assert!(answer.text.contains("`sort`"), "{}", answer.text);
    }
    let order = async |sort: &str| {
        let target = format!("/api/v1/explore?q=care&sort={sort}");
        column(&get(&INNOSERV, &target).await.expect(200), "iri")
    };
    let mut turned = order("-relevance").await;
    turned.reverse();
    assert_eq!(turned, order("relevance").await);
}

#[tokio::test]
async fn files_have_every_row_and_json_a_page() {
    for target in ["/api/v1/terms", "/api/v1/search?q=care"] {
        let page = get(&INNOSERV, target).await.expect(200);
        let total: usize = page.header("weft-total-count").parse().unwrap();
        let rows = page.json().as_array().unwrap().len();
        assert!(rows < total, "{target}: {rows} of {total}");
        assert!(links(&page).contains("rel=\"next\""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let file = get(&INNOSERV, &format!("{path}.csv?{query}")).await;
        let file = file.expect(200);
        let mut table = csv::Reader::from_reader(file.text.as_bytes());
        assert_eq!(table.records().count(), total, "{target}");
        assert_eq!(links(&file), "");
        let cut = get(&INNOSERV, &format!("{path}.csv?{query}&limit=3")).await;
        let mut table = csv::Reader::from_reader(cut.text.as_bytes());
        assert_eq!(table.records().count(), 3, "{target}");
    }
}

#[tokio::test]
async fn a_table_of_nothing_has_its_columns_and_a_workbook_is_not_compressed_twice() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let csv = get(&empty, "/api/v1/datasets.csv").await.expect(200);
    assert_eq!(
        csv.text,
        "graph,name,title,publisher,licence,contact,source,modified,version,triples,private\n"
    );
    let accept = [("accept-encoding", "gzip")];
    for (extension, coding) in [("csv", "gzip"), ("xlsx", "")] {
        let target = format!("/api/v1/networks/collaboration/nodes.{extension}");
        let answer = send(&INNOSERV, "GET", &target, &accept, "").await;
        assert_eq!(answer.expect(200).header("content-encoding"), coding);
    }
}

#[tokio::test]
async fn the_figures_of_the_report_are_flat_rows_with_a_key() {
    let path = "/api/v1/integration/figures";
    let answer = get(&INNOSERV, path).await.expect(200);
    let rows = answer.json();
    let rows = rows.as_array().unwrap();
    assert_eq!(answer.header("weft-total-count"), rows.len().to_string());
    let mut keys = BTreeSet::new();
    let [sections, ids] = [
        crate::app::integration::SECTIONS.to_vec(),
        crate::app::integration::FIGURES.to_vec(),
    ];
    for row in rows {
        let key = ["section", "indicator", "group", "from", "to"].map(|name| row[name].to_string());
        assert!(keys.insert(key), "there twice: {row}");
        let section = row["section"].as_str().unwrap();
        assert!(sections.contains(&section), "{row}");
        let id = row["indicator"].as_str().unwrap();
        assert!(section == "statements" || ids.contains(&id), "{row}");
        assert!(row["unit"].as_str().is_some_and(|unit| !unit.is_empty()));
        assert!(row["group"].as_str() != Some(""), "{row}");
        assert!(
            row["value"].is_null() != row["undefined"].is_null(),
            "{row}"
        );
        let [value, numerator, denominator] =
            ["value", "numerator", "denominator"].map(|name| row[name].as_f64());
        assert_eq!(numerator.is_some(), denominator.is_some(), "{row}");
        if let (Some(value), Some(numerator), Some(denominator)) = (value, numerator, denominator) {
            assert!((numerator / denominator - value).abs() < 1e-9, "{row}");
        }
    }
    // A pair that nothing joins has a reason that is true of it.
    let untied = rows.iter().find(|row| {
        row["indicator"] == "sector-dependence" && !row["from"].is_null() && row["value"].is_null()
    });
    assert_eq!(
        untied.unwrap()["undefined"],
        "no tie is known that joins the two"
    );
    for id in ["systems-integration", "project-centred-integration"] {
        let row = rows.iter().find(|row| row["indicator"] == id).unwrap();
        assert_eq!(
            row["undefined"],
            "nothing of the kind that is counted is recorded"
        );
    }
    // What the history has is here by the same name.
    for (kind, id, _) in INNOSERV.graph().headline_catalogue() {
        let is_total = |row: &&Value| {
            row["indicator"] == *id
                && ["group", "from", "to"]
                    .iter()
                    .all(|name| row[*name].is_null())
        };
        if kind == crate::app::history::Kind::Integration {
            assert_eq!(rows.iter().filter(is_total).count(), 1, "{id}");
        }
    }
    let some =
        format!("{path}?section=four-way,groups&indicator=bridging,sector-ei-index&sort=-unit");
    let some = get(&INNOSERV, &some).await.expect(200);
    assert_eq!(column(&some, "indicator"), ["bridging", "sector-ei-index"]);
    assert_eq!(column(&some, "unit"), ["share of ties", "index"]);
    let answer = get(&INNOSERV, &format!("{path}?indicator=bridge")).await;
    assert!(answer.expect(400).text.contains("bridging"));
    let of_network = get(
        &INNOSERV,
        "/api/v1/networks/collaboration/integration/figures.csv?sort=-value&limit=2",
    )
    .await
    .expect(200);
    assert!(links(&of_network).contains("rel=\"next\""));
    let report = get(&INNOSERV, "/api/v1/integration.csv?sort=-value&limit=2").await;
    assert_eq!(report.expect(200).text, of_network.text);
    let nested = get(&INNOSERV, "/api/v1/integration?limit=2")
        .await
        .expect(400);
    assert!(nested.text.contains("/api/v1/integration/figures"));
}

#[tokio::test]
async fn the_parts_of_a_figure_of_the_history_make_it() {
    let state = state(Config::default());
    state.graph().record_point().unwrap();
    let answer = get(&state, "/api/v1/history?latest=true").await.expect(200);
    let rows = answer.json();
    for row in rows.as_array().unwrap() {
        let [value, numerator, denominator] =
            ["value", "numerator", "denominator"].map(|name| row[name].as_f64());
        if let (Some(value), Some(numerator), Some(denominator)) = (value, numerator, denominator) {
            assert!((numerator / denominator - value).abs() < 1e-9, "{row}");
        }
        if row["metric"] == "sectorEiIndex" {
            assert!(numerator.is_some() && row["unknown"].is_number(), "{row}");
        }
    }
}

#[tokio::test]
async fn a_query_answers_flat_rows_that_are_counted_sorted_and_paged() {
    let path = "/api/v1/queries/actors-by-sector";
    let names = |answer: &Answer| {
        let rows = answer.json();
        let row = rows.as_array().unwrap()[0].as_object().unwrap();
        row.keys().cloned().collect::<Vec<_>>()
    };
    let all = get(&INNOSERV, &format!("{path}.json?shape=rows")).await;
    let all = all.expect(200);
    let columns = names(&all);
    let number = columns
        .iter()
        .find(|name| column(&all, name).iter().all(Value::is_number))
        .unwrap();
    let total = all.header("weft-total-count").to_owned();
    assert_eq!(column(&all, number).len().to_string(), total);
    let page = get(
        &INNOSERV,
        &format!("{path}?shape=rows&sort=-{number}&limit=2"),
    )
    .await
    .expect(200);
    let values = column(&page, number);
    assert_eq!(values.len(), 2);
    assert!(values[0].as_f64() >= values[1].as_f64(), "{values:?}");
    assert_eq!(page.header("weft-total-count"), total);
    assert!(links(&page).contains("rel=\"next\""));
    let csv = get(&INNOSERV, &format!("{path}.csv?limit=2&sort={number}")).await;
    assert_eq!(csv.expect(200).text.lines().count(), 3);
    // Without it JSON is that of SPARQL, of which there are no parts.
    let results = get(&INNOSERV, &format!("{path}.json")).await.expect(200);
    assert!(results.json()["results"]["bindings"].is_array());
    for (query, told) in [
        (".json?limit=2", "shape=rows"),
        (".xml?limit=2", "not as `xml`"),
        (".json?shape=tall", "`tall` is not rows"),
        (".json?shape=rows&sort=colour", "`sort`"),
        (".json?colour=red", "timeout"),
        (".json?colour=red", "limit"),
    ] {
        let answer = get(&INNOSERV, &format!("{path}{query}")).await.expect(400);
        assert!(answer.text.contains(told), "{query}: {}", answer.text);
    }
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
        ("sort=colour", "`sort`"),
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
