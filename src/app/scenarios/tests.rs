//! Scenarios on tiny data, and against really writing the same.

use super::*;
use crate::app::{Config, GraphChange, Writer, iri};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::store::CommitInfo;
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};

const PREFIXES: &str = "
@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix branch: <https://w3id.org/weft/code/branch/> .
@prefix level: <https://w3id.org/weft/code/governance-level/> .
@prefix role: <https://w3id.org/weft/code/link-role/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix e: <http://e/> .
";

/// Two services in health, two in housing; `hub` alone takes part in both.
const BRIDGE: &str = "
e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health ; weft:level level:local .
e:b a weft:Actor ; rdfs:label 'B' ; weft:sector branch:health ; weft:level level:regional .
e:c a weft:Actor ; rdfs:label 'C' ; weft:sector branch:housing ; weft:level level:local .
e:d a weft:Actor ; rdfs:label 'D' ; weft:sector branch:housing ; weft:level level:local .
e:hub a weft:Actor ; rdfs:label 'Hub' ; weft:sector branch:housing ; weft:level level:regional .
e:s a weft:Service ; rdfs:label 'Care' ; weft:sector branch:health .
e:t a weft:Service ; rdfs:label 'Homes' ; weft:sector branch:housing ; weft:leadActor e:hub .
e:p1 a weft:Participation ; weft:actor e:a ; weft:in e:s ; weft:role role:provider .
e:a weft:provides e:s .
e:p2 a weft:Participation ; weft:actor e:b ; weft:in e:s ; weft:role role:partner .
e:p3 a weft:Participation ; weft:actor e:hub ; weft:in e:s ; weft:role role:partner .
e:p4 a weft:Participation ; weft:actor e:hub ; weft:in e:t ; weft:role role:provider .
e:hub weft:provides e:t .
e:p5 a weft:Participation ; weft:actor e:c ; weft:in e:t ; weft:role role:partner .
e:p6 a weft:Participation ; weft:actor e:d ; weft:in e:t ; weft:role role:partner .
e:tie a weft:Tie ; weft:from e:c ; weft:to e:d ; weft:role role:referrer .
";

fn graph(turtle: &str) -> KnowledgeGraph {
    let graph = KnowledgeGraph::open(Config {
        data_dir: None,
        empty: true,
        ..Config::default()
    })
    .unwrap();
    let text = format!("{PREFIXES}{turtle}");
    let options = ParseOptions::default();
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let name = NamedNode::new("http://e/graph").unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    graph
}

fn scenario(changes: Value) -> Scenario {
    Scenario::of_value(changes).unwrap()
}

fn evaluate(graph: &KnowledgeGraph, changes: Value) -> Result<Arc<Evaluation>, AppError> {
    let given = graph.snapshot();
    let choices = Choices::default();
    graph.evaluate_scenario(&given, &scenario(changes), &choices, &Limits::default())
}

#[track_caller]
fn row<'a>(table: &'a Table, column: &str, text: &str) -> &'a [Cell] {
    let found = table
        .rows
        .iter()
        .find(|row| table.cell(row, column).text() == Some(text));
    found.unwrap_or_else(|| panic!("no row with {column} {text}: {table:?}"))
}

#[track_caller]
fn number(table: &Table, row: &[Cell], column: &str) -> f64 {
    let cell = table.cell(row, column);
    cell.number()
        .unwrap_or_else(|| panic!("{column} is {cell:?} in {row:?}"))
}

/// A metric or indicator: today, and in the scenario.
#[track_caller]
fn figure(evaluation: &Evaluation, id: &str) -> [f64; 2] {
    let table = evaluation.table(Part::Indicators);
    let found = row(table, "id", id);
    ["today", "scenario"].map(|side| number(table, found, side))
}

#[track_caller]
fn metric(evaluation: &Evaluation, network: &str, id: &str) -> [f64; 2] {
    let table = evaluation.table(Part::Networks);
    let found = table.rows.iter().find(|row| {
        table.cell(row, "network").text() == Some(network)
            && table.cell(row, "metric").text() == Some(id)
    });
    let found = found.unwrap_or_else(|| panic!("no {id} of {network}"));
    ["today", "scenario"].map(|side| number(table, found, side))
}

#[track_caller]
fn refused(graph: &KnowledgeGraph, changes: Value, words: &str) {
    let error = evaluate(graph, changes.clone()).unwrap_err().to_string();
    assert!(error.contains(words), "{changes}: {error}");
}

