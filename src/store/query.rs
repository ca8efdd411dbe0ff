//! SPARQL: parsing behind a guard, evaluation on a snapshot within limits.

use super::algebra;
use super::brake::{self, Pace};
use super::conform;
use super::counted;
use super::dataset::View;
use super::error::{StoreError, SyntaxError};
use super::federate;
use super::guarded;
use super::index::GraphScope;
use super::plan;
use super::service::{Answer, Handler, Services, with_made_graphs};
use super::snapshot::Snapshot;
use super::wording;
use crate::rdf::{DEFAULT_GRAPH, TermId, end_of_string};
use oxigraph::model::{GraphName, NamedNode, Term, Variable};
use spareval::{CancellationToken, PreparedQuery, QueryEvaluator, QueryResults};
use spargebra::algebra::{GraphPattern, QueryDataset};
use spargebra::{GraphUpdateOperation, SparqlParser, SparqlSyntaxError};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Stack for parsing and evaluation. It is address space, not memory, until it is used; with it
/// every form of nesting that the guard before the parser lets through survives.
pub const STACK_BYTES: usize = 256 << 20;

/// Runs work on a thread with a stack of [`STACK_BYTES`].
///
/// # Panics
/// If the work does.
pub fn on_deep_stack<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| {
        let handle = std::thread::Builder::new()
            .name("evaluation".to_owned())
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work);
        match handle.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => std::panic::resume_unwind(Box::new(format!("no thread: {error}"))),
        }
    })
}

/// Names the store's own default graph, without the union, in `FROM`, `USING`,
/// `default-graph-uri` and `using-graph-uri`.
pub const DEFAULT_GRAPH_IRI: &str = "https://w3id.org/weft/graph/default";

/// What an evaluation may take.
#[derive(Clone, Default)]
pub struct Limits {
    /// When it has to be over.
    pub deadline: Option<Instant>,
    /// Cancels it from another thread.
    pub cancellation: CancellationToken,
    /// Bytes it may hold at a time. Counted where the allocator tells (Unix).
    pub memory: Option<usize>,
    /// Has a word in it while it runs.
    pub pace: Option<Arc<dyn Pace>>,
}

/// The dataset that a protocol request names. Empty: the default graph is the union of all
/// graphs, and all named graphs can be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatasetSpec {
    /// Graphs whose union is the default graph.
    pub default_graphs: Vec<NamedNode>,
    /// Named graphs that can be asked.
    pub named_graphs: Vec<NamedNode>,
}

impl DatasetSpec {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.default_graphs.is_empty() && self.named_graphs.is_empty()
    }

    fn to_query_dataset(&self) -> Option<QueryDataset> {
        (!self.is_empty()).then(|| QueryDataset {
            default: self.default_graphs.clone(),
            named: Some(self.named_graphs.clone()),
        })
    }
}

/// The four forms of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryForm {
    /// Rows.
    Select,
    /// Yes or no.
    Ask,
    /// Triples from a template.
    Construct,
    /// Triples about resources.
    Describe,
}

/// A parsed query, with parameters bound.
#[derive(Clone)]
pub struct Query {
    pub(super) inner: spargebra::Query,
    pub(super) variables: Vec<Variable>,
    pub(super) bindings: Vec<(Variable, Term)>,
    pub(super) services: Option<Arc<dyn Services>>,
    /// Rows of `SERVICE` clauses that others have answered.
    pub(super) answers: Arc<[Answer]>,
    /// The plan it ran with last, shared by all copies.
    pub(super) plan: Arc<Mutex<Option<Plan>>>,
}

/// A plan, and what it is for.
type Plan = (PlannedFor, Arc<spargebra::Query>);

/// What a plan depends on. A plan for other data would be as right, but not as good.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PlannedFor {
    version: u64,
    visibility: String,
    dataset: Option<QueryDataset>,
    bound: BTreeSet<Variable>,
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("inner", &self.inner)
            .field("bindings", &self.bindings)
            .finish_non_exhaustive()
    }
}

