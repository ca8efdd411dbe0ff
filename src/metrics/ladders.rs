//! Statistics of integration ladders: how far parties judge their integration to go.
//!
//! An assessment puts a pair of parties on a step of a ladder (HSIM depth, the Ahgren–Axelsson
//! continuum, PARTNER, Leutz). Ranks mean something within their own ladder only, so
//! [`ladder_statistics`] looks at one ladder and leaves the others out; [`common_scale`] compares
//! ladders through a crosswalk that someone has to answer for.
//!
//! A pair that nobody rated is unknown, not unintegrated. Each [`Figure`] says how much it rests
//! on and how much is missing.

use super::exact::ExactSum;
use super::{Score, Undefined};
use std::collections::{BTreeMap, BTreeSet};

/// A share or a mean with what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// `numerator / denominator`, or why there is none.
    pub value: Score,
    /// What was found: a count, or the sum that a mean is taken of.
    pub numerator: f64,
    /// How much was looked at and is known.
    pub denominator: f64,
    /// How much belongs there too but is not known.
    pub unknown: f64,
}

impl Figure {
    /// A share or a mean; undefined for the reason given if nothing is known.
    pub(crate) fn of(numerator: f64, denominator: f64, unknown: f64, otherwise: Undefined) -> Self {
        Self {
            value: Score::share(numerator, denominator, otherwise),
            numerator,
            denominator,
            unknown,
        }
    }

    /// A share of counts.
    pub(crate) fn counted(
        numerator: usize,
        denominator: usize,
        unknown: usize,
        otherwise: Undefined,
    ) -> Self {
        Self::of(
            numerator as f64,
            denominator as f64,
            unknown as f64,
            otherwise,
        )
    }

    /// Which part of what belongs there is known: `denominator / (denominator + unknown)`, from 0
    /// to 1. Undefined where nothing belongs there.
    pub fn coverage(&self) -> Score {
        let otherwise = self.value.undefined().unwrap_or(Undefined::FewNodes);
        Score::share(self.denominator, self.denominator + self.unknown, otherwise)
    }
}

/// One judgement of the integration of two parties.
///
/// A rating by one party of the other names `rater` and `rated`; a symmetric judgement names two
/// `parties`. If both are given, the rating counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assessment {
    /// The IRI of the ladder.
    pub ladder: String,
    /// The IRI of the party that rates.
    pub rater: Option<String>,
    /// The IRI of the party that is rated.
    pub rated: Option<String>,
    /// The IRIs of the two parties of a symmetric judgement.
    pub parties: Vec<String>,
    /// The rank of the step that integration has reached.
    pub actual: Option<f64>,
    /// The rank of the step that would be best.
    pub optimum: Option<f64>,
    /// The IRI of the step that integration has reached, for the crosswalk.
    pub actual_step: Option<String>,
    /// The IRI of the step that would be best, for the crosswalk.
    pub optimum_step: Option<String>,
    /// The lowest rank of the ladder.
    pub lowest: f64,
    /// The highest rank of the ladder.
    pub highest: f64,
}

/// Who could have been rated: the boundary of the study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parties<'a> {
    /// Those that occur in an assessment of the ladder, and nobody else.
    Named,
    /// So many. If more occur than that, those that occur.
    Number(usize),
    /// These. Assessments that name anybody else are left out and counted as unusable.
    Set(&'a BTreeSet<String>),
}

/// What the assessments on one ladder say together.
#[derive(Clone, Debug, PartialEq)]
pub struct LadderStatistics {
    /// The IRI of the ladder.
    pub ladder: String,
    /// Assessments on it.
    pub assessments: usize,
    /// Those of them that could not be used: they do not join two different parties, or name one
    /// outside the boundary.
    pub unusable: usize,
    /// Distinct parties of the usable assessments (HSIM: extent).
    pub extent: usize,
    /// How many parties could have been rated: N.
    pub parties: usize,
    /// Pairs of parties that could have been rated: N (N - 1) / 2.
    pub possible_pairs: usize,
    /// Pairs with at least one known rank, in either direction or symmetric.
    pub rated_pairs: usize,
    /// Pairs without one.
    pub unrated_pairs: usize,
    /// Rated pairs with a rank above the lowest rung, as a share of the rated pairs (HSIM: scope,
    /// its number is the numerator); unrated pairs are the unknown.
    pub scope: Figure,
    /// The same as a share of all possible pairs: the least that the scope can be, since it takes
    /// unrated pairs for unintegrated ones.
    pub scope_of_possible: Score,
    /// Mean rank of the rated pairs (HSIM: depth), between the ends of the ladder; unrated pairs
    /// are the unknown.
    pub depth: Figure,
    /// The same for each party, in the order of their IRIs.
    pub by_party: Vec<PartyDepth>,
    /// Pairs rated in both directions in which both see a rank above the lowest rung, or neither
    /// does, as a share of the pairs rated in both directions; the other possible pairs are the
    /// unknown.
    pub reciprocity: Figure,
    /// Pairs rated in both directions with the same rank both ways, as a share of the pairs rated
    /// in both directions; the other possible pairs are the unknown.
    pub congruence: Figure,
    /// Mean of optimum rank minus actual rank over the usable assessments with both; the others
    /// are the unknown. Positive: more integration would be better.
    pub gap: Figure,
    /// Assessments with a negative gap: more integration than needed.
    pub negative_gaps: usize,
    /// Depth and gap for each pair of sectors, in the order of their IRIs. Empty if no sectors
    /// were given.
    pub by_sectors: Vec<SectorPair>,
}

