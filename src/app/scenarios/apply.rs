//! Changes become statements that come and go.
//!
//! What a reader may not see is neither found nor touched. Statements that the rules conclude are
//! left to the rules, which run afterwards; what they still conclude of something that is gone is
//! noted.

use super::super::links::terms::SAME_AS;
use super::super::merging::Merging;
use super::super::{AppError, KnowledgeGraph, iri};
use super::change::{Change, Many, Scenario};
use super::{Outcome, ScenarioError, Thing};
use crate::network::{Attribute, Filter, FilterError, Period, label, places_named};
use crate::ontology::iri::graph::LINKS;
use crate::ontology::iri::weft;
use crate::ontology::{UnknownCode, nearest};
use crate::store::{HiddenGraphs, Limits, Snapshot, StoreError, Transaction};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term, TermRef,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Instant;

macro_rules! terms {
    ($($name:ident = $local:literal;)*) => {
        $(const $name: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked(concat!("https://w3id.org/weft/ns#", $local));)*
    };
}

terms! {
    FROM = "from";
    TO = "to";
    PAYER = "payer";
    PAYEE = "payee";
    PARTY = "party";
    ABOUT = "about";
    LEAD_ACTOR = "leadActor";
    FUNDING_FLOW = "FundingFlow";
    PLACE_CLASS = "Place";
}

/// Properties that say whom or what a statement of its own is about: it goes with them.
const BELONGS_TO: [NamedNodeRef<'static>; 8] =
    [weft::ACTOR, weft::IN, FROM, TO, PAYER, PAYEE, PARTY, ABOUT];
/// What an actor does: whoever does it is one, whatever its type.
const ACTS: [NamedNodeRef<'static>; 5] = [weft::ACTOR, FROM, TO, PAYER, PAYEE];
const ROLES: &str = "https://w3id.org/weft/code/link-role/";
/// Roles that the short form `weft:provides` stands for.
const PROVIDING: [&str; 2] = ["provider", "co-provider"];
/// How many candidates for an IRI that is not known are looked at.
const MOST_CANDIDATES: usize = 20_000;
/// A name of more characters is not compared with others.
const LONGEST_COMPARED: usize = 80;

/// What a change says something is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Actor,
    ServiceOrInnovation,
    Either,
}

impl Is {
    fn classes(self) -> &'static [NamedNodeRef<'static>] {
        match self {
            Self::Actor => &[iri::ACTOR],
            Self::ServiceOrInnovation => &[iri::SERVICE, iri::INNOVATION],
            Self::Either => &[iri::ACTOR, iri::SERVICE, iri::INNOVATION],
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::ServiceOrInnovation => "service or innovation",
            Self::Either => "actor, service or innovation",
        }
    }
}

/// Makes the changes of a scenario in a transaction.
pub(super) struct Applying<'a> {
    graph: &'a KnowledgeGraph,
    transaction: &'a mut Transaction,
    hidden: HiddenGraphs,
    limits: &'a Limits,
    /// The data as it stands, without what is hidden.
    now: Arc<Snapshot>,
    merging: Merging,
    /// What is gone, though the rules may still say something of it.
    gone: HashSet<Term>,
    /// Statements of their own that were made.
    made: usize,
    position: usize,
    op: &'static str,
    added: HashSet<Quad>,
    removed: HashSet<Quad>,
}

/// What the changes did, and what has to be looked at once the rules have run.
pub(super) struct Applied {
    pub(super) outcomes: Vec<Outcome>,
    pub(super) added: usize,
    pub(super) removed: usize,
    /// Things that are gone, by the position of their change.
    pub(super) gone: BTreeMap<NamedNode, usize>,
    /// What things were set to: position, thing, property, values.
    pub(super) set: Vec<Setting>,
}

/// A property that was given new values.
pub(super) struct Setting {
    pub(super) position: usize,
    pub(super) thing: NamedNode,
    pub(super) property: NamedNodeRef<'static>,
    pub(super) values: BTreeSet<String>,
}

type Result<T> = std::result::Result<T, AppError>;

impl<'a> Applying<'a> {
    pub(super) fn new(
        graph: &'a KnowledgeGraph,
        given: &Snapshot,
        transaction: &'a mut Transaction,
        limits: &'a Limits,
    ) -> Self {
        let hidden = given.hidden().clone();
        let now = seen(transaction, &hidden);
        Self {
            merging: Merging::of(&now),
            graph,
            transaction,
            hidden,
            limits,
            now,
            gone: HashSet::new(),
            made: 0,
            position: 0,
            op: "",
            added: HashSet::new(),
            removed: HashSet::new(),
        }
    }

