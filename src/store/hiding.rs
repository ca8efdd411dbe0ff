//! A version of the data without some of its graphs: what somebody sees who may not see all.
//!
//! The view shares all parts with the snapshot it was made of. Every read goes through
//! [`Snapshot::scan`] or the list of graphs, and both leave out what is hidden, so that nothing
//! that is computed on a view can depend on it. What is hidden is said as trees of names
//! ([`HiddenGraphs`]) and looked up among the graphs of this version, so that a graph made later
//! below a hidden one is hidden from its first moment.

use super::snapshot::Snapshot;
use super::trees::HiddenGraphs;
use crate::rdf::TermId;
use oxigraph::model::Term;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a view leaves out.
#[derive(Default)]
pub(super) struct Hidden {
    /// Numbers of the hidden graphs that are there, sorted.
    pub(super) ids: Vec<TermId>,
    names: HiddenGraphs,
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
    /// Complexity: O(g log h) for g graphs, h of them hidden roots; the data is not touched.
    #[must_use]
    pub fn hiding(&self, graphs: impl Into<HiddenGraphs>) -> Self {
        let graphs = graphs.into();
        let mut ids = self.hidden_ids().to_vec();
        let mut there = Vec::new();
        if !graphs.is_empty() {
            for id in self.graph_ids().keys() {
                match self.term(*id) {
                    Ok(Term::NamedNode(name)) if graphs.contains(&name) => {
                        there.push((name.into_string(), *id));
                    }
                    _ => {}
                }
            }
            // The IRI of a blank node is a name of a graph as well.
            for root in graphs.roots() {
                let name = root.as_ref().into();
                if let Some(id) = self.graph_id(name)
                    && self.contains_graph(name)
                    && !there.iter().any(|(_, known)| *known == id)
                    && graphs.contains(root)
                {
                    there.push((root.as_str().to_owned(), id));
                }
            }
        }
        there.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.visibility().as_bytes());
        for (name, id) in &there {
            ids.push(*id);
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
        }
        ids.sort_unstable();
        let key = if there.is_empty() {
            self.visibility().to_owned()
        } else {
            hasher.finalize().to_hex().as_str()[..32].to_owned()
        };
        let whole = match &self.hidden_parts().whole {
            Some(whole) => Some(Arc::clone(whole)),
            None => (!ids.is_empty()).then(|| Arc::clone(self.graph_counts())),
        };
        let names = self.hidden().and(&graphs);
        self.without(Arc::new(Hidden {
            ids,
            names,
            key,
            whole,
        }))
    }

    /// The graphs that this view was told to hide, whether they are there or not.
    pub fn hidden(&self) -> &HiddenGraphs {
        &self.hidden_parts().names
    }

    /// A short text that differs between views of one version that can answer differently: part of
    /// the key of whatever is kept of them. Empty where nothing that is there is hidden.
    pub fn visibility(&self) -> &str {
        &self.hidden_parts().key
    }

    /// The same view under another key, for one whose data differs or that no other view must be
    /// taken for.
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
