//! What the page of an actor, service or innovation has besides its statements.

use super::drawings::{self, Around, Ego, Stretch, Timeline};
use super::links::{Link, Links, graph_href};
use super::{Shell, help, shortened};
use crate::app::dcat;
use crate::app::entity::{
    Conflict, Dated, Kind, Part, PartKind, Profile, Ranked, Surroundings, Total,
};
use crate::app::integration::NETWORK;
use crate::app::resource::label_in;
use crate::metrics::ValueKind;
use crate::network::text_of;
use crate::store::DEFAULT_GRAPH_IRI;
use crate::store::Snapshot;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, Term};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// Entries of the timeline that are drawn.
const MOST_BARS: usize = 24;
/// Names that the page tells.
const MOST_NAMES: usize = 40;
/// Ties of a role that are seen without opening the others.
const MOST_OPEN: usize = 20;
/// A value that so large a share of all have says little of the one.
const COMMON: f64 = 0.8;
/// Between what is listed: names have commas in them.
pub(super) const BETWEEN: &str = " · ";
/// Graphs that hold what is computed or kept, no source of what is stated.
const NO_SOURCES: [&str; 2] = ["metrics", "queries"];

/// What the server knows of the surroundings of a thing.
pub(in crate::http) enum Surrounded {
    /// It is no node of a network.
    No,
    /// The network is still being made.
    Later,
    /// This.
    By(Box<Surroundings>),
}

impl Surrounded {
    /// What tells a page that says so from another.
    pub(in crate::http) fn tag(&self) -> &'static str {
        match self {
            Self::No => "none",
            Self::Later => "later",
            Self::By(_) => "",
        }
    }
}

pub(super) struct ProfileView {
    pub(super) is_actor: bool,
    pub(super) sentences: Vec<String>,
    pub(super) names: Vec<(String, Option<String>)>,
    pub(super) groups: Vec<PartGroup>,
    pub(super) part_count: usize,
    pub(super) parts_left_out: usize,
    pub(super) sectors: Vec<SectorRow>,
    pub(super) is_disputed: bool,
    pub(super) conflicts: Vec<Disputed>,
    pub(super) timeline: Option<Timeline>,
    pub(super) dated: Vec<(String, Link)>,
    pub(super) is_pending: bool,
    pub(super) around: Option<AroundView>,
}

/// A property, and what each source says of it.
pub(super) type Disputed = (String, Vec<(String, Vec<Link>)>);

/// The ties of a role.
pub(super) struct PartGroup {
    pub(super) heading: String,
    /// What is paid in all.
    pub(super) totals: Vec<String>,
    pub(super) rows: Vec<PartRow>,
    /// Those that are to be opened.
    pub(super) rest: Vec<PartRow>,
    /// Columns in which some row has something: with whom, instrument, when, amount.
    pub(super) columns: [bool; 4],
}

pub(super) struct PartRow {
    pub(super) other: Link,
    /// What it is called or for.
    pub(super) titles: String,
    /// How many statements say the same.
    pub(super) alike: usize,
    pub(super) with: Vec<Link>,
    pub(super) more: usize,
    pub(super) instruments: String,
    pub(super) when: String,
    pub(super) amounts: String,
    pub(super) sources: Vec<Link>,
    pub(super) statement: Option<String>,
    pub(super) is_inferred: bool,
}

pub(super) struct SectorRow {
    pub(super) sector: Link,
    pub(super) scheme: String,
    pub(super) says: Vec<(String, Vec<Link>)>,
    /// What others leave out.
    pub(super) denied: usize,
}

pub(super) struct AroundView {
    pub(super) network: &'static str,
    /// What the network is called.
    pub(super) network_title: String,
    /// Why it is this network and not that of collaboration.
    pub(super) why: Option<String>,
    pub(super) ego: Ego,
    pub(super) rows: Vec<(Link, String, String)>,
    pub(super) total: usize,
    pub(super) metrics: Vec<MetricRow>,
    /// Those that say nothing of this one: it has what nearly all have.
    pub(super) common: Vec<MetricRow>,
    pub(super) href: String,
}

