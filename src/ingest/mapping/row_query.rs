//! A `CONSTRUCT` query evaluated over rows.
//!
//! # What a query sees
//! For each row, every column is a constant, anywhere in the `WHERE` clause: also inside
//! `OPTIONAL`, `UNION`, `MINUS`, `EXISTS` and sub-selects, although plain SPARQL would not let a
//! value in there. An empty cell is an unbound variable.
//!
//! # How
//! A batch of rows becomes one `VALUES` block, which is joined at the leftmost place of every
//! group of the algebra that has expressions of its own: the first group, each branch of a
//! `UNION`, and `OPTIONAL`, `MINUS` and nested groups with a `BIND` or `FILTER`. A sub-select
//! hands its rows on (and groups by row), so the parts are joined by `?ROW` again. The items of a
//! row's list columns are triples in a graph named by the row, and each triple pattern is put
//! into `GRAPH ?ROW`, so that it finds those of its own row and no others. Evaluating a batch at once therefore gives what evaluating each row by itself would give, for less
//! planning. What would reach beyond a row (`LIMIT`, `OFFSET`) or differ from one import to the
//! next (`BNODE()`, `RAND()`, …) is refused.
//!
//! Each call of a helper function gets two more arguments, the number of the row and of the
//! place in the query, so that a value it cannot use is attributed to its row and column.
//!
//! Blank nodes of the template are new for each solution; their labels are made of the file, the
//! row and the solution, so that the same import gives the same labels.

use super::MappingError;
use super::dataset::BatchDataset;
use crate::ingest::functions::{self, Context, FUNCTIONS, Failure};
use crate::ontology::{iri, nearest};
use crate::rdf::Batch;
use oxigraph::model::{
    BlankNode, GraphNameRef, Literal, NamedNode, NamedOrBlankNode, Term, Triple, Variable,
};
use spareval::{QueryEvaluator, QueryResults, QuerySolution};
use spargebra::algebra::{
    AggregateExpression, Expression, Function, GraphPattern, OrderExpression,
};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};
use spargebra::{Query, SparqlParser};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Brackets nested deeper than this are refused: the parser recurses.
const DEEPEST: usize = 100;
/// A query is written by a person.
const LONGEST: usize = 256 * 1024;
/// How many times as long as a cell a text may become.
const MOST_GROWTH: u64 = 200;
/// How many rows go by between two looks at the clock.
const ROWS_PER_LOOK: u32 = 64;
/// How many triples the rows that are evaluated together may give.
const MOST_TRIPLES: u64 = 5_000_000;
/// The function that looks at the clock; no mapping can call it, because it is in no namespace of
/// theirs.
const CLOCK: &str = "urn:clock:import";

/// `?ROW`, the IRI of the row.
pub(super) const ROW: &str = "ROW";
/// `?ROWNUM`, its number.
pub(super) const ROW_NUMBER: &str = "ROWNUM";
/// `?NAMESPACE`, the name the import was given.
pub(super) const NAMESPACE: &str = "NAMESPACE";

/// A query, read and checked.
pub(super) struct RowQuery {
    pub(super) path: PathBuf,
    template: Vec<TriplePattern>,
    pattern: GraphPattern,
    /// Variables that the query mentions.
    pub(super) mentioned: BTreeSet<String>,
    /// Variables that `BIND` or `AS` give a value.
    pub(super) assigned: BTreeSet<String>,
    /// List columns that the query reads.
    pub(super) list_columns: BTreeSet<String>,
    /// Variables that patterns or `VALUES` may give a value.
    matched: BTreeSet<String>,
    sites: Vec<CallSite>,
    /// What a variable is made of.
    origins: BTreeMap<String, BTreeSet<String>>,
    /// Prefixes the text declares.
    pub(super) prefixes: Vec<(String, String)>,
    bounds: Bounds,
}

/// A call of a helper function in the query.
struct CallSite {
    function: String,
    variables: BTreeSet<String>,
}

/// A value that a function could not use.
pub(super) struct RowFailure {
    /// The number of the row; none in a query without rows.
    pub(super) row: Option<u64>,
    pub(super) site: usize,
    pub(super) failure: Failure,
}

/// What the evaluation of a mapping's queries may take. Who wrote them need not be who runs them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// When it has to have ended.
    pub deadline: Option<Instant>,
    /// How many bytes the evaluation of some rows may hold.
    pub memory: Option<MemoryBound>,
}

/// A bound on memory, and who knows how much is held.
#[derive(Clone, Copy, Debug)]
pub struct MemoryBound {
    /// The most bytes.
    pub most: i64,
    /// How many bytes the calling thread holds; differences are what counts.
    pub held: fn() -> i64,
}

impl Bounds {
    fn is_bounded(&self) -> bool {
        self.deadline.is_some() || self.memory.is_some()
    }

    fn exceeded(&self) -> Option<Exceeded> {
        if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return Some(Exceeded::Time);
        }
        let memory = self.memory?;
        let more = (memory.held)().saturating_sub(HELD_BEFORE.get());
        (more > memory.most).then_some(Exceeded::Memory)
    }
}

