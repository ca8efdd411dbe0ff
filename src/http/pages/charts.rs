//! Charts that are drawn here, as SVG: they need no script, print, and can be read aloud. Charts of
//! rows are as wide as their page allows: their labels are text that wraps, and the marks of each
//! row stand in a drawing of its own at parts of its width.
//!
//! Each chart is a template of its own and goes into a page with `{{ chart|safe }}`. It has a title
//! and a description, its colours are classes of `static/css/charts.css`, and no colour says
//! anything that a pattern, a shape or a printed value does not say too. Labels are escaped, and
//! shortened where there is no room; the whole label is in the tip of its mark. A page puts a chart
//! into a box that scrolls, and its numbers into a table beside it.

use askama::Template;
use std::fmt::Write;

/// Steps of a quantity: `step-1` to `step-8`, and `step-0` for none.
const STEPS: f64 = 8.0;
/// The size of the letters of labels.
const LETTERS: f64 = 13.0;
/// How wide and high the cell of a heatmap is.
const CELL: [f64; 2] = [50.0, 34.0];
/// The longest label beside a heatmap.
const LONGEST_HEAD: usize = 26;
/// How wide charts of rows are at least in a wide window, and in a narrow one.
const WIDE: f64 = 620.0;
const NARROW: f64 = 270.0;
/// The longest label above a row.
const LONGEST_LABEL: usize = 220;
/// How high a bar is.
const MARK: f64 = 14.0;

/// A text of at most so many characters, with a sign where it was cut.
pub(in crate::http) fn shortened(text: &str, most: usize) -> String {
    // A label may have line breaks and worse; in a chart it has one line, and it does not turn what
    // stands beside it.
    let mut clean = text
        .chars()
        .filter(|letter| !matches!(letter, '\u{202a}'..='\u{202e}'))
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = clean.by_ref().take(most).collect();
    if clean.next().is_some() {
        short = short.chars().take(most.saturating_sub(1)).collect();
        short.truncate(short.trim_end().len());
        short.push('…');
    }
    short
}

/// A name, set apart if it is written from right to left, so that it can stand in a line with
/// others.
pub(in crate::http) fn apart(name: &str) -> String {
    const FROM_RIGHT: [std::ops::RangeInclusive<char>; 3] = [
        '\u{590}'..='\u{8ff}',
        '\u{fb1d}'..='\u{fdff}',
        '\u{fe70}'..='\u{feff}',
    ];
    let is_from_right = |letter: char| FROM_RIGHT.iter().any(|range| range.contains(&letter));
    if name.contains(is_from_right) {
        format!("\u{2068}{name}\u{2069}")
    } else {
        name.to_owned()
    }
}

/// About how wide a text is.
fn width(text: &str) -> f64 {
    text.chars()
        .map(|letter| if letter < '\u{2e80}' { 0.6 } else { 1.0 })
        .sum::<f64>()
        * LETTERS
}

