//! Links between graphs: suggestions with reasons, and what people decided of them.
//!
//! Suggestions are computed ([`crate::linking`]) from what a reader may see and kept until the data
//! they rest on changes; decisions are data. An accepted link is the plain triple with an annotation
//! in the terms of SSSOM, a rejected pair the annotation alone, in the graph `links` (by those who
//! may write everything) or in `G/links` (by the owner of `G`). What was decided never comes up as
//! open again, and nothing is ever merged here: `G/links` says what is the same, the data stays as
//! it was given.

pub(super) mod terms;

use self::terms::{
    ANNOTATED_PROPERTY, ANNOTATED_SOURCE, ANNOTATED_TARGET, AXIOM, COMPOSITE, CONFIDENCE, DATE,
    EXACT_MATCH, JUSTIFICATION, MANUAL, MAPPING, MODIFIER, NOT, PARTNERS, REVIEWER, SAME_AS,
    owner_of_links,
};
use super::{AppError, KnowledgeGraph, Writer, iri};
use crate::ingest::rdf::graph_named;
use crate::linking::blocking::Corpus;
use crate::linking::records::{Kind, Record, Role, read, record};
use crate::linking::score::{Confidence, Reason, Verdict, judge};
use crate::linking::{Stopped, matches};
use crate::metrics::Once;
use crate::ontology::iri::graph::LINKS;
use crate::rdf::Batch;
use crate::store::{CommitInfo, Committed, Limits, Snapshot, StoreError, Transaction};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    GraphName, GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, QuadRef,
    Term, TermRef, Triple,
};
use petgraph::unionfind::UnionFind;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Suggestions are found down to this score, so that one computation serves all higher thresholds.
const LOWEST: f64 = 0.5;
/// The threshold where none is named.
pub const USUAL_THRESHOLD: f64 = 0.8;
/// Suggestions of one computation that are kept, the best.
const MOST_SUGGESTIONS: usize = 20_000;
/// Computations that are kept, and what they may take together.
const MOST_KEPT: usize = 8;
const MOST_BYTES: usize = 64 << 20;
/// Decisions of one request.
pub const MOST_DECISIONS: usize = 10_000;
/// Characters of a comment.
const LONGEST_COMMENT: usize = 4_000;
/// Prefixes of the terms that links are written with.
pub const PREFIXES: [(&str, &str); 2] = [
    ("sssom", "https://w3id.org/sssom/"),
    ("semapv", "https://w3id.org/semapv/vocab/"),
];

/// Why links cannot be suggested or decided.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LinkError {
    /// A parameter has a value that does not fit.
    #[error("`{name}`: `{value}` is not {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it could be.
        expected: String,
    },
    /// A partner that owns several graphs, or none, does not say for which it speaks.
    #[error(
        "say for which graph the links are: `graph=`{}",
        if .0.is_empty() { String::new() } else { format!(" one of {}", .0.join(", ")) }
    )]
    WhichGraph(Vec<String>),
    /// The data says nothing of an end.
    #[error("the data says nothing about <{0}>; at least one end of a link must be described")]
    Unknown(String),
    /// Neither end is the partner's.
    #[error(
        "<{source_iri}> and <{target}> are both described by others only; {graph} can link what is described in its own graphs, and administrators everything"
    )]
    NotOwn {
        /// One end.
        source_iri: String,
        /// The other.
        target: String,
        /// The partner's graph.
        graph: String,
    },
    /// The decision contradicts another.
    #[error(
        "this contradicts what was decided before: <{first}> and <{second}> are kept apart ({why}), but accepted links would join them; withdraw one of these first"
    )]
    Contradiction {
        /// One of those that are kept apart.
        first: String,
        /// The other.
        second: String,
        /// Who rejected the pair, and why.
        why: String,
    },
    /// The link would tell everybody of what is private.
    #[error(
        "<{0}> is described in private graphs only, and the graph of links is public; name the owner's graph with `graph=`, whose links are as private as it is"
    )]
    WouldPublish(String),
    /// There is no decision to withdraw.
    #[error("nothing was decided of <{0}> and <{1}> in {2}, so nothing can be withdrawn")]
    NothingDecided(String, String, String),
    /// Too many at once.
    #[error("at most {MOST_DECISIONS} decisions are taken at once; send them in parts")]
    TooMany,
}

/// What suggestions are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestionQuery {
    /// The graph whose things are to be linked, with those below it.
    graph: NamedNode,
    /// The graphs to link to, with those below them; all others if there is none.
    with: Vec<NamedNode>,
    kinds: Vec<Kind>,
    threshold: f64,
}

impl SuggestionQuery {
    /// Links of the actors of a graph, named by its IRI or below the graphs of Weft, with those of
    /// all other graphs.
    ///
    /// # Errors
    /// [`LinkError::Value`] if the snapshot has no such graph.
    pub fn new(graph: &str, snapshot: &Snapshot) -> Result<Self, LinkError> {
        Ok(Self {
            graph: known_graph("graph", graph, snapshot)?,
            with: Vec::new(),
            kinds: vec![Kind::Actor],
            threshold: USUAL_THRESHOLD,
        })
    }

