//! `/`: what is here, how fresh it is, six figures, and where to go on.

use super::drawings::{Sparkline, sparkline};
use super::links::{Link, Links, graph_href};
use super::{Shell, render, shortened};
use crate::app::datasets::{Dataset, time_of};
use crate::app::explore::stated_in;
use crate::app::history::Point;
use crate::app::integration::{IntegrationReport, NETWORK};
use crate::app::{KnowledgeGraph, Summary};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::merging;
use crate::http::negotiate::Format;
use crate::http::request;
use crate::http::respond::Reading;
use crate::metrics::ladders::Figure;
use crate::metrics::{Options, Score, Undefined};
use crate::network::{Attribute, Filter, Network, Tie};
use crate::store::{Limits, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the page waits for figures that are not computed yet.
const FIGURES_WITHIN: Duration = Duration::from_millis(500);
/// Data sets that the page names.
const MOST_SETS: usize = 12;
/// Points of the past that a trend is drawn of.
const MOST_POINTS: usize = 60;
/// Questions that the page names.
const QUESTIONS: [&str; 6] = [
    "bridges-between-sectors",
    "single-actor-bridges",
    "actors-in-several-cases",
    "cases-across-levels",
    "dependence-on-one-funder",
    "conflicting-facts",
];

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/", get(index))
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    summary: Summary,
    /// Nothing has been loaded that one could ask about.
    is_empty: bool,
    /// When the data changed last.
    changed: Option<String>,
    /// Fields of actors that are filled in, as a share.
    filled: Option<f64>,
    headlines: Vec<Headline>,
    is_pending: bool,
    sets: Vec<SetView>,
    more_sets: usize,
    questions: Vec<(String, String)>,
    question_count: usize,
    address: String,
    open_writes: bool,
    read_only: bool,
}

/// One of the six figures.
struct Headline {
    id: &'static str,
    name: String,
    value: String,
    means: String,
    /// What it was counted from.
    basis: String,
    coverage: Option<String>,
    /// How many actors and data sets it rests on, where that is not all of them.
    rests: Option<String>,
    trend: Option<Sparkline>,
    /// Why there is no trend.
    no_trend: Option<String>,
    /// The ids of its course in the history.
    data: String,
}

struct SetView {
    link: Link,
    iri: String,
    triples: usize,
    changed: Option<String>,
    licence: Option<String>,
    is_private: bool,
}

/// What takes longer than counting.
struct Figures {
    nodes: usize,
    /// Actors of the network with a tie to another, and the data sets that they are in.
    tied: Base,
    /// The same of those with a tie whose ends have both a sector and a level.
    judged: Base,
    held: Figure,
    bridging: Figure,
    dependent: Figure,
    formal: Option<Figure>,
    filled: Option<Figure>,
}

/// What a figure rests on.
#[derive(Clone, Copy, Default)]
struct Base {
    actors: usize,
    sets: usize,
}

impl Base {
    /// The actors at the ends of ties of a network, and the data sets that say what they are.
    fn of(network: &Network, snapshot: &Snapshot, is_counted: impl Fn(&Tie) -> bool) -> Self {
        let ties = network.ties().iter().filter(|tie| is_counted(tie));
        let ends: BTreeSet<u32> = ties.flat_map(|tie| [tie.source, tie.target]).collect();
        let mut sets = BTreeSet::new();
        for end in &ends {
            let node = network.nodes().get(*end as usize);
            let node = node.and_then(|node| NamedNode::new(node.id()).ok());
            if let Some(node) = node {
                sets.extend(stated_in(snapshot, &node.into()).into_keys());
            }
        }
        Self {
            actors: ends.len(),
            sets: sets.len(),
        }
    }
}

/// `GET /`
async fn index(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let origin = request::origin(&headers, &uri);
    let view = merging::view(&state, &snapshot).await?;
    let figures = figures(&state, view.merged()).await?;
    let points = {
        let mut points = state.graph().history_points()?;
        points.retain(|point| point.version <= snapshot.version());
        points.drain(..points.len().saturating_sub(MOST_POINTS));
        points
    };
    let newest = points.last().map_or(0, |point| point.version).to_string();
    let pending = if figures.is_some() { "" } else { "later" };
    let what = ["overview", &origin, shell.tag(), pending, &newest];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let summary = graph.merged_summary(&snapshot)?;
            let datasets = graph.datasets(&reader, &snapshot)?;
            page(
                shell,
                graph,
                &snapshot,
                summary,
                datasets,
                figures.as_ref(),
                &points,
                origin,
            )
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}

