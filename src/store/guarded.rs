//! What the [brake](super::brake) cannot see is changed before the evaluation begins.
//!
//! - *Rows without a term.* `VALUES` of `UNDEF`, branches of a `UNION` and sub-queries may yield
//!   rows that bind nothing; a product of such handles no term at all. They get a variable that
//!   nobody asks for.
//! - *`MINUS` of patterns that share no variable* compares every row with every other and removes
//!   none (SPARQL 1.1, 8.3.3): it is left out.
//! - *Sorting values of several kinds* is made an order (see `Guard::order`).
//! - *Functions that grow texts.* `REPLACE` may multiply two lengths, and calls within calls
//!   multiply again without any step in between. `REPLACE` is done here, in pieces that are
//!   counted; what one such function hands another is measured on the way.

use super::algebra::{
    certain, children_mut, each_pattern, expressions, expressions_mut, in_scope, operands,
    operands_mut, pattern_of_mut,
};
use super::brake;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term, Variable};
use regex::{Regex, RegexBuilder};
use spareval::{ExpressionTerm, QueryEvaluator};
use spargebra::algebra::{
    Expression, Function, GraphPattern, OrderExpression, PropertyPathExpression,
};
use spargebra::term::{GroundTerm, TermPattern, TriplePattern};
use std::borrow::Cow;
use std::cell::RefCell;

const REPLACE: &str = "https://w3id.org/weft/fn#replace";
const MEASURED: &str = "https://w3id.org/weft/fn#measured";
const KIND: &str = "https://w3id.org/weft/fn#kind";
const MATCHED: &str = "https://w3id.org/weft/fn#matched";
const COMPILED: &str = "https://w3id.org/weft/fn#compiled";

/// Arguments of one `CONCAT`: more are taken in groups, so that each step is measured.
const FEW_ARGUMENTS: usize = 8;
/// How large a compiled regular expression may be, in bytes; the engine's own limit.
const LARGEST_REGEX: usize = 1_000_000;

/// The evaluator with the functions that guarded patterns call.
pub(super) fn with_functions(evaluator: QueryEvaluator) -> QueryEvaluator {
    evaluator
        .with_custom_function(NamedNode::new_unchecked(REPLACE), replace)
        .with_custom_function(NamedNode::new_unchecked(KIND), |arguments| {
            kind(arguments.first()?)
        })
        .with_custom_function(NamedNode::new_unchecked(MEASURED), |arguments| {
            let [term] = arguments else { return None };
            brake::text(length(term));
            Some(term.clone())
        })
        .with_custom_function(NamedNode::new_unchecked(MATCHED), |arguments| {
            let [term] = arguments else { return None };
            brake::text(length(term));
            brake::matched_text(length(term));
            Some(term.clone())
        })
        .with_custom_function(NamedNode::new_unchecked(COMPILED), |arguments| {
            let [term] = arguments else { return None };
            brake::look_now();
            Some(term.clone())
        })
}

/// The kind of a value, for sorting: values of one kind have an order. What sorts first, numbers
/// as well as what is no literal, has no kind, so that nothing is compared for it.
fn kind(term: &Term) -> Option<Term> {
    let has_zone = |text: &str| {
        text.ends_with('Z')
            || text
                .rfind(['+', '-'])
                .is_some_and(|at| text[at..].len() == 6 && text[at..].contains(':'))
    };
    let kind = match ExpressionTerm::from(term.clone()) {
        ExpressionTerm::NamedNode(_)
        | ExpressionTerm::BlankNode(_)
        | ExpressionTerm::IntegerLiteral(_)
        | ExpressionTerm::DecimalLiteral(_) => return None,
        ExpressionTerm::DoubleLiteral(value) if !value.is_nan() => return None,
        ExpressionTerm::FloatLiteral(value) if !value.is_nan() => return None,
        ExpressionTerm::StringLiteral(_)
        | ExpressionTerm::LangStringLiteral { .. }
        | ExpressionTerm::DirLangStringLiteral { .. } => 1,
        ExpressionTerm::BooleanLiteral(_) => 2,
        ExpressionTerm::Triple(_) => 99,
        _ => {
            let Term::Literal(literal) = term else {
                return None;
            };
            let of_type = KINDS
                .iter()
                .position(|datatype| *datatype == literal.datatype())
                .map_or(50, |position| 10 + 2 * position as i32);
            of_type + i32::from(has_zone(literal.value()))
        }
    };
    Some(Literal::from(kind).into())
}

