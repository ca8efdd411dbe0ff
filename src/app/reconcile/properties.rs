//! Properties as clients of reconciliation name them: a short name, an IRI, or a path.

use super::super::{iri, resource, search};
use super::Spaces;
use super::names::Name;
use crate::store::Snapshot;
use crate::store::skolem::skolemized;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term, TermRef};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Values of a property that are looked at.
const MOST_VALUES: usize = 256;
/// Steps of a path.
const MOST_STEPS: usize = 5;
/// Places that lie one in the other.
const MOST_WITHIN: usize = 6;
/// A text that is less alike than this is another one.
const ALIKE: f64 = 0.8;

const WITHIN: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#within");
const COUNTRY_CODE: NamedNodeRef<'static> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#countryCode");

/// How values of a property are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Texts by likeness, numbers and dates by value.
    Plain,
    /// Letter by letter, but for case, spaces and punctuation: the same one is the same thing.
    Identifier,
    /// Web addresses, whatever their scheme, `www.` and slash at the end: the same one says much.
    Website,
    /// Places, and those that they lie in.
    Place,
    /// Countries: of the thing, or that its place lies in.
    Country,
}

/// A short name that stands for properties of several vocabularies.
struct Short {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    comparison: Comparison,
    /// Paths of properties, the steps set apart by spaces.
    paths: &'static [&'static str],
}

const SHORT_NAMES: [Short; 6] = [
    Short {
        id: "name",
        name: "name",
        description: "Any name that the thing has: labels, titles, other names.",
        comparison: Comparison::Plain,
        paths: &[],
    },
    Short {
        id: "identifier",
        name: "identifier",
        description: "A number or code that somebody has given to the thing, or its IRI elsewhere.",
        comparison: Comparison::Identifier,
        paths: &[
            "http://purl.org/dc/terms/identifier",
            "http://purl.org/dc/elements/1.1/identifier",
            "http://schema.org/identifier",
            "https://schema.org/identifier",
            "http://www.w3.org/ns/org#identifier",
            "http://www.w3.org/ns/adms#identifier http://www.w3.org/2004/02/skos/core#notation",
            "http://www.w3.org/ns/regorg#registration http://www.w3.org/2004/02/skos/core#notation",
            "http://schema.org/taxID",
            "https://schema.org/taxID",
            "http://schema.org/vatID",
            "https://schema.org/vatID",
            "http://www.w3.org/2004/02/skos/core#notation",
            "http://www.w3.org/2002/07/owl#sameAs",
            "http://www.w3.org/2004/02/skos/core#exactMatch",
        ],
    },
    Short {
        id: "website",
        name: "website",
        description: "The address of the thing on the web.",
        comparison: Comparison::Website,
        paths: &[
            "https://w3id.org/weft/ns#website",
            "http://xmlns.com/foaf/0.1/homepage",
            "http://xmlns.com/foaf/0.1/page",
            "http://schema.org/url",
            "https://schema.org/url",
        ],
    },
    Short {
        id: "place",
        name: "place",
        description: "Where the thing is, or a wider place around it.",
        comparison: Comparison::Place,
        paths: &[
            "https://w3id.org/weft/ns#place",
            "https://w3id.org/weft/ns#territory",
            "http://schema.org/address http://schema.org/addressLocality",
            "https://schema.org/address https://schema.org/addressLocality",
            "http://schema.org/location",
            "https://schema.org/location",
        ],
    },
    Short {
        id: "country",
        name: "country",
        description: "The country of the thing, by name or ISO 3166 code.",
        comparison: Comparison::Country,
        paths: &[
            "https://w3id.org/weft/ns#place",
            "https://w3id.org/weft/ns#countryCode",
            "http://schema.org/address http://schema.org/addressCountry",
            "https://schema.org/address https://schema.org/addressCountry",
        ],
    },
    Short {
        id: "parent",
        name: "parent",
        description: "The larger body that the thing is a part or a member of.",
        comparison: Comparison::Plain,
        paths: &[
            "https://w3id.org/weft/ns#partOf",
            "https://w3id.org/weft/ns#memberOf",
            "http://www.w3.org/ns/org#subOrganizationOf",
            "http://www.w3.org/ns/org#unitOf",
            "http://schema.org/parentOrganization",
            "https://schema.org/parentOrganization",
            "http://purl.org/dc/terms/isPartOf",
        ],
    },
];

