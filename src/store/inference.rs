//! Alignment rules: data in foreign vocabularies counts as Weft's own without being rewritten.
//!
//! A rule is a CONSTRUCT query. What the rules yield is kept in a graph of its own, refreshed in
//! the same commit as the data, so a reader never sees one without the other.
//!
//! A small change is followed without running the rules ([`incremental`]); a large one, one of the
//! code lists, or of which graphs are private, runs them as a whole. Both come to the same.

mod branch;
mod explain;
mod incremental;
mod triggers;

pub use explain::Reason;

use super::brake;
use super::dataset::View;
use super::error::{StoreError, SyntaxError};
use super::index::GraphScope;
use super::query::{Limits, Query, evaluator_dataset};
use super::snapshot::Snapshot;
use super::transaction::Transaction;
use super::trees::GraphTrees;
use crate::rdf::{Batch, TermId};
use branch::Branch;
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, QuadRef, Term, Triple, vocab::rdf};
use spareval::QueryResults;
use spargebra::algebra::GraphPattern;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// An alignment rule.
#[derive(Clone, Debug)]
pub struct Rule {
    name: String,
    query: Query,
    /// Predicates and classes whose statements can change what the rule yields.
    vocabulary: BTreeSet<NamedNode>,
    /// The ways in which it concludes, if it can be asked backwards.
    branches: Option<Vec<Branch>>,
}

impl Rule {
    /// Parses a rule. `own_namespaces` are those whose terms do not make it run: the ones it
    /// writes.
    ///
    /// # Errors
    /// [`SyntaxError`] if the text is no CONSTRUCT query.
    pub fn parse(name: &str, text: &str, own_namespaces: &[&str]) -> Result<Self, SyntaxError> {
        let query = Query::parse(text, None, &Default::default())?;
        let spargebra::Query::Construct {
            template, pattern, ..
        } = query.algebra()
        else {
            return Err(SyntaxError {
                message: "a rule must be a CONSTRUCT query".to_owned(),
                line: None,
                column: None,
                hint: None,
            });
        };
        let mut vocabulary = BTreeSet::new();
        collect_vocabulary(pattern, &mut vocabulary);
        vocabulary.remove(&rdf::TYPE.into_owned());
        vocabulary.retain(|term| {
            !own_namespaces
                .iter()
                .any(|namespace| term.as_str().starts_with(namespace))
        });
        let branches = branch::branches(template, pattern);
        Ok(Self {
            name: name.to_owned(),
            query,
            vocabulary,
            branches,
        })
    }

    /// The name of the rule.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether what it concludes can follow a small change without running the rule as a whole. That
    /// takes a rule without `LIMIT`, `MINUS`, new blank nodes, chance and time.
    pub fn follows_changes(&self) -> bool {
        self.branches.is_some()
    }

    /// Predicates and classes, of other vocabularies than Weft's own, whose statements can change
    /// what the rule yields.
    pub fn vocabulary(&self) -> impl Iterator<Item = &NamedNode> {
        self.vocabulary.iter()
    }
}

/// The IRIs of the triple patterns of an algebra, read off its printed form: every kind of
/// pattern, also within EXISTS, is covered without naming each.
fn collect_vocabulary(pattern: &GraphPattern, terms: &mut BTreeSet<NamedNode>) {
    let text = pattern.to_string();
    for part in text.split('<').skip(1) {
        if let Some((iri, _)) = part.split_once('>')
            && let Ok(node) = NamedNode::new(iri)
        {
            terms.insert(node);
        }
    }
}

/// The rules of a store and the graph of their results.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<Rule>,
    /// The graph that holds what they yield, and nothing else.
    pub graph: NamedNode,
    /// Graphs that rules lean on whatever their vocabulary: with the code lists, what a code in
    /// the data means changes.
    pub background: Vec<NamedNode>,
}

impl Rules {
    /// How many different triples each rule yields, in the order of the rules. Several may yield
    /// the same.
    ///
    /// # Errors
    /// [`StoreError`] if a limit stops it.
    ///
    /// # Complexity
    /// The whole evaluation of each rule.
    pub fn counts(&self, snapshot: &Snapshot, limits: &Limits) -> Result<Vec<usize>, StoreError> {
        let count = |rule: &Rule| {
            brake::within(limits, || {
                let mut yielded = Batch::new();
                construct(snapshot, rule, self, &mut yielded)?;
                let mut quads = yielded.quads().to_vec();
                quads.sort_unstable();
                quads.dedup();
                Ok(quads.len())
            })?
        };
        self.rules.iter().map(count).collect()
    }
}

