//! The log: the truth. One durable record a commit, chained by hashes.
//!
//! A record is a header (JSON) and blocks of quads (dictionary-coded, zstd). Its hash covers the
//! hash of the record before, the header and every block, so nothing can be changed, left out or
//! put in unnoticed. redb, an ACID embedded database, holds the records and writes them to disk
//! before an append returns.
//!
//! Beside the log lie a *checkpoint* (a whole version, so that a start need not replay all of
//! history; derived, checked by its hash, rebuilt at need) and the *tip* (version and hash of the
//! last record: if the database fell back to an earlier state of itself, the tip tells).

use super::dictionary::Dictionary;
use super::error::StoreError;
use super::index::GraphScope;
use super::snapshot::{LastChange, Snapshot};
use super::transaction::{Finished, Transaction};
use crate::rdf::{CodedQuad, DEFAULT_GRAPH, DamagedTerm, KeyView, TermId, decode_term};
use jiff::Timestamp;
use oxigraph::model::{BlankNode, NamedNode, NamedOrBlankNode, Term};
use rayon::prelude::*;
use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, StorageError,
    TableDefinition,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

const FORMAT: u32 = 1;
const LOG_FILE: &str = "log.redb";
const CHECKPOINT_FILE: &str = "checkpoint.weft";
const TIP_FILE: &str = "tip";
const CHECKPOINT_MAGIC: &[u8; 8] = b"WEFTCKP1";

/// Headers by version: the hash of the record (32 bytes), then the header.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");
/// Blocks by version and position.
const BLOCKS: TableDefinition<'_, (u64, u32), &[u8]> = TableDefinition::new("blocks");
const META: TableDefinition<'_, &str, u32> = TableDefinition::new("meta");

/// redb's page cache. The log is written and rarely read, so little serves.
const PAGE_CACHE: usize = 8 << 20;

/// Quads in a block: large enough to compress well, small enough to be worked on in parallel.
const BLOCK_QUADS: usize = 1 << 16;

const ADDED: u8 = 1;
const REMOVED: u8 = 0;

/// What a record says besides its quads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordHeader {
    /// The data version that the commit made.
    pub version: u64,
    /// When, in UTC (RFC 3339).
    pub time: String,
    /// Who.
    pub author: String,
    /// Why, in a few words.
    pub message: String,
    /// Hash of the record before, in hexadecimal; none for the first.
    pub previous: Option<String>,
    /// How many quads it added.
    pub added: u64,
    /// How many quads it removed.
    pub removed: u64,
    /// Named graphs that came to exist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graphs_created: Vec<String>,
    /// Named graphs that were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graphs_dropped: Vec<String>,
    /// Graphs that are not what they were, those made and dropped among them. Records of before
    /// this was written down have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub graphs_changed: Vec<String>,
    /// In a record of the whole state: which version changed each graph last, and when.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub last_changes: BTreeMap<String, (u64, String)>,
    /// Prefixes learnt.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prefixes: BTreeMap<String, String>,
    /// Whether the record holds the whole state, earlier history having been compacted away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// How many blocks follow.
    pub blocks: u32,
}

/// A record ready to be written.
pub(super) struct Record {
    pub(super) header: RecordHeader,
    pub(super) blocks: Vec<Vec<u8>>,
}

impl Record {
    pub(super) fn new(
        version: u64,
        author: &str,
        message: &str,
        change: &Finished,
    ) -> Result<Self, StoreError> {
        let name = |graph: &TermId| graph_text(&change.dictionary, *graph);
        let mut blocks = encode_blocks(change, &change.removed, REMOVED)?;
        blocks.extend(encode_blocks(change, &change.added, ADDED)?);
        Ok(Self {
            header: RecordHeader {
                version,
                time: Timestamp::now().to_string(),
                author: author.to_owned(),
                message: message.to_owned(),
                previous: None,
                added: change.added.len() as u64,
                removed: change.removed.len() as u64,
                graphs_created: change.created.iter().map(name).collect::<Result<_, _>>()?,
                graphs_dropped: change.dropped.iter().map(name).collect::<Result<_, _>>()?,
                graphs_changed: change.graphs().iter().map(name).collect::<Result<_, _>>()?,
                last_changes: BTreeMap::new(),
                prefixes: change.prefixes.clone(),
                whole: false,
                blocks: blocks.len() as u32,
            },
            blocks,
        })
    }

    /// The whole state of a snapshot as one record.
    fn whole(snapshot: &Snapshot, message: &str) -> Result<Self, StoreError> {
        let state = Finished {
            dictionary: snapshot.dictionary.clone(),
            added: snapshot.scan([None; 3], GraphScope::All).collect(),
            removed: Vec::new(),
            created: snapshot
                .graph_ids()
                .keys()
                .copied()
                .filter(|graph| *graph != DEFAULT_GRAPH)
                .collect(),
            dropped: Vec::new(),
            prefixes: snapshot.prefixes().clone(),
            snapshot: Arc::new(Snapshot::empty(0)),
        };
        let mut record = Self::new(snapshot.version(), "weft", message, &state)?;
        record.header.whole = true;
        record.header.graphs_changed.clear();
        for (graph, change) in snapshot.last_changes() {
            let name = graph_text(&snapshot.dictionary, *graph)?;
            let change = (change.version, change.time.to_string());
            record.header.last_changes.insert(name, change);
        }
        Ok(record)
    }

    /// When its commit was made.
    pub(super) fn time(&self) -> Timestamp {
        self.header.time.parse().unwrap_or_default()
    }

