//! Dumps: whole graphs as files, for those who want the data itself.
//!
//! A dump of one version in one format is always the same bytes, whichever process makes it: its
//! statements stand in the order of their N-Triples, graph after graph, blank nodes keep the labels
//! they have in the store, and no time goes into a compressed file. So a download that broke off is
//! taken up again even after the file was thrown away and made anew.
//!
//! Files are made when they are first asked for, by one thread of low priority, and kept in the
//! folder `dumps` of the data directory up to [`Config::dump_bytes`](super::Config); the one used
//! longest ago goes first. At a start the folder is emptied: nothing that lay there while nobody
//! looked after it is handed out.

use super::results::{WriteError, rdf_serializer, write_error};
use super::{AppError, KnowledgeGraph, iri};
use crate::store::{DEFAULT_GRAPH_IRI, Snapshot};
use flate2::write::GzEncoder;
use oxigraph::io::{RdfFormat, RdfParser, RdfSerializer};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, Quad, TripleRef};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Lines, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Bytes of statements that are sorted in memory; what is more goes to files meanwhile.
const RUN_BYTES: usize = 64 << 20;
/// Bytes of statements that are handed to a parser at once.
const SLICE: usize = 64 << 10;
/// Dumps that wait to be made.
const MOST_WAITING: usize = 16;
const BUFFER: usize = 256 << 10;

/// Which statements go into a dump.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DumpScope {
    /// All that the reader sees.
    All,
    /// Those of one graph.
    Graph(GraphName),
}

impl DumpScope {
    /// The scope of a name in an address: `all`, `default`, what follows `…/graph/`, or an IRI.
    /// `None` if it is neither.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "" => None,
            "all" => Some(Self::All),
            "default" => Some(Self::Graph(GraphName::DefaultGraph)),
            _ if name.contains(':') => Self::of_iri(name),
            _ => Self::of_iri(&format!("{}{name}", iri::GRAPH)),
        }
    }

    fn of_iri(iri: &str) -> Option<Self> {
        let node = NamedNode::new(iri).ok()?;
        Some(Self::Graph(if node.as_str() == DEFAULT_GRAPH_IRI {
            GraphName::DefaultGraph
        } else {
            node.into()
        }))
    }

    /// The name in an address; `None` for a graph without a name that others can use.
    pub fn name(&self) -> Option<String> {
        let node = match self {
            Self::All => return Some("all".to_owned()),
            Self::Graph(GraphName::DefaultGraph) => return Some("default".to_owned()),
            Self::Graph(GraphName::BlankNode(_)) => return None,
            Self::Graph(GraphName::NamedNode(node)) => node.as_str(),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        Some(match node.strip_prefix(iri::GRAPH) {
            Some(rest)
                if !matches!(rest, "" | "all" | "default")
                    && !rest.starts_with('/')
                    && !rest.contains("..")
                    && rest.bytes().all(plain) =>
            {
                rest.to_owned()
            }
            _ => utf8_percent_encode(node, NON_ALPHANUMERIC).to_string(),
        })
    }
}

/// The syntax of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DumpFormat {
    /// Quads, one a line.
    NQuads,
    /// Graphs with prefixes.
    TriG,
    /// Triples with prefixes; of several graphs their union.
    Turtle,
    /// Triples, one a line; of several graphs their union.
    NTriples,
}

impl DumpFormat {
    /// All of them, the preferred one first.
    pub const ALL: [Self; 4] = [Self::NQuads, Self::TriG, Self::Turtle, Self::NTriples];

    /// The extension of its files.
    pub fn extension(self) -> &'static str {
        self.rdf().file_extension()
    }

    /// The format of an extension.
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension().eq_ignore_ascii_case(extension))
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        self.rdf().media_type()
    }

    fn rdf(self) -> RdfFormat {
        match self {
            Self::NQuads => RdfFormat::NQuads,
            Self::TriG => RdfFormat::TriG,
            Self::Turtle => RdfFormat::Turtle,
            Self::NTriples => RdfFormat::NTriples,
        }
    }
}

