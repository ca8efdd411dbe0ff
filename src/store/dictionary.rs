//! The dictionary: every term once, numbered, with typed values ready for the evaluator.

use crate::rdf::{
    DEFAULT_GRAPH, DamagedTerm, KeyView, TermId, TermTable, decode_term, encode_term, hash_key,
};
use oxigraph::model::{Term, TermRef};
use oxsdatatypes::{Boolean, Date, DateTime, Decimal, Double, Float, GYear, GYearMonth, Integer};
use spareval::ExpressionTerm;
use std::collections::HashSet;
use std::sync::Arc;

/// The value of a literal whose datatype the evaluator computes with, parsed once.
#[derive(Clone, Copy)]
enum Value {
    Boolean(Boolean),
    Integer(Integer),
    Decimal(Decimal),
    Float(Float),
    Double(Double),
    DateTime(DateTime),
    Date(Date),
    GYear(GYear),
    GYearMonth(GYearMonth),
}

impl Value {
    /// The value of a typed literal, or `None` where it has none of these types.
    fn parse(text: &str, datatype: &str) -> Option<Self> {
        // The evaluator's own reading decides, so that a stored literal and a computed one agree.
        let literal = oxigraph::model::Literal::new_typed_literal(
            text,
            oxigraph::model::NamedNode::new_unchecked(datatype),
        );
        Some(match ExpressionTerm::from(Term::from(literal)) {
            ExpressionTerm::BooleanLiteral(value) => Self::Boolean(value),
            ExpressionTerm::IntegerLiteral(value) => Self::Integer(value),
            ExpressionTerm::DecimalLiteral(value) => Self::Decimal(value),
            ExpressionTerm::FloatLiteral(value) => Self::Float(value),
            ExpressionTerm::DoubleLiteral(value) => Self::Double(value),
            ExpressionTerm::DateTimeLiteral(value) => Self::DateTime(value),
            ExpressionTerm::DateLiteral(value) => Self::Date(value),
            ExpressionTerm::GYearLiteral(value) => Self::GYear(value),
            ExpressionTerm::GYearMonthLiteral(value) => Self::GYearMonth(value),
            _ => return None,
        })
    }
}

impl From<Value> for ExpressionTerm {
    fn from(value: Value) -> Self {
        match value {
            Value::Boolean(value) => Self::BooleanLiteral(value),
            Value::Integer(value) => Self::IntegerLiteral(value),
            Value::Decimal(value) => Self::DecimalLiteral(value),
            Value::Float(value) => Self::FloatLiteral(value),
            Value::Double(value) => Self::DoubleLiteral(value),
            Value::DateTime(value) => Self::DateTimeLiteral(value),
            Value::Date(value) => Self::DateLiteral(value),
            Value::GYear(value) => Self::GYearLiteral(value),
            Value::GYearMonth(value) => Self::GYearMonthLiteral(value),
        }
    }
}

/// The value of a term in eight bytes: that of most numbers itself, of others its position among
/// the large ones. A sort looks at values again and again, in no order; this saves it waiting for
/// memory.
#[derive(Clone, Copy)]
struct SmallValue(u64);

impl SmallValue {
    const NONE: Self = Self(0);
    const LARGE: u64 = 1;
    const INTEGER: u64 = 2;
    const DECIMAL: u64 = 3;
    /// Six digits after the point; the evaluator's decimals have eighteen.
    const SCALE: i128 = 10_i128.pow(12);

    fn new(value: Value, large: &mut Vec<Value>) -> Self {
        let (kind, number) = match value {
            Value::Integer(value) => (Self::INTEGER, Some(i64::from(value))),
            Value::Decimal(value) => {
                let digits = i128::from_be_bytes(value.to_be_bytes());
                let exact = digits % Self::SCALE == 0;
                let number = i64::try_from(digits / Self::SCALE).ok();
                (Self::DECIMAL, number.filter(|_| exact))
            }
            _ => (Self::LARGE, None),
        };
        match number {
            Some(number) if number << 2 >> 2 == number => Self((number << 2) as u64 | kind),
            _ => {
                large.push(value);
                Self((large.len() as u64 - 1) << 2 | Self::LARGE)
            }
        }
    }

    fn value(self, large: &[Value]) -> Option<Value> {
        let number = self.0 as i64 >> 2;
        match self.0 & 3 {
            Self::INTEGER => Some(Value::Integer(number.into())),
            Self::DECIMAL => Some(Value::Decimal(Decimal::from_be_bytes(
                (i128::from(number) * Self::SCALE).to_be_bytes(),
            ))),
            Self::LARGE => large.get((self.0 >> 2) as usize).copied(),
            _ => None,
        }
    }
}

/// A run of consecutive term numbers. References inside its keys are dictionary numbers.
struct Segment {
    first: TermId,
    terms: TermTable,
    /// The value of each term, up to the last that has one.
    values: Vec<SmallValue>,
    large_values: Vec<Value>,
    /// The numbers of the triple terms, ascending: what a term is part of is not found otherwise.
    triple_terms: Vec<TermId>,
}

