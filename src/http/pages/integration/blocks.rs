//! What the board is made of: blocks, each with what it says in words, a chart, the numbers in a
//! table, and where they come from.

use super::super::charts::{
    Bar, Bars, Dumbbell, HeatCell, Heatmap, Pair, Part, Shown, Stack, Whole, apart, diverging,
    round_marks, shortened, step,
};
use super::super::links::{Links, encoded};
use super::super::{Shell, render};
use crate::app::KnowledgeGraph;
use crate::app::MeasuredNetwork;
use crate::app::integration::{IndicatorReport, IntegrationReport, LadderReport, NETWORK};
use crate::app::resource::label_in;
use crate::http::error::ApiError;
use crate::http::integration::{CELLS, counted};
use crate::indicators::{self, AssessmentRow, GroupFigure, Indicator};
use crate::metrics::dependence::{PairDependence, Rung};
use crate::metrics::ladders::Figure;
use crate::metrics::mixing::{
    FourWay, FourWayCell, MANY_CATEGORIES, Mixing, MixingRow, SIGNIFICANT, WORTH_COMPARING,
};
use crate::metrics::{Score, Undefined};
use crate::network::{Attribute, Filter, Network, text_of};
use crate::store::{Limits, Snapshot};
use askama::Template;
use fluent_bundle::{FluentArgs, FluentValue};
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNodeRef, Term, TermRef};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most categories that a heatmap has; the table and the files have all of them.
const MOST_IN_HEATMAP: usize = 24;
/// The most rows of a chart.
const MOST_IN_CHART: usize = 12;
/// The most rows of a table on the page.
const MOST_IN_TABLE: usize = 60;
/// The longest name of an actor or a category in a sentence or a table.
const LONGEST_NAME: usize = 120;
/// With fewer ties than that, shares say little.
const FEW_TIES: u64 = 30;
/// With fewer cases than that, shares say little.
const FEW_CASES: usize = 10;
/// With more sectors of which each service has one provider, a chart leaves them out.
const MOST_FULL: usize = 3;
/// A share that grows by less is not worth a sentence.
const WORTH_TELLING: f64 = 0.005;

/// Where a column of a table stands, and what it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What the row is about.
    Head,
    /// A text.
    Text,
    /// A number.
    Number,
}

/// A column of a table.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

impl Column {
    pub(super) fn is_number(&self) -> bool {
        self.kind == Kind::Number
    }
}

/// A cell of a table.
#[derive(Default)]
pub(super) struct Td {
    pub(super) text: String,
    pub(super) href: Option<String>,
    pub(super) is_number: bool,
    pub(super) is_head: bool,
}

/// A table of a block.
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Td>>,
    /// What is not shown.
    pub(super) rest: Option<String>,
}

/// An entry of the key to a chart.
pub(super) struct Key {
    /// For which measure; empty for all.
    pub(super) measure: &'static str,
    /// Classes of the patch.
    pub(super) patch: String,
    /// The pattern on it.
    pub(super) pattern: Option<String>,
    pub(super) text: String,
}

/// What a figure rests on.
pub(super) struct Cover {
    pub(super) text: String,
    /// How wide the known part is, of 100.
    pub(super) known: String,
}

/// A name and where it leads.
pub(super) struct Lead {
    pub(super) text: String,
    pub(super) href: String,
}

/// A chart, ready for the page.
pub(super) struct Drawing {
    /// Its name, where a block has several.
    pub(super) name: String,
    pub(super) svg: String,
    /// Whether it may be wider than its box.
    pub(super) is_wide: bool,
}

impl Drawing {
    fn of(chart: &impl Template) -> Result<Self, ApiError> {
        Ok(Self {
            name: String::new(),
            svg: render(chart)?,
            is_wide: false,
        })
    }

    fn several(chart: Option<impl Template>) -> Result<Vec<Self>, ApiError> {
        chart.iter().map(Self::of).collect()
    }
}

/// Something to choose from above a chart.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) text: String,
}

/// One thing that the board tells.
#[derive(Default)]
pub(super) struct Block {
    pub(super) id: String,
    pub(super) title: String,
    /// What it is about, for somebody who sees it the first time.
    pub(super) meaning: String,
    /// Where it is defined.
    pub(super) help: String,
    /// What the numbers say.
    pub(super) reading: Vec<String>,
    pub(super) cover: Vec<Cover>,
    /// Measures that the reader can choose for the colour of a chart.
    pub(super) measures: Vec<Choice>,
    pub(super) charts: Vec<Drawing>,
    pub(super) keys: Vec<Key>,
    pub(super) tables: Vec<Table>,
    pub(super) data: Vec<Lead>,
    /// Why there is nothing, and what would change that.
    pub(super) empty: Option<(String, String)>,
    /// Whether the tables are open from the beginning.
    pub(super) is_open: bool,
}

/// Blocks that belong together.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) title: String,
    /// Why none of its blocks has anything to show; then there are none.
    pub(super) empty: Option<(String, String)>,
    pub(super) blocks: Vec<Block>,
}

/// A value of a text.
pub(super) enum Value {
    /// A whole number: `$name` chooses the form, `$nameText` is how it is written.
    Count(u64),
    /// A text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

/// A text with values of several kinds.
pub(super) fn say<const N: usize>(shell: &Shell, name: &str, values: [(&str, Value); N]) -> String {
    let mut arguments = FluentArgs::new();
    for (name, value) in values {
        match value {
            Value::Count(count) => {
                arguments.set(name.to_owned(), FluentValue::from(count));
                arguments.set(format!("{name}Text"), FluentValue::from(shell.whole(count)));
            }
            Value::Text(text) => arguments.set(name.to_owned(), FluentValue::from(text)),
        }
    }
    shell.language.text(name, Some(&arguments))
}

/// A name from the data inside a text of ours: whatever its direction, it does not turn the rest.
fn isolated(name: &str) -> String {
    format!("\u{2068}{}\u{2069}", shortened(name, LONGEST_NAME))
}

/// Services and innovations by whether they join several sectors and several levels.
pub(super) struct Cases {
    /// Neither, several sectors only, several levels only, both.
    pub(super) counts: [usize; 4],
    /// Those of which a sector or a level is not recorded at all.
    pub(super) unknown: usize,
    /// Of sectors alone, then of levels alone: those that join several, and those of which any is
    /// recorded.
    alone: [(usize, usize); 2],
}

impl Cases {
    /// From the rows of horizontal and vertical reach: what has a reach of two or more joins
    /// several. `None` if the filter leaves no such rows.
    fn of(
        graph: &KnowledgeGraph,
        snapshot: &Arc<Snapshot>,
        filter: &Filter,
        limits: &Limits,
    ) -> Result<Option<Self>, ApiError> {
        let reach = |id: &str| -> Result<Option<BTreeMap<String, Option<f64>>>, ApiError> {
            let Ok(indicator) = graph.indicators().get(id) else {
                return Ok(None);
            };
            if indicator.takes(filter).is_err() {
                return Ok(None);
            }
            let (_, measured) = graph.indicator_rows(snapshot, id, filter, limits)?;
            let rows = measured.rows.iter().filter_map(|row| {
                let value = row.get("value").and_then(|term| text_of(term).parse().ok());
                Some((row.get("thing")?.to_string(), value))
            });
            Ok(Some(rows.collect()))
        };
        let (Some(sectors), Some(levels)) = (reach("horizontal-reach")?, reach("vertical-reach")?)
        else {
            return Ok(None);
        };
        let mut cases = Self {
            counts: [0; 4],
            unknown: 0,
            alone: [&sectors, &levels].map(|reach| {
                let known = || reach.values().flatten();
                let several = known().filter(|value| **value >= 2.0).count();
                (several, known().count())
            }),
        };
        let things: BTreeSet<&String> = sectors.keys().chain(levels.keys()).collect();
        for thing in things {
            let of = |reach: &BTreeMap<String, Option<f64>>| reach.get(thing).copied().flatten();
            match (of(&sectors), of(&levels)) {
                (Some(sectors), Some(levels)) => {
                    let at = usize::from(sectors >= 2.0) + 2 * usize::from(levels >= 2.0);
                    cases.counts[at] += 1;
                }
                _ => cases.unknown += 1,
            }
        }
        Ok(Some(cases))
    }

    fn known(&self) -> usize {
        self.counts.iter().sum()
    }
}

/// What makes the blocks.
pub(super) struct Maker<'a> {
    pub(super) shell: &'a Shell,
    pub(super) graph: &'a KnowledgeGraph,
    pub(super) snapshot: &'a Arc<Snapshot>,
    pub(super) measured: &'a MeasuredNetwork,
    pub(super) report: &'a IntegrationReport,
    /// Where the API has the report, without its extension.
    path: String,
    /// The parameters of the report, to be asked with again: empty, or `?` and what follows.
    query: &'a str,
    links: Links,
    /// The names of sectors and levels in the language of the page.
    names: [Vec<String>; 2],
    cases: Option<Cases>,
}

impl<'a> Maker<'a> {
    pub(super) fn new(
        shell: &'a Shell,
        graph: &'a KnowledgeGraph,
        snapshot: &'a Arc<Snapshot>,
        (measured, report): (&'a MeasuredNetwork, &'a IntegrationReport),
        query: &'a str,
        limits: &Limits,
    ) -> Result<Self, ApiError> {
        let names = [Attribute::Sector, Attribute::Level].map(|attribute| {
            let categories = measured.network().grouping(attribute).categories();
            names_apart(snapshot, categories.iter().map(|c| &c.term), shell)
        });
        Ok(Self {
            cases: Cases::of(graph, snapshot, measured.filter(), limits)?,
            links: Links::new(&graph.config().base),
            path: report_path(&measured.definition().id),
            shell,
            graph,
            snapshot,
            measured,
            report,
            query,
            names,
        })
    }

    fn network(&self) -> &Network {
        self.measured.network()
    }

    fn t(&self, name: &str) -> String {
        self.shell.t(name)
    }

    fn say<const N: usize>(&self, name: &str, values: [(&str, Value); N]) -> String {
        say(self.shell, name, values)
    }

    /// A number of ties or pairs: whole if it is, or is large, else with one digit.
    fn amount(&self, number: f64) -> String {
        let is_whole = (number - number.round()).abs() < 0.05 || number.abs() >= 1_000.0;
        if is_whole && number.abs() < 9e15 {
            self.shell.language.whole(number.round() as i128)
        } else {
            self.shell.decimal(number, 1)
        }
    }

    fn percent(&self, share: f64) -> String {
        self.shell.percent(share)
    }

    /// A probability as papers write it.
    fn probability(&self, p: f64) -> String {
        self.shell.decimal(p, 3)
    }

    fn undefined(&self, reason: Undefined) -> String {
        self.t(&format!("charts-undefined-{}", reason.code()))
    }

