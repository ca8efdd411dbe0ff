//! Text search: things by their names, in every language, at `/api/v1/search`, on the command
//! line and in queries as `SERVICE <https://w3id.org/weft/search>`.

use super::{KnowledgeGraph, iri};
use crate::ingest::rdf::graph_named;
use crate::store::{
    Limits, Snapshot, StoreError, TextError, TextFields, TextHit, TextHits, TextQuery, TextScope,
    Wanted,
};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef, Triple,
};
use percent_encoding::percent_decode_str;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// The name of text search in a `SERVICE` clause; parameters may follow after `?`.
pub const SERVICE: &str = "https://w3id.org/weft/search";

/// Properties that name things, in the order in which they win where labels are equal, with how
/// much they are preferred.
pub(super) static FIELDS: LazyLock<Arc<TextFields>> = LazyLock::new(|| {
    let fields = [
        ("http://www.w3.org/2004/02/skos/core#prefLabel", 1.0),
        (rdfs::LABEL.as_str(), 1.0),
        ("http://xmlns.com/foaf/0.1/name", 0.9),
        ("http://schema.org/name", 0.9),
        ("https://schema.org/name", 0.9),
        ("http://purl.org/dc/terms/title", 0.9),
        ("http://purl.org/dc/elements/1.1/title", 0.9),
        ("http://www.w3.org/ns/regorg#legalName", 0.8),
        ("http://schema.org/legalName", 0.8),
        ("https://schema.org/legalName", 0.8),
        ("http://www.w3.org/2004/02/skos/core#altLabel", 0.5),
        ("http://purl.org/dc/terms/alternative", 0.5),
        ("http://schema.org/alternateName", 0.5),
        ("https://schema.org/alternateName", 0.5),
        ("http://xmlns.com/foaf/0.1/nick", 0.4),
        ("http://www.w3.org/2004/02/skos/core#notation", 0.3),
        ("http://www.w3.org/2004/02/skos/core#hiddenLabel", 0.2),
    ];
    Arc::new(TextFields::new(fields.map(|(property, preference)| {
        (NamedNode::new_unchecked(property), preference)
    })))
});

/// Short names of the classes that people look for.
const KINDS: [(&str, &str); 13] = [
    ("actor", "https://w3id.org/weft/ns#Actor"),
    ("service", "https://w3id.org/weft/ns#Service"),
    ("innovation", "https://w3id.org/weft/ns#Innovation"),
    ("place", "https://w3id.org/weft/ns#Place"),
    ("sector", "https://w3id.org/weft/ns#Sector"),
    ("level", "https://w3id.org/weft/ns#GovernanceLevel"),
    ("sphere", "https://w3id.org/weft/ns#Sphere"),
    ("role", "https://w3id.org/weft/ns#Role"),
    ("instrument", "https://w3id.org/weft/ns#Instrument"),
    ("legal-form", "https://w3id.org/weft/ns#LegalForm"),
    ("target-group", "https://w3id.org/weft/ns#TargetGroup"),
    ("network", "https://w3id.org/weft/ns#Network"),
    ("concept", "http://www.w3.org/2004/02/skos/core#Concept"),
];

/// The properties of the clause, as the ontology has them.
mod term {
    pub(super) const MATCHES: &str = "https://w3id.org/weft/ns#matches";
    pub(super) const SCORE: &str = "https://w3id.org/weft/ns#score";
    pub(super) const LABEL: &str = "https://w3id.org/weft/ns#matchedLabel";
    pub(super) const PROPERTY: &str = "https://w3id.org/weft/ns#matchedProperty";
    pub(super) const LIMIT: &str = "https://w3id.org/weft/ns#limit";
    pub(super) const LANGUAGE: &str = "https://w3id.org/weft/ns#inLanguage";
}

/// Why a search cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// A parameter has a value that does not fit.
    #[error("`{name}`: `{value}` is not {expected}")]
    Value {
        /// The parameter.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it could be.
        expected: String,
    },
    /// A clause of a query does not say what it looks for, or says it twice.
    #[error("{0}")]
    Clause(String),
}

/// What somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    text: String,
    query: TextQuery,
    scope: TextScope,
}

impl Search {
    /// Looks for all words of a text, also in words that begin with them or are mistyped.
    ///
    /// # Errors
    /// [`SearchError`] if the text has no words or too many.
    pub fn new(text: &str) -> Result<Self, SearchError> {
        Self::with_fuzzy(text, true)
    }

