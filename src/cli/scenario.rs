//! `weft scenario`: what if something were otherwise, beside the data as it is.

use super::networks::{Cell, RowFormat, Rows, for_terminal, standard_output};
use super::{CliError, Place, existing, say};
use crate::app::scenarios::{self, Choices, Evaluation, Part, Table};
use crate::app::{Scenario, ScenarioError};
use crate::network::Filter;
use crate::store::Limits;
use clap::Args;
use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

/// What a table for people shows of each part; the other columns are for programs.
const SHOWN: [(Part, &str, &[&str]); 7] = [
    (
        Part::Changes,
        "What the changes did",
        &[
            "position",
            "op",
            "label",
            "otherLabel",
            "values",
            "added",
            "removed",
            "note",
        ],
    ),
    (
        Part::Services,
        "Services and innovations whose providers change",
        &[
            "label",
            "kind",
            "status",
            "providersToday",
            "providersScenario",
            "sectorLabel",
        ],
    ),
    (
        Part::Indicators,
        "Indicators",
        &["name", "today", "scenario", "difference", "effect"],
    ),
    (
        Part::Networks,
        "Networks",
        &["network", "name", "today", "scenario", "difference"],
    ),
    (
        Part::SectorPairs,
        "Pairs of sectors",
        &[
            "fromLabel",
            "toLabel",
            "tiesToday",
            "tiesScenario",
            "difference",
            "change",
        ],
    ),
    (
        Part::Actors,
        "Actors that are affected most",
        &[
            "label",
            "status",
            "degreeToday",
            "degreeScenario",
            "betweennessToday",
            "betweennessScenario",
        ],
    ),
    (
        Part::Components,
        "What falls apart, and what grows together",
        &["kind", "label", "actorsToday", "actorsScenario", "sizes"],
    ),
];
/// Actors and services in a table that nobody named a part for.
const BEST: usize = 15;
/// A difference of figures that a table for people does not show.
const LEAST: f64 = 5e-4;

#[derive(Args)]
pub(super) struct WhatIf {
    /// The scenario, as JSON: {"title": …, "changes": [{"op": "removeActor", "iri": …}]}; - is
    /// standard input
    file: PathBuf,
    /// Only one part: changes, services, indicators, groups, networks, sectorPairs, levelPairs, lost, won,
    /// actors or components [default: a summary in a table, else indicators]
    #[arg(long)]
    part: Option<String>,
    /// Networks whose metrics are compared [default: collaboration,sectors]
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    networks: Vec<String>,
    /// Metrics of networks, by their ids
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    metrics: Vec<String>,
    /// Only what fits, on both sides: KEY is sector, level, sphere, place, role, since, until,
    /// groups or contextual. Give it again for another key
    #[arg(long = "filter", value_name = "KEY=VALUE")]
    filters: Vec<String>,
    /// How the answer is written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<RowFormat>,
}

pub(super) fn run_scenario(place: &Place, what_if: &WhatIf) -> Result<(), CliError> {
    let file = |source: io::Error| CliError::File {
        path: what_if.file.clone(),
        source,
    };
    let text = if what_if.file.as_os_str() == "-" {
        let mut text = Vec::new();
        io::stdin().read_to_end(&mut text).map_err(file)?;
        text
    } else {
        fs::read(&what_if.file).map_err(file)?
    };
    let at =
        |error: ScenarioError| CliError::Failed(format!("{}: {error}", what_if.file.display()));
    let scenario = Scenario::parse(&text).map_err(at)?;
    let part = what_if
        .part
        .as_deref()
        .map(Part::named)
        .transpose()
        .map_err(|error| CliError::Usage(format!("--part: {error}")))?;
    let pairs: Vec<(&str, &str)> = what_if
        .filters
        .iter()
        .map(|text| {
            text.split_once('=').ok_or_else(|| {
                CliError::Usage(format!(
                    "--filter {text}: write KEY=VALUE; there are {}",
                    Filter::KEYS.join(", ")
                ))
            })
        })
        .collect::<Result<_, _>>()?;
    let graph = existing(place)?;
    let given = graph.snapshot();
    let choices = Choices {
        filter: graph.filter(&*graph.merged(&given)?, pairs)?,
        networks: what_if.networks.clone(),
        metrics: what_if.metrics.clone(),
    };
    let found = graph.evaluate_scenario(&given, &scenario, &choices, &Limits::default())?;
    let format = for_terminal(what_if.format, RowFormat::Table, RowFormat::Csv);
    let mut output = standard_output();
    match (part, format) {
        (None, RowFormat::Table) => summary(&scenario, &found, &mut output)?,
        (part, format) => {
            let table = found.table(part.unwrap_or(Part::Indicators));
            rows(table, table.columns, usize::MAX).write(format, &mut output)?;
        }
    }
    output.flush()?;
    Ok(())
}