/// How deeply one party is integrated with the others. Each unknown counts the other parties
/// without such a rating.
#[derive(Clone, Debug, PartialEq)]
pub struct PartyDepth {
    /// The IRI of the party.
    pub party: String,
    /// Mean rank of its pairs with the others, over those of the N - 1 others that are rated
    /// (HSIM: agency score).
    pub depth: Figure,
    /// Mean rank of the ratings that it gives.
    pub given: Figure,
    /// Mean rank of the ratings that it gets.
    pub received: Figure,
}

/// How deeply two sectors, or the parties within one, are integrated.
///
/// A pair of parties belongs to a pair of sectors if one of the two is in the one sector and the
/// other in the other; hybrids belong to several. Each pair of parties counts once.
#[derive(Clone, Debug, PartialEq)]
pub struct SectorPair {
    /// One sector.
    pub first: String,
    /// The other; the same for pairs within a sector.
    pub second: String,
    /// Mean rank of the rated pairs of parties; the unrated ones are the unknown.
    pub depth: Figure,
    /// Mean gap of the assessments with an optimum; the others are the unknown.
    pub gap: Figure,
    /// Assessments with more integration than needed.
    pub negative_gaps: usize,
}

/// Looks up the IRIs of the sectors of a party.
pub type SectorsOf<'a> = &'a dyn Fn(&str) -> Vec<String>;

/// The ladders that are used, in the order of their IRIs.
pub fn ladders(assessments: &[Assessment]) -> BTreeSet<&str> {
    assessments
        .iter()
        .map(|assessment| assessment.ladder.as_str())
        .collect()
}

/// The statistics of one ladder; assessments on other ladders are left out.
///
/// Ratings of the same party by the same rater, and symmetric judgements of the same pair, become
/// one by their mean. The rank of a pair is the mean of what there is: one direction, the other,
/// the symmetric judgement. A rank that is not finite or beyond the ends of the ladder is no step
/// of it and counts as unknown. `sectors` gives the sectors of a party.
///
/// Figures are undefined where there are no two parties or nothing is rated. They do not depend
/// on the order of the assessments.
///
/// Sources: Browne and others 2004 (HSIM), <https://pmc.ncbi.nlm.nih.gov/articles/PMC1393260>;
/// Ahgren and Axelsson 2005 (optimum), <https://pmc.ncbi.nlm.nih.gov/articles/PMC1395513>.
///
/// # Complexity
/// Time **O(a log a)** for a assessments, times the pairs of sectors that a pair of parties joins.
pub fn ladder_statistics(
    ladder: &str,
    assessments: &[Assessment],
    parties: Parties<'_>,
    sectors: Option<SectorsOf<'_>>,
) -> LadderStatistics {
    let on_ladder: Vec<&Assessment> = assessments
        .iter()
        .filter(|assessment| assessment.ladder == ladder)
        .collect();
    let judgements: Vec<Judgement<'_>> = on_ladder
        .iter()
        .filter_map(|assessment| Judgement::of(assessment))
        .filter(|judgement| match parties {
            Parties::Set(set) => set.contains(judgement.pair.0) && set.contains(judgement.pair.1),
            Parties::Named | Parties::Number(_) => true,
        })
        .collect();
    let named: BTreeSet<&str> = judgements
        .iter()
        .flat_map(|judgement| [judgement.pair.0, judgement.pair.1])
        .collect();
    let extent = named.len();
    let (members, count) = match parties {
        Parties::Named => (named, extent),
        Parties::Number(number) => (named, number.max(extent)),
        Parties::Set(set) => (set.iter().map(String::as_str).collect(), set.len()),
    };
    let possible_pairs = count * count.saturating_sub(1) / 2;
    let otherwise = if possible_pairs == 0 {
        Undefined::FewNodes
    } else {
        Undefined::NothingRecorded
    };

    let mut pairs: BTreeMap<(&str, &str), Pair> = BTreeMap::new();
    for judgement in &judgements {
        if let Some(rank) = judgement.actual {
            let pair = pairs.entry(judgement.pair).or_default();
            let ratings = &mut pair.ratings[judgement.way as usize];
            ratings.ranks.add(rank);
            ratings.is_above |= judgement.is_above;
        }
    }
    let rated_pairs = pairs.len();
    let unrated_pairs = possible_pairs.saturating_sub(rated_pairs);
    let above = pairs.values().filter(|pair| pair.is_above()).count();
    let mut depth = Mean::default();
    let mut mutual = 0;
    let mut reciprocal = 0;
    let mut congruent = 0;
    for pair in pairs.values() {
        depth.extend(pair.depth());
        let [forth, back, _] = &pair.ratings;
        if let (Some(there), Some(here)) = (forth.ranks.value(), back.ranks.value()) {
            mutual += 1;
            reciprocal += usize::from(forth.is_above == back.is_above);
            congruent += usize::from(there == here);
        }
    }
    let one_sided = possible_pairs.saturating_sub(mutual);
    let gaps = Gaps::of(judgements.iter());

    LadderStatistics {
        ladder: ladder.to_owned(),
        assessments: on_ladder.len(),
        unusable: on_ladder.len() - judgements.len(),
        extent,
        parties: count,
        possible_pairs,
        rated_pairs,
        unrated_pairs,
        scope: Figure::counted(above, rated_pairs, unrated_pairs, otherwise),
        scope_of_possible: Score::share(above as f64, possible_pairs as f64, otherwise),
        depth: depth.figure(unrated_pairs, otherwise),
        by_party: by_party(&members, count, &pairs, otherwise),
        reciprocity: Figure::counted(reciprocal, mutual, one_sided, otherwise),
        congruence: Figure::counted(congruent, mutual, one_sided, otherwise),
        gap: gaps.figure(otherwise),
        negative_gaps: gaps.negative,
        by_sectors: sectors.map_or_else(Vec::new, |sectors| {
            by_sectors(&members, &pairs, &judgements, sectors)
        }),
    }
}

