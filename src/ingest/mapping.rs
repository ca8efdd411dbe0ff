//! Import by mapping: tables in, RDF out.
//!
//! A mapping is a folder with a `mapping.toml` and one `CONSTRUCT` query a table; the columns of a
//! row are the variables of the query. [`import`] reads the tables, evaluates the queries on all
//! cores and gives a [`Batch`] for one graph, with a report of what could not be used. The same
//! input always gives the same batch, whatever the number of cores.
//!
//! The batch holds, besides what the templates say, `prov:wasDerivedFrom ?ROW` for each subject
//! (unless the table says `provenance = false`) and a head: the data set as a `dcat:Dataset` with
//! its title, licence and source, derived from each file, whose name, size in rows and hash are
//! stated.

mod dataset;
mod manifest;
mod row_query;

pub use self::manifest::{AfterEntry, Format, Manifest, OneOrMore, TableEntry};
pub use self::row_query::{Bounds, MemoryBound};
use self::row_query::{NAMESPACE, Outcome, ROW, ROW_NUMBER, RowFailure, RowQuery, RowValues};
use super::IngestError;
use super::archive::{ArchiveError, unpack};
use super::functions::Context;
use super::report::{Finding, Findings, ImportReport, Progress, Severity, TableReport};
use super::table::{
    Column, Item, ItemValue, NextRow, Row, Table, TableError, TableSource, plain_name,
    variable_name,
};
use crate::ontology::{Ontology, iri, nearest};
use crate::rdf::Batch;
use include_dir::{Dir, include_dir};
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{GraphNameRef, Literal, NamedNode, Quad, Term, Variable};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rayon::prelude::*;
use spareval::QueryEvaluator;
use spargebra::term::GroundTerm;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// The mappings and the data that ship.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// Rows that are evaluated together.
const BATCH_ROWS: usize = 256;
/// Batches between two merges. Fixed, so that the order of findings does not depend on the cores.
const CHUNK_BATCHES: usize = 16;
/// Evaluation recurses over the query.
const STACK: usize = 64 << 20;
/// What may come out of an archive that is named on the command line.
const LARGEST_ARCHIVE: u64 = 4 << 30;
/// A cell may not be longer: an open quotation mark can make one of half a file.
const LONGEST_CELL: usize = 1 << 20;
/// A list may not be longer than this (a wrong separator can make one of a whole document).
const LONGEST_LIST: usize = 100_000;

/// What is kept in a path segment of an IRI.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What is wrong with a mapping, or with a file as a whole.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// There is no mapping of that name.
    #[error("there is no mapping {name:?}; {remedy}")]
    Unknown {
        /// The name.
        name: String,
        /// The names there are.
        remedy: String,
    },
    /// A file of the mapping cannot be read.
    #[error("{}: {source}; {remedy}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
        /// What to do.
        remedy: String,
    },
    /// `mapping.toml` is wrong.
    #[error("{}:{line}: {message}; {remedy}", path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A query of the mapping is wrong.
    #[error("{}{}: {message}; {remedy}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Query {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where it is known.
        line: Option<u64>,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// A table that must be there is not.
    #[error(
        "no file matches {pattern:?} in {looked_in}; the mapping needs it (or write `optional = true` there)"
    )]
    MissingTable {
        /// The pattern of the mapping.
        pattern: String,
        /// Where it was looked for.
        looked_in: String,
    },
    /// A file was given that the mapping has no table for.
    #[error("{}: no table of the mapping takes this file; its tables are: {patterns}", path.display())]
    UnusedFile {
        /// The file.
        path: PathBuf,
        /// The patterns of the mapping.
        patterns: String,
    },
    /// A required column is missing.
    #[error("{}: column `{column}` is missing; {remedy}", path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What to do.
        remedy: String,
    },
    /// A name that is not fit for an IRI.
    #[error("{value:?} is not {what}; {remedy}")]
    Name {
        /// The name.
        value: String,
        /// What it should be.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// An archive cannot be unpacked.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A strict import met something that it cannot use.
    #[error("{0} (nothing was imported, because the import is strict)")]
    Strict(Box<Finding>),
    /// The time allowed is over.
    #[error("the import took longer than it may; send fewer rows at once, or simplify the queries")]
    TimedOut,
    /// The evaluation of a query needs more memory than it may have.
    #[error("{}: this query takes too much memory for a few rows; let it join less", path.display())]
    OutOfMemory {
        /// The query.
        path: PathBuf,
    },
    /// The threads cannot be started.
    #[error("the import cannot start: {0}")]
    Threads(String),
}

/// A mapping: its manifest, queries and the tables beside it.
#[derive(Debug, Clone)]
pub struct Mapping {
    path: PathBuf,
    manifest: Manifest,
    queries: BTreeMap<String, String>,
    /// Tables in the mapping's own folder: used when no other is given.
    own_tables: Vec<TableSource>,
}

impl Mapping {
    /// The names of the mappings that ship.
    pub fn names() -> Vec<String> {
        let mut names: Vec<_> = shipped_dirs().map(|(name, _)| name).collect();
        names.sort();
        names
    }

    /// A mapping that ships; `None` if there is none of that name.
    ///
    /// # Errors
    /// If its manifest is broken.
    pub fn shipped(name: &str) -> Option<Result<Self, MappingError>> {
        let (_, dir) = shipped_dirs().find(|(shipped, _)| shipped == name)?;
        let mut texts = BTreeMap::new();
        let mut own_tables = Vec::new();
        let mut todo = vec![dir];
        while let Some(inner) = todo.pop() {
            todo.extend(inner.dirs());
            for file in inner.files() {
                let Ok(path) = file.path().strip_prefix(dir.path()) else {
                    continue;
                };
                let path = path.to_string_lossy().replace('\\', "/");
                if let (true, Some(text)) = (is_text(&path), file.contents_utf8()) {
                    texts.insert(path, text.to_owned());
                } else if !path.contains('/') {
                    own_tables.push(TableSource::Embedded {
                        name: path,
                        bytes: file.contents(),
                    });
                }
            }
        }
        own_tables.sort_by_key(TableSource::name);
        let path = Path::new("data").join(dir.path());
        Some(Self::from_texts(path, texts, own_tables))
    }

