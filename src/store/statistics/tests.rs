//! Followed counts against counts that share no code with them.

use super::*;
use crate::rdf::DEFAULT_GRAPH;
use crate::store::{CommitInfo, KnowledgeStore, StoreError, StoreOptions};
use oxigraph::model::{GraphName, NamedNode, Quad};
use proptest::prelude::*;

/// What each name of a test stands for: `a` is a class or property of the test's own.
fn iri(name: &str) -> NamedNode {
    match name {
        "a" => rdf::TYPE.into_owned(),
        name if name.contains(':') => NamedNode::new(name).unwrap(),
        name => NamedNode::new(format!("http://e/{name}")).unwrap(),
    }
}

fn quad(text: &str) -> Quad {
    let parts: Vec<_> = text.split(' ').collect();
    let graph = match parts.get(3) {
        Some(graph) => GraphName::from(iri(graph)),
        None => GraphName::DefaultGraph,
    };
    Quad::new(iri(parts[0]), iri(parts[1]), iri(parts[2]), graph)
}

fn commit(store: &KnowledgeStore, added: Vec<Quad>, removed: Vec<Quad>) {
    store
        .write::<_, StoreError>(CommitInfo::new("test", "test"), move |transaction| {
            for quad in &removed {
                transaction.remove(quad.as_ref());
            }
            for quad in &added {
                transaction.insert(quad.as_ref());
            }
            Ok(())
        })
        .unwrap();
}

fn change(store: &KnowledgeStore, added: &[&str], removed: &[&str]) {
    let quads = |texts: &[&str]| texts.iter().map(|text| quad(text)).collect();
    commit(store, quads(added), quads(removed));
}

fn store(quads: &[&str]) -> KnowledgeStore {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    change(&store, quads, &[]);
    store
}

fn name(snapshot: &Snapshot, id: TermId) -> String {
    match id {
        DEFAULT_GRAPH => "default".to_owned(),
        id => snapshot.term_of(id).unwrap().to_string(),
    }
}

/// Every count under a name of its own; counts of 0 are left out.
type Named = BTreeMap<String, usize>;

fn named(snapshot: &Snapshot, statistics: &Statistics) -> Named {
    let name = |id: TermId| name(snapshot, id);
    let mut counts = Named::new();
    let graphs = statistics
        .graphs
        .iter()
        .map(|(graph, counts)| (name(*graph), counts));
    for (graph, of) in graphs.chain([("union".to_owned(), &statistics.union)]) {
        let mut put = |what: String, count: usize| {
            assert!(count > 0, "{graph} {what}: an entry of nothing");
            counts.insert(format!("{graph} {what}"), count);
        };
        if of.triples == 0 {
            continue;
        }
        put("triples".to_owned(), of.triples);
        put("subjects".to_owned(), of.subjects);
        put("entities".to_owned(), of.entities);
        put("objects".to_owned(), of.objects);
        for (property, of) in &of.properties {
            put(format!("{} triples", name(*property)), of.triples);
            put(format!("{} subjects", name(*property)), of.subjects);
            put(format!("{} objects", name(*property)), of.objects);
        }
        for (class, of) in &of.classes {
            put(format!("{} instances", name(*class)), of.instances);
            for (property, of) in &of.properties {
                let both = format!("{} {}", name(*class), name(*property));
                put(format!("{both} triples"), of.triples);
                put(format!("{both} subjects"), of.subjects);
            }
        }
        for ((property, target), triples) in &*of.links {
            let target = match target {
                LinkTarget::Graph(graph) => name(*graph),
                LinkTarget::Site(site) => site.to_string(),
            };
            put(format!("{} to {target}", name(*property)), *triples);
        }
    }
    counts
}

