//! Who may see which graphs.
//!
//! A graph is public unless it, or a graph above it, stands in `graphs.json` in the data directory:
//! what is below a private graph is private too, from its first moment. A private one is seen by
//! the tokens that may write or read it, and by admins; to everybody else it is not there. The file
//! is read again when it changed, so `weft graph` works beside a running service, and a change
//! holds from the next request on.
//!
//! The alignment rules and the published metrics leave private graphs out, because what they yield
//! lies in public graphs. After a change they have to be made anew. Until that is done the derived
//! graphs are hidden from those who may not see all that went into them; `derived.json` remembers
//! across restarts what was left out.

use super::files::{Stamp, lock_for, replace_private_file};
use super::{AppError, KnowledgeGraph, Policies, Writer, history, iri};
use crate::store::{CommitInfo, DEFAULT_GRAPH_IRI, GraphTrees, HiddenGraphs, Snapshot, StoreError};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The file that says which graphs are private.
pub const GRAPHS_FILE: &str = "graphs.json";
/// The file that says which graphs the derived ones leave out.
const DERIVED_FILE: &str = "derived.json";
/// How many views of one version are kept.
const MOST_VIEWS: usize = 16;
/// How long after a failure the derived graphs are tried again.
const PATIENCE: Duration = Duration::from_secs(10);
/// Whoever renews the derived graphs, in the log.
const AUTHOR: &str = "weft graph";

type Names = Arc<GraphTrees>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GraphsFile {
    private: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct DerivedFile {
    without: Vec<String>,
    pending: bool,
    /// Whether the graphs below those named were left out as well.
    #[serde(default)]
    with_those_below: bool,
}

/// The graphs of a data directory that are private.
#[derive(Clone, Debug)]
pub struct PrivateGraphs {
    path: Option<PathBuf>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    graphs: Names,
    stamp: Option<Stamp>,
}

impl PrivateGraphs {
    /// Those of a data directory.
    ///
    /// # Errors
    /// [`VisibilityError`] if the file cannot be read or is damaged: then nothing is shown at all.
    pub fn open(data_dir: &Path) -> Result<Self, VisibilityError> {
        let graphs = Self {
            path: Some(data_dir.join(GRAPHS_FILE)),
            known: Arc::default(),
        };
        graphs.list()?;
        Ok(graphs)
    }

    /// Kept by this process alone.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            known: Arc::default(),
        }
    }

    /// The private graphs, whether they are there or not. The file is read only if it changed.
    ///
    /// # Errors
    /// [`VisibilityError`] if the file cannot be read or is damaged.
    pub fn list(&self) -> Result<Arc<GraphTrees>, VisibilityError> {
        let mut known = lock(&self.known);
        let Some(path) = &self.path else {
            return Ok(Arc::clone(&known.graphs));
        };
        let stamp = Stamp::of(path).map_err(|source| VisibilityError::io(path, source))?;
        if stamp != known.stamp {
            let graphs = match stamp {
                None => GraphTrees::default(),
                Some(_) => read(path)?,
            };
            // Who compares pointers must not see a difference where there is none.
            if graphs != *known.graphs {
                known.graphs = Arc::new(graphs);
            }
            known.stamp = stamp;
        }
        Ok(Arc::clone(&known.graphs))
    }

    /// Makes a graph and those below it private, or no longer; answers whether that is a change. The
    /// graph need not be there yet. What is below a private graph stays private with it.
    ///
    /// # Errors
    /// [`VisibilityError`] if everybody must see the graph or one below it, it is to be public below
    /// a private one, or the file cannot be written.
    pub fn set(&self, graph: &NamedNode, private: bool) -> Result<bool, VisibilityError> {
        let tree = GraphTrees::from([graph.clone()]);
        if private && always_public().any(|public| tree.contains(&public)) {
            return Err(VisibilityError::AlwaysPublic(graph.clone()));
        }
        let mut above = None;
        let changed = self.change(|graphs| {
            if private {
                return graphs.insert(graph.clone());
            }
            above = graphs
                .iter()
                .find(|root| *root != graph && GraphTrees::from([(*root).clone()]).contains(graph))
                .cloned();
            above.is_none() && graphs.remove(graph)
        })?;
        match above {
            Some(above) => Err(VisibilityError::BelowPrivate {
                graph: graph.clone(),
                above,
            }),
            None => Ok(changed),
        }
    }

    fn change(&self, work: impl FnOnce(&mut GraphTrees) -> bool) -> Result<bool, VisibilityError> {
        let Some(path) = &self.path else {
            let mut known = lock(&self.known);
            let mut graphs = GraphTrees::clone(&known.graphs);
            let changed = work(&mut graphs);
            if changed {
                known.graphs = Arc::new(graphs);
            }
            return Ok(changed);
        };
        // Held until the end: two who change it at once must not undo each other.
        let _alone = lock_for(path).map_err(|source| VisibilityError::io(path, source))?;
        let mut graphs = if path.exists() {
            read(path)?
        } else {
            GraphTrees::default()
        };
        let changed = work(&mut graphs);
        if changed {
            let file = GraphsFile {
                private: graphs
                    .iter()
                    .map(|graph| graph.as_str().to_owned())
                    .collect(),
            };
            write(path, &file)?;
        }
        Ok(changed)
    }
}

