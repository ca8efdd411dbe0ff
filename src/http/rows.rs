//! Flat tables: JSON to programs, CSV to spreadsheets.

use super::AppState;
use super::error::ApiError;
use super::negotiate::Format;
use super::request::Form;
use crate::metrics::{Metric, Score, ValueKind};
use axum::Router;
use axum::routing::MethodRouter;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, Term};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::ops::Range;

/// The formats of a table, the preferred one first.
pub(super) const FORMATS: [Format; 2] = [Format::Json, Format::Csv];

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
}

impl Rows {
    pub(super) fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
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
        self.rows.drain(..range.start.min(end));
        total
    }

    /// Objects, keys in the order of the columns.
    pub(super) fn into_objects(self) -> Vec<Value> {
        let Self { columns, rows } = self;
        rows.into_iter()
            .map(|cells| Value::Object(columns.iter().cloned().zip(cells).collect()))
            .collect()
    }

    /// The table in one of [`FORMATS`].
    pub(super) fn text(&self, format: Format) -> Result<Vec<u8>, ApiError> {
        match format {
            Format::Csv => self.csv(),
            _ => self.json(),
        }
        .map_err(|error| ApiError::Internal(error.to_string()))
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

/// A cell as CSV has it: lists are joined.
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
        let whole = "a whole number, 0 or above";
        Ok(Self {
            limit: form.parsed("limit", whole, |_| true)?,
            offset: form.parsed("offset", whole, |_| true)?.unwrap_or(0),
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

    fn rows() -> Rows {
        let mut rows = Rows::new(["iri", "score", "sources"]);
        rows.push([json!("http://a"), json!(0.5), json!(["x", "y"])]);
        rows.push([json!("a \"b\", c"), Value::Null, json!([])]);
        rows
    }

    fn text(rows: &Rows, format: Format) -> String {
        String::from_utf8(rows.text(format).unwrap()).unwrap()
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
            ("offset=7&limit=18446744073709551615", None, 0),
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
