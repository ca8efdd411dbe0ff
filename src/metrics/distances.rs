//! How far apart: closeness, path lengths, fragmentation by distance.
//!
//! All come from one exact pass that follows 512 searches at once, a bit each.

use super::degree::mean;
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::{Network, Rows};
use rayon::prelude::*;

const FREEMAN: &str = "Freeman 1978, https://doi.org/10.1016/0378-8733(78)90021-7";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "closeness",
        name: "Closeness (Wasserman-Faust)",
        definition: "Reciprocal of the mean distance to the nodes that can be reached, scaled by the share of nodes that can be reached. Counts hops and ignores weights.",
        formula: "C_i = ((r_i - 1)/Σ_j d_ij) · ((r_i - 1)/(n - 1)), r_i the number of nodes reached, i included; in a directed network distances towards the node",
        range: "0 to 1; 0 for a node without ties",
        reference: "Wasserman & Faust 1994, Social Network Analysis, p. 201",
        undefined_when: "never",
        oracle: "NetworkX closeness_centrality (wf_improved)",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Node(closeness),
    },
    Metric {
        id: "harmonic",
        name: "Harmonic centrality",
        definition: "Mean reciprocal distance to all other nodes; nodes that cannot be reached add 0, so it stays meaningful where a network falls into parts.",
        formula: "H_i = Σ_{j≠i} (1/d_ij) / (n - 1); in a directed network distances towards the node",
        range: "0 to 1",
        reference: "Boldi & Vigna 2014, https://doi.org/10.1080/15427951.2013.865686",
        undefined_when: "the node is the only one",
        oracle: "NetworkX harmonic_centrality divided by n - 1, igraph harmonic_centrality",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Node(harmonic),
    },
    Metric {
        id: "eccentricity",
        name: "Eccentricity",
        definition: "Distance to the farthest node that can be reached.",
        formula: "e_i = max_j d_ij over the nodes reached",
        range: "count of hops from 0",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "never; 0 for a node without ties",
        oracle: "NetworkX eccentricity within the component",
        kind: ValueKind::Count,
        cost: Cost::Distances,
        compute: Compute::Node(eccentricity),
    },
    Metric {
        id: "averagePathLength",
        name: "Average path length",
        definition: "Mean distance between two nodes of the largest component (of all of that size, if there are several).",
        formula: "mean of d_ij over the pairs of the largest component with a path (all pairs, if ties have no direction)",
        range: "from 1, in hops",
        reference: "Watts & Strogatz 1998, https://doi.org/10.1038/30918",
        undefined_when: "the largest component has fewer than two nodes",
        oracle: "NetworkX average_shortest_path_length of the largest component",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Network(average_path_length),
    },
    Metric {
        id: "diameter",
        name: "Diameter",
        definition: "Greatest distance between two nodes of the largest component (of all of that size, if there are several).",
        formula: "max d_ij over the pairs of the largest component",
        range: "count of hops from 1",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "the largest component has fewer than two nodes",
        oracle: "NetworkX diameter of the largest component",
        kind: ValueKind::Count,
        cost: Cost::Distances,
        compute: Compute::Network(diameter),
    },
    Metric {
        id: "reachablePathLength",
        name: "Average path length of reachable pairs",
        definition: "Mean distance over all pairs with a path between them, in whatever component.",
        formula: "Σ d_ij / |{(i,j) : i≠j, d_ij < ∞}|",
        range: "from 1, in hops",
        reference: FREEMAN,
        undefined_when: "there is no tie",
        oracle: "igraph average_path_length(unconn=True)",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Network(reachable_path_length),
    },
    Metric {
        id: "reachablePairs",
        name: "Share of reachable pairs",
        definition: "Share of all pairs of nodes that have a path between them (connectedness).",
        formula: "|{(i,j) : i≠j, d_ij < ∞}| / (n(n-1))",
        range: "0 to 1",
        reference: "Krackhardt 1994, Graph theoretical dimensions of informal organizations",
        undefined_when: "there are fewer than two nodes",
        oracle: "R sna connectedness",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Network(reachable_pairs),
    },
    Metric {
        id: "distanceFragmentation",
        name: "Distance-weighted fragmentation",
        definition: "How far the network is from one in which everybody is tied to everybody: 0 there, 1 where nobody is tied.",
        formula: "1 - Σ_{i≠j} (1/d_ij) / (n(n-1))",
        range: "0 to 1",
        reference: "Borgatti 2006, https://doi.org/10.1007/s10588-006-7084-x",
        undefined_when: "there are fewer than two nodes",
        oracle: "1 - NetworkX global_efficiency",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Network(distance_fragmentation),
    },
];

