//! Flat tables: JSON to programs, CSV and XLSX to spreadsheets, Parquet and Arrow to data frames.

mod about;
#[cfg(feature = "columnar")]
mod columnar;
mod workbook;

pub(super) use about::About;

use super::AppState;
use super::error::ApiError;
use super::negotiate::Format;
use super::request::{Form, origin};
use super::respond::TOTAL_COUNT;
use crate::app::{TermOptions, WriteError, each_row};
use crate::metrics::{Metric, Score, ValueKind};
use crate::store::QueryResults;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::MethodRouter;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, Term};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;
use workbook::WorkbookError;

/// The formats of a table, the preferred one first.
pub(super) const FORMATS: [Format; 5] = [
    Format::Json,
    Format::Csv,
    Format::Xlsx,
    Format::Parquet,
    Format::Arrow,
];

/// Adds a path, also with the extension of each of [`FORMATS`].
pub(super) fn route(
    router: Router<AppState>,
    path: &str,
    handlers: MethodRouter<AppState>,
) -> Router<AppState> {
    FORMATS
        .iter()
        .flat_map(|format| format.names())
        .fold(router.route(path, handlers.clone()), |router, extension| {
            router.route(&format!("{path}.{extension}"), handlers.clone())
        })
}

/// A table. A cell is null where nothing is known or defined: empty in CSV, never 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
    /// The columns whose texts are dates or times.
    times: BTreeSet<String>,
    /// Which row of the whole table is the first, and how many that has, if this is a part.
    part: Option<(usize, usize)>,
}

impl Rows {
    pub(super) fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// Says which columns are dates or times: what a spreadsheet should take for such.
    pub(super) fn with_times<const N: usize>(mut self, columns: [&str; N]) -> Self {
        self.times.extend(columns.map(str::to_owned));
        self
    }

    /// Says that these rows are some of so many, from a position on.
    pub(super) fn part_of(mut self, first: usize, total: usize) -> Self {
        self.note_part(first, total);
        self
    }

    fn note_part(&mut self, first: usize, total: usize) {
        self.part = (self.rows.len() < total).then_some((first, total));
    }

    /// What should be known of a table that is not whole.
    fn missing(&self) -> Option<String> {
        let (first, total) = self.part?;
        Some(match self.rows.len() {
            0 => format!("none of {total}"),
            shown => format!(
                "{} to {} of {total}; `limit` and `offset` choose others",
                first + 1,
                first + shown
            ),
        })
    }

    /// Objects with the same keys in the same order.
    pub(super) fn of_objects(objects: impl IntoIterator<Item = Map<String, Value>>) -> Self {
        let mut rows = Self::default();
        for object in objects {
            let (columns, cells) = object.into_iter().unzip();
            rows.columns = columns;
            rows.rows.push(cells);
        }
        rows
    }

    /// The same; without any object these columns, so that the table has a head.
    pub(super) fn of_objects_with(
        columns: &[&str],
        objects: impl IntoIterator<Item = Map<String, Value>>,
    ) -> Self {
        let rows = Self::of_objects(objects);
        if rows.columns.is_empty() {
            return Self::new(columns.iter().copied());
        }
        rows
    }

    /// The rows of a SELECT, or the one of an ASK.
    pub(super) fn of_results(
        results: QueryResults<'_>,
        options: TermOptions,
    ) -> Result<Self, WriteError> {
        let mut rows = Vec::new();
        // Of each column, whether all that is there are dates or times.
        let mut are_times: Vec<Option<bool>> = Vec::new();
        let columns = each_row(results, options, |terms| {
            are_times.resize(terms.len(), None);
            for (known, cell) in are_times.iter_mut().zip(&terms) {
                if let Some(term) = cell {
                    *known = Some(known.unwrap_or(true) && is_time(term));
                }
            }
            let cells = terms
                .iter()
                .map(|cell| cell.as_ref().map_or(Value::Null, term));
            rows.push(cells.collect());
        })?;
        let times = columns.iter().zip(are_times);
        Ok(Self {
            times: times
                .filter(|(_, are_times)| *are_times == Some(true))
                .map(|(name, _)| name.clone())
                .collect(),
            columns,
            rows,
            part: None,
        })
    }

