//! A snapshot as the evaluator sees it.

use super::dictionary::Dictionary;
use super::error::ReadError;
use super::index::{GraphScope, Matches};
use super::skolem;
use super::snapshot::Snapshot;
use crate::rdf::{CodedQuad, DEFAULT_GRAPH, TermId};
use oxigraph::model::vocab::xsd;
use oxigraph::model::{LiteralRef, Term};
use oxsdatatypes::{Decimal, Integer};
use spareval::{ExpressionTerm, InternalQuad, QueryableDataset};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write;
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

/// Terms that the query computed or wrote, and that the dictionary does not have.
#[derive(Default)]
struct LocalTerms {
    terms: Vec<LocalTerm>,
    by_term: HashMap<Term, u32, foldhash::fast::RandomState>,
    by_number: HashMap<Number, u32, foldhash::fast::RandomState>,
    buffer: Vec<u8>,
    text: String,
}

enum LocalTerm {
    Number(Number),
    Other(Term),
}

/// A number in its canonical form. Most of what queries compute is such, so it goes from step to
/// step without being written out as a term.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Number {
    Integer(Integer),
    Decimal(Decimal),
}

impl Number {
    fn of(term: &ExpressionTerm) -> Option<Self> {
        match term {
            ExpressionTerm::IntegerLiteral(value) => Some(Self::Integer(*value)),
            ExpressionTerm::DecimalLiteral(value) => Some(Self::Decimal(*value)),
            _ => None,
        }
    }
}

impl From<Number> for ExpressionTerm {
    fn from(number: Number) -> Self {
        match number {
            Number::Integer(value) => Self::IntegerLiteral(value),
            Number::Decimal(value) => Self::DecimalLiteral(value),
        }
    }
}

impl LocalTerms {
    fn id_of_number(&mut self, number: Number, dictionary: &Dictionary) -> TermId {
        if let Some(id) = self.by_number.get(&number) {
            return *id;
        }
        self.text.clear();
        // Writing to a string does not fail.
        let (_, datatype) = match number {
            Number::Integer(value) => (write!(self.text, "{value}"), xsd::INTEGER),
            Number::Decimal(value) => (write!(self.text, "{value}"), xsd::DECIMAL),
        };
        let literal = LiteralRef::new_typed_literal(&self.text, datatype);
        let id = match dictionary.find(literal.into(), &mut self.buffer) {
            Some(id) => id,
            None => self.push(LocalTerm::Number(number)),
        };
        self.by_number.insert(number, id);
        id
    }

    /// The number of the blank node that an IRI stands for, if the store has it.
    fn id_of_node_written_as_iri(
        &mut self,
        term: &Term,
        dictionary: &Dictionary,
    ) -> Option<TermId> {
        let meant = skolem::resolved(term.as_ref())?;
        dictionary.find(meant.as_ref(), &mut self.buffer)
    }

    fn id_of_other(&mut self, term: Term, dictionary: &Dictionary) -> TermId {
        if let Some(id) = dictionary.find(term.as_ref(), &mut self.buffer) {
            return id;
        }
        if let Some(id) = self.by_term.get(&term) {
            return *id;
        }
        let id = self.push(LocalTerm::Other(term.clone()));
        self.by_term.insert(term, id);
        id
    }

    fn push(&mut self, term: LocalTerm) -> TermId {
        self.terms.push(term);
        FIRST_LOCAL + self.terms.len() as TermId - 1
    }
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
        let dictionary = &self.snapshot.dictionary;
        if let Some(id) = local.id_of_node_written_as_iri(&term, dictionary) {
            return wrap(id);
        }
        if let Term::Literal(_) = &term {
            let expression = ExpressionTerm::from(term.clone());
            if let Some(number) = Number::of(&expression)
                && Term::from(expression) == term
            {
                return wrap(local.id_of_number(number, dictionary));
            }
        }
        wrap(local.id_of_other(term, dictionary))
    }

    fn externalize_term(&self, term: EvaluationTerm) -> Result<Term, ReadError> {
        self.look_at_the_clock()?;
        match term.0.get().checked_sub(FIRST_LOCAL) {
            None => Ok(self.snapshot.term(term.0.get())?),
            Some(position) => match self.local.borrow().terms.get(position as usize) {
                Some(LocalTerm::Number(number)) => Ok(ExpressionTerm::from(*number).into()),
                Some(LocalTerm::Other(term)) => Ok(term.clone()),
                None => Err(crate::rdf::DamagedTerm::no_such_term().into()),
            },
        }
    }

    fn externalize_expression_term(
        &self,
        term: EvaluationTerm,
    ) -> Result<ExpressionTerm, ReadError> {
        self.look_at_the_clock()?;
        match term.0.get().checked_sub(FIRST_LOCAL) {
            None => Ok(self.snapshot.dictionary.expression_term(term.0.get())?),
            Some(position) => match self.local.borrow().terms.get(position as usize) {
                Some(LocalTerm::Number(number)) => Ok((*number).into()),
                Some(LocalTerm::Other(term)) => Ok(term.clone().into()),
                None => Err(crate::rdf::DamagedTerm::no_such_term().into()),
            },
        }
    }

    fn internalize_expression_term(
        &self,
        term: ExpressionTerm,
    ) -> Result<EvaluationTerm, ReadError> {
        let mut local = self.local.borrow_mut();
        let dictionary = &self.snapshot.dictionary;
        match Number::of(&term) {
            Some(number) => wrap(local.id_of_number(number, dictionary)),
            None => {
                let term = term.into();
                wrap(
                    local
                        .id_of_node_written_as_iri(&term, dictionary)
                        .unwrap_or_else(|| local.id_of_other(term, dictionary)),
                )
            }
        }
    }
}