    /// Sets the link to the record before, and answers the bytes of the header and the hash.
    pub(super) fn seal(
        &mut self,
        previous: Option<[u8; 32]>,
    ) -> Result<(Vec<u8>, [u8; 32]), StoreError> {
        self.header.previous = previous.map(hex);
        let header = serde_json::to_vec(&self.header)
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        let blocks = self.blocks.iter().map(Vec::as_slice);
        let hash = record_hash(&header, blocks);
        Ok((header, hash))
    }
}

pub(super) fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

fn record_hash<'a>(header: &[u8], blocks: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    // The header holds the hash of the record before, so this chains.
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(header.len() as u64).to_le_bytes());
    hasher.update(header);
    for block in blocks {
        hash_block(&mut hasher, block);
    }
    *hasher.finalize().as_bytes()
}

pub(super) fn hash_block(hasher: &mut blake3::Hasher, block: &[u8]) {
    hasher.update(&(block.len() as u64).to_le_bytes());
    hasher.update(block);
}

/// How the default graph is written among others.
const DEFAULT_GRAPH_TEXT: &str = "DEFAULT";

fn graph_text(dictionary: &Dictionary, graph: TermId) -> Result<String, StoreError> {
    if graph == DEFAULT_GRAPH {
        return Ok(DEFAULT_GRAPH_TEXT.to_owned());
    }
    Ok(dictionary.term(graph)?.to_string())
}

pub(super) fn parse_graph_text(text: &str) -> Option<NamedOrBlankNode> {
    if let Some(label) = text.strip_prefix("_:") {
        return Some(BlankNode::new(label).ok()?.into());
    }
    let iri = text.strip_prefix('<')?.strip_suffix('>')?;
    Some(NamedNode::new(iri).ok()?.into())
}

fn encode_blocks(
    change: &Finished,
    quads: &[CodedQuad],
    kind: u8,
) -> Result<Vec<Vec<u8>>, StoreError> {
    quads
        .par_chunks(BLOCK_QUADS)
        .map(|quads| encode_block(change, quads, kind))
        .collect()
}

