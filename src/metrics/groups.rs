//! Groups: how ties run inside and across sectors, levels of responsibility and spheres.
//!
//! A node with `k` categories belongs to each with the weight `1/k`, so it has a vector `s` whose
//! parts add up to one. A tie between `i` and `j` is internal with the weight `s_i·s_j` and
//! external with the rest; with one category a node that is 1 or 0. Nodes without a known
//! category are left out, and their ties are counted as unknown: nothing is guessed.
//!
//! All of it is of the simple graph without weights and directions. In a two-mode network the
//! same rule holds, and the pairs that could be tied are those across the two sides.
//!
//! What sizes would bring (rescaled E-I indices, homophily) is of the nodes that have a tie, in
//! pairs of one pool ([`Network::pool`]): nodes without a tie, and data sets of their own, change
//! none of it. Diversity is of all nodes.

use super::exact::{self, ExactSum};
use super::mixing::tied_pools;
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::{Attribute, Grouping, Mode, Network};

const KRACKHARDT: &str = "Krackhardt and Stern 1988, Informal networks and organizational crises, \
    Social Psychology Quarterly 51(2):123-140, https://doi.org/10.2307/2786835";
const GUIMERA: &str = "Guimerà and Amaral 2005, Functional cartography of complex metabolic \
    networks, Nature 433:895-900, https://doi.org/10.1038/nature03288";
const NEWMAN: &str = "Newman 2003, Mixing patterns in networks, Physical Review E 67:026126, \
    https://doi.org/10.1103/PhysRevE.67.026126";
const AGRESTI: &str = "Agresti and Agresti 1978, Statistical analysis of qualitative variation, \
    Sociological Methodology 9:204-237, https://doi.org/10.2307/270810; Blau 1977, Inequality and \
    Heterogeneity, Free Press";
const COLEMAN: &str = "Coleman 1958, Relational analysis: the study of social organizations with \
    survey methods, Human Organization 17(4):28-36, \
    https://doi.org/10.17730/humo.17.4.q5604m676260q8n7";

const NODE_TIES: &str = "the node has no tie, its own category is not recorded, or that of no \
    neighbour is";
const NEIGHBOURS: &str = "the node has no tie, or the category of no neighbour is recorded";
const TIES: &str = "there is no tie whose ends both have a recorded category";
const NODES: &str = "no node has a recorded category, or the network has only one category";
const ASSORTED: &str = "there is no tie whose ends both have a recorded category, or all such \
    ties are inside one category";
const RESCALED: &str = "there is no tie whose ends both have a recorded category, or group sizes \
    and the number of ties leave one value only";

const BY_HAND: &str = "values worked out by hand in the unit tests; no library has it";
const EI_ORACLE: &str = "counts with one category a node: 11 ties across and 67 inside, so \
    -0.717949, for the clubs of Zachary's karate club. Fractional membership has no peer";
const P_ORACLE: &str = "hand counts with one category a node: 0.117188, 0.48 and 0.290657 for \
    members 1, 3 and 34 of Zachary's karate club. Fractional membership has no peer";
const NETWORKX: &str = "NetworkX attribute_assortativity_coefficient of the undirected graph of \
    nodes with exactly one category: 0.717531 for the clubs of Zachary's karate club. NetworkX \
    gives 0 where there is no tie and NaN where there is one class; here both have no value";

const EI: &str = "(E - I) / (E + I), where I is the sum of s_i·s_j over ties with both ends known \
    and E the number of these ties less I";
const EI_NODE: &str = "(E - I) / (E + I) over the node's ties to neighbours of known category, \
    where I is the sum of s_i·s_j and E their number less I";
const EI_RESCALED: &str = "2 (EI - min) / (max - min) - 1; with m known ties, I* pairs inside and E* \
    across of nodes that have a tie and are of one pool (data sets that nodes or ties join): max takes E = min(m, E*) and I = m - E, min takes I = min(m, I*) and \
    E = m - I";
const P: &str = "1 - Σ_s (k_is / k_i)², k_i neighbours of known category, k_is of them in s; a \
    neighbour of several categories counts in each with its weight";
const ASSORTATIVITY: &str = "(Σ_r e_rr - Σ_r a_r²) / (1 - Σ_r a_r²), e_rs the sum of s_ir s_js \
    over both directions of each known tie as a share of all, a_r = Σ_s e_rs";
const IQV: &str = "(1 - Σ_r p_r²) K / (K - 1), p_r the share of category r among nodes of known \
    category, K the number of categories in the network";

