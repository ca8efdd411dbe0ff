//! The W3C test suite of SHACL Core, driven by its manifests: each validation report must be equal to
//! the one expected, up to the names of blank nodes.
//!
//! Failures that are known are listed by name, with the reason, in `shacl-known-failures.txt`: one
//! that is not listed fails the test, and so does one that is listed and passes.

use crate::isomorphism::{Row, isomorphic};
use crate::support::{report, shared};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use weft::ingest::check::CheckReport;
use weft::ingest::rdf::{ParseOptions, parse_bytes};
use weft::ingest::validate::{Shapes, validate_with};

/// Where the suite is taken to be; file names are resolved against it.
const PUBLISHED: &str = "https://w3c.github.io/data-shapes/tests/";
const SH: &str = "http://www.w3.org/ns/shacl#";
const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";
const SHT: &str = "http://www.w3.org/ns/shacl-test#";

/// What of a result is compared: all but its words.
const COMPARED: [&str; 6] = [
    "focusNode",
    "resultPath",
    "value",
    "resultSeverity",
    "sourceConstraintComponent",
    "sourceShape",
];

fn node(namespace: &str, local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{local}"))
}

struct Suite {
    root: PathBuf,
}

struct Case {
    name: String,
    node: Term,
    manifest: Graph,
}

impl Suite {
    fn path(&self, iri: &str) -> PathBuf {
        self.root.join(iri.strip_prefix(PUBLISHED).unwrap_or(iri))
    }

    fn read(&self, iri: &str) -> Result<Vec<u8>, String> {
        fs::read(self.path(iri)).map_err(|error| format!("{iri}: {error}"))
    }

    fn graph(&self, iri: &str) -> Result<Graph, String> {
        let parser = RdfParser::from_format(RdfFormat::Turtle).with_base_iri(iri);
        let parser = parser.map_err(|error| error.to_string())?;
        let text = self.read(iri)?;
        let mut graph = Graph::new();
        for quad in parser.for_slice(&text) {
            let quad = quad.map_err(|error| format!("{iri}: {error}"))?;
            graph.insert(Triple::from(quad).as_ref());
        }
        Ok(graph)
    }

    fn collect(&self, iri: &str, cases: &mut Vec<Case>) {
        let graph = self.graph(iri).expect("the manifests can be read");
        let mut included: Vec<String> = graph
            .triples_for_predicate(&node(MF, "include"))
            .filter_map(|triple| match triple.object {
                TermRef::NamedNode(manifest) => Some(manifest.as_str().to_owned()),
                _ => None,
            })
            .collect();
        included.sort();
        for manifest in included {
            self.collect(&manifest, cases);
        }
        let folder = Path::new(iri.strip_prefix(PUBLISHED).unwrap_or(iri)).parent();
        let folder = folder.map(|folder| folder.display().to_string());
        let mut tests: Vec<Term> = graph
            .subjects_for_predicate_object(rdf::TYPE, &node(SHT, "Validate"))
            .map(|subject| subject.into_owned().into())
            .collect();
        tests.sort_by_key(ToString::to_string);
        for test in tests {
            let local = text(&test)
                .rsplit(['#', '/'])
                .next()
                .unwrap_or_default()
                .to_owned();
            cases.push(Case {
                name: format!("{}#{local}", folder.clone().unwrap_or_default()),
                node: test,
                manifest: graph.clone(),
            });
        }
    }

    fn run(&self, case: &Case) -> Result<(), String> {
        let manifest = &case.manifest;
        let get = |subject: &Term, predicate: NamedNode| object(manifest, subject, &predicate);
        let action = get(&case.node, node(MF, "action")).ok_or("no action")?;
        let expected = get(&case.node, node(MF, "result")).ok_or("no result")?;
        let file = |name: &str| {
            let file = get(&action, node(SHT, name)).ok_or_else(|| format!("no {name}"))?;
            Ok::<_, String>(text(&file))
        };
        let (data, shapes) = (file("dataGraph")?, file("shapesGraph")?);
        let options = ParseOptions {
            base_iri: Some(data.clone()),
            ..ParseOptions::default()
        };
        let batch = parse_bytes(&self.read(&data)?, RdfFormat::Turtle, &options)
            .map_err(|error| error.to_string())?;
        let turtle = String::from_utf8(self.read(&shapes)?).map_err(|error| error.to_string())?;
        let found = Shapes::read_at(&turtle, Some(&shapes))
            .and_then(|shapes| validate_with(&[&batch], &[&shapes]));
        if expected == node(SHT, "Failure").into() {
            return match found {
                Err(_) => Ok(()),
                Ok(_) => Err("a failure was expected".to_owned()),
            };
        }
        let found = found.map_err(|error| error.to_string())?;
        let mut graph = Graph::new();
        for triple in CheckReport::of_shapes(0, found).to_rdf() {
            graph.insert(triple.as_ref());
        }
        let own = graph
            .subject_for_predicate_object(rdf::TYPE, &node(SH, "ValidationReport"))
            .ok_or("no report was made")?;
        let own = rows(&graph, &own.into_owned().into());
        let expected = rows(manifest, &expected);
        if isomorphic(&own, &expected, false) {
            return Ok(());
        }
        Err(format!(
            "expected\n{}\nfound\n{}",
            shown(&expected),
            shown(&own)
        ))
    }
}

