//! The feed as somebody may see it: which commits, and what of each.
//!
//! # What a reader sees
//!
//! Visibility is today's, as with earlier versions of the data: of every commit, however old, the
//! quads in graphs that are private now are left out, and counted nowhere. A commit that touched
//! such graphs only is no entry, so for who does not see everything the versions have gaps.
//!
//! Whoever does not see everything is told neither author nor message, which may name graphs, nor
//! prefixes, nor any hash of the log. A hash covers what a record says and, through the hash of the
//! record before, everything earlier. A record that is hidden can be short, such as a name put to a
//! label, and hashes can be tried by the thousand million: with the hash of any later record
//! somebody could make sure of a guess. So the chain is for those who see all of it.
//!
//! Derived graphs (`inferred`, `metrics`) are left out for them too: what was derived at an earlier
//! time may rest on graphs that have become private since. Rules and metrics yield them again from
//! the rest.

use super::patch::{self, Patch, PatchHeader, write_end, write_row};
use super::{AppError, KnowledgeGraph, Precondition, Reader, Writer, iri};
use crate::store::skolem::{skolem_iri, skolemized_quad};
use crate::store::{Commit, CommitInfo, Committed, DEFAULT_GRAPH_IRI, StoreError};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, Quad};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;

/// Commits that are looked at for one page.
const MOST_LOOKED_AT: usize = 10_000;
/// Headers that are read at a time.
const AT_A_TIME: usize = 256;
/// Graphs that an entry names.
const MOST_GRAPHS: usize = 1_000;

/// What is seen of the feed: by whom, and of which graphs.
#[derive(Clone)]
pub struct Sight {
    hides: Arc<dyn Fn(&NamedNode) -> bool + Send + Sync>,
    /// Whether nothing is hidden.
    is_whole: bool,
    /// The graphs asked for, with those below them; all if there are none.
    graphs: Vec<NamedNode>,
    key: String,
}

impl Sight {
    /// Whether nothing is hidden and no graph was asked for.
    pub fn is_everything(&self) -> bool {
        self.is_whole && self.graphs.is_empty()
    }

    /// Whether nothing is hidden.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Differs between sights that may differ in what they show.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether what happens in a graph is seen.
    pub fn sees(&self, graph: GraphNameRef<'_>) -> bool {
        let name = match graph {
            GraphNameRef::DefaultGraph => NamedNode::new_unchecked(DEFAULT_GRAPH_IRI),
            GraphNameRef::NamedNode(node) => node.into_owned(),
            GraphNameRef::BlankNode(node) => skolem_iri(node),
        };
        let is_wanted = self.graphs.is_empty()
            || self.graphs.iter().any(|wanted| {
                name == *wanted
                    || name
                        .as_str()
                        .strip_prefix(wanted.as_str())
                        .is_some_and(|rest| rest.starts_with('/') || wanted.as_str().ends_with('/'))
            });
        is_wanted && (self.is_whole || !(self.hides)(&name))
    }
}

/// One commit as it is seen.
#[derive(Clone)]
pub struct Entry {
    /// The data version that it made.
    pub version: u64,
    /// When.
    pub time: String,
    /// Who, if that may be known.
    pub author: Option<String>,
    /// Why, if that may be known.
    pub message: Option<String>,
    /// The hash of its record, for those who see everything.
    pub hash: Option<String>,
    /// The hash of the record before, for those who see everything.
    pub previous: Option<String>,
    /// Quads that came.
    pub added: u64,
    /// Quads that went.
    pub removed: u64,
    /// Graphs that changed, ordered by name.
    pub graphs: Vec<GraphName>,
    /// Named graphs that came to exist.
    pub created: Vec<GraphName>,
    /// Named graphs that were dropped.
    pub dropped: Vec<GraphName>,
    /// Whether it holds the whole state: history before it was compacted away.
    pub whole: bool,
    commit: Commit,
}

impl Entry {
    fn of(commit: Commit, sight: &Sight) -> Result<Option<Self>, StoreError> {
        let header = commit.header();
        let mut graphs = Vec::new();
        let (mut added, mut removed) = (0, 0);
        let touched = commit.touched()?;
        for one in touched.iter().filter(|one| sight.sees(one.graph.as_ref())) {
            added += one.added;
            removed += one.removed;
            graphs.push(one.graph.clone());
        }
        let seen = |graphs: Vec<GraphName>| -> Vec<GraphName> {
            let graphs = graphs.into_iter();
            graphs.filter(|graph| sight.sees(graph.as_ref())).collect()
        };
        let (created, dropped) = (seen(commit.created()), seen(commit.dropped()));
        for graph in created.iter().chain(&dropped) {
            if !graphs.contains(graph) {
                graphs.push(graph.clone());
            }
        }
        if graphs.is_empty() && !sight.is_everything() {
            return Ok(None);
        }
        graphs.sort_by_cached_key(|graph| match graph {
            GraphName::DefaultGraph => String::new(),
            graph => graph.to_string(),
        });
        let known = |text: &String| sight.is_whole.then(|| text.clone());
        Ok(Some(Self {
            version: header.version,
            time: header.time.clone(),
            author: known(&header.author),
            message: known(&header.message),
            hash: sight.is_whole.then(|| commit.hash()),
            previous: header.previous.as_ref().and_then(known),
            added,
            removed,
            graphs,
            created,
            dropped,
            whole: header.whole,
            commit,
        }))
    }