/// The entries of this family.
pub(super) const METRICS: &[Metric] = &[
    Metric {
        id: "eiIndex",
        name: "E-I index by sector",
        definition: "Whether an actor's ties lead out of its sectors or stay inside: 1 if all \
                     lead out, -1 if all stay.",
        formula: EI_NODE,
        range: "-1 to 1",
        reference: KRACKHARDT,
        undefined_when: NODE_TIES,
        oracle: EI_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| node_ei(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelEi",
        name: "E-I index by level",
        definition: "Whether an actor's ties lead to other levels of responsibility or stay on \
                     its own: 1 if all lead away, -1 if all stay.",
        formula: EI_NODE,
        range: "-1 to 1",
        reference: KRACKHARDT,
        undefined_when: NODE_TIES,
        oracle: EI_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| node_ei(measures, task, Attribute::Level)),
    },
    Metric {
        id: "participationCoefficient",
        name: "Participation coefficient by sector",
        definition: "How evenly an actor's ties are spread over sectors: 0 if all lead to one \
                     sector, near 1 if they lead to many alike. The actor's own sector does not \
                     matter.",
        formula: P,
        range: "0 to 1 - 1/K with K sectors",
        reference: GUIMERA,
        undefined_when: NEIGHBOURS,
        oracle: P_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| participation(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelParticipation",
        name: "Participation coefficient by level",
        definition: "How evenly an actor's ties are spread over levels of responsibility: 0 if \
                     all lead to one level, near 1 if they lead to many alike.",
        formula: P,
        range: "0 to 1 - 1/K with K levels",
        reference: GUIMERA,
        undefined_when: NEIGHBOURS,
        oracle: P_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| participation(measures, task, Attribute::Level)),
    },
    Metric {
        id: "sectorReach",
        name: "Sector reach",
        definition: "How many sectors an actor has within one step: its own and those of its \
                     neighbours. An isolate reaches its own.",
        formula: "|⋃ sectors of i and of its neighbours|",
        range: "1 to the number of sectors in the network",
        reference: "a count; Weft",
        undefined_when: "no sector of the node or of a neighbour is recorded",
        oracle: BY_HAND,
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| reach(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelReach",
        name: "Level reach",
        definition: "How many levels of responsibility an actor has within one step: its own and \
                     those of its neighbours. An isolate reaches its own.",
        formula: "|⋃ levels of i and of its neighbours|",
        range: "1 to the number of levels in the network",
        reference: "a count; Weft",
        undefined_when: "no level of the node or of a neighbour is recorded",
        oracle: BY_HAND,
        kind: ValueKind::Count,
        cost: Cost::Passes,
        compute: Compute::Node(|measures, task| reach(measures, task, Attribute::Level)),
    },
    Metric {
        id: "neighbourDiversity",
        name: "Diversity of neighbours' sectors",
        definition: "How varied the sectors of an actor's neighbours are, on a scale where 1 \
                     means that all sectors of the network are there alike (index of qualitative \
                     variation).",
        formula: "(1 - Σ_s p_s²) K / (K - 1), p_s the share of sector s among neighbours of \
                  known sector, K the number of sectors in the network",
        range: "0 to 1",
        reference: AGRESTI,
        undefined_when: "the node has no tie, the sector of no neighbour is recorded, or the \
                         network has fewer than two sectors",
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Node(neighbour_diversity),
    },
    Metric {
        id: "sectorEiIndex",
        name: "E-I index of sectors",
        definition: "Whether ties run across sectors or inside: 1 if all run across, -1 if none \
                     does. Horizontal integration at its plainest.",
        formula: EI,
        range: "-1 to 1; what is attainable depends on group sizes, see sectorEiRescaled",
        reference: KRACKHARDT,
        undefined_when: TIES,
        oracle: EI_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| ei_value(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelEiIndex",
        name: "E-I index of levels",
        definition: "Whether ties run across levels of responsibility or stay on one: 1 if all \
                     run across, -1 if none does. Vertical integration at its plainest.",
        formula: EI,
        range: "-1 to 1; what is attainable depends on group sizes, see levelEiRescaled",
        reference: KRACKHARDT,
        undefined_when: TIES,
        oracle: EI_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| ei_value(measures, task, Attribute::Level)),
    },
    Metric {
        id: "sphereEiIndex",
        name: "E-I index of spheres",
        definition: "Whether ties run across public, community, third-sector and private actors \
                     or inside each: 1 if all run across, -1 if none does.",
        formula: EI,
        range: "-1 to 1; what is attainable depends on group sizes",
        reference: KRACKHARDT,
        undefined_when: TIES,
        oracle: EI_ORACLE,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| ei_value(measures, task, Attribute::Sphere)),
    },
    Metric {
        id: "sectorEiRescaled",
        name: "Rescaled E-I index of sectors",
        definition: "The E-I index of sectors on the range that group sizes and the number of \
                     ties allow: 1 if as many ties as possible run across, -1 if as few as \
                     possible do.",
        formula: EI_RESCALED,
        range: "-1 to 1",
        reference: KRACKHARDT,
        undefined_when: RESCALED,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| ei_rescaled(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelEiRescaled",
        name: "Rescaled E-I index of levels",
        definition: "The E-I index of levels on the range that group sizes and the number of \
                     ties allow: 1 if as many ties as possible run across, -1 if as few as \
                     possible do.",
        formula: EI_RESCALED,
        range: "-1 to 1",
        reference: KRACKHARDT,
        undefined_when: RESCALED,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| ei_rescaled(measures, task, Attribute::Level)),
    },
    Metric {
        id: "sectorAssortativity",
        name: "Assortativity by sector",
        definition: "How much more often ties stay inside a sector than chance would have it, \
                     given how many ties each sector has: 1 if all stay, 0 as by chance.",
        formula: ASSORTATIVITY,
        range: "-Σa² / (1 - Σa²) to 1",
        reference: NEWMAN,
        undefined_when: ASSORTED,
        oracle: NETWORKX,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            assortativity(measures, task, Attribute::Sector)
        }),
    },
    Metric {
        id: "levelAssortativity",
        name: "Assortativity by level",
        definition: "How much more often ties stay on a level of responsibility than chance \
                     would have it, given how many ties each level has: 1 if all stay, 0 as by \
                     chance.",
        formula: ASSORTATIVITY,
        range: "-Σa² / (1 - Σa²) to 1",
        reference: NEWMAN,
        undefined_when: ASSORTED,
        oracle: NETWORKX,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| assortativity(measures, task, Attribute::Level)),
    },
    Metric {
        id: "sphereAssortativity",
        name: "Assortativity by sphere",
        definition: "How much more often ties stay inside the public, community, third-sector or \
                     private sphere than chance would have it, given how many ties each has: 1 \
                     if all stay, 0 as by chance.",
        formula: ASSORTATIVITY,
        range: "-Σa² / (1 - Σa²) to 1",
        reference: NEWMAN,
        undefined_when: ASSORTED,
        oracle: NETWORKX,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| {
            assortativity(measures, task, Attribute::Sphere)
        }),
    },
    Metric {
        id: "sectorDiversity",
        name: "Diversity of sectors",
        definition: "How evenly the nodes are spread over the sectors of the network: 0 if all \
                     are in one, 1 if all sectors are alike (index of qualitative variation).",
        formula: IQV,
        range: "0 to 1",
        reference: AGRESTI,
        undefined_when: NODES,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| iqv(measures, task, Attribute::Sector)),
    },
    Metric {
        id: "levelDiversity",
        name: "Diversity of levels",
        definition: "How evenly the nodes are spread over the levels of responsibility of the \
                     network: 0 if all are on one, 1 if all levels are alike.",
        formula: IQV,
        range: "0 to 1",
        reference: AGRESTI,
        undefined_when: NODES,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| iqv(measures, task, Attribute::Level)),
    },
    Metric {
        id: "sphereDiversity",
        name: "Diversity of spheres",
        definition: "How evenly the nodes are spread over the public, community, third-sector \
                     and private spheres of the network: 0 if all are in one, 1 if all are alike.",
        formula: IQV,
        range: "0 to 1",
        reference: AGRESTI,
        undefined_when: NODES,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(|measures, task| iqv(measures, task, Attribute::Sphere)),
    },
    Metric {
        id: "sectorHomophily",
        name: "Inbreeding homophily of sectors",
        definition: "How far sectors keep their ties to themselves beyond what their size would \
                     bring: 1 if they have no tie outside, 0 as their size would have it, -1 if \
                     they have no tie inside. The mean over sectors, weighted with their size.",
        formula: "Σ_r n_r IH_r / Σ_r n_r over sectors that have ties; IH = (H - w) / (1 - w) if \
                  H >= w, else (H - w) / w; H_r the share of r's tie ends that are of ties \
                  inside r, w_r = (n_r - 1) / (n - 1) of the n nodes that have a tie, for \
                  fractional membership and several pools (data sets that nothing joins) the same \
                  share if all pairs of such nodes in one pool were tied",
        range: "-1 to 1",
        reference: COLEMAN,
        undefined_when: ASSORTED,
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(sector_homophily),
    },
    Metric {
        id: "meanLevelDistance",
        name: "Mean distance of levels",
        definition: "How many levels of responsibility a tie spans on average: 0 if all ties \
                     stay on a level. For actors on several levels the mean over the pairs.",
        formula: "mean of |rank_i - rank_j| over ties whose ends both have a level with a rank",
        range: "0 to the difference of the highest and the lowest rank, in ranks",
        reference: "a mean; Weft",
        undefined_when: "there is no tie whose ends both have a level with a rank",
        oracle: BY_HAND,
        kind: ValueKind::Real,
        cost: Cost::Passes,
        compute: Compute::Network(mean_level_distance),
    },
];

