//! Walking through parsed queries: what a pattern and an expression are made of, and which
//! variables they have. Whoever rewrites or looks at the algebra starts from here.

use oxigraph::model::Variable;
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, GraphPattern, OrderExpression,
};
use spargebra::term::NamedNodePattern;
use std::collections::BTreeSet;

macro_rules! parts {
    ($pattern_of:ident, $children:ident, $expressions:ident, $operands:ident, $exists:ident, $walk:ident, $iter:ident, $($mutable:tt)?) => {
        /// The pattern of a query.
        pub(super) fn $pattern_of(query: &$($mutable)? spargebra::Query) -> &$($mutable)? GraphPattern {
            match query {
                spargebra::Query::Select { pattern, .. }
                | spargebra::Query::Construct { pattern, .. }
                | spargebra::Query::Describe { pattern, .. }
                | spargebra::Query::Ask { pattern, .. } => pattern,
            }
        }

        /// The patterns that a pattern is made of, without those in its expressions.
        pub(super) fn $children(pattern: &$($mutable)? GraphPattern) -> Vec<&$($mutable)? GraphPattern> {
            match pattern {
                GraphPattern::Join { left, right }
                | GraphPattern::LeftJoin { left, right, .. }
                | GraphPattern::Lateral { left, right }
                | GraphPattern::Union { left, right }
                | GraphPattern::Minus { left, right } => vec![left, right],
                GraphPattern::Filter { inner, .. }
                | GraphPattern::Graph { inner, .. }
                | GraphPattern::Extend { inner, .. }
                | GraphPattern::OrderBy { inner, .. }
                | GraphPattern::Project { inner, .. }
                | GraphPattern::Distinct { inner }
                | GraphPattern::Reduced { inner }
                | GraphPattern::Slice { inner, .. }
                | GraphPattern::Group { inner, .. }
                | GraphPattern::Service { inner, .. } => vec![inner],
                GraphPattern::Bgp { .. }
                | GraphPattern::Path { .. }
                | GraphPattern::Values { .. } => Vec::new(),
            }
        }

        /// The expressions of a pattern itself.
        pub(super) fn $expressions(pattern: &$($mutable)? GraphPattern) -> Vec<&$($mutable)? Expression> {
            match pattern {
                GraphPattern::Filter { expr, .. } => vec![expr],
                GraphPattern::LeftJoin { expression, .. } => expression.$iter().collect(),
                GraphPattern::Extend { expression, .. } => vec![expression],
                GraphPattern::OrderBy { expression, .. } => expression
                    .$iter()
                    .map(|order| match order {
                        OrderExpression::Asc(expression) | OrderExpression::Desc(expression) => {
                            expression
                        }
                    })
                    .collect(),
                GraphPattern::Group { aggregates, .. } => aggregates
                    .$iter()
                    .filter_map(|(_, aggregate)| match aggregate {
                        AggregateExpression::FunctionCall { expr, .. } => Some(expr),
                        AggregateExpression::CountSolutions { .. } => None,
                    })
                    .collect(),
                _ => Vec::new(),
            }
        }

        /// The expressions that an expression is made of.
        pub(super) fn $operands(expression: &$($mutable)? Expression) -> Vec<&$($mutable)? Expression> {
            match expression {
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
                | Expression::Divide(a, b) => vec![a, b],
                Expression::UnaryPlus(a) | Expression::UnaryMinus(a) | Expression::Not(a) => vec![a],
                Expression::If(a, b, c) => vec![a, b, c],
                Expression::In(a, list) => {
                    std::iter::once(&$($mutable)? **a).chain(list).collect()
                }
                Expression::Coalesce(list) | Expression::FunctionCall(_, list) => {
                    list.$iter().collect()
                }
                Expression::NamedNode(_)
                | Expression::Literal(_)
                | Expression::Variable(_)
                | Expression::Bound(_)
                | Expression::Exists(_) => Vec::new(),
            }
        }

        /// Calls `found` with the pattern of each `EXISTS` in an expression, but not with those
        /// inside.
        pub(super) fn $exists<'a>(
            expression: &'a $($mutable)? Expression,
            found: &mut dyn FnMut(&'a $($mutable)? GraphPattern),
        ) {
            match expression {
                Expression::Exists(pattern) => found(pattern),
                expression => {
                    for operand in $operands(expression) {
                        $exists(operand, found);
                    }
                }
            }
        }

        /// Walks through all patterns within one, those of `EXISTS` included, each before its
        /// parts.
        pub(super) fn $walk(
            pattern: &$($mutable)? GraphPattern,
            visit: &mut dyn FnMut(&$($mutable)? GraphPattern),
        ) {
            visit(pattern);
            for expression in $expressions(pattern) {
                $exists(expression, &mut |pattern| $walk(pattern, visit));
            }
            for child in $children(pattern) {
                $walk(child, visit);
            }
        }
    };
}

