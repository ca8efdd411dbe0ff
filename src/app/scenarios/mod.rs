//! What if: scenarios, evaluated on data that nobody else sees, beside the data as it is.
//!
//! A [`Scenario`] is a list of changes. They are made on a snapshot that is thrown away
//! ([`KnowledgeStore::try_out`](crate::store::KnowledgeStore::try_out)), with the rules and the
//! links, so that networks and indicators come out as they would if somebody wrote the same. What
//! the reader may not see is neither found nor touched nor counted.

mod apply;
mod change;
mod measure;
mod saved;
mod services;
mod tables;

pub use change::{Change, LONGEST_SCENARIO, MOST_CHANGES, Many, OPERATIONS, Scenario};
pub use saved::{NewScenario, SavedScenario, SavedScenarios};
pub use tables::{Cell, Part, Table};

use super::networks::{MeasuredNetwork, NetworkError, metrics_named};
use super::{AppError, KnowledgeGraph, MergedView, Reader, RestsOn};
use crate::metrics::{Metric, Once, Options, Scope};
use crate::network::Filter;
use crate::store::{Limits, Snapshot, StoreError};
use apply::Applying;
use measure::Side;
use oxigraph::model::NamedNode;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The network whose actors and pairs are compared.
pub const NETWORK: &str = "collaboration";
/// Networks whose metrics are compared unless others are named.
pub const USUAL_NETWORKS: [&str; 2] = [NETWORK, "sectors"];
/// Evaluations that are kept for those who ask for another part of the same.
const MOST_KEPT: usize = 16;
/// Tests of chance are left out: they say how sure a figure is, and here figures are compared.
const OPTIONS: Options = Options {
    seed: 42,
    permutations: 0,
    approximation: None,
    exact: false,
};

/// A thing with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// Its IRI.
    pub iri: String,
    /// Its name.
    pub label: String,
}

/// What one change did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its position, counted from 1.
    pub position: usize,
    /// Its kind.
    pub op: &'static str,
    /// What it is about: one thing, or the two ends of a tie or participation.
    pub things: Vec<Thing>,
    /// Its values by field: sectors, levels, roles.
    pub values: Vec<(&'static str, Thing)>,
    /// Statements that it added.
    pub added: usize,
    /// Statements that it removed.
    pub removed: usize,
    /// What did not come out as the change has it.
    pub note: Option<Note>,
}

/// What the rules make of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Statements that stay still say something of what is gone.
    StillConcluded,
    /// Statements that stay lead to these values as well.
    AlsoConcluded(Vec<Thing>),
}

impl Note {
    /// In words.
    pub fn text(&self) -> String {
        match self {
            Self::StillConcluded => {
                "the rules still conclude something of it from statements that stay".to_owned()
            }
            Self::AlsoConcluded(values) => {
                let labels: Vec<&str> = values.iter().map(|value| value.label.as_str()).collect();
                format!(
                    "the rules conclude other values from statements that stay: {}",
                    labels.join(", ")
                )
            }
        }
    }
}

/// How a scenario is evaluated.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// What counts, on both sides.
    pub filter: Filter,
    /// Networks whose metrics are compared; empty: [`USUAL_NETWORKS`].
    pub networks: Vec<String>,
    /// Metrics of networks; empty: the usual ones.
    pub metrics: Vec<String>,
}

impl Choices {
    /// Checks the names.
    ///
    /// # Errors
    /// [`AppError`] naming the network or metric that there is not.
    pub fn check(&self, graph: &KnowledgeGraph) -> Result<(), AppError> {
        for network in &self.networks {
            graph.networks().definition(network)?;
        }
        self.chosen_metrics()?;
        if !self.filter.datasets.is_empty() {
            return Err(ScenarioError::Dataset.into());
        }
        Ok(())
    }

