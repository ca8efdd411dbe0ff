//! The form above the board: which part of the data it is about. Its values are the filters of the
//! API, so that the address of the page says all of it.

use super::super::charts::shortened;
use super::super::links::encoded;
use super::super::shell::Shell;
use super::blocks::{Lead, name_of};
use crate::app::datasets::{Dataset, Description, owner_of};
use crate::app::integration::NETWORK;
use crate::app::{Networks, iri};
use crate::http::pinned::VERSION;
use crate::http::request::Form;
use crate::network::{Filter, NetworkDefinition, folded, places_named};
use crate::ontology;
use crate::store::Snapshot;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The most places that are offered: those that most lies in. Where there are others, the reader
/// may type their names.
const MOST_PLACES: usize = 300;
/// Among many places one that nothing lies in is offered if so many things are said to be there.
const WORTH_OFFERING: usize = 3;
/// The most sectors and roles of such a list.
const MOST_CODES: usize = 400;
/// The longest entry.
const LONGEST: usize = 70;

const PLACE_CLASS: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#Place");
const PLACE: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#place");
const WITHIN: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#within");
const COUNTRY_CODE: NamedNodeRef<'_> =
    NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#countryCode");
const SPHERE: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#sphere");
const ROLE: NamedNodeRef<'_> = NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#role");

/// The parameter that names the network: which ties count.
pub(super) const WHICH: &str = "network";
/// What the reader chooses from a list, in the order of the form.
const LISTS: [&str; 7] = [
    "place", "dataset", "sector", "level", "sphere", "role", WHICH,
];
/// Filters that are always in sight.
pub(super) const FIRST: usize = 2;

/// An entry of a list.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) is_chosen: bool,
}

/// A list to choose from.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) label: String,
    /// What choosing nothing means.
    pub(super) all: String,
    pub(super) choices: Vec<Choice>,
    /// What is typed, where there are too many to choose from.
    pub(super) typed: Option<String>,
}

/// A filter that is on, and the page without it.
pub(super) struct Chip {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) without: String,
}

/// The form.
pub(super) struct FormView {
    pub(super) lists: Vec<List>,
    pub(super) since: String,
    pub(super) until: String,
    pub(super) groups: bool,
    pub(super) contextual: bool,
    /// Parameters that the form has no field for.
    pub(super) hidden: Vec<(String, String)>,
    pub(super) chips: Vec<Chip>,
    /// Whether a filter is on that is not in sight.
    pub(super) is_more_open: bool,
}

impl FormView {
    pub(super) fn first(&self) -> &[List] {
        &self.lists[..FIRST.min(self.lists.len())]
    }

    pub(super) fn more(&self) -> &[List] {
        &self.lists[FIRST.min(self.lists.len())..]
    }

