//! Data sets: what each graph is called, who answers for it, under which licence, how fresh it is.
//!
//! What people say of the graph `G` lies in the graph `G/about`, as statements about the IRI of `G`
//! itself; whoever owns `G` may write it. Where there is none, what the graph says of the one data
//! set that it holds counts, and for the graphs that Weft keeps itself a table in this file. When a
//! graph changed last, and in which version of the data, comes from the log and is not stored.

use super::permalink::CitedDataset;
use super::{AppError, GraphChange, KnowledgeGraph, Precondition, Reader, Writer, iri};
use crate::rdf::Batch;
use crate::store::{Committed, DEFAULT_GRAPH_IRI, LastChange, Snapshot};
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{
    GraphName, GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode,
    NamedOrBlankNodeRef, Term, TermRef, Triple,
};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    DATASET = "http://www.w3.org/ns/dcat#Dataset";
    VOID_DATASET = "http://rdfs.org/ns/void#Dataset";
    ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology";
    CONTACT = "http://www.w3.org/ns/dcat#contactPoint";
    LANDING_PAGE = "http://www.w3.org/ns/dcat#landingPage";
    KEYWORD = "http://www.w3.org/ns/dcat#keyword";
    DCAT_VERSION = "http://www.w3.org/ns/dcat#version";
    PUBLISHER = "http://purl.org/dc/terms/publisher";
    LICENCE = "http://purl.org/dc/terms/license";
    SOURCE = "http://purl.org/dc/terms/source";
    LANGUAGE = "http://purl.org/dc/terms/language";
    MODIFIED = "http://purl.org/dc/terms/modified";
    FREQUENCY = "http://purl.org/dc/terms/accrualPeriodicity";
    AGENT = "http://xmlns.com/foaf/0.1/Agent";
    ENTITY = "http://www.w3.org/ns/prov#Entity";
    GENERATED_AT = "http://www.w3.org/ns/prov#generatedAtTime";
    ATTRIBUTED_TO = "http://www.w3.org/ns/prov#wasAttributedTo";
    TRIPLES = "http://rdfs.org/ns/void#triples";
    VCARD_KIND = "http://www.w3.org/2006/vcard/ns#Kind";
    VCARD_NAME = "http://www.w3.org/2006/vcard/ns#fn";
    VCARD_EMAIL = "http://www.w3.org/2006/vcard/ns#hasEmail";
    VCARD_URL = "http://www.w3.org/2006/vcard/ns#hasURL";
}

