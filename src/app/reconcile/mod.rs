//! Reconciliation: which thing of the data a name in somebody's table means.
//!
//! A query has a name, types and properties; the answer is a few candidates with scores from 0 to
//! 100, and says of one at most that it is certainly the one. Candidates come from
//! [`Snapshot::resembling`] and from identifiers and web addresses that agree; [`names`] judges
//! their names, [`properties`] the rest. All of it rests on the snapshot that is given: what a
//! reader may not see is no candidate, and changes nobody's score.

pub mod extend;
pub mod names;
pub mod properties;
pub mod suggest;

use super::{KnowledgeGraph, MergedView, iri, resource, search};
use crate::store::skolem::{skolem_iri, skolemized};
use crate::store::{Limits, OfTypes, Snapshot, StoreError, TextQuery};
use names::{Name, NameKind};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use properties::{Comparison, Condition, Given, NameCache, Property};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Queries of a batch that a client may send at once.
pub const MOST_QUERIES: usize = 100;
/// Candidates that a query answers, if it does not say how many.
pub const USUAL_CANDIDATES: usize = 10;
/// Candidates that a query may ask for.
pub const MOST_CANDIDATES: usize = 100;
/// Properties, and values of each, that a query may give.
pub const MOST_CONDITIONS: usize = 32;
/// Bytes that the text of a query may have.
pub const LONGEST_TEXT: usize = 4_096;

/// Things that are looked at closely.
const LOOKED_AT: usize = 60;
/// Things that may share an identifier before it says nothing any more.
const MOST_BEARERS: usize = 200;
/// Statements of a thing that are read.
const MOST_STATEMENTS: usize = 2_000;
/// A candidate is shown if its score is at least this.
const WORTH_SHOWING: f64 = 0.3;
/// The score from which on a candidate may be the one.
const SURE: f64 = 0.9;
/// How far the next one must be behind.
const LEAD: f64 = 0.05;
/// Threads that work on a batch.
const MOST_THREADS: usize = 4;

/// How ids stand for IRIs.
///
/// A thing's id is its IRI without the identifier space (`actor/innoserv-x`), a class's or
/// property's its IRI without the schema space (`Actor`); whatever lies elsewhere keeps its IRI.
#[derive(Clone, Debug)]
pub struct Spaces {
    /// What the IRIs of things begin with.
    pub identifiers: String,
    /// What links join: the ids of all that are one thing lead to it.
    joined: Option<Arc<MergedView>>,
}

impl Spaces {
    /// The spaces of a service with this base.
    pub fn new(base: &str) -> Self {
        Self {
            identifiers: format!("{base}id/"),
            joined: None,
        }
    }

    /// What the IRIs of classes and properties begin with.
    pub fn schema(&self) -> &'static str {
        iri::NS
    }

    /// The id of a thing.
    pub fn id_of(&self, thing: &NamedNode) -> String {
        let iri = thing.as_str();
        iri.strip_prefix(self.identifiers.as_str())
            .filter(|local| !local.is_empty() && !is_absolute(local))
            .unwrap_or(iri)
            .to_owned()
    }

    /// The thing of an id, an IRI, or an IRI with a known prefix; `None` if it cannot be one. What
    /// links join with others is what stands for all of them.
    pub fn entity(&self, id: &str) -> Option<NamedNode> {
        let node = self.node(id)?;
        Some(match &self.joined {
            Some(view) => view.merging().representative(&node).clone(),
            None => node,
        })
    }

    fn node(&self, id: &str) -> Option<NamedNode> {
        let id = id.trim();
        if id.is_empty() {
            return None;
        }
        if is_absolute(id) {
            return NamedNode::new(id).ok();
        }
        if let Some((prefix, local)) = id.split_once(':') {
            let namespace = iri::PREFIXES.get(prefix)?;
            return NamedNode::new(format!("{namespace}{local}")).ok();
        }
        NamedNode::new(format!("{}{id}", self.identifiers)).ok()
    }

    /// The id of a class or property.
    pub fn id_of_term(&self, term: &NamedNode) -> String {
        let iri = term.as_str();
        iri.strip_prefix(iri::NS)
            .filter(|local| !local.is_empty())
            .unwrap_or(iri)
            .to_owned()
    }

    /// The class or property of an id, an IRI, or an IRI with a known prefix.
    pub fn term(&self, id: &str) -> Option<NamedNode> {
        let id = id.trim();
        if id.is_empty() {
            return None;
        }
        if is_absolute(id) {
            return NamedNode::new(id).ok();
        }
        match id.split_once(':') {
            Some((prefix, local)) => {
                let namespace = iri::PREFIXES.get(prefix)?;
                NamedNode::new(format!("{namespace}{local}")).ok()
            }
            None => NamedNode::new(format!("{}{id}", iri::NS)).ok(),
        }
    }

    /// The class of an id, as [`Spaces::term`] has it, or of a kind such as `actor` or
    /// `target-group`, if the data uses or describes it.
    pub fn class(&self, snapshot: &Snapshot, id: &str) -> Option<NamedNode> {
        let is_known = |class: &NamedNode| {
            let class = class.as_ref();
            snapshot
                .quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None)
                .next()
                .is_some()
                || snapshot
                    .quads_for_pattern(Some(class.into()), None, None, None)
                    .next()
                    .is_some()
        };
        self.term(id)
            .filter(is_known)
            .or_else(|| search::class_named(id.trim()).filter(is_known))
    }
}

