//! A brake for products: the one place where the engine can work for ever without reading data.
//!
//! The evaluator looks at its cancellation token, and our [`View`](super::dataset::View) at the
//! clock, whenever data is read. A product of two lists held in memory reads nothing. So each
//! product in the algebra gets a filter whose function looks at both and unwinds with a private
//! payload, which [`stopped`] turns back into an error. The filter mentions variables of both
//! sides, or the optimiser would move it below the product.

use super::error::StoreError;
use super::functions::with_extension_functions;
use super::query::Limits;
use oxigraph::model::{Literal, NamedNode, Variable};
use spareval::QueryEvaluator;
use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Instant;

const FUNCTION: &str = "https://w3id.org/weft/fn#brake";

/// What a brake unwinds with.
enum Stop {
    TimedOut,
    Cancelled,
}

/// An evaluator that keeps to the limits.
pub(super) fn evaluator(limits: &Limits) -> QueryEvaluator {
    let Limits {
        deadline,
        cancellation,
    } = limits.clone();
    let token = cancellation.clone();
    with_extension_functions(QueryEvaluator::new())
        .with_cancellation_token(token)
        .with_custom_function(NamedNode::new_unchecked(FUNCTION), move |_| {
            if cancellation.is_cancelled() {
                resume_unwind(Box::new(Stop::Cancelled));
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                resume_unwind(Box::new(Stop::TimedOut));
            }
            Some(Literal::from(true).into())
        })
}

/// Runs an evaluation and answers an error where a brake stopped it.
///
/// # Panics
/// If the evaluation panics for another reason.
pub(super) fn stopped<R>(work: impl FnOnce() -> R) -> Result<R, StoreError> {
    // What is seen after an unwinding is the snapshot only, which nothing changes.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Stop>() {
        Ok(stop) => match *stop {
            Stop::TimedOut => StoreError::TimedOut,
            Stop::Cancelled => StoreError::Cancelled,
        },
        Err(payload) => resume_unwind(payload),
    })
}

/// The pattern with a brake on each product. Borrowed if it has none, as most have.
pub(super) fn with_brakes(pattern: &GraphPattern) -> Cow<'_, GraphPattern> {
    let mut braked = pattern.clone();
    if brake(&mut braked) {
        Cow::Owned(braked)
    } else {
        Cow::Borrowed(pattern)
    }
}