/// The figures, if they are there or can be had in half a second; they are computed all the same,
/// and kept for the next who asks.
async fn figures(state: &AppState, seen: &Arc<Snapshot>) -> Result<Option<Figures>, ApiError> {
    let snapshot = Arc::clone(seen);
    let timeout = state.graph().config().query_timeout;
    let deadline = Instant::now() + FIGURES_WITHIN;
    let computed = state
        .measuring(Arc::clone(seen), deadline, move |graph| {
            Ok(Figures::of(graph, &snapshot, timeout)?)
        })
        .await;
    match computed {
        Ok(figures) => Ok(Some(figures)),
        Err(ApiError::StillComputing(_) | ApiError::Busy) => Ok(None),
        Err(error) => {
            // The first page must tell where to go on whatever happens.
            tracing::warn!(?error, "the figures of the first page cannot be computed");
            Ok(None)
        }
    }
}

impl Figures {
    fn of(
        graph: &KnowledgeGraph,
        snapshot: &Arc<Snapshot>,
        timeout: Duration,
    ) -> Result<Self, crate::app::AppError> {
        let limits = Limits {
            deadline: Some(Instant::now() + timeout),
            ..Limits::default()
        };
        let definition = graph.networks().definition(NETWORK)?;
        let filter = Filter::default();
        let measured = graph.network(snapshot, definition, &filter, Options::default(), &limits)?;
        let report = graph.networks().computing(&measured, |task| {
            graph.integration(snapshot, &measured, &Limits::default(), task)
        })?;
        let components = crate::metrics::cuts::components(measured.network());
        let largest = components.sizes.iter().max().copied().unwrap_or_default();
        let network = measured.network();
        let shared = |attribute: Attribute, tie: &Tie| {
            let grouping = network.grouping(attribute);
            grouping.shared(tie.source, tie.target).is_some()
        };
        Ok(Self {
            nodes: network.len(),
            tied: Base::of(network, snapshot, |_| true),
            judged: Base::of(network, snapshot, |tie| {
                shared(Attribute::Sector, tie) && shared(Attribute::Level, tie)
            }),
            held: share(largest as f64, measured.network().len() as f64, 0.0),
            ..Self::of_report(&report)
        })
    }

    fn of_report(report: &IntegrationReport) -> Self {
        let four = &report.tests.four_way;
        let across = four.horizontal.ties + four.vertical.ties + four.diagonal.ties;
        let pairs = &report.sector_pairs;
        let count = |is: &dyn Fn(&crate::metrics::dependence::PairDependence) -> bool| {
            pairs.iter().filter(|pair| is(pair)).count() as f64
        };
        let statement = |id: &str| {
            let found = report.indicators.iter().find(|known| known.id == id)?;
            found.outcome.as_ref().ok().map(|(figure, _)| *figure)
        };
        Self {
            nodes: 0,
            tied: Base::default(),
            judged: Base::default(),
            held: share(0.0, 0.0, 0.0),
            bridging: share(across, four.ties as f64, four.unknown as f64),
            dependent: share(
                count(&|pair| pair.is_cut),
                count(&|pair| pair.top.is_some()),
                // Nothing is known to join them, but something may.
                count(&|pair| pair.top.is_none() && pair.unknown_ties > 0),
            ),
            formal: statement("formalisation"),
            filled: statement("empty-fields"),
        }
    }
}

fn share(numerator: f64, denominator: f64, unknown: f64) -> Figure {
    Figure {
        value: Score::share(numerator, denominator, Undefined::NothingRecorded),
        numerator,
        denominator,
        unknown,
    }
}

