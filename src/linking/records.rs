//! What identifies things: read from a snapshot, in whatever vocabulary it is said.

use super::names::Name;
use super::{Stop, Stopped};
use crate::store::Snapshot;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Term, TermRef,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Names of one thing that are compared.
const MOST_NAMES: usize = 12;
/// Statements of one thing that are looked at.
const MOST_STATEMENTS: usize = 2_000;
/// How many places a place may lie in, one in the other.
const DEEPEST: usize = 6;

/// What sort of thing a record is about. Only things of one sort are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `weft:Actor`
    Actor,
    /// `weft:Service`
    Service,
    /// `weft:Innovation`
    Innovation,
    /// `weft:Place`
    Place,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Actor, Self::Service, Self::Innovation, Self::Place];

    /// Its name in parameters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Service => "service",
            Self::Innovation => "innovation",
            Self::Place => "place",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its class.
    pub fn class(self) -> NamedNodeRef<'static> {
        NamedNodeRef::new_unchecked(match self {
            Self::Actor => "https://w3id.org/weft/ns#Actor",
            Self::Service => "https://w3id.org/weft/ns#Service",
            Self::Innovation => "https://w3id.org/weft/ns#Innovation",
            Self::Place => "https://w3id.org/weft/ns#Place",
        })
    }
}

/// What the statements of a graph are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Somebody's data.
    Data,
    /// Followed from data: it tells what a thing is, but makes nothing a thing of some data set.
    Derived,
    /// Links, checks, figures: no evidence, or a link would be evidence for itself.
    Ignored,
}

/// What identifies a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The thing.
    pub iri: NamedNode,
    /// The name to show.
    pub label: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its names, in all languages and forms.
    pub names: Vec<Name>,
    /// The places it is in, as narrow as they are known, folded.
    pub towns: BTreeSet<String>,
    /// The places these lie in.
    pub wider: BTreeSet<String>,
    /// Codes of its countries.
    pub countries: BTreeSet<String>,
    /// Identifiers that a register gave, by the register.
    pub identifiers: BTreeMap<String, BTreeSet<String>>,
    /// The hosts of its web addresses, without what is shared by many (`www.`, social media).
    pub hosts: BTreeSet<String>,
    /// Sectors, as IRIs.
    pub sectors: BTreeSet<String>,
    /// The graphs that say something of it.
    pub graphs: BTreeSet<String>,
}

impl Record {
    /// An actor of which nothing is known but a name.
    pub fn named(name: &str) -> Self {
        let mut record = Self::new(NamedNode::new_unchecked("urn:weft:unnamed"), Kind::Actor);
        record.label = name.to_owned();
        record.add_name(name);
        record
    }

    fn new(iri: NamedNode, kind: Kind) -> Self {
        Self {
            label: iri.as_str().to_owned(),
            iri,
            kind,
            names: Vec::new(),
            towns: BTreeSet::new(),
            wider: BTreeSet::new(),
            countries: BTreeSet::new(),
            identifiers: BTreeMap::new(),
            hosts: BTreeSet::new(),
            sectors: BTreeSet::new(),
            graphs: BTreeSet::new(),
        }
    }

    /// Roughly the bytes it takes.
    pub fn heap_bytes(&self) -> usize {
        let names: usize = self
            .names
            .iter()
            .map(|name| 200 + 6 * name.text.len())
            .sum();
        400 + names + 60 * self.graphs.len()
    }

    fn add_name(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty()
            && self.names.len() < MOST_NAMES
            && !self.names.iter().any(|name| name.text == text)
        {
            let name = Name::new(text);
            if !name.is_empty() {
                self.names.push(name);
            }
            // `UNIVERSIDAD DEL PAIS VASCO/ EUSKAL HERRIKO UNIBERTSITATEA`: one name in two
            // languages.
            if let Some((one, other)) = text.split_once('/') {
                // `UPV/EHU`: letters for it in two languages.
                let is_short = |part: &str| {
                    (3..=6).contains(&part.len()) && part.chars().all(char::is_uppercase)
                };
                let are_letters = is_short(one) && is_short(other);
                for part in [one, other] {
                    if (are_letters || part.split_whitespace().count() > 1)
                        && self.names.len() < MOST_NAMES
                    {
                        self.names.push(Name::new(part));
                    }
                }
                self.names.retain(|name| !name.is_empty());
            }
        }
    }

