//! How many ties: degree, strength, size, density, and whether the well-tied tie with each other.

use super::exact::{ExactSum, sum};
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::Network;

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "degree",
        name: "Degree",
        definition: "Number of distinct nodes to which the node is tied.",
        formula: "k_i = |N(i)|; in a directed network in-degree + out-degree",
        range: "count from 0 to n - 1 (directed: to 2(n - 1))",
        reference: "Freeman 1978, https://doi.org/10.1016/0378-8733(78)90021-7",
        undefined_when: "never; 0 for a node without ties",
        oracle: "NetworkX Graph.degree",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(degree),
    },
    Metric {
        id: "strength",
        name: "Strength",
        definition: "Sum of the weights of the node's ties: how often, or how much, it is tied.",
        formula: "s_i = Σ_j w_ij; in a directed network over ties in and out",
        range: "from 0, in the unit of the weight",
        reference: "Barrat et al. 2004, https://doi.org/10.1073/pnas.0400087101",
        undefined_when: "the node has ties and the weight of none of them is known",
        oracle: "NetworkX Graph.degree(weight=\"weight\")",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(strength),
    },
    Metric {
        id: "nodes",
        name: "Nodes",
        definition: "Number of nodes.",
        formula: "n = |V|",
        range: "count from 0",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "never",
        oracle: "NetworkX number_of_nodes",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| Ok(Score::Value(measures.network().len() as f64))),
    },
    Metric {
        id: "edges",
        name: "Edges",
        definition: "Number of distinct ties; repeated ones count once, ties of a node to itself not at all.",
        formula: "m = |E|",
        range: "count from 0",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "never",
        oracle: "NetworkX number_of_edges on the simple graph",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| {
            Ok(Score::Value(measures.network().ties().len() as f64))
        }),
    },
    Metric {
        id: "density",
        name: "Density",
        definition: "Share of the possible ties that are there.",
        formula: "m / (n(n-1)/2); directed m / (n(n-1)); two modes m / (n₁n₂)",
        range: "0 to 1",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "no tie is possible: fewer than two nodes, or an empty side",
        oracle: "NetworkX density and bipartite.density (which give 0 where it is undefined)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(density),
    },
    Metric {
        id: "averageDegree",
        name: "Average degree",
        definition: "Mean number of ties of a node.",
        formula: "2m / n",
        range: "0 to n - 1",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "there is no node",
        oracle: "NetworkX degree",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| {
            let network = measures.network();
            let ends = 2 * network.ties().len();
            Ok(Score::share(
                ends as f64,
                network.len() as f64,
                Undefined::FewNodes,
            ))
        }),
    },
    Metric {
        id: "isolates",
        name: "Isolates",
        definition: "Number of nodes without any tie.",
        formula: "|{i : k_i = 0}|",
        range: "count from 0 to n",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "never",
        oracle: "NetworkX number_of_isolates",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| {
            let degrees = degrees(measures.network());
            Ok(Score::Value(
                degrees.iter().filter(|k| **k == 0).count() as f64
            ))
        }),
    },
    Metric {
        id: "degreeAssortativity",
        name: "Degree assortativity",
        definition: "Whether well-tied nodes are tied to each other (positive) or to poorly tied ones (negative).",
        formula: "Pearson correlation of the degrees at the two ends of ties, each tie taken both ways",
        range: "-1 to 1",
        reference: "Newman 2003, https://doi.org/10.1103/PhysRevE.67.026126",
        undefined_when: "there is no tie, or all ends have the same degree",
        oracle: "NetworkX degree_pearson_correlation_coefficient (NaN where it is undefined)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(degree_assortativity),
    },
];

/// The number of ties of each node, in and out together.
pub(crate) fn degrees(network: &Network) -> Vec<usize> {
    (0..network.len() as u32)
        .map(|node| {
            let out = network.neighbours(node).len();
            if network.is_directed() {
                out + network.in_neighbours(node).len()
            } else {
                out
            }
        })
        .collect()
}

fn degree(measures: &Measures, _: &Task) -> Result<Vec<Score>, Cancelled> {
    let degrees = degrees(measures.network());
    Ok(degrees.iter().map(|k| Score::Value(*k as f64)).collect())
}

fn strength(measures: &Measures, _: &Task) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let mut sums = vec![(ExactSum::default(), false, false); network.len()];
    for tie in network.ties() {
        for end in [tie.source, tie.target] {
            let (sum, tied, known) = &mut sums[end as usize];
            *tied = true;
            if !tie.weight.is_nan() {
                *known = true;
                sum.add(tie.weight);
            }
        }
    }
    Ok(sums
        .iter()
        .map(|(sum, tied, known)| {
            if *tied && !*known {
                Score::Undefined(Undefined::UnknownWeight)
            } else {
                Score::Value(sum.value())
            }
        })
        .collect())
}

fn density(measures: &Measures, _: &Task) -> Result<Score, Cancelled> {
    let network = measures.network();
    let possible = network.possible_ties() as f64;
    let ties = network.ties().len() as f64;
    Ok(Score::share(ties, possible, Undefined::FewNodes))
}

/// Sums of integers, so that the order of ties does not matter.
fn degree_assortativity(measures: &Measures, _: &Task) -> Result<Score, Cancelled> {
    let network = measures.network();
    if network.ties().is_empty() {
        return Ok(Score::Undefined(Undefined::NoTies));
    }
    // In a directed network: out-degree at the tail, in-degree at the head.
    let ends = |source: u32, target: u32| {
        (
            network.neighbours(source).len() as i128,
            network.in_neighbours(target).len() as i128,
        )
    };
    let (mut count, mut x, mut y, mut xx, mut yy, mut xy) = (0, 0, 0, 0, 0, 0_i128);
    let mut add = |a: i128, b: i128| {
        count += 1;
        x += a;
        y += b;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    };
    for tie in network.ties() {
        let (a, b) = ends(tie.source, tie.target);
        add(a, b);
        if !network.is_directed() {
            add(b, a);
        }
    }
    let (var_x, var_y) = (count * xx - x * x, count * yy - y * y);
    if var_x == 0 || var_y == 0 {
        return Ok(Score::Undefined(Undefined::NoVariation));
    }
    let scale = (var_x as f64).sqrt() * (var_y as f64).sqrt();
    Ok(Score::of(
        (count * xy - x * y) as f64 / scale,
        Undefined::NoVariation,
    ))
}

/// The mean of the defined scores, whatever their order.
pub(crate) fn mean(scores: &[Score], otherwise: Undefined) -> Score {
    let known: Vec<f64> = scores.iter().filter_map(|score| score.value()).collect();
    if known.is_empty() {
        return Score::Undefined(otherwise);
    }
    Score::Value(sum(known.iter().copied()) / known.len() as f64)
}
