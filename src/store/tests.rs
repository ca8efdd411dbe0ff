//! The store against an independent one: Oxigraph's own, in memory.

use super::*;
use crate::rdf::Batch;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, Quad};
use oxigraph::sparql::SparqlEvaluator;
use oxigraph::store::Store;
use proptest::prelude::*;
use spareval::QueryEvaluationError;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

const PREFIXES: &str = "PREFIX : <http://e/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n";

fn by(author: &str) -> CommitInfo {
    CommitInfo::new(author, "test")
}

fn update(store: &KnowledgeStore, text: &str) -> Result<Committed<()>, StoreError> {
    let parsed = Update::parse(&format!("{PREFIXES}{text}"), None, &BTreeMap::new())?;
    store.write(by("test"), move |transaction| {
        transaction.update(&parsed, &Limits::default())
    })
}

/// Rows of a query as text, sorted.
fn rows(snapshot: &Snapshot, text: &str) -> Result<Vec<String>, StoreError> {
    rows_within(snapshot, text, &Limits::default())
}

fn rows_within(
    snapshot: &Snapshot,
    text: &str,
    limits: &Limits,
) -> Result<Vec<String>, StoreError> {
    let query = Query::parse(&format!("{PREFIXES}{text}"), None, &BTreeMap::new())?;
    let rows = snapshot.query(&query, &DatasetSpec::default(), limits, |results| {
        results_text(results)
    })?;
    Ok(rows?)
}

fn results_text(results: QueryResults<'_>) -> Result<Vec<String>, QueryEvaluationError> {
    let mut rows = match results {
        QueryResults::Boolean(value) => vec![value.to_string()],
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            solutions
                .map(|solution| {
                    let solution = solution?;
                    Ok(variables
                        .iter()
                        .map(|variable| {
                            solution
                                .get(variable)
                                .map_or(String::new(), ToString::to_string)
                        })
                        .collect::<Vec<_>>()
                        .join(" | "))
                })
                .collect::<Result<Vec<_>, QueryEvaluationError>>()?
        }
        QueryResults::Graph(triples) => triples
            .map(|triple| Ok(triple?.to_string()))
            .collect::<Result<Vec<_>, QueryEvaluationError>>()?,
    };
    rows.sort_unstable();
    Ok(rows)
}

fn quads(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot
        .quads_for_pattern(None, None, None, None)
        .map(|quad| quad.to_string())
        .collect()
}

pub(super) fn batch(nquads: &str) -> Batch {
    RdfParser::from_format(RdfFormat::NQuads)
        .for_slice(nquads)
        .collect::<Result<Batch, _>>()
        .expect("test data")
}

// ---- against the oracle ---------------------------------------------------------------------

fn term() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..5_u8).prop_map(|n| format!(":n{n}")),
        // The oracle's own store normalises lexical forms, so these are canonical.
        1 => Just("1".to_owned()),
        1 => Just("1.5".to_owned()),
        1 => Just("\"hola\"@es".to_owned()),
        1 => Just("\"2020-01-01T00:00:00Z\"^^xsd:dateTime".to_owned()),
        1 => Just("true".to_owned()),
    ]
}

fn graph() -> impl Strategy<Value = Option<u8>> {
    proptest::option::of(0..3_u8)
}

fn in_graph(graph: Option<u8>, triple: &str) -> String {
    match graph {
        None => triple.to_owned(),
        Some(graph) => format!("GRAPH :g{graph} {{ {triple} }}"),
    }
}

fn target(graph: Option<u8>) -> String {
    graph.map_or("DEFAULT".to_owned(), |graph| format!("GRAPH :g{graph}"))
}