/// Datatypes whose values have an order among themselves, apart from those with a time zone.
const KINDS: [NamedNodeRef<'static>; 11] = [
    xsd::DATE_TIME,
    xsd::DATE,
    xsd::G_YEAR_MONTH,
    xsd::G_YEAR,
    xsd::TIME,
    xsd::G_MONTH_DAY,
    xsd::G_MONTH,
    xsd::G_DAY,
    xsd::YEAR_MONTH_DURATION,
    xsd::DAY_TIME_DURATION,
    xsd::DURATION,
];

fn length(term: &Term) -> usize {
    match term {
        Term::NamedNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len(),
        Term::BlankNode(_) | Term::Triple(_) => 0,
    }
}

/// `REPLACE` of SPARQL 1.1 (17.4.3.15), as the engine does it, counted as it goes.
fn replace(arguments: &[Term]) -> Option<Term> {
    let (text, pattern, replacement, flags) = match arguments {
        [text, pattern, replacement] => (text, pattern, replacement, ""),
        [text, pattern, replacement, flags] => (text, pattern, replacement, simple(flags)?),
        _ => return None,
    };
    let Term::Literal(literal) = text else {
        return None;
    };
    let is_text = literal.language().is_some() || literal.datatype() == xsd::STRING;
    if !is_text {
        return None;
    }
    let (pattern, replacement) = (simple(pattern)?, simple(replacement)?);
    let regex = compiled(pattern, flags)?;
    let text = literal.value();
    brake::matched_text(text.len());
    let mut result = String::new();
    let mut end = 0;
    let mut any = false;
    for captures in regex.captures_iter(text) {
        let whole = captures.get(0)?;
        any = true;
        result.push_str(&text[end..whole.start()]);
        captures.expand(replacement, &mut result);
        end = whole.end();
        brake::text(result.len());
    }
    if !any {
        return Some(literal.clone().into());
    }
    result.push_str(&text[end..]);
    brake::text(result.len());
    Some(
        match (literal.language(), literal.direction()) {
            (Some(language), Some(direction)) => {
                Literal::new_directional_language_tagged_literal_unchecked(
                    result, language, direction,
                )
            }
            (Some(language), None) => {
                Literal::new_language_tagged_literal_unchecked(result, language)
            }
            (None, _) => Literal::new_simple_literal(result),
        }
        .into(),
    )
}

fn simple(term: &Term) -> Option<&str> {
    match term {
        Term::Literal(literal)
            if literal.language().is_none() && literal.datatype() == xsd::STRING =>
        {
            Some(literal.value())
        }
        _ => None,
    }
}

/// A regular expression with its flags, compiled.
type Compiled = (String, String, Option<Regex>);

thread_local! {
    /// The one used last: most calls use the same again, and an evaluation has a thread.
    static LAST: RefCell<Option<Compiled>> = const { RefCell::new(None) };
}

fn compiled(pattern: &str, flags: &str) -> Option<Regex> {
    let known = LAST.with_borrow(|last| match last {
        Some((known, with, regex)) if known == pattern && with == flags => Some(regex.clone()),
        _ => None,
    });
    if let Some(regex) = known {
        return regex;
    }
    brake::look_now();
    let regex = compile(pattern, flags);
    LAST.set(Some((pattern.to_owned(), flags.to_owned(), regex.clone())));
    regex
}

fn compile(pattern: &str, flags: &str) -> Option<Regex> {
    let pattern = if flags.contains('q') {
        Cow::Owned(regex::escape(pattern))
    } else {
        Cow::Borrowed(pattern)
    };
    let mut builder = RegexBuilder::new(&pattern);
    builder.size_limit(LARGEST_REGEX);
    for flag in flags.chars() {
        match flag {
            's' => builder.dot_matches_new_line(true),
            'm' => builder.multi_line(true),
            'i' => builder.case_insensitive(true),
            'x' => builder.ignore_whitespace(true),
            'q' => &mut builder,
            _ => return None,
        };
    }
    builder.build().ok()
}

/// What the engine's planning takes time for beyond measure: it grows with the square of their
/// number, and nothing can stop it.
const MOST: [(&str, usize); 5] = [
    ("triple patterns", 2_000),
    ("OPTIONALs", 500),
    ("VALUES tables", 200),
    ("FILTERs", 2_000),
    ("operators in one expression", 2_000),
];

