//! `/api/v1/integration`: how well services are woven together, and what each number rests on.

use super::AppState;
use super::error::ApiError;
use super::merging::MERGED;
use super::negotiate::of_path;
use super::networks::{Answer, Asked, mixing_rows};
use super::rows::{self, About, FORMATS, Listing, Rows, number, score, term};
use crate::app::integration::{
    self, FlatFigure, GroupReport, IndicatorReport, IntegrationReport, LadderReport, NETWORK, cells,
};
use crate::app::{KnowledgeGraph, MeasuredNetwork};
use crate::indicators::{GroupFigure, Indicator, Measured};
use crate::metrics::dependence::{Chain, Chains, KeyActor, KeyPlayer, PairDependence, Rung};
use crate::metrics::groups::Counted;
use crate::metrics::ladders::{Access, COMMON_HIGHEST, CommonScale, Figure};
use crate::metrics::mixing::{FourWay, FourWayCell, MANY_CATEGORIES};
use crate::metrics::two_mode::SectorProviders;
use crate::metrics::{Score, Undefined};
use crate::network::{Attribute, Category, Filter, Network, label, text_of};
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What may stay as it is in a part of an address.
const IN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) fn routes() -> Router<AppState> {
    let router = Router::new()
        .route("/api/v1/integration/{indicator}", get(rows_of_all))
        .route(
            "/api/v1/networks/{id}/integration/{indicator}",
            get(rows_of_one),
        );
    let router = rows::route(router, "/api/v1/integration", get(report_of_all));
    let router = rows::route(router, "/api/v1/integration/figures", get(figures_of_all));
    let router = rows::route(
        router,
        "/api/v1/networks/{id}/integration/figures",
        get(figures_of_one),
    );
    rows::route(
        router,
        "/api/v1/networks/{id}/integration",
        get(report_of_one),
    )
}

/// `GET /api/v1/integration`: the report on collaboration.
async fn report_of_all(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    report(
        state,
        NETWORK.to_owned(),
        "/api/v1/integration".to_owned(),
        uri,
        headers,
    )
    .await
}

/// `GET /api/v1/networks/{id}/integration`: the same on any network.
async fn report_of_one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = utf8_percent_encode(&id, IN_ADDRESS);
    let path = format!("/api/v1/networks/{name}/integration");
    report(state, id, path, uri, headers).await
}

async fn report(
    state: AppState,
    id: String,
    path: String,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &Listing::KEYS).await?;
    if !format.format.is_table()
        && let Some(name) = Listing::KEYS.iter().find(|name| asked.form.has(name))
    {
        return Err(ApiError::BadRequest(format!(
            "`{name}` is for rows, and the report in JSON is no list: ask for {path}/figures, or \
             for the report as .csv or .xlsx"
        )));
    }
    let what = ["integration", &path.clone(), &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let measured = asked.network(graph, &id)?;
                let report = made(graph, asked, &measured)?;
                if format.format.is_table() {
                    let mut rows = flat_rows(&report, measured.network(), |_| true);
                    let total = rows.arrange(&asked.listing)?;
                    let sections = rows.split_by("section");
                    let mut sheets = vec![("All figures", &rows)];
                    sheets.extend(sections.iter().map(|(name, rows)| (name.as_str(), rows)));
                    let about = about_report(asked, &measured);
                    return Ok(Answer::book(&sheets, format.format, &about)?.of(total));
                }
                let view = View {
                    report: &report,
                    measured: &measured,
                    snapshot: &asked.snapshot,
                    path,
                    filters: filters(asked),
                };
                Ok(Answer::json(&view.whole()))
            },
        )
        .await
}

fn about_report(asked: &Asked, measured: &MeasuredNetwork) -> About {
    let definition = measured.definition();
    asked
        .about
        .clone()
        .titled(
            &format!("Integration: {}", definition.title),
            &definition.description,
        )
        .with("filter", &measured.filter().canonical())
}

/// `GET /api/v1/integration/figures`: the figures of the report on collaboration, one a row.
async fn figures_of_all(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    figures(state, NETWORK.to_owned(), uri, headers).await
}

/// `GET /api/v1/networks/{id}/integration/figures`: the same of any network.
async fn figures_of_one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    figures(state, id, uri, headers).await
}

/// Parameters of the flat report that choose rows.
const CHOICES: [&str; 2] = ["section", "indicator"];