    /// Reads a mapping from its folder.
    ///
    /// # Errors
    /// If the folder or its manifest cannot be read or is broken.
    pub fn from_dir(dir: &Path) -> Result<Self, MappingError> {
        let io = |path: &Path, source| MappingError::Io {
            path: path.to_owned(),
            source,
            remedy: "a mapping is a folder with a mapping.toml".to_owned(),
        };
        let mut texts = BTreeMap::new();
        let manifest = dir.join("mapping.toml");
        let text = std::fs::read_to_string(&manifest).map_err(|error| io(&manifest, error))?;
        texts.insert("mapping.toml".to_owned(), text);
        let own_tables = files_of(dir).map_err(|error| io(dir, error))?;
        let own_tables = own_tables.into_iter().map(TableSource::File).collect();
        let mut mapping = Self::from_texts(dir.to_owned(), texts, own_tables)?;
        let tables = mapping.manifest.tables.iter().map(|table| &table.query);
        let after = mapping.manifest.after.iter().map(|after| &after.query);
        for name in tables.chain(after) {
            let path = dir.join(name);
            let text = std::fs::read_to_string(&path).map_err(|source| MappingError::Io {
                path,
                source,
                remedy: "mapping.toml names this query".to_owned(),
            })?;
            mapping.queries.insert(name.clone(), text);
        }
        Ok(mapping)
    }

    /// A mapping made of texts by their names: `mapping.toml` and the queries it names.
    ///
    /// # Errors
    /// If there is no manifest, it is broken, or a query that it names is missing.
    pub fn from_files(name: &str, texts: BTreeMap<String, String>) -> Result<Self, MappingError> {
        if !texts.contains_key("mapping.toml") {
            return Err(MappingError::Io {
                path: PathBuf::from(name).join("mapping.toml"),
                source: std::io::ErrorKind::NotFound.into(),
                remedy: "a mapping has a mapping.toml beside its queries".to_owned(),
            });
        }
        Self::from_texts(PathBuf::from(name), texts, Vec::new())
    }

    /// The texts of the mapping: its queries, by the names of their files.
    pub fn queries(&self) -> &BTreeMap<String, String> {
        &self.queries
    }

    /// The files that lie beside a mapping that ships, such as its README and empty tables, by
    /// name; `None` if there is no such mapping.
    pub fn shipped_files(name: &str) -> Option<Vec<(String, &'static [u8])>> {
        let (_, dir) = shipped_dirs().find(|(shipped, _)| shipped == name)?;
        let mut files = Vec::new();
        let mut todo = vec![dir];
        while let Some(inner) = todo.pop() {
            todo.extend(inner.dirs());
            for file in inner.files() {
                if let Ok(path) = file.path().strip_prefix(dir.path()) {
                    let path = path.to_string_lossy().replace('\\', "/");
                    files.push((path, file.contents()));
                }
            }
        }
        files.sort();
        Some(files)
    }

