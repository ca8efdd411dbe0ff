//! Who writes, and what that allows: every door asks here.
//!
//! A partner's token covers its graphs and all below them, never the graphs that Weft writes
//! itself. An update is judged by its parsed form before any of it runs, so that no prefix, base,
//! escape or comment gets round it, and nothing happens if its last operation goes too far.

use super::{AppError, Token, iri};
use crate::store::{GraphTrees, Update, skolem};
use oxigraph::model::{GraphNameRef, NamedNodeRef};
use spargebra::GraphUpdateOperation;
use spargebra::algebra::GraphTarget;
use spargebra::term::{GraphName as DataGraph, GraphNamePattern};

/// Graphs below [`iri::GRAPH`] that belong to nobody unless a token names them: what Weft writes
/// itself, what ships with it, and what holds for everybody.
const BUILT_IN: [&str; 7] = [
    "ontology", "inferred", "metrics", "queries", "innoserv", "links", "default",
];

/// Who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The command line.
    Local,
    /// Anybody, with `--open-writes`.
    Anybody,
    /// A token that may write everything.
    Admin(String),
    /// A token that may write some graphs and those below them, and read others.
    Partner(String, GraphTrees, GraphTrees),
}

impl Writer {
    /// The holder of a token.
    pub(super) fn holding(token: &Token) -> Self {
        let name = token.name.clone();
        if token.admin {
            Self::Admin(name)
        } else {
            Self::Partner(name, token.writes(), token.reads())
        }
    }

    /// The author in the log.
    pub fn name(&self) -> &str {
        match self {
            Self::Local => "command line",
            Self::Anybody => "anybody",
            Self::Admin(name) | Self::Partner(name, ..) => name,
        }
    }

    /// Whether everything may be written.
    pub fn may_write_everything(&self) -> bool {
        !matches!(self, Self::Partner(..))
    }

    /// Refuses a graph that may not be written.
    pub(super) fn check(&self, graph: GraphNameRef<'_>) -> Result<(), AppError> {
        let allowed = match (self, graph) {
            (Self::Local | Self::Anybody | Self::Admin(_), _) => true,
            (Self::Partner(_, graphs, _), GraphNameRef::NamedNode(graph)) => {
                may_write(graphs, graph)
            }
            (Self::Partner(..), _) => false,
        };
        if allowed {
            Ok(())
        } else {
            let what = match graph {
                GraphNameRef::DefaultGraph => "the default graph".to_owned(),
                graph => graph.to_string(),
            };
            Err(self.refused(what + &self.own()))
        }
    }

    /// What may be written instead, for a message.
    fn own(&self) -> String {
        let Self::Partner(_, graphs, _) = self else {
            return String::new();
        };
        let names: Vec<_> = graphs.iter().map(ToString::to_string).collect();
        match names.as_slice() {
            [] => "; it may only read".to_owned(),
            names => format!("; it may write {} and what is below", names.join(", ")),
        }
    }

    pub(super) fn refused(&self, what: String) -> AppError {
        AppError::NotYours {
            name: self.name().to_owned(),
            what,
        }
    }

    /// Looks at the parsed form, so that no way of writing a graph's name gets around it.
    ///
    /// # Errors
    /// [`AppError::NotYours`] for the first operation that goes beyond.
    pub(super) fn check_update(&self, update: &Update) -> Result<(), AppError> {
        if self.may_write_everything() {
            return Ok(());
        }
        let literal = |graph: &GraphNamePattern| match graph {
            GraphNamePattern::NamedNode(graph) => self.check(graph.as_ref().into()),
            GraphNamePattern::DefaultGraph => self.check(GraphNameRef::DefaultGraph),
            GraphNamePattern::Variable(variable) => Err(self.refused(format!(
                "GRAPH {variable}: graphs must be named, not found by a variable"
            ))),
        };
        let data = |graph: &DataGraph| match graph {
            DataGraph::NamedNode(graph) => self.check(graph.as_ref().into()),
            DataGraph::DefaultGraph => self.check(GraphNameRef::DefaultGraph),
        };
        let target = |graph: &GraphTarget| match graph {
            GraphTarget::NamedNode(graph) => self.check(graph.as_ref().into()),
            GraphTarget::DefaultGraph => self.check(GraphNameRef::DefaultGraph),
            GraphTarget::NamedGraphs | GraphTarget::AllGraphs => {
                Err(self.refused("all graphs".to_owned()))
            }
        };
        for operation in update.operations() {
            match operation {
                GraphUpdateOperation::InsertData { data: quads } => {
                    quads.iter().try_for_each(|quad| data(&quad.graph_name))?;
                }
                GraphUpdateOperation::DeleteData { data: quads } => {
                    quads.iter().try_for_each(|quad| data(&quad.graph_name))?;
                }
                GraphUpdateOperation::DeleteInsert { delete, insert, .. } => {
                    delete
                        .iter()
                        .try_for_each(|quad| literal(&quad.graph_name))?;
                    insert
                        .iter()
                        .try_for_each(|quad| literal(&quad.graph_name))?;
                }
                GraphUpdateOperation::Load { destination, .. } => data(destination)?,
                GraphUpdateOperation::Clear { graph, .. }
                | GraphUpdateOperation::Drop { graph, .. } => target(graph)?,
                GraphUpdateOperation::Create { graph, .. } => {
                    self.check(graph.as_ref().into())?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a token that names these graphs may write this one. A built-in graph and that of a
/// blank node are below nothing: they must be named themselves.
fn may_write(graphs: &GraphTrees, graph: NamedNodeRef<'_>) -> bool {
    let graph = graph.into_owned();
    let local = graph.as_str().strip_prefix(iri::GRAPH);
    let must_be_named = local.is_some_and(|local| BUILT_IN.contains(&local))
        || graph.as_str().starts_with(skolem::GENID);
    if must_be_named {
        graphs.is_root(&graph)
    } else {
        graphs.allows(&graph)
    }
}
