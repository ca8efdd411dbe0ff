//! One actor, many IRIs: accepted links make one thing of several, in a view of the data.
//!
//! A link is the plain triple `a owl:sameAs b` or `a skos:exactMatch b` in a graph of links:
//! `…/graph/links`, which administrators write, or `G/links` of whoever owns graph `G`. One of
//! `G/links` counts only if the data at or below `G` says something of one of its ends, so that
//! nobody joins what is none of theirs. What links join is a class; its representative, under
//! which the merged view has all statements, is the shortest IRI of them, of those of one length
//! the first by alphabet.
//!
//! The data itself is never changed. A link that goes unmerges with the commit that removes it, and
//! what a reader may not see (a link, or an end of one) does not merge anything for that reader,
//! because classes are read from the snapshot as the reader sees it.

use super::links::terms::{
    ANNOTATED_SOURCE, ANNOTATED_TARGET, CONFIDENCE, DATE, EXACT_MATCH, JUSTIFICATION, MODIFIER,
    NOT, REVIEWER, SAME_AS, owner_of_links,
};
use super::{AppError, KnowledgeGraph, iri};
use crate::metrics::Once;
use crate::ontology::iri::graph::LINKS;
use crate::store::Snapshot;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad,
    Term, TermRef, Triple,
};
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many views are kept, and what they may take besides the data that they share.
const MOST_KEPT: usize = 6;
const MOST_BYTES: usize = 256 << 20;

/// The last parts of the names of graphs that hold links, a description or shapes.
const NOT_DATA: [&str; 3] = ["/links", "/about", "/shapes"];
const CONCEPT: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2004/02/skos/core#Concept");

/// What the links of a version of the data join.
#[derive(Debug, Default)]
pub struct Merging {
    /// The representative of each other member of a class.
    representatives: BTreeMap<NamedNode, NamedNode>,
    classes: BTreeMap<NamedNode, Class>,
    graphs: BTreeSet<NamedNode>,
}

/// Things that are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// The representative, and the others in the order in which they would take its place.
    pub members: Vec<NamedNode>,
    /// The links that join them.
    links: Vec<PlainLink>,
    /// Pairs of members that somebody has found to be two things: the links hold all the same.
    pub contradictions: Vec<(NamedNode, NamedNode)>,
}

/// A link as it is stated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct PlainLink {
    source: NamedNode,
    target: NamedNode,
    property: NamedNode,
    graph: NamedNode,
}

/// A link with what is known of how it came about.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The IRI of what is said about it, if anything is.
    pub iri: Option<NamedNode>,
    /// One end.
    pub source: NamedNode,
    /// The other.
    pub target: NamedNode,
    /// `owl:sameAs` or `skos:exactMatch`.
    pub property: NamedNode,
    /// The graph that states it.
    pub graph: NamedNode,
    /// The score of the comparison, from 0 to 1.
    pub confidence: Option<f64>,
    /// The kind of justification, an IRI of `semapv:`.
    pub justification: Option<String>,
    /// Who accepted it.
    pub reviewer: Option<String>,
    /// When.
    pub date: Option<String>,
    /// Why.
    pub comment: Option<String>,
}

impl Merging {
    /// Reads the links of a snapshot.
    ///
    /// # Complexity
    /// **O(g + l (log n + s))** for g graphs and l links, whose ends have s statements each.
    pub fn of(snapshot: &Snapshot) -> Self {
        let graphs = link_graphs(snapshot);
        if graphs.is_empty() {
            return Self::default();
        }
        let mut links = BTreeSet::new();
        let mut may = HashMap::new();
        for graph in &graphs {
            for property in [SAME_AS, EXACT_MATCH] {
                let name = Some(GraphNameRef::from(graph));
                for quad in snapshot.quads_for_pattern(None, Some(property), None, name) {
                    let (NamedOrBlankNode::NamedNode(source), Term::NamedNode(target)) =
                        (quad.subject, quad.object)
                    else {
                        continue;
                    };
                    let mut may_be_linked = |node: &NamedNode| match may.get(node) {
                        Some(known) => *known,
                        None => {
                            let found = is_thing(snapshot, node);
                            may.insert(node.clone(), found);
                            found
                        }
                    };
                    let counts = source != target
                        && may_be_linked(&source)
                        && may_be_linked(&target)
                        && is_for(graph, &source, &target, snapshot);
                    if counts {
                        links.insert(PlainLink {
                            source,
                            target,
                            property: property.into_owned(),
                            graph: graph.clone(),
                        });
                    }
                }
            }
        }
        let mut merging = Self::joined(links);
        merging.graphs = graphs;
        if !merging.is_empty() {
            merging.find_contradictions(snapshot);
        }
        merging
    }