    /// The form as it was sent, with what the data offers.
    pub(super) fn new(
        form: &Form,
        snapshot: &Snapshot,
        datasets: &[Dataset],
        networks: &Networks,
        shell: &Shell,
    ) -> Self {
        let given = |name: &str| -> String {
            let mut values = form.all(name).filter(|value| !value.trim().is_empty());
            values.next().unwrap_or_default().trim().to_owned()
        };
        let (places, is_partial) = places(snapshot, shell);
        let mut places = Some(places);
        let lists: Vec<List> = LISTS
            .into_iter()
            .map(|name| {
                let offered = match name {
                    "place" => places.take().unwrap_or_default(),
                    "dataset" => graphs(datasets, shell),
                    "sector" => codes(snapshot, iri::SECTOR, "branch/", shell),
                    "level" => codes(snapshot, iri::LEVEL, "governance-level/", shell),
                    "sphere" => codes(snapshot, SPHERE, "sphere/", shell),
                    WHICH => of_networks(networks, shell),
                    _ => codes(snapshot, ROLE, "link-role/", shell),
                };
                let is_typed = name == "place" && is_partial;
                list(
                    name,
                    offered,
                    &told(name, &given(name), snapshot, shell),
                    is_typed,
                    shell,
                )
            })
            .collect();
        let is_on = |name: &str| matches!(given(name).as_str(), "true" | "yes" | "1");
        let named = Filter::KEYS.into_iter().chain([WHICH, VERSION]);
        let chips = named.filter_map(|name| {
            let value = given(name);
            if value.is_empty() || (matches!(name, "groups" | "contextual") && !is_on(name)) {
                return None;
            }
            let chosen = lists
                .iter()
                .find(|list| list.name == name)
                .and_then(|list| list.choices.iter().find(|choice| choice.is_chosen))
                .map(|choice| choice.text.clone());
            Some(Chip {
                name: match name {
                    VERSION => shell.t("cite-version"),
                    _ => shell.t(&format!("integration-filter-{name}")),
                },
                value: match name {
                    "groups" | "contextual" => shell.t("integration-yes"),
                    _ => chosen.unwrap_or_else(|| {
                        let value = told(name, &value, snapshot, shell);
                        let names = value
                            .split(',')
                            .map(|value| name_or_text(value, snapshot, shell));
                        shortened(&names.collect::<Vec<_>>().join(", "), LONGEST)
                    }),
                },
                without: format!("/integration{}", query_without(form, Some(name))),
            })
        });
        let chips: Vec<Chip> = chips.collect();
        Self {
            since: given("since"),
            until: given("until"),
            groups: is_on("groups"),
            contextual: is_on("contextual"),
            hidden: form
                .pairs()
                .filter(|(name, value)| {
                    !Filter::KEYS.contains(name) && *name != WHICH && !value.is_empty()
                })
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            is_more_open: LISTS[FIRST..]
                .iter()
                .chain(&["groups", "contextual"])
                .any(|name| !given(name).is_empty()),
            chips,
            lists,
        }
    }
}

/// The parameters of a page, without those that are empty, in the order they came: empty, or `?`
/// and what follows.
pub(super) fn query(form: &Form) -> String {
    query_without(form, None)
}

/// The same for the API, which has the network in its paths.
pub(super) fn api_query(form: &Form) -> String {
    query_without(form, Some(WHICH))
}

/// The same with another value of one parameter; without it if the value is empty.
pub(super) fn query_with(form: &Form, name: &str, value: &str) -> String {
    let mut query = query_without(form, Some(name));
    if !value.is_empty() {
        let mark = if query.is_empty() { '?' } else { '&' };
        query.push_str(&format!("{mark}{name}={}", encoded(value)));
    }
    query
}

fn query_without(form: &Form, but: Option<&str>) -> String {
    let mut query = String::new();
    for (name, value) in form.pairs() {
        if value.trim().is_empty() || name == "timeout" || Some(name) == but {
            continue;
        }
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(&encoded(name).to_string());
        query.push('=');
        // Commas stay readable: they part the values of a list.
        query.push_str(&encoded(value.trim()).to_string().replace("%2C", ","));
    }
    query
}

/// Something that can be chosen: its value, its IRI, its name.
struct Offered {
    value: String,
    iri: String,
    text: String,
}

/// What a field shows of a value: the name of a place in the place of its IRI, if no other place
/// has that name.
fn told(key: &str, value: &str, snapshot: &Snapshot, shell: &Shell) -> String {
    if key != "place" || !value.contains("://") || value.contains(',') {
        return value.to_owned();
    }
    let name = name_or_text(value, snapshot, shell);
    match places_named(&name, snapshot).as_slice() {
        [only] if only.as_str() == value => name,
        _ => value.to_owned(),
    }
}

/// The name of what an IRI stands for; other values as they are.
fn name_or_text(value: &str, snapshot: &Snapshot, shell: &Shell) -> String {
    let value = value.trim();
    match NamedNode::new(value) {
        Ok(node) if value.contains("://") => name_of(snapshot, &node.into(), shell),
        _ => value.to_owned(),
    }
}

