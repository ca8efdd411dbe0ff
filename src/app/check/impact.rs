//! What a write would change: statements, actors, and how the headline figures would move.

use super::super::links::terms::SAME_AS;
use super::super::merging::Merging;
use super::super::networks::MeasuredNetwork;
use super::super::{AppError, GraphChange, KnowledgeGraph, MergedView, NetworkError, iri};
use crate::metrics::dependence::bridge_dependence;
use crate::metrics::mixing::{MANY_CATEGORIES, four_way};
use crate::metrics::{self, Options, Score, Task};
use crate::network::{Attribute, Filter, label};
use crate::rdf::Batch;
use crate::store::{Limits, Snapshot, StoreError};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, NamedNodeRef, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// How many things are named of each kind; all are counted.
pub const MOST_NAMED: usize = 50;
/// Metrics of networks that are compared.
const METRICS: [&str; 6] = [
    "nodes",
    "edges",
    "components",
    "sectorAssortativity",
    "levelAssortativity",
    "bridges",
];
const NETWORKS: [&str; 2] = ["collaboration", "affiliation"];

/// A thing with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its IRI, or the label of a blank node.
    pub id: String,
    /// Its name.
    pub label: String,
}

/// What changes among the things of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindChange {
    /// `actor`, `service` or `innovation`.
    pub kind: &'static str,
    /// How many there are before, and after.
    pub before: usize,
    /// How many there are afterwards.
    pub after: usize,
    /// How many are new.
    pub new: usize,
    /// How many are there before and after, and other statements are made of them.
    pub changed: usize,
    /// How many are gone.
    pub gone: usize,
    /// The first that are new, by IRI.
    pub first_new: Vec<Named>,
    /// The first that change.
    pub first_changed: Vec<Named>,
    /// The first that are gone.
    pub first_gone: Vec<Named>,
}

/// A figure before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// `collaboration`, `affiliation` or `integration`.
    pub section: &'static str,
    /// The metric or indicator.
    pub id: &'static str,
    /// The value before.
    pub before: Score,
    /// The value after.
    pub after: Score,
}

/// What a write would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Impact {
    /// The data version that it was tried out on.
    pub version: u64,
    /// Statements that the graph would have more. Blank nodes are new each time data is sent.
    pub added: usize,
    /// Statements that it would have no more.
    pub removed: usize,
    /// Statements that it would have as before.
    pub unchanged: usize,
    /// Actors, services and innovations, those that follow from foreign vocabularies included.
    pub kinds: Vec<KindChange>,
    /// Actors of the graph that other graphs describe under the same IRI.
    pub joined_by_iri: usize,
    /// Actors of the graph that an accepted link joins to one of another graph.
    pub joined_by_link: usize,
    /// Actors of the graph that an `owl:sameAs` in the data says to be one of another graph; that
    /// joins them once the link is accepted.
    pub said_to_be: usize,
    /// Actors of the graph that have the same name, and no other place, as one of another graph:
    /// perhaps the same.
    pub perhaps_joined: usize,
    /// The first that are joined.
    pub first_joined: Vec<Named>,
    /// The headline figures.
    pub figures: Vec<Figure>,
}

impl KnowledgeGraph {
    /// Tries a write out on a snapshot, and tells what it would change there. Nothing is written.
    ///
    /// # Errors
    /// [`AppError`] if the data cannot be put in, or time is up.
    ///
    /// # Complexity
    /// That of the write with its rules, and of building and measuring two networks twice.
    pub fn impact(
        &self,
        before: &Arc<Snapshot>,
        graph: &NamedNode,
        data: &Batch,
        change: GraphChange,
        limits: &Limits,
    ) -> Result<Impact, AppError> {
        let name = GraphNameRef::from(graph.as_ref());
        let after = self.store().try_out(before, |transaction| match change {
            GraphChange::Replace => transaction.replace_graph(name, data),
            GraphChange::Add => transaction.insert_into_graph(name, data),
        })?;
        let count = |from: &Snapshot, other: &Snapshot, changed: &mut BTreeSet<String>| {
            let (mut kept, mut gone) = (0, 0);
            for quad in from.quads_for_pattern(None, None, None, Some(name)) {
                if other.contains(quad.as_ref()) {
                    kept += 1;
                } else {
                    gone += 1;
                    changed.insert(text(&quad.subject.into()));
                }
            }
            (kept, gone)
        };
        let mut touched = BTreeSet::new();
        let (unchanged, removed) = count(before, &after, &mut touched);
        let (_, added) = count(&after, before, &mut touched);
        let kinds = [
            ("actor", iri::ACTOR),
            ("service", iri::SERVICE),
            ("innovation", iri::INNOVATION),
        ]
        .map(|(kind, class)| kind_change(kind, class, before, &after, &touched));
        let mut impact = Impact {
            version: before.version(),
            added,
            removed,
            unchanged,
            kinds: kinds.to_vec(),
            joined_by_iri: 0,
            joined_by_link: 0,
            said_to_be: 0,
            perhaps_joined: 0,
            first_joined: Vec::new(),
            figures: Vec::new(),
        };
        // Figures are those of the merged view, as networks and pages show them. What was tried
        // out is looked at once, so its view is not kept.
        let view = MergedView::new(&after)?;
        joins(&after, view.merging(), graph, &mut impact);
        let before = self.figures(&self.merged(before)?, limits, true)?;
        let after = self.figures(view.merged(), limits, false)?;
        impact.figures = before
            .into_iter()
            .zip(after)
            .map(|((section, id, before), (_, _, after))| Figure {
                section,
                id,
                before,
                after,
            })
            .collect();
        Ok(impact)
    }

