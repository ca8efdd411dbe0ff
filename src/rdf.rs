//! RDF terms in dictionary-coded form: what parsers fill, the log keeps and the store's
//! dictionary is made of.
//!
//! A term becomes a *key*, a tag byte and a payload; a [`TermTable`] keeps each key once and
//! gives it a number. The datatype of a literal and the parts of a triple term are keys of their
//! own, referred to by number, so `xsd:decimal` is stored once and not with each amount.
//! Lexical forms are kept as they came: `"01"^^xsd:integer` stays `01`.

pub mod version;

use hashbrown::HashTable;
use oxigraph::model::{
    BaseDirection, BlankNode, GraphName, GraphNameRef, Literal, LiteralRef, NamedNode,
    NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef, Term, TermRef, Triple,
};
use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::LazyLock;

/// The number of a term in a table or dictionary. [`DEFAULT_GRAPH`] is no term.
pub type TermId = u32;

/// The number that stands for the default graph in the graph position of a coded quad.
pub const DEFAULT_GRAPH: TermId = 0;

/// A quad of term numbers: subject, predicate, object, graph.
pub type CodedQuad = [TermId; 4];

/// One seed a process, so that a key hashes alike in every table and nobody outside can
/// prepare IRIs that collide.
static HASHER: LazyLock<foldhash::fast::RandomState> =
    LazyLock::new(foldhash::fast::RandomState::default);

/// The hash of a key, the same in every table of this process.
pub(crate) fn hash_key(key: &[u8]) -> u64 {
    HASHER.hash_one(key)
}

/// Tags of keys. They are written to disk: never renumber.
mod tag {
    pub const IRI: u8 = 1;
    pub const BLANK_NODE: u8 = 2;
    pub const STRING: u8 = 3;
    pub const LANG_STRING: u8 = 4;
    pub const DIR_LANG_STRING: u8 = 5;
    pub const TYPED: u8 = 6;
    pub const TRIPLE: u8 = 7;
}

