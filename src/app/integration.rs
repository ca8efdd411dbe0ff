//! How well services are woven together: the report that joins what networks and statements tell.

use super::networks::{MeasuredNetwork, NetworkError};
use super::{AppError, KnowledgeGraph};
use crate::indicators::{self, AssessmentRow, GroupFigure, Indicator, IndicatorError, Row};
use crate::metrics::dependence::{
    Chains, KeyActor, KeyPlayer, PairDependence, ThingActors, bridge_dependence, key_actors,
    key_players, vertical_chains,
};
use crate::metrics::groups::{self, CategoryHomophily, Diversity, EiIndex};
use crate::metrics::ladders::{
    Access, CommonScale, Crosswalk, Figure, LadderStatistics, Parties, access, common_scale, dyads,
    ladder_statistics,
};
use crate::metrics::mixing::{FourWayCell, MANY_CATEGORIES, Tests, integration_tests};
use crate::metrics::two_mode::{SectorProviders, providers_by_sector};
use crate::metrics::{Cancelled, Score, Task, Undefined};
use crate::network::{Attribute, Filter, Network};
use crate::ontology::iri;
use crate::store::{Limits, Snapshot};
use oxigraph::model::Term;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The network that the report is about unless another is named.
pub const NETWORK: &str = "collaboration";
/// The sections of the flat report.
pub const SECTIONS: [&str; 12] = [
    "four-way",
    "mixing",
    "dependence",
    "key-actors",
    "key-players",
    "vertical-chains",
    "providers",
    "groups",
    "ladders",
    "common-scale",
    "access",
    "statements",
];
/// The figures of the flat report that are no indicators of the ontology.
pub const FIGURES: [&str; 34] = [
    "same-sector-and-level",
    "horizontal",
    "vertical",
    "diagonal",
    "bridging",
    "sector-mixing",
    "level-mixing",
    "sector-dependence",
    "level-dependence",
    "sector-pairs-cut",
    "fragmentation-without",
    "unbroken-chains",
    "missing-rungs",
    "provider-concentration",
    "sector-ei-index",
    "sector-ei-rescaled",
    "sector-diversity",
    "sector-homophily",
    "level-ei-index",
    "level-ei-rescaled",
    "level-diversity",
    "level-homophily",
    "sphere-ei-index",
    "sphere-ei-rescaled",
    "sphere-diversity",
    "sphere-homophily",
    "scope",
    "depth",
    "reciprocity",
    "congruence",
    "gap",
    "intensity",
    "systems-integration",
    "project-centred-integration",
];
/// Units that several figures have.
const SHARE_OF_TIES: &str = "share of ties";
const INDEX: &str = "index";
const COMMON_STEPS: &str = "steps of the common scale";
/// How many actors the ranking of single actors names.
const KEY_ACTORS: usize = 5;

/// The report.
pub struct IntegrationReport {
    /// Ties by sector and level, against what chance would bring.
    pub tests: Tests,
    /// What each pair of sectors hangs on.
    pub sector_pairs: Vec<PairDependence>,
    /// What each pair of levels hangs on.
    pub level_pairs: Vec<PairDependence>,
    /// Actors whose removal cuts most pairs of sectors, one after the other.
    pub key_actors: Vec<KeyActor>,
    /// Actors whose removal takes the network apart most, one after the other.
    pub key_players: Vec<KeyPlayer>,
    /// E-I index, homophily and diversity, by sector, level and sphere.
    pub groups: Vec<GroupReport>,
    /// Paths from the local to the national level.
    pub chains: Chains,
    /// Who provides services in each sector.
    pub providers: Vec<SectorProviders>,
    /// The network of providers and services.
    pub provision: Arc<MeasuredNetwork>,
    /// Judged degrees of integration, each ladder for itself.
    pub ladders: Vec<LadderReport>,
    /// All ladders on one scale, through the crosswalk.
    pub common: CommonScale,
    /// Systems integration and project-centred integration.
    pub access: Access,
    /// What statements tell, indicator by indicator.
    pub indicators: Vec<IndicatorReport>,
}

/// One attribute of actors.
pub struct GroupReport {
    /// The attribute.
    pub attribute: Attribute,
    /// External and internal ties.
    pub ei: EiIndex,
    /// How inbred each category is.
    pub homophily: Vec<CategoryHomophily>,
    /// How evenly actors are spread.
    pub diversity: Diversity,
}

