//! Completing what somebody types: things, classes and properties by the beginning of a name; and
//! the few lines that are shown beside them.

use super::super::{KnowledgeGraph, iri, resource, search};
use super::properties::Property;
use super::{Labels, Spaces, TypeName, node_of, usual_types};
use crate::store::{Limits, OfTypes, Snapshot, StoreError, TextQuery, TextScope, folded_words};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Other names that a preview shows.
const MOST_NAMES: usize = 6;

/// Something that a client may mean by what it has typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// For a thing its classes, for a class the wider ones.
    pub types: Vec<TypeName>,
}

/// What a preview shows of a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The thing.
    pub iri: NamedNode,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its other names.
    pub other_names: Vec<String>,
    /// The names of its classes.
    pub types: Vec<String>,
    /// What it is, in a sentence or more.
    pub definition: Option<String>,
    /// What is said of it: the name of a property, and the names of its values.
    pub facts: Vec<(String, Vec<String>)>,
    /// The graphs that describe it.
    pub graphs: Vec<String>,
}

impl KnowledgeGraph {
    /// Things whose names have all words of a text, the last perhaps only begun; if there are none
    /// in the first place, those whose names resemble it. The thing of which the text is the id
    /// comes first. With a class only those of it.
    ///
    /// # Errors
    /// [`StoreError`] if time is over.
    pub fn suggest_things(
        &self,
        snapshot: &Snapshot,
        text: &str,
        class: Option<&NamedNode>,
        window: Range<usize>,
        limits: &Limits,
    ) -> Result<Vec<Suggestion>, StoreError> {
        let spaces = self.spaces_of(snapshot);
        let mut nodes: Vec<NamedNode> = Vec::new();
        if window.start == 0
            && let Some(node) = spaces.entity(text)
            && snapshot
                .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
                .next()
                .is_some()
        {
            nodes.push(node);
        }
        if let Ok(query) = TextQuery::new(text, true) {
            let scope = TextScope {
                types: class.cloned().into_iter().collect(),
                ..TextScope::default()
            };
            let found = snapshot.search(&search::FIELDS, &query, &scope, window.clone(), limits)?;
            nodes.extend(found.hits.into_iter().map(|hit| node_of(hit.subject)));
        }
        if nodes.is_empty()
            && window.start == 0
            && let Ok(query) = TextQuery::of_name(text)
        {
            let wanted = OfTypes {
                types: class.cloned().into_iter().collect(),
                is_all: false,
            };
            let most = window.len();
            let found = snapshot.resembling(&search::FIELDS, &query, &wanted, most, limits)?;
            nodes.extend(found.into_iter().map(|thing| node_of(thing.subject)));
        }
        let mut seen = BTreeSet::new();
        nodes.retain(|node| seen.insert(node.clone()));
        nodes.truncate(window.len());
        let labels = Labels::new(snapshot, &spaces);
        Ok(nodes
            .iter()
            .map(|node| {
                let types = labels.types(node);
                Suggestion {
                    id: spaces.id_of(node),
                    name: labels.label(node),
                    description: Some(labels.description(node, &types)),
                    types,
                }
            })
            .collect())
    }

    /// Classes that have instances or are defined, whose name or id begins with a text, in any
    /// language; those with most instances first.
    pub fn suggest_types(
        &self,
        snapshot: &Snapshot,
        text: &str,
        window: Range<usize>,
    ) -> Vec<Suggestion> {
        let spaces = self.spaces_of(snapshot);
        let mut counts: BTreeMap<NamedNode, usize> = BTreeMap::new();
        for (class, found) in &snapshot.statistics().union.classes {
            if let Some(Term::NamedNode(class)) = snapshot.term_of(*class) {
                counts.insert(class, found.instances);
            }
        }
        for class in defined(snapshot, &[rdfs::CLASS, OWL_CLASS]) {
            counts.entry(class).or_insert(0);
        }
        let labels = Labels::new(snapshot, &spaces);
        let found = if text.trim().is_empty() {
            // Who has typed nothing yet is shown what is looked for usually.
            let usual = usual_types(snapshot, &spaces);
            let usual: BTreeSet<String> = usual.into_iter().map(|class| class.id).collect();
            let mut all = ranked(snapshot, &spaces, text, counts, 0..usize::MAX);
            all.sort_by_key(|class| !usual.contains(&spaces.id_of_term(class)));
            let end = window.end.min(all.len());
            all.drain(window.start.min(end)..end).collect()
        } else {
            ranked(snapshot, &spaces, text, counts, window)
        };
        found
            .into_iter()
            .map(|class| Suggestion {
                id: spaces.id_of_term(&class),
                name: labels.label(&class),
                description: resource::definition(snapshot, class.as_ref()),
                types: broader(snapshot, &spaces, &labels, &class),
            })
            .collect()
    }