/// A key that is not one: only damage on disk can make it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a term in the store is damaged ({0})")]
pub struct DamagedTerm(&'static str);

impl DamagedTerm {
    /// A reference leads nowhere.
    pub(crate) fn no_such_term() -> Self {
        Self("a reference to no term")
    }
}

/// A decoded view of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyView<'a> {
    /// An IRI.
    Iri(&'a str),
    /// A blank node's label.
    BlankNode(&'a str),
    /// An `xsd:string`.
    String(&'a str),
    /// A language-tagged string: value, language.
    LangString(&'a str, &'a str),
    /// A directional language-tagged string: value, language, whether right-to-left.
    DirLangString(&'a str, &'a str, bool),
    /// A typed literal: lexical form, number of the datatype.
    Typed(&'a str, TermId),
    /// A triple term: numbers of subject, predicate, object.
    Triple([TermId; 3]),
}

impl<'a> KeyView<'a> {
    /// Reads a key.
    ///
    /// # Errors
    /// [`DamagedTerm`] if the bytes are no key.
    pub fn parse(key: &'a [u8]) -> Result<Self, DamagedTerm> {
        let (&first, rest) = key.split_first().ok_or(DamagedTerm("empty"))?;
        let text = |bytes| str::from_utf8(bytes).map_err(|_| DamagedTerm("not UTF-8"));
        let id = |bytes: &[u8]| -> Result<TermId, DamagedTerm> {
            Ok(TermId::from_le_bytes(
                bytes.try_into().map_err(|_| DamagedTerm("cut reference"))?,
            ))
        };
        match first {
            tag::IRI => Ok(Self::Iri(text(rest)?)),
            tag::BLANK_NODE => Ok(Self::BlankNode(text(rest)?)),
            tag::STRING => Ok(Self::String(text(rest)?)),
            tag::LANG_STRING | tag::DIR_LANG_STRING => {
                let end = rest
                    .iter()
                    .position(|b| *b == 0)
                    .ok_or(DamagedTerm("no language"))?;
                let language = text(&rest[..end])?;
                if first == tag::LANG_STRING {
                    return Ok(Self::LangString(text(&rest[end + 1..])?, language));
                }
                let (&direction, value) = rest[end + 1..]
                    .split_first()
                    .ok_or(DamagedTerm("no direction"))?;
                Ok(Self::DirLangString(text(value)?, language, direction == 1))
            }
            tag::TYPED => {
                let (datatype, value) = rest.split_at_checked(4).ok_or(DamagedTerm("cut"))?;
                Ok(Self::Typed(text(value)?, id(datatype)?))
            }
            tag::TRIPLE => {
                if rest.len() != 12 {
                    return Err(DamagedTerm("cut triple"));
                }
                Ok(Self::Triple([
                    id(&rest[..4])?,
                    id(&rest[4..8])?,
                    id(&rest[8..])?,
                ]))
            }
            _ => Err(DamagedTerm("unknown kind")),
        }
    }

    /// Whether a key is that of a triple term, by its first byte.
    pub(crate) fn is_triple(key: &[u8]) -> bool {
        key.first() == Some(&tag::TRIPLE)
    }

    /// Writes the key.
    pub fn write(self, out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Iri(iri) => {
                out.push(tag::IRI);
                out.extend_from_slice(iri.as_bytes());
            }
            Self::BlankNode(label) => {
                out.push(tag::BLANK_NODE);
                out.extend_from_slice(label.as_bytes());
            }
            Self::String(value) => {
                out.push(tag::STRING);
                out.extend_from_slice(value.as_bytes());
            }
            Self::LangString(value, language) => {
                out.push(tag::LANG_STRING);
                out.extend_from_slice(language.as_bytes());
                out.push(0);
                out.extend_from_slice(value.as_bytes());
            }
            Self::DirLangString(value, language, right_to_left) => {
                out.push(tag::DIR_LANG_STRING);
                out.extend_from_slice(language.as_bytes());
                out.push(0);
                out.push(u8::from(right_to_left));
                out.extend_from_slice(value.as_bytes());
            }
            Self::Typed(value, datatype) => {
                out.push(tag::TYPED);
                out.extend_from_slice(&datatype.to_le_bytes());
                out.extend_from_slice(value.as_bytes());
            }
            Self::Triple(parts) => {
                out.push(tag::TRIPLE);
                for part in parts {
                    out.extend_from_slice(&part.to_le_bytes());
                }
            }
        }
    }

    /// The terms this key refers to by number.
    pub fn parts(self) -> impl Iterator<Item = TermId> {
        let parts = match self {
            Self::Typed(_, datatype) => [Some(datatype), None, None],
            Self::Triple([s, p, o]) => [Some(s), Some(p), Some(o)],
            _ => [None; 3],
        };
        parts.into_iter().flatten()
    }

    /// The same key with its references renumbered, or `None` if one has no number there.
    pub fn renumber(self, mut number: impl FnMut(TermId) -> Option<TermId>) -> Option<Self> {
        Some(match self {
            Self::Typed(value, datatype) => Self::Typed(value, number(datatype)?),
            Self::Triple([s, p, o]) => Self::Triple([number(s)?, number(p)?, number(o)?]),
            other => other,
        })
    }
}

/// Finds or gives the number of a term, going through `number` for each key that it needs: the
/// parts first, the term last. `None` as soon as `number` answers `None`.
pub(crate) fn encode_term(
    term: TermRef<'_>,
    buffer: &mut Vec<u8>,
    number: &mut impl FnMut(&[u8]) -> Option<TermId>,
) -> Option<TermId> {
    match term {
        TermRef::NamedNode(node) => KeyView::Iri(node.as_str()).write(buffer),
        TermRef::BlankNode(node) => KeyView::BlankNode(node.as_str()).write(buffer),
        TermRef::Literal(literal) => encode_literal(literal, buffer, number)?,
        TermRef::Triple(triple) => {
            let subject = encode_term(triple.subject.as_ref().into(), buffer, number)?;
            let predicate = encode_term(triple.predicate.as_ref().into(), buffer, number)?;
            let object = encode_term(triple.object.as_ref(), buffer, number)?;
            KeyView::Triple([subject, predicate, object]).write(buffer);
        }
    }
    number(buffer)
}

fn encode_literal(
    literal: LiteralRef<'_>,
    buffer: &mut Vec<u8>,
    number: &mut impl FnMut(&[u8]) -> Option<TermId>,
) -> Option<()> {
    let value = literal.value();
    if let Some(language) = literal.language() {
        match literal.direction() {
            Some(direction) => {
                KeyView::DirLangString(value, language, direction == BaseDirection::Rtl)
            }
            None => KeyView::LangString(value, language),
        }
        .write(buffer);
    } else if literal.datatype() == oxigraph::model::vocab::xsd::STRING {
        KeyView::String(value).write(buffer);
    } else {
        KeyView::Iri(literal.datatype().as_str()).write(buffer);
        let datatype = number(buffer)?;
        KeyView::Typed(value, datatype).write(buffer);
    }
    Some(())
}

/// Builds the term that a key stands for; `key_of` finds the keys of its parts.
pub(crate) fn decode_term<'a>(
    key: &'a [u8],
    key_of: &impl Fn(TermId) -> Result<&'a [u8], DamagedTerm>,
) -> Result<Term, DamagedTerm> {
    let iri = |id| match KeyView::parse(key_of(id)?)? {
        KeyView::Iri(iri) => Ok(NamedNode::new_unchecked(iri)),
        _ => Err(DamagedTerm("an IRI was expected")),
    };
    Ok(match KeyView::parse(key)? {
        KeyView::Iri(iri) => NamedNode::new_unchecked(iri).into(),
        KeyView::BlankNode(label) => BlankNode::new_unchecked(label).into(),
        KeyView::String(value) => Literal::new_simple_literal(value).into(),
        KeyView::LangString(value, language) => {
            Literal::new_language_tagged_literal_unchecked(value, language).into()
        }
        KeyView::DirLangString(value, language, right_to_left) => {
            let direction = if right_to_left {
                BaseDirection::Rtl
            } else {
                BaseDirection::Ltr
            };
            Literal::new_directional_language_tagged_literal_unchecked(value, language, direction)
                .into()
        }
        KeyView::Typed(value, datatype) => Literal::new_typed_literal(value, iri(datatype)?).into(),
        KeyView::Triple([s, p, o]) => {
            let subject: NamedOrBlankNode = match decode_term(key_of(s)?, key_of)? {
                Term::NamedNode(node) => node.into(),
                Term::BlankNode(node) => node.into(),
                _ => return Err(DamagedTerm("a subject was expected")),
            };
            Triple::new(subject, iri(p)?, decode_term(key_of(o)?, key_of)?).into()
        }
    })
}

/// Distinct keys, numbered from 0 in the order of arrival.
#[derive(Clone, Default)]
pub struct TermTable {
    bytes: Vec<u8>,
    ends: Vec<u64>,
    index: HashTable<u32>,
}

impl TermTable {
    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes held in memory.
    pub fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * 8 + self.index.allocation_size()
    }

    /// The key at a position, if there is one.
    pub fn get(&self, position: u32) -> Option<&[u8]> {
        let position = position as usize;
        let end = *self.ends.get(position)? as usize;
        let start = match position.checked_sub(1) {
            Some(before) => self.ends[before] as usize,
            None => 0,
        };
        self.bytes.get(start..end)
    }

    /// The position of a key, if it is here; `hash` is its [`hash_key`].
    pub(crate) fn find(&self, key: &[u8], hash: u64) -> Option<u32> {
        self.index
            .find(hash, |position| self.get(*position) == Some(key))
            .copied()
    }

    /// The position of a key, added if it is new.
    pub fn insert(&mut self, key: &[u8]) -> u32 {
        self.insert_hashed(key, hash_key(key))
    }

    pub(crate) fn insert_hashed(&mut self, key: &[u8], hash: u64) -> u32 {
        match self.find(key, hash) {
            Some(position) => position,
            None => self.push_new(key, hash),
        }
    }

    /// Adds a key that is known to be new.
    pub(crate) fn push_new(&mut self, key: &[u8], hash: u64) -> u32 {
        let position = self.ends.len() as u32;
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len() as u64);
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.index.insert_unique(hash, position, |position| {
            let position = *position as usize;
            let start = if position == 0 {
                0
            } else {
                ends[position - 1] as usize
            };
            hash_key(&bytes[start..ends[position] as usize])
        });
        position
    }

    /// All keys in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        (0..self.len()).map(|position| self.get(position as u32).unwrap_or_default())
    }

    /// Gives unused memory back.
    pub fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.ends.shrink_to_fit();
        let (bytes, ends) = (&self.bytes, &self.ends);
        self.index.shrink_to_fit(|position| {
            let position = *position as usize;
            let start = if position == 0 {
                0
            } else {
                ends[position - 1] as usize
            };
            hash_key(&bytes[start..ends[position] as usize])
        });
    }
}

