//! What ships for Grafana and what the page on dashboards says, held against the running service:
//! every address answers, and every field that a panel names is in the answer.

use crate::support::{Response, Server, root};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

/// What stands for the variables of a board.
const VARIABLES: [(&str, &str); 5] = [
    ("${__from:date:iso}", "2020-01-01T00:00:00.000Z"),
    ("${__to:date:iso}", "2100-01-01T00:00:00.000Z"),
    ("$network", "collaboration"),
    ("$sector", ""),
    ("$interval", "day"),
];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn board(name: &str) -> Value {
    let text = read(&format!("docs/grafana/dashboards/{name}.json"));
    serde_json::from_str(&text).unwrap()
}

/// A service with the data that ships, whose history has begun.
fn service(folder: &tempfile::TempDir) -> Server {
    let server = Server::start(folder.path(), &["--data-dir", "data"]);
    let begin = Instant::now();
    while server.get("/api/v1/history", &[]).body == b"[]" {
        assert!(begin.elapsed() < Duration::from_secs(60), "no point came");
        std::thread::sleep(Duration::from_millis(100));
    }
    server
}

/// Everything in a JSON value that has this key.
fn all<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(key));
            fields.values().for_each(|field| all(field, key, found));
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, key, found)),
        _ => {}
    }
}

/// As the plugin asks: the base address before the address of the query, parameters encoded anew.
#[track_caller]
fn ask(server: &Server, url: &str) -> Response {
    let mut url = url.to_owned();
    for (variable, value) in VARIABLES {
        url = url.replace(variable, value);
    }
    assert!(url.starts_with('/') && !url.contains('$'), "{url}");
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let parameters = query.split('&').filter(|pair| !pair.is_empty());
    let encoded: Vec<String> = parameters
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
        })
        .collect();
    let answer = server.get(&format!("{path}?{}", encoded.join("&")), &[]);
    assert_eq!(answer.status, 200, "{url}: {answer:?}");
    answer
}

#[track_caller]
fn rows(answer: &Response, url: &str) -> Vec<Value> {
    match serde_json::from_slice(&answer.body) {
        Ok(Value::Array(rows)) if !rows.is_empty() => rows,
        _ => panic!("{url} has no rows: {answer:?}"),
    }
}

#[test]
fn every_field_of_the_board_is_in_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = service(&folder);
    let board = board("weft");
    let mut queries = Vec::new();
    for panel in board["panels"].as_array().unwrap() {
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{panel}");
        queries.extend(targets);
    }
    all(&board["templating"], "infinityQuery", &mut queries);
    assert!(queries.len() > 12, "{}", queries.len());
    for query in queries {
        let url = query["url"].as_str().unwrap();
        assert_eq!(query["type"], "json", "{url}");
        let rows = rows(&ask(&server, url), url);
        let columns = query["columns"].as_array().unwrap();
        let mut names: Vec<&str> = columns
            .iter()
            .map(|column| column["selector"].as_str().unwrap())
            .collect();
        match query["format"].as_str().unwrap() {
            // What the panel needs, by the names of its data frames.
            "node-graph-nodes" => {
                names.extend(["id", "title", "subtitle", "mainstat", "secondarystat"]);
            }
            "node-graph-edges" => names.extend(["id", "source", "target", "mainstat"]),
            "table" | "timeseries" => assert!(!columns.is_empty(), "{url}"),
            other => panic!("{url}: {other}"),
        }
        for name in names {
            let known = |row: &&Value| row.get(name).is_some_and(|value| !value.is_null());
            assert!(
                rows[0].get(name).is_some(),
                "{url} has no {name}: {}",
                rows[0]
            );
            // A column that is always empty would be a column in vain.
            assert!(rows.iter().any(|row| known(&row)), "{url}: {name} is empty");
        }
        for column in columns {
            let name = column["selector"].as_str().unwrap();
            let cells = rows.iter().map(|row| &row[name]);
            let fits = |cell: &Value| match column["type"].as_str().unwrap() {
                "number" => cell.is_number() || cell.is_null(),
                "timestamp" => cell.as_str().is_some_and(|text| text.ends_with('Z')),
                _ => cell.is_string() || cell.is_null(),
            };
            for cell in cells {
                assert!(fits(cell), "{url}: {name} is {cell}");
            }
        }
    }
}

#[test]
fn the_boards_fit_together_with_what_provisions_them() {
    let source = read("docs/grafana/provisioning/datasources/weft.yaml");
    let board = board("weft");
    let mut sources = Vec::new();
    all(&board, "datasource", &mut sources);
    assert!(!sources.is_empty());
    for used in sources {
        for (key, value) in [("uid", "uid"), ("type", "type")] {
            let line = format!("{key}: {}", used[value].as_str().unwrap());
            assert!(source.contains(&line), "{line} is not in the data source");
        }
    }
    let ids: Vec<&Value> = {
        let panels = board["panels"].as_array().unwrap();
        panels.iter().map(|panel| &panel["id"]).collect()
    };
    let different: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(different.len(), ids.len(), "panels have ids of their own");
    let provider = read("docs/grafana/provisioning/dashboards/weft.yaml");
    let page = read("docs/dashboards.md");
    let path = "/var/lib/grafana/dashboards/weft";
    assert!(provider.contains(path) && page.contains(path));
}

