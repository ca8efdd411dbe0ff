//! The terms that data may use: those of the ontology, its code lists, and of the vocabularies that
//! are held whole.

use crate::ontology::{CodeLists, Ontology, UnknownCode, iri, nearest};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A vocabulary of which every term is known.
struct Held {
    namespace: &'static str,
    prefix: &'static str,
    classes: &'static str,
    properties: &'static str,
}

/// Vocabularies held whole: small, and finished long ago.
const HELD: [Held; 4] = [
    Held {
        namespace: "http://www.w3.org/2004/02/skos/core#",
        prefix: "skos",
        classes: "Collection Concept ConceptScheme OrderedCollection",
        properties: "altLabel broadMatch broader broaderTransitive changeNote closeMatch definition \
            editorialNote exactMatch example hasTopConcept hiddenLabel historyNote inScheme \
            mappingRelation member memberList narrowMatch narrower narrowerTransitive notation note \
            prefLabel related relatedMatch scopeNote semanticRelation topConceptOf",
    },
    Held {
        namespace: "http://xmlns.com/foaf/0.1/",
        prefix: "foaf",
        classes: "Agent Document Group Image LabelProperty OnlineAccount OnlineChatAccount \
            OnlineEcommerceAccount OnlineGamingAccount Organization Person PersonalProfileDocument \
            Project",
        properties: "account accountName accountServiceHomepage age aimChatID based_near birthday \
            currentProject depiction depicts dnaChecksum familyName family_name firstName focus \
            fundedBy geekcode gender givenName givenname holdsAccount homepage icqChatID img \
            interest isPrimaryTopicOf jabberID knows lastName logo made maker mbox mbox_sha1sum \
            member membershipClass msnChatID myersBriggs name nick openid page pastProject phone \
            plan primaryTopic publications schoolHomepage sha1 skypeID status surname theme \
            thumbnail tipjar title topic topic_interest weblog workInfoHomepage workplaceHomepage \
            yahooChatID",
    },
    Held {
        namespace: "http://www.w3.org/ns/org#",
        prefix: "org",
        classes: "ChangeEvent FormalOrganization Membership Organization \
            OrganizationalCollaboration OrganizationalUnit Post Role Site",
        properties: "basedAt changedBy classification hasMember hasMembership hasPost \
            hasPrimarySite hasRegisteredSite hasSite hasSubOrganization hasUnit headOf heldBy holds \
            identifier linkedTo location member memberDuring memberOf organization \
            originalOrganization postIn purpose remuneration reportsTo resultedFrom \
            resultingOrganization role roleProperty siteAddress siteOf subOrganizationOf \
            transitiveSubOrganizationOf unitOf",
    },
    Held {
        namespace: "http://purl.org/dc/terms/",
        prefix: "dct",
        classes: "Agent AgentClass BibliographicResource Box DCMIType DDC FileFormat Frequency IMT \
            ISO3166 ISO639-2 ISO639-3 Jurisdiction LCC LCSH LicenseDocument LinguisticSystem \
            Location LocationPeriodOrJurisdiction MESH MediaType MediaTypeOrExtent \
            MethodOfAccrual MethodOfInstruction NLM Period PeriodOfTime PhysicalMedium \
            PhysicalResource Point Policy ProvenanceStatement RFC1766 RFC3066 RFC4646 RFC5646 \
            RightsStatement SizeOrDuration Standard TGN UDC URI W3CDTF",
        properties: "abstract accessRights accrualMethod accrualPeriodicity accrualPolicy \
            alternative audience available bibliographicCitation conformsTo contributor coverage \
            created creator date dateAccepted dateCopyrighted dateSubmitted description \
            educationLevel extent format hasFormat hasPart hasVersion identifier \
            instructionalMethod isFormatOf isPartOf isReferencedBy isReplacedBy isRequiredBy \
            isVersionOf issued language license mediator medium modified provenance publisher \
            references relation replaces requires rights rightsHolder source spatial subject \
            tableOfContents temporal title type valid",
    },
];

/// What a term may be used as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) class: bool,
    pub(super) property: bool,
}

/// A vocabulary to which an IRI belongs.
pub(super) enum Belongs {
    /// It has this term.
    Known(Use),
    /// It has no such term; the nearest that it has, and whether the vocabulary is Weft's own.
    Unknown {
        nearest: Option<String>,
        vocabulary: &'static str,
        own: bool,
    },
    /// The namespace is written in another way than the vocabulary writes it; what is meant.
    Misspelt { meant: String },
    /// To none that is held.
    Elsewhere,
}

/// What the ontology knows, ready to be looked up.
pub(super) struct Vocabulary<'a> {
    codes: &'a CodeLists,
    terms: HashMap<String, Use>,
    /// Terms of each namespace, for the nearest.
    of_namespace: BTreeMap<&'static str, Vec<String>>,
    ranges: HashMap<String, Vec<String>>,
    /// Code lists by the class of their concepts.
    schemes_of_class: BTreeMap<String, BTreeSet<String>>,
    concepts: HashSet<String>,
    deprecated: HashSet<String>,
    /// Kinds of resources: `actor`, `funding-share`.
    kinds: BTreeSet<String>,
}