impl Transaction {
    /// Runs the rules again if the transaction touched their vocabulary, on all but the `private`
    /// graphs and those below them: everybody sees what follows.
    pub(super) fn infer(&mut self, rules: &Rules, private: &GraphTrees) -> Result<(), StoreError> {
        if rules.rules.is_empty() {
            return Ok(());
        }
        let own = self.snapshot().graph_id(rules.graph.as_ref().into());
        if let Some(own) = own
            && self.net().0.iter().any(|quad| quad[3] == own)
        {
            return Err(StoreError::KeptByRules(rules.graph.clone()));
        }
        if !self.rules_must_run() && self.infer_difference(rules, private)? {
            return Ok(());
        }
        if !self.rules_must_run() && !self.touches(rules, private) {
            return Ok(());
        }
        let whole = self.snapshot();
        let snapshot = if private.is_empty() {
            whole
        } else {
            Arc::new(whole.hiding(private.clone()))
        };
        let mut inferred = Batch::new();
        for rule in &rules.rules {
            construct(&snapshot, rule, rules, &mut inferred)?;
        }
        if inferred.is_empty() && !snapshot.contains_graph(rules.graph.as_ref().into()) {
            return Ok(());
        }
        self.replace_graph(rules.graph.as_ref().into(), &inferred)
    }

    /// Changes the conclusions by what follows from a small change of the data; answers whether that
    /// was possible. They must be there already, and what rules lean on must be as it was.
    fn infer_difference(
        &mut self,
        rules: &Rules,
        private: &GraphTrees,
    ) -> Result<bool, StoreError> {
        let graph = GraphNameRef::NamedNode(rules.graph.as_ref());
        let (before, after) = (self.start(), self.snapshot());
        let (added, removed) = self.net();
        if added.len() + removed.len() > incremental::MOST_CHANGES
            || !before.contains_graph(graph)
            || !after.contains_graph(graph)
        {
            return Ok(false);
        }
        let mut changed = HashSet::new();
        for quad in added.iter().chain(removed) {
            let quad = after.decode(*quad)?;
            if let GraphName::NamedNode(name) = &quad.graph_name {
                if private.contains(name) {
                    continue;
                }
                if *name == rules.graph || rules.background.contains(name) {
                    return Ok(false);
                }
            }
            changed.insert(Triple::from(quad));
        }
        if changed.is_empty() {
            return Ok(true);
        }
        let mut hidden = private.clone();
        hidden.extend([rules.graph.clone()]);
        let seen = |snapshot: &Snapshot| snapshot.hiding(hidden.clone());
        let difference = incremental::difference(rules, &seen(&before), &seen(&after), &changed)?;
        let Some(difference) = difference else {
            return Ok(false);
        };
        for triple in &difference.removed {
            self.remove(triple.as_ref().in_graph(graph));
        }
        for triple in &difference.added {
            self.insert(triple.as_ref().in_graph(graph));
        }
        Ok(true)
    }

    fn touches(&mut self, rules: &Rules, private: &GraphTrees) -> bool {
        let snapshot = self.snapshot();
        let mut buffer = Vec::new();
        let mut id = |node: &NamedNode| snapshot.dictionary.find(node.as_ref().into(), &mut buffer);
        let vocabulary: BTreeSet<TermId> = rules
            .rules
            .iter()
            .flat_map(|rule| &rule.vocabulary)
            .filter_map(&mut id)
            .collect();
        if vocabulary.is_empty() {
            return false;
        }
        let own = id(&rules.graph);
        let background: BTreeSet<TermId> = rules.background.iter().filter_map(&mut id).collect();
        let is_a = id(&rdf::TYPE.into_owned());
        // By name: a graph that is made or goes in this commit may be below a private one.
        let mut is_private: HashMap<TermId, bool> = HashMap::new();
        let mut is_left_out = |graph: TermId| {
            !private.is_empty()
                && *is_private.entry(graph).or_insert_with(|| {
                    matches!(
                        snapshot.term(graph),
                        Ok(Term::NamedNode(name)) if private.contains(&name)
                    )
                })
        };
        let (added, removed) = self.net();
        added.iter().chain(removed).any(|[_, p, o, g]| {
            (Some(*g) == own
                || background.contains(g)
                || vocabulary.contains(p)
                || (Some(*p) == is_a && vocabulary.contains(o)))
                && !is_left_out(*g)
        })
    }
}

fn construct(
    snapshot: &Snapshot,
    rule: &Rule,
    rules: &Rules,
    inferred: &mut Batch,
) -> Result<(), StoreError> {
    // Rules see what was asserted, not what rules concluded: one pass is the whole answer.
    let own = snapshot.graph_id(rules.graph.as_ref().into());
    let graphs: Vec<TermId> = snapshot
        .graph_ids()
        .keys()
        .copied()
        .filter(|graph| Some(*graph) != own)
        .collect();
    let evaluator = brake::evaluator();
    let mut prepared = evaluator.prepare(rule.query.algebra());
    *prepared.dataset_mut() = evaluator_dataset(None);
    let view = View::new(snapshot, GraphScope::UnionOf(graphs.into()));
    if let QueryResults::Graph(triples) = prepared.execute(view)? {
        for triple in triples {
            let triple = triple?;
            inferred.push(QuadRef::new(
                triple.subject.as_ref(),
                triple.predicate.as_ref(),
                triple.object.as_ref(),
                GraphNameRef::DefaultGraph,
            ));
        }
    }
    Ok(())
}