    fn joined(links: BTreeSet<PlainLink>) -> Self {
        let ends: BTreeSet<&NamedNode> = links
            .iter()
            .flat_map(|link| [&link.source, &link.target])
            .collect();
        let mut ends: Vec<NamedNode> = ends.into_iter().cloned().collect();
        ends.sort_by(|a, b| (a.as_str().len(), a.as_str()).cmp(&(b.as_str().len(), b.as_str())));
        let positions: HashMap<&NamedNode, usize> = ends.iter().zip(0..).collect();
        let position = |node| positions.get(node).copied().unwrap_or_default();
        let mut union = UnionFind::new(ends.len());
        for link in &links {
            union.union(position(&link.source), position(&link.target));
        }
        // Ends are in order, so the first of a class represents it.
        let mut first: HashMap<usize, &NamedNode> = HashMap::new();
        let mut merging = Self::default();
        for (at, node) in ends.iter().enumerate() {
            let representative = *first.entry(union.find(at)).or_insert(node);
            let class = merging.classes.entry(representative.clone()).or_default();
            class.members.push(node.clone());
            if representative != node {
                merging
                    .representatives
                    .insert(node.clone(), representative.clone());
            }
        }
        for link in links {
            let representative = merging.representative(&link.source).clone();
            if let Some(class) = merging.classes.get_mut(&representative) {
                class.links.push(link);
            }
        }
        merging
    }

    fn find_contradictions(&mut self, snapshot: &Snapshot) {
        let mut found = BTreeSet::new();
        for graph in &self.graphs {
            let name = Some(GraphNameRef::from(graph));
            for quad in snapshot.quads_for_pattern(None, Some(MODIFIER), Some(NOT.into()), name) {
                let end = |property| node_value(snapshot, quad.subject.as_ref(), property, graph);
                if let (Some(source), Some(target)) = (end(ANNOTATED_SOURCE), end(ANNOTATED_TARGET))
                    && source != target
                    && self.representative(&source) == self.representative(&target)
                {
                    let (a, b) = (source.clone().min(target.clone()), source.max(target));
                    found.insert((a, b));
                }
            }
        }
        for (a, b) in found {
            let representative = self.representative(&a).clone();
            if let Some(class) = self.classes.get_mut(&representative) {
                class.contradictions.push((a, b));
            }
        }
    }

    /// Whether nothing is joined.
    pub fn is_empty(&self) -> bool {
        self.representatives.is_empty()
    }

    /// What stands for a thing: itself, where it is not joined with another.
    pub fn representative<'a>(&'a self, node: &'a NamedNode) -> &'a NamedNode {
        self.representatives.get(node).unwrap_or(node)
    }

    /// The class that a thing is in, if it is joined with another.
    pub fn class(&self, node: &NamedNode) -> Option<&Class> {
        self.classes.get(self.representative(node))
    }

    /// The other IRIs of a representative.
    pub fn aliases(&self, representative: &NamedNode) -> &[NamedNode] {
        self.classes
            .get(representative)
            .and_then(|class| class.members.get(1..))
            .unwrap_or_default()
    }

    /// The classes, by their representatives.
    pub fn classes(&self) -> &BTreeMap<NamedNode, Class> {
        &self.classes
    }