    /// The mapping that an argument of the command line means: the name of one that ships, or a
    /// folder.
    ///
    /// # Errors
    /// [`MappingError::Unknown`] if it is neither, or what [`Mapping::from_dir`] says.
    pub fn find(name_or_dir: &str) -> Result<Self, MappingError> {
        if let Some(shipped) = Self::shipped(name_or_dir) {
            return shipped;
        }
        let dir = Path::new(name_or_dir);
        if dir.is_dir() {
            return Self::from_dir(dir);
        }
        let names = Self::names();
        let near = nearest(name_or_dir, names.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        Err(MappingError::Unknown {
            name: name_or_dir.to_owned(),
            remedy: format!(
                "{near}those that ship are: {}; or give a folder",
                names.join(", ")
            ),
        })
    }

    fn from_texts(
        path: PathBuf,
        mut texts: BTreeMap<String, String>,
        own_tables: Vec<TableSource>,
    ) -> Result<Self, MappingError> {
        let text = texts.remove("mapping.toml").unwrap_or_default();
        let manifest = manifest::parse(&path.join("mapping.toml"), &text)?;
        Ok(Self {
            path,
            manifest,
            queries: texts,
            own_tables,
        })
    }

    /// What `mapping.toml` says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether tables lie beside the mapping, so that it can be imported without naming any.
    pub fn has_own_tables(&self) -> bool {
        let mut tables = self.manifest.tables.iter();
        tables.any(|table| {
            self.own_tables
                .iter()
                .any(|source| takes(table, &source.name()))
        })
    }

    /// The BLAKE3 hash of the mapping with the tables beside it: it changes when one of them does.
    ///
    /// # Errors
    /// If a table cannot be read.
    pub fn fingerprint(&self) -> Result<String, MappingError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{:?}", self.manifest).as_bytes());
        for (name, text) in &self.queries {
            hasher.update(name.as_bytes());
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        for table in &self.own_tables {
            hasher.update(table.name().as_bytes());
            hasher.update(table.hash()?.as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// Reads and checks all queries.
    ///
    /// # Errors
    /// The first query that is wrong.
    pub fn check(&self, ontology: &Ontology) -> Result<(), MappingError> {
        let bounds = Bounds::default();
        for table in &self.manifest.tables {
            self.query(&table.query, iri::BASE, true, bounds, ontology)?;
        }
        for after in &self.manifest.after {
            self.query(&after.query, iri::BASE, false, bounds, ontology)?;
        }
        Ok(())
    }

    fn query(
        &self,
        name: &str,
        base: &str,
        with_rows: bool,
        bounds: Bounds,
        ontology: &Ontology,
    ) -> Result<RowQuery, MappingError> {
        let path = self.path.join(name);
        let Some(text) = self.queries.get(name) else {
            return Err(MappingError::Io {
                path,
                source: std::io::ErrorKind::NotFound.into(),
                remedy: "mapping.toml names this query".to_owned(),
            });
        };
        let schemes = |name: &str| {
            let codes = ontology.codes();
            if codes.schemes().any(|scheme| scheme == name) {
                Ok(())
            } else {
                Err(nearest(name, codes.schemes()))
            }
        };
        RowQuery::parse(&path, text, base, with_rows, bounds, &schemes)
    }
}

fn is_text(path: &str) -> bool {
    path == "mapping.toml" || path.ends_with(".rq")
}

/// Folders with a `mapping.toml` under `data/`, by their names.
fn shipped_dirs() -> impl Iterator<Item = (String, &'static Dir<'static>)> {
    let mut todo = vec![&SHIPPED];
    std::iter::from_fn(move || {
        while let Some(dir) = todo.pop() {
            todo.extend(dir.dirs());
            if dir.get_file(dir.path().join("mapping.toml")).is_some()
                && let Some(name) = dir.path().file_name()
            {
                return Some((name.to_string_lossy().into_owned(), dir));
            }
        }
        None
    })
}

/// The files of a folder (not of the folders in it), sorted by name.
fn files_of(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is_archive(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

fn takes(table: &TableEntry, file_name: &str) -> bool {
    manifest::matches(&table.file, file_name)
        || manifest::matches(&table.file, plain_name(file_name))
}

/// The name that keeps the data of a partner's graph apart where none was given: two partners that
/// use one mapping must not describe the same things by accident.
fn name_of_partner(graph: &NamedNode) -> Option<String> {
    let rest = graph.as_str().strip_prefix(iri::GRAPH)?;
    let name = rest.strip_prefix("partner/")?.replace('/', "-");
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(fits)).then_some(name)
}

/// How to import.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// The name of this data set, when a mapping is used for several: it is `?NAMESPACE`, the
    /// last part of the data set's IRI, and the graph is `…/graph/partner/{name}` unless
    /// [`graph`](Self::graph) says otherwise. Default: the partner's, if the graph is one of a
    /// partner (`partner/x/y` gives `x-y`), else what the mapping says.
    pub name: Option<String>,
    /// The title of the data set; default: the mapping's, with the name of the data set before it
    /// if it has one of its own.
    pub title: Option<String>,
    /// Who publishes the data: a name or an IRI.
    pub publisher: Option<String>,
    /// The IRI of the licence, or its name; default: what the mapping says.
    pub licence: Option<String>,
    /// What resource IRIs begin with, before `id/`.
    pub base: String,
    /// The graph that the data is for; default: what the mapping says.
    pub graph: Option<NamedNode>,
    /// Whether the first finding (other than a note) is an error.
    pub strict: bool,
    /// When the import takes place, as an `xsd:dateTime`; default: now.
    pub time: Option<String>,
    /// How many rows of each table are looked at, for a preview: each alone, and shown with what
    /// it gives. Default: all of them, and none is shown.
    pub preview: Option<usize>,
    /// What the queries may take.
    pub bounds: Bounds,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            name: None,
            title: None,
            publisher: None,
            licence: None,
            base: iri::BASE.to_owned(),
            graph: None,
            strict: false,
            time: None,
            preview: None,
            bounds: Bounds::default(),
        }
    }
}

/// What an import made.
pub struct Import {
    /// The graph that all quads of the batch are in.
    pub graph: NamedNode,
    /// The data.
    pub batch: Batch,
    /// What was read and what could not be used.
    pub report: ImportReport,
    /// The rows of a preview.
    pub rows: Vec<PreviewRow>,
}

/// A row, and what became of it.
pub struct PreviewRow {
    /// The file.
    pub file: String,
    /// Its line (row of a sheet), from 1.
    pub line: u64,
    /// Its cells that are not empty, by heading.
    pub cells: Vec<(String, String)>,
    /// What the query made of it.
    pub batch: Batch,
}

/// Where tables come from.
enum Inputs<'a> {
    /// From files, archives and folders; with none, from beside the mapping.
    Paths(&'a [PathBuf]),
    /// Somebody sent them.
    Sent(Vec<SentFile>),
}

/// A file that somebody sent.
#[derive(Clone, Debug)]
pub struct SentFile {
    /// The name it was sent under.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// How many bytes may come out of it if it is compressed.
    pub most: u64,
}

/// Imports tables through a mapping.
///
/// `inputs` are files, zip archives and folders; with none, the tables beside the mapping are read.
/// What the mapping has no table for is an error if it is named, and passed over in a folder or an
/// archive.
///
/// # Errors
/// If the mapping is wrong, a table is missing or cannot be read, or the import is strict and
/// there is something to report. Rows and values that cannot be used are no errors: they are in
/// the report.
pub fn import(
    mapping: &Mapping,
    inputs: &[PathBuf],
    ontology: &Ontology,
    options: &ImportOptions,
    progress: &dyn Progress,
) -> Result<Import, IngestError> {
    let inputs = Inputs::Paths(inputs);
    run(mapping, inputs, ontology, options, progress)
}

/// Imports tables that somebody sent, as [`import`] does files.
///
/// # Errors
/// As [`import`].
pub fn import_sent(
    mapping: &Mapping,
    files: Vec<SentFile>,
    ontology: &Ontology,
    options: &ImportOptions,
) -> Result<Import, IngestError> {
    run(mapping, Inputs::Sent(files), ontology, options, &())
}

fn run(
    mapping: &Mapping,
    inputs: Inputs<'_>,
    ontology: &Ontology,
    options: &ImportOptions,
    progress: &dyn Progress,
) -> Result<Import, IngestError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .map_err(|error| MappingError::Threads(error.to_string()))?;
    Ok(pool.install(|| Importer::new(mapping, ontology, options)?.run(inputs, progress))?)
}

struct Importer<'a> {
    mapping: &'a Mapping,
    ontology: &'a Ontology,
    options: &'a ImportOptions,
    evaluator: QueryEvaluator,
    namespace: String,
    dataset: NamedNode,
    graph: NamedNode,
    batch: Batch,
    findings: Findings,
    report: ImportReport,
    shown: Vec<PreviewRow>,
}

