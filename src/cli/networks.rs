//! `weft networks`, `metrics` and `export`: networks and what is measured of them.

use super::{CliError, Place, Reporter, cut, existing, print_columns, say};
use crate::app::networks::ScoreColumn;
use crate::app::results::write_quads;
use crate::app::{AppError, KnowledgeGraph, MeasuredNetwork, NetworkError};
use crate::metrics::{
    self, Approximation, Cancelled, Cost, Metric, Options, Scope, Score, Task, ValueKind,
};
use crate::network::export::ExportFormat;
use crate::network::{
    Attribute, Counts, Filter, Mode, Network, NetworkDefinition, ProjectionError,
};
use crate::ontology::{iri, nearest};
use crate::store::{Limits, Snapshot};
use clap::{Args, ValueEnum};
use oxigraph::io::RdfFormat;
use oxigraph::model::GraphName;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Nodes of a table that nobody set a limit for.
const BEST: usize = 10;
/// What a table of nodes shows unless metrics are named: the others do not fit beside each other.
const SHOWN: [&str; 7] = [
    "degree",
    "betweenness",
    "closeness",
    "core",
    "constraint",
    "community",
    "sectorReach",
];
/// Characters of a label in a table with many columns.
const LABEL: usize = 32;
/// Characters of any other text in a table: IRIs can be copied.
const WIDEST: usize = 120;
/// How often a person sees how far a computation is.
const LOOK: Duration = Duration::from_millis(150);

// The comments of what is flattened are no documentation comments: clap would take those for the
// description of the command.

// Which part of the data counts.
#[derive(Args)]
pub(super) struct Within {
    /// Only what fits: KEY is sector, level, sphere, place, role, since, until, dataset, groups or
    /// contextual; several values are separated by commas. Give it again for another key
    #[arg(long = "filter", value_name = "KEY=VALUE")]
    filters: Vec<String>,
    /// Take each IRI for a thing of its own, whatever accepted links say
    #[arg(long)]
    no_merge: bool,
}

// What random numbers decide.
#[derive(Args)]
pub(super) struct Drawn {
    /// Where random numbers begin: communities, permutations, samples [default: 42]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Permutations of a test, from 1 to 9999 [default: 999]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9_999))]
    permutations: Option<u32>,
}

// How betweenness is computed.
#[derive(Args)]
pub(super) struct Precision {
    /// Compute betweenness exactly even in networks of more than 50,000 nodes
    #[arg(long, conflicts_with = "approximate")]
    exact: bool,
    /// Take betweenness from a sample: ERROR, from 0.001 to 0.2, is the most that a score is off,
    /// with a confidence of 90 %
    #[arg(long, value_name = "ERROR", value_parser = error_bound)]
    approximate: Option<f64>,
}

fn error_bound(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|error| (0.001..=0.2).contains(error))
        .ok_or_else(|| "write a number from 0.001 to 0.2".to_owned())
}

pub(super) fn options(drawn: &Drawn, precision: Option<&Precision>) -> Options {
    let usual = Options::default();
    let error = precision.and_then(|precision| precision.approximate);
    Options {
        seed: drawn.seed.unwrap_or(usual.seed),
        permutations: drawn.permutations.unwrap_or(usual.permutations),
        exact: precision.is_some_and(|precision| precision.exact),
        approximation: error.map(|error| Approximation {
            error,
            confidence: 0.9,
        }),
    }
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    within: Within,
    /// How the list is written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<RowFormat>,
}

#[derive(Args)]
pub(super) struct Measure {
    /// The network; `weft networks` lists them
    #[arg(required_unless_present = "list")]
    network: Option<String>,
    #[command(flatten)]
    within: Within,
    /// How the values are written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<MetricsFormat>,
    /// A row for each node, in the place of the values of the network as a whole
    #[arg(long)]
    nodes: bool,
    /// Only these metrics, by their ids
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    metrics: Vec<String>,
    /// The order of the nodes: a metric, label or iri; with - before it the greatest come first
    #[arg(
        long,
        value_name = "[-]NAME",
        allow_hyphen_values = true,
        requires = "nodes"
    )]
    sort: Option<String>,
    /// How many nodes are shown [default: 10 in a table, else all]
    #[arg(long, value_name = "N", requires = "nodes")]
    limit: Option<usize>,
    #[command(flatten)]
    drawn: Drawn,
    #[command(flatten)]
    precision: Precision,
    /// Tell what can be measured, and what the numbers mean
    #[arg(long, conflicts_with_all = ["network", "filters", "nodes", "metrics"])]
    list: bool,
}

#[derive(Args)]
pub(super) struct Export {
    /// The network; `weft networks` lists them
    network: String,
    /// The file to write, whose name ends in .graphml, .gexf, .json, .csv, .net or .dl; - is
    /// standard output
    file: PathBuf,
    /// The format, where the file name does not tell it: graphml, gexf, json, csv, net, dl
    #[arg(long, value_name = "F")]
    format: Option<String>,
    #[command(flatten)]
    within: Within,
    /// Only these metrics of nodes, by their ids [default: all]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    metrics: Vec<String>,
    #[command(flatten)]
    drawn: Drawn,
    #[command(flatten)]
    precision: Precision,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RowFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// An array of objects
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MetricsFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// One object; with --nodes an array of objects
    Json,
    /// Triples in Turtle, of nodes and of the network
    Ttl,
}