    /// Only with these graphs, a list by commas; the graph itself among them looks for doubles in
    /// it. An empty text says nothing.
    ///
    /// # Errors
    /// [`LinkError::Value`] if the snapshot has no such graph.
    pub fn with(mut self, names: &str, snapshot: &Snapshot) -> Result<Self, LinkError> {
        for name in list(names) {
            self.with.push(known_graph("with", name, snapshot)?);
        }
        self.with.sort();
        self.with.dedup();
        Ok(self)
    }

    /// Only things of these kinds (`actor`, `service`, `innovation`, `place`), a list by commas. An
    /// empty text says nothing.
    ///
    /// # Errors
    /// [`LinkError::Value`] if one is none of these.
    pub fn of_type(mut self, names: &str) -> Result<Self, LinkError> {
        let kinds: Result<BTreeSet<Kind>, LinkError> = list(names)
            .map(|name| {
                Kind::named(name).ok_or_else(|| LinkError::Value {
                    name: "type",
                    value: name.to_owned(),
                    expected: "one of actor, service, innovation, place".to_owned(),
                })
            })
            .collect();
        let kinds = kinds?;
        if !kinds.is_empty() {
            self.kinds = kinds.into_iter().collect();
        }
        Ok(self)
    }

    /// Only pairs that reach this score.
    ///
    /// # Errors
    /// [`LinkError::Value`] if it is not from 0 to 1.
    pub fn at_least(mut self, threshold: f64) -> Result<Self, LinkError> {
        if !(0.0..=1.0).contains(&threshold) {
            return Err(LinkError::Value {
                name: "threshold",
                value: threshold.to_string(),
                expected: "a number from 0 to 1".to_owned(),
            });
        }
        self.threshold = threshold;
        Ok(self)
    }

    fn floor(&self) -> f64 {
        self.threshold.min(LOWEST)
    }

    /// What the computation depends on besides the data.
    fn identity(&self) -> String {
        let with: Vec<&str> = self.with.iter().map(NamedNode::as_str).collect();
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.name()).collect();
        let (with, kinds) = (with.join(" "), kinds.join(" "));
        format!("{} {with} {kinds} {}", self.graph.as_str(), self.floor())
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// A graph that is there itself, or has graphs below it.
fn known_graph(
    parameter: &'static str,
    name: &str,
    snapshot: &Snapshot,
) -> Result<NamedNode, LinkError> {
    let expected = "a graph of this data; /api/v1/graphs lists them".to_owned();
    let wrong = || LinkError::Value {
        name: parameter,
        value: name.to_owned(),
        expected,
    };
    let Ok(graph) = graph_named(name) else {
        return Err(wrong());
    };
    let is_there = snapshot.graphs().iter().any(|(known, _)| match known {
        GraphName::NamedNode(known) => is_at_or_below(known.as_str(), &graph),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => false,
    });
    if is_there { Ok(graph) } else { Err(wrong()) }
}

fn is_at_or_below(graph: &str, root: &NamedNode) -> bool {
    graph.strip_prefix(root.as_str()).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with('/') || root.as_str().ends_with('/')
    })
}

/// What a graph is to the search for links.
fn role(graph: &GraphName) -> Role {
    let GraphName::NamedNode(node) = graph else {
        return Role::Data;
    };
    let name = node.as_str();
    if let Some(local) = name.strip_prefix(iri::GRAPH)
        && iri::DERIVED_GRAPHS.contains(&local)
    {
        return match local {
            "inferred" | "ontology" => Role::Derived,
            _ => Role::Ignored,
        };
    }
    let is_about = |part: &str| {
        name.strip_suffix(part)
            .is_some_and(|owner| owner != PARTNERS && owner.contains(':'))
    };
    if is_about("/links") || is_about("/shapes") || is_about("/about") {
        Role::Ignored
    } else {
        Role::Data
    }
}

/// A pair that may be one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// A thing of the graph that was asked for.
    pub source: NamedNode,
    /// Its name.
    pub source_label: String,
    /// A thing of another graph.
    pub target: NamedNode,
    /// Its name.
    pub target_label: String,
    /// How sure it is, and why.
    pub verdict: Verdict,
}

impl Suggestion {
    /// How sure it is, in words.
    pub fn confidence(&self) -> Confidence {
        Confidence::of(self.verdict.score)
    }

    fn heap_bytes(&self) -> usize {
        let reasons = self.verdict.reasons.iter();
        let reasons: usize = reasons
            .map(|reason| 80 + reason.text.len() + reason.value.len())
            .sum();
        let names = self.source_label.len() + self.target_label.len();
        200 + names + self.source.as_str().len() + self.target.as_str().len() + reasons
    }
}

/// What was found of one version of the data.
#[derive(Debug)]
struct Found {
    /// Best first.
    suggestions: Vec<Suggestion>,
    corpus: Corpus,
    bytes: usize,
}

/// Suggestions that are kept.
#[derive(Default)]
pub(super) struct Links {
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    what: String,
    /// The graphs that the suggestions rest on, as the reader saw them.
    graphs: Vec<GraphName>,
    version: u64,
    found: Arc<Once<Found>>,
}

impl Kept {
    /// Whether what it rests on is as it was then: decisions change graphs of links only.
    fn holds(&self, what: &str, snapshot: &Snapshot, graphs: &[GraphName]) -> bool {
        let is_unchanged = |graph: &GraphName| {
            snapshot.version() == self.version
                || (snapshot.version() > self.version
                    && snapshot.is_graph_unchanged_since(graph.as_ref(), self.version))
        };
        self.what == what && self.graphs == graphs && graphs.iter().all(is_unchanged)
    }
}