fn list(
    name: &'static str,
    offered: Vec<Offered>,
    given: &str,
    is_typed: bool,
    shell: &Shell,
) -> List {
    let label = shell.t(&format!("integration-filter-{name}"));
    let all = shell.t(&format!("integration-all-{name}"));
    if is_typed {
        // What is chosen goes into the field as it is: names, and no IRIs.
        return List {
            name,
            label,
            all,
            typed: Some(given.to_owned()),
            choices: offered
                .into_iter()
                .filter(|offered| offered.value != offered.iri)
                .map(|offered| Choice {
                    value: offered.value,
                    text: offered.text,
                    is_chosen: false,
                })
                .collect(),
        };
    }
    let mut is_found = given.is_empty();
    let wanted = folded(given);
    let mut choices: Vec<Choice> = offered
        .into_iter()
        .take(MOST_CODES)
        .map(|offered| {
            let is_chosen = !is_found
                && (offered.value.eq_ignore_ascii_case(given)
                    || offered.iri == given
                    || (!wanted.is_empty() && folded(&offered.text) == wanted));
            is_found |= is_chosen;
            Choice {
                value: offered.value,
                text: offered.text,
                is_chosen,
            }
        })
        .collect();
    if !is_found {
        // Several values, or one that is known by another name: it stays chosen as it was given.
        choices.insert(
            0,
            Choice {
                value: given.to_owned(),
                text: shortened(given, LONGEST),
                is_chosen: true,
            },
        );
    }
    List {
        name,
        label,
        all,
        choices,
        typed: None,
    }
}

/// The networks of actors. The first is the one of pages that name none.
fn of_networks(networks: &Networks, shell: &Shell) -> Vec<Offered> {
    networks
        .definitions()
        .filter(|definition| is_of_actors(definition) && definition.id != NETWORK)
        .map(|definition| Offered {
            value: definition.id.clone(),
            iri: format!("{}{}", ontology::iri::NETWORK, definition.id),
            text: shortened(
                &network_title(&definition.id, &definition.title, shell),
                LONGEST,
            ),
        })
        .collect()
}

/// Whether the nodes of a network are actors, alone or with services.
pub(super) fn is_of_actors(definition: &NetworkDefinition) -> bool {
    definition.nodes.starts_with("actors") && !definition.nodes.ends_with("sectors")
}

/// What a network is called: ours where we know it, else what its file says.
pub(super) fn network_title(id: &str, title: &str, shell: &Shell) -> String {
    let name = format!("integration-network-{id}");
    let text = shell.t(&name);
    if text == name { title.to_owned() } else { text }
}

/// The values of a property that the data uses: the known ones of a code list by their notation.
fn codes(
    snapshot: &Snapshot,
    property: NamedNodeRef<'_>,
    list: &str,
    shell: &Shell,
) -> Vec<Offered> {
    let values: BTreeSet<NamedNode> = snapshot
        .quads_for_pattern(None, Some(property), None, None)
        .filter_map(|quad| match quad.object {
            Term::NamedNode(node) => Some(node),
            _ => None,
        })
        .collect();
    let begin = format!("{}{list}", ontology::iri::CODE);
    let mut offered: Vec<(Option<i64>, Offered)> = values
        .into_iter()
        .map(|node| {
            let rank = snapshot
                .quads_for_pattern(
                    Some(node.as_ref().into()),
                    Some(ontology::iri::weft::RANK),
                    None,
                    None,
                )
                .find_map(|quad| crate::network::text_of(&quad.object).parse().ok());
            let value = node
                .as_str()
                .strip_prefix(&begin)
                .unwrap_or(node.as_str())
                .to_owned();
            let text = name_of(snapshot, &node.clone().into(), shell);
            let offered = Offered {
                value,
                text: shortened(&text, LONGEST),
                iri: node.into_string(),
            };
            (rank, offered)
        })
        .collect();
    offered.sort_by(|(a_rank, a), (b_rank, b)| {
        let rank = |rank: &Option<i64>| rank.unwrap_or(i64::MAX);
        (rank(a_rank), folded(&a.text), &a.iri).cmp(&(rank(b_rank), folded(&b.text), &b.iri))
    });
    offered.into_iter().map(|(_, offered)| offered).collect()
}

