//! What restricts a network before anything is computed of it.

use super::Attribute;
use crate::ontology::{CodeLists, Concept, UnknownCode, iri};
use crate::store::{Snapshot, folded_words};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphNameRef, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// A list of more codes is not told in an error.
const MOST_TOLD: usize = 40;
/// The most names of places that an error tells.
const MOST_NEAR: usize = 5;

/// Which nodes and ties count.
///
/// Values of one key are alternatives; the keys must all hold. A node whose attribute is not
/// recorded does not pass a filter by that attribute, and a statement without a date does not
/// pass one by time: what is left out for that is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Categories of nodes, by attribute; an empty set lets everything through.
    pub categories: [BTreeSet<String>; 4],
    /// Roles of participations and ties.
    pub roles: BTreeSet<String>,
    /// Only what still held on this day, or later.
    pub since: Option<Period>,
    /// Only what held on this day already, or earlier.
    pub until: Option<Period>,
    /// The graphs that statements come from.
    pub datasets: BTreeSet<String>,
    /// Puts in actors that stand for a group of organisations.
    pub groups: bool,
    /// Puts in roles that shape or document a case without taking part in it.
    pub contextual: bool,
}

/// A day, month or year, as its first and last day (`yyyymmdd`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub first: i32,
    /// The last day.
    pub last: i32,
}

impl Period {
    /// Reads `2010`, `2010-05` or `2010-05-17`; what follows a day (a time, a zone) is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.splitn(3, '-');
        let number = |part: &str, most: i32| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let value: i32 = digits.parse().ok()?;
            (value <= most).then_some((value, digits.len()))
        };
        let (year, digits) = number(parts.next()?, 9_999)?;
        if digits != 4 {
            return None;
        }
        let Some(month) = parts.next() else {
            let rest = text.get(4..).unwrap_or_default();
            return (rest.is_empty() || rest.starts_with(['Z', '+'])).then_some(Self {
                first: year * 10_000 + 101,
                last: year * 10_000 + 1_231,
            });
        };
        let (month, digits) = number(month, 12)?;
        if month == 0 || digits != 2 {
            return None;
        }
        let Some(day) = parts.next() else {
            return Some(Self {
                first: year * 10_000 + month * 100 + 1,
                last: year * 10_000 + month * 100 + 31,
            });
        };
        let (day, digits) = number(day, 31)?;
        if day == 0 || digits != 2 {
            return None;
        }
        let date = year * 10_000 + month * 100 + day;
        Some(Self {
            first: date,
            last: date,
        })
    }

    /// Reads what somebody asks for: `2010`, `2010-05`, `2010-05-17`, or the day of a time with its
    /// zone. A time without a zone is on one day here and on another there, so it is none.
    pub fn asked(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_plain = matches!(text.len(), 4 | 7 | 10)
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-');
        let is_moment = || text.replace(' ', "+").parse::<jiff::Timestamp>().is_ok();
        (is_plain || is_moment()).then(|| Self::parse(text))?
    }
}

/// A parameter of a filter that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// There is no such filter.
    #[error("unknown filter `{0}`; there are {known}", known = Filter::KEYS.join(", "))]
    UnknownKey(String),
    /// The data has no such value.
    #[error("`{key}`: `{value}` is not known here{}", hint(.nearest))]
    UnknownValue {
        /// The filter.
        key: &'static str,
        /// What was given.
        value: String,
        /// The nearest that there is, or what is expected.
        nearest: Option<String>,
    },
    /// What is no year, month or day.
    #[error(
        "`{key}`: `{value}` is no date; write a year, a month or a day (2010, 2010-05, 2010-05-17), or a time with its zone (2010-05-17T10:00:00Z)"
    )]
    NotADate {
        /// The filter.
        key: &'static str,
        /// What was given.
        value: String,
    },
    /// A time that ends before it begins.
    #[error("`since`: `{since}` is later than `until`: `{until}`; exchange them, or leave one out")]
    Reversed {
        /// When it begins.
        since: String,
        /// When it ends.
        until: String,
    },
    /// The ties of a network do not have what the filter asks for.
    #[error("`{key}`: the ties of this network have no {key}")]
    NotHere {
        /// The filter.
        key: &'static str,
    },
    /// A filter that is given twice.
    #[error("`{0}` is given twice; separate several values by commas")]
    Repeated(String),
}

