use super::*;
use crate::app::Config;

fn graph(config: Config) -> KnowledgeGraph {
    KnowledgeGraph::open(config).unwrap()
}

fn best(graph: &KnowledgeGraph, text: &str, kind: &str) -> Option<(String, f64)> {
    let search = Search::new(text).unwrap().of_type(kind).unwrap();
    let snapshot = graph.snapshot();
    let found = graph.search(&snapshot, &search, 0..1, &Limits::default());
    let things = found.unwrap().things;
    let thing = things.first()?;
    Some((thing.hit.label.value().to_owned(), thing.hit.score))
}

#[test]
fn what_ships_is_found_in_both_its_languages() {
    let graph = graph(Config {
        data_dir: None,
        ..Config::default()
    });
    for (text, kind, label) in [
        ("participation", "rdfs:Class", "Participation"),
        ("participacion", "rdfs:Class", "Participación"),
        ("innovacion", "owl:Class", "Innovación"),
    ] {
        assert_eq!(best(&graph, text, kind), Some((label.to_owned(), 1.0)));
    }
    assert!(best(&graph, "ammerudhjemet", "").is_some_and(|(_, score)| score > 0.2));
    assert!(best(&graph, "housing", "sector").is_some());
}

#[test]
fn an_index_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let config = || Config {
        data_dir: Some(folder.path().to_owned()),
        ..Config::default()
    };
    let before = best(&graph(config()), "health", "concept").unwrap();
    let again = graph(config());
    assert_eq!(best(&again, "health", "concept"), Some(before));
}

#[test]
fn every_kind_is_a_class_of_the_ontology() {
    let graph = graph(Config {
        data_dir: None,
        ..Config::default()
    });
    let snapshot = graph.snapshot();
    for (kind, class) in KINDS {
        let class = NamedNodeRef::new_unchecked(class);
        let is_known = snapshot
            .quads_for_pattern(Some(class.into()), Some(rdf::TYPE), None, None)
            .next()
            .is_some();
        assert!(is_known || !class.as_str().starts_with(iri::NS), "{kind}");
    }
}

#[test]
fn names_of_services_are_told_apart() {
    let of = |name: &str| parameters(&format!("{SERVICE}{name}"));
    assert_eq!(of(""), Some(Vec::new()));
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        of("?q=a+b%20c&lang=de"),
        Some(vec![pair("q", "a b c"), pair("lang", "de")])
    );
    assert_eq!(of("ing"), None);
    assert_eq!(parameters("https://example.org/"), None);
}
