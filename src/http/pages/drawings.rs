//! Small drawings that the server makes: places and lengths for the SVG of a template. Each has a
//! text or a table that says the same.

use super::Shell;
use std::collections::HashMap;
use std::hash::Hash;

/// A line through the values of a figure over time, as an SVG of 120 by 32.
pub(super) struct Sparkline {
    /// The path.
    pub(super) path: String,
    /// Where the line ends.
    pub(super) end: (String, String),
    /// What it shows, in words.
    pub(super) words: String,
}

/// Draws a series: each value with the words for when it was. `write` writes values. With fewer
/// than two points there is no course to show.
///
/// The line goes from the left to the right in equal steps, the least value lies at the bottom and
/// the greatest at the top; where all are alike it lies in the middle.
pub(super) fn sparkline(
    shell: &Shell,
    points: &[(String, f64)],
    write: impl Fn(f64) -> String,
) -> Option<Sparkline> {
    const WIDTH: f64 = 112.0;
    const HEIGHT: f64 = 24.0;
    const MARGIN: f64 = 4.0;
    let (first, last) = match points {
        [first, .., last] => (first, last),
        _ => return None,
    };
    let values = || points.iter().map(|(_, value)| *value);
    let least = values().fold(f64::INFINITY, f64::min);
    let most = values().fold(f64::NEG_INFINITY, f64::max);
    let spread = most - least;
    if !spread.is_finite() {
        return None;
    }
    let step = WIDTH / (points.len() - 1) as f64;
    let mut path = String::new();
    let mut end = (String::new(), String::new());
    for (position, value) in values().enumerate() {
        let share = if spread > 0.0 {
            (value - least) / spread
        } else {
            0.5
        };
        end = (
            coordinate(MARGIN + step * position as f64),
            coordinate(MARGIN + HEIGHT * (1.0 - share)),
        );
        let letter = if position == 0 { 'M' } else { 'L' };
        path.push_str(&format!("{letter}{} {}", end.0, end.1));
    }
    let words = shell.with(
        match last.1.total_cmp(&first.1) {
            std::cmp::Ordering::Less => "overview-trend-down",
            std::cmp::Ordering::Equal => "overview-trend-same",
            std::cmp::Ordering::Greater => "overview-trend-up",
        },
        &[
            ("from", &write(first.1)),
            ("to", &write(last.1)),
            ("begin", &first.0),
            ("end", &last.0),
        ],
    );
    Some(Sparkline { path, end, words })
}

/// A number of an SVG, with one digit after the point.
fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

/// A node of a drawn neighbourhood.
pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    /// The class of its colour: `k1` to `k7`, `k8` for other kinds, `k0` where none is recorded.
    pub(super) class: String,
    /// What stands in it: the number of its kind in the legend.
    pub(super) mark: String,
    pub(super) label: String,
    pub(super) label_x: String,
    pub(super) label_y: String,
    /// `start`, `end` or `middle`.
    pub(super) anchor: &'static str,
    pub(super) href: Option<String>,
}

/// A line between two nodes.
pub(super) struct Line {
    pub(super) x1: String,
    pub(super) y1: String,
    pub(super) x2: String,
    pub(super) y2: String,
    pub(super) class: &'static str,
    pub(super) width: String,
}

/// A node and those around it, drawn: the node in the middle, the others on an ellipse.
pub(super) struct Ego {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) lines: Vec<Line>,
    pub(super) dots: Vec<Dot>,
    pub(super) middle: Dot,
    /// The kinds: class, mark and name.
    pub(super) legend: Vec<(String, String, String)>,
}

/// Kinds that have a colour of their own.
const KINDS: usize = 7;
/// Letters of a label that there is room for.
const LABEL: usize = 34;

/// What a neighbour is drawn with.
pub(super) struct Around {
    pub(super) label: String,
    pub(super) href: Option<String>,
    pub(super) weight: f64,
    /// Its kinds, by their names.
    pub(super) kinds: Vec<String>,
}