/// A block: kind, numbers of terms and quads, the length of each key, the keys (references are
/// positions in this block, counted from 1), and the quads column by column.
fn encode_block(change: &Finished, quads: &[CodedQuad], kind: u8) -> Result<Vec<u8>, StoreError> {
    fn number(
        id: TermId,
        change: &Finished,
        numbers: &mut HashMap<TermId, u32, foldhash::fast::RandomState>,
        keys: &mut (Vec<u32>, Vec<u8>),
    ) -> Result<u32, DamagedTerm> {
        if id == DEFAULT_GRAPH {
            return Ok(0);
        }
        if let Some(number) = numbers.get(&id) {
            return Ok(*number);
        }
        let key = change.dictionary.key(id)?;
        let view = KeyView::parse(key)?;
        for part in view.parts() {
            number(part, change, numbers, keys)?;
        }
        let mut renumbered = Vec::new();
        view.renumber(|part| numbers.get(&part).copied())
            .ok_or_else(DamagedTerm::no_such_term)?
            .write(&mut renumbered);
        keys.0.push(renumbered.len() as u32);
        keys.1.extend_from_slice(&renumbered);
        let new = keys.0.len() as u32;
        numbers.insert(id, new);
        Ok(new)
    }
    let mut numbers = HashMap::default();
    let mut keys = (Vec::new(), Vec::new());
    let mut columns: [Vec<u32>; 4] = Default::default();
    for quad in quads {
        for (column, id) in columns.iter_mut().zip(quad) {
            column.push(number(*id, change, &mut numbers, &mut keys)?);
        }
    }
    let mut bytes = Vec::with_capacity(9 + keys.0.len() * 4 + keys.1.len() + quads.len() * 16);
    bytes.push(kind);
    bytes.extend_from_slice(&(keys.0.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(quads.len() as u32).to_le_bytes());
    for length in &keys.0 {
        bytes.extend_from_slice(&length.to_le_bytes());
    }
    bytes.extend_from_slice(&keys.1);
    for column in &columns {
        for id in column {
            bytes.extend_from_slice(&id.to_le_bytes());
        }
    }
    zstd::bulk::compress(&bytes, 1).map_err(|error| StoreError::Internal(error.to_string()))
}

/// A block taken apart.
pub(super) struct Block {
    /// Whether its quads came; else they went.
    pub(super) present: bool,
    bytes: Vec<u8>,
    keys: Vec<(usize, usize)>,
    /// Terms by their positions among the keys, counted from 1.
    pub(super) quads: Vec<CodedQuad>,
}

impl Block {
    /// The term at a position, counted from 1.
    pub(super) fn term(&self, position: TermId) -> Result<Term, DamagedTerm> {
        decode_term(self.key(position)?, &|position| self.key(position))
    }

    /// How many terms there are.
    pub(super) fn terms(&self) -> usize {
        self.keys.len()
    }

    fn key(&self, position: TermId) -> Result<&[u8], DamagedTerm> {
        (position as usize)
            .checked_sub(1)
            .and_then(|index| self.keys.get(index))
            .and_then(|(start, end)| self.bytes.get(*start..*end))
            .ok_or_else(DamagedTerm::no_such_term)
    }

    pub(super) fn decode(compressed: &[u8]) -> Option<Self> {
        let bytes = zstd::stream::decode_all(compressed).ok()?;
        let word = |at: usize| -> Option<u32> {
            Some(u32::from_le_bytes(
                bytes.get(at..at.checked_add(4)?)?.try_into().ok()?,
            ))
        };
        let kind = *bytes.first()?;
        let (terms, quads) = (word(1)? as usize, word(5)? as usize);
        let mut keys = Vec::with_capacity(terms.min(bytes.len()));
        let mut end = 9 + terms.checked_mul(4)?;
        for term in 0..terms {
            let start = end;
            end = start.checked_add(word(9 + term * 4)? as usize)?;
            keys.push((start, end));
        }
        if bytes.len() != end.checked_add(quads.checked_mul(16)?)? {
            return None;
        }
        let quads = (0..quads)
            .map(|row| {
                let column = |n: usize| word(end + (n * quads + row) * 4);
                Some([column(0)?, column(1)?, column(2)?, column(3)?])
            })
            .collect::<Option<_>>()?;
        Some(Self {
            present: kind == ADDED,
            keys,
            quads,
            bytes,
        })
    }

    /// The graphs of its quads.
    fn graphs(&self) -> Option<BTreeSet<String>> {
        let graphs: BTreeSet<TermId> = self.quads.iter().map(|quad| quad[3]).collect();
        let name = |graph: TermId| {
            if graph == DEFAULT_GRAPH {
                return Some(DEFAULT_GRAPH_TEXT.to_owned());
            }
            let (start, end) = *self.keys.get((graph as usize).checked_sub(1)?)?;
            match KeyView::parse(self.bytes.get(start..end)?).ok()? {
                KeyView::Iri(iri) => Some(format!("<{iri}>")),
                KeyView::BlankNode(label) => Some(format!("_:{label}")),
                _ => None,
            }
        };
        graphs.into_iter().map(name).collect()
    }

    fn replay(&self, transaction: &mut Transaction) -> Result<(), DamagedTerm> {
        self.set(transaction, self.present)
    }

    /// Takes back what [`Self::replay`] does.
    fn undo(&self, transaction: &mut Transaction) -> Result<(), DamagedTerm> {
        self.set(transaction, !self.present)
    }

    fn set(&self, transaction: &mut Transaction, present: bool) -> Result<(), DamagedTerm> {
        let keys = self
            .keys
            .iter()
            .map(|(start, end)| &self.bytes[*start..*end]);
        transaction.replay(keys, &self.quads, present)
    }
}

/// Takes down which graphs a record changed.
fn note_changes<'a>(
    header: &RecordHeader,
    blocks: impl Iterator<Item = &'a [u8]>,
    changes: &mut BTreeMap<String, LastChange>,
) -> Result<(), &'static str> {
    let time: Timestamp = header.time.parse().map_err(|_| "its time is none")?;
    let version = header.version;
    if header.whole {
        changes.clear();
    }
    let mut note = |graph: &str, change| changes.insert(graph.to_owned(), change);
    let named = header.graphs_created.iter().chain(&header.graphs_changed);
    for graph in named.chain(&header.graphs_dropped) {
        note(graph, LastChange { version, time });
    }
    for (graph, (version, time)) in &header.last_changes {
        let time = time.parse().map_err(|_| "its time is none")?;
        note(
            graph,
            LastChange {
                version: *version,
                time,
            },
        );
    }
    let is_told = !header.graphs_changed.is_empty() || !header.last_changes.is_empty();
    if !is_told && header.added + header.removed > 0 {
        for block in blocks {
            let block = Block::decode(block).ok_or("a block does not decode")?;
            for graph in block.graphs().ok_or("a graph name is none")? {
                note(&graph, LastChange { version, time });
            }
        }
    }
    Ok(())
}

fn replay_record<'a>(
    header: &RecordHeader,
    blocks: impl ParallelIterator<Item = &'a [u8]>,
    transaction: &mut Transaction,
) -> Result<(), String> {
    for name in &header.graphs_created {
        let graph = parse_graph_text(name).ok_or("a graph name is none")?;
        transaction.create_graph(graph.as_ref());
    }
    let blocks: Vec<_> = blocks.map(Block::decode).collect();
    for block in blocks {
        block
            .ok_or("a block does not decode")?
            .replay(transaction)
            .map_err(|error| error.to_string())?;
    }
    for name in &header.graphs_dropped {
        let graph = parse_graph_text(name).ok_or("a graph name is none")?;
        transaction.drop_graph(crate::rdf::graph_name_ref(graph.as_ref()));
    }
    for (name, iri) in &header.prefixes {
        transaction.set_prefix(name, iri);
    }
    Ok(())
}

/// A record as it was read back.
pub(super) struct StoredRecord {
    pub(super) header: RecordHeader,
    blocks: Vec<Vec<u8>>,
}

impl StoredRecord {
    /// Makes the change of the record again, on the version before it.
    ///
    /// # Errors
    /// What does not fit.
    pub(super) fn replay(&self, transaction: &mut Transaction) -> Result<(), String> {
        let blocks = self.blocks.par_iter().map(Vec::as_slice);
        replay_record(&self.header, blocks, transaction)
    }

