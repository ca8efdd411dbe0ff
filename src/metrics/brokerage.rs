//! Brokerage between sectors (Gould and Fernandez 1989): who stands between two that are not
//! tied, and between which sectors.
//!
//! A broker `v` has a tie from `a` and a tie to `c`, and `a` has none to `c`. The role is named
//! after the sectors on the path. Implementations disagree on the letters (`b_IO` is A→B→B in
//! one version of R's `sna` and A→A→B in another), so this file speaks of paths only.
//!
//! # Expectation
//! How often a role is to be expected depends on the position and on the sizes of the sectors.
//! The null model keeps the network, the sectors of `v` and the set of memberships of all others,
//! and deals these out to the others anew, every permutation being as likely. Mean and variance
//! under it are exact, by counting; nothing is simulated. (R's `sna` redraws the ties instead, so
//! its expectations differ.)

use super::exact::ExactSum;
use super::{Cancelled, Compute, Cost, Measures, Metric, Score, Task, Undefined, ValueKind};
use crate::network::{Attribute, Network, Profiles};
use rayon::prelude::*;

const REFERENCE: &str = "Gould and Fernandez 1989, https://doi.org/10.2307/270949";

const UNDEFINED: &str = "unknown_category: the sector of the node is not recorded; two_mode: the \
     network has two kinds of nodes";

/// More distinct memberships than this get no expectation: it takes a cube of them.
const MOST_PROFILES: usize = 200;

pub(super) const METRICS: &[Metric] = &[
    observed(
        "coordinator",
        "Coordinator (Gould–Fernandez)",
        "How often the node stands between two of its own sector that are not tied to each other: \
         A→A→A.",
        "Σ over open paths a→v→c of P(a, v and c draw the same sector)",
        Compute::Node(|measures, task| column(measures, task, Role::Coordinator, observed_of)),
    ),
    observed(
        "itinerant",
        "Itinerant broker, consultant (Gould–Fernandez)",
        "How often the node stands between two of one other sector that are not tied to each \
         other: A→B→A.",
        "Σ over open paths a→v→c of P(a and c draw the same sector and v another)",
        Compute::Node(|measures, task| column(measures, task, Role::Itinerant, observed_of)),
    ),
    observed(
        "gatekeeper",
        "Gatekeeper (Gould–Fernandez)",
        "How often the node passes on to its own sector what comes from another: A→B→B.",
        "Σ over open paths a→v→c of P(v and c draw the same sector and a another)",
        Compute::Node(|measures, task| column(measures, task, Role::Gatekeeper, observed_of)),
    ),
    observed(
        "representative",
        "Representative (Gould–Fernandez)",
        "How often the node passes on to another sector what comes from its own: A→A→B.",
        "Σ over open paths a→v→c of P(a and v draw the same sector and c another)",
        Compute::Node(|measures, task| column(measures, task, Role::Representative, observed_of)),
    ),
    observed(
        "liaison",
        "Liaison (Gould–Fernandez)",
        "How often the node stands between two other sectors: A→B→C.",
        "Σ over open paths a→v→c of P(a, v and c draw three sectors)",
        Compute::Node(|measures, task| column(measures, task, Role::Liaison, observed_of)),
    ),
    Metric {
        id: "brokerage",
        name: "Total brokerage (Gould–Fernandez)",
        definition: "How many ordered pairs of nodes of known sector the node stands between: the \
             sum of the five roles.",
        formula: "number of (a, c) with a→v→c, a ≠ c and no tie a→c; a, v and c of known sector",
        range: "0 to (n-1)(n-2), in pairs",
        reference: REFERENCE,
        undefined_when: UNDEFINED,
        oracle: "R sna 2.7 brokerage(), where every sector is known",
        kind: ValueKind::Count,
        cost: Cost::Paths,
        compute: Compute::Node(|measures, task| {
            Ok(measures
                .brokerage
                .get(|| brokerage(measures.network(), task))?
                .total
                .clone())
        }),
    },
    expected(
        "coordinatorExpected",
        "Coordinator, expected",
        "How often the node would be a coordinator if the other nodes' sectors were dealt out at \
         random.",
        Compute::Node(|measures, task| column(measures, task, Role::Coordinator, expected_of)),
    ),
    expected(
        "itinerantExpected",
        "Itinerant broker, expected",
        "How often the node would be an itinerant broker if the other nodes' sectors were dealt \
         out at random.",
        Compute::Node(|measures, task| column(measures, task, Role::Itinerant, expected_of)),
    ),
    expected(
        "gatekeeperExpected",
        "Gatekeeper, expected",
        "How often the node would be a gatekeeper if the other nodes' sectors were dealt out at \
         random.",
        Compute::Node(|measures, task| column(measures, task, Role::Gatekeeper, expected_of)),
    ),
    expected(
        "representativeExpected",
        "Representative, expected",
        "How often the node would be a representative if the other nodes' sectors were dealt out \
         at random.",
        Compute::Node(|measures, task| column(measures, task, Role::Representative, expected_of)),
    ),
    expected(
        "liaisonExpected",
        "Liaison, expected",
        "How often the node would be a liaison if the other nodes' sectors were dealt out at \
         random.",
        Compute::Node(|measures, task| column(measures, task, Role::Liaison, expected_of)),
    ),
    deviation(
        "coordinatorZ",
        "Coordinator, standardised",
        "How far the node is more, or less, of a coordinator than sectors dealt out at random \
         would make it.",
        Compute::Node(|measures, task| column(measures, task, Role::Coordinator, z_of)),
    ),
    deviation(
        "itinerantZ",
        "Itinerant broker, standardised",
        "How far the node is more, or less, of an itinerant broker than sectors dealt out at \
         random would make it.",
        Compute::Node(|measures, task| column(measures, task, Role::Itinerant, z_of)),
    ),
    deviation(
        "gatekeeperZ",
        "Gatekeeper, standardised",
        "How far the node is more, or less, of a gatekeeper than sectors dealt out at random \
         would make it.",
        Compute::Node(|measures, task| column(measures, task, Role::Gatekeeper, z_of)),
    ),
    deviation(
        "representativeZ",
        "Representative, standardised",
        "How far the node is more, or less, of a representative than sectors dealt out at random \
         would make it.",
        Compute::Node(|measures, task| column(measures, task, Role::Representative, z_of)),
    ),
    deviation(
        "liaisonZ",
        "Liaison, standardised",
        "How far the node is more, or less, of a liaison than sectors dealt out at random would \
         make it.",
        Compute::Node(|measures, task| column(measures, task, Role::Liaison, z_of)),
    ),
];

