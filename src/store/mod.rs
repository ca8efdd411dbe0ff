//! The store: a log that is the truth, a snapshot that answers.
//!
//! [`KnowledgeStore`] is the handle. Readers take a [`Snapshot`], one immutable version, and keep
//! it as long as they need. Whoever changes data hands a piece of work to the single writer
//! ([`KnowledgeStore::write`]); it runs on a [`Transaction`], its record is on disk before it is
//! acknowledged, and the next snapshot takes the place of the last. Records that wait together
//! are written together.

mod algebra;
mod brake;
mod changes;
mod conform;
mod counted;
mod dataset;
mod dictionary;
mod error;
mod federate;
mod functions;
mod guarded;
mod hiding;
mod history;
mod index;
mod inference;
mod log;
mod merged;
mod plan;
mod query;
mod service;
pub mod skolem;
mod snapshot;
mod statistics;
mod text;
mod transaction;
mod trees;
mod update;
mod wording;

pub use brake::{Pace, Stop, give_memory_back, handed_over, held_by_thread};
pub use changes::{Commit, Touched};
pub use error::{StoreError, SyntaxError};
pub use federate::{FederationError, FederationProblem};
pub use inference::{Reason, Rule, Rules};
pub use log::RecordHeader;
pub use query::{
    DEFAULT_GRAPH_IRI, DatasetSpec, Explanation, Limits, Query, QueryForm, STACK_BYTES, Update,
    on_deep_stack,
};
pub use service::{Row, Services, Wanted};
pub use snapshot::{LastChange, Snapshot};
pub use spareval::{CancellationToken, QueryResults};
pub use statistics::{
    ClassCounts, ClassPropertyCounts, GraphStatistics, LinkTarget, PropertyCounts, Statistics,
};
pub use text::{
    MatchKind, OfTypes, Resembling, TextError, TextFields, TextHit, TextHits, TextQuery, TextScope,
    folded_words,
};
pub use transaction::Transaction;
pub use trees::{GraphTrees, HiddenGraphs};

use changes::Feed;
use history::History;
use jiff::Timestamp;
use log::{Log, Record};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

/// How many changes may share one write to disk.
const LARGEST_GROUP: usize = 128;

/// How a store is opened.
#[derive(Clone, Debug, Default)]
pub struct StoreOptions {
    /// Alignment rules, run inside each commit that touches their vocabulary.
    pub rules: Option<Rules>,
}

/// Who makes a commit, and why: kept in its record.
#[derive(Clone, Debug)]
pub struct CommitInfo {
    /// The name of the token or command.
    pub author: String,
    /// A few words.
    pub message: String,
}

impl CommitInfo {
    /// By whom and why.
    pub fn new(author: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            author: author.into(),
            message: message.into(),
        }
    }
}

/// What a write did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed<T> {
    /// The data version afterwards.
    pub version: u64,
    /// Whether there was anything to commit.
    pub changed: bool,
    /// Quads added.
    pub added: u64,
    /// Quads removed.
    pub removed: u64,
    /// What the work answered.
    pub value: T,
}

/// Version and counts of a commit, before its answer is put in.
#[derive(Clone, Copy)]
struct Outcome {
    version: u64,
    changed: bool,
    added: u64,
    removed: u64,
}

type Reply = Box<dyn FnOnce(Result<Outcome, StoreError>) + Send>;
type Work = Box<dyn FnOnce(&mut Transaction) -> (bool, Reply) + Send>;

enum Job {
    Write(CommitInfo, Work),
    Compact(Reply),
    Checkpoint,
    Backup(PathBuf, Reply),
}

/// A handle to the store, cheap to clone.
#[derive(Clone)]
pub struct KnowledgeStore {
    shared: Arc<Shared>,
    /// The last handle to go ends the writer.
    writer: Arc<WriterHandle>,
}

struct Shared {
    current: RwLock<Arc<Snapshot>>,
    last_write_error: Mutex<Option<String>>,
    durable: bool,
    history: History,
    feed: Feed,
    /// Graphs that the rules leave out.
    private: RwLock<Arc<GraphTrees>>,
    /// For changes that are only tried out; the writer has its own.
    rules: Option<Rules>,
    /// Tells what was tried out apart.
    tried: AtomicU64,
}