    /// A share as a percentage, or why there is none.
    fn share(&self, score: Score) -> String {
        match score {
            Score::Value(share) => self.percent(share),
            Score::Undefined(reason) => self.undefined(reason),
        }
    }

    /// An index with two digits, or why there is none.
    fn index(&self, score: Score) -> String {
        match score {
            Score::Value(value) => self.shell.decimal(value, 2),
            Score::Undefined(reason) => self.undefined(reason),
        }
    }

    fn names(&self, attribute: Attribute) -> &[String] {
        &self.names[usize::from(attribute == Attribute::Level)]
    }

    fn category(&self, attribute: Attribute, number: u32) -> &str {
        self.names(attribute)
            .get(number as usize)
            .map_or("", String::as_str)
    }

    fn pair(&self, attribute: Attribute, from: u32, to: u32) -> String {
        self.pair_of(self.category(attribute, from), self.category(attribute, to))
    }

    fn pair_of(&self, from: &str, to: &str) -> String {
        let [from, to] = [from, to].map(|name| apart(&shortened(name, LONGEST_NAME)));
        format!("{from} – {to}")
    }

    fn actor(&self, node: u32) -> (String, String) {
        match self.network().nodes().get(node as usize) {
            Some(node) => (node.label.clone(), self.links.page(node.id())),
            None => (String::new(), String::new()),
        }
    }

    // Cells.

    /// The first of several names, and how many more there are.
    fn listed(&self, names: &[String], most: usize) -> String {
        let shown: Vec<&str> = names.iter().take(most).map(String::as_str).collect();
        let mut text = shown.join("; ");
        if names.len() > most {
            let more = self.say("integration-more", [("n", (names.len() - most).into())]);
            text.push_str("; ");
            text.push_str(&more);
        }
        text
    }

    fn head(&self, text: impl Into<String>) -> Td {
        Td {
            text: shortened(&text.into(), 2 * LONGEST_NAME),
            is_head: true,
            ..Td::default()
        }
    }

    fn text(&self, text: impl Into<String>) -> Td {
        Td {
            text: shortened(&text.into(), 600),
            ..Td::default()
        }
    }

    fn number(&self, text: impl Into<String>) -> Td {
        Td {
            text: text.into(),
            is_number: true,
            ..Td::default()
        }
    }

    fn whole(&self, number: usize) -> Td {
        self.number(self.shell.whole(number))
    }

    fn columns<const N: usize>(&self, columns: [(&str, Kind); N]) -> Vec<Column> {
        let columns = columns.into_iter().map(|(name, kind)| Column {
            name: self.t(&format!("integration-col-{name}")),
            kind,
        });
        columns.collect()
    }

    /// A table of as many rows as the page has room for.
    fn table(&self, caption: String, columns: Vec<Column>, mut rows: Vec<Vec<Td>>) -> Table {
        let all = rows.len();
        rows.truncate(MOST_IN_TABLE);
        Table {
            caption,
            columns,
            rest: (all > MOST_IN_TABLE).then(|| {
                self.say(
                    "integration-table-rest",
                    [("shown", MOST_IN_TABLE.into()), ("all", all.into())],
                )
            }),
            rows,
        }
    }

    /// `known` of `known + unknown`, in the words of a text with `$known`, `$all` and `$unknown`;
    /// none if there is nothing of the kind.
    fn cover(&self, name: &str, known: f64, unknown: f64) -> Option<Cover> {
        let all = known + unknown;
        if all <= 0.0 {
            return None;
        }
        let share = known / all;
        let count = |number: f64| number.round().max(0.0) as u64;
        Some(Cover {
            text: self.say(
                name,
                [
                    ("known", count(known).into()),
                    ("all", count(all).into()),
                    ("unknown", count(unknown).into()),
                    ("share", self.percent(share).into()),
                ],
            ),
            known: format!("{:.1}", share * 100.0),
        })
    }

    // Where numbers come from.

    fn lead(&self, name: &str, href: String) -> Lead {
        Lead {
            text: self.t(name),
            href,
        }
    }

    /// A resource of the API with the filters of the page, as CSV and JSON.
    fn files(&self, path: &str, extra: &str) -> [Lead; 2] {
        let query = match (self.query, extra) {
            (query, "") => query.to_owned(),
            ("", extra) => format!("?{extra}"),
            (query, extra) => format!("{query}&{extra}"),
        };
        [
            self.lead("integration-csv", format!("{path}.csv{query}")),
            self.lead("integration-json", format!("{path}.json{query}")),
        ]
    }

    /// The query that says which ties count.
    fn ties_query(&self) -> Lead {
        self.query_of(&self.measured.definition().text)
    }

    fn query_of(&self, network: &str) -> Lead {
        self.lead(
            "integration-query-ties",
            format!("/sparql?query={}", encoded(network)),
        )
    }

    /// A query of the catalogue, if there is one of that name.
    fn catalogue_query(&self, name: &str) -> Option<Lead> {
        let query = self.graph.catalogue().get(name).ok()?;
        // Without the values that it takes it would ask for all that there is.
        let has_defaults = query.parameters.iter().any(|known| known.default.is_some());
        let address = match has_defaults {
            true => format!("/queries/{name}"),
            false => format!("/sparql?query={}", encoded(&query.text)),
        };
        Some(self.lead("integration-query", address))
    }

    fn indicator_query(&self, indicator: &Indicator) -> Lead {
        self.lead(
            "integration-query",
            format!("/sparql?query={}", encoded(&indicator.text)),
        )
    }

    /// A block with its texts: `integration-ID`, `integration-ID-meaning`.
    fn block(&self, id: &str, help: &str) -> Block {
        Block {
            id: id.to_owned(),
            title: self.t(&format!("integration-{id}")),
            meaning: self.t(&format!("integration-{id}-meaning")),
            help: format!("/help#{help}"),
            ..Block::default()
        }
    }

    /// A block that has nothing to show: why, and what would change it.
    fn without(&self, block: Block, name: &str) -> Block {
        Block {
            empty: Some((
                self.t(&format!("integration-none-{name}")),
                self.t(&format!("integration-none-{name}-how")),
            )),
            ..block
        }
    }

