//! Why a rule concludes a triple: the rule is asked backwards, with what the triple says put in.

use super::super::error::StoreError;
use super::super::query::Limits;
use super::super::snapshot::Snapshot;
use super::super::trees::GraphTrees;
use super::branch::{Bindings, Branch, Question, unified, value};
use super::{Rule, Rules};
use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term, TermRef, Triple,
};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{NamedNodePattern, TriplePattern};
use std::collections::{BTreeMap, HashSet};

/// Ways to come to a conclusion that are looked at; the statements of all are told.
const MOST_SOLUTIONS: usize = 16;
/// Statements told of one conclusion.
const MOST_STATEMENTS: usize = 200;
/// Ends of a path that are looked at.
const MOST_ENDS: usize = 2_000;
/// Solutions of a sub-query that are looked at.
const MOST_INNER: usize = 4;

/// Why a triple was concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The name of the rule.
    pub rule: String,
    /// The statements it rests on, each with its graph, ordered.
    pub statements: Vec<Quad>,
}

impl Rules {
    /// The rules that conclude a triple, by name, and what each rests on. Rules see neither their
    /// own graph nor what is private: the snapshot must hide the private graphs.
    ///
    /// # Errors
    /// [`StoreError`] if a limit stops it.
    ///
    /// # Complexity
    /// For each rule that can conclude such a triple an evaluation of its pattern with what the
    /// triple says put in: index lookups, but for sub-queries, which are evaluated as a whole.
    pub fn reasons(
        &self,
        triple: &Triple,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Vec<Reason>, StoreError> {
        let seen = snapshot.hiding(GraphTrees::from([self.graph.clone()]));
        let mut reasons = Vec::new();
        for rule in &self.rules {
            let statements = rule.explain(triple, &seen, limits)?;
            if let Some(statements) = statements {
                reasons.push(Reason {
                    rule: rule.name().to_owned(),
                    statements,
                });
            }
        }
        reasons.sort_by(|a, b| a.rule.cmp(&b.rule));
        Ok(reasons)
    }
}

impl Rule {
    /// The statements on which this rule rests when it concludes a triple; `None` if it does not
    /// conclude it. What the data does *not* say (`FILTER NOT EXISTS`) is no statement. Empty for
    /// the few rules that cannot be asked backwards (with `LIMIT`, or that make blank nodes).
    ///
    /// # Errors
    /// [`StoreError`] if a limit stops it.
    pub fn explain(
        &self,
        triple: &Triple,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Option<Vec<Quad>>, StoreError> {
        let Some(branches) = &self.branches else {
            return Ok(None);
        };
        let mut found = false;
        let mut statements = HashSet::new();
        for branch in branches {
            for solution in solutions(branch, triple, snapshot, limits, MOST_SOLUTIONS)? {
                found = true;
                let support = Support { snapshot, limits };
                let quads = support.of(&branch.pattern, &solution, None)?;
                statements.extend(quads.into_iter().flatten());
            }
        }
        let mut statements: Vec<Quad> = statements.into_iter().collect();
        statements.sort_by_cached_key(Quad::to_string);
        statements.truncate(MOST_STATEMENTS);
        Ok(found.then_some(statements))
    }

    /// Whether this rule concludes a triple.
    pub(super) fn concludes(
        &self,
        triple: &Triple,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<bool, StoreError> {
        for branch in self.branches.iter().flatten() {
            if !solutions(branch, triple, snapshot, limits, 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Solutions of a branch that conclude a triple.
fn solutions(
    branch: &Branch,
    triple: &Triple,
    snapshot: &Snapshot,
    limits: &Limits,
    most: usize,
) -> Result<Vec<Bindings>, StoreError> {
    let mut found = Vec::new();
    for pattern in &branch.template {
        let Some(known) = unified(pattern, triple) else {
            continue;
        };
        branch.solve(&known, snapshot, limits, &mut |solution| {
            let agrees = known
                .iter()
                .all(|(variable, term)| solution.get(variable) == Some(term));
            if agrees {
                found.push(solution);
            }
            found.len() < most
        })?;
        if found.len() >= most {
            break;
        }
    }
    Ok(found)
}

/// Looks for the statements under a solution.
struct Support<'a> {
    snapshot: &'a Snapshot,
    limits: &'a Limits,
}

impl Support<'_> {
    /// The statements that make a pattern true in a solution, or `None` if nothing does.
    fn of(
        &self,
        pattern: &GraphPattern,
        solution: &Bindings,
        graph: Option<&GraphName>,
    ) -> Result<Option<Vec<Quad>>, StoreError> {
        Ok(match pattern {
            GraphPattern::Bgp { patterns } => {
                let mut quads = Vec::new();
                for triple in patterns {
                    match self.statements(triple, solution, graph) {
                        Some(found) => quads.extend(found),
                        None => return Ok(None),
                    }
                }
                Some(quads)
            }
            GraphPattern::Path {
                subject,
                path,
                object,
            } => {
                let (Some(start), Some(end)) = (value(subject, solution), value(object, solution))
                else {
                    return Ok(None);
                };
                self.ends(path, &start, true, graph)
                    .into_iter()
                    .find(|(reached, _)| *reached == end)
                    .map(|(_, quads)| quads)
            }
            GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
                let Some(mut quads) = self.of(left, solution, graph)? else {
                    return Ok(None);
                };
                match self.of(right, solution, graph)? {
                    Some(more) => {
                        quads.extend(more);
                        Some(quads)
                    }
                    None => None,
                }
            }
            GraphPattern::LeftJoin { left, right, .. } => {
                let Some(mut quads) = self.of(left, solution, graph)? else {
                    return Ok(None);
                };
                quads.extend(self.of(right, solution, graph)?.into_iter().flatten());
                Some(quads)
            }
            GraphPattern::Union { left, right } => match self.of(left, solution, graph)? {
                Some(quads) => Some(quads),
                None => self.of(right, solution, graph)?,
            },
            GraphPattern::Filter { expr, inner } => {
                let Some(mut quads) = self.of(inner, solution, graph)? else {
                    return Ok(None);
                };
                let mut wanted = Vec::new();
                demanded(expr, &mut wanted);
                for pattern in wanted {
                    quads.extend(self.inner(pattern, solution, graph)?.into_iter().flatten());
                }
                Some(quads)
            }
            GraphPattern::Minus { left: inner, .. }
            | GraphPattern::Extend { inner, .. }
            | GraphPattern::OrderBy { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.of(inner, solution, graph)?,
            GraphPattern::Graph { name, inner } => {
                let name = match name {
                    NamedNodePattern::NamedNode(node) => Some(node.clone().into()),
                    NamedNodePattern::Variable(variable) => match solution.get(variable) {
                        Some(Term::NamedNode(node)) => Some(node.clone().into()),
                        Some(Term::BlankNode(node)) => Some(node.clone().into()),
                        _ => None,
                    },
                };
                match name {
                    Some(name) => self.of(inner, solution, Some(&name))?,
                    None => None,
                }
            }
            // Within a sub-query only what it hands on has the values of the solution.
            GraphPattern::Project { inner, variables } => {
                let mut known = solution.clone();
                known.retain(|variable, _| variables.contains(variable));
                self.inner(inner, &known, graph)?
            }
            GraphPattern::Group {
                inner, variables, ..
            } => {
                let mut known = solution.clone();
                known.retain(|variable, _| variables.contains(variable));
                self.inner(inner, &known, graph)?
            }
            GraphPattern::Values { .. } | GraphPattern::Service { .. } => Some(Vec::new()),
        })
    }

    /// The statements under some solutions of a pattern that has variables of its own.
    fn inner(
        &self,
        pattern: &GraphPattern,
        known: &Bindings,
        graph: Option<&GraphName>,
    ) -> Result<Option<Vec<Quad>>, StoreError> {
        let mut found = Vec::new();
        Question::new(pattern).solve(known, self.snapshot, self.limits, &mut |solution| {
            let agrees = known
                .iter()
                .all(|(variable, term)| solution.get(variable).is_none_or(|other| other == term));
            if agrees {
                found.push(solution);
            }
            found.len() < MOST_INNER
        })?;
        let mut quads = None;
        for mut solution in found {
            for (variable, term) in known {
                solution
                    .entry(variable.clone())
                    .or_insert_with(|| term.clone());
            }
            if let Some(more) = self.of(pattern, &solution, graph)? {
                quads.get_or_insert_with(Vec::new).extend(more);
            }
        }
        Ok(quads)
    }

    /// The statements that a triple pattern stands for, `None` if there are none or not all of it
    /// is bound.
    fn statements(
        &self,
        pattern: &TriplePattern,
        solution: &Bindings,
        graph: Option<&GraphName>,
    ) -> Option<Vec<Quad>> {
        let triple = super::branch::instance(pattern, solution)?;
        let quads: Vec<Quad> = self
            .snapshot
            .quads_for_pattern(
                Some(triple.subject.as_ref().into()),
                Some(triple.predicate.as_ref()),
                Some(triple.object.as_ref()),
                graph.map(GraphName::as_ref),
            )
            .collect();
        (!quads.is_empty()).then_some(quads)
    }

    /// Where a path leads from a node, with the statements of one way to each end.
    fn ends(
        &self,
        path: &PropertyPathExpression,
        from: &Term,
        forward: bool,
        graph: Option<&GraphName>,
    ) -> Vec<(Term, Vec<Quad>)> {
        let graph_name = graph.map(GraphName::as_ref);
        let mut ends = match path {
            PropertyPathExpression::NamedNode(predicate) => {
                self.steps(predicate, from, forward, graph_name)
            }
            PropertyPathExpression::Reverse(inner) => self.ends(inner, from, !forward, graph),
            PropertyPathExpression::Alternative(a, b) => {
                let mut ends = self.ends(a, from, forward, graph);
                ends.extend(self.ends(b, from, forward, graph));
                ends
            }
            PropertyPathExpression::Sequence(a, b) => {
                let (first, second) = if forward { (a, b) } else { (b, a) };
                let mut ends = Vec::new();
                for (middle, quads) in self.ends(first, from, forward, graph) {
                    for (end, more) in self.ends(second, &middle, forward, graph) {
                        ends.push((end, [quads.clone(), more].concat()));
                    }
                    if ends.len() > MOST_ENDS {
                        break;
                    }
                }
                ends
            }
            PropertyPathExpression::ZeroOrOne(inner) => {
                let mut ends = vec![(from.clone(), Vec::new())];
                ends.extend(self.ends(inner, from, forward, graph));
                ends
            }
            PropertyPathExpression::ZeroOrMore(inner)
            | PropertyPathExpression::OneOrMore(inner) => {
                let mut reached: BTreeMap<String, (Term, Vec<Quad>)> = BTreeMap::new();
                let mut open = vec![(from.clone(), Vec::new())];
                while let Some((node, quads)) = open.pop() {
                    for (end, more) in self.ends(inner, &node, forward, graph) {
                        if reached.len() < MOST_ENDS && !reached.contains_key(&end.to_string()) {
                            let way = [quads.clone(), more].concat();
                            reached.insert(end.to_string(), (end.clone(), way.clone()));
                            open.push((end, way));
                        }
                    }
                }
                let mut ends: Vec<_> = reached.into_values().collect();
                if matches!(path, PropertyPathExpression::ZeroOrMore(_)) {
                    ends.insert(0, (from.clone(), Vec::new()));
                }
                ends
            }
            PropertyPathExpression::NegatedPropertySet(excluded) => {
                let quads = self.around(from, None, forward, graph_name);
                quads
                    .into_iter()
                    .filter(|(_, quads)| {
                        quads.iter().all(|quad| !excluded.contains(&quad.predicate))
                    })
                    .collect()
            }
        };
        ends.truncate(MOST_ENDS);
        ends
    }

    fn steps(
        &self,
        predicate: &NamedNode,
        from: &Term,
        forward: bool,
        graph: Option<GraphNameRef<'_>>,
    ) -> Vec<(Term, Vec<Quad>)> {
        self.around(from, Some(predicate), forward, graph)
    }

    fn around(
        &self,
        from: &Term,
        predicate: Option<&NamedNode>,
        forward: bool,
        graph: Option<GraphNameRef<'_>>,
    ) -> Vec<(Term, Vec<Quad>)> {
        let predicate = predicate.map(NamedNode::as_ref);
        let (subject, object) = if forward {
            (Some(from.as_ref()), None)
        } else {
            (None, Some(from.as_ref()))
        };
        let subject: Option<TermRef<'_>> = match subject {
            Some(TermRef::Literal(_)) => return Vec::new(),
            subject => subject,
        };
        self.snapshot
            .quads_for_pattern(subject, predicate, object, graph)
            .take(MOST_ENDS)
            .map(|quad| {
                let end = if forward {
                    quad.object.clone()
                } else {
                    match &quad.subject {
                        NamedOrBlankNode::NamedNode(node) => node.clone().into(),
                        NamedOrBlankNode::BlankNode(node) => node.clone().into(),
                    }
                };
                (end, vec![quad])
            })
            .collect()
    }
}

/// The patterns that an expression demands to have solutions. In other combinations than `&&` one
/// may or may not matter: those are left out.
fn demanded<'a>(expression: &'a Expression, found: &mut Vec<&'a GraphPattern>) {
    match expression {
        Expression::And(a, b) => {
            demanded(a, found);
            demanded(b, found);
        }
        Expression::Exists(pattern) => found.push(pattern),
        _ => {}
    }
}
