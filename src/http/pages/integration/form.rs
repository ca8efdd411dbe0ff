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
use crate::network::Filter;
use crate::ontology;
use crate::store::Snapshot;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, Term};
use std::collections::{BTreeMap, BTreeSet};

/// The most places that a list to choose from has; with more of them the reader types a name.
const MOST_PLACES: usize = 250;
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
        let lists: Vec<List> = LISTS
            .into_iter()
            .map(|name| {
                let offered = match name {
                    "place" => places(snapshot, shell),
                    "dataset" => graphs(datasets, shell),
                    "sector" => codes(snapshot, iri::SECTOR, "branch/", shell),
                    "level" => codes(snapshot, iri::LEVEL, "governance-level/", shell),
                    "sphere" => codes(snapshot, SPHERE, "sphere/", shell),
                    WHICH => of_networks(networks, shell),
                    _ => codes(snapshot, ROLE, "link-role/", shell),
                };
                list(name, offered, &given(name), shell)
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
                    _ => chosen.unwrap_or_else(|| shortened(&value, LONGEST)),
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

fn list(name: &'static str, offered: Vec<Offered>, given: &str, shell: &Shell) -> List {
    let label = shell.t(&format!("integration-filter-{name}"));
    let all = shell.t(&format!("integration-all-{name}"));
    if name == "place" && offered.len() > MOST_PLACES {
        return List {
            name,
            label,
            all,
            typed: Some(given.to_owned()),
            choices: offered
                .into_iter()
                .take(MOST_PLACES)
                .map(|offered| Choice {
                    value: offered.value,
                    text: offered.text,
                    is_chosen: false,
                })
                .collect(),
        };
    }
    let mut is_found = given.is_empty();
    let mut choices: Vec<Choice> = offered
        .into_iter()
        .take(MOST_CODES)
        .map(|offered| {
            let is_chosen = !is_found
                && (offered.value.eq_ignore_ascii_case(given)
                    || offered.iri == given
                    || offered.text.eq_ignore_ascii_case(given));
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
    let of_actors = |nodes: &str| nodes.starts_with("actors") && !nodes.ends_with("sectors");
    networks
        .definitions()
        .filter(|definition| of_actors(&definition.nodes) && definition.id != NETWORK)
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

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// Countries first, each followed by what lies in it; then places of their own. Only what actors or
/// services are said to be at, and what these places lie in.
fn places(snapshot: &Snapshot, shell: &Shell) -> Vec<Offered> {
    let mut used: BTreeSet<NamedNode> = snapshot
        .quads_for_pattern(None, Some(PLACE), None, None)
        .filter_map(|quad| match quad.object {
            Term::NamedNode(node) => Some(node),
            _ => None,
        })
        .collect();
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
    let mut open: Vec<NamedNode> = used.iter().cloned().collect();
    while let Some(node) = open.pop() {
        if let Some(wider) = above(&node)
            && used.insert(wider.clone())
        {
            open.push(wider);
        }
    }
    used.retain(|node| is_place(snapshot, node));
    let mut inside: BTreeMap<Option<NamedNode>, Vec<(String, NamedNode)>> = BTreeMap::new();
    for node in &used {
        let wider = above(node).filter(|wider| used.contains(wider));
        let name = shortened(&name_of(snapshot, &node.clone().into(), shell), LONGEST);
        inside.entry(wider).or_default().push((name, node.clone()));
    }
    for places in inside.values_mut() {
        places.sort_by(|(a, a_node), (b, b_node)| (folded(a), a_node).cmp(&(folded(b), b_node)));
    }
    // Those that others lie in come first; a circle of places is never entered.
    let mut roots = inside.get(&None).cloned().unwrap_or_default();
    roots.sort_by_key(|(_, node)| !inside.contains_key(&Some(node.clone())));
    let mut open: Vec<(usize, String, NamedNode)> = roots
        .into_iter()
        .rev()
        .map(|(name, node)| (0, name, node))
        .collect();
    let codes = country_codes(snapshot);
    let mut offered = Vec::new();
    while let Some((depth, name, node)) = open.pop() {
        let below = inside.get(&Some(node.clone())).into_iter().flatten().rev();
        open.extend(below.map(|(name, node)| (depth + 1, name.clone(), node.clone())));
        offered.push(Offered {
            value: codes
                .get(&node)
                .cloned()
                .unwrap_or_else(|| node.as_str().to_owned()),
            text: format!("{}{name}", "\u{2003}".repeat(depth.min(4))),
            iri: node.into_string(),
        });
    }
    offered
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
