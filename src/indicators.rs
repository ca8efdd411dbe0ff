//! Indicators of integration that count statements rather than ties.
//!
//! An indicator is a file of the ontology's folder `indicators/`: a SELECT whose rows are the
//! evidence. Rows of the same thing are merged, and what is merged is folded into a [`Figure`], so
//! every number can be opened down to what it rests on: [`Indicator::figures`] gives the numbers,
//! [`Indicator::rows`] also what was counted.
//!
//! ```sparql
//! #+ title: Actors in several sectors
//! #+ description: What it means, and what an absent statement means.
//! #+ formula: actors in two or more sectors / actors with a recorded sector
//! #+ range: 0 to 1
//! #+ reference: where it comes from
//! #+ fold: share
//! #+ counts: several sector
//! #+ unit: share of actors
//! #+ subject: an actor
//! #+ filter: thing
//! ```
//!
//! | variable | meaning |
//! |---|---|
//! | `?thing` | what is counted |
//! | `?counts` | of a share: true in the numerator, false known not to be in it, unbound unknown |
//! | `?value` | of a mean or a concentration: a number, unbound unknown |
//! | `?group` | figures are also given for each group; a concentration is taken within it |
//! | `?unit` | of a concentration: values of different units are not added up |
//! | `?label` | left unbound: the name of the thing |
//! | `?xLabel` | left unbound: the names of `?x` |
//!
//! All other variables explain the row. Queries yield terms only, several values as several rows;
//! they have no labels, no order and no `GROUP_CONCAT`, which on large data cost more than all
//! else. Rows are of the same thing if they agree in `?thing`, `?group` and, of a concentration,
//! `?unit`, or in the columns that `key` names. Of what they say,
//!
//! - `?counts` is true if one row has it true, else false if one has it false,
//! - `?value` is the greatest,
//! - `?group`, if it is no part of the key, is the first in the order of terms,
//! - all other columns keep every value once: several are written into one literal, by rank and
//!   name, IRIs with a space between them and literals with a semicolon. Labels keep that order.
//!
//! | header | meaning |
//! |---|---|
//! | `counts: several x` | a thing with two different `?x` counts, one with a single `?x` does not; without one it is unknown, unless a row has `?counts` |
//! | `known: several x` | a thing that does not count is known not to only if it has two different `?x` |
//! | `value: distinct x` | the value is the number of different `?x`; none is unknown |
//! | `value: chain x` | the value is the length of the longest run of whole numbers in `?x` that follow each other; none is unknown |
//! | `key: x, y` | the columns that tell things apart |
//! | `label: x, y` | the columns whose names make the name of a thing that has none of its own |
//! | `filter: x, y` | the columns whose sector, level, sphere and place a [`Filter`] looks at |
//! | `better: more` | more is better, or `less`; left out where that depends |
//!
//! `?role`, `?since` and `?until` are what a filter looks at for role and time. A thing passes if
//! one of its values does.
//!
//! [`assessments`] reads the judged degrees of integration, for [`crate::metrics::ladders`].

use crate::metrics::exact;
use crate::metrics::ladders::{Assessment, Figure};
use crate::metrics::{Score, Undefined};
use crate::network::{Attribute, Filter, Numbers, Period, label, text_of};
use crate::ontology::{TextFile, iri, nearest};
use crate::store::{
    DatasetSpec, Limits, Query, QueryForm, QueryResults, Snapshot, StoreError, SyntaxError,
    on_deep_stack,
};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// All indicators, by id.
#[derive(Clone, Debug, Default)]
pub struct Indicators {
    indicators: BTreeMap<String, Indicator>,
}

/// A question whose rows are counted.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Its name in URLs: the name of the file.
    pub id: String,
    /// A few words.
    pub title: String,
    /// What it means, and what an absent statement means.
    pub description: String,
    /// How the figure comes from the rows.
    pub formula: String,
    /// Least and greatest value.
    pub range: String,
    /// Where it comes from.
    pub reference: String,
    /// What the value counts.
    pub unit: String,
    /// What a row is.
    pub subject: String,
    /// Whether `more` or `less` is better, where the indicator says so.
    pub better: Option<&'static str>,
    /// How rows become a figure.
    pub fold: Fold,
    /// The text of the file.
    pub text: String,
    query: Query,
    columns: Arc<[String]>,
    /// Where to find the things whose attributes a filter looks at.
    subjects: Vec<usize>,
    /// Rows that agree here are of the same thing.
    key: Vec<usize>,
    /// A thing with two values here counts.
    several: Option<usize>,
    /// A thing that does not count is known not to with two values here.
    known: Option<usize>,
    /// How a value comes from a column, unless the query says it.
    value: Option<(Derived, usize)>,
    /// The labels to fill in, each with the columns that it names.
    labels: Vec<(usize, Vec<usize>)>,
    at: Places,
}

/// How a value comes from the different terms of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derived {
    /// Their number.
    Distinct,
    /// The longest run of whole numbers that follow each other.
    Chain,
}

/// Where the columns with a meaning are.
#[derive(Clone, Copy, Debug, Default)]
struct Places {
    thing: Option<usize>,
    label: Option<usize>,
    counts: Option<usize>,
    value: Option<usize>,
    group: Option<usize>,
    group_label: Option<usize>,
    unit: Option<usize>,
    role: Option<usize>,
    since: Option<usize>,
    until: Option<usize>,
}

/// How rows become a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Rows that count / rows that are known.
    Share,
    /// Sum of the values / number of the values.
    Mean,
    /// Herfindahl index of the values of a group in one unit, from 1/n to 1, averaged over them.
    /// It is known if all values of that unit are; a group is unknown if none of its units is.
    Concentration,
    /// Number of different things.
    Distinct,
}

impl Fold {
    const ALL: [Self; 4] = [Self::Share, Self::Mean, Self::Concentration, Self::Distinct];

    /// Its name in headers and APIs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Mean => "mean",
            Self::Concentration => "concentration",
            Self::Distinct => "distinct",
        }
    }

    /// The variables that it needs.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Self::Share => &["thing", "counts"],
            Self::Mean => &["thing", "value"],
            Self::Concentration => &["thing", "value", "group"],
            Self::Distinct => &["thing"],
        }
    }
}

/// A thing that is counted, with what explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The names of the columns, shared by all rows.
    pub columns: Arc<[String]>,
    /// The values, in the order of the columns.
    pub cells: Vec<Option<Term>>,
}

impl Row {
    /// The value of a column.
    pub fn get(&self, column: &str) -> Option<&Term> {
        let at = self.columns.iter().position(|name| name == column);
        self.cell(at)
    }

    fn cell(&self, at: Option<usize>) -> Option<&Term> {
        self.cells.get(at?)?.as_ref()
    }
}

/// The figure of one group of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFigure {
    /// The group; `None` for the rows whose group is not recorded.
    pub group: Option<Term>,
    /// Its name; of a concentration, with the unit.
    pub label: String,
    /// Its figure.
    pub figure: Figure,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// The figure of all things.
    pub figure: Figure,
    /// The figures of the groups, by name; empty if the indicator has no groups.
    pub groups: Vec<GroupFigure>,
}

/// A figure with what it rests on.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The figure of all rows.
    pub figure: Figure,
    /// The figures of the groups, by name; empty if the indicator has no groups.
    pub groups: Vec<GroupFigure>,
    /// The things counted, each once, as known or as unknown: what counts or has the greatest
    /// value first, the unknown last, then by the names of group and thing. Of a concentration
    /// they stand together by group and unit.
    pub rows: Vec<Row>,
}

/// What can be wrong with an indicator, or with a request for it.
#[derive(Debug, thiserror::Error)]
pub enum IndicatorError {
    /// A header line, or the query as a whole.
    #[error("{}:{line}: {message}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The file is not SPARQL.
    #[error("{}: {error}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: SyntaxError,
    },
    /// Nothing has this name.
    #[error("there is no indicator `{id}`{}", did_you_mean(.nearest.as_deref()))]
    NoSuchIndicator {
        /// What was asked for.
        id: String,
        /// The nearest that there is.
        nearest: Option<String>,
    },
    /// The rows do not have what the filter asks for.
    #[error("`{key}`: {what} cannot be filtered by {key}")]
    NotHere {
        /// The filter.
        key: &'static str,
        /// The indicator.
        what: String,
    },
    /// The query failed or was out of time.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; do you mean `{name}`?"))
}

impl Indicators {
    /// Reads all files, and checks each.
    ///
    /// # Errors
    /// [`IndicatorError`] with file and line of the first mistake.
    pub fn new(files: &[TextFile]) -> Result<Self, IndicatorError> {
        let indicators = files
            .iter()
            .map(|file| Ok((file.name.clone(), Indicator::parse(file)?)))
            .collect::<Result<_, IndicatorError>>()?;
        Ok(Self { indicators })
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.values()
    }