fn brake(pattern: &mut GraphPattern) -> bool {
    let mut found = match pattern {
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::LeftJoin { left, right, .. }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => brake(left) | brake(right),
        GraphPattern::Filter { inner, .. }
        | GraphPattern::Graph { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Group { inner, .. } => brake(inner),
        // What is within a SERVICE may be sent to others, who do not know the function.
        GraphPattern::Service { .. }
        | GraphPattern::Bgp { .. }
        | GraphPattern::Path { .. }
        | GraphPattern::Values { .. } => false,
    };
    let sides = match pattern {
        GraphPattern::Bgp { patterns } => islands(patterns),
        GraphPattern::Join { left, right } | GraphPattern::LeftJoin { left, right, .. } => {
            let apart = blank_nodes(left).is_disjoint(&blank_nodes(right));
            let (left, right) = (variables(left), variables(right));
            if apart && left.is_disjoint(&right) {
                [left, right]
                    .into_iter()
                    .filter_map(|side| side.into_iter().next())
                    .collect()
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    };
    if sides.len() > 1 {
        let call = Expression::FunctionCall(
            Function::Custom(NamedNode::new_unchecked(FUNCTION)),
            sides.into_iter().map(Expression::Variable).collect(),
        );
        let inner = std::mem::replace(
            pattern,
            GraphPattern::Bgp {
                patterns: Vec::new(),
            },
        );
        // An unbound argument is an error of the call, not a reason to drop the row.
        *pattern = GraphPattern::Filter {
            expr: Expression::Coalesce(vec![call, Expression::Literal(Literal::from(true))]),
            inner: Box::new(inner),
        };
        found = true;
    }
    found
}

fn variables(pattern: &GraphPattern) -> BTreeSet<Variable> {
    let mut variables = BTreeSet::new();
    pattern.on_in_scope_variable(|variable| {
        variables.insert(variable.clone());
    });
    variables
}

/// The blank nodes that can link a pattern to its neighbour, as in `?a :p/:q+ ?b`, which is a
/// triple pattern and a path that meet in one.
fn blank_nodes(pattern: &GraphPattern) -> BTreeSet<&str> {
    let terms: Vec<&TermPattern> = match pattern {
        GraphPattern::Bgp { patterns } => patterns
            .iter()
            .flat_map(|triple| [&triple.subject, &triple.object])
            .collect(),
        GraphPattern::Path {
            subject, object, ..
        } => vec![subject, object],
        GraphPattern::Join { left, right } => {
            return blank_nodes(left)
                .into_iter()
                .chain(blank_nodes(right))
                .collect();
        }
        GraphPattern::Filter { inner, .. } => return blank_nodes(inner),
        _ => Vec::new(),
    };
    terms
        .into_iter()
        .filter_map(|term| match term {
            TermPattern::BlankNode(node) => Some(node.as_str()),
            _ => None,
        })
        .collect()
}

/// A variable of each group of triple patterns that no shared variable or blank node links.
fn islands(patterns: &[TriplePattern]) -> Vec<Variable> {
    let mut islands: Vec<(BTreeSet<String>, Option<Variable>)> = Vec::new();
    for pattern in patterns {
        let mut names = BTreeSet::new();
        let mut one = None;
        names_of(pattern, &mut names, &mut one);
        if names.is_empty() {
            continue;
        }
        let mut island = (names, one);
        islands.retain(|other| {
            let apart = other.0.is_disjoint(&island.0);
            if !apart {
                island.0.extend(other.0.iter().cloned());
                island.1 = island.1.take().or_else(|| other.1.clone());
            }
            apart
        });
        islands.push(island);
    }
    islands.into_iter().filter_map(|(_, one)| one).collect()
}

fn names_of(pattern: &TriplePattern, names: &mut BTreeSet<String>, one: &mut Option<Variable>) {
    let mut variable = |variable: &Variable| {
        names.insert(variable.to_string());
        one.get_or_insert_with(|| variable.clone());
    };
    if let NamedNodePattern::Variable(predicate) = &pattern.predicate {
        variable(predicate);
    }
    for term in [&pattern.subject, &pattern.object] {
        if let TermPattern::Variable(of) = term {
            variable(of);
        }
    }
    for term in [&pattern.subject, &pattern.object] {
        match term {
            TermPattern::BlankNode(node) => {
                names.insert(node.to_string());
            }
            TermPattern::Triple(triple) => names_of(triple, names, one),
            _ => {}
        }
    }
}

/// A query with its pattern replaced.
pub(super) fn braked_query(query: &spargebra::Query) -> Cow<'_, spargebra::Query> {
    let pattern = match query {
        spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => pattern,
    };
    let Cow::Owned(braked) = with_brakes(pattern) else {
        return Cow::Borrowed(query);
    };
    let mut query = query.clone();
    match &mut query {
        spargebra::Query::Select { pattern, .. }
        | spargebra::Query::Construct { pattern, .. }
        | spargebra::Query::Describe { pattern, .. }
        | spargebra::Query::Ask { pattern, .. } => *pattern = braked,
    }
    Cow::Owned(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use spargebra::SparqlParser;

    fn is_braked(text: &str) -> bool {
        let query = SparqlParser::new().parse_query(text).unwrap();
        matches!(braked_query(&query), Cow::Owned(_))
    }

    #[test]
    fn products_get_a_brake_and_joins_do_not() {
        assert!(is_braked("SELECT * { ?a ?p ?b . ?c ?q ?d }"));
        assert!(is_braked("SELECT * { VALUES ?a { 1 } VALUES ?b { 2 } }"));
        assert!(is_braked("SELECT * { ?a ?p ?b OPTIONAL { ?c ?q ?d } }"));
        assert!(!is_braked("SELECT * { ?a ?p ?b . ?b ?q ?d . ?d ?r ?e }"));
        assert!(!is_braked(
            "SELECT * { ?a ?p [ ?q ?d ] OPTIONAL { ?d ?r ?e } }"
        ));
        assert!(!is_braked("SELECT * { ?a <http://p>/<http://q>+ ?b }"));
        assert!(is_braked(
            "SELECT * { ?a <http://p>+ ?b . ?c <http://q>+ ?d }"
        ));
    }
}
