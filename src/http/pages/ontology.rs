//! `/ontology` and `/ns`: the vocabulary drawn, listed and searchable; `/code…`: the code lists.
//!
//! Everything is read from the graph `ontology`, so a vocabulary that replaces the one that ships
//! is shown as it is.

use super::links::{Link, Links, encoded};
use super::partners::licence_link;
use super::{Shell, render};
use crate::app::resource::{Concept, Description, label_in};
use crate::app::{KnowledgeGraph, iri};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::request::{self, Form};
use crate::http::respond::Reading;

use crate::store::{Snapshot, Statistics, folded_words};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Codes that a search lists; all are counted.
const MOST_CODES: usize = 60;
/// Concepts that the page of a code list shows.
const MOST_CONCEPTS: usize = 1_000;
/// Longer searches are cut to so many characters.
const LONGEST_SEARCH: usize = 200;
/// Longer texts of the data are cut to so many characters in lists.
const LONGEST_TEXT: usize = 1_000;

/// The page that has all terms.
const TERMS: &str = "/ontology";
const DCT_LICENCE: &str = "http://purl.org/dc/terms/license";

const OWL: &str = "http://www.w3.org/2002/07/owl#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const SHACL: &str = "http://www.w3.org/ns/shacl#";
const SCHEMA: &str = "http://schema.org/";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/ontology", get(ontology))
}

/// `GET /ontology?q=`: the vocabulary; with `q` what of it, and of the code lists, has the words.
async fn ontology(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["q"])?;
    let q: String = form
        .one("q")?
        .unwrap_or_default()
        .trim()
        .chars()
        .take(LONGEST_SEARCH)
        .collect();
    let snapshot = request::snapshot(&state, &headers)?;
    let rules = state.graph().ontology().fingerprint();
    let reading = Reading::new(&state, &snapshot, &["ontology", shell.tag(), &rules, &q]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| vocabulary(shell, graph, &snapshot, &q))
        .await?;
    Ok(reading.respond(Format::Html, body))
}

/// A text, and its language where that is not the page's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Said {
    pub(in crate::http) text: String,
    pub(in crate::http) lang: Option<String>,
}

impl Said {
    pub(in crate::http) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            lang: None,
        }
    }

    /// With at most so many characters.
    pub(in crate::http) fn shortened(self, longest: usize) -> Self {
        Self {
            text: cut(&self.text, longest),
            lang: self.lang,
        }
    }

    /// The best of several literals for a language: in it, else English, else any.
    pub(in crate::http) fn best<'a>(
        literals: impl Iterator<Item = &'a Literal>,
        language: &str,
    ) -> Option<Self> {
        let is_in = |literal: &Literal, wanted: &str| {
            literal
                .language()
                .and_then(|tag| tag.split('-').next())
                .is_some_and(|tag| tag == wanted)
        };
        let rank = |literal: &Literal| match literal.language() {
            Some(_) if is_in(literal, language) => 0,
            Some(_) if is_in(literal, "en") => 1,
            None => 2,
            Some(_) => 3,
        };
        let best = literals.min_by(|a, b| (rank(a), a.value()).cmp(&(rank(b), b.value())))?;
        Some(Self {
            text: best.value().to_owned(),
            lang: best
                .language()
                .filter(|_| !is_in(best, language))
                .map(str::to_owned),
        })
    }
}

/// A text that is too long for a list, cut.
pub(in crate::http) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The graph `ontology`, by subject.
struct Known<'a> {
    snapshot: &'a Snapshot,
    statistics: Arc<Statistics>,
    about: HashMap<NamedNode, Vec<(NamedNode, Term)>>,
    links: Links,
    language: &'static str,
    /// The page that has the terms; empty on the page itself.
    terms_at: &'static str,
}

impl<'a> Known<'a> {
    fn of(snapshot: &'a Snapshot, base: &str, shell: &Shell) -> Self {
        let graph = GraphNameRef::NamedNode(iri::ONTOLOGY_GRAPH);
        let mut about: HashMap<NamedNode, Vec<(NamedNode, Term)>> = HashMap::new();
        for quad in snapshot.quads_for_pattern(None, None, None, Some(graph)) {
            if let NamedOrBlankNode::NamedNode(subject) = quad.subject {
                let statement = (quad.predicate, quad.object);
                about.entry(subject).or_default().push(statement);
            }
        }
        Self {
            snapshot,
            statistics: snapshot.statistics(),
            about,
            links: Links::new(base),
            terms_at: TERMS,
            language: shell.language.tag(),
        }
    }

    fn values(&self, node: &NamedNode, property: &str) -> impl Iterator<Item = &Term> {
        let property = property.to_owned();
        self.about
            .get(node)
            .into_iter()
            .flatten()
            .filter(move |(known, _)| known.as_str() == property)
            .map(|(_, value)| value)
    }

    fn nodes(&self, node: &NamedNode, property: &str) -> Vec<NamedNode> {
        let mut nodes: Vec<NamedNode> = self
            .values(node, property)
            .filter_map(|value| match value {
                Term::NamedNode(node) => Some(node.clone()),
                _ => None,
            })
            .collect();
        nodes.sort();
        nodes.dedup();
        nodes
    }

    fn text(&self, node: &NamedNode, properties: &[&str]) -> Option<Said> {
        properties.iter().find_map(|property| {
            let literals = self.values(node, property).filter_map(|value| match value {
                Term::Literal(literal) => Some(literal),
                _ => None,
            });
            Said::best(literals, self.language).map(|said| said.shortened(LONGEST_TEXT))
        })
    }

    fn label(&self, node: &NamedNode) -> Said {
        let (pref, title) = (iri::PREF_LABEL.as_str(), iri::TITLE.as_str());
        self.text(node, &[pref, rdfs::LABEL.as_str(), title])
            .unwrap_or_else(|| Said::plain(short(node.as_str())))
    }

    fn definition(&self, node: &NamedNode) -> Option<Said> {
        let properties = [iri::DEFINITION, iri::DESCRIPTION, rdfs::COMMENT];
        self.text(node, &properties.map(|property| property.as_str()))
    }

    fn notation(&self, node: &NamedNode) -> Option<String> {
        self.text(node, &[iri::NOTATION.as_str()])
            .map(|said| said.text)
    }

    fn has_type(&self, node: &NamedNode, class: &str) -> bool {
        self.values(node, rdf::TYPE.as_str())
            .any(|value| matches!(value, Term::NamedNode(node) if node.as_str() == class))
    }

