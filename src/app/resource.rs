//! What the data says about one thing.

use super::iri;
use crate::store::Snapshot;
use crate::store::skolem::{self, skolemized_quad};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad,
    Term, TermRef,
};
use std::collections::{HashSet, VecDeque};

/// The statements about a resource.
#[derive(Clone, Debug)]
pub struct Description {
    /// The resource.
    pub iri: NamedNode,
    /// Statements that begin with it, and with the blank nodes they lead to.
    pub outgoing: Vec<Quad>,
    /// Statements that end at it.
    pub incoming: Vec<Quad>,
    /// For a concept scheme: its concepts, ordered by notation.
    pub concepts: Vec<Concept>,
}

/// One concept of a scheme.
#[derive(Clone, Debug)]
pub struct Concept {
    /// Its IRI.
    pub iri: NamedNode,
    /// Its short code.
    pub notation: Option<String>,
    /// Its name.
    pub label: String,
    /// What it means.
    pub definition: Option<String>,
}

impl Description {
    /// All statements, for a machine: those about the resource and those that lead to it; for a
    /// scheme those about its concepts too.
    pub fn quads(&self, snapshot: &Snapshot) -> Vec<Quad> {
        let mut quads = self.outgoing.clone();
        quads.extend(self.incoming.iter().cloned());
        for concept in &self.concepts {
            quads.extend(closure(snapshot, concept.iri.as_ref().into(), None));
        }
        unique(quads)
    }
}

/// Describes a resource, or `None` if the data does not have it.
pub fn describe(snapshot: &Snapshot, iri: &NamedNode) -> Option<Description> {
    let mut outgoing = closure(snapshot, iri.as_ref().into(), None);
    let mut incoming: Vec<_> = snapshot
        .quads_for_pattern(None, None, Some(iri.as_ref().into()), None)
        .collect();
    if skolem::node_of_iri(iri.as_str()).is_some() {
        // A blank node that was asked for by its IRI: the answer speaks of it by that.
        for quads in [&mut outgoing, &mut incoming] {
            *quads = std::mem::take(quads)
                .into_iter()
                .map(skolemized_quad)
                .collect();
        }
    }
    if outgoing.is_empty() && incoming.is_empty() {
        return None;
    }
    let is_scheme = outgoing
        .iter()
        .any(|quad| quad.predicate == rdf::TYPE && quad.object == iri::CONCEPT_SCHEME.into());
    Some(Description {
        iri: iri.clone(),
        outgoing,
        incoming,
        concepts: if is_scheme {
            concepts(snapshot, iri)
        } else {
            Vec::new()
        },
    })
}

fn concepts(snapshot: &Snapshot, scheme: &NamedNode) -> Vec<Concept> {
    let mut concepts: Vec<_> = named_subjects(snapshot, iri::IN_SCHEME, scheme.as_ref().into())
        .map(|iri| Concept {
            notation: text(snapshot, iri.as_ref(), iri::NOTATION),
            label: label(snapshot, iri.as_ref().into()),
            definition: definition(snapshot, iri.as_ref()),
            iri,
        })
        .collect();
    concepts.sort_by(|a, b| (&a.notation, &a.label).cmp(&(&b.notation, &b.label)));
    concepts
}

/// Every code list that the data has, ordered by name.
pub fn schemes(snapshot: &Snapshot) -> Vec<Concept> {
    let mut schemes: Vec<_> = named_subjects(snapshot, rdf::TYPE, iri::CONCEPT_SCHEME.into())
        .map(|iri| Concept {
            notation: iri.as_str().strip_prefix(iri::CODE).map(str::to_owned),
            label: label(snapshot, iri.as_ref().into()),
            definition: definition(snapshot, iri.as_ref()),
            iri,
        })
        .collect();
    schemes.sort_by(|a, b| (&a.notation, &a.iri).cmp(&(&b.notation, &b.iri)));
    schemes
}

/// The statements that make up the vocabulary: those about terms of `weft:` and the ontology
/// itself.
pub fn vocabulary(snapshot: &Snapshot) -> Vec<Quad> {
    let graph = GraphNameRef::NamedNode(iri::ONTOLOGY_GRAPH);
    let mut subjects: Vec<NamedNode> = snapshot
        .quads_for_pattern(None, None, None, Some(graph))
        .filter_map(|quad| match quad.subject {
            NamedOrBlankNode::NamedNode(node) if is_vocabulary(node.as_str()) => Some(node),
            _ => None,
        })
        .collect();
    subjects.sort();
    subjects.dedup();
    unique(
        subjects
            .iter()
            .flat_map(|subject| closure(snapshot, subject.as_ref().into(), Some(graph)))
            .collect(),
    )
}

fn is_vocabulary(iri: &str) -> bool {
    iri.starts_with(iri::NS) || iri == iri::NS.trim_end_matches('#')
}

