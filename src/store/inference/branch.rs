//! A rule taken apart: each branch is one way in which it concludes, without alternatives, and
//! can be asked within what is known of some variables.

use super::super::algebra;
use super::super::error::StoreError;
use super::super::query::{DatasetSpec, Limits, Query};
use super::super::snapshot::Snapshot;
use oxigraph::model::{NamedOrBlankNode, Term, Triple, Variable};
use spareval::QueryResults;
use spargebra::algebra::GraphPattern;
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More alternatives than this stay together.
const MOST_BRANCHES: usize = 64;

/// What variables stand for.
pub(super) type Bindings = BTreeMap<Variable, Term>;

/// One way in which a rule concludes.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// What it concludes, as far as its variables are bound here.
    pub(super) template: Vec<TriplePattern>,
    /// Its solutions, with a name for each blank node.
    pub(super) pattern: GraphPattern,
    question: Question,
}

/// A pattern that is asked for all its variables, some of which may be known.
#[derive(Clone, Debug)]
pub(super) struct Question {
    query: Query,
    /// Variables that may be given before the evaluation: all solutions bind them, and from data.
    safe: BTreeSet<Variable>,
}

/// The branches of a rule, or `None` if its conclusions cannot be told from its solutions alone:
/// new blank nodes, or a part of the solutions that an order picks.
pub(super) fn branches(template: &[TriplePattern], pattern: &GraphPattern) -> Option<Vec<Branch>> {
    let mut has_slice = false;
    algebra::each_pattern(pattern, &mut |part| {
        has_slice |= matches!(
            part,
            GraphPattern::Slice { .. } | GraphPattern::Service { .. }
        );
    });
    let makes_nodes = template.iter().any(|triple| {
        matches!(
            triple.subject,
            TermPattern::BlankNode(_) | TermPattern::Triple(_)
        ) || matches!(
            triple.object,
            TermPattern::BlankNode(_) | TermPattern::Triple(_)
        )
    });
    if has_slice || makes_nodes {
        return None;
    }
    let mut pattern = pattern.clone();
    name_blank_nodes(&mut pattern);
    let parts = split(&pattern);
    let parts = if parts.len() > MOST_BRANCHES {
        vec![pattern]
    } else {
        parts
    };
    let branches = parts.into_iter().map(|pattern| {
        let bound = algebra::in_scope(&pattern);
        let is_bound =
            |triple: &&TriplePattern| variables_of(triple).all(|variable| bound.contains(variable));
        Branch {
            template: template.iter().filter(is_bound).cloned().collect(),
            question: Question::new(&pattern),
            pattern,
        }
    });
    Some(
        branches
            .filter(|branch| !branch.template.is_empty())
            .collect(),
    )
}

impl Branch {
    /// The solutions in which known variables have these values, handed on until `found` says
    /// that it is enough. What is known of a variable that is not safe to give is left out, so
    /// there may be solutions in which it is otherwise.
    pub(super) fn solve(
        &self,
        known: &Bindings,
        snapshot: &Snapshot,
        limits: &Limits,
        found: &mut dyn FnMut(Bindings) -> bool,
    ) -> Result<(), StoreError> {
        self.question.solve(known, snapshot, limits, found)
    }

    /// What of this is safe to give.
    pub(super) fn given(&self, known: &Bindings) -> Bindings {
        self.question.given(known)
    }

    /// What the template makes of a solution; a triple with an unbound variable, or a literal as
    /// subject, is none.
    pub(super) fn conclusions(&self, solution: &Bindings) -> impl Iterator<Item = Triple> {
        self.template
            .iter()
            .filter_map(|triple| instance(triple, solution))
    }
}