impl Links {
    fn slot(&self, what: String, snapshot: &Snapshot) -> Arc<Once<Found>> {
        let names = snapshot.graphs().into_iter().map(|(name, _)| name);
        let graphs: Vec<GraphName> = names.filter(|name| role(name) != Role::Ignored).collect();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept
            .iter()
            .position(|entry| entry.holds(&what, snapshot, &graphs))
        {
            // Used again: it is the newest now.
            let entry = kept.remove(at);
            let found = Arc::clone(&entry.found);
            kept.push(entry);
            return found;
        }
        let bytes = |kept: &[Kept]| -> usize {
            let found = kept.iter().filter_map(|entry| entry.found.peek());
            found.map(|found| found.bytes).sum()
        };
        while kept.len() >= MOST_KEPT || bytes(&kept) > MOST_BYTES {
            kept.remove(0);
        }
        let found = Arc::new(Once::default());
        kept.push(Kept {
            what,
            graphs,
            version: snapshot.version(),
            found: Arc::clone(&found),
        });
        found
    }

    /// What is known of a pair from a search that somebody has made and that still holds.
    fn known(
        &self,
        snapshot: &Snapshot,
        source: &NamedNode,
        target: &NamedNode,
    ) -> Option<Verdict> {
        let names = snapshot.graphs().into_iter().map(|(name, _)| name);
        let graphs: Vec<GraphName> = names.filter(|name| role(name) != Role::Ignored).collect();
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find_map(|entry| {
            if !entry.holds(&entry.what, snapshot, &graphs) {
                return None;
            }
            let found = entry.found.peek()?;
            let verdict = found.suggestions.iter().find_map(|suggestion| {
                let ends = (&suggestion.source, &suggestion.target);
                (ends == (source, target) || ends == (target, source))
                    .then(|| suggestion.verdict.clone())
            });
            verdict.or_else(|| {
                // Not among them: then it is judged by the same words.
                let left = any_record(snapshot, source)?;
                let right = any_record(snapshot, target)?;
                Some(judge(&left, &right, &found.corpus))
            })
        })
    }
}

fn any_record(snapshot: &Snapshot, node: &NamedNode) -> Option<Record> {
    let kind = Kind::ALL.into_iter().find(|kind| {
        snapshot
            .quads_for_pattern(
                Some(node.into()),
                Some(rdf::TYPE),
                Some(kind.class().into()),
                None,
            )
            .next()
            .is_some()
    });
    record(snapshot, node, kind.unwrap_or(Kind::Actor), &role)
}

/// What suggestions have become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has decided.
    Open,
    /// The pair is linked, or joined by other links.
    Accepted,
    /// Somebody said that the two are not one.
    Rejected,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// The state of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Rejected]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A decision, as a graph of links has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The annotation.
    pub link: NamedNode,
    /// The graph that it stands in.
    pub graph: NamedNode,
    /// One end.
    pub source: NamedNode,
    /// The other.
    pub target: NamedNode,
    /// `owl:sameAs` or `skos:exactMatch`.
    pub predicate: NamedNode,
    /// Whether it was accepted; else the two were found to be different.
    pub is_accepted: bool,
    /// The score at that time.
    pub confidence: Option<f64>,
    /// The kind of justification, an IRI of `semapv:`.
    pub justification: Option<NamedNode>,
    /// Who decided.
    pub reviewer: Option<String>,
    /// When.
    pub date: Option<String>,
    /// Why.
    pub comment: Option<String>,
}

/// All decisions that a snapshot shows, and what they join.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// By graph and link.
    pub all: Vec<Decided>,
    joined: Union,
    rejected: BTreeSet<(NamedNode, NamedNode)>,
}

fn pair(a: &NamedNode, b: &NamedNode) -> (NamedNode, NamedNode) {
    if a <= b {
        (a.clone(), b.clone())
    } else {
        (b.clone(), a.clone())
    }
}

