//! A change in the making: what the single writer does between two snapshots.

use super::dictionary::{Dictionary, GrowingDictionary};
use super::error::StoreError;
use super::index::{GraphScope, compose};
use super::skolem;
use super::snapshot::{Change, Snapshot};
use super::trees::HiddenGraphs;
use crate::rdf::{
    Batch, CodedQuad, DEFAULT_GRAPH, DamagedTerm, KeyView, TermId, graph_name_ref, node_of_term,
};
use oxigraph::model::{GraphName, GraphNameRef, NamedOrBlankNodeRef, QuadRef};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Operations that may wait before they are turned into a snapshot; bounds memory in a replay.
const MOST_PENDING: usize = 8 << 20;

/// A change in the making, on the newest snapshot. Nobody else writes meanwhile, and nobody sees
/// it before it is committed.
pub struct Transaction {
    start: Arc<Snapshot>,
    current: Arc<Snapshot>,
    dictionary: GrowingDictionary,
    /// Quads with what is to be: there or gone. The last word on a quad counts.
    pending: Vec<(CodedQuad, bool)>,
    created: BTreeSet<TermId>,
    dropped: BTreeSet<TermId>,
    prefixes: BTreeMap<String, String>,
    /// The net change from `start` to `current`.
    net: (Vec<CodedQuad>, Vec<CodedQuad>),
    /// Graphs that whoever writes may not see.
    unseen: HiddenGraphs,
    /// Whether the rules are to run although nothing of theirs was touched.
    rules_again: bool,
}

/// A finished change: the snapshot it leads to and what a record of it says.
pub(super) struct Finished {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) added: Vec<CodedQuad>,
    pub(super) removed: Vec<CodedQuad>,
    pub(super) created: Vec<TermId>,
    pub(super) dropped: Vec<TermId>,
    pub(super) prefixes: BTreeMap<String, String>,
    /// Knows all terms of the change, also those of dropped graphs.
    pub(super) dictionary: Dictionary,
}

impl Finished {
    /// The graphs that are not what they were.
    pub(super) fn graphs(&self) -> BTreeSet<TermId> {
        let quads = self.added.iter().chain(&self.removed);
        let names = self.created.iter().chain(&self.dropped);
        quads.map(|quad| quad[3]).chain(names.copied()).collect()
    }
}

impl Transaction {
    pub(super) fn new(start: Arc<Snapshot>) -> Self {
        debug_assert!(start.hidden().is_empty(), "changes are made on the whole");
        Self {
            current: Arc::clone(&start),
            dictionary: start.growing_dictionary(),
            start,
            pending: Vec::new(),
            created: BTreeSet::new(),
            dropped: BTreeSet::new(),
            prefixes: BTreeMap::new(),
            net: Default::default(),
            unseen: HiddenGraphs::default(),
            rules_again: false,
        }
    }

    /// Says which graphs whoever writes may not see: the patterns of an update do not find them,
    /// `CLEAR ALL` leaves them alone, and nothing is written to them.
    pub fn keep_unseen(&mut self, graphs: impl Into<HiddenGraphs>) {
        self.unseen = graphs.into();
    }

    /// The data as whoever writes may see it.
    pub(super) fn seen(&mut self) -> Arc<Snapshot> {
        let snapshot = self.snapshot();
        if self.unseen.is_empty() {
            return snapshot;
        }
        Arc::new(snapshot.hiding(self.unseen.clone()))
    }

    pub(super) fn is_unseen(&self, graph: &GraphName) -> bool {
        matches!(graph, GraphName::NamedNode(graph) if self.unseen.contains(graph))
    }

    /// Has the alignment rules run when this is committed, whatever else it changes.
    pub fn derive_again(&mut self) {
        self.rules_again = true;
    }

    pub(super) fn rules_must_run(&self) -> bool {
        self.rules_again
    }

    /// The data before this transaction.
    pub(super) fn start(&self) -> Arc<Snapshot> {
        Arc::clone(&self.start)
    }

    /// The data as it stands in this transaction.
    pub fn snapshot(&mut self) -> Arc<Snapshot> {
        self.apply_pending();
        Arc::clone(&self.current)
    }

