//! Where nodes are drawn: those that are tied near each other, parts side by side.
//!
//! Made to be looked at again: the same data is drawn alike on any number of threads, and a
//! small change of the data moves little (see `forces`). Parts are packed below and beside the
//! largest, nodes without ties stand in rows at the end.

mod forces;
mod packing;

use super::{Cancelled, Measures, Task, cuts};
use crate::network::Network;
use forces::{Part, Point};
use rayon::prelude::*;
use std::sync::Arc;

/// Between the boxes of two parts, in ties.
const GAP: f64 = 2.0;
/// From one node without ties to the next.
const STRIDE: f64 = 1.0;
/// Width against height, of the screens that most people have.
const ASPECT: f64 = 1.6;
/// Positions are multiples of this: finer than any screen shows, and shorter to write.
const STEPS: f64 = 1_000_000.0;

/// Where the nodes of a network are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    points: Vec<Point>,
    parts: Vec<u32>,
}

impl Layout {
    /// The position of each node, in the order of the network: to the right, then upwards. The
    /// longer side of the drawing goes from -1 to 1, the middle is the origin.
    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// The position of a node.
    pub fn point(&self, node: u32) -> [f64; 2] {
        self.points.get(node as usize).copied().unwrap_or_default()
    }

    /// The part of the network that each node is in, from 0, the largest first.
    pub fn parts(&self) -> &[u32] {
        &self.parts
    }

    /// Bytes that it takes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.points.len() * 20
    }
}

/// Draws a network; direction is ignored, and weights count little: ties pull at most four times
/// as strongly as others.
///
/// # Complexity
/// Time O((|V| log |V| + |E|) · steps), with at most 300 steps and fewer for large networks;
/// space O(|V| + |E|).
///
/// # Errors
/// [`Cancelled`].
pub fn layout(network: &Network, task: &Task) -> Result<Layout, Cancelled> {
    task.begin("layout", 1);
    let found = task.parallel(|| drawn(network, task))?;
    task.advance()?;
    Ok(found)
}

/// The drawing of what is measured; made once.
pub(crate) fn layout_of(measures: &Measures, task: &Task) -> Result<Arc<Layout>, Cancelled> {
    let network = measures.network();
    measures.layout.get(|| layout(network, task))
}

fn drawn(network: &Network, task: &Task) -> Result<Layout, Cancelled> {
    let components = cuts::components(network);
    let mut members: Vec<Vec<u32>> = components
        .sizes
        .iter()
        .map(|size| Vec::with_capacity(*size as usize))
        .collect();
    for (node, part) in (0..).zip(&components.of) {
        members[*part as usize].push(node);
    }
    let tied = components.sizes.partition_point(|size| *size > 1);
    let names: Vec<u64> = network
        .nodes()
        .par_iter()
        .map(|node| hash(node.id()))
        .collect();
    let usual = usual_weight(network);
    let places = places(network.len(), &members);
    let parts: Vec<Vec<Point>> = members[..tied]
        .par_iter()
        .map(|own| part(network, own, &places, &names, usual).arranged(task))
        .collect::<Result<_, Cancelled>>()?;

    let boxes: Vec<[f64; 2]> = parts
        .iter()
        .map(|part| {
            let (least, most) = bounds(part);
            [most[0] - least[0] + GAP, most[1] - least[1] + GAP]
        })
        .collect();
    let alone = members.len() - tied;
    let (corners, width, height) = packing::packed(&boxes, alone, STRIDE, ASPECT);
    let mut points = vec![[0.0, 0.0]; network.len()];
    for ((own, part), corner) in members.iter().zip(&parts).zip(&corners) {
        let (least, most) = bounds(part);
        for (node, [x, y]) in own.iter().zip(part) {
            // Boxes are packed downwards.
            points[*node as usize] = [
                corner[0] + GAP / 2.0 + x - least[0],
                -(corner[1] + GAP / 2.0 + most[1] - y),
            ];
        }
    }
    let columns = ((width / STRIDE) as usize).max(1);
    for (position, node) in members[tied..].iter().flatten().enumerate() {
        let (row, column) = (position / columns, position % columns);
        points[*node as usize] = [
            (column as f64 + 0.5) * STRIDE,
            -(height + (row as f64 + 0.5) * STRIDE),
        ];
    }
    normalise(&mut points);
    Ok(Layout {
        points,
        parts: components.of,
    })
}