    /// Properties that the data uses or defines, whose name or id begins with a text, in any
    /// language; the short names first, then those with most statements.
    pub fn suggest_properties(
        &self,
        snapshot: &Snapshot,
        text: &str,
        window: Range<usize>,
    ) -> Vec<Suggestion> {
        let spaces = self.spaces_of(snapshot);
        let mut counts: BTreeMap<NamedNode, usize> = BTreeMap::new();
        for (property, found) in &snapshot.statistics().union.properties {
            if let Some(Term::NamedNode(property)) = snapshot.term_of(*property) {
                counts.insert(property, found.triples);
            }
        }
        for property in defined(snapshot, &[rdf::PROPERTY]) {
            counts.entry(property).or_insert(0);
        }
        let wanted = folded_words(text).join(" ");
        let short = Property::short_names().filter(|property| property.id.starts_with(&wanted));
        let mut found: Vec<Suggestion> = short.map(of_property).collect();
        let ids: BTreeSet<String> = found.iter().map(|property| property.id.clone()).collect();
        let labels = Labels::new(snapshot, &spaces);
        let all = 0..window.end;
        let others = ranked(snapshot, &spaces, text, counts, all).into_iter();
        let others = others.map(|property| Suggestion {
            id: spaces.id_of_term(&property),
            name: labels.label(&property),
            description: resource::definition(snapshot, property.as_ref()),
            types: Vec::new(),
        });
        // A short name covers the property of the same name, and more.
        found.extend(others.filter(|property| !ids.contains(&property.id)));
        let end = window.end.min(found.len());
        found.drain(..window.start.min(end));
        found.truncate(window.len());
        found
    }

    /// The properties that things of a class have, those that most have first; without a class
    /// those of all things. `limit` is how many at most.
    pub fn propose_properties(
        &self,
        snapshot: &Snapshot,
        class: Option<&NamedNode>,
        limit: usize,
    ) -> Vec<Suggestion> {
        let spaces = self.spaces_of(snapshot);
        let statistics = snapshot.statistics();
        let counts: Vec<_> = match class {
            Some(class) => {
                let id = snapshot.id_of(class.as_ref().into());
                let counts = id.and_then(|id| statistics.union.classes.get(&id));
                counts
                    .map(|counts| {
                        let counts = counts.properties.iter();
                        counts.map(|(id, count)| (*id, count.subjects)).collect()
                    })
                    .unwrap_or_default()
            }
            None => {
                let counts = statistics.union.properties.iter();
                counts.map(|(id, count)| (*id, count.subjects)).collect()
            }
        };
        let mut properties: Vec<(usize, NamedNode)> = counts
            .into_iter()
            .filter_map(|(id, count)| match snapshot.term_of(id)? {
                Term::NamedNode(property) if property != rdf::TYPE => Some((count, property)),
                _ => None,
            })
            .collect();
        properties.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.as_str().cmp(b.1.as_str())));
        properties.truncate(limit);
        let labels = Labels::new(snapshot, &spaces);
        properties
            .into_iter()
            .map(|(_, property)| Suggestion {
                id: spaces.id_of_term(&property),
                name: labels.label(&property),
                description: resource::definition(snapshot, property.as_ref()),
                types: Vec::new(),
            })
            .collect()
    }

    /// What there is to show of a thing; `None` if the data says nothing about it.
    pub fn preview(&self, snapshot: &Snapshot, id: &str) -> Option<Preview> {
        const FACTS: [(&str, &str); 6] = [
            ("Place", "place"),
            ("Country", "country"),
            ("Sectors", "sector"),
            ("Level", "level"),
            ("Sphere", "sphere"),
            ("Website", "website"),
        ];
        let spaces = self.spaces_of(snapshot);
        let iri = spaces.entity(id)?;
        let labels = Labels::new(snapshot, &spaces);
        let name = labels.label(&iri);
        let mut graphs = BTreeSet::new();
        let mut names = BTreeSet::new();
        for quad in snapshot.quads_for_pattern(Some(iri.as_ref().into()), None, None, None) {
            if let Term::Literal(literal) = &quad.object
                && search::FIELDS
                    .properties()
                    .any(|field| *field == quad.predicate)
                && literal.value() != name
            {
                names.insert(literal.value().to_owned());
            }
            graphs.insert(match &quad.graph_name {
                oxigraph::model::GraphName::NamedNode(graph) => {
                    let graph = graph.as_str();
                    graph.strip_prefix(iri::GRAPH).unwrap_or(graph).to_owned()
                }
                oxigraph::model::GraphName::DefaultGraph => "default".to_owned(),
                oxigraph::model::GraphName::BlankNode(graph) => graph.to_string(),
            });
        }
        if graphs.is_empty() {
            return None;
        }
        let mut facts = Vec::new();
        for (heading, property) in FACTS {
            let Some(property) = Property::find(snapshot, &spaces, property) else {
                continue;
            };
            let values: BTreeSet<String> = property
                .values(snapshot, &iri)
                .into_iter()
                .map(|value| match value {
                    Term::NamedNode(node) if heading == "Website" => node.into_string(),
                    Term::NamedNode(node) => labels.label(&node),
                    Term::Literal(literal) => literal.value().to_owned(),
                    term => term.to_string(),
                })
                .collect();
            if !values.is_empty() {
                facts.push((heading.to_owned(), values.into_iter().take(8).collect()));
            }
        }
        Some(Preview {
            id: spaces.id_of(&iri),
            name,
            other_names: names.into_iter().take(MOST_NAMES).collect(),
            types: labels
                .types(&iri)
                .into_iter()
                .map(|class| class.name)
                .collect(),
            definition: resource::definition(snapshot, iri.as_ref()),
            facts,
            graphs: graphs.into_iter().collect(),
            iri,
        })
    }

    /// A class or property by its id; `None` if the data has none such.
    pub fn term_suggestion(
        &self,
        snapshot: &Snapshot,
        id: &str,
        is_class: bool,
    ) -> Option<Suggestion> {
        let spaces = self.spaces_of(snapshot);
        if !is_class {
            return Property::find(snapshot, &spaces, id).map(of_property);
        }
        let class = spaces.class(snapshot, id)?;
        let labels = Labels::new(snapshot, &spaces);
        Some(Suggestion {
            id: spaces.id_of_term(&class),
            name: labels.label(&class),
            description: resource::definition(snapshot, class.as_ref()),
            types: broader(snapshot, &spaces, &labels, &class),
        })
    }
}

