//! Where a network falls apart: components, bridges, articulation points, fragmentation.

use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::Network;
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;
use std::sync::Arc;

const TARJAN: &str = "Hopcroft & Tarjan 1973, https://doi.org/10.1145/362248.362272";

pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "articulation",
        name: "Articulation point",
        definition: "Whether the network, or the part of it the node is in, falls apart without the node.",
        formula: "1 if removing i raises the number of components, else 0; direction ignored",
        range: "0 or 1",
        reference: TARJAN,
        undefined_when: "never",
        oracle: "NetworkX articulation_points",
        kind: ValueKind::Flag,
        cost: Cost::Passes,
        compute: Compute::Node(articulation),
    },
    Metric {
        id: "components",
        name: "Components",
        definition: "Number of parts between which there is no path; a node without ties is a part of its own.",
        formula: "number of (weakly) connected components",
        range: "count from 0",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "never",
        oracle: "NetworkX number_connected_components (weakly, if directed)",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            let components = components_of(measures, task)?;
            Ok(Score::Value(components.sizes.len() as f64))
        }),
    },
    Metric {
        id: "largestComponentShare",
        name: "Share of the largest component",
        definition: "Share of the nodes that the largest component holds.",
        formula: "max_k s_k / n",
        range: "1/n to 1",
        reference: "Wasserman & Faust 1994, Social Network Analysis, ch. 4",
        undefined_when: "there is no node",
        oracle: "NetworkX connected_components",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            let components = components_of(measures, task)?;
            let largest = components.sizes.first().copied().unwrap_or_default();
            let nodes = measures.network().len() as f64;
            Ok(Score::share(f64::from(largest), nodes, Undefined::FewNodes))
        }),
    },
    Metric {
        id: "bridges",
        name: "Bridges",
        definition: "Number of ties without which a part of the network would fall in two.",
        formula: "|{e : removing e raises the number of components}|; direction ignored",
        range: "count from 0 to n - 1",
        reference: TARJAN,
        undefined_when: "never",
        oracle: "NetworkX bridges",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            Ok(Score::Value(cuts_of(measures, task)?.bridges.len() as f64))
        }),
    },
    Metric {
        id: "articulationPoints",
        name: "Articulation points",
        definition: "Number of nodes without which a part of the network would fall apart.",
        formula: "|{i : removing i raises the number of components}|; direction ignored",
        range: "count from 0 to n - 2",
        reference: TARJAN,
        undefined_when: "never",
        oracle: "NetworkX articulation_points",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            let cuts = cuts_of(measures, task)?;
            let points = cuts.articulation.iter().filter(|is_point| **is_point);
            Ok(Score::Value(points.count() as f64))
        }),
    },
    Metric {
        id: "fragmentation",
        name: "Fragmentation",
        definition: "Share of the pairs of nodes between which there is no path; direction ignored.",
        formula: "1 - Σ_k s_k(s_k - 1) / (n(n - 1)), s_k the sizes of the components",
        range: "0 to 1",
        reference: "Borgatti 2006, https://doi.org/10.1007/s10588-006-7084-x",
        undefined_when: "there are fewer than two nodes",
        oracle: "1 - R sna connectedness",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            let components = components_of(measures, task)?;
            let n = measures.network().len() as u64;
            if n < 2 {
                return Ok(Score::Undefined(Undefined::FewNodes));
            }
            let joined: u64 = components
                .sizes
                .iter()
                .map(|size| u64::from(*size) * (u64::from(*size) - 1))
                .sum();
            Ok(Score::Value(1.0 - joined as f64 / (n * (n - 1)) as f64))
        }),
    },
];

/// Which component each node is in.
#[derive(Debug)]
pub struct Components {
    /// The component of each node; the largest is 0.
    pub of: Vec<u32>,
    /// The sizes, falling.
    pub sizes: Vec<u32>,
}

/// The components; direction is ignored.
///
/// # Complexity
/// Time O(|V| + |E|), but for the inverse Ackermann factor of union-find.
pub fn components(network: &Network) -> Components {
    let count = network.len();
    let mut sets = UnionFind::<u32>::new(count);
    for tie in network.ties() {
        sets.union(tie.source, tie.target);
    }
    let representatives = sets.into_labeling();
    let mut size = vec![0_u32; count];
    for root in &representatives {
        size[*root as usize] += 1;
    }
    // The first node of each component, to tell those of one size apart.
    let mut first = vec![u32::MAX; count];
    for (node, root) in representatives.iter().enumerate().rev() {
        first[*root as usize] = node as u32;
    }
    let mut roots: Vec<u32> = (0..count as u32)
        .filter(|root| size[*root as usize] > 0)
        .collect();
    roots.sort_by_key(|root| {
        (
            std::cmp::Reverse(size[*root as usize]),
            first[*root as usize],
        )
    });
    let mut number = vec![0_u32; count];
    for (position, root) in roots.iter().enumerate() {
        number[*root as usize] = position as u32;
    }
    Components {
        of: representatives
            .iter()
            .map(|root| number[*root as usize])
            .collect(),
        sizes: roots.iter().map(|root| size[*root as usize]).collect(),
    }
}

/// Nodes and ties that hold the network together.
#[derive(Debug)]
pub struct Cuts {
    /// Whether each node is an articulation point.
    pub articulation: Vec<bool>,
    /// The ends of the bridges, the smaller number first.
    pub bridges: Vec<(u32, u32)>,
}

/// Articulation points and bridges; direction is ignored.
///
/// # Complexity
/// Time O(|V| + |E|).
pub fn cuts(network: &Network) -> Cuts {
    let rows = network.undirected();
    let mut articulation = vec![false; network.len()];
    for point in petgraph::algo::articulation_points::articulation_points(rows) {
        articulation[point as usize] = true;
    }
    let mut bridges: Vec<(u32, u32)> = petgraph::algo::bridges::bridges(rows)
        .map(|edge| (edge.source(), edge.target()))
        .filter(|(source, target)| source < target)
        .collect();
    bridges.sort_unstable();
    Cuts {
        articulation,
        bridges,
    }
}

pub(crate) fn components_of(measures: &Measures, _: &Task) -> Result<Arc<Components>, Cancelled> {
    measures
        .components
        .get(|| Ok(components(measures.network())))
}

fn cuts_of(measures: &Measures, _: &Task) -> Result<Arc<Cuts>, Cancelled> {
    measures.cuts.get(|| Ok(cuts(measures.network())))
}

fn articulation(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let cuts = cuts_of(measures, task)?;
    let flags = cuts.articulation.iter();
    Ok(flags
        .map(|is_point| Score::Value(f64::from(u8::from(*is_point))))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_component_comes_first() {
        let network = Network::from_edges(6, false, [(0, 1), (3, 4), (4, 5)]);
        let found = components(&network);
        assert_eq!(found.sizes, [3, 2, 1]);
        assert_eq!(found.of, [1, 1, 2, 0, 0, 0]);
    }

    #[test]
    fn a_tail_hangs_on_a_bridge_and_a_point() {
        let network = Network::from_edges(4, false, [(0, 1), (1, 2), (0, 2), (2, 3)]);
        let found = cuts(&network);
        assert_eq!(found.bridges, [(2, 3)]);
        assert_eq!(found.articulation, [false, false, true, false]);
    }
}