    /// The graphs that links were looked for in.
    pub fn graphs(&self) -> &BTreeSet<NamedNode> {
        &self.graphs
    }

    /// A term with the representatives in place of all that they stand for.
    fn renamed(&self, term: &Term) -> Term {
        match term {
            Term::NamedNode(node) => self.representative(node).clone().into(),
            Term::Triple(triple) => {
                let subject = match &triple.subject {
                    NamedOrBlankNode::NamedNode(node) => self.representative(node).clone().into(),
                    node => node.clone(),
                };
                let object = self.renamed(&triple.object);
                Term::Triple(Box::new(Triple::new(
                    subject,
                    triple.predicate.clone(),
                    object,
                )))
            }
            other => other.clone(),
        }
    }
}

/// The graphs that links may be in.
fn link_graphs(snapshot: &Snapshot) -> BTreeSet<NamedNode> {
    snapshot
        .graphs()
        .into_iter()
        .filter_map(|(name, _)| match name {
            GraphName::NamedNode(node) => Some(node),
            _ => None,
        })
        .filter(|node| *node == LINKS || owner_of_links(node.as_str()).is_some())
        .collect()
}

/// Whether a link is whose graph it is in may make.
fn is_for(graph: &NamedNode, source: &NamedNode, target: &NamedNode, snapshot: &Snapshot) -> bool {
    let Some(owner) = owner_of_links(graph.as_str()) else {
        return true;
    };
    let is_own = |graph: &GraphName| match graph {
        GraphName::NamedNode(name) => name.as_str().strip_prefix(owner).is_some_and(|rest| {
            (rest.is_empty() || rest.starts_with('/'))
                && !NOT_DATA.iter().any(|part| rest.ends_with(part))
        }),
        _ => false,
    };
    [source, target].iter().any(|node| {
        snapshot
            .quads_for_pattern(Some((*node).into()), None, None, None)
            .any(|quad| is_own(&quad.graph_name))
    })
}

/// Whether an IRI names a thing that data is about: no term of a vocabulary, no concept of a code
/// list and no graph, which mean what they mean whatever is linked with them.
fn is_thing(snapshot: &Snapshot, node: &NamedNode) -> bool {
    let there = |subject: Option<TermRef<'_>>,
                 predicate: Option<NamedNodeRef<'_>>,
                 object: Option<TermRef<'_>>,
                 graph: Option<GraphNameRef<'_>>| {
        let mut quads = snapshot.quads_for_pattern(subject, predicate, object, graph);
        quads.next().is_some()
    };
    let me = Some(TermRef::from(node));
    let is = |class: NamedNodeRef<'static>| there(me, Some(rdf::TYPE), Some(class.into()), None);
    !node.as_str().starts_with(iri::NS)
        && !node.as_str().starts_with(iri::CODE)
        && !is(CONCEPT)
        && !is(iri::CONCEPT_SCHEME)
        && !there(me, None, None, Some(iri::ONTOLOGY_GRAPH.into()))
        && !there(None, Some(rdf::TYPE), me, None)
        && !there(None, Some(node.as_ref()), None, None)
        && !snapshot.contains_graph(node.into())
}

fn value(
    snapshot: &Snapshot,
    subject: NamedOrBlankNodeRef<'_>,
    property: NamedNodeRef<'_>,
    graph: &NamedNode,
) -> Option<Term> {
    snapshot
        .quads_for_pattern(
            Some(subject.into()),
            Some(property),
            None,
            Some(graph.into()),
        )
        .map(|quad| quad.object)
        .min_by_key(Term::to_string)
}

fn node_value(
    snapshot: &Snapshot,
    subject: NamedOrBlankNodeRef<'_>,
    property: NamedNodeRef<'_>,
    graph: &NamedNode,
) -> Option<NamedNode> {
    match value(snapshot, subject, property, graph)? {
        Term::NamedNode(node) => Some(node),
        _ => None,
    }
}

