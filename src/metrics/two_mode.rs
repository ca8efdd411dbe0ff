//! Two-mode networks: actors and what they are tied to (services, innovations, sectors).
//!
//! Clustering and redundancy tell whether actors offer the same things; the providers of each
//! service tell what would be left without one of them.

use super::exact::{self, ExactSum};
use super::{Cancelled, Compute, Cost, Metric, Score, Task, Undefined, ValueKind};
use crate::network::{Attribute, Category, Mode, Network};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

const LATAPY: &str = "Latapy, Magnien and Del Vecchio 2008, \
     https://doi.org/10.1016/j.socnet.2007.04.006";

const WEFT: &str = "Weft; compare redundancy, Latapy, Magnien and Del Vecchio 2008, \
     https://doi.org/10.1016/j.socnet.2007.04.006";

/// Redundancy looks at pairs of neighbours; nodes with more than this have too many.
const MOST_NEIGHBOURS: usize = 5_000;

pub(super) const METRICS: &[Metric] = &[
    LATAPY_CLUSTERING,
    REDUNDANCY,
    Metric {
        id: "providers",
        name: "Providers",
        definition: "How many actors a service (or another node of the second side) is tied to.",
        formula: "number of first-side neighbours of a second-side node",
        range: "0 to the number of first-side nodes, in nodes",
        reference: WEFT,
        undefined_when: "one_mode: the network has one kind of nodes; other_side: the node is of \
             the first side",
        oracle: "NetworkX 3 bipartite.degrees()",
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, _| {
            let network = measures.network();
            Ok(second_side(network, |node| {
                network.undirected().neighbors_slice(node).len() as f64
            }))
        }),
    },
    Metric {
        id: "isFragile",
        name: "Fragile: one provider only",
        definition: "Whether a service (or another node of the second side) hangs on one actor.",
        formula: "1 if a second-side node has exactly one first-side neighbour, else 0",
        range: "0 or 1",
        reference: WEFT,
        undefined_when: "one_mode: the network has one kind of nodes; other_side: the node is of \
             the first side",
        oracle: "NetworkX 3 bipartite.degrees()",
        kind: ValueKind::Flag,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, _| {
            let network = measures.network();
            Ok(second_side(network, |node| {
                let providers = network.undirected().neighbors_slice(node).len();
                f64::from(u8::from(providers == 1))
            }))
        }),
    },
    Metric {
        id: "fragileShare",
        name: "Share of fragile services",
        definition: "The share of services (nodes of the second side) that hang on one actor.",
        formula: "second-side nodes with exactly one first-side neighbour / all second-side nodes",
        range: "0 to 1",
        reference: WEFT,
        undefined_when: "one_mode: the network has one kind of nodes; no_ties",
        oracle: "NetworkX 3 bipartite.degrees()",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| {
            Ok(match provider_counts(measures.network()) {
                Ok(counts) => {
                    let fragile = counts.iter().filter(|count| **count == 1).count();
                    Score::share(fragile as f64, counts.len() as f64, Undefined::NoTies)
                }
                Err(reason) => Score::Undefined(reason),
            })
        }),
    },
    Metric {
        id: "providerConcentration",
        name: "Concentration of providers",
        definition: "How far services rest on few actors: the mean Herfindahl index of a service's \
             providers. How much each one provides is not known, so all count equally.",
        formula: "mean over second-side nodes with ties of Σ over providers (1/p)² = 1/p, p being \
             their number",
        range: "above 0 to 1; 1 if each service has one provider",
        reference: "Hirschman 1964, https://www.jstor.org/stable/1818582",
        undefined_when: "one_mode: the network has one kind of nodes; no_ties",
        oracle: "NetworkX 3 bipartite.degrees()",
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, _| {
            Ok(match provider_counts(measures.network()) {
                Ok(counts) => {
                    let tied = counts.iter().filter(|count| **count > 0);
                    let number = tied.clone().count() as f64;
                    let sum = exact::sum(tied.map(|count| 1.0 / *count as f64));
                    Score::share(sum, number, Undefined::NoTies)
                }
                Err(reason) => Score::Undefined(reason),
            })
        }),
    },
    Metric {
        id: "averageLatapyClustering",
        name: "Average bipartite clustering",
        definition: "The mean bipartite clustering of the nodes of both sides.",
        formula: "mean of latapyClustering over nodes that have a tie",
        range: "0 to 1",
        reference: LATAPY,
        undefined_when: "one_mode: the network has one kind of nodes; no_ties",
        oracle: "NetworkX 3 bipartite.average_clustering(mode='dot'), which counts isolates as 0",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute: Compute::Network(|measures, task| {
            if !measures.network().is_two_mode() {
                return Ok(Score::Undefined(Undefined::OneMode));
            }
            let scores = measures.of_nodes(&LATAPY_CLUSTERING, task)?;
            Ok(mean(&scores, Undefined::NoTies))
        }),
    },
    Metric {
        id: "averageRedundancy",
        name: "Average redundancy",
        definition: "The mean redundancy of the nodes of both sides.",
        formula: "mean of redundancy over nodes with at least two neighbours",
        range: "0 to 1",
        reference: LATAPY,
        undefined_when: "one_mode: the network has one kind of nodes; no_ties; few_neighbours: no \
             node has two neighbours; too_large: a node has more than 5,000 neighbours",
        oracle: "mean of NetworkX 3 bipartite.node_redundancy() over nodes of degree 2 or more",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute: Compute::Network(|measures, task| {
            let network = measures.network();
            if !network.is_two_mode() {
                return Ok(Score::Undefined(Undefined::OneMode));
            }
            if network.ties().is_empty() {
                return Ok(Score::Undefined(Undefined::NoTies));
            }
            let scores = measures.of_nodes(&REDUNDANCY, task)?;
            if scores.contains(&Score::Undefined(Undefined::TooLarge)) {
                return Ok(Score::Undefined(Undefined::TooLarge));
            }
            Ok(mean(&scores, Undefined::FewNeighbours))
        }),
    },
];