impl<'a> Importer<'a> {
    fn new(
        mapping: &'a Mapping,
        ontology: &'a Ontology,
        options: &'a ImportOptions,
    ) -> Result<Self, MappingError> {
        let manifest = &mapping.manifest;
        let of_graph = options.graph.as_ref().and_then(name_of_partner);
        let name = options.name.as_ref().or(of_graph.as_ref());
        let dataset = name.or(manifest.dataset.as_ref()).unwrap_or(&manifest.name);
        let namespace = name.or(manifest.namespace.as_ref()).unwrap_or(dataset);
        let fit = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        for name in [dataset, namespace] {
            if name.is_empty() || name.starts_with('.') || !name.chars().all(fit) {
                return Err(MappingError::Name {
                    value: name.clone(),
                    what: "a name for a data set",
                    remedy: "use letters, digits, `-`, `.` and `_`",
                });
            }
        }
        if NamedNode::new(&options.base).is_err() {
            return Err(MappingError::Name {
                value: options.base.clone(),
                what: "an IRI",
                remedy: "correct --base",
            });
        }
        let graph = match (&options.graph, &options.name, &manifest.graph) {
            (Some(graph), _, _) => graph.clone(),
            (None, Some(name), _) => {
                NamedNode::new_unchecked(format!("{}partner/{name}", iri::GRAPH))
            }
            (None, None, graph) => {
                let name = graph.as_ref().unwrap_or(&manifest.name);
                let full = if name.contains(':') {
                    name.clone()
                } else {
                    format!("{}{name}", iri::GRAPH)
                };
                NamedNode::new(full).map_err(|_| MappingError::Name {
                    value: name.clone(),
                    what: "the name of a graph",
                    remedy: "use letters, digits and `-`, or an IRI, in mapping.toml",
                })?
            }
        };
        let dataset = NamedNode::new_unchecked(format!("{}id/dataset/{dataset}", options.base));
        let context = Arc::new(Context {
            base: options.base.clone(),
            dataset: dataset.clone(),
            codes: ontology.codes().clone(),
        });
        Ok(Self {
            mapping,
            ontology,
            options,
            evaluator: row_query::evaluator(&context, options.bounds),
            namespace: namespace.clone(),
            dataset,
            graph,
            batch: Batch::new(),
            findings: Findings::default(),
            report: ImportReport::default(),
            shown: Vec::new(),
        })
    }

    fn run(mut self, inputs: Inputs<'_>, progress: &dyn Progress) -> Result<Import, MappingError> {
        let started = Instant::now();
        for (prefix, namespace) in iri::PREFIXES {
            self.batch.add_prefix(prefix, namespace);
        }
        let plan = self.plan(inputs)?;
        self.describe_dataset();
        for (number, (table, sources)) in plan.into_iter().enumerate() {
            let base = self.options.base.as_str();
            let query =
                self.mapping
                    .query(&table.query, base, true, self.options.bounds, self.ontology)?;
            self.take_prefixes(&query);
            let mut keys = HashMap::new();
            for source in sources {
                self.read_table(table, number, &query, &source, &mut keys, progress)?;
            }
        }
        for (number, after) in self.mapping.manifest.after.iter().enumerate() {
            let base = self.options.base.as_str();
            let query = self.mapping.query(
                &after.query,
                base,
                false,
                self.options.bounds,
                self.ontology,
            )?;
            self.take_prefixes(&query);
            let labels = self.labels(&after.query, number);
            let graph = GraphNameRef::NamedNode(self.graph.as_ref());
            let outcome = query.evaluate_after(&self.evaluator, &self.batch, graph, &labels)?;
            self.report.triples_after += outcome.triples;
            self.batch.append(&outcome.batch);
            for failure in outcome.failures {
                let file = query.path.display().to_string();
                let finding = Finding::new(
                    Severity::Warning,
                    file,
                    format!(
                        "fn:{}: {}",
                        query.function(failure.site),
                        failure.failure.reason
                    ),
                    failure.failure.remedy,
                );
                self.findings
                    .push(finding.about(Some(&failure.failure.value)));
            }
            self.check_strict()?;
        }
        self.findings.finish(&mut self.report);
        self.report.seconds = started.elapsed().as_secs_f64();
        Ok(Import {
            graph: self.graph,
            batch: self.batch,
            report: self.report,
            rows: self.shown,
        })
    }

    fn take_prefixes(&mut self, query: &RowQuery) {
        for (name, namespace) in &query.prefixes {
            self.batch.add_prefix(name, namespace);
        }
    }

    fn check_strict(&self) -> Result<(), MappingError> {
        match self.findings.first_serious() {
            Some(finding) if self.options.strict => {
                Err(MappingError::Strict(Box::new(finding.clone())))
            }
            _ => Ok(()),
        }
    }

