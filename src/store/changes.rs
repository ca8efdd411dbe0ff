//! The feed: each commit with what came and went, for whoever follows the data.
//!
//! The log is the feed. A commit is handed out as its header; its quads are read block by block
//! when they are asked for, so that neither memory nor the writer minds how large it is. A store
//! without a log keeps the latest records in memory, in the same form.
//!
//! [`KnowledgeStore::subscribe`] wakes those who wait for the next commit.

use super::history::COMPACTED;
use super::log::{
    Block, LogReader, Record, RecordHead, RecordHeader, hash_block, hex, parse_graph_text,
};
use super::{KnowledgeStore, Snapshot, StoreError};
use crate::rdf::{DEFAULT_GRAPH, DamagedTerm, node_of_term, quad_of_terms};
use oxigraph::model::{GraphName, GraphNameRef, Quad, Term};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Records that a store without a log keeps.
const MOST_RECORDS: usize = 1_000;
/// Bytes that they may have.
const MOST_BYTES: usize = 64 << 20;
/// A change of more quads is not even encoded for them.
const MOST_QUADS: usize = 2_000_000;
/// Commits whose touched graphs are remembered.
const MOST_SUMMARIES: usize = 4_096;

const FORGOTTEN: &str = "this store is in memory and keeps the latest changes only";

/// How much a commit changed in one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The graph.
    pub graph: GraphName,
    /// Quads that came.
    pub added: u64,
    /// Quads that went.
    pub removed: u64,
}

/// One commit of the feed.
#[derive(Clone)]
pub struct Commit {
    head: Arc<RecordHead>,
    source: Source,
    summaries: Arc<Summaries>,
}

#[derive(Clone)]
enum Source {
    Log(LogReader, u64),
    Memory(Blocks),
}

impl Commit {
    /// What the record says besides its quads.
    pub fn header(&self) -> &RecordHeader {
        &self.head.header
    }

    /// The hash of the record, in hexadecimal. It covers everything the record says and, through
    /// [`RecordHeader::previous`], all records before it.
    pub fn hash(&self) -> String {
        hex(self.head.hash)
    }

    /// Named graphs that came to exist.
    pub fn created(&self) -> Vec<GraphName> {
        graphs(&self.head.header.graphs_created)
    }

    /// Named graphs that were dropped.
    pub fn dropped(&self) -> Vec<GraphName> {
        graphs(&self.head.header.graphs_dropped)
    }

    /// The graphs in which quads came or went, ordered by name. Remembered for the next who asks.
    ///
    /// # Errors
    /// As [`Self::visit`].
    ///
    /// # Complexity
    /// O(q) for q quads the first time; memory for one block.
    pub fn touched(&self) -> Result<Arc<[Touched]>, StoreError> {
        let key = (self.generation(), self.head.header.version);
        if let Some(known) = self.summaries.get(key) {
            return Ok(known);
        }
        let mut counts: BTreeMap<String, Touched> = BTreeMap::new();
        self.blocks::<StoreError>(&mut |block| {
            let mut here: BTreeMap<u32, u64> = BTreeMap::new();
            for quad in &block.quads {
                *here.entry(quad[3]).or_default() += 1;
            }
            for (graph, quads) in here {
                let graph = graph_of(block, graph).map_err(|error| self.damaged(&error))?;
                let known = counts.entry(graph.to_string()).or_insert(Touched {
                    graph,
                    added: 0,
                    removed: 0,
                });
                if block.present {
                    known.added += quads;
                } else {
                    known.removed += quads;
                }
            }
            Ok(())
        })?;
        let touched: Arc<[Touched]> = counts.into_values().collect();
        self.summaries.put(key, Arc::clone(&touched));
        Ok(touched)
    }

