use super::*;
use crate::app::{Config, GraphChange, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::metrics::{Options, Scope};
use crate::network::Filter;
use crate::store::Limits;
use oxigraph::io::RdfFormat;
use proptest::prelude::*;

const DATA: &str = "https://w3id.org/weft/graph/partner/a";
const PREFIXES: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sssom: <https://w3id.org/sssom/>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX : <http://x/>
";

fn graph() -> KnowledgeGraph {
    KnowledgeGraph::open(Config {
        data_dir: None,
        empty: true,
        ..Config::default()
    })
    .unwrap()
}

fn write(graph: &KnowledgeGraph, name: &str, turtle: &str) {
    let text = format!("{PREFIXES}{turtle}");
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new_unchecked(name).into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
}

fn links(graph: &KnowledgeGraph, turtle: &str) {
    write(graph, LINKS.as_str(), turtle);
}

fn node(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://x/{name}"))
}

/// The classes, as names: `a = bb ccc`.
fn classes(graph: &KnowledgeGraph) -> Vec<String> {
    let merging = Merging::of(&graph.snapshot());
    let text = |members: &[NamedNode]| {
        let names = members
            .iter()
            .map(|node| node.as_str().replace("http://x/", ""));
        names.collect::<Vec<_>>().join(" ")
    };
    let classes = merging.classes().iter();
    classes
        .map(|(first, class)| {
            format!(
                "{} = {}",
                text(std::slice::from_ref(first)),
                text(&class.members[1..])
            )
        })
        .collect()
}

#[test]
fn the_shortest_iri_represents_its_class_and_then_the_first_by_alphabet() {
    let graph = graph();
    links(
        &graph,
        ":longest owl:sameAs :bb . :bb skos:exactMatch :aa . :x owl:sameAs :yy . :one owl:sameAs :one .",
    );
    assert_eq!(classes(&graph), ["aa = bb longest", "x = yy"]);
}

#[test]
fn without_links_the_merged_view_is_the_data_itself() {
    let graph = graph();
    write(&graph, DATA, ":a owl:sameAs :b . :a a weft:Actor .");
    let given = graph.snapshot();
    assert!(Arc::ptr_eq(&given, &graph.merged(&given).unwrap()));
    let view = graph.merged_view(&given).unwrap();
    assert!(Arc::ptr_eq(&view, &graph.merged_view(&given).unwrap()));
}

#[test]
fn a_partner_links_only_what_its_data_speaks_of() {
    let graph = graph();
    write(&graph, DATA, ":mine a weft:Actor .");
    write(
        &graph,
        "https://w3id.org/weft/graph/other",
        ":foreign a weft:Actor . :more a weft:Actor .",
    );
    write(
        &graph,
        &format!("{DATA}/links"),
        ":mine owl:sameAs :foreign . :foreign owl:sameAs :more2 . :more owl:sameAs :more3 .",
    );
    assert_eq!(classes(&graph), ["mine = foreign"]);
    // A description and a graph below belong to it as well, its links and what lies beside do not.
    write(&graph, &format!("{DATA}/2026"), ":more a weft:Actor .");
    write(&graph, &format!("{DATA}bc"), ":more2 a weft:Actor .");
    assert_eq!(classes(&graph), ["mine = foreign", "more = more3"]);
    // `links` is also a name that a partner can have.
    write(
        &graph,
        "https://w3id.org/weft/graph/partner/links",
        ":mine owl:sameAs :more .",
    );
    assert_eq!(classes(&graph).len(), 2);
}

#[test]
fn terms_of_vocabularies_and_concepts_are_never_merged() {
    let graph = graph();
    write(
        &graph,
        DATA,
        ":a a :Kind ; :property :b . :health a skos:Concept . :b a :Kind .",
    );
    links(
        &graph,
        ":Kind owl:sameAs :a . :property owl:sameAs :a . :health skos:exactMatch :a .
         weft:Actor owl:sameAs :a . <https://w3id.org/weft/code/sector/health> skos:exactMatch :b .
         <https://w3id.org/weft/graph/links> owl:sameAs :b .",
    );
    assert_eq!(classes(&graph), Vec::<String>::new());
}

#[test]
fn a_rejected_pair_in_one_class_is_told_and_the_links_win() {
    let graph = graph();
    links(
        &graph,
        ":a owl:sameAs :b . :b owl:sameAs :c .
         :r owl:annotatedSource :c ; owl:annotatedTarget :a ; sssom:predicate_modifier sssom:Not .
         :s owl:annotatedSource :c ; owl:annotatedTarget :d ; sssom:predicate_modifier sssom:Not .",
    );
    let merging = Merging::of(&graph.snapshot());
    let class = merging.class(&node("b")).unwrap();
    assert_eq!(class.members.len(), 3);
    assert_eq!(class.contradictions, [(node("a"), node("c"))]);
}

#[test]
fn links_tell_who_when_how_sure_and_why_whichever_way_round() {
    let graph = graph();
    links(
        &graph,
        ":a owl:sameAs :b .
         :link owl:annotatedSource :b ; owl:annotatedTarget :a ; sssom:confidence 0.93 ;
           sssom:reviewer_label 'Ana' ; dct:date '2026-03-01' ; rdfs:comment 'same address' .",
    );
    let view = graph.merged_view(&graph.snapshot()).unwrap();
    let found = view.links(&node("b"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].iri, Some(node("link")));
    assert_eq!(found[0].confidence, Some(0.93));
    assert_eq!(found[0].reviewer.as_deref(), Some("Ana"));
    assert_eq!(found[0].date.as_deref(), Some("2026-03-01"));
    assert_eq!(found[0].comment.as_deref(), Some("same address"));
}

#[test]
fn a_quad_of_the_view_leads_back_to_those_that_were_given() {
    let graph = graph();
    write(
        &graph,
        DATA,
        ":a :knows :c . :b :knows :c , :cc . :d :knows :b .",
    );
    links(&graph, ":a owl:sameAs :b . :c owl:sameAs :cc .");
    let view = graph.merged_view(&graph.snapshot()).unwrap();
    let text = |quads: &[Quad]| {
        let quads = quads
            .iter()
            .map(|quad| format!("{} {}", quad.subject, quad.object));
        quads
            .collect::<Vec<_>>()
            .join(", ")
            .replace("http://x/", "")
    };
    let knows = node("knows");
    let merged: Vec<Quad> = view
        .merged()
        .quads_for_pattern(None, Some(knows.as_ref()), None, None)
        .collect();
    assert_eq!(merged.len(), 2);
    let stated: Vec<String> = merged.iter().map(|quad| text(&view.stated(quad))).collect();
    assert!(
        stated.contains(&"<a> <c>, <b> <c>, <b> <cc>".to_owned()),
        "{stated:?}"
    );
    assert!(stated.contains(&"<d> <b>".to_owned()), "{stated:?}");
}

#[test]
fn a_link_that_goes_unmerges_with_its_commit() {
    let graph = graph();
    write(&graph, DATA, ":a a weft:Actor . :b a weft:Actor .");
    let actors = || graph.merged_summary(&graph.snapshot()).unwrap().actors;
    links(&graph, ":a owl:sameAs :b .");
    let linked = graph.snapshot();
    assert_eq!(actors(), 1);
    links(&graph, "");
    assert_eq!(actors(), 2);
    // The version before is still as it was.
    assert_eq!(graph.merged_summary(&linked).unwrap().actors, 1);
}

/// Every score of the collaboration network, in bits.
fn scores(graph: &KnowledgeGraph) -> Vec<String> {
    let snapshot = graph.merged(&graph.snapshot()).unwrap();
    let definition = graph.networks().definition("collaboration").unwrap();
    let options = Options {
        permutations: 19,
        ..Options::default()
    };
    let measured = graph
        .network(
            &snapshot,
            definition,
            &Filter::default(),
            options,
            &Limits::default(),
        )
        .unwrap();
    let (of_nodes, of_network) = (measured.usual(Scope::Node), measured.usual(Scope::Network));
    let bits = |score: &crate::metrics::Score| match score.value() {
        Some(value) => format!("{:016x}", value.to_bits()),
        None => format!("{score:?}"),
    };
    graph.networks().computing(&measured, |task| {
        let mut found: Vec<String> = measured
            .network()
            .nodes()
            .iter()
            .map(|node| node.id().to_owned())
            .collect();
        for column in measured.columns(&of_nodes, task).unwrap() {
            let scores = column.scores.iter().map(bits);
            found.push(format!(
                "{} {}",
                column.metric.id,
                scores.collect::<Vec<_>>().join(" ")
            ));
        }
        for (metric, score) in measured.values(&of_network, task).unwrap() {
            found.push(format!("{} {}", metric.id, bits(&score)));
        }
        found
    })
}

/// Statements about actors, each of whom has three IRIs: `a0`, `a0-1`, `a0-2`.
#[derive(Clone, Debug)]
struct Stated {
    ties: Vec<[(u8, u8); 2]>,
    sectors: Vec<((u8, u8), u8)>,
    events: Vec<((u8, u8), u8)>,
}

impl Stated {
    fn turtle(&self, name: impl Fn((u8, u8)) -> String) -> String {
        let mut text = String::new();
        let mut add = |line: String| text.push_str(&line);
        let mut actors = BTreeSet::new();
        for (at, [from, to]) in self.ties.iter().enumerate() {
            actors.extend([*from, *to]);
            add(format!(
                ":t{at} a weft:Tie ; weft:from {} ; weft:to {} .\n",
                name(*from),
                name(*to)
            ));
        }
        for (actor, sector) in &self.sectors {
            actors.insert(*actor);
            add(format!(
                "{} weft:sector <https://w3id.org/weft/code/sector/s{sector}> .\n",
                name(*actor)
            ));
        }
        for (at, (actor, event)) in self.events.iter().enumerate() {
            actors.insert(*actor);
            add(format!(
                ":p{at} a weft:Participation ; weft:actor {} ; weft:in :e{event} .\n",
                name(*actor)
            ));
        }
        for event in 0..3 {
            add(format!(":e{event} a weft:Innovation .\n"));
        }
        for actor in actors {
            add(format!("{} a weft:Actor .\n", name(actor)));
        }
        text
    }
}

fn stated() -> impl Strategy<Value = Stated> {
    let actor = || (0_u8..6, 0_u8..3);
    (
        prop::collection::vec([actor(), actor()], 0..10),
        prop::collection::vec((actor(), 0_u8..3), 0..8),
        prop::collection::vec((actor(), 0_u8..3), 0..8),
    )
        .prop_map(|(ties, sectors, events)| Stated {
            ties,
            sectors,
            events,
        })
}

fn alias((actor, alias): (u8, u8)) -> String {
    match alias {
        0 => format!(":a{actor}"),
        alias => format!(":a{actor}-{alias}"),
    }
}

#[test]
fn linked_data_measures_as_data_with_one_iri_from_the_start() {
    // One service for all cases: opening it takes longer than a case.
    let graph = graph();
    let all: String = (0..6)
        .map(|actor| {
            format!(
                ":a{actor} owl:sameAs :a{actor}-1 . :a{actor}-2 skos:exactMatch :a{actor}-1 .\n"
            )
        })
        .collect();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(12));
    runner
        .run(&stated(), |stated| {
            write(&graph, DATA, &stated.turtle(alias));
            links(&graph, &all);
            let merged = scores(&graph);
            links(&graph, "");
            write(&graph, DATA, &stated.turtle(|(actor, _)| alias((actor, 0))));
            prop_assert_eq!(merged, scores(&graph));
            Ok(())
        })
        .unwrap();
}