/// What is said of a graph beside it: its description, its owner's shapes, links and the like.
const BESIDE: [&str; 3] = ["about", "shapes", "links"];
/// Licences that are known by a short name.
const LICENCES: [(&str, &str); 17] = [
    (
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ),
    ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
    (
        "CC-BY-SA-4.0",
        "https://creativecommons.org/licenses/by-sa/4.0/",
    ),
    (
        "CC-BY-NC-4.0",
        "https://creativecommons.org/licenses/by-nc/4.0/",
    ),
    (
        "CC-BY-ND-4.0",
        "https://creativecommons.org/licenses/by-nd/4.0/",
    ),
    (
        "CC-BY-NC-SA-4.0",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    ),
    (
        "CC-BY-NC-ND-4.0",
        "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    ),
    ("CC-BY-3.0", "https://creativecommons.org/licenses/by/3.0/"),
    (
        "CC-BY-SA-3.0",
        "https://creativecommons.org/licenses/by-sa/3.0/",
    ),
    ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    ("ODC-By-1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    ("PDDL-1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
    (
        "OGL-UK-3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    ("DL-DE-BY-2.0", "https://www.govdata.de/dl-de/by-2-0"),
    ("DL-DE-ZERO-2.0", "https://www.govdata.de/dl-de/zero-2-0"),
    (
        "etalab-2.0",
        "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    ),
    (
        "COM-REUSE",
        "http://publications.europa.eu/resource/authority/licence/COM_REUSE",
    ),
];
/// What begins the IRIs of how often data is renewed.
const FREQUENCIES_AT: &str = "http://publications.europa.eu/resource/authority/frequency/";
/// How often data is renewed, by name.
const FREQUENCIES: [(&str, &str); 11] = [
    ("continuous", "CONT"),
    ("daily", "DAILY"),
    ("weekly", "WEEKLY"),
    ("monthly", "MONTHLY"),
    ("quarterly", "QUARTERLY"),
    ("biannual", "ANNUAL_2"),
    ("annual", "ANNUAL"),
    ("biennial", "BIENNIAL"),
    ("irregular", "IRREG"),
    ("never", "NEVER"),
    ("unknown", "UNKNOWN"),
];
/// What begins the IRIs of languages with codes of two and of three letters.
const LANGUAGES_AT: [(usize, &str); 2] = [
    (2, "http://id.loc.gov/vocabulary/iso639-1/"),
    (3, "http://id.loc.gov/vocabulary/iso639-2/"),
];
/// The graphs that Weft keeps itself: their names, and what is said of them in English and Spanish
/// where nobody has said more.
const BUILT_IN: [BuiltIn; 7] = [
    BuiltIn {
        name: "ontology",
        title: ["Ontology and code lists", "Ontología y listas de códigos"],
        description: [
            "The classes and properties of Weft, the code lists, and how they relate to the vocabularies of others.",
            "Las clases y propiedades de Weft, las listas de códigos y cómo se relacionan con los vocabularios de otros.",
        ],
        ..BuiltIn::NONE
    },
    BuiltIn {
        name: "innoserv",
        title: ["INNOSERV case collection", "Colección de casos INNOSERV"],
        description: [
            "Innovative practices in health, education and welfare services in Europe that the project INNOSERV documented: who takes part in which, in what role, by which instrument and source.",
            "Prácticas innovadoras en servicios sanitarios, educativos y sociales de Europa que documentó el proyecto INNOSERV: quién participa en cuál, con qué papel, con qué instrumento y según qué fuente.",
        ],
        ..BuiltIn::NONE
    },
    BuiltIn {
        name: "metrics",
        title: ["Network metrics", "Métricas de red"],
        description: [
            "The latest figures of every network and of the integration report, refreshed after commits. Definition, range and reference of each metric are with the metric.",
            "Las últimas cifras de cada red y del informe de integración, renovadas tras cada cambio. La definición, el rango y la referencia de cada métrica están con la métrica.",
        ],
        publisher: Some(WEFT),
        ..BuiltIn::NONE
    },
    BuiltIn {
        name: "queries",
        title: ["Query catalogue", "Catálogo de consultas"],
        description: [
            "The questions that ship with Weft, as SPARQL that programs can find and run.",
            "Las preguntas que se entregan con Weft, como SPARQL que los programas pueden encontrar y ejecutar.",
        ],
        publisher: Some(WEFT),
        // As the ontology, whose words they ask with.
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
    },
    BuiltIn {
        name: "inferred",
        title: [
            "Conclusions of the alignment rules",
            "Conclusiones de las reglas de alineación",
        ],
        description: [
            "What follows from data in the vocabularies of others by the alignment rules, told apart from what was said.",
            "Lo que se sigue, por las reglas de alineación, de datos en los vocabularios de otros, separado de lo afirmado.",
        ],
        ..BuiltIn::NONE
    },
    BuiltIn {
        name: "links",
        title: [
            "Links between data sets",
            "Enlaces entre conjuntos de datos",
        ],
        description: [
            "Which resources of different data sets are the same: who said so, when and why.",
            "Qué recursos de distintos conjuntos de datos son el mismo: quién lo dijo, cuándo y por qué.",
        ],
        ..BuiltIn::NONE
    },
    BuiltIn {
        name: "default",
        title: ["Default graph", "Grafo por defecto"],
        description: [
            "Statements that were written without the name of a graph.",
            "Afirmaciones escritas sin nombre de grafo.",
        ],
        ..BuiltIn::NONE
    },
];
/// Who answers for what Weft makes itself.
const WEFT: &str = "Weft";

/// What is known of a graph that Weft keeps.
#[derive(Debug)]
pub(crate) struct BuiltIn {
    /// What follows `https://w3id.org/weft/graph/`.
    pub(crate) name: &'static str,
    /// Its title in English and Spanish.
    pub(crate) title: [&'static str; 2],
    /// What is in it, in English and Spanish.
    pub(crate) description: [&'static str; 2],
    /// Who answers for it.
    pub(crate) publisher: Option<&'static str>,
    /// Under which licence.
    pub(crate) licence: Option<&'static str>,
}

impl BuiltIn {
    const NONE: Self = Self {
        name: "",
        title: ["", ""],
        description: ["", ""],
        publisher: None,
        licence: None,
    };

    /// That of a graph, by its IRI.
    pub(crate) fn of(graph: &str) -> Option<&'static Self> {
        let name = graph.strip_prefix(iri::GRAPH)?;
        BUILT_IN.iter().find(|known| known.name == name)
    }
}

/// Each with the tag of its language.
pub(crate) fn by_language(texts: &[&'static str; 2]) -> [(&'static str, &'static str); 2] {
    let [english, spanish] = *texts;
    [("en", english), ("es", spanish)]
}

/// The short name of a licence that is known by one, as people write it: `CC BY 4.0`, `ODbL-1.0`.
pub fn licence_name(iri: &str) -> Option<String> {
    let bare = |iri: &str| {
        let rest = iri.split_once("://").map_or(iri, |(_, rest)| rest);
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        rest.trim_end_matches('/').to_ascii_lowercase()
    };
    let wanted = bare(iri);
    if let Some(rest) = wanted.strip_prefix("creativecommons.org/") {
        let parts: Vec<&str> = rest.split('/').collect();
        return match parts[..] {
            ["licenses", kind, version, ..] => {
                Some(format!("CC {} {version}", kind.to_uppercase()))
            }
            ["publicdomain", "zero", version, ..] => Some(format!("CC0 {version}")),
            _ => None,
        };
    }
    LICENCES
        .iter()
        .find(|(_, known)| bare(known) == wanted)
        .map(|(name, _)| (*name).to_owned())
}

/// The longest text that a description may have.
const LONGEST: usize = 10_000;
/// How many values a list may have.
const MOST: usize = 100;
/// Characters of a licence in a reference: data that was imported may have a text for one.
const LONGEST_CITED: usize = 300;

/// Texts by language; without a language the tag is empty.
pub type Texts = BTreeMap<String, String>;

/// What is said of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// What it is called.
    pub title: Texts,
    /// What is in it.
    pub description: Texts,
    /// Who answers for it, by name.
    pub publisher: Option<String>,
    /// Who answers for it.
    pub publisher_iri: Option<NamedNode>,
    /// Under which licence: an IRI, or a text in data that was imported.
    pub licence: Option<Term>,
    /// Whom to ask: `mailto:…`, an address on the web, or a text.
    pub contact: Option<String>,
    /// Where it comes from: addresses or texts.
    pub source: Vec<String>,
    /// Its page on the web.
    pub landing_page: Option<NamedNode>,
    /// Words to find it by.
    pub keywords: BTreeSet<String>,
    /// Its languages, as codes.
    pub language: BTreeSet<String>,
    /// How often it is renewed: one of the known names, or an IRI.
    pub frequency: Option<String>,
}

/// A graph as a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// The graph.
    pub graph: GraphName,
    /// What is said of it.
    pub description: Description,
    /// The commit that changed it last; none if it is not there yet, or a log of an earlier release
    /// does not tell.
    pub change: Option<LastChange>,
    /// How many triples it has.
    pub triples: usize,
    /// Whether only some may see it.
    pub is_private: bool,
}

impl Dataset {
    /// The IRI of the graph.
    pub fn iri(&self) -> String {
        iri_of(&self.graph)
    }

    /// A short name: what follows `https://w3id.org/weft/graph/`, or else the IRI.
    pub fn name(&self) -> String {
        let iri = self.iri();
        iri.strip_prefix(iri::GRAPH)
            .map_or(iri.clone(), str::to_owned)
    }

    /// The data set in DCAT and PROV: what is said of it, and what the log knows.
    ///
    /// The triples of one subject stand together; the same data set gives the same triples.
    pub fn triples(&self) -> Vec<Triple> {
        let Ok(node) = NamedNode::new(self.iri()) else {
            // A blank node has no name that others could use.
            return Vec::new();
        };
        let mut triples = self.description.triples(&node);
        let mut add = |property: NamedNodeRef<'_>, object: Term| {
            triples.push(Triple::new(node.clone(), property, object));
        };
        add(rdf::TYPE, ENTITY.into_owned().into());
        if let Some(publisher) = self.description.agent(&node) {
            add(ATTRIBUTED_TO, publisher.into());
        }
        if let Some(change) = self.change {
            let time = Literal::new_typed_literal(time_of(change), xsd::DATE_TIME);
            add(MODIFIED, time.clone().into());
            add(GENERATED_AT, time.into());
            let version = Literal::new_simple_literal(change.version.to_string());
            add(DCAT_VERSION, version.into());
        }
        let count = Literal::new_typed_literal(self.triples.to_string(), xsd::INTEGER);
        add(TRIPLES, count.into());
        triples
    }
}

/// When a change was committed, as `xsd:dateTime` has it.
pub fn time_of(change: LastChange) -> String {
    super::times::written(change.time)
}

fn iri_of(graph: &GraphName) -> String {
    match graph {
        GraphName::NamedNode(node) => node.as_str().to_owned(),
        GraphName::BlankNode(node) => node.to_string(),
        GraphName::DefaultGraph => DEFAULT_GRAPH_IRI.to_owned(),
    }
}

/// The graph that describes a graph.
///
/// # Errors
/// [`DatasetError::Graph`] if there can be none: names with a query or a fragment have nothing below
/// them.
pub fn about(graph: &NamedNode) -> Result<NamedNode, DatasetError> {
    let refused = || DatasetError::Graph(graph.as_str().to_owned());
    if graph.as_str().contains(['?', '#']) || graph.as_str().ends_with('/') {
        return Err(refused());
    }
    NamedNode::new(format!("{}/about", graph.as_str())).map_err(|_| refused())
}

/// The graph that a graph such as `G/about` or `G/shapes` belongs to; `None` for a data set of its
/// own.
pub fn owner_of(graph: &NamedNode) -> Option<NamedNode> {
    let (owner, part) = graph.as_str().rsplit_once('/')?;
    let names_all = owner == iri::GRAPH.trim_end_matches('/')
        || owner.strip_prefix(iri::GRAPH) == Some("partner");
    if !BESIDE.contains(&part) || names_all {
        return None;
    }
    NamedNode::new(owner).ok()
}

impl Description {
    /// The statements that keep it, about the IRI of a graph.
    pub fn triples(&self, graph: &NamedNode) -> Vec<Triple> {
        let mut triples = Vec::new();
        let mut others = Vec::new();
        let mut add = |property: NamedNodeRef<'_>, object: Term| {
            triples.push(Triple::new(graph.clone(), property, object));
        };
        add(rdf::TYPE, DATASET.into_owned().into());
        for (property, texts) in [
            (iri::TITLE, &self.title),
            (iri::DESCRIPTION, &self.description),
        ] {
            for (language, text) in texts {
                add(property, literal(text, language).into());
            }
        }
        if let Some(agent) = self.agent(graph) {
            if let Some(name) = &self.publisher {
                let name = Literal::new_simple_literal(name);
                others.push(Triple::new(agent.clone(), rdf::TYPE, AGENT));
                others.push(Triple::new(agent.clone(), iri::FOAF_NAME, name));
            }
            add(PUBLISHER, agent.into());
        }
        if let Some(licence) = &self.licence {
            add(LICENCE, licence.clone());
        }
        if let Some(contact) = &self.contact
            && let Ok(node) = NamedNode::new(format!("{}/about#contact", graph.as_str()))
        {
            others.push(Triple::new(node.clone(), rdf::TYPE, VCARD_KIND));
            let property = match web_address(contact) {
                Some(_) => VCARD_URL,
                None if contact.starts_with("mailto:") => VCARD_EMAIL,
                None => VCARD_NAME,
            };
            let value = match NamedNode::new(contact) {
                Ok(iri) if property != VCARD_NAME => Term::from(iri),
                _ => Literal::new_simple_literal(contact).into(),
            };
            others.push(Triple::new(node.clone(), property, value));
            add(CONTACT, node.into());
        }
        for source in &self.source {
            match web_address(source) {
                Some(address) => add(SOURCE, address.into()),
                None => add(SOURCE, Literal::new_simple_literal(source).into()),
            }
        }
        if let Some(page) = &self.landing_page {
            add(LANDING_PAGE, page.clone().into());
        }
        for keyword in &self.keywords {
            add(KEYWORD, Literal::new_simple_literal(keyword).into());
        }
        for language in &self.language {
            let space = LANGUAGES_AT
                .iter()
                .find(|(length, _)| *length == language.len());
            let node =
                space.and_then(|(_, space)| NamedNode::new(format!("{space}{language}")).ok());
            match node {
                Some(node) => add(LANGUAGE, node.into()),
                None => add(LANGUAGE, Literal::new_simple_literal(language).into()),
            }
        }
        if let Some(frequency) = &self.frequency {
            let known = FREQUENCIES.iter().find(|(name, _)| name == frequency);
            let node = match known {
                Some((_, code)) => NamedNode::new(format!("{FREQUENCIES_AT}{code}")),
                None => NamedNode::new(frequency),
            };
            match node {
                Ok(node) => add(FREQUENCY, node.into()),
                Err(_) => add(FREQUENCY, Literal::new_simple_literal(frequency).into()),
            }
        }
        triples.append(&mut others);
        triples
    }

    /// Who publishes it: the IRI that is given, or one for the name.
    fn agent(&self, graph: &NamedNode) -> Option<NamedNode> {
        match (&self.publisher_iri, &self.publisher) {
            (Some(agent), _) => Some(agent.clone()),
            (None, Some(_)) => NamedNode::new(format!("{}/about#publisher", graph.as_str())).ok(),
            (None, None) => None,
        }
    }

    /// One text of several: English, else without a language, else the first.
    pub fn best(texts: &Texts) -> Option<&str> {
        texts
            .get("en")
            .or_else(|| texts.get(""))
            .or_else(|| texts.values().next())
            .map(String::as_str)
    }

    /// What a subject is said to be in one graph.
    fn read(
        snapshot: &Snapshot,
        within: GraphNameRef<'_>,
        subject: NamedOrBlankNodeRef<'_>,
    ) -> Self {
        let values = |subject: NamedOrBlankNodeRef<'_>, property: NamedNodeRef<'_>| {
            let found = snapshot.quads_for_pattern(
                Some(TermRef::from(subject)),
                Some(property),
                None,
                Some(within),
            );
            let mut values: Vec<Term> = found.map(|quad| quad.object).collect();
            values.sort_by_cached_key(Term::to_string);
            values
        };
        let texts = |property| {
            let mut texts = Texts::new();
            for value in values(subject, property) {
                if let Term::Literal(text) = value {
                    let language = text.language().unwrap_or_default().to_owned();
                    texts
                        .entry(language)
                        .or_insert_with(|| text.value().to_owned());
                }
            }
            texts
        };
        // What a node says of itself, by the first of these properties that it has.
        let told = |node: &Term, properties: &[NamedNodeRef<'_>]| match node {
            Term::Literal(text) => Some(text.value().to_owned()),
            Term::NamedNode(node) => properties
                .iter()
                .flat_map(|property| values(node.as_ref().into(), *property))
                .map(|value| plain(&value))
                .next(),
            Term::BlankNode(node) => properties
                .iter()
                .flat_map(|property| values(node.as_ref().into(), *property))
                .map(|value| plain(&value))
                .next(),
            Term::Triple(_) => None,
        };
        let publisher = values(subject, PUBLISHER).into_iter().next();
        let contact = values(subject, CONTACT).into_iter().next();
        let own = match subject {
            NamedOrBlankNodeRef::NamedNode(node) => format!("{}/about#publisher", node.as_str()),
            NamedOrBlankNodeRef::BlankNode(_) => String::new(),
        };
        let names = [
            iri::FOAF_NAME,
            iri::PREF_LABEL,
            iri::SCHEMA_NAME,
            iri::TITLE,
        ];
        Self {
            title: texts(iri::TITLE),
            description: texts(iri::DESCRIPTION),
            publisher: publisher.as_ref().and_then(|node| told(node, &names)),
            publisher_iri: publisher.and_then(|node| match node {
                Term::NamedNode(node) if node.as_str() != own => Some(node),
                _ => None,
            }),
            licence: values(subject, LICENCE).into_iter().next(),
            contact: contact.and_then(|node| {
                told(&node, &[VCARD_EMAIL, VCARD_URL, VCARD_NAME]).or(match node {
                    Term::NamedNode(node) => Some(node.into_string()),
                    _ => None,
                })
            }),
            source: values(subject, SOURCE).iter().map(plain).collect(),
            landing_page: values(subject, LANDING_PAGE)
                .into_iter()
                .find_map(|page| match page {
                    Term::NamedNode(page) => Some(page),
                    _ => None,
                }),
            keywords: values(subject, KEYWORD).iter().map(plain).collect(),
            language: values(subject, LANGUAGE)
                .iter()
                .map(|value| {
                    let text = plain(value);
                    let code = LANGUAGES_AT
                        .iter()
                        .find_map(|(_, space)| text.strip_prefix(space));
                    code.map_or(text.clone(), str::to_owned)
                })
                .collect(),
            frequency: values(subject, FREQUENCY).first().map(|value| {
                let text = plain(value);
                let known = FREQUENCIES
                    .iter()
                    .find(|(_, code)| text.strip_prefix(FREQUENCIES_AT) == Some(code));
                known.map_or(text.clone(), |(name, _)| (*name).to_owned())
            }),
        }
    }
}

fn plain(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

fn literal(text: &str, language: &str) -> Literal {
    if language.is_empty() {
        return Literal::new_simple_literal(text);
    }
    Literal::new_language_tagged_literal(text, language)
        .unwrap_or_else(|_| Literal::new_simple_literal(text))
}

/// An address on the web: an IRI that begins with `http:` or `https:`.
fn web_address(text: &str) -> Option<NamedNode> {
    let is_web = text.starts_with("http://") || text.starts_with("https://");
    NamedNode::new(text).ok().filter(|_| is_web)
}

/// The IRI of a licence: itself, or that of a short name such as `CC-BY-4.0`.
///
/// # Errors
/// [`DatasetError::Field`] if it is neither an address on the web nor a name that is known.
pub fn licence(text: &str) -> Result<NamedNode, DatasetError> {
    let known = LICENCES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, iri)) = known {
        return Ok(NamedNode::new_unchecked(*iri));
    }
    web_address(text).ok_or_else(|| {
        let names: Vec<&str> = LICENCES.iter().map(|(name, _)| *name).collect();
        DatasetError::field(
            "licence",
            format!(
                "`{}` is neither the IRI of a licence nor one of {}",
                text.escape_debug(),
                names.join(", ")
            ),
        )
    })
}

impl Description {
    /// Checks what the fields hold, and writes names as what they stand for.
    ///
    /// # Errors
    /// [`DatasetError::Field`] for the first that does not fit.
    pub fn checked(mut self) -> Result<Self, DatasetError> {
        if self.title.is_empty() {
            return Err(DatasetError::field("title", "it is missing"));
        }
        for (name, texts) in [("title", &self.title), ("description", &self.description)] {
            for (language, text) in texts {
                let is_tag = language.is_empty()
                    || Literal::new_language_tagged_literal(text.as_str(), language.as_str())
                        .is_ok();
                if !is_tag {
                    let language = language.escape_debug();
                    return Err(DatasetError::field(
                        name,
                        format!("`{language}` is no language tag such as en or es"),
                    ));
                }
                fits(name, text)?;
            }
        }
        let single = [("publisher", &self.publisher), ("contact", &self.contact)];
        for (name, text) in single {
            if let Some(text) = text {
                fits(name, text)?;
            }
        }
        let lists = [
            ("source", self.source.iter().collect::<Vec<_>>()),
            ("keywords", self.keywords.iter().collect()),
            ("language", self.language.iter().collect()),
        ];
        for (name, values) in lists {
            if values.len() > MOST {
                return Err(DatasetError::field(
                    name,
                    format!("there are more than {MOST}"),
                ));
            }
            for value in values {
                fits(name, value)?;
            }
        }
        if let Some(contact) = &self.contact
            && contact.starts_with("mailto:")
            && NamedNode::new(contact).is_err()
        {
            return Err(DatasetError::field("contact", "it is no address for mail"));
        }
        self.licence = match self.licence {
            Some(given) => Some(licence(&plain(&given))?.into()),
            None => None,
        };
        for (name, iri) in [
            ("publisherIri", &self.publisher_iri),
            ("landingPage", &self.landing_page),
        ] {
            if let Some(iri) = iri
                && web_address(iri.as_str()).is_none()
            {
                return Err(DatasetError::field(
                    name,
                    format!("{iri} is no address on the web (http: or https:)"),
                ));
            }
        }
        self.language = std::mem::take(&mut self.language)
            .into_iter()
            .map(|code| code.to_ascii_lowercase())
            .collect();
        if let Some(code) = self.language.iter().find(|code| {
            !(2..=3).contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_lowercase())
        }) {
            return Err(DatasetError::field(
                "language",
                format!(
                    "`{}` is no code of two or three letters such as en or es",
                    code.escape_debug()
                ),
            ));
        }
        if let Some(frequency) = &self.frequency
            && !FREQUENCIES.iter().any(|(name, _)| name == frequency)
            && web_address(frequency).is_none()
        {
            let names: Vec<&str> = FREQUENCIES.iter().map(|(name, _)| *name).collect();
            return Err(DatasetError::field(
                "frequency",
                format!(
                    "`{}` is neither an IRI nor one of {}",
                    frequency.escape_debug(),
                    names.join(", ")
                ),
            ));
        }
        Ok(self)
    }
}

