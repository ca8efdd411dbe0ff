//! What integration depends on: who carries the joins between sectors, whose loss would break
//! them, and whether local services hang on an unbroken chain of levels.
//!
//! All of it is for one-mode networks of actors, and whatever direction the ties have is ignored:
//! two actors that are tied both ways share one tie. Categories are named by their numbers in
//! [`Grouping::categories`](crate::network::Grouping::categories), nodes by their positions.

use super::exact::ExactSum;
use super::ladders::Figure;
use super::{Cancelled, Score, Task, Undefined};
use crate::network::{Attribute, Grouping, Network, Rows};
use oxigraph::model::Term;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Who carries the join between two categories, and what is left without its strongest actor.
#[derive(Clone, Debug, PartialEq)]
pub struct PairDependence {
    /// The number of one category.
    pub first: u32,
    /// The number of the other, which is greater.
    pub second: u32,
    /// Crossing ties: one end is in the one category and the other end in the other. A tie
    /// between hybrids that crosses both ways counts once.
    pub ties: usize,
    /// The same ties by membership: an end in k categories is in each with 1/k, so a tie between
    /// actors of one category each gives 1. The weights of ties are not looked at.
    pub weight: f64,
    /// Ties that may cross but cannot be judged, because the category of an end is unknown.
    pub unknown_ties: usize,
    /// Actors that are an end of a crossing tie, or a hybrid.
    pub actors: usize,
    /// Hybrids: actors that are in both categories and so join them by themselves.
    pub hybrids: usize,
    /// The actor that touches most crossing ties, if anything joins the two. Among equals a
    /// hybrid, then the one without which fewest actors are left, then the first by position: so
    /// the names of nodes decide only which of complete equals is named.
    pub top: Option<u32>,
    /// Crossing ties that touch the top actor.
    pub top_ties: usize,
    /// The same as a share of the crossing ties, from 0 to 1; undefined without any.
    pub top_share: Score,
    /// Concentration of the crossing ties on actors: the sum of the squares of the actors'
    /// shares, where each tie gives one half to each of its ends. From 1/a, if each of the a ends
    /// touches equally many, to 1/4 + 1/(4 · ties), if one actor touches all: 1/2 for a single
    /// tie, close to 1/4 for many. Undefined without a crossing tie.
    pub herfindahl: Score,
    /// Crossing ties that are left without the top actor.
    pub ties_without_top: usize,
    /// Actors that still are an end of a crossing tie, or a hybrid, without the top actor.
    pub actors_without_top: usize,
    /// Hybrids that are left without the top actor.
    pub hybrids_without_top: usize,
    /// Nothing joins the two without the top actor. If it is false, no other single actor cuts
    /// the two apart either.
    pub is_cut: bool,
}

/// What joins two categories: a crossing tie, or a hybrid, whose two ends are the same.
struct Carrier {
    pair: (u32, u32),
    a: u32,
    b: u32,
    weight: f64,
}

impl Carrier {
    fn is_hybrid(&self) -> bool {
        self.a == self.b
    }
}

/// All carriers, pair by pair, each once.
fn carriers(network: &Network, attribute: Attribute) -> Vec<Carrier> {
    let grouping = network.grouping(attribute);
    let rows = network.undirected();
    let mut carriers = Vec::new();
    let mut crossed = Vec::new();
    for a in 0..network.len() as u32 {
        let own = grouping.of(a);
        for (place, first) in own.iter().enumerate() {
            carriers.extend(own[place + 1..].iter().map(|second| Carrier {
                pair: (*first, *second),
                a,
                b: a,
                weight: 0.0,
            }));
        }
        for b in rows.neighbors_slice(a).iter().copied().filter(|b| *b > a) {
            let other = grouping.of(b);
            crossed.clear();
            for r in own {
                let others = other.iter().filter(|s| *s != r);
                crossed.extend(others.map(|s| (*r.min(s), *r.max(s))));
            }
            crossed.sort_unstable();
            let memberships = (own.len() * other.len()) as f64;
            carriers.extend(crossed.chunk_by(|x, y| x == y).map(|ways| Carrier {
                pair: ways[0],
                a,
                b,
                weight: ways.len() as f64 / memberships,
            }));
        }
    }
    carriers.sort_unstable_by_key(|carrier| (carrier.pair, carrier.a, carrier.b));
    carriers
}

/// For each unordered pair of categories that occur, who carries it.
///
/// Pairs that nothing joins are listed too, with zeros: they are the missing ones. In the order of
/// the categories. Isolated actors matter only if they are hybrids; actors of no known category
/// carry nothing (see [`PairDependence::unknown_ties`]).
///
/// # Complexity
/// Time **O(c log c + K²)** for c carriers (ties times the pairs they cross) and K categories,
/// space **O(c + K²)**: meant for code lists such as sectors and levels.
pub fn bridge_dependence(network: &Network, attribute: Attribute) -> Vec<PairDependence> {
    let count = network.grouping(attribute).categories().len() as u32;
    let carriers = carriers(network, attribute);
    let unknown = UnknownTies::of(network, attribute);
    let mut rest = carriers.as_slice();
    let mut pairs = Vec::new();
    for first in 0..count {
        for second in first + 1..count {
            let pair = (first, second);
            let split = rest.partition_point(|carrier| carrier.pair <= pair);
            let (own, others) = rest.split_at(split);
            rest = others;
            pairs.push(PairDependence {
                unknown_ties: unknown.of_pair(pair),
                ..dependence(pair, own)
            });
        }
    }
    pairs
}