    /// Takes the change of the record back, on its version. A record says what really changed, so
    /// this leads to the version before exactly; prefixes alone are left as they are.
    ///
    /// # Errors
    /// What does not fit.
    pub(super) fn undo(&self, transaction: &mut Transaction) -> Result<(), String> {
        for name in &self.header.graphs_dropped {
            let graph = parse_graph_text(name).ok_or("a graph name is none")?;
            transaction.create_graph(graph.as_ref());
        }
        let blocks: Vec<_> = self
            .blocks
            .par_iter()
            .map(|block| Block::decode(block))
            .collect();
        for block in blocks {
            block
                .ok_or("a block does not decode")?
                .undo(transaction)
                .map_err(|error| error.to_string())?;
        }
        for name in &self.header.graphs_created {
            let graph = parse_graph_text(name).ok_or("a graph name is none")?;
            transaction.drop_graph(crate::rdf::graph_name_ref(graph.as_ref()));
        }
        Ok(())
    }
}

/// The database of a log while it is open.
struct Opened {
    /// `None` after a failed write: redb then refuses everything until it is reopened.
    database: Option<Database>,
    /// Grows when the log is rewritten: what was read of it before is then no longer in it.
    generation: u64,
}

/// The writer and readers of history share the database. Each holds the lock for one transaction
/// only; redb lets reads go on beside a write.
#[derive(Clone)]
struct SharedDatabase(Arc<RwLock<Opened>>);

impl SharedDatabase {
    fn new(database: Database) -> Self {
        Self(Arc::new(RwLock::new(Opened {
            database: Some(database),
            generation: 0,
        })))
    }

    fn read(&self) -> RwLockReadGuard<'_, Opened> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Opened> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads records from any thread, a slice at a time, so that neither the writer nor the pages of
/// the database wait for whoever reads.
#[derive(Clone)]
pub(super) struct LogReader {
    path: PathBuf,
    database: SharedDatabase,
}

impl LogReader {
    /// What the records that are read belong to; another number means that the log was rewritten.
    pub(super) fn generation(&self) -> u64 {
        self.database.read().generation
    }

    fn reading<T>(
        &self,
        work: impl FnOnce(&ReadTransaction, u64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // redb may panic on a damaged file.
        catch_unwind(AssertUnwindSafe(|| {
            let opened = self.database.read();
            let Some(database) = &opened.database else {
                return Err(self.damaged("the file is not open"));
            };
            let reading = database
                .begin_read()
                .map_err(|error| self.damaged(error.to_string()))?;
            work(&reading, opened.generation)
        }))
        .unwrap_or_else(|_| Err(self.damaged("the file is damaged beyond what can be read")))
    }

    pub(super) fn damaged(&self, detail: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: self.path.clone(),
            detail: detail.into(),
        }
    }

    /// The versions of the first and last record, and whether the first holds a whole state.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub(super) fn ends(&self) -> Result<Option<(u64, u64, bool)>, StoreError> {
        let failed = |error: StorageError| storage_error(&self.path, error);
        self.reading(|reading, _| {
            let records = reading
                .open_table(RECORDS)
                .map_err(|error| self.damaged(error.to_string()))?;
            let first = records.first().map_err(failed)?;
            let last = records.last().map_err(failed)?;
            let (Some((first, value)), Some((last, _))) = (first, last) else {
                return Ok(None);
            };
            let (_, header) = self.header(value.value())?;
            Ok(Some((first.value(), last.value(), header.whole)))
        })
    }

    fn header<'a>(&self, value: &'a [u8]) -> Result<(&'a [u8], RecordHeader), StoreError> {
        value
            .split_first_chunk::<32>()
            .and_then(|(_, header)| Some((header, serde_json::from_slice(header).ok()?)))
            .ok_or_else(|| self.damaged("a header cannot be read"))
    }

    /// The headers of these versions, as far as there are any, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub(super) fn headers(
        &self,
        versions: RangeInclusive<u64>,
    ) -> Result<Vec<RecordHeader>, StoreError> {
        let failed = |error: StorageError| storage_error(&self.path, error);
        self.reading(|reading, _| {
            let records = reading
                .open_table(RECORDS)
                .map_err(|error| self.damaged(error.to_string()))?;
            records
                .range(versions)
                .map_err(failed)?
                .map(|entry| {
                    let (_, value) = entry.map_err(failed)?;
                    Ok(self.header(value.value())?.1)
                })
                .collect()
        })
    }

    /// The hashes and headers of these versions, `most` of them at most, oldest first, and what they
    /// belong to.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read.
    pub(super) fn heads(
        &self,
        versions: RangeInclusive<u64>,
        most: usize,
    ) -> Result<(u64, Vec<RecordHead>), StoreError> {
        let failed = |error: StorageError| storage_error(&self.path, error);
        self.reading(|reading, generation| {
            let records = reading
                .open_table(RECORDS)
                .map_err(|error| self.damaged(error.to_string()))?;
            let heads = records
                .range(versions)
                .map_err(failed)?
                .take(most)
                .map(|entry| {
                    let (_, value) = entry.map_err(failed)?;
                    let (bytes, header) = self.header(value.value())?;
                    let hash = value
                        .value()
                        .first_chunk::<32>()
                        .ok_or_else(|| self.damaged("a header cannot be read"))?;
                    Ok(RecordHead {
                        hash: *hash,
                        bytes: bytes.to_vec(),
                        header,
                    })
                })
                .collect::<Result<_, StoreError>>()?;
            Ok((generation, heads))
        })
    }

    /// One block of a record; `None` if the log has been rewritten since `generation`.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read, or has no such block.
    pub(super) fn block(
        &self,
        generation: u64,
        version: u64,
        position: u32,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.reading(|reading, now| {
            if now != generation {
                return Ok(None);
            }
            let blocks = reading
                .open_table(BLOCKS)
                .map_err(|error| self.damaged(error.to_string()))?;
            let block = blocks
                .get((version, position))
                .map_err(|error| storage_error(&self.path, error))?
                .ok_or_else(|| self.damaged(format!("record {version}: a block is missing")))?;
            Ok(Some(block.value().to_vec()))
        })
    }

    /// The records of these versions in their order, as many as hold `bytes` or a little more, and
    /// at least one; `None` if the log has been rewritten since `generation`.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read, or a record is not what was written.
    pub(super) fn records(
        &self,
        generation: u64,
        versions: impl Iterator<Item = u64>,
        bytes: usize,
    ) -> Result<Option<Vec<StoredRecord>>, StoreError> {
        let failed = |error: StorageError| storage_error(&self.path, error);
        self.reading(|reading, now| {
            if now != generation {
                return Ok(None);
            }
            let records = reading
                .open_table(RECORDS)
                .map_err(|error| self.damaged(error.to_string()))?;
            let blocks = reading
                .open_table(BLOCKS)
                .map_err(|error| self.damaged(error.to_string()))?;
            let mut found = Vec::new();
            let mut taken = 0;
            for version in versions {
                let wrong = |what: &str| self.damaged(format!("record {version}: {what}"));
                let value = records
                    .get(version)
                    .map_err(failed)?
                    .ok_or_else(|| wrong("it is missing"))?;
                let (text, header) = self.header(value.value())?;
                let blocks = (0..header.blocks)
                    .map(|position| {
                        let block = blocks.get((version, position)).map_err(failed)?;
                        Ok(block
                            .ok_or_else(|| wrong("a block is missing"))?
                            .value()
                            .to_vec())
                    })
                    .collect::<Result<Vec<_>, StoreError>>()?;
                if record_hash(text, blocks.iter().map(Vec::as_slice)) != value.value()[..32] {
                    return Err(wrong("its content does not match its hash"));
                }
                taken += text.len() + blocks.iter().map(Vec::len).sum::<usize>();
                found.push(StoredRecord { header, blocks });
                if taken >= bytes {
                    break;
                }
            }
            Ok(Some(found))
        })
    }
}