    /// Adds columns at the end, with their cells of each row in turn.
    pub(super) fn beside<const N: usize>(
        mut self,
        names: [&str; N],
        cells: impl IntoIterator<Item = [Value; N]>,
    ) -> Self {
        self.columns.extend(names.map(str::to_owned));
        for (row, cells) in self.rows.iter_mut().zip(cells) {
            row.extend(cells);
        }
        self
    }

    /// Adds a row with one cell for each column.
    pub(super) fn push(&mut self, cells: impl Into<Vec<Value>>) {
        self.rows.push(cells.into());
    }

    /// Keeps one page; answers how many rows there were.
    pub(super) fn keep(&mut self, page: Page) -> usize {
        let total = self.rows.len();
        self.keep_range(page.range(total))
    }

    /// Keeps the rows at some positions; answers how many rows there were.
    pub(super) fn keep_range(&mut self, range: Range<usize>) -> usize {
        let total = self.rows.len();
        let end = range.end.min(total);
        self.rows.truncate(end);
        let start = range.start.min(end);
        self.rows.drain(..start);
        self.note_part(start, total);
        total
    }

    /// Objects, keys in the order of the columns.
    pub(super) fn into_objects(self) -> Vec<Value> {
        let Self { columns, rows, .. } = self;
        rows.into_iter()
            .map(|cells| Value::Object(columns.iter().cloned().zip(cells).collect()))
            .collect()
    }

    /// Sorts as a client wants it, and keeps the part that it wants; answers how many rows there
    /// were.
    ///
    /// # Errors
    /// A 400 if the table has no such column.
    pub(super) fn arrange(&mut self, listing: &Listing) -> Result<usize, ApiError> {
        self.order(listing)?;
        Ok(self.keep(listing.page))
    }

    /// Sorts as a client wants it.
    ///
    /// # Errors
    /// As [`Self::arrange`].
    pub(super) fn order(&mut self, listing: &Listing) -> Result<(), ApiError> {
        if let Some((name, descending)) = &listing.sort {
            let column = self.columns.iter().position(|column| column == name);
            let column = column.ok_or_else(|| {
                ApiError::BadRequest(format!(
                    "`sort`: these rows cannot be sorted by `{}`; there are {}",
                    name.escape_debug(),
                    self.columns.join(", ")
                ))
            })?;
            // What is equal stays in the order that the table has of itself.
            self.rows.sort_by(|a, b| {
                let [a, b] = [a, b].map(|row| row.get(column).unwrap_or(&Value::Null));
                compared(a, b, *descending)
            });
        }
        Ok(())
    }

    /// The rows of each value of a column, in the order of their first.
    pub(super) fn split_by(&self, column: &str) -> Vec<(String, Self)> {
        let position = self.columns.iter().position(|name| name == column);
        let mut parts: Vec<(String, Self)> = Vec::new();
        for cells in &self.rows {
            let value = position.and_then(|position| cells.get(position));
            let name = value.map(|value| plain(value).into_owned());
            let name = name.unwrap_or_default();
            let found = parts.iter().position(|(known, _)| *known == name);
            let index = found.unwrap_or_else(|| {
                let part = Self::new(self.columns.iter().map(String::as_str));
                let times = self.times.clone();
                parts.push((name, Self { times, ..part }));
                parts.len() - 1
            });
            if let Some((_, rows)) = parts.get_mut(index) {
                rows.rows.push(cells.clone());
            }
        }
        parts
    }

    /// The table in one of [`FORMATS`].
    ///
    /// # Errors
    /// A 406 if the format cannot hold it, or this service was built without it.
    pub(super) fn text(&self, format: Format, about: &About) -> Result<Vec<u8>, ApiError> {
        book(&[("Data", self)], format, about)
    }