impl Shared {
    fn private(&self) -> Arc<GraphTrees> {
        Arc::clone(&self.private.read().unwrap_or_else(PoisonError::into_inner))
    }
}

struct WriterHandle {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for WriterHandle {
    fn drop(&mut self) {
        // Closing the channel ends the writer, which finishes its work and closes the log.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            // A change may hold the last handle; the writer cannot wait for itself.
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer ended with a panic");
        }
    }
}

impl KnowledgeStore {
    /// Opens the store in a directory, making it if need be.
    ///
    /// # Errors
    /// [`StoreError`] if another process has it, it is damaged or cannot be read.
    pub fn open(directory: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let (log, snapshot) = Log::open(directory)?;
        Ok(Self::start(Some(log), snapshot, options))
    }

    /// A store without a log: it is gone with the process.
    pub fn in_memory(options: StoreOptions) -> Self {
        Self::start(None, Snapshot::empty(0), options)
    }

    fn start(log: Option<Log>, mut snapshot: Snapshot, options: StoreOptions) -> Self {
        snapshot.begin_to_watch();
        let snapshot_version = snapshot.version();
        let shared = Arc::new(Shared {
            current: RwLock::new(Arc::new(snapshot)),
            last_write_error: Mutex::new(None),
            durable: log.is_some(),
            private: RwLock::default(),
            rules: options.rules.clone(),
            tried: AtomicU64::default(),
            history: History::new(log.as_ref().map(Log::reader)),
            feed: Feed::new(snapshot_version),
        });
        let (sender, receiver) = channel();
        let writer = Writer {
            shared: Arc::clone(&shared),
            log,
            rules: options.rules,
        };
        // Updates evaluate patterns on this thread, so it gets the deep stack.
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || writer.run(&receiver));
        let thread = match thread {
            Ok(thread) => Some(thread),
            Err(error) => {
                tracing::error!(%error, "the writer could not start; the store is read-only");
                None
            }
        };
        Self {
            shared,
            writer: Arc::new(WriterHandle {
                jobs: Some(sender),
                thread,
            }),
        }
    }

    /// The newest version of the data.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(
            &self
                .shared
                .current
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Says which graphs, with all below them, the alignment rules leave out from the next commit on. What they have
    /// concluded already stays until they run again ([`Transaction::derive_again`]).
    pub fn set_private(&self, graphs: Arc<GraphTrees>) {
        *self
            .shared
            .private
            .write()
            .unwrap_or_else(PoisonError::into_inner) = graphs;
    }

    /// The graphs that the alignment rules leave out.
    pub fn private(&self) -> Arc<GraphTrees> {
        self.shared.private()
    }

    /// Whether commits are kept on disk.
    pub fn is_durable(&self) -> bool {
        self.shared.durable
    }

    /// Why the last write failed, until one succeeds again.
    pub fn last_write_error(&self) -> Option<String> {
        self.shared
            .last_write_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Runs `work` on the single writer and commits what it changed: durable when this returns,
    /// undone as a whole if `work` fails. Blocks until then.
    ///
    /// # Errors
    /// What `work` answers, or [`StoreError`] if the commit could not be written.
    pub fn write<T, E>(
        &self,
        about: CommitInfo,
        work: impl FnOnce(&mut Transaction) -> Result<T, E> + Send + 'static,
    ) -> Result<Committed<T>, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = channel();
        let job = Job::Write(
            about,
            Box::new(move |transaction| {
                let result = work(transaction);
                let keep = result.is_ok();
                let reply: Reply = Box::new(move |outcome| {
                    let answer = result.and_then(|value| {
                        let outcome = outcome?;
                        Ok(Committed {
                            version: outcome.version,
                            changed: outcome.changed,
                            added: outcome.added,
                            removed: outcome.removed,
                            value,
                        })
                    });
                    // Whoever asked may have gone away; the commit stands.
                    let _ = sender.send(answer);
                });
                (keep, reply)
            }),
        );
        self.send(job)?;
        receiver.recv().unwrap_or_else(|_| {
            Err(internal("the change was given up; nothing was written").into())
        })
    }

    /// Makes a change on a snapshot, with the rules, and shows the result; nothing is written, and
    /// nobody waits. What the snapshot hides stays hidden.
    ///
    /// The result has the version of the snapshot and a [`Snapshot::visibility`] of its own, so that
    /// whatever is kept of versions does not take the one for the other.
    ///
    /// # Errors
    /// What `work` answers, or [`StoreError`] if the rules fail.
    ///
    /// # Complexity
    /// That of the change; a large one copies the data.
    pub fn try_out(
        &self,
        snapshot: &Snapshot,
        work: impl FnOnce(&mut Transaction) -> Result<(), StoreError>,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let mut transaction = Transaction::new(Arc::new(snapshot.whole()));
        work(&mut transaction)?;
        if let Some(rules) = &self.shared.rules {
            transaction.infer(rules, &self.shared.private())?;
        }
        let number = self.shared.tried.fetch_add(1, Ordering::Relaxed);
        let result = transaction.snapshot().hiding(snapshot.hidden().clone());
        Ok(Arc::new(result.marked(&format!(" tried out {number}"))))
    }

    /// Rewrites the log so that it holds the present state only: removed data is then in no file
    /// any more. The data version stays.
    ///
    /// # Errors
    /// [`StoreError`] if the new log cannot be written; the old one is then still in place.
    pub fn compact(&self) -> Result<(), StoreError> {
        let (sender, receiver) = channel();
        self.send(Job::Compact(Box::new(move |outcome| {
            let _ = sender.send(outcome.map(|_| ()));
        })))?;
        receiver
            .recv()
            .unwrap_or_else(|_| Err(internal("the log was not rewritten")))
    }

    /// Copies the log, whole and checked, into an empty or new directory, which can then be
    /// opened as a store or put back with [`restore`]. Writes wait meanwhile; reads go on.
    ///
    /// # Errors
    /// [`StoreError`] if the target holds a store, cannot be written, or the copy is not sound.
    pub fn backup(&self, target: &Path) -> Result<u64, StoreError> {
        let (sender, receiver) = channel();
        self.send(Job::Backup(
            target.to_owned(),
            Box::new(move |outcome| {
                let _ = sender.send(outcome.map(|outcome| outcome.version));
            }),
        ))?;
        receiver
            .recv()
            .unwrap_or_else(|_| Err(internal("the backup was not made")))
    }

    /// Asks the writer for a checkpoint, so that the next start is quick. Does not wait.
    pub fn checkpoint(&self) {
        let _ = self.send(Job::Checkpoint);
    }

    /// The commits that the log holds, oldest first: who changed how much, when and why. Empty for
    /// a store without a log.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn history(&self) -> Result<Vec<RecordHeader>, StoreError> {
        self.commits(0..=u64::MAX)
    }

    /// The commits that made these versions, as far as the log holds them, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn commits(&self, versions: RangeInclusive<u64>) -> Result<Vec<RecordHeader>, StoreError> {
        self.shared.history.commits(versions)
    }

    /// The oldest and the newest version that [`Self::snapshot_at`] can answer. Those of a store
    /// without a log are both the newest.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub fn versions(&self) -> Result<RangeInclusive<u64>, StoreError> {
        self.shared.history.versions(&self.snapshot())
    }

    /// Whether a version of the data can be answered.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`], [`StoreError::VersionGone`], or the log cannot be read.
    pub fn check_version(&self, version: u64) -> Result<(), StoreError> {
        self.shared.history.check(version, &self.snapshot())
    }

    /// An earlier version of the data, if it is at hand without any work.
    pub fn kept_snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        let current = self.snapshot();
        if current.version() == version {
            return Some(current);
        }
        self.shared.history.kept(version)
    }

    /// A version of the data: the newest, or an earlier one rebuilt from the log.
    ///
    /// The records in between are taken back from the newest version, or made again from the
    /// beginning, whichever changes fewer quads; versions that were rebuilt lately serve as starts
    /// too, and several of them are kept. Whoever asks for a version that is being rebuilt waits
    /// for it. Writes go on meanwhile. If the time allowed ends first, what was reached is kept, so
    /// that the next attempt goes on from there.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVersion`], [`StoreError::VersionGone`] after a compaction or for a store
    /// without a log, [`StoreError::TimedOut`], [`StoreError::Cancelled`], or the log cannot be
    /// read.
    ///
    /// # Complexity
    /// O(c + d), of c quads changed in between and d quads of the version, if it is not kept.
    pub fn snapshot_at(&self, version: u64, limits: &Limits) -> Result<Arc<Snapshot>, StoreError> {
        self.shared
            .history
            .snapshot_at(version, &self.snapshot(), limits)
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.writer
            .jobs
            .as_ref()
            .and_then(|jobs| jobs.send(job).ok())
            .ok_or_else(|| internal("the writer has ended"))
    }
}