    fn chosen_metrics(&self) -> Result<Vec<&'static Metric>, NetworkError> {
        metrics_named(
            self.metrics.iter().map(String::as_str),
            Some(Scope::Network),
        )
    }

    fn networks(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let chosen: Vec<&str> = match self.networks.as_slice() {
            [] => USUAL_NETWORKS.to_vec(),
            named => named.iter().map(String::as_str).collect(),
        };
        chosen.into_iter().filter(|id| seen.insert(*id)).collect()
    }

    /// As text, the same for the same choices.
    pub fn canonical(&self) -> String {
        format!(
            "{}\n{}\n{}",
            self.filter.canonical(),
            self.networks().join(","),
            self.metrics.join(",")
        )
    }
}

/// What a scenario comes to, beside the data as it is.
#[derive(Debug)]
pub struct Evaluation {
    /// The data version that it was evaluated on.
    pub version: u64,
    /// What each change did.
    pub outcomes: Vec<Outcome>,
    /// Statements that the changes added, before the rules.
    pub added: usize,
    /// Statements that they removed.
    pub removed: usize,
    /// Actors for which anything changes.
    pub actors_affected: usize,
    /// The rows of each part.
    tables: Vec<(Part, Table)>,
}

impl Evaluation {
    /// The rows of a part.
    pub fn table(&self, part: Part) -> &Table {
        static NOTHING: Table = Table::empty();
        let found = self.tables.iter().find(|(known, _)| *known == part);
        found.map_or(&NOTHING, |(_, table)| table)
    }
}

/// Evaluations that are kept for the next who asks.
#[derive(Default)]
pub(super) struct Kept(Mutex<VecDeque<(String, Arc<Once<Evaluation>>)>>);

impl Kept {
    fn slot(&self, key: String) -> Arc<Once<Evaluation>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(known, _)| *known == key)
            && let Some(entry) = kept.remove(at)
        {
            let slot = Arc::clone(&entry.1);
            kept.push_back(entry);
            return slot;
        }
        while kept.len() >= MOST_KEPT {
            kept.pop_front();
        }
        let slot = Arc::new(Once::default());
        kept.push_back((key, Arc::clone(&slot)));
        slot
    }
}

impl KnowledgeGraph {
    /// The scenarios that people have saved.
    pub fn saved_scenarios(&self) -> &SavedScenarios {
        &self.inner.scenarios
    }

    /// Evaluates a scenario on a snapshot, given as it is stated and not merged. Made once for all
    /// who see the same and ask at the same time, and kept for the next who asks for another part.
    /// May wait, so not for a thread that handles requests.
    ///
    /// # Errors
    /// [`AppError::Scenario`] naming the change that does not fit the data, a network or metric
    /// that there is not, or time that is up.
    ///
    /// # Complexity
    /// That of the changes with their rules, and of building and measuring the networks twice; the
    /// networks of the data as it is are kept.
    pub fn evaluate_scenario(
        &self,
        given: &Arc<Snapshot>,
        scenario: &Scenario,
        choices: &Choices,
        limits: &Limits,
    ) -> Result<Arc<Evaluation>, AppError> {
        choices.check(self)?;
        let key = format!(
            "{}\n{}\n{}\n{}",
            given.version(),
            given.visibility(),
            choices.canonical(),
            scenario.hash()
        );
        let slot = self.inner.evaluated.slot(key);
        slot.get(|| self.evaluate(given, scenario, choices, limits))
            .map_err(|error| in_time(error, limits))
    }

    /// Makes the changes in a transaction, as whoever sees `given`.
    fn apply_scenario(
        &self,
        given: &Snapshot,
        scenario: &Scenario,
        transaction: &mut crate::store::Transaction,
        limits: &Limits,
    ) -> Result<apply::Applied, AppError> {
        Applying::new(self, given, transaction, limits).all(scenario)
    }

