//! The W3C test suites of SPARQL 1.0, 1.1 and 1.2 over real sockets, driven by
//! their manifests.
//!
//! Failures that are known are listed by name, with the reason, in
//! `w3c-known-failures.txt`: one that is not listed fails the test, and so does
//! one that is listed and passes.
//!
//! `WEFT_W3C_AGAINST=127.0.0.1:7878` runs the suites against an Oxigraph server
//! that already listens there (its paths are `/query`, `/update` and `/store`);
//! then differences are printed and nothing is asserted. It loses its data.

mod evaluation;
mod manifest;
mod protocol;

use crate::support::{Response, Server, encode, report, send, shared};
use manifest::{Suites, Test};
use std::collections::BTreeMap;
use std::env;
use tempfile::TempDir;

/// The server under test.
struct Target {
    authority: String,
    query: &'static str,
    update: &'static str,
    store: &'static str,
    stock: bool,
    /// Kept alive while the target is used.
    _server: Option<(Server, TempDir)>,
}

impl Target {
    /// A fresh Weft, or the server of `$WEFT_W3C_AGAINST`.
    fn start() -> Self {
        if let Ok(authority) = env::var("WEFT_W3C_AGAINST") {
            return Self {
                authority,
                query: "/query",
                update: "/update",
                store: "/store",
                stock: true,
                _server: None,
            };
        }
        let folder = TempDir::new().expect("a temporary folder");
        let arguments = ["--in-memory", "--empty", "--open-writes"];
        let server = Server::start(folder.path(), &arguments);
        Self {
            authority: server.authority().to_owned(),
            query: "/sparql",
            update: "/sparql",
            store: "/store",
            stock: false,
            _server: Some((server, folder)),
        }
    }

    fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Response, String> {
        send(&self.authority, method, target, headers, body)
            .map_err(|error| format!("{method} {target}: {error}"))
    }

    /// Sends an update and gives the answer, whatever it is.
    fn update(&self, update: &[u8]) -> Result<Response, String> {
        let headers = [("content-type", "application/sparql-update")];
        self.send("POST", self.update, &headers, Some(update))
    }

    /// Removes all data.
    fn clear(&self) -> Result<(), String> {
        let response = self.update(b"DROP ALL")?;
        if response.is_success() {
            Ok(())
        } else {
            Err(format!("DROP ALL: {response:?}"))
        }
    }

    /// Adds a document to a graph, or to the default graph.
    fn load(&self, graph: Option<&str>, media_type: &str, document: &[u8]) -> Result<(), String> {
        let target = match graph {
            Some(graph) => format!("{}?graph={}", self.store, encode(graph)),
            None => format!("{}?default", self.store),
        };
        let headers = [("content-type", media_type)];
        let response = self.send("POST", &target, &headers, Some(document))?;
        if response.is_success() {
            Ok(())
        } else {
            Err(format!("POST {target}: {response:?}"))
        }
    }

    /// Whether the answer says that the query or update cannot be parsed.
    fn is_syntax_error(&self, response: &Response) -> bool {
        response.status == 400 && (self.stock || response.text().to_lowercase().contains("syntax"))
    }
}

/// The suites, where the shared test data is there.
fn suites() -> Option<Suites> {
    shared("rdf-tests/sparql").map(Suites::new)
}

/// The known failures: name → reason.
fn known_failures() -> BTreeMap<&'static str, &'static str> {
    include_str!("../w3c-known-failures.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| {
            let (name, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            (name, reason.trim())
        })
        .collect()
}

/// Runs the tests of a suite, prints its line of the summary, and fails on every
/// difference from what is known.
fn check(suite: &str, tests: &[Test], mut run: impl FnMut(&Test) -> Result<(), String>) {
    let known = known_failures();
    let against_other = env::var_os("WEFT_W3C_AGAINST").is_some();
    let (mut passed, mut expected) = (0, 0);
    let mut problems = Vec::new();
    for test in tests {
        match (run(test), known.get(test.name.as_str())) {
            (Ok(()), None) => passed += 1,
            (Ok(()), Some(_)) => {
                passed += 1;
                problems.push(format!(
                    "{} passes: remove it from w3c-known-failures.txt",
                    test.name
                ));
            }
            (Err(_), Some(_)) if !against_other => expected += 1,
            (Err(reason), _) => problems.push(format!("{} fails: {reason}", test.name)),
        }
    }
    let total = tests.len();
    report(&format!(
        "w3c: {suite:<28} {passed:>4} passed, {expected:>3} known failures, {total:>4} tests"
    ));
    if against_other {
        println!("{}", problems.join("\n"));
    } else {
        assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
    }
}

/// The tests of a manifest that are of one of some kinds, without the folders
/// that are out of scope.
fn select(suites: &Suites, manifest: &str, kinds: &[&str]) -> Vec<Test> {
    let mut tests = suites.tests(manifest);
    tests.retain(|test| kinds.contains(&test.kind.as_str()) && out_of_scope(test).is_none());
    tests
}

