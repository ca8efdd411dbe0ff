//! `SERVICE` clauses: answered from within, or by others that may be asked.

use super::algebra::{
    children, each_exists, each_pattern, each_pattern_mut, expressions, pattern_of, pattern_of_mut,
};
use super::brake;
use super::dataset::View;
use super::error::StoreError;
use super::federate;
use super::guarded;
use super::index::GraphScope;
use super::query::{Limits, evaluator_dataset};
use super::snapshot::Snapshot;
use super::transaction::Transaction;
use crate::rdf::DEFAULT_GRAPH;
use oxigraph::model::{GraphNameRef, NamedNode, Term, Triple, Variable};
use oxiri::Iri;
use spareval::{DefaultServiceHandler, QueryResults, QuerySolutionIter};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression, QueryDataset};
use spargebra::term::{NamedNodePattern, TermPattern};
use std::borrow::Cow;
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

    /// The service that answers for a named graph, if the graph is made for each version rather
    /// than stored. `GRAPH <name> { … }` then means `SERVICE <that> { … }`. Such a graph has to be
    /// named: `GRAPH ?g` does not find it, and it is not part of the union.
    fn service_of_graph(&self, _graph: &NamedNode) -> Option<NamedNode> {
        None
    }

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
    let mut is_asked = false;
    each_pattern(pattern_of(query), &mut |pattern| {
        is_asked |= service(pattern).is_some();
    });
    if !is_asked {
        return Cow::Borrowed(query);
    }
    let mut query = query.clone();
    each_pattern_mut(pattern_of_mut(&mut query), &mut |pattern| {
        if let Some(name) = service(pattern)
            && let GraphPattern::Graph { inner, .. } = pattern
        {
            *pattern = GraphPattern::Service {
                name: name.into(),
                inner: std::mem::take(inner),
                silent: false,
            };
        }
    });
    Cow::Owned(query)
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
        let wanted = Wanted::of(pattern);
        let mut variables = Vec::new();
        pattern.on_in_scope_variable(|variable| {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        });
        let Some(sets) = self.services.sets(service, &wanted, &self.limits)? else {
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
        let mut rows = Vec::new();
        for triples in sets {
            // A snapshot of its own, so that matching keeps to the limits like any evaluation.
            let mut transaction = Transaction::new(Arc::new(Snapshot::empty(0)));
            for triple in &triples {
                transaction.insert(triple.as_ref().in_graph(GraphNameRef::DefaultGraph));
            }
            let snapshot = transaction.snapshot();
            brake::within(&self.limits, || {
                let mut prepared = evaluator.prepare(&guarded);
                *prepared.dataset_mut() = evaluator_dataset(None);
                let view = View::new(&snapshot, GraphScope::One(DEFAULT_GRAPH));
                let QueryResults::Solutions(solutions) = prepared.execute(view)? else {
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
                Ok(())
            })??;
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
        other => {
            for expression in expressions(other) {
                each_exists(expression, &mut |inner| properties(inner, tables, wanted));
            }
            for child in children(other) {
                properties(child, tables, wanted);
            }
        }
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
    for child in children(pattern) {
        bound(child, tables);
    }
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
