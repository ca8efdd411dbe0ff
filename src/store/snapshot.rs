//! An immutable version of the data: what every reader sees from beginning to end.

use super::dictionary::{Dictionary, GrowingDictionary, compacted};
use super::hiding::Hidden;
use super::index::{Base, Delta, GraphScope, Matches};
use super::skolem;
use super::statistics::StatisticsCell;
use super::text::Texts;
use crate::rdf::{CodedQuad, DEFAULT_GRAPH, DamagedTerm, TermId, node_of_term, quad_of_terms};
use jiff::Timestamp;
use oxigraph::model::{GraphName, GraphNameRef, NamedNodeRef, Quad, QuadRef, Term, TermRef};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

/// A delta is merged into the base when it outgrows both of these.
const SMALL_DELTA: usize = 4_096;
const DELTA_SHARE: usize = 64;
/// Beyond this a delta costs every commit too much, however large the base is.
const LARGEST_DELTA: usize = 65_536;

/// The commit that changed a graph last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastChange {
    /// The data version that it made.
    pub version: u64,
    /// When.
    pub time: Timestamp,
}

/// One version of the data, immutable and cheap to share.
///
/// A snapshot is a dictionary, a large sorted base and a small sorted delta over it. A commit
/// makes the next one; readers keep theirs as long as they need it, and its memory is given back
/// after the last of them. Queries, statistics and networks that read one snapshot read one
/// version.
pub struct Snapshot {
    version: u64,
    pub(super) dictionary: Dictionary,
    pub(super) base: Arc<Base>,
    pub(super) delta: Arc<Delta>,
    /// Quads by graph; a named graph that was created stays here although it is empty.
    graphs: Arc<BTreeMap<TermId, usize>>,
    /// Counted at each commit; in a view, when it is asked for.
    triples: OnceLock<usize>,
    prefixes: Arc<BTreeMap<String, String>>,
    /// From this version on it is known when a graph changed last.
    watched_since: u64,
    /// What changed each graph last, as far as that is known.
    changed_at: Arc<BTreeMap<TermId, LastChange>>,
    hidden: Arc<Hidden>,
    pub(super) statistics: Arc<StatisticsCell>,
    /// What text search has made of base and delta so far.
    pub(super) texts: Texts,
}

impl Snapshot {
    /// The empty store at a version.
    pub(super) fn empty(version: u64) -> Self {
        Self {
            version,
            dictionary: Dictionary::default(),
            base: Arc::default(),
            delta: Arc::default(),
            graphs: Arc::default(),
            triples: OnceLock::from(0),
            prefixes: Arc::default(),
            watched_since: version,
            changed_at: Arc::default(),
            hidden: Arc::default(),
            statistics: Arc::default(),
            texts: Texts::default(),
        }
    }

    /// The data version: an integer that grows with each commit and survives restarts.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many quads there are.
    pub fn len(&self) -> usize {
        self.graphs.values().sum()
    }

    /// Whether there is no quad.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many triples the union of all graphs has: one that several graphs state counts once.
    pub fn triple_count(&self) -> usize {
        *self
            .triples
            .get_or_init(|| self.scan([None; 3], GraphScope::Union).count())
    }

    /// Prefixes that came with the data, by name. A view that hides graphs has none: nobody knows
    /// which graph they came with.
    pub fn prefixes(&self) -> &BTreeMap<String, String> {
        &self.prefixes
    }

    /// Bytes this snapshot holds, parts shared with other snapshots included.
    pub fn heap_bytes(&self) -> usize {
        self.dictionary.heap_bytes()
            + self.base.heap_bytes()
            + self.delta.heap_bytes()
            + self.texts.heap_bytes()
    }

    /// Bytes of what lies over the base: what this snapshot has for itself, or shares with few.
    pub fn delta_bytes(&self) -> usize {
        self.delta.heap_bytes()
    }

