//! The command line: reads the arguments, calls the use cases, prints what they answer.

mod check;
mod dump;
mod graphs;
mod hsds;
mod integration;
mod links;
mod networks;
mod replay;
mod scenario;
mod search;
mod tokens;

use crate::app::{
    AppError, CatalogueError, ConfigError, GraphChange, KnowledgeGraph, LinkError, NetworkError,
    ResultFormat, Settings, WriteError, Writer, write_results,
};
use crate::http;
use crate::indicators::IndicatorError;
use crate::ingest::IngestError;
use crate::ingest::mapping::{self, ImportOptions, Mapping};
use crate::ingest::rdf::{self as rdf_source, ParseOptions};
use crate::ingest::report::{ImportReport, Progress};
use crate::network::ProjectionError;
use crate::rdf::Batch;
use crate::store::{self, DatasetSpec, Limits, Query, QueryResults, Snapshot, StoreError};
use clap::{Args, Parser, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedNode, Term};
use oxigraph::sparql::results::QueryResultsFormat;
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// A knowledge graph of actors, services and sectors in social services.
#[derive(Parser)]
#[command(name = "weft", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the data is and what it is understood with.
#[derive(Args)]
struct Place {
    /// Where the data is kept [default: ./weft-data]
    #[arg(long, global = true, env = "WEFT_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Namespace of resources that imports mint [default: https://w3id.org/weft/]
    #[arg(long, global = true, value_name = "IRI")]
    base: Option<String>,
    /// A folder that replaces the ontology that is compiled in
    #[arg(long, global = true, value_name = "DIR")]
    ontology: Option<PathBuf>,
    /// A file with settings; flags win over it
    #[arg(long, global = true, value_name = "weft.toml")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve SPARQL, the graph store, summaries and pages over HTTP
    Serve(Serve),
    /// Load RDF files, all of them in one commit
    Load(Load),
    /// Import tables (CSV, JSON, XLSX) through a mapping; what its graph held is replaced
    Import(Import),
    /// List the mappings that ship
    Mappings,
    /// Run a SPARQL query from a file, from standard input (-), or from the catalogue by name
    Query(RunQuery),
    /// Find things by their names: whole words, beginnings and near misses, in every language
    Search(search::Find),
    /// Check RDF files: syntax, SHACL shapes, terms, codes, dates, amounts, IRIs
    Validate(check::Validate),
    /// List the networks that the data makes
    Networks(networks::List),
    /// Measure a network, or its nodes
    Metrics(networks::Measure),
    /// Write a network with its scores to a file, for Gephi, igraph, NetworkX, Pajek or UCINET
    Export(networks::Export),
    /// Write organisations, services and places as a directory of the Human Services Data
    /// Specification (HSDS 3)
    #[command(name = "export-hsds")]
    ExportHsds(hsds::ExportHsds),
    /// Report how well services are woven together, across sectors and levels of responsibility
    Integration(integration::Report),
    /// Tell what would be otherwise if actors, ties or services came, went or moved; nothing is written
    Scenario(scenario::WhatIf),
    /// Suggest links between graphs, and accept or reject them
    #[command(subcommand)]
    Links(links::Links),
    /// Write all graphs, or one, to a file that is the same whenever it is made
    Dump(dump::Dump),
    /// List the graphs, and say which of them only some may see
    #[command(subcommand)]
    Graph(graphs::Graph),
    /// Make, list and revoke the keys that allow writing, and reading what is private
    #[command(subcommand)]
    Token(tokens::Keys),
    /// Copy the data, whole and checked, into an empty directory (tokens stay behind; which graphs
    /// are private is copied)
    Backup {
        /// The directory to make
        dir: PathBuf,
    },
    /// Put a backup into the data directory, which must not hold data yet
    Restore {
        /// The backup
        dir: PathBuf,
    },
    /// Make the changes of another store: RDF Patch from a file, or from the feed of a service
    Replay(replay::Replay),
    /// Rewrite the log so that removed data is in no file any more
    Compact,
    /// Check the data directory and tell what is in it
    Doctor,
}