/// Countries first, each followed by what lies in it; then places of their own. Where there are
/// many, only what others lie in, countries, and places that several things are said to be at: not
/// every address of a directory. Also whether there are more than these.
fn places(snapshot: &Snapshot, shell: &Shell) -> (Vec<Offered>, bool) {
    let mut things: BTreeMap<NamedNode, usize> = BTreeMap::new();
    for quad in snapshot.quads_for_pattern(None, Some(PLACE), None, None) {
        if let Term::NamedNode(node) = quad.object {
            *things.entry(node).or_default() += 1;
        }
    }
    let above = |node: &NamedNode| -> Option<NamedNode> {
        let quads =
            snapshot.quads_for_pattern(Some(node.as_ref().into()), Some(WITHIN), None, None);
        quads
            .filter_map(|quad| match quad.object {
                Term::NamedNode(node) => Some(node),
                _ => None,
            })
            .min()
    };
    things.retain(|node, _| is_place(snapshot, node));
    // How much there is at a place and in it; a circle of places is gone round once.
    let mut wider: BTreeMap<NamedNode, NamedNode> = BTreeMap::new();
    let mut inside: BTreeMap<NamedNode, usize> = things.clone();
    let mut parents: BTreeSet<NamedNode> = BTreeSet::new();
    for (place, count) in &things {
        let (mut seen, mut at) = (BTreeSet::from([place.clone()]), place.clone());
        while let Some(next) = above(&at).filter(|next| is_place(snapshot, next)) {
            wider.insert(at, next.clone());
            if !seen.insert(next.clone()) {
                break;
            }
            *inside.entry(next.clone()).or_default() += count;
            parents.insert(next.clone());
            at = next;
        }
    }
    let codes = country_codes(snapshot);
    let all = inside.len();
    // Few enough are offered all.
    let is_worth = |node: &NamedNode, count: usize| {
        all <= MOST_PLACES
            || parents.contains(node)
            || codes.contains_key(node)
            || count >= WORTH_OFFERING
    };
    let mut kept: Vec<(usize, NamedNode)> = inside
        .into_iter()
        .filter(|(node, count)| is_worth(node, *count))
        .map(|(node, count)| (count, node))
        .collect();
    // What others lie in comes before them; so does what holds more.
    kept.sort_by_key(|(count, node)| {
        let is_wider = parents.contains(node) || codes.contains_key(node);
        (!is_wider, Reverse(*count), node.clone())
    });
    kept.truncate(MOST_PLACES);
    let kept: BTreeSet<NamedNode> = kept.into_iter().map(|(_, node)| node).collect();
    let is_partial = kept.len() < all;
    let mut below: BTreeMap<Option<NamedNode>, Vec<(String, NamedNode)>> = BTreeMap::new();
    for node in &kept {
        let above = wider.get(node).filter(|above| kept.contains(*above));
        let name = name_of(snapshot, &node.clone().into(), shell);
        let name = shortened(name.trim(), LONGEST);
        below
            .entry(above.cloned())
            .or_default()
            .push((name, node.clone()));
    }
    for places in below.values_mut() {
        places.sort_by_key(|(name, node)| (folded(name), node.clone()));
    }
    // Those that others lie in come first; a circle of places is never entered.
    let mut roots = below.get(&None).cloned().unwrap_or_default();
    roots.sort_by_key(|(_, node)| !below.contains_key(&Some(node.clone())));
    let mut open: Vec<(usize, String, NamedNode)> = roots
        .into_iter()
        .rev()
        .map(|(name, node)| (0, name, node))
        .collect();
    let by_name = Filter::places_by_name(snapshot);
    let mut offered = Vec::new();
    while let Some((depth, name, node)) = open.pop() {
        let inner = below.get(&Some(node.clone())).into_iter().flatten().rev();
        open.extend(inner.map(|(name, node)| (depth + 1, name.clone(), node.clone())));
        let is_alone = |name: &str| {
            let places = by_name.get(&folded(name));
            // A comma parts values.
            !name.contains(',') && places.is_some_and(|places| places.len() == 1)
        };
        let value = match codes.get(&node) {
            Some(code) => code.clone(),
            None if is_alone(&name) => name.clone(),
            None => node.as_str().to_owned(),
        };
        offered.push(Offered {
            value,
            text: format!("{}{name}", "\u{2003}".repeat(depth.min(4))),
            iri: node.into_string(),
        });
    }
    (offered, is_partial)
}