fn is_absolute(id: &str) -> bool {
    id.contains("://") || id.starts_with("urn:") || id.starts_with("mailto:")
}

/// What a client wants to know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReconcileQuery {
    /// The name, or the id of a thing; without one there must be conditions.
    pub text: Option<String>,
    /// Classes, by their ids.
    pub types: Vec<String>,
    /// How strictly the classes are meant.
    pub strictness: Strictness,
    /// How many candidates are wanted.
    pub limit: usize,
    /// What else is known: properties by their ids, with their values.
    pub conditions: Vec<(String, Vec<Given>)>,
}

/// How strictly the classes of a query are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// A candidate must be of one of them.
    #[default]
    Any,
    /// A candidate must be of all of them.
    All,
    /// One that is of none of them has a lower score.
    Should,
}

/// What the data has for a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconciled {
    /// The candidates, the best first.
    pub candidates: Vec<Candidate>,
    /// What of the query was not understood, and left out.
    pub remarks: Vec<String>,
}

/// A thing that may be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What tells it from namesakes: what it is, where, in which sectors.
    pub description: String,
    /// Its classes with their names, Weft's own first.
    pub types: Vec<TypeName>,
    /// How likely it is, from 0 to 100, with one decimal.
    pub score: f64,
    /// Whether it certainly is the one.
    pub is_match: bool,
    /// What the score rests on, by name, from 0 to 100.
    pub features: Vec<(String, f64)>,
}

/// A class and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A candidate while it is judged.
struct Judged {
    node: NamedNode,
    id: String,
    score: f64,
    name: Option<f64>,
    kind: NameKind,
    /// The name that is most alike.
    alike: Option<String>,
    features: Vec<(String, f64)>,
    is_same_identifier: bool,
    agrees: bool,
    contradicts: bool,
    is_direct: bool,
}

impl KnowledgeGraph {
    /// How ids stand for IRIs here.
    pub fn spaces(&self) -> Spaces {
        Spaces::new(&self.config().base)
    }

    /// The same for what somebody sees, who may take several IRIs for one.
    pub fn spaces_of(&self, seen: &Snapshot) -> Spaces {
        Spaces {
            joined: self.view_of(seen),
            ..self.spaces()
        }
    }