#[derive(Args)]
struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:7878]; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Keep the data in memory only
    #[arg(long)]
    in_memory: bool,
    /// Begin without the ontology and the INNOSERV data
    #[arg(long)]
    empty: bool,
    /// Let everybody on this machine write without a token
    #[arg(long)]
    open_writes: bool,
    /// Refuse all writes
    #[arg(long)]
    read_only: bool,
    /// Seconds that one request may compute [default: 60]
    #[arg(long, value_name = "SECONDS")]
    query_timeout: Option<u64>,
    /// Let SERVICE ask this endpoint; repeat for more. One that ends in / stands for all below it
    #[arg(long, value_name = "IRI")]
    federate: Vec<String>,
    /// Show the first page in this machine's browser
    #[arg(long)]
    open: bool,
}

#[derive(Args)]
struct Load {
    /// Files in any RDF syntax, also compressed (.gz, .zst)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The graph for triples: an IRI, or a name under https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// The syntax, where the file name does not tell it: ttl, nt, nq, trig, rdf, jsonld
    #[arg(long, value_name = "F")]
    format: Option<String>,
    /// Put the content in place of what the graph holds
    #[arg(long, requires = "graph")]
    replace: bool,
}

#[derive(Args)]
struct Import {
    /// A mapping that ships, or a folder with one
    mapping: String,
    /// Tables, or folders of them; those beside the mapping if none is named
    #[arg(value_name = "DIR|FILE")]
    inputs: Vec<PathBuf>,
    /// The graph to fill, whose content is replaced: an IRI, or a name under
    /// https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// A name for this data set, to keep several imports of one mapping apart; unless --graph says
    /// otherwise its graph is partner/NAME
    #[arg(long)]
    name: Option<String>,
    /// The title of the data set [default: the mapping's, with --name before it]
    #[arg(long)]
    title: Option<String>,
    /// Who publishes the data: a name or an IRI
    #[arg(long)]
    publisher: Option<String>,
    /// The licence of the data: its IRI, or its name [default: what the mapping says]
    #[arg(long)]
    licence: Option<String>,
    /// Change nothing if there is any finding
    #[arg(long)]
    strict: bool,
    /// Write the triples to standard output (N-Quads) instead of the store
    #[arg(long)]
    dry_run: bool,
    /// Show the first rows of each table and what they become; write nothing
    #[arg(long, value_name = "ROWS", conflicts_with = "dry_run", num_args = 0..=1, default_missing_value = "5")]
    preview: Option<usize>,
}