/// A record without its blocks.
#[derive(Clone)]
pub(super) struct RecordHead {
    pub(super) hash: [u8; 32],
    /// The header as it is hashed.
    pub(super) bytes: Vec<u8>,
    pub(super) header: RecordHeader,
}

impl RecordHead {
    /// Begins to compute the hash of the record; [`hash_block`] goes on.
    pub(super) fn hasher(&self) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(self.bytes.len() as u64).to_le_bytes());
        hasher.update(&self.bytes);
        hasher
    }
}

/// Version and hash of the last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    version: u64,
    hash: [u8; 32],
}

/// The open log of a data directory.
pub(super) struct Log {
    directory: PathBuf,
    database: SharedDatabase,
    head: Option<Head>,
    /// Records and quads since the last checkpoint.
    since_checkpoint: (u64, u64),
}

impl Log {
    /// Opens or makes the log in a directory and answers the newest version of the data.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Damaged`], [`StoreError::NewerFormat`],
    /// [`StoreError::Io`].
    pub(super) fn open(directory: &Path) -> Result<(Self, Snapshot), StoreError> {
        fs::create_dir_all(directory).map_err(|error| StoreError::io(directory, error))?;
        let path = directory.join(LOG_FILE);
        let database = open_database(&path, true)?;
        let mut log = Self {
            directory: directory.to_owned(),
            database: SharedDatabase::new(database),
            head: None,
            since_checkpoint: (0, 0),
        };
        let snapshot = log.guarded(|log| log.read_all())?;
        Ok((log, snapshot))
    }

    pub(super) fn path(&self) -> PathBuf {
        self.directory.join(LOG_FILE)
    }

    /// Reads this log from other threads.
    pub(super) fn reader(&self) -> LogReader {
        LogReader {
            path: self.path(),
            database: self.database.clone(),
        }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    fn damaged(&self, detail: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            path: self.path(),
            detail: detail.into(),
        }
    }

