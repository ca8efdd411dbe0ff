//! One connected part, drawn by forces.
//!
//! Ties are springs, nodes repel each other (Fruchterman and Reingold 1991,
//! <https://doi.org/10.1002/spe.4380211102>), and far nodes repel as one (Barnes and Hut 1986,
//! <https://doi.org/10.1038/324446a0>). Two departures make drawings that can be compared: the
//! start comes from the names and the distances of the nodes rather than from chance, and the
//! number of steps is fixed, so a small change of the data is a small change of what is computed.
//!
//! Only `+ - * /` and the square root are used, which every machine rounds alike, and each node
//! adds up its forces in one order, so the positions are the same bits on any number of threads.

use crate::metrics::{Cancelled, Task};
use rayon::prelude::*;

/// A connected part in compressed sparse rows, both directions of each tie.
pub(super) struct Part {
    /// Where the neighbours of each node begin, and where the last ones end.
    pub(super) offsets: Vec<u32>,
    /// The neighbours.
    pub(super) targets: Vec<u32>,
    /// How strongly the ties to them pull; above 0.
    pub(super) strengths: Vec<f64>,
    /// A hash of each node's name.
    pub(super) names: Vec<u64>,
}

pub(super) type Point = [f64; 2];

/// How far apart two nodes of a tie come to rest, roughly.
const LENGTH: f64 = 1.0;
/// How wide a cell may be, as a share of its distance, to repel as one: `1 / OPENING²`.
const OPENING: f64 = 1.2;
/// Nodes of a cell that is not divided further.
const LEAF: usize = 8;
/// Levels of the tree: more than 16 would need more than 32 bits for a place in it.
const LEVELS: u32 = 16;
/// Nodes that one thread takes at a time.
const CHUNK: usize = 256;
/// Nodes from which distances are taken for the start.
const PIVOTS: usize = 64;

impl Part {
    fn len(&self) -> usize {
        self.names.len()
    }

    fn around(&self, node: usize) -> std::ops::Range<usize> {
        self.offsets[node] as usize..self.offsets[node + 1] as usize
    }