fn fits(name: &str, text: &str) -> Result<(), DatasetError> {
    if text.trim().is_empty() {
        return Err(DatasetError::field(name, "it is empty"));
    }
    if text.len() > LONGEST {
        return Err(DatasetError::field(
            name,
            format!("it is longer than {LONGEST} bytes"),
        ));
    }
    Ok(())
}

/// What is said of a graph, from the best place where something is.
fn description_of(snapshot: &Snapshot, graph: &GraphName) -> Description {
    let mut found = None;
    let mut is_described = false;
    if let Ok(node) = NamedNode::new(iri_of(graph)) {
        if let Ok(about) = about(&node)
            && snapshot.contains_graph(about.as_ref().into())
        {
            let within = about.as_ref().into();
            let read = Description::read(snapshot, within, node.as_ref().into());
            found = Some(read).filter(|read| *read != Description::default());
            is_described = found.is_some();
        }
        found = found.or_else(|| within_itself(snapshot, graph, &node));
    }
    let mut description = found.unwrap_or_default();
    let Some(known) = BuiltIn::of(&iri_of(graph)) else {
        return description;
    };
    // Whoever describes such a graph has the last word, in whatever language.
    for (texts, usual) in [
        (&mut description.title, &known.title),
        (&mut description.description, &known.description),
    ] {
        if is_described && !texts.is_empty() {
            continue;
        }
        let is_plain = texts.contains_key("");
        for (language, text) in by_language(usual) {
            if !(is_plain && language == "en") {
                texts
                    .entry(language.to_owned())
                    .or_insert_with(|| text.to_owned());
            }
        }
    }
    if description.publisher.is_none() && description.publisher_iri.is_none() {
        description.publisher = known.publisher.map(str::to_owned);
    }
    if description.licence.is_none() {
        description.licence = known
            .licence
            .map(|licence| NamedNode::new_unchecked(licence).into());
    }
    description
}