/// One ladder.
pub struct LadderReport {
    /// Its name.
    pub label: String,
    /// Its figures.
    pub statistics: LadderStatistics,
}

/// One indicator that counts statements.
pub struct IndicatorReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means.
    pub description: String,
    /// The unit.
    pub unit: String,
    /// The figure, or why the filter leaves none.
    pub outcome: Result<(Figure, Vec<GroupFigure>), String>,
}

/// A figure of the report in one flat row, for tables, dashboards and observations.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatFigure {
    /// The section.
    pub section: &'static str,
    /// The indicator.
    pub indicator: String,
    /// What it is about: a category or ladder.
    pub group: Option<String>,
    /// The first of a pair of categories.
    pub from: Option<String>,
    /// The second.
    pub to: Option<String>,
    /// The value.
    pub value: Score,
    /// What the value is: a share, an index, a count, or so many of something per case.
    pub unit: String,
    /// What chance would bring.
    pub expected: Option<f64>,
    /// What is divided, where the value is a quotient.
    pub numerator: Option<f64>,
    /// By how much.
    pub denominator: Option<f64>,
    /// How many ties, actors or other cases the value rests on.
    pub base: Option<f64>,
    /// What could not be judged.
    pub unknown: Option<f64>,
    /// How likely chance brings this, or more of it.
    pub p: Option<f64>,
    /// The same, corrected for the number of pairs.
    pub q: Option<f64>,
}

impl FlatFigure {
    fn new(
        section: &'static str,
        indicator: impl Into<String>,
        unit: impl Into<String>,
        value: Score,
    ) -> Self {
        Self {
            section,
            indicator: indicator.into(),
            group: None,
            from: None,
            to: None,
            value,
            unit: unit.into(),
            expected: None,
            numerator: None,
            denominator: None,
            base: None,
            unknown: None,
            p: None,
            q: None,
        }
    }

    /// Made by a division of these numbers, unless it is not: then the second is what the value
    /// rests on, and no more is told.
    fn counted(mut self, numerator: f64, denominator: f64, unknown: f64) -> Self {
        let is_made = |value| is_quotient(value, numerator, denominator);
        if self.value.value().is_none_or(is_made) {
            self.numerator = Some(numerator);
            self.denominator = Some(denominator);
        }
        self.resting_on(denominator, Some(unknown))
    }

    /// Rests on so many cases, and so many others could not be judged.
    fn resting_on(mut self, base: f64, unknown: Option<f64>) -> Self {
        self.base = Some(base);
        self.unknown = unknown;
        self
    }

    fn figure(
        section: &'static str,
        indicator: impl Into<String>,
        unit: impl Into<String>,
        figure: &Figure,
    ) -> Self {
        Self::new(section, indicator, unit, figure.value).counted(
            figure.numerator,
            figure.denominator,
            figure.unknown,
        )
    }

    fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    fn pair(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.from = Some(from.into());
        self.to = Some(to.into());
        self
    }

    /// The share of what is there that could be judged.
    pub fn coverage(&self) -> Option<f64> {
        let (known, unknown) = (self.base?, self.unknown?);
        (known + unknown > 0.0).then(|| known / (known + unknown))
    }
}

/// Whether a value is a quotient of these numbers, as far as numbers are exact.
pub fn is_quotient(value: f64, numerator: f64, denominator: f64) -> bool {
    let close = 1e-9 * value.abs().max(1.0);
    denominator != 0.0 && (numerator / denominator - value).abs() <= close
}

/// Of the pairs that something is known to join, the share that hangs on a single actor.
pub fn on_one_actor(pairs: &[PairDependence]) -> Figure {
    let joined = pairs.iter().filter(|pair| pair.top.is_some()).count();
    let cut = pairs.iter().filter(|pair| pair.is_cut).count();
    // Nothing is known to join these, but something may.
    let is_unjudged = |pair: &&PairDependence| pair.top.is_none() && pair.unknown_ties > 0;
    let unknown = pairs.iter().filter(is_unjudged).count();
    Figure::counted(cut, joined, unknown, Undefined::NoTies)
}

/// What a group is called that has no name.
pub const NOT_STATED: &str = "not stated";