/// Other words for short names.
const ALIASES: [(&str, &str); 12] = [
    ("label", "name"),
    ("id", "identifier"),
    ("iri", "identifier"),
    ("code", "identifier"),
    ("url", "website"),
    ("homepage", "website"),
    ("web", "website"),
    ("location", "place"),
    ("city", "place"),
    ("town", "place"),
    ("countrycode", "country"),
    ("partof", "parent"),
];

/// A property that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// As the client names it.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What it says.
    pub description: Option<String>,
    /// How its values are compared.
    pub comparison: Comparison,
    /// Where its values are: each a sequence of properties.
    pub(super) paths: Vec<Vec<NamedNode>>,
}

impl Property {
    /// The short names, as properties.
    pub(super) fn short_names() -> impl Iterator<Item = Self> {
        SHORT_NAMES
            .iter()
            .map(|short| Self::of_short(short, short.id))
    }

    fn of_short(short: &Short, id: &str) -> Self {
        let steps = |path: &&str| -> Vec<NamedNode> {
            path.split(' ').map(NamedNode::new_unchecked).collect()
        };
        Self {
            id: id.to_owned(),
            name: short.name.to_owned(),
            description: Some(short.description.to_owned()),
            comparison: short.comparison,
            paths: if short.id == "name" {
                search::FIELDS
                    .properties()
                    .map(|property| vec![property.clone()])
                    .collect()
            } else {
                short.paths.iter().map(steps).collect()
            },
        }
    }

    /// The property that an id means; `None` if the data has none such.
    ///
    /// An id is a short name (`place`, `country`, `identifier`, `website`, `parent`, `name`), the
    /// local name of a property of `weft:` or of another known vocabulary, a name with a known
    /// prefix, an IRI, or several of these with `/` between them: `place/within`.
    pub fn find(snapshot: &Snapshot, spaces: &Spaces, id: &str) -> Option<Self> {
        let id = id.trim();
        let lower = id.to_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == lower);
        let wanted = alias.map_or(lower.as_str(), |(_, short)| short);
        if let Some(short) = SHORT_NAMES.iter().find(|short| short.id == wanted) {
            return Some(Self::of_short(short, id));
        }
        if let Some(property) = one(snapshot, spaces, id) {
            let comparison = comparison_of(&property);
            return Some(Self {
                id: id.to_owned(),
                name: resource::label(snapshot, property.as_ref().into()),
                description: resource::definition(snapshot, property.as_ref()),
                comparison,
                paths: vec![vec![property]],
            });
        }
        let steps = steps(id)?;
        let found: Vec<NamedNode> = steps
            .iter()
            .map(|step| one(snapshot, spaces, step))
            .collect::<Option<_>>()?;
        let names: Vec<String> = found
            .iter()
            .map(|property| resource::label(snapshot, property.as_ref().into()))
            .collect();
        Some(Self {
            id: id.to_owned(),
            name: names.join(": "),
            description: None,
            comparison: found.last().map_or(Comparison::Plain, comparison_of),
            paths: vec![found],
        })
    }

    /// The values of the property, each once, ordered by their text.
    pub(super) fn values(&self, snapshot: &Snapshot, subject: &NamedNode) -> Vec<Term> {
        let mut found: Vec<Term> = Vec::new();
        for path in &self.paths {
            let mut here: Vec<Term> = vec![subject.clone().into()];
            for step in path {
                let mut next: Vec<Term> = Vec::new();
                for term in &here {
                    if !matches!(term, Term::Literal(_)) {
                        objects(snapshot, term.as_ref(), step.as_ref(), &mut next);
                    }
                }
                here = next;
            }
            found.append(&mut here);
        }
        if self.comparison == Comparison::Country {
            found = countries(snapshot, found);
        }
        let mut keyed: Vec<(String, Term)> = found
            .into_iter()
            .map(skolemized)
            .map(|term| (term.to_string(), term))
            .collect();
        keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        keyed.dedup_by(|a, b| a.0 == b.0);
        keyed.into_iter().map(|(_, term)| term).collect()
    }
}

