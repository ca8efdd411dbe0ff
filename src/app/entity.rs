//! What is known of one actor, service or innovation: with whom it is tied and how, in which
//! sectors it is on whose word, when what happened, and where it stands in its network.

use super::integration::NETWORK;
use super::networks::{MeasuredNetwork, NetworkError};
use super::rules::is_of_rules;
use super::{AppError, KnowledgeGraph, iri};
use crate::metrics::{self, Metric, Options, Score, ValueKind};
use crate::network::{Attribute, Filter, Period, text_of};
use crate::ontology::iri::{provenance, weft};
use crate::store::{Limits, Snapshot};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Parts that are read of a thing, and shown.
pub const MOST_PARTS: usize = 200;
const MOST_READ: usize = 5_000;
/// Others in the same service or innovation that are named.
pub const MOST_WITH: usize = 5;
/// Neighbours that are drawn.
pub const MOST_NEIGHBOURS: usize = 40;

/// The network of actors and what they take part in.
const AFFILIATION: &str = "affiliation";
/// The network of who pays whom.
const FUNDING: &str = "funding";

macro_rules! terms {
    ($($name:ident = $local:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(
            concat!("https://w3id.org/weft/ns#", $local));)*
    };
}
terms! {
    FROM = "from";
    TO = "to";
    PAYER = "payer";
    PAYEE = "payee";
    FUNDING_FLOW = "FundingFlow";
    MEMBER_OF = "memberOf";
    PART_OF = "partOf";
    LEAD_ACTOR = "leadActor";
    UNIT = "unit";
    ABOUT = "about";
    SECTOR_ASSERTION = "SectorAssertion";
    ASSERTED_SECTOR = "assertedSector";
    CLAIM = "Claim";
    STATED_PROPERTY = "statedProperty";
    STATED_VALUE = "statedValue";
    CONFLICTS_WITH = "conflictsWith";
    FIELD = "field";
    PERIOD = "period";
    CLASSIFICATION = "classification";
}

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An organisation, unit, network or group.
    Actor,
    /// A documented innovation.
    Innovation,
    /// A service.
    Service,
}

impl Kind {
    /// What a thing is; of several the first counts, `None` if it is none of them.
    pub fn of(snapshot: &Snapshot, node: &NamedNode) -> Option<Self> {
        [
            (Self::Actor, iri::ACTOR),
            (Self::Innovation, iri::INNOVATION),
            (Self::Service, iri::SERVICE),
        ]
        .into_iter()
        .find(|(_, class)| is_a(snapshot, node.into(), *class))
        .map(|(kind, _)| kind)
    }

    /// Its name in texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Innovation => "innovation",
            Self::Service => "service",
        }
    }

    /// The networks that its neighbours are looked for in: the first where it has some counts.
    pub fn networks(self) -> &'static [&'static str] {
        match self {
            Self::Actor => &[NETWORK, AFFILIATION, FUNDING],
            Self::Innovation | Self::Service => &[AFFILIATION],
        }
    }

    /// The metrics of its place in a network, the telling ones first.
    fn metrics(self, network: &str) -> &'static [&'static str] {
        match self {
            Self::Actor if network == AFFILIATION => {
                &["degree", "betweenness", "latapyClustering", "redundancy"]
            }
            Self::Actor if network == FUNDING => {
                &["degree", "strength", "betweenness", "articulation"]
            }
            Self::Actor => &[
                "degree",
                "betweenness",
                "harmonic",
                "sectorReach",
                "levelReach",
                "brokerage",
                "articulation",
                "eiIndex",
                "constraint",
                "core",
                "strength",
            ],
            Self::Innovation | Self::Service => &[
                "providers",
                "isFragile",
                "redundancy",
                "latapyClustering",
                "betweenness",
            ],
        }
    }
}

/// How two things are tied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartKind {
    /// A participation in a service or innovation.
    Participation,
    /// The bare statement that an actor provides a service.
    Provides,
    /// A tie of two actors.
    Tie,
    /// Money that one pays to the other.
    Pays,
    /// Money that one gets from the other.
    IsPaid,
    /// It is a member of the other.
    MemberOf,
    /// The other is a member of it.
    Member,
    /// It is a part of the other.
    PartOf,
    /// The other is a part of it.
    Part,
    /// The other leads it, or it leads the other.
    Leads,
}

