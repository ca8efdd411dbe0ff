//! JSON-LD as people would write it: a context that is made of the ontology, and statements compacted
//! with it.
//!
//! The context gives each class and property of `weft:` its local name. Properties whose values are
//! things or codes take IRIs as plain texts, those of one datatype take its values as texts (whole
//! numbers and truth values as such where nothing is lost), and labels are maps by language. What
//! does not fit a term is written out, so nothing is ever lost: reading the document with the context
//! gives the same triples.

use super::iri;
use crate::ontology::Ontology;
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{BlankNode, Literal, NamedOrBlankNode, Quad, Term, Triple};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const OWL: &str = "http://www.w3.org/2002/07/owl#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const DCT: &str = "http://purl.org/dc/terms/";
const RANGE_INCLUDES: &str = "http://schema.org/rangeIncludes";

/// Prefixes besides the usual ones.
const MORE_PREFIXES: [(&str, &str); 4] = [
    ("adms", "http://www.w3.org/ns/adms#"),
    ("qb", "http://purl.org/linked-data/cube#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
];

/// What a term does with the values of its property.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Coercion {
    /// Nothing.
    None,
    /// A plain text is an IRI.
    Iri,
    /// A plain text is of this datatype.
    Datatype(String),
    /// The values are a map by language.
    Language,
}

#[derive(Clone, Debug)]
struct Property {
    name: String,
    coercion: Coercion,
}

/// The context: which names stand for what.
#[derive(Clone, Debug)]
pub struct Context {
    document: String,
    fingerprint: String,
    properties: HashMap<String, Property>,
    classes: HashMap<String, String>,
    prefixes: BTreeMap<String, String>,
}

impl Context {
    /// The context of an ontology.
    ///
    /// Complexity: one pass over the ontology.
    pub fn new(ontology: &Ontology) -> Self {
        let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut ranges: HashMap<String, BTreeSet<String>> = HashMap::new();
        for quad in ontology.batch().iter() {
            let (NamedOrBlankNode::NamedNode(subject), Term::NamedNode(object)) =
                (quad.subject, quad.object)
            else {
                continue;
            };
            if !subject.as_str().starts_with(iri::NS) {
                continue;
            }
            let (subject, object) = (subject.into_string(), object.into_string());
            if quad.predicate == rdf::TYPE {
                kinds.entry(subject).or_default().insert(object);
            } else if quad.predicate == rdfs::RANGE || quad.predicate.as_str() == RANGE_INCLUDES {
                ranges.entry(subject).or_default().insert(object);
            }
        }
        let mut context = Self {
            document: String::new(),
            fingerprint: ontology.fingerprint(),
            properties: HashMap::new(),
            classes: HashMap::new(),
            prefixes: BTreeMap::new(),
        };
        let mut names: HashSet<String> = HashSet::from(["id".to_owned(), "type".to_owned()]);
        for (name, namespace) in crate::ontology::iri::PREFIXES
            .into_iter()
            .chain(MORE_PREFIXES)
        {
            names.insert(name.to_owned());
            context
                .prefixes
                .insert(name.to_owned(), namespace.to_owned());
        }
        let mut classes: BTreeMap<String, String> = BTreeMap::new();
        let mut properties: BTreeMap<String, (String, Coercion)> = BTreeMap::new();
        for (term, kinds) in &kinds {
            let name = term.strip_prefix(iri::NS).unwrap_or(term);
            let is = |kind: &str| kinds.contains(&format!("{OWL}{kind}"));
            let is_class = is("Class") || kinds.contains(rdfs::CLASS.as_str());
            let is_property = is("ObjectProperty")
                || is("DatatypeProperty")
                || is("AnnotationProperty")
                || kinds.contains(rdf::PROPERTY.as_str());
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !(is_class || is_property) || !is_plain || !names.insert(name.to_owned()) {
                continue;
            }
            if is_class {
                classes.insert(name.to_owned(), term.clone());
                continue;
            }
            let nothing = BTreeSet::new();
            let ranges = ranges.get(term).unwrap_or(&nothing);
            let coercion = if is("ObjectProperty") {
                Coercion::Iri
            } else {
                let mut datatypes = ranges.iter();
                match (datatypes.next(), datatypes.next()) {
                    (Some(only), None) if is_typed(only) => Coercion::Datatype(only.clone()),
                    _ => Coercion::None,
                }
            };
            properties.insert(name.to_owned(), (term.clone(), coercion));
        }
        for (name, iri, coercion) in usual_terms() {
            // A name that the ontology uses itself keeps its meaning there.
            if names.insert(name.to_owned()) {
                properties.insert(name.to_owned(), (iri, coercion));
            }
        }
        context.write(&classes, &properties);
        context.classes = classes.into_iter().map(|(name, iri)| (iri, name)).collect();
        context.properties = properties
            .into_iter()
            .map(|(name, (iri, coercion))| (iri, Property { name, coercion }))
            .collect();
        context
    }

