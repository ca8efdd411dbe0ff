//! A version of the data in which some things go by other names: what somebody sees who takes
//! several IRIs for one.
//!
//! The view is a delta more over the shared base, made as a commit makes one but kept by nobody
//! else: the quads that mention an old name go, the same quads with the new name come, each in its
//! graph. So every way to the data (patterns, text search, statistics) sees the view as it would
//! see such data, and nothing has to know of names.

use super::dictionary::GrowingDictionary;
use super::error::StoreError;
use super::index::GraphScope;
use super::snapshot::{Change, Snapshot};
use crate::rdf::{CodedQuad, DEFAULT_GRAPH, DamagedTerm, KeyView, TermId};
use oxigraph::model::{GraphNameRef, NamedNode};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is added to the key of a view, so that nothing that is kept of one is taken for the other.
const MARK: &str = "+merged";

impl Snapshot {
    /// This version with other names for some things: wherever a quad has one of `names` as
    /// subject or object, or in a triple term, it has what it is mapped to. Predicates and names of
    /// graphs stay, and so do the quads of the graphs in `spare`. Two quads that become one are
    /// one. What this snapshot hides stays hidden and as it is.
    ///
    /// Views are for readers; changes are made on the snapshot itself. [`Snapshot::version`] is the
    /// same, [`Snapshot::visibility`] is not.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if a term of the store is damaged.
    ///
    /// # Complexity
    /// **O(n + k log k)** for n names, and k quads that mention one or triple terms that there are.
    pub fn renamed(
        &self,
        names: &BTreeMap<NamedNode, NamedNode>,
        spare: &BTreeSet<NamedNode>,
    ) -> Result<Self, StoreError> {
        let whole = self.whole();
        let mut dictionary = whole.growing_dictionary();
        let numbers = numbers(self, names, &mut dictionary)?;
        let spared: BTreeSet<TermId> = spare
            .iter()
            .filter_map(|graph| self.graph_id(GraphNameRef::NamedNode(graph.as_ref())))
            .collect();
        let mut removed: Vec<CodedQuad> = Vec::new();
        for id in numbers.keys() {
            for pattern in [[Some(*id), None, None], [None, None, Some(*id)]] {
                let quads = self.scan(pattern, GraphScope::All);
                removed.extend(quads.filter(|quad| !spared.contains(&quad[3])));
            }
        }
        removed.sort_unstable();
        removed.dedup();
        let now = |id: TermId| numbers.get(&id).copied().unwrap_or(id);
        let mut added: Vec<CodedQuad> = removed
            .iter()
            .map(|[s, p, o, g]| [now(*s), *p, now(*o), *g])
            .filter(|quad| !whole.contains_coded(*quad))
            .collect();
        added.sort_unstable();
        added.dedup();
        let change = Change {
            dictionary: dictionary.finish(),
            added,
            removed,
            created: Vec::new(),
            dropped: Vec::new(),
            prefixes: BTreeMap::new(),
        };
        let view = whole
            .changed_over_base(&change)
            .hiding(self.hidden().clone());
        Ok(view.marked(MARK))
    }

    /// Whether things go by other names here ([`Snapshot::renamed`]).
    pub fn is_renamed(&self) -> bool {
        self.visibility().ends_with(MARK)
    }
}