    /// An array of objects. Written cell by cell: maps of a large table would be many times as
    /// large as its text.
    fn json(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(serde_json::to_string)
            .collect::<Result<_, _>>()?;
        let mut text = vec![b'['];
        for (index, cells) in self.rows.iter().enumerate() {
            text.extend_from_slice(if index == 0 { b"{" } else { b",{" });
            for (position, (name, cell)) in names.iter().zip(cells).enumerate() {
                if position > 0 {
                    text.push(b',');
                }
                text.extend_from_slice(name.as_bytes());
                text.push(b':');
                serde_json::to_writer(&mut text, cell)?;
            }
            text.push(b'}');
        }
        text.push(b']');
        Ok(text)
    }

    fn csv(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.columns)?;
        for cells in &self.rows {
            writer.write_record(cells.iter().map(|cell| plain(cell).into_owned()))?;
        }
        Ok(writer.into_inner()?)
    }
}

/// Tables in one of [`FORMATS`]: a workbook has all of them, the others have the first.
///
/// # Errors
/// A 406 if the format cannot hold them, or this service was built without it.
pub(super) fn book(
    sheets: &[(&str, &Rows)],
    format: Format,
    about: &About,
) -> Result<Vec<u8>, ApiError> {
    let none = Rows::default();
    let first = sheets.first().map_or(&none, |(_, rows)| rows);
    // A part of a table says that it is one: whoever opens the file did not see the request.
    let part = first.missing();
    let about = &match part {
        Some(part) if format.is_file() => Cow::Owned(about.clone().with("rows", &part)),
        _ => Cow::Borrowed(about),
    };
    let internal = |error: &dyn std::fmt::Display| ApiError::Internal(error.to_string());
    match format {
        Format::Csv => first.csv().map_err(|error| internal(&error)),
        Format::Xlsx => workbook::workbook(sheets, about).map_err(|error| match error {
            WorkbookError::TooLarge { .. } => ApiError::Inexpressible(error.to_string()),
            WorkbookError::Writing(error) => internal(&error),
        }),
        #[cfg(feature = "columnar")]
        Format::Parquet => columnar::parquet(first, about).map_err(|error| internal(&error)),
        #[cfg(feature = "columnar")]
        Format::Arrow => columnar::arrow(first, about).map_err(|error| internal(&error)),
        #[cfg(not(feature = "columnar"))]
        Format::Parquet | Format::Arrow => Err(ApiError::NotBuilt(format.name())),
        _ => first.json().map_err(|error| internal(&error)),
    }
}

/// The order of two cells. Those of nothing come last in either direction; numbers come before
/// texts, texts without regard to case.
fn compared(a: &Value, b: &Value, descending: bool) -> Ordering {
    let missing = a.is_null().cmp(&b.is_null());
    if missing.is_ne() {
        return missing;
    }
    let ordering = match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let [a, b] = [a, b].map(|number| number.as_f64().unwrap_or_default());
            a.total_cmp(&b)
        }
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(_), _) => Ordering::Less,
        (_, Value::Number(_)) => Ordering::Greater,
        _ => {
            let [a, b] = [a, b].map(|cell| plain(cell).to_lowercase());
            a.cmp(&b)
        }
    };
    if descending {
        ordering.reverse()
    } else {
        ordering
    }
}

/// A cell as a text: lists are joined, objects are JSON.
fn plain(cell: &Value) -> Cow<'_, str> {
    match cell {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        Value::Array(parts) => {
            let parts: Vec<_> = parts.iter().map(plain).collect();
            parts.join("; ").into()
        }
        other => other.to_string().into(),
    }
}

/// The highest number that every reader of JSON keeps exact.
pub(super) const MOST: u64 = 9_007_199_254_740_991;

/// Which part of a table a client wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    limit: Option<usize>,
    offset: usize,
}

