//! The query catalogue as RDF, so that editors find its questions by asking the endpoint itself.
//!
//! The convention is that of the SIB and UniProt examples: each query is a `sh:SPARQLExecutable`
//! with its text in `sh:select`, `sh:ask`, `sh:construct` or `sh:describe` and with a comment for
//! people. The text runs anywhere as it stands: its prefixes are declared, and parameters have
//! their defaults as `VALUES`.

use super::catalogue::CatalogueQuery;
use super::{Catalogue, iri};
use crate::rdf::{Batch, end_of_string};
use crate::store::{Query, QueryForm, on_deep_stack};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Changes whenever other triples are made of the same catalogue.
const EDITION: &str = "1";

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    EXECUTABLE = "http://www.w3.org/ns/shacl#SPARQLExecutable";
    SELECT_EXECUTABLE = "http://www.w3.org/ns/shacl#SPARQLSelectExecutable";
    ASK_EXECUTABLE = "http://www.w3.org/ns/shacl#SPARQLAskExecutable";
    CONSTRUCT_EXECUTABLE = "http://www.w3.org/ns/shacl#SPARQLConstructExecutable";
    SELECT = "http://www.w3.org/ns/shacl#select";
    ASK = "http://www.w3.org/ns/shacl#ask";
    CONSTRUCT = "http://www.w3.org/ns/shacl#construct";
    DESCRIBE = "http://www.w3.org/ns/shacl#describe";
    SH_PREFIXES = "http://www.w3.org/ns/shacl#prefixes";
    DECLARE = "http://www.w3.org/ns/shacl#declare";
    PREFIX = "http://www.w3.org/ns/shacl#prefix";
    NAMESPACE = "http://www.w3.org/ns/shacl#namespace";
    KEYWORDS = "https://schema.org/keywords";
    TARGET = "https://schema.org/target";
}

/// A query of the catalogue, and the IRI it has as RDF.
pub struct Published<'a> {
    /// Its IRI.
    pub iri: NamedNode,
    /// The query.
    pub query: &'a CatalogueQuery,
    /// The language of its title and description, if it is known.
    pub language: Option<&'static str>,
}

impl<'a> Published<'a> {
    /// A query that ships with Weft: its IRI is a path of this service, and it is in English.
    pub fn of_catalogue(query: &'a CatalogueQuery) -> Self {
        Self {
            iri: NamedNode::new_unchecked(format!("{}id/query/{}", iri::WEFT, query.name)),
            query,
            language: Some("en"),
        }
    }
}

/// The triples about some queries, prefixes included; with `target` they also say where the
/// queries can be sent.
pub fn describe<'a>(
    queries: impl IntoIterator<Item = Published<'a>>,
    target: Option<&NamedNode>,
) -> Vec<Quad> {
    let mut quads = Vec::new();
    for published in queries {
        describe_one(&published, target, &mut quads);
    }
    let prefixes = iri::QUERIES_GRAPH;
    for (name, namespace) in iri::PREFIXES.iter() {
        let declaration = NamedNode::new_unchecked(format!("{}#{name}", prefixes.as_str()));
        quads.push(quad(prefixes, DECLARE, declaration.clone()));
        let name = Literal::new_simple_literal(name);
        quads.push(quad(declaration.as_ref(), PREFIX, name));
        let namespace = Literal::new_typed_literal(namespace, xsd::ANY_URI);
        quads.push(quad(declaration.as_ref(), NAMESPACE, namespace));
    }
    quads
}