fn read(path: &Path) -> Result<GraphTrees, VisibilityError> {
    let text = fs::read_to_string(path).map_err(|source| VisibilityError::io(path, source))?;
    let damaged = |detail: String| VisibilityError::Damaged {
        path: path.to_owned(),
        detail,
    };
    let file: GraphsFile =
        serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    file.private
        .into_iter()
        .map(|graph| NamedNode::new(&graph).map_err(|_| damaged(format!("<{graph}> is no IRI"))))
        .collect()
}

/// The graphs that everybody must see.
fn always_public() -> impl Iterator<Item = NamedNode> {
    [
        NamedNode::new_unchecked(DEFAULT_GRAPH_IRI),
        iri::ONTOLOGY_GRAPH.into_owned(),
        iri::INFERRED_GRAPH.into_owned(),
        iri::METRICS_GRAPH.into_owned(),
    ]
    .into_iter()
}

fn write(path: &Path, content: &impl Serialize) -> Result<(), VisibilityError> {
    let mut text = serde_json::to_string_pretty(content).unwrap_or_default();
    text.push('\n');
    replace_private_file(path, text.as_bytes()).map_err(|source| VisibilityError::io(path, source))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the use cases keep about visibility.
pub(super) struct Visibility {
    private: PrivateGraphs,
    derived: Derived,
    /// Views of the version that was asked for last.
    views: Mutex<(u64, Vec<Arc<Snapshot>>)>,
}

/// Which graphs the derived ones leave out.
struct Derived {
    path: Option<PathBuf>,
    state: Mutex<State>,
    /// Held by whoever makes them anew.
    renewal: Mutex<()>,
    /// Whether somebody does so unasked, and when that failed last.
    unasked: Mutex<(bool, Option<Instant>)>,
}

#[derive(Clone, Default)]
struct State {
    /// Nothing of these graphs is in the derived ones.
    without: Names,
    /// Whether something may be missing that belongs there: renewal has begun and is not known to
    /// have ended.
    pending: bool,
}

impl Derived {
    fn state(&self) -> State {
        lock(&self.state).clone()
    }

    fn without(&self) -> Names {
        self.state().without
    }

    fn set(&self, state: State) -> Result<(), VisibilityError> {
        if let Some(path) = &self.path {
            let names = state.without.iter();
            let file = DerivedFile {
                without: names.map(|graph| graph.as_str().to_owned()).collect(),
                pending: state.pending,
                with_those_below: true,
            };
            write(path, &file)?;
        }
        *lock(&self.state) = state;
        Ok(())
    }
}

impl Visibility {
    pub(super) fn open(data_dir: &Path) -> Result<Self, VisibilityError> {
        let private = PrivateGraphs::open(data_dir)?;
        let path = data_dir.join(DERIVED_FILE);
        let file = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<DerivedFile>(&bytes).ok());
        let state = match file {
            // Graphs below those named may be in what was derived: all is made anew.
            Some(file) if !file.with_those_below && !file.without.is_empty() => State {
                without: Arc::default(),
                pending: true,
            },
            Some(file) => {
                let names = file.without.into_iter();
                State {
                    without: Arc::new(names.filter_map(|name| NamedNode::new(name).ok()).collect()),
                    pending: file.pending,
                }
            }
            // Nothing is claimed then: where there ever were private graphs, all is made anew.
            None => State {
                without: Arc::default(),
                pending: data_dir.join(GRAPHS_FILE).exists(),
            },
        };
        Ok(Self::new(private, Some(path), state))
    }

    pub(super) fn in_memory() -> Self {
        Self::new(PrivateGraphs::in_memory(), None, State::default())
    }

    fn new(private: PrivateGraphs, path: Option<PathBuf>, state: State) -> Self {
        Self {
            private,
            derived: Derived {
                path,
                state: Mutex::new(state),
                renewal: Mutex::default(),
                unasked: Mutex::default(),
            },
            views: Mutex::default(),
        }
    }

    fn view(&self, whole: Arc<Snapshot>, hidden: &HiddenGraphs) -> Arc<Snapshot> {
        if hidden.is_empty() {
            return whole;
        }
        let mut views = lock(&self.views);
        let (version, kept) = &mut *views;
        if *version < whole.version() {
            kept.clear();
            *version = whole.version();
        }
        if let Some(known) = kept
            .iter()
            .find(|view| view.version() == whole.version() && view.hidden() == hidden)
        {
            return Arc::clone(known);
        }
        let view = Arc::new(whole.hiding(hidden.clone()));
        if *version == whole.version() {
            if kept.len() >= MOST_VIEWS {
                kept.remove(0);
            }
            kept.push(Arc::clone(&view));
        }
        view
    }
}