    /// The indicator of an id.
    ///
    /// # Errors
    /// [`IndicatorError::NoSuchIndicator`].
    pub fn get(&self, id: &str) -> Result<&Indicator, IndicatorError> {
        self.indicators
            .get(id)
            .ok_or_else(|| IndicatorError::NoSuchIndicator {
                id: id.to_owned(),
                nearest: nearest(id, self.indicators.keys().map(String::as_str)),
            })
    }
}

const KEYS: [&str; 15] = [
    "title",
    "description",
    "formula",
    "range",
    "reference",
    "fold",
    "counts",
    "known",
    "value",
    "unit",
    "subject",
    "key",
    "label",
    "filter",
    "better",
];

impl Indicator {
    /// Reads a file of the folder `indicators/`.
    ///
    /// # Errors
    /// [`IndicatorError`] with file and line.
    pub fn parse(file: &TextFile) -> Result<Self, IndicatorError> {
        let wrong = |line: u64, message: String| IndicatorError::Header {
            path: file.path.clone(),
            line,
            message,
        };
        let mut header: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
        for (line, text) in (1..).zip(file.text.lines()) {
            let Some(entry) = text.trim_start().strip_prefix("#+") else {
                continue;
            };
            let (key, value) = entry
                .split_once(':')
                .ok_or_else(|| wrong(line, "a header line is `#+ key: value`".to_owned()))?;
            let key = key.trim();
            if !KEYS.contains(&key) {
                let known = KEYS.join(", ");
                return Err(wrong(line, format!("`{key}` is no key; there are {known}")));
            }
            if header.insert(key, (line, value.trim())).is_some() {
                return Err(wrong(line, format!("`{key}` is there twice")));
            }
        }
        let text = |key: &str| {
            let value = header.get(key).map(|(_, value)| (*value).to_owned());
            value.unwrap_or_default()
        };
        for key in ["title", "fold"] {
            if text(key).is_empty() {
                return Err(wrong(1, format!("`#+ {key}:` is missing")));
            }
        }
        let line_of = |key: &str| header.get(key).map_or(1, |(line, _)| *line);
        let fold = text("fold");
        let fold = Fold::ALL
            .into_iter()
            .find(|known| known.name() == fold)
            .ok_or_else(|| {
                let known: Vec<&str> = Fold::ALL.iter().map(|fold| fold.name()).collect();
                let known = known.join(", ");
                wrong(
                    line_of("fold"),
                    format!("`{fold}` is no fold; there are {known}"),
                )
            })?;
        let query = parse_query(&file.text).map_err(|error| IndicatorError::Syntax {
            path: file.path.clone(),
            error,
        })?;
        if query.form() != QueryForm::Select {
            return Err(wrong(1, "an indicator is a SELECT query".to_owned()));
        }
        let columns: Arc<[String]> = query
            .variables()
            .iter()
            .map(|variable| variable.as_str().to_owned())
            .collect();
        let place = |name: &str| columns.iter().position(|column| column == name);
        for name in fold.needs() {
            if place(name).is_none() {
                return Err(wrong(
                    line_of("fold"),
                    format!("{}: the SELECT does not have ?{name}", fold.name()),
                ));
            }
        }
        let listed = |key: &str, otherwise: &str| {
            let names = header.get(key).map_or(otherwise, |(_, names)| *names);
            names
                .split(',')
                .map(|name| name.trim().trim_start_matches('?'))
                .filter(|name| !name.is_empty())
                .map(|name| {
                    place(name).ok_or_else(|| {
                        let message = format!("{key}: the SELECT does not have ?{name}");
                        wrong(line_of(key), message)
                    })
                })
                .collect::<Result<Vec<usize>, IndicatorError>>()
        };
        // `word x`, of a column x.
        let derived = |key: &str, folds: Fold, words: &[&str]| {
            let Some((line, text)) = header.get(key) else {
                return Ok(None);
            };
            let parts: Vec<&str> = text.split_whitespace().collect();
            let word = |word: &str| words.iter().position(|known| *known == word);
            let (Some(word), true) = (
                parts.first().and_then(|first| word(first)),
                parts.len() == 2 && fold == folds,
            ) else {
                let (fold, words) = (folds.name(), words.join(" or "));
                let message = format!("`{key}` of a {fold} is `{words}`, and a column");
                return Err(wrong(*line, message));
            };
            let name = parts[1].trim_start_matches('?');
            let at = place(name)
                .ok_or_else(|| wrong(*line, format!("{key}: the SELECT does not have ?{name}")))?;
            Ok(Some((word, at)))
        };
        let several = derived("counts", Fold::Share, &["several"])?.map(|(_, at)| at);
        let known = derived("known", Fold::Share, &["several"])?.map(|(_, at)| at);
        let value = derived("value", Fold::Mean, &["distinct", "chain"])?
            .map(|(word, at)| ([Derived::Distinct, Derived::Chain][word], at));
        let subjects = listed("filter", "thing")?;
        let key = if header.contains_key("key") {
            listed("key", "")?
        } else {
            let unit = place("unit").filter(|_| fold == Fold::Concentration);
            let parts = [place("thing"), place("group"), unit];
            parts.into_iter().flatten().collect()
        };
        let named = listed("label", "")?;
        let labels = columns
            .iter()
            .enumerate()
            .filter_map(|(at, name)| match name.as_str() {
                "label" => Some((at, named.clone())),
                name => Some((at, vec![place(name.strip_suffix("Label")?)?])),
            })
            .collect();
        let better = match header.get("better") {
            None => None,
            Some((_, "more")) => Some("more"),
            Some((_, "less")) => Some("less"),
            Some((line, other)) => {
                let message = format!("better: `{other}` is neither `more` nor `less`");
                return Err(wrong(*line, message));
            }
        };
        let at = Places {
            thing: place("thing"),
            label: place("label"),
            counts: place("counts"),
            value: place("value"),
            group: place("group"),
            group_label: place("groupLabel"),
            unit: place("unit"),
            role: place("role"),
            since: place("since"),
            until: place("until"),
        };
        Ok(Self {
            id: file.name.clone(),
            title: text("title"),
            description: text("description"),
            formula: text("formula"),
            range: text("range"),
            reference: text("reference"),
            unit: text("unit"),
            subject: text("subject"),
            better,
            fold,
            text: file.text.clone(),
            query,
            columns,
            subjects,
            key,
            several,
            known,
            value,
            labels,
            at,
        })
    }

    /// The columns of the rows.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Whether rows can be filtered so: by role only if they have one; groups of organisations and
    /// contextual roles are in or out as the description says.
    ///
    /// # Errors
    /// [`IndicatorError::NotHere`] naming the filter.
    pub fn takes(&self, filter: &Filter) -> Result<(), IndicatorError> {
        let what = || format!("the indicator {}", self.id);
        if !filter.roles.is_empty() && self.at.role.is_none() {
            return Err(not_here("role", what()));
        }
        takes_no_flags(filter, what)
    }

    /// Counts the things of one version of the data, within a filter.
    ///
    /// Things that have no recorded value for an attribute do not pass a filter by it.
    ///
    /// # Errors
    /// [`IndicatorError`] if the filter does not fit, or the query fails or is out of time.
    pub fn figures(
        &self,
        snapshot: &Arc<Snapshot>,
        filter: &Filter,
        limits: &Limits,
    ) -> Result<Figures, IndicatorError> {
        self.takes(filter)?;
        let needed = self.needed(filter);
        let table = self.table(snapshot, filter, limits, |at| needed.contains(&at))?;
        let rows = table.sorted(&self.key);
        let mut things = self.things(&table, &rows);
        self.keep_passing(&mut things, filter, snapshot);
        Ok(Figures {
            figure: self.figure(&things),
            groups: self.groups(&things, &mut Names::new(&table, snapshot)),
        })
    }

    /// The same with the things that are counted, named and in order.
    ///
    /// # Errors
    /// [`IndicatorError`] if the filter does not fit, or the query fails or is out of time.
    pub fn rows(
        &self,
        snapshot: &Arc<Snapshot>,
        filter: &Filter,
        limits: &Limits,
    ) -> Result<Measured, IndicatorError> {
        self.takes(filter)?;
        let table = self.table(snapshot, filter, limits, |_| true)?;
        let rows = table.sorted(&self.key);
        let mut things = self.things(&table, &rows);
        self.keep_passing(&mut things, filter, snapshot);
        let mut names = Names::new(&table, snapshot);
        let mut rows: Vec<Row> = things
            .iter()
            .map(|thing| self.row(*thing, &mut names))
            .collect();
        rows.sort_by(|a, b| self.order(a, b));
        Ok(Measured {
            figure: self.figure(&things),
            groups: self.groups(&things, &mut names),
            rows,
        })
    }