impl Decisions {
    /// Reads the graphs of links.
    ///
    /// # Complexity
    /// **O(g + l log l)** for g graphs and l links.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut decisions = Self::default();
        for (name, _) in snapshot.graphs() {
            let GraphName::NamedNode(graph) = name else {
                continue;
            };
            if graph.as_ref() == LINKS || owner_of_links(graph.as_str()).is_some() {
                decisions.read(snapshot, &graph);
            }
        }
        decisions
    }

    fn read(&mut self, snapshot: &Snapshot, graph: &NamedNode) {
        let name = Some(GraphNameRef::from(graph));
        let mut found = BTreeMap::new();
        for quad in snapshot.quads_for_pattern(None, Some(rdf::TYPE), Some(MAPPING.into()), name) {
            if let NamedOrBlankNode::NamedNode(link) = quad.subject
                && let Some(decided) = decided(snapshot, &link, graph)
            {
                found.insert(link, decided);
            }
        }
        // A plain triple counts with or without an annotation.
        for property in [SAME_AS, EXACT_MATCH] {
            for quad in snapshot.quads_for_pattern(None, Some(property), None, name) {
                if let (NamedOrBlankNode::NamedNode(source), Term::NamedNode(target)) =
                    (quad.subject, quad.object)
                {
                    self.joined.join(&source, &target);
                }
            }
        }
        for decided in found.values().filter(|decided| !decided.is_accepted) {
            self.rejected.insert(pair(&decided.source, &decided.target));
        }
        self.all.extend(found.into_values());
    }

    /// What has become of a pair.
    pub fn state(&self, source: &NamedNode, target: &NamedNode) -> State {
        if self.rejected.contains(&pair(source, target)) {
            State::Rejected
        } else if self.joined.are_joined(source, target) {
            State::Accepted
        } else {
            State::Open
        }
    }

    /// Pairs that are kept apart and joined all the same.
    fn contradictions(&self) -> BTreeSet<(NamedNode, NamedNode)> {
        self.rejected
            .iter()
            .filter(|(a, b)| self.joined.are_joined(a, b))
            .cloned()
            .collect()
    }

    /// The pair that is kept apart and would be joined by linking two things.
    fn keeps_apart(
        &self,
        source: &NamedNode,
        target: &NamedNode,
    ) -> Option<&(NamedNode, NamedNode)> {
        let is_in = |node: &NamedNode, class: &NamedNode| self.joined.are_joined(node, class);
        self.rejected.iter().find(|(a, b)| {
            !self.joined.are_joined(a, b)
                && ((is_in(a, source) && is_in(b, target))
                    || (is_in(a, target) && is_in(b, source)))
        })
    }

    fn why(&self, pair: &(NamedNode, NamedNode)) -> String {
        let of = |decided: &&Decided| {
            !decided.is_accepted && self::pair(&decided.source, &decided.target) == *pair
        };
        let Some(decided) = self.all.iter().find(of) else {
            return "rejected now".to_owned();
        };
        let who = decided.reviewer.as_deref().unwrap_or("somebody");
        match &decided.comment {
            Some(comment) => format!("rejected by {who}: {comment}"),
            None => format!("rejected by {who}"),
        }
    }
}

/// Things that are joined.
#[derive(Clone, Debug)]
struct Union {
    numbers: HashMap<NamedNode, usize>,
    classes: UnionFind<usize>,
}

impl Default for Union {
    fn default() -> Self {
        Self {
            numbers: HashMap::new(),
            classes: UnionFind::new_empty(),
        }
    }
}

impl Union {
    fn number(&mut self, node: &NamedNode) -> usize {
        let classes = &mut self.classes;
        *self
            .numbers
            .entry(node.clone())
            .or_insert_with(|| classes.new_set())
    }

    fn join(&mut self, a: &NamedNode, b: &NamedNode) {
        let (a, b) = (self.number(a), self.number(b));
        self.classes.union(a, b);
    }

    fn are_joined(&self, a: &NamedNode, b: &NamedNode) -> bool {
        match (self.numbers.get(a), self.numbers.get(b)) {
            (Some(a), Some(b)) => self.classes.equiv(*a, *b),
            _ => a == b,
        }
    }
}

fn decided(snapshot: &Snapshot, link: &NamedNode, graph: &NamedNode) -> Option<Decided> {
    let name = Some(GraphNameRef::from(graph));
    let mut values: BTreeMap<String, Vec<Term>> = BTreeMap::new();
    for quad in snapshot.quads_for_pattern(Some(link.into()), None, None, name) {
        let of = values.entry(quad.predicate.into_string()).or_default();
        of.push(quad.object);
    }
    for of in values.values_mut() {
        of.sort_by_cached_key(Term::to_string);
    }
    let first = |property: NamedNodeRef<'_>| values.get(property.as_str())?.first();
    let node = |property| match first(property)? {
        Term::NamedNode(node) => Some(node.clone()),
        _ => None,
    };
    let text = |property| match first(property)? {
        Term::Literal(text) => Some(text.value().to_owned()),
        _ => None,
    };
    Some(Decided {
        link: link.clone(),
        graph: graph.clone(),
        source: node(ANNOTATED_SOURCE)?,
        target: node(ANNOTATED_TARGET)?,
        predicate: node(ANNOTATED_PROPERTY).unwrap_or(SAME_AS.into_owned()),
        is_accepted: node(MODIFIER).is_none_or(|modifier| modifier != NOT),
        confidence: text(CONFIDENCE).and_then(|text| text.parse().ok()),
        justification: node(JUSTIFICATION),
        reviewer: text(REVIEWER),
        date: text(DATE),
        comment: text(rdfs::COMMENT),
    })
}

/// What somebody decides of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// They are one thing.
    Accept,
    /// They are not.
    Reject,
    /// What was decided before is taken back.
    Withdraw,
}

impl Verb {
    /// The verb of a name.
    ///
    /// # Errors
    /// [`LinkError::Value`] if it is none.
    pub fn named(name: &str) -> Result<Self, LinkError> {
        match name {
            "accept" => Ok(Self::Accept),
            "reject" => Ok(Self::Reject),
            "withdraw" => Ok(Self::Withdraw),
            _ => Err(LinkError::Value {
                name: "decision",
                value: name.to_owned(),
                expected: "one of accept, reject, withdraw".to_owned(),
            }),
        }
    }
}

/// A decision to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    source: NamedNode,
    target: NamedNode,
    verb: Verb,
    predicate: NamedNodeRef<'static>,
    comment: Option<String>,
}