/// What groups are called in one column: by their names, by what they are where two have one name.
fn names_of(groups: &[GroupFigure]) -> Vec<String> {
    let is_shared = |label: &str| groups.iter().filter(|group| group.label == label).count() > 1;
    let name = |group: &GroupFigure| match &group.group {
        Some(term) if group.label.is_empty() || is_shared(&group.label) => {
            crate::network::text_of(term).to_owned()
        }
        _ if group.label.is_empty() => NOT_STATED.to_owned(),
        _ => group.label.clone(),
    };
    groups.iter().map(name).collect()
}

impl KnowledgeGraph {
    /// The report on a network; made once for each network that is kept.
    ///
    /// # Errors
    /// [`AppError`] if a computation was cancelled or out of time.
    pub fn integration(
        &self,
        snapshot: &Arc<Snapshot>,
        network: &MeasuredNetwork,
        limits: &Limits,
        task: &Task,
    ) -> Result<Arc<IntegrationReport>, AppError> {
        network
            .integration()
            .get(|| self.make_report(snapshot, network, limits, task, true))
    }

    /// The same without keeping it: for data that is only tried out.
    ///
    /// # Errors
    /// As [`Self::integration`].
    pub(super) fn integration_unkept(
        &self,
        snapshot: &Arc<Snapshot>,
        network: &MeasuredNetwork,
        limits: &Limits,
        task: &Task,
    ) -> Result<IntegrationReport, AppError> {
        self.make_report(snapshot, network, limits, task, false)
    }

    fn make_report(
        &self,
        snapshot: &Arc<Snapshot>,
        measured: &MeasuredNetwork,
        limits: &Limits,
        task: &Task,
        keep: bool,
    ) -> Result<IntegrationReport, AppError> {
        let filter = measured.filter();
        let options = *measured.measures().options();
        // Before the threads: it may wait for others who build the same network.
        let affiliation = self.networks().definition("affiliation")?;
        let provision = if keep {
            self.network(snapshot, affiliation, filter, options, limits)?
        } else {
            self.network_unkept(snapshot, affiliation, filter, options, limits)?
        };
        let (woven, (stated, judged)) = task.parallel(|| {
            rayon::join(
                || woven(snapshot, measured, task),
                || {
                    rayon::join(
                        || self.stated(snapshot, filter, limits, task),
                        || self.judged(snapshot, measured),
                    )
                },
            )
        });
        let (woven, (ladders, common, access)) = (woven.map_err(NetworkError::from)?, judged?);
        Ok(IntegrationReport {
            tests: woven.tests,
            sector_pairs: woven.sector_pairs,
            level_pairs: woven.level_pairs,
            key_actors: woven.key_actors,
            key_players: woven.key_players,
            groups: woven.groups,
            chains: woven.chains,
            providers: providers_by_sector(provision.network()),
            provision,
            ladders,
            common,
            access,
            indicators: stated?,
        })
    }

    /// What statements tell.
    fn stated(
        &self,
        snapshot: &Arc<Snapshot>,
        filter: &Filter,
        limits: &Limits,
        task: &Task,
    ) -> Result<Vec<IndicatorReport>, AppError> {
        let indicators: Vec<&Indicator> = self.indicators().iter().collect();
        let report = |indicator: &&Indicator| {
            task.check().map_err(NetworkError::from)?;
            Ok(IndicatorReport {
                id: indicator.id.clone(),
                title: indicator.title.clone(),
                description: indicator.description.clone(),
                unit: indicator.unit.clone(),
                outcome: match indicator.takes(filter) {
                    Err(error) => Err(error.to_string()),
                    Ok(()) => {
                        let figures = indicator.figures(snapshot, filter, limits)?;
                        Ok((figures.figure, figures.groups))
                    }
                },
            })
        };
        indicators.par_iter().map(report).collect()
    }