    /// The graphs that are not what they were, as far as they are there.
    pub fn touched(&mut self) -> Vec<GraphName> {
        self.apply_pending();
        let quads = self.net.0.iter().chain(&self.net.1);
        let ids: BTreeSet<TermId> = quads.map(|quad| quad[3]).collect();
        ids.into_iter()
            .filter(|id| self.current.graph_ids().contains_key(id))
            .filter_map(|id| match id {
                DEFAULT_GRAPH => Some(GraphName::DefaultGraph),
                id => Some(node_of_term(self.current.term(id).ok()?)?.into()),
            })
            .collect()
    }

    /// Adds a quad.
    pub fn insert(&mut self, quad: QuadRef<'_>) {
        let quad = self.intern(quad);
        self.push(quad, true);
    }

    /// Removes a quad.
    pub fn remove(&mut self, quad: QuadRef<'_>) {
        let meant = skolem::resolved_quad(quad);
        let quad = meant.as_ref().map_or(quad, |meant| meant.as_ref());
        let dictionary = &mut self.dictionary;
        let graph = match quad.graph_name {
            GraphNameRef::DefaultGraph => Some(DEFAULT_GRAPH),
            GraphNameRef::NamedNode(node) => dictionary.find(node.into()),
            GraphNameRef::BlankNode(node) => dictionary.find(node.into()),
        };
        // A quad with a term that is nowhere is nowhere.
        if let (Some(s), Some(p), Some(o), Some(g)) = (
            dictionary.find(quad.subject.into()),
            dictionary.find(quad.predicate.into()),
            dictionary.find(quad.object),
            graph,
        ) {
            self.push([s, p, o, g], false);
        }
    }

    /// Adds all quads of a batch, and takes over its prefixes.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the batch is malformed.
    pub fn insert_batch(&mut self, batch: &Batch) -> Result<(), StoreError> {
        self.insert_renamed(batch, None)
    }

    /// Adds all triples of a batch to one graph, whatever graph they name, and takes over its
    /// prefixes.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the batch is malformed.
    pub fn insert_into_graph(
        &mut self,
        graph: GraphNameRef<'_>,
        batch: &Batch,
    ) -> Result<(), StoreError> {
        let graph = self.intern_graph(graph);
        self.insert_renamed(batch, Some(graph))
    }

    /// Makes a graph hold exactly the triples of a batch. It exists afterwards, if only empty.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the batch is malformed.
    pub fn replace_graph(
        &mut self,
        graph: GraphNameRef<'_>,
        batch: &Batch,
    ) -> Result<(), StoreError> {
        self.clear_graph(graph);
        let graph = self.intern_graph(graph);
        self.create(graph);
        self.insert_renamed(batch, Some(graph))
    }

    fn insert_renamed(&mut self, batch: &Batch, graph: Option<TermId>) -> Result<(), StoreError> {
        for (name, iri) in batch.prefixes() {
            if self.current.prefixes().get(name) != Some(iri) {
                self.prefixes.insert(name.clone(), iri.clone());
            }
        }
        let numbers = self.dictionary.intern_keys(batch.terms().iter())?;
        let nodes = self.blank_nodes_written_as_iris(batch, &numbers);
        let node = |id: TermId| match nodes.get(&id) {
            Some(node) => *node,
            None => numbers[id as usize],
        };
        self.pending.reserve(batch.len());
        for &[s, p, o, g] in batch.quads() {
            let graph = graph.unwrap_or_else(|| node(g));
            self.push([node(s), numbers[p as usize], node(o), graph], true);
        }
        Ok(())
    }