    /// redb may panic on a damaged file; a panic must not reach a user.
    fn guarded<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let path = self.path();
        catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            Err(StoreError::Damaged {
                path,
                detail: "the file is damaged beyond what can be read".to_owned(),
            })
        })
    }

    fn read_all(&mut self) -> Result<Snapshot, StoreError> {
        let path = self.path();
        let failed = |error: StorageError| storage_error(&path, error);
        let shared = self.database.clone();
        let opened = shared.read();
        let Some(database) = &opened.database else {
            return Err(self.damaged("the file is not open"));
        };
        let reading = database
            .begin_read()
            .map_err(|error| self.damaged(error.to_string()))?;
        let records = reading
            .open_table(RECORDS)
            .map_err(|error| self.damaged(error.to_string()))?;
        let blocks = reading
            .open_table(BLOCKS)
            .map_err(|error| self.damaged(error.to_string()))?;
        let meta = reading
            .open_table(META)
            .map_err(|error| self.damaged(error.to_string()))?;
        match meta
            .get("format")
            .map_err(failed)?
            .map(|value| value.value())
        {
            Some(FORMAT) => {}
            Some(found) if found > FORMAT => {
                return Err(StoreError::NewerFormat {
                    path,
                    found,
                    known: FORMAT,
                });
            }
            _ => return Err(self.damaged("the format is not stated")),
        }
        let (checkpoint, checkpoint_hash) = match self.read_checkpoint() {
            Ok(Some((snapshot, hash))) => (snapshot, Some(hash)),
            Ok(None) => (Snapshot::empty(0), None),
            Err(detail) => {
                tracing::warn!(%detail, "the checkpoint is not used; the state is rebuilt from the log");
                (Snapshot::empty(0), None)
            }
        };
        let mut from = checkpoint.version();
        let mut transaction = Transaction::new(Arc::new(checkpoint));
        let mut head: Option<Head> = None;
        let mut replayed = (0, 0);
        let mut count_of_blocks = 0;
        let mut changes = BTreeMap::new();
        for entry in records.iter().map_err(failed)? {
            let (version, value) = entry.map_err(failed)?;
            let (version, value) = (version.value(), value.value());
            let wrong = |what: &str| self.damaged(format!("record {version}: {what}"));
            let (hash, header_bytes) = value
                .split_first_chunk::<32>()
                .ok_or_else(|| wrong("it is cut"))?;
            let header: RecordHeader = serde_json::from_slice(header_bytes)
                .map_err(|_| wrong("its header cannot be read"))?;
            let parts = (0..header.blocks)
                .map(|position| {
                    blocks
                        .get((version, position))
                        .map_err(failed)?
                        .ok_or_else(|| wrong("a block is missing"))
                })
                .collect::<Result<Vec<_>, _>>()?;
            count_of_blocks += u64::from(header.blocks);
            if record_hash(header_bytes, parts.iter().map(|part| part.value())) != *hash {
                return Err(wrong("its content does not match its hash"));
            }
            let follows = match head {
                None => header.whole || (version == 1 && header.previous.is_none()),
                Some(head) => {
                    version == head.version + 1 && header.previous == Some(hex(head.hash))
                }
            };
            if header.version != version || !follows {
                return Err(wrong("it does not follow the record before"));
            }
            head = Some(Head {
                version,
                hash: *hash,
            });
            let other_history = version == from
                && checkpoint_hash.is_some_and(|expected| expected != *hash)
                || header.whole && from > 0 && version > from;
            if other_history {
                // The checkpoint is of a log that was there before: begin without it.
                tracing::warn!("the checkpoint belongs to another log; the state is rebuilt");
                drop(transaction);
                fs::remove_file(self.directory.join(CHECKPOINT_FILE))
                    .map_err(|error| StoreError::io(&self.directory, error))?;
                return self.read_all();
            }
            note_changes(&header, parts.iter().map(|part| part.value()), &mut changes)
                .map_err(wrong)?;
            if version > from {
                let parts: Vec<_> = parts.iter().map(|part| part.value()).collect();
                replay_record(&header, parts.into_par_iter(), &mut transaction)
                    .map_err(|what| wrong(&what))?;
                replayed = (replayed.0 + 1, replayed.1 + header.added + header.removed);
            }
        }
        if redb::ReadableTableMetadata::len(&blocks).map_err(failed)? != count_of_blocks {
            return Err(self.damaged("there are blocks that belong to no record"));
        }
        let version = head.map_or(0, |head| head.version);
        if from > version {
            return Err(self.damaged(format!(
                "the log ends at version {version}, but a checkpoint of version {from} is there: records are lost"
            )));
        }
        from = version;
        self.check_tip(head)?;
        self.head = head;
        self.since_checkpoint = replayed;
        let mut snapshot = transaction.snapshot().with_version(from);
        let changes = changes.into_iter().filter_map(|(graph, change)| {
            let graph = match parse_graph_text(&graph) {
                Some(node) => snapshot.graph_id(crate::rdf::graph_name_ref(node.as_ref())),
                None => Some(DEFAULT_GRAPH),
            };
            Some((graph?, change))
        });
        let changes = changes.collect();
        snapshot.set_last_changes(changes);
        Ok(snapshot)
    }

    fn check_tip(&self, head: Option<Head>) -> Result<(), StoreError> {
        // The tip is written after each record without waiting for the disk: it may lag behind,
        // but what it names was on disk.
        let Ok(text) = fs::read_to_string(self.directory.join(TIP_FILE)) else {
            return Ok(());
        };
        let mut words = text.split_whitespace();
        let (Some(Ok(version)), Some(hash)) = (words.next().map(str::parse::<u64>), words.next())
        else {
            return Ok(());
        };
        let (here, same) = match head {
            None => (0, false),
            Some(head) => (head.version, hex(head.hash) == hash),
        };
        if version > here || (version == here && !same) {
            return Err(self.damaged(format!(
                "the last record written was version {version}, but the file ends at version {here}: it fell back to an earlier state, or was replaced"
            )));
        }
        Ok(())
    }

    fn write_tip(&self) {
        let Some(head) = self.head else { return };
        let path = self.directory.join(TIP_FILE);
        // One small write over the old content: the lengths never shrink, so no truncation.
        let text = format!("{:020} {}\n", head.version, hex(head.hash));
        let written = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .and_then(|mut file| file.write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, path = %path.display(), "the tip could not be written");
        }
    }

    /// Writes records durably, in one go: all of them or none.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or [`StoreError::Io`]. The next append tries anew.
    pub(super) fn append(&mut self, records: &mut [Record]) -> Result<(), StoreError> {
        if self.database.read().database.is_none() {
            self.reopen()?;
        }
        let result = self.guarded(|log| log.append_to_open(records));
        if result.is_err() {
            // redb refuses further writes after a failed one: reopen before the next.
            self.database.write().database = None;
        }
        result
    }

    fn append_to_open(&mut self, records: &mut [Record]) -> Result<(), StoreError> {
        let path = self.path();
        let failed = |error: redb::Error| write_error(&path, error);
        let mut head = self.head;
        let shared = self.database.clone();
        let opened = shared.read();
        let Some(database) = &opened.database else {
            return Err(self.damaged("the file is not open"));
        };
        let writing = database
            .begin_write()
            .map_err(|error| failed(error.into()))?;
        {
            let mut headers = writing
                .open_table(RECORDS)
                .map_err(|error| failed(error.into()))?;
            let mut blocks = writing
                .open_table(BLOCKS)
                .map_err(|error| failed(error.into()))?;
            for record in records.iter_mut() {
                let version = record.header.version;
                let (header, hash) = record.seal(head.map(|head| head.hash))?;
                let value = [hash.as_slice(), &header].concat();
                headers
                    .insert(version, value.as_slice())
                    .map_err(|error| failed(error.into()))?;
                for (position, block) in record.blocks.iter().enumerate() {
                    blocks
                        .insert((version, position as u32), block.as_slice())
                        .map_err(|error| failed(error.into()))?;
                }
                head = Some(Head { version, hash });
            }
        }
        writing.commit().map_err(|error| failed(error.into()))?;
        self.head = head;
        for record in records {
            self.since_checkpoint.0 += 1;
            self.since_checkpoint.1 += record.header.added + record.header.removed;
        }
        self.write_tip();
        Ok(())
    }

    /// Opens the file again after a failed write. What failed must not be in it.
    fn reopen(&mut self) -> Result<(), StoreError> {
        self.guarded(|log| {
            let database = open_database(&log.path(), false)?;
            let reading = database
                .begin_read()
                .map_err(|error| log.damaged(error.to_string()))?;
            let records = reading
                .open_table(RECORDS)
                .map_err(|error| log.damaged(error.to_string()))?;
            let last = records
                .last()
                .map_err(|error| storage_error(&log.path(), error))?
                .map(|(version, _)| version.value());
            if last != log.head.map(|head| head.version) {
                return Err(log.damaged(
                    "a write that had failed is in the log after all; restart weft to take it up",
                ));
            }
            drop(records);
            drop(reading);
            log.database.write().database = Some(database);
            Ok(())
        })
    }

    /// Whether enough was written since the last checkpoint to make the next one worth its cost.
    pub(super) fn wants_checkpoint(&self, snapshot: &Snapshot) -> bool {
        let (records, quads) = self.since_checkpoint;
        records > 10_000 || quads > 1_000_000.max(snapshot.len() as u64)
    }

    /// Whether anything was written since the last checkpoint.
    pub(super) fn is_ahead_of_checkpoint(&self) -> bool {
        self.since_checkpoint.1 > 10_000 || self.since_checkpoint.0 > 100
    }

    /// Writes a checkpoint of the newest version.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the log is as before.
    pub(super) fn checkpoint(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let Some(head) = self.head.filter(|head| head.version == snapshot.version()) else {
            return Ok(());
        };
        let mut record = Record::whole(snapshot, "checkpoint")?;
        let (header, hash) = record.seal(Some(head.hash))?;
        let mut content = Vec::new();
        content.extend_from_slice(CHECKPOINT_MAGIC);
        content.extend_from_slice(&hash);
        content.extend_from_slice(&(header.len() as u64).to_le_bytes());
        content.extend_from_slice(&header);
        for block in &record.blocks {
            content.extend_from_slice(&(block.len() as u64).to_le_bytes());
            content.extend_from_slice(block);
        }
        let path = self.directory.join(CHECKPOINT_FILE);
        // Also if it fails: the next attempt comes when as much again was written.
        self.since_checkpoint = (0, 0);
        replace_file(&path, &content).map_err(|error| StoreError::io(&path, error))
    }

    /// The checkpoint and the hash of the log record it belongs to, if there is one.
    fn read_checkpoint(&self) -> Result<Option<(Snapshot, [u8; 32])>, String> {
        let content = match fs::read(self.directory.join(CHECKPOINT_FILE)) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let decoded = (|| {
            let rest = content.strip_prefix(CHECKPOINT_MAGIC)?;
            let (hash, rest) = rest.split_first_chunk::<32>()?;
            let (header_bytes, mut rest) = take_sized(rest)?;
            let header: RecordHeader = serde_json::from_slice(header_bytes).ok()?;
            let mut blocks = Vec::new();
            while !rest.is_empty() {
                let (block, more) = take_sized(rest)?;
                blocks.push(block);
                rest = more;
            }
            let sound = record_hash(header_bytes, blocks.iter().copied()) == *hash
                && blocks.len() == header.blocks as usize;
            sound.then_some((header, blocks))
        })();
        let (header, blocks) = decoded.ok_or("its content does not match its hash")?;
        let belongs_to = header
            .previous
            .as_deref()
            .and_then(|hash| blake3::Hash::from_hex(hash).ok())
            .ok_or("it names no record")?;
        let mut transaction = Transaction::new(Arc::new(Snapshot::empty(0)));
        replay_record(&header, blocks.into_par_iter(), &mut transaction)?;
        Ok(Some((
            transaction.snapshot().with_version(header.version),
            *belongs_to.as_bytes(),
        )))
    }

    /// Rewrites the log as one record of the whole state, so that erased data is in no file any
    /// more. The data version stays; the history before it is gone.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the old log is then still in place.
    pub(super) fn compact(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if snapshot.version() == 0 {
            return Ok(());
        }
        let path = self.path();
        let new_path = self.directory.join("log.redb.new");
        let _ = fs::remove_file(&new_path);
        let mut new = Self {
            directory: self.directory.clone(),
            database: SharedDatabase::new(open_database(&new_path, true)?),
            head: None,
            since_checkpoint: (0, 0),
        };
        let mut records = [Record::whole(snapshot, "compacted")?];
        if let Err(error) = new.append_to_open(&mut records) {
            drop(new);
            // A full disk must not stay full because of us.
            let _ = fs::remove_file(&new_path);
            return Err(error);
        }
        // Checkpoint and tip speak of the old file: they go before it does.
        for name in [CHECKPOINT_FILE, TIP_FILE] {
            let path = self.directory.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::io(&path, error));
                }
                _ => {}
            }
        }
        // Both files are open, and so locked, while the new one takes the old one's name.
        fs::rename(&new_path, &path).map_err(|error| StoreError::io(&path, error))?;
        let database = new.database.write().database.take();
        let mut opened = self.database.write();
        opened.database = database;
        opened.generation += 1;
        drop(opened);
        self.head = new.head;
        self.since_checkpoint = new.since_checkpoint;
        self.write_tip();
        sync_directory(&self.directory).map_err(|error| StoreError::io(&path, error))
    }
}