fn describe_one(published: &Published<'_>, target: Option<&NamedNode>, quads: &mut Vec<Quad>) {
    let query = published.query;
    let (class, property) = match query.form() {
        QueryForm::Select => (Some(SELECT_EXECUTABLE), SELECT),
        QueryForm::Ask => (Some(ASK_EXECUTABLE), ASK),
        QueryForm::Construct => (Some(CONSTRUCT_EXECUTABLE), CONSTRUCT),
        // SHACL has no class of these.
        QueryForm::Describe => (None, DESCRIBE),
    };
    let mut say = |property: NamedNodeRef<'_>, value: Term| {
        quads.push(quad(published.iri.as_ref(), property, value));
    };
    let text = |text: &str| -> Term {
        match published.language {
            Some(language) => Literal::new_language_tagged_literal_unchecked(text, language).into(),
            None => Literal::new_simple_literal(text).into(),
        }
    };
    say(rdf::TYPE, EXECUTABLE.into_owned().into());
    if let Some(class) = class {
        say(rdf::TYPE, class.into_owned().into());
    }
    say(rdfs::LABEL, text(&query.title));
    if !query.description.is_empty() {
        say(rdfs::COMMENT, text(&query.description));
    }
    say(
        iri::IDENTIFIER,
        Literal::new_simple_literal(&query.name).into(),
    );
    if published.language.is_some() {
        for (language, translation) in &query.translations {
            let text = |text: &str| -> Term {
                Literal::new_language_tagged_literal_unchecked(text, language).into()
            };
            if let Some(title) = &translation.title {
                say(rdfs::LABEL, text(title));
            }
            if let Some(description) = &translation.description {
                say(rdfs::COMMENT, text(description));
            }
        }
    }
    for tag in &query.tags {
        say(KEYWORDS, Literal::new_simple_literal(tag).into());
    }
    say(
        property,
        Literal::new_simple_literal(runnable(query)).into(),
    );
    say(SH_PREFIXES, iri::QUERIES_GRAPH.into_owned().into());
    if let Some(target) = target {
        say(TARGET, target.clone().into());
    }
}

fn quad(subject: NamedNodeRef<'_>, property: NamedNodeRef<'_>, value: impl Into<Term>) -> Quad {
    Quad::new(
        subject.into_owned(),
        property.into_owned(),
        value,
        GraphName::DefaultGraph,
    )
}

/// The quad by which a store tells whether it has the graph of this catalogue.
pub(super) fn mark_of(catalogue: &Catalogue) -> Quad {
    let mut hasher = blake3::Hasher::new();
    let mut hash = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    hash(EDITION);
    for (name, namespace) in iri::PREFIXES.iter() {
        hash(name);
        hash(namespace);
    }
    for query in catalogue.iter() {
        hash(&query.name);
        hash(&query.text);
    }
    Quad::new(
        iri::QUERIES_GRAPH,
        iri::IDENTIFIER,
        Literal::new_simple_literal(hasher.finalize().to_hex().as_str()),
        iri::QUERIES_GRAPH,
    )
}

/// The graph of the catalogue, its mark included.
pub(super) fn graph_of(catalogue: &Catalogue) -> Batch {
    let mut batch = Batch::new();
    batch.push(&mark_of(catalogue));
    for quad in describe(catalogue.iter().map(Published::of_catalogue), None) {
        batch.push(&Quad {
            graph_name: iri::QUERIES_GRAPH.into(),
            ..quad
        });
    }
    batch
}

/// The text of a query as it runs without this service: without header lines, with all prefixes
/// declared and with the defaults of its parameters put in.
///
/// # Complexity
/// O(length of the text × parameters).
pub fn runnable(query: &CatalogueQuery) -> String {
    runnable_with(query, &[])
}

/// The same with some values in place of defaults. A value that does not fit its parameter is left
/// out; an empty one counts as none.
pub fn runnable_with(query: &CatalogueQuery, values: &[(&str, &str)]) -> String {
    let plain: String = query
        .text
        .split_inclusive('\n')
        .filter(|line| !line.trim_start().starts_with("#+"))
        .collect();
    let plain = plain.trim().to_owned();
    let defaults: Vec<(&str, String)> = query
        .parameters
        .iter()
        .filter_map(|parameter| {
            let given = values
                .iter()
                .find(|(name, value)| *name == parameter.name && !value.is_empty())
                .map(|(_, value)| *value);
            let term = parameter
                .kind
                .term(given.or(parameter.default.as_deref())?)?;
            Some((parameter.name.as_str(), term.to_string()))
        })
        .collect();
    let scanned = Scan::of(&plain);
    let mut text = String::new();
    for name in scanned.used_prefixes.difference(&scanned.declared_prefixes) {
        if let Some(namespace) = iri::PREFIXES.get(*name) {
            text.push_str(&format!("PREFIX {name}: <{namespace}>\n"));
        }
    }
    let prologue = text.clone();
    let mut done = 0;
    for group in &scanned.groups {
        let bound: Vec<String> = defaults
            .iter()
            .filter(|(name, _)| group.takes(name))
            .map(|(name, term)| format!(" VALUES ?{name} {{ {term} }}"))
            .collect();
        if !bound.is_empty() {
            text.push_str(&plain[done..group.start]);
            text.push_str(&bound.concat());
            done = group.start;
        }
    }
    text.push_str(&plain[done..]);
    let parses = |text: &str| on_deep_stack(|| Query::parse(text, None, &BTreeMap::new())).is_ok();
    if parses(&text) {
        text
    } else {
        // A way of writing that the scan does not see through: without the defaults, then.
        prologue + &plain
    }
}