/// What unwinds out of an evaluation that takes more than it may.
#[derive(Clone, Copy)]
enum Exceeded {
    Time,
    Memory,
}

/// A call of the function that looks at the clock. It takes all variables of what it stands over,
/// so that the optimiser cannot move it into a part.
fn clock(of: &Expression) -> Expression {
    let variables = variables_of(of).into_iter();
    let arguments = variables
        .map(|name| Expression::Variable(Variable::new_unchecked(name)))
        .map(|variable| Expression::Coalesce(vec![variable, Literal::from(0).into()]))
        .collect();
    Expression::FunctionCall(Function::Custom(NamedNode::new_unchecked(CLOCK)), arguments)
}

/// Has each row of a pattern look at the clock.
fn look_at_clock(pattern: &mut GraphPattern) {
    let mut arguments = Vec::new();
    pattern.on_in_scope_variable(|variable| {
        let argument = Expression::Coalesce(vec![variable.clone().into(), Literal::from(0).into()]);
        if !arguments.contains(&argument) {
            arguments.push(argument);
        }
    });
    let nothing = GraphPattern::Bgp {
        patterns: Vec::new(),
    };
    let inner = Box::new(std::mem::replace(pattern, nothing));
    *pattern = GraphPattern::Filter {
        expr: Expression::FunctionCall(
            Function::Custom(NamedNode::new_unchecked(CLOCK)),
            arguments,
        ),
        inner,
    };
}

/// What evaluating a batch gives.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) batch: Batch,
    pub(super) failures: Vec<RowFailure>,
    pub(super) triples: u64,
    pub(super) rows_with_triples: u64,
}

/// Rows as the evaluation takes them.
pub(super) struct RowValues {
    /// `ROW` and `ROWNUM` come first.
    pub(super) variables: Vec<Variable>,
    pub(super) bindings: Vec<Vec<Option<GroundTerm>>>,
}

thread_local! {
    /// What the functions called on this thread could not use. An evaluation runs on one thread.
    static FAILURES: RefCell<Vec<RowFailure>> = const { RefCell::new(Vec::new()) };
    /// How many rows have gone by the clock on this thread.
    static LOOKS: Cell<u32> = const { Cell::new(0) };
    /// What this thread held when the evaluation began.
    static HELD_BEFORE: Cell<i64> = const { Cell::new(0) };
}

/// The evaluator with all helper functions.
pub(super) fn evaluator(context: &std::sync::Arc<Context>, bounds: Bounds) -> QueryEvaluator {
    let clock = move |_: &[Term]| {
        let looks = LOOKS.get().wrapping_add(1);
        LOOKS.set(looks);
        if looks.is_multiple_of(ROWS_PER_LOOK)
            && let Some(exceeded) = bounds.exceeded()
        {
            // No panic: nothing is wrong here, and nobody should hear of it.
            resume_unwind(Box::new(exceeded));
        }
        Some(Literal::from(true).into())
    };
    let mut evaluator =
        QueryEvaluator::new().with_custom_function(NamedNode::new_unchecked(CLOCK), clock);
    for function in FUNCTIONS {
        let context = std::sync::Arc::clone(context);
        let name = NamedNode::new_unchecked(format!("{}{}", iri::FUNCTION, function.name));
        evaluator = evaluator.with_custom_function(name, move |arguments| {
            let (row, site, arguments) = match arguments {
                [row, site, arguments @ ..] => (integer_of(row), integer_of(site), arguments),
                _ => return None,
            };
            match functions::call(function.name, &context, arguments) {
                Ok(term) => Some(term),
                Err(failure) => {
                    let site = site.unwrap_or_default() as usize;
                    let failure = RowFailure { row, site, failure };
                    FAILURES.with(|failures| failures.borrow_mut().push(failure));
                    None
                }
            }
        });
    }
    evaluator
}

fn integer_of(term: &Term) -> Option<u64> {
    match term {
        Term::Literal(literal) => literal.value().parse().ok(),
        _ => None,
    }
}

