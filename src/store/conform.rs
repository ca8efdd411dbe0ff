//! Rewritings of the parsed algebra where the engine departs from the SPARQL standard.
//!
//! Each says what the engine does, and what takes its place. They work on the algebra alone, once
//! for a query, and leave every part that does not use the feature as it is. What they add is
//! plain algebra, so that the optimiser and the brakes see through it; the one exception is the
//! function behind `BNODE(text)`, see [`blank_node`].

use super::algebra::{
    certain, children_mut, each_exists_mut, expressions_mut, in_scope, operands_mut, pattern_of_mut,
};
use super::wording;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{BlankNode, Literal, NamedNode, Term, Variable};
use spargebra::algebra::{
    AggregateExpression, AggregateFunction, Expression, Function, GraphPattern,
    PropertyPathExpression,
};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

const BLANK_NODE_FUNCTION: &str = "https://w3id.org/weft/fn#bnode";

/// Why a query that the parser lets through is none by the grammar.
const NESTED_AGGREGATE: &str = "an aggregate stands inside an aggregate";
const TRIPLE_TERM_SUBJECT: &str =
    "the subject of a triple term in an expression is an IRI or a variable";

/// The query with its pattern as [`conforming`] leaves it; `text` is what it was parsed from.
///
/// # Errors
/// What is wrong with the query, where the parser has overlooked a mistake.
pub(super) fn conforming_query(
    mut query: spargebra::Query,
    text: &str,
) -> Result<spargebra::Query, &'static str> {
    conforming(pattern_of_mut(&mut query), text)?;
    Ok(query)
}

/// Rewrites a pattern so that the engine answers it as the standard says.
///
/// Complexity: one pass, and one more over the inside of each `GRAPH ?g`.
///
/// # Errors
/// What is wrong with the pattern, where the parser has overlooked a mistake.
pub(super) fn conforming(pattern: &mut GraphPattern, text: &str) -> Result<(), &'static str> {
    let mut rewriting = Rewriting::of(pattern, text);
    rewriting.pattern(pattern, false);
    if let Some(mistake) = rewriting.mistake {
        return Err(mistake);
    }
    if !rewriting.path_ends.is_empty() {
        each_name(pattern, &mut |name| {
            if let Name::Term(term) = name
                && let TermPattern::BlankNode(node) = term
                && let Some(variable) = rewriting.path_ends.get(node)
            {
                *term = variable.clone().into();
            }
        });
    }
    Ok(())
}

/// The name of the function that [`blank_node`] is.
pub(super) fn blank_node_function() -> NamedNode {
    NamedNode::new_unchecked(BLANK_NODE_FUNCTION)
}

/// The blank node for a text in one solution: its arguments are what tells the solution from the
/// others, and the text.
///
/// The engine's own `BNODE(text)` knows the text only, so it gives one node for all solutions.
pub(super) fn blank_node(arguments: &[Term]) -> Option<Term> {
    let [Term::Literal(row), Term::Literal(text)] = arguments else {
        return None;
    };
    if text.datatype() != xsd::STRING {
        return None;
    }
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, row.value(), text.value()).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    Some(BlankNode::new_from_unique_id((half(0) << 64) | half(1)).into())
}

struct Rewriting<'a> {
    text: &'a str,
    /// What no variable of the pattern begins with.
    prefix: String,
    variables: usize,
    /// Whether the pattern in work stands inside `GRAPH`.
    in_graph: bool,
    /// Blank nodes that a path of length zero has to bind, and the variables that take their
    /// place.
    path_ends: HashMap<BlankNode, Variable>,
    mistake: Option<&'static str>,
}

impl<'a> Rewriting<'a> {
    fn of(pattern: &mut GraphPattern, text: &'a str) -> Self {
        let mut prefix = "weft_".to_owned();
        loop {
            let mut is_taken = false;
            each_name(pattern, &mut |name| {
                is_taken |= matches!(name, Name::Variable(it) if it.as_str().starts_with(&prefix));
            });
            if !is_taken {
                break;
            }
            prefix.push('_');
        }
        Self {
            text,
            prefix,
            variables: 0,
            in_graph: false,
            path_ends: HashMap::new(),
            mistake: None,
        }
    }

    /// A variable that the pattern does not have.
    fn variable(&mut self) -> Variable {
        self.variables += 1;
        Variable::new_unchecked(format!("{}{}", self.prefix, self.variables))
    }