    /// Hands the quads of some graphs to `each`: first those that went (`false`), then those that
    /// came (`true`). One block is in memory at a time.
    ///
    /// # Errors
    /// What `each` answers; [`StoreError::VersionGone`] if the log was rewritten meanwhile,
    /// [`StoreError::Damaged`] if the record is not what was written, or it cannot be read.
    pub fn visit<E: From<StoreError>>(
        &self,
        wants: &dyn Fn(GraphNameRef<'_>) -> bool,
        each: &mut dyn FnMut(bool, Quad) -> Result<(), E>,
    ) -> Result<(), E> {
        self.blocks(&mut |block| {
            let damaged = |error: DamagedTerm| E::from(self.damaged(&error));
            let mut wanted: BTreeMap<u32, bool> = BTreeMap::new();
            let mut terms: Vec<Option<Term>> = vec![None; block.terms() + 1];
            for &[s, p, o, g] in &block.quads {
                let is_wanted = match wanted.get(&g) {
                    Some(known) => *known,
                    None => {
                        let is_wanted = wants(graph_of(block, g).map_err(damaged)?.as_ref());
                        wanted.insert(g, is_wanted);
                        is_wanted
                    }
                };
                if !is_wanted {
                    continue;
                }
                let mut term = |position: u32| -> Result<Term, DamagedTerm> {
                    let known = terms
                        .get_mut(position as usize)
                        .ok_or_else(DamagedTerm::no_such_term)?;
                    match known {
                        Some(term) => Ok(term.clone()),
                        None => Ok(known.insert(block.term(position)?).clone()),
                    }
                };
                let quad = (|| {
                    let graph = match g {
                        DEFAULT_GRAPH => None,
                        g => Some(term(g)?),
                    };
                    quad_of_terms(term(s)?, term(p)?, term(o)?, graph)
                        .ok_or_else(DamagedTerm::no_such_term)
                })()
                .map_err(damaged)?;
                each(block.present, quad)?;
            }
            Ok(())
        })
    }

    fn blocks<E: From<StoreError>>(
        &self,
        each: &mut dyn FnMut(&Block) -> Result<(), E>,
    ) -> Result<(), E> {
        let header = &self.head.header;
        let version = header.version;
        let mut hasher = self.head.hasher();
        for position in 0..header.blocks {
            let read;
            let bytes: &[u8] = match &self.source {
                Source::Memory(blocks) => blocks
                    .get(position as usize)
                    .ok_or_else(|| self.damaged(&"a block is missing"))?,
                Source::Log(reader, generation) => {
                    read = reader.block(*generation, version, position)?.ok_or(
                        StoreError::VersionGone {
                            version,
                            why: COMPACTED,
                            oldest: version,
                            newest: version,
                        },
                    )?;
                    &read
                }
            };
            hash_block(&mut hasher, bytes);
            let block =
                Block::decode(bytes).ok_or_else(|| self.damaged(&"a block does not decode"))?;
            each(&block)?;
        }
        if *hasher.finalize().as_bytes() != self.head.hash {
            return Err(self.damaged(&"its content does not match its hash").into());
        }
        Ok(())
    }

    fn generation(&self) -> u64 {
        match &self.source {
            Source::Log(_, generation) => *generation,
            Source::Memory(_) => 0,
        }
    }

    fn damaged(&self, what: &dyn std::fmt::Display) -> StoreError {
        let what = format!("record {}: {what}", self.head.header.version);
        match &self.source {
            Source::Log(reader, _) => reader.damaged(what),
            Source::Memory(_) => StoreError::Internal(what),
        }
    }
}

fn graphs(names: &[String]) -> Vec<GraphName> {
    names
        .iter()
        .filter_map(|name| Some(parse_graph_text(name)?.into()))
        .collect()
}

fn graph_of(block: &Block, graph: u32) -> Result<GraphName, DamagedTerm> {
    match graph {
        DEFAULT_GRAPH => Ok(GraphName::DefaultGraph),
        graph => node_of_term(block.term(graph)?)
            .map(Into::into)
            .ok_or_else(DamagedTerm::no_such_term),
    }
}

/// What commits touched, by generation of the log and version.
type ByCommit = BTreeMap<(u64, u64), Arc<[Touched]>>;

/// Which graphs commits touched, as far as somebody asked.
#[derive(Default)]
struct Summaries(Mutex<ByCommit>);

impl Summaries {
    fn lock(&self) -> MutexGuard<'_, ByCommit> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: (u64, u64)) -> Option<Arc<[Touched]>> {
        self.lock().get(&key).cloned()
    }