    /// The entry as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "version": self.version,
            "time": super::times::rewritten(&self.time),
            "author": self.author,
            "message": self.message,
            "hash": self.hash,
            "previous": self.previous,
            "added": self.added,
            "removed": self.removed,
            "graphs": graph_names(&self.graphs),
            "whole": self.whole,
        })
    }

    /// What the entry is called in patches. Versions alone name it where a part is seen only: other
    /// parts of the same commit are other patches.
    pub fn id(&self, sight: &Sight) -> String {
        match &self.hash {
            Some(hash) if sight.is_everything() => {
                format!("urn:weft:commit:{}:{hash}", self.version)
            }
            _ => format!("urn:weft:commit:{}", self.version),
        }
    }

    /// What the entry before it is called, for those who see everything.
    fn previous_id(&self, sight: &Sight) -> Option<String> {
        let previous = self.previous.as_ref().filter(|_| sight.is_everything())?;
        Some(format!("urn:weft:commit:{}:{previous}", self.version - 1))
    }

    /// Hands what is seen of its quads to `each`: first those that went, then those that came.
    ///
    /// # Errors
    /// As [`Commit::visit`].
    pub fn visit<E: From<StoreError>>(
        &self,
        sight: &Sight,
        each: &mut dyn FnMut(bool, Quad) -> Result<(), E>,
    ) -> Result<(), E> {
        self.commit.visit(&|graph| sight.sees(graph), each)
    }

    /// Writes the entry as RDF Patch. `before` is what the entry before it is called, where that is
    /// not known from its hash.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn write_patch(
        &self,
        sight: &Sight,
        before: Option<&str>,
        skolemize: bool,
        out: &mut dyn Write,
    ) -> Result<(), ChangeError> {
        let mut fields = vec![("id", format!("<{}>", self.id(sight)))];
        if !self.whole
            && let Some(previous) = self.previous_id(sight).as_deref().or(before)
        {
            fields.push(("prev", format!("<{previous}>")));
        }
        fields.push(("version", patch::text(&self.version.to_string())));
        fields.push(("time", patch::text(&self.time)));
        let known = [("author", &self.author), ("message", &self.message)];
        for (name, value) in known {
            if let Some(value) = value {
                fields.push((name, patch::text(value)));
            }
        }
        let name = |graph: &GraphName| match graph {
            GraphName::BlankNode(node) if skolemize => skolem_iri(node.as_ref()).to_string(),
            graph => graph.to_string(),
        };
        fields.extend(
            self.created
                .iter()
                .map(|graph| ("graph-created", name(graph))),
        );
        fields.extend(
            self.dropped
                .iter()
                .map(|graph| ("graph-dropped", name(graph))),
        );
        let prefixes: Vec<_> = if sight.is_everything() {
            let prefixes = self.commit.header().prefixes.iter();
            prefixes
                .map(|(name, iri)| (name.clone(), iri.clone()))
                .collect()
        } else {
            Vec::new()
        };
        PatchHeader {
            fields: &fields,
            prefixes: &prefixes,
        }
        .write(out)?;
        self.visit::<ChangeError>(sight, &mut |added, quad| {
            let quad = if skolemize {
                skolemized_quad(quad)
            } else {
                quad
            };
            Ok(write_row(added, &quad, out)?)
        })?;
        Ok(write_end(out)?)
    }
}

/// Graphs as JSON and forms name them, up to a number that nobody reads beyond.
fn graph_names(graphs: &[GraphName]) -> Vec<String> {
    graphs
        .iter()
        .take(MOST_GRAPHS)
        .map(|graph| match graph {
            GraphName::NamedNode(node) => node.as_str().to_owned(),
            GraphName::BlankNode(node) => node.to_string(),
            GraphName::DefaultGraph => DEFAULT_GRAPH_IRI.to_owned(),
        })
        .collect()
}

/// Why changes could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever reads.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A piece of the feed.
pub struct Changes {
    /// The commits that are seen, oldest first.
    pub entries: Vec<Entry>,
    /// The last version that was looked at: where the next piece begins.
    pub until: u64,
    /// Whether more is known to follow.
    pub more: bool,
}