parts!(
    pattern_of,
    children,
    expressions,
    operands,
    each_exists,
    each_pattern,
    iter,
);
parts!(
    pattern_of_mut,
    children_mut,
    expressions_mut,
    operands_mut,
    each_exists_mut,
    each_pattern_mut,
    iter_mut,
    mut
);

/// Whether an expression asks whether a pattern has solutions.
pub(super) fn has_exists(expression: &Expression) -> bool {
    let mut found = false;
    each_exists(expression, &mut |_| found = true);
    found
}

/// The variables of a pattern that can be seen from outside.
pub(super) fn in_scope(pattern: &GraphPattern) -> BTreeSet<Variable> {
    let mut variables = BTreeSet::new();
    pattern.on_in_scope_variable(|variable| {
        variables.insert(variable.clone());
    });
    variables
}

/// The variables that each solution of a pattern binds. Some may be missing: an expression may
/// fail, so what it gives a name to does not count.
pub(super) fn certain(pattern: &GraphPattern) -> BTreeSet<Variable> {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => in_scope(pattern),
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
            let mut variables = certain(left);
            variables.extend(certain(right));
            variables
        }
        GraphPattern::Union { left, right } => certain(left)
            .intersection(&certain(right))
            .cloned()
            .collect(),
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => certain(inner),
        GraphPattern::Project { inner, variables } => {
            let mut sure = certain(inner);
            sure.retain(|variable| variables.contains(variable));
            sure
        }
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } => {
            let mut sure = certain(inner);
            sure.retain(|variable| variables.contains(variable));
            // A count always has a value.
            sure.extend(
                aggregates
                    .iter()
                    .filter(|(_, aggregate)| {
                        matches!(
                            aggregate,
                            AggregateExpression::CountSolutions { .. }
                                | AggregateExpression::FunctionCall {
                                    name: AggregateFunction::Count,
                                    ..
                                }
                        )
                    })
                    .map(|(variable, _)| variable.clone()),
            );
            sure
        }
        GraphPattern::Graph { name, inner } => {
            let mut variables = certain(inner);
            if let NamedNodePattern::Variable(name) = name {
                variables.insert(name.clone());
            }
            variables
        }
        GraphPattern::Values {
            variables,
            bindings,
        } => variables
            .iter()
            .enumerate()
            .filter(|(column, _)| {
                bindings
                    .iter()
                    .all(|row| row.get(*column).is_some_and(Option::is_some))
            })
            .map(|(_, variable)| variable.clone())
            .collect(),
        // One that is silent may fail, and then binds nothing.
        GraphPattern::Service { silent: true, .. } => BTreeSet::new(),
        GraphPattern::Service { inner, .. } => certain(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spargebra::SparqlParser;

    fn parsed(text: &str) -> spargebra::Query {
        SparqlParser::new().parse_query(text).unwrap()
    }

    #[test]
    fn a_walk_reaches_the_patterns_of_exists_too() {
        let query = parsed(
            "SELECT (COUNT(*) AS ?n) { ?a ?p ?b OPTIONAL { ?b ?q ?c FILTER(EXISTS { ?c ?r ?d } && EXISTS { ?d ?s ?e MINUS { ?e ?t ?f } }) } }",
        );
        let mut triples = 0;
        each_pattern(pattern_of(&query), &mut |pattern| {
            if let GraphPattern::Bgp { patterns } = pattern {
                triples += patterns.len();
            }
        });
        assert_eq!(triples, 5);
    }

    #[test]
    fn what_is_certain_is_bound_in_every_solution() {
        for (text, expected) in [
            ("SELECT * { ?a ?p ?b OPTIONAL { ?b ?q ?c } }", "a b p"),
            ("SELECT * { { ?a <p:> ?b } UNION { ?a <p:> ?c } }", "a"),
            (
                "SELECT * { VALUES (?a ?b) { (1 2) (UNDEF 3) } BIND(1/0 AS ?c) }",
                "b",
            ),
            (
                "SELECT ?a (COUNT(*) AS ?n) (SUM(?b) AS ?s) { ?a <p:> ?b } GROUP BY ?a",
                "a",
            ),
            (
                "SELECT * { GRAPH ?g { ?a <p:> ?b } SERVICE SILENT <s:> { ?x <p:> ?y } }",
                "a b g",
            ),
        ] {
            let names: Vec<String> = certain(pattern_of(&parsed(text)))
                .iter()
                .map(|variable| variable.as_str().to_owned())
                .collect();
            assert_eq!(names.join(" "), expected, "{text}");
        }
    }
}