async fn figures(
    state: AppState,
    id: String,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let own = [&CHOICES[..], &Listing::KEYS].concat();
    let asked = Asked::new(&state, &uri, &headers, &own).await?;
    let what = ["integration figures", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let measured = asked.network(graph, &id)?;
                let report = made(graph, asked, &measured)?;
                let stated = graph.indicators().iter().map(|known| known.id.as_str());
                let known = integration::FIGURES.into_iter().chain(stated);
                let sections = chosen(asked, CHOICES[0], integration::SECTIONS.into_iter())?;
                let indicators = chosen(asked, CHOICES[1], known)?;
                let fits = |wanted: &[String], name: &str| {
                    wanted.is_empty() || wanted.iter().any(|known| known == name)
                };
                let mut rows = flat_rows(&report, measured.network(), |row| {
                    fits(&sections, row.section) && fits(&indicators, &row.indicator)
                });
                let total = rows.arrange(&asked.listing)?;
                let about = about_report(asked, &measured);
                Ok(Answer::rows(&rows, format.format, &about)?.of(total))
            },
        )
        .await
}

/// The values of a parameter that names some of what there is, with commas; refuses others.
fn chosen<'a>(
    asked: &Asked,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, ApiError> {
    let text = asked.form.one(name)?.unwrap_or_default();
    let values = text.split(',').map(str::trim).filter(|id| !id.is_empty());
    let wanted: Vec<String> = values.map(str::to_owned).collect();
    let known: BTreeSet<&str> = known.collect();
    match wanted.iter().find(|id| !known.contains(id.as_str())) {
        Some(unknown) => Err(ApiError::BadRequest(format!(
            "`{name}`: the report has no `{}`; it has {}",
            unknown.escape_debug(),
            known.into_iter().collect::<Vec<_>>().join(", ")
        ))),
        None => Ok(wanted),
    }
}

/// The report. Its own queries are those of the ontology, and it is kept when it is done however
/// long that took: it has no deadline, but can be cancelled.
pub(super) fn made(
    graph: &KnowledgeGraph,
    asked: &Asked,
    measured: &MeasuredNetwork,
) -> Result<Arc<IntegrationReport>, ApiError> {
    let limits = Limits::default();
    let report = graph.networks().computing(measured, |task| {
        graph.integration(&asked.snapshot, measured, &limits, task)
    })?;
    Ok(report)
}

/// The filters of a request, to be asked with again.
fn filters(asked: &Asked) -> String {
    let mut query = String::new();
    for (name, value) in asked.form.pairs() {
        if (Filter::KEYS.contains(&name) || name == MERGED) && !value.is_empty() {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(name);
            query.push('=');
            query.extend(utf8_percent_encode(value, IN_ADDRESS));
        }
    }
    query
}

/// The columns of the flat report.
pub(super) const FIGURES: [&str; 16] = [
    "section",
    "indicator",
    "group",
    "from",
    "to",
    "value",
    "undefined",
    "expected",
    "numerator",
    "denominator",
    "unknown",
    "coverage",
    "p",
    "q",
    "unit",
    "base",
];

fn flat_rows(
    report: &IntegrationReport,
    network: &Network,
    wanted: impl Fn(&FlatFigure) -> bool,
) -> Rows {
    let mut rows = Rows::new(FIGURES);
    let known = |value: Option<f64>| value.map_or(Value::Null, number);
    for figure in report.flat(network).into_iter().filter(wanted) {
        rows.push([
            json!(figure.section),
            json!(figure.indicator),
            json!(figure.group),
            json!(figure.from),
            json!(figure.to),
            score(figure.value),
            json!(figure.value.undefined().map(|undefined| undefined.reason())),
            known(figure.expected),
            known(figure.numerator),
            known(figure.denominator),
            known(figure.unknown),
            known(figure.coverage()),
            known(figure.p),
            known(figure.q),
            json!(figure.unit),
            known(figure.base),
        ]);
    }
    rows
}

/// An object in the making. Scores without a value are null, and `undefined` and `undefinedCode`
/// say why, field by field.
#[derive(Default)]
struct Object {
    fields: Map<String, Value>,
    reasons: Map<String, Value>,
    codes: Map<String, Value>,
}