/// Quads in dictionary-coded form, with the prefixes that came with them: what a parser or a
/// mapping hands to the store.
///
/// In a batch, number `n` is the key at position `n - 1` of [`Batch::terms`];
/// [`DEFAULT_GRAPH`] in the graph position is the default graph. Quads may repeat.
#[derive(Clone, Default)]
pub struct Batch {
    terms: TermTable,
    quads: Vec<CodedQuad>,
    prefixes: BTreeMap<String, String>,
    buffer: Vec<u8>,
}

impl Batch {
    /// An empty batch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a quad.
    pub fn push<'a>(&mut self, quad: impl Into<QuadRef<'a>>) {
        let quad = quad.into();
        let subject = self.intern(quad.subject.into());
        let predicate = self.intern(quad.predicate.into());
        let object = self.intern(quad.object);
        let graph = match quad.graph_name {
            GraphNameRef::NamedNode(node) => self.intern(node.into()),
            GraphNameRef::BlankNode(node) => self.intern(node.into()),
            GraphNameRef::DefaultGraph => DEFAULT_GRAPH,
        };
        self.quads.push([subject, predicate, object, graph]);
    }

    fn intern(&mut self, term: TermRef<'_>) -> TermId {
        let terms = &mut self.terms;
        encode_term(term, &mut self.buffer, &mut |key| {
            Some(terms.insert(key) + 1)
        })
        .unwrap_or_default()
    }

    /// Remembers a prefix; the first IRI given for a name stays.
    pub fn add_prefix(&mut self, name: &str, iri: &str) {
        self.prefixes
            .entry(name.to_owned())
            .or_insert_with(|| iri.to_owned());
    }

    /// Prefixes by name.
    pub fn prefixes(&self) -> &BTreeMap<String, String> {
        &self.prefixes
    }

    /// The keys that the quads refer to.
    pub fn terms(&self) -> &TermTable {
        &self.terms
    }

    /// The quads, as pushed.
    pub fn quads(&self) -> &[CodedQuad] {
        &self.quads
    }

    /// How many quads were pushed, repeated ones counted each time.
    pub fn len(&self) -> usize {
        self.quads.len()
    }

    /// Whether no quad was pushed.
    pub fn is_empty(&self) -> bool {
        self.quads.is_empty()
    }

    /// Appends another batch.
    pub fn append(&mut self, other: &Batch) {
        let mut numbers = Vec::with_capacity(other.terms.len() + 1);
        numbers.push(DEFAULT_GRAPH);
        let mut buffer = Vec::new();
        for key in other.terms.iter() {
            // Parts stand before the term that refers to them, so their numbers are known.
            let renumbered = KeyView::parse(key)
                .ok()
                .and_then(|view| view.renumber(|id| numbers.get(id as usize).copied()));
            match renumbered {
                Some(view) => view.write(&mut buffer),
                None => continue,
            }
            numbers.push(self.terms.insert(&buffer) + 1);
        }
        self.quads.extend(
            other
                .quads
                .iter()
                .map(|quad| quad.map(|id| numbers[id as usize])),
        );
        for (name, iri) in &other.prefixes {
            self.add_prefix(name, iri);
        }
    }

    /// The quads, decoded.
    pub fn iter(&self) -> impl Iterator<Item = Quad> {
        self.quads.iter().filter_map(|quad| self.decode(quad))
    }

    /// The term of a number in this batch; none for the default graph.
    pub fn term(&self, id: TermId) -> Option<Term> {
        let key_of = |id: TermId| {
            id.checked_sub(1)
                .and_then(|position| self.terms.get(position))
                .ok_or_else(DamagedTerm::no_such_term)
        };
        decode_term(key_of(id).ok()?, &key_of).ok()
    }

    fn decode(&self, quad: &CodedQuad) -> Option<Quad> {
        let key_of = |id: TermId| {
            id.checked_sub(1)
                .and_then(|position| self.terms.get(position))
                .ok_or_else(DamagedTerm::no_such_term)
        };
        let term = |id| decode_term(key_of(id).ok()?, &key_of).ok();
        let [s, p, o, g] = *quad;
        quad_of_terms(
            term(s)?,
            term(p)?,
            term(o)?,
            if g == DEFAULT_GRAPH {
                None
            } else {
                Some(term(g)?)
            },
        )
    }
}

