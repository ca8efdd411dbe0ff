//! The data sets as a catalogue, in DCAT and in the manner of DCAT-AP 3: what there is, who answers
//! for it, under which licence, and where it is to be had.
//!
//! Each graph that the reader sees is a `dcat:Dataset` named like the graph. What is said of it comes
//! from the graph `G/about` where there is one, else from the graph itself: from what it says of its
//! own name, or of the one data set or ontology that it describes. The graphs that weft keeps have
//! texts of their own. A graph `G/about` is no data set: all it says is in the description of `G`.
//!
//! Made for each version when it is asked for, never stored.

use super::datasets::time_of;
use super::datasets::{BuiltIn, by_language};
use super::dumps::{Compression, DumpFormat, DumpKind, DumpScope};
use super::{AppError, KnowledgeGraph, iri, resource, void};
use crate::store::{DEFAULT_GRAPH_IRI, GraphTrees, Snapshot};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    BlankNode, GraphName, GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term,
    Triple,
};
use std::collections::{BTreeSet, HashSet};

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(pub(crate) const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    CATALOG = "http://www.w3.org/ns/dcat#Catalog";
    DATASET = "http://www.w3.org/ns/dcat#Dataset";
    DISTRIBUTION_CLASS = "http://www.w3.org/ns/dcat#Distribution";
    DATA_SERVICE = "http://www.w3.org/ns/dcat#DataService";
    HAS_DATASET = "http://www.w3.org/ns/dcat#dataset";
    HAS_SERVICE = "http://www.w3.org/ns/dcat#service";
    DISTRIBUTION = "http://www.w3.org/ns/dcat#distribution";
    ACCESS_URL = "http://www.w3.org/ns/dcat#accessURL";
    ACCESS_SERVICE = "http://www.w3.org/ns/dcat#accessService";
    DOWNLOAD_URL = "http://www.w3.org/ns/dcat#downloadURL";
    MEDIA_TYPE = "http://www.w3.org/ns/dcat#mediaType";
    COMPRESS_FORMAT = "http://www.w3.org/ns/dcat#compressFormat";
    BYTE_SIZE = "http://www.w3.org/ns/dcat#byteSize";
    ENDPOINT_URL = "http://www.w3.org/ns/dcat#endpointURL";
    ENDPOINT_DESCRIPTION = "http://www.w3.org/ns/dcat#endpointDescription";
    SERVES_DATASET = "http://www.w3.org/ns/dcat#servesDataset";
    CONTACT_POINT = "http://www.w3.org/ns/dcat#contactPoint";
    LANDING_PAGE = "http://www.w3.org/ns/dcat#landingPage";
    THEME = "http://www.w3.org/ns/dcat#theme";
    THEME_TAXONOMY = "http://www.w3.org/ns/dcat#themeTaxonomy";
    KEYWORD = "http://www.w3.org/ns/dcat#keyword";
    RECONCILIATION = "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/";
    VERSION = "http://www.w3.org/ns/dcat#version";
    TITLE = "http://purl.org/dc/terms/title";
    DESCRIPTION = "http://purl.org/dc/terms/description";
    PUBLISHER = "http://purl.org/dc/terms/publisher";
    CREATOR = "http://purl.org/dc/terms/creator";
    LICENSE = "http://purl.org/dc/terms/license";
    LICENSE_DOCUMENT = "http://purl.org/dc/terms/LicenseDocument";
    RIGHTS = "http://purl.org/dc/terms/rights";
    ACCESS_RIGHTS = "http://purl.org/dc/terms/accessRights";
    SOURCE = "http://purl.org/dc/terms/source";
    ISSUED = "http://purl.org/dc/terms/issued";
    MODIFIED = "http://purl.org/dc/terms/modified";
    LANGUAGE = "http://purl.org/dc/terms/language";
    SPATIAL = "http://purl.org/dc/terms/spatial";
    TEMPORAL = "http://purl.org/dc/terms/temporal";
    PERIODICITY = "http://purl.org/dc/terms/accrualPeriodicity";
    IDENTIFIER = "http://purl.org/dc/terms/identifier";
    FORMAT = "http://purl.org/dc/terms/format";
    CONFORMS_TO = "http://purl.org/dc/terms/conformsTo";
    IS_PART_OF = "http://purl.org/dc/terms/isPartOf";
    VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo";
    ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology";
    VOID_DATASET = "http://rdfs.org/ns/void#Dataset";
    VOID_TRIPLES = "http://rdfs.org/ns/void#triples";
    AGENT = "http://xmlns.com/foaf/0.1/Agent";
    HOMEPAGE = "http://xmlns.com/foaf/0.1/homepage";
    CHECKSUM = "http://spdx.org/rdf/terms#checksum";
    CHECKSUM_CLASS = "http://spdx.org/rdf/terms#Checksum";
    CHECKSUM_ALGORITHM = "http://spdx.org/rdf/terms#algorithm";
    CHECKSUM_VALUE = "http://spdx.org/rdf/terms#checksumValue";
    SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256";
    CONTACT = "http://www.w3.org/2006/vcard/ns#Kind";
    CONTACT_NAME = "http://www.w3.org/2006/vcard/ns#fn";
    CONTACT_EMAIL = "http://www.w3.org/2006/vcard/ns#hasEmail";
    CONTACT_URL = "http://www.w3.org/2006/vcard/ns#hasURL";
    PUBLIC = "http://publications.europa.eu/resource/authority/access-right/PUBLIC";
    RESTRICTED = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED";
    POPULATION_AND_SOCIETY = "http://publications.europa.eu/resource/authority/data-theme/SOCI";
    ENGLISH = "http://publications.europa.eu/resource/authority/language/ENG";
    SPANISH = "http://publications.europa.eu/resource/authority/language/SPA";
    SPARQL_PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/";
    GRAPH_STORE_PROTOCOL = "https://www.w3.org/TR/sparql11-http-rdf-update/";
}

