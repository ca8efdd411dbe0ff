//! The ontology: classes, properties, code lists, shapes, rules, queries, networks and indicators.
//!
//! The files of the folder `ontology/` are compiled into the program; another folder of the same
//! layout can take their place at start-up ([`Ontology::from_dir`]).
//!
//! ```text
//! core.ttl  alignment.ttl  shapes.ttl  codes/<scheme>.ttl    read as RDF into the graph `ontology`
//! rules/<name>.rq  queries/<name>.rq  networks/<id>.rq       handed on as text
//! indicators/<id>.rq                                         the same
//! ```

use crate::rdf::Batch;
use include_dir::{Dir, include_dir};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{BlankNode, NamedNode, NamedOrBlankNode, Term, Triple};
use petgraph::algo::toposort;
use petgraph::graphmap::DiGraphMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/ontology");

/// The IRIs that Rust code names.
pub mod iri {
    /// The namespace of classes and properties.
    pub const NS: &str = "https://w3id.org/weft/ns#";
    /// What the IRIs of code lists and their concepts begin with.
    pub const CODE: &str = "https://w3id.org/weft/code/";
    /// The default base: resources are `{base}id/{kind}/{local}`.
    pub const BASE: &str = "https://w3id.org/weft/";
    /// What the IRIs of resources begin with, with the default base.
    pub const ID: &str = "https://w3id.org/weft/id/";
    /// What the names of graphs begin with.
    pub const GRAPH: &str = "https://w3id.org/weft/graph/";
    /// What the names of networks begin with in a `SERVICE` clause.
    pub const NETWORK: &str = "https://w3id.org/weft/network/";
    /// The namespace of the helper functions of mappings.
    pub const FUNCTION: &str = "https://w3id.org/weft/fn#";
    /// The namespace of the list columns of mappings.
    pub const COLUMN: &str = "https://w3id.org/weft/column#";

    /// Prefixes that every query and mapping may use without declaring them.
    pub const PREFIXES: [(&str, &str); 18] = [
        ("dcat", "http://www.w3.org/ns/dcat#"),
        ("dct", "http://purl.org/dc/terms/"),
        ("foaf", "http://xmlns.com/foaf/0.1/"),
        ("geo", "http://www.w3.org/2003/01/geo/wgs84_pos#"),
        ("geof", "http://www.opengis.net/def/function/geosparql/"),
        ("geosparql", "http://www.opengis.net/ont/geosparql#"),
        ("org", "http://www.w3.org/ns/org#"),
        ("owl", "http://www.w3.org/2002/07/owl#"),
        ("prov", "http://www.w3.org/ns/prov#"),
        ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
        ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
        ("schema", "http://schema.org/"),
        ("sh", "http://www.w3.org/ns/shacl#"),
        ("skos", "http://www.w3.org/2004/02/skos/core#"),
        ("uom", "http://www.opengis.net/def/uom/OGC/1.0/"),
        ("void", "http://rdfs.org/ns/void#"),
        ("weft", NS),
        ("xsd", "http://www.w3.org/2001/XMLSchema#"),
    ];

    /// Names of the built-in graphs.
    pub mod graph {
        use oxigraph::model::NamedNodeRef;

