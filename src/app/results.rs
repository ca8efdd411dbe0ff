//! Writing the results of queries.

use super::iri;
use crate::store::{QueryResults, StoreError};
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{Quad, TripleRef};
use oxigraph::sparql::results::{QueryResultsFormat, QueryResultsSerializer};
use std::io::{self, Write};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultFormat {
    /// Rows, or yes and no: SELECT and ASK.
    Rows(QueryResultsFormat),
    /// Triples: CONSTRUCT and DESCRIBE.
    Triples(RdfFormat),
}

/// Why results could not be written to their end.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The evaluation failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The format cannot hold these results.
    #[error("{0} cannot be written as {1}")]
    WrongFormat(&'static str, &'static str),
    /// The format has no way to write a term of the results.
    #[error("the results cannot be written in this format: {0}")]
    Inexpressible(io::Error),
    /// The reader has gone away, or the disk is full.
    #[error(transparent)]
    Io(io::Error),
}

/// Writes results as they come, in many small pieces: the writer should have a buffer.
///
/// # Errors
/// [`WriteError`]; what was written until then stays written.
pub fn write_results(
    results: QueryResults<'_>,
    format: ResultFormat,
    writer: impl Write,
) -> Result<(), WriteError> {
    match (results, format) {
        (QueryResults::Solutions(solutions), ResultFormat::Rows(format)) => {
            let mut serializer = QueryResultsSerializer::from_format(format)
                .serialize_solutions_to_writer(writer, solutions.variables().to_vec())
                .map_err(write_error)?;
            for solution in solutions {
                let solution = solution.map_err(StoreError::from)?;
                serializer.serialize(&solution).map_err(write_error)?;
            }
            serializer.finish().map_err(write_error)?;
        }
        (QueryResults::Boolean(value), ResultFormat::Rows(format)) => {
            QueryResultsSerializer::from_format(format)
                .serialize_boolean_to_writer(writer, value)
                .map_err(write_error)?;
        }
        (QueryResults::Graph(triples), ResultFormat::Triples(format)) => {
            let mut serializer = rdf_serializer(format).for_writer(writer);
            for triple in triples {
                let triple = triple.map_err(StoreError::from)?;
                serializer
                    .serialize_triple(TripleRef::from(&triple))
                    .map_err(write_error)?;
            }
            serializer.finish().map_err(write_error)?;
        }
        (QueryResults::Graph(_), ResultFormat::Rows(format)) => {
            return Err(WriteError::WrongFormat("triples", format.name()));
        }
        (_, ResultFormat::Triples(format)) => {
            return Err(WriteError::WrongFormat("rows", format.name()));
        }
    }
    Ok(())
}

/// Writes quads, in many small pieces; in a format for triples only, their graphs are left out.
///
/// # Errors
/// [`WriteError`]; what was written until then stays written.
pub fn write_quads(
    quads: impl IntoIterator<Item = Quad>,
    format: RdfFormat,
    writer: impl Write,
) -> Result<(), WriteError> {
    let mut serializer = rdf_serializer(format).for_writer(writer);
    for quad in quads {
        if format.supports_datasets() {
            serializer.serialize_quad(&quad)
        } else {
            serializer.serialize_triple(TripleRef::from(quad.as_ref()))
        }
        .map_err(write_error)?;
    }
    serializer.finish().map_err(write_error)?;
    Ok(())
}

/// A serializer that knows the usual prefixes.
fn rdf_serializer(format: RdfFormat) -> RdfSerializer {
    let mut serializer = RdfSerializer::from_format(format);
    for (name, iri) in iri::PREFIXES.iter() {
        if let Ok(next) = serializer.clone().with_prefix(name, iri) {
            serializer = next;
        }
    }
    serializer
}

/// Tells a term that the format has no way to write from a writer that fails.
fn write_error(error: io::Error) -> WriteError {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            WriteError::Inexpressible(error)
        }
        _ => WriteError::Io(error),
    }
}