/// What a graph is called in a language, if it is described.
pub(super) fn title_in(snapshot: &Snapshot, graph: &GraphName, language: &str) -> Option<String> {
    let titles = description_of(snapshot, graph).title;
    let own = titles.get(language).map(String::as_str);
    own.or_else(|| Description::best(&titles))
        .map(str::to_owned)
}

/// What the graph says of itself, or of the one data set or ontology that it describes.
fn within_itself(snapshot: &Snapshot, graph: &GraphName, node: &NamedNode) -> Option<Description> {
    let within = GraphNameRef::from(graph);
    let own = Description::read(snapshot, within, node.as_ref().into());
    if !own.title.is_empty() {
        return Some(own);
    }
    // The vocabulary speaks for its graph, which has its alignment and its shapes too.
    if node.as_str() == iri::ONTOLOGY_GRAPH.as_str() {
        let vocabulary = NamedNode::new_unchecked(iri::NS.trim_end_matches('#'));
        let said = Description::read(snapshot, within, vocabulary.as_ref().into());
        if said != Description::default() {
            return Some(said);
        }
    }
    let mut only: Option<NamedNode> = None;
    for class in [DATASET, VOID_DATASET, ONTOLOGY] {
        let class = Some(class.into());
        for quad in snapshot.quads_for_pattern(None, Some(rdf::TYPE), class, Some(within)) {
            match (quad.subject, &only) {
                (NamedOrBlankNode::NamedNode(subject), None) if subject != *node => {
                    only = Some(subject);
                }
                // Of several data sets none speaks for the whole graph.
                (NamedOrBlankNode::NamedNode(subject), Some(known))
                    if subject != *node && subject != *known =>
                {
                    return None;
                }
                _ => {}
            }
        }
    }
    let only = only?;
    Some(Description::read(snapshot, within, only.as_ref().into()))
}