#[test]
fn without_its_only_bridge_two_sectors_are_apart() {
    let graph = graph(BRIDGE);
    let before = graph.snapshot().fingerprint();
    let found = evaluate(
        &graph,
        json!([{"op": "removeActor", "iri": "http://e/hub"}]),
    )
    .unwrap();
    assert_eq!(metric(&found, "collaboration", "components"), [1.0, 2.0]);
    assert_eq!(metric(&found, "collaboration", "nodes"), [5.0, 4.0]);
    assert_eq!(figure(&found, "joined-sector-pairs"), [1.0, 0.0]);
    assert_eq!(figure(&found, "sector-pairs-on-one-actor"), [1.0, 0.0]);
    assert_eq!(figure(&found, "participations"), [6.0, 4.0]);
    assert_eq!(figure(&found, "actors"), [5.0, 4.0]);

    let pairs = found.table(Part::SectorPairs);
    let lost = found.table(Part::Lost);
    assert_eq!(lost.rows.len(), 1, "{lost:?}");
    let pair = row(lost, "attribute", "sector");
    assert_eq!(number(lost, pair, "tiesToday"), 2.0);
    assert_eq!(number(lost, pair, "tiesScenario"), 0.0);
    assert_eq!(number(lost, pair, "difference"), -2.0);
    assert_eq!(lost.cell(pair, "topTodayLabel").text(), Some("Hub"));
    assert!(found.table(Part::Won).rows.is_empty());
    assert_eq!(pairs.rows.len(), 3);

    let actors = found.table(Part::Actors);
    let hub = row(actors, "iri", "http://e/hub");
    assert_eq!(actors.cell(hub, "status").text(), Some("removed"));
    assert_eq!(*actors.cell(hub, "cutPointToday"), Cell::Flag(true));
    assert_eq!(number(actors, hub, "betweennessRankToday"), 1.0);
    let b = row(actors, "iri", "http://e/b");
    assert_eq!(actors.cell(b, "status").text(), Some("changed"));
    assert_eq!(number(actors, b, "degreeDifference"), -1.0);

    let components = found.table(Part::Components);
    assert_eq!(components.rows.len(), 1);
    let apart = row(components, "kind", "apart");
    assert_eq!(components.cell(apart, "sizes").text(), Some("2; 2"));
    assert_eq!(number(components, apart, "gone"), 1.0);

    let outcome = &found.outcomes[0];
    assert_eq!(outcome.things[0].label, "Hub");
    assert_eq!((outcome.added, outcome.note.clone()), (0, None));
    assert!(outcome.removed >= 12, "{outcome:?}");
    assert_eq!(graph.snapshot().fingerprint(), before);
    assert_eq!(graph.data_version(), found.version);
}

#[test]
fn what_is_added_and_removed_again_changes_nothing() {
    let graph = graph(BRIDGE);
    let found = evaluate(
        &graph,
        json!([
            {"op": "addActor", "iri": "new:x", "label": "X", "sector": ["health", "housing"]},
            {"op": "addTie", "source": "new:x", "target": "http://e/a"},
            {"op": "addParticipation", "actor": "new:x", "in": "http://e/t", "role": "provider"},
            {"op": "removeActor", "iri": "new:x"},
        ]),
    )
    .unwrap();
    for part in [Part::Indicators, Part::Groups, Part::Networks] {
        let table = found.table(part);
        assert!(!table.rows.is_empty());
        for row in &table.rows {
            assert_eq!(
                table.cell(row, "today"),
                table.cell(row, "scenario"),
                "{row:?}"
            );
        }
    }
    for part in [Part::Actors, Part::Lost, Part::Won, Part::Components] {
        assert!(found.table(part).rows.is_empty(), "{part:?}");
    }
    let pairs = found.table(Part::SectorPairs);
    for row in &pairs.rows {
        assert_eq!(pairs.cell(row, "change").text(), Some("same"));
    }
}

