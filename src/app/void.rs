//! What there is, how much of it and how to reach it: VoID and DCAT, made of the counts that the
//! store keeps with each version.
//!
//! Each graph is a `void:Dataset` of the graph's name and a subset of [`DATASET`], the union of
//! all. What the data says of itself (title, licence, source, dates) is repeated where one data
//! set, ontology or the graph itself is described in the graph.
//!
//! The description is made for each version when it is asked for, never stored: it is there as
//! `/.well-known/void`, as [`GRAPH`] and as [`SERVICE`].

use super::{Config, KnowledgeGraph, datasets, iri, resource};
use crate::rdf::{DEFAULT_GRAPH, TermId};
use crate::store::{DEFAULT_GRAPH_IRI, GraphStatistics, LinkTarget, Snapshot};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    BlankNode, GraphName, GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term,
    Triple,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

macro_rules! terms {
    ($($(#[$doc:meta])* $visible:vis $name:ident = $iri:literal;)*) => {
        $($(#[$doc])* $visible const $name: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    /// The description as a graph that queries can name.
    pub GRAPH = "https://w3id.org/weft/graph/void";
    /// The description as a service that queries can name.
    pub SERVICE = "https://w3id.org/weft/void";
    /// All graphs together.
    pub DATASET = "https://w3id.org/weft/graph/void#dataset";
    VOID_DATASET = "http://rdfs.org/ns/void#Dataset";
    DATASET_DESCRIPTION = "http://rdfs.org/ns/void#DatasetDescription";
    LINKSET = "http://rdfs.org/ns/void#Linkset";
    TRIPLES = "http://rdfs.org/ns/void#triples";
    ENTITIES = "http://rdfs.org/ns/void#entities";
    CLASSES = "http://rdfs.org/ns/void#classes";
    PROPERTIES = "http://rdfs.org/ns/void#properties";
    DISTINCT_SUBJECTS = "http://rdfs.org/ns/void#distinctSubjects";
    DISTINCT_OBJECTS = "http://rdfs.org/ns/void#distinctObjects";
    CLASS_PARTITION = "http://rdfs.org/ns/void#classPartition";
    PROPERTY_PARTITION = "http://rdfs.org/ns/void#propertyPartition";
    CLASS = "http://rdfs.org/ns/void#class";
    PROPERTY = "http://rdfs.org/ns/void#property";
    SUBSET = "http://rdfs.org/ns/void#subset";
    VOCABULARY = "http://rdfs.org/ns/void#vocabulary";
    FEATURE = "http://rdfs.org/ns/void#feature";
    SPARQL_ENDPOINT = "http://rdfs.org/ns/void#sparqlEndpoint";
    URI_SPACE = "http://rdfs.org/ns/void#uriSpace";
    URI_LOOKUP = "http://rdfs.org/ns/void#uriLookupEndpoint";
    DATA_DUMP = "http://rdfs.org/ns/void#dataDump";
    SUBJECTS_TARGET = "http://rdfs.org/ns/void#subjectsTarget";
    OBJECTS_TARGET = "http://rdfs.org/ns/void#objectsTarget";
    LINK_PREDICATE = "http://rdfs.org/ns/void#linkPredicate";
    DCAT_DATASET = "http://www.w3.org/ns/dcat#Dataset";
    DATA_SERVICE = "http://www.w3.org/ns/dcat#DataService";
    ENDPOINT_URL = "http://www.w3.org/ns/dcat#endpointURL";
    ENDPOINT_DESCRIPTION = "http://www.w3.org/ns/dcat#endpointDescription";
    SERVES_DATASET = "http://www.w3.org/ns/dcat#servesDataset";
    ONTOLOGY = "http://www.w3.org/2002/07/owl#Ontology";
    VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo";
    PRIMARY_TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic";
    LICENSE = "http://purl.org/dc/terms/license";
    RIGHTS = "http://purl.org/dc/terms/rights";
    CREATOR = "http://purl.org/dc/terms/creator";
    PUBLISHER = "http://purl.org/dc/terms/publisher";
    SOURCE = "http://purl.org/dc/terms/source";
    ISSUED = "http://purl.org/dc/terms/issued";
    MODIFIED = "http://purl.org/dc/terms/modified";
    GENERATED_AT = "http://www.w3.org/ns/prov#generatedAtTime";
    DATA_VERSION = "https://w3id.org/weft/ns#dataVersion";
    QUERY_TIMEOUT = "https://w3id.org/weft/ns#queryTimeout";
    BODY_LIMIT = "https://w3id.org/weft/ns#bodyLimit";
    EVALUATION_LIMIT = "https://w3id.org/weft/ns#evaluationLimit";
    MEMORY_LIMIT = "https://w3id.org/weft/ns#memoryLimit";
    ANSWER_LIMIT = "https://w3id.org/weft/ns#answerLimit";
    CLIENT_SHARE = "https://w3id.org/weft/ns#clientShare";
    CONNECTION_LIMIT = "https://w3id.org/weft/ns#connectionLimit";
}

/// What is repeated of a data set that describes itself in its graph.
const ABOUT: [NamedNodeRef<'static>; 11] = [
    iri::TITLE,
    iri::DESCRIPTION,
    LICENSE,
    RIGHTS,
    CREATOR,
    PUBLISHER,
    SOURCE,
    ISSUED,
    MODIFIED,
    GENERATED_AT,
    VERSION_INFO,
];

const FORMATS: [RdfFormat; 6] = [
    RdfFormat::Turtle,
    RdfFormat::NTriples,
    RdfFormat::RdfXml,
    RdfFormat::JsonLd {
        profile: JsonLdProfileSet::empty(),
    },
    RdfFormat::TriG,
    RdfFormat::NQuads,
];

/// The description of a version of the data. `origin` is where the service is reached, such as
/// `https://example.org`; without it nothing is said of addresses.
///
/// The same version and origin give the same triples in the same order; those of one subject stand
/// together. Complexity: as much as the statistics have entries.
pub fn description(
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    origin: Option<&str>,
) -> Vec<Triple> {
    let statistics = snapshot.statistics();
    let mut writer = Writer::new(snapshot, "void");
    let graphs = named_graphs(snapshot);

    writer.add(GRAPH, rdf::TYPE, DATASET_DESCRIPTION.into_owned());
    writer.add(GRAPH, PRIMARY_TOPIC, DATASET.into_owned());
    writer.text(GRAPH, iri::TITLE, "What this service holds");
    writer.count(GRAPH, DATA_VERSION, snapshot.version() as usize);

    writer.add(DATASET, rdf::TYPE, VOID_DATASET.into_owned());
    writer.add(DATASET, rdf::TYPE, DCAT_DATASET.into_owned());
    writer.text(DATASET, iri::TITLE, "All graphs of this service");
    writer.count(DATASET, DATA_VERSION, snapshot.version() as usize);
    let space = format!("{}id/", graph.config().base);
    writer.add(DATASET, URI_SPACE, Literal::new_simple_literal(space));
    for format in FORMATS {
        let format = NamedNode::new_unchecked(format.iri());
        writer.add(DATASET, FEATURE, format);
    }
    let endpoint = origin.and_then(|origin| NamedNode::new(format!("{origin}/sparql")).ok());
    if let (Some(origin), Some(endpoint)) = (origin, &endpoint) {
        writer.add(DATASET, SPARQL_ENDPOINT, endpoint.clone());
        if let Ok(lookup) = NamedNode::new(format!("{origin}/resource?iri=")) {
            writer.add(DATASET, URI_LOOKUP, lookup);
        }
        for (property, path) in [
            (DATA_DUMP, "/dumps/all.nq.gz"),
            (rdfs::SEE_ALSO, "/catalogue"),
        ] {
            if let Ok(address) = NamedNode::new(format!("{origin}{path}")) {
                writer.add(DATASET, property, address);
            }
        }
    }
    for (name, _, _) in &graphs {
        writer.add(DATASET, SUBSET, name.clone());
    }
    writer.counts(DATASET.into(), &statistics.union);
    if let Some(endpoint) = endpoint {
        writer.add(endpoint.clone(), rdf::TYPE, DATA_SERVICE.into_owned());
        writer.add(endpoint.clone(), ENDPOINT_URL, endpoint.clone());
        writer.add(endpoint.clone(), ENDPOINT_DESCRIPTION, endpoint.clone());
        writer.add(endpoint, SERVES_DATASET, DATASET.into_owned());
    }
    let nothing = Arc::default();
    for (name, stored, id) in &graphs {
        writer.add(name.clone(), rdf::TYPE, VOID_DATASET.into_owned());
        writer.add(name.clone(), rdf::TYPE, DCAT_DATASET.into_owned());
        writer.about(name, stored);
        if let (Some(origin), Some(dump)) = (origin, dump_of(stored))
            && let Ok(dump) = NamedNode::new(format!("{origin}{dump}"))
        {
            writer.add(name.clone(), DATA_DUMP, dump);
        }
        let counts = statistics.graphs.get(id).unwrap_or(&nothing);
        writer.counts(name.clone(), counts);
        writer.links(name, counts);
    }
    writer.triples
}

impl KnowledgeGraph {
    /// Counts what there is on a thread of its own, so that the first to ask after a start need
    /// not wait; from then on the counts follow the commits.
    pub fn count_ahead(&self) {
        let snapshot = self.snapshot();
        let thread = std::thread::Builder::new()
            .name("statistics".to_owned())
            .spawn(move || drop(snapshot.statistics()));
        if let Err(error) = thread {
            tracing::warn!(%error, "the statistics will be counted when they are asked for");
        }
    }
}

/// The counts of a graph or a union in the terms of VoID, said of `node`: totals, property
/// partitions and class partitions. Blank nodes get labels that begin with `label`.
pub fn counts(
    snapshot: &Snapshot,
    node: NamedOrBlankNode,
    counts: &GraphStatistics,
    label: &str,
) -> Vec<Triple> {
    let mut writer = Writer::new(snapshot, label);
    writer.counts(node, counts);
    writer.triples
}

/// The limits that are in force, with the properties that state them.
pub fn limits(config: &Config) -> Vec<(NamedNodeRef<'static>, Literal)> {
    let whole = |number: usize| Literal::new_typed_literal(number.to_string(), xsd::INTEGER);
    vec![
        (QUERY_TIMEOUT, duration(config.query_timeout)),
        (BODY_LIMIT, whole(config.body_limit)),
        (EVALUATION_LIMIT, whole(config.allowance.slow)),
        (MEMORY_LIMIT, whole(config.allowance.memory)),
        (
            ANSWER_LIMIT,
            Literal::new_typed_literal(config.allowance.answer_bytes.to_string(), xsd::INTEGER),
        ),
        (
            CLIENT_SHARE,
            duration(Duration::from_secs(config.allowance.client_seconds)),
        ),
        (CONNECTION_LIMIT, whole(config.connections)),
    ]
}

fn duration(duration: Duration) -> Literal {
    let text = match duration.subsec_millis() {
        0 => format!("PT{}S", duration.as_secs()),
        millis => format!("PT{}.{millis:03}S", duration.as_secs()),
    };
    Literal::new_typed_literal(text, xsd::DAY_TIME_DURATION)
}

/// The graphs under the names that the description gives them, as they are stored, and by number;
/// ordered by name, the default graph first.
fn named_graphs(snapshot: &Snapshot) -> Vec<(NamedOrBlankNode, GraphName, TermId)> {
    let number = |node: &NamedOrBlankNode| snapshot.id_of(Term::from(node.clone()).as_ref());
    snapshot
        .graphs()
        .into_iter()
        .filter_map(|(stored, _)| {
            let (name, id) = match &stored {
                GraphName::DefaultGraph => {
                    let name = NamedNode::new_unchecked(DEFAULT_GRAPH_IRI);
                    (name.into(), DEFAULT_GRAPH)
                }
                GraphName::NamedNode(node) => {
                    let name = NamedOrBlankNode::from(node.clone());
                    let id = number(&name)?;
                    (name, id)
                }
                GraphName::BlankNode(node) => {
                    let name = NamedOrBlankNode::from(node.clone());
                    let id = number(&name)?;
                    (name, id)
                }
            };
            Some((name, stored, id))
        })
        .collect()
}

/// Where the graph store gives a graph.
fn dump_of(graph: &GraphName) -> Option<String> {
    match graph {
        GraphName::DefaultGraph => Some("/store?default".to_owned()),
        GraphName::NamedNode(node) => {
            let name = utf8_percent_encode(node.as_str(), NON_ALPHANUMERIC);
            Some(format!("/store?graph={name}"))
        }
        GraphName::BlankNode(_) => None,
    }
}

/// Up to the last `#` or `/`: what terms of one vocabulary have in common.
fn namespace(iri: &str) -> Option<&str> {
    let end = iri.rfind(['#', '/'])? + 1;
    let scheme = iri.find("://").map_or(0, |at| at + 3);
    (end > scheme).then(|| iri.get(..end)).flatten()
}

/// A description in the making.
struct Writer<'a> {
    snapshot: &'a Snapshot,
    label: &'a str,
    triples: Vec<Triple>,
    nodes: usize,
    names: HashMap<TermId, Option<NamedNode>>,
}

impl<'a> Writer<'a> {
    fn new(snapshot: &'a Snapshot, label: &'a str) -> Self {
        Self {
            snapshot,
            label,
            triples: Vec::new(),
            nodes: 0,
            names: HashMap::new(),
        }
    }

    fn add(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        property: NamedNodeRef<'_>,
        object: impl Into<Term>,
    ) {
        self.triples.push(Triple::new(subject, property, object));
    }

    fn text(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        property: NamedNodeRef<'_>,
        text: &str,
    ) {
        let text = Literal::new_language_tagged_literal_unchecked(text, "en");
        self.add(subject, property, text);
    }

    fn count(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        property: NamedNodeRef<'_>,
        count: usize,
    ) {
        let count = Literal::new_typed_literal(count.to_string(), xsd::INTEGER);
        self.add(subject, property, count);
    }

    /// A blank node whose label is the same whenever the same is described.
    fn node(&mut self) -> BlankNode {
        self.nodes += 1;
        BlankNode::new_unchecked(format!("{}{}", self.label, self.nodes))
    }

    fn name(&mut self, id: TermId) -> Option<NamedNode> {
        let snapshot = self.snapshot;
        let name = self
            .names
            .entry(id)
            .or_insert_with(|| match snapshot.term_of(id) {
                Some(Term::NamedNode(node)) => Some(node),
                _ => None,
            });
        name.clone()
    }

    /// The keys that are IRIs, in the order of these: numbers differ from store to store.
    fn sorted<K, V>(
        &mut self,
        of: impl IntoIterator<Item = (K, V)>,
        id: impl Fn(&K) -> TermId,
    ) -> Vec<(NamedNode, K, V)> {
        let mut named: Vec<_> = of
            .into_iter()
            .filter_map(|(key, value)| Some((self.name(id(&key))?, key, value)))
            .collect();
        named.sort_by(|(left, ..), (right, ..)| left.cmp(right));
        named
    }

    fn counts(&mut self, node: NamedOrBlankNode, counts: &GraphStatistics) {
        for (property, count) in [
            (TRIPLES, counts.triples),
            (ENTITIES, counts.entities),
            (CLASSES, counts.classes.len()),
            (PROPERTIES, counts.properties.len()),
            (DISTINCT_SUBJECTS, counts.subjects),
            (DISTINCT_OBJECTS, counts.objects),
        ] {
            self.count(node.clone(), property, count);
        }
        let properties = self.sorted(&counts.properties, |id| **id);
        let classes = self.sorted(&counts.classes, |id| **id);
        let vocabularies: BTreeSet<&str> = properties
            .iter()
            .map(|(property, ..)| property)
            .chain(classes.iter().map(|(class, ..)| class))
            .filter_map(|term| namespace(term.as_str()))
            .collect();
        for vocabulary in vocabularies {
            if let Ok(vocabulary) = NamedNode::new(vocabulary) {
                self.add(node.clone(), VOCABULARY, vocabulary);
            }
        }
        // Links to all partitions first, so that the triples of each subject stand together.
        let partitions: Vec<BlankNode> = properties.iter().map(|_| self.node()).collect();
        let class_partitions: Vec<BlankNode> = classes.iter().map(|_| self.node()).collect();
        for partition in &partitions {
            self.add(node.clone(), PROPERTY_PARTITION, partition.clone());
        }
        for partition in &class_partitions {
            self.add(node.clone(), CLASS_PARTITION, partition.clone());
        }
        for ((property, _, counts), partition) in properties.into_iter().zip(partitions) {
            self.add(partition.clone(), PROPERTY, property);
            self.count(partition.clone(), TRIPLES, counts.triples);
            self.count(partition.clone(), DISTINCT_SUBJECTS, counts.subjects);
            self.count(partition, DISTINCT_OBJECTS, counts.objects);
        }
        for ((class, _, counts), partition) in classes.into_iter().zip(class_partitions) {
            let triples = counts.properties.values().map(|uses| uses.triples).sum();
            self.add(partition.clone(), CLASS, class);
            self.count(partition.clone(), ENTITIES, counts.instances);
            self.count(partition.clone(), TRIPLES, triples);
            self.count(partition.clone(), PROPERTIES, counts.properties.len());
            self.count(partition.clone(), DISTINCT_SUBJECTS, counts.instances);
            let properties = self.sorted(&counts.properties, |id| **id);
            let uses: Vec<BlankNode> = properties.iter().map(|_| self.node()).collect();
            for of in &uses {
                self.add(partition.clone(), PROPERTY_PARTITION, of.clone());
            }
            for ((property, _, counts), of) in properties.into_iter().zip(uses) {
                self.add(of.clone(), PROPERTY, property);
                self.count(of.clone(), TRIPLES, counts.triples);
                self.count(of, DISTINCT_SUBJECTS, counts.subjects);
            }
        }
    }

    fn links(&mut self, graph: &NamedOrBlankNode, counts: &GraphStatistics) {
        let links = self.sorted(&*counts.links, |(property, _)| *property);
        let mut links: Vec<_> = links
            .into_iter()
            .filter_map(|(property, (_, target), triples)| {
                Some((property, self.target(target)?, target, *triples))
            })
            .collect();
        links.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
        let linksets: Vec<BlankNode> = links.iter().map(|_| self.node()).collect();
        for linkset in &linksets {
            self.add(graph.clone(), SUBSET, linkset.clone());
        }
        let mut sites: HashMap<String, BlankNode> = HashMap::new();
        for ((property, name, target, triples), linkset) in links.into_iter().zip(linksets) {
            self.add(linkset.clone(), rdf::TYPE, LINKSET.into_owned());
            self.add(linkset.clone(), LINK_PREDICATE, property);
            self.add(linkset.clone(), SUBJECTS_TARGET, Term::from(graph.clone()));
            self.count(linkset.clone(), TRIPLES, triples);
            match target {
                LinkTarget::Graph(_) => {
                    if let Ok(name) = NamedNode::new(name) {
                        self.add(linkset, OBJECTS_TARGET, name);
                    }
                }
                LinkTarget::Site(_) => {
                    let known = sites.get(&name).cloned();
                    let site = known.clone().unwrap_or_else(|| self.node());
                    self.add(linkset, OBJECTS_TARGET, site.clone());
                    if known.is_none() {
                        self.add(site.clone(), rdf::TYPE, VOID_DATASET.into_owned());
                        let space = Literal::new_simple_literal(format!("{name}/"));
                        self.add(site.clone(), URI_SPACE, space);
                        sites.insert(name, site);
                    }
                }
            }
        }
    }

    fn target(&mut self, target: &LinkTarget) -> Option<String> {
        match target {
            LinkTarget::Graph(DEFAULT_GRAPH) => Some(DEFAULT_GRAPH_IRI.to_owned()),
            LinkTarget::Graph(graph) => Some(self.name(*graph)?.into_string()),
            LinkTarget::Site(site) => Some(site.to_string()),
        }
    }

    /// What a graph says of itself, or of the one data set or ontology that it describes.
    fn about(&mut self, name: &NamedOrBlankNode, stored: &GraphName) {
        let snapshot = self.snapshot;
        let within = GraphNameRef::from(stored);
        // What its owner says of the graph lies in a graph of its own.
        let beside = match name {
            NamedOrBlankNode::NamedNode(node) => datasets::about(node).ok(),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let values = |subject: &NamedOrBlankNode, property| {
            let beside = beside.as_ref().filter(|_| subject == name);
            let places = beside.map(|graph| graph.as_ref().into());
            let subject = Term::from(subject.clone());
            let quads = places.into_iter().chain([within]).flat_map(|place| {
                snapshot.quads_for_pattern(
                    Some(subject.as_ref()),
                    Some(property),
                    None,
                    Some(place),
                )
            });
            let mut values: Vec<Term> = quads.map(|quad| quad.object).collect();
            values.sort_by_key(Term::to_string);
            values
        };
        let mut subjects = vec![name.clone()];
        if values(name, iri::TITLE).is_empty() {
            let described: Vec<NamedOrBlankNode> = [DCAT_DATASET, VOID_DATASET, ONTOLOGY]
                .into_iter()
                .flat_map(|class| {
                    let class = Some(class.into());
                    snapshot.quads_for_pattern(None, Some(rdf::TYPE), class, Some(within))
                })
                .map(|quad| quad.subject)
                .filter(|subject| subject.is_named_node() && subject != name)
                .collect();
            let mut described: Vec<_> = described
                .into_iter()
                .map(|subject| (subject.to_string(), subject))
                .collect();
            described.sort_by(|left, right| left.0.cmp(&right.0));
            described.dedup_by(|left, right| left.0 == right.0);
            for (_, subject) in &described {
                self.add(name.clone(), rdfs::SEE_ALSO, Term::from(subject.clone()));
            }
            // Of several data sets none speaks for the whole graph.
            if let [(_, only)] = &described[..] {
                subjects.push(only.clone());
            }
        }
        let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
        for property in ABOUT {
            for subject in &subjects {
                for value in values(subject, property) {
                    if seen.insert((property.to_string(), value.to_string())) {
                        self.add(name.clone(), property, value);
                    }
                }
            }
        }
        let says = |of: NamedNodeRef<'_>| seen.iter().any(|(known, _)| *known == of.to_string());
        if !says(MODIFIED) && says(GENERATED_AT) {
            let times: Vec<Term> = subjects
                .iter()
                .flat_map(|subject| values(subject, GENERATED_AT))
                .collect();
            // The last of several: `xsd:dateTime` in one zone sorts as text.
            if let Some(time) = times.into_iter().max_by_key(Term::to_string) {
                self.add(name.clone(), MODIFIED, time);
            }
        }
    }
}

// ---- as rows ----------------------------------------------------------------------------------

/// What a [`StatisticsRow`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatisticsKind {
    /// A graph, or the union.
    Graph,
    /// A class.
    Class,
    /// A property.
    Property,
    /// A property of the instances of a class.
    ClassProperty,
    /// Links by a property to a graph or a site.
    Linkset,
}

impl StatisticsKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Graph,
        Self::Class,
        Self::Property,
        Self::ClassProperty,
        Self::Linkset,
    ];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Graph => "graph",
            Self::Class => "class",
            Self::Property => "property",
            Self::ClassProperty => "classProperty",
            Self::Linkset => "linkset",
        }
    }
}