impl Query {
    /// Parses a query. Prefixes given are known to it without being declared.
    ///
    /// # Errors
    /// [`SyntaxError`] with line and column, also if the nesting is too deep.
    pub fn parse(
        text: &str,
        base_iri: Option<&str>,
        prefixes: &BTreeMap<String, String>,
    ) -> Result<Self, SyntaxError> {
        guard(text)?;
        check_length(text)?;
        let parser = parser(base_iri, prefixes)?;
        let prepared = wording::prepared(text);
        let inner = with_reuse(&prepared, |text| parser.clone().parse_query(text))?;
        wording::check_iris(text, || inner.to_string())?;
        guarded::check_size(algebra::pattern_of(&inner)).map_err(too_much)?;
        let inner = conform::conforming_query(inner, text).map_err(misplaced)?;
        let variables = match &inner {
            spargebra::Query::Select { pattern, .. } => projection(pattern),
            _ => Vec::new(),
        };
        Ok(Self {
            inner,
            variables,
            bindings: Vec::new(),
            services: None,
            answers: Arc::from(Vec::new()),
            plan: Arc::default(),
        })
    }

    /// Lets the query's `SERVICE` clauses be answered from within. Services that are bound to a
    /// version of the data must be given the one that the query sees.
    #[must_use]
    pub fn with_services(mut self, services: Arc<dyn Services>) -> Self {
        self.services = Some(services);
        self
    }

    /// Whether others are asked, so that the answer depends on more than the data here. `false`
    /// also where a clause within `EXISTS` or on the right of `LATERAL` asks them.
    pub fn asks_others(&self) -> bool {
        self.services.as_ref().is_some_and(|services| {
            federate::asks_others(algebra::pattern_of(&self.inner), services.as_ref())
        })
    }

    /// The form of the query.
    pub fn form(&self) -> QueryForm {
        match self.inner {
            spargebra::Query::Select { .. } => QueryForm::Select,
            spargebra::Query::Ask { .. } => QueryForm::Ask,
            spargebra::Query::Construct { .. } => QueryForm::Construct,
            spargebra::Query::Describe { .. } => QueryForm::Describe,
        }
    }

    /// The variables that a SELECT returns, in order; empty for the other forms.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Whether the text names a dataset with `FROM` or `FROM NAMED`.
    pub fn has_dataset(&self) -> bool {
        self.inner.dataset().is_some()
    }

    /// Binds a variable of the SELECT to a term.
    ///
    /// # Errors
    /// [`StoreError::NoSuchVariable`] if the SELECT does not have it.
    pub fn bind(mut self, variable: &str, term: impl Into<Term>) -> Result<Self, StoreError> {
        let variable = self
            .variables
            .iter()
            .find(|known| known.as_str() == variable)
            .ok_or_else(|| StoreError::NoSuchVariable(variable.to_owned()))?
            .clone();
        self.bindings.push((variable, term.into()));
        Ok(self)
    }

    /// Whether it looks as if it were evaluated in a moment. Only a guess: who evaluates it sets
    /// limits all the same.
    pub fn looks_light(&self) -> bool {
        guarded::looks_light(algebra::pattern_of(&self.inner))
    }

    /// The evaluator for its plan: one of its own if it has `SERVICE` clauses, which are answered
    /// within the limits of this evaluation.
    fn evaluator(
        &self,
        planned: &spargebra::Query,
        limits: &Limits,
    ) -> Cow<'static, QueryEvaluator> {
        let evaluator = brake::evaluator();
        let Some(services) = &self.services else {
            return Cow::Borrowed(evaluator);
        };
        let mut asks = false;
        algebra::each_pattern(algebra::pattern_of(planned), &mut |pattern| {
            asks |= matches!(pattern, GraphPattern::Service { .. });
        });
        if !asks {
            return Cow::Borrowed(evaluator);
        }
        let before = Arc::clone(&self.answers);
        let handler = Handler::new(Arc::clone(services), limits.clone(), before);
        Cow::Owned(evaluator.clone().with_default_service_handler(handler))
    }

    /// Its plan with dataset and bindings, ready to be run.
    fn prepared<'e>(
        &self,
        evaluator: &'e QueryEvaluator,
        planned: &'e spargebra::Query,
        dataset: Option<&QueryDataset>,
    ) -> PreparedQuery<'e> {
        let mut prepared = evaluator.prepare(planned);
        for (variable, term) in &self.bindings {
            prepared = prepared.substitute_variable(variable.clone(), term.clone());
        }
        *prepared.dataset_mut() = evaluator_dataset(dataset);
        prepared
    }

    /// The parsed form.
    pub fn algebra(&self) -> &spargebra::Query {
        &self.inner
    }
}

fn projection(pattern: &GraphPattern) -> Vec<Variable> {
    match pattern {
        GraphPattern::Project { variables, .. } => variables.clone(),
        GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::OrderBy { inner, .. } => projection(inner),
        _ => Vec::new(),
    }
}