    fn evaluate(
        &self,
        given: &Arc<Snapshot>,
        scenario: &Scenario,
        choices: &Choices,
        limits: &Limits,
    ) -> Result<Evaluation, AppError> {
        let mut applied = None;
        let tried = self.store().try_out(given, |transaction| {
            let outcome = self.apply_scenario(given, scenario, transaction, limits);
            let failed = outcome.is_err();
            applied = Some(outcome);
            // What went wrong is told below.
            if failed {
                Err(StoreError::Cancelled)
            } else {
                Ok(())
            }
        });
        let (tried, mut applied) = match (tried, applied) {
            (_, Some(Err(error))) => return Err(error),
            (tried, Some(Ok(applied))) => (tried?, applied),
            (Err(error), None) => return Err(error.into()),
            (Ok(_), None) => return Err(StoreError::Cancelled.into()),
        };
        let before = self.merged_view(given)?;
        // What is tried out is looked at once, so its view is not kept.
        let after = Arc::new(MergedView::new(&tried)?);
        measure::note_what_rules_say(&mut applied, &tried, &after);
        let filter = &choices.filter;
        let network = |id: &str, keep: bool| -> Result<Arc<MeasuredNetwork>, AppError> {
            let definition = self.networks().definition(id)?;
            if keep {
                self.network(before.merged(), definition, filter, OPTIONS, limits)
            } else {
                self.network_unkept(after.merged(), definition, filter, OPTIONS, limits)
            }
        };
        let today = network(NETWORK, true)?;
        let then = network(NETWORK, false)?;
        let mut chosen = Vec::new();
        for id in choices.networks() {
            chosen.push(if id == NETWORK {
                [Arc::clone(&today), Arc::clone(&then)]
            } else {
                [network(id, true)?, network(id, false)?]
            });
        }
        let metrics = choices.chosen_metrics()?;
        let networks = self.networks();
        networks.computing_within(&today, limits, |task| {
            let today = Side {
                report: self.integration(before.merged(), &today, limits, task)?,
                measured: &today,
                counts: self.summary(before.merged()),
                view: &before,
            };
            let then = Side {
                report: Arc::new(self.integration_unkept(after.merged(), &then, limits, task)?),
                measured: &then,
                counts: super::summary::count(after.merged()),
                view: &after,
            };
            let measured = measure::Measured {
                graph: self,
                sides: [&today, &then],
                networks: &chosen,
                metrics: &metrics,
                gone: &applied.gone,
                filter,
                task,
            };
            let (tables, actors_affected) = measured.tables(&applied.outcomes)?;
            task.check().map_err(NetworkError::from)?;
            Ok(Evaluation {
                version: given.version(),
                outcomes: std::mem::take(&mut applied.outcomes),
                added: applied.added,
                removed: applied.removed,
                actors_affected,
                tables,
            })
        })
    }

    /// Hides from whoever reads a scenario of somebody else the IRIs that the data, as the reader
    /// sees it, does not know. What stands in their place is the same for all.
    pub fn scenario_for(&self, seen: &Snapshot, scenario: &Scenario) -> Scenario {
        let mut shown = scenario.clone();
        let mut made: BTreeSet<String> = BTreeSet::new();
        for change in &mut shown.changes {
            made.extend(change.given_iri().map(str::to_owned));
            for reference in change.references() {
                if !is_shown(reference, &made, seen) {
                    reference.clear();
                    reference.push_str(UNKNOWN_IRI);
                }
            }
        }
        shown
    }

    /// A scenario to save, made on a snapshot by somebody who sees it.
    pub fn new_scenario(
        &self,
        seen: &Snapshot,
        scenario: Scenario,
        choices: BTreeMap<String, String>,
    ) -> NewScenario {
        let mut named_in = BTreeMap::new();
        for reference in references_of(&scenario) {
            let Ok(node) = NamedNode::new(&reference) else {
                continue;
            };
            if let RestsOn::Only(graphs) = self.stated_in(seen, &node) {
                named_in.insert(reference, graphs.into_iter().take(MOST_NOTED).collect());
            }
        }
        NewScenario {
            version: seen.version(),
            scenario,
            choices,
            named_in,
        }
    }

