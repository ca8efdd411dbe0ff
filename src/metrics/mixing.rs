//! Mixing: which sectors, levels, spheres and places are tied to which, against what chance would
//! bring, and the four-way split of ties into horizontal, vertical and diagonal ones.
//!
//! Chance means that the labels of the known nodes that have a tie change hands while the ties
//! stay. Labels stay within a pool ([`Network::pool`]): nodes of data sets that nothing joins could
//! not meet. So nodes without a tie and data sets of their own change nothing that is expected. In
//! a two-mode network labels stay on their side too. What is expected has a closed form; how far
//! off the network is comes from permutations ([`Options::permutations`]), which the questions
//! about the same nodes share.
//!
//! A tie counts if the categories of both its ends are known, whatever its weight. A node of `k`
//! categories belongs to each with the weight `1/k`. In directed networks ties and pairs of
//! categories are ordered; in two-mode ones they never are.
//!
//! Permutations only compare, so they count in whole numbers: nodes have few distinct profiles,
//! ties become a table of profile pairs, and fractions are brought to a common denominator. A
//! permuted count that equals the observed one therefore is equal, and counts as extreme.

use super::exact::{self, ExactSum};
use super::{Cancelled, Options, Random, Score, Task, Undefined};
use crate::network::{Attribute, Grouping, Mode, Network};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

/// With more categories than this there are rows only for pairs of note, and no test: too few
/// permutations could ever be significant among so many pairs.
pub const MANY_CATEGORIES: usize = 200;

/// The greatest corrected probability at which a pair of categories counts as missing a bridge.
pub const SIGNIFICANT: f64 = 0.05;

/// With less than that expected there is no ratio, and no bridge is missed: one tie more or less
/// would turn it over.
pub const WORTH_COMPARING: f64 = 1.0;

/// Permutations that one part of the work makes.
const CHUNK: u32 = 16;

/// A table of so many pairs is never too large for the ties: it fits into the fastest cache.
const SMALL_TABLE: usize = 4_096;

/// The greatest table of pairs.
const GREATEST_TABLE: usize = 4_000_000;

/// Up to so many categories, vectors of all of them are quicker than lists of those that count.
const WIDE: usize = 32;

/// How the categories of an attribute are tied to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixing {
    /// What nodes are grouped by.
    pub attribute: Attribute,
    /// Whether ties go from a row's first category to its second, as in directed networks.
    pub is_ordered: bool,
    /// Pairs of categories, by their positions; in a network without order `from <= to`. All
    /// pairs, or with more than [`MANY_CATEGORIES`] categories those that have ties or an
    /// expected number of at least 1.
    pub rows: Vec<MixingRow>,
    /// Ties with both ends known.
    pub ties_known: u64,
    /// The other ties.
    pub ties_unknown: u64,
    /// Nodes of known category, with a tie or without.
    pub nodes_known: u64,
    /// All nodes.
    pub nodes: u64,
    /// How many permutations the probabilities rest on; 0 if there was no test.
    pub permutations: u32,
    /// Where the random numbers began.
    pub seed: u64,
}

/// A pair of categories.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixingRow {
    /// The position of the first among the categories of the network's grouping.
    pub from: u32,
    /// The position of the second.
    pub to: u32,
    /// Known ties between the two, weighted with membership.
    pub ties: f64,
    /// The mean of `ties` over all ways to hand out the labels of the known nodes that have a
    /// tie, each within its pool: `Σ_w m_w P_w / D_w`, with `m_w` known ties, `D_w` pairs of such
    /// nodes and `P_w` of them between the two categories in pool `w`. 0 if no two nodes of the
    /// two could meet.
    pub expected: f64,
    /// `ties / expected`: 1 as by chance, 0 if there is no tie. Undefined where less than
    /// [`WORTH_COMPARING`] is expected.
    pub ratio: Score,
    /// Pairs of known nodes between the two, with a tie or without, weighted with membership.
    pub possible: f64,
    /// `ties / possible`, from 0 to 1: the block density that the ACCESS studies call systems
    /// integration of two sectors (Morrissey et al. 2002,
    /// <https://doi.org/10.1176/appi.ps.53.8.949>).
    pub density: Score,
    /// How likely chance has so few ties or fewer: `(b + 1) / (N + 1)` with `b` of `N`
    /// permutations (Phipson and Smyth 2010, <https://doi.org/10.2202/1544-6115.1585>).
    pub p_less: Option<f64>,
    /// `p_less` corrected for the number of pairs of two different categories
    /// ([`benjamini_hochberg`]); only such pairs have one.
    pub q: Option<f64>,
    /// A missing bridge: no tie although [`WORTH_COMPARING`] or more is expected, so both have tied
    /// nodes that could meet, and `q` of at most [`SIGNIFICANT`].
    pub is_missing: bool,
}

impl MixingRow {
    /// Whether there are fewer ties than expected, and `q` is at most [`SIGNIFICANT`].
    pub fn is_scarce(&self) -> bool {
        self.ties < self.expected && self.q.is_some_and(|q| q <= SIGNIFICANT)
    }
}

/// Ties by whether they cross sectors and levels of responsibility.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FourWay {
    /// Ties inside a sector on one level.
    pub same: FourWayCell,
    /// Ties across sectors on one level: horizontal integration.
    pub horizontal: FourWayCell,
    /// Ties across levels in one sector: vertical integration.
    pub vertical: FourWayCell,
    /// Ties across both.
    pub diagonal: FourWayCell,
    /// Ties whose ends both have a known sector and a known level.
    pub ties: u64,
    /// The other ties.
    pub unknown: u64,
    /// `ties` as a share of all ties, from 0 to 1.
    pub coverage: Score,
    /// Nodes of known sector and level.
    pub nodes_known: u64,
    /// All nodes.
    pub nodes: u64,
    /// How many permutations the probabilities rest on; 0 if there was no test.
    pub permutations: u32,
    /// Where the random numbers began.
    pub seed: u64,
}

/// One kind of ties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FourWayCell {
    /// How many, weighted with membership.
    pub ties: f64,
    /// As a share of the known ties; the four add up to 1.
    pub share: Score,
    /// The mean of `share` over all ways to hand out the profiles of the known nodes that have a
    /// tie, each within its pool; sector and level stay together.
    pub expected: Score,
    /// Two-sided probability: twice the smaller of the next two, at most 1.
    pub p: Option<f64>,
    /// How likely chance has so few or fewer, `(b + 1) / (N + 1)`.
    pub p_less: Option<f64>,
    /// How likely chance has so many or more, `(b + 1) / (N + 1)`.
    pub p_greater: Option<f64>,
}

/// What the integration report asks about mixing.
#[derive(Clone, Debug, PartialEq)]
pub struct Tests {
    /// Mixing of sectors.
    pub sector: Mixing,
    /// Mixing of levels of responsibility.
    pub level: Mixing,
    /// Both together.
    pub four_way: FourWay,
}

/// How the categories of an attribute are tied to each other.
///
/// Without a known tie, ratios are undefined and there is no test. Nodes without a tie count in
/// `possible` and `density` only: they take no part in what chance could bring.
///
/// # Complexity
/// Time **O(N (|V| + |E| + P²))** for `N` permutations and `P` distinct membership vectors, on
/// all threads of the task; extra space **O(|V| + |E| + C²)** with `C` categories.
///
/// # Errors
/// [`Cancelled`].
pub fn mixing(
    network: &Network,
    attribute: Attribute,
    options: &Options,
    task: &Task,
) -> Result<Mixing, Cancelled> {
    let questions = [Question::Mixing(attribute)];
    let [test] = permutation_tests(network, questions, options, task)?;
    mixing_of(network, attribute, test.as_ref(), options, task)
}

/// Ties by whether they cross sectors and levels of responsibility.
///
/// A tie with the shared sector membership `a = s_i·s_j` and the shared level membership
/// `b = l_i·l_j` counts as `a b` inside, `(1 - a) b` horizontal, `a (1 - b)` vertical and
/// `(1 - a)(1 - b)` diagonal. Without a known tie, shares are undefined and there is no test.
///
/// # Complexity
/// As [`mixing`], with `P` distinct pairs of sectors and levels.
///
/// # Errors
/// [`Cancelled`].
pub fn four_way(network: &Network, options: &Options, task: &Task) -> Result<FourWay, Cancelled> {
    let [test] = permutation_tests(network, [Question::FourWay], options, task)?;
    four_way_of(network, test.as_ref(), options, task)
}

