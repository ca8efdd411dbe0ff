//! Core and periphery (Borgatti and Everett 1999): how well the network splits into a core that
//! everyone is tied to and a periphery whose members are tied to the core only.

use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::Network;
use std::sync::Arc;

const REFERENCE: &str = "Borgatti and Everett 1999, https://doi.org/10.1016/S0378-8733(99)00019-2";

const UNDEFINED: &str = "n_too_small: fewer than three nodes; no_ties; no_variation: no degree \
     separates a core from a periphery of at least two nodes; two_mode: the network has two kinds \
     of nodes";

const ORACLE: &str = "the correlation computed from the two matrices for every admissible core; \
     UCINET searches all subsets, so its fit can be better";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "corePeripheryFit",
        name: "Core–periphery fit, discrete model",
        definition: "How well the network matches an ideal one in which every node is tied to all \
             of the core and no two peripheral nodes are tied.",
        formula: "max over cores C of the Pearson correlation over pairs i<j of a_ij with \
             Δ_ij = 1 if i ∈ C or j ∈ C, else 0; cores are all sets {i: degree_i ≥ d}",
        range: "-1 to 1; 1 if the network is the ideal one",
        reference: REFERENCE,
        undefined_when: UNDEFINED,
        oracle: ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| Ok(of(measures, task)?.fit)),
    },
    Metric {
        id: "coreSize",
        name: "Size of the core",
        definition: "How many nodes are in the core that fits best.",
        formula: "number of nodes in the core that corePeripheryFit finds, the smaller of two that \
             fit equally well",
        range: "1 to n-2, in nodes",
        reference: REFERENCE,
        undefined_when: UNDEFINED,
        oracle: ORACLE,
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| Ok(of(measures, task)?.size)),
    },
    Metric {
        id: "inCore",
        name: "Member of the core",
        definition: "Whether the node is in the core that fits best.",
        formula: "1 if the node is in the core that corePeripheryFit finds, else 0",
        range: "0 or 1",
        reference: REFERENCE,
        undefined_when: UNDEFINED,
        oracle: ORACLE,
        kind: ValueKind::Flag,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| Ok(of(measures, task)?.members.clone())),
    },
];

fn of(measures: &Measures, task: &Task) -> Result<Arc<CorePeriphery>, Cancelled> {
    measures
        .core_periphery
        .get(|| core_periphery(measures.network(), task))
}

/// The core that fits best, and how well.
#[derive(Clone, Debug)]
pub struct CorePeriphery {
    /// The correlation, `-1.0..=1.0`.
    pub fit: Score,
    /// How many nodes are in the core.
    pub size: Score,
    /// 1 for nodes in the core, 0 for the others, in the order of the network.
    pub members: Vec<Score>,
}

/// Finds the core that fits the discrete model of Borgatti and Everett best.
///
/// Candidates are the sets of all nodes of at least some degree: nodes of equal degree go
/// together, so the result does not depend on names. If two fit equally well the smaller is
/// taken. Direction and weights are ignored; isolates count as nodes that should be tied to the
/// core. The model is one of one-mode networks.
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(n + m)**, space **O(n)**.
pub fn core_periphery(network: &Network, task: &Task) -> Result<CorePeriphery, Cancelled> {
    task.check()?;
    Ok(match best(network) {
        Ok(best) => CorePeriphery {
            fit: Score::of(best.fit, Undefined::NoVariation),
            size: Score::Value(best.size as f64),
            members: (0..network.len() as u32)
                .map(|node| degree(network, node) >= best.least_degree)
                .map(|is_in| Score::Value(f64::from(u8::from(is_in))))
                .collect(),
        },
        Err(reason) => CorePeriphery {
            fit: Score::Undefined(reason),
            size: Score::Undefined(reason),
            members: vec![Score::Undefined(reason); network.len()],
        },
    })
}

struct Best {
    fit: f64,
    size: usize,
    least_degree: usize,
}

fn degree(network: &Network, node: u32) -> usize {
    network.undirected().neighbors_slice(node).len()
}

fn best(network: &Network) -> Result<Best, Undefined> {
    if network.is_two_mode() {
        return Err(Undefined::TwoMode);
    }
    let count = network.len();
    if count < 3 {
        return Err(Undefined::FewNodes);
    }
    let degrees: Vec<usize> = (0..count as u32)
        .map(|node| degree(network, node))
        .collect();
    let highest = degrees.iter().copied().max().unwrap_or(0);
    if highest == 0 {
        return Err(Undefined::NoTies);
    }
    // A tie is the core's as soon as its better-tied end is in it.
    let mut nodes_of = vec![0_usize; highest + 1];
    let mut ties_of = vec![0_i128; highest + 1];
    let mut ties = 0_i128;
    for node in 0..count as u32 {
        let own = degrees[node as usize];
        nodes_of[own] += 1;
        for other in network.undirected().neighbors_slice(node) {
            if node < *other {
                ties += 1;
                ties_of[own.max(degrees[*other as usize])] += 1;
            }
        }
    }
    let n = count as i128;
    let pairs = n * (n - 1) / 2;
    let mut best: Option<Best> = None;
    let (mut size, mut covered) = (0_usize, 0_i128);
    for least_degree in (0..=highest).rev() {
        if nodes_of[least_degree] == 0 {
            continue;
        }
        size += nodes_of[least_degree];
        covered += ties_of[least_degree];
        let periphery = (count - size) as i128;
        let ideal = pairs - periphery * (periphery - 1) / 2;
        let (apart, untied) = (pairs - ideal, pairs - ties);
        if apart == 0 || untied == 0 {
            continue;
        }
        // The correlation of two yes-or-no variables, from counts.
        let above = (pairs * covered - ties * ideal) as f64;
        let spread = (ties as f64 * untied as f64).sqrt() * (ideal as f64 * apart as f64).sqrt();
        let fit = (above / spread).clamp(-1.0, 1.0);
        // Rounding must not make a larger core look better.
        if best.as_ref().is_none_or(|best| fit > best.fit + 1e-12) {
            best = Some(Best {
                fit,
                size,
                least_degree,
            });
        }
    }
    best.ok_or(Undefined::NoVariation)
}

