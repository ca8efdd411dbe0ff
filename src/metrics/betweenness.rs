//! Betweenness: who lies on the shortest paths between others.

use super::exact::Grid;
use super::{
    Approximation, Cancelled, Compute, Cost, EXACT_NODES, Measures, Metric, Random, Score, Task,
    Undefined, ValueKind,
};
use crate::network::Network;
use rayon::prelude::*;
use std::sync::Arc;

pub(super) const METRICS: &[Metric] = &[Metric {
    id: "betweenness",
    name: "Betweenness",
    definition: "How often the node lies on a shortest path between two others, as a share of all pairs of others. Counts hops and ignores weights. Networks of more than 50,000 nodes are sampled unless the exact value is asked for; the answer then says so.",
    formula: "Σ_{s≠i≠t} σ_st(i)/σ_st / ((n-1)(n-2)/2), each pair once; directed / ((n-1)(n-2))",
    range: "0 to 1; 0 in networks of one or two nodes",
    reference: "Freeman 1977, https://doi.org/10.2307/3033543; algorithm of Brandes 2001, https://doi.org/10.1080/0022250X.2001.9990249",
    undefined_when: "never",
    oracle: "NetworkX betweenness_centrality(normalized=True)",
    kind: ValueKind::Real,
    cost: Cost::Paths,
    compute: Compute::Node(scores),
}];

/// Betweenness of every node.
#[derive(Debug)]
pub struct Betweenness {
    /// Normalised scores.
    pub scores: Vec<f64>,
    /// How the scores were sampled; `None`: they are exact.
    pub sample: Option<Sample>,
}

/// What a sample promises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Shortest paths drawn.
    pub paths: u64,
    /// The greatest error of a normalised score.
    pub error: f64,
    /// How sure it is that no node's error is greater.
    pub confidence: f64,
}

/// The sample that a large network gets without being asked.
const DEFAULT_SAMPLE: Approximation = Approximation {
    error: 0.01,
    confidence: 0.9,
};

fn scores(measures: &Measures, task: &Task) -> Result<Vec<Score>, Cancelled> {
    let found = of(measures, task)?;
    Ok(found
        .scores
        .iter()
        .map(|score| Score::of(*score, Undefined::TooLarge))
        .collect())
}

/// The betweenness that a measurement uses, exact or sampled as its options say.
pub(crate) fn of(measures: &Measures, task: &Task) -> Result<Arc<Betweenness>, Cancelled> {
    let network = measures.network();
    measures.betweenness.get(|| {
        let options = measures.options();
        match options.approximation {
            Some(wanted) => sampled(network, wanted, options.seed, task),
            None if network.len() > EXACT_NODES && !options.exact => {
                sampled(network, DEFAULT_SAMPLE, options.seed, task)
            }
            None => exact(network, task),
        }
    })
}

/// Ties in rows of `u32`, nodes renumbered.
struct Compact {
    offsets: Vec<u32>,
    targets: Vec<u32>,
    /// The number that each node of the network has here.
    number: Vec<u32>,
    /// The numbers between which the component of each node lies, where they are known.
    bounds: Vec<(u32, u32)>,
    /// Whether every tie goes both ways.
    is_symmetric: bool,
}

impl Compact {
    /// Numbers nodes as `order` lists them. Rows are filled up to whole blocks with a node that
    /// does not exist, the one after the last.
    fn new(network: &Network, order: &[u32], block: usize) -> Self {
        let rows = network.rows();
        let mut number = vec![0_u32; order.len()];
        for (position, node) in order.iter().enumerate() {
            number[*node as usize] = position as u32;
        }
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut targets = Vec::new();
        offsets.push(0);
        for node in order {
            let from = targets.len();
            let neighbours = rows.neighbors_slice(*node).iter();
            targets.extend(neighbours.map(|neighbour| number[*neighbour as usize]));
            targets[from..].sort_unstable();
            targets.resize(targets.len().next_multiple_of(block), order.len() as u32);
            offsets.push(targets.len() as u32);
        }
        Self {
            offsets,
            targets,
            number,
            bounds: Vec::new(),
            is_symmetric: false,
        }
    }