    /// Which files each table reads.
    fn plan(
        &self,
        inputs: Inputs<'_>,
    ) -> Result<Vec<(&'a TableEntry, Vec<TableSource>)>, MappingError> {
        let tables = &self.mapping.manifest.tables;
        let patterns = || {
            let patterns: Vec<_> = tables.iter().map(|table| table.file.as_str()).collect();
            patterns.join(", ")
        };
        let is_wanted = |name: &str| tables.iter().any(|table| takes(table, name));
        let check = |source: &TableSource| {
            if is_wanted(&source.name()) {
                return Ok(());
            }
            Err(MappingError::UnusedFile {
                path: source.path(),
                patterns: patterns(),
            })
        };
        let mut sources = Vec::new();
        let looked_in = match inputs {
            Inputs::Paths([]) => {
                sources.clone_from(&self.mapping.own_tables);
                self.mapping.path.display().to_string()
            }
            Inputs::Paths(paths) => {
                for path in paths {
                    let io = |source| MappingError::Io {
                        path: path.clone(),
                        source,
                        remedy: "give the file or folder with the tables".to_owned(),
                    };
                    if std::fs::metadata(path).map_err(io)?.is_dir() {
                        let files = files_of(path).map_err(io)?;
                        sources.extend(files.into_iter().map(TableSource::File));
                    } else if is_archive(&path.to_string_lossy()) {
                        let bytes = std::fs::read(path).map_err(io)?;
                        let name = path.display().to_string();
                        sources.extend(unpack(&name, &bytes, LARGEST_ARCHIVE, &is_wanted)?);
                    } else {
                        let source = TableSource::File(path.clone());
                        check(&source)?;
                        sources.push(source);
                    }
                }
                let paths: Vec<_> = paths
                    .iter()
                    .map(|path| path.display().to_string())
                    .collect();
                paths.join(", ")
            }
            Inputs::Sent(files) => {
                let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
                for file in files {
                    if is_archive(&file.name) {
                        sources.extend(unpack(&file.name, &file.bytes, file.most, &is_wanted)?);
                    } else {
                        let source = TableSource::Bytes {
                            name: file.name,
                            bytes: file.bytes.into(),
                            most: file.most,
                        };
                        check(&source)?;
                        sources.push(source);
                    }
                }
                names.join(", ")
            }
        };
        let mut plan = Vec::new();
        for table in tables {
            let matching = sources.iter().filter(|source| takes(table, &source.name()));
            let matching: Vec<_> = matching.cloned().collect();
            if matching.is_empty() && !table.optional {
                return Err(MappingError::MissingTable {
                    pattern: table.file.clone(),
                    looked_in,
                });
            }
            plan.push((table, matching));
        }
        if plan.iter().all(|(_, sources)| sources.is_empty()) {
            return Err(MappingError::MissingTable {
                pattern: patterns(),
                looked_in,
            });
        }
        Ok(plan)
    }

    fn state(
        &mut self,
        subject: &NamedNode,
        predicate: oxigraph::model::NamedNodeRef<'_>,
        object: impl Into<Term>,
    ) {
        let (subject, predicate) = (subject.clone(), predicate.into_owned());
        self.batch
            .push(&Quad::new(subject, predicate, object, self.graph.clone()));
    }

