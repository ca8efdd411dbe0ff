//! The ontology as data: every term that is used is defined, every concept has a
//! label and a scheme, every code list is complete, and all of it conforms to its
//! own shapes.

use crate::support::{root, run};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    Graph, NamedNode, NamedNodeRef, NamedOrBlankNodeRef, TermRef, Triple, TripleRef,
};
use spargebra::SparqlParser;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use weft::metrics::{self, Scope, ValueKind};

const NS: &str = "https://w3id.org/weft/ns#";
const CODE: &str = "https://w3id.org/weft/code/";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";

/// The files below a folder with an extension, in order.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder);
        for entry in entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|known| known == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn turtle(paths: &[PathBuf]) -> Graph {
    let mut graph = Graph::new();
    for path in paths {
        let text = read(path);
        let parser = RdfParser::from_format(RdfFormat::Turtle).rename_blank_nodes();
        for quad in parser.for_slice(text.as_bytes()) {
            let quad = quad.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            graph.insert(Triple::from(quad).as_ref());
        }
    }
    graph
}

fn ontology() -> Graph {
    turtle(&files("ontology", "ttl"))
}

fn node(namespace: &str, name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

fn has(graph: &Graph, subject: NamedNodeRef<'_>, property: &NamedNode) -> bool {
    graph
        .object_for_subject_predicate(subject, property)
        .is_some()
}

fn labels(
    graph: &Graph,
    subject: NamedNodeRef<'_>,
    property: NamedNodeRef<'_>,
) -> BTreeMap<String, String> {
    graph
        .objects_for_subject_predicate(subject, property)
        .filter_map(|object| match object {
            TermRef::Literal(literal) => {
                let language = literal.language().unwrap_or_default().to_owned();
                Some((language, literal.value().to_owned()))
            }
            _ => None,
        })
        .collect()
}

/// The IRIs in angle brackets that begin with a namespace.
fn iris(text: &str, namespace: &str) -> BTreeSet<String> {
    text.split('<')
        .filter_map(|rest| rest.split_once('>'))
        .filter(|(iri, _)| iri.starts_with(namespace) && iri.len() > namespace.len())
        .map(|(iri, _)| iri.to_owned())
        .collect()
}

/// What the queries in `ontology` and `data` are written with.
fn parser() -> SparqlParser {
    let mut parser = SparqlParser::new();
    for (prefix, namespace) in [
        ("weft", NS),
        ("skos", SKOS),
        ("owl", OWL),
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
        ("dct", "http://purl.org/dc/terms/"),
        ("prov", "http://www.w3.org/ns/prov#"),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        ("org", "http://www.w3.org/ns/org#"),
        ("foaf", "http://xmlns.com/foaf/0.1/"),
        ("schema", "http://schema.org/"),
        ("dcat", "http://www.w3.org/ns/dcat#"),
        ("geo", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
        ("fn", "https://w3id.org/weft/fn#"),
        ("col", "https://w3id.org/weft/column#"),
    ] {
        parser = parser
            .with_prefix(prefix, namespace)
            .expect("the namespaces are IRIs");
    }
    parser
}

/// Every query of the catalogue, the indicators, the rules, the networks and the
/// mappings, written out with full IRIs.
fn queries() -> Vec<(PathBuf, String)> {
    let mut paths = files("ontology", "rq");
    paths.extend(files("data", "rq"));
    for folder in ["indicators", "networks", "queries", "rules"] {
        let folder = root().join("ontology").join(folder);
        let is_read = paths.iter().any(|path| path.starts_with(&folder));
        assert!(is_read, "no query in {}", folder.display());
    }
    paths
        .into_iter()
        .map(|path| {
            let query = parser().parse_query(&read(&path));
            let query = query.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path, query.to_string())
        })
        .collect()
}

#[test]
fn every_weft_term_that_is_used_is_defined() {
    let ontology = ontology();
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |iri: String, place: &Path| {
        let place = place
            .strip_prefix(root())
            .unwrap_or(place)
            .display()
            .to_string();
        used.entry(iri).or_default().insert(place);
    };
    let mut documents = files("ontology", "ttl");
    documents.extend(files("data", "ttl"));
    for path in &documents {
        for triple in &turtle(std::slice::from_ref(path)) {
            for iri in iris(&triple.to_string(), NS) {
                note(iri, path);
            }
        }
    }
    for (path, query) in queries() {
        for iri in iris(&query, NS) {
            note(iri, &path);
        }
    }
    // In Rust: `weft:name` and full IRIs in strings and comments.
    for path in files("src", "rs") {
        let text = read(&path);
        for start in ["weft:", NS] {
            for (_, rest) in text
                .match_indices(start)
                // URNs of commits are no terms.
                .filter(|(at, _)| !text[..*at].ends_with("urn:"))
                .map(|(at, _)| text.split_at(at + start.len()))
            {
                let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric());
                let name = &rest[..end.unwrap_or(rest.len())];
                if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                    note(format!("{NS}{name}"), &path);
                }
            }
        }
    }
    assert!(used.len() > 50, "only {} terms found", used.len());
    let undefined: Vec<_> = used
        .iter()
        .filter(|(iri, _)| {
            !has(
                &ontology,
                NamedNodeRef::new_unchecked(iri),
                &rdf::TYPE.into_owned(),
            )
        })
        .map(|(iri, places)| format!("{iri} in {places:?}"))
        .collect();
    assert!(
        undefined.is_empty(),
        "not defined in ontology/:\n{}",
        undefined.join("\n")
    );
}

