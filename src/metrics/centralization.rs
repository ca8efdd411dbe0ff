//! Freeman centralization: how far a network is from one that hangs on a single node.
//!
//! Not to be folded into one score with density: the most effective service networks of Provan &
//! Milward (1995, <https://doi.org/10.2307/2393698>) were centrally integrated, not dense.

use super::exact::sum;
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind, find};

const FREEMAN: &str = "Freeman 1978, https://doi.org/10.1016/0378-8733(78)90021-7";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "degreeCentralization",
        name: "Degree centralization",
        definition: "How far ties concentrate on one node: 0 if all have equally many, 1 in a star.",
        formula: "Σ_i (k_max - k_i) / ((n - 1)(n - 2)); direction ignored",
        range: "0 to 1",
        reference: FREEMAN,
        undefined_when: "there are fewer than three nodes",
        oracle: "R sna centralization(degree)",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(degree),
    },
    Metric {
        id: "betweennessCentralization",
        name: "Betweenness centralization",
        definition: "How far shortest paths run through one node: 0 if through all alike, 1 in a star.",
        formula: "Σ_i (b_max - b_i) / (n - 1), b normalised betweenness",
        range: "0 to 1",
        reference: FREEMAN,
        undefined_when: "there are fewer than three nodes",
        oracle: "R sna centralization(betweenness)",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute: Compute::Network(betweenness),
    },
    Metric {
        id: "closenessCentralization",
        name: "Closeness centralization",
        definition: "How far one node is closer to all others than they are: 0 if all are equally close, 1 in a star.",
        formula: "Σ_i (c_max - c_i) / ((n - 1)(n - 2)/(2n - 3)), c closeness",
        range: "0 to 1",
        reference: FREEMAN,
        undefined_when: "there are fewer than three nodes, or not every node reaches every other",
        oracle: "R sna centralization(closeness)",
        kind: ValueKind::Real,
        cost: Cost::Distances,
        compute: Compute::Network(closeness),
    },
];

/// The sum of what scores lack to the greatest.
fn shortfall(scores: &[f64]) -> f64 {
    let most = scores.iter().copied().fold(0.0, f64::max);
    sum(scores.iter().map(|score| most - score))
}

fn degree(measures: &Measures, _: &Task) -> Result<Score, Cancelled> {
    let network = measures.network();
    let n = network.len() as f64;
    let rows = network.undirected();
    let degrees: Vec<f64> = (0..network.len() as u32)
        .map(|node| rows.neighbors_slice(node).len() as f64)
        .collect();
    if network.len() < 3 {
        return Ok(Score::Undefined(Undefined::FewNodes));
    }
    Ok(Score::Value(shortfall(&degrees) / ((n - 1.0) * (n - 2.0))))
}

fn scores_of(measures: &Measures, id: &str, task: &Task) -> Result<Vec<f64>, Cancelled> {
    let Some(metric) = find(id) else {
        return Ok(Vec::new());
    };
    let scores = measures.of_nodes(metric, task)?;
    Ok(scores.iter().filter_map(|score| score.value()).collect())
}

fn betweenness(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let n = measures.network().len() as f64;
    if n < 3.0 {
        return Ok(Score::Undefined(Undefined::FewNodes));
    }
    let scores = scores_of(measures, "betweenness", task)?;
    Ok(Score::Value(shortfall(&scores) / (n - 1.0)))
}

fn closeness(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    let n = measures.network().len() as f64;
    if n < 3.0 {
        return Ok(Score::Undefined(Undefined::FewNodes));
    }
    let found = measures
        .distances
        .get(|| super::distances::distances(measures.network(), task))?;
    let all = measures.network().len() as u32 - 1;
    if found.reached.iter().any(|reached| *reached < all) {
        return Ok(Score::Undefined(Undefined::Disconnected));
    }
    let scores = scores_of(measures, "closeness", task)?;
    let most = (n - 1.0) * (n - 2.0) / (2.0 * n - 3.0);
    Ok(Score::Value(shortfall(&scores) / most))
}