#[test]
fn a_new_actor_can_join_what_was_apart() {
    let apart = BRIDGE.replace("e:p3 a weft:Participation", "e:p3 a e:Nothing");
    let graph = graph(&apart);
    let found = evaluate(
        &graph,
        json!([
            {"op": "addActor", "label": "New centre", "sector": "health", "level": "local"},
            {"op": "addService", "label": "Joint desk", "sector": ["health", "housing"],
             "provider": "new:new-centre"},
            {"op": "addParticipation", "actor": "http://e/a", "in": "new:joint-desk"},
            {"op": "addParticipation", "actor": "http://e/c", "in": "new:joint-desk",
             "role": "partner", "instrument": "contract", "since": "2024"},
        ]),
    )
    .unwrap();
    assert_eq!(metric(&found, "collaboration", "components"), [2.0, 1.0]);
    assert_eq!(metric(&found, "sectors", "edges"), [0.0, 1.0]);
    assert_eq!(figure(&found, "joined-sector-pairs"), [0.0, 1.0]);
    let won = found.table(Part::Won);
    assert!(row(won, "attribute", "sector").len() > 3);
    let actors = found.table(Part::Actors);
    let new = row(actors, "iri", "new:new-centre");
    assert_eq!(actors.cell(new, "status").text(), Some("added"));
    let together = found.table(Part::Components);
    let grown = row(together, "kind", "together");
    assert_eq!(number(together, grown, "parts"), 2.0);
    let changes = found.table(Part::Changes);
    assert_eq!(
        changes.cell(&changes.rows[3], "values").text(),
        Some("role: partner; instrument: contract")
    );
    assert_eq!(figure(&found, "services"), [2.0, 3.0]);
}

#[test]
fn each_change_does_what_it_says() {
    let graph = graph(BRIDGE);
    let moved = evaluate(
        &graph,
        json!([{"op": "moveService", "iri": "http://e/t", "sector": ["housing", "health"],
                "provider": "http://e/a"}]),
    )
    .unwrap();
    assert_eq!(metric(&moved, "sectors", "edges"), [0.0, 1.0]);
    // The hub no longer provides, A does, and the partners stay.
    let actors = moved.table(Part::Actors);
    let hub = row(actors, "iri", "http://e/hub");
    assert_eq!(number(actors, hub, "degreeScenario"), 2.0);

    let set = evaluate(
        &graph,
        json!([{"op": "setSector", "iri": "http://e/hub", "sector": "health"},
               {"op": "setLevel", "iri": "http://e/hub", "level": []}]),
    )
    .unwrap();
    let pairs = set.table(Part::SectorPairs);
    let pair = pairs
        .rows
        .iter()
        .find(|row| pairs.cell(row, "fromLabel") != pairs.cell(row, "toLabel"));
    assert_eq!(number(pairs, pair.unwrap(), "tiesScenario"), 2.0);

    let untied = evaluate(
        &graph,
        json!([{"op": "removeTie", "source": "http://e/d", "target": "http://e/c"}]),
    )
    .unwrap();
    assert_eq!(figure(&untied, "ties"), [1.0, 0.0]);
    // They still meet in a service.
    let [before, after] = metric(&untied, "collaboration", "edges");
    assert_eq!(before, after);

    let left = evaluate(
        &graph,
        json!([{"op": "removeParticipation", "actor": "http://e/hub", "in": "http://e/t"}]),
    )
    .unwrap();
    assert_eq!(metric(&left, "collaboration", "components"), [1.0, 2.0]);
    let by_iri = evaluate(
        &graph,
        json!([{"op": "removeParticipation", "iri": "http://e/p4"}]),
    )
    .unwrap();
    assert_eq!(
        left.table(Part::Networks),
        by_iri.table(Part::Networks),
        "the short form goes too"
    );

    let gone = evaluate(
        &graph,
        json!([{"op": "removeService", "iri": "http://e/s"}]),
    )
    .unwrap();
    assert_eq!(figure(&gone, "services"), [2.0, 1.0]);
    let actors = gone.table(Part::Actors);
    let a = row(actors, "iri", "http://e/a");
    assert_eq!(actors.cell(a, "status").text(), Some("isolated"));

    let merged = evaluate(
        &graph,
        json!([{"op": "mergeActors", "iris": ["http://e/a", "http://e/c"]},
               {"op": "addTie", "source": "http://e/c", "target": "http://e/b", "role": "ally"}]),
    )
    .unwrap();
    assert_eq!(figure(&merged, "actors"), [5.0, 4.0]);
    assert_eq!(metric(&merged, "collaboration", "nodes"), [5.0, 4.0]);
    let actors = merged.table(Part::Actors);
    let c = row(actors, "iri", "http://e/c");
    assert_eq!(actors.cell(c, "status").text(), Some("merged"));
    // Whatever IRI it is called by, it goes as a whole.
    let whole = evaluate(
        &graph,
        json!([{"op": "mergeActors", "iris": ["http://e/a", "http://e/c"]},
               {"op": "removeActor", "iri": "http://e/c"}]),
    )
    .unwrap();
    assert_eq!(metric(&whole, "collaboration", "nodes"), [5.0, 3.0]);
}