fn hint(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|nearest| format!("; {nearest}"))
        .unwrap_or_default()
}

impl Filter {
    /// The names of the filters.
    pub const KEYS: [&'static str; 10] = [
        "sector",
        "level",
        "sphere",
        "place",
        "role",
        "since",
        "until",
        "dataset",
        "groups",
        "contextual",
    ];

    /// Reads parameters; values are IRIs, or notations and names of codes, places and graphs,
    /// separated by commas. Case and accents do not count in the names of places, which may be in
    /// any language; one that several places have stands for all of them. An empty value counts as
    /// none.
    ///
    /// # Errors
    /// [`FilterError`] naming the parameter or value that is not known.
    pub fn parse<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        snapshot: &Snapshot,
        codes: &CodeLists,
    ) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let mut seen = BTreeSet::new();
        let mut ends = [""; 2];
        for (key, text) in pairs {
            let known = Self::KEYS
                .into_iter()
                .find(|known| *known == key)
                .ok_or_else(|| FilterError::UnknownKey(key.to_owned()))?;
            if text.trim().is_empty() {
                continue;
            }
            if !seen.insert(known) {
                return Err(FilterError::Repeated(key.to_owned()));
            }
            filter.set(known, text, snapshot, codes)?;
            match known {
                "since" => ends[0] = text,
                "until" => ends[1] = text,
                _ => {}
            }
        }
        if let (Some(since), Some(until)) = (filter.since, filter.until)
            && since.first > until.last
        {
            let [since, until] = ends.map(|text| text.trim().to_owned());
            return Err(FilterError::Reversed { since, until });
        }
        Ok(filter)
    }

    fn set(
        &mut self,
        key: &'static str,
        text: &str,
        snapshot: &Snapshot,
        codes: &CodeLists,
    ) -> Result<(), FilterError> {
        let unknown = |value: &str, nearest: Option<String>| FilterError::UnknownValue {
            key,
            value: value.to_owned(),
            nearest,
        };
        let flag = || match text {
            "true" | "yes" | "1" => Ok(true),
            "false" | "no" | "0" => Ok(false),
            other => Err(unknown(other, Some("write true or false".to_owned()))),
        };
        let period = || {
            Period::asked(text).ok_or_else(|| FilterError::NotADate {
                key,
                value: text.to_owned(),
            })
        };
        match key {
            "groups" => self.groups = flag()?,
            "contextual" => self.contextual = flag()?,
            "since" => self.since = Some(period()?),
            "until" => self.until = Some(period()?),
            _ => {
                for value in text.split(',').map(str::trim).filter(|v| !v.is_empty()) {
                    let found = resolve(key, value, snapshot, codes)
                        .map_err(|nearest| unknown(value, nearest))?;
                    let set = match (key, Attribute::named(key)) {
                        (_, Some(attribute)) => &mut self.categories[attribute as usize],
                        ("role", _) => &mut self.roles,
                        _ => &mut self.datasets,
                    };
                    set.extend(found);
                }
            }
        }
        Ok(())
    }

    /// The values of one attribute that let a node through; empty: all.
    pub fn of(&self, attribute: Attribute) -> &BTreeSet<String> {
        &self.categories[attribute as usize]
    }

    /// Whether everything counts that counts by default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The filter as text, the same for the same filter: for caches, tags and captions.
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        let mut add = |key: &str, value: String| {
            if !value.is_empty() {
                let gap = if text.is_empty() { "" } else { "&" };
                // Writing to a string does not fail.
                let _ = write!(text, "{gap}{key}={value}");
            }
        };
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(",");
        for attribute in Attribute::ALL {
            add(attribute.name(), list(self.of(attribute)));
        }
        add("role", list(&self.roles));
        let day = |period: Option<Period>, end: fn(Period) -> i32| {
            period.map(|p| end(p).to_string()).unwrap_or_default()
        };
        add("since", day(self.since, |p| p.first));
        add("until", day(self.until, |p| p.last));
        add("dataset", list(&self.datasets));
        for (key, set) in [("groups", self.groups), ("contextual", self.contextual)] {
            add(
                key,
                if set {
                    "true".to_owned()
                } else {
                    String::new()
                },
            );
        }
        text
    }
}