    /// The columns that figures rest on; the others only explain.
    fn needed(&self, filter: &Filter) -> BTreeSet<usize> {
        let at = &self.at;
        let counted = [at.thing, at.counts, at.value, at.group, at.group_label];
        let derived = [self.several, self.known, self.value.map(|(_, at)| at)];
        let mut needed: BTreeSet<usize> = counted.into_iter().chain(derived).flatten().collect();
        needed.extend(&self.key);
        if !filter.is_default() {
            needed.extend(&self.subjects);
            needed.extend([at.role, at.since, at.until].into_iter().flatten());
        }
        needed
    }

    fn table(
        &self,
        snapshot: &Snapshot,
        filter: &Filter,
        limits: &Limits,
        is_needed: impl Fn(usize) -> bool,
    ) -> Result<Table, StoreError> {
        let is_needed: Vec<bool> = (0..self.columns.len()).map(is_needed).collect();
        snapshot.query(&self.query, &dataset(filter), limits, |results| {
            let mut table = Table::new(self.columns.len());
            if let QueryResults::Solutions(solutions) = results {
                for solution in solutions {
                    let solution = solution.map_err(StoreError::from)?;
                    let cells = solution.values().iter().zip(&is_needed);
                    table.push(cells.map(|(cell, is_needed)| cell.as_ref().filter(|_| *is_needed)));
                }
            }
            Ok(table)
        })?
    }

    /// Rows that are sorted by the key, as the things that they are of.
    fn things<'a>(&self, table: &'a Table, rows: &'a [&'a [u32]]) -> Vec<Thing<'a>> {
        rows.chunk_by(|a, b| self.key.iter().all(|at| a[*at] == b[*at]))
            .map(|rows| Thing { table, rows })
            .collect()
    }

    fn keep_passing(&self, things: &mut Vec<Thing<'_>>, filter: &Filter, snapshot: &Snapshot) {
        if !filter.is_default() {
            let mut known = HashMap::new();
            things.retain(|thing| self.passes(*thing, filter, snapshot, &mut known));
        }
    }

    fn passes(
        &self,
        thing: Thing<'_>,
        filter: &Filter,
        snapshot: &Snapshot,
        known: &mut HashMap<u32, Facts>,
    ) -> bool {
        let mut roles = thing.terms(self.at.role).into_iter();
        if !filter.roles.is_empty() && !roles.any(|role| filter.roles.contains(text_of(role))) {
            return false;
        }
        let subjects: Vec<u32> = self
            .subjects
            .iter()
            .flat_map(|at| thing.in_order(Some(*at)))
            .collect();
        // Only data sets can leave the thing itself undescribed.
        let own = thing
            .in_order(self.at.thing)
            .into_iter()
            .filter(|_| !filter.datasets.is_empty());
        let own: Vec<u32> = own.collect();
        for number in subjects.iter().chain(&own) {
            if let Some(term) = thing.table.term(*number) {
                known
                    .entry(*number)
                    .or_insert_with(|| Facts::of(term, snapshot, filter));
            }
        }
        let of = |numbers: &[u32]| -> Vec<&Facts> {
            let facts = numbers.iter().filter_map(|number| known.get(number));
            facts.collect()
        };
        let facts = of(&subjects);
        let is_described = filter.datasets.is_empty()
            || facts
                .iter()
                .chain(&of(&own))
                .any(|facts| facts.is_described);
        let dates = |at| {
            let terms = thing.terms(at).into_iter();
            terms.filter_map(|term| Period::parse(text_of(term)))
        };
        // Sources may give several years: the longest span they allow.
        let time = (dates(self.at.since).min(), dates(self.at.until).max());
        is_described
            && has_attributes(&facts, filter)
            && is_in_time(
                std::iter::once(time).chain(facts.iter().map(|facts| facts.time)),
                filter,
            )
    }

    /// Whether a thing counts; `None` if that is not known.
    fn counts(&self, thing: Thing<'_>) -> Option<bool> {
        let mut stated = None;
        for number in thing.numbers(self.at.counts) {
            match thing.table.term(number).and_then(boolean) {
                Some(true) => return Some(true),
                Some(false) => stated = Some(false),
                None => {}
            }
        }
        if self.several.is_some() {
            match thing.numbers(self.several).len() {
                0 => {}
                1 => stated = Some(false),
                _ => return Some(true),
            }
        }
        if self.known.is_some() {
            return (thing.numbers(self.known).len() >= 2).then_some(false);
        }
        stated
    }

    /// The value of a thing, and the term that says it.
    fn value(&self, thing: Thing<'_>) -> Option<(f64, Term)> {
        let Some((derived, at)) = self.value else {
            let terms = thing.terms(self.at.value).into_iter();
            return terms
                .filter_map(|term| Some((number(term)?, term)))
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(value, term)| (value, term.clone()));
        };
        let value = match derived {
            Derived::Distinct => thing.numbers(Some(at)).len(),
            Derived::Chain => longest_run(
                thing
                    .terms(Some(at))
                    .into_iter()
                    .filter_map(|term| text_of(term).trim().parse().ok())
                    .collect(),
            ),
        };
        (value > 0).then(|| (value as f64, Literal::from(value as i64).into()))
    }

    fn figure(&self, things: &[Thing<'_>]) -> Figure {
        match self.fold {
            Fold::Share => {
                let (mut counted, mut known, mut unknown) = (0, 0, 0);
                for thing in things {
                    match self.counts(*thing) {
                        Some(counts) => {
                            known += 1;
                            counted += usize::from(counts);
                        }
                        None => unknown += 1,
                    }
                }
                Figure::counted(counted, known, unknown, Undefined::NothingRecorded)
            }
            Fold::Mean => {
                let values: Vec<f64> = things
                    .iter()
                    .filter_map(|thing| Some(self.value(*thing)?.0))
                    .collect();
                let unknown = things.len() - values.len();
                mean(&values, unknown, Undefined::NothingRecorded)
            }
            Fold::Concentration => self.concentration(things),
            Fold::Distinct => {
                let numbers = things.iter().map(|thing| thing.number(self.at.thing));
                let known: Vec<u32> = numbers.filter(|number| *number != 0).collect();
                let distinct = known.iter().collect::<HashSet<_>>().len() as f64;
                Figure {
                    value: Score::Value(distinct),
                    numerator: distinct,
                    denominator: known.len() as f64,
                    unknown: (things.len() - known.len()) as f64,
                }
            }
        }
    }

    fn concentration(&self, things: &[Thing<'_>]) -> Figure {
        type Parts = HashMap<u32, Vec<Option<f64>>>;
        let mut groups: HashMap<u32, Parts> = HashMap::new();
        for thing in things {
            let parts = groups.entry(thing.first(self.at.group)).or_default();
            let values = parts.entry(thing.number(self.unit_place())).or_default();
            values.push(self.value(*thing).map(|(value, _)| value));
        }
        let mut indices = Vec::new();
        let mut unknown = 0;
        for parts in groups.values() {
            let before = indices.len();
            indices.extend(parts.values().filter_map(|values| herfindahl(values)));
            unknown += usize::from(indices.len() == before);
        }
        mean(&indices, unknown, Undefined::NothingRecorded)
    }

    /// Units matter where values are added up across rows of one group.
    fn unit_place(&self) -> Option<usize> {
        self.at.unit.filter(|_| self.fold == Fold::Concentration)
    }

    fn groups(&self, things: &[Thing<'_>], names: &mut Names<'_>) -> Vec<GroupFigure> {
        if self.at.group.is_none() {
            return Vec::new();
        }
        let mut parts: HashMap<[u32; 2], Vec<Thing<'_>>> = HashMap::new();
        for thing in things {
            let key = [thing.first(self.at.group), thing.number(self.unit_place())];
            parts.entry(key).or_default().push(*thing);
        }
        // By name; the terms tell groups of one name apart.
        let mut figures: Vec<([String; 3], GroupFigure)> = parts
            .into_iter()
            .map(|([group, unit], things)| {
                let stated = things
                    .first()
                    .map_or(0, |thing| thing.first(self.at.group_label));
                let mut label = match stated {
                    0 => names.of(group).label.clone(),
                    stated => names.of(stated).label.clone(),
                };
                let [group, unit] = [group, unit].map(|number| names.table.term(number));
                if let Some(unit) = unit {
                    label = format!("{label}, {}", text_of(unit));
                }
                let text = |term: Option<&Term>| term.map(ToString::to_string).unwrap_or_default();
                let figure = GroupFigure {
                    group: group.cloned(),
                    label: label.clone(),
                    figure: self.figure(&things),
                };
                ([label, text(group), text(unit)], figure)
            })
            .collect();
        figures.sort_by(|(a, _), (b, _)| a.cmp(b));
        figures.into_iter().map(|(_, figure)| figure).collect()
    }

    fn row(&self, thing: Thing<'_>, names: &mut Names<'_>) -> Row {
        let mut cells: Vec<Option<Term>> = (0..self.columns.len())
            .map(|at| {
                let at = Some(at);
                if at == self.at.counts && self.fold == Fold::Share {
                    self.counts(thing)
                        .map(|counts| Literal::from(counts).into())
                } else if at == self.at.value {
                    self.value(thing).map(|(_, term)| term)
                } else if at == self.at.group {
                    names.table.term(thing.first(at)).cloned()
                } else {
                    names.joined(thing.numbers(at))
                }
            })
            .collect();
        for (at, columns) in &self.labels {
            if cells[*at].is_some() {
                continue;
            }
            let mut labels: Vec<String> = columns
                .iter()
                .filter_map(|column| self.label(thing, *column, names))
                .collect();
            if labels.is_empty() && Some(*at) == self.at.label {
                labels.extend(self.at.thing.and_then(|at| self.label(thing, at, names)));
            }
            if !labels.is_empty() {
                cells[*at] = Some(Literal::from(labels.join(" – ")).into());
            }
        }
        Row {
            columns: Arc::clone(&self.columns),
            cells,
        }
    }

    fn label(&self, thing: Thing<'_>, column: usize, names: &mut Names<'_>) -> Option<String> {
        let column = Some(column);
        if column == self.at.group {
            let first = thing.first(column);
            return (first != 0).then(|| names.of(first).label.clone());
        }
        names.labels(thing.numbers(column))
    }

    /// Shares and means by what is high, the others by group.
    fn order(&self, a: &Row, b: &Row) -> Ordering {
        let value = |row: &Row| match self.fold {
            Fold::Share => row.cell(self.at.counts).and_then(boolean).map(f64::from),
            _ => row.cell(self.at.value).and_then(number),
        };
        let value = |row| value(row).unwrap_or(f64::NEG_INFINITY);
        let by_value = value(b).total_cmp(&value(a));
        let texts = |row, columns: [Option<usize>; 3]| -> [&str; 3] {
            columns.map(|at| Row::cell(row, at).map_or("", text_of))
        };
        let by = |columns| texts(a, columns).cmp(&texts(b, columns));
        let at = &self.at;
        let by_group = by([at.group_label, at.group, at.unit]);
        let first = match self.fold {
            Fold::Share | Fold::Mean => by_value.then(by_group),
            Fold::Concentration | Fold::Distinct => by_group.then(by_value),
        };
        first.then_with(|| by([at.label, at.thing, None]))
    }
}

/// The rows of a query, in numbers: a cell is the number of its term from 1, or 0 if it is unbound.
struct Table {
    width: usize,
    cells: Vec<u32>,
    terms: Numbers,
}

impl Table {
    fn new(width: usize) -> Self {
        Self {
            width,
            cells: Vec::new(),
            terms: Numbers::default(),
        }
    }

    fn push<'a>(&mut self, cells: impl Iterator<Item = Option<&'a Term>>) {
        let number = |cell: Option<&Term>| cell.map_or(0, |term| self.terms.of(term) + 1);
        self.cells.extend(cells.map(number));
    }

    fn term(&self, number: u32) -> Option<&Term> {
        self.terms.terms().get(number.checked_sub(1)? as usize)
    }

    /// The rows, in the order of these columns.
    fn sorted(&self, columns: &[usize]) -> Vec<&[u32]> {
        let mut rows: Vec<&[u32]> = self.cells.chunks_exact(self.width.max(1)).collect();
        rows.sort_unstable_by(|a, b| {
            let pairs = columns.iter().map(|at| (a[*at], b[*at]));
            pairs
                .map(|(a, b)| a.cmp(&b))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        rows
    }
}

/// The rows of one thing.
#[derive(Clone, Copy)]
struct Thing<'a> {
    table: &'a Table,
    rows: &'a [&'a [u32]],
}

impl<'a> Thing<'a> {
    /// The number in a column of the key, where all rows agree.
    fn number(self, at: Option<usize>) -> u32 {
        at.zip(self.rows.first()).map_or(0, |(at, row)| row[at])
    }

    /// The different terms of a column.
    fn numbers(self, at: Option<usize>) -> Vec<u32> {
        let Some(at) = at else {
            return Vec::new();
        };
        let numbers = self.rows.iter().map(|row| row[at]);
        let mut numbers: Vec<u32> = numbers.filter(|number| *number != 0).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The same in the order of terms.
    fn in_order(self, at: Option<usize>) -> Vec<u32> {
        let mut numbers = self.numbers(at);
        // Numbers follow the query, which promises no order.
        numbers.sort_by(|a, b| {
            let [a, b] = [a, b].map(|number| self.table.term(*number));
            a.map(text_of)
                .cmp(&b.map(text_of))
                .then_with(|| a.map(ToString::to_string).cmp(&b.map(ToString::to_string)))
        });
        numbers
    }

    fn first(self, at: Option<usize>) -> u32 {
        self.in_order(at).first().copied().unwrap_or_default()
    }

    fn terms(self, at: Option<usize>) -> Vec<&'a Term> {
        let numbers = self.in_order(at).into_iter();
        numbers
            .filter_map(|number| self.table.term(number))
            .collect()
    }
}

/// What terms are called; each is looked up once.
struct Names<'a> {
    table: &'a Table,
    snapshot: &'a Snapshot,
    known: HashMap<u32, Name>,
}

