//! What shapes cannot say: terms that do not exist, values that cannot be, IRIs that lead nowhere.

use super::vocabulary::{Belongs, Use, Vocabulary};
use super::{CheckResult, NO_BASE, Origin};
use crate::ingest::validate::{PropertyPath, ResultSeverity};
use crate::ontology::{Ontology, iri};
use crate::rdf::{Batch, TermId};
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, NamedNodeRef, Term};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::str::FromStr;

/// A rule of the lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name in reports; it stays.
    pub id: &'static str,
    /// How grave its results are.
    pub severity: ResultSeverity,
    /// What it finds, in one line.
    pub summary: &'static str,
}

const fn rule(id: &'static str, severity: ResultSeverity, summary: &'static str) -> Rule {
    Rule {
        id,
        severity,
        summary,
    }
}

use ResultSeverity::{Info, Violation, Warning};

/// All rules.
pub const RULES: &[Rule] = &[
    rule(
        "unknown-term",
        Violation,
        "a term that Weft's vocabulary does not have",
    ),
    rule(
        "unknown-foreign-term",
        Warning,
        "a term that a vocabulary held whole (SKOS, FOAF, ORG, Dublin Core) does not have",
    ),
    rule(
        "wrong-namespace",
        Warning,
        "a known term whose namespace is misspelt",
    ),
    rule(
        "class-as-property",
        Violation,
        "a class in the place of a property",
    ),
    rule(
        "property-as-class",
        Violation,
        "a property in the place of a class",
    ),
    rule(
        "deprecated-term",
        Warning,
        "a term or code that is not to be used any more",
    ),
    rule("unknown-code", Violation, "a code that no code list has"),
    rule("literal-code", Violation, "a text where a code is expected"),
    rule(
        "label-missing",
        Warning,
        "an organisation or service without a name",
    ),
    rule(
        "label-language",
        Info,
        "names with a language beside names without",
    ),
    rule("perhaps-one", Info, "things of one kind with the same name"),
    rule(
        "relative-iri",
        Violation,
        "an IRI that depends on where the document is",
    ),
    rule(
        "broken-iri",
        Violation,
        "an IRI that cannot be meant as it is written",
    ),
    rule(
        "local-iri",
        Warning,
        "an IRI of a file or of the own machine",
    ),
    rule(
        "example-iri",
        Warning,
        "an IRI of a host that is kept for examples",
    ),
    rule(
        "unknown-kind",
        Warning,
        "a Weft IRI of a kind of things that does not exist",
    ),
    rule(
        "iri-twins",
        Warning,
        "IRIs that differ in http and https, or in a last slash, only",
    ),
    rule("period-reversed", Violation, "an end before the beginning"),
    rule(
        "bad-literal",
        Violation,
        "a text that its datatype does not allow",
    ),
    rule(
        "doubtful-date",
        Warning,
        "a year before 1800 or more than 20 years ahead",
    ),
    rule(
        "text-for-number",
        Violation,
        "a text where a number is expected",
    ),
    rule("negative-amount", Warning, "an amount below zero"),
    rule(
        "absurd-amount",
        Warning,
        "an amount above a million millions",
    ),
    rule("share-above-100", Warning, "more than 100 per cent"),
    rule(
        "amount-without-unit",
        Warning,
        "an amount without a unit or currency",
    ),
    rule(
        "coordinates",
        Violation,
        "coordinates that are nowhere on the earth",
    ),
    rule(
        "language-tag",
        Warning,
        "a language tag that names no language",
    ),
    rule(
        "personal-data",
        Info,
        "an e-mail address or telephone number of a person",
    ),
];

/// How the lint is made.
pub struct LintOptions {
    /// Whether shapes look after the labels of actors, services and innovations.
    pub labels_by_shapes: bool,
    /// The current year.
    pub year: i32,
}