fn operation() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (graph(), 0..5_u8, 0..3_u8, term()).prop_map(|(g, s, p, o)| {
            format!("INSERT DATA {{ {} }}", in_graph(g, &format!(":n{s} :p{p} {o}")))
        }),
        3 => (graph(), 0..5_u8, 0..3_u8, term()).prop_map(|(g, s, p, o)| {
            format!("DELETE DATA {{ {} }}", in_graph(g, &format!(":n{s} :p{p} {o}")))
        }),
        2 => (graph(), graph(), 0..3_u8, 0..3_u8).prop_map(|(from, to, p, q)| format!(
            "DELETE {{ {} }} INSERT {{ {} }} WHERE {{ {} }}",
            in_graph(from, &format!("?s :p{p} ?o")),
            in_graph(to, &format!("?s :p{q} ?o")),
            in_graph(from, &format!("?s :p{p} ?o"))
        )),
        1 => graph().prop_map(|g| format!("CLEAR SILENT {}", target(g))),
        1 => graph().prop_map(|g| format!("DROP SILENT {}", target(g))),
        1 => (0..3_u8).prop_map(|g| format!("CREATE SILENT GRAPH :g{g}")),
        1 => (graph(), graph()).prop_map(|(a, b)| format!(
            "COPY SILENT {} TO {}",
            target(a).replace("GRAPH ", ""),
            target(b).replace("GRAPH ", "")
        )),
        1 => Just("DROP ALL".to_owned()),
    ]
}

const QUERIES: &[&str] = &[
    "SELECT * { ?s ?p ?o }",
    "SELECT ?g ?s ?o { GRAPH ?g { ?s :p1 ?o } }",
    "SELECT ?g { GRAPH ?g {} }",
    "SELECT * { ?a :p0 ?b . ?b :p1 ?c }",
    "SELECT * { ?a :p0 ?b OPTIONAL { ?b :p1 ?c } }",
    "SELECT ?p (COUNT(*) AS ?n) (SUM(?o) AS ?sum) (MIN(?o) AS ?least) { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?s { ?s (:p0|^:p1)+ :n1 }",
    // A variable: the oracle looks for a constant in the data first, see conform.rs.
    "SELECT * { ?n :p0* ?x FILTER(?n = :n1) }",
    "SELECT * { ?s ?p ?o FILTER(?o >= 1) }",
    "SELECT ?next ?t { ?s ?p ?o BIND(?o + 0 AS ?next) FILTER(isNumeric(?o)) ?t ?q ?next }",
    "SELECT * { ?s :p0 ?o MINUS { ?s :p1 ?x } }",
    "SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY ?o",
    "SELECT * { VALUES ?o { 1.5 1 :n1 \"absent\" } ?s ?p ?o }",
    "SELECT * FROM :g0 FROM :g1 { ?s ?p ?o }",
    "SELECT * FROM NAMED :g0 { GRAPH ?g { ?s ?p ?o } }",
    "CONSTRUCT { ?o :back ?s } { ?s :p0 ?o FILTER(isIRI(?o)) }",
    "DESCRIBE :n1",
    "ASK { GRAPH :g1 { ?s :p2 ?o } }",
    "SELECT * { ?a :p0 ?b . ?c :p1 ?d }",
];

/// The oracle's answer. Its union default graph repeats triples, so it is asked on a copy of the
/// data whose default graph is the union.
fn oracle_rows(store: &Store, text: &str) -> Vec<String> {
    let copy = Store::new().expect("oracle");
    for graph in store.named_graphs() {
        copy.insert_named_graph(graph.expect("oracle").as_ref())
            .expect("oracle");
    }
    for quad in store.iter() {
        let quad = quad.expect("oracle");
        copy.insert(&Quad {
            graph_name: GraphName::DefaultGraph,
            ..quad.clone()
        })
        .expect("oracle");
        if !quad.graph_name.is_default_graph() {
            copy.insert(&quad).expect("oracle");
        }
    }
    let results = SparqlEvaluator::new()
        .parse_query(&format!("{PREFIXES}{text}"))
        .expect("oracle")
        .on_store(&copy)
        .execute()
        .expect("oracle");
    let mut rows = results_text(results).expect("oracle");
    if text.contains(" FROM ") && !text.contains("NAMED") {
        rows.dedup();
    }
    rows
}