/// Mixing of sectors, of levels and both together, from one run of permutations. The values are
/// those of [`mixing`] and [`four_way`], to the bit.
///
/// # Errors
/// [`Cancelled`].
pub fn integration_tests(
    network: &Network,
    options: &Options,
    task: &Task,
) -> Result<Tests, Cancelled> {
    let questions = [
        Question::Mixing(Attribute::Sector),
        Question::Mixing(Attribute::Level),
        Question::FourWay,
    ];
    let [sector, level, both] = permutation_tests(network, questions, options, task)?;
    Ok(Tests {
        sector: mixing_of(network, Attribute::Sector, sector.as_ref(), options, task)?,
        level: mixing_of(network, Attribute::Level, level.as_ref(), options, task)?,
        four_way: four_way_of(network, both.as_ref(), options, task)?,
    })
}

/// Probabilities corrected for their number, so that calling those of at most `α` significant
/// makes a share of at most `α` false discoveries on average (Benjamini and Hochberg 1995,
/// <https://doi.org/10.1111/j.2517-6161.1995.tb02031.x>). In the order given; never below the
/// probability itself, never above 1.
///
/// # Complexity
/// Time **O(n log n)**.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut corrected = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, position) in order.into_iter().enumerate().rev() {
        least = least.min(p[position] * p.len() as f64 / (rank + 1) as f64);
        corrected[position] = least;
    }
    corrected
}

type Table<V> = HashMap<(u32, u32), V, foldhash::fast::RandomState>;

fn is_ordered(network: &Network) -> bool {
    network.is_directed() && !network.is_two_mode()
}

/// The side of a node among which its label can change hands.
fn side(network: &Network, node: u32) -> usize {
    let second = network.nodes()[node as usize].mode == Mode::Second;
    usize::from(network.is_two_mode() && second)
}

/// Pairs of nodes, of so many on each side, that could be tied.
fn pairs(network: &Network, sides: [u64; 2]) -> f64 {
    let [first, second] = sides.map(|side| side as f64);
    if network.is_two_mode() {
        first * second
    } else if network.is_directed() {
        first * (first - 1.0)
    } else {
        first * (first - 1.0) / 2.0
    }
}

/// Differences of products of sums are 0 or much greater than this.
fn without_rounding(pairs: f64) -> f64 {
    if pairs < 1e-9 { 0.0 } else { pairs }
}

/// Whether as much is expected as [`WORTH_COMPARING`]; quotients of whole numbers may miss it by
/// their rounding.
fn is_worth(expected: f64) -> bool {
    expected >= WORTH_COMPARING - 1e-9
}

/// Memberships of known nodes, to see how many pairs of nodes lie between two categories.
struct Shares {
    /// For each category and side.
    sums: Vec<[f64; 2]>,
    /// Nodes that belong to both categories, with the products of their weights.
    overlaps: Table<ExactSum>,
    sides: [u64; 2],
}

impl Shares {
    /// Of these nodes.
    fn of(
        network: &Network,
        grouping: &Grouping,
        nodes: impl Iterator<Item = u32>,
        task: &Task,
    ) -> Result<Self, Cancelled> {
        let mut sums = vec![[ExactSum::default(); 2]; grouping.categories().len()];
        let mut overlaps: Table<ExactSum> = HashMap::default();
        let mut sides = [0; 2];
        for (number, node) in nodes.enumerate() {
            if number.is_multiple_of(1024) {
                task.check()?;
            }
            let own = grouping.of(node);
            if own.is_empty() {
                continue;
            }
            let side = side(network, node);
            sides[side] += 1;
            let weight = 1.0 / own.len() as f64;
            for (position, r) in own.iter().enumerate() {
                sums[*r as usize][side].add(weight);
                for s in &own[position..] {
                    overlaps.entry((*r, *s)).or_default().add(weight * weight);
                }
            }
        }
        Ok(Self {
            sums: sums
                .into_iter()
                .map(|sums| sums.map(ExactSum::value))
                .collect(),
            overlaps,
            sides,
        })
    }

    fn size(&self, category: u32) -> f64 {
        let [first, second] = self.sums[category as usize];
        first + second
    }

    /// Pairs of nodes between two categories that could be tied.
    fn possible(&self, network: &Network, r: u32, s: u32) -> f64 {
        let [own, others] = self.sums[r as usize];
        let [theirs, those] = self.sums[s as usize];
        let possible = if network.is_two_mode() {
            if r == s {
                own * others
            } else {
                own * those + theirs * others
            }
        } else {
            // Of ordered pairs; without order those of r with s and of s with r are the same
            // pairs, and those of r with r are there twice.
            let overlap = self.overlaps.get(&(r.min(s), r.max(s)));
            let ordered = own * theirs - overlap.map_or(0.0, |sum| sum.value());
            if r == s && !network.is_directed() {
                ordered / 2.0
            } else {
                ordered
            }
        };
        without_rounding(possible)
    }
}

/// The nodes that have a tie, pool by pool.
pub(super) fn tied_pools(network: &Network) -> BTreeMap<u32, Vec<u32>> {
    let mut pools: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let tied = (0..network.len() as u32).filter(|node| network.is_tied(*node));
    for node in tied {
        pools.entry(network.pool(node)).or_default().push(node);
    }
    pools
}

/// The nodes of one pool that have a tie.
struct Pool {
    shares: Shares,
    /// Known ties for each pair of known nodes.
    rate: f64,
}

/// Pairs of categories in all pools.
struct Chance(Vec<Pool>);

impl Chance {
    fn of(
        network: &Network,
        grouping: &Grouping,
        known: &BTreeMap<u32, u64>,
        task: &Task,
    ) -> Result<Self, Cancelled> {
        let mut pools = Vec::new();
        for (pool, nodes) in tied_pools(network) {
            let Some(ties) = known.get(&pool) else {
                continue;
            };
            let shares = Shares::of(network, grouping, nodes.into_iter(), task)?;
            // What any of the possible pairs has of the known ties on average. With fewer than
            // two nodes there is neither a pair nor a tie.
            let pairs = pairs(network, shares.sides);
            let rate = if pairs > 0.0 {
                *ties as f64 / pairs
            } else {
                0.0
            };
            pools.push(Pool { shares, rate });
        }
        Ok(Self(pools))
    }

    /// Ties that chance would bring between two categories.
    fn expected(&self, network: &Network, r: u32, s: u32) -> f64 {
        let pools = self.0.iter();
        let parts = pools.map(|pool| pool.rate * pool.shares.possible(network, r, s));
        exact::rising(parts.collect())
    }
}

/// Known ties between pairs of categories, and how many ties are known in each pool that has any.
fn observed(
    network: &Network,
    grouping: &Grouping,
    task: &Task,
) -> Result<(Table<ExactSum>, BTreeMap<u32, u64>), Cancelled> {
    let is_ordered = is_ordered(network);
    let mut ties: Table<ExactSum> = HashMap::default();
    let mut known = BTreeMap::new();
    for (number, tie) in network.ties().iter().enumerate() {
        if number.is_multiple_of(1024) {
            task.check()?;
        }
        let (source, target) = (grouping.of(tie.source), grouping.of(tie.target));
        if source.is_empty() || target.is_empty() {
            continue;
        }
        *known.entry(network.pool(tie.source)).or_default() += 1;
        let weight = 1.0 / (source.len() * target.len()) as f64;
        for r in source {
            for s in target {
                let pair = if is_ordered {
                    (*r, *s)
                } else {
                    (*r.min(s), *r.max(s))
                };
                ties.entry(pair).or_default().add(weight);
            }
        }
    }
    Ok((ties, known))
}