/// Why a test is not run.
fn out_of_scope(test: &Test) -> Option<&'static str> {
    if test.name.starts_with("sparql11/entailment#") {
        Some("entailment regimes")
    } else if test.name.starts_with("sparql11/service#") {
        Some("federated query")
    } else {
        None
    }
}

const EVALUATION: &[&str] = &["QueryEvaluationTest", "CSVResultFormatTest"];
const UPDATE: &[&str] = &["UpdateEvaluationTest"];
const SYNTAX: &[&str] = &[
    "PositiveSyntaxTest",
    "NegativeSyntaxTest",
    "PositiveSyntaxTest11",
    "NegativeSyntaxTest11",
    "PositiveUpdateSyntaxTest",
    "NegativeUpdateSyntaxTest",
    "PositiveUpdateSyntaxTest11",
    "NegativeUpdateSyntaxTest11",
];

/// The manifests that include all others of their version.
const MANIFESTS: [(&str, &str); 3] = [
    ("1.0", "sparql10/manifest.ttl"),
    ("1.1", "sparql11/manifest-all.ttl"),
    ("1.2", "sparql12/manifest.ttl"),
];

fn check_versions(
    version: usize,
    suite: &str,
    kinds: &[&str],
    run: impl Fn(&Suites, &Target, &Test) -> Result<(), String>,
) {
    let Some(suites) = suites() else { return };
    let (version, manifest) = MANIFESTS[version];
    let tests = select(&suites, manifest, kinds);
    assert!(!tests.is_empty(), "{manifest} has no tests of {kinds:?}");
    let target = Target::start();
    check(&format!("{suite} {version}"), &tests, |test| {
        run(&suites, &target, test)
    });
}

#[test]
fn protocol_tests_pass() {
    let Some(suites) = suites() else { return };
    let tests = select(&suites, "sparql11/protocol/manifest.ttl", &["ProtocolTest"]);
    assert_eq!(tests.len(), 34);
    let target = Target::start();
    check("protocol", &tests, |test| {
        protocol::run(&suites, &target, test)
    });
}

#[test]
fn graph_store_protocol_tests_pass() {
    let Some(suites) = suites() else { return };
    let manifest = "sparql11/graph-store-protocol/manifest.ttl";
    let tests = select(&suites, manifest, &["GraphStoreProtocolTest"]);
    assert_eq!(tests.len(), 13);
    let target = Target::start();
    check("graph store protocol", &tests, |test| {
        protocol::run(&suites, &target, test)
    });
}

#[test]
fn service_description_tests_pass() {
    let Some(suites) = suites() else { return };
    let manifest = "sparql11/service-description/manifest.ttl";
    let tests = select(&suites, manifest, &["ServiceDescriptionTest"]);
    assert_eq!(tests.len(), 3);
    let target = Target::start();
    check("service description", &tests, |test| {
        protocol::describe(&target, test)
    });
}

#[test]
fn query_evaluation_tests_of_sparql_1_0_pass() {
    check_versions(0, "query evaluation", EVALUATION, evaluation::query);
}

#[test]
fn query_evaluation_tests_of_sparql_1_1_pass() {
    check_versions(1, "query evaluation", EVALUATION, evaluation::query);
}

#[test]
fn query_evaluation_tests_of_sparql_1_2_pass() {
    check_versions(2, "query evaluation", EVALUATION, evaluation::query);
}

#[test]
fn update_evaluation_tests_of_sparql_1_1_pass() {
    check_versions(1, "update evaluation", UPDATE, evaluation::update);
}

#[test]
fn update_evaluation_tests_of_sparql_1_2_pass() {
    check_versions(2, "update evaluation", UPDATE, evaluation::update);
}

#[test]
fn syntax_tests_of_sparql_1_0_pass() {
    check_versions(0, "syntax", SYNTAX, evaluation::syntax);
}

#[test]
fn syntax_tests_of_sparql_1_1_pass() {
    check_versions(1, "syntax", SYNTAX, evaluation::syntax);
}

#[test]
fn syntax_tests_of_sparql_1_2_pass() {
    check_versions(2, "syntax", SYNTAX, evaluation::syntax);
}

#[test]
fn every_known_failure_names_a_test_and_a_reason() {
    let Some(suites) = suites() else { return };
    let mut tests = Vec::new();
    for (_, manifest) in MANIFESTS {
        tests.extend(suites.tests(manifest));
    }
    for (name, reason) in known_failures() {
        assert!(tests.iter().any(|test| test.name == name), "no test {name}");
        assert!(!reason.is_empty(), "{name} has no reason");
    }
    let mut left_out: BTreeMap<&str, usize> = BTreeMap::new();
    for test in &tests {
        if let Some(reason) = out_of_scope(test) {
            *left_out.entry(reason).or_default() += 1;
        }
    }
    for (reason, count) in left_out {
        report(&format!(
            "w3c: not run: {reason}, {count} tests (out of scope)"
        ));
    }
}