fn check_against_oracle(store: &KnowledgeStore, oracle: &Store) {
    let snapshot = store.snapshot();
    let ours = quads(&snapshot);
    let theirs: BTreeSet<_> = oracle
        .iter()
        .map(|quad| quad.expect("oracle").to_string())
        .collect();
    assert_eq!(ours, theirs);
    assert_eq!(snapshot.len(), theirs.len());
    let triples: BTreeSet<_> = oracle
        .iter()
        .map(|quad| oxigraph::model::Triple::from(quad.expect("oracle")).to_string())
        .collect();
    assert_eq!(snapshot.triple_count(), triples.len());
    for query in QUERIES {
        assert_eq!(
            rows(&snapshot, query).expect("query"),
            oracle_rows(oracle, query),
            "{query}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn random_updates_and_queries_agree_with_the_oracle(
        groups in proptest::collection::vec(proptest::collection::vec(operation(), 1..5), 1..12)
    ) {
        let directory = tempfile::tempdir().unwrap();
        let oracle = Store::new().unwrap();
        {
            let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
            for group in &groups {
                let text = group.join(" ;\n");
                update(&store, &text).unwrap();
                SparqlEvaluator::new()
                    .parse_update(&format!("{PREFIXES}{text}"))
                    .unwrap()
                    .on_store(&oracle)
                    .execute()
                    .unwrap();
            }
            check_against_oracle(&store, &oracle);
        }
        // And again from disk.
        let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
        check_against_oracle(&store, &oracle);
    }
}

// ---- promises of the store ------------------------------------------------------------------

#[test]
fn concurrent_increments_are_all_kept() {
    let directory = tempfile::tempdir().unwrap();
    let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
    update(&store, "INSERT DATA { :counter :value 0 }").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    update(
                        &store,
                        "DELETE { ?c :value ?v } INSERT { ?c :value ?n } WHERE { ?c :value ?v BIND(?v + 1 AS ?n) }",
                    )
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(
        rows(&store.snapshot(), "SELECT ?v { :counter :value ?v }").unwrap(),
        ["\"200\"^^<http://www.w3.org/2001/XMLSchema#integer>"]
    );
    assert_eq!(store.snapshot().version(), 201);
}

#[test]
fn an_update_that_fails_leaves_no_trace() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    update(&store, "INSERT DATA { :a :b :c }").unwrap();
    let before = store.snapshot();
    let error = update(
        &store,
        "INSERT DATA { :x :y :z } ; LOAD <http://localhost/>",
    )
    .unwrap_err();
    assert!(matches!(error, StoreError::LoadRefused(_)));
    assert_eq!(store.snapshot().version(), before.version());
    assert_eq!(quads(&store.snapshot()), quads(&before));
}

#[test]
fn a_change_that_panics_is_dropped_and_the_store_goes_on() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let result = store.write::<(), StoreError>(by("test"), |_| panic!("on purpose"));
    assert!(matches!(result, Err(StoreError::Internal(_))));
    assert!(update(&store, "INSERT DATA { :a :b :c }").unwrap().changed);
}

#[test]
fn a_reader_keeps_its_version() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    update(&store, "INSERT DATA { :a :b 1 }").unwrap();
    let old = store.snapshot();
    update(&store, "DELETE DATA { :a :b 1 } ; INSERT DATA { :a :b 2 }").unwrap();
    assert_eq!(rows(&old, "SELECT ?o { ?s ?p ?o }").unwrap().len(), 1);
    assert!(rows(&old, "SELECT ?o { ?s ?p ?o }").unwrap()[0].contains("\"1\""));
    assert!(rows(&store.snapshot(), "SELECT ?o { ?s ?p ?o }").unwrap()[0].contains("\"2\""));
}

#[test]
fn nothing_to_do_makes_no_version() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    update(&store, "INSERT DATA { :a :b :c }").unwrap();
    let again = update(&store, "INSERT DATA { :a :b :c }").unwrap();
    assert!(!again.changed);
    assert_eq!(again.version, 1);
}