    /// Whether everybody may know all that a saved scenario is about: each thing that it names was
    /// in a graph, when it was saved, that everybody may see today. What cannot be told any more
    /// counts as no.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::private_graphs`].
    pub fn everybody_knew_scenario(&self, saved: &SavedScenario) -> Result<bool, AppError> {
        let private = self.private_graphs()?;
        let is_public =
            |graph: &String| NamedNode::new(graph).is_ok_and(|graph| !private.contains(&graph));
        let references = references_of(&saved.scenario);
        if !saved.named_in.is_empty() || references.is_empty() {
            return Ok(references.into_iter().all(|reference| {
                let graphs = saved.named_in.get(&reference);
                graphs.is_some_and(|graphs| graphs.iter().any(is_public))
            }));
        }
        let Some(past) = self.store().kept_snapshot(saved.version) else {
            return Ok(false);
        };
        let seen = self.past_for(&Reader::anonymous(), &past)?;
        Ok(self.knows_scenario(&seen, &saved.scenario))
    }

    /// Whether the data, as a reader sees it, knows all that a scenario is about.
    pub fn knows_scenario(&self, seen: &Snapshot, scenario: &Scenario) -> bool {
        self.scenario_for(seen, scenario) == *scenario
    }
}

/// How many graphs are noted that name a thing: one that everybody sees is enough.
const MOST_NOTED: usize = 8;

/// The IRIs of things of the data that a scenario names.
fn references_of(scenario: &Scenario) -> BTreeSet<String> {
    let mut scenario = scenario.clone();
    let mut made: BTreeSet<String> = BTreeSet::new();
    let mut found = BTreeSet::new();
    for change in &mut scenario.changes {
        made.extend(change.given_iri().map(str::to_owned));
        let references = change.references().into_iter();
        let things = references.filter(|reference| is_of_data(reference, &made));
        found.extend(things.map(|reference| reference.clone()));
    }
    found
}

/// Whether a reference is to a thing of the data: no name of what the scenario adds, and no word
/// such as a country code.
fn is_of_data(reference: &str, made: &BTreeSet<String>) -> bool {
    !reference.starts_with("new:") && !made.contains(reference) && reference.contains(':')
}

/// What stands in place of an IRI that a reader's data does not know.
pub const UNKNOWN_IRI: &str = "urn:weft:unknown";

/// Whether a reference tells nothing that the reader does not see: things of the data, names of
/// what the scenario adds, and words such as country codes.
fn is_shown(reference: &str, made: &BTreeSet<String>, seen: &Snapshot) -> bool {
    if !is_of_data(reference, made) {
        return true;
    }
    let Ok(node) = NamedNode::new(reference) else {
        return false;
    };
    let term = Some(oxigraph::model::TermRef::from(&node));
    seen.quads_for_pattern(term, None, None, None)
        .next()
        .is_some()
        || seen
            .quads_for_pattern(None, None, term, None)
            .next()
            .is_some()
}

/// What was cancelled because its time was over says so.
fn in_time(error: AppError, limits: &Limits) -> AppError {
    let is_over = limits
        .deadline
        .is_some_and(|deadline| Instant::now() >= deadline);
    match error {
        AppError::Network(NetworkError::Cancelled(_)) if limits.cancellation.is_cancelled() => {
            StoreError::Cancelled.into()
        }
        AppError::Network(NetworkError::Cancelled(_)) if is_over => StoreError::TimedOut.into(),
        error => error,
    }
}