impl MetricsFormat {
    /// The same for rows; `None` where triples are asked for.
    fn of_rows(self) -> Option<RowFormat> {
        match self {
            Self::Table => Some(RowFormat::Table),
            Self::Csv => Some(RowFormat::Csv),
            Self::Json => Some(RowFormat::Json),
            Self::Ttl => None,
        }
    }
}

pub(super) fn for_terminal<T>(chosen: Option<T>, table: T, otherwise: T) -> T {
    chosen.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            table
        } else {
            otherwise
        }
    })
}

// ---- what all of them do --------------------------------------------------------------------

/// The data as it is now, and the part of it that counts.
pub(super) struct Asked {
    pub(super) graph: KnowledgeGraph,
    pub(super) snapshot: Arc<Snapshot>,
    filter: Filter,
    options: Options,
}

impl Asked {
    pub(super) fn open(place: &Place, within: &Within, options: Options) -> Result<Self, CliError> {
        let pairs: Vec<(&str, &str)> = within
            .filters
            .iter()
            .map(|text| {
                text.split_once('=').ok_or_else(|| {
                    CliError::Usage(format!(
                        "--filter {text}: write KEY=VALUE; there are {}",
                        Filter::KEYS.join(", ")
                    ))
                })
            })
            .collect::<Result<_, _>>()?;
        let graph = existing(place)?;
        let mut snapshot = graph.snapshot();
        if !within.no_merge {
            snapshot = graph.merged(&snapshot)?;
        }
        let filter = graph.filter(&snapshot, pairs)?;
        Ok(Self {
            graph,
            snapshot,
            filter,
            options,
        })
    }

    fn build(&self, definition: &NetworkDefinition) -> Result<Arc<MeasuredNetwork>, AppError> {
        let limits = Limits::default();
        self.graph.network(
            &self.snapshot,
            definition,
            &self.filter,
            self.options,
            &limits,
        )
    }

    /// The network of an id, and what a computation on it answers. A person sees how far it is.
    pub(super) fn measure<T, E: Into<CliError>>(
        &self,
        id: &str,
        work: impl FnOnce(&MeasuredNetwork, &Task) -> Result<T, E>,
    ) -> Result<(Arc<MeasuredNetwork>, T), CliError> {
        let definition = self.graph.networks().definition(id)?;
        watched(&self.graph, id, || {
            let measured = self.build(definition)?;
            let found = self
                .graph
                .networks()
                .computing(&measured, |task| work(&measured, task))
                .map_err(Into::into)?;
            Ok((measured, found))
        })
    }
}

impl From<Cancelled> for CliError {
    fn from(error: Cancelled) -> Self {
        NetworkError::from(error).into()
    }
}

/// Does some work; meanwhile a terminal shows what is being computed.
fn watched<T>(graph: &KnowledgeGraph, id: &str, work: impl FnOnce() -> T) -> T {
    let reporter = Reporter::new();
    if reporter.bar.is_none() {
        return work();
    }
    reporter.now(format!("{id}: reading the data"));
    let snapshot = graph.snapshot();
    thread::scope(|scope| {
        let (working, over) = mpsc::channel::<()>();
        let (reporter, snapshot) = (&reporter, &snapshot);
        scope.spawn(move || {
            while over.recv_timeout(LOOK) == Err(mpsc::RecvTimeoutError::Timeout) {
                if let Some(computation) = graph.networks().computations(snapshot).first() {
                    let progress = computation.progress;
                    reporter.now(match progress.total {
                        0 => format!("{id}: {}", progress.step),
                        total => format!("{id}: {} {} of {total}", progress.step, progress.done),
                    });
                }
            }
        });
        let result = work();
        drop(working);
        result
    })
}

/// The metrics of a list of ids; `None` if the list is empty. `otherwise` tells what to do about
/// one of another scope.
fn chosen(
    ids: &[String],
    scope: Option<Scope>,
    otherwise: &str,
) -> Result<Option<Vec<&'static Metric>>, CliError> {
    let mut found: Vec<&'static Metric> = Vec::new();
    for id in ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty()) {
        let metric = metrics::find(id).ok_or_else(|| no_such_metric("--metrics", id))?;
        if scope.is_some_and(|scope| scope != metric.scope()) {
            let what = match metric.scope() {
                Scope::Node => "of nodes",
                Scope::Network => "of the network as a whole",
            };
            return Err(CliError::Usage(format!(
                "--metrics {id}: this is a metric {what}; {otherwise}"
            )));
        }
        if !found.iter().any(|known| known.id == metric.id) {
            found.push(metric);
        }
    }
    Ok((!found.is_empty()).then_some(found))
}

fn no_such_metric(flag: &str, id: &str) -> CliError {
    let near = nearest(id, metrics::all().iter().map(|metric| metric.id));
    let hint = near.map_or_else(String::new, |near| format!("; do you mean {near}?"));
    CliError::Usage(format!(
        "{flag} {id}: there is no such metric{hint} (`weft metrics --list` lists them)"
    ))
}

