//! A rule taken apart: each branch is one way in which it concludes, without alternatives, and
//! can be asked within what is known of some variables.

use super::super::algebra;
use super::super::error::StoreError;
use super::super::query::{DatasetSpec, Limits, Query};
use super::super::snapshot::Snapshot;
use super::triggers::{self, Trigger};
use oxigraph::model::{NamedOrBlankNode, Term, Triple, Variable};
use spareval::QueryResults;
use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// More alternatives than this stay together.
const MOST_BRANCHES: usize = 64;

/// So many ways into the sub-queries of a pattern are gone one by one.
const MOST_WAYS: usize = 32;

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
    /// What its sub-queries are joined with, if it has such.
    outer: Option<Question>,
    /// Statements that can make or unmake a solution.
    pub(super) triggers: Vec<Trigger>,
}

/// A pattern that is asked for all its variables, some of which may be known.
#[derive(Clone, Debug)]
pub(super) struct Question {
    query: Query,
    /// Variables that may be given before the evaluation: all solutions bind them, and from data.
    safe: BTreeSet<Variable>,
}

/// The branches of a rule, or `None` if what it concludes is not a matter of what is known of single
/// solutions: new blank nodes, a part of the solutions that an order picks, chance, time.
pub(super) fn branches(template: &[TriplePattern], pattern: &GraphPattern) -> Option<Vec<Branch>> {
    let mut is_unfit = false;
    algebra::each_pattern(pattern, &mut |part| {
        // What MINUS takes away depends on which variables are known.
        is_unfit |= matches!(
            part,
            GraphPattern::Slice { .. } | GraphPattern::Service { .. } | GraphPattern::Minus { .. }
        );
    });
    let text = pattern.to_string();
    is_unfit |= ["RAND()", "NOW()", "UUID()", "BNODE("]
        .iter()
        .any(|function| text.contains(function));
    let makes_nodes = template.iter().any(|triple| {
        matches!(
            triple.subject,
            TermPattern::BlankNode(_) | TermPattern::Triple(_)
        ) || matches!(
            triple.object,
            TermPattern::BlankNode(_) | TermPattern::Triple(_)
        )
    });
    if is_unfit || makes_nodes {
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
    let mut branches: Vec<Branch> = Vec::new();
    for part in parts {
        let part = unwrapped(part, template);
        for triple in template {
            let needed: BTreeSet<Variable> = variables_of(triple).cloned().collect();
            let Some(pattern) = specialised(&part, &needed) else {
                continue;
            };
            let same = branches.iter_mut().find(|known| known.pattern == pattern);
            match same {
                Some(branch) => {
                    if !branch.template.contains(triple) {
                        branch.template.push(triple.clone());
                    }
                }
                None => branches.push(Branch {
                    template: vec![triple.clone()],
                    question: Question::new(&pattern),
                    outer: outer(&pattern).map(|outer| Question::new(&outer)),
                    triggers: triggers::of(&pattern),
                    pattern,
                }),
            }
        }
    }
    Some(branches)
}

/// The pattern without a projection around it that hides nothing of the template.
fn unwrapped(pattern: GraphPattern, template: &[TriplePattern]) -> GraphPattern {
    match pattern {
        GraphPattern::Project { inner, variables } => {
            let bound = algebra::in_scope(&inner);
            let shows =
                |variable: &Variable| !bound.contains(variable) || variables.contains(variable);
            if template.iter().flat_map(variables_of).all(shows) {
                unwrapped(*inner, template)
            } else {
                GraphPattern::Project { inner, variables }
            }
        }
        GraphPattern::Distinct { inner } | GraphPattern::Reduced { inner } => {
            unwrapped(*inner, template)
        }
        other => other,
    }
}

/// The pattern for one triple of the template: `OPTIONAL` parts that it has nothing to do with are
/// left out, and those that it cannot do without are demanded, so that what is known of the triple
/// is known of the pattern. `None` if a variable is never bound.
fn specialised(pattern: &GraphPattern, needed: &BTreeSet<Variable>) -> Option<GraphPattern> {
    let bound = algebra::in_scope(pattern);
    needed
        .iter()
        .all(|variable| bound.contains(variable))
        .then(|| without_options(pattern, needed, &BTreeSet::new()))
}

/// `used` are variables that matter for more than the triple.
fn without_options(
    pattern: &GraphPattern,
    needed: &BTreeSet<Variable>,
    used: &BTreeSet<Variable>,
) -> GraphPattern {
    let with = |variables: BTreeSet<Variable>| -> BTreeSet<Variable> {
        used.union(&variables).cloned().collect()
    };
    match pattern {
        GraphPattern::Filter { expr, inner } => GraphPattern::Filter {
            expr: expr.clone(),
            inner: Box::new(without_options(inner, needed, &with(mentioned(expr)))),
        },
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => GraphPattern::Extend {
            inner: Box::new(without_options(inner, needed, &with(mentioned(expression)))),
            variable: variable.clone(),
            expression: expression.clone(),
        },
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            let outside = algebra::in_scope(left);
            let inside = algebra::in_scope(right);
            let own = || {
                inside
                    .iter()
                    .filter(|variable| !outside.contains(*variable))
            };
            let condition = expression.as_ref().map(mentioned).unwrap_or_default();
            if own().any(|variable| needed.contains(variable)) {
                let used = with(inside.union(&condition).cloned().collect());
                let joined = GraphPattern::Join {
                    left: Box::new(without_options(left, needed, &used)),
                    right: right.clone(),
                };
                match expression {
                    Some(expr) => GraphPattern::Filter {
                        expr: expr.clone(),
                        inner: Box::new(joined),
                    },
                    None => joined,
                }
            } else if own().any(|variable| used.contains(variable)) {
                let used = with(inside.union(&condition).cloned().collect());
                GraphPattern::LeftJoin {
                    left: Box::new(without_options(left, needed, &used)),
                    right: right.clone(),
                    expression: expression.clone(),
                }
            } else {
                without_options(left, needed, used)
            }
        }
        other => other.clone(),
    }
}

