//! Who belongs to which sector, level, sphere or place.

use super::{last_part, text_of};
use oxigraph::model::{NamedNode, Term};
use std::collections::BTreeMap;

/// What nodes are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// Branches of social policy: horizontal integration.
    Sector,
    /// Levels of responsibility: vertical integration.
    Level,
    /// Public, community, third sector, private.
    Sphere,
    /// Territories.
    Place,
}

impl Attribute {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Sector, Self::Level, Self::Sphere, Self::Place];

    /// The name in URLs, columns and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sector => "sector",
            Self::Level => "level",
            Self::Sphere => "sphere",
            Self::Place => "place",
        }
    }

    /// The attribute of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// A sector, a level, a sphere or a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The concept or place.
    pub term: Term,
    /// Its name.
    pub label: String,
    /// Its position where categories have an order, as levels do.
    pub rank: Option<i64>,
}

impl Category {
    /// A category that is known by its term only.
    pub fn new(term: impl Into<Term>) -> Self {
        let term = term.into();
        Self {
            label: last_part(&term),
            term,
            rank: None,
        }
    }

    pub(super) fn numbered(number: u32) -> Self {
        let name = format!("https://example.org/group/{number:09}");
        Self {
            rank: Some(i64::from(number)),
            ..Self::new(NamedNode::new_unchecked(name))
        }
    }

    /// The IRI; for other terms their text.
    pub fn id(&self) -> &str {
        text_of(&self.term)
    }
}

/// The membership vectors of one attribute.
///
/// A node that belongs to `k` categories belongs to each with the weight `1/k`; one that belongs
/// to none is unknown and takes no part in what is computed from the grouping.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    categories: Vec<Category>,
    offsets: Vec<u32>,
    members: Vec<u32>,
}

impl Grouping {
    /// `order` says which node of `values` comes at which position.
    pub(super) fn new(values: &[Vec<Category>], order: &[usize]) -> Self {
        let mut found: BTreeMap<String, Category> = BTreeMap::new();
        for category in values.iter().flatten() {
            found
                .entry(category.term.to_string())
                .or_insert_with(|| category.clone());
        }
        let mut named: Vec<(String, Category)> = found.into_iter().collect();
        // Ordered categories in their order; the others by their terms.
        named.sort_by(|(a_name, a), (b_name, b)| {
            let rank = |category: &Category| category.rank.unwrap_or(i64::MAX);
            rank(a).cmp(&rank(b)).then_with(|| a_name.cmp(b_name))
        });
        let position: BTreeMap<&str, u32> = named
            .iter()
            .enumerate()
            .map(|(position, (name, _))| (name.as_str(), position as u32))
            .collect();
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut members = Vec::new();
        offsets.push(0);
        for old in order {
            let mut own: Vec<u32> = values
                .get(*old)
                .into_iter()
                .flatten()
                .filter_map(|category| position.get(category.term.to_string().as_str()).copied())
                .collect();
            own.sort_unstable();
            own.dedup();
            members.extend(own);
            offsets.push(members.len() as u32);
        }
        Self {
            offsets,
            members,
            categories: named.into_iter().map(|(_, category)| category).collect(),
        }
    }

    /// The categories: those with a rank in its order, then the others by term.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// The numbers of the categories that a node belongs to, in rising order.
    pub fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        match (self.offsets.get(node), self.offsets.get(node + 1)) {
            (Some(from), Some(to)) => &self.members[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// How many nodes belong to a category at all.
    pub fn known(&self) -> usize {
        self.offsets
            .windows(2)
            .filter(|pair| pair[0] < pair[1])
            .count()
    }

    /// How alike the memberships of two nodes are: the inner product of their vectors, 1 or 0 if
    /// each has one category; `None` if one is unknown.
    pub fn shared(&self, a: u32, b: u32) -> Option<f64> {
        let (a, b) = (self.of(a), self.of(b));
        if a.is_empty() || b.is_empty() {
            return None;
        }
        Some(shared(a, b))
    }

    /// The distinct membership vectors, and which node has which.
    pub fn profiles(&self, nodes: usize) -> Profiles {
        let mut numbers: BTreeMap<&[u32], u32> = BTreeMap::new();
        for node in 0..nodes as u32 {
            let own = self.of(node);
            if !own.is_empty() {
                numbers.insert(own, 0);
            }
        }
        let mut sets = Vec::with_capacity(numbers.len());
        for (number, (set, slot)) in numbers.iter_mut().enumerate() {
            *slot = number as u32;
            sets.push(set.to_vec());
        }
        let of = (0..nodes as u32)
            .map(|node| numbers.get(self.of(node)).copied().unwrap_or(UNKNOWN))
            .collect();
        Profiles { sets, of }
    }
}

/// The profile of a node that belongs to no category.
pub const UNKNOWN: u32 = u32::MAX;

/// Distinct membership vectors: few, however many nodes there are.
#[derive(Clone, Debug)]
pub struct Profiles {
    /// The categories of each profile, in rising order.
    pub sets: Vec<Vec<u32>>,
    /// The profile of each node; [`UNKNOWN`] if it has none.
    pub of: Vec<u32>,
}

impl Profiles {
    /// The inner product of the vectors of two profiles.
    pub fn shared(&self, a: u32, b: u32) -> f64 {
        shared(&self.sets[a as usize], &self.sets[b as usize])
    }
}

fn shared(a: &[u32], b: &[u32]) -> f64 {
    let common = a.iter().filter(|category| b.contains(category)).count();
    common as f64 / (a.len() * b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::super::Network;
    use super::*;

    #[test]
    fn hybrids_carry_a_vector() {
        let network = Network::with_groups(4, [], Attribute::Sector, &[&[0], &[0, 1], &[1], &[]]);
        let grouping = network.grouping(Attribute::Sector);
        assert_eq!(grouping.shared(0, 1), Some(0.5));
        assert_eq!(grouping.shared(1, 1), Some(0.5));
        assert_eq!(grouping.shared(0, 2), Some(0.0));
        assert_eq!(grouping.shared(0, 3), None);
        assert_eq!(grouping.known(), 3);
        let profiles = grouping.profiles(4);
        assert_eq!(profiles.sets, [vec![0], vec![0, 1], vec![1]]);
        assert_eq!(profiles.of, [0, 1, 2, UNKNOWN]);
    }
}