impl KnowledgeGraph {
    /// The data sets that a reader may see, ordered by name: the graphs of a view, and those that
    /// are described but not there yet. Graphs such as `G/about` belong to `G` and are not listed.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::graphs_for`].
    ///
    /// # Complexity
    /// O(g log n) of g graphs and n quads, and what the descriptions hold.
    pub fn datasets(&self, reader: &Reader, seen: &Snapshot) -> Result<Vec<Dataset>, AppError> {
        let mut graphs: BTreeMap<String, (GraphName, usize)> = BTreeMap::new();
        let listed = self.graphs_for(reader, seen)?;
        for graph in &listed {
            let owner = match &graph.name {
                GraphName::NamedNode(node) => owner_of(node),
                GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
            };
            match owner {
                None => {
                    let entry = (graph.name.clone(), graph.triples);
                    graphs.insert(iri_of(&graph.name), entry);
                }
                Some(owner) => {
                    let entry = || (owner.clone().into(), 0);
                    if owner_has_description(seen, &owner) {
                        graphs
                            .entry(owner.as_str().to_owned())
                            .or_insert_with(entry);
                    }
                }
            }
        }
        let private = self.private_graphs()?;
        Ok(graphs
            .into_values()
            .map(|(graph, triples)| Dataset {
                description: description_of(seen, &graph),
                change: seen.last_change(graph.as_ref()),
                triples,
                is_private: matches!(&graph, GraphName::NamedNode(node) if private.contains(node)),
                graph,
            })
            .collect())
    }

