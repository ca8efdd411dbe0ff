//! Networks: what a query says about who is tied to whom, as a graph.
//!
//! A network is a SPARQL query in a file ([`NetworkDefinition`]); evaluated on one snapshot
//! within a [`Filter`] it becomes a [`Projection`], which holds the [`Network`] and the rows that
//! each tie rests on. A `Network` is always simple: no ties to itself, none twice, whatever the
//! data says; the weight of a tie tells how often, or how much, it was stated.

mod definition;
mod filter;
mod grouping;
mod projection;

pub mod export;

pub use definition::{DefinitionError, NetworkDefinition};
pub use filter::{Filter, FilterError, Period};
pub(crate) use filter::{WITHIN, folded, is_mentioned, places_named};
pub use grouping::{Attribute, Category, Grouping, Profiles, UNKNOWN};
pub(crate) use projection::label;
pub use projection::{Counts, Evidence, Projection, ProjectionError, Statement};

use oxigraph::model::Term;
use petgraph::Directed;
use petgraph::csr::Csr;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Ties in compressed sparse rows: for each node its neighbours in rising order, with weights.
pub type Rows = Csr<(), f64, Directed, u32>;

/// Which side of a two-mode network a node is on; everything is on the first in other networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// The actors.
    #[default]
    First,
    /// What they are tied to: services, innovations, sectors.
    Second,
}

/// A node and what is known of it. Attributes have as many values as the data gives them: a
/// hybrid organisation has two sectors, an umbrella two levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What the node stands for; nearly always an IRI.
    pub term: Term,
    /// Its name in English, else in any language, else the last part of its IRI.
    pub label: String,
    /// Its side, in a two-mode network.
    pub mode: Mode,
}

impl Node {
    /// A node that is known by its term only.
    pub fn new(term: impl Into<Term>) -> Self {
        let term = term.into();
        Self {
            label: last_part(&term),
            term,
            mode: Mode::First,
        }
    }

    /// The IRI; for other terms their text.
    pub fn id(&self) -> &str {
        text_of(&self.term)
    }
}

/// The IRI of a term, else its text.
pub fn text_of(term: &Term) -> &str {
    match term {
        Term::NamedNode(node) => node.as_str(),
        Term::BlankNode(node) => node.as_str(),
        Term::Literal(literal) => literal.value(),
        Term::Triple(_) => "",
    }
}

fn last_part(term: &Term) -> String {
    let text = text_of(term);
    match term {
        Term::NamedNode(_) => text
            .trim_end_matches(['/', '#'])
            .rsplit(['/', '#'])
            .next()
            .unwrap_or(text)
            .to_owned(),
        _ => text.to_owned(),
    }
}

/// A tie. In an undirected network `source` is the smaller number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// The node it comes from.
    pub source: u32,
    /// The node it goes to.
    pub target: u32,
    /// How often it was stated, or the amount; NaN where amounts count and none is known.
    pub weight: f64,
}

/// Whether the ties of a network have a direction, and whether it has two kinds of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// A tie goes from one node to another.
    pub directed: bool,
    /// Ties join nodes of the first side with nodes of the second only.
    pub two_mode: bool,
}

/// A simple graph with node attributes.
///
/// Nodes are in the order of their terms, ties in the order of their ends: the same data gives
/// the same network, whatever the order in which it came.
#[derive(Debug)]
pub struct Network {
    kind: Kind,
    nodes: Vec<Node>,
    ties: Vec<Tie>,
    /// Out-neighbours; in an undirected network all neighbours.
    rows: Rows,
    /// In-neighbours of a directed network.
    columns: Option<Rows>,
    /// Neighbours whatever the direction, of a directed network.
    both: Option<Rows>,
    groupings: [Grouping; 4],
    loops: usize,
    /// The pool of each node; empty if all are in one.
    pools: Vec<u32>,
    order: OnceLock<Vec<u32>>,
}

