//! The store beside Oxigraph's own, in one process: `cargo bench --bench store`.
//!
//! Both hold the same generated data and answer the same queries by turns. Figures and options
//! are explained in the README beside this file.

mod data;

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode, Quad};
use oxigraph::sparql::{QueryResults as OxigraphResults, SparqlEvaluator};
use oxigraph::store::Store;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weft::ingest::rdf::{ParseOptions, parse_bytes};
use weft::rdf::Batch;
use weft::store::{
    CommitInfo, DatasetSpec, KnowledgeStore, Limits, Query, QueryResults, Snapshot, StoreError,
    StoreOptions, TextFields, TextQuery, TextScope, on_deep_stack,
};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// One query may take this long in all its rounds.
const QUERY_BUDGET: Duration = Duration::from_secs(8);

/// How many commits are measured.
const COMMITS: usize = 200;

fn main() -> Result<()> {
    let size = setting("WEFT_BENCH_TRIPLES", 1_000_000);
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--write", file, ..] => write_data(Path::new(file), size),
        ["--opened", directory, ..] => report_opened(Path::new(directory)),
        ["--oxigraph", file, ..] => report_oxigraph(Path::new(file)),
        ["--search", ..] => measure_search(),
        ["--merged", ..] => measure_merged(size),
        _ => compare(size, &arguments),
    }
}

