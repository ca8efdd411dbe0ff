//! `weft dump`: whole graphs as a file.

use super::{CliError, Place, existing, graph_iri, say};
use crate::app::Reader;
use crate::app::dumps::{DumpKind, DumpScope, write_dump_file};
use crate::app::{AppError, DumpError};
use crate::store::{DEFAULT_GRAPH_IRI, Limits};
use clap::Args;
use oxigraph::model::GraphName;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub(super) struct Dump {
    /// The file to write: .nq, .trig, .ttl or .nt, and .gz or .zst behind that to compress it
    file: PathBuf,
    /// Only this graph: an IRI, or a name under https://w3id.org/weft/graph/
    #[arg(long, value_name = "IRI")]
    graph: Option<String>,
    /// An earlier version of the data
    #[arg(long, value_name = "N")]
    version: Option<u64>,
    /// Leave out what is private
    #[arg(long)]
    public: bool,
}

pub(super) fn run_dump(place: &Place, dump: &Dump) -> Result<(), CliError> {
    let name = dump.file.to_string_lossy();
    let Some((_, format, compression)) = DumpKind::extensions_of(&name) else {
        return Err(CliError::Usage(format!(
            "{name}: the name must end in .nq, .trig, .ttl or .nt, with .gz or .zst behind it if it is to be compressed"
        )));
    };
    let scope = match &dump.graph {
        None => DumpScope::All,
        Some(graph) => {
            let node = graph_iri(graph)?;
            DumpScope::Graph(if node.as_str() == DEFAULT_GRAPH_IRI {
                GraphName::DefaultGraph
            } else {
                node.into()
            })
        }
    };
    let graph = existing(place)?;
    let whole = match dump.version {
        Some(version) => graph.snapshot_at(version, &Limits::default())?,
        None => graph.snapshot(),
    };
    let snapshot = if dump.public {
        graph.past_for(&Reader::anonymous(), &whole)?
    } else {
        Arc::clone(&whole)
    };
    if let DumpScope::Graph(graph) = &scope
        && !snapshot.contains_graph(graph.as_ref())
    {
        return Err(AppError::NoSuchGraph(graph.clone()).into());
    }
    let kind = DumpKind {
        scope,
        format,
        compression,
    };
    let written = write_dump_file(&snapshot, &kind, &dump.file, u64::MAX)?;
    say(&format!(
        "{} statements of version {} are in {name} ({} bytes, SHA-256 {}).",
        written.statements,
        snapshot.version(),
        written.bytes,
        written.sha256
    ));
    let private = graph.private_graphs()?;
    let is_in = |name: &GraphName| match (name, &kind.scope) {
        (GraphName::NamedNode(node), DumpScope::All) => private.contains(node),
        (GraphName::NamedNode(node), DumpScope::Graph(only)) => {
            name == only && private.contains(node)
        }
        _ => false,
    };
    let count = snapshot
        .graphs()
        .iter()
        .filter(|(name, _)| is_in(name))
        .count();
    if count > 0 {
        say(&format!(
            "Mind that {count} private graphs are in it; --public leaves them out."
        ));
    }
    Ok(())
}

impl From<DumpError> for CliError {
    fn from(error: DumpError) -> Self {
        Self::App(error.into())
    }
}
