//! From source text to batches: RDF in any syntax, tables through mappings, and the reports on
//! what was found in them.

pub mod archive;
pub mod check;
pub mod functions;
pub mod mapping;
pub mod rdf;
pub mod report;
pub mod table;
pub mod validate;

use std::io;
use std::path::PathBuf;

/// What can go wrong while a source is read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The text is not what its format says.
    #[error("{}{message}", location(.file.as_deref(), *.line, *.column))]
    RdfSyntax {
        /// The file, if it is one.
        file: Option<PathBuf>,
        /// Line, counted from 1.
        line: Option<u64>,
        /// Column, counted from 1.
        column: Option<u64>,
        /// What is wrong.
        message: String,
    },
    /// The format of a file is not known.
    #[error(
        "{}: what format is this? name it with --format (ttl, nt, nq, trig, rdf, jsonld)", path.display()
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// A mapping or a table cannot be used.
    #[error(transparent)]
    Import(#[from] mapping::MappingError),
    /// Reading failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl IngestError {
    /// The same error, naming a file if it named none.
    #[must_use]
    pub fn in_file(self, path: &std::path::Path) -> Self {
        match self {
            Self::RdfSyntax {
                file: None,
                line,
                column,
                message,
            } => Self::RdfSyntax {
                file: Some(path.to_owned()),
                line,
                column,
                message,
            },
            other => other,
        }
    }
}

fn location(file: Option<&std::path::Path>, line: Option<u64>, column: Option<u64>) -> String {
    let mut text = String::new();
    if let Some(file) = file {
        text += &format!("{}:", file.display());
    }
    if let Some(line) = line {
        text += &format!("{line}:");
        if let Some(column) = column {
            text += &format!("{column}:");
        }
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text
}