#[test]
fn every_concept_that_is_used_is_in_a_code_list() {
    let codes = turtle(&files("ontology/codes", "ttl"));
    let mut problems = Vec::new();
    let mut check = |text: &str, place: &Path| {
        for iri in iris(text, CODE) {
            // A namespace that a query builds concepts from ends with a slash.
            let known = has(
                &codes,
                NamedNodeRef::new_unchecked(&iri),
                &rdf::TYPE.into_owned(),
            );
            if !known && !iri.ends_with('/') {
                problems.push(format!("{}: {iri}", place.display()));
            }
        }
    };
    let mut documents = files("ontology", "ttl");
    documents.extend(files("data", "ttl"));
    for path in &documents {
        for triple in &turtle(std::slice::from_ref(path)) {
            check(&triple.to_string(), path);
        }
    }
    for (path, query) in queries() {
        check(&query, &path);
    }
    problems.sort();
    problems.dedup();
    assert!(
        problems.is_empty(),
        "in no code list:\n{}",
        problems.join("\n")
    );
}

#[test]
fn every_class_and_property_has_labels_a_definition_and_its_ends() {
    let core = turtle(&[root().join("ontology/core.ttl")]);
    let mut problems = Vec::new();
    let mut count = 0;
    for class in ["Class", "ObjectProperty", "DatatypeProperty"] {
        let class = node(OWL, class);
        for subject in core.subjects_for_predicate_object(rdf::TYPE, &class) {
            let NamedOrBlankNodeRef::NamedNode(subject) = subject else {
                continue;
            };
            if !subject.as_str().starts_with(NS) {
                continue;
            }
            count += 1;
            let labels = labels(&core, subject, rdfs::LABEL);
            for language in ["en", "es"] {
                if !labels.contains_key(language) {
                    problems.push(format!("{subject} has no label in {language}"));
                }
            }
            if !has(&core, subject, &node(SKOS, "definition"))
                && !has(&core, subject, &rdfs::COMMENT.into_owned())
            {
                problems.push(format!("{subject} has no definition"));
            }
            let is_property = !class.as_str().ends_with("#Class");
            for end in [rdfs::DOMAIN, rdfs::RANGE] {
                let wide = ["domainIncludes", "rangeIncludes"]
                    .map(|name| node("http://schema.org/", name));
                if is_property
                    && !has(&core, subject, &end.into_owned())
                    && !wide.iter().any(|end| has(&core, subject, end))
                {
                    problems.push(format!("{subject} has no {}", end.as_str()));
                }
            }
        }
    }
    assert!(count > 50, "only {count} classes and properties");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_metric_of_the_catalogue_is_a_term() {
    let core = turtle(&[root().join("ontology/core.ttl")]);
    let classes = ["NodeMetric", "NetworkMetric"].map(|class| node(NS, class));
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for metric in metrics::all() {
        let term = node(NS, metric.id);
        ids.insert(term.as_str().to_owned());
        let class = match metric.scope() {
            Scope::Node => "NodeMetric",
            Scope::Network => "NetworkMetric",
        };
        for known in &classes {
            let is_typed = core.contains(TripleRef::new(&term, rdf::TYPE, known));
            if is_typed != (*known == node(NS, class)) {
                problems.push(format!("{term} is of class {known}: {is_typed}"));
            }
        }
        let datatype = match metric.kind {
            ValueKind::Count => xsd::INTEGER,
            ValueKind::Real => xsd::DOUBLE,
            ValueKind::Flag => xsd::BOOLEAN,
        };
        let ranges: Vec<_> = core
            .objects_for_subject_predicate(&term, rdfs::RANGE)
            .collect();
        if ranges != [TermRef::from(datatype)] {
            problems.push(format!("{term} has range {ranges:?}, not {datatype}"));
        }
    }
    // And the other way round: a term that nothing computes promises too much.
    for class in &classes {
        for term in core.subjects_for_predicate_object(rdf::TYPE, class) {
            if let NamedOrBlankNodeRef::NamedNode(term) = term
                && !ids.contains(term.as_str())
            {
                problems.push(format!("{term} is no metric of the catalogue"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_concept_has_a_label_a_notation_and_a_scheme_that_exists() {
    let mut problems = Vec::new();
    let (concept, scheme) = (node(SKOS, "Concept"), node(SKOS, "ConceptScheme"));
    let ladder = node(NS, "Ladder");
    let mut concepts = 0;
    for path in files("ontology/codes", "ttl") {
        let codes = turtle(std::slice::from_ref(&path));
        let file = path
            .file_stem()
            .expect("files have names")
            .to_string_lossy()
            .into_owned();
        let own = format!("{CODE}{file}");
        let own = NamedNodeRef::new_unchecked(&own);
        let is_scheme = [&scheme, &ladder].iter().any(|class| {
            let triple = TripleRef::new(own, rdf::TYPE, class.as_ref());
            codes.contains(triple)
        });
        // A file may also hold nothing but matches between the concepts of others.
        let has_concepts = codes
            .subjects_for_predicate_object(rdf::TYPE, &concept)
            .next()
            .is_some();
        if has_concepts && !is_scheme {
            problems.push(format!("{}: no scheme {own}", path.display()));
        }
        for subject in codes.subjects_for_predicate_object(rdf::TYPE, &concept) {
            let NamedOrBlankNodeRef::NamedNode(subject) = subject else {
                problems.push(format!("{}: a concept without IRI", path.display()));
                continue;
            };
            concepts += 1;
            let label = node(SKOS, "prefLabel");
            if !labels(&codes, subject, label.as_ref()).contains_key("en") {
                problems.push(format!("{subject} has no label in en"));
            }
            let in_scheme = codes.object_for_subject_predicate(subject, &node(SKOS, "inScheme"));
            if in_scheme != Some(own.into()) {
                problems.push(format!("{subject} is not in its scheme {own}"));
            }
            if !has(&codes, subject, &node(SKOS, "notation")) {
                problems.push(format!("{subject} has no notation"));
            }
        }
    }
    assert!(concepts >= 428, "only {concepts} concepts");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_row_of_the_code_lists_is_a_concept() {
    let codes = turtle(&files("ontology/codes", "ttl"));
    let path = root().join("data/innoserv/codelists.csv");
    let mut reader = csv::Reader::from_path(&path).expect("data/innoserv/codelists.csv is there");
    let headers = reader.headers().expect("the table has a header").clone();
    let place = |name: &str| {
        let found = headers.iter().position(|known| known == name);
        found.unwrap_or_else(|| panic!("no column {name}"))
    };
    let (scheme, notation, label) = (place("scheme"), place("notation"), place("label_en"));
    let (broader, status) = (place("broader"), place("status"));
    let mut problems = Vec::new();
    let (mut rows, mut schemes) = (0, BTreeSet::new());
    for record in reader.records() {
        let record = record.expect("the table is well-formed");
        rows += 1;
        schemes.insert(record[scheme].to_owned());
        let iri = format!("{CODE}{}/{}", &record[scheme], &record[notation]);
        let subject = NamedNodeRef::new_unchecked(&iri);
        let labels = labels(&codes, subject, node(SKOS, "prefLabel").as_ref());
        if labels.get("en").map(String::as_str) != Some(record[label].trim()) {
            problems.push(format!(
                "{iri}: label {:?}, not {:?}",
                labels.get("en"),
                &record[label]
            ));
        }
        let about: Vec<String> = codes
            .triples_for_subject(subject)
            .map(|triple| triple.object.to_string())
            .collect();
        if !about.iter().any(|object| object.contains(&record[status])) {
            problems.push(format!("{iri}: the status {} is lost", &record[status]));
        }
        let parent = format!("{CODE}{}/{}", &record[scheme], &record[broader]);
        let is_notation = !record[broader].is_empty()
            && has(
                &codes,
                NamedNodeRef::new_unchecked(&parent),
                &rdf::TYPE.into_owned(),
            );
        if is_notation && !about.contains(&format!("<{parent}>")) {
            problems.push(format!(
                "{iri}: the broader concept {} is lost",
                &record[broader]
            ));
        }
    }
    assert_eq!((rows, schemes.len()), (428, 41));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_catalogue_query_says_what_it_is() {
    for path in files("ontology", "rq") {
        let text = read(&path);
        assert!(
            text.contains("#+ title:"),
            "{} has no title",
            path.display()
        );
    }
    assert!(!queries().is_empty());
}

#[test]
fn the_ontology_conforms_to_its_own_shapes() {
    let folder = TempDir::new().expect("a temporary folder");
    let documents: Vec<String> = files("ontology", "ttl")
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let mut arguments = vec!["validate"];
    arguments.extend(documents.iter().map(String::as_str));
    run(folder.path(), &arguments).expect(0);
}

#[test]
fn the_shipped_data_conforms_to_the_shapes() {
    let folder = TempDir::new().expect("a temporary folder");
    run(folder.path(), &["import", "innoserv", "--data-dir", "data"]).expect(0);
    fs::write(
        folder.path().join("all.rq"),
        "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <https://w3id.org/weft/graph/innoserv> { ?s ?p ?o } }",
    )
    .expect("the query is written");
    let arguments = ["query", "all.rq", "--format", "ttl", "--data-dir", "data"];
    let turtle = run(folder.path(), &arguments).expect(0).stdout;
    fs::write(folder.path().join("innoserv.ttl"), turtle).expect("the data is written");
    let mut arguments = vec!["validate".to_owned(), "innoserv.ttl".to_owned()];
    arguments.extend(
        files("ontology", "ttl")
            .iter()
            .map(|path| path.display().to_string()),
    );
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(folder.path(), &arguments).expect(0);
}