impl RowQuery {
    /// Reads a query; `with_rows` says whether it sees rows (or, as an `after` query, the graph).
    pub(super) fn parse(
        path: &Path,
        text: &str,
        base: &str,
        with_rows: bool,
        bounds: Bounds,
        schemes: &dyn Fn(&str) -> Result<(), Option<String>>,
    ) -> Result<Self, MappingError> {
        let error = |line: Option<u64>, message: String, remedy: &str| MappingError::Query {
            path: path.to_owned(),
            line,
            message,
            remedy: remedy.to_owned(),
        };
        if text.len() > LONGEST || nesting(text) > DEEPEST {
            return Err(error(
                None,
                "the query is too long or too deep".to_owned(),
                "split it into two tables",
            ));
        }
        let mut parser = SparqlParser::new();
        let own = [("fn", iri::FUNCTION), ("col", iri::COLUMN)];
        for (prefix, namespace) in iri::PREFIXES.into_iter().chain(own) {
            if let Ok(more) = parser.clone().with_prefix(prefix, namespace) {
                parser = more;
            }
        }
        let parser = parser.with_base_iri(base).map_err(|_| {
            error(
                None,
                format!("the base {base:?} is not an IRI"),
                "correct --base",
            )
        })?;
        let query = parser.parse_query(text).map_err(|problem| {
            let (line, message) = split_position(&problem.to_string());
            error(line, message, "correct the query")
        })?;
        let Query::Construct {
            mut template,
            dataset,
            mut pattern,
            ..
        } = query
        else {
            return Err(error(
                None,
                "this is no CONSTRUCT query".to_owned(),
                "write CONSTRUCT { … } WHERE { … }",
            ));
        };
        if dataset.is_some() {
            return Err(error(
                None,
                "FROM has no meaning here".to_owned(),
                "leave FROM out",
            ));
        }
        let mut reader = Reader {
            with_rows,
            is_bounded: bounds.is_bounded(),
            schemes,
            mentioned: BTreeSet::new(),
            assigned: BTreeSet::new(),
            matched: BTreeSet::new(),
            list_columns: BTreeSet::new(),
            sites: Vec::new(),
            origins: BTreeMap::new(),
            times: BTreeMap::new(),
        };
        reader
            .pattern(&mut pattern)
            .map_err(|Refused { what, find, remedy }| {
                let line = find.and_then(|find| line_of(text, &find));
                error(line, what, &remedy)
            })?;
        let mut labels = Vec::new();
        for triple in &mut template {
            reader.triple(triple, false);
            number_blank_nodes(triple, &mut labels);
        }
        let Reader {
            mentioned,
            assigned,
            matched,
            list_columns,
            sites,
            origins,
            ..
        } = reader;
        if let Some(special) = [ROW, ROW_NUMBER, NAMESPACE]
            .into_iter()
            .find(|v| assigned.contains(*v))
        {
            return Err(error(
                line_of(text, &format!("AS ?{special}")),
                format!("?{special} has a value already"),
                "use another variable",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            template,
            pattern,
            mentioned,
            assigned,
            list_columns,
            matched,
            sites,
            origins,
            prefixes: declared_prefixes(text),
            bounds,
        })
    }

    /// Variables that nothing gives a value: neither a column, nor `BIND`, nor a pattern.
    pub(super) fn never_bound<'a>(&'a self, columns: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let special = [ROW, ROW_NUMBER, NAMESPACE];
        self.mentioned
            .iter()
            .map(String::as_str)
            .filter(move |name| {
                !columns.contains(name)
                    && !special.contains(name)
                    && !self.assigned.contains(*name)
                    && !self.matched.contains(*name)
            })
    }

    /// The column that such a variable is probably meant to be: one that resembles it and that
    /// nothing in the query reads.
    pub(super) fn meant(&self, name: &str, columns: &[&str]) -> Option<String> {
        // `?none` is what queries call a variable that is never bound.
        if name.len() < 4 || name == "none" {
            return None;
        }
        let unread = columns
            .iter()
            .copied()
            .filter(|column| !self.mentioned.contains(*column));
        nearest(name, unread)
    }

    /// The name of the function called at a place of the query.
    pub(super) fn function(&self, site: usize) -> &str {
        self.sites
            .get(site)
            .map_or("", |site| site.function.as_str())
    }