impl Judgement {
    /// What is decided of two things.
    ///
    /// # Errors
    /// [`LinkError::Value`] if one is no absolute IRI, or both are the same.
    pub fn new(source: &str, target: &str, verb: Verb) -> Result<Self, LinkError> {
        let node = |name, value: &str| {
            NamedNode::new(value).map_err(|_| LinkError::Value {
                name,
                value: value.to_owned(),
                expected: "an absolute IRI".to_owned(),
            })
        };
        let (source, target) = (node("source", source)?, node("target", target)?);
        if source == target {
            return Err(LinkError::Value {
                name: "target",
                value: target.into_string(),
                expected: "another thing than `source`".to_owned(),
            });
        }
        Ok(Self {
            source,
            target,
            verb,
            predicate: SAME_AS,
            comment: None,
        })
    }

    /// By which property they are linked: `sameAs`, or `exactMatch` for concepts.
    ///
    /// # Errors
    /// [`LinkError::Value`] if it is neither.
    pub fn by(mut self, predicate: &str) -> Result<Self, LinkError> {
        self.predicate = match predicate {
            "sameAs" | "owl:sameAs" => SAME_AS,
            "exactMatch" | "skos:exactMatch" => EXACT_MATCH,
            name if name == SAME_AS.as_str() => SAME_AS,
            name if name == EXACT_MATCH.as_str() => EXACT_MATCH,
            _ => {
                return Err(LinkError::Value {
                    name: "predicate",
                    value: predicate.to_owned(),
                    expected: "sameAs or exactMatch".to_owned(),
                });
            }
        };
        Ok(self)
    }

    /// With the reason of whoever decides, in words.
    ///
    /// # Errors
    /// [`LinkError::Value`] if it is too long.
    pub fn because(mut self, comment: &str) -> Result<Self, LinkError> {
        let comment = comment.trim();
        if comment.chars().count() > LONGEST_COMMENT {
            return Err(LinkError::Value {
                name: "comment",
                value: format!("{}…", comment.chars().take(40).collect::<String>()),
                expected: format!("a text of at most {LONGEST_COMMENT} characters"),
            });
        }
        self.comment = (!comment.is_empty()).then(|| comment.to_owned());
        Ok(self)
    }
}

/// What a bulk acceptance did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Accepted {
    /// The links that were made.
    pub links: Vec<(NamedNode, NamedNode)>,
    /// Pairs that were left open, and why.
    pub skipped: Vec<(NamedNode, NamedNode, String)>,
}

impl KnowledgeGraph {
    /// Pairs of things of a graph and of others that may be one, best first. What is found is kept
    /// until the data it rests on changes; who asks for the same at the same time waits for it.
    ///
    /// # Errors
    /// [`AppError`] if time is over or the request was cancelled.
    ///
    /// # Complexity
    /// As [`crate::linking::matches()`].
    pub fn suggest_links(
        &self,
        snapshot: &Snapshot,
        asked: &SuggestionQuery,
        limits: &Limits,
    ) -> Result<Vec<Suggestion>, AppError> {
        let found = self.found_links(snapshot, asked, limits)?;
        let suggestions = found.suggestions.iter();
        Ok(suggestions
            .take_while(|suggestion| suggestion.verdict.score >= asked.threshold)
            .cloned()
            .collect())
    }

    fn found_links(
        &self,
        snapshot: &Snapshot,
        asked: &SuggestionQuery,
        limits: &Limits,
    ) -> Result<Arc<Found>, AppError> {
        let slot = self.inner.links.slot(asked.identity(), snapshot);
        let is_late = || limits.deadline.is_some_and(|end| Instant::now() >= end);
        let stop = || limits.cancellation.is_cancelled() || is_late();
        let found = slot.get(|| found(snapshot, asked, &stop));
        found.map_err(|Stopped| match limits.cancellation.is_cancelled() {
            true => StoreError::Cancelled.into(),
            false => StoreError::TimedOut.into(),
        })
    }

    /// Writes decisions, all in one commit. `graph` is the graph for whose links they are; whoever
    /// may write everything can leave it out, and then they are for everybody.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write the links of that graph, a decision makes no sense
    /// or contradicts another ([`LinkError`]), or the write fails; then nothing changed.
    pub fn decide_links(
        &self,
        writer: &Writer,
        graph: Option<&str>,
        judgements: Vec<Judgement>,
    ) -> Result<Committed<NamedNode>, AppError> {
        if judgements.len() > MOST_DECISIONS {
            return Err(LinkError::TooMany.into());
        }
        let place = self.place_of_links(writer, graph)?;
        let mut batch = Vec::with_capacity(judgements.len());
        for judgement in judgements {
            self.check_ends(writer, &place, &judgement)?;
            let evidence = match judgement.verb {
                Verb::Withdraw => None,
                Verb::Accept | Verb::Reject => self.evidence(&place.seen, &judgement),
            };
            batch.push((judgement, evidence, MANUAL));
        }
        let graph = place.graph.clone();
        let committed = self.write_links(writer, place, batch)?;
        Ok(Committed {
            version: committed.version,
            changed: committed.changed,
            added: committed.added,
            removed: committed.removed,
            value: graph,
        })
    }