/// How a dump is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// As `.gz`.
    Gzip,
    /// As `.zst`.
    Zstd,
}

impl Compression {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Gzip, Self::Zstd];

    /// What it adds to the name of a file.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// The media type of what is compressed so.
    pub fn media_type(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Gzip => Some("application/gzip"),
            Self::Zstd => Some("application/zstd"),
        }
    }
}

/// What makes one dump of a version differ from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DumpKind {
    /// Which statements.
    pub scope: DumpScope,
    /// In which syntax.
    pub format: DumpFormat,
    /// Compressed how.
    pub compression: Compression,
}

impl DumpKind {
    /// The kind that a name such as `partner/x.nq.gz` asks for; the graph as text, its extensions
    /// as [`DumpFormat`] and [`Compression`].
    pub fn extensions_of(name: &str) -> Option<(&str, DumpFormat, Compression)> {
        let (name, compression) = [Compression::Gzip, Compression::Zstd]
            .into_iter()
            .find_map(|compression| Some((name.strip_suffix(compression.suffix())?, compression)))
            .unwrap_or((name, Compression::None));
        let (name, extension) = name.rsplit_once('.')?;
        Some((name, DumpFormat::of_extension(extension)?, compression))
    }

    /// The name of the file in an address, below `/dumps/`.
    pub fn name(&self) -> Option<String> {
        let (extension, suffix) = (self.format.extension(), self.compression.suffix());
        Some(format!("{}.{extension}{suffix}", self.scope.name()?))
    }

    /// What the file is kept under. Of one graph everybody who may see it sees the same, and who
    /// may not is told so before any file is looked for; of all graphs the key has what is hidden.
    fn key(&self, snapshot: &Snapshot) -> String {
        let seen = match self.scope {
            DumpScope::All => snapshot.visibility(),
            DumpScope::Graph(_) => "",
        };
        let scope = match &self.scope {
            DumpScope::All => "all".to_owned(),
            DumpScope::Graph(graph) => format!("graph {graph}"),
        };
        let mut hasher = blake3::Hasher::new();
        for part in [
            &snapshot.version().to_string(),
            seen,
            &scope,
            self.format.extension(),
            self.compression.suffix(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().as_str()[..32].to_owned()
    }
}

/// Why there is no dump.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DumpError {
    /// The file would be larger than all files may be.
    #[error(
        "a dump may have {0} bytes here; take a compressed one, a single graph or `/store`, or raise `dump-bytes`"
    )]
    TooLarge(u64),
    /// Too many wait.
    #[error("{MOST_WAITING} dumps wait to be made; come back in a little while")]
    Busy,
    /// A statement that the syntax cannot hold.
    #[error("the data cannot be written in this format: {0}")]
    Inexpressible(String),
    /// A file cannot be written or read.
    #[error("{}: {message}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
}

impl DumpError {
    fn io(path: &Path, error: &io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            message: error.to_string(),
        }
    }
}

// ---- writing ----------------------------------------------------------------------------------

/// Writes the statements of a scope in their order and answers how many they are. `scratch` is the
/// path of a file beside which sorted parts are kept meanwhile, if there are many statements.
///
/// # Errors
/// [`DumpError`] if a file cannot be written, or the syntax has no way to state something.
///
/// Complexity: O(n log n) time; memory for 64 MiB of statements, whatever n is.
pub fn write_dump(
    snapshot: &Snapshot,
    scope: &DumpScope,
    format: DumpFormat,
    writer: &mut dyn Write,
    scratch: &Path,
) -> Result<u64, DumpError> {
    let mut output = Output::new(format, writer);
    let mut count = 0;
    match scope {
        DumpScope::Graph(graph) => count += output.part(snapshot, Some(graph), scratch)?,
        DumpScope::All if format.rdf().supports_datasets() => {
            for (graph, _) in snapshot.graphs() {
                count += output.part(snapshot, Some(&graph), scratch)?;
            }
        }
        DumpScope::All => count += output.part(snapshot, None, scratch)?,
    }
    output.finish()?;
    Ok(count)
}