    fn describe_dataset(&mut self) {
        use iri::provenance as p;
        let manifest = &self.mapping.manifest;
        let dataset = self.dataset.clone();
        let iri_or_text = |text: &str| match NamedNode::new(text) {
            Ok(node) => Term::from(node),
            Err(_) => Literal::from(text).into(),
        };
        self.state(&dataset, rdf::TYPE, p::DATASET);
        self.state(&dataset, rdf::TYPE, p::ENTITY);
        let filled = |text: &'a Option<String>| {
            let text = text.as_deref().map(str::trim);
            text.filter(|text| !text.is_empty())
        };
        let title = match filled(&self.options.title) {
            Some(title) => title.to_owned(),
            None => self.usual_title(),
        };
        self.state(&dataset, p::TITLE, Literal::from(title));
        if let Some(publisher) = filled(&self.options.publisher) {
            self.state(&dataset, p::PUBLISHER, iri_or_text(publisher));
        }
        if let Some(description) = filled(&manifest.description) {
            self.state(&dataset, p::DESCRIPTION, Literal::from(description));
        }
        if let Some(licence) = filled(&self.options.licence).or(filled(&manifest.licence)) {
            self.state(&dataset, p::LICENSE, iri_or_text(licence));
        }
        if let Some(source) = filled(&manifest.source) {
            self.state(&dataset, p::SOURCE, iri_or_text(source));
        }
        let time = self.options.time.clone().unwrap_or_else(|| {
            let now = jiff::Timestamp::now();
            jiff::Timestamp::from_second(now.as_second())
                .unwrap_or(now)
                .to_string()
        });
        let time = Literal::new_typed_literal(time, xsd::DATE_TIME);
        self.state(&dataset, p::GENERATED_AT_TIME, time);
    }

    /// The title of the mapping; that of one import of several with its name before it, without
    /// what the mapping says of its format: `miami, from Open Referral HSDS`.
    fn usual_title(&self) -> String {
        let manifest = &self.mapping.manifest;
        let title = manifest.title.as_ref().unwrap_or(&manifest.name);
        let of_graph = self.options.graph.as_ref().and_then(name_of_partner);
        match self.options.name.as_ref().or(of_graph.as_ref()) {
            Some(name) if *name != manifest.name => {
                let end = [", ", " (", ": "]
                    .iter()
                    .filter_map(|sign| title.find(sign))
                    .min()
                    .unwrap_or(title.len());
                format!("{name}, from {}", title.get(..end).unwrap_or(title))
            }
            _ => title.clone(),
        }
    }

    fn describe_file(
        &mut self,
        file: &NamedNode,
        source: &TableSource,
        rows: u64,
    ) -> Result<(), MappingError> {
        use iri::provenance as p;
        let dataset = self.dataset.clone();
        self.state(&dataset, p::WAS_DERIVED_FROM, file.clone());
        self.state(file, rdf::TYPE, p::ENTITY);
        self.state(file, p::TITLE, Literal::from(source.name()));
        self.state(file, p::IS_PART_OF, dataset);
        self.state(file, p::EXTENT, Literal::from(format!("{rows} rows")));
        let hash = format!("blake3:{}", source.hash()?);
        self.state(file, p::IDENTIFIER, Literal::from(hash));
        Ok(())
    }

    /// What the labels of blank nodes begin with: different for each import, file and query.
    fn labels(&self, what: &str, number: usize) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [self.dataset.as_str(), self.graph.as_str(), what] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        let hash = hasher.finalize().to_hex();
        format!("w{}t{number}", hash.get(..12).unwrap_or_default())
    }

    fn read_table(
        &mut self,
        entry: &TableEntry,
        number: usize,
        query: &RowQuery,
        source: &TableSource,
        keys: &mut HashMap<String, (String, u64)>,
        progress: &dyn Progress,
    ) -> Result<(), MappingError> {
        let name = source.name();
        let mut path = utf8_percent_encode(plain_name(&name), SEGMENT).to_string();
        if let Some(sheet) = &entry.sheet {
            path = format!("{path}/{}", utf8_percent_encode(sheet, SEGMENT));
        }
        let file = NamedNode::new_unchecked(format!("{}/{path}", self.dataset.as_str()));
        let mut reader = RowReader {
            table: Table::open(source, &entry.options())?,
            entry,
            name: name.clone(),
            unique: entry
                .unique
                .as_ref()
                .map(OneOrMore::list)
                .unwrap_or_default(),
            keys,
            ended: false,
        };
        reader.check_columns(source, query, &mut self.findings)?;
        let evaluation = Evaluation {
            query,
            evaluator: &self.evaluator,
            graph: self.graph.clone(),
            provenance: entry.provenance,
            labels: self.labels(&path, number),
            file: &file,
            namespace: Literal::from(self.namespace.as_str()),
        };
        let mut table = TableReport {
            file: name.clone(),
            ..TableReport::default()
        };
        if let Some(most) = self.options.preview {
            let rows = reader.read_first(most, &mut self.findings, &mut table)?;
            for row in rows {
                let (rows, outcome) = evaluation.run(row)?;
                table.triples += outcome.triples;
                table.rows_without_triples += rows.rows.len() as u64 - outcome.rows_with_triples;
                for failure in outcome.failures {
                    self.findings.push(explain(failure, &rows, query, &name));
                }
                self.batch.append(&outcome.batch);
                self.shown
                    .extend(PreviewRow::new(&name, &rows, outcome.batch));
            }
            self.check_strict()?;
            self.describe_file(&file, source, table.rows)?;
            self.report.tables.push(table);
            return Ok(());
        }
        let mut chunk = reader.read_chunk(&mut self.findings, &mut table)?;
        // The rows of the next chunk are read, and the results of the last one merged, while this
        // one is evaluated.
        let mut done: Vec<(RowBatch, Outcome)> = Vec::new();
        while !chunk.is_empty() || !done.is_empty() {
            let rows = std::mem::take(&mut chunk);
            let (evaluated, merged) = rayon::join(
                || {
                    let evaluated = rows.into_par_iter().map(|rows| evaluation.run(rows));
                    evaluated.collect::<Result<Vec<_>, _>>()
                },
                || {
                    for (rows, outcome) in done.drain(..) {
                        table.triples += outcome.triples;
                        table.rows_without_triples +=
                            rows.rows.len() as u64 - outcome.rows_with_triples;
                        self.batch.append(&outcome.batch);
                        for failure in outcome.failures {
                            let finding = explain(failure, &rows, query, &name);
                            self.findings.push(finding);
                        }
                    }
                    chunk = reader.read_chunk(&mut self.findings, &mut table)?;
                    Ok::<_, MappingError>(())
                },
            );
            merged?;
            done = evaluated?;
            let deadline = self.options.bounds.deadline;
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(MappingError::TimedOut);
            }
            progress.rows(&name, table.rows);
            if self.options.strict
                && let Some(finding) = self.findings.first_serious()
            {
                return Err(MappingError::Strict(Box::new(finding.clone())));
            }
        }
        self.check_strict()?;
        self.describe_file(&file, source, table.rows)?;
        self.report.tables.push(table);
        Ok(())
    }
}

impl PreviewRow {
    fn new(file: &str, rows: &RowBatch, batch: Batch) -> Option<Self> {
        let row = rows.rows.first()?;
        let cells = rows.columns.iter().enumerate();
        let cells = cells.filter_map(|(position, column)| {
            Some((column.heading.clone(), row.cell(position)?.to_owned()))
        });
        Some(Self {
            file: file.to_owned(),
            line: row.line,
            cells: cells.collect(),
            batch,
        })
    }
}

/// Rows that are evaluated together, with the columns known when they were read.
struct RowBatch {
    columns: Arc<[Column]>,
    /// Whether findings name the row besides its line.
    numbered: bool,
    rows: Vec<Row>,
}

struct RowReader<'a> {
    table: Table,
    entry: &'a TableEntry,
    name: String,
    unique: Vec<String>,
    keys: &'a mut HashMap<String, (String, u64)>,
    ended: bool,
}