fn dependence((first, second): (u32, u32), carriers: &[Carrier]) -> PairDependence {
    let mut actors: Vec<u32> = carriers.iter().flat_map(|c| [c.a, c.b]).collect();
    actors.sort_unstable();
    actors.dedup();
    // Found, for the list was made of these.
    let slot = |actor: u32| actors.binary_search(&actor).unwrap_or_default();
    let mut touched = vec![0_usize; actors.len()];
    let mut is_hybrid = vec![false; actors.len()];
    let mut weight = ExactSum::default();
    for carrier in carriers {
        if carrier.is_hybrid() {
            is_hybrid[slot(carrier.a)] = true;
        } else {
            touched[slot(carrier.a)] += 1;
            touched[slot(carrier.b)] += 1;
            weight.add(carrier.weight);
        }
    }
    // Actors that carry nothing without the one they lean on.
    let mut leaning = vec![0_usize; actors.len()];
    for carrier in carriers.iter().filter(|carrier| !carrier.is_hybrid()) {
        let (a, b) = (slot(carrier.a), slot(carrier.b));
        leaning[b] += usize::from(touched[a] == 1 && !is_hybrid[a]);
        leaning[a] += usize::from(touched[b] == 1 && !is_hybrid[b]);
    }
    let hybrids = is_hybrid.iter().filter(|is| **is).count();
    let ties = carriers.len() - hybrids;
    let squares: u128 = touched.iter().map(|ties| (*ties as u128).pow(2)).sum();
    let mut found = PairDependence {
        first,
        second,
        ties,
        weight: weight.value(),
        unknown_ties: 0,
        actors: actors.len(),
        hybrids,
        top: None,
        top_ties: 0,
        top_share: Score::Undefined(Undefined::NotJoined),
        herfindahl: Score::share(
            squares as f64,
            4.0 * (ties as f64) * (ties as f64),
            Undefined::NotJoined,
        ),
        ties_without_top: ties,
        actors_without_top: actors.len(),
        hybrids_without_top: hybrids,
        is_cut: false,
    };
    let top =
        (0..actors.len()).max_by_key(|i| (touched[*i], is_hybrid[*i], leaning[*i], Reverse(*i)));
    if let Some(top) = top {
        found.top = Some(actors[top]);
        found.top_ties = touched[top];
        found.top_share = Score::share(touched[top] as f64, ties as f64, Undefined::NotJoined);
        found.ties_without_top = ties - touched[top];
        found.actors_without_top = actors.len() - 1 - leaning[top];
        found.hybrids_without_top = hybrids - usize::from(is_hybrid[top]);
        found.is_cut = found.ties_without_top == 0 && found.hybrids_without_top == 0;
    }
    found
}

/// Ties with an end of unknown category, by what is known of the other end.
#[derive(Default)]
struct UnknownTies {
    /// Both ends are unknown: may cross any pair.
    open: usize,
    /// The known end is in the category.
    at: BTreeMap<u32, usize>,
    /// The known end is in both categories.
    at_both: BTreeMap<(u32, u32), usize>,
}

impl UnknownTies {
    fn of(network: &Network, attribute: Attribute) -> Self {
        let grouping = network.grouping(attribute);
        let rows = network.undirected();
        let mut unknown = Self::default();
        for a in 0..network.len() as u32 {
            for b in rows.neighbors_slice(a).iter().copied().filter(|b| *b > a) {
                let known = match (grouping.of(a), grouping.of(b)) {
                    ([], []) => {
                        unknown.open += 1;
                        continue;
                    }
                    ([], known) | (known, []) => known,
                    _ => continue,
                };
                for (place, first) in known.iter().enumerate() {
                    *unknown.at.entry(*first).or_default() += 1;
                    for second in &known[place + 1..] {
                        *unknown.at_both.entry((*first, *second)).or_default() += 1;
                    }
                }
            }
        }
        unknown
    }

    fn of_pair(&self, pair: (u32, u32)) -> usize {
        let at = |category| self.at.get(&category).copied().unwrap_or(0);
        let both = self.at_both.get(&pair).copied().unwrap_or(0);
        self.open + at(pair.0) + at(pair.1) - both
    }
}

/// The most actors that [`key_actors`] ranks.
pub const MOST_KEY_ACTORS: usize = 5;

/// An actor whose removal cuts pairs of categories apart, after those ranked before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyActor {
    /// The position of the actor.
    pub node: u32,
    /// Pairs of categories that something still joins before this step.
    pub carried_before: usize,
    /// The pairs among them that nothing joins any more once this actor is gone too, in the
    /// order of the categories.
    pub cut: Vec<(u32, u32)>,
    /// How many these are.
    pub pairs_cut: usize,
    /// Pairs cut by this actor and those before it together.
    pub pairs_cut_so_far: usize,
    /// Crossing ties lost with this actor and those before it together; a tie that crosses
    /// several pairs counts once.
    pub ties_lost_so_far: usize,
}

/// The actors whose removal cuts most pairs of categories apart: a greedy ranking of up to `k`
/// actors, at most [`MOST_KEY_ACTORS`].
///
/// Each step takes the actor without which, the ones before it being gone, most pairs have
/// neither a crossing tie between those that are left nor a hybrid left. Among equals the one with
/// more crossing ties that are left, then the one that joins more pairs by itself, then the first
/// by position. An actor may be named that cuts no further pair, if none does; the list ends early
/// when nothing crosses any more. Being greedy, it need not find the best set of k actors.
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(c log c + k c)**, space **O(c)** for c carriers (ties times the pairs they cross).
pub fn key_actors(
    network: &Network,
    attribute: Attribute,
    k: usize,
    task: &Task,
) -> Result<Vec<KeyActor>, Cancelled> {
    let k = k.min(MOST_KEY_ACTORS);
    task.begin("key actors", k);
    task.check()?;
    let mut joins = Joins::new(network.len(), &carriers(network, attribute));
    task.check()?;
    let mut ranked = Vec::with_capacity(k);
    let (mut pairs_cut_so_far, mut ties_lost_so_far) = (0, 0);
    for _ in 0..k {
        let Some(node) = joins.best() else { break };
        let carried_before = joins.left.iter().filter(|left| **left > 0).count();
        let cut = joins.cut_by(node);
        pairs_cut_so_far += cut.len();
        ties_lost_so_far += joins.remove(node);
        ranked.push(KeyActor {
            node,
            carried_before,
            pairs_cut: cut.len(),
            cut,
            pairs_cut_so_far,
            ties_lost_so_far,
        });
        task.advance()?;
    }
    Ok(ranked)
}

/// The carriers of each pair that are left, and how many of them each actor takes part in.
struct Joins {
    pairs: Vec<(u32, u32)>,
    /// Carriers left, by pair.
    left: Vec<usize>,
    /// By actor, then pair: where its rows begin in `own`, and its carriers in `ends`.
    own_offsets: Vec<usize>,
    own: Vec<Own>,
    end_offsets: Vec<usize>,
    ends: Vec<End>,
    /// Crossing ties left, by actor; each once, whatever it crosses.
    crossing: Vec<usize>,
    removed: Vec<bool>,
}