/// Which graphs somebody may see.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Sees {
    Everything,
    /// The public ones, and these with all below them.
    PublicAnd(GraphTrees),
}

impl Sees {
    fn sees(&self, graph: &NamedNode) -> bool {
        match self {
            Self::Everything => true,
            Self::PublicAnd(graphs) => graphs.allows(graph),
        }
    }
}

/// Who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    name: String,
    sees: Sees,
}

impl Reader {
    /// Anybody.
    pub fn anonymous() -> Self {
        Self {
            name: "anybody".to_owned(),
            sees: Sees::PublicAnd(GraphTrees::default()),
        }
    }

    /// The command line, which has the files.
    pub fn local() -> Self {
        Self {
            name: Writer::Local.name().to_owned(),
            sees: Sees::Everything,
        }
    }

    /// Who it is, in lists and logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this reader sees every graph.
    pub fn sees_everything(&self) -> bool {
        self.sees == Sees::Everything
    }
}

impl Writer {
    /// The same person as a reader.
    pub fn as_reader(&self) -> Reader {
        Reader {
            name: self.name().to_owned(),
            sees: match self {
                Self::Local | Self::Admin(_) => Sees::Everything,
                Self::Anybody => Sees::PublicAnd(GraphTrees::default()),
                Self::Partner(_, graphs, read) => {
                    Sees::PublicAnd(graphs.iter().chain(read).cloned().collect())
                }
            },
        }
    }
}

/// A graph in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGraph {
    /// Its name.
    pub name: GraphName,
    /// How many triples it has.
    pub triples: usize,
    /// Whether only some may see it.
    pub is_private: bool,
}

impl KnowledgeGraph {
    /// Who reads with this key, or without one.
    ///
    /// # Errors
    /// [`AppError::UnknownKey`]: a wrong key does not count as none, or whoever sends it would take
    /// what everybody sees for the whole.
    pub fn reader(&self, key: Option<&str>) -> Result<Reader, AppError> {
        match key {
            None => Ok(Reader::anonymous()),
            Some(key) => Ok(self.writer_of_key(key)?.as_reader()),
        }
    }

