//! Blank nodes that can be asked about again: IRIs in their place (RDF 1.1 Concepts, section 3.5).
//!
//! An IRI that begins with [`GENID`] is another way to write the blank node of the label behind it,
//! wherever a term comes in: in queries, updates and uploads. The store keeps blank nodes only, so
//! the two ways never part.

use oxigraph::model::{
    BlankNode, BlankNodeRef, GraphName, GraphNameRef, NamedNode, NamedOrBlankNode,
    NamedOrBlankNodeRef, Quad, QuadRef, Term, TermRef, Triple,
};

/// What the IRIs of blank nodes begin with, whatever host serves them.
pub const GENID: &str = "https://w3id.org/weft/.well-known/genid/";

/// The IRI that stands for a blank node.
pub fn skolem_iri(node: BlankNodeRef<'_>) -> NamedNode {
    NamedNode::new_unchecked(format!("{GENID}{}", node.as_str()))
}

/// The blank node that an IRI stands for, or `None` for an ordinary IRI.
pub fn node_of_iri(iri: &str) -> Option<BlankNode> {
    BlankNode::new(iri.strip_prefix(GENID)?).ok()
}

/// A term with IRIs in the place of its blank nodes.
pub fn skolemized(term: Term) -> Term {
    match term {
        Term::BlankNode(node) => skolem_iri(node.as_ref()).into(),
        Term::Triple(triple) => Triple::new(
            skolemized_subject(triple.subject),
            triple.predicate,
            skolemized(triple.object),
        )
        .into(),
        other => other,
    }
}

fn skolemized_subject(subject: NamedOrBlankNode) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => skolem_iri(node.as_ref()).into(),
        named @ NamedOrBlankNode::NamedNode(_) => named,
    }
}

/// A triple with IRIs in the place of its blank nodes.
pub fn skolemized_triple(triple: Triple) -> Triple {
    Triple::new(
        skolemized_subject(triple.subject),
        triple.predicate,
        skolemized(triple.object),
    )
}

/// A quad with IRIs in the place of its blank nodes.
pub fn skolemized_quad(quad: Quad) -> Quad {
    Quad {
        subject: skolemized_subject(quad.subject),
        predicate: quad.predicate,
        object: skolemized(quad.object),
        graph_name: match quad.graph_name {
            GraphName::BlankNode(node) => skolem_iri(node.as_ref()).into(),
            other => other,
        },
    }
}

/// The term that is meant, where it holds IRIs of blank nodes; `None` where it holds none.
pub(super) fn resolved(term: TermRef<'_>) -> Option<Term> {
    match term {
        TermRef::NamedNode(node) => Some(node_of_iri(node.as_str())?.into()),
        TermRef::Triple(triple) => {
            let subject = resolved_subject(triple.subject.as_ref());
            let object = resolved(triple.object.as_ref());
            if subject.is_none() && object.is_none() {
                return None;
            }
            let triple = Triple::new(
                subject.unwrap_or_else(|| triple.subject.clone()),
                triple.predicate.clone(),
                object.unwrap_or_else(|| triple.object.clone()),
            );
            Some(triple.into())
        }
        TermRef::BlankNode(_) | TermRef::Literal(_) => None,
    }
}

fn resolved_subject(subject: NamedOrBlankNodeRef<'_>) -> Option<NamedOrBlankNode> {
    match subject {
        NamedOrBlankNodeRef::NamedNode(node) => Some(node_of_iri(node.as_str())?.into()),
        NamedOrBlankNodeRef::BlankNode(_) => None,
    }
}

/// The graph that is meant by the IRI of a blank node; `None` for every other name.
pub(super) fn resolved_graph(graph: GraphNameRef<'_>) -> Option<BlankNode> {
    match graph {
        GraphNameRef::NamedNode(node) => node_of_iri(node.as_str()),
        GraphNameRef::BlankNode(_) | GraphNameRef::DefaultGraph => None,
    }
}

/// The quad that is meant, where it holds IRIs of blank nodes; `None` where it holds none. A
/// predicate is never a blank node.
pub(super) fn resolved_quad(quad: QuadRef<'_>) -> Option<Quad> {
    let subject = resolved_subject(quad.subject);
    let object = resolved(quad.object);
    let graph = resolved_graph(quad.graph_name);
    if subject.is_none() && object.is_none() && graph.is_none() {
        return None;
    }
    Some(Quad {
        subject: subject.unwrap_or_else(|| quad.subject.into_owned()),
        predicate: quad.predicate.into_owned(),
        object: object.unwrap_or_else(|| quad.object.into_owned()),
        graph_name: graph.map_or_else(|| quad.graph_name.into_owned(), Into::into),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iri_and_its_blank_node_stand_for_each_other() {
        let node = BlankNode::new("b1").unwrap();
        let iri = skolem_iri(node.as_ref());
        assert_eq!(iri.as_str(), format!("{GENID}b1"));
        assert_eq!(resolved(iri.as_ref().into()), Some(node.clone().into()));
        assert_eq!(skolemized(node.into()), iri.into());
    }

    #[test]
    fn other_iris_stand_for_themselves() {
        for iri in [
            "http://a",
            "https://w3id.org/weft/.well-known/genid/",
            "https://w3id.org/weft/.well-known/genid/no label",
            "http://elsewhere/.well-known/genid/b1",
        ] {
            assert_eq!(node_of_iri(iri), None, "{iri}");
        }
    }

    #[test]
    fn triple_terms_are_looked_into_and_predicates_are_not() {
        let node = BlankNode::new("b1").unwrap();
        let iri = skolem_iri(node.as_ref());
        let plain = Triple::new(node.clone(), iri.clone(), node);
        let written = Triple::new(iri.clone(), iri.clone(), iri);
        assert_eq!(skolemized_triple(plain.clone()), written);
        let term = Term::from(written);
        assert_eq!(resolved(term.as_ref()), Some(plain.into()));
    }
}