    /// Whether a class is a kind of another, by however many steps.
    fn is_kind_of(&self, class: &NamedNode, other: &str) -> bool {
        let mut waiting = vec![class.clone()];
        let mut seen = HashSet::new();
        while let Some(class) = waiting.pop() {
            if class.as_str() == other {
                return true;
            }
            if seen.insert(class.clone()) {
                waiting.extend(self.nodes(&class, rdfs::SUB_CLASS_OF.as_str()));
            }
        }
        false
    }

    fn instances(&self, class: &NamedNode) -> usize {
        let id = self.snapshot.id_of(class.as_ref().into());
        id.map_or(0, |id| self.statistics.instances(id))
    }

    fn uses(&self, property: &NamedNode) -> usize {
        let id = self.snapshot.id_of(property.as_ref().into());
        id.map_or(0, |id| self.statistics.property(id).triples)
    }

    fn link(&self, node: &NamedNode) -> Link {
        let text = match node.as_str().strip_prefix(iri::NS) {
            Some(_) => self.label(node).text,
            None => short(node.as_str()),
        };
        let href = match node.as_str().strip_prefix(iri::NS) {
            Some(id) => Some(format!("{}#{id}", self.terms_at)),
            None => self.links.href(self.snapshot, node.as_ref()),
        };
        Link { href, text }
    }

    fn linked(&self, nodes: Vec<NamedNode>) -> Vec<Link> {
        nodes.iter().map(|node| self.link(node)).collect()
    }

    /// Everything that is said of a thing in words, for a search.
    fn words(&self, node: &NamedNode) -> String {
        let about = self.about.get(node);
        let literals = about
            .into_iter()
            .flatten()
            .filter_map(|(_, value)| match value {
                Term::Literal(literal) => Some(literal.value()),
                _ => None,
            });
        let name = node.as_str().rsplit(['/', '#']).next().unwrap_or_default();
        [name]
            .into_iter()
            .chain(literals)
            .map(folded)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn folded(text: &str) -> String {
    folded_words(text).join(" ")
}

/// An IRI with a prefix, if one is known.
fn short(iri: &str) -> String {
    iri::shortened(iri).unwrap_or_else(|| {
        let known = VOCABULARIES.iter().find_map(|(prefix, namespace, _)| {
            let local = iri.strip_prefix(namespace)?;
            (!local.is_empty()).then(|| format!("{prefix}:{local}"))
        });
        known.unwrap_or_else(|| iri.to_owned())
    })
}

// ---- the drawing ------------------------------------------------------------------------------

/// Width and height of a box of the drawing.
const BOX: (i32, i32) = (160, 54);

/// What a box stands for, which its colour says too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Thing,
    Relation,
    Code,
}

impl Part {
    fn class(self) -> &'static str {
        match self {
            Self::Thing => "thing",
            Self::Relation => "relation",
            Self::Code => "codes",
        }
    }
}

/// The core classes, and where the middle of each box is.
const BOXES: [(&str, i32, i32, Part); 15] = [
    ("Sphere", 100, 60, Part::Code),
    ("LegalForm", 100, 150, Part::Code),
    ("Tie", 100, 250, Part::Relation),
    ("FundingFlow", 100, 350, Part::Relation),
    ("IntegrationAssessment", 100, 450, Part::Relation),
    ("GovernanceLevel", 420, 60, Part::Code),
    ("Actor", 420, 260, Part::Thing),
    ("Place", 420, 470, Part::Thing),
    ("Sector", 720, 60, Part::Code),
    ("Participation", 720, 290, Part::Relation),
    ("Role", 640, 470, Part::Code),
    ("Instrument", 820, 470, Part::Code),
    ("TargetGroup", 1080, 60, Part::Code),
    ("Service", 1080, 210, Part::Thing),
    ("Innovation", 1080, 350, Part::Thing),
];

/// Lines of the drawing: from, by which properties, to, and the ends.
type Line = (
    &'static str,
    &'static [&'static str],
    &'static str,
    [i32; 4],
);
const LINES: [Line; 16] = [
    ("Actor", &["sphere"], "Sphere", [340, 225, 180, 75]),
    ("Actor", &["legalForm"], "LegalForm", [340, 242, 180, 158]),
    ("Tie", &["from", "to"], "Actor", [180, 250, 340, 258]),
    (
        "FundingFlow",
        &["payer", "payee"],
        "Actor",
        [180, 345, 340, 278],
    ),
    (
        "IntegrationAssessment",
        &["party"],
        "Actor",
        [180, 435, 340, 295],
    ),
    ("Actor", &["level"], "GovernanceLevel", [420, 210, 420, 87]),
    ("Actor", &["sector"], "Sector", [490, 210, 655, 87]),
    ("Actor", &["provides"], "Service", [500, 228, 1000, 200]),
    ("Actor", &["place"], "Place", [420, 310, 420, 443]),
    ("Participation", &["actor"], "Actor", [640, 290, 500, 282]),
    ("Participation", &["in"], "Service", [800, 282, 1000, 222]),
    (
        "Participation",
        &["in"],
        "Innovation",
        [800, 302, 1000, 345],
    ),
    ("Participation", &["role"], "Role", [690, 317, 652, 443]),
    (
        "Participation",
        &["instrument"],
        "Instrument",
        [752, 317, 806, 443],
    ),
    ("Service", &["sector"], "Sector", [1015, 183, 790, 87]),
    (
        "Service",
        &["targetGroup"],
        "TargetGroup",
        [1080, 183, 1080, 87],
    ),
];

struct BoxView {
    id: &'static str,
    class: &'static str,
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    middle: i32,
    /// The lines of its name, and how high each stands.
    lines: Vec<(i32, String)>,
    count_at: i32,
    label: String,
    instances: usize,
}

struct LineView {
    ends: [i32; 4],
    label_at: (i32, i32),
    label: String,
    from: Link,
    to: Link,
}

struct Drawing {
    boxes: Vec<BoxView>,
    lines: Vec<LineView>,
}