/// A share with what it is made of, for reports.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counted {
    /// What is counted; not whole where membership is fractional.
    pub numerator: f64,
    /// Out of how much.
    pub denominator: f64,
    /// What could not be counted, because a category is not recorded.
    pub unknown: u64,
}

impl Counted {
    /// The share; undefined for the reason given if nothing is counted.
    pub fn score(&self, otherwise: Undefined) -> Score {
        Score::share(self.numerator, self.denominator, otherwise)
    }
}

/// Ties inside and across the categories of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct EiIndex {
    /// Weight of ties inside categories.
    pub internal: f64,
    /// Weight of ties across categories; with `internal` the number of known ties.
    pub external: f64,
    /// Ties with an end whose category is not recorded.
    pub unknown: u64,
    /// `(external - internal) / (external + internal)`, from -1 to 1.
    pub value: Score,
    /// `value` on the range that group sizes and the number of ties allow, from -1 to 1.
    pub rescaled: Score,
    /// The same for each category, in the order of the network's grouping.
    pub categories: Vec<CategoryEi>,
}

impl EiIndex {
    /// The share of known ties that run across categories.
    pub fn across(&self) -> Counted {
        Counted {
            numerator: self.external,
            denominator: self.internal + self.external,
            unknown: self.unknown,
        }
    }
}

/// Ties inside a category and out of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoryEi {
    /// The position among the categories of the network's grouping.
    pub category: u32,
    /// The nodes that have a tie and belong to it, with their weights.
    pub nodes: f64,
    /// Ties inside, each counted once.
    pub internal: f64,
    /// Ties that leave it. Each is in the rows of both its ends, so these add up to twice the
    /// external ties of the network.
    pub external: f64,
    /// `(external - internal) / (external + internal)`, from -1 to 1.
    pub value: Score,
}

/// How much a category keeps its ties to itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CategoryHomophily {
    /// The position among the categories of the network's grouping.
    pub category: u32,
    /// The nodes that have a tie and belong to it, with their weights.
    pub nodes: f64,
    /// Ends of ties inside the category, out of all the ends it has; unknown ties of the whole
    /// network.
    pub inside: Counted,
    /// The share that would be inside if all pairs of nodes that have a tie and are of one pool
    /// were tied: `(n_r - 1) / (n - 1)`.
    pub expected: Score,
    /// Coleman's index, from -1 to 1.
    pub value: Score,
}

/// How nodes are spread over categories.
#[derive(Clone, Debug, PartialEq)]
pub struct Diversity {
    /// The index of qualitative variation, from 0 to 1.
    pub value: Score,
    /// Blau's index: how likely two draws of a node, with replacement, give different categories.
    pub blau: Score,
    /// Nodes of known category.
    pub known: u64,
    /// Nodes whose category is not recorded.
    pub unknown: u64,
    /// The share of each category, in the order of the network's grouping.
    pub shares: Vec<Counted>,
}

/// The E-I index of an attribute, for the network and for each category.
///
/// Weights and directions are ignored, and so are isolates. Without a tie whose ends are both known there is no value; with a single category it is -1, and the
/// rescaled one is undefined.
///
/// Krackhardt and Stern 1988, <https://doi.org/10.2307/2786835>.
///
/// # Complexity
/// Time **O(|V| + |E|)** for bounded numbers of categories a node, extra space **O(categories)**.
pub fn ei(network: &Network, attribute: Attribute) -> EiIndex {
    let census = Census::of(network, attribute);
    let missing = census.no_known_tie(network);
    let ties = census.ties as f64;
    let internal = census.internal.value();
    let external = (ties - internal).max(0.0);
    let value = Score::share(external - internal, ties, missing);
    EiIndex {
        internal,
        external,
        unknown: census.unknown,
        value,
        rescaled: match value {
            Score::Value(value) => census.rescaled(value),
            undefined => undefined,
        },
        categories: census.rows(|category, member| {
            let internal = member.internal.value();
            let external = (member.ends.value() - 2.0 * internal).max(0.0);
            let none = if census.ties == 0 {
                missing
            } else {
                Undefined::NoTies
            };
            CategoryEi {
                category,
                nodes: member.size(),
                internal,
                external,
                value: Score::share(external - internal, external + internal, none),
            }
        }),
    }
}