#[allow(clippy::too_many_arguments)]
fn page(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    summary: Summary,
    datasets: Vec<Dataset>,
    figures: Option<&Figures>,
    points: &[Arc<Point>],
    address: String,
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let data: Vec<&Dataset> = datasets
        .iter()
        .filter(|set| !DERIVED.contains(&set.name().as_str()))
        .collect();
    let is_empty = summary.actors + summary.services + summary.innovations == 0;
    let changed = data
        .iter()
        .filter_map(|set| set.change)
        .max_by_key(|change| change.version);
    let sets = data
        .iter()
        .take(MOST_SETS)
        .map(|set| set_view(&shell, &links, snapshot, set));
    let filled = figures.and_then(|figures| figures.filled);
    let catalogue = graph.catalogue();
    let questions = QUESTIONS
        .iter()
        .filter_map(|name| catalogue.get(name).ok())
        .map(|query| {
            (
                format!("/api/v1/queries/{}", query.name),
                query.title_in(shell.language.tag()).to_owned(),
            )
        });
    render(&OverviewPage {
        headlines: figures
            .map(|figures| headlines(&shell, &summary, figures, points))
            .unwrap_or_default(),
        is_pending: figures.is_none(),
        changed: changed.map(|change| change.time.strftime("%F %H:%M UTC").to_string()),
        filled: filled
            .and_then(|empty| empty.value.value())
            .map(|empty| 1.0 - empty),
        more_sets: data.len().saturating_sub(MOST_SETS),
        sets: sets.collect(),
        questions: questions.collect(),
        question_count: catalogue.iter().count(),
        open_writes: graph.config().open_writes,
        read_only: graph.config().read_only,
        is_empty,
        summary,
        address,
        shell,
    })
}

/// Graphs that hold no data of their own.
const DERIVED: [&str; 6] = [
    "ontology", "inferred", "metrics", "links", "queries", "void",
];

fn set_view(shell: &Shell, links: &Links, snapshot: &Snapshot, set: &Dataset) -> SetView {
    let graph = set.iri();
    let titles = &set.description.title;
    let title = titles
        .get(shell.language.tag())
        .map(String::as_str)
        .or_else(|| crate::app::datasets::Description::best(titles));
    let licence = set
        .description
        .licence
        .as_ref()
        .map(|licence| match licence {
            oxigraph::model::Term::NamedNode(node) => {
                let is_known = links.path(node.as_str()).is_some();
                match is_known {
                    true => crate::app::resource::label(snapshot, node.as_ref().into()),
                    false => shortened(node.as_str()),
                }
            }
            other => shortened(crate::network::text_of(other)),
        });
    SetView {
        link: Link {
            href: Some(graph_href(&graph)),
            text: shortened(title.unwrap_or(&set.name())),
        },
        iri: graph,
        triples: set.triples,
        changed: set.change.map(|change| {
            let time = time_of(change);
            time.split('T').next().unwrap_or_default().to_owned()
        }),
        licence,
        is_private: set.is_private,
    }
}