    pub(super) fn all(mut self, scenario: &Scenario) -> Result<Applied> {
        let mut applied = Applied {
            outcomes: Vec::with_capacity(scenario.changes.len()),
            added: 0,
            removed: 0,
            gone: BTreeMap::new(),
            set: Vec::new(),
        };
        for (position, change) in (1..).zip(&scenario.changes) {
            self.check_limits()?;
            (self.position, self.op) = (position, change.op());
            self.added.clear();
            self.removed.clear();
            let mut outcome = Outcome {
                position,
                op: change.op(),
                things: Vec::new(),
                values: Vec::new(),
                added: 0,
                removed: 0,
                note: None,
            };
            self.one(change, &mut outcome, &mut applied)?;
            outcome.added = self.added.len();
            outcome.removed = self.removed.len();
            applied.added += outcome.added;
            applied.removed += outcome.removed;
            applied.outcomes.push(outcome);
            if !(self.added.is_empty() && self.removed.is_empty()) {
                self.now = seen(self.transaction, &self.hidden);
            }
        }
        Ok(applied)
    }

    fn check_limits(&self) -> Result<()> {
        if self.limits.cancellation.is_cancelled() {
            return Err(StoreError::Cancelled.into());
        }
        let is_over = |deadline: Instant| Instant::now() >= deadline;
        if self.limits.deadline.is_some_and(is_over) {
            return Err(StoreError::TimedOut.into());
        }
        Ok(())
    }

    fn one(&mut self, change: &Change, outcome: &mut Outcome, all: &mut Applied) -> Result<()> {
        match change {
            Change::RemoveActor { iri } => self.remove(iri, Is::Actor, outcome, all),
            Change::RemoveService { iri } => {
                self.remove(iri, Is::ServiceOrInnovation, outcome, all)
            }
            Change::AddActor {
                iri,
                label,
                sector,
                level,
                sphere,
                place,
            } => {
                let node = self.add_thing(iri.as_deref(), label, iri::ACTOR, outcome)?;
                self.attributes(&node, [sector, level, sphere, place], outcome)
            }
            Change::AddService {
                iri,
                label,
                sector,
                level,
                place,
                provider,
            } => {
                let node = self.add_thing(iri.as_deref(), label, iri::SERVICE, outcome)?;
                self.attributes(&node, [sector, level, &Many::default(), place], outcome)?;
                self.providers(&node, provider, outcome)
            }
            Change::AddInnovation {
                iri,
                label,
                sector,
                level,
                place,
                provider,
            } => {
                let node = self.add_thing(iri.as_deref(), label, iri::INNOVATION, outcome)?;
                self.attributes(&node, [sector, level, &Many::default(), place], outcome)?;
                self.providers(&node, provider, outcome)
            }
            Change::RemoveTie {
                source,
                target,
                role,
            } => self.remove_tie([source, target], role.as_deref(), outcome),
            Change::AddTie {
                source,
                target,
                role,
                instrument,
                since,
                until,
            } => {
                let ends = [("source", source), ("target", target)];
                let [from, to] = self.two(ends, [Is::Actor, Is::Actor], outcome)?;
                let node = self.statement(weft::TIE);
                self.insert(&node, FROM, from);
                self.insert(&node, TO, to);
                self.qualify(&node, role, instrument, [since, until], outcome)?;
                Ok(())
            }
            Change::AddParticipation {
                actor,
                thing,
                role,
                instrument,
                since,
                until,
            } => {
                let ends = [("actor", actor), ("in", thing)];
                let kinds = [Is::Actor, Is::ServiceOrInnovation];
                let [who, what] = self.two(ends, kinds, outcome)?;
                let role = self.take_part(&who, &what, role.as_deref())?;
                let node = role.0;
                outcome.values.extend(role.1.map(|role| ("role", role)));
                self.qualify(&node, &None, instrument, [since, until], outcome)
            }
            Change::RemoveParticipation {
                iri,
                actor,
                thing,
                role,
            } => match (iri, actor, thing) {
                (Some(iri), ..) => self.remove_statement(iri, outcome),
                (None, Some(actor), Some(thing)) => {
                    self.remove_participations([actor, thing], role.as_deref(), outcome)
                }
                _ => Err(self.wrong("say either `iri`, or both `actor` and `in`".to_owned())),
            },
            Change::MoveService {
                iri,
                sector,
                level,
                place,
                provider,
            } => {
                let node = self.known("iri", iri, Is::ServiceOrInnovation)?;
                outcome.things.push(self.thing(&node));
                for (attribute, values) in [
                    (Attribute::Sector, sector),
                    (Attribute::Level, level),
                    (Attribute::Place, place),
                ] {
                    if !values.0.is_empty() {
                        self.set(&node, attribute, values, outcome, all)?;
                    }
                }
                if !provider.0.is_empty() {
                    self.replace_providers(&node, provider, outcome)?;
                }
                Ok(())
            }
            Change::SetSector { iri, sector } => {
                let node = self.known("iri", iri, Is::Either)?;
                outcome.things.push(self.thing(&node));
                self.set(&node, Attribute::Sector, sector, outcome, all)
            }
            Change::SetLevel { iri, level } => {
                let node = self.known("iri", iri, Is::Either)?;
                outcome.things.push(self.thing(&node));
                self.set(&node, Attribute::Level, level, outcome, all)
            }
            Change::SetSphere { iri, sphere } => {
                let node = self.known("iri", iri, Is::Actor)?;
                outcome.things.push(self.thing(&node));
                self.set(&node, Attribute::Sphere, sphere, outcome, all)
            }
            Change::MergeActors { iris } => self.merge(iris, outcome),
        }
    }

