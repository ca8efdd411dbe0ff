//! Both sides measured, and put beside each other.

use super::super::integration::{FlatFigure, IntegrationReport};
use super::super::networks::{MeasuredNetwork, NetworkError};
use super::super::{AppError, KnowledgeGraph, MergedView, Summary};
use super::apply::Applied;
use super::services::{self, Provision};
use super::tables::{Cell, Part, Table};
use super::{Note, Outcome, Thing};
use crate::app::iri;
use crate::metrics::dependence::PairDependence;
use crate::metrics::mixing::{Mixing, MixingRow};
use crate::metrics::{self, Metric, Scope, Score, Task};
use crate::network::{Attribute, Category, Filter, Network, Node, label, text_of};
use crate::ontology::iri::weft;
use crate::store::Snapshot;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, Term};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Metrics of networks that are compared unless others are named; costly ones where the networks
/// are small enough.
const METRICS: [&str; 18] = [
    "nodes",
    "edges",
    "density",
    "isolates",
    "components",
    "largestComponentShare",
    "fragmentation",
    "averagePathLength",
    "transitivity",
    "degreeCentralization",
    "betweennessCentralization",
    "bridges",
    "articulationPoints",
    "sectorAssortativity",
    "levelAssortativity",
    "sectorEiIndex",
    "levelEiIndex",
    "sectorDiversity",
];
/// Actors that are listed.
const MOST_ACTORS: usize = 5_000;
/// Parts of a component that are named.
const MOST_PARTS: usize = 20;
/// Differences of scores that are no more than rounding.
const NOTHING: f64 = 1e-12;

/// The data as it is, or as the scenario has it.
pub(super) struct Side<'a> {
    pub(super) report: Arc<IntegrationReport>,
    pub(super) measured: &'a Arc<MeasuredNetwork>,
    pub(super) counts: Summary,
    pub(super) view: &'a Arc<MergedView>,
}

impl Side<'_> {
    fn network(&self) -> &Network {
        self.measured.network()
    }
}

/// What is compared.
pub(super) struct Measured<'a> {
    pub(super) graph: &'a KnowledgeGraph,
    pub(super) sides: [&'a Side<'a>; 2],
    pub(super) networks: &'a [[Arc<MeasuredNetwork>; 2]],
    pub(super) metrics: &'a [&'static Metric],
    pub(super) gone: &'a BTreeMap<NamedNode, usize>,
    pub(super) filter: &'a Filter,
    pub(super) task: &'a Task,
}

/// A figure with what it rests on.
struct Row {
    section: &'static str,
    id: String,
    group: Option<String>,
    value: Option<f64>,
    undefined: Option<String>,
    counted: [Option<f64>; 3],
}

impl Row {
    fn of(figure: &FlatFigure) -> Self {
        Self {
            section: figure.section,
            id: figure.indicator.clone(),
            group: figure.group.clone(),
            value: figure.value.value(),
            undefined: figure.value.undefined().map(|why| why.reason().to_owned()),
            counted: [figure.numerator, figure.denominator, figure.unknown],
        }
    }

    fn count(section: &'static str, id: &str, count: usize) -> Self {
        Self {
            section,
            id: id.to_owned(),
            group: None,
            value: Some(count as f64),
            undefined: None,
            counted: [None; 3],
        }
    }

    fn key(&self) -> (&'static str, String, Option<String>) {
        (self.section, self.id.clone(), self.group.clone())
    }
}