impl Segment {
    fn heap_bytes(&self) -> usize {
        self.terms.heap_bytes()
            + self.values.capacity() * size_of::<SmallValue>()
            + self.large_values.capacity() * size_of::<Value>()
            + self.triple_terms.capacity() * size_of::<TermId>()
    }
}

/// Terms by number and numbers by term; immutable, shared between snapshots.
///
/// Made of segments whose sizes fall at least by half from one to the next, so that a commit
/// adds a small one without copying the large ones, and a lookup visits few.
#[derive(Clone, Default)]
pub(crate) struct Dictionary {
    segments: Vec<Arc<Segment>>,
}

impl Dictionary {
    /// How many terms there are. Numbers run from 1 to this.
    pub(crate) fn len(&self) -> usize {
        self.segments
            .last()
            .map_or(0, |last| last.first as usize - 1 + last.terms.len())
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.segments
            .iter()
            .map(|segment| segment.heap_bytes())
            .sum()
    }

    /// Bytes of the segments that are not in `seen`; they are put into it.
    pub(crate) fn count_bytes(&self, seen: &mut HashSet<usize>) -> usize {
        self.segments
            .iter()
            .filter(|segment| seen.insert(Arc::as_ptr(segment) as usize))
            .map(|segment| segment.heap_bytes())
            .sum()
    }

    fn segment(&self, id: TermId) -> Option<(&Segment, u32)> {
        // Nearly every term is in the first, largest segment.
        let later = self.segments.iter().skip(1);
        let at = later.take_while(|segment| segment.first <= id).count();
        let segment = self.segments.get(at)?;
        Some((segment, id.checked_sub(segment.first)?))
    }

    /// The key of a term.
    pub(crate) fn key(&self, id: TermId) -> Result<&[u8], DamagedTerm> {
        self.segment(id)
            .and_then(|(segment, position)| segment.terms.get(position))
            .ok_or_else(DamagedTerm::no_such_term)
    }

    /// The numbers of all triple terms, ascending, so that parts come before what has them.
    pub(crate) fn triple_terms(&self) -> impl Iterator<Item = TermId> + '_ {
        let segments = self.segments.iter();
        segments.flat_map(|segment| segment.triple_terms.iter().copied())
    }

    /// The number of a key, if it is here.
    pub(crate) fn find_key(&self, key: &[u8]) -> Option<TermId> {
        let hash = hash_key(key);
        self.segments.iter().find_map(|segment| {
            segment
                .terms
                .find(key, hash)
                .map(|position| segment.first + position)
        })
    }

    /// The number of a term, if it is here; `buffer` is scratch space.
    pub(crate) fn find(&self, term: TermRef<'_>, buffer: &mut Vec<u8>) -> Option<TermId> {
        encode_term(term, buffer, &mut |key| self.find_key(key))
    }

    /// The term with this number.
    pub(crate) fn term(&self, id: TermId) -> Result<Term, DamagedTerm> {
        decode_term(self.key(id)?, &|id| self.key(id))
    }

    /// The term with this number as the evaluator computes with it.
    pub(crate) fn expression_term(&self, id: TermId) -> Result<ExpressionTerm, DamagedTerm> {
        let (segment, position) = self.segment(id).ok_or_else(DamagedTerm::no_such_term)?;
        if let Some(value) = segment
            .values
            .get(position as usize)
            .and_then(|value| value.value(&segment.large_values))
        {
            return Ok(value.into());
        }
        Ok(self.term(id)?.into())
    }

    /// The dictionary with further terms, given in the order of their numbers.
    fn with_segment(&self, terms: TermTable) -> Self {
        if terms.is_empty() {
            return self.clone();
        }
        let mut segments = self.segments.clone();
        let mut first = self.len() as TermId + 1;
        let mut terms = terms;
        while let Some(last) = segments.pop_if(|last| last.terms.len() < 2 * terms.len()) {
            let mut merged = last.terms.clone();
            for key in terms.iter() {
                merged.push_new(key, hash_key(key));
            }
            first = last.first;
            terms = merged;
        }
        terms.shrink();
        let mut dictionary = Self { segments };
        let (values, large_values) = dictionary.values_of(first, &terms);
        let triple_terms = (first..)
            .zip(terms.iter())
            .filter_map(|(id, key)| KeyView::is_triple(key).then_some(id))
            .collect();
        dictionary.segments.push(Arc::new(Segment {
            first,
            terms,
            values,
            large_values,
            triple_terms,
        }));
        dictionary
    }

    fn values_of(&self, first: TermId, terms: &TermTable) -> (Vec<SmallValue>, Vec<Value>) {
        let key_of = |id: TermId| match id.checked_sub(first) {
            Some(position) => terms.get(position),
            None => self.key(id).ok(),
        };
        let mut values = Vec::new();
        let mut large = Vec::new();
        for (position, key) in terms.iter().enumerate() {
            if let Ok(KeyView::Typed(text, datatype)) = KeyView::parse(key)
                && let Some(Ok(KeyView::Iri(datatype))) = key_of(datatype).map(KeyView::parse)
                && let Some(value) = Value::parse(text, datatype)
            {
                values.resize(position, SmallValue::NONE);
                values.push(SmallValue::new(value, &mut large));
            }
        }
        values.shrink_to_fit();
        large.shrink_to_fit();
        (values, large)
    }
}

