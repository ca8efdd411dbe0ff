//! Graphs and those below them: `…/partner/x` and every `…/partner/x/…`.
//!
//! Graph names are IRIs, and IRIs are compared as they are written: nothing is decoded, folded or
//! made shorter. What is asked decides which way doubt goes. Whether something is hidden is asked
//! with [`GraphTrees::contains`], which takes all that begins like a tree; whether somebody has a
//! right is asked with [`GraphTrees::allows`], which refuses names that another program might take
//! for a graph elsewhere.

use oxigraph::model::NamedNode;
use std::collections::{BTreeSet, btree_set};

/// Some graphs, each with all graphs below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphTrees(BTreeSet<NamedNode>);

impl GraphTrees {
    /// Whether there is no graph at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many trees there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The roots, in the order of their names.
    pub fn iter(&self) -> btree_set::Iter<'_, NamedNode> {
        self.0.iter()
    }

    /// The roots.
    pub fn roots(&self) -> &BTreeSet<NamedNode> {
        &self.0
    }

    /// Whether this graph is named itself.
    pub fn is_root(&self, graph: &NamedNode) -> bool {
        self.0.contains(graph)
    }

    /// Adds a graph and those below it; answers whether it was no root before.
    pub fn insert(&mut self, root: NamedNode) -> bool {
        self.0.insert(root)
    }

    /// Takes a root out; answers whether it was one.
    pub fn remove(&mut self, root: &NamedNode) -> bool {
        self.0.remove(root)
    }

    /// Whether a graph is one of these or below one of them.
    ///
    /// Complexity: O(d log n) of n roots, d the number of slashes in the name.
    pub fn contains(&self, graph: &NamedNode) -> bool {
        self.above(graph).next().is_some()
    }

    /// Whether a right to these graphs is one to this graph. As [`Self::contains`], but a name with
    /// `.` or `..` below the root is nobody's: programs that follow RFC 3986 take
    /// `…/partner/x/../y` for `…/partner/y`.
    pub fn allows(&self, graph: &NamedNode) -> bool {
        self.0.contains(graph)
            || self
                .above(graph)
                .any(|root| stays_below(&graph.as_str()[root.len()..]))
    }

    /// The parts of a name that are roots, the name itself first.
    fn above<'a>(&'a self, graph: &'a NamedNode) -> impl Iterator<Item = &'a str> {
        let name = graph.as_str();
        let parts = name.match_indices('/').rev().flat_map(move |(at, _)| {
            // A root that ends in a slash already has its own below it.
            [&name[..=at], &name[..at]]
        });
        let all = std::iter::once(name).chain(parts);
        let all = all.take_while(|_| !self.0.is_empty());
        all.filter(|part| self.0.contains(&NamedNode::new_unchecked(*part)))
    }

    /// The graphs that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let these = self.0.iter().filter(|root| other.contains(root));
        let those = other.0.iter().filter(|root| self.contains(root));
        these.chain(those).cloned().collect()
    }
}

/// Whether no segment of what follows a root leads up again, however it is written.
fn stays_below(rest: &str) -> bool {
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let plain = rest[..end].to_ascii_lowercase();
    let plain = plain
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "/");
    plain
        .split('/')
        .all(|segment| segment != "." && segment != "..")
}

impl FromIterator<NamedNode> for GraphTrees {
    fn from_iter<T: IntoIterator<Item = NamedNode>>(roots: T) -> Self {
        Self(roots.into_iter().collect())
    }
}

impl From<BTreeSet<NamedNode>> for GraphTrees {
    fn from(roots: BTreeSet<NamedNode>) -> Self {
        Self(roots)
    }
}

impl<const N: usize> From<[NamedNode; N]> for GraphTrees {
    fn from(roots: [NamedNode; N]) -> Self {
        roots.into_iter().collect()
    }
}

impl Extend<NamedNode> for GraphTrees {
    fn extend<T: IntoIterator<Item = NamedNode>>(&mut self, roots: T) {
        self.0.extend(roots);
    }
}

impl<'a> IntoIterator for &'a GraphTrees {
    type Item = &'a NamedNode;
    type IntoIter = btree_set::Iter<'a, NamedNode>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What somebody may not see: some graphs with all below them, but for those to which there is a
/// right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenGraphs {
    hidden: GraphTrees,
    allowed: GraphTrees,
}

impl HiddenGraphs {
    /// What is `private`, but for what is `allowed`.
    ///
    /// Complexity: O(p log a + a log p) of p private and a allowed roots.
    pub fn new(private: &GraphTrees, allowed: &GraphTrees) -> Self {
        let hidden: GraphTrees = private
            .iter()
            .filter(|root| !allowed.allows(root))
            .cloned()
            .collect();
        let allowed = allowed.iter().filter(|root| hidden.contains(root));
        Self {
            allowed: allowed.cloned().collect(),
            hidden,
        }
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// Whether a graph is hidden.
    pub fn contains(&self, graph: &NamedNode) -> bool {
        self.hidden.contains(graph) && !self.allowed.allows(graph)
    }

    /// The roots of what is hidden.
    pub fn roots(&self) -> &GraphTrees {
        &self.hidden
    }

    /// Hides more graphs, and those below them.
    pub fn extend(&mut self, roots: impl IntoIterator<Item = NamedNode>) {
        self.hidden.extend(roots);
    }

    /// Both together: what either hides.
    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        let hidden = self.hidden.iter().chain(&other.hidden).cloned().collect();
        // What one allows is seen only if the other does not hide it.
        let (these, those) = (
            self.allowed.iter().filter(|root| !other.hides(root)),
            other.allowed.iter().filter(|root| !self.hides(root)),
        );
        Self {
            allowed: these.chain(those).cloned().collect(),
            hidden,
        }
    }

