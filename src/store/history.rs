//! Earlier versions of the data, rebuilt from the log.
//!
//! A record of the log says which quads really came and went, so it can be taken back as well as
//! made again. A version is therefore reached from the newest one, from the beginning, or from one
//! that was rebuilt before, whichever is nearest. The checkpoint is no start: it is never far from
//! the newest version, which is in memory already.

use super::error::StoreError;
use super::log::{LogReader, RecordHeader};
use super::query::Limits;
use super::snapshot::Snapshot;
use super::transaction::Transaction;
use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Versions that are kept after they were rebuilt.
const MOST_KEPT: usize = 8;
/// Bytes that they may hold besides what they share with the newest version; or as much as the
/// newest version itself, if that is more.
const KEPT_BYTES: usize = 256 << 20;
/// Bytes of records that are read at a time; in tests one record.
const SLICE: usize = if cfg!(test) { 1 } else { 4 << 20 };
/// Headers that are read at a time.
const HEADERS: u64 = 4_096;
/// How often somebody who waits looks whether to give up.
const LOOK: Duration = Duration::from_millis(50);

pub(super) const COMPACTED: &str = "`weft compact` has removed it";
const IN_MEMORY: &str = "this store is in memory and keeps the newest version only";

/// The versions before the newest.
pub(super) struct History {
    reader: Option<LogReader>,
    state: Mutex<State>,
    rebuilt: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether somebody is rebuilding: one at a time, so that memory stays bounded.
    busy: bool,
    /// The one used last is the last.
    kept: Vec<Arc<Snapshot>>,
    index: Index,
}

/// How much each record changed, as far as the log was read.
#[derive(Clone, Default)]
struct Index {
    generation: u64,
    first: u64,
    whole: bool,
    /// Quads changed by all records up to each, from the first on.
    changes: Vec<u64>,
    /// Prefixes learnt, by version.
    prefixes: Vec<(u64, BTreeMap<String, String>)>,
}

impl Index {
    /// Quads that the records up to a version change.
    fn until(&self, version: u64) -> u64 {
        let count = version.saturating_add(1).saturating_sub(self.first);
        match usize::try_from(count) {
            Ok(0) => 0,
            Ok(count) => self.changes.get(count - 1).copied().unwrap_or(u64::MAX),
            Err(_) => u64::MAX,
        }
    }

    /// Quads to change on the way between two versions, and the number of records as a tie-breaker.
    fn distance(&self, from: u64, to: u64) -> (u64, u64) {
        (self.until(from).abs_diff(self.until(to)), from.abs_diff(to))
    }

    fn oldest(&self) -> u64 {
        if self.whole { self.first } else { 0 }
    }

    fn prefixes(&self, version: u64) -> BTreeMap<String, String> {
        self.prefixes
            .iter()
            .take_while(|(learnt, _)| *learnt <= version)
            .flat_map(|(_, prefixes)| prefixes.clone())
            .collect()
    }
}

impl History {
    pub(super) fn new(reader: Option<LogReader>) -> Self {
        Self {
            reader,
            state: Mutex::default(),
            rebuilt: Condvar::new(),
        }
    }

