//! `weft graph`: which graphs there are, and which of them only some may see.

use super::{CliError, Place, existing, graph_iri, log_to_standard_error, say, settings};
use crate::app::{AppError, PrivateGraphs, Reader};
use crate::store::StoreError;
use clap::Subcommand;
use oxigraph::model::GraphName;
use std::io::{self, Write};

/// What to do with graphs.
#[derive(Subcommand)]
pub(super) enum Graph {
    /// List the graphs with their numbers of triples, and which of them are private
    List,
    /// Hide a graph from all but admins and the tokens that may write or read it
    Private {
        /// An IRI, or a name under https://w3id.org/weft/graph/
        graph: String,
    },
    /// Show a graph to everybody
    Public {
        /// An IRI, or a name under https://w3id.org/weft/graph/
        graph: String,
    },
}

pub(super) fn run_graph(place: &Place, graph: Graph) -> Result<(), CliError> {
    match graph {
        Graph::List => list(place),
        Graph::Private { graph } => set(place, &graph, true),
        Graph::Public { graph } => set(place, &graph, false),
    }
}

/// The list has a file of its own, so this works beside a running service.
fn private_graphs(place: &Place) -> Result<PrivateGraphs, CliError> {
    log_to_standard_error("warn");
    let directory = settings(place)?.resolve()?.data_dir.unwrap_or_default();
    Ok(PrivateGraphs::open(&directory)?)
}

fn set(place: &Place, graph: &str, private: bool) -> Result<(), CliError> {
    let graph = graph_iri(graph)?;
    let changed = private_graphs(place)?.set(&graph, private)?;
    say(&match (changed, private) {
        (true, true) => format!(
            "{graph} is private: a running service hides it from now on, and makes anew what follows from the data."
        ),
        (true, false) => format!("{graph} is public from now on."),
        (false, true) => format!("{graph} is private already."),
        (false, false) => format!("{graph} is public already."),
    });
    Ok(())
}

fn list(place: &Place) -> Result<(), CliError> {
    let private = private_graphs(place)?.list()?;
    let mut output = io::stdout().lock();
    let mut line = |name: &str, triples: &str, is_private: bool| {
        let mark = if is_private { "private" } else { "public" };
        writeln!(output, "{name}\t{triples}\t{mark}")
    };
    match existing(place) {
        Ok(graph) => {
            let snapshot = graph.snapshot();
            for graph in graph.graphs_for(&Reader::local(), &snapshot)? {
                let name = match &graph.name {
                    GraphName::NamedNode(node) => node.as_str().to_owned(),
                    GraphName::BlankNode(node) => node.to_string(),
                    GraphName::DefaultGraph => "default".to_owned(),
                };
                line(&name, &graph.triples.to_string(), graph.is_private)?;
            }
        }
        // A service has the data open; which graphs are private can be told all the same.
        Err(CliError::App(AppError::Store(StoreError::Locked { .. }))) => {
            say(
                "A running service has the data: only the private graphs are listed; /api/v1/graphs lists all.",
            );
            for graph in private.iter() {
                line(graph.as_str(), "", true)?;
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}