    fn write(
        &mut self,
        classes: &BTreeMap<String, String>,
        properties: &BTreeMap<String, (String, Coercion)>,
    ) {
        let mut map = Map::new();
        map.insert("@version".to_owned(), json!(1.1));
        map.insert("id".to_owned(), json!("@id"));
        map.insert("type".to_owned(), json!("@type"));
        for (name, namespace) in &self.prefixes {
            map.insert(name.clone(), json!({ "@id": namespace, "@prefix": true }));
        }
        for (name, iri) in classes {
            map.insert(name.clone(), json!({ "@id": iri }));
        }
        for (name, (iri, coercion)) in properties {
            let term = match coercion {
                Coercion::None => json!({ "@id": iri }),
                Coercion::Iri => json!({ "@id": iri, "@type": "@id" }),
                Coercion::Datatype(datatype) => json!({ "@id": iri, "@type": datatype }),
                Coercion::Language => json!({ "@id": iri, "@container": "@language" }),
            };
            map.insert(name.clone(), term);
        }
        let document = json!({ "@context": map });
        // A map of texts can always be written.
        self.document = serde_json::to_string_pretty(&document).unwrap_or_default();
        self.document.push('\n');
    }

    /// The document.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// What changes when the document may: the fingerprint of the ontology.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Triples as a JSON-LD document that names the context by `address`; graphs are left out.
    /// Blank nodes that one statement leads to stand where they are meant. `first` is the thing that
    /// the document is about.
    ///
    /// `None` if the context would change the meaning of an IRI (`geo:1,2`, say, where `geo` is a
    /// prefix), or for triple terms, which JSON-LD does not have.
    ///
    /// Complexity: O(n log n).
    pub fn compact(
        &self,
        quads: impl IntoIterator<Item = Quad>,
        first: Option<&str>,
        address: &str,
    ) -> Option<Value> {
        let triples: BTreeMap<String, Triple> = quads
            .into_iter()
            .map(|quad| {
                let triple = Triple::from(quad);
                (triple.to_string(), triple)
            })
            .collect();
        let mut subjects: Vec<&NamedOrBlankNode> = Vec::new();
        let mut by_subject: HashMap<&NamedOrBlankNode, Vec<&Triple>> = HashMap::new();
        let mut uses: HashMap<&BlankNode, usize> = HashMap::new();
        for triple in triples.values() {
            let of = by_subject.entry(&triple.subject).or_default();
            if of.is_empty() {
                subjects.push(&triple.subject);
            }
            of.push(triple);
            if let Term::BlankNode(node) = &triple.object {
                *uses.entry(node).or_default() += 1;
            }
        }
        let mut writer = Writer {
            context: self,
            by_subject,
            uses,
            done: HashSet::new(),
        };
        subjects.sort_by_key(|subject| match subject {
            NamedOrBlankNode::NamedNode(node) if Some(node.as_str()) == first => 0,
            NamedOrBlankNode::NamedNode(_) => 1,
            NamedOrBlankNode::BlankNode(_) => 2,
        });
        let mut nodes = Vec::new();
        // Nodes that nothing leads to, or several statements, come first; what is left then are
        // circles of blank nodes.
        for circles in [false, true] {
            for subject in &subjects {
                let is_inner =
                    matches!(subject, NamedOrBlankNode::BlankNode(node) if writer.is_inner(node));
                if (circles || !is_inner) && !writer.done.contains(*subject) {
                    nodes.push(writer.node(subject, !is_inner || circles)?);
                }
            }
        }
        let mut document = Map::new();
        document.insert("@context".to_owned(), json!(address));
        if let [Value::Object(only)] = &mut nodes[..] {
            document.append(only);
        } else {
            document.insert("@graph".to_owned(), Value::Array(nodes));
        }
        Some(Value::Object(document))
    }

    /// An IRI that the context leaves as it is.
    fn iri(&self, iri: &str) -> Option<String> {
        let (scheme, rest) = iri.split_once(':')?;
        let is_changed = self.prefixes.contains_key(scheme) && !rest.starts_with("//");
        (!is_changed).then(|| iri.to_owned())
    }

