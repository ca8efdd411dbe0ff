//! Which statements can change what a pattern yields, and what such a statement says of its
//! variables.

use super::super::algebra;
use super::super::error::StoreError;
use super::super::query::Limits;
use super::super::snapshot::Snapshot;
use super::branch::{Bindings, Question, fits};
use oxigraph::model::{NamedNode, Term, Triple, Variable};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Values that a sub-query hands on; more are not followed.
const MOST_WAYS: usize = 200;

/// A place of a pattern that a statement can fill.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    subject: TermPattern,
    /// `None` if any predicate fits.
    pub(super) predicate: Option<NamedNode>,
    predicate_variable: Option<Variable>,
    object: TermPattern,
    /// The sub-query that it is in.
    inside: Option<Arc<Inside>>,
    /// The only values that variables can have.
    only: Arc<BTreeMap<Variable, HashSet<Term>>>,
}

/// The innermost sub-query around a place.
#[derive(Debug)]
struct Inside {
    /// Variables that mean there what they mean in the whole pattern.
    seen: BTreeSet<Variable>,
    question: Question,
}

impl Trigger {
    /// What a statement that fills this place says of variables, or `None` if it does not fill it.
    /// It may say nothing.
    pub(super) fn known(&self, triple: &Triple) -> Option<Bindings> {
        if self
            .predicate
            .as_ref()
            .is_some_and(|predicate| *predicate != triple.predicate)
        {
            return None;
        }
        let mut known = Bindings::new();
        if !fits(&self.subject, &triple.subject.clone().into(), &mut known)
            || !fits(&self.object, &triple.object, &mut known)
        {
            return None;
        }
        if let Some(variable) = &self.predicate_variable {
            let predicate = Term::from(triple.predicate.clone());
            if *known
                .entry(variable.clone())
                .or_insert_with(|| predicate.clone())
                != predicate
            {
                return None;
            }
        }
        let can_be = |(variable, term): (&Variable, &Term)| {
            self.only
                .get(variable)
                .is_none_or(|values| values.contains(term))
        };
        if !known.iter().all(can_be) {
            return None;
        }
        Some(known)
    }

    /// What of this is said of the variables of the whole pattern.
    pub(super) fn outside(&self, known: &Bindings) -> Bindings {
        let mut known = known.clone();
        if let Some(inside) = &self.inside {
            known.retain(|variable, _| inside.seen.contains(variable));
        }
        known
    }

    /// What the variables that a sub-query hands on can be where this is known within it, before or
    /// after a change; `None` if that is too much, or nothing is known.
    pub(super) fn through(
        &self,
        known: &Bindings,
        snapshots: [&Snapshot; 2],
        limits: &Limits,
    ) -> Result<Option<HashSet<Bindings>>, StoreError> {
        let Some(inside) = &self.inside else {
            return Ok(None);
        };
        if inside.question.given(known).is_empty() {
            return Ok(None);
        }
        let mut ways = HashSet::new();
        for snapshot in snapshots {
            inside
                .question
                .solve(known, snapshot, limits, &mut |mut solution| {
                    solution.retain(|variable, _| inside.seen.contains(variable));
                    ways.insert(solution);
                    ways.len() <= MOST_WAYS
                })?;
        }
        Ok((ways.len() <= MOST_WAYS).then_some(ways))
    }
}

/// The places of a pattern.
pub(super) fn of(pattern: &GraphPattern) -> Vec<Trigger> {
    let mut found = Vec::new();
    collect(pattern, None, &BTreeMap::new(), &mut found);
    found
}

fn collect(
    pattern: &GraphPattern,
    inside: Option<&Arc<Inside>>,
    outer: &BTreeMap<Variable, HashSet<Term>>,
    found: &mut Vec<Trigger>,
) {
    let mut only = outer.clone();
    restrict(pattern, &mut only);
    let only = Arc::new(only);
    let mut place = |subject: &TermPattern,
                     predicate: Option<NamedNode>,
                     predicate_variable: Option<Variable>,
                     object: &TermPattern| {
        found.push(Trigger {
            subject: subject.clone(),
            predicate,
            predicate_variable,
            object: object.clone(),
            inside: inside.cloned(),
            only: Arc::clone(&only),
        });
    };
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                let (node, variable) = match &triple.predicate {
                    NamedNodePattern::NamedNode(node) => (Some(node.clone()), None),
                    NamedNodePattern::Variable(variable) => (None, Some(variable.clone())),
                };
                place(&triple.subject, node, variable, &triple.object);
            }
        }
        GraphPattern::Path {
            subject,
            path,
            object,
        } => {
            let mut steps = Vec::new();
            if single_steps(path, true, &mut steps) {
                for (predicate, forward) in steps {
                    let (from, to) = if forward {
                        (subject, object)
                    } else {
                        (object, subject)
                    };
                    place(from, Some(predicate), None, to);
                }
            } else {
                // A statement in the middle of a longer path says nothing of its ends.
                let any = || TermPattern::Variable(Variable::new_unchecked("weft_any"));
                let end = || TermPattern::Variable(Variable::new_unchecked("weft_end"));
                let mut predicates = Vec::new();
                if all_predicates(path, &mut predicates) {
                    for predicate in predicates {
                        place(&any(), Some(predicate), None, &end());
                    }
                } else {
                    place(&any(), None, None, &end());
                }
            }
        }
        GraphPattern::Project { inner, variables }
        | GraphPattern::Group {
            inner, variables, ..
        } => {
            let inside = Arc::new(Inside {
                seen: narrowed(inside, variables),
                question: Question::new(inner),
            });
            let only = visible_only(&only, variables);
            return collect(inner, Some(&inside), &only, found);
        }
        _ => {}
    }
    for expression in algebra::expressions(pattern) {
        algebra::each_exists(expression, &mut |inner| {
            collect(inner, inside, &only, found)
        });
    }
    let children = algebra::children(pattern);
    for child in children {
        collect(child, inside, &only, found);
    }
}