/// A length or a place, without needless digits.
fn px(length: f64) -> String {
    let mut text = format!("{length:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// The class of a quantity: `step-0` for none, then by the square root, so that small ones can be
/// told apart.
pub(in crate::http) fn step(value: f64, greatest: f64) -> String {
    if !(value > 0.0 && greatest > 0.0) {
        return "step-0".to_owned();
    }
    let part = (value / greatest).clamp(0.0, 1.0).sqrt();
    format!("step-{}", ((part * STEPS).ceil()).clamp(1.0, STEPS))
}

/// Where the steps of a ratio to what is expected begin: from 1.25 on either way.
const RATIOS: [f64; 4] = [1.25, 1.6, 2.5, 4.0];

/// The class of a ratio to what is expected: `over-1` to `over-4`, `even`, `under-1` to `under-4`.
pub(in crate::http) fn diverging(ratio: f64) -> String {
    let step = |far: f64| RATIOS.iter().filter(|begin| far >= **begin).count();
    let over = step(ratio);
    let under = if ratio > 0.0 {
        step(1.0 / ratio)
    } else {
        RATIOS.len()
    };
    match (over, under) {
        (0, 0) => "even".to_owned(),
        (0, under) => format!("under-{under}"),
        (over, _) => format!("over-{over}"),
    }
}

/// A label at a place.
struct Head {
    x: String,
    y: String,
    text: String,
    /// The whole label, if it had to be shortened.
    whole: Option<String>,
}

impl Head {
    fn new(x: f64, y: f64, label: &str, most: usize) -> Self {
        let text = shortened(label, most);
        Self {
            x: px(x),
            y: px(y),
            whole: (text != label).then(|| shortened(label, 300)),
            text,
        }
    }
}

/// What a cell shows of one measure.
pub(in crate::http) struct Shown {
    /// The class of the measure, such as `m-ratio`; a page may let its reader choose one.
    pub(in crate::http) measure: &'static str,
    /// The class of the colour.
    pub(in crate::http) class: String,
    /// What is printed in the cell.
    pub(in crate::http) text: String,
}

/// A cell of a heatmap.
pub(in crate::http) struct HeatCell {
    pub(in crate::http) row: usize,
    pub(in crate::http) column: usize,
    /// One for each measure; the first is shown unless the reader chooses another.
    pub(in crate::http) shown: Vec<Shown>,
    /// All of it in words.
    pub(in crate::http) tip: String,
    /// Set apart by an outline and a sign.
    pub(in crate::http) is_marked: bool,
}

struct PlacedCell {
    x: String,
    y: String,
    middle_x: String,
    middle_y: String,
    cell: HeatCell,
}

impl PlacedCell {
    /// The sign in the corner of a cell that is marked.
    fn corner(&self) -> String {
        let (x, y) = (number(&self.x), number(&self.y));
        let right = x + CELL[0] - 3.0;
        let mut path = String::new();
        // Writing to a string does not fail.
        let _ = write!(path, "M{} {}h-9l9 9z", px(right), px(y + 3.0));
        path
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_default()
}

/// Rows and columns of cells.
#[derive(Template)]
#[template(path = "charts/heatmap.html")]
pub(in crate::http) struct Heatmap {
    id: String,
    title: String,
    description: String,
    width: String,
    height: String,
    cell_width: String,
    cell_height: String,
    rows: Vec<Head>,
    columns: Vec<Head>,
    cells: Vec<PlacedCell>,
}

impl Heatmap {
    /// Cells outside the rows and columns are left out.
    pub(in crate::http) fn new(
        id: &str,
        title: &str,
        description: &str,
        rows: &[String],
        columns: &[String],
        cells: Vec<HeatCell>,
    ) -> Self {
        let longest = |labels: &[String]| {
            let widths = labels
                .iter()
                .map(|label| width(&shortened(label, LONGEST_HEAD)));
            widths.fold(0.0, f64::max)
        };
        // Labels of columns rise to the right, at half a right angle.
        let rise = longest(columns) * std::f64::consts::FRAC_1_SQRT_2;
        let (left, top) = (longest(rows) + 14.0, rise + 20.0);
        let [w, h] = CELL;
        let at = |column: usize, row: usize| (left + column as f64 * w, top + row as f64 * h);
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            width: px(left + columns.len() as f64 * w + rise.max(8.0)),
            height: px(top + rows.len() as f64 * h + 4.0),
            cell_width: px(w - 2.0),
            cell_height: px(h - 2.0),
            rows: rows
                .iter()
                .enumerate()
                .map(|(row, label)| {
                    let (x, y) = at(0, row);
                    Head::new(x - 8.0, y + h / 2.0 + 4.0, label, LONGEST_HEAD)
                })
                .collect(),
            columns: columns
                .iter()
                .enumerate()
                .map(|(column, label)| {
                    let (x, y) = at(column, 0);
                    Head::new(x + w / 2.0 - 2.0, y - 8.0, label, LONGEST_HEAD)
                })
                .collect(),
            cells: cells
                .into_iter()
                .filter(|cell| cell.row < rows.len() && cell.column < columns.len())
                .map(|cell| {
                    let (x, y) = at(cell.column, cell.row);
                    PlacedCell {
                        x: px(x),
                        y: px(y),
                        middle_x: px(x + w / 2.0 - 1.0),
                        middle_y: px(y + h / 2.0 + 3.5),
                        cell,
                    }
                })
                .collect(),
        }
    }
}

/// A line that helps to read a value.
struct Tick {
    /// Where it stands, of 100.
    x: String,
    /// Which end of its text stands there: the first and the last text stay in the chart.
    anchor: &'static str,
    text: String,
}

fn ticks(marks: &[(f64, String)], place: impl Fn(f64) -> f64) -> Vec<Tick> {
    marks
        .iter()
        .map(|(value, text)| {
            let x = place(*value);
            Tick {
                anchor: match x {
                    ..1.0 => "start",
                    99.0.. => "end",
                    _ => "middle",
                },
                x: px(x),
                text: text.clone(),
            }
        })
        .collect()
}

/// A bar to the right.
pub(in crate::http) struct Bar {
    pub(in crate::http) label: String,
    /// How long it is, on the scale of the chart.
    pub(in crate::http) value: f64,
    /// How much longer it may be, for what is unknown; drawn with a pattern.
    pub(in crate::http) unknown: f64,
    /// What is printed at the end of its line.
    pub(in crate::http) text: String,
    /// All of it in words.
    pub(in crate::http) tip: String,
    /// Set apart by colour and a sign before its label.
    pub(in crate::http) is_marked: bool,
}

struct PlacedBar {
    label: String,
    length: String,
    unknown_length: String,
    bar: Bar,
}

/// Bars from the same line.
#[derive(Template)]
#[template(path = "charts/bars.html")]
pub(in crate::http) struct Bars {
    id: String,
    title: String,
    description: String,
    mark: String,
    ticks: Vec<Tick>,
    bars: Vec<PlacedBar>,
}

impl Bars {
    /// `greatest` is the end of the scale, `marks` are values on it with their texts.
    pub(in crate::http) fn new(
        id: &str,
        title: &str,
        description: &str,
        greatest: f64,
        marks: &[(f64, String)],
        bars: Vec<Bar>,
    ) -> Self {
        let scale = |value: f64| {
            if greatest > 0.0 {
                (value / greatest).clamp(0.0, 1.0) * 100.0
            } else {
                0.0
            }
        };
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            mark: px(MARK),
            ticks: ticks(marks, scale),
            bars: bars
                .into_iter()
                .map(|bar| {
                    let length = scale(bar.value).max(if bar.value > 0.0 { 0.4 } else { 0.0 });
                    let unknown = scale(bar.value + bar.unknown) - scale(bar.value);
                    PlacedBar {
                        label: shortened(&bar.label, LONGEST_LABEL),
                        length: px(length),
                        unknown_length: px(unknown.max(0.0)),
                        bar,
                    }
                })
                .collect(),
        }
    }
}

/// Two values on one line: what is, and what is expected or best.
pub(in crate::http) struct Pair {
    pub(in crate::http) label: String,
    /// What is: a filled circle.
    pub(in crate::http) actual: Option<f64>,
    /// What is expected, or would be best: an open diamond.
    pub(in crate::http) other: Option<f64>,
    /// What is printed at the end of the line.
    pub(in crate::http) text: String,
    /// All of it in words.
    pub(in crate::http) tip: String,
    /// Set apart by colour and a sign before its label.
    pub(in crate::http) is_marked: bool,
}

struct PlacedPair {
    label: String,
    from: String,
    to: String,
    has_line: bool,
    actual: Option<String>,
    other: Option<String>,
    pair: Pair,
}

/// Pairs of values, each on a line of its own.
#[derive(Template)]
#[template(path = "charts/dumbbell.html")]
pub(in crate::http) struct Dumbbell {
    id: String,
    title: String,
    description: String,
    ticks: Vec<Tick>,
    pairs: Vec<PlacedPair>,
}

impl Dumbbell {
    /// `scale` is where the lines begin and end, `marks` are values on them with their texts.
    pub(in crate::http) fn new(
        id: &str,
        title: &str,
        description: &str,
        scale: [f64; 2],
        marks: &[(f64, String)],
        pairs: Vec<Pair>,
    ) -> Self {
        let [least, greatest] = scale;
        let place = |value: f64| {
            let part = if greatest > least {
                (value - least) / (greatest - least)
            } else {
                0.0
            };
            part.clamp(0.0, 1.0) * 100.0
        };
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            ticks: ticks(marks, place),
            pairs: pairs
                .into_iter()
                .map(|pair| {
                    let (actual, other) = (pair.actual.map(place), pair.other.map(place));
                    let ends = actual.zip(other);
                    PlacedPair {
                        label: shortened(&pair.label, LONGEST_LABEL),
                        from: px(ends.map_or(0.0, |(a, b)| a.min(b))),
                        to: px(ends.map_or(0.0, |(a, b)| a.max(b))),
                        has_line: ends.is_some(),
                        actual: actual.map(px),
                        other: other.map(px),
                        pair,
                    }
                })
                .collect(),
        }
    }
}

