//! Metrics: pure functions of a [`Network`], each with its definition.
//!
//! One family a file. A file opens with its catalogue entries ([`Metric`]); URLs, columns, the
//! command line and the vocabulary follow from [`all`]. [`Measures`] computes what is asked for,
//! once, and remembers it.
//!
//! Values agree with NetworkX 3 on the simple graph unless the entry says why not. They do not
//! depend on the names or the order of nodes, nor on the number of threads (see [`exact`]).

pub mod betweenness;
pub mod brokerage;
pub mod centralization;
pub mod cohesion;
pub mod communities;
pub mod core_periphery;
pub mod cuts;
pub mod degree;
pub mod dependence;
pub mod distances;
pub mod exact;
pub mod groups;
pub mod holes;
pub mod ladders;
pub mod layout;
pub mod mixing;
pub mod spectral;
mod task;
pub mod two_mode;

pub use task::{Cancelled, Task, TaskProgress};

use crate::network::Network;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A number, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Score {
    /// The number; never NaN, never infinite.
    Value(f64),
    /// There is none, for this reason.
    Undefined(Undefined),
}

impl Score {
    /// A number; one that is not finite counts as undefined.
    pub fn of(number: f64, otherwise: Undefined) -> Self {
        if number.is_finite() {
            Self::Value(number)
        } else {
            Self::Undefined(otherwise)
        }
    }

    /// A fraction, undefined if nothing is counted.
    pub fn share(part: f64, whole: f64, otherwise: Undefined) -> Self {
        if whole > 0.0 {
            Self::Value(part / whole)
        } else {
            Self::Undefined(otherwise)
        }
    }

    /// The number, if there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(number) => Some(number),
            Self::Undefined(_) => None,
        }
    }

    /// The reason, if there is no number.
    pub fn undefined(self) -> Option<Undefined> {
        match self {
            Self::Value(_) => None,
            Self::Undefined(reason) => Some(reason),
        }
    }
}

/// Why a metric has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Undefined {
    /// The node has no tie.
    Isolate,
    /// The node has fewer than two neighbours.
    FewNeighbours,
    /// The network has too few nodes.
    FewNodes,
    /// The network has no tie.
    NoTies,
    /// No tie is known that joins the two that are meant.
    NotJoined,
    /// All nodes belong to one category, or ties could not cross.
    SingleClass,
    /// No node, or not this one, belongs to a known category.
    UnknownCategory,
    /// The values do not vary.
    NoVariation,
    /// Only part of the network can be reached.
    Disconnected,
    /// The metric is for two-mode networks.
    OneMode,
    /// The metric is for one-mode networks.
    TwoMode,
    /// The metric is for nodes of the other side of a two-mode network.
    OtherSide,
    /// No weight of the ties is known.
    UnknownWeight,
    /// The computation did not settle.
    NotConverged,
    /// The network is too large for it.
    TooLarge,
    /// The data records nothing of the kind that is counted.
    NothingRecorded,
    /// Chance would bring less than one: a ratio to it says nothing.
    LittleExpected,
}

impl Undefined {
    /// The code in APIs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Isolate => "isolate",
            Self::FewNeighbours => "few_neighbours",
            Self::FewNodes => "n_too_small",
            Self::NoTies => "no_ties",
            Self::NotJoined => "not_joined",
            Self::SingleClass => "single_class",
            Self::UnknownCategory => "unknown_category",
            Self::NoVariation => "no_variation",
            Self::Disconnected => "disconnected",
            Self::OneMode => "one_mode",
            Self::TwoMode => "two_mode",
            Self::OtherSide => "other_side",
            Self::UnknownWeight => "unknown_weight",
            Self::NotConverged => "not_converged",
            Self::TooLarge => "too_large",
            Self::NothingRecorded => "nothing_recorded",
            Self::LittleExpected => "little_expected",
        }
    }

    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Isolate => "the node has no tie",
            Self::FewNeighbours => "the node has fewer than two neighbours",
            Self::FewNodes => "the network has too few nodes",
            Self::NoTies => "the network has no tie",
            Self::NotJoined => "no tie is known that joins the two",
            Self::SingleClass => "there is only one category, or no tie could cross",
            Self::UnknownCategory => "the category is not recorded",
            Self::NoVariation => "the values do not vary",
            Self::Disconnected => "parts of the network cannot be reached from each other",
            Self::OneMode => "the metric is for two-mode networks",
            Self::TwoMode => "the metric is for one-mode networks",
            Self::OtherSide => "the metric is for nodes of the other side",
            Self::UnknownWeight => "no weight of the ties is known",
            Self::NotConverged => "the computation did not settle",
            Self::TooLarge => "the network is too large for this metric",
            Self::NothingRecorded => "nothing of the kind that is counted is recorded",
            Self::LittleExpected => "chance would bring less than one, so a ratio says nothing",
        }
    }
}

