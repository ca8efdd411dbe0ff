//! Names for the values of a question: people write `Miami` where a query takes an IRI.

use super::catalogue::{CatalogueError, CatalogueQuery, Choices, Parameter, ParameterKind};
use super::{AppError, KnowledgeGraph, Search, iri};
use crate::network::{is_mentioned, places_named};
use crate::ontology::UnknownCode;
use crate::store::{Limits, Snapshot};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{Literal, NamedNode, NamedOrBlankNode, Term, TermRef};
use std::collections::BTreeSet;

/// Things that an error names.
const MOST_NAMED: usize = 8;
/// Hits of a search among which a name is looked for.
const MOST_HITS: usize = 50;

impl KnowledgeGraph {
    /// The values of a question with IRIs where it takes IRIs: names and notations of codes, places
    /// (also by the code of a country) and other things, as they are recorded, are looked up; case
    /// does not matter. Other values, and those of unknown parameters, stay as they are.
    ///
    /// # Errors
    /// [`CatalogueError::Unresolved`] for a name that nothing or several things have, and for an
    /// IRI of which the data says nothing; a search that is out of time.
    ///
    /// # Complexity
    /// Lookups for each value; a search by words where a name is not found as it stands.
    pub fn resolve_parameters(
        &self,
        query: &CatalogueQuery,
        values: &[(String, String)],
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Vec<(String, String)>, AppError> {
        let resolved = values.iter().map(|(name, value)| {
            let parameter = query
                .parameters
                .iter()
                .find(|known| known.name == *name && known.kind == ParameterKind::Iri);
            let text = value.trim();
            let value = match parameter {
                Some(parameter) if !text.is_empty() => {
                    self.resolved(parameter, text, snapshot, limits)?
                }
                _ => value.clone(),
            };
            Ok((name.clone(), value))
        });
        resolved.collect()
    }

    fn resolved(
        &self,
        parameter: &Parameter,
        text: &str,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<String, AppError> {
        let unresolved = |candidates: Vec<String>, is_several: bool| {
            AppError::from(CatalogueError::Unresolved {
                name: parameter.name.clone(),
                value: text.to_owned(),
                candidates,
                is_several,
            })
        };
        let given = parameter.kind.term(text);
        if let Some(Term::NamedNode(node)) = given {
            if is_mentioned(node.as_ref(), snapshot) {
                return Ok(text.to_owned());
            }
            let end = node.as_str().rsplit(['/', '#', ':']).next();
            let words = end.unwrap_or_default().replace(['-', '_', '.'], " ");
            let near = self.near(parameter, &words, snapshot, limits)?;
            return Err(unresolved(near.into_iter().map(told).collect(), false));
        }
        let found = self.named(parameter, text, snapshot);
        let found = match found.is_empty() {
            false => found,
            true => {
                let wanted = text.to_lowercase();
                let near = self.near(parameter, text, snapshot, limits)?;
                let (same, other): (Vec<_>, Vec<_>) = near
                    .into_iter()
                    .partition(|(_, label)| label.to_lowercase() == wanted);
                if same.is_empty() {
                    return Err(unresolved(other.into_iter().map(told).collect(), false));
                }
                same.into_iter().map(|(node, _)| node).collect()
            }
        };
        match widest(&found, snapshot) {
            Some(node) => Ok(node.as_str().to_owned()),
            None => {
                let names = found.iter().take(MOST_NAMED);
                let names = names.map(|node| format!("<{}>", node.as_str())).collect();
                Err(unresolved(names, true))
            }
        }
    }

    /// What has exactly this name or notation.
    fn named(&self, parameter: &Parameter, text: &str, snapshot: &Snapshot) -> BTreeSet<NamedNode> {
        let mut found = BTreeSet::new();
        let codes = self.ontology().codes();
        for choices in &parameter.choices {
            match choices {
                Choices::Codes(scheme) => match codes.lookup(scheme, text) {
                    Ok(node) => {
                        found.insert(node.clone());
                    }
                    Err(UnknownCode::Ambiguous(notations)) => {
                        found.extend(notations.iter().filter_map(|notation| {
                            let node = codes.lookup(scheme, notation).ok()?;
                            Some(node.clone())
                        }));
                    }
                    Err(_) => {}
                },
                Choices::Things(class) if class.as_str() == PLACE => {
                    found.extend(places_named(text, snapshot));
                }
                Choices::Things(_) => {}
            }
        }
        let classes: Vec<&NamedNode> = classes(parameter).collect();
        let plain = Literal::new_simple_literal(text);
        let tagged = ["en", "es"]
            .into_iter()
            .filter_map(|tag| Literal::new_language_tagged_literal(text, tag).ok());
        for literal in std::iter::once(plain).chain(tagged) {
            let name = Term::from(literal);
            for property in [rdfs::LABEL, iri::PREF_LABEL, iri::NOTATION] {
                let quads =
                    snapshot.quads_for_pattern(None, Some(property), Some(name.as_ref()), None);
                for quad in quads {
                    if let NamedOrBlankNode::NamedNode(node) = quad.subject
                        && fits(&node, &classes, parameter, snapshot)
                    {
                        found.insert(node);
                    }
                }
            }
        }
        found
    }

    /// Things of the kind that a parameter takes whose names are like a text, with their names.
    fn near(
        &self,
        parameter: &Parameter,
        text: &str,
        snapshot: &Snapshot,
        limits: &Limits,
    ) -> Result<Vec<(NamedNode, String)>, AppError> {
        let classes: Vec<&NamedNode> = classes(parameter).collect();
        let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
        let is_of_codes = classes.is_empty() && !parameter.choices.is_empty();
        // What has no words is near nothing.
        let Ok(search) = Search::with_fuzzy(text, true) else {
            return Ok(Vec::new());
        };
        let names = if is_of_codes {
            String::new()
        } else {
            names.join(",")
        };
        let Ok(search) = search.of_type(&names) else {
            return Ok(Vec::new());
        };
        let found = self.search(snapshot, &search, 0..MOST_HITS, limits)?;
        let things = found.things.into_iter().filter_map(|thing| {
            let NamedOrBlankNode::NamedNode(node) = thing.hit.subject else {
                return None;
            };
            let is_fit = fits(&node, &classes, parameter, snapshot);
            is_fit.then(|| (node, thing.hit.label.value().to_owned()))
        });
        Ok(things.take(MOST_NAMED).collect())
    }
}

const PLACE: &str = "https://w3id.org/weft/ns#Place";

fn classes(parameter: &Parameter) -> impl Iterator<Item = &NamedNode> {
    parameter
        .choices
        .iter()
        .filter_map(|choices| match choices {
            Choices::Things(class) => Some(class),
            Choices::Codes(_) => None,
        })
}

/// Whether a parameter takes a thing: one of its classes or lists, or any if it names none.
fn fits(
    node: &NamedNode,
    classes: &[&NamedNode],
    parameter: &Parameter,
    snapshot: &Snapshot,
) -> bool {
    let subject = Some(TermRef::from(node));
    let is_of = |class: &&NamedNode| {
        let class = Some(TermRef::from(*class));
        let mut types = snapshot.quads_for_pattern(subject, Some(rdf::TYPE), class, None);
        types.next().is_some()
    };
    parameter.choices.is_empty()
        || classes.iter().any(is_of)
        || parameter.choices.iter().any(|choices| match choices {
            Choices::Codes(scheme) => {
                NamedNode::new(format!("{}{scheme}", iri::CODE)).is_ok_and(|scheme| {
                    let scheme = Some(TermRef::from(&scheme));
                    let mut found =
                        snapshot.quads_for_pattern(subject, Some(iri::IN_SCHEME), scheme, None);
                    found.next().is_some()
                })
            }
            Choices::Things(_) => false,
        })
}

/// The one thing of several, or the place in which all others lie.
fn widest<'a>(found: &'a BTreeSet<NamedNode>, snapshot: &Snapshot) -> Option<&'a NamedNode> {
    if found.len() < 2 {
        return found.first();
    }
    let is_within = |inner: &NamedNode, outer: &NamedNode| {
        let mut open = vec![inner.clone()];
        let mut seen = BTreeSet::new();
        while let Some(place) = open.pop() {
            let wider = snapshot.quads_for_pattern(
                Some(TermRef::from(&place)),
                Some(crate::network::WITHIN),
                None,
                None,
            );
            for quad in wider {
                if let Term::NamedNode(node) = quad.object {
                    if node == *outer {
                        return true;
                    }
                    if seen.insert(node.clone()) {
                        open.push(node);
                    }
                }
            }
        }
        false
    };
    let mut widest = found.iter().filter(|outer| {
        let mut others = found.iter().filter(|inner| inner != outer);
        others.all(|inner| is_within(inner, outer))
    });
    widest.next()
}

/// A thing as an error names it.
fn told((node, label): (NamedNode, String)) -> String {
    let label: String = label
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(120)
        .collect();
    format!("`{label}` <{}>", node.as_str())
}