fn hash(name: &str) -> u64 {
    let bytes = blake3::hash(name.as_bytes());
    bytes.as_bytes()[..8]
        .iter()
        .fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// The position of each node among those of its part.
fn places(count: usize, members: &[Vec<u32>]) -> Vec<u32> {
    let mut places = vec![0; count];
    for own in members {
        for (place, node) in (0..).zip(own) {
            places[*node as usize] = place;
        }
    }
    places
}

/// The middle one of the weights that are known.
fn usual_weight(network: &Network) -> Option<f64> {
    let mut weights: Vec<f64> = network
        .ties()
        .iter()
        .map(|tie| tie.weight)
        .filter(|weight| weight.is_finite() && *weight > 0.0)
        .collect();
    weights.sort_unstable_by(f64::total_cmp);
    weights.get(weights.len() / 2).copied()
}

fn part(network: &Network, own: &[u32], places: &[u32], names: &[u64], usual: Option<f64>) -> Part {
    let rows = network.undirected();
    let mut part = Part {
        offsets: Vec::with_capacity(own.len() + 1),
        targets: Vec::new(),
        strengths: Vec::new(),
        names: own.iter().map(|node| names[*node as usize]).collect(),
    };
    part.offsets.push(0);
    for node in own {
        let neighbours = rows.neighbors_slice(*node).iter();
        for (neighbour, weight) in neighbours.zip(rows.edges_slice(*node)) {
            part.targets.push(places[*neighbour as usize]);
            part.strengths.push(match usual {
                Some(usual) if *weight > 0.0 => (weight / usual).sqrt().clamp(0.5, 2.0),
                _ => 1.0,
            });
        }
        part.offsets.push(part.targets.len() as u32);
    }
    part
}

fn bounds(points: &[Point]) -> (Point, Point) {
    let mut least = [f64::INFINITY; 2];
    let mut most = [f64::NEG_INFINITY; 2];
    for point in points {
        for axis in 0..2 {
            least[axis] = least[axis].min(point[axis]);
            most[axis] = most[axis].max(point[axis]);
        }
    }
    (least, most)
}

fn normalise(points: &mut [Point]) {
    if points.is_empty() {
        return;
    }
    let (least, most) = bounds(points);
    let half = [(most[0] - least[0]) / 2.0, (most[1] - least[1]) / 2.0];
    let longer = half[0].max(half[1]);
    let scale = if longer > 0.0 { 1.0 / longer } else { 0.0 };
    for point in points {
        for axis in 0..2 {
            let place = (point[axis] - least[axis] - half[axis]) * scale;
            // Adding 0 makes 0 of -0.
            point[axis] = (place * STEPS).round() / STEPS + 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Random;
    use crate::network::{Kind, Node, Tie};
    use oxigraph::model::NamedNode;
    use rayon::ThreadPoolBuilder;

    fn drawing(network: &Network) -> Layout {
        let layout = layout(network, &Task::new()).unwrap();
        assert_eq!(layout.points().len(), network.len());
        for value in layout.points().iter().flatten() {
            assert!((-1.0..=1.0).contains(value), "{value}");
        }
        layout
    }

    fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
        ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
    }

    /// Groups of twenty, each well tied inside and with some ties to the others.
    fn grouped(groups: u32, leave_out: usize) -> Network {
        let mut random = Random::stream(7, 7);
        let count = groups * 20;
        let mut edges = Vec::new();
        for node in 0..count {
            let group = node / 20 * 20;
            for _ in 0..3 {
                edges.push((node, group + random.below(20) as u32));
            }
            if node % 5 == 0 {
                edges.push((node, random.below(count as usize) as u32));
            }
        }
        edges.remove(leave_out);
        Network::from_edges(count as usize, false, edges)
    }

    #[test]
    fn the_number_of_threads_changes_no_bit() {
        let network = grouped(40, 0);
        let on = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            let task = Task::on(Arc::new(pool.unwrap()));
            layout(&network, &task).unwrap()
        };
        let alone = on(1);
        assert_eq!(alone, on(2));
        assert_eq!(alone, on(5));
    }

    #[test]
    fn the_order_in_which_nodes_come_changes_nothing() {
        let names = ["a", "b", "c", "d", "e"];
        let ties = [("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")];
        let of = |names: &[&str]| {
            let at = |name| names.iter().position(|known| *known == name).unwrap() as u32;
            let ties = ties.map(|(source, target)| Tie {
                source: at(source),
                target: at(target),
                weight: 1.0,
            });
            let node =
                |name: &&str| Node::new(NamedNode::new_unchecked(format!("http://x/{name}")));
            let nodes = names.iter().map(node).collect();
            drawing(&Network::new(
                Kind::default(),
                nodes,
                ties,
                Default::default(),
            ))
        };
        let mut turned = names;
        turned.reverse();
        assert_eq!(of(&names), of(&turned));
    }

    #[test]
    fn those_who_are_tied_are_nearer_than_strangers() {
        let network = grouped(8, 0);
        let drawn = drawing(&network);
        let mean = |pairs: Vec<(u32, u32)>| {
            let count = pairs.len() as f64;
            let lengths = pairs
                .iter()
                .map(|(a, b)| distance(drawn.point(*a), drawn.point(*b)));
            lengths.sum::<f64>() / count
        };
        let tied = mean(
            network
                .ties()
                .iter()
                .map(|t| (t.source, t.target))
                .collect(),
        );
        let count = network.len() as u32;
        let any = mean(
            (0..count)
                .flat_map(|a| (0..a).map(move |b| (a, b)))
                .collect(),
        );
        assert!(tied < any / 2.0, "{tied} against {any}");
    }

    #[test]
    fn one_tie_less_moves_little() {
        let (before, after) = (drawing(&grouped(8, 0)), drawing(&grouped(8, 40)));
        let points = before.points().iter().zip(after.points());
        let moved: f64 = points.map(|(a, b)| distance(*a, *b)).sum();
        let mean = moved / before.points().len() as f64;
        assert!(mean < 0.1, "{mean}");
    }

    #[test]
    fn parts_do_not_overlap_and_nodes_without_ties_stand_in_rows() {
        // A ring of 40, a star of 20, ten pairs, thirty alone.
        let mut edges: Vec<(u32, u32)> = (0..40).map(|node| (node, (node + 1) % 40)).collect();
        edges.extend((41..60).map(|node| (40, node)));
        edges.extend((0..10).map(|pair| (60 + 2 * pair, 61 + 2 * pair)));
        let network = Network::from_edges(110, false, edges);
        let drawn = drawing(&network);
        let boxes: Vec<_> = (0..12)
            .map(|part| {
                let own = drawn.parts().iter().zip(drawn.points());
                let own = own.filter(|(of, _)| **of == part).map(|(_, point)| *point);
                bounds(&own.collect::<Vec<_>>())
            })
            .collect();
        let apart = |a: &(Point, Point), b: &(Point, Point)| {
            (0..2).any(|axis| a.1[axis] < b.0[axis] || b.1[axis] < a.0[axis])
        };
        for (number, one) in boxes.iter().enumerate() {
            for other in &boxes[..number] {
                assert!(apart(one, other), "{one:?} {other:?}");
            }
            for node in 80..110 {
                let point = drawn.point(node);
                assert!(apart(one, &(point, point)), "{one:?} {point:?}");
            }
        }
        let alone: Vec<_> = (80..110).map(|node| drawn.point(node)).collect();
        assert_eq!(alone[0][1], alone[1][1]);
        for (number, one) in alone.iter().enumerate() {
            assert!(alone[..number].iter().all(|other| one != other));
        }
    }

    #[test]
    fn the_smallest_networks_and_the_oddest_are_drawn() {
        let empty = drawing(&Network::from_edges(0, false, []));
        assert!(empty.points().is_empty());
        let one = drawing(&Network::from_edges(1, false, []));
        assert_eq!(one.points(), [[0.0, 0.0]]);
        let two = drawing(&Network::from_edges(2, true, [(0, 1)]));
        assert_eq!(distance(two.point(0), two.point(1)), 2.0);
        let clique: Vec<_> = (0..12).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
        let clique = drawing(&Network::from_edges(12, false, clique));
        let star = drawing(&Network::from_edges(
            600,
            false,
            (1..600).map(|leaf| (0, leaf)),
        ));
        for drawn in [clique, star] {
            for (number, one) in drawn.points().iter().enumerate() {
                assert!(drawn.points()[..number].iter().all(|other| one != other));
            }
        }
    }

    #[test]
    fn weights_that_are_unknown_or_vast_do_no_harm() {
        let nodes = ["a", "b", "c", "d"]
            .map(|name| Node::new(NamedNode::new_unchecked(format!("http://x/{name}"))));
        let ties = [(0, 1, f64::NAN), (1, 2, 1e300), (2, 3, -4.0), (0, 3, 0.0)];
        let ties = ties.map(|(source, target, weight)| Tie {
            source,
            target,
            weight,
        });
        let kind = Kind {
            directed: true,
            two_mode: false,
        };
        drawing(&Network::new(kind, nodes.into(), ties, Default::default()));
    }

    #[test]
    fn a_drawing_can_be_cancelled() {
        let task = Task::new();
        task.cancel();
        assert!(layout(&grouped(8, 0), &task).is_err());
    }
}