    /// The headline figures of a snapshot. Networks of one that is tried out are not kept.
    fn figures(
        &self,
        snapshot: &Arc<Snapshot>,
        limits: &Limits,
        keep: bool,
    ) -> Result<Vec<(&'static str, &'static str, Score)>, AppError> {
        let (deadline, cancellation) = (limits.deadline, limits.cancellation.clone());
        let task = Task::until(
            None,
            Some(Box::new(move || {
                cancellation.is_cancelled()
                    || deadline.is_some_and(|deadline| Instant::now() >= deadline)
            })),
        );
        // Shares do not need the tests of chance.
        let options = Options {
            permutations: 0,
            ..Options::default()
        };
        let mut figures = Vec::new();
        for id in NETWORKS {
            let definition = self.networks().definition(id)?;
            let filter = Filter::default();
            let network: Arc<MeasuredNetwork> = if keep {
                self.network(snapshot, definition, &filter, Options::default(), limits)?
            } else {
                self.network_unkept(snapshot, definition, &filter, Options::default(), limits)?
            };
            for metric in METRICS {
                let Some(found) = metrics::find(metric) else {
                    continue;
                };
                let scores = network
                    .values(&[found], &task)
                    .map_err(NetworkError::from)?;
                if let Some((_, score)) = scores.first() {
                    figures.push((id, metric, *score));
                }
            }
            if id == NETWORKS[0] {
                let four =
                    four_way(network.network(), &options, &task).map_err(NetworkError::from)?;
                figures.push(("integration", "horizontal", four.horizontal.share));
                figures.push(("integration", "vertical", four.vertical.share));
                figures.push(("integration", "diagonal", four.diagonal.share));
                let sectors = network.network().grouping(Attribute::Sector);
                let pairs = if sectors.categories().len() <= MANY_CATEGORIES {
                    bridge_dependence(network.network(), Attribute::Sector)
                } else {
                    Vec::new()
                };
                let joined = pairs.iter().filter(|pair| pair.actors > 0);
                let on_one = pairs.iter().filter(|pair| pair.actors > 0 && pair.is_cut);
                let count = |number: usize| Score::Value(number as f64);
                figures.push(("integration", "joinedSectorPairs", count(joined.count())));
                figures.push(("integration", "pairsOnOneActor", count(on_one.count())));
            }
        }
        if task.is_cancelled() {
            return Err(StoreError::TimedOut.into());
        }
        Ok(figures)
    }
}

type Things = BTreeMap<String, Term>;

/// The things of a class, in the order of their names.
fn things(snapshot: &Snapshot, class: NamedNodeRef<'_>) -> Things {
    let quads = snapshot.quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None);
    quads
        .map(|quad| Term::from(quad.subject))
        .map(|term| (text(&term), term))
        .collect()
}

fn text(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        other => other.to_string(),
    }
}

fn kind_change(
    kind: &'static str,
    class: NamedNodeRef<'_>,
    before: &Snapshot,
    after: &Snapshot,
    changed: &BTreeSet<String>,
) -> KindChange {
    let (old, new) = (things(before, class), things(after, class));
    let mut change = KindChange {
        kind,
        before: old.len(),
        after: new.len(),
        ..KindChange::default()
    };
    let note = |count: &mut usize, list: &mut Vec<Named>, term: &Term, snapshot: &Snapshot| {
        *count += 1;
        if list.len() < MOST_NAMED {
            list.push(named(term, snapshot));
        }
    };
    for (id, term) in &new {
        if !old.contains_key(id) {
            note(&mut change.new, &mut change.first_new, term, after);
        } else if changed.contains(id) {
            note(&mut change.changed, &mut change.first_changed, term, after);
        }
    }
    for (id, term) in &old {
        if !new.contains_key(id) {
            note(&mut change.gone, &mut change.first_gone, term, before);
        }
    }
    change
}