    /// The numbers of the blank nodes that a batch writes as IRIs, and of the triple terms that
    /// hold such, by their numbers in the batch.
    fn blank_nodes_written_as_iris(
        &mut self,
        batch: &Batch,
        numbers: &[TermId],
    ) -> HashMap<TermId, TermId> {
        let mut nodes = HashMap::new();
        let mut key = Vec::new();
        for (id, known) in (1..).zip(batch.terms().iter()) {
            // Most keys are settled by their first bytes.
            let begins = known.get(1..).unwrap_or_default();
            if !begins.starts_with(skolem::GENID.as_bytes()) && nodes.is_empty() {
                continue;
            }
            match KeyView::parse(known) {
                Ok(KeyView::Iri(iri)) => {
                    if let Some(node) = skolem::node_of_iri(iri) {
                        KeyView::BlankNode(node.as_str()).write(&mut key);
                        nodes.insert(id, self.dictionary.intern_key(&key));
                    }
                }
                Ok(KeyView::Triple([s, p, o]))
                    if nodes.contains_key(&s) || nodes.contains_key(&o) =>
                {
                    let part = |id: TermId| match nodes.get(&id) {
                        Some(node) => *node,
                        None => numbers.get(id as usize).copied().unwrap_or_default(),
                    };
                    let predicate = numbers.get(p as usize).copied().unwrap_or_default();
                    KeyView::Triple([part(s), predicate, part(o)]).write(&mut key);
                    nodes.insert(id, self.dictionary.intern_key(&key));
                }
                _ => {}
            }
        }
        nodes
    }

    /// Remembers a prefix for people; the last IRI given for a name stays.
    pub fn set_prefix(&mut self, name: &str, iri: &str) {
        self.prefixes.insert(name.to_owned(), iri.to_owned());
    }

    /// Makes a named graph exist, if only empty.
    pub fn create_graph(&mut self, graph: NamedOrBlankNodeRef<'_>) {
        let graph = self.intern_graph(graph_name_ref(graph));
        self.create(graph);
    }

    fn create(&mut self, graph: TermId) {
        if graph != DEFAULT_GRAPH {
            self.created.insert(graph);
            self.dropped.remove(&graph);
        }
    }

    /// Removes all quads of a graph.
    pub fn clear_graph(&mut self, graph: GraphNameRef<'_>) {
        self.apply_pending();
        if let Some(graph) = self.current.graph_id(graph) {
            self.clear(graph);
        }
    }

    /// Removes all quads of a graph and forgets its name.
    pub fn drop_graph(&mut self, graph: GraphNameRef<'_>) {
        self.apply_pending();
        if let Some(graph) = self.current.graph_id(graph) {
            self.drop(graph);
        }
    }

    /// Removes all quads of the graphs that `keep` does not spare; with `forget`, their names too.
    pub(super) fn clear_graphs(&mut self, forget: bool, spare: impl Fn(TermId) -> bool) {
        self.apply_pending();
        let graphs: Vec<_> = self.seen().graph_ids().keys().copied().collect();
        for graph in graphs.into_iter().filter(|graph| !spare(*graph)) {
            if forget {
                self.drop(graph);
            } else {
                self.clear(graph);
            }
        }
    }

    fn clear(&mut self, graph: TermId) {
        let current = Arc::clone(&self.current);
        for quad in current.scan([None; 3], GraphScope::One(graph)) {
            self.pending.push((quad, false));
        }
    }

    fn drop(&mut self, graph: TermId) {
        self.clear(graph);
        self.created.remove(&graph);
        if graph != DEFAULT_GRAPH {
            self.dropped.insert(graph);
        }
    }

    fn intern(&mut self, quad: QuadRef<'_>) -> CodedQuad {
        let meant = skolem::resolved_quad(quad);
        let quad = meant.as_ref().map_or(quad, |meant| meant.as_ref());
        [
            self.dictionary.intern(quad.subject.into()),
            self.dictionary.intern(quad.predicate.into()),
            self.dictionary.intern(quad.object),
            self.intern_graph(quad.graph_name),
        ]
    }

    pub(super) fn intern_graph(&mut self, graph: GraphNameRef<'_>) -> TermId {
        if let Some(node) = skolem::resolved_graph(graph) {
            return self.dictionary.intern(node.as_ref().into());
        }
        match graph {
            GraphNameRef::DefaultGraph => DEFAULT_GRAPH,
            GraphNameRef::NamedNode(node) => self.dictionary.intern(node.into()),
            GraphNameRef::BlankNode(node) => self.dictionary.intern(node.into()),
        }
    }