const fn observed(
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    formula: &'static str,
    compute: Compute,
) -> Metric {
    Metric {
        id,
        name,
        definition,
        formula,
        range: "0 to (n-1)(n-2), in ordered pairs; fractions come from nodes of several sectors",
        reference: REFERENCE,
        undefined_when: UNDEFINED,
        oracle: "R sna 2.7 brokerage(), compared by path because its letters vary between \
             versions; beyond it, a node of k sectors counts as each of them with 1/k, and paths \
             with a node of unknown sector are left out",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute,
    }
}

const fn expected(
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    compute: Compute,
) -> Metric {
    Metric {
        id,
        name,
        definition,
        formula: "mean over all permutations of the memberships of the other nodes of known \
             sector, the network and the node's own sectors being kept",
        range: "0 to (n-1)(n-2), in ordered pairs",
        reference: REFERENCE,
        undefined_when: "unknown_category: the sector of the node is not recorded; two_mode: the \
             network has two kinds of nodes; too_large: more than 200 distinct memberships",
        oracle: "enumeration of all permutations in small networks; R sna redraws ties instead of \
             sectors, so its expectations differ",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute,
    }
}

const fn deviation(
    id: &'static str,
    name: &'static str,
    definition: &'static str,
    compute: Compute,
) -> Metric {
    Metric {
        id,
        name,
        definition,
        formula: "(observed - mean) / standard deviation, both over all permutations of the \
             memberships of the other nodes of known sector",
        range: "any real number; 0 is what chance gives, in standard deviations",
        reference: REFERENCE,
        undefined_when: "unknown_category: the sector of the node is not recorded; no_variation: \
             every permutation gives the same number; two_mode: the network has two kinds of \
             nodes; too_large: more than 200 distinct memberships",
        oracle: "enumeration of all permutations in small networks; R sna redraws ties instead of \
             sectors, so its z differs",
        kind: ValueKind::Real,
        cost: Cost::Paths,
        compute,
    }
}

fn column(
    measures: &Measures,
    task: &Task,
    role: Role,
    of: fn(&RoleScores) -> &Vec<Score>,
) -> Result<Vec<Score>, Cancelled> {
    let brokerage = measures
        .brokerage
        .get(|| brokerage(measures.network(), task))?;
    Ok(of(brokerage.role(role)).clone())
}

fn observed_of(scores: &RoleScores) -> &Vec<Score> {
    &scores.observed
}

fn expected_of(scores: &RoleScores) -> &Vec<Score> {
    &scores.expected
}

fn z_of(scores: &RoleScores) -> &Vec<Score> {
    &scores.z
}

/// What a broker is to the two it stands between, by the sectors on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A→A→A: within its own sector.
    Coordinator,
    /// A→B→A: within another sector.
    Itinerant,
    /// A→B→B: into its own sector.
    Gatekeeper,
    /// A→A→B: out of its own sector.
    Representative,
    /// A→B→C: between two other sectors.
    Liaison,
}

impl Role {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 5] = [
        Self::Coordinator,
        Self::Itinerant,
        Self::Gatekeeper,
        Self::Representative,
        Self::Liaison,
    ];

    /// The id of its metric.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Itinerant => "itinerant",
            Self::Gatekeeper => "gatekeeper",
            Self::Representative => "representative",
            Self::Liaison => "liaison",
        }
    }

    /// The role on the path backwards.
    fn backwards(self) -> Self {
        match self {
            Self::Gatekeeper => Self::Representative,
            Self::Representative => Self::Gatekeeper,
            same => same,
        }
    }
}

/// One role: the scores of all nodes, in their order.
#[derive(Clone, Debug)]
pub struct RoleScores {
    /// How often a node has the role; 0 for isolates.
    pub observed: Vec<Score>,
    /// The mean over all permutations of the other nodes' memberships.
    pub expected: Vec<Score>,
    /// How many standard deviations lie between the two.
    pub z: Vec<Score>,
    /// How often anyone has the role: the sum over nodes of known sector.
    pub network: Score,
}

