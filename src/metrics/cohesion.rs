//! How closed the neighbourhoods are: cores, triangles, clustering, transitivity.

use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::metrics::exact::sum;
use crate::network::Network;
use rayon::prelude::*;
use std::sync::Arc;

const WATTS: &str = "Watts & Strogatz 1998, https://doi.org/10.1038/30918";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "core",
        name: "Core number",
        definition: "The largest k such that the node belongs to a part of the network in which every node has at least k ties.",
        formula: "max k with i in the k-core; direction ignored",
        range: "count from 0",
        reference: "Seidman 1983, https://doi.org/10.1016/0378-8733(83)90028-X; algorithm of Batagelj & Zaveršnik 2003, https://arxiv.org/abs/cs/0310049",
        undefined_when: "never; 0 for a node without ties",
        oracle: "NetworkX core_number",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(core),
    },
    Metric {
        id: "clustering",
        name: "Local clustering coefficient",
        definition: "Share of the pairs of the node's neighbours that are tied to each other.",
        formula: "2 t_i / (k_i (k_i - 1)), t_i the triangles through i; direction ignored",
        range: "0 to 1",
        reference: WATTS,
        undefined_when: "the node has fewer than two neighbours",
        oracle: "NetworkX clustering (which gives 0 where it is undefined)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(clustering),
    },
    Metric {
        id: "transitivity",
        name: "Transitivity",
        definition: "Share of the two-step paths that are closed by a tie between their ends.",
        formula: "3 · triangles / Σ_i k_i (k_i - 1)/2; direction ignored",
        range: "0 to 1",
        reference: "Newman 2003, https://doi.org/10.1137/S003614450342480",
        undefined_when: "no node has two neighbours",
        oracle: "NetworkX transitivity (which gives 0 where it is undefined)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(transitivity),
    },
    Metric {
        id: "averageClustering",
        name: "Average clustering",
        definition: "Mean of the local clustering coefficients of all nodes, with 0 for those that have fewer than two neighbours.",
        formula: "Σ_i C_i / n, C_i = 0 where undefined",
        range: "0 to 1",
        reference: WATTS,
        undefined_when: "there is no node",
        oracle: "NetworkX average_clustering",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(average_clustering),
    },
    Metric {
        id: "meanClustering",
        name: "Mean clustering of nodes that have one",
        definition: "Mean of the local clustering coefficients of the nodes with two or more neighbours.",
        formula: "Σ C_i / |{i : k_i ≥ 2}|",
        range: "0 to 1",
        reference: WATTS,
        undefined_when: "no node has two neighbours",
        oracle: "NetworkX average_clustering(count_zeros over the nodes with degree ≥ 2)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(mean_clustering),
    },
];

/// The core number of each node.
///
/// # Complexity
/// Time O(|V| + |E|).
pub fn core_numbers(network: &Network) -> Vec<u32> {
    let rows = network.undirected();
    let count = network.len();
    let mut degree: Vec<u32> = (0..count as u32)
        .map(|node| rows.neighbors_slice(node).len() as u32)
        .collect();
    let most = degree.iter().copied().max().unwrap_or_default() as usize;
    // Nodes in buckets of rising degree, as one array with the beginnings of the buckets.
    let mut begin = vec![0_usize; most + 2];
    for k in &degree {
        begin[*k as usize + 1] += 1;
    }
    for k in 1..begin.len() {
        begin[k] += begin[k - 1];
    }
    let mut next = begin.clone();
    let mut order = vec![0_u32; count];
    let mut place = vec![0_usize; count];
    for node in 0..count {
        let k = degree[node] as usize;
        place[node] = next[k];
        order[next[k]] = node as u32;
        next[k] += 1;
    }
    for at in 0..count {
        let node = order[at];
        let k = degree[node as usize];
        for neighbour in rows.neighbors_slice(node) {
            let other = *neighbour as usize;
            let theirs = degree[other];
            if theirs > k {
                // Swaps the neighbour with the first of its bucket and moves the bucket's border.
                let first = begin[theirs as usize].max(at + 1);
                let here = place[other];
                let moved = order[first] as usize;
                order.swap(first, here);
                place[moved] = here;
                place[other] = first;
                begin[theirs as usize] = first + 1;
                degree[other] = theirs - 1;
            }
        }
    }
    degree
}

/// The triangles through each node.
#[derive(Debug)]
pub struct Triangles {
    /// How many triangles each node is in.
    pub of: Vec<u64>,
    /// How many neighbours each node has, whatever the direction.
    pub degree: Vec<u32>,
}