/// How a query was run.
#[derive(Debug)]
pub struct Explanation {
    /// The query as the engine saw it, as SPARQL; `LATERAL` hands each row on the left to the
    /// right.
    pub planned: String,
    /// The engine's operators as JSON, with the rows that each yielded and the seconds it took;
    /// empty if it did not come to that.
    pub operators: String,
    /// Rows, or triples.
    pub rows: usize,
    /// How long planning took here; the engine's own is in `operators`.
    pub planning: Duration,
    /// How long the rest took.
    pub evaluation: Duration,
    /// The limit that stopped it.
    pub stopped: Option<StoreError>,
}

/// A parsed update.
#[derive(Clone, Debug)]
pub struct Update {
    pub(super) inner: spargebra::Update,
}

impl Update {
    /// Parses an update. Prefixes given are known to it without being declared.
    ///
    /// # Errors
    /// [`SyntaxError`] with line and column, also if the nesting is too deep.
    pub fn parse(
        text: &str,
        base_iri: Option<&str>,
        prefixes: &BTreeMap<String, String>,
    ) -> Result<Self, SyntaxError> {
        guard(text)?;
        let parser = parser(base_iri, prefixes)?;
        let prepared = wording::prepared(text);
        let mut inner = with_reuse(&prepared, |text| parser.clone().parse_update(text))?;
        wording::check_iris(text, || inner.to_string())?;
        for operation in &mut inner.operations {
            if let GraphUpdateOperation::DeleteInsert { pattern, .. } = operation {
                guarded::check_size(pattern).map_err(too_much)?;
                conform::conforming(pattern, text).map_err(misplaced)?;
            }
        }
        Ok(Self { inner })
    }

    /// Sets what the patterns see, as the protocol's `using-graph-uri` and
    /// `using-named-graph-uri` do.
    ///
    /// # Errors
    /// [`SyntaxError`] if the update itself says `USING` or `WITH`.
    pub fn set_using(&mut self, dataset: &DatasetSpec) -> Result<(), SyntaxError> {
        let Some(dataset) = dataset.to_query_dataset() else {
            return Ok(());
        };
        for operation in &mut self.inner.operations {
            if let GraphUpdateOperation::DeleteInsert { using, .. } = operation {
                if using.is_some() {
                    return Err(SyntaxError {
                        message: "the request names a dataset (using-graph-uri) and so does the update (USING or WITH)".to_owned(),
                        line: None,
                        column: None,
                        hint: Some("say it in one place only".to_owned()),
                    });
                }
                *using = Some(dataset.clone());
            }
        }
        Ok(())
    }

    /// The operations, desugared: COPY, MOVE and ADD are gone.
    pub fn operations(&self) -> &[GraphUpdateOperation] {
        &self.inner.operations
    }
}

fn parser(
    base_iri: Option<&str>,
    prefixes: &BTreeMap<String, String>,
) -> Result<SparqlParser, SyntaxError> {
    let bad_iri = |what: &str, iri: &str| SyntaxError {
        message: format!("{what} <{iri}> is not an absolute IRI"),
        line: None,
        column: None,
        hint: None,
    };
    let mut parser = SparqlParser::new();
    for (name, iri) in prefixes {
        parser = parser
            .with_prefix(name, iri)
            .map_err(|_| bad_iri("the prefix IRI", iri))?;
    }
    if let Some(base) = base_iri {
        parser = parser
            .with_base_iri(base)
            .map_err(|_| bad_iri("the base", base))?;
    }
    Ok(parser)
}

/// Parses, and parses again where the parser refuses a variable that its SELECT has computed.
fn with_reuse<T>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, SparqlSyntaxError>,
) -> Result<T, SyntaxError> {
    parse(text).or_else(|error| {
        let message = error.to_string();
        message
            .contains("an expression with a variable that is unbound")
            .then(|| wording::with_reuse(text))
            .flatten()
            .and_then(|text| parse(&text).ok())
            .ok_or_else(|| {
                syntax_error(&message, text, |text| {
                    parse(text).err().map(|error| error.to_string())
                })
            })
    })
}

/// More than can be planned.
fn too_much(message: String) -> SyntaxError {
    SyntaxError {
        message,
        line: None,
        column: None,
        hint: Some("split the request".to_owned()),
    }
}

/// A mistake that the parser has overlooked, so that its place is not known.
fn misplaced(message: &str) -> SyntaxError {
    SyntaxError {
        message: message.to_owned(),
        line: None,
        column: None,
        hint: None,
    }
}