    /// What assessments say, ladder by ladder and together.
    fn judged(
        &self,
        snapshot: &Arc<Snapshot>,
        measured: &MeasuredNetwork,
    ) -> Result<(Vec<LadderReport>, CommonScale, Access), AppError> {
        let rows: Vec<AssessmentRow> = match indicators::assessments(snapshot, measured.filter()) {
            // Assessments have no role: a filter by role leaves none.
            Err(IndicatorError::NotHere { .. }) => Vec::new(),
            rows => rows?,
        };
        let assessments: Vec<_> = rows.iter().map(|row| row.assessment.clone()).collect();
        let sectors = |party: &str| -> Vec<String> {
            rows.iter()
                .flat_map(|row| &row.parties)
                .find(|known| crate::network::text_of(&known.term) == party)
                .map(|known| known.sectors.iter().cloned().collect())
                .unwrap_or_default()
        };
        let names = crate::metrics::ladders::ladders(&assessments);
        let ladders = names
            .into_iter()
            .map(|ladder| LadderReport {
                label: rows
                    .iter()
                    .find(|row| row.assessment.ladder == ladder)
                    .map_or_else(|| ladder.to_owned(), |row| row.ladder_label.clone()),
                statistics: ladder_statistics(ladder, &assessments, Parties::Named, Some(&sectors)),
            })
            .collect();
        let crosswalk = Crosswalk::new(indicators::crosswalk(snapshot));
        let organisations: BTreeSet<String> = rows
            .iter()
            .flat_map(|row| &row.parties)
            .map(|party| crate::network::text_of(&party.term).to_owned())
            .collect();
        let pairs = dyads(&assessments, &crosswalk);
        // The lead of what the assessments are about, where there is one.
        let lead = lead_of(&rows, snapshot);
        Ok((
            ladders,
            common_scale(&assessments, &crosswalk),
            access(&pairs, &organisations, lead.as_deref()),
        ))
    }

    /// The rows that an indicator counts.
    ///
    /// # Errors
    /// [`AppError`] if there is no such indicator, the filter does not fit, or time is over.
    pub fn indicator_rows(
        &self,
        snapshot: &Arc<Snapshot>,
        id: &str,
        filter: &Filter,
        limits: &Limits,
    ) -> Result<(&Indicator, indicators::Measured), AppError> {
        let indicator = self.indicators().get(id)?;
        indicator.takes(filter)?;
        let measured = indicator.rows(snapshot, filter, limits)?;
        Ok((indicator, measured))
    }
}

/// What the ties of a network tell.
struct Woven {
    tests: Tests,
    sector_pairs: Vec<PairDependence>,
    level_pairs: Vec<PairDependence>,
    key_actors: Vec<KeyActor>,
    key_players: Vec<KeyPlayer>,
    groups: Vec<GroupReport>,
    chains: Chains,
}

fn woven(
    snapshot: &Arc<Snapshot>,
    measured: &MeasuredNetwork,
    task: &Task,
) -> Result<Woven, Cancelled> {
    let network = measured.network();
    let few =
        |attribute: Attribute| network.grouping(attribute).categories().len() <= MANY_CATEGORIES;
    let pairs = |attribute: Attribute| {
        if few(attribute) {
            bridge_dependence(network, attribute)
        } else {
            Vec::new()
        }
    };
    let things: Vec<ThingActors> = measured
        .projection()
        .events()
        .into_iter()
        .map(|(thing, actors)| ThingActors {
            own_levels: level_ranks(&thing, snapshot),
            thing,
            actors,
        })
        .collect();
    Ok(Woven {
        tests: integration_tests(network, measured.measures().options(), task)?,
        sector_pairs: pairs(Attribute::Sector),
        level_pairs: pairs(Attribute::Level),
        key_actors: if few(Attribute::Sector) {
            key_actors(network, Attribute::Sector, KEY_ACTORS, task)?
        } else {
            Vec::new()
        },
        key_players: key_players(network, KEY_ACTORS, task)?,
        groups: [Attribute::Sector, Attribute::Level, Attribute::Sphere]
            .into_iter()
            .map(|attribute| GroupReport {
                attribute,
                ei: groups::ei(network, attribute),
                homophily: groups::coleman(network, attribute),
                diversity: groups::diversity(network, attribute),
            })
            .collect(),
        chains: vertical_chains(network, &things),
    })
}

/// The ranks of the levels recorded of a thing itself.
fn level_ranks(thing: &Term, snapshot: &Snapshot) -> Vec<i64> {
    snapshot
        .quads_for_pattern(Some(thing.as_ref()), Some(iri::weft::LEVEL), None, None)
        .flat_map(|quad| {
            let ranks: Vec<i64> = snapshot
                .quads_for_pattern(
                    Some(quad.object.as_ref()),
                    Some(iri::weft::RANK),
                    None,
                    None,
                )
                .filter_map(|rank| crate::network::text_of(&rank.object).parse().ok())
                .collect();
            ranks
        })
        .collect::<BTreeSet<i64>>()
        .into_iter()
        .collect()
}