    /// A graph of a view as a reference names it.
    pub(super) fn cited_dataset(&self, seen: &Snapshot, graph: &GraphName) -> CitedDataset {
        let dataset = Dataset {
            description: description_of(seen, graph),
            graph: graph.clone(),
            change: None,
            triples: 0,
            is_private: false,
        };
        CitedDataset {
            name: dataset.name(),
            licence: dataset.description.licence.as_ref().map(|licence| {
                let text = plain(licence);
                let letters = text.chars().map(|c| if c.is_control() { ' ' } else { c });
                letters.take(LONGEST_CITED).collect()
            }),
        }
    }

    /// One data set of a view; `None` if the graph is not there, for this reader, nor described.
    ///
    /// # Errors
    /// As [`KnowledgeGraph::private_graphs`].
    pub fn dataset(&self, seen: &Snapshot, graph: &NamedNode) -> Result<Option<Dataset>, AppError> {
        let name = match graph.as_str() {
            DEFAULT_GRAPH_IRI => GraphName::DefaultGraph,
            _ => graph.clone().into(),
        };
        if !seen.contains_graph(name.as_ref()) && !owner_has_description(seen, graph) {
            return Ok(None);
        }
        let graphs = seen.graphs().into_iter();
        let triples = graphs.filter(|(known, _)| *known == name);
        Ok(Some(Dataset {
            description: description_of(seen, &name),
            change: seen.last_change(name.as_ref()),
            triples: triples.map(|(_, triples)| triples).sum(),
            is_private: self.private_graphs()?.contains(graph),
            graph: name,
        }))
    }