/// Kinds of resources that are named after no class.
const MORE_KINDS: [&str; 16] = [
    "address",
    "assessment",
    "dataset",
    "document",
    "group",
    "link",
    "location",
    "person",
    "phone",
    "query",
    "record",
    "row",
    "source",
    "taxonomy",
    "term",
    "view",
];

const DEPRECATED: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2002/07/owl#deprecated");
const RANGE_INCLUDES: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://schema.org/rangeIncludes");

impl<'a> Vocabulary<'a> {
    pub(super) fn of(ontology: &'a Ontology) -> Self {
        let mut found = Self {
            codes: ontology.codes(),
            terms: HashMap::new(),
            of_namespace: BTreeMap::new(),
            ranges: HashMap::new(),
            schemes_of_class: BTreeMap::new(),
            concepts: HashSet::new(),
            deprecated: HashSet::new(),
            kinds: MORE_KINDS.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        for held in &HELD {
            for (names, class) in [(held.classes, true), (held.properties, false)] {
                for name in names.split_whitespace() {
                    found.add(format!("{}{name}", held.namespace), class);
                }
            }
        }
        for quad in ontology.batch().iter() {
            found.learn(&quad.subject, quad.predicate.as_ref(), &quad.object);
        }
        for scheme in ontology.codes().schemes() {
            found.concepts.insert(format!("{}{scheme}", iri::CODE));
            let concepts = ontology.codes().concepts(scheme).iter();
            found
                .concepts
                .extend(concepts.map(|concept| concept.iri.as_str().to_owned()));
        }
        let namespaces = HELD.iter().map(|held| held.namespace).chain([iri::NS]);
        for namespace in namespaces {
            let mut terms: Vec<String> = found
                .terms
                .keys()
                .filter_map(|term| Some(term.strip_prefix(namespace)?.to_owned()))
                .collect();
            terms.sort();
            found.of_namespace.insert(namespace, terms);
        }
        found
    }

    fn add(&mut self, term: String, class: bool) {
        let entry = self.terms.entry(term).or_default();
        entry.class |= class;
        entry.property |= !class;
    }

    fn learn(&mut self, subject: &NamedOrBlankNode, predicate: NamedNodeRef<'_>, object: &Term) {
        let NamedOrBlankNode::NamedNode(subject) = subject else {
            return;
        };
        let name = subject.as_str();
        if name.starts_with(iri::CODE) {
            self.concepts.insert(name.to_owned());
        }
        match object {
            Term::NamedNode(class) if predicate == rdf::TYPE => {
                let class = class.as_str();
                if let Some(scheme) = scheme_of(name)
                    && class.starts_with(iri::NS)
                {
                    let schemes = self.schemes_of_class.entry(class.to_owned()).or_default();
                    schemes.insert(scheme.to_owned());
                }
                if let Some(local) = name.strip_prefix(iri::NS) {
                    match class.rsplit(['#', '/']).next() {
                        Some("Class") => {
                            self.add(name.to_owned(), true);
                            self.kinds.insert(kebab(local));
                        }
                        Some("Property" | "ObjectProperty" | "DatatypeProperty") => {
                            self.add(name.to_owned(), false);
                        }
                        // An individual: it may stand where neither is wanted.
                        _ => {
                            self.terms.entry(name.to_owned()).or_default();
                        }
                    }
                }
            }
            Term::NamedNode(range) if predicate == rdfs::RANGE || predicate == RANGE_INCLUDES => {
                let ranges = self.ranges.entry(name.to_owned()).or_default();
                ranges.push(range.as_str().to_owned());
            }
            Term::Literal(value) if predicate == DEPRECATED && value.value() == "true" => {
                self.deprecated.insert(name.to_owned());
            }
            _ => {}
        }
    }

    /// The vocabulary that an IRI belongs to by its namespace. Of unknown terms the nearest is looked
    /// for among those that can be used as wanted.
    pub(super) fn belongs(&self, term: &str, wanted: Use) -> Belongs {
        if let Some(known) = self.terms.get(term) {
            return Belongs::Known(*known);
        }
        for (namespace, names) in &self.of_namespace {
            let namespace = *namespace;
            let own = namespace == iri::NS;
            if let Some(local) = term.strip_prefix(namespace)
                && !local.is_empty()
            {
                let fits = |name: &&String| {
                    let known = self.terms.get(&format!("{namespace}{name}"));
                    let known = known.copied().unwrap_or_default();
                    wanted == Use::default()
                        || (wanted.class && known.class)
                        || (wanted.property && known.property)
                };
                let fitting: Vec<&String> = names.iter().filter(fits).collect();
                let near = near(local, &fitting);
                return Belongs::Unknown {
                    nearest: near.map(|near| format!("{namespace}{near}")),
                    vocabulary: HELD
                        .iter()
                        .find(|held| held.namespace == namespace)
                        .map_or("weft", |held| held.prefix),
                    own,
                };
            }
            if let Some(local) = in_misspelt(term, namespace)
                && names.iter().any(|name| name == local)
            {
                return Belongs::Misspelt {
                    meant: format!("{namespace}{local}"),
                };
            }
        }
        Belongs::Elsewhere
    }

    pub(super) fn is_deprecated(&self, term: &str) -> bool {
        self.deprecated.contains(term)
    }

    /// Whether a code is there.
    pub(super) fn has_code(&self, code: &str) -> bool {
        self.concepts.contains(code)
    }

    /// The code that is nearest to one that is not there.
    pub(super) fn nearest_code(&self, code: &str) -> Option<String> {
        let rest = code.strip_prefix(iri::CODE)?;
        let (scheme, notation) = rest.split_once('/').unwrap_or((rest, ""));
        let schemes: Vec<&str> = self.codes.schemes().collect();
        let known = schemes.contains(&scheme);
        if notation.is_empty() {
            return Some(format!("{}{}", iri::CODE, nearest(scheme, schemes)?));
        }
        let in_scheme = |scheme: &str| match self.codes.lookup(scheme, notation) {
            Ok(concept) => Some(concept.as_str().to_owned()),
            Err(UnknownCode::Concept(Some(near))) => Some(format!("{}{scheme}/{near}", iri::CODE)),
            Err(_) => None,
        };
        if known {
            return in_scheme(scheme);
        }
        // The notation may be right and the list wrong.
        let by_scheme = nearest(scheme, schemes.iter().copied()).and_then(|near| in_scheme(&near));
        by_scheme.or_else(|| {
            let all = schemes.iter();
            let mut exact = all.filter_map(|scheme| self.codes.lookup(scheme, notation).ok());
            let only = exact.next()?;
            exact.next().is_none().then(|| only.as_str().to_owned())
        })
    }

    /// Code lists whose concepts a property takes; empty if it takes something else.
    pub(super) fn schemes_for(&self, property: &str) -> Vec<&str> {
        let classes = self.ranges.get(property).into_iter().flatten();
        let schemes: BTreeSet<&str> = classes
            .filter_map(|class| self.schemes_of_class.get(class))
            .flatten()
            .map(String::as_str)
            .collect();
        schemes.into_iter().collect()
    }

    /// The code that a text stands for, in the lists that a property takes.
    pub(super) fn code_for(&self, schemes: &[&str], text: &str) -> Option<NamedNode> {
        let exact = schemes
            .iter()
            .find_map(|scheme| self.codes.lookup(scheme, text).ok());
        exact.cloned().or_else(|| {
            schemes
                .iter()
                .find_map(|scheme| match self.codes.lookup(scheme, text) {
                    Err(UnknownCode::Concept(Some(near))) => {
                        self.codes.lookup(scheme, &near).ok().cloned()
                    }
                    _ => None,
                })
        })
    }

    /// Whether a property takes numbers.
    pub(super) fn takes_numbers(&self, property: &str) -> bool {
        let numbers = [xsd::DECIMAL, xsd::INTEGER, xsd::DOUBLE];
        self.ranges.get(property).is_some_and(|ranges| {
            ranges
                .iter()
                .all(|range| numbers.iter().any(|number| number.as_str() == range))
        })
    }

    /// Whether resources of this kind exist, and else the nearest kind.
    pub(super) fn kind(&self, kind: &str) -> Result<(), Option<String>> {
        if self.kinds.contains(kind) {
            return Ok(());
        }
        Err(nearest(kind, self.kinds.iter().map(String::as_str)))
    }
}

/// The code list that the IRI of a concept names.
fn scheme_of(concept: &str) -> Option<&str> {
    Some(concept.strip_prefix(iri::CODE)?.split_once('/')?.0)
}

/// The local name in a namespace that is written with another scheme or another last sign.
fn in_misspelt<'t>(term: &'t str, namespace: &str) -> Option<&'t str> {
    let bare = |iri: &str| {
        iri.split_once("://")
            .map_or(0, |(scheme, _)| scheme.len() + 3)
    };
    let term_rest = &term[bare(term)..];
    let space_rest = &namespace[bare(namespace)..];
    let stem = space_rest.trim_end_matches(['#', '/']);
    let local = term_rest.strip_prefix(stem)?.strip_prefix(['#', '/'])?;
    (!local.is_empty() && !local.contains(['#', '/'])).then_some(local)
}

/// The name that is nearest: by edit distance where case does not count, else by likeness of the
/// beginning, which finds `providesService` for `provides`.
fn near(local: &str, names: &[&String]) -> Option<String> {
    let folded = local.to_lowercase();
    let limit = local.chars().count().div_ceil(3).max(1);
    names
        .iter()
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&folded, &name.to_lowercase());
            // Case tells a class from a property.
            (distance, strsim::damerau_levenshtein(local, name), name)
        })
        .filter(|(distance, ..)| *distance <= limit)
        .min()
        .map(|(.., name)| (*name).clone())
        .or_else(|| {
            names
                .iter()
                .map(|name| (strsim::jaro_winkler(&folded, &name.to_lowercase()), name))
                .filter(|(likeness, _)| *likeness > 0.87)
                .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
                .map(|(_, name)| (*name).clone())
        })
}

/// `FundingShare` as `funding-share`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}