const LABELS: [&str; 9] = [
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://purl.org/dc/terms/title",
    "http://xmlns.com/foaf/0.1/name",
    "http://schema.org/name",
    "https://schema.org/name",
    "http://schema.org/legalName",
    "http://ontology.eil.utoronto.ca/tove/organization#hasLegalName",
    "http://ontology.eil.utoronto.ca/tove/organization#hasName",
];
/// Classes whose things are named, and told apart by their names; and whether the shapes of Weft ask
/// for the name, as they do of all that the alignment knows to be an actor or service.
const NAMED: [(&str, bool); 12] = [
    ("https://w3id.org/weft/ns#Actor", true),
    ("https://w3id.org/weft/ns#Service", true),
    ("https://w3id.org/weft/ns#Innovation", true),
    ("http://www.w3.org/ns/org#Organization", true),
    ("http://www.w3.org/ns/org#FormalOrganization", false),
    ("http://www.w3.org/ns/org#OrganizationalUnit", false),
    ("http://xmlns.com/foaf/0.1/Organization", true),
    ("http://schema.org/Organization", true),
    ("https://schema.org/Organization", false),
    ("http://data.europa.eu/m8g/PublicOrganisation", true),
    ("http://purl.org/vocab/cpsv#PublicService", true),
    (
        "https://ontology.commonapproach.org/cids#Organization",
        true,
    ),
];
const PERSONS: [&str; 3] = [
    "http://xmlns.com/foaf/0.1/Person",
    "http://schema.org/Person",
    "https://schema.org/Person",
];
/// Last parts of properties that hold ways to reach somebody.
const CONTACTS: [&str; 7] = [
    "mbox",
    "email",
    "phone",
    "telephone",
    "hasEmail",
    "hasTelephone",
    "faxNumber",
];
/// Addresses of offices, not of persons.
const OFFICES: [&str; 15] = [
    "info",
    "office",
    "contact",
    "contacto",
    "kontakt",
    "mail",
    "post",
    "hello",
    "admin",
    "support",
    "service",
    "secretariat",
    "secretaria",
    "atencion",
    "webmaster",
];
const EARLIEST_YEAR: i64 = 1_800;
const YEARS_AHEAD: i64 = 20;
const ABSURD: f64 = 1e12;

/// Languages of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch \
    co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he \
    hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv \
    kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny \
    oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st \
    su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";
/// What people write for languages, and what is meant.
const MEANT: [(&str, &str); 11] = [
    ("sp", "es"),
    ("spa", "es"),
    ("ge", "de"),
    ("ger", "de"),
    ("gr", "el"),
    ("cz", "cs"),
    ("dk", "da"),
    ("jp", "ja"),
    ("english", "en"),
    ("spanish", "es"),
    ("german", "de"),
];

/// What is to be found out of one node.
#[derive(Default)]
struct About {
    types: Vec<TermId>,
    labels: Vec<TermId>,
    since: Vec<TermId>,
    until: Vec<TermId>,
    amounts: Vec<TermId>,
    units: Vec<TermId>,
    contacts: Vec<(TermId, TermId)>,
    latitude: Option<TermId>,
    longitude: Option<TermId>,
}

/// Looks through data for what shapes cannot say. The results stand in the order of the data, all of
/// them.
///
/// # Complexity
/// O(n log n) for n statements; terms are looked at once, however often they are used.
pub fn lint(data: &Batch, ontology: &Ontology, options: &LintOptions) -> Vec<CheckResult> {
    let vocabulary = Vocabulary::of(ontology);
    let terms: Vec<Option<Term>> = (0..=data.terms().len() as TermId)
        .map(|id| data.term(id))
        .collect();
    let mut lint = Lint {
        data,
        vocabulary,
        options,
        terms,
        own: HashSet::new(),
        found: Vec::new(),
    };
    lint.learn_own();
    lint.statements();
    lint.nodes();
    lint.iris();
    lint.found
}

struct Lint<'a> {
    data: &'a Batch,
    vocabulary: Vocabulary<'a>,
    options: &'a LintOptions,
    /// By number; none for the default graph.
    terms: Vec<Option<Term>>,
    /// Terms that the data itself defines: classes, properties and concepts of its own.
    own: HashSet<TermId>,
    found: Vec<CheckResult>,
}

