//! A check as JSON, as rows, as RDF, as a page and as text.

use super::super::results::{WriteError, write_quads};
use super::Checked;
use super::impact::{Impact, KindChange, Named};
use crate::ingest::check::{CheckReport, CheckResult};
use crate::ingest::validate::ResultSeverity;
use crate::metrics::Score;
use oxigraph::io::RdfFormat;
use oxigraph::model::GraphName;
use serde_json::{Map, Value, json};

/// A form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckForm {
    /// An object with `results` as rows.
    Json,
    /// The results as rows.
    Csv,
    /// A `sh:ValidationReport`.
    Rdf(RdfFormat),
    /// A page that stands alone.
    Html,
    /// Paragraphs.
    Text,
}

/// Rows as CSV; cells that a spreadsheet would take for a formula begin with an apostrophe.
#[derive(Debug, Default)]
pub struct Csv(String);

impl Csv {
    fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        for (position, cell) in cells.into_iter().enumerate() {
            if position > 0 {
                self.0.push(',');
            }
            let is_formula =
                cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
            let cell = if is_formula {
                format!("'{cell}")
            } else {
                cell.to_owned()
            };
            if cell.contains([',', '"', '\n', '\r']) {
                self.0.push('"');
                self.0.push_str(&cell.replace('"', "\"\""));
                self.0.push('"');
            } else {
                self.0.push_str(&cell);
            }
        }
        self.0.push('\n');
    }
}

/// The columns of results.
const COLUMNS: [&str; 12] = [
    "severity", "rule", "origin", "node", "path", "value", "message", "remedy", "file", "line",
    "column", "shape",
];

fn cells(result: &CheckResult, language: &str) -> [Value; 12] {
    let shape = result.source_shape.as_ref().map(|shape| match shape {
        oxigraph::model::Term::NamedNode(node) => node.as_str().to_owned(),
        other => other.to_string(),
    });
    [
        json!(result.severity.name()),
        json!(result.rule),
        json!(result.origin.name()),
        json!(result.node_text()),
        json!(result.path_text()),
        json!(result.value_text()),
        json!(result.message(language)),
        json!(result.remedy),
        json!(result.file),
        json!(result.line),
        json!(result.column),
        json!(shape),
    ]
}

fn score(score: Score) -> Value {
    match score.value() {
        Some(value) if value.fract() == 0.0 && value.abs() < 9e15 => json!(value as i64),
        Some(value) => json!(value),
        None => Value::Null,
    }
}

impl Checked {
    /// The report in a form; `language` is that of the messages.
    ///
    /// # Errors
    /// [`WriteError`] if the form cannot be written.
    pub fn write(&self, form: CheckForm, language: &str) -> Result<Vec<u8>, WriteError> {
        let failed = |error: &dyn std::fmt::Display| {
            WriteError::Io(std::io::Error::other(error.to_string()))
        };
        Ok(match form {
            CheckForm::Json => {
                let mut text = serde_json::to_vec_pretty(&self.json(language))
                    .map_err(|error| failed(&error))?;
                text.push(b'\n');
                text
            }
            CheckForm::Csv => self.csv(language).0.into_bytes(),
            CheckForm::Text => self.text(language).into_bytes(),
            CheckForm::Html => self.page_alone(language)?.into_bytes(),
            CheckForm::Rdf(format) => {
                let triples = self.report.to_rdf().into_iter();
                let quads = triples.map(|triple| triple.in_graph(GraphName::DefaultGraph));
                let mut body = Vec::new();
                write_quads(quads, format, &mut body)?;
                body
            }
        })
    }

    /// The report as an object.
    pub fn json(&self, language: &str) -> Value {
        let report = &self.report;
        let mut object = report_fields(report, language);
        if let Some(impact) = &self.impact {
            object.insert("impact".to_owned(), impact_json(impact));
        }
        Value::Object(object)
    }

    fn csv(&self, language: &str) -> Csv {
        let mut csv = Csv::default();
        if let Some(impact) = &self.impact {
            // One table a file: the impact has rows of its own.
            csv.row(["section", "figure", "before", "after", "change"]);
            for [section, figure, before, after, change] in impact_rows(impact) {
                csv.row([&*section, &figure, &before, &after, &change]);
            }
            return csv;
        }
        csv.row(COLUMNS);
        for result in &self.report.results {
            let cells = cells(result, language).map(|cell| match cell {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            });
            csv.row(cells.iter().map(String::as_str));
        }
        csv
    }

    fn text(&self, language: &str) -> String {
        let mut text = self.report.to_text(language);
        if let Some(impact) = &self.impact {
            text.push_str("\nWhat a write would change:\n");
            for [section, figure, before, after, change] in impact_rows(impact) {
                let arrow = if before.is_empty() {
                    after
                } else {
                    format!("{before} → {after}")
                };
                let change = if change.is_empty() {
                    String::new()
                } else {
                    format!("  ({change})")
                };
                text.push_str(&format!("  {section:<14}{figure:<22}{arrow}{change}\n"));
            }
        }
        text
    }
}

