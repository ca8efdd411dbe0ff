//! From the rows of a query to a network, and back from a tie to what it rests on.

use super::definition::NetworkDefinition;
use super::filter::{Filter, FilterError, Period};
use super::{Attribute, Category, Kind, Mode, Network, Node, Numbers, Tie, text_of};
use crate::ontology::iri;
use crate::store::{DatasetSpec, Limits, QueryResults, Snapshot, StoreError};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, Quad, Term};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Ties from shared events are counted pair by pair; beyond this many a filter is needed.
const MOST_PAIRS: usize = 30_000_000;

/// A network and the rows that it was made of.
#[derive(Debug)]
pub struct Projection {
    version: u64,
    network: Arc<Network>,
    counts: Counts,
    terms: Numbers,
    rows: Vec<Row>,
}

/// What became of the rows of the query.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that the query answered.
    pub rows: usize,
    /// Rows left out because their role shapes or documents a case only.
    pub contextual: usize,
    /// Nodes left out because they stand for a group of organisations.
    pub groups: usize,
    /// Rows left out by a filter of time because they have no date.
    pub undated: usize,
    /// Nodes left out by filters.
    pub filtered: usize,
    /// Ties of a node to itself, left out.
    pub loops: usize,
    /// Rows without the ends of a tie, left out.
    pub unbound: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Tie,
    Membership,
    Node,
}

/// A row, in numbers of [`Projection::terms`]. A membership has the member as `a`, the event as
/// `b`.
#[derive(Clone, Copy, Debug)]
struct Row {
    what: What,
    a: u32,
    b: u32,
    statement: Option<u32>,
    role: Option<u32>,
    unit: Option<u32>,
    weight: Option<f64>,
}

/// Why there is no network.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The query failed or was out of time.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The filter does not fit.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// More pairs than are counted here.
    #[error(
        "the network would have up to {pairs} ties and at most {MOST_PAIRS} are counted: filter it (dataset, place, sector, since, until) so that fewer share an event"
    )]
    TooLarge {
        /// Pairs that share an event.
        pairs: usize,
    },
    /// A weight that cannot be added up.
    #[error(
        "the weight {weight} of the tie from {source_text} to {target} is no number from 0 up; leave ?weight unbound where it is not known"
    )]
    Weight {
        /// What was bound.
        weight: String,
        /// From where.
        source_text: String,
        /// To where.
        target: String,
    },
    /// No such node.
    #[error("the network has no node <{0}>; it may be left out by a filter")]
    NoSuchNode(String),
}

/// What one tie rests on.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// One end.
    pub source: Term,
    /// The other.
    pub target: Term,
    /// The weight, if they are tied and it is known.
    pub weight: Option<f64>,
    /// Whether they are tied.
    pub tied: bool,
    /// What states it.
    pub statements: Vec<Statement>,
}

/// A statement under a tie.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The service, innovation or other thing that both take part in, if the tie comes of one.
    pub event: Option<Term>,
    /// Whose part in it is stated; `None` where the statement is about both.
    pub member: Option<Term>,
    /// The role.
    pub role: Option<Term>,
    /// The node of the statement; `None` where a single triple says it.
    pub statement: Option<Term>,
    /// The triples, each with its graph.
    pub quads: Vec<Quad>,
    /// The graphs that hold them.
    pub graphs: Vec<String>,
    /// The documents and table rows they come from.
    pub sources: Vec<Term>,
}

