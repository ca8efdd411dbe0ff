//! `weft validate`: what a check says of files, and what a write of them would change.

use super::{CliError, Place, existing, graph_iri, log_to_standard_error, say, settings};
use crate::app::check::{Asked, CheckForm};
use crate::app::{AppError, GraphChange, KnowledgeGraph};
use crate::ingest::IngestError;
use crate::ingest::check::{Document, Origin};
use crate::ingest::rdf as source;
use crate::ingest::validate::ResultSeverity;
use crate::store::{Limits, StoreError};
use clap::{Args, ValueEnum};
use oxigraph::io::RdfFormat;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Validate {
    /// RDF files, also compressed (.gz, .zst)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// More shapes, in Turtle; those of the ontology are used in any case
    #[arg(long, value_name = "FILE")]
    shapes: Vec<PathBuf>,
    /// The graph that the data is for; with a data directory its own shapes (GRAPH/shapes) are used
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// Say what a write would change: statements, actors, networks (needs a data directory)
    #[arg(long, requires = "graph")]
    impact: bool,
    /// Whether the data takes the place of what the graph holds, or is added to it
    #[arg(long, value_enum, requires = "graph")]
    change: Option<Change>,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Language of the messages
    #[arg(long, default_value = "en")]
    language: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Paragraphs
    Text,
    /// An object with the results as rows
    Json,
    /// The results as rows (with --impact, the impact)
    Csv,
    /// A SHACL validation report
    Ttl,
    /// A page
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Change {
    /// Takes the place
    Replace,
    /// Is added
    Add,
}

pub(super) fn run_validate(place: &Place, arguments: &Validate) -> Result<(), CliError> {
    log_to_standard_error("error");
    let graph = arguments.graph.as_deref().map(graph_iri).transpose()?;
    let has_data = settings(place)?
        .resolve()?
        .data_dir
        .is_some_and(|directory| directory.join("log.redb").is_file());
    let in_memory = || {
        let mut config = settings(place)?.resolve()?;
        config.data_dir = None;
        config.empty = true;
        Ok::<_, CliError>(KnowledgeGraph::open(config)?)
    };
    let app = if arguments.impact {
        existing(place)?
    } else if graph.is_some() && has_data {
        match existing(place) {
            Err(CliError::App(AppError::Store(StoreError::Locked { .. }))) => {
                say(
                    "A running service has the data: the shapes that the graph keeps there are not looked at; /api/v1/check does.",
                );
                in_memory()?
            }
            opened => opened?,
        }
    } else {
        in_memory()?
    };
    let mut shapes = Vec::new();
    for path in &arguments.shapes {
        let text = fs::read_to_string(path).map_err(|source| CliError::File {
            path: path.clone(),
            source,
        })?;
        shapes.push((path.display().to_string(), text));
    }
    let mut texts = Vec::new();
    for path in &arguments.files {
        let bytes = source::read_file(path)?;
        let format = source::format_of(path)
            .ok_or_else(|| IngestError::UnknownFormat { path: path.clone() })?;
        texts.push((path.display().to_string(), format, bytes));
    }
    let documents: Vec<Document<'_>> = texts
        .iter()
        .map(|(name, format, bytes)| Document {
            name: name.clone(),
            format: *format,
            bytes,
        })
        .collect();
    let asked = Asked {
        graph,
        shapes,
        impact: arguments.impact,
        change: arguments.change.map(|change| match change {
            Change::Replace => GraphChange::Replace,
            Change::Add => GraphChange::Add,
        }),
        unlimited: true,
        ..Asked::default()
    };
    let checked = app.check(&app.snapshot(), &documents, &asked, &Limits::default())?;
    let form = match arguments.format {
        Form::Text => CheckForm::Text,
        Form::Json => CheckForm::Json,
        Form::Csv => CheckForm::Csv,
        Form::Ttl => CheckForm::Rdf(RdfFormat::Turtle),
        Form::Html => CheckForm::Html,
    };
    let body = checked.write(form, &arguments.language)?;
    let mut output = io::stdout().lock();
    output.write_all(&body)?;
    output.flush()?;
    let violations = match checked.report.count(ResultSeverity::Violation) {
        0 => return Ok(()),
        1 => "there is 1 violation".to_owned(),
        violations => format!("there are {violations} violations"),
    };
    // What cannot be read is an error of every command, and named where errors are.
    let unread = checked
        .report
        .results
        .iter()
        .find(|result| result.origin == Origin::Syntax)
        .and_then(|result| Some(format!("{}: {}", result.place()?, result.message("en"))));
    Err(CliError::Failed(match unread {
        Some(unread) => format!("{unread}; {violations}"),
        None => violations,
    }))
}