    #[inline(always)]
    fn of(&self, node: u32) -> &[u32] {
        let from = self.offsets[node as usize] as usize;
        let to = self.offsets[node as usize + 1] as usize;
        &self.targets[from..to]
    }

    fn len(&self) -> usize {
        self.offsets.len() - 1
    }
}

const UNSEEN: u32 = u32::MAX;
/// Sources that one piece of parallel work takes.
const CHUNK: usize = 32;
/// Neighbours and successors are handled in blocks of so many, the last one filled up: loops of
/// four are foretold better than loops of any length.
const BLOCK: usize = 4;
/// Whole numbers of paths are exact in floating point up to here.
const EXACT_PATHS: f64 = (1_u64 << 53) as f64;

/// Exact betweenness (Brandes 2001).
///
/// The dependencies of each source are rounded to a grid on which sums are exact, so the scores
/// do not depend on names, on the order of ties, or on the number of threads; the error is far
/// below 10⁻⁹.
///
/// # Complexity
/// Time O(|V| |E|), space O(|V| + |E|) for each thread.
///
/// # Errors
/// [`Cancelled`].
///
/// # Examples
/// ```
/// use weft::metrics::{Task, betweenness};
/// use weft::network::Network;
///
/// // A star of three leaves: every path between them runs through the hub.
/// let star = Network::from_edges(4, false, [(0, 1), (0, 2), (0, 3)]);
/// let found = betweenness::exact(&star, &Task::new()).unwrap();
/// assert_eq!(found.scores, [1.0, 0.0, 0.0, 0.0]);
/// ```
pub fn exact(network: &Network, task: &Task) -> Result<Betweenness, Cancelled> {
    let count = network.len();
    // Components together, in each of them hubs first: what is read most often lies close
    // together.
    let components = super::cuts::components(network);
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.sort_by_key(|node| {
        let ties = network.neighbours(*node).len();
        (components.of[*node as usize], std::cmp::Reverse(ties))
    });
    let mut graph = Compact::new(network, &order, BLOCK);
    graph.bounds = order
        .iter()
        .map(|node| components.of[*node as usize])
        .collect::<Vec<u32>>()
        .chunk_by(|a, b| a == b)
        .scan(0_u32, |from, same| {
            let range = (*from, *from + same.len() as u32);
            *from = range.1;
            Some(vec![range; same.len()])
        })
        .flatten()
        .collect();
    graph.is_symmetric = !network.is_directed();
    // Dependencies of one source stay below n, their sum over all sources below n².
    let bits = usize::BITS as i32 - count.leading_zeros() as i32;
    let unit = (51 - bits).min(63 - 2 * bits).max(0);
    let grid = Grid::below(52 - unit);
    let scale = f64::powi(2.0, unit);
    let chunks = count.div_ceil(CHUNK);
    task.begin("betweenness", chunks);
    let totals: Vec<u64> = task.parallel(|| {
        (0..chunks)
            .into_par_iter()
            .try_fold(
                || None,
                |state: Option<Search>, chunk| {
                    let mut state = state.unwrap_or_else(|| Search::new(&graph));
                    for source in chunk * CHUNK..((chunk + 1) * CHUNK).min(count) {
                        state.run(&graph, source as u32, grid);
                    }
                    task.advance()?;
                    Ok(Some(state))
                },
            )
            .map(|part| part.map(|state| state.map_or_else(Vec::new, |state| state.totals)))
            .try_reduce(Vec::new, |mut a, b| {
                if a.is_empty() {
                    return Ok(b);
                }
                for (a, b) in a.iter_mut().zip(&b) {
                    *a += b;
                }
                Ok(a)
            })
    })?;
    let n = count as f64;
    let pairs = (n - 1.0) * (n - 2.0);
    let scores = graph
        .number
        .iter()
        .map(|number| match totals.get(*number as usize) {
            // Both directions of a pair are counted, and `pairs` has both.
            Some(total) if pairs > 0.0 => *total as f64 / scale / pairs,
            _ => 0.0,
        })
        .collect();
    Ok(Betweenness {
        scores,
        sample: None,
    })
}

