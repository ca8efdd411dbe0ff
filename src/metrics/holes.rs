//! Structural holes: how far the neighbours of a node are tied to each other anyway.

use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::metrics::exact::{ExactSum, Grid};
use crate::network::Network;
use rayon::prelude::*;
use std::sync::Arc;

const BURT: &str = "Burt 1992, Structural Holes, ch. 2";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "constraint",
        name: "Constraint (Burt)",
        definition: "How much the node's ties lead to neighbours that are tied to each other: high where it cannot play one off against another. Ignores weights.",
        formula: "Σ_j (p_ij + Σ_q p_iq p_qj)², p_ij = 1/k_i for neighbours; direction ignored",
        range: "from 0; can be slightly above 1 in small closed neighbourhoods",
        reference: BURT,
        undefined_when: "the node has no tie",
        oracle: "NetworkX constraint, igraph constraint",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| column(measures, task, |holes| &holes.constraint)),
    },
    Metric {
        id: "effectiveSize",
        name: "Effective size",
        definition: "Number of the node's neighbours less what is redundant among them.",
        formula: "k_i - 2 t_i / k_i, t_i the ties among neighbours (Borgatti's form); direction ignored",
        range: "1 to k_i",
        reference: "Burt 1992; Borgatti 1997, Structural holes: unpacking Burt's redundancy measures",
        undefined_when: "the node has no tie",
        oracle: "NetworkX effective_size of the undirected graph",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| {
            column(measures, task, |holes| &holes.effective_size)
        }),
    },
    Metric {
        id: "efficiency",
        name: "Efficiency",
        definition: "Effective size as a share of the number of neighbours: 1 if none are tied to each other.",
        formula: "effectiveSize_i / k_i",
        range: "0 to 1",
        reference: BURT,
        undefined_when: "the node has no tie",
        oracle: "NetworkX effective_size / degree",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| column(measures, task, |holes| &holes.efficiency)),
    },
    Metric {
        id: "hierarchy",
        name: "Hierarchy of constraint (Coleman-Theil)",
        definition: "How far the node's constraint comes from a single neighbour: 0 if all constrain it alike, 1 if one does alone.",
        formula: "Σ_j (c_ij/(C/k)) ln(c_ij/(C/k)) / (k ln k), c_ij the terms of constraint",
        range: "0 to 1",
        reference: BURT,
        undefined_when: "the node has fewer than two neighbours",
        oracle: "brute force in the tests",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(hierarchy),
    },
];

/// Structural holes around each node.
#[derive(Debug)]
pub struct Holes {
    constraint: Vec<Score>,
    effective_size: Vec<Score>,
    efficiency: Vec<Score>,
}

/// Constraint, effective size and efficiency in one pass.
///
/// # Complexity
/// Time O(Σ over ties (i, j) of min(k_j, k_i log k_j)), extra space O(|V|) for each thread.
///
/// # Errors
/// [`Cancelled`].
pub fn holes(network: &Network, task: &Task) -> Result<Holes, Cancelled> {
    let rows = around(network, task, "structural holes", |ego| {
        let undefined = Score::Undefined(Undefined::Isolate);
        if ego.terms.is_empty() {
            return [undefined; 3];
        }
        let k = ego.terms.len() as f64;
        // `closed` counts each tie among the neighbours from both its ends.
        let effective = k - ego.closed as f64 / k;
        [ego.constraint, effective, effective / k].map(Score::Value)
    })?;
    let column = |index: usize| rows.iter().map(|scores| scores[index]).collect();
    Ok(Holes {
        constraint: column(0),
        effective_size: column(1),
        efficiency: column(2),
    })
}

/// The hierarchy of constraint around each node.
fn hierarchy(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    around(measures.network(), task, "hierarchy", |ego| {
        if ego.terms.len() < 2 {
            return Score::Undefined(match ego.terms {
                [] => Undefined::Isolate,
                _ => Undefined::FewNeighbours,
            });
        }
        let k = ego.terms.len() as f64;
        let mut sum = ExactSum::default();
        for term in ego.terms {
            let relative = term * k / ego.constraint;
            if relative > 0.0 {
                sum.add(relative * relative.ln());
            }
        }
        // Rounding may leave an even distribution a hair below 0.
        Score::of(
            (sum.value() / (k * k.ln())).max(0.0),
            Undefined::NoVariation,
        )
    })
}

/// What a node sees of the ties among its neighbours.
struct Ego<'a> {
    constraint: f64,
    /// Ties among the neighbours, each from both its ends.
    closed: u64,
    /// What each neighbour adds to the constraint.
    terms: &'a [f64],
}

