//! `SERVICE` clauses that others answer: asked before the evaluation, with what is known here.
//!
//! The evaluator hands a clause's pattern to its handler without the bindings of the patterns it
//! is joined with, so another endpoint would have to send all it has. [`resolved`] therefore goes
//! through the algebra first. For each clause that goes to another endpoint it evaluates what the
//! clause is joined with, puts the distinct values of the shared variables into the pattern as
//! `VALUES`, some hundred rows a request, and keeps the rows that come back. The clause then
//! stands for those rows.
//!
//! Only variables that the clause's pattern always binds are sent, so `VALUES` leaves rows out
//! and never adds a binding; what is left out would not have joined. Clauses within `EXISTS` or
//! on the right of `LATERAL` are asked while the query runs, as they are.

use super::algebra::{certain, children, pattern_of, pattern_of_mut};
use super::error::StoreError;
use super::query::{DatasetSpec, Limits, Query};
use super::service::{Answer, Handler, Row, Services};
use super::snapshot::Snapshot;
use oxigraph::model::{Literal, NamedNode, Term, Variable};
use spareval::QueryResults;
use spargebra::algebra::{Expression, GraphPattern};
use spargebra::term::{GroundTerm, NamedNodePattern};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// Values that are sent along at most; a pattern joined with more is sent as it is.
const MOST_BINDINGS: usize = 4_000;
/// Rows of `VALUES` in one request, and the length of their text.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 256 << 10;
/// Endpoints that a variable may stand for.
const MOST_ENDPOINTS: usize = 16;
/// What the name of a clause begins with whose rows are there.
const ANSWERED: &str = "https://w3id.org/weft/answered/";

/// A `SERVICE` clause that another endpoint did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SERVICE <{endpoint}>: {problem}", endpoint = .endpoint.as_str())]
pub struct FederationError {
    /// The endpoint that was, or was to be, asked.
    pub endpoint: NamedNode,
    /// What happened.
    pub problem: FederationProblem,
}

/// What can go wrong when another endpoint is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FederationProblem {
    /// It is not on the list.
    #[error(
        "the endpoint is not on the list of those that may be asked; whoever runs this service can allow it (`federation` in weft.toml, or --federate IRI)"
    )]
    NotAllowed,
    /// No query can be sent to it.
    #[error("{0}")]
    BadAddress(String),
    /// Its name leads into a network that is not public.
    #[error(
        "{host} is {address}, {kind}, where no query is sent; whoever runs this service can allow it (`federation-private = [\"HOST:PORT\"]` in weft.toml)"
    )]
    Private {
        /// Its name.
        host: String,
        /// Where the name leads.
        address: IpAddr,
        /// What kind of address this is.
        kind: &'static str,
    },
    /// There is no connection to it.
    #[error("the endpoint cannot be reached: {0}")]
    Unreachable(String),
    /// It took too long.
    #[error(
        "the endpoint did not answer within {seconds:.1} seconds; narrow the pattern of the clause"
    , seconds = f64::from(*.milliseconds) / 1_000.0)]
    TimedOut {
        /// How long it was waited for.
        milliseconds: u32,
    },
    /// It answered with an error.
    #[error("the endpoint answered with status {status}: {excerpt}")]
    Status {
        /// The status.
        status: u16,
        /// How the answer begins.
        excerpt: String,
    },
    /// It sent elsewhere, which is not followed.
    #[error(
        "the endpoint redirects to {to}, which is not followed; name the address that answers itself"
    )]
    Redirected {
        /// Where to.
        to: String,
    },
    /// Its answer is too large.
    #[error("the answer is larger than {0}; narrow the pattern of the clause")]
    TooLarge(String),
    /// Its answer is not understood.
    #[error("the answer is not SPARQL results in JSON: {0}")]
    NotResults(String),
}

/// The query with each clause that goes to others answered; `None` if it has none.
///
/// # Errors
/// [`StoreError`] if an endpoint does not answer and the clause does not say `SILENT`, or time
/// is over.
pub(super) fn resolved(
    snapshot: &Snapshot,
    query: &Query,
    dataset: &DatasetSpec,
    limits: &Limits,
) -> Result<Option<Query>, StoreError> {
    let Some(services) = &query.services else {
        return Ok(None);
    };
    if !asks_others(pattern_of(&query.inner), services.as_ref()) {
        return Ok(None);
    }
    let mut resolver = Resolver {
        snapshot,
        query,
        services,
        dataset,
        limits,
        answers: query.answers.to_vec(),
    };
    let pattern = resolver.visit(pattern_of(&query.inner), &[], None)?;
    let mut resolved = query.clone();
    *pattern_of_mut(&mut resolved.inner) = pattern;
    resolved.answers = resolver.answers.into();
    resolved.plan = Arc::default();
    Ok(Some(resolved))
}