/// One thread's search; everything but `totals` is used anew by each source.
///
/// Nodes are handled in the order in which they are found: what belongs to one distance lies
/// together, and "is it one step farther?" is a comparison of positions. A level is left either
/// downwards, from its nodes to their neighbours, or upwards, from the nodes that are still to be
/// found to their neighbours on the level, whichever are fewer (Beamer, Asanović & Patterson 2012,
/// <https://doi.org/10.1109/SC.2012.50>). The inner loops have no branches that depend on the
/// data, because these are hard to foretell: they write first and move on if it was worth it.
struct Search {
    /// The position at which a node was found. The node that does not exist was found first.
    place: Vec<u32>,
    /// The nodes found, in the first `reached` slots.
    found: Vec<u32>,
    reached: usize,
    /// Numbers of shortest paths, by position.
    paths: Vec<f64>,
    /// What depends on the paths through a position.
    dependency: Vec<f64>,
    /// (1 + dependency) / paths, by position.
    share: Vec<f64>,
    /// Positions of the other ends of steps on shortest paths, one node's after the other's, in
    /// whole blocks that are filled up with a position behind the last: of successors where a
    /// level was left downwards, of predecessors where it was left upwards.
    steps: Vec<u32>,
    /// Where the steps down from a position end.
    ends: Vec<u32>,
    /// Where the steps up from a position end.
    ends_up: Vec<u32>,
    levels: Vec<LevelOf>,
    /// Nodes that are still to be found.
    rest: Vec<u32>,
    /// Dependencies added up over sources, in steps of the grid.
    totals: Vec<u64>,
}

/// A level of a search: nodes at one distance from the source.
#[derive(Clone, Copy)]
struct LevelOf {
    /// Its first position.
    first: u32,
    /// Where the steps that leave it begin.
    steps: u32,
    /// Whether it was left upwards: its steps stand with the nodes of the next level.
    upwards: bool,
}

impl Search {
    fn new(graph: &Compact) -> Self {
        let count = graph.len();
        let mut place = vec![UNSEEN; count + 1];
        place[count] = 0;
        Self {
            place,
            found: vec![0; count + BLOCK],
            reached: 0,
            paths: vec![0.0; count + 1],
            dependency: vec![0.0; count + 1],
            share: vec![0.0; count + 1],
            steps: vec![0; graph.targets.len() + BLOCK * (count + 2)],
            ends: vec![0; count + 1],
            ends_up: vec![0; count + 1],
            levels: Vec::new(),
            rest: vec![0; count + 1],
            totals: vec![0; count],
        }
    }

    fn run(&mut self, graph: &Compact, source: u32, grid: Grid) {
        let most = self.forward(graph, source, graph.is_symmetric);
        if most > EXACT_PATHS {
            self.reset();
            self.forward(graph, source, false);
            self.backward_of_many(grid);
        } else {
            self.backward(grid);
        }
        self.reset();
    }

    fn reset(&mut self) {
        for node in &self.found[..self.reached] {
            self.place[*node as usize] = UNSEEN;
        }
        self.paths[..self.reached].fill(0.0);
        self.dependency[..self.reached].fill(0.0);
        self.levels.clear();
    }

    /// Finds all nodes and counts the paths to them; answers the greatest count.
    fn forward(&mut self, graph: &Compact, source: u32, may_turn: bool) -> f64 {
        let (low, high) = graph.bounds[source as usize];
        self.place[source as usize] = 0;
        self.found[0] = source;
        self.paths[0] = 1.0;
        self.reached = 1;
        // Ties of the level, and of nodes that are still to be found.
        let row = |node: u32| graph.offsets[node as usize + 1] - graph.offsets[node as usize];
        let mut ahead = row(source);
        let mut behind = graph.offsets[high as usize] - graph.offsets[low as usize] - ahead;
        let mut left = None;
        let (mut level, mut next, mut used) = (0_usize, 1_usize, 0_usize);
        while level < next && next < (high - low) as usize {
            // A step up costs about half as much again.
            let upwards = may_turn && level > 0 && behind < ahead - ahead / 3;
            self.levels.push(LevelOf {
                first: level as u32,
                steps: used as u32,
                upwards,
            });
            used = if upwards {
                let rest = left.get_or_insert_with(|| self.list_rest(low, high));
                self.step_up(graph, level, next, used, rest)
            } else {
                // The list of what is left would no longer be true.
                left = None;
                self.step_down(graph, level, next, used)
            };
            (level, next) = (next, self.reached);
            ahead = self.found[level..next].iter().map(|node| row(*node)).sum();
            behind -= ahead;
        }
        self.levels.push(LevelOf {
            first: level as u32,
            steps: used as u32,
            upwards: false,
        });
        self.ends[level..next].fill(used as u32);
        self.paths[graph.len()] = 0.0;
        self.paths[..self.reached]
            .iter()
            .copied()
            .fold(0.0, f64::max)
    }

