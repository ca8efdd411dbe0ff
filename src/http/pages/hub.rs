//! What the page of a place or of a code has besides its statements: where it lies among others,
//! and the things that have it.

use super::Shell;
use super::links::{Link, encoded};
use super::profile::Writer;
use crate::app::explore::{Choice, Facet, Index, KINDS, Selection};
use crate::app::resource::{Description, local_name};
use crate::app::{KnowledgeGraph, iri};
use crate::network::{Filter, text_of};
use crate::store::{Limits, Snapshot};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Instant;

/// Things that are listed, the first by name.
const MOST_THINGS: usize = 20;
/// Sectors and places that are listed.
const MOST_VALUES: usize = 30;
/// Places above a place.
const MOST_STEPS: usize = 8;
/// Mentions of a code that are looked at.
const MOST_MENTIONS: usize = 20_000;

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}
terms! {
    PLACE = "https://w3id.org/weft/ns#Place";
    CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept";
    WITHIN = "https://w3id.org/weft/ns#within";
    BROADER = "http://www.w3.org/2004/02/skos/core#broader";
    NARROWER = "http://www.w3.org/2004/02/skos/core#narrower";
    ALT_LABEL = "http://www.w3.org/2004/02/skos/core#altLabel";
}

/// The relations of concepts of different lists, and what they are called.
const MATCHES: [(&str, &str); 5] = [
    (
        "http://www.w3.org/2004/02/skos/core#exactMatch",
        "entity-match-exact",
    ),
    (
        "http://www.w3.org/2004/02/skos/core#closeMatch",
        "entity-match-close",
    ),
    (
        "http://www.w3.org/2004/02/skos/core#broadMatch",
        "entity-match-broad",
    ),
    (
        "http://www.w3.org/2004/02/skos/core#narrowMatch",
        "entity-match-narrow",
    ),
    (
        "http://www.w3.org/2004/02/skos/core#relatedMatch",
        "entity-match-related",
    ),
];

/// Lists of others that ours are aligned with and that are not kept here.
const LISTS: [(&str, &str); 2] = [
    ("http://linked.data.gov.au/def/cofog/", "COFOG"),
    ("http://data.businessgraph.io/nace/", "NACE Rev. 2"),
];

/// What the page says first of a place or a code.
pub(super) struct Hub {
    pub(super) is_place: bool,
    /// What it is, in a sentence.
    pub(super) sentence: String,
    pub(super) addresses: Vec<String>,
    /// Other names, with their languages.
    pub(super) names: Vec<(String, Option<String>)>,
    pub(super) notation: Option<String>,
    /// The list that a code is in.
    pub(super) scheme: Option<Link>,
    /// Wider places or concepts, the nearest first.
    pub(super) wider: Vec<Link>,
    pub(super) narrower: Vec<Link>,
    pub(super) narrower_more: usize,
    pub(super) matches: Vec<(String, Vec<Match>)>,
    pub(super) found: Option<Found>,
}

/// A concept of another list.
pub(super) struct Match {
    pub(super) link: Link,
    pub(super) list: String,
    pub(super) notation: String,
}

/// The things that have a place or a code.
pub(super) struct Found {
    pub(super) total: usize,
    /// Actors, innovations and services: how many, and where they are listed.
    pub(super) kinds: Vec<Link>,
    /// Where all are listed.
    pub(super) see: Option<String>,
    /// What else there is to see of them.
    pub(super) actions: Vec<Link>,
    /// How many are in which sector, of which list.
    pub(super) sectors: Vec<(Link, String, usize)>,
    pub(super) first: Vec<Link>,
}

/// Whether a thing is a place, and whether it is a code.
pub(super) fn is_hub(snapshot: &Snapshot, node: &NamedNode) -> (bool, bool) {
    let is_a = |class: NamedNodeRef<'_>| {
        let mut found = snapshot.quads_for_pattern(
            Some(node.into()),
            Some(rdf::TYPE),
            Some(class.into()),
            None,
        );
        found.next().is_some()
    };
    (is_a(PLACE), is_a(CONCEPT))
}