/// The rows of a clause that was answered before, by the name it has been given.
pub(super) fn answered(name: &NamedNode, answers: &[Answer]) -> Option<Answer> {
    let number = name.as_str().strip_prefix(ANSWERED)?;
    answers.get(number.parse::<usize>().ok()?).cloned()
}

/// Whether a clause outside `EXISTS` and the right of `LATERAL` goes to another endpoint, or
/// wherever a variable tells.
pub(super) fn asks_others(pattern: &GraphPattern, services: &dyn Services) -> bool {
    match pattern {
        GraphPattern::Service { name, .. } => match name {
            NamedNodePattern::NamedNode(name) => services.is_remote(name),
            NamedNodePattern::Variable(_) => true,
        },
        GraphPattern::Lateral { left, .. } => asks_others(left, services),
        other => children(other)
            .into_iter()
            .any(|child| asks_others(child, services)),
    }
}

/// Distinct values of variables that a clause shares with what it is joined with.
struct Block {
    variables: Vec<Variable>,
    rows: Vec<Vec<GroundTerm>>,
}

struct Resolver<'a> {
    snapshot: &'a Snapshot,
    query: &'a Query,
    services: &'a Arc<dyn Services>,
    dataset: &'a DatasetSpec,
    limits: &'a Limits,
    answers: Vec<Answer>,
}