/// Figures that are no indicator of the ontology: id, name, whether more or less is better.
const NAMES: [(&str, &str, Option<&str>); 40] = [
    (
        "services-without-provider",
        "Services and innovations without a recorded provider",
        Some("less"),
    ),
    (
        "services-on-one-provider",
        "Services and innovations with one recorded provider only",
        Some("less"),
    ),
    ("actors", "Actors recorded", None),
    ("services", "Services recorded", None),
    ("innovations", "Innovations recorded", None),
    ("participations", "Participations recorded", None),
    ("ties", "Ties recorded", None),
    (
        "same-sector-and-level",
        "Share of ties inside a sector on one level",
        None,
    ),
    (
        "horizontal",
        "Horizontal integration: share of ties across sectors on one level",
        None,
    ),
    (
        "vertical",
        "Vertical integration: share of ties across levels in one sector",
        None,
    ),
    (
        "diagonal",
        "Share of ties across both sectors and levels",
        None,
    ),
    (
        "bridging",
        "Share of ties across sectors, levels or both",
        None,
    ),
    (
        "joined-sector-pairs",
        "Pairs of sectors that something joins",
        None,
    ),
    (
        "sector-pairs-on-one-actor",
        "Pairs of sectors joined by one actor alone",
        Some("less"),
    ),
    (
        "joined-level-pairs",
        "Pairs of levels that something joins",
        None,
    ),
    (
        "level-pairs-on-one-actor",
        "Pairs of levels joined by one actor alone",
        Some("less"),
    ),
    (
        "unbroken-chains",
        "Local services with an unbroken chain of levels",
        Some("more"),
    ),
    (
        "missing-rungs",
        "Levels that the chains lack, on average",
        Some("less"),
    ),
    (
        "sector-ei-index",
        "Ties across sectors against ties inside (E-I index)",
        None,
    ),
    (
        "sector-ei-rescaled",
        "E-I index of sectors, within what is possible",
        None,
    ),
    (
        "sector-diversity",
        "How evenly actors are spread over sectors",
        None,
    ),
    (
        "level-ei-index",
        "Ties across levels against ties inside (E-I index)",
        None,
    ),
    (
        "level-ei-rescaled",
        "E-I index of levels, within what is possible",
        None,
    ),
    (
        "level-diversity",
        "How evenly actors are spread over levels",
        None,
    ),
    (
        "sphere-ei-index",
        "Ties across spheres against ties inside (E-I index)",
        None,
    ),
    (
        "sphere-ei-rescaled",
        "E-I index of spheres, within what is possible",
        None,
    ),
    (
        "sphere-diversity",
        "How evenly actors are spread over spheres",
        None,
    ),
    (
        "sector-homophily",
        "How much a sector keeps to itself",
        None,
    ),
    ("level-homophily", "How much a level keeps to itself", None),
    (
        "sphere-homophily",
        "How much a sphere keeps to itself",
        None,
    ),
    (
        "provider-concentration",
        "Concentration of services on providers",
        Some("less"),
    ),
    ("scope", "Rated pairs with any integration", None),
    ("depth", "Mean depth of integration", None),
    (
        "reciprocity",
        "Ratings that are given in both directions",
        None,
    ),
    ("congruence", "Ratings that agree in both directions", None),
    ("gap", "Distance from the optimum", Some("less")),
    (
        "intensity",
        "Intensity of integration on the common scale",
        None,
    ),
    (
        "systems-integration",
        "Systems integration: mean over all pairs",
        None,
    ),
    (
        "project-centred-integration",
        "Integration with the lead organisation",
        None,
    ),
    ("sectors", "Sectors recorded", None),
];

const FIGURES: &[&str] = &[
    "id",
    "name",
    "today",
    "scenario",
    "difference",
    "direction",
    "effect",
    "numeratorToday",
    "denominatorToday",
    "unknownToday",
    "numeratorScenario",
    "denominatorScenario",
    "unknownScenario",
    "undefinedToday",
    "undefinedScenario",
    "section",
];

const GROUPS: &[&str] = &[
    "id",
    "name",
    "today",
    "scenario",
    "difference",
    "direction",
    "effect",
    "numeratorToday",
    "denominatorToday",
    "unknownToday",
    "numeratorScenario",
    "denominatorScenario",
    "unknownScenario",
    "undefinedToday",
    "undefinedScenario",
    "section",
    "group",
    "groupLabel",
];

const OF_NETWORKS: &[&str] = &[
    "network",
    "networkTitle",
    "metric",
    "name",
    "today",
    "scenario",
    "difference",
    "undefinedToday",
    "undefinedScenario",
];

const PAIRS: &[&str] = &[
    "from",
    "to",
    "fromLabel",
    "toLabel",
    "tiesToday",
    "tiesScenario",
    "difference",
    "expectedToday",
    "expectedScenario",
    "ratioToday",
    "ratioScenario",
    "change",
    "actorsToday",
    "actorsScenario",
    "hybridsToday",
    "hybridsScenario",
    "onOneActorToday",
    "onOneActorScenario",
    "topToday",
    "topTodayLabel",
    "topScenario",
    "topScenarioLabel",
    "attribute",
];

const ACTORS: &[&str] = &[
    "iri",
    "label",
    "status",
    "degreeToday",
    "degreeScenario",
    "degreeDifference",
    "degreeRankToday",
    "degreeRankScenario",
    "betweennessToday",
    "betweennessScenario",
    "betweennessDifference",
    "betweennessRankToday",
    "betweennessRankScenario",
    "cutPointToday",
    "cutPointScenario",
    "isolatedToday",
    "isolatedScenario",
];

const COMPONENTS: &[&str] = &[
    "kind",
    "label",
    "iri",
    "actorsToday",
    "actorsScenario",
    "gone",
    "parts",
    "sizes",
    "members",
];

const CHANGES: &[&str] = &[
    "position",
    "op",
    "iri",
    "label",
    "otherIri",
    "otherLabel",
    "values",
    "added",
    "removed",
    "note",
];