impl Projection {
    /// Evaluates a definition on one version of the data, within a filter.
    ///
    /// # Errors
    /// [`ProjectionError`] if the query fails, does not fit the filter, or is too large.
    pub fn new(
        definition: &NetworkDefinition,
        snapshot: &Arc<Snapshot>,
        filter: &Filter,
        limits: &Limits,
    ) -> Result<Self, ProjectionError> {
        check(definition, filter)?;
        let mut counts = Counts::default();
        let (mut terms, mut rows) = (Numbers::default(), Vec::new());
        collect(
            definition,
            snapshot,
            filter,
            limits,
            &mut counts,
            &mut terms,
            &mut rows,
        )?;
        let facts: Vec<Facts> = terms
            .terms()
            .par_iter()
            .map(|term| Facts::of(term, snapshot, filter))
            .collect();
        let sides = sides(definition.kind, &rows, terms.terms().len());
        let mut keep: Vec<bool> = Vec::with_capacity(facts.len());
        for (facts, side) in facts.iter().zip(&sides) {
            let keeps = match side {
                Side::Nowhere => true,
                Side::Event if definition.filters_events => {
                    let passes = facts.passes(filter, Mode::First);
                    counts.filtered += usize::from(!passes);
                    passes && (filter.groups || !facts.is_group)
                }
                Side::Event => filter.groups || !facts.is_group,
                Side::Node(mode) => {
                    let passes = definition.filters_events || facts.passes(filter, *mode);
                    if facts.is_group && !filter.groups {
                        counts.groups += 1;
                        false
                    } else {
                        counts.filtered += usize::from(!passes);
                        passes
                    }
                }
            };
            keep.push(keeps);
        }
        rows.retain(|row| keep[row.a as usize] && (row.what == What::Node || keep[row.b as usize]));
        let network = build(definition, &terms, &rows, &facts, &sides, snapshot)?;
        counts.loops = network.loops();
        Ok(Self {
            version: snapshot.version(),
            network: Arc::new(network),
            counts,
            terms,
            rows,
        })
    }

    /// The data version.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// What was left out, and why.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Bytes that it takes, roughly.
    pub fn heap_bytes(&self) -> usize {
        self.network.heap_bytes() + self.rows.len() * 64 + self.terms.terms().len() * 160
    }

    /// The events that nodes of the network take part in, with the positions of those who do, in
    /// the order of the events' terms.
    pub fn events(&self) -> Vec<(Term, Vec<u32>)> {
        let mut events: BTreeMap<String, (Term, BTreeSet<u32>)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.what == What::Membership) {
            let (member, event) = (self.term(row.a), self.term(row.b));
            if let Some(position) = self.network.position(text_of(member)) {
                events
                    .entry(event.to_string())
                    .or_insert_with(|| (event.clone(), BTreeSet::new()))
                    .1
                    .insert(position);
            }
        }
        events
            .into_values()
            .map(|(event, members)| (event, members.into_iter().collect()))
            .collect()
    }

    /// The statements, graphs and sources that a tie rests on.
    ///
    /// # Errors
    /// [`ProjectionError::NoSuchNode`].
    pub fn evidence(
        &self,
        source: &str,
        target: &str,
        snapshot: &Snapshot,
    ) -> Result<Evidence, ProjectionError> {
        let position = |id: &str| {
            self.network
                .position(id)
                .ok_or_else(|| ProjectionError::NoSuchNode(id.to_owned()))
        };
        let (from, to) = (position(source)?, position(target)?);
        let nodes = self.network.nodes();
        let (from_term, to_term) = (&nodes[from as usize].term, &nodes[to as usize].term);
        let at = self.network.neighbours(from).binary_search(&to).ok();
        let mut statements = Vec::new();
        if let (Some(a), Some(b)) = (self.terms.find(from_term), self.terms.find(to_term)) {
            let directed = self.network.is_directed();
            for row in &self.rows {
                let joins = (row.a, row.b) == (a, b) || (!directed && (row.a, row.b) == (b, a));
                if row.what == What::Tie && joins {
                    statements.push(self.statement(row, snapshot));
                }
            }
            let in_event =
                |row: &&Row, member: u32| row.what == What::Membership && row.a == member;
            let theirs: BTreeSet<u32> = self
                .rows
                .iter()
                .filter(|row| in_event(row, b))
                .map(|row| row.b)
                .collect();
            let shared: BTreeSet<u32> = self
                .rows
                .iter()
                .filter(|row| in_event(row, a))
                .map(|row| row.b)
                .filter(|event| theirs.contains(event))
                .collect();
            for row in &self.rows {
                if row.what == What::Membership
                    && shared.contains(&row.b)
                    && (row.a == a || row.a == b)
                    && a != b
                {
                    statements.push(self.statement(row, snapshot));
                }
            }
        }
        statements.sort_by_cached_key(|statement| {
            let text = |term: &Option<Term>| term.as_ref().map(Term::to_string);
            (
                text(&statement.event),
                text(&statement.member),
                text(&statement.statement),
                text(&statement.role),
            )
        });
        Ok(Evidence {
            source: from_term.clone(),
            target: to_term.clone(),
            weight: at
                .and_then(|at| self.network.weights(from).get(at).copied())
                .filter(|weight| !weight.is_nan()),
            tied: at.is_some(),
            statements,
        })
    }

    fn term(&self, number: u32) -> &Term {
        &self.terms.terms()[number as usize]
    }

    fn statement(&self, row: &Row, snapshot: &Snapshot) -> Statement {
        let (a, b) = (self.term(row.a), self.term(row.b));
        let statement = row.statement.map(|number| self.term(number));
        let quads: Vec<Quad> = match statement {
            Some(statement) => snapshot
                .quads_for_pattern(Some(statement.as_ref()), None, None, None)
                .collect(),
            // A single triple between the two, in either direction.
            None => {
                let between = |s: &Term, o: &Term| -> Vec<Quad> {
                    snapshot
                        .quads_for_pattern(Some(s.as_ref()), None, Some(o.as_ref()), None)
                        .collect()
                };
                let mut quads = between(a, b);
                quads.extend(between(b, a));
                quads
            }
        };
        let mut quads = quads;
        quads.sort_by_cached_key(Quad::to_string);
        let graphs: BTreeSet<String> = quads
            .iter()
            .map(|quad| match &quad.graph_name {
                GraphName::NamedNode(graph) => graph.as_str().to_owned(),
                other => other.to_string(),
            })
            .collect();
        let is_source = |quad: &&Quad| {
            [iri::provenance::SOURCE, iri::provenance::WAS_DERIVED_FROM]
                .contains(&quad.predicate.as_ref())
        };
        let sources: BTreeMap<String, Term> = quads
            .iter()
            .filter(is_source)
            .map(|quad| (quad.object.to_string(), quad.object.clone()))
            .collect();
        let membership = row.what == What::Membership;
        Statement {
            event: membership.then(|| b.clone()),
            member: membership.then(|| a.clone()),
            role: row.role.map(|number| self.term(number).clone()),
            statement: statement.cloned(),
            quads,
            graphs: graphs.into_iter().collect(),
            sources: sources.into_values().collect(),
        }
    }
}