    /// Describes a graph, in one commit; answers whether it was described before.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write the graph, a field does not fit, the description is
    /// not as demanded, or the write fails.
    pub fn describe_dataset(
        &self,
        writer: &Writer,
        graph: &NamedNode,
        description: Description,
        demand: Precondition,
    ) -> Result<Committed<bool>, AppError> {
        self.check_write(writer, graph.as_ref().into())?;
        let about = about(graph)?;
        let description = description.checked()?;
        let mut batch = Batch::new();
        for triple in description.triples(graph) {
            batch.push(&triple.in_graph(GraphName::DefaultGraph));
        }
        let change = GraphChange::Replace;
        self.write_graph_if(writer, about.into(), batch, change, demand)
    }

    /// Takes the description of a graph away.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write the graph, nothing is said of it, it is not as
    /// demanded, or the write fails.
    pub fn forget_description(
        &self,
        writer: &Writer,
        graph: &NamedNode,
        demand: Precondition,
    ) -> Result<Committed<()>, AppError> {
        self.check_write(writer, graph.as_ref().into())?;
        let about = about(graph)?;
        self.drop_graph_if(writer, about.into(), demand)
    }
}

fn owner_has_description(seen: &Snapshot, graph: &NamedNode) -> bool {
    about(graph).is_ok_and(|about| seen.contains_graph(about.as_ref().into()))
}

/// What can be wrong with a description.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A graph that can have no description.
    #[error("<{0}> can have no description: its name ends in `/`, or has a `?` or `#`")]
    Graph(String),
    /// A field whose value does not fit.
    #[error("`{name}`: {detail}")]
    Field {
        /// The field.
        name: String,
        /// What does not fit, and what would.
        detail: String,
    },
    /// Fields that there are not.
    #[error("a data set has no field {}; its fields are {known}", names.join(", "))]
    Unknown {
        /// Their names.
        names: Vec<String>,
        /// The names that there are.
        known: String,
    },
}

impl DatasetError {
    /// A field whose value does not fit.
    pub fn field(name: &str, detail: impl Into<String>) -> Self {
        Self::Field {
            name: name.to_owned(),
            detail: detail.into(),
        }
    }
}
