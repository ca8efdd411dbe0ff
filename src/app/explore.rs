//! Exploring: actors, services and innovations by what is recorded of them.
//!
//! An [`Index`] is made once for each version of the data and each view of it, and kept: what each
//! thing is called, its sectors, levels, spheres, places, types and data sets. A [`Selection`] is
//! answered by one pass over it, which also counts what other choices would leave
//! ([`Index::find`]). [`Index::sparql`] says the same as a query.
//!
//! Values of one facet are alternatives; the facets must all hold. A place stands for all places
//! within it. What is not recorded is a choice of its own.

use super::networks::NetworkError;
use super::resource::{NAMES, local_name, name_in};
use super::{AppError, KnowledgeGraph, Search, iri};
use crate::metrics::{Once, Options};
use crate::network::Filter;
use crate::ontology::edit_distance;
use crate::ontology::iri::weft;
use crate::store::{DEFAULT_GRAPH_IRI, Limits, Snapshot, folded_words};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// The languages that names are kept in.
pub const LANGUAGES: [&str; 2] = ["en", "es"];
/// Of so many things with a name like the text the best are looked at.
pub const MOST_HITS: usize = 10_000;
/// Views whose indexes are kept.
const MOST_KEPT: usize = 4;
/// Of so many places that a place is within none more are looked for.
const MOST_ABOVE: usize = 64;

/// Providers of a service that are told; of more their number.
pub const MOST_PROVIDERS: usize = 3;
/// Values that are told to somebody who asked for one that there is not.
const MOST_NEAREST: usize = 5;
/// Letters of a text that are compared with those of values.
const LONGEST_COMPARED: usize = 60;

const WITHIN: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#within");
const ACTOR_TYPE: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#actorType");
const PROVIDER_ROLE: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/code/link-role/provider");
const FLOW: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#FundingFlow");
const PAYER: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#payer");
const PAYEE: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#payee");
const FROM: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#from");
const TO: NamedNodeRef<'static> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#to");

/// What joins two things: its class, and the properties that have one end and the other.
const JOINING: [(NamedNodeRef<'static>, [NamedNodeRef<'static>; 2]); 3] = [
    (weft::PARTICIPATION, [weft::ACTOR, weft::IN]),
    (FLOW, [PAYER, PAYEE]),
    (weft::TIE, [FROM, TO]),
];

const PROVIDER_TYPE: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#providerType");

/// The kinds of things that can be explored: the name of each, and its class. Of a thing that is
/// of several the first counts.
pub const KINDS: [(&str, NamedNodeRef<'static>); 3] = [
    ("actor", iri::ACTOR),
    ("innovation", iri::INNOVATION),
    ("service", iri::SERVICE),
];

/// What things are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// Actor, service or innovation.
    Kind,
    /// The sectors they work in or belong to.
    Sector,
    /// Levels of responsibility.
    Level,
    /// Public, community, third sector, private.
    Sphere,
    /// Where they are.
    Place,
    /// The type of an actor, or of the provider of an innovation.
    Type,
    /// The graphs that say what they are.
    Dataset,
}

impl Facet {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Kind,
        Self::Sector,
        Self::Level,
        Self::Sphere,
        Self::Place,
        Self::Type,
        Self::Dataset,
    ];

    /// Its name in addresses and columns.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Sector => "sector",
            Self::Level => "level",
            Self::Sphere => "sphere",
            Self::Place => "place",
            Self::Type => "type",
            Self::Dataset => "dataset",
        }
    }

    /// The facet of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|facet| facet.name() == name)
    }

    /// Whether a thing may have no value that is recorded.
    pub fn can_be_missing(self) -> bool {
        !matches!(self, Self::Kind | Self::Dataset)
    }

    /// The properties that have its values, as a query writes them.
    fn path(self) -> &'static str {
        match self {
            Self::Kind | Self::Dataset => "a",
            Self::Sector => "weft:sector|weft:properSector|weft:residualSector",
            Self::Level => "weft:level",
            Self::Sphere => "weft:sphere",
            Self::Place => "weft:place",
            Self::Type => "weft:actorType|weft:providerType",
        }
    }

    /// The facet that a property has values of.
    fn of_property(property: NamedNodeRef<'_>) -> Option<Self> {
        if [iri::SECTOR, iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR].contains(&property) {
            Some(Self::Sector)
        } else if property == iri::LEVEL {
            Some(Self::Level)
        } else if property == weft::SPHERE {
            Some(Self::Sphere)
        } else if property == weft::PLACE {
            Some(Self::Place)
        } else if property == ACTOR_TYPE || property == PROVIDER_TYPE {
            Some(Self::Type)
        } else {
            None
        }
    }
}

/// A value of a facet.
#[derive(Clone, Debug)]
pub struct FacetValue {
    /// The concept, place, class or graph.
    pub term: Term,
    names: [String; 2],
    /// What tells it from others of the same name: its classification, or where it lies.
    notes: [Option<String>; 2],
    /// Its position where values have an order, as levels do.
    pub rank: Option<i64>,
    /// Of a place, whether more than one thing can be expected there: it has a country code,
    /// places within it, or several things. An office of one service has none of these.
    pub is_area: bool,
}

impl FacetValue {
    /// Its name in a language.
    pub fn name(&self, language: &str) -> &str {
        &self.names[language_position(language)]
    }

    /// What tells it from others of the same name, where there are such.
    pub fn note(&self, language: &str) -> Option<&str> {
        self.notes[language_position(language)].as_deref()
    }
}

/// A thing that can be explored.
#[derive(Clone, Debug)]
pub struct Thing {
    /// What stands for it.
    pub node: NamedOrBlankNode,
    names: [String; 2],
    /// The positions of its values, facet by facet; of places those that are stated.
    values: [Vec<u32>; 7],
    /// The places that it is in, with all that these are within.
    within: Vec<u32>,
    /// Of a service those who provide it, in the order of their IRIs; no more than
    /// [`MOST_PROVIDERS`].
    pub providers: Vec<u32>,
    /// How many provide it.
    pub provider_count: usize,
    /// For an actor the services and innovations that it takes part in, those whom it funds or is
    /// funded by, and those it has a stated tie with; for a service or an innovation the actors
    /// that take part, and those it is funded by.
    pub connections: u32,
    /// Actors that it shares a service, an innovation or a tie with: its degree in the network of
    /// collaboration, if it is in that network.
    pub partners: Option<u32>,
}

impl Thing {
    /// Its name in a language.
    pub fn name(&self, language: &str) -> &str {
        &self.names[language_position(language)]
    }

    /// The positions of its values of a facet.
    pub fn values(&self, facet: Facet) -> &[u32] {
        &self.values[facet as usize]
    }

    /// The values that it counts for, places with those above them.
    fn counted(&self, facet: Facet) -> &[u32] {
        match facet {
            Facet::Place => &self.within,
            _ => self.values(facet),
        }
    }
}

