//! `SERVICE` clauses: answered from within, or by others that may be asked.

use super::error::StoreError;
use super::federate;
use super::query::Limits;
use oxigraph::model::{Dataset, GraphName, NamedNode, Quad, Term, Triple, Variable};
use oxiri::Iri;
use spareval::{DefaultServiceHandler, QueryEvaluator, QueryResults, QuerySolutionIter};
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

/// The terms of a row, in the order of its variables.
pub type Row = Vec<Option<Term>>;

/// Answers `SERVICE` clauses of a query: with triples, on which the clause's pattern is matched,
/// or with rows that others send.
pub trait Services: Send + Sync {
    /// The triples of a service that have one of the properties wanted; `None` if there is no
    /// such service here.
    ///
    /// # Errors
    /// [`StoreError`] if the name makes no sense, or time is over.
    fn triples(
        &self,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Triple>>, StoreError>;

    /// Whether a service is one of others, and may be asked.
    fn is_remote(&self, _service: &NamedNode) -> bool {
        false
    }

    /// Sends a SELECT query to a service of others; the rows come in the order of `variables`,
    /// which are those of the query.
    ///
    /// # Errors
    /// [`StoreError`] if the service may not be asked, does not answer as it should, or time is
    /// over.
    fn select(
        &self,
        service: &NamedNode,
        _query: &str,
        _variables: &[Variable],
        _limits: &Limits,
    ) -> Result<Vec<Row>, StoreError> {
        Err(StoreError::ServiceRefused(service.clone()))
    }
}

/// The services of one evaluation.
pub(super) struct Handler {
    services: Arc<dyn Services>,
    limits: Limits,
    /// Answers by service and pattern: the evaluator may ask once for each row of a join.
    answered: Mutex<HashMap<(NamedNode, String), Answer>>,
    /// Answers that were there before the evaluation began.
    before: Arc<[Answer]>,
}

/// The rows of a clause.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) variables: Arc<[Variable]>,
    pub(super) rows: Arc<Vec<Row>>,
}

impl Handler {
    pub(super) fn new(services: Arc<dyn Services>, limits: Limits, before: Arc<[Answer]>) -> Self {
        Self {
            services,
            limits,
            answered: Mutex::default(),
            before,
        }
    }

    pub(super) fn answer(
        &self,
        service: &NamedNode,
        pattern: &GraphPattern,
    ) -> Result<Answer, StoreError> {
        let mut wanted = Wanted::Properties(BTreeSet::new());
        properties(pattern, &mut wanted);
        let mut variables = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        let Some(triples) = self.services.triples(service, &wanted, &self.limits)? else {
            let rows = federate::select(
                self.services.as_ref(),
                service,
                pattern,
                &variables,
                &self.limits,
            )?;
            return Ok(Answer {
                variables: variables.into(),
                rows: Arc::new(rows),
            });
        };
        let dataset: Dataset = triples
            .into_iter()
            .map(|triple| {
                Quad::new(
                    triple.subject,
                    triple.predicate,
                    triple.object,
                    GraphName::DefaultGraph,
                )
            })
            .collect();
        let query = spargebra::Query::Select {
            dataset: None,
            pattern: GraphPattern::Project {
                inner: Box::new(pattern.clone()),
                variables: variables.clone(),
            },
            base_iri: None,
        };
        let evaluator =
            QueryEvaluator::new().with_cancellation_token(self.limits.cancellation.clone());
        let QueryResults::Solutions(solutions) = evaluator.prepare(&query).execute(&dataset)?
        else {
            return Err(StoreError::Internal("a SELECT has rows".to_owned()));
        };
        let rows = solutions
            .map(|solution| {
                let solution = solution?;
                Ok(variables
                    .iter()
                    .map(|variable| solution.get(variable).cloned())
                    .collect())
            })
            .collect::<Result<_, StoreError>>()?;
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
        let answer = match federate::answered(service, &self.before) {
            Some(answer) => answer,
            None => {
                let key = (service.clone(), pattern.to_string());
                let lock = || self.answered.lock().unwrap_or_else(PoisonError::into_inner);
                let known = lock().get(&key).cloned();
                match known {
                    Some(answer) => answer,
                    None => {
                        let answer = self.answer(service, pattern)?;
                        lock().insert(key, answer.clone());
                        answer
                    }
                }
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
