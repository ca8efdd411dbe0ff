//! Pages of what partners send: the form of a check, the report on it, and what an import did.

use super::links::encoded;
use super::{Shell, render};
use crate::app::Config;
use crate::app::check::MOST_STATEMENTS;
use crate::http::error::ApiError;
use crate::http::imports::ImportPage;
use crate::ingest::report::{Finding, ImportReport};
use askama::Template;
use oxigraph::model::NamedNode;

#[derive(Template)]
#[template(path = "check_form.html")]
struct CheckFormPage {
    shell: Shell,
    graphs: Vec<String>,
    body_limit: String,
    most_statements: u64,
}

/// `/api/v1/check` for a browser that sends nothing.
pub(in crate::http) fn check_form(shell: Shell, config: &Config) -> Result<String, ApiError> {
    render(&CheckFormPage {
        shell,
        graphs: Vec::new(),
        body_limit: format!("{}\u{a0}MB", config.body_limit >> 20),
        most_statements: MOST_STATEMENTS as u64,
    })
}

#[derive(Template)]
#[template(path = "check_report.html")]
struct CheckReportPage<'a> {
    shell: Shell,
    part: String,
    held: Option<Held<'a>>,
}

/// The graph that a report is about.
struct Held<'a> {
    graph: &'a str,
    /// Where the report is in another form, but for the form's extension.
    others: (&'static str, String),
}

/// A report in the frame of the pages; `held` is the graph, if it is about what one holds.
pub(in crate::http) fn check_report(
    shell: Shell,
    part: String,
    held: Option<&NamedNode>,
) -> Result<String, ApiError> {
    render(&CheckReportPage {
        shell,
        part,
        held: held.map(|graph| Held {
            graph: graph.as_str(),
            others: (
                "/api/v1/graphs/report",
                format!("?graph={}", encoded(graph.as_str())),
            ),
        }),
    })
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportTemplate<'a> {
    shell: Shell,
    page: &'a ImportPage<'a>,
    groups: Vec<Group<'a>>,
    graph_href: String,
}

/// Findings about one column of a file.
struct Group<'a> {
    file: &'a str,
    column: Option<&'a str>,
    findings: Vec<&'a Finding>,
    /// Findings that are counted and not listed.
    more: u64,
}

/// Findings by the file and the column that are to be mended, in the order in which they were met.
fn grouped(report: &ImportReport) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for kind in &report.kinds {
        let (file, column) = (kind.first.file.as_str(), kind.first.column.as_deref());
        let position = groups
            .iter()
            .position(|group| (group.file, group.column) == (file, column));
        let mut kept: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|finding| {
                finding.file == kind.first.file
                    && finding.column == kind.first.column
                    && finding.reason == kind.first.reason
            })
            .collect();
        let more = kind.count.saturating_sub(kept.len() as u64);
        match position.and_then(|position| groups.get_mut(position)) {
            Some(group) => {
                group.findings.append(&mut kept);
                group.more += more;
            }
            None => groups.push(Group {
                file,
                column,
                findings: kept,
                more,
            }),
        }
    }
    groups
}

/// What an import did, or would do.
pub(in crate::http) fn import(shell: Shell, page: &ImportPage<'_>) -> Result<String, ApiError> {
    render(&ImportTemplate {
        groups: grouped(page.report),
        graph_href: super::graph_href(page.graph),
        shell,
        page,
    })
}
