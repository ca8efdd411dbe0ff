//! `SERVICE` clauses that are answered from within: nothing is sent to others.

use super::brake;
use super::dataset::View;
use super::error::StoreError;
use super::guarded;
use super::index::GraphScope;
use super::query::{Limits, evaluator_dataset};
use super::snapshot::Snapshot;
use super::transaction::Transaction;
use crate::rdf::DEFAULT_GRAPH;
use oxigraph::model::{GraphNameRef, NamedNode, Term, Triple, Variable};
use oxiri::Iri;
use spareval::{DefaultServiceHandler, QueryResults, QuerySolutionIter};
use spargebra::algebra::{GraphPattern, PropertyPathExpression};
use spargebra::term::{NamedNodePattern, TriplePattern};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Which properties a pattern asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// These.
    Properties(BTreeSet<NamedNode>),
    /// A variable stands for the property: any.
    All,
}

impl Wanted {
    /// Whether a property is asked for.
    pub fn has(&self, property: &str) -> bool {
        match self {
            Self::All => true,
            Self::Properties(properties) => {
                properties.iter().any(|known| known.as_str() == property)
            }
        }
    }
}

/// Answers `SERVICE` clauses of a query with triples, on which the clause's pattern is matched.
pub trait Services: Send + Sync {
    /// The triples of a service that have one of the properties wanted; `None` if there is no
    /// such service.
    ///
    /// # Errors
    /// [`StoreError`] if the name makes no sense, or time is over.
    fn triples(
        &self,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Triple>>, StoreError>;
}

/// The services of one evaluation.
pub(super) struct Handler {
    services: Arc<dyn Services>,
    limits: Limits,
    /// Answers by service and pattern: the evaluator may ask once for each row of a join.
    answered: Mutex<HashMap<(NamedNode, String), Answer>>,
}

#[derive(Clone)]
struct Answer {
    variables: Arc<[Variable]>,
    rows: Arc<Vec<Vec<Option<Term>>>>,
}

impl Handler {
    pub(super) fn new(services: Arc<dyn Services>, limits: Limits) -> Self {
        Self {
            services,
            limits,
            answered: Mutex::default(),
        }
    }

    fn answer(&self, service: &NamedNode, pattern: &GraphPattern) -> Result<Answer, StoreError> {
        let mut wanted = Wanted::Properties(BTreeSet::new());
        properties(pattern, &mut wanted);
        let triples = self
            .services
            .triples(service, &wanted, &self.limits)?
            .ok_or_else(|| StoreError::ServiceRefused(service.clone()))?;
        // A snapshot of its own, so that matching keeps to the limits like any evaluation.
        let mut transaction = Transaction::new(Arc::new(Snapshot::empty(0)));
        for triple in &triples {
            transaction.insert(triple.as_ref().in_graph(GraphNameRef::DefaultGraph));
        }
        let snapshot = transaction.snapshot();
        let mut variables = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        let query = spargebra::Query::Select {
            dataset: None,
            pattern: GraphPattern::Project {
                inner: Box::new(pattern.clone()),
                variables: variables.clone(),
            },
            base_iri: None,
        };
        let guarded = guarded::guarded_query(query);
        let evaluator = brake::evaluator();
        let rows = brake::within(&self.limits, || {
            let mut prepared = evaluator.prepare(&guarded);
            *prepared.dataset_mut() = evaluator_dataset(None);
            let view = View::new(&snapshot, GraphScope::One(DEFAULT_GRAPH));
            let QueryResults::Solutions(solutions) = prepared.execute(view)? else {
                return Err(StoreError::Internal("a SELECT has rows".to_owned()));
            };
            solutions
                .map(|solution| {
                    let solution = solution?;
                    Ok(variables
                        .iter()
                        .map(|variable| solution.get(variable).cloned())
                        .collect())
                })
                .collect::<Result<_, StoreError>>()
        })??;
        Ok(Answer {
            variables: variables.into(),
            rows: Arc::new(rows),
        })
    }
}

impl DefaultServiceHandler for Handler {
    type Error = StoreError;

    fn handle(
        &self,
        service: &NamedNode,
        pattern: &GraphPattern,
        _base_iri: Option<&Iri<String>>,
    ) -> Result<QuerySolutionIter<'static>, StoreError> {
        let key = (service.clone(), pattern.to_string());
        let lock = || self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&key).cloned();
        let answer = match known {
            Some(answer) => answer,
            None => {
                let answer = self.answer(service, pattern)?;
                lock().insert(key, answer.clone());
                answer
            }
        };
        let rows = Arc::clone(&answer.rows);
        let each = (0..rows.len()).map(move |row| Ok(rows[row].clone()));
        Ok(QuerySolutionIter::from_tuples(answer.variables, each))
    }
}

/// The properties of a pattern's triples and paths, also within EXISTS.
fn properties(pattern: &GraphPattern, wanted: &mut Wanted) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for TriplePattern { predicate, .. } in patterns {
                match predicate {
                    NamedNodePattern::NamedNode(node) => add(node, wanted),
                    NamedNodePattern::Variable(_) => *wanted = Wanted::All,
                }
            }
        }
        GraphPattern::Path { path, .. } => steps(path, wanted),
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::LeftJoin { left, right, .. }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            properties(left, wanted);
            properties(right, wanted);
        }
        // What a filter's EXISTS asks for is not worth a walk through expressions.
        GraphPattern::Filter { expr, inner } => {
            if expr.to_string().contains("EXISTS") {
                *wanted = Wanted::All;
            }
            properties(inner, wanted);
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. }
        | GraphPattern::Service { inner, .. } => properties(inner, wanted),
        GraphPattern::Values { .. } => {}
    }
}

fn steps(path: &PropertyPathExpression, wanted: &mut Wanted) {
    match path {
        PropertyPathExpression::NamedNode(node) => add(node, wanted),
        PropertyPathExpression::Reverse(inner)
        | PropertyPathExpression::ZeroOrMore(inner)
        | PropertyPathExpression::OneOrMore(inner)
        | PropertyPathExpression::ZeroOrOne(inner) => steps(inner, wanted),
        PropertyPathExpression::Sequence(a, b) | PropertyPathExpression::Alternative(a, b) => {
            steps(a, wanted);
            steps(b, wanted);
        }
        PropertyPathExpression::NegatedPropertySet(_) => *wanted = Wanted::All,
    }
}

fn add(node: &NamedNode, wanted: &mut Wanted) {
    if let Wanted::Properties(properties) = wanted {
        properties.insert(node.clone());
    }
}