/// What somebody chose of a facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// Things with the value at this position.
    Value(u32),
    /// Things without any value that is recorded.
    NotRecorded,
}

/// The word for [`Choice::NotRecorded`] in addresses.
pub const NOT_RECORDED: &str = "none";

/// In which order things are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name, without regard to accents and punctuation.
    #[default]
    Name,
    /// Those whose names fit the text best first.
    Relevance,
    /// Those with most connections first.
    Connections,
    /// Those with most partners first.
    Partners,
}

impl Sort {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Name,
        Self::Relevance,
        Self::Connections,
        Self::Partners,
    ];

    /// Its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Relevance => "relevance",
            Self::Connections => "-connections",
            Self::Partners => "-partners",
        }
    }
}

/// What somebody looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Words of their names; empty: whatever they are called.
    pub text: String,
    /// The order; `None`: relevance if there is a text, else connections.
    pub sort: Option<Sort>,
    chosen: [BTreeSet<Choice>; 7],
}

/// Why things cannot be explored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExploreError {
    /// No thing has this value.
    #[error("`{facet}`: nothing here has `{value}`{}", nearest(.known))]
    UnknownValue {
        /// The facet.
        facet: &'static str,
        /// What was asked for.
        value: String,
        /// Those written most alike, else those of most things.
        known: Vec<String>,
    },
    /// There is no such order.
    #[error(
        "`sort`: there is no order `{0}`; there are name, relevance, -connections and -partners"
    )]
    UnknownSort(String),
}

fn nearest(known: &[String]) -> String {
    match known {
        [] => String::new(),
        known => format!("; there are for example {}", known.join(", ")),
    }
}

impl Selection {
    /// Reads the pairs of an address; other parameters than facets, `q` and `sort` are passed over.
    /// A value is an IRI, what follows `https://w3id.org/weft/`, its last part, a name in English
    /// or Spanish, or `none` for what is not recorded; several are given by commas or one by one.
    ///
    /// # Errors
    /// [`ExploreError`] naming the value that nothing has.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        index: &Index,
    ) -> Result<Self, ExploreError> {
        let (selection, problems) = Self::parse_known(pairs, index)?;
        match problems.into_iter().next() {
            Some(problem) => Err(problem),
            None => Ok(selection),
        }
    }

    /// The same without the values that nothing has, and an [`ExploreError`] for each of these.
    ///
    /// # Errors
    /// [`ExploreError::UnknownSort`].
    pub fn parse_known<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        index: &Index,
    ) -> Result<(Self, Vec<ExploreError>), ExploreError> {
        let mut selection = Self::default();
        let mut problems = Vec::new();
        for (name, text) in pairs {
            match name {
                "q" => text.trim().clone_into(&mut selection.text),
                "sort" if !text.is_empty() => {
                    let sort = Sort::ALL.into_iter().find(|sort| sort.name() == text);
                    let unknown = || ExploreError::UnknownSort(text.to_owned());
                    selection.sort = Some(sort.ok_or_else(unknown)?);
                }
                _ => {
                    if let Some(facet) = Facet::named(name) {
                        for value in split(text) {
                            // Elsewhere `type` is said for the kind.
                            let is_kind = KINDS.iter().any(|(kind, _)| *kind == value);
                            let facet = match facet {
                                Facet::Type if is_kind => Facet::Kind,
                                facet => facet,
                            };
                            match index.choices(facet, value) {
                                Ok(found) => selection.chosen[facet as usize].extend(found),
                                Err(problem) => problems.push(problem),
                            }
                        }
                    }
                }
            }
        }
        Ok((selection, problems))
    }

    /// What is chosen of a facet.
    pub fn chosen(&self, facet: Facet) -> &BTreeSet<Choice> {
        &self.chosen[facet as usize]
    }

    /// Whether anything is chosen, or a text given.
    pub fn is_everything(&self) -> bool {
        self.text.is_empty() && self.chosen.iter().all(BTreeSet::is_empty)
    }

    /// The same without a choice.
    pub fn without(&self, facet: Facet, choice: Choice) -> Self {
        let mut selection = self.clone();
        selection.chosen[facet as usize].remove(&choice);
        selection
    }

    /// The same whatever things are called.
    pub fn without_text(&self) -> Self {
        Self {
            text: String::new(),
            ..self.clone()
        }
    }

    /// The order that holds.
    pub fn order(&self) -> Sort {
        match self.sort {
            Some(Sort::Relevance) | None if self.text.is_empty() => Sort::Connections,
            None => Sort::Relevance,
            Some(sort) => sort,
        }
    }

    /// The selection as pairs of an address, in a fixed order.
    pub fn pairs(&self, index: &Index) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.text.is_empty() {
            pairs.push(("q", self.text.clone()));
        }
        for facet in Facet::ALL {
            for choice in self.chosen(facet) {
                pairs.push((facet.name(), index.key(facet, *choice)));
            }
        }
        if let Some(sort) = self.sort {
            pairs.push(("sort", sort.name().to_owned()));
        }
        pairs
    }
}

/// The parts of a list by commas.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// What a selection leaves.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The positions of the things, in order.
    pub things: Vec<u32>,
    /// For each facet its values with the things that they would leave, if they were what is
    /// chosen of it; those that would leave none are left out.
    pub counts: [Vec<(Choice, usize)>; 7],
    /// More things had such names than are looked at.
    pub is_cut: bool,
}

/// What can be explored of one view of one version of the data.
#[derive(Debug)]
pub struct Index {
    things: Vec<Thing>,
    values: [Vec<FacetValue>; 7],
    /// The positions of the things by name, for each language.
    by_name: [Vec<u32>; 2],
    /// The place of each thing in `by_name`.
    name_rank: [Vec<u32>; 2],
    positions: HashMap<NamedOrBlankNode, u32>,
    /// Whether the network that partners are counted in is there.
    pub has_partners: bool,
    /// Whether it is only concluded of some things what they are.
    has_concluded: bool,
}

fn language_position(language: &str) -> usize {
    let known = LANGUAGES.iter().position(|known| *known == language);
    known.unwrap_or_default()
}

/// What is read of a thing before values have positions.
struct Read {
    node: NamedOrBlankNode,
    names: [String; 2],
    values: [Terms; 7],
    providers: Vec<NamedOrBlankNode>,
    connections: u32,
    is_concluded: bool,
}

/// Terms in the order of their texts.
type Terms = BTreeMap<String, Term>;

fn add(terms: &mut Terms, term: Term) {
    terms.insert(term.to_string(), term);
}