/// Coleman's inbreeding homophily of each category of an attribute.
///
/// A category without a known tie has no value, and neither has the only one of a network.
/// Weights and directions are ignored, and so are isolates. With several categories a node, or
/// several pools, the expected share is `Σ s_ir s_jr` over the pairs of tied nodes of one pool, as
/// a share of the ends that r would have; else it is `(n_r - 1) / (n - 1)`.
///
/// Coleman 1958, <https://doi.org/10.17730/humo.17.4.q5604m676260q8n7>.
///
/// # Complexity
/// Time **O(|V| + |E|)** for bounded numbers of categories a node, extra space **O(categories)**.
pub fn coleman(network: &Network, attribute: Attribute) -> Vec<CategoryHomophily> {
    let census = Census::of(network, attribute);
    let missing = census.no_known_tie(network);
    census.rows(|category, member| {
        let inside = Counted {
            numerator: 2.0 * member.internal.value(),
            denominator: member.ends.value(),
            unknown: census.unknown,
        };
        let (within, ends) = census.possible_of(category);
        let expected = Score::share(2.0 * within, ends, Undefined::FewNodes);
        let none = if census.ties == 0 {
            missing
        } else {
            Undefined::NoTies
        };
        let value = match (inside.score(none), expected) {
            (Score::Value(share), Score::Value(by_size)) => inbreeding(share, by_size),
            (Score::Value(_), undefined) | (undefined, _) => undefined,
        };
        CategoryHomophily {
            category,
            nodes: member.size(),
            inside,
            expected,
            value,
        }
    })
}

fn inbreeding(share: f64, by_size: f64) -> Score {
    if by_size >= 1.0 {
        return Score::Undefined(Undefined::SingleClass);
    }
    let index = if share >= by_size {
        (share - by_size) / (1.0 - by_size)
    } else {
        (share - by_size) / by_size
    };
    Score::of(index.clamp(-1.0, 1.0), Undefined::NoVariation)
}

/// How evenly the nodes of a network are spread over the categories of an attribute.
///
/// Ties play no part: isolates count like all nodes. The number of categories is that of those
/// in the network, not of the code list.
///
/// Agresti and Agresti 1978, <https://doi.org/10.2307/270810>.
///
/// # Complexity
/// Time **O(|V|)** for bounded numbers of categories a node, extra space **O(categories)**.
pub fn diversity(network: &Network, attribute: Attribute) -> Diversity {
    let grouping = network.grouping(attribute);
    let (members, sides) = members(network, grouping, 0..network.len() as u32);
    let known = sides[0] + sides[1];
    let unknown = (network.len() as u64).saturating_sub(known);
    let shares: Vec<Counted> = members
        .iter()
        .map(|member| Counted {
            numerator: member.size(),
            denominator: known as f64,
            unknown,
        })
        .collect();
    let (blau, value) = if known == 0 {
        let undefined = Score::Undefined(Undefined::UnknownCategory);
        (undefined, undefined)
    } else {
        let squares = exact::sum(shares.iter().map(|share| {
            let share = share.numerator / share.denominator;
            share * share
        }));
        let blau = (1.0 - squares).max(0.0);
        (Score::Value(blau), variation(blau, members.len()))
    };
    Diversity {
        value,
        blau,
        known,
        unknown,
        shares,
    }
}

/// Blau's index as a share of what it can reach with so many categories.
fn variation(blau: f64, categories: usize) -> Score {
    if categories < 2 {
        return Score::Undefined(Undefined::SingleClass);
    }
    let categories = categories as f64;
    Score::Value((blau * categories / (categories - 1.0)).clamp(0.0, 1.0))
}

/// How many levels of responsibility ties span: the sum over ties whose ends both have a level
/// with a rank, their number, and the ties where one has none.
///
/// Directions and weights are ignored. An end on several levels counts with the mean over the
/// pairs of levels; its levels without a rank are left out.
///
/// # Complexity
/// Time **O(|V| + |E|)** for bounded numbers of levels a node, extra space **O(|V|)**.
pub fn level_distance(network: &Network) -> Counted {
    let grouping = network.grouping(Attribute::Level);
    let ranks: Vec<Vec<i64>> = (0..network.len() as u32)
        .map(|node| {
            let categories = grouping.of(node).iter();
            categories
                .filter_map(|category| grouping.categories().get(*category as usize)?.rank)
                .collect()
        })
        .collect();
    let mut distance = ExactSum::default();
    let (mut known, mut unknown) = (0_u64, 0_u64);
    for_each_tie(network, |i, j| {
        let (a, b) = (&ranks[i as usize], &ranks[j as usize]);
        if a.is_empty() || b.is_empty() {
            unknown += 1;
            return;
        }
        known += 1;
        let spanned: u128 = a
            .iter()
            .flat_map(|a| b.iter().map(move |b| u128::from(a.abs_diff(*b))))
            .sum();
        distance.add(spanned as f64 / (a.len() * b.len()) as f64);
    });
    Counted {
        numerator: distance.value(),
        denominator: known as f64,
        unknown,
    }
}

/// What one pass over the nodes and one over the ties find.
struct Census {
    members: Vec<Member>,
    /// Nodes of known category that have a tie, on each side; all are on the first in a one-mode
    /// network.
    sides: [u64; 2],
    /// The same by pool, with the members of each category there.
    pools: Vec<(Vec<Member>, [u64; 2])>,
    is_two_mode: bool,
    /// Ties with both ends known.
    ties: u64,
    /// The other ties.
    unknown: u64,
    internal: ExactSum,
}