    /// The nodes of a component that are still to be found; answers how many.
    fn list_rest(&mut self, low: u32, high: u32) -> usize {
        let mut count = 0;
        for node in low..high {
            self.rest[count] = node;
            count += usize::from(self.place[node as usize] == UNSEEN);
        }
        count
    }

    /// Goes from the nodes of a level to their neighbours; answers where their steps end.
    fn step_down(&mut self, graph: &Compact, level: usize, next: usize, mut used: usize) -> usize {
        let nowhere = graph.len() as u32;
        let (place, found) = (self.place.as_mut_slice(), self.found.as_mut_slice());
        let (paths, steps) = (self.paths.as_mut_slice(), self.steps.as_mut_slice());
        let mut reached = self.reached as u32;
        for at in level..next {
            let own = paths[at];
            let from = used;
            for block in graph.of(found[at]).as_chunks::<BLOCK>().0 {
                // The lists have room for a block more than they can ever hold.
                let fresh = found[reached as usize..].first_chunk_mut::<BLOCK>();
                let ahead = steps[used..].first_chunk_mut::<BLOCK>();
                let (Some(fresh), Some(ahead)) = (fresh, ahead) else {
                    break;
                };
                let (mut new, mut farther) = (0_u32, 0_usize);
                for neighbour in block {
                    let slot = &mut place[*neighbour as usize];
                    let is_new = *slot == UNSEEN;
                    let position = if is_new { reached + new } else { *slot };
                    *slot = position;
                    fresh[new as usize % BLOCK] = *neighbour;
                    new += u32::from(is_new);
                    ahead[farther % BLOCK] = position;
                    farther += usize::from(position as usize >= next);
                }
                reached += new;
                used += farther;
            }
            steps[used..used + BLOCK].fill(nowhere);
            used = used.next_multiple_of(BLOCK);
            for successor in &steps[from..used] {
                paths[*successor as usize] += own;
            }
            self.ends[at] = used as u32;
        }
        paths[nowhere as usize] = 0.0;
        self.reached = reached as usize;
        used
    }

    /// Goes from the nodes that are still to be found to their neighbours on a level.
    fn step_up(
        &mut self,
        graph: &Compact,
        level: usize,
        next: usize,
        mut used: usize,
        rest: &mut usize,
    ) -> usize {
        let nowhere = graph.len() as u32;
        let place = self.place.as_mut_slice();
        let (paths, steps) = (self.paths.as_mut_slice(), self.steps.as_mut_slice());
        let (first, width) = (level as u32, (next - level) as u32);
        let mut reached = self.reached;
        let mut kept = 0;
        for at in 0..*rest {
            let node = self.rest[at];
            let from = used;
            for block in graph.of(node).as_chunks::<BLOCK>().0 {
                let Some(ahead) = steps[used..].first_chunk_mut::<BLOCK>() else {
                    break;
                };
                let mut closer = 0;
                for neighbour in block {
                    let position = place[*neighbour as usize];
                    ahead[closer % BLOCK] = position;
                    closer += usize::from(position.wrapping_sub(first) < width);
                }
                used += closer;
            }
            self.rest[kept] = node;
            if used == from {
                kept += 1;
                continue;
            }
            steps[used..used + BLOCK].fill(nowhere);
            used = used.next_multiple_of(BLOCK);
            let predecessors = steps[from..used].iter();
            let own: f64 = predecessors.map(|before| paths[*before as usize]).sum();
            paths[reached] = own;
            self.found[reached] = node;
            place[node as usize] = reached as u32;
            self.ends_up[reached] = used as u32;
            reached += 1;
        }
        *rest = kept;
        self.reached = reached;
        used
    }