    /// The same; typing errors are forgiven only if `is_fuzzy`.
    ///
    /// # Errors
    /// [`SearchError`] if the text has no words or too many.
    pub fn with_fuzzy(text: &str, is_fuzzy: bool) -> Result<Self, SearchError> {
        Ok(Self {
            text: text.to_owned(),
            query: TextQuery::new(text, is_fuzzy)?,
            scope: TextScope::default(),
        })
    }

    /// Only things of one of these classes: IRIs, with a known prefix or written out, or kinds
    /// such as `actor`; a list by commas. An empty text says nothing.
    ///
    /// # Errors
    /// [`SearchError::Value`] if one is none of these.
    pub fn of_type(mut self, names: &str) -> Result<Self, SearchError> {
        for name in list(names) {
            let class = class_named(name).ok_or_else(|| SearchError::Value {
                name: "type",
                value: name.to_owned(),
                expected: format!(
                    "a class; write an IRI, or one of {}",
                    KINDS.map(|(kind, _)| kind).join(", ")
                ),
            })?;
            self.scope.types.push(class);
        }
        Ok(self)
    }

    /// Only labels in one of these languages: tags, a list by commas; `de` also stands for
    /// `de-AT`. An empty text says nothing.
    ///
    /// # Errors
    /// [`SearchError::Value`] if one is no language tag.
    pub fn in_language(mut self, tags: &str) -> Result<Self, SearchError> {
        for tag in list(tags) {
            let is_tag = tag
                .split('-')
                .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(is_tag_byte));
            if !is_tag {
                return Err(SearchError::Value {
                    name: "lang",
                    value: tag.to_owned(),
                    expected: "a language tag such as de or en-GB".to_owned(),
                });
            }
            self.scope.languages.push(tag.to_owned());
        }
        Ok(self)
    }

    /// Only labels that one of these graphs states: IRIs or names under the graphs of Weft, a
    /// list by commas. An empty text says nothing.
    ///
    /// # Errors
    /// [`SearchError::Value`] if the snapshot has no such graph.
    pub fn in_graph(mut self, names: &str, snapshot: &Snapshot) -> Result<Self, SearchError> {
        for name in list(names) {
            let graph = graph_named(name)
                .ok()
                .map(|graph| match graph.as_str() {
                    crate::store::DEFAULT_GRAPH_IRI => GraphName::DefaultGraph,
                    _ => graph.into(),
                })
                .filter(|graph| snapshot.contains_graph(graph.as_ref()))
                .ok_or_else(|| SearchError::Value {
                    name: "graph",
                    value: name.to_owned(),
                    expected: "a graph of this data; there are: SELECT DISTINCT ?g { GRAPH ?g {} }"
                        .to_owned(),
                })?;
            self.scope.graphs.push(graph);
        }
        Ok(self)
    }
}

fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// A class by its IRI, with a known prefix or written out, or by its kind.
pub(super) fn class_named(name: &str) -> Option<NamedNode> {
    if let Some((prefix, local)) = name.split_once(':') {
        return match iri::PREFIXES.get(prefix) {
            Some(namespace) => NamedNode::new(format!("{namespace}{local}")).ok(),
            None => NamedNode::new(name).ok(),
        };
    }
    KINDS
        .iter()
        .find(|(kind, _)| kind.eq_ignore_ascii_case(name))
        .map(|(_, class)| NamedNode::new_unchecked(*class))
}

/// A thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundThing {
    /// The find.
    pub hit: TextHit,
    /// What it is: of several classes one of Weft's own, if it has one, else the first by IRI.
    pub class: Option<NamedNode>,
}

impl FoundThing {
    /// Its IRI; `_:` and a label if it has none.
    pub fn id(&self) -> String {
        match &self.hit.subject {
            NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(node) => node.to_string(),
        }
    }