impl Resolver<'_> {
    /// Answers the clauses of a pattern. Only rows that are compatible with a row of each pattern
    /// `around` it will be of use. `graph` is the `GRAPH` that it stands in.
    fn visit(
        &mut self,
        pattern: &GraphPattern,
        around: &[GraphPattern],
        graph: Option<&NamedNodePattern>,
    ) -> Result<GraphPattern, StoreError> {
        if !asks_others(pattern, self.services.as_ref()) {
            return Ok(pattern.clone());
        }
        let boxed = |pattern| Ok::<_, StoreError>(Box::new(pattern));
        Ok(match pattern {
            GraphPattern::Join { .. } => self.visit_join(pattern, around, graph)?,
            GraphPattern::LeftJoin {
                left,
                right,
                expression,
            } => {
                let left = self.visit(left, around, graph)?;
                // A row on the left whose match is left out would come out unmatched, so what is
                // around does not count here.
                let right = self.visit(right, &[in_graph(&left, graph)], graph)?;
                GraphPattern::LeftJoin {
                    left: Box::new(left),
                    right: Box::new(right),
                    expression: expression.clone(),
                }
            }
            GraphPattern::Minus { left, right } => {
                let left = self.visit(left, around, graph)?;
                let right = self.visit(right, &[in_graph(&left, graph)], graph)?;
                GraphPattern::Minus {
                    left: Box::new(left),
                    right: Box::new(right),
                }
            }
            GraphPattern::Union { left, right } => GraphPattern::Union {
                left: boxed(self.visit(left, around, graph)?)?,
                right: boxed(self.visit(right, around, graph)?)?,
            },
            GraphPattern::Lateral { left, right } => GraphPattern::Lateral {
                left: boxed(self.visit(left, around, graph)?)?,
                right: right.clone(),
            },
            GraphPattern::Filter { expr, inner } => GraphPattern::Filter {
                expr: expr.clone(),
                inner: boxed(self.visit(inner, around, graph)?)?,
            },
            GraphPattern::Graph { name, inner } => GraphPattern::Graph {
                name: name.clone(),
                inner: boxed(self.visit(inner, around, Some(name))?)?,
            },
            GraphPattern::Extend {
                inner,
                variable,
                expression,
            } => GraphPattern::Extend {
                inner: boxed(self.visit(inner, around, graph)?)?,
                variable: variable.clone(),
                expression: expression.clone(),
            },
            GraphPattern::OrderBy { inner, expression } => GraphPattern::OrderBy {
                inner: boxed(self.visit(inner, around, graph)?)?,
                expression: expression.clone(),
            },
            GraphPattern::Distinct { inner } => GraphPattern::Distinct {
                inner: boxed(self.visit(inner, around, graph)?)?,
            },
            GraphPattern::Reduced { inner } => GraphPattern::Reduced {
                inner: boxed(self.visit(inner, around, graph)?)?,
            },
            GraphPattern::Project { inner, variables } => {
                // Variables that are not projected are others than those of the same name around.
                let around: Vec<GraphPattern> = around
                    .iter()
                    .map(|pattern| GraphPattern::Project {
                        variables: in_order(pattern)
                            .into_iter()
                            .filter(|variable| variables.contains(variable))
                            .collect(),
                        inner: Box::new(pattern.clone()),
                    })
                    .collect();
                GraphPattern::Project {
                    inner: boxed(self.visit(inner, &around, graph)?)?,
                    variables: variables.clone(),
                }
            }
            // Which rows come first, and what they add up to, depends on all of them.
            GraphPattern::Slice {
                inner,
                start,
                length,
            } => GraphPattern::Slice {
                inner: boxed(self.visit(inner, &[], graph)?)?,
                start: *start,
                length: *length,
            },
            GraphPattern::Group {
                inner,
                variables,
                aggregates,
            } => GraphPattern::Group {
                inner: boxed(self.visit(inner, &[], graph)?)?,
                variables: variables.clone(),
                aggregates: aggregates.clone(),
            },
            GraphPattern::Service {
                name,
                inner,
                silent,
            } => match name {
                NamedNodePattern::NamedNode(name) => self.ask_one(name, inner, *silent, around)?,
                NamedNodePattern::Variable(name) => self.ask_each(name, inner, *silent, around)?,
            },
            GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {
                pattern.clone()
            }
        })
    }

    fn visit_join(
        &mut self,
        pattern: &GraphPattern,
        around: &[GraphPattern],
        graph: Option<&NamedNodePattern>,
    ) -> Result<GraphPattern, StoreError> {
        let operands = operands(pattern);
        let mut known = around.to_vec();
        let mut done: Vec<Option<GraphPattern>> = vec![None; operands.len()];
        for (operand, done) in operands.iter().zip(&mut done) {
            if !asks_others(operand, self.services.as_ref()) {
                known.push(in_graph(operand, graph));
                *done = Some((*operand).clone());
            }
        }
        // One that shares variables with what is known already comes first.
        loop {
            let bound: BTreeSet<Variable> = known.iter().flat_map(in_order).collect();
            let mut pending = done
                .iter()
                .enumerate()
                .filter_map(|(number, done)| done.is_none().then_some(number));
            let Some(first) = pending.next() else {
                break;
            };
            let linked = |number: &usize| {
                operands
                    .get(*number)
                    .is_some_and(|operand| mentioned(operand).iter().any(|v| bound.contains(v)))
            };
            let next = if linked(&first) {
                first
            } else {
                pending.find(linked).unwrap_or(first)
            };
            if let (Some(operand), Some(done)) = (operands.get(next), done.get_mut(next)) {
                let operand = self.visit(operand, &known, graph)?;
                known.push(in_graph(&operand, graph));
                *done = Some(operand);
            }
        }
        Ok(done.into_iter().flatten().reduce(join).unwrap_or_default())
    }

    /// A clause whose endpoint is named.
    fn ask_one(
        &mut self,
        endpoint: &NamedNode,
        inner: &GraphPattern,
        silent: bool,
        around: &[GraphPattern],
    ) -> Result<GraphPattern, StoreError> {
        let variables = in_order(inner);
        let rows = match self.ask(endpoint, inner, around) {
            Err(error) if silent && self.may_go_on(&error) => {
                tracing::info!(%error, "a silent SERVICE failed");
                vec![vec![None; variables.len()]]
            }
            rows => rows?,
        };
        Ok(self.keep(variables, rows, inner.clone(), silent))
    }

    /// A clause whose endpoint is a variable, which what is around it must bind.
    fn ask_each(
        &mut self,
        name: &Variable,
        inner: &GraphPattern,
        silent: bool,
        around: &[GraphPattern],
    ) -> Result<GraphPattern, StoreError> {
        let unbound = || {
            StoreError::Evaluation(format!(
                "SERVICE {name}: nothing that the clause is joined with binds {name} to the IRI of a service; name the service, or bind it with VALUES"
            ))
        };
        let group = components(around)
            .into_iter()
            .find(|group| group.variables.contains(name))
            .ok_or_else(unbound)?;
        let Some(names) =
            self.distinct(&group.pattern, std::slice::from_ref(name), MOST_ENDPOINTS)?
        else {
            return Err(StoreError::Evaluation(format!(
                "SERVICE {name}: {name} stands for more than {MOST_ENDPOINTS} endpoints; narrow it down"
            )));
        };
        let mut variables = in_order(inner);
        if !variables.contains(name) {
            variables.push(name.clone());
        }
        let column = variables.iter().position(|variable| variable == name);
        let mut rows = Vec::new();
        let mut endpoints = Vec::new();
        for term in names.into_iter().map(|mut row| row.pop().flatten()) {
            let endpoint = match term {
                Some(Term::NamedNode(endpoint)) => endpoint,
                _ if silent => continue,
                _ => return Err(unbound()),
            };
            let only = GraphPattern::Values {
                variables: vec![name.clone()],
                bindings: vec![vec![Some(endpoint.clone().into())]],
            };
            let mut around = around.to_vec();
            around.push(only);
            let answer = if self.services.is_remote(&endpoint) {
                self.ask(&endpoint, inner, &around)
            } else {
                Handler::new(
                    Arc::clone(self.services),
                    self.limits.clone(),
                    Arc::from(Vec::new()),
                )
                .answer(&endpoint, inner)
                .map(|answer| answer.rows.to_vec())
            };
            let found = match answer {
                Err(error) if silent && self.may_go_on(&error) => {
                    tracing::info!(%error, "a silent SERVICE failed");
                    vec![Vec::new()]
                }
                found => found?,
            };
            for mut row in found {
                row.resize(variables.len(), None);
                let Some(cell) = column.and_then(|column| row.get_mut(column)) else {
                    continue;
                };
                match cell {
                    Some(Term::NamedNode(other)) if *other == endpoint => {}
                    Some(_) => continue,
                    None => *cell = Some(endpoint.clone().into()),
                }
                rows.push(row);
            }
            endpoints.push(vec![Some(GroundTerm::from(endpoint))]);
        }
        let typed = join(
            inner.clone(),
            GraphPattern::Values {
                variables: vec![name.clone()],
                bindings: endpoints,
            },
        );
        Ok(self.keep(variables, rows, typed, silent))
    }

    /// Whether the query may go on without the clause: not once it is out of time itself.
    fn may_go_on(&self, error: &StoreError) -> bool {
        let over = self
            .limits
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline);
        !over
            && !self.limits.cancellation.is_cancelled()
            && !matches!(error, StoreError::TimedOut | StoreError::Cancelled)
    }

    /// Keeps the rows of a clause; answers the clause that stands for them. Its pattern is what
    /// the evaluator learns from which variables there are.
    fn keep(
        &mut self,
        variables: Vec<Variable>,
        rows: Vec<Row>,
        pattern: GraphPattern,
        silent: bool,
    ) -> GraphPattern {
        let name = format!("{ANSWERED}{}", self.answers.len());
        self.answers.push(Answer {
            variables: variables.into(),
            rows: Arc::new(rows),
        });
        GraphPattern::Service {
            name: NamedNode::new_unchecked(name).into(),
            inner: Box::new(pattern),
            silent,
        }
    }

    /// The rows of a pattern at an endpoint, as far as they can join with what is around.
    fn ask(
        &self,
        endpoint: &NamedNode,
        pattern: &GraphPattern,
        around: &[GraphPattern],
    ) -> Result<Vec<Row>, StoreError> {
        // With values before them the variables may come in another order.
        let variables = in_order(pattern);
        let mut blocks = self.blocks(pattern, around)?;
        if blocks.iter().any(|block| block.rows.is_empty()) {
            return Ok(Vec::new());
        }
        blocks.sort_by_key(|block| block.rows.len());
        let Some(largest) = blocks.pop() else {
            return self.send(endpoint, pattern, &variables);
        };
        let mut whole = pattern.clone();
        for block in blocks {
            // A product of two long lists would be longer than both.
            if block.rows.len() <= BATCH {
                whole = with_values(whole, &block.variables, block.rows);
            }
        }
        let mut rows = Vec::new();
        for batch in batches(largest.rows) {
            let pattern = with_values(whole.clone(), &largest.variables, batch);
            rows.extend(self.send(endpoint, &pattern, &variables)?);
        }
        Ok(rows)
    }

    fn send(
        &self,
        endpoint: &NamedNode,
        pattern: &GraphPattern,
        variables: &[Variable],
    ) -> Result<Vec<Row>, StoreError> {
        let services = self.services.as_ref();
        select(services, endpoint, pattern, variables, self.limits)
    }

    /// What is known here of the variables that a clause's pattern always binds.
    fn blocks(
        &self,
        pattern: &GraphPattern,
        around: &[GraphPattern],
    ) -> Result<Vec<Block>, StoreError> {
        let certain = certain(pattern);
        let usable: Vec<GraphPattern> = around
            .iter()
            .filter(|pattern| self.is_repeatable(pattern))
            .cloned()
            .collect();
        let mut blocks = Vec::new();
        for group in components(&usable) {
            let variables: Vec<Variable> =
                group.variables.intersection(&certain).cloned().collect();
            if variables.is_empty() {
                continue;
            }
            if let Some(rows) = self.distinct(&group.pattern, &variables, MOST_BINDINGS)? {
                blocks.extend(block(variables, rows));
            }
        }
        Ok(blocks)
    }

    /// Whether a pattern has the same rows when it is evaluated by itself as within the query.
    fn is_repeatable(&self, pattern: &GraphPattern) -> bool {
        let text = pattern.to_string();
        let changes = ["RAND(", "UUID(", "BNODE(", "NOW("];
        let picks = ["LIMIT ", "OFFSET "];
        !changes.iter().any(|function| text.contains(function))
            && (self.query.bindings.is_empty() || !picks.iter().any(|word| text.contains(word)))
    }

    /// The distinct values of variables; `None` if there are more than `most`.
    fn distinct(
        &self,
        pattern: &GraphPattern,
        variables: &[Variable],
        most: usize,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let pattern = GraphPattern::Slice {
            inner: Box::new(GraphPattern::Distinct {
                inner: Box::new(GraphPattern::Project {
                    inner: Box::new(pattern.clone()),
                    variables: variables.to_vec(),
                }),
            }),
            start: 0,
            length: Some(most + 1),
        };
        let query = Query {
            inner: spargebra::Query::Select {
                dataset: self.query.inner.dataset().cloned(),
                pattern,
                base_iri: None,
            },
            variables: variables.to_vec(),
            bindings: Vec::new(),
            answers: self.answers.clone().into(),
            plan: Arc::default(),
            ..self.query.clone()
        };
        let rows = self
            .snapshot
            .query(&query, self.dataset, self.limits, |results| {
                let QueryResults::Solutions(solutions) = results else {
                    return Err(StoreError::Internal("a SELECT has rows".to_owned()));
                };
                solutions
                    .map(|solution| {
                        let solution = solution?;
                        Ok(variables
                            .iter()
                            .map(|variable| solution.get(variable).cloned())
                            .collect())
                    })
                    .collect::<Result<Vec<Row>, StoreError>>()
            })??;
        Ok((rows.len() <= most).then_some(rows))
    }
}