#[test]
fn a_change_that_does_not_fit_the_data_is_told_with_a_remedy() {
    let graph = graph(BRIDGE);
    for (changes, words) in [
        (
            json!([{"op": "removeActor", "iri": "http://e/hab"}]),
            "change 1 (removeActor): `iri`: the data you see does not know <http://e/hab>; do you \
             mean <http://e/hub>?",
        ),
        (json!([{"op": "removeActor", "iri": "hub"}]), "is no IRI"),
        (
            json!([{"op": "removeActor", "iri": "http://e/s"}]),
            "<http://e/s> (Care) is no actor",
        ),
        (
            json!([{"op": "setSector", "iri": "http://e/a", "sector": "helth"}]),
            "do you mean `health`?",
        ),
        (
            json!([{"op": "setSector", "iri": "http://e/a", "sector": "http://e/b"}]),
            "no concept of a code list",
        ),
        (
            json!([{"op": "addActor", "label": "X", "place": "Atlantis"}]),
            "write a country code, the name of a place, or its IRI",
        ),
        (
            json!([{"op": "addTie", "source": "http://e/a", "target": "http://e/a"}]),
            "are the same",
        ),
        (
            json!([{"op": "addTie", "source": "http://e/a", "target": "http://e/b", "role": "frend"}]),
            "`role`: `frend` is not known here",
        ),
        (
            json!([{"op": "addTie", "source": "http://e/a", "target": "http://e/b", "since": "soon"}]),
            "`since`: `soon` is no date",
        ),
        (
            json!([{"op": "addTie", "source": "http://e/a", "target": "http://e/b", "since": "2020", "until": "2010-05"}]),
            "`since`: `2020` is later than `until`: `2010-05`",
        ),
        (
            json!([{"op": "addTie", "source": "http://e/a", "target": "http://e/b",
                    "instrument": "contrct"}]),
            "do you mean `contract`?",
        ),
        (
            json!([{"op": "removeTie", "source": "http://e/a", "target": "http://e/b"}]),
            "both take part in Care <http://e/s>; use removeParticipation",
        ),
        (
            json!([{"op": "removeTie", "source": "http://e/a", "target": "http://e/d"}]),
            "there is no tie between A and D",
        ),
        (
            json!([{"op": "removeTie", "source": "http://e/c", "target": "http://e/d",
                    "role": "funder"}]),
            "leave `role` out",
        ),
        (
            json!([{"op": "removeParticipation", "actor": "http://e/a", "in": "http://e/t"}]),
            "there is no such participation of A in Homes",
        ),
        (
            json!([{"op": "removeParticipation", "iri": "http://e/p9"}]),
            "does not know <http://e/p9>",
        ),
        (
            json!([{"op": "addActor", "iri": "http://e/a", "label": "X"}]),
            "the data has <http://e/a> already",
        ),
        (
            json!([{"op": "mergeActors", "iris": ["http://e/a", "http://e/a"]}]),
            "is one with another of them already",
        ),
        (
            json!([{"op": "removeActor", "iri": "http://e/a"},
                   {"op": "addTie", "source": "http://e/a", "target": "http://e/b"}]),
            "change 2 (addTie): `source`: <http://e/a> is gone, because an earlier change",
        ),
    ] {
        refused(&graph, changes, words);
    }
    let choices = Choices {
        networks: vec!["nothing".to_owned()],
        ..Choices::default()
    };
    let change = scenario(json!([{"op": "removeActor", "iri": "http://e/a"}]));
    let given = graph.snapshot();
    let error = graph.evaluate_scenario(&given, &change, &choices, &Limits::default());
    assert!(error.unwrap_err().to_string().contains("no network"));
}