/// What is repeated of a data set as it is said.
const AS_SAID: [NamedNodeRef<'static>; 15] = [
    TITLE,
    DESCRIPTION,
    CREATOR,
    RIGHTS,
    SOURCE,
    ISSUED,
    LANDING_PAGE,
    THEME,
    KEYWORD,
    LANGUAGE,
    SPATIAL,
    TEMPORAL,
    PERIODICITY,
    IDENTIFIER,
    VERSION_INFO,
];

/// The code list of sectors.
const SECTORS: &str = "branch";
const IANA: &str = "https://www.iana.org/assignments/media-types/";
const EU_FILE_TYPE: &str = "http://publications.europa.eu/resource/authority/file-type/";

/// A graph as a data set.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The name that others know it by.
    pub iri: NamedNode,
    /// The graph as it is stored.
    pub graph: GraphName,
    /// How many triples it has.
    pub triples: usize,
    /// Whether only some may see it.
    pub is_private: bool,
    /// What is said of it, in the terms of DCAT; blank nodes that it leads to are described.
    pub about: Vec<Triple>,
}

impl Dataset {
    /// Its values of a property.
    pub fn values(&self, property: NamedNodeRef<'_>) -> impl Iterator<Item = &Term> {
        let me = NamedOrBlankNode::from(self.iri.clone());
        self.about
            .iter()
            .filter(move |triple| triple.subject == me && triple.predicate == property)
            .map(|triple| &triple.object)
    }

    /// A value of a property as text: English, else without a language, else whatever there is.
    pub fn text(&self, property: NamedNodeRef<'_>) -> Option<&str> {
        let rank = |literal: &Literal| match literal.language() {
            Some("en") => 0,
            None => 1,
            Some(_) => 2,
        };
        self.values(property)
            .filter_map(|term| match term {
                Term::Literal(literal) => Some(literal),
                _ => None,
            })
            .min_by_key(|literal| (rank(literal), literal.value()))
            .map(Literal::value)
    }
}

/// The graph whose description, shapes or links a graph holds, by its name.
fn owner(graph: &str) -> Option<(&str, &str)> {
    ["about", "shapes", "links"].into_iter().find_map(|name| {
        let owner = graph.strip_suffix(name)?.strip_suffix('/')?;
        // The names of the graphs that weft keeps are their own.
        (owner.len() > iri::GRAPH.len() || !owner.starts_with(iri::GRAPH.trim_end_matches('/')))
            .then_some((owner, name))
    })
}

