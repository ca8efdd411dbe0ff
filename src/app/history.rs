//! The course of the headline figures: a point for each version of the data, kept beside it.
//!
//! A point is recorded in the background, once the figures of a version have been computed for the
//! graph of results; versions that came and went faster than that have none, and none is made up
//! for versions of before. Points tell what was public, and they are shown only as long as all they
//! counted still is: a graph that becomes private takes the points that counted it along until it
//! is public again.
//!
//! The file is one JSON object a line, with a hash of it behind a tab, appended and synced: a
//! point, or a graph that the points from a version on count, or count no more. A torn last line is
//! what a crash leaves; it is passed over, as are lines that are not what was written, and gone
//! with the next point. Numbers are written as texts, because reading a JSON number may cost its
//! last bit.
//!
//! Growth is bounded: of the days of more than a year ago, and of those before the newest
//! `FULL_POINTS` points, only the last point of each is kept.

use super::integration::{IntegrationReport, NETWORK, on_one_actor};
use super::networks::{MeasuredNetwork, NetworkError};
use super::{AppError, KnowledgeGraph, Summary, files};
use crate::metrics::ladders::Figure;
use crate::metrics::{self, Metric, Options, Score, Undefined};
use crate::network::{Attribute, Filter};
use crate::store::{GraphTrees, Limits, Snapshot};
use jiff::{Span, Timestamp, tz::TimeZone};
use oxigraph::model::{GraphName, NamedNode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The file in the data directory.
pub(super) const FILE: &str = "history.log";
/// How many points are kept whatever their day.
const FULL_POINTS: usize = 4_000;
/// So many points may be too many before the file is written anew.
const SLACK: usize = 100;
/// After so many days a day has one point.
const FULL_DAYS: i64 = 366;

/// Counts of what is there, in their order.
const COUNTS: [(&str, &str); 9] = [
    ("triples", "Triples"),
    ("actors", "Actors"),
    ("services", "Services"),
    ("innovations", "Innovations"),
    ("sectors", "Sectors"),
    ("levels", "Levels of responsibility"),
    ("participations", "Participations"),
    ("ties", "Stated ties"),
    ("datasets", "Data sets"),
];

/// Metrics of the network of collaboration, in their order.
const NETWORK_METRICS: [&str; 17] = [
    "nodes",
    "edges",
    "density",
    "components",
    "largestComponentShare",
    "fragmentation",
    "averageClustering",
    "degreeCentralization",
    "communities",
    "modularity",
    "bridges",
    "articulationPoints",
    "sectorAssortativity",
    "levelAssortativity",
    "sectorEiIndex",
    "levelEiIndex",
    "sectorDiversity",
];

/// Figures of the integration report that are no indicators of the ontology, in their order.
const REPORT_FIGURES: [(&str, &str); 11] = [
    (
        "horizontal",
        "Horizontal integration: ties across sectors on one level",
    ),
    (
        "vertical",
        "Vertical integration: ties across levels in one sector",
    ),
    ("diagonal", "Diagonal ties: across sectors and levels"),
    ("same-sector-and-level", "Ties inside a sector on one level"),
    ("bridging", "Bridging: ties across sectors, levels or both"),
    (
        "sector-dependence",
        "Pairs of sectors that hang on a single actor",
    ),
    (
        "level-dependence",
        "Pairs of levels that hang on a single actor",
    ),
    (
        "unbroken-chains",
        "Local services with an unbroken chain of levels",
    ),
    ("intensity", "Mean step on the common scale of integration"),
    ("systems-integration", "Systems integration"),
    ("project-centred-integration", "Project-centred integration"),
];

/// What a figure is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A count of what is there.
    Summary,
    /// A metric of the network of collaboration.
    Network,
    /// A figure of the integration report.
    Integration,
}

impl Kind {
    /// Its name in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Network => "network",
            Self::Integration => "integration",
        }
    }
}

/// A figure at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// What it is one of.
    pub kind: Kind,
    /// Its id.
    pub metric: Arc<str>,
    /// The number, or why there is none.
    pub value: Result<f64, Arc<str>>,
    /// What a share is made of: numerator, denominator, and what could not be judged.
    pub of: Option<[f64; 3]>,
}

/// The figures of a version of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The version.
    pub version: u64,
    /// When the commit was made that made it.
    pub time: Timestamp,
    /// The figures, in a fixed order.
    pub figures: Arc<[Headline]>,
}

/// A line of the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Point {
        version: u64,
        time: String,
        figures: Vec<Written>,
    },
    From {
        graph: String,
        since: u64,
    },
    To {
        graph: String,
        until: u64,
    },
}