    /// `in_chain`: whether the pattern above is an `Extend`, `Filter` or `OrderBy` too.
    fn pattern(&mut self, pattern: &mut GraphPattern, in_chain: bool) {
        if matches!(pattern, GraphPattern::Service { .. }) {
            // It is another's to answer.
            return;
        }
        let is_link = link(pattern).is_some();
        if is_link && !in_chain {
            self.name_blank_nodes(pattern);
        }
        for expression in expressions_mut(pattern) {
            self.expression(expression);
        }
        let outside = self.in_graph;
        self.in_graph |= matches!(pattern, GraphPattern::Graph { .. });
        for child in children_mut(pattern) {
            self.pattern(child, is_link);
        }
        self.in_graph = outside;
        match pattern {
            GraphPattern::Graph {
                name: NamedNodePattern::Variable(_),
                ..
            } => self.graph(pattern),
            GraphPattern::Path { .. } => self.path(pattern),
            GraphPattern::Group { .. } => self.group(pattern),
            _ => {}
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        if let Expression::Exists(pattern) = expression {
            self.pattern(pattern, false);
        }
        for operand in operands_mut(expression) {
            self.expression(operand);
        }
        if let Expression::FunctionCall(Function::Triple, arguments) = expression
            && let Some(Expression::Literal(_) | Expression::FunctionCall(Function::Triple, _)) =
                arguments.first()
            && !wording::calls_triple(self.text)
        {
            self.mistake = Some(TRIPLE_TERM_SUBJECT);
        }
        unequal_dates(expression);
    }

    /// `GRAPH ?g { … }`, whose inside has been rewritten already.
    ///
    /// The engine hands the name down to each triple pattern. So the inside sees `?g`, which by
    /// the standard is bound only afterwards; `MINUS` takes it for a shared variable; a
    /// sub-select that does not name it reads all graphs at once; and what has no triple
    /// pattern is not bound to a graph.
    fn graph(&mut self, pattern: &mut GraphPattern) {
        let GraphPattern::Graph {
            name: NamedNodePattern::Variable(graph),
            inner,
        } = pattern
        else {
            return;
        };
        let graph = graph.clone();
        // What stands beside the patterns that bind it must not see the name.
        let is_seen = mentions(inner, &graph) && !is_joined_only(inner, &graph);
        let mut hidden = None;
        if is_seen {
            let other = self.variable();
            let is_in_scope = in_scope(inner).contains(&graph);
            each_name(inner, &mut |name| {
                if let Name::Variable(variable) = name
                    && *variable == graph
                {
                    *variable = other.clone();
                }
            });
            hidden = is_in_scope.then_some(other);
        }
        self.minus_in_graph(inner);
        project(inner, &graph);
        if is_per_graph(inner) || !binds_graph(inner) {
            let graphs = GraphPattern::Graph {
                name: graph.clone().into(),
                inner: Box::default(),
            };
            let each = std::mem::take(pattern);
            *pattern = GraphPattern::Lateral {
                left: Box::new(graphs),
                right: Box::new(each),
            };
        }
        if let Some(hidden) = hidden {
            // The solutions of the inside are joined with the name.
            let expr = or(
                not(Expression::Bound(hidden.clone())),
                same(hidden.into(), graph.into()),
            );
            let inner = Box::new(std::mem::take(pattern));
            *pattern = GraphPattern::Filter { expr, inner };
        }
    }

    /// `MINUS` inside `GRAPH ?g`, where `?g` is bound on both sides and shared by name only.
    fn minus_in_graph(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Graph { .. } | GraphPattern::Service { .. } => return,
            _ => {}
        }
        for expression in expressions_mut(pattern) {
            each_exists_mut(expression, &mut |inner| self.minus_in_graph(inner));
        }
        for child in children_mut(pattern) {
            self.minus_in_graph(child);
        }
        let GraphPattern::Minus { left, right } = pattern else {
            return;
        };
        let shared: Vec<Variable> = in_scope(left)
            .intersection(&in_scope(right))
            .cloned()
            .collect();
        if shared.is_empty() {
            *pattern = std::mem::take(left);
            return;
        }
        let (sure_left, sure_right) = (certain(left), certain(right));
        if shared
            .iter()
            .any(|variable| sure_left.contains(variable) && sure_right.contains(variable))
        {
            return;
        }
        // Whether a variable is shared differs from solution to solution.
        let mut names = BTreeMap::new();
        each_name(right, &mut |name| {
            if let Name::Variable(variable) = name {
                let other = names
                    .entry(variable.clone())
                    .or_insert_with(|| self.variable());
                *variable = other.clone();
            }
        });
        let mut expr = Expression::Literal(Literal::from(false));
        let mut compatible = Expression::Literal(Literal::from(true));
        for variable in shared {
            let Some(other) = names.get(&variable) else {
                continue;
            };
            let (here, there) = (
                Expression::Bound(variable.clone()),
                Expression::Bound(other.clone()),
            );
            expr = or(expr, and(here.clone(), there.clone()));
            compatible = and(
                compatible,
                or(
                    not(and(here, there)),
                    same(variable.into(), other.clone().into()),
                ),
            );
        }
        *pattern = GraphPattern::Filter {
            expr: not(Expression::Exists(Box::new(GraphPattern::Filter {
                expr: and(expr, compatible),
                inner: std::mem::take(right),
            }))),
            inner: std::mem::take(left),
        };
    }