fn mixing_of(
    network: &Network,
    attribute: Attribute,
    test: Option<&Test>,
    options: &Options,
    task: &Task,
) -> Result<Mixing, Cancelled> {
    let grouping = network.grouping(attribute);
    let categories = grouping.categories().len();
    let is_ordered = is_ordered(network);
    let shares = Shares::of(network, grouping, 0..network.len() as u32, task)?;
    let (ties, known) = observed(network, grouping, task)?;
    let ties_known = known.values().sum();
    let chance = Chance::of(network, grouping, &known, task)?;
    let listed: Vec<(u32, u32)> = if categories <= MANY_CATEGORIES {
        let all = 0..categories as u32;
        all.clone()
            .flat_map(|r| all.clone().map(move |s| (r, s)))
            .filter(|(r, s)| is_ordered || r <= s)
            .collect()
    } else {
        let mut listed: BTreeSet<(u32, u32)> = ties.keys().copied().collect();
        add_expected(&mut listed, network, &chance);
        listed.into_iter().collect()
    };
    let missing = if network.ties().is_empty() {
        Undefined::NoTies
    } else {
        Undefined::UnknownCategory
    };
    let mut rows: Vec<MixingRow> = Vec::with_capacity(listed.len());
    for (from, to) in listed {
        let ties = ties.get(&(from, to)).map_or(0.0, |sum| sum.value());
        let possible = shares.possible(network, from, to);
        let expected = chance.expected(network, from, to);
        let ratio = if ties_known == 0 {
            Score::Undefined(missing)
        } else if expected <= 0.0 {
            Score::Undefined(Undefined::FewNodes)
        } else if !is_worth(expected) {
            Score::Undefined(Undefined::LittleExpected)
        } else {
            Score::Value(ties / expected)
        };
        // Where no two could meet there is nothing to test.
        let p_less = test
            .filter(|_| expected > 0.0)
            .map(|test| test.p_less(from as usize * categories + to as usize));
        rows.push(MixingRow {
            from,
            to,
            ties,
            expected,
            ratio,
            possible,
            density: Score::share(ties, possible, Undefined::FewNodes),
            p_less,
            q: None,
            is_missing: false,
        });
    }
    let (crossing, p): (Vec<usize>, Vec<f64>) = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.from != row.to)
        .filter_map(|(position, row)| row.p_less.map(|p| (position, p)))
        .unzip();
    for (position, q) in crossing.into_iter().zip(benjamini_hochberg(&p)) {
        let row = &mut rows[position];
        row.q = Some(q);
        row.is_missing = q <= SIGNIFICANT && row.ties == 0.0 && is_worth(row.expected);
    }
    Ok(Mixing {
        attribute,
        is_ordered,
        rows,
        ties_known,
        ties_unknown: network.ties().len() as u64 - ties_known,
        nodes_known: shares.sides[0] + shares.sides[1],
        nodes: network.len() as u64,
        permutations: test.map_or(0, |test| test.permutations),
        seed: options.seed,
    })
}

/// Adds the pairs of categories that are expected to have a tie or more. There are no more of them
/// than ties; going from the greatest category of each pool down finds them without trying all.
fn add_expected(listed: &mut BTreeSet<(u32, u32)>, network: &Network, chance: &Chance) {
    // What adds up to one tie has its share of one in some pool; the margin is for rounding.
    let least = 0.999 * WORTH_COMPARING / chance.0.len().max(1) as f64;
    for Pool { shares, rate } in &chance.0 {
        let mut by_size: Vec<(f64, u32)> = (0..shares.sums.len() as u32)
            .map(|category| (shares.size(category), category))
            .collect();
        by_size.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for (rank, (size, r)) in by_size.iter().enumerate() {
            // There are at most `size · other` pairs.
            let could = |other: f64| rate * size * other > least;
            if !could(*size) {
                break;
            }
            let others = by_size[rank..].iter();
            for (_, s) in others.take_while(|(other, _)| could(*other)) {
                if chance.expected(network, *r, *s) >= WORTH_COMPARING {
                    listed.insert((*r.min(s), *r.max(s)));
                    if is_ordered(network) {
                        listed.insert((*r.max(s), *r.min(s)));
                    }
                }
            }
        }
    }
}

fn four_way_of(
    network: &Network,
    test: Option<&Test>,
    options: &Options,
    task: &Task,
) -> Result<FourWay, Cancelled> {
    let sectors = network.grouping(Attribute::Sector);
    let levels = network.grouping(Attribute::Level);
    let mut sums = [ExactSum::default(); 4];
    let mut by_pool: BTreeMap<u32, u64> = BTreeMap::new();
    for (number, tie) in network.ties().iter().enumerate() {
        if number.is_multiple_of(1024) {
            task.check()?;
        }
        let shared = |grouping: &Grouping| grouping.shared(tie.source, tie.target);
        let (Some(a), Some(b)) = (shared(sectors), shared(levels)) else {
            continue;
        };
        *by_pool.entry(network.pool(tie.source)).or_default() += 1;
        for (sum, part) in sums.iter_mut().zip(split(a, b)) {
            sum.add(part);
        }
    }
    let known: u64 = by_pool.values().sum();
    let all = network.ties().len() as u64;
    let missing = if all == 0 {
        Undefined::NoTies
    } else {
        Undefined::UnknownCategory
    };
    let expected = expected_share(network, &by_pool, missing, task)?;
    let is_known = |node: &u32| !sectors.of(*node).is_empty() && !levels.of(*node).is_empty();
    let nodes_known = (0..network.len() as u32).filter(is_known).count() as u64;
    let cell = |kind: usize| {
        let ties = sums[kind].value();
        let p_less = test.map(|test| test.p_less(kind));
        let p_greater = test.map(|test| test.p_greater(kind));
        FourWayCell {
            ties,
            share: Score::share(ties, known as f64, missing),
            expected: expected[kind],
            p: p_less
                .zip(p_greater)
                .map(|(less, greater)| (2.0 * less.min(greater)).min(1.0)),
            p_less,
            p_greater,
        }
    };
    Ok(FourWay {
        same: cell(0),
        horizontal: cell(1),
        vertical: cell(2),
        diagonal: cell(3),
        ties: known,
        unknown: all - known,
        coverage: Score::share(known as f64, all as f64, Undefined::NoTies),
        nodes_known,
        nodes: network.len() as u64,
        permutations: test.map_or(0, |test| test.permutations),
        seed: options.seed,
    })
}

/// What a tie of shared sector membership `a` and shared level membership `b` counts as.
fn split(a: f64, b: f64) -> [f64; 4] {
    [a * b, (1.0 - a) * b, a * (1.0 - b), (1.0 - a) * (1.0 - b)]
}

/// The mean share of each of the four kinds of ties: that of each pool, weighted with its known
/// ties.
fn expected_share(
    network: &Network,
    known: &BTreeMap<u32, u64>,
    missing: Undefined,
    task: &Task,
) -> Result<[Score; 4], Cancelled> {
    let mut means: Vec<([f64; 4], f64)> = Vec::new();
    for (pool, nodes) in tied_pools(network) {
        if let Some(ties) = known.get(&pool)
            && let Some(mean) = expected_split(network, &nodes, task)?
        {
            means.push((mean, *ties as f64));
        }
    }
    Ok(match means.as_slice() {
        [] => [Score::Undefined(missing); 4],
        [(mean, _)] => mean.map(Score::Value),
        means => {
            let all = exact::rising(means.iter().map(|(_, ties)| *ties).collect());
            [0, 1, 2, 3].map(|kind| {
                let parts = means.iter().map(|(mean, ties)| mean[kind] * ties);
                Score::Value((exact::rising(parts.collect()) / all).clamp(0.0, 1.0))
            })
        }
    })
}

/// The mean of [`split`] over the pairs of these nodes that are known and could be tied; none if
/// there is no such pair.
///
/// Sums of products over pairs are products of sums less what nodes have with themselves, so no
/// pair is looked at.
fn expected_split(
    network: &Network,
    nodes: &[u32],
    task: &Task,
) -> Result<Option<[f64; 4]>, Cancelled> {
    let sectors = network.grouping(Attribute::Sector);
    let levels = network.grouping(Attribute::Level);
    type Sides = [ExactSum; 2];
    let mut by_sector: BTreeMap<u32, Sides> = BTreeMap::new();
    let mut by_level: BTreeMap<u32, Sides> = BTreeMap::new();
    let mut by_both: BTreeMap<(u32, u32), Sides> = BTreeMap::new();
    let [mut own_sector, mut own_level, mut own_both] = [ExactSum::default(); 3];
    let mut sides = [0; 2];
    for (number, node) in nodes.iter().copied().enumerate() {
        if number.is_multiple_of(1024) {
            task.check()?;
        }
        let (s, l) = (sectors.of(node), levels.of(node));
        if s.is_empty() || l.is_empty() {
            continue;
        }
        let side = side(network, node);
        sides[side] += 1;
        let (a, b) = (1.0 / s.len() as f64, 1.0 / l.len() as f64);
        // The square of a vector of k parts of 1/k is 1/k.
        own_sector.add(a);
        own_level.add(b);
        own_both.add(a * b);
        for sector in s {
            by_sector.entry(*sector).or_default()[side].add(a);
            for level in l {
                by_both.entry((*sector, *level)).or_default()[side].add(a * b);
            }
        }
        for level in l {
            by_level.entry(*level).or_default()[side].add(b);
        }
    }
    let [first, second] = sides.map(|side: u64| side as f64);
    let is_two_mode = network.is_two_mode();
    let pairs = if is_two_mode {
        first * second
    } else {
        first * (first - 1.0)
    };
    if pairs <= 0.0 {
        return Ok(None);
    }
    let mean = |sums: &mut dyn Iterator<Item = &Sides>, own: ExactSum| {
        let products = exact::sum(sums.map(|sums| {
            let [first, second] = sums.map(ExactSum::value);
            if is_two_mode {
                first * second
            } else {
                first * first
            }
        }));
        let own = if is_two_mode { 0.0 } else { own.value() };
        ((products - own) / pairs).clamp(0.0, 1.0)
    };
    let a = mean(&mut by_sector.values(), own_sector);
    let b = mean(&mut by_level.values(), own_level);
    let ab = mean(&mut by_both.values(), own_both);
    let shares = [ab, b - ab, a - ab, 1.0 - a - b + ab];
    Ok(Some(shares.map(|share| share.clamp(0.0, 1.0))))
}