/// A part of a whole.
pub(in crate::http) struct Part {
    /// Its share of the row, from 0 to 1.
    pub(in crate::http) share: f64,
    /// What is printed in it, if there is room.
    pub(in crate::http) text: String,
    /// All of it in words.
    pub(in crate::http) tip: String,
}

/// A row of parts, in the order of the kinds.
pub(in crate::http) struct Whole {
    pub(in crate::http) label: String,
    pub(in crate::http) parts: Vec<Part>,
}

struct PlacedPart {
    x: String,
    middle: String,
    width: String,
    text: Option<String>,
    /// Whether the text has room in a wide window only.
    is_roomy: bool,
    kind: usize,
    tip: String,
}

struct PlacedWhole {
    label: String,
    parts: Vec<PlacedPart>,
}

/// How wholes are made up of the same kinds of parts. Kinds have a colour and a pattern each, the
/// classes `kind-1` to `kind-5`; the last one is for what is unknown.
#[derive(Template)]
#[template(path = "charts/stack.html")]
pub(in crate::http) struct Stack {
    id: String,
    title: String,
    description: String,
    mark: String,
    middle: String,
    wholes: Vec<PlacedWhole>,
}

impl Stack {
    /// Parts beyond the fifth of a whole are left out.
    pub(in crate::http) fn new(
        id: &str,
        title: &str,
        description: &str,
        wholes: Vec<Whole>,
    ) -> Self {
        const HIGH: f64 = 34.0;
        let place = |whole: Whole| {
            let mut x = 0.0;
            let parts = (1..=5).zip(whole.parts).map(|(kind, part)| {
                let wide = part.share.clamp(0.0, 1.0) * 100.0;
                let begin = x;
                x += wide;
                let room = width(&part.text) + 10.0;
                let fits = |chart: f64| room <= wide / 100.0 * chart;
                PlacedPart {
                    x: px(begin),
                    middle: px(begin + wide / 2.0),
                    width: px(wide),
                    is_roomy: !fits(NARROW),
                    text: fits(WIDE).then_some(part.text),
                    kind,
                    tip: part.tip,
                }
            });
            PlacedWhole {
                parts: parts.filter(|part| part.width != "0").collect(),
                label: shortened(&whole.label, LONGEST_LABEL),
            }
        };
        Self {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            mark: px(HIGH),
            middle: px(HIGH / 2.0 + 4.5),
            wholes: wholes.into_iter().map(place).collect(),
        }
    }
}

