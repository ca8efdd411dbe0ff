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
use spargebra::algebra::{
    AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression,
    QueryDataset,
};
use spargebra::term::{NamedNodePattern, TriplePattern};
use std::borrow::Cow;
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

    /// The service that answers for a named graph, if the graph is made for each version rather
    /// than stored. `GRAPH <name> { … }` then means `SERVICE <that> { … }`. Such a graph has to be
    /// named: `GRAPH ?g` does not find it, and it is not part of the union.
    fn service_of_graph(&self, _graph: &NamedNode) -> Option<NamedNode> {
        None
    }
}

/// A query with the clauses for graphs that a service answers for turned into clauses for the
/// service. A dataset that names graphs has to name them too.
pub(super) fn with_made_graphs<'q>(
    query: &'q spargebra::Query,
    services: &dyn Services,
    dataset: Option<&QueryDataset>,
) -> Cow<'q, spargebra::Query> {
    let named = dataset.and_then(|dataset| dataset.named.as_ref());
    let service = |pattern: &GraphPattern| match pattern {
        GraphPattern::Graph {
            name: NamedNodePattern::NamedNode(graph),
            ..
        } if named.is_none_or(|named| named.contains(graph)) => services.service_of_graph(graph),
        _ => None,
    };
    let (spargebra::Query::Select { pattern, .. }
    | spargebra::Query::Construct { pattern, .. }
    | spargebra::Query::Describe { pattern, .. }
    | spargebra::Query::Ask { pattern, .. }) = query;
    let mut is_asked = false;
    each_pattern(pattern, &mut |pattern| {
        is_asked |= service(pattern).is_some()
    });
    if !is_asked {
        return Cow::Borrowed(query);
    }
    let mut query = query.clone();
    let (spargebra::Query::Select { pattern, .. }
    | spargebra::Query::Construct { pattern, .. }
    | spargebra::Query::Describe { pattern, .. }
    | spargebra::Query::Ask { pattern, .. }) = &mut query;
    each_pattern_mut(pattern, &mut |pattern| {
        if let Some(name) = service(pattern)
            && let GraphPattern::Graph { inner, .. } = pattern
        {
            let nothing = GraphPattern::Bgp {
                patterns: Vec::new(),
            };
            *pattern = GraphPattern::Service {
                name: name.into(),
                inner: Box::new(std::mem::replace(&mut **inner, nothing)),
                silent: false,
            };
        }
    });
    Cow::Owned(query)
}

/// Walks through all patterns within one, those of EXISTS included, each before its parts.
macro_rules! walk {
    ($patterns:ident, $expressions:ident, $($mutable:tt)?) => {
        fn $patterns(
            pattern: &$($mutable)? GraphPattern,
            visit: &mut dyn FnMut(&$($mutable)? GraphPattern),
        ) {
            visit(pattern);
            match pattern {
                GraphPattern::Bgp { .. }
                | GraphPattern::Path { .. }
                | GraphPattern::Values { .. } => {}
                GraphPattern::Join { left, right }
                | GraphPattern::Lateral { left, right }
                | GraphPattern::Union { left, right }
                | GraphPattern::Minus { left, right } => {
                    $patterns(left, visit);
                    $patterns(right, visit);
                }
                GraphPattern::LeftJoin { left, right, expression } => {
                    $patterns(left, visit);
                    $patterns(right, visit);
                    if let Some(expression) = expression {
                        $expressions(expression, visit);
                    }
                }
                GraphPattern::Filter { expr: expression, inner }
                | GraphPattern::Extend { inner, expression, .. } => {
                    $expressions(expression, visit);
                    $patterns(inner, visit);
                }
                GraphPattern::OrderBy { inner, expression } => {
                    for part in expression {
                        let (OrderExpression::Asc(part) | OrderExpression::Desc(part)) = part;
                        $expressions(part, visit);
                    }
                    $patterns(inner, visit);
                }
                GraphPattern::Group { inner, aggregates, .. } => {
                    for (_, aggregate) in aggregates {
                        if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                            $expressions(expr, visit);
                        }
                    }
                    $patterns(inner, visit);
                }
                GraphPattern::Graph { inner, .. }
                | GraphPattern::Service { inner, .. }
                | GraphPattern::Project { inner, .. }
                | GraphPattern::Distinct { inner }
                | GraphPattern::Reduced { inner }
                | GraphPattern::Slice { inner, .. } => $patterns(inner, visit),
            }
        }

        fn $expressions(
            expression: &$($mutable)? Expression,
            visit: &mut dyn FnMut(&$($mutable)? GraphPattern),
        ) {
            match expression {
                Expression::NamedNode(_)
                | Expression::Literal(_)
                | Expression::Variable(_)
                | Expression::Bound(_) => {}
                Expression::Exists(pattern) => $patterns(pattern, visit),
                Expression::Or(a, b)
                | Expression::And(a, b)
                | Expression::Equal(a, b)
                | Expression::SameTerm(a, b)
                | Expression::Greater(a, b)
                | Expression::GreaterOrEqual(a, b)
                | Expression::Less(a, b)
                | Expression::LessOrEqual(a, b)
                | Expression::Add(a, b)
                | Expression::Subtract(a, b)
                | Expression::Multiply(a, b)
                | Expression::Divide(a, b) => {
                    $expressions(a, visit);
                    $expressions(b, visit);
                }
                Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => {
                    $expressions(a, visit);
                }
                Expression::If(a, b, c) => {
                    $expressions(a, visit);
                    $expressions(b, visit);
                    $expressions(c, visit);
                }
                Expression::In(a, parts) => {
                    $expressions(a, visit);
                    for part in parts {
                        $expressions(part, visit);
                    }
                }
                Expression::Coalesce(parts) | Expression::FunctionCall(_, parts) => {
                    for part in parts {
                        $expressions(part, visit);
                    }
                }
            }
        }
    };
}

walk!(each_pattern, each_expression,);
walk!(each_pattern_mut, each_expression_mut, mut);

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