/// The same from the quads themselves.
fn naive(quads: impl IntoIterator<Item = Quad>) -> Named {
    let mut graphs: BTreeMap<String, BTreeSet<[String; 3]>> = BTreeMap::new();
    for quad in quads {
        let graph = match &quad.graph_name {
            GraphName::DefaultGraph => "default".to_owned(),
            graph => graph.to_string(),
        };
        let triple = [
            quad.subject.to_string(),
            quad.predicate.to_string(),
            quad.object.to_string(),
        ];
        graphs
            .entry("union".to_owned())
            .or_default()
            .insert(triple.clone());
        graphs.entry(graph).or_default().insert(triple);
    }
    let rdf_type = rdf::TYPE.to_string();
    let site = |term: &str| {
        let rest = term.strip_prefix("<http://")?;
        Some(format!("http://{}", rest.split(['/', '#', '>']).next()?))
    };
    let mut counts = Named::new();
    for (graph, triples) in &graphs {
        let mut sets: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut put = |what: String| *counts.entry(format!("{graph} {what}")).or_default() += 1;
        for [s, p, o] in triples {
            put("triples".to_owned());
            put(format!("{p} triples"));
            let mut set = |what: String, member| {
                sets.entry(what).or_default().insert(member);
            };
            set("subjects".to_owned(), s);
            set("objects".to_owned(), o);
            set(format!("{p} subjects"), s);
            set(format!("{p} objects"), o);
            if s.starts_with('<') {
                set("entities".to_owned(), s);
            }
            if *p == rdf_type {
                set(format!("{o} instances"), s);
            }
            for [_, _, class] in triples.iter().filter(|[x, p, _]| x == s && *p == rdf_type) {
                put(format!("{class} {p} triples"));
                set(format!("{class} {p} subjects"), s);
            }
            if *p == rdf_type || graph == "union" {
                continue;
            }
            for (other, there) in &graphs {
                if other != graph && other != "union" && there.iter().any(|[x, _, _]| x == o) {
                    put(format!("{p} to {other}"));
                }
            }
            if let (Some(from), Some(to)) = (site(s), site(o))
                && from != to
            {
                put(format!("{p} to {to}"));
            }
        }
        for (what, set) in sets {
            counts.insert(format!("{graph} {what}"), set.len());
        }
    }
    counts
}

fn quads(snapshot: &Snapshot) -> Vec<Quad> {
    snapshot.quads_for_pattern(None, None, None, None).collect()
}

fn some_quad() -> impl Strategy<Value = Quad> {
    let subjects = ["s", "t", "u", "http://other/v", "C"];
    let properties = ["a", "a", "p", "q"];
    let objects = ["s", "t", "C", "D", "http://other/v", "http://far/w"];
    let graphs = ["", " g", " h", " i"];
    (0..5_usize, 0..4_usize, 0..6_usize, 0..4_usize).prop_map(move |(s, p, o, g)| {
        let text = format!(
            "{} {} {}{}",
            subjects[s], properties[p], objects[o], graphs[g]
        );
        quad(&text)
    })
}