enum Output<'a> {
    /// As the lines are.
    Lines {
        writer: &'a mut dyn Write,
        with_graph: bool,
    },
    /// By way of a serializer, which wants terms.
    Terms {
        serializer: Box<oxigraph::io::WriterQuadSerializer<&'a mut dyn Write>>,
        has_graphs: bool,
        waiting: String,
    },
}

impl<'a> Output<'a> {
    fn new(format: DumpFormat, writer: &'a mut dyn Write) -> Self {
        let with_graph = format.rdf().supports_datasets();
        match format {
            DumpFormat::NQuads | DumpFormat::NTriples => Self::Lines { writer, with_graph },
            DumpFormat::TriG | DumpFormat::Turtle => {
                let serializer: RdfSerializer = rdf_serializer(format.rdf());
                Self::Terms {
                    serializer: Box::new(serializer.for_writer(writer)),
                    has_graphs: with_graph,
                    waiting: String::new(),
                }
            }
        }
    }

    /// The statements of a graph, or of all graphs as one.
    fn part(
        &mut self,
        snapshot: &Snapshot,
        graph: Option<&GraphName>,
        scratch: &Path,
    ) -> Result<u64, DumpError> {
        let mut sorted = Sorter::new(scratch, RUN_BYTES);
        let within = graph.map(GraphNameRef::from);
        let mut line = String::new();
        for quad in snapshot.quads_for_pattern(None, None, None, within) {
            line.clear();
            // Writing to a text cannot fail.
            let _ = write!(line, "{} {} {}", quad.subject, quad.predicate, quad.object);
            sorted.push(&line)?;
        }
        let mut count = 0;
        let name = match graph {
            None | Some(GraphName::DefaultGraph) => String::new(),
            Some(graph) => format!(" {graph}"),
        };
        sorted.each(|line| {
            count += 1;
            self.line(line, &name, graph)
        })?;
        self.flush_terms(graph)?;
        Ok(count)
    }

    fn line(&mut self, line: &str, name: &str, graph: Option<&GraphName>) -> Result<(), DumpError> {
        match self {
            Self::Lines { writer, with_graph } => {
                let name = if *with_graph { name } else { "" };
                writeln!(writer, "{line}{name} .").map_err(from_output)
            }
            Self::Terms { waiting, .. } => {
                waiting.push_str(line);
                waiting.push_str(" .\n");
                if waiting.len() >= SLICE {
                    self.flush_terms(graph)?;
                }
                Ok(())
            }
        }
    }

    fn flush_terms(&mut self, graph: Option<&GraphName>) -> Result<(), DumpError> {
        let Self::Terms {
            serializer,
            has_graphs,
            waiting,
        } = self
        else {
            return Ok(());
        };
        let parser = RdfParser::from_format(RdfFormat::NTriples).lenient();
        for quad in parser.for_slice(waiting.as_bytes()) {
            let quad = quad.map_err(|error| DumpError::Inexpressible(error.to_string()))?;
            let quad = Quad {
                graph_name: graph.cloned().unwrap_or_default(),
                ..quad
            };
            if *has_graphs {
                serializer.serialize_quad(&quad)
            } else {
                serializer.serialize_triple(TripleRef::from(quad.as_ref()))
            }
            .map_err(from_output)?;
        }
        waiting.clear();
        Ok(())
    }

    fn finish(self) -> Result<(), DumpError> {
        match self {
            Self::Lines { .. } => Ok(()),
            Self::Terms { serializer, .. } => {
                serializer.finish().map_err(from_output)?;
                Ok(())
            }
        }
    }
}

fn from_output(error: io::Error) -> DumpError {
    if error.kind() == io::ErrorKind::QuotaExceeded {
        return DumpError::TooLarge(error.to_string().parse().unwrap_or_default());
    }
    match write_error(error) {
        WriteError::Io(error) => DumpError::io(Path::new("the file of the dump"), &error),
        other => DumpError::Inexpressible(other.to_string()),
    }
}