/// Who judged a pair whose parties are in the order of their IRIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The first party rated the second.
    Forth,
    /// The second rated the first.
    Back,
    /// Neither rated the other: a symmetric judgement.
    Symmetric,
}

/// An assessment that joins two different parties.
struct Judgement<'a> {
    pair: (&'a str, &'a str),
    way: Way,
    actual: Option<f64>,
    is_above: bool,
    gap: Option<f64>,
}

impl<'a> Judgement<'a> {
    fn of(assessment: &'a Assessment) -> Option<Self> {
        let (pair, way) = ends(assessment)?;
        let step = |rank: &f64| {
            rank.is_finite() && (assessment.lowest..=assessment.highest).contains(rank)
        };
        let actual = assessment.actual.filter(step);
        let optimum = assessment.optimum.filter(step);
        Some(Self {
            pair,
            way,
            actual,
            is_above: actual.is_some_and(|rank| rank > assessment.lowest),
            gap: optimum
                .zip(actual)
                .map(|(optimum, actual)| optimum - actual),
        })
    }
}

fn ends(assessment: &Assessment) -> Option<((&str, &str), Way)> {
    let (a, b, is_rating) = match (&assessment.rater, &assessment.rated) {
        (Some(rater), Some(rated)) => (rater.as_str(), rated.as_str(), true),
        _ => {
            let parties: BTreeSet<&str> = assessment.parties.iter().map(String::as_str).collect();
            let mut parties = parties.into_iter();
            match (parties.next(), parties.next(), parties.next()) {
                (Some(a), Some(b), None) => (a, b, false),
                _ => return None,
            }
        }
    };
    match (a.cmp(b), is_rating) {
        (std::cmp::Ordering::Equal, _) => None,
        (std::cmp::Ordering::Less, true) => Some(((a, b), Way::Forth)),
        (std::cmp::Ordering::Greater, true) => Some(((b, a), Way::Back)),
        (_, false) => Some(((a, b), Way::Symmetric)),
    }
}

/// A mean whose terms may come in any order.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: ExactSum,
    count: usize,
}

impl Mean {
    fn add(&mut self, number: f64) {
        self.sum.add(number);
        self.count += 1;
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.value() / self.count as f64)
    }

    fn figure(&self, unknown: usize, otherwise: Undefined) -> Figure {
        Figure::of(
            self.sum.value(),
            self.count as f64,
            unknown as f64,
            otherwise,
        )
    }
}