/// The terms that a value of a filter stands for; else a hint.
fn resolve(
    key: &str,
    value: &str,
    snapshot: &Snapshot,
    codes: &CodeLists,
) -> Result<Vec<String>, Option<String>> {
    if value.contains("://") {
        let node = NamedNode::new(value).map_err(|_| Some("this is no IRI".to_owned()))?;
        return match key {
            "dataset" => dataset(node, snapshot),
            "place" => places(vec![node], snapshot),
            _ if is_mentioned(node.as_ref(), snapshot) => Ok(vec![node.into_string()]),
            _ => Err(None),
        };
    }
    match key {
        "dataset" => {
            let node = NamedNode::new(format!("{}{value}", iri::GRAPH)).map_err(|_| None)?;
            dataset(node, snapshot)
        }
        "place" => match places_named(value, snapshot) {
            none if none.is_empty() => Err(near_places(value, snapshot)),
            found => places(found, snapshot),
        },
        "sector" => sectors(value, snapshot, codes),
        "level" => code("governance-level", value, codes),
        "sphere" => code("sphere", value, codes),
        _ => code("link-role", value, codes),
    }
}

fn code(scheme: &str, value: &str, codes: &CodeLists) -> Result<Vec<String>, Option<String>> {
    match codes.lookup(scheme, value) {
        Ok(node) => Ok(vec![node.as_str().to_owned()]),
        Err(UnknownCode::Concept(Some(nearest))) => Err(Some(format!("do you mean `{nearest}`?"))),
        Err(UnknownCode::Ambiguous(names)) => Err(Some(format!("say which: {}", names.join(", ")))),
        Err(_) => Err(listed(scheme, codes)),
    }
}

/// The codes of a list that is short enough to be told.
fn listed(scheme: &str, codes: &CodeLists) -> Option<String> {
    let names: Vec<String> = codes
        .concepts(scheme)
        .iter()
        .map(Concept::notation)
        .collect();
    (1..=MOST_TOLD)
        .contains(&names.len())
        .then(|| format!("there are {}", names.join(", ")))
}

/// The working scheme first, then the others; then sectors that only the data knows.
fn sectors(
    value: &str,
    snapshot: &Snapshot,
    codes: &CodeLists,
) -> Result<Vec<String>, Option<String>> {
    let mut meant = None;
    for scheme in [
        "branch",
        "branch-adjacent",
        "innoserv-field",
        "taxonomy-211",
        "open-eligibility",
        "icnptso",
    ] {
        match code(scheme, value, codes) {
            Ok(found) => return Ok(found),
            // What is near in another list is meant rather than anything of the first.
            Err(hint) => {
                meant = meant.or(hint.filter(|hint| !hint.starts_with("there are")));
            }
        }
    }
    let in_data = subjects(iri::skos::NOTATION, value, snapshot);
    let class = iri::weft::SECTOR_CLASS;
    let sectors: Vec<String> = in_data
        .into_iter()
        .filter(|node| is_a(node.as_ref(), class, snapshot))
        .map(NamedNode::into_string)
        .collect();
    if sectors.is_empty() {
        Err(meant.or_else(|| listed("branch", codes)))
    } else {
        Ok(sectors)
    }
}

fn dataset(node: NamedNode, snapshot: &Snapshot) -> Result<Vec<String>, Option<String>> {
    if snapshot.contains_graph(GraphNameRef::NamedNode(node.as_ref())) {
        return Ok(vec![node.into_string()]);
    }
    let names: Vec<String> = snapshot
        .graphs()
        .iter()
        .filter_map(|(name, _)| {
            let text = name.to_string();
            let inner = text.trim_matches(['<', '>']);
            Some(inner.strip_prefix(iri::GRAPH)?.to_owned())
        })
        .take(12)
        .collect();
    Err(Some(format!("there are {}", names.join(", "))))
}

impl Filter {
    /// The codes of countries that the data has places of, in alphabetical order.
    pub fn country_codes(snapshot: &Snapshot) -> Vec<String> {
        let codes: BTreeSet<String> = snapshot
            .quads_for_pattern(None, Some(COUNTRY_CODE), None, None)
            .filter_map(|quad| match quad.object {
                Term::Literal(code) => Some(code.value().to_owned()),
                _ => None,
            })
            .collect();
        codes.into_iter().collect()
    }