const LEAD_ACTOR: oxigraph::model::NamedNodeRef<'_> =
    oxigraph::model::NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#leadActor");

/// The lead actor of the one thing that all assessments are about.
fn lead_of(rows: &[AssessmentRow], snapshot: &Snapshot) -> Option<String> {
    let about: BTreeSet<String> = rows
        .iter()
        .filter_map(|row| row.about.as_ref())
        .map(Term::to_string)
        .collect();
    if about.len() != 1 {
        return None;
    }
    let thing = rows.iter().find_map(|row| row.about.as_ref())?;
    let mut leads: Vec<String> = snapshot
        .quads_for_pattern(Some(thing.as_ref()), Some(LEAD_ACTOR), None, None)
        .map(|quad| crate::network::text_of(&quad.object).to_owned())
        .collect();
    leads.sort();
    leads.into_iter().next()
}

impl IntegrationReport {
    /// All figures as rows of one shape.
    pub fn flat(&self, network: &Network) -> Vec<FlatFigure> {
        let mut rows = Vec::new();
        self.flat_ties(network, &mut rows);
        self.flat_dependence(network, &mut rows);
        self.flat_groups(network, &mut rows);
        self.flat_judged(&mut rows);
        for indicator in &self.indicators {
            if let Ok((figure, groups)) = &indicator.outcome {
                let row = |figure| {
                    FlatFigure::figure("statements", &indicator.id, &indicator.unit, figure)
                };
                rows.push(row(figure));
                let names = names_of(groups);
                rows.extend(
                    groups
                        .iter()
                        .zip(names)
                        .map(|(group, name)| row(&group.figure).group(name)),
                );
            }
        }
        rows
    }

    /// Ties across sectors, levels or both, of those whose ends are known.
    pub fn bridging(&self) -> Figure {
        let four = &self.tests.four_way;
        let across = four.horizontal.ties + four.vertical.ties + four.diagonal.ties;
        Figure::of(
            across,
            four.ties as f64,
            four.unknown as f64,
            Undefined::NoTies,
        )
    }

    fn flat_ties(&self, network: &Network, rows: &mut Vec<FlatFigure>) {
        let four = &self.tests.four_way;
        let cell = |id: &str, cell: &FourWayCell| FlatFigure {
            expected: cell.expected.value(),
            p: cell.p,
            ..FlatFigure::new("four-way", id, SHARE_OF_TIES, cell.share).counted(
                cell.ties,
                four.ties as f64,
                four.unknown as f64,
            )
        };
        rows.push(cell("same-sector-and-level", &four.same));
        rows.push(cell("horizontal", &four.horizontal));
        rows.push(cell("vertical", &four.vertical));
        rows.push(cell("diagonal", &four.diagonal));
        let bridging = self.bridging();
        rows.push(FlatFigure::figure(
            "four-way",
            "bridging",
            SHARE_OF_TIES,
            &bridging,
        ));
        for mixing in [&self.tests.sector, &self.tests.level] {
            let categories = network.grouping(mixing.attribute).categories();
            let id = match mixing.attribute {
                Attribute::Level => "level-mixing",
                _ => "sector-mixing",
            };
            rows.extend(mixing.rows.iter().map(|row| {
                FlatFigure {
                    expected: Some(row.expected),
                    p: row.p_less,
                    q: row.q,
                    ..FlatFigure::new("mixing", id, "count of ties", Score::Value(row.ties))
                        .resting_on(mixing.ties_known as f64, Some(mixing.ties_unknown as f64))
                        .pair(
                            categories[row.from as usize].id(),
                            categories[row.to as usize].id(),
                        )
                }
            }));
        }
    }