impl Measured<'_> {
    /// All parts, and how many actors are affected.
    pub(super) fn tables(
        &self,
        outcomes: &[Outcome],
    ) -> Result<(Vec<(Part, Table)>, usize), AppError> {
        let provision = self
            .sides
            .map(|side| Provision::of(side.view.merged(), self.filter));
        let [today, then] = [&provision[0], &provision[1]];
        let [indicators, groups] = self.figures([today, then]);
        let services = services::table([
            (today, self.sides[0].view.merged()),
            (then, self.sides[1].view.merged()),
        ]);
        let sectors = self.pairs(Attribute::Sector);
        let levels = self.pairs(Attribute::Level);
        let both = |change: &str| {
            let mut rows = sectors.only("change", change);
            rows.rows.extend(levels.only("change", change).rows);
            rows
        };
        let (lost, won) = (both("lost"), both("won"));
        let (actors, affected) = self.actors()?;
        let tables = vec![
            (Part::Changes, changes(outcomes)),
            (Part::Services, services),
            (Part::Indicators, indicators),
            (Part::Groups, groups),
            (Part::Networks, self.of_networks()?),
            (Part::SectorPairs, sectors),
            (Part::LevelPairs, levels),
            (Part::Lost, lost),
            (Part::Won, won),
            (Part::Actors, actors),
            (Part::Components, self.components()),
        ];
        Ok((tables, affected))
    }

    // ---- figures -------------------------------------------------------------------------------

    fn rows_of(&self, side: &Side<'_>, provision: &Provision) -> Vec<Row> {
        let mut rows = Vec::new();
        for (id, count) in [
            ("services-without-provider", 0),
            ("services-on-one-provider", 1),
        ] {
            let (all, by_sector) = provision.with_providers(count);
            rows.push(Row::count("services", id, all));
            rows.extend(by_sector.into_iter().map(|(sector, count)| Row {
                group: Some(sector.to_owned()),
                ..Row::count("services", id, count)
            }));
        }
        if self.filter.is_default() {
            let counts = &side.counts;
            for (id, count) in [
                ("actors", counts.actors),
                ("services", counts.services),
                ("innovations", counts.innovations),
                ("participations", counts.participations),
                ("ties", counts.ties),
            ] {
                rows.push(Row::count("records", id, count));
            }
        }
        for (pairs, joined, alone) in [
            (
                &side.report.sector_pairs,
                "joined-sector-pairs",
                "sector-pairs-on-one-actor",
            ),
            (
                &side.report.level_pairs,
                "joined-level-pairs",
                "level-pairs-on-one-actor",
            ),
        ] {
            let carried = || pairs.iter().filter(|pair| pair.actors > 0);
            let on_one = carried().filter(|pair| pair.is_cut).count();
            rows.push(Row::count("dependence", joined, carried().count()));
            rows.push(Row::count("dependence", alone, on_one));
        }
        let flat = side.report.flat(side.network());
        // Rankings and pairs have parts of their own.
        let is_row = |figure: &&FlatFigure| {
            figure.from.is_none()
                && !["mixing", "dependence", "key-actors", "key-players"].contains(&figure.section)
        };
        rows.extend(flat.iter().filter(is_row).map(Row::of));
        for indicator in &side.report.indicators {
            if let Err(reason) = &indicator.outcome {
                rows.push(Row {
                    undefined: Some(reason.clone()),
                    value: None,
                    ..Row::count("statements", &indicator.id, 0)
                });
            }
        }
        rows
    }

    fn name_of(&self, row: &Row) -> (String, Option<&'static str>) {
        if row.section == "statements" {
            let indicator = self.graph.indicators().get(&row.id).ok();
            let title = indicator.map_or_else(|| row.id.clone(), |found| found.title.clone());
            return (title, indicator.and_then(|found| found.better));
        }
        let known = NAMES.iter().find(|(id, ..)| *id == row.id);
        known.map_or_else(
            || (row.id.clone(), None),
            |(_, name, better)| ((*name).to_owned(), *better),
        )
    }

    /// Figures of the whole, and those of groups.
    fn figures(&self, provision: [&Provision; 2]) -> [Table; 2] {
        let [today, then] = [0, 1].map(|side| self.rows_of(self.sides[side], provision[side]));
        let find: HashMap<_, &Row> = then.iter().map(|row| (row.key(), row)).collect();
        let known: BTreeSet<_> = today.iter().map(Row::key).collect();
        let mut tables = [Table::new(FIGURES), Table::new(GROUPS)];
        let pairs = today
            .iter()
            .map(|row| (Some(row), find.get(&row.key()).copied()))
            .chain(
                then.iter()
                    .filter(|row| !known.contains(&row.key()))
                    .map(|row| (None, Some(row))),
            );
        for (before, after) in pairs {
            let Some(row) = before.or(after) else {
                continue;
            };
            let value = |row: Option<&Row>| row.and_then(|row| row.value);
            let (from, to) = (value(before), value(after));
            let difference = difference(from, to);
            let (name, better) = self.name_of(row);
            let counted = |row: Option<&Row>, at: usize| {
                row.and_then(|row| row.counted.get(at).copied().flatten())
            };
            let reason = |row: Option<&Row>| match row {
                Some(row) => row.undefined.clone(),
                None => Some("there is nothing of this kind".to_owned()),
            };
            let mut cells: Vec<Cell> = vec![
                row.id.clone().into(),
                name.into(),
                from.into(),
                to.into(),
                difference.into(),
                better.into(),
                effect(better, difference).into(),
                counted(before, 0).into(),
                counted(before, 1).into(),
                counted(before, 2).into(),
                counted(after, 0).into(),
                counted(after, 1).into(),
                counted(after, 2).into(),
                reason(before).into(),
                reason(after).into(),
                row.section.into(),
            ];
            match &row.group {
                None => tables[0].rows.push(cells),
                Some(group) => {
                    cells.push(group.clone().into());
                    cells.push(self.label_of(group).into());
                    tables[1].rows.push(cells);
                }
            }
        }
        tables
    }

    /// The name of something that is known by its IRI.
    fn label_of(&self, iri: &str) -> String {
        match NamedNode::new(iri) {
            Ok(node) => label(&node.into(), self.sides[1].view.merged()),
            Err(_) => iri.to_owned(),
        }
    }

    // ---- networks ------------------------------------------------------------------------------

    fn of_networks(&self) -> Result<Table, AppError> {
        let mut table = Table::new(OF_NETWORKS);
        for [before, after] in self.networks {
            let nodes = before.network().len().max(after.network().len());
            let two_mode = before.network().is_two_mode();
            let wanted: Vec<&'static Metric> = if self.metrics.is_empty() {
                METRICS
                    .iter()
                    .filter_map(|id| metrics::find(id))
                    .chain(
                        metrics::all()
                            .iter()
                            .copied()
                            .filter(|metric| two_mode && metric.is_for_two_modes()),
                    )
                    .filter(|metric| metric.scope() == Scope::Network)
                    .filter(|metric| metric.is_usual(nodes))
                    .collect()
            } else {
                self.metrics.to_vec()
            };
            let values = |network: &MeasuredNetwork| {
                let found = network.values(&wanted, self.task);
                found.map_err(NetworkError::from)
            };
            let (today, then) = (values(before)?, values(after)?);
            for ((metric, from), (_, to)) in today.into_iter().zip(then) {
                let reason = |score: Score| score.undefined().map(|why| why.reason());
                table.rows.push(vec![
                    before.definition().id.clone().into(),
                    before.definition().title.clone().into(),
                    metric.id.into(),
                    metric.name.into(),
                    from.value().into(),
                    to.value().into(),
                    difference(from.value(), to.value()).into(),
                    reason(from).into(),
                    reason(to).into(),
                ]);
            }
        }
        Ok(table)
    }

    // ---- pairs ---------------------------------------------------------------------------------

    fn pairs(&self, attribute: Attribute) -> Table {
        let [today, then] = self.sides.map(|side| Pairs::of(side, attribute));
        let mut names: BTreeMap<&str, (Option<i64>, &str)> = BTreeMap::new();
        for category in today.categories.iter().chain(then.categories) {
            names.insert(category.id(), (category.rank, &category.label));
        }
        // In the order in which lists of codes have them: by rank, then by IRI.
        let mut order: Vec<&str> = names.keys().copied().collect();
        order.sort_by_key(|id| (names[id].0, *id));
        let place: HashMap<&str, usize> = order.iter().copied().zip(0..).collect();
        let position = |id: &str| place.get(id).copied().unwrap_or_default();
        let mut keys: BTreeMap<(usize, usize), (&str, &str)> = BTreeMap::new();
        for pairs in [&today, &then] {
            for (a, b) in pairs.keys() {
                let (a, b) = if position(a) <= position(b) || pairs.is_ordered {
                    (a, b)
                } else {
                    (b, a)
                };
                keys.insert((position(a), position(b)), (a, b));
            }
        }
        let mut table = Table::new(PAIRS);
        for (a, b) in keys.into_values() {
            let (from, to) = (today.get(a, b), then.get(a, b));
            // A category that is gone has no ties, as one that came had none.
            let ties = |row: Option<&MixingRow>| row.map_or(0.0, |row| row.ties);
            let (before, after) = (ties(from.row), ties(to.row));
            let change = change_of(&from, &to, a == b, before, after);
            let expected = |row: Option<&MixingRow>| row.map(|row| row.expected);
            let ratio = |row: Option<&MixingRow>| row.and_then(|row| row.ratio.value());
            let name = |id: &str| names.get(id).map_or(id, |(_, label)| *label).to_owned();
            let count = |pair: Option<&PairDependence>| {
                (a != b).then(|| pair.map_or(0, |pair| pair.actors))
            };
            let hybrids = |pair: Option<&PairDependence>| {
                (a != b).then(|| pair.map_or(0, |pair| pair.hybrids))
            };
            let on_one = |pair: Option<&PairDependence>| {
                (a != b).then(|| pair.is_some_and(|pair| pair.actors > 0 && pair.is_cut))
            };
            let top = |side: &Side<'_>, pair: Option<&PairDependence>| -> [Cell; 2] {
                let node = pair.and_then(|pair| pair.top);
                let node = node.and_then(|node| side.network().nodes().get(node as usize));
                match node {
                    Some(node) => [node.id().into(), node.label.as_str().into()],
                    None => [Cell::Nothing, Cell::Nothing],
                }
            };
            let [top_today, top_today_label] = top(self.sides[0], from.pair);
            let [top_then, top_then_label] = top(self.sides[1], to.pair);
            table.rows.push(vec![
                a.into(),
                b.into(),
                name(a).into(),
                name(b).into(),
                Cell::Number(before),
                Cell::Number(after),
                difference(Some(before), Some(after)).into(),
                expected(from.row).into(),
                expected(to.row).into(),
                ratio(from.row).into(),
                ratio(to.row).into(),
                change.into(),
                count(from.pair).into(),
                count(to.pair).into(),
                hybrids(from.pair).into(),
                hybrids(to.pair).into(),
                on_one(from.pair).into(),
                on_one(to.pair).into(),
                top_today,
                top_today_label,
                top_then,
                top_then_label,
                attribute.name().into(),
            ]);
        }
        table
    }

    // ---- actors --------------------------------------------------------------------------------

    fn actors(&self) -> Result<(Table, usize), AppError> {
        let nodes = self.sides.iter().map(|side| side.network().len()).max();
        let wanted: Vec<&'static Metric> = ["degree", "articulation", "betweenness"]
            .iter()
            .filter_map(|id| metrics::find(id))
            .filter(|metric| metric.is_usual(nodes.unwrap_or_default()))
            .collect();
        let standing = |side: &Side<'_>| {
            let columns = side
                .measured
                .columns(&wanted, self.task)
                .map_err(NetworkError::from)?;
            let column = |id: &str| {
                columns
                    .iter()
                    .find(|column| column.metric.id == id)
                    .map(|column| column.scores.iter().map(|score| score.value()).collect())
            };
            Ok::<_, AppError>(Standing::new(
                column("degree").unwrap_or_default(),
                column("betweenness"),
                column("articulation"),
            ))
        };
        let [today, then] = self.sides;
        let (before, after) = (standing(today)?, standing(then)?);
        let (old, new) = (today.network(), then.network());
        let mut found = Vec::new();
        let mut push = |id: &str, name: &str, at: [Option<u32>; 2]| {
            let [from, to] = [before.of(at[0]), after.of(at[1])];
            if let Some(status) = self.status(id, &from, &to) {
                found.push((id.to_owned(), name.to_owned(), status, from, to));
            }
        };
        for (position, node) in (0..).zip(old.nodes()) {
            push(
                node.id(),
                &node.label,
                [Some(position), new.position(node.id())],
            );
        }
        for (position, node) in (0..).zip(new.nodes()) {
            if old.position(node.id()).is_none() {
                push(node.id(), &node.label, [None, Some(position)]);
            }
        }
        found.sort_by(|a, b| {
            let moved = |row: &(String, String, _, At, At)| {
                let by = |of: fn(&At) -> Option<f64>| {
                    (of(&row.3).unwrap_or(0.0) - of(&row.4).unwrap_or(0.0)).abs()
                };
                [by(|at| at.betweenness), by(|at| at.degree)]
            };
            let ([x, y], [v, w]) = (moved(a), moved(b));
            v.total_cmp(&x)
                .then_with(|| w.total_cmp(&y))
                .then_with(|| a.0.cmp(&b.0))
        });
        let affected = found.len();
        found.truncate(MOST_ACTORS);
        let mut table = Table::new(ACTORS);
        for (id, name, status, from, to) in found {
            table.rows.push(vec![
                id.into(),
                name.into(),
                status.into(),
                from.degree.into(),
                to.degree.into(),
                difference(from.degree, to.degree).into(),
                from.degree_rank.into(),
                to.degree_rank.into(),
                from.betweenness.into(),
                to.betweenness.into(),
                difference(from.betweenness, to.betweenness).into(),
                from.betweenness_rank.into(),
                to.betweenness_rank.into(),
                from.is_cut_point.into(),
                to.is_cut_point.into(),
                from.is_isolated.into(),
                to.is_isolated.into(),
            ]);
        }
        Ok((table, affected))
    }

    /// What happens to an actor; `None` if nothing does.
    fn status(&self, id: &str, from: &At, to: &At) -> Option<&'static str> {
        let node = NamedNode::new(id).ok();
        match (from.degree, to.degree) {
            (Some(_), None) => {
                let is_gone = node
                    .as_ref()
                    .is_some_and(|node| self.gone.contains_key(node));
                let view = self.sides[1].view;
                let is_merged = node
                    .as_ref()
                    .is_some_and(|node| view.merging().representative(node) != node);
                return Some(match (is_merged, is_gone) {
                    (true, _) => "merged",
                    (false, true) => "removed",
                    // Nothing is recorded that it takes part in.
                    (false, false) => "isolated",
                });
            }
            (None, Some(_)) => return Some("added"),
            _ => {}
        }
        let moved = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() > NOTHING,
            (a, b) => a.is_some() != b.is_some(),
        };
        let changed = moved(from.degree, to.degree) || moved(from.betweenness, to.betweenness);
        match (from.is_isolated, to.is_isolated) {
            (Some(false), Some(true)) => return Some("isolated"),
            (Some(true), Some(false)) => return Some("joined"),
            _ => {}
        }
        match (from.is_cut_point, to.is_cut_point) {
            (Some(false), Some(true)) => Some("cutPoint"),
            (Some(true), Some(false)) => Some("noCutPoint"),
            _ => changed.then_some("changed"),
        }
    }

    // ---- components ----------------------------------------------------------------------------

    /// Components of the network of actors that fall apart, and those that grow together.
    fn components(&self) -> Table {
        let [today, then] = self.sides;
        let (old, new) = (today.network(), then.network());
        let (of_old, of_new) = (components(old), components(new));
        // Where an actor of today is in the scenario, under the IRI that it has there.
        let follow = |node: u32| -> Option<u32> {
            let id = old.nodes().get(node as usize)?.id();
            let found = new.position(id);
            found.or_else(|| {
                let named = NamedNode::new(id).ok()?;
                new.position(then.view.merging().representative(&named).as_str())
            })
        };
        let mut apart: BTreeMap<u32, (usize, usize, BTreeMap<u32, usize>)> = BTreeMap::new();
        let mut together: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
        for node in 0..old.len() as u32 {
            let Some(own) = of_old.get(node as usize).copied() else {
                continue;
            };
            let entry = apart.entry(own).or_default();
            entry.0 += 1;
            match follow(node).and_then(|there| of_new.get(there as usize).copied()) {
                Some(there) => {
                    *entry.2.entry(there).or_default() += 1;
                    *together.entry(there).or_default().entry(own).or_default() += 1;
                }
                None => entry.1 += 1,
            }
        }
        let sizes_of = |of: &[u32]| {
            let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
            for component in of {
                *sizes.entry(*component).or_default() += 1;
            }
            sizes
        };
        let (old_sizes, new_sizes) = (sizes_of(&of_old), sizes_of(&of_new));
        let (old_heads, new_heads) = (heads(old, &of_old), heads(new, &of_new));
        let mut table = Table::new(COMPONENTS);
        let mut push = |kind: &str,
                        whole: (&Network, &BTreeMap<u32, u32>, u32),
                        counts: [usize; 3],
                        parts: Vec<(usize, Option<String>)>| {
            let head = named(whole.0, whole.1, whole.2);
            let mut parts = parts;
            parts.sort_by(|a, b| b.cmp(a));
            let number = parts.len();
            parts.truncate(MOST_PARTS);
            let sizes: Vec<String> = parts.iter().map(|(size, _)| size.to_string()).collect();
            let names: Vec<String> = parts.into_iter().filter_map(|(_, name)| name).collect();
            table.rows.push(vec![
                kind.into(),
                head.map(|node| node.label.as_str()).into(),
                head.map(|node| node.id()).into(),
                counts[0].into(),
                counts[1].into(),
                counts[2].into(),
                number.into(),
                sizes.join("; ").into(),
                names.join("; ").into(),
            ]);
        };
        for (component, (size, gone, parts)) in &apart {
            if parts.len() > 1 {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|(part, count)| {
                        let name = named(new, &new_heads, *part).map(|node| node.label.clone());
                        (*count, name)
                    })
                    .collect();
                let left = size - gone;
                push(
                    "apart",
                    (old, &old_heads, *component),
                    [*size, left, *gone],
                    parts,
                );
            }
        }
        for (component, parts) in &together {
            if parts.len() > 1 {
                let before = parts
                    .keys()
                    .filter_map(|part| old_sizes.get(part))
                    .sum::<usize>();
                let size = new_sizes.get(component).copied().unwrap_or_default();
                let parts: Vec<_> = parts
                    .iter()
                    .map(|(part, count)| {
                        let name = named(old, &old_heads, *part).map(|node| node.label.clone());
                        (*count, name)
                    })
                    .collect();
                push(
                    "together",
                    (new, &new_heads, *component),
                    [before, size, 0],
                    parts,
                );
            }
        }
        table
    }
}