    fn backward(&mut self, grid: Grid) {
        let paths = self.paths.as_slice();
        let (share, dependency) = (self.share.as_mut_slice(), self.dependency.as_mut_slice());
        let mut below = self.reached;
        for (index, level) in self.levels.iter().enumerate().rev() {
            let first = level.first as usize;
            if level.upwards {
                // The steps stand with the next level, whose shares are known by now.
                let end = self
                    .levels
                    .get(index + 2)
                    .map_or(self.reached, |l| l.first as usize);
                let mut from = level.steps as usize;
                for (own, to) in share[below..end].iter().zip(&self.ends_up[below..end]) {
                    let to = *to as usize;
                    for before in &self.steps[from..to] {
                        let before = *before as usize;
                        dependency[before] += grid.round(paths[before] * own);
                    }
                    from = to;
                }
            } else {
                let mut from = level.steps as usize;
                for at in first..below {
                    let to = self.ends[at] as usize;
                    let own = paths[at];
                    let mut sums = [0.0; BLOCK];
                    for block in self.steps[from..to].as_chunks::<BLOCK>().0 {
                        for (sum, successor) in sums.iter_mut().zip(block) {
                            *sum += grid.round(own * share[*successor as usize]);
                        }
                    }
                    // Numbers of the grid add up exactly in any order.
                    dependency[at] = sums.iter().sum();
                    from = to;
                }
            }
            for at in first..below {
                share[at] = (1.0 + dependency[at]) / paths[at];
            }
            below = first;
        }
        for at in 1..self.reached {
            self.totals[self.found[at] as usize] += grid.steps(self.dependency[at]);
        }
    }

    /// The same where there are so many paths that their numbers are no longer exact: they are
    /// counted again in an order that does not depend on names, and scaled level by level so that
    /// they do not overflow.
    fn backward_of_many(&mut self, grid: Grid) {
        const LARGE: f64 = 1e200;
        let count = self.reached;
        let nowhere = self.totals.len() as u32;
        let mut exponent = vec![0_i32; count];
        self.paths[..count].fill(0.0);
        self.paths[0] = 1.0;
        // Predecessors from the lists of successors.
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut from = 0;
        for at in 0..count {
            let to = self.ends[at] as usize;
            for successor in self.steps[from..to].iter().filter(|s| **s != nowhere) {
                before[*successor as usize].push(at as u32);
            }
            from = to;
        }
        let mut distance = vec![0_u32; count];
        for at in 1..count {
            distance[at] = distance[before[at][0] as usize] + 1;
        }
        let mut terms = Vec::new();
        let mut level = 1;
        let mut shift = 0;
        while level < count {
            let mut end = level;
            let mut most = 0.0_f64;
            while end < count && distance[end] == distance[level] {
                terms.clear();
                terms.extend(before[end].iter().map(|at| self.paths[*at as usize]));
                terms.sort_unstable_by(f64::total_cmp);
                self.paths[end] = terms.iter().sum();
                exponent[end] = shift;
                most = most.max(self.paths[end]);
                end += 1;
            }
            if most > LARGE {
                let small = f64::powi(2.0, -600);
                self.paths[level..end].iter_mut().for_each(|p| *p *= small);
                exponent[level..end].fill(shift + 600);
                shift += 600;
            }
            level = end;
        }
        for at in (0..count).rev() {
            let from = if at == 0 {
                0
            } else {
                self.ends[at - 1] as usize
            };
            let to = self.ends[at] as usize;
            let mut dependency = 0.0;
            for successor in self.steps[from..to].iter().filter(|s| **s != nowhere) {
                let next = *successor as usize;
                let down = f64::powi(2.0, exponent[at] - exponent[next]);
                dependency += grid.round(self.paths[at] * down * self.share[next]);
            }
            self.share[at] = (1.0 + dependency) / self.paths[at].max(f64::MIN_POSITIVE);
            if at > 0 {
                self.totals[self.found[at] as usize] += grid.steps(dependency);
            }
        }
    }
}