/// What ties a thing to another.
#[derive(Clone, Debug)]
pub struct Part {
    /// How.
    pub kind: PartKind,
    /// The node of the statement; `None` where a single triple says it.
    pub statement: Option<NamedOrBlankNode>,
    /// The roles.
    pub roles: Vec<Term>,
    /// The service, innovation or actor at the other end.
    pub other: Term,
    /// Other actors that take part in the same service or innovation, some of them.
    pub with: Vec<Term>,
    /// How many there are.
    pub with_count: usize,
    /// What formalises it.
    pub instruments: Vec<Term>,
    /// From when.
    pub since: Vec<String>,
    /// To when.
    pub until: Vec<String>,
    /// How much.
    pub amounts: Vec<String>,
    /// In which unit.
    pub unit: String,
    /// What it is called or for: the titles of the statement, else how it is classified.
    pub titles: Vec<Term>,
    /// The period that an amount is of, in words.
    pub period: Vec<String>,
    /// The documents that say so.
    pub sources: Vec<Term>,
    /// The graphs that say so.
    pub graphs: Vec<GraphName>,
    /// Only rules conclude it.
    pub is_inferred: bool,
}

/// What the payments of a kind add up to in a unit.
#[derive(Clone, Debug)]
pub struct Total {
    /// [`PartKind::Pays`] or [`PartKind::IsPaid`].
    pub kind: PartKind,
    /// The unit.
    pub unit: String,
    /// The sum.
    pub sum: f64,
    /// How many payments have an amount in this unit.
    pub payments: usize,
}

/// Who says that a thing is in a sector.
#[derive(Clone, Debug)]
pub struct SaysSector {
    /// The property, or `None` for an assertion of its own.
    pub property: Option<NamedNode>,
    /// The assertion.
    pub assertion: Option<NamedOrBlankNode>,
    /// The documents that it rests on.
    pub sources: Vec<Term>,
    /// The graph.
    pub graph: GraphName,
}

/// A sector, and who says so.
#[derive(Clone, Debug)]
pub struct InSector {
    /// The sector.
    pub sector: Term,
    /// The classification that it belongs to.
    pub scheme: Option<Term>,
    /// Who says so.
    pub says: Vec<SaysSector>,
    /// Assertions within the classification that do not name it, while others do.
    pub denied: usize,
}

/// What several sources state of one property, where they exclude each other.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The property.
    pub property: Option<Term>,
    /// What each says, and on which documents that rests.
    pub values: Vec<(Term, Vec<Term>)>,
}

/// What happened when.
#[derive(Clone, Debug)]
pub struct Dated {
    /// What it is about: a part by its position, or the thing itself.
    pub part: Option<usize>,
    /// From when, as it is stated.
    pub since: Option<String>,
    /// To when.
    pub until: Option<String>,
    /// The first year.
    pub first: i32,
    /// The last year, if an end is stated.
    pub last: Option<i32>,
}

/// A thing and what it is tied to.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it is.
    pub kind: Kind,
    /// Its other names, with their languages.
    pub names: Vec<(String, Option<String>)>,
    /// What ties it to others, role by role.
    pub parts: Vec<Part>,
    /// How many such ties there are.
    pub part_count: usize,
    /// What is paid and got in all, kind by kind and unit by unit; those that are not shown count.
    pub totals: Vec<Total>,
    /// The sectors that somebody says it is in.
    pub sectors: Vec<InSector>,
    /// What sources disagree about.
    pub conflicts: Vec<Conflict>,
    /// What happened when, the earliest first.
    pub dated: Vec<Dated>,
}

/// A neighbour in the network.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// It.
    pub term: Term,
    /// How often the two are tied.
    pub weight: Option<f64>,
    /// Its sectors.
    pub sectors: Vec<Term>,
}

/// A metric, and how its value compares.
#[derive(Clone, Copy)]
pub struct Ranked {
    /// The metric.
    pub metric: &'static Metric,
    /// The value.
    pub score: Score,
    /// Its rank by size among those that have a value; none for what is no quantity.
    pub rank: Option<usize>,
    /// How many have a value.
    pub of: usize,
    /// How many others have the same.
    pub shared: usize,
}

