//! Standing through the standing of neighbours: eigenvector centrality and PageRank.

use super::exact::Grid;
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::Network;
use rayon::prelude::*;

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "eigenvector",
        name: "Eigenvector centrality",
        definition: "How well connected the node is to nodes that are themselves well connected. Ignores weights. Outside the part of the network with the greatest eigenvalue it is 0.",
        formula: "x = A x / λ₁, ‖x‖₂ = 1; in a directed network over ties towards the node",
        range: "0 to 1; the vector has length 1",
        reference: "Bonacich 1972, https://doi.org/10.1080/0022250X.1972.9989806",
        undefined_when: "there is no tie, or the iteration does not settle (two parts with almost the same eigenvalue; a directed network without circles)",
        oracle: "NetworkX eigenvector_centrality_numpy",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(eigenvector_scores),
    },
    Metric {
        id: "pagerank",
        name: "PageRank",
        definition: "Share of time that a walker spends at the node who follows ties and now and then (15 %) starts anew anywhere. Ignores weights.",
        formula: "p_i = 0.15/n + 0.85 (Σ_j p_j/k_j over ties to i + Σ_j p_j/n over nodes without ties out)",
        range: "0 to 1; the values of a network add up to 1",
        reference: "Brin & Page 1998, https://doi.org/10.1016/S0169-7552(98)00110-X",
        undefined_when: "never",
        oracle: "NetworkX pagerank(weight=None)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(pagerank_scores),
    },
];

const DAMPING: f64 = 0.85;
/// Below this many ties threads cost more than they bring.
const WORTH_THREADS: usize = 1_000_000;

/// For each node the sum of `values` over the nodes with a tie to it. The values are of a grid, so
/// the order of a node's neighbours does not matter.
fn gather(network: &Network, values: &[f64], into: &mut [f64]) {
    let columns = network.columns();
    let one = |node: usize| -> f64 {
        columns
            .neighbors_slice(node as u32)
            .iter()
            .map(|neighbour| values[*neighbour as usize])
            .sum()
    };
    if network.ties().len() < WORTH_THREADS {
        for (node, sum) in into.iter_mut().enumerate() {
            *sum = one(node);
        }
    } else {
        into.par_iter_mut()
            .with_min_len(1_024)
            .enumerate()
            .for_each(|(node, sum)| *sum = one(node));
    }
}

/// PageRank by iteration until the values change by less than 10⁻¹¹ in all.
///
/// # Complexity
/// Time O(|V| + |E|) for each of at most 200 steps.
///
/// # Errors
/// [`Cancelled`].
pub fn pagerank(network: &Network, task: &Task) -> Result<Vec<f64>, Cancelled> {
    const STEPS: usize = 200;
    const CLOSE: f64 = 1e-11;
    let count = network.len();
    if count == 0 {
        return Ok(Vec::new());
    }
    // All sums are shares of 1.
    let grid = Grid::below(1);
    let share: Vec<f64> = (0..count as u32)
        .map(|node| match network.neighbours(node).len() {
            0 => 0.0,
            ties => DAMPING / ties as f64,
        })
        .collect();
    let n = count as f64;
    let mut rank = vec![grid.round(1.0 / n); count];
    let mut given = vec![0.0; count];
    let mut next = vec![0.0; count];
    for _ in 0..STEPS {
        task.check()?;
        let mut idle = 0.0;
        for node in 0..count {
            if share[node] == 0.0 {
                idle += rank[node];
            }
            given[node] = grid.round(rank[node] * share[node]);
        }
        let base = (1.0 - DAMPING) / n + DAMPING * idle / n;
        task.parallel(|| gather(network, &given, &mut next));
        let mut change = 0.0;
        for node in 0..count {
            let value = grid.round(next[node] + base);
            change += (value - rank[node]).abs();
            rank[node] = value;
        }
        if change < CLOSE {
            break;
        }
    }
    // What the grid has rounded away.
    let total = super::exact::sum(rank.iter().copied());
    for value in &mut rank {
        *value /= total;
    }
    Ok(rank)
}

/// Eigenvector centrality by power iteration on A + I, from equal values; `None` if it does not
/// settle.
///
/// # Complexity
/// Time O(|V| + |E|) for each of at most 5,000 steps.
///
/// # Errors
/// [`Cancelled`].
pub fn eigenvector(network: &Network, task: &Task) -> Result<Option<Vec<f64>>, Cancelled> {
    const STEPS: usize = 5_000;
    const CLOSE: f64 = 1e-14;
    let count = network.len();
    if network.ties().is_empty() {
        return Ok(None);
    }
    // Values are scaled to a greatest of 1, sums stay below n + 1.
    let bits = usize::BITS as i32 - count.leading_zeros() as i32 + 1;
    let grid = Grid::below(bits.max(2));
    let mut value = vec![1.0; count];
    let mut next = vec![0.0; count];
    let mut settled = false;
    for _ in 0..STEPS {
        task.check()?;
        task.parallel(|| gather(network, &value, &mut next));
        let mut most = 0.0_f64;
        for node in 0..count {
            next[node] += value[node];
            most = most.max(next[node]);
        }
        let mut change = 0.0_f64;
        for node in 0..count {
            let scaled = grid.round(next[node] / most);
            change = change.max((scaled - value[node]).abs());
            value[node] = scaled;
        }
        // No finer than the grid.
        if change <= CLOSE.max(f64::powi(2.0, bits - 51)) {
            settled = true;
            break;
        }
    }
    if !settled {
        return Ok(None);
    }
    // The sum of squares in whole numbers, so that its order does not matter.
    let square: u128 = value
        .iter()
        .map(|v| {
            let fixed = (v * (1_u64 << 50) as f64) as u128;
            fixed * fixed
        })
        .sum();
    let length = (square as f64).sqrt() / (1_u64 << 50) as f64;
    Ok((length > 0.0).then(|| value.iter().map(|v| v / length).collect()))
}

fn pagerank_scores(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let rank = pagerank(measures.network(), task)?;
    Ok(rank.into_iter().map(Score::Value).collect())
}

fn eigenvector_scores(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let reason = if network.ties().is_empty() {
        Undefined::NoTies
    } else {
        Undefined::NotConverged
    };
    Ok(match eigenvector(network, task)? {
        Some(values) => values.into_iter().map(Score::Value).collect(),
        None => vec![Score::Undefined(reason); network.len()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_add_up_to_one_with_isolates_and_dead_ends() {
        for directed in [false, true] {
            let network = Network::from_edges(5, directed, [(0, 1), (1, 2), (0, 2), (2, 3)]);
            let rank = pagerank(&network, &Task::new()).unwrap();
            assert!((rank.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_star_has_its_known_vector() {
        let network = Network::from_edges(4, false, [(0, 1), (0, 2), (0, 3)]);
        let value = eigenvector(&network, &Task::new()).unwrap().unwrap();
        assert!((value[0] - 0.5_f64.sqrt()).abs() < 1e-9);
        assert!((value[1] - (1.0_f64 / 6.0).sqrt()).abs() < 1e-9);
    }
}