/// Rows as `VALUES` can say them. A variable that some row leaves unbound is left out; so is a
/// row with a blank node, which is in no other endpoint's data.
fn block(variables: Vec<Variable>, rows: Vec<Row>) -> Option<Block> {
    let bound: Vec<bool> = (0..variables.len())
        .map(|column| {
            rows.iter()
                .all(|row| row.get(column).is_some_and(Option::is_some))
        })
        .collect();
    let kept = |column: usize| bound.get(column).copied().unwrap_or_default();
    let names: Vec<Variable> = variables
        .into_iter()
        .enumerate()
        .filter(|(column, _)| kept(*column))
        .map(|(_, variable)| variable)
        .collect();
    if names.is_empty() {
        return None;
    }
    let mut seen = std::collections::HashSet::new();
    let rows = rows
        .into_iter()
        .filter_map(|row| {
            row.into_iter()
                .enumerate()
                .filter(|(column, _)| kept(*column))
                .map(|(_, term)| GroundTerm::try_from(term?).ok())
                .collect::<Option<Vec<_>>>()
        })
        .filter(|row| seen.insert(row.clone()))
        .collect();
    Some(Block {
        variables: names,
        rows,
    })
}

fn batches(rows: Vec<Vec<GroundTerm>>) -> Vec<Vec<Vec<GroundTerm>>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut bytes = 0;
    for row in rows {
        let length: usize = row.iter().map(|term| term.to_string().len() + 1).sum();
        if !batch.is_empty() && (batch.len() >= BATCH || bytes + length > BATCH_BYTES) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += length;
        batch.push(row);
    }
    batches.push(batch);
    batches
}