    /// Takes an identifier where its register is known: by the property, or because the identifier
    /// itself says it as those of <https://org-id.guide/> do (`GB-CHC-327114`).
    fn add_identifier(&mut self, scheme: Option<&str>, value: &str) {
        let value = value.trim();
        let (scheme, value) = match (scheme, org_id(value)) {
            (_, Some((list, number))) => (list.to_owned(), number),
            (Some(scheme), None) => (scheme.to_owned(), value),
            (None, None) => return,
        };
        let plain: String = value
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect();
        if !plain.is_empty() && plain.len() <= 80 {
            self.identifiers.entry(scheme).or_default().insert(plain);
        }
    }
}

/// The list and the number of an identifier such as `GB-CHC-327114`.
fn org_id(value: &str) -> Option<(&str, &str)> {
    let mut parts = value.splitn(3, '-');
    let (country, list, number) = (parts.next()?, parts.next()?, parts.next()?);
    let is_country = country.len() == 2 || country == "XI" || country == "XM";
    let is_list = (2..=8).contains(&list.len());
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    let fits = is_country && is_list && upper(country) && upper(list) && !number.is_empty();
    let end = country.len() + 1 + list.len();
    fits.then(|| value.get(..end))
        .flatten()
        .map(|list| (list, number))
}

/// Reads the things of some kinds, in the order of their IRIs. A thing of which no graph of data
/// speaks is left out, and so are blank nodes, to which nothing can be linked.
///
/// # Errors
/// [`Stopped`] if `stop` says so.
///
/// # Complexity
/// Time **O(n s)** for n things with s statements, on all cores.
pub fn read(
    snapshot: &Snapshot,
    kinds: &[Kind],
    role: &(dyn Fn(&GraphName) -> Role + Sync),
    stop: Stop<'_>,
) -> Result<Vec<Record>, Stopped> {
    let mut things: BTreeMap<String, (NamedNode, Kind)> = BTreeMap::new();
    for kind in kinds {
        for (at, quad) in snapshot
            .quads_for_pattern(None, Some(rdf::TYPE), Some(kind.class().into()), None)
            .enumerate()
        {
            if at % 4_096 == 0 && stop() {
                return Err(Stopped);
            }
            if let NamedOrBlankNode::NamedNode(node) = quad.subject {
                things
                    .entry(node.as_str().to_owned())
                    .or_insert((node, *kind));
            }
        }
    }
    let things: Vec<(NamedNode, Kind)> = things.into_values().collect();
    let parts: Result<Vec<Vec<Record>>, Stopped> = things
        .par_chunks(256)
        .map(|things| {
            if stop() {
                return Err(Stopped);
            }
            let records = things.iter();
            Ok(records
                .filter_map(|(node, kind)| record(snapshot, node, *kind, role))
                .collect())
        })
        .collect();
    Ok(parts?.into_iter().flatten().collect())
}

/// What is said of one thing, or nothing if no graph of data speaks of it.
pub fn record(
    snapshot: &Snapshot,
    node: &NamedNode,
    kind: Kind,
    role: &(dyn Fn(&GraphName) -> Role + Sync),
) -> Option<Record> {
    let mut record = Record::new(node.clone(), kind);
    let mut labels: Vec<(u8, String)> = Vec::new();
    let subject = TermRef::from(node.as_ref());
    let quads = snapshot.quads_for_pattern(Some(subject), None, None, None);
    for quad in quads.take(MOST_STATEMENTS) {
        match role(&quad.graph_name) {
            Role::Data => {
                record.graphs.insert(match &quad.graph_name {
                    GraphName::NamedNode(graph) => graph.as_str().to_owned(),
                    other => other.to_string(),
                });
            }
            Role::Derived => {}
            Role::Ignored => continue,
        }
        if let Some(rank) = name_rank(quad.predicate.as_str()) {
            if let Term::Literal(name) = &quad.object {
                // English first, then no language: the label to show.
                let by_language = match name.language() {
                    Some(tag) if tag.starts_with("en") => 0,
                    None => 1,
                    Some(_) => 2,
                };
                labels.push((rank * 3 + by_language, name.value().to_owned()));
            }
            continue;
        }
        fact(snapshot, &mut record, quad.predicate.as_str(), &quad.object);
    }
    if record.graphs.is_empty() {
        return None;
    }
    labels.sort();
    if let Some((_, label)) = labels.first() {
        record.label.clone_from(label);
    }
    for (_, label) in &labels {
        record.add_name(label);
    }
    if let Some((list, number)) = org_id(node.as_str().rsplit(['/', '#']).next()?) {
        record.add_identifier(Some(list), number);
    }
    Some(record)
}