    /// The positions of the nodes, around the origin.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub(super) fn arranged(&self, task: &Task) -> Result<Vec<Point>, Cancelled> {
        match self.len() {
            0 => return Ok(Vec::new()),
            1 => return Ok(vec![[0.0, 0.0]]),
            2 => return Ok(vec![[-LENGTH / 2.0, 0.0], [LENGTH / 2.0, 0.0]]),
            _ => {}
        }
        let mut points = self.start();
        let steps = steps(self.len());
        // The longest way of one step falls from a share of the width to a share of a tie.
        let width = (self.len() as f64).sqrt() * LENGTH;
        let longest = width / 20.0;
        for step in 0..steps {
            task.check()?;
            let left = 1.0 - step as f64 / steps as f64;
            let reach = 0.01 * LENGTH + longest * left * left * left;
            points = self.moved(&points, reach);
        }
        space(&mut points);
        Ok(points)
    }

    /// The distances to some nodes, as classical scaling draws them (Brandes and Pich 2007,
    /// <https://doi.org/10.1007/978-3-540-70904-6_6>). The pivots are those whose names have the
    /// smallest hashes: another node or tie leaves nearly all of them what they were.
    fn start(&self) -> Vec<Point> {
        let count = self.len();
        let mut pivots: Vec<usize> = (0..count).collect();
        pivots.sort_unstable_by_key(|node| (self.names[*node], *node));
        pivots.truncate(PIVOTS);
        let mut columns: Vec<Vec<f64>> = pivots
            .par_iter()
            .map(|pivot| {
                let mut column = self.distances(*pivot);
                for distance in &mut column {
                    *distance *= *distance;
                }
                let mean = column.iter().sum::<f64>() / count as f64;
                for distance in &mut column {
                    *distance -= mean;
                }
                column
            })
            .collect();
        for node in 0..count {
            let mean = columns.iter().map(|column| column[node]).sum::<f64>();
            let mean = mean / columns.len() as f64;
            for column in &mut columns {
                column[node] -= mean;
            }
        }
        let products: Vec<Vec<f64>> = columns
            .par_iter()
            .map(|a| columns.iter().map(|b| dot(a, b)).collect())
            .collect();
        let mut axes: Vec<Vec<f64>> = Vec::new();
        for salt in 0..2 {
            let seeds = pivots.iter().map(|pivot| signed(self.names[*pivot], salt));
            let axis = principal(&products, seeds.collect(), &axes);
            axes.push(axis);
        }
        let mut coordinates: Vec<Vec<f64>> = axes
            .iter()
            .map(|axis| {
                let place = |node: usize| -> f64 {
                    let terms = axis.iter().zip(&columns);
                    -terms
                        .map(|(share, column)| share * column[node])
                        .sum::<f64>()
                };
                (0..count).map(place).collect()
            })
            .collect();
        self.turn(&mut coordinates);
        // Nodes at the same distances are told apart by their names.
        let width = (count as f64).sqrt() * LENGTH;
        for (salt, coordinate) in (2..).zip(&mut coordinates) {
            let spread = (dot(coordinate, coordinate) / count as f64).sqrt();
            let scale = if spread > 1e-9 {
                width / 3.0 / spread
            } else {
                0.0
            };
            for (value, name) in coordinate.iter_mut().zip(&self.names) {
                *value = *value * scale + signed(*name, salt) * width / 12.0;
            }
        }
        (0..count)
            .map(|node| [coordinates[0][node], coordinates[1][node]])
            .collect()
    }

    /// Turns a drawing, and mirrors it if need be, towards places that the names alone give.
    /// Which way the axes of the scaling point is a matter of chance.
    fn turn(&self, coordinates: &mut [Vec<f64>]) {
        let [first, second] = coordinates else {
            return;
        };
        let towards = |salt: u64| -> Vec<f64> {
            let names = self.names.iter();
            names.map(|name| signed(*name, salt)).collect()
        };
        let (x, y) = (towards(4), towards(5));
        let (xx, xy) = (dot(first, &x), dot(first, &y));
        let (yx, yy) = (dot(second, &x), dot(second, &y));
        let straight = [xx + yy, xy - yx];
        let mirrored = [xx - yy, xy + yx];
        let is_mirrored = dot(&mirrored, &mirrored) > dot(&straight, &straight);
        let ([along, across], sign) = match is_mirrored {
            true => (mirrored, -1.0),
            false => (straight, 1.0),
        };
        let length = (along * along + across * across).sqrt();
        if length < 1e-12 {
            return;
        }
        let (along, across) = (along / length, across / length);
        for (x, y) in first.iter_mut().zip(second) {
            let mirrored = *y * sign;
            (*x, *y) = (
                *x * along - mirrored * across,
                *x * across + mirrored * along,
            );
        }
    }

    /// How many ties each node is away.
    fn distances(&self, from: usize) -> Vec<f64> {
        let mut found = vec![f64::NAN; self.len()];
        let mut reached = vec![from];
        found[from] = 0.0;
        let mut next = 0;
        while let Some(node) = reached.get(next).copied() {
            next += 1;
            for target in &self.targets[self.around(node)] {
                let target = *target as usize;
                if found[target].is_nan() {
                    found[target] = found[node] + 1.0;
                    reached.push(target);
                }
            }
        }
        // A part is connected; whoever gives another gets no NaN for it.
        for distance in &mut found {
            if distance.is_nan() {
                *distance = 0.0;
            }
        }
        found
    }

    /// The positions after a step no longer than `reach`.
    fn moved(&self, points: &[Point], reach: f64) -> Vec<Point> {
        let tree = Tree::new(points);
        let moved: Vec<(u32, Point)> = tree
            .order
            .par_chunks(CHUNK)
            .flat_map_iter(|nodes| {
                nodes.iter().map(|node| {
                    let at = *node as usize;
                    (*node, self.step(at, points, &tree, reach))
                })
            })
            .collect();
        let mut next = vec![[0.0, 0.0]; points.len()];
        for (node, point) in moved {
            next[node as usize] = point;
        }
        next
    }

    fn step(&self, node: usize, points: &[Point], tree: &Tree, reach: f64) -> Point {
        let here = points[node];
        let away = tree.push(here);
        let mut force = [away[0] * LENGTH * LENGTH, away[1] * LENGTH * LENGTH];
        let mut stiffness = 1.0;
        let around = self.around(node);
        let neighbours = self.targets[around.clone()].iter();
        for (target, strength) in neighbours.zip(&self.strengths[around]) {
            let [x, y] = points[*target as usize];
            let (dx, dy) = (x - here[0], y - here[1]);
            let pull = strength * (dx * dx + dy * dy).sqrt() / LENGTH;
            force[0] += dx * pull;
            force[1] += dy * pull;
            stiffness += pull;
        }
        // Divided by its springs, a force moves a node about to where it would rest.
        let (dx, dy) = (force[0] / stiffness * 0.5, force[1] / stiffness * 0.5);
        let length = (dx * dx + dy * dy).sqrt();
        let scale = if length > reach { reach / length } else { 1.0 };
        [here[0] + dx * scale, here[1] + dy * scale]
    }
}