/// A figure of a line.
#[derive(Serialize, Deserialize)]
struct Written {
    kind: Kind,
    metric: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    undefined: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<[String; 3]>,
}

/// The points of a service. The file is read when somebody asks: most commands have no use for it.
pub struct History {
    path: Option<PathBuf>,
    /// The version of the store when it was opened.
    version: u64,
    state: OnceLock<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// In the order of their versions.
    points: Vec<Arc<Point>>,
    /// Which versions' points count a graph: from the first on, and before the second.
    counted: BTreeMap<String, Vec<(u64, Option<u64>)>>,
    /// What was private when the newest point was recorded, if this process recorded it.
    private: Option<Arc<GraphTrees>>,
    /// The file, unless there is none or it could not be read.
    path: Option<PathBuf>,
    /// Whether the file has exactly what is here.
    is_written: bool,
    /// Texts that many points share.
    texts: BTreeSet<Arc<str>>,
}

impl History {
    /// The points of a data directory as far as they are about versions that its store has had. A
    /// file that cannot be read is left as it is, and points are kept in memory only.
    pub(super) fn open(directory: &Path, version: u64) -> Self {
        Self {
            path: Some(directory.join(FILE)),
            version,
            state: OnceLock::new(),
        }
    }

    /// Points that are gone with the process.
    pub(super) fn in_memory() -> Self {
        Self {
            path: None,
            version: 0,
            state: OnceLock::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.state.get_or_init(|| Mutex::new(self.read()));
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> State {
        let Some(path) = &self.path else {
            return State::default();
        };
        let mut state = State {
            path: Some(path.clone()),
            is_written: true,
            ..State::default()
        };
        match std::fs::read(path) {
            Ok(bytes) => state.read(&bytes, self.version, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the history cannot be read");
                state.path = None;
            }
        }
        state
    }

    /// Whether the newest point is about this version, or a later one, and what is public now.
    fn is_current(&self, version: u64, private: &GraphTrees) -> bool {
        let state = self.state();
        let is_recent = state
            .points
            .last()
            .is_some_and(|last| last.version >= version);
        is_recent
            && match &state.private {
                Some(known) => **known == *private,
                None => !is_in(&state.hidden(private), version),
            }
    }

    /// The points that count nothing which is private, oldest first.
    fn shown(&self, private: &GraphTrees) -> Vec<Arc<Point>> {
        let state = self.state();
        let hidden = state.hidden(private);
        let points = state.points.iter();
        points
            .filter(|point| !is_in(&hidden, point.version))
            .cloned()
            .collect()
    }

    /// The newest of them.
    fn latest(&self, private: &GraphTrees) -> Option<Arc<Point>> {
        let state = self.state();
        let hidden = state.hidden(private);
        let mut newest_first = state.points.iter().rev();
        newest_first
            .find(|point| !is_in(&hidden, point.version))
            .cloned()
    }

    /// Adds a point about a later version than all others, or a better one about the newest, with
    /// the graphs that it counts, and what was private then.
    fn add(
        &self,
        mut point: Point,
        graphs: &BTreeSet<String>,
        private: Arc<GraphTrees>,
    ) -> io::Result<()> {
        let mut state = self.state();
        match state.points.last().map(|last| last.version) {
            Some(newest) if newest > point.version => return Ok(()),
            Some(newest) if newest == point.version => state.forget_newest(),
            _ => {}
        }
        if let Some(last) = state.points.last()
            && last.figures == point.figures
        {
            point.figures = Arc::clone(&last.figures);
        }
        let mut lines = state.count(graphs, point.version);
        lines.push(Line::of(&point));
        state.points.push(Arc::new(point));
        state.private = Some(private);
        let thinned = thinned(&state.points, Timestamp::now());
        if state.points.len() - thinned.len() >= SLACK {
            state.points = thinned;
            state.is_written = false;
        }
        let Some(path) = state.path.clone() else {
            return Ok(());
        };
        // Until it is written it is not.
        let append = std::mem::replace(&mut state.is_written, false);
        if append {
            append_to(&path, &text_of(&lines)?)?;
        } else {
            files::replace_private_file(&path, &text_of(&state.lines())?)?;
        }
        state.is_written = true;
        Ok(())
    }
}

fn is_in(ranges: &[(u64, Option<u64>)], version: u64) -> bool {
    ranges
        .iter()
        .any(|(since, until)| *since <= version && until.is_none_or(|until| version < until))
}

fn append_to(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // What it counted may become private.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

fn text_of(lines: &[Line]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in lines {
        let json = serde_json::to_vec(line)?;
        let hash = hash_of(&json);
        text.extend([json.as_slice(), b"\t", hash.as_bytes(), b"\n"].concat());
    }
    Ok(text)
}

fn hash_of(json: &[u8]) -> String {
    let hash = blake3::hash(json).to_hex();
    hash.as_str().chars().take(16).collect()
}

/// A line as it was written; `None` if it is not.
fn line_of(text: &[u8]) -> Option<Line> {
    let tab = text.iter().rposition(|byte| *byte == b'\t')?;
    let (json, hash) = (text.get(..tab)?, text.get(tab + 1..)?);
    if hash_of(json).as_bytes() != hash {
        return None;
    }
    serde_json::from_slice(json).ok()
}

impl State {
    fn read(&mut self, bytes: &[u8], newest: u64, path: &Path) {
        let mut damaged = 0_usize;
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        for line in lines {
            let Some(whole) = line.strip_suffix(b"\n") else {
                // Torn: what wrote it did not get to its end.
                self.is_written = false;
                continue;
            };
            match line_of(whole) {
                Some(line) => self.take(line, newest),
                None => damaged += 1,
            }
        }
        if damaged > 0 {
            self.is_written = false;
            tracing::warn!(path = %path.display(), damaged, "lines of the history cannot be read");
        }
        self.points.sort_by_key(|point| point.version);
        self.points.dedup_by_key(|point| point.version);
    }

    fn take(&mut self, line: Line, newest: u64) {
        match line {
            // What the store has lost, or never had: a restored copy, another store's file.
            Line::Point { version, .. } if version > newest => self.is_written = false,
            Line::From { since, .. } if since > newest => self.is_written = false,
            Line::To { until, .. } if until > newest => self.is_written = false,
            Line::Point {
                version,
                time,
                figures,
            } => {
                let Ok(time) = time.parse() else {
                    self.is_written = false;
                    return;
                };
                let figures: Arc<[Headline]> = figures
                    .into_iter()
                    .filter_map(|figure| self.figure(figure))
                    .collect();
                let figures = match self.points.last() {
                    Some(last) if last.figures == figures => Arc::clone(&last.figures),
                    _ => figures,
                };
                self.points.push(Arc::new(Point {
                    version,
                    time,
                    figures,
                }));
            }
            Line::From { graph, since } => {
                self.counted.entry(graph).or_default().push((since, None));
            }
            Line::To { graph, until } => {
                let open = self
                    .counted
                    .get_mut(&graph)
                    .and_then(|spans| spans.last_mut());
                if let Some(open) = open {
                    open.1 = Some(until);
                }
            }
        }
    }

    fn figure(&mut self, written: Written) -> Option<Headline> {
        let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let value = match (&written.value, written.undefined) {
            (Some(text), _) => Ok(number(text)?),
            (None, reason) => Err(self.shared(reason.unwrap_or_default())),
        };
        let of = match written.of {
            Some([a, b, c]) => Some([number(&a)?, number(&b)?, number(&c)?]),
            None => None,
        };
        Some(Headline {
            kind: written.kind,
            metric: self.shared(written.metric),
            value,
            of,
        })
    }

    fn shared(&mut self, text: String) -> Arc<str> {
        match self.texts.get(text.as_str()) {
            Some(known) => Arc::clone(known),
            None => {
                let text: Arc<str> = text.into();
                self.texts.insert(Arc::clone(&text));
                text
            }
        }
    }

    /// The versions whose points count something that is private.
    fn hidden(&self, private: &GraphTrees) -> Vec<(u64, Option<u64>)> {
        if private.is_empty() {
            return Vec::new();
        }
        let is_private =
            |graph: &str| private.contains(&NamedNode::new_unchecked(graph.to_owned()));
        let counted = self.counted.iter();
        counted
            .filter(|(graph, _)| is_private(graph))
            .flat_map(|(_, spans)| spans.iter().copied())
            .collect()
    }

    /// Drops the newest point, and what is known of the graphs that it counts.
    fn forget_newest(&mut self) {
        let Some(point) = self.points.pop() else {
            return;
        };
        self.is_written = false;
        for spans in self.counted.values_mut() {
            spans.retain(|(since, _)| *since != point.version);
            if let Some(last) = spans
                .last_mut()
                .filter(|span| span.1 == Some(point.version))
            {
                last.1 = None;
            }
        }
    }

    /// Notes which graphs the point of a version counts; answers the lines that say so.
    fn count(&mut self, graphs: &BTreeSet<String>, version: u64) -> Vec<Line> {
        let mut lines = Vec::new();
        for (graph, spans) in &mut self.counted {
            if let Some(open) = spans.last_mut().filter(|span| span.1.is_none())
                && !graphs.contains(graph)
            {
                open.1 = Some(version);
                lines.push(Line::To {
                    graph: graph.clone(),
                    until: version,
                });
            }
        }
        for graph in graphs {
            let spans = self.counted.entry(graph.clone()).or_default();
            if spans.last().is_none_or(|span| span.1.is_some()) {
                spans.push((version, None));
                lines.push(Line::From {
                    graph: graph.clone(),
                    since: version,
                });
            }
        }
        lines
    }

    /// Everything, as lines.
    fn lines(&self) -> Vec<Line> {
        let spans = self.counted.iter().flat_map(|(graph, spans)| {
            spans.iter().flat_map(move |(since, until)| {
                let from = Line::From {
                    graph: graph.clone(),
                    since: *since,
                };
                let to = until.map(|until| Line::To {
                    graph: graph.clone(),
                    until,
                });
                [Some(from), to].into_iter().flatten()
            })
        });
        spans
            .chain(self.points.iter().map(|point| Line::of(point)))
            .collect()
    }
}

impl Line {
    fn of(point: &Point) -> Self {
        let figures = point.figures.iter().map(|figure| Written {
            kind: figure.kind,
            metric: figure.metric.to_string(),
            value: figure.value.as_ref().ok().map(f64::to_string),
            undefined: figure.value.as_ref().err().map(|reason| reason.to_string()),
            of: figure.of.map(|of| of.map(|number| number.to_string())),
        });
        Self::Point {
            version: point.version,
            time: point.time.to_string(),
            figures: figures.collect(),
        }
    }
}

/// The day of a time, in UTC.
pub fn day(time: Timestamp) -> jiff::civil::Date {
    time.to_zoned(TimeZone::UTC).date()
}

/// The last point of each day.
pub fn daily(points: &[Arc<Point>]) -> Vec<Arc<Point>> {
    let mut days = BTreeMap::new();
    for point in points {
        days.insert(day(point.time), Arc::clone(point));
    }
    days.into_values().collect()
}

/// What is left when there are too many points or they are too old.
fn thinned(points: &[Arc<Point>], now: Timestamp) -> Vec<Arc<Point>> {
    let full = now
        .to_zoned(TimeZone::UTC)
        .checked_sub(Span::new().days(FULL_DAYS))
        .map_or(Timestamp::MIN, |zoned| zoned.timestamp());
    let recent = points.len().saturating_sub(FULL_POINTS);
    let is_old = |(at, point): (usize, &Arc<Point>)| at < recent || point.time < full;
    let old = points.iter().enumerate().filter(|place| is_old(*place));
    let old: Vec<Arc<Point>> = old.map(|(_, point)| Arc::clone(point)).collect();
    let mut kept = daily(&old);
    let new = points.iter().enumerate().filter(|place| !is_old(*place));
    kept.extend(new.map(|(_, point)| Arc::clone(point)));
    kept.sort_by_key(|point| point.version);
    kept
}

/// Figures in the making.
struct Figures(Vec<Headline>);

impl Figures {
    fn add(&mut self, kind: Kind, metric: &str, score: Score, of: Option<[f64; 3]>) {
        let value = match score {
            Score::Value(value) => Ok(value),
            Score::Undefined(reason) => Err(reason.reason().into()),
        };
        self.push(kind, metric, value, of);
    }

    fn push(
        &mut self,
        kind: Kind,
        metric: &str,
        value: Result<f64, Arc<str>>,
        of: Option<[f64; 3]>,
    ) {
        self.0.push(Headline {
            kind,
            metric: metric.into(),
            value,
            of,
        });
    }

    fn figure(&mut self, metric: &str, figure: &Figure) {
        let of = [figure.numerator, figure.denominator, figure.unknown];
        self.add(Kind::Integration, metric, figure.value, Some(of));
    }

    fn counts(&mut self, summary: &Summary) {
        let counts = [
            summary.triples,
            summary.actors,
            summary.services,
            summary.innovations,
            summary.sectors,
            summary.levels,
            summary.participations,
            summary.ties,
            summary.datasets,
        ];
        for ((metric, _), count) in COUNTS.iter().zip(counts) {
            self.push(Kind::Summary, metric, Ok(count as f64), None);
        }
    }
}

/// What the share is made of that a metric is.
fn parts(metric: &Metric, score: Score, measured: &MeasuredNetwork) -> Option<[f64; 3]> {
    let network = measured.network();
    let value = score.value()?;
    let n = network.len() as f64;
    // Whole numbers, from which the value was made.
    let counted = |denominator: f64| Some([(value * denominator).round(), denominator, 0.0]);
    match metric.id {
        "density" => Some([
            network.ties().len() as f64,
            network.possible_ties() as f64,
            0.0,
        ]),
        "largestComponentShare" => counted(n),
        "fragmentation" => counted(n * (n - 1.0) / 2.0),
        _ => None,
    }
}

impl KnowledgeGraph {
    /// The points that are kept and count nothing that is private now, oldest first.
    ///
    /// # Errors
    /// [`AppError::Visibility`] if it cannot be known what is private.
    pub fn history_points(&self) -> Result<Vec<Arc<Point>>, AppError> {
        Ok(self.inner.history.shown(&*self.private_graphs()?))
    }

    /// The newest of these points.
    ///
    /// # Errors
    /// As [`Self::history_points`].
    pub fn latest_point(&self) -> Result<Option<Arc<Point>>, AppError> {
        Ok(self.inner.history.latest(&*self.private_graphs()?))
    }

    /// The size of the log on disk; `None` if there is none.
    pub fn log_bytes(&self) -> Option<u64> {
        let path = self.config().data_dir.as_ref()?.join("log.redb");
        std::fs::metadata(path).ok().map(|metadata| metadata.len())
    }

    /// The figures that points have: kind, id and name, in their order.
    pub fn headline_catalogue(&self) -> Vec<(Kind, String, String)> {
        let counts = COUNTS
            .iter()
            .map(|(id, name)| (Kind::Summary, (*id).to_owned(), (*name).to_owned()));
        let metrics = NETWORK_METRICS.iter().filter_map(|id| {
            let metric = metrics::find(id)?;
            Some((Kind::Network, metric.id.to_owned(), metric.name.to_owned()))
        });
        let report = REPORT_FIGURES
            .iter()
            .map(|(id, name)| (Kind::Integration, (*id).to_owned(), (*name).to_owned()));
        let indicators = self.indicators().iter().map(|indicator| {
            let (id, title) = (indicator.id.clone(), indicator.title.clone());
            (Kind::Integration, id, title)
        });
        counts
            .chain(metrics)
            .chain(report)
            .chain(indicators)
            .collect()
    }

    /// Whether the newest version has its point, of what is public now.
    pub(super) fn has_point_of(&self, version: u64) -> bool {
        let private = self.private_graphs();
        // If it cannot be known what is private, none can be recorded either.
        private.map_or(true, |private| {
            self.inner.history.is_current(version, &private)
        })
    }

    /// Records the figures of the newest version, of what everybody may see. What has been computed
    /// of the same data is not computed again.
    ///
    /// # Errors
    /// [`AppError`] if they cannot be computed. A point that cannot be written is kept in memory,
    /// and the log says so.
    pub fn record_point(&self) -> Result<(), AppError> {
        let private = self.private_graphs()?;
        let snapshot = self.public_snapshot()?;
        let version = snapshot.version();
        if self.has_point_of(version) {
            return Ok(());
        }
        let figures = self.headlines(&snapshot)?;
        if *self.private_graphs()? != *private {
            // About too many or too few graphs by now; the commit that says so has its own point.
            return Ok(());
        }
        let time = self
            .store()
            .commits(version..=version)
            .ok()
            .and_then(|mut commits| commits.pop()?.time.parse().ok())
            .unwrap_or_else(Timestamp::now);
        // Several tools read no more digits.
        let time = Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time);
        let graphs = snapshot
            .graphs()
            .into_iter()
            .filter_map(|(graph, _)| match graph {
                GraphName::NamedNode(node) => Some(node.into_string()),
                _ => None,
            })
            .collect();
        let point = Point {
            version,
            time,
            figures: figures.into(),
        };
        if let Err(error) = self.inner.history.add(point, &graphs, private) {
            tracing::warn!(%error, "the newest point of the history could not be written");
        }
        Ok(())
    }

    fn headlines(&self, public: &Arc<Snapshot>) -> Result<Vec<Headline>, AppError> {
        let mut figures = Figures(Vec::new());
        let summary = self.merged_summary(public)?;
        figures.counts(&summary);
        let is_empty = [
            summary.actors,
            summary.services,
            summary.innovations,
            summary.participations,
            summary.ties,
        ] == [0; 5];
        if is_empty {
            self.without(&mut figures, Undefined::NothingRecorded.reason());
            return Ok(figures.0);
        }
        // With one IRI for each actor, as the service answers unless it is told otherwise.
        let snapshot = self.merged(public)?;
        let limits = Limits::default();
        let definition = self.networks().definition(NETWORK);
        let measured = definition.map_err(AppError::from).and_then(|definition| {
            let (filter, options) = (Filter::default(), Options::default());
            self.network(&snapshot, definition, &filter, options, &limits)
        });
        let measured = match measured {
            Ok(measured) => measured,
            // Too large without a filter, or an ontology without this network.
            Err(AppError::Network(
                error @ (NetworkError::Projection(_) | NetworkError::NoSuchNetwork { .. }),
            )) => {
                self.without(&mut figures, &error.to_string());
                return Ok(figures.0);
            }
            Err(error) => return Err(error),
        };
        let report = self.networks().computing_unasked(&measured, |task| {
            self.integration(&snapshot, &measured, &limits, task)
        })?;
        self.of_network(&mut figures, &measured, &report)?;
        of_report(&mut figures, &report);
        for indicator in &report.indicators {
            match &indicator.outcome {
                Ok((figure, _)) => figures.figure(&indicator.id, figure),
                Err(reason) => {
                    let value = Err(reason.as_str().into());
                    figures.push(Kind::Integration, &indicator.id, value, None);
                }
            }
        }
        Ok(figures.0)
    }

    /// All but the counts, without a value.
    fn without(&self, figures: &mut Figures, reason: &str) {
        let reason: Arc<str> = reason.into();
        for (kind, metric, _) in self.headline_catalogue() {
            if kind != Kind::Summary {
                figures.push(kind, &metric, Err(Arc::clone(&reason)), None);
            }
        }
    }

    fn of_network(
        &self,
        figures: &mut Figures,
        measured: &MeasuredNetwork,
        report: &IntegrationReport,
    ) -> Result<(), AppError> {
        let is_affordable =
            |metric: &Metric| super::observations::is_published(metric, measured.network().len());
        for id in NETWORK_METRICS {
            let Some(metric) = metrics::find(id) else {
                continue;
            };
            if !is_affordable(metric) {
                let score = Score::Undefined(Undefined::TooLarge);
                figures.add(Kind::Network, id, score, None);
                continue;
            }
            let values = self
                .networks()
                .computing_unasked(measured, |task| measured.values(&[metric], task))
                .map_err(NetworkError::from)?;
            for (metric, score) in values {
                let across = |attribute| {
                    let group = report
                        .groups
                        .iter()
                        .find(|group| group.attribute == attribute)?;
                    let across = group.ei.across();
                    let difference = group.ei.external - group.ei.internal;
                    Some([difference, across.denominator, across.unknown as f64])
                };
                let of = match metric.id {
                    // Ties across less those inside, of all that are known.
                    "sectorEiIndex" => across(Attribute::Sector),
                    "levelEiIndex" => across(Attribute::Level),
                    _ => parts(metric, score, measured),
                };
                figures.add(Kind::Network, metric.id, score, of);
            }
        }
        Ok(())
    }
}

fn of_report(figures: &mut Figures, report: &IntegrationReport) {
    let four = &report.tests.four_way;
    let (known, unknown) = (four.ties as f64, four.unknown as f64);
    for (id, cell) in [
        ("horizontal", &four.horizontal),
        ("vertical", &four.vertical),
        ("diagonal", &four.diagonal),
        ("same-sector-and-level", &four.same),
    ] {
        let of = Some([cell.ties, known, unknown]);
        figures.add(Kind::Integration, id, cell.share, of);
    }
    figures.figure("bridging", &report.bridging());
    for (id, pairs) in [
        ("sector-dependence", &report.sector_pairs),
        ("level-dependence", &report.level_pairs),
    ] {
        figures.figure(id, &on_one_actor(pairs));
    }
    figures.figure("unbroken-chains", &report.chains.unbroken);
    figures.figure("intensity", &report.common.mean);
    figures.figure("systems-integration", &report.access.systems);
    figures.figure(
        "project-centred-integration",
        &report.access.project_centred,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Config, Writer};
    use std::fs;

    fn point(version: u64, time: &str, value: f64) -> Point {
        let headline = |metric: &str, value, of| Headline {
            kind: Kind::Integration,
            metric: metric.into(),
            value,
            of,
        };
        Point {
            version,
            time: time.parse().unwrap(),
            figures: [
                headline("horizontal", Ok(value), Some([value, 1.0, 0.1])),
                headline("vertical", Err("the network has no tie".into()), None),
            ]
            .into(),
        }
    }

    fn add(history: &History, point: Point, graphs: &BTreeSet<String>) -> io::Result<()> {
        history.add(point, graphs, Arc::default())
    }

    fn names(graphs: &[&str]) -> BTreeSet<String> {
        graphs.iter().map(|graph| (*graph).to_owned()).collect()
    }

    fn versions(history: &History, private: &[&str]) -> Vec<u64> {
        let mut trees = GraphTrees::default();
        for graph in private {
            trees.insert(NamedNode::new_unchecked(*graph));
        }
        let shown = history.shown(&trees);
        assert_eq!(
            history.latest(&trees).map(|point| point.version),
            shown.last().map(|point| point.version)
        );
        shown.iter().map(|point| point.version).collect()
    }

    #[test]
    fn what_is_written_is_read_bit_by_bit() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(folder.path(), 0);
        let first = point(3, "2026-01-01T10:00:00Z", 0.1 + 0.2);
        add(&history, first.clone(), &names(&["http://g/a"])).unwrap();
        let second = point(5, "2026-01-02T10:00:00.5Z", 1e-300);
        add(&history, second.clone(), &names(&["http://g/a"])).unwrap();
        // Not of a version before.
        add(&history, point(4, "2026-01-03T10:00:00Z", 9.0), &names(&[])).unwrap();
        let again = History::open(folder.path(), 5);
        let points = again.shown(&GraphTrees::default());
        assert_eq!(
            points
                .iter()
                .map(|point| (**point).clone())
                .collect::<Vec<_>>(),
            [first, second]
        );
    }

    #[test]
    fn a_torn_line_costs_one_point_and_what_follows_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let history = History::open(folder.path(), 0);
        for version in 1..=3 {
            let point = point(version, "2026-01-01T10:00:00Z", version as f64);
            add(&history, point, &names(&["http://g/a"])).unwrap();
        }
        let whole = fs::read(&path).unwrap();
        for cut in [1, 2, 40] {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let torn = History::open(folder.path(), 9);
            assert_eq!(versions(&torn, &[]), [1, 2]);
            add(
                &torn,
                point(4, "2026-01-01T10:00:00Z", 4.0),
                &names(&["http://g/a"]),
            )
            .unwrap();
            let mended = History::open(folder.path(), 9);
            assert_eq!(versions(&mended, &[]), [1, 2, 4]);
            assert!(
                mended.state().is_written,
                "no line is left that cannot be read"
            );
        }
    }