/// Where a thing stands in its network.
#[derive(Clone)]
pub struct Surroundings {
    /// The network.
    pub network: &'static str,
    /// Its neighbours, those with most ties to it first, then by name.
    pub neighbours: Vec<Neighbour>,
    /// How many neighbours there are.
    pub total: usize,
    /// Ties among the neighbours, by their positions.
    pub ties: Vec<(usize, usize)>,
    /// Its own sectors.
    pub sectors: Vec<Term>,
    /// What is measured of it.
    pub metrics: Vec<Ranked>,
}

fn is_a(snapshot: &Snapshot, node: TermRef<'_>, class: NamedNodeRef<'_>) -> bool {
    let mut found =
        snapshot.quads_for_pattern(Some(node), Some(rdf::TYPE), Some(class.into()), None);
    found.next().is_some()
}

/// The values of a property, each once, in order.
fn values(snapshot: &Snapshot, node: TermRef<'_>, property: NamedNodeRef<'_>) -> Vec<Term> {
    let quads = snapshot.quads_for_pattern(Some(node), Some(property), None, None);
    let found: BTreeMap<String, Term> = quads
        .map(|quad| (quad.object.to_string(), quad.object))
        .collect();
    found.into_values().collect()
}

fn texts(snapshot: &Snapshot, node: TermRef<'_>, property: NamedNodeRef<'_>) -> Vec<String> {
    let terms = values(snapshot, node, property);
    terms.iter().map(|term| text_of(term).to_owned()).collect()
}

/// The year of a date as it is stated.
fn year(text: &str) -> Option<i32> {
    Period::parse(text).map(|period| period.first / 10_000)
}

impl Profile {
    /// Reads a snapshot, which should have one IRI for each thing; `None` for what is neither an
    /// actor nor a service nor an innovation.
    ///
    /// # Complexity
    /// O(s log n) for the `s` statements about the thing and, of up to 2,000 of its participations
    /// and ties, about these.
    pub fn of(snapshot: &Snapshot, node: &NamedNode) -> Option<Self> {
        let kind = Kind::of(snapshot, node)?;
        let (mut parts, part_count, totals) = parts(snapshot, node);
        for part in parts.iter_mut().take(MOST_PARTS) {
            part.meet_others(snapshot, node);
        }
        parts.truncate(MOST_PARTS);
        let dated = dated(snapshot, node, &parts);
        Some(Self {
            kind,
            names: names(snapshot, node),
            part_count,
            totals,
            sectors: sectors(snapshot, node),
            conflicts: conflicts(snapshot, node),
            dated,
            parts,
        })
    }
}

fn names(snapshot: &Snapshot, node: &NamedNode) -> Vec<(String, Option<String>)> {
    let properties = super::search::FIELDS.properties();
    let found: BTreeSet<(Option<String>, String)> = properties
        .filter(|property| property.as_str() != iri::NOTATION.as_str())
        .flat_map(|property| {
            snapshot.quads_for_pattern(Some(node.into()), Some(property.as_ref()), None, None)
        })
        .filter_map(|quad| match quad.object {
            Term::Literal(literal) => Some((
                literal.language().map(str::to_owned),
                literal.value().to_owned(),
            )),
            _ => None,
        })
        .collect();
    // A name that is given with a language need not be told again without one.
    let told: BTreeSet<String> = found
        .iter()
        .filter(|(language, _)| language.is_some())
        .map(|(_, name)| name.clone())
        .collect();
    found
        .into_iter()
        .filter(|(language, name)| language.is_some() || !told.contains(name))
        .map(|(language, name)| (name, language))
        .collect()
}

