//! What can go wrong in the store.

use super::federate::FederationError;
use crate::rdf::DamagedTerm;
use oxigraph::model::NamedNode;
use spareval::QueryEvaluationError;
use std::io;
use std::path::{Path, PathBuf};

/// A text that is not SPARQL, or that is too deeply nested to be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}{}", place(*.line, *.column), .hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
pub struct SyntaxError {
    /// What is wrong, and what was expected.
    pub message: String,
    /// Line, counted from 1.
    pub line: Option<u64>,
    /// Column, counted from 1.
    pub column: Option<u64>,
    /// A remedy, where one is likely.
    pub hint: Option<String>,
}

impl SyntaxError {
    /// The message with its hint, without line and column.
    pub fn without_place(&self) -> String {
        Self {
            line: None,
            column: None,
            ..self.clone()
        }
        .to_string()
    }
}

fn place(line: Option<u64>, column: Option<u64>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!("line {line}, column {column}: "),
        (Some(line), None) => format!("line {line}: "),
        _ => String::new(),
    }
}

/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The text is not SPARQL.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The time allowed is over.
    #[error("the time allowed for this request is over; ask for less, or narrow the pattern")]
    TimedOut,
    /// The evaluation holds more memory than one may.
    #[error(
        "the request needs more memory than one may take; ask for less at once, or narrow the pattern before it is sorted, grouped or joined"
    )]
    OutOfMemory,
    /// A text is too long for an expression.
    #[error("a text of more than {0} bytes is made or matched by an expression; shorten it first")]
    TextTooLong(usize),
    /// Others compute; nothing is wrong with the request.
    #[error("the service is busy; ask again in a moment")]
    Busy,
    /// The request was cancelled.
    #[error("the request was cancelled")]
    Cancelled,
    /// The evaluator gave up.
    #[error("{0}")]
    Evaluation(String),
    /// `LOAD` is off.
    #[error(
        "LOAD {0} is refused: this service fetches nothing from the network; send the data to /store or use `weft load`"
    )]
    LoadRefused(NamedNode),
    /// A `SERVICE` of this store that is asked for in a way that makes no sense.
    #[error("SERVICE <{service}>: {message}", service = .service.as_str())]
    BadService {
        /// The service.
        service: NamedNode,
        /// What is wrong, and a remedy.
        message: String,
    },
    /// `SERVICE` is off.
    #[error("SERVICE {0} is refused: this service sends no requests to others")]
    ServiceRefused(NamedNode),
    /// A `SERVICE` of others that did not answer.
    #[error(transparent)]
    Federation(#[from] FederationError),
    /// A statement for the graph that alignment rules keep.
    #[error(
        "graph {0} holds what follows from the data and is kept by weft; write the data itself to another graph"
    )]
    KeptByRules(NamedNode),
    /// A write to a graph that is private, by somebody who may not see it.
    #[error("graph {0} is private; a token that may see it is needed to write to it")]
    PrivateGraph(NamedNode),
    /// `CREATE` of a graph that is there.
    #[error("graph {0} exists already; use CREATE SILENT to accept that")]
    GraphExists(NamedNode),
    /// `CLEAR` or `DROP` of a graph that is not there.
    #[error("there is no graph {0}; use SILENT to accept that")]
    GraphMissing(NamedNode),
    /// A data version that never was.
    #[error(
        "there is no data version {version}; those that can be asked for are {oldest} to {newest}"
    )]
    NoSuchVersion {
        /// What was asked for.
        version: u64,
        /// The oldest that can be answered.
        oldest: u64,
        /// The newest.
        newest: u64,
    },
    /// A data version that is no longer kept.
    #[error(
        "data version {version} is no longer kept, because {why}; those that can be asked for are {oldest} to {newest}"
    )]
    VersionGone {
        /// What was asked for.
        version: u64,
        /// Why it is gone.
        why: &'static str,
        /// The oldest that can be answered.
        oldest: u64,
        /// The newest.
        newest: u64,
    },
    /// A catalogue parameter that the query does not select.
    #[error("the query has no variable ?{0} in its SELECT that could be bound")]
    NoSuchVariable(String),
    /// Another process has the data directory.
    #[error(
        "{} is in use by another weft process; stop it first, or talk to it over HTTP", path.display()
    )]
    Locked {
        /// The data directory.
        path: PathBuf,
    },
    /// A file of the store is not what was written.
    #[error("{}: {detail}; restore it from a backup", path.display())]
    Damaged {
        /// The damaged file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// The file was written by a later version of weft.
    #[error("{} was written by a later version of weft (format {found}, this one reads {known}); upgrade weft", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest format known here.
        known: u32,
    },
    /// A store without a log cannot be backed up.
    #[error("this store is in memory only; there is nothing on disk to copy")]
    NothingKept,
    /// A directory that was to be filled holds a store.
    #[error("{} holds data already; name an empty directory, or move that data away", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// No space is left for the log.
    #[error("{}: no space is left on the disk; nothing was changed; free some and try again", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A change went wrong in a way that is our mistake; it was not committed.
    #[error("internal error: {0}")]
    Internal(String),
}

impl StoreError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::StorageFull {
            return Self::DiskFull {
                path: path.to_owned(),
            };
        }
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

impl From<DamagedTerm> for StoreError {
    fn from(error: DamagedTerm) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What a read of the snapshot can answer to the evaluator instead of quads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Damaged(#[from] DamagedTerm),
}

impl From<QueryEvaluationError> for StoreError {
    fn from(error: QueryEvaluationError) -> Self {
        match error {
            QueryEvaluationError::Cancelled => Self::Cancelled,
            QueryEvaluationError::UnsupportedService(name) => Self::ServiceRefused(name),
            QueryEvaluationError::Service(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => Self::Evaluation(error.to_string()),
            },
            QueryEvaluationError::NotExistingSubstitutedVariable(variable) => {
                Self::NoSuchVariable(variable.as_str().to_owned())
            }
            QueryEvaluationError::Dataset(error) => match error.downcast::<ReadError>() {
                Ok(error) => match *error {
                    ReadError::Damaged(error) => error.into(),
                },
                Err(error) => Self::Internal(error.to_string()),
            },
            other => Self::Evaluation(other.to_string()),
        }
    }
}