    /// What reads the log, if there is one.
    pub(super) fn reader(&self) -> Option<&LogReader> {
        self.reader.as_ref()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn commits(
        &self,
        versions: RangeInclusive<u64>,
    ) -> Result<Vec<RecordHeader>, StoreError> {
        match &self.reader {
            Some(reader) => reader.headers(versions),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn versions(&self, current: &Snapshot) -> Result<RangeInclusive<u64>, StoreError> {
        let newest = current.version();
        let Some(reader) = &self.reader else {
            return Ok(newest..=newest);
        };
        Ok(match reader.ends()? {
            Some((first, _, true)) => first..=newest,
            _ => 0..=newest,
        })
    }

    /// Whether a version can be answered.
    pub(super) fn check(&self, version: u64, current: &Snapshot) -> Result<(), StoreError> {
        if version == current.version() {
            return Ok(());
        }
        let (oldest, newest) = self.versions(current)?.into_inner();
        if version > newest {
            Err(StoreError::NoSuchVersion {
                version,
                oldest,
                newest,
            })
        } else if version < oldest {
            Err(StoreError::VersionGone {
                version,
                why: match self.reader {
                    Some(_) => COMPACTED,
                    None => IN_MEMORY,
                },
                oldest,
                newest,
            })
        } else {
            Ok(())
        }
    }

    /// A version that is kept.
    pub(super) fn kept(&self, version: u64) -> Option<Arc<Snapshot>> {
        self.state().find(version)
    }

    /// Drops all that is kept: the log was rewritten.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.kept.clear();
        state.index = Index::default();
    }

    pub(super) fn snapshot_at(
        &self,
        version: u64,
        current: &Arc<Snapshot>,
        limits: &Limits,
    ) -> Result<Arc<Snapshot>, StoreError> {
        self.check(version, current)?;
        // Without a log only the newest version passes the check.
        let Some(reader) = self
            .reader
            .as_ref()
            .filter(|_| version != current.version())
        else {
            return Ok(Arc::clone(current));
        };
        let mut state = self.state();
        loop {
            if let Some(snapshot) = state.find(version) {
                return Ok(snapshot);
            }
            check(limits)?;
            if !state.busy {
                break;
            }
            let until = limits.deadline.map_or(LOOK, |deadline| {
                LOOK.min(deadline.saturating_duration_since(Instant::now()))
            });
            state = self
                .rebuilt
                .wait_timeout(state, until)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        state.busy = true;
        let index = state.index.clone();
        drop(state);
        let _turn = Turn(self);
        self.rebuild(reader, version, current, index, limits)
    }

    fn rebuild(
        &self,
        reader: &LogReader,
        version: u64,
        current: &Arc<Snapshot>,
        index: Index,
        limits: &Limits,
    ) -> Result<Arc<Snapshot>, StoreError> {
        let newest = current.version();
        let gone = |oldest| StoreError::VersionGone {
            version,
            why: COMPACTED,
            oldest,
            newest,
        };
        let index = self.extended(reader, index, limits)?;
        if version < index.oldest() {
            return Err(gone(index.oldest()));
        }
        let start = self.nearest(&index, version, current);
        let begun = start.version();
        let mut at = begun;
        let mut transaction = Transaction::new(start);
        while at != version {
            let step = |at: u64| if version < at { at } else { at + 1 };
            let wanted: Box<dyn Iterator<Item = u64>> = if version < at {
                Box::new((version + 1..=at).rev())
            } else {
                Box::new(at + 1..=version)
            };
            let Some(records) = reader.records(index.generation, wanted, SLICE)? else {
                return Err(gone(newest));
            };
            let mut out_of_time = None;
            for record in records {
                if let Err(error) = check(limits) {
                    out_of_time = Some(error);
                    break;
                }
                let done = if version < at {
                    record.undo(&mut transaction)
                } else {
                    record.replay(&mut transaction)
                };
                done.map_err(|what| reader.damaged(format!("record {}: {what}", step(at))))?;
                at = if version < at { at - 1 } else { at + 1 };
            }
            // Step by step, so that no step is long.
            let reached = transaction.snapshot();
            if let Some(error) = out_of_time {
                if at != begun {
                    let reached = Arc::new(reached.restored(at, index.prefixes(at)));
                    self.keep(reader, &index, &reached, current);
                }
                return Err(error);
            }
        }
        let snapshot = transaction
            .snapshot()
            .restored(version, index.prefixes(version));
        let snapshot = Arc::new(snapshot);
        self.keep(reader, &index, &snapshot, current);
        Ok(snapshot)
    }

    /// The index up to the end of the log.
    fn extended(
        &self,
        reader: &LogReader,
        mut index: Index,
        limits: &Limits,
    ) -> Result<Index, StoreError> {
        let generation = reader.generation();
        let ends = reader.ends()?;
        let (first, last, whole) = ends.unwrap_or((1, 0, false));
        if index.changes.is_empty() || index.generation != generation {
            index = Index {
                generation,
                first,
                whole,
                ..Index::default()
            };
        }
        loop {
            let next = first + index.changes.len() as u64;
            if next > last {
                break;
            }
            check(limits)?;
            let mut total = index.changes.last().copied().unwrap_or_default();
            for header in reader.headers(next..=last.min(next + HEADERS - 1))? {
                total += header.added + header.removed;
                index.changes.push(total);
                if !header.prefixes.is_empty() {
                    index.prefixes.push((header.version, header.prefixes));
                }
            }
            if first + index.changes.len() as u64 == next {
                return Err(reader.damaged(format!("record {next} is missing")));
            }
        }
        if reader.generation() == generation {
            self.state().index = index.clone();
        }
        Ok(index)
    }

    /// The version to begin at.
    fn nearest(&self, index: &Index, version: u64, current: &Arc<Snapshot>) -> Arc<Snapshot> {
        let empty = Arc::new(Snapshot::empty(index.first.saturating_sub(1)));
        let mut starts = vec![Arc::clone(current), empty];
        starts.extend(self.state().kept.iter().cloned());
        starts
            .into_iter()
            .min_by_key(|start| index.distance(start.version(), version))
            .unwrap_or_else(|| Arc::clone(current))
    }

    fn keep(
        &self,
        reader: &LogReader,
        index: &Index,
        snapshot: &Arc<Snapshot>,
        current: &Snapshot,
    ) {
        let mut state = self.state();
        // A compaction first rewrites the log and then has what is kept forgotten.
        if reader.generation() != index.generation {
            return;
        }
        state
            .kept
            .retain(|known| known.version() != snapshot.version());
        state.kept.push(Arc::clone(snapshot));
        state.evict(current);
    }

    #[cfg(test)]
    pub(super) fn kept_versions(&self) -> Vec<u64> {
        self.state()
            .kept
            .iter()
            .map(|snapshot| snapshot.version())
            .collect()
    }
}

impl State {
    fn find(&mut self, version: u64) -> Option<Arc<Snapshot>> {
        let at = self
            .kept
            .iter()
            .position(|snapshot| snapshot.version() == version)?;
        let snapshot = self.kept.remove(at);
        self.kept.push(Arc::clone(&snapshot));
        Some(snapshot)
    }

    /// Drops what was not used for longest until what is left is within bounds.
    fn evict(&mut self, current: &Snapshot) {
        let mut seen = HashSet::new();
        let budget = KEPT_BYTES.max(current.count_bytes(&mut seen));
        let mut held = 0;
        let mut fit = 0;
        for snapshot in self.kept.iter().rev().take(MOST_KEPT) {
            held += snapshot.count_bytes(&mut seen);
            if held > budget {
                break;
            }
            fit += 1;
        }
        self.kept.drain(..self.kept.len() - fit);
    }
}

/// The turn to rebuild; given back also by a panic.
struct Turn<'a>(&'a History);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().busy = false;
        self.0.rebuilt.notify_all();
    }
}

