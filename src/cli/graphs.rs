//! `weft graph`: which graphs there are, and which of them only some may see.

use super::{CliError, Place, existing, graph_iri, log_to_standard_error, say, settings};
use crate::app::{AppError, Policies, Policy, PrivateGraphs, Reader, Writer};
use crate::store::StoreError;
use clap::Subcommand;
use oxigraph::model::GraphName;
use std::io::{self, Write};
use std::str::FromStr;

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
    /// Say what a graph, and those below it, do with violations: refuse, report or off
    Policy {
        /// An IRI, or a name under https://w3id.org/weft/graph/
        graph: String,
        /// The policy; without it the one that holds is told
        policy: Option<String>,
    },
}

pub(super) fn run_graph(place: &Place, graph: Graph) -> Result<(), CliError> {
    match graph {
        Graph::List => list(place),
        Graph::Private { graph } => set(place, &graph, true),
        Graph::Public { graph } => set(place, &graph, false),
        Graph::Policy { graph, policy } => set_policy(place, &graph, policy.as_deref()),
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

/// Policies have a file of their own too.
fn set_policy(place: &Place, graph: &str, policy: Option<&str>) -> Result<(), CliError> {
    log_to_standard_error("warn");
    let graph = graph_iri(graph)?;
    let directory = settings(place)?.resolve()?.data_dir.unwrap_or_default();
    let policies = Policies::open(&directory)?;
    if let Some(policy) = policy {
        let policy =
            Policy::from_str(policy).map_err(|error| CliError::Usage(error.to_string()))?;
        policies.set(&graph, policy, Writer::Local.name(), true)?;
    }
    let told = match policies.of(&graph)? {
        None => format!("{}\tnobody set it", Policy::default().name()),
        Some((from, set)) => {
            let name = set.policy.name();
            format!("{name}\tset for <{from}> by {} on {}", set.by, set.date)
        }
    };
    writeln!(io::stdout().lock(), "{told}")?;
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