#[test]
fn time_that_is_up_says_so() {
    let graph = graph(BRIDGE);
    let limits = Limits {
        deadline: Some(Instant::now()),
        ..Limits::default()
    };
    let change = scenario(json!([{"op": "removeActor", "iri": "http://e/a"}]));
    let error = graph
        .evaluate_scenario(&graph.snapshot(), &change, &Choices::default(), &limits)
        .unwrap_err();
    assert!(
        matches!(error, AppError::Store(StoreError::TimedOut)),
        "{error}"
    );
}

#[test]
fn the_rules_apply_and_what_they_still_conclude_is_told() {
    // The rules make an actor of an organisation, and its unit a part of it.
    let graph = KnowledgeGraph::open(Config {
        data_dir: None,
        ..Config::default()
    })
    .unwrap();
    let text = format!("{PREFIXES} e:o a org:Organization ; rdfs:label 'O' .");
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new("http://e/graph").unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    let o = NamedNode::new("http://e/o").unwrap();
    let is_actor = |snapshot: &Snapshot| {
        let class = Some(iri::ACTOR.into());
        let kind = Some(oxigraph::model::vocab::rdf::TYPE);
        let mut found = snapshot.quads_for_pattern(Some((&o).into()), kind, class, None);
        found.next().is_some()
    };
    assert!(is_actor(&graph.snapshot()));
    let found = evaluate(&graph, json!([{"op": "removeActor", "iri": "http://e/o"}])).unwrap();
    let [before, after] = figure(&found, "actors");
    assert_eq!(before - after, 1.0);
    assert_eq!(found.outcomes[0].note, None);
}