#[derive(Args)]
struct RunQuery {
    /// A file with a query, - for standard input, or a name from the catalogue
    query: String,
    /// How the results are written
    #[arg(long, value_enum)]
    format: Option<OutputFormat>,
    /// A value for a parameter of a catalogue query
    #[arg(long = "set", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// Seconds the query may take
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// Take what accepted links join for one thing with one IRI
    #[arg(long)]
    merged: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// Tab-separated values with terms in Turtle syntax
    Tsv,
    /// SPARQL results in JSON
    Json,
    /// SPARQL results in XML
    Xml,
    /// Turtle, for CONSTRUCT and DESCRIBE
    Ttl,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error(transparent)]
    App(#[from] AppError),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{path}{}: {}", compact_place(.error), .error.without_place())]
    Query {
        path: String,
        error: store::SyntaxError,
    },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    #[error("nothing was imported: {0}")]
    Strict(IngestError),
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Line and column as compilers write them.
fn compact_place(error: &store::SyntaxError) -> String {
    match (error.line, error.column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        _ => String::new(),
    }
}

macro_rules! through_app {
    ($($error:ty),*) => {$(
        impl From<$error> for CliError {
            fn from(error: $error) -> Self {
                Self::App(error.into())
            }
        }
    )*};
}
through_app!(
    StoreError,
    IngestError,
    ConfigError,
    CatalogueError,
    NetworkError,
    crate::app::TokenError,
    crate::app::VisibilityError,
    crate::app::CheckError,
    crate::app::PolicyError,
    LinkError,
    crate::ontology::OntologyError
);

impl From<WriteError> for CliError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::Io(error) => Self::Output(error),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl CliError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::App(AppError::Config(_)) => ExitCode::from(2),
            // What a flag names and the data or the catalogue does not have.
            Self::App(
                AppError::Network(
                    NetworkError::NoSuchNetwork { .. }
                    | NetworkError::NoSuchMetric { .. }
                    | NetworkError::Filter(_)
                    | NetworkError::Projection(ProjectionError::Filter(_)),
                )
                | AppError::Indicator(
                    IndicatorError::NoSuchIndicator { .. } | IndicatorError::NotHere { .. },
                )
                | AppError::Link(LinkError::Value { .. }),
            ) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// Runs the command that the arguments of this process name.
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // Parsing and evaluation nest as deep as the input does.
    let result = store::on_deep_stack(move || dispatch(cli));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read our output has seen enough.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("weft: {error}"));
            error.exit_code()
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), CliError> {
    match cli.command {
        Command::Serve(serve) => run_serve(&cli.place, serve),
        Command::Load(load) => run_load(&open(&cli.place)?, load),
        Command::Import(import) => run_import(&cli.place, import),
        Command::Mappings => list_mappings(),
        Command::Query(query) => run_query(&cli.place, query),
        Command::Search(find) => search::run_search(&cli.place, &find),
        Command::Validate(validate) => check::run_validate(&cli.place, &validate),
        Command::Networks(list) => networks::run_networks(&cli.place, &list),
        Command::Metrics(measure) => networks::run_metrics(&cli.place, &measure),
        Command::Export(export) => networks::run_export(&cli.place, &export),
        Command::ExportHsds(export) => hsds::run(&cli.place, &export),
        Command::Integration(report) => integration::run_integration(&cli.place, &report),
        Command::Scenario(what_if) => scenario::run_scenario(&cli.place, &what_if),
        Command::Links(links) => links::run_links(&cli.place, links),
        Command::Dump(dump) => dump::run_dump(&cli.place, &dump),
        Command::Graph(graph) => graphs::run_graph(&cli.place, graph),
        Command::Token(token) => tokens::run_token(&cli.place, token),
        Command::Backup { dir } => {
            let version = existing(&cli.place)?.backup(&dir)?;
            say(&format!("Version {version} is in {}.", dir.display()));
            Ok(())
        }
        Command::Restore { dir } => {
            let config = settings(&cli.place)?.resolve()?;
            let target = config.data_dir.unwrap_or_default();
            let version = crate::app::visibility::restore(&dir, &target)?;
            say(&format!("Version {version} is in {}.", target.display()));
            Ok(())
        }
        Command::Replay(replay) => replay::run_replay(&cli.place, &replay),
        Command::Compact => {
            let graph = existing(&cli.place)?;
            graph.store().compact()?;
            say(&format!(
                "The log holds version {} only; history before it is gone.",
                graph.snapshot().version()
            ));
            Ok(())
        }
        Command::Doctor => run_doctor(&cli.place),
    }
}

fn settings(place: &Place) -> Result<Settings, CliError> {
    let flags = Settings {
        data_dir: place.data_dir.clone(),
        base: place.base.clone(),
        ontology: place.ontology.clone(),
        ..Settings::default()
    };
    Ok(match &place.config {
        Some(path) => flags.or(Settings::read(path)?),
        None => flags,
    })
}

/// Opens a data directory, making it if need be. What ships is put in by `serve` alone.
fn open(place: &Place) -> Result<KnowledgeGraph, CliError> {
    log_to_standard_error("warn");
    let mut config = settings(place)?.resolve()?;
    config.empty = true;
    Ok(KnowledgeGraph::open(config)?)
}

/// Opens a data directory that must be there, and puts nothing into it.
fn existing(place: &Place) -> Result<KnowledgeGraph, CliError> {
    log_to_standard_error("warn");
    let mut config = settings(place)?.resolve()?;
    config.empty = true;
    let directory = config.data_dir.clone().unwrap_or_default();
    if !directory.join("log.redb").is_file() {
        return Err(CliError::Failed(format!(
            "there is no data in {}; name the directory with --data-dir, or make one with `weft serve`",
            directory.display()
        )));
    }
    Ok(KnowledgeGraph::open(config)?)
}