pub(super) struct MetricRow {
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) rank: String,
    pub(super) says: String,
    /// Nearly all have the same, and it is none.
    pub(super) is_common: bool,
}

impl PartRow {
    /// Whether another says the same of the same.
    fn is_like(&self, other: &Self) -> bool {
        let same = |a: &Link, b: &Link| a.href == b.href && a.text == b.text;
        same(&self.other, &other.other)
            && self.titles == other.titles
            && self.when == other.when
            && self.amounts == other.amounts
            && self.instruments == other.instruments
            && self.is_inferred == other.is_inferred
    }
}

/// The year that it is.
fn this_year() -> i32 {
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    i32::from(now.year())
}

/// What a page is written with.
pub(super) struct Writer<'a> {
    pub(super) shell: &'a Shell,
    pub(super) snapshot: &'a Snapshot,
    pub(super) links: &'a Links,
    /// What graphs are called, as far as that has been asked.
    pub(super) titles: RefCell<HashMap<GraphName, String>>,
}

/// A sentence with one full stop, whatever its last name ends in.
pub(super) fn with_one_stop(mut sentence: String) -> String {
    if sentence.ends_with("..") && !sentence.ends_with("...") {
        sentence.pop();
    }
    sentence
}

/// Whether a graph says something of its own: not what is computed or kept.
pub(super) fn is_source(graph: &GraphName) -> bool {
    match graph {
        GraphName::NamedNode(node) => node
            .as_str()
            .strip_prefix(crate::app::iri::GRAPH)
            .is_none_or(|name| !NO_SOURCES.contains(&name)),
        _ => true,
    }
}