/// What a metric describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One node.
    Node,
    /// The network as a whole.
    Network,
}

impl Scope {
    /// The name in APIs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Network => "network",
        }
    }
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Count,
    /// A real number.
    Real,
    /// Yes (1) or no (0).
    Flag,
}

/// What computing a metric takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// A few passes over the ties.
    Passes,
    /// Searches from every node that share their steps.
    Distances,
    /// Searches from every node, one by one, or every pair of neighbours.
    Paths,
}

impl Cost {
    /// Networks of more nodes are measured so only for those who name a metric that takes it.
    pub fn usual_nodes(self) -> usize {
        match self {
            Self::Passes => usize::MAX,
            Self::Distances => EXACT_NODES,
            Self::Paths => 10_000,
        }
    }
}

/// The function behind a metric.
pub enum Compute {
    /// One score for each node, in the order of the network.
    Node(fn(&Measures, &Task) -> Result<Vec<Score>, Cancelled>),
    /// One score.
    Network(fn(&Measures, &Task) -> Result<Score, Cancelled>),
}

/// A catalogue entry.
pub struct Metric {
    /// The name in URLs, columns and the vocabulary (`weft:{id}`).
    pub id: &'static str,
    /// The name in the literature.
    pub name: &'static str,
    /// What it means, in one or two sentences.
    pub definition: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Least and greatest value, and the unit.
    pub range: &'static str,
    /// The source.
    pub reference: &'static str,
    /// When there is no value.
    pub undefined_when: &'static str,
    /// The independent implementation that the tests compare with, and where values differ.
    pub oracle: &'static str,
    /// How values are written.
    pub kind: ValueKind,
    /// What it takes to compute.
    pub cost: Cost,
    /// The function.
    pub compute: Compute,
}

impl Metric {
    /// What it describes.
    pub fn scope(&self) -> Scope {
        match self.compute {
            Compute::Node(_) => Scope::Node,
            Compute::Network(_) => Scope::Network,
        }
    }

    /// Whether those who do not name it get it of a network of so many nodes.
    pub fn is_usual(&self, nodes: usize) -> bool {
        nodes <= self.cost.usual_nodes()
    }

    /// Whether it has values in two-mode networks only.
    pub fn is_for_two_modes(&self) -> bool {
        two_mode::METRICS.iter().any(|metric| metric.id == self.id)
    }
}

/// The families, in the order of the catalogue.
static FAMILIES: &[&[Metric]] = &[
    degree::METRICS,
    betweenness::METRICS,
    distances::METRICS,
    spectral::METRICS,
    cohesion::METRICS,
    holes::METRICS,
    groups::METRICS,
    communities::METRICS,
    cuts::METRICS,
    brokerage::METRICS,
    centralization::METRICS,
    core_periphery::METRICS,
    two_mode::METRICS,
];

static CATALOGUE: LazyLock<Vec<&'static Metric>> =
    LazyLock::new(|| FAMILIES.iter().copied().flatten().collect());

/// All metrics, family by family.
pub fn all() -> &'static [&'static Metric] {
    &CATALOGUE
}

/// The metric of an id.
pub fn find(id: &str) -> Option<&'static Metric> {
    all().iter().copied().find(|metric| metric.id == id)
}

/// Choices that change values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Where random numbers begin: communities, permutations, samples.
    pub seed: u64,
    /// How many permutations a test makes.
    pub permutations: u32,
    /// Sampling in the place of exact betweenness.
    pub approximation: Option<Approximation>,
    /// Exact betweenness however large the network is.
    pub exact: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 42,
            permutations: 999,
            approximation: None,
            exact: false,
        }
    }
}

