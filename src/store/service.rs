//! `SERVICE` clauses that are answered from within: nothing is sent to others.

use super::error::StoreError;
use super::query::Limits;
use oxigraph::model::{Dataset, GraphName, NamedNode, Term, Triple, Variable};
use oxiri::Iri;
use spareval::{DefaultServiceHandler, QueryEvaluator, QueryResults, QuerySolutionIter};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{NamedNodePattern, TermPattern};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What a pattern asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A variable stands for a property: any.
    is_open: bool,
    properties: BTreeSet<NamedNode>,
    objects: Vec<(NamedNode, Option<Vec<Term>>)>,
}

impl Wanted {
    /// Whether a variable stands for a property, so that all are asked for.
    pub fn is_all(&self) -> bool {
        self.is_open
    }

    /// Whether a property is asked for.
    pub fn has(&self, property: &str) -> bool {
        self.is_open
            || self
                .properties
                .iter()
                .any(|known| known.as_str() == property)
    }

    /// The objects that the pattern gives a property, an item for each triple pattern: a constant,
    /// or the terms that `VALUES` and `BIND` within the clause give its variable; `None` where
    /// nothing within the clause says what the object is. What is bound outside of the clause is
    /// not known here.
    pub fn objects<'a>(
        &'a self,
        property: &'a str,
    ) -> impl Iterator<Item = Option<&'a [Term]>> + 'a {
        self.objects
            .iter()
            .filter(move |(known, _)| known.as_str() == property)
            .map(|(_, terms)| terms.as_deref())
    }

    fn of(pattern: &GraphPattern) -> Self {
        let mut tables = HashMap::new();
        bound(pattern, &mut tables);
        let mut wanted = Self::default();
        properties(pattern, &tables, &mut wanted);
        wanted
    }
}

/// The terms that variables can have, as far as `VALUES` and `BIND` say it; `None` for one that
/// may also have others.
type Tables = HashMap<Variable, Option<Vec<Term>>>;

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

    /// The same as sets of triples: the pattern is matched on each of them by itself, and the
    /// rows are put together. For services whose answers to one question must not meet those to
    /// another; usually there is one set.
    ///
    /// # Errors
    /// Those of [`Services::triples`].
    fn sets(
        &self,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Vec<Triple>>>, StoreError> {
        Ok(self
            .triples(service, wanted, limits)?
            .map(|triples| vec![triples]))
    }
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
        let wanted = Wanted::of(pattern);
        let sets = self
            .services
            .sets(service, &wanted, &self.limits)?
            .ok_or_else(|| StoreError::ServiceRefused(service.clone()))?;
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
        let evaluator =
            QueryEvaluator::new().with_cancellation_token(self.limits.cancellation.clone());
        let mut rows = Vec::new();
        for triples in sets {
            let dataset: Dataset = triples
                .into_iter()
                .map(|triple| triple.in_graph(GraphName::DefaultGraph))
                .collect();
            let QueryResults::Solutions(solutions) = evaluator.prepare(&query).execute(&dataset)?
            else {
                return Err(StoreError::Internal("a SELECT has rows".to_owned()));
            };
            for solution in solutions {
                let solution = solution?;
                rows.push(
                    variables
                        .iter()
                        .map(|variable| solution.get(variable).cloned())
                        .collect(),
                );
            }
        }
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

/// The properties of a pattern's triples and paths, also within EXISTS, with their objects.
fn properties(pattern: &GraphPattern, tables: &Tables, wanted: &mut Wanted) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                match &triple.predicate {
                    NamedNodePattern::NamedNode(node) => {
                        wanted.properties.insert(node.clone());
                        let objects = objects(&triple.object, tables);
                        wanted.objects.push((node.clone(), objects));
                    }
                    NamedNodePattern::Variable(_) => wanted.is_open = true,
                }
            }
        }
        GraphPattern::Path { path, .. } => steps(path, wanted),
        // What a filter's EXISTS asks for is not worth a walk through expressions.
        GraphPattern::Filter { expr, inner } => {
            wanted.is_open |= expr.to_string().contains("EXISTS");
            properties(inner, tables, wanted);
        }
        other => within(other, |inner| properties(inner, tables, wanted)),
    }
}

/// Calls `each` with the patterns that one is made of.
fn within(pattern: &GraphPattern, mut each: impl FnMut(&GraphPattern)) {
    match pattern {
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::LeftJoin { left, right, .. }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            each(left);
            each(right);
        }
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. }
        | GraphPattern::Service { inner, .. } => each(inner),
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {}
    }
}

/// What the tables and assignments of a pattern give its variables.
fn bound(pattern: &GraphPattern, tables: &mut Tables) {
    let mut give = |variable: &Variable, term: Option<Term>| {
        let terms = tables
            .entry(variable.clone())
            .or_insert_with(|| Some(Vec::new()));
        match (terms.as_mut(), term) {
            (Some(terms), Some(term)) if !terms.contains(&term) => terms.push(term),
            (Some(_), Some(_)) => {}
            _ => *terms = None,
        }
    };
    match pattern {
        GraphPattern::Values {
            variables,
            bindings,
        } => {
            for row in bindings {
                for (variable, term) in variables.iter().zip(row) {
                    give(variable, term.clone().map(Term::from));
                }
            }
        }
        GraphPattern::Extend {
            variable,
            expression,
            ..
        } => give(
            variable,
            match expression {
                Expression::NamedNode(node) => Some(node.clone().into()),
                Expression::Literal(literal) => Some(literal.clone().into()),
                _ => None,
            },
        ),
        _ => {}
    }
    within(pattern, |inner| bound(inner, tables));
}

fn objects(object: &TermPattern, tables: &Tables) -> Option<Vec<Term>> {
    match object {
        TermPattern::NamedNode(node) => Some(vec![node.clone().into()]),
        TermPattern::Literal(literal) => Some(vec![literal.clone().into()]),
        TermPattern::Variable(variable) => tables.get(variable).cloned().flatten(),
        TermPattern::BlankNode(_) | TermPattern::Triple(_) => None,
    }
}

fn steps(path: &PropertyPathExpression, wanted: &mut Wanted) {
    match path {
        PropertyPathExpression::NamedNode(node) => {
            wanted.properties.insert(node.clone());
        }
        PropertyPathExpression::Reverse(inner)
        | PropertyPathExpression::ZeroOrMore(inner)
        | PropertyPathExpression::OneOrMore(inner)
        | PropertyPathExpression::ZeroOrOne(inner) => steps(inner, wanted),
        PropertyPathExpression::Sequence(a, b) | PropertyPathExpression::Alternative(a, b) => {
            steps(a, wanted);
            steps(b, wanted);
        }
        PropertyPathExpression::NegatedPropertySet(_) => wanted.is_open = true,
    }
}