/// Line, column and the rest of the parser's message, `error at 3:14: expected …`.
fn located(message: &str) -> Option<(usize, usize, &str)> {
    let (place, what) = message.strip_prefix("error at ")?.split_once(": ")?;
    let (line, column) = place.split_once(':')?;
    Some((line.parse().ok()?, column.parse().ok()?, what))
}

/// The byte at a line and a column.
fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split('\n')
        .take(line.saturating_sub(1))
        .map(|line| line.len() + 1)
        .sum();
    let rest = text.get(before..).unwrap_or_default();
    let within = rest.char_indices().nth(column.saturating_sub(1));
    before + within.map_or(rest.len(), |(at, _)| at)
}

/// The longest keyword of the grammar is shorter.
const LONGER_THAN_KEYWORDS: usize = 40;
/// How many tokens behind the first that is named may be the one that is wrong.
const MOST_READ: usize = 4;

/// What the parser's message says, in words for people.
///
/// The parser reads as many characters as a keyword has before it compares them, and tells the
/// place behind them; and of all that could stand there it tells what reached farthest, which is the
/// longest keyword. So the text is parsed once more with a comment behind it, in which even the
/// longest fits, and the length of the keyword is taken off.
fn syntax_error(
    message: &str,
    text: &str,
    error_of: impl Fn(&str) -> Option<String>,
) -> SyntaxError {
    if wording::is_blank(text) {
        return wording::error(text, 0, "the text is empty".to_owned(), None);
    }
    let padded = format!("{text} #{}", "x".repeat(LONGER_THAN_KEYWORDS));
    let again = error_of(&padded);
    let Some((_, _, what)) = again.as_deref().and_then(located).or(located(message)) else {
        return misplaced(message);
    };
    let tokens = expected(what);
    let place = again.as_deref().and_then(|again| place_of(again, &padded));
    let Some((mut at, shortest)) = place.or_else(|| place_of(message, text)) else {
        return misplaced(message);
    };
    if shortest.is_some() {
        // A long word that was tried at one token reaches behind shorter ones that were tried at the
        // next. A token is read if a text that ends behind it goes on there.
        for _ in 0..MOST_READ {
            let Some(end) = wording::end_of_token(text, at) else {
                break;
            };
            let shorter = text.get(..end).unwrap_or_default();
            let shorter = format!("{shorter} #{}", "x".repeat(LONGER_THAN_KEYWORDS));
            let is_read = error_of(&shorter)
                .is_none_or(|error| place_of(&error, &shorter).is_some_and(|(at, _)| at >= end));
            if !is_read {
                break;
            }
            at = wording::start_of_token(text, end);
        }
    }
    if tokens
        .iter()
        .any(|token| token.contains("Prefix not found"))
        && let Some((start, word)) = wording::word_before(text, at)
        && let Some((name, _)) = word.split_once(':')
    {
        let hint = format!("declare it: PREFIX {name}: <…>");
        let message = format!("the prefix `{name}:` is not declared");
        return wording::error(text, start, message, Some(hint));
    }
    let end = text.trim_end().len();
    if at >= end {
        let hint = wording::unclosed(text).map(|bracket| match bracket {
            '{' => "a closing bracket is missing: `}`".to_owned(),
            '(' => "a closing bracket is missing: `)`".to_owned(),
            _ => "a closing bracket is missing: `]`".to_owned(),
        });
        let message = match shortest {
            Some(_) => "the text ends before it is complete".to_owned(),
            None => format!("the text ends before it is complete: {}", readable(&tokens)),
        };
        return wording::error(text, end, message, hint);
    }
    let message = match wording::token_at(text, at) {
        Some(token) if !tokens.is_empty() => {
            let token: String = token.chars().take(60).collect();
            match shortest {
                // Whatever else could stand there is not told.
                Some(_) => format!("`{token}` cannot stand here"),
                None => format!("`{token}` cannot stand here: {}", readable(&tokens)),
            }
        }
        _ if tokens.is_empty() => what.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => readable(&tokens),
    };
    wording::error(text, at, message, None)
}

/// Where in a text a message of the parser is about; and the length of the shortest keyword that it
/// names, if it names nothing but keywords: it has been taken off.
fn place_of(message: &str, text: &str) -> Option<(usize, Option<usize>)> {
    let (line, column, what) = located(message)?;
    let at = byte_at(text, line, column);
    let lengths: Option<Vec<usize>> = expected(what)
        .iter()
        .map(|token| is_keyword(token).then_some(token.len()))
        .collect();
    let shortest = lengths.and_then(|lengths| lengths.into_iter().min());
    let back = text.get(..at).unwrap_or_default().char_indices().rev();
    let start = shortest.and_then(|length| back.take(length).last());
    Some((start.map_or(at, |(at, _)| at), shortest))
}