/// The scenario's side must be what the data would be if somebody wrote the same.
#[test]
fn a_scenario_comes_out_as_if_somebody_had_written_it() {
    let open = || {
        KnowledgeGraph::open(Config {
            data_dir: None,
            ..Config::default()
        })
        .unwrap()
    };
    let graph = open();
    let actor = |name: &str| format!("https://w3id.org/weft/id/actor/{name}");
    let thing = |name: &str| format!("https://w3id.org/weft/id/innovation/{name}");
    let snapshot = graph.snapshot();
    // The first actors and cases by IRI: whatever the data is.
    let ids = |class| {
        let kind = Some(oxigraph::model::vocab::rdf::TYPE);
        let mut ids: Vec<String> = snapshot
            .quads_for_pattern(None, kind, Some(class), None)
            .filter_map(|quad| match quad.subject {
                oxigraph::model::NamedOrBlankNode::NamedNode(node) => Some(node.into_string()),
                _ => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let (actors, cases) = (ids(iri::ACTOR.into()), ids(iri::INNOVATION.into()));
    assert!(actors[0].starts_with(&actor("")) && cases[0].starts_with(&thing("")));
    let lists = [
        json!([{"op": "removeActor", "iri": actors[3]}, {"op": "removeActor", "iri": actors[40]},
               {"op": "removeActor", "iri": actors[90]}]),
        json!([
            {"op": "addActor", "iri": "new:x", "label": "X", "sector": ["health", "housing"],
             "level": "local", "sphere": "public", "place": "AT"},
            {"op": "addParticipation", "actor": "new:x", "in": cases[0], "role": "provider"},
            {"op": "addParticipation", "actor": "new:x", "in": cases[5], "role": "funder"},
            {"op": "addTie", "source": "new:x", "target": actors[7], "role": "funder",
             "instrument": "contract"},
            {"op": "removeService", "iri": cases[2]},
        ]),
        json!([
            {"op": "mergeActors", "iris": [actors[1], actors[2], actors[30]]},
            {"op": "setSector", "iri": actors[2], "sector": "employment"},
            {"op": "moveService", "iri": cases[1], "sector": "education", "level": "national",
             "provider": [actors[30], actors[60]]},
        ]),
    ];
    for changes in lists {
        let scenario = scenario(changes.clone());
        let expected = evaluate(&graph, changes).unwrap();
        let written = open();
        let (app, limits, theirs) = (written.clone(), Limits::default(), scenario.clone());
        written
            .store()
            .write::<_, AppError>(CommitInfo::new("test", "the same"), move |transaction| {
                let given = transaction.snapshot();
                app.apply_scenario(&given, &theirs, transaction, &limits)?;
                Ok(())
            })
            .unwrap();
        // A change that touches no figure: what it finds today is what was written.
        let nothing = json!([{"op": "addActor", "label": "Nobody"}, {"op": "removeActor", "iri": "new:nobody"}]);
        let found = evaluate(&written, nothing).unwrap();
        for part in [Part::Indicators, Part::Groups, Part::Networks] {
            let (wanted, got) = (expected.table(part), found.table(part));
            let value = |table: &Table, row: &[Cell], column: &str| table.cell(row, column).clone();
            let key = |table: &Table, row: &[Cell]| {
                ["id", "network", "metric", "group"]
                    .map(|name| format!("{:?}", value(table, row, name)))
            };
            for row in &got.rows {
                let same = wanted
                    .rows
                    .iter()
                    .find(|other| key(wanted, other) == key(got, row))
                    .unwrap_or_else(|| panic!("{part:?}: {row:?}"));
                assert_eq!(
                    value(wanted, same, "scenario"),
                    value(got, row, "today"),
                    "{part:?}: {row:?}"
                );
            }
        }
        for part in [Part::SectorPairs, Part::LevelPairs] {
            let (wanted, got) = (expected.table(part), found.table(part));
            for row in &got.rows {
                let ends = |table: &Table, row: &[Cell]| {
                    [
                        table.cell(row, "from").clone(),
                        table.cell(row, "to").clone(),
                    ]
                };
                let same = wanted
                    .rows
                    .iter()
                    .find(|other| ends(wanted, other) == ends(got, row));
                let same = same.unwrap_or_else(|| panic!("{row:?}"));
                for [theirs, ours] in [
                    ["tiesScenario", "tiesToday"],
                    ["expectedScenario", "expectedToday"],
                    ["topScenario", "topToday"],
                ] {
                    assert_eq!(wanted.cell(same, theirs), got.cell(row, ours), "{row:?}");
                }
            }
        }
    }
}

#[test]
fn a_directory_without_its_provider_has_services_that_nobody_provides() {
    let graph = graph(
        "e:a a weft:Actor ; rdfs:label 'A' ; weft:provides e:s , e:t , e:u .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:provides e:t .
         e:c a weft:Actor ; rdfs:label 'C' .
         e:p a weft:Participation ; weft:actor e:c ; weft:in e:u ; weft:role role:co-provider .
         e:q a weft:Participation ; weft:actor e:b ; weft:in e:u ; weft:role role:funder .
         e:s a weft:Service ; rdfs:label 'S' ; weft:sector branch:health , branch:housing .
         e:t a weft:Service ; rdfs:label 'T' ; weft:sector branch:health .
         e:u a weft:Service ; rdfs:label 'U' .
         e:v a weft:Service ; rdfs:label 'V' ; weft:sector branch:health .",
    );
    let found = evaluate(&graph, json!([{"op": "removeActor", "iri": "http://e/a"}])).unwrap();
    let services = found.table(Part::Services);
    let told: Vec<[&str; 3]> = services
        .rows
        .iter()
        .map(|row| ["label", "status", "lost"].map(|name| services.cell(row, name).text().unwrap()))
        .collect();
    // Nobody provides V today either; a funder is no provider.
    assert_eq!(
        told,
        [
            ["S", "noProvider", "A"],
            ["T", "oneProvider", "A"],
            ["U", "oneProvider", "A"]
        ]
    );
    let left = &services.rows[0];
    assert_eq!(number(services, left, "providersToday"), 1.0);
    assert_eq!(number(services, left, "providersScenario"), 0.0);
    assert_eq!(figure(&found, "services-without-provider"), [1.0, 2.0]);
    assert_eq!(figure(&found, "services-on-one-provider"), [1.0, 2.0]);
    let groups = found.table(Part::Groups);
    let of = |sector: &str| -> [f64; 2] {
        let found = groups.rows.iter().find(|row| {
            groups.cell(row, "id").text() == Some("services-without-provider")
                && groups
                    .cell(row, "group")
                    .text()
                    .is_some_and(|iri| iri.ends_with(sector))
        });
        ["today", "scenario"].map(|side| number(groups, found.unwrap(), side))
    };
    assert_eq!(of("/health"), [1.0, 2.0]);
    assert_eq!(of("/housing"), [0.0, 1.0]);
    // Put into other hands they are provided.
    let moved = evaluate(
        &graph,
        json!([{"op": "moveService", "iri": "http://e/v", "provider": "http://e/c"}]),
    )
    .unwrap();
    let services = moved.table(Part::Services);
    let row = row(services, "label", "V");
    assert_eq!(services.cell(row, "status").text(), Some("provided"));
}