    #[test]
    fn lines_that_are_damaged_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let history = History::open(folder.path(), 0);
        for version in 1..=3 {
            let point = point(version, "2026-01-01T10:00:00Z", version as f64);
            add(&history, point, &names(&[])).unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        for (written, damaged) in [
            ("{\"version\":2", "\u{0}\u{0}version\":2"),
            // A figure that was not recorded is not shown either.
            ("\"value\":\"2\"", "\"value\":\"7\""),
        ] {
            assert!(text.contains(written), "{text}");
            fs::write(&path, text.replace(written, damaged)).unwrap();
            assert_eq!(versions(&History::open(folder.path(), 3), &[]), [1, 3]);
        }
    }

    #[test]
    fn points_of_versions_that_the_store_has_not_had_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(folder.path(), 0);
        for version in 1..=3 {
            let point = point(version, "2026-01-01T10:00:00Z", version as f64);
            add(&history, point, &names(&["http://g/a"])).unwrap();
        }
        // As after a copy was put back.
        let back = History::open(folder.path(), 2);
        assert_eq!(versions(&back, &[]), [1, 2]);
        add(
            &back,
            point(3, "2026-02-01T10:00:00Z", 7.0),
            &names(&["http://g/a"]),
        )
        .unwrap();
        let points = History::open(folder.path(), 3).shown(&GraphTrees::default());
        assert_eq!(points[2].figures[0].value, Ok(7.0));
    }

    #[test]
    fn points_that_count_what_is_private_are_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(folder.path(), 0);
        for (version, graphs) in [
            (1, &["http://g/a"][..]),
            (2, &["http://g/a", "http://g/b/c"]),
            (3, &["http://g/a", "http://g/b/c"]),
            (4, &["http://g/a"]),
            (6, &["http://g/a", "http://g/b/c"]),
        ] {
            let point = point(version, "2026-01-01T10:00:00Z", version as f64);
            add(&history, point, &names(graphs)).unwrap();
        }
        for history in [&history, &History::open(folder.path(), 6)] {
            assert_eq!(versions(history, &[]), [1, 2, 3, 4, 6]);
            // The graph above is private, and so are those below it.
            assert_eq!(versions(history, &["http://g/b"]), [1, 4]);
            assert_eq!(versions(history, &["http://g/bc"]), [1, 2, 3, 4, 6]);
            assert_eq!(versions(history, &["http://g/a"]), [0; 0]);
        }
    }

    #[test]
    fn what_is_old_has_one_point_a_day() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let times = [
            "2025-01-01T08:00:00Z",
            "2025-01-01T23:59:59Z",
            "2025-01-02T08:00:00Z",
            "2026-11-24T08:00:00Z",
            "2026-11-24T09:00:00Z",
        ];
        let points: Vec<Arc<Point>> = (1..)
            .zip(times)
            .map(|(version, time)| Arc::new(point(version, time, 0.0)))
            .collect();
        let left = |points: &[Arc<Point>]| -> Vec<u64> {
            let points = thinned(points, now);
            points.iter().map(|point| point.version).collect()
        };
        assert_eq!(left(&points), [2, 3, 4, 5]);
        // However new they are, no more than so many are kept besides those of days.
        let many: Vec<Arc<Point>> = (0..FULL_POINTS as u64 + 500)
            .map(|version| {
                let second = 1_700_000_000 + version as i64;
                let mut point = point(version + 1, "2026-01-01T10:00:00Z", 0.0);
                point.time =
                    Timestamp::from_second(now.as_second() - 9_000 + second % 5_000).unwrap();
                Arc::new(point)
            })
            .collect();
        assert!(left(&many).len() <= FULL_POINTS + 2);
    }

    #[test]
    fn a_file_that_grew_too_long_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::open(folder.path(), 0);
        for version in 1..=SLACK as u64 + 2 {
            let point = point(version, "2020-01-01T10:00:00Z", version as f64);
            add(&history, point, &names(&["http://g/a"])).unwrap();
        }
        let last = SLACK as u64 + 1;
        assert_eq!(versions(&history, &[]), [last, last + 1]);
        assert_eq!(
            versions(&History::open(folder.path(), 999), &[]),
            [last, last + 1]
        );
    }

    #[test]
    fn versions_have_points_that_survive_restarts_compaction_and_backups() {
        let folder = tempfile::tempdir().unwrap();
        let (data, copy, back) = (
            folder.path().join("data"),
            folder.path().join("copy"),
            folder.path().join("back"),
        );
        let open = |data: &Path| {
            KnowledgeGraph::open(Config {
                data_dir: Some(data.to_owned()),
                ..Config::default()
            })
            .unwrap()
        };
        let graph = open(&data);
        graph.record_point().unwrap();
        let first = graph.latest_point().unwrap().unwrap();
        assert_eq!(first.version, graph.data_version());
        let ids: Vec<(Kind, String)> = first
            .figures
            .iter()
            .map(|figure| (figure.kind, figure.metric.to_string()))
            .collect();
        let mut known: Vec<(Kind, String)> = graph
            .headline_catalogue()
            .into_iter()
            .map(|(kind, id, _)| (kind, id))
            .collect();
        let of = |figure: &str| {
            let mut figures = first.figures.iter();
            figures
                .find(|known| &*known.metric == figure)
                .unwrap()
                .clone()
        };
        assert_eq!(of("innovations").value, Ok(20.0));
        let horizontal = of("horizontal");
        let [part, whole, _] = horizontal.of.unwrap();
        assert_eq!(horizontal.value, Ok(part / whole));
        let density = of("density");
        let [part, whole, _] = density.of.unwrap();
        assert_eq!(density.value, Ok(part / whole));
        let mut sorted = ids.clone();
        sorted.sort();
        known.sort();
        assert_eq!(sorted, known, "every figure of the catalogue, and no other");

        graph
            .update(
                &Writer::Local,
                graph
                    .parse_update("INSERT DATA { <http://x/a> a weft:Actor }", None)
                    .unwrap(),
                Limits::default(),
            )
            .unwrap();
        graph.record_point().unwrap();
        let before: Vec<Point> = graph
            .history_points()
            .unwrap()
            .iter()
            .map(|point| (**point).clone())
            .collect();
        assert_eq!(before.len(), 2);
        graph.store().compact().unwrap();
        graph.backup(&copy).unwrap();
        drop(graph);
        crate::app::visibility::restore(&copy, &back).unwrap();
        for data in [data, back] {
            let graph = open(&data);
            let after: Vec<Point> = graph
                .history_points()
                .unwrap()
                .iter()
                .map(|point| (**point).clone())
                .collect();
            assert_eq!(after, before);
            assert!(graph.has_point_of(graph.data_version()));
        }
    }
}
