//! Communities: parts with more ties inside than their sizes would make one expect.

use super::exact::sum;
use super::{
    Cancelled, Compute, Cost, Measures, Metric, Random, Score, Task, Undefined, ValueKind,
};
use crate::network::Network;
use std::collections::VecDeque;
use std::sync::Arc;

const LEIDEN: &str = "Traag, Waltman & van Eck 2019, https://doi.org/10.1038/s41598-019-41695-z";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "community",
        name: "Community",
        definition: "The number of the community that the node is in; 1 is the largest. Found with a fixed seed, so it is the same on each run, but other divisions may be as good.",
        formula: "Leiden algorithm, modularity at resolution 1; ignores weights and direction",
        range: "count from 1",
        reference: LEIDEN,
        undefined_when: "there is no tie",
        oracle: "igraph community_leiden, by modularity within 0.0005",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(community),
    },
    Metric {
        id: "communities",
        name: "Number of communities",
        definition: "How many communities there are; each node without ties is one of its own.",
        formula: "number of communities of the Leiden division",
        range: "count from 1 to n",
        reference: LEIDEN,
        undefined_when: "there is no tie",
        oracle: "igraph community_leiden",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            let found = get(measures, task)?;
            Ok(match &found.of {
                Some(_) => Score::Value(found.count as f64),
                None => Score::Undefined(Undefined::NoTies),
            })
        }),
    },
    Metric {
        id: "modularity",
        name: "Modularity",
        definition: "How much more often than by chance ties lie within the communities found.",
        formula: "Q = Σ_c (m_c/m - (d_c/2m)²), m_c the ties inside c, d_c the degrees of its nodes added up",
        range: "-1/2 to 1",
        reference: "Newman & Girvan 2004, https://doi.org/10.1103/PhysRevE.69.026113",
        undefined_when: "there is no tie",
        oracle: "igraph modularity of community_leiden, within 0.0005",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| Ok(get(measures, task)?.modularity)),
    },
];

/// A division of a network.
#[derive(Debug)]
pub struct Communities {
    /// The community of each node, from 1, the largest first; `None` without ties.
    pub of: Option<Vec<u32>>,
    /// How many there are.
    pub count: usize,
    /// The modularity of the division.
    pub modularity: Score,
}

/// Divides a network with the Leiden algorithm (modularity at resolution 1, ties of weight 1,
/// direction ignored). Gains are compared in whole numbers, and nodes are visited in an order that
/// does not depend on their names, so the same network is always divided alike. A small network is
/// divided several times and the best division wins.
///
/// # Complexity
/// Time nearly O(|E|), space O(|V| + |E|).
///
/// # Errors
/// [`Cancelled`].
pub fn communities(network: &Network, seed: u64, task: &Task) -> Result<Communities, Cancelled> {
    if network.ties().is_empty() {
        return Ok(Communities {
            of: None,
            count: 0,
            modularity: Score::Undefined(Undefined::NoTies),
        });
    }
    let order = network.canonical_order();
    let mut place = vec![0_u32; network.len()];
    for (position, node) in order.iter().enumerate() {
        place[*node as usize] = position as u32;
    }
    let graph = Level::of(network, order, &place);
    let runs = (TIES_IN_ALL / network.ties().len()).clamp(1, MOST_RUNS);
    let mut best: Option<(i128, Vec<u32>)> = None;
    for run in 0..runs as u64 {
        let division = divide(&graph, &mut Random::stream(seed, run), task)?;
        let quality = graph.quality(&division);
        // The first of equals.
        if best.as_ref().is_none_or(|(known, _)| quality > *known) {
            best = Some((quality, division));
        }
    }
    let found = best.map(|(_, division)| division).unwrap_or_default();
    // The largest first; of one size the one whose first member comes first in the order.
    let parts = found.iter().copied().max().unwrap_or_default() as usize + 1;
    let mut size = vec![0_usize; parts];
    let mut first = vec![usize::MAX; parts];
    for (position, part) in found.iter().enumerate().rev() {
        size[*part as usize] += 1;
        first[*part as usize] = position;
    }
    let mut ranked: Vec<usize> = (0..parts).filter(|part| size[*part] > 0).collect();
    ranked.sort_by_key(|part| (std::cmp::Reverse(size[*part]), first[*part]));
    let mut number = vec![0_u32; parts];
    for (position, part) in ranked.iter().enumerate() {
        number[*part] = position as u32 + 1;
    }
    let of: Vec<u32> = place
        .iter()
        .map(|position| number[found[*position as usize] as usize])
        .collect();
    Ok(Communities {
        modularity: modularity(network, &of),
        of: Some(of),
        count: ranked.len(),
    })
}