impl Network {
    /// Makes a network of nodes and ties between their positions. Ties to itself are left out,
    /// and repeated ones become one, whose weight is the sum of theirs.
    ///
    /// `attributes` gives, for each [`Attribute`] and each node, the categories it belongs to.
    ///
    /// # Panics
    /// If a tie names a position beyond the nodes.
    pub fn new(
        kind: Kind,
        nodes: Vec<Node>,
        ties: impl IntoIterator<Item = Tie>,
        attributes: [Vec<Vec<Category>>; 4],
    ) -> Self {
        // The canonical order: by term.
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by(|a, b| {
            let key = |i: usize| (nodes[i].mode, nodes[i].id());
            key(*a)
                .cmp(&key(*b))
                .then_with(|| nodes[*a].term.to_string().cmp(&nodes[*b].term.to_string()))
        });
        let mut position = vec![0_u32; nodes.len()];
        for (new, old) in order.iter().enumerate() {
            position[*old] = new as u32;
        }
        let mut loops = 0;
        let mut sorted: Vec<Tie> = Vec::new();
        for tie in ties {
            let (a, b) = (position[tie.source as usize], position[tie.target as usize]);
            if a == b {
                loops += 1;
                continue;
            }
            let (source, target) = if kind.directed || a < b {
                (a, b)
            } else {
                (b, a)
            };
            sorted.push(Tie {
                source,
                target,
                weight: tie.weight,
            });
        }
        // By weight too, so that sums of the same tie's weights have one order.
        sorted.sort_unstable_by(|a, b| {
            (a.source, a.target)
                .cmp(&(b.source, b.target))
                .then(a.weight.total_cmp(&b.weight))
        });
        let mut ties: Vec<Tie> = Vec::with_capacity(sorted.len());
        for tie in sorted {
            match ties.last_mut() {
                Some(last) if (last.source, last.target) == (tie.source, tie.target) => {
                    // An unknown part does not hide a known one.
                    last.weight = match (last.weight.is_nan(), tie.weight.is_nan()) {
                        (true, _) => tie.weight,
                        (false, true) => last.weight,
                        (false, false) => last.weight + tie.weight,
                    };
                }
                _ => ties.push(tie),
            }
        }
        let count = nodes.len();
        let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
        let nodes: Vec<Node> = order.iter().filter_map(|old| nodes[*old].take()).collect();
        let groupings = attributes.map(|values| Grouping::new(&values, &order));
        let forward = ties.iter().map(|tie| (tie.source, tie.target, tie.weight));
        let backward = ties.iter().map(|tie| (tie.target, tie.source, tie.weight));
        let (rows, columns, both) = if kind.directed {
            let both = compressed(count, forward.clone().chain(backward.clone()), true);
            (
                compressed(count, forward, false),
                Some(compressed(count, backward, false)),
                Some(both),
            )
        } else {
            (
                compressed(count, forward.chain(backward), false),
                None,
                None,
            )
        };
        Self {
            kind,
            nodes,
            ties,
            rows,
            columns,
            both,
            groupings,
            loops,
            pools: Vec::new(),
            order: OnceLock::new(),
        }
    }

    /// Parts the nodes into pools: two are in one if the same data set describes both, or if ties
    /// lead from one to the other, or if a chain of both does. `sources` gives the data sets of
    /// each node, in the order of [`Self::nodes`], by numbers of their own.
    ///
    /// Complexity: time O(|V| + |E|), but for the inverse Ackermann factor of union-find.
    pub(crate) fn in_pools(mut self, sources: &[Vec<u32>]) -> Self {
        let count = self.nodes.len();
        let described = sources.iter().flatten().max();
        let sets = described.map_or(0, |greatest| *greatest as usize + 1);
        let mut pools = petgraph::unionfind::UnionFind::<u32>::new(count + sets);
        for (node, own) in (0_u32..).zip(sources).take(count) {
            for source in own {
                pools.union(node, count as u32 + source);
            }
        }
        for tie in &self.ties {
            pools.union(tie.source, tie.target);
        }
        let mut labels = pools.into_labeling();
        labels.truncate(count);
        self.pools = labels;
        self
    }