/// Sends a pattern to an endpoint; answers its rows in the order of these variables of it.
pub(super) fn select(
    services: &dyn Services,
    endpoint: &NamedNode,
    pattern: &GraphPattern,
    variables: &[Variable],
    limits: &Limits,
) -> Result<Vec<Row>, StoreError> {
    let text = text(pattern, variables);
    if variables.is_empty() {
        let rows = services.select(endpoint, &text, &[row_variable()], limits)?;
        return Ok(vec![Row::new(); rows.len()]);
    }
    services.select(endpoint, &text, variables, limits)
}

fn row_variable() -> Variable {
    Variable::new_unchecked("weftRow")
}

/// A SELECT query for a pattern. One without variables is asked how many rows it has.
fn text(pattern: &GraphPattern, variables: &[Variable]) -> String {
    let mut variables = variables.to_vec();
    let mut pattern = printable(pattern);
    if variables.is_empty() {
        pattern = GraphPattern::Extend {
            inner: Box::new(closed(pattern)),
            variable: row_variable(),
            expression: Expression::Literal(Literal::from(1)),
        };
        variables.push(row_variable());
    }
    spargebra::Query::Select {
        dataset: None,
        pattern: GraphPattern::Project {
            inner: Box::new(pattern),
            variables,
        },
        base_iri: None,
    }
    .to_string()
}