impl Object {
    fn new() -> Self {
        Self::default()
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    fn score(mut self, name: &str, score: Score) -> Self {
        if let Some(undefined) = score.undefined() {
            self.reasons
                .insert(name.to_owned(), json!(undefined.reason()));
            self.codes.insert(name.to_owned(), json!(undefined.code()));
        }
        self.with(name, rows::score(score))
    }

    fn done(self) -> Value {
        let mut fields = self.fields;
        if !self.reasons.is_empty() {
            fields.insert("undefined".to_owned(), Value::Object(self.reasons));
            fields.insert("undefinedCode".to_owned(), Value::Object(self.codes));
        }
        Value::Object(fields)
    }
}

/// A value with what it rests on.
fn figure_fields(figure: &Figure) -> [(&'static str, Value); 7] {
    let undefined = figure.value.undefined();
    [
        ("value", score(figure.value)),
        ("numerator", number(figure.numerator)),
        ("denominator", number(figure.denominator)),
        ("unknown", number(figure.unknown)),
        ("coverage", score(figure.coverage())),
        (
            "undefined",
            json!(undefined.map(|undefined| undefined.reason())),
        ),
        (
            "undefinedCode",
            json!(undefined.map(|undefined| undefined.code())),
        ),
    ]
}

fn figure(figure: &Figure) -> Value {
    with_figure(Map::new(), figure)
}

/// An object that is a figure, among other things.
fn with_figure(mut object: Map<String, Value>, figure: &Figure) -> Value {
    for (name, value) in figure_fields(figure) {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

pub(super) fn counted(counted: &Counted, otherwise: Undefined) -> Figure {
    Figure {
        value: counted.score(otherwise),
        numerator: counted.numerator,
        denominator: counted.denominator,
        unknown: counted.unknown as f64,
    }
}

/// Kinds of ties whose rows can be asked for: id, name, whether sector and level are shared.
pub(super) const CELLS: [(&str, &str, [bool; 2]); 4] = [
    (
        "same-sector-and-level",
        "Ties inside a sector on one level",
        [true, true],
    ),
    (
        "horizontal",
        "Horizontal integration: ties across sectors on one level",
        [false, true],
    ),
    (
        "vertical",
        "Vertical integration: ties across levels in one sector",
        [true, false],
    ),
    (
        "diagonal",
        "Diagonal ties: across sectors and across levels",
        [false, false],
    ),
];

/// What the report is written with.
struct View<'a> {
    report: &'a IntegrationReport,
    measured: &'a MeasuredNetwork,
    snapshot: &'a Snapshot,
    /// Where the rows are, and with which filters.
    path: String,
    filters: String,
}

impl View<'_> {
    fn whole(&self) -> Value {
        let report = self.report;
        let tests = &report.tests;
        let network = self.network();
        let by_attribute = |missing: bool| {
            let rows = |mixing| {
                let rows = mixing_rows(network, mixing, |row| !missing || row.is_missing);
                Value::Array(rows.into_objects())
            };
            json!({"sector": rows(&tests.sector), "level": rows(&tests.level)})
        };
        let pairs = |attribute, pairs: &[PairDependence]| -> Value {
            let pairs = pairs.iter();
            pairs.map(|pair| self.pair(attribute, pair)).collect()
        };
        json!({
            "dataVersion": self.snapshot.version(),
            "network": self.measured.definition().id,
            "filter": self.measured.filter().canonical(),
            "fourWay": self.four_way(&tests.four_way),
            "mixing": by_attribute(false),
            "missingBridges": by_attribute(true),
            "dependence": {
                "sector": pairs(Attribute::Sector, &report.sector_pairs),
                "level": pairs(Attribute::Level, &report.level_pairs),
            },
            "keyActors": self.key_actors(&report.key_actors),
            "keyPlayers": self.key_players(&report.key_players),
            "groups": report.groups.iter().map(|group| self.group(group)).collect::<Value>(),
            "verticalChains": self.chains(&report.chains),
            "providers": self.providers(&report.providers),
            "ladders": report.ladders.iter().map(|ladder| self.ladder(ladder)).collect::<Value>(),
            "commonScale": common_scale(&report.common),
            "access": access(&report.access),
            "indicators": report
                .indicators
                .iter()
                .map(|indicator| self.indicator(indicator))
                .collect::<Value>(),
        })
    }

    fn network(&self) -> &Network {
        self.measured.network()
    }

    fn categories(&self, attribute: Attribute) -> &[Category] {
        self.network().grouping(attribute).categories()
    }

    fn rows(&self, id: &str) -> String {
        format!("{}/{id}{}", self.path, self.filters)
    }

    /// The name of something that is known by its IRI.
    fn name_of(&self, iri: &str) -> String {
        match NamedNode::new(iri) {
            Ok(node) => label(&node.into(), self.snapshot),
            Err(_) => iri.to_owned(),
        }
    }

    fn four_way(&self, four: &FourWay) -> Value {
        let of = [&four.same, &four.horizontal, &four.vertical, &four.diagonal];
        let cells: Value = CELLS
            .iter()
            .zip(of)
            .map(|((id, name, _), cell)| self.cell(four, id, name, cell))
            .collect();
        Object::new()
            .with("ties", four.ties)
            .with("unknown", four.unknown)
            .score("coverage", four.coverage)
            .with("permutations", four.permutations)
            .with("seed", four.seed)
            .with("nodesKnown", four.nodes_known)
            .with("nodes", four.nodes)
            .with("cells", cells)
            .done()
    }

    fn cell(&self, four: &FourWay, id: &str, name: &str, cell: &FourWayCell) -> Value {
        Object::new()
            .with("id", id)
            .with("name", name)
            .with("ties", number(cell.ties))
            .score("share", cell.share)
            .score("expected", cell.expected)
            .with("p", cell.p)
            .with("pLess", cell.p_less)
            .with("pGreater", cell.p_greater)
            .with("numerator", number(cell.ties))
            .with("denominator", four.ties)
            .with("unknown", four.unknown)
            .score("coverage", four.coverage)
            .with("rows", self.rows(id))
            .done()
    }

    fn pair(&self, attribute: Attribute, pair: &PairDependence) -> Value {
        let [from, to] =
            [pair.first, pair.second].map(|number| &self.categories(attribute)[number as usize]);
        let top = pair.top.map(|node| &self.network().nodes()[node as usize]);
        Object::new()
            .with("from", from.id())
            .with("to", to.id())
            .with("fromLabel", from.label.as_str())
            .with("toLabel", to.label.as_str())
            .with("ties", pair.ties)
            .with("weight", number(pair.weight))
            .with("unknownTies", pair.unknown_ties)
            .with("actors", pair.actors)
            .with("hybrids", pair.hybrids)
            .with("top", top.map(|node| node.id()))
            .with("topLabel", top.map(|node| node.label.as_str()))
            .with("topTies", pair.top_ties)
            .score("topShare", pair.top_share)
            .score("herfindahl", pair.herfindahl)
            .with("tiesWithoutTop", pair.ties_without_top)
            .with("actorsWithoutTop", pair.actors_without_top)
            .with("hybridsWithoutTop", pair.hybrids_without_top)
            .with("isCut", pair.is_cut)
            .done()
    }

    fn key_actors(&self, actors: &[KeyActor]) -> Value {
        let categories = self.categories(Attribute::Sector);
        let name = |number: u32| categories[number as usize].label.as_str();
        let ranked = (1..).zip(actors);
        ranked
            .map(|(rank, actor)| {
                let node = &self.network().nodes()[actor.node as usize];
                let cut: Vec<[&str; 2]> = actor
                    .cut
                    .iter()
                    .map(|(from, to)| [name(*from), name(*to)])
                    .collect();
                json!({
                    "rank": rank,
                    "iri": node.id(),
                    "label": node.label,
                    "pairsCut": actor.pairs_cut,
                    "pairsCutSoFar": actor.pairs_cut_so_far,
                    "pairsCarriedBefore": actor.carried_before,
                    "cut": cut,
                    "tiesLostSoFar": actor.ties_lost_so_far,
                })
            })
            .collect()
    }

    fn key_players(&self, players: &[KeyPlayer]) -> Value {
        let ranked = (1..).zip(players);
        ranked
            .map(|(rank, player)| {
                let node = &self.network().nodes()[player.node as usize];
                Object::new()
                    .with("rank", rank)
                    .with("iri", node.id())
                    .with("label", node.label.as_str())
                    .score("before", player.before)
                    .with("fragmentation", figure(&player.fragmentation))
                    .with("components", player.components)
                    .done()
            })
            .collect()
    }

    fn group(&self, group: &GroupReport) -> Value {
        let GroupReport {
            ei,
            homophily,
            diversity,
            attribute,
        } = group;
        let across = ei.across();
        let missing = ei.value.undefined().unwrap_or(Undefined::NoTies);
        let covered = counted(&across, missing).coverage();
        let categories = self.categories(*attribute);
        let homophily: Value = homophily
            .iter()
            .filter(|_| categories.len() <= MANY_CATEGORIES)
            .map(|row| {
                let category = &categories[row.category as usize];
                let mut inside = figure(&counted(&row.inside, missing));
                // Ends of ties are counted, but unknown are ties, of the whole network.
                inside["coverage"] = score(covered);
                Object::new()
                    .with("category", category.id())
                    .with("label", category.label.as_str())
                    .with("nodes", number(row.nodes))
                    .score("value", row.value)
                    .score("expected", row.expected)
                    .with("inside", inside)
                    .done()
            })
            .collect();
        Object::new()
            .with("attribute", attribute.name())
            .score("eiIndex", ei.value)
            .score("eiRescaled", ei.rescaled)
            .with("internal", number(ei.internal))
            .with("external", number(ei.external))
            .with("unknown", ei.unknown)
            .with("across", figure(&counted(&across, missing)))
            .score("diversity", diversity.value)
            .score("blau", diversity.blau)
            .with("known", diversity.known)
            .with("unknownNodes", diversity.unknown)
            .with("homophily", homophily)
            .done()
    }

    fn chains(&self, chains: &Chains) -> Value {
        let of_each: Value = chains
            .chains
            .iter()
            .map(|chain| {
                let nodes: Value = chain
                    .nodes
                    .iter()
                    .map(|node| &self.network().nodes()[*node as usize])
                    .map(|node| json!({"iri": node.id(), "label": node.label}))
                    .collect();
                json!({
                    "thing": text_of(&chain.thing),
                    "label": label(&chain.thing, self.snapshot),
                    "reached": names(&chain.reached),
                    "missing": names(&chain.missing),
                    "isUnbroken": chain.is_unbroken,
                    "reachesEu": chain.reaches_eu,
                    "nodes": nodes,
                })
            })
            .collect();
        json!({
            "unbroken": figure(&chains.unbroken),
            "missingRungs": figure(&chains.missing_rungs),
            "reachingEu": chains.reaching_eu,
            "notLocal": chains.not_local,
            "chains": of_each,
            "rows": self.rows(CHAINS.id),
        })
    }

    fn providers(&self, providers: &[SectorProviders]) -> Value {
        let actors = self.report.provision.network().nodes();
        providers
            .iter()
            .map(|sector| {
                let top = sector.top.map(|(node, _)| &actors[node as usize]);
                Object::new()
                    .with("sector", sector.sector.id())
                    .with("label", sector.sector.label.as_str())
                    .with("services", sector.services)
                    .with("providers", sector.providers)
                    .with("fragile", sector.fragile)
                    .with("ties", number(sector.ties))
                    .score("concentration", sector.concentration)
                    .with("top", top.map(|node| node.id()))
                    .with("topLabel", top.map(|node| node.label.as_str()))
                    .with("topShare", sector.top.map(|(_, share)| share))
                    .done()
            })
            .collect()
    }

    fn ladder(&self, ladder: &LadderReport) -> Value {
        let figures = &ladder.statistics;
        let by_party: Value = figures
            .by_party
            .iter()
            .map(|party| {
                json!({
                    "party": party.party,
                    "label": self.name_of(&party.party),
                    "depth": figure(&party.depth),
                    "given": figure(&party.given),
                    "received": figure(&party.received),
                })
            })
            .collect();
        let by_sectors: Value = figures
            .by_sectors
            .iter()
            .map(|pair| {
                json!({
                    "from": pair.first,
                    "to": pair.second,
                    "fromLabel": self.name_of(&pair.first),
                    "toLabel": self.name_of(&pair.second),
                    "depth": figure(&pair.depth),
                    "gap": figure(&pair.gap),
                    "negativeGaps": pair.negative_gaps,
                })
            })
            .collect();
        Object::new()
            .with("ladder", figures.ladder.as_str())
            .with("label", ladder.label.as_str())
            .with("assessments", figures.assessments)
            .with("unusable", figures.unusable)
            .with("extent", figures.extent)
            .with("parties", figures.parties)
            .with("possiblePairs", figures.possible_pairs)
            .with("ratedPairs", figures.rated_pairs)
            .with("unratedPairs", figures.unrated_pairs)
            .with("scope", figure(&figures.scope))
            .score("scopeOfPossible", figures.scope_of_possible)
            .with("depth", figure(&figures.depth))
            .with("reciprocity", figure(&figures.reciprocity))
            .with("congruence", figure(&figures.congruence))
            .with("gap", figure(&figures.gap))
            .with("negativeGaps", figures.negative_gaps)
            .with("byParty", by_party)
            .with("bySectors", by_sectors)
            .done()
    }

    fn indicator(&self, indicator: &IndicatorReport) -> Value {
        let mut view = object([
            ("id", json!(indicator.id)),
            ("title", json!(indicator.title)),
            ("description", json!(indicator.description)),
            ("unit", json!(indicator.unit)),
        ]);
        match &indicator.outcome {
            Ok((figure, groups)) => {
                view.extend(object(figure_fields(figure)));
                view.insert(
                    "groups".to_owned(),
                    groups.iter().map(group_figure).collect(),
                );
            }
            Err(reason) => {
                for name in ["value", "numerator", "denominator", "unknown", "coverage"] {
                    view.insert(name.to_owned(), Value::Null);
                }
                view.insert("undefined".to_owned(), json!(reason));
                view.insert("undefinedCode".to_owned(), json!("not_filtered"));
                view.insert("groups".to_owned(), json!([]));
            }
        }
        view.insert("rows".to_owned(), json!(self.rows(&indicator.id)));
        Value::Object(view)
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    Map::from_iter(fields.map(|(name, value)| (name.to_owned(), value)))
}

fn names(rungs: &[Rung]) -> Vec<&'static str> {
    rungs.iter().map(|rung| rung.name()).collect()
}

fn group_figure(group: &GroupFigure) -> Value {
    let about = object([
        ("group", json!(group.group.as_ref().map(text_of))),
        ("label", json!(group.label)),
    ]);
    with_figure(about, &group.figure)
}

fn common_scale(common: &CommonScale) -> Value {
    let by_ladder: Value = common
        .by_ladder
        .iter()
        .map(|(ladder, figure)| with_figure(object([("ladder", json!(ladder))]), figure))
        .collect();
    json!({
        "mean": figure(&common.mean),
        "gap": figure(&common.gap),
        "byLadder": by_ladder,
        "highest": number(COMMON_HIGHEST),
        "caveat": common.caveat,
    })
}

fn access(access: &Access) -> Value {
    Object::new()
        .with("systems", figure(&access.systems))
        .score("systemsUnratedAsZero", access.systems_unrated_as_zero)
        .with("projectCentred", figure(&access.project_centred))
        .score(
            "projectCentredUnratedAsZero",
            access.project_centred_unrated_as_zero,
        )
        .with("leftOut", access.left_out)
        .done()
}

/// Rows of the report that are no indicator of the ontology.
struct Detail {
    id: &'static str,
    title: &'static str,
    description: &'static str,
}

const CHAINS: Detail = Detail {
    id: "vertical-chains",
    title: "Chains of levels",
    description: "Local services and innovations, and how far up the levels of responsibility they \
                  are linked: the rungs that their best chain passes, those that it lacks, and the \
                  actors on it from below. An actor on several levels may be named twice.",
};

/// The pairs that dependence is reported for: attribute, and what carries a pair.
const DEPENDENCE: [(Attribute, Detail); 2] = [
    (
        Attribute::Sector,
        Detail {
            id: "sector-dependence",
            title: "What joins two sectors",
            description: "Ties with one end in each of two sectors, and hybrids: actors that are in \
                          both, and so join them by themselves.",
        },
    ),
    (
        Attribute::Level,
        Detail {
            id: "level-dependence",
            title: "What joins two levels",
            description: "Ties with one end on each of two levels of responsibility, and hybrids: \
                          actors that are on both, and so join them by themselves.",
        },
    ),
];

const OF_CELLS: &str = "Ties of this kind. The weight is the part of the tie that counts: an actor \
                        in several sectors or levels is in each with an equal part.";

/// `GET /api/v1/integration/{indicator}`: the rows that a number of the report counts.
async fn rows_of_all(
    State(state): State<AppState>,
    Path(indicator): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    rows_of(state, NETWORK.to_owned(), indicator, uri, headers).await
}

/// `GET /api/v1/networks/{id}/integration/{indicator}`: the same of any network.
async fn rows_of_one(
    State(state): State<AppState>,
    Path((id, indicator)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    rows_of(state, id, indicator, uri, headers).await
}

async fn rows_of(
    state: AppState,
    network: String,
    indicator: String,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, format) = of_path(&indicator, &headers, &FORMATS)?;
    state.graph().networks().definition(&network)?;
    let topic = Topic::of(id, state.graph())?;
    let mut own = Listing::KEYS.to_vec();
    if let Topic::Pair(..) = topic {
        own.extend(["from", "to"]);
    }
    let asked = Asked::new(&state, &uri, &headers, &own).await?;
    if let Topic::Pair(..) = topic {
        asked.form.required("from")?;
        asked.form.required("to")?;
    }
    let what = ["integration rows", &network.clone(), id];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let (about, mut rows) = topic.rows(graph, asked, &network)?;
                let total = rows.arrange(&asked.listing)?;
                if format.format.is_table() {
                    let text = |name: &str| about.get(name).and_then(Value::as_str);
                    let [title, description] =
                        ["title", "description"].map(|name| text(name).unwrap_or_default());
                    let about = asked.about.clone().titled(title, description);
                    return Ok(Answer::rows(&rows, format.format, &about)?.of(total));
                }
                let mut view = about;
                view.insert("dataVersion".to_owned(), json!(asked.snapshot.version()));
                view.insert("filter".to_owned(), json!(asked.filter(graph)?.canonical()));
                view.insert("rows".to_owned(), Value::Array(rows.into_objects()));
                Ok(Answer::json(&Value::Object(view)).of(total))
            },
        )
        .await
}