    /// Accepts all open suggestions that reach the threshold, in one commit, the best first. A pair
    /// that would join two things that are kept apart stays open.
    ///
    /// # Errors
    /// As [`Self::suggest_links`] and [`Self::decide_links`].
    pub fn accept_links(
        &self,
        writer: &Writer,
        asked: &SuggestionQuery,
        limits: &Limits,
    ) -> Result<Committed<Accepted>, AppError> {
        let graph = (!writer.may_write_everything()).then(|| asked.graph.as_str());
        let mut place = self.place_of_links(writer, graph)?;
        // Links of a private graph are as private as it is.
        if writer.may_write_everything() && self.is_private(&asked.graph)? {
            place = self.place_of_links(writer, Some(asked.graph.as_str()))?;
        }
        let snapshot = Arc::clone(&place.seen);
        let mut decisions = Decisions::of(&snapshot);
        let mut accepted = Accepted::default();
        let mut batch = Vec::new();
        for suggestion in self.suggest_links(&snapshot, asked, limits)? {
            let (source, target) = (&suggestion.source, &suggestion.target);
            if decisions.state(source, target) != State::Open {
                continue;
            }
            if let Some((a, b)) = decisions.keeps_apart(source, target) {
                let why = format!("it would join {a} and {b}, which are kept apart");
                accepted.skipped.push((source.clone(), target.clone(), why));
                continue;
            }
            if batch.len() >= MOST_DECISIONS {
                let why = format!("only {MOST_DECISIONS} are taken at once; ask again");
                accepted.skipped.push((source.clone(), target.clone(), why));
                continue;
            }
            let judgement = Judgement::new(source.as_str(), target.as_str(), Verb::Accept)?;
            self.check_ends(writer, &place, &judgement)?;
            decisions.joined.join(source, target);
            accepted.links.push((source.clone(), target.clone()));
            batch.push((judgement, Some(suggestion.verdict), COMPOSITE));
        }
        let committed = self.write_links(writer, place, batch)?;
        Ok(Committed {
            version: committed.version,
            changed: committed.changed,
            added: committed.added,
            removed: committed.removed,
            value: accepted,
        })
    }

    fn evidence(&self, seen: &Snapshot, judgement: &Judgement) -> Option<Verdict> {
        let (source, target) = (&judgement.source, &judgement.target);
        self.inner.links.known(seen, source, target).or_else(|| {
            let (left, right) = (any_record(seen, source)?, any_record(seen, target)?);
            let corpus = Corpus::new([&left, &right]);
            Some(judge(&left, &right, &corpus))
        })
    }

    fn is_private(&self, graph: &NamedNode) -> Result<bool, AppError> {
        Ok(self.private_graphs()?.contains(graph))
    }

    /// Where the links of a writer go, and what may be seen of the data there.
    fn place_of_links(&self, writer: &Writer, graph: Option<&str>) -> Result<Place, AppError> {
        let named = |name: &str| {
            graph_named(name).map_err(|error| LinkError::Value {
                name: "graph",
                value: name.to_owned(),
                expected: format!("the name of a graph ({error})"),
            })
        };
        let owner = match (writer, graph) {
            (_, Some(graph)) => Some(named(graph)?),
            (Writer::Partner(_, graphs, _), None) => {
                let own: Vec<&NamedNode> = graphs
                    .iter()
                    .filter(|graph| owner_of_links(graph.as_str()).is_none())
                    .collect();
                match own.as_slice() {
                    [one] => Some((*one).clone()),
                    several => {
                        let names = several.iter().map(|graph| graph.as_str().to_owned());
                        return Err(LinkError::WhichGraph(names.collect()).into());
                    }
                }
            }
            (_, None) => None,
        };
        let owner = owner.filter(|owner| owner.as_ref() != LINKS);
        let graph = match &owner {
            Some(owner) => NamedNode::new_unchecked(format!("{}/links", owner.as_str())),
            None => LINKS.into_owned(),
        };
        self.check_write(writer, graph.as_ref().into())?;
        let is_private = self.is_private(&graph)?;
        let whole = self.snapshot_for(&writer.as_reader())?;
        let seen = match is_private {
            true => Arc::clone(&whole),
            // What stands in a public graph must not tell of what is private.
            false => self.public_snapshot()?,
        };
        Ok(Place {
            graph,
            owner,
            whole,
            seen,
        })
    }

    fn check_ends(
        &self,
        writer: &Writer,
        place: &Place,
        judgement: &Judgement,
    ) -> Result<(), AppError> {
        let (source, target) = (&judgement.source, &judgement.target);
        if judgement.verb == Verb::Withdraw {
            return Ok(());
        }
        let is_described = |snapshot: &Snapshot, node: &NamedNode, within: Option<&NamedNode>| {
            let quads = snapshot.quads_for_pattern(Some(TermRef::from(node)), None, None, None);
            let mut graphs = quads.map(|quad| quad.graph_name);
            graphs.any(|graph| {
                role(&graph) == Role::Data
                    && within.is_none_or(|root| match &graph {
                        GraphName::NamedNode(graph) => is_at_or_below(graph.as_str(), root),
                        GraphName::BlankNode(_) | GraphName::DefaultGraph => false,
                    })
            })
        };
        for node in [source, target] {
            if is_described(&place.whole, node, None) && !is_described(&place.seen, node, None) {
                return Err(LinkError::WouldPublish(node.as_str().to_owned()).into());
            }
        }
        if ![source, target]
            .iter()
            .any(|node| is_described(&place.seen, node, None))
        {
            return Err(LinkError::Unknown(source.as_str().to_owned()).into());
        }
        if let Some(owner) = place
            .owner
            .as_ref()
            .filter(|_| !writer.may_write_everything())
            && ![source, target]
                .iter()
                .any(|node| is_described(&place.seen, node, Some(owner)))
        {
            return Err(LinkError::NotOwn {
                source_iri: source.as_str().to_owned(),
                target: target.as_str().to_owned(),
                graph: owner.as_str().to_owned(),
            }
            .into());
        }
        Ok(())
    }