/// Lines in byte order, each once: in memory as far as they fit, else merged from sorted files.
struct Sorter<'a> {
    scratch: &'a Path,
    most: usize,
    bytes: usize,
    lines: Vec<Box<str>>,
    runs: Vec<Run>,
}

/// A sorted file, gone with this.
struct Run(PathBuf);

impl Drop for Run {
    fn drop(&mut self) {
        // What stays is swept at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

impl<'a> Sorter<'a> {
    fn new(scratch: &'a Path, most: usize) -> Self {
        Self {
            scratch,
            most,
            bytes: 0,
            lines: Vec::new(),
            runs: Vec::new(),
        }
    }

    fn push(&mut self, line: &str) -> Result<(), DumpError> {
        self.bytes += line.len() + size_of::<Box<str>>();
        self.lines.push(line.into());
        if self.bytes >= self.most {
            self.spill()?;
        }
        Ok(())
    }

    fn sort(&mut self) {
        self.lines.sort_unstable();
        self.lines.dedup();
    }

    fn spill(&mut self) -> Result<(), DumpError> {
        self.sort();
        let mut name = self.scratch.as_os_str().to_owned();
        name.push(format!(".run{}", self.runs.len()));
        let path = PathBuf::from(name);
        let write = || {
            let mut writer = BufWriter::with_capacity(BUFFER, private_file(&path)?);
            for line in &self.lines {
                writer.write_all(line.as_bytes())?;
                writer.write_all(b"\n")?;
            }
            writer.flush()
        };
        let written = write();
        self.runs.push(Run(path));
        written.map_err(|error| {
            let path = self.runs.last().map_or(self.scratch, |run| &run.0);
            DumpError::io(path, &error)
        })?;
        self.lines.clear();
        self.bytes = 0;
        Ok(())
    }

    fn each(
        mut self,
        mut work: impl FnMut(&str) -> Result<(), DumpError>,
    ) -> Result<(), DumpError> {
        self.sort();
        if self.runs.is_empty() {
            return self.lines.iter().try_for_each(|line| work(line));
        }
        if !self.lines.is_empty() {
            self.spill()?;
        }
        let mut sources: Vec<Lines<BufReader<File>>> = Vec::new();
        for run in &self.runs {
            let file = File::open(&run.0).map_err(|error| DumpError::io(&run.0, &error))?;
            sources.push(BufReader::with_capacity(BUFFER, file).lines());
        }
        let mut heap = BinaryHeap::new();
        let mut next = |index: usize, heap: &mut BinaryHeap<Reverse<(String, usize)>>| {
            if let Some(line) = sources.get_mut(index).and_then(Iterator::next) {
                let line = line.map_err(|error| DumpError::io(self.scratch, &error))?;
                heap.push(Reverse((line, index)));
            }
            Ok(())
        };
        for index in 0..self.runs.len() {
            next(index, &mut heap)?;
        }
        let mut last: Option<String> = None;
        while let Some(Reverse((line, index))) = heap.pop() {
            next(index, &mut heap)?;
            if last.as_ref() != Some(&line) {
                work(&line)?;
                last = Some(line);
            }
        }
        Ok(())
    }
}

/// A new file that nobody else may read: it may hold what is private.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Counts, hashes and bounds what is written.
struct Measured<W> {
    inner: W,
    hasher: Sha256,
    bytes: u64,
    most: u64,
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.bytes += count as u64;
        if self.bytes > self.most {
            let limit = self.most.to_string();
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, limit));
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// What a dump that is written is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Statements.
    pub statements: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Writes a dump to a file: under another name first, so that under its own there is all or
/// nothing.
///
/// # Errors
/// [`DumpError`]; also if the file would have more than `most` bytes.
pub fn write_dump_file(
    snapshot: &Snapshot,
    kind: &DumpKind,
    path: &Path,
    most: u64,
) -> Result<Written, DumpError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let result = write_part(snapshot, kind, &part, most).and_then(|written| {
        fs::rename(&part, path).map_err(|error| DumpError::io(path, &error))?;
        Ok(written)
    });
    if result.is_err() {
        let _ = fs::remove_file(&part);
    }
    result
}

fn write_part(
    snapshot: &Snapshot,
    kind: &DumpKind,
    part: &Path,
    most: u64,
) -> Result<Written, DumpError> {
    let failed = |error: io::Error| match from_output(error) {
        DumpError::Io { message, .. } => DumpError::Io {
            path: part.to_owned(),
            message,
        },
        other => other,
    };
    let file = private_file(part).map_err(failed)?;
    let measured = Measured {
        inner: BufWriter::with_capacity(BUFFER, file),
        hasher: Sha256::new(),
        bytes: 0,
        most,
    };
    let fill = |writer: &mut dyn Write| {
        let mut writer = BufWriter::with_capacity(BUFFER, writer);
        let statements = write_dump(snapshot, &kind.scope, kind.format, &mut writer, part)?;
        writer.flush().map_err(failed)?;
        Ok::<_, DumpError>(statements)
    };
    let (statements, mut measured) = match kind.compression {
        Compression::None => {
            let mut measured = measured;
            (fill(&mut measured)?, measured)
        }
        Compression::Gzip => {
            // The header has no time and no name, so that the bytes are always the same.
            let mut encoder = GzEncoder::new(measured, flate2::Compression::new(6));
            let statements = fill(&mut encoder)?;
            (statements, encoder.finish().map_err(failed)?)
        }
        Compression::Zstd => {
            let mut encoder = zstd::stream::write::Encoder::new(measured, 6).map_err(failed)?;
            encoder.include_checksum(true).map_err(failed)?;
            let statements = fill(&mut encoder)?;
            (statements, encoder.finish().map_err(failed)?)
        }
    };
    measured.flush().map_err(failed)?;
    let mut sha256 = String::with_capacity(64);
    for byte in measured.hasher.finalize() {
        let _ = write!(sha256, "{byte:02x}");
    }
    Ok(Written {
        statements,
        bytes: measured.bytes,
        sha256,
    })
}

// ---- keeping ----------------------------------------------------------------------------------

/// A dump that is there.
#[derive(Debug)]
pub struct DumpFile {
    key: String,
    path: PathBuf,
    /// What it is.
    pub written: Written,
    /// The version of the data that it holds.
    pub version: u64,
}

/// What becomes of a dump that was asked for.
#[derive(Debug)]
pub enum Asked {
    /// It is there, and open: it can be read to its end whatever becomes of its name.
    There(Arc<DumpFile>, File),
    /// It is being made, or waits for that; ask again when this changes.
    Making(watch::Receiver<Option<Result<(), DumpError>>>),
}

/// The dumps of a service.
pub struct Dumps {
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    /// Whether the folder goes with this.
    is_temporary: bool,
    limit: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one used last is the last.
    files: Vec<Arc<DumpFile>>,
    making: HashMap<String, watch::Receiver<Option<Result<(), DumpError>>>>,
    waiting: VecDeque<Job>,
    is_working: bool,
}

struct Job {
    key: String,
    kind: DumpKind,
    snapshot: Arc<Snapshot>,
    done: watch::Sender<Option<Result<(), DumpError>>>,
}

impl Dumps {
    /// Those of a data directory, or of a process that keeps its data in memory. Whatever lies
    /// there is removed.
    pub fn open(data_dir: Option<&Path>, limit: u64) -> Self {
        let (folder, is_temporary) = match data_dir {
            Some(folder) => (folder.join("dumps"), false),
            None => (temporary_folder(), true),
        };
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, folder = %folder.display(), "old dumps cannot be removed");
            }
            _ => {}
        }
        Self {
            shared: Arc::new(Shared {
                folder,
                is_temporary,
                limit,
                state: Mutex::default(),
            }),
        }
    }

    /// The dump of what a reader sees, or when to ask again.
    ///
    /// The caller has seen to it that the graph is one that `snapshot` shows.
    ///
    /// # Errors
    /// [`DumpError::Busy`] if too many wait, [`DumpError::Io`] if a file cannot be opened.
    pub fn ask(&self, snapshot: &Arc<Snapshot>, kind: &DumpKind) -> Result<Asked, DumpError> {
        let key = kind.key(snapshot);
        let mut state = self.shared.state();
        if let Some(place) = state.files.iter().position(|file| file.key == key) {
            let file = state.files.remove(place);
            match File::open(&file.path) {
                Ok(open) => {
                    state.files.push(Arc::clone(&file));
                    return Ok(Asked::There(file, open));
                }
                // Somebody tidied up: it is made again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(DumpError::io(&file.path, &error)),
            }
        }
        if let Some(receiver) = state.making.get(&key) {
            return Ok(Asked::Making(receiver.clone()));
        }
        if state.waiting.len() >= MOST_WAITING {
            return Err(DumpError::Busy);
        }
        let (done, receiver) = watch::channel(None);
        state.making.insert(key.clone(), receiver.clone());
        state.waiting.push_back(Job {
            key,
            kind: kind.clone(),
            snapshot: Arc::clone(snapshot),
            done,
        });
        if !state.is_working {
            let shared = Arc::clone(&self.shared);
            let thread = std::thread::Builder::new()
                .name("dumps".to_owned())
                .spawn(move || shared.work());
            match thread {
                Ok(_) => state.is_working = true,
                Err(error) => {
                    state.waiting.clear();
                    state.making.clear();
                    return Err(DumpError::io(&self.shared.folder, &error));
                }
            }
        }
        Ok(Asked::Making(receiver))
    }

    /// What a dump is, if it is there already.
    pub fn known(&self, snapshot: &Snapshot, kind: &DumpKind) -> Option<Written> {
        let key = kind.key(snapshot);
        let state = self.shared.state();
        let file = state.files.iter().find(|file| file.key == key)?;
        Some(file.written.clone())
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes what waits, one after the other.
    fn work(&self) {
        super::networks::give_way(10);
        loop {
            let job = {
                let mut state = self.state();
                let Some(job) = state.waiting.pop_front() else {
                    state.is_working = false;
                    return;
                };
                job
            };
            let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.make(&job)))
                .unwrap_or_else(|_| {
                    Err(DumpError::Inexpressible("it could not be made".to_owned()))
                });
            let mut state = self.state();
            state.making.remove(&job.key);
            let result = made.map(|file| {
                self.make_room(&mut state, file.written.bytes);
                state.files.push(Arc::new(file));
            });
            if let Err(error) = &result {
                tracing::warn!(%error, "a dump was not made");
            }
            // Nobody may be waiting any more; the file is there for the next who asks.
            let _ = job.done.send(Some(result));
        }
    }

    fn make(&self, job: &Job) -> Result<DumpFile, DumpError> {
        self.folder()
            .map_err(|error| DumpError::io(&self.folder, &error))?;
        let (extension, suffix) = (job.kind.format.extension(), job.kind.compression.suffix());
        let path = self.folder.join(format!("{}.{extension}{suffix}", job.key));
        let written = write_dump_file(&job.snapshot, &job.kind, &path, self.limit)?;
        Ok(DumpFile {
            key: job.key.clone(),
            path,
            written,
            version: job.snapshot.version(),
        })
    }

    fn folder(&self) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder)
    }

    /// Lets those go that were used longest ago, until so many bytes fit.
    fn make_room(&self, state: &mut State, bytes: u64) {
        let mut total: u64 = state.files.iter().map(|file| file.written.bytes).sum();
        while total.saturating_add(bytes) > self.limit && !state.files.is_empty() {
            let oldest = state.files.remove(0);
            total -= oldest.written.bytes;
            if let Err(error) = fs::remove_file(&oldest.path) {
                tracing::warn!(%error, file = %oldest.path.display(), "a dump cannot be removed");
            }
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.is_temporary {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn temporary_folder() -> PathBuf {
    let mut random = [0; 8];
    // Without randomness the number of the process has to do; the folder is for its user alone.
    let _ = getrandom::fill(&mut random);
    let random = u64::from_le_bytes(random);
    let process = std::process::id();
    std::env::temp_dir().join(format!("weft-dumps-{process}-{random:016x}"))
}

impl KnowledgeGraph {
    /// The dumps.
    pub fn dumps(&self) -> &Dumps {
        &self.inner.dumps
    }

    /// When the commit of a version was made (RFC 3339), if the log tells.
    ///
    /// # Errors
    /// [`AppError::Store`] if the log cannot be read.
    pub fn time_of(&self, version: u64) -> Result<Option<String>, AppError> {
        let commits = self.store().commits(version..=version)?;
        Ok(commits.into_iter().next_back().map(|commit| commit.time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Config, GraphChange, Writer};
    use crate::ingest::rdf::{ParseOptions, parse_bytes};
    use std::collections::BTreeSet;

    fn quads(text: &str, format: RdfFormat) -> BTreeSet<String> {
        RdfParser::from_format(format)
            .for_slice(text.as_bytes())
            .map(|quad| quad.unwrap().to_string())
            .collect()
    }

    fn graph() -> KnowledgeGraph {
        let graph = KnowledgeGraph::open(Config {
            data_dir: None,
            empty: true,
            ..Config::default()
        })
        .unwrap();
        for (name, text) in [
            (
                "http://e/g2",
                "<http://e/a> <http://e/p> \"z\", \"a\"@en, \"line\\nbreak \\\"q\\\"\", 3.0, _:n . _:n <http://e/p> <http://e/b> .",
            ),
            (
                "http://e/g1",
                "<http://e/a> <http://e/p> \"z\" . <http://e/c> <http://e/p> \"only\" .",
            ),
        ] {
            let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default());
            let name = NamedNode::new(name).unwrap().into();
            graph
                .write_graph(&Writer::Local, name, batch.unwrap(), GraphChange::Replace)
                .unwrap();
        }
        graph
    }

    fn dump(graph: &KnowledgeGraph, scope: DumpScope, format: DumpFormat) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        let scratch = folder.path().join("x");
        write_dump(&graph.snapshot(), &scope, format, &mut bytes, &scratch).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_are_sorted_within_their_graph_and_stand_once() {
        let graph = graph();
        let text = dump(&graph, DumpScope::All, DumpFormat::NQuads);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert_eq!(
            lines[..2],
            [
                r#"<http://e/a> <http://e/p> "z" <http://e/g1> ."#,
                r#"<http://e/c> <http://e/p> "only" <http://e/g1> ."#,
            ]
        );
        assert!(lines[2..].is_sorted(), "{text}");
        // "z" is stated twice.
        let union = dump(&graph, DumpScope::All, DumpFormat::NTriples);
        assert_eq!(union.lines().count(), 7, "{union}");
        assert!(union.lines().is_sorted());
    }

    #[test]
    fn many_lines_are_sorted_by_way_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = folder.path().join("x");
        let mut sorter = Sorter::new(&scratch, 100);
        for number in 0..50_u32 {
            sorter
                .push(&format!("line {:02}", number * 7 % 40))
                .unwrap();
        }
        assert!(sorter.runs.len() > 5);
        let mut lines = Vec::new();
        sorter
            .each(|line| {
                lines.push(line.to_owned());
                Ok(())
            })
            .unwrap();
        let expected: Vec<String> = (0..40).map(|number| format!("line {number:02}")).collect();
        assert_eq!(lines, expected);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn each_format_states_the_same() {
        let graph = graph();
        let plain = quads(
            &dump(&graph, DumpScope::All, DumpFormat::NQuads),
            RdfFormat::NQuads,
        );
        let trig = quads(
            &dump(&graph, DumpScope::All, DumpFormat::TriG),
            RdfFormat::TriG,
        );
        assert_eq!(plain, trig);
        let plain = quads(
            &dump(&graph, DumpScope::All, DumpFormat::NTriples),
            RdfFormat::NTriples,
        );
        let turtle = quads(
            &dump(&graph, DumpScope::All, DumpFormat::Turtle),
            RdfFormat::Turtle,
        );
        assert_eq!(plain, turtle);
    }

    #[test]
    fn compressed_files_are_the_same_bytes_and_bounded() {
        let graph = graph();
        let folder = tempfile::tempdir().unwrap();
        for compression in Compression::ALL {
            let kind = DumpKind {
                scope: DumpScope::All,
                format: DumpFormat::TriG,
                compression,
            };
            let paths = [folder.path().join("a"), folder.path().join("b")];
            let written = paths
                .each_ref()
                .map(|path| write_dump_file(&graph.snapshot(), &kind, path, u64::MAX).unwrap());
            assert_eq!(written[0], written[1]);
            let bytes = paths.map(|path| fs::read(path).unwrap());
            assert_eq!(bytes[0], bytes[1]);
            assert_eq!(bytes[0].len() as u64, written[0].bytes);
            let error = write_dump_file(&graph.snapshot(), &kind, &folder.path().join("c"), 20);
            assert!(matches!(error, Err(DumpError::TooLarge(20))), "{error:?}");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    fn wait(dumps: &Dumps, snapshot: &Arc<Snapshot>, kind: &DumpKind) -> Arc<DumpFile> {
        loop {
            match dumps.ask(snapshot, kind).unwrap() {
                Asked::There(file, _) => return file,
                Asked::Making(done) => {
                    if let Some(Err(error)) = &*done.borrow() {
                        panic!("{error}");
                    }
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            }
        }
    }

    #[test]
    fn the_file_used_longest_ago_makes_room_and_a_start_sweeps() {
        let graph = graph();
        let folder = tempfile::tempdir().unwrap();
        let kinds = ["all", "http://e/g1", "http://e/g2"].map(|name| DumpKind {
            scope: DumpScope::of_name(name).unwrap(),
            format: DumpFormat::NQuads,
            compression: Compression::None,
        });
        let snapshot = graph.snapshot();
        let sizes = kinds.each_ref().map(|kind| {
            let path = folder.path().join("size");
            write_dump_file(&snapshot, kind, &path, u64::MAX)
                .unwrap()
                .bytes
        });
        // One byte too few for all of them.
        let limit = sizes.iter().sum::<u64>() - 1;
        let dumps = Dumps::open(Some(folder.path()), limit);
        let [first, second, third] = kinds.each_ref();
        let file = wait(&dumps, &snapshot, second);
        assert_eq!(dumps.known(&snapshot, second), Some(file.written.clone()));
        let used_again = wait(&dumps, &snapshot, first);
        wait(&dumps, &snapshot, second);
        wait(&dumps, &snapshot, third);
        assert_eq!(dumps.known(&snapshot, first), None);
        assert!(!used_again.path.exists() && file.path.exists());
        let again = wait(&dumps, &snapshot, first);
        assert_eq!(again.written, used_again.written);
        Dumps::open(Some(folder.path()), limit);
        assert!(!again.path.exists());
    }

    #[test]
    fn names_lead_back_to_their_graphs() {
        let node = |iri: &str| DumpScope::Graph(NamedNode::new(iri).unwrap().into());
        for scope in [
            DumpScope::All,
            DumpScope::Graph(GraphName::DefaultGraph),
            node("https://w3id.org/weft/graph/partner/x"),
            node("https://w3id.org/weft/graph/all"),
            node("https://w3id.org/weft/graph/a%20b"),
            node("http://e/g?x=1.nq"),
        ] {
            let name = scope.name().unwrap();
            let decoded = percent_encoding::percent_decode_str(&name)
                .decode_utf8()
                .unwrap();
            assert_eq!(DumpScope::of_name(&decoded), Some(scope), "{name}");
        }
        let name = "partner/x.nq.trig.zst";
        let expected = ("partner/x.nq", DumpFormat::TriG, Compression::Zstd);
        assert_eq!(DumpKind::extensions_of(name), Some(expected));
        assert_eq!(DumpKind::extensions_of("x.gz"), None);
        assert_eq!(DumpKind::extensions_of("x.rdf"), None);
    }
}