    /// Answers a batch of queries, each by itself, in their order, on a few threads.
    ///
    /// # Scores
    /// Without properties the score is how alike the names are ([`names`]). Each property that
    /// agrees or differs weighs three tenths of the name; one of which the data says nothing hardly
    /// counts; an identifier that agrees counts twice as much as the name. A property that the data
    /// does not know is left out, and said so.
    ///
    /// A candidate is the one if its name is the same but for legal form, order and small words, or
    /// nearly so and a property agrees, no property differs, and the next one is well behind; or if
    /// it alone has the identifier, or the text is its id.
    ///
    /// # Errors
    /// [`StoreError`] if time is over.
    pub fn reconcile(
        &self,
        snapshot: &Snapshot,
        queries: &[ReconcileQuery],
        limits: &Limits,
    ) -> Result<Vec<Reconciled>, StoreError> {
        let spaces = self.spaces_of(snapshot);
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(MOST_THREADS).min(queries.len());
        if threads < 2 {
            return queries
                .iter()
                .map(|query| answer(snapshot, &spaces, query, limits))
                .collect();
        }
        // Threads of their own: the pool of the metrics may be busy for seconds.
        let next = AtomicUsize::new(0);
        let done: Mutex<BTreeMap<usize, Result<Reconciled, StoreError>>> = Mutex::default();
        let work = || {
            while let Some((at, query)) = {
                let at = next.fetch_add(1, Ordering::Relaxed);
                queries.get(at).map(|query| (at, query))
            } {
                let answer = answer(snapshot, &spaces, query, limits);
                if let Ok(mut done) = done.lock() {
                    done.insert(at, answer);
                }
            }
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let done = done
            .into_inner()
            .map_err(|_| StoreError::Internal("a query of the batch has failed".to_owned()))?;
        done.into_values().collect()
    }
}

fn answer(
    snapshot: &Snapshot,
    spaces: &Spaces,
    query: &ReconcileQuery,
    limits: &Limits,
) -> Result<Reconciled, StoreError> {
    let mut remarks = Vec::new();
    let mut types = Vec::new();
    for id in &query.types {
        match spaces.class(snapshot, id) {
            Some(class) => types.push(class),
            None => remarks.push(format!("there is no type `{id}`")),
        }
    }
    let is_filter = query.strictness != Strictness::Should;
    let is_impossible = match query.strictness {
        Strictness::Any => !query.types.is_empty() && types.is_empty(),
        Strictness::All => types.len() < query.types.len(),
        Strictness::Should => false,
    };
    if is_impossible {
        return Ok(Reconciled {
            candidates: Vec::new(),
            remarks,
        });
    }
    let mut conditions = Vec::new();
    for (id, given) in &query.conditions {
        match Property::find(snapshot, spaces, id) {
            Some(property) => conditions.push(Condition::new(property, given, spaces)),
            None => remarks.push(format!("there is no property `{id}`: it was left out")),
        }
    }
    let wanted = OfTypes {
        types: if is_filter { types.clone() } else { Vec::new() },
        is_all: query.strictness == Strictness::All,
    };
    let judge = Judge {
        snapshot,
        spaces,
        cache: NameCache::new(snapshot),
        name: query.text.as_deref().map(Name::new),
        conditions,
        types,
        strictness: query.strictness,
    };
    let limit = query.limit.clamp(1, MOST_CANDIDATES);
    let mut judged: Vec<Judged> = judge
        .nominees(query, &wanted, limit, limits)?
        .into_iter()
        .filter(|(node, _)| judge.is_wanted(node, is_filter))
        .map(|(node, is_direct)| judge.judge(node, is_direct))
        .filter(|judged| judged.is_direct || judged.score >= WORTH_SHOWING)
        .collect();
    judged.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(b.kind.cmp(&a.kind))
            .then_with(|| a.id.cmp(&b.id))
    });
    let is_match = is_the_one(&judged);
    judged.truncate(limit);
    let labels = Labels::new(snapshot, spaces);
    let candidates = judged
        .into_iter()
        .enumerate()
        .map(|(at, judged)| labels.candidate(judged, at == 0 && is_match))
        .collect();
    Ok(Reconciled {
        candidates,
        remarks,
    })
}

/// Whether the first candidate certainly is the one.
fn is_the_one(judged: &[Judged]) -> bool {
    let Some(first) = judged.first() else {
        return false;
    };
    let second = judged.get(1);
    if first.is_direct {
        return second.is_none_or(|second| !second.is_direct);
    }
    if first.is_same_identifier {
        return second.is_none_or(|second| !second.is_same_identifier)
            && first.name.is_none_or(|name| name >= 0.4);
    }
    let is_same_name = match (first.name, first.kind) {
        (Some(_), NameKind::Same | NameKind::Words) => true,
        (Some(name), NameKind::Partly | NameKind::CutOff) => name >= 0.88 && first.agrees,
        _ => false,
    };
    is_same_name
        && !first.contradicts
        && first.score >= SURE
        && second.is_none_or(|second| first.score - second.score >= LEAD)
}

struct Judge<'a> {
    snapshot: &'a Snapshot,
    spaces: &'a Spaces,
    cache: NameCache<'a>,
    name: Option<Name>,
    conditions: Vec<Condition>,
    types: Vec<NamedNode>,
    strictness: Strictness,
}

