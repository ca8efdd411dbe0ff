//! Where things are to be found, and values as cells of a table.

use crate::app::iri;
use crate::http::negotiate::Format;
use crate::store::Snapshot;
use crate::store::skolem::skolem_iri;
use oxigraph::model::vocab::xsd;
use oxigraph::model::{BlankNode, NamedNodeRef, Term, Triple};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt::Display;

/// What may stay as it is in the value of a URL parameter.
const IN_PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

pub(in crate::http) fn encoded(text: &str) -> impl Display {
    utf8_percent_encode(text, IN_PARAMETER)
}

/// Where a graph is described.
pub(in crate::http) fn graph_href(graph: &str) -> String {
    match graph.strip_prefix(iri::GRAPH) {
        Some(name) if !name.is_empty() && !name.contains(['?', '#']) => format!("/graph/{name}"),
        _ => format!("/resource?iri={}", encoded(graph)),
    }
}

/// Where to ask why the rules concluded a triple.
pub(in crate::http) fn explain_href(triple: &Triple) -> String {
    format!(
        "/api/v1/inferred/explain?subject={}&predicate={}&object={}",
        encoded(&triple.subject.to_string()),
        encoded(triple.predicate.as_str()),
        encoded(&triple.object.to_string())
    )
}

/// Where the graph store has a graph.
pub(in crate::http) fn store_href(graph: &str) -> String {
    format!("/store?graph={}", encoded(graph))
}

/// A text, and where it leads.
pub(in crate::http) struct Link {
    pub(in crate::http) href: Option<String>,
    pub(in crate::http) text: String,
}

/// Knows which IRIs this service has pages for.
pub(in crate::http) struct Links {
    base: String,
}

impl Links {
    pub(in crate::http) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
        }
    }

    /// The path of an IRI here, if it is one of Weft's own.
    pub(in crate::http) fn path(&self, iri: &str) -> Option<String> {
        let of_ids = [self.base.as_str(), iri::WEFT]
            .into_iter()
            .find_map(|base| iri.strip_prefix(base))
            .filter(|rest| rest.starts_with("id/") && !rest.contains(['#', '?']));
        if let Some(rest) = of_ids {
            return Some(format!("/{rest}"));
        }
        let rest = iri.strip_prefix(iri::WEFT)?;
        let known = [
            "code/",
            "ns",
            "graph/",
            ".well-known/genid/",
            "network/",
            "shape/",
            "search",
            "alignment",
        ]
        .iter()
        .any(|begin| rest.starts_with(begin));
        known.then(|| format!("/{rest}"))
    }

    /// The path of the page of a thing that the data describes.
    pub(in crate::http) fn page(&self, iri: &str) -> String {
        self.path(iri)
            .unwrap_or_else(|| format!("/resource?iri={}", encoded(iri)))
    }

    pub(in crate::http) fn href(
        &self,
        snapshot: &Snapshot,
        node: NamedNodeRef<'_>,
    ) -> Option<String> {
        let iri = node.as_str();
        if let Some(path) = self.path(iri) {
            return Some(path);
        }
        let is_described = || {
            let mut quads = snapshot.quads_for_pattern(Some(node.into()), None, None, None);
            quads.next().is_some()
        };
        // Rows of tables have IRIs with a fragment, about which nothing more is stated.
        let is_own = [self.base.as_str(), iri::WEFT]
            .iter()
            .filter_map(|base| iri.strip_prefix(base))
            .any(|rest| rest.starts_with("id/"));
        if is_own || is_described() {
            return Some(format!("/resource?iri={}", encoded(iri)));
        }
        // Other schemes could be scripts.
        (iri.starts_with("http://") || iri.starts_with("https://")).then(|| iri.to_owned())
    }

    /// Where a blank node can be asked about, if the data says something about it.
    pub(in crate::http) fn node_href(
        &self,
        snapshot: &Snapshot,
        node: &BlankNode,
    ) -> Option<String> {
        snapshot
            .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
            .next()?;
        self.path(skolem_iri(node.as_ref()).as_str())
    }

    /// Where a description is to be had in a format.
    pub(in crate::http) fn resource_format(&self, iri: &str, format: Format) -> String {
        let name = format.names().first().copied().unwrap_or("html");
        match self.path(iri) {
            Some(path) => format!("{path}.{name}"),
            None => format!("/resource?iri={}&format={name}", encoded(iri)),
        }
    }

    pub(in crate::http) fn cell(&self, snapshot: &Snapshot, term: Option<&Term>) -> Cell {
        let plain = |text: String| Link { href: None, text };
        match term {
            None => Cell {
                link: plain(String::new()),
                note: String::new(),
                is_number: false,
            },
            Some(Term::NamedNode(node)) => Cell {
                link: Link {
                    href: self.href(snapshot, node.as_ref()),
                    text: iri::shortened(node.as_str()).unwrap_or_else(|| node.as_str().to_owned()),
                },
                note: String::new(),
                is_number: false,
            },
            Some(Term::Literal(literal)) => {
                let datatype = literal.datatype();
                let is_number = [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&datatype);
                let note = match literal.language() {
                    Some(language) => language.to_owned(),
                    None if is_number || datatype == xsd::STRING => String::new(),
                    None => iri::shortened(datatype.as_str()).unwrap_or_default(),
                };
                Cell {
                    link: plain(literal.value().to_owned()),
                    note,
                    is_number,
                }
            }
            Some(Term::BlankNode(node)) => Cell {
                link: Link {
                    href: self.node_href(snapshot, node),
                    text: node.to_string(),
                },
                note: String::new(),
                is_number: false,
            },
            Some(other) => Cell {
                link: plain(other.to_string()),
                note: String::new(),
                is_number: false,
            },
        }
    }
}

/// One value of a table.
pub(in crate::http) struct Cell {
    pub(in crate::http) link: Link,
    pub(in crate::http) note: String,
    pub(in crate::http) is_number: bool,
}