/// What becomes of a pair of categories.
fn change_of(
    from: &Pair<'_>,
    to: &Pair<'_>,
    is_same: bool,
    before: f64,
    after: f64,
) -> &'static str {
    let joined = |pair: &Pair<'_>, ties: f64| match pair.pair {
        Some(pair) => pair.actors > 0,
        None => ties > 0.0,
    };
    if !is_same {
        match (joined(from, before), joined(to, after)) {
            (true, false) => return "lost",
            (false, true) => return "won",
            _ => {}
        }
    }
    match (after - before).partial_cmp(&0.0) {
        Some(Ordering::Less) if before - after > NOTHING => "weaker",
        Some(Ordering::Greater) if after - before > NOTHING => "stronger",
        _ => "same",
    }
}

/// The pairs of one side, by the IRIs of their categories.
struct Pairs<'a> {
    categories: &'a [Category],
    is_ordered: bool,
    rows: HashMap<(&'a str, &'a str), &'a MixingRow>,
    pairs: HashMap<(&'a str, &'a str), &'a PairDependence>,
}

struct Pair<'a> {
    row: Option<&'a MixingRow>,
    pair: Option<&'a PairDependence>,
}

impl<'a> Pairs<'a> {
    fn of(side: &'a Side<'_>, attribute: Attribute) -> Self {
        let categories = side.network().grouping(attribute).categories();
        let id = |number: u32| categories.get(number as usize).map_or("", Category::id);
        let tests = &side.report.tests;
        let (mixing, pairs): (&Mixing, _) = match attribute {
            Attribute::Level => (&tests.level, &side.report.level_pairs),
            _ => (&tests.sector, &side.report.sector_pairs),
        };
        let rows = mixing.rows.iter();
        let pairs = pairs.iter();
        Self {
            categories,
            is_ordered: mixing.is_ordered,
            rows: rows.map(|row| ((id(row.from), id(row.to)), row)).collect(),
            pairs: pairs
                .map(|pair| ((id(pair.first), id(pair.second)), pair))
                .collect(),
        }
    }