fn rests_on_betweenness(metric: &Metric) -> bool {
    ["betweenness", "betweennessCentralization"].contains(&metric.id)
}

/// What scores of a sample promise.
fn say_if_sampled(measured: &MeasuredNetwork, wanted: &[&'static Metric]) {
    if !wanted.iter().any(|metric| rests_on_betweenness(metric)) {
        return;
    }
    let found = measured.measures().betweenness.peek();
    if let Some(sample) = found.and_then(|found| found.sample) {
        say(&format!(
            "Betweenness comes from {} sampled paths: no score is off by more than {}, with a \
             confidence of {}. --exact computes it exactly.",
            sample.paths, sample.error, sample.confidence
        ));
    }
}

/// Says which metrics a large network does without, as nobody named any.
fn say_what_is_left_out(measured: &MeasuredNetwork, scopes: &[Scope]) {
    let left: Vec<&Metric> = scopes
        .iter()
        .flat_map(|scope| measured.left_out(*scope))
        .collect();
    for cost in [Cost::Distances, Cost::Paths] {
        let names: Vec<&str> = left
            .iter()
            .filter(|metric| metric.cost == cost)
            .map(|metric| metric.id)
            .collect();
        if !names.is_empty() {
            say(&format!(
                "Not computed for networks of more than {} nodes unless --metrics names them: {}.",
                cost.usual_nodes(),
                names.join(", ")
            ));
        }
    }
}

// ---- rows -----------------------------------------------------------------------------------

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Nothing is known, or defined.
    Nothing,
    Text(String),
    Count(i64),
    Real(f64),
    /// A number of ties: whole, unless nodes of several categories share them out.
    Ties(f64),
    Flag(bool),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text, cut so that other columns find place beside it.
    pub(super) fn label(text: &str) -> Self {
        Self::Text(cut(text, LABEL))
    }

    pub(super) fn count(count: usize) -> Self {
        Self::Count(count as i64)
    }

    pub(super) fn score(score: Score) -> Self {
        score.value().map_or(Self::Nothing, Self::Real)
    }

    pub(super) fn known(value: Option<f64>) -> Self {
        value.map_or(Self::Nothing, Self::Real)
    }

    /// The score of a metric, in its kind.
    fn of(metric: &Metric, score: Score) -> Self {
        match (score.value(), metric.kind) {
            (None, _) => Self::Nothing,
            (Some(value), ValueKind::Count) => Self::Count(value.round() as i64),
            (Some(value), ValueKind::Real) => Self::Real(value),
            (Some(value), ValueKind::Flag) => Self::Flag(value != 0.0),
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Real(_) | Self::Ties(_))
    }

    /// For people: rounded.
    fn shown(&self, decimals: usize) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Text(text) => text
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect(),
            Self::Count(count) => count.to_string(),
            Self::Real(value) => rounded(*value, decimals),
            Self::Ties(value) if value.fract() == 0.0 => format!("{value:.0}"),
            Self::Ties(value) => format!("{value:.1}"),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
        }
    }

    /// For programs: with all digits.
    fn json(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Text(text) => json!(text),
            Self::Count(count) => json!(count),
            Self::Real(value) | Self::Ties(value) => number(*value),
            Self::Flag(flag) => json!(flag),
        }
    }

    fn csv(&self) -> String {
        match self.json() {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// Whole numbers up to here have no neighbour that is written in the same way.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number, without a decimal point where it is whole; null if it is not finite.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < EXACT {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// A number with so many decimals, or in powers of ten if nothing were left of it.
pub(super) fn rounded(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_gone = value != 0.0 && !text.contains(|c: char| ('1'..='9').contains(&c));
    if is_gone {
        format!("{value:.1e}")
    } else {
        text.strip_prefix('-')
            .filter(|_| value == 0.0)
            .unwrap_or(&text)
            .to_owned()
    }
}

/// Rows of one shape, for people and programs.
pub(super) struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    decimals: usize,
}

impl Rows {
    pub(super) fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
            decimals: 4,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn push(&mut self, cells: impl Into<Vec<Cell>>) {
        self.rows.push(cells.into());
    }

    pub(super) fn write(&self, format: RowFormat, output: &mut impl Write) -> io::Result<()> {
        match format {
            RowFormat::Table => self.table(output),
            RowFormat::Csv => self.csv(output),
            RowFormat::Json => self.json(output),
        }
    }

    pub(super) fn table(&self, output: &mut impl Write) -> io::Result<()> {
        let to_the_right: Vec<bool> = (0..self.columns.len())
            .map(|column| {
                let mut cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.clone().any(Cell::is_number)
                    && cells.all(|cell| cell.is_number() || *cell == Cell::Nothing)
            })
            .collect();
        let rows: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| cell.shown(self.decimals)).collect())
            .collect();
        print_columns(&self.columns, &rows, &to_the_right, WIDEST, output)
    }

    pub(super) fn csv(&self, output: &mut impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(output);
        writer.write_record(&self.columns)?;
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::csv))?;
        }
        writer.flush()
    }

    fn json(&self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(b"[")?;
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.iter().map(Cell::json);
            let object: Map<String, Value> = self.columns.iter().cloned().zip(cells).collect();
            let between = if index == 0 { "\n" } else { ",\n" };
            write!(output, "{between}{}", Value::Object(object))?;
        }
        output.write_all(b"\n]\n")
    }
}