/// An actor's part in a pair.
struct Own {
    pair: u32,
    left: usize,
    is_hybrid: bool,
}

/// A carrier as seen from an actor; a hybrid is its own other end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    actor: u32,
    pair: u32,
    other: u32,
}

impl Joins {
    fn new(actors: usize, carriers: &[Carrier]) -> Self {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut left: Vec<usize> = Vec::new();
        let mut ends = Vec::with_capacity(2 * carriers.len());
        for same in carriers.chunk_by(|x, y| x.pair == y.pair) {
            let pair = pairs.len() as u32;
            pairs.push(same[0].pair);
            left.push(same.len());
            for Carrier { a, b, .. } in same {
                ends.push(End {
                    actor: *a,
                    pair,
                    other: *b,
                });
                if a != b {
                    ends.push(End {
                        actor: *b,
                        pair,
                        other: *a,
                    });
                }
            }
        }
        ends.sort_unstable();
        let mut own = Vec::new();
        let mut own_offsets = vec![0; actors + 1];
        let mut end_offsets = vec![0; actors + 1];
        for same in ends.chunk_by(|x, y| (x.actor, x.pair) == (y.actor, y.pair)) {
            own.push(Own {
                pair: same[0].pair,
                left: same.len(),
                is_hybrid: same.iter().any(|end| end.other == end.actor),
            });
            own_offsets[same[0].actor as usize + 1] += 1;
            end_offsets[same[0].actor as usize + 1] += same.len();
        }
        for offsets in [&mut own_offsets, &mut end_offsets] {
            for at in 1..offsets.len() {
                offsets[at] += offsets[at - 1];
            }
        }
        let mut joins = Self {
            pairs,
            left,
            own_offsets,
            own,
            end_offsets,
            ends,
            crossing: Vec::new(),
            removed: vec![false; actors],
        };
        joins.crossing = (0..actors as u32)
            .map(|actor| joins.others(actor).len())
            .collect();
        joins
    }

    fn own(&self, actor: u32) -> &[Own] {
        let actor = actor as usize;
        &self.own[self.own_offsets[actor]..self.own_offsets[actor + 1]]
    }

    fn ends(&self, actor: u32) -> std::ops::Range<usize> {
        let actor = actor as usize;
        self.end_offsets[actor]..self.end_offsets[actor + 1]
    }

    /// The actors at the other ends of an actor's crossing ties that are left.
    fn others(&self, actor: u32) -> Vec<u32> {
        let mut others: Vec<u32> = self.ends[self.ends(actor)]
            .iter()
            .map(|end| end.other)
            .filter(|other| *other != actor && !self.removed[*other as usize])
            .collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    fn is_cut(&self, own: &Own) -> bool {
        own.left > 0 && own.left == self.left[own.pair as usize]
    }

    fn cut_by(&self, actor: u32) -> Vec<(u32, u32)> {
        self.own(actor)
            .iter()
            .filter(|own| self.is_cut(own))
            .map(|own| self.pairs[own.pair as usize])
            .collect()
    }

    fn best(&self) -> Option<u32> {
        (0..self.removed.len() as u32)
            .filter(|actor| {
                let own = self.own(*actor);
                !self.removed[*actor as usize] && own.iter().any(|own| own.left > 0)
            })
            .max_by_key(|actor| {
                let own = self.own(*actor);
                let cut = own.iter().filter(|own| self.is_cut(own)).count();
                let hybrid = own.iter().filter(|own| own.is_hybrid).count();
                (cut, self.crossing[*actor as usize], hybrid, Reverse(*actor))
            })
    }

    /// Takes an actor out; answers how many crossing ties go with it.
    fn remove(&mut self, actor: u32) -> usize {
        let others = self.others(actor);
        for at in self.ends(actor) {
            let End { pair, other, .. } = self.ends[at];
            if self.removed[other as usize] {
                continue;
            }
            self.left[pair as usize] -= 1;
            for end in [actor, other] {
                let from = self.own_offsets[end as usize];
                if let Ok(place) = self.own(end).binary_search_by_key(&pair, |own| own.pair) {
                    self.own[from + place].left -= 1;
                }
                if actor == other {
                    break;
                }
            }
        }
        for other in &others {
            self.crossing[*other as usize] -= 1;
        }
        self.crossing[actor as usize] = 0;
        self.removed[actor as usize] = true;
        others.len()
    }
}

/// A node whose removal leaves the network in pieces, after those ranked before it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPlayer {
    /// The position of the node.
    pub node: u32,
    /// Fragmentation before this step.
    pub before: Score,
    /// Fragmentation of what is left without this node and those before it, from 0 (connected) to
    /// 1 (no ties): pairs of nodes left that cannot reach each other, of all pairs left.
    pub fragmentation: Figure,
    /// Components that are left.
    pub components: usize,
}

/// The nodes whose removal fragments the network most (KP-NEG): a greedy ranking of up to `k`.
///
/// Fragmentation is F = 1 - Σ s (s - 1) / (n (n - 1)) over the components of s nodes of what is
/// left, n nodes. Each step takes the node without which F is greatest; among equals the one with
/// more ties left, then the first by position. All nodes are considered, in networks of any size:
/// one depth-first search tells for each node the sizes of the pieces that it holds together
/// (Hopcroft and Tarjan 1973, <https://doi.org/10.1145/362248.362272>). The list ends early when no
/// tie is left or fewer than two nodes would be, so it is empty for networks without ties. Being
/// greedy, it need not find the best set of k nodes.
///
/// Source: Borgatti 2006, <https://doi.org/10.1007/s10588-006-7084-x>.
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(k (|V| + |E|))**, space **O(|V|)**.
pub fn key_players(network: &Network, k: usize, task: &Task) -> Result<Vec<KeyPlayer>, Cancelled> {
    let rows = network.undirected();
    let mut removed = vec![false; network.len()];
    let mut ranked = Vec::new();
    task.begin("key players", k.min(network.len()));
    for _ in 0..k {
        let nodes = network.len() - ranked.len();
        let pieces = Pieces::of(rows, &removed);
        if nodes < 3 || pieces.joined == 0 {
            break;
        }
        let best = (0..network.len() as u32)
            .filter(|node| !removed[*node as usize])
            .min_by_key(|node| {
                let neighbours = rows.neighbors_slice(*node).iter();
                let ties = neighbours
                    .filter(|other| !removed[**other as usize])
                    .count();
                (pieces.joined_without(*node), Reverse(ties), *node)
            });
        let Some(node) = best else { break };
        removed[node as usize] = true;
        ranked.push(KeyPlayer {
            node,
            before: fragmentation(nodes, pieces.joined).value,
            fragmentation: fragmentation(nodes - 1, pieces.joined_without(node)),
            components: pieces.components_without(node),
        });
        task.advance()?;
    }
    Ok(ranked)
}