/// A pattern in braces into which `VALUES` can be put at the beginning.
#[derive(Debug, Default)]
struct Group<'a> {
    /// Where it begins, after the brace.
    start: usize,
    /// Variables in it, at any depth.
    variables: BTreeSet<&'a str>,
    /// What the sub-select around it lets through; everything, if there is none.
    visible: Option<BTreeSet<&'a str>>,
    /// The outermost one gets all defaults, so that the rows have them.
    is_outermost: bool,
    is_pattern: bool,
    is_begun: bool,
}

impl Group<'_> {
    fn takes(&self, name: &str) -> bool {
        let sees = self
            .visible
            .as_ref()
            .is_none_or(|visible| visible.contains(name));
        sees && (self.is_outermost || self.variables.contains(name))
    }
}

#[derive(Default)]
struct Scan<'a> {
    /// In the order in which they begin.
    groups: Vec<Group<'a>>,
    used_prefixes: BTreeSet<&'a str>,
    declared_prefixes: BTreeSet<&'a str>,
}

impl<'a> Scan<'a> {
    /// Looks through a text that is known to be a query.
    fn of(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut scan = Self::default();
        let mut open: Vec<Group<'a>> = Vec::new();
        // Variables that a SELECT returns, until its pattern begins; `None` stands for all.
        let mut projection: Option<Option<BTreeSet<&'a str>>> = None;
        let (mut parentheses, mut values, mut prefix) = (0_usize, false, false);
        let mut outermost_seen = false;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let start = at;
            at += 1;
            match byte {
                b'#' => at = end_of(bytes, at, |byte| byte != b'\n'),
                b'"' | b'\'' => {
                    at = end_of_string(bytes, start).max(start + 1);
                    begin(&mut open);
                }
                b'<' => {
                    let end = end_of(bytes, at, |byte| {
                        byte > b' ' && !matches!(byte, b'<' | b'>' | b'"' | b'{' | b'}')
                    });
                    if bytes.get(end) == Some(&b'>') {
                        at = end + 1;
                    }
                    begin(&mut open);
                }
                b'?' | b'$' => {
                    at = end_of(bytes, at, is_name);
                    let name = &text[start + 1..at];
                    begin(&mut open);
                    if !name.is_empty() {
                        if let Some(group) = open.last_mut() {
                            group.variables.insert(name);
                        }
                        if let Some(Some(names)) = &mut projection
                            && parentheses == 0
                        {
                            names.insert(name);
                        }
                    }
                }
                b'(' => parentheses += 1,
                b')' => parentheses = parentheses.saturating_sub(1),
                b'*' if parentheses == 0 && projection.is_some() => projection = Some(None),
                b'{' => {
                    let mut group = Group {
                        start: at,
                        is_pattern: !std::mem::take(&mut values),
                        visible: open.last().and_then(|group| group.visible.clone()),
                        ..Group::default()
                    };
                    if parentheses == 0
                        && let Some(names) = projection.take()
                    {
                        if outermost_seen {
                            if let Some(names) = names {
                                group.visible = Some(match group.visible {
                                    Some(around) => names.intersection(&around).copied().collect(),
                                    None => names,
                                });
                            }
                        } else {
                            group.is_outermost = true;
                            outermost_seen = true;
                        }
                    }
                    begin(&mut open);
                    open.push(group);
                }
                b'}' => {
                    if let Some(group) = open.pop() {
                        if let Some(around) = open.last_mut() {
                            around.variables.extend(&group.variables);
                        }
                        if group.is_pattern {
                            scan.groups.push(group);
                        }
                    }
                }
                b':' => {
                    // A name with the empty prefix.
                    at = end_of(bytes, at, is_local);
                    scan.used_prefixes.insert("");
                    begin(&mut open);
                }
                byte if is_name(byte) => {
                    at = end_of(bytes, at, |byte| {
                        is_name(byte) || byte == b'-' || byte == b'.'
                    });
                    let word = &text[start..at];
                    if bytes.get(at) == Some(&b':') {
                        if std::mem::take(&mut prefix) {
                            scan.declared_prefixes.insert(word);
                        } else if !(start > 0 && bytes[start - 1] == b'_') && word != "_" {
                            scan.used_prefixes.insert(word);
                        }
                        at = end_of(bytes, at + 1, is_local);
                    } else if word.eq_ignore_ascii_case("PREFIX") {
                        prefix = true;
                    } else if word.eq_ignore_ascii_case("VALUES") {
                        values = true;
                    } else if word.eq_ignore_ascii_case("SELECT") {
                        projection = Some(Some(BTreeSet::new()));
                        if let Some(group) = open.last_mut()
                            && !group.is_begun
                        {
                            group.is_pattern = false;
                        }
                    }
                    begin(&mut open);
                }
                _ => {}
            }
        }
        scan.groups.sort_by_key(|group| group.start);
        scan
    }
}