fn named(term: &Term, snapshot: &Snapshot) -> Named {
    Named {
        id: text(term),
        label: label(term, snapshot),
    }
}

/// Whether a graph belongs to a data set: it is its graph, or one below.
fn is_of(graph: &GraphName, set: &NamedNode) -> bool {
    let GraphName::NamedNode(graph) = graph else {
        return false;
    };
    let rest = graph.as_str().strip_prefix(set.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a graph holds what weft made of others.
fn is_derived(graph: &GraphName) -> bool {
    let derived = [iri::INFERRED_GRAPH, iri::METRICS_GRAPH];
    matches!(graph, GraphName::NamedNode(graph) if derived.contains(&graph.as_ref()))
}

/// Counts the actors of a graph that are joined to those of others.
fn joins(after: &Snapshot, merging: &Merging, graph: &NamedNode, impact: &mut Impact) {
    let actors = things(after, iri::ACTOR);
    let mut own = Vec::new();
    let mut others = BTreeSet::new();
    for (id, actor) in &actors {
        let (mut here, mut elsewhere) = (false, false);
        for quad in after.quads_for_pattern(Some(actor.as_ref()), None, None, None) {
            if is_of(&quad.graph_name, graph) {
                here = true;
            } else if !is_derived(&quad.graph_name) {
                elsewhere = true;
            }
        }
        if elsewhere {
            others.insert(id.as_str());
        }
        if here {
            own.push((id, actor, elsewhere));
        }
    }
    // Names of what only others describe.
    let own_ids: BTreeSet<&str> = own.iter().map(|(id, ..)| id.as_str()).collect();
    let mut by_name: BTreeMap<String, Vec<&Term>> = BTreeMap::new();
    for (id, actor) in &actors {
        if others.contains(id.as_str()) && !own_ids.contains(id.as_str()) {
            for name in names(after, actor) {
                by_name.entry(name).or_default().push(actor);
            }
        }
    }
    for (_, actor, elsewhere) in own {
        let class = match actor {
            Term::NamedNode(node) => merging.class(node),
            _ => None,
        };
        let is_linked = class.is_some_and(|class| {
            let mut members = class.members.iter().map(NamedNode::as_str);
            members.any(|other| other != text(actor) && others.contains(other))
        });
        impact.joined_by_iri += usize::from(elsewhere);
        impact.joined_by_link += usize::from(is_linked);
        if (elsewhere || is_linked) && impact.first_joined.len() < MOST_NAMED {
            impact.first_joined.push(named(actor, after));
        }
        let is_said_to_be = || {
            let mut same = said_to_be(after, actor);
            same.any(|other| others.contains(other.as_str()))
        };
        if elsewhere || is_linked {
            continue;
        }
        if is_said_to_be() {
            impact.said_to_be += 1;
        } else {
            let places = places(after, actor);
            let is_alike = names(after, actor)
                .iter()
                .filter_map(|name| by_name.get(name))
                .flatten()
                .any(|other| {
                    let theirs = self::places(after, other);
                    places.is_empty() || theirs.is_empty() || !places.is_disjoint(&theirs)
                });
            impact.perhaps_joined += usize::from(is_alike);
        }
    }
}

/// What an `owl:sameAs` says a node to be, in either direction.
fn said_to_be<'a>(snapshot: &'a Snapshot, node: &'a Term) -> impl Iterator<Item = String> + 'a {
    let forward = snapshot.quads_for_pattern(Some(node.as_ref()), Some(SAME_AS), None, None);
    let back = snapshot.quads_for_pattern(None, Some(SAME_AS), Some(node.as_ref()), None);
    forward
        .map(|quad| text(&quad.object))
        .chain(back.map(|quad| text(&quad.subject.into())))
}

/// Names, folded so that case, spacing and signs do not count.
fn names(snapshot: &Snapshot, node: &Term) -> BTreeSet<String> {
    let properties = [
        rdfs::LABEL,
        iri::PREF_LABEL,
        iri::FOAF_NAME,
        iri::SCHEMA_NAME,
    ];
    properties
        .into_iter()
        .flat_map(|property| {
            snapshot.quads_for_pattern(Some(node.as_ref()), Some(property), None, None)
        })
        .filter_map(|quad| match quad.object {
            Term::Literal(literal) => Some(crate::ingest::check::folded_name(literal.value())),
            _ => None,
        })
        .filter(|name| !name.is_empty())
        .collect()
}

fn places(snapshot: &Snapshot, node: &Term) -> BTreeSet<String> {
    let place = crate::ontology::iri::weft::PLACE;
    snapshot
        .quads_for_pattern(Some(node.as_ref()), Some(place), None, None)
        .map(|quad| text(&quad.object))
        .collect()
}