impl PlainLink {
    /// The link with what the graphs of links say about it.
    fn told(&self, snapshot: &Snapshot) -> Link {
        let about = self.annotation(snapshot);
        let text = |property| {
            let term = value(snapshot, about.as_ref()?.as_ref(), property, &self.graph)?;
            Some(crate::network::text_of(&term).to_owned())
        };
        Link {
            iri: match &about {
                Some(NamedOrBlankNode::NamedNode(node)) => Some(node.clone()),
                _ => None,
            },
            source: self.source.clone(),
            target: self.target.clone(),
            property: self.property.clone(),
            graph: self.graph.clone(),
            confidence: text(CONFIDENCE)
                .and_then(|text| text.parse().ok())
                .filter(|confidence: &f64| confidence.is_finite()),
            justification: text(JUSTIFICATION),
            reviewer: text(REVIEWER),
            date: text(DATE),
            comment: text(rdfs::COMMENT),
        }
    }

    /// What is said about the link, beside it; the direction does not matter.
    fn annotation(&self, snapshot: &Snapshot) -> Option<NamedOrBlankNode> {
        let name = GraphNameRef::from(&self.graph);
        let about = |source: &NamedNode, target: &NamedNode| {
            let target = TermRef::from(target);
            snapshot
                .quads_for_pattern(
                    None,
                    Some(ANNOTATED_SOURCE),
                    Some(source.into()),
                    Some(name),
                )
                .map(|quad| quad.subject)
                .filter(|subject| {
                    let has = |property, object| {
                        let subject = Some(TermRef::from(subject.as_ref()));
                        let mut quads =
                            snapshot.quads_for_pattern(subject, Some(property), object, Some(name));
                        quads.next().is_some()
                    };
                    has(ANNOTATED_TARGET, Some(target)) && !has(MODIFIER, None)
                })
                .min_by_key(NamedOrBlankNode::to_string)
        };
        about(&self.source, &self.target).or_else(|| about(&self.target, &self.source))
    }
}

/// A version of the data as it is given, and with one IRI for each thing.
#[derive(Debug)]
pub struct MergedView {
    given: Arc<Snapshot>,
    merged: Arc<Snapshot>,
    merging: Merging,
}

impl MergedView {
    /// That of a snapshot, which nobody keeps; [`KnowledgeGraph::merged_view`] does.
    ///
    /// # Errors
    /// [`AppError::Store`] if a term of the store is damaged.
    pub(super) fn new(given: &Arc<Snapshot>) -> Result<Self, AppError> {
        let merging = Merging::of(given);
        let merged = if merging.is_empty() {
            Arc::clone(given)
        } else {
            Arc::new(given.renamed(&merging.representatives, &merging.graphs)?)
        };
        Ok(Self {
            given: Arc::clone(given),
            merged,
            merging,
        })
    }

    /// The data as it is given.
    pub fn given(&self) -> &Arc<Snapshot> {
        &self.given
    }

    /// The data with one IRI for each thing; where nothing is linked, the data as it is given.
    pub fn merged(&self) -> &Arc<Snapshot> {
        &self.merged
    }

    /// What is joined.
    pub fn merging(&self) -> &Merging {
        &self.merging
    }

    /// The quads as given that a quad of the merged view stands for, ordered.
    pub fn stated(&self, quad: &Quad) -> Vec<Quad> {
        let graph = quad.graph_name.as_ref();
        let subjects: Vec<NamedOrBlankNode> = match &quad.subject {
            NamedOrBlankNode::NamedNode(node) => match self.merging.class(node) {
                Some(class) => class.members.iter().cloned().map(Into::into).collect(),
                None => vec![node.clone().into()],
            },
            node => vec![node.clone()],
        };
        let mut found: Vec<Quad> = subjects
            .iter()
            .flat_map(|subject| {
                self.given.quads_for_pattern(
                    Some(TermRef::from(subject.as_ref())),
                    Some(quad.predicate.as_ref()),
                    None,
                    Some(graph),
                )
            })
            .filter(|given| {
                given.object == quad.object || self.merging.renamed(&given.object) == quad.object
            })
            .collect();
        found.sort_by_cached_key(Quad::to_string);
        found
    }