    /// The variables (columns among them) that the arguments at a place are made of.
    pub(super) fn origins(&self, site: usize) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut todo: Vec<&String> = self
            .sites
            .get(site)
            .map_or_else(Vec::new, |site| site.variables.iter().collect());
        while let Some(variable) = todo.pop() {
            if found.insert(variable.clone()) {
                todo.extend(self.origins.get(variable).into_iter().flatten());
            }
        }
        found
    }

    /// Evaluates the query for rows; `lists` holds the triples of their list columns.
    pub(super) fn evaluate_rows(
        &self,
        evaluator: &QueryEvaluator,
        rows: RowValues,
        lists: &Batch,
        graph: GraphNameRef<'_>,
        provenance: bool,
        labels: &str,
    ) -> Result<Outcome, MappingError> {
        let pattern = with_rows(&self.pattern, &rows);
        let lists = BatchDataset::new(lists, true);
        self.evaluate(evaluator, pattern, &lists, graph, provenance, labels)
    }

    /// Evaluates the query over the triples of a batch.
    pub(super) fn evaluate_after(
        &self,
        evaluator: &QueryEvaluator,
        data: &Batch,
        graph: GraphNameRef<'_>,
        labels: &str,
    ) -> Result<Outcome, MappingError> {
        let data = BatchDataset::new(data, false);
        self.evaluate(evaluator, self.pattern.clone(), &data, graph, false, labels)
    }

    fn evaluate(
        &self,
        evaluator: &QueryEvaluator,
        pattern: GraphPattern,
        dataset: &BatchDataset<'_>,
        graph: GraphNameRef<'_>,
        provenance: bool,
        labels: &str,
    ) -> Result<Outcome, MappingError> {
        let work = || self.evaluate_now(evaluator, pattern, dataset, graph, provenance, labels);
        if let Some(memory) = self.bounds.memory {
            HELD_BEFORE.set((memory.held)());
        }
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(outcome) => outcome,
            Err(payload) => match payload.downcast_ref() {
                Some(Exceeded::Time) => Err(MappingError::TimedOut),
                Some(Exceeded::Memory) => Err(MappingError::OutOfMemory {
                    path: self.path.clone(),
                }),
                None => resume_unwind(payload),
            },
        }
    }

    fn evaluate_now(
        &self,
        evaluator: &QueryEvaluator,
        pattern: GraphPattern,
        dataset: &BatchDataset<'_>,
        graph: GraphNameRef<'_>,
        provenance: bool,
        labels: &str,
    ) -> Result<Outcome, MappingError> {
        let failed = |message: String| MappingError::Query {
            path: self.path.clone(),
            line: None,
            message,
            remedy: "correct the query".to_owned(),
        };
        FAILURES.with(|failures| failures.borrow_mut().clear());
        let mut variables = vec![
            Variable::new_unchecked(ROW_NUMBER),
            Variable::new_unchecked(ROW),
        ];
        for name in &self.mentioned {
            if self.in_template(name) && name != ROW && name != ROW_NUMBER {
                variables.push(Variable::new_unchecked(name.as_str()));
            }
        }
        let query = Query::Select {
            dataset: None,
            pattern: GraphPattern::Project {
                inner: Box::new(pattern),
                variables,
            },
            base_iri: None,
        };
        let results = evaluator.prepare(&query).execute(dataset);
        let solutions = match results.map_err(|error| failed(error.to_string()))? {
            QueryResults::Solutions(solutions) => solutions,
            _ => return Ok(Outcome::default()),
        };
        let mut outcome = Outcome::default();
        let mut seen: HashSet<Triple, foldhash::fast::RandomState> = HashSet::default();
        let mut rows = HashSet::new();
        let mut subjects = Vec::new();
        for (number, solution) in solutions.enumerate() {
            let solution = solution.map_err(|error| failed(error.to_string()))?;
            let row = solution.get(0).and_then(integer_of);
            let fill = Filler {
                solution: &solution,
                labels,
                row,
                number,
            };
            subjects.clear();
            let mut add = |triple: Triple, outcome: &mut Outcome| {
                if !seen.contains(&triple) {
                    outcome.batch.push(triple.as_ref().in_graph(graph));
                    outcome.triples += 1;
                    seen.insert(triple);
                }
            };
            for triple in &self.template {
                let Some(triple) = fill.triple(triple) else {
                    continue;
                };
                if provenance && !subjects.contains(&triple.subject) {
                    subjects.push(triple.subject.clone());
                }
                add(triple, &mut outcome);
                if let Some(row) = row {
                    rows.insert(row);
                }
            }
            if outcome.triples > MOST_TRIPLES {
                return Err(failed(format!(
                    "it gives more than {MOST_TRIPLES} triples for a few rows"
                )));
            }
            if let Some(Term::NamedNode(row)) = solution.get(1) {
                for subject in subjects.drain(..) {
                    if subject != NamedOrBlankNode::NamedNode(row.clone()) {
                        let derived = iri::provenance::WAS_DERIVED_FROM;
                        add(Triple::new(subject, derived, row.clone()), &mut outcome);
                    }
                }
            }
        }
        outcome.rows_with_triples = rows.len() as u64;
        outcome.failures = FAILURES.with(|failures| failures.take());
        // An expression may be evaluated more than once for a row, and in any order.
        outcome.failures.sort_by(|a, b| {
            let key = |f: &RowFailure| (f.row, f.site, f.failure.value.clone());
            key(a).cmp(&key(b))
        });
        outcome
            .failures
            .dedup_by(|a, b| (a.row, a.site, &a.failure) == (b.row, b.site, &b.failure));
        Ok(outcome)
    }

    fn in_template(&self, name: &str) -> bool {
        fn mentions(pattern: &TermPattern, name: &str) -> bool {
            match pattern {
                TermPattern::Variable(variable) => variable.as_str() == name,
                TermPattern::Triple(triple) => triple_mentions(triple, name),
                _ => false,
            }
        }
        fn triple_mentions(triple: &TriplePattern, name: &str) -> bool {
            let predicate =
                matches!(&triple.predicate, NamedNodePattern::Variable(v) if v.as_str() == name);
            predicate || mentions(&triple.subject, name) || mentions(&triple.object, name)
        }
        self.template
            .iter()
            .any(|triple| triple_mentions(triple, name))
    }
}

/// Renames the blank nodes of a template by their order; the parser's labels for `[]` are random.
fn number_blank_nodes(triple: &mut TriplePattern, labels: &mut Vec<BlankNode>) {
    for term in [&mut triple.subject, &mut triple.object] {
        match term {
            TermPattern::BlankNode(node) => {
                let known = labels.iter().position(|label| label == node);
                let number = known.unwrap_or_else(|| {
                    labels.push(node.clone());
                    labels.len() - 1
                });
                *node = BlankNode::new_unchecked(format!("b{number}"));
            }
            TermPattern::Triple(triple) => number_blank_nodes(triple, labels),
            _ => {}
        }
    }
}

/// Puts the values of a solution into the template.
struct Filler<'a> {
    solution: &'a QuerySolution,
    labels: &'a str,
    row: Option<u64>,
    number: usize,
}