/// A category.
#[derive(Clone, Copy, Default)]
struct Member {
    /// The sum of memberships on each side.
    nodes: [ExactSum; 2],
    /// The sum of their squares.
    squares: ExactSum,
    /// Ties inside.
    internal: ExactSum,
    /// Ends of known ties.
    ends: ExactSum,
}

impl Member {
    fn size(&self) -> f64 {
        let mut nodes = self.nodes[0];
        nodes.merge(self.nodes[1]);
        nodes.value()
    }
}

impl Census {
    fn of(network: &Network, attribute: Attribute) -> Self {
        let grouping = network.grouping(attribute);
        let pools = tied_pools(network);
        let tied = pools.values().flatten().copied();
        let (mut members, sides) = members(network, grouping, tied);
        let pools = pools
            .into_values()
            .map(|nodes| self::members(network, grouping, nodes.into_iter()))
            .collect();
        let mut internal = ExactSum::default();
        let (mut ends, mut arcs) = (0_u64, 0_u64);
        let rows = network.undirected();
        for i in 0..network.len() as u32 {
            let neighbours = rows.neighbors_slice(i);
            arcs += neighbours.len() as u64;
            let own = grouping.of(i);
            if own.is_empty() {
                continue;
            }
            let mut known = 0_u64;
            for j in neighbours {
                let other = grouping.of(*j);
                if other.is_empty() {
                    continue;
                }
                known += 1;
                // Inside ties are counted once, their ends at both.
                if *j > i {
                    let weight = 1.0 / (own.len() * other.len()) as f64;
                    for category in own.iter().filter(|category| other.contains(category)) {
                        members[*category as usize].internal.add(weight);
                        internal.add(weight);
                    }
                }
            }
            ends += known;
            for category in own {
                members[*category as usize]
                    .ends
                    .add(known as f64 / own.len() as f64);
            }
        }
        Self {
            members,
            sides,
            pools,
            is_two_mode: network.is_two_mode(),
            ties: ends / 2,
            unknown: (arcs - ends) / 2,
            internal,
        }
    }

    /// Why there is no tie with both ends known, if there is none.
    fn no_known_tie(&self, network: &Network) -> Undefined {
        if network.ties().is_empty() {
            Undefined::NoTies
        } else if self.is_two_mode && (self.sides[0] == 0) != (self.sides[1] == 0) {
            // The attribute is of one side only.
            Undefined::TwoMode
        } else {
            Undefined::UnknownCategory
        }
    }

    /// Pairs of known nodes of a pool that could be tied.
    fn pairs(&self, sides: [u64; 2]) -> f64 {
        let [first, second] = sides.map(|side| side as f64);
        if self.is_two_mode {
            first * second
        } else {
            first * (first - 1.0) / 2.0
        }
    }

    /// Ties that a category would have inside if all pairs of a pool were tied, and ends of ties.
    fn possible(&self, member: &Member, sides: [u64; 2]) -> (f64, f64) {
        let [first, second] = sides.map(|side| side as f64);
        let [own, others] = member.nodes.map(ExactSum::value);
        if self.is_two_mode {
            (own * others, own * second + others * first)
        } else {
            let within = (own * own - member.squares.value()) / 2.0;
            (within.max(0.0), own * (first - 1.0))
        }
    }

    /// The same in all pools.
    fn possible_of(&self, category: u32) -> (f64, f64) {
        let pools = self.pools.iter();
        let (within, ends): (Vec<f64>, Vec<f64>) = pools
            .filter_map(|(members, sides)| {
                Some(self.possible(members.get(category as usize)?, *sides))
            })
            .unzip();
        (exact::rising(within), exact::rising(ends))
    }

    fn rescaled(&self, value: f64) -> Score {
        let ties = self.ties as f64;
        let pools = self.pools.iter().map(|(members, sides)| {
            let members = members.iter();
            let inside = exact::sum(members.map(|member| self.possible(member, *sides).0));
            (inside, (self.pairs(*sides) - inside).max(0.0))
        });
        let (inside, across): (Vec<f64>, Vec<f64>) = pools.unzip();
        let (inside, across) = (exact::rising(inside), exact::rising(across));
        let greatest = (2.0 * ties.min(across) - ties) / ties;
        let least = (ties - 2.0 * ties.min(inside)) / ties;
        // Values are multiples of some 1/ties; a smaller range is rounding.
        if greatest - least < 1e-9 {
            return Score::Undefined(Undefined::SingleClass);
        }
        let rescaled = 2.0 * (value - least) / (greatest - least) - 1.0;
        Score::of(rescaled.clamp(-1.0, 1.0), Undefined::SingleClass)
    }

    fn rows<R>(&self, row: impl Fn(u32, &Member) -> R) -> Vec<R> {
        self.members
            .iter()
            .enumerate()
            .map(|(category, member)| row(category as u32, member))
            .collect()
    }
}

/// The categories with the memberships of these nodes, and those that are known on each side.
fn members(
    network: &Network,
    grouping: &Grouping,
    nodes: impl Iterator<Item = u32>,
) -> (Vec<Member>, [u64; 2]) {
    let mut members = vec![Member::default(); grouping.categories().len()];
    let mut sides = [0; 2];
    for position in nodes {
        let own = grouping.of(position);
        if own.is_empty() {
            continue;
        }
        let node = &network.nodes()[position as usize];
        let side = usize::from(network.is_two_mode() && node.mode == Mode::Second);
        sides[side] += 1;
        let weight = 1.0 / own.len() as f64;
        for category in own {
            let member = &mut members[*category as usize];
            member.nodes[side].add(weight);
            member.squares.add(weight * weight);
        }
    }
    (members, sides)
}

/// Each tie once, whatever its direction.
fn for_each_tie(network: &Network, mut tie: impl FnMut(u32, u32)) {
    let rows = network.undirected();
    for i in 0..network.len() as u32 {
        for j in rows.neighbors_slice(i) {
            if *j > i {
                tie(i, *j);
            }
        }
    }
}

fn ei_value(measures: &Measures, task: &Task, attribute: Attribute) -> Result<Score, Cancelled> {
    task.check()?;
    Ok(ei(measures.network(), attribute).value)
}