    /// A path that may have no step, from or to a constant.
    ///
    /// The engine looks for the constant in the data first; by the standard it is its own end
    /// wherever it comes from.
    fn path(&mut self, pattern: &mut GraphPattern) {
        let GraphPattern::Path {
            subject,
            path,
            object,
        } = pattern
        else {
            return;
        };
        if !may_be_empty(path) {
            return;
        }
        let (start, end) = (ground(subject), ground(object));
        match path {
            PropertyPathExpression::Reverse(inner) if start.is_some() || end.is_some() => {
                *pattern = GraphPattern::Path {
                    subject: object.clone(),
                    path: std::mem::replace(&mut **inner, nothing()),
                    object: subject.clone(),
                };
                return self.path(pattern);
            }
            PropertyPathExpression::Alternative(left, right)
                if start.is_some() || end.is_some() =>
            {
                let mut sides = [left, right].map(|side| {
                    Box::new(GraphPattern::Path {
                        subject: subject.clone(),
                        path: std::mem::replace(&mut **side, nothing()),
                        object: object.clone(),
                    })
                });
                for side in &mut sides {
                    self.path(side);
                }
                let [left, right] = sides;
                *pattern = GraphPattern::Union { left, right };
                return;
            }
            _ => {}
        }
        let (constant, other) = match (start, end) {
            // Two that differ are a step apart at least, and then both are in the data.
            (Some(start), Some(end)) => {
                if start == end {
                    *pattern = GraphPattern::default();
                }
                return;
            }
            (Some(start), None) => (start, object),
            (None, Some(end)) => (end, subject),
            (None, None) => return,
        };
        let term = match &constant {
            GroundTerm::NamedNode(node) => Expression::NamedNode(node.clone()),
            GroundTerm::Literal(literal) => Expression::Literal(literal.clone()),
            GroundTerm::Triple(_) => return,
        };
        let variable = match other {
            TermPattern::Variable(variable) => variable.clone(),
            TermPattern::BlankNode(node) => {
                let node = node.clone();
                match self.path_ends.get(&node) {
                    Some(variable) => variable.clone(),
                    None => {
                        let variable = self.variable();
                        self.path_ends.insert(node, variable.clone());
                        variable
                    }
                }
            }
            _ => return,
        };
        *other = variable.clone().into();
        let steps = GraphPattern::Filter {
            expr: not(same(variable.clone().into(), term)),
            inner: Box::new(std::mem::take(pattern)),
        };
        let mut itself = GraphPattern::Values {
            variables: vec![variable],
            bindings: vec![vec![Some(constant)]],
        };
        if self.in_graph {
            // The empty pattern stands for the graph. Not a join: the optimiser would not feed
            // one with what it knows from elsewhere.
            itself = GraphPattern::Lateral {
                left: Box::default(),
                right: Box::new(itself),
            };
        }
        *pattern = GraphPattern::Union {
            left: Box::new(itself),
            right: Box::new(steps),
        };
    }

    /// `GROUP_CONCAT` answers a simple literal; the engine keeps a language that all have.
    fn group(&mut self, pattern: &mut GraphPattern) {
        let GraphPattern::Group { aggregates, .. } = pattern else {
            return;
        };
        let results: BTreeSet<Variable> = aggregates.iter().map(|(name, _)| name.clone()).collect();
        let mut plain = Vec::new();
        for (name, aggregate) in aggregates {
            let AggregateExpression::FunctionCall {
                name: function,
                expr,
                ..
            } = aggregate
            else {
                continue;
            };
            each_name_in(expr, &mut |name| {
                if let Name::Variable(variable) = name
                    && results.contains(variable)
                {
                    self.mistake = Some(NESTED_AGGREGATE);
                }
            });
            if let AggregateFunction::GroupConcat { .. } = function {
                let tagged = self.variable();
                plain.push((std::mem::replace(name, tagged.clone()), tagged));
            }
        }
        for (variable, tagged) in plain {
            *pattern = GraphPattern::Extend {
                inner: Box::new(std::mem::take(pattern)),
                variable,
                expression: Expression::FunctionCall(Function::Str, vec![tagged.into()]),
            };
        }
    }

    /// Gives `BNODE(text)` in a chain of expressions over one solution a first argument that
    /// tells the solution.
    fn name_blank_nodes(&mut self, pattern: &mut GraphPattern) {
        let row = self.variable();
        let mut found = false;
        let mut at = &mut *pattern;
        while link(at).is_some() {
            for expression in expressions_mut(at) {
                found |= name_blank_nodes(expression, &row);
            }
            match link(at) {
                Some(inner) => at = inner,
                None => return,
            }
        }
        if found {
            *at = GraphPattern::Extend {
                inner: Box::new(std::mem::take(at)),
                variable: row,
                expression: Expression::FunctionCall(Function::StrUuid, Vec::new()),
            };
        } else {
            self.variables -= 1;
        }
    }
}

fn name_blank_nodes(expression: &mut Expression, row: &Variable) -> bool {
    let mut found = false;
    if let Expression::FunctionCall(function, arguments) = expression
        && *function == Function::BNode
        && arguments.len() == 1
    {
        *function = Function::Custom(blank_node_function());
        arguments.insert(0, row.clone().into());
        found = true;
    }
    for operand in operands_mut(expression) {
        found |= name_blank_nodes(operand, row);
    }
    found
}