    /// A class or property without a term, by a prefix where one fits.
    fn prefixed(&self, iri: &str) -> Option<String> {
        let best = self
            .prefixes
            .iter()
            .filter_map(|(name, namespace)| Some((name, iri.strip_prefix(namespace.as_str())?)))
            .filter(|(_, rest)| !rest.is_empty() && !rest.starts_with("//"))
            .min_by_key(|(_, rest)| rest.len());
        match best {
            Some((name, rest)) => Some(format!("{name}:{rest}")),
            None => self.iri(iri),
        }
    }
}

/// Whether plain texts of a term may stand for values of this datatype.
fn is_typed(datatype: &str) -> bool {
    datatype.starts_with("http://www.w3.org/2001/XMLSchema#") && datatype != xsd::STRING.as_str()
}

/// Terms of other vocabularies that need no prefix.
fn usual_terms() -> Vec<(&'static str, String, Coercion)> {
    let date_time = || Coercion::Datatype(xsd::DATE_TIME.as_str().to_owned());
    vec![
        ("label", rdfs::LABEL.as_str().to_owned(), Coercion::Language),
        (
            "comment",
            rdfs::COMMENT.as_str().to_owned(),
            Coercion::Language,
        ),
        ("seeAlso", rdfs::SEE_ALSO.as_str().to_owned(), Coercion::Iri),
        (
            "isDefinedBy",
            rdfs::IS_DEFINED_BY.as_str().to_owned(),
            Coercion::Iri,
        ),
        ("prefLabel", format!("{SKOS}prefLabel"), Coercion::Language),
        ("altLabel", format!("{SKOS}altLabel"), Coercion::Language),
        (
            "definition",
            format!("{SKOS}definition"),
            Coercion::Language,
        ),
        ("scopeNote", format!("{SKOS}scopeNote"), Coercion::Language),
        ("notation", format!("{SKOS}notation"), Coercion::None),
        ("inScheme", format!("{SKOS}inScheme"), Coercion::Iri),
        ("topConceptOf", format!("{SKOS}topConceptOf"), Coercion::Iri),
        (
            "hasTopConcept",
            format!("{SKOS}hasTopConcept"),
            Coercion::Iri,
        ),
        ("broader", format!("{SKOS}broader"), Coercion::Iri),
        ("narrower", format!("{SKOS}narrower"), Coercion::Iri),
        ("exactMatch", format!("{SKOS}exactMatch"), Coercion::Iri),
        ("closeMatch", format!("{SKOS}closeMatch"), Coercion::Iri),
        ("broadMatch", format!("{SKOS}broadMatch"), Coercion::Iri),
        ("narrowMatch", format!("{SKOS}narrowMatch"), Coercion::Iri),
        ("sameAs", format!("{OWL}sameAs"), Coercion::Iri),
        ("title", format!("{DCT}title"), Coercion::Language),
        (
            "description",
            format!("{DCT}description"),
            Coercion::Language,
        ),
        ("source", format!("{DCT}source"), Coercion::Iri),
        ("license", format!("{DCT}license"), Coercion::Iri),
        ("publisher", format!("{DCT}publisher"), Coercion::Iri),
        ("isPartOf", format!("{DCT}isPartOf"), Coercion::Iri),
        ("identifier", format!("{DCT}identifier"), Coercion::None),
        ("modified", format!("{DCT}modified"), date_time()),
        (
            "wasDerivedFrom",
            "http://www.w3.org/ns/prov#wasDerivedFrom".to_owned(),
            Coercion::Iri,
        ),
        (
            "generatedAtTime",
            "http://www.w3.org/ns/prov#generatedAtTime".to_owned(),
            date_time(),
        ),
    ]
}

struct Writer<'a> {
    context: &'a Context,
    by_subject: HashMap<&'a NamedOrBlankNode, Vec<&'a Triple>>,
    uses: HashMap<&'a BlankNode, usize>,
    /// Subjects that are written, or being written.
    done: HashSet<&'a NamedOrBlankNode>,
}

impl<'a> Writer<'a> {
    /// Whether one statement leads to the blank node and it has statements of its own: it can stand
    /// where it is meant.
    fn is_inner(&self, node: &BlankNode) -> bool {
        self.uses.get(node) == Some(&1)
            && self
                .by_subject
                .contains_key(&NamedOrBlankNode::from(node.clone()))
    }