/// The name of the union of all graphs in tables.
pub const UNION: &str = "union";

/// One line of the statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatisticsRow {
    /// The graph: its IRI, or [`UNION`].
    pub graph: String,
    /// What is counted.
    pub kind: StatisticsKind,
    /// The class or property; none for a graph.
    pub term: Option<String>,
    /// The name of the term.
    pub label: Option<String>,
    /// The property, where the term is a class.
    pub property: Option<String>,
    /// Where links lead to: a graph or a site.
    pub target: Option<String>,
    /// Triples; of a class: those about its instances.
    pub triples: usize,
    /// Distinct subjects; of a class: its instances. Not counted of links.
    pub subjects: Option<usize>,
    /// Distinct objects; counted of graphs and properties.
    pub objects: Option<usize>,
}

/// The statistics as rows: the union first, then the graphs by name; of each the totals, classes,
/// properties, properties of classes and links, each ordered by their names.
pub fn rows(snapshot: &Snapshot) -> Vec<StatisticsRow> {
    let statistics = snapshot.statistics();
    let mut table = Table {
        writer: Writer::new(snapshot, ""),
        labels: HashMap::new(),
        rows: Vec::new(),
    };
    table.graph(UNION, &statistics.union);
    for (name, _, id) in named_graphs(snapshot) {
        let name = match &name {
            NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(node) => node.to_string(),
        };
        match statistics.graphs.get(&id) {
            Some(counts) => table.graph(&name, counts),
            None => table.graph(&name, &GraphStatistics::default()),
        }
    }
    table.rows
}