    /// Bytes of the parts that are not in `seen`; they are put into it.
    pub(super) fn count_bytes(&self, seen: &mut HashSet<usize>) -> usize {
        let mut bytes = self.dictionary.count_bytes(seen);
        if seen.insert(Arc::as_ptr(&self.base) as usize) {
            bytes += self.base.heap_bytes();
        }
        if seen.insert(Arc::as_ptr(&self.delta) as usize) {
            bytes += self.delta.heap_bytes();
        }
        bytes
    }

    /// The graphs with their numbers of quads, ordered by name; the default graph comes first,
    /// and only if it is not empty.
    pub fn graphs(&self) -> Vec<(GraphName, usize)> {
        let mut graphs: Vec<_> = self
            .graphs
            .iter()
            .filter_map(|(id, quads)| {
                if *id == DEFAULT_GRAPH {
                    return (*quads > 0).then_some((GraphName::DefaultGraph, *quads));
                }
                let name = node_of_term(self.dictionary.term(*id).ok()?)?;
                Some((name.into(), *quads))
            })
            .collect();
        graphs.sort_by_cached_key(|(name, _)| match name {
            GraphName::DefaultGraph => String::new(),
            name => name.to_string(),
        });
        graphs
    }

    /// Whether a graph is there. The default graph always is; a named one from its first quad or
    /// its creation on, until it is dropped.
    pub fn contains_graph(&self, graph: GraphNameRef<'_>) -> bool {
        graph.is_default_graph()
            || self
                .graph_id(graph)
                .is_some_and(|id| self.graphs.contains_key(&id))
    }

    /// How many quads a graph has.
    pub fn graph_len(&self, graph: GraphNameRef<'_>) -> usize {
        self.graph_id(graph)
            .and_then(|id| self.graphs.get(&id).copied())
            .unwrap_or_default()
    }

    /// Whether a quad is there.
    pub fn contains(&self, quad: QuadRef<'_>) -> bool {
        self.quads_for_pattern(
            Some(quad.subject.into()),
            Some(quad.predicate),
            Some(quad.object),
            Some(quad.graph_name),
        )
        .next()
        .is_some()
    }

    /// The quads that match, in no promised order. Without `graph`: of all graphs, the default
    /// graph included.
    pub fn quads_for_pattern(
        &self,
        subject: Option<TermRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> impl Iterator<Item = Quad> + '_ {
        self.matches(subject, predicate, object, graph)
            .into_iter()
            .flatten()
            .filter_map(|quad| self.decode(quad).ok())
    }

    /// How many quads match a pattern.
    pub fn count_for_pattern(
        &self,
        subject: Option<TermRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> usize {
        self.matches(subject, predicate, object, graph)
            .map_or(0, Iterator::count)
    }

    /// The matching quads, or `None` if a term of the pattern is nowhere in the store.
    fn matches(
        &self,
        subject: Option<TermRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Option<Matches<'_>> {
        let mut buffer = Vec::new();
        let mut id = |term: Option<TermRef<'_>>| match term {
            None => Some(None),
            Some(term) => self.dictionary.find(term, &mut buffer).map(Some),
        };
        let (meant_subject, meant_object) = (
            subject.and_then(skolem::resolved),
            object.and_then(skolem::resolved),
        );
        let subject = meant_subject.as_ref().map(Term::as_ref).or(subject);
        let object = meant_object.as_ref().map(Term::as_ref).or(object);
        let pattern = [id(subject)?, id(predicate.map(Into::into))?, id(object)?];
        let scope = match graph {
            None => GraphScope::All,
            Some(graph) => GraphScope::One(self.graph_id(graph)?),
        };
        Some(self.scan(pattern, scope))
    }