fn drawing(known: &Known<'_>) -> Drawing {
    let node = |id: &str| NamedNode::new_unchecked(format!("{}{id}", iri::NS));
    let is_there = |id: &str| known.about.contains_key(&node(id));
    let boxes = BOXES
        .iter()
        .filter(|(id, ..)| is_there(id))
        .map(|(id, x, middle, part)| {
            let class = node(id);
            let label = known.label(&class).text;
            let height = if *id == "Actor" { 100 } else { BOX.1 };
            let names = in_lines(&label);
            // The middle of all lines, the number below them included, is that of the box.
            let first = middle + 5 - 8 * names.len() as i32;
            let lines: Vec<(i32, String)> = names
                .into_iter()
                .enumerate()
                .map(|(at, name)| (first + 16 * at as i32, name))
                .collect();
            BoxView {
                id,
                class: part.class(),
                x: x - BOX.0 / 2,
                y: middle - height / 2,
                width: BOX.0,
                height,
                middle: *x,
                count_at: first + 16 * lines.len() as i32,
                lines,
                instances: known.instances(&class),
                label,
            }
        })
        .collect();
    let lines = LINES
        .iter()
        .filter_map(|(from, properties, to, ends)| {
            let labels: Vec<String> = properties
                .iter()
                .filter(|property| is_there(property))
                .map(|property| known.label(&node(property)).text)
                .collect();
            let is_whole = is_there(from) && is_there(to) && !labels.is_empty();
            let [x1, y1, x2, y2] = *ends;
            is_whole.then(|| LineView {
                ends: *ends,
                label_at: (i32::midpoint(x1, x2), i32::midpoint(y1, y2) + 4),
                label: labels.join(", "),
                from: known.link(&node(from)),
                to: known.link(&node(to)),
            })
        })
        .collect();
    Drawing { boxes, lines }
}

/// A name in one line or two, where it is too wide for a box.
fn in_lines(name: &str) -> Vec<String> {
    const WIDEST: usize = 19;
    let mut lines = vec![String::new()];
    for word in name.split_whitespace() {
        let is_full = lines.len() < 2
            && lines
                .last()
                .is_some_and(|line| !line.is_empty() && line.len() + word.len() >= WIDEST);
        if is_full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
        .into_iter()
        .map(|line| cut(&line, WIDEST + 3))
        .collect()
}

// ---- the terms --------------------------------------------------------------------------------

/// A class or a property.
struct TermView {
    id: String,
    label: Said,
    definition: Option<Said>,
    note: Option<Said>,
    parents: Vec<Link>,
    of: Vec<Link>,
    takes: Vec<Link>,
    /// Instances of a class, statements with a property.
    uses: usize,
    ask: String,
}

/// Terms that belong together.
struct GroupOfTerms {
    id: &'static str,
    title: String,
    terms: Vec<TermView>,
}

fn term(known: &Known<'_>, node: &NamedNode, is_class: bool) -> TermView {
    let id = node.as_str().trim_start_matches(iri::NS).to_owned();
    let (parents, uses) = if is_class {
        (rdfs::SUB_CLASS_OF, known.instances(node))
    } else {
        (rdfs::SUB_PROPERTY_OF, known.uses(node))
    };
    let both = |one: NamedNodeRef<'_>, many: &str| {
        let mut nodes = known.nodes(node, one.as_str());
        nodes.extend(known.nodes(node, &format!("{SCHEMA}{many}")));
        known.linked(nodes)
    };
    let query = if is_class {
        format!(
            "SELECT ?thing ?label {{\n  ?thing a weft:{id} .\n  OPTIONAL {{ ?thing rdfs:label ?label }}\n}}\nORDER BY ?label LIMIT 500"
        )
    } else {
        format!(
            "SELECT ?thing ?value ?graph {{\n  GRAPH ?graph {{ ?thing weft:{id} ?value }}\n}}\nORDER BY ?thing LIMIT 500"
        )
    };
    TermView {
        label: known.label(node),
        definition: known.definition(node),
        note: known.text(node, &[&format!("{SKOS}scopeNote")]),
        parents: known.linked(known.nodes(node, parents.as_str())),
        of: both(rdfs::DOMAIN, "domainIncludes"),
        takes: both(rdfs::RANGE, "rangeIncludes"),
        uses,
        ask: format!("/sparql?query={}", encoded(&query)),
        id,
    }
}

/// A word of another vocabulary, and how it relates to one of ours.
struct Match {
    foreign: Link,
    relation: String,
    own: Link,
}

/// The words of one vocabulary.
struct Vocabulary {
    name: &'static str,
    matches: Vec<Match>,
}

/// Prefix, namespace and name of the vocabularies that are likely to be met.
const VOCABULARIES: [(&str, &str, &str); 17] = [
    (
        "org",
        "http://www.w3.org/ns/org#",
        "W3C Organization Ontology",
    ),
    ("cpsv", "http://purl.org/vocab/cpsv#", "CPSV-AP"),
    (
        "cv",
        "http://data.europa.eu/m8g/",
        "Core Vocabularies, CPOV",
    ),
    ("locn", "http://www.w3.org/ns/locn#", "Core Location"),
    ("schema", "http://schema.org/", "schema.org"),
    ("foaf", "http://xmlns.com/foaf/0.1/", "FOAF"),
    ("prov", "http://www.w3.org/ns/prov#", "W3C PROV"),
    ("dcat", "http://www.w3.org/ns/dcat#", "W3C DCAT"),
    ("qb", "http://purl.org/linked-data/cube#", "W3C Data Cube"),
    ("dqv", "http://www.w3.org/ns/dqv#", "W3C Data Quality"),
    ("dct", "http://purl.org/dc/terms/", "Dublin Core"),
    ("geo", "http://www.opengis.net/ont/geosparql#", "GeoSPARQL"),
    (
        "cids",
        "https://ontology.commonapproach.org/cids#",
        "Common Impact Data Standard",
    ),
    (
        "toveorg",
        "http://ontology.eil.utoronto.ca/tove/organization#",
        "TOVE",
    ),
    ("skos", SKOS, "SKOS"),
    ("sssom", "https://w3id.org/sssom/", "SSSOM"),
    ("wgs84", "http://www.w3.org/2003/01/geo/wgs84_pos#", "WGS84"),
];

/// How a foreign term relates to ours, by the property and which of the two is its subject.
fn relation(shell: &Shell, property: &str, ours_first: bool) -> Option<String> {
    let local = property.rsplit(['#', '/']).next()?;
    Some(match (local, ours_first) {
        ("subClassOf" | "subPropertyOf", true) => shell.t("ontology-rel-each-of-ours"),
        ("subClassOf" | "subPropertyOf", false) => shell.t("ontology-rel-each-of-theirs"),
        ("broadMatch", true) | ("narrowMatch", false) => shell.t("ontology-rel-wider"),
        ("narrowMatch", true) | ("broadMatch", false) => shell.t("ontology-rel-narrower"),
        ("exactMatch" | "equivalentClass" | "equivalentProperty", _) => {
            shell.t("ontology-rel-same")
        }
        ("closeMatch", _) => shell.t("ontology-rel-close"),
        ("relatedMatch", _) => shell.t("ontology-rel-related"),
        _ => return None,
    })
}