impl Extend<f64> for Mean {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, numbers: I) {
        for number in numbers {
            self.add(number);
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Ratings {
    ranks: Mean,
    is_above: bool,
}

/// The ratings of a pair by [`Way`].
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    ratings: [Ratings; 3],
}

impl Pair {
    fn is_above(&self) -> bool {
        self.ratings.iter().any(|ratings| ratings.is_above)
    }

    /// Each way counts once, however often it was judged.
    fn depth(&self) -> Option<f64> {
        let mut depth = Mean::default();
        depth.extend(self.ratings.iter().filter_map(|way| way.ranks.value()));
        depth.value()
    }
}

#[derive(Default)]
struct Gaps {
    mean: Mean,
    negative: usize,
    unknown: usize,
}

impl Gaps {
    fn of<'j>(judgements: impl Iterator<Item = &'j Judgement<'j>>) -> Self {
        let mut gaps = Self::default();
        for judgement in judgements {
            gaps.add(judgement.gap);
        }
        gaps
    }

    fn add(&mut self, gap: Option<f64>) {
        match gap {
            Some(gap) => {
                self.mean.add(gap);
                self.negative += usize::from(gap < 0.0);
            }
            None => self.unknown += 1,
        }
    }

    fn figure(&self, otherwise: Undefined) -> Figure {
        self.mean.figure(self.unknown, otherwise)
    }
}

fn by_party(
    members: &BTreeSet<&str>,
    count: usize,
    pairs: &BTreeMap<(&str, &str), Pair>,
    otherwise: Undefined,
) -> Vec<PartyDepth> {
    #[derive(Default)]
    struct Sums {
        depth: Mean,
        given: Mean,
        received: Mean,
    }
    let mut sums: BTreeMap<&str, Sums> = members
        .iter()
        .map(|party| (*party, Sums::default()))
        .collect();
    for ((a, b), pair) in pairs {
        let [forth, back, _] = &pair.ratings;
        for (party, given, received) in [(a, forth, back), (b, back, forth)] {
            if let Some(sums) = sums.get_mut(party) {
                sums.depth.extend(pair.depth());
                sums.given.extend(given.ranks.value());
                sums.received.extend(received.ranks.value());
            }
        }
    }
    let others = count.saturating_sub(1);
    let figure = |mean: &Mean| mean.figure(others.saturating_sub(mean.count), otherwise);
    sums.into_iter()
        .map(|(party, sums)| PartyDepth {
            party: party.to_owned(),
            depth: figure(&sums.depth),
            given: figure(&sums.given),
            received: figure(&sums.received),
        })
        .collect()
}

/// Every pair of sectors in which two parties could have been rated, so that those that nobody
/// rated are seen too.
fn by_sectors(
    members: &BTreeSet<&str>,
    pairs: &BTreeMap<(&str, &str), Pair>,
    judgements: &[Judgement<'_>],
    sectors: SectorsOf<'_>,
) -> Vec<SectorPair> {
    #[derive(Default)]
    struct Sums {
        depth: Mean,
        gaps: Gaps,
    }
    let of: BTreeMap<&str, BTreeSet<String>> = members
        .iter()
        .map(|party| (*party, sectors(party).into_iter().collect()))
        .collect();
    let joined = |(a, b): (&str, &str)| -> BTreeSet<(&str, &str)> {
        let mut joined = BTreeSet::new();
        if let (Some(firsts), Some(seconds)) = (of.get(a), of.get(b)) {
            for first in firsts {
                for second in seconds {
                    joined.insert((first.min(second).as_str(), first.max(second).as_str()));
                }
            }
        }
        joined
    };
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for (parties, pair) in pairs {
        for key in joined(*parties) {
            sums.entry(key).or_default().depth.extend(pair.depth());
        }
    }
    for judgement in judgements {
        for key in joined(judgement.pair) {
            sums.entry(key).or_default().gaps.add(judgement.gap);
        }
    }
    // How many parties are in both sectors; those in a sector, if the two are the same.
    let mut common: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for own in of.values() {
        for first in own {
            for second in own.iter().skip_while(|name| *name < first) {
                *common.entry((first, second)).or_default() += 1;
            }
        }
    }
    let names: BTreeSet<&str> = of.values().flatten().map(String::as_str).collect();
    let size = |name: &str| common.get(&(name, name)).copied().unwrap_or(0);
    let mut rows = Vec::new();
    for first in &names {
        for second in names.iter().skip_while(|name| *name < first) {
            let key = (*first, *second);
            let both = common.get(&key).copied().unwrap_or(0);
            // Each party of the one with each of the other, without itself; two that are in both
            // would count twice.
            let possible = size(first) * size(second) - both - both * both.saturating_sub(1) / 2;
            if possible == 0 {
                continue;
            }
            let sums = sums.remove(&key).unwrap_or_default();
            let unrated = possible.saturating_sub(sums.depth.count);
            rows.push(SectorPair {
                first: (*first).to_owned(),
                second: (*second).to_owned(),
                depth: sums.depth.figure(unrated, Undefined::NothingRecorded),
                gap: sums.gaps.figure(Undefined::NothingRecorded),
                negative_gaps: sums.gaps.negative,
            });
        }
    }
    rows
}

/// The highest position of the common scale of intensity; the lowest is 0.
pub const COMMON_HIGHEST: f64 = 4.0;

/// Said beside every figure on the common scale.
pub const COMMON_CAVEAT: &str =
    "comparable between ladders only through the crosswalk, which is a judgement";

/// Where the steps of the ladders stand on a common scale of intensity, from 0 to 4.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crosswalk {
    positions: BTreeMap<String, f64>,
}