    fn name(&self, subject: &NamedOrBlankNode) -> Option<String> {
        match subject {
            NamedOrBlankNode::NamedNode(node) => self.context.iri(node.as_str()),
            NamedOrBlankNode::BlankNode(node) => Some(node.to_string()),
        }
    }

    fn node(&mut self, subject: &NamedOrBlankNode, is_named: bool) -> Option<Value> {
        let (subject, triples) = self
            .by_subject
            .get_key_value(subject)
            .map(|(subject, triples)| (*subject, triples.clone()))?;
        self.done.insert(subject);
        let mut node = Map::new();
        if is_named {
            node.insert("id".to_owned(), json!(self.name(subject)?));
        }
        let types: Option<Vec<Value>> = triples
            .iter()
            .filter(|triple| triple.predicate == rdf::TYPE)
            .filter_map(|triple| match &triple.object {
                Term::NamedNode(class) => Some(self.class(class.as_str())),
                Term::BlankNode(class) if !self.is_inner(class) => Some(Some(class.to_string())),
                _ => None,
            })
            .map(|name| name.map(Value::from))
            .collect();
        let types = types?;
        if !types.is_empty() {
            node.insert("type".to_owned(), one_or_many(types));
        }
        let mut keys: BTreeMap<(u8, String), Vec<Value>> = BTreeMap::new();
        let mut languages: BTreeMap<String, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
        for triple in triples {
            let predicate = triple.predicate.as_str();
            if triple.predicate == rdf::TYPE {
                match &triple.object {
                    Term::NamedNode(_) => continue,
                    Term::BlankNode(class) if !self.is_inner(class) => continue,
                    _ => {}
                }
            }
            let term = self.context.properties.get(predicate);
            let coercion = term.map_or(&Coercion::None, |term| &term.coercion);
            if let (Coercion::Language, Term::Literal(literal), Some(term)) =
                (coercion, &triple.object, term)
                && let Some(tag) = map_key(literal)
            {
                let texts = languages.entry(term.name.clone()).or_default();
                let texts = texts.entry(tag.to_owned()).or_default();
                texts.push(json!(literal.value()));
                continue;
            }
            let key = match (term, coercion) {
                (Some(term), coercion) if *coercion != Coercion::Language => term.name.clone(),
                _ => self.context.prefixed(predicate)?,
            };
            let coercion = coercion.clone();
            let value = self.value(&triple.object, &coercion)?;
            keys.entry((1, key)).or_default().push(value);
        }
        for (name, texts) in languages {
            let map: Map<String, Value> = texts
                .into_iter()
                .map(|(tag, texts)| (tag, one_or_many(texts)))
                .collect();
            keys.entry((0, name)).or_default().push(Value::Object(map));
        }
        for ((_, key), values) in keys {
            node.insert(key, one_or_many(values));
        }
        Some(Value::Object(node))
    }

    fn class(&self, iri: &str) -> Option<String> {
        match self.context.classes.get(iri) {
            Some(name) => Some(name.clone()),
            None => self.context.prefixed(iri),
        }
    }

    fn value(&mut self, term: &Term, coercion: &Coercion) -> Option<Value> {
        match term {
            Term::NamedNode(node) => {
                let iri = self.context.iri(node.as_str())?;
                Some(match coercion {
                    Coercion::Iri => json!(iri),
                    _ => json!({ "id": iri }),
                })
            }
            Term::BlankNode(node) => {
                let subject = NamedOrBlankNode::from(node.clone());
                if self.is_inner(node) && !self.done.contains(&subject) {
                    return self.node(&subject, false);
                }
                Some(json!({ "id": node.to_string() }))
            }
            Term::Literal(literal) => {
                self.context.iri(literal.datatype().as_str())?;
                Some(self.literal(literal, coercion))
            }
            Term::Triple(_) => None,
        }
    }

    fn literal(&self, literal: &Literal, coercion: &Coercion) -> Value {
        let text = literal.value();
        if let Some(tag) = literal.language() {
            let mut value = Map::new();
            value.insert("@value".to_owned(), json!(text));
            value.insert("@language".to_owned(), json!(tag));
            if let Some(direction) = literal.direction() {
                let direction = direction.to_string();
                value.insert("@direction".to_owned(), json!(direction));
            }
            return Value::Object(value);
        }
        let datatype = literal.datatype();
        let is_coerced =
            matches!(coercion, Coercion::Datatype(known) if *known == datatype.as_str());
        let is_free = *coercion == Coercion::None;
        if (is_coerced || is_free)
            && let Some(native) = native(literal)
        {
            return native;
        }
        if is_coerced || (is_free && datatype == xsd::STRING) {
            return json!(text);
        }
        if datatype == xsd::STRING {
            return json!({ "@value": text });
        }
        json!({ "@value": text, "@type": datatype.as_str() })
    }
}