/// How many ties all runs together may look at, and how many runs there are at most.
const TIES_IN_ALL: usize = 20_000;
const MOST_RUNS: usize = 20;
/// How often a division is taken up again to be improved.
const MOST_ROUNDS: usize = 10;

/// A graph whose nodes may stand for several nodes of the network.
struct Level {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    weights: Vec<i64>,
    /// The degrees of the nodes that a node stands for, added up.
    degree: Vec<i64>,
    /// Twice the number of ties: all degrees together.
    ends: i64,
}

impl Level {
    fn of(network: &Network, order: &[u32], place: &[u32]) -> Self {
        let rows = network.undirected();
        let mut level = Self {
            offsets: vec![0],
            targets: Vec::new(),
            weights: Vec::new(),
            degree: Vec::with_capacity(order.len()),
            ends: 0,
        };
        for node in order {
            let from = level.targets.len();
            let neighbours = rows.neighbors_slice(*node).iter();
            level.targets.extend(neighbours.map(|n| place[*n as usize]));
            level.targets[from..].sort_unstable();
            let degree = (level.targets.len() - from) as i64;
            level.degree.push(degree);
            level.ends += degree;
            level.offsets.push(level.targets.len() as u32);
        }
        level.weights = vec![1; level.targets.len()];
        level
    }

    fn len(&self) -> usize {
        self.degree.len()
    }

    fn neighbours(&self, node: u32) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize;
        let weights = self.weights[range.clone()].iter().copied();
        self.targets[range].iter().copied().zip(weights)
    }

    /// Each node for each part of a division, which must be numbered without gaps. Ties inside a
    /// part are in its degree only: they never cross again.
    fn joined(&self, of: &[u32], parts: usize) -> Self {
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); parts];
        for (node, part) in of.iter().enumerate() {
            members[*part as usize].push(node as u32);
        }
        let mut level = Self {
            offsets: vec![0],
            targets: Vec::new(),
            weights: Vec::new(),
            degree: Vec::with_capacity(parts),
            ends: self.ends,
        };
        let mut near = Near::new(parts);
        for (part, members) in members.iter().enumerate() {
            level
                .degree
                .push(members.iter().map(|node| self.degree[*node as usize]).sum());
            for node in members {
                for (neighbour, weight) in self.neighbours(*node) {
                    let other = of[neighbour as usize];
                    if other as usize != part {
                        near.add(other, weight);
                    }
                }
            }
            near.parts.sort_unstable();
            for other in &near.parts {
                level.targets.push(*other);
                level.weights.push(near.weight[*other as usize]);
            }
            near.clear();
            level.offsets.push(level.targets.len() as u32);
        }
        level
    }

    /// A whole number that grows with the modularity of a division: what ties between parts and
    /// the squares of the parts' degrees take away from it.
    fn quality(&self, of: &[u32]) -> i128 {
        let parts = of.iter().copied().max().unwrap_or_default() as usize + 1;
        let mut degree = vec![0_i64; parts];
        let mut crossing = 0_i64;
        for node in 0..self.len() as u32 {
            let part = of[node as usize];
            degree[part as usize] += self.degree[node as usize];
            let neighbours = self.neighbours(node);
            let cross = neighbours.filter(|(neighbour, _)| of[*neighbour as usize] != part);
            crossing += cross.map(|(_, weight)| weight).sum::<i64>();
        }
        let squares: i128 = degree.iter().map(|d| i128::from(*d) * i128::from(*d)).sum();
        -(i128::from(crossing) * i128::from(self.ends) + squares)
    }
}

/// The weights of a node's ties to the parts around it.
struct Near {
    weight: Vec<i64>,
    /// The parts with a weight, as they were met.
    parts: Vec<u32>,
}

impl Near {
    fn new(parts: usize) -> Self {
        Self {
            weight: vec![0; parts],
            parts: Vec::new(),
        }
    }

    fn add(&mut self, part: u32, weight: i64) {
        let slot = &mut self.weight[part as usize];
        if *slot == 0 {
            self.parts.push(part);
        }
        *slot += weight;
    }

    fn clear(&mut self) {
        for part in self.parts.drain(..) {
            self.weight[part as usize] = 0;
        }
    }
}