/// `?v != date`, where one has a time zone and the other none.
///
/// The engine takes them for unequal; by XML Schema they are so only if they are more than
/// 14 hours apart, and else it cannot be told. Its order knows that.
fn unequal_dates(expression: &mut Expression) {
    let Expression::Not(inner) = &*expression else {
        return;
    };
    let Expression::Equal(left, right) = &**inner else {
        return;
    };
    let (value, date) = match (&**left, &**right) {
        (Expression::Variable(value), Expression::Literal(date))
        | (Expression::Literal(date), Expression::Variable(value)) => (value, date),
        _ => return,
    };
    let datatype = date.datatype();
    if ![xsd::DATE, xsd::DATE_TIME, xsd::TIME].contains(&datatype) {
        return;
    }
    let truth = |value: bool| Expression::Literal(Literal::from(value));
    let (value, date) = (
        Expression::Variable(value.clone()),
        Expression::Literal(date.clone()),
    );
    let both = Expression::Coalesce(vec![
        Expression::Equal(
            Box::new(Expression::FunctionCall(
                Function::Datatype,
                vec![value.clone()],
            )),
            Box::new(Expression::NamedNode(datatype.into_owned())),
        ),
        truth(false),
    ]);
    let unequal = std::mem::replace(expression, truth(true));
    let ordered = Expression::If(
        Box::new(Expression::Less(
            Box::new(value.clone()),
            Box::new(date.clone()),
        )),
        Box::new(truth(true)),
        Box::new(Expression::Greater(Box::new(value), Box::new(date))),
    );
    *expression = Expression::If(Box::new(both), Box::new(ordered), Box::new(unequal));
}

/// Whether a path can have no step at all between a constant and itself.
fn may_be_empty(path: &PropertyPathExpression) -> bool {
    match path {
        PropertyPathExpression::ZeroOrMore(_) | PropertyPathExpression::ZeroOrOne(_) => true,
        PropertyPathExpression::OneOrMore(inner) | PropertyPathExpression::Reverse(inner) => {
            may_be_empty(inner)
        }
        PropertyPathExpression::Alternative(left, right) => {
            may_be_empty(left) || may_be_empty(right)
        }
        // The end of its first part is a variable of the second, which is bound in the data only.
        PropertyPathExpression::Sequence(..)
        | PropertyPathExpression::NamedNode(_)
        | PropertyPathExpression::NegatedPropertySet(_) => false,
    }
}

fn nothing() -> PropertyPathExpression {
    PropertyPathExpression::NegatedPropertySet(Vec::new())
}

fn ground(term: &TermPattern) -> Option<GroundTerm> {
    match term {
        TermPattern::NamedNode(node) => Some(node.clone().into()),
        TermPattern::Literal(literal) => Some(literal.clone().into()),
        TermPattern::Variable(_) | TermPattern::BlankNode(_) | TermPattern::Triple(_) => None,
    }
}

/// Whether a variable stands only where its being bound to the graph already makes no
/// difference: in patterns that are joined.
fn is_joined_only(pattern: &mut GraphPattern, graph: &Variable) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => true,
        GraphPattern::Join { left, right } | GraphPattern::Union { left, right } => {
            is_joined_only(left, graph) && is_joined_only(right, graph)
        }
        GraphPattern::Filter { expr, inner } => {
            !mentions_in(expr, graph) && is_joined_only(inner, graph)
        }
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => variable != graph && !mentions_in(expression, graph) && is_joined_only(inner, graph),
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            is_joined_only(left, graph)
                && !mentions(right, graph)
                && !expression
                    .as_mut()
                    .is_some_and(|expression| mentions_in(expression, graph))
        }
        GraphPattern::Minus { left, right } => {
            is_joined_only(left, graph) && !mentions(right, graph)
        }
        _ => !mentions(pattern, graph),
    }
}

/// Whether each solution of the inside of `GRAPH ?g` has `?g` bound by what reads the graph.
fn binds_graph(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } => true,
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
            binds_graph(left) || binds_graph(right)
        }
        GraphPattern::Union { left, right } => binds_graph(left) && binds_graph(right),
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. } => binds_graph(inner),
        GraphPattern::Graph { .. }
        | GraphPattern::Service { .. }
        | GraphPattern::Values { .. }
        | GraphPattern::Group { .. } => false,
    }
}

/// Whether the inside of `GRAPH ?g` has to be evaluated graph by graph: a count or a limit is
/// one of each graph, and what hangs on a part that reads no graph must not see them all.
fn is_per_graph(pattern: &mut GraphPattern) -> bool {
    let here = match pattern {
        GraphPattern::Group { .. } | GraphPattern::Slice { .. } => true,
        GraphPattern::Graph { .. } | GraphPattern::Service { .. } => return false,
        GraphPattern::LeftJoin { left, .. }
        | GraphPattern::Minus { left, .. }
        | GraphPattern::Lateral { left, .. } => !binds_graph(left),
        _ => false,
    };
    if here {
        return true;
    }
    let mut looks_again = false;
    for expression in expressions_mut(pattern) {
        each_exists_mut(expression, &mut |_| looks_again = true);
    }
    children_mut(pattern)
        .into_iter()
        .any(|inner| looks_again && !binds_graph(inner) || is_per_graph(inner))
}