/// The numbers of what is renamed, triple terms included, with those that take their place.
fn numbers(
    snapshot: &Snapshot,
    names: &BTreeMap<NamedNode, NamedNode>,
    dictionary: &mut GrowingDictionary,
) -> Result<HashMap<TermId, TermId>, DamagedTerm> {
    let mut numbers = HashMap::with_capacity(names.len());
    let mut key = Vec::new();
    for (old, new) in names {
        if let Some(id) = snapshot.dictionary.find(old.as_ref().into(), &mut key)
            && old != new
        {
            numbers.insert(id, dictionary.intern(new.as_ref().into()));
        }
    }
    if numbers.is_empty() {
        return Ok(numbers);
    }
    // Parts have lower numbers than what they are parts of.
    for id in snapshot.dictionary.triple_terms() {
        let KeyView::Triple([s, p, o]) = KeyView::parse(snapshot.dictionary.key(id)?)? else {
            continue;
        };
        let (subject, object) = (numbers.get(&s).copied(), numbers.get(&o).copied());
        if subject.is_some() || object.is_some() {
            KeyView::Triple([subject.unwrap_or(s), p, object.unwrap_or(o)]).write(&mut key);
            let renamed = dictionary.intern_key(&key);
            debug_assert_ne!(renamed, DEFAULT_GRAPH);
            numbers.insert(id, renamed);
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::rdf::{ParseOptions, parse_bytes};
    use crate::store::{CommitInfo, KnowledgeStore, StoreOptions};
    use oxigraph::io::RdfFormat;
    use std::sync::Arc;

    fn snapshot(trig: &str) -> Arc<Snapshot> {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let text = format!("PREFIX : <http://x/>\n{trig}");
        let batch =
            parse_bytes(text.as_bytes(), RdfFormat::TriG, &ParseOptions::default()).unwrap();
        store
            .write::<_, StoreError>(CommitInfo::new("test", "data"), move |transaction| {
                transaction.insert_batch(&batch)
            })
            .unwrap();
        store.snapshot()
    }

    fn node(name: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("http://x/{name}"))
    }

    fn renamed(snapshot: &Snapshot, pairs: &[(&str, &str)], spare: &[&str]) -> Snapshot {
        let names = pairs.iter().map(|(old, new)| (node(old), node(new)));
        let spare = spare.iter().map(|graph| node(graph)).collect();
        snapshot.renamed(&names.collect(), &spare).unwrap()
    }

    fn quads(snapshot: &Snapshot) -> Vec<String> {
        let mut quads: Vec<_> = snapshot
            .quads_for_pattern(None, None, None, None)
            .map(|quad| quad.to_string().replace("http://x/", ""))
            .collect();
        quads.sort();
        quads
    }

    #[test]
    fn subjects_objects_and_triple_terms_are_renamed_and_graphs_stay() {
        let before = snapshot(
            ":g { :a :p :b . :c :p :a . :d :says <<( :a :p <<( :c :a :a )>> )>> } :a { :a :a :a }",
        );
        let after = renamed(&before, &[("a", "z")], &[]);
        assert_eq!(
            quads(&after),
            [
                "<c> <p> <z> <g>",
                "<d> <says> <<( <z> <p> <<( <c> <a> <z> )>> )>> <g>",
                "<z> <a> <z> <a>",
                "<z> <p> <b> <g>",
            ]
        );
        assert_eq!(after.version(), before.version());
        assert_ne!(after.visibility(), before.visibility());
    }

    #[test]
    fn what_becomes_the_same_counts_once_and_spared_graphs_stay_as_they_are() {
        let before = snapshot(":g { :a :p :o . :b :p :o } :h { :b :p :o } :l { :a :same :b }");
        let after = renamed(&before, &[("b", "a")], &["l"]);
        assert_eq!(
            quads(&after),
            ["<a> <p> <o> <g>", "<a> <p> <o> <h>", "<a> <same> <b> <l>"]
        );
        assert_eq!((after.len(), after.triple_count()), (3, 2));
        assert_eq!(
            after.graph_len(GraphNameRef::NamedNode(node("g").as_ref())),
            1
        );
    }

    #[test]
    fn statistics_of_the_view_are_those_of_such_data() {
        for counts_first in [false, true] {
            let before = snapshot(":g { :a a :T ; :p 1 . :b a :T ; :p 1, 2 . :c :q :b }");
            if counts_first {
                before.statistics();
            }
            let after = renamed(&before, &[("b", "a")], &[]);
            let such = snapshot(":g { :a a :T ; :p 1, 2 . :c :q :a }");
            let [found, expected] = [&after, &*such].map(|snapshot| {
                let statistics = snapshot.statistics();
                let union = &statistics.union;
                let class = snapshot.id_of(node("T").as_ref().into()).unwrap();
                let counts = [union.triples, union.subjects, union.objects];
                (counts, union.classes.len(), statistics.instances(class))
            });
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_is_hidden_stays_hidden_and_as_it_is() {
        let before = snapshot(":g { :a :p 1 . :b :p 2 } :secret { :b :p 3 }");
        let seen = before.hiding(BTreeSet::from([node("secret")]));
        let after = renamed(&seen, &[("b", "a")], &[]);
        assert_eq!(after.len(), 2);
        assert!(quads(&after).iter().all(|quad| quad.ends_with("<g>")));
        assert_eq!(after.statistics().union.triples, 2);
        assert_eq!(after.hidden(), seen.hidden());
        assert_ne!(
            after.visibility(),
            renamed(&before, &[("b", "a")], &[]).visibility()
        );
    }
}