/// What can be wrong with a scenario.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The text is not that of a scenario.
    #[error("{}{detail}", at(.position))]
    Shape {
        /// The change, counted from 1; `None` for the scenario as a whole.
        position: Option<usize>,
        /// What is wrong, and what to do.
        detail: String,
    },
    /// A text that is too long.
    #[error("a scenario has at most {LONGEST_SCENARIO} bytes")]
    TooLong,
    /// Too many changes.
    #[error("a scenario has at most {MOST_CHANGES} changes; leave some out")]
    TooMany,
    /// A change that does not fit the data.
    #[error("change {position} ({op}): {detail}")]
    Change {
        /// The change, counted from 1.
        position: usize,
        /// Its kind.
        op: &'static str,
        /// What does not fit, and what to do.
        detail: String,
    },
    /// A change that names what the data does not know.
    #[error(
        "change {position} ({op}): {}",
        unknown(.field, .what, .iri.as_deref(), .nearest.as_deref(), *.was_removed)
    )]
    Unknown {
        /// The change, counted from 1.
        position: usize,
        /// Its kind.
        op: &'static str,
        /// The field.
        field: &'static str,
        /// What is looked for.
        what: &'static str,
        /// What it says; `None` if whoever reads this need not know it.
        iri: Option<String>,
        /// The nearest that there is.
        nearest: Option<String>,
        /// Whether an earlier change removed it.
        was_removed: bool,
    },
    /// A saved scenario that the data of today does not fit any more.
    #[error(
        "{error}; the data of version {version}, on which it was saved, still has all that it names: /api/v1/scenarios/{id}?version={version}"
    )]
    NoLonger {
        /// What does not fit.
        error: Box<ScenarioError>,
        /// The scenario.
        id: String,
        /// The version that it was saved on.
        version: u64,
    },
    /// A filter that makes no sense of what is added.
    #[error(
        "`dataset` cannot restrict a scenario: what a scenario adds is in no data set; take sector, level, sphere or place"
    )]
    Dataset,
    /// There is no part of this name.
    #[error("an evaluation has no part `{0}`; there are {known}", known = Part::names())]
    NoSuchPart(String),
    /// Nothing has this name.
    #[error("there is no scenario `{0}`; /api/v1/scenarios lists them")]
    Missing(String),
    /// A scenario of somebody else.
    #[error("the scenario is for `{owner}` and administrators to remove, not for `{writer}`")]
    NotYours {
        /// Who wanted to change it.
        writer: String,
        /// Whose it is.
        owner: String,
    },
    /// A scenario without a title cannot be listed.
    #[error("`title` is missing: a scenario that is saved has one, so that others find it")]
    NoTitle,
    /// Too many are kept.
    #[error(
        "an owner may save {} scenarios, and all together {}; remove one that is no longer needed",
        saved::MOST_OF_AN_OWNER,
        saved::MOST_SAVED
    )]
    TooManySaved,
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

fn at(position: &Option<usize>) -> String {
    position.map_or_else(String::new, |position| format!("change {position}: "))
}

fn unknown(
    field: &str,
    what: &str,
    iri: Option<&str>,
    nearest: Option<&str>,
    was_removed: bool,
) -> String {
    let short = |text: &str| -> String {
        let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        clean.take(300).collect()
    };
    match (iri, nearest) {
        (Some(iri), _) if was_removed => format!(
            "`{field}`: <{}> is gone, because an earlier change removed it; put this change \
             before that one, or leave it out",
            short(iri)
        ),
        (Some(iri), Some(nearest)) => format!(
            "`{field}`: the data you see does not know <{}>; do you mean <{}>?",
            short(iri),
            short(nearest)
        ),
        (Some(iri), None) if what.contains(';') => {
            format!("`{field}`: `{}` is no known {what}", short(iri))
        }
        (Some(iri), None) => format!(
            "`{field}`: the data you see does not know <{}>; take the IRI of an existing {what} \
             (/api/v1/search finds it by its name), or one that an earlier change gave",
            short(iri)
        ),
        (None, _) => {
            format!("`{field}` does not name a known {what}: it is gone, or not for you to see")
        }
    }
}

impl ScenarioError {
    /// The same without the IRIs: for those who read a scenario of somebody else.
    pub fn without_names(self) -> Self {
        match self {
            Self::Unknown {
                position,
                op,
                field,
                what,
                was_removed,
                ..
            } => Self::Unknown {
                position,
                op,
                field,
                what: what.split(';').next().unwrap_or(what),
                iri: None,
                nearest: None,
                was_removed,
            },
            Self::Change { position, op, .. } => Self::Change {
                position,
                op,
                detail: "it does not fit the data of today as you may see it".to_owned(),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
