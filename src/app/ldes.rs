//! The feed as a Linked Data Event Stream (<https://w3id.org/ldes/specification>).
//!
//! A member is a version object: a resource as it was after a commit that changed it. That is what
//! consumers of event streams store and index; patches, which only a copy of the whole can use, are
//! at `/api/v1/changes`. A resource that has no statement left is a member that says so.
//!
//! A page is about a fixed number of commits, so that its address never changes; a page of more
//! members than one answer should have is cut into parts. All but the last are as they will always
//! be.

use super::changes::{Entry, Sight};
use super::{AppError, KnowledgeGraph};
use crate::store::{Limits, StoreError};
use oxigraph::model::{NamedOrBlankNode, Quad};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Commits of a page.
pub const COMMITS: u64 = 20;
/// Members of a part.
pub const MEMBERS: usize = 250;
/// Commits that are looked at to go back from the newest version, in a store without a log.
const MOST_BACK: usize = 10_000;

/// A resource as it was after a commit that changed it.
pub struct Member {
    /// The resource.
    pub subject: NamedOrBlankNode,
    /// The version that the commit made.
    pub version: u64,
    /// When (RFC 3339).
    pub time: String,
    /// What was said of it then; nothing if it was removed.
    pub statements: Vec<Quad>,
}

/// A part of a page.
pub struct Page {
    /// Its members, in the order of the commits.
    pub members: Vec<Member>,
    /// Page and part that follow.
    pub next: Option<(u64, usize)>,
    /// No member of what follows is older than this.
    pub next_from: Option<String>,
}

impl KnowledgeGraph {
    /// The number of the first page that the feed still has.
    ///
    /// # Errors
    /// [`AppError::Store`] if the log cannot be read.
    pub fn first_ldes_page(&self) -> Result<u64, AppError> {
        Ok(self.store().first_change()?.saturating_sub(1) / COMMITS)
    }

    /// A part of a page, as it may be seen.
    ///
    /// # Errors
    /// [`AppError::Store`] if there is no such page yet or no longer, an earlier version cannot be
    /// rebuilt in time, or the log cannot be read.
    ///
    /// # Complexity
    /// O(q) for q quads of the page's commits, and up to [`COMMITS`] versions rebuilt.
    pub fn ldes_page(
        &self,
        sight: &Sight,
        number: u64,
        part: usize,
        limits: &Limits,
    ) -> Result<Page, AppError> {
        let newest = self.data_version();
        let start = number.saturating_mul(COMMITS);
        let end = start.saturating_add(COMMITS);
        let first = self.store().first_change()?;
        if end < first {
            return Err(StoreError::VersionGone {
                version: end,
                why: "the feed begins later",
                oldest: first,
                newest,
            }
            .into());
        }
        let since = if start.saturating_add(1) >= first {
            start
        } else if self.store().is_durable() {
            // The page begins with the record of the whole state.
            0
        } else {
            first - 1
        };
        if start > 0 && start >= newest {
            return Err(StoreError::NoSuchVersion {
                version: start.saturating_add(1),
                oldest: first,
                newest,
            }
            .into());
        }
        let mut entries = self.changes(sight, since, COMMITS as usize)?.entries;
        entries.retain(|entry| entry.version <= end);
        let (wanted, more) = members_of(&entries, sight, part)?;
        if part > 0 && wanted.is_empty() {
            return Err(StoreError::NoSuchVersion {
                version: end + 1,
                oldest: first,
                newest,
            }
            .into());
        }
        let last_time = wanted
            .last()
            .filter(|_| more)
            .map(|(index, _)| *index)
            .or(entries.len().checked_sub(1))
            .and_then(|index| Some(entries.get(index)?.time.clone()));
        let next = if more {
            Some((number, part + 1))
        } else {
            (newest > end).then_some((number + 1, 0))
        };
        let descriptions = if self.store().is_durable() {
            self.rebuilt(&entries, &wanted, sight, limits)?
        } else {
            self.undone(&entries, &wanted, sight)?
        };
        let members = wanted
            .into_iter()
            .zip(descriptions)
            .filter_map(|((index, subject), statements)| {
                let entry = entries.get(index)?;
                Some(Member {
                    subject,
                    version: entry.version,
                    time: entry.time.clone(),
                    statements,
                })
            })
            .collect();
        Ok(Page {
            members,
            next,
            next_from: last_time,
        })
    }