    fn put(&self, key: (u64, u64), touched: Arc<[Touched]>) {
        let mut known = self.lock();
        if known.len() >= MOST_SUMMARIES {
            // The oldest are asked for least.
            known.pop_first();
        }
        known.insert(key, touched);
    }
}

/// What the store keeps for its feed.
pub(super) struct Feed {
    newest: watch::Sender<u64>,
    summaries: Arc<Summaries>,
    recent: Mutex<Recent>,
}

/// The blocks of a record that is in memory.
type Blocks = Arc<[Vec<u8>]>;

/// The latest records of a store without a log.
struct Recent {
    records: VecDeque<(Arc<RecordHead>, Blocks)>,
    bytes: usize,
    /// The hash of the last record that was kept.
    hash: Option<[u8; 32]>,
    /// Changes after this version are kept.
    since: u64,
}

impl Recent {
    fn drop_all(&mut self, version: u64) {
        self.records.clear();
        self.bytes = 0;
        self.since = version;
    }
}

impl Feed {
    pub(super) fn new(version: u64) -> Self {
        Self {
            newest: watch::Sender::new(version),
            summaries: Arc::default(),
            recent: Mutex::new(Recent {
                records: VecDeque::new(),
                bytes: 0,
                hash: None,
                since: version,
            }),
        }
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a change of so many quads is kept in memory.
    pub(super) fn takes(quads: usize) -> bool {
        quads <= MOST_QUADS
    }

    /// A change was made that is not kept: what was before it leads nowhere.
    pub(super) fn lose(&self, version: u64) {
        self.recent().drop_all(version);
    }

    /// Keeps the records of a store without a log.
    pub(super) fn keep(&self, records: Vec<Record>) -> Result<(), StoreError> {
        let mut recent = self.recent();
        for mut record in records {
            let version = record.header.version;
            if version <= recent.since {
                continue;
            }
            let (bytes, hash) = record.seal(recent.hash)?;
            recent.hash = Some(hash);
            recent.bytes += bytes.len() + record.blocks.iter().map(Vec::len).sum::<usize>();
            let head = RecordHead {
                hash,
                bytes,
                header: record.header,
            };
            recent
                .records
                .push_back((Arc::new(head), record.blocks.into()));
            while recent.records.len() > MOST_RECORDS || recent.bytes > MOST_BYTES {
                let Some((head, blocks)) = recent.records.pop_front() else {
                    break;
                };
                recent.bytes -= head.bytes.len() + blocks.iter().map(Vec::len).sum::<usize>();
                recent.since = head.header.version;
            }
        }
        Ok(())
    }

    /// Forgets what was before a version: it was erased.
    pub(super) fn forget(&self, version: u64) {
        self.recent().drop_all(version);
        self.summaries.lock().clear();
    }

    pub(super) fn announce(&self, version: u64) {
        self.newest.send_replace(version);
    }
}

impl KnowledgeStore {
    /// The commits after a version, `most` of them at most, oldest first.
    ///
    /// After a compaction the first commit holds the whole state ([`RecordHeader::whole`]): it is
    /// handed out after version 0, to those who have nothing yet.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`] if the version is yet to come, [`StoreError::VersionGone`] if
    /// what followed it is no longer kept, or the log cannot be read.
    ///
    /// # Complexity
    /// O(n) for n commits; their quads are read later.
    pub fn changes(&self, since: u64, most: usize) -> Result<Vec<Commit>, StoreError> {
        let newest = self.snapshot().version();
        if since > newest {
            return Err(StoreError::NoSuchVersion {
                version: since,
                oldest: 0,
                newest,
            });
        }
        let gone = |why, oldest| StoreError::VersionGone {
            version: since,
            why,
            oldest,
            newest,
        };
        let summaries = &self.shared.feed.summaries;
        let Some(reader) = self.shared.history.reader() else {
            let recent = self.shared.feed.recent();
            if since < recent.since {
                return Err(gone(FORGOTTEN, recent.since));
            }
            return Ok(recent
                .records
                .iter()
                .filter(|(head, _)| (since + 1..=newest).contains(&head.header.version))
                .take(most)
                .map(|(head, blocks)| Commit {
                    head: Arc::clone(head),
                    source: Source::Memory(Arc::clone(blocks)),
                    summaries: Arc::clone(summaries),
                })
                .collect());
        };
        if since >= newest || most == 0 {
            return Ok(Vec::new());
        }
        let (generation, heads) = reader.heads(since + 1..=newest, most)?;
        // A record that holds the whole state is no change of a state before it.
        if since > 0
            && let Some(first) = heads.first().filter(|first| first.header.whole)
        {
            return Err(gone(COMPACTED, first.header.version));
        }
        Ok(heads
            .into_iter()
            .map(|head| Commit {
                head: Arc::new(head),
                source: Source::Log(reader.clone(), generation),
                summaries: Arc::clone(summaries),
            })
            .collect())
    }