    fn keys(&self) -> impl Iterator<Item = (&'a str, &'a str)> + '_ {
        self.rows.keys().copied()
    }

    fn get(&self, a: &str, b: &str) -> Pair<'a> {
        let row = self.rows.get(&(a, b));
        let row = match self.is_ordered {
            true => row,
            false => row.or_else(|| self.rows.get(&(b, a))),
        };
        let pair = self.pairs.get(&(a, b));
        Pair {
            row: row.copied(),
            pair: pair.or_else(|| self.pairs.get(&(b, a))).copied(),
        }
    }
}

/// Where an actor stands.
#[derive(Clone, Copy, Debug, Default)]
struct At {
    degree: Option<f64>,
    degree_rank: Option<usize>,
    betweenness: Option<f64>,
    betweenness_rank: Option<usize>,
    is_cut_point: Option<bool>,
    is_isolated: Option<bool>,
}

struct Standing {
    degree: Vec<Option<f64>>,
    degree_rank: Vec<Option<usize>>,
    betweenness: Vec<Option<f64>>,
    betweenness_rank: Vec<Option<usize>>,
    cut_point: Vec<Option<f64>>,
}

impl Standing {
    fn new(
        degree: Vec<Option<f64>>,
        betweenness: Option<Vec<Option<f64>>>,
        cut_point: Option<Vec<Option<f64>>>,
    ) -> Self {
        let betweenness = betweenness.unwrap_or_default();
        Self {
            degree_rank: ranks(&degree),
            betweenness_rank: ranks(&betweenness),
            degree,
            betweenness,
            cut_point: cut_point.unwrap_or_default(),
        }
    }