#[test]
fn the_union_counts_a_triple_once() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    update(
        &store,
        "INSERT DATA { :a :b :c . GRAPH :g { :a :b :c } GRAPH :h { :a :b :c . :d :b :c } }",
    )
    .unwrap();
    let snapshot = store.snapshot();
    for pattern in ["?s ?p ?o", "?s :b ?o", "?s ?p :c", "?s :b :c"] {
        let count = rows(
            &snapshot,
            &format!("SELECT (COUNT(*) AS ?n) {{ {pattern} }}"),
        )
        .unwrap();
        assert!(count[0].contains("\"2\""), "{pattern}: {count:?}");
    }
    assert_eq!(snapshot.len(), 4);
    assert_eq!(snapshot.triple_count(), 2);
    let named = rows(&snapshot, "SELECT ?g { GRAPH ?g { :a :b :c } }").unwrap();
    assert_eq!(named.len(), 2);
    let own = rows(
        &snapshot,
        "SELECT * FROM <https://w3id.org/weft/graph/default> { ?s ?p ?o }",
    )
    .unwrap();
    assert_eq!(own.len(), 1);
}

#[test]
fn service_and_load_reach_nothing() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let error = rows(
        &store.snapshot(),
        "SELECT * { SERVICE <http://localhost:1/sparql> { ?s ?p ?o } }",
    )
    .unwrap_err();
    assert!(matches!(error, StoreError::ServiceRefused(_)), "{error}");
    update(&store, "LOAD SILENT <http://localhost:1/>").unwrap();
}

#[test]
fn a_query_ends_at_its_deadline() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let many: String = (0..300)
        .map(|n| format!("<http://e/{n}> <http://e/p> \"{n}\" .\n"))
        .collect();
    let many = batch(&many);
    store
        .write::<_, StoreError>(by("test"), move |transaction| {
            transaction.insert_batch(&many)
        })
        .unwrap();
    let limits = Limits {
        deadline: Some(Instant::now() + Duration::from_millis(100)),
        ..Limits::default()
    };
    let started = Instant::now();
    let error = rows_within(
        &store.snapshot(),
        "SELECT (COUNT(*) AS ?n) { ?a :p ?x . ?b :p ?y . ?c :p ?z . ?d :p ?w }",
        &limits,
    )
    .unwrap_err();
    assert!(matches!(error, StoreError::TimedOut), "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_second_process_is_told_who_has_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let _store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
    let error = KnowledgeStore::open(directory.path(), StoreOptions::default())
        .err()
        .unwrap();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
}

#[test]
fn erased_text_is_in_no_file_after_compaction() {
    let directory = tempfile::tempdir().unwrap();
    let secret = "a-name-to-forget";
    let expected;
    {
        let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
        let text = batch(&format!(
            "<http://e/a> <http://e/p> \"{secret}\" .\n<http://e/b> <http://e/p> \"stays\" <http://e/g> ."
        ));
        store
            .write::<_, StoreError>(by("test"), move |transaction| {
                transaction.insert_batch(&text)
            })
            .unwrap();
        update(&store, "CREATE GRAPH :empty ; DELETE WHERE { :a ?p ?o }").unwrap();
        store.compact().unwrap();
        expected = quads(&store.snapshot());
        // Writing goes on.
        update(&store, "INSERT DATA { :c :p 1 } ; DELETE DATA { :c :p 1 }").unwrap();
        assert_eq!(store.snapshot().version(), 2);
    }
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        let found = content
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found);
    }
    let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
    assert_eq!(quads(&store.snapshot()), expected);
    assert_eq!(store.snapshot().version(), 2);
    let empty = NamedNodeRef::new_unchecked("http://e/empty");
    assert!(store.snapshot().contains_graph(empty.into()));
}