/// The ties of a thing, in order, how many there are, and what is paid in all.
fn parts(snapshot: &Snapshot, node: &NamedNode) -> (Vec<Part>, usize, Vec<Total>) {
    let me = TermRef::from(node);
    let mut parts = Vec::new();
    let mut count = 0;
    let mut totals: BTreeMap<(PartKind, String), (f64, usize)> = BTreeMap::new();
    let mut paid: BTreeSet<(PartKind, String)> = BTreeSet::new();
    // What other statements about the same two say already.
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (kind, class, mine, theirs) in [
        (
            PartKind::Participation,
            weft::PARTICIPATION,
            weft::ACTOR,
            weft::IN,
        ),
        (
            PartKind::Participation,
            weft::PARTICIPATION,
            weft::IN,
            weft::ACTOR,
        ),
        (PartKind::Tie, weft::TIE, FROM, TO),
        (PartKind::Tie, weft::TIE, TO, FROM),
        (PartKind::Pays, FUNDING_FLOW, PAYER, PAYEE),
        (PartKind::IsPaid, FUNDING_FLOW, PAYEE, PAYER),
        (PartKind::Pays, FUNDING_FLOW, PAYER, weft::IN),
        (PartKind::IsPaid, FUNDING_FLOW, weft::IN, PAYER),
    ] {
        let mut seen = BTreeMap::new();
        for quad in snapshot.quads_for_pattern(None, Some(mine), Some(me), None) {
            seen.insert(quad.subject.to_string(), quad.subject);
        }
        for (name, statement) in seen {
            let at = TermRef::from(statement.as_ref());
            if !is_a(snapshot, at, class) {
                continue;
            }
            // A payment to an actor for a service is met twice.
            let is_payment = matches!(kind, PartKind::Pays | PartKind::IsPaid);
            if is_payment && paid.insert((kind, name)) {
                let amounts = texts(snapshot, at, weft::AMOUNT);
                if let [amount] = amounts.as_slice()
                    && let Ok(amount) = amount.parse::<f64>()
                    && amount.is_finite()
                {
                    let unit = texts(snapshot, at, UNIT).join(", ");
                    let total = totals.entry((kind, unit)).or_default();
                    total.0 += amount;
                    total.1 += 1;
                }
            }
            for other in values(snapshot, at, theirs) {
                count += 1;
                told.insert(other.to_string());
                if parts.len() < MOST_READ {
                    parts.push(Part::stated(snapshot, kind, &statement, other, mine));
                }
            }
        }
    }
    for (kind, property, is_mine) in [
        (PartKind::Provides, weft::PROVIDES, true),
        (PartKind::Provides, weft::PROVIDES, false),
        (PartKind::MemberOf, MEMBER_OF, true),
        (PartKind::Member, MEMBER_OF, false),
        (PartKind::PartOf, PART_OF, true),
        (PartKind::Part, PART_OF, false),
        (PartKind::Leads, LEAD_ACTOR, true),
        (PartKind::Leads, LEAD_ACTOR, false),
    ] {
        let (subject, object) = match is_mine {
            true => (Some(me), None),
            false => (None, Some(me)),
        };
        let mut found: BTreeMap<String, (Term, Vec<GraphName>)> = BTreeMap::new();
        for quad in snapshot.quads_for_pattern(subject, Some(property), object, None) {
            let other = match is_mine {
                true => quad.object,
                false => quad.subject.into(),
            };
            let entry = found
                .entry(other.to_string())
                .or_insert_with(|| (other, Vec::new()));
            entry.1.push(quad.graph_name);
        }
        for (text, (other, graphs)) in found {
            // A participation as provider says so too, and more.
            if kind == PartKind::Provides && told.contains(&text) {
                continue;
            }
            count += 1;
            if parts.len() < MOST_READ {
                parts.push(Part::bare(kind, other, graphs));
            }
        }
    }
    let name = |term: &Term| match term {
        Term::NamedNode(node) => super::resource::label(snapshot, node.as_ref().into()),
        other => other.to_string(),
    };
    parts.sort_by_cached_key(|part| {
        let roles: Vec<String> = part.roles.iter().map(name).collect();
        // Of payments the greatest come first.
        let cents = match part.kind {
            PartKind::Pays | PartKind::IsPaid => part.greatest_amount().map_or(0, |amount| {
                // Beyond what fits the order of the largest does not matter.
                -((amount * 100.0) as i64)
            }),
            _ => 0,
        };
        let name = name(&part.other);
        (part.kind, roles, cents, name, part.since.clone())
    });
    let totals = totals
        .into_iter()
        .map(|((kind, unit), (sum, payments))| Total {
            kind,
            unit,
            sum,
            payments,
        })
        .collect();
    (parts, count, totals)
}

impl Part {
    fn bare(kind: PartKind, other: Term, graphs: Vec<GraphName>) -> Self {
        Self {
            kind,
            statement: None,
            roles: Vec::new(),
            other,
            with: Vec::new(),
            with_count: 0,
            instruments: Vec::new(),
            since: Vec::new(),
            until: Vec::new(),
            amounts: Vec::new(),
            unit: String::new(),
            titles: Vec::new(),
            period: Vec::new(),
            sources: Vec::new(),
            is_inferred: graphs.iter().all(is_of_rules),
            graphs,
        }
    }