    // ---- statements ----------------------------------------------------------------------------

    fn insert(
        &mut self,
        subject: &NamedNode,
        predicate: NamedNodeRef<'_>,
        object: impl Into<Term>,
    ) {
        self.insert_quad(Quad::new(
            subject.clone(),
            predicate,
            object,
            GraphName::DefaultGraph,
        ));
    }

    fn insert_quad(&mut self, quad: Quad) {
        let is_there = self.now.contains(quad.as_ref()) && !self.removed.contains(&quad);
        if !is_there && self.added.insert(quad.clone()) {
            self.transaction.insert(quad.as_ref());
        }
    }

    /// Removes statements that match, but for those that weft derives.
    fn remove_matching(
        &mut self,
        subject: Option<TermRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
    ) -> usize {
        let now = Arc::clone(&self.now);
        let mut count = 0;
        for quad in now.quads_for_pattern(subject, predicate, object, None) {
            if is_derived(&quad.graph_name) {
                continue;
            }
            count += 1;
            self.transaction.remove(quad.as_ref());
            self.removed.insert(quad);
        }
        count
    }

    /// Removes a statement of its own, such as a participation.
    fn remove_node(&mut self, node: &Term) {
        if self.gone.insert(node.clone()) {
            self.remove_matching(Some(node.as_ref()), None, None);
            self.remove_matching(None, None, Some(node.as_ref()));
        }
    }

    /// The IRI of a new statement of its own.
    fn statement(&mut self, class: NamedNodeRef<'_>) -> NamedNode {
        self.made += 1;
        let node = NamedNode::new_unchecked(format!("urn:weft:scenario:statement:{}", self.made));
        self.insert(&node, rdf::TYPE, class.into_owned());
        node
    }

    /// Subjects of statements that are there still.
    fn subjects(&self, predicate: NamedNodeRef<'_>, object: &NamedNode) -> Vec<Term> {
        let found: BTreeSet<String> = BTreeSet::new();
        let mut seen = found;
        self.now
            .quads_for_pattern(None, Some(predicate), Some(object.into()), None)
            .map(|quad| Term::from(quad.subject))
            .filter(|node| !self.gone.contains(node))
            .filter(|node| seen.insert(node.to_string()))
            .collect()
    }

    fn objects(&self, subject: &Term, predicate: NamedNodeRef<'_>) -> Vec<Term> {
        self.now
            .quads_for_pattern(Some(subject.as_ref()), Some(predicate), None, None)
            .map(|quad| quad.object)
            .collect()
    }

    fn is_a(&self, node: TermRef<'_>, class: NamedNodeRef<'_>) -> bool {
        let mut found =
            self.now
                .quads_for_pattern(Some(node), Some(rdf::TYPE), Some(class.into()), None);
        found.next().is_some()
    }

    /// All IRIs of a thing.
    fn members(&self, node: &NamedNode) -> Vec<NamedNode> {
        match self.merging.class(node) {
            Some(class) => class.members.clone(),
            None => vec![node.clone()],
        }
    }

    fn thing(&self, node: &NamedNode) -> Thing {
        // Where links join several, as pages and networks call it.
        let shown = self.merging.representative(node);
        Thing {
            iri: shown.as_str().to_owned(),
            label: label(&Term::from(shown.clone()), &self.now),
        }
    }

    // ---- what a change refers to ---------------------------------------------------------------

    fn wrong(&self, detail: String) -> AppError {
        ScenarioError::Change {
            position: self.position,
            op: self.op,
            detail,
        }
        .into()
    }

    /// A thing that is there, by its IRI.
    fn known(&self, field: &'static str, text: &str, is: Is) -> Result<NamedNode> {
        let text = text.trim();
        let unknown = |nearest: Option<String>, was_removed: bool| {
            AppError::from(ScenarioError::Unknown {
                position: self.position,
                op: self.op,
                field,
                what: is.in_words(),
                iri: Some(text.to_owned()),
                nearest,
                was_removed,
            })
        };
        let Ok(node) = NamedNode::new(text) else {
            return Err(self.wrong(format!(
                "`{field}`: `{}` is no IRI; take the IRI of a known {} (/api/v1/search finds it by \
                 its name), or one that an earlier change gave",
                shortened(text),
                is.in_words()
            )));
        };
        let members = self.members(&node);
        if members
            .iter()
            .any(|member| self.gone.contains(&Term::from(member.clone())))
        {
            return Err(unknown(None, true));
        }
        let of_class = |member: &NamedNode| {
            let mut classes = is.classes().iter();
            classes.any(|class| self.is_a(member.into(), *class))
        };
        let acts = |member: &NamedNode| {
            is != Is::ServiceOrInnovation
                && (ACTS
                    .iter()
                    .any(|property| !self.subjects(*property, member).is_empty())
                    || self.is_subject_of(member, weft::PROVIDES))
        };
        let is_used = |member: &NamedNode| {
            is != Is::Actor
                && (!self.subjects(weft::IN, member).is_empty()
                    || !self.subjects(weft::PROVIDES, member).is_empty())
        };
        if members
            .iter()
            .any(|member| of_class(member) || acts(member) || is_used(member))
        {
            return Ok(node);
        }
        if members.iter().any(|member| self.is_mentioned(member)) {
            return Err(self.wrong(format!(
                "`{field}`: <{}> ({}) is no {}",
                shortened(text),
                shortened(&label(&node.clone().into(), &self.now)),
                is.in_words()
            )));
        }
        Err(unknown(self.nearest(&node, is), false))
    }

