//! Writing the results of queries.

use super::iri;
use crate::rdf::version::{Beyond, RdfVersion};
use crate::store::skolem::{skolemized, skolemized_quad, skolemized_triple};
use crate::store::{QueryResults, StoreError};
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{Literal, Quad, Term, TermRef, Triple, TripleRef, Variable};
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

/// What is to be done to terms, or refused of them, when they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermOptions {
    /// The version of the format; `None` writes whatever there is.
    pub version: Option<RdfVersion>,
    /// Writes blank nodes as IRIs that can be asked about again ([`crate::store::skolem`]).
    pub skolemize: bool,
}

impl TermOptions {
    fn check(self, term: TermRef<'_>) -> Result<(), WriteError> {
        match self.version {
            Some(version) => match version.beyond(term) {
                Some(what) => Err(WriteError::Beyond { what, version }),
                None => Ok(()),
            },
            None => Ok(()),
        }
    }

    fn term(self, term: Term) -> Result<Term, WriteError> {
        self.check(term.as_ref())?;
        Ok(if self.skolemize {
            skolemized(term)
        } else {
            term
        })
    }

    fn triple(self, triple: Triple) -> Result<Triple, WriteError> {
        self.check(triple.object.as_ref())?;
        Ok(if self.skolemize {
            skolemized_triple(triple)
        } else {
            triple
        })
    }

    fn quad(self, quad: Quad) -> Result<Quad, WriteError> {
        self.check(quad.object.as_ref())?;
        Ok(if self.skolemize {
            skolemized_quad(quad)
        } else {
            quad
        })
    }
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
    /// The version of the format that was asked for does not have a term of the results.
    #[error(
        "the answer holds {what}, which version {} of the format does not have; ask for version 1.2, or for no version",
        version.name()
    )]
    Beyond {
        /// What it holds.
        what: Beyond,
        /// What was asked for.
        version: RdfVersion,
    },
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
    write_results_with(results, format, TermOptions::default(), writer)
}

/// Writes results as they come, with a say in how terms are written.
///
/// # Errors
/// [`WriteError`], also if the version asked for does not have a term; what was written until then
/// stays written.
pub fn write_results_with(
    results: QueryResults<'_>,
    format: ResultFormat,
    options: TermOptions,
    writer: impl Write,
) -> Result<(), WriteError> {
    match (results, format) {
        (QueryResults::Solutions(solutions), ResultFormat::Rows(format)) => {
            let mut serializer = QueryResultsSerializer::from_format(format)
                .serialize_solutions_to_writer(writer, solutions.variables().to_vec())
                .map_err(write_error)?;
            for solution in solutions {
                let solution = solution.map_err(StoreError::from)?;
                if options == TermOptions::default() {
                    serializer.serialize(&solution).map_err(write_error)?;
                    continue;
                }
                let row = solution
                    .iter()
                    .map(|(variable, term)| Ok((variable.clone(), options.term(term.clone())?)))
                    .collect::<Result<Vec<(Variable, Term)>, WriteError>>()?;
                serializer
                    .serialize(row.iter().map(|(variable, term)| (variable, term)))
                    .map_err(write_error)?;
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
                let triple = options.triple(triple.map_err(StoreError::from)?)?;
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

/// Hands over the rows of a SELECT, one by one, or the one row of an ASK; answers the names of the
/// columns.
///
/// # Errors
/// [`WriteError`], also for triples, and if the version asked for does not have a term.
pub fn each_row(
    results: QueryResults<'_>,
    options: TermOptions,
    mut row: impl FnMut(Vec<Option<Term>>),
) -> Result<Vec<String>, WriteError> {
    match results {
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            for solution in solutions {
                let solution = solution.map_err(StoreError::from)?;
                let terms = solution.values().iter().map(|term| {
                    let term = term.clone();
                    term.map(|term| options.term(term)).transpose()
                });
                row(terms.collect::<Result<_, _>>()?);
            }
            let names = variables.iter().map(|name| name.as_str().to_owned());
            Ok(names.collect())
        }
        QueryResults::Boolean(value) => {
            row(vec![Some(Literal::from(value).into())]);
            Ok(vec!["boolean".to_owned()])
        }
        QueryResults::Graph(_) => Err(WriteError::WrongFormat("triples", "a table")),
    }
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
    write_quads_with(quads, format, TermOptions::default(), writer)
}

/// Writes quads with a say in how terms are written.
///
/// # Errors
/// [`WriteError`], also if the version asked for does not have a term; what was written until then
/// stays written.
pub fn write_quads_with(
    quads: impl IntoIterator<Item = Quad>,
    format: RdfFormat,
    options: TermOptions,
    writer: impl Write,
) -> Result<(), WriteError> {
    let mut serializer = rdf_serializer(format).for_writer(writer);
    for quad in quads {
        let quad = options.quad(quad)?;
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
pub(super) fn rdf_serializer(format: RdfFormat) -> RdfSerializer {
    let mut serializer = RdfSerializer::from_format(format);
    for (name, iri) in iri::PREFIXES.iter() {
        if let Ok(next) = serializer.clone().with_prefix(name, iri) {
            serializer = next;
        }
    }
    serializer
}

/// Tells a term that the format has no way to write from a writer that fails.
pub(super) fn write_error(error: io::Error) -> WriteError {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            WriteError::Inexpressible(error)
        }
        _ => WriteError::Io(error),
    }
}