/// The variables that an expression mentions, in the patterns of `EXISTS` too.
fn mentioned(expression: &Expression) -> BTreeSet<Variable> {
    let mut found = BTreeSet::new();
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => {
            found.insert(variable.clone());
        }
        Expression::Exists(pattern) => algebra::each_pattern(pattern, &mut |part| {
            found.extend(algebra::in_scope(part));
            for expression in algebra::expressions(part) {
                found.extend(mentioned(expression));
            }
        }),
        other => {
            for operand in algebra::operands(other) {
                found.extend(mentioned(operand));
            }
        }
    }
    found
}

/// What a pattern with sub-queries joins them with: it tells what the sub-queries are asked for.
fn outer(pattern: &GraphPattern) -> Option<GraphPattern> {
    fn collect(pattern: &GraphPattern, plain: &mut Vec<GraphPattern>, has_inner: &mut bool) {
        match pattern {
            GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => plain.push(pattern.clone()),
            GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
                collect(left, plain, has_inner);
                collect(right, plain, has_inner);
            }
            GraphPattern::LeftJoin { left: inner, .. }
            | GraphPattern::Filter { inner, .. }
            | GraphPattern::Extend { inner, .. } => collect(inner, plain, has_inner),
            GraphPattern::Project { .. }
            | GraphPattern::Group { .. }
            | GraphPattern::Distinct { .. }
            | GraphPattern::Reduced { .. } => *has_inner = true,
            _ => {}
        }
    }
    let (mut plain, mut has_inner) = (Vec::new(), false);
    collect(pattern, &mut plain, &mut has_inner);
    let joined = plain.into_iter().reduce(|left, right| GraphPattern::Join {
        left: Box::new(left),
        right: Box::new(right),
    });
    joined.filter(|_| has_inner)
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
        self.ask(&self.question, known, snapshot, limits, found)
    }

    /// The same with a question that has a plan of its own ([`Branch::question`]).
    pub(super) fn ask(
        &self,
        question: &Question,
        known: &Bindings,
        snapshot: &Snapshot,
        limits: &Limits,
        found: &mut dyn FnMut(Bindings) -> bool,
    ) -> Result<(), StoreError> {
        let known = question.given(known);
        if let Some(outer) = &self.outer {
            // What is known goes into the sub-queries by way of what they are joined with, if
            // that is little.
            let mut ways: BTreeSet<Vec<(Variable, String)>> = BTreeSet::new();
            let mut more = Vec::new();
            outer.solve(&known, snapshot, limits, &mut |solution| {
                let mut way = question.given(&solution);
                way.extend(known.clone());
                let key = way
                    .iter()
                    .map(|(name, term)| (name.clone(), term.to_string()));
                if ways.insert(key.collect()) {
                    more.push(way);
                }
                more.len() <= MOST_WAYS
            })?;
            if more.len() <= MOST_WAYS {
                let mut goes_on = true;
                for way in more {
                    if goes_on {
                        question.solve(&way, snapshot, limits, &mut |solution| {
                            goes_on = found(solution);
                            goes_on
                        })?;
                    }
                }
                return Ok(());
            }
        }
        question.solve(&known, snapshot, limits, found)
    }

    /// What of this is safe to give.
    pub(super) fn given(&self, known: &Bindings) -> Bindings {
        self.question.given(known)
    }

    /// The question with a plan of its own, for a set of variables that is given again and again.
    pub(super) fn question(&self) -> Question {
        self.question.with_own_plan()
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

    fn with_own_plan(&self) -> Self {
        let mut copy = self.clone();
        copy.query.plan = Arc::default();
        copy
    }

    /// What of this is safe to give.
    pub(super) fn given(&self, known: &Bindings) -> Bindings {
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
    fn node(term: &TermPattern) -> Option<&Variable> {
        match term {
            TermPattern::Variable(variable) => Some(variable),
            _ => None,
        }
    }
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