/// Which name to show first; nothing if the property gives no name.
fn name_rank(property: &str) -> Option<u8> {
    Some(match property {
        "http://www.w3.org/2004/02/skos/core#prefLabel" => 0,
        label if label == rdfs::LABEL.as_str() => 1,
        "http://xmlns.com/foaf/0.1/name"
        | "http://schema.org/name"
        | "https://schema.org/name"
        | "http://purl.org/dc/terms/title" => 2,
        "http://www.w3.org/ns/regorg#legalName"
        | "http://schema.org/legalName"
        | "https://schema.org/legalName" => 3,
        "http://www.w3.org/2004/02/skos/core#altLabel"
        | "http://www.w3.org/2004/02/skos/core#hiddenLabel"
        | "http://purl.org/dc/terms/alternative"
        | "http://schema.org/alternateName"
        | "https://schema.org/alternateName"
        | "http://xmlns.com/foaf/0.1/nick" => 4,
        _ => return None,
    })
}

/// The property without the part that two spellings of schema.org share.
fn local_of_schema(property: &str) -> Option<&str> {
    property
        .strip_prefix("http://schema.org/")
        .or_else(|| property.strip_prefix("https://schema.org/"))
}

fn fact(snapshot: &Snapshot, record: &mut Record, property: &str, object: &Term) {
    if let Some(local) = local_of_schema(property) {
        match (local, object) {
            ("url", object) => add_host(record, object),
            ("sameAs", Term::NamedNode(node)) => same(record, node),
            ("address" | "location", object) => address(snapshot, record, object),
            ("addressLocality", Term::Literal(town)) => add_town(record, town.value()),
            ("addressCountry", Term::Literal(country)) => add_country(record, country.value()),
            ("identifier", object) => identifier(snapshot, record, object),
            ("vatID" | "taxID" | "leiCode" | "iso6523Code" | "duns", Term::Literal(value)) => {
                record.add_identifier(Some(local), value.value());
            }
            _ => {}
        }
        return;
    }
    match (property, object) {
        ("https://w3id.org/weft/ns#website" | "http://xmlns.com/foaf/0.1/homepage", object) => {
            add_host(record, object);
        }
        ("https://w3id.org/weft/ns#countryCode", Term::Literal(code)) => {
            add_country(record, code.value());
        }
        ("https://w3id.org/weft/ns#place", object) => place(snapshot, record, object),
        ("https://w3id.org/weft/ns#within", object) if record.kind == Kind::Place => {
            place(snapshot, record, object);
        }
        ("https://w3id.org/weft/ns#sector", Term::NamedNode(sector)) => {
            record.sectors.insert(sector.as_str().to_owned());
        }
        ("http://purl.org/dc/terms/identifier", Term::Literal(value)) => {
            record.add_identifier(None, value.value());
        }
        (
            "http://www.w3.org/ns/org#identifier"
            | "http://www.w3.org/ns/adms#identifier"
            | "http://www.w3.org/ns/regorg#registration",
            object,
        ) => identifier(snapshot, record, object),
        (
            "http://www.w3.org/2002/07/owl#sameAs"
            | "http://www.w3.org/2004/02/skos/core#exactMatch",
            Term::NamedNode(node),
        ) => same(record, node),
        _ => {}
    }
}