    fn of(&self, node: Option<u32>) -> At {
        let Some(node) = node.map(|node| node as usize) else {
            return At::default();
        };
        fn at<T: Copy>(column: &[Option<T>], node: usize) -> Option<T> {
            column.get(node).copied().flatten()
        }
        let degree = at(&self.degree, node);
        At {
            degree,
            degree_rank: at(&self.degree_rank, node),
            betweenness: at(&self.betweenness, node),
            betweenness_rank: at(&self.betweenness_rank, node),
            is_cut_point: at(&self.cut_point, node).map(|flag| flag != 0.0),
            is_isolated: degree.map(|degree| degree == 0.0),
        }
    }
}

/// 1 for the greatest; equals share a rank.
fn ranks(values: &[Option<f64>]) -> Vec<Option<usize>> {
    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    values
        .iter()
        .map(|value| value.map(|value| sorted.partition_point(|other| *other > value) + 1))
        .collect()
}

/// The component of each node, named by its first node.
fn components(network: &Network) -> Vec<u32> {
    let rows = network.undirected();
    let mut found: Vec<Option<u32>> = vec![None; network.len()];
    let mut open = Vec::new();
    for start in 0..network.len() as u32 {
        if found.get(start as usize).is_some_and(Option::is_some) {
            continue;
        }
        open.push(start);
        while let Some(node) = open.pop() {
            match found.get_mut(node as usize) {
                Some(slot @ None) => *slot = Some(start),
                _ => continue,
            }
            open.extend(rows.neighbors_slice(node));
        }
    }
    found.into_iter().map(Option::unwrap_or_default).collect()
}