/// A path, taken apart; `None` if it is not one.
fn steps(id: &str) -> Option<Vec<&str>> {
    if id.contains("://") && !id.contains('<') {
        return None;
    }
    let mut found = Vec::new();
    let mut rest = id;
    while !rest.is_empty() {
        let (step, after) = match rest.strip_prefix('<') {
            Some(inner) => inner.split_once('>')?,
            None => {
                let end = rest.find('/').unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        found.push(step.trim());
        rest = match after.strip_prefix('/') {
            Some(after) => after,
            None if after.is_empty() => "",
            None => return None,
        };
    }
    ((1..=MOST_STEPS).contains(&found.len())).then_some(found)
}

/// The property of a name or IRI, if the data uses or describes it.
fn one(snapshot: &Snapshot, spaces: &Spaces, name: &str) -> Option<NamedNode> {
    let is_known = |property: &NamedNode| {
        snapshot
            .quads_for_pattern(None, Some(property.as_ref()), None, None)
            .next()
            .is_some()
            || snapshot
                .quads_for_pattern(Some(property.as_ref().into()), None, None, None)
                .next()
                .is_some()
    };
    if let Some(property) = spaces.term(name).filter(is_known) {
        return Some(property);
    }
    let is_plain = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !is_plain {
        return None;
    }
    iri::PREFIXES
        .values()
        .filter_map(|namespace| NamedNode::new(format!("{namespace}{name}")).ok())
        .find(is_known)
}

fn comparison_of(property: &NamedNode) -> Comparison {
    for short in &SHORT_NAMES {
        if short.comparison != Comparison::Country && short.paths.contains(&property.as_str()) {
            return short.comparison;
        }
    }
    Comparison::Plain
}

fn objects(
    snapshot: &Snapshot,
    subject: TermRef<'_>,
    property: NamedNodeRef<'_>,
    into: &mut Vec<Term>,
) {
    for quad in snapshot.quads_for_pattern(Some(subject), Some(property), None, None) {
        if into.len() >= MOST_VALUES {
            return;
        }
        if !into.contains(&quad.object) {
            into.push(quad.object);
        }
    }
}

/// Places, and those that they lie in.
fn widened(snapshot: &Snapshot, places: &[Term]) -> Vec<Term> {
    let mut all: Vec<Term> = places.to_vec();
    let mut here = all.clone();
    for _ in 0..MOST_WITHIN {
        let mut next = Vec::new();
        for place in &here {
            if !matches!(place, Term::Literal(_)) {
                objects(snapshot, place.as_ref(), WITHIN, &mut next);
            }
        }
        next.retain(|place| !all.contains(place));
        if next.is_empty() {
            break;
        }
        all.extend(next.iter().cloned());
        here = next;
    }
    all
}

/// The widest of the places, and what there is of codes.
fn countries(snapshot: &Snapshot, values: Vec<Term>) -> Vec<Term> {
    let all = widened(snapshot, &values);
    let mut widest = Vec::new();
    for term in all {
        let is_widest = match &term {
            Term::Literal(_) => true,
            term => {
                let mut wider = Vec::new();
                objects(snapshot, term.as_ref(), WITHIN, &mut wider);
                wider.is_empty()
            }
        };
        if is_widest {
            widest.push(term);
        }
    }
    // The code says nothing more where the country itself is there.
    if widest.iter().any(|term| !matches!(term, Term::Literal(_))) {
        widest.retain(|term| !matches!(term, Term::Literal(_)));
    }
    widest
}

/// A value that a client gives of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A text: a value, or the name or id of a thing.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// A thing by its id, and its name if the client has it.
    Thing(String, Option<String>),
}

/// What is known of the names of things while a query is answered.
pub(super) struct NameCache<'a> {
    snapshot: &'a Snapshot,
    known: RefCell<HashMap<Term, Rc<[Name]>>>,
}

impl<'a> NameCache<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            known: RefCell::default(),
        }
    }

    /// The names and codes of a thing.
    fn names(&self, thing: &Term) -> Rc<[Name]> {
        if let Some(names) = self.known.borrow().get(thing) {
            return Rc::clone(names);
        }
        let fields: BTreeSet<&str> = search::FIELDS.properties().map(NamedNode::as_str).collect();
        let mut texts = BTreeSet::new();
        for quad in self
            .snapshot
            .quads_for_pattern(Some(thing.as_ref()), None, None, None)
            .take(MOST_VALUES)
        {
            if let Term::Literal(literal) = quad.object
                && (fields.contains(quad.predicate.as_str()) || quad.predicate == COUNTRY_CODE)
            {
                texts.insert(literal.value().to_owned());
            }
        }
        let names: Rc<[Name]> = texts.iter().map(|text| Name::new(text)).collect();
        self.known
            .borrow_mut()
            .insert(thing.clone(), Rc::clone(&names));
        names
    }
}

/// What a client says of a property, ready to be compared.
pub(super) struct Condition {
    pub(super) property: Property,
    given: Vec<Ready>,
}