    /// The newest version of the data as a reader may see it. Views are shared between all who see
    /// the same.
    ///
    /// # Errors
    /// [`AppError`] if it cannot be known which graphs are private: then nothing is shown.
    pub fn snapshot_for(&self, reader: &Reader) -> Result<Arc<Snapshot>, AppError> {
        // What the derived graphs leave out is read before the data, and which graphs are private
        // after it: whoever changes that meanwhile makes the view smaller, never larger.
        let before = self.inner.visibility.derived.without();
        let whole = self.snapshot();
        let mut hidden = self.hidden_from(reader)?;
        hide_derived(&mut hidden, &before);
        Ok(self.inner.visibility.view(whole, &hidden))
    }

    /// The newest version of the data as everybody may see it: what published results are made of.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::snapshot_for`].
    pub fn public_snapshot(&self) -> Result<Arc<Snapshot>, AppError> {
        self.snapshot_for(&Reader::anonymous())
    }

    /// An earlier version of the data as a reader may see it today. Of what was derived at that
    /// time nobody knows whether graphs went into it that are private now: whoever may not see
    /// them all does not see that either.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::snapshot_for`].
    pub fn past_for(
        &self,
        reader: &Reader,
        past: &Arc<Snapshot>,
    ) -> Result<Arc<Snapshot>, AppError> {
        let mut hidden = self.hidden_from(reader)?;
        if hidden.is_empty() {
            return Ok(Arc::clone(past));
        }
        hide_derived(&mut hidden, &GraphTrees::default());
        Ok(Arc::new(past.hiding(hidden)))
    }

    /// The graphs that a reader may not see at this moment, whether they are there or not: the
    /// private ones and those below them, but for those to which the reader has a right.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::snapshot_for`].
    pub fn hidden_from(&self, reader: &Reader) -> Result<HiddenGraphs, AppError> {
        let private = self.private_graphs()?;
        let mut hidden = match &reader.sees {
            Sees::Everything => HiddenGraphs::default(),
            Sees::PublicAnd(graphs) => HiddenGraphs::new(&private, graphs),
        };
        hide_derived(&mut hidden, &self.inner.visibility.derived.without());
        Ok(hidden)
    }

    /// The private graphs, whether they are there or not; those below them are private too
    /// ([`GraphTrees::contains`]). If the list has changed, the derived graphs are renewed in the background.
    ///
    /// # Errors
    /// [`AppError::Visibility`] if the list cannot be read.
    pub fn private_graphs(&self) -> Result<Arc<GraphTrees>, AppError> {
        let private = self.inner.visibility.private.list()?;
        if !self.is_settled(&private) {
            self.settle_in_the_background();
        }
        Ok(private)
    }

    /// The graphs that a reader may see, ordered by name; private ones are listed although they
    /// have no data yet.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::snapshot_for`].
    pub fn graphs_for(
        &self,
        reader: &Reader,
        snapshot: &Snapshot,
    ) -> Result<Vec<ListedGraph>, AppError> {
        let private = self.private_graphs()?;
        let is_private =
            |name: &GraphName| matches!(name, GraphName::NamedNode(node) if private.contains(node));
        let mut graphs: Vec<ListedGraph> = snapshot
            .graphs()
            .into_iter()
            .map(|(name, triples)| ListedGraph {
                is_private: is_private(&name),
                name,
                triples,
            })
            .collect();
        for graph in private.iter().filter(|graph| reader.sees.sees(graph)) {
            let name = GraphName::from(graph.clone());
            if !graphs.iter().any(|known| known.name == name) {
                graphs.push(ListedGraph {
                    name,
                    triples: 0,
                    is_private: true,
                });
            }
        }
        graphs.sort_by_cached_key(|graph| match &graph.name {
            GraphName::DefaultGraph => String::new(),
            name => name.to_string(),
        });
        Ok(graphs)
    }