/// Where a neighbour has so many times more neighbours than the node itself, its list is searched
/// and not walked.
const FAR_LONGER: usize = 8;

fn around<T: Send>(
    network: &Network,
    task: &Task,
    step: &'static str,
    score: impl Fn(&Ego<'_>) -> T + Sync,
) -> Result<Vec<T>, Cancelled> {
    const CHUNK: usize = 512;
    let rows = network.undirected();
    let count = network.len();
    let share: Vec<f64> = (0..count as u32)
        .map(|node| 1.0 / rows.neighbors_slice(node).len().max(1) as f64)
        .collect();
    // Sums of shares stay below the number of neighbours, those of squares below 2.
    let most = (0..count as u32).map(|node| rows.neighbors_slice(node).len());
    let shares = Grid::below(most.max().unwrap_or_default().max(1).ilog2() as i32 + 2);
    let squares = Grid::below(3);
    let rounded: Vec<f64> = share.iter().map(|share| shares.round(*share)).collect();
    let chunks = count.div_ceil(CHUNK);
    task.begin(step, chunks);
    let parts: Vec<Vec<T>> = task.parallel(|| {
        (0..chunks)
            .into_par_iter()
            .map_init(
                || (vec![u32::MAX; count], Vec::new()),
                |(mark, terms), chunk| {
                    let nodes = chunk * CHUNK..((chunk + 1) * CHUNK).min(count);
                    let scores = nodes
                        .map(|node| {
                            let ego = node as u32;
                            let alters = rows.neighbors_slice(ego);
                            for alter in alters {
                                mark[*alter as usize] = ego;
                            }
                            terms.clear();
                            let (mut constraint, mut closed) = (0.0, 0_u64);
                            for alter in alters {
                                let theirs = rows.neighbors_slice(*alter);
                                let (mut indirect, mut common) = (0.0, 0_u64);
                                if theirs.len() > FAR_LONGER * alters.len() {
                                    for third in alters {
                                        if theirs.binary_search(third).is_ok() {
                                            indirect += rounded[*third as usize];
                                            common += 1;
                                        }
                                    }
                                } else {
                                    for third in theirs {
                                        if mark[*third as usize] == ego {
                                            indirect += rounded[*third as usize];
                                            common += 1;
                                        }
                                    }
                                }
                                let part = share[node] * (1.0 + indirect);
                                let square = squares.round(part * part);
                                constraint += square;
                                closed += common;
                                terms.push(square);
                            }
                            score(&Ego {
                                constraint,
                                closed,
                                terms,
                            })
                        })
                        .collect();
                    task.advance()?;
                    Ok(scores)
                },
            )
            .collect::<Result<_, Cancelled>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

fn column(
    measures: &Measures,
    task: &Task,
    of: impl Fn(&Holes) -> &Vec<Score>,
) -> Result<Vec<Score>, Cancelled> {
    let found: Arc<Holes> = measures.holes.get(|| holes(measures.network(), task))?;
    Ok(of(&found).clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(column: &[Score]) -> Vec<Option<f64>> {
        column
            .iter()
            .map(|score| score.value().map(|v| (v * 1e6).round() / 1e6))
            .collect()
    }

    #[test]
    fn the_hub_of_a_star_is_free_and_its_leaves_are_not() {
        let network = Network::from_edges(5, false, [(0, 1), (0, 2), (0, 3)]);
        let found = holes(&network, &Task::new()).unwrap();
        let third = 0.333_333;
        assert_eq!(
            scores(&found.constraint),
            [Some(third), Some(1.0), Some(1.0), Some(1.0), None]
        );
        assert_eq!(found.effective_size[0], Score::Value(3.0));
        let measures = Measures::new(Arc::new(network), Default::default());
        let hierarchy = hierarchy(&measures, &Task::new()).unwrap();
        assert_eq!(scores(&hierarchy)[0], Some(0.0));
        assert_eq!(hierarchy[1], Score::Undefined(Undefined::FewNeighbours));
    }

    #[test]
    fn a_closed_neighbourhood_can_pass_one() {
        let network = Network::from_edges(3, false, [(0, 1), (1, 2), (0, 2)]);
        let found = holes(&network, &Task::new()).unwrap();
        // (1/2 + 1/2 · 1/2)² twice.
        assert_eq!(found.constraint[0], Score::Value(1.125));
        assert_eq!(found.effective_size[0], Score::Value(1.0));
    }
}