/// Brokerage between sectors.
#[derive(Clone, Debug)]
pub struct Brokerage {
    roles: [RoleScores; 5],
    /// Open pairs that a node stands between: the sum of the five roles.
    pub total: Vec<Score>,
    /// The sum over nodes of known sector.
    pub network: Score,
}

impl Brokerage {
    /// The scores of a role.
    pub fn role(&self, role: Role) -> &RoleScores {
        &self.roles[role as usize]
    }

    fn undefined(nodes: usize, reason: Undefined) -> Self {
        let scores = || vec![Score::Undefined(reason); nodes];
        Self {
            roles: Role::ALL.map(|_| RoleScores {
                observed: scores(),
                expected: scores(),
                z: scores(),
                network: Score::Undefined(reason),
            }),
            total: scores(),
            network: Score::Undefined(reason),
        }
    }
}

/// Counts the brokerage roles of every node, by sector, with expectation and deviation.
///
/// Direction counts: a path goes from in-neighbour to out-neighbour, and only a tie in the same
/// direction closes it. In an undirected network every pair counts in both orders, so gatekeeper
/// and representative are equal. Isolates score 0; an empty network has no scores. A node of `k`
/// sectors counts as each with `1/k`: a role then counts with the probability that one sector
/// drawn of each of the three fits. Weights of ties are ignored.
///
/// All counting is in whole numbers, so hard memberships give whole scores and nothing depends on
/// the order of nodes. (If the least common multiple of the numbers of sectors exceeds 2²⁰, the
/// weights `1/k` are rounded to multiples of 1/720720.)
///
/// # Errors
/// [`Cancelled`].
///
/// # Complexity
/// Time **O(Σ over ties a→v of min(deg a, deg v · log deg a))**, at most **O(m^1.5 log m)**, and
/// **O(P³)** for `P` distinct memberships; space **O(n + P²)** for each thread.
pub fn brokerage(network: &Network, task: &Task) -> Result<Brokerage, Cancelled> {
    let count = network.len();
    if network.is_two_mode() {
        return Ok(Brokerage::undefined(count, Undefined::TwoMode));
    }
    let labels = Labels::new(network);
    let nodes: Vec<u32> = (0..count as u32).collect();
    let chunks: Vec<&[u32]> = nodes.chunks(256).collect();
    task.begin("brokerage", chunks.len());
    let paths: Vec<Vec<Option<Paths>>> = task.parallel(|| {
        chunks
            .into_par_iter()
            .map_init(
                || Scratch::new(count, labels.categories),
                |scratch, chunk| {
                    let mut paths = Vec::with_capacity(chunk.len());
                    for node in chunk {
                        task.check()?;
                        paths.push(Paths::through(network, &labels, *node, scratch));
                    }
                    task.advance()?;
                    Ok(paths)
                },
            )
            .collect::<Result<_, Cancelled>>()
    })?;
    let moments = if labels.sets().len() <= MOST_PROFILES {
        let common = labels.common();
        Some(task.parallel(|| {
            (0..labels.sets().len())
                .into_par_iter()
                .map(|own| {
                    task.check()?;
                    Ok(moments(&labels, &common, own))
                })
                .collect::<Result<Vec<_>, Cancelled>>()
        })?)
    } else {
        None
    };

    let mut result = Brokerage::undefined(count, Undefined::UnknownCategory);
    let mut role_sums = [0_i128; 5];
    let mut open_sum = 0_i128;
    let cube = labels.unit.pow(3);
    for (node, paths) in paths.into_iter().flatten().enumerate() {
        let Some(paths) = paths else {
            continue;
        };
        open_sum += paths.open;
        result.total[node] = Score::Value(paths.open as f64);
        let profile = labels.profiles.of[node] as usize;
        for role in Role::ALL {
            let scores = &mut result.roles[role as usize];
            let number = paths.roles[role as usize];
            role_sums[role as usize] += number;
            let value = number as f64 / cube as f64;
            scores.observed[node] = Score::Value(value);
            let (expected, z) = match &moments {
                Some(moments) => {
                    let moments = &moments[profile][role as usize];
                    let expected = paths.open as f64 * moments.mean;
                    let variance = paths.variance(moments, labels.others());
                    let z = if variance > 0.0 {
                        let z = (value - expected) / variance.sqrt();
                        Score::of(z, Undefined::NoVariation)
                    } else {
                        Score::Undefined(Undefined::NoVariation)
                    };
                    (Score::Value(expected), z)
                }
                None => {
                    let reason = Score::Undefined(Undefined::TooLarge);
                    (reason, reason)
                }
            };
            scores.expected[node] = expected;
            scores.z[node] = z;
        }
    }
    if labels.known > 0 {
        result.network = Score::Value(open_sum as f64);
        for (scores, sum) in result.roles.iter_mut().zip(role_sums) {
            scores.network = Score::Value(sum as f64 / cube as f64);
        }
    }
    Ok(result)
}

/// Who belongs to what, in whole numbers: a node of `k` sectors belongs to each with `unit / k`.
struct Labels {
    profiles: Profiles,
    categories: usize,
    /// How many nodes have each profile.
    population: Vec<i128>,
    known: i128,
    unit: i128,
    /// For each profile.
    weights: Vec<i128>,
}

