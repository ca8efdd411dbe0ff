//! How to reach a thing, and where else it is described.

use super::links::Link;
use super::profile::{BETWEEN, Writer};
use super::shortened;
use crate::network::text_of;
use oxigraph::model::{NamedNode, NamedNodeRef, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Values of a fact that are told.
const MOST: usize = 40;
/// Offices whose addresses are told.
const MOST_OFFICES: usize = 10;
/// Letters of an address that are shown.
const LONGEST_ADDRESS: usize = 80;

/// Schema.org is written with both.
macro_rules! schema {
    ($($local:literal),*) => {
        &[$(concat!("http://schema.org/", $local), concat!("https://schema.org/", $local)),*]
    };
}
macro_rules! weft {
    ($local:literal) => {
        concat!("https://w3id.org/weft/ns#", $local)
    };
}

const WEBSITE: &[&str] = &[
    weft!("website"),
    "http://xmlns.com/foaf/0.1/homepage",
    "http://www.w3.org/2006/vcard/ns#hasURL",
    "http://www.w3.org/2006/vcard/ns#url",
];
const URL: &[&str] = schema!("url");
const PHONE: &[&str] = schema!("telephone");
const OTHER_PHONE: &[&str] = &[
    "http://www.w3.org/2006/vcard/ns#hasTelephone",
    "http://www.w3.org/2006/vcard/ns#tel",
    "http://xmlns.com/foaf/0.1/phone",
];
const MAIL: &[&str] = schema!("email");
const OTHER_MAIL: &[&str] = &[
    "http://www.w3.org/2006/vcard/ns#hasEmail",
    "http://www.w3.org/2006/vcard/ns#email",
    "http://xmlns.com/foaf/0.1/mbox",
];
const CONTACT_POINT: &[&str] = &[
    "http://data.europa.eu/m8g/hasContactPoint",
    "http://data.europa.eu/m8g/contactPoint",
    "http://www.w3.org/ns/dcat#contactPoint",
    "http://schema.org/contactPoint",
    "https://schema.org/contactPoint",
];
const ADDRESS: &[&str] = &[
    "http://schema.org/address",
    "https://schema.org/address",
    "http://www.w3.org/2006/vcard/ns#hasAddress",
    "http://www.w3.org/ns/locn#address",
    "http://data.europa.eu/m8g/hasAddress",
];
/// What an address is made of, in the order in which it is written.
const ADDRESS_PARTS: [&[&str]; 5] = [
    &[
        "http://schema.org/streetAddress",
        "https://schema.org/streetAddress",
        "http://www.w3.org/2006/vcard/ns#street-address",
        "http://www.w3.org/ns/locn#fullAddress",
        "http://www.w3.org/ns/locn#thoroughfare",
    ],
    &[
        "http://schema.org/addressLocality",
        "https://schema.org/addressLocality",
        "http://www.w3.org/2006/vcard/ns#locality",
        "http://www.w3.org/ns/locn#postName",
    ],
    &[
        "http://schema.org/addressRegion",
        "https://schema.org/addressRegion",
        "http://www.w3.org/2006/vcard/ns#region",
    ],
    &[
        "http://schema.org/postalCode",
        "https://schema.org/postalCode",
        "http://www.w3.org/2006/vcard/ns#postal-code",
        "http://www.w3.org/ns/locn#postCode",
    ],
    &[weft!("countryCode")],
];
const HOURS: &[&str] = schema!("openingHours");
const LANGUAGES: &[&str] = schema!("availableLanguage", "knowsLanguage");
const DC_LANGUAGE: &[&str] = &["http://purl.org/dc/terms/language"];
const PLACE: &[&str] = &[weft!("place")];

/// What is to be known of how to reach a thing.
pub(super) struct Fact {
    pub(super) label: String,
    pub(super) values: Vec<Link>,
}

/// Another place where a thing is described.
pub(super) struct Elsewhere {
    pub(super) what: String,
    pub(super) link: Link,
}

impl Writer<'_> {
    fn all(&self, node: &Term, properties: &[&str]) -> Vec<Term> {
        let mut found: Vec<Term> = Vec::new();
        for property in properties {
            let property = NamedNodeRef::new_unchecked(property);
            for term in self.values(node, property) {
                if !found.contains(&term) {
                    found.push(term);
                }
            }
        }
        found
    }

    /// How to reach a thing: website, telephone, addresses, hours, languages, whom it is for.
    pub(super) fn contact(&self, node: &NamedNode) -> Vec<Fact> {
        let me = Term::from(node.clone());
        let mut nodes = vec![me.clone()];
        nodes.extend(self.all(&me, CONTACT_POINT));
        let of_all = |properties: &[&[&str]]| -> Vec<Term> {
            let mut found: Vec<Term> = Vec::new();
            for term in nodes
                .iter()
                .flat_map(|node| properties.iter().flat_map(|names| self.all(node, names)))
            {
                if !found.contains(&term) {
                    found.push(term);
                }
            }
            found
        };
        let own = |properties: &[&str]| self.all(&me, properties);
        let websites = of_all(&[WEBSITE, URL]);
        let phones = of_all(&[PHONE, OTHER_PHONE]);
        let mails = of_all(&[MAIL, OTHER_MAIL]);
        let places: Vec<Term> = own(PLACE).into_iter().take(MOST_OFFICES).collect();
        let mut addresses: Vec<String> = Vec::new();
        for place in std::iter::once(&me).chain(&places) {
            for address in self.all(place, ADDRESS) {
                let written = self.address(&address);
                if !written.is_empty() && !addresses.contains(&written) {
                    addresses.push(written);
                }
            }
        }
        let mut languages = own(LANGUAGES);
        // Of an actor and a service it says which language they work in.
        languages.extend(own(DC_LANGUAGE));
        let languages: Vec<String> = languages.iter().map(|term| self.name(term)).collect();
        let languages = match languages.is_empty() {
            true => Vec::new(),
            false => vec![plain(shortened(&languages.join(BETWEEN)))],
        };
        let access: Vec<Term> = places
            .iter()
            .flat_map(|place| self.all(place, &[weft!("accessibilityNote")]))
            .collect();
        let words = |terms: Vec<Term>| -> Vec<Link> {
            let mut told: Vec<String> = Vec::new();
            for term in &terms {
                let text = self.name(term);
                if !told.contains(&text) {
                    told.push(text);
                }
            }
            told.into_iter().map(plain).collect()
        };
        let shell = self.shell;
        let facts = [
            (
                shell.t("entity-contact-website"),
                websites.iter().map(|term| self.site(term)).collect(),
            ),
            (
                shell.t("entity-contact-phone"),
                phones.iter().map(phone).collect(),
            ),
            (
                shell.t("entity-contact-mail"),
                mails.iter().map(mail).collect(),
            ),
            (
                shell.t("entity-contact-address"),
                addresses.into_iter().map(plain).collect(),
            ),
            (
                shell.t("entity-contact-hours"),
                self.hours(&own(HOURS)).into_iter().map(plain).collect(),
            ),
            (shell.t("entity-contact-languages"), languages),
            (
                shell.t("entity-contact-eligibility"),
                words(own(&[weft!("eligibilityNote")])),
            ),
            (
                shell.t("entity-contact-mode"),
                words(own(&[weft!("deliveryMode")])),
            ),
            (shell.t("entity-contact-access"), words(access)),
            (
                shell.t("entity-contact-area"),
                words(own(&[weft!("territory"), weft!("areaNote")])),
            ),
            (
                shell.t("entity-contact-status"),
                words(own(&[weft!("statusNote")])),
            ),
        ];
        facts
            .into_iter()
            .filter(|(_, values): &(String, Vec<Link>)| !values.is_empty())
            .map(|(label, mut values)| {
                values.truncate(MOST);
                Fact { label, values }
            })
            .collect()
    }

    /// An address in one line.
    pub(super) fn address(&self, address: &Term) -> String {
        if let Term::Literal(text) = address {
            return shortened(text.value());
        }
        let parts: Vec<String> = ADDRESS_PARTS
            .iter()
            .filter_map(|names| self.all(address, names).into_iter().next())
            .map(|term| self.name(&term))
            .filter(|text| !text.trim().is_empty())
            .collect();
        shortened(&parts.join(", "))
    }

    /// The addresses of an office.
    pub(super) fn addresses(&self, node: &NamedNode) -> Vec<String> {
        let addresses = self.all(&node.clone().into(), ADDRESS);
        let written = addresses.iter().map(|address| self.address(address));
        written.filter(|text| !text.is_empty()).collect()
    }

    fn site(&self, term: &Term) -> Link {
        let address = text_of(term);
        match is_web(address) {
            true => Link {
                href: Some(address.to_owned()),
                text: without_scheme(address),
            },
            false => plain(shortened(address)),
        }
    }

    /// Hours by day of the week, days with the same hours together; what is written otherwise as
    /// it is.
    fn hours(&self, terms: &[Term]) -> Vec<String> {
        let mut days: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let mut others = Vec::new();
        for term in terms {
            let text = text_of(term).trim();
            let day = text
                .split_once(char::is_whitespace)
                .and_then(|(day, hours)| Some((day_of(day)?, hours.trim())));
            match day {
                Some((day, hours)) if !hours.is_empty() => {
                    days.entry(hours).or_default().insert(day);
                }
                _ => others.push(shortened(text)),
            }
        }
        let mut rows: Vec<(usize, String)> = Vec::new();
        for (hours, days) in days {
            let mut stretches: Vec<(usize, usize)> = Vec::new();
            for day in days {
                match stretches.last_mut() {
                    Some((_, last)) if *last + 1 == day => *last = day,
                    _ => stretches.push((day, day)),
                }
            }
            for (first, last) in stretches {
                let name = |day: usize| self.shell.t(&format!("entity-day-{day}"));
                let when = match first == last {
                    true => name(first),
                    false => format!("{} – {}", name(first), name(last)),
                };
                rows.push((first, format!("{when}: {}", shortened(hours))));
            }
        }
        rows.sort();
        let rows = rows.into_iter().map(|(_, row)| row);
        rows.chain(others).collect()
    }

    /// Where else a thing is described: under other identifiers, on pages, in films, in the
    /// documents that it is known from. `members` are the IRIs under which it is here.
    pub(super) fn elsewhere(
        &self,
        node: &NamedNode,
        members: &[Term],
        is_concept: bool,
    ) -> Vec<Elsewhere> {
        const SAME: &[&str] = &[
            "http://www.w3.org/2002/07/owl#sameAs",
            "http://schema.org/sameAs",
            "https://schema.org/sameAs",
            "http://www.w3.org/2004/02/skos/core#exactMatch",
            "http://www.w3.org/ns/adms#identifier",
        ];
        const PAGE: &[&str] = &[
            "http://xmlns.com/foaf/0.1/page",
            "http://xmlns.com/foaf/0.1/isPrimaryTopicOf",
            "http://www.w3.org/ns/dcat#landingPage",
            "http://schema.org/mainEntityOfPage",
            "http://www.w3.org/2000/01/rdf-schema#seeAlso",
        ];
        let me = Term::from(node.clone());
        // The equivalents of a concept are told with the lists that they are in.
        let same = match is_concept {
            true => &SAME[..3],
            false => SAME,
        };
        let kinds: [(&str, &[&str]); 4] = [
            ("entity-else-same", same),
            ("entity-else-page", PAGE),
            ("entity-else-video", schema!("video")),
            ("entity-else-source", &["http://purl.org/dc/terms/source"]),
        ];
        let mut found: Vec<Elsewhere> = Vec::new();
        for (name, properties) in kinds {
            for term in self.all(&me, properties) {
                let address = text_of(&term);
                let is_here = term.is_blank_node() || members.contains(&term) || term == me;
                if !is_web(address) || is_here {
                    continue;
                }
                let link = self.link(&term);
                let is_known = link.href.as_deref() != Some(address);
                let link = match (is_known, known_host(address)) {
                    (true, _) => link,
                    (false, Some(text)) => Link { text, ..link },
                    // Documents differ at the ends of their addresses.
                    (false, None) if name == "entity-else-source" => self.source(&term),
                    (false, None) => Link {
                        text: without_scheme(address),
                        ..link
                    },
                };
                if !found.iter().any(|known| known.link.href == link.href) {
                    let what = self.shell.t(name);
                    found.push(Elsewhere { what, link });
                }
            }
        }
        found.truncate(MOST);
        found
    }
}