/// The names of rows of the report that are no indicator of the ontology.
pub(super) fn details() -> Vec<&'static str> {
    let cells = CELLS.iter().map(|(id, ..)| *id);
    let pairs = DEPENDENCE.iter().map(|(_, detail)| detail.id);
    cells.chain(pairs).chain([CHAINS.id]).collect()
}

/// What rows of the report are called.
///
/// # Errors
/// A 404 naming those that there are.
pub(super) fn title_of(graph: &KnowledgeGraph, id: &str) -> Result<String, ApiError> {
    Ok(match Topic::of(id, graph)? {
        Topic::Cell(_, title, _) => title.to_owned(),
        Topic::Pair(_, detail) => detail.title.to_owned(),
        Topic::Chains => CHAINS.title.to_owned(),
        Topic::Indicator(id) => match graph.indicators().get(&id) {
            Ok(indicator) => indicator.title.clone(),
            Err(_) => id,
        },
    })
}

/// What rows are of.
enum Topic {
    Cell(&'static str, &'static str, [bool; 2]),
    Pair(Attribute, &'static Detail),
    Chains,
    Indicator(String),
}

impl Topic {
    fn of(id: &str, graph: &KnowledgeGraph) -> Result<Self, ApiError> {
        if let Some((id, name, shared)) = CELLS.iter().find(|(known, ..)| *known == id) {
            return Ok(Self::Cell(id, name, *shared));
        }
        if let Some((attribute, detail)) = DEPENDENCE.iter().find(|(_, known)| known.id == id) {
            return Ok(Self::Pair(*attribute, detail));
        }
        if id == CHAINS.id {
            return Ok(Self::Chains);
        }
        let indicators = || graph.indicators().iter().map(|known| known.id.as_str());
        if indicators().any(|known| known == id) {
            return Ok(Self::Indicator(id.to_owned()));
        }
        let mut known: Vec<&str> = indicators().collect();
        known.extend_from_slice(&details());
        Err(ApiError::NotFound(format!(
            "there is no indicator `{id}`; there are {}",
            known.join(", ")
        )))
    }

