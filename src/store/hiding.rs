//! A version of the data without some of its graphs: what somebody sees who may not see all.
//!
//! The view shares all parts with the snapshot it was made of. Every read goes through
//! [`Snapshot::scan`] or the list of graphs, and both leave out what is hidden, so that nothing
//! that is computed on a view can depend on it.

use super::snapshot::Snapshot;
use crate::rdf::TermId;
use oxigraph::model::NamedNode;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a view leaves out.
#[derive(Default)]
pub(super) struct Hidden {
    /// Numbers of the hidden graphs that are there, sorted.
    pub(super) ids: Vec<TermId>,
    names: BTreeSet<NamedNode>,
    key: String,
    /// The graphs of the whole, if something is hidden.
    pub(super) whole: Option<Arc<BTreeMap<TermId, usize>>>,
}

impl Snapshot {
    /// This version without some graphs: they are as good as not there, in every scope of a query,
    /// in lists and in counts. What this snapshot hides already stays hidden.
    ///
    /// Views are for readers; changes are made on whole snapshots.
    ///
    /// Complexity: O(g log g) for g graphs; the data is not touched.
    #[must_use]
    pub fn hiding(&self, graphs: &BTreeSet<NamedNode>) -> Self {
        let names: BTreeSet<NamedNode> = self.hidden().union(graphs).cloned().collect();
        let mut ids = self.hidden_ids().to_vec();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.visibility().as_bytes());
        let mut there = false;
        for graph in graphs {
            let name = graph.as_ref().into();
            if let Some(id) = self.graph_id(name)
                && self.contains_graph(name)
            {
                ids.push(id);
                there = true;
                hasher.update(&(graph.as_str().len() as u64).to_le_bytes());
                hasher.update(graph.as_str().as_bytes());
            }
        }
        ids.sort_unstable();
        let key = if there {
            hasher.finalize().to_hex().as_str()[..32].to_owned()
        } else {
            self.visibility().to_owned()
        };
        let whole = match &self.hidden_parts().whole {
            Some(whole) => Some(Arc::clone(whole)),
            None => (!ids.is_empty()).then(|| Arc::clone(self.graph_counts())),
        };
        self.without(Arc::new(Hidden {
            ids,
            names,
            key,
            whole,
        }))
    }

    /// The graphs that this view was told to hide, whether they are there or not.
    pub fn hidden(&self) -> &BTreeSet<NamedNode> {
        &self.hidden_parts().names
    }

    /// A short text that differs between views of one version that can answer differently: part of
    /// the key of whatever is kept of them. Empty where nothing that is there is hidden.
    pub fn visibility(&self) -> &str {
        &self.hidden_parts().key
    }

    /// The same view under another key, for one whose data differs.
    pub(super) fn marked(&self, mark: &str) -> Self {
        let parts = self.hidden_parts();
        let hidden = Arc::new(Hidden {
            ids: parts.ids.clone(),
            names: parts.names.clone(),
            key: format!("{}{mark}", parts.key),
            whole: parts.whole.clone(),
        });
        self.without(hidden)
    }

    pub(super) fn hidden_ids(&self) -> &[TermId] {
        &self.hidden_parts().ids
    }
}