    /// The pool of a node, as a number without further meaning. Nodes of different pools are of
    /// data sets that nothing joins: that they are not tied says nothing about them. A network
    /// that does not know its data sets is one pool.
    pub fn pool(&self, node: u32) -> u32 {
        self.pools.get(node as usize).copied().unwrap_or(0)
    }

    /// Whether a node has a tie, in whatever direction.
    pub fn is_tied(&self, node: u32) -> bool {
        !self.undirected().neighbors_slice(node).is_empty()
    }

    /// A network of numbered nodes, for experiments and tests: names are padded numbers, so that
    /// the order of positions is kept.
    pub fn from_edges(
        count: usize,
        directed: bool,
        edges: impl IntoIterator<Item = (u32, u32)>,
    ) -> Self {
        let kind = Kind {
            directed,
            two_mode: false,
        };
        let ties = edges.into_iter().map(|(source, target)| Tie {
            source,
            target,
            weight: 1.0,
        });
        Self::new(kind, numbered(count), ties, Default::default())
    }

    /// The same with categories of one attribute; an empty list is unknown.
    pub fn with_groups(
        count: usize,
        edges: impl IntoIterator<Item = (u32, u32)>,
        attribute: Attribute,
        groups: &[&[u32]],
    ) -> Self {
        let categories = |groups: &[u32]| groups.iter().map(|g| Category::numbered(*g)).collect();
        let mut attributes: [Vec<Vec<Category>>; 4] = Default::default();
        attributes[attribute as usize] = groups.iter().map(|groups| categories(groups)).collect();
        let ties = edges.into_iter().map(|(source, target)| Tie {
            source,
            target,
            weight: 1.0,
        });
        Self::new(Kind::default(), numbered(count), ties, attributes)
    }

    /// Whether ties have a direction.
    pub fn is_directed(&self) -> bool {
        self.kind.directed
    }

    /// Whether ties join two kinds of nodes.
    pub fn is_two_mode(&self) -> bool {
        self.kind.two_mode
    }

    /// The nodes, in the order of their terms (in a two-mode network the first side first).
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The ties, in the order of their ends.
    pub fn ties(&self) -> &[Tie] {
        &self.ties
    }

    /// Ties of a node to itself that the data had and the network leaves out.
    pub fn loops(&self) -> usize {
        self.loops
    }

    /// The nodes that a node is tied to; in a directed network those it has a tie to.
    pub fn neighbours(&self, node: u32) -> &[u32] {
        self.rows.neighbors_slice(node)
    }

    /// The weights of the ties to [`Self::neighbours`].
    pub fn weights(&self, node: u32) -> &[f64] {
        self.rows.edges_slice(node)
    }

    /// The nodes that have a tie to a node; in an undirected network all its neighbours.
    pub fn in_neighbours(&self, node: u32) -> &[u32] {
        self.columns
            .as_ref()
            .unwrap_or(&self.rows)
            .neighbors_slice(node)
    }

    /// The ties as compressed sparse rows, forwards.
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// The ties as compressed sparse rows, backwards.
    pub fn columns(&self) -> &Rows {
        self.columns.as_ref().unwrap_or(&self.rows)
    }

    /// The ties as compressed sparse rows, whatever their direction.
    pub fn undirected(&self) -> &Rows {
        self.both.as_ref().unwrap_or(&self.rows)
    }

    /// How many nodes are on the first side.
    pub fn first_side(&self) -> usize {
        self.nodes.partition_point(|node| node.mode == Mode::First)
    }

    /// The position of a node.
    pub fn position(&self, id: &str) -> Option<u32> {
        let find = |range: std::ops::Range<usize>| {
            let offset = range.start;
            self.nodes[range]
                .binary_search_by(|node| node.id().cmp(id))
                .ok()
                .map(|position| (offset + position) as u32)
        };
        let split = self.first_side();
        find(0..split).or_else(|| find(split..self.len()))
    }

    /// Who belongs to what.
    pub fn grouping(&self, attribute: Attribute) -> &Grouping {
        &self.groupings[attribute as usize]
    }