/// `joined` counts ordered pairs.
fn fragmentation(nodes: usize, joined: u64) -> Figure {
    let nodes = nodes as u64;
    let pairs = nodes * nodes.saturating_sub(1);
    Figure::of(
        ((pairs - joined) / 2) as f64,
        (pairs / 2) as f64,
        0.0,
        Undefined::FewNodes,
    )
}

/// What each node holds together.
struct Pieces {
    /// Ordered pairs of nodes that reach each other.
    joined: u64,
    components: usize,
    /// By node: the size of its component.
    component: Vec<u32>,
    /// By node: how many pieces of its component, apart from the one that the search came from,
    /// fall off without it; their nodes; the ordered pairs within them.
    parts: Vec<u32>,
    cut_off: Vec<u32>,
    joined_off: Vec<u64>,
}

impl Pieces {
    fn of(rows: &Rows, removed: &[bool]) -> Self {
        let count = removed.len();
        let mut pieces = Self {
            joined: 0,
            components: 0,
            component: vec![0; count],
            parts: vec![0; count],
            cut_off: vec![0; count],
            joined_off: vec![0; count],
        };
        // When a node was seen, from 1; the earliest node that its subtree is tied to; the size
        // of its subtree.
        let mut seen = vec![0_u32; count];
        let mut low = vec![0_u32; count];
        let mut size = vec![1_u32; count];
        let mut order: Vec<u32> = Vec::with_capacity(count);
        let mut path: Vec<(u32, usize)> = Vec::new();
        for root in 0..count as u32 {
            if removed[root as usize] || seen[root as usize] > 0 {
                continue;
            }
            let start = order.len();
            let mut found = Some(root);
            loop {
                if let Some(node) = found.take() {
                    order.push(node);
                    seen[node as usize] = order.len() as u32;
                    low[node as usize] = order.len() as u32;
                    path.push((node, 0));
                }
                let Some((node, next)) = path.last_mut() else {
                    break;
                };
                let at = *node as usize;
                if let Some(other) = rows.neighbors_slice(*node).get(*next).copied() {
                    *next += 1;
                    let to = other as usize;
                    if removed[to] {
                        continue;
                    }
                    if seen[to] == 0 {
                        found = Some(other);
                    } else {
                        low[at] = low[at].min(seen[to]);
                    }
                    continue;
                }
                path.pop();
                if let Some((parent, _)) = path.last() {
                    let up = *parent as usize;
                    size[up] += size[at];
                    low[up] = low[up].min(low[at]);
                    if low[at] >= seen[up] {
                        pieces.parts[up] += 1;
                        pieces.cut_off[up] += size[at];
                        pieces.joined_off[up] += joined(size[at]);
                    }
                }
            }
            let whole = (order.len() - start) as u32;
            for node in &order[start..] {
                pieces.component[*node as usize] = whole;
            }
            pieces.joined += joined(whole);
            pieces.components += 1;
        }
        pieces
    }

    /// The nodes of the component that stay with the part that the search came from.
    fn rest(&self, node: usize) -> u32 {
        self.component[node] - 1 - self.cut_off[node]
    }

    fn joined_without(&self, node: u32) -> u64 {
        let node = node as usize;
        self.joined - joined(self.component[node]) + self.joined_off[node] + joined(self.rest(node))
    }

    fn components_without(&self, node: u32) -> usize {
        let node = node as usize;
        self.components - 1 + self.parts[node] as usize + usize::from(self.rest(node) > 0)
    }
}

/// Ordered pairs of so many nodes.
fn joined(nodes: u32) -> u64 {
    let nodes = u64::from(nodes);
    nodes * nodes.saturating_sub(1)
}

/// A rung of the chain of levels of responsibility, by the rank of the governance level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// Rank 0.
    Local,
    /// Rank 1; never demanded.
    Intermediate,
    /// Rank 2.
    Regional,
    /// Rank 3.
    National,
    /// Rank 4; never demanded.
    Eu,
}

impl Rung {
    /// All rungs, from below.
    pub const ALL: [Self; 5] = [
        Self::Local,
        Self::Intermediate,
        Self::Regional,
        Self::National,
        Self::Eu,
    ];

    /// The rungs that an unbroken chain has.
    pub const DEMANDED: [Self; 3] = [Self::Local, Self::Regional, Self::National];

    /// The rank of the level.
    pub fn rank(self) -> i64 {
        self as i64
    }

    /// The notation of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Intermediate => "intermediate",
            Self::Regional => "regional",
            Self::National => "national",
            Self::Eu => "eu",
        }
    }

    fn of(rank: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.rank() == rank)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A service or innovation with those who take part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingActors {
    /// The service or innovation.
    pub thing: Term,
    /// The positions of the participating actors in the network.
    pub actors: Vec<u32>,
    /// The ranks of the levels that are recorded of the service or innovation itself.
    pub own_levels: Vec<i64>,
}

/// How far up the levels a local service or innovation is linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The service or innovation.
    pub thing: Term,
    /// The rungs that its best chain passes, from below.
    pub reached: Vec<Rung>,
    /// The demanded rungs that its best chain lacks, from below.
    pub missing: Vec<Rung>,
    /// No demanded rung is missing.
    pub is_unbroken: bool,
    /// An unbroken chain goes on to the EU level.
    pub reaches_eu: bool,
    /// The best chain: positions of tied actors, from below. One actor alone if it is on all
    /// rungs reached.
    pub nodes: Vec<u32>,
}