#[test]
fn a_backup_is_a_store_and_can_be_put_back() {
    let directory = tempfile::tempdir().unwrap();
    let store = KnowledgeStore::open(&directory.path().join("a"), StoreOptions::default()).unwrap();
    update(&store, "INSERT DATA { :a :b :c }").unwrap();
    let backup = directory.path().join("backup");
    assert_eq!(store.backup(&backup).unwrap(), 1);
    assert!(matches!(
        store.backup(&backup),
        Err(StoreError::NotEmpty { .. })
    ));
    update(&store, "INSERT DATA { :later :b :c }").unwrap();
    let back = directory.path().join("b");
    assert_eq!(restore(&backup, &back).unwrap(), 1);
    let restored = KnowledgeStore::open(&back, StoreOptions::default()).unwrap();
    assert_eq!(restored.snapshot().len(), 1);
    assert_eq!(restored.history().unwrap().len(), 1);
}

#[test]
fn a_checkpoint_gives_the_same_data_and_a_damaged_one_is_not_used() {
    let directory = tempfile::tempdir().unwrap();
    let many: String = (0..20_000)
        .map(|n| format!("<http://e/{}> <http://e/p> \"{n}\"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .\n", n % 7_000))
        .collect();
    let many = batch(&many);
    let expected;
    {
        let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
        store
            .write::<_, StoreError>(by("test"), move |transaction| {
                transaction.insert_batch(&many)
            })
            .unwrap();
        expected = quads(&store.snapshot());
    }
    let checkpoint = directory.path().join("checkpoint.weft");
    assert!(checkpoint.exists());
    {
        let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
        assert_eq!(quads(&store.snapshot()), expected);
        update(&store, "INSERT DATA { :new :p 1 }").unwrap();
    }
    let mut content = std::fs::read(&checkpoint).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    std::fs::write(&checkpoint, content).unwrap();
    let store = KnowledgeStore::open(directory.path(), StoreOptions::default()).unwrap();
    assert_eq!(store.snapshot().len(), expected.len() + 1);
}

#[test]
fn a_flipped_bit_or_a_cut_is_reported_or_harmless() {
    let source = tempfile::tempdir().unwrap();
    let expected;
    {
        let store = KnowledgeStore::open(source.path(), StoreOptions::default()).unwrap();
        for n in 0..12 {
            update(
                &store,
                &format!("INSERT DATA {{ GRAPH :g{} {{ :s :p {n} }} }}", n % 3),
            )
            .unwrap();
        }
        update(&store, "DELETE WHERE { GRAPH :g1 { ?s ?p 4 } }").unwrap();
        expected = quads(&store.snapshot());
    }
    let log = std::fs::read(source.path().join("log.redb")).unwrap();
    let tip = std::fs::read(source.path().join("tip")).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let mut reported = 0;
    let mut check = |content: &[u8], what: &str| {
        std::fs::write(copy.path().join("log.redb"), content).unwrap();
        std::fs::write(copy.path().join("tip"), &tip).unwrap();
        match KnowledgeStore::open(copy.path(), StoreOptions::default()) {
            Ok(store) => assert_eq!(quads(&store.snapshot()), expected, "{what}"),
            Err(StoreError::Damaged { .. } | StoreError::NewerFormat { .. }) => reported += 1,
            Err(other) => panic!("{what}: {other}"),
        }
    };
    // A few hundred places, always the same ones, the first pages densely.
    let used = log.len() - log.iter().rev().take_while(|byte| **byte == 0).count();
    let places = (0..400_usize)
        .map(|n| if n < 150 { n * 2 } else { n * 7_919 % used })
        .collect::<BTreeSet<_>>();
    for place in places {
        let mut damaged = log.clone();
        damaged[place] ^= 1 << (place % 8);
        check(&damaged, &format!("bit at byte {place}"));
    }
    for part in 0..16 {
        let length = log.len() * part / 16;
        check(&log[..length], &format!("cut at {length}"));
    }
    assert!(reported > 30, "only {reported} damages were noticed");
}