    fn flat_dependence(&self, network: &Network, rows: &mut Vec<FlatFigure>) {
        for (attribute, id, pairs) in [
            (Attribute::Sector, "sector-dependence", &self.sector_pairs),
            (Attribute::Level, "level-dependence", &self.level_pairs),
        ] {
            let categories = network.grouping(attribute).categories();
            rows.push(FlatFigure::figure(
                "dependence",
                id,
                "share of pairs",
                &on_one_actor(pairs),
            ));
            rows.extend(pairs.iter().map(|pair| {
                let top = pair.top.map(|top| network.nodes()[top as usize].id());
                let row = FlatFigure::new("dependence", id, SHARE_OF_TIES, pair.top_share)
                    .counted(
                        pair.top_ties as f64,
                        pair.ties as f64,
                        pair.unknown_ties as f64,
                    )
                    .pair(
                        categories[pair.first as usize].id(),
                        categories[pair.second as usize].id(),
                    );
                FlatFigure {
                    group: top.map(str::to_owned),
                    ..row
                }
            }));
        }
        rows.extend(self.key_actors.iter().map(|actor| {
            FlatFigure::new(
                "key-actors",
                "sector-pairs-cut",
                "count of pairs",
                Score::Value(actor.pairs_cut as f64),
            )
            .resting_on(actor.carried_before as f64, Some(0.0))
            .group(network.nodes()[actor.node as usize].id())
        }));
        rows.extend(self.key_players.iter().map(|player| {
            FlatFigure::figure(
                "key-players",
                "fragmentation-without",
                "share of pairs",
                &player.fragmentation,
            )
            .group(network.nodes()[player.node as usize].id())
        }));
        rows.push(FlatFigure::figure(
            "vertical-chains",
            "unbroken-chains",
            "share of chains",
            &self.chains.unbroken,
        ));
        rows.push(FlatFigure::figure(
            "vertical-chains",
            "missing-rungs",
            "levels per chain",
            &self.chains.missing_rungs,
        ));
        rows.extend(self.providers.iter().map(|sector| {
            let value = sector.concentration;
            FlatFigure::new("providers", "provider-concentration", INDEX, value)
                .resting_on(sector.ties, Some(0.0))
                .group(sector.sector.id())
        }));
    }

    fn flat_groups(&self, network: &Network, rows: &mut Vec<FlatFigure>) {
        for report in &self.groups {
            let name = report.attribute.name();
            let across = report.ei.across();
            let (known, unknown) = (across.denominator, across.unknown as f64);
            let row =
                |id: &str, value| FlatFigure::new("groups", format!("{name}-{id}"), INDEX, value);
            // Ties across less those inside, of all that are known.
            let difference = report.ei.external - report.ei.internal;
            rows.push(row("ei-index", report.ei.value).counted(difference, known, unknown));
            rows.push(row("ei-rescaled", report.ei.rescaled).resting_on(known, Some(unknown)));
            let diversity = &report.diversity;
            rows.push(
                row("diversity", diversity.value)
                    .resting_on(diversity.known as f64, Some(diversity.unknown as f64)),
            );
            let categories = network.grouping(report.attribute).categories();
            if categories.len() > MANY_CATEGORIES {
                continue;
            }
            rows.extend(report.homophily.iter().map(|row| {
                FlatFigure {
                    expected: row.expected.value(),
                    ..FlatFigure::new("groups", format!("{name}-homophily"), INDEX, row.value)
                }
                .resting_on(row.inside.denominator, None)
                .group(categories[row.category as usize].id())
            }));
        }
    }

    fn flat_judged(&self, rows: &mut Vec<FlatFigure>) {
        for ladder in &self.ladders {
            let figures = &ladder.statistics;
            for (id, unit, figure) in [
                ("scope", "share of pairs", &figures.scope),
                ("depth", "steps of the ladder", &figures.depth),
                ("reciprocity", "share of pairs", &figures.reciprocity),
                ("congruence", "share of pairs", &figures.congruence),
                ("gap", "steps of the ladder", &figures.gap),
            ] {
                let row = FlatFigure::figure("ladders", id, unit, figure);
                rows.push(row.group(&figures.ladder));
            }
        }
        rows.push(FlatFigure::figure(
            "common-scale",
            "intensity",
            COMMON_STEPS,
            &self.common.mean,
        ));
        rows.push(FlatFigure::figure(
            "access",
            "systems-integration",
            COMMON_STEPS,
            &self.access.systems,
        ));
        rows.push(FlatFigure::figure(
            "access",
            "project-centred-integration",
            COMMON_STEPS,
            &self.access.project_centred,
        ));
    }
}

/// A row of an indicator as names and texts.
pub fn cells(row: &Row) -> impl Iterator<Item = (&str, Option<&Term>)> {
    row.columns
        .iter()
        .map(String::as_str)
        .zip(row.cells.iter().map(Option::as_ref))
}