/// The chains of all local services and innovations.
#[derive(Clone, Debug, PartialEq)]
pub struct Chains {
    /// One for each local service or innovation that could be judged, in the order given.
    pub chains: Vec<Chain>,
    /// Share of them with an unbroken chain, from 0 to 1; those of [`Self::unknown`] are its
    /// unknown.
    pub unbroken: Figure,
    /// Mean number of demanded rungs that are missing, from 0 to 3, with the same unknown.
    pub missing_rungs: Figure,
    /// How many have an unbroken chain that goes on to the EU level.
    pub reaching_eu: usize,
    /// Those that could not be judged, because no participant has a known level; if a level of
    /// their own is recorded, it is local.
    pub unknown: Vec<Term>,
    /// How many are left out, because nothing known of them is local.
    pub not_local: usize,
}

/// Whether local services and innovations hang on an unbroken chain local, regional, national.
///
/// A service or innovation is local if its own level or that of a participant is local. Its chain
/// starts at a local participant and goes from actor to actor over ties with a participant at one
/// end at least: it may lead out to a direct neighbour and back, but no farther. Each actor stands
/// on one of its levels, never below the one before; one with several levels may also stand on
/// several of them in turn, so it joins them by itself, and it may come twice. Actors without a
/// known level are on no chain. An intermediate or EU level is passed where there is one but not
/// demanded. Where a service is local by its own level only, its chain starts at any participant,
/// and the local rung is missing.
///
/// The best chain has most of the demanded rungs; then the regional one rather than the national
/// one, then the EU; then fewest ties, then an intermediate rung. Positions decide only which of
/// equal chains is shown.
///
/// Idea: subsidiarity; the chain is ours.
///
/// # Complexity
/// Time **O(Σ d)** for each thing, over the ties of its participants and of their neighbours on a
/// known level, times the few ways (levels and rungs passed) in which an actor can be reached. A
/// neighbour's ties are looked at only if they are fewer than the participants times 16.
pub fn vertical_chains(network: &Network, things: &[ThingActors]) -> Chains {
    let mut search = Search::new(network);
    let mut chains = Vec::new();
    let mut unknown = Vec::new();
    let mut not_local = 0;
    for ThingActors {
        thing,
        actors,
        own_levels,
    } in things
    {
        let mut actors: Vec<u32> = actors
            .iter()
            .copied()
            .filter(|actor| (*actor as usize) < network.len())
            .collect();
        actors.sort_unstable();
        actors.dedup();
        let is_local = own_levels.contains(&Rung::Local.rank());
        let local: Vec<u32> = actors
            .iter()
            .copied()
            .filter(|actor| search.is_local(*actor))
            .collect();
        let is_known = actors.iter().any(|actor| search.is_known(*actor));
        if !is_known && (is_local || own_levels.is_empty()) {
            unknown.push(thing.clone());
        } else if !is_local && local.is_empty() {
            not_local += 1;
        } else {
            let (rungs, nodes) = if local.is_empty() {
                search.best_chain(&actors, &actors, 0)
            } else {
                search.best_chain(&local, &actors, Rung::Local.rank())
            };
            let has = |rung: &Rung| rungs & rung.bit() != 0;
            let missing: Vec<Rung> = Rung::DEMANDED.into_iter().filter(|r| !has(r)).collect();
            chains.push(Chain {
                thing: thing.clone(),
                reached: Rung::ALL.into_iter().filter(has).collect(),
                is_unbroken: missing.is_empty(),
                reaches_eu: missing.is_empty() && has(&Rung::Eu),
                missing,
                nodes,
            });
        }
    }
    let judged = chains.len();
    let unbroken = chains.iter().filter(|chain| chain.is_unbroken).count();
    let missing = chains.iter().map(|chain| chain.missing.len()).sum();
    let otherwise = if unknown.is_empty() {
        Undefined::FewNodes
    } else {
        Undefined::UnknownCategory
    };
    Chains {
        unbroken: Figure::counted(unbroken, judged, unknown.len(), otherwise),
        missing_rungs: Figure::counted(missing, judged, unknown.len(), otherwise),
        reaching_eu: chains.iter().filter(|chain| chain.reaches_eu).count(),
        chains,
        unknown,
        not_local,
    }
}

/// An actor as reached by one chain.
#[derive(Clone, Copy)]
struct Reached {
    node: u32,
    /// The rank it stands on.
    rank: i64,
    /// The rungs passed so far, as bits.
    rungs: u8,
    /// Ties from the start.
    ties: usize,
    /// The entry of the actor before it.
    from: Option<usize>,
}

impl Reached {
    /// What makes one chain better than another.
    fn merit(&self) -> impl Ord + use<> {
        let has = |rung: Rung| self.rungs & rung.bit() != 0;
        (
            Rung::DEMANDED.into_iter().filter(|rung| has(*rung)).count(),
            has(Rung::Regional),
            has(Rung::Eu),
            Reverse(self.ties),
            has(Rung::Intermediate),
        )
    }
}

/// A breadth-first search over actors, the levels they stand on and the rungs passed.
struct Search<'a> {
    rows: &'a Rows,
    grouping: &'a Grouping,
    /// By category: its rank, and the number of that rank.
    ranks: Vec<Option<(i64, usize)>>,
    rank_count: usize,
    is_participant: Vec<bool>,
    /// By actor: its place in `visited`, once reached.
    slots: Vec<usize>,
    /// By place and number of rank: the sets of rungs it was reached with, each as one bit.
    visited: Vec<u32>,
    reached: Vec<Reached>,
}

const NO_SLOT: usize = usize::MAX;

impl<'a> Search<'a> {
    fn new(network: &'a Network) -> Self {
        let grouping = network.grouping(Attribute::Level);
        // What has no rank, or one below the local level, is on no rung.
        let rank = |category: &crate::network::Category| category.rank.filter(|rank| *rank >= 0);
        let mut values: Vec<i64> = grouping.categories().iter().filter_map(rank).collect();
        values.sort_unstable();
        values.dedup();
        let numbered = |rank: i64| Some((rank, values.binary_search(&rank).ok()?));
        Self {
            rows: network.undirected(),
            grouping,
            ranks: grouping
                .categories()
                .iter()
                .map(|category| rank(category).and_then(numbered))
                .collect(),
            rank_count: values.len(),
            is_participant: vec![false; network.len()],
            slots: vec![NO_SLOT; network.len()],
            visited: Vec::new(),
            reached: Vec::new(),
        }
    }