impl Page {
    /// The parameters.
    pub(super) const KEYS: [&'static str; 2] = ["limit", "offset"];

    pub(super) fn of(form: &Form) -> Result<Self, ApiError> {
        let whole = "a whole number from 0 to 9007199254740991";
        let fits = |number: &usize| u64::try_from(*number).is_ok_and(|number| number <= MOST);
        Ok(Self {
            limit: form.parsed("limit", whole, fits)?,
            offset: form.parsed("offset", whole, fits)?.unwrap_or(0),
        })
    }

    /// The positions of the rows, where a page has `usual` unless a limit is given.
    pub(super) fn window(self, usual: usize) -> Range<usize> {
        let limit = self.limit.unwrap_or(usual);
        self.offset..self.offset.saturating_add(limit)
    }

    /// The positions of the rows, of so many.
    pub(super) fn range(self, total: usize) -> Range<usize> {
        let start = self.offset.min(total);
        let end = self
            .limit
            .map_or(total, |limit| start.saturating_add(limit).min(total));
        start..end
    }
}

/// Rows of a file that nobody set a limit for.
pub(super) const FILE_ROWS: usize = 1_000_000;

/// How many rows an answer has that nobody set a limit for: a page of `usual` for programs, which
/// see that there are more, and everything in files (CSV, XLSX, Parquet, Arrow), up to
/// [`FILE_ROWS`].
pub(super) fn usual_rows(format: Format, usual: usize) -> usize {
    if format.is_table() { FILE_ROWS } else { usual }
}

/// How a client wants the rows of a list: sorted by a column, and which part of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// A column, and whether the greatest comes first.
    sort: Option<(String, bool)>,
    page: Page,
}