    /// All blocks, in their groups.
    pub(super) fn groups(&self) -> Result<Vec<Group>, ApiError> {
        let group = |id: &'static str, blocks: Vec<Block>| {
            // Said once for all, where there are several.
            let why = blocks.first().and_then(|block| block.empty.clone());
            let is_same = |block: &Block| block.empty == why && block.reading.is_empty();
            let empty = why
                .clone()
                .filter(|_| blocks.len() > 1 && blocks.iter().all(is_same));
            Group {
                id,
                title: self.t(&format!("integration-group-{id}")),
                blocks: match empty {
                    Some(_) => Vec::new(),
                    None => blocks,
                },
                empty,
            }
        };
        let of = |attribute| -> Result<Vec<Block>, ApiError> {
            Ok(vec![
                self.mixing(attribute)?,
                self.missing(attribute)?,
                self.dependence(attribute)?,
            ])
        };
        let mut levels = of(Attribute::Level)?;
        levels.push(self.chains()?);
        let groups = vec![
            group("ties", vec![self.four_way()?, self.openness()]),
            group("sectors", of(Attribute::Sector)?),
            group("levels", levels),
            group("actors", vec![self.key_actors()?, self.providers()?]),
            group("ladders", vec![self.ladders()?]),
            group("record", self.statements()?),
        ];
        if self.has_ties() {
            return Ok(groups);
        }
        // One word at the top says why so much is missing.
        let told = groups.into_iter().map(|mut group| {
            group
                .blocks
                .retain(|block| block.empty.is_none() || !block.reading.is_empty());
            for block in &mut group.blocks {
                block.empty = None;
            }
            group
        });
        Ok(told.filter(|group| !group.blocks.is_empty()).collect())
    }

    /// Whether any two are tied.
    pub(super) fn has_ties(&self) -> bool {
        !self.network().ties().is_empty()
    }

    // Ties by kind.

    fn four_way(&self) -> Result<Block, ApiError> {
        let four = &self.report.tests.four_way;
        let block = self.block("four-way", "four-way");
        let cases = self.cases.as_ref().filter(|cases| cases.known() > 0);
        if four.ties == 0 && cases.is_none() {
            return Ok(self.without_four_way(block));
        }
        let cells = cells_of(four);
        let mut wholes = Vec::new();
        if let Some(cases) = cases {
            let all = cases.known() as f64;
            let parts = cases.counts.iter().enumerate();
            wholes.push(Whole {
                label: self.say("integration-row-cases", [("known", cases.known().into())]),
                parts: parts
                    .map(|(kind, count)| {
                        self.part(kind, *count as f64 / all, &self.shell.whole(*count))
                    })
                    .collect(),
            });
        }
        if four.ties > 0 {
            let row = |label: String, of: &dyn Fn(&FourWayCell) -> (f64, String)| Whole {
                label,
                parts: cells
                    .iter()
                    .enumerate()
                    .map(|(kind, cell)| {
                        let (share, amount) = of(cell);
                        self.part(kind, share, &amount)
                    })
                    .collect(),
            };
            wholes.push(row(
                self.say("integration-row-ties", [("known", four.ties.into())]),
                &|cell| (cell.share.value().unwrap_or(0.0), self.amount(cell.ties)),
            ));
            if four.same.expected.value().is_some() {
                wholes.push(row(self.t("integration-row-expected"), &|cell| {
                    let share = cell.expected.value().unwrap_or(0.0);
                    (share, self.amount(share * four.ties as f64))
                }));
            }
        }
        let reading = self.four_way_reading(four, cases);
        let chart = Stack::new("chart-four-way", &block.title, &reading.join(" "), wholes);
        let mut cover = Vec::new();
        if let Some(cases) = &self.cases {
            cover.extend(self.cover(
                "integration-cover-cases",
                cases.known() as f64,
                cases.unknown as f64,
            ));
        }
        cover.extend(self.cover(
            "integration-cover-ties",
            four.ties as f64,
            four.unknown as f64,
        ));
        let rows = CELLS
            .iter()
            .zip(&cells)
            .enumerate()
            .map(|(kind, ((id, ..), cell))| {
                let expected = cell.expected.value();
                vec![
                    Td {
                        href: Some(format!("{}/{id}.csv{}", self.path, self.query)),
                        ..self.head(self.kind(kind))
                    },
                    self.number(self.amount(cell.ties)),
                    self.number(self.share(cell.share)),
                    self.number(self.share(cell.expected)),
                    self.number(
                        cell.share
                            .value()
                            .zip(
                                expected
                                    .filter(|share| share * four.ties as f64 >= WORTH_COMPARING),
                            )
                            .map(|(share, expected)| self.shell.decimal(share / expected, 2))
                            .unwrap_or_default(),
                    ),
                    self.number(cell.p.map(|p| self.probability(p)).unwrap_or_default()),
                    self.text(self.t(&format!("integration-chance-{}", verdict(cell)))),
                ]
            });
        let mut tables = vec![self.table(
            self.say(
                "integration-four-way-caption",
                [
                    ("ties", four.ties.into()),
                    ("unknown", four.unknown.into()),
                    ("permutations", u64::from(four.permutations).into()),
                ],
            ),
            self.columns([
                ("kind", Kind::Head),
                ("ties", Kind::Number),
                ("share", Kind::Number),
                ("expected-share", Kind::Number),
                ("ratio", Kind::Number),
                ("p", Kind::Number),
                ("verdict", Kind::Text),
            ]),
            rows.collect(),
        )];
        let mut data: Vec<Lead> = self.files(&self.path, "").into();
        if let Some(cases) = cases {
            let all = cases.known() as f64;
            let counts = cases.counts.iter().enumerate();
            let rows = counts.map(|(kind, count)| {
                vec![
                    self.head(self.kind(kind)),
                    self.whole(*count),
                    self.number(self.percent(*count as f64 / all)),
                ]
            });
            tables.push(self.table(
                self.say(
                    "integration-cases-caption",
                    [
                        ("known", cases.known().into()),
                        ("unknown", cases.unknown.into()),
                    ],
                ),
                self.columns([
                    ("kind", Kind::Head),
                    ("cases", Kind::Number),
                    ("share", Kind::Number),
                ]),
                rows.collect(),
            ));
            for id in ["horizontal-reach", "vertical-reach"] {
                data.push(self.lead(
                    &format!("integration-csv-{id}"),
                    format!("{}/{id}.csv{}", self.path, self.query),
                ));
            }
        }
        data.push(self.ties_query());
        Ok(Block {
            charts: vec![Drawing::of(&chart)?],
            keys: (0..4)
                .map(|kind| Key {
                    measure: "",
                    patch: format!("kind-{}", kind + 1),
                    pattern: (kind > 0).then(|| format!("chart-four-way-{}", kind + 1)),
                    text: self.kind(kind),
                })
                .collect(),
            reading,
            cover,
            tables,
            data,
            ..block
        })
    }

    /// Where no tie and no case can be judged by both, what can be said of one of them.
    fn without_four_way(&self, block: Block) -> Block {
        let why = self
            .why_nothing(Attribute::Sector)
            .or(self.why_nothing(Attribute::Level));
        let block = self.without(block, why.unwrap_or("known"));
        let Some(cases) = &self.cases else {
            return block;
        };
        let all = cases.known() + cases.unknown;
        let names = ["sector", "level"].into_iter().zip(cases.alone);
        let told = names.filter(|(_, (_, known))| *known > 0);
        let reading: Vec<String> = told
            .map(|(by, (several, known))| {
                self.say(
                    &format!("integration-read-cases-{by}"),
                    [
                        ("several", several.into()),
                        ("known", known.into()),
                        ("unknown", (all - known).into()),
                    ],
                )
            })
            .collect();
        if reading.is_empty() {
            return block;
        }
        let files = ["horizontal-reach", "vertical-reach"].map(|id| {
            self.lead(
                &format!("integration-csv-{id}"),
                format!("{}/{id}.csv{}", self.path, self.query),
            )
        });
        Block {
            reading,
            data: files.into(),
            ..block
        }
    }

    fn kind(&self, kind: usize) -> String {
        const KINDS: [&str; 4] = ["neither", "horizontal", "vertical", "both"];
        self.t(&format!(
            "integration-kind-{}",
            KINDS.get(kind).copied().unwrap_or("neither")
        ))
    }

    fn part(&self, kind: usize, share: f64, amount: &str) -> Part {
        let (name, percent) = (self.kind(kind), self.percent(share));
        Part {
            tip: format!("{name}: {amount} ({percent})"),
            text: percent,
            share,
        }
    }

    fn four_way_reading(&self, four: &FourWay, cases: Option<&Cases>) -> Vec<String> {
        let mut reading = Vec::new();
        if let Some(cases) = cases {
            let [_, sectors, levels, both] = cases.counts;
            reading.push(self.say(
                "integration-read-cases",
                [
                    ("known", cases.known().into()),
                    ("all", (cases.known() + cases.unknown).into()),
                    ("unknown", cases.unknown.into()),
                    ("sectors", (sectors + both).into()),
                    ("levels", (levels + both).into()),
                    ("both", both.into()),
                ],
            ));
            if cases.known() < FEW_CASES {
                reading.push(self.say("integration-few-cases", [("n", cases.known().into())]));
            }
        }
        if four.ties == 0 {
            return reading;
        }
        let share = |cell: &FourWayCell| Value::from(self.share(cell.share));
        reading.push(self.say(
            "integration-read-ties",
            [
                ("ties", four.ties.into()),
                ("same", share(&four.same)),
                ("horizontal", share(&four.horizontal)),
                ("vertical", share(&four.vertical)),
                ("both", share(&four.diagonal)),
            ],
        ));
        if four.permutations == 0 {
            return reading;
        }
        for way in ["more", "less"] {
            let found: Vec<String> = cells_of(four)
                .iter()
                .enumerate()
                .filter(|(_, cell)| verdict(cell) == way)
                .map(|(kind, cell)| {
                    format!(
                        "{} ({} / {}, p = {})",
                        self.kind(kind),
                        self.share(cell.share),
                        self.share(cell.expected),
                        cell.p.map(|p| self.probability(p)).unwrap_or_default()
                    )
                })
                .collect();
            if !found.is_empty() {
                reading.push(self.say(
                    &format!("integration-read-{way}"),
                    [("kinds", found.join("; ").into())],
                ));
            }
        }
        if cells_of(four).iter().all(|cell| verdict(cell) == "even") {
            reading.push(self.t("integration-read-no-difference"));
        }
        if four.ties < FEW_TIES {
            reading.push(self.say("integration-few-ties", [("n", four.ties.into())]));
        }
        reading
    }

    /// How open sectors, levels and spheres are.
    fn openness(&self) -> Block {
        let block = self.block("openness", "eiIndex");
        let rows: Vec<Vec<Td>> = self
            .report
            .groups
            .iter()
            .map(|group| {
                let across = counted(
                    &group.ei.across(),
                    group.ei.value.undefined().unwrap_or(Undefined::NoTies),
                );
                vec![
                    self.head(self.t(&format!("integration-of-{}", group.attribute.name()))),
                    self.number(self.amount(across.numerator)),
                    self.number(self.amount(across.denominator)),
                    self.number(self.share(across.value)),
                    self.number(self.shell.whole(group.ei.unknown)),
                    self.number(self.index(group.ei.value)),
                    self.number(self.index(group.ei.rescaled)),
                    self.number(self.index(group.diversity.value)),
                    self.number(self.shell.whole(group.diversity.unknown)),
                ]
            })
            .collect();
        let reading = self.report.groups.iter().filter_map(|group| {
            let share = group.ei.across();
            let value = share.score(Undefined::NoTies).value()?;
            Some(self.say(
                &format!("integration-read-across-{}", group.attribute.name()),
                [
                    ("share", self.percent(value).into()),
                    ("known", (share.denominator.round() as u64).into()),
                ],
            ))
        });
        let reading: Vec<String> = reading.collect();
        if reading.is_empty() {
            return self.without(block, self.why_nothing(Attribute::Sector).unwrap_or("ties"));
        }
        Block {
            reading,
            tables: vec![self.table(
                self.t("integration-openness-caption"),
                self.columns([
                    ("by", Kind::Head),
                    ("across", Kind::Number),
                    ("known-ties", Kind::Number),
                    ("share", Kind::Number),
                    ("unknown-ties", Kind::Number),
                    ("ei", Kind::Number),
                    ("ei-rescaled", Kind::Number),
                    ("diversity", Kind::Number),
                    ("unknown-actors", Kind::Number),
                ]),
                rows,
            )],
            data: self
                .files(&self.path, "")
                .into_iter()
                .chain([self.ties_query()])
                .collect(),
            is_open: true,
            ..block
        }
    }

    /// Why categories of an attribute cannot be compared, if they cannot.
    fn why_nothing(&self, attribute: Attribute) -> Option<&'static str> {
        let network = self.network();
        let categories = network.grouping(attribute).categories().len();
        match (attribute, categories) {
            _ if network.ties().is_empty() => Some("ties"),
            (Attribute::Level, 0) => Some("level"),
            (Attribute::Level, 1) => Some("one-level"),
            (_, 0) => Some("sector"),
            (_, 1) => Some("one-sector"),
            (_, many) if many > MANY_CATEGORIES => Some("many"),
            _ => None,
        }
    }

    fn mixing_of(&self, attribute: Attribute) -> &Mixing {
        match attribute {
            Attribute::Level => &self.report.tests.level,
            _ => &self.report.tests.sector,
        }
    }

    fn mixing_data(&self, attribute: Attribute) -> Vec<Lead> {
        let path = format!("/api/v1/networks/{}/mixing", self.measured.definition().id);
        let mut data: Vec<Lead> = self
            .files(&path, &format!("by={}", attribute.name()))
            .into();
        data.push(self.ties_query());
        data
    }

    // Who is tied to whom.

    fn mixing(&self, attribute: Attribute) -> Result<Block, ApiError> {
        let by = attribute.name();
        let block = self.block(&format!("mixing-{by}"), "mixing");
        if let Some(why) = self.why_nothing(attribute) {
            return Ok(self.without(block, why));
        }
        let mixing = self.mixing_of(attribute);
        if mixing.ties_known == 0 {
            return Ok(self.without(block, "known"));
        }
        let names = self.names(attribute);
        let mut kept = widest(mixing, names.len());
        if attribute == Attribute::Level {
            // Levels have an order of their own.
            kept.sort_unstable();
        }
        let mut place: BTreeMap<u32, usize> = BTreeMap::new();
        for (position, category) in kept.iter().enumerate() {
            place.insert(*category, position);
        }
        let greatest = mixing
            .rows
            .iter()
            .flat_map(|row| [row.ties, row.expected])
            .fold(0.0, f64::max);
        let mut cells = Vec::new();
        for row in &mixing.rows {
            let (Some(from), Some(to)) = (place.get(&row.from), place.get(&row.to)) else {
                continue;
            };
            cells.push(self.cell(attribute, row, (*from, *to), greatest));
            if !mixing.is_ordered && from != to {
                cells.push(self.cell(attribute, row, (*to, *from), greatest));
            }
        }
        cells.sort_by_key(|cell| (cell.row, cell.column));
        let labels: Vec<String> = kept
            .iter()
            .map(|category| self.category(attribute, *category).to_owned())
            .collect();
        let mut reading = self.mixing_reading(attribute, mixing);
        if kept.len() < names.len() {
            reading.push(self.say(
                "integration-heatmap-rest",
                [("shown", kept.len().into()), ("all", names.len().into())],
            ));
        }
        let id = format!("chart-mixing-{by}");
        let chart = Heatmap::new(
            &id,
            &block.title,
            &reading.join(" "),
            &labels,
            &labels,
            cells,
        );
        Ok(Block {
            cover: self
                .cover(
                    &format!("integration-cover-{by}"),
                    mixing.ties_known as f64,
                    mixing.ties_unknown as f64,
                )
                .into_iter()
                .collect(),
            measures: ["ratio", "ties", "expected"]
                .into_iter()
                .map(|value| Choice {
                    value,
                    text: self.t(&format!("integration-measure-{value}")),
                })
                .collect(),
            charts: vec![Drawing {
                is_wide: true,
                ..Drawing::of(&chart)?
            }],
            keys: self.heatmap_keys(mixing, greatest),
            tables: vec![self.mixing_table(attribute, mixing)],
            data: self.mixing_data(attribute),
            reading,
            ..block
        })
    }

    fn cell(
        &self,
        attribute: Attribute,
        row: &MixingRow,
        (at, column): (usize, usize),
        greatest: f64,
    ) -> HeatCell {
        let ratio = row.ratio.value();
        let class = match ratio {
            Some(ratio) => diverging(ratio),
            None if row.expected > 0.0 => "few even".to_owned(),
            None => "none".to_owned(),
        };
        let shown = [
            (
                "m-ratio",
                class,
                match ratio {
                    Some(ratio) => self
                        .shell
                        .decimal(ratio, usize::from(ratio < 9.95 && ratio > 0.0)),
                    None => "–".to_owned(),
                },
            ),
            ("m-ties", step(row.ties, greatest), self.amount(row.ties)),
            (
                "m-expected",
                step(row.expected, greatest),
                self.amount(row.expected),
            ),
        ];
        let tip = self.say(
            if row.is_missing {
                "integration-cell-missing"
            } else if row.expected <= 0.0 {
                "integration-cell-impossible"
            } else if ratio.is_none() {
                "integration-cell-few"
            } else {
                "integration-cell"
            },
            [
                ("pair", self.pair(attribute, row.from, row.to).into()),
                ("ties", self.amount(row.ties).into()),
                ("expected", self.amount(row.expected).into()),
                (
                    "ratio",
                    ratio
                        .map(|ratio| self.shell.decimal(ratio, 2))
                        .unwrap_or_else(|| "–".to_owned())
                        .into(),
                ),
            ],
        );
        HeatCell {
            row: at,
            column,
            shown: shown
                .into_iter()
                .map(|(measure, class, text)| Shown {
                    measure,
                    class,
                    text,
                })
                .collect(),
            tip,
            is_marked: row.is_missing,
        }
    }

    fn heatmap_keys(&self, mixing: &Mixing, greatest: f64) -> Vec<Key> {
        let key = |measure, patch: &str, text: String| Key {
            measure,
            patch: patch.to_owned(),
            pattern: None,
            text,
        };
        let mut keys: Vec<Key> = ["under-4", "under-2", "even", "over-2", "over-4"]
            .into_iter()
            .map(|class| {
                key(
                    "m-ratio",
                    class,
                    self.t(&format!("integration-key-{class}")),
                )
            })
            .collect();
        let is_few = |row: &MixingRow| row.expected > 0.0 && row.expected < WORTH_COMPARING;
        if mixing.rows.iter().any(is_few) {
            keys.push(key("m-ratio", "few even", self.t("integration-key-few")));
        }
        if mixing.rows.iter().any(|row| row.expected <= 0.0) {
            keys.push(key("m-ratio", "none", self.t("integration-key-none")));
        }
        for measure in ["m-ties", "m-expected"] {
            for part in [0.0, 0.1, 0.4, 1.0] {
                keys.push(key(
                    measure,
                    &step(part * greatest, greatest),
                    self.amount(part * greatest),
                ));
            }
        }
        if mixing.rows.iter().any(|row| row.is_missing) {
            keys.push(key("", "sign", self.t("integration-key-missing")));
        }
        keys
    }

    fn mixing_reading(&self, attribute: Attribute, mixing: &Mixing) -> Vec<String> {
        let by = attribute.name();
        let across: Vec<&MixingRow> = mixing
            .rows
            .iter()
            .filter(|row| row.from != row.to)
            .collect();
        let tied = across.iter().filter(|row| row.ties > 0.0).count();
        let could = across.iter().filter(|row| row.expected > 0.0).count();
        let mut reading = vec![self.say(
            &format!("integration-read-pairs-{by}"),
            [("tied", tied.into()), ("all", could.into())],
        )];
        if could < across.len() {
            reading.push(self.say(
                &format!("integration-read-apart-{by}"),
                [("n", (across.len() - could).into())],
            ));
        }
        let rows = across.iter();
        let mut compared: Vec<(&MixingRow, f64)> = rows
            .filter_map(|row| Some((*row, row.ratio.value()?)))
            .collect();
        compared.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let told = |rows: &[(&MixingRow, f64)]| -> String {
            let rows = rows.iter().map(|(row, _)| {
                self.say(
                    "integration-read-pair",
                    [
                        (
                            "pair",
                            isolated(&self.pair(attribute, row.from, row.to)).into(),
                        ),
                        ("ties", self.amount(row.ties).into()),
                        ("expected", self.amount(row.expected).into()),
                    ],
                )
            });
            rows.collect::<Vec<_>>().join("; ")
        };
        let over: Vec<_> = compared
            .iter()
            .copied()
            .filter(|(_, ratio)| *ratio > 1.0)
            .take(2)
            .collect();
        if !over.is_empty() {
            reading.push(self.say("integration-read-over", [("pairs", told(&over).into())]));
        }
        compared.reverse();
        let under: Vec<_> = compared
            .iter()
            .copied()
            .filter(|(_, ratio)| *ratio < 1.0)
            .take(2)
            .collect();
        if !under.is_empty() {
            reading.push(self.say("integration-read-under", [("pairs", told(&under).into())]));
        }
        if has_fractions(mixing) {
            reading.push(self.t(&format!("integration-read-fractions-{by}")));
        }
        if mixing.ties_known < FEW_TIES {
            reading.push(self.say("integration-few-ties", [("n", mixing.ties_known.into())]));
        }
        reading
    }

    fn mixing_table(&self, attribute: Attribute, mixing: &Mixing) -> Table {
        let mut rows: Vec<&MixingRow> = mixing.rows.iter().collect();
        // What is tied first, then what is missed most.
        rows.sort_by(|a, b| {
            b.ties
                .total_cmp(&a.ties)
                .then(b.expected.total_cmp(&a.expected))
        });
        let rows = rows.into_iter().map(|row| {
            vec![
                self.head(self.pair(attribute, row.from, row.to)),
                self.number(self.amount(row.ties)),
                self.number(self.shell.decimal(row.expected, 1)),
                self.number(self.index(row.ratio)),
                self.number(self.amount(row.possible)),
                self.number(match row.density {
                    Score::Value(share) => self.percent(share),
                    Score::Undefined(_) => String::new(),
                }),
                self.number(row.p_less.map(|p| self.probability(p)).unwrap_or_default()),
                self.number(row.q.map(|q| self.probability(q)).unwrap_or_default()),
                self.text(if row.is_scarce() && row.from != row.to {
                    self.t(self.status(row))
                } else {
                    String::new()
                }),
            ]
        });
        self.table(
            self.say(
                &format!("integration-mixing-{}-caption", attribute.name()),
                [
                    ("ties", mixing.ties_known.into()),
                    ("unknown", mixing.ties_unknown.into()),
                    ("permutations", u64::from(mixing.permutations).into()),
                ],
            ),
            self.columns([
                ("pair", Kind::Head),
                ("ties", Kind::Number),
                ("expected", Kind::Number),
                ("ratio", Kind::Number),
                ("possible", Kind::Number),
                ("density", Kind::Number),
                ("p-less", Kind::Number),
                ("q", Kind::Number),
                ("missing", Kind::Text),
            ]),
            rows.collect(),
        )
    }

    /// What fewer ties than expected come to.
    fn status(&self, row: &MixingRow) -> &'static str {
        if row.is_missing {
            "integration-missing-yes"
        } else if row.is_scarce() {
            "integration-missing-scarce"
        } else {
            "integration-missing-no"
        }
    }

    // Who is not.

    fn missing(&self, attribute: Attribute) -> Result<Block, ApiError> {
        let by = attribute.name();
        let block = self.block(&format!("missing-{by}"), "missing-bridges");
        if let Some(why) = self.why_nothing(attribute) {
            return Ok(self.without(block, why));
        }
        let mixing = self.mixing_of(attribute);
        let mut fewer: Vec<&MixingRow> = mixing
            .rows
            .iter()
            .filter(|row| row.from != row.to)
            .filter(|row| row.expected >= WORTH_COMPARING && row.ties < row.expected)
            .collect();
        fewer.sort_by(|a, b| {
            let short = |row: &MixingRow| row.expected - row.ties;
            (b.is_missing, b.is_scarce())
                .cmp(&(a.is_missing, a.is_scarce()))
                .then_with(|| short(b).total_cmp(&short(a)))
        });
        let named = |rows: &mut dyn Iterator<Item = &&MixingRow>| -> Vec<String> {
            rows.map(|row| isolated(&self.pair(attribute, row.from, row.to)))
                .collect()
        };
        let proven = named(&mut fewer.iter().filter(|row| row.is_missing));
        let scarce = named(
            &mut fewer
                .iter()
                .filter(|row| row.is_scarce() && !row.is_missing),
        );
        let silent = fewer.iter().filter(|row| row.ties == 0.0).count();
        let mut reading = Vec::new();
        match proven.len() {
            0 if mixing.permutations == 0 => {
                reading.push(self.t("integration-read-not-tested"));
            }
            0 if !scarce.is_empty() => {}
            0 => reading.push(self.say(
                &format!("integration-read-none-missing-{by}"),
                [("fewer", fewer.len().into())],
            )),
            count => reading.push(self.say(
                &format!("integration-read-missing-{by}"),
                [
                    ("n", count.into()),
                    ("pairs", self.listed(&proven, 5).into()),
                ],
            )),
        }
        if !scarce.is_empty() {
            reading.push(self.say(
                &format!("integration-read-scarce-{by}"),
                [
                    ("n", scarce.len().into()),
                    ("pairs", self.listed(&scarce, 3).into()),
                ],
            ));
        }
        if silent > 0 && silent != proven.len() {
            reading.push(self.say(
                &format!("integration-read-silent-{by}"),
                [("n", silent.into())],
            ));
        }
        if fewer.iter().any(|row| is_fraction(row.ties)) {
            reading.push(self.t(&format!("integration-read-fractions-{by}")));
        }
        reading.push(self.t("integration-read-absence"));
        if fewer.is_empty() {
            return Ok(Block {
                reading,
                data: self.mixing_data(attribute),
                ..block
            });
        }
        let greatest = fewer.iter().map(|row| row.expected).fold(0.0, f64::max);
        let marks = round_marks(greatest);
        let end = marks.last().copied().unwrap_or(1.0);
        let pairs = fewer.iter().take(MOST_IN_CHART).map(|row| {
            let label = self.pair(attribute, row.from, row.to);
            let (ties, expected) = (self.amount(row.ties), self.amount(row.expected));
            Pair {
                tip: self.say(
                    "integration-read-pair",
                    [
                        ("pair", Value::from(&label)),
                        ("ties", Value::from(&ties)),
                        ("expected", Value::from(&expected)),
                    ],
                ),
                text: self.say(
                    "integration-against",
                    [("ties", ties.into()), ("expected", expected.into())],
                ),
                label,
                actual: Some(row.ties),
                other: Some(row.expected),
                is_marked: row.is_missing,
            }
        });
        let chart = Dumbbell::new(
            &format!("chart-missing-{by}"),
            &block.title,
            &reading.join(" "),
            [0.0, end],
            &self.marks(&marks),
            pairs.collect(),
        );
        let rows = fewer.iter().map(|row| {
            vec![
                self.head(self.pair(attribute, row.from, row.to)),
                self.number(self.amount(row.ties)),
                self.number(self.shell.decimal(row.expected, 1)),
                self.number(self.amount(row.possible)),
                self.number(row.p_less.map(|p| self.probability(p)).unwrap_or_default()),
                self.number(row.q.map(|q| self.probability(q)).unwrap_or_default()),
                self.text(self.t(self.status(row))),
            ]
        });
        let mut keys = vec![
            self.key("actual", "integration-key-observed"),
            self.key("other", "integration-key-expected"),
        ];
        if !proven.is_empty() {
            keys.push(self.key("sign", "integration-key-missing"));
        }
        let mut data = self.mixing_data(attribute);
        if attribute == Attribute::Sector {
            data.extend(self.catalogue_query("sectors-without-tie"));
        }
        Ok(Block {
            cover: self
                .cover(
                    &format!("integration-cover-{by}"),
                    mixing.ties_known as f64,
                    mixing.ties_unknown as f64,
                )
                .into_iter()
                .collect(),
            tables: vec![self.table(
                self.say("integration-missing-caption", [("n", fewer.len().into())]),
                self.columns([
                    ("pair", Kind::Head),
                    ("ties", Kind::Number),
                    ("expected", Kind::Number),
                    ("possible", Kind::Number),
                    ("p-less", Kind::Number),
                    ("q", Kind::Number),
                    ("missing", Kind::Text),
                ]),
                rows.collect(),
            )],
            charts: vec![Drawing::of(&chart)?],
            reading,
            keys,
            data,
            ..block
        })
    }

    fn key(&self, patch: &str, name: &str) -> Key {
        Key {
            measure: "",
            patch: patch.to_owned(),
            pattern: None,
            text: self.t(name),
        }
    }

    fn marks(&self, values: &[f64]) -> Vec<(f64, String)> {
        values
            .iter()
            .map(|value| (*value, self.amount(*value)))
            .collect()
    }

    fn percents(&self) -> Vec<(f64, String)> {
        [0.0, 0.25, 0.5, 0.75, 1.0]
            .map(|share| (share, self.percent(share)))
            .into()
    }

    // What hangs on one actor.

    fn dependence(&self, attribute: Attribute) -> Result<Block, ApiError> {
        let by = attribute.name();
        let block = self.block(&format!("dependence-{by}"), &format!("{by}-dependence"));
        if let Some(why) = self.why_nothing(attribute) {
            return Ok(self.without(block, why));
        }
        let pairs = match attribute {
            Attribute::Level => &self.report.level_pairs,
            _ => &self.report.sector_pairs,
        };
        let is_joined = |pair: &&PairDependence| pair.ties > 0 || pair.hybrids > 0;
        let mut joined: Vec<&PairDependence> = pairs.iter().filter(is_joined).collect();
        if joined.is_empty() {
            return Ok(self.without(block, "joined"));
        }
        // What one actor alone holds comes first, what most hangs on it before the rest.
        joined.sort_by(|a, b| {
            let share = |pair: &PairDependence| pair.top_share.value().unwrap_or(0.0);
            b.is_cut
                .cmp(&a.is_cut)
                .then_with(|| {
                    if a.is_cut {
                        b.ties.cmp(&a.ties)
                    } else {
                        share(b).total_cmp(&share(a))
                    }
                })
                .then_with(|| (a.first, a.second).cmp(&(b.first, b.second)))
        });
        let cut = joined.iter().filter(|pair| pair.is_cut).count();
        let mut reading = vec![self.say(
            &format!("integration-read-dependence-{by}"),
            [
                ("joined", joined.len().into()),
                ("all", pairs.len().into()),
                ("cut", cut.into()),
            ],
        )];
        if let Some((pair, top)) = joined
            .iter()
            .find(|pair| pair.is_cut && pair.ties >= 2)
            .and_then(|pair| Some((pair, pair.top?)))
        {
            reading.push(self.say(
                "integration-read-cut",
                [
                    (
                        "pair",
                        isolated(&self.pair(attribute, pair.first, pair.second)).into(),
                    ),
                    ("actor", isolated(&self.actor(top).0).into()),
                    ("ties", pair.ties.into()),
                ],
            ));
        }
        let strongest = joined
            .iter()
            .filter(|pair| !pair.is_cut && pair.ties >= 5)
            .find_map(|pair| Some((pair, pair.top?, pair.top_share.value()?)));
        if let Some((pair, top, share)) = strongest {
            reading.push(self.say(
                match cut {
                    0 => "integration-read-strongest-of-all",
                    _ => "integration-read-strongest",
                },
                [
                    (
                        "pair",
                        isolated(&self.pair(attribute, pair.first, pair.second)).into(),
                    ),
                    ("actor", isolated(&self.actor(top).0).into()),
                    ("share", self.percent(share).into()),
                    ("ties", pair.ties.into()),
                    ("left", pair.ties_without_top.into()),
                ],
            ));
        }
        // The chart shows bridges of several ties: that a single tie has two ends tells nothing. The
        // widest that one actor holds come first, then the widest of all, so that both are seen.
        let several = || joined.iter().filter(|pair| pair.ties >= 2);
        let mut wide: Vec<&&PairDependence> = several().filter(|pair| !pair.is_cut).collect();
        wide.sort_by_key(|pair| Reverse(pair.ties));
        let of_one: Vec<&&PairDependence> = several().filter(|pair| pair.is_cut).collect();
        let room = MOST_IN_CHART - wide.len().min(MOST_IN_CHART / 2);
        let shown = of_one.into_iter().take(room).chain(wide);
        let bars: Vec<Bar> = shown
            .take(MOST_IN_CHART)
            .map(|pair| {
                let share = pair.top_share.value().unwrap_or(0.0);
                let actor = pair.top.map(|top| self.actor(top).0).unwrap_or_default();
                let label = self.pair(attribute, pair.first, pair.second);
                Bar {
                    tip: self.say(
                        if pair.is_cut {
                            "integration-bar-cut"
                        } else {
                            "integration-bar-dependence"
                        },
                        [
                            ("pair", Value::from(&label)),
                            ("actor", shortened(&actor, LONGEST_NAME).into()),
                            ("touches", pair.top_ties.into()),
                            ("ties", pair.ties.into()),
                            ("left", pair.ties_without_top.into()),
                        ],
                    ),
                    label: format!("{label}: {}", apart(&shortened(&actor, 80))),
                    value: share,
                    unknown: 0.0,
                    text: self.say(
                        "integration-of",
                        [
                            ("part", self.shell.whole(pair.top_ties).into()),
                            ("whole", self.shell.whole(pair.ties).into()),
                        ],
                    ),
                    is_marked: pair.is_cut,
                }
            })
            .collect();
        let chart = (!bars.is_empty()).then(|| {
            Bars::new(
                &format!("chart-dependence-{by}"),
                &block.title,
                &reading.join(" "),
                1.0,
                &self.percents(),
                bars,
            )
        });
        let categories = self.network().grouping(attribute).categories();
        let rows = joined.iter().map(|pair| {
            let [from, to] = [pair.first, pair.second]
                .map(|number| categories.get(number as usize).map_or("", |c| c.id()));
            let (actor, href) = pair.top.map(|top| self.actor(top)).unwrap_or_default();
            let rows = format!("from={}&to={}", encoded(from), encoded(to));
            let mark = if self.query.is_empty() { '?' } else { '&' };
            vec![
                Td {
                    href: Some(format!(
                        "{}/{by}-dependence.csv{}{mark}{rows}",
                        self.path, self.query
                    )),
                    ..self.head(self.pair(attribute, pair.first, pair.second))
                },
                self.whole(pair.ties),
                self.whole(pair.hybrids),
                Td {
                    href: pair.top.map(|_| href),
                    ..self.text(shortened(&actor, LONGEST_NAME))
                },
                self.number(match pair.top_share {
                    Score::Value(share) => self.percent(share),
                    Score::Undefined(_) => String::new(),
                }),
                self.whole(pair.ties_without_top),
                self.whole(pair.hybrids_without_top),
                self.text(self.t(if pair.is_cut {
                    "integration-cut-yes"
                } else {
                    "integration-cut-no"
                })),
                self.whole(pair.unknown_ties),
            ]
        });
        let table = self.table(
            self.say(
                &format!("integration-dependence-{by}-caption"),
                [("n", joined.len().into())],
            ),
            self.columns([
                ("pair", Kind::Head),
                ("ties", Kind::Number),
                ("hybrids", Kind::Number),
                ("hangs-on", Kind::Text),
                ("its-share", Kind::Number),
                ("left", Kind::Number),
                ("hybrids-left", Kind::Number),
                ("cut", Kind::Text),
                ("unknown-ties", Kind::Number),
            ]),
            rows.collect(),
        );
        let mut data: Vec<Lead> = self.files(&self.path, "").into();
        let name = match attribute {
            Attribute::Sector => "bridges-between-sectors",
            _ => "cases-across-levels",
        };
        data.extend(self.catalogue_query(name));
        let mixing = self.mixing_of(attribute);
        Ok(Block {
            cover: self
                .cover(
                    &format!("integration-cover-{by}"),
                    mixing.ties_known as f64,
                    mixing.ties_unknown as f64,
                )
                .into_iter()
                .collect(),
            keys: if cut > 0 {
                vec![self.key("cut", "integration-key-cut")]
            } else {
                Vec::new()
            },
            charts: Drawing::several(chart)?,
            tables: vec![table],
            reading,
            data,
            ..block
        })
    }

    fn key_actors(&self) -> Result<Block, ApiError> {
        let block = self.block("key-actors", "key-actors");
        if let Some(why) = self.why_nothing(Attribute::Sector) {
            return Ok(self.without(block, why));
        }
        let actors = &self.report.key_actors;
        let cutting: Vec<_> = actors.iter().filter(|actor| actor.pairs_cut > 0).collect();
        let cut_pairs = |cut: &[(u32, u32)]| -> Vec<String> {
            let pairs = cut.iter();
            pairs
                .map(|(from, to)| self.pair(Attribute::Sector, *from, *to))
                .collect()
        };
        let mut reading = Vec::new();
        match cutting.first() {
            None => reading.push(self.t("integration-read-no-key-actor")),
            Some(first) => {
                let pairs: Vec<String> = cut_pairs(&first.cut)
                    .iter()
                    .map(|pair| isolated(pair))
                    .collect();
                reading.push(self.say(
                    "integration-read-key-actor",
                    [
                        ("actor", isolated(&self.actor(first.node).0).into()),
                        ("cut", first.pairs_cut.into()),
                        ("carried", first.carried_before.into()),
                        ("pairs", self.listed(&pairs, 4).into()),
                    ],
                ));
            }
        }
        if let Some(player) = self.report.key_players.first()
            && let (Some(before), Some(after)) =
                (player.before.value(), player.fragmentation.value.value())
            && after - before >= WORTH_TELLING
        {
            reading.push(self.say(
                "integration-read-key-player",
                [
                    ("actor", isolated(&self.actor(player.node).0).into()),
                    ("before", self.percent(before).into()),
                    ("after", self.percent(after).into()),
                ],
            ));
        }
        let greatest = cutting
            .iter()
            .map(|actor| actor.pairs_cut)
            .max()
            .unwrap_or(0) as f64;
        let marks = whole_marks(greatest);
        let bars: Vec<Bar> = cutting
            .iter()
            .map(|actor| {
                let name = self.actor(actor.node).0;
                Bar {
                    tip: format!(
                        "{}: {}",
                        shortened(&name, LONGEST_NAME),
                        cut_pairs(&actor.cut).join("; ")
                    ),
                    label: name,
                    value: actor.pairs_cut as f64,
                    unknown: 0.0,
                    text: self.say("integration-pairs", [("n", actor.pairs_cut.into())]),
                    is_marked: false,
                }
            })
            .collect();
        let chart = (!bars.is_empty()).then(|| {
            Bars::new(
                "chart-key-actors",
                &block.title,
                &reading.join(" "),
                marks.last().copied().unwrap_or(1.0),
                &self.marks(&marks),
                bars,
            )
        });
        let mut tables = Vec::new();
        if !actors.is_empty() {
            let rows = (1_usize..).zip(actors).map(|(rank, actor)| {
                let (name, href) = self.actor(actor.node);
                vec![
                    self.whole(rank),
                    Td {
                        href: Some(href),
                        ..self.head(name)
                    },
                    self.whole(actor.pairs_cut),
                    self.whole(actor.carried_before),
                    self.text(cut_pairs(&actor.cut).join("; ")),
                    self.whole(actor.ties_lost_so_far),
                ]
            });
            tables.push(self.table(
                self.t("integration-key-actors-caption"),
                self.columns([
                    ("rank", Kind::Number),
                    ("actor", Kind::Head),
                    ("pairs-cut", Kind::Number),
                    ("pairs-before", Kind::Number),
                    ("which-pairs", Kind::Text),
                    ("ties-lost", Kind::Number),
                ]),
                rows.collect(),
            ));
        }
        if !self.report.key_players.is_empty() {
            let rows = (1_usize..)
                .zip(&self.report.key_players)
                .map(|(rank, player)| {
                    let (name, href) = self.actor(player.node);
                    vec![
                        self.whole(rank),
                        Td {
                            href: Some(href),
                            ..self.head(name)
                        },
                        self.number(self.share(player.before)),
                        self.number(self.share(player.fragmentation.value)),
                        self.whole(player.components),
                    ]
                });
            tables.push(self.table(
                self.t("integration-key-players-caption"),
                self.columns([
                    ("rank", Kind::Number),
                    ("actor", Kind::Head),
                    ("before", Kind::Number),
                    ("after", Kind::Number),
                    ("components", Kind::Number),
                ]),
                rows.collect(),
            ));
        }
        let mut data: Vec<Lead> = self.files(&self.path, "").into();
        data.extend(self.catalogue_query("single-actor-bridges"));
        Ok(Block {
            charts: Drawing::several(chart)?,
            reading,
            tables,
            data,
            ..block
        })
    }

    fn providers(&self) -> Result<Block, ApiError> {
        let block = self.block("providers", "providers");
        let mut providers: Vec<_> = self.report.providers.iter().collect();
        if providers.is_empty() {
            return Ok(self.without(block, "services"));
        }
        providers.sort_by_key(|sector| Reverse(sector.services));
        let terms = || providers.iter().map(|sector| &sector.sector.term);
        let names: BTreeMap<String, String> = terms()
            .map(Term::to_string)
            .zip(names_apart(self.snapshot, terms(), self.shell))
            .collect();
        let name = |sector: &crate::network::Category| {
            let name = names.get(&sector.term.to_string());
            name.cloned().unwrap_or_default()
        };
        // In a directory each service is somebody's: then bars would all be full.
        let sectors = providers.len();
        let is_full = |sector: &&crate::metrics::two_mode::SectorProviders| {
            sector.fragile == sector.services && sector.services > 0
        };
        let full = providers
            .iter()
            .copied()
            .filter(|sector| is_full(sector))
            .count();
        let is_directory = full == sectors;
        // Some full bars tell of some sectors; many tell of the directory.
        let told: Vec<_> = providers
            .iter()
            .copied()
            .filter(|sector| full <= MOST_FULL || !is_full(sector))
            .collect();
        let fragile = told
            .iter()
            .copied()
            .max_by(|a, b| {
                let share = |sector: &crate::metrics::two_mode::SectorProviders| {
                    sector.fragile as f64 / sector.services.max(1) as f64
                };
                share(a)
                    .total_cmp(&share(b))
                    .then(a.services.cmp(&b.services))
            })
            .filter(|sector| sector.fragile > 0);
        let mut reading = vec![match fragile {
            _ if is_directory => self.t("integration-read-directory"),
            Some(sector) => self.say(
                "integration-read-fragile",
                [
                    ("sector", isolated(&name(&sector.sector)).into()),
                    ("fragile", sector.fragile.into()),
                    ("services", sector.services.into()),
                ],
            ),
            None => self.t("integration-read-none-fragile"),
        }];
        if told.len() < sectors && !is_directory {
            reading.push(self.say(
                "integration-read-directories",
                [("n", full.into()), ("all", sectors.into())],
            ));
        }
        let bars = told.iter().take(MOST_IN_CHART).map(|sector| {
            let share = sector.fragile as f64 / sector.services.max(1) as f64;
            let label = name(&sector.sector);
            let of = self.say(
                "integration-of",
                [
                    ("part", self.shell.whole(sector.fragile).into()),
                    ("whole", self.shell.whole(sector.services).into()),
                ],
            );
            Bar {
                tip: format!("{}: {of}", shortened(&label, LONGEST_NAME)),
                label,
                value: share,
                unknown: 0.0,
                text: of,
                is_marked: false,
            }
        });
        let chart = Bars::new(
            "chart-providers",
            &block.title,
            &reading.join(" "),
            1.0,
            &self.percents(),
            bars.collect(),
        );
        let nodes = self.report.provision.network().nodes();
        let rows = providers.iter().map(|sector| {
            let top = sector
                .top
                .and_then(|(node, share)| Some((nodes.get(node as usize)?, share)));
            vec![
                self.head(name(&sector.sector)),
                self.whole(sector.services),
                self.whole(sector.providers),
                self.whole(sector.fragile),
                self.number(self.index(sector.concentration)),
                match top {
                    Some((node, _)) => Td {
                        href: Some(self.links.page(node.id())),
                        ..self.text(shortened(&node.label, LONGEST_NAME))
                    },
                    None => Td::default(),
                },
                self.number(
                    top.map(|(_, share)| self.percent(share))
                        .unwrap_or_default(),
                ),
            ]
        });
        let rows = rows.collect();
        Ok(Block {
            // Bars of no length, or all of full length, say no more than the sentence does.
            charts: match fragile {
                Some(_) if !is_directory => vec![Drawing::of(&chart)?],
                _ => Vec::new(),
            },
            tables: vec![self.table(
                self.t("integration-providers-caption"),
                self.columns([
                    ("sector", Kind::Head),
                    ("services", Kind::Number),
                    ("providers", Kind::Number),
                    ("fragile", Kind::Number),
                    ("concentration", Kind::Number),
                    ("largest", Kind::Text),
                    ("its-share", Kind::Number),
                ]),
                rows,
            )],
            data: self
                .files(&self.path, "")
                .into_iter()
                .chain([self.query_of(&self.report.provision.definition().text)])
                .collect(),
            reading,
            ..block
        })
    }

    fn chains(&self) -> Result<Block, ApiError> {
        let block = self.block("chains", "vertical-chains");
        let chains = &self.report.chains;
        let known = chains.unbroken.denominator;
        if known <= 0.0 {
            let why = match self.why_nothing(Attribute::Level) {
                Some("level") => "level",
                _ => "local",
            };
            return Ok(self.without(block, why));
        }
        let count = |rung: Rung| {
            let missing = chains.chains.iter();
            missing
                .filter(|chain| chain.missing.contains(&rung))
                .count()
        };
        let mut reading = vec![self.say(
            "integration-read-chains",
            [
                (
                    "unbroken",
                    (chains.unbroken.numerator.round() as u64).into(),
                ),
                ("known", (known.round() as u64).into()),
                ("regional", count(Rung::Regional).into()),
                ("national", count(Rung::National).into()),
            ],
        )];
        if chains.chains.len() < FEW_CASES {
            reading.push(self.say("integration-few-cases", [("n", chains.chains.len().into())]));
        }
        let all = chains.chains.len() as f64;
        let bars = Rung::DEMANDED.into_iter().map(|rung| {
            let reached = chains
                .chains
                .iter()
                .filter(|chain| chain.reached.contains(&rung))
                .count();
            let label = self.rung(rung);
            let of = self.say(
                "integration-of",
                [
                    ("part", self.shell.whole(reached).into()),
                    ("whole", self.shell.whole(chains.chains.len()).into()),
                ],
            );
            Bar {
                tip: format!("{label}: {of}"),
                label,
                value: reached as f64 / all.max(1.0),
                unknown: 0.0,
                text: of,
                is_marked: false,
            }
        });
        let chart = Bars::new(
            "chart-chains",
            &block.title,
            &reading.join(" "),
            1.0,
            &self.percents(),
            bars.collect(),
        );
        let rungs = |rungs: &[Rung]| {
            let names: Vec<String> = rungs.iter().map(|rung| self.rung(*rung)).collect();
            names.join(", ")
        };
        let rows = chains.chains.iter().take(MOST_IN_TABLE + 1).map(|chain| {
            let iri = text_of(&chain.thing);
            let actors: Vec<String> = chain
                .nodes
                .iter()
                .map(|node| shortened(&self.actor(*node).0, 60))
                .collect();
            vec![
                Td {
                    href: Some(self.links.page(iri)),
                    ..self.head(name_of(self.snapshot, &chain.thing, self.shell))
                },
                self.text(rungs(&chain.reached)),
                self.text(rungs(&chain.missing)),
                self.text(actors.join(" → ")),
            ]
        });
        let table = self.table(
            self.t("integration-chains-caption"),
            self.columns([
                ("case", Kind::Head),
                ("reached", Kind::Text),
                ("lacking", Kind::Text),
                ("chain", Kind::Text),
            ]),
            rows.collect(),
        );
        let mut data: Vec<Lead> = self
            .files(&format!("{}/vertical-chains", self.path), "")
            .into();
        data.extend(self.catalogue_query("cases-across-levels"));
        Ok(Block {
            cover: self
                .cover("integration-cover-chains", known, chains.unbroken.unknown)
                .into_iter()
                .collect(),
            charts: vec![Drawing::of(&chart)?],
            tables: vec![table],
            reading,
            data,
            ..block
        })
    }

    /// The name of a rung: that of its level.
    fn rung(&self, rung: Rung) -> String {
        let categories = self.network().grouping(Attribute::Level).categories();
        let at = categories
            .iter()
            .position(|category| category.rank == Some(rung.rank()));
        match at {
            Some(at) => self.category(Attribute::Level, at as u32).to_owned(),
            None => {
                let iri = format!(
                    "https://w3id.org/weft/code/governance-level/{}",
                    rung.name()
                );
                NamedNode::new(iri).map_or_else(
                    |_| rung.name().to_owned(),
                    |node| name_of(self.snapshot, &node.into(), self.shell),
                )
            }
        }
    }

    // What people judge.

    fn ladders(&self) -> Result<Block, ApiError> {
        let block = self.block("ladders", "ladders");
        // A filter by role leaves no assessment: they have none.
        let rows =
            indicators::assessments(self.snapshot, self.measured.filter()).unwrap_or_default();
        if rows.is_empty() || self.report.ladders.is_empty() {
            return Ok(self.without(block, "assessments"));
        }
        let mut reading = Vec::new();
        let mut charts = Vec::new();
        let mut tables = Vec::new();
        for (number, ladder) in self.report.ladders.iter().enumerate() {
            let (chart, table, read) = self.ladder(number, ladder, &rows)?;
            charts.push(chart);
            tables.push(table);
            reading.extend(read);
        }
        tables.push(self.ladder_figures());
        let mut data: Vec<Lead> = self.files(&self.path, "").into();
        data.extend(self.catalogue_query("integration-gaps"));
        let with_optimum: f64 = self
            .report
            .ladders
            .iter()
            .map(|ladder| ladder.statistics.gap.denominator)
            .sum();
        let without: f64 = self
            .report
            .ladders
            .iter()
            .map(|ladder| ladder.statistics.gap.unknown)
            .sum();
        Ok(Block {
            cover: self
                .cover("integration-cover-ladders", with_optimum, without)
                .into_iter()
                .collect(),
            keys: vec![
                self.key("actual", "integration-key-actual"),
                self.key("other", "integration-key-optimum"),
            ],
            charts,
            reading,
            tables,
            data,
            ..block
        })
    }

    fn ladder(
        &self,
        number: usize,
        ladder: &LadderReport,
        rows: &[AssessmentRow],
    ) -> Result<(Drawing, Table, Vec<String>), ApiError> {
        let figures = &ladder.statistics;
        let name = match NamedNode::new(&figures.ladder) {
            Ok(node) => name_of(self.snapshot, &node.into(), self.shell),
            Err(_) => ladder.label.clone(),
        };
        let mut own: Vec<&AssessmentRow> = rows
            .iter()
            .filter(|row| row.assessment.ladder == figures.ladder)
            .collect();
        own.sort_by(|a, b| {
            let gap = |row: &AssessmentRow| row.gap().unwrap_or(f64::MIN);
            gap(b).total_cmp(&gap(a))
        });
        let mut reading = Vec::new();
        if let Some(gap) = figures.gap.value.value() {
            reading.push(self.say(
                "integration-read-ladder",
                [
                    ("ladder", isolated(&name).into()),
                    ("judged", (figures.gap.denominator.round() as u64).into()),
                    ("gap", self.shell.decimal(gap, 1).into()),
                    ("over", figures.negative_gaps.into()),
                ],
            ));
        } else {
            reading.push(self.say(
                "integration-read-ladder-no-optimum",
                [
                    ("ladder", isolated(&name).into()),
                    ("n", figures.assessments.into()),
                ],
            ));
        }
        let (lowest, highest) = own.first().map_or((0.0, 4.0), |row| {
            (row.assessment.lowest, row.assessment.highest)
        });
        let marks: Vec<f64> = (0..=20)
            .map(|step| lowest + f64::from(step))
            .take_while(|mark| *mark <= highest)
            .collect();
        let step = |iri: &Option<String>, label: &Option<String>| -> String {
            let node = iri.as_ref().and_then(|iri| NamedNode::new(iri).ok());
            node.map(|node| name_of(self.snapshot, &node.into(), self.shell))
                .or_else(|| label.clone())
                .unwrap_or_else(|| self.t("integration-not-stated"))
        };
        let told: Vec<(String, String, String, &AssessmentRow)> = own
            .into_iter()
            .map(|row| {
                let parties: Vec<String> = row
                    .parties
                    .iter()
                    .map(|party| name_of(self.snapshot, &party.term, self.shell))
                    .map(|name| apart(&shortened(&name, LONGEST_NAME)))
                    .collect();
                (
                    shortened(&parties.join(" – "), 2 * LONGEST_NAME),
                    step(&row.assessment.actual_step, &row.actual_label),
                    step(&row.assessment.optimum_step, &row.optimum_label),
                    row,
                )
            })
            .collect();
        let pairs = told
            .iter()
            .take(MOST_IN_CHART)
            .map(|(parties, actual, optimum, row)| Pair {
                label: parties.clone(),
                actual: row.assessment.actual,
                other: row.assessment.optimum,
                text: row
                    .gap()
                    .map(|gap| {
                        let sign = if gap > 0.0 { "+" } else { "" };
                        format!("{sign}{}", self.amount(gap))
                    })
                    .unwrap_or_default(),
                tip: self.say(
                    "integration-judged",
                    [
                        ("parties", Value::from(parties)),
                        ("actual", Value::from(actual)),
                        ("optimum", Value::from(optimum)),
                    ],
                ),
                is_marked: false,
            });
        let chart = Dumbbell::new(
            &format!("chart-ladder-{number}"),
            &name,
            &reading.join(" "),
            [lowest, highest],
            &self.marks(&marks),
            pairs.collect(),
        );
        let rows = told.iter().map(|(parties, actual, optimum, row)| {
            vec![
                self.head(parties.clone()),
                self.text(actual.clone()),
                self.text(optimum.clone()),
                self.number(row.gap().map(|gap| self.amount(gap)).unwrap_or_default()),
                self.text(
                    row.assessor
                        .as_ref()
                        .map(|assessor| name_of(self.snapshot, assessor, self.shell))
                        .unwrap_or_default(),
                ),
                self.text(row.date.clone().unwrap_or_default()),
            ]
        });
        let table = self.table(
            self.say(
                "integration-ladder-caption",
                [("ladder", shortened(&name, LONGEST_NAME).into())],
            ),
            self.columns([
                ("parties", Kind::Head),
                ("actual", Kind::Text),
                ("optimum", Kind::Text),
                ("gap", Kind::Number),
                ("assessor", Kind::Text),
                ("date", Kind::Text),
            ]),
            rows.collect(),
        );
        let drawing = Drawing {
            name: shortened(&name, LONGEST_NAME),
            ..Drawing::of(&chart)?
        };
        Ok((drawing, table, reading))
    }

    /// The figures of all ladders, and of all on one scale.
    fn ladder_figures(&self) -> Table {
        let of = |figure: &Figure| match figure.value {
            Score::Value(value) => self.shell.decimal(value, 2),
            Score::Undefined(reason) => self.undefined(reason),
        };
        let mut rows: Vec<Vec<Td>> = self
            .report
            .ladders
            .iter()
            .map(|ladder| {
                let figures = &ladder.statistics;
                let name = NamedNode::new(&figures.ladder).map_or_else(
                    |_| ladder.label.clone(),
                    |node| name_of(self.snapshot, &node.into(), self.shell),
                );
                vec![
                    self.head(name),
                    self.whole(figures.assessments),
                    self.whole(figures.rated_pairs),
                    self.whole(figures.unrated_pairs),
                    self.number(of(&figures.depth)),
                    self.number(self.share(figures.scope.value)),
                    self.number(self.share(figures.reciprocity.value)),
                    self.number(self.share(figures.congruence.value)),
                    self.number(of(&figures.gap)),
                ]
            })
            .collect();
        let common = &self.report.common;
        rows.push(vec![
            self.head(self.t("integration-common-scale")),
            self.number(self.amount(common.mean.denominator + common.mean.unknown)),
            Td::default(),
            Td::default(),
            self.number(of(&common.mean)),
            Td::default(),
            Td::default(),
            Td::default(),
            self.number(of(&common.gap)),
        ]);
        self.table(
            self.t("integration-ladders-caption"),
            self.columns([
                ("ladder", Kind::Head),
                ("assessments", Kind::Number),
                ("rated", Kind::Number),
                ("unrated", Kind::Number),
                ("depth", Kind::Number),
                ("scope", Kind::Number),
                ("reciprocity", Kind::Number),
                ("congruence", Kind::Number),
                ("gap", Kind::Number),
            ]),
            rows,
        )
    }

    // What statements tell.

    fn statements(&self) -> Result<Vec<Block>, ApiError> {
        /// Those with a chart of their groups, before the others.
        const CHARTED: [&str; 3] = ["formalisation", "evidence-two-sources", "empty-fields"];
        let find = |id: &str| self.report.indicators.iter().find(|known| known.id == id);
        let mut blocks = Vec::new();
        for id in CHARTED {
            if let Some(indicator) = find(id) {
                blocks.push(self.statement(indicator)?);
            }
        }
        let others = self
            .report
            .indicators
            .iter()
            .filter(|known| !CHARTED.contains(&known.id.as_str()));
        let block = self.block("figures", "indicators");
        let mut reading = Vec::new();
        let mut rows = Vec::new();
        for indicator in others {
            let (title, meaning) = self.indicator_texts(indicator);
            let [value, part, whole, unknown] = match &indicator.outcome {
                Ok((figure, _)) => [
                    self.figure_of(indicator, figure),
                    self.amount(figure.numerator),
                    self.amount(figure.denominator),
                    self.amount(figure.unknown),
                ],
                Err(_) => [
                    self.t("integration-not-filtered"),
                    String::new(),
                    String::new(),
                    String::new(),
                ],
            };
            if indicator.id == "multi-sector-actors"
                && let Ok((figure, _)) = &indicator.outcome
                && figure.denominator > 0.0
            {
                reading.push(self.say(
                    "integration-read-multi-sector",
                    [
                        ("part", (figure.numerator.round() as u64).into()),
                        ("whole", (figure.denominator.round() as u64).into()),
                        ("unknown", (figure.unknown.round() as u64).into()),
                    ],
                ));
            }
            rows.push(vec![
                Td {
                    href: Some(format!("{}/{}.csv{}", self.path, indicator.id, self.query)),
                    ..self.head(title)
                },
                self.number(value),
                self.number(part),
                self.number(whole),
                self.number(unknown),
                self.text(meaning),
            ]);
        }
        let mut data: Vec<Lead> = self.files(&self.path, "").into();
        data.extend(self.catalogue_query("weak-side-of-strong-cases"));
        blocks.push(Block {
            tables: vec![self.table(
                self.t("integration-figures-caption"),
                self.columns([
                    ("indicator", Kind::Head),
                    ("value", Kind::Number),
                    ("numerator", Kind::Number),
                    ("denominator", Kind::Number),
                    ("unknown", Kind::Number),
                    ("meaning", Kind::Text),
                ]),
                rows,
            )],
            reading,
            data,
            is_open: true,
            ..block
        });
        Ok(blocks)
    }

    /// Title and meaning of an indicator: ours where we know it, else what its file says.
    fn indicator_texts(&self, indicator: &IndicatorReport) -> (String, String) {
        let title = format!("integration-{}", indicator.id);
        let text = self.t(&title);
        if text == title {
            (indicator.title.clone(), indicator.description.clone())
        } else {
            (text, self.t(&format!("{title}-meaning")))
        }
    }

    /// The figure of an indicator as it is best read: a share, or a number.
    fn figure_of(&self, indicator: &IndicatorReport, figure: &Figure) -> String {
        if indicator.unit.starts_with("share") {
            self.share(figure.value)
        } else {
            self.index(figure.value)
        }
    }

    fn statement(&self, report: &IndicatorReport) -> Result<Block, ApiError> {
        let (title, meaning) = self.indicator_texts(report);
        let block = Block {
            id: report.id.clone(),
            title,
            meaning,
            help: format!("/help#{}", report.id),
            ..Block::default()
        };
        let Ok((figure, groups)) = &report.outcome else {
            return Ok(Block {
                empty: Some((
                    self.t("integration-not-filtered"),
                    self.t("integration-not-filtered-how"),
                )),
                ..block
            });
        };
        let Some(value) = figure.value.value() else {
            return Ok(self.without(block, "statements"));
        };
        let reading = vec![self.say(
            &format!("integration-read-{}", report.id),
            [
                ("part", (figure.numerator.round() as u64).into()),
                ("whole", (figure.denominator.round() as u64).into()),
                ("share", self.percent(value).into()),
            ],
        )];
        let name = |group: &GroupFigure| match &group.group {
            Some(Term::NamedNode(node)) => {
                let name = name_of(self.snapshot, &node.clone().into(), self.shell);
                // A term of others has no name here; the indicator may have one for it.
                match crate::app::iri::shortened(node.as_str()) {
                    Some(short) if short == name => group.label.clone(),
                    _ => name,
                }
            }
            Some(_) => group.label.clone(),
            None => self.t("integration-not-recorded"),
        };
        let mut shown: Vec<&GroupFigure> = groups
            .iter()
            .filter(|group| group.figure.denominator > 0.0)
            .collect();
        shown.sort_by(|a, b| b.figure.denominator.total_cmp(&a.figure.denominator));
        let of = |figure: &Figure| {
            self.say(
                "integration-of",
                [
                    ("part", self.amount(figure.numerator).into()),
                    ("whole", self.amount(figure.denominator).into()),
                ],
            )
        };
        let bar = |label: String, figure: &Figure| {
            let of = of(figure);
            Bar {
                tip: format!(
                    "{}: {of} ({})",
                    shortened(&label, LONGEST_NAME),
                    self.share(figure.value)
                ),
                label,
                value: figure.value.value().unwrap_or(0.0),
                unknown: 0.0,
                text: of,
                is_marked: false,
            }
        };
        let bars = std::iter::once(bar(self.t("integration-all"), figure)).chain(
            shown
                .iter()
                .take(MOST_IN_CHART - 1)
                .map(|group| bar(name(group), &group.figure)),
        );
        let chart = Bars::new(
            &format!("chart-{}", report.id),
            &block.title,
            &reading.join(" "),
            1.0,
            &self.percents(),
            bars.collect(),
        );
        let row = |label: String, figure: &Figure| {
            vec![
                self.head(label),
                self.number(self.amount(figure.numerator)),
                self.number(self.amount(figure.denominator)),
                self.number(self.share(figure.value)),
                self.number(self.amount(figure.unknown)),
            ]
        };
        let rows = std::iter::once(row(self.t("integration-all"), figure))
            .chain(shown.iter().map(|group| row(name(group), &group.figure)));
        let table = self.table(
            block.title.clone(),
            self.columns([
                ("group", Kind::Head),
                ("counted-yes", Kind::Number),
                ("counted-all", Kind::Number),
                ("share", Kind::Number),
                ("unknown", Kind::Number),
            ]),
            rows.collect(),
        );
        let mut data: Vec<Lead> = self
            .files(&format!("{}/{}", self.path, report.id), "")
            .into();
        if let Ok(indicator) = self.graph.indicators().get(&report.id) {
            data.push(self.indicator_query(indicator));
        }
        Ok(Block {
            cover: self
                .cover(
                    "integration-cover-statements",
                    figure.denominator,
                    figure.unknown,
                )
                .into_iter()
                .collect(),
            charts: vec![Drawing::of(&chart)?],
            tables: vec![table],
            reading,
            data,
            ..block
        })
    }

    /// The few sentences that somebody reads who reads nothing else.
    pub(super) fn brief(&self, groups: &[Group]) -> Vec<Lead> {
        const WANTED: [&str; 7] = [
            "four-way",
            "missing-sector",
            "dependence-sector",
            "key-actors",
            "chains",
            "formalisation",
            "evidence-two-sources",
        ];
        let blocks = || groups.iter().flat_map(|group| &group.blocks);
        WANTED
            .iter()
            .filter_map(|id| blocks().find(|block| block.id == *id))
            .filter_map(|block| {
                Some(Lead {
                    text: block.reading.first()?.clone(),
                    href: format!("#{}", block.id),
                })
            })
            .collect()
    }
}

