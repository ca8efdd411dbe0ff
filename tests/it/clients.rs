//! Programs that others wrote, as clients: `tests/clients/*.py` with the Python
//! that `./test` prepares (`$WEFT_TEST_PYTHON`).

use crate::support::{Server, root, run, skipped};
use std::env;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// The Python that has the client libraries.
fn python() -> Option<PathBuf> {
    let python = env::var_os("WEFT_TEST_PYTHON").map(PathBuf::from);
    let python = python.filter(|python| python.exists());
    if python.is_none() {
        skipped("no Python with the client libraries (run ./test, or set WEFT_TEST_PYTHON)");
    }
    python
}

/// Runs a script against a server that takes writes with a token only.
#[track_caller]
fn check(script: &str) {
    let Some(python) = python() else { return };
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
    let server = Server::start(folder.path(), &["--data-dir", "data"]);
    let output = Command::new(python)
        .arg(root().join("tests/clients").join(script))
        .arg(format!("http://{}", server.authority()))
        .env("WEFT_TOKEN", token)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path())
        .output()
        .expect("Python starts");
    assert!(
        output.status.success(),
        "{script}:\n{}{}\nserver:\n{}",
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
fn plain_http_negotiates_content() {
    check("http_client.py");
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
    std::fs::write(folder.path().join("a.ttl"), "<urn:b> <urn:p> 2 .").expect("a file is written");
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