/// The data sets that a version shows, ordered by name; `private` are the graphs that only some may
/// see. Without those that have no name for others, and without graphs `G/about`.
///
/// Complexity: O(g log n) for g graphs and n quads, and what is said of them.
pub fn datasets(
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    private: &GraphTrees,
) -> Result<Vec<Dataset>, AppError> {
    let time = modified(graph, snapshot)?;
    let whole = (snapshot.version(), time);
    let graphs = snapshot.graphs();
    let names: BTreeSet<&str> = graphs
        .iter()
        .filter_map(|(name, _)| match name {
            GraphName::NamedNode(node) => Some(node.as_str()),
            _ => None,
        })
        .collect();
    let mut datasets = Vec::new();
    for (name, triples) in &graphs {
        let iri = match name {
            GraphName::NamedNode(node) => {
                if let Some((of, "about")) = owner(node.as_str())
                    && names.contains(of)
                {
                    continue;
                }
                node.clone()
            }
            GraphName::DefaultGraph => NamedNode::new_unchecked(DEFAULT_GRAPH_IRI),
            GraphName::BlankNode(_) => continue,
        };
        let is_private = private.contains(&iri);
        let mut about = About {
            snapshot,
            iri: &iri,
            label: format!("d{}x", datasets.len()),
            nodes: 0,
            triples: Vec::new(),
        };
        // Of graphs that no log tells about, it is known that they were so at this version.
        let (version, time) = match snapshot.last_change(name.as_ref()) {
            Some(change) => (change.version, Some(time_of(change))),
            None => whole.clone(),
        };
        about.all(name, *triples, is_private, version, time.as_deref());
        datasets.push(Dataset {
            about: about.triples,
            iri,
            graph: name.clone(),
            triples: *triples,
            is_private,
        });
    }
    Ok(datasets)
}

/// The licences that a graph is under, as far as they are known by their IRIs.
pub fn licences(snapshot: &Snapshot, graph: &GraphName) -> Vec<NamedNode> {
    let iri = match graph {
        GraphName::NamedNode(node) => node.clone(),
        GraphName::DefaultGraph => NamedNode::new_unchecked(DEFAULT_GRAPH_IRI),
        GraphName::BlankNode(_) => return Vec::new(),
    };
    let about = About {
        snapshot,
        iri: &iri,
        label: String::new(),
        nodes: 0,
        triples: Vec::new(),
    };
    let said = about.said(graph);
    let values = said
        .iter()
        .map(|(subject, within)| about.values(subject, LICENSE, within))
        .find(|values| !values.is_empty());
    let has_licence = values.is_some();
    let nodes = values.unwrap_or_default().into_iter();
    let mut found: Vec<NamedNode> = nodes
        .filter_map(|term| match term {
            Term::NamedNode(node) => Some(node),
            _ => None,
        })
        .collect();
    if !has_licence && let Some(licence) = BuiltIn::of(iri.as_str()).and_then(|known| known.licence)
    {
        found.push(NamedNode::new_unchecked(licence));
    }
    found
}

/// What a graph is called by whoever describes it, in a language, else in English, else in
/// whatever there is; `None` if nobody names it.
pub fn title(snapshot: &Snapshot, graph: &GraphName, language: &str) -> Option<String> {
    let GraphName::NamedNode(iri) = graph else {
        return None;
    };
    let about = About {
        snapshot,
        iri,
        label: String::new(),
        nodes: 0,
        triples: Vec::new(),
    };
    let said = about.said(graph);
    let titles = said
        .iter()
        .map(|(subject, within)| about.values(subject, TITLE, within))
        .find(|titles| !titles.is_empty())?;
    titles
        .iter()
        .filter_map(|term| match term {
            Term::Literal(literal) => Some(literal),
            _ => None,
        })
        .min_by_key(|literal| match literal.language() {
            Some(tag) if tag == language => 0,
            Some("en") => 1,
            None => 2,
            Some(_) => 3,
        })
        .map(|literal| literal.value().to_owned())
}

/// When the data of a version changed last.
fn modified(graph: &KnowledgeGraph, snapshot: &Snapshot) -> Result<Option<String>, AppError> {
    graph.time_of(snapshot.version())
}

/// A description in the making.
struct About<'a> {
    snapshot: &'a Snapshot,
    iri: &'a NamedNode,
    label: String,
    nodes: usize,
    triples: Vec<Triple>,
}