impl Lint<'_> {
    fn term(&self, id: TermId) -> Option<&Term> {
        self.terms.get(id as usize)?.as_ref()
    }

    fn iri(&self, id: TermId) -> Option<&str> {
        match self.term(id)? {
            Term::NamedNode(node) => Some(node.as_str()),
            _ => None,
        }
    }

    fn literal(&self, id: TermId) -> Option<&Literal> {
        match self.term(id)? {
            Term::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Says something about a statement: numbers of subject, property and value.
    fn say(
        &mut self,
        id: &'static str,
        [node, path, value]: [Option<TermId>; 3],
        message: String,
        remedy: String,
    ) {
        let severity = RULES
            .iter()
            .find(|rule| rule.id == id)
            .map_or(Warning, |rule| rule.severity);
        let node = node.and_then(|id| self.term(id)).cloned();
        let path = path.and_then(|id| match self.term(id)? {
            Term::NamedNode(property) => Some(PropertyPath::Property(property.clone())),
            _ => None,
        });
        let value = value.and_then(|id| self.term(id)).cloned();
        self.found.push(CheckResult {
            node,
            path,
            value,
            ..CheckResult::new(Origin::Lint, severity, id, message, remedy)
        });
    }

    fn learn_own(&mut self) {
        for &[s, p, o, _] in self.data.quads() {
            if self.iri(p) != Some(rdf::TYPE.as_str()) {
                continue;
            }
            let class = self
                .iri(o)
                .and_then(|class| class.rsplit(['#', '/']).next());
            let defines = matches!(
                class,
                Some(
                    "Class"
                        | "Property"
                        | "ObjectProperty"
                        | "DatatypeProperty"
                        | "Concept"
                        | "ConceptScheme"
                        | "AnnotationProperty"
                )
            );
            if defines {
                self.own.insert(s);
            }
        }
    }

    /// What can be told of one statement. Each term is told of at its first use.
    fn statements(&mut self) {
        let mut told: HashSet<(&'static str, TermId)> = HashSet::new();
        let data = self.data;
        for &[s, p, o, _] in data.quads() {
            let is_type = self.iri(p) == Some(rdf::TYPE.as_str());
            for (id, place) in [(p, "property"), (o, "class"), (s, "subject")] {
                if self.own.contains(&id) || !told.insert((place, id)) {
                    continue;
                }
                self.vocabulary_term(id, place, is_type, [s, p, o]);
            }
            self.literal_for_code([s, p, o]);
            self.literal_form([s, p, o]);
        }
    }

    fn vocabulary_term(
        &mut self,
        id: TermId,
        place: &'static str,
        is_type: bool,
        [s, p, o]: [TermId; 3],
    ) {
        let Some(term) = self.iri(id).map(str::to_owned) else {
            return;
        };
        // A class is told of where it is a type; elsewhere an IRI is a thing.
        let place = match place {
            "class" if !is_type => "value",
            place => place,
        };
        let at = match place {
            "property" => [Some(s), Some(p), None],
            "subject" => [Some(s), None, None],
            _ => [Some(s), Some(p), Some(o)],
        };
        if term.starts_with(iri::CODE) {
            self.code(&term, at);
            return;
        }
        let short = shortened(&term);
        let wanted = Use {
            class: place == "class",
            property: place == "property",
        };
        match self.vocabulary.belongs(&term, wanted) {
            Belongs::Known(usage) => {
                if self.vocabulary.is_deprecated(&term) {
                    self.say(
                        "deprecated-term",
                        at,
                        format!("{short} is not to be used any more"),
                        "see its definition for what takes its place".to_owned(),
                    );
                }
                if place == "property" && usage.class && !usage.property {
                    let remedy = format!(
                        "to say that something is a {short}, write `a {short}`; else take the property that is meant"
                    );
                    self.say(
                        "class-as-property",
                        at,
                        format!("{short} is a class, and stands here as a property"),
                        remedy,
                    );
                } else if place == "class" && usage.property && !usage.class {
                    self.say(
                        "property-as-class",
                        at,
                        format!("{short} is a property, and stands here as a class"),
                        "take the class that is meant".to_owned(),
                    );
                }
            }
            Belongs::Unknown {
                nearest,
                vocabulary,
                own,
            } => {
                // Named individuals of other vocabularies are no concern of ours.
                if !own && !matches!(place, "property" | "class") {
                    return;
                }
                let remedy = match nearest {
                    Some(near) => format!("do you mean {}?", shortened(&near)),
                    None if own => "the terms of Weft are listed at https://w3id.org/weft/ns; put what has no term there into a namespace of your own".to_owned(),
                    None => "take a term that the vocabulary has, or one of a namespace of your own".to_owned(),
                };
                let rule = if own {
                    "unknown-term"
                } else {
                    "unknown-foreign-term"
                };
                self.say(
                    rule,
                    at,
                    format!("{short} does not exist: the vocabulary {vocabulary} has no such term"),
                    remedy,
                );
            }
            Belongs::Misspelt { meant } => {
                self.say(
                    "wrong-namespace",
                    at,
                    format!("<{term}> is no known term; its namespace is written otherwise"),
                    format!("write <{meant}>"),
                );
            }
            Belongs::Elsewhere => {}
        }
    }

    fn code(&mut self, code: &str, at: [Option<TermId>; 3]) {
        if self.vocabulary.has_code(code) {
            if self.vocabulary.is_deprecated(code) {
                self.say(
                    "deprecated-term",
                    at,
                    format!("the code <{code}> is not to be used any more"),
                    "see the code list for what takes its place".to_owned(),
                );
            }
            return;
        }
        let remedy = match self.vocabulary.nearest_code(code) {
            Some(near) => format!("do you mean <{near}>?"),
            None => "the code lists are at https://w3id.org/weft/code".to_owned(),
        };
        self.say(
            "unknown-code",
            at,
            format!("the code <{code}> does not exist"),
            remedy,
        );
    }

    fn literal_for_code(&mut self, [s, p, o]: [TermId; 3]) {
        let (Some(property), Some(literal)) = (self.iri(p), self.literal(o)) else {
            return;
        };
        if !property.starts_with(iri::NS) {
            return;
        }
        let schemes = self.vocabulary.schemes_for(property);
        if schemes.is_empty() {
            return;
        }
        let remedy = match self.vocabulary.code_for(&schemes, literal.value()) {
            Some(code) => format!("write {code}"),
            None => format!("take a code of {}", schemes.join(", ")),
        };
        let message = format!("{} takes a code, and has a text here", shortened(property));
        self.say("literal-code", [Some(s), Some(p), Some(o)], message, remedy);
    }

    fn literal_form(&mut self, [s, p, o]: [TermId; 3]) {
        let Some(literal) = self.literal(o).cloned() else {
            return;
        };
        let property = self.iri(p).unwrap_or_default().to_owned();
        let at = [Some(s), Some(p), Some(o)];
        if let Some(language) = literal.language() {
            if let Some(remedy) = wrong_language(language) {
                self.say(
                    "language-tag",
                    at,
                    format!("the language tag `{language}` names no language"),
                    remedy,
                );
            }
            return;
        }
        let datatype = literal.datatype();
        if let Some(example) = wrong_form(literal.value(), datatype) {
            let name = datatype
                .as_str()
                .rsplit('#')
                .next()
                .unwrap_or_default()
                .to_owned();
            let message = format!("{:?} is no xsd:{name}", literal.value());
            self.say(
                "bad-literal",
                at,
                message,
                format!("write it like {example:?}, or with the datatype that fits"),
            );
            return;
        }
        let is_text = datatype == xsd::STRING;
        if is_text && self.vocabulary.takes_numbers(&property) {
            let remedy = match number_in(literal.value()) {
                Some(number) => format!("write {number} as a number, without quotes"),
                None => "write a number, without quotes; put what it is in words into weft:note"
                    .to_owned(),
            };
            let message = format!(
                "{} takes a number, and has a text here",
                shortened(&property)
            );
            self.say("text-for-number", at, message, remedy);
        }
        let is_date =
            [xsd::DATE, xsd::G_YEAR, xsd::G_YEAR_MONTH, xsd::DATE_TIME].contains(&datatype);
        if is_date
            && let Some((year, ..)) = date_of(literal.value())
            && !(EARLIEST_YEAR..=i64::from(self.options.year) + YEARS_AHEAD).contains(&year)
        {
            self.say(
                "doubtful-date",
                at,
                format!("the year {year} is far from today"),
                "correct it if it is a slip; else leave it".to_owned(),
            );
        }
    }

    /// What can be told of a node when all its statements are known.
    fn nodes(&mut self) {
        let mut order = Vec::new();
        let mut about: HashMap<TermId, About> = HashMap::new();
        for &[s, p, o, _] in self.data.quads() {
            let property = match self.iri(p) {
                Some(property) => property,
                None => continue,
            };
            let entry = about.entry(s).or_insert_with(|| {
                order.push(s);
                About::default()
            });
            let local = property.rsplit(['#', '/']).next().unwrap_or_default();
            if property == rdf::TYPE.as_str() {
                entry.types.push(o);
            } else if LABELS.contains(&property) {
                entry.labels.push(o);
            } else if property == iri::weft::SINCE.as_str() {
                entry.since.push(o);
            } else if property == iri::weft::UNTIL.as_str() {
                entry.until.push(o);
            } else if property == iri::weft::AMOUNT.as_str() {
                entry.amounts.push(o);
            } else if property == UNIT {
                entry.units.push(o);
            } else if CONTACTS.contains(&local) {
                entry.contacts.push((p, o));
            } else if LATITUDES.contains(&property) {
                entry.latitude = Some(o);
            } else if LONGITUDES.contains(&property) {
                entry.longitude = Some(o);
            }
        }
        let mut names: BTreeMap<(String, String), Vec<TermId>> = BTreeMap::new();
        for node in order {
            let Some(about) = about.get(&node) else {
                continue;
            };
            self.names(node, about, &mut names);
            self.period(node, about);
            self.amounts(node, about);
            self.coordinates(node, about);
            self.contacts(node, about);
        }
        let mut alike: Vec<((String, String), Vec<TermId>)> = names
            .into_iter()
            .filter(|(_, nodes)| nodes.len() > 1)
            .collect();
        alike.sort_by_key(|(_, nodes)| nodes.first().copied());
        for ((class, _), nodes) in alike {
            let Some((first, others)) = nodes.split_first() else {
                continue;
            };
            for other in others {
                let text = self
                    .term(*other)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                let message = format!(
                    "has the same name as {text}, and both are {}",
                    shortened(&class)
                );
                self.say("perhaps-one", [Some(*first), None, Some(*other)], message, "if they are one thing give it one IRI, or say owl:sameAs; else tell them apart by place or dates".to_owned());
            }
        }
    }

    fn names(
        &mut self,
        node: TermId,
        about: &About,
        names: &mut BTreeMap<(String, String), Vec<TermId>>,
    ) {
        let classes: Vec<&str> = about.types.iter().filter_map(|id| self.iri(*id)).collect();
        let named: Vec<(&str, bool)> = NAMED
            .into_iter()
            .filter(|(class, _)| classes.contains(class))
            .collect();
        let Some((class, _)) = named.first().copied() else {
            return;
        };
        let by_shapes = self.options.labels_by_shapes && named.iter().any(|(_, shaped)| *shaped);
        let languages: Vec<bool> = about
            .labels
            .iter()
            .filter_map(|id| self.literal(*id))
            .map(|literal| literal.language().is_some())
            .collect();
        let folded: Vec<String> = about
            .labels
            .iter()
            .filter_map(|id| self.literal(*id))
            .map(|literal| folded_name(literal.value()))
            .filter(|name| !name.is_empty())
            .collect();
        if about.labels.is_empty() && !by_shapes {
            self.say(
                "label-missing",
                [Some(node), None, None],
                format!("this {} has no name", shortened(class)),
                "add rdfs:label with a language tag".to_owned(),
            );
        }
        if languages.contains(&true) && languages.contains(&false) {
            let without = about.labels.iter().copied().find(|id| {
                self.literal(*id)
                    .is_some_and(|literal| literal.language().is_none())
            });
            self.say(
                "label-language",
                [Some(node), None, without],
                "this name has no language, and others of the same thing have one".to_owned(),
                "add the language tag, such as \"…\"@en".to_owned(),
            );
        }
        for name in folded {
            let nodes = names.entry((class.to_owned(), name)).or_default();
            if nodes.last() != Some(&node) {
                nodes.push(node);
            }
        }
    }

    fn period(&mut self, node: TermId, about: &About) {
        let date = |id: &TermId| Some((date_of(self.literal(*id)?.value())?, *id));
        let begins = about.since.iter().filter_map(date).min();
        let ends = about.until.iter().filter_map(date).max();
        if let (Some((begin, _)), Some((end, value))) = (begins, ends)
            && is_before(end, begin)
        {
            let until = iri::weft::UNTIL.into_owned();
            self.say(
                "period-reversed",
                [Some(node), None, Some(value)],
                "it ends before it begins".to_owned(),
                "exchange weft:since and weft:until, or correct one of them".to_owned(),
            );
            if let Some(last) = self.found.last_mut() {
                last.path = Some(PropertyPath::Property(until));
            }
        }
    }

    fn amounts(&mut self, node: TermId, about: &About) {
        let units: Vec<String> = about
            .units
            .iter()
            .filter_map(|id| self.literal(*id))
            .map(|literal| literal.value().to_lowercase())
            .collect();
        let is_share = units.iter().any(|unit| {
            unit.contains('%') || unit.contains("percent") || unit.contains("per cent")
        });
        for id in &about.amounts {
            let Some(literal) = self.literal(*id).cloned() else {
                continue;
            };
            let amount = literal.value().trim().parse::<f64>().ok();
            let found: Option<(&'static str, &str, &str)> = match amount {
                Some(amount) if amount < 0.0 => Some((
                    "negative-amount",
                    "the amount is below zero",
                    "write what is paid as a positive amount and exchange payer and payee, or correct it",
                )),
                Some(amount) if amount > ABSURD => Some((
                    "absurd-amount",
                    "the amount is above a million millions",
                    "look for a slip in the decimal point or the unit",
                )),
                Some(amount) if is_share && amount > 100.0 => Some((
                    "share-above-100",
                    "the share is above 100 per cent",
                    "correct the amount or the unit",
                )),
                _ => None,
            };
            let amount_path = iri::weft::AMOUNT.into_owned();
            let mut said = Vec::new();
            said.extend(found);
            if units.is_empty() {
                said.push((
                    "amount-without-unit",
                    "the amount has no unit",
                    "add weft:unit, such as \"EUR\" or \"EUR per year\"",
                ));
            }
            for (rule, message, remedy) in said {
                self.say(
                    rule,
                    [Some(node), None, Some(*id)],
                    message.to_owned(),
                    remedy.to_owned(),
                );
                if let Some(last) = self.found.last_mut() {
                    last.path = Some(PropertyPath::Property(amount_path.clone()));
                }
            }
        }
    }

    fn coordinates(&mut self, node: TermId, about: &About) {
        let number = |id: Option<TermId>| self.literal(id?)?.value().trim().parse::<f64>().ok();
        let (latitude, longitude) = (number(about.latitude), number(about.longitude));
        let is_off = |value: Option<f64>, most: f64| {
            value.is_some_and(|value| value.is_nan() || value.abs() > most)
        };
        if !is_off(latitude, 90.0) && !is_off(longitude, 180.0) {
            return;
        }
        let swapped = !is_off(latitude, 180.0) && !is_off(longitude, 90.0) && longitude.is_some();
        let remedy = if swapped {
            "latitude and longitude seem to be exchanged"
        } else {
            "write degrees with a decimal point: latitude from -90 to 90, longitude from -180 to 180"
        };
        let value = if is_off(latitude, 90.0) {
            about.latitude
        } else {
            about.longitude
        };
        self.say(
            "coordinates",
            [Some(node), None, value],
            "these coordinates are nowhere on the earth".to_owned(),
            remedy.to_owned(),
        );
    }

    fn contacts(&mut self, node: TermId, about: &About) {
        let is_person = about
            .types
            .iter()
            .filter_map(|id| self.iri(*id))
            .any(|class| PERSONS.contains(&class));
        for (property, value) in &about.contacts {
            let text = match self.term(*value) {
                Some(Term::Literal(literal)) => literal.value(),
                Some(Term::NamedNode(node)) => node.as_str(),
                _ => continue,
            };
            if is_person || is_of_a_person(text) {
                self.say("personal-data", [Some(node), Some(*property), Some(*value)], "this seems to reach a person".to_owned(), "publish it only with the person's consent; else give the address of the office".to_owned());
            }
        }
    }

    /// What can be told of IRIs by themselves, each once.
    fn iris(&mut self) {
        let mut bare: HashMap<String, TermId> = HashMap::new();
        let mut first_use: HashMap<TermId, TermId> = HashMap::new();
        let mut order = Vec::new();
        for &[s, _, o, _] in self.data.quads() {
            for id in [s, o] {
                first_use.entry(id).or_insert_with(|| {
                    order.push(id);
                    s
                });
            }
        }
        for id in order {
            let Some(iri) = self.iri(id).map(str::to_owned) else {
                continue;
            };
            let node = first_use.get(&id).copied();
            let at = [node, None, (node != Some(id)).then_some(id)];
            if let Some((rule, message, remedy)) = self.wrong_iri(&iri) {
                self.say(rule, at, message, remedy);
            }
            if self.own.contains(&id) {
                continue;
            }
            let key = bare_form(&iri);
            match bare.get(&key).copied() {
                None => {
                    bare.insert(key, id);
                }
                Some(other) => {
                    let twin = self.iri(other).unwrap_or_default().to_owned();
                    self.say(
                        "iri-twins",
                        at,
                        format!("<{iri}> and <{twin}> are two IRIs, and seem to be one thing"),
                        "write the IRI in the same way everywhere".to_owned(),
                    );
                }
            }
        }
    }

    fn wrong_iri(&self, iri: &str) -> Option<(&'static str, String, String)> {
        let (scheme, rest) = iri.split_once(':')?;
        if let Some(written) = iri.strip_prefix(NO_BASE) {
            return Some((
                "relative-iri",
                format!("<{written}> is relative: what it names depends on where the document is"),
                "write it out, or add @base (xml:base, @base in @context) to the document"
                    .to_owned(),
            ));
        }
        let is_web = matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https");
        if is_web && !rest.starts_with("//") {
            return Some((
                "broken-iri",
                format!("<{iri}> has not two slashes after `{scheme}:`"),
                format!("write <{scheme}://{}>", rest.trim_start_matches('/')),
            ));
        }
        if rest.starts_with("//http:") || rest.starts_with("//https:") {
            return Some((
                "broken-iri",
                format!("<{iri}> begins twice"),
                "take one `http://` out".to_owned(),
            ));
        }
        if iri.contains("%20") && (iri.ends_with("%20") || rest.starts_with("//%20")) {
            return Some((
                "broken-iri",
                format!("<{iri}> has a space at its end"),
                "take it out".to_owned(),
            ));
        }
        if scheme.eq_ignore_ascii_case("file") {
            return Some((
                "local-iri",
                format!("<{iri}> is a file of one machine"),
                "give the IRI of the thing, not of the file it was written in".to_owned(),
            ));
        }
        if !is_web {
            return None;
        }
        let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?;
        let host = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let host = host.to_ascii_lowercase();
        if host.is_empty() || host.contains(' ') || host.starts_with('.') {
            return Some((
                "broken-iri",
                format!("<{iri}> names no host"),
                "write the whole address".to_owned(),
            ));
        }
        if host == "localhost" || host == "[::1]" || host.starts_with("127.") || host == "0.0.0.0" {
            return Some((
                "local-iri",
                format!("<{iri}> is an address of the own machine"),
                "take the address under which others find it".to_owned(),
            ));
        }
        let is_example = ["example.org", "example.com", "example.net", "example.edu"]
            .iter()
            .any(|known| host == *known || host.ends_with(&format!(".{known}")))
            || host.ends_with(".example");
        if is_example {
            return Some((
                "example-iri",
                format!("<{iri}> is of a host that is kept for examples"),
                "take IRIs of a domain of your own, or Weft's: https://w3id.org/weft/id/…"
                    .to_owned(),
            ));
        }
        let kind = iri.strip_prefix(iri::ID)?.split(['/', '#', '?']).next()?;
        let near = self.vocabulary.kind(kind).err()?;
        let remedy = match near {
            Some(near) => format!("do you mean {}{near}/…?", iri::ID),
            None => "take one of the kinds there are: actor, service, innovation, place, participation, tie, …".to_owned(),
        };
        Some((
            "unknown-kind",
            format!("Weft has no things of the kind `{kind}`"),
            remedy,
        ))
    }
}

const UNIT: &str = "https://w3id.org/weft/ns#unit";
const LATITUDES: [&str; 3] = [
    "http://www.w3.org/2003/01/geo/wgs84_pos#lat",
    "http://schema.org/latitude",
    "https://schema.org/latitude",
];
const LONGITUDES: [&str; 3] = [
    "http://www.w3.org/2003/01/geo/wgs84_pos#long",
    "http://schema.org/longitude",
    "https://schema.org/longitude",
];

/// An IRI with a usual prefix, or in brackets.
fn shortened(term: &str) -> String {
    iri::PREFIXES
        .iter()
        .find_map(|(name, namespace)| {
            let local = term.strip_prefix(namespace)?;
            let plain = !local.is_empty()
                && local
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            plain.then(|| format!("{name}:{local}"))
        })
        .unwrap_or_else(|| format!("<{term}>"))
}

/// A name without case, spacing and signs: equal for names that are written alike.
pub fn folded_name(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

/// An IRI without its scheme's `s` and its last slash.
fn bare_form(iri: &str) -> String {
    let rest = iri
        .strip_prefix("https://")
        .or_else(|| iri.strip_prefix("http://"));
    match rest {
        Some(rest) => rest.strip_suffix('/').unwrap_or(rest).to_owned(),
        None => iri.to_owned(),
    }
}

/// Year, month and day of a date, as far as it says.
fn date_of(text: &str) -> Option<(i64, Option<u32>, Option<u32>)> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = digits.split(['-', 'T', 'Z', '+']);
    let year: i64 = parts.next()?.parse().ok()?;
    let month = parts.next().and_then(|part| part.parse().ok());
    let day = month.and_then(|_| parts.next().and_then(|part| part.parse().ok()));
    Some((if negative { -year } else { year }, month, day))
}

/// Whether one date is before another, whatever the parts that are not said are.
fn is_before(
    (year, month, day): (i64, Option<u32>, Option<u32>),
    (other, other_month, other_day): (i64, Option<u32>, Option<u32>),
) -> bool {
    if year != other {
        return year < other;
    }
    match (month.zip(other_month), day.zip(other_day)) {
        (Some((a, b)), _) if a != b => a < b,
        (Some(_), Some((a, b))) => a < b,
        _ => false,
    }
}

/// An example of a datatype that a text does not have the form of.
fn wrong_form(text: &str, datatype: NamedNodeRef<'_>) -> Option<&'static str> {
    use oxsdatatypes as x;
    fn bad<T: FromStr>(text: &str) -> bool {
        T::from_str(text).is_err()
    }
    let (is_bad, example) = match datatype
        .as_str()
        .strip_prefix("http://www.w3.org/2001/XMLSchema#")?
    {
        "date" => (bad::<x::Date>(text), "2015-03-31"),
        "dateTime" => (bad::<x::DateTime>(text), "2015-03-31T12:00:00Z"),
        "time" => (bad::<x::Time>(text), "12:00:00"),
        "gYear" => (bad::<x::GYear>(text), "2015"),
        "gYearMonth" => (bad::<x::GYearMonth>(text), "2015-03"),
        "gMonthDay" => (bad::<x::GMonthDay>(text), "--03-31"),
        "duration" => (bad::<x::Duration>(text), "P1Y"),
        "boolean" => (bad::<x::Boolean>(text.trim()), "true"),
        "integer" | "long" | "int" | "short" | "byte" => (!is_integer(text), "42"),
        "nonNegativeInteger" | "unsignedLong" | "unsignedInt" | "unsignedShort"
        | "unsignedByte" => {
            let is_negative =
                text.trim().starts_with('-') && text.bytes().any(|b| matches!(b, b'1'..=b'9'));
            (!is_integer(text) || is_negative, "42")
        }
        "positiveInteger" => (
            !is_integer(text)
                || text.trim().starts_with('-')
                || !text.bytes().any(|b| matches!(b, b'1'..=b'9')),
            "42",
        ),
        "decimal" => (!is_decimal(text), "1234.50"),
        "double" | "float" => (bad::<x::Double>(text.trim()), "1.5e3"),
        "anyURI" => (text.contains([' ', '<', '>', '"']), "https://w3id.org/weft"),
        _ => return None,
    };
    is_bad.then_some(example)
}

fn is_integer(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Of any length: the engine takes fewer digits than the datatype allows.
fn is_decimal(text: &str) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    (!whole.is_empty() || !part.is_empty())
        && whole
            .bytes()
            .chain(part.bytes())
            .all(|byte| byte.is_ascii_digit())
}

/// The number that a text begins with.
fn number_in(text: &str) -> Option<f64> {
    let number: String = text
        .trim()
        .trim_start_matches(['€', '$', '£', ' '])
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-'))
        .collect();
    number.parse().ok()
}

/// What to write for a language tag that names no language.
fn wrong_language(tag: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let (primary, region) = match lower.split_once('-') {
        Some((primary, rest)) => (primary, rest),
        None => (lower.as_str(), ""),
    };
    if let Some((_, meant)) = MEANT.iter().find(|(written, _)| *written == primary) {
        return Some(format!("do you mean `{meant}`?"));
    }
    if region == "uk" && primary == "en" {
        return Some("do you mean `en-GB`?".to_owned());
    }
    let is_known = match primary.len() {
        2 => LANGUAGES.split_whitespace().any(|known| known == primary),
        3 => true,
        1 => matches!(primary, "x" | "i"),
        _ => false,
    };
    (!is_known).then(|| "take a tag of BCP 47, such as `en`, `es` or `de-AT`".to_owned())
}

/// Whether an address looks as if it were that of one person.
fn is_of_a_person(text: &str) -> bool {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let Some((local, host)) = text.split_once('@') else {
        return false;
    };
    let local = local.to_lowercase();
    let is_office = OFFICES.iter().any(|office| local.starts_with(office));
    host.contains('.')
        && !is_office
        && local.contains('.')
        && local
            .split('.')
            .all(|part| part.len() > 1 && part.chars().all(char::is_alphabetic))
}