fn plain(text: String) -> Link {
    Link { href: None, text }
}

fn is_web(address: &str) -> bool {
    address.starts_with("http://") || address.starts_with("https://")
}

fn without_scheme(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    crate::app::reconcile::shortened(rest.trim_end_matches('/'), LONGEST_ADDRESS)
}

/// Registers whose identifiers are known by their names.
fn known_host(address: &str) -> Option<String> {
    const REGISTERS: [(&str, &str); 8] = [
        ("wikidata.org/", "Wikidata"),
        ("ror.org/", "ROR"),
        ("isni.org/", "ISNI"),
        ("viaf.org/", "VIAF"),
        ("dbpedia.org/", "DBpedia"),
        ("geonames.org/", "GeoNames"),
        ("opencorporates.com/", "OpenCorporates"),
        ("wikipedia.org/", "Wikipedia"),
    ];
    let rest = address.split_once("://")?.1;
    let (host, path) = rest.split_once('/')?;
    let end = path.trim_end_matches('/').rsplit('/').next()?;
    let host = format!("{host}/");
    let (_, name) = REGISTERS.iter().find(|(register, _)| {
        host == *register
            || host
                .strip_suffix(register)
                .is_some_and(|sub| sub.ends_with('.'))
    })?;
    (!end.is_empty()).then(|| shortened(&format!("{name}: {end}")))
}