/// Draws a node with its neighbours. The kinds are numbered by how many have them; of several
/// kinds a node is drawn with the one that most have.
pub(super) fn ego(
    shell: &Shell,
    me: &Around,
    neighbours: &[Around],
    ties: &[(usize, usize)],
) -> Ego {
    const WIDTH: f64 = 840.0;
    const ROW: f64 = 25.0;
    let all = || std::iter::once(me).chain(neighbours);
    let numbered = by_frequency(all().flat_map(|node| node.kinds.iter().map(String::as_str)));
    let kind_of = |node: &Around| -> usize {
        let numbers = node
            .kinds
            .iter()
            .filter_map(|kind| numbered.get(kind.as_str()));
        match numbers.min() {
            None => 0,
            Some(number) if *number < KINDS => number + 1,
            Some(_) => KINDS + 1,
        }
    };
    let mark = |kind: usize| match kind {
        0 => "?".to_owned(),
        kind if kind > KINDS => "+".to_owned(),
        kind => kind.to_string(),
    };
    // Half of them on the right, the others on the left, each row with room for a label.
    let right = neighbours.len().div_ceil(2);
    let rows = right.max(3) as f64;
    let height = rows * ROW + 50.0;
    let (middle_x, middle_y) = (WIDTH / 2.0, height / 2.0);
    let place = |position: usize| -> (f64, f64, bool) {
        let is_right = position < right;
        let (row, of) = match is_right {
            true => (position, right),
            false => (position - right, neighbours.len() - right),
        };
        let y = middle_y + (row as f64 - (of as f64 - 1.0) / 2.0) * ROW;
        let share = ((y - middle_y) / (rows * ROW / 2.0 + 12.0)).clamp(-1.0, 1.0);
        let reach = 70.0 + 60.0 * (1.0 - share * share).sqrt();
        let x = if is_right {
            middle_x + reach
        } else {
            middle_x - reach
        };
        (x, y, is_right)
    };
    let line = |(x1, y1): (f64, f64), (x2, y2): (f64, f64), class, width: f64| Line {
        x1: coordinate(x1),
        y1: coordinate(y1),
        x2: coordinate(x2),
        y2: coordinate(y2),
        class,
        width: coordinate(width),
    };
    let at = |position: usize| {
        let (x, y, _) = place(position);
        (x, y)
    };
    let mut lines: Vec<Line> = ties
        .iter()
        .map(|(a, b)| line(at(*a), at(*b), "between", 1.0))
        .collect();
    lines.extend(neighbours.iter().enumerate().map(|(position, node)| {
        let width = node.weight.max(1.0).log2().min(4.0) + 1.2;
        line((middle_x, middle_y), at(position), "own", width)
    }));
    let dots = neighbours
        .iter()
        .enumerate()
        .map(|(position, node)| {
            let (x, y, is_right) = place(position);
            let kind = kind_of(node);
            Dot {
                x: coordinate(x),
                y: coordinate(y),
                class: format!("k{kind}"),
                mark: mark(kind),
                label: crate::app::reconcile::shortened(&node.label, LABEL),
                label_x: coordinate(if is_right { x + 14.0 } else { x - 14.0 }),
                label_y: coordinate(y + 4.5),
                anchor: if is_right { "start" } else { "end" },
                href: node.href.clone(),
            }
        })
        .collect();
    let mine = kind_of(me);
    let mut used: Vec<usize> = all().map(kind_of).collect();
    used.sort_unstable();
    used.dedup();
    let name = |kind: usize| match kind {
        0 => shell.t("entity-kind-unknown"),
        kind if kind > KINDS => shell.t("entity-kind-other"),
        kind => numbered
            .iter()
            .find(|(_, number)| **number + 1 == kind)
            .map(|(name, _)| (*name).to_owned())
            .unwrap_or_default(),
    };
    // Those that are not known, and the rest, come last.
    used.sort_by_key(|kind| if *kind == 0 { KINDS + 2 } else { *kind });
    Ego {
        width: WIDTH as u32,
        height: height as u32,
        lines,
        dots,
        middle: Dot {
            x: coordinate(middle_x),
            y: coordinate(middle_y),
            class: format!("k{mine} me"),
            mark: mark(mine),
            label: crate::app::reconcile::shortened(&me.label, LABEL),
            label_x: coordinate(middle_x),
            label_y: coordinate(middle_y),
            anchor: "middle",
            href: None,
        },
        legend: used
            .into_iter()
            .map(|kind| (format!("k{kind}"), mark(kind), name(kind)))
            .collect(),
    }
}

/// Numbers what occurs by how often it does, the most frequent first.
fn by_frequency<'a, T: Eq + Hash + Ord + Copy + 'a>(
    all: impl Iterator<Item = T>,
) -> HashMap<T, usize> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then_with(|| a.cmp(b)));
    let numbered = counts.into_iter().enumerate();
    numbered.map(|(number, (one, _))| (one, number)).collect()
}

/// A bar of a timeline.
pub(super) struct Bar {
    pub(super) y: String,
    pub(super) x: String,
    pub(super) width: String,
    pub(super) text_y: String,
    pub(super) label: String,
    /// No end is recorded.
    pub(super) is_open: bool,
    pub(super) is_own: bool,
}

/// What lasted from when to when, drawn.
pub(super) struct Timeline {
    pub(super) height: u32,
    pub(super) bars: Vec<Bar>,
    /// Years, and where they are.
    pub(super) years: Vec<(String, i32)>,
}

/// A stretch of years with its label: first, last if it is known, and whether it is the thing's
/// own.
pub(super) type Stretch = (String, i32, Option<i32>, bool);