/// Within a sub-query only what it hands on is what it is outside.
fn narrowed(inside: Option<&Arc<Inside>>, variables: &[Variable]) -> BTreeSet<Variable> {
    variables
        .iter()
        .filter(|variable| inside.is_none_or(|inside| inside.seen.contains(*variable)))
        .cloned()
        .collect()
}

fn visible_only(
    only: &BTreeMap<Variable, HashSet<Term>>,
    variables: &[Variable],
) -> BTreeMap<Variable, HashSet<Term>> {
    only.iter()
        .filter(|(variable, _)| variables.contains(*variable))
        .map(|(variable, values)| (variable.clone(), values.clone()))
        .collect()
}

/// The only values that variables can have in the solutions of a pattern, as far as lists of values
/// say so.
fn restrict(pattern: &GraphPattern, only: &mut BTreeMap<Variable, HashSet<Term>>) {
    let mut allow = |variable: &Variable, values: HashSet<Term>| {
        let known = only
            .entry(variable.clone())
            .or_insert_with(|| values.clone());
        known.retain(|value| values.contains(value));
    };
    match pattern {
        GraphPattern::Values {
            variables,
            bindings,
        } => {
            for (column, variable) in variables.iter().enumerate() {
                let values: Option<HashSet<Term>> = bindings
                    .iter()
                    .map(|row| row.get(column)?.clone().map(term))
                    .collect();
                if let Some(values) = values {
                    allow(variable, values);
                }
            }
        }
        GraphPattern::Filter { expr, inner } => {
            listed(expr, &mut allow);
            restrict(inner, only);
        }
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
            restrict(left, only);
            restrict(right, only);
        }
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner } => restrict(inner, only),
        _ => {}
    }
}

/// `?variable IN (list)` of IRIs, alone or with other conditions.
fn listed(expression: &Expression, allow: &mut dyn FnMut(&Variable, HashSet<Term>)) {
    match expression {
        Expression::And(a, b) => {
            listed(a, allow);
            listed(b, allow);
        }
        Expression::In(value, list) => {
            let values: Option<HashSet<Term>> = list
                .iter()
                .map(|value| match value {
                    Expression::NamedNode(node) => Some(node.clone().into()),
                    _ => None,
                })
                .collect();
            if let (Expression::Variable(variable), Some(values)) = (&**value, values) {
                allow(variable, values);
            }
        }
        _ => {}
    }
}

fn term(value: GroundTerm) -> Term {
    match value {
        GroundTerm::NamedNode(node) => node.into(),
        GroundTerm::Literal(literal) => literal.into(),
        GroundTerm::Triple(triple) => {
            Triple::new(triple.subject, triple.predicate, term(triple.object)).into()
        }
    }
}

/// Whether a path is one step, with the predicates that it may go.
fn single_steps(
    path: &PropertyPathExpression,
    forward: bool,
    steps: &mut Vec<(NamedNode, bool)>,
) -> bool {
    match path {
        PropertyPathExpression::NamedNode(node) => {
            steps.push((node.clone(), forward));
            true
        }
        PropertyPathExpression::Reverse(inner) => single_steps(inner, !forward, steps),
        PropertyPathExpression::Alternative(a, b) => {
            single_steps(a, forward, steps) && single_steps(b, forward, steps)
        }
        PropertyPathExpression::ZeroOrOne(inner) => single_steps(inner, forward, steps),
        _ => false,
    }
}

/// Collects the predicates of a path; `false` if others count too.
fn all_predicates(path: &PropertyPathExpression, predicates: &mut Vec<NamedNode>) -> bool {
    match path {
        PropertyPathExpression::NamedNode(node) => {
            predicates.push(node.clone());
            true
        }
        PropertyPathExpression::Reverse(inner)
        | PropertyPathExpression::ZeroOrMore(inner)
        | PropertyPathExpression::OneOrMore(inner)
        | PropertyPathExpression::ZeroOrOne(inner) => all_predicates(inner, predicates),
        PropertyPathExpression::Sequence(a, b) | PropertyPathExpression::Alternative(a, b) => {
            all_predicates(a, predicates) && all_predicates(b, predicates)
        }
        PropertyPathExpression::NegatedPropertySet(_) => false,
    }
}