fn summary(
    scenario: &Scenario,
    found: &Evaluation,
    output: &mut impl Write,
) -> Result<(), CliError> {
    if !scenario.title.is_empty() {
        writeln!(output, "{}", clean(&scenario.title))?;
    }
    writeln!(
        output,
        "Data version {}; {} statements more, {} fewer; {} actors affected.",
        found.version, found.added, found.removed, found.actors_affected
    )?;
    let services = found.table(Part::Services);
    let left = services
        .rows
        .iter()
        .filter(|row| services.cell(row, "status").text() == Some("noProvider"))
        .count();
    if left > 0 {
        writeln!(
            output,
            "{left} services or innovations have no provider left."
        )?;
    }
    for (part, title, columns) in SHOWN {
        let table = &moved(found.table(part));
        if table.rows.is_empty() {
            continue;
        }
        let most = match part {
            Part::Actors | Part::Services => BEST,
            _ => usize::MAX,
        };
        let count = table.rows.len();
        if count > most {
            writeln!(output, "\n{title} ({most} of {count}; --part has all)")?;
        } else {
            writeln!(output, "\n{title}")?;
        }
        rows(table, columns, most).table(output)?;
    }
    let lost = found.table(Part::Lost).rows.len();
    let won = found.table(Part::Won).rows.len();
    say(&format!(
        "{lost} pairs of sectors or levels are no longer joined, {won} are joined anew."
    ));
    Ok(())
}

/// The rows of a table that compares figures of which something changes; all rows of another.
fn moved(table: &Table) -> Table {
    let is_moved = |row: &&Vec<scenarios::Cell>| {
        if let Some("lost" | "won") = table.cell(row, "change").text() {
            return true;
        }
        match table.cell(row, "difference") {
            scenarios::Cell::Number(difference) => difference.abs() > LEAST,
            // What can be told on one side only, and tables that compare no figures.
            _ if table.columns.contains(&"today") => {
                table.cell(row, "today") != table.cell(row, "scenario")
            }
            _ => true,
        }
    };
    Table {
        columns: table.columns,
        rows: table.rows.iter().filter(is_moved).cloned().collect(),
    }
}

fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

fn rows(table: &Table, columns: &[&str], most: usize) -> Rows {
    let mut rows = Rows::new(columns.iter().copied());
    for row in table.rows.iter().take(most) {
        let cells: Vec<Cell> = columns
            .iter()
            .map(|column| match table.cell(row, column) {
                scenarios::Cell::Nothing => Cell::Nothing,
                scenarios::Cell::Text(text) => Cell::text(text.as_str()),
                scenarios::Cell::Number(value) if value.fract() == 0.0 => {
                    Cell::Count(*value as i64)
                }
                scenarios::Cell::Number(value) => Cell::Real(*value),
                scenarios::Cell::Flag(flag) => Cell::Flag(*flag),
            })
            .collect();
        rows.push(cells);
    }
    rows
}