/// Distances of a network, node by node.
#[derive(Debug)]
pub struct Distances {
    /// How many other nodes reach the node.
    pub reached: Vec<u32>,
    /// The sum of their distances.
    pub farness: Vec<u64>,
    /// The sum of the reciprocals of their distances, in units of 2⁻⁴⁴.
    reciprocal: Vec<u128>,
    /// The greatest distance.
    pub eccentricity: Vec<u32>,
}

/// Units of the reciprocals: whole numbers, so that sums do not depend on their order.
const UNIT: f64 = (1_u64 << 44) as f64;
const WORDS: usize = 8;
const LANES: usize = 64 * WORDS;
type Lanes = [u64; WORDS];
/// A frontier with fewer ties than this part of all is followed node by node. Where it is larger,
/// going through all nodes in their order is quicker.
const SPARSE: usize = 4;
/// Ties that are followed between two looks at whether the search is still wanted.
const PATIENCE: usize = 1 << 20;

/// The distances between all pairs, in hops.
///
/// Follows 512 breadth-first searches at the same time (Then et al. 2014, "The more the
/// merrier", <https://doi.org/10.14778/2735496.2735507>): a node has a bit for each of them, and
/// a step takes the union of its neighbours' bits. Searches that begin near each other go
/// together, so that they share their steps. A step goes through the nodes that were just reached
/// where these are few, and through all where they are many (Beamer, Asanović and Patterson 2012,
/// <https://doi.org/10.1109/SC.2012.50>). In a directed network distances are those towards the
/// node.
///
/// # Complexity
/// Time O(|V| |E|) at worst, where no two searches share a step, and O(|V| |E| / 512) where all
/// do; space O(|V|) for each thread.
///
/// # Errors
/// [`Cancelled`].
pub fn distances(network: &Network, task: &Task) -> Result<Distances, Cancelled> {
    let count = network.len();
    task.begin("distances", count.div_ceil(LANES));
    let merged = task.parallel(|| {
        let sources = breadth_first(network.undirected(), count);
        sources
            .par_chunks(LANES)
            .map(|sources| {
                task.check()?;
                let part = search(network, sources, task)?;
                task.advance()?;
                Ok(part)
            })
            .try_reduce(
                || Distances::zero(0),
                |a, b| {
                    Ok(match (a.reached.is_empty(), b.reached.is_empty()) {
                        (true, _) => b,
                        (_, true) => a,
                        _ => a.merged(&b),
                    })
                },
            )
    })?;
    if merged.reached.is_empty() {
        return Ok(Distances::zero(count));
    }
    Ok(merged)
}

/// All nodes, neighbours close to each other.
fn breadth_first(rows: &Rows, count: usize) -> Vec<u32> {
    let mut order: Vec<u32> = Vec::with_capacity(count);
    let mut is_met = vec![false; count];
    for start in 0..count {
        if std::mem::replace(&mut is_met[start], true) {
            continue;
        }
        let mut at = order.len();
        order.push(start as u32);
        while let Some(node) = order.get(at).copied() {
            at += 1;
            for neighbour in rows.neighbors_slice(node) {
                if !std::mem::replace(&mut is_met[*neighbour as usize], true) {
                    order.push(*neighbour);
                }
            }
        }
    }
    order
}

impl Distances {
    fn zero(count: usize) -> Self {
        Self {
            reached: vec![0; count],
            farness: vec![0; count],
            reciprocal: vec![0; count],
            eccentricity: vec![0; count],
        }
    }

    /// Whole numbers: the order of merging changes nothing.
    fn merged(mut self, other: &Self) -> Self {
        for (a, b) in self.reached.iter_mut().zip(&other.reached) {
            *a += b;
        }
        for (a, b) in self.farness.iter_mut().zip(&other.farness) {
            *a += b;
        }
        for (a, b) in self.reciprocal.iter_mut().zip(&other.reciprocal) {
            *a += b;
        }
        for (a, b) in self.eccentricity.iter_mut().zip(&other.eccentricity) {
            *a = (*a).max(*b);
        }
        self
    }

    /// The sum of the reciprocals of the distances to a node.
    pub fn reciprocal(&self, node: usize) -> f64 {
        self.reciprocal[node] as f64 / UNIT
    }
}

/// What the searches from some sources have found, and where they stand.
struct Searches {
    found: Distances,
    seen: Vec<Lanes>,
    all: Lanes,
}

impl Searches {
    /// Searches come to a node; answers those that had not been there.
    fn arrive(&mut self, at: usize, mut bits: Lanes, distance: u32, unit: u128) -> Option<Lanes> {
        let mine = &mut self.seen[at];
        let mut new = 0;
        for word in 0..WORDS {
            bits[word] &= !mine[word];
            mine[word] |= bits[word];
            new += bits[word].count_ones();
        }
        if new == 0 {
            return None;
        }
        self.found.reached[at] += new;
        self.found.farness[at] += u64::from(new) * u64::from(distance);
        self.found.reciprocal[at] += u128::from(new) * unit;
        self.found.eccentricity[at] = distance;
        Some(bits)
    }
}