struct Name {
    /// Its place on a scale, beyond all others if it has none.
    rank: f64,
    label: String,
}

impl<'a> Names<'a> {
    fn new(table: &'a Table, snapshot: &'a Snapshot) -> Self {
        Self {
            table,
            snapshot,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, number: u32) -> &Name {
        let (table, snapshot) = (self.table, self.snapshot);
        self.known.entry(number).or_insert_with(|| {
            let Some(term) = table.term(number) else {
                return Name {
                    rank: f64::INFINITY,
                    label: String::new(),
                };
            };
            let rank = if term.is_literal() {
                self::number(term)
            } else {
                snapshot
                    .quads_for_pattern(Some(term.as_ref()), Some(iri::weft::RANK), None, None)
                    .filter_map(|quad| self::number(&quad.object))
                    .min_by(f64::total_cmp)
            };
            Name {
                rank: rank.unwrap_or(f64::INFINITY),
                label: label(term, snapshot),
            }
        })
    }

    /// Terms by rank, then by name.
    fn sort(&mut self, numbers: &mut [u32]) {
        if numbers.len() < 2 {
            return;
        }
        for number in &*numbers {
            self.of(*number);
        }
        let text = |number: &u32| self.table.term(*number).map(text_of);
        numbers.sort_by(|a, b| {
            let by_name = match (self.known.get(a), self.known.get(b)) {
                (Some(a), Some(b)) => a.rank.total_cmp(&b.rank).then(a.label.cmp(&b.label)),
                _ => Ordering::Equal,
            };
            by_name.then_with(|| text(a).cmp(&text(b)))
        });
    }

    /// Several terms as one.
    fn joined(&mut self, mut numbers: Vec<u32>) -> Option<Term> {
        self.sort(&mut numbers);
        let terms: Vec<&Term> = numbers
            .iter()
            .filter_map(|number| self.table.term(*number))
            .collect();
        if let [] | [_] = terms[..] {
            return terms.first().copied().cloned();
        }
        let between = if terms.iter().any(|term| term.is_literal()) {
            "; "
        } else {
            " "
        };
        let texts: Vec<&str> = terms.into_iter().map(text_of).collect();
        Some(Literal::from(texts.join(between)).into())
    }

    fn labels(&mut self, mut numbers: Vec<u32>) -> Option<String> {
        self.sort(&mut numbers);
        let labels: Vec<String> = numbers
            .iter()
            .map(|number| self.of(*number).label.clone())
            .collect();
        (!labels.is_empty()).then(|| labels.join("; "))
    }
}

/// The length of the longest run of numbers that follow each other.
fn longest_run(numbers: BTreeSet<i64>) -> usize {
    let (mut longest, mut run, mut before) = (0, 0, None);
    for number in numbers {
        let follows = before.is_some_and(|before: i64| before.checked_add(1) == Some(number));
        run = if follows { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(number);
    }
    longest
}

fn parse_query(text: &str) -> Result<Query, SyntaxError> {
    let prefixes = iri::PREFIXES
        .into_iter()
        .map(|(name, iri)| (name.to_owned(), iri.to_owned()))
        .collect();
    on_deep_stack(|| Query::parse(text, None, &prefixes))
}

fn not_here(key: &'static str, what: String) -> IndicatorError {
    IndicatorError::NotHere { key, what }
}

fn takes_no_flags(filter: &Filter, what: impl Fn() -> String) -> Result<(), IndicatorError> {
    if filter.groups {
        return Err(not_here("groups", what()));
    }
    if filter.contextual {
        return Err(not_here("contextual", what()));
    }
    Ok(())
}

fn boolean(term: &Term) -> Option<bool> {
    let Term::Literal(literal) = term else {
        return None;
    };
    match literal.value() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn number(term: &Term) -> Option<f64> {
    let Term::Literal(literal) = term else {
        return None;
    };
    let number: f64 = literal.value().trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn mean(values: &[f64], unknown: usize, otherwise: Undefined) -> Figure {
    let sum = exact::sum(values.iter().copied());
    Figure::of(sum, values.len() as f64, unknown as f64, otherwise)
}

/// The sum of the squared shares; `None` if a value is unknown or negative, or all are 0.
fn herfindahl(values: &[Option<f64>]) -> Option<f64> {
    let values: Vec<f64> = values.iter().copied().collect::<Option<_>>()?;
    let greatest = values.iter().copied().fold(0.0, f64::max);
    if greatest <= 0.0 || values.iter().any(|value| *value < 0.0) {
        return None;
    }
    // Relative to the greatest, so that no amount is too large for exact sums.
    let relative = || values.iter().map(|value| value / greatest);
    let total = exact::sum(relative());
    Some(exact::sum(relative().map(|part| (part / total).powi(2))))
}

/// Without a filter the union of all graphs; else the graphs it names, with what the ontology
/// and the alignment rules add.
fn dataset(filter: &Filter) -> DatasetSpec {
    if filter.datasets.is_empty() {
        return DatasetSpec::default();
    }
    let mut graphs: Vec<NamedNode> = filter
        .datasets
        .iter()
        .filter_map(|graph| NamedNode::new(graph).ok())
        .collect();
    graphs.extend(SHARED.map(NamedNodeRef::into_owned));
    DatasetSpec {
        named_graphs: graphs.clone(),
        default_graphs: graphs,
    }
}

/// Graphs that belong to every data set.
const SHARED: [NamedNodeRef<'_>; 2] = [iri::graph::ONTOLOGY, iri::graph::INFERRED];

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    PROPER_SECTOR = "https://w3id.org/weft/ns#properSector";
    RESIDUAL_SECTOR = "https://w3id.org/weft/ns#residualSector";
    ASSESSMENT = "https://w3id.org/weft/ns#IntegrationAssessment";
    LADDER = "https://w3id.org/weft/ns#ladder";
    ACTUAL = "https://w3id.org/weft/ns#actual";
    OPTIMUM = "https://w3id.org/weft/ns#optimum";
    PARTY = "https://w3id.org/weft/ns#party";
    FROM = "https://w3id.org/weft/ns#from";
    TO = "https://w3id.org/weft/ns#to";
    ABOUT = "https://w3id.org/weft/ns#about";
    ASSESSOR = "https://w3id.org/weft/ns#assessor";
    DATE = "http://purl.org/dc/terms/date";
    EXACT_MATCH = "http://www.w3.org/2004/02/skos/core#exactMatch";
    CLOSE_MATCH = "http://www.w3.org/2004/02/skos/core#closeMatch";
    HSIM = "https://w3id.org/weft/code/integration-depth";
}

/// Start and end.
type Time = (Option<Period>, Option<Period>);

/// What the data says of a thing that a filter looks at.
#[derive(Debug, Default)]
struct Facts {
    /// Whether one of the data sets asked for says anything of it.
    is_described: bool,
    attributes: [BTreeSet<String>; 4],
    time: Time,
}

impl Facts {
    fn of(term: &Term, snapshot: &Snapshot, filter: &Filter) -> Self {
        let mut facts = Self {
            is_described: filter.datasets.is_empty(),
            ..Self::default()
        };
        for quad in snapshot.quads_for_pattern(Some(term.as_ref()), None, None, None) {
            match belonging(&quad, filter) {
                Belonging::Own => facts.is_described = true,
                Belonging::Shared => {}
                Belonging::Foreign => continue,
            }
            let predicate = quad.predicate.as_ref();
            let attribute = if [iri::weft::SECTOR, PROPER_SECTOR, RESIDUAL_SECTOR]
                .contains(&predicate)
            {
                Attribute::Sector
            } else if predicate == iri::weft::LEVEL {
                Attribute::Level
            } else if predicate == iri::weft::SPHERE {
                Attribute::Sphere
            } else if predicate == iri::weft::PLACE {
                Attribute::Place
            } else {
                let period = || Period::parse(text_of(&quad.object));
                // Sources may give several years: the longest span they allow.
                if predicate == iri::weft::SINCE {
                    facts.time.0 = facts.time.0.into_iter().chain(period()).min();
                } else if predicate == iri::weft::UNTIL {
                    facts.time.1 = facts.time.1.into_iter().chain(period()).max();
                } else if predicate == rdf::TYPE && is_class(&quad.object, iri::weft::SECTOR_CLASS)
                {
                    // A sector is in itself.
                    facts.attributes[Attribute::Sector as usize].insert(text_of(term).to_owned());
                }
                continue;
            };
            facts.attributes[attribute as usize].insert(text_of(&quad.object).to_owned());
        }
        facts
    }
}

fn is_class(term: &Term, class: NamedNodeRef<'_>) -> bool {
    matches!(term, Term::NamedNode(node) if node.as_ref() == class)
}

/// Whose statement a quad is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Belonging {
    /// Of a data set asked for.
    Own,
    /// Of the ontology or the alignment rules.
    Shared,
    /// Of another data set.
    Foreign,
}

fn belonging(quad: &Quad, filter: &Filter) -> Belonging {
    if filter.datasets.is_empty() {
        return Belonging::Own;
    }
    match &quad.graph_name {
        GraphName::NamedNode(graph) if filter.datasets.contains(graph.as_str()) => Belonging::Own,
        GraphName::NamedNode(graph) if SHARED.contains(&graph.as_ref()) => Belonging::Shared,
        _ => Belonging::Foreign,
    }
}

/// Whether, for each attribute asked for, one of the things has a value asked for.
fn has_attributes(facts: &[&Facts], filter: &Filter) -> bool {
    Attribute::ALL.into_iter().all(|attribute| {
        let wanted = filter.of(attribute);
        let has_one = |facts: &&Facts| !facts.attributes[attribute as usize].is_disjoint(wanted);
        wanted.is_empty() || facts.iter().any(has_one)
    })
}

/// Whether the first span that is known overlaps with the time asked for.
fn is_in_time(mut spans: impl Iterator<Item = Time>, filter: &Filter) -> bool {
    if filter.since.is_none() && filter.until.is_none() {
        return true;
    }
    let known = spans.find(|(since, until)| since.is_some() || until.is_some());
    known.is_some_and(|(since, until)| {
        let is_over = until
            .zip(filter.since)
            .is_some_and(|(end, first)| end.last < first.first);
        let is_to_come = since
            .zip(filter.until)
            .is_some_and(|(start, last)| start.first > last.last);
        !is_over && !is_to_come
    })
}

/// A judged degree of integration, with what names and explains it.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessmentRow {
    /// The assessment.
    pub thing: Term,
    /// Ladder, parties, steps and ranks, for the statistics.
    pub assessment: Assessment,
    /// The name of the ladder.
    pub ladder_label: String,
    /// The name of the step that integration has reached, if there is one.
    pub actual_label: Option<String>,
    /// The name of the step that would be best, if there is one.
    pub optimum_label: Option<String>,
    /// Rater and rated, or the parties of a symmetric judgement.
    pub parties: Vec<Party>,
    /// The service, innovation or other thing that the judgement is about.
    pub about: Option<Term>,
    /// Who judged.
    pub assessor: Option<Term>,
    /// When, as written.
    pub date: Option<String>,
    /// The documents that say so.
    pub sources: Vec<Term>,
}

impl AssessmentRow {
    /// Optimum minus actual rank, in steps of the ladder; negative where integration goes further
    /// than it should.
    pub fn gap(&self) -> Option<f64> {
        Some(self.assessment.optimum? - self.assessment.actual?)
    }
}

/// Somebody whose integration is judged: an actor, a service or a sector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Who.
    pub term: Term,
    /// The name.
    pub label: String,
    /// The IRIs of its sectors; a sector is in itself.
    pub sectors: BTreeSet<String>,
}

/// All assessments that can be placed on a ladder, in the order of their terms.
///
/// The ladder is that of the actual step (else of the optimum, else the one stated); a step of
/// another ladder has no rank on it and counts as unknown, and so does a step that is not the only
/// one of its kind. An assessment is in a place, sector, level or sphere if one of its parties, or
/// what it is about, is; its time is its date.
///
/// # Errors
/// [`IndicatorError::NotHere`]: assessments cannot be filtered by role.
pub fn assessments(
    snapshot: &Snapshot,
    filter: &Filter,
) -> Result<Vec<AssessmentRow>, IndicatorError> {
    let what = || "the integration gap".to_owned();
    if !filter.roles.is_empty() {
        return Err(not_here("role", what()));
    }
    takes_no_flags(filter, what)?;
    let reader = Reader { snapshot, filter };
    let mut ladders: HashMap<NamedNode, Option<(f64, f64)>> = HashMap::new();
    let rows = reader
        .instances(ASSESSMENT)
        .into_iter()
        .filter_map(|thing| reader.assessment(thing, &mut ladders))
        .collect();
    Ok(rows)
}

/// Where each step stands on the common scale from 0 (not aware) to 4 (collaborating), by the IRI
/// of the step.
///
/// The steps of HSIM depth stand for themselves. A step of another ladder stands where the HSIM
/// steps do that it is an exact or close match of, in either direction, at their mean; broader,
/// narrower and related matches say that it is not the same state and place nothing. Steps without
/// such a match, such as full integration, are beyond the scale and are left out.
pub fn crosswalk(snapshot: &Snapshot) -> BTreeMap<String, f64> {
    let filter = Filter::default();
    let reader = Reader {
        snapshot,
        filter: &filter,
    };
    let depths: BTreeMap<String, f64> = reader
        .steps(HSIM)
        .into_iter()
        .filter_map(|step| Some((text_of(&step).to_owned(), reader.rank(&step)?)))
        .collect();
    let mut found: BTreeMap<String, BTreeMap<&str, f64>> = BTreeMap::new();
    for (step, depth) in &depths {
        let node = Term::from(NamedNode::new_unchecked(step.clone()));
        for property in [EXACT_MATCH, CLOSE_MATCH] {
            let matches = reader
                .objects(&node, property)
                .into_iter()
                .chain(reader.subjects(property, &node));
            for other in matches.filter(Term::is_named_node) {
                found
                    .entry(text_of(&other).to_owned())
                    .or_default()
                    .insert(step, *depth);
            }
        }
    }
    let mut positions: BTreeMap<String, f64> = found
        .into_iter()
        .map(|(step, depths)| {
            let sum = exact::sum(depths.values().copied());
            (step, sum / depths.len() as f64)
        })
        .collect();
    positions.extend(depths);
    positions
}

/// Reads single statements of the data sets asked for, each once.
struct Reader<'a> {
    snapshot: &'a Snapshot,
    filter: &'a Filter,
}