/// The key of a literal in a map by language, if it can stand there.
fn map_key(literal: &Literal) -> Option<&str> {
    match literal.language() {
        Some(tag) => literal.direction().is_none().then_some(tag),
        None => (literal.datatype() == xsd::STRING).then_some("@none"),
    }
}

/// A value that JSON has itself, if reading it gives the same literal.
fn native(literal: &Literal) -> Option<Value> {
    /// From here on numbers of JSON may lose digits.
    const EXACT: i64 = 1 << 53;
    let text = literal.value();
    if literal.datatype() == xsd::BOOLEAN {
        return match text {
            "true" => Some(json!(true)),
            "false" => Some(json!(false)),
            _ => None,
        };
    }
    if literal.datatype() != xsd::INTEGER {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    (number.abs() < EXACT && number.to_string() == text).then(|| json!(number))
}

fn one_or_many(mut values: Vec<Value>) -> Value {
    if values.len() == 1 {
        values.swap_remove(0)
    } else {
        Value::Array(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::io::{RdfFormat, RdfParser};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static CONTEXT: LazyLock<Context> =
        LazyLock::new(|| Context::new(&Ontology::built_in().unwrap()));

    fn turtle(text: &str) -> Vec<Quad> {
        let text = format!(
            "PREFIX weft: <https://w3id.org/weft/ns#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
            PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
            PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX e: <http://e/> {text}"
        );
        RdfParser::from_format(RdfFormat::Turtle)
            .for_slice(&text)
            .map(Result::unwrap)
            .collect()
    }

    fn compacted(quads: &[Quad], first: Option<&str>) -> Value {
        CONTEXT
            .compact(quads.to_vec(), first, "http://x/context.jsonld")
            .unwrap()
    }

    /// Reads a document back, with the context in it.
    fn read(document: &Value) -> Vec<Quad> {
        let mut document = document.clone();
        let context: Value = serde_json::from_str(CONTEXT.document()).unwrap();
        document["@context"] = context["@context"].clone();
        let text = document.to_string();
        let format = RdfFormat::JsonLd {
            profile: oxigraph::io::JsonLdProfileSet::empty(),
        };
        RdfParser::from_format(format)
            .for_slice(&text)
            .map(|quad| quad.unwrap_or_else(|error| panic!("{error}: {text}")))
            .collect()
    }

    /// The canonical form of triples.
    fn canonical(quads: &[Quad]) -> Vec<String> {
        let mut dataset: oxigraph::model::Dataset = quads.iter().cloned().collect();
        dataset.canonicalize(oxigraph::model::dataset::CanonicalizationAlgorithm::Unstable);
        let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
        lines.sort();
        lines
    }

    fn check(text: &str) -> Value {
        let quads = turtle(text);
        let document = compacted(&quads, Some("http://e/a"));
        assert_eq!(
            canonical(&read(&document)),
            canonical(&quads),
            "{document:#}"
        );
        document
    }

    #[test]
    fn terms_take_what_they_are_for() {
        let document = check(
            "e:a a weft:Actor , e:Other ; rdfs:label 'House'@en , 'Casa'@es , 'Hogar'@es , 'H' ;
             weft:sector <https://w3id.org/weft/code/sector/health> ; weft:isGroup true ; weft:rank 3 .",
        );
        let expected = json!({
            "@context": "http://x/context.jsonld",
            "id": "http://e/a",
            "type": ["http://e/Other", "Actor"],
            "label": { "@none": "H", "en": "House", "es": ["Casa", "Hogar"] },
            "isGroup": true,
            "rank": 3,
            "sector": "https://w3id.org/weft/code/sector/health",
        });
        assert_eq!(document, expected);
    }

    #[test]
    fn values_that_do_not_fit_their_term_are_written_out() {
        for text in [
            "e:a weft:sector 'health' , 3 , 'x'@en .",
            "e:a rdfs:label 3 , e:b , '2020'^^xsd:gYear , 'x' .",
            "e:a weft:isGroup '1'^^xsd:boolean , 'yes' , true .",
            "e:a weft:rank '03'^^xsd:integer , 9007199254740993 , -0.5 , 1e0 , e:b .",
            "e:a weft:amount 12.50 , '12'^^xsd:decimal , 12 .",
            "e:a skos:notation 'n' , 4 , true , 'x'^^e:type ; e:p '' , ' a ' , '\\u0000'.",
            "e:a a 'text' ; a _:b . _:b e:p e:a .",
            "e:a e:p rdf:nil ; e:q (1 2 (3)) .",
            "<urn:x:y> <urn:p> <tel:1> . <mailto:a@b> <urn:p> <http://e/a?b=%20#c> .",
        ] {
            check(text);
        }
    }

    #[test]
    fn blank_nodes_stand_where_they_are_meant() {
        let document = check("e:a e:p [ e:q [ e:r 1 ] ] .");
        assert_eq!(
            document["http://e/p"],
            json!({ "http://e/q": { "http://e/r": 1 } })
        );
        for text in [
            "e:a e:p _:b ; e:q _:b . _:b e:r 1 .",
            "_:b e:p _:c . _:c e:p _:b .",
            "_:b e:p _:b .",
            "e:a e:p _:b . e:c e:p _:c .",
            "e:a e:p _:b . _:b e:q _:c . _:c e:q _:b .",
            "[] e:p [] , [] .",
        ] {
            check(text);
        }
    }

    #[test]
    fn what_the_context_would_change_is_not_compacted() {
        for text in [
            "e:a e:p <geo:1,2> .",
            "<schema:x> e:p 1 .",
            "e:a <org:p> 1 .",
        ] {
            let quads = turtle(text);
            assert!(
                CONTEXT.compact(quads, None, "http://x/").is_none(),
                "{text}"
            );
        }
    }

    #[test]
    fn the_context_is_the_same_each_time_and_knows_the_ontology() {
        let context = Context::new(&Ontology::built_in().unwrap());
        assert_eq!(context.document(), CONTEXT.document());
        let document: Value = serde_json::from_str(context.document()).unwrap();
        let terms = &document["@context"];
        assert_eq!(terms["Actor"]["@id"], "https://w3id.org/weft/ns#Actor");
        assert_eq!(terms["sector"]["@type"], "@id");
        assert_eq!(terms["label"]["@container"], "@language");
        assert_eq!(terms["betweenness"]["@type"], xsd::DOUBLE.as_str());
    }

    #[test]
    fn the_ontology_goes_there_and_back() {
        let batch = Ontology::built_in().unwrap().batch();
        let default = oxigraph::model::GraphName::DefaultGraph;
        let quads: Vec<Quad> = batch
            .iter()
            .map(|quad| Quad {
                graph_name: default.clone(),
                ..quad
            })
            .collect();
        let document = compacted(&quads, None);
        let named = |quads: &[Quad]| {
            let is_plain = |quad: &&Quad| !quad.to_string().contains("_:");
            let lines = quads.iter().filter(is_plain).map(ToString::to_string);
            lines.collect::<BTreeSet<String>>()
        };
        let back = read(&document);
        assert_eq!(named(&back), named(&quads));
        let unique: HashSet<&Quad> = quads.iter().collect();
        assert_eq!(back.len(), unique.len());
    }

    fn terms() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("e:a".to_owned()),
            Just("e:b".to_owned()),
            (0..4u8).prop_map(|number| format!("_:n{number}")),
        ]
    }

    fn objects() -> impl Strategy<Value = String> {
        prop_oneof![
            terms(),
            Just("weft:Actor".to_owned()),
            Just("'x'".to_owned()),
            Just("'x'@en".to_owned()),
            Just("'y'@pt-br".to_owned()),
            Just("7".to_owned()),
            Just("7.0".to_owned()),
            Just("true".to_owned()),
            Just("'2020-01-01'^^xsd:date".to_owned()),
        ]
    }

    fn predicates() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("a"),
            Just("rdfs:label"),
            Just("weft:sector"),
            Just("weft:rank"),
            Just("weft:isGroup"),
            Just("e:p"),
            Just("skos:note"),
        ]
        .prop_map(str::to_owned)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn any_triples_go_there_and_back(
            triples in prop::collection::vec((terms(), predicates(), objects()), 1..12)
        ) {
            let text: String = triples
                .iter()
                .map(|(subject, predicate, object)| format!("{subject} {predicate} {object} . "))
                .collect();
            check(&text);
        }
    }
}