#[test]
fn every_metric_of_the_board_of_the_service_is_scraped() {
    let folder = tempfile::tempdir().unwrap();
    let server = service(&folder);
    server.select("SELECT * { ?s ?p ?o } LIMIT 1");
    let text = String::from_utf8(server.get("/metrics", &[]).body).unwrap();
    let board = board("weft-service");
    let mut expressions = Vec::new();
    all(&board["panels"], "expr", &mut expressions);
    assert!(expressions.len() > 10);
    for expression in expressions {
        let expression = expression.as_str().unwrap();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let names = expression
            .split(|c| !is_part(c))
            .filter(|word| word.starts_with("weft_") || word.starts_with("process_"));
        for name in names {
            let is_there = text.lines().any(|line| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with([' ', '{']))
            });
            let only_linux = name.starts_with("process_") && !cfg!(target_os = "linux");
            // A service in memory has no log.
            assert!(is_there || only_linux || name == "weft_log_bytes", "{name}");
        }
        // Values that selectors name are there too.
        for part in expression.split('"').skip(1).step_by(2) {
            for value in part.split('|').filter(|value| *value != "triples") {
                assert!(
                    text.contains(&format!("=\"{value}\"")),
                    "{expression}: {value}"
                );
            }
        }
    }
}

/// The addresses in the fenced parts of a page: from the scheme to the quote or space that ends it.
fn addresses(page: &str) -> BTreeSet<String> {
    let fenced = page.split("```").skip(1).step_by(2);
    fenced
        .flat_map(|block| block.split("http://localhost:7878/").skip(1))
        .map(|rest| {
            let end = rest.find(['"', '\'', ' ', '\n', '#', ')']);
            format!("/{}", &rest[..end.unwrap_or(rest.len())])
        })
        .collect()
}

#[test]
fn every_address_of_the_page_on_dashboards_answers() {
    let folder = tempfile::tempdir().unwrap();
    let server = service(&folder);
    let page = read("docs/dashboards.md");
    let mut addresses = addresses(&page);
    // Those of the table of tables, with a network in place of any.
    let cells = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `/")?.split('`').next());
    for cell in cells.filter(|cell| !cell.contains('…')) {
        let cell = cell.replace("{id}", "collaboration").replace("{name}", "");
        addresses.insert(format!("/{}", cell.trim_end_matches('/')));
    }
    assert!(addresses.len() > 15, "{addresses:?}");
    for address in &addresses {
        let answer = server.get(address, &[]);
        assert_eq!(answer.status, 200, "{address}: {answer:?}");
        assert!(
            !answer.body.is_empty() && answer.body != b"[]" || address.contains("since="),
            "{address}"
        );
        if address.contains(".csv") {
            let mut table = csv::Reader::from_reader(answer.body.as_slice());
            let rows = table.records().filter(Result::is_ok).count();
            assert!(rows > 0, "{address} has no rows");
        }
    }
    // Columns that the examples name are in the answers that they read.
    let history = server.get("/api/v1/history.csv", &[]);
    let long = String::from_utf8(history.body).unwrap();
    let header: BTreeSet<&str> = long.lines().next().unwrap().split(',').collect();
    for name in [
        "time",
        "dataVersion",
        "metric",
        "value",
        "undefined",
        "numerator",
        "denominator",
        "unknown",
        "kind",
        "label",
    ] {
        assert!(
            header.contains(name) && page.contains(&format!("`{name}`")),
            "{name}"
        );
    }
    for metric in ["horizontal", "vertical", "bridging"] {
        assert!(long.contains(&format!(",{metric},")), "{metric}");
    }
}

#[test]
fn the_history_survives_a_restart_and_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let arguments = ["--data-dir", data.to_str().unwrap(), "--open-writes"];
    let wait = |server: &Server, points: usize| {
        let begin = Instant::now();
        loop {
            let answer = server.get("/api/v1/history.csv?metric=actors", &[]);
            let text = String::from_utf8(answer.body).unwrap();
            if text.lines().count() > points {
                return text;
            }
            assert!(
                begin.elapsed() < Duration::from_secs(60),
                "{points}: {text}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let mut server = Server::start(folder.path(), &arguments);
    wait(&server, 1);
    server.update("INSERT DATA { <http://e/a> a <https://w3id.org/weft/ns#Actor> }");
    let before = wait(&server, 2);
    server.kill();
    // What a crash in the middle of a write leaves.
    let file = data.join("history.log");
    let mut text = fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"version\":99,\"time\":\"2026-");
    fs::write(&file, text).unwrap();
    let server = Server::start(folder.path(), &arguments);
    let answer = server.get("/api/v1/history.csv?metric=actors", &[]);
    assert_eq!(String::from_utf8(answer.body).unwrap(), before);
    server.update("INSERT DATA { <http://e/b> a <https://w3id.org/weft/ns#Actor> }");
    let after = wait(&server, 3);
    assert!(after.starts_with(&before), "{before}\n{after}");
    assert!(server.stop().success());
}