impl Index {
    /// Reads a snapshot.
    ///
    /// # Complexity
    /// O(t log n) for `t` statements about the things and their participations, on all cores.
    fn new(snapshot: &Snapshot, degree: impl Fn(&str) -> Option<u32> + Sync) -> Self {
        let mut kinds: HashMap<NamedOrBlankNode, [Terms; 2]> = HashMap::new();
        for (_, class) in KINDS {
            for quad in snapshot.quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None)
            {
                let [classes, graphs] = kinds.entry(quad.subject).or_default();
                add(classes, quad.object);
                add(graphs, term_of_graph(quad.graph_name));
            }
        }
        let mut kinds: Vec<_> = kinds.into_iter().collect();
        kinds.sort_by(|(a, _), (b, _)| node_order(a).cmp(&node_order(b)));
        let read: Vec<Read> = kinds
            .into_par_iter()
            .map(|(node, [classes, graphs])| Read::new(snapshot, node, classes, graphs))
            .collect();
        let mut terms: [Terms; 7] = Default::default();
        // Those who ask for services where there are none have asked for something that exists.
        for (_, class) in KINDS {
            add(&mut terms[Facet::Kind as usize], class.into_owned().into());
        }
        for thing in &read {
            for (all, own) in terms.iter_mut().zip(&thing.values) {
                for (text, term) in own {
                    if !all.contains_key(text) {
                        all.insert(text.clone(), term.clone());
                    }
                }
            }
        }
        // A data set may have none of these things: asking for it gives an empty list.
        for (graph, _) in snapshot.graphs() {
            add(&mut terms[Facet::Dataset as usize], term_of_graph(graph));
        }
        // Places above those that things are in are values too.
        let places = &mut terms[Facet::Place as usize];
        let above: HashMap<String, Terms> = places
            .iter()
            .map(|(text, place)| (text.clone(), places_above(snapshot, place)))
            .collect();
        places.extend(
            above
                .values()
                .flatten()
                .map(|(a, b)| (a.clone(), b.clone())),
        );
        let positions: Vec<HashMap<&str, u32>> = terms
            .iter()
            .map(|terms| {
                let numbered = terms.keys().zip(0_u32..);
                numbered
                    .map(|(text, position)| (text.as_str(), position))
                    .collect()
            })
            .collect();
        let mut values: Vec<Vec<FacetValue>> = terms
            .iter()
            .zip(Facet::ALL)
            .map(|(terms, facet)| {
                terms
                    .values()
                    .map(|term| FacetValue {
                        names: LANGUAGES
                            .map(|language| value_name(snapshot, facet, term, language)),
                        notes: [None, None],
                        rank: rank_of(snapshot, term),
                        is_area: facet != Facet::Place || country(snapshot, term).is_some(),
                        term: term.clone(),
                    })
                    .collect()
            })
            .collect();
        for (values, facet) in values.iter_mut().zip(Facet::ALL) {
            add_notes(snapshot, facet, values);
        }
        let numbers: HashMap<&NamedOrBlankNode, u32> =
            read.iter().map(|thing| &thing.node).zip(0_u32..).collect();
        let things: Vec<Thing> = read
            .iter()
            .map(|thing| {
                let at = |facet: usize, text: &str| positions[facet].get(text).copied();
                let mut values: [Vec<u32>; 7] = Default::default();
                for (facet, own) in thing.values.iter().enumerate() {
                    values[facet] = own.keys().filter_map(|text| at(facet, text)).collect();
                }
                let place = Facet::Place as usize;
                let within: BTreeSet<u32> = thing.values[place]
                    .keys()
                    .filter_map(|text| above.get(text))
                    .flat_map(BTreeMap::keys)
                    .filter_map(|text| at(place, text))
                    .collect();
                let partners = match &thing.node {
                    NamedOrBlankNode::NamedNode(node) => degree(node.as_str()),
                    NamedOrBlankNode::BlankNode(_) => None,
                };
                Thing {
                    node: thing.node.clone(),
                    names: thing.names.clone(),
                    values,
                    within: within.into_iter().collect(),
                    providers: thing
                        .providers
                        .iter()
                        .filter_map(|provider| numbers.get(provider).copied())
                        .take(MOST_PROVIDERS)
                        .collect(),
                    provider_count: thing.providers.len(),
                    connections: thing.connections,
                    partners,
                }
            })
            .collect();
        let place = Facet::Place as usize;
        let mut things_in = vec![0_usize; values.get(place).map_or(0, Vec::len)];
        for value in things.iter().flat_map(|thing| &thing.within) {
            things_in[*value as usize] += 1;
        }
        let inner: BTreeSet<&String> = above
            .iter()
            .flat_map(|(own, all)| all.keys().filter(move |place| *place != own))
            .collect();
        if let Some(places) = values.get_mut(place) {
            for ((value, text), count) in places.iter_mut().zip(terms[place].keys()).zip(things_in)
            {
                value.is_area |= count > 1 || inner.contains(text);
            }
        }
        let order = |language: usize| {
            let keys: Vec<String> = things
                .par_iter()
                .map(|thing| folded(&thing.names[language]))
                .collect();
            let mut order: Vec<u32> = (0..things.len() as u32).collect();
            // Things are in the order of their terms, and sorting is stable.
            order.sort_by(|a, b| keys[*a as usize].cmp(&keys[*b as usize]));
            order
        };
        let by_name = [order(0), order(1)];
        let name_rank = by_name.each_ref().map(|order| {
            let mut ranks = vec![0_u32; order.len()];
            for (rank, position) in (0_u32..).zip(order) {
                ranks[*position as usize] = rank;
            }
            ranks
        });
        Self {
            positions: things
                .iter()
                .zip(0_u32..)
                .map(|(thing, position)| (thing.node.clone(), position))
                .collect(),
            has_partners: things.iter().any(|thing| thing.partners.is_some()),
            has_concluded: read.iter().any(|thing| thing.is_concluded),
            things,
            values: values.try_into().unwrap_or_default(),
            by_name,
            name_rank,
        }
    }

    /// How many things there are.
    pub fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The thing at a position.
    pub fn thing(&self, position: u32) -> Option<&Thing> {
        self.things.get(position as usize)
    }

    /// The value at a position.
    pub fn value(&self, facet: Facet, position: u32) -> Option<&FacetValue> {
        self.values[facet as usize].get(position as usize)
    }

    /// The values of a facet.
    pub fn values(&self, facet: Facet) -> &[FacetValue] {
        &self.values[facet as usize]
    }

    /// A choice as addresses have it.
    pub fn key(&self, facet: Facet, choice: Choice) -> String {
        match choice {
            Choice::NotRecorded => NOT_RECORDED.to_owned(),
            Choice::Value(position) => self
                .value(facet, position)
                .map(|value| key(facet, &value.term))
                .unwrap_or_default(),
        }
    }

    /// What a text of an address chooses.
    fn choices(&self, facet: Facet, text: &str) -> Result<Vec<Choice>, ExploreError> {
        if text == NOT_RECORDED && facet.can_be_missing() {
            return Ok(vec![Choice::NotRecorded]);
        }
        let values = self.values(facet);
        let all = |is: &dyn Fn(&FacetValue) -> bool| -> Vec<Choice> {
            (0_u32..)
                .zip(values)
                .filter(|(_, value)| is(value))
                .map(|(position, _)| Choice::Value(position))
                .collect()
        };
        let full = |value: &FacetValue| term_text(&value.term) == text;
        let short = |value: &FacetValue| key(facet, &value.term) == text;
        let last =
            |value: &FacetValue| local_name(term_text(&value.term)).eq_ignore_ascii_case(text);
        let folded = text.to_lowercase();
        let named =
            |value: &FacetValue| value.names.iter().any(|name| name.to_lowercase() == folded);
        [&full as &dyn Fn(&FacetValue) -> bool, &short, &last, &named]
            .into_iter()
            .map(all)
            .find(|found| !found.is_empty())
            .ok_or_else(|| ExploreError::UnknownValue {
                facet: facet.name(),
                value: text.chars().take(100).collect(),
                known: self
                    .nearest(facet, text)
                    .into_iter()
                    .map(|value| key(facet, &value.term))
                    .collect(),
            })
    }

    /// The values whose names, codes or short names are written most like a text; if none is at
    /// all, those of most things.
    fn nearest(&self, facet: Facet, text: &str) -> Vec<&FacetValue> {
        let text: String = folded(text).chars().take(LONGEST_COMPARED).collect();
        let letters = text.chars().count();
        let most = letters.div_ceil(3).max(1);
        let distance = |value: &FacetValue| {
            let last = local_name(term_text(&value.term)).replace(['-', '_'], " ");
            let names = value.names.iter().map(String::as_str);
            let distance = |name: &str| {
                let name = folded(name);
                if !text.is_empty() && name.contains(&text) {
                    return Some(0);
                }
                let is_near = name.chars().count().abs_diff(letters) <= most;
                is_near
                    .then(|| edit_distance(&text, &name))
                    .filter(|distance| *distance <= most)
            };
            names.chain([last.as_str()]).filter_map(distance).min()
        };
        let values = self.values(facet);
        let mut near: Vec<(usize, &FacetValue)> = values
            .iter()
            .filter_map(|value| Some((distance(value)?, value)))
            .collect();
        if near.is_empty() {
            let mut counts = vec![0_usize; values.len()];
            for value in self.things.iter().flat_map(|thing| thing.counted(facet)) {
                counts[*value as usize] += 1;
            }
            let counted = counts.into_iter().zip(values);
            near = counted
                .filter(|(count, _)| *count > 0)
                .map(|(count, value)| (usize::MAX - count, value))
                .collect();
        }
        near.sort_by_key(|(rank, _)| *rank);
        near.truncate(MOST_NEAREST);
        near.into_iter().map(|(_, value)| value).collect()
    }

    /// Whether a thing has what is chosen of a facet.
    fn passes(&self, thing: &Thing, facet: Facet, selection: &Selection) -> bool {
        let chosen = selection.chosen(facet);
        let own = thing.counted(facet);
        chosen.is_empty()
            || (own.is_empty() && chosen.contains(&Choice::NotRecorded))
            || own
                .iter()
                .any(|value| chosen.contains(&Choice::Value(*value)))
    }

    /// The things that a selection leaves, and what other choices would leave. `scores` has the
    /// things whose names fit its text, with how well.
    ///
    /// # Complexity
    /// O(t) for `t` things, and O(f log f) for `f` that are found unless they are told by name.
    pub fn find(
        &self,
        selection: &Selection,
        scores: Option<&HashMap<u32, f64>>,
        language: &str,
    ) -> Found {
        let language = language_position(language);
        let mut found = Found::default();
        let mut counts: Vec<Vec<usize>> = self
            .values
            .iter()
            .map(|values| vec![0; values.len()])
            .collect();
        let mut missing = [0_usize; 7];
        for position in &self.by_name[language] {
            if scores.is_some_and(|scores| !scores.contains_key(position)) {
                continue;
            }
            let Some(thing) = self.thing(*position) else {
                continue;
            };
            let mut failed = Facet::ALL
                .into_iter()
                .filter(|facet| !self.passes(thing, *facet, selection));
            let first = failed.next();
            if failed.next().is_some() {
                continue;
            }
            if first.is_none() {
                found.things.push(*position);
            }
            for facet in Facet::ALL {
                // It counts for all facets, or for the one that alone keeps it out.
                if first.is_none_or(|failed| failed == facet) {
                    let own = thing.counted(facet);
                    missing[facet as usize] += usize::from(own.is_empty());
                    for value in own {
                        counts[facet as usize][*value as usize] += 1;
                    }
                }
            }
        }
        for facet in Facet::ALL {
            let at = facet as usize;
            let chosen = selection.chosen(facet);
            let mut values: Vec<(Choice, usize)> = (0_u32..)
                .zip(&counts[at])
                .map(|(value, count)| (Choice::Value(value), *count))
                .filter(|(choice, count)| *count > 0 || chosen.contains(choice))
                .collect();
            let by_name = |choice: &Choice| match choice {
                Choice::Value(value) => self
                    .value(facet, *value)
                    .map(|value| (value.rank, folded(&value.names[language])))
                    .unwrap_or_default(),
                Choice::NotRecorded => Default::default(),
            };
            let is_ranked = facet == Facet::Level;
            values.sort_by_cached_key(|(choice, count)| {
                let (rank, name) = by_name(choice);
                let first = match is_ranked {
                    true => rank.unwrap_or(i64::MAX),
                    false => -(*count as i64),
                };
                (first, name)
            });
            if facet.can_be_missing() && (missing[at] > 0 || chosen.contains(&Choice::NotRecorded))
            {
                values.push((Choice::NotRecorded, missing[at]));
            }
            found.counts[at] = values;
        }
        let rank = |position: &u32| self.name_rank[language][*position as usize];
        let number = |position: &u32, count: fn(&Thing) -> Option<u32>| {
            let count = self.thing(*position).and_then(count);
            (std::cmp::Reverse(count), rank(position))
        };
        match selection.order() {
            // They came in this order.
            Sort::Name => {}
            Sort::Relevance => {
                let score = |position: &u32| {
                    scores
                        .and_then(|scores| scores.get(position))
                        .copied()
                        .unwrap_or_default()
                };
                found.things.sort_by(|a, b| {
                    score(b)
                        .total_cmp(&score(a))
                        .then_with(|| rank(a).cmp(&rank(b)))
                });
            }
            Sort::Connections => found
                .things
                .sort_by_key(|at| number(at, |thing| Some(thing.connections))),
            Sort::Partners => found
                .things
                .sort_by_key(|at| number(at, |thing| thing.partners)),
        }
        found
    }

    /// The query whose rows are those of a selection, in the same order.
    pub fn sparql(&self, selection: &Selection, language: &str, window: &Range<usize>) -> String {
        let language = LANGUAGES[language_position(language)];
        let mut text = format!(
            "#+ title: {}\nSELECT ?thing ?name ?kind ?sectors ?levels ?spheres ?places ?connections",
            self.title(selection, language)
        );
        if self.has_partners {
            text.push_str(" ?partners");
        }
        text.push_str(" WHERE {\n  # What was chosen.\n");
        let is_text = !selection.text.is_empty();
        let score = if is_text {
            " (MAX(?fits) AS ?score)"
        } else {
            ""
        };
        let mut line = |depth: usize, words: &str| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{:1$}{words}", "", depth * 2);
        };
        line(
            1,
            &format!("{{ SELECT ?thing (MIN(?kindName) AS ?kind){score} WHERE {{"),
        );
        if is_text {
            line(
                2,
                &format!(
                    "SERVICE <https://w3id.org/weft/search?type=actor,innovation,service&limit={MOST_HITS}> {{ ?thing weft:matches {} ; weft:score ?fits }}",
                    quoted(&selection.text)
                ),
            );
        }
        line(
            2,
            "VALUES (?class ?kindName) { (weft:Actor \"actor\") (weft:Innovation \"innovation\") (weft:Service \"service\") }",
        );
        line(2, "?thing a ?class .");
        for facet in Facet::ALL {
            if let Some(pattern) = self.pattern(facet, selection) {
                line(2, &pattern);
            }
        }
        line(1, "} GROUP BY ?thing }");
        line(
            0,
            "  # What it is called: the best name in the language of the page.",
        );
        line(
            1,
            "OPTIONAL { SELECT ?thing (SUBSTR(MIN(?key), 3) AS ?given) WHERE {",
        );
        // The same for values, in one line.
        let named = |property: &str| {
            format!(
                "VALUES (?property ?first) {{ {property} }} ?value ?property ?name . FILTER(isLiteral(?name) && REGEX(STR(?name), \"\\\\S\")) BIND(IF(LANGMATCHES(LANG(?name), \"{language}\"), \"0\", IF(LANGMATCHES(LANG(?name), \"en\"), \"1\", IF(LANG(?name) = \"\", \"2\", \"3\"))) AS ?second) BIND(CONCAT(?first, ?second, STR(?name)) AS ?key)"
            )
        };
        let properties: Vec<String> = NAMES
            .iter()
            .enumerate()
            .map(|(rank, property)| {
                let name = iri::shortened(property.as_str())
                    .unwrap_or_else(|| format!("<{}>", property.as_str()));
                format!("({name} \"{rank}\")")
            })
            .collect();
        let named = named(&properties.join(" "));
        line(
            2,
            &format!("VALUES (?property ?first) {{ {} }}", properties.join(" ")),
        );
        line(
            2,
            "VALUES ?class { weft:Actor weft:Innovation weft:Service }",
        );
        line(
            2,
            "?thing a ?class ; ?property ?label . FILTER(isLiteral(?label) && REGEX(STR(?label), \"\\\\S\"))",
        );
        line(
            2,
            &format!(
                "BIND(IF(LANGMATCHES(LANG(?label), \"{language}\"), \"0\", IF(LANGMATCHES(LANG(?label), \"en\"), \"1\", IF(LANG(?label) = \"\", \"2\", \"3\"))) AS ?second)"
            ),
        );
        line(2, "BIND(CONCAT(?first, ?second, STR(?label)) AS ?key)");
        line(1, "} GROUP BY ?thing }");
        line(
            1,
            "BIND(COALESCE(?given, REPLACE(STR(?thing), \"^.*[/#]([^/#]+)[/#]*$\", \"$1\")) AS ?name)",
        );
        line(0, "  # What is recorded of it.");
        for (facet, column) in [
            (Facet::Sector, "sectors"),
            (Facet::Level, "levels"),
            (Facet::Sphere, "spheres"),
            (Facet::Place, "places"),
        ] {
            line(
                1,
                &format!(
                    "OPTIONAL {{ SELECT ?thing (GROUP_CONCAT(?valueName; SEPARATOR=\" · \") AS ?{column}) WHERE {{"
                ),
            );
            line(
                2,
                &format!(
                    "{{ SELECT DISTINCT ?thing ?value WHERE {{ ?thing {} ?value }} }}",
                    facet.path()
                ),
            );
            line(
                2,
                &format!(
                    "OPTIONAL {{ SELECT ?value (SUBSTR(MIN(?key), 3) AS ?label) WHERE {{ {{ SELECT DISTINCT ?value WHERE {{ ?any {} ?value }} }} {named} }} GROUP BY ?value }}",
                    facet.path()
                ),
            );
            let code = match facet {
                Facet::Place => {
                    line(
                        2,
                        "OPTIONAL { SELECT ?value (MIN(STR(?countryCode)) AS ?code) WHERE { ?value weft:countryCode ?countryCode } GROUP BY ?value }",
                    );
                    "?code, "
                }
                _ => "",
            };
            line(
                2,
                &format!(
                    "BIND(COALESCE(?label, {code}REPLACE(STR(?value), \"^.*[/#]([^/#]+)[/#]*$\", \"$1\")) AS ?valueName)"
                ),
            );
            line(1, "} GROUP BY ?thing }");
        }
        line(
            1,
            "OPTIONAL { SELECT ?thing (COUNT(DISTINCT ?other) AS ?count) WHERE {",
        );
        line(
            2,
            "{ ?part a weft:Participation ; weft:actor ?thing ; weft:in ?other } UNION { ?thing weft:provides ?other }",
        );
        line(
            2,
            "UNION { ?part a weft:Participation ; weft:in ?thing ; weft:actor ?other } UNION { ?other weft:provides ?thing }",
        );
        line(
            2,
            "UNION { ?part a weft:FundingFlow ; weft:payer ?thing ; weft:payee ?other } UNION { ?part a weft:FundingFlow ; weft:payee ?thing ; weft:payer ?other }",
        );
        line(
            2,
            "UNION { ?part a weft:Tie ; weft:from ?thing ; weft:to ?other } UNION { ?part a weft:Tie ; weft:to ?thing ; weft:from ?other }",
        );
        line(1, "} GROUP BY ?thing }");
        line(1, "BIND(COALESCE(?count, 0) AS ?connections)");
        if self.has_partners {
            line(
                1,
                "OPTIONAL { SERVICE <https://w3id.org/weft/network/collaboration> { ?thing weft:degree ?partners } }",
            );
        }
        let order = match selection.order() {
            Sort::Name => "",
            Sort::Relevance => "DESC(?score) ",
            Sort::Connections => "DESC(?connections) ",
            Sort::Partners => "DESC(?partners) ",
        };
        line(
            0,
            &format!("}} ORDER BY {order}<https://w3id.org/weft/fn#folded>(?name) ?thing"),
        );
        line(
            0,
            &format!("LIMIT {} OFFSET {}", window.len(), window.start),
        );
        text
    }

    /// What the rows of a selection are, in one line.
    fn title(&self, selection: &Selection, language: &str) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !selection.text.is_empty() {
            parts.push(format!("“{}”", selection.text));
        }
        for facet in Facet::ALL {
            let names: Vec<&str> = selection
                .chosen(facet)
                .iter()
                .filter_map(|choice| match choice {
                    Choice::Value(value) => {
                        self.value(facet, *value).map(|value| value.name(language))
                    }
                    Choice::NotRecorded => Some(NOT_RECORDED),
                })
                .collect();
            if !names.is_empty() {
                parts.push(names.join(" · "));
            }
        }
        let what = match language {
            "es" => "Entidades, servicios e innovaciones",
            _ => "Actors, services and innovations",
        };
        let title = match parts.is_empty() {
            true => what.to_owned(),
            false => format!("{what}: {}", parts.join("; ")),
        };
        // A comment ends with its line.
        let title = title.split(char::is_control).collect::<Vec<_>>().join(" ");
        title.chars().take(250).collect()
    }

    /// What says that a thing is in the data sets that are chosen, as [`stated_in`] reads it.
    fn dataset_pattern(&self, selection: &Selection) -> String {
        const CLASSES: &str = "weft:Actor weft:Innovation weft:Service";
        let listed = |is: &dyn Fn(&Term) -> bool| {
            let terms = selection.chosen(Facet::Dataset).iter();
            let terms = terms.filter_map(|choice| match choice {
                Choice::Value(position) => Some(&self.value(Facet::Dataset, *position)?.term),
                Choice::NotRecorded => None,
            });
            let texts: Vec<String> = terms.filter(|term| is(term)).map(Term::to_string).collect();
            texts.join(" ")
        };
        let typed = listed(&|term| *term != Term::from(iri::INFERRED_GRAPH));
        let mut pattern = format!(
            "{{ VALUES ?dataset {{ {typed} }} VALUES ?anyClass {{ {CLASSES} }} GRAPH ?dataset {{ ?thing a ?anyClass }} }}"
        );
        if !self.has_concluded {
            return pattern;
        }
        // Of some things it is only concluded what they are.
        let values = self.values(Facet::Dataset).iter();
        let derived: Vec<String> = values
            .filter(|value| !holds_data(&value.term))
            .map(|value| value.term.to_string())
            .collect();
        let derived = derived.join(", ");
        let data = listed(&holds_data);
        let inferred = iri::INFERRED_GRAPH;
        let untyped = format!(
            "FILTER NOT EXISTS {{ VALUES ?own {{ {CLASSES} }} GRAPH ?ownGraph {{ ?thing a ?own }} FILTER(?ownGraph != {inferred}) }}"
        );
        let _ = write!(
            pattern,
            " UNION {{ VALUES ?dataset {{ {data} }} GRAPH ?dataset {{ ?thing ?says ?what }} {untyped} }}"
        );
        let unsaid = match derived.is_empty() {
            true => "FILTER NOT EXISTS { GRAPH ?saying { ?thing ?said ?something } }".to_owned(),
            false => format!(
                "FILTER NOT EXISTS {{ GRAPH ?saying {{ ?thing ?said ?something }} FILTER(?saying NOT IN ({derived})) }}"
            ),
        };
        let _ = write!(
            pattern,
            " UNION {{ VALUES ?dataset {{ {data} }} GRAPH ?dataset {{ ?who ?mentions ?thing }} {untyped} {unsaid} }}"
        );
        pattern
    }

    /// What a facet asks of `?thing`.
    fn pattern(&self, facet: Facet, selection: &Selection) -> Option<String> {
        let chosen = selection.chosen(facet);
        if chosen.is_empty() {
            return None;
        }
        let terms: Vec<String> = chosen
            .iter()
            .filter_map(|choice| match choice {
                Choice::Value(position) => self
                    .value(facet, *position)
                    .map(|value| value.term.to_string()),
                Choice::NotRecorded => None,
            })
            .collect();
        let name = facet.name();
        let values = format!("VALUES ?{name} {{ {} }}", terms.join(" "));
        let has = match facet {
            Facet::Kind => format!("{values} ?thing a ?{name} ."),
            Facet::Dataset => self.dataset_pattern(selection),
            Facet::Place => format!("{values} ?thing weft:place/weft:within* ?{name} ."),
            _ => format!("{values} ?thing {} ?{name} .", facet.path()),
        };
        let lacks = format!("?thing {} ?any{name}", facet.path());
        Some(
            match (terms.is_empty(), chosen.contains(&Choice::NotRecorded)) {
                (_, false) => has,
                (true, true) => format!("FILTER NOT EXISTS {{ {lacks} }}"),
                (false, true) => {
                    format!("FILTER(NOT EXISTS {{ {lacks} }} || EXISTS {{ {has} }})")
                }
            },
        )
    }
}