const LATAPY_CLUSTERING: Metric = Metric {
    id: "latapyClustering",
    name: "Bipartite clustering (Latapy, Magnien and Del Vecchio)",
    definition: "How far the node shares its neighbours with the nodes that it shares any with: 1 \
         if they all have the same ones.",
    formula: "mean over u with N(u) ∩ N(v) ≠ ∅, u ≠ v, of |N(u) ∩ N(v)| / |N(u) ∪ N(v)|; 0 if \
         there is no such u",
    range: "0 to 1",
    reference: LATAPY,
    undefined_when: "one_mode: the network has one kind of nodes; isolate: the node has no tie",
    oracle: "NetworkX 3 bipartite.clustering(mode='dot'), which gives isolates 0",
    kind: ValueKind::Real,
    cost: Cost::Paths,
    compute: Compute::Node(|measures, task| latapy_clustering(measures.network(), task)),
};

const REDUNDANCY: Metric = Metric {
    id: "redundancy",
    name: "Redundancy (Latapy, Magnien and Del Vecchio)",
    definition: "The share of pairs of the node's neighbours that would still be linked without \
         it. Low: what the actor joins, only this actor joins; high: others do the same.",
    formula: "pairs {u, w} of N(v) with a common neighbour other than v / (d_v (d_v - 1) / 2)",
    range: "0 to 1",
    reference: LATAPY,
    undefined_when: "one_mode: the network has one kind of nodes; few_neighbours: the node has \
         fewer than two neighbours; too_large: it has more than 5,000",
    oracle: "NetworkX 3 bipartite.node_redundancy(), which raises an error where a node has fewer \
         than two neighbours",
    kind: ValueKind::Real,
    cost: Cost::Paths,
    compute: Compute::Node(|measures, task| redundancy(measures.network(), task)),
};