    /// What was said of each, from the versions that are rebuilt for it.
    fn rebuilt(
        &self,
        entries: &[Entry],
        wanted: &[(usize, NamedOrBlankNode)],
        sight: &Sight,
        limits: &Limits,
    ) -> Result<Vec<Vec<Quad>>, AppError> {
        let mut descriptions = Vec::with_capacity(wanted.len());
        for group in wanted.chunk_by(|one, other| one.0 == other.0) {
            let Some(entry) = group.first().and_then(|(index, _)| entries.get(*index)) else {
                continue;
            };
            let snapshot = self.snapshot_at(entry.version, limits)?;
            for (_, subject) in group {
                let quads =
                    snapshot.quads_for_pattern(Some(subject.as_ref().into()), None, None, None);
                descriptions.push(
                    quads
                        .filter(|quad| sight.sees(quad.graph_name.as_ref()))
                        .collect(),
                );
            }
        }
        Ok(descriptions)
    }

    /// The same for a store without a log: what is said now, with later changes taken back.
    fn undone(
        &self,
        entries: &[Entry],
        wanted: &[(usize, NamedOrBlankNode)],
        sight: &Sight,
    ) -> Result<Vec<Vec<Quad>>, AppError> {
        let Some(oldest) = entries.first() else {
            return Ok(Vec::new());
        };
        let snapshot = self.snapshot();
        let later = self
            .changes(sight, oldest.version - 1, MOST_BACK)?
            .entries
            .into_iter()
            .filter(|entry| entry.version <= snapshot.version());
        let mut now: HashMap<&NamedOrBlankNode, HashSet<Quad>> = HashMap::new();
        for (_, subject) in wanted {
            now.entry(subject).or_insert_with(|| {
                let quads =
                    snapshot.quads_for_pattern(Some(subject.as_ref().into()), None, None, None);
                quads
                    .filter(|quad| sight.sees(quad.graph_name.as_ref()))
                    .collect()
            });
        }
        let mut at: BTreeMap<usize, Vec<Quad>> = BTreeMap::new();
        for entry in later.collect::<Vec<_>>().into_iter().rev() {
            for (position, (index, subject)) in wanted.iter().enumerate() {
                let is_of_this = entries
                    .get(*index)
                    .is_some_and(|of| of.version == entry.version);
                if is_of_this {
                    let quads = now.get(subject).into_iter().flatten().cloned().collect();
                    at.insert(position, quads);
                }
            }
            entry.visit::<StoreError>(sight, &mut |added, quad| {
                if let Some(known) = now.get_mut(&quad.subject) {
                    if added {
                        known.remove(&quad);
                    } else {
                        known.insert(quad);
                    }
                }
                Ok(())
            })?;
        }
        Ok((0..wanted.len())
            .map(|position| {
                let mut quads = at.remove(&position).unwrap_or_default();
                quads.sort_by_cached_key(ToString::to_string);
                quads
            })
            .collect())
    }
}

/// Resources that entries changed, with the position of the entry.
type Wanted = Vec<(usize, NamedOrBlankNode)>;

/// The resources of one part, in order, and whether there are more.
fn members_of(entries: &[Entry], sight: &Sight, part: usize) -> Result<(Wanted, bool), StoreError> {
    let mut to_skip = part.saturating_mul(MEMBERS);
    let mut wanted = Vec::new();
    let mut more = false;
    for (index, entry) in entries.iter().enumerate() {
        // Hashes only: a commit can change very many resources.
        let mut seen: HashSet<[u8; 16]> = HashSet::new();
        let mut last: Option<NamedOrBlankNode> = None;
        entry.visit::<StoreError>(sight, &mut |_, quad| {
            if more || last.as_ref() == Some(&quad.subject) {
                return Ok(());
            }
            let mut key = [0; 16];
            let hash = blake3::hash(quad.subject.to_string().as_bytes());
            key.copy_from_slice(&hash.as_bytes()[..16]);
            if seen.insert(key) {
                if to_skip > 0 {
                    to_skip -= 1;
                } else if wanted.len() < MEMBERS {
                    wanted.push((index, quad.subject.clone()));
                } else {
                    more = true;
                }
            }
            last = Some(quad.subject);
            Ok(())
        })?;
        if more {
            break;
        }
    }
    Ok((wanted, more))
}
