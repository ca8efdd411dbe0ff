//! Tables that somebody sends: mapped, looked at or written.

use super::precondition::Precondition;
use super::results::{WriteError, write_quads};
use super::{AppError, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::mapping::{
    Bounds, Import, ImportOptions, Mapping, MemoryBound, SentFile, import_sent,
};
use crate::rdf::Batch;
use crate::store::{Committed, held_by_thread};
use oxigraph::io::RdfFormat;
use std::time::Instant;

/// Triples as Turtle for people, with the prefixes that it uses and no others.
///
/// # Errors
/// [`WriteError`] if a term cannot be written.
pub fn short_turtle(batch: &Batch) -> Result<String, WriteError> {
    let mut bytes = Vec::new();
    write_quads(batch.iter(), RdfFormat::Turtle, &mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // Line breaks inside literals are escaped, so each of these lines is a declaration.
    let (declared, said): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("@prefix "));
    let said = said.join("\n");
    let is_used = |line: &&str| {
        let name = line.trim_start_matches("@prefix ").split(' ').next();
        name.is_some_and(|name| said.contains(name))
    };
    let mut short: Vec<&str> = declared.into_iter().filter(is_used).collect();
    short.sort_unstable();
    short.push(&said);
    Ok(short.join("\n") + "\n")
}

impl KnowledgeGraph {
    /// What the queries of a mapping may take that somebody sends: time, and the memory of a query.
    pub fn mapping_bounds(&self, deadline: Instant) -> Bounds {
        let most = self.config().allowance.memory;
        Bounds {
            deadline: Some(deadline),
            memory: Some(MemoryBound {
                most: i64::try_from(most).unwrap_or(i64::MAX),
                held: held_by_thread,
            }),
        }
    }

    /// Makes RDF of tables that were sent; nothing is written.
    ///
    /// # Errors
    /// [`AppError::Ingest`] if an archive, the mapping or a table cannot be used, or something
    /// takes more than it may.
    pub fn map_tables(
        &self,
        mapping: &Mapping,
        files: Vec<SentFile>,
        options: &ImportOptions,
    ) -> Result<Import, AppError> {
        Ok(import_sent(mapping, files, self.ontology(), options)?)
    }

    /// Puts what an import made into its graph, in place of what that held.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::write_graph_if`].
    pub fn write_import(
        &self,
        writer: &Writer,
        made: &mut Import,
        demand: Precondition,
    ) -> Result<Committed<bool>, AppError> {
        let batch = std::mem::replace(&mut made.batch, Batch::new());
        let graph = made.graph.clone().into();
        self.write_graph_if(writer, graph, batch, GraphChange::Replace, demand)
    }
}
