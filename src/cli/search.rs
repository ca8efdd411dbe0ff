//! `weft search`: things by their names.

use super::networks::{Cell, RowFormat, Rows, for_terminal, standard_output};
use super::{CliError, Place, existing, say};
use crate::app::search::FoundThing;
use crate::app::{Search, iri};
use crate::store::Limits;
use clap::Args;
use std::io::Write;

/// Things of a list that nobody set a limit for.
const USUAL_LIMIT: usize = 20;

#[derive(Args)]
pub(super) struct Find {
    /// Words that a name must have; the last may be the beginning of one
    #[arg(required = true)]
    text: Vec<String>,
    /// How many things are shown at most
    #[arg(long, value_name = "N", default_value_t = USUAL_LIMIT)]
    limit: usize,
    /// Only things of a kind (actor, service, innovation, place, sector, …) or class; several are
    /// separated by commas
    #[arg(long = "type", value_name = "KIND|IRI", default_value = "")]
    kind: String,
    /// Only names in a language; several are separated by commas
    #[arg(long, value_name = "TAG", default_value = "")]
    lang: String,
    /// Only names that a graph states: an IRI, or a name under https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI", default_value = "")]
    graph: String,
    /// Leave out words with typing errors
    #[arg(long)]
    exact: bool,
    /// Take each IRI for a thing of its own, whatever accepted links say
    #[arg(long)]
    no_merge: bool,
    /// How the list is written [default: table on a terminal, else csv]
    #[arg(long, value_enum)]
    format: Option<RowFormat>,
}

pub(super) fn run_search(place: &Place, find: &Find) -> Result<(), CliError> {
    let graph = existing(place)?;
    let mut snapshot = graph.snapshot();
    if !find.no_merge {
        snapshot = graph.merged(&snapshot)?;
    }
    let usage = |error: crate::app::SearchError| CliError::Usage(error.to_string());
    let search = Search::with_fuzzy(&find.text.join(" "), !find.exact)
        .and_then(|search| search.of_type(&find.kind))
        .and_then(|search| search.in_language(&find.lang))
        .and_then(|search| search.in_graph(&find.graph, &snapshot))
        .map_err(usage)?;
    let found = graph.search(&snapshot, &search, 0..find.limit, &Limits::default())?;
    let format = for_terminal(find.format, RowFormat::Table, RowFormat::Csv);
    let is_table = format == RowFormat::Table;
    let mut table = if is_table {
        Rows::new(["score", "match", "type", "label", "iri"])
    } else {
        Rows::new([
            "iri", "label", "language", "property", "type", "score", "match", "dataset",
        ])
    };
    let maybe = |text: Option<&str>| text.map_or(Cell::Nothing, Cell::text);
    for thing in &found.things {
        let FoundThing { hit, class } = thing;
        let class = class.as_ref().map(|class| class.as_str());
        if is_table {
            let short =
                class.map(|class| iri::shortened(class).unwrap_or_else(|| class.to_owned()));
            table.push([
                Cell::Real(hit.score),
                Cell::text(hit.kind.name()),
                maybe(short.as_deref()),
                Cell::text(hit.label.value()),
                Cell::text(thing.id()),
            ]);
        } else {
            table.push([
                Cell::text(thing.id()),
                Cell::text(hit.label.value()),
                maybe(hit.label.language()),
                Cell::text(hit.property.as_str()),
                maybe(class),
                Cell::Real(hit.score),
                Cell::text(hit.kind.name()),
                Cell::text(thing.datasets().join("; ")),
            ]);
        }
    }
    let mut output = standard_output();
    table.write(format, &mut output)?;
    output.flush()?;
    if found.total > found.things.len() {
        say(&format!(
            "{} of {} things; --limit shows more",
            found.things.len(),
            found.total
        ));
    }
    Ok(())
}