impl Read {
    fn new(snapshot: &Snapshot, node: NamedOrBlankNode, classes: Terms, graphs: Terms) -> Self {
        let mut values: [Terms; 7] = Default::default();
        let subject = TermRef::from(node.as_ref());
        for quad in snapshot.quads_for_pattern(Some(subject), None, None, None) {
            if let Some(facet) = Facet::of_property(quad.predicate.as_ref()) {
                add(&mut values[facet as usize], quad.object);
            }
        }
        values[Facet::Kind as usize] = classes;
        let typed = explicit(graphs);
        let is_concluded = typed.is_empty();
        values[Facet::Dataset as usize] = match is_concluded {
            true => premises(snapshot, subject),
            false => typed,
        };
        let is_service = values[Facet::Kind as usize]
            .values()
            .any(|class| *class == Term::from(iri::SERVICE));
        let names = LANGUAGES.map(|language| {
            name_in(snapshot, node.as_ref(), language)
                .unwrap_or_else(|| local_name(term_text(&node.clone().into())))
        });
        Self {
            connections: connections(snapshot, subject),
            providers: match is_service {
                true => providers(snapshot, subject),
                false => Vec::new(),
            },
            is_concluded,
            names,
            values,
            node,
        }
    }
}

/// The graphs that say what a thing is. Where that is only concluded, those that say something
/// else about it, which it was concluded from; if none does, those that mention it.
///
/// # Complexity
/// O(s log n) for `s` statements about the thing.
pub fn stated_in(snapshot: &Snapshot, thing: &NamedOrBlankNode) -> BTreeMap<String, Term> {
    let subject = TermRef::from(thing.as_ref());
    let mut graphs = Terms::new();
    for (_, class) in KINDS {
        let class = Some(class.into());
        for quad in snapshot.quads_for_pattern(Some(subject), Some(rdf::TYPE), class, None) {
            add(&mut graphs, term_of_graph(quad.graph_name));
        }
    }
    let typed = explicit(graphs);
    match typed.is_empty() {
        true => premises(snapshot, subject),
        false => typed,
    }
}