/// Where the API has the report on a network.
pub(super) fn report_path(network: &str) -> String {
    if network == NETWORK {
        "/api/v1/integration".to_owned()
    } else {
        format!("/api/v1/networks/{}/integration", encoded(network))
    }
}

/// The name of a thing in the language of a page.
pub(super) fn name_of(snapshot: &Snapshot, term: &Term, shell: &Shell) -> String {
    let node = match term.as_ref() {
        TermRef::NamedNode(node) => NamedOrBlankNodeRef::NamedNode(node),
        TermRef::BlankNode(node) => NamedOrBlankNodeRef::BlankNode(node),
        _ => return text_of(term).to_owned(),
    };
    label_in(snapshot, node, shell.language.tag())
}

/// Names of categories in the language of a page. Where several are called alike, each has the
/// name of its classification behind it.
fn names_apart<'a>(
    snapshot: &Snapshot,
    terms: impl Iterator<Item = &'a Term>,
    shell: &Shell,
) -> Vec<String> {
    let named: Vec<(&Term, String)> = terms
        .map(|term| (term, name_of(snapshot, term, shell)))
        .collect();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (_, name) in &named {
        *times.entry(name.to_lowercase()).or_default() += 1;
    }
    named
        .into_iter()
        .map(|(term, name)| {
            let is_alone = times.get(&name.to_lowercase()) == Some(&1);
            match classification(snapshot, term, shell).filter(|_| !is_alone) {
                Some(of) => format!("{name} ({of})"),
                None => name,
            }
        })
        .collect()
}