    fn stated(
        snapshot: &Snapshot,
        kind: PartKind,
        statement: &NamedOrBlankNode,
        other: Term,
        mine: NamedNodeRef<'_>,
    ) -> Self {
        let at = TermRef::from(statement.as_ref());
        let mut titles = values(snapshot, at, iri::TITLE);
        if titles.is_empty() {
            titles = values(snapshot, at, CLASSIFICATION);
        }
        let mut graphs: Vec<GraphName> = snapshot
            .quads_for_pattern(Some(at), Some(mine), None, None)
            .map(|quad| quad.graph_name)
            .collect();
        graphs.sort_by_cached_key(GraphName::to_string);
        graphs.dedup();
        Self {
            roles: values(snapshot, at, weft::ROLE),
            instruments: values(snapshot, at, weft::INSTRUMENT),
            since: texts(snapshot, at, weft::SINCE),
            until: texts(snapshot, at, weft::UNTIL),
            amounts: texts(snapshot, at, weft::AMOUNT),
            unit: texts(snapshot, at, UNIT).join(", "),
            titles,
            period: texts(snapshot, at, PERIOD),
            sources: values(snapshot, at, provenance::SOURCE),
            statement: Some(statement.clone()),
            ..Self::bare(kind, other, graphs)
        }
    }

    fn greatest_amount(&self) -> Option<f64> {
        self.amounts
            .iter()
            .filter_map(|amount| amount.parse::<f64>().ok())
            .max_by(f64::total_cmp)
    }

    /// Finds the others that take part in the same service or innovation.
    fn meet_others(&mut self, snapshot: &Snapshot, node: &NamedNode) {
        let is_event = matches!(self.kind, PartKind::Participation | PartKind::Provides)
            && is_a(snapshot, node.into(), iri::ACTOR)
            && !self.other.is_literal();
        if !is_event {
            return;
        }
        let event = self.other.as_ref();
        let mut others: BTreeMap<String, Term> = BTreeMap::new();
        for quad in snapshot.quads_for_pattern(None, Some(weft::IN), Some(event), None) {
            let part = TermRef::from(quad.subject.as_ref());
            for actor in values(snapshot, part, weft::ACTOR) {
                others.insert(actor.to_string(), actor);
            }
            if others.len() > MOST_READ {
                break;
            }
        }
        for quad in snapshot.quads_for_pattern(None, Some(weft::PROVIDES), Some(event), None) {
            let actor = Term::from(quad.subject);
            others.insert(actor.to_string(), actor);
        }
        others.remove(&Term::from(node.clone()).to_string());
        self.with_count = others.len();
        self.with = others.into_values().take(MOST_WITH).collect();
    }
}

/// The sectors of a thing with who says so, and whether the sources agree: within one
/// classification two assertions must name the same sectors.
fn sectors(snapshot: &Snapshot, node: &NamedNode) -> Vec<InSector> {
    let mut found: BTreeMap<String, InSector> = BTreeMap::new();
    let mut says = |sector: Term, says: SaysSector| {
        let entry = found.entry(sector.to_string()).or_insert_with(|| InSector {
            scheme: match sector.is_literal() {
                true => None,
                false => values(snapshot, sector.as_ref(), iri::IN_SCHEME)
                    .into_iter()
                    .next(),
            },
            sector,
            says: Vec::new(),
            denied: 0,
        });
        entry.says.push(says);
    };
    for property in [iri::SECTOR, iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR, FIELD] {
        for quad in snapshot.quads_for_pattern(Some(node.into()), Some(property), None, None) {
            says(
                quad.object,
                SaysSector {
                    property: Some(quad.predicate),
                    assertion: None,
                    sources: Vec::new(),
                    graph: quad.graph_name,
                },
            );
        }
    }
    // Which assertions there are in each classification, and which of them name a sector.
    let mut assertions: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
    let mut naming: HashMap<String, BTreeSet<String>> = HashMap::new();
    for quad in snapshot.quads_for_pattern(None, Some(ABOUT), Some(node.into()), None) {
        let assertion = TermRef::from(quad.subject.as_ref());
        if !is_a(snapshot, assertion, SECTOR_ASSERTION) {
            continue;
        }
        for sector in values(snapshot, assertion, ASSERTED_SECTOR) {
            let schemes = match sector.is_literal() {
                true => Vec::new(),
                false => values(snapshot, sector.as_ref(), iri::IN_SCHEME),
            };
            let scheme = schemes.first().map(Term::to_string);
            let me = quad.subject.to_string();
            assertions.entry(scheme).or_default().insert(me.clone());
            naming.entry(sector.to_string()).or_default().insert(me);
            says(
                sector,
                SaysSector {
                    property: None,
                    assertion: Some(quad.subject.clone()),
                    sources: values(snapshot, assertion, provenance::SOURCE),
                    graph: quad.graph_name.clone(),
                },
            );
        }
    }
    let mut sectors: Vec<InSector> = found.into_values().collect();
    for sector in &mut sectors {
        let scheme = sector.scheme.as_ref().map(Term::to_string);
        let all = assertions.get(&scheme).map_or(0, BTreeSet::len);
        let naming = naming
            .get(&sector.sector.to_string())
            .map_or(0, BTreeSet::len);
        if naming > 0 {
            sector.denied = all.saturating_sub(naming);
        }
    }
    sectors
}