impl Question {
    pub(super) fn new(pattern: &GraphPattern) -> Self {
        let variables: Vec<Variable> = algebra::in_scope(pattern).into_iter().collect();
        let mut safe = algebra::certain(pattern);
        // What is computed must not be there before: a computation that fails would leave it.
        visible_targets(pattern, &mut |target| {
            safe.remove(target);
        });
        Self {
            query: Query {
                inner: spargebra::Query::Select {
                    dataset: None,
                    pattern: GraphPattern::Project {
                        inner: Box::new(pattern.clone()),
                        variables: variables.clone(),
                    },
                    base_iri: None,
                },
                variables,
                bindings: Vec::new(),
                services: None,
                answers: Arc::from(Vec::new()),
                plan: Arc::default(),
            },
            safe,
        }
    }

    fn given(&self, known: &Bindings) -> Bindings {
        known
            .iter()
            .filter(|(variable, _)| self.safe.contains(*variable))
            .map(|(variable, term)| (variable.clone(), term.clone()))
            .collect()
    }

    pub(super) fn solve(
        &self,
        known: &Bindings,
        snapshot: &Snapshot,
        limits: &Limits,
        found: &mut dyn FnMut(Bindings) -> bool,
    ) -> Result<(), StoreError> {
        let mut query = self.query.clone();
        query.bindings = self.given(known).into_iter().collect();
        snapshot.query(&query, &DatasetSpec::default(), limits, |results| {
            let QueryResults::Solutions(solutions) = results else {
                return Ok(());
            };
            for solution in solutions {
                let solution = solution?;
                let bindings = solution
                    .iter()
                    .map(|(variable, term)| (variable.clone(), term.clone()))
                    .collect();
                if !found(bindings) {
                    break;
                }
            }
            Ok::<_, StoreError>(())
        })?
    }
}

/// Calls `found` with each variable that an expression gives a value, also where only a part of
/// the pattern sees it.
fn visible_targets(pattern: &GraphPattern, found: &mut dyn FnMut(&Variable)) {
    match pattern {
        GraphPattern::Extend { variable, .. } => found(variable),
        GraphPattern::Group { aggregates, .. } => {
            aggregates.iter().for_each(|(variable, _)| found(variable));
        }
        _ => {}
    }
    for child in algebra::children(pattern) {
        visible_targets(child, found);
    }
}

/// The alternatives of a pattern, each as a pattern. A construction has each triple once, so it
/// does not matter that solutions may repeat.
fn split(pattern: &GraphPattern) -> Vec<GraphPattern> {
    let each = |inner: &GraphPattern, make: &dyn Fn(Box<GraphPattern>) -> GraphPattern| {
        split(inner)
            .into_iter()
            .map(|part| make(Box::new(part)))
            .collect::<Vec<_>>()
    };
    match pattern {
        GraphPattern::Union { left, right } => {
            let mut parts = split(left);
            parts.extend(split(right));
            parts
        }
        GraphPattern::Join { left, right } => {
            let rights = split(right);
            let parts = split(left).into_iter().flat_map(|left| {
                rights.iter().map(move |right| GraphPattern::Join {
                    left: Box::new(left.clone()),
                    right: Box::new(right.clone()),
                })
            });
            parts.collect()
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => each(left, &|left| GraphPattern::LeftJoin {
            left,
            right: right.clone(),
            expression: expression.clone(),
        }),
        GraphPattern::Minus { left, right } => each(left, &|left| GraphPattern::Minus {
            left,
            right: right.clone(),
        }),
        GraphPattern::Filter { expr, inner } => each(inner, &|inner| GraphPattern::Filter {
            expr: expr.clone(),
            inner,
        }),
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => each(inner, &|inner| GraphPattern::Extend {
            inner,
            variable: variable.clone(),
            expression: expression.clone(),
        }),
        GraphPattern::Graph { name, inner } => each(inner, &|inner| GraphPattern::Graph {
            name: name.clone(),
            inner,
        }),
        GraphPattern::Project { inner, variables } => each(inner, &|inner| GraphPattern::Project {
            inner,
            variables: variables.clone(),
        }),
        GraphPattern::Distinct { inner } => each(inner, &|inner| GraphPattern::Distinct { inner }),
        GraphPattern::Reduced { inner } => each(inner, &|inner| GraphPattern::Reduced { inner }),
        other => vec![other.clone()],
    }
}

/// Gives each blank node of the pattern a name, so that a solution tells what it stands for.
fn name_blank_nodes(pattern: &mut GraphPattern) {
    fn name(term: &mut TermPattern) {
        match term {
            TermPattern::BlankNode(node) => {
                let name = format!("weft_node_{}", node.as_str());
                *term = TermPattern::Variable(Variable::new_unchecked(name));
            }
            TermPattern::Triple(triple) => {
                name(&mut triple.subject);
                name(&mut triple.object);
            }
            _ => {}
        }
    }
    algebra::each_pattern_mut(pattern, &mut |part| match part {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                name(&mut triple.subject);
                name(&mut triple.object);
            }
        }
        GraphPattern::Path {
            subject, object, ..
        } => {
            name(subject);
            name(object);
        }
        _ => {}
    });
}