/// What permutations are to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Mixing(Attribute),
    FourWay,
}

impl Question {
    /// What must be known of a node for it to take part.
    fn attributes(self) -> Vec<Attribute> {
        match self {
            Self::Mixing(attribute) => vec![attribute],
            Self::FourWay => vec![Attribute::Sector, Attribute::Level],
        }
    }

    fn has_test(self, network: &Network) -> bool {
        match self {
            Self::Mixing(attribute) => {
                network.grouping(attribute).categories().len() <= MANY_CATEGORIES
            }
            Self::FourWay => true,
        }
    }
}

/// The answer: for each cell in how many permutations it was at most, and at least, as great as
/// in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Test {
    permutations: u32,
    at_most: Vec<u32>,
    at_least: Vec<u32>,
}

impl Test {
    fn new(permutations: u32, cells: usize) -> Self {
        Self {
            permutations,
            at_most: vec![0; cells],
            at_least: vec![0; cells],
        }
    }

    fn p_less(&self, cell: usize) -> f64 {
        self.p(self.at_most[cell])
    }

    fn p_greater(&self, cell: usize) -> f64 {
        self.p(self.at_least[cell])
    }

    /// The network itself is one of the ways to hand out labels, hence the 1.
    fn p(&self, as_extreme: u32) -> f64 {
        (f64::from(as_extreme) + 1.0) / (f64::from(self.permutations) + 1.0)
    }

    fn compare(&mut self, permuted: &[u128], observed: &[u128]) {
        let counts = self.at_most.iter_mut().zip(&mut self.at_least);
        for ((at_most, at_least), (permuted, observed)) in counts.zip(permuted.iter().zip(observed))
        {
            *at_most += u32::from(permuted <= observed);
            *at_least += u32::from(permuted >= observed);
        }
    }

    fn merge(&mut self, other: &Self) {
        let add = |to: &mut [u32], from: &[u32]| {
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        };
        add(&mut self.at_most, &other.at_most);
        add(&mut self.at_least, &other.at_least);
    }
}

/// Runs the permutations once for all questions. No answer where there is nothing to permute:
/// no tie is known, there are too many categories, or no permutation is asked for.
fn permutation_tests<const N: usize>(
    network: &Network,
    questions: [Question; N],
    options: &Options,
    task: &Task,
) -> Result<[Option<Test>; N], Cancelled> {
    task.check()?;
    // Questions about the same nodes share an urn.
    let mut urns: Vec<(Vec<usize>, Urn<'_>)> = Vec::new();
    if options.permutations > 0 {
        let mut drafts: Vec<(Nodes, Vec<usize>)> = Vec::new();
        for (number, question) in questions.iter().enumerate() {
            if !question.has_test(network) {
                continue;
            }
            let nodes = Nodes::known(network, &question.attributes());
            match drafts.iter_mut().find(|(known, _)| *known == nodes) {
                Some((_, numbers)) => numbers.push(number),
                None => drafts.push((nodes, vec![number])),
            }
        }
        for (nodes, numbers) in drafts {
            let asked: Vec<Question> = numbers.iter().map(|number| questions[*number]).collect();
            let urn = Urn::new(network, nodes, &asked);
            if !urn.ties.is_empty() {
                urns.push((numbers, urn));
            }
        }
    }
    let mut answers = [const { None }; N];
    if urns.is_empty() {
        return Ok(answers);
    }
    let chunks = options.permutations.div_ceil(CHUNK);
    task.begin("permutations", chunks as usize);
    let tests = task.parallel(|| {
        (0..chunks)
            .into_par_iter()
            .map(|chunk| {
                let from = chunk * CHUNK;
                let to = options.permutations.min(from.saturating_add(CHUNK));
                let tests: Vec<Vec<Test>> = urns
                    .iter()
                    .map(|(_, urn)| urn.permute(options, from..to))
                    .collect();
                task.advance()?;
                Ok(tests)
            })
            // Whole numbers: the same sums in any order.
            .try_reduce_with(|mut sum, more| {
                for (to, from) in sum.iter_mut().flatten().zip(more.iter().flatten()) {
                    to.merge(from);
                }
                Ok(sum)
            })
    });
    let tests = tests.transpose()?.unwrap_or_default();
    for ((numbers, _), tests) in urns.iter().zip(tests) {
        for (number, test) in numbers.iter().zip(tests) {
            answers[*number] = Some(test);
        }
    }
    Ok(answers)
}

/// The nodes whose labels change hands, in an order that does not depend on names: pool by pool,
/// those of the second side of a two-mode network last.
#[derive(Debug, PartialEq, Eq)]
struct Nodes {
    nodes: Vec<u32>,
    /// How many in a row hand on labels among themselves.
    runs: Vec<usize>,
}

impl Nodes {
    fn known(network: &Network, attributes: &[Attribute]) -> Self {
        let is_known = |node: u32| {
            attributes
                .iter()
                .all(|attribute| !network.grouping(*attribute).of(node).is_empty())
        };
        let mut nodes: Vec<u32> = network
            .canonical_order()
            .iter()
            .copied()
            .filter(|node| network.is_tied(*node) && is_known(*node))
            .collect();
        let (pools, _) = numbered(nodes.iter().map(|node| network.pool(*node)));
        let pools: HashMap<u32, u32> = nodes.iter().copied().zip(pools).collect();
        let run = |node: u32| (side(network, node), pools.get(&node).copied());
        nodes.sort_by_key(|node| run(*node));
        let runs = nodes.chunk_by(|one, next| run(*one) == run(*next));
        Self {
            runs: runs.map(<[u32]>::len).collect(),
            nodes,
        }
    }
}

/// Labels that change hands, the ties between the places that hold them, and what is counted.
struct Urn<'a> {
    /// The profile at each place in the network itself.
    labels: Vec<u32>,
    runs: Vec<usize>,
    /// Ties between places, in rising order, so that labels are read in the order of memory.
    ties: Vec<[u32; 2]>,
    /// How many profiles there are.
    profiles: usize,
    counters: Vec<Counter<'a>>,
}

impl<'a> Urn<'a> {
    fn new(network: &'a Network, nodes: Nodes, questions: &[Question]) -> Self {
        let mut places = vec![u32::MAX; network.len()];
        for (node, place) in nodes.nodes.iter().zip(0..) {
            places[*node as usize] = place;
        }
        let is_ordered = is_ordered(network);
        let mut ties: Vec<[u32; 2]> = network
            .ties()
            .iter()
            .map(|tie| [tie.source, tie.target].map(|end| places[end as usize]))
            .filter(|ends| !ends.contains(&u32::MAX))
            .map(|[a, b]| {
                if is_ordered {
                    [a, b]
                } else {
                    [a.min(b), a.max(b)]
                }
            })
            .collect();
        ties.sort_unstable();
        let attributes: BTreeSet<Attribute> = questions
            .iter()
            .flat_map(|question| question.attributes())
            .collect();
        let (labels, profiles) = numbered(nodes.nodes.iter().map(|node| {
            let of = |attribute: &Attribute| network.grouping(*attribute).of(*node);
            attributes.iter().map(of).collect::<Vec<&'a [u32]>>()
        }));
        let memberships = |attribute: Attribute| {
            let position = attributes.iter().take_while(|of| **of < attribute).count();
            Memberships::new(profiles.iter().map(|sets| sets[position]), ties.len())
        };
        let counters = questions
            .iter()
            .map(|question| match question {
                Question::Mixing(attribute) => Counter::Mixing {
                    categories: network.grouping(*attribute).categories().len(),
                    is_ordered,
                    of: memberships(*attribute),
                },
                Question::FourWay => {
                    let sectors = memberships(Attribute::Sector);
                    let levels = memberships(Attribute::Level);
                    Counter::FourWay {
                        kinds: Kinds::of(&sectors).zip(Kinds::of(&levels)),
                        sectors: Box::new(sectors),
                        levels: Box::new(levels),
                    }
                }
            })
            .collect();
        Self {
            labels,
            runs: nodes.runs,
            profiles: profiles.len(),
            counters,
            ties,
        }
    }