fn check(definition: &NetworkDefinition, filter: &Filter) -> Result<(), FilterError> {
    if !filter.roles.is_empty() && !definition.has("role") {
        return Err(FilterError::NotHere { key: "role" });
    }
    let dated = ["since", "until", "event"]
        .iter()
        .any(|name| definition.has(name));
    for (key, is_set) in [
        ("since", filter.since.is_some()),
        ("until", filter.until.is_some()),
    ] {
        if is_set && !dated {
            return Err(FilterError::NotHere { key });
        }
    }
    Ok(())
}

/// Runs the query and keeps the rows that count.
fn collect(
    definition: &NetworkDefinition,
    snapshot: &Arc<Snapshot>,
    filter: &Filter,
    limits: &Limits,
    counts: &mut Counts,
    terms: &mut Numbers,
    rows: &mut Vec<Row>,
) -> Result<(), ProjectionError> {
    let dataset = dataset(filter);
    let contextual = contextual_roles(snapshot);
    let mut dates: HashMap<u32, (Option<Period>, Option<Period>)> = HashMap::new();
    snapshot.query(&definition.query, &dataset, limits, |results| {
        let QueryResults::Solutions(solutions) = results else {
            return Ok(());
        };
        for solution in solutions {
            let solution = solution.map_err(StoreError::from)?;
            counts.rows += 1;
            let role = solution.get("role");
            if !filter.contextual && role.is_some_and(|role| contextual.contains(text_of(role))) {
                counts.contextual += 1;
                continue;
            }
            if !filter.roles.is_empty()
                && !role.is_some_and(|role| filter.roles.contains(text_of(role)))
            {
                continue;
            }
            let mut number = |name: &str| solution.get(name).map(|term| terms.of(term));
            let (what, a, b) = if let (Some(a), Some(b)) = (number("source"), number("target")) {
                (What::Tie, a, b)
            } else if let (Some(a), Some(b)) = (number("member"), number("event")) {
                (What::Membership, a, b)
            } else if let Some(a) = number("node") {
                (What::Node, a, a)
            } else {
                counts.unbound += 1;
                continue;
            };
            let row = Row {
                what,
                a,
                b,
                statement: number("statement"),
                role: number("role"),
                unit: number("unit"),
                weight: solution.get("weight").and_then(weight),
            };
            // Amounts that are not known make a weight that is not known; counts are never so.
            if let Some(bound) = solution.get("weight").filter(|_| !definition.amounts)
                && row.weight.is_none_or(|weight| weight < 0.0)
            {
                let text = |name: &str| solution.get(name).map(ToString::to_string);
                return Err(ProjectionError::Weight {
                    weight: bound.to_string(),
                    source_text: text("source")
                        .or_else(|| text("member"))
                        .unwrap_or_default(),
                    target: text("target").or_else(|| text("event")).unwrap_or_default(),
                });
            }
            if (filter.since.is_some() || filter.until.is_some()) && what != What::Node {
                let date = |name: &str| {
                    solution
                        .get(name)
                        .and_then(|term| Period::parse(text_of(term)))
                };
                let (mut since, mut until) = (date("since"), date("until"));
                if since.is_none() && until.is_none() && what == What::Membership {
                    // The time of the event is the time of those in it.
                    (since, until) = *dates
                        .entry(b)
                        .or_insert_with(|| dates_of(&terms.terms()[b as usize], snapshot));
                }
                if since.is_none() && until.is_none() {
                    counts.undated += 1;
                    continue;
                }
                let over = until
                    .zip(filter.since)
                    .is_some_and(|(u, s)| u.last < s.first);
                let not_yet = since
                    .zip(filter.until)
                    .is_some_and(|(s, u)| s.first > u.last);
                if over || not_yet {
                    continue;
                }
            }
            rows.push(row);
        }
        Ok(())
    })?
}