        macro_rules! graphs {
            ($($(#[$doc:meta])* $name:ident = $local:literal;)*) => {
                $($(#[$doc])* pub const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(
                    concat!("https://w3id.org/weft/graph/", $local));)*
            };
        }
        graphs! {
            /// The ontology and the code lists.
            ONTOLOGY = "ontology";
            /// The INNOSERV case collection.
            INNOSERV = "innoserv";
            /// Network metrics.
            METRICS = "metrics";
            /// Links between data sets.
            LINKS = "links";
            /// What the alignment rules conclude.
            INFERRED = "inferred";
        }
    }

    macro_rules! vocabulary {
        ($namespace:literal: $($name:ident = $local:literal;)*) => {
            $(#[doc = concat!("`", $namespace, $local, "`")]
              pub const $name: NamedNodeRef<'static> =
                NamedNodeRef::new_unchecked(concat!($namespace, $local));)*
        };
    }

    /// Terms of the namespace `weft:`.
    pub mod weft {
        use oxigraph::model::NamedNodeRef;
        vocabulary! { "https://w3id.org/weft/ns#":
            ACTOR_CLASS = "Actor";
            SERVICE = "Service";
            INNOVATION = "Innovation";
            PARTICIPATION = "Participation";
            TIE = "Tie";
            NETWORK = "Network";
            SECTOR_CLASS = "Sector";
            GOVERNANCE_LEVEL = "GovernanceLevel";
            ACTOR = "actor";
            ROLE = "role";
            IN = "in";
            SECTOR = "sector";
            LEVEL = "level";
            SPHERE = "sphere";
            PLACE = "place";
            PROVIDES = "provides";
            INSTRUMENT = "instrument";
            AMOUNT = "amount";
            SINCE = "since";
            UNTIL = "until";
            RANK = "rank";
            IS_GROUP = "isGroup";
        }
    }

    /// Terms of SKOS.
    pub mod skos {
        use oxigraph::model::NamedNodeRef;
        vocabulary! { "http://www.w3.org/2004/02/skos/core#":
            CONCEPT = "Concept";
            CONCEPT_SCHEME = "ConceptScheme";
            IN_SCHEME = "inScheme";
            TOP_CONCEPT_OF = "topConceptOf";
            NOTATION = "notation";
            PREF_LABEL = "prefLabel";
            ALT_LABEL = "altLabel";
            BROADER = "broader";
        }
    }

    /// Terms of Dublin Core, DCAT and PROV.
    pub mod provenance {
        use oxigraph::model::NamedNodeRef;
        vocabulary! { "http://purl.org/dc/terms/":
            TITLE = "title";
            DESCRIPTION = "description";
            PUBLISHER = "publisher";
            LICENSE = "license";
            SOURCE = "source";
            EXTENT = "extent";
            IDENTIFIER = "identifier";
            IS_PART_OF = "isPartOf";
        }
        vocabulary! { "http://www.w3.org/ns/dcat#":
            DATASET = "Dataset";
        }
        vocabulary! { "http://www.w3.org/ns/prov#":
            ENTITY = "Entity";
            WAS_DERIVED_FROM = "wasDerivedFrom";
            GENERATED_AT_TIME = "generatedAtTime";
        }
    }
}

/// What is wrong with an ontology folder.
#[derive(Debug, thiserror::Error)]
pub enum OntologyError {
    /// A file or folder cannot be read.
    #[error("{}: {source}; --ontology takes a folder laid out like the one that ships", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A Turtle file has a syntax error.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: u64,
        /// What was expected.
        message: String,
    },
    /// A concept stands above itself.
    #[error("<{}> is broader than itself, through skos:broader in ontology/codes; take one of the statements out", concept.as_str())]
    Cycle {
        /// A concept of the circle.
        concept: NamedNode,
    },
    /// A file that must be there is missing.
    #[error("{}: the file is missing; an ontology needs core.ttl and shapes.ttl", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
}

/// A text file of the ontology: a rule, a query, a network or an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The file name without its extension.
    pub name: String,
    /// The path, for messages.
    pub path: PathBuf,
    /// The content.
    pub text: String,
}

/// The ontology in use.
#[derive(Clone)]
pub struct Ontology {
    batch: Batch,
    shapes: String,
    codes: CodeLists,
    queries: Vec<TextFile>,
    networks: Vec<TextFile>,
    indicators: Vec<TextFile>,
    rules: Vec<TextFile>,
    fingerprint: String,
}