/// The name of the scheme that a concept is in.
fn classification(snapshot: &Snapshot, term: &Term, shell: &Shell) -> Option<String> {
    const IN_SCHEME: NamedNodeRef<'_> =
        NamedNodeRef::new_unchecked("http://www.w3.org/2004/02/skos/core#inScheme");
    let schemes = snapshot.quads_for_pattern(Some(term.as_ref()), Some(IN_SCHEME), None, None);
    let scheme = schemes
        .map(|quad| quad.object)
        .min_by_key(Term::to_string)?;
    Some(name_of(snapshot, &scheme, shell))
}

/// Whether a number of ties is not whole, as it is where an actor in several categories is shared
/// among them.
fn is_fraction(ties: f64) -> bool {
    (ties - ties.round()).abs() >= 0.05
}

fn has_fractions(mixing: &Mixing) -> bool {
    mixing.rows.iter().any(|row| is_fraction(row.ties))
}

fn cells_of(four: &FourWay) -> [&FourWayCell; 4] {
    [&four.same, &four.horizontal, &four.vertical, &four.diagonal]
}

/// Whether there is more, or less, of a kind than by chance: `more`, `less`, `even`, `untested`.
fn verdict(cell: &FourWayCell) -> &'static str {
    match (cell.p, cell.p_less, cell.p_greater) {
        (Some(p), Some(less), Some(greater)) if p <= SIGNIFICANT => {
            if greater < less {
                "more"
            } else {
                "less"
            }
        }
        (Some(_), ..) => "even",
        (None, ..) => "untested",
    }
}

/// Marks of a scale of whole numbers.
fn whole_marks(greatest: f64) -> Vec<f64> {
    let marks = round_marks(greatest);
    if marks.iter().all(|mark| mark.fract() == 0.0) {
        return marks;
    }
    (0..=greatest.ceil() as u32).map(f64::from).collect()
}

/// The categories with the most ties, those with more of them first: as many as a heatmap has room
/// for.
fn widest(mixing: &Mixing, categories: usize) -> Vec<u32> {
    let mut ties = vec![0.0; categories];
    for row in &mixing.rows {
        for category in [row.from, row.to] {
            if let Some(sum) = ties.get_mut(category as usize) {
                *sum += row.ties;
            }
        }
    }
    let mut order: Vec<u32> = (0..categories as u32).collect();
    order.retain(|category| ties[*category as usize] > 0.0);
    order.sort_by(|a, b| ties[*b as usize].total_cmp(&ties[*a as usize]));
    order.truncate(MOST_IN_HEATMAP);
    order
}