/// The Leiden algorithm: moves nodes, splits parts that hang together badly, joins what is left
/// and begins again; the whole is repeated as long as it gains.
fn divide(graph: &Level, random: &mut Random, task: &Task) -> Result<Vec<u32>, Cancelled> {
    let mut of: Vec<u32> = (0..graph.len() as u32).collect();
    let mut quality = graph.quality(&of);
    for _ in 0..MOST_ROUNDS {
        let next = round(graph, of.clone(), random, task)?;
        let gained = graph.quality(&next);
        if gained <= quality {
            break;
        }
        (of, quality) = (next, gained);
    }
    Ok(of)
}

fn round(
    graph: &Level,
    mut of: Vec<u32>,
    random: &mut Random,
    task: &Task,
) -> Result<Vec<u32>, Cancelled> {
    renumber(&mut of);
    move_nodes(graph, &mut of, random);
    // For each node of the network its node in the present level.
    let mut at: Vec<u32> = (0..graph.len() as u32).collect();
    let mut level: Option<Level> = None;
    loop {
        task.check()?;
        let present = level.as_ref().unwrap_or(graph);
        let parts = renumber(&mut of);
        if parts == present.len() {
            break;
        }
        let mut finer = refined(present, &of, parts, random);
        let count = renumber(&mut finer);
        if count == present.len() {
            break;
        }
        let mut coarse = vec![0_u32; count];
        for (node, part) in finer.iter().enumerate() {
            coarse[*part as usize] = of[node];
        }
        for node in &mut at {
            *node = finer[*node as usize];
        }
        let joined = present.joined(&finer, count);
        of = coarse;
        move_nodes(&joined, &mut of, random);
        level = Some(joined);
    }
    Ok(at.iter().map(|node| of[*node as usize]).collect())
}

/// Numbers parts without gaps, in the order of their first members; answers how many there are.
fn renumber(of: &mut [u32]) -> usize {
    let most = of.iter().copied().max().map_or(0, |part| part as usize + 1);
    let mut number = vec![u32::MAX; most];
    let mut count = 0;
    for part in of {
        let slot = &mut number[*part as usize];
        if *slot == u32::MAX {
            *slot = count;
            count += 1;
        }
        *part = *slot;
    }
    count as usize
}

/// Moves nodes to the part around them that gains most, until none gains.
fn move_nodes(graph: &Level, of: &mut [u32], random: &mut Random) {
    let count = graph.len();
    let mut degree = vec![0_i64; count];
    let mut size = vec![0_u32; count];
    for (node, part) in of.iter().enumerate() {
        degree[*part as usize] += graph.degree[node];
        size[*part as usize] += 1;
    }
    let mut empty: Vec<u32> = (0..count as u32)
        .rev()
        .filter(|part| size[*part as usize] == 0)
        .collect();
    let mut order: Vec<u32> = (0..count as u32).collect();
    random.shuffle(&mut order);
    let mut queue: VecDeque<u32> = order.into();
    let mut waits = vec![true; count];
    let mut near = Near::new(count);
    while let Some(node) = queue.pop_front() {
        waits[node as usize] = false;
        let own = of[node as usize];
        let weight = graph.degree[node as usize];
        for (neighbour, weight) in graph.neighbours(node) {
            near.add(of[neighbour as usize], weight);
        }
        degree[own as usize] -= weight;
        let gain = |part: u32, near: &Near, degree: &[i64]| {
            near.weight[part as usize] * graph.ends - weight * degree[part as usize]
        };
        let mut best = (gain(own, &near, &degree), own);
        for part in &near.parts {
            let gain = gain(*part, &near, &degree);
            if gain > best.0 {
                best = (gain, *part);
            }
        }
        // By itself, where it is better off so.
        if best.0 < 0
            && let Some(alone) = empty.last()
        {
            best = (0, *alone);
        }
        near.clear();
        let part = best.1;
        degree[part as usize] += weight;
        if part == own {
            continue;
        }
        if size[part as usize] == 0 {
            empty.pop();
        }
        size[part as usize] += 1;
        size[own as usize] -= 1;
        if size[own as usize] == 0 {
            empty.push(own);
        }
        of[node as usize] = part;
        for (neighbour, _) in graph.neighbours(node) {
            if of[neighbour as usize] != part && !waits[neighbour as usize] {
                waits[neighbour as usize] = true;
                queue.push_back(neighbour);
            }
        }
    }
}