struct Ready {
    given: Given,
    /// The thing that is meant, if the value can be read as an id.
    thing: Option<Term>,
    name: Option<Name>,
    /// What the text begins with, if it ends with `*`.
    beginning: Option<String>,
}

impl Condition {
    pub(super) fn new(property: Property, given: &[Given], spaces: &Spaces) -> Self {
        let ready = |given: &Given| {
            let (id, text) = match given {
                Given::Text(text) => (Some(text), Some(text)),
                Given::Thing(id, name) => (Some(id), name.as_ref()),
                Given::Number(_) | Given::Truth(_) => (None, None),
            };
            let beginning = text.and_then(|text| text.strip_suffix('*'));
            Ready {
                given: given.clone(),
                thing: id.and_then(|id| spaces.entity(id)).map(Term::from),
                name: text.map(|text| Name::new(text)),
                beginning: beginning.map(str::to_lowercase),
            }
        };
        Self {
            property,
            given: given.iter().map(ready).collect(),
        }
    }

    /// How well what the data says of a thing agrees, from 0 to 1; `None` if it says nothing. Of
    /// several values on either side the best pair counts.
    pub(super) fn agreement(&self, cache: &NameCache<'_>, subject: &NamedNode) -> Option<f64> {
        let values = self.property.values(cache.snapshot, subject);
        if values.is_empty() {
            return None;
        }
        let direct = self.best(cache, &values);
        if self.property.comparison != Comparison::Place || direct >= 0.95 {
            return Some(direct);
        }
        let wider = widened(cache.snapshot, &values);
        Some(direct.max(0.95 * self.best(cache, &wider)))
    }

    fn best(&self, cache: &NameCache<'_>, values: &[Term]) -> f64 {
        self.given
            .iter()
            .flat_map(|given| values.iter().map(move |value| (given, value)))
            .map(|(given, value)| self.compare(cache, given, value))
            .fold(0.0, f64::max)
    }

    fn compare(&self, cache: &NameCache<'_>, given: &Ready, value: &Term) -> f64 {
        if given.thing.as_ref() == Some(value) {
            return 1.0;
        }
        match (&given.given, value) {
            (Given::Number(number), Term::Literal(literal)) => {
                let equal = number_of(literal).is_some_and(|known| known == *number);
                f64::from(u8::from(equal))
            }
            (Given::Truth(truth), Term::Literal(literal)) => {
                let known = match literal.value() {
                    "true" | "1" => true,
                    "false" | "0" => false,
                    _ => return 0.0,
                };
                f64::from(u8::from(known == *truth))
            }
            (_, Term::Literal(literal)) => self.compare_text(given, literal),
            (_, Term::NamedNode(node)) => self.compare_thing(cache, given, node),
            _ => 0.0,
        }
    }

    fn compare_text(&self, given: &Ready, literal: &Literal) -> f64 {
        let Some(name) = &given.name else { return 0.0 };
        let (text, known) = (name.text().trim(), literal.value());
        if let Some(beginning) = &given.beginning
            && known.to_lowercase().starts_with(beginning)
        {
            return 1.0;
        }
        let is_same = match self.property.comparison {
            Comparison::Identifier => compact(text) == compact(known),
            Comparison::Website => site(text) == site(known),
            _ => text == known,
        };
        if is_same && !text.is_empty() {
            return 1.0;
        }
        if matches!(
            self.property.comparison,
            Comparison::Identifier | Comparison::Website
        ) {
            return 0.0;
        }
        if let (Some(number), Ok(wanted)) = (number_of(literal), text.parse::<f64>()) {
            return f64::from(u8::from(number == wanted));
        }
        if is_date(literal) {
            // `2012` says nothing against `2012-05-01`.
            let is_part = known.starts_with(text) || text.starts_with(known);
            return f64::from(u8::from(is_part && text.len() >= 4));
        }
        likeness(name.similarity(&Name::new(known)).score)
    }

    fn compare_thing(&self, cache: &NameCache<'_>, given: &Ready, node: &NamedNode) -> f64 {
        let Some(name) = &given.name else { return 0.0 };
        match self.property.comparison {
            Comparison::Website => {
                return f64::from(u8::from(site(name.text()) == site(node.as_str())));
            }
            Comparison::Identifier if compact(name.text()) == compact(node.as_str()) => return 1.0,
            _ => {}
        }
        let known = cache.names(&node.clone().into());
        if let Some(beginning) = &given.beginning
            && known
                .iter()
                .any(|known| known.text().to_lowercase().starts_with(beginning))
        {
            return 1.0;
        }
        let best = known
            .iter()
            .map(|known| likeness(name.similarity(known).score))
            .fold(0.0, f64::max);
        let local = node.as_str().rsplit(['/', '#']).next().unwrap_or_default();
        if best < 0.95 && compact(local) == compact(name.text()) {
            return 0.95;
        }
        best
    }