pub(super) fn standard_output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::new(io::stdout().lock())
}

/// What a filter and the usual boundaries leave out, in words; empty if that is nothing.
fn left_out(counts: &Counts) -> String {
    let parts: Vec<String> = [
        (counts.filtered, "nodes by the filter"),
        (
            counts.groups,
            "nodes that stand for a group of organisations",
        ),
        (counts.contextual, "statements with a contextual role"),
        (counts.undated, "statements without a date"),
        (counts.loops, "ties of a node to itself"),
        (counts.unbound, "rows without both ends of a tie"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}"))
    .collect();
    parts.join(", ")
}

/// What the following figures are about.
pub(super) fn write_head(
    measured: &MeasuredNetwork,
    version: u64,
    output: &mut impl Write,
) -> io::Result<()> {
    let network = measured.network();
    let filter = measured.filter().canonical();
    writeln!(
        output,
        "{} ({}): {} nodes, {} ties, data version {version}",
        measured.definition().title,
        measured.definition().id,
        network.len(),
        network.ties().len()
    )?;
    if !filter.is_empty() {
        writeln!(output, "filter: {filter}")?;
    }
    let left = left_out(measured.projection().counts());
    if !left.is_empty() {
        writeln!(output, "left out: {left}")?;
    }
    writeln!(output)
}

// ---- networks -------------------------------------------------------------------------------

pub(super) fn run_networks(place: &Place, list: &List) -> Result<(), CliError> {
    let asked = Asked::open(place, &list.within, Options::default())?;
    let format = for_terminal(list.format, RowFormat::Table, RowFormat::Csv);
    let is_table = format == RowFormat::Table;
    let columns: &[&str] = if is_table {
        &["id", "nodes", "edges", "directed", "title"]
    } else {
        &[
            "id",
            "title",
            "description",
            "nodes",
            "edges",
            "weighted",
            "directed",
            "twoMode",
            "undefined",
        ]
    };
    let mut rows = Rows::new(columns.iter().copied());
    let mut notes = Vec::new();
    for definition in asked.graph.networks().definitions() {
        let built = watched(&asked.graph, &definition.id, || asked.build(definition));
        let (size, reason) = match built {
            Ok(measured) => {
                let network = measured.network();
                let size = [network.len(), network.ties().len()];
                (size.map(Cell::count), Cell::Nothing)
            }
            // What one network cannot be filtered by, others can.
            Err(AppError::Network(NetworkError::Projection(
                error @ (ProjectionError::Filter(_) | ProjectionError::TooLarge { .. }),
            ))) => {
                notes.push(format!("{}: {error}", definition.id));
                (
                    [Cell::Nothing, Cell::Nothing],
                    Cell::text(error.to_string()),
                )
            }
            Err(error) => return Err(error.into()),
        };
        let [nodes, edges] = size;
        let (id, title) = (Cell::text(&definition.id), Cell::text(&definition.title));
        let directed = Cell::Flag(definition.kind.directed);
        if is_table {
            rows.push([id, nodes, edges, directed, title]);
        } else {
            rows.push([
                id,
                title,
                Cell::text(&definition.description),
                nodes,
                edges,
                Cell::Flag(definition.weight != "1"),
                directed,
                Cell::Flag(definition.kind.two_mode),
                reason,
            ]);
        }
    }
    let mut output = standard_output();
    rows.write(format, &mut output)?;
    output.flush()?;
    if is_table {
        for note in notes {
            say(&note);
        }
    }
    Ok(())
}

// ---- metrics --------------------------------------------------------------------------------

pub(super) fn run_metrics(place: &Place, measure: &Measure) -> Result<(), CliError> {
    let format = for_terminal(measure.format, MetricsFormat::Table, MetricsFormat::Csv);
    let Some(id) = measure.network.as_deref() else {
        return catalogue(format);
    };
    match format.of_rows() {
        None => triples(place, id, measure),
        Some(format) if measure.nodes => node_table(place, id, measure, format),
        Some(format) => network_values(place, id, measure, format),
    }
}

/// What can be measured.
fn catalogue(format: MetricsFormat) -> Result<(), CliError> {
    let format = format.of_rows().ok_or_else(|| {
        CliError::Usage("--list is written as table, csv or json, not as ttl".to_owned())
    })?;
    let mut output = standard_output();
    if format == RowFormat::Table {
        let mut rows = Rows::new(["id", "scope", "name", "range"]);
        for metric in metrics::all() {
            let texts = [metric.id, metric.scope().name(), metric.name, metric.range];
            rows.push(texts.map(Cell::text));
        }
        rows.table(&mut output)?;
        output.flush()?;
        return Ok(());
    }
    let mut rows = Rows::new([
        "id",
        "name",
        "scope",
        "definition",
        "formula",
        "range",
        "reference",
        "undefinedWhen",
        "oracle",
        "kind",
        "iri",
    ]);
    for metric in metrics::all() {
        let kind = match metric.kind {
            ValueKind::Count => "count",
            ValueKind::Real => "real",
            ValueKind::Flag => "flag",
        };
        let property = format!("{}{}", iri::NS, metric.id);
        let texts = [
            metric.id,
            metric.name,
            metric.scope().name(),
            metric.definition,
            metric.formula,
            metric.range,
            metric.reference,
            metric.undefined_when,
            metric.oracle,
            kind,
            &property,
        ];
        rows.push(texts.map(Cell::text));
    }
    rows.write(format, &mut output)?;
    output.flush()?;
    Ok(())
}

/// The metrics of the network as a whole.
fn network_values(
    place: &Place,
    id: &str,
    measure: &Measure,
    format: RowFormat,
) -> Result<(), CliError> {
    let named = chosen(
        &measure.metrics,
        Some(Scope::Network),
        "add --nodes for the scores of nodes",
    )?;
    let is_named = named.is_some();
    let options = options(&measure.drawn, Some(&measure.precision));
    let asked = Asked::open(place, &measure.within, options)?;
    let (measured, (wanted, values)) = asked.measure(id, |measured, task| {
        let wanted = named.unwrap_or_else(|| measured.usual(Scope::Network));
        let values = measured.values(&wanted, task)?;
        Ok::<_, Cancelled>((wanted, values))
    })?;
    let version = asked.snapshot.version();
    let mut output = standard_output();
    if format == RowFormat::Json {
        let object = values_object(&measured, version, &values);
        serde_json::to_writer_pretty(&mut output, &object).map_err(io::Error::from)?;
        writeln!(output)?;
    } else {
        if format == RowFormat::Table {
            write_head(&measured, version, &mut output)?;
        }
        let mut rows = Rows::new(["metric", "value", "undefined"]);
        rows.decimals = 6;
        for (metric, score) in &values {
            let reason = match score.undefined() {
                Some(undefined) => Cell::text(undefined.reason()),
                None if format == RowFormat::Table => Cell::text(""),
                None => Cell::Nothing,
            };
            rows.push([Cell::text(metric.id), Cell::of(metric, *score), reason]);
        }
        rows.write(format, &mut output)?;
    }
    output.flush()?;
    if !is_named {
        say_what_is_left_out(&measured, &[Scope::Network]);
    }
    say_if_sampled(&measured, &wanted);
    Ok(())
}

fn values_object(
    measured: &MeasuredNetwork,
    version: u64,
    found: &[(&'static Metric, Score)],
) -> Value {
    let mut values = Map::new();
    let mut reasons = Map::new();
    let mut codes = Map::new();
    for (metric, score) in found {
        values.insert(metric.id.to_owned(), Cell::of(metric, *score).json());
        if let Some(undefined) = score.undefined() {
            reasons.insert(metric.id.to_owned(), json!(undefined.reason()));
            codes.insert(metric.id.to_owned(), json!(undefined.code()));
        }
    }
    json!({
        "id": measured.definition().id,
        "title": measured.definition().title,
        "dataVersion": version,
        "filter": measured.filter().canonical(),
        "nodes": measured.network().len(),
        "edges": measured.network().ties().len(),
        "metrics": values,
        "undefined": reasons,
        "undefinedCode": codes,
    })
}

/// The nodes with their scores.
fn node_table(
    place: &Place,
    id: &str,
    measure: &Measure,
    format: RowFormat,
) -> Result<(), CliError> {
    let is_table = format == RowFormat::Table;
    let named = chosen(
        &measure.metrics,
        Some(Scope::Node),
        "leave out --nodes for those",
    )?;
    let is_named = named.is_some();
    let sort = measure.sort.as_deref().map(Sort::parse).transpose()?;
    let options = options(&measure.drawn, Some(&measure.precision));
    let asked = Asked::open(place, &measure.within, options)?;
    let (measured, (wanted, columns, sort)) = asked.measure(id, |measured, task| {
        let mut wanted = match named {
            Some(named) => named,
            None if is_table => SHOWN.into_iter().filter_map(metrics::find).collect(),
            None => measured.usual(Scope::Node),
        };
        let sort = sort.or_else(|| is_table.then(|| Sort::best(&wanted)).flatten());
        if let Some(Key::Metric(metric)) = sort.as_ref().map(|sort| sort.key)
            && !wanted.iter().any(|known| known.id == metric.id)
        {
            // What rows are sorted by can be seen.
            wanted.push(metric);
        }
        let columns = measured.columns(&wanted, task)?;
        Ok::<_, Cancelled>((wanted, columns, sort))
    })?;
    let network = measured.network();
    let mut order: Vec<u32> = (0..network.len() as u32).collect();
    if let Some(sort) = &sort {
        sort.apply(&mut order, network, &columns);
    }
    order.truncate(match measure.limit {
        Some(limit) => limit,
        None if is_table => BEST,
        None => order.len(),
    });
    let mut output = standard_output();
    if is_table {
        write_head(&measured, asked.snapshot.version(), &mut output)?;
        nodes_shown(network, &columns, &order).table(&mut output)?;
        let by = sort.map_or_else(String::new, |sort| format!(", by {}", sort.name()));
        writeln!(output, "({} of {} nodes{by})", order.len(), network.len())?;
    } else {
        node_rows(network, &columns, &order).write(format, &mut output)?;
    }
    output.flush()?;
    if !is_table && !is_named {
        say_what_is_left_out(&measured, &[Scope::Node]);
    }
    if is_table && order.len() < network.len() && measure.limit.is_none() && !is_named {
        say("--limit N shows more nodes, --metrics A,B other scores, --format csv everything.");
    }
    say_if_sampled(&measured, &wanted);
    Ok(())
}

/// What nodes are sorted by.
#[derive(Clone, Copy)]
enum Key {
    Iri,
    Label,
    Metric(&'static Metric),
}

struct Sort {
    key: Key,
    descending: bool,
}

impl Sort {
    fn parse(text: &str) -> Result<Self, CliError> {
        let (name, descending) = match text.strip_prefix('-') {
            Some(name) => (name, true),
            None => (text, false),
        };
        let key = match name {
            "iri" => Key::Iri,
            "label" => Key::Label,
            id => {
                let metric = metrics::find(id).ok_or_else(|| no_such_metric("--sort", id))?;
                if metric.scope() != Scope::Node {
                    return Err(CliError::Usage(format!(
                        "--sort {text}: nodes have no {id}; write label, iri or a metric of nodes"
                    )));
                }
                Key::Metric(metric)
            }
        };
        Ok(Self { key, descending })
    }

    /// The order of a table that nobody sorted: by betweenness, else by what comes first.
    fn best(shown: &[&'static Metric]) -> Option<Self> {
        let betweenness = shown.iter().find(|metric| metric.id == "betweenness");
        let metric = betweenness.or(shown.first())?;
        Some(Self {
            key: Key::Metric(metric),
            descending: true,
        })
    }

    fn name(&self) -> &'static str {
        match self.key {
            Key::Iri => "iri",
            Key::Label => "label",
            Key::Metric(metric) => metric.id,
        }
    }

    /// Missing values come last, in either direction; what is equal stays in the order of the IRIs.
    fn apply(&self, order: &mut [u32], network: &Network, columns: &[ScoreColumn]) {
        let nodes = network.nodes();
        let id = |node: &u32| nodes[*node as usize].id();
        order.sort_by(|a, b| id(a).cmp(id(b)));
        let turned = |ordering: Ordering| {
            if self.descending {
                ordering.reverse()
            } else {
                ordering
            }
        };
        match self.key {
            Key::Iri if self.descending => order.reverse(),
            Key::Iri => {}
            Key::Label => {
                let lower = |node: &u32| nodes[*node as usize].label.to_lowercase();
                let labels: Vec<String> = (0..nodes.len() as u32).map(|n| lower(&n)).collect();
                order.sort_by(|a, b| turned(labels[*a as usize].cmp(&labels[*b as usize])));
            }
            Key::Metric(metric) => {
                let column = columns.iter().find(|column| column.metric.id == metric.id);
                let value = |node: &u32| column?.scores.get(*node as usize)?.value();
                order.sort_by(|a, b| match (value(a), value(b)) {
                    (Some(a), Some(b)) => turned(a.total_cmp(&b)),
                    (a, b) => a.is_none().cmp(&b.is_none()),
                });
            }
        }
    }
}

/// The ids and the labels of what a node belongs to.
fn memberships(network: &Network, attribute: Attribute, node: u32) -> [Option<String>; 2] {
    let grouping = network.grouping(attribute);
    let own = grouping.of(node);
    if own.is_empty() {
        return [None, None];
    }
    let own = own.iter().map(|at| &grouping.categories()[*at as usize]);
    let ids: Vec<&str> = own.clone().map(|category| category.id()).collect();
    let labels: Vec<&str> = own.map(|category| category.label.as_str()).collect();
    [Some(ids.join(";")), Some(labels.join("; "))]
}

/// Nodes for people: names in the place of IRIs.
fn nodes_shown(network: &Network, columns: &[ScoreColumn], order: &[u32]) -> Rows {
    const ATTRIBUTES: [Attribute; 3] = [Attribute::Sector, Attribute::Level, Attribute::Sphere];
    let mut names = vec!["label"];
    names.extend(ATTRIBUTES.map(Attribute::name));
    names.extend(columns.iter().map(|column| column.metric.id));
    names.push("iri");
    let mut rows = Rows::new(names);
    for node in order {
        let at = &network.nodes()[*node as usize];
        let mut cells = vec![Cell::label(&at.label)];
        cells.extend(ATTRIBUTES.map(|attribute| {
            let [_, labels] = memberships(network, attribute, *node);
            labels.map_or(Cell::Nothing, |labels| Cell::label(&labels))
        }));
        cells.extend(scores(columns, *node));
        cells.push(Cell::text(at.id()));
        rows.push(cells);
    }
    rows
}

/// Nodes for programs, in the columns of the HTTP interface.
fn node_rows(network: &Network, columns: &[ScoreColumn], order: &[u32]) -> Rows {
    const LABELLED: [Attribute; 3] = [Attribute::Sector, Attribute::Level, Attribute::Sphere];
    let mut names = vec!["iri".to_owned(), "label".to_owned()];
    names.extend(Attribute::ALL.map(|attribute| attribute.name().to_owned()));
    names.extend(LABELLED.map(|attribute| format!("{}Label", attribute.name())));
    names.extend(network.is_two_mode().then(|| "mode".to_owned()));
    names.extend(columns.iter().map(|column| column.metric.id.to_owned()));
    let mut rows = Rows::new(names);
    for node in order {
        let at = &network.nodes()[*node as usize];
        let text = |text: Option<String>| text.map_or(Cell::Nothing, Cell::Text);
        let mut cells = vec![Cell::text(at.id()), Cell::text(&at.label)];
        cells.extend(Attribute::ALL.map(|attribute| {
            let [ids, _] = memberships(network, attribute, *node);
            text(ids)
        }));
        cells.extend(LABELLED.map(|attribute| {
            let [_, labels] = memberships(network, attribute, *node);
            text(labels)
        }));
        if network.is_two_mode() {
            cells.push(Cell::text(match at.mode {
                Mode::First => "first",
                Mode::Second => "second",
            }));
        }
        cells.extend(scores(columns, *node));
        rows.push(cells);
    }
    rows
}

fn scores(columns: &[ScoreColumn], node: u32) -> impl Iterator<Item = Cell> {
    columns.iter().map(move |column| {
        let score = column.scores.get(node as usize);
        score.map_or(Cell::Nothing, |score| Cell::of(column.metric, *score))
    })
}

/// Scores as triples.
fn triples(place: &Place, id: &str, measure: &Measure) -> Result<(), CliError> {
    if measure.sort.is_some() || measure.limit.is_some() {
        return Err(CliError::Usage(
            "--sort and --limit are for rows: table, csv and json".to_owned(),
        ));
    }
    let scope = measure.nodes.then_some(Scope::Node);
    let named = chosen(&measure.metrics, scope, "leave out --nodes for those")?;
    let is_named = named.is_some();
    let options = options(&measure.drawn, Some(&measure.precision));
    let asked = Asked::open(place, &measure.within, options)?;
    let (measured, (wanted, triples)) = asked.measure(id, |measured, task| {
        let wanted = named.unwrap_or_else(|| {
            let mut wanted = measured.usual(Scope::Node);
            if !measure.nodes {
                wanted.extend(measured.usual(Scope::Network));
            }
            wanted
        });
        let columns = measured.columns(&wanted, task)?;
        let values = measured.values(&wanted, task)?;
        Ok::<_, Cancelled>((wanted, measured.triples(&columns, &values)))
    })?;
    let quads = triples
        .into_iter()
        .map(|triple| triple.in_graph(GraphName::DefaultGraph));
    let mut output = standard_output();
    write_quads(quads, RdfFormat::Turtle, &mut output)?;
    output.flush()?;
    if !is_named {
        let both = [Scope::Node, Scope::Network];
        say_what_is_left_out(&measured, if measure.nodes { &both[..1] } else { &both });
    }
    say_if_sampled(&measured, &wanted);
    Ok(())
}

// ---- export ---------------------------------------------------------------------------------

pub(super) fn run_export(place: &Place, export: &Export) -> Result<(), CliError> {
    let format = export_format(export)?;
    let holds_scores = matches!(
        format,
        ExportFormat::GraphMl | ExportFormat::Gexf | ExportFormat::Json
    );
    let named = chosen(
        &export.metrics,
        Some(Scope::Node),
        "files of networks hold scores of nodes",
    )?;
    let is_named = named.is_some();
    if named.is_some() && !holds_scores {
        return Err(CliError::Usage(format!(
            "--metrics: the format {} holds no scores; leave it out, or write graphml, gexf or json",
            format.extension()
        )));
    }
    let options = options(&export.drawn, Some(&export.precision));
    let asked = Asked::open(place, &export.within, options)?;
    let (measured, (wanted, columns, layout)) =
        asked.measure(&export.network, |measured, task| {
            let wanted = match named {
                _ if !holds_scores => Vec::new(),
                Some(named) => named,
                None => measured.usual(Scope::Node),
            };
            let columns = measured.columns(&wanted, task)?;
            let layout = (format == ExportFormat::Gexf).then(|| measured.layout(task));
            Ok::<_, Cancelled>((wanted, columns, layout.transpose()?))
        })?;
    let layout = layout.as_deref();
    let version = asked.snapshot.version();
    if is_standard_output(&export.file) {
        let mut output = standard_output();
        measured.export(&columns, layout, format, version, &mut output)?;
        output.flush()?;
    } else {
        write_whole(&export.file, |output| {
            measured.export(&columns, layout, format, version, output)
        })?;
    }
    say(&exported(export, format, &measured, columns.len()));
    if holds_scores && !is_named {
        say_what_is_left_out(&measured, &[Scope::Node]);
    }
    say_if_sampled(&measured, &wanted);
    Ok(())
}

fn is_standard_output(file: &Path) -> bool {
    file == Path::new("-")
}

fn export_format(export: &Export) -> Result<ExportFormat, CliError> {
    let known = |name: &str| {
        ExportFormat::ALL
            .into_iter()
            .find(|format| format.extension().eq_ignore_ascii_case(name))
    };
    let names = ExportFormat::ALL.map(ExportFormat::extension).join(", ");
    if let Some(name) = &export.format {
        let format = known(name.trim_start_matches('.'));
        return format.ok_or_else(|| {
            CliError::Usage(format!("--format {name} is not known; write {names}"))
        });
    }
    if is_standard_output(&export.file) {
        return Err(CliError::Usage(format!(
            "standard output has no name that tells the format; add --format with {names}"
        )));
    }
    let extension = export.file.extension().and_then(|end| end.to_str());
    extension.and_then(known).ok_or_else(|| {
        CliError::Usage(format!(
            "{}: the ending of the file name tells no format; there are {names}, or say --format",
            export.file.display()
        ))
    })
}

/// Writes a file that is there as a whole or not at all: beside its place first, then into it.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> Result<(), CliError> {
    let failed = |source| CliError::File {
        path: path.to_owned(),
        source,
    };
    let is_special = fs::metadata(path).is_ok_and(|known| !known.is_file());
    let Some(name) = path.file_name().filter(|_| !is_special) else {
        // A pipe or a device cannot be replaced. For a folder this fails, and says why.
        let file = File::options().write(true).open(path).map_err(failed)?;
        let mut output = BufWriter::new(file);
        return write(&mut output)
            .and_then(|()| output.flush())
            .map_err(failed);
    };
    let name = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
    let draft = path.with_file_name(name);
    let file = File::create_new(&draft).map_err(failed)?;
    let written = || -> io::Result<()> {
        let mut output = BufWriter::new(file);
        write(&mut output)?;
        output
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        fs::rename(&draft, path)
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&draft);
        failed(error)
    })
}

/// What is in the file.
fn exported(
    export: &Export,
    format: ExportFormat,
    measured: &MeasuredNetwork,
    scores: usize,
) -> String {
    let network = measured.network();
    let place = if is_standard_output(&export.file) {
        "standard output".to_owned()
    } else {
        export.file.display().to_string()
    };
    let mut text = format!(
        "{place}: {}, {} nodes, {} ties, ",
        format.name(),
        network.len(),
        network.ties().len()
    );
    text += &match (scores, format) {
        (0, ExportFormat::Csv | ExportFormat::Pajek | ExportFormat::Dl) => {
            "no scores, which this format does not hold".to_owned()
        }
        (1, _) => "scores of 1 metric".to_owned(),
        (scores, _) => format!("scores of {scores} metrics"),
    };
    let alone = (0..network.len() as u32)
        .filter(|node| network.undirected().neighbors_slice(*node).is_empty())
        .count();
    if format == ExportFormat::Csv && alone > 0 {
        text += &format!("; the {alone} nodes without a tie cannot be in a list of ties");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people_are_rounded_and_never_vanish() {
        for (value, expected) in [
            (0.5, "0.5000"),
            (0.0, "0.0000"),
            (-0.0, "0.0000"),
            (0.00001, "1.0e-5"),
            (-0.00001, "-1.0e-5"),
            (0.00005, "0.0001"),
            (1234.5, "1234.5000"),
        ] {
            assert_eq!(rounded(value, 4), expected, "{value}");
        }
    }

    #[test]
    fn cells_of_programs_keep_all_digits() {
        assert_eq!(Cell::Real(1.0 / 3.0).csv(), "0.3333333333333333");
        assert_eq!(Cell::Real(2.0).csv(), "2");
        assert_eq!(Cell::Ties(1.5).shown(4), "1.5");
        assert_eq!(Cell::Nothing.csv(), "");
        assert_eq!(Cell::Nothing.json(), Value::Null);
        assert_eq!(Cell::Flag(true).csv(), "true");
        assert_eq!(Cell::Real(f64::NAN).json(), Value::Null);
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("häuslich", 8), "häuslich");
        assert_eq!(cut("häuslicher", 8), "häuslic…");
    }

    #[test]
    fn rows_are_csv_and_json() {
        let mut rows = Rows::new(["a", "b"]);
        rows.push([Cell::text("x, y"), Cell::Count(3)]);
        rows.push([Cell::text("z"), Cell::Nothing]);
        let text = |format| {
            let mut bytes = Vec::new();
            rows.write(format, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(text(RowFormat::Csv), "a,b\n\"x, y\",3\nz,\n");
        assert_eq!(
            text(RowFormat::Json),
            "[\n{\"a\":\"x, y\",\"b\":3},\n{\"a\":\"z\",\"b\":null}\n]\n"
        );
        assert!(text(RowFormat::Table).contains("x, y  3"));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_or_not_at_all() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, |output| output.write_all(b"first")).unwrap();
        let failed = write_whole(&path, |output| {
            output.write_all(b"half")?;
            Err(io::Error::other("no"))
        });
        assert!(matches!(failed, Err(CliError::File { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write_whole(folder.path(), |_| Ok(())).is_err());
    }
}