    fn write_links(
        &self,
        writer: &Writer,
        place: Place,
        batch: Vec<(Judgement, Option<Verdict>, NamedNodeRef<'static>)>,
    ) -> Result<Committed<()>, AppError> {
        let message = match batch.as_slice() {
            [(judgement, ..)] => {
                let verb = match judgement.verb {
                    Verb::Accept => "accept",
                    Verb::Reject => "reject",
                    Verb::Withdraw => "withdraw",
                };
                format!("{verb} a link in {}", place.graph)
            }
            several => format!("decide on {} links in {}", several.len(), place.graph),
        };
        let about = CommitInfo::new(writer.name(), message);
        let (app, reader) = (self.clone(), writer.as_reader());
        let who = writer.name().to_owned();
        self.store()
            .write::<_, AppError>(about, move |transaction| {
                let hidden = app.hidden_from(&reader)?;
                let before = Decisions::of(&transaction.snapshot().hiding(hidden.clone()));
                let now = jiff::Timestamp::now().strftime("%FT%TZ").to_string();
                for (judgement, evidence, justification) in &batch {
                    let link = app.link_iri(&judgement.source, &judgement.target);
                    let was_there = forget(transaction, &link, &place.graph, judgement);
                    if judgement.verb == Verb::Withdraw {
                        if !was_there {
                            return Err(LinkError::NothingDecided(
                                judgement.source.as_str().to_owned(),
                                judgement.target.as_str().to_owned(),
                                place.graph.as_str().to_owned(),
                            )
                            .into());
                        }
                        continue;
                    }
                    let made = Made {
                        judgement,
                        evidence: evidence.as_ref(),
                        justification: *justification,
                        who: &who,
                        when: &now,
                    };
                    let quads = made.quads(&link, &place.graph);
                    let mut batch = Batch::new();
                    for quad in &quads {
                        batch.push(quad);
                    }
                    transaction.insert_batch(&batch)?;
                }
                if batch.is_empty() {
                    return Ok(());
                }
                for (prefix, namespace) in PREFIXES {
                    transaction.set_prefix(prefix, namespace);
                }
                let after = Decisions::of(&transaction.snapshot().hiding(hidden.clone()));
                let known = before.contradictions();
                let contradictions = after.contradictions();
                if let Some(apart) = contradictions.difference(&known).next() {
                    return Err(LinkError::Contradiction {
                        first: apart.0.as_str().to_owned(),
                        second: apart.1.as_str().to_owned(),
                        why: after.why(apart),
                    }
                    .into());
                }
                app.enforce(transaction)
            })
    }

    /// The IRI of what is said about the link of two things, the same whichever comes first.
    pub fn link_iri(&self, a: &NamedNode, b: &NamedNode) -> NamedNode {
        let (smaller, larger) = pair(a, b);
        let hash = blake3::hash(format!("{}\n{}", smaller.as_str(), larger.as_str()).as_bytes());
        let hash = hash.to_hex();
        let start = hash.get(..16).unwrap_or_default();
        NamedNode::new_unchecked(format!("{}id/link/{start}", self.config().base))
    }

    /// The statements of decisions, as they stand in their graphs.
    pub fn link_statements(&self, snapshot: &Snapshot, decided: &[Decided]) -> Vec<Triple> {
        let mut triples = Vec::new();
        for decided in decided {
            let name = Some(GraphNameRef::from(&decided.graph));
            let link = Some(TermRef::from(&decided.link));
            let mut own: Vec<Triple> = snapshot
                .quads_for_pattern(link, None, None, name)
                .map(Triple::from)
                .collect();
            own.sort_by_cached_key(Triple::to_string);
            if decided.is_accepted {
                triples.push(Triple::new(
                    decided.source.clone(),
                    decided.predicate.clone(),
                    decided.target.clone(),
                ));
            }
            triples.append(&mut own);
        }
        triples
    }

    /// The name of a thing, as lists of links show it.
    pub fn link_label(&self, snapshot: &Snapshot, node: &NamedNode) -> Option<String> {
        any_record(snapshot, node).map(|record| record.label)
    }
}

/// Where links go.
struct Place {
    /// The graph of links.
    graph: NamedNode,
    /// For whose graph they are.
    owner: Option<NamedNode>,
    /// What the writer may see.
    whole: Arc<Snapshot>,
    /// What whoever sees the links may see.
    seen: Arc<Snapshot>,
}

/// A decision on its way into a graph.
struct Made<'a> {
    judgement: &'a Judgement,
    evidence: Option<&'a Verdict>,
    justification: NamedNodeRef<'static>,
    who: &'a str,
    when: &'a str,
}