/// An IRI of a register of the whole world is as good as an identifier.
fn same(record: &mut Record, node: &NamedNode) {
    let iri = node.as_str();
    for (scheme, host) in [
        ("wikidata", "wikidata.org/"),
        ("org-id", "org-id.guide/"),
        ("ror", "ror.org/"),
        ("geonames", "geonames.org/"),
    ] {
        if let Some((_, rest)) = iri.split_once(host) {
            let parts = rest.split(['/', '#']).filter(|part| !part.is_empty());
            let value = match scheme {
                "geonames" => parts.clone().next(),
                _ => parts.clone().next_back(),
            };
            if let Some(value) = value {
                record.add_identifier(Some(scheme), value);
            }
        }
    }
}

/// An identifier as text, perhaps with a datatype that names the register, or as a node with a
/// notation.
fn identifier(snapshot: &Snapshot, record: &mut Record, object: &Term) {
    match object {
        Term::Literal(value) => {
            let datatype = value.datatype();
            let scheme = !datatype.as_str().starts_with("http://www.w3.org/");
            let scheme = scheme.then(|| datatype.as_str().to_owned());
            record.add_identifier(scheme.as_deref(), value.value());
        }
        Term::NamedNode(_) | Term::BlankNode(_) => {
            let (mut scheme, mut value) = (None, None);
            for (property, object) in about(snapshot, object) {
                let Term::Literal(text) = &object else {
                    if property.ends_with("creator") || property.ends_with("propertyID") {
                        scheme = Some(object.to_string());
                    }
                    continue;
                };
                match property.rsplit(['/', '#']).next() {
                    Some("propertyID" | "schemaAgency" | "schemeAgency" | "creator") => {
                        scheme = Some(text.value().to_owned());
                    }
                    Some("value" | "notation" | "identifier") => {
                        value = Some(text.value().to_owned());
                        let datatype = text.datatype();
                        if !datatype.as_str().starts_with("http://www.w3.org/") {
                            scheme = scheme.or(Some(datatype.as_str().to_owned()));
                        }
                    }
                    _ => {}
                }
            }
            if let Some(value) = value {
                record.add_identifier(scheme.as_deref(), &value);
            }
        }
        Term::Triple(_) => {}
    }
}

fn about(snapshot: &Snapshot, node: &Term) -> Vec<(String, Term)> {
    let subject = match node {
        Term::NamedNode(node) => NamedOrBlankNodeRef::from(node),
        Term::BlankNode(node) => node.into(),
        Term::Literal(_) | Term::Triple(_) => return Vec::new(),
    };
    snapshot
        .quads_for_pattern(Some(subject.into()), None, None, None)
        .take(100)
        .map(|quad| (quad.predicate.into_string(), quad.object))
        .collect()
}

fn address(snapshot: &Snapshot, record: &mut Record, object: &Term) {
    for (property, object) in about(snapshot, object) {
        let Term::Literal(text) = object else {
            continue;
        };
        match property.rsplit(['/', '#']).next() {
            Some("addressLocality" | "locality") => add_town(record, text.value()),
            Some("addressCountry" | "countryCode" | "country-name") => {
                add_country(record, text.value());
            }
            _ => {}
        }
    }
}