fn variables_of(triple: &TriplePattern) -> impl Iterator<Item = &Variable> {
    let node = |term| match term {
        &TermPattern::Variable(ref variable) => Some(variable),
        _ => None,
    };
    let predicate = match &triple.predicate {
        NamedNodePattern::Variable(variable) => Some(variable),
        NamedNodePattern::NamedNode(_) => None,
    };
    [node(&triple.subject), predicate, node(&triple.object)]
        .into_iter()
        .flatten()
}

/// The value of a part of a pattern, or `None` if it is not bound.
pub(super) fn value(part: &TermPattern, solution: &Bindings) -> Option<Term> {
    match part {
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::Variable(variable) => solution.get(variable).cloned(),
        TermPattern::BlankNode(_) => None,
        TermPattern::Triple(triple) => instance(triple, solution).map(Term::from),
    }
}

/// The triple that a pattern stands for in a solution, if all of it is bound.
pub(super) fn instance(pattern: &TriplePattern, solution: &Bindings) -> Option<Triple> {
    let subject = match value(&pattern.subject, solution)? {
        Term::NamedNode(node) => NamedOrBlankNode::from(node),
        Term::BlankNode(node) => node.into(),
        _ => return None,
    };
    let predicate = match &pattern.predicate {
        NamedNodePattern::NamedNode(node) => node.clone(),
        NamedNodePattern::Variable(variable) => match solution.get(variable)? {
            Term::NamedNode(node) => node.clone(),
            _ => return None,
        },
    };
    Some(Triple::new(
        subject,
        predicate,
        value(&pattern.object, solution)?,
    ))
}

/// What the variables of a pattern must stand for to make it this triple.
pub(super) fn unified(pattern: &TriplePattern, triple: &Triple) -> Option<Bindings> {
    let mut known = Bindings::new();
    fits(&pattern.subject, &triple.subject.clone().into(), &mut known)
        .then_some(())
        .filter(|()| match &pattern.predicate {
            NamedNodePattern::NamedNode(node) => *node == triple.predicate,
            NamedNodePattern::Variable(variable) => {
                binds(variable, &triple.predicate.clone().into(), &mut known)
            }
        })
        .filter(|()| fits(&pattern.object, &triple.object, &mut known))?;
    Some(known)
}

/// Whether a part of a pattern can stand for a term, given what is known, to which it adds.
pub(super) fn fits(part: &TermPattern, term: &Term, known: &mut Bindings) -> bool {
    match part {
        TermPattern::NamedNode(node) => matches!(term, Term::NamedNode(other) if other == node),
        TermPattern::Literal(literal) => matches!(term, Term::Literal(other) if other == literal),
        TermPattern::Variable(variable) => binds(variable, term, known),
        TermPattern::BlankNode(_) => true,
        TermPattern::Triple(pattern) => match term {
            Term::Triple(triple) => match unified(pattern, triple) {
                Some(inner) => inner
                    .iter()
                    .all(|(variable, term)| binds(variable, term, known)),
                None => false,
            },
            _ => false,
        },
    }
}

fn binds(variable: &Variable, term: &Term, known: &mut Bindings) -> bool {
    known
        .entry(variable.clone())
        .or_insert_with(|| term.clone())
        == term
}