/// Claims about a thing that are recorded to exclude each other.
fn conflicts(snapshot: &Snapshot, node: &NamedNode) -> Vec<Conflict> {
    let mut found: BTreeMap<String, Conflict> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for quad in snapshot.quads_for_pattern(None, Some(ABOUT), Some(node.into()), None) {
        let claim = TermRef::from(quad.subject.as_ref());
        let has = |subject, object| {
            let mut quads = snapshot.quads_for_pattern(subject, Some(CONFLICTS_WITH), object, None);
            quads.next().is_some()
        };
        let is_disputed = has(Some(claim), None) || has(None, Some(claim));
        if !is_disputed || !is_a(snapshot, claim, CLAIM) || !seen.insert(quad.subject.to_string()) {
            continue;
        }
        let property = values(snapshot, claim, STATED_PROPERTY).into_iter().next();
        let key = property.as_ref().map(Term::to_string).unwrap_or_default();
        let conflict = found.entry(key).or_insert_with(|| Conflict {
            property,
            values: Vec::new(),
        });
        let sources = values(snapshot, claim, provenance::SOURCE);
        for value in values(snapshot, claim, STATED_VALUE) {
            conflict.values.push((value, sources.clone()));
        }
    }
    let mut conflicts: Vec<Conflict> = found.into_values().collect();
    for conflict in &mut conflicts {
        conflict
            .values
            .sort_by_cached_key(|(value, _)| value.to_string());
    }
    conflicts
}

fn dated(snapshot: &Snapshot, node: &NamedNode, parts: &[Part]) -> Vec<Dated> {
    let mut dated = Vec::new();
    let mut note = |part: Option<usize>, since: Option<String>, until: Option<String>| {
        let start = since.as_deref().and_then(year);
        let end = until.as_deref().and_then(year);
        if let Some(first) = start.or(end) {
            dated.push(Dated {
                part,
                since,
                until,
                first,
                last: end,
            });
        }
    };
    let own = |property| texts(snapshot, node.into(), property).into_iter().next();
    note(None, own(weft::SINCE), own(weft::UNTIL));
    for (position, part) in parts.iter().enumerate() {
        let first = |texts: &[String]| texts.first().cloned();
        note(Some(position), first(&part.since), first(&part.until));
    }
    dated.sort_by_key(|entry| (entry.first, entry.last, entry.part));
    dated
}

