//! Times metrics on a graph of numbered nodes, one line of JSON a task, in the shape that the
//! peers' harness prints: `metrics.py` runs both and compares.
//!
//! ```text
//! cargo bench --bench metrics -- --graph DIR/sbm [--threads 2] [--metrics betweenness,leiden]
//! ```
//!
//! `DIR/sbm.edges.tsv` has the ends of a tie a line, `DIR/sbm.nodes.tsv` a node a line with the
//! numbers of its sector, level and type.

use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::time::Instant;
use weft::app::{Config, KnowledgeGraph, Writer};
use weft::metrics::{
    Approximation, Cost, Measures, Options, Score, Task, betweenness, brokerage, cohesion,
    communities, cuts, distances, find, groups, holes, layout, mixing, spectral,
};
use weft::network::{Attribute, Category, Filter, Kind, Network, Node, Tie};
use weft::store::Limits;

const TASKS: &str = "components,degree,pagerank,kcore,lclustering,constraint,leiden,distances,betweenness,betweenness_approx,layout,assortativity,sectors_and_levels,report_quick,report,report_small";

fn main() {
    let mut arguments: BTreeMap<String, String> = BTreeMap::new();
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        if let Some(name) = name.strip_prefix("--")
            && name != "bench"
        {
            arguments.insert(name.to_owned(), given.next().unwrap_or_default());
        }
    }
    let number = |name: &str, otherwise: usize| {
        let text = arguments.get(name);
        text.map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let Some(graph) = arguments.get("graph") else {
        eprintln!("--graph DIR/NAME is missing; tests/bench/README.md tells how to run this");
        return;
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(number("threads", 2))
        .build_global()
        .expect("threads");
    let plain = Plain::read(graph);
    let tasks = arguments.get("metrics").map_or(TASKS, String::as_str);
    for task in tasks.split(',') {
        for _ in 0..number("rounds", 3) {
            let (wall, cpu, sum) = measure(&plain, task);
            let line = json!({
                "lib": "weft", "graph": graph.rsplit('/').next(), "metric": task,
                "threads": rayon::current_num_threads(), "secs": wall, "cpu": cpu, "sum": sum,
            });
            println!("{line}");
        }
    }
}

/// A graph as it stands in the files.
struct Plain {
    edges: Vec<(u32, u32)>,
    labels: Vec<[u32; 3]>,
}

impl Plain {
    fn read(graph: &str) -> Self {
        let rows = |name: &str| -> Vec<Vec<u32>> {
            let path = format!("{graph}.{name}.tsv");
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            let numbers = |line: &str| line.split('\t').map(|n| n.parse().unwrap()).collect();
            text.lines().map(numbers).collect()
        };
        Self {
            edges: rows("edges").iter().map(|row| (row[0], row[1])).collect(),
            labels: rows("nodes").iter().map(|r| [r[1], r[2], r[3]]).collect(),
        }
    }

    fn network(&self) -> Network {
        let nodes = (0..self.labels.len()).map(|node| {
            let name = format!("https://example.org/{node:06}");
            Node::new(oxigraph::model::NamedNode::new_unchecked(name))
        });
        let ties = self.edges.iter().map(|(source, target)| Tie {
            source: *source,
            target: *target,
            weight: 1.0,
        });
        let attribute = |column: usize| -> Vec<Vec<Category>> {
            let category = |number: u32| {
                let name = format!("https://example.org/{column}/{number}");
                let mut category = Category::new(oxigraph::model::NamedNode::new_unchecked(name));
                category.rank = (column == 1).then(|| i64::from(3 - number));
                category
            };
            let labels = self.labels.iter();
            labels
                .map(|labels| vec![category(labels[column])])
                .collect()
        };
        let attributes = [attribute(0), attribute(1), attribute(2), Vec::new()];
        Network::new(Kind::default(), nodes.collect(), ties, attributes)
    }

    /// The same in Weft's shape: actors with sector, level and sphere, and ties.
    fn turtle(&self) -> String {
        const LEVELS: [&str; 4] = ["eu", "national", "regional", "local"];
        const SECTORS: [&str; 6] = [
            "health",
            "education",
            "employment",
            "housing",
            "social-services",
            "income",
        ];
        const SPHERES: [&str; 6] = [
            "public",
            "third-sector",
            "private",
            "hybrid",
            "community",
            "mixed",
        ];
        let ns = "https://w3id.org/weft/ns#";
        let code = "https://w3id.org/weft/code/";
        let is_a = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
        let id = |kind: &str, n: usize| format!("<https://w3id.org/weft/id/{kind}/{n:06}>");
        let mut text = String::new();
        for (node, [sector, level, sphere]) in self.labels.iter().enumerate() {
            let actor = id("actor", node);
            let _ = writeln!(text, "{actor} <{is_a}> <{ns}Actor> .");
            for (property, value) in [
                ("sector", format!("branch/{}", SECTORS[*sector as usize])),
                (
                    "level",
                    format!("governance-level/{}", LEVELS[*level as usize]),
                ),
                ("sphere", format!("sphere/{}", SPHERES[*sphere as usize])),
            ] {
                let _ = writeln!(text, "{actor} <{ns}{property}> <{code}{value}> .");
            }
        }
        for (number, (source, target)) in self.edges.iter().enumerate() {
            let tie = id("tie", number);
            let (from, to) = (id("actor", *source as usize), id("actor", *target as usize));
            let _ = writeln!(
                text,
                "{tie} <{is_a}> <{ns}Tie> .\n{tie} <{ns}from> {from} .\n{tie} <{ns}to> {to} ."
            );
        }
        text
    }
}

fn graph_of(data: Option<&str>) -> KnowledgeGraph {
    let config = Config {
        data_dir: None,
        ..Config::default()
    };
    let graph = KnowledgeGraph::open(config).expect("the graph opens");
    if let Some(text) = data {
        let batch = weft::ingest::rdf::parse_bytes(
            text.as_bytes(),
            oxigraph::io::RdfFormat::NTriples,
            &weft::ingest::rdf::ParseOptions::default(),
        )
        .expect("the data is N-Triples");
        let name = oxigraph::model::NamedNode::new_unchecked("https://w3id.org/weft/graph/bench");
        graph
            .write_graph(
                &Writer::Local,
                name.into(),
                batch,
                weft::app::GraphChange::Replace,
            )
            .expect("the data is written");
    }
    graph
}

/// Everything that a user gets of a network, from the store on.
fn report(graph: &KnowledgeGraph, dataset: Option<&str>, with_betweenness: bool) -> f64 {
    let mut lap = Lap::new();
    let snapshot = graph.snapshot();
    let limits = Limits::default();
    let task = Task::new();
    let pairs = dataset.map(|name| ("dataset", name));
    let filter = match pairs {
        Some(pair) => graph.filter(&snapshot, [pair]).expect("the filter"),
        None => Filter::default(),
    };
    let definition = graph
        .networks()
        .definition("collaboration")
        .expect("it is there");
    let measured = graph
        .network(&snapshot, definition, &filter, Options::default(), &limits)
        .expect("the network");
    let mut total = 0.0;
    lap.tell("network");
    for metric in weft::metrics::all() {
        if metric.is_for_two_modes() || (metric.cost == Cost::Paths && !with_betweenness) {
            continue;
        }
        let score = match metric.scope() {
            weft::metrics::Scope::Node => {
                let scores = measured.measures().of_nodes(metric, &task).unwrap();
                scores.iter().filter_map(|score| score.value()).count() as f64
            }
            weft::metrics::Scope::Network => {
                let score = measured.measures().of_network(metric, &task).unwrap();
                score.value().unwrap_or_default()
            }
        };
        total += score;
        lap.tell(metric.id);
    }
    let integration = graph
        .integration(&snapshot, &measured, &limits, &task)
        .expect("the report");
    lap.tell("integration");
    total + integration.flat(measured.network()).len() as f64
}

/// With WEFT_BENCH_TRACE tells what a report spends its time on.
struct Lap(Option<Instant>);

impl Lap {
    fn new() -> Self {
        Self(std::env::var_os("WEFT_BENCH_TRACE").map(|_| Instant::now()))
    }

    fn tell(&mut self, step: &str) {
        if let Some(begin) = &mut self.0 {
            eprintln!("{:>9.2} ms {step}", begin.elapsed().as_secs_f64() * 1e3);
            *begin = Instant::now();
        }
    }
}

fn total(scores: &[Score]) -> f64 {
    scores.iter().filter_map(|score| score.value()).sum()
}

/// Wall seconds, CPU seconds and a checksum of one task.
fn measure(plain: &Plain, task: &str) -> (f64, f64, f64) {
    let quiet = Task::new();
    let network = Arc::new(plain.network());
    let column = |id: &str| {
        let measures = Measures::new(Arc::clone(&network), Options::default());
        let metric = find(id).expect("a metric");
        total(&measures.of_nodes(metric, &quiet).unwrap())
    };
    let value = |id: &str| {
        let measures = Measures::new(Arc::clone(&network), Options::default());
        let metric = find(id).expect("a metric");
        measures
            .of_network(metric, &quiet)
            .unwrap()
            .value()
            .unwrap_or_default()
    };
    let prepared = match task {
        "report" | "report_quick" => Some(graph_of(Some(&plain.turtle()))),
        "report_small" => Some(graph_of(None)),
        _ => None,
    };
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let n = network.len() as f64;
    let sum = match task {
        "components" => cuts::components(&network).sizes.len() as f64,
        "degree" => column("degree"),
        "pagerank" => spectral::pagerank(&network, &quiet).unwrap().iter().sum(),
        "kcore" => cohesion::core_numbers(&network)
            .iter()
            .map(|k| f64::from(*k))
            .sum(),
        "lclustering" => column("clustering"),
        "constraint" => {
            let _ = holes::holes(&network, &quiet).unwrap();
            n
        }
        "leiden" => {
            let found = communities::communities(&network, 42, &quiet).unwrap();
            found.modularity.value().unwrap_or_default()
        }
        "distances" => {
            let found = distances::distances(&network, &quiet).unwrap();
            let total: f64 = (0..network.len()).map(|node| found.reciprocal(node)).sum();
            total / (n - 1.0)
        }
        "betweenness" => {
            let found = betweenness::exact(&network, &quiet).unwrap();
            found.scores.iter().sum::<f64>() * (n - 1.0) * (n - 2.0) / 2.0
        }
        "betweenness_approx" => {
            let wanted = Approximation {
                error: 0.01,
                confidence: 0.9,
            };
            let found = betweenness::sampled(&network, wanted, 1, &quiet).unwrap();
            found.scores.iter().sum()
        }
        "layout" => {
            let found = layout::layout(&network, &quiet).unwrap();
            found.points().iter().map(|[x, y]| x.abs() + y.abs()).sum()
        }
        "assortativity" => value("sectorAssortativity"),
        "sectors_and_levels" => {
            let tests = mixing::integration_tests(&network, &Options::default(), &quiet).unwrap();
            let _ = brokerage::brokerage(&network, &quiet).unwrap();
            for attribute in [Attribute::Sector, Attribute::Level, Attribute::Sphere] {
                let _ = groups::ei(&network, attribute);
                let _ = groups::coleman(&network, attribute);
                let _ = groups::diversity(&network, attribute);
            }
            for id in [
                "eiIndex",
                "participationCoefficient",
                "sectorReach",
                "levelReach",
            ] {
                let _ = column(id);
            }
            value("sectorAssortativity") + tests.four_way.horizontal.ties
        }
        "report" | "report_quick" | "report_small" => {
            let graph = prepared.as_ref().expect("a graph");
            let dataset = (task != "report_small").then_some("bench");
            report(graph, dataset, task != "report_quick")
        }
        other => panic!("there is no task {other}"),
    };
    (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu, sum)
}

/// User and system time of all threads.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