    /// Takes over coded quads whose keys came from elsewhere: a record of the log.
    pub(super) fn replay<'a>(
        &mut self,
        keys: impl ExactSizeIterator<Item = &'a [u8]>,
        quads: &[CodedQuad],
        present: bool,
    ) -> Result<(), DamagedTerm> {
        let numbers = self.dictionary.intern_keys(keys)?;
        self.pending.reserve(quads.len());
        for quad in quads {
            let number = |id: TermId| {
                numbers
                    .get(id as usize)
                    .copied()
                    .ok_or_else(DamagedTerm::no_such_term)
            };
            let [s, p, o, g] = *quad;
            self.push([number(s)?, number(p)?, number(o)?, number(g)?], present);
        }
        if self.pending.len() > MOST_PENDING {
            self.apply_pending();
        }
        Ok(())
    }

    fn push(&mut self, quad: CodedQuad, present: bool) {
        if present && !self.dropped.is_empty() {
            self.dropped.remove(&quad[3]);
        }
        self.pending.push((quad, present));
    }

    /// Turns what is pending into the next current snapshot.
    fn apply_pending(&mut self) {
        if self.pending.is_empty()
            && self.created.is_empty()
            && self.dropped.is_empty()
            && self.prefixes.is_empty()
        {
            return;
        }
        let mut pending = std::mem::take(&mut self.pending);
        // Stable: the last word on a quad stays last.
        pending.par_sort_by_key(|(quad, _)| *quad);
        let last_words: Vec<_> = pending
            .chunk_by(|left, right| left.0 == right.0)
            .filter_map(<[_]>::last)
            .copied()
            .collect();
        drop(pending);
        let current = Arc::clone(&self.current);
        let is_empty = current.is_empty();
        let effective: Vec<_> = last_words
            .into_par_iter()
            .filter(|(quad, present)| (!is_empty && current.contains_coded(*quad)) != *present)
            .collect();
        let (added, removed): (Vec<_>, Vec<_>) =
            effective.into_iter().partition(|(_, present)| *present);
        let quads = |side: Vec<(CodedQuad, bool)>| side.into_iter().map(|(quad, _)| quad).collect();
        let (added, removed): (Vec<_>, Vec<_>) = (quads(added), quads(removed));
        let growing = std::mem::replace(
            &mut self.dictionary,
            GrowingDictionary::new(Dictionary::default()),
        );
        let change = Change {
            dictionary: growing.finish(),
            added,
            removed,
            created: std::mem::take(&mut self.created).into_iter().collect(),
            dropped: std::mem::take(&mut self.dropped).into_iter().collect(),
            prefixes: std::mem::take(&mut self.prefixes),
        };
        self.current = Arc::new(self.current.changed(&change));
        self.dictionary = self.current.growing_dictionary();
        let net = std::mem::take(&mut self.net);
        self.net = if net.0.is_empty() && net.1.is_empty() {
            (change.added, change.removed)
        } else {
            compose(net, (change.added, change.removed))
        };
    }

    /// What changed so far: quads added and removed.
    pub(super) fn net(&mut self) -> (&[CodedQuad], &[CodedQuad]) {
        self.apply_pending();
        (&self.net.0, &self.net.1)
    }

    /// Ends the transaction, or `None` if nothing changed.
    pub(super) fn finish(mut self) -> Option<Finished> {
        self.apply_pending();
        let (start, current) = (self.start.graph_ids(), self.current.graph_ids());
        let missing = |from: &BTreeMap<TermId, usize>, to: &BTreeMap<TermId, usize>| {
            from.keys()
                .filter(|graph| **graph != DEFAULT_GRAPH && !to.contains_key(graph))
                .copied()
                .collect::<Vec<_>>()
        };
        let (created, dropped) = (missing(current, start), missing(start, current));
        let prefixes: BTreeMap<_, _> = self
            .current
            .prefixes()
            .iter()
            .filter(|(name, iri)| self.start.prefixes().get(*name) != Some(iri))
            .map(|(name, iri)| (name.clone(), iri.clone()))
            .collect();
        let (added, removed) = self.net;
        if added.is_empty()
            && removed.is_empty()
            && created.is_empty()
            && dropped.is_empty()
            && prefixes.is_empty()
        {
            return None;
        }
        Some(Finished {
            dictionary: self.current.dictionary.clone(),
            snapshot: self.current,
            added,
            removed,
            created,
            dropped,
            prefixes,
        })
    }
}