impl KnowledgeGraph {
    /// The neighbours of a thing in the first of its networks where it has some, and what is
    /// measured of it there; in the first of which it is a node if it has none anywhere, `None` if
    /// it is in none. Costly metrics only where the network is small enough.
    ///
    /// # Errors
    /// [`AppError`] if a network cannot be built, or not in time.
    pub fn surroundings(
        &self,
        snapshot: &Arc<Snapshot>,
        node: &NamedNode,
        kind: Kind,
        limits: &Limits,
    ) -> Result<Option<Surroundings>, AppError> {
        let mut alone = None;
        for id in kind.networks() {
            let definition = match self.networks().definition(id) {
                Err(NetworkError::NoSuchNetwork { .. }) => continue,
                definition => definition?,
            };
            let filter = Filter::default();
            let options = Options::default();
            let measured = self.network(snapshot, definition, &filter, options, limits)?;
            let network = measured.network();
            let Some(me) = network.position(node.as_str()) else {
                continue;
            };
            if !network.undirected().neighbors_slice(me).is_empty() {
                return self.surroundings_in(&measured, id, me, kind).map(Some);
            }
            alone = alone.or(Some((id, measured, me)));
        }
        alone
            .map(|(id, measured, me)| self.surroundings_in(&measured, id, me, kind))
            .transpose()
    }

    fn surroundings_in(
        &self,
        measured: &MeasuredNetwork,
        id: &'static str,
        me: u32,
        kind: Kind,
    ) -> Result<Surroundings, AppError> {
        let network = measured.network();
        let wanted: Vec<&'static Metric> = kind
            .metrics(id)
            .iter()
            .filter_map(|id| metrics::find(id))
            .filter(|metric| metric.is_usual(network.len()))
            .collect();
        let columns = self
            .networks()
            .computing(measured, |task| measured.columns(&wanted, task))
            .map_err(NetworkError::from)?;
        let mode = network.nodes().get(me as usize).map(|node| node.mode);
        let ranked = columns
            .iter()
            .map(|column| {
                let mine = column.scores.get(me as usize).copied();
                let mine = mine.unwrap_or(Score::Undefined(metrics::Undefined::NothingRecorded));
                let others = column
                    .scores
                    .iter()
                    .zip(network.nodes())
                    .filter(|(_, node)| Some(node.mode) == mode)
                    .filter_map(|(score, _)| score.value());
                let (mut above, mut same, mut of) = (0, 0, 0_usize);
                for other in others {
                    of += 1;
                    above += usize::from(mine.value().is_some_and(|mine| other > mine));
                    same += usize::from(mine.value() == Some(other));
                }
                let is_quantity = column.metric.kind != ValueKind::Flag;
                Ranked {
                    metric: column.metric,
                    score: mine,
                    rank: (is_quantity && mine.value().is_some()).then_some(above + 1),
                    of,
                    shared: same.saturating_sub(1),
                }
            })
            .collect();
        let grouping = network.grouping(Attribute::Sector);
        let sectors_of = |node: u32| -> Vec<Term> {
            let categories = grouping.of(node).iter();
            categories
                .filter_map(|category| grouping.categories().get(*category as usize))
                .map(|category| category.term.clone())
                .collect()
        };
        let ties = network.undirected();
        let mut around: Vec<(u32, f64)> = ties
            .neighbors_slice(me)
            .iter()
            .copied()
            .zip(ties.edges_slice(me).iter().copied())
            .collect();
        let total = around.len();
        around.sort_by(|(a, a_weight), (b, b_weight)| {
            let known = |weight: &f64| if weight.is_nan() { 0.0 } else { *weight };
            let label = |node: u32| network.nodes().get(node as usize).map(|node| &node.label);
            known(b_weight)
                .total_cmp(&known(a_weight))
                .then_with(|| label(*a).cmp(&label(*b)))
                .then_with(|| a.cmp(b))
        });
        around.truncate(MOST_NEIGHBOURS);
        let place: HashMap<u32, usize> = around
            .iter()
            .enumerate()
            .map(|(place, (node, _))| (*node, place))
            .collect();
        let mut among = Vec::new();
        for (place_of_one, (node, _)) in around.iter().enumerate() {
            for other in ties.neighbors_slice(*node) {
                if let Some(place_of_other) = place.get(other)
                    && place_of_one < *place_of_other
                {
                    among.push((place_of_one, *place_of_other));
                }
            }
        }
        Ok(Surroundings {
            network: id,
            neighbours: around
                .iter()
                .filter_map(|(node, weight)| {
                    Some(Neighbour {
                        term: network.nodes().get(*node as usize)?.term.clone(),
                        weight: Some(*weight).filter(|weight| !weight.is_nan()),
                        sectors: sectors_of(*node),
                    })
                })
                .collect(),
            total,
            ties: among,
            sectors: sectors_of(me),
            metrics: ranked,
        })
    }
}