struct Table<'a> {
    writer: Writer<'a>,
    labels: HashMap<NamedNode, String>,
    rows: Vec<StatisticsRow>,
}

impl Table<'_> {
    fn graph(&mut self, graph: &str, counts: &GraphStatistics) {
        let row = |kind, term: Option<(&NamedNode, String)>| StatisticsRow {
            graph: graph.to_owned(),
            kind,
            term: term.as_ref().map(|(term, _)| term.as_str().to_owned()),
            label: term.map(|(_, label)| label),
            property: None,
            target: None,
            triples: 0,
            subjects: None,
            objects: None,
        };
        self.rows.push(StatisticsRow {
            triples: counts.triples,
            subjects: Some(counts.subjects),
            objects: Some(counts.objects),
            ..row(StatisticsKind::Graph, None)
        });
        let classes = self.writer.sorted(&counts.classes, |id| **id);
        for (class, _, counts) in &classes {
            let label = self.label(class);
            self.rows.push(StatisticsRow {
                triples: counts.properties.values().map(|uses| uses.triples).sum(),
                subjects: Some(counts.instances),
                ..row(StatisticsKind::Class, Some((class, label)))
            });
        }
        for (property, _, counts) in self.writer.sorted(&counts.properties, |id| **id) {
            let label = self.label(&property);
            self.rows.push(StatisticsRow {
                triples: counts.triples,
                subjects: Some(counts.subjects),
                objects: Some(counts.objects),
                ..row(StatisticsKind::Property, Some((&property, label)))
            });
        }
        for (class, _, counts) in &classes {
            for (property, _, counts) in self.writer.sorted(&counts.properties, |id| **id) {
                let label = self.label(class);
                self.rows.push(StatisticsRow {
                    property: Some(property.into_string()),
                    triples: counts.triples,
                    subjects: Some(counts.subjects),
                    ..row(StatisticsKind::ClassProperty, Some((class, label)))
                });
            }
        }
        let links = self
            .writer
            .sorted(&*counts.links, |(property, _)| *property);
        let mut linksets = Vec::new();
        for (property, (_, target), triples) in links {
            let label = self.label(&property);
            linksets.push(StatisticsRow {
                target: self.writer.target(target),
                triples: *triples,
                ..row(StatisticsKind::Linkset, Some((&property, label)))
            });
        }
        linksets
            .sort_by(|left, right| (&left.term, &left.target).cmp(&(&right.term, &right.target)));
        self.rows.append(&mut linksets);
    }

    fn label(&mut self, term: &NamedNode) -> String {
        if let Some(label) = self.labels.get(term) {
            return label.clone();
        }
        let label = resource::label(self.writer.snapshot, term.as_ref().into());
        self.labels.insert(term.clone(), label.clone());
        label
    }
}