    fn levels(&self, node: u32) -> impl Iterator<Item = i64> {
        self.grouping
            .of(node)
            .iter()
            .filter_map(|category| Some(self.ranks[*category as usize]?.0))
    }

    fn is_known(&self, node: u32) -> bool {
        self.levels(node).next().is_some()
    }

    fn is_local(&self, node: u32) -> bool {
        self.levels(node).any(|rank| rank == Rung::Local.rank())
    }

    /// The rungs of the best chain from one of `starts`, on the rank `lowest` or above, and its
    /// nodes. `actors` are the participants, in rising order.
    fn best_chain(&mut self, starts: &[u32], actors: &[u32], lowest: i64) -> (u8, Vec<u32>) {
        for actor in actors {
            self.is_participant[*actor as usize] = true;
        }
        for start in starts {
            self.arrive(*start, lowest, 0, None);
        }
        let rows = self.rows;
        let mut next = 0;
        while let Some(Reached {
            node, rank, rungs, ..
        }) = self.reached.get(next).copied()
        {
            let neighbours = rows.neighbors_slice(node);
            if self.is_participant[node as usize] {
                for other in neighbours {
                    self.arrive(*other, rank, rungs, Some(next));
                }
            } else if actors.len() * 16 < neighbours.len() {
                for actor in actors {
                    if neighbours.binary_search(actor).is_ok() {
                        self.arrive(*actor, rank, rungs, Some(next));
                    }
                }
            } else {
                for other in neighbours {
                    if self.is_participant[*other as usize] {
                        self.arrive(*other, rank, rungs, Some(next));
                    }
                }
            }
            next += 1;
        }
        let best =
            (0..self.reached.len()).max_by_key(|at| (self.reached[*at].merit(), Reverse(*at)));
        let rungs = best.map_or(0, |at| self.reached[at].rungs);
        let mut nodes = Vec::new();
        let mut at = best;
        while let Some(entry) = at.map(|at| self.reached[at]) {
            nodes.push(entry.node);
            at = entry.from;
        }
        nodes.reverse();

        for actor in actors {
            self.is_participant[*actor as usize] = false;
        }
        for entry in self.reached.drain(..) {
            self.slots[entry.node as usize] = NO_SLOT;
        }
        self.visited.clear();
        (rungs, nodes)
    }