    /// Makes a graph private or public, and renews what was derived from it; answers the data
    /// version afterwards. Holds for every request from now on.
    ///
    /// # Errors
    /// [`AppError`] if the writer is no admin, everybody must see the graph, or a file or the
    /// commit cannot be written.
    pub fn set_private(
        &self,
        writer: &Writer,
        graph: &NamedNode,
        private: bool,
    ) -> Result<u64, AppError> {
        match writer {
            Writer::Local | Writer::Admin(_) => {}
            // Whoever has no token could lock out those who have one.
            Writer::Anybody => return Err(AppError::NoKey),
            Writer::Partner(..) => {
                return Err(AppError::NotYours {
                    name: writer.name().to_owned(),
                    what: "which graphs are private; that takes a token made with --admin"
                        .to_owned(),
                });
            }
        }
        self.inner.visibility.private.set(graph, private)?;
        self.settle()?;
        Ok(self.snapshot().version())
    }

    /// At the start: the rules must leave out at least what the derived graphs are known to be
    /// without; then those are renewed if need be.
    pub(super) fn begin(&self) -> Result<(), AppError> {
        let without = self.inner.visibility.derived.without();
        self.store().set_private(without);
        self.settle()
    }

    fn is_settled(&self, private: &Names) -> bool {
        let state = self.inner.visibility.derived.state();
        let of_store = self.store().private();
        let same = |other: &Names| Arc::ptr_eq(private, other) || private == other;
        !state.pending && same(&state.without) && same(&of_store)
    }

    /// Has the derived graphs made anew, if they are about other graphs than those that are public
    /// now. Returns when that is done.
    ///
    /// # Errors
    /// [`AppError`] if that cannot be written; the derived graphs stay hidden then from those who
    /// may not see all that is in them.
    pub(super) fn settle(&self) -> Result<(), AppError> {
        let visibility = &self.inner.visibility;
        let _alone = lock(&visibility.derived.renewal);
        let private = visibility.private.list()?;
        if self.is_settled(&private) {
            return Ok(());
        }
        let State { without, pending } = visibility.derived.state();
        if *without == *private && !pending {
            self.store().set_private(private);
            return Ok(());
        }
        // Said before the rules see the new list: what becomes public goes into the derived graphs
        // from the next commit on, and must not be taken to be left out after a crash.
        let still = without.intersection(&private);
        visibility.derived.set(State {
            without: Arc::new(still),
            pending: true,
        })?;
        self.store().set_private(Arc::clone(&private));
        let about = CommitInfo::new(AUTHOR, "graphs became private or public");
        self.store().write::<_, StoreError>(about, |transaction| {
            transaction.derive_again();
            // Published again soon, of what is public now.
            transaction.drop_graph(iri::METRICS_GRAPH.into());
            Ok(())
        })?;
        visibility.derived.set(State {
            without: private,
            pending: false,
        })?;
        Ok(())
    }

    fn settle_in_the_background(&self) {
        let unasked = || lock(&self.inner.visibility.derived.unasked);
        {
            let mut state = unasked();
            let waits = state.1.is_some_and(|failed| failed.elapsed() < PATIENCE);
            if state.0 || waits {
                return;
            }
            state.0 = true;
        }
        let graph = self.clone();
        let work = move || {
            let result = graph.settle();
            if let Err(error) = &result {
                tracing::error!(%error, "the derived graphs could not be renewed; they stay hidden");
            }
            *lock(&graph.inner.visibility.derived.unasked) =
                (false, result.is_err().then(Instant::now));
        };
        let thread = std::thread::Builder::new().name("visibility".to_owned());
        if let Err(error) = thread.spawn(work) {
            tracing::error!(%error, "the derived graphs could not be renewed; they stay hidden");
            *unasked() = (false, Some(Instant::now()));
        }
    }

    /// Whether a writer may write a graph. Those without a token may not write to what they cannot
    /// see.
    pub(super) fn check_write(
        &self,
        writer: &Writer,
        graph: GraphNameRef<'_>,
    ) -> Result<(), AppError> {
        writer.check(graph)?;
        if *writer == Writer::Anybody
            && let GraphNameRef::NamedNode(graph) = graph
            && self.private_graphs()?.contains(&graph.into_owned())
        {
            return Err(StoreError::PrivateGraph(graph.into_owned()).into());
        }
        Ok(())
    }