/// A place with its labels and country, and those it lies in.
fn place(snapshot: &Snapshot, record: &mut Record, object: &Term) {
    if let Term::Literal(name) = object {
        add_town(record, name.value());
        return;
    }
    let mut next = Some(object.clone());
    for depth in 0..DEEPEST {
        let Some(node) = next.take() else {
            return;
        };
        for (property, object) in about(snapshot, &node) {
            match (property.as_str(), &object) {
                ("https://w3id.org/weft/ns#countryCode", Term::Literal(code)) => {
                    add_country(record, code.value());
                }
                ("https://w3id.org/weft/ns#within", _) => next = next.max_by_text(object),
                ("http://schema.org/address", _) => address(snapshot, record, &object),
                (property, Term::Literal(name)) if name_rank(property).is_some() => {
                    let name = folded(name.value());
                    if depth == 0 {
                        record.towns.insert(name);
                    } else {
                        record.wider.insert(name);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Of several, the same one whatever order they come in.
trait Chosen {
    fn max_by_text(self, other: Term) -> Option<Term>;
}

impl Chosen for Option<Term> {
    fn max_by_text(self, other: Term) -> Option<Term> {
        match self {
            Some(known) if known.to_string() >= other.to_string() => Some(known),
            _ => Some(other),
        }
    }
}

fn folded(place: &str) -> String {
    Name::new(place).words.join(" ")
}

fn add_town(record: &mut Record, town: &str) {
    let town = folded(town);
    if !town.is_empty() {
        record.towns.insert(town);
    }
}

fn add_country(record: &mut Record, code: &str) {
    let code = code.trim().to_ascii_uppercase();
    if code.len() == 2 {
        // What EU sources write, and ISO.
        record.countries.insert(match code.as_str() {
            "UK" => "GB".to_owned(),
            "EL" => "GR".to_owned(),
            _ => code,
        });
    }
}

fn add_host(record: &mut Record, object: &Term) {
    let address = match object {
        Term::NamedNode(node) => node.as_str(),
        Term::Literal(text) => text.value(),
        Term::BlankNode(_) | Term::Triple(_) => return,
    };
    if let Some(host) = registrable(address) {
        record.hosts.insert(host);
    }
}

/// The part of a web address that somebody registered: `example.org.uk` of
/// `https://www.help.example.org.uk:8080/about`. Addresses at places where everybody can have a
/// page tell only with the name in front, or not at all.
///
/// ```
/// # use weft::linking::records::registrable;
/// assert_eq!(registrable("https://www.caritas.es/madrid"), Some("caritas.es".to_owned()));
/// assert_eq!(registrable("www.mind.org.uk"), Some("mind.org.uk".to_owned()));
/// assert_eq!(registrable("https://ours.wordpress.com/"), Some("ours.wordpress.com".to_owned()));
/// assert_eq!(registrable("https://facebook.com/ours"), None);
/// ```
pub fn registrable(address: &str) -> Option<String> {
    const SECOND: [&str; 10] = [
        "co", "com", "org", "ac", "gov", "gob", "edu", "net", "nhs", "or",
    ];
    const EVERYBODY: [&str; 8] = [
        "wordpress.com",
        "blogspot.com",
        "wixsite.com",
        "weebly.com",
        "github.io",
        "jimdo.com",
        "webnode.com",
        "blogspot.com.es",
    ];
    const NOBODY: [&str; 9] = [
        "facebook.com",
        "twitter.com",
        "x.com",
        "linkedin.com",
        "youtube.com",
        "instagram.com",
        "google.com",
        "wikipedia.org",
        "cordis.europa.eu",
    ];
    let rest = match address.trim().split_once("://") {
        Some((scheme, rest)) if ["http", "https"].contains(&scheme.to_lowercase().as_str()) => rest,
        Some(_) => return None,
        None if address.contains('@') => return None,
        None => address.trim(),
    };
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    let host = host
        .split(':')
        .next()?
        .trim_end_matches('.')
        .to_ascii_lowercase();
    let is_host = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let labels: Vec<&str> = host.split('.').collect();
    let is_number = labels
        .last()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if !is_host || labels.len() < 2 || is_number || labels.iter().any(|label| label.is_empty()) {
        return None;
    }
    let second = labels.len().checked_sub(2).and_then(|at| labels.get(at));
    let is_second = labels.last().is_some_and(|last| last.len() == 2)
        && second.is_some_and(|second| SECOND.contains(second));
    let mut kept = if is_second && labels.len() > 2 { 3 } else { 2 };
    let tail = |kept: usize| {
        labels
            .get(labels.len().saturating_sub(kept)..)
            .unwrap_or_default()
    };
    if NOBODY.contains(&tail(kept).join(".").as_str()) {
        return None;
    }
    if EVERYBODY.contains(&tail(kept).join(".").as_str()) {
        kept += 1;
        if labels.len() < kept || tail(kept).first() == Some(&"www") {
            return None;
        }
    }
    Some(tail(kept).join("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::rdf::{ParseOptions, parse_bytes};
    use crate::store::{CommitInfo, KnowledgeStore, StoreError, StoreOptions};
    use oxigraph::io::RdfFormat;
    use std::sync::Arc;

    fn snapshot(trig: &str) -> Arc<Snapshot> {
        let prefixes = "@prefix weft: <https://w3id.org/weft/ns#> . @prefix e: <http://e/> .
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
            @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
            @prefix schema: <http://schema.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
            @prefix dct: <http://purl.org/dc/terms/> . @prefix org: <http://www.w3.org/ns/org#> .
            @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n";
        let text = format!("{prefixes}{trig}");
        let options = ParseOptions::default();
        let batch = parse_bytes(text.as_bytes(), RdfFormat::TriG, &options).unwrap();
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        store
            .write::<_, StoreError>(CommitInfo::new("test", "data"), move |transaction| {
                transaction.insert_batch(&batch)
            })
            .unwrap();
        store.snapshot()
    }

    fn all(trig: &str) -> Vec<Record> {
        let snapshot = snapshot(trig);
        read(&snapshot, &Kind::ALL, &|_| Role::Data, &|| false).unwrap()
    }

    #[test]
    fn names_places_identifiers_and_hosts_are_read_in_several_vocabularies() {
        let records = all(
            "e:g { e:a a weft:Actor ; rdfs:label 'Caritas Madrid' ; skos:altLabel 'CM' ;
                weft:place e:town ; weft:website <https://www.caritas.es/madrid> ;
                weft:sector e:health ; dct:identifier 'GB-CHC-327114' , 'local 7' ;
                owl:sameAs <http://www.wikidata.org/entity/Q42> ;
                org:identifier 'B-12'^^e:cif .
              e:town a weft:Place ; rdfs:label 'Madrid' ; weft:within e:land .
              e:land rdfs:label 'España' ; weft:countryCode 'ES' .
              e:b a weft:Actor ; foaf:name 'Ours' ; schema:address [
                schema:addressLocality 'Getafe' ; schema:addressCountry 'ES' ] ;
                schema:identifier [ schema:propertyID 'PIC' ; schema:value '999991334' ] ;
                schema:vatID 'ES B 1' . }",
        );
        let [a, b, _town] = records.as_slice() else {
            panic!("{records:#?}");
        };
        assert_eq!((a.label.as_str(), a.names.len()), ("Caritas Madrid", 2));
        assert_eq!(a.towns, BTreeSet::from(["madrid".to_owned()]));
        assert_eq!(a.wider, BTreeSet::from(["spanish".to_owned()]));
        assert_eq!(a.countries, BTreeSet::from(["ES".to_owned()]));
        assert_eq!(a.hosts, BTreeSet::from(["caritas.es".to_owned()]));
        let of = |record: &Record| {
            let schemes = record.identifiers.iter();
            let lines = schemes.map(|(scheme, values)| format!("{scheme} {values:?}"));
            lines.collect::<Vec<_>>().join("; ")
        };
        let expected = r#"GB-CHC {"327114"}; http://e/cif {"B12"}; wikidata {"Q42"}"#;
        assert_eq!(of(a), expected);
        assert_eq!(of(b), r#"PIC {"999991334"}; vatID {"ESB1"}"#);
        assert_eq!(b.towns, BTreeSet::from(["getafe".to_owned()]));
        assert_eq!(a.graphs, BTreeSet::from(["http://e/g".to_owned()]));
    }

    #[test]
    fn what_only_a_derived_graph_speaks_of_and_blank_nodes_are_left_out() {
        let snapshot = snapshot(
            "e:derived { e:a a weft:Actor ; rdfs:label 'A' . }
             e:data { e:b rdfs:label 'B' . [] a weft:Actor ; rdfs:label 'C' . }
             e:derived { e:b a weft:Actor . }",
        );
        let role = |graph: &GraphName| match graph.to_string().as_str() {
            "<http://e/data>" => Role::Data,
            _ => Role::Derived,
        };
        let found = read(&snapshot, &[Kind::Actor], &role, &|| false).unwrap();
        let labels: Vec<&str> = found.iter().map(|record| record.label.as_str()).collect();
        assert_eq!(labels, ["B"]);
        assert_eq!(
            read(&snapshot, &[Kind::Actor], &role, &|| true),
            Err(Stopped)
        );
    }

    #[test]
    fn addresses_that_are_none_have_no_host() {
        for address in [
            "",
            "mailto:a@b.es",
            "http://",
            "http://10.0.0.1/",
            "localhost",
            "http://a..b",
        ] {
            assert_eq!(registrable(address), None, "{address}");
        }
        assert_eq!(
            registrable("HTTP://user@www.A.de:80?x"),
            Some("a.de".to_owned())
        );
    }
}