impl Filler<'_> {
    fn term(&self, pattern: &TermPattern) -> Option<Term> {
        Some(match pattern {
            TermPattern::NamedNode(node) => node.clone().into(),
            TermPattern::Literal(literal) => literal.clone().into(),
            TermPattern::BlankNode(node) => {
                let row = self.row.unwrap_or_default();
                let (labels, number) = (self.labels, self.number);
                let label = format!("{labels}r{row}s{number}{}", node.as_str());
                BlankNode::new_unchecked(label).into()
            }
            TermPattern::Variable(variable) => self.solution.get(variable.as_str())?.clone(),
            TermPattern::Triple(triple) => self.triple(triple)?.into(),
        })
    }

    /// The triple, unless a value is missing or in a place where RDF does not allow it.
    fn triple(&self, pattern: &TriplePattern) -> Option<Triple> {
        let subject: NamedOrBlankNode = match self.term(&pattern.subject)? {
            Term::NamedNode(node) => node.into(),
            Term::BlankNode(node) => node.into(),
            _ => return None,
        };
        let predicate = match &pattern.predicate {
            NamedNodePattern::NamedNode(node) => node.clone(),
            NamedNodePattern::Variable(variable) => match self.solution.get(variable.as_str())? {
                Term::NamedNode(node) => node.clone(),
                _ => return None,
            },
        };
        Some(Triple::new(subject, predicate, self.term(&pattern.object)?))
    }
}

/// The pattern with the rows joined in wherever its expressions need them.
fn with_rows(pattern: &GraphPattern, rows: &RowValues) -> GraphPattern {
    use GraphPattern as P;
    let values = || P::Values {
        variables: rows.variables.clone(),
        bindings: rows.bindings.clone(),
    };
    let boxed = |pattern: &P| Box::new(with_rows(pattern, rows));
    let right = |pattern: &P| {
        Box::new(if needs_rows(pattern) {
            with_rows(pattern, rows)
        } else {
            pattern.clone()
        })
    };
    let and_rows = |mut variables: Vec<Variable>| {
        for variable in &rows.variables {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        }
        variables
    };
    match pattern {
        P::Bgp { patterns } if patterns.is_empty() => values(),
        P::Join { left, right: other } => P::Join {
            left: boxed(left),
            right: right(other),
        },
        P::LeftJoin {
            left,
            right: other,
            expression,
        } => P::LeftJoin {
            left: boxed(left),
            right: right(other),
            expression: expression.clone(),
        },
        P::Minus { left, right: other } => P::Minus {
            left: boxed(left),
            right: right(other),
        },
        P::Filter { expr, inner } => P::Filter {
            expr: expr.clone(),
            inner: boxed(inner),
        },
        P::Union { left, right } => P::Union {
            left: boxed(left),
            right: boxed(right),
        },
        P::Extend {
            inner,
            variable,
            expression,
        } => P::Extend {
            inner: boxed(inner),
            variable: variable.clone(),
            expression: expression.clone(),
        },
        P::OrderBy { inner, expression } => P::OrderBy {
            inner: boxed(inner),
            expression: expression.clone(),
        },
        P::Project { inner, variables } => P::Project {
            inner: boxed(inner),
            variables: and_rows(variables.clone()),
        },
        P::Distinct { inner } => P::Distinct {
            inner: boxed(inner),
        },
        P::Reduced { inner } => P::Reduced {
            inner: boxed(inner),
        },
        P::Group {
            inner,
            variables,
            aggregates,
        } => P::Group {
            inner: boxed(inner),
            variables: and_rows(variables.clone()),
            aggregates: aggregates.clone(),
        },
        leaf => P::Join {
            left: Box::new(values()),
            right: Box::new(leaf.clone()),
        },
    }
}

/// Whether something in the pattern computes with variables that it may not bind itself.
fn needs_rows(pattern: &GraphPattern) -> bool {
    use GraphPattern as P;
    match pattern {
        P::Bgp { .. } | P::Path { .. } | P::Values { .. } | P::Graph { .. } => false,
        P::Join { left, right } | P::Union { left, right } => needs_rows(left) || needs_rows(right),
        P::LeftJoin {
            left,
            right,
            expression,
        } => expression.is_some() || needs_rows(left) || needs_rows(right),
        _ => true,
    }
}

/// A construct that a mapping may not use.
struct Refused {
    what: String,
    /// Where it stands in the text, roughly.
    find: Option<String>,
    remedy: String,
}

fn refuse<T>(what: impl Into<String>, find: &str, remedy: &str) -> Result<T, Refused> {
    Err(Refused {
        what: what.into(),
        find: Some(find.to_owned()),
        remedy: remedy.to_owned(),
    })
}

/// Walks the algebra once: collects variables and adds the hidden arguments.
struct Reader<'s> {
    with_rows: bool,
    /// Whether rows look at the clock: who runs a mapping of their own need not be stopped.
    is_bounded: bool,
    schemes: &'s dyn Fn(&str) -> Result<(), Option<String>>,
    mentioned: BTreeSet<String>,
    assigned: BTreeSet<String>,
    matched: BTreeSet<String>,
    list_columns: BTreeSet<String>,
    sites: Vec<CallSite>,
    origins: BTreeMap<String, BTreeSet<String>>,
    /// How many times as long as a cell the text of a variable may be.
    times: BTreeMap<String, u64>,
}