/// A dictionary that grows: a fixed part and the terms that a transaction adds.
pub(crate) struct GrowingDictionary {
    base: Dictionary,
    first_new: TermId,
    new: TermTable,
    buffer: Vec<u8>,
}

impl GrowingDictionary {
    pub(crate) fn new(base: Dictionary) -> Self {
        let first_new = base.len() as TermId + 1;
        Self {
            base,
            first_new,
            new: TermTable::default(),
            buffer: Vec::new(),
        }
    }

    /// The number of a key, given now if it is new.
    pub(crate) fn intern_key(&mut self, key: &[u8]) -> TermId {
        intern_key(&self.base, &mut self.new, self.first_new, key)
    }

    /// The number of a term, given now if it is new.
    pub(crate) fn intern(&mut self, term: TermRef<'_>) -> TermId {
        let (base, new, first_new) = (&self.base, &mut self.new, self.first_new);
        encode_term(term, &mut self.buffer, &mut |key| {
            Some(intern_key(base, new, first_new, key))
        })
        .unwrap_or(DEFAULT_GRAPH)
    }

    /// The number of a term, if it is here.
    pub(crate) fn find(&mut self, term: TermRef<'_>) -> Option<TermId> {
        let (base, new, first_new) = (&self.base, &self.new, self.first_new);
        encode_term(term, &mut self.buffer, &mut |key| {
            base.find_key(key).or_else(|| {
                new.find(key, hash_key(key))
                    .map(|position| first_new + position)
            })
        })
    }

    /// The numbers of a sequence of keys. References inside a key are positions in the sequence,
    /// counted from 1, and stand before it; position 0 of the answer is the default graph.
    ///
    /// # Errors
    /// [`DamagedTerm`] if a key is none.
    pub(crate) fn intern_keys<'a>(
        &mut self,
        keys: impl ExactSizeIterator<Item = &'a [u8]>,
    ) -> Result<Vec<TermId>, DamagedTerm> {
        let mut numbers = Vec::with_capacity(keys.len() + 1);
        numbers.push(DEFAULT_GRAPH);
        let mut buffer = Vec::new();
        for key in keys {
            let view = KeyView::parse(key)?;
            let number = match view {
                KeyView::Typed(..) | KeyView::Triple(_) => {
                    view.renumber(|id| numbers.get(id as usize).copied())
                        .ok_or_else(DamagedTerm::no_such_term)?
                        .write(&mut buffer);
                    self.intern_key(&buffer)
                }
                _ => self.intern_key(key),
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// The dictionary with all that was added.
    pub(crate) fn finish(self) -> Dictionary {
        self.base.with_segment(self.new)
    }
}

fn intern_key(base: &Dictionary, new: &mut TermTable, first_new: TermId, key: &[u8]) -> TermId {
    match base.find_key(key) {
        Some(id) => id,
        None => first_new + new.insert(key),
    }
}

/// A dictionary of the terms in use, and the new number of each old one (0: no longer there).
///
/// `used` says which numbers quads refer to; parts of used terms are kept as well.
pub(crate) fn compacted(
    dictionary: &Dictionary,
    used: &[bool],
) -> Result<(Dictionary, Vec<TermId>), DamagedTerm> {
    fn keep(
        id: TermId,
        old: &Dictionary,
        new: &mut GrowingDictionary,
        numbers: &mut [TermId],
    ) -> Result<(), DamagedTerm> {
        if numbers.get(id as usize).is_some_and(|number| *number != 0) {
            return Ok(());
        }
        let view = KeyView::parse(old.key(id)?)?;
        for part in view.parts() {
            keep(part, old, new, numbers)?;
        }
        let mut key = Vec::new();
        view.renumber(|part| numbers.get(part as usize).copied())
            .ok_or_else(DamagedTerm::no_such_term)?
            .write(&mut key);
        numbers[id as usize] = new.intern_key(&key);
        Ok(())
    }
    let mut new = GrowingDictionary::new(Dictionary::default());
    let mut numbers = vec![0; dictionary.len() + 1];
    for (id, _) in used.iter().enumerate().filter(|(_, used)| **used) {
        keep(id as TermId, dictionary, &mut new, &mut numbers)?;
    }
    Ok((new.finish(), numbers))
}