impl Judge<'_> {
    /// The things to look at closely, and whether the text is the id of one.
    fn nominees(
        &self,
        query: &ReconcileQuery,
        wanted: &OfTypes,
        limit: usize,
        limits: &Limits,
    ) -> Result<BTreeMap<NamedNode, bool>, StoreError> {
        let mut found: BTreeMap<NamedNode, bool> = BTreeMap::new();
        let most = LOOKED_AT.max(limit * 2);
        if let Some(text) = &query.text {
            if let Some(node) = self.spaces.entity(text)
                && self.is_described(&node)
            {
                found.insert(node, true);
            }
            if let Some(property) = Property::find(self.snapshot, self.spaces, "identifier") {
                let given = [Given::Text(text.trim().to_owned())];
                let condition = Condition::new(property, &given, self.spaces);
                self.add_bearers(&condition, &mut found);
            }
            self.add_namesakes(text, wanted, most, limits, &mut found)?;
        }
        for condition in &self.conditions {
            let is_telling = matches!(
                condition.property.comparison,
                Comparison::Identifier | Comparison::Website
            );
            if is_telling || query.text.is_none() {
                self.add_bearers(condition, &mut found);
            }
            if query.text.is_some() {
                continue;
            }
            for text in condition.texts() {
                if condition.property.id == "name" {
                    self.add_namesakes(text, wanted, most, limits, &mut found)?;
                } else if !is_telling {
                    self.add_related(condition, text, limits, &mut found)?;
                }
            }
        }
        Ok(found)
    }

    fn add_namesakes(
        &self,
        text: &str,
        wanted: &OfTypes,
        most: usize,
        limits: &Limits,
        found: &mut BTreeMap<NamedNode, bool>,
    ) -> Result<(), StoreError> {
        // A text without letters has no namesakes.
        if let Ok(query) = TextQuery::of_name(text) {
            let fields = &search::FIELDS;
            let alike = self
                .snapshot
                .resembling(fields, &query, wanted, most, limits)?;
            for thing in alike {
                found.entry(node_of(thing.subject)).or_insert(false);
            }
        }
        Ok(())
    }

    /// Things that have a value, letter by letter.
    fn add_bearers(&self, condition: &Condition, found: &mut BTreeMap<NamedNode, bool>) {
        let subjects = condition.subjects(self.snapshot, 50 * MOST_BEARERS);
        let bearers: BTreeSet<NamedNode> = subjects.into_iter().filter_map(named).collect();
        for node in bearers.into_iter().take(MOST_BEARERS) {
            found.entry(node).or_insert(false);
        }
    }

    /// Things that are related to one that is called so.
    fn add_related(
        &self,
        condition: &Condition,
        text: &str,
        limits: &Limits,
        found: &mut BTreeMap<NamedNode, bool>,
    ) -> Result<(), StoreError> {
        let Ok(query) = TextQuery::of_name(text) else {
            return Ok(());
        };
        let any = OfTypes::default();
        let fields = &search::FIELDS;
        let alike = self.snapshot.resembling(fields, &query, &any, 5, limits)?;
        let mut bearers = BTreeSet::new();
        for thing in alike.into_iter().filter(|thing| thing.rank >= 0.7) {
            let object = skolemized(Term::from(thing.subject));
            for path in &condition.property.paths {
                let [property] = path.as_slice() else {
                    continue;
                };
                let subjects = self
                    .snapshot
                    .quads_for_pattern(None, Some(property.as_ref()), Some(object.as_ref()), None)
                    .take(50 * MOST_BEARERS);
                bearers.extend(subjects.map(|quad| node_of(quad.subject)));
            }
        }
        for node in bearers.into_iter().take(MOST_BEARERS) {
            found.entry(node).or_insert(false);
        }
        Ok(())
    }

    fn is_described(&self, node: &NamedNode) -> bool {
        self.snapshot
            .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
            .next()
            .is_some()
    }

    fn is_a(&self, node: &NamedNode, class: &NamedNode) -> bool {
        self.snapshot
            .quads_for_pattern(
                Some(node.as_ref().into()),
                Some(rdf::TYPE),
                Some(class.as_ref().into()),
                None,
            )
            .next()
            .is_some()
    }

    fn is_of_types(&self, node: &NamedNode) -> bool {
        match self.strictness {
            _ if self.types.is_empty() => true,
            Strictness::All => self.types.iter().all(|class| self.is_a(node, class)),
            _ => self.types.iter().any(|class| self.is_a(node, class)),
        }
    }

    fn is_wanted(&self, node: &NamedNode, is_filter: bool) -> bool {
        !is_filter || self.is_of_types(node)
    }

    fn judge(&self, node: NamedNode, is_direct: bool) -> Judged {
        let mut features = Vec::new();
        let (mut sum, mut weights) = (0.0, 0.0);
        let mut kind = NameKind::Partly;
        let mut name_score = None;
        let mut alike = None;
        let mut is_same_identifier = false;
        let (mut agrees, mut contradicts) = (false, false);
        if let Some(name) = &self.name {
            let mut best = 0.0;
            let (names, identifiers) = self.texts_of(&node);
            for label in names {
                let found = name.similarity(&Name::new(&label));
                if alike.is_none() || (found.score, found.kind) > (best, kind) {
                    (best, kind) = (found.score, found.kind);
                    alike = Some(label);
                }
            }
            features.push(("name_similarity".to_owned(), percent(best)));
            if identifiers.iter().any(|known| known == name.text().trim()) {
                is_same_identifier = true;
                best = 1.0;
                features.push(("identifier".to_owned(), 100.0));
            }
            name_score = Some(best);
            sum += best;
            weights += 1.0;
        }
        for condition in &self.conditions {
            let is_identifier = condition.property.comparison == Comparison::Identifier;
            let Some(agreement) = condition.agreement(&self.cache, &node) else {
                sum += 0.05 * 0.5;
                weights += 0.05;
                continue;
            };
            let weight = match (is_identifier, agreement >= 0.99) {
                (true, true) => 2.0,
                _ => 0.3,
            };
            is_same_identifier |= is_identifier && agreement >= 0.99;
            agrees |= agreement >= 0.9;
            contradicts |= agreement < 0.5;
            sum += weight * agreement;
            weights += weight;
            features.push((condition.property.id.clone(), percent(agreement)));
        }
        let mut score = if weights > 0.0 { sum / weights } else { 0.0 };
        if !self.types.is_empty() {
            let is_of_types = self.is_of_types(&node);
            features.push((
                "type_match".to_owned(),
                if is_of_types { 100.0 } else { 0.0 },
            ));
            if !is_of_types {
                score *= 0.8;
                contradicts = true;
            }
        }
        if is_direct {
            score = 1.0;
        }
        Judged {
            id: self.spaces.id_of(&node),
            node,
            // What is shown is what was sorted by.
            score: percent(score) / 100.0,
            name: name_score,
            kind,
            alike,
            features,
            is_same_identifier,
            agrees,
            contradicts,
            is_direct,
        }
    }

    /// The names of a thing, and its identifiers, in order.
    fn texts_of(&self, node: &NamedNode) -> (BTreeSet<String>, BTreeSet<String>) {
        const IDENTIFIERS: [&str; 4] = [
            "http://purl.org/dc/terms/identifier",
            "http://schema.org/identifier",
            "https://schema.org/identifier",
            "http://www.w3.org/ns/org#identifier",
        ];
        let mut names = BTreeSet::new();
        let mut identifiers = BTreeSet::new();
        for quad in self
            .snapshot
            .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
            .take(MOST_STATEMENTS)
        {
            let Term::Literal(literal) = quad.object else {
                continue;
            };
            if search::FIELDS
                .properties()
                .any(|field| *field == quad.predicate)
            {
                names.insert(literal.value().to_owned());
            } else if IDENTIFIERS.contains(&quad.predicate.as_str()) {
                identifiers.insert(literal.value().to_owned());
            }
        }
        (names, identifiers)
    }
}