#[test]
fn rules_follow_the_data_in_the_same_commit() {
    let rule = Rule::parse(
        "organisations",
        "PREFIX f: <http://foreign/> PREFIX w: <http://own/>
         CONSTRUCT { ?o a w:Actor } WHERE { ?o a f:Organisation }",
        &["http://own/"],
    )
    .unwrap();
    let graph = NamedNode::new_unchecked("http://own/graph/inferred");
    let store = KnowledgeStore::in_memory(StoreOptions {
        rules: Some(Rules {
            rules: vec![rule],
            graph: graph.clone(),
            background: Vec::new(),
        }),
    });
    let inferred = || {
        store
            .snapshot()
            .graph_len(GraphNameRef::NamedNode(graph.as_ref()))
    };
    update(&store, "INSERT DATA { :x :y :z }").unwrap();
    assert_eq!(store.snapshot().graphs().len(), 1);
    let first = update(
        &store,
        "INSERT DATA { GRAPH :g { :a a <http://foreign/Organisation> } }",
    )
    .unwrap();
    assert_eq!((first.version, inferred()), (2, 1));
    update(
        &store,
        "INSERT DATA { GRAPH :h { :b a <http://foreign/Organisation> } }",
    )
    .unwrap();
    assert_eq!(inferred(), 2);
    update(&store, "DROP GRAPH :g").unwrap();
    assert_eq!(inferred(), 1);
    let own = "INSERT DATA { GRAPH <http://own/graph/inferred> { :x :y :z } }";
    assert!(matches!(
        update(&store, own),
        Err(StoreError::KeptByRules(_))
    ));
    update(&store, "DROP GRAPH <http://own/graph/inferred>").unwrap();
    assert_eq!(inferred(), 1);
}

#[test]
fn a_replaced_graph_does_not_make_the_store_grow() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let name = NamedNode::new_unchecked("http://e/g");
    let mut sizes = Vec::new();
    for round in 0..12 {
        let content: String = (0..20_000)
            .map(|n| format!("<http://e/{round}/{n}> <http://e/p> \"round {round} row {n}\" .\n"))
            .collect();
        let content = batch(&content);
        let name = name.clone();
        store
            .write::<_, StoreError>(by("test"), move |transaction| {
                transaction.replace_graph(name.as_ref().into(), &content)
            })
            .unwrap();
        assert_eq!(store.snapshot().len(), 20_000);
        sizes.push(store.snapshot().heap_bytes());
    }
    assert!(sizes[11] < 4 * sizes[0], "{sizes:?}");
}

fn node(iri: &str) -> NamedNode {
    NamedNode::new_unchecked(iri.to_owned())
}

/// Triples of a view by whatever way they can be read.
fn everything_of(snapshot: &Snapshot) -> Vec<String> {
    let mut seen = Vec::new();
    for query in [
        "SELECT ?s ?p ?o { ?s ?p ?o }",
        "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?g { GRAPH ?g {} }",
        "SELECT ?s ?o { GRAPH :g0 { ?s ?p ?o } }",
        "SELECT ?s ?o { GRAPH :g1 { ?s ?p ?o } }",
        "SELECT ?s ?o FROM :g0 { ?s ?p ?o }",
        "SELECT ?s ?o FROM :g0 FROM :g1 { ?s ?p ?o }",
        "SELECT ?g ?s FROM NAMED :g0 FROM NAMED :g1 { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?s ?o { ?s (:p0|:p1)* ?o }",
        "SELECT ?s { ?s ?p ?o FILTER NOT EXISTS { GRAPH :g0 { ?s ?p ?o } } }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "ASK { GRAPH :g0 {} }",
        "DESCRIBE :n1",
    ] {
        seen.push(query.to_owned());
        seen.extend(rows(snapshot, query).unwrap());
    }
    seen.push(format!("{:?}", snapshot.graphs()));
    seen.push(format!(
        "{} {} {} {}",
        snapshot.len(),
        snapshot.is_empty(),
        snapshot.triple_count(),
        snapshot.count_for_pattern(None, None, None, None)
    ));
    for graph in ["http://e/g0", "http://e/g1"] {
        let name = node(graph);
        let name = GraphNameRef::from(name.as_ref());
        seen.push(format!(
            "{} {} {}",
            snapshot.contains_graph(name),
            snapshot.graph_len(name),
            snapshot
                .quads_for_pattern(None, None, None, Some(name))
                .count()
        ));
    }
    seen.extend(quads(snapshot));
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_view_is_what_would_be_there_without_the_graph(
        operations in proptest::collection::vec(operation(), 1..12),
    ) {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        for operation in &operations {
            let _ = update(&store, operation);
        }
        let whole = store.snapshot();
        let view = whole.hiding(BTreeSet::from([node("http://e/g0"), node("http://e/none")]));
        let was_there = whole.contains_graph(node("http://e/g0").as_ref().into());
        prop_assert_eq!(view.visibility().is_empty(), !was_there);
        update(&store, "DROP SILENT GRAPH :g0").unwrap();
        let without = store.snapshot();
        prop_assert_eq!(everything_of(&view), everything_of(&without));
        prop_assert_eq!(view.version(), whole.version());
        // A view of a view hides both.
        let nothing = view.hiding(BTreeSet::from([node("http://e/g1")]));
        prop_assert!(nothing.graphs().iter().all(|(name, _)| !name.to_string().contains("/g0")));
    }
}