/// The bipartite clustering ("dot") of every node, `0.0..=1.0`.
///
/// The mean, over the nodes that a node shares a neighbour with, of the Jaccard overlap of their
/// neighbourhoods; 0 for a node that shares none, undefined for isolates and in one-mode networks.
/// Direction and weights are ignored.
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(Σ deg²)**, space **O(n)** for each thread.
pub fn latapy_clustering(network: &Network, task: &Task) -> Result<Vec<Score>, Cancelled> {
    struct Scratch {
        /// How many neighbours a node shares with the one that is looked at.
        shared: Vec<u32>,
        seconds: Vec<u32>,
    }
    let rows = network.undirected();
    let fresh = || Scratch {
        shared: vec![0; network.len()],
        seconds: Vec::new(),
    };
    each_node(
        network,
        task,
        "bipartite clustering",
        fresh,
        |node, scratch| {
            let own = rows.neighbors_slice(node);
            if own.is_empty() {
                return Score::Undefined(Undefined::Isolate);
            }
            for between in own {
                for second in rows.neighbors_slice(*between) {
                    if scratch.shared[*second as usize] == 0 {
                        scratch.seconds.push(*second);
                    }
                    scratch.shared[*second as usize] += 1;
                }
            }
            let mut sum = ExactSum::default();
            let mut count = 0_usize;
            for second in scratch.seconds.drain(..) {
                let shared = std::mem::take(&mut scratch.shared[second as usize]) as usize;
                if second != node {
                    let all = own.len() + rows.neighbors_slice(second).len() - shared;
                    sum.add(shared as f64 / all as f64);
                    count += 1;
                }
            }
            if count == 0 {
                Score::Value(0.0)
            } else {
                Score::Value(sum.value() / count as f64)
            }
        },
    )
}

/// The redundancy of every node, `0.0..=1.0`: the share of pairs of its neighbours that have a
/// common neighbour beside it.
///
/// Undefined for nodes with fewer than two neighbours, for those with more than 5,000, and in
/// one-mode networks. Direction and weights are ignored.
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(Σ deg² · (log m + deg / 64))**, of which the bracket only for nodes that share two
/// neighbours; space **O(n + m + 5,000²/64)** for each thread.
pub fn redundancy(network: &Network, task: &Task) -> Result<Vec<Score>, Cancelled> {
    struct Scratch {
        /// How many neighbours a node shares with the one that is looked at.
        shared: Vec<u32>,
        /// A node that shares two or more, and the position of one of them.
        arcs: Vec<(u32, u32)>,
        /// For each neighbour, which others it is linked to by another node: a row of bits.
        linked: Vec<u64>,
        common: Vec<u64>,
    }
    let rows = network.undirected();
    let fresh = || Scratch {
        shared: vec![0; network.len()],
        arcs: Vec::new(),
        linked: Vec::new(),
        common: Vec::new(),
    };
    each_node(network, task, "redundancy", fresh, |node, scratch| {
        let own = rows.neighbors_slice(node);
        let degree = own.len();
        if degree < 2 {
            return Score::Undefined(Undefined::FewNeighbours);
        }
        if degree > MOST_NEIGHBOURS {
            return Score::Undefined(Undefined::TooLarge);
        }
        let Scratch {
            shared,
            arcs,
            linked,
            common,
        } = scratch;
        for between in own {
            for second in rows.neighbors_slice(*between) {
                shared[*second as usize] += 1;
            }
        }
        shared[node as usize] = 0;
        arcs.clear();
        for (position, between) in own.iter().enumerate() {
            let seconds = rows.neighbors_slice(*between).iter();
            let seconds = seconds.filter(|second| shared[**second as usize] > 1);
            arcs.extend(seconds.map(|second| (*second, position as u32)));
        }
        for between in own {
            for second in rows.neighbors_slice(*between) {
                shared[*second as usize] = 0;
            }
        }
        arcs.sort_unstable();
        let width = degree.div_ceil(64);
        linked.clear();
        linked.resize(degree * width, 0);
        common.clear();
        common.resize(width, 0);
        for group in arcs.chunk_by(|a, b| a.0 == b.0) {
            if group.len() == degree {
                // Another node has all these neighbours.
                return Score::Value(1.0);
            }
            for (_, position) in group {
                common[*position as usize / 64] |= 1 << (position % 64);
            }
            for (_, position) in group {
                let row = *position as usize * width;
                for (bits, more) in linked[row..row + width].iter_mut().zip(&*common) {
                    *bits |= more;
                }
            }
            common.fill(0);
        }
        // Both orders of each pair, and the diagonal of rows that are linked at all.
        let mut ordered = 0_u64;
        for row in linked.chunks_exact(width) {
            let others: u64 = row.iter().map(|bits| u64::from(bits.count_ones())).sum();
            ordered += others.saturating_sub(1);
        }
        Score::Value(ordered as f64 / (degree * (degree - 1)) as f64)
    })
}