impl Ontology {
    /// The one that is compiled in.
    ///
    /// # Errors
    /// [`OntologyError::Syntax`] if one of its files is broken.
    pub fn built_in() -> Result<Self, OntologyError> {
        let mut files = BTreeMap::new();
        collect_embedded(&BUILT_IN, &mut files);
        Self::from_files(Path::new("ontology"), &files)
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// If a file cannot be read, is broken or is missing.
    pub fn from_dir(dir: &Path) -> Result<Self, OntologyError> {
        let mut files = BTreeMap::new();
        collect_files(dir, "", &mut files)?;
        Self::from_files(dir, &files)
    }

    fn from_files(dir: &Path, files: &BTreeMap<String, String>) -> Result<Self, OntologyError> {
        let needed = |name: &str| {
            let missing = OntologyError::Missing {
                path: dir.join(name),
            };
            files.get(name).cloned().ok_or(missing)
        };
        needed("core.ttl")?;
        let shapes = needed("shapes.ttl")?;
        let mut batch = Batch::new();
        let mut triples = Vec::new();
        let mut hasher = blake3::Hasher::new();
        for (name, text) in files {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
            if is_loaded(name) {
                parse_turtle(&dir.join(name), name, text, &mut batch, &mut triples)?;
            }
        }
        for triple in &triples {
            batch.push(triple.as_ref().in_graph(iri::graph::ONTOLOGY));
        }
        let folder = |folder: &str| -> Vec<TextFile> {
            let inside = files.iter().filter_map(|(path, text)| {
                let name = path.strip_prefix(folder)?.strip_suffix(".rq")?;
                (!name.contains('/')).then(|| TextFile {
                    name: name.to_owned(),
                    path: dir.join(path),
                    text: text.clone(),
                })
            });
            inside.collect()
        };
        if let Some(concept) = circle_of_broader(&triples) {
            return Err(OntologyError::Cycle { concept });
        }
        Ok(Self {
            shapes,
            codes: CodeLists::from_triples(&triples),
            queries: folder("queries/"),
            networks: folder("networks/"),
            indicators: folder("indicators/"),
            rules: folder("rules/"),
            fingerprint: hasher.finalize().to_hex().to_string(),
            batch,
        })
    }

    /// The RDF of all Turtle files, in the graph `ontology`.
    pub fn batch(&self) -> Batch {
        self.batch.clone()
    }

    /// The SHACL shapes, in Turtle.
    pub fn shapes(&self) -> &str {
        &self.shapes
    }

    /// The code lists.
    pub fn codes(&self) -> &CodeLists {
        &self.codes
    }

    /// The catalogue queries, by name.
    pub fn query_files(&self) -> &[TextFile] {
        &self.queries
    }

    /// The networks, by name.
    pub fn network_files(&self) -> &[TextFile] {
        &self.networks
    }

    /// The indicators of integration, by name.
    pub fn indicator_files(&self) -> &[TextFile] {
        &self.indicators
    }

    /// The alignment rules, by name.
    pub fn rule_files(&self) -> &[TextFile] {
        &self.rules
    }

    /// The BLAKE3 hash of all files: it changes when one of them does.
    pub fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }
}

/// Whether a file's triples go to the graph `ontology`.
fn is_loaded(name: &str) -> bool {
    name.ends_with(".ttl") && (!name.contains('/') || name.starts_with("codes/"))
}

fn collect_embedded(dir: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        let name = file.path().to_string_lossy().replace('\\', "/");
        if let (true, Some(text)) = (is_wanted(&name), file.contents_utf8()) {
            files.insert(name, text.to_owned());
        }
    }
    for inner in dir.dirs() {
        collect_embedded(inner, files);
    }
}