    /// Things of which the property says one of the values, letter by letter.
    pub(super) fn subjects(&self, snapshot: &Snapshot, most: usize) -> Vec<Term> {
        let mut found = Vec::new();
        for given in &self.given {
            let mut objects: Vec<Term> = given.thing.iter().cloned().collect();
            match &given.given {
                Given::Text(text) => {
                    objects.push(Literal::new_simple_literal(text.as_str()).into());
                    if self.property.comparison == Comparison::Website {
                        objects.extend(addresses(text));
                    }
                }
                Given::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                    objects.push(Literal::from(*number as i64).into());
                    objects.push(Literal::new_simple_literal(number.to_string()).into());
                }
                Given::Number(number) => objects.push(Literal::from(*number).into()),
                Given::Truth(truth) => objects.push(Literal::from(*truth).into()),
                Given::Thing(..) => {}
            }
            for path in &self.property.paths {
                let [property] = path.as_slice() else {
                    continue;
                };
                for object in &objects {
                    let subjects = snapshot
                        .quads_for_pattern(
                            None,
                            Some(property.as_ref()),
                            Some(object.as_ref()),
                            None,
                        )
                        .map(|quad| skolemized(Term::from(quad.subject)));
                    found.extend(subjects.take(most));
                }
            }
        }
        found
    }

    /// The texts that are given, to look for the things that bear them.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let names = self.given.iter().filter_map(|given| given.name.as_ref());
        names.map(Name::text)
    }
}

/// A text that is hardly alike says that another is meant.
fn likeness(score: f64) -> f64 {
    if score >= ALIKE { score } else { 0.5 * score }
}

fn number_of(literal: &Literal) -> Option<f64> {
    let is_number = matches!(
        literal
            .datatype()
            .as_str()
            .strip_prefix("http://www.w3.org/2001/XMLSchema#"),
        Some(
            "integer"
                | "decimal"
                | "double"
                | "float"
                | "int"
                | "long"
                | "short"
                | "byte"
                | "nonNegativeInteger"
                | "positiveInteger"
                | "unsignedInt"
                | "unsignedLong"
                | "gYear"
        )
    );
    if is_number {
        literal.value().parse().ok()
    } else {
        None
    }
}

fn is_date(literal: &Literal) -> bool {
    matches!(
        literal
            .datatype()
            .as_str()
            .strip_prefix("http://www.w3.org/2001/XMLSchema#"),
        Some("date" | "dateTime" | "gYearMonth" | "gYear")
    )
}

/// An identifier without what people write differently.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A web address without what does not matter.
fn site(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let text = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let text = text.strip_prefix("www.").unwrap_or(text);
    text.trim_end_matches('/').to_owned()
}

/// The ways to write a web address.
fn addresses(text: &str) -> Vec<Term> {
    let site = site(text);
    if site.is_empty() || site.chars().any(char::is_whitespace) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for scheme in ["http", "https"] {
        for www in ["", "www."] {
            for slash in ["", "/"] {
                let address = format!("{scheme}://{www}{site}{slash}");
                found.push(Literal::new_simple_literal(address.as_str()).into());
                let any_uri = oxigraph::model::vocab::xsd::ANY_URI;
                found.push(Literal::new_typed_literal(address.as_str(), any_uri).into());
                found.extend(NamedNode::new(address).map(Term::from));
            }
        }
    }
    found
}

/// The class of the values, if the property says so.
pub(super) fn range_of(snapshot: &Snapshot, property: &Property) -> Option<NamedNode> {
    let [path] = property.paths.as_slice() else {
        return None;
    };
    let last = path.last()?;
    if *last == rdf::TYPE {
        return None;
    }
    let classes: BTreeSet<NamedNode> = snapshot
        .quads_for_pattern(Some(last.as_ref().into()), Some(rdfs::RANGE), None, None)
        .filter_map(|quad| match quad.object {
            Term::NamedNode(class) => Some(class),
            _ => None,
        })
        .filter(|class| {
            !class
                .as_str()
                .starts_with("http://www.w3.org/2001/XMLSchema#")
                && !class.as_str().starts_with(rdfs::LITERAL.as_str())
        })
        .collect();
    match classes.len() {
        1 => classes.into_iter().next(),
        _ => None,
    }
}