fn some_change() -> impl Strategy<Value = (Vec<Quad>, Vec<Quad>, bool)> {
    (
        proptest::collection::vec(some_quad(), 0..12),
        proptest::collection::vec(some_quad(), 0..25),
        any::<bool>(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn counts_that_follow_are_counts_from_scratch(
        changes in proptest::collection::vec(some_change(), 1..8),
    ) {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        for (added, removed, look) in changes {
            commit(&store, added, removed);
            let snapshot = store.snapshot();
            // Some versions are never asked for their counts.
            if !look {
                continue;
            }
            let followed = snapshot.statistics();
            prop_assert_eq!(named(&snapshot, &followed), naive(quads(&snapshot)));
            prop_assert_eq!(&*followed, &count(&snapshot, &BTreeSet::new(), true));
            // One graph is hidden, now and in what follows.
            let hidden = iri("h");
            let ids = snapshot.id_of(hidden.as_ref().into()).into_iter().collect();
            let seen = snapshot.statistics_without(&ids);
            let visible = quads(&snapshot)
                .into_iter()
                .filter(|quad| quad.graph_name != hidden.clone().into());
            prop_assert_eq!(named(&snapshot, &seen), naive(visible));
        }
    }
}

#[test]
fn a_triple_in_two_graphs_is_one_in_the_union() {
    let store = store(&["s p o g", "s p o h", "s p x h"]);
    let snapshot = store.snapshot();
    let counts = named(&snapshot, &snapshot.statistics());
    assert_eq!(counts["union triples"], 2);
    assert_eq!(counts["<http://e/g> triples"], 1);
    assert_eq!(counts["<http://e/h> <http://e/p> objects"], 2);
}

#[test]
fn a_class_that_is_taken_back_takes_its_statements_along() {
    let store = store(&["s a C", "s p o", "s p x", "t a C"]);
    store.snapshot().statistics();
    let count = |what: &str| {
        let snapshot = store.snapshot();
        named(&snapshot, &snapshot.statistics_if_known().unwrap())
            .get(what)
            .copied()
    };
    assert_eq!(count("union <http://e/C> <http://e/p> triples"), Some(2));
    change(&store, &[], &["s a C"]);
    assert_eq!(count("union <http://e/C> <http://e/p> triples"), None);
    assert_eq!(count("union <http://e/C> instances"), Some(1));
}

#[test]
fn a_link_begins_when_its_end_is_described_elsewhere() {
    let store = store(&["s p o g"]);
    store.snapshot().statistics();
    let links = || {
        let snapshot = store.snapshot();
        named(&snapshot, &snapshot.statistics_if_known().unwrap())
            .into_keys()
            .filter(|what| what.contains(" to "))
            .collect::<Vec<_>>()
    };
    assert!(links().is_empty());
    change(&store, &["o q x h"], &[]);
    assert_eq!(links(), ["<http://e/g> <http://e/p> to <http://e/h>"]);
    change(&store, &["s p http://far/w g"], &["o q x h"]);
    assert_eq!(links(), ["<http://e/g> <http://e/p> to http://far"]);
}

#[test]
fn versions_that_nobody_asked_are_followed_later() {
    let store = store(&["s p o g"]);
    let first = store.snapshot();
    let text = |number: usize| format!("s p o{number} g");
    for number in 0..LONGEST_CHAIN + 10 {
        change(&store, &[&text(number)], &[]);
    }
    let last = store.snapshot();
    assert!(last.statistics_if_known().is_none());
    assert_eq!(last.statistics().union.objects, LONGEST_CHAIN + 11);
    assert_eq!(first.statistics().union.objects, 1);
    change(&store, &["x p y"], &[]);
    assert!(store.snapshot().statistics_if_known().is_some());
}

#[test]
fn all_threads_count_what_one_does() {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let quads: Vec<Quad> = (0..30_000_u32)
        .map(|number| {
            let graph = ["g", "h", "i"][number as usize % 3];
            let property = ["a", "p", "q", "r"][number as usize / 7 % 4];
            quad(&format!(
                "s{} {property} o{} {graph}",
                number / 5,
                number % 100
            ))
        })
        .collect();
    commit(&store, quads.clone(), Vec::new());
    let snapshot = store.snapshot();
    let counts = named(&snapshot, &snapshot.statistics());
    assert_eq!(counts["union triples"], snapshot.triple_count());
    let subjects: BTreeSet<_> = quads.iter().map(|quad| quad.subject.to_string()).collect();
    assert_eq!(counts["union subjects"], subjects.len());
    for (graph, of) in &snapshot.statistics().graphs {
        assert_eq!(Some(&of.triples), snapshot.graph_ids().get(graph));
    }
    // And a small change of it.
    change(&store, &["s1 a o5 new"], &["s0 a o0 g"]);
    let snapshot = store.snapshot();
    let followed = snapshot.statistics_if_known().unwrap();
    assert_eq!(*followed, count(&snapshot, &BTreeSet::new(), true));
}