/// The fields of a report without an impact.
fn report_fields(report: &CheckReport, language: &str) -> Map<String, Value> {
    let results: Vec<Value> = report
        .results
        .iter()
        .map(|result| {
            let names = COLUMNS.iter().map(|name| (*name).to_owned());
            Value::Object(names.zip(cells(result, language)).collect())
        })
        .collect();
    let fields = [
        ("conforms", json!(report.conforms)),
        ("accepted", json!(report.accepted)),
        ("parsed", json!(report.parsed)),
        ("statements", json!(report.statements)),
        ("violations", json!(report.count(ResultSeverity::Violation))),
        ("warnings", json!(report.count(ResultSeverity::Warning))),
        ("infos", json!(report.count(ResultSeverity::Info))),
        (
            "documents",
            report
                .documents
                .iter()
                .map(|document| json!({"name": document.name, "statements": document.statements}))
                .collect(),
        ),
        (
            "rules",
            report
                .kinds
                .iter()
                .map(|kind| {
                    json!({
                        "rule": kind.rule,
                        "origin": kind.origin.name(),
                        "severity": kind.severity.name(),
                        "count": kind.count,
                        "listed": kind.kept,
                    })
                })
                .collect(),
        ),
        ("results", Value::Array(results)),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// What an error says of a write that was refused: how many violations, and the first of them.
pub fn refused_results(report: &CheckReport) -> Map<String, Value> {
    const FIRST: usize = 20;
    let mut fields = report_fields(report, "en");
    fields.retain(|name, _| matches!(name.as_str(), "violations" | "results"));
    if let Some(Value::Array(results)) = fields.get_mut("results") {
        results.retain(|result| result["severity"] == "violation");
        results.truncate(FIRST);
    }
    fields.insert("check".to_owned(), json!("/api/v1/check"));
    fields
}

fn named(things: &[Named]) -> Value {
    things
        .iter()
        .map(|thing| json!({"iri": thing.id, "label": thing.label}))
        .collect()
}

fn impact_json(impact: &Impact) -> Value {
    let kind = |kind: &KindChange| {
        json!({
            "kind": kind.kind,
            "before": kind.before,
            "after": kind.after,
            "new": kind.new,
            "changed": kind.changed,
            "gone": kind.gone,
            "firstNew": named(&kind.first_new),
            "firstChanged": named(&kind.first_changed),
            "firstGone": named(&kind.first_gone),
        })
    };
    let figures: Value = impact
        .figures
        .iter()
        .map(|figure| {
            json!({
                "section": figure.section,
                "id": figure.id,
                "before": score(figure.before),
                "after": score(figure.after),
                "undefinedBefore": figure.before.undefined().map(|reason| reason.reason()),
                "undefinedAfter": figure.after.undefined().map(|reason| reason.reason()),
            })
        })
        .collect();
    json!({
        "dataVersion": impact.version,
        "statements": {
            "added": impact.added,
            "removed": impact.removed,
            "unchanged": impact.unchanged,
        },
        "things": impact.kinds.iter().map(kind).collect::<Value>(),
        "joined": {
            "sameIri": impact.joined_by_iri,
            "links": impact.joined_by_link,
            "sameAs": impact.said_to_be,
            "possible": impact.perhaps_joined,
            "first": named(&impact.first_joined),
        },
        "figures": figures,
    })
}

/// Section, figure, before, after, change.
fn impact_rows(impact: &Impact) -> Vec<[String; 5]> {
    let mut rows = Vec::new();
    let mut row = |section: &str, figure: &str, before: String, after: String, change: String| {
        rows.push([section.to_owned(), figure.to_owned(), before, after, change]);
    };
    let none = String::new;
    for (figure, count) in [
        ("added", impact.added),
        ("removed", impact.removed),
        ("unchanged", impact.unchanged),
    ] {
        row("statements", figure, none(), count.to_string(), none());
    }
    for kind in &impact.kinds {
        let change = format!(
            "{} new, {} changed, {} gone",
            kind.new, kind.changed, kind.gone
        );
        let (before, after) = (kind.before.to_string(), kind.after.to_string());
        row("things", &format!("{}s", kind.kind), before, after, change);
    }
    for (figure, count) in [
        ("same IRI", impact.joined_by_iri),
        ("accepted links", impact.joined_by_link),
        ("said to be the same (owl:sameAs)", impact.said_to_be),
        ("possible", impact.perhaps_joined),
    ] {
        row("joined", figure, none(), count.to_string(), none());
    }
    for figure in &impact.figures {
        let text = |value: Score| match value.value() {
            Some(value) if value.fract() == 0.0 => format!("{value:.0}"),
            Some(value) => format!("{value:.4}"),
            None => String::new(),
        };
        let change = match (figure.before.value(), figure.after.value()) {
            (Some(before), Some(after)) if before != after => {
                let by = after - before;
                if by.fract() == 0.0 {
                    format!("{by:+.0}")
                } else {
                    format!("{by:+.4}")
                }
            }
            _ => none(),
        };
        row(
            figure.section,
            figure.id,
            text(figure.before),
            text(figure.after),
            change,
        );
    }
    rows
}
