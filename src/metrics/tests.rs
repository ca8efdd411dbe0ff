//! The golden values of other implementations, and properties that hold of all metrics.

use super::*;
use crate::network::{Attribute, Category, Kind, Mode, Node, Tie};
use oxigraph::model::NamedNode;
use proptest::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// How far a value may be from the golden one.
const TOLERANCE: f64 = 1e-9;
/// How far the modularity of a division may be below that of igraph's.
const MODULARITY_TOLERANCE: f64 = 0.0005;

/// A network as plain numbers: what the cases hold and the properties vary.
#[derive(Clone, Debug, Default)]
struct Plain {
    nodes: usize,
    first_side: Option<usize>,
    directed: bool,
    edges: Vec<(u32, u32)>,
    /// By attribute, then by node.
    groups: [Vec<Vec<u32>>; 4],
}

impl Plain {
    fn read(case: &Value) -> Self {
        let number = |value: &Value| value.as_u64().unwrap() as u32;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let mut groups: [Vec<Vec<u32>>; 4] = Default::default();
        for attribute in Attribute::ALL {
            groups[attribute as usize] = list(&case[attribute.name()])
                .iter()
                .map(|own| list(own).iter().map(number).collect())
                .collect();
        }
        Self {
            nodes: number(&case["nodes"]) as usize,
            first_side: case["twoMode"].as_u64().map(|count| count as usize),
            directed: case["directed"].as_bool().unwrap_or_default(),
            edges: list(&case["edges"])
                .iter()
                .map(|edge| (number(&edge[0]), number(&edge[1])))
                .collect(),
            groups,
        }
    }

    /// The network with node `i` named by `names[i]`.
    fn network(&self, names: &[u32]) -> Network {
        let nodes = (0..self.nodes).map(|node| {
            let name = format!("https://example.org/{:09}", names[node]);
            let mut node_of = Node::new(NamedNode::new_unchecked(name));
            if self.first_side.is_some_and(|first| node >= first) {
                node_of.mode = Mode::Second;
            }
            node_of
        });
        let ties = self.edges.iter().map(|(source, target)| Tie {
            source: *source,
            target: *target,
            weight: 1.0,
        });
        let attributes = Attribute::ALL.map(|attribute| {
            self.groups[attribute as usize]
                .iter()
                .map(|own| {
                    own.iter()
                        .map(|group| {
                            let name = format!("https://example.org/group/{group:09}");
                            let mut category = Category::new(NamedNode::new_unchecked(name));
                            if attribute == Attribute::Level {
                                category.rank = Some(i64::from(*group));
                            }
                            category
                        })
                        .collect()
                })
                .collect()
        });
        let kind = Kind {
            directed: self.directed,
            two_mode: self.first_side.is_some(),
        };
        Network::new(kind, nodes.collect(), ties, attributes)
    }

    fn measures(&self) -> Measures {
        let names: Vec<u32> = (0..self.nodes as u32).collect();
        Measures::new(Arc::new(self.network(&names)), Options::default())
    }
}

fn agrees(found: Score, expected: &Value) -> bool {
    match (found, expected.as_f64()) {
        (Score::Value(found), Some(expected)) => {
            (found - expected).abs() <= TOLERANCE * expected.abs().max(1.0)
        }
        (Score::Undefined(_), None) => expected.is_null(),
        _ => false,
    }
}