/// The pattern in a form whose text means the same. The printed form has no braces around the
/// left side of an operator, so a filter there would apply to more than it did.
fn printable(pattern: &GraphPattern) -> GraphPattern {
    let inner = |pattern: &GraphPattern| Box::new(printable(pattern));
    let shut = |pattern: &GraphPattern| Box::new(closed(printable(pattern)));
    match pattern {
        GraphPattern::Join { .. } => operands(pattern)
            .into_iter()
            .enumerate()
            .map(|(number, operand)| {
                let operand = printable(operand);
                // Those that follow get braces when they are printed.
                if number == 0 {
                    closed(operand)
                } else {
                    operand
                }
            })
            .reduce(join)
            .unwrap_or_default(),
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => GraphPattern::LeftJoin {
            left: shut(left),
            right: shut(right),
            expression: expression.clone(),
        },
        GraphPattern::Minus { left, right } => GraphPattern::Minus {
            left: shut(left),
            right: inner(right),
        },
        GraphPattern::Lateral { left, right } => GraphPattern::Lateral {
            left: shut(left),
            right: inner(right),
        },
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => GraphPattern::Extend {
            inner: shut(inner),
            variable: variable.clone(),
            expression: expression.clone(),
        },
        GraphPattern::Union { left, right } => GraphPattern::Union {
            left: inner(left),
            right: inner(right),
        },
        GraphPattern::Filter { expr, inner: of } => GraphPattern::Filter {
            expr: expr.clone(),
            inner: inner(of),
        },
        GraphPattern::Graph { name, inner: of } => GraphPattern::Graph {
            name: name.clone(),
            inner: inner(of),
        },
        GraphPattern::Project {
            inner: of,
            variables,
        } => GraphPattern::Project {
            inner: inner(of),
            variables: variables.clone(),
        },
        GraphPattern::Distinct { inner: of } => GraphPattern::Distinct { inner: inner(of) },
        GraphPattern::Reduced { inner: of } => GraphPattern::Reduced { inner: inner(of) },
        GraphPattern::OrderBy {
            inner: of,
            expression,
        } => GraphPattern::OrderBy {
            inner: inner(of),
            expression: expression.clone(),
        },
        GraphPattern::Slice {
            inner: of,
            start,
            length,
        } => GraphPattern::Slice {
            inner: inner(of),
            start: *start,
            length: *length,
        },
        GraphPattern::Group {
            inner: of,
            variables,
            aggregates,
        } => GraphPattern::Group {
            inner: inner(of),
            variables: variables.clone(),
            aggregates: aggregates.clone(),
        },
        GraphPattern::Service {
            name,
            inner: of,
            silent,
        } => GraphPattern::Service {
            name: name.clone(),
            inner: inner(of),
            silent: *silent,
        },
        GraphPattern::Bgp { .. } | GraphPattern::Path { .. } | GraphPattern::Values { .. } => {
            pattern.clone()
        }
    }
}