fn node_of(subject: NamedOrBlankNode) -> NamedNode {
    match subject {
        NamedOrBlankNode::NamedNode(node) => node,
        NamedOrBlankNode::BlankNode(node) => skolem_iri(node.as_ref()),
    }
}

fn named(term: Term) -> Option<NamedNode> {
    match term {
        Term::NamedNode(node) => Some(node),
        _ => None,
    }
}

fn percent(share: f64) -> f64 {
    (share * 1_000.0).round() / 10.0
}

/// What people read of things, remembered while one answer is made.
pub(super) struct Labels<'a> {
    snapshot: &'a Snapshot,
    spaces: &'a Spaces,
    known: RefCell<HashMap<NamedNode, String>>,
}

impl<'a> Labels<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, spaces: &'a Spaces) -> Self {
        Self {
            snapshot,
            spaces,
            known: RefCell::default(),
        }
    }

    pub(super) fn label(&self, node: &NamedNode) -> String {
        if let Some(label) = self.known.borrow().get(node) {
            return label.clone();
        }
        let label = resource::label(self.snapshot, node.as_ref().into());
        self.known.borrow_mut().insert(node.clone(), label.clone());
        label
    }

    /// The classes of a thing with their names, Weft's own first.
    pub(super) fn types(&self, node: &NamedNode) -> Vec<TypeName> {
        let classes: BTreeSet<NamedNode> = self.objects(node, rdf::TYPE).collect();
        let mut classes: Vec<NamedNode> = classes.into_iter().collect();
        classes.sort_by_key(|class| !class.as_str().starts_with(iri::NS));
        classes
            .iter()
            .map(|class| TypeName {
                id: self.spaces.id_of_term(class),
                name: self.label(class),
            })
            .collect()
    }

    fn objects(
        &self,
        node: &NamedNode,
        property: NamedNodeRef<'static>,
    ) -> impl Iterator<Item = NamedNode> {
        self.snapshot
            .quads_for_pattern(Some(node.as_ref().into()), Some(property), None, None)
            .filter_map(|quad| named(quad.object))
    }

    /// What tells a thing from its namesakes: what it is, where, in which sectors; for what has
    /// none of these, its definition.
    pub(super) fn description(&self, node: &NamedNode, types: &[TypeName]) -> String {
        const PLACE: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#place");
        const COUNTRY: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#countryCode");
        const LONGEST: usize = 200;
        let mut parts: Vec<String> = types
            .first()
            .map(|class| class.name.clone())
            .into_iter()
            .collect();
        let mut places: BTreeSet<String> = BTreeSet::new();
        places.extend(self.objects(node, PLACE).map(|place| self.label(&place)));
        if places.is_empty() {
            let codes = self.snapshot.quads_for_pattern(
                Some(node.as_ref().into()),
                Some(COUNTRY),
                None,
                None,
            );
            places.extend(codes.filter_map(|quad| match quad.object {
                Term::Literal(literal) => Some(Literal::value(&literal).to_owned()),
                _ => None,
            }));
        }
        let sectors: BTreeSet<String> = self
            .objects(node, iri::SECTOR)
            .map(|sector| self.label(&sector))
            .collect();
        for list in [&places, &sectors] {
            if !list.is_empty() {
                let list: Vec<&str> = list.iter().take(3).map(String::as_str).collect();
                parts.push(list.join(", "));
            }
        }
        if places.is_empty() && sectors.is_empty() {
            parts.extend(resource::definition(self.snapshot, node.as_ref()));
        }
        shortened(&parts.join(" · "), LONGEST)
    }

    fn candidate(&self, judged: Judged, is_match: bool) -> Candidate {
        let types = self.types(&judged.node);
        let name = self.label(&judged.node);
        let mut description = self.description(&judged.node, &types);
        if let Some(alike) = judged.alike.filter(|alike| *alike != name) {
            description = format!("{description} · also: {}", shortened(&alike, 100));
        }
        Candidate {
            id: judged.id,
            name,
            description,
            types,
            score: percent(judged.score),
            is_match,
            features: judged.features,
        }
    }
}