/// How good a sample must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Approximation {
    /// The greatest error of a normalised betweenness.
    pub error: f64,
    /// How sure it is that no node's error is greater.
    pub confidence: f64,
}

/// Networks of more nodes get sampled betweenness unless the exact one is asked for.
pub const EXACT_NODES: usize = 50_000;

/// A result that is computed once, even if several ask at the same time.
pub(crate) struct Once<T>(Mutex<Option<Arc<T>>>);

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Once<T> {
    /// The result, if there is one and nobody is making it.
    pub(crate) fn peek(&self) -> Option<Arc<T>> {
        self.0.try_lock().ok().and_then(|slot| slot.clone())
    }

    /// The result; makes it if nobody has. Must not be called on a thread of a pool: it may wait.
    pub(crate) fn get<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = &*slot {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(make()?);
        *slot = Some(Arc::clone(&value));
        Ok(value)
    }
}

/// What has been measured of a network so far.
pub struct Measures {
    network: Arc<Network>,
    options: Options,
    nodes: Vec<Once<Vec<Score>>>,
    networks: Vec<Once<Score>>,
    pub(crate) components: Once<cuts::Components>,
    pub(crate) cuts: Once<cuts::Cuts>,
    pub(crate) distances: Once<distances::Distances>,
    pub(crate) betweenness: Once<betweenness::Betweenness>,
    pub(crate) triangles: Once<cohesion::Triangles>,
    pub(crate) holes: Once<holes::Holes>,
    pub(crate) communities: Once<communities::Communities>,
    pub(crate) brokerage: Once<brokerage::Brokerage>,
    pub(crate) core_periphery: Once<core_periphery::CorePeriphery>,
    pub(crate) layout: Once<layout::Layout>,
}

impl Measures {
    /// Nothing measured yet.
    pub fn new(network: Arc<Network>, options: Options) -> Self {
        Self {
            network,
            options,
            nodes: all().iter().map(|_| Once::default()).collect(),
            networks: all().iter().map(|_| Once::default()).collect(),
            components: Once::default(),
            cuts: Once::default(),
            distances: Once::default(),
            betweenness: Once::default(),
            triangles: Once::default(),
            holes: Once::default(),
            communities: Once::default(),
            brokerage: Once::default(),
            core_periphery: Once::default(),
            layout: Once::default(),
        }
    }

    /// The network.
    pub fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// The choices.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The scores of a node metric, in the order of the nodes. Waits if another thread computes
    /// them.
    ///
    /// # Errors
    /// [`Cancelled`].
    ///
    /// # Panics
    /// If the metric is not one of [`all`], or not one of nodes.
    pub fn of_nodes(&self, metric: &Metric, task: &Task) -> Result<Arc<Vec<Score>>, Cancelled> {
        let Compute::Node(compute) = metric.compute else {
            panic!("{} is no metric of nodes", metric.id);
        };
        self.nodes[position(metric)].get(|| compute(self, task))
    }

    /// The score of a network metric. Waits if another thread computes it.
    ///
    /// # Errors
    /// [`Cancelled`].
    ///
    /// # Panics
    /// If the metric is not one of [`all`], or not one of networks.
    pub fn of_network(&self, metric: &Metric, task: &Task) -> Result<Score, Cancelled> {
        let Compute::Network(compute) = metric.compute else {
            panic!("{} is no metric of networks", metric.id);
        };
        let score = self.networks[position(metric)].get(|| compute(self, task))?;
        Ok(*score)
    }
}

fn position(metric: &Metric) -> usize {
    all()
        .iter()
        .position(|known| known.id == metric.id)
        .unwrap_or_else(|| panic!("{} is not in the catalogue", metric.id))
}

/// A generator of random numbers that gives the same numbers everywhere (SplitMix64; Steele, Lea
/// and Flood 2014, <https://doi.org/10.1145/2714064.2660195>).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one stream of a seed: streams of one seed are independent of each other.
    pub(crate) fn stream(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed);
        let base = random.next();
        let mut random = Self(base ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, each as likely as the other to one part in 2⁶⁴ / bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Puts a slice into a random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, slice: &mut [T]) {
        for last in (1..slice.len()).rev() {
            slice.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests;