/// A step on its ladder.
struct Step {
    term: Term,
    rank: Option<f64>,
}

impl Reader<'_> {
    fn objects(&self, subject: &Term, property: NamedNodeRef<'_>) -> Vec<Term> {
        let quads =
            self.snapshot
                .quads_for_pattern(Some(subject.as_ref()), Some(property), None, None);
        distinct(
            quads
                .filter(|quad| belonging(quad, self.filter) != Belonging::Foreign)
                .map(|quad| quad.object),
        )
    }

    fn subjects(&self, property: NamedNodeRef<'_>, object: &Term) -> Vec<Term> {
        let quads =
            self.snapshot
                .quads_for_pattern(None, Some(property), Some(object.as_ref()), None);
        distinct(
            quads
                .filter(|quad| belonging(quad, self.filter) != Belonging::Foreign)
                .map(|quad| quad.subject.into()),
        )
    }

    /// Things of a class that a data set asked for states.
    fn instances(&self, class: NamedNodeRef<'_>) -> Vec<Term> {
        let quads =
            self.snapshot
                .quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None);
        distinct(
            quads
                .filter(|quad| belonging(quad, self.filter) == Belonging::Own)
                .map(|quad| quad.subject.into()),
        )
    }

    /// The value, if there is exactly one.
    fn only(&self, subject: &Term, property: NamedNodeRef<'_>) -> Option<Term> {
        let mut objects = self.objects(subject, property);
        (objects.len() == 1).then(|| objects.pop()).flatten()
    }

    fn rank(&self, step: &Term) -> Option<f64> {
        number(&self.only(step, iri::weft::RANK)?)
    }

    fn steps(&self, ladder: NamedNodeRef<'_>) -> Vec<Term> {
        self.subjects(iri::skos::IN_SCHEME, &ladder.into())
    }

    fn label(&self, term: &Term) -> String {
        label(term, self.snapshot)
    }

    fn party(&self, term: Term) -> Party {
        let mut facts = Facts::of(&term, self.snapshot, self.filter);
        Party {
            label: self.label(&term),
            sectors: std::mem::take(&mut facts.attributes[Attribute::Sector as usize]),
            term,
        }
    }

    fn assessment(
        &self,
        thing: Term,
        ladders: &mut HashMap<NamedNode, Option<(f64, f64)>>,
    ) -> Option<AssessmentRow> {
        let actual = self.only(&thing, ACTUAL);
        let optimum = self.only(&thing, OPTIMUM);
        let ladder = self.ladder(&thing, actual.as_ref(), optimum.as_ref())?;
        let ends = *ladders
            .entry(ladder.clone())
            .or_insert_with(|| self.ends(ladder.as_ref()));
        let (lowest, highest) = ends?;
        let step = |term: Option<Term>| {
            let term = term?;
            let scheme = Term::from(ladder.clone());
            self.objects(&term, iri::skos::IN_SCHEME)
                .contains(&scheme)
                .then(|| Step {
                    rank: self.rank(&term),
                    term,
                })
        };
        let (actual, optimum) = (step(actual), step(optimum));
        let rater = self.only(&thing, FROM);
        let rated = self.only(&thing, TO);
        let parties = self.objects(&thing, PARTY);
        let id = |term: &Term| text_of(term).to_owned();
        let step_id = |step: &Option<Step>| step.as_ref().map(|step| id(&step.term));
        let label = |step: &Option<Step>| step.as_ref().map(|step| self.label(&step.term));
        let assessment = Assessment {
            ladder: ladder.as_str().to_owned(),
            rater: rater.as_ref().map(id),
            rated: rated.as_ref().map(id),
            parties: parties.iter().map(id).collect(),
            actual: actual.as_ref().and_then(|step| step.rank),
            optimum: optimum.as_ref().and_then(|step| step.rank),
            actual_step: step_id(&actual),
            optimum_step: step_id(&optimum),
            lowest,
            highest,
        };
        let involved: Vec<Term> = match (rater, rated) {
            (Some(rater), Some(rated)) => vec![rater, rated],
            (rater, rated) => distinct(rater.into_iter().chain(rated).chain(parties)),
        };
        let row = AssessmentRow {
            assessment,
            ladder_label: self.label(&ladder.into()),
            actual_label: label(&actual),
            optimum_label: label(&optimum),
            parties: involved.into_iter().map(|term| self.party(term)).collect(),
            about: self.only(&thing, ABOUT),
            assessor: self.only(&thing, ASSESSOR),
            date: self.only(&thing, DATE).map(|date| id(&date)),
            sources: self.objects(&thing, iri::provenance::SOURCE),
            thing,
        };
        self.passes(&row).then_some(row)
    }

    fn ladder(
        &self,
        thing: &Term,
        actual: Option<&Term>,
        optimum: Option<&Term>,
    ) -> Option<NamedNode> {
        let named = |terms: Vec<Term>| -> Vec<NamedNode> {
            let nodes = terms.into_iter().filter_map(|term| match term {
                Term::NamedNode(node) => Some(node),
                _ => None,
            });
            nodes.collect()
        };
        let stated = named(self.objects(thing, LADDER));
        for step in [actual, optimum].into_iter().flatten() {
            let schemes = named(self.objects(step, iri::skos::IN_SCHEME));
            let chosen = schemes.iter().find(|scheme| stated.contains(*scheme));
            if let Some(ladder) = chosen.or(schemes.first()) {
                return Some(ladder.clone());
            }
        }
        stated.into_iter().next()
    }

    /// The lowest and the highest rank of a ladder.
    fn ends(&self, ladder: NamedNodeRef<'_>) -> Option<(f64, f64)> {
        let ranks: Vec<f64> = self
            .steps(ladder)
            .iter()
            .filter_map(|step| self.rank(step))
            .collect();
        let lowest = ranks.iter().copied().reduce(f64::min)?;
        let highest = ranks.iter().copied().reduce(f64::max)?;
        Some((lowest, highest))
    }

    fn passes(&self, row: &AssessmentRow) -> bool {
        if self.filter.is_default() {
            return true;
        }
        let facts: Vec<Facts> = row
            .parties
            .iter()
            .map(|party| &party.term)
            .chain(&row.about)
            .map(|term| Facts::of(term, self.snapshot, self.filter))
            .collect();
        let date = row.date.as_deref().and_then(Period::parse);
        has_attributes(&facts.iter().collect::<Vec<_>>(), self.filter)
            && is_in_time(std::iter::once((date, date)), self.filter)
    }
}