impl KnowledgeGraph {
    /// What a reader may see of the feed at this moment, of some graphs and those below them, or of
    /// all if none is named.
    ///
    /// # Errors
    /// [`AppError`] if it cannot be known which graphs are private: then nothing is shown.
    pub fn sight(&self, reader: &Reader, graphs: &[NamedNode]) -> Result<Sight, AppError> {
        let hidden = self.hidden_from(reader)?;
        let is_whole = hidden.is_empty();
        let mut hasher = blake3::Hasher::new();
        let private = self.private_graphs()?;
        let wanted = graphs.iter().map(|graph| graph.as_str());
        let parts = private
            .iter()
            .map(|graph| graph.as_str())
            .chain([""])
            .chain(wanted);
        for part in [reader.name()].into_iter().chain(parts) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&[u8::from(is_whole)]);
        let derived = [iri::INFERRED_GRAPH, iri::METRICS_GRAPH];
        Ok(Sight {
            hides: Arc::new(move |graph| {
                hidden.contains(graph) || (!is_whole && derived.contains(&graph.as_ref()))
            }),
            is_whole,
            graphs: graphs.to_vec(),
            key: hasher.finalize().to_hex().as_str()[..32].to_owned(),
        })
    }

    /// The entries after a version, `most` of them at most, oldest first.
    ///
    /// # Errors
    /// [`AppError::Store`]: there is no such version, what follows it is no longer kept, or the log
    /// cannot be read.
    pub fn changes(&self, sight: &Sight, since: u64, most: usize) -> Result<Changes, AppError> {
        let mut changes = Changes {
            entries: Vec::new(),
            until: since,
            more: false,
        };
        let mut looked_at = 0;
        loop {
            let commits = self.store().changes(changes.until, AT_A_TIME)?;
            let is_last = commits.len() < AT_A_TIME;
            for commit in commits {
                if changes.entries.len() >= most || looked_at >= MOST_LOOKED_AT {
                    changes.more = true;
                    return Ok(changes);
                }
                looked_at += 1;
                let version = commit.header().version;
                changes.entries.extend(Entry::of(commit, sight)?);
                changes.until = version;
            }
            if is_last {
                return Ok(changes);
            }
        }
    }

    /// The entry of one version; `None` if nothing of it is seen.
    ///
    /// # Errors
    /// As [`Self::changes`].
    pub fn change(&self, sight: &Sight, version: u64) -> Result<Option<Entry>, AppError> {
        Ok(Entry::of(self.store().commit(version)?, sight)?)
    }

    /// Checks that a writer may make the changes of a patch.
    ///
    /// # Errors
    /// [`AppError`] naming a graph that it may not write.
    pub fn check_patch(&self, writer: &Writer, patch: &Patch) -> Result<(), AppError> {
        let mut last: Option<&GraphName> = None;
        for graph in patch.graphs() {
            if last != Some(graph) {
                self.check_write(writer, graph.as_ref())?;
                last = Some(graph);
            }
        }
        Ok(())
    }

    /// Makes the changes of a patch, all or none, if the data is as demanded. What the alignment
    /// rules keep is left out: they make it themselves.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write one of the graphs, the data is not as demanded, or
    /// the write fails.
    pub fn apply_patch(
        &self,
        writer: &Writer,
        patch: Patch,
        demand: Precondition,
    ) -> Result<Committed<()>, AppError> {
        self.check_patch(writer, &patch)?;
        let message = match &patch.id {
            Some(id) => format!("patch {id}"),
            None => "patch".to_owned(),
        };
        let about = CommitInfo::new(writer.name(), message);
        let app = self.clone();
        self.store()
            .write::<_, AppError>(about, move |transaction| {
                demand.check_data(&transaction.snapshot())?;
                let kept = |graph: &GraphName| graph.as_ref() == iri::INFERRED_GRAPH.into();
                for graph in patch.created.iter().filter(|graph| !kept(graph)) {
                    if let Some(node) = patch::node_of(graph) {
                        transaction.create_graph(node.as_ref());
                    }
                }
                for (added, quad) in &patch.changes {
                    if kept(&quad.graph_name) {
                        continue;
                    }
                    if *added {
                        transaction.insert(quad.as_ref());
                    } else {
                        transaction.remove(quad.as_ref());
                    }
                }
                for graph in patch.dropped.iter().filter(|graph| !kept(graph)) {
                    transaction.drop_graph(graph.as_ref());
                }
                for (name, iri) in &patch.prefixes {
                    transaction.set_prefix(name, iri);
                }
                app.enforce(transaction)
            })
    }
}
