//! Who provides what on both sides: services that a change leaves without a provider.
//!
//! A directory of services has few ties, and its sectors hang together by nothing but its
//! providers. What somebody loses there is a service that nobody provides any more.

use super::tables::{Cell, Table};
use crate::app::iri;
use crate::network::{Attribute, Filter, label, text_of};
use crate::ontology::iri::weft;
use crate::store::Snapshot;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use std::collections::{BTreeMap, BTreeSet};

/// Roles of a participation that say the same as `weft:provides`.
const PROVIDING: [NamedNodeRef<'static>; 2] = [
    NamedNodeRef::new_unchecked("https://w3id.org/weft/code/link-role/provider"),
    NamedNodeRef::new_unchecked("https://w3id.org/weft/code/link-role/co-provider"),
];
/// Providers that a row names.
const MOST_NAMED: usize = 10;

const SERVICES: &[&str] = &[
    "iri",
    "label",
    "kind",
    "status",
    "providersToday",
    "providersScenario",
    "lost",
    "sector",
    "sectorLabel",
];

/// The services and innovations of one side with who provides them.
pub(super) struct Provision {
    things: BTreeMap<NamedNode, Provided>,
}

struct Provided {
    is_service: bool,
    providers: BTreeSet<NamedNode>,
    sectors: BTreeSet<String>,
}

impl Provision {
    /// What passes a filter by sector, level and place. A provider is who `weft:provides` it or
    /// takes part in the role of a provider or co-provider.
    ///
    /// # Complexity
    /// A look at each service, innovation and provision.
    pub(super) fn of(merged: &Snapshot, filter: &Filter) -> Self {
        let mut things = BTreeMap::new();
        for (class, is_service) in [(iri::SERVICE, true), (iri::INNOVATION, false)] {
            for quad in merged.quads_for_pattern(None, Some(rdf::TYPE), Some(class.into()), None) {
                let NamedOrBlankNode::NamedNode(node) = quad.subject else {
                    continue;
                };
                if things.contains_key(&node) || !passes(&node, merged, filter) {
                    continue;
                }
                let provided = Provided {
                    is_service,
                    providers: BTreeSet::new(),
                    sectors: values(&node, Attribute::Sector, merged),
                };
                things.insert(node, provided);
            }
        }
        let mut found = Self { things };
        for quad in merged.quads_for_pattern(None, Some(weft::PROVIDES), None, None) {
            if let (NamedOrBlankNode::NamedNode(who), Term::NamedNode(what)) =
                (quad.subject, quad.object)
            {
                found.add(who, &what);
            }
        }
        for role in PROVIDING {
            for part in merged.quads_for_pattern(None, Some(weft::ROLE), Some(role.into()), None) {
                let of = |property: NamedNodeRef<'_>| -> Vec<NamedNode> {
                    let subject = Some(TermRef::from(part.subject.as_ref()));
                    merged
                        .quads_for_pattern(subject, Some(property), None, None)
                        .filter_map(|quad| match quad.object {
                            Term::NamedNode(node) => Some(node),
                            _ => None,
                        })
                        .collect()
                };
                let (actors, cases) = (of(weft::ACTOR), of(weft::IN));
                for who in &actors {
                    for what in &cases {
                        found.add(who.clone(), what);
                    }
                }
            }
        }
        found
    }

    fn add(&mut self, who: NamedNode, what: &NamedNode) {
        if let Some(provided) = self.things.get_mut(what) {
            provided.providers.insert(who);
        }
    }

    /// How many have so many providers: of all, and of each sector.
    pub(super) fn with_providers(&self, count: usize) -> (usize, BTreeMap<&str, usize>) {
        let mut all = 0;
        let mut by_sector: BTreeMap<&str, usize> = BTreeMap::new();
        for provided in self.things.values() {
            let fits = provided.providers.len() == count;
            all += usize::from(fits);
            for sector in &provided.sectors {
                *by_sector.entry(sector).or_default() += usize::from(fits);
            }
        }
        (all, by_sector)
    }
}