fn is_place(snapshot: &Snapshot, node: &NamedNode) -> bool {
    let subject = Some(node.as_ref().into());
    let types =
        snapshot.quads_for_pattern(subject, Some(rdf::TYPE), Some(PLACE_CLASS.into()), None);
    types.take(1).next().is_some()
}

/// The codes that stand for one country each, as the filter takes them.
fn country_codes(snapshot: &Snapshot) -> BTreeMap<NamedNode, String> {
    let mut by_code: BTreeMap<String, BTreeSet<NamedNode>> = BTreeMap::new();
    for quad in snapshot.quads_for_pattern(None, Some(COUNTRY_CODE), None, None) {
        let NamedOrBlankNode::NamedNode(place) = quad.subject else {
            continue;
        };
        let wider = snapshot
            .quads_for_pattern(Some(place.as_ref().into()), Some(WITHIN), None, None)
            .next();
        if wider.is_none() && is_place(snapshot, &place) {
            let code = crate::network::text_of(&quad.object).to_uppercase();
            by_code.entry(code).or_default().insert(place);
        }
    }
    let alone = by_code.into_iter().filter(|(_, places)| places.len() == 1);
    alone
        .flat_map(|(code, places)| places.into_iter().map(move |place| (place, code.clone())))
        .collect()
}

/// Graphs that hold data, by their titles.
fn graphs(datasets: &[Dataset], shell: &Shell) -> Vec<Offered> {
    let mut offered: Vec<Offered> = data_of(datasets)
        .map(|(node, set)| Offered {
            value: set.name(),
            text: shortened(&title(set, shell), 2 * LONGEST),
            iri: node.as_str().to_owned(),
        })
        .collect();
    offered.sort_by(|a, b| (folded(&a.text), &a.iri).cmp(&(folded(&b.text), &b.iri)));
    offered
}

/// The data sets that are no part of the ontology and were not derived.
pub(super) fn data_of(datasets: &[Dataset]) -> impl Iterator<Item = (&NamedNode, &Dataset)> {
    datasets.iter().filter_map(|set| {
        let GraphName::NamedNode(node) = &set.graph else {
            return None;
        };
        let name = node.as_str().strip_prefix(iri::GRAPH).unwrap_or_default();
        let is_data =
            set.triples > 0 && !iri::DERIVED_GRAPHS.contains(&name) && owner_of(node).is_none();
        is_data.then_some((node, set))
    })
}

/// What a data set is called in the language of the page, and its name: several may have been made
/// alike and have one title.
pub(super) fn title(set: &Dataset, shell: &Shell) -> String {
    let titles = &set.description.title;
    let title = titles
        .get(shell.language.tag())
        .map(String::as_str)
        .or_else(|| Description::best(titles));
    match title {
        Some(title) if set.name().contains('/') => {
            format!("{} · {}", shortened(title, LONGEST), set.name())
        }
        Some(title) => title.to_owned(),
        None => set.name(),
    }
}

/// A data set as something to cite: its title, and the page about it.
pub(super) fn lead_of(node: &NamedNode, set: &Dataset, shell: &Shell) -> Lead {
    Lead {
        text: shortened(&title(set, shell), 2 * LONGEST),
        href: super::super::graph_href(node.as_str()),
    }
}