impl Reader<'_> {
    /// How many times as long as a cell the text may be that an expression makes.
    fn growth(&self, expression: &Expression) -> Result<u64, Refused> {
        use Expression as E;
        let all = |list: &mut dyn Iterator<Item = &Expression>| {
            list.map(|e| self.growth(e))
                .try_fold(0_u64, |sum, times| Ok(sum.saturating_add(times?)))
        };
        let times = match expression {
            E::Variable(variable) => self.times.get(variable.as_str()).copied().unwrap_or(1),
            E::If(_, b, c) => self.growth(b)?.max(self.growth(c)?),
            E::Coalesce(list) => list
                .iter()
                .map(|e| self.growth(e))
                .try_fold(1, |most: u64, times| Ok(most.max(times?)))?,
            E::And(a, b) | E::Or(a, b) | E::Equal(a, b) => self.growth(a)?.max(self.growth(b)?),
            E::Not(a) => self.growth(a)?,
            E::FunctionCall(Function::Concat, list) => all(&mut list.iter())?,
            E::FunctionCall(Function::EncodeForUri, list) => {
                all(&mut list.iter())?.saturating_mul(9)
            }
            E::FunctionCall(Function::Replace, list) => {
                let literal = |place: usize| match list.get(place) {
                    Some(E::Literal(literal)) => Some(literal.value()),
                    _ => None,
                };
                let times = match (literal(1), literal(2)) {
                    // A plain text is found as long as it is; what else may match next to nothing.
                    (Some(found), Some(put)) if is_plain(found) => {
                        (put.len() as u64).div_ceil(found.len() as u64).max(1)
                    }
                    (_, Some(put)) => put.len() as u64 + 1,
                    (_, None) => MOST_GROWTH,
                };
                let text = list.first().map_or(Ok(1), |text| self.growth(text))?;
                text.saturating_mul(times)
            }
            E::FunctionCall(_, list) => all(&mut list.iter())?.max(1),
            _ => 1,
        };
        if times > MOST_GROWTH {
            return refuse(
                format!("a text could become {MOST_GROWTH} times as long as a cell"),
                "CONCAT",
                "join fewer texts; let REPLACE put in a short literal",
            );
        }
        Ok(times)
    }

    fn variable(&mut self, variable: &Variable, matched: bool) {
        self.mentioned.insert(variable.as_str().to_owned());
        if matched {
            self.matched.insert(variable.as_str().to_owned());
        }
    }

    fn term(&mut self, term: &TermPattern, matched: bool) {
        match term {
            TermPattern::Variable(variable) => self.variable(variable, matched),
            TermPattern::Triple(triple) => self.triple(triple, matched),
            _ => {}
        }
    }

    fn triple(&mut self, triple: &TriplePattern, matched: bool) {
        self.term(&triple.subject, matched);
        self.term(&triple.object, matched);
        match &triple.predicate {
            NamedNodePattern::Variable(variable) => self.variable(variable, matched),
            NamedNodePattern::NamedNode(node) if matched => {
                if let Some(column) = node.as_str().strip_prefix(iri::COLUMN) {
                    self.list_columns.insert(column.to_owned());
                    if let TermPattern::Variable(item) = &triple.object {
                        let origins = self.origins.entry(item.as_str().to_owned());
                        origins.or_default().insert(column.to_owned());
                    }
                }
            }
            NamedNodePattern::NamedNode(_) => {}
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) -> Result<(), Refused> {
        self.read_pattern(pattern)?;
        if self.is_bounded {
            match pattern {
                GraphPattern::Join { .. } | GraphPattern::LeftJoin { .. } => {
                    look_at_clock(pattern);
                }
                // Its rows end in one.
                GraphPattern::Group { inner, .. } => look_at_clock(inner),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_pattern(&mut self, pattern: &mut GraphPattern) -> Result<(), Refused> {
        use GraphPattern as P;
        match pattern {
            P::Bgp { patterns } => {
                for triple in patterns.iter() {
                    self.triple(triple, true);
                }
                if !patterns.is_empty() {
                    self.keep_to_row(pattern);
                }
            }
            P::Path {
                subject, object, ..
            } => {
                self.term(subject, true);
                self.term(object, true);
                self.keep_to_row(pattern);
            }
            P::Join { left, right } | P::Union { left, right } | P::Minus { left, right } => {
                self.pattern(left)?;
                self.pattern(right)?;
            }
            P::LeftJoin {
                left,
                right,
                expression,
            } => {
                self.pattern(left)?;
                self.pattern(right)?;
                if let Some(expression) = expression {
                    self.expression(expression)?;
                    self.growth(expression)?;
                    if self.is_bounded {
                        let own = std::mem::replace(expression, Literal::from(true).into());
                        // Evaluated for each pair, whether it is kept or not.
                        *expression = Expression::And(Box::new(clock(&own)), Box::new(own));
                    }
                }
            }
            P::Filter { expr, inner } => {
                self.pattern(inner)?;
                self.expression(expr)?;
                self.growth(expr)?;
            }
            P::Extend {
                inner,
                variable,
                expression,
            } => {
                self.pattern(inner)?;
                self.variable(variable, false);
                self.assigned.insert(variable.as_str().to_owned());
                let used = variables_of(expression);
                let origins = self.origins.entry(variable.as_str().to_owned());
                origins.or_default().extend(used);
                self.expression(expression)?;
                let times = self.growth(expression)?;
                self.times.insert(variable.as_str().to_owned(), times);
            }
            P::Values { variables, .. } => {
                for variable in variables.iter() {
                    self.variable(variable, true);
                }
            }
            P::OrderBy { inner, expression } => {
                self.pattern(inner)?;
                for order in expression {
                    match order {
                        OrderExpression::Asc(e) | OrderExpression::Desc(e) => self.expression(e)?,
                    }
                }
            }
            P::Project { inner, variables } => {
                self.pattern(inner)?;
                for variable in variables.iter() {
                    self.variable(variable, false);
                }
            }
            P::Distinct { inner } | P::Reduced { inner } => self.pattern(inner)?,
            P::Group {
                inner,
                variables,
                aggregates,
            } => {
                self.pattern(inner)?;
                for variable in variables.iter() {
                    self.variable(variable, false);
                }
                for (variable, aggregate) in aggregates {
                    self.assigned.insert(variable.as_str().to_owned());
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        let used = variables_of(expr);
                        let origins = self.origins.entry(variable.as_str().to_owned());
                        origins.or_default().extend(used);
                        self.expression(expr)?;
                        let times = self.growth(expr)?;
                        self.times.insert(variable.as_str().to_owned(), times);
                    }
                }
            }
            P::Slice { inner, .. } if !self.with_rows => self.pattern(inner)?,
            P::Slice { .. } => {
                return refuse(
                    "LIMIT and OFFSET would count over many rows at once",
                    "LIMIT",
                    "leave them out, or use MIN, MAX or SAMPLE",
                );
            }
            P::Graph { .. } => {
                return refuse("there are no named graphs here", "GRAPH", "leave GRAPH out");
            }
            P::Service { .. } => {
                return refuse(
                    "an import asks no other service",
                    "SERVICE",
                    "leave SERVICE out",
                );
            }
            #[allow(unreachable_patterns)]
            _ => return refuse("this kind of pattern is not known", "", "rewrite the query"),
        }
        Ok(())
    }

    /// The items of a row are in a graph of their own, named by the row, so that a pattern finds
    /// those of its row only, and is joined by `?ROW` even if it does not mention it.
    fn keep_to_row(&self, pattern: &mut GraphPattern) {
        if self.with_rows {
            let nothing = GraphPattern::Bgp {
                patterns: Vec::new(),
            };
            let inner = Box::new(std::mem::replace(pattern, nothing));
            let name = Variable::new_unchecked(ROW).into();
            *pattern = GraphPattern::Graph { name, inner };
        }
    }

    fn expression(&mut self, expression: &mut Expression) -> Result<(), Refused> {
        use Expression as E;
        match expression {
            E::NamedNode(_) | E::Literal(_) => {}
            E::Variable(variable) | E::Bound(variable) => self.variable(variable, false),
            E::Or(a, b)
            | E::And(a, b)
            | E::Equal(a, b)
            | E::SameTerm(a, b)
            | E::Greater(a, b)
            | E::GreaterOrEqual(a, b)
            | E::Less(a, b)
            | E::LessOrEqual(a, b)
            | E::Add(a, b)
            | E::Subtract(a, b)
            | E::Multiply(a, b)
            | E::Divide(a, b) => {
                self.expression(a)?;
                self.expression(b)?;
            }
            E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => self.expression(a)?,
            E::In(a, list) => {
                self.expression(a)?;
                for e in list {
                    self.expression(e)?;
                }
            }
            E::Exists(pattern) => self.pattern(pattern)?,
            E::If(a, b, c) => {
                self.expression(a)?;
                self.expression(b)?;
                self.expression(c)?;
            }
            E::Coalesce(list) => {
                for e in list {
                    self.expression(e)?;
                }
            }
            E::FunctionCall(function, arguments) => {
                let used = arguments.iter().flat_map(variables_of).collect();
                for argument in arguments.iter_mut() {
                    self.expression(argument)?;
                }
                self.call(function, arguments, used)?;
            }
        }
        Ok(())
    }

    fn call(
        &mut self,
        function: &Function,
        arguments: &mut Vec<Expression>,
        variables: BTreeSet<String>,
    ) -> Result<(), Refused> {
        let name = match function {
            Function::Custom(name) => name.as_str(),
            Function::BNode => {
                return refuse(
                    "BNODE() gives another node at each import",
                    "BNODE",
                    "write a blank node, such as _:x, in the template",
                );
            }
            Function::Rand | Function::Uuid | Function::StrUuid => {
                return refuse(
                    format!("{function}() gives another value at each import"),
                    &function.to_string(),
                    "make an identifier of the row with fn:iri",
                );
            }
            _ => return Ok(()),
        };
        let Some(local) = name.strip_prefix(iri::FUNCTION) else {
            return refuse(
                format!("there is no function <{name}>"),
                name,
                "the helper functions are those of <https://w3id.org/weft/fn#>",
            );
        };
        let spec = functions::find(local).or_else(|near| {
            let remedy = near.map_or_else(
                || {
                    let names: Vec<_> =
                        FUNCTIONS.iter().map(|f| format!("fn:{}", f.name)).collect();
                    format!("the functions are {}", names.join(", "))
                },
                |near| format!("did you mean fn:{near}?"),
            );
            refuse(
                format!("there is no function fn:{local}"),
                &format!("fn:{local}"),
                &remedy,
            )
        })?;
        if !(spec.min..=spec.max).contains(&arguments.len()) {
            let wanted = if spec.min == spec.max {
                spec.min.to_string()
            } else {
                format!("{} to {}", spec.min, spec.max)
            };
            return refuse(
                format!(
                    "fn:{local} takes {wanted} arguments, here are {}",
                    arguments.len()
                ),
                &format!("fn:{local}"),
                spec.summary,
            );
        }
        if local == "code"
            && let Some(Expression::Literal(schemes)) = arguments.first()
        {
            for scheme in schemes.value().split_whitespace() {
                let Err(near) = (self.schemes)(scheme) else {
                    continue;
                };
                let remedy = near.map_or_else(
                    || "the code lists are in ontology/codes".to_owned(),
                    |near| format!("did you mean \"{near}\"?"),
                );
                let what = format!("there is no code list {scheme:?}");
                return refuse(what, scheme, &remedy);
            }
        }
        let row = if self.with_rows {
            Expression::Variable(Variable::new_unchecked(ROW_NUMBER))
        } else {
            Expression::Literal(Literal::new_simple_literal(""))
        };
        let site = Expression::Literal(Literal::from(self.sites.len() as i64));
        arguments.splice(0..0, [row, site]);
        self.sites.push(CallSite {
            function: local.to_owned(),
            variables,
        });
        Ok(())
    }
}

/// The variables of an expression (not those of patterns inside it).
fn variables_of(expression: &Expression) -> BTreeSet<String> {
    use Expression as E;
    let mut found = BTreeSet::new();
    let mut todo = vec![expression];
    while let Some(expression) = todo.pop() {
        match expression {
            E::Variable(variable) => {
                found.insert(variable.as_str().to_owned());
            }
            E::NamedNode(_) | E::Literal(_) | E::Bound(_) | E::Exists(_) => {}
            E::Or(a, b)
            | E::And(a, b)
            | E::Equal(a, b)
            | E::SameTerm(a, b)
            | E::Greater(a, b)
            | E::GreaterOrEqual(a, b)
            | E::Less(a, b)
            | E::LessOrEqual(a, b)
            | E::Add(a, b)
            | E::Subtract(a, b)
            | E::Multiply(a, b)
            | E::Divide(a, b) => todo.extend([&**a, &**b]),
            E::UnaryPlus(a) | E::UnaryMinus(a) | E::Not(a) => todo.push(a),
            E::In(a, list) => {
                todo.push(a);
                todo.extend(list);
            }
            // The condition decides, it is not what the value is made of.
            E::If(_, b, c) => todo.extend([&**b, &**c]),
            E::Coalesce(list) | E::FunctionCall(_, list) => todo.extend(list),
        }
    }
    found
}

/// Whether a regular expression is a text that is not empty and stands for itself.
fn is_plain(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.contains(|c: char| r"\^$.|?*+()[]{}".contains(c))
}

/// How deep brackets are nested, comments, texts and IRIs included: a rough upper bound.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// `error at 3:5: expected …` as line and message.
fn split_position(message: &str) -> (Option<u64>, String) {
    let rest = message.strip_prefix("error at ").unwrap_or(message);
    if let Some((position, text)) = rest.split_once(": ")
        && let Some((line, _)) = position.split_once(':')
        && let Ok(line) = line.parse()
    {
        return (Some(line), text.to_owned());
    }
    (None, message.to_owned())
}

/// The first line outside comments that has a text.
fn line_of(text: &str, wanted: &str) -> Option<u64> {
    let lower = wanted.to_ascii_lowercase();
    let mut lines = text.lines();
    let found = lines.position(|line| {
        let is_comment = line.trim_start().starts_with('#');
        !is_comment && line.to_ascii_lowercase().contains(&lower)
    });
    found.map(|line| line as u64 + 1)
}

fn declared_prefixes(text: &str) -> Vec<(String, String)> {
    let mut prefixes = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let declares = words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("prefix"));
        if let (true, Some(name), Some(namespace)) = (declares, words.next(), words.next())
            && let Some(name) = name.strip_suffix(':')
            && let Some(namespace) = namespace
                .strip_prefix('<')
                .and_then(|n| n.strip_suffix('>'))
            && !name.is_empty()
            && namespace != iri::FUNCTION
            && namespace != iri::COLUMN
        {
            prefixes.push((name.to_owned(), namespace.to_owned()));
        }
    }
    prefixes
}
