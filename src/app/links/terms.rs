//! What links are written with, and where they are: OWL annotations with the terms of SSSOM, in a
//! graph of links.

use crate::ontology::iri::graph::LINKS;
use oxigraph::model::NamedNodeRef;

/// Below this graph are those of partners; it is nobody's itself, so `…/partner/links` is the
/// graph of a partner of that name.
pub(in crate::app) const PARTNERS: &str = "https://w3id.org/weft/graph/partner";

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(
            #[doc = concat!("`", $iri, "`")]
            pub(in crate::app) const $name: NamedNodeRef<'static> =
                NamedNodeRef::new_unchecked($iri);
        )*
    };
}

terms! {
    SAME_AS = "http://www.w3.org/2002/07/owl#sameAs";
    EXACT_MATCH = "http://www.w3.org/2004/02/skos/core#exactMatch";
    AXIOM = "http://www.w3.org/2002/07/owl#Axiom";
    ANNOTATED_SOURCE = "http://www.w3.org/2002/07/owl#annotatedSource";
    ANNOTATED_PROPERTY = "http://www.w3.org/2002/07/owl#annotatedProperty";
    ANNOTATED_TARGET = "http://www.w3.org/2002/07/owl#annotatedTarget";
    MAPPING = "https://w3id.org/sssom/Mapping";
    CONFIDENCE = "https://w3id.org/sssom/confidence";
    JUSTIFICATION = "https://w3id.org/sssom/mapping_justification";
    REVIEWER = "https://w3id.org/sssom/reviewer_label";
    MODIFIER = "https://w3id.org/sssom/predicate_modifier";
    NOT = "https://w3id.org/sssom/Not";
    MANUAL = "https://w3id.org/semapv/vocab/ManualMappingCuration";
    COMPOSITE = "https://w3id.org/semapv/vocab/CompositeMatching";
    DATE = "http://purl.org/dc/terms/date";
}

/// The graph whose owner's links a graph holds, if it is one of those.
pub(in crate::app) fn owner_of_links(graph: &str) -> Option<&str> {
    let owner = graph.strip_suffix("/links")?;
    (graph != LINKS.as_str() && owner != PARTNERS && owner.contains(':')).then_some(owner)
}
