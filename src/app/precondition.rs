//! What a write demands of the data that it finds: `If-Match` and `If-None-Match`.

use super::AppError;
use crate::store::Snapshot;
use oxigraph::model::GraphNameRef;

/// States that a writer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum States {
    /// Whatever is there.
    Any,
    /// The data at one of these versions. Names that are no versions of ours are left out, so that
    /// a list of such matches nothing.
    Versions(Vec<u64>),
}

/// What a write demands of the data that it finds. Looked at inside the write, where nobody else
/// can come between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Precondition {
    /// The write is made only if the data is in one of these states.
    pub matches: Option<States>,
    /// The write is made only if it is in none of these.
    pub matches_none: Option<States>,
}

impl Precondition {
    /// Checks the demand on the data as a whole.
    ///
    /// # Errors
    /// [`AppError::Changed`] if the data is not as demanded.
    pub fn check_data(&self, data: &Snapshot) -> Result<(), AppError> {
        self.check("the data", data, true, |version| version == data.version())
    }

    /// Checks the demand on one graph: what other graphs say does not matter.
    ///
    /// # Errors
    /// [`AppError::Changed`] if the graph is not as demanded.
    pub fn check_graph(&self, data: &Snapshot, graph: GraphNameRef<'_>) -> Result<(), AppError> {
        let what = match graph {
            GraphNameRef::DefaultGraph => "the default graph".to_owned(),
            graph => format!("graph {graph}"),
        };
        self.check(&what, data, data.contains_graph(graph), |version| {
            data.is_graph_unchanged_since(graph, version)
        })
    }

    fn check(
        &self,
        what: &str,
        data: &Snapshot,
        is_there: bool,
        is_as_of: impl Fn(u64) -> bool,
    ) -> Result<(), AppError> {
        let is = |states: &States| {
            is_there
                && match states {
                    States::Any => true,
                    States::Versions(versions) => versions.iter().any(|version| is_as_of(*version)),
                }
        };
        let version = data.version();
        if self.matches.as_ref().is_some_and(|states| !is(states)) {
            let happened = if is_there {
                "has changed since the version named"
            } else {
                "is not there"
            };
            return Err(AppError::Changed {
                detail: format!(
                    "{what} {happened}; the data is at version {version} now: read it again, then repeat the write with its new tag"
                ),
                version,
            });
        }
        if self.matches_none.as_ref().is_some_and(is) {
            return Err(AppError::Changed {
                detail: format!(
                    "{what} is there already, and the write was to be made only if it is not; the data is at version {version}"
                ),
                version,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::Batch;
    use crate::store::{CommitInfo, KnowledgeStore, StoreError, StoreOptions};
    use oxigraph::model::{GraphName, Literal, NamedNode, Quad};

    fn graph(name: &str) -> GraphName {
        NamedNode::new_unchecked(format!("http://{name}")).into()
    }

    /// Puts one statement into a graph; answers the new version.
    fn put(store: &KnowledgeStore, name: &str, value: u32) -> u64 {
        let node = NamedNode::new_unchecked("http://s");
        let quad = Quad::new(node.clone(), node, Literal::from(value), graph(name));
        let mut batch = Batch::new();
        batch.push(&quad);
        let about = CommitInfo::new("test", "put");
        let written = store.write::<_, StoreError>(about, move |transaction| {
            transaction.replace_graph(quad.graph_name.as_ref(), &batch)
        });
        written.unwrap().version
    }

    fn if_match(states: States) -> Precondition {
        Precondition {
            matches: Some(states),
            ..Precondition::default()
        }
    }

    #[test]
    fn a_graph_is_unchanged_although_another_changed() {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let first = put(&store, "a", 1);
        let second = put(&store, "b", 1);
        let data = store.snapshot();
        let holds = |name: &str, version| {
            let demand = if_match(States::Versions(vec![version]));
            demand.check_graph(&data, graph(name).as_ref()).is_ok()
        };
        assert!(holds("a", first) && holds("a", second) && holds("b", second));
        assert!(!holds("b", first), "it was not there");
        assert!(!holds("a", second + 1), "a version to come");
        assert!(!holds("a", 0), "it has changed since");
        assert!(!holds("c", second), "it is not there");
        let whole = |version| if_match(States::Versions(vec![version])).check_data(&data);
        assert!(whole(second).is_ok() && whole(first).is_err());
    }

    #[test]
    fn a_graph_that_was_dropped_and_made_again_has_changed() {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let first = put(&store, "a", 1);
        let about = CommitInfo::new("test", "drop");
        let dropped = store.write::<_, StoreError>(about, |transaction| {
            transaction.drop_graph(graph("a").as_ref());
            Ok(())
        });
        assert!(dropped.is_ok());
        put(&store, "a", 1);
        let data = store.snapshot();
        assert!(!data.is_graph_unchanged_since(graph("a").as_ref(), first));
    }

    #[test]
    fn changes_before_the_store_was_opened_are_not_vouched_for() {
        let folder = tempfile::TempDir::new().unwrap();
        let open = || KnowledgeStore::open(folder.path(), StoreOptions::default()).unwrap();
        let store = open();
        let first = put(&store, "a", 1);
        let second = put(&store, "b", 1);
        drop(store);
        let store = open();
        let third = put(&store, "b", 2);
        let data = store.snapshot();
        let unchanged = |version| data.is_graph_unchanged_since(graph("a").as_ref(), version);
        assert!(unchanged(third) && unchanged(second) && !unchanged(first));
    }

    #[test]
    fn a_graph_is_made_only_if_it_is_not_there() {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        put(&store, "a", 1);
        let data = store.snapshot();
        let demand = Precondition {
            matches_none: Some(States::Any),
            ..Precondition::default()
        };
        assert!(demand.check_graph(&data, graph("a").as_ref()).is_err());
        assert!(demand.check_graph(&data, graph("b").as_ref()).is_ok());
        assert!(
            if_match(States::Any)
                .check_graph(&data, graph("b").as_ref())
                .is_err()
        );
        assert!(
            if_match(States::Any)
                .check_graph(&data, graph("a").as_ref())
                .is_ok()
        );
    }
}