#[cfg(test)]
mod tests {
    use super::super::Random;
    use super::*;

    fn measured(network: &Network) -> CorePeriphery {
        core_periphery(network, &Task::new()).unwrap()
    }

    #[test]
    fn a_star_is_the_ideal() {
        let star = Network::from_edges(5, false, [(0, 1), (0, 2), (0, 3), (0, 4)]);
        let result = measured(&star);
        assert_eq!(result.fit, Score::Value(1.0));
        assert_eq!(result.size, Score::Value(1.0));
        let members: Vec<f64> = result.members.iter().filter_map(|m| m.value()).collect();
        assert_eq!(members, [1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_path_of_four_has_its_middle_as_core() {
        // Core {1, 2}: 5 ideal pairs of 6, 3 ties, all covered:
        // (6·3 - 3·5) / √(3·3·5·1) = 3/√45.
        let result = measured(&Network::from_edges(4, false, [(0, 1), (1, 2), (2, 3)]));
        assert!((result.fit.value().unwrap() - 3.0 / 45_f64.sqrt()).abs() < 1e-15);
        assert_eq!(result.size, Score::Value(2.0));
    }

    #[test]
    fn direction_does_not_matter() {
        let edges = [(1, 0), (0, 1), (2, 0), (0, 3), (3, 4)];
        let directed = measured(&Network::from_edges(6, true, edges));
        let undirected = measured(&Network::from_edges(6, false, edges));
        assert_eq!(directed.fit, undirected.fit);
        assert_eq!(directed.members, undirected.members);
    }

    #[test]
    fn what_has_no_core_says_why() {
        let reason = |network: Network| measured(&network).fit.undefined();
        let pair = Network::from_edges(2, false, [(0, 1)]);
        assert_eq!(reason(pair), Some(Undefined::FewNodes));
        let nothing = Network::from_edges(3, false, []);
        assert_eq!(reason(nothing), Some(Undefined::NoTies));
        let ring = Network::from_edges(4, false, [(0, 1), (1, 2), (2, 3), (0, 3)]);
        assert_eq!(reason(ring), Some(Undefined::NoVariation));
        let complete = Network::from_edges(3, false, [(0, 1), (1, 2), (0, 2)]);
        assert_eq!(reason(complete), Some(Undefined::NoVariation));
        assert_eq!(
            reason(Network::from_edges(0, false, [])),
            Some(Undefined::FewNodes)
        );
    }

    /// The correlation of the two matrices, pair by pair.
    fn correlated(network: &Network, is_core: impl Fn(u32) -> bool) -> Option<f64> {
        let count = network.len() as u32;
        let mut pairs = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                let is_tied = network.neighbours(a).contains(&b);
                let number = |is: bool| f64::from(u8::from(is));
                pairs.push((number(is_tied), number(is_core(a) || is_core(b))));
            }
        }
        let count = pairs.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|p| p.0), mean(|p| p.1));
        let covariance: f64 = pairs.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
        let spread: f64 = pairs.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
            * pairs.iter().map(|p| (p.1 - y).powi(2)).sum::<f64>();
        (spread > 1e-9).then(|| covariance / spread.sqrt())
    }

    #[test]
    fn the_fit_is_the_best_correlation_of_the_matrices() {
        let mut random = Random::stream(5, 0);
        for _ in 0..40 {
            let pairs = (0..9_u32).flat_map(|a| (a + 1..9).map(move |b| (a, b)));
            let edges: Vec<(u32, u32)> = pairs.filter(|_| random.below(10) < 4).collect();
            let network = Network::from_edges(9, false, edges.iter().copied());
            let best = (1..9)
                .filter_map(|least| {
                    correlated(&network, |node| network.neighbours(node).len() >= least)
                })
                .max_by(f64::total_cmp);
            match (measured(&network).fit.value(), best) {
                (Some(fit), Some(best)) => assert!((fit - best).abs() < 1e-9, "{edges:?}"),
                (fit, best) => assert_eq!(fit, best, "{edges:?}"),
            }
        }
    }
}