    /// How many pairs of nodes could be tied.
    pub fn possible_ties(&self) -> u64 {
        let n = self.len() as u64;
        if self.kind.two_mode {
            let first = self.first_side() as u64;
            first * (n - first)
        } else if self.kind.directed {
            n * n.saturating_sub(1)
        } else {
            n * n.saturating_sub(1) / 2
        }
    }

    /// The positions of the nodes in an order that does not depend on their names: by what is
    /// around them (colour refinement; Weisfeiler and Leman 1968), along a breadth-first walk.
    /// Where that leaves nodes alike, which then are nearly always interchangeable, the names
    /// decide.
    ///
    /// What draws random numbers or visits nodes one after the other follows this order, so that
    /// renaming nodes changes no result.
    ///
    /// Complexity: a few passes over the ties; computed once.
    pub fn canonical_order(&self) -> &[u32] {
        self.order.get_or_init(|| canonical_order(self))
    }

    /// Bytes that the network takes, roughly.
    pub fn heap_bytes(&self) -> usize {
        let strings: usize = self
            .nodes
            .iter()
            .map(|node| node.label.len() + 2 * node.id().len())
            .sum();
        strings + self.nodes.len() * 164 + self.ties.len() * 80
    }
}

fn numbered(count: usize) -> Vec<Node> {
    (0..count)
        .map(|number| {
            let name = format!("https://example.org/{number:09}");
            Node::new(oxigraph::model::NamedNode::new_unchecked(name))
        })
        .collect()
}

/// Sorted rows of arcs that may come in any order; `merge` makes one of two between the same ends.
fn compressed(count: usize, arcs: impl Iterator<Item = (u32, u32, f64)>, merge: bool) -> Rows {
    let mut arcs: Vec<(u32, u32, f64)> = arcs.collect();
    arcs.sort_unstable_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)));
    if merge {
        arcs.dedup_by(|next, last| {
            let same = (next.0, next.1) == (last.0, last.1);
            if same {
                last.2 = match (last.2.is_nan(), next.2.is_nan()) {
                    (true, _) => next.2,
                    (false, true) => last.2,
                    (false, false) => last.2 + next.2,
                };
            }
            same
        });
    }
    // Sorted and without repetition, so this does not fail.
    let mut rows = Rows::from_sorted_edges(&arcs).unwrap_or_else(|_| Rows::new());
    while rows.node_count() < count {
        rows.add_node(());
    }
    rows
}

/// Rounds of colour refinement: enough to tell nodes apart by their surroundings at this distance.
const ROUNDS: usize = 8;

fn canonical_order(network: &Network) -> Vec<u32> {
    let count = network.len() as u32;
    let mix = |a: u64, b: u64| {
        let mut z = (a ^ b.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^ (z >> 29)
    };
    let mut colours: Vec<u64> = (0..count)
        .map(|node| {
            let mode = u64::from(network.nodes[node as usize].mode == Mode::Second);
            let mut colour = mix(mode, network.neighbours(node).len() as u64);
            colour = mix(colour, network.in_neighbours(node).len() as u64);
            for grouping in &network.groupings {
                colour = mix(colour, 0x5eed);
                for category in grouping.of(node) {
                    colour = mix(colour, u64::from(*category) + 1);
                }
            }
            colour
        })
        .collect();
    let distinct = |colours: &[u64]| {
        let mut sorted = colours.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        sorted.len()
    };
    let mut kinds = distinct(&colours);
    for _ in 0..ROUNDS {
        let next: Vec<u64> = (0..count)
            .map(|node| {
                // A sum does not depend on the order of the neighbours.
                let around = |neighbours: &[u32], salt: u64| {
                    neighbours.iter().fold(0_u64, |sum, neighbour| {
                        sum.wrapping_add(mix(colours[*neighbour as usize], salt))
                    })
                };
                let out = around(network.neighbours(node), 1);
                let into = around(network.in_neighbours(node), 2);
                mix(mix(colours[node as usize], out), into)
            })
            .collect();
        colours = next;
        let now = distinct(&colours);
        if now == kinds {
            break;
        }
        kinds = now;
    }
    let mut order: Vec<u32> = (0..count).collect();
    // Positions follow the names, and the sort is stable.
    order.sort_by_key(|node| colours[*node as usize]);
    walk(network, &order)
}

/// The nodes in the order of a breadth-first walk that follows an order by surroundings.
///
/// That order alone is not enough: it lets names decide between nodes that are alike, and of
/// several like pairs of nodes it may take the first ends in one order and the second ends in
/// another, so that a renaming changes which places are tied. On a walk, the second ends come in
/// the order of the first.
fn walk(network: &Network, order: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0_u32; network.len()];
    for (node, rank) in order.iter().zip(0..) {
        ranks[*node as usize] = rank;
    }
    let mut is_seen = vec![false; network.len()];
    let mut walked: Vec<u32> = Vec::with_capacity(network.len());
    for start in order {
        if std::mem::replace(&mut is_seen[*start as usize], true) {
            continue;
        }
        let mut next = walked.len();
        walked.push(*start);
        while let Some(node) = walked.get(next).copied() {
            next += 1;
            let found = walked.len();
            for neighbour in network.undirected().neighbors_slice(node) {
                if !std::mem::replace(&mut is_seen[*neighbour as usize], true) {
                    walked.push(*neighbour);
                }
            }
            walked[found..].sort_unstable_by_key(|node| ranks[*node as usize]);
        }
    }
    walked
}