impl Labels {
    fn new(network: &Network) -> Self {
        let grouping = network.grouping(Attribute::Sector);
        let profiles = grouping.profiles(network.len());
        let mut population = vec![0; profiles.sets.len()];
        for profile in &profiles.of {
            // Unknown is a number beyond all profiles.
            if let Some(count) = population.get_mut(*profile as usize) {
                *count += 1;
            }
        }
        let unit = common_unit(profiles.sets.iter().map(|set| set.len() as i128));
        let weights = profiles
            .sets
            .iter()
            .map(|set| {
                let size = set.len() as i128;
                (unit + size / 2) / size
            })
            .collect();
        Self {
            categories: grouping.categories().len(),
            known: population.iter().sum(),
            profiles,
            population,
            unit,
            weights,
        }
    }

    fn sets(&self) -> &[Vec<u32>] {
        &self.profiles.sets
    }

    /// The categories of a node and the weight of each; `None` if they are unknown.
    fn of(&self, node: u32) -> Option<(&[u32], i128)> {
        let profile = *self.profiles.of.get(node as usize)? as usize;
        let set = self.sets().get(profile)?;
        Some((set.as_slice(), self.weights[profile]))
    }

    /// How many nodes the memberships are dealt out to, whatever the node in the middle.
    fn others(&self) -> f64 {
        (self.known - 1) as f64
    }

    /// How many categories each two profiles share.
    fn common(&self) -> Vec<Vec<i128>> {
        let of = |a: &[u32], b: &[u32]| count_common(a, b) as i128;
        self.sets()
            .iter()
            .map(|a| self.sets().iter().map(|b| of(a, b)).collect())
            .collect()
    }
}

/// The least common multiple of the sizes, so that weights `1/size` become whole numbers.
fn common_unit(sizes: impl Iterator<Item = i128>) -> i128 {
    let mut unit = 1;
    for size in sizes {
        let (mut a, mut b) = (unit, size);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        unit = unit / a * size;
        if unit > 1 << 20 {
            // So many kinds of hybrids would overflow the sums; rounded weights do.
            return 720_720;
        }
    }
    unit
}

fn count_common(a: &[u32], b: &[u32]) -> usize {
    a.iter().filter(|category| b.contains(category)).count()
}

/// What a thread writes to while it walks around one node after the other.
struct Scratch {
    /// The last broker (plus one) that a node was a source, or a target, of.
    source_of: Vec<u32>,
    target_of: Vec<u32>,
    /// Open paths that begin at a source.
    open_from: Vec<i128>,
    /// Sources whose way to a target is closed.
    closed_to: Vec<i128>,
    /// The weight of all targets in each category.
    reach: Vec<i128>,
    /// Whether the broker belongs to a category.
    is_own: Vec<bool>,
    closed: Vec<u32>,
}

impl Scratch {
    fn new(nodes: usize, categories: usize) -> Self {
        Self {
            source_of: vec![0; nodes],
            target_of: vec![0; nodes],
            open_from: vec![0; nodes],
            closed_to: vec![0; nodes],
            reach: vec![0; categories],
            is_own: vec![false; categories],
            closed: Vec::new(),
        }
    }
}

/// The open paths through one node.
struct Paths {
    /// How many have each role, in parts of `unit³`.
    roles: [i128; 5],
    open: i128,
    /// Open paths whose reverse is open too.
    reversed: i128,
    /// Ordered pairs of open paths of one source, of one target, and of one path that begins
    /// where the other ends; pairs of a path with itself, or with its reverse, among them.
    same_source: i128,
    same_target: i128,
    chained: i128,
}