fn ei_rescaled(measures: &Measures, task: &Task, attribute: Attribute) -> Result<Score, Cancelled> {
    task.check()?;
    Ok(ei(measures.network(), attribute).rescaled)
}

fn iqv(measures: &Measures, task: &Task, attribute: Attribute) -> Result<Score, Cancelled> {
    task.check()?;
    Ok(diversity(measures.network(), attribute).value)
}

fn assortativity(
    measures: &Measures,
    task: &Task,
    attribute: Attribute,
) -> Result<Score, Cancelled> {
    task.check()?;
    let network = measures.network();
    let census = Census::of(network, attribute);
    if census.ties == 0 {
        return Ok(Score::Undefined(census.no_known_tie(network)));
    }
    let ties = census.ties as f64;
    let inside = census.internal.value() / ties;
    let by_chance = exact::sum(census.members.iter().map(|member| {
        let share = member.ends.value() / (2.0 * ties);
        share * share
    }));
    if by_chance >= 1.0 {
        return Ok(Score::Undefined(Undefined::SingleClass));
    }
    Ok(Score::of(
        (inside - by_chance) / (1.0 - by_chance),
        Undefined::SingleClass,
    ))
}

fn sector_homophily(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    task.check()?;
    let network = measures.network();
    let rows = coleman(network, Attribute::Sector);
    let defined = || {
        rows.iter()
            .filter_map(|row| row.value.value().map(|value| (row.nodes, value)))
    };
    let nodes = exact::sum(defined().map(|(nodes, _)| nodes));
    if nodes > 0.0 {
        let sum = exact::sum(defined().map(|(nodes, value)| nodes * value));
        return Ok(Score::Value(sum / nodes));
    }
    // A category that has ties says more about what is missing than one without.
    let with_ties = rows.iter().find(|row| row.inside.denominator > 0.0);
    let reason = with_ties.and_then(|row| row.value.undefined());
    Ok(Score::Undefined(reason.unwrap_or_else(|| {
        Census::of(network, Attribute::Sector).no_known_tie(network)
    })))
}

fn mean_level_distance(measures: &Measures, task: &Task) -> Result<Score, Cancelled> {
    task.check()?;
    let network = measures.network();
    let missing = Census::of(network, Attribute::Level).no_known_tie(network);
    Ok(level_distance(network).score(missing))
}

fn each_node(
    network: &Network,
    task: &Task,
    mut score: impl FnMut(u32) -> Score,
) -> Result<Vec<Score>, Cancelled> {
    let mut scores = Vec::with_capacity(network.len());
    for node in 0..network.len() as u32 {
        if node.is_multiple_of(1024) {
            task.check()?;
        }
        scores.push(score(node));
    }
    Ok(scores)
}

fn node_ei(
    measures: &Measures,
    task: &Task,
    attribute: Attribute,
) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let grouping = network.grouping(attribute);
    let rows = network.undirected();
    each_node(network, task, |node| {
        let neighbours = rows.neighbors_slice(node);
        if neighbours.is_empty() {
            return Score::Undefined(Undefined::Isolate);
        }
        let mut ties = 0_u64;
        let mut internal = ExactSum::default();
        for shared in neighbours.iter().filter_map(|j| grouping.shared(node, *j)) {
            ties += 1;
            internal.add(shared);
        }
        let ties = ties as f64;
        Score::share(
            ties - 2.0 * internal.value(),
            ties,
            Undefined::UnknownCategory,
        )
    })
}

/// Counts the categories of one node's neighbours after the other's.
struct Around<'a> {
    network: &'a Network,
    grouping: &'a Grouping,
    counts: Vec<ExactSum>,
    touched: Vec<u32>,
}

impl<'a> Around<'a> {
    fn new(network: &'a Network, attribute: Attribute) -> Self {
        let grouping = network.grouping(attribute);
        Self {
            network,
            grouping,
            counts: vec![ExactSum::default(); grouping.categories().len()],
            touched: Vec::new(),
        }
    }

    /// Blau's index of the neighbours' categories.
    fn blau(&mut self, node: u32) -> Result<f64, Undefined> {
        let neighbours = self.network.undirected().neighbors_slice(node);
        if neighbours.is_empty() {
            return Err(Undefined::Isolate);
        }
        let mut known = 0_u64;
        for neighbour in neighbours {
            let categories = self.grouping.of(*neighbour);
            known += u64::from(!categories.is_empty());
            for category in categories {
                let count = &mut self.counts[*category as usize];
                if *count == ExactSum::default() {
                    self.touched.push(*category);
                }
                count.add(1.0 / categories.len() as f64);
            }
        }
        let squares = exact::sum(self.touched.iter().map(|category| {
            let share = self.counts[*category as usize].value() / known as f64;
            share * share
        }));
        for category in self.touched.drain(..) {
            self.counts[category as usize] = ExactSum::default();
        }
        if known == 0 {
            Err(Undefined::UnknownCategory)
        } else {
            Ok((1.0 - squares).max(0.0))
        }
    }
}

fn participation(
    measures: &Measures,
    task: &Task,
    attribute: Attribute,
) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let mut around = Around::new(network, attribute);
    each_node(network, task, |node| {
        around
            .blau(node)
            .map_or_else(Score::Undefined, Score::Value)
    })
}

fn neighbour_diversity(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let categories = network.grouping(Attribute::Sector).categories().len();
    let mut around = Around::new(network, Attribute::Sector);
    each_node(network, task, |node| match around.blau(node) {
        Ok(blau) => variation(blau, categories),
        Err(reason) => Score::Undefined(reason),
    })
}