#[test]
fn patterns_of_an_update_find_nothing_unseen() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    update(
        &store,
        "INSERT DATA { GRAPH :hidden { :a :p 1 } GRAPH :open { :b :p 2 } }",
    )
    .unwrap();
    let as_stranger = |text: &str| {
        let parsed = Update::parse(&format!("{PREFIXES}{text}"), None, &BTreeMap::new()).unwrap();
        store.write::<_, StoreError>(by("stranger"), move |transaction| {
            transaction.keep_unseen(BTreeSet::from([node("http://e/hidden")]));
            transaction.update(&parsed, &Limits::default())
        })
    };
    as_stranger("INSERT { GRAPH :mine { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }").unwrap();
    assert_eq!(
        rows(&store.snapshot(), "SELECT ?s { GRAPH :mine { ?s ?p ?o } }").unwrap(),
        ["<http://e/b>"]
    );
    for refused in [
        "CREATE GRAPH :hidden",
        "CREATE SILENT GRAPH :hidden",
        "DROP SILENT GRAPH :hidden",
        "INSERT DATA { GRAPH :hidden { :a :p 3 } }",
    ] {
        let error = as_stranger(refused).unwrap_err();
        assert!(
            matches!(error, StoreError::PrivateGraph(_)),
            "{refused}: {error}"
        );
    }
    as_stranger("DROP ALL").unwrap();
    assert_eq!(store.snapshot().len(), 1);
}

#[test]
fn values_of_all_kinds_have_an_order() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let mut text = String::new();
    let types = [
        "integer", "string", "decimal", "date", "dateTime", "boolean", "gYear", "double",
    ];
    for n in 0..600_u32 {
        let value = match n % 8 {
            0 | 2 | 7 => format!("{}", n * 7 % 101),
            1 => format!("{}x", n * 7 % 101),
            3 => format!("20{:02}-01-01", n % 100),
            4 => format!(
                "20{:02}-01-01T00:00:00{}",
                n % 100,
                if n % 3 == 0 { "Z" } else { "" }
            ),
            5 => "true".to_owned(),
            _ => format!("{}", 1900 + n % 100),
        };
        text.push_str(&format!(
            "<http://e/{n}> <http://e/v> \"{value}\"^^<http://www.w3.org/2001/XMLSchema#{}> .\n",
            types[(n % 8) as usize]
        ));
    }
    let values = batch(&text);
    store
        .write::<_, StoreError>(by("test"), move |transaction| {
            transaction.insert_batch(&values)
        })
        .unwrap();
    for order in ["?v", "DESC(?v)", "?v DESC(?s)", "STR(?v) ?v"] {
        let sorted = rows(
            &store.snapshot(),
            &format!("SELECT ?v {{ ?s :v ?v }} ORDER BY {order}"),
        )
        .unwrap();
        assert_eq!(sorted.len(), 600);
    }
    let values = [
        "",
        "<http://e/x>",
        "\"1.5\"",
        "\"9\"",
        "\"10\"",
        "\"a\"",
        "\"b\"",
    ];
    for (place, value) in values.into_iter().enumerate() {
        let row = rows(
            &store.snapshot(),
            &format!(
                "SELECT ?v {{ VALUES ?v {{ \"b\" 10 \"a\"@en 9 <http://e/x> UNDEF 1.5 }} }} ORDER BY ?v LIMIT 1 OFFSET {place}"
            ),
        )
        .unwrap();
        assert!(
            row[0].starts_with(value) && (value.is_empty() == row[0].is_empty()),
            "{row:?}"
        );
    }
}