    /// The names of places that are nearest to a text: those that it is part of, then those that
    /// differ from it by few letters.
    ///
    /// Complexity: time O(names of places).
    pub fn places_near(text: &str, snapshot: &Snapshot) -> Vec<String> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let few = wanted.chars().count().div_ceil(3).max(1);
        // For each folded name how far it is, and how it is written.
        let mut near: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (_, name) in names_of_places(snapshot) {
            let other = folded(&name);
            let padded = format!(" {other} ");
            let distance = if padded.contains(&format!(" {wanted} ")) {
                0
            } else {
                strsim::levenshtein(&wanted, &other)
            };
            if distance <= few {
                let written = near.entry(other).or_insert((distance, name.clone()));
                written.1 = written.1.clone().min(name);
            }
        }
        let mut found: Vec<(usize, usize, String)> = near
            .into_values()
            .map(|(distance, name)| (distance, name.chars().count(), name))
            .collect();
        found.sort();
        let names = found.into_iter().map(|(.., name)| name);
        names.take(MOST_NEAR).collect()
    }

    /// The places of each name, with case and accents folded: which names stand for one place.
    pub fn places_by_name(snapshot: &Snapshot) -> BTreeMap<String, BTreeSet<NamedNode>> {
        let mut places: BTreeMap<String, BTreeSet<NamedNode>> = BTreeMap::new();
        for (place, name) in names_of_places(snapshot) {
            places.entry(folded(&name)).or_default().insert(place);
        }
        places
    }
}

/// A name without case, accents and punctuation.
pub(crate) fn folded(name: &str) -> String {
    folded_words(name).join(" ")
}

/// The properties that hold names of places.
const NAMES: [NamedNodeRef<'_>; 4] = [
    iri::skos::PREF_LABEL,
    ALT_LABEL,
    rdfs::LABEL,
    NamedNodeRef::new_unchecked("http://schema.org/name"),
];
const ALT_LABEL: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("http://www.w3.org/2004/02/skos/core#altLabel");

/// All places with all their names.
fn names_of_places(snapshot: &Snapshot) -> Vec<(NamedNode, String)> {
    let class = Some(TermRef::NamedNode(PLACE));
    let places: BTreeSet<NamedNode> = snapshot
        .quads_for_pattern(None, Some(rdf::TYPE), class, None)
        .filter_map(|quad| match quad.subject {
            NamedOrBlankNode::NamedNode(node) => Some(node),
            NamedOrBlankNode::BlankNode(_) => None,
        })
        .collect();
    let mut named = Vec::new();
    for place in places {
        let subject = Some(TermRef::NamedNode(place.as_ref()));
        for property in NAMES {
            for quad in snapshot.quads_for_pattern(subject, Some(property), None, None) {
                if let Term::Literal(name) = quad.object {
                    named.push((place.clone(), name.value().to_owned()));
                }
            }
        }
    }
    named
}

const COUNTRY_CODE: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#countryCode");
pub(crate) const WITHIN: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#within");
const PLACE: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#Place");

/// Countries of a code, else places of a name: whatever its case and accents, and in whatever
/// language.
pub(crate) fn places_named(value: &str, snapshot: &Snapshot) -> Vec<NamedNode> {
    let is_place = |node: &NamedNode| is_a(node.as_ref(), PLACE, snapshot);
    let countries: Vec<NamedNode> = subjects(COUNTRY_CODE, &value.to_uppercase(), snapshot)
        .into_iter()
        .filter(|node| is_place(node))
        .filter(|node| {
            let wider = snapshot.quads_for_pattern(
                Some(TermRef::NamedNode(node.as_ref())),
                Some(WITHIN),
                None,
                None,
            );
            wider.take(1).next().is_none()
        })
        .collect();
    if !countries.is_empty() {
        return countries;
    }
    let wanted = folded(value);
    let named = names_of_places(snapshot).into_iter();
    let found: BTreeSet<NamedNode> = named
        .filter(|(_, name)| match wanted.is_empty() {
            true => name == value,
            false => folded(name) == wanted,
        })
        .map(|(place, _)| place)
        .collect();
    found.into_iter().collect()
}

/// What to write in the place of a name that no place has.
fn near_places(value: &str, snapshot: &Snapshot) -> Option<String> {
    let near = Filter::places_near(value, snapshot);
    Some(if near.is_empty() {
        "write a country code, the name of a place, or its IRI".to_owned()
    } else {
        let names: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
        format!("do you mean {}?", names.join(", "))
    })
}