    /// The commit that made a version.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`] if no commit made it, [`StoreError::VersionGone`] if it is no
    /// longer kept, or the log cannot be read.
    pub fn commit(&self, version: u64) -> Result<Commit, StoreError> {
        let newest = self.snapshot().version();
        let none = || StoreError::NoSuchVersion {
            version,
            oldest: 1,
            newest,
        };
        if version == 0 || version > newest {
            return Err(none());
        }
        let (found, oldest) = match self.shared.history.reader() {
            None => {
                let since = self.shared.feed.recent().since;
                let found = if version > since {
                    self.changes(version - 1, 1)?.pop()
                } else {
                    None
                };
                (found, since + 1)
            }
            Some(reader) => {
                let (generation, mut heads) = reader.heads(version..=version, 1)?;
                let oldest = reader.ends()?.map_or(1, |(first, ..)| first);
                let found = heads.pop().map(|head| Commit {
                    head: Arc::new(head),
                    source: Source::Log(reader.clone(), generation),
                    summaries: Arc::clone(&self.shared.feed.summaries),
                });
                (found, oldest)
            }
        };
        match found {
            Some(commit) => Ok(commit),
            None if version < oldest => Err(StoreError::VersionGone {
                version,
                why: if self.is_durable() {
                    COMPACTED
                } else {
                    FORGOTTEN
                },
                oldest,
                newest,
            }),
            None => Err(none()),
        }
    }

    /// The version of the first commit that the feed still has; one beyond the newest if it has none.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn first_change(&self) -> Result<u64, StoreError> {
        match self.shared.history.reader() {
            None => Ok(self.shared.feed.recent().since + 1),
            Some(reader) => Ok(reader.ends()?.map_or(1, |(first, ..)| first)),
        }
    }

    /// The newest version, and each one that follows it as soon as it can be read. Ends when the
    /// store is closed.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.shared.feed.newest.subscribe()
    }
}

