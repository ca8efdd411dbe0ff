//! The counts that say what is in the graph.

use super::datasets::owner_of;
use super::{AppError, KnowledgeGraph, iri};
use crate::ontology::iri::weft;
use crate::store::Snapshot;
use oxigraph::model::{GraphName, NamedNodeRef, Term, vocab::rdf};
use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

/// How much of what one data version holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The version that was counted.
    pub data_version: u64,
    /// Triples of all graphs together, each once.
    pub triples: usize,
    /// Resources of type `weft:Actor`.
    pub actors: usize,
    /// Resources of type `weft:Service`.
    pub services: usize,
    /// Resources of type `weft:Innovation`.
    pub innovations: usize,
    /// Sectors that something is said to belong to.
    pub sectors: usize,
    /// Governance levels that something is said to be on.
    pub levels: usize,
    /// Resources of type `weft:Participation`.
    pub participations: usize,
    /// Services said to be provided by an actor (`weft:provides`), once for each that provides it.
    pub provisions: usize,
    /// Services and innovations with an actor that takes part or provides.
    pub with_actors: usize,
    /// Resources of type `weft:Tie`.
    pub ties: usize,
    /// Graphs that hold data; the ontology and what was derived are none.
    pub datasets: usize,
}

/// Counts that are remembered, by what the view that was counted hides.
pub(super) struct Kept {
    visibility: String,
    summary: Summary,
}

/// How many views of a version have their counts remembered.
const MOST_KEPT: usize = 16;

impl KnowledgeGraph {
    /// The counts of a view; those of the last version asked for are remembered.
    pub fn summary(&self, snapshot: &Snapshot) -> Summary {
        // An earlier version that somebody cites must not take the place of the newest.
        if snapshot.version() < self.snapshot().version() {
            return count(snapshot);
        }
        let mut kept = self
            .inner
            .summary
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| known.summary.data_version == snapshot.version());
        let known = kept
            .iter()
            .find(|known| known.visibility == snapshot.visibility());
        if let Some(known) = known {
            return known.summary.clone();
        }
        let summary = count(snapshot);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Kept {
            visibility: snapshot.visibility().to_owned(),
            summary: summary.clone(),
        });
        summary
    }
}

impl KnowledgeGraph {
    /// The counts with one thing for all that links join: of actors, services and the others.
    /// Triples are those that are stated.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::merged_view`].
    pub fn merged_summary(&self, given: &Arc<Snapshot>) -> Result<Summary, AppError> {
        let merged = self.merged(given)?;
        Ok(Summary {
            triples: given.triple_count(),
            ..self.summary(&merged)
        })
    }
}

/// The counts of a snapshot that nobody keeps.
pub(super) fn count(snapshot: &Snapshot) -> Summary {
    let (provisions, with_actors) = taking_part(snapshot);
    Summary {
        provisions,
        with_actors,
        data_version: snapshot.version(),
        triples: snapshot.triple_count(),
        actors: instances(snapshot, iri::ACTOR),
        services: instances(snapshot, iri::SERVICE),
        innovations: instances(snapshot, iri::INNOVATION),
        sectors: values(
            snapshot,
            &[iri::SECTOR, iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR],
        ),
        levels: values(snapshot, &[iri::LEVEL]),
        participations: instances(snapshot, iri::PARTICIPATION),
        ties: instances(snapshot, iri::TIE),
        datasets: snapshot
            .graphs()
            .iter()
            .filter(|(graph, quads)| *quads > 0 && holds_data(graph))
            .count(),
    }
}

/// Whether a graph holds data that is counted: what is neither derived nor the ontology, and
/// describes no other graph.
pub(super) fn holds_data(graph: &GraphName) -> bool {
    match graph {
        GraphName::NamedNode(node) => {
            let is_derived = iri::DERIVED_GRAPHS
                .iter()
                .any(|name| node.as_str().strip_prefix(iri::GRAPH) == Some(name));
            // What describes a graph, and the like, is no data set of its own.
            !is_derived && owner_of(node).is_none()
        }
        GraphName::BlankNode(_) | GraphName::DefaultGraph => true,
    }
}

/// Pairs of an actor and what it provides; services and innovations with an actor.
fn taking_part(snapshot: &Snapshot) -> (usize, usize) {
    let of = |property| snapshot.quads_for_pattern(None, Some(property), None, None);
    let provisions: HashSet<_> = of(weft::PROVIDES)
        .map(|quad| (quad.subject, quad.object))
        .collect();
    let things: HashSet<Term> = of(weft::IN)
        .map(|quad| quad.object)
        .chain(provisions.iter().map(|(_, thing)| thing.clone()))
        .collect();
    let is_thing = |thing: &&Term| {
        [iri::SERVICE, iri::INNOVATION].into_iter().any(|class| {
            let thing = Some(thing.as_ref());
            let mut types =
                snapshot.quads_for_pattern(thing, Some(rdf::TYPE), Some(class.into()), None);
            types.next().is_some()
        })
    };
    (provisions.len(), things.iter().filter(is_thing).count())
}

fn instances(snapshot: &Snapshot, class: NamedNodeRef<'_>) -> usize {
    snapshot
        .quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None)
        .map(|quad| quad.subject)
        .collect::<HashSet<_>>()
        .len()
}

fn values(snapshot: &Snapshot, properties: &[NamedNodeRef<'_>]) -> usize {
    properties
        .iter()
        .flat_map(|property| snapshot.quads_for_pattern(None, Some(*property), None, None))
        .map(|quad| quad.object)
        .filter(Term::is_named_node)
        .collect::<HashSet<_>>()
        .len()
}