    /// Copies the data and the list of private graphs into an empty directory; tokens stay behind.
    /// Answers the data version of the copy.
    ///
    /// # Errors
    /// [`AppError`] if the directory holds data, or cannot be written.
    pub fn backup(&self, target: &Path) -> Result<u64, AppError> {
        must_hold_no_data(target)?;
        // Before the data, or a copy that was broken off would be public as a whole; and after it,
        // because more may have become private meanwhile.
        let private = &self.inner.visibility.private;
        carry(&*private.list()?, target)?;
        let version = self.store().backup(target)?;
        carry(&*private.list()?, target)?;
        self.policies().carry_to(target)?;
        if let Some(folder) = &self.config().data_dir {
            copy_kept(folder, target)?;
        }
        Ok(version)
    }
}

/// Adds graphs to the list of a directory.
fn carry(private: &GraphTrees, directory: &Path) -> Result<(), VisibilityError> {
    if private.is_empty() {
        return Ok(());
    }
    PrivateGraphs::open(directory)?.change(|graphs| {
        let before = graphs.len();
        graphs.extend(private.iter().cloned());
        graphs.len() != before
    })?;
    Ok(())
}

fn must_hold_no_data(directory: &Path) -> Result<(), StoreError> {
    if directory.join("log.redb").exists() {
        return Err(StoreError::NotEmpty {
            path: directory.to_owned(),
        });
    }
    Ok(())
}

/// Hides the derived graphs as well, if something that is hidden may have gone into them.
fn hide_derived(hidden: &mut HiddenGraphs, without: &GraphTrees) {
    let derived = [iri::INFERRED_GRAPH, iri::METRICS_GRAPH].map(|graph| graph.into_owned());
    if hidden
        .roots()
        .iter()
        .any(|graph| !without.contains(graph) && !derived.contains(graph))
    {
        hidden.extend(derived);
    }
}

/// Puts a backup into a data directory that holds no data yet; answers its data version. Graphs
/// that are private in the backup or were so in the directory are private afterwards.
///
/// # Errors
/// [`AppError`] if the backup is damaged, the directory holds data, or copying fails.
pub fn restore(backup: &Path, data_dir: &Path) -> Result<u64, AppError> {
    must_hold_no_data(data_dir)?;
    let private = PrivateGraphs::open(backup)?.list()?;
    // What was derived in the backup is not known: it is made anew at the next start.
    match fs::remove_file(data_dir.join(DERIVED_FILE)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(VisibilityError::io(&data_dir.join(DERIVED_FILE), source).into());
        }
        _ => {}
    }
    carry(&private, data_dir)?;
    let version = crate::store::restore(backup, data_dir)?;
    Policies::open(backup)?.carry_to(data_dir)?;
    copy_kept(backup, data_dir)?;
    Ok(version)
}

/// What people keep beside the data: saved queries, mappings, short links and scenarios. The history
/// of the figures goes with them.
const KEPT: [&str; 4] = ["queries", "mappings", "permalinks", "scenarios"];

/// Copies what people keep; what is there under the same name is replaced.
fn copy_kept(from: &Path, to: &Path) -> Result<(), VisibilityError> {
    for name in KEPT {
        copy_folder(&from.join(name), &to.join(name))?;
    }
    let (path, target) = (from.join(history::FILE), to.join(history::FILE));
    match fs::copy(&path, &target) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::remove_file(&target) {
            // That of other data would be taken for its own.
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(VisibilityError::io(&target, error))
            }
            _ => Ok(()),
        },
        Err(error) => Err(VisibilityError::io(&path, error)),
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), VisibilityError> {
    let entries = match fs::read_dir(from) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(VisibilityError::io(from, error)),
    };
    fs::create_dir_all(to).map_err(|error| VisibilityError::io(to, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| VisibilityError::io(from, error))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry
            .file_type()
            .map_err(|error| VisibilityError::io(&path, error))?;
        if kind.is_dir() {
            copy_folder(&path, &target)?;
        } else if kind.is_file() {
            fs::copy(&path, &target).map_err(|error| VisibilityError::io(&path, error))?;
        }
    }
    Ok(())
}

