//! Checking data before it lands: against the shapes of Weft, those of the caller and those that a
//! graph keeps for itself, and what a write would change.

mod forms;
mod impact;
mod page;

pub use forms::{CheckForm, Csv, refused_results};
pub use impact::{Figure, Impact, KindChange, MOST_NAMED, Named};

use super::{AppError, GraphChange, KnowledgeGraph};
use crate::ingest::check::{CheckOptions, CheckReport, Document, NamedShapes, check, check_batch};
use crate::ingest::validate::ValidateError;
use crate::rdf::Batch;
use crate::store::{Limits, Snapshot};
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{GraphNameRef, NamedNode};
use std::sync::Arc;

/// What a graph's own shapes are kept under: `G/shapes`.
const OWN_SHAPES: &str = "/shapes";

/// Statements that are checked at once within the service. Shapes that find something everywhere
/// take some 20 kB a statement.
pub const MOST_STATEMENTS: usize = 100_000;
/// A graph that nothing is in.
const STAND_IN: &str = "https://w3id.org/weft/graph/tried-out";

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The validation broke off, or the ontology's own shapes are not sound.
    #[error("the check was not made: {0}")]
    Validation(#[from] ValidateError),
    /// A graph of shapes that is not there.
    #[error("`shapes`: there is no graph {0} that you may see; name one that holds SHACL shapes")]
    NoShapes(NamedNode),
    /// A write to a graph that refuses violations.
    #[error("{}", refusal(.graph, .report))]
    Refused {
        /// The graph.
        graph: NamedNode,
        /// What the graph would have held.
        report: Box<CheckReport>,
    },
}

fn refusal(graph: &NamedNode, report: &CheckReport) -> String {
    use crate::ingest::validate::ResultSeverity;
    let violations = report.count(ResultSeverity::Violation);
    let first = report.results.first().map(|result| {
        let node = result.node_text().unwrap_or_default();
        format!(": {node}: {}", result.message("en"))
    });
    format!(
        "graph {graph} refuses violations, and would have {violations}{}; nothing was written. POST the data to /api/v1/check (or run `weft validate`) for the whole report",
        first.unwrap_or_default()
    )
}

/// What a check is to look at besides the documents.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The graph that the data is for.
    pub graph: Option<NamedNode>,
    /// Whether the shapes of Weft are left out.
    pub without_own_shapes: bool,
    /// Graphs that hold more shapes.
    pub shape_graphs: Vec<NamedNode>,
    /// More shapes, as text in Turtle.
    pub shapes: Vec<(String, String)>,
    /// What the data does with the content of the graph, for the impact and for shapes that look
    /// at what is there already.
    pub change: Option<GraphChange>,
    /// Whether the impact is asked for.
    pub impact: bool,
    /// Whether there is no limit to what is checked: nobody else waits for this process.
    pub unlimited: bool,
}

/// A report, and what a write would change if that was asked for.
pub struct Checked {
    /// The report.
    pub report: CheckReport,
    /// What a write would change; none if it was not asked for or a document cannot be read.
    pub impact: Option<Impact>,
}