impl Listing {
    /// The parameters.
    pub(super) const KEYS: [&'static str; 3] = ["sort", "limit", "offset"];

    pub(super) fn of(form: &Form) -> Result<Self, ApiError> {
        let sort = form.one("sort")?.filter(|text| !text.is_empty());
        Ok(Self {
            sort: sort.map(|text| match text.strip_prefix('-') {
                Some(name) => (name.to_owned(), true),
                None => (text.to_owned(), false),
            }),
            page: Page::of(form)?,
        })
    }

    /// The part that is wanted.
    pub(super) fn page(&self) -> Page {
        self.page
    }

    /// The column that rows are sorted by, and whether the greatest comes first.
    pub(super) fn sort(&self) -> Option<(&str, bool)> {
        let (name, descending) = self.sort.as_ref()?;
        Some((name, *descending))
    }

    /// The same for rows that are in the order that is wanted already.
    pub(super) fn in_order(self) -> Self {
        Self { sort: None, ..self }
    }
}

/// Links to the other pages of a list of so many rows (RFC 8288), if it has several: `url` is its
/// address without parameters, and `usual` how many rows a page has that nobody set a limit for.
pub(super) fn page_links(
    url: &str,
    form: &Form,
    page: Page,
    usual: Option<usize>,
    total: usize,
) -> Option<HeaderValue> {
    let limit = page.limit.or(usual).filter(|limit| *limit > 0)?;
    let offset = page.offset;
    let to = |relation: &str, offset: usize| {
        let mut address = url.to_owned();
        let (limit, offset) = (limit.to_string(), offset.to_string());
        let others = form.pairs().filter(|(name, _)| !Page::KEYS.contains(name));
        let own = [("limit", limit.as_str()), ("offset", offset.as_str())];
        for (index, (name, value)) in others.chain(own).enumerate() {
            address.push(if index == 0 { '?' } else { '&' });
            address.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
            address.push('=');
            address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        format!("<{address}>; rel=\"{relation}\"")
    };
    let mut links = Vec::new();
    if offset > 0 {
        links.push(to("first", 0));
        links.push(to("prev", offset.min(total).saturating_sub(limit)));
    }
    let end = offset.saturating_add(limit);
    if end < total {
        links.push(to("next", end));
        links.push(to("last", (total - 1) / limit * limit));
    }
    let links = links.join(", ");
    HeaderValue::try_from(links)
        .ok()
        .filter(|links| !links.is_empty())
}

/// Says of a list how many rows there are on all its pages, and where the others are. `window` is
/// the part that is asked for, and how many rows a page has that nobody set a limit for.
pub(super) fn listed(
    mut response: Response,
    headers: &HeaderMap,
    uri: &Uri,
    form: &Form,
    (page, usual): (Page, Option<usize>),
    total: usize,
) -> Response {
    let url = format!("{}{}", origin(headers, uri), uri.path());
    let headers = response.headers_mut();
    headers.insert(TOTAL_COUNT, HeaderValue::from(total));
    if let Some(links) = page_links(&url, form, page, usual, total) {
        headers.append(header::LINK, links);
    }
    response
}

/// Whole numbers up to here have no neighbour that is written in the same way.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number, without a decimal point where it is whole; null if it is not finite.
pub(super) fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < EXACT {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// The value of a score; null if it has none.
pub(super) fn score(score: Score) -> Value {
    score.value().map_or(Value::Null, number)
}

/// The value of a metric in its own kind.
pub(super) fn metric_value(metric: &Metric, score: Score) -> Value {
    match (score.value(), metric.kind) {
        (None, _) => Value::Null,
        (Some(value), ValueKind::Count) => json!(value.round() as i64),
        (Some(value), ValueKind::Real) => number(value),
        (Some(value), ValueKind::Flag) => json!(value != 0.0),
    }
}

/// A term as a cell: IRIs and texts as strings, booleans and numbers as what they are.
pub(super) fn term(term: &Term) -> Value {
    match term {
        Term::NamedNode(node) => json!(node.as_str()),
        Term::Literal(literal) => typed(literal),
        Term::BlankNode(_) | Term::Triple(_) => json!(term.to_string()),
    }
}

/// Whether a term is a date or a time by its datatype.
fn is_time(term: &Term) -> bool {
    let Term::Literal(literal) = term else {
        return false;
    };
    [xsd::DATE, xsd::DATE_TIME, DATE_TIME_STAMP].contains(&literal.datatype())
}

const DATE_TIME_STAMP: oxigraph::model::NamedNodeRef<'_> =
    oxigraph::model::NamedNodeRef::new_unchecked("http://www.w3.org/2001/XMLSchema#dateTimeStamp");

fn typed(literal: &Literal) -> Value {
    let text = literal.value().trim();
    let datatype = literal.datatype();
    let value = if datatype == xsd::BOOLEAN {
        match text {
            "true" | "1" => Some(json!(true)),
            "false" | "0" => Some(json!(false)),
            _ => None,
        }
    } else if INTEGERS.contains(&datatype) {
        text.parse::<i64>().ok().map(|value| json!(value))
    } else if [xsd::DECIMAL, xsd::DOUBLE, xsd::FLOAT].contains(&datatype) {
        let value = text.parse::<f64>().ok();
        value.filter(|value| value.is_finite()).map(number)
    } else {
        None
    };
    value.unwrap_or_else(|| json!(literal.value()))
}

const INTEGERS: [oxigraph::model::NamedNodeRef<'static>; 13] = [
    xsd::INTEGER,
    xsd::LONG,
    xsd::INT,
    xsd::SHORT,
    xsd::BYTE,
    xsd::NON_NEGATIVE_INTEGER,
    xsd::POSITIVE_INTEGER,
    xsd::NON_POSITIVE_INTEGER,
    xsd::NEGATIVE_INTEGER,
    xsd::UNSIGNED_LONG,
    xsd::UNSIGNED_INT,
    xsd::UNSIGNED_SHORT,
    xsd::UNSIGNED_BYTE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::{Data, Reader, Xlsx};

    fn rows() -> Rows {
        let mut rows = Rows::new(["iri", "score", "sources"]);
        rows.push([json!("http://a"), json!(0.5), json!(["x", "y"])]);
        rows.push([json!("a \"b\", c"), Value::Null, json!([])]);
        rows
    }

    fn text(rows: &Rows, format: Format) -> String {
        String::from_utf8(rows.text(format, &About::default()).unwrap()).unwrap()
    }

    #[test]
    fn a_table_is_json_or_csv() {
        let json = concat!(
            r#"[{"iri":"http://a","score":0.5,"sources":["x","y"]},"#,
            r#"{"iri":"a \"b\", c","score":null,"sources":[]}]"#
        );
        assert_eq!(text(&rows(), Format::Json), json);
        assert_eq!(
            text(&rows(), Format::Csv),
            "iri,score,sources\nhttp://a,0.5,x; y\n\"a \"\"b\"\", c\",,\n"
        );
        assert_eq!(json!(rows().into_objects()).to_string(), json);
        assert_eq!(text(&Rows::new(["a"]), Format::Json), "[]");
        assert_eq!(text(&Rows::new(["a"]), Format::Csv), "a\n");
    }

    #[test]
    fn a_page_is_within_the_table() {
        for (query, first, total) in [
            ("", Some("http://a"), 2),
            ("limit=1", Some("http://a"), 1),
            ("offset=1", Some("a \"b\", c"), 1),
            ("limit=0", None, 0),
            ("offset=7&limit=9007199254740991", None, 0),
        ] {
            let page = Page::of(&Form::parse(query.as_bytes()).unwrap()).unwrap();
            let mut rows = rows();
            assert_eq!(rows.keep(page), 2);
            let left = rows.into_objects();
            assert_eq!(left.len(), total, "{query}");
            let found = left.first().and_then(|row| row["iri"].as_str());
            assert_eq!(found, first, "{query}");
        }
        assert!(Page::of(&Form::parse(b"limit=-1").unwrap()).is_err());
    }

    #[test]
    fn rows_are_sorted_by_a_column_and_missing_cells_come_last() {
        for (sort, expected) in [("sort=score", [2, 10]), ("sort=-score", [10, 2])] {
            let mut rows = Rows::new(["iri", "score"]);
            for (iri, score) in [("c", json!(10)), ("a", Value::Null), ("b", json!(2))] {
                rows.push([json!(iri), score]);
            }
            let form = Form::parse(sort.as_bytes()).unwrap();
            assert_eq!(rows.arrange(&Listing::of(&form).unwrap()).unwrap(), 3);
            let scores: Vec<Value> = rows.rows.iter().map(|row| row[1].clone()).collect();
            assert_eq!(
                scores,
                [json!(expected[0]), json!(expected[1]), Value::Null],
                "{sort}"
            );
        }
        let form = Form::parse(b"sort=colour").unwrap();
        let listing = Listing::of(&form).unwrap();
        assert!(rows().arrange(&listing).is_err());
    }

    #[test]
    fn a_page_links_to_its_neighbours() {
        let links = |query: &str, usual, total| {
            let form = Form::parse(query.as_bytes()).unwrap();
            let page = Page::of(&form).unwrap();
            let links = page_links("http://w/x", &form, page, usual, total);
            links.map_or(String::new(), |links| links.to_str().unwrap().to_owned())
        };
        assert_eq!(links("", None, 90), "");
        assert_eq!(links("limit=10", None, 10), "");
        assert_eq!(
            links("q=a%26b&limit=10&offset=10", None, 35),
            concat!(
                "<http://w/x?q=a%26b&limit=10&offset=0>; rel=\"first\", ",
                "<http://w/x?q=a%26b&limit=10&offset=0>; rel=\"prev\", ",
                "<http://w/x?q=a%26b&limit=10&offset=20>; rel=\"next\", ",
                "<http://w/x?q=a%26b&limit=10&offset=30>; rel=\"last\""
            )
        );
        assert!(
            links("", Some(20), 21).starts_with("<http://w/x?limit=20&offset=20>; rel=\"next\"")
        );
    }

    /// The cells of a sheet, as a spreadsheet program reads them.
    fn read_back(file: &[u8], sheet: &str) -> Vec<Vec<Data>> {
        let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(file.to_vec())).unwrap();
        let range = workbook.worksheet_range(sheet).unwrap();
        range.rows().map(<[Data]>::to_vec).collect()
    }

    #[test]
    fn a_workbook_keeps_numbers_booleans_and_texts_apart_and_has_no_formulas() {
        let mut rows = Rows::new(["betweenness", "note", "flag", "big"]);
        rows.push([
            json!(0.5),
            json!("=1+1"),
            json!(true),
            json!(9_007_199_254_740_993_u64),
        ]);
        rows.push([
            Value::Null,
            json!("\u{1}a\u{202e}"),
            json!(false),
            json!(["x", "y"]),
        ]);
        let about = About::at("http://w/x.xlsx".to_owned()).titled("A title", "");
        let file = rows.text(Format::Xlsx, &about).unwrap();
        let cells = read_back(&file, "Data");
        let text = |text: &str| Data::String(text.to_owned());
        assert_eq!(cells[0][1], text("note"));
        assert_eq!(
            cells[1],
            [
                Data::Float(0.5),
                text("=1+1"),
                Data::Bool(true),
                text("9007199254740993")
            ]
        );
        assert_eq!(cells[2][0], Data::Empty);
        assert_eq!(cells[2][3], text("x; y"));
        let about_cells = read_back(&file, "About");
        assert!(about_cells.contains(&vec![text("source"), text("http://w/x.xlsx")]));
        // A column that is a metric is explained.
        assert!(about_cells.iter().any(|row| row[0] == text("betweenness")));
        assert_eq!(file, rows.text(Format::Xlsx, &about).unwrap());
    }

    #[test]
    fn dates_and_times_are_such_to_spreadsheets_where_their_column_says_so() {
        let mut rows = Rows::new(["when", "label"]).with_times(["when"]);
        for text in [
            "2026-11-25T17:30:00.000Z",
            "2026-11-25T18:30:00+01:00",
            "2026-11-25",
            "2026-11-25Z",
            "0044-03-15",
            "2026",
            "soon, or never at all",
        ] {
            rows.push([json!(text), json!(text)]);
        }
        rows.push([Value::Null, json!("2026-11-25")]);
        let file = rows.text(Format::Xlsx, &About::default()).unwrap();
        let cells = read_back(&file, "Data");
        let day = 46_351.0;
        for (row, expected) in [
            (1, Some(day + 17.5 / 24.0)),
            (2, Some(day + 17.5 / 24.0)),
            (3, Some(day)),
            (4, Some(day)),
            // Years that spreadsheets do not know, and what is no date, stay texts.
            (5, None),
            (6, None),
            (7, None),
        ] {
            match (&cells[row][0], expected) {
                (Data::DateTime(time), Some(days)) => {
                    assert!((time.as_f64() - days).abs() < 1e-9, "{row}: {time:?}");
                }
                (Data::String(_), None) => {}
                (found, _) => panic!("{row}: {found:?}"),
            }
            assert!(matches!(&cells[row][1], Data::String(_)), "a label is none");
        }
        assert_eq!(cells[8][0], Data::Empty);
    }

    #[test]
    fn a_file_with_a_part_of_the_rows_says_so() {
        let note = |query: &str| {
            let page = Page::of(&Form::parse(query.as_bytes()).unwrap()).unwrap();
            let mut rows = rows();
            rows.keep(page);
            let file = rows.text(Format::Xlsx, &About::default()).unwrap();
            let about = read_back(&file, "About");
            let found = about.into_iter().find(|row| row[0] == "rows");
            found.map_or(String::new(), |row| row[1].to_string())
        };
        assert_eq!(note(""), "");
        assert_eq!(
            note("limit=1&offset=1"),
            "2 to 2 of 2; `limit` and `offset` choose others"
        );
        assert_eq!(note("limit=0"), "none of 2");
    }

    #[test]
    fn files_have_all_rows_and_programs_a_page() {
        assert_eq!(usual_rows(Format::Json, 20), 20);
        for format in [Format::Csv, Format::Xlsx, Format::Parquet, Format::Arrow] {
            assert_eq!(usual_rows(format, 20), FILE_ROWS);
        }
    }

    #[test]
    fn what_a_cell_cannot_hold_is_cut_and_says_so() {
        let mut rows = Rows::new(["a"]);
        rows.push([json!("😀".repeat(40_000))]);
        let file = rows.text(Format::Xlsx, &About::default()).unwrap();
        let Data::String(text) = &read_back(&file, "Data")[1][0] else {
            panic!("no text");
        };
        assert!(
            text.ends_with("CSV and JSON have all of it]"),
            "{}",
            text.len()
        );
        assert!(text.encode_utf16().count() <= 32_767);
    }

    #[test]
    fn a_table_that_no_sheet_can_hold_names_another_format() {
        let mut rows = Rows::new(["a"]);
        for number in 0..1_048_576 {
            rows.push([json!(number)]);
        }
        let error = rows
            .text(Format::Xlsx, &About::default())
            .unwrap_err()
            .problem();
        assert_eq!(error.status, 406);
        assert!(error.detail.contains("CSV"), "{}", error.detail);
    }

    #[test]
    fn a_book_has_a_sheet_for_each_table_whatever_they_are_called() {
        let (one, other) = (rows(), rows());
        let sheets = [("a/b", &one), ("A B", &other), ("", &other)];
        let file = book(&sheets, Format::Xlsx, &About::default()).unwrap();
        let workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(file)).unwrap();
        assert_eq!(workbook.sheet_names(), ["a b", "A B 2", "Table", "About"]);
        let csv = book(&sheets, Format::Csv, &About::default()).unwrap();
        assert_eq!(csv, one.text(Format::Csv, &About::default()).unwrap());
    }

    #[cfg(not(feature = "columnar"))]
    #[test]
    fn a_format_that_was_not_built_says_how_to_build_it() {
        let error = rows().text(Format::Parquet, &About::default()).unwrap_err();
        let problem = error.problem();
        assert_eq!(problem.status, 406);
        assert!(problem.detail.contains("--features columnar"));
    }

    #[cfg(feature = "columnar")]
    #[test]
    fn columns_have_the_narrowest_type_that_fits() {
        use arrow::datatypes::DataType;
        let mut rows = Rows::new(["whole", "real", "flag", "text", "nothing"]);
        rows.push([json!(1), json!(1), json!(true), json!("a"), Value::Null]);
        rows.push([
            Value::Null,
            json!(0.5),
            Value::Null,
            json!(["b", "c"]),
            Value::Null,
        ]);
        let about = About::at("http://w/x".to_owned());
        let file = rows.text(Format::Arrow, &about).unwrap();
        assert_eq!(file, rows.text(Format::Arrow, &about).unwrap());
        let reader =
            arrow::ipc::reader::FileReader::try_new(std::io::Cursor::new(file), None).unwrap();
        let schema = reader.schema();
        let types: Vec<_> = schema
            .fields()
            .iter()
            .map(|field| field.data_type())
            .collect();
        assert_eq!(
            types,
            [
                &DataType::Int64,
                &DataType::Float64,
                &DataType::Boolean,
                &DataType::Utf8,
                &DataType::Utf8
            ]
        );
        assert_eq!(schema.metadata()["weft.source"], "http://w/x");
        let file = rows.text(Format::Parquet, &about).unwrap();
        assert_eq!(file, rows.text(Format::Parquet, &about).unwrap());
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
            bytes::Bytes::from(file),
        )
        .unwrap();
        let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches[0].num_rows(), 2);
        assert_eq!(batches[0].column(0).null_count(), 1);
        let empty = Rows::new(["a"]).text(Format::Parquet, &about).unwrap();
        assert!(empty.starts_with(b"PAR1"));
    }

    #[test]
    fn numbers_are_as_short_as_they_are_exact() {
        for (value, expected) in [
            (3.0, "3"),
            (-0.0, "0"),
            (0.25, "0.25"),
            (1e300, "1e+300"),
            (f64::NAN, "null"),
            (f64::INFINITY, "null"),
        ] {
            assert_eq!(number(value).to_string(), expected);
        }
    }

    #[test]
    fn literals_are_what_their_datatype_says() {
        let typed = |text: &str, datatype| {
            term(&Literal::new_typed_literal(text, datatype).into()).to_string()
        };
        assert_eq!(typed("true", xsd::BOOLEAN), "true");
        assert_eq!(typed("007", xsd::INTEGER), "7");
        assert_eq!(typed("1.50", xsd::DECIMAL), "1.5");
        assert_eq!(typed("INF", xsd::DOUBLE), "\"INF\"");
        assert_eq!(typed("2010", xsd::G_YEAR), "\"2010\"");
    }
}