impl RowReader<'_> {
    /// Looks at the header, if the format has one.
    fn check_columns(
        &self,
        source: &TableSource,
        query: &RowQuery,
        findings: &mut Findings,
    ) -> Result<(), MappingError> {
        let columns = self.table.columns();
        let variables: Vec<_> = columns.list().iter().map(|c| c.variable.as_str()).collect();
        if let Some(column) = variables
            .iter()
            .find(|column| query.assigned.contains(**column))
        {
            return Err(MappingError::Query {
                path: query.path.clone(),
                line: None,
                message: format!(
                    "?{column} is a column of {} and has its value already",
                    self.name
                ),
                remedy: "give what BIND makes another name".to_owned(),
            });
        }
        if !self.table.has_header() {
            return Ok(());
        }
        let lists = self.entry.lists.keys();
        let needed = self.entry.required.iter().chain(&self.unique);
        for column in needed {
            if columns.position(column).is_none() {
                let near = nearest(column, columns.list().iter().map(|c| c.heading.as_str()));
                let headings: Vec<_> = columns.list().iter().map(|c| c.heading.as_str()).collect();
                return Err(MappingError::MissingColumn {
                    path: source.path(),
                    column: column.clone(),
                    remedy: near.map_or_else(
                        || format!("the columns are: {}", headings.join(", ")),
                        |near| format!("is it `{near}`? rename it, or correct mapping.toml"),
                    ),
                });
            }
        }
        for column in lists {
            if columns.position(column).is_none() {
                findings.push(Finding::new(
                    Severity::Note,
                    &self.name,
                    format!("there is no list column `{column}`"),
                    "nothing to do if this file does not have it",
                ));
            }
        }
        for variable in query.never_bound(&variables) {
            if let Some(near) = query.meant(variable, &variables) {
                findings.push(Finding::new(
                    Severity::Note,
                    &self.name,
                    format!(
                        "there is no column `{variable}`, which {} reads",
                        query.path.display()
                    ),
                    format!("is it `{near}`?"),
                ));
            }
        }
        Ok(())
    }

    /// The first rows that can be used, each by itself.
    fn read_first(
        &mut self,
        most: usize,
        findings: &mut Findings,
        report: &mut TableReport,
    ) -> Result<Vec<RowBatch>, MappingError> {
        let mut first = Vec::new();
        // A table of which no row can be used need not be read whole to see that.
        let mut looked_at = 0..most.saturating_mul(20);
        while first.len() < most && !self.ended && looked_at.next().is_some() {
            let Some(row) = self.next_row(findings, report)? else {
                continue;
            };
            first.push(RowBatch {
                columns: self.table.columns().list().into(),
                numbered: !self.table.has_header(),
                rows: vec![row],
            });
        }
        Ok(first)
    }

    /// The next row; none if it cannot be used or there are no more (then `ended` is set).
    fn next_row(
        &mut self,
        findings: &mut Findings,
        report: &mut TableReport,
    ) -> Result<Option<Row>, MappingError> {
        match self.table.next_row()? {
            NextRow::Row(row) => {
                report.rows += 1;
                let row = self.prepare(row, findings);
                report.rows_left_out += u64::from(row.is_none());
                Ok(row)
            }
            NextRow::Bad(finding) => {
                if finding.severity == Severity::Error {
                    report.rows += 1;
                    report.rows_left_out += 1;
                }
                findings.push(finding);
                Ok(None)
            }
            NextRow::End => {
                self.ended = true;
                Ok(None)
            }
        }
    }

    fn read_chunk(
        &mut self,
        findings: &mut Findings,
        report: &mut TableReport,
    ) -> Result<Vec<RowBatch>, MappingError> {
        let mut chunk = Vec::new();
        while chunk.len() < CHUNK_BATCHES && !self.ended {
            let mut rows = Vec::with_capacity(BATCH_ROWS);
            while rows.len() < BATCH_ROWS && !self.ended {
                rows.extend(self.next_row(findings, report)?);
            }
            if !rows.is_empty() {
                let columns = self.table.columns().list().into();
                chunk.push(RowBatch {
                    columns,
                    numbered: !self.table.has_header(),
                    rows,
                });
            }
        }
        Ok(chunk)
    }

    /// Checks a row and splits its lists; `None` leaves it out.
    fn prepare(&mut self, mut row: Row, findings: &mut Findings) -> Option<Row> {
        let columns = self.table.columns();
        let number = (!self.table.has_header()).then_some(row.number);
        let is_long = |cell: &Option<String>| cell.as_ref().is_some_and(|t| t.len() > LONGEST_CELL);
        if let Some(position) = row.cells.iter().position(is_long) {
            let heading = columns.list().get(position).map(|c| c.heading.as_str());
            let finding = Finding::new(
                Severity::Error,
                &self.name,
                format!("a cell is longer than {LONGEST_CELL} bytes; the row was left out"),
                "a quotation mark may be opened here and not closed; else shorten the text",
            );
            findings.push(finding.at_line(row.line).in_row(number).in_column(heading));
            return None;
        }
        if !self.entry.empty.is_empty() {
            let is_empty = |text: &String| self.entry.empty.contains(text);
            for cell in &mut row.cells {
                if cell.as_ref().is_some_and(is_empty) {
                    *cell = None;
                }
            }
            row.items
                .retain(|item| !matches!(&item.value, ItemValue::Text(t) if is_empty(t)));
        }
        for column in &self.entry.required {
            let filled = columns
                .position(column)
                .and_then(|position| row.cell(position));
            // In JSON a required value may also be in a list.
            let listed = || row.items.iter().any(|item| item.column == *column);
            if filled.is_none() && !listed() {
                let finding = Finding::new(
                    Severity::Error,
                    &self.name,
                    "the cell is empty, and the mapping requires it; the row was left out",
                    "fill it, or take it from `required`",
                );
                findings.push(
                    finding
                        .at_line(row.line)
                        .in_row(number)
                        .in_column(Some(column)),
                );
                return None;
            }
        }
        if !self.unique.is_empty() {
            let parts = self.unique.iter().map(|column| {
                let position = columns.position(column);
                position
                    .and_then(|position| row.cell(position))
                    .unwrap_or_default()
            });
            let key = parts.collect::<Vec<_>>().join("\u{1f}");
            if let Some((file, line)) = self.keys.get(&key) {
                let place = if *file == self.name {
                    format!("line {line}")
                } else {
                    format!("{file}:{line}")
                };
                let finding = Finding::new(
                    Severity::Warning,
                    &self.name,
                    format!("the key is that of {place} already; both rows were kept"),
                    "correct one of them, or take the column from `unique`",
                );
                let finding = finding
                    .at_line(row.line)
                    .in_row(number)
                    .in_column(Some(self.unique.join(", ")));
                findings.push(finding.about(Some(&key.replace('\u{1f}', ", "))));
            } else {
                self.keys.insert(key, (self.name.clone(), row.line));
            }
        }
        for (column, separator) in &self.entry.lists {
            let Some(position) = columns.position(column) else {
                continue;
            };
            let name = variable_name(column);
            if let Some(text) = row.cells.get(position).cloned().flatten() {
                let items = text.split(separator.as_str()).map(str::trim);
                for item in items.filter(|item| !item.is_empty()).take(LONGEST_LIST) {
                    row.items.push(Item {
                        node: String::new(),
                        column: name.clone(),
                        value: ItemValue::Text(item.to_owned()),
                    });
                }
            }
        }
        Some(row)
    }
}