/// Splits the parts of a division into pieces that hang together well: nodes that are still by
/// themselves join the piece of their part that gains most.
fn refined(graph: &Level, of: &[u32], parts: usize, random: &mut Random) -> Vec<u32> {
    let count = graph.len();
    let mut whole = vec![0_i64; parts];
    for (node, part) in of.iter().enumerate() {
        whole[*part as usize] += graph.degree[node];
    }
    let mut piece: Vec<u32> = (0..count as u32).collect();
    let mut alone = vec![true; count];
    let mut degree = graph.degree.clone();
    // The weight of a piece's ties to the rest of its part.
    let mut outward: Vec<i64> = (0..count as u32)
        .map(|node| {
            let own = of[node as usize];
            let inside = graph
                .neighbours(node)
                .filter(|(n, _)| of[*n as usize] == own);
            inside.map(|(_, weight)| weight).sum()
        })
        .collect();
    let holds = |outward: i64, degree: i64, whole: i64| {
        i128::from(outward) * i128::from(graph.ends)
            >= i128::from(degree) * i128::from(whole - degree)
    };
    let mut order: Vec<u32> = (0..count as u32).collect();
    random.shuffle(&mut order);
    let mut near = Near::new(count);
    for node in order {
        let at = node as usize;
        let whole = whole[of[at] as usize];
        let own = piece[at] as usize;
        if !alone[at] || !holds(outward[own], degree[own], whole) {
            continue;
        }
        for (neighbour, weight) in graph.neighbours(node) {
            if of[neighbour as usize] == of[at] {
                near.add(piece[neighbour as usize], weight);
            }
        }
        let mut best = (0, piece[at]);
        for other in &near.parts {
            let to = *other as usize;
            let gain = near.weight[to] * graph.ends - graph.degree[at] * degree[to];
            if gain > best.0 && to != own && holds(outward[to], degree[to], whole) {
                best = (gain, *other);
            }
        }
        let to = best.1 as usize;
        if to != own {
            let shared = near.weight[to];
            outward[to] += outward[own] - 2 * shared;
            degree[to] += degree[own];
            degree[own] = 0;
            outward[own] = 0;
            piece[at] = best.1;
            // The first member of a piece is its node of the same number.
            alone[to] = false;
            alone[at] = false;
        }
        near.clear();
    }
    piece
}

/// The modularity of a division; direction is ignored.
///
/// # Complexity
/// Time O(|V| + |E|).
pub fn modularity(network: &Network, of: &[u32]) -> Score {
    let rows = network.undirected();
    let parts = of.iter().copied().max().unwrap_or_default() as usize + 1;
    let (mut inside, mut ends) = (vec![0_u64; parts], vec![0_u64; parts]);
    let mut all = 0_u64;
    for node in 0..network.len() as u32 {
        let part = of[node as usize];
        for neighbour in rows.neighbors_slice(node) {
            all += 1;
            ends[part as usize] += 1;
            inside[part as usize] += u64::from(of[*neighbour as usize] == part);
        }
    }
    if all == 0 {
        return Score::Undefined(Undefined::NoTies);
    }
    let all = all as f64;
    Score::Value(sum(inside.iter().zip(&ends).map(|(inside, ends)| {
        let share = *ends as f64 / all;
        *inside as f64 / all - share * share
    })))
}

fn get(measures: &Measures, task: &Task) -> Result<Arc<Communities>, Cancelled> {
    measures.communities.get(|| {
        task.begin("communities", 1);
        let seed = measures.options().seed;
        task.parallel(|| communities(measures.network(), seed, task))
    })
}

fn community(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = get(measures, task)?;
    Ok(match &found.of {
        Some(of) => of
            .iter()
            .map(|part| Score::Value(f64::from(*part)))
            .collect(),
        None => vec![Score::Undefined(Undefined::NoTies); measures.network().len()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cliques_on_a_bridge_are_two_communities() {
        let edges = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)];
        let network = Network::from_edges(6, false, edges);
        let found = communities(&network, 42, &Task::new()).unwrap();
        assert_eq!(found.count, 2);
        let of = found.of.unwrap();
        assert!(of[0] == of[1] && of[1] == of[2] && of[3] == of[4] && of[0] != of[3]);
        let Score::Value(q) = found.modularity else {
            panic!("it has a modularity")
        };
        assert!((q - (6.0 / 7.0 - 0.5)).abs() < 1e-12);
    }

    #[test]
    fn a_network_without_ties_has_no_communities() {
        let network = Network::from_edges(3, false, []);
        assert!(
            communities(&network, 42, &Task::new())
                .unwrap()
                .of
                .is_none()
        );
    }
}