    /// The quads of a scope that match, without those of hidden graphs.
    pub(super) fn scan(&self, pattern: [Option<TermId>; 3], scope: GraphScope) -> Matches<'_> {
        Matches::new(&self.base, &self.delta, pattern, scope, &self.hidden.ids)
    }

    pub(super) fn hidden_parts(&self) -> &Hidden {
        &self.hidden
    }

    /// A view of the same version; see [`Snapshot::hiding`].
    pub(super) fn without(&self, hidden: Arc<Hidden>) -> Self {
        let mut graphs = Arc::clone(&self.graphs);
        let mut triples = self.triples.clone();
        let mut prefixes = Arc::clone(&self.prefixes);
        if !hidden.ids.is_empty() {
            let kept = self.graphs.iter();
            let kept = kept.filter(|(graph, _)| hidden.ids.binary_search(graph).is_err());
            graphs = Arc::new(kept.map(|(graph, quads)| (*graph, *quads)).collect());
            triples = OnceLock::new();
            prefixes = Arc::default();
        }
        Self {
            version: self.version,
            dictionary: self.dictionary.clone(),
            base: Arc::clone(&self.base),
            delta: Arc::clone(&self.delta),
            graphs,
            triples,
            prefixes,
            watched_since: self.watched_since,
            changed_at: Arc::clone(&self.changed_at),
            hidden,
            statistics: Arc::clone(&self.statistics),
            texts: self.texts.clone(),
        }
    }

    /// This version with nothing hidden.
    pub(super) fn whole(&self) -> Self {
        let mut whole = self.with_version(self.version);
        if let Some(graphs) = &self.hidden.whole {
            whole.graphs = Arc::clone(graphs);
            whole.triples = OnceLock::new();
            whole.hidden = Arc::default();
        }
        whole
    }

    pub(super) fn graph_counts(&self) -> &Arc<BTreeMap<TermId, usize>> {
        &self.graphs
    }

    pub(super) fn graph_ids(&self) -> &BTreeMap<TermId, usize> {
        &self.graphs
    }

    /// The number of a graph name, if the name is known.
    pub(super) fn graph_id(&self, graph: GraphNameRef<'_>) -> Option<TermId> {
        if let Some(node) = skolem::resolved_graph(graph) {
            return self.dictionary.find(node.as_ref().into(), &mut Vec::new());
        }
        match graph {
            GraphNameRef::DefaultGraph => Some(DEFAULT_GRAPH),
            GraphNameRef::NamedNode(node) => self.dictionary.find(node.into(), &mut Vec::new()),
            GraphNameRef::BlankNode(node) => self.dictionary.find(node.into(), &mut Vec::new()),
        }
    }

    pub(super) fn decode(&self, [s, p, o, g]: CodedQuad) -> Result<Quad, DamagedTerm> {
        let graph = match g {
            DEFAULT_GRAPH => None,
            g => Some(self.dictionary.term(g)?),
        };
        quad_of_terms(
            self.dictionary.term(s)?,
            self.dictionary.term(p)?,
            self.dictionary.term(o)?,
            graph,
        )
        .ok_or_else(DamagedTerm::no_such_term)
    }

    pub(super) fn term(&self, id: TermId) -> Result<Term, DamagedTerm> {
        self.dictionary.term(id)
    }

    pub(super) fn contains_coded(&self, quad: CodedQuad) -> bool {
        let [s, p, o, g] = quad;
        self.scan([Some(s), Some(p), Some(o)], GraphScope::One(g))
            .next()
            .is_some()
    }

    fn contains_triple(&self, [s, p, o, _]: CodedQuad) -> bool {
        self.scan([Some(s), Some(p), Some(o)], GraphScope::All)
            .next()
            .is_some()
    }

    /// The snapshot after a change.
    pub(super) fn changed(&self, change: &Change) -> Self {
        self.after(change, true)
    }

    /// The same, over the same base however much is changed: for a view that nothing is committed
    /// on.
    pub(super) fn changed_over_base(&self, change: &Change) -> Self {
        self.after(change, false)
    }

    fn after(&self, change: &Change, may_merge: bool) -> Self {
        let mut graphs = BTreeMap::clone(&self.graphs);
        for quad in &change.added {
            *graphs.entry(quad[3]).or_default() += 1;
        }
        for quad in &change.removed {
            if let Some(quads) = graphs.get_mut(&quad[3]) {
                *quads = quads.saturating_sub(1);
            }
        }
        for graph in &change.created {
            graphs.entry(*graph).or_default();
        }
        for graph in &change.dropped {
            if graphs.get(graph) == Some(&0) {
                graphs.remove(graph);
            }
        }
        let mut prefixes = Arc::clone(&self.prefixes);
        if !change.prefixes.is_empty() {
            Arc::make_mut(&mut prefixes).extend(change.prefixes.clone());
        }
        let mut next = Self {
            version: self.version,
            dictionary: change.dictionary.clone(),
            base: Arc::clone(&self.base),
            delta: Arc::clone(&self.delta),
            graphs: Arc::new(graphs),
            triples: self.triples.clone(),
            prefixes,
            watched_since: self.watched_since,
            changed_at: Arc::clone(&self.changed_at),
            hidden: Arc::clone(&self.hidden),
            statistics: Arc::clone(&self.statistics),
            texts: self.texts.clone(),
        };
        if change.added.is_empty() && change.removed.is_empty() {
            return next;
        }
        next.delta = Arc::new(
            self.delta
                .changed(&self.base, &change.added, &change.removed),
        );
        let changes = change.added.len() + change.removed.len();
        let outgrown = may_merge
            && (next.delta.len() > SMALL_DELTA.max(next.base.len() / DELTA_SHARE)
                || next.delta.len() > LARGEST_DELTA);
        if outgrown {
            next.base = Arc::new(next.base.merged(&next.delta));
            next.delta = Arc::default();
        }
        next.texts = self.texts.next(!outgrown);
        if !may_merge {
            // Counted when it is asked for.
            next.triples = OnceLock::new();
        } else if changes > SMALL_DELTA {
            next.triples = OnceLock::from(next.scan([None; 3], GraphScope::Union).count());
        } else {
            next.triples = OnceLock::from(
                self.triple_count()
                    + distinct_triples(&change.added, |triple| !self.contains_triple(triple))
                    - distinct_triples(&change.removed, |triple| !next.contains_triple(triple)),
            );
        }
        next.statistics = Arc::new(StatisticsCell::after(
            self,
            &next,
            &change.added,
            &change.removed,
        ));
        next
    }

    /// Renumbers the terms when most of the dictionary is no longer referred to. Looks only after
    /// a merge of the delta, so that commits in between stay small.
    pub(super) fn collect_garbage(&mut self) -> Result<(), DamagedTerm> {
        const WORTH_IT: usize = 50_000;
        if self.dictionary.len() < WORTH_IT || !self.delta.is_empty() {
            return Ok(());
        }
        let mut used = vec![false; self.dictionary.len() + 1];
        for quad in self.scan([None; 3], GraphScope::All) {
            for id in quad {
                used[id as usize] = true;
            }
        }
        for graph in self.graphs.keys() {
            used[*graph as usize] = true;
        }
        used[DEFAULT_GRAPH as usize] = false;
        let live = used.iter().filter(|used| **used).count();
        if live * 2 > self.dictionary.len() {
            return Ok(());
        }
        let (dictionary, numbers) = compacted(&self.dictionary, &used)?;
        let renumbered = |id: TermId| numbers[id as usize];
        let quads = self
            .scan([None; 3], GraphScope::All)
            .map(|quad| quad.map(renumbered))
            .collect();
        self.graphs = Arc::new(
            self.graphs
                .iter()
                .map(|(graph, quads)| (renumbered(*graph), *quads))
                .collect(),
        );
        self.changed_at = Arc::new(
            self.changed_at
                .iter()
                .map(|(graph, version)| (renumbered(*graph), *version))
                .filter(|(graph, _)| self.graphs.contains_key(graph) || *graph == DEFAULT_GRAPH)
                .collect(),
        );
        self.base = Arc::new(Base::new(quads));
        self.delta = Arc::default();
        self.texts = Texts::default();
        self.dictionary = dictionary;
        self.statistics = Arc::new(self.statistics.renumbered(renumbered));
        Ok(())
    }

    /// The same data under another version; the parts are shared.
    pub(super) fn with_version(&self, version: u64) -> Self {
        Self {
            version,
            dictionary: self.dictionary.clone(),
            base: Arc::clone(&self.base),
            delta: Arc::clone(&self.delta),
            graphs: Arc::clone(&self.graphs),
            triples: self.triples.clone(),
            prefixes: Arc::clone(&self.prefixes),
            watched_since: self.watched_since,
            changed_at: Arc::clone(&self.changed_at),
            hidden: Arc::clone(&self.hidden),
            statistics: Arc::clone(&self.statistics),
            texts: self.texts.clone(),
        }
    }

    /// Takes note of the graphs that changed, from this version on. What changed before is not
    /// known.
    pub(super) fn begin_to_watch(&mut self) {
        self.watched_since = self.version;
    }

    /// Says what changed each graph last, as it was read from the log.
    pub(super) fn set_last_changes(&mut self, changes: BTreeMap<TermId, LastChange>) {
        let there = |graph: &TermId| *graph == DEFAULT_GRAPH || self.graphs.contains_key(graph);
        let changes = changes.into_iter().filter(|(graph, _)| there(graph));
        self.changed_at = Arc::new(changes.collect());
    }

    pub(super) fn last_changes(&self) -> &BTreeMap<TermId, LastChange> {
        &self.changed_at
    }

    /// The commit that changed a graph last; `None` if the graph is not there, or the commit came
    /// after this version.
    ///
    /// Complexity: O(log g) for g graphs.
    pub fn last_change(&self, graph: GraphNameRef<'_>) -> Option<LastChange> {
        if !self.contains_graph(graph) {
            return None;
        }
        let change = self.changed_at.get(&self.graph_id(graph)?)?;
        (change.version <= self.version).then_some(*change)
    }

    /// The same snapshot, which notes that its version changed these graphs.
    pub(super) fn with_graphs_changed(mut self, graphs: BTreeSet<TermId>, time: Timestamp) -> Self {
        let version = self.version;
        let mut changed_at = BTreeMap::clone(&self.changed_at);
        for graph in graphs {
            if graph == DEFAULT_GRAPH || self.graphs.contains_key(&graph) {
                changed_at.insert(graph, LastChange { version, time });
            } else {
                changed_at.remove(&graph);
            }
        }
        self.changed_at = Arc::new(changed_at);
        self
    }

    /// Whether a graph is what it was at an earlier version. Changes before the store was opened
    /// are not remembered, so then only the present version counts as unchanged. A graph that is
    /// not there now counts as changed.
    pub fn is_graph_unchanged_since(&self, graph: GraphNameRef<'_>, version: u64) -> bool {
        if version >= self.version {
            return version == self.version;
        }
        if version < self.watched_since || !self.contains_graph(graph) {
            return false;
        }
        self.graph_id(graph)
            .and_then(|id| self.changed_at.get(&id))
            .is_none_or(|changed| changed.version <= version)
    }

    /// The same data under another version, and with the prefixes that were known then.
    pub(super) fn restored(&self, version: u64, prefixes: BTreeMap<String, String>) -> Self {
        Self {
            prefixes: Arc::new(prefixes),
            ..self.with_version(version)
        }
    }

    pub(super) fn growing_dictionary(&self) -> GrowingDictionary {
        GrowingDictionary::new(self.dictionary.clone())
    }
}

fn distinct_triples(sorted: &[CodedQuad], mut counts: impl FnMut(CodedQuad) -> bool) -> usize {
    sorted
        .chunk_by(|left, right| left[..3] == right[..3])
        .filter(|same| counts(same[0]))
        .count()
}

/// What a commit does to a snapshot, in numbers of `dictionary`.
pub(super) struct Change {
    /// The dictionary with the terms that the change brings.
    pub(super) dictionary: Dictionary,
    /// Quads that were absent, sorted.
    pub(super) added: Vec<CodedQuad>,
    /// Quads that were present, sorted.
    pub(super) removed: Vec<CodedQuad>,
    /// Graphs made, with or without quads.
    pub(super) created: Vec<TermId>,
    /// Graphs whose names are forgotten.
    pub(super) dropped: Vec<TermId>,
    /// Prefixes learnt.
    pub(super) prefixes: BTreeMap<String, String>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot")
            .field("version", &self.version)
            .field("quads", &self.len())
            .finish_non_exhaustive()
    }
}