    /// What the rows are, and the rows.
    fn rows(
        &self,
        graph: &KnowledgeGraph,
        asked: &Asked,
        network: &str,
    ) -> Result<(Map<String, Value>, Rows), ApiError> {
        let about = |id: &str, title: &str, description: &str| {
            object([
                ("id", json!(id)),
                ("title", json!(title)),
                ("description", json!(description)),
                ("network", json!(network)),
            ])
        };
        match self {
            Self::Cell(id, name, shared) => {
                let measured = asked.network(graph, network)?;
                let rows = cell_rows(measured.network(), *shared);
                Ok((about(id, name, OF_CELLS), rows))
            }
            Self::Pair(attribute, detail) => {
                let measured = asked.network(graph, network)?;
                let network = measured.network();
                let category = |name: &str| {
                    let text = asked.form.required(name)?;
                    find_category(network, *attribute, name, text)
                };
                let (from, to) = (category("from")?, category("to")?);
                if from == to {
                    return Err(ApiError::BadRequest(
                        "`from` and `to` are the same; ties within one category join nothing"
                            .to_owned(),
                    ));
                }
                let mut about = about(detail.id, detail.title, detail.description);
                let categories = network.grouping(*attribute).categories();
                for (name, number) in [("from", from), ("to", to)] {
                    about.insert(name.to_owned(), json!(categories[number as usize].id()));
                }
                Ok((about, carrier_rows(network, *attribute, from, to)))
            }
            Self::Chains => {
                let measured = asked.network(graph, network)?;
                let report = made(graph, asked, &measured)?;
                let chains = report.chains.chains.iter();
                let mut rows = Rows::new([
                    "thing",
                    "label",
                    "isUnbroken",
                    "reached",
                    "missing",
                    "chain",
                ]);
                for chain in chains {
                    rows.push(chain_row(chain, measured.network(), &asked.snapshot));
                }
                let mut about = about(CHAINS.id, CHAINS.title, CHAINS.description);
                about.insert("figure".to_owned(), figure(&report.chains.unbroken));
                Ok((about, rows))
            }
            Self::Indicator(id) => {
                let filter = asked.filter(graph)?;
                let (indicator, measured) =
                    graph.indicator_rows(&asked.snapshot, id, &filter, &asked.limits())?;
                Ok((
                    indicator_view(indicator, &measured),
                    indicator_rows(indicator, &measured),
                ))
            }
        }
    }
}

fn indicator_view(indicator: &Indicator, measured: &Measured) -> Map<String, Value> {
    object([
        ("id", json!(indicator.id)),
        ("title", json!(indicator.title)),
        ("description", json!(indicator.description)),
        ("formula", json!(indicator.formula)),
        ("range", json!(indicator.range)),
        ("reference", json!(indicator.reference)),
        ("unit", json!(indicator.unit)),
        ("subject", json!(indicator.subject)),
        ("fold", json!(indicator.fold.name())),
        ("figure", figure(&measured.figure)),
        ("groups", measured.groups.iter().map(group_figure).collect()),
    ])
}

fn indicator_rows(indicator: &Indicator, measured: &Measured) -> Rows {
    let mut rows = Rows::new(indicator.columns());
    for row in &measured.rows {
        let row: Vec<Value> = cells(row)
            .map(|(_, cell)| cell.map_or(Value::Null, term))
            .collect();
        rows.push(row);
    }
    rows
}

/// The ties of one kind, each with the part of it that is of this kind.
fn cell_rows(network: &Network, [sector, level]: [bool; 2]) -> Rows {
    let mut rows = Rows::new(["source", "target", "sourceLabel", "targetLabel", "weight"]);
    let part = |attribute: Attribute, is_shared: bool, a: u32, b: u32| {
        let shared = network.grouping(attribute).shared(a, b)?;
        Some(if is_shared { shared } else { 1.0 - shared })
    };
    for tie in network.ties() {
        let (a, b) = (tie.source, tie.target);
        let parts = part(Attribute::Sector, sector, a, b).zip(part(Attribute::Level, level, a, b));
        let weight = parts.map_or(0.0, |(of_sector, of_level)| of_sector * of_level);
        if weight > 0.0 {
            let mut row = ends(network, a, b);
            row.push(number(weight));
            rows.push(row);
        }
    }
    rows
}

fn ends(network: &Network, source: u32, target: u32) -> Vec<Value> {
    let [source, target] = [source, target].map(|node| &network.nodes()[node as usize]);
    vec![
        json!(source.id()),
        json!(target.id()),
        json!(source.label),
        json!(target.label),
    ]
}

/// The category that a parameter names: by its IRI, the last part of it, or its label.
fn find_category(
    network: &Network,
    attribute: Attribute,
    name: &str,
    text: &str,
) -> Result<u32, ApiError> {
    fn last(iri: &str) -> &str {
        iri.rsplit(['/', '#']).next().unwrap_or(iri)
    }
    let categories = network.grouping(attribute).categories();
    let find = |is: &dyn Fn(&Category) -> bool| categories.iter().position(is);
    let found = find(&|category| category.id() == text)
        .or_else(|| find(&|category| last(category.id()) == text))
        .or_else(|| find(&|category| category.label.eq_ignore_ascii_case(text)));
    found.map(|position| position as u32).ok_or_else(|| {
        let known: Vec<&str> = categories
            .iter()
            .take(MANY_CATEGORIES)
            .map(|category| last(category.id()))
            .collect();
        ApiError::BadRequest(format!(
            "`{name}`: no node of this network has the {} `{text}`; there are {}",
            attribute.name(),
            known.join(", ")
        ))
    })
}

/// The ties and hybrids that join two categories; a tie begins at its end in `from`.
fn carrier_rows(network: &Network, attribute: Attribute, from: u32, to: u32) -> Rows {
    let grouping = network.grouping(attribute);
    let is_in = |node: u32, category: u32| grouping.of(node).contains(&category);
    let mut rows = Rows::new(["source", "target", "sourceLabel", "targetLabel", "kind"]);
    for a in 0..network.len() as u32 {
        if is_in(a, from) && is_in(a, to) {
            let mut row = ends(network, a, a);
            row.push(json!("hybrid"));
            rows.push(row);
        }
        let neighbours = network.undirected().neighbors_slice(a).iter().copied();
        for b in neighbours.filter(|b| *b > a) {
            let (source, target) = if is_in(a, from) && is_in(b, to) {
                (a, b)
            } else if is_in(b, from) && is_in(a, to) {
                (b, a)
            } else {
                continue;
            };
            let mut row = ends(network, source, target);
            row.push(json!("tie"));
            rows.push(row);
        }
    }
    rows
}

fn chain_row(chain: &Chain, network: &Network, snapshot: &Snapshot) -> [Value; 6] {
    let nodes = chain.nodes.iter();
    let labels: Vec<&str> = nodes
        .map(|node| network.nodes()[*node as usize].label.as_str())
        .collect();
    [
        json!(text_of(&chain.thing)),
        json!(label(&chain.thing, snapshot)),
        json!(chain.is_unbroken),
        json!(names(&chain.reached)),
        json!(names(&chain.missing)),
        json!(labels.join(" → ")),
    ]
}
