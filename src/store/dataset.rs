//! A snapshot as the evaluator sees it.

use super::brake;
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
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;

/// A term during evaluation: a number of the dictionary, or beyond [`FIRST_LOCAL`] one that only
/// this evaluation knows because the query computed it.
///
/// Equal numbers are equal terms: a computed term that the dictionary has takes its number.
///
/// Whatever the engine does with rows, it clones and compares their terms: each time counts as a
/// step of the evaluation, which [`brake`] bounds.
#[derive(Eq)]
pub(super) struct EvaluationTerm(NonZeroU32);

impl Clone for EvaluationTerm {
    #[inline]
    fn clone(&self) -> Self {
        brake::tick();
        Self(self.0)
    }
}

impl PartialEq for EvaluationTerm {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        brake::tick();
        self.0 == other.0
    }
}

impl Hash for EvaluationTerm {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

const FIRST_LOCAL: u32 = 1 << 31;

/// A snapshot with a default graph chosen, for one evaluation.
pub(super) struct View<'a> {
    snapshot: &'a Snapshot,
    default_graph: GraphScope,
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
    pub(super) fn new(snapshot: &'a Snapshot, default_graph: GraphScope) -> Self {
        Self {
            snapshot,
            default_graph,
            local: RefCell::default(),
        }
    }
}

fn wrap(id: TermId) -> Result<EvaluationTerm, ReadError> {
    // Only damaged data could have the number of the default graph elsewhere.
    NonZeroU32::new(id)
        .map(EvaluationTerm)
        .ok_or_else(|| crate::rdf::DamagedTerm::no_such_term().into())
}

/// The quads of one lookup.
pub(super) struct Quads<'a> {
    /// `None` when a term of the pattern is nowhere in the store.
    matches: Option<Matches<'a>>,
    is_default_graph: bool,
}

impl Iterator for Quads<'_> {
    type Item = Result<InternalQuad<EvaluationTerm>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        brake::tick();
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

/// How long a text that an expression made is.
fn text_length(term: &ExpressionTerm) -> usize {
    match term {
        ExpressionTerm::NamedNode(node) => node.as_str().len(),
        ExpressionTerm::StringLiteral(value)
        | ExpressionTerm::LangStringLiteral { value, .. }
        | ExpressionTerm::DirLangStringLiteral { value, .. }
        | ExpressionTerm::OtherTypedLiteral { value, .. } => value.len(),
        _ => 0,
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
        brake::tick();
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
        brake::ticks(brake::VALUE);
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
        brake::ticks(brake::VALUE);
        match term.0.get().checked_sub(FIRST_LOCAL) {
            None => Ok(self.snapshot.dictionary.expression_term(term.0.get())?),
            Some(position) => match self.local.borrow().terms.get(position as usize) {
                Some(LocalTerm::Number(number)) => Ok((*number).into()),
                Some(LocalTerm::Other(term)) => {
                    let term = ExpressionTerm::from(term.clone());
                    brake::text(text_length(&term));
                    Ok(term)
                }
                None => Err(crate::rdf::DamagedTerm::no_such_term().into()),
            },
        }
    }

    fn internalize_expression_term(
        &self,
        term: ExpressionTerm,
    ) -> Result<EvaluationTerm, ReadError> {
        brake::text(text_length(&term));
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