const OWL_CLASS: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2002/07/owl#Class");

fn of_property(property: Property) -> Suggestion {
    Suggestion {
        id: property.id,
        name: property.name,
        description: property.description,
        types: Vec::new(),
    }
}

/// The wider classes of a class.
fn broader(
    snapshot: &Snapshot,
    spaces: &Spaces,
    labels: &Labels<'_>,
    class: &NamedNode,
) -> Vec<TypeName> {
    let wider: BTreeSet<NamedNode> = snapshot
        .quads_for_pattern(
            Some(class.as_ref().into()),
            Some(rdfs::SUB_CLASS_OF),
            None,
            None,
        )
        .filter_map(|quad| match quad.object {
            Term::NamedNode(wider) if wider != *class => Some(wider),
            _ => None,
        })
        .collect();
    wider
        .iter()
        .map(|class| TypeName {
            id: spaces.id_of_term(class),
            name: labels.label(class),
        })
        .collect()
}

/// What the data defines as one of some classes.
fn defined(snapshot: &Snapshot, classes: &[NamedNodeRef<'static>]) -> BTreeSet<NamedNode> {
    classes
        .iter()
        .flat_map(|class| {
            snapshot.quads_for_pattern(None, Some(rdf::TYPE), Some((*class).into()), None)
        })
        .filter_map(|quad| match quad.subject {
            NamedOrBlankNode::NamedNode(node) => Some(node),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect()
}

/// Terms whose name or id begins with a text, or has a word that does: the best first, Weft's own
/// before others, the most used before those.
fn ranked(
    snapshot: &Snapshot,
    spaces: &Spaces,
    text: &str,
    counts: BTreeMap<NamedNode, usize>,
    window: Range<usize>,
) -> Vec<NamedNode> {
    let wanted = folded_words(text).join(" ");
    let is_anything = text.trim().is_empty();
    let mut found: Vec<(u8, usize, NamedNode)> = Vec::new();
    for (term, count) in counts {
        let id = spaces.id_of_term(&term);
        let given = text.trim();
        let is_named = given == id
            || given == term.as_str()
            || iri::shortened(term.as_str()).is_some_and(|short| short == given);
        let rank = if is_anything {
            0
        } else if is_named {
            5
        } else {
            let local = id.rsplit(['/', '#']).next().unwrap_or(&id);
            let mut rank = rank_of(&wanted, local);
            for quad in snapshot.quads_for_pattern(
                Some(term.as_ref().into()),
                Some(rdfs::LABEL),
                None,
                None,
            ) {
                if let Term::Literal(label) = quad.object {
                    rank = rank.max(rank_of(&wanted, label.value()));
                }
            }
            if rank == 0 {
                continue;
            }
            rank
        };
        found.push((rank, count, term));
    }
    let order = |(rank, count, term): &(u8, usize, NamedNode)| {
        (*rank, term.as_str().starts_with(iri::NS), *count)
    };
    found.sort_by(|a, b| {
        order(b)
            .cmp(&order(a))
            .then_with(|| a.2.as_str().cmp(b.2.as_str()))
    });
    let end = window.end.min(found.len());
    let start = window.start.min(end);
    found.drain(start..end).map(|(_, _, term)| term).collect()
}

/// How well a name begins with a text: 0 if no word of it does.
fn rank_of(wanted: &str, name: &str) -> u8 {
    let words = folded_words(name);
    let whole = words.join(" ");
    if wanted.is_empty() {
        0
    } else if whole == wanted {
        4
    } else if whole.starts_with(wanted) {
        3
    } else if words.iter().any(|word| word.starts_with(wanted)) {
        2
    } else {
        u8::from(whole.contains(wanted))
    }
}