fn log_to_standard_error(default: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("WEFT_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(default));
    // A second call is without effect, which is right.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}

/// A line for a person. Whoever closed standard error does not want it; control characters, which
/// a broken file may have brought in, do not reach the terminal.
fn say(line: &str) {
    const LONGEST: usize = 4_000;
    let line: String = line
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c.is_control() && c != '\n' && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    let _ = writeln!(io::stderr(), "{line}");
}

fn graph_iri(name: &str) -> Result<NamedNode, CliError> {
    rdf_source::graph_named(name).map_err(|error| CliError::Usage(error.to_string()))
}

// ---- serve ----------------------------------------------------------------------------------

fn run_serve(place: &Place, serve: Serve) -> Result<(), CliError> {
    log_to_standard_error("info");
    let flags = Settings {
        bind: serve.bind,
        data_dir: if serve.in_memory {
            None
        } else {
            place.data_dir.clone()
        },
        in_memory: serve.in_memory.then_some(true),
        empty: serve.empty.then_some(true),
        open_writes: serve.open_writes.then_some(true),
        read_only: serve.read_only.then_some(true),
        base: place.base.clone(),
        ontology: place.ontology.clone(),
        query_timeout: serve.query_timeout,
        federation: (!serve.federate.is_empty()).then_some(serve.federate),
        ..Settings::default()
    };
    let settings = match &place.config {
        Some(path) => {
            let mut file = Settings::read(path)?;
            if serve.in_memory {
                file.data_dir = None;
            }
            flags.or(file)
        }
        None => flags,
    };
    let show = serve.open;
    http::serve(settings.resolve()?, move |home| {
        if show && let Err(error) = open::that_detached(home) {
            eprintln!("weft: no browser could be started ({error}); visit {home}");
        }
    })
    .map_err(CliError::from)
}

impl From<http::ServeError> for CliError {
    fn from(error: http::ServeError) -> Self {
        match error {
            http::ServeError::App(error) => Self::App(error),
            http::ServeError::Bind { ref source, .. }
                if source.kind() == io::ErrorKind::InvalidInput =>
            {
                Self::Usage(error.to_string())
            }
            other => Self::Failed(other.to_string()),
        }
    }
}

// ---- load and import ------------------------------------------------------------------------

/// Tells a person how far a long piece of work has come: a bar on a terminal, lines elsewhere.
struct Reporter {
    bar: Option<ProgressBar>,
}

impl Reporter {
    fn new() -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar }
    }

    /// What is being done now: shown on a terminal, in passing.
    fn now(&self, text: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(text);
        }
    }

    /// What has been done: a line that stays.
    fn done(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => say(text),
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Reporter {
    fn rows(&self, what: &str, done: u64) {
        self.now(format!("{what}: {done} rows"));
    }
}

fn run_load(graph: &KnowledgeGraph, load: Load) -> Result<(), CliError> {
    let started = Instant::now();
    let target = load.graph.as_deref().map(graph_iri).transpose()?;
    let format = match &load.format {
        None => None,
        Some(name) => Some(rdf_source::format_by_name(name).ok_or_else(|| {
            CliError::Usage(format!(
                "--format {name} is not known; write ttl, nt, nq, trig, rdf or jsonld"
            ))
        })?),
    };
    let reporter = Reporter::new();
    let mut batch = Batch::new();
    for file in &load.files {
        reporter.now(format!("reading {}", file.display()));
        let absolute = fs::canonicalize(file).unwrap_or_else(|_| file.clone());
        let options = ParseOptions {
            base_iri: file_iri(&absolute),
            into_graph: target.clone().map(GraphName::from),
            // A file that names its graphs and an order to put it into one contradict each other.
            triples_only: target.is_some(),
        };
        let part = rdf_source::parse_file(file, format, &options)?;
        reporter.done(&format!("{}: {} statements", file.display(), part.len()));
        if batch.is_empty() {
            batch = part;
        } else {
            batch.append(&part);
        }
    }
    reporter.now("writing".to_owned());
    let committed = match target {
        Some(target) if load.replace => {
            let committed =
                graph.write_graph(&Writer::Local, target.into(), batch, GraphChange::Replace)?;
            (committed.version, committed.added, committed.removed)
        }
        _ => {
            let committed = graph.add_quads(&Writer::Local, batch)?;
            (committed.version, committed.added, committed.removed)
        }
    };
    reporter.done(&changed_line(committed, started));
    tell_if_bare(graph, &reporter);
    Ok(())
}

/// Without the code lists the rules that read them find nothing: that is no mistake, but it must
/// not surprise.
fn tell_if_bare(graph: &KnowledgeGraph, reporter: &Reporter) {
    if !graph
        .snapshot()
        .contains_graph(crate::app::iri::ONTOLOGY_GRAPH.into())
    {
        reporter.done(
            "The ontology is not in this store yet; the first `weft serve` puts it in, and what follows from it is derived then.",
        );
    }
}

fn changed_line((version, added, removed): (u64, u64, u64), started: Instant) -> String {
    format!(
        "Version {version}: {added} quads added, {removed} removed, in {:.1} s.",
        started.elapsed().as_secs_f64()
    )
}

fn file_iri(path: &Path) -> Option<String> {
    const KEEP: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'/')
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    let text = path.to_str()?;
    text.starts_with('/').then(|| {
        format!(
            "file://{}",
            percent_encoding::utf8_percent_encode(text, KEEP)
        )
    })
}