#[test]
fn the_last_change_of_a_graph_survives_a_restart_and_a_compaction() {
    let folder = tempfile::tempdir().unwrap();
    let open = || KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
    let name = |local: &str| GraphName::from(node(&format!("http://e/{local}")));
    let versions = |store: &KnowledgeStore| {
        let snapshot = store.snapshot();
        ["a", "b", "gone"].map(|local| {
            let change = snapshot.last_change(name(local).as_ref());
            change.map(|change| (change.version, change.time))
        })
    };
    let store = open();
    update(
        &store,
        "INSERT DATA { GRAPH :a { :s :p 1 } GRAPH :gone { :s :p 1 } }",
    )
    .unwrap();
    update(&store, "INSERT DATA { GRAPH :b { :s :p 1 } }").unwrap();
    update(&store, "INSERT DATA { GRAPH :a { :s :p 1 } }").unwrap();
    update(&store, "DROP GRAPH :gone ; INSERT DATA { :s :p 1 }").unwrap();
    let known = versions(&store);
    assert_eq!(
        known.map(|change| change.map(|(version, _)| version)),
        [Some(1), Some(2), None]
    );
    let default = |store: &KnowledgeStore| {
        let change = store.snapshot().last_change(GraphNameRef::DefaultGraph);
        change.map(|change| change.version)
    };
    assert_eq!(default(&store), Some(3));
    drop(store);
    let store = open();
    assert_eq!((versions(&store), default(&store)), (known, Some(3)));
    store.compact().unwrap();
    assert_eq!(versions(&store), known);
    drop(store);
    let store = open();
    assert_eq!((versions(&store), default(&store)), (known, Some(3)));
    update(&store, "DELETE DATA { GRAPH :b { :s :p 1 } }").unwrap();
    assert_eq!(versions(&store)[1].map(|(version, _)| version), Some(4));
}

#[test]
fn a_graph_made_below_an_unseen_one_is_unseen_within_the_same_update() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let as_stranger = |text: &str| {
        let parsed = Update::parse(&format!("{PREFIXES}{text}"), None, &BTreeMap::new()).unwrap();
        store.write::<_, StoreError>(by("stranger"), move |transaction| {
            let everything =
                "INSERT DATA { GRAPH <http://e/h/new> { <http://e/a> <http://e/p> 1 } }";
            let owner = Update::parse(everything, None, &BTreeMap::new()).unwrap();
            transaction.update(&owner, &Limits::default())?;
            transaction.keep_unseen(BTreeSet::from([node("http://e/h")]));
            transaction.update(&parsed, &Limits::default())
        })
    };
    as_stranger("INSERT { GRAPH :mine { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }").unwrap();
    assert!(
        rows(&store.snapshot(), "SELECT ?s { GRAPH :mine { ?s ?p ?o } }")
            .unwrap()
            .is_empty()
    );
    let error = as_stranger("DROP SILENT GRAPH <http://e/h/new>").unwrap_err();
    assert!(matches!(error, StoreError::PrivateGraph(_)), "{error}");
    as_stranger("DROP ALL").unwrap();
    assert_eq!(store.snapshot().len(), 1);
}