/// Sampled betweenness (Riondato & Kornaropoulos 2016,
/// <https://doi.org/10.1007/s10618-015-0423-0>): random shortest paths between random pairs of
/// nodes, as many as the error and the confidence ask for. Paths are found by searching from both
/// ends (Borassi & Natale 2019, <https://doi.org/10.1145/3284359>).
///
/// With the probability `confidence` no normalised score is off by more than `error`. The same
/// seed gives the same sample whatever the names of nodes and the number of threads.
///
/// # Complexity
/// (1/2 error²)(log₂ diameter + ln(1/(1 - confidence))) searches, each a small part of O(|E|).
///
/// # Errors
/// [`Cancelled`].
pub fn sampled(
    network: &Network,
    wanted: Approximation,
    seed: u64,
    task: &Task,
) -> Result<Betweenness, Cancelled> {
    const SHARE: usize = 256;
    let count = network.len();
    let graph = Compact::new(network, network.canonical_order(), 1);
    let backwards = reversed(&graph);
    let paths = sample_size(&graph, network.is_directed(), wanted);
    if count < 3 {
        return Ok(Betweenness {
            scores: vec![0.0; count],
            sample: None,
        });
    }
    let chunks = (paths as usize).div_ceil(SHARE);
    task.begin("betweenness, sampled", chunks);
    let totals: Vec<u64> = task.parallel(|| {
        (0..chunks)
            .into_par_iter()
            .try_fold(
                || None,
                |state: Option<(Half, Half, Vec<u64>)>, chunk| {
                    let (mut from, mut to, mut totals) = state
                        .unwrap_or_else(|| (Half::new(count), Half::new(count), vec![0; count]));
                    for path in chunk * SHARE..((chunk + 1) * SHARE).min(paths as usize) {
                        let mut random = Random::stream(seed, path as u64);
                        let s = random.below(count) as u32;
                        let t = loop {
                            let t = random.below(count) as u32;
                            if t != s {
                                break t;
                            }
                        };
                        draw(
                            &graph,
                            &backwards,
                            (s, t),
                            &mut from,
                            &mut to,
                            &mut random,
                            &mut totals,
                        );
                    }
                    task.advance()?;
                    Ok(Some((from, to, totals)))
                },
            )
            .map(|part| part.map(|state| state.map_or_else(Vec::new, |(_, _, totals)| totals)))
            .try_reduce(Vec::new, |mut a, b| {
                if a.is_empty() {
                    return Ok(b);
                }
                for (a, b) in a.iter_mut().zip(&b) {
                    *a += b;
                }
                Ok(a)
            })
    })?;
    // Pairs are drawn of n(n-1); scores are shares of the (n-1)(n-2) that can pass through a node.
    let n = count as f64;
    let scale = n / (n - 2.0) / paths as f64;
    Ok(Betweenness {
        scores: graph
            .number
            .iter()
            .map(|number| {
                let times = totals.get(*number as usize).copied().unwrap_or_default();
                times as f64 * scale
            })
            .collect(),
        sample: Some(Sample {
            paths,
            error: wanted.error,
            confidence: wanted.confidence,
        }),
    })
}

fn reversed(graph: &Compact) -> Compact {
    let count = graph.len();
    let mut degree = vec![0_u32; count + 1];
    for target in &graph.targets {
        degree[*target as usize + 1] += 1;
    }
    for node in 0..count {
        degree[node + 1] += degree[node];
    }
    let offsets = degree.clone();
    let mut targets = vec![0; graph.targets.len()];
    for node in 0..count as u32 {
        for target in graph.of(node) {
            let slot = &mut degree[*target as usize];
            targets[*slot as usize] = node;
            *slot += 1;
        }
    }
    Compact {
        offsets,
        targets,
        number: Vec::new(),
        bounds: Vec::new(),
        is_symmetric: false,
    }
}