impl Crosswalk {
    /// A crosswalk of step IRIs and positions; those outside 0 to 4 are left out.
    pub fn new(positions: impl IntoIterator<Item = (String, f64)>) -> Self {
        Self {
            positions: positions
                .into_iter()
                .filter(|(_, position)| is_common(*position))
                .collect(),
        }
    }

    /// Where a step stands, if the crosswalk has it.
    pub fn position(&self, step: &str) -> Option<f64> {
        self.positions.get(step).copied()
    }

    fn actual(&self, assessment: &Assessment) -> Option<f64> {
        self.position(assessment.actual_step.as_deref()?)
    }

    fn optimum(&self, assessment: &Assessment) -> Option<f64> {
        self.position(assessment.optimum_step.as_deref()?)
    }
}

fn is_common(position: f64) -> bool {
    (0.0..=COMMON_HIGHEST).contains(&position)
}

/// Assessments of all ladders on the common scale.
#[derive(Clone, Debug, PartialEq)]
pub struct CommonScale {
    /// Mean position of the actual steps, from 0 to 4; assessments whose step the crosswalk does
    /// not have are the unknown.
    pub mean: Figure,
    /// Mean of the optimum's position minus the actual one; assessments without both are the
    /// unknown.
    pub gap: Figure,
    /// The same mean for each ladder, in the order of their IRIs: shows what was put together.
    pub by_ladder: Vec<(String, Figure)>,
    /// How the figures may be used: [`COMMON_CAVEAT`].
    pub caveat: &'static str,
}

/// The mean of assessments of several ladders on the common scale: one term an assessment.
///
/// Undefined if the crosswalk has none of the steps. Time **O(a log a)** for a assessments.
pub fn common_scale(assessments: &[Assessment], crosswalk: &Crosswalk) -> CommonScale {
    let mut mean = Mean::default();
    let mut gaps = Gaps::default();
    let mut ladders: BTreeMap<&str, (Mean, usize)> = BTreeMap::new();
    for assessment in assessments {
        let actual = crosswalk.actual(assessment);
        let optimum = crosswalk.optimum(assessment);
        let (own, unknown) = ladders.entry(&assessment.ladder).or_default();
        mean.extend(actual);
        own.extend(actual);
        *unknown += usize::from(actual.is_none());
        gaps.add(
            optimum
                .zip(actual)
                .map(|(optimum, actual)| optimum - actual),
        );
    }
    let otherwise = Undefined::NothingRecorded;
    CommonScale {
        mean: mean.figure(assessments.len() - mean.count, otherwise),
        gap: gaps.figure(otherwise),
        by_ladder: ladders
            .into_iter()
            .map(|(ladder, (mean, unknown))| (ladder.to_owned(), mean.figure(unknown, otherwise)))
            .collect(),
        caveat: COMMON_CAVEAT,
    }
}

/// A pair of organisations and the strength of its tie on the common scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Dyad {
    /// One organisation.
    pub first: String,
    /// The other.
    pub second: String,
    /// The strength, from 0 to 4.
    pub value: f64,
}

/// The pairs that are assessed, each once, in the order of their IRIs.
///
/// As in [`ladder_statistics`], each direction of rating and the symmetric judgement count once;
/// the value of the pair is their mean. Assessments that the crosswalk cannot place, or that do
/// not join two parties, are left out.
pub fn dyads(assessments: &[Assessment], crosswalk: &Crosswalk) -> Vec<Dyad> {
    let mut pairs: BTreeMap<(&str, &str), Pair> = BTreeMap::new();
    for assessment in assessments {
        if let (Some((ends, way)), Some(position)) =
            (ends(assessment), crosswalk.actual(assessment))
        {
            let pair = pairs.entry(ends).or_default();
            pair.ratings[way as usize].ranks.add(position);
        }
    }
    pairs
        .into_iter()
        .filter_map(|((first, second), pair)| {
            Some(Dyad {
                first: first.to_owned(),
                second: second.to_owned(),
                value: pair.depth()?,
            })
        })
        .collect()
}