impl About<'_> {
    fn add(&mut self, property: NamedNodeRef<'_>, object: impl Into<Term>) {
        let triple = Triple::new(self.iri.clone(), property, object);
        if !self.triples.contains(&triple) {
            self.triples.push(triple);
        }
    }

    fn node(&mut self) -> BlankNode {
        self.nodes += 1;
        BlankNode::new_unchecked(format!("{}{}", self.label, self.nodes))
    }

    fn all(
        &mut self,
        stored: &GraphName,
        triples: usize,
        private: bool,
        version: u64,
        time: Option<&str>,
    ) {
        self.add(rdf::TYPE, DATASET.into_owned());
        self.add(rdf::TYPE, VOID_DATASET.into_owned());
        let said = self.said(stored);
        for (subject, within) in &said {
            for property in AS_SAID {
                for value in self.values(subject, property, within) {
                    self.closure(&value, within);
                    self.add(property, value);
                }
            }
        }
        let first = |about: &Self, property| {
            let mut values = said
                .iter()
                .map(|(subject, within)| (about.values(subject, property, within), within));
            values
                .find(|(values, _)| !values.is_empty())
                .map(|(values, within)| (values, within.clone()))
        };
        if let Some((values, within)) = first(self, PUBLISHER) {
            for value in values {
                self.publisher(value, &within);
            }
        }
        if let Some((values, within)) = first(self, CONTACT_POINT) {
            for value in values {
                self.contact(value, &within);
            }
        }
        if let Some((values, within)) = first(self, LICENSE) {
            for value in values {
                self.licence(value, &within);
            }
        }
        let has_said = |(subject, within): &(NamedOrBlankNode, GraphName)| {
            !self.values(subject, TITLE, within).is_empty()
        };
        let is_described = said.first().is_some_and(has_said);
        self.usual(is_described);
        if self.object(DESCRIPTION).is_none() {
            let text = format!(
                "The graph <{}> with {triples} statements; whoever filled it has said no more of it.",
                self.iri.as_str()
            );
            self.add(DESCRIPTION, english(&text));
        }
        let right = if private { RESTRICTED } else { PUBLIC };
        self.add(ACCESS_RIGHTS, right.into_owned());
        if let Some(time) = time {
            self.add(MODIFIED, Literal::new_typed_literal(time, xsd::DATE_TIME));
        }
        self.add(VERSION, Literal::new_simple_literal(version.to_string()));
        self.add(VOID_TRIPLES, whole(triples));
    }

    /// Who says something of the graph, and where: whoever comes first is believed first.
    fn said(&self, stored: &GraphName) -> Vec<(NamedOrBlankNode, GraphName)> {
        let me = NamedOrBlankNode::from(self.iri.clone());
        let mut said = Vec::new();
        if let Ok(about) = NamedNode::new(format!("{}/about", self.iri.as_str())) {
            said.push((me.clone(), GraphName::from(about)));
        }
        said.push((me.clone(), stored.clone()));
        let has_title = said
            .iter()
            .any(|(subject, within)| !self.values(subject, TITLE, within).is_empty());
        if !has_title {
            let mut described: Vec<NamedOrBlankNode> = [DATASET, VOID_DATASET, ONTOLOGY]
                .into_iter()
                .flat_map(|class| {
                    let within = Some(GraphNameRef::from(stored));
                    self.snapshot.quads_for_pattern(
                        None,
                        Some(rdf::TYPE),
                        Some(class.into()),
                        within,
                    )
                })
                .map(|quad| quad.subject)
                .filter(|subject| subject.is_named_node() && *subject != me)
                .collect();
            described.sort_by_key(ToString::to_string);
            described.dedup();
            // The vocabulary speaks for its graph; else of several none does.
            let vocabulary = NamedNode::new_unchecked(iri::NS.trim_end_matches('#')).into();
            if described.contains(&vocabulary) {
                described = vec![vocabulary];
            }
            if let [only] = &described[..] {
                said.push((only.clone(), stored.clone()));
            }
        }
        said
    }

    fn values(
        &self,
        subject: &NamedOrBlankNode,
        property: NamedNodeRef<'_>,
        within: &GraphName,
    ) -> Vec<Term> {
        let subject = Term::from(subject.clone());
        let mut values: Vec<Term> = self
            .snapshot
            .quads_for_pattern(
                Some(subject.as_ref()),
                Some(property),
                None,
                Some(within.into()),
            )
            .map(|quad| quad.object)
            .collect();
        values.sort_by_cached_key(Term::to_string);
        values
    }

    fn object(&self, property: NamedNodeRef<'_>) -> Option<&Term> {
        self.triples
            .iter()
            .find(|triple| {
                triple.predicate == property
                    && triple.subject == NamedOrBlankNode::from(self.iri.clone())
            })
            .map(|triple| &triple.object)
    }

    /// What a graph says of a blank node, and of those it leads to.
    fn closure(&mut self, start: &Term, within: &GraphName) {
        let mut waiting = vec![start.clone()];
        let mut seen = HashSet::new();
        while let Some(node) = waiting.pop() {
            if !matches!(node, Term::BlankNode(_)) || !seen.insert(node.clone()) {
                continue;
            }
            let mut quads: Vec<Triple> = self
                .snapshot
                .quads_for_pattern(Some(node.as_ref()), None, None, Some(within.into()))
                .map(Triple::from)
                .collect();
            quads.sort_by_cached_key(Triple::to_string);
            for triple in quads {
                waiting.push(triple.object.clone());
                if !self.triples.contains(&triple) {
                    self.triples.push(triple);
                }
            }
        }
    }

    fn publisher(&mut self, value: Term, within: &GraphName) {
        match &value {
            Term::NamedNode(node) => {
                let name = resource::label(self.snapshot, node.as_ref().into());
                for triple in agent(node.clone(), &name) {
                    if !self.triples.contains(&triple) {
                        self.triples.push(triple);
                    }
                }
                self.add(PUBLISHER, value);
            }
            Term::Literal(name) => {
                let node = self.node();
                self.add(PUBLISHER, node.clone());
                self.triples
                    .push(Triple::new(node.clone(), rdf::TYPE, AGENT));
                self.triples
                    .push(Triple::new(node, iri::FOAF_NAME, name.clone()));
            }
            _ => {
                self.closure(&value, within);
                self.add(PUBLISHER, value);
            }
        }
    }

    fn contact(&mut self, value: Term, within: &GraphName) {
        let (property, object): (_, Term) = match &value {
            Term::NamedNode(node) if node.as_str().starts_with("mailto:") => {
                (CONTACT_EMAIL, node.clone().into())
            }
            Term::NamedNode(node)
                if self
                    .values(&node.clone().into(), rdf::TYPE, within)
                    .is_empty() =>
            {
                (CONTACT_URL, node.clone().into())
            }
            Term::Literal(text) => match NamedNode::new(format!("mailto:{}", text.value())) {
                Ok(address) if text.value().contains('@') => (CONTACT_EMAIL, address.into()),
                _ => (CONTACT_NAME, text.clone().into()),
            },
            _ => {
                self.closure(&value, within);
                self.add(CONTACT_POINT, value);
                return;
            }
        };
        let node = self.node();
        self.add(CONTACT_POINT, node.clone());
        self.triples
            .push(Triple::new(node.clone(), rdf::TYPE, CONTACT));
        self.triples.push(Triple::new(node, property, object));
    }

    fn licence(&mut self, value: Term, within: &GraphName) {
        match &value {
            Term::Literal(text) => {
                let node = self.node();
                self.add(LICENSE, node.clone());
                self.triples
                    .push(Triple::new(node.clone(), rdf::TYPE, LICENSE_DOCUMENT));
                self.triples
                    .push(Triple::new(node, rdfs::LABEL, text.clone()));
            }
            _ => {
                self.closure(&value, within);
                self.add(LICENSE, value);
            }
        }
    }

    /// What weft says itself of the graphs that it keeps, as far as nobody else has.
    fn usual(&mut self, is_described: bool) {
        let iri = self.iri.clone();
        let name = iri.as_str().strip_prefix(iri::GRAPH);
        if let Some(known) = BuiltIn::of(iri.as_str()) {
            for (property, texts) in [(TITLE, &known.title), (DESCRIPTION, &known.description)] {
                // Whoever describes such a graph has the last word, in whatever language.
                if is_described && self.object(property).is_some() {
                    continue;
                }
                let said: BTreeSet<String> = self
                    .triples
                    .iter()
                    .filter(|triple| {
                        triple.predicate == property
                            && triple.subject == NamedOrBlankNode::from(iri.clone())
                    })
                    .filter_map(|triple| match &triple.object {
                        Term::Literal(text) => Some(text.language().unwrap_or("en").to_owned()),
                        _ => None,
                    })
                    .collect();
                for (tag, text) in by_language(texts) {
                    if !said.contains(tag) {
                        self.add(property, language(text, tag));
                    }
                }
            }
            if let Some(publisher) = known.publisher
                && self.object(PUBLISHER).is_none()
            {
                let publisher = Literal::new_simple_literal(publisher);
                self.publisher(publisher.into(), &GraphName::DefaultGraph);
            }
            if let Some(licence) = known.licence
                && self.object(LICENSE).is_none()
            {
                self.add(LICENSE, NamedNode::new_unchecked(licence));
            }
            if name != Some("default") && self.object(THEME).is_none() {
                self.add(THEME, POPULATION_AND_SOCIETY.into_owned());
            }
        }
        if let Some((of, what)) = owner(iri.as_str())
            && let Ok(of) = NamedNode::new(of)
        {
            if self.object(TITLE).is_none() {
                let text = match what {
                    "shapes" => "Shapes that check",
                    "links" => "Links of",
                    _ => "Description of",
                };
                self.add(TITLE, english(&format!("{text} <{}>", of.as_str())));
            }
            self.add(IS_PART_OF, of);
        }
        if self.object(TITLE).is_none() {
            let title = name.unwrap_or(iri.as_str());
            self.add(TITLE, Literal::new_simple_literal(title));
        }
    }
}