impl KnowledgeGraph {
    /// Checks documents as a reader of a snapshot may; nothing is written.
    ///
    /// # Errors
    /// [`AppError`] if a graph of shapes is not there, or time is up. Faulty data is no error.
    pub fn check(
        &self,
        snapshot: &Arc<Snapshot>,
        documents: &[Document<'_>],
        asked: &Asked,
        limits: &Limits,
    ) -> Result<Checked, AppError> {
        let mut shapes: Vec<NamedShapes> = asked
            .shapes
            .iter()
            .map(|(name, turtle)| NamedShapes {
                name: name.clone(),
                turtle: turtle.clone(),
            })
            .collect();
        for graph in &asked.shape_graphs {
            match shapes_in(snapshot, graph) {
                Some(found) => shapes.push(found),
                None => return Err(CheckError::NoShapes(graph.clone()).into()),
            }
        }
        shapes.extend(
            asked
                .graph
                .iter()
                .filter_map(|graph| own_shapes(snapshot, graph)),
        );
        let beside = asked
            .graph
            .as_ref()
            .filter(|_| asked.change == Some(GraphChange::Add))
            .map(|graph| content(snapshot, graph));
        let options = CheckOptions {
            graph: asked.graph.clone(),
            own_shapes: !asked.without_own_shapes,
            shapes: &shapes,
            beside: beside.as_ref(),
            most: (!asked.unlimited).then_some(MOST_STATEMENTS),
            ..CheckOptions::new(self.ontology())
        };
        let (report, data) = check(documents, &options).map_err(CheckError::from)?;
        let impact = match &asked.graph {
            Some(graph) if asked.impact && report.parsed => {
                let change = asked.change.unwrap_or(GraphChange::Replace);
                // A graph that may not be seen must look as if it were not there.
                let is_hidden = snapshot.hidden().contains(graph);
                let stand_in = is_hidden.then(|| NamedNode::new_unchecked(STAND_IN));
                let graph = stand_in.as_ref().unwrap_or(graph);
                Some(self.impact(snapshot, graph, &data, change, limits)?)
            }
            _ => None,
        };
        Ok(Checked { report, impact })
    }

    /// Checks what a graph holds, with its own shapes.
    ///
    /// # Errors
    /// [`AppError::NoSuchGraph`], or the validation breaks off.
    pub fn check_graph(
        &self,
        snapshot: &Snapshot,
        graph: &NamedNode,
    ) -> Result<CheckReport, AppError> {
        if !snapshot.contains_graph(graph.as_ref().into()) {
            return Err(AppError::NoSuchGraph(graph.clone().into()));
        }
        let shapes: Vec<NamedShapes> = own_shapes(snapshot, graph).into_iter().collect();
        let options = CheckOptions {
            graph: Some(graph.clone()),
            shapes: &shapes,
            most: Some(MOST_STATEMENTS),
            ..CheckOptions::new(self.ontology())
        };
        let data = content(snapshot, graph);
        let mut report = check_batch(&data, &options, Vec::new()).map_err(CheckError::from)?;
        if graph.as_str().ends_with(OWN_SHAPES)
            && let Some(own) = shapes_in(snapshot, graph)
        {
            // A graph of shapes must be one that data can be checked with.
            report = check_batch(
                &data,
                &CheckOptions {
                    shapes: &[own],
                    ..options
                },
                Vec::new(),
            )
            .map_err(CheckError::from)?;
        }
        Ok(report)
    }
}

/// The shapes that a graph, or the nearest above it, keeps for itself.
fn own_shapes(snapshot: &Snapshot, graph: &NamedNode) -> Option<NamedShapes> {
    let mut name = graph.as_str();
    loop {
        let shapes = NamedNode::new(format!("{name}{OWN_SHAPES}")).ok()?;
        if let Some(found) = shapes_in(snapshot, &shapes) {
            return Some(found);
        }
        name = super::policies::above(name)?;
    }
}

/// What a graph holds, as Turtle.
fn shapes_in(snapshot: &Snapshot, graph: &NamedNode) -> Option<NamedShapes> {
    let name = GraphNameRef::from(graph.as_ref());
    if !snapshot.contains_graph(name) {
        return None;
    }
    let mut serializer = RdfSerializer::from_format(RdfFormat::NTriples).for_writer(Vec::new());
    let quads = snapshot.quads_for_pattern(None, None, None, Some(name));
    let mut lines: Vec<_> = quads.collect();
    // So that reports do not depend on the order in the store.
    lines.sort_by_cached_key(ToString::to_string);
    for quad in &lines {
        let triple = oxigraph::model::TripleRef::new(
            quad.subject.as_ref(),
            quad.predicate.as_ref(),
            quad.object.as_ref(),
        );
        serializer.serialize_triple(triple).ok()?;
    }
    let turtle = String::from_utf8(serializer.finish().ok()?).ok()?;
    Some(NamedShapes {
        name: graph.as_str().to_owned(),
        turtle,
    })
}

/// What a graph holds.
fn content(snapshot: &Snapshot, graph: &NamedNode) -> Batch {
    let name = GraphNameRef::from(graph.as_ref());
    snapshot
        .quads_for_pattern(None, None, None, Some(name))
        .collect()
}