/// What can go wrong with the list of private graphs.
#[derive(Debug, thiserror::Error)]
pub enum VisibilityError {
    /// A graph that weft itself fills from public data, or the default graph.
    #[error(
        "graph {0} cannot be private: it is filled by weft or belongs to everybody; put what is private into a graph of its own"
    )]
    AlwaysPublic(NamedNode),
    /// Below a private graph nothing is public.
    #[error(
        "{graph} stays private, because {above} is: make that one public, or keep what is public in a graph beside it"
    )]
    BelowPrivate {
        /// The graph that was to be public.
        graph: NamedNode,
        /// The private graph above it.
        above: NamedNode,
    },
    /// The file is not what was written.
    #[error(
        "{}: {detail}; repair it: until then nothing is shown, because nobody knows what is private", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl VisibilityError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Config, GraphChange};
    use crate::rdf::Batch;
    use oxigraph::model::{Quad, vocab::rdf};

    const FOAF: &str = "http://xmlns.com/foaf/0.1/Organization";

    fn node(iri: &str) -> NamedNode {
        NamedNode::new_unchecked(iri)
    }

    fn open(folder: &Path) -> KnowledgeGraph {
        KnowledgeGraph::open(Config {
            data_dir: Some(folder.to_owned()),
            empty: true,
            ..Config::default()
        })
        .unwrap()
    }

    /// A graph that the rules conclude something from.
    fn with_organisation(graph: &KnowledgeGraph, name: &str) {
        let mut batch = Batch::new();
        let quad = Quad::new(
            node(&format!("{name}/organisation")),
            rdf::TYPE,
            node(FOAF),
            GraphName::DefaultGraph,
        );
        batch.push(&quad);
        graph
            .write_graph(
                &Writer::Local,
                node(name).into(),
                batch,
                GraphChange::Replace,
            )
            .unwrap();
    }

    /// Whether everybody sees that something is an actor.
    fn concludes(graph: &KnowledgeGraph, name: &str) -> bool {
        let snapshot = graph.public_snapshot().unwrap();
        let organisation = node(&format!("{name}/organisation"));
        snapshot
            .quads_for_pattern(
                Some(organisation.as_ref().into()),
                Some(rdf::TYPE),
                Some(iri::ACTOR.into()),
                None,
            )
            .next()
            .is_some()
    }

    fn shows(graph: &KnowledgeGraph, name: &str) -> bool {
        let snapshot = graph.public_snapshot().unwrap();
        snapshot.contains_graph(node(name).as_ref().into())
    }

    fn settled(graph: &KnowledgeGraph) {
        for _ in 0..1_000 {
            let private = graph.private_graphs().unwrap();
            if graph.is_settled(&private) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the derived graphs are not renewed");
    }

    const X: &str = "http://x/x";
    const Y: &str = "http://x/y";

    #[test]
    fn another_process_makes_a_graph_private_and_the_service_hides_what_follows_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let graph = open(folder.path());
        with_organisation(&graph, X);
        with_organisation(&graph, Y);
        assert!(concludes(&graph, X) && concludes(&graph, Y));
        let before = graph.snapshot();
        let elsewhere = PrivateGraphs::open(folder.path()).unwrap();
        assert!(elsewhere.set(&node(X), true).unwrap());
        assert!(!elsewhere.set(&node(X), true).unwrap());
        // At once, although nothing was derived anew yet.
        assert!(!shows(&graph, X) && !concludes(&graph, X));
        settled(&graph);
        assert!(!concludes(&graph, X) && concludes(&graph, Y));
        // A version of the time before tells no more.
        let old = graph.past_for(&Reader::anonymous(), &before).unwrap();
        let inferred = iri::INFERRED_GRAPH.into();
        assert!(before.contains_graph(inferred) && !old.contains_graph(inferred));
        assert!(!old.contains_graph(node(X).as_ref().into()));
        assert!(old.contains_graph(node(Y).as_ref().into()));
        let whole = graph.snapshot();
        assert!(whole.contains_graph(node(X).as_ref().into()));

        // A later commit keeps it out.
        with_organisation(&graph, X);
        with_organisation(&graph, "http://x/z");
        assert!(!concludes(&graph, X) && concludes(&graph, "http://x/z"));

        elsewhere.set(&node(X), false).unwrap();
        assert!(shows(&graph, X));
        settled(&graph);
        assert!(concludes(&graph, X));
    }

    #[test]
    fn what_changed_while_no_service_ran_is_renewed_at_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let graph = open(folder.path());
        with_organisation(&graph, X);
        drop(graph);
        let elsewhere = PrivateGraphs::open(folder.path()).unwrap();
        elsewhere.set(&node(X), true).unwrap();
        let graph = open(folder.path());
        assert!(!concludes(&graph, X) && !shows(&graph, X));
        let version = graph.data_version();
        drop(graph);
        // Nothing to do at the next one.
        assert_eq!(open(folder.path()).data_version(), version);
    }

    #[test]
    fn what_a_release_without_trees_left_behind_is_derived_anew() {
        let folder = tempfile::tempdir().unwrap();
        let below = format!("{X}/below");
        let graph = open(folder.path());
        with_organisation(&graph, &below);
        with_organisation(&graph, &format!("{X}y"));
        assert!(concludes(&graph, &below));
        drop(graph);
        // Only the graph itself was left out then.
        let list = format!("{{\"private\": [\"{X}\"]}}");
        fs::write(folder.path().join(GRAPHS_FILE), list).unwrap();
        let derived = format!("{{\"without\": [\"{X}\"], \"pending\": false}}");
        fs::write(folder.path().join(DERIVED_FILE), derived).unwrap();
        let graph = open(folder.path());
        assert!(!concludes(&graph, &below) && !shows(&graph, &below));
        assert!(concludes(&graph, &format!("{X}y")));
    }

    #[test]
    fn a_backup_carries_what_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let (data, copy, back) = (
            folder.path().join("data"),
            folder.path().join("copy"),
            folder.path().join("back"),
        );
        let graph = open(&data);
        with_organisation(&graph, X);
        with_organisation(&graph, Y);
        graph.set_private(&Writer::Local, &node(X), true).unwrap();
        graph.backup(&copy).unwrap();
        assert!(graph.backup(&copy).is_err() && restore(&copy, &data).is_err());
        fs::create_dir_all(&back).unwrap();
        PrivateGraphs::open(&back)
            .unwrap()
            .set(&node(Y), true)
            .unwrap();
        restore(&copy, &back).unwrap();
        let restored = open(&back);
        assert!(!shows(&restored, X) && !shows(&restored, Y));
        assert!(!concludes(&restored, X) && !concludes(&restored, Y));
    }

    #[test]
    fn a_damaged_list_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let graph = open(folder.path());
        fs::write(folder.path().join(GRAPHS_FILE), "{\"private\": [").unwrap();
        let error = graph.public_snapshot().unwrap_err().to_string();
        assert!(error.contains("graphs.json"), "{error}");
        fs::write(
            folder.path().join(GRAPHS_FILE),
            "{\"private\": [\"no iri\"]}",
        )
        .unwrap();
        assert!(PrivateGraphs::open(folder.path()).is_err());
    }

    #[test]
    fn changes_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let graphs = PrivateGraphs::open(folder.path()).unwrap();
                scope.spawn(move || {
                    graphs
                        .set(&node(&format!("http://x/{number}")), true)
                        .unwrap();
                });
            }
        });
        let graphs = PrivateGraphs::open(folder.path()).unwrap();
        assert_eq!(graphs.list().unwrap().len(), 8);
    }

    #[test]
    fn the_metrics_that_are_published_are_those_of_public_graphs() {
        let graph = KnowledgeGraph::open(Config {
            data_dir: None,
            ..Config::default()
        })
        .unwrap();
        graph.refresh_metrics().unwrap();
        let has_metrics = || shows(&graph, iri::METRICS_GRAPH.as_str());
        assert!(has_metrics());
        graph
            .set_private(&Writer::Local, &node("http://x/none"), true)
            .unwrap();
        assert!(!has_metrics());
        graph.refresh_metrics().unwrap();
        assert!(has_metrics());
    }
}