/// Whether the parser tried a word of the language.
fn is_keyword(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic())
        && token.len() > 1
        // The end of the text.
        && token != "EOF"
        && token.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The tokens that could stand where the parser gave up; none, if it says something else.
fn expected(what: &str) -> Vec<String> {
    let Some(list) = what.strip_prefix("expected ") else {
        return Vec::new();
    };
    let list = list.strip_prefix("one of ").unwrap_or(list);
    // A class of letters spans lines and holds commas; its brackets are balanced.
    let mut tokens = Vec::new();
    let mut token = String::new();
    let (mut depth, mut quoted) = (0, false);
    for c in list.chars() {
        match c {
            '"' if depth == 0 && !token.ends_with('\\') => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                tokens.push(std::mem::take(&mut token).trim().to_owned());
                continue;
            }
            _ => {}
        }
        token.push(c);
    }
    tokens.push(token.trim().to_owned());
    tokens
}

/// The parser lists every token that could stand here, character classes included; people want
/// the gist.
fn readable(tokens: &[String]) -> String {
    let mut names: Vec<String> = Vec::new();
    for token in tokens {
        let name = match token.trim_matches('"') {
            "[_]" => continue,
            "?" | "$" => "a variable",
            "<" | ":" => "an IRI",
            "_:" => "a blank node",
            "true" | "false" | "'" | "\u{27}\u{27}\u{27}" | "\\" | "\\\"\\\"\\" => "a literal",
            class if class.starts_with("['0'") => "a number",
            class if class.starts_with("['A'") => "a name",
            class if class.len() > 1 && class.starts_with('[') => continue,
            word if word.starts_with(char::is_alphanumeric) => word,
            sign => {
                names.push(format!("`{sign}`"));
                continue;
            }
        };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    match &names[..] {
        [] => "this cannot stand here".to_owned(),
        [one] => format!("expected {one}"),
        [all @ .., last] => format!("expected {} or {last}", all.join(", ")),
    }
}

/// How deep brackets may nest, and how many operators that nest the algebra a text may have.
/// Measured: with [`STACK_BYTES`] every form survives many times these.
const DEEPEST_NESTING: usize = 1_000;
const MOST_OPERATORS: usize = 10_000;
/// Variables without a brace between them, such as those that a SELECT names: the parser looks for
/// each among those before it.
const MOST_VARIABLES: usize = 10_000;

/// Words of a query at most. Parsing takes about a microsecond and some hundred bytes for each, and
/// nothing can stop it.
const MOST_WORDS: usize = 300_000;

/// Refuses a query that would take too long to parse. Complexity: one pass.
fn check_length(text: &str) -> Result<(), SyntaxError> {
    let ends_word = |byte: &u8| byte.is_ascii_whitespace() || b",;(){}[]".contains(byte);
    let words = text
        .as_bytes()
        .split(ends_word)
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS + 1)
        .count();
    if words > MOST_WORDS {
        return Err(too_much(
            "there are more than 300,000 words; that is the most that can be parsed in time"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Refuses texts whose nesting could overflow the stack, before a recursive parser sees them.
///
/// Strings, comments and IRIs are skipped. Complexity: one pass.
fn guard(text: &str) -> Result<(), SyntaxError> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut operators = 0_usize;
    // Signs of numbers make expressions deep, and those stand in parentheses; the numbers of
    // `INSERT DATA` do not.
    let mut parentheses = 0_usize;
    let mut variables = 0_usize;
    let mut at = 0;
    let too = |at: usize, what: &str| {
        let before = text.get(..at).unwrap_or_default();
        Err(SyntaxError {
            message: what.to_owned(),
            line: Some(before.matches('\n').count() as u64 + 1),
            column: Some(before.chars().rev().take_while(|c| *c != '\n').count() as u64 + 1),
            hint: Some("split the request".to_owned()),
        })
    };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'}' => variables = 0,
            b'?' | b'$' => {
                variables += 1;
                if variables > MOST_VARIABLES {
                    return too(at, "there are more than 10,000 variables in a row");
                }
            }
            _ => {}
        }
        match byte {
            b'#' => {
                at += bytes[at..]
                    .iter()
                    .position(|byte| matches!(byte, b'\n' | b'\r'))
                    .unwrap_or(bytes.len() - at);
                continue;
            }
            b'"' | b'\'' => {
                at = end_of_string(bytes, at);
                continue;
            }
            b'<' if bytes[at..].starts_with(b"<<") => {
                depth += 1;
                if depth > DEEPEST_NESTING {
                    return too(at, "triple terms are nested more than 1,000 deep");
                }
                at += 2;
                continue;
            }
            b'>' if bytes[at..].starts_with(b">>") => {
                depth = depth.saturating_sub(1);
                at += 2;
                continue;
            }
            b'<' => {
                // An IRI has no white space before its end; else this is a comparison.
                let iri = bytes[at + 1..].iter().position(|byte| {
                    matches!(byte, b'>' | b'<' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`')
                        || *byte <= b' '
                });
                if let Some(length) = iri
                    && bytes[at + 1 + length] == b'>'
                {
                    at += length + 2;
                    continue;
                }
            }
            b'{' | b'(' | b'[' => {
                depth += 1;
                if depth > DEEPEST_NESTING {
                    return too(at, "brackets are nested more than 1,000 deep");
                }
                parentheses += usize::from(byte == b'(');
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                parentheses = parentheses.saturating_sub(usize::from(byte == b')'));
            }
            b'&' | b'|' | b'/' | b'^' | b'!' | b'+' | b'*' => operators += 1,
            b'-' if parentheses > 0
                || !bytes
                    .get(at + 1)
                    .is_some_and(|next| next.is_ascii_alphanumeric()) =>
            {
                operators += 1;
            }
            b'A'..=b'Z' | b'a'..=b'z' => {
                let length = bytes[at..]
                    .iter()
                    .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')))
                    .unwrap_or(bytes.len() - at);
                let word = &bytes[at..at + length];
                if [
                    "OPTIONAL", "UNION", "MINUS", "BIND", "EXISTS", "LATERAL", "SERVICE", "FILTER",
                    "VALUES", "GRAPH", "AS", "SELECT", "HAVING",
                ]
                .iter()
                .any(|keyword| word.eq_ignore_ascii_case(keyword.as_bytes()))
                {
                    operators += 1;
                }
                at += length;
                if operators > MOST_OPERATORS {
                    return too(at, "there are more than 10,000 operators");
                }
                continue;
            }
            _ => {}
        }
        if operators > MOST_OPERATORS {
            return too(at, "there are more than 10,000 operators");
        }
        at += 1;
    }
    Ok(())
}

impl Snapshot {
    /// Evaluates a query on this version and hands the results to `consume`, on this thread.
    ///
    /// Without a dataset of the request or the query the default graph is the union of all
    /// graphs, each triple once. The results are lazy: errors may also come while they are read,
    /// and a product that is out of time unwinds through `consume`, which must leave nothing
    /// behind that this would break.
    ///
    /// # Errors
    /// [`StoreError`] if evaluation cannot begin, or was stopped.
    pub fn query<R>(
        &self,
        query: &Query,
        dataset: &DatasetSpec,
        limits: &Limits,
        consume: impl FnOnce(QueryResults<'_>) -> R,
    ) -> Result<R, StoreError> {
        let federated = federate::resolved(self, query, dataset, limits)?;
        let query = federated.as_ref().unwrap_or(query);
        let dataset = dataset
            .to_query_dataset()
            .or_else(|| query.inner.dataset().cloned());
        let scope = self.default_graph_scope(dataset.as_ref());
        brake::within(limits, || {
            let planned = self.planned(query, dataset.as_ref(), &scope);
            let evaluator = query.evaluator(&planned, limits);
            let results = query
                .prepared(&evaluator, &planned, dataset.as_ref())
                .execute(View::new(self, scope))?;
            Ok(consume(results))
        })?
    }

    /// The query as the engine is going to see it, on this version. Kept with the query for the
    /// next time.
    fn planned(
        &self,
        query: &Query,
        dataset: Option<&QueryDataset>,
        scope: &GraphScope,
    ) -> Arc<spargebra::Query> {
        let wanted = PlannedFor {
            version: self.version(),
            visibility: self.visibility().to_owned(),
            dataset: dataset.cloned(),
            bound: query
                .bindings
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
        };
        let kept = || query.plan.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, plan)) = &*kept()
            && *known == wanted
        {
            return Arc::clone(plan);
        }
        let inner = match &query.services {
            Some(services) => with_made_graphs(&query.inner, &**services, dataset),
            None => Cow::Borrowed(&query.inner),
        };
        let mut planned = guarded::guarded_query(inner.into_owned());
        if wanted.bound.is_empty() {
            let pattern = algebra::pattern_of_mut(&mut planned);
            let whole = std::mem::replace(
                pattern,
                GraphPattern::Bgp {
                    patterns: Vec::new(),
                },
            );
            *pattern = counted::counted(whole, self, scope);
        }
        let planned = Arc::new(plan::planned_query(planned, self, scope, &wanted.bound));
        *kept() = Some((wanted, Arc::clone(&planned)));
        planned
    }

    /// Runs a query to its end, and tells how: the query as it was planned, and what each operator
    /// of the engine did. When a limit stops it, what was done until then, if rows had begun to
    /// come: a sort or a group that is stopped takes the account of its work with it.
    ///
    /// # Errors
    /// [`StoreError`] if evaluation cannot begin.
    pub fn explain(
        &self,
        query: &Query,
        dataset: &DatasetSpec,
        limits: &Limits,
    ) -> Result<Explanation, StoreError> {
        let federated = federate::resolved(self, query, dataset, limits)?;
        let query = federated.as_ref().unwrap_or(query);
        let dataset = dataset
            .to_query_dataset()
            .or_else(|| query.inner.dataset().cloned());
        let scope = self.default_graph_scope(dataset.as_ref());
        let begun = Instant::now();
        let mut planned = None;
        let mut planning = begun.elapsed();
        let mut operators = None;
        let mut rows = 0;
        let outcome = brake::within(limits, || {
            let plan = self.planned(query, dataset.as_ref(), &scope);
            planning = begun.elapsed();
            planned = Some(Arc::clone(&plan));
            let evaluator = query
                .evaluator(&plan, limits)
                .into_owned()
                .compute_statistics();
            let (results, explanation) = query
                .prepared(&evaluator, &plan, dataset.as_ref())
                .explain(View::new(self, scope));
            operators = Some(explanation);
            match results? {
                QueryResults::Solutions(solutions) => {
                    for solution in solutions {
                        solution?;
                        rows += 1;
                    }
                }
                QueryResults::Graph(triples) => {
                    for triple in triples {
                        triple?;
                        rows += 1;
                    }
                }
                QueryResults::Boolean(_) => rows = 1,
            }
            Ok::<_, StoreError>(())
        });
        let stopped = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) | Err(error) => Some(error),
        };
        let mut text = Vec::new();
        if let Some(operators) = operators {
            operators
                .write_in_json(&mut text)
                .map_err(|error| StoreError::Internal(error.to_string()))?;
        }
        Ok(Explanation {
            planned: planned.map(|query| query.to_string()).unwrap_or_default(),
            operators: String::from_utf8(text).unwrap_or_default(),
            rows,
            planning,
            evaluation: begun.elapsed().saturating_sub(planning),
            stopped,
        })
    }

    /// What the default graph of a dataset is: the view merges its graphs and leaves out
    /// repetitions, which the evaluator itself would not.
    pub(super) fn default_graph_scope(&self, dataset: Option<&QueryDataset>) -> GraphScope {
        let Some(dataset) = dataset else {
            return GraphScope::Union;
        };
        let mut graphs: Vec<TermId> = dataset
            .default
            .iter()
            .filter_map(|graph| match graph.as_str() {
                DEFAULT_GRAPH_IRI => Some(DEFAULT_GRAPH),
                _ => self.graph_id(graph.as_ref().into()),
            })
            .collect();
        graphs.sort_unstable();
        graphs.dedup();
        match graphs[..] {
            [graph] => GraphScope::One(graph),
            _ => GraphScope::UnionOf(graphs.into()),
        }
    }
}

/// The dataset for the evaluator: its default graph is always the view's.
pub(super) fn evaluator_dataset(
    dataset: Option<&QueryDataset>,
) -> spareval::QueryDatasetSpecification {
    let mut specification = spareval::QueryDatasetSpecification::new();
    specification.set_default_graph(vec![GraphName::DefaultGraph]);
    // `WITH` says nothing of the named graphs: all of them can be asked.
    if let Some(named) = dataset.and_then(|dataset| dataset.named.as_ref()) {
        specification
            .set_available_named_graphs(named.iter().map(|graph| graph.clone().into()).collect());
    }
    specification
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Query, SyntaxError> {
        on_deep_stack(|| Query::parse(text, None, &BTreeMap::new()))
    }

    #[test]
    fn mistakes_are_told_where_they_are() {
        for (text, place, message, hint) in [
            (
                "SELCT * { ?s ?p ?o }",
                (1, 1),
                "`SELCT` cannot stand here",
                "",
            ),
            (
                "SELECT * {\n ?s ?p ?o .\n ?s ?q",
                (3, 7),
                "ends before",
                "`}`",
            ),
            (
                "SELECT * {\n ?s ?p ?o\n}}",
                (3, 2),
                "`}` cannot stand here",
                "",
            ),
            (
                "SELECT * { ?s ?p ?o } LIMIT 3;",
                (1, 30),
                "`;` cannot stand here",
                "",
            ),
            (
                "SELECT * { ?s ?p ?o FILTER(?o = ) }",
                (1, 33),
                "`)` cannot",
                "",
            ),
            ("SELECT * { ?s ?p }", (1, 18), "`}` cannot stand here", ""),
            (
                "SELECT * { ?s a wft:A }",
                (1, 17),
                "prefix `wft:` is not",
                "PREFIX wft:",
            ),
            (
                "SELECT * { ?s ?p ?o } ORDR BY ?s",
                (1, 23),
                "`ORDR` cannot stand here",
                "",
            ),
            ("", (1, 1), "the text is empty", ""),
            ("# nothing\n", (1, 1), "the text is empty", ""),
        ] {
            let error = parse(text).unwrap_err();
            let found = (error.line.unwrap(), error.column.unwrap());
            assert_eq!(found, place, "{text}: {error:?}");
            assert!(error.message.contains(message), "{text}: {error:?}");
            let told = error.hint.clone().unwrap_or_default();
            assert_eq!(told.is_empty(), hint.is_empty(), "{text}: {error:?}");
            assert!(told.contains(hint), "{text}: {error:?}");
        }
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let error = parse("SELECT *\nWHERE { ?s ?p }\n").unwrap_err();
        assert_eq!(error.line, Some(2));
    }

    #[test]
    fn a_message_names_kinds_of_things_and_no_character_classes() {
        let error = parse("SELECT * { ?s ?p ").unwrap_err();
        assert!(!error.message.contains(".."), "{}", error.message);
        assert!(error.message.contains("a variable"), "{}", error.message);
        assert!(error.hint.unwrap().contains("closing bracket"));
    }

    #[test]
    fn an_undeclared_prefix_is_named() {
        let error = parse("SELECT * { ?s weft:sector ?o }").unwrap_err();
        assert!(error.to_string().contains("weft"), "{error}");
    }

    #[test]
    fn deep_nesting_is_refused_before_it_is_parsed() {
        for (open, close) in [("{", "}"), ("(", ")"), ("[ a ", "]")] {
            let text = format!(
                "SELECT * {{ {} {} }}",
                open.repeat(5_000),
                close.repeat(5_000)
            );
            assert!(parse(&text).unwrap_err().message.contains("nested"));
        }
        for long in [
            format!("FILTER(true{})", " && true".repeat(20_000)),
            format!("FILTER(1{} = 0)", " -1".repeat(20_000)),
            format!("FILTER(1{} = 0)", "-1".repeat(20_000)),
            "FILTER(true) ".repeat(20_000),
        ] {
            let error = parse(&format!("SELECT * {{ {long} }}")).unwrap_err();
            assert!(error.message.contains("operators"), "{error}");
        }
        let terms = format!("SELECT * {{ {}", "<< ".repeat(5_000));
        assert!(parse(&terms).unwrap_err().message.contains("nested"));
    }

    #[test]
    fn brackets_in_strings_iris_and_comments_do_not_count() {
        let text = format!(
            "SELECT * {{ # {open}\n ?s <http://a/{slash}> '{open}', \"\"\"\"{open}\"\"\" }}",
            open = "{".repeat(5_000),
            slash = "/".repeat(20_000),
        );
        parse(&text).unwrap();
    }

    #[test]
    fn what_the_guard_lets_through_survives() {
        let nested = format!(
            "SELECT * {{ {} ?s ?p ?o {} }}",
            "FILTER NOT EXISTS {".repeat(900),
            "}".repeat(900)
        );
        let optionals = format!("SELECT * {{ {} }}", "OPTIONAL { ?a ?b ?c } ".repeat(450));
        let chain = format!("SELECT * {{ FILTER(true{}) }}", " && true".repeat(1_900));
        for text in [nested, optionals, chain] {
            let snapshot = Snapshot::empty(0);
            let limits = Limits {
                deadline: Some(Instant::now() + Duration::from_secs(5)),
                ..Limits::default()
            };
            on_deep_stack(|| {
                let query = Query::parse(&text, None, &BTreeMap::new()).unwrap();
                let _ = snapshot.query(&query, &DatasetSpec::default(), &limits, |_| ());
            });
        }
    }
}