/// Without a filter the union of all graphs; else the graphs it names, with what the ontology
/// and the alignment rules add.
fn dataset(filter: &Filter) -> DatasetSpec {
    if filter.datasets.is_empty() {
        return DatasetSpec::default();
    }
    let mut graphs: Vec<NamedNode> = filter
        .datasets
        .iter()
        .filter_map(|graph| NamedNode::new(graph).ok())
        .collect();
    graphs.extend([iri::graph::ONTOLOGY, iri::graph::INFERRED].map(NamedNodeRef::into_owned));
    DatasetSpec {
        named_graphs: graphs.clone(),
        default_graphs: graphs,
    }
}

fn weight(term: &Term) -> Option<f64> {
    let Term::Literal(literal) = term else {
        return None;
    };
    literal
        .value()
        .parse::<f64>()
        .ok()
        .filter(|weight| weight.is_finite())
}

macro_rules! properties {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

properties! {
    CONTEXTUAL = "https://w3id.org/weft/ns#contextual";
    PROPER_SECTOR = "https://w3id.org/weft/ns#properSector";
    RESIDUAL_SECTOR = "https://w3id.org/weft/ns#residualSector";
    FOAF_NAME = "http://xmlns.com/foaf/0.1/name";
    SCHEMA_NAME = "http://schema.org/name";
}

fn contextual_roles(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot
        .quads_for_pattern(None, Some(CONTEXTUAL), None, None)
        .filter(|quad| is_true(&quad.object))
        .filter_map(|quad| match quad.subject {
            oxigraph::model::NamedOrBlankNode::NamedNode(node) => Some(node.into_string()),
            oxigraph::model::NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect()
}

fn is_true(term: &Term) -> bool {
    matches!(term, Term::Literal(literal) if matches!(literal.value(), "true" | "1"))
}

fn dates_of(event: &Term, snapshot: &Snapshot) -> (Option<Period>, Option<Period>) {
    let dates = |property: NamedNodeRef<'_>| -> Vec<Period> {
        snapshot
            .quads_for_pattern(Some(event.as_ref()), Some(property), None, None)
            .filter_map(|quad| Period::parse(text_of(&quad.object)))
            .collect()
    };
    // Sources may give several years: the longest span they allow.
    (
        dates(iri::weft::SINCE).into_iter().min(),
        dates(iri::weft::UNTIL).into_iter().max(),
    )
}

/// What the data says of a term that may be a node.
#[derive(Debug, Default)]
struct Facts {
    is_group: bool,
    /// Whether one of the data sets asked for says anything of it.
    in_dataset: bool,
    categories: [Vec<Term>; 4],
    /// The graphs that say what it is, but for those that are derived.
    graphs: BTreeSet<String>,
}

impl Facts {
    fn of(term: &Term, snapshot: &Snapshot, filter: &Filter) -> Self {
        if term.is_literal() {
            return Self {
                in_dataset: true,
                ..Self::default()
            };
        }
        let mut facts = Self {
            in_dataset: filter.datasets.is_empty(),
            ..Self::default()
        };
        let ours = |quad: &Quad| match &quad.graph_name {
            _ if filter.datasets.is_empty() => (true, true),
            GraphName::NamedNode(graph) => {
                let own = filter.datasets.contains(graph.as_str());
                let derived = [iri::graph::ONTOLOGY, iri::graph::INFERRED];
                (own || derived.contains(&graph.as_ref()), own)
            }
            _ => (false, false),
        };
        let mut sets: [BTreeMap<String, Term>; 4] = Default::default();
        for quad in snapshot.quads_for_pattern(Some(term.as_ref()), None, None, None) {
            let (counts, own) = ours(&quad);
            facts.in_dataset |= own;
            if !counts {
                continue;
            }
            let predicate = quad.predicate.as_ref();
            if predicate == rdf::TYPE && !is_derived(&quad.graph_name) {
                facts.graphs.insert(quad.graph_name.to_string());
            }
            let attribute = if predicate == iri::weft::SECTOR
                || predicate == PROPER_SECTOR
                || predicate == RESIDUAL_SECTOR
            {
                Attribute::Sector
            } else if predicate == iri::weft::LEVEL {
                Attribute::Level
            } else if predicate == iri::weft::SPHERE {
                Attribute::Sphere
            } else if predicate == iri::weft::PLACE {
                Attribute::Place
            } else if predicate == iri::weft::IS_GROUP {
                facts.is_group |= is_true(&quad.object);
                continue;
            } else if predicate == rdf::TYPE {
                // A sector is in itself, and so is a level.
                let class = match &quad.object {
                    Term::NamedNode(class) => class.as_ref(),
                    _ => continue,
                };
                if class == iri::weft::SECTOR_CLASS {
                    Attribute::Sector
                } else if class == iri::weft::GOVERNANCE_LEVEL {
                    Attribute::Level
                } else {
                    continue;
                }
            } else {
                continue;
            };
            let category = if predicate == rdf::TYPE {
                term.clone()
            } else {
                quad.object
            };
            sets[attribute as usize].insert(category.to_string(), category);
        }
        facts.categories = sets.map(|set| set.into_values().collect());
        facts
    }

    fn passes(&self, filter: &Filter, mode: Mode) -> bool {
        // Codes are described by the ontology, not by a data set.
        let described = self.in_dataset || mode == Mode::Second;
        described
            && Attribute::ALL.into_iter().all(|attribute| {
                let wanted = filter.of(attribute);
                let own = &self.categories[attribute as usize];
                wanted.is_empty()
                    || own.iter().any(|term| wanted.contains(text_of(term)))
                    || (mode == Mode::Second && own.is_empty())
            })
    }
}

/// Graphs that say something of what several data sets hold.
fn is_derived(graph: &GraphName) -> bool {
    match graph {
        GraphName::NamedNode(graph) => {
            [iri::graph::ONTOLOGY, iri::graph::INFERRED].contains(&graph.as_ref())
        }
        _ => false,
    }
}

/// What a term is in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Only a role, a unit or a statement.
    Nowhere,
    /// What members share.
    Event,
    /// A node.
    Node(Mode),
}

fn sides(kind: Kind, rows: &[Row], terms: usize) -> Vec<Side> {
    let mut sides = vec![Side::Nowhere; terms];
    // Events first: what is a node as well stays one.
    for row in rows.iter().filter(|row| row.what == What::Membership) {
        sides[row.b as usize] = Side::Event;
    }
    for row in rows {
        match row.what {
            What::Tie => {
                if kind.two_mode {
                    sides[row.b as usize] = Side::Node(Mode::Second);
                } else {
                    sides[row.b as usize] = Side::Node(Mode::First);
                }
            }
            What::Membership | What::Node => {}
        }
    }
    for row in rows {
        sides[row.a as usize] = Side::Node(Mode::First);
    }
    sides
}

fn build(
    definition: &NetworkDefinition,
    terms: &Numbers,
    rows: &[Row],
    facts: &[Facts],
    sides: &[Side],
    snapshot: &Snapshot,
) -> Result<Network, ProjectionError> {
    // Positions of nodes; second-side nodes that nothing is tied to any more are dropped.
    let mut position = vec![u32::MAX; terms.terms().len()];
    let mut chosen: Vec<u32> = Vec::new();
    let mut choose = |term: u32| {
        if position[term as usize] == u32::MAX {
            position[term as usize] = chosen.len() as u32;
            chosen.push(term);
        }
    };
    for row in rows {
        choose(row.a);
        if row.what == What::Tie {
            choose(row.b);
        }
    }
    let ties = ties(definition, rows, &position)?;
    let nodes: Vec<Node> = chosen
        .par_iter()
        .map(|term| {
            let at = *term as usize;
            let term = &terms.terms()[at];
            Node {
                label: label(term, snapshot),
                term: term.clone(),
                mode: match sides[at] {
                    Side::Node(mode) => mode,
                    Side::Event | Side::Nowhere => Mode::First,
                },
            }
        })
        .collect();
    let mut known: HashMap<&Term, Category> = HashMap::new();
    for attribute in Attribute::ALL {
        for term in &chosen {
            for category in &facts[*term as usize].categories[attribute as usize] {
                known
                    .entry(category)
                    .or_insert_with(|| describe(category, snapshot));
            }
        }
    }
    let attributes = Attribute::ALL.map(|attribute| {
        chosen
            .iter()
            .map(|term| {
                facts[*term as usize].categories[attribute as usize]
                    .iter()
                    .filter_map(|category| known.get(category).cloned())
                    .collect()
            })
            .collect()
    });
    let network = Network::new(definition.kind, nodes, ties, attributes);
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut sources: Vec<Vec<u32>> = vec![Vec::new(); network.len()];
    for term in &chosen {
        let graphs = &facts[*term as usize].graphs;
        let own = graphs.iter().map(|graph| {
            let next = numbers.len() as u32;
            *numbers.entry(graph.as_str()).or_insert(next)
        });
        if let Some(position) = network.position(text_of(&terms.terms()[*term as usize])) {
            sources[position as usize] = own.collect();
        }
    }
    Ok(network.in_pools(&sources))
}

/// The ties that rows state, and those of members of one event.
fn ties(
    definition: &NetworkDefinition,
    rows: &[Row],
    position: &[u32],
) -> Result<Vec<Tie>, ProjectionError> {
    let mut ties = stated(definition, rows, position);
    // Each member once an event, however many roles it has there.
    let mut memberships: Vec<(u32, u32)> = rows
        .iter()
        .filter(|row| row.what == What::Membership)
        .map(|row| (row.b, position[row.a as usize]))
        .collect();
    memberships.sort_unstable();
    memberships.dedup();
    let events: Vec<&[(u32, u32)]> = memberships.chunk_by(|a, b| a.0 == b.0).collect();
    let pairs: usize = events
        .iter()
        .map(|members| members.len() * (members.len() - 1) / 2)
        .sum();
    if pairs > MOST_PAIRS {
        return Err(ProjectionError::TooLarge { pairs });
    }
    let mut keys: Vec<u64> = Vec::with_capacity(pairs);
    for members in events {
        for (index, (_, a)) in members.iter().enumerate() {
            for (_, b) in &members[index + 1..] {
                keys.push(u64::from(*a.min(b)) << 32 | u64::from(*a.max(b)));
            }
        }
    }
    keys.par_sort_unstable();
    ties.extend(keys.chunk_by(|a, b| a == b).map(|same| Tie {
        source: (same[0] >> 32) as u32,
        target: same[0] as u32,
        weight: same.len() as f64,
    }));
    Ok(ties)
}

/// One tie for each pair of ends, from all rows that state it.
fn stated(definition: &NetworkDefinition, rows: &[Row], position: &[u32]) -> Vec<Tie> {
    let mut stated: Vec<&Row> = rows.iter().filter(|row| row.what == What::Tie).collect();
    let key = |row: &Row| {
        let (a, b) = (position[row.a as usize], position[row.b as usize]);
        if definition.kind.directed || definition.kind.two_mode || a < b {
            (a, b)
        } else {
            (b, a)
        }
    };
    stated.sort_by(|a, b| {
        key(a)
            .cmp(&key(b))
            .then(a.statement.cmp(&b.statement))
            .then(a.unit.cmp(&b.unit))
            .then_with(|| {
                let weight = |row: &Row| row.weight.unwrap_or(f64::NEG_INFINITY);
                weight(a).total_cmp(&weight(b))
            })
    });
    let has_statements = definition.has("statement");
    stated
        .chunk_by(|a, b| key(a) == key(b))
        .map(|same| {
            let (source, target) = key(same[0]);
            // Several rows of one statement (two roles, two dates) are one statement.
            let mut distinct: Vec<&Row> = same.to_vec();
            if has_statements {
                distinct.dedup_by(|next, last| {
                    next.statement.is_some()
                        && (next.statement, next.unit) == (last.statement, last.unit)
                        && next.weight == last.weight
                });
                // A bare triple repeats what a statement says in full.
                if distinct.iter().any(|row| row.statement.is_some()) {
                    distinct.retain(|row| row.statement.is_some());
                } else if !definition.has("weight") {
                    distinct.truncate(1);
                }
            }
            let weight = if definition.amounts {
                let known: Vec<&&Row> =
                    distinct.iter().filter(|row| row.weight.is_some()).collect();
                let one_unit = known.windows(2).all(|pair| pair[0].unit == pair[1].unit);
                if known.is_empty() || !one_unit {
                    f64::NAN
                } else {
                    known.iter().filter_map(|row| row.weight).sum()
                }
            } else {
                distinct.iter().map(|row| row.weight.unwrap_or(1.0)).sum()
            };
            Tie {
                source,
                target,
                weight,
            }
        })
        .collect()
}

/// The name of a term: in English, else without a language, else the first in the alphabet.
pub(crate) fn label(term: &Term, snapshot: &Snapshot) -> String {
    if term.is_literal() {
        return text_of(term).to_owned();
    }
    let mut best: Option<(usize, usize, String)> = None;
    for (order, property) in [
        iri::skos::PREF_LABEL,
        rdfs::LABEL,
        FOAF_NAME,
        SCHEMA_NAME,
        iri::provenance::TITLE,
    ]
    .into_iter()
    .enumerate()
    {
        let quads = snapshot.quads_for_pattern(Some(term.as_ref()), Some(property), None, None);
        for quad in quads {
            let Term::Literal(literal) = quad.object else {
                continue;
            };
            let language = match literal.language() {
                Some("en") => 0,
                None => 1,
                Some(_) => 2,
            };
            let found = (language, order, literal.value().to_owned());
            if best.as_ref().is_none_or(|best| found < *best) {
                best = Some(found);
            }
        }
    }
    best.map_or_else(|| super::last_part(term), |(_, _, label)| label)
}

fn describe(category: &Term, snapshot: &Snapshot) -> Category {
    let rank = snapshot
        .quads_for_pattern(Some(category.as_ref()), Some(iri::weft::RANK), None, None)
        .filter_map(|quad| text_of(&quad.object).parse().ok())
        .min();
    Category {
        label: label(category, snapshot),
        rank,
        term: category.clone(),
    }
}