/// Draws stretches of years one below the other, on 760 units of which 240 are for the labels.
/// What has no recorded end goes on to this year. With fewer than two years there is nothing to
/// draw.
pub(super) fn timeline(stretches: &[Stretch], most: usize, this_year: i32) -> Option<Timeline> {
    const LEFT: f64 = 250.0;
    const WIDTH: f64 = 480.0;
    const ROW: f64 = 26.0;
    let shown = stretches.get(..stretches.len().min(most))?;
    let first = shown.iter().map(|(_, first, ..)| *first).min()?;
    let last = shown
        .iter()
        .map(|(_, first, last, _)| last.unwrap_or(this_year.max(*first)))
        .max()?;
    if first >= last {
        return None;
    }
    let span = f64::from(last - first);
    let at = |year: i32| LEFT + WIDTH * f64::from(year - first) / span;
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]
        .into_iter()
        .find(|step| (last - first) / step <= 8)
        .unwrap_or(5_000);
    let begin = first + (step - first.rem_euclid(step)) % step;
    let years = (begin..=last)
        .step_by(usize::try_from(step).unwrap_or(1))
        .map(|year| (coordinate(at(year)), year))
        .collect();
    let bars = shown
        .iter()
        .enumerate()
        .map(|(row, (label, first, end, is_own))| {
            let y = 30.0 + row as f64 * ROW;
            let to = at(end.unwrap_or(this_year.max(*first)));
            Bar {
                y: coordinate(y),
                x: coordinate(at(*first)),
                width: coordinate((to - at(*first)).max(6.0)),
                text_y: coordinate(y + 12.0),
                label: crate::app::reconcile::shortened(label, LABEL),
                is_open: end.is_none(),
                is_own: *is_own,
            }
        })
        .collect();
    Some(Timeline {
        height: (44.0 + shown.len() as f64 * ROW) as u32,
        bars,
        years,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    fn shell() -> Shell {
        Shell::new(&"/".parse().unwrap(), &HeaderMap::new())
    }

    fn points(values: &[f64]) -> Vec<(String, f64)> {
        values
            .iter()
            .map(|value| ("day".to_owned(), *value))
            .collect()
    }

    #[test]
    fn a_course_has_a_line_and_words_and_a_single_point_has_none() {
        let draw = |values: &[f64]| sparkline(&shell(), &points(values), |value| value.to_string());
        let line = draw(&[0.0, 10.0, 5.0]).unwrap();
        assert_eq!(line.path, "M4.0 28.0L60.0 4.0L116.0 16.0");
        assert!(
            line.words.contains('0') && line.words.contains('5'),
            "{}",
            line.words
        );
        assert!(draw(&[3.0, 3.0]).unwrap().path.ends_with("16.0"));
        assert!(draw(&[1.0]).is_none() && draw(&[]).is_none());
        assert!(draw(&[1.0, f64::NAN]).is_none_or(|line| !line.path.contains("NaN")));
        assert!(draw(&[1.0, f64::INFINITY]).is_none());
    }

    #[test]
    fn stretches_lie_on_one_scale_and_one_year_is_no_timeline() {
        let stretch = |first, last| ("x".to_owned(), first, last, false);
        let both = [stretch(1990, Some(2000)), stretch(1995, None)];
        let drawn = timeline(&both, 20, 2000).unwrap();
        assert_eq!(
            (drawn.bars[0].x.as_str(), drawn.bars[0].width.as_str()),
            ("250.0", "480.0")
        );
        assert_eq!(
            (drawn.bars[1].x.as_str(), drawn.bars[1].is_open),
            ("490.0", true)
        );
        assert_eq!(drawn.years.first().map(|(_, year)| *year), Some(1990));
        let later = timeline(&both, 20, 2010).unwrap();
        assert_eq!(
            (later.bars[0].width.as_str(), later.bars[1].width.as_str()),
            ("240.0", "360.0")
        );
        assert!(timeline(&[stretch(2000, None)], 20, 2000).is_none());
        assert!(timeline(&[stretch(2000, None)], 20, 1999).is_none());
        assert!(timeline(&[], 20, 2000).is_none());
    }

    #[test]
    fn a_neighbourhood_is_drawn_within_its_frame() {
        let node = |kinds: &[&str]| Around {
            label: "a long name that no drawing has room for, whatever it does".to_owned(),
            href: None,
            weight: 1.0,
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        for count in [0, 1, 2, 7, 40] {
            let neighbours: Vec<Around> = (0..count).map(|_| node(&["health"])).collect();
            let drawn = ego(&shell(), &node(&[]), &neighbours, &[]);
            for dot in &drawn.dots {
                let (x, y): (f64, f64) = (dot.x.parse().unwrap(), dot.y.parse().unwrap());
                assert!((280.0..560.0).contains(&x), "{x}");
                assert!(y > 10.0 && y < f64::from(drawn.height) - 10.0, "{y}");
                assert_eq!((dot.class.as_str(), dot.mark.as_str()), ("k1", "1"));
            }
            assert_eq!(drawn.middle.mark, "?");
        }
    }
}