impl Paths {
    /// `None` if the node's sector is unknown.
    fn through(
        network: &Network,
        labels: &Labels,
        node: u32,
        scratch: &mut Scratch,
    ) -> Option<Self> {
        let (own, own_weight) = labels.of(node)?;
        let Scratch {
            source_of,
            target_of,
            open_from,
            closed_to,
            reach,
            is_own,
            closed,
        } = scratch;
        let stamp = node + 1;
        let row = network.neighbours(node);
        let column = network.in_neighbours(node);
        let (mut sources, mut targets) = (0, 0);
        for source in column {
            if labels.of(*source).is_some() {
                source_of[*source as usize] = stamp;
                sources += 1;
            }
        }
        for target in row {
            if let Some((set, weight)) = labels.of(*target) {
                target_of[*target as usize] = stamp;
                closed_to[*target as usize] = 0;
                targets += 1;
                for category in set {
                    reach[*category as usize] += weight;
                }
            }
        }
        for category in own {
            is_own[*category as usize] = true;
        }

        // All pairs of a source and a target by the sums of categories, less those that are no
        // open path: sources that are the target themselves, and pairs with a tie.
        let (mut open, mut same_source) = (0, 0);
        let (mut ends_alike, mut all_alike, mut source_alike) = (0, 0, 0);
        for source in column {
            let Some((set, weight)) = labels.of(*source) else {
                continue;
            };
            let mut shared = 0;
            for category in set {
                let reached = weight * reach[*category as usize];
                ends_alike += reached;
                if is_own[*category as usize] {
                    all_alike += reached;
                    shared += 1;
                }
            }
            closed.clear();
            let is_target = |other: u32| target_of[other as usize] == stamp;
            marked(network.neighbours(*source), row, is_target, closed);
            if is_target(*source) {
                closed.push(*source);
            }
            for target in &*closed {
                closed_to[*target as usize] += 1;
                let Some((other, other_weight)) = labels.of(*target) else {
                    continue;
                };
                for category in other.iter().filter(|category| set.contains(category)) {
                    ends_alike -= weight * other_weight;
                    if is_own[*category as usize] {
                        all_alike -= weight * other_weight;
                    }
                }
            }
            let from = targets - closed.len() as i128;
            open_from[*source as usize] = from;
            open += from;
            same_source += from * from;
            source_alike += from * shared * weight * own_weight;
        }
        let (mut same_target, mut chained, mut target_alike) = (0, 0, 0);
        for target in row {
            let Some((set, weight)) = labels.of(*target) else {
                continue;
            };
            let to = sources - closed_to[*target as usize];
            same_target += to * to;
            if source_of[*target as usize] == stamp {
                chained += to * open_from[*target as usize];
            }
            for category in set {
                reach[*category as usize] = 0;
                if is_own[*category as usize] {
                    target_alike += to * weight * own_weight;
                }
            }
        }
        for category in own {
            is_own[*category as usize] = false;
        }

        let reversed = if network.is_directed() {
            // Pairs that are both source and target, less those with a tie in any direction.
            let is_both = |other: u32| {
                source_of[other as usize] == stamp && target_of[other as usize] == stamp
            };
            let mut pairs = 0;
            let both = row.iter().filter(|other| is_both(**other)).count() as i128;
            for one in row.iter().filter(|other| is_both(**other)) {
                closed.clear();
                let tied = network.undirected().neighbors_slice(*one);
                marked(tied, row, is_both, closed);
                pairs += both - 1 - closed.len() as i128;
            }
            pairs
        } else {
            open
        };

        let unit = labels.unit;
        let all = all_alike * own_weight;
        let [ends, source, target] = [ends_alike, source_alike, target_alike].map(|n| n * unit);
        let liaison = open * unit.pow(3) - ends - source - target + 2 * all;
        Some(Self {
            // Rounded weights can miss 0 from below.
            roles: [all, ends - all, target - all, source - all, liaison].map(|n| n.max(0)),
            open,
            reversed,
            same_source,
            same_target,
            chained,
        })
    }

    /// The variance of a role when the memberships of so many others are permuted.
    ///
    /// Two open paths have both ends in common, or the same ends crosswise, or one end, or none;
    /// each kind of pair has its covariance.
    fn variance(&self, moments: &Moments, others: f64) -> f64 {
        let one_source = self.same_source - self.open;
        let one_target = self.same_target - self.open;
        let chained = 2 * (self.chained - self.reversed);
        let alike = self.open + self.reversed + one_source + one_target + chained;
        let apart = self.open * self.open - alike;
        let two = others * (others - 1.0);
        let three = two * (others - 2.0);
        let four = three * (others - 3.0);
        let [same, reversed, source, target, chained, apart] = [
            (self.open, moments.same, two),
            (self.reversed, moments.reversed, two),
            (one_source, moments.one_source, three),
            (one_target, moments.one_target, three),
            (chained, moments.chained, three),
            (apart, moments.apart, four),
        ]
        .map(|(pairs, sum, draws)| {
            if pairs == 0 {
                0.0
            } else {
                pairs as f64 * (sum / draws)
            }
        });
        // Sources and targets first, so that a role and its reverse get the same bits.
        let terms = [source + target, same, reversed, chained, apart];
        let variance: f64 = terms.iter().sum();
        let size: f64 = terms.iter().map(|term| term.abs()).sum();
        // What is left of terms that cancel is rounding.
        if variance > 1e-11 * size {
            variance
        } else {
            0.0
        }
    }
}

/// Adds to `found` what is marked in a row, and marked numbers are all in `candidates`. Walks the
/// shorter list, so that a hub's row is not walked once for each of its neighbours.
fn marked(row: &[u32], candidates: &[u32], is_marked: impl Fn(u32) -> bool, found: &mut Vec<u32>) {
    if row.len() <= 8 * candidates.len() {
        found.extend(row.iter().copied().filter(|node| is_marked(*node)));
    } else {
        found.extend(
            candidates
                .iter()
                .copied()
                .filter(|node| is_marked(*node) && row.binary_search(node).is_ok()),
        );
    }
}

/// The weight that a role gives to two different others, taken as deviation from its mean: sums
/// of products over all ordered choices of different others.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    mean: f64,
    /// w(a,c)².
    same: f64,
    /// w(a,c) w(c,a).
    reversed: f64,
    /// w(a,b) w(a,c).
    one_source: f64,
    /// w(a,c) w(b,c).
    one_target: f64,
    /// w(a,b) w(b,c).
    chained: f64,
    /// w(a,b) w(c,d).
    apart: f64,
}