/// Lets the sub-selects inside `GRAPH ?g` pass the graph on.
fn project(pattern: &mut GraphPattern, graph: &Variable) {
    match pattern {
        GraphPattern::Graph { .. } | GraphPattern::Service { .. } => return,
        GraphPattern::Project { variables, .. } if !variables.contains(graph) => {
            variables.push(graph.clone());
        }
        _ => {}
    }
    for expression in expressions_mut(pattern) {
        each_exists_mut(expression, &mut |inner| project(inner, graph));
    }
    for child in children_mut(pattern) {
        project(child, graph);
    }
}

/// A name in a pattern: a variable, or a term that is a blank node.
enum Name<'a> {
    Variable(&'a mut Variable),
    Term(&'a mut TermPattern),
}

fn mentions(pattern: &mut GraphPattern, wanted: &Variable) -> bool {
    let mut found = false;
    each_name(pattern, &mut |name| {
        found |= matches!(name, Name::Variable(variable) if variable == wanted);
    });
    found
}

fn mentions_in(expression: &mut Expression, wanted: &Variable) -> bool {
    let mut found = false;
    each_name_in(expression, &mut |name| {
        found |= matches!(name, Name::Variable(variable) if variable == wanted);
    });
    found
}

/// Calls `found` with each name in a pattern, those in its expressions included.
fn each_name(pattern: &mut GraphPattern, found: &mut dyn FnMut(Name<'_>)) {
    match pattern {
        GraphPattern::Bgp { patterns } => {
            for triple in patterns {
                each_name_in_triple(triple, found);
            }
        }
        GraphPattern::Path {
            subject, object, ..
        } => {
            each_name_in_term(subject, found);
            each_name_in_term(object, found);
        }
        GraphPattern::Graph { name, .. } | GraphPattern::Service { name, .. } => {
            if let NamedNodePattern::Variable(variable) = name {
                found(Name::Variable(variable));
            }
        }
        GraphPattern::Extend { variable, .. } => found(Name::Variable(variable)),
        GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
            variables
                .iter_mut()
                .for_each(|variable| found(Name::Variable(variable)));
        }
        GraphPattern::Group {
            variables,
            aggregates,
            ..
        } => variables
            .iter_mut()
            .chain(aggregates.iter_mut().map(|(variable, _)| variable))
            .for_each(|variable| found(Name::Variable(variable))),
        _ => {}
    }
    for expression in expressions_mut(pattern) {
        each_name_in(expression, found);
    }
    for child in children_mut(pattern) {
        each_name(child, found);
    }
}

fn each_name_in_triple(triple: &mut TriplePattern, found: &mut dyn FnMut(Name<'_>)) {
    each_name_in_term(&mut triple.subject, found);
    if let NamedNodePattern::Variable(variable) = &mut triple.predicate {
        found(Name::Variable(variable));
    }
    each_name_in_term(&mut triple.object, found);
}

fn each_name_in_term(term: &mut TermPattern, found: &mut dyn FnMut(Name<'_>)) {
    match term {
        TermPattern::Variable(variable) => found(Name::Variable(variable)),
        TermPattern::BlankNode(_) => found(Name::Term(term)),
        TermPattern::Triple(triple) => each_name_in_triple(triple, found),
        TermPattern::NamedNode(_) | TermPattern::Literal(_) => {}
    }
}

fn each_name_in(expression: &mut Expression, found: &mut dyn FnMut(Name<'_>)) {
    match expression {
        Expression::Variable(variable) | Expression::Bound(variable) => {
            found(Name::Variable(variable));
        }
        Expression::Exists(pattern) => each_name(pattern, found),
        _ => {}
    }
    for operand in operands_mut(expression) {
        each_name_in(operand, found);
    }
}

/// What an `Extend`, `Filter` or `OrderBy` stands on: they keep to one solution at a time.
fn link(pattern: &mut GraphPattern) -> Option<&mut GraphPattern> {
    match pattern {
        GraphPattern::Extend { inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::OrderBy { inner, .. } => Some(inner),
        _ => None,
    }
}

fn not(inner: Expression) -> Expression {
    Expression::Not(Box::new(inner))
}

fn and(left: Expression, right: Expression) -> Expression {
    Expression::And(Box::new(left), Box::new(right))
}

fn or(left: Expression, right: Expression) -> Expression {
    Expression::Or(Box::new(left), Box::new(right))
}

fn same(left: Expression, right: Expression) -> Expression {
    Expression::SameTerm(Box::new(left), Box::new(right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::io::{RdfFormat, RdfParser};
    use oxigraph::model::Dataset;
    use proptest::prelude::*;
    use spareval::{QueryEvaluator, QueryResults};
    use spargebra::SparqlParser;

    const PREFIXES: &str = "PREFIX : <http://e/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> ";

    fn parsed(text: &str) -> spargebra::Query {
        SparqlParser::new()
            .parse_query(&format!("{PREFIXES}{text}"))
            .unwrap()
    }

    fn rewritten(text: &str) -> spargebra::Query {
        conforming_query(parsed(text), text).unwrap()
    }

    fn dataset(trig: &str) -> Dataset {
        RdfParser::from_format(RdfFormat::TriG)
            .for_slice(&format!("{PREFIXES}{trig}"))
            .map(|quad| quad.unwrap())
            .collect()
    }

    /// Sorted rows, cells by blanks, prefixes and brackets left out.
    fn rows(data: &Dataset, query: &spargebra::Query) -> Vec<String> {
        let results = QueryEvaluator::new()
            .with_custom_function(blank_node_function(), blank_node)
            .prepare(query)
            .execute(data)
            .unwrap();
        let mut rows: Vec<String> = match results {
            QueryResults::Boolean(value) => vec![value.to_string()],
            QueryResults::Graph(triples) => triples.map(|it| it.unwrap().to_string()).collect(),
            QueryResults::Solutions(solutions) => {
                let variables = solutions.variables().to_vec();
                let cell = |term: Option<&Term>| match term {
                    None => "-".to_owned(),
                    Some(Term::NamedNode(node)) => node.as_str().replace("http://e/", ""),
                    Some(Term::Literal(literal)) => literal.value().to_owned(),
                    Some(other) => other.to_string(),
                };
                solutions
                    .map(|solution| {
                        let solution = solution.unwrap();
                        let cells: Vec<String> =
                            variables.iter().map(|it| cell(solution.get(it))).collect();
                        cells.join(" ")
                    })
                    .collect()
            }
        };
        rows.sort_unstable();
        rows
    }

    fn check(trig: &str, query: &str, expected: &[&str]) {
        assert_eq!(rows(&dataset(trig), &rewritten(query)), expected, "{query}");
    }

    const TWO_GRAPHS: &str = ":g1 { :a :p :b } :g2 { :a :p :b . :c :p :d . :g2 :p :e }";

    #[test]
    fn queries_without_the_features_stay_as_they_are() {
        for text in [
            "SELECT * { ?s ?p ?o OPTIONAL { ?o :q ?x } MINUS { ?x :p ?s } FILTER(?s != :a) }",
            "SELECT * { GRAPH ?g { ?s :p* ?o OPTIONAL { ?o :q ?x } FILTER(?s != ?o) } }",
            "SELECT * { GRAPH ?g { ?g :p ?o . VALUES ?g { :a } { ?g :q ?g } UNION { ?x :q ?g } } }",
            "SELECT * { GRAPH :g { SELECT (COUNT(*) AS ?n) { ?s ?p ?o MINUS { ?x :p ?y } } } }",
            "SELECT ?s (COUNT(?o) AS ?n) { ?s :p/:q* ?o } GROUP BY ?s HAVING (COUNT(?o) > 1)",
            "SELECT * { :a :p+ ?x . :a (:p/:q)|^:r ?y . ?x :p* ?y . :b :p/:q* ?z }",
            "SELECT (BNODE() AS ?b) (STR(?x) AS ?y) { ?x :p '1'^^xsd:date FILTER(?x = ?b) }",
            "CONSTRUCT { ?s :p [] } WHERE { ?s ?p ?o FILTER EXISTS { GRAPH ?g { ?s ?p ?o } } }",
            "SELECT * { SERVICE :s { GRAPH ?g { FILTER(?g = :a) } :a :p* ?x } }",
        ] {
            let query = parsed(text);
            assert_eq!(conforming_query(query.clone(), text), Ok(query), "{text}");
        }
    }

    #[test]
    fn the_inside_of_graph_does_not_see_its_name() {
        check(
            TWO_GRAPHS,
            "SELECT * { GRAPH ?g { FILTER(BOUND(?g)) } }",
            &[],
        );
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x { GRAPH ?g { ?x :p :b BIND(?g AS ?y) FILTER(!BOUND(?y)) } }",
            &["g1 a", "g2 a"],
        );
        check(
            ":g1 { :a :p :b } :g2 { :a :p :b ; :q :g1 }",
            "SELECT ?g ?x { GRAPH ?g { ?x :p :b OPTIONAL { ?x :q ?g } } }",
            &["g1 a"],
        );
    }

    #[test]
    fn what_reads_no_triple_belongs_to_each_graph() {
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x { GRAPH ?g { VALUES (?g ?x) { (UNDEF 1) (:g1 2) } } }",
            &["g1 1", "g1 2", "g2 1"],
        );
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x ?y { GRAPH ?g { VALUES ?x { :a :c } OPTIONAL { ?x :p ?y } } }",
            &["g1 a b", "g1 c -", "g2 a b", "g2 c d"],
        );
    }

    #[test]
    fn minus_does_not_share_the_name_of_the_graph() {
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x { GRAPH ?g { ?x :p :b MINUS { ?y :p :d } } }",
            &["g1 a", "g2 a"],
        );
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x { GRAPH ?g { ?x :p ?y MINUS { ?x :p :d } } }",
            &["g1 a", "g2 a", "g2 g2"],
        );
    }

    #[test]
    fn a_subselect_in_graph_is_one_of_each_graph() {
        check(
            TWO_GRAPHS,
            "SELECT ?g ?n { GRAPH ?g { SELECT (COUNT(*) AS ?n) { ?x :p :d } } }",
            &["g1 0", "g2 1"],
        );
        check(
            TWO_GRAPHS,
            "SELECT ?g ?x { GRAPH ?g { SELECT ?x { ?x :p ?y } ORDER BY ?x LIMIT 1 } }",
            &["g1 a", "g2 a"],
        );
    }

    #[test]
    fn a_constant_is_its_own_end_wherever_it_comes_from() {
        check("", "SELECT * { :a :p* ?x }", &["a"]);
        check("", "SELECT * { ?x :p? 'a' }", &["a"]);
        check("", "ASK { :a (^:p|:q)* [] }", &["true"]);
        check("", "ASK { :a :p*/:q* :a }", &["true"]);
        check("", "ASK { :a :p* :b }", &["false"]);
        check("", "SELECT * { ?x ^(:p?) :a }", &["a"]);
        check("", "SELECT * { :a (:p?)+ ?x . :a (:p|:q*) ?y }", &["a a"]);
        check(
            ":a :p :b . :b :p :a , :c .",
            "SELECT * { :a :p* ?x }",
            &["a", "b", "c"],
        );
        check(
            TWO_GRAPHS,
            "SELECT * { GRAPH ?g { :c :p* ?x } }",
            &["g1 c", "g2 c", "g2 d"],
        );
        // A variable ranges over the data.
        check("", "SELECT * { VALUES ?x { :a } ?x :p* ?y }", &[]);
    }

    #[test]
    fn group_concat_has_no_language() {
        let language = "SELECT (LANG(?t) AS ?l) ?t { SELECT (GROUP_CONCAT(?x) AS ?t) { ";
        let of = |values: &str| format!("{language} VALUES ?x {{ {values} }} }} }}");
        check("", &of("'a'@en 'b'@en"), &[" a b"]);
        check("", &of(""), &[" "]);
        check("", &of("'a'@en UNDEF"), &["- -"]);
    }

    #[test]
    fn a_blank_node_is_one_of_its_solution_and_text() {
        let text = "SELECT (BNODE(?x) AS ?a) (BNODE(?x) AS ?b) (BNODE('-') AS ?c) (BNODE(1) AS ?d) \
                    { VALUES ?x { '1' '2' '-' '-' } }";
        let mut nodes = BTreeSet::new();
        for row in rows(&Dataset::new(), &rewritten(text)) {
            let cells: Vec<&str> = row.split(' ').collect();
            let [a, b, c, d] = cells[..] else {
                panic!("{row}")
            };
            assert_eq!((a, d), (b, "-"), "{row}");
            nodes.extend([a.to_owned(), c.to_owned()]);
        }
        assert_eq!(nodes.len(), 6);
    }

    #[test]
    fn dates_that_cannot_be_told_apart_are_not_unequal() {
        check(
            "",
            "SELECT ?x { VALUES ?x { '2001-01-01'^^xsd:date '2001-01-01Z'^^xsd:date \
             '2001-01-02'^^xsd:date '2001-01-05Z'^^xsd:date 1 :a 'x' } \
             FILTER(?x != '2001-01-01'^^xsd:date) }",
            &["1", "2001-01-02", "2001-01-05Z", "a", "x"],
        );
    }

    #[test]
    fn mistakes_that_the_parser_overlooks_are_refused() {
        for text in [
            "SELECT (COUNT(COUNT(*)) AS ?n) {}",
            "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (SUM(1 + MAX(?o)) > 1)",
            "SELECT * { BIND(<<( 'a' :q :z )>> AS ?x) }",
            "ASK { FILTER(<<( <<( :a :q :z )>> :q :z )>> = ?x) }",
        ] {
            assert!(conforming_query(parsed(text), text).is_err(), "{text}");
        }
        for text in [
            "SELECT (COUNT(?x) + COUNT(*) AS ?n) { SELECT (SUM(?y) AS ?x) { ?y ?p 1 } }",
            "SELECT * { BIND(TRIPLE('a', :q, :z) AS ?x) ?y :p <<( 'a' :q :z )>> }",
            "SELECT * { BIND(<<( ?s :q <<( :a :q :z )>> )>> AS ?x) }",
        ] {
            assert!(conforming_query(parsed(text), text).is_ok(), "{text}");
        }
    }

    #[test]
    fn new_variables_are_new() {
        check(
            "",
            "SELECT ?weft_1 ?weft__2 (GROUP_CONCAT(?x) AS ?t) \
             { VALUES (?x ?weft_1 ?weft__2) { ('a' 1 2) } } GROUP BY ?weft_1 ?weft__2",
            &["1 2 a"],
        );
    }

    fn triples() -> impl Strategy<Value = String> {
        let triple = (0..3_u8, 0..4_u8, 0..2_u8, 0..5_u8).prop_map(|(g, s, p, o)| {
            let object = if o == 4 {
                ":g1".to_owned()
            } else {
                format!(":n{o}")
            };
            format!(":g{g} {{ :n{s} :p{p} {object} }}")
        });
        proptest::collection::vec(triple, 0..14).prop_map(|triples| triples.join("\n"))
    }

    /// Insides of `GRAPH ?g`; `?g` stands for itself.
    const INSIDES: &[&str] = &[
        "?x :p0 ?y MINUS { ?x :p1 ?y }",
        "?x :p0 ?y MINUS { ?z :p1 ?w }",
        "?x :p0 ?y OPTIONAL { ?y :p1 ?z } MINUS { ?w :p0 ?x OPTIONAL { ?w :p1 ?z } }",
        "{ ?x :p0 ?y } UNION { ?z :p1 ?y } MINUS { { ?x :p1 ?w } UNION { ?z :p0 ?w } }",
        "VALUES ?x { :n0 :n1 } MINUS { ?x :p0 ?y }",
        "VALUES ?x { :n0 :n1 } FILTER NOT EXISTS { ?x :p0 ?y }",
        "VALUES ?x { :n0 } OPTIONAL { ?x :p0 ?y OPTIONAL { ?y :p1 ?z } }",
        "{ ?x :p0 ?y } UNION { VALUES ?z { 1 } }",
        "SELECT DISTINCT ?x { ?x :p0 ?y }",
        "SELECT (COUNT(?x) AS ?y) (MIN(?x) AS ?z) { ?x :p0 ?w }",
        "SELECT ?x (COUNT(*) AS ?y) { ?x :p0 ?w } GROUP BY ?x",
        "?x :p0 ?y { SELECT ?y (COUNT(*) AS ?z) { ?y :p1 ?w } GROUP BY ?y }",
        "?x :p0 ?y OPTIONAL { SELECT ?y ?z { ?y :p1 ?z } ORDER BY ?y ?z LIMIT 1 }",
        "?x :p0 ?y FILTER EXISTS { SELECT ?y { ?y :p1 ?w } }",
        ":n0 :p0* ?x . ?x :p1? ?y",
        ":n0 (:p0|^:p1)* ?x OPTIONAL { ?y :p0? :n3 }",
        "?x :p0 ?g OPTIONAL { ?x :p1 ?y }",
        "?x :p0 ?y OPTIONAL { ?x :p1 ?g }",
        "?x :p0 ?y FILTER(!BOUND(?g))",
        "?x :p0 ?y MINUS { ?x :p1 ?g }",
        "{ ?x :p0 ?g } UNION { ?x :p1 ?y } FILTER(COALESCE(?g, :g1) = :g1)",
        "SELECT ?g ?x { ?x :p0 ?g }",
        "SELECT ?x { ?x :p0 ?g }",
        "?x :p0 ?y FILTER EXISTS { ?y :p1 ?g }",
        "GRAPH :g1 { ?x :p0 ?y }",
        "GRAPH ?y { ?x :p0 ?z } ?x :p1 ?w",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// `GRAPH ?g { … }` is the union over the graphs, each joined with its name.
        #[test]
        fn graph_is_a_union_over_the_graphs(trig in triples()) {
            let data = dataset(&trig);
            let graphs: BTreeSet<String> =
                data.iter().map(|quad| quad.graph_name.to_string()).collect();
            for inside in INSIDES {
                let head = "SELECT ?g ?x ?y ?z";
                let found = rows(&data, &rewritten(&format!("{head} {{ GRAPH ?g {{ {inside} }} }}")));
                let mut expected = Vec::new();
                for graph in &graphs {
                    let inside = inside.replace("?g", "?h");
                    expected.extend(rows(&data, &rewritten(&format!(
                        "{head} {{ GRAPH {graph} {{ {inside} }} \
                         FILTER(!BOUND(?h) || sameTerm(?h, {graph})) BIND({graph} AS ?g) }}"
                    ))));
                }
                expected.sort_unstable();
                prop_assert_eq!(found, expected, "{}", inside);
            }
        }

        /// Where the constant is in the data the engine is right about paths.
        #[test]
        fn a_path_from_a_node_of_the_data_is_what_it_was(trig in triples()) {
            // Random triples of two graphs go to the default graph.
            let trig = trig.replace(":g0 {", "{").replace(":g2 {", "{");
            let data = dataset(&format!("{trig} :n0 :p0 :n1 . :n2 :p1 :n0 . :n1 :p0 :n2 ."));
            for text in [
                "SELECT * { :n0 :p0* ?x }",
                "SELECT * { ?x (:p0|:p1)? :n0 . ?x :p0 ?y }",
                "SELECT * { ?y :p1 ?x . ?x (^:p0/:p1)* :n0 }",
                "SELECT ?x { ?x :p0/:p1* :n0 OPTIONAL { :n0 :p0? ?x } }",
                "SELECT * { :n0 :p0? ?x FILTER EXISTS { :n0 :p1* ?x } }",
            ] {
                prop_assert_eq!(rows(&data, &rewritten(text)), rows(&data, &parsed(text)), "{}", text);
            }
        }
    }
}
