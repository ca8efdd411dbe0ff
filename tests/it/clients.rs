//! Programs that others wrote, as clients: `tests/clients/*.py` with the Python
//! that `./test` prepares (`$WEFT_TEST_PYTHON`), and `tests/clients/js` with Node and
//! the packages that it installs (`$WEFT_TEST_NODE_MODULES`).

use crate::networks::{self, innoserv, weft};
use crate::support::{Server, root, run, skipped};
use serde_json::{Map, Value, json};
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// The Python that has the client libraries.
pub fn python() -> Option<PathBuf> {
    let python = env::var_os("WEFT_TEST_PYTHON").map(PathBuf::from);
    let python = python.filter(|python| python.exists());
    if python.is_none() {
        skipped("no Python with the client libraries (run ./test, or set WEFT_TEST_PYTHON)");
    }
    python
}

/// The folder that has `node_modules` with the client libraries.
pub fn node_folder() -> Option<PathBuf> {
    let folder = env::var_os("WEFT_TEST_NODE_MODULES").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.join("node_modules").exists());
    if folder.is_none() {
        skipped("no Node with the client libraries (run ./test, or set WEFT_TEST_NODE_MODULES)");
    }
    folder
}

/// Runs a script against a server that takes writes with a token only.
#[track_caller]
fn check(script: &str) {
    let Some(python) = python() else { return };
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/clients").join(script))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    check_command(script, command, &[]);
}

/// Runs a command, which gets the address of a server, more arguments and `WEFT_TOKEN`.
#[track_caller]
pub fn check_command(name: &str, command: Command, more: &[PathBuf]) {
    check_command_on(name, command, more, &[]);
}

/// The same with a server that was started with such arguments.
#[track_caller]
pub fn check_command_on(name: &str, mut command: Command, more: &[PathBuf], serve: &[&str]) {
    let folder = TempDir::new().expect("a temporary folder");
    let arguments = [
        "token",
        "create",
        "clients",
        "--admin",
        "--data-dir",
        "data",
    ];
    let made = run(folder.path(), &arguments).expect(0);
    let token = made
        .stdout
        .split_whitespace()
        .find(|word| word.len() >= 20)
        .unwrap_or_else(|| panic!("no token: {made:#?}"))
        .to_owned();
    let serve = [&["--data-dir", "data"], serve].concat();
    let server = Server::start(folder.path(), &serve);
    let output = command
        .arg(format!("http://{}", server.authority()))
        .args(more)
        .env("WEFT_TOKEN", token)
        .current_dir(folder.path())
        .output()
        .expect("the client starts");
    assert!(
        output.status.success(),
        "{name}:\n{}{}\nserver:\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
}

#[test]
fn sparqlwrapper_queries_and_updates() {
    check("sparqlwrapper_client.py");
}

#[test]
fn rdflib_reads_and_writes_as_a_remote_store() {
    check("rdflib_client.py");
}

#[test]
fn pyoxigraph_parses_every_format() {
    check("pyoxigraph_client.py");
}

#[test]
fn the_notebooks_run() {
    check("notebooks.py");
}

#[test]
fn clients_from_npm_query_and_update() {
    let Some(folder) = node_folder() else { return };
    let mut command = Command::new("node");
    command.arg(root().join("tests/clients/js/client.mjs"));
    check_command("client.mjs", command, &[folder]);
}

#[test]
fn plain_http_negotiates_content() {
    check("http_client.py");
}

/// Exports a network in all formats, and has NetworkX and igraph read the files.
#[track_caller]
fn check_exports(network: &str, score_ids: &str) {
    let Some(python) = python() else { return };
    let folder = innoserv();
    let arguments = ["metrics", network, "--format", "json"];
    let answer = networks::json(&weft(folder.path(), &arguments).expect(0));
    let arguments = [
        "metrics",
        network,
        "--nodes",
        "--metrics",
        score_ids,
        "--format",
        "json",
    ];
    let nodes = networks::json(&weft(folder.path(), &arguments).expect(0));
    let mut scores = Map::new();
    for id in score_ids.split(',') {
        let column: Map<String, Value> = nodes
            .as_array()
            .expect("rows")
            .iter()
            .map(|node| {
                let iri = node["iri"].as_str().expect("an IRI").to_owned();
                (iri, node[id].clone())
            })
            .collect();
        scores.insert(id.to_owned(), Value::Object(column));
    }
    let expected = json!({
        "nodes": answer["nodes"],
        "edges": answer["edges"],
        "isolates": answer["metrics"]["isolates"],
        "directed": false,
        "scores": scores,
    });
    let file = folder.path().join("expected.json");
    fs::write(file, expected.to_string()).expect("the file is written");
    for extension in ["graphml", "gexf", "json", "csv", "net", "dl"] {
        let file = format!("network.{extension}");
        weft(folder.path(), &["export", network, &file]).expect(0);
    }
    let output = Command::new(python)
        .arg(root().join("tests/clients/exports_client.py"))
        .arg(folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("Python starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.lines().count() == 6,
        "{network}:\n{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn exports_of_one_mode_are_read_by_networkx_and_igraph() {
    let scores = "degree,strength,betweenness,closeness,core,constraint,eiIndex,sectorReach";
    check_exports("collaboration", scores);
}

#[test]
fn exports_of_two_modes_are_read_by_networkx_and_igraph() {
    check_exports(
        "affiliation",
        "degree,betweenness,core,providers,redundancy",
    );
}

#[test]
fn curl_works_as_the_readme_shows() {
    if Command::new("curl").arg("--version").output().is_err() {
        skipped("curl is not installed");
        return;
    }
    let folder = TempDir::new().expect("a temporary folder");
    let arguments = ["--in-memory", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    let url = |path: &str| format!("http://{}{path}", server.authority());
    let curl = |arguments: &[&str]| {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--fail-with-body"])
            .args(arguments)
            .output()
            .expect("curl starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        text
    };
    let query = "query=SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/weft/ns#Actor> }";
    let csv = curl(&[
        &url("/sparql"),
        "-H",
        "accept: text/csv",
        "--data-urlencode",
        query,
    ]);
    assert!(csv.starts_with('n') && csv.lines().count() == 2, "{csv}");
    let csv = curl(&[
        "--get",
        &url("/sparql"),
        "-H",
        "accept: text/csv",
        "--data-urlencode",
        query,
    ]);
    assert!(csv.starts_with('n'), "{csv}");
    curl(&[
        &url("/sparql"),
        "--data-urlencode",
        "update=INSERT DATA { <urn:a> <urn:p> 1 }",
    ]);
    fs::write(folder.path().join("a.ttl"), "<urn:b> <urn:p> 2 .").expect("a file is written");
    let file = folder.path().join("a.ttl").display().to_string();
    let store = url("/store?graph=urn:g");
    curl(&[
        "-X",
        "PUT",
        "-H",
        "content-type: text/turtle",
        "-T",
        &file,
        &store,
    ]);
    let turtle = curl(&["-H", "accept: text/turtle", &store]);
    assert!(turtle.contains("urn:b"), "{turtle}");
    let packed = curl(&["--compressed", "-H", "accept: text/turtle", &store]);
    assert_eq!(packed, turtle);
    let summary = curl(&[&url("/api/v1/summary")]);
    assert!(summary.contains("dataVersion"), "{summary}");
}