fn alignments(
    known: &Known<'_>,
    shell: &Shell,
    is_wanted: impl Fn(&NamedNode, &str) -> bool,
) -> Vec<Vocabulary> {
    let mut found: BTreeMap<usize, BTreeMap<(String, String, String), Match>> = BTreeMap::new();
    let vocabulary = |iri: &str| {
        VOCABULARIES
            .iter()
            .position(|(_, namespace, _)| iri.starts_with(namespace))
    };
    for (subject, statements) in &known.about {
        for (property, value) in statements {
            let Term::NamedNode(object) = value else {
                continue;
            };
            let is_ours = |node: &NamedNode| node.as_str().starts_with(iri::NS);
            let (own, foreign) = match (is_ours(subject), is_ours(object)) {
                (true, false) => (subject, object),
                (false, true) => (object, subject),
                _ => continue,
            };
            let Some(position) = vocabulary(foreign.as_str()) else {
                continue;
            };
            let Some(relation) = relation(shell, property.as_str(), own == subject) else {
                continue;
            };
            // By our words, or by theirs: `cpsv:PublicService` of CPSV-AP.
            let name = VOCABULARIES.get(position).map_or("", |(_, _, name)| name);
            if !is_wanted(own, &format!("{} {name}", short(foreign.as_str()))) {
                continue;
            }
            let own_link = known.link(own);
            let entry = (
                short(foreign.as_str()),
                relation.clone(),
                own_link.text.clone(),
            );
            let matched = Match {
                foreign: Link {
                    href: Some(foreign.as_str().to_owned()),
                    text: short(foreign.as_str()),
                },
                relation,
                own: own_link,
            };
            found.entry(position).or_default().insert(entry, matched);
        }
    }
    found
        .into_iter()
        .filter_map(|(position, matches)| {
            Some(Vocabulary {
                name: VOCABULARIES.get(position)?.2,
                matches: matches.into_values().collect(),
            })
        })
        .collect()
}

/// A rule that reads foreign data.
struct RuleView {
    name: String,
    title: String,
    description: String,
    tags: String,
}

/// What valid data of a class looks like, in words.
struct ShapeView {
    class: Link,
    rules: Vec<ShapeRule>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ShapeRule {
    /// 0 for violations, 1 for warnings, 2 for remarks.
    gravity: u8,
    path: String,
    message: String,
    lang: Option<String>,
}

/// The shapes of the ontology, by the class that they are about.
fn shapes(known: &Known<'_>, turtle: &str) -> Vec<ShapeView> {
    let mut about: HashMap<NamedOrBlankNode, Vec<(NamedNode, Term)>> = HashMap::new();
    // What cannot be read was refused when the ontology was loaded.
    for quad in RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(turtle)
        .flatten()
    {
        let statement = (quad.predicate, quad.object);
        about.entry(quad.subject).or_default().push(statement);
    }
    let values = |node: &NamedOrBlankNode, property: &str| -> Vec<Term> {
        about
            .get(node)
            .into_iter()
            .flatten()
            .filter(|(known, _)| known.as_str().strip_prefix(SHACL) == Some(property))
            .map(|(_, value)| value.clone())
            .collect()
    };
    let mut by_class: BTreeMap<NamedNode, BTreeSet<ShapeRule>> = BTreeMap::new();
    for shape in about.keys() {
        for class in values(shape, "targetClass") {
            let Term::NamedNode(class) = class else {
                continue;
            };
            if !class.as_str().starts_with(iri::NS) {
                continue;
            }
            let rules = by_class.entry(class).or_default();
            for part in values(shape, "property") {
                let part = match part {
                    Term::NamedNode(node) => NamedOrBlankNode::from(node),
                    Term::BlankNode(node) => node.into(),
                    _ => continue,
                };
                let messages = values(&part, "message");
                let literals = messages.iter().filter_map(|message| match message {
                    Term::Literal(literal) => Some(literal),
                    _ => None,
                });
                let message = Said::best(literals, known.language);
                let Some(message) = message.map(|said| said.shortened(LONGEST_TEXT)) else {
                    continue;
                };
                let severity = values(&part, "severity").into_iter().next();
                let gravity = match severity.as_ref() {
                    Some(Term::NamedNode(node)) => match node.as_str().strip_prefix(SHACL) {
                        Some("Info") => 2,
                        Some("Warning") => 1,
                        _ => 0,
                    },
                    _ => 0,
                };
                let path = values(&part, "path").into_iter().next();
                rules.insert(ShapeRule {
                    gravity,
                    path: path
                        .map(|path| path_text(&about, &path))
                        .unwrap_or_default(),
                    message: message.text,
                    lang: message.lang,
                });
            }
        }
    }
    by_class
        .into_iter()
        .filter(|(_, rules)| !rules.is_empty())
        .map(|(class, rules)| ShapeView {
            class: known.link(&class),
            rules: rules.into_iter().collect(),
        })
        .collect()
}

/// A path of SHACL in short: one property, or those of which one will do.
fn path_text(about: &HashMap<NamedOrBlankNode, Vec<(NamedNode, Term)>>, path: &Term) -> String {
    let node = match path {
        Term::NamedNode(node) => return short(node.as_str()),
        Term::BlankNode(node) => NamedOrBlankNode::from(node.clone()),
        _ => return String::new(),
    };
    let statements = about.get(&node).map(Vec::as_slice).unwrap_or_default();
    for (property, value) in statements {
        match property.as_str().strip_prefix(SHACL) {
            Some("alternativePath") => {
                let parts: Vec<String> = list(about, value)
                    .iter()
                    .map(|part| path_text(about, part))
                    .collect();
                return parts.join(" | ");
            }
            Some("inversePath") => return format!("^{}", path_text(about, value)),
            _ => {}
        }
    }
    let parts = list(about, path);
    let parts: Vec<String> = parts.iter().map(|part| path_text(about, part)).collect();
    parts.join(" / ")
}

/// The members of an RDF list; one that runs in a circle ends after a hundred.
fn list(about: &HashMap<NamedOrBlankNode, Vec<(NamedNode, Term)>>, head: &Term) -> Vec<Term> {
    let mut members = Vec::new();
    let mut at = head.clone();
    while members.len() < 100 {
        let Term::BlankNode(node) = &at else {
            break;
        };
        let statements = about.get(&NamedOrBlankNode::from(node.clone()));
        let value = |property: NamedNodeRef<'_>| {
            let mut all = statements.into_iter().flatten();
            all.find(|(known, _)| *known == property)
                .map(|(_, value)| value.clone())
        };
        let (Some(first), Some(rest)) = (value(rdf::FIRST), value(rdf::REST)) else {
            break;
        };
        members.push(first);
        at = rest;
    }
    members
}

/// A rule by which data is checked besides the shapes.
struct CheckView {
    id: String,
    notation: String,
    label: Said,
    definition: Option<Said>,
}