    /// Whether a graph or something below it is hidden.
    fn hides(&self, root: &NamedNode) -> bool {
        self.contains(root)
            || self.hidden.iter().any(|hidden| {
                GraphTrees::from([root.clone()]).contains(hidden) && self.contains(hidden)
            })
    }

    /// Whether everything that this hides is hidden by the other too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.hidden.iter().all(|root| other.contains(root))
            && other
                .allowed
                .iter()
                .all(|root| self.allowed.allows(root) || !self.hidden.contains(root))
    }
}

impl From<GraphTrees> for HiddenGraphs {
    fn from(hidden: GraphTrees) -> Self {
        Self {
            hidden,
            allowed: GraphTrees::default(),
        }
    }
}

impl From<BTreeSet<NamedNode>> for HiddenGraphs {
    fn from(roots: BTreeSet<NamedNode>) -> Self {
        GraphTrees::from(roots).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trees(roots: &[&str]) -> GraphTrees {
        roots.iter().map(|root| node(root)).collect()
    }

    fn node(iri: &str) -> NamedNode {
        NamedNode::new(iri).unwrap()
    }

    #[test]
    fn a_graph_has_those_below_it_and_no_neighbours() {
        let trees = trees(&["http://x/partner/a"]);
        for inside in [
            "http://x/partner/a",
            "http://x/partner/a/",
            "http://x/partner/a/b",
            "http://x/partner/a/b/c?d#e",
            "http://x/partner/a/b..c/...",
        ] {
            assert!(
                trees.contains(&node(inside)) && trees.allows(&node(inside)),
                "{inside}"
            );
        }
        for outside in [
            "http://x/partner",
            "http://x/partner/",
            "http://x/partner/ab",
            "http://x/partner/A",
            "http://x/partner/a%2Fb",
            "http://x/partner/%61/b",
            "http://x/partner/a?b",
            "http://x/partner/a#b",
            "HTTP://x/partner/a",
            "http://x//partner/a",
            "http://x/partner/a\u{301}/b",
            "http://y/http://x/partner/a",
        ] {
            assert!(
                !trees.contains(&node(outside)) && !trees.allows(&node(outside)),
                "{outside}"
            );
        }
    }

    #[test]
    fn a_name_that_leads_up_again_is_hidden_with_the_tree_and_nobodys_to_write() {
        let trees = trees(&["http://x/a"]);
        for doubtful in [
            "http://x/a/..",
            "http://x/a/../b",
            "http://x/a/./b",
            "http://x/a/%2e%2E/b",
            "http://x/a/.%2e/b",
            "http://x/a/..%2fb",
            "http://x/a/b/../../../c",
        ] {
            assert!(trees.contains(&node(doubtful)), "{doubtful}");
            assert!(!trees.allows(&node(doubtful)), "{doubtful}");
        }
    }

    #[test]
    fn a_root_that_ends_in_a_slash_has_what_begins_like_it() {
        let trees = trees(&["http://x/a/"]);
        assert!(trees.contains(&node("http://x/a/b")) && trees.contains(&node("http://x/a/")));
        assert!(!trees.contains(&node("http://x/a")) && !trees.contains(&node("http://x/ab")));
    }

    #[test]
    fn the_intersection_holds_what_both_hold() {
        let both = trees(&["http://x/a", "http://x/b/c"]).intersection(&trees(&[
            "http://x/a/d",
            "http://x/b",
            "http://x/e",
        ]));
        assert_eq!(both, trees(&["http://x/a/d", "http://x/b/c"]));
    }

    #[test]
    fn a_right_below_a_private_graph_shows_that_part_only() {
        let private = trees(&["http://x/a", "http://x/b", "http://x/b/c/d"]);
        let hidden = HiddenGraphs::new(&private, &trees(&["http://x/b/c", "http://x/z"]));
        for name in ["http://x/a", "http://x/a/1", "http://x/b", "http://x/b/cc"] {
            assert!(hidden.contains(&node(name)), "{name}");
        }
        for name in [
            "http://x/b/c",
            "http://x/b/c/d",
            "http://x/b/c/d/e",
            "http://x/z",
        ] {
            assert!(!hidden.contains(&node(name)), "{name}");
        }
    }

    #[test]
    fn two_views_together_hide_what_either_hides() {
        let private = trees(&["http://x/a"]);
        let one = HiddenGraphs::new(&private, &trees(&["http://x/a/b"]));
        let other = HiddenGraphs::from(trees(&["http://x/a/b/c", "http://x/d"]));
        let both = one.and(&other);
        for name in ["http://x/a", "http://x/a/b/c", "http://x/d"] {
            assert!(both.contains(&node(name)), "{name}");
        }
        assert!(
            !one.and(&HiddenGraphs::default())
                .contains(&node("http://x/a/b"))
        );
        assert!(one.is_subset(&private.clone().into()));
        assert!(!HiddenGraphs::from(private).is_subset(&one));
        // What the one hides may lie in what the other allows.
        assert!(!HiddenGraphs::from(trees(&["http://x/a/b/c"])).is_subset(&one));
    }
}