fn check(limits: &Limits) -> Result<(), StoreError> {
    if limits.cancellation.is_cancelled() {
        return Err(StoreError::Cancelled);
    }
    match limits.deadline {
        Some(deadline) if Instant::now() >= deadline => Err(StoreError::TimedOut),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::rdf::Batch;
    use crate::store::*;
    use oxigraph::model::{GraphName, GraphNameRef, NamedNodeRef};
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::{Duration, Instant};

    const GRAPH: GraphNameRef<'_> =
        GraphNameRef::NamedNode(NamedNodeRef::new_unchecked("http://e/g"));

    /// All that can be asked of a version.
    fn state(snapshot: &Snapshot) -> (u64, BTreeSet<String>, Vec<(GraphName, usize)>, usize) {
        let quads = snapshot
            .quads_for_pattern(None, None, None, None)
            .map(|quad| quad.to_string())
            .collect();
        (
            snapshot.version(),
            quads,
            snapshot.graphs(),
            snapshot.triple_count(),
        )
    }

    fn update(store: &KnowledgeStore, text: &str) -> u64 {
        let parsed = Update::parse(text, None, &BTreeMap::new()).unwrap();
        let committed = store.write(CommitInfo::new("test", "test"), move |transaction| {
            transaction.update(&parsed, &Limits::default())
        });
        let committed: Committed<()> = committed.unwrap_or_else(|e: StoreError| panic!("{e}"));
        committed.version
    }

    const UPDATES: [&str; 9] = [
        "INSERT DATA { <e:a> <e:p> 1 , \"x\"@en , <<( <e:s> <e:p> _:b )>> }",
        "INSERT DATA { GRAPH <http://e/g> { <e:a> <e:p> 1 . _:b <e:q> _:b } }",
        "DELETE DATA { <e:a> <e:p> 1 } ; INSERT DATA { <e:a> <e:p> 2 }",
        "CREATE GRAPH <e:empty>",
        "INSERT DATA { GRAPH <e:h> { <e:new> <e:p> 3.50 } } ; CLEAR GRAPH <http://e/g>",
        "DROP GRAPH <http://e/g> ; DROP GRAPH <e:empty>",
        "INSERT { GRAPH <http://e/g> { ?s ?p ?o } } WHERE { ?s ?p ?o }",
        "DELETE WHERE { <e:a> <e:p> ?o } ; INSERT DATA { <e:a> <e:p> 1 }",
        "DROP ALL",
    ];

    fn filled(folder: &Path) -> (KnowledgeStore, Vec<Arc<Snapshot>>) {
        let store = KnowledgeStore::open(folder, StoreOptions::default()).unwrap();
        let mut versions = vec![store.snapshot()];
        for text in UPDATES {
            update(&store, text);
            versions.push(store.snapshot());
        }
        (store, versions)
    }

    #[test]
    fn every_version_is_rebuilt_as_it_was_from_whatever_is_nearest() {
        let folder = tempfile::tempdir().unwrap();
        let (store, versions) = filled(folder.path());
        assert_eq!(versions.len(), 10);
        // Away from the newest, from the oldest, and across what is kept by then.
        for order in [
            vec![8, 7, 6, 5, 4, 3, 2, 1, 0],
            vec![1, 2, 3, 4, 5, 6, 7, 8],
            vec![4, 6, 2, 9, 0, 8],
        ] {
            store.shared.history.forget();
            for version in order {
                let found = store
                    .snapshot_at(version, &Limits::default())
                    .unwrap_or_else(|error| panic!("{version}: {error}"));
                assert_eq!(state(&found), state(&versions[version as usize]));
                assert_eq!(found.prefixes(), versions[version as usize].prefixes());
            }
        }
        assert!(store.shared.history.kept_versions().len() <= super::MOST_KEPT);
        // What is kept is answered again as it is.
        let first = store.snapshot_at(4, &Limits::default()).unwrap();
        let again = store.kept_snapshot(4).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
    }

    #[test]
    fn versions_survive_a_restart_and_know_their_prefixes() {
        let folder = tempfile::tempdir().unwrap();
        let (before, expected) = {
            let store = KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
            for (prefix, iri) in [("a", "http://a/"), ("a", "http://b/")] {
                let mut batch = Batch::new();
                batch.add_prefix(prefix, iri);
                let about = CommitInfo::new("test", "prefix");
                let committed: Result<_, StoreError> =
                    store.write(about, move |transaction| transaction.insert_batch(&batch));
                committed.unwrap();
            }
            update(&store, UPDATES[0]);
            let before = store.snapshot();
            update(&store, UPDATES[2]);
            (before.version(), state(&before))
        };
        let store = KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
        let found = store.snapshot_at(before, &Limits::default()).unwrap();
        assert_eq!(state(&found), expected);
        assert_eq!(found.prefixes()["a"], "http://b/");
        let earlier = store.snapshot_at(1, &Limits::default()).unwrap();
        assert_eq!(earlier.prefixes()["a"], "http://a/");
    }

    #[test]
    fn a_version_that_never_was_or_is_gone_is_an_error_that_names_the_range() {
        let folder = tempfile::tempdir().unwrap();
        let (store, versions) = filled(folder.path());
        let message = |version| {
            let error = store.snapshot_at(version, &Limits::default()).unwrap_err();
            (
                matches!(error, StoreError::VersionGone { .. }),
                error.to_string(),
            )
        };
        let (gone, text) = message(10);
        assert!(!gone && text.contains("0 to 9"), "{text}");
        assert_eq!(store.versions().unwrap(), 0..=9);
        let read_before = store.snapshot_at(3, &Limits::default()).unwrap();

        store.compact().unwrap();
        // What was erased is answered by nobody, also not from memory.
        let (gone, text) = message(3);
        assert!(gone && text.contains("9 to 9"), "{text}");
        assert_eq!(store.versions().unwrap(), 9..=9);
        // Whoever reads it already reads on.
        assert_eq!(state(&read_before), state(&versions[3]));

        // History goes on from there.
        update(&store, UPDATES[0]);
        update(&store, UPDATES[1]);
        for version in [9, 10] {
            let found = store.snapshot_at(version, &Limits::default()).unwrap();
            assert_eq!(found.version(), version);
        }
        assert!(store.snapshot_at(9, &Limits::default()).unwrap().is_empty());
        assert!(message(8).0);

        let memory = KnowledgeStore::in_memory(StoreOptions::default());
        update(&memory, UPDATES[0]);
        update(&memory, UPDATES[1]);
        assert!(memory.snapshot_at(2, &Limits::default()).is_ok());
        let error = memory.snapshot_at(1, &Limits::default()).unwrap_err();
        assert!(error.to_string().contains("in memory"), "{error}");
    }

    #[test]
    fn a_rebuild_ends_at_its_deadline_and_when_it_is_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let (store, versions) = filled(folder.path());
        let late = Limits {
            deadline: Some(Instant::now()),
            ..Limits::default()
        };
        let error = store.snapshot_at(2, &late).unwrap_err();
        assert!(matches!(error, StoreError::TimedOut));
        let cancelled = Limits::default();
        cancelled.cancellation.cancel();
        let error = store.snapshot_at(2, &cancelled).unwrap_err();
        assert!(matches!(error, StoreError::Cancelled));
        // The turn was given back.
        let found = store.snapshot_at(2, &Limits::default()).unwrap();
        assert_eq!(state(&found), state(&versions[2]));
    }

    #[test]
    fn a_rebuild_that_runs_out_of_time_is_taken_up_where_it_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let store = KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
        for number in 0..400 {
            update(&store, &format!("INSERT DATA {{ <e:w> <e:p> {number} }}"));
        }
        let mut times_out = 0;
        let mut allowed = Duration::from_millis(2);
        let found = loop {
            let limits = Limits {
                deadline: Some(Instant::now() + allowed),
                ..Limits::default()
            };
            match store.snapshot_at(200, &limits) {
                Ok(snapshot) => break snapshot,
                Err(StoreError::TimedOut) => times_out += 1,
                Err(error) => panic!("{error}"),
            }
            // Slow machines get there, too.
            allowed += Duration::from_millis(1);
        };
        assert_eq!(found.len(), 200);
        let kept = store.shared.history.kept_versions();
        assert!(kept.contains(&200) && kept.iter().all(|version| (200..400).contains(version)));
        assert!(kept.len() > 1 || times_out == 0, "{times_out} {kept:?}");
    }

    #[test]
    fn many_who_ask_at_once_while_somebody_writes_all_get_the_version() {
        let folder = tempfile::tempdir().unwrap();
        let (store, versions) = filled(folder.path());
        let found = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| store.snapshot_at(7, &Limits::default()).unwrap()))
                .collect();
            for number in 0..20 {
                update(&store, &format!("INSERT DATA {{ <e:w> <e:p> {number} }}"));
            }
            readers
                .into_iter()
                .map(|reader| reader.join().unwrap())
                .collect::<Vec<_>>()
        });
        for snapshot in &found {
            assert!(Arc::ptr_eq(snapshot, &found[0]), "it was built twice");
            assert_eq!(state(snapshot), state(&versions[7]));
        }
        assert!(found[0].contains_graph(GRAPH));
    }
}