/// A filter in a sub-query of its own; other patterns as they are.
fn closed(pattern: GraphPattern) -> GraphPattern {
    if !matches!(pattern, GraphPattern::Filter { .. }) {
        return pattern;
    }
    let mut variables = in_order(&pattern);
    if variables.is_empty() {
        variables.push(row_variable());
    }
    GraphPattern::Project {
        inner: Box::new(pattern),
        variables,
    }
}

/// The pattern joined with values of variables that it always binds, as far inside as they are
/// still bound: endpoints that evaluate group by group then begin with few rows.
fn with_values(
    pattern: GraphPattern,
    variables: &[Variable],
    rows: Vec<Vec<GroundTerm>>,
) -> GraphPattern {
    let binds = |inner: &GraphPattern| {
        let certain = certain(inner);
        variables.iter().all(|variable| certain.contains(variable))
    };
    match pattern {
        GraphPattern::Filter { expr, inner } if binds(&inner) => GraphPattern::Filter {
            expr,
            inner: Box::new(with_values(*inner, variables, rows)),
        },
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } if binds(&inner) => GraphPattern::Extend {
            inner: Box::new(with_values(*inner, variables, rows)),
            variable,
            expression,
        },
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } if binds(&left) => GraphPattern::LeftJoin {
            left: Box::new(with_values(*left, variables, rows)),
            right,
            expression,
        },
        GraphPattern::Union { left, right }
            if binds(&left) && binds(&right) && branches(&left) + branches(&right) <= 8 =>
        {
            GraphPattern::Union {
                left: Box::new(with_values(*left, variables, rows.clone())),
                right: Box::new(with_values(*right, variables, rows)),
            }
        }
        pattern => join(
            GraphPattern::Values {
                variables: variables.to_vec(),
                bindings: rows
                    .into_iter()
                    .map(|row| row.into_iter().map(Some).collect())
                    .collect(),
            },
            pattern,
        ),
    }
}

/// How many alternatives there are.
fn branches(pattern: &GraphPattern) -> usize {
    match pattern {
        GraphPattern::Union { left, right } => branches(left) + branches(right),
        _ => 1,
    }
}

/// Patterns that share variables, joined.
struct Component {
    pattern: GraphPattern,
    variables: BTreeSet<Variable>,
}

fn components(patterns: &[GraphPattern]) -> Vec<Component> {
    let mut components: Vec<Component> = Vec::new();
    for pattern in patterns {
        let mut component = Component {
            pattern: pattern.clone(),
            variables: in_order(pattern).into_iter().collect(),
        };
        let mut apart = Vec::new();
        for other in components {
            if other.variables.is_disjoint(&component.variables) {
                apart.push(other);
            } else {
                component.pattern = join(other.pattern, component.pattern);
                component.variables.extend(other.variables);
            }
        }
        apart.push(component);
        components = apart;
    }
    components
}

fn join(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Join {
        left: Box::new(left),
        right: Box::new(right),
    }
}

fn in_graph(pattern: &GraphPattern, graph: Option<&NamedNodePattern>) -> GraphPattern {
    match graph {
        None => pattern.clone(),
        Some(name) => GraphPattern::Graph {
            name: name.clone(),
            inner: Box::new(pattern.clone()),
        },
    }
}

/// What a tree of joins joins, from left to right.
fn operands(pattern: &GraphPattern) -> Vec<&GraphPattern> {
    let mut operands = Vec::new();
    let mut waiting = vec![pattern];
    while let Some(pattern) = waiting.pop() {
        match pattern {
            GraphPattern::Join { left, right } => waiting.extend([right.as_ref(), left]),
            other => operands.push(other),
        }
    }
    operands
}

/// The variables of a pattern that can be seen from outside, in the order of the text.
fn in_order(pattern: &GraphPattern) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut seen = BTreeSet::new();
    pattern.on_in_scope_variable(|variable| {
        if seen.insert(variable.clone()) {
            variables.push(variable.clone());
        }
    });
    variables
}

/// The variables in scope, and the one that names a service.
fn mentioned(pattern: &GraphPattern) -> Vec<Variable> {
    let mut variables = in_order(pattern);
    if let GraphPattern::Service {
        name: NamedNodePattern::Variable(name),
        ..
    } = pattern
    {
        variables.push(name.clone());
    }
    variables
}