/// The beginning of a text: so many characters at most, the last of them `…` if it is cut.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Classes that things are usually looked for in: actors, services, innovations, places, and those
/// of the code lists, by name.
pub fn usual_types(snapshot: &Snapshot, spaces: &Spaces) -> Vec<TypeName> {
    const FIRST: [&str; 4] = ["Actor", "Service", "Innovation", "Place"];
    const CONCEPT: NamedNodeRef<'static> =
        NamedNodeRef::new_unchecked("http://www.w3.org/2004/02/skos/core#Concept");
    let labels = Labels::new(snapshot, spaces);
    let type_name = |class: &NamedNode| TypeName {
        id: spaces.id_of_term(class),
        name: labels.label(class),
    };
    let first = FIRST.map(|name| NamedNode::new_unchecked(format!("{}{name}", iri::NS)));
    let mut lists: Vec<TypeName> = snapshot
        .quads_for_pattern(None, Some(rdfs::SUB_CLASS_OF), Some(CONCEPT.into()), None)
        .filter_map(|quad| match quad.subject {
            NamedOrBlankNode::NamedNode(node) if node.as_str().starts_with(iri::NS) => Some(node),
            _ => None,
        })
        .collect::<BTreeSet<NamedNode>>()
        .iter()
        .map(type_name)
        .collect();
    lists.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    first.iter().map(type_name).chain(lists).collect()
}
