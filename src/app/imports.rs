//! Tables that somebody sends: unpacked, mapped, looked at or written.

use super::precondition::Precondition;
use super::results::{WriteError, write_quads};
use super::{AppError, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::IngestError;
use crate::ingest::archive::{is_zip, unpack};
use crate::ingest::mapping::{Import, ImportOptions, Mapping, import_tables};
use crate::ingest::table::TableSource;
use crate::rdf::Batch;
use crate::store::Committed;
use oxigraph::io::RdfFormat;
use std::sync::Arc;

/// A file that was sent.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// The name it was sent under.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The tables in files that were sent: archives unpacked, others as they are, of `most` bytes in
/// all.
///
/// # Errors
/// [`IngestError::Archive`] if an archive cannot be used.
pub fn tables_of(files: Vec<SentFile>, most: u64) -> Result<Vec<TableSource>, IngestError> {
    let mut tables = Vec::new();
    for file in files {
        let is_archive = file.name.to_ascii_lowercase().ends_with(".zip")
            || (is_zip(&file.bytes) && !file.name.contains('.'));
        if is_archive {
            tables.extend(unpack(&file.name, &file.bytes, most)?);
        } else {
            tables.push(TableSource::Bytes {
                name: file.name,
                bytes: Arc::from(file.bytes),
                most,
            });
        }
    }
    Ok(tables)
}

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
    /// Makes RDF of tables that were sent; nothing is written.
    ///
    /// # Errors
    /// [`AppError::Ingest`] if an archive, the mapping or a table cannot be used, or time is over.
    pub fn map_tables(
        &self,
        mapping: &Mapping,
        files: Vec<SentFile>,
        options: &ImportOptions,
    ) -> Result<Import, AppError> {
        let most = self.config().body_limit as u64;
        let tables = tables_of(files, most)?;
        Ok(import_tables(
            mapping,
            tables,
            self.ontology(),
            options,
            &(),
        )?)
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