#[test]
fn metrics_have_the_values_of_other_implementations() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/metrics");
    let read = |path: &Path| -> Value {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    };
    let task = Task::new();
    let mut problems = Vec::new();
    let mut compared = std::collections::BTreeSet::new();
    let mut cases: Vec<_> = fs::read_dir(&folder).unwrap().flatten().collect();
    cases.sort_by_key(fs::DirEntry::path);
    cases.retain(|entry| entry.path().is_dir());
    assert!(cases.len() > 15, "the cases are there");
    for entry in cases {
        let name = entry.file_name().to_string_lossy().into_owned();
        let plain = Plain::read(&read(&entry.path().join("network.json")));
        let expected = read(&entry.path().join("expected.json"));
        let measures = plain.measures();
        for (id, values) in expected["nodes"].as_object().into_iter().flatten() {
            let metric = find(id).unwrap_or_else(|| panic!("{name}: no metric {id}"));
            compared.insert(metric.id);
            let scores = measures.of_nodes(metric, &task).unwrap();
            for (node, expected) in values.as_array().unwrap().iter().enumerate() {
                if !agrees(scores[node], expected) {
                    let found = scores[node];
                    problems.push(format!("{name}: {id} of {node}: {found:?}, not {expected}"));
                }
            }
        }
        for (id, expected) in expected["network"].as_object().into_iter().flatten() {
            if id == "leidenModularity" {
                let metric = find("modularity").unwrap();
                let found = measures.of_network(metric, &task).unwrap().value().unwrap();
                if found < expected.as_f64().unwrap() - MODULARITY_TOLERANCE {
                    problems.push(format!("{name}: modularity {found}, igraph has {expected}"));
                }
                continue;
            }
            let metric = find(id).unwrap_or_else(|| panic!("{name}: no metric {id}"));
            compared.insert(metric.id);
            let found = measures.of_network(metric, &task).unwrap();
            if !agrees(found, expected) {
                problems.push(format!("{name}: {id}: {found:?}, not {expected}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(
        compared.len() > 50,
        "{} metrics are compared",
        compared.len()
    );
}

/// All scores of a network as bits, nodes in the order of `positions`.
fn bits(network: Network, positions: &[u32], task: &Task) -> Vec<(&'static str, Vec<u64>)> {
    let bit = |score: Score| match score {
        Score::Value(value) => value.to_bits(),
        Score::Undefined(reason) => u64::MAX - reason as u64,
    };
    let measures = Measures::new(Arc::new(network), Options::default());
    all()
        .iter()
        .map(|metric| {
            let scores = match metric.scope() {
                Scope::Node => {
                    let scores = measures.of_nodes(metric, task).unwrap();
                    positions
                        .iter()
                        .map(|at| bit(scores[*at as usize]))
                        .collect()
                }
                Scope::Network => vec![bit(measures.of_network(metric, task).unwrap())],
            };
            (metric.id, scores)
        })
        .collect()
}

fn plain_networks() -> impl Strategy<Value = Plain> {
    (2..24_usize, any::<bool>(), any::<bool>()).prop_flat_map(|(nodes, directed, two_mode)| {
        let edge = (0..nodes as u32, 0..nodes as u32);
        let group = || {
            let own = proptest::collection::vec(0..4_u32, 0..3);
            proptest::collection::vec(own, nodes)
        };
        let edges = proptest::collection::vec(edge, 0..60);
        (edges, group(), group(), group()).prop_map(move |(edges, sector, level, sphere)| {
            let first = nodes / 2;
            let crosses = |(a, b): &(u32, u32)| ((*a as usize) < first) != ((*b as usize) < first);
            let two_mode = two_mode && !directed;
            Plain {
                nodes,
                first_side: two_mode.then_some(first),
                directed,
                edges: edges
                    .into_iter()
                    .filter(|e| !two_mode || crosses(e))
                    .collect(),
                groups: [sector, level, sphere, Vec::new()],
            }
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn names_order_and_threads_change_no_bit(plain in plain_networks(), seed in any::<u64>()) {
        let names: Vec<u32> = (0..plain.nodes as u32).collect();
        let task = Task::new();
        let first = bits(plain.network(&names), &names, &task);

        // Other names, the ties in another order and turned round.
        let mut random = Random::stream(seed, 0);
        let mut renamed = names.clone();
        // Sides stay apart in the order of a network.
        let split = plain.first_side.unwrap_or(plain.nodes);
        let (one, other) = renamed.split_at_mut(split);
        random.shuffle(one);
        random.shuffle(other);
        let mut shuffled = plain.clone();
        random.shuffle(&mut shuffled.edges);
        if !plain.directed {
            for edge in &mut shuffled.edges {
                *edge = (edge.1, edge.0);
            }
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let single = Task::on(Arc::new(pool));
        let second = bits(shuffled.network(&renamed), &renamed, &single);
        for ((id, first), (_, second)) in first.iter().zip(&second) {
            // Nodes that are alike but for their names may change places between communities.
            if *id != "community" {
                prop_assert_eq!(first, second, "{}", id);
            }
        }
    }
}

#[test]
fn every_metric_is_described() {
    for metric in all() {
        for (what, text) in [
            ("name", metric.name),
            ("definition", metric.definition),
            ("formula", metric.formula),
            ("range", metric.range),
            ("reference", metric.reference),
            ("undefined when", metric.undefined_when),
            ("oracle", metric.oracle),
        ] {
            assert!(!text.trim().is_empty(), "{}: {what}", metric.id);
        }
        assert_eq!(
            all().iter().filter(|m| m.id == metric.id).count(),
            1,
            "{}",
            metric.id
        );
    }
}

#[test]
fn the_contract_has_its_metrics() {
    for id in [
        "degree",
        "strength",
        "betweenness",
        "closeness",
        "harmonic",
        "eigenvector",
        "pagerank",
        "core",
        "clustering",
        "constraint",
        "effectiveSize",
        "eiIndex",
        "participationCoefficient",
        "sectorReach",
        "levelReach",
        "community",
        "articulation",
        "coordinator",
        "itinerant",
        "gatekeeper",
        "representative",
        "liaison",
        "nodes",
        "edges",
        "density",
        "components",
        "largestComponentShare",
        "averagePathLength",
        "diameter",
        "transitivity",
        "averageClustering",
        "degreeCentralization",
        "betweennessCentralization",
        "closenessCentralization",
        "degreeAssortativity",
        "sectorAssortativity",
        "levelAssortativity",
        "sphereAssortativity",
        "sectorEiIndex",
        "levelEiIndex",
        "communities",
        "modularity",
        "bridges",
        "articulationPoints",
        "fragmentation",
        "sectorDiversity",
    ] {
        assert!(find(id).is_some(), "{id}");
    }
}

#[test]
fn a_cancelled_computation_ends() {
    let ring = (0..2_000).map(|i| (i, (i + 1) % 2_000));
    let network = Arc::new(Network::from_edges(2_000, false, ring));
    let task = Task::new();
    task.cancel();
    let measures = Measures::new(network, Options::default());
    let metric = find("betweenness").unwrap();
    assert_eq!(measures.of_nodes(metric, &task), Err(Cancelled));
    // And can be begun anew.
    assert!(measures.of_nodes(metric, &Task::new()).is_ok());
}