/// The triples of one subject before the others.
fn first(subject: NamedNode, triples: Vec<Triple>) -> Vec<Triple> {
    let subject = NamedOrBlankNode::from(subject);
    let (mine, rest): (Vec<_>, Vec<_>) = triples
        .into_iter()
        .partition(|triple| triple.subject == subject);
    mine.into_iter().chain(rest).collect()
}

fn english(text: &str) -> Literal {
    language(text, "en")
}

fn language(text: &str, tag: &str) -> Literal {
    Literal::new_language_tagged_literal_unchecked(text, tag)
}

fn whole(number: usize) -> Literal {
    Literal::new_typed_literal(number.to_string(), xsd::INTEGER)
}

fn agent(node: NamedNode, name: &str) -> [Triple; 2] {
    [
        Triple::new(node.clone(), rdf::TYPE, AGENT),
        Triple::new(node, iri::FOAF_NAME, Literal::new_simple_literal(name)),
    ]
}

// ---- where it is to be had --------------------------------------------------------------------

/// What a service that is reached at `origin`, such as `https://example.org`, offers of its data.
pub struct Offers<'a> {
    /// The service.
    pub graph: &'a KnowledgeGraph,
    /// The version that the reader sees.
    pub snapshot: &'a Snapshot,
    /// Where the service is reached.
    pub origin: &'a str,
}