impl<'a> FromIterator<QuadRef<'a>> for Batch {
    fn from_iter<I: IntoIterator<Item = QuadRef<'a>>>(quads: I) -> Self {
        let mut batch = Self::new();
        for quad in quads {
            batch.push(quad);
        }
        batch
    }
}

impl FromIterator<Quad> for Batch {
    fn from_iter<I: IntoIterator<Item = Quad>>(quads: I) -> Self {
        let mut batch = Self::new();
        for quad in quads {
            batch.push(&quad);
        }
        batch
    }
}

/// Puts four terms together, or `None` where RDF does not allow one in its position.
pub(crate) fn quad_of_terms(
    subject: Term,
    predicate: Term,
    object: Term,
    graph: Option<Term>,
) -> Option<Quad> {
    let subject = node_of_term(subject)?;
    let Term::NamedNode(predicate) = predicate else {
        return None;
    };
    let graph = match graph {
        None => GraphName::DefaultGraph,
        Some(graph) => node_of_term(graph)?.into(),
    };
    Some(Quad::new(subject, predicate, object, graph))
}

/// The IRI or blank node of a term, or `None` for any other.
pub(crate) fn node_of_term(term: Term) -> Option<NamedOrBlankNode> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::BlankNode(node) => Some(node.into()),
        _ => None,
    }
}

