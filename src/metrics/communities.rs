//! Communities: parts with more ties inside than their sizes would make one expect.

use super::exact::sum;
use super::{Cancelled, Compute, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::Network;
use leiden_rs::{GraphDataBuilder, Leiden, LeidenConfig, Partition};
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
        is_costly: false,
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
        is_costly: false,
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
        is_costly: false,
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

/// Divides a network with the Leiden algorithm. Nodes are visited in an order that does not depend
/// on their names.
///
/// # Complexity
/// Time nearly O(|E|), space O(|V| + |E|).
pub fn communities(network: &Network, seed: u64) -> Communities {
    let none = Communities {
        of: None,
        count: 0,
        modularity: Score::Undefined(Undefined::NoTies),
    };
    if network.ties().is_empty() {
        return none;
    }
    let order = network.canonical_order();
    let mut place = vec![0_usize; network.len()];
    for (position, node) in order.iter().enumerate() {
        place[*node as usize] = position;
    }
    let Some(found) = divide(network, order, &place, seed) else {
        return none;
    };
    // The largest first; of one size the one whose first member comes first in the order.
    let parts = found.iter().copied().max().unwrap_or_default() + 1;
    let mut size = vec![0_usize; parts];
    let mut first = vec![usize::MAX; parts];
    for (position, part) in found.iter().enumerate().rev() {
        size[*part] += 1;
        first[*part] = position;
    }
    let mut ranked: Vec<usize> = (0..parts).filter(|part| size[*part] > 0).collect();
    ranked.sort_by_key(|part| (std::cmp::Reverse(size[*part]), first[*part]));
    let mut number = vec![0_u32; parts];
    for (position, part) in ranked.iter().enumerate() {
        number[*part] = position as u32 + 1;
    }
    let of: Vec<u32> = place
        .iter()
        .map(|position| number[found[*position]])
        .collect();
    Communities {
        modularity: modularity(network, &of),
        of: Some(of),
        count: ranked.len(),
    }
}

/// How many ties all runs together may look at, and how many runs there are at most: a small
/// network is divided several times and the best division wins.
const TIES_IN_ALL: usize = 20_000;
const MOST_RUNS: usize = 20;
/// How often a division is taken up again to be improved.
const MOST_ROUNDS: usize = 8;

/// The part of each node, by its place in the order.
fn divide(network: &Network, order: &[u32], place: &[usize], seed: u64) -> Option<Vec<usize>> {
    let rows = network.undirected();
    let mut builder = GraphDataBuilder::new(order.len());
    let mut ties = 0;
    for (position, node) in order.iter().enumerate() {
        let mut ends: Vec<usize> = rows
            .neighbors_slice(*node)
            .iter()
            .map(|neighbour| place[*neighbour as usize])
            .filter(|other| *other > position)
            .collect();
        ends.sort_unstable();
        ties += ends.len();
        for other in ends {
            builder.add_edge(position, other, 1.0).ok()?;
        }
    }
    let data = builder.build().ok()?;
    let runs = (TIES_IN_ALL / ties.max(1)).clamp(1, MOST_RUNS);
    let mut best: Option<(f64, Partition)> = None;
    for run in 0..runs as u64 {
        let config = LeidenConfig::builder().seed(seed.wrapping_add(run)).build();
        let leiden = Leiden::new(config);
        let mut found = leiden.run(&data).ok()?;
        // In a large network one run is as good as its improvement, and costs a third.
        for _ in 0..if runs > 1 { MOST_ROUNDS } else { 0 } {
            let again = leiden
                .run_with_initial_partition(&data, found.partition.clone())
                .ok()?;
            if again.quality <= found.quality + 1e-9 {
                break;
            }
            found = again;
        }
        // The first of equals, so that rounding decides nothing.
        if best
            .as_ref()
            .is_none_or(|(quality, _)| found.quality > quality + 1e-9)
        {
            best = Some((found.quality, found.partition));
        }
    }
    let (_, partition) = best?;
    Some(
        (0..order.len())
            .map(|position| partition.community_of(position))
            .collect(),
    )
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
        task.check()?;
        task.begin("communities", 1);
        let found = task.parallel(|| communities(measures.network(), measures.options().seed));
        task.advance()?;
        Ok(found)
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
        let found = communities(&network, 42);
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
        assert!(communities(&network, 42).of.is_none());
    }
}