/// One score for each node of a two-mode network; in fixed chunks, so that threads change nothing.
fn each_node<S: Send>(
    network: &Network,
    task: &Task,
    step: &'static str,
    fresh: impl Fn() -> S + Sync + Send,
    score: impl Fn(u32, &mut S) -> Score + Sync + Send,
) -> Result<Vec<Score>, Cancelled> {
    if !network.is_two_mode() {
        return Ok(vec![Score::Undefined(Undefined::OneMode); network.len()]);
    }
    let nodes: Vec<u32> = (0..network.len() as u32).collect();
    let chunks: Vec<&[u32]> = nodes.chunks(64).collect();
    task.begin(step, chunks.len());
    let scores: Vec<Vec<Score>> = task.parallel(|| {
        chunks
            .into_par_iter()
            .map_init(&fresh, |scratch, chunk| {
                let mut scores = Vec::with_capacity(chunk.len());
                for node in chunk {
                    task.check()?;
                    scores.push(score(*node, scratch));
                }
                task.advance()?;
                Ok(scores)
            })
            .collect::<Result<_, Cancelled>>()
    })?;
    Ok(scores.into_iter().flatten().collect())
}

/// A number for each node of the second side.
fn second_side(network: &Network, number: impl Fn(u32) -> f64) -> Vec<Score> {
    let nodes = network.nodes().iter().enumerate();
    nodes
        .map(|(position, node)| match node.mode {
            _ if !network.is_two_mode() => Score::Undefined(Undefined::OneMode),
            Mode::First => Score::Undefined(Undefined::OtherSide),
            Mode::Second => Score::Value(number(position as u32)),
        })
        .collect()
}

/// How many providers each node of the second side has.
fn provider_counts(network: &Network) -> Result<Vec<usize>, Undefined> {
    if !network.is_two_mode() {
        return Err(Undefined::OneMode);
    }
    if network.ties().is_empty() {
        return Err(Undefined::NoTies);
    }
    let second = network.first_side() as u32..network.len() as u32;
    Ok(second
        .map(|node| network.undirected().neighbors_slice(node).len())
        .collect())
}

/// The mean over nodes that have a value.
fn mean(scores: &[Score], otherwise: Undefined) -> Score {
    let values = scores.iter().filter_map(|score| score.value());
    let count = values.clone().count() as f64;
    Score::share(exact::sum(values), count, otherwise)
}

/// Who provides the services of one sector.
#[derive(Clone, Debug, PartialEq)]
pub struct SectorProviders {
    /// The sector.
    pub sector: Category,
    /// Services (nodes of the second side) that belong to it, with or without other sectors.
    pub services: usize,
    /// Actors that are tied to at least one of them.
    pub providers: usize,
    /// Services among them with exactly one provider.
    pub fragile: usize,
    /// Ties between providers and services; those of a service of `k` sectors count `1/k`.
    pub ties: f64,
    /// The Herfindahl index of the providers' shares in the ties, above 0 to 1: 1 if one actor
    /// provides everything. `no_ties` if nobody provides anything.
    pub concentration: Score,
    /// The actor with the most ties, and its share in them (of two with the same share the first
    /// in the order of the network).
    pub top: Option<(u32, f64)>,
}