/// Copies a log into a directory that has none and checks the copy by opening it; answers its
/// version.
pub(super) fn copy(from: &Path, to: &Path) -> Result<u64, StoreError> {
    let source = from.join(LOG_FILE);
    if !source.is_file() {
        return Err(StoreError::io(
            &source,
            io::Error::new(io::ErrorKind::NotFound, "there is no log here"),
        ));
    }
    let target = to.join(LOG_FILE);
    if target.exists() {
        return Err(StoreError::NotEmpty {
            path: to.to_owned(),
        });
    }
    fs::create_dir_all(to).map_err(|error| StoreError::io(to, error))?;
    // What may be left of a log that was here before says nothing of this one.
    for name in [CHECKPOINT_FILE, TIP_FILE] {
        let _ = fs::remove_file(to.join(name));
    }
    let copied = || -> Result<u64, StoreError> {
        let part = to.join("log.redb.part");
        fs::copy(&source, &part).map_err(|error| StoreError::io(&part, error))?;
        File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&part, &target))
            .map_err(|error| StoreError::io(&target, error))?;
        let tip = from.join(TIP_FILE);
        if tip.is_file() {
            fs::copy(&tip, to.join(TIP_FILE)).map_err(|error| StoreError::io(to, error))?;
        }
        sync_directory(to).map_err(|error| StoreError::io(to, error))?;
        Ok(Log::open(to)?.1.version())
    };
    let result = copied();
    if result.is_err() {
        for name in [LOG_FILE, TIP_FILE, "log.redb.part"] {
            let _ = fs::remove_file(to.join(name));
        }
    }
    result
}