/// Without what was concluded.
fn explicit(mut graphs: Terms) -> Terms {
    graphs.remove(&Term::from(iri::INFERRED_GRAPH).to_string());
    graphs
}

fn premises(snapshot: &Snapshot, thing: TermRef<'_>) -> Terms {
    let mut found = Terms::new();
    for [subject, object] in [[Some(thing), None], [None, Some(thing)]] {
        for quad in snapshot.quads_for_pattern(subject, None, object, None) {
            let graph = term_of_graph(quad.graph_name);
            if holds_data(&graph) {
                add(&mut found, graph);
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    add(&mut found, iri::INFERRED_GRAPH.into());
    found
}

/// Whether a graph is a data set: not the ontology, not derived, and not beside another.
fn holds_data(graph: &Term) -> bool {
    let Term::NamedNode(node) = graph else {
        return true;
    };
    let name = node.as_str().strip_prefix(iri::GRAPH);
    let is_derived = name.is_some_and(|name| {
        iri::DERIVED_GRAPHS.contains(&name) || name == "void" || name.starts_with("links/")
    });
    !is_derived && super::datasets::owner_of(node).is_none()
}

/// Who provides a service: those said to, else those who take part in that role.
fn providers(snapshot: &Snapshot, service: TermRef<'_>) -> Vec<NamedOrBlankNode> {
    let quads = snapshot.quads_for_pattern(None, Some(weft::PROVIDES), Some(service), None);
    let mut found: Vec<NamedOrBlankNode> = quads.map(|quad| quad.subject).collect();
    if found.is_empty() {
        for quad in snapshot.quads_for_pattern(None, Some(weft::IN), Some(service), None) {
            let part = Some(TermRef::from(quad.subject.as_ref()));
            let role = Some(PROVIDER_ROLE.into());
            let mut in_role = snapshot.quads_for_pattern(part, Some(weft::ROLE), role, None);
            if in_role.next().is_some() {
                let actors = snapshot.quads_for_pattern(part, Some(weft::ACTOR), None, None);
                found.extend(actors.filter_map(|quad| match quad.object {
                    Term::NamedNode(node) => Some(node.into()),
                    Term::BlankNode(node) => Some(node.into()),
                    Term::Literal(_) | Term::Triple(_) => None,
                }));
            }
        }
    }
    found.sort_by(|a, b| node_order(a).cmp(&node_order(b)));
    found.dedup();
    found
}

/// Names as they are put in order: without case, accents and punctuation.
fn folded(name: &str) -> String {
    folded_words(name).join(" ")
}

/// Says of values of the same name what tells them apart.
fn add_notes(snapshot: &Snapshot, facet: Facet, values: &mut [FacetValue]) {
    for (position, language) in LANGUAGES.into_iter().enumerate() {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for value in &*values {
            *counts.entry(folded(&value.names[position])).or_default() += 1;
        }
        for value in values.iter_mut() {
            if counts.get(&folded(&value.names[position])).copied() > Some(1) {
                let note = distinction(snapshot, facet, &value.term, language);
                value.notes[position] = Some(note);
            }
        }
    }
}

/// The classification of a concept, the place that a place is in; else the short form of its IRI.
fn distinction(snapshot: &Snapshot, facet: Facet, term: &Term, language: &str) -> String {
    let property = match facet {
        Facet::Place => WITHIN,
        _ => iri::IN_SCHEME,
    };
    if !term.is_literal() && facet != Facet::Dataset {
        let above = snapshot.quads_for_pattern(Some(term.as_ref()), Some(property), None, None);
        let names = above.filter_map(|quad| match quad.object {
            Term::NamedNode(node) => Some(
                name_in(snapshot, node.as_ref().into(), language)
                    .unwrap_or_else(|| local_name(node.as_str())),
            ),
            _ => None,
        });
        if let Some(name) = names.min() {
            return name;
        }
    }
    key(facet, term)
}

/// The different things at the other end of what a thing takes part in, or of who takes part in
/// it.
fn connections(snapshot: &Snapshot, thing: TermRef<'_>) -> u32 {
    let mut others: HashSet<Term> = HashSet::new();
    let both = JOINING
        .iter()
        .flat_map(|(class, [a, b])| [(class, a, b), (class, b, a)]);
    for (class, mine, theirs) in both {
        for quad in snapshot.quads_for_pattern(None, Some(*mine), Some(thing), None) {
            let part = Some(TermRef::from(quad.subject.as_ref()));
            let class = Some((*class).into());
            let mut is_one = snapshot.quads_for_pattern(part, Some(rdf::TYPE), class, None);
            if is_one.next().is_some() {
                let ends = snapshot.quads_for_pattern(part, Some(*theirs), None, None);
                others.extend(ends.map(|quad| quad.object));
            }
        }
    }
    let provides = Some(weft::PROVIDES);
    let provided = snapshot.quads_for_pattern(Some(thing), provides, None, None);
    others.extend(provided.map(|quad| quad.object));
    let providers = snapshot.quads_for_pattern(None, provides, Some(thing), None);
    others.extend(providers.map(|quad| Term::from(quad.subject)));
    u32::try_from(others.len()).unwrap_or(u32::MAX)
}

/// A place, and those that it is within.
fn places_above(snapshot: &Snapshot, place: &Term) -> Terms {
    let mut found = Terms::new();
    let mut waiting = vec![place.clone()];
    while let Some(place) = waiting.pop() {
        let is_new = found.insert(place.to_string(), place.clone()).is_none();
        if is_new && !place.is_literal() && found.len() < MOST_ABOVE {
            let above = snapshot.quads_for_pattern(Some(place.as_ref()), Some(WITHIN), None, None);
            waiting.extend(above.map(|quad| quad.object));
        }
    }
    found
}

/// Blank nodes first, as queries order them.
fn node_order(node: &NamedOrBlankNode) -> (bool, &str) {
    match node {
        NamedOrBlankNode::BlankNode(node) => (false, node.as_str()),
        NamedOrBlankNode::NamedNode(node) => (true, node.as_str()),
    }
}

fn rank_of(snapshot: &Snapshot, term: &Term) -> Option<i64> {
    if term.is_literal() {
        return None;
    }
    snapshot
        .quads_for_pattern(Some(term.as_ref()), Some(weft::RANK), None, None)
        .filter_map(|quad| crate::network::text_of(&quad.object).parse().ok())
        .min()
}

fn value_name(snapshot: &Snapshot, facet: Facet, term: &Term, language: &str) -> String {
    let node = match term {
        Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
        Term::BlankNode(node) => node.clone().into(),
        other => return term_text(other).to_owned(),
    };
    if facet == Facet::Dataset {
        let graph = match &node {
            NamedOrBlankNode::NamedNode(node) if node.as_str() == DEFAULT_GRAPH_IRI => {
                GraphName::DefaultGraph
            }
            NamedOrBlankNode::NamedNode(node) => node.clone().into(),
            NamedOrBlankNode::BlankNode(node) => node.clone().into(),
        };
        let title = super::datasets::title_in(snapshot, &graph, language);
        return title.unwrap_or_else(|| key(facet, term));
    }
    // Where a place has no name its code is better than the end of its IRI.
    name_in(snapshot, node.as_ref(), language).unwrap_or_else(|| match facet {
        Facet::Place => country(snapshot, term).unwrap_or_else(|| local_name(term_text(term))),
        _ => local_name(term_text(term)),
    })
}

fn country(snapshot: &Snapshot, place: &Term) -> Option<String> {
    const COUNTRY: NamedNodeRef<'static> =
        NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#countryCode");
    let codes = snapshot.quads_for_pattern(Some(place.as_ref()), Some(COUNTRY), None, None);
    codes
        .map(|quad| term_text(&quad.object).to_owned())
        .min()
        .filter(|code| !code.is_empty())
}

fn term_of_graph(graph: GraphName) -> Term {
    match graph {
        GraphName::NamedNode(node) => node.into(),
        GraphName::BlankNode(node) => node.into(),
        GraphName::DefaultGraph => NamedNode::new_unchecked(DEFAULT_GRAPH_IRI).into(),
    }
}

fn term_text(term: &Term) -> &str {
    crate::network::text_of(term)
}

/// A value as addresses have it.
fn key(facet: Facet, term: &Term) -> String {
    let text = term_text(term);
    match facet {
        Facet::Kind => KINDS
            .iter()
            .find(|(_, class)| class.as_str() == text)
            .map_or(text, |(name, _)| name)
            .to_owned(),
        Facet::Dataset => text.strip_prefix(iri::GRAPH).unwrap_or(text).to_owned(),
        _ => text.strip_prefix(iri::WEFT).unwrap_or(text).to_owned(),
    }
}

/// A text as a literal of SPARQL.
fn quoted(text: &str) -> String {
    oxigraph::model::Literal::new_simple_literal(text).to_string()
}

/// Indexes that are kept.
#[derive(Default)]
pub(super) struct Indexes(Mutex<VecDeque<(String, Arc<Once<Index>>)>>);

impl Indexes {
    fn slot(&self, snapshot: &Snapshot) -> Arc<Once<Index>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let renamed = snapshot.is_renamed();
        let key = format!("{} {renamed} {}", snapshot.version(), snapshot.visibility());
        if let Some(at) = kept.iter().position(|(known, _)| *known == key)
            && let Some(entry) = kept.remove(at)
        {
            // Used again: it is the newest now.
            let slot = Arc::clone(&entry.1);
            kept.push_back(entry);
            return slot;
        }
        if kept.len() >= MOST_KEPT {
            kept.pop_front();
        }
        let slot = Arc::new(Once::default());
        kept.push_back((key, Arc::clone(&slot)));
        slot
    }
}

impl KnowledgeGraph {
    /// What can be explored of a view of the data: made once, and kept for the next who asks. May
    /// take a second for 50,000 actors, so not for a thread that handles requests.
    ///
    /// # Errors
    /// [`AppError`] if the network that partners are counted in cannot be built, or not in time.
    pub fn explored(
        &self,
        snapshot: &Arc<Snapshot>,
        limits: &Limits,
    ) -> Result<Arc<Index>, AppError> {
        let slot = self.inner.explored.slot(snapshot);
        slot.get(|| {
            // Before the threads: it may wait for others who build the same network.
            let definition = self.networks().definition(super::integration::NETWORK);
            let network = match definition {
                Ok(definition) => Some(self.network(
                    snapshot,
                    definition,
                    &Filter::default(),
                    Options::default(),
                    limits,
                )?),
                // An ontology of others may have no such network.
                Err(NetworkError::NoSuchNetwork { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            let network = network.as_ref().map(|measured| measured.network());
            Ok(Index::new(snapshot, |id| {
                let network = network?;
                let position = network.position(id)?;
                u32::try_from(network.undirected().neighbors_slice(position).len()).ok()
            }))
        })
    }

    /// What a selection leaves of an index; its text is looked for in the names.
    ///
    /// # Errors
    /// [`AppError`] if the text has no words or too many, or time is over.
    pub fn explore(
        &self,
        snapshot: &Snapshot,
        index: &Index,
        selection: &Selection,
        language: &str,
        limits: &Limits,
    ) -> Result<Found, AppError> {
        if selection.text.is_empty() {
            return Ok(index.find(selection, None, language));
        }
        // What others name by its IRI is looked for by it.
        let by_iri = NamedNode::new(&selection.text)
            .ok()
            .and_then(|node| index.positions.get(&node.into()).copied());
        if let Some(position) = by_iri {
            let scores = HashMap::from([(position, 1.0)]);
            return Ok(index.find(selection, Some(&scores), language));
        }
        let classes = KINDS.map(|(name, _)| name).join(",");
        let search = Search::new(&selection.text)?.of_type(&classes)?;
        let hits = self.search(snapshot, &search, 0..MOST_HITS, limits)?;
        let scores: HashMap<u32, f64> = hits
            .things
            .iter()
            .filter_map(|thing| {
                let position = index.positions.get(&thing.hit.subject)?;
                Some((*position, thing.hit.score))
            })
            .collect();
        Ok(Found {
            is_cut: hits.total > MOST_HITS,
            ..index.find(selection, Some(&scores), language)
        })
    }

    /// Sectors, levels, spheres and places whose names have the words of a text: ways to go on for
    /// who looks for one of them.
    pub fn values_named(
        &self,
        snapshot: &Snapshot,
        index: &Index,
        text: &str,
        limits: &Limits,
    ) -> Vec<(Facet, Choice)> {
        let found = Search::new(text)
            .and_then(|search| search.of_type("place,sector,level,sphere"))
            .ok()
            .and_then(|search| self.search(snapshot, &search, 0..20, limits).ok())
            .unwrap_or_default();
        let facets = [Facet::Place, Facet::Sector, Facet::Level, Facet::Sphere];
        let choice = |node: &NamedOrBlankNode| {
            let term = Term::from(node.clone());
            facets.into_iter().find_map(|facet| {
                let mut values = index.values(facet).iter();
                let position = values.position(|value| value.term == term)?;
                Some((facet, Choice::Value(u32::try_from(position).ok()?)))
            })
        };
        let things = found.things.iter();
        let is_area = |(facet, choice): &(Facet, Choice)| match choice {
            Choice::Value(value) => index
                .value(*facet, *value)
                .is_some_and(|value| value.is_area),
            Choice::NotRecorded => true,
        };
        things
            .filter_map(|thing| choice(&thing.hit.subject))
            .filter(is_area)
            .take(6)
            .collect()
    }
}
