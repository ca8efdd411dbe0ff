//! A batch as something SPARQL can be evaluated on.

use crate::rdf::{Batch, CodedQuad, DEFAULT_GRAPH, TermId, decode_term, encode_term, hash_key};
use foldhash::fast::RandomState;
use oxigraph::model::Term;
use spareval::{InternalQuad, QueryableDataset};
use std::cell::RefCell;
use std::collections::HashMap;
use std::convert::Infallible;

/// A [`Batch`] as a dataset: sorted lists of term numbers.
pub(super) struct BatchDataset<'a> {
    batch: &'a Batch,
    spo: Vec<CodedQuad>,
    pos: Vec<CodedQuad>,
    osp: Vec<CodedQuad>,
    graphs: Vec<CodedQuad>,
    /// Terms that the evaluation makes: numbered behind those of the batch.
    made: RefCell<Made>,
}

#[derive(Default)]
struct Made {
    terms: Vec<Term>,
    numbers: HashMap<Term, TermId, RandomState>,
    buffer: Vec<u8>,
}

impl<'a> BatchDataset<'a> {
    /// The quads as they are, or all triples in the default graph.
    pub(super) fn new(batch: &'a Batch, with_graphs: bool) -> Self {
        let sorted = |order: [usize; 4]| {
            let mut list: Vec<CodedQuad> = batch
                .quads()
                .iter()
                .map(|[s, p, o, g]| {
                    let quad = [*s, *p, *o, if with_graphs { *g } else { DEFAULT_GRAPH }];
                    order.map(|place| quad[place])
                })
                .collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        Self {
            batch,
            spo: sorted([0, 1, 2, 3]),
            pos: sorted([1, 2, 0, 3]),
            osp: sorted([2, 0, 1, 3]),
            graphs: if with_graphs {
                sorted([3, 0, 1, 2])
            } else {
                Vec::new()
            },
            made: RefCell::default(),
        }
    }

    /// How many numbers stand for terms of the batch; 0 stands for none.
    fn own(&self) -> usize {
        self.batch.terms().len()
    }

    fn number(&self, term: Term) -> TermId {
        let made = &mut *self.made.borrow_mut();
        let table = self.batch.terms();
        let known = encode_term(term.as_ref(), &mut made.buffer, &mut |key| {
            table.find(key, hash_key(key)).map(|position| position + 1)
        });
        known.unwrap_or_else(|| {
            let next = (self.own() + made.terms.len() + 1) as TermId;
            *made.numbers.entry(term).or_insert_with_key(|term| {
                made.terms.push(term.clone());
                next
            })
        })
    }

    fn term(&self, id: TermId) -> Option<Term> {
        let position = (id as usize).checked_sub(1)?;
        if let Some(position) = position.checked_sub(self.own()) {
            return self.made.borrow().terms.get(position).cloned();
        }
        let table = self.batch.terms();
        let key_of = |id: TermId| Ok(table.get(id.wrapping_sub(1)).unwrap_or_default());
        decode_term(table.get(position as u32)?, &key_of).ok()
    }
}

/// The part of a sorted list that begins with the given numbers.
fn prefix<'l>(list: &'l [CodedQuad], start: &[TermId]) -> &'l [CodedQuad] {
    let length = start.len();
    let from = list.partition_point(|entry| entry[..length] < *start);
    let rest = &list[from..];
    &rest[..rest.partition_point(|entry| entry[..length] == *start)]
}

impl<'a> QueryableDataset<'a> for &'a BatchDataset<'a> {
    type InternalTerm = TermId;
    type Error = Infallible;

    fn internal_quads_for_pattern(
        &self,
        subject: Option<&TermId>,
        predicate: Option<&TermId>,
        object: Option<&TermId>,
        graph_name: Option<Option<&TermId>>,
    ) -> impl Iterator<Item = Result<InternalQuad<TermId>, Infallible>> + use<'a> {
        let (s, p, o) = (subject.copied(), predicate.copied(), object.copied());
        // Where subject, predicate, object and graph stand in the entries of each list.
        const SPO: [usize; 4] = [0, 1, 2, 3];
        const POS: [usize; 4] = [2, 0, 1, 3];
        const OSP: [usize; 4] = [1, 2, 0, 3];
        const GRAPHS: [usize; 4] = [1, 2, 3, 0];
        let (list, order): (&'a [CodedQuad], _) = match (s, p, o, graph_name) {
            (Some(s), Some(p), Some(o), _) => (prefix(&self.spo, &[s, p, o]), SPO),
            (Some(s), Some(p), None, _) => (prefix(&self.spo, &[s, p]), SPO),
            (Some(s), None, None, _) => (prefix(&self.spo, &[s]), SPO),
            (Some(s), None, Some(o), _) => (prefix(&self.osp, &[o, s]), OSP),
            (None, _, _, Some(Some(g))) => (prefix(&self.graphs, &[*g]), GRAPHS),
            (None, Some(p), Some(o), _) => (prefix(&self.pos, &[p, o]), POS),
            (None, Some(p), None, _) => (prefix(&self.pos, &[p]), POS),
            (None, None, Some(o), _) => (prefix(&self.osp, &[o]), OSP),
            (None, None, None, _) => (&self.spo, SPO),
        };
        let graph = graph_name.map(|graph| graph.copied().unwrap_or(DEFAULT_GRAPH));
        list.iter().filter_map(move |entry| {
            let quad = order.map(|place| entry[place]);
            let fits =
                |wanted: Option<TermId>, place: usize| wanted.is_none_or(|w| w == quad[place]);
            let in_graph = graph.map_or(quad[3] != DEFAULT_GRAPH, |graph| graph == quad[3]);
            (in_graph && fits(p, 1) && fits(o, 2)).then(|| {
                Ok(InternalQuad {
                    subject: quad[0],
                    predicate: quad[1],
                    object: quad[2],
                    graph_name: (quad[3] != DEFAULT_GRAPH).then_some(quad[3]),
                })
            })
        })
    }

    fn internalize_term(&self, term: Term) -> Result<TermId, Infallible> {
        Ok(self.number(term))
    }

    fn externalize_term(&self, term: TermId) -> Result<Term, Infallible> {
        // Numbers come from `number` or the batch, so there always is a term.
        Ok(self
            .term(term)
            .unwrap_or_else(|| oxigraph::model::Literal::new_simple_literal("").into()))
    }
}