/// A code list.
struct SchemeView {
    href: Option<String>,
    notation: String,
    label: Said,
    definition: Option<Said>,
    concepts: usize,
    uses: usize,
}

/// A code that a search has found.
struct CodeView {
    href: Option<String>,
    scheme: String,
    notation: String,
    label: Said,
    definition: Option<Said>,
}

#[derive(Template)]
#[template(path = "ontology.html")]
struct VocabularyPage {
    shell: Shell,
    q: String,
    /// What a search has found, in a sentence.
    found: String,
    is_nothing: bool,
    licences: Vec<Link>,
    is_loaded: bool,
    drawing: Drawing,
    classes: Vec<GroupOfTerms>,
    properties: Vec<GroupOfTerms>,
    schemes: Vec<SchemeView>,
    codes: Vec<CodeView>,
    codes_found: usize,
    vocabularies: Vec<Vocabulary>,
    rules: Vec<RuleView>,
    shapes: Vec<ShapeView>,
    checks: Vec<CheckView>,
    counted: Counted,
}

/// How many there are of what the page lists.
struct Counted {
    terms: usize,
    classes: usize,
    properties: usize,
    schemes: usize,
    concepts: usize,
    version: u64,
}

/// The ontology as a page; with words only what has all of them.
pub(in crate::http) fn vocabulary(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    q: &str,
) -> Result<String, ApiError> {
    let mut known = Known::of(snapshot, &graph.config().base, &shell);
    let words = folded_words(q);
    if words.is_empty() {
        // All terms are on this page; of what a search finds only some are.
        known.terms_at = "";
    }
    let known = known;
    let is_wanted = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
    let wanted = |node: &NamedNode| words.is_empty() || is_wanted(&known.words(node));
    let is_term = |node: &NamedNode, kinds: &[&str]| {
        node.as_str().starts_with(iri::NS)
            && known.values(node, rdf::TYPE.as_str()).any(
                |class| matches!(class, Term::NamedNode(class) if kinds.contains(&class.as_str())),
            )
    };
    let owl = |name: &str| format!("{OWL}{name}");
    let class_kinds = [owl("Class"), rdfs::CLASS.as_str().to_owned()];
    let class_kinds: Vec<&str> = class_kinds.iter().map(String::as_str).collect();
    let property_kinds = [
        owl("ObjectProperty"),
        owl("DatatypeProperty"),
        owl("AnnotationProperty"),
        rdf::PROPERTY.as_str().to_owned(),
    ];
    let property_kinds: Vec<&str> = property_kinds.iter().map(String::as_str).collect();
    let (mut classes, mut properties): (Vec<NamedNode>, Vec<NamedNode>) = (Vec::new(), Vec::new());
    for node in known.about.keys() {
        if is_term(node, &class_kinds) {
            classes.push(node.clone());
        } else if is_term(node, &property_kinds) {
            properties.push(node.clone());
        }
    }
    let mut counted = Counted {
        terms: 0,
        classes: classes.len(),
        properties: properties.len(),
        schemes: 0,
        concepts: 0,
        version: snapshot.version(),
    };
    classes.retain(|node| wanted(node));
    properties.retain(|node| wanted(node));
    counted.terms = classes.len() + properties.len();
    let grouped = |nodes: Vec<NamedNode>,
                   is_class: bool,
                   titles: &[(&'static str, String)],
                   group: &dyn Fn(&NamedNode) -> usize| {
        let mut groups: Vec<GroupOfTerms> = titles
            .iter()
            .map(|(id, title)| GroupOfTerms {
                id,
                title: title.clone(),
                terms: Vec::new(),
            })
            .collect();
        for node in nodes {
            if let Some(group) = groups.get_mut(group(&node)) {
                group.terms.push(term(&known, &node, is_class));
            }
        }
        for group in &mut groups {
            group
                .terms
                .sort_by_cached_key(|term| (folded(&term.label.text), term.id.clone()));
        }
        groups.retain(|group| !group.terms.is_empty());
        groups
    };
    let ns = |name: &str| format!("{}{name}", iri::NS);
    let (assertion, metric) = (ns("Assertion"), ns("Metric"));
    let (node_metric, network_metric) = (ns("NodeMetric"), ns("NetworkMetric"));
    let concept = format!("{SKOS}Concept");
    let scheme = format!("{SKOS}ConceptScheme");
    let classes = grouped(
        classes,
        true,
        &[
            ("things", shell.t("ontology-classes-things")),
            ("assertions", shell.t("ontology-classes-assertions")),
            ("kinds-of-codes", shell.t("ontology-classes-codes")),
            ("technical", shell.t("ontology-classes-technical")),
        ],
        &|node| {
            let parents = known.nodes(node, rdfs::SUB_CLASS_OF.as_str());
            let is_machinery = |parent: &NamedNode| {
                let iri = parent.as_str();
                iri.starts_with(SHACL)
                    || iri.starts_with("http://www.w3.org/ns/prov#")
                    || *parent == rdf::PROPERTY
            };
            if known.is_kind_of(node, &concept) || known.is_kind_of(node, &scheme) {
                2
            } else if known.is_kind_of(node, &assertion) {
                1
            } else if known.is_kind_of(node, &metric)
                || parents.iter().any(is_machinery)
                || [ns("Network"), ns("Bridge")].contains(&node.as_str().to_owned())
            {
                3
            } else {
                0
            }
        },
    );
    let properties = grouped(
        properties,
        false,
        &[
            (
                "properties-of-things",
                shell.t("ontology-properties-things"),
            ),
            ("metrics", shell.t("ontology-properties-metrics")),
        ],
        &|node| {
            let is_metric = known.has_type(node, &node_metric)
                || known.has_type(node, &network_metric)
                || known.has_type(node, &metric);
            usize::from(is_metric)
        },
    );
    let members = members(&known);
    counted.concepts = members.values().map(Vec::len).sum();
    let all = crate::app::resource::schemes(snapshot);
    counted.schemes = all.len();
    let schemes: Vec<SchemeView> = all
        .iter()
        .filter(|scheme| wanted(&scheme.iri))
        .map(|scheme| scheme_view(&known, scheme, members.get(&scheme.iri), false))
        .collect();
    let (codes, codes_found) = if words.is_empty() {
        (Vec::new(), 0)
    } else {
        codes(&known, &members, &wanted)
    };
    let is_about_wanted = |text: String| words.is_empty() || is_wanted(&folded(&text));
    let rules: Vec<RuleView> = graph
        .alignment()
        .iter()
        .map(|(rule, about)| RuleView {
            name: rule.name().to_owned(),
            title: about.title.clone(),
            description: about.description.clone(),
            tags: about.tags.join(", "),
        })
        .filter(|rule| {
            is_about_wanted(format!(
                "{} {} {} {}",
                rule.name, rule.title, rule.description, rule.tags
            ))
        })
        .collect();
    let mut shapes = shapes(&known, graph.ontology().shapes());
    for shape in &mut shapes {
        let class = shape.class.text.clone();
        shape
            .rules
            .retain(|rule| is_about_wanted(format!("{class} {} {}", rule.path, rule.message)));
    }
    shapes.retain(|shape| !shape.rules.is_empty());
    let vocabularies = alignments(&known, &shell, |node, foreign| {
        words.is_empty() || is_wanted(&format!("{} {}", known.words(node), folded(foreign)))
    });
    let mut checks: Vec<CheckView> = known
        .about
        .keys()
        .filter(|node| known.has_type(node, &ns("CheckRule")) && wanted(node))
        .map(|node| CheckView {
            id: node.as_str().trim_start_matches(iri::NS).to_owned(),
            notation: known.notation(node).unwrap_or_default(),
            label: known.label(node),
            definition: known.definition(node),
        })
        .collect();
    checks.sort_by(|a, b| (&a.notation, &a.id).cmp(&(&b.notation, &b.id)));
    let matches = |vocabulary: &Vocabulary| vocabulary.matches.len();
    let found: Vec<String> = [
        ("ontology-found-terms", counted.terms),
        ("ontology-codes-n", codes_found),
        ("ontology-found-lists", schemes.len()),
        (
            "ontology-found-matches",
            vocabularies.iter().map(matches).sum(),
        ),
        ("ontology-found-rules", rules.len()),
        (
            "ontology-found-shapes",
            shapes.iter().map(|shape| shape.rules.len()).sum::<usize>() + checks.len(),
        ),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| shell.n(name, count))
    .collect();
    let ontology = NamedNode::new_unchecked(iri::NS.trim_end_matches('#'));
    render(&VocabularyPage {
        found: match (q.is_empty(), found.is_empty()) {
            (true, _) => String::new(),
            (false, true) => shell.t("ontology-nothing"),
            (false, false) => {
                let values = [("q", q), ("parts", &found.join(", "))];
                shell.with("ontology-found", &values)
            }
        },
        is_nothing: found.is_empty(),
        licences: known
            .values(&ontology, DCT_LICENCE)
            .map(licence_link)
            .collect(),
        q: q.to_owned(),
        is_loaded: counted.classes + counted.properties > 0,
        drawing: drawing(&known),
        classes,
        properties,
        schemes,
        codes,
        codes_found,
        vocabularies,
        rules,
        shapes,
        checks,
        counted,
        shell,
    })
}

/// The concepts of each scheme, of the whole data.
fn members(known: &Known<'_>) -> HashMap<NamedNode, Vec<NamedNode>> {
    let mut members: HashMap<NamedNode, BTreeSet<NamedNode>> = HashMap::new();
    let quads = known
        .snapshot
        .quads_for_pattern(None, Some(iri::IN_SCHEME), None, None);
    for quad in quads {
        if let (NamedOrBlankNode::NamedNode(concept), Term::NamedNode(scheme)) =
            (quad.subject, quad.object)
        {
            members.entry(scheme).or_default().insert(concept);
        }
    }
    let members = members.into_iter();
    members
        .map(|(scheme, concepts)| (scheme, concepts.into_iter().collect()))
        .collect()
}

fn scheme_view(
    known: &Known<'_>,
    scheme: &Concept,
    members: Option<&Vec<NamedNode>>,
    with_uses: bool,
) -> SchemeView {
    let is_own = known.about.contains_key(&scheme.iri);
    let members = members.map(Vec::as_slice).unwrap_or_default();
    let uses = match with_uses {
        true => members
            .iter()
            .map(|concept| uses(known.snapshot, concept))
            .sum(),
        false => 0,
    };
    SchemeView {
        href: known.links.href(known.snapshot, scheme.iri.as_ref()),
        notation: scheme.notation.clone().unwrap_or_default(),
        label: match is_own {
            true => known.label(&scheme.iri),
            false => Said::plain(cut(&scheme.label, 200)),
        },
        definition: match is_own {
            true => known.definition(&scheme.iri),
            false => scheme
                .definition
                .as_deref()
                .map(|text| Said::plain(cut(text, LONGEST_TEXT))),
        },
        concepts: members.len(),
        uses,
    }
}

/// Properties by which lists speak of their own codes and of those of other lists.
const OF_LISTS: [&str; 13] = [
    "hasTopConcept",
    "member",
    "broader",
    "broaderTransitive",
    "narrower",
    "narrowerTransitive",
    "related",
    "broadMatch",
    "narrowMatch",
    "closeMatch",
    "exactMatch",
    "relatedMatch",
    "mappingRelation",
];

/// How many statements name a concept, without those of the ontology itself, of lists that were
/// loaded, and of computed figures.
///
/// Complexity: O(log n + k), of k statements that name it.
fn uses(snapshot: &Snapshot, concept: &NamedNode) -> usize {
    let object: TermRef<'_> = concept.as_ref().into();
    let elsewhere = |property: Option<NamedNodeRef<'_>>| {
        let count = |graph: Option<NamedNodeRef<'_>>| {
            snapshot.count_for_pattern(None, property, Some(object), graph.map(Into::into))
        };
        let made = [iri::ONTOLOGY_GRAPH, iri::METRICS_GRAPH].map(|graph| count(Some(graph)));
        count(None).saturating_sub(made.iter().sum())
    };
    let all = elsewhere(None);
    if all == 0 {
        return 0;
    }
    let of_lists: usize = OF_LISTS
        .iter()
        .map(|name| NamedNode::new_unchecked(format!("{SKOS}{name}")))
        .map(|property| elsewhere(Some(property.as_ref())))
        .sum();
    all.saturating_sub(of_lists)
}