/// The parameters of an address.
fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut address = path.to_owned();
    for (position, (name, value)) in pairs.iter().enumerate() {
        let mark = if position == 0 { '?' } else { '&' };
        address.push_str(&format!("{mark}{name}={}", encoded(value)));
    }
    address
}

fn count_of_kind(shell: &Shell, kind: &str, count: usize) -> String {
    match kind {
        "actor" => shell.n("entity-hub-actors", count),
        "innovation" => shell.n("entity-hub-innovations", count),
        _ => shell.n("entity-hub-services", count),
    }
}

impl Writer<'_> {
    /// What the page of a place or a code says first; nothing for other things. `snapshot` is the
    /// one that this writer reads.
    pub(super) fn hub(
        &self,
        graph: &KnowledgeGraph,
        snapshot: &Arc<Snapshot>,
        node: &NamedNode,
        title: &str,
        description: &Description,
    ) -> Option<Hub> {
        let (is_place, is_code) = is_hub(snapshot, node);
        if !is_place && !is_code {
            return None;
        }
        let me = Term::from(node.clone());
        let facets: &[Facet] = match is_place {
            true => &[Facet::Place],
            false => &[Facet::Sector, Facet::Level, Facet::Sphere, Facet::Type],
        };
        let limits = Limits {
            deadline: Some(Instant::now() + graph.config().query_timeout),
            ..Limits::default()
        };
        // A page without counts is better than none.
        let index = graph.explored(snapshot, &limits).ok();
        let found = index
            .as_ref()
            .and_then(|index| {
                facets
                    .iter()
                    .find_map(|facet| self.explored(index, *facet, node))
            })
            .or_else(|| index.is_some().then(|| self.mentions(description))?);
        let up = if is_place { WITHIN } else { BROADER };
        let wider = self.chain(&me, up);
        let mut narrower: BTreeSet<String> = BTreeSet::new();
        let mut below: Vec<Link> = Vec::new();
        let beneath = self
            .values(&me, NARROWER)
            .into_iter()
            .filter(|_| !is_place)
            .chain(
                self.snapshot
                    .quads_for_pattern(None, Some(up), Some(me.as_ref()), None)
                    .map(|quad| Term::from(quad.subject)),
            );
        for term in beneath {
            if narrower.insert(term.to_string()) {
                below.push(self.link(&term));
            }
        }
        below.sort_by(|a, b| (&a.text, &a.href).cmp(&(&b.text, &b.href)));
        let narrower_more = below.len().saturating_sub(MOST_VALUES);
        below.truncate(MOST_VALUES);
        let scheme = self.values(&me, iri::IN_SCHEME).into_iter().next();
        let scheme = scheme.map(|scheme| self.link(&scheme));
        let name = super::shortened(title);
        let sentence = match (&wider.first(), &scheme, is_place) {
            (Some(first), _, true) => self.shell.with(
                "entity-is-place-within",
                &[("name", &name), ("place", &first.text)],
            ),
            (None, _, true) => self.shell.with("entity-is-place", &[("name", &name)]),
            (_, Some(scheme), false) => self.shell.with(
                "entity-is-code-of",
                &[("name", &name), ("list", &scheme.text)],
            ),
            (_, None, false) => self.shell.with("entity-is-code", &[("name", &name)]),
        };
        let notation = self.values(&me, iri::NOTATION).into_iter().next();
        Some(Hub {
            is_place,
            sentence: super::profile::with_one_stop(sentence),
            addresses: match is_place {
                true => self.addresses(node),
                false => Vec::new(),
            },
            names: self.other_names(&me, title),
            notation: notation.map(|notation| super::shortened(text_of(&notation))),
            scheme: scheme.filter(|_| !is_place),
            wider,
            narrower: below,
            narrower_more,
            matches: match is_place {
                true => Vec::new(),
                false => self.matches(&me),
            },
            found,
        })
    }

    /// Wider places or concepts, step by step.
    fn chain(&self, node: &Term, up: NamedNodeRef<'_>) -> Vec<Link> {
        let mut met = vec![node.clone()];
        let mut chain = Vec::new();
        let mut next = self.values(node, up).into_iter().next();
        while let Some(term) = next {
            if met.contains(&term) || chain.len() >= MOST_STEPS {
                break;
            }
            chain.push(self.link(&term));
            next = self.values(&term, up).into_iter().next();
            met.push(term);
        }
        chain
    }

    fn other_names(&self, node: &Term, title: &str) -> Vec<(String, Option<String>)> {
        let mut names: BTreeSet<(Option<String>, String)> = BTreeSet::new();
        for property in [iri::PREF_LABEL, ALT_LABEL] {
            for term in self.values(node, property) {
                if let Term::Literal(literal) = term
                    && literal.value() != title
                {
                    let language = literal.language().map(str::to_owned);
                    names.insert((language, super::shortened(literal.value())));
                }
            }
        }
        let names = names.into_iter().take(MOST_VALUES);
        names.map(|(language, name)| (name, language)).collect()
    }

    /// Equivalents in other lists: by the names of the concepts and of the lists.
    fn matches(&self, node: &Term) -> Vec<(String, Vec<Match>)> {
        let mut groups = Vec::new();
        for (property, name) in MATCHES {
            let property = NamedNodeRef::new_unchecked(property);
            let mut found: Vec<Match> = self
                .values(node, property)
                .iter()
                .map(|term| self.matched(term))
                .collect();
            found.sort_by(|a, b| {
                (&a.list, &a.notation, &a.link.text).cmp(&(&b.list, &b.notation, &b.link.text))
            });
            if !found.is_empty() {
                groups.push((self.shell.t(name), found));
            }
        }
        groups
    }

    fn matched(&self, term: &Term) -> Match {
        let link = self.link(term);
        let scheme = self.values(term, iri::IN_SCHEME).into_iter().next();
        let notation = self.values(term, iri::NOTATION).into_iter().next();
        let notation = notation.map(|notation| super::shortened(text_of(&notation)));
        let address = text_of(term);
        let of_others = LISTS
            .iter()
            .find_map(|(begin, list)| Some((*list, address.strip_prefix(begin)?)));
        match (scheme, of_others) {
            (Some(scheme), _) => Match {
                list: self.name(&scheme),
                notation: notation.unwrap_or_default(),
                link,
            },
            (None, Some((list, code))) => Match {
                link: Link {
                    text: format!("{list} {code}"),
                    href: link.href,
                },
                list: list.to_owned(),
                notation: code.to_owned(),
            },
            (None, None) => {
                let host = address.split_once("://").map(|(_, rest)| rest);
                let host = host.and_then(|rest| rest.split('/').next());
                Match {
                    list: host.unwrap_or_default().to_owned(),
                    notation: notation.unwrap_or_default(),
                    link,
                }
            }
        }
    }

    /// The things that have a value of a facet; nothing if none has.
    fn explored(&self, index: &Index, facet: Facet, node: &NamedNode) -> Option<Found> {
        let language = self.shell.language.tag();
        let chosen = (facet.name(), node.as_str());
        // The heading says that they are by name.
        let selection = Selection::parse([chosen, ("sort", "name")], index).ok()?;
        let found = index.find(&selection, None, language);
        let total = found.things.len();
        if total == 0 {
            return None;
        }
        let counts = |facet: Facet| &found.counts[facet as usize];
        let kinds = KINDS.iter().filter_map(|(kind, class)| {
            let class: Term = class.into_owned().into();
            let (_, count) = counts(Facet::Kind)
                .iter()
                .find(|(choice, _)| match choice {
                    Choice::Value(position) => index
                        .value(Facet::Kind, *position)
                        .is_some_and(|value| value.term == class),
                    Choice::NotRecorded => false,
                })?;
            Some(Link {
                href: Some(query("/explore", &[chosen, ("kind", kind)])),
                text: count_of_kind(self.shell, kind, *count),
            })
        });
        let mut sectors: Vec<(Link, String, usize)> = match facet {
            // What shares a sector with others of the same is told by the board.
            Facet::Sector => Vec::new(),
            _ => counts(Facet::Sector)
                .iter()
                .map(|(choice, count)| {
                    let key = index.key(Facet::Sector, *choice);
                    let (text, list) = match choice {
                        Choice::NotRecorded => (self.shell.t("entity-hub-no-sector"), None),
                        Choice::Value(position) => {
                            let value = index.value(Facet::Sector, *position);
                            let text = value.map(|value| value.name(language).to_owned());
                            let list = value.and_then(|value| {
                                self.values(&value.term, iri::IN_SCHEME).into_iter().next()
                            });
                            (text.unwrap_or_default(), list)
                        }
                    };
                    let link = Link {
                        href: Some(query("/explore", &[chosen, ("sector", &key)])),
                        text: super::shortened(&text),
                    };
                    let list = list.map(|list| self.name(&list)).unwrap_or_default();
                    (link, list, *count)
                })
                .collect(),
        };
        sectors.sort_by(|(a, _, a_count), (b, _, b_count)| {
            b_count.cmp(a_count).then_with(|| a.text.cmp(&b.text))
        });
        sectors.truncate(MOST_VALUES);
        let first = found
            .things
            .iter()
            .take(MOST_THINGS)
            .filter_map(|position| index.thing(*position))
            .map(|thing| {
                let term = Term::from(thing.node.clone());
                Link {
                    text: super::shortened(thing.name(language)),
                    ..self.link(&term)
                }
            })
            .collect();
        let see = query("/explore", &[chosen]);
        let mut actions = vec![Link {
            href: Some(see.clone()),
            text: self.shell.t("entity-hub-explore"),
        }];
        if Filter::KEYS.contains(&facet.name()) {
            actions.push(Link {
                href: Some(query("/integration", &[chosen])),
                text: self.shell.t("entity-hub-board"),
            });
            actions.push(Link {
                href: Some(query("/networks/collaboration", &[chosen])),
                text: self.shell.t("entity-hub-network"),
            });
        }
        Some(Found {
            total,
            kinds: kinds.collect(),
            see: Some(see),
            actions,
            sectors,
            first,
        })
    }

    /// The things that are stated to have a code that cannot be explored by.
    fn mentions(&self, description: &Description) -> Option<Found> {
        let mut things: HashMap<&NamedOrBlankNode, &str> = HashMap::new();
        for quad in description.incoming.iter().take(MOST_MENTIONS) {
            if things.contains_key(&quad.subject) || !super::profile::is_source(&quad.graph_name) {
                continue;
            }
            let subject = Term::from(quad.subject.clone());
            let classes = self.values(&subject, rdf::TYPE);
            let kind = KINDS
                .iter()
                .find(|(_, class)| classes.contains(&class.into_owned().into()));
            if let Some((kind, _)) = kind {
                things.insert(&quad.subject, kind);
            }
        }
        if things.is_empty() {
            return None;
        }
        let kinds = KINDS.iter().filter_map(|(kind, _)| {
            let count = things.values().filter(|known| *known == kind).count();
            (count > 0).then(|| Link {
                href: None,
                text: count_of_kind(self.shell, kind, count),
            })
        });
        let kinds: Vec<Link> = kinds.collect();
        let mut first: Vec<Link> = things
            .keys()
            .map(|node| self.link(&Term::from((*node).clone())))
            .collect();
        first.sort_by(|a, b| (&a.text, &a.href).cmp(&(&b.text, &b.href)));
        first.truncate(MOST_THINGS);
        Some(Found {
            total: things.len(),
            kinds,
            see: None,
            actions: Vec::new(),
            sectors: Vec::new(),
            first,
        })
    }
}

/// The words of the end of an address, to search for.
pub(super) fn words_of(address: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(address).decode_utf8_lossy();
    let end = local_name(decoded.split('?').next().unwrap_or_default());
    let words: String = end
        .chars()
        .take(100)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