/// Integration of a system of organisations and of a project in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Access {
    /// Systems integration over what is rated: mean strength of the rated dyads of the
    /// organisations, from 0 to 4; the unrated dyads are the unknown.
    pub systems: Figure,
    /// Systems integration if unrated dyads had no tie: the sum of the same strengths over all
    /// possible dyads. A lower bound.
    pub systems_unrated_as_zero: Score,
    /// Project-centred integration over what is rated: the same for the dyads with the lead
    /// agency.
    pub project_centred: Figure,
    /// Project-centred integration if unrated dyads had no tie.
    pub project_centred_unrated_as_zero: Score,
    /// Dyads given that were left out: an end is not one of the organisations, both ends are the
    /// same, or the value is not on the scale.
    pub left_out: usize,
}

/// Systems integration and project-centred integration as in the ACCESS study.
///
/// A dyad that is given several times counts once, by its mean. Fewer than two organisations, or
/// a lead agency that is not one of them (or none), leave the figures undefined.
///
/// Source: Morrissey and others 2002, <https://doi.org/10.1176/appi.ps.53.8.949>. The study had
/// nearly complete ratings; here what is missing is not taken for 0 unless the name says so.
///
/// Time **O(d log d)** for d dyads.
pub fn access(dyads: &[Dyad], organisations: &BTreeSet<String>, lead: Option<&str>) -> Access {
    let lead = lead.filter(|lead| organisations.contains(*lead));
    let mut pairs: BTreeMap<(&str, &str), Mean> = BTreeMap::new();
    let mut left_out = 0;
    for dyad in dyads {
        let (a, b) = (dyad.first.as_str(), dyad.second.as_str());
        let is_inside = organisations.contains(a) && organisations.contains(b);
        if a == b || !is_inside || !is_common(dyad.value) {
            left_out += 1;
            continue;
        }
        pairs
            .entry((a.min(b), a.max(b)))
            .or_default()
            .add(dyad.value);
    }
    let mut systems = Mean::default();
    let mut project = Mean::default();
    for ((a, b), values) in &pairs {
        systems.extend(values.value());
        if lead.is_some_and(|lead| lead == *a || lead == *b) {
            project.extend(values.value());
        }
    }
    let others = organisations.len().saturating_sub(1);
    let possible = organisations.len() * others / 2;
    let with_lead = if lead.is_some() { others } else { 0 };
    let (systems, systems_unrated_as_zero) = both_means(&systems, possible);
    let (project_centred, project_centred_unrated_as_zero) = both_means(&project, with_lead);
    Access {
        systems,
        systems_unrated_as_zero,
        project_centred,
        project_centred_unrated_as_zero,
        left_out,
    }
}