/// The node with most ties of each component, by which people know it.
fn heads(network: &Network, components: &[u32]) -> BTreeMap<u32, u32> {
    let rows = network.undirected();
    let mut heads: BTreeMap<u32, u32> = BTreeMap::new();
    for (node, component) in (0..).zip(components) {
        let head = heads.entry(*component).or_insert(node);
        if rows.neighbors_slice(node).len() > rows.neighbors_slice(*head).len() {
            *head = node;
        }
    }
    heads
}

/// The node by which a component is known.
fn named<'a>(network: &'a Network, heads: &BTreeMap<u32, u32>, component: u32) -> Option<&'a Node> {
    network.nodes().get(*heads.get(&component)? as usize)
}

fn difference(from: Option<f64>, to: Option<f64>) -> Option<f64> {
    Some(to? - from?)
}

/// Whether a difference is for the better, where an indicator says what is.
fn effect(better: Option<&str>, difference: Option<f64>) -> Option<&'static str> {
    let (better, difference) = (better?, difference?);
    if difference.abs() <= NOTHING {
        return Some("same");
    }
    let is_more = difference > 0.0;
    Some(if is_more == (better == "more") {
        "better"
    } else {
        "worse"
    })
}

fn changes(outcomes: &[Outcome]) -> Table {
    let mut table = Table::new(CHANGES);
    for outcome in outcomes {
        let thing = |at: usize| outcome.things.get(at);
        let values: Vec<String> = outcome
            .values
            .iter()
            .map(|(field, value)| format!("{field}: {}", value.label))
            .collect();
        let (other, other_label) = match outcome.things.get(1..) {
            Some([other]) => (Some(other.iri.clone()), Some(other.label.clone())),
            Some(others @ [_, ..]) => {
                let join = |of: fn(&Thing) -> &str| {
                    let texts: Vec<&str> = others.iter().map(of).collect();
                    Some(texts.join("; "))
                };
                (join(|thing| &thing.iri), join(|thing| &thing.label))
            }
            _ => (None, None),
        };
        table.rows.push(vec![
            outcome.position.into(),
            outcome.op.into(),
            thing(0).map(|thing| thing.iri.clone()).into(),
            thing(0).map(|thing| thing.label.clone()).into(),
            other.into(),
            other_label.into(),
            (!values.is_empty()).then(|| values.join("; ")).into(),
            outcome.added.into(),
            outcome.removed.into(),
            outcome.note.as_ref().map(Note::text).into(),
        ]);
    }
    table
}