/// Refuses a pattern that would take too long to plan.
///
/// # Errors
/// What there is too much of.
pub(super) fn check_size(pattern: &GraphPattern) -> Result<(), String> {
    let size = Size::of(pattern);
    let counts = [
        size.triples,
        size.optionals,
        size.tables,
        size.filters,
        size.longest,
    ];
    for ((what, most), count) in MOST.into_iter().zip(counts) {
        if count > most {
            return Err(format!(
                "there are {count} {what}; {most} is the most that can be planned in time"
            ));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Size {
    triples: usize,
    optionals: usize,
    tables: usize,
    filters: usize,
    longest: usize,
}

impl Size {
    fn of(pattern: &GraphPattern) -> Self {
        let mut size = Self::default();
        each_pattern(pattern, &mut |pattern| {
            match pattern {
                GraphPattern::Bgp { patterns } => size.triples += patterns.len(),
                GraphPattern::Path { .. } => size.triples += 1,
                GraphPattern::Values { .. } => size.tables += 1,
                GraphPattern::LeftJoin { .. } => size.optionals += 1,
                GraphPattern::Filter { .. } => size.filters += 1,
                _ => {}
            }
            for expression in expressions(pattern) {
                size.longest = size.longest.max(operators(expression));
            }
        });
        size
    }
}

/// How many operators, calls and lists aside, an expression has.
fn operators(expression: &Expression) -> usize {
    let own = match expression {
        Expression::If(..)
        | Expression::In(..)
        | Expression::Coalesce(_)
        | Expression::FunctionCall(..) => 0,
        _ => 1,
    };
    let operands = operands(expression);
    if operands.is_empty() {
        return 0;
    }
    own + operands.into_iter().map(operators).sum::<usize>()
}

/// A query whose every step the brake sees.
pub(super) fn guarded_query(mut query: spargebra::Query) -> spargebra::Query {
    guard(pattern_of_mut(&mut query));
    query
}

/// A pattern whose every step the brake sees; means the same.
pub(super) fn guard(pattern: &mut GraphPattern) {
    Guard { fresh: 0 }.pattern(pattern);
}

struct Guard {
    fresh: usize,
}

impl Guard {
    fn variable(&mut self) -> Variable {
        self.fresh += 1;
        // No variable of a query can have this name: `.` may not stand in one.
        Variable::new_unchecked(format!("weft.row{}", self.fresh))
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        // Matched elsewhere, within limits of its own.
        if matches!(pattern, GraphPattern::Service { .. }) {
            return;
        }
        if let GraphPattern::Minus { left, right } = pattern
            && in_scope(left).is_disjoint(&in_scope(right))
        {
            *pattern = *std::mem::take(left);
            return self.pattern(pattern);
        }
        for expression in expressions_mut(pattern) {
            self.expression(expression);
        }
        for child in children_mut(pattern) {
            self.pattern(child);
        }
        match pattern {
            GraphPattern::Path {
                subject,
                path,
                object,
            } if has_choice_of_sequences(path) => {
                *pattern = self.steps(subject.clone(), path, object.clone());
            }
            GraphPattern::Values {
                variables,
                bindings,
            } => {
                let is_bare = |row: &Vec<Option<GroundTerm>>| row.iter().all(Option::is_none);
                if bindings.len() > 1 && bindings.iter().any(is_bare) {
                    variables.push(self.variable());
                    for row in bindings {
                        row.push(Some(Literal::from(true).into()));
                    }
                }
            }
            GraphPattern::Union { left, right }
                if !binds_something(left) || !binds_something(right) =>
            {
                // The same in both branches, or it would tell rows apart.
                let variable = self.variable();
                bind(left, &variable);
                bind(right, &variable);
            }
            GraphPattern::OrderBy { inner, expression } => self.order(inner, expression),
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::LeftJoin { left, right, .. }
            | GraphPattern::Minus { left, right } => {
                // Sub-queries may bind none of what they select.
                for side in [left, right] {
                    if is_subquery(side) && !binds_something(side) {
                        let variable = self.variable();
                        bind(side, &variable);
                    }
                }
            }
            _ => {}
        }
    }

    /// A path as patterns that can be planned: a choice is a union, a sequence a join. The engine
    /// would walk a choice of sequences from its beginning, whatever is known of its end. (SPARQL
    /// 1.1, 18.4: both mean the same, also in the number of solutions.)
    fn steps(
        &mut self,
        subject: TermPattern,
        path: &PropertyPathExpression,
        object: TermPattern,
    ) -> GraphPattern {
        match path {
            PropertyPathExpression::NamedNode(property) => GraphPattern::Bgp {
                patterns: vec![TriplePattern {
                    subject,
                    predicate: property.clone().into(),
                    object,
                }],
            },
            PropertyPathExpression::Reverse(inner) => self.steps(object, inner, subject),
            PropertyPathExpression::Alternative(a, b) => GraphPattern::Union {
                left: Box::new(self.steps(subject.clone(), a, object.clone())),
                right: Box::new(self.steps(subject, b, object)),
            },
            PropertyPathExpression::Sequence(a, b) => {
                let between = TermPattern::Variable(self.variable());
                GraphPattern::Join {
                    left: Box::new(self.steps(subject, a, between.clone())),
                    right: Box::new(self.steps(between, b, object)),
                }
            }
            closure => GraphPattern::Path {
                subject,
                path: closure.clone(),
                object,
            },
        }
    }

    /// Sorts by the kind of a value before the value: the engine compares values of two kinds, such
    /// as a number and a text, by how they are written, which is no order at all when there are
    /// more of each (`9 < 10`, but `"10" < "5x" < "9"`); a sort by such a comparison may panic.
    fn order(&mut self, inner: &mut Box<GraphPattern>, by: &mut Vec<OrderExpression>) {
        let mut keys = Vec::with_capacity(by.len() * 2);
        for key in std::mem::take(by) {
            let (expression, descends) = match key {
                OrderExpression::Asc(expression) => (expression, false),
                OrderExpression::Desc(expression) => (expression, true),
            };
            let value = match expression {
                Expression::Variable(variable) => variable,
                expression => {
                    let variable = self.variable();
                    extend(inner, &variable, expression);
                    variable
                }
            };
            let kind = self.variable();
            let call = Expression::FunctionCall(
                Function::Custom(NamedNode::new_unchecked(KIND)),
                vec![Expression::Variable(value.clone())],
            );
            extend(inner, &kind, call);
            for variable in [kind, value] {
                let variable = Expression::Variable(variable);
                keys.push(if descends {
                    OrderExpression::Desc(variable)
                } else {
                    OrderExpression::Asc(variable)
                });
            }
        }
        *by = keys;
    }

    fn expression(&mut self, expression: &mut Expression) {
        if let Expression::Exists(pattern) = expression {
            self.pattern(pattern);
        }
        for operand in operands_mut(expression) {
            self.expression(operand);
        }
        if let Expression::FunctionCall(function, arguments) = expression {
            call(function, arguments);
        }
    }
}

/// Whether a pattern looks as if it were evaluated in a moment: few triple patterns that begin at
/// a fixed resource or value, and nothing that gathers rows.
pub(super) fn looks_light(pattern: &GraphPattern) -> bool {
    const FEW: usize = 12;
    let mut look = Light::default();
    look.pattern(pattern) && look.is_anchored && look.patterns <= FEW
}

#[derive(Default)]
struct Light {
    is_anchored: bool,
    patterns: usize,
}

impl Light {
    fn pattern(&mut self, pattern: &GraphPattern) -> bool {
        let is_fixed = |term: &TermPattern| {
            matches!(term, TermPattern::NamedNode(_) | TermPattern::Literal(_))
        };
        match pattern {
            GraphPattern::Bgp { patterns } => {
                self.patterns += patterns.len();
                self.is_anchored |= patterns
                    .iter()
                    .any(|triple| is_fixed(&triple.subject) || is_fixed(&triple.object));
                true
            }
            GraphPattern::Path {
                subject, object, ..
            } => {
                self.patterns += 1;
                self.is_anchored |= is_fixed(subject) || is_fixed(object);
                true
            }
            GraphPattern::Values { bindings, .. } => {
                self.is_anchored = true;
                bindings.len() <= 20
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::LeftJoin { left, right, .. } => {
                self.pattern(left) && self.pattern(right)
            }
            GraphPattern::Extend {
                inner, expression, ..
            } => {
                // DESCRIBE of a resource.
                self.is_anchored |= matches!(expression, Expression::NamedNode(_));
                self.pattern(inner)
            }
            GraphPattern::Filter { inner, .. }
            | GraphPattern::Graph { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Minus { .. }
            | GraphPattern::OrderBy { .. }
            | GraphPattern::Group { .. }
            | GraphPattern::Service { .. } => false,
        }
    }
}

/// Whether a path is a choice, in which a sequence can be chosen.
fn has_choice_of_sequences(path: &PropertyPathExpression) -> bool {
    fn has_sequence(path: &PropertyPathExpression) -> bool {
        match path {
            PropertyPathExpression::Sequence(..) => true,
            PropertyPathExpression::Alternative(a, b) => has_sequence(a) || has_sequence(b),
            PropertyPathExpression::Reverse(inner) => has_sequence(inner),
            _ => false,
        }
    }
    match path {
        PropertyPathExpression::Alternative(a, b) => has_sequence(a) || has_sequence(b),
        PropertyPathExpression::Reverse(inner) => has_choice_of_sequences(inner),
        PropertyPathExpression::Sequence(a, b) => {
            has_choice_of_sequences(a) || has_choice_of_sequences(b)
        }
        _ => false,
    }
}

/// Makes a call one that is measured where it may grow.
fn call(function: &mut Function, arguments: &mut Vec<Expression>) {
    match function {
        Function::Replace => {
            *function = Function::Custom(NamedNode::new_unchecked(REPLACE));
        }
        Function::Regex => {
            if let Some(text) = arguments.first_mut()
                && grows(text)
            {
                wrap(text, MATCHED);
            }
            // What is compiled for each row takes long, also where it cannot be compiled.
            let flags = match arguments.get(2) {
                None => Some(""),
                Some(Expression::Literal(flags)) => Some(flags.value()),
                Some(_) => None,
            };
            let is_compiled_once = match (arguments.get(1), flags) {
                (Some(Expression::Literal(pattern)), Some(flags)) => {
                    compile(pattern.value(), flags).is_some()
                }
                _ => false,
            };
            if !is_compiled_once && let Some(pattern) = arguments.get_mut(1) {
                wrap(pattern, COMPILED);
            }
            return;
        }
        Function::Concat => {
            while arguments.len() > FEW_ARGUMENTS {
                let groups: Vec<Expression> = std::mem::take(arguments)
                    .chunks(FEW_ARGUMENTS)
                    .map(|group| {
                        let mut group = Expression::FunctionCall(Function::Concat, group.to_vec());
                        wrap(&mut group, MEASURED);
                        group
                    })
                    .collect();
                *arguments = groups;
            }
        }
        Function::EncodeForUri | Function::UCase | Function::LCase => {}
        _ => return,
    }
    for argument in arguments {
        if grows(argument) {
            wrap(argument, MEASURED);
        }
    }
}

fn wrap(expression: &mut Expression, function: &str) {
    if matches!(expression, Expression::FunctionCall(Function::Custom(name), _)
        if [MEASURED, MATCHED, COMPILED].contains(&name.as_str()))
    {
        return;
    }
    let inner = std::mem::replace(expression, Expression::Literal(Literal::from(true)));
    *expression = Expression::FunctionCall(
        Function::Custom(NamedNode::new_unchecked(function)),
        vec![inner],
    );
}

/// Whether an expression calls a function whose result can be longer than what it is given.
fn grows(expression: &Expression) -> bool {
    match expression {
        Expression::FunctionCall(function, arguments) => {
            matches!(
                function,
                Function::Concat
                    | Function::Replace
                    | Function::EncodeForUri
                    | Function::UCase
                    | Function::LCase
            ) || matches!(function, Function::Custom(name) if name.as_str() == REPLACE)
                || arguments.iter().any(grows)
        }
        Expression::If(a, b, c) => grows(a) || grows(b) || grows(c),
        Expression::Coalesce(all) => all.iter().any(grows),
        _ => false,
    }
}

fn bind(pattern: &mut GraphPattern, variable: &Variable) {
    extend(pattern, variable, Expression::Literal(Literal::from(true)));
}

fn extend(pattern: &mut GraphPattern, variable: &Variable, expression: Expression) {
    let inner = std::mem::take(pattern);
    *pattern = GraphPattern::Extend {
        inner: Box::new(inner),
        variable: variable.clone(),
        expression,
    };
}

fn is_subquery(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Project { .. } => true,
        GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::OrderBy { inner, .. } => is_subquery(inner),
        _ => false,
    }
}

/// Whether every row of a pattern is sure to bind a variable or comes from data, so that the
/// brake sees it. May say no where the answer is yes.
fn binds_something(pattern: &GraphPattern) -> bool {
    match pattern {
        // A row of these was a triple, though they may have no variable.
        GraphPattern::Bgp { patterns } => !patterns.is_empty(),
        GraphPattern::Path { .. } | GraphPattern::Service { .. } => true,
        GraphPattern::Values { bindings, .. } => {
            bindings.iter().all(|row| row.iter().any(Option::is_some))
        }
        GraphPattern::Join { left, right } | GraphPattern::Lateral { left, right } => {
            binds_something(left) || binds_something(right)
        }
        GraphPattern::Union { left, right } => binds_something(left) && binds_something(right),
        // An expression may fail, and then binds nothing; ours does not.
        GraphPattern::Extend {
            inner, expression, ..
        } => matches!(expression, Expression::Literal(_)) || binds_something(inner),
        // There is one row of it.
        GraphPattern::Group { variables, .. } if variables.is_empty() => true,
        GraphPattern::Group { .. } | GraphPattern::Project { .. } => !certain(pattern).is_empty(),
        GraphPattern::LeftJoin { left: inner, .. }
        | GraphPattern::Minus { left: inner, .. }
        | GraphPattern::Filter { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Graph { inner, .. } => binds_something(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spargebra::SparqlParser;

    fn guarded(text: &str) -> String {
        guarded_query(SparqlParser::new().parse_query(text).unwrap()).to_string()
    }

    fn is_unchanged(text: &str) -> bool {
        let query = SparqlParser::new().parse_query(text).unwrap();
        guarded_query(query.clone()) == query
    }

    #[test]
    fn usual_patterns_stay_as_they_are() {
        for text in [
            "SELECT * { ?a ?p ?b . ?b ?q ?c OPTIONAL { ?c ?r ?d } }",
            "SELECT * { { ?a ?p ?b } UNION { ?a ?q ?b } MINUS { ?a ?r ?c } }",
            "SELECT * { VALUES (?a ?b) { (1 UNDEF) (UNDEF 2) } }",
            "SELECT ?a { { SELECT ?a { ?a ?p ?b } } ?a ?q ?c FILTER(REGEX(STR(?a), 'x')) }",
            "SELECT (CONCAT(STR(?a), ' ', STR(?b)) AS ?c) { ?a ?p ?b }",
        ] {
            assert!(is_unchanged(text), "{text}");
        }
    }

    #[test]
    fn rows_without_a_term_get_one() {
        for text in [
            "SELECT * { VALUES ?a { UNDEF UNDEF } }",
            "SELECT * { {} UNION {} }",
            "SELECT * { { SELECT ?x { ?a ?p ?b } } { SELECT ?y { ?a ?p ?b } } }",
        ] {
            assert!(guarded(text).contains("weft.row"), "{text}");
        }
    }

    #[test]
    fn a_minus_that_removes_nothing_is_left_out() {
        let text = guarded("SELECT * { ?a ?p ?b MINUS { ?c ?q ?d } }");
        assert!(!text.contains("MINUS"), "{text}");
    }

    #[test]
    fn what_growing_functions_hand_each_other_is_measured() {
        let text = guarded(
            "SELECT (CONCAT(REPLACE(?a, 'a', 'aaaa'), ENCODE_FOR_URI(CONCAT(?a, ?a))) AS ?b) { ?s ?p ?a }",
        );
        assert_eq!(text.matches("fn#measured").count(), 3, "{text}");
        assert_eq!(text.matches("fn#replace").count(), 1, "{text}");
    }

    #[test]
    fn replace_keeps_kind_and_language_of_its_text() {
        let simple = |text: &str| Term::from(Literal::new_simple_literal(text));
        let german: Term = Literal::new_language_tagged_literal("abcb", "de")
            .unwrap()
            .into();
        assert_eq!(
            replace(&[german, simple("B"), simple("[$0]"), simple("i")]),
            Some(
                Literal::new_language_tagged_literal("a[b]c[b]", "de")
                    .unwrap()
                    .into()
            )
        );
        assert_eq!(
            replace(&[simple("a.c"), simple("."), simple("x"), simple("q")]),
            Some(simple("axc"))
        );
        assert_eq!(replace(&[simple("a"), simple("("), simple("")]), None);
        let number: Term = Literal::from(11).into();
        assert_eq!(replace(&[number, simple("1"), simple("2")]), None);
    }
}
