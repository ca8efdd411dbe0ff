//! What people choose from when they write or run a query: classes and properties by their names
//! and how often they are used, and the values of a parameter.

use super::{Choices, iri, resource};
use crate::store::Snapshot;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What a term is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermKind {
    /// What things are: the object of `rdf:type`.
    Class,
    /// What is said of things: a predicate.
    Property,
}

impl TermKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Class, Self::Property];

    /// Its name in requests and rows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Property => "property",
        }
    }
}

/// A class or property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTerm {
    /// Its IRI.
    pub iri: NamedNode,
    /// Its IRI with a prefix that every query knows, where one fits.
    pub name: Option<String>,
    /// What it is used as.
    pub kind: TermKind,
    /// Its name in a language.
    pub label: String,
    /// What it means, in a language.
    pub definition: Option<String>,
    /// Things of the class, or statements with the property, in all graphs that are seen.
    pub uses: usize,
}

/// Classes and properties that occur in the data or are declared in the ontology, whose IRI, short
/// name or label contains a text (all if it is empty); labels in a language.
///
/// Those whose own name begins with the text come first, then those whose label does, then the
/// others; within each those that are used most, then by IRI.
///
/// # Complexity
/// A few index lookups for each term that there is, and the statistics of the version.
pub fn terms(
    snapshot: &Snapshot,
    text: &str,
    kind: Option<TermKind>,
    language: &str,
) -> Vec<KnownTerm> {
    let wanted = text.trim().to_lowercase();
    let mut found: Vec<(u8, KnownTerm)> = all(snapshot)
        .into_iter()
        .filter(|((of_kind, _), _)| kind.is_none_or(|kind| kind == *of_kind))
        .filter_map(|((kind, iri), uses)| {
            let label = resource::label_in(snapshot, iri.as_ref().into(), language);
            let name = iri::shortened(iri.as_str());
            let rank = rank(&wanted, iri.as_str(), name.as_deref(), &label)?;
            let term = KnownTerm {
                // Looked up for those that are shown.
                definition: None,
                name,
                kind,
                label,
                uses,
                iri,
            };
            Some((rank, term))
        })
        .collect();
    found.sort_by(|(left_rank, left), (right_rank, right)| {
        (left_rank, Reverse(left.uses), &left.iri, left.kind).cmp(&(
            right_rank,
            Reverse(right.uses),
            &right.iri,
            right.kind,
        ))
    });
    found.into_iter().map(|(_, term)| term).collect()
}

impl KnownTerm {
    /// The same with what it means.
    pub fn defined(self, snapshot: &Snapshot, language: &str) -> Self {
        Self {
            definition: resource::definition_in(snapshot, self.iri.as_ref(), language),
            ..self
        }
    }
}

/// A value that a parameter can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The IRI.
    pub iri: NamedNode,
    /// Its name in a language.
    pub label: String,
}

/// The values of these lists by their names in a language, or `None` if there are more than `most`.
///
/// # Complexity
/// A few index lookups for each value, and for no more than `most` of them.
pub fn choices(
    snapshot: &Snapshot,
    lists: &[Choices],
    language: &str,
    most: usize,
) -> Option<Vec<Choice>> {
    let mut found: BTreeSet<NamedNode> = BTreeSet::new();
    for list in lists {
        let (property, object) = match list {
            Choices::Codes(scheme) => {
                let scheme = NamedNode::new(format!("{}{scheme}", iri::CODE)).ok()?;
                (iri::IN_SCHEME, scheme)
            }
            Choices::Things(class) => (rdf::TYPE, class.clone()),
        };
        let object = object.as_ref();
        for quad in snapshot.quads_for_pattern(None, Some(property), Some(object.into()), None) {
            if let NamedOrBlankNode::NamedNode(subject) = quad.subject {
                found.insert(subject);
                if found.len() > most {
                    return None;
                }
            }
        }
    }
    let mut choices: Vec<Choice> = found
        .into_iter()
        .map(|iri| Choice {
            label: resource::label_in(snapshot, iri.as_ref().into(), language),
            iri,
        })
        .collect();
    choices.sort_by_cached_key(|choice| (choice.label.to_lowercase(), choice.iri.clone()));
    Some(choices)
}

/// How well a term fits, the best first; `None` if it does not.
fn rank(wanted: &str, iri: &str, name: Option<&str>, label: &str) -> Option<u8> {
    if wanted.is_empty() {
        return Some(0);
    }
    let (iri, label) = (iri.to_lowercase(), label.to_lowercase());
    let name = name.unwrap_or_default().to_lowercase();
    let local = name.split_once(':').map_or("", |(_, local)| local);
    if local.starts_with(wanted) || name.starts_with(wanted) || iri.starts_with(wanted) {
        Some(0)
    } else if label.starts_with(wanted) {
        Some(1)
    } else if local.contains(wanted) || label.contains(wanted) {
        Some(2)
    } else {
        iri.contains(wanted).then_some(3)
    }
}

/// Every term, and how often it is used.
fn all(snapshot: &Snapshot) -> BTreeMap<(TermKind, NamedNode), usize> {
    const OWL: &str = "http://www.w3.org/2002/07/owl#";
    let statistics = snapshot.statistics();
    let node = |id| match snapshot.term_of(id) {
        Some(Term::NamedNode(node)) => Some(node),
        _ => None,
    };
    let mut terms = BTreeMap::new();
    for (id, counts) in &statistics.union.classes {
        if let Some(class) = node(*id) {
            terms.insert((TermKind::Class, class), counts.instances);
        }
    }
    for (id, counts) in &statistics.union.properties {
        if let Some(property) = node(*id) {
            terms.insert((TermKind::Property, property), counts.triples);
        }
    }
    // What the ontology offers and nobody has used yet.
    let ontology = GraphNameRef::NamedNode(iri::ONTOLOGY_GRAPH);
    let owl = |name: &str| NamedNode::new_unchecked(format!("{OWL}{name}"));
    let declared: [(TermKind, NamedNode); 6] = [
        (TermKind::Class, rdfs::CLASS.into_owned()),
        (TermKind::Class, owl("Class")),
        (TermKind::Property, rdf::PROPERTY.into_owned()),
        (TermKind::Property, owl("ObjectProperty")),
        (TermKind::Property, owl("DatatypeProperty")),
        (TermKind::Property, owl("AnnotationProperty")),
    ];
    for (kind, class) in &declared {
        let class: NamedNodeRef<'_> = class.as_ref();
        for quad in
            snapshot.quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), Some(ontology))
        {
            if let NamedOrBlankNode::NamedNode(term) = quad.subject {
                terms.entry((*kind, term)).or_insert(0);
            }
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_labels_and_labels_before_the_rest() {
        let of = |wanted: &str| {
            rank(
                &wanted.to_lowercase(),
                "https://w3id.org/weft/ns#Actor",
                Some("weft:Actor"),
                "Entidad",
            )
        };
        assert_eq!(of("act"), Some(0));
        assert_eq!(of("weft:Actor"), Some(0));
        assert_eq!(of("https://w3id.org/weft/ns#Actor"), Some(0));
        assert_eq!(of("enti"), Some(1));
        assert_eq!(of("ctor"), Some(2));
        assert_eq!(of("w3id"), Some(3));
        assert_eq!(of("zebra"), None);
        assert_eq!(of(""), Some(0));
    }
}