/// The services and innovations whose providers change: first those that have none left.
pub(super) fn table(sides: [(&Provision, &Snapshot); 2]) -> Table {
    let [(today, old), (then, new)] = sides;
    let all: BTreeSet<&NamedNode> = today.things.keys().chain(then.things.keys()).collect();
    let mut found = Vec::new();
    for thing in all {
        let (before, after) = (today.things.get(thing), then.things.get(thing));
        let Some((rank, status)) = status(before, after) else {
            continue;
        };
        let merged = if before.is_some() { old } else { new };
        let name = label(&thing.clone().into(), merged);
        found.push((rank, name, thing, status, before, after));
    }
    found.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
    let mut table = Table::new(SERVICES);
    for (_, name, thing, status, before, after) in found {
        let nobody = BTreeSet::new();
        let providers = |side: Option<&Provided>| side.map(|side| side.providers.len());
        let lost: Vec<String> = before
            .map_or(&nobody, |side| &side.providers)
            .difference(after.map_or(&nobody, |side| &side.providers))
            .take(MOST_NAMED)
            .map(|who| label(&who.clone().into(), old))
            .collect();
        let sides = before.or(after);
        let sectors: Vec<&str> = sides
            .iter()
            .flat_map(|side| &side.sectors)
            .map(String::as_str)
            .collect();
        let names: Vec<String> = sectors
            .iter()
            .map(|sector| match NamedNode::new(*sector) {
                Ok(node) => label(&node.into(), new),
                Err(_) => (*sector).to_owned(),
            })
            .collect();
        let text = |texts: String| (!texts.is_empty()).then_some(texts);
        table.rows.push(vec![
            thing.as_str().into(),
            name.into(),
            match sides.is_some_and(|side| side.is_service) {
                true => "service",
                false => "innovation",
            }
            .into(),
            status.into(),
            Cell::from(providers(before)),
            Cell::from(providers(after)),
            text(lost.join("; ")).into(),
            text(sectors.join("; ")).into(),
            text(names.join("; ")).into(),
        ]);
    }
    table
}

/// What becomes of the providers of something, most serious first; `None` if nothing does.
fn status(before: Option<&Provided>, after: Option<&Provided>) -> Option<(u8, &'static str)> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (&before.providers, &after.providers),
        (Some(_), None) => return Some((1, "removed")),
        (None, Some(_)) => return Some((5, "added")),
        (None, None) => return None,
    };
    if before == after {
        return None;
    }
    Some(match (before.len(), after.len()) {
        (1.., 0) => (0, "noProvider"),
        (2.., 1) => (2, "oneProvider"),
        (0, 1..) => (4, "provided"),
        (from, to) if to < from => (3, "fewer"),
        (from, to) if to > from => (6, "more"),
        _ => (7, "otherProvider"),
    })
}

fn passes(thing: &NamedNode, merged: &Snapshot, filter: &Filter) -> bool {
    [Attribute::Sector, Attribute::Level, Attribute::Place]
        .into_iter()
        .all(|attribute| {
            let wanted = filter.of(attribute);
            wanted.is_empty() || !values(thing, attribute, merged).is_disjoint(wanted)
        })
}

fn values(thing: &NamedNode, attribute: Attribute, merged: &Snapshot) -> BTreeSet<String> {
    let properties: &[NamedNodeRef<'static>] = match attribute {
        Attribute::Sector => &[iri::SECTOR, iri::PROPER_SECTOR, iri::RESIDUAL_SECTOR],
        Attribute::Level => &[weft::LEVEL],
        Attribute::Place => &[weft::PLACE],
        Attribute::Sphere => &[],
    };
    properties
        .iter()
        .flat_map(|property| {
            merged.quads_for_pattern(Some(thing.into()), Some(*property), None, None)
        })
        .map(|quad| text_of(&quad.object).to_owned())
        .collect()
}
