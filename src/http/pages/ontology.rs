//! The vocabulary and the code lists as pages.

use super::links::{Link, Links};
use super::{Shell, render};
use crate::app::resource::{Concept, vocabulary as vocabulary_of, vocabulary_terms};
use crate::app::{KnowledgeGraph, iri};
use crate::http::error::ApiError;
use crate::store::Snapshot;
use askama::Template;
use oxigraph::model::vocab::rdfs;
use oxigraph::model::{NamedOrBlankNode, Quad, Term};
use std::collections::HashMap;

#[derive(Template)]
#[template(path = "code_lists.html")]
struct CodeListsPage {
    shell: Shell,
    lists: Vec<(Link, Concept)>,
}

/// `/code` for a browser.
pub(in crate::http) fn code_lists(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    schemes: &[Concept],
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let lists = schemes.iter().map(|scheme| {
        let link = Link {
            href: links.href(snapshot, scheme.iri.as_ref()),
            text: scheme.label.clone(),
        };
        (link, scheme.clone())
    });
    render(&CodeListsPage {
        shell,
        lists: lists.collect(),
    })
}

#[derive(Template)]
#[template(path = "ontology.html")]
struct VocabularyPage {
    shell: Shell,
    kinds: Vec<(&'static str, Vec<TermView>)>,
}

struct TermView {
    id: String,
    name: String,
    label: String,
    definition: Option<String>,
    facts: Vec<(String, Vec<Link>)>,
}

/// `/ns` for a browser.
pub(in crate::http) fn vocabulary(shell: Shell, snapshot: &Snapshot) -> Result<String, ApiError> {
    let links = Links::new(iri::WEFT);
    let quads = vocabulary_of(snapshot);
    let mut by_subject: HashMap<&NamedOrBlankNode, Vec<&Quad>> = HashMap::new();
    for quad in &quads {
        by_subject.entry(&quad.subject).or_default().push(quad);
    }
    let kinds = vocabulary_terms(snapshot, &quads)
        .into_iter()
        .map(|(kind, terms)| {
            let mut terms: Vec<_> = terms
                .into_iter()
                .map(|term| {
                    let id = term.iri.as_str().trim_start_matches(iri::NS).to_owned();
                    let statements = by_subject
                        .get(&NamedOrBlankNode::from(term.iri.clone()))
                        .map(Vec::as_slice)
                        .unwrap_or_default();
                    TermView {
                        facts: facts(snapshot, &links, statements),
                        name: format!("weft:{id}"),
                        id,
                        label: term.label,
                        definition: term.definition,
                    }
                })
                .collect();
            terms.sort_by(|a, b| a.id.cmp(&b.id));
            (kind, terms)
        });
    render(&VocabularyPage {
        shell,
        kinds: kinds.collect(),
    })
}

fn facts(snapshot: &Snapshot, links: &Links, quads: &[&Quad]) -> Vec<(String, Vec<Link>)> {
    let shown = [
        (rdfs::SUB_CLASS_OF, "Kind of"),
        (rdfs::SUB_PROPERTY_OF, "Special case of"),
        (rdfs::DOMAIN, "Of"),
        (rdfs::RANGE, "Takes"),
    ];
    shown
        .into_iter()
        .filter_map(|(property, name)| {
            let values: Vec<_> = quads
                .iter()
                .filter(|quad| quad.predicate == property)
                .filter_map(|quad| match &quad.object {
                    Term::NamedNode(node) => Some(Link {
                        href: links.href(snapshot, node.as_ref()),
                        text: iri::shortened(node.as_str())
                            .unwrap_or_else(|| node.as_str().to_owned()),
                    }),
                    _ => None,
                })
                .collect();
            (!values.is_empty()).then(|| (name.to_owned(), values))
        })
        .collect()
}