impl Offers<'_> {
    fn at(&self, path: &str) -> Option<NamedNode> {
        NamedNode::new(format!("{}{path}", self.origin)).ok()
    }

    /// The catalogue with everything in it. The triples of one subject stand together, and the same
    /// version and origin give the same triples, but for what is known of dumps that are there.
    pub fn catalogue(&self, datasets: &[Dataset]) -> Result<Vec<Triple>, AppError> {
        let (Some(catalogue), Some(service)) = (self.at("/catalogue"), self.at("/")) else {
            return Ok(Vec::new());
        };
        let mut triples = Vec::new();
        let mut add = |property: NamedNodeRef<'_>, object: Term| {
            triples.push(Triple::new(catalogue.clone(), property, object));
        };
        let host = self.origin.split("://").last().unwrap_or(self.origin);
        add(rdf::TYPE, CATALOG.into_owned().into());
        let title = format!("Weft at {host}: actors, services and sectors in social services");
        add(TITLE, english(&title).into());
        let title =
            format!("Weft en {host}: entidades, servicios y sectores en los servicios sociales");
        add(TITLE, language(&title, "es").into());
        add(DESCRIPTION, english("The data sets of a knowledge graph of social services: who provides, funds, regulates and refers, in which sector and on which level of responsibility, on whose word.").into());
        add(PUBLISHER, service.clone().into());
        add(HOMEPAGE, service.clone().into());
        add(LANGUAGE, ENGLISH.into_owned().into());
        add(LANGUAGE, SPANISH.into_owned().into());
        let sectors = NamedNode::new_unchecked(format!("{}{SECTORS}", iri::CODE));
        if resource::describe(self.snapshot, &sectors).is_some() {
            add(THEME_TAXONOMY, sectors.into());
        }
        if let Some(time) = modified(self.graph, self.snapshot)? {
            add(
                MODIFIED,
                Literal::new_typed_literal(time, xsd::DATE_TIME).into(),
            );
        }
        let version = self.snapshot.version().to_string();
        add(VERSION, Literal::new_simple_literal(version).into());
        add(HAS_DATASET, void::DATASET.into_owned().into());
        for dataset in datasets {
            add(HAS_DATASET, dataset.iri.clone().into());
        }
        let services = self.services();
        for (service, ..) in &services {
            add(HAS_SERVICE, service.clone().into());
        }
        triples.extend(agent(service.clone(), host));
        triples.extend(self.union(&service)?);
        for dataset in datasets {
            triples.extend(self.dataset(dataset));
        }
        for (endpoint, title, standard, description) in services {
            let mut add = |property: NamedNodeRef<'_>, object: Term| {
                triples.push(Triple::new(endpoint.clone(), property, object));
            };
            add(rdf::TYPE, DATA_SERVICE.into_owned().into());
            add(TITLE, english(title).into());
            add(ENDPOINT_URL, endpoint.clone().into());
            if let Some(description) = description {
                add(ENDPOINT_DESCRIPTION, description.into());
            }
            if let Some(standard) = standard {
                add(CONFORMS_TO, standard.into_owned().into());
            }
            add(PUBLISHER, service.clone().into());
            add(SERVES_DATASET, void::DATASET.into_owned().into());
            for dataset in datasets {
                add(SERVES_DATASET, dataset.iri.clone().into());
            }
        }
        Ok(triples)
    }

    #[allow(clippy::type_complexity)]
    fn services(
        &self,
    ) -> Vec<(
        NamedNode,
        &'static str,
        Option<NamedNodeRef<'static>>,
        Option<NamedNode>,
    )> {
        let known = [
            ("/sparql", "SPARQL endpoint", SPARQL_PROTOCOL, "/sparql"),
            (
                "/store",
                "Graph store",
                GRAPH_STORE_PROTOCOL,
                "/.well-known/void",
            ),
            (
                "/reconcile",
                "Reconciliation of names",
                RECONCILIATION,
                "/reconcile",
            ),
        ];
        known
            .into_iter()
            .filter_map(|(path, title, standard, description)| {
                Some((self.at(path)?, title, Some(standard), self.at(description)))
            })
            .collect()
    }

    /// All graphs together as a data set.
    fn union(&self, service: &NamedNode) -> Result<Vec<Triple>, AppError> {
        let node = void::DATASET.into_owned();
        let mut triples = Vec::new();
        let mut add = |property: NamedNodeRef<'_>, object: Term| {
            triples.push(Triple::new(node.clone(), property, object));
        };
        add(rdf::TYPE, DATASET.into_owned().into());
        add(TITLE, english("All graphs of this service").into());
        add(
            TITLE,
            language("Todos los grafos de este servicio", "es").into(),
        );
        add(DESCRIPTION, english("All data sets of the catalogue together, each as the graph of its name. Each has a licence of its own.").into());
        add(PUBLISHER, service.clone().into());
        add(THEME, POPULATION_AND_SOCIETY.into_owned().into());
        if let Some(time) = modified(self.graph, self.snapshot)? {
            add(
                MODIFIED,
                Literal::new_typed_literal(time, xsd::DATE_TIME).into(),
            );
        }
        let version = self.snapshot.version().to_string();
        add(VERSION, Literal::new_simple_literal(version).into());
        triples.extend(self.distributions(&node, &DumpScope::All, &[]));
        triples.extend(self.changes(&node));
        Ok(first(node, triples))
    }

    /// What a data set is and where it is to be had.
    pub fn dataset(&self, dataset: &Dataset) -> Vec<Triple> {
        let mut triples = dataset.about.clone();
        if dataset.values(PUBLISHER).next().is_none()
            && let Some(service) = self.at("/")
        {
            // Nobody else has said that it is theirs: it is this service that publishes it.
            triples.push(Triple::new(dataset.iri.clone(), PUBLISHER, service));
        }
        let licences: Vec<Term> = dataset.values(LICENSE).cloned().collect();
        let scope = DumpScope::Graph(dataset.graph.clone());
        triples.extend(self.distributions(&dataset.iri, &scope, &licences));
        first(dataset.iri.clone(), triples)
    }

    /// Where the files of a scope are, by format and compression.
    pub fn dumps(&self, scope: &DumpScope) -> Vec<(DumpKind, String)> {
        let mut dumps = Vec::new();
        for format in DumpFormat::ALL {
            for compression in Compression::ALL {
                let kind = DumpKind {
                    scope: scope.clone(),
                    format,
                    compression,
                };
                if let Some(name) = kind.name() {
                    dumps.push((kind, format!("/dumps/{name}")));
                }
            }
        }
        dumps
    }

    fn distributions(
        &self,
        dataset: &NamedNode,
        scope: &DumpScope,
        licences: &[Term],
    ) -> Vec<Triple> {
        let mut links = Vec::new();
        let mut triples = Vec::new();
        for (kind, path) in self.dumps(scope) {
            let (Some(compressed), Some(address)) = (kind.compression.media_type(), self.at(&path))
            else {
                // The file as it is can be had too; the compressed ones are for downloads.
                continue;
            };
            let Some(node) = self.at(&format!("{path}#distribution")) else {
                continue;
            };
            links.push(Triple::new(dataset.clone(), DISTRIBUTION, node.clone()));
            let mut add = |property: NamedNodeRef<'_>, object: Term| {
                triples.push(Triple::new(node.clone(), property, object));
            };
            add(rdf::TYPE, DISTRIBUTION_CLASS.into_owned().into());
            let (name, file_type) = match kind.format {
                DumpFormat::NQuads => ("N-Quads", "RDF_N_QUADS"),
                DumpFormat::TriG => ("TriG", "RDF_TRIG"),
                DumpFormat::Turtle => ("Turtle", "RDF_TURTLE"),
                DumpFormat::NTriples => ("N-Triples", "RDF_N_TRIPLES"),
            };
            let title = format!("Dump as {name} ({})", kind.compression.suffix());
            add(TITLE, english(&title).into());
            add(ACCESS_URL, address.clone().into());
            add(DOWNLOAD_URL, address.into());
            for (property, iri) in [
                (MEDIA_TYPE, format!("{IANA}{}", kind.format.media_type())),
                (COMPRESS_FORMAT, format!("{IANA}{compressed}")),
                (FORMAT, format!("{EU_FILE_TYPE}{file_type}")),
            ] {
                add(property, NamedNode::new_unchecked(iri).into());
            }
            for licence in licences {
                add(LICENSE, licence.clone());
            }
            if let Some(written) = self.graph.dumps().known(self.snapshot, &kind) {
                let bytes = Literal::new_typed_literal(
                    written.bytes.to_string(),
                    xsd::NON_NEGATIVE_INTEGER,
                );
                add(BYTE_SIZE, bytes.into());
                if let Some(checksum) = self.at(&format!("{path}#checksum")) {
                    add(CHECKSUM, checksum.clone().into());
                    let hash = Literal::new_typed_literal(written.sha256, xsd::HEX_BINARY);
                    triples.push(Triple::new(checksum.clone(), rdf::TYPE, CHECKSUM_CLASS));
                    triples.push(Triple::new(checksum.clone(), CHECKSUM_ALGORITHM, SHA256));
                    triples.push(Triple::new(checksum, CHECKSUM_VALUE, hash));
                }
            }
        }
        if let (Some(endpoint), Some(node)) = (
            self.at("/sparql"),
            self.at(&match scope.name() {
                Some(name) => format!("/sparql#{name}"),
                None => "/sparql#distribution".to_owned(),
            }),
        ) {
            links.push(Triple::new(dataset.clone(), DISTRIBUTION, node.clone()));
            let mut add = |property: NamedNodeRef<'_>, object: Term| {
                triples.push(Triple::new(node.clone(), property, object));
            };
            add(rdf::TYPE, DISTRIBUTION_CLASS.into_owned().into());
            add(TITLE, english("By SPARQL").into());
            add(ACCESS_URL, endpoint.clone().into());
            add(ACCESS_SERVICE, endpoint.into());
            for licence in licences {
                add(LICENSE, licence.clone());
            }
        }
        links.extend(triples);
        links
    }

    /// The feed of changes.
    fn changes(&self, dataset: &NamedNode) -> Vec<Triple> {
        let (Some(address), Some(node)) = (
            self.at("/api/v1/changes"),
            self.at("/api/v1/changes#distribution"),
        ) else {
            return Vec::new();
        };
        let mut triples = vec![Triple::new(dataset.clone(), DISTRIBUTION, node.clone())];
        for (property, object) in [
            (rdf::TYPE, Term::from(DISTRIBUTION_CLASS.into_owned())),
            (
                TITLE,
                english("Changes, commit after commit (RDF Patch)").into(),
            ),
            (ACCESS_URL, address.into()),
        ] {
            triples.push(Triple::new(node.clone(), property, object));
        }
        triples
    }
}