impl Writer<'_> {
    /// A term by its name in the language of the page.
    pub(super) fn name(&self, term: &Term) -> String {
        let language = self.shell.language.tag();
        match term {
            Term::NamedNode(node) => match self.row(node.as_str()) {
                Some(row) => row,
                None => shortened(&label_in(self.snapshot, node.as_ref().into(), language)),
            },
            Term::BlankNode(node) => {
                shortened(&label_in(self.snapshot, node.as_ref().into(), language))
            }
            other => shortened(text_of(other)),
        }
    }

    /// The row of a table: by the table and its number.
    pub(super) fn row(&self, iri: &str) -> Option<String> {
        let (table, row) = iri.split_once("#row=")?;
        let table = table.rsplit('/').next().filter(|name| !name.is_empty())?;
        row.bytes().all(|byte| byte.is_ascii_digit()).then(|| {
            let values = [("table", table), ("row", row)];
            self.shell.with("entity-row", &values)
        })
    }

    /// The values of a property, each once, in order.
    pub(super) fn values(&self, node: &Term, property: NamedNodeRef<'_>) -> Vec<Term> {
        if node.is_literal() {
            return Vec::new();
        }
        let quads =
            self.snapshot
                .quads_for_pattern(Some(node.as_ref()), Some(property), None, None);
        let found: BTreeMap<String, Term> = quads
            .map(|quad| (quad.object.to_string(), quad.object))
            .collect();
        found.into_values().collect()
    }

    pub(super) fn link(&self, term: &Term) -> Link {
        Link {
            href: match term {
                Term::NamedNode(node) => self.links.href(self.snapshot, node.as_ref()),
                Term::BlankNode(node) => self.links.node_href(self.snapshot, node),
                _ => None,
            },
            text: self.name(term),
        }
    }

    /// Documents: by their hosts and the ends of their addresses, because they have no names.
    fn sources(&self, terms: &[Term]) -> Vec<Link> {
        terms.iter().map(|term| self.source(term)).collect()
    }

    pub(super) fn source(&self, term: &Term) -> Link {
        let link = self.link(term);
        let address = text_of(term);
        let Some((_, rest)) = address.split_once("://") else {
            return link;
        };
        let host = rest.split('/').next().unwrap_or(rest);
        let end = rest
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(host);
        let is_named = self.is_described(term);
        Link {
            text: match (is_named, host == end) {
                (true, _) => link.text,
                (false, true) => host.to_owned(),
                (false, false) => shortened(&format!("{host}: {end}")),
            },
            href: link.href,
        }
    }

    fn is_described(&self, term: &Term) -> bool {
        let mut quads = self
            .snapshot
            .quads_for_pattern(Some(term.as_ref()), None, None, None);
        !term.is_literal() && quads.next().is_some()
    }

    /// A data set by its title.
    pub(super) fn graph(&self, graph: &GraphName) -> Link {
        let name = match graph {
            GraphName::NamedNode(node) => node.as_str(),
            GraphName::DefaultGraph => DEFAULT_GRAPH_IRI,
            GraphName::BlankNode(_) => "",
        };
        let known = self.titles.borrow().get(graph).cloned();
        let text = known.unwrap_or_else(|| {
            let title = self.title_of(graph, name);
            let mut titles = self.titles.borrow_mut();
            titles.insert(graph.clone(), title.clone());
            title
        });
        Link {
            href: Some(graph_href(name)),
            text,
        }
    }

    fn title_of(&self, graph: &GraphName, name: &str) -> String {
        let short = name.strip_prefix(crate::app::iri::GRAPH).unwrap_or(name);
        let title = dcat::title(self.snapshot, graph, self.shell.language.tag());
        match (title, short) {
            (Some(title), _) => {
                // Several directories may come by one mapping, and have its title.
                let partner = short.strip_prefix("partner/");
                match partner.filter(|partner| !title.contains(partner)) {
                    Some(partner) => shortened(&format!("{title} ({partner})")),
                    None => shortened(&title),
                }
            }
            (None, "ontology") => self.shell.t("entity-graph-ontology"),
            (None, "inferred") => self.shell.t("entity-graph-inferred"),
            (None, "metrics") => self.shell.t("entity-graph-metrics"),
            (None, "links") => self.shell.t("entity-graph-links"),
            (None, "queries") => self.shell.t("entity-graph-queries"),
            (None, _) if *graph == GraphName::DefaultGraph => self.shell.t("entity-default-graph"),
            (None, short) => shortened(short),
        }
    }

    /// The data sets of statements, each once.
    fn graphs(&self, graphs: &[GraphName]) -> Vec<Link> {
        let sources = graphs.iter().filter(|graph| is_source(graph));
        sources.map(|graph| self.graph(graph)).collect()
    }

    fn names_of(&self, terms: &[Term]) -> String {
        let names: Vec<String> = terms.iter().map(|term| self.name(term)).collect();
        shortened(&names.join(BETWEEN))
    }

    fn when(&self, since: &[String], until: &[String]) -> String {
        let (since, until) = (shortened(&since.join(", ")), shortened(&until.join(", ")));
        match (since.is_empty(), until.is_empty()) {
            (true, true) => String::new(),
            (false, true) => self.shell.with("entity-since", &[("since", &since)]),
            (true, false) => self.shell.with("entity-until", &[("until", &until)]),
            (false, false) => format!("{since} – {until}"),
        }
    }

    /// What the ties of a group have in common.
    fn heading(&self, part: &Part) -> String {
        let name = match part.kind {
            PartKind::Participation | PartKind::Tie if !part.roles.is_empty() => {
                return self.names_of(&part.roles);
            }
            PartKind::Participation => "entity-part-no-role",
            PartKind::Provides => "entity-part-provides",
            PartKind::Tie => "entity-part-tie",
            PartKind::Pays => "entity-part-pays",
            PartKind::IsPaid => "entity-part-is-paid",
            PartKind::MemberOf => "entity-part-member-of",
            PartKind::Member => "entity-part-member",
            PartKind::PartOf => "entity-part-part-of",
            PartKind::Part => "entity-part-part",
            PartKind::Leads => "entity-part-leads",
        };
        self.shell.t(name)
    }

    fn part(&self, part: &Part) -> PartRow {
        let mut when = self.when(&part.since, &part.until);
        if when.is_empty() {
            when = shortened(&part.period.join(BETWEEN));
        }
        let amounts = part.amounts.iter();
        let amounts: Vec<String> = amounts
            .map(|amount| self.amount(amount, &part.unit))
            .collect();
        PartRow {
            other: self.link(&part.other),
            titles: self.names_of(&part.titles),
            alike: 1,
            with: part.with.iter().map(|term| self.link(term)).collect(),
            more: part.with_count.saturating_sub(part.with.len()),
            instruments: self.names_of(&part.instruments),
            when,
            amounts: shortened(&amounts.join(BETWEEN)),
            sources: match part.sources.is_empty() {
                false => self.sources(&part.sources),
                true => self.graphs(&part.graphs),
            },
            statement: part.statement.as_ref().and_then(|node| match node {
                oxigraph::model::NamedOrBlankNode::NamedNode(node) => {
                    Some(self.links.page(node.as_str()))
                }
                oxigraph::model::NamedOrBlankNode::BlankNode(node) => {
                    self.links.node_href(self.snapshot, node)
                }
            }),
            is_inferred: part.is_inferred,
        }
    }

    /// An amount as the language of the page writes it, with its unit; as it is if it is no
    /// number.
    fn amount(&self, amount: &str, unit: &str) -> String {
        let written = match amount.trim().parse::<f64>() {
            Ok(number) => self.number(number).unwrap_or_else(|| amount.to_owned()),
            Err(_) => amount.to_owned(),
        };
        format!("{written} {unit}").trim_end().to_owned()
    }

    /// A number with its thousands set apart, and two digits after the mark unless it is whole.
    fn number(&self, number: f64) -> Option<String> {
        let cents = (number.abs() * 100.0).round();
        // Beyond that the cents are not exact.
        if cents.is_nan() || cents > 9e15 {
            return None;
        }
        let cents = cents as i64;
        let language = self.shell.language;
        let sign = if number < 0.0 && cents > 0 { "−" } else { "" };
        let whole = language.whole(cents / 100);
        Some(match cents % 100 {
            0 => format!("{sign}{whole}"),
            rest => {
                let part = language.decimal(rest as f64 / 100.0, 2);
                let part = part.strip_prefix('0').unwrap_or(&part);
                format!("{sign}{whole}{part}")
            }
        })
    }

    fn total(&self, total: &Total) -> Option<String> {
        let sum = self.number(total.sum)?;
        let sum = format!("{sum} {}", total.unit);
        let payments = self.shell.n("entity-payments", total.payments);
        let values = [("sum", sum.trim_end()), ("payments", payments.as_str())];
        Some(self.shell.with("entity-total", &values))
    }

    /// The ties role by role; those that say the same are one row.
    fn groups(&self, profile: &Profile) -> Vec<PartGroup> {
        let mut groups: Vec<(PartKind, PartGroup)> = Vec::new();
        for part in &profile.parts {
            let heading = self.heading(part);
            let row = self.part(part);
            let is_new = groups
                .last()
                .is_none_or(|(_, known)| known.heading != heading);
            if is_new {
                let group = PartGroup {
                    heading,
                    totals: Vec::new(),
                    rows: Vec::new(),
                    rest: Vec::new(),
                    columns: [false; 4],
                };
                groups.push((part.kind, group));
            }
            let Some((_, group)) = groups.last_mut() else {
                continue;
            };
            for (has, is_said) in group.columns.iter_mut().zip([
                !row.with.is_empty(),
                !row.instruments.is_empty(),
                !row.when.is_empty(),
                !row.amounts.is_empty(),
            ]) {
                *has |= is_said;
            }
            match group.rows.iter_mut().find(|known| known.is_like(&row)) {
                Some(known) => known.alike += 1,
                None => group.rows.push(row),
            }
        }
        groups
            .into_iter()
            .map(|(kind, mut group)| {
                let totals = profile.totals.iter().filter(|total| total.kind == kind);
                // One payment is its own sum.
                group.totals = totals
                    .filter(|total| total.payments > 1)
                    .filter_map(|total| self.total(total))
                    .collect();
                // A few more need not be opened.
                if group.rows.len() > MOST_OPEN + 5 {
                    group.rest = group.rows.split_off(MOST_OPEN);
                }
                group
            })
            .collect()
    }

    /// Where a thing is: the place that is stated, or the first wider one if that is its own
    /// office, which says nothing of where it is.
    fn seat(&self, place: &Term, title: &str) -> Option<Term> {
        const MOST_STEPS: usize = 4;
        const WITHIN: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked("https://w3id.org/weft/ns#within");
        const ADDRESS: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked("http://schema.org/address");
        let mut place = place.clone();
        for _ in 0..MOST_STEPS {
            let is_own = self.name(&place).to_lowercase() == title.to_lowercase();
            let is_office = is_own || !self.values(&place, ADDRESS).is_empty();
            if !is_office {
                return Some(place);
            }
            match self.values(&place, WITHIN).into_iter().next() {
                Some(wider) => place = wider,
                None => return (!is_own).then_some(place),
            }
        }
        None
    }

    /// The page's own part about a thing.
    pub(super) fn profile(
        &self,
        node: &NamedNode,
        title: &str,
        profile: &Profile,
        around: &Surrounded,
    ) -> ProfileView {
        let groups = self.groups(profile);
        let sectors = self.sectors(profile);
        let dated: Vec<(String, Link)> = profile
            .dated
            .iter()
            .map(|entry| (self.when_of(entry), self.what_of(title, profile, entry)))
            .collect();
        let stretches: Vec<Stretch> = profile
            .dated
            .iter()
            .zip(&dated)
            .map(|(entry, (_, what))| {
                let label = what.text.clone();
                (label, entry.first, entry.last, entry.part.is_none())
            })
            .collect();
        let mut names: Vec<(String, Option<String>)> = profile.names.clone();
        names.retain(|(name, _)| name.trim().to_lowercase() != title.trim().to_lowercase());
        names.truncate(MOST_NAMES);
        for (name, _) in &mut names {
            *name = shortened(name);
        }
        ProfileView {
            is_actor: profile.kind == Kind::Actor,
            sentences: self.sentences(node, title, profile, around),
            names,
            groups,
            part_count: profile.part_count,
            parts_left_out: profile.part_count.saturating_sub(profile.parts.len()),
            is_disputed: sectors.iter().any(|row| row.denied > 0),
            sectors,
            conflicts: profile
                .conflicts
                .iter()
                .map(|one| self.conflict(one))
                .collect(),
            timeline: drawings::timeline(&stretches, MOST_BARS, this_year()),
            dated,
            is_pending: matches!(around, Surrounded::Later),
            around: match around {
                Surrounded::By(around) => Some(self.around(node, title, around, profile.kind)),
                _ => None,
            },
        }
    }

    fn when_of(&self, entry: &Dated) -> String {
        let list = |text: &Option<String>| text.clone().into_iter().collect::<Vec<_>>();
        self.when(&list(&entry.since), &list(&entry.until))
    }

    fn what_of(&self, title: &str, profile: &Profile, entry: &Dated) -> Link {
        let part = entry.part.and_then(|position| profile.parts.get(position));
        match part {
            None => Link {
                href: None,
                text: shortened(title),
            },
            Some(part) => {
                let other = self.link(&part.other);
                Link {
                    text: format!("{}: {}", self.heading(part), other.text),
                    href: other.href,
                }
            }
        }
    }

    fn sectors(&self, profile: &Profile) -> Vec<SectorRow> {
        let mut rows: Vec<SectorRow> = profile
            .sectors
            .iter()
            .map(|sector| SectorRow {
                sector: self.link(&sector.sector),
                scheme: sector
                    .scheme
                    .as_ref()
                    .map(|scheme| self.name(scheme))
                    .unwrap_or_default(),
                says: sector
                    .says
                    .iter()
                    .map(|says| match &says.property {
                        Some(property) => (
                            self.name(&property.clone().into()),
                            self.graphs(std::slice::from_ref(&says.graph)),
                        ),
                        None => (
                            self.shell.t("entity-asserted"),
                            match says.sources.is_empty() {
                                false => self.sources(&says.sources),
                                true => self.graphs(std::slice::from_ref(&says.graph)),
                            },
                        ),
                    })
                    .collect(),
                denied: sector.denied,
            })
            .collect();
        rows.sort_by(|a, b| (&a.scheme, &a.sector.text).cmp(&(&b.scheme, &b.sector.text)));
        rows
    }

    fn conflict(&self, conflict: &Conflict) -> Disputed {
        let property = conflict.property.as_ref();
        (
            property
                .map(|property| self.name(property))
                .unwrap_or_else(|| self.shell.t("entity-claim")),
            conflict
                .values
                .iter()
                .map(|(value, sources)| (self.name(value), self.sources(sources)))
                .collect(),
        )
    }

    /// What the thing is, in words made of the data.
    fn sentences(
        &self,
        node: &NamedNode,
        title: &str,
        profile: &Profile,
        around: &Surrounded,
    ) -> Vec<String> {
        let shell = self.shell;
        let me = Term::from(node.clone());
        let of = |local: &str| -> Vec<Term> {
            let property = NamedNode::new_unchecked(format!("{}{local}", crate::app::iri::NS));
            self.values(&me, property.as_ref())
        };
        let said = |name: &str, terms: &[Term]| -> String {
            match terms.is_empty() {
                true => String::new(),
                false => shell.with(name, &[("value", &self.names_of(terms))]),
            }
        };
        let fragment = |name: &str, locals: &[&str]| -> String {
            let terms: Vec<Term> = locals.iter().flat_map(|local| of(local)).collect();
            said(name, &terms)
        };
        let mut seats: Vec<Term> = Vec::new();
        for place in of("place") {
            if let Some(seat) = self.seat(&place, title)
                && !seats.contains(&seat)
            {
                seats.push(seat);
            }
        }
        let is_group = of("isGroup").iter().any(|term| text_of(term) == "true");
        let what = match profile.kind {
            Kind::Actor if is_group => "entity-is-group",
            Kind::Actor => "entity-is-actor",
            Kind::Innovation => "entity-is-innovation",
            Kind::Service => "entity-is-service",
        };
        let mut first = shell.with(what, &[("name", &shortened(title))]);
        for part in [
            fragment("entity-of-type", &["actorType"]),
            fragment("entity-of-sphere", &["sphere"]),
            said("entity-at-place", &seats),
            fragment("entity-on-level", &["level"]),
        ] {
            first.push_str(&part);
        }
        first.push('.');
        let mut sentences = vec![first];
        let sectors = fragment(
            match profile.kind {
                Kind::Actor => "entity-in-sectors",
                _ => "entity-of-sectors",
            },
            &["sector", "properSector", "residualSector"],
        );
        sentences.push(match sectors.is_empty() {
            true => shell.t("entity-no-sector"),
            false => sectors,
        });
        let others: std::collections::BTreeSet<String> = profile
            .parts
            .iter()
            .filter(|part| matches!(part.kind, PartKind::Participation | PartKind::Provides))
            .map(|part| part.other.to_string())
            .collect();
        if !others.is_empty() && profile.part_count <= profile.parts.len() {
            sentences.push(match profile.kind {
                Kind::Actor => shell.n("entity-takes-part", others.len()),
                _ => shell.n("entity-has-participants", others.len()),
            });
        }
        if let (Kind::Actor, Surrounded::By(around)) = (profile.kind, around)
            && around.network == NETWORK
        {
            sentences.push(shell.n("entity-has-partners", around.total));
        }
        sentences.into_iter().map(with_one_stop).collect()
    }

    fn around(
        &self,
        node: &NamedNode,
        title: &str,
        around: &Surroundings,
        kind: Kind,
    ) -> AroundView {
        let is_actor = kind == Kind::Actor;
        let kinds = |sectors: &[Term]| sectors.iter().map(|term| self.name(term)).collect();
        let neighbours: Vec<Around> = around
            .neighbours
            .iter()
            .map(|neighbour| {
                let link = self.link(&neighbour.term);
                Around {
                    label: link.text,
                    href: link.href,
                    weight: neighbour.weight.unwrap_or(1.0),
                    kinds: kinds(&neighbour.sectors),
                }
            })
            .collect();
        let me = Around {
            label: title.to_owned(),
            href: None,
            weight: 1.0,
            kinds: kinds(&around.sectors),
        };
        let rows = neighbours
            .iter()
            .zip(&around.neighbours)
            .map(|(drawn, neighbour)| {
                let link = Link {
                    href: drawn.href.clone(),
                    text: drawn.label.clone(),
                };
                let weight = neighbour.weight.map(|weight| self.decimal(weight));
                (link, drawn.kinds.join(BETWEEN), weight.unwrap_or_default())
            })
            .collect();
        let rows_of_metrics = around.metrics.iter().map(|metric| self.metric(metric));
        let (common, metrics) = rows_of_metrics.partition(|row| row.is_common);
        AroundView {
            network: around.network,
            network_title: self.shell.t(&format!("networks-title-{}", around.network)),
            why: match (around.network, is_actor) {
                ("affiliation", true) => Some(self.shell.t("entity-around-affiliation")),
                ("funding", true) => Some(self.shell.t("entity-around-funding")),
                _ => None,
            },
            ego: drawings::ego(self.shell, &me, &neighbours, &around.ties),
            rows,
            total: around.total,
            metrics,
            common,
            href: format!(
                "/networks/{}?selected={}",
                around.network,
                super::links::encoded(node.as_str())
            ),
        }
    }

    fn decimal(&self, value: f64) -> String {
        const LEAST: f64 = 0.001;
        if value.fract() == 0.0 && value.abs() < 1e12 {
            return self.shell.language.whole(value as i64);
        }
        // What rounds to nothing is not nothing.
        if value.abs() < LEAST / 2.0 {
            let least = self.shell.decimal(LEAST, 3);
            return match value > 0.0 {
                true => format!("< {least}"),
                false => format!("> −{least}"),
            };
        }
        self.shell.decimal(value, 3)
    }

    fn metric(&self, ranked: &Ranked) -> MetricRow {
        let shell = self.shell;
        let value = match (ranked.score.value(), ranked.metric.kind) {
            (None, _) => shell.t("entity-undefined"),
            (Some(0.0), ValueKind::Flag) => shell.t("entity-no"),
            (Some(_), ValueKind::Flag) => shell.t("entity-yes"),
            (Some(value), _) => self.decimal(value),
        };
        let alike = ranked.shared.saturating_add(1);
        let is_shared = ranked.shared > 0 && alike as f64 >= COMMON * ranked.of as f64;
        let rank = match ranked.rank {
            None => String::new(),
            // Whose value nearly all have is neither high nor low.
            Some(_) if is_shared => {
                let values = [
                    ("alike", shell.whole(alike)),
                    ("of", shell.whole(ranked.of)),
                ];
                let values = values
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                shell.with("entity-rank-common", &values)
            }
            Some(rank) => {
                let values = [
                    ("rank", shell.whole(rank)),
                    ("of", shell.whole(ranked.of)),
                    ("shared", shell.whole(ranked.shared)),
                ];
                let values = values
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                match ranked.shared {
                    0 => shell.with("entity-rank", &values[..2]),
                    _ => shell.with("entity-rank-shared", &values),
                }
            }
        };
        MetricRow {
            id: ranked.metric.id,
            name: help::name(shell, ranked.metric.id),
            value,
            rank,
            says: help::says(shell, ranked.metric.id),
            is_common: ranked.score.value().is_none_or(|value| value == 0.0)
                && (is_shared || ranked.score.value().is_none()),
        }
    }
}