    /// Stands on each of an actor's levels from `lowest` upwards, having passed those between.
    fn arrive(&mut self, node: u32, lowest: i64, rungs: u8, from: Option<usize>) {
        let grouping = self.grouping;
        let mut rungs = rungs;
        // Categories with a rank come in its order.
        for category in grouping.of(node) {
            let Some((rank, number)) = self.ranks[*category as usize] else {
                continue;
            };
            if rank < lowest {
                continue;
            }
            rungs |= Rung::of(rank).map_or(0, Rung::bit);
            let slot = &mut self.slots[node as usize];
            if *slot == NO_SLOT {
                *slot = self.visited.len();
                self.visited.resize(*slot + self.rank_count, 0);
            }
            let visited = &mut self.visited[*slot + number];
            if *visited & (1 << rungs) == 0 {
                *visited |= 1 << rungs;
                let ties = from.map_or(0, |from| self.reached[from].ties + 1);
                self.reached.push(Reached {
                    node,
                    rank,
                    rungs,
                    ties,
                    from,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Random;
    use oxigraph::model::NamedNode;

    fn sectors(edges: &[(u32, u32)], groups: &[&[u32]]) -> Network {
        Network::with_groups(
            groups.len(),
            edges.iter().copied(),
            Attribute::Sector,
            groups,
        )
    }

    fn pair_of(network: &Network, first: u32, second: u32) -> PairDependence {
        bridge_dependence(network, Attribute::Sector)
            .into_iter()
            .find(|pair| (pair.first, pair.second) == (first, second))
            .unwrap()
    }

    #[test]
    fn two_sectors_may_hang_on_one_actor() {
        let network = sectors(&[(0, 1), (0, 2)], &[&[0], &[1], &[1], &[2]]);
        let pair = pair_of(&network, 0, 1);
        assert_eq!((pair.ties, pair.actors, pair.hybrids), (2, 3, 0));
        assert_eq!((pair.top, pair.top_ties), (Some(0), 2));
        assert_eq!(pair.top_share, Score::Value(1.0));
        // Shares 1/2, 1/4, 1/4: the most that two ties can have, 1/4 + 1/8.
        assert_eq!(pair.herfindahl, Score::Value(0.375));
        assert_eq!((pair.ties_without_top, pair.actors_without_top), (0, 0));
        assert!(pair.is_cut);
    }

    #[test]
    fn pairs_that_nothing_joins_are_listed() {
        let network = sectors(&[(0, 1), (0, 2)], &[&[0], &[1], &[1], &[2]]);
        let pairs = bridge_dependence(&network, Attribute::Sector);
        let names: Vec<_> = pairs.iter().map(|pair| (pair.first, pair.second)).collect();
        assert_eq!(names, [(0, 1), (0, 2), (1, 2)]);
        assert_eq!((pairs[1].ties, pairs[1].actors), (0, 0));
        assert_eq!(pairs[1].top, None);
        assert_eq!(pairs[1].top_share, Score::Undefined(Undefined::NotJoined));
        assert_eq!(pairs[1].herfindahl, Score::Undefined(Undefined::NotJoined));
        assert!(!pairs[1].is_cut);
    }

    #[test]
    fn a_hybrid_joins_by_itself() {
        let network = sectors(&[(0, 1)], &[&[0], &[0, 1]]);
        let pair = pair_of(&network, 0, 1);
        assert_eq!((pair.ties, pair.weight, pair.hybrids), (1, 0.5, 1));
        // Without the other actor the hybrid would stay, so the hybrid is the one to name.
        assert_eq!((pair.top, pair.is_cut), (Some(1), true));

        let network = sectors(&[], &[&[0, 1], &[0, 1]]);
        let pair = pair_of(&network, 0, 1);
        assert_eq!((pair.ties, pair.hybrids), (0, 2));
        assert_eq!((pair.hybrids_without_top, pair.is_cut), (1, false));
    }

    #[test]
    fn a_tie_that_crosses_both_ways_counts_once() {
        let network = sectors(&[(0, 1)], &[&[0, 1], &[0, 1]]);
        let pair = pair_of(&network, 0, 1);
        // Two of the four combinations of memberships cross.
        assert_eq!((pair.ties, pair.weight), (1, 0.5));
        assert_eq!((pair.actors, pair.hybrids), (2, 2));
    }

    #[test]
    fn ties_of_unknown_actors_may_cross() {
        let network = sectors(
            &[(0, 3), (1, 3), (2, 3), (3, 4)],
            &[&[0], &[0, 1], &[2], &[], &[]],
        );
        // 0-3, 1-3 and 3-4; not 2-3, whatever the sector of 3.
        assert_eq!(pair_of(&network, 0, 1).unknown_ties, 3);
        assert_eq!(pair_of(&network, 0, 2).unknown_ties, 4);
        assert_eq!(pair_of(&network, 1, 2).unknown_ties, 3);
    }

    #[test]
    fn mutual_ties_are_one() {
        let directed = Network::from_edges(2, true, [(0, 1), (1, 0)]);
        assert_eq!(carriers(&directed, Attribute::Sector).len(), 0);
        assert_eq!(Pieces::of(directed.undirected(), &[false; 2]).joined, 2);
    }

    /// Some network of 30 nodes; the nodes at the positions `order[i]` are the same in all orders.
    fn some_network(order: &[u32]) -> Network {
        let mut random = Random::stream(7, 0);
        let groups: Vec<Vec<u32>> = (0..30)
            .map(|_| {
                (0..random.below(3))
                    .map(|_| random.below(4) as u32)
                    .collect()
            })
            .collect();
        let edges: Vec<(u32, u32)> = (0..35)
            .map(|_| (order[random.below(30)], order[random.below(30)]))
            .collect();
        let mut placed: Vec<&[u32]> = vec![&[]; 30];
        for (old, new) in order.iter().enumerate() {
            placed[*new as usize] = &groups[old];
        }
        sectors(&edges, &placed)
    }

    fn orders() -> [Vec<u32>; 2] {
        let forwards: Vec<u32> = (0..30).collect();
        let backwards = forwards.iter().rev().copied().collect();
        [forwards, backwards]
    }

    #[test]
    fn renaming_nodes_changes_only_which_of_equals_is_named() {
        let [forwards, backwards] = orders().map(|order| {
            let mut pairs = bridge_dependence(&some_network(&order), Attribute::Sector);
            for pair in &mut pairs {
                assert!(pair.top.take().is_some());
            }
            pairs
        });
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn what_is_left_without_the_top_actor_is_what_a_network_without_it_has() {
        let network = some_network(&orders()[0]);
        for pair in bridge_dependence(&network, Attribute::Sector) {
            let top = pair.top.unwrap();
            let left: Vec<_> = carriers(&network, Attribute::Sector)
                .into_iter()
                .filter(|c| c.pair == (pair.first, pair.second) && c.a != top && c.b != top)
                .collect();
            let without = dependence((pair.first, pair.second), &left);
            assert_eq!(pair.ties_without_top, without.ties);
            assert_eq!(pair.actors_without_top, without.actors);
            assert_eq!(pair.hybrids_without_top, without.hybrids);
        }
    }

    #[test]
    fn key_actors_cut_pairs_step_by_step() {
        // 0 alone joins 0-2; 0 and the tie 3-4 join 0-1.
        let network = sectors(&[(0, 1), (0, 2), (3, 4)], &[&[0], &[1], &[2], &[0], &[1]]);
        let task = Task::new();
        let found = key_actors(&network, Attribute::Sector, 9, &task).unwrap();
        assert_eq!(
            found,
            [
                KeyActor {
                    node: 0,
                    carried_before: 2,
                    cut: vec![(0, 2)],
                    pairs_cut: 1,
                    pairs_cut_so_far: 1,
                    ties_lost_so_far: 2,
                },
                KeyActor {
                    node: 3,
                    carried_before: 1,
                    cut: vec![(0, 1)],
                    pairs_cut: 1,
                    pairs_cut_so_far: 2,
                    ties_lost_so_far: 3,
                },
            ]
        );
    }

    #[test]
    fn a_hybrid_keeps_a_pair_joined() {
        let network = sectors(&[(0, 1)], &[&[0], &[1], &[0, 1]]);
        let found = key_actors(&network, Attribute::Sector, 2, &Task::new()).unwrap();
        let steps: Vec<_> = found.iter().map(|key| (key.node, key.pairs_cut)).collect();
        assert_eq!(steps, [(0, 0), (2, 1)]);
    }

    #[test]
    fn the_first_key_actor_cuts_as_many_pairs_as_any() {
        let network = some_network(&orders()[0]);
        let all = carriers(&network, Attribute::Sector);
        let cut = |gone: &[u32]| {
            let mut left: Vec<_> = all
                .iter()
                .filter(|c| !gone.contains(&c.a) && !gone.contains(&c.b))
                .map(|c| c.pair)
                .collect();
            left.dedup();
            6 - left.len()
        };
        let mut gone = Vec::new();
        for key in key_actors(&network, Attribute::Sector, 5, &Task::new()).unwrap() {
            let with = |node| cut(&[gone.as_slice(), &[node]].concat());
            let most = (0..30).map(with).max().unwrap();
            gone.push(key.node);
            assert_eq!(key.pairs_cut_so_far, most);
            assert_eq!(cut(&gone), most);
        }
        assert_eq!(gone.len(), 5);
    }

    #[test]
    fn the_middle_of_a_path_is_its_key_player() {
        let network = Network::from_edges(5, false, [(0, 1), (1, 2), (2, 3), (3, 4)]);
        let found = key_players(&network, 2, &Task::new()).unwrap();
        assert_eq!(found[0].node, 2);
        assert_eq!(found[0].before, Score::Value(0.0));
        // Left: 0-1 and 3-4; 4 of 6 pairs are apart.
        assert_eq!(found[0].fragmentation.numerator, 4.0);
        assert_eq!(found[0].fragmentation.denominator, 6.0);
        assert_eq!(found[0].components, 2);
        assert_eq!(found[1].node, 0);
        assert_eq!(found[1].fragmentation.numerator, 2.0);
        assert_eq!(found[1].components, 2);
    }

    #[test]
    fn without_ties_there_are_no_key_players() {
        let network = Network::from_edges(4, false, []);
        assert_eq!(key_players(&network, 3, &Task::new()).unwrap(), []);
        let network = Network::from_edges(0, false, []);
        assert_eq!(key_players(&network, 3, &Task::new()).unwrap(), []);
    }

    #[test]
    fn each_node_is_known_to_hold_together_what_falls_apart_without_it() {
        let network = some_network(&orders()[0]);
        let mut removed = vec![false; 30];
        removed[4] = true;
        let pieces = Pieces::of(network.undirected(), &removed);
        for node in (0..30).filter(|node| *node != 4) {
            removed[node as usize] = true;
            let without = Pieces::of(network.undirected(), &removed);
            removed[node as usize] = false;
            assert_eq!(pieces.joined_without(node), without.joined);
            assert_eq!(pieces.components_without(node), without.components);
        }
    }

    #[test]
    fn a_cancelled_ranking_stops() {
        let network = some_network(&orders()[0]);
        let task = Task::new();
        task.cancel();
        assert_eq!(
            key_actors(&network, Attribute::Sector, 1, &task),
            Err(Cancelled)
        );
        assert_eq!(key_players(&network, 1, &task), Err(Cancelled));
    }

    fn levels(edges: &[(u32, u32)], groups: &[&[u32]]) -> Network {
        Network::with_groups(
            groups.len(),
            edges.iter().copied(),
            Attribute::Level,
            groups,
        )
    }

    fn thing(actors: &[u32], own_levels: &[i64]) -> ThingActors {
        ThingActors {
            thing: NamedNode::new_unchecked("http://x/service").into(),
            actors: actors.to_vec(),
            own_levels: own_levels.to_vec(),
        }
    }

    fn chain_of(network: &Network, thing: ThingActors) -> Chain {
        vertical_chains(network, &[thing]).chains.remove(0)
    }

    #[test]
    fn a_chain_may_lead_to_a_neighbour_of_a_participant() {
        let network = levels(&[(0, 1), (1, 2), (2, 3)], &[&[0], &[2], &[3], &[4]]);
        let chain = chain_of(&network, thing(&[0, 1], &[]));
        assert_eq!(chain.nodes, [0, 1, 2]);
        assert_eq!(chain.missing, []);
        assert!(chain.is_unbroken && !chain.reaches_eu);
        // The last tie has no participant at an end, unless 2 is one.
        let chain = chain_of(&network, thing(&[0, 1, 2], &[]));
        assert!(chain.reaches_eu);
        let chain = chain_of(&network, thing(&[0], &[]));
        assert_eq!(chain.reached, [Rung::Local, Rung::Regional]);
        assert_eq!(chain.missing, [Rung::National]);
        assert_eq!(chain.nodes, [0, 1]);
    }

    #[test]
    fn a_chain_may_not_skip_or_fall() {
        // Local to national directly; the regional actor is beyond the national one.
        let network = levels(&[(0, 1), (1, 2)], &[&[0], &[3], &[2]]);
        let chain = chain_of(&network, thing(&[0, 1, 2], &[0]));
        assert_eq!(chain.missing, [Rung::Regional]);
        assert_eq!(chain.nodes, [0, 1]);
    }

    #[test]
    fn an_actor_on_several_levels_joins_them() {
        let network = levels(&[(0, 1)], &[&[0, 2], &[1, 3]]);
        let chain = chain_of(&network, thing(&[0], &[]));
        assert!(chain.is_unbroken);
        assert_eq!(chain.nodes, [0, 1]);
        // The intermediate level of 1 is below the regional one of 0.
        assert_eq!(chain.reached, [Rung::Local, Rung::Regional, Rung::National]);
        let chain = chain_of(&levels(&[], &[&[0, 1, 2, 3, 4]]), thing(&[0], &[]));
        assert_eq!(chain.reached, Rung::ALL);
        assert_eq!(chain.nodes, [0]);
    }

    #[test]
    fn an_actor_of_unknown_level_is_on_no_chain() {
        let network = levels(&[(0, 1), (1, 2), (2, 3)], &[&[0], &[], &[2], &[3]]);
        let chain = chain_of(&network, thing(&[0, 1, 2, 3], &[]));
        assert_eq!(chain.missing, [Rung::Regional, Rung::National]);
    }

    #[test]
    fn a_local_service_of_others_lacks_the_local_rung() {
        let network = levels(&[(0, 1)], &[&[2], &[3]]);
        let chain = chain_of(&network, thing(&[0], &[0]));
        assert_eq!(chain.missing, [Rung::Local]);
        assert_eq!(chain.nodes, [0, 1]);
    }

    #[test]
    fn what_cannot_be_judged_is_unknown() {
        let network = levels(&[(0, 1), (1, 2)], &[&[0], &[2], &[3], &[]]);
        let things = [
            thing(&[0, 1], &[]),
            thing(&[0], &[0]),
            thing(&[3], &[0]),
            thing(&[], &[]),
            thing(&[1, 2], &[2]),
            thing(&[99], &[3]),
        ];
        let chains = vertical_chains(&network, &things);
        assert_eq!(chains.chains.len(), 2);
        assert_eq!((chains.unknown.len(), chains.not_local), (2, 2));
        assert_eq!(chains.unbroken.value, Score::Value(0.5));
        assert_eq!(chains.unbroken.unknown, 2.0);
        assert_eq!(chains.unbroken.coverage(), Score::Value(0.5));
        assert_eq!(chains.missing_rungs.value, Score::Value(0.5));
        let none = vertical_chains(&network, &[]);
        assert_eq!(none.unbroken.value, Score::Undefined(Undefined::FewNodes));
    }
}