/// The codes that a search finds: the first of them, and how many there are.
fn codes(
    known: &Known<'_>,
    members: &HashMap<NamedNode, Vec<NamedNode>>,
    wanted: &dyn Fn(&NamedNode) -> bool,
) -> (Vec<CodeView>, usize) {
    let mut found: Vec<(String, String, NamedNode)> = Vec::new();
    for (scheme, concepts) in members {
        for concept in concepts.iter().filter(|concept| wanted(concept)) {
            let notation = known.notation(concept).unwrap_or_default();
            found.push((known.label(scheme).text, notation, concept.clone()));
        }
    }
    found.sort();
    let total = found.len();
    let codes = found
        .into_iter()
        .take(MOST_CODES)
        .map(|(scheme, notation, concept)| CodeView {
            href: known.links.href(known.snapshot, concept.as_ref()),
            label: known.label(&concept),
            definition: known.definition(&concept),
            scheme,
            notation,
        })
        .collect();
    (codes, total)
}

/// A code with the list that it is from.
fn of_list(iri: &str) -> String {
    if let Some(ours) = iri.strip_prefix(iri::CODE) {
        return ours.to_owned();
    }
    let mut ends = iri.trim_end_matches('/').rsplit(['/', '#']);
    match (ends.next(), ends.next()) {
        (Some(code), Some(list)) if !code.is_empty() && !list.is_empty() => {
            format!("{list}/{code}")
        }
        _ => short(iri),
    }
}