impl Snapshot {
    /// A hash of all quads and of the names of all graphs, the same for equal data whatever way led
    /// to it. Blank nodes count by their labels, which a replay of the feed keeps.
    ///
    /// # Complexity
    /// O(n log n) for n quads, and 32 bytes of memory for each.
    pub fn fingerprint(&self) -> String {
        let quads = self.quads_for_pattern(None, None, None, None);
        let mut lines: Vec<[u8; 32]> = quads
            .map(|quad| *blake3::hash(format!("{quad} .").as_bytes()).as_bytes())
            .collect();
        for (graph, _) in self.graphs() {
            if graph != GraphName::DefaultGraph {
                lines.push(*blake3::hash(format!("GRAPH {graph}").as_bytes()).as_bytes());
            }
        }
        lines.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        for line in &lines {
            hasher.update(line);
        }
        hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::Batch;
    use crate::store::{CommitInfo, StoreOptions};
    use oxigraph::model::{Literal, NamedNode};

    fn put(store: &KnowledgeStore, graph: &str, value: u32) -> u64 {
        let node = NamedNode::new_unchecked("http://e/s");
        let graph = NamedNode::new_unchecked(format!("http://e/{graph}"));
        let quad = Quad::new(node.clone(), node, Literal::from(value), graph.clone());
        let mut batch = Batch::new();
        batch.push(&quad);
        let written = store.write::<_, StoreError>(
            CommitInfo::new("test", format!("put {value}")),
            move |transaction| transaction.replace_graph(graph.as_ref().into(), &batch),
        );
        written.unwrap().version
    }

    fn lines(commit: &Commit) -> Vec<String> {
        let mut lines = Vec::new();
        commit
            .visit::<StoreError>(&|_| true, &mut |added, quad| {
                lines.push(format!("{}{}", if added { '+' } else { '-' }, quad.object));
                Ok(())
            })
            .unwrap();
        lines
    }

    fn check_feed(store: &KnowledgeStore) {
        let mut seen = store.subscribe();
        assert!(!seen.has_changed().unwrap());
        put(store, "a", 1);
        put(store, "b", 2);
        put(store, "a", 3);
        assert!(seen.has_changed().unwrap());
        assert_eq!(*seen.borrow_and_update(), 3);
        let commits = store.changes(1, 10).unwrap();
        let versions: Vec<_> = commits.iter().map(|one| one.header().version).collect();
        assert_eq!(versions, [2, 3]);
        assert_eq!(commits[1].header().previous, Some(commits[0].hash()));
        let number = |value: u32| Literal::from(value).to_string();
        assert_eq!(
            lines(&commits[1]),
            [format!("-{}", number(1)), format!("+{}", number(3))]
        );
        let touched = commits[1].touched().unwrap();
        assert_eq!(touched.len(), 1);
        assert_eq!((touched[0].added, touched[0].removed), (1, 1));
        assert_eq!(commits[0].created().len(), 1);
        assert_eq!(store.changes(0, 1).unwrap().len(), 1);
        assert!(store.changes(3, 10).unwrap().is_empty());
        assert!(matches!(
            store.changes(4, 10),
            Err(StoreError::NoSuchVersion { .. })
        ));
        assert_eq!(store.commit(2).unwrap().header().message, "put 2");
        assert!(store.commit(0).is_err() && store.commit(4).is_err());
    }

    #[test]
    fn each_commit_says_what_came_and_went_with_a_log_and_without() {
        check_feed(&KnowledgeStore::in_memory(StoreOptions::default()));
        let folder = tempfile::tempdir().unwrap();
        check_feed(&KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap());
    }

    #[test]
    fn after_a_compaction_the_feed_begins_with_the_whole_state() {
        let folder = tempfile::tempdir().unwrap();
        let store = KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
        put(&store, "a", 1);
        put(&store, "a", 2);
        let before = store.changes(0, 1).unwrap().remove(0);
        store.compact().unwrap();
        put(&store, "a", 3);
        let commits = store.changes(0, 10).unwrap();
        assert!(commits[0].header().whole && commits[0].header().version == 2);
        assert_eq!(lines(&commits[0]).len(), 1);
        assert_eq!(commits.len(), 2);
        assert!(matches!(
            store.changes(1, 10),
            Err(StoreError::VersionGone { oldest: 2, .. })
        ));
        assert_eq!(store.changes(2, 10).unwrap().len(), 1);
        assert!(matches!(
            store.commit(1),
            Err(StoreError::VersionGone { .. })
        ));
        // Whoever was reading hears of it.
        assert!(matches!(
            before.touched(),
            Err(StoreError::VersionGone { .. })
        ));
    }

    #[test]
    fn a_store_in_memory_keeps_the_latest_changes() {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        for value in 0..MOST_RECORDS as u32 + 5 {
            put(&store, "a", value);
        }
        assert!(matches!(
            store.changes(0, 10),
            Err(StoreError::VersionGone { oldest: 5, .. })
        ));
        assert_eq!(store.changes(5, 5_000).unwrap().len(), MOST_RECORDS);
        assert!(store.commit(5).is_err() && store.commit(6).is_ok());
    }

    #[test]
    fn the_fingerprint_is_that_of_the_data_not_of_its_history() {
        let one = KnowledgeStore::in_memory(StoreOptions::default());
        put(&one, "a", 1);
        put(&one, "b", 2);
        let other = KnowledgeStore::in_memory(StoreOptions::default());
        put(&other, "b", 7);
        put(&other, "b", 2);
        put(&other, "a", 1);
        assert_eq!(one.snapshot().fingerprint(), other.snapshot().fingerprint());
        put(&other, "a", 2);
        assert_ne!(one.snapshot().fingerprint(), other.snapshot().fingerprint());
    }
}