fn take_sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// Opens or makes a database file, checking it page by page, and makes sure of its tables.
fn open_database(path: &Path, may_create: bool) -> Result<Database, StoreError> {
    let damaged = |detail: String| StoreError::Damaged {
        path: path.to_owned(),
        detail,
    };
    // A file without a byte is a first start that was cut off. (Of a log that had records, the tip
    // tells.)
    let exists = fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0);
    if !exists && !may_create {
        return Err(StoreError::io(path, io::ErrorKind::NotFound.into()));
    }
    let opened = catch_unwind(|| {
        let mut builder = Database::builder();
        builder.set_cache_size(PAGE_CACHE);
        builder.set_check_integrity_on_open(true);
        if exists {
            builder.open(path)
        } else {
            builder.create(path)
        }
    });
    let database = match opened {
        Ok(Ok(database)) => database,
        Ok(Err(DatabaseError::DatabaseAlreadyOpen)) => {
            return Err(StoreError::Locked {
                path: path.parent().unwrap_or(path).to_owned(),
            });
        }
        Ok(Err(DatabaseError::Storage(StorageError::Io(error))))
            if !matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            return Err(StoreError::io(path, error));
        }
        Ok(Err(error)) => return Err(damaged(error.to_string())),
        Err(_) => {
            return Err(damaged(
                "the file is damaged beyond what can be read".to_owned(),
            ));
        }
    };
    if !exists {
        let failed = |error: redb::Error| write_error(path, error);
        let writing = database
            .begin_write()
            .map_err(|error| failed(error.into()))?;
        writing
            .open_table(RECORDS)
            .map_err(|error| failed(error.into()))?;
        writing
            .open_table(BLOCKS)
            .map_err(|error| failed(error.into()))?;
        writing
            .open_table(META)
            .map_err(|error| failed(error.into()))?
            .insert("format", FORMAT)
            .map_err(|error| failed(error.into()))?;
        writing.commit().map_err(|error| failed(error.into()))?;
    }
    Ok(database)
}

fn storage_error(path: &Path, error: StorageError) -> StoreError {
    match error {
        StorageError::Io(error) => StoreError::io(path, error),
        other => StoreError::Damaged {
            path: path.to_owned(),
            detail: other.to_string(),
        },
    }
}

fn write_error(path: &Path, error: redb::Error) -> StoreError {
    match error {
        redb::Error::Io(error) => StoreError::io(path, error),
        other => StoreError::Io {
            path: path.to_owned(),
            source: io::Error::other(other.to_string()),
        },
    }
}

/// Writes a file so that it has its old content or its new one, whatever happens.
fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&new, path)) {
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    match path.parent() {
        Some(directory) => sync_directory(directory),
        None => Ok(()),
    }
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
