//! The IRIs and prefixes that the use cases know by name.

use oxigraph::model::{NamedNode, NamedNodeRef};
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use crate::ontology::iri::{CODE, GRAPH, NS};

/// Everything Weft names itself begins with this, unless `--base` says otherwise for resources.
pub const WEFT: &str = crate::ontology::iri::BASE;

/// Graphs of [`GRAPH`] that hold the ontology or what was derived from data.
pub(crate) const DERIVED_GRAPHS: [&str; 5] =
    ["ontology", "inferred", "metrics", "links", "queries"];

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(pub(crate) const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    ONTOLOGY_GRAPH = "https://w3id.org/weft/graph/ontology";
    INFERRED_GRAPH = "https://w3id.org/weft/graph/inferred";
    QUERIES_GRAPH = "https://w3id.org/weft/graph/queries";
    METRICS_GRAPH = "https://w3id.org/weft/graph/metrics";
    ACTOR = "https://w3id.org/weft/ns#Actor";
    SERVICE = "https://w3id.org/weft/ns#Service";
    INNOVATION = "https://w3id.org/weft/ns#Innovation";
    PARTICIPATION = "https://w3id.org/weft/ns#Participation";
    TIE = "https://w3id.org/weft/ns#Tie";
    SECTOR = "https://w3id.org/weft/ns#sector";
    PROPER_SECTOR = "https://w3id.org/weft/ns#properSector";
    RESIDUAL_SECTOR = "https://w3id.org/weft/ns#residualSector";
    LEVEL = "https://w3id.org/weft/ns#level";
    PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel";
    IN_SCHEME = "http://www.w3.org/2004/02/skos/core#inScheme";
    CONCEPT_SCHEME = "http://www.w3.org/2004/02/skos/core#ConceptScheme";
    NOTATION = "http://www.w3.org/2004/02/skos/core#notation";
    DEFINITION = "http://www.w3.org/2004/02/skos/core#definition";
    TITLE = "http://purl.org/dc/terms/title";
    DESCRIPTION = "http://purl.org/dc/terms/description";
    IDENTIFIER = "http://purl.org/dc/terms/identifier";
    FOAF_NAME = "http://xmlns.com/foaf/0.1/name";
    SCHEMA_NAME = "http://schema.org/name";
}

/// Prefixes that queries may use without declaring them, and that results are written with.
pub static PREFIXES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    crate::ontology::iri::PREFIXES
        .into_iter()
        .map(|(name, iri)| (name.to_owned(), iri.to_owned()))
        .collect()
});

/// The graph of an IRI, or of a name below [`GRAPH`]; `None` if the text is neither.
pub fn named_graph(text: &str) -> Option<NamedNode> {
    if text.contains(':') {
        NamedNode::new(text).ok()
    } else {
        NamedNode::new(format!("{GRAPH}{}", text.trim_start_matches('/'))).ok()
    }
}

/// An IRI written with a prefix of [`PREFIXES`], where one fits.
pub fn shortened(iri: &str) -> Option<String> {
    PREFIXES.iter().find_map(|(name, namespace)| {
        let local = iri.strip_prefix(namespace.as_str())?;
        let plain = !local.is_empty()
            && local
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        plain.then(|| format!("{name}:{local}"))
    })
}