impl Made<'_> {
    fn quads(&self, link: &NamedNode, graph: &NamedNode) -> Vec<Quad> {
        let Judgement {
            source,
            target,
            verb,
            predicate,
            comment,
        } = self.judgement;
        let mut quads = Vec::new();
        let mut say = |property: NamedNodeRef<'_>, object: Term| {
            quads.push(Quad::new(
                link.clone(),
                property.into_owned(),
                object,
                graph.clone(),
            ));
        };
        say(rdf::TYPE, AXIOM.into_owned().into());
        say(rdf::TYPE, MAPPING.into_owned().into());
        say(ANNOTATED_SOURCE, source.clone().into());
        say(ANNOTATED_PROPERTY, predicate.into_owned().into());
        say(ANNOTATED_TARGET, target.clone().into());
        say(JUSTIFICATION, self.justification.into_owned().into());
        say(REVIEWER, Literal::new_simple_literal(self.who).into());
        let date = Literal::new_typed_literal(self.when, xsd::DATE_TIME);
        say(DATE, date.into());
        if let Some(verdict) = self.evidence {
            let score = format!("{:.4}", verdict.score);
            let score = Literal::new_typed_literal(score, xsd::DECIMAL);
            say(CONFIDENCE, score.into());
        }
        let reasons = self.evidence.map(|verdict| sentences(&verdict.reasons));
        let parts = comment.iter().cloned().chain(reasons);
        let why: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
        if !why.is_empty() {
            let why = Literal::new_simple_literal(why.join("\n"));
            say(rdfs::COMMENT, why.into());
        }
        match verb {
            Verb::Accept => quads.push(Quad::new(
                source.clone(),
                predicate.into_owned(),
                target.clone(),
                graph.clone(),
            )),
            Verb::Reject => say(MODIFIER, NOT.into_owned().into()),
            Verb::Withdraw => {}
        }
        quads
    }
}

/// Reasons as people read them: `+3.79 the names have the same words: …; -1.10 …`.
pub fn sentences(reasons: &[Reason]) -> String {
    let parts: Vec<String> = reasons
        .iter()
        .map(|reason| format!("{:+.2} {}", reason.contribution, reason.text))
        .collect();
    parts.join("; ")
}

/// Takes out what a graph says of a link; answers whether it said anything.
fn forget(
    transaction: &mut Transaction,
    link: &NamedNode,
    graph: &NamedNode,
    judgement: &Judgement,
) -> bool {
    let before = transaction.snapshot();
    let name = GraphNameRef::from(graph);
    let mut old: Vec<Quad> = before
        .quads_for_pattern(Some(link.into()), None, None, Some(name))
        .collect();
    for (a, b) in [
        (&judgement.source, &judgement.target),
        (&judgement.target, &judgement.source),
    ] {
        for property in [SAME_AS, EXACT_MATCH] {
            let quad = QuadRef::new(a, property, b, name);
            if before.contains(quad) {
                old.push(quad.into_owned());
            }
        }
    }
    for quad in &old {
        transaction.remove(quad.as_ref());
    }
    !old.is_empty()
}

fn found(
    snapshot: &Snapshot,
    asked: &SuggestionQuery,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Found, Stopped> {
    let mut suggestions = Vec::new();
    let records = read(snapshot, &asked.kinds, &role, stop)?;
    let corpus = Corpus::new(&records);
    let is_in = |record: &Record, root: &NamedNode| {
        let mut graphs = record.graphs.iter();
        graphs.any(|graph| is_at_or_below(graph, root))
    };
    let looks_within = asked
        .with
        .iter()
        .any(|with| is_at_or_below(asked.graph.as_str(), with));
    for kind in &asked.kinds {
        let of_kind = records.iter().filter(|record| record.kind == *kind);
        let (left, others): (Vec<&Record>, Vec<&Record>) =
            of_kind.partition(|record| is_in(record, &asked.graph));
        let right = others.into_iter().filter(|record| {
            asked.with.is_empty() || asked.with.iter().any(|with| is_in(record, with))
        });
        let left: Vec<Record> = left.into_iter().cloned().collect();
        let right: Vec<Record> = right.cloned().collect();
        let mut take = |others: &[Record], pairs: Vec<crate::linking::Match>| {
            for found in pairs {
                if let (Some(source), Some(target)) =
                    (left.get(found.left), others.get(found.right))
                {
                    suggestions.push(Suggestion {
                        source: source.iri.clone(),
                        source_label: source.label.clone(),
                        target: target.iri.clone(),
                        target_label: target.label.clone(),
                        verdict: found.verdict,
                    });
                }
            }
        };
        take(&right, matches(&left, Some(&right), asked.floor(), stop)?);
        if looks_within {
            take(&left, matches(&left, None, asked.floor(), stop)?);
        }
    }
    suggestions.sort_by(|a, b| {
        let order = b.verdict.score.total_cmp(&a.verdict.score);
        order.then_with(|| (&a.source, &a.target).cmp(&(&b.source, &b.target)))
    });
    suggestions.truncate(MOST_SUGGESTIONS);
    let bytes = suggestions
        .iter()
        .map(Suggestion::heap_bytes)
        .sum::<usize>()
        + corpus.heap_bytes();
    Ok(Found {
        suggestions,
        corpus,
        bytes,
    })
}