fn begin(open: &mut [Group<'_>]) {
    if let Some(group) = open.last_mut() {
        group.is_begun = true;
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn is_local(byte: u8) -> bool {
    is_name(byte) || matches!(byte, b'-' | b'.' | b':' | b'%' | b'\\')
}

/// The first position from `at` on whose byte does not fit.
fn end_of(bytes: &[u8], at: usize, fits: impl Fn(u8) -> bool) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| !fits(*byte)))
        .map_or(bytes.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ontology::Ontology;
    use std::path::Path;

    fn query(text: &str) -> CatalogueQuery {
        let text = format!("#+ title: t\n{text}");
        CatalogueQuery::parse("q", Path::new("q.rq"), &text).unwrap()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(runnable(&query(text)), expected);
    }

    #[test]
    fn prefixes_that_are_not_declared_are() {
        check(
            "PREFIX e: <http://e/#x>\n# skos:no\nASK { e:a weft:sector 'skos:no', _:b, \"\"\"}\"\"\" }",
            "PREFIX weft: <https://w3id.org/weft/ns#>\nPREFIX e: <http://e/#x>\n# skos:no\nASK { e:a weft:sector 'skos:no', _:b, \"\"\"}\"\"\" }",
        );
        check("ASK { ?a ?b ?c }", "ASK { ?a ?b ?c }");
    }

    #[test]
    fn defaults_are_values_in_each_pattern_that_has_the_variable() {
        let header = "#+ parameter: n, integer, x, default=3\n#+ parameter: free, iri, x\n";
        let check = |text: &str, expected: &str| check(&format!("{header}{text}"), expected);
        let three = "VALUES ?n { \"3\"^^<http://www.w3.org/2001/XMLSchema#integer> }";
        check(
            "SELECT ?n ?free { ?a ?b ?c FILTER(?c < ?n) }",
            &format!("SELECT ?n ?free {{ {three} ?a ?b ?c FILTER(?c < ?n) }}"),
        );
        check(
            "SELECT * WHERE { VALUES ?n { 3 4 } { SELECT (COUNT(?n) AS ?m) ?free { ?n ?free ?c } GROUP BY ?free } { SELECT ?n { ?n ?p ?c } } OPTIONAL { ?n ?q ?r } { ?x ?y ?z } }",
            &format!(
                "SELECT * WHERE {{ {three} VALUES ?n {{ 3 4 }} {{ SELECT (COUNT(?n) AS ?m) ?free {{ ?n ?free ?c }} GROUP BY ?free }} {{ SELECT ?n {{ {three} ?n ?p ?c }} }} OPTIONAL {{ {three} ?n ?q ?r }} {{ ?x ?y ?z }} }}"
            ),
        );
    }

    #[test]
    fn the_catalogue_that_ships_is_published_as_queries_that_run() {
        let ontology = Ontology::built_in().unwrap();
        let catalogue = Catalogue::new(ontology.query_files()).unwrap();
        for query in catalogue.iter() {
            let text = runnable(query);
            assert!(Query::parse(&text, None, &BTreeMap::new()).is_ok());
            for parameter in &query.parameters {
                let is_set = text.contains(&format!("VALUES ?{} {{", parameter.name));
                assert_eq!(is_set, parameter.default.is_some(), "{text}");
            }
        }
        let quads: Vec<Quad> = graph_of(&catalogue).iter().collect();
        assert!(quads.contains(&mark_of(&catalogue)));
        let count = |property: NamedNodeRef<'_>| {
            quads
                .iter()
                .filter(|quad| quad.predicate == property)
                .count()
        };
        assert_eq!(count(SELECT), catalogue.iter().count());
        assert_eq!(count(DECLARE), iri::PREFIXES.len());
        // The same catalogue makes the same graph.
        let again: Vec<Quad> = graph_of(&catalogue).iter().collect();
        assert_eq!(quads, again);
    }
}