    fn two(
        &self,
        [first, second]: [(&'static str, &String); 2],
        [is, other]: [Is; 2],
        outcome: &mut Outcome,
    ) -> Result<[NamedNode; 2]> {
        let a = self.known(first.0, first.1, is)?;
        let b = self.known(second.0, second.1, other)?;
        if self.merging.representative(&a) == self.merging.representative(&b) {
            return Err(self.wrong(format!(
                "`{}` and `{}` are the same; take two different ones",
                first.0, second.0
            )));
        }
        outcome.things.extend([self.thing(&a), self.thing(&b)]);
        Ok([a, b])
    }

    fn is_subject_of(&self, node: &NamedNode, predicate: NamedNodeRef<'_>) -> bool {
        let mut quads = self
            .now
            .quads_for_pattern(Some(node.into()), Some(predicate), None, None);
        quads.next().is_some()
    }

    fn is_mentioned(&self, node: &NamedNode) -> bool {
        let term = Some(TermRef::from(node));
        let mut as_subject = self.now.quads_for_pattern(term, None, None, None);
        let mut as_object = self.now.quads_for_pattern(None, None, term, None);
        as_subject.next().is_some() || as_object.next().is_some()
    }

    /// A thing whose IRI differs little.
    fn nearest(&self, node: &NamedNode, is: Is) -> Option<String> {
        let text = node.as_str();
        if text.chars().count() > LONGEST_COMPARED * 2 {
            return None;
        }
        let end = |iri: &str| {
            let at = iri.rfind(['/', '#', ':']).map_or(0, |at| at + 1);
            iri.get(at..).unwrap_or_default().to_owned()
        };
        let wanted = end(text);
        let length = wanted.chars().count();
        let mut candidates: BTreeMap<String, String> = BTreeMap::new();
        for class in is.classes() {
            let quads =
                self.now
                    .quads_for_pattern(None, Some(rdf::TYPE), Some((*class).into()), None);
            for quad in quads.take(MOST_CANDIDATES) {
                let NamedOrBlankNode::NamedNode(candidate) = quad.subject else {
                    continue;
                };
                let end = end(candidate.as_str());
                let is_near = end.chars().count().abs_diff(length) <= length.div_ceil(3).max(1);
                if is_near && !self.gone.contains(&Term::from(candidate.clone())) {
                    candidates.insert(end, candidate.into_string());
                }
            }
        }
        let near = nearest(&wanted, candidates.keys().map(String::as_str))?;
        candidates.remove(&near)
    }

    fn filter_value(&self, key: &'static str, value: &str) -> Result<NamedNode> {
        if value.contains(',') {
            return Err(self.wrong(format!("`{key}`: write several values as a list")));
        }
        let codes = self.graph.ontology().codes();
        let found = Filter::parse([(key, value)], &self.now, codes).map_err(|error| {
            let hint = match &error {
                FilterError::UnknownValue { nearest: None, .. } => {
                    format!("{error}; /code lists the codes")
                }
                _ => error.to_string(),
            };
            self.wrong(hint)
        })?;
        let values = match Attribute::named(key) {
            Some(attribute) => found.of(attribute),
            None => &found.roles,
        };
        let mut values = values.iter();
        match (values.next(), values.next()) {
            (Some(value), None) => {
                let node = NamedNode::new(value.as_str())
                    .map_err(|error| self.wrong(format!("`{key}`: {error}")))?;
                if self.is_concept(&node) {
                    Ok(node)
                } else {
                    Err(self.wrong(format!(
                        "`{key}`: <{}> is no concept of a code list",
                        shortened(value)
                    )))
                }
            }
            (Some(_), Some(_)) => Err(self.wrong(format!(
                "`{key}`: `{}` names several; write the IRI of one",
                shortened(value)
            ))),
            _ => Err(self.wrong(format!("`{key}` is empty"))),
        }
    }

    fn is_concept(&self, node: &NamedNode) -> bool {
        node.as_str().starts_with(iri::CODE)
            || [
                crate::ontology::iri::skos::CONCEPT,
                weft::SECTOR_CLASS,
                weft::GOVERNANCE_LEVEL,
            ]
            .iter()
            .any(|class| self.is_a(node.into(), *class))
    }

    fn place(&self, text: &str) -> Result<NamedNode> {
        let found = if text.contains("://") || text.starts_with("urn:") {
            NamedNode::new(text)
                .ok()
                .filter(|node| self.is_a(node.into(), PLACE_CLASS) || self.is_mentioned(node))
                .into_iter()
                .collect()
        } else {
            places_named(text, &self.now)
        };
        match found.as_slice() {
            [place] => Ok(place.clone()),
            [] => Err(ScenarioError::Unknown {
                position: self.position,
                op: self.op,
                field: "place",
                what: "place; write a country code, the name of a place, or its IRI",
                iri: Some(text.to_owned()),
                nearest: None,
                was_removed: false,
            }
            .into()),
            several => {
                let names: Vec<&str> = several.iter().take(6).map(NamedNode::as_str).collect();
                Err(self.wrong(format!(
                    "`place`: several places are called `{}`; say which: {}",
                    shortened(text),
                    names.join(", ")
                )))
            }
        }
    }

    fn instrument(&self, text: &str) -> Result<NamedNode> {
        let codes = self.graph.ontology().codes();
        let text = text
            .strip_prefix("https://w3id.org/weft/code/instrument/")
            .unwrap_or(text);
        codes.lookup("instrument", text).cloned().map_err(|error| {
            let hint = match error {
                UnknownCode::Concept(Some(near)) => format!("do you mean `{near}`?"),
                UnknownCode::Ambiguous(names) => format!("say which: {}", names.join(", ")),
                _ => "/code/instrument lists the codes".to_owned(),
            };
            self.wrong(format!(
                "`instrument`: `{}` is not known here; {hint}",
                shortened(text)
            ))
        })
    }

    fn date(&self, field: &'static str, text: &str) -> Result<(Period, Literal)> {
        let text = text.trim();
        let (period, datatype) = match (Period::parse(text), text.len()) {
            (Some(period), 4) => (period, xsd::G_YEAR),
            (Some(period), 7) => (period, xsd::G_YEAR_MONTH),
            (Some(period), 10) => (period, xsd::DATE),
            _ => {
                return Err(self.wrong(format!(
                    "`{field}`: `{}` is no date; write a year, or a date such as 2010-05-17",
                    shortened(text)
                )));
            }
        };
        Ok((period, Literal::new_typed_literal(text, datatype)))
    }

    // ---- changes -------------------------------------------------------------------------------

    fn remove(
        &mut self,
        text: &str,
        is: Is,
        outcome: &mut Outcome,
        all: &mut Applied,
    ) -> Result<()> {
        let node = self.known("iri", text, is)?;
        outcome.things.push(self.thing(&node));
        for member in self.members(&node) {
            for property in BELONGS_TO {
                for statement in self.subjects(property, &member) {
                    self.remove_node(&statement);
                }
            }
            self.remove_node(&member.clone().into());
            all.gone.insert(member, self.position);
        }
        Ok(())
    }

    fn add_thing(
        &mut self,
        given: Option<&str>,
        name: &str,
        class: NamedNodeRef<'static>,
        outcome: &mut Outcome,
    ) -> Result<NamedNode> {
        let node = match given {
            Some(text) => {
                let node = NamedNode::new(text.trim()).map_err(|_| {
                    self.wrong(format!(
                        "`iri`: `{}` is no IRI; write one that the data does not know, such as \
                         new:centre, or leave it out",
                        shortened(text)
                    ))
                })?;
                if self.is_mentioned(&node) {
                    return Err(self.wrong(format!(
                        "`iri`: the data has <{}> already; write one that it does not know, such \
                         as new:centre, or leave it out",
                        shortened(text)
                    )));
                }
                node
            }
            None => self.mint(name),
        };
        self.gone.remove(&Term::from(node.clone()));
        self.insert(&node, rdf::TYPE, class.into_owned());
        let text = Literal::new_simple_literal(name.trim());
        self.insert(&node, rdfs::LABEL, text.clone());
        self.insert(&node, iri::PREF_LABEL, text);
        outcome.things.push(Thing {
            iri: node.as_str().to_owned(),
            label: name.trim().to_owned(),
        });
        Ok(node)
    }

    /// An IRI for something new: of its name, so that it can be told from others.
    fn mint(&self, name: &str) -> NamedNode {
        let mut slug = String::new();
        for c in name.to_lowercase().chars().take(60) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        let slug = slug.trim_matches('-');
        let slug = if slug.is_empty() { "thing" } else { slug };
        for number in 1_usize.. {
            let text = match number {
                1 => format!("new:{slug}"),
                number => format!("new:{slug}-{number}"),
            };
            let node = NamedNode::new_unchecked(text);
            if !self.is_mentioned(&node) {
                return node;
            }
        }
        NamedNode::new_unchecked(format!("new:{slug}"))
    }

    fn attributes(
        &mut self,
        node: &NamedNode,
        [sector, level, sphere, place]: [&Many; 4],
        outcome: &mut Outcome,
    ) -> Result<()> {
        for (attribute, values) in [
            (Attribute::Sector, sector),
            (Attribute::Level, level),
            (Attribute::Sphere, sphere),
            (Attribute::Place, place),
        ] {
            for value in self.values(attribute, values, outcome)? {
                self.insert(node, property_of(attribute), value);
            }
        }
        Ok(())
    }

    fn values(
        &self,
        attribute: Attribute,
        values: &Many,
        outcome: &mut Outcome,
    ) -> Result<Vec<NamedNode>> {
        let mut found = Vec::new();
        for value in values.0.iter().map(|value| value.trim()) {
            let node = match attribute {
                Attribute::Place => self.place(value)?,
                _ => self.filter_value(attribute.name(), value)?,
            };
            outcome.values.push((attribute.name(), self.thing(&node)));
            found.push(node);
        }
        Ok(found)
    }

    fn set(
        &mut self,
        node: &NamedNode,
        attribute: Attribute,
        values: &Many,
        outcome: &mut Outcome,
        all: &mut Applied,
    ) -> Result<()> {
        let values = self.values(attribute, values, outcome)?;
        let properties: &[NamedNodeRef<'static>] = match attribute {
            Attribute::Sector => &[iri::SECTOR, iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR],
            Attribute::Level => &[iri::LEVEL],
            Attribute::Sphere => &[weft::SPHERE],
            Attribute::Place => &[weft::PLACE],
        };
        for member in self.members(node) {
            for property in properties {
                self.remove_matching(Some((&member).into()), Some(*property), None);
            }
        }
        let property = property_of(attribute);
        for value in &values {
            self.insert(node, property, value.clone());
        }
        all.set
            .retain(|earlier| earlier.thing != *node || earlier.property != property);
        all.set.push(Setting {
            position: self.position,
            thing: node.clone(),
            property,
            values: values.into_iter().map(NamedNode::into_string).collect(),
        });
        Ok(())
    }

    fn qualify(
        &mut self,
        node: &NamedNode,
        role: &Option<String>,
        instrument: &Many,
        [since, until]: [&Option<String>; 2],
        outcome: &mut Outcome,
    ) -> Result<()> {
        if let Some(role) = role {
            let role = self.filter_value("role", role)?;
            outcome.values.push(("role", self.thing(&role)));
            self.insert(node, weft::ROLE, role);
        }
        for text in &instrument.0 {
            let instrument = self.instrument(text)?;
            outcome.values.push(("instrument", self.thing(&instrument)));
            self.insert(node, weft::INSTRUMENT, instrument);
        }
        let read = |name, text: &Option<String>| {
            let date = text.as_ref().map(|text| self.date(name, text));
            date.transpose()
        };
        let (begin, end) = (read("since", since)?, read("until", until)?);
        if let (Some((first, from)), Some((last, to))) = (&begin, &end)
            && first.first > last.last
        {
            return Err(self.wrong(format!(
                "`since`: `{}` is later than `until`: `{}`; exchange them, or leave one out",
                from.value(),
                to.value()
            )));
        }
        for (property, date) in [(weft::SINCE, begin), (weft::UNTIL, end)] {
            if let Some((_, date)) = date {
                self.insert(node, property, date);
            }
        }
        Ok(())
    }

    /// A new participation, with its role.
    fn take_part(
        &mut self,
        who: &NamedNode,
        what: &NamedNode,
        role: Option<&str>,
    ) -> Result<(NamedNode, Option<Thing>)> {
        let role = role
            .map(|role| self.filter_value("role", role))
            .transpose()?;
        let node = self.statement(weft::PARTICIPATION);
        self.insert(&node, weft::ACTOR, who.clone());
        self.insert(&node, weft::IN, what.clone());
        let mut told = None;
        if let Some(role) = role {
            told = Some(self.thing(&role));
            if is_providing(role.as_ref().into()) {
                self.insert(who, weft::PROVIDES, what.clone());
            }
            self.insert(&node, weft::ROLE, role);
        }
        Ok((node, told))
    }

    fn providers(
        &mut self,
        node: &NamedNode,
        providers: &Many,
        outcome: &mut Outcome,
    ) -> Result<()> {
        for text in &providers.0 {
            let provider = self.known("provider", text, Is::Actor)?;
            outcome.values.push(("provider", self.thing(&provider)));
            self.take_part(&provider, node, Some("provider"))?;
        }
        Ok(())
    }

    /// Who provides something from now on, in place of those who did; co-providers stay.
    fn replace_providers(
        &mut self,
        node: &NamedNode,
        providers: &Many,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let mut staying = BTreeSet::new();
        let mut leading = BTreeSet::new();
        for member in self.members(node) {
            for statement in self.subjects(weft::IN, &member) {
                let roles = self.objects(&statement, weft::ROLE);
                if roles.iter().any(|role| is_role(role.as_ref(), "provider")) {
                    let who = self.objects(&statement, weft::ACTOR);
                    leading.extend(who.iter().map(Term::to_string));
                    self.remove_node(&statement);
                } else if roles.iter().any(|role| is_providing(role.as_ref())) {
                    let who = self.objects(&statement, weft::ACTOR);
                    staying.extend(who.iter().map(Term::to_string));
                }
            }
            for who in self.subjects(weft::PROVIDES, &member) {
                if !staying.contains(&who.to_string()) {
                    leading.insert(who.to_string());
                    self.remove_matching(
                        Some(who.as_ref()),
                        Some(weft::PROVIDES),
                        Some((&member).into()),
                    );
                }
            }
        }
        self.providers(node, providers, outcome)?;
        // Whoever led it as its provider does not lead what others provide.
        for member in self.members(node) {
            for lead in self.objects(&member.clone().into(), LEAD_ACTOR) {
                if leading.contains(&lead.to_string()) && !staying.contains(&lead.to_string()) {
                    self.remove_matching(
                        Some((&member).into()),
                        Some(LEAD_ACTOR),
                        Some(lead.as_ref()),
                    );
                    if let Some(first) = providers.0.first() {
                        let first = self.known("provider", first, Is::Actor)?;
                        self.insert(node, LEAD_ACTOR, first);
                    }
                }
            }
        }
        Ok(())
    }

    fn remove_tie(
        &mut self,
        [source, target]: [&String; 2],
        role: Option<&str>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let ends = [("source", source), ("target", target)];
        let [a, b] = self.two(ends, [Is::Actor, Is::Actor], outcome)?;
        let role = role
            .map(|role| self.filter_value("role", role))
            .transpose()?;
        if let Some(role) = &role {
            outcome.values.push(("role", self.thing(role)));
        }
        let (ours, theirs) = (self.members(&a), self.members(&b));
        let mut found = Vec::new();
        for [one, other] in [[&ours, &theirs], [&theirs, &ours]] {
            for member in one {
                for (class, from, to) in [(weft::TIE, FROM, TO), (FUNDING_FLOW, PAYER, PAYEE)] {
                    for statement in self.subjects(from, member) {
                        let leads = self.objects(&statement, to).iter().any(|end| {
                            other.iter().any(|node| end.as_ref() == TermRef::from(node))
                        });
                        let fits = match (&role, class == weft::TIE) {
                            (None, _) => true,
                            (Some(role), true) => self
                                .objects(&statement, weft::ROLE)
                                .iter()
                                .any(|known| known.as_ref() == TermRef::from(role)),
                            (Some(role), false) => is_role(role.into(), "funder"),
                        };
                        if leads && fits && self.is_a(statement.as_ref(), class) {
                            found.push(statement);
                        }
                    }
                }
            }
        }
        if found.is_empty() {
            return Err(self.no_such_tie([&ours, &theirs], role.as_ref(), outcome));
        }
        for statement in found {
            self.remove_node(&statement);
        }
        Ok(())
    }

    /// Why there is no tie to remove, and what to do instead.
    fn no_such_tie(
        &self,
        [ours, theirs]: [&[NamedNode]; 2],
        role: Option<&NamedNode>,
        outcome: &Outcome,
    ) -> AppError {
        let names: Vec<String> = outcome
            .things
            .iter()
            .map(|thing| shortened(&thing.label))
            .collect();
        let names = names.join(" and ");
        let events = |members: &[NamedNode]| {
            let mut found: BTreeMap<String, Term> = BTreeMap::new();
            for member in members {
                for statement in self.subjects(weft::ACTOR, member) {
                    for event in self.objects(&statement, weft::IN) {
                        found.insert(event.to_string(), event);
                    }
                }
                for event in self.objects(&member.clone().into(), weft::PROVIDES) {
                    found.insert(event.to_string(), event);
                }
            }
            found
        };
        let theirs = events(theirs);
        let shared: Vec<String> = events(ours)
            .into_iter()
            .filter(|(name, _)| theirs.contains_key(name))
            .take(3)
            .map(|(name, event)| format!("{} {name}", shortened(&label(&event, &self.now))))
            .collect();
        let detail = match role {
            Some(role) => format!(
                "no tie in the role <{}> joins {names}; leave `role` out to remove all",
                role.as_str()
            ),
            None if shared.is_empty() => format!(
                "there is no tie between {names}; /api/v1/networks/collaboration/edges lists who \
                 is tied to whom"
            ),
            None => format!(
                "{names} share no tie of their own: they are joined because both take part in {}; \
                 use removeParticipation with `actor` and `in`",
                shared.join("; ")
            ),
        };
        self.wrong(detail)
    }

    fn remove_statement(&mut self, text: &str, outcome: &mut Outcome) -> Result<()> {
        let node = NamedNode::new(text.trim()).ok();
        let statement = node.filter(|node| {
            self.is_a(node.into(), weft::PARTICIPATION)
                && !self.gone.contains(&Term::from(node.clone()))
        });
        let Some(statement) = statement else {
            return Err(ScenarioError::Unknown {
                position: self.position,
                op: self.op,
                field: "iri",
                what: "participation",
                iri: Some(text.to_owned()),
                nearest: None,
                was_removed: false,
            }
            .into());
        };
        let term = Term::from(statement);
        let (who, what) = (
            self.objects(&term, weft::ACTOR),
            self.objects(&term, weft::IN),
        );
        let ends = who.iter().chain(&what);
        let things = ends.filter_map(|end| match end {
            Term::NamedNode(node) => Some(self.thing(node)),
            _ => None,
        });
        outcome.things.extend(things);
        self.remove_node(&term);
        for (who, what) in who
            .iter()
            .flat_map(|who| what.iter().map(move |what| (who, what)))
        {
            self.stop_providing(who, what);
        }
        Ok(())
    }

    fn remove_participations(
        &mut self,
        [actor, thing]: [&String; 2],
        role: Option<&str>,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let ends = [("actor", actor), ("in", thing)];
        let kinds = [Is::Actor, Is::ServiceOrInnovation];
        let [who, what] = self.two(ends, kinds, outcome)?;
        let role = role
            .map(|role| self.filter_value("role", role))
            .transpose()?;
        if let Some(role) = &role {
            outcome.values.push(("role", self.thing(role)));
        }
        let things = self.members(&what);
        let mut found = Vec::new();
        for member in self.members(&who) {
            for statement in self.subjects(weft::ACTOR, &member) {
                let is_in = self.objects(&statement, weft::IN).iter().any(|event| {
                    things
                        .iter()
                        .any(|thing| event.as_ref() == TermRef::from(thing))
                });
                let fits = role.as_ref().is_none_or(|role| {
                    self.objects(&statement, weft::ROLE)
                        .iter()
                        .any(|known| known.as_ref() == TermRef::from(role))
                });
                if is_in && fits {
                    found.push(statement);
                }
            }
        }
        let mut count = found.len();
        for statement in found {
            self.remove_node(&statement);
        }
        for member in self.members(&who) {
            let member = Term::from(member);
            for thing in &things {
                let thing = Term::from(thing.clone());
                if role.is_none() {
                    count += self.remove_matching(
                        Some(member.as_ref()),
                        Some(weft::PROVIDES),
                        Some(thing.as_ref()),
                    );
                    count += self.remove_matching(
                        Some(thing.as_ref()),
                        Some(LEAD_ACTOR),
                        Some(member.as_ref()),
                    );
                } else if role.as_ref().is_some_and(|role| is_providing(role.into())) {
                    count += self.stop_providing(&member, &thing);
                }
            }
        }
        if count == 0 {
            let names: Vec<String> = outcome
                .things
                .iter()
                .map(|thing| shortened(&thing.label))
                .collect();
            let remedy = match role {
                Some(_) => "leave `role` out to remove any participation",
                None => "/api/v1/networks/affiliation/edges lists who takes part in what",
            };
            return Err(self.wrong(format!(
                "there is no such participation of {}; {remedy}",
                names.join(" in ")
            )));
        }
        Ok(())
    }

    /// Takes the short form away where no participation says it any more.
    fn stop_providing(&mut self, who: &Term, what: &Term) -> usize {
        let (Term::NamedNode(actor), Term::NamedNode(_)) = (who, what) else {
            return 0;
        };
        let still = self.subjects(weft::ACTOR, actor).iter().any(|statement| {
            self.objects(statement, weft::IN).contains(what)
                && self
                    .objects(statement, weft::ROLE)
                    .iter()
                    .any(|role| is_providing(role.as_ref()))
        });
        if still {
            return 0;
        }
        self.remove_matching(
            Some(who.as_ref()),
            Some(weft::PROVIDES),
            Some(what.as_ref()),
        )
    }

    /// Joins actors by links, as if somebody had accepted these.
    fn merge(&mut self, iris: &[String], outcome: &mut Outcome) -> Result<()> {
        let mut nodes: Vec<NamedNode> = Vec::new();
        for text in iris {
            let node = self.known("iris", text, Is::Actor)?;
            let representative = self.merging.representative(&node);
            if nodes
                .iter()
                .any(|other| self.merging.representative(other) == representative)
            {
                return Err(self.wrong(format!(
                    "`iris`: <{}> is one with another of them already",
                    shortened(text)
                )));
            }
            outcome.things.push(self.thing(&node));
            nodes.push(node);
        }
        if let Some((first, others)) = nodes.split_first() {
            for other in others {
                self.insert_quad(Quad::new(first.clone(), SAME_AS, other.clone(), LINKS));
            }
        }
        self.now = seen(self.transaction, &self.hidden);
        self.merging = Merging::of(&self.now);
        Ok(())
    }
}

/// The data in a transaction, without what is hidden.
fn seen(transaction: &mut Transaction, hidden: &HiddenGraphs) -> Arc<Snapshot> {
    let whole = transaction.snapshot();
    if hidden.is_empty() {
        whole
    } else {
        Arc::new(whole.hiding(hidden.clone()))
    }
}

fn property_of(attribute: Attribute) -> NamedNodeRef<'static> {
    match attribute {
        Attribute::Sector => iri::SECTOR,
        Attribute::Level => iri::LEVEL,
        Attribute::Sphere => weft::SPHERE,
        Attribute::Place => weft::PLACE,
    }
}

/// Whether a graph holds what weft made of others.
fn is_derived(graph: &GraphName) -> bool {
    let derived = [iri::INFERRED_GRAPH, iri::METRICS_GRAPH];
    matches!(graph, GraphName::NamedNode(graph) if derived.contains(&graph.as_ref()))
}

fn is_role(role: TermRef<'_>, code: &str) -> bool {
    match role {
        TermRef::NamedNode(node) => node.as_str().strip_prefix(ROLES) == Some(code),
        _ => false,
    }
}

fn is_providing(role: TermRef<'_>) -> bool {
    PROVIDING.iter().any(|code| is_role(role, code))
}

/// A text of others for a message.
fn shortened(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    if text.chars().nth(200).is_some() {
        short.push('…');
    }
    short
}