    /// The links that make a thing one with others, ordered: who joined them, when and why.
    pub fn links(&self, node: &NamedNode) -> Vec<Link> {
        let links = self.merging.class(node).map(|class| &class.links);
        links
            .into_iter()
            .flatten()
            .map(|link| link.told(&self.given))
            .collect()
    }
}

/// Merged views that are kept.
#[derive(Default)]
pub(super) struct Views(Mutex<VecDeque<Kept>>);

struct Kept {
    version: u64,
    visibility: String,
    view: Arc<Once<MergedView>>,
}

impl Views {
    fn slot(&self, given: &Snapshot) -> Arc<Once<MergedView>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |known: &Kept| {
            known.version == given.version() && known.visibility == given.visibility()
        };
        if let Some(at) = kept.iter().position(is_it)
            && let Some(known) = kept.remove(at)
        {
            // Used again: it is the newest now.
            let view = Arc::clone(&known.view);
            kept.push_back(known);
            return view;
        }
        // Older versions go with the first who asks for a newer one; a pinned one comes back.
        if kept.iter().all(|known| known.version <= given.version()) {
            kept.retain(|known| known.version == given.version());
        }
        let bytes = |kept: &VecDeque<Kept>| -> usize {
            let views = kept.iter().filter_map(|known| known.view.peek());
            views.map(|view| view.merged.delta_bytes()).sum()
        };
        while kept.len() >= MOST_KEPT || bytes(&kept) > MOST_BYTES {
            if kept.pop_front().is_none() {
                break;
            }
        }
        let view = Arc::new(Once::default());
        kept.push_back(Kept {
            version: given.version(),
            visibility: given.visibility().to_owned(),
            view: Arc::clone(&view),
        });
        view
    }

    fn ready(&self, given: &Snapshot) -> Option<Arc<MergedView>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter()
            .find(|known| {
                known.version == given.version() && known.visibility == given.visibility()
            })
            .and_then(|known| known.view.peek())
    }
}

impl KnowledgeGraph {
    /// The view that a merged snapshot is of, if it is still kept; `None` for data as it is given.
    pub fn view_of(&self, merged: &Snapshot) -> Option<Arc<MergedView>> {
        if !merged.is_renamed() {
            return None;
        }
        let views = self.inner.merged.0.lock();
        let kept = views.unwrap_or_else(PoisonError::into_inner);
        let mut views = kept.iter().filter_map(|known| known.view.peek());
        views.find(|view| {
            view.merged.version() == merged.version()
                && view.merged.visibility() == merged.visibility()
        })
    }

    /// A snapshot with one IRI for each thing that is linked, and how that came about. Made once
    /// for all who see the same, and kept for the next. May wait, so not for a thread that handles
    /// requests.
    ///
    /// # Errors
    /// [`AppError::Store`] if a term of the store is damaged.
    ///
    /// # Complexity
    /// That of [`Merging::of`] and [`Snapshot::renamed`], once a version; without links next to
    /// nothing.
    pub fn merged_view(&self, given: &Arc<Snapshot>) -> Result<Arc<MergedView>, AppError> {
        self.inner.merged.slot(given).get(|| MergedView::new(given))
    }

    /// The same, if it is there at once.
    pub fn merged_if_ready(&self, given: &Snapshot) -> Option<Arc<MergedView>> {
        self.inner.merged.ready(given)
    }

    /// The data with one IRI for each thing that is linked: what networks, metrics, search, counts
    /// and pages are made of. Where nothing is linked it is `given` itself.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::merged_view`].
    pub fn merged(&self, given: &Arc<Snapshot>) -> Result<Arc<Snapshot>, AppError> {
        Ok(Arc::clone(self.merged_view(given)?.merged()))
    }
}

#[cfg(test)]
mod tests;