/// What all batches of a table share.
struct Evaluation<'a> {
    query: &'a RowQuery,
    evaluator: &'a QueryEvaluator,
    graph: NamedNode,
    provenance: bool,
    labels: String,
    file: &'a NamedNode,
    namespace: Literal,
}

impl Evaluation<'_> {
    fn run(&self, rows: RowBatch) -> Result<(RowBatch, Outcome), MappingError> {
        let used: Vec<(usize, &Column)> = rows
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| self.query.mentioned.contains(&column.variable))
            .filter(|(_, column)| ![ROW, ROW_NUMBER, NAMESPACE].contains(&column.variable.as_str()))
            .collect();
        if let Some((_, column)) = used
            .iter()
            .find(|(_, c)| self.query.assigned.contains(&c.variable))
        {
            return Err(MappingError::Query {
                path: self.query.path.clone(),
                line: None,
                message: format!("?{} is a column and has its value already", column.variable),
                remedy: "give what BIND makes another name".to_owned(),
            });
        }
        let mut variables: Vec<_> = [ROW, ROW_NUMBER, NAMESPACE]
            .map(Variable::new_unchecked)
            .into();
        variables.extend(
            used.iter()
                .map(|(_, c)| Variable::new_unchecked(c.variable.as_str())),
        );
        let mut bindings = Vec::with_capacity(rows.rows.len());
        let mut lists = Batch::new();
        for row in &rows.rows {
            let iri =
                NamedNode::new_unchecked(format!("{}#row={}", self.file.as_str(), row.number));
            let mut values = Vec::with_capacity(variables.len());
            values.push(Some(GroundTerm::NamedNode(iri.clone())));
            values.push(Some(GroundTerm::Literal(Literal::from(row.number as i64))));
            values.push(Some(GroundTerm::Literal(self.namespace.clone())));
            values.extend(used.iter().map(|(position, _)| {
                row.cell(*position)
                    .map(|text| GroundTerm::Literal(Literal::from(text)))
            }));
            bindings.push(values);
            self.add_items(&iri, &row.items, &mut lists);
        }
        let outcome = self.query.evaluate_rows(
            self.evaluator,
            RowValues {
                variables,
                bindings,
            },
            &lists,
            GraphNameRef::NamedNode(self.graph.as_ref()),
            self.provenance,
            &self.labels,
        )?;
        Ok((rows, outcome))
    }

    fn add_items(&self, row: &NamedNode, items: &[Item], lists: &mut Batch) {
        let node = |path: &str| {
            if path.is_empty() {
                return row.clone();
            }
            let parts: Vec<_> = path
                .split('/')
                .map(|part| utf8_percent_encode(part, SEGMENT).to_string())
                .collect();
            NamedNode::new_unchecked(format!("{}/{}", row.as_str(), parts.join("/")))
        };
        for item in items {
            let column = variable_name(&item.column);
            if !self.query.list_columns.contains(&column) {
                continue;
            }
            let object: Term = match &item.value {
                ItemValue::Text(text) => Literal::from(text.as_str()).into(),
                ItemValue::Node(path) => node(path).into(),
            };
            let predicate = NamedNode::new_unchecked(format!("{}{column}", iri::COLUMN));
            let quad = Quad::new(node(&item.node), predicate, object, row.clone());
            lists.push(&quad);
        }
    }
}

/// The finding for a value that a function could not use.
fn explain(failed: RowFailure, rows: &RowBatch, query: &RowQuery, file: &str) -> Finding {
    let RowFailure { row, site, failure } = failed;
    let found = row.and_then(|number| {
        let at = rows
            .rows
            .binary_search_by_key(&number, |row| row.number)
            .ok()?;
        rows.rows.get(at)
    });
    let finding = Finding::new(
        Severity::Warning,
        file,
        format!("fn:{}: {}", query.function(site), failure.reason),
        failure.remedy.clone(),
    );
    let finding = finding.about(Some(&failure.value));
    let Some(row) = found else {
        return finding;
    };
    let origins = query.origins(site);
    let named = |column: &&Column| origins.contains(&column.variable);
    let candidates: Vec<_> = rows.columns.iter().filter(named).collect();
    let holds = |column: &&Column| {
        let position = rows.columns.iter().position(|c| c == *column);
        let cell = position.and_then(|position| row.cell(position));
        cell.is_some_and(|cell| cell == failure.value)
            || row.items.iter().any(|item| {
                variable_name(&item.column) == column.variable
                    && item.value == ItemValue::Text(failure.value.clone())
            })
    };
    let column = match candidates.as_slice() {
        [only] => Some(*only),
        several => {
            let mut holding = several.iter().copied().filter(|c| holds(c));
            holding.next().or_else(|| rows.columns.iter().find(holds))
        }
    };
    let item = || {
        let of_row = row.items.iter().filter(|item| item.node.is_empty());
        let mut same = of_row.filter(|i| i.value == ItemValue::Text(failure.value.clone()));
        same.next().map(|item| item.column.clone())
    };
    let column = column.map(|column| column.heading.clone()).or_else(item);
    finding
        .at_line(row.line)
        .in_row(rows.numbered.then_some(row.number))
        .in_column(column)
}

#[cfg(test)]
mod tests;