/// Puts a backup into a data directory that holds no store yet; answers its data version.
///
/// # Errors
/// [`StoreError`] if the backup is damaged, the directory holds a store, or copying fails.
pub fn restore(backup: &Path, directory: &Path) -> Result<u64, StoreError> {
    log::copy(backup, directory)
}

fn internal(what: &str) -> StoreError {
    StoreError::Internal(what.to_owned())
}

struct Writer {
    shared: Arc<Shared>,
    log: Option<Log>,
    rules: Option<Rules>,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut group = Vec::new();
            let mut next = Some(first);
            while let Some(job) = next {
                match job {
                    Job::Write(about, work) => group.push((about, work)),
                    Job::Compact(reply) => {
                        self.commit(std::mem::take(&mut group));
                        reply(self.compact());
                    }
                    Job::Checkpoint => {
                        self.commit(std::mem::take(&mut group));
                        self.write_checkpoint();
                    }
                    Job::Backup(target, reply) => {
                        self.commit(std::mem::take(&mut group));
                        reply(self.backup(&target));
                    }
                }
                next = (group.len() < LARGEST_GROUP)
                    .then(|| jobs.try_recv().ok())
                    .flatten();
            }
            self.commit(group);
            let wanted = self
                .log
                .as_ref()
                .is_some_and(|log| log.wants_checkpoint(&self.current()));
            if wanted {
                self.write_checkpoint();
            }
        }
        if self.log.as_ref().is_some_and(Log::is_ahead_of_checkpoint) {
            self.write_checkpoint();
        }
    }

    fn current(&self) -> Arc<Snapshot> {
        Arc::clone(
            &self
                .shared
                .current
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    fn publish(&self, snapshot: Arc<Snapshot>) {
        let version = snapshot.version();
        *self
            .shared
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = snapshot;
        self.shared.feed.announce(version);
    }

    /// Commits a group of changes with one write to disk. Each sees those before it; one that
    /// fails leaves no trace.
    fn commit(&mut self, group: Vec<(CommitInfo, Work)>) {
        let mut head = self.current();
        let mut replies = Vec::with_capacity(group.len());
        let mut records = Vec::new();
        for (about, work) in group {
            let outcome = catch_unwind(AssertUnwindSafe(|| self.attempt(&head, &about, work)));
            match outcome {
                Ok((reply, Ok(None))) => replies.push((
                    reply,
                    Ok(Outcome {
                        version: head.version(),
                        changed: false,
                        added: 0,
                        removed: 0,
                    }),
                )),
                Ok((reply, Ok(Some(step)))) => {
                    head = step.snapshot;
                    records.extend(step.record);
                    replies.push((
                        reply,
                        Ok(Outcome {
                            version: head.version(),
                            changed: true,
                            added: step.added,
                            removed: step.removed,
                        }),
                    ));
                }
                Ok((reply, Err(error))) => replies.push((reply, Err(error))),
                // The reply went down with the work; whoever waits for it hears of that.
                Err(_) => {
                    tracing::error!(author = about.author, "a change panicked; it was dropped")
                }
            }
        }
        let written = match &mut self.log {
            Some(log) if !records.is_empty() => log.append(&mut records),
            Some(_) => Ok(()),
            None => self.shared.feed.keep(std::mem::take(&mut records)),
        };
        if !records.is_empty() {
            *self
                .shared
                .last_write_error
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = match &written {
                Ok(()) => None,
                Err(error) => Some(error.to_string()),
            };
        }
        match written {
            Ok(()) => {
                if head.version() != self.current().version() {
                    let mut snapshot = head.with_version(head.version());
                    if let Err(error) = snapshot.collect_garbage() {
                        tracing::error!(%error, "unused terms could not be given back");
                    }
                    self.publish(Arc::new(snapshot));
                }
                for (reply, outcome) in replies {
                    reply(outcome);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a commit could not be written");
                // A change that did nothing may have found what a lost one before it had done, so
                // the whole group fails.
                let mut error = Some(error);
                for (reply, outcome) in replies {
                    reply(outcome.and_then(|_| {
                        Err(error.take().unwrap_or_else(|| {
                            internal("the log could not be written; nothing was changed")
                        }))
                    }));
                }
            }
        }
    }

    fn attempt(
        &self,
        head: &Arc<Snapshot>,
        about: &CommitInfo,
        work: Work,
    ) -> (Reply, Result<Option<Step>, StoreError>) {
        let mut transaction = Transaction::new(Arc::clone(head));
        let (keep, reply) = work(&mut transaction);
        if !keep {
            return (reply, Ok(None));
        }
        let step = self.step(head, about, transaction);
        (reply, step)
    }

    fn step(
        &self,
        head: &Snapshot,
        about: &CommitInfo,
        mut transaction: Transaction,
    ) -> Result<Option<Step>, StoreError> {
        if let Some(rules) = &self.rules {
            transaction.infer(rules, &self.shared.private())?;
        }
        let Some(change) = transaction.finish() else {
            return Ok(None);
        };
        let version = head.version() + 1;
        // Without a log the feed keeps the latest ones.
        let is_kept = self.log.is_some() || Feed::takes(change.added.len() + change.removed.len());
        let record = if is_kept {
            Some(Record::new(
                version,
                &about.author,
                &about.message,
                &change,
            )?)
        } else {
            self.shared.feed.lose(version);
            None
        };
        let time = record.as_ref().map_or_else(Timestamp::now, Record::time);
        Ok(Some(Step {
            snapshot: Arc::new(
                change
                    .snapshot
                    .with_version(version)
                    .with_graphs_changed(change.graphs(), time),
            ),
            record,
            added: change.added.len() as u64,
            removed: change.removed.len() as u64,
        }))
    }

    fn compact(&mut self) -> Result<Outcome, StoreError> {
        let snapshot = self.current();
        if let Some(log) = &mut self.log {
            log.compact(&snapshot)?;
            // What was erased is in no memory either.
            self.shared.history.forget();
        }
        self.shared.feed.forget(snapshot.version());
        Ok(Outcome {
            version: snapshot.version(),
            changed: false,
            added: 0,
            removed: 0,
        })
    }

    fn backup(&self, target: &Path) -> Result<Outcome, StoreError> {
        let log = self.log.as_ref().ok_or(StoreError::NothingKept)?;
        let version = log::copy(log.directory(), target)?;
        Ok(Outcome {
            version,
            changed: false,
            added: 0,
            removed: 0,
        })
    }

    fn write_checkpoint(&mut self) {
        let snapshot = self.current();
        if let Some(log) = &mut self.log
            && let Err(error) = log.checkpoint(&snapshot)
        {
            tracing::warn!(%error, "the checkpoint could not be written; the next start replays the log");
        }
    }
}

/// One change of a group: where it leads, and its record if there is a log.
struct Step {
    snapshot: Arc<Snapshot>,
    record: Option<Record>,
    added: u64,
    removed: u64,
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_hostile;