/// The concise bounded description: the statements of a node and of the blank nodes that these
/// lead to.
fn closure(
    snapshot: &Snapshot,
    start: NamedOrBlankNodeRef<'_>,
    graph: Option<GraphNameRef<'_>>,
) -> Vec<Quad> {
    let mut quads = Vec::new();
    let mut seen = HashSet::new();
    let mut waiting = VecDeque::from([start.into_owned()]);
    while let Some(node) = waiting.pop_front() {
        for quad in snapshot.quads_for_pattern(Some(node.as_ref().into()), None, None, graph) {
            if let Term::BlankNode(next) = &quad.object
                && seen.insert(next.clone())
            {
                waiting.push_back(next.clone().into());
            }
            quads.push(quad);
        }
    }
    quads
}

fn unique(quads: Vec<Quad>) -> Vec<Quad> {
    let mut seen = HashSet::with_capacity(quads.len());
    quads
        .into_iter()
        .filter(|quad| seen.insert(quad.clone()))
        .collect()
}

fn named_subjects<'a>(
    snapshot: &'a Snapshot,
    predicate: NamedNodeRef<'_>,
    object: TermRef<'_>,
) -> impl Iterator<Item = NamedNode> + use<'a> {
    let mut seen = HashSet::new();
    let subjects: Vec<_> = snapshot
        .quads_for_pattern(None, Some(predicate), Some(object), None)
        .filter_map(|quad| match quad.subject {
            NamedOrBlankNode::NamedNode(node) => Some(node),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .filter(|node| seen.insert(node.clone()))
        .collect();
    subjects.into_iter()
}

/// The name of a thing: its label, English first, else the end of its IRI.
pub fn label(snapshot: &Snapshot, node: NamedOrBlankNodeRef<'_>) -> String {
    label_in(snapshot, node, ENGLISH)
}

/// The name of a thing in a language (a tag such as `es`), else as [`label`] has it.
pub fn label_in(snapshot: &Snapshot, node: NamedOrBlankNodeRef<'_>, language: &str) -> String {
    name_in(snapshot, node, language).unwrap_or_else(|| match node {
        NamedOrBlankNodeRef::NamedNode(node) => {
            iri::shortened(node.as_str()).unwrap_or_else(|| local_name(node.as_str()))
        }
        NamedOrBlankNodeRef::BlankNode(node) => node.to_string(),
    })
}

/// Properties that name a thing, the first of them that it has.
pub(super) const NAMES: [NamedNodeRef<'static>; 5] = [
    iri::PREF_LABEL,
    rdfs::LABEL,
    iri::TITLE,
    iri::SCHEMA_NAME,
    iri::FOAF_NAME,
];

/// The name that the data gives a thing, in a language as [`label_in`] chooses; `None` if it gives
/// none.
pub(super) fn name_in(
    snapshot: &Snapshot,
    node: NamedOrBlankNodeRef<'_>,
    language: &str,
) -> Option<String> {
    NAMES
        .iter()
        .find_map(|property| best_text(snapshot, node, *property, language))
}

/// The last part of an IRI.
pub fn local_name(iri: &str) -> String {
    iri.trim_end_matches(['/', '#'])
        .rsplit(['/', '#'])
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(iri)
        .to_owned()
}

/// What a thing means, in a sentence or more.
pub fn definition(snapshot: &Snapshot, node: NamedNodeRef<'_>) -> Option<String> {
    definition_in(snapshot, node, ENGLISH)
}

/// The same in a language (a tag such as `es`), else in English, else in whatever there is.
pub fn definition_in(
    snapshot: &Snapshot,
    node: NamedNodeRef<'_>,
    language: &str,
) -> Option<String> {
    [iri::DEFINITION, iri::DESCRIPTION, rdfs::COMMENT]
        .iter()
        .find_map(|property| best_text(snapshot, node.into(), *property, language))
}

fn text(snapshot: &Snapshot, node: NamedNodeRef<'_>, property: NamedNodeRef<'_>) -> Option<String> {
    best_text(snapshot, node.into(), property, ENGLISH)
}

const ENGLISH: &str = "en";

/// The value of a property as text: in the language, else English, else without a language, else
/// whatever there is.
fn best_text(
    snapshot: &Snapshot,
    node: NamedOrBlankNodeRef<'_>,
    property: NamedNodeRef<'_>,
    language: &str,
) -> Option<String> {
    let is_in = |tag: &str, language: &str| {
        tag.strip_prefix(language)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    let rank = |literal: &Literal| match literal.language() {
        Some(tag) if is_in(tag, language) => 0,
        Some(tag) if is_in(tag, ENGLISH) => 1,
        None => 2,
        Some(_) => 3,
    };
    snapshot
        .quads_for_pattern(Some(node.into()), Some(property), None, None)
        .filter_map(|quad| match quad.object {
            // A name of spaces is none.
            Term::Literal(literal) => Some(literal).filter(|text| !text.value().trim().is_empty()),
            _ => None,
        })
        .min_by(|a, b| (rank(a), a.value()).cmp(&(rank(b), b.value())))
        .map(|literal| literal.value().to_owned())
}