fn run_import(place: &Place, import: Import) -> Result<(), CliError> {
    let started = Instant::now();
    let mapping = Mapping::find(&import.mapping).map_err(IngestError::from)?;
    let graph = if import.dry_run || import.preview.is_some() {
        // Nothing is kept, so no data directory is needed.
        let mut config = settings(place)?.resolve()?;
        config.data_dir = None;
        config.empty = true;
        KnowledgeGraph::open(config)?
    } else {
        open(place)?
    };
    let options = ImportOptions {
        name: import.name,
        title: import.title,
        publisher: import.publisher,
        licence: import.licence,
        base: graph.config().base.clone(),
        graph: import.graph.as_deref().map(graph_iri).transpose()?,
        strict: import.strict,
        preview: import.preview,
        ..ImportOptions::default()
    };
    let reporter = Reporter::new();
    let made = mapping::import(
        &mapping,
        &import.inputs,
        graph.ontology(),
        &options,
        &reporter,
    )
    .map_err(|error| {
        if import.strict {
            CliError::Strict(error)
        } else {
            error.into()
        }
    })?;
    print_import_report(&reporter, &made.report);
    if import.preview.is_some() {
        drop(reporter);
        return print_preview(&made);
    }
    if import.dry_run {
        drop(reporter);
        let output = BufWriter::new(io::stdout().lock());
        return Ok(crate::app::results::write_quads(
            made.batch.iter(),
            RdfFormat::NQuads,
            output,
        )?);
    }
    let committed = graph.write_graph(
        &Writer::Local,
        made.graph.clone().into(),
        made.batch,
        GraphChange::Replace,
    )?;
    reporter.done(&format!("Graph <{}>", made.graph.as_str()));
    reporter.done(&changed_line(
        (committed.version, committed.added, committed.removed),
        started,
    ));
    tell_if_bare(&graph, &reporter);
    Ok(())
}

fn print_preview(made: &mapping::Import) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for row in &made.rows {
        writeln!(out, "# {}:{}", row.file, row.line)?;
        for (heading, text) in &row.cells {
            writeln!(out, "#   {heading}: {}", text.replace(['\n', '\r'], " "))?;
        }
        writeln!(out, "{}", crate::app::imports::short_turtle(&row.batch)?)?;
    }
    Ok(out.flush()?)
}

/// The mappings that ship, a line each.
fn list_mappings() -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    for name in Mapping::names() {
        let Some(mapping) = Mapping::shipped(&name) else {
            continue;
        };
        let mapping = mapping.map_err(IngestError::from)?;
        let manifest = mapping.manifest();
        let title = manifest.title.as_ref().unwrap_or(&manifest.name);
        let files: Vec<_> = manifest.tables.iter().map(|t| t.file.as_str()).collect();
        writeln!(out, "{name}: {title}\n    {}", files.join(" "))?;
    }
    Ok(out.flush()?)
}

/// Kinds of findings that are printed; the rest is counted.
const KINDS_SHOWN: usize = 30;

fn print_import_report(reporter: &Reporter, report: &ImportReport) {
    for kind in report.kinds.iter().take(KINDS_SHOWN) {
        let more = match kind.count {
            1 => String::new(),
            count => format!(" (and {} more like it)", count - 1),
        };
        reporter.done(&format!("{}{more}", kind.first));
    }
    if report.kinds.len() > KINDS_SHOWN {
        reporter.done(&format!(
            "… and {} kinds of findings more",
            report.kinds.len() - KINDS_SHOWN
        ));
    }
    if report.findings_total > 0 {
        reporter.done(&format!(
            "{} findings: {} cost a row, {} a value",
            report.findings_total, report.errors, report.warnings
        ));
    }
    for table in &report.tables {
        reporter.done(&format!(
            "{}: {} rows, {} left out, {} triples",
            table.file, table.rows, table.rows_left_out, table.triples
        ));
    }
    if report.triples_after > 0 {
        reporter.done(&format!("afterwards: {} triples", report.triples_after));
    }
}

// ---- query ----------------------------------------------------------------------------------