/// Who provides the services of each sector, in the order of the sectors.
///
/// A service of `k` sectors counts as each of them with `1/k`. Where the second side consists of
/// sectors itself, as in the network of actors and sectors, each of these nodes is the one service
/// of its sector. Services of unknown sector are left out, as are sectors without a service; a
/// one-mode network has no rows. Direction and weights are ignored.
///
/// # Complexity
/// Time **O(n + m k log(n))**, space **O(n + m k)**.
pub fn providers_by_sector(network: &Network) -> Vec<SectorProviders> {
    if !network.is_two_mode() {
        return Vec::new();
    }
    let grouping = network.grouping(Attribute::Sector);
    let by_id: HashMap<&str, u32> = grouping
        .categories()
        .iter()
        .enumerate()
        .map(|(position, category)| (category.id(), position as u32))
        .collect();
    let mut services: BTreeMap<u32, Vec<(u32, f64)>> = BTreeMap::new();
    for service in network.first_side() as u32..network.len() as u32 {
        if let Some(sector) = by_id.get(network.nodes()[service as usize].id()) {
            services.entry(*sector).or_default().push((service, 1.0));
            continue;
        }
        let sectors = grouping.of(service);
        for sector in sectors {
            let weight = 1.0 / sectors.len() as f64;
            services.entry(*sector).or_default().push((service, weight));
        }
    }
    services
        .into_iter()
        .map(|(sector, services)| {
            sector_providers(network, &grouping.categories()[sector as usize], &services)
        })
        .collect()
}