/// Places and all that lies within them.
fn places(mut open: Vec<NamedNode>, snapshot: &Snapshot) -> Result<Vec<String>, Option<String>> {
    open.retain(|node| is_mentioned(node.as_ref(), snapshot));
    if open.is_empty() {
        return Err(Some(
            "write a country code, the name of a place, or its IRI".to_owned(),
        ));
    }
    let mut found = BTreeSet::new();
    while let Some(place) = open.pop() {
        let inside = snapshot.quads_for_pattern(
            None,
            Some(WITHIN),
            Some(TermRef::NamedNode(place.as_ref())),
            None,
        );
        for quad in inside {
            if let NamedOrBlankNode::NamedNode(node) = quad.subject
                && !found.contains(node.as_str())
            {
                open.push(node);
            }
        }
        found.insert(place.into_string());
    }
    Ok(found.into_iter().collect())
}

/// The subjects that have a text as value, plain or in English or Spanish.
fn subjects(property: NamedNodeRef<'_>, text: &str, snapshot: &Snapshot) -> Vec<NamedNode> {
    let plain = Literal::new_simple_literal(text);
    let tagged = ["en", "es"]
        .into_iter()
        .filter_map(|language| Literal::new_language_tagged_literal(text, language).ok());
    let mut found = BTreeSet::new();
    for literal in std::iter::once(plain).chain(tagged) {
        let object = Term::Literal(literal);
        let quads = snapshot.quads_for_pattern(None, Some(property), Some(object.as_ref()), None);
        for quad in quads {
            if let NamedOrBlankNode::NamedNode(node) = quad.subject {
                found.insert(node);
            }
        }
    }
    found.into_iter().collect()
}

fn is_a(node: NamedNodeRef<'_>, class: NamedNodeRef<'_>, snapshot: &Snapshot) -> bool {
    snapshot
        .quads_for_pattern(
            Some(TermRef::NamedNode(node)),
            Some(rdf::TYPE),
            Some(TermRef::NamedNode(class)),
            None,
        )
        .next()
        .is_some()
}

/// Whether a snapshot says anything of a node.
pub(crate) fn is_mentioned(node: NamedNodeRef<'_>, snapshot: &Snapshot) -> bool {
    let term = Some(TermRef::NamedNode(node));
    snapshot
        .quads_for_pattern(term, None, None, None)
        .next()
        .is_some()
        || snapshot
            .quads_for_pattern(None, None, term, None)
            .next()
            .is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_its_first_and_last_day() {
        for (text, expected) in [
            ("2010", Some((20_100_101, 20_101_231))),
            ("2010-05", Some((20_100_501, 20_100_531))),
            ("2010-05-17", Some((20_100_517, 20_100_517))),
            ("2010-05-17T10:00:00Z", Some((20_100_517, 20_100_517))),
            ("2010Z", Some((20_100_101, 20_101_231))),
            ("10", None),
            ("2010-13", None),
            ("soon", None),
            ("", None),
        ] {
            let found = Period::parse(text).map(|period| (period.first, period.last));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn who_asks_for_a_time_names_its_zone() {
        for (text, expected) in [
            ("2010", Some((20_100_101, 20_101_231))),
            ("2010-05", Some((20_100_501, 20_100_531))),
            ("2010-05-17", Some((20_100_517, 20_100_517))),
            ("2010-05-17T10:00:00Z", Some((20_100_517, 20_100_517))),
            ("2010-05-17T10:00:00 02:00", Some((20_100_517, 20_100_517))),
            ("2010-05-17T10:00", None),
            ("2010-05-17T10:00:00", None),
            ("2010-05-17 soon", None),
            ("2010Z", None),
            ("1262304000000", None),
        ] {
            let found = Period::asked(text).map(|period| (period.first, period.last));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn the_same_filter_has_the_same_text() {
        let mut filter = Filter::default();
        assert_eq!(filter.canonical(), "");
        assert!(filter.is_default());
        filter.groups = true;
        filter.roles.insert("b".to_owned());
        filter.roles.insert("a".to_owned());
        assert_eq!(filter.canonical(), "role=a,b&groups=true");
    }
}