fn join(mine: &mut Lanes, theirs: &Lanes) {
    for word in 0..WORDS {
        mine[word] |= theirs[word];
    }
}

fn search(network: &Network, sources: &[u32], task: &Task) -> Result<Distances, Cancelled> {
    const NONE: Lanes = [0; WORDS];
    let count = network.len();
    // Distances towards a node spread along its in-ties.
    let (forwards, backwards) = (network.rows(), network.columns());
    let ties = forwards.edge_count();
    let mut searches = Searches {
        found: Distances::zero(count),
        seen: vec![NONE; count],
        all: NONE,
    };
    for (lane, source) in sources.iter().enumerate() {
        let bit = 1_u64 << (lane % 64);
        searches.seen[*source as usize][lane / 64] |= bit;
        searches.all[lane / 64] |= bit;
    }
    let mut frontier = searches.seen.clone();
    // No bit is set in it where a step begins.
    let mut next = vec![NONE; count];
    let mut active = sources.to_vec();
    let mut met: Vec<u32> = Vec::new();
    let mut followed = 0;
    for distance in 1_u32.. {
        let unit = (UNIT / f64::from(distance)).round() as u128;
        let mut reached = Vec::with_capacity(active.len());
        let open: usize = active
            .iter()
            .map(|node| forwards.neighbors_slice(*node).len())
            .sum();
        if open * SPARSE < ties {
            followed += open;
            for from in &active {
                let bits = frontier[*from as usize];
                for to in forwards.neighbors_slice(*from) {
                    let theirs = &mut next[*to as usize];
                    if *theirs == NONE {
                        met.push(*to);
                    }
                    join(theirs, &bits);
                }
            }
            for at in met.drain(..) {
                let bits = &mut next[at as usize];
                *bits = match searches.arrive(at as usize, *bits, distance, unit) {
                    Some(new) => {
                        reached.push(at);
                        new
                    }
                    None => NONE,
                };
            }
        } else {
            followed += ties;
            for (at, next) in next.iter_mut().enumerate() {
                if searches.seen[at] == searches.all {
                    continue;
                }
                let mut bits = NONE;
                for neighbour in backwards.neighbors_slice(at as u32) {
                    join(&mut bits, &frontier[*neighbour as usize]);
                }
                if let Some(new) = searches.arrive(at, bits, distance, unit) {
                    *next = new;
                    reached.push(at as u32);
                }
            }
        }
        if reached.is_empty() {
            break;
        }
        for node in &active {
            frontier[*node as usize] = NONE;
        }
        std::mem::swap(&mut frontier, &mut next);
        active = reached;
        if followed > PATIENCE {
            followed = 0;
            task.check()?;
        }
    }
    Ok(searches.found)
}

fn get(measures: &Measures, task: &Task) -> Result<std::sync::Arc<Distances>, Cancelled> {
    measures
        .distances
        .get(|| distances(measures.network(), task))
}

fn closeness(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = get(measures, task)?;
    let others = measures.network().len().saturating_sub(1) as f64;
    Ok((0..measures.network().len())
        .map(|node| {
            let reached = f64::from(found.reached[node]);
            if reached == 0.0 {
                return Score::Value(0.0);
            }
            Score::Value(reached / found.farness[node] as f64 * (reached / others))
        })
        .collect())
}

fn harmonic(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = get(measures, task)?;
    let others = measures.network().len().saturating_sub(1) as f64;
    Ok((0..measures.network().len())
        .map(|node| Score::share(found.reciprocal(node), others, Undefined::FewNodes))
        .collect())
}

fn eccentricity(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = get(measures, task)?;
    let hops = found.eccentricity.iter();
    Ok(hops.map(|hops| Score::Value(f64::from(*hops))).collect())
}

/// The nodes of the largest component; of all of that size, if there are several: names must not
/// decide between them.
fn largest(measures: &Measures, task: &Task) -> Result<Vec<usize>, Cancelled> {
    let components = super::cuts::components_of(measures, task)?;
    let size_of = |node: &usize| components.sizes[components.of[*node] as usize];
    let most = components.sizes.first().copied().unwrap_or_default();
    Ok((0..measures.network().len())
        .filter(|node| size_of(node) == most)
        .collect())
}

fn average_path_length(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let found = get(measures, task)?;
    let nodes = largest(measures, task)?;
    let pairs: u64 = nodes.iter().map(|n| u64::from(found.reached[*n])).sum();
    let total: u64 = nodes.iter().map(|n| found.farness[*n]).sum();
    Ok(Score::share(
        total as f64,
        pairs as f64,
        Undefined::FewNodes,
    ))
}