    /// The graphs that state the label, as the parameter `graph` takes them.
    pub fn datasets(&self) -> Vec<String> {
        let name = |graph: &GraphName| match graph {
            GraphName::NamedNode(node) => {
                let name = node.as_str();
                name.strip_prefix(iri::GRAPH).unwrap_or(name).to_owned()
            }
            GraphName::DefaultGraph => "default".to_owned(),
            GraphName::BlankNode(node) => node.to_string(),
        };
        self.hit.graphs.iter().map(name).collect()
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// How many things there are in all.
    pub total: usize,
    /// Those that were asked for, the best first.
    pub things: Vec<FoundThing>,
}

impl KnowledgeGraph {
    /// Looks for things by their names and answers those at the positions of `window`, the best
    /// first. Scores are explained at [`Snapshot::search`].
    ///
    /// # Errors
    /// [`StoreError`] if time is over.
    pub fn search(
        &self,
        snapshot: &Snapshot,
        search: &Search,
        window: Range<usize>,
        limits: &Limits,
    ) -> Result<Found, StoreError> {
        let TextHits { total, hits } = hits(snapshot, search, window, limits)?;
        let things = hits
            .into_iter()
            .map(|hit| FoundThing {
                class: class_of(snapshot, &hit.subject),
                hit,
            })
            .collect();
        Ok(Found { total, things })
    }
}

fn hits(
    snapshot: &Snapshot,
    search: &Search,
    window: Range<usize>,
    limits: &Limits,
) -> Result<TextHits, StoreError> {
    snapshot.search(&FIELDS, &search.query, &search.scope, window, limits)
}

/// What a thing is: of several classes one of Weft's own, if it has one, else the first by IRI.
pub(super) fn class_of(snapshot: &Snapshot, subject: &NamedOrBlankNode) -> Option<NamedNode> {
    snapshot
        .quads_for_pattern(
            Some(TermRef::from(subject.as_ref())),
            Some(rdf::TYPE),
            None,
            None,
        )
        .filter_map(|quad| match quad.object {
            Term::NamedNode(class) => Some(class),
            _ => None,
        })
        .min_by(|a, b| {
            let key = |class: &NamedNode| !class.as_str().starts_with(iri::NS);
            (key(a), a.as_str()).cmp(&(key(b), b.as_str()))
        })
}

// ---- in queries -----------------------------------------------------------------------------

/// What `SERVICE <…/search> { … }` answers on a version of the data, a set for each text; `None` if
/// it is another service.
pub(super) fn sets(
    snapshot: &Snapshot,
    service: &NamedNode,
    wanted: &Wanted,
    limits: &Limits,
) -> Result<Option<Vec<Vec<Triple>>>, StoreError> {
    let Some(parameters) = parameters(service.as_str()) else {
        return Ok(None);
    };
    let clause =
        Clause::new(&parameters, wanted, snapshot).map_err(|error| StoreError::BadService {
            service: service.clone(),
            message: error.to_string(),
        })?;
    let sets = clause
        .searches
        .iter()
        .map(|(text, search)| {
            let found = hits(snapshot, search, 0..clause.limit, limits)?;
            Ok(clause.triples(text, &found.hits, wanted))
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Some(sets))
}

/// The parameters of a name of the service; `None` if it is another service.
fn parameters(service: &str) -> Option<Vec<(String, String)>> {
    let rest = service.strip_prefix(SERVICE)?;
    let parameters = match rest.strip_prefix('?') {
        Some(parameters) => parameters,
        None if rest.is_empty() => "",
        None => return None,
    };
    let decode = |text: &str| {
        percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = parameters.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    Some(pairs.collect())
}

/// A clause, understood.
struct Clause {
    /// Each text as the clause has it, and what is looked for.
    searches: Vec<(Literal, Search)>,
    limit: usize,
    /// What the clause restricts the search with, to be stated of each find.
    echoes: Vec<(NamedNodeRef<'static>, Literal)>,
}

impl Clause {
    const PARAMETERS: [&str; 6] = ["q", "limit", "lang", "type", "graph", "fuzzy"];

    fn new(
        parameters: &[(String, String)],
        wanted: &Wanted,
        snapshot: &Snapshot,
    ) -> Result<Self, SearchError> {
        let mut seen: Vec<&str> = Vec::new();
        for (name, _) in parameters {
            if !Self::PARAMETERS.contains(&name.as_str()) {
                return Err(SearchError::Clause(format!(
                    "there is no parameter `{name}`; there are {}",
                    Self::PARAMETERS.join(", ")
                )));
            }
            if seen.contains(&name.as_str()) {
                return Err(SearchError::Clause(format!(
                    "parameter `{name}` is given twice"
                )));
            }
            seen.push(name);
        }
        let one = |name: &str| {
            let found = parameters.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.as_str())
        };
        let mut echoes = Vec::new();
        let mut limit = one("limit").map_or(Ok(usize::MAX), |text| whole("limit", text))?;
        if let Some(number) = constant(wanted, term::LIMIT, "weft:limit")? {
            limit = limit.min(whole("weft:limit", number.value())?);
            echoes.push((NamedNodeRef::new_unchecked(term::LIMIT), number));
        }
        let mut languages = one("lang").unwrap_or_default().to_owned();
        if let Some(tag) = constant(wanted, term::LANGUAGE, "weft:inLanguage")? {
            tag.value().clone_into(&mut languages);
            echoes.push((NamedNodeRef::new_unchecked(term::LANGUAGE), tag));
        }
        let is_fuzzy = match one("fuzzy") {
            None | Some("true") => true,
            Some("false") => false,
            Some(text) => {
                return Err(SearchError::Value {
                    name: "fuzzy",
                    value: text.to_owned(),
                    expected: "true or false".to_owned(),
                });
            }
        };
        let searches = texts(one("q"), wanted)?
            .into_iter()
            .map(|text| {
                let search = Search::with_fuzzy(text.value(), is_fuzzy)?
                    .in_language(&languages)?
                    .of_type(one("type").unwrap_or_default())?
                    .in_graph(one("graph").unwrap_or_default(), snapshot)?;
                Ok((text, search))
            })
            .collect::<Result<_, SearchError>>()?;
        Ok(Self {
            searches,
            limit,
            echoes,
        })
    }

    fn triples(&self, text: &Literal, hits: &[TextHit], wanted: &Wanted) -> Vec<Triple> {
        let mut triples = Vec::new();
        for hit in hits {
            let mut state = |property: &str, object: Term| {
                if wanted.has(property) {
                    let property = NamedNode::new_unchecked(property);
                    triples.push(Triple::new(hit.subject.clone(), property, object));
                }
            };
            state(term::MATCHES, text.clone().into());
            state(term::SCORE, Literal::from(hit.score).into());
            state(term::LABEL, hit.label.clone().into());
            state(term::PROPERTY, hit.property.clone().into());
            for (property, object) in &self.echoes {
                state(property.as_str(), object.clone().into());
            }
        }
        triples
    }
}

fn whole(name: &'static str, text: &str) -> Result<usize, SearchError> {
    text.parse().map_err(|_| SearchError::Value {
        name,
        value: text.to_owned(),
        expected: "a whole number, 0 or above".to_owned(),
    })
}

/// The texts that a clause looks for.
fn texts(parameter: Option<&str>, wanted: &Wanted) -> Result<Vec<Literal>, SearchError> {
    let bad = |message: &str| Err(SearchError::Clause(message.to_owned()));
    let mut patterns: Vec<Option<&[Term]>> = wanted.objects(term::MATCHES).collect();
    patterns.dedup();
    let terms = match (&patterns[..], parameter) {
        ([] | [None], Some(text)) => return Ok(vec![Literal::new_simple_literal(text)]),
        (_, Some(_)) => {
            return bad("the text is given twice, by `q` and by weft:matches; give it once");
        }
        ([Some(terms)], None) => *terms,
        ([], None) => {
            return bad("nothing is looked for; write ?thing weft:matches \"text\" in the clause");
        }
        ([None], None) => {
            return bad(
                "what weft:matches looks for must be known within the clause; write the text \
                 itself, or put its VALUES between the braces of the SERVICE",
            );
        }
        _ => {
            return bad(
                "weft:matches has several texts, and a score would not tell which it is of; write \
                 a SERVICE clause for each, or VALUES for one weft:matches within the clause",
            );
        }
    };
    terms
        .iter()
        .map(|term| match term {
            Term::Literal(literal) => Ok(literal.clone()),
            other => Err(SearchError::Clause(format!(
                "weft:matches looks for a text, and {other} is none"
            ))),
        })
        .collect()
}

/// The one literal that the clause gives a property of its settings.
fn constant(wanted: &Wanted, property: &str, name: &str) -> Result<Option<Literal>, SearchError> {
    let mut found: Option<&Literal> = None;
    for terms in wanted.objects(property) {
        match terms {
            Some([Term::Literal(literal)]) if found.is_none_or(|known| known == literal) => {
                found = Some(literal);
            }
            _ => {
                return Err(SearchError::Clause(format!(
                    "{name} needs one value within the clause; write it as it is"
                )));
            }
        }
    }
    Ok(found.cloned())
}

#[cfg(test)]
mod tests;
