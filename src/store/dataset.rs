//! A snapshot as the evaluator sees it.

use super::error::ReadError;
use super::index::{GraphScope, Matches};
use super::snapshot::Snapshot;
use crate::rdf::{CodedQuad, DEFAULT_GRAPH, TermId};
use oxigraph::model::Term;
use spareval::{ExpressionTerm, InternalQuad, QueryableDataset};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Instant;

/// A term during evaluation: a number of the dictionary, or beyond [`FIRST_LOCAL`] one that only
/// this evaluation knows because the query computed it.
///
/// Equal numbers are equal terms: a computed term that the dictionary has takes its number.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct EvaluationTerm(NonZeroU32);

const FIRST_LOCAL: u32 = 1 << 31;

/// How many reads pass between two looks at the clock.
const READS_PER_LOOK: u32 = 256;

/// A snapshot with a default graph chosen, for one evaluation.
pub(super) struct View<'a> {
    snapshot: &'a Snapshot,
    default_graph: GraphScope,
    deadline: Option<Instant>,
    reads: Cell<u32>,
    local: RefCell<LocalTerms>,
}

#[derive(Default)]
struct LocalTerms {
    numbers: HashMap<Term, u32, foldhash::fast::RandomState>,
    terms: Vec<Term>,
    buffer: Vec<u8>,
}

impl<'a> View<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        default_graph: GraphScope,
        deadline: Option<Instant>,
    ) -> Self {
        Self {
            snapshot,
            default_graph,
            deadline,
            reads: Cell::new(0),
            local: RefCell::default(),
        }
    }

    fn look_at_the_clock(&self) -> Result<(), ReadError> {
        let reads = self.reads.get().wrapping_add(1);
        self.reads.set(reads);
        if reads.is_multiple_of(READS_PER_LOOK) {
            check(self.deadline)?;
        }
        Ok(())
    }
}

fn check(deadline: Option<Instant>) -> Result<(), ReadError> {
    match deadline {
        Some(deadline) if Instant::now() >= deadline => Err(ReadError::TimedOut),
        _ => Ok(()),
    }
}

fn wrap(id: TermId) -> Result<EvaluationTerm, ReadError> {
    // Only damaged data could have the number of the default graph elsewhere.
    NonZeroU32::new(id)
        .map(EvaluationTerm)
        .ok_or_else(|| crate::rdf::DamagedTerm::no_such_term().into())
}

/// The quads of one lookup; looks at the clock now and then.
pub(super) struct Quads<'a> {
    /// `None` when a term of the pattern is nowhere in the store.
    matches: Option<Matches<'a>>,
    is_default_graph: bool,
    deadline: Option<Instant>,
    reads: u32,
}

impl Iterator for Quads<'_> {
    type Item = Result<InternalQuad<EvaluationTerm>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.reads += 1;
        if self.reads.is_multiple_of(READS_PER_LOOK)
            && let Err(error) = check(self.deadline)
        {
            self.matches = None;
            return Some(Err(error));
        }
        let quad = self.matches.as_mut()?.next()?;
        Some(self.quad(quad))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.matches
            .as_ref()
            .map_or((0, Some(0)), Iterator::size_hint)
    }
}

impl Quads<'_> {
    fn quad(&self, [s, p, o, g]: CodedQuad) -> Result<InternalQuad<EvaluationTerm>, ReadError> {
        Ok(InternalQuad {
            subject: wrap(s)?,
            predicate: wrap(p)?,
            object: wrap(o)?,
            graph_name: if self.is_default_graph || g == DEFAULT_GRAPH {
                None
            } else {
                Some(wrap(g)?)
            },
        })
    }
}

impl<'a> QueryableDataset<'a> for View<'a> {
    type InternalTerm = EvaluationTerm;
    type Error = ReadError;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&EvaluationTerm>,
        predicate: Option<&EvaluationTerm>,
        object: Option<&EvaluationTerm>,
        graph_name: Option<Option<&EvaluationTerm>>,
    ) -> impl Iterator<Item = Result<InternalQuad<EvaluationTerm>, ReadError>> + use<'a> {
        let parts = [subject, predicate, object];
        let graph = graph_name.flatten();
        let reads = self.reads.get().wrapping_add(1);
        self.reads.set(reads);
        let known = |term: &EvaluationTerm| term.0.get() < FIRST_LOCAL;
        let computed = parts
            .iter()
            .copied()
            .flatten()
            .chain(graph)
            .any(|term| !known(term));
        let scope = match (graph_name, graph) {
            (None, _) => GraphScope::Named,
            (Some(None), _) | (_, None) => self.default_graph.clone(),
            (_, Some(graph)) => GraphScope::One(graph.0.get()),
        };
        Quads {
            matches: (!computed).then(|| {
                self.snapshot
                    .scan(parts.map(|part| part.map(|part| part.0.get())), scope)
            }),
            is_default_graph: matches!(graph_name, Some(None)),
            deadline: self.deadline,
            // Many short lookups must see the clock as well as one long one.
            reads: reads % READS_PER_LOOK,
        }
    }

    fn internal_named_graphs(
        &self,
    ) -> impl Iterator<Item = Result<EvaluationTerm, ReadError>> + use<'a> {
        self.snapshot
            .graph_ids()
            .keys()
            .filter(|id| **id != DEFAULT_GRAPH)
            .map(|id| wrap(*id))
    }

    fn contains_internal_graph_name(&self, graph_name: &EvaluationTerm) -> Result<bool, ReadError> {
        Ok(self.snapshot.graph_ids().contains_key(&graph_name.0.get()))
    }

    fn internalize_term(&self, term: Term) -> Result<EvaluationTerm, ReadError> {
        let mut local = self.local.borrow_mut();
        let local = &mut *local;
        if let Some(id) = self
            .snapshot
            .dictionary
            .find(term.as_ref(), &mut local.buffer)
        {
            return wrap(id);
        }
        if let Some(id) = local.numbers.get(&term) {
            return wrap(*id);
        }
        let id = FIRST_LOCAL + local.terms.len() as u32;
        local.terms.push(term.clone());
        local.numbers.insert(term, id);
        wrap(id)
    }

    fn externalize_term(&self, term: EvaluationTerm) -> Result<Term, ReadError> {
        self.look_at_the_clock()?;
        match term.0.get().checked_sub(FIRST_LOCAL) {
            None => Ok(self.snapshot.term(term.0.get())?),
            Some(position) => self
                .local
                .borrow()
                .terms
                .get(position as usize)
                .cloned()
                .ok_or_else(|| crate::rdf::DamagedTerm::no_such_term().into()),
        }
    }

    fn externalize_expression_term(
        &self,
        term: EvaluationTerm,
    ) -> Result<ExpressionTerm, ReadError> {
        if term.0.get() < FIRST_LOCAL {
            self.look_at_the_clock()?;
            return Ok(self.snapshot.dictionary.expression_term(term.0.get())?);
        }
        Ok(self.externalize_term(term)?.into())
    }
}