/// Numbers for terms, given in the order in which they are first seen.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    terms: Vec<Term>,
    positions: HashMap<Term, u32, foldhash::fast::RandomState>,
}

impl Numbers {
    pub(crate) fn of(&mut self, term: &Term) -> u32 {
        if let Some(position) = self.positions.get(term) {
            return *position;
        }
        let position = self.terms.len() as u32;
        self.terms.push(term.clone());
        self.positions.insert(term.clone(), position);
        position
    }

    pub(crate) fn find(&self, term: &Term) -> Option<u32> {
        self.positions.get(term).copied()
    }

    pub(crate) fn terms(&self) -> &[Term] {
        &self.terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::model::NamedNode;

    fn node(name: &str) -> Node {
        Node::new(NamedNode::new_unchecked(format!("http://x/{name}")))
    }

    fn tie(source: u32, target: u32, weight: f64) -> Tie {
        Tie {
            source,
            target,
            weight,
        }
    }

    #[test]
    fn a_network_is_simple_whatever_it_is_made_of() {
        let ties = [
            tie(1, 0, 1.0),
            tie(0, 1, 1.0),
            tie(2, 2, 1.0),
            tie(0, 1, 3.0),
        ];
        let nodes = vec![node("c"), node("a"), node("b")];
        let network = Network::new(Kind::default(), nodes, ties, Default::default());
        assert_eq!(network.ties(), [tie(0, 2, 5.0)]);
        assert_eq!(network.loops(), 1);
        assert_eq!(network.neighbours(2), [0]);
        assert_eq!(network.position("http://x/c"), Some(2));
    }

    #[test]
    fn a_directed_network_knows_both_ends() {
        let directed = Kind {
            directed: true,
            two_mode: false,
        };
        let ties = [tie(0, 1, 1.0), tie(1, 0, 1.0), tie(0, 2, f64::NAN)];
        let nodes = vec![node("a"), node("b"), node("c")];
        let network = Network::new(directed, nodes, ties, Default::default());
        assert_eq!(network.neighbours(0), [1, 2]);
        assert_eq!(network.in_neighbours(0), [1]);
        assert_eq!(network.undirected().neighbors_slice(0), [1, 2]);
        assert_eq!(network.undirected().edges_slice(0)[0], 2.0);
        assert!(network.weights(0)[1].is_nan());
    }

    #[test]
    fn nodes_without_ties_are_there() {
        let network = Network::from_edges(4, false, [(1, 2)]);
        assert_eq!(network.len(), 4);
        assert!(network.neighbours(3).is_empty());
    }
}