fn sample_size(graph: &Compact, directed: bool, wanted: Approximation) -> u64 {
    // The number of nodes on a longest shortest path, from above: twice the greatest distance
    // from one node of each component; in a directed network all nodes.
    let longest = if directed {
        graph.len()
    } else {
        let mut seen = vec![false; graph.len()];
        let mut longest = 0_usize;
        for start in 0..graph.len() as u32 {
            if seen[start as usize] {
                continue;
            }
            seen[start as usize] = true;
            let mut frontier = vec![start];
            let mut steps = 0;
            loop {
                let mut next = Vec::new();
                for node in &frontier {
                    for neighbour in graph.of(*node) {
                        if !std::mem::replace(&mut seen[*neighbour as usize], true) {
                            next.push(*neighbour);
                        }
                    }
                }
                if next.is_empty() {
                    break;
                }
                steps += 1;
                frontier = next;
            }
            longest = longest.max(2 * steps + 1);
        }
        longest
    };
    let dimension = match longest {
        0..=3 => 1.0,
        longest => ((longest - 2) as f64).log2().floor() + 1.0,
    };
    // Scores are shares of fewer pairs than are drawn from: the error grows by n/(n-2).
    let n = graph.len().max(3) as f64;
    let error = wanted.error * (n - 2.0) / n;
    let size = 0.5 / (error * error) * (dimension + (1.0 / (1.0 - wanted.confidence)).ln());
    size.ceil() as u64
}

/// One side of a search from both ends.
struct Half {
    distance: Vec<u32>,
    paths: Vec<f64>,
    found: Vec<u32>,
    /// Where the last level begins in `found`.
    level: usize,
    depth: u32,
}

impl Half {
    fn new(count: usize) -> Self {
        Self {
            distance: vec![UNSEEN; count],
            paths: vec![0.0; count],
            found: Vec::new(),
            level: 0,
            depth: 0,
        }
    }

    fn begin(&mut self, node: u32) {
        for node in &self.found {
            self.distance[*node as usize] = UNSEEN;
        }
        self.found.clear();
        self.level = 0;
        self.depth = 0;
        self.found.push(node);
        self.distance[node as usize] = 0;
        self.paths[node as usize] = 1.0;
    }

    /// The ties that the next step looks at.
    fn cost(&self, graph: &Compact) -> usize {
        self.found[self.level..]
            .iter()
            .map(|node| graph.of(*node).len())
            .sum()
    }

    fn step(&mut self, graph: &Compact) {
        let (from, to) = (self.level, self.found.len());
        self.depth += 1;
        for at in from..to {
            let node = self.found[at];
            for neighbour in graph.of(node) {
                let slot = &mut self.distance[*neighbour as usize];
                if *slot == UNSEEN {
                    *slot = self.depth;
                    self.found.push(*neighbour);
                    self.paths[*neighbour as usize] = 0.0;
                }
                if *slot == self.depth {
                    self.paths[*neighbour as usize] += self.paths[node as usize];
                }
            }
        }
        self.level = to;
    }

    /// Walks back to where the search began, each shortest path as likely as the other, and counts
    /// the nodes between.
    fn walk(&self, back: &Compact, mut node: u32, random: &mut Random, totals: &mut [u64]) {
        while self.distance[node as usize] > 1 {
            let closer = self.distance[node as usize] - 1;
            let before = back.of(node).iter().copied();
            let before = before.filter(|n| self.distance[*n as usize] == closer);
            node = pick(before, |n| self.paths[n as usize], random).unwrap_or(node);
            if self.distance[node as usize] != closer {
                return;
            }
            totals[node as usize] += 1;
        }
    }
}