/// Each term once, in the order of their texts.
fn distinct(terms: impl Iterator<Item = Term>) -> Vec<Term> {
    let found: BTreeMap<String, Term> = terms.map(|term| (term.to_string(), term)).collect();
    found.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::mapping::{self, Mapping};
    use crate::ontology::Ontology;
    use crate::store::{CommitInfo, KnowledgeStore, StoreOptions, Update};
    use std::path::Path;

    fn parse(text: &str) -> Result<Indicator, IndicatorError> {
        Indicator::parse(&TextFile {
            name: "x".to_owned(),
            path: Path::new("indicators/x.rq").to_owned(),
            text: text.to_owned(),
        })
    }

    /// An indicator with this fold (and further headers after `; `) and these columns, and rows of
    /// literals; `-` is an unbound cell.
    fn measured(fold: &str, columns: &str, lines: &[&str]) -> (Figure, Vec<GroupFigure>, Vec<Row>) {
        let variables: Vec<String> = columns.split(' ').map(|name| format!("?{name}")).collect();
        let fold = fold.replace("; ", "\n#+ ");
        let text = format!(
            "#+ title: T\n#+ fold: {fold}\nSELECT {} {{}}",
            variables.join(" ")
        );
        let indicator = parse(&text).unwrap();
        let mut table = Table::new(indicator.columns.len());
        for line in lines {
            let cells: Vec<Option<Term>> = line
                .split(' ')
                .map(|cell| (cell != "-").then(|| Literal::from(cell).into()))
                .collect();
            table.push(cells.iter().map(Option::as_ref));
        }
        let rows = table.sorted(&indicator.key);
        let things = indicator.things(&table, &rows);
        let snapshot = KnowledgeStore::in_memory(StoreOptions::default()).snapshot();
        let mut names = Names::new(&table, &snapshot);
        let groups = indicator.groups(&things, &mut names);
        let rows = things
            .iter()
            .map(|thing| indicator.row(*thing, &mut names))
            .collect();
        (indicator.figure(&things), groups, rows)
    }

    fn check(figure: Figure, value: f64, of: [f64; 3]) {
        let found = figure.value.value().unwrap();
        assert!((found - value).abs() < 1e-12, "{found}");
        assert_eq!([figure.numerator, figure.denominator, figure.unknown], of);
    }

    #[test]
    fn mistakes_are_named_with_file_and_line() {
        for (text, expected) in [
            ("#+ title: T\n#+ colour: x\nASK {}", "x.rq:2: `colour`"),
            (
                "#+ title: T\n#+ title: T\nASK {}",
                "x.rq:2: `title` is there twice",
            ),
            ("#+ title\nASK {}", "x.rq:1: a header line"),
            (
                "#+ fold: share\nSELECT ?thing ?counts {}",
                "`#+ title:` is missing",
            ),
            (
                "#+ title: T\n#+ fold: sum\nSELECT ?thing {}",
                "x.rq:2: `sum` is no fold",
            ),
            (
                "#+ title: T\n#+ fold: mean\nSELECT ?thing {}",
                "x.rq:2: mean: the SELECT does not have ?value",
            ),
            (
                "#+ title: T\n#+ fold: distinct\n#+ filter: case\nSELECT ?thing {}",
                "x.rq:3: filter",
            ),
            (
                "#+ title: T\n#+ fold: mean\n#+ value: sum thing\nSELECT ?thing ?value {}",
                "x.rq:3: `value` of a mean is `distinct or chain`",
            ),
            (
                "#+ title: T\n#+ fold: share\n#+ counts: several x\nSELECT ?thing ?counts {}",
                "x.rq:3: counts: the SELECT does not have ?x",
            ),
            ("#+ title: T\n#+ fold: share\nASK {}", "SELECT query"),
            (
                "#+ title: T\n#+ fold: share\nSELECT ?thing ?counts {",
                "line 3",
            ),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn a_share_tells_the_unknown_from_the_false() {
        let rows = ["a true p", "b false p", "c - q", "d true q", "e true -"];
        let (figure, groups, _) = measured("share", "thing counts group", &rows);
        check(figure, 0.75, [3.0, 4.0, 1.0]);
        let labels: Vec<&str> = groups.iter().map(|group| group.label.as_str()).collect();
        assert_eq!(labels, ["", "p", "q"]);
        check(groups[1].figure, 0.5, [1.0, 2.0, 0.0]);
        check(groups[2].figure, 1.0, [1.0, 1.0, 1.0]);
        assert_eq!(figure.coverage(), Score::Value(0.8));
    }

    #[test]
    fn what_is_wholly_unknown_has_no_value() {
        let (figure, ..) = measured("share", "thing counts", &["a -", "b maybe"]);
        assert_eq!(figure.value, Score::Undefined(Undefined::NothingRecorded));
        assert_eq!(figure.unknown, 2.0);
        let (figure, ..) = measured("mean", "thing value", &["a NaN"]);
        assert_eq!(figure.value.value(), None);
        let (figure, ..) = measured("concentration", "thing value group", &["a - g"]);
        assert_eq!(figure.value, Score::Undefined(Undefined::NothingRecorded));
    }

    #[test]
    fn a_mean_is_over_what_is_known() {
        let rows = ["a 1", "b 2.5", "c -", "d 1e0"];
        let (figure, ..) = measured("mean", "thing value", &rows);
        check(figure, 1.5, [4.5, 3.0, 1.0]);
    }

    #[test]
    fn concentration_is_taken_within_a_group_and_a_unit() {
        // Light Residential: 45 and 27 of 72; another funder gives an unknown amount.
        let rows = [
            "asl 45 light eur",
            "milano 27 light eur",
            "lombardia - light -",
            "flanders 100 blue percent",
            "serbia 359000 cil eur",
            "local-units - cil eur",
            "- - nueva -",
            "x 0 zero eur",
            "x -1 minus eur",
        ];
        let (figure, groups, _) = measured("concentration", "thing value group unit", &rows);
        let light = (45.0_f64 / 72.0).powi(2) + (27.0_f64 / 72.0).powi(2);
        check(figure, (1.0 + light) / 2.0, [1.0 + light, 2.0, 4.0]);
        let light = groups.iter().find(|group| group.label == "light, eur");
        check(light.unwrap().figure, 0.531_25, [0.531_25, 1.0, 0.0]);
    }

    #[test]
    fn a_second_name_counts_nothing_twice() {
        let rows = ["a true x", "a true y", "b false z"];
        let (figure, _, kept) = measured("share", "thing counts label", &rows);
        check(figure, 0.5, [1.0, 2.0, 0.0]);
        assert_eq!(kept.len(), 2);
        let (figure, ..) = measured("distinct", "thing group", &["a p", "a q", "b p", "- q"]);
        check(figure, 2.0, [2.0, 3.0, 1.0]);
    }

    fn store(triples: &str) -> Arc<Snapshot> {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let ontology = Ontology::built_in().unwrap().batch();
        let text = format!(
            "PREFIX : <http://e/>
             PREFIX branch: <https://w3id.org/weft/code/branch/>
             PREFIX hsim: <https://w3id.org/weft/code/integration-depth/>
             PREFIX step: <https://w3id.org/weft/code/integration-continuum/>
             INSERT DATA {{ {triples} }}"
        );
        let prefixes = iri::PREFIXES.map(|(name, iri)| (name.to_owned(), iri.to_owned()));
        let update = Update::parse(&text, None, &prefixes.into()).unwrap();
        store
            .write(CommitInfo::new("test", "test"), move |transaction| {
                transaction.insert_batch(&ontology)?;
                transaction.update(&update, &Limits::default())
            })
            .unwrap();
        store.snapshot()
    }

    const ACTORS: &str = "GRAPH :one {
            :a a weft:Actor ; weft:sector branch:health , branch:education ; weft:place :town .
            :b a weft:Actor ; weft:sector branch:health ; weft:since \"2001\"^^xsd:gYear .
            :c a weft:Actor .
            :g a weft:Actor ; weft:sector branch:health , branch:education ; weft:isGroup true .
        } GRAPH :two {
            :a weft:sector branch:housing .
            :d a weft:Actor ; weft:sector branch:housing .
        }";

    #[test]
    fn the_indicators_that_ship_can_be_measured_and_filtered() {
        let ontology = Ontology::built_in().unwrap();
        let indicators = Indicators::new(ontology.indicator_files()).unwrap();
        let snapshot = store(ACTORS);
        let of = |id: &str, filter: &Filter| {
            let indicator = indicators.get(id).unwrap();
            on_deep_stack(|| indicator.rows(&snapshot, filter, &Limits::default())).unwrap()
        };
        for indicator in indicators.iter() {
            let measured = of(&indicator.id, &Filter::default());
            let figures = indicator.figures(&snapshot, &Filter::default(), &Limits::default());
            let Figures { figure, groups } = figures.unwrap();
            assert_eq!((measured.figure, &measured.groups), (figure, &groups));
            assert_eq!(
                measured.groups.is_empty(),
                measured.rows.is_empty() || indicator.at.group.is_none()
            );
            for text in [
                &indicator.description,
                &indicator.formula,
                &indicator.reference,
            ] {
                assert!(!text.is_empty(), "{}", indicator.id);
            }
        }
        let id = "multi-sector-actors";
        check(
            of(id, &Filter::default()).figure,
            1.0 / 3.0,
            [1.0, 3.0, 1.0],
        );
        let mut filter = Filter::default();
        filter.categories[Attribute::Place as usize].insert("http://e/town".to_owned());
        check(of(id, &filter).figure, 1.0, [1.0, 1.0, 0.0]);
        let mut filter = Filter::default();
        filter.datasets.insert("http://e/two".to_owned());
        check(of(id, &filter).figure, 0.0, [0.0, 1.0, 0.0]);
        let filter = Filter {
            until: Period::parse("2005"),
            ..Filter::default()
        };
        check(of(id, &filter).figure, 0.0, [0.0, 1.0, 0.0]);
        let filter = Filter {
            groups: true,
            ..Filter::default()
        };
        let message = indicators.get(id).unwrap().takes(&filter).unwrap_err();
        assert!(message.to_string().contains("`groups`"), "{message}");
        let message = indicators.get("multi-sector-actor").unwrap_err();
        assert!(message.to_string().contains(id), "{message}");
    }

    #[test]
    fn several_values_count() {
        let rows = ["a - x", "a - y", "b - x", "c - -", "d true x", "e false -"];
        let (figure, ..) = measured("share; counts: several of", "thing counts of", &rows);
        check(figure, 0.5, [2.0, 4.0, 1.0]);
        let rows = [
            "a - x p", "a - y p", "b - x p", "b - x q", "c - x p", "d - - -",
        ];
        let headers = "share; counts: several of; known: several by";
        let (figure, ..) = measured(headers, "thing counts of by", &rows);
        check(figure, 0.5, [1.0, 2.0, 2.0]);
    }

    #[test]
    fn values_come_from_different_terms() {
        let rows = ["a - 1", "a - 1", "a - 2", "a - 4", "b - 3", "c - -"];
        let (figure, ..) = measured("mean; value: distinct of", "thing value of", &rows);
        check(figure, 2.0, [4.0, 2.0, 1.0]);
        let (figure, ..) = measured("mean; value: chain of", "thing value of", &rows);
        check(figure, 1.5, [3.0, 2.0, 1.0]);
        let (figure, ..) = measured("mean", "thing value", &["a 1", "a 3", "a 2"]);
        check(figure, 3.0, [3.0, 1.0, 0.0]);
    }

    #[test]
    fn a_row_keeps_every_value_once() {
        let rows = ["t q true x 10", "t p false y 9", "t p true x 9"];
        let columns = "thing group counts of rank label ofLabel groupLabel";
        let lines: Vec<String> = rows.iter().map(|row| format!("{row} - - -")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (figure, groups, rows) =
            measured("share; key: thing; label: of, rank", columns, &lines);
        check(figure, 1.0, [1.0, 1.0, 0.0]);
        assert_eq!(groups.len(), 1);
        let texts: Vec<&str> = rows[0].cells.iter().flatten().map(text_of).collect();
        assert_eq!(
            texts,
            [
                "t",
                "p",
                "true",
                "x; y",
                "9; 10",
                "x; y – 9; 10",
                "x; y",
                "p"
            ]
        );
    }

    #[test]
    fn the_figures_of_the_innoserv_cases_are_known() {
        let ontology = Ontology::built_in().unwrap();
        let indicators = Indicators::new(ontology.indicator_files()).unwrap();
        let options = mapping::ImportOptions::default();
        let made = Mapping::find("innoserv").unwrap();
        let made = mapping::import(&made, &[], &ontology, &options, &()).unwrap();
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        store
            .write::<_, StoreError>(CommitInfo::new("test", "test"), move |transaction| {
                transaction.insert_batch(&ontology.batch())?;
                transaction.replace_graph(made.graph.as_ref().into(), &made.batch)?;
                Ok(())
            })
            .unwrap();
        let expected = [
            ("conflict-rate", [22.0, 66.0, 0.0]),
            ("empty-fields", [35.0, 774.0, 0.0]),
            ("evidence-two-sources", [0.0, 258.0, 0.0]),
            ("formalisation", [48.0, 124.0, 0.0]),
            ("funding-concentration", [1.531_25, 2.0, 18.0]),
            ("funding-levels", [21.0, 15.0, 5.0]),
            ("funding-spheres", [17.0, 15.0, 5.0]),
            ("horizontal-reach", [87.0, 20.0, 0.0]),
            ("hybridity", [2.0, 99.0, 30.0]),
            ("level-chain", [37.0, 20.0, 0.0]),
            ("multi-sector-actors", [61.0, 125.0, 4.0]),
            ("sector-conflicts", [7.0, 20.0, 0.0]),
            ("sphere-mix", [13.0, 20.0, 0.0]),
            ("vertical-reach", [54.0, 20.0, 0.0]),
        ];
        let found: Vec<(&str, [f64; 3])> = indicators
            .iter()
            .map(|indicator| {
                let (snapshot, filter) = (store.snapshot(), Filter::default());
                let Figures { figure, .. } = indicator
                    .figures(&snapshot, &filter, &Limits::default())
                    .unwrap();
                let numbers = [figure.numerator, figure.denominator, figure.unknown];
                (indicator.id.as_str(), numbers)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn assessments_keep_to_their_ladder() {
        let snapshot = store(
            ":a rdfs:label \"A\" ; weft:sector branch:health .
             :x a weft:IntegrationAssessment ; weft:party :a , :b ; weft:actual step:2 ;
                weft:optimum step:5 ; dct:date \"2020-05-01\"^^xsd:date ; dct:source :s .
             :y a weft:IntegrationAssessment ; weft:from :b ; weft:to :a ; weft:actual hsim:0 ;
                weft:optimum step:3 .
             :z a weft:IntegrationAssessment ; weft:party :a , :b .",
        );
        let rows = assessments(&snapshot, &Filter::default()).unwrap();
        let [x, y] = &rows[..] else {
            panic!("{} rows", rows.len());
        };
        assert_eq!(x.gap(), Some(3.0));
        assert_eq!((x.assessment.lowest, x.assessment.highest), (1.0, 5.0));
        assert_eq!(x.actual_label.as_deref(), Some("Linkage"));
        assert_eq!(x.parties[0].label, "A");
        assert_eq!(x.parties[0].sectors.len(), 1);
        assert_eq!(x.date.as_deref(), Some("2020-05-01"));
        assert_eq!(x.sources.len(), 1);
        assert_eq!(y.assessment.rater.as_deref(), Some("http://e/b"));
        assert_eq!(
            (y.assessment.actual, y.assessment.optimum),
            (Some(0.0), None)
        );
        assert_eq!(y.gap(), None);
        let filter = Filter {
            since: Period::parse("2020"),
            ..Filter::default()
        };
        assert_eq!(assessments(&snapshot, &filter).unwrap().len(), 1);
    }

    #[test]
    fn the_crosswalk_takes_exact_and_close_matches_only() {
        let positions = crosswalk(&store(""));
        let position = |step: &str| positions.get(&format!("{}{step}", iri::CODE)).copied();
        assert_eq!(position("integration-depth/0"), Some(0.0));
        assert_eq!(position("integration-continuum/2"), Some(2.0));
        assert_eq!(position("leutz/coordination"), Some(3.0));
        assert_eq!(position("partner-intensity/1"), Some(1.0));
        // Full segregation covers two depths; full integration is beyond the scale.
        assert_eq!(position("integration-continuum/1"), None);
        assert_eq!(position("leutz/full-integration"), None);
        assert_eq!(positions.len(), 13);
    }
}