fn sector_providers(
    network: &Network,
    sector: &Category,
    services: &[(u32, f64)],
) -> SectorProviders {
    let mut ties = ExactSum::default();
    let mut parts: BTreeMap<u32, ExactSum> = BTreeMap::new();
    let mut fragile = 0;
    for (service, weight) in services {
        let providers = network.undirected().neighbors_slice(*service);
        fragile += usize::from(providers.len() == 1);
        for provider in providers {
            ties.add(*weight);
            parts.entry(*provider).or_default().add(*weight);
        }
    }
    let ties = ties.value();
    let share = |part: &ExactSum| part.value() / ties;
    let concentration = exact::sum(parts.values().map(|part| share(part) * share(part)));
    let mut top: Option<(u32, f64)> = None;
    for (provider, part) in &parts {
        if top.is_none_or(|(_, most)| share(part) > most) {
            top = Some((*provider, share(part)));
        }
    }
    SectorProviders {
        sector: sector.clone(),
        services: services.len(),
        providers: parts.len(),
        fragile,
        ties,
        concentration: if parts.is_empty() {
            Score::Undefined(Undefined::NoTies)
        } else {
            Score::of(concentration, Undefined::NoTies)
        },
        top,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Measures, Options, Random, find};
    use super::*;
    use crate::network::{Kind, Node, Tie};
    use oxigraph::model::NamedNode;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn sector(name: &str) -> Category {
        Category::new(NamedNode::new_unchecked(format!("http://x/sector/{name}")))
    }

    /// `"a s, b s"`: actors and services by name; after a colon the sectors of services.
    fn affiliation(ties: &str, sectors: &str) -> Network {
        let words = |text: &str| -> Vec<Vec<String>> {
            let parts = text.split(',').filter(|part| !part.trim().is_empty());
            let words = |part: &str| part.split_whitespace().map(str::to_owned).collect();
            parts.map(words).collect()
        };
        let pairs = words(ties);
        let names = |place: usize| -> BTreeSet<&String> {
            pairs.iter().filter_map(|pair| pair.get(place)).collect()
        };
        let node = |name: &str, mode: Mode| Node {
            mode,
            ..Node::new(NamedNode::new_unchecked(format!("http://x/{name}")))
        };
        let mut nodes: Vec<Node> = Vec::new();
        nodes.extend(names(0).into_iter().map(|name| node(name, Mode::First)));
        nodes.extend(names(1).into_iter().map(|name| node(name, Mode::Second)));
        let at = |name: &str| {
            let id = format!("http://x/{name}");
            nodes.iter().position(|node| node.id() == id).unwrap() as u32
        };
        let ties: Vec<Tie> = pairs
            .iter()
            .filter(|pair| pair.len() == 2)
            .map(|pair| Tie {
                source: at(&pair[0]),
                target: at(&pair[1]),
                weight: 1.0,
            })
            .collect();
        let mut attributes: [Vec<Vec<Category>>; 4] = Default::default();
        let mut of_nodes = vec![Vec::new(); nodes.len()];
        for row in words(sectors) {
            let (service, categories) = row.split_first().unwrap();
            of_nodes[at(service) as usize] = categories.iter().map(|c| sector(c)).collect();
        }
        attributes[Attribute::Sector as usize] = of_nodes;
        let kind = Kind {
            directed: false,
            two_mode: true,
        };
        Network::new(kind, nodes, ties, attributes)
    }

    fn scores(
        network: &Network,
        of: fn(&Network, &Task) -> Result<Vec<Score>, Cancelled>,
    ) -> Vec<Score> {
        of(network, &Task::new()).unwrap()
    }

    fn at(network: &Network, scores: &[Score], name: &str) -> Score {
        scores[network.position(&format!("http://x/{name}")).unwrap() as usize]
    }

    fn of_network(network: Network, id: &str) -> Score {
        let measures = Measures::new(Arc::new(network), Options::default());
        measures
            .of_network(find(id).unwrap(), &Task::new())
            .unwrap()
    }

    fn of_nodes(network: Network, id: &str) -> Vec<Score> {
        let measures = Measures::new(Arc::new(network), Options::default());
        let scores = measures.of_nodes(find(id).unwrap(), &Task::new());
        scores.unwrap().to_vec()
    }

    #[test]
    fn clustering_is_the_mean_overlap_of_neighbourhoods() {
        // a {s, t}, b {s, t, u}, c {u}: a-b 2/3, b-c 1/3.
        let network = affiliation("a s, a t, b s, b t, b u, c u", "");
        let found = scores(&network, latapy_clustering);
        assert_eq!(at(&network, &found, "a"), Score::Value(2.0 / 3.0));
        assert_eq!(at(&network, &found, "b"), Score::Value(0.5));
        assert_eq!(at(&network, &found, "c"), Score::Value(1.0 / 3.0));
        let alone = affiliation("a s, b", "");
        let found = scores(&alone, latapy_clustering);
        assert_eq!(at(&alone, &found, "a"), Score::Value(0.0));
        let isolate = Score::Undefined(Undefined::Isolate);
        assert_eq!(at(&alone, &found, "b"), isolate);
    }

    #[test]
    fn redundancy_is_what_would_remain_linked() {
        // Of s-t, s-u, t-u only s-t is linked by another than b.
        let network = affiliation("a s, a t, b s, b t, b u, c u", "");
        let found = scores(&network, redundancy);
        assert_eq!(at(&network, &found, "b"), Score::Value(1.0 / 3.0));
        assert_eq!(at(&network, &found, "a"), Score::Value(1.0));
        let few = Score::Undefined(Undefined::FewNeighbours);
        assert_eq!(at(&network, &found, "c"), few);
    }

    #[test]
    fn kernels_agree_with_their_definitions() {
        let mut random = Random::stream(13, 0);
        for _ in 0..30 {
            let mut text = String::new();
            for actor in 0..7 {
                for service in 0..80 {
                    if random.below(4) == 0 {
                        text += &format!("a{actor} s{service}, ");
                    }
                }
            }
            let network = affiliation(&text, "");
            let row =
                |node: u32| -> BTreeSet<u32> { network.neighbours(node).iter().copied().collect() };
            let clustering = scores(&network, latapy_clustering);
            let redundancy = scores(&network, redundancy);
            for node in 0..network.len() as u32 {
                let own = row(node);
                let overlaps: Vec<f64> = (0..network.len() as u32)
                    .filter(|other| *other != node)
                    .map(|other| (row(other).intersection(&own).count(), row(other)))
                    .filter(|(shared, _)| *shared > 0)
                    .map(|(shared, row)| shared as f64 / row.union(&own).count() as f64)
                    .collect();
                let mean = overlaps.iter().sum::<f64>() / overlaps.len().max(1) as f64;
                let found = clustering[node as usize].value().unwrap();
                assert!((found - mean).abs() < 1e-12);
                let pairs = own.iter().flat_map(|a| own.iter().map(move |b| (*a, *b)));
                let pairs: Vec<(u32, u32)> = pairs.filter(|(a, b)| a < b).collect();
                if pairs.is_empty() {
                    continue;
                }
                let linked = pairs
                    .iter()
                    .filter(|(a, b)| row(*a).intersection(&row(*b)).any(|via| *via != node))
                    .count();
                let share = linked as f64 / pairs.len() as f64;
                let found = redundancy[node as usize].value().unwrap();
                assert!((found - share).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_service_with_one_provider_is_fragile() {
        let ties = "a s, a t, b t, b u, c u, d u";
        let providers = of_nodes(affiliation(ties, ""), "providers");
        let other = Score::Undefined(Undefined::OtherSide);
        assert_eq!(providers[..4], [other; 4]);
        assert_eq!(providers[4..], [1.0, 2.0, 3.0].map(Score::Value));
        let fragile = of_nodes(affiliation(ties, ""), "isFragile");
        assert_eq!(fragile[4..], [1.0, 0.0, 0.0].map(Score::Value));
        let share = of_network(affiliation(ties, ""), "fragileShare");
        assert_eq!(share, Score::Value(1.0 / 3.0));
        // (1 + 1/2 + 1/3) / 3.
        let concentration = of_network(affiliation(ties, ""), "providerConcentration");
        assert!((concentration.value().unwrap() - 11.0 / 18.0).abs() < 1e-12);
    }

    #[test]
    fn averages_leave_out_what_is_undefined() {
        let ties = "a s, a t, b s, b t, b u, c u";
        // a 1, b 1/3, c none; s 1, t 1, u 0 (b and c meet nowhere else).
        let average = of_network(affiliation(ties, ""), "averageRedundancy");
        assert!((average.value().unwrap() - 2.0 / 3.0).abs() < 1e-12);
        // a 2/3, b 1/2, c 1/3; s and t overlap wholly and with u in b of {a, b, c}: 2/3 each;
        // u with s and t: 1/3.
        let average = of_network(affiliation(ties, ""), "averageLatapyClustering");
        let by_hand = (1.5 + 2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0) / 6.0;
        assert!((average.value().unwrap() - by_hand).abs() < 1e-12);
        let single = of_network(affiliation("a s", ""), "averageRedundancy");
        assert_eq!(single, Score::Undefined(Undefined::FewNeighbours));
        let empty = of_network(affiliation("", ""), "averageLatapyClustering");
        assert_eq!(empty, Score::Undefined(Undefined::NoTies));
    }

    #[test]
    fn one_mode_networks_have_none_of_this() {
        for metric in METRICS {
            let network = Arc::new(Network::from_edges(3, false, [(0, 1), (1, 2)]));
            let measures = Measures::new(network, Options::default());
            let reason = match metric.compute {
                Compute::Node(_) => measures.of_nodes(metric, &Task::new()).unwrap()[0],
                Compute::Network(_) => measures.of_network(metric, &Task::new()).unwrap(),
            };
            assert_eq!(
                reason,
                Score::Undefined(Undefined::OneMode),
                "{}",
                metric.id
            );
        }
    }

    #[test]
    fn providers_are_told_by_sector() {
        // s is health; t is health and housing; u is not known.
        let ties = "a s, a t, b t, c u";
        let network = affiliation(ties, "s health, t health housing");
        let rows = providers_by_sector(&network);
        let [health, housing] = &rows[..] else {
            panic!("{rows:?}");
        };
        assert_eq!(health.sector, sector("health"));
        assert_eq!(
            (health.services, health.providers, health.fragile),
            (2, 2, 1)
        );
        // a 1 + 1/2, b 1/2: shares 3/4 and 1/4.
        assert_eq!(health.ties, 2.0);
        assert_eq!(health.concentration, Score::Value(0.625));
        assert_eq!(health.top, Some((0, 0.75)));
        assert_eq!(
            (housing.services, housing.providers, housing.fragile),
            (1, 2, 0)
        );
        assert_eq!(housing.concentration, Score::Value(0.5));
    }

    #[test]
    fn a_second_side_of_sectors_is_told_by_itself() {
        let network = affiliation(
            "a sector/health, b sector/health, b sector/housing",
            "a health, b health housing",
        );
        let rows = providers_by_sector(&network);
        let told: Vec<(&str, usize, usize)> = rows
            .iter()
            .map(|row| (row.sector.label.as_str(), row.services, row.providers))
            .collect();
        assert_eq!(told, [("health", 1, 2), ("housing", 1, 1)]);
        assert_eq!(rows[1].top, Some((1, 1.0)));
    }
}