/// The graph name of a node.
pub(crate) fn graph_name_ref(node: NamedOrBlankNodeRef<'_>) -> GraphNameRef<'_> {
    match node {
        NamedOrBlankNodeRef::NamedNode(node) => node.into(),
        NamedOrBlankNodeRef::BlankNode(node) => node.into(),
    }
}

/// Where a string of Turtle or SPARQL ends that begins with a quote at `start`; a short one ends
/// with its line.
pub(crate) fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let long = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if long { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' | b'\r' if !long => return at,
            byte if byte == quote => {
                if !long {
                    return at + 1;
                }
                if bytes[at..].starts_with(&[quote; 3]) {
                    return at + 3;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::io::{RdfFormat, RdfParser};

    const SAMPLE: &str = r#"
        <http://a> <http://p> <<( <http://a> <http://q> "1"^^<http://www.w3.org/2001/XMLSchema#integer> )>> <http://g> .
        <http://a> <http://p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .
        _:b <http://p> "hola"@es <http://g> .
        _:b <http://p> "x"@he--rtl .
        _:b <http://p> "" .
    "#;

    fn sample() -> Vec<Quad> {
        RdfParser::from_format(RdfFormat::NQuads)
            .for_slice(SAMPLE)
            .collect::<Result<_, _>>()
            .unwrap()
    }

    #[test]
    fn a_batch_gives_back_what_was_pushed() {
        let batch: Batch = sample().into_iter().collect();
        assert_eq!(batch.iter().collect::<Vec<_>>(), sample());
    }

    #[test]
    fn appended_batches_share_their_terms() {
        let mut batch: Batch = sample().into_iter().collect();
        let terms = batch.terms().len();
        batch.append(&sample().into_iter().rev().collect());
        assert_eq!(batch.terms().len(), terms);
        let twice = sample().into_iter().chain(sample().into_iter().rev());
        assert_eq!(batch.iter().collect::<Vec<_>>(), twice.collect::<Vec<_>>());
    }
}