fn both_means(rated: &Mean, possible: usize) -> (Figure, Score) {
    let otherwise = Undefined::NothingRecorded;
    // Where nothing at all is rated, a 0 would be made up.
    let as_zero = if rated.count == 0 {
        Score::Undefined(otherwise)
    } else {
        Score::share(rated.sum.value(), possible as f64, otherwise)
    };
    let unrated = possible.saturating_sub(rated.count);
    (rated.figure(unrated, otherwise), as_zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a>b 3/4` is a rating of b by a with rank 3 and optimum 4; `a=b 3` a symmetric judgement.
    fn on(ladder: &str, lines: &[&str]) -> Vec<Assessment> {
        lines
            .iter()
            .map(|line| {
                let (ends, ranks) = line.split_once(' ').unwrap();
                let (actual, optimum) = ranks.split_once('/').unwrap_or((ranks, "?"));
                let step = |rank: &str| (rank != "?").then(|| format!("{ladder}/{rank}"));
                let mut assessment = Assessment {
                    ladder: ladder.to_owned(),
                    actual: actual.parse().ok(),
                    optimum: optimum.parse().ok(),
                    actual_step: step(actual),
                    optimum_step: step(optimum),
                    lowest: 0.0,
                    highest: 4.0,
                    ..Assessment::default()
                };
                if let Some((rater, rated)) = ends.split_once('>') {
                    assessment.rater = Some(rater.to_owned());
                    assessment.rated = Some(rated.to_owned());
                } else {
                    assessment.parties = ends.split('=').map(str::to_owned).collect();
                }
                assessment
            })
            .collect()
    }

    fn set(names: &str) -> BTreeSet<String> {
        names.split(' ').map(str::to_owned).collect()
    }

    fn figure(numerator: f64, denominator: f64, unknown: f64) -> Figure {
        Figure::of(numerator, denominator, unknown, Undefined::FewNodes)
    }

    const HSIM: &[&str] = &["a>b 2/4", "b>a 2/1", "a>c 0", "c>a 3/3", "b=c 1"];

    #[test]
    fn extent_scope_and_depth_are_those_of_hsim() {
        let assessments = on("hsim", HSIM);
        let statistics = ladder_statistics("hsim", &assessments, Parties::Number(4), None);
        assert_eq!(statistics.assessments, 5);
        assert_eq!(statistics.extent, 3);
        assert_eq!(statistics.possible_pairs, 6);
        assert_eq!(statistics.rated_pairs, 3);
        assert_eq!(statistics.scope, figure(3.0, 3.0, 3.0));
        assert_eq!(statistics.scope_of_possible, Score::Value(0.5));
        // Pairs: ab (2 + 2) / 2, ac (0 + 3) / 2, bc 1.
        assert_eq!(statistics.depth, figure(4.5, 3.0, 3.0));
        assert_eq!(statistics.depth.value, Score::Value(1.5));
        assert_eq!(statistics.depth.coverage(), Score::Value(0.5));
    }

    #[test]
    fn a_party_is_judged_by_those_of_the_others_that_are_rated() {
        let assessments = on("hsim", HSIM);
        let statistics = ladder_statistics("hsim", &assessments, Parties::Number(4), None);
        let a = &statistics.by_party[0];
        assert_eq!(a.party, "a");
        assert_eq!(a.depth, figure(3.5, 2.0, 1.0));
        assert_eq!(a.given, figure(2.0, 2.0, 1.0));
        assert_eq!(a.received, figure(5.0, 2.0, 1.0));
        let b = &statistics.by_party[1];
        assert_eq!(b.depth, figure(3.0, 2.0, 1.0));
        assert_eq!(b.given, figure(2.0, 1.0, 2.0));
    }

    #[test]
    fn reciprocity_and_congruence_need_both_directions() {
        let assessments = on("hsim", HSIM);
        let statistics = ladder_statistics("hsim", &assessments, Parties::Named, None);
        // ab: 2 and 2. ac: 0 and 3. bc has no direction.
        assert_eq!(statistics.reciprocity, figure(1.0, 2.0, 1.0));
        assert_eq!(statistics.congruence, figure(1.0, 2.0, 1.0));
    }

    #[test]
    fn a_gap_may_be_negative() {
        let assessments = on("hsim", HSIM);
        let statistics = ladder_statistics("hsim", &assessments, Parties::Named, None);
        // 4 - 2, 1 - 2, 3 - 3.
        assert_eq!(statistics.gap, figure(1.0, 3.0, 2.0));
        assert_eq!(statistics.negative_gaps, 1);
    }

    #[test]
    fn ladders_are_never_mixed() {
        let mut assessments = on("hsim", HSIM);
        assessments.extend(on("leutz", &["a>b 3", "x>y 3"]));
        let alone = ladder_statistics("hsim", &on("hsim", HSIM), Parties::Named, None);
        let among = ladder_statistics("hsim", &assessments, Parties::Named, None);
        assert_eq!(alone, among);
        assert_eq!(
            ladders(&assessments).into_iter().collect::<Vec<_>>(),
            ["hsim", "leutz"]
        );
    }

    #[test]
    fn the_order_of_assessments_changes_nothing() {
        let mut assessments = on("hsim", &["a>b 1", "a>b 2", "a>b 2", "b>c 1", "c=a 3/4"]);
        let forwards = ladder_statistics("hsim", &assessments, Parties::Named, None);
        assessments.reverse();
        let backwards = ladder_statistics("hsim", &assessments, Parties::Named, None);
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn what_is_outside_or_no_step_does_not_count() {
        let assessments = on("hsim", &["a>b 9", "a>a 2", "a>z 3", "b>a ?", "a=b=c 1"]);
        let parties = set("a b c");
        let statistics = ladder_statistics("hsim", &assessments, Parties::Set(&parties), None);
        assert_eq!((statistics.assessments, statistics.unusable), (5, 3));
        assert_eq!(statistics.extent, 2);
        assert_eq!(statistics.by_party.len(), 3);
        assert_eq!(
            statistics.depth,
            Figure::of(0.0, 0.0, 3.0, Undefined::NothingRecorded)
        );
        assert_eq!(statistics.depth.coverage(), Score::Value(0.0));
    }

    #[test]
    fn nothing_assessed_has_no_figures() {
        let statistics = ladder_statistics("hsim", &[], Parties::Named, None);
        assert_eq!(statistics.scope, figure(0.0, 0.0, 0.0));
        let none = Score::Undefined(Undefined::FewNodes);
        assert_eq!(statistics.depth.value, none);
        assert_eq!(statistics.depth.coverage(), none);
    }

    #[test]
    fn hybrids_count_for_each_pair_of_sectors_they_join() {
        let assessments = on("hsim", HSIM);
        let sectors = |party: &str| -> Vec<String> {
            let own: &[&str] = match party {
                "a" => &["care"],
                "b" => &["care", "work"],
                _ => &["work"],
            };
            own.iter().map(|sector| (*sector).to_owned()).collect()
        };
        let parties = set("a b c d");
        let statistics =
            ladder_statistics("hsim", &assessments, Parties::Set(&parties), Some(&sectors));
        let rows: Vec<_> = statistics
            .by_sectors
            .iter()
            .map(|row| (row.first.as_str(), row.second.as_str(), row.depth))
            .collect();
        assert_eq!(
            rows,
            [
                // ab.
                ("care", "care", figure(2.0, 1.0, 0.0)),
                // ab, ac, bc; unrated: ad, bd.
                ("care", "work", figure(4.5, 3.0, 2.0)),
                // bc; unrated: bd, cd.
                ("work", "work", figure(1.0, 1.0, 2.0)),
            ]
        );
        assert_eq!(statistics.by_sectors[0].gap, figure(1.0, 2.0, 0.0));
        assert_eq!(statistics.by_sectors[0].negative_gaps, 1);
        assert_eq!(statistics.by_sectors[1].gap, figure(1.0, 3.0, 2.0));
    }

    fn crosswalk() -> Crosswalk {
        let steps = [
            ("hsim/2", 2.0),
            ("hsim/4", 4.0),
            ("leutz/1", 1.5),
            ("leutz/2", 7.0),
        ];
        Crosswalk::new(steps.map(|(step, position)| (step.to_owned(), position)))
    }

    #[test]
    fn ladders_meet_on_the_common_scale_only() {
        let mut assessments = on("hsim", &["a>b 2/4", "a>c 3"]);
        assessments.extend(on("leutz", &["a>b 1", "a>c 2"]));
        let common = common_scale(&assessments, &crosswalk());
        // 2 and 1.5; hsim/3 is not in the crosswalk, and leutz/2 stands beyond the scale.
        assert_eq!(common.mean, figure(3.5, 2.0, 2.0));
        assert_eq!(common.gap, figure(2.0, 1.0, 3.0));
        assert_eq!(
            common.by_ladder[0],
            ("hsim".to_owned(), figure(2.0, 1.0, 1.0))
        );
        assert_eq!(
            common.by_ladder[1],
            ("leutz".to_owned(), figure(1.5, 1.0, 1.0))
        );
        assert_eq!(common.caveat, COMMON_CAVEAT);
    }

    #[test]
    fn a_dyad_is_the_mean_of_its_directions() {
        let mut assessments = on("hsim", &["a>b 2", "a>b 2", "b>a 4"]);
        assessments.extend(on("leutz", &["c=b 1", "c=a 2"]));
        let found: Vec<_> = dyads(&assessments, &crosswalk())
            .into_iter()
            .map(|dyad| (dyad.first, dyad.second, dyad.value))
            .collect();
        let name = str::to_owned;
        assert_eq!(
            found,
            [(name("a"), name("b"), 3.0), (name("b"), name("c"), 1.5)]
        );
    }

    #[test]
    fn a_project_can_be_integrated_in_a_system_that_is_not() {
        let dyad = |first: &str, second: &str, value| Dyad {
            first: first.to_owned(),
            second: second.to_owned(),
            value,
        };
        let dyads = [
            dyad("lead", "a", 4.0),
            dyad("b", "lead", 3.0),
            dyad("a", "b", 0.0),
            dyad("a", "stranger", 4.0),
        ];
        let organisations = set("a b c lead");
        let found = access(&dyads, &organisations, Some("lead"));
        assert_eq!(found.systems, figure(7.0, 3.0, 3.0));
        assert_eq!(found.systems_unrated_as_zero, Score::Value(7.0 / 6.0));
        assert_eq!(found.project_centred, figure(7.0, 2.0, 1.0));
        assert_eq!(
            found.project_centred_unrated_as_zero,
            Score::Value(7.0 / 3.0)
        );
        assert_eq!(found.left_out, 1);
        let without = access(&dyads, &organisations, Some("stranger"));
        assert_eq!(
            without.project_centred.value,
            Score::Undefined(Undefined::NothingRecorded)
        );
        let unrated = access(&[], &organisations, Some("lead"));
        assert_eq!(
            unrated.systems_unrated_as_zero,
            Score::Undefined(Undefined::NothingRecorded)
        );
    }
}