// ---- code lists -------------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "code_lists.html")]
struct CodeListsPage {
    shell: Shell,
    lists: Vec<SchemeView>,
    concepts: usize,
    version: u64,
}

/// `/code` for a browser.
pub(in crate::http) fn code_lists(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    schemes: &[Concept],
) -> Result<String, ApiError> {
    let known = Known::of(snapshot, &graph.config().base, &shell);
    let members = members(&known);
    // The lists that Weft works with first, then those that came with data.
    let mut ordered: Vec<&Concept> = schemes.iter().collect();
    ordered.sort_by_key(|scheme| {
        let is_own = known.about.contains_key(&scheme.iri);
        (!is_own, scheme.definition.is_none())
    });
    let lists: Vec<SchemeView> = ordered
        .into_iter()
        .map(|scheme| scheme_view(&known, scheme, members.get(&scheme.iri), true))
        .collect();
    render(&CodeListsPage {
        concepts: lists.iter().map(|list| list.concepts).sum(),
        lists,
        version: snapshot.version(),
        shell,
    })
}

/// A code of a list.
struct ConceptView {
    href: Option<String>,
    anchor: String,
    notation: String,
    label: Said,
    definition: Option<Said>,
    /// How far below the top it stands, at most 4 for the eye.
    depth: usize,
    /// What it stands below.
    under: Option<String>,
    /// Codes of other lists that it has to do with, the nearest in meaning first.
    elsewhere: Vec<Elsewhere>,
    uses: usize,
    ask: String,
}

/// A code of another list.
struct Elsewhere {
    link: Link,
    list: String,
    /// How it is, compared with ours.
    relation: String,
}

/// How codes of other lists can be, the nearest in meaning first: the property that says so, and
/// the one that says it from the other side.
const RELATIONS: [(&str, &str); 4] = [
    ("exactMatch", "exactMatch"),
    ("closeMatch", "closeMatch"),
    ("broadMatch", "narrowMatch"),
    ("narrowMatch", "broadMatch"),
];

/// The codes of other lists that a code has to do with.
fn elsewhere(known: &Known<'_>, shell: &Shell, concept: &NamedNode) -> Vec<Elsewhere> {
    let snapshot = known.snapshot;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (said, inverse) in RELATIONS {
        let property = |name: &str| NamedNode::new_unchecked(format!("{SKOS}{name}"));
        let (said_property, inverse) = (property(said), property(inverse));
        let me: TermRef<'_> = concept.as_ref().into();
        let theirs = snapshot
            .quads_for_pattern(Some(me), Some(said_property.as_ref()), None, None)
            .filter_map(|quad| match quad.object {
                Term::NamedNode(node) => Some(node),
                _ => None,
            });
        let ours = snapshot
            .quads_for_pattern(None, Some(inverse.as_ref()), Some(me), None)
            .filter_map(|quad| match quad.subject {
                NamedOrBlankNode::NamedNode(node) => Some(node),
                NamedOrBlankNode::BlankNode(_) => None,
            });
        let nodes: BTreeSet<NamedNode> = theirs.chain(ours).collect();
        for node in nodes {
            if node == *concept || !seen.insert(node.clone()) {
                continue;
            }
            let label = label_in(snapshot, node.as_ref().into(), known.language);
            let list = snapshot
                .quads_for_pattern(Some(node.as_ref().into()), Some(iri::IN_SCHEME), None, None)
                .find_map(|quad| match quad.object {
                    Term::NamedNode(list) => {
                        Some(label_in(snapshot, list.as_ref().into(), known.language))
                    }
                    _ => None,
                });
            found.push(Elsewhere {
                link: Link {
                    href: known.links.href(snapshot, node.as_ref()),
                    text: match &list {
                        Some(_) => cut(&label, 200),
                        None => of_list(node.as_str()),
                    },
                },
                list: list.map(|list| cut(&list, 100)).unwrap_or_default(),
                relation: relation(shell, said, true).unwrap_or_default(),
            });
        }
    }
    found
}

#[derive(Template)]
#[template(path = "code_list.html")]
struct SchemePage {
    shell: Shell,
    iri: String,
    label: Said,
    definition: Option<Said>,
    sources: Vec<Link>,
    licences: Vec<Link>,
    concepts: Vec<ConceptView>,
    total: usize,
    has_levels: bool,
    has_meanings: bool,
    unused: usize,
    formats: Vec<Link>,
    csv: String,
    version: u64,
}