fn collect_files(
    dir: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), OntologyError> {
    let io = |path: &Path, source| OntologyError::Io {
        path: path.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(dir).map_err(|error| io(dir, error))? {
        let path = entry.map_err(|error| io(dir, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        // The layout is two levels deep; deeper folders are somebody's own affair.
        if path.is_dir() && prefix.is_empty() {
            collect_files(&path, &format!("{name}/"), files)?;
        } else if is_wanted(&name) {
            let text = std::fs::read_to_string(&path).map_err(|error| io(&path, error))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

fn is_wanted(name: &str) -> bool {
    name.ends_with(".ttl") || name.ends_with(".rq")
}

fn parse_turtle(
    path: &Path,
    name: &str,
    text: &str,
    batch: &mut Batch,
    triples: &mut Vec<Triple>,
) -> Result<(), OntologyError> {
    // Blank nodes are numbered by file, so that the same files give the same batch.
    let mut labels: HashMap<BlankNode, BlankNode> = HashMap::new();
    let stem: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut parser = oxttl::TurtleParser::new().for_slice(text);
    for triple in &mut parser {
        let mut triple = triple.map_err(|error| {
            let start = error.location().start;
            OntologyError::Syntax {
                path: path.to_owned(),
                line: start.line + 1,
                column: start.column + 1,
                message: error.message().to_owned(),
            }
        })?;
        let mut rename = |node: &mut BlankNode| {
            let number = labels.len();
            let label = labels.entry(node.clone());
            let label =
                label.or_insert_with(|| BlankNode::new_unchecked(format!("o{stem}{number}")));
            *node = label.clone();
        };
        if let NamedOrBlankNode::BlankNode(node) = &mut triple.subject {
            rename(node);
        }
        if let Term::BlankNode(node) = &mut triple.object {
            rename(node);
        }
        triples.push(triple);
    }
    for (prefix, iri) in parser.prefixes() {
        if !prefix.is_empty() {
            batch.add_prefix(prefix, iri);
        }
    }
    Ok(())
}

/// A concept of a code list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Its IRI.
    pub iri: NamedNode,
    /// Its notations; most have one.
    pub notations: Vec<String>,
    /// Preferred labels, as (language, text); the language may be empty.
    pub labels: Vec<(String, String)>,
    /// Other labels, as (language, text).
    pub alternatives: Vec<(String, String)>,
}

impl Concept {
    /// The preferred label in a language, else in English, else any, else the IRI's last part.
    pub fn label(&self, language: &str) -> &str {
        let find = |wanted: &str| self.labels.iter().find(|(l, _)| l == wanted);
        find(language)
            .or_else(|| find("en"))
            .or_else(|| self.labels.first())
            .map_or_else(|| local_name(self.iri.as_str()), |(_, text)| text)
    }
}

fn local_name(iri: &str) -> &str {
    iri.rsplit(['/', '#']).next().unwrap_or(iri)
}

/// A text that names no concept of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnknownCode {
    /// There is no such scheme; the nearest name, if one is near.
    Scheme(Option<String>),
    /// The scheme has no such notation or label; the nearest notation, if one is near.
    Concept(Option<String>),
    /// The label belongs to several concepts; their notations.
    Ambiguous(Vec<String>),
}

/// A concept that is, step by step, broader than itself, if there is one: counting by the top of a
/// hierarchy would have no answer.
fn circle_of_broader(triples: &[Triple]) -> Option<NamedNode> {
    let mut hierarchy: DiGraphMap<usize, ()> = DiGraphMap::new();
    let mut names: Vec<&str> = Vec::new();
    let mut numbers = HashMap::new();
    let mut number = |name| {
        *numbers.entry(name).or_insert_with(|| {
            names.push(name);
            names.len() - 1
        })
    };
    for triple in triples {
        if let (NamedOrBlankNode::NamedNode(narrower), Term::NamedNode(broader)) =
            (&triple.subject, &triple.object)
            && triple.predicate.as_ref() == iri::skos::BROADER
        {
            hierarchy.add_edge(number(narrower.as_str()), number(broader.as_str()), ());
        }
    }
    let circle = toposort(&hierarchy, None).err()?;
    NamedNode::new(*names.get(circle.node_id())?).ok()
}

/// The code lists: concepts by scheme, found by notation or label.
#[derive(Debug, Clone, Default)]
pub struct CodeLists {
    schemes: BTreeMap<String, Scheme>,
}

#[derive(Debug, Clone, Default)]
struct Scheme {
    concepts: Vec<Concept>,
    by_notation: HashMap<String, usize>,
    /// Lower-case notations, preferred labels and other labels, in this order of trust.
    by_text: [HashMap<String, Vec<usize>>; 3],
}

impl CodeLists {
    fn from_triples(triples: &[Triple]) -> Self {
        let mut concepts: BTreeMap<&str, Concept> = BTreeMap::new();
        let mut schemes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for triple in triples {
            let NamedOrBlankNode::NamedNode(subject) = &triple.subject else {
                continue;
            };
            let predicate = triple.predicate.as_ref();
            let place = match &triple.object {
                Term::NamedNode(scheme)
                    if predicate == iri::skos::IN_SCHEME
                        || predicate == iri::skos::TOP_CONCEPT_OF =>
                {
                    if let Some(name) = scheme.as_str().strip_prefix(iri::CODE) {
                        schemes.entry(name).or_default().insert(subject.as_str());
                    }
                    continue;
                }
                Term::NamedNode(class)
                    if predicate == rdf::TYPE && class.as_ref() == iri::skos::CONCEPT_SCHEME =>
                {
                    if let Some(name) = subject.as_str().strip_prefix(iri::CODE) {
                        schemes.entry(name).or_default();
                    }
                    continue;
                }
                Term::Literal(literal) => literal,
                _ => continue,
            };
            let concept = concepts.entry(subject.as_str()).or_insert_with(|| Concept {
                iri: subject.clone(),
                notations: Vec::new(),
                labels: Vec::new(),
                alternatives: Vec::new(),
            });
            let language = place.language().unwrap_or_default().to_owned();
            let text = place.value().to_owned();
            if predicate == iri::skos::NOTATION {
                concept.notations.push(text);
            } else if predicate == iri::skos::PREF_LABEL {
                concept.labels.push((language, text));
            } else if predicate == iri::skos::ALT_LABEL {
                concept.alternatives.push((language, text));
            }
        }
        let mut lists = Self::default();
        for (name, members) in schemes {
            let scheme = lists.schemes.entry(name.to_owned()).or_default();
            for member in members {
                if let Some(concept) = concepts.get(member) {
                    scheme.add(concept.clone());
                }
            }
        }
        lists
    }

    /// The names of the schemes.
    pub fn schemes(&self) -> impl Iterator<Item = &str> {
        self.schemes.keys().map(String::as_str)
    }

    /// The concepts of a scheme, in the order of their IRIs; nothing if there is no such scheme.
    pub fn concepts(&self, scheme: &str) -> &[Concept] {
        self.schemes
            .get(scheme)
            .map_or(&[], |scheme| scheme.concepts.as_slice())
    }

    /// Finds a concept of a scheme: by its notation, exactly; else, whatever the case, by
    /// notation, by preferred label in any language, by another label.
    ///
    /// # Errors
    /// [`UnknownCode`] with the nearest that there is.
    pub fn lookup(&self, scheme: &str, text: &str) -> Result<&NamedNode, UnknownCode> {
        let Some(found) = self.schemes.get(scheme) else {
            return Err(UnknownCode::Scheme(nearest(scheme, self.schemes())));
        };
        if let Some(position) = found.by_notation.get(text) {
            return Ok(&found.concepts[*position].iri);
        }
        let folded = fold(text);
        for index in &found.by_text {
            match index.get(&folded).map(Vec::as_slice) {
                Some([only]) => return Ok(&found.concepts[*only].iri),
                Some(several) => {
                    let names = several.iter().map(|i| found.concepts[*i].notation());
                    return Err(UnknownCode::Ambiguous(names.collect()));
                }
                None => {}
            }
        }
        Err(UnknownCode::Concept(found.nearest(&folded)))
    }
}

impl Concept {
    /// Its first notation; without one the last part of its IRI.
    pub fn notation(&self) -> String {
        let local = || local_name(self.iri.as_str()).to_owned();
        self.notations.first().cloned().unwrap_or_else(local)
    }
}

impl Scheme {
    fn add(&mut self, mut concept: Concept) {
        let position = self.concepts.len();
        if concept.notations.is_empty() {
            concept
                .notations
                .push(local_name(concept.iri.as_str()).to_owned());
        }
        let texts = |labels: &[(String, String)]| labels.iter().map(|(_, t)| t.clone()).collect();
        let levels: [Vec<String>; 3] = [
            concept.notations.clone(),
            texts(&concept.labels),
            texts(&concept.alternatives),
        ];
        for (index, texts) in self.by_text.iter_mut().zip(levels) {
            for text in texts {
                let entry = index.entry(fold(&text)).or_default();
                if !entry.contains(&position) {
                    entry.push(position);
                }
            }
        }
        for notation in &concept.notations {
            self.by_notation.insert(notation.clone(), position);
        }
        self.concepts.push(concept);
    }

    fn nearest(&self, folded: &str) -> Option<String> {
        let all = self.by_text.iter().flat_map(|index| index.keys());
        let near = nearest(folded, all.map(String::as_str))?;
        let position = self
            .by_text
            .iter()
            .find_map(|index| index.get(&near)?.first())?;
        Some(self.concepts.get(*position)?.notation())
    }
}

/// Lower case, white space collapsed.
fn fold(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// The candidate that differs least from a text, if at most a third of it differs.
pub(crate) fn nearest<'a>(
    text: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let limit = text.chars().count().div_ceil(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(text, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein distance.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An ontology with the schemes `branch` (health, education) and `level` (two alike labels).
    pub(crate) fn small() -> Ontology {
        let codes = r#"
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            @prefix branch: <https://w3id.org/weft/code/branch/> .
            @prefix level: <https://w3id.org/weft/code/level/> .
            <https://w3id.org/weft/code/branch> a skos:ConceptScheme .
            branch:health a skos:Concept ; skos:inScheme <https://w3id.org/weft/code/branch> ;
                skos:notation "health" ; skos:prefLabel "Health"@en , "Sanidad"@es ; skos:altLabel "Health care"@en .
            branch:education a skos:Concept ; skos:inScheme <https://w3id.org/weft/code/branch> ;
                skos:notation "education" ; skos:prefLabel "Education"@en , "Educación"@es .
            level:a skos:inScheme <https://w3id.org/weft/code/level> ; skos:prefLabel "Same"@en .
            level:b skos:inScheme <https://w3id.org/weft/code/level> ; skos:prefLabel "same"@es .
            [] skos:note "x" .
        "#;
        let files = BTreeMap::from([
            ("core.ttl".to_owned(), String::new()),
            ("shapes.ttl".to_owned(), String::new()),
            ("codes/branch.ttl".to_owned(), codes.to_owned()),
            ("queries/one.rq".to_owned(), "ASK {}".to_owned()),
            ("queries/deep/two.rq".to_owned(), "ASK {}".to_owned()),
        ]);
        Ontology::from_files(Path::new("o"), &files).unwrap()
    }

    fn check(scheme: &str, text: &str, expected: &str) {
        let ontology = small();
        let found = match ontology.codes().lookup(scheme, text) {
            Ok(iri) => iri.as_str().replace(iri::CODE, ""),
            Err(unknown) => format!("{unknown:?}"),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_concept_is_found_by_notation_and_by_label_in_any_language() {
        check("branch", "health", "branch/health");
        check("branch", "HEALTH", "branch/health");
        check("branch", "health  CARE", "branch/health");
        check("branch", "educación", "branch/education");
    }

    #[test]
    fn what_is_not_found_names_the_nearest() {
        check("branch", "helth", "Concept(Some(\"health\"))");
        check("branch", "zoology", "Concept(None)");
        check("branche", "x", "Scheme(Some(\"branch\"))");
        check("level", "same", "Ambiguous([\"a\", \"b\"])");
    }

    #[test]
    fn a_circle_in_a_hierarchy_is_refused() {
        let codes = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix : <http://c/> .
            :a skos:broader :b . :b skos:broader :c . :c skos:broader :a . :d skos:broader :a .";
        let files = BTreeMap::from([
            ("core.ttl".to_owned(), String::new()),
            ("shapes.ttl".to_owned(), String::new()),
            ("codes/c.ttl".to_owned(), codes.to_owned()),
        ]);
        let error = Ontology::from_files(Path::new("o"), &files).err().unwrap();
        assert!(matches!(error, OntologyError::Cycle { .. }), "{error}");
    }

    #[test]
    fn the_files_are_sorted_into_their_roles_and_hashed() {
        let ontology = small();
        assert_eq!(ontology.query_files().len(), 1);
        assert_eq!(ontology.query_files()[0].name, "one");
        assert_eq!(ontology.fingerprint(), small().fingerprint());
        let quads: Vec<_> = ontology.batch().iter().collect();
        assert_eq!(quads, small().batch().iter().collect::<Vec<_>>());
        assert!(
            quads
                .iter()
                .all(|q| q.graph_name == iri::graph::ONTOLOGY.into_owned().into())
        );
    }

    #[test]
    fn a_syntax_error_names_file_line_and_column() {
        let files = BTreeMap::from([
            (
                "core.ttl".to_owned(),
                "@prefix a: <http://a/> .\na:b a:c .\n".to_owned(),
            ),
            ("shapes.ttl".to_owned(), String::new()),
        ]);
        let error = Ontology::from_files(Path::new("o"), &files).err().unwrap();
        assert!(error.to_string().starts_with("o/core.ttl:2:"), "{error}");
        let error = Ontology::from_files(Path::new("o"), &BTreeMap::new())
            .err()
            .unwrap();
        assert!(
            error
                .to_string()
                .starts_with("o/core.ttl: the file is missing"),
            "{error}"
        );
    }

    #[test]
    fn distances_are_levenshteins() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "ab"), 2);
    }
}