fn phone(term: &Term) -> Link {
    let text = text_of(term);
    let number = text.strip_prefix("tel:").unwrap_or(text);
    let dialled: String = number
        .chars()
        .filter(|c| !matches!(c, ' ' | '(' | ')' | '.' | '-' | '/'))
        .collect();
    let digits = dialled.strip_prefix('+').unwrap_or(&dialled);
    let is_number = digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    Link {
        href: is_number.then(|| format!("tel:{dialled}")),
        text: shortened(number),
    }
}

fn mail(term: &Term) -> Link {
    let text = text_of(term);
    let address = text.strip_prefix("mailto:").unwrap_or(text);
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+');
    let is_address = address.matches('@').count() == 1 && address.chars().all(is_plain);
    Link {
        href: is_address.then(|| format!("mailto:{address}")),
        text: shortened(address),
    }
}

/// The day of the week, Monday being 1, of its English name or an abbreviation of it.
fn day_of(name: &str) -> Option<usize> {
    const DAYS: [&str; 7] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let name = name.trim_end_matches([':', ',', '.']).to_lowercase();
    let is_long_enough = name.len() >= 2;
    let position = DAYS.iter().position(|day| day.starts_with(&name))?;
    is_long_enough.then_some(position + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::model::Literal;

    fn literal(text: &str) -> Term {
        Literal::new_simple_literal(text).into()
    }

    #[test]
    fn numbers_are_dialled_and_addresses_written_to_and_other_texts_are_texts() {
        let href = |link: Link| link.href.unwrap_or_default();
        assert_eq!(
            href(phone(&literal("+39 (0461) 494-110"))),
            "tel:+390461494110"
        );
        assert_eq!(href(phone(&literal("ask at the desk"))), "");
        assert_eq!(
            href(mail(&literal("a.b@example.org"))),
            "mailto:a.b@example.org"
        );
        assert_eq!(href(mail(&literal("a@b?subject=x"))), "");
    }

    #[test]
    fn days_have_names_and_abbreviations() {
        assert_eq!(day_of("Monday"), Some(1));
        assert_eq!(day_of("Su"), Some(7));
        assert_eq!(day_of("M"), None);
        assert_eq!(day_of("24/7"), None);
    }

    #[test]
    fn registers_are_known_by_their_names() {
        let named = |address| known_host(address).unwrap_or_default();
        assert_eq!(named("http://www.wikidata.org/entity/Q42"), "Wikidata: Q42");
        assert_eq!(named("https://ror.org/038t36y30"), "ROR: 038t36y30");
        assert_eq!(named("https://error.org/x"), "");
    }
}