    /// Counts of nothing, one list of cells for each counter.
    fn cells(&self) -> Vec<Vec<u128>> {
        let cells = self.counters.iter().map(Counter::cells);
        cells.map(|cells| vec![0; cells]).collect()
    }

    /// Counts with these labels. One table of pairs of profiles serves all counters if it is
    /// small; else each makes its own.
    fn count(&self, labels: &[u32], table: &mut Vec<u32>, cells: &mut [Vec<u128>]) {
        let counters = self.counters.iter().zip(cells);
        if let Some(pairs) = pairs_of(&self.ties, labels, self.profiles, table) {
            for (counter, cells) in counters {
                counter.count_profiles(&pairs, self.ties.len(), cells);
            }
        } else {
            for (counter, cells) in counters {
                counter.count_ties(&self.ties, labels, table, cells);
            }
        }
    }

    /// Draws the permutations of these numbers and compares each with the network.
    fn permute(&self, options: &Options, numbers: Range<u32>) -> Vec<Test> {
        let mut table = Vec::new();
        let mut cells = self.cells();
        self.count(&self.labels, &mut table, &mut cells);
        let observed = cells.clone();
        let mut tests: Vec<Test> = observed
            .iter()
            .map(|cells| Test::new(options.permutations, cells.len()))
            .collect();
        let mut labels = self.labels.clone();
        for number in numbers {
            // Each from the start, so that a permutation depends on its number only.
            labels.copy_from_slice(&self.labels);
            let mut random = Random::stream(options.seed, u64::from(number));
            let mut rest = labels.as_mut_slice();
            for run in &self.runs {
                let (own, others) = rest.split_at_mut(*run);
                random.shuffle(own);
                rest = others;
            }
            self.count(&labels, &mut table, &mut cells);
            for (test, (cells, observed)) in tests.iter_mut().zip(cells.iter().zip(&observed)) {
                test.compare(cells, observed);
            }
        }
        tests
    }
}

/// Numbers things in the order in which they are first seen: the number of each, and the
/// different things.
fn numbered<T: Ord + Clone>(things: impl Iterator<Item = T>) -> (Vec<u32>, Vec<T>) {
    let mut numbers: BTreeMap<T, u32> = BTreeMap::new();
    let mut different = Vec::new();
    let of = things
        .map(|thing| {
            *numbers.entry(thing).or_insert_with_key(|thing| {
                different.push(thing.clone());
                different.len() as u32 - 1
            })
        })
        .collect();
    (of, different)
}

/// How many ties join each pair of labels, as `(one, other, ties)`. None if a table of pairs is
/// larger than the list of ties: most of it would be empty, and going through it would take
/// longer than going through the ties.
fn pairs_of(
    ties: &[[u32; 2]],
    labels: &[u32],
    different: usize,
    table: &mut Vec<u32>,
) -> Option<Vec<(usize, usize, u64)>> {
    let cells = different.checked_mul(different)?;
    if cells > ties.len().max(SMALL_TABLE) {
        return None;
    }
    table.clear();
    table.resize(cells, 0);
    for [a, b] in ties {
        let row = labels[*a as usize] as usize * different;
        table[row + labels[*b as usize] as usize] += 1;
    }
    let mut pairs = Vec::with_capacity(cells);
    for (one, row) in table.chunks_exact(different.max(1)).enumerate() {
        for (other, count) in row.iter().enumerate() {
            if *count > 0 {
                pairs.push((one, other, u64::from(*count)));
            }
        }
    }
    Some(pairs)
}

/// The membership vectors of one attribute, as fractions of a common denominator.
struct Memberships<'a> {
    /// The different vectors, each as the set of its categories.
    sets: Vec<&'a [u32]>,
    /// The weight of each category of a set: `unit / k`.
    weights: Vec<u64>,
    unit: u64,
    /// Which set a profile has.
    of: Vec<u32>,
    /// The inner products of all pairs of sets; empty where there are many sets.
    products: Vec<u64>,
}

/// Up to so many sets, the products of all pairs are kept: small networks are permuted as often as
/// large ones, and then most of the time went into these.
const KEPT_PRODUCTS: usize = 512;

impl<'a> Memberships<'a> {
    /// The denominator is the least common multiple of the sizes of the sets, so that sums are
    /// exact. Should it be so large that a sum over all ties would not fit into 64 bits, the
    /// greatest that fits takes its place (some 10⁷ for 100,000 ties), and weights are rounded.
    fn new(profiles: impl Iterator<Item = &'a [u32]>, ties: usize) -> Self {
        let (of, sets) = numbered(profiles);
        let greatest = (u64::MAX / (ties as u64).max(1)).isqrt();
        let sizes: BTreeSet<u64> = sets.iter().map(|set| set.len() as u64).collect();
        let common = sizes.into_iter().try_fold(1_u64, |multiple, size| {
            let next = (multiple / greatest_common_divisor(multiple, size)).checked_mul(size)?;
            (next <= greatest).then_some(next)
        });
        let unit = common.unwrap_or(greatest);
        Self {
            weights: sets
                .iter()
                .map(|set| unit / (set.len() as u64).max(1))
                .collect(),
            sets,
            unit,
            of,
            products: Vec::new(),
        }
        .with_products()
    }

    fn with_products(mut self) -> Self {
        let count = self.sets.len();
        if count <= KEPT_PRODUCTS {
            let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
            self.products = pairs.map(|(a, b)| self.product(a, b)).collect();
        }
        self
    }

    /// The inner product of the vectors of two sets, in parts of `unit²`.
    fn shared(&self, a: usize, b: usize) -> u64 {
        match self.products.get(a * self.sets.len() + b) {
            Some(product) => *product,
            None => self.product(a, b),
        }
    }

    fn product(&self, a: usize, b: usize) -> u64 {
        let other = self.sets[b];
        let own = self.sets[a].iter();
        let common = own.filter(|category| other.contains(category)).count();
        common as u64 * self.weights[a] * self.weights[b]
    }

    /// `unit²`, which is what a whole tie counts as.
    fn whole(&self) -> u128 {
        u128::from(self.unit) * u128::from(self.unit)
    }

    /// The sets at places with these profiles.
    fn at(&self, labels: &[u32]) -> Vec<u32> {
        let labels = labels.iter();
        labels.map(|label| self.of[*label as usize]).collect()
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The inner products of all pairs of sets. There are few different ones, so their numbers take
/// the place of looking for common categories tie by tie.
struct Kinds {
    sets: usize,
    /// The number of the product of each pair of sets.
    of: Vec<u8>,
    products: Vec<u64>,
}

impl Kinds {
    /// None if there are too many sets or products.
    fn of(memberships: &Memberships<'_>) -> Option<Self> {
        let sets = memberships.sets.len();
        if sets.checked_mul(sets)? > GREATEST_TABLE {
            return None;
        }
        let pairs = (0..sets).flat_map(|a| (0..sets).map(move |b| (a, b)));
        let (of, products) = numbered(pairs.map(|(a, b)| memberships.shared(a, b)));
        let of: Result<Vec<u8>, _> = of.into_iter().map(u8::try_from).collect();
        Some(Self {
            sets,
            of: of.ok()?,
            products,
        })
    }

    fn between(&self, a: u32, b: u32) -> usize {
        usize::from(self.of[a as usize * self.sets + b as usize])
    }
}

/// Turns ties between profiles into the numbers that a question is about.
///
/// Nothing overflows: sums of one attribute are below 2⁶⁴ (see [`Memberships::new`]), so their
/// products are below 2¹²⁸.
enum Counter<'a> {
    /// Ties between categories, row by row; without order in the cells with `from <= to`.
    Mixing {
        categories: usize,
        is_ordered: bool,
        of: Memberships<'a>,
    },
    /// The four kinds of ties, in the order of [`FourWay`].
    FourWay {
        sectors: Box<Memberships<'a>>,
        levels: Box<Memberships<'a>>,
        kinds: Option<(Kinds, Kinds)>,
    },
}

impl Counter<'_> {
    fn cells(&self) -> usize {
        match self {
            Self::Mixing { categories, .. } => categories * categories,
            Self::FourWay { .. } => 4,
        }
    }