fn text(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        other => other.to_string(),
    }
}

fn subject(term: &Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.clone().into()),
        Term::BlankNode(node) => Some(node.clone().into()),
        _ => None,
    }
}

fn object(graph: &Graph, of: &Term, predicate: &NamedNode) -> Option<Term> {
    let subject = subject(of)?;
    let object = graph.object_for_subject_predicate(&subject, predicate)?;
    Some(object.into_owned())
}

/// The triples of a report that are compared.
fn rows(graph: &Graph, report: &Term) -> Vec<Row> {
    let mut rows = Vec::new();
    let Some(of_report) = subject(report) else {
        return rows;
    };
    let mut add = |s: &Term, p: NamedNodeRef<'_>, o: &Term| {
        rows.push(vec![
            Some(s.clone()),
            Some(p.into_owned().into()),
            Some(o.clone()),
        ]);
    };
    let conforms = node(SH, "conforms");
    if let Some(value) = object(graph, report, &conforms) {
        add(report, conforms.as_ref(), &value);
    }
    let result = node(SH, "result");
    let mut paths = Vec::new();
    for found in graph.objects_for_subject_predicate(&of_report, &result) {
        let found = found.into_owned();
        add(report, result.as_ref(), &found);
        for name in COMPARED {
            let property = node(SH, name);
            if let Some(value) = object(graph, &found, &property) {
                if name == "resultPath" && matches!(value, Term::BlankNode(_)) {
                    paths.push(value.clone());
                }
                add(&found, property.as_ref(), &value);
            }
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(path) = paths.pop() {
        let Some(of_path) = subject(&path).filter(|_| seen.insert(path.to_string())) else {
            continue;
        };
        for triple in graph.triples_for_subject(&of_path) {
            let value = triple.object.into_owned();
            if matches!(value, Term::BlankNode(_)) {
                paths.push(value.clone());
            }
            add(&path, triple.predicate, &value);
        }
    }
    rows
}

fn shown(rows: &[Row]) -> String {
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().flatten().map(ToString::to_string).collect();
            cells.join(" ")
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

/// The known failures: name → reason.
fn known_failures() -> BTreeMap<&'static str, &'static str> {
    include_str!("shacl-known-failures.txt")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| {
            let (name, reason) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            (name, reason.trim())
        })
        .collect()
}

#[test]
fn the_core_suite_of_shacl_passes() {
    let Some(root) = shared("shacl-tests/tests") else {
        return;
    };
    let suite = Suite { root };
    let mut cases = Vec::new();
    suite.collect(&format!("{PUBLISHED}core/manifest.ttl"), &mut cases);
    assert!(cases.len() > 90, "{} tests are too few", cases.len());
    let known = known_failures();
    let (mut passed, mut expected, mut problems) = (0, 0, Vec::new());
    for case in &cases {
        match (suite.run(case), known.get(case.name.as_str())) {
            (Ok(()), None) => passed += 1,
            (Ok(()), Some(_)) => problems.push(format!(
                "{} passes: remove it from shacl-known-failures.txt",
                case.name
            )),
            (Err(_), Some(reason)) => {
                assert!(!reason.is_empty(), "{} has no reason", case.name);
                expected += 1;
            }
            (Err(reason), None) => problems.push(format!("{} fails: {reason}", case.name)),
        }
    }
    for name in known.keys() {
        assert!(
            cases.iter().any(|case| case.name == *name),
            "no test {name}"
        );
    }
    report(&format!(
        "w3c: {:<28} {passed:>4} passed, {expected:>3} known failures, {:>4} tests",
        "shacl core",
        cases.len()
    ));
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