/// Round values from 0 to at least a greatest one, for a scale: about four of them.
pub(in crate::http) fn round_marks(greatest: f64) -> Vec<f64> {
    if !(greatest.is_finite() && greatest > 0.0) {
        return vec![0.0];
    }
    let rough = greatest / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|factor| factor * power >= rough)
        .unwrap_or(10.0);
    let gap = factor * power;
    let count = (greatest / gap).ceil() as usize;
    (0..=count).map(|number| number as f64 * gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "</title><script>alert(1)</script>\u{202e}\u{0}";

    fn bar(label: &str, value: f64) -> Bar {
        Bar {
            label: label.to_owned(),
            value,
            unknown: 0.0,
            text: value.to_string(),
            tip: label.to_owned(),
            is_marked: false,
        }
    }

    #[test]
    fn long_labels_are_cut_and_control_characters_are_gaps() {
        assert_eq!(shortened("Health", 6), "Health");
        assert_eq!(shortened("Health care", 8), "Health…");
        assert_eq!(shortened("a\nb", 5), "a b");
        assert_eq!(shortened("\u{202e}ab", 5), "ab");
        assert_eq!(apart("Casa"), "Casa");
        assert_eq!(apart("\u{645}\u{631}"), "\u{2068}\u{645}\u{631}\u{2069}");
        assert_eq!(shortened(&"x".repeat(10_000), 26).chars().count(), 26);
    }

    #[test]
    fn classes_follow_the_value() {
        assert_eq!(step(0.0, 8.0), "step-0");
        assert_eq!(step(0.01, 8.0), "step-1");
        assert_eq!(step(8.0, 8.0), "step-8");
        assert_eq!(step(1.0, 0.0), "step-0");
        assert_eq!(diverging(1.0), "even");
        assert_eq!(diverging(0.0), "under-4");
        assert_eq!(diverging(0.7), "under-1");
        assert_eq!(diverging(2.0), "over-2");
        assert_eq!(diverging(100.0), "over-4");
    }

    #[test]
    fn scales_have_round_marks() {
        assert_eq!(round_marks(0.0), [0.0]);
        assert_eq!(round_marks(45.5), [0.0, 20.0, 40.0, 60.0]);
        assert_eq!(round_marks(1.0), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn hostile_labels_stay_text_in_every_chart() {
        let label = HOSTILE.to_owned();
        let cell = HeatCell {
            row: 0,
            column: 0,
            shown: vec![Shown {
                measure: "m-ratio",
                class: "even".to_owned(),
                text: label.clone(),
            }],
            tip: label.clone(),
            is_marked: true,
        };
        let one = [label.clone()];
        let pair = Pair {
            label: label.clone(),
            actual: Some(1.0),
            other: Some(3.0),
            text: label.clone(),
            tip: label.clone(),
            is_marked: false,
        };
        let whole = Whole {
            label: label.clone(),
            parts: vec![Part {
                share: 1.0,
                text: label.clone(),
                tip: label.clone(),
            }],
        };
        let marks = [(0.0, label.clone())];
        let all = [
            Heatmap::new("h", HOSTILE, HOSTILE, &one, &one, vec![cell]).render(),
            Bars::new("b", HOSTILE, HOSTILE, 1.0, &marks, vec![bar(HOSTILE, 0.5)]).render(),
            Dumbbell::new("d", HOSTILE, HOSTILE, [0.0, 4.0], &marks, vec![pair]).render(),
            Stack::new("s", HOSTILE, HOSTILE, vec![whole]).render(),
        ];
        for svg in all.map(Result::unwrap) {
            assert!(svg.contains("role=\"img\""), "{svg}");
            assert!(!svg.contains("<script"), "{svg}");
            assert!(!svg.contains("style="), "{svg}");
            assert!(svg.contains("aria-describedby"), "{svg}");
        }
    }

    #[test]
    fn values_that_no_scale_has_do_not_leave_the_chart() {
        let bars = vec![
            bar("much", 1e300),
            bar("none", 0.0),
            bar("no number", f64::NAN),
        ];
        let svg = Bars::new("b", "", "", 1.0, &[], bars).render().unwrap();
        assert!(!svg.contains("inf"), "{svg}");
        let svg = Dumbbell::new("d", "", "", [1.0, 1.0], &[], Vec::new())
            .render()
            .unwrap();
        assert!(svg.contains("class=\"chart dumbbell\""), "{svg}");
    }
}