/// The moments of the five roles for a broker of one profile.
fn moments(labels: &Labels, common: &[Vec<i128>], own: usize) -> [Moments; 5] {
    let sets = labels.sets();
    let (unit, weights) = (labels.unit, &labels.weights);
    let cube = unit.pow(3);
    let mut population = labels.population.clone();
    population[own] -= 1;
    // The categories of a profile that the broker has too.
    let within: Vec<Vec<u32>> = sets
        .iter()
        .map(|set| {
            let shared = set.iter().filter(|category| sets[own].contains(category));
            shared.copied().collect()
        })
        .collect();
    let alike_own = |p: usize| common[p][own] * weights[p] * weights[own] * unit;

    let mut rows = vec![[0_i128; 5]; sets.len()];
    let mut same = [ExactSum::default(); 5];
    let mut crosswise = ExactSum::default();
    for p in 0..sets.len() {
        if population[p] == 0 {
            continue;
        }
        for q in 0..sets.len() {
            let partners = population[q] - i128::from(p == q);
            if partners <= 0 {
                continue;
            }
            let pair = weights[p] * weights[q];
            let all = count_common(&within[p], &sets[q]) as i128 * pair * weights[own];
            let ends = common[p][q] * pair * unit;
            let (source, target) = (alike_own(p), alike_own(q));
            let liaison = (cube - ends - source - target + 2 * all).max(0);
            let roles = [all, ends - all, target - all, source - all, liaison];
            let pairs = (population[p] * partners) as f64;
            let share = |role: Role| roles[role as usize] as f64 / cube as f64;
            for role in Role::ALL {
                let number = roles[role as usize];
                if number != 0 {
                    rows[p][role as usize] += partners * number;
                    same[role as usize].add(pairs * (share(role) * share(role)));
                }
            }
            crosswise.add(pairs * (share(Role::Gatekeeper) * share(Role::Representative)));
        }
    }

    let others = labels.others();
    let pairs = others * (others - 1.0);
    Role::ALL.map(|role| {
        let total: i128 = rows
            .iter()
            .zip(&population)
            .map(|(row, count)| row[role as usize] * count)
            .sum();
        // Fewer than two others: no open path, so nothing to weigh.
        if pairs <= 0.0 {
            return Moments::default();
        }
        let mean = total as f64 / cube as f64 / pairs;
        let squares = same[role as usize].value();
        let same = squares - pairs * (mean * mean);
        if same <= 1e-14 * squares {
            // The same weight for every two others.
            return Moments {
                mean,
                ..Moments::default()
            };
        }
        let reversed = match role {
            Role::Gatekeeper | Role::Representative => crosswise.value() - pairs * (mean * mean),
            _ => same,
        };
        let deviation = |p: usize, role: Role| {
            rows[p][role as usize] as f64 / cube as f64 - (others - 1.0) * mean
        };
        let products = |a: Role, b: Role| {
            let mut sum = ExactSum::default();
            for (p, count) in population.iter().enumerate() {
                if *count > 0 {
                    sum.add(*count as f64 * (deviation(p, a) * deviation(p, b)));
                }
            }
            sum.value()
        };
        let back = role.backwards();
        let one_source = products(role, role) - same;
        let one_target = products(back, back) - same;
        let chained = products(role, back) - reversed;
        Moments {
            mean,
            same,
            reversed,
            one_source,
            one_target,
            chained,
            // All products add up to the square of the sum of deviations, which is 0.
            apart: -((one_source + one_target) + same + reversed + 2.0 * chained),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::Random;
    use super::*;
    use crate::network::{Category, Kind, Node, Tie};
    use oxigraph::model::NamedNode;

    /// Zachary's karate club: a member, then those of higher number it is tied to.
    const KARATE: &str = "
        0: 1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31
        1: 2 3 7 13 17 19 21 30
        2: 3 7 8 9 13 27 28 32
        3: 7 12 13
        4: 6 10
        5: 6 10 16
        6: 16
        8: 30 32 33
        9: 33
        13: 33
        14: 32 33
        15: 32 33
        18: 32 33
        19: 33
        20: 32 33
        22: 32 33
        23: 25 27 29 32 33
        24: 25 27 31
        25: 31
        26: 29 33
        27: 33
        28: 31 33
        29: 32 33
        30: 32 33
        31: 32 33
        32: 33";

    const MR_HI: &[u32] = &[0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21];

    fn network(directed: bool, edges: &[(u32, u32)], groups: &[Vec<u32>]) -> Network {
        let name = |kind: &str, number: u32| {
            NamedNode::new_unchecked(format!("https://example.org/{kind}/{number:09}"))
        };
        let kind = Kind {
            directed,
            two_mode: false,
        };
        let nodes = (0..groups.len() as u32)
            .map(|number| Node::new(name("node", number)))
            .collect();
        let ties = edges.iter().map(|(source, target)| Tie {
            source: *source,
            target: *target,
            weight: 1.0,
        });
        let mut attributes: [Vec<Vec<Category>>; 4] = Default::default();
        attributes[Attribute::Sector as usize] = groups
            .iter()
            .map(|groups| {
                let categories = groups.iter().map(|g| Category::new(name("sector", *g)));
                categories.collect()
            })
            .collect();
        Network::new(kind, nodes, ties, attributes)
    }

    fn measured(network: &Network) -> Brokerage {
        brokerage(network, &Task::new()).unwrap()
    }

    fn observed_at(brokerage: &Brokerage, node: usize) -> [Option<f64>; 5] {
        Role::ALL.map(|role| brokerage.role(role).observed[node].value())
    }

    /// Path by path, as the definition reads.
    fn counted(network: &Network, groups: &[Vec<u32>], node: u32) -> [f64; 5] {
        let part = |group: &[u32], category: u32| {
            if group.contains(&category) {
                1.0 / group.len() as f64
            } else {
                0.0
            }
        };
        let alike = |of: &[&Vec<u32>]| -> f64 {
            (0..8)
                .map(|category| {
                    of.iter()
                        .map(|group| part(group, category))
                        .product::<f64>()
                })
                .sum()
        };
        let mut roles = [0.0; 5];
        let v = &groups[node as usize];
        for source in network.in_neighbours(node) {
            for target in network.neighbours(node) {
                let (a, c) = (&groups[*source as usize], &groups[*target as usize]);
                let is_open = source != target && !network.neighbours(*source).contains(target);
                if !is_open || a.is_empty() || c.is_empty() {
                    continue;
                }
                let all = alike(&[a, v, c]);
                let (ends, first, last) = (alike(&[a, c]), alike(&[a, v]), alike(&[v, c]));
                roles[0] += all;
                roles[1] += ends - all;
                roles[2] += last - all;
                roles[3] += first - all;
                roles[4] += 1.0 - ends - first - last + 2.0 * all;
            }
        }
        roles
    }

    fn random_edges(random: &mut Random, nodes: u32, directed: bool) -> Vec<(u32, u32)> {
        let pairs = (0..nodes).flat_map(|a| (0..nodes).map(move |b| (a, b)));
        pairs
            .filter(|(a, b)| a != b && (directed || a < b))
            .filter(|_| random.below(5) < 2)
            .collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
    }

    #[test]
    fn a_path_names_the_role() {
        let path = [(0, 1), (1, 2)];
        let of = |a, v, c| {
            let network = network(true, &path, &[vec![a], vec![v], vec![c]]);
            observed_at(&measured(&network), 1).map(|score| score.unwrap() as u32)
        };
        assert_eq!(of(0, 0, 0), [1, 0, 0, 0, 0], "coordinator");
        assert_eq!(of(0, 1, 0), [0, 1, 0, 0, 0], "itinerant");
        assert_eq!(of(0, 1, 1), [0, 0, 1, 0, 0], "gatekeeper");
        assert_eq!(of(0, 0, 1), [0, 0, 0, 1, 0], "representative");
        assert_eq!(of(0, 1, 2), [0, 0, 0, 0, 1], "liaison");
    }

    #[test]
    fn a_tie_the_other_way_leaves_a_path_open() {
        let groups = [vec![0], vec![0], vec![0]];
        let open = network(true, &[(0, 1), (1, 2), (2, 0)], &groups);
        assert_eq!(measured(&open).network, Score::Value(3.0));
        let closed = network(true, &[(0, 1), (1, 2), (0, 2)], &groups);
        assert_eq!(measured(&closed).network, Score::Value(0.0));
    }

    #[test]
    fn the_karate_club_scores_as_in_sna() {
        let number = |text: &str| text.trim().parse::<u32>().unwrap();
        let mut edges = Vec::new();
        for line in KARATE.trim().lines() {
            let (member, others) = line.split_once(':').unwrap();
            let others = others.split_whitespace().map(number);
            edges.extend(others.map(|other| (number(member), other)));
        }
        assert_eq!(edges.len(), 78);
        let groups: Vec<Vec<u32>> = (0..34)
            .map(|node| vec![u32::from(!MR_HI.contains(&node))])
            .collect();
        let result = measured(&network(false, &edges, &groups));
        let totals = Role::ALL.map(|role| result.role(role).network.value().unwrap());
        assert_eq!(totals, [510.0, 20.0, 128.0, 128.0, 0.0]);
        assert_eq!(result.network, Score::Value(786.0));
        let first = observed_at(&result, 0).map(Option::unwrap);
        assert_eq!(first, [174.0, 0.0, 15.0, 15.0, 0.0]);
    }

    #[test]
    fn a_hybrid_counts_as_both_halves() {
        // a in sector 0, v in 0 and 1, c in 1: v draws 0 (representative) or 1 (gatekeeper).
        let network = network(true, &[(0, 1), (1, 2)], &[vec![0], vec![0, 1], vec![1]]);
        let result = measured(&network);
        let roles = observed_at(&result, 1).map(Option::unwrap);
        assert_eq!(roles, [0.0, 0.0, 0.5, 0.5, 0.0]);
    }

    #[test]
    fn the_unknown_takes_no_part() {
        let network = network(false, &[(0, 1), (1, 2)], &[vec![0], vec![0], vec![]]);
        let result = measured(&network);
        assert_eq!(result.total[1], Score::Value(0.0));
        assert_eq!(
            result.total[2],
            Score::Undefined(Undefined::UnknownCategory)
        );
        let nobody = Network::from_edges(2, false, [(0, 1)]);
        assert_eq!(
            measured(&nobody).network,
            Score::Undefined(Undefined::UnknownCategory)
        );
    }

    #[test]
    fn an_empty_network_has_no_scores() {
        let result = measured(&Network::from_edges(0, false, []));
        assert!(result.total.is_empty());
    }

    #[test]
    fn counting_by_sums_agrees_with_path_by_path() {
        let kinds: [&[u32]; 6] = [&[0], &[1], &[2], &[0, 1], &[0, 1, 2], &[]];
        let mut random = Random::stream(7, 0);
        for round in 0..60 {
            let directed = round % 2 == 0;
            let edges = random_edges(&mut random, 9, directed);
            let groups: Vec<Vec<u32>> = (0..9).map(|_| kinds[random.below(6)].to_vec()).collect();
            let network = network(directed, &edges, &groups);
            let result = measured(&network);
            for node in 0..9_u32 {
                let found = observed_at(&result, node as usize);
                if groups[node as usize].is_empty() {
                    assert_eq!(found, [None; 5]);
                    continue;
                }
                for (found, counted) in found.iter().zip(counted(&network, &groups, node)) {
                    assert!(
                        close(found.unwrap(), counted),
                        "{edges:?} {groups:?} {node}"
                    );
                }
            }
        }
    }

    /// All orders of `items`, by Heap's method.
    fn permutations(items: &mut [usize], size: usize, visit: &mut impl FnMut(&[usize])) {
        if size <= 1 {
            return visit(items);
        }
        for at in 0..size {
            permutations(items, size - 1, visit);
            items.swap(if size.is_multiple_of(2) { at } else { 0 }, size - 1);
        }
    }

    #[test]
    fn mean_and_variance_are_those_of_all_permutations() {
        let kinds: [&[u32]; 5] = [&[0], &[1], &[2], &[0, 1], &[]];
        let mut random = Random::stream(11, 0);
        for round in 0..24 {
            let directed = round % 3 != 0;
            let edges = random_edges(&mut random, 6, directed);
            let groups: Vec<Vec<u32>> = (0..6)
                .map(|_| kinds[random.below(if round % 2 == 0 { 5 } else { 3 })].to_vec())
                .collect();
            let plain = network(directed, &edges, &groups);
            let result = measured(&plain);
            for node in 0..6_usize {
                if groups[node].is_empty() {
                    continue;
                }
                let others: Vec<usize> = (0..6)
                    .filter(|other| *other != node && !groups[*other].is_empty())
                    .collect();
                let mut sums = [(0.0, 0.0); 5];
                let mut count = 0.0;
                permutations(&mut others.clone(), others.len(), &mut |order| {
                    let mut dealt = groups.clone();
                    for (to, from) in others.iter().zip(order) {
                        dealt[*to] = groups[*from].clone();
                    }
                    count += 1.0;
                    for (sum, role) in sums.iter_mut().zip(counted(&plain, &dealt, node as u32)) {
                        sum.0 += role;
                        sum.1 += role * role;
                    }
                });
                for (role, (sum, squares)) in Role::ALL.into_iter().zip(sums) {
                    let scores = result.role(role);
                    let mean = sum / count;
                    let variance = squares / count - mean * mean;
                    let context = format!("{role:?} of {node} in {edges:?} {groups:?}");
                    assert!(
                        close(scores.expected[node].value().unwrap(), mean),
                        "{context}"
                    );
                    if variance < 1e-9 {
                        let none = Score::Undefined(Undefined::NoVariation);
                        assert_eq!(scores.z[node], none, "{context}");
                    } else {
                        let z = (scores.observed[node].value().unwrap() - mean) / variance.sqrt();
                        assert!(close(scores.z[node].value().unwrap(), z), "{context}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_hub_of_a_star_owes_nothing_to_chance() {
        // Everyone else is a neighbour, whatever the order of sectors.
        let edges: Vec<(u32, u32)> = (1..8).map(|leaf| (0, leaf)).collect();
        let groups: Vec<Vec<u32>> = (0..8).map(|node| vec![node % 3]).collect();
        let result = measured(&network(false, &edges, &groups));
        for role in Role::ALL {
            let scores = result.role(role);
            assert_eq!(scores.z[0], Score::Undefined(Undefined::NoVariation));
            let (observed, expected) = (scores.observed[0].value(), scores.expected[0].value());
            assert!(close(observed.unwrap(), expected.unwrap()));
        }
    }

    #[test]
    fn weights_are_whole_parts_of_one_unit() {
        assert_eq!(common_unit([1, 2, 3, 4].into_iter()), 12);
        assert_eq!(common_unit([].into_iter()), 1);
        assert_eq!(common_unit([11, 13, 16, 17, 19, 3].into_iter()), 720_720);
    }

    #[test]
    fn names_change_no_bit() {
        let mut random = Random::stream(3, 0);
        let edges = random_edges(&mut random, 12, true);
        let groups: Vec<Vec<u32>> = (0..12)
            .map(|node| [vec![node % 3], vec![0, 1, 2], vec![1, 2]][random.below(3)].clone())
            .collect();
        let mut names: Vec<u32> = (0..12).collect();
        random.shuffle(&mut names);
        let renamed: Vec<(u32, u32)> = edges
            .iter()
            .map(|(a, b)| (names[*a as usize], names[*b as usize]))
            .collect();
        let mut moved = vec![Vec::new(); 12];
        for (old, group) in groups.iter().enumerate() {
            moved[names[old] as usize] = group.clone();
        }
        let before = measured(&network(true, &edges, &groups));
        let after = measured(&network(true, &renamed, &moved));
        for role in Role::ALL {
            for (old, new) in names.iter().enumerate() {
                let new = *new as usize;
                let (a, b) = (before.role(role), after.role(role));
                assert_eq!(a.observed[old], b.observed[new]);
                assert_eq!(a.expected[old], b.expected[new]);
                assert_eq!(a.z[old], b.z[new]);
            }
        }
    }
}