fn diameter(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let found = get(measures, task)?;
    let nodes = largest(measures, task)?;
    let most = nodes.iter().map(|n| found.eccentricity[*n]).max();
    Ok(match most {
        Some(hops) if hops > 0 => Score::Value(f64::from(hops)),
        _ => Score::Undefined(Undefined::FewNodes),
    })
}

fn reachable_path_length(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let found = get(measures, task)?;
    let pairs: u64 = found.reached.iter().map(|r| u64::from(*r)).sum();
    let total: u64 = found.farness.iter().sum();
    Ok(Score::share(total as f64, pairs as f64, Undefined::NoTies))
}

fn reachable_pairs(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let found = get(measures, task)?;
    let n = measures.network().len() as f64;
    let pairs: u64 = found.reached.iter().map(|r| u64::from(*r)).sum();
    Ok(Score::share(
        pairs as f64,
        n * (n - 1.0),
        Undefined::FewNodes,
    ))
}

fn distance_fragmentation(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    if measures.network().len() < 2 {
        return Ok(Score::Undefined(Undefined::FewNodes));
    }
    let scores = harmonic(measures, task)?;
    Ok(match mean(&scores, Undefined::FewNodes) {
        Score::Value(mean) => Score::Value(1.0 - mean),
        undefined => undefined,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_of_a_path_are_its_hops() {
        let network = Network::from_edges(4, false, [(0, 1), (1, 2), (2, 3)]);
        let found = distances(&network, &Task::new()).unwrap();
        assert_eq!(found.farness, [6, 4, 4, 6]);
        assert_eq!(found.eccentricity, [3, 2, 2, 3]);
        assert!((found.reciprocal(0) - (1.0 + 0.5 + 1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn directed_distances_are_those_towards_the_node() {
        let network = Network::from_edges(3, true, [(0, 1), (1, 2)]);
        let found = distances(&network, &Task::new()).unwrap();
        assert_eq!(found.farness, [0, 1, 3]);
    }

    #[test]
    fn of_components_of_one_size_none_is_preferred() {
        let network = Network::from_edges(6, true, [(0, 1), (1, 2), (3, 4), (5, 4)]);
        let measures = Measures::new(std::sync::Arc::new(network), Default::default());
        let mean = average_path_length(&measures, &Task::new()).unwrap();
        // 1, 1 and 2 in one, 1 and 1 in the other.
        assert_eq!(mean, Score::Value(1.2));
        assert_eq!(diameter(&measures, &Task::new()), Ok(Score::Value(2.0)));
    }

    #[test]
    fn more_nodes_than_lanes_are_searched_in_batches() {
        let count = 3 * LANES as u32 + 5;
        let ring = (0..count).map(|i| (i, (i + 1) % count));
        let network = Network::from_edges(count as usize, false, ring);
        let found = distances(&network, &Task::new()).unwrap();
        let half = u64::from(count / 2);
        // An odd ring: each distance up to the half, twice.
        assert!(found.farness.iter().all(|sum| *sum == half * (half + 1)));
    }

    /// Paths, trees and tangles, so that steps of both kinds are taken.
    #[test]
    fn searches_that_go_together_find_what_each_finds_alone() {
        let mut random = super::super::Random::stream(7, 0);
        for (count, ties, is_directed) in [
            (700, 600, false),
            (700, 690, true),
            (1_100, 1_200, true),
            (300, 2_000, false),
        ] {
            let edges: Vec<(u32, u32)> = (0..ties)
                .map(|_| (random.below(count) as u32, random.below(count) as u32))
                .chain((0..count as u32 / 3).map(|n| (n, n + 1)))
                .filter(|(from, to)| from != to)
                .collect();
            let network = Network::from_edges(count, is_directed, edges);
            let found = distances(&network, &Task::new()).unwrap();
            for node in (0..count).step_by(13) {
                let mut hops = vec![None; count];
                hops[node] = Some(0_u32);
                let mut queue = std::collections::VecDeque::from([node as u32]);
                while let Some(at) = queue.pop_front() {
                    let next = hops[at as usize].map(|hops| hops + 1);
                    for from in network.columns().neighbors_slice(at) {
                        if hops[*from as usize].is_none() {
                            hops[*from as usize] = next;
                            queue.push_back(*from);
                        }
                    }
                }
                let hops: Vec<u32> = hops.into_iter().flatten().filter(|h| *h > 0).collect();
                let sum: u64 = hops.iter().map(|hops| u64::from(*hops)).sum();
                assert_eq!(found.reached[node] as usize, hops.len());
                assert_eq!(found.farness[node], sum);
                assert_eq!(
                    found.eccentricity[node],
                    hops.iter().max().copied().unwrap_or(0)
                );
                let near: f64 = hops.iter().map(|hops| 1.0 / f64::from(*hops)).sum();
                assert!((found.reciprocal(node) - near).abs() < 1e-9);
            }
        }
    }
}