/// Counts triangles; direction is ignored.
///
/// Each tie is turned towards the end with more neighbours, so that hubs have few ties out
/// (Chiba & Nishizeki 1985, <https://doi.org/10.1137/0214017>).
///
/// # Complexity
/// Time O(|E|^1.5), space O(|V| + |E|).
///
/// # Errors
/// [`Cancelled`].
pub fn triangles(network: &Network, task: &Task) -> Result<Triangles, Cancelled> {
    const CHUNK: usize = 1_024;
    let rows = network.undirected();
    let count = network.len();
    let degree: Vec<u32> = (0..count as u32)
        .map(|node| rows.neighbors_slice(node).len() as u32)
        .collect();
    // Numbers by rising degree; each node keeps its neighbours of higher number.
    let mut by_degree: Vec<u32> = (0..count as u32).collect();
    by_degree.sort_by_key(|node| degree[*node as usize]);
    let mut rank = vec![0_u32; count];
    for (position, node) in by_degree.iter().enumerate() {
        rank[*node as usize] = position as u32;
    }
    let mut offsets = Vec::with_capacity(count + 1);
    let mut higher: Vec<u32> = Vec::with_capacity(network.ties().len());
    offsets.push(0_usize);
    for node in &by_degree {
        let own = rank[*node as usize];
        let neighbours = rows.neighbors_slice(*node).iter();
        higher.extend(neighbours.map(|n| rank[*n as usize]).filter(|r| *r > own));
        offsets.push(higher.len());
    }
    let out = |rank: usize| &higher[offsets[rank]..offsets[rank + 1]];
    let chunks = count.div_ceil(CHUNK);
    task.begin("triangles", chunks);
    let by_rank = task.parallel(|| {
        (0..chunks)
            .into_par_iter()
            .try_fold(
                || (vec![0_u64; count], vec![u32::MAX; count]),
                |(mut found, mut mark), chunk| {
                    for u in chunk * CHUNK..((chunk + 1) * CHUNK).min(count) {
                        for v in out(u) {
                            mark[*v as usize] = u as u32;
                        }
                        for v in out(u) {
                            for w in out(*v as usize) {
                                if mark[*w as usize] == u as u32 {
                                    found[u] += 1;
                                    found[*v as usize] += 1;
                                    found[*w as usize] += 1;
                                }
                            }
                        }
                    }
                    task.advance()?;
                    Ok((found, mark))
                },
            )
            .map(|part| part.map(|(found, _)| found))
            .try_reduce(
                || vec![0; count],
                |mut a, b| {
                    for (a, b) in a.iter_mut().zip(&b) {
                        *a += b;
                    }
                    Ok(a)
                },
            )
    })?;
    Ok(Triangles {
        of: rank.iter().map(|rank| by_rank[*rank as usize]).collect(),
        degree,
    })
}

fn core(measures: &Measures, _: &Task) -> Result<Vec<Score>, Cancelled> {
    let cores = core_numbers(measures.network());
    Ok(cores.iter().map(|k| Score::Value(f64::from(*k))).collect())
}

fn get(measures: &Measures, task: &Task) -> Result<Arc<Triangles>, Cancelled> {
    measures
        .triangles
        .get(|| triangles(measures.network(), task))
}

fn clustering(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = get(measures, task)?;
    Ok(found
        .of
        .iter()
        .zip(&found.degree)
        .map(|(triangles, k)| {
            let pairs = u64::from(*k) * u64::from(k.saturating_sub(1)) / 2;
            Score::share(*triangles as f64, pairs as f64, Undefined::FewNeighbours)
        })
        .collect())
}

fn transitivity(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let found = get(measures, task)?;
    let closed: u64 = found.of.iter().sum();
    let paths: u64 = found
        .degree
        .iter()
        .map(|k| u64::from(*k) * u64::from(k.saturating_sub(1)) / 2)
        .sum();
    Ok(Score::share(
        closed as f64,
        paths as f64,
        Undefined::FewNeighbours,
    ))
}

fn average_clustering(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let scores = clustering(measures, task)?;
    let total = sum(scores.iter().filter_map(|score| score.value()));
    Ok(Score::share(
        total,
        scores.len() as f64,
        Undefined::FewNodes,
    ))
}

fn mean_clustering(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let scores = clustering(measures, task)?;
    Ok(super::degree::mean(&scores, Undefined::FewNeighbours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triangle_with_a_tail() {
        let network = Network::from_edges(5, false, [(0, 1), (1, 2), (0, 2), (2, 3)]);
        assert_eq!(core_numbers(&network), [2, 2, 2, 1, 0]);
        let found = triangles(&network, &Task::new()).unwrap();
        assert_eq!(found.of, [1, 1, 1, 0, 0]);
    }

    #[test]
    fn cores_of_nested_parts() {
        // A clique of four, a ring of three on it, a leaf.
        let edges = [
            (0, 1),
            (0, 2),
            (0, 3),
            (1, 2),
            (1, 3),
            (2, 3),
            (3, 4),
            (4, 5),
            (5, 3),
            (5, 6),
        ];
        let network = Network::from_edges(7, false, edges);
        assert_eq!(core_numbers(&network), [3, 3, 3, 3, 2, 2, 1]);
    }
}