fn compare(size: usize, arguments: &[&str]) -> Result<()> {
    let wanted = arguments
        .iter()
        .find(|argument| !argument.starts_with("--"));
    let data = data::generate(size);
    println!(
        "{} triples, {} quads in named graphs\n",
        data.triple_count,
        data.quads.lines().count()
    );
    let directory = scratch_directory()?;
    let result = (|| {
        if wanted.is_none() {
            measure_durable(&data, &directory)?;
        }
        let contenders = Contenders::load(&data)?;
        drop(data);
        // On a thread of its own, as the server answers: memory that loading left in pieces is
        // not what the rows of a query are put into.
        on_deep_stack(|| compare_queries(&contenders, wanted.copied()))
    })();
    fs::remove_dir_all(&directory)?;
    result
}

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// A directory for files, on the disk that is to be measured: `WEFT_BENCH_DIR` or the target's.
fn scratch_directory() -> Result<PathBuf> {
    let parent = std::env::var_os("WEFT_BENCH_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let directory = parent.join(format!("weft-bench-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

fn write_data(file: &Path, size: usize) -> Result<()> {
    let data = data::generate(size);
    let quads = file.extension().is_some_and(|extension| extension == "nq");
    fs::write(file, if quads { data.quads } else { data.triples })?;
    Ok(())
}

// ---- Queries ----------------------------------------------------------------------------

struct BenchQuery {
    name: String,
    needs_graphs: bool,
    text: String,
}

fn queries() -> Vec<BenchQuery> {
    let mut sections = include_str!("queries.rq").split("#+ name: ");
    let prefixes = sections.next().unwrap_or_default();
    sections
        .filter_map(|section| {
            let (name, text) = section.split_once('\n')?;
            Some(BenchQuery {
                name: name.trim().to_owned(),
                needs_graphs: text.contains("#+ needs: graphs"),
                text: format!("{prefixes}{text}"),
            })
        })
        .collect()
}

struct Contenders {
    weft: KnowledgeStore,
    /// The union of the graphs as the default graph: what an unscoped query sees in Weft.
    oxigraph: Store,
    /// The same in named graphs, for the queries that ask for them.
    oxigraph_graphs: Store,
}

impl Contenders {
    fn load(data: &data::Data) -> Result<Self> {
        let weft = KnowledgeStore::in_memory(StoreOptions::default());
        let start = Instant::now();
        let batch = parse(data.quads.as_bytes(), RdfFormat::NQuads)?;
        let parsed = start.elapsed();
        load_batch(&weft, batch)?;
        println!(
            "load in memory      weft     {:6.2} s (parsing {:.2} s), {} MB on the heap",
            start.elapsed().as_secs_f64(),
            parsed.as_secs_f64(),
            weft.snapshot().heap_bytes() >> 20,
        );
        let start = Instant::now();
        let oxigraph = load_oxigraph(&data.triples, RdfFormat::NTriples)?;
        println!(
            "load in memory      oxigraph {:6.2} s",
            start.elapsed().as_secs_f64()
        );
        let oxigraph_graphs = load_oxigraph(&data.quads, RdfFormat::NQuads)?;
        Ok(Self {
            weft,
            oxigraph,
            oxigraph_graphs,
        })
    }
}

fn parse(bytes: &[u8], format: RdfFormat) -> Result<Batch> {
    Ok(parse_bytes(bytes, format, &ParseOptions::default())?)
}

fn load_batch(store: &KnowledgeStore, batch: Batch) -> Result<()> {
    store.write(CommitInfo::new("bench", "load"), move |transaction| {
        transaction.insert_batch(&batch)
    })?;
    Ok(())
}

fn load_oxigraph(text: &str, format: RdfFormat) -> Result<Store> {
    let store = Store::new()?;
    let mut loader = store.bulk_loader();
    loader.load_from_slice(RdfParser::from_format(format), text)?;
    loader.commit()?;
    Ok(store)
}

fn compare_queries(contenders: &Contenders, wanted: Option<&str>) -> Result<()> {
    let rounds = setting("WEFT_BENCH_ROUNDS", 9);
    let snapshot = contenders.weft.snapshot();
    println!(
        "\n{:<30} {:>8}  {:>9} {:>9}  {:>9} {:>9}  {:>6} {:>6}",
        "query (ms)", "rows", "weft min", "median", "oxi min", "median", "ratio", "median"
    );
    let mut ratios = Vec::new();
    for query in queries() {
        if wanted.is_some_and(|wanted| !query.name.contains(wanted)) {
            continue;
        }
        let store = if query.needs_graphs {
            &contenders.oxigraph_graphs
        } else {
            &contenders.oxigraph
        };
        let rows = weft_rows(&snapshot, &query.text)?;
        let expected = oxigraph_rows(store, &query.text)?;
        if rows != expected {
            return Err(format!("{}: weft {rows} rows, oxigraph {expected}", query.name).into());
        }
        let (mut weft, mut oxigraph) = (Vec::new(), Vec::new());
        let start = Instant::now();
        // Short queries are repeated more often: noise weighs more on them.
        while weft.len() < 3
            || (weft.len() < rounds && start.elapsed() < QUERY_BUDGET)
            || start.elapsed() < Duration::from_millis(100)
        {
            weft.push(timed(|| weft_rows(&snapshot, &query.text))?);
            oxigraph.push(timed(|| oxigraph_rows(store, &query.text))?);
        }
        let (weft, oxigraph) = (Times::of(weft), Times::of(oxigraph));
        let ratio = oxigraph.least / weft.least;
        let median = oxigraph.median / weft.median;
        println!(
            "{:<30} {rows:>8}  {:>9.3} {:>9.3}  {:>9.3} {:>9.3}  {ratio:>6.2} {median:>6.2}{}",
            query.name,
            weft.least,
            weft.median,
            oxigraph.least,
            oxigraph.median,
            if ratio < 1.0 { "  slower" } else { "" },
        );
        ratios.push((ratio, median, query.name));
    }
    let count = ratios.len() as f64;
    let mean = |of: fn(&(f64, f64, String)) -> f64| {
        (ratios.iter().map(|ratio| of(ratio).ln()).sum::<f64>() / count).exp()
    };
    println!(
        "\ngeometric mean of {} ratios: {:.2} (minima), {:.2} (medians)",
        ratios.len(),
        mean(|ratio| ratio.0),
        mean(|ratio| ratio.1)
    );
    if let Some((ratio, _, name)) = ratios.iter().min_by(|a, b| a.0.total_cmp(&b.0)) {
        println!("worst: {name}, {ratio:.2}");
    }
    Ok(())
}

/// Parses and answers a query, taking every row; the number of rows, triples, or true answers.
fn weft_rows(snapshot: &Snapshot, text: &str) -> Result<usize> {
    let query = Query::parse(text, None, &BTreeMap::new())?;
    // A deadline, as the server sets one.
    let limits = Limits {
        deadline: Some(Instant::now() + Duration::from_secs(600)),
        ..Limits::default()
    };
    snapshot.query(&query, &DatasetSpec::default(), &limits, |results| {
        Ok(match results {
            QueryResults::Solutions(rows) => count(rows)?,
            QueryResults::Graph(triples) => count(triples)?,
            QueryResults::Boolean(answer) => usize::from(answer),
        })
    })?
}

fn oxigraph_rows(store: &Store, text: &str) -> Result<usize> {
    let results = SparqlEvaluator::new()
        .parse_query(text)?
        .on_store(store)
        .execute()?;
    Ok(match results {
        OxigraphResults::Solutions(rows) => count(rows)?,
        OxigraphResults::Graph(triples) => count(triples)?,
        OxigraphResults::Boolean(answer) => usize::from(answer),
    })
}

fn count<T, E>(rows: impl Iterator<Item = Result<T, E>>) -> Result<usize, E> {
    let mut count = 0;
    for row in rows {
        std::hint::black_box(row?);
        count += 1;
    }
    Ok(count)
}

/// Milliseconds that some work takes.
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

struct Times {
    least: f64,
    median: f64,
    p95: f64,
}

impl Times {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_unstable_by(f64::total_cmp);
        Self {
            least: times[0],
            median: times[times.len() / 2],
            p95: times[times.len() * 95 / 100],
        }
    }
}

// ---- The log: load, start, commits, memory ----------------------------------------------

fn measure_durable(data: &data::Data, directory: &Path) -> Result<()> {
    let store_directory = directory.join("store");
    let start = Instant::now();
    let store = KnowledgeStore::open(&store_directory, StoreOptions::default())?;
    let batch = parse(data.quads.as_bytes(), RdfFormat::NQuads)?;
    load_batch(&store, batch)?;
    println!(
        "load, durable       weft     {:6.2} s",
        start.elapsed().as_secs_f64()
    );
    measure_commits(&store, &directory.join("plain"))?;
    let start = Instant::now();
    drop(store);
    println!(
        "close, checkpoint   weft     {:6.2} s",
        start.elapsed().as_secs_f64()
    );
    println!(
        "files               weft     {:6} MB",
        size_of_files(&store_directory)? >> 20
    );

    // Memory and start-up are measured in processes of their own.
    let triples = directory.join("data.nt");
    fs::write(&triples, &data.triples)?;
    let this = std::env::current_exe()?;
    for (option, path) in [("--opened", &store_directory), ("--oxigraph", &triples)] {
        let output = Command::new(&this).arg(option).arg(path).output()?;
        std::io::stdout().write_all(&output.stdout)?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
    }
    Ok(())
}

/// Commits of one triple by turns with the least that a commit must do: to write one page of a
/// file that has its space already, and `fdatasync`.
fn measure_commits(store: &KnowledgeStore, plain: &Path) -> Result<()> {
    let mut plain = File::create(plain)?;
    plain.write_all(&vec![1; 4096 * COMMITS])?;
    plain.sync_all()?;
    plain.rewind()?;
    let (mut commits, mut syncs) = (Vec::new(), Vec::new());
    for number in 0..COMMITS {
        commits.push(timed(|| {
            let node = |name: String| NamedNode::new(format!("https://example.org/{name}"));
            let quad = Quad::new(
                node(format!("commit-{number}"))?,
                node("p".to_owned())?,
                node("o".to_owned())?,
                GraphName::DefaultGraph,
            );
            store.write(CommitInfo::new("bench", "one triple"), move |transaction| {
                transaction.insert(quad.as_ref());
                Ok::<_, StoreError>(())
            })?;
            Ok(())
        })?);
        syncs.push(timed(|| {
            plain.write_all(&[number as u8; 4096])?;
            Ok(plain.sync_data()?)
        })?);
    }
    let (commits, syncs) = (Times::of(commits), Times::of(syncs));
    for (name, times) in [
        ("commit, one triple ", &commits),
        ("write and fdatasync", &syncs),
    ] {
        println!(
            "{name}          {:6.2} ms (median), {:.2} (p95)",
            times.median, times.p95
        );
    }
    println!(
        "commit / fdatasync           {:6.2}",
        commits.median / syncs.median
    );
    Ok(())
}

fn report_opened(directory: &Path) -> Result<()> {
    let before = resident()?;
    let start = Instant::now();
    let store = KnowledgeStore::open(directory, StoreOptions::default())?;
    let snapshot = store.snapshot();
    let first = timed(|| weft_rows(&snapshot, "ASK { ?s ?p ?o }"))?;
    println!(
        "start to answer     weft     {:6.2} s (first query {first:.2} ms)",
        start.elapsed().as_secs_f64(),
    );
    println!(
        "memory              weft     {:6} MB resident, {} MB on the heap, {} MB at the peak of the start",
        (resident()? - before) >> 20,
        snapshot.heap_bytes() >> 20,
        peak()? >> 20,
    );
    Ok(())
}

fn report_oxigraph(file: &Path) -> Result<()> {
    let before = resident()?;
    let store = Store::new()?;
    let mut loader = store.bulk_loader();
    loader.parallel_load_from_file(RdfParser::from_format(RdfFormat::NTriples), file)?;
    loader.commit()?;
    println!(
        "memory              oxigraph {:6} MB resident",
        (resident()? - before) >> 20
    );
    Ok(())
}

/// The merged view of data in which five actors each are one, four aliases to an actor: 10,000 in a
/// million triples.
fn measure_merged(size: usize) -> Result<()> {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    load_batch(
        &store,
        parse(data::generate(size).quads.as_bytes(), RdfFormat::NQuads)?,
    )?;
    let snapshot = store.snapshot();
    let class = NamedNode::new("https://w3id.org/weft/ns#Actor")?;
    let kind = NamedNode::new("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")?;
    let actors = snapshot
        .quads_for_pattern(None, Some(kind.as_ref()), Some(class.as_ref().into()), None)
        .filter_map(|quad| NamedNode::new(quad.subject.to_string().trim_matches(['<', '>'])).ok())
        .collect::<BTreeSet<_>>();
    let actors: Vec<NamedNode> = actors.into_iter().collect();
    let names: BTreeMap<NamedNode, NamedNode> = actors
        .chunks(5)
        .flat_map(|class| {
            let aliases = class.iter().skip(1);
            aliases.map(|alias| (alias.clone(), class[0].clone()))
        })
        .collect();
    let none = BTreeSet::new();
    let mut times = (0..5)
        .map(|_| timed(|| Ok(snapshot.renamed(&names, &none)?.len())))
        .collect::<Result<Vec<_>>>()?;
    times.sort_by(f64::total_cmp);
    let view = snapshot.renamed(&names, &none)?;
    println!(
        "{} aliases in {} quads: {:.0} ms (median of 5), {} MB beside the base, {} quads fewer",
        names.len(),
        snapshot.len(),
        times[2],
        view.delta_bytes() >> 20,
        snapshot.len() - view.len(),
    );
    Ok(())
}

/// Text search over 100,000 names of four compounds each, so that most words are rare, as in real
/// data.
fn measure_search() -> Result<()> {
    const PARTS: [&str; 40] = [
        "pflege", "dienst", "heim", "haus", "hilfe", "werk", "verein", "sozial", "jugend", "alten",
        "kinder", "garten", "schul", "amt", "bund", "stadt", "land", "kreis", "nord", "süd", "ost",
        "west", "berg", "tal", "bach", "feld", "dorf", "burg", "markt", "kirchen", "wohn",
        "arbeit", "bildung", "beratung", "zentrum", "stelle", "gruppe", "netz", "frauen",
        "familien",
    ];
    const LABEL: &str = "http://www.w3.org/2000/01/rdf-schema#label";
    let mut state = 1_u64;
    let mut draw = |most: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as usize % most
    };
    let mut text = String::new();
    for n in 0..100_000 {
        let words: Vec<String> = (0..4)
            .map(|_| (0..=draw(3)).map(|_| PARTS[draw(PARTS.len())]).collect())
            .collect();
        text += &format!("<http://e/s{n}> <{LABEL}> \"{}\" .\n", words.join(" "));
    }
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    load_batch(&store, parse(text.as_bytes(), RdfFormat::NTriples)?)?;
    let snapshot = store.snapshot();
    let fields = Arc::new(TextFields::new([(NamedNode::new(LABEL)?, 1.0)]));
    let search = |text: &str| -> Result<usize> {
        let query = TextQuery::new(text, true)?;
        let scope = TextScope::default();
        Ok(snapshot
            .search(&fields, &query, &scope, 0..20, &Limits::default())?
            .total)
    };
    let first = timed(|| search("zzz"))?;
    println!("index and first search: {:.0} ms\n", first);
    println!("| search | finds | median ms |\n|---|---|---|");
    for text in [
        "pflegedienst",
        "pflegedienst sozialamt",
        "pflegedeinst",
        "kindergratenverien",
        "pfl",
        "p",
        "jugendhilfe berg",
        "wohnheim nordstadt",
    ] {
        let mut times = (0..21)
            .map(|_| timed(|| search(text)))
            .collect::<Result<Vec<_>>>()?;
        times.sort_by(f64::total_cmp);
        println!("| {text} | {} | {:.2} |", search(text)?, times[10]);
    }
    Ok(())
}

/// Bytes of this process in memory (Linux).
fn resident() -> Result<usize> {
    let pages = fs::read_to_string("/proc/self/statm")?;
    let pages = pages
        .split(' ')
        .nth(1)
        .ok_or("statm has no second number")?;
    Ok(pages.parse::<usize>()? * 4096)
}

fn peak() -> Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line
        .and_then(|line| line.split_whitespace().next())
        .ok_or("no VmHWM")?;
    Ok(kilobytes.parse::<usize>()? * 1024)
}

fn size_of_files(directory: &Path) -> Result<u64> {
    let mut size = 0;
    for entry in fs::read_dir(directory)? {
        size += entry?.metadata()?.len();
    }
    Ok(size)
}