fn run_query(place: &Place, arguments: RunQuery) -> Result<(), CliError> {
    let graph = existing(place)?;
    let mut snapshot = graph.snapshot();
    let query = query_of(&graph, &arguments, &snapshot)?;
    if arguments.merged {
        snapshot = graph.merged(&snapshot)?;
    }
    let query = query.with_services(graph.services(&snapshot));
    let limits = Limits {
        deadline: arguments
            .timeout
            .map(|seconds| Instant::now() + Duration::from_secs(seconds)),
        ..Limits::default()
    };
    let terminal = io::stdout().is_terminal();
    let format = arguments.format;
    snapshot.query(&query, &DatasetSpec::default(), &limits, |results| {
        let output = BufWriter::new(io::stdout().lock());
        print_results(results, format, terminal, output)
    })?
}

fn query_of(
    graph: &KnowledgeGraph,
    arguments: &RunQuery,
    snapshot: &Snapshot,
) -> Result<Query, CliError> {
    let path = Path::new(&arguments.query);
    let text = if arguments.query == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        text
    } else if path.exists() {
        fs::read_to_string(path).map_err(|source| CliError::File {
            path: path.to_owned(),
            source,
        })?
    } else if let Ok(known) = graph.catalogue().get(&arguments.query) {
        let values = parameters(&arguments.parameters)?;
        let values = graph.resolve_parameters(known, &values, snapshot, &Limits::default())?;
        let values = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        return Ok(known.bind(values)?);
    } else {
        return Err(CliError::Failed(format!(
            "there is neither a file nor a catalogue query `{}`",
            arguments.query
        )));
    };
    if !arguments.parameters.is_empty() {
        return Err(CliError::Usage(
            "--set is for queries of the catalogue".to_owned(),
        ));
    }
    graph
        .parse_query(&text, None)
        .map_err(|error| CliError::Query {
            path: arguments.query.clone(),
            error,
        })
}

fn parameters(arguments: &[String]) -> Result<Vec<(String, String)>, CliError> {
    arguments
        .iter()
        .map(|argument| {
            argument
                .split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .ok_or_else(|| CliError::Usage(format!("--set {argument}: write NAME=VALUE")))
        })
        .collect()
}

fn print_results(
    results: QueryResults<'_>,
    format: Option<OutputFormat>,
    terminal: bool,
    mut output: impl Write,
) -> Result<(), CliError> {
    let triples = matches!(results, QueryResults::Graph(_));
    let format = format.unwrap_or(match (triples, terminal) {
        (true, _) => OutputFormat::Ttl,
        (false, true) => OutputFormat::Table,
        (false, false) => OutputFormat::Csv,
    });
    let format = match format {
        OutputFormat::Table => return print_table(results, output),
        OutputFormat::Csv => ResultFormat::Rows(QueryResultsFormat::Csv),
        OutputFormat::Tsv => ResultFormat::Rows(QueryResultsFormat::Tsv),
        OutputFormat::Json if triples => {
            ResultFormat::Triples(rdf_source::format_by_name("jsonld").unwrap_or(RdfFormat::Turtle))
        }
        OutputFormat::Xml if triples => ResultFormat::Triples(RdfFormat::RdfXml),
        OutputFormat::Json => ResultFormat::Rows(QueryResultsFormat::Json),
        OutputFormat::Xml => ResultFormat::Rows(QueryResultsFormat::Xml),
        OutputFormat::Ttl => ResultFormat::Triples(RdfFormat::Turtle),
    };
    write_results(results, format, &mut output)?;
    if matches!(
        format,
        ResultFormat::Rows(QueryResultsFormat::Json | QueryResultsFormat::Xml)
    ) {
        // The other formats end their last line themselves.
        writeln!(output)?;
    }
    output.flush()?;
    Ok(())
}

fn print_table(results: QueryResults<'_>, mut output: impl Write) -> Result<(), CliError> {
    let (head, rows): (Vec<String>, Vec<Vec<String>>) = match results {
        QueryResults::Boolean(value) => {
            writeln!(output, "{}", if value { "yes" } else { "no" })?;
            return Ok(());
        }
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            let rows = solutions
                .map(|solution| {
                    let solution = solution.map_err(StoreError::from)?;
                    Ok(variables
                        .iter()
                        .map(|variable| solution.get(variable).map_or(String::new(), shown))
                        .collect())
                })
                .collect::<Result<_, StoreError>>()?;
            let head = variables.iter().map(|v| v.as_str().to_owned()).collect();
            (head, rows)
        }
        QueryResults::Graph(triples) => {
            let rows = triples
                .map(|triple| {
                    let triple = triple.map_err(StoreError::from)?;
                    Ok(vec![
                        shown(&triple.subject.into()),
                        shown(&triple.predicate.into()),
                        shown(&triple.object),
                    ])
                })
                .collect::<Result<_, StoreError>>()?;
            let head = ["subject", "predicate", "object"].map(str::to_owned);
            (head.to_vec(), rows)
        }
    };
    print_columns(&head, &rows, &[], 60, &mut output)?;
    writeln!(output, "({} rows)", rows.len())?;
    output.flush()?;
    Ok(())
}