    /// Counts so many ties by their pairs of profiles.
    fn count_profiles(&self, pairs: &[(usize, usize, u64)], ties: usize, cells: &mut [u128]) {
        let pairs = pairs.iter().copied();
        match self {
            Self::Mixing { of, .. } => {
                let set = |profile: usize| of.of[profile] as usize;
                self.mix(pairs.map(|(p, q, count)| (set(p), set(q), count)), cells);
            }
            Self::FourWay {
                sectors, levels, ..
            } => {
                let shared = |of: &Memberships<'_>, p: usize, q: usize| {
                    of.shared(of.of[p] as usize, of.of[q] as usize)
                };
                let products =
                    pairs.map(|(p, q, count)| (shared(sectors, p, q), shared(levels, p, q), count));
                self.split(products, ties, cells);
            }
        }
    }

    /// Counts ties one by one.
    fn count_ties(
        &self,
        ties: &[[u32; 2]],
        labels: &[u32],
        table: &mut Vec<u32>,
        cells: &mut [u128],
    ) {
        match self {
            Self::Mixing { categories, of, .. } => {
                let sets = of.at(labels);
                if let Some(pairs) = pairs_of(ties, &sets, of.sets.len(), table) {
                    self.mix(pairs.into_iter(), cells);
                } else if *categories <= WIDE {
                    self.mix_rows(ties, &sets, cells);
                } else {
                    let set = |place: u32| sets[place as usize] as usize;
                    self.mix(ties.iter().map(|[a, b]| (set(*a), set(*b), 1)), cells);
                }
            }
            Self::FourWay {
                sectors,
                levels,
                kinds,
            } => {
                let (s, l) = (sectors.at(labels), levels.at(labels));
                let ends = ties.iter().map(|[a, b]| (*a as usize, *b as usize));
                if let Some((by_sector, by_level)) = kinds {
                    let wide = by_level.products.len();
                    table.clear();
                    table.resize(by_sector.products.len() * wide, 0);
                    for (a, b) in ends {
                        let row = by_sector.between(s[a], s[b]) * wide;
                        table[row + by_level.between(l[a], l[b])] += 1;
                    }
                    let products = by_sector
                        .products
                        .iter()
                        .zip(table.chunks_exact(wide.max(1)));
                    let products = products.flat_map(|(a, row)| {
                        let row = by_level.products.iter().zip(row);
                        row.map(|(b, count)| (*a, *b, u64::from(*count)))
                    });
                    self.split(products, ties.len(), cells);
                } else {
                    let products = ends.map(|(a, b)| {
                        let sector = sectors.shared(s[a] as usize, s[b] as usize);
                        let level = levels.shared(l[a] as usize, l[b] as usize);
                        (sector, level, 1)
                    });
                    self.split(products, ties.len(), cells);
                }
            }
        }
    }

    /// Cells of mixing from pairs of sets, each so many times.
    fn mix(&self, pairs: impl Iterator<Item = (usize, usize, u64)>, cells: &mut [u128]) {
        let Self::Mixing { categories, of, .. } = self else {
            return;
        };
        cells.fill(0);
        pairs.for_each(|(a, b, count)| {
            let weight = u128::from(count * of.weights[a] * of.weights[b]);
            for r in of.sets[a] {
                for s in of.sets[b] {
                    cells[*r as usize * categories + *s as usize] += weight;
                }
            }
        });
        self.fold(cells);
    }

    /// The same where sets have many pairs and there are few categories: the vectors of all
    /// nodes that a node is tied to are added up before they meet its own, without a branch.
    fn mix_rows(&self, ties: &[[u32; 2]], sets: &[u32], cells: &mut [u128]) {
        let Self::Mixing { categories, of, .. } = self else {
            return;
        };
        let mut vectors = vec![[0_u64; WIDE]; of.sets.len()];
        for (vector, (set, weight)) in vectors.iter_mut().zip(of.sets.iter().zip(&of.weights)) {
            for category in *set {
                vector[*category as usize] = *weight;
            }
        }
        cells.fill(0);
        for row in ties.chunk_by(|one, next| one[0] == next[0]) {
            let mut sum = [0_u64; WIDE];
            let sum = &mut sum[..*categories];
            for [_, b] in row {
                let vector = &vectors[sets[*b as usize] as usize];
                for (sum, part) in sum.iter_mut().zip(vector) {
                    *sum += part;
                }
            }
            let own = sets[row[0][0] as usize] as usize;
            for r in of.sets[own] {
                let cells = &mut cells[*r as usize * categories..];
                for (cell, sum) in cells.iter_mut().zip(&*sum) {
                    *cell += u128::from(of.weights[own] * sum);
                }
            }
        }
        self.fold(cells);
    }

    /// Without order a tie from `s` to `r` is one from `r` to `s`.
    fn fold(&self, cells: &mut [u128]) {
        let Self::Mixing {
            categories,
            is_ordered: false,
            ..
        } = self
        else {
            return;
        };
        for r in 1..*categories {
            for s in 0..r {
                let below = std::mem::take(&mut cells[r * categories + s]);
                cells[s * categories + r] += below;
            }
        }
    }

    /// Cells of the four kinds from shared memberships in sectors and levels, each so many times.
    fn split(
        &self,
        products: impl Iterator<Item = (u64, u64, u64)>,
        ties: usize,
        cells: &mut [u128],
    ) {
        let Self::FourWay {
            sectors, levels, ..
        } = self
        else {
            return;
        };
        let (mut sector, mut level, mut both) = (0_u128, 0_u128, 0_u128);
        products.for_each(|(a, b, count)| {
            let times = u128::from(count * a);
            sector += times;
            level += u128::from(count * b);
            both += times * u128::from(b);
        });
        let horizontal = level * sectors.whole() - both;
        let across = ties as u128 * sectors.whole() - sector;
        cells.copy_from_slice(&[
            both,
            horizontal,
            sector * levels.whole() - both,
            across * levels.whole() - horizontal,
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Category, Kind, Node, Tie};
    use oxigraph::model::NamedNode;

    const NONE: &[u32] = &[];

    fn options(permutations: u32) -> Options {
        Options {
            permutations,
            ..Options::default()
        }
    }

    fn sectors(edges: &[(u32, u32)], groups: &[&[u32]]) -> Network {
        let edges = edges.iter().copied();
        Network::with_groups(groups.len(), edges, Attribute::Sector, groups)
    }

    fn mix(network: &Network) -> Mixing {
        mixing(network, Attribute::Sector, &options(999), &Task::new()).unwrap()
    }

    /// A network with sectors and levels.
    fn two_attributes(
        kind: Kind,
        edges: &[(u32, u32)],
        sectors: &[&[u32]],
        levels: &[&[u32]],
    ) -> Network {
        let named = |name: String| NamedNode::new_unchecked(format!("http://x/{name}"));
        let categories = |groups: &[&[u32]]| -> Vec<Vec<Category>> {
            let of = |group: &[u32]| {
                let group = group.iter();
                group
                    .map(|g| Category::new(named(format!("g{g:03}"))))
                    .collect()
            };
            groups.iter().map(|group| of(group)).collect()
        };
        let nodes = (0..sectors.len()).map(|n| Node::new(named(format!("n{n:06}"))));
        let ties = edges.iter().map(|(source, target)| Tie {
            source: *source,
            target: *target,
            weight: 1.0,
        });
        let none = Vec::new;
        let attributes = [categories(sectors), categories(levels), none(), none()];
        Network::new(kind, nodes.collect(), ties, attributes)
    }

    /// Two cliques of four nodes.
    fn cliques() -> Vec<(u32, u32)> {
        let pairs = (0..8_u32).flat_map(|i| (0..i).map(move |j| (j, i)));
        pairs.filter(|(j, i)| j / 4 == i / 4).collect()
    }

    #[track_caller]
    fn near(value: f64, expected: f64, error: f64) {
        assert!((value - expected).abs() <= error, "{value}, not {expected}");
    }

    #[test]
    fn pairs_of_sectors_are_compared_with_chance() {
        // Three ties; of six pairs one is inside 0, one inside 1, four are across.
        let network = sectors(&[(0, 1), (1, 2), (2, 3)], &[&[0], &[0], &[1], &[1]]);
        let mixing = mix(&network);
        let rows: Vec<(u32, u32, f64, f64, f64)> = mixing
            .rows
            .iter()
            .map(|row| (row.from, row.to, row.ties, row.expected, row.possible))
            .collect();
        assert_eq!(
            rows,
            [
                (0, 0, 1.0, 0.5, 1.0),
                (0, 1, 1.0, 2.0, 4.0),
                (1, 1, 1.0, 0.5, 1.0)
            ]
        );
        assert_eq!(mixing.rows[1].ratio, Score::Value(0.5));
        assert_eq!(mixing.rows[1].density, Score::Value(0.25));
        // Of the six ways to label the path two have one tie across (0011, 1100).
        near(mixing.rows[1].p_less.unwrap(), 2.0 / 6.0, 0.05);
        assert_eq!(mixing.rows[1].q, mixing.rows[1].p_less);
        assert_eq!(mixing.rows[0].q, None);
        assert_eq!((mixing.ties_known, mixing.permutations), (3, 999));
    }

    #[test]
    fn a_bridge_that_chance_would_have_built_is_missing() {
        let groups: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1]][i / 4]).collect();
        let mixing = mix(&sectors(&cliques(), &groups));
        let across = mixing.rows[1];
        assert_eq!((across.ties, across.possible), (0.0, 16.0));
        near(across.expected, 12.0 * 16.0 / 28.0, 1e-12);
        // Two of 70 ways to label the nodes have no tie across.
        near(across.p_less.unwrap(), 2.0 / 70.0, 0.015);
        assert!(across.is_missing);
        assert!(!mixing.rows[0].is_missing);
    }

    #[test]
    fn a_few_ties_are_no_missing_bridge() {
        // One tie where eleven would be expected.
        let groups: Vec<&[u32]> = (0..16).map(|i| [&[0][..], &[1]][i / 8]).collect();
        let pairs = (0..16_u32).flat_map(|i| (0..i).map(move |j| (j, i)));
        let inside = pairs.filter(|(j, i)| j / 8 == i / 8);
        let edges: Vec<(u32, u32)> = inside.chain([(0, 8)]).collect();
        let across = mix(&sectors(&edges, &groups)).rows[1];
        assert!(across.is_scarce() && !across.is_missing, "{across:?}");
    }

    #[test]
    fn nodes_without_ties_change_nothing_that_chance_would_bring() {
        let groups: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1]][i / 4]).collect();
        let mut more = groups.clone();
        // A hundred of the second sector, and as many of a third one.
        more.extend((0..200).map(|i| [&[1][..], &[2]][i / 100]));
        let (few, many) = (
            mix(&sectors(&cliques(), &groups)),
            mix(&sectors(&cliques(), &more)),
        );
        for row in &few.rows {
            let same = many
                .rows
                .iter()
                .find(|r| (r.from, r.to) == (row.from, row.to));
            let same = same.unwrap();
            assert_eq!((same.ties, same.expected), (row.ties, row.expected));
            // Nodes that are alike may be drawn in another order.
            near(same.p_less.unwrap(), row.p_less.unwrap(), 0.03);
            assert_eq!(same.q.is_some(), row.q.is_some());
            assert_eq!(same.is_missing, row.is_missing);
        }
        for row in many.rows.iter().filter(|row| row.to == 2) {
            assert_eq!(
                (row.expected, row.p_less, row.is_missing),
                (0.0, None, false)
            );
            assert_eq!(row.ratio, Score::Undefined(Undefined::FewNodes));
        }
        assert_eq!((many.nodes_known, few.nodes_known), (208, 8));
    }

    #[test]
    fn data_sets_that_nothing_joins_are_not_compared() {
        // Two cliques of one sector each, described by one data set, by two, and by two that share
        // a node.
        let groups: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1]][i / 4]).collect();
        let network = |sources: Vec<Vec<u32>>| sectors(&cliques(), &groups).in_pools(&sources);
        let one = mix(&network(vec![vec![0]; 8]));
        assert_eq!(one, mix(&sectors(&cliques(), &groups)));
        let own: Vec<Vec<u32>> = (0..8).map(|i| vec![i / 4]).collect();
        let two = mix(&network(own.clone())).rows[1];
        assert_eq!((two.expected, two.is_missing), (0.0, false));
        assert_eq!(
            (two.ratio, two.p_less),
            (Score::Undefined(Undefined::FewNodes), None)
        );
        let mut shared = own;
        shared[0].push(1);
        assert_eq!(one, mix(&network(shared)));
    }

    #[test]
    fn each_pool_has_its_own_share_of_what_is_expected() {
        // A path of three with two sectors, and a pair of the first sector in another data set.
        let groups: [&[u32]; 5] = [&[0], &[0], &[1], &[0], &[0]];
        let sources: Vec<Vec<u32>> = [0, 0, 0, 1, 1].map(|source| vec![source]).into();
        let network = sectors(&[(0, 1), (1, 2), (3, 4)], &groups).in_pools(&sources);
        let rows: Vec<(f64, f64)> = mix(&network)
            .rows
            .iter()
            .map(|row| (row.ties, row.expected))
            .collect();
        // Two ties for three pairs there, one of them inside; one tie for one pair here.
        let third = 2.0 / 3.0;
        assert_eq!(rows, [(2.0, third + 1.0), (1.0, 2.0 * third), (0.0, 0.0)]);
    }

    #[test]
    fn hybrids_share_their_ties_and_unknown_ends_are_counted() {
        let groups: [&[u32]; 4] = [&[0], &[0, 1], &[1], NONE];
        let mixing = mix(&sectors(&[(0, 1), (1, 2), (2, 3)], &groups));
        let ties: Vec<f64> = mixing.rows.iter().map(|row| row.ties).collect();
        assert_eq!(ties, [0.5, 1.0, 0.5]);
        // Σ s_i0 s_j0 over pairs: 1/2; across: 1 + 1/2 + 1/2, all of two ties for three pairs.
        let possible: Vec<f64> = mixing.rows.iter().map(|row| row.possible).collect();
        assert_eq!(possible, [0.5, 2.0, 0.5]);
        near(mixing.rows[1].expected, 4.0 / 3.0, 1e-12);
        assert_eq!((mixing.ties_known, mixing.ties_unknown), (2, 1));
        assert_eq!((mixing.nodes_known, mixing.nodes), (3, 4));
    }

    #[test]
    fn directed_ties_have_ordered_pairs() {
        let directed = Kind {
            directed: true,
            two_mode: false,
        };
        let edges = [(0, 1), (1, 0), (0, 2)];
        let network = two_attributes(directed, &edges, &[&[0], &[0], &[1]], &[]);
        let mixing = mix(&network);
        let rows: Vec<(u32, u32, f64, f64, f64)> = mixing
            .rows
            .iter()
            .map(|row| (row.from, row.to, row.ties, row.expected, row.possible))
            .collect();
        assert_eq!(
            rows,
            [
                (0, 0, 2.0, 1.0, 2.0),
                (0, 1, 1.0, 1.0, 2.0),
                (1, 0, 0.0, 1.0, 2.0),
                (1, 1, 0.0, 0.0, 0.0)
            ]
        );
        assert_eq!(mixing.rows[3].ratio, Score::Undefined(Undefined::FewNodes));
        assert_eq!(mixing.rows[3].p_less, None);
    }

    #[test]
    fn ties_are_split_four_ways() {
        let sectors: [&[u32]; 5] = [&[0], &[0], &[1], &[0, 1], &[1]];
        let levels: [&[u32]; 5] = [&[0], &[1], &[0], &[0], NONE];
        let edges = [(0, 1), (0, 2), (1, 2), (0, 3), (3, 4)];
        let network = two_attributes(Kind::default(), &edges, &sectors, &levels);
        let split = four_way(&network, &options(99), &Task::new()).unwrap();
        let cells = [split.same, split.horizontal, split.vertical, split.diagonal];
        // 0-1 vertical, 0-2 horizontal, 1-2 diagonal, 0-3 half inside and half horizontal.
        assert_eq!(cells.map(|cell| cell.ties), [0.5, 1.5, 1.0, 1.0]);
        assert_eq!((split.ties, split.unknown, split.nodes_known), (4, 1, 4));
        assert_eq!(split.coverage, Score::Value(0.8));
        // Over the six pairs of 0 to 3: a b is 1/2 for 0-3 and 2-3, and so on.
        let expected = [1.0, 2.0, 1.5, 1.5].map(|sum| sum / 6.0);
        for (cell, expected) in cells.iter().zip(expected) {
            near(cell.expected.value().unwrap(), expected, 1e-12);
        }
    }

    #[test]
    fn one_run_gives_what_single_runs_give() {
        // Levels are known of all nodes but one, so the questions have different urns.
        let groups: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1], &[0, 1]][i % 3]).collect();
        for last in [NONE, &[1]] {
            let mut levels: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1]][i / 4]).collect();
            levels[7] = last;
            let network = two_attributes(Kind::default(), &cliques(), &groups, &levels);
            let (options, task) = (options(50), Task::new());
            let tests = integration_tests(&network, &options, &task).unwrap();
            let single = |of| mixing(&network, of, &options, &task).unwrap();
            assert_eq!(tests.sector, single(Attribute::Sector));
            assert_eq!(tests.level, single(Attribute::Level));
            assert_eq!(tests.four_way, four_way(&network, &options, &task).unwrap());
        }
    }

    #[test]
    fn renaming_nodes_that_are_alike_changes_no_probability() {
        // Three like pairs of sectors 0 and 1, and a star with three like arms of two.
        let edges = [
            (0, 1),
            (2, 3),
            (4, 5),
            (6, 7),
            (7, 8),
            (6, 9),
            (9, 10),
            (6, 11),
            (11, 12),
        ];
        let groups = [0_u32, 1, 0, 1, 0, 1, 0, 1, 2, 1, 2, 1, 2];
        let named = |names: &[u32]| {
            let mut sets = vec![NONE; groups.len()];
            for (group, name) in groups.iter().zip(names) {
                sets[*name as usize] = std::slice::from_ref(group);
            }
            let edges = edges.map(|(a, b): (usize, usize)| (names[a], names[b]));
            mix(&sectors(&edges, &sets))
        };
        let plain: Vec<u32> = (0..13).collect();
        let expected = named(&plain);
        for step in [2, 3, 5, 6, 7, 11] {
            let names: Vec<u32> = plain.iter().map(|name| name * step % 13).collect();
            assert_eq!(named(&names), expected);
        }
    }

    #[test]
    fn all_ways_to_count_agree() {
        let groups: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1], &[0, 1]][i % 3]).collect();
        let levels: Vec<&[u32]> = (0..8).map(|i| [&[0][..], &[1, 2, 3]][i / 4]).collect();
        let network = two_attributes(Kind::default(), &cliques(), &groups, &levels);
        let attributes = Question::FourWay.attributes();
        let questions = [Question::Mixing(Attribute::Sector), Question::FourWay];
        let urn = Urn::new(&network, Nodes::known(&network, &attributes), &questions);
        let (ties, labels) = (&urn.ties, &urn.labels);
        let mut table = Vec::new();
        let pairs = pairs_of(ties, labels, urn.profiles, &mut table).unwrap();
        for (counter, mut expected) in urn.counters.iter().zip(urn.cells()) {
            counter.count_profiles(&pairs, ties.len(), &mut expected);
            let mut cells = expected.clone();
            counter.count_ties(ties, labels, &mut table, &mut cells);
            assert_eq!(cells, expected);
            match counter {
                Counter::Mixing { of, .. } => {
                    let sets = of.at(labels);
                    counter.mix_rows(ties, &sets, &mut cells);
                    assert_eq!(cells, expected);
                    let set = |place: u32| sets[place as usize] as usize;
                    counter.mix(ties.iter().map(|[a, b]| (set(*a), set(*b), 1)), &mut cells);
                }
                Counter::FourWay {
                    sectors, levels, ..
                } => {
                    let (sectors, levels) = (sectors.of.clone(), levels.of.clone());
                    assert_eq!((sectors.len(), levels.len()), (urn.profiles, urn.profiles));
                    // Twelve ties in parts of 2² and 3².
                    assert_eq!(cells.iter().sum::<u128>(), 12 * 4 * 9);
                }
            }
            assert_eq!(cells, expected);
        }
    }

    #[test]
    fn sums_of_thirds_are_exact() {
        let sets = [&[0_u32, 1, 2][..], &[0, 1], &[3], &[0, 1]];
        let memberships = Memberships::new(sets.into_iter(), 1_000);
        assert_eq!(memberships.unit, 6);
        assert_eq!(memberships.weights, [2, 3, 6]);
        assert_eq!(memberships.of, [0, 1, 2, 1]);
        assert_eq!(memberships.shared(0, 1), 12);
        assert_eq!(memberships.shared(0, 2), 0);
    }

    #[test]
    fn labels_of_two_sides_stay_on_their_side() {
        let two_mode = Kind {
            directed: false,
            two_mode: true,
        };
        let named = |name: &str| NamedNode::new_unchecked(format!("http://x/{name}"));
        let node = |name: &str, mode| Node {
            mode,
            ..Node::new(named(name))
        };
        let nodes = vec![
            node("a", Mode::First),
            node("b", Mode::First),
            node("s", Mode::Second),
            node("t", Mode::Second),
        ];
        let category = |name: &str| vec![Category::new(named(name))];
        let mut attributes: [Vec<Vec<Category>>; 4] = Default::default();
        attributes[Attribute::Sector as usize] = ["x", "y", "x", "y"].map(category).into();
        let ties = [(1, 2), (0, 3)].map(|(source, target)| Tie {
            source,
            target,
            weight: 1.0,
        });
        let mixing = mix(&Network::new(two_mode, nodes, ties, attributes));
        let rows: Vec<(f64, f64, f64)> = mixing
            .rows
            .iter()
            .map(|row| (row.ties, row.expected, row.possible))
            .collect();
        // a-s is a pair inside x, b-t one inside y, and a-t and b-s are across.
        assert_eq!(rows, [(0.0, 0.5, 1.0), (2.0, 1.0, 2.0), (0.0, 0.5, 1.0)]);
        near(mixing.rows[0].p_less.unwrap(), 0.5, 0.06);
    }

    #[test]
    fn many_categories_have_rows_for_pairs_of_note_and_no_test() {
        // 300 places of one node each, and one of 60 nodes in a ring.
        let places: Vec<u32> = (0..360).map(|i: u32| i.saturating_sub(59)).collect();
        let groups: Vec<&[u32]> = places.chunks(1).collect();
        let ring = (0..60).map(|i| (i, (i + 1) % 60));
        let edges: Vec<(u32, u32)> = ring.chain([(100, 200)]).collect();
        let mixing = mix(&sectors(&edges, &groups));
        let rows: Vec<(u32, u32, f64)> = mixing
            .rows
            .iter()
            .map(|row| (row.from, row.to, row.ties))
            .collect();
        // Of the places those of one node that has no tie are expected to have none.
        assert_eq!(
            rows,
            [(0, 0, 60.0), (0, 41, 0.0), (0, 141, 0.0), (41, 141, 1.0)]
        );
        assert_eq!((mixing.permutations, mixing.rows[0].p_less), (0, None));
    }

    #[test]
    fn what_has_no_tie_has_no_test() {
        for network in [
            Network::from_edges(0, false, []),
            Network::from_edges(2, false, [(0, 1)]),
            sectors(&[], &[&[0], &[1]]),
            sectors(&[(0, 1)], &[&[0], NONE]),
        ] {
            let tests = integration_tests(&network, &options(9), &Task::new()).unwrap();
            assert!(tests.sector.rows.iter().all(|row| row.p_less.is_none()));
            assert!(
                tests
                    .sector
                    .rows
                    .iter()
                    .all(|row| row.ratio.value().is_none())
            );
            assert_eq!(tests.four_way.same.share.value(), None);
            assert_eq!(tests.four_way.same.p, None);
        }
    }

    #[test]
    fn a_cancelled_task_ends() {
        let task = Task::new();
        task.cancel();
        let network = sectors(&[(0, 1)], &[&[0], &[1]]);
        assert!(mixing(&network, Attribute::Sector, &options(9), &task).is_err());
    }

    #[test]
    fn false_discoveries_are_corrected_for() {
        // 0.01 · 4/1; 0.03 · 4/2 is more than 0.04 · 4/3, so both have the latter; 0.5 · 4/4.
        let corrected = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
        for (value, expected) in corrected.iter().zip([0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]) {
            near(*value, expected, 1e-12);
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