fn reach(measures: &Measures, task: &Task, attribute: Attribute) -> Result<Vec<Score>, Cancelled> {
    let network = measures.network();
    let grouping = network.grouping(attribute);
    let rows = network.undirected();
    // Which node has last seen a category, so that nothing needs clearing.
    let mut seen_by = vec![u32::MAX; grouping.categories().len()];
    each_node(network, task, |node| {
        let mut reached = 0_u32;
        for near in rows.neighbors_slice(node).iter().chain([&node]) {
            for category in grouping.of(*near) {
                let last = &mut seen_by[*category as usize];
                reached += u32::from(*last != node);
                *last = node;
            }
        }
        if reached == 0 {
            Score::Undefined(Undefined::UnknownCategory)
        } else {
            Score::Value(f64::from(reached))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Options, find};
    use super::*;
    use crate::network::{Category, Kind, Node, Tie};
    use oxigraph::model::NamedNode;
    use std::sync::Arc;

    const NONE: &[u32] = &[];

    /// Zachary 1977, as in NetworkX: the friendships, and who stayed with Mr Hi (0) or left (1).
    #[rustfmt::skip]
    const KARATE: [(u32, u32); 78] = [
        (0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (0, 7), (0, 8), (0, 10), (0, 11), (0, 12),
        (0, 13), (0, 17), (0, 19), (0, 21), (0, 31), (1, 2), (1, 3), (1, 7), (1, 13), (1, 17),
        (1, 19), (1, 21), (1, 30), (2, 3), (2, 7), (2, 8), (2, 9), (2, 13), (2, 27), (2, 28),
        (2, 32), (3, 7), (3, 12), (3, 13), (4, 6), (4, 10), (5, 6), (5, 10), (5, 16), (6, 16),
        (8, 30), (8, 32), (8, 33), (9, 33), (13, 33), (14, 32), (14, 33), (15, 32), (15, 33),
        (18, 32), (18, 33), (19, 33), (20, 32), (20, 33), (22, 32), (22, 33), (23, 25), (23, 27),
        (23, 29), (23, 32), (23, 33), (24, 25), (24, 27), (24, 31), (25, 31), (26, 29), (26, 33),
        (27, 33), (28, 31), (28, 33), (29, 32), (29, 33), (30, 32), (30, 33), (31, 32), (31, 33),
        (32, 33),
    ];
    const CLUBS: [usize; 34] = [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1,
    ];

    fn karate() -> Network {
        let clubs = CLUBS.map(|club| [&[0_u32][..], &[1]][club]);
        Network::with_groups(34, KARATE, Attribute::Sector, &clubs)
    }

    fn sectors(edges: &[(u32, u32)], groups: &[&[u32]]) -> Network {
        let edges = edges.iter().copied();
        Network::with_groups(groups.len(), edges, Attribute::Sector, groups)
    }

    fn levels(edges: &[(u32, u32)], groups: &[&[u32]]) -> Network {
        let edges = edges.iter().copied();
        Network::with_groups(groups.len(), edges, Attribute::Level, groups)
    }

    fn of_network(id: &str, network: Network) -> Score {
        let measures = Measures::new(Arc::new(network), Options::default());
        measures
            .of_network(find(id).unwrap(), &Task::new())
            .unwrap()
    }

    fn of_nodes(id: &str, network: Network) -> Vec<Score> {
        let measures = Measures::new(Arc::new(network), Options::default());
        let scores = measures.of_nodes(find(id).unwrap(), &Task::new()).unwrap();
        scores.to_vec()
    }

    #[track_caller]
    fn near(score: Score, expected: f64) {
        let value = score.value().unwrap();
        assert!((value - expected).abs() < 6e-7, "{value}, not {expected}");
    }

    #[test]
    fn the_karate_club_has_the_values_of_its_peers() {
        let ei = ei(&karate(), Attribute::Sector);
        assert_eq!((ei.internal, ei.external, ei.unknown), (67.0, 11.0, 0));
        near(ei.value, -0.717949);
        near(of_network("sectorAssortativity", karate()), 0.717531);
        let participation = of_nodes("participationCoefficient", karate());
        near(participation[0], 0.117188);
        near(participation[2], 0.48);
        near(participation[33], 0.290657);
    }

    #[test]
    fn two_clubs_of_one_size_leave_the_whole_range_to_the_ei_index() {
        // 17 and 17: 272 pairs inside, 289 across, 78 ties fit in either.
        near(of_network("sectorEiRescaled", karate()), -0.717949);
        near(of_network("sectorDiversity", karate()), 1.0);
    }

    #[test]
    fn the_ei_index_is_rescaled_to_what_sizes_allow() {
        // One pair inside, two across: two ties give at least 0 and at most 1.
        let path = || sectors(&[(0, 1), (1, 2)], &[&[0], &[0], &[1]]);
        assert_eq!(of_network("sectorEiIndex", path()), Score::Value(0.0));
        assert_eq!(of_network("sectorEiRescaled", path()), Score::Value(-1.0));
        let closed = sectors(&[(0, 1), (1, 2), (0, 2)], &[&[0], &[0], &[1]]);
        let single = Score::Undefined(Undefined::SingleClass);
        assert_eq!(of_network("sectorEiRescaled", closed), single);
    }

    #[test]
    fn isolates_change_neither_the_range_nor_what_size_would_bring() {
        let ties = [(0, 1), (1, 2)];
        let few = sectors(&ties, &[&[0], &[0], &[1]]);
        let many = sectors(&ties, &[&[0], &[0], &[1], &[1], &[1], &[0], &[2]]);
        let attribute = Attribute::Sector;
        assert_eq!(ei(&few, attribute).rescaled, ei(&many, attribute).rescaled);
        let rows = coleman(&many, attribute);
        assert_eq!(rows[..2], coleman(&few, attribute)[..]);
        assert_eq!(rows[2].value, Score::Undefined(Undefined::NoTies));
    }

    #[test]
    fn a_hybrid_is_half_inside() {
        let network = || sectors(&[(0, 1), (1, 2)], &[&[0], &[0, 1], &[1]]);
        let index = ei(&network(), Attribute::Sector);
        assert_eq!((index.internal, index.external), (1.0, 1.0));
        let rows: Vec<(f64, f64)> = index
            .categories
            .iter()
            .map(|row| (row.internal, row.external))
            .collect();
        assert_eq!(rows, [(0.5, 1.0), (0.5, 1.0)]);
        assert_eq!(of_nodes("eiIndex", network()), [Score::Value(0.0); 3]);
        // e_rr add up to 1/2, which is what two equal sectors get by chance.
        assert_eq!(
            of_network("sectorAssortativity", network()),
            Score::Value(0.0)
        );
    }

    #[test]
    fn unknown_ends_are_counted_and_not_guessed() {
        let network = || sectors(&[(0, 1), (1, 2)], &[&[0], &[1], NONE, &[1]]);
        let index = ei(&network(), Attribute::Sector);
        assert_eq!(
            (index.internal, index.external, index.unknown),
            (0.0, 1.0, 1)
        );
        assert_eq!(index.across().denominator, 1.0);
        assert_eq!(
            of_nodes("eiIndex", network()),
            [
                Score::Value(1.0),
                Score::Value(1.0),
                Score::Undefined(Undefined::UnknownCategory),
                Score::Undefined(Undefined::Isolate),
            ]
        );
        assert_eq!(
            of_nodes("sectorReach", network()),
            [2.0, 2.0, 1.0, 1.0].map(Score::Value)
        );
        let spread = diversity(&network(), Attribute::Sector);
        assert_eq!((spread.known, spread.unknown), (3, 1));
        // 1 - 1/9 - 4/9 = 4/9 of the 1/2 that two sectors can reach.
        near(spread.value, 8.0 / 9.0);
    }

    #[test]
    fn homophily_is_measured_against_size() {
        // Sector 0: two of three ends inside, half by size. Sector 1: nothing inside, and alone.
        let network = || sectors(&[(0, 1), (1, 2)], &[&[0], &[0], &[1]]);
        let rows = coleman(&network(), Attribute::Sector);
        near(rows[0].value, 1.0 / 3.0);
        near(rows[1].value, 0.0);
        near(of_network("sectorHomophily", network()), 2.0 / 9.0);
        let apart = sectors(&[(0, 1), (2, 3)], &[&[0], &[0], &[1], &[1]]);
        near(of_network("sectorHomophily", apart), 1.0);
        let crossed = sectors(&[(0, 2), (1, 3)], &[&[0], &[0], &[1], &[1]]);
        near(of_network("sectorHomophily", crossed), -1.0);
    }

    #[test]
    fn levels_have_a_distance() {
        let ties = [(0, 1), (0, 2), (1, 3)];
        let network = || levels(&ties, &[&[0], &[3], &[0, 1], NONE]);
        let distance = level_distance(&network());
        assert_eq!((distance.numerator, distance.denominator), (3.5, 2.0));
        assert_eq!(distance.unknown, 1);
        near(of_network("meanLevelDistance", network()), 1.75);
        near(of_nodes("levelEi", network())[0], 0.5);
        // Half of one level, half spread over two.
        near(of_nodes("levelParticipation", network())[0], 0.625);
    }

    #[test]
    fn neighbours_of_all_sectors_alike_are_as_varied_as_can_be() {
        let star = sectors(&[(0, 1), (0, 2), (0, 3)], &[&[0], &[0], &[1], &[2]]);
        let scores = of_nodes("neighbourDiversity", star);
        near(scores[0], 1.0);
        near(scores[1], 0.0);
        let alone = sectors(&[(0, 1)], &[&[0], &[0]]);
        assert_eq!(
            of_nodes("neighbourDiversity", alone)[0],
            Score::Undefined(Undefined::SingleClass)
        );
    }

    #[test]
    fn what_has_no_value_says_why() {
        let none = |id, network| of_network(id, network).undefined();
        let empty = || Network::from_edges(0, false, []);
        for metric in METRICS {
            match metric.compute {
                Compute::Node(_) => assert_eq!(of_nodes(metric.id, empty()), []),
                Compute::Network(_) => assert!(none(metric.id, empty()).is_some()),
            }
        }
        let untied = || sectors(&[], &[&[0], &[1]]);
        assert_eq!(none("sectorEiIndex", untied()), Some(Undefined::NoTies));
        assert_eq!(none("sectorHomophily", untied()), Some(Undefined::NoTies));
        let one = || sectors(&[(0, 1)], &[&[0], &[0]]);
        let single = Some(Undefined::SingleClass);
        assert_eq!(none("sectorAssortativity", one()), single);
        assert_eq!(none("sectorHomophily", one()), single);
        assert_eq!(none("sectorDiversity", one()), single);
        let unknown = Network::from_edges(2, false, [(0, 1)]);
        let reason = Some(Undefined::UnknownCategory);
        assert_eq!(none("levelEiIndex", unknown), reason);
    }

    fn two_mode(second: Vec<Category>) -> Network {
        let sector =
            |name: &str| Category::new(NamedNode::new_unchecked(format!("http://x/{name}")));
        let node = |name: &str, mode| Node {
            mode,
            ..Node::new(NamedNode::new_unchecked(format!("http://x/{name}")))
        };
        let kind = Kind {
            directed: false,
            two_mode: true,
        };
        let ties = [(0, 2), (1, 2)].map(|(source, target)| Tie {
            source,
            target,
            weight: 1.0,
        });
        let nodes = vec![
            node("a", Mode::First),
            node("b", Mode::First),
            node("s", Mode::Second),
        ];
        let mut attributes: [Vec<Vec<Category>>; 4] = Default::default();
        attributes[Attribute::Sector as usize] = vec![vec![sector("x")], vec![sector("y")], second];
        Network::new(kind, nodes, ties, attributes)
    }

    #[test]
    fn two_sides_are_measured_where_both_have_categories() {
        let reason = Undefined::TwoMode;
        let undefined = Score::Undefined(reason);
        assert_eq!(of_network("sectorEiIndex", two_mode(Vec::new())), undefined);
        let x = Category::new(NamedNode::new_unchecked("http://x/x"));
        let network = || two_mode(vec![x.clone()]);
        assert_eq!(of_network("sectorEiIndex", network()), Score::Value(0.0));
        // Both possible pairs are tied, so no other value could be.
        assert_eq!(
            of_network("sectorEiRescaled", network()),
            Score::Undefined(Undefined::SingleClass)
        );
    }
}