/// Rows in columns that are as wide as they have to be, up to a limit; those of numbers end at the
/// right.
fn print_columns(
    head: &[String],
    rows: &[Vec<String>],
    to_the_right: &[bool],
    widest: usize,
    output: &mut impl Write,
) -> io::Result<()> {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count()).min(widest);
        }
    }
    let mut line = |cells: &[String]| -> io::Result<()> {
        let mut text = String::new();
        for (column, (width, cell)) in widths.iter().zip(cells).enumerate() {
            let cell = cut(cell, widest);
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            text += &match to_the_right.get(column) {
                Some(true) => format!("{gap}{cell}  "),
                _ => format!("{cell}{gap}  "),
            };
        }
        writeln!(output, "{}", text.trim_end())
    };
    line(head)?;
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    line(&rule)?;
    rows.iter().try_for_each(|row| line(row))
}

/// A text of at most so many characters; one that is cut says so.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        let kept = text.chars().take(most.saturating_sub(1));
        kept.chain(['…']).collect()
    }
}

/// A term for a person: IRIs shortened, literals without their datatype.
fn shown(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => {
            crate::app::iri::shortened(node.as_str()).unwrap_or_else(|| node.as_str().to_owned())
        }
        Term::Literal(literal) => literal.value().replace(['\n', '\r', '\t'], " "),
        other => other.to_string(),
    }
}

// ---- token, doctor ----------------------------------------------------------------

fn run_doctor(place: &Place) -> Result<(), CliError> {
    let started = Instant::now();
    let graph = existing(place)?;
    let took = started.elapsed();
    let snapshot = graph.snapshot();
    let history = graph.store().history()?;
    let directory = graph.config().data_dir.clone().unwrap_or_default();
    let mut output = io::stdout().lock();
    writeln!(output, "data directory   {}", directory.display())?;
    for name in [
        "log.redb",
        "checkpoint.weft",
        "tokens.json",
        "graphs.json",
        "policies.json",
        "history.log",
    ] {
        if let Ok(metadata) = fs::metadata(directory.join(name)) {
            writeln!(
                output,
                "  {name:<15}{:>10} KiB",
                metadata.len().div_ceil(1024)
            )?;
        }
    }
    writeln!(output, "data version     {}", snapshot.version())?;
    writeln!(
        output,
        "quads            {} ({} distinct triples)",
        snapshot.len(),
        snapshot.triple_count()
    )?;
    writeln!(
        output,
        "memory           {} KiB",
        snapshot.heap_bytes() / 1024
    )?;
    writeln!(output, "read and checked in {:.2} s", took.as_secs_f64())?;
    writeln!(output, "commits          {}", history.len())?;
    for record in history.iter().rev().take(5) {
        writeln!(
            output,
            "  {} {} {} +{} -{} {}",
            record.version,
            record.time,
            record.author,
            record.added,
            record.removed,
            record.message
        )?;
    }
    writeln!(output, "graphs           {}", snapshot.graphs().len())?;
    let private = graph.private_graphs()?;
    for (name, quads) in snapshot.graphs() {
        let is_private = matches!(&name, GraphName::NamedNode(node) if private.contains(node));
        let mark = if is_private { " (private)" } else { "" };
        writeln!(output, "  {quads:>10} {name}{mark}")?;
    }
    writeln!(output, "tokens           {}", graph.tokens().list()?.len())?;
    let counted: usize = snapshot.graphs().iter().map(|(_, quads)| quads).sum();
    let found = snapshot.count_for_pattern(None, None, None, None);
    if counted != found {
        return Err(CliError::Failed(format!(
            "the graphs count {counted} quads and {found} are there: please report this"
        )));
    }
    writeln!(
        output,
        "Every record of the log matches its hash and follows the one before."
    )?;
    Ok(())
}