/// A code list as a page: what each code means, what stands below what, and how often each is used.
pub(in crate::http) fn code_list(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    description: &Description,
) -> Result<String, ApiError> {
    let known = Known::of(snapshot, &graph.config().base, &shell);
    let language = known.language;
    let here: HashSet<&NamedNode> = description
        .concepts
        .iter()
        .map(|known| &known.iri)
        .collect();
    let objects = |node: &NamedNode, property: &str| -> BTreeSet<NamedNode> {
        let property = NamedNode::new_unchecked(format!("{SKOS}{property}"));
        snapshot
            .quads_for_pattern(
                Some(node.as_ref().into()),
                Some(property.as_ref()),
                None,
                None,
            )
            .filter_map(|quad| match quad.object {
                Term::NamedNode(node) => Some(node),
                _ => None,
            })
            .collect()
    };
    let mut below: HashMap<Option<&NamedNode>, Vec<&Concept>> = HashMap::new();
    for concept in &description.concepts {
        let broader = objects(&concept.iri, "broader");
        let parent = broader.iter().find_map(|node| here.get(node).copied());
        below
            .entry(parent.filter(|node| **node != concept.iri))
            .or_default()
            .push(concept);
    }
    let mut order: Vec<(&Concept, usize, Option<&NamedNode>)> = Vec::new();
    let mut waiting: Vec<(&Concept, usize, Option<&NamedNode>)> = Vec::new();
    let push = |waiting: &mut Vec<_>, parent: Option<&'_ NamedNode>, depth: usize| {
        let children = below.get(&parent).map(Vec::as_slice).unwrap_or_default();
        for concept in children.iter().rev() {
            let known_parent = below
                .keys()
                .copied()
                .flatten()
                .find(|node| Some(*node) == parent);
            waiting.push((*concept, depth, known_parent));
        }
    };
    push(&mut waiting, None, 0);
    let mut seen = HashSet::new();
    while let Some((concept, depth, parent)) = waiting.pop() {
        if seen.insert(&concept.iri) {
            order.push((concept, depth, parent));
            push(&mut waiting, Some(&concept.iri), depth + 1);
        }
    }
    // Concepts that stand below each other in a circle.
    for concept in &description.concepts {
        if seen.insert(&concept.iri) {
            order.push((concept, 0, None));
        }
    }
    let said = |node: &NamedNode, fallback: &str| match known.about.contains_key(node) {
        true => known.label(node),
        false => Said::plain(cut(fallback, 200)),
    };
    let total = order.len();
    let has_levels = order.iter().any(|(_, depth, _)| *depth > 0);
    let concepts: Vec<ConceptView> = order
        .iter()
        .take(MOST_CONCEPTS)
        .map(|(concept, depth, parent)| {
            let query = format!(
                "SELECT ?thing ?label ?property {{\n  GRAPH ?graph {{ ?thing ?property <{}> }}\n  FILTER(?graph NOT IN (<{}>, <{}>) && !STRSTARTS(STR(?property), STR(skos:)))\n  OPTIONAL {{ ?thing rdfs:label ?label }}\n}}\nORDER BY ?label LIMIT 500",
                concept.iri.as_str(),
                iri::ONTOLOGY_GRAPH.as_str(),
                iri::METRICS_GRAPH.as_str()
            );
            ConceptView {
                href: known.links.href(snapshot, concept.iri.as_ref()),
                anchor: concept.notation.clone().unwrap_or_default(),
                notation: concept.notation.clone().unwrap_or_default(),
                label: said(&concept.iri, &concept.label),
                definition: known
                    .definition(&concept.iri)
                    .or_else(|| concept.definition.as_deref().map(Said::plain)),
                depth: (*depth).min(4),
                under: parent.map(|parent| label_in(snapshot, parent.as_ref().into(), language)),
                elsewhere: elsewhere(&known, &shell, &concept.iri),
                uses: uses(snapshot, &concept.iri),
                ask: format!("/sparql?query={}", encoded(&query)),
            }
        })
        .collect();
    let iri = description.iri.as_str().to_owned();
    let sources = known
        .values(&description.iri, "http://purl.org/dc/terms/source")
        .map(|source| match source {
            Term::NamedNode(node) => Link {
                href: known.links.href(snapshot, node.as_ref()),
                text: node.as_str().to_owned(),
            },
            Term::Literal(literal) => Link {
                href: None,
                text: literal.value().to_owned(),
            },
            other => Link {
                href: None,
                text: other.to_string(),
            },
        })
        .collect();
    let table = format!(
        "SELECT ?notation ?label ?definition ?broader {{\n  ?concept skos:inScheme <{iri}> ; skos:prefLabel ?label .\n  FILTER(LANGMATCHES(LANG(?label), \"{language}\"))\n  OPTIONAL {{ ?concept skos:notation ?notation }}\n  OPTIONAL {{ ?concept skos:definition ?definition FILTER(LANGMATCHES(LANG(?definition), \"{language}\")) }}\n  OPTIONAL {{ ?concept skos:broader ?broader }}\n}}\nORDER BY ?notation"
    );
    let ontology = NamedNode::new_unchecked(iri::NS.trim_end_matches('#'));
    let list = NamedNodeRef::from(&description.iri);
    let licence = NamedNodeRef::new_unchecked(DCT_LICENCE);
    let stated = snapshot.quads_for_pattern(Some(list.into()), Some(licence), None, None);
    let mut licences: Vec<Link> = stated.map(|quad| licence_link(&quad.object)).collect();
    if licences.is_empty() && known.about.contains_key(&description.iri) {
        let whole = known.values(&ontology, DCT_LICENCE);
        licences = whole.map(licence_link).collect();
    }
    render(&SchemePage {
        licences,
        label: said(&description.iri, &iri),
        definition: known.definition(&description.iri),
        sources,
        total,
        has_levels,
        has_meanings: concepts.iter().any(|concept| concept.definition.is_some()),
        unused: concepts.iter().filter(|concept| concept.uses == 0).count(),
        concepts,
        formats: ["ttl", "jsonld", "rdf", "nt"]
            .iter()
            .filter_map(|name| {
                let format =
                    crate::http::negotiate::by_name(name, &crate::http::negotiate::TRIPLES)?;
                Some(Link {
                    href: Some(known.links.resource_format(&iri, format)),
                    text: (*name).to_owned(),
                })
            })
            .collect(),
        csv: format!("/sparql?format=csv&query={}", encoded(&table)),
        version: snapshot.version(),
        iri,
        shell,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_the_language_of_the_page_or_says_in_which() {
        let text = |text: &str, tag: &str| Literal::new_language_tagged_literal(text, tag).unwrap();
        let both = [text("Actor", "en"), text("Entidad", "es")];
        let said = Said::best(both.iter(), "es").unwrap();
        assert_eq!((said.text.as_str(), said.lang), ("Entidad", None));
        let english = [text("Actor", "en")];
        let said = Said::best(english.iter(), "es").unwrap();
        assert_eq!(said.lang.as_deref(), Some("en"));
        assert_eq!(Said::best([].iter(), "es"), None);
    }

    #[test]
    fn long_names_take_two_lines_of_a_box() {
        assert_eq!(in_lines("Tie"), ["Tie"]);
        assert_eq!(
            in_lines("Valoración de la integración"),
            ["Valoración de la", "integración"]
        );
    }

    #[test]
    fn each_line_of_the_drawing_joins_two_boxes_at_their_edges() {
        for (from, _, to, [x1, y1, x2, y2]) in LINES {
            for (id, x, y) in [(from, x1, y1), (to, x2, y2)] {
                let (_, middle_x, middle_y, _) =
                    BOXES.iter().find(|(known, ..)| *known == id).unwrap();
                let height = if id == "Actor" { 100 } else { BOX.1 };
                let (dx, dy) = ((x - middle_x).abs(), (y - middle_y).abs());
                assert!(
                    dx <= BOX.0 / 2 && dy <= height / 2 && (dx == BOX.0 / 2 || dy == height / 2),
                    "{from} to {to}: {x} {y} is not at the edge of {id}"
                );
            }
        }
    }

    #[test]
    fn a_cut_text_ends_at_a_letter() {
        assert_eq!(cut("ñandú", 2), "ña…");
        assert_eq!(cut("ñandú", 5), "ñandú");
    }
}