/// Notes what the rules still say of what is gone, and other values than those that were set.
pub(super) fn note_what_rules_say(applied: &mut Applied, tried: &Snapshot, view: &MergedView) {
    let mut notes: BTreeMap<usize, Note> = BTreeMap::new();
    for (node, position) in &applied.gone {
        let mut left = tried.quads_for_pattern(Some(node.into()), Some(rdf::TYPE), None, None);
        let is_left = left.next().is_some()
            || [weft::ACTOR, weft::IN].iter().any(|property| {
                let mut left =
                    tried.quads_for_pattern(None, Some(*property), Some(node.into()), None);
                left.next().is_some()
            });
        if is_left {
            notes.insert(*position, Note::StillConcluded);
        }
    }
    let merged = view.merged();
    for setting in &applied.set {
        let thing = view.merging().representative(&setting.thing);
        let mut properties = vec![setting.property];
        if setting.property == iri::SECTOR {
            properties.extend([iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR]);
        }
        let others: BTreeMap<String, Term> = properties
            .into_iter()
            .flat_map(|property| {
                merged.quads_for_pattern(Some(thing.into()), Some(property), None, None)
            })
            .map(|quad| (text_of(&quad.object).to_owned(), quad.object))
            .filter(|(value, _)| !setting.values.contains(value))
            .collect();
        if !others.is_empty() {
            let things = others.into_iter().map(|(iri, term)| Thing {
                label: label(&term, merged),
                iri,
            });
            notes.insert(setting.position, Note::AlsoConcluded(things.collect()));
        }
    }
    for outcome in &mut applied.outcomes {
        outcome.note = notes.remove(&outcome.position);
    }
}