/// One of the candidates, by weight.
fn pick(
    candidates: impl Iterator<Item = u32> + Clone,
    weight: impl Fn(u32) -> f64,
    random: &mut Random,
) -> Option<u32> {
    let total: f64 = candidates.clone().map(&weight).sum();
    let mut left = random.next() as f64 / u64::MAX as f64 * total;
    let mut last = None;
    for candidate in candidates {
        left -= weight(candidate);
        last = Some(candidate);
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Draws one shortest path between two nodes and counts the nodes between them.
fn draw(
    graph: &Compact,
    backwards: &Compact,
    (s, t): (u32, u32),
    from: &mut Half,
    to: &mut Half,
    random: &mut Random,
    totals: &mut [u64],
) {
    from.begin(s);
    to.begin(t);
    loop {
        let (ahead, back) = (from.cost(graph), to.cost(backwards));
        if ahead == 0 || back == 0 {
            return;
        }
        let forwards = ahead <= back;
        let (half, other) = if forwards {
            from.step(graph);
            (&*from, &*to)
        } else {
            to.step(backwards);
            (&*to, &*from)
        };
        // Where the two searches meet, both have counted their paths in full.
        let newest = half.found[half.level..].iter().copied();
        let meeting = newest.filter(|node| other.distance[*node as usize] != UNSEEN);
        let nearest = meeting
            .clone()
            .map(|node| other.distance[node as usize])
            .min();
        let Some(nearest) = nearest else { continue };
        let meeting = meeting.filter(|node| other.distance[*node as usize] == nearest);
        let weight = |node: u32| from.paths[node as usize] * to.paths[node as usize];
        let Some(middle) = pick(meeting, weight, random) else {
            return;
        };
        if middle != s && middle != t {
            totals[middle as usize] += 1;
        }
        from.walk(backwards, middle, random, totals);
        to.walk(graph, middle, random, totals);
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(network: &Network) -> Vec<f64> {
        let found = exact(network, &Task::new()).unwrap();
        found
            .scores
            .iter()
            .map(|s| (s * 1e9).round() / 1e9)
            .collect()
    }

    #[test]
    fn the_middle_of_a_path_is_between_its_ends() {
        let path = Network::from_edges(4, false, [(0, 1), (1, 2), (2, 3)]);
        let third = 0.666_666_667;
        assert_eq!(rounded(&path), [0.0, third, third, 0.0]);
    }

    #[test]
    fn direction_counts() {
        let network = Network::from_edges(3, true, [(0, 1), (1, 2)]);
        assert_eq!(rounded(&network), [0.0, 0.5, 0.0]);
    }

    #[test]
    fn tiny_networks_score_zero() {
        assert_eq!(
            rounded(&Network::from_edges(2, false, [(0, 1)])),
            [0.0, 0.0]
        );
        assert!(rounded(&Network::from_edges(0, false, [])).is_empty());
    }

    /// A chain of `count` diamonds: 2^count shortest paths from end to end.
    fn diamonds(count: u32) -> Network {
        let edges = (0..count).flat_map(|i| {
            let at = 3 * i;
            [
                (at, at + 1),
                (at, at + 2),
                (at + 1, at + 3),
                (at + 2, at + 3),
            ]
        });
        Network::from_edges(3 * count as usize + 1, false, edges)
    }

    #[test]
    fn more_paths_than_numbers_can_hold_exactly() {
        for count in [10, 60, 1_200] {
            let network = diamonds(count);
            let found = exact(&network, &Task::new()).unwrap();
            let n = network.len() as f64;
            // The joint after the first diamond: all pairs of the three nodes before it and the
            // rest, and one of two paths between the two sides of each diamond that it joins.
            let expected = (3.0 * (n - 4.0) + 1.0) / ((n - 1.0) * (n - 2.0) / 2.0);
            assert!((found.scores[3] - expected).abs() < 1e-9, "{count}");
            // A side of a diamond carries half the pairs that pass it, and no pair by itself.
            let side = found.scores[1];
            assert!((side - found.scores[2]).abs() < 1e-12 && side.is_finite());
        }
    }

    #[test]
    fn a_sample_keeps_its_promise() {
        let mut random = Random::stream(7, 0);
        let edges: Vec<(u32, u32)> = (0..600)
            .map(|_| (random.below(200) as u32, random.below(200) as u32))
            .collect();
        for directed in [false, true] {
            let network = Network::from_edges(200, directed, edges.iter().copied());
            let wanted = Approximation {
                error: 0.02,
                confidence: 0.9,
            };
            let truth = exact(&network, &Task::new()).unwrap().scores;
            let found = sampled(&network, wanted, 1, &Task::new()).unwrap();
            let worst = truth
                .iter()
                .zip(&found.scores)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            assert!(worst < 0.02, "{worst}");
        }
    }
}