/// Steps of a part of so many nodes: in classes, so that one node more seldom changes it.
fn steps(nodes: usize) -> usize {
    match nodes {
        0..=2_000 => 300,
        2_001..=20_000 => 200,
        20_001..=100_000 => 100,
        _ => 60,
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// From -1 to 1 by a name, independent for each salt.
fn signed(name: u64, salt: u64) -> f64 {
    let mut z = name.wrapping_add(salt.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The axis along which a symmetric matrix stretches most, at right angles to those known, by
/// repeated multiplication from a start.
fn principal(matrix: &[Vec<f64>], start: Vec<f64>, known: &[Vec<f64>]) -> Vec<f64> {
    let mut axis = start;
    for _ in 0..100 {
        for other in known {
            let share = dot(&axis, other);
            for (value, known) in axis.iter_mut().zip(other) {
                *value -= share * known;
            }
        }
        let length = dot(&axis, &axis).sqrt();
        if length < 1e-12 {
            return vec![0.0; axis.len()];
        }
        for value in &mut axis {
            *value /= length;
        }
        axis = matrix.iter().map(|row| dot(row, &axis)).collect();
    }
    let length = dot(&axis, &axis).sqrt();
    if length < 1e-12 {
        return vec![0.0; axis.len()];
    }
    axis.iter().map(|value| value / length).collect()
}

/// Makes the usual node stand one length from the nearest other, so that parts drawn side by side
/// are as dense as each other, whether cliques or chains.
fn space(points: &mut [Point]) {
    let usual = usual_gap(points);
    let scale = if usual > 0.0 {
        (LENGTH / usual).clamp(0.1, 10.0)
    } else {
        1.0
    };
    for value in points.iter_mut().flatten() {
        *value *= scale;
    }
}

/// The middle one of the distances from a node to the nearest other, of some of the nodes.
fn usual_gap(points: &[Point]) -> f64 {
    const ASKED: usize = 2_000;
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let nearest = |at: usize| {
        let [x, y] = sorted[at];
        let mut best = f64::INFINITY;
        let mut look = |[other_x, other_y]: Point| {
            let across = (other_x - x) * (other_x - x);
            best = best.min(across + (other_y - y) * (other_y - y));
            // Farther ones are farther away by this alone.
            across < best
        };
        let _ = sorted[at + 1..].iter().all(|other| look(*other));
        let _ = sorted[..at].iter().rev().all(|other| look(*other));
        best.sqrt()
    };
    let mut gaps: Vec<f64> = (0..sorted.len())
        .step_by(sorted.len().div_ceil(ASKED).max(1))
        .map(nearest)
        .collect();
    gaps.sort_unstable_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or_default()
}

/// A quadtree: cells in the order of a walk, each with the position after all that it holds.
struct Tree {
    cells: Vec<Cell>,
    /// The nodes by their place on a Z-shaped curve, so that those of a cell are together.
    order: Vec<u32>,
    /// Their positions in that order.
    points: Vec<Point>,
}

struct Cell {
    centre: Point,
    mass: f64,
    /// The square of the distance from which it counts as one.
    far: f64,
    /// The cell after all that are inside.
    next: u32,
    /// The nodes, of a cell that is not divided.
    first: u32,
    last: u32,
}

impl Tree {
    fn new(points: &[Point]) -> Self {
        let mut least = [f64::INFINITY; 2];
        let mut most = [f64::NEG_INFINITY; 2];
        for point in points {
            for axis in 0..2 {
                least[axis] = least[axis].min(point[axis]);
                most[axis] = most[axis].max(point[axis]);
            }
        }
        let width = (most[0] - least[0]).max(most[1] - least[1]).max(1e-9);
        let scale = f64::from((1_u32 << LEVELS) - 1) / width;
        let mut coded: Vec<(u32, u32)> = (0..)
            .zip(points)
            .map(|(node, point)| {
                let cell = |axis: usize| ((point[axis] - least[axis]) * scale) as u32;
                (spread(cell(0)) | (spread(cell(1)) << 1), node)
            })
            .collect();
        coded.sort_unstable();
        let mut tree = Self {
            cells: Vec::with_capacity(points.len() / 2 + 1),
            order: coded.iter().map(|(_, node)| *node).collect(),
            points: coded
                .iter()
                .map(|(_, node)| points[*node as usize])
                .collect(),
        };
        let codes: Vec<u32> = coded.into_iter().map(|(code, _)| code).collect();
        tree.grow(&codes, 0, codes.len(), LEVELS, width);
        tree
    }

    /// Adds the cell of some nodes, and those inside; `level` counts down.
    fn grow(&mut self, codes: &[u32], first: usize, last: usize, level: u32, width: f64) {
        let own = self.cells.len();
        let far = width * OPENING;
        self.cells.push(Cell {
            centre: [0.0; 2],
            mass: (last - first) as f64,
            far: far * far,
            next: 0,
            first: first as u32,
            last: first as u32,
        });
        let mut sum = [0.0; 2];
        for [x, y] in &self.points[first..last] {
            sum[0] += x;
            sum[1] += y;
        }
        let mass = self.cells[own].mass;
        self.cells[own].centre = [sum[0] / mass, sum[1] / mass];
        if last - first <= LEAF || level == 0 {
            self.cells[own].last = last as u32;
        } else {
            let shift = 2 * (level - 1);
            let mut from = first;
            for quarter in 0..4 {
                let inside = |code: &u32| (code >> shift) & 3 <= quarter;
                let to = from + codes[from..last].partition_point(inside);
                if to > from {
                    self.grow(codes, from, to, level - 1, width / 2.0);
                }
                from = to;
            }
        }
        self.cells[own].next = self.cells.len() as u32;
    }

    /// How all nodes together push one away, at length 1.
    fn push(&self, here: Point) -> Point {
        let mut force = [0.0; 2];
        let mut at = 0;
        while let Some(cell) = self.cells.get(at) {
            let (dx, dy) = (here[0] - cell.centre[0], here[1] - cell.centre[1]);
            let square = dx * dx + dy * dy;
            if square > cell.far {
                let push = cell.mass / square;
                force[0] += dx * push;
                force[1] += dy * push;
                at = cell.next as usize;
                continue;
            }
            for [x, y] in &self.points[cell.first as usize..cell.last as usize] {
                let (dx, dy) = (here[0] - x, here[1] - y);
                // Softened: those very close do not throw each other far away. A node does not
                // push itself.
                let push = 1.0 / (dx * dx + dy * dy + 1e-4);
                force[0] += dx * push;
                force[1] += dy * push;
            }
            at += 1;
        }
        force
    }
}

/// The 16 bits of a number with a 0 before each.
fn spread(number: u32) -> u32 {
    let mut spread = number & 0xffff;
    for (shift, mask) in [
        (8, 0x00ff_00ff),
        (4, 0x0f0f_0f0f),
        (2, 0x3333_3333),
        (1, 0x5555_5555),
    ] {
        spread = (spread | (spread << shift)) & mask;
    }
    spread
}