fn headlines(
    shell: &Shell,
    summary: &Summary,
    figures: &Figures,
    points: &[Arc<Point>],
) -> Vec<Headline> {
    let things = summary.services + summary.innovations;
    let counted = |id: &'static str, value: usize, basis: String, ids: &[&str]| {
        let (trend, no_trend) = trend(shell, points, ids, |value| {
            shell.language.whole(value.round() as i64)
        });
        Headline {
            id,
            name: shell.t(&format!("overview-{id}")),
            value: shell.whole(value),
            means: shell.t(&format!("overview-{id}-means")),
            basis,
            coverage: None,
            rests: None,
            trend,
            no_trend,
            data: ids.join(","),
        }
    };
    let rests = |base: Base| {
        let values = [
            ("actors", shell.whole(base.actors)),
            ("all", shell.whole(summary.actors)),
            ("sets", shell.whole(base.sets)),
            ("of", shell.whole(summary.datasets)),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        shell.with("overview-rests", &values)
    };
    let shared = |id: &'static str, means: &'static str, figure: &Figure, base: Base| {
        let value = match figure.value.value() {
            Some(value) => shell.percent(value),
            None => shell.t("overview-no-value"),
        };
        let number = |value: f64| match value.fract() == 0.0 {
            true => shell.language.whole(value as i64),
            false => shell.decimal(value, 1),
        };
        let values = [
            ("part", number(figure.numerator)),
            ("whole", number(figure.denominator)),
            ("unknown", number(figure.unknown)),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let (trend, no_trend) = trend(shell, points, &[id], |value| shell.percent(value));
        Headline {
            id,
            name: shell.t(&format!("{means}-name")),
            value,
            means: shell.t(&format!("{means}-means")),
            basis: match figure.unknown > 0.0 {
                true => shell.with("overview-basis-unknown", &values),
                false => shell.with("overview-basis", &values[..2]),
            },
            coverage: figure.coverage().value().map(|share| shell.percent(share)),
            rests: (base.actors < summary.actors).then(|| rests(base)),
            trend,
            no_trend,
            data: id.to_owned(),
        }
    };
    let pair = |part: usize, whole: usize| {
        let (part, whole) = (shell.whole(part), shell.whole(whole));
        [part, whole]
    };
    let [nodes, actors] = pair(figures.nodes, summary.actors);
    let [with_actors, all] = pair(summary.with_actors, things);
    let alone = figures.nodes - figures.tied.actors.min(figures.nodes);
    // A network of directories says little about who works together, and must say so.
    let mostly_alone = (2 * alone > figures.nodes).then(|| {
        let values = [shell.whole(alone), shell.whole(figures.nodes)];
        let [alone, nodes] = values.each_ref().map(String::as_str);
        shell.with("overview-held-alone", &[("alone", alone), ("nodes", nodes)])
    });
    let mut all_six = vec![
        counted(
            "actors",
            summary.actors,
            shell.with(
                "overview-actors-basis",
                &[("part", &nodes), ("whole", &actors)],
            ),
            &["actors"],
        ),
        counted(
            "services",
            things,
            shell.with(
                "overview-services-basis",
                &[("part", &with_actors), ("whole", &all)],
            ),
            &["services", "innovations"],
        ),
        shared(
            "largestComponentShare",
            "overview-held",
            &figures.held,
            figures.tied,
        ),
        shared(
            "bridging",
            "overview-bridging",
            &figures.bridging,
            figures.judged,
        ),
        shared(
            "sector-dependence",
            "overview-dependence",
            &figures.dependent,
            figures.tied,
        ),
    ];
    if let (Some(held), Some(words)) = (all_six.get_mut(2), mostly_alone) {
        held.rests = Some(match held.rests.take() {
            Some(rests) => format!("{words} {rests}"),
            None => words,
        });
    }
    if let Some(formal) = &figures.formal {
        all_six.push(shared(
            "formalisation",
            "overview-formal",
            formal,
            figures.tied,
        ));
    }
    all_six
}

/// The course of a figure, or of the sum of several, as far as it is recorded; else why there is
/// none.
fn trend(
    shell: &Shell,
    points: &[Arc<Point>],
    ids: &[&str],
    write: impl Fn(f64) -> String,
) -> (Option<Sparkline>, Option<String>) {
    let one = |point: &Point, id: &str| -> Option<f64> {
        let figures = point.figures.iter();
        let mut found = figures.filter(|figure| *figure.metric == *id);
        found.next()?.value.as_ref().ok().copied()
    };
    let value = |point: &Point| -> Option<f64> { ids.iter().map(|id| one(point, id)).sum() };
    let known: Vec<(&Point, f64)> = points
        .iter()
        .filter_map(|point| Some((&**point, value(point)?)))
        .collect();
    let (first, last) = match known.as_slice() {
        [first, .., last] => (first.0, last.0),
        [_] => return (None, Some(shell.t("overview-trend-first"))),
        [] => return (None, Some(shell.t("overview-trend-none"))),
    };
    // As exact as tells the first from the last.
    let formats = ["%F", "%F %H:%M", "%F %H:%M:%S"];
    let is_told = |format: &&&str| {
        let [first, last] = [first, last].map(|point| point.time.strftime(**format).to_string());
        first != last
    };
    let format = formats.iter().find(is_told).unwrap_or(&formats[2]);
    let course: Vec<(String, f64)> = known
        .iter()
        .map(|(point, value)| (point.time.strftime(format).to_string(), *value))
        .collect();
    let mut drawn = sparkline(shell, &course, write);
    // What comes of other data is no change of what the data is about.
    let sets = [first, last].map(|point| one(point, "datasets"));
    if let (Some(drawn), [Some(before), Some(after)]) = (&mut drawn, sets)
        && before != after
    {
        let [before, after] = [before, after].map(|sets| shell.language.whole(sets as i64));
        let values = [("before", before.as_str()), ("after", after.as_str())];
        drawn
            .words
            .push_str(&shell.with("overview-trend-sets", &values));
    }
    (drawn, None)
}
