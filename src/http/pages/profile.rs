//! What the page of an actor, service or innovation has besides its statements.

use super::drawings::{self, Around, Ego, Stretch, Timeline};
use super::links::{Link, Links, graph_href};
use super::{Shell, help, shortened};
use crate::app::entity::{Conflict, Dated, Kind, Part, PartKind, Profile, Ranked, Surroundings};
use crate::app::resource::label_in;
use crate::metrics::ValueKind;
use crate::network::text_of;
use crate::store::DEFAULT_GRAPH_IRI;
use crate::store::Snapshot;
use oxigraph::model::{GraphName, NamedNode, Term};
use std::collections::BTreeMap;

/// Entries of the timeline that are drawn.
const MOST_BARS: usize = 24;
/// Names that the page tells.
const MOST_NAMES: usize = 40;

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
    pub(super) groups: Vec<(String, Vec<PartRow>)>,
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

pub(super) struct PartRow {
    pub(super) other: Link,
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
    pub(super) ego: Ego,
    pub(super) rows: Vec<(Link, String, String)>,
    pub(super) total: usize,
    pub(super) metrics: Vec<MetricRow>,
    pub(super) href: String,
}

pub(super) struct MetricRow {
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) value: String,
    pub(super) rank: String,
    pub(super) says: String,
}

/// What a page is written with.
pub(super) struct Writer<'a> {
    pub(super) shell: &'a Shell,
    pub(super) snapshot: &'a Snapshot,
    pub(super) links: &'a Links,
}

impl Writer<'_> {
    /// A term by its name in the language of the page.
    pub(super) fn name(&self, term: &Term) -> String {
        let language = self.shell.language.tag();
        match term {
            Term::NamedNode(node) => {
                shortened(&label_in(self.snapshot, node.as_ref().into(), language))
            }
            Term::BlankNode(node) => {
                shortened(&label_in(self.snapshot, node.as_ref().into(), language))
            }
            other => shortened(text_of(other)),
        }
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

    fn source(&self, term: &Term) -> Link {
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

    fn graph(&self, graph: &GraphName) -> Link {
        let name = match graph {
            GraphName::NamedNode(node) => node.as_str(),
            GraphName::DefaultGraph => DEFAULT_GRAPH_IRI,
            GraphName::BlankNode(_) => "",
        };
        Link {
            href: Some(graph_href(name)),
            text: name
                .strip_prefix(crate::app::iri::GRAPH)
                .unwrap_or(name)
                .to_owned(),
        }
    }

    fn names_of(&self, terms: &[Term]) -> String {
        let names: Vec<String> = terms.iter().map(|term| self.name(term)).collect();
        shortened(&names.join(", "))
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
        PartRow {
            other: self.link(&part.other),
            with: part.with.iter().map(|term| self.link(term)).collect(),
            more: part.with_count.saturating_sub(part.with.len()),
            instruments: self.names_of(&part.instruments),
            when: self.when(&part.since, &part.until),
            amounts: shortened(&part.amounts.join(", ")),
            sources: match part.sources.is_empty() {
                false => self.sources(&part.sources),
                true => part.graphs.iter().map(|graph| self.graph(graph)).collect(),
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

    /// The page's own part about a thing.
    pub(super) fn profile(
        &self,
        node: &NamedNode,
        title: &str,
        profile: &Profile,
        around: &Surrounded,
    ) -> ProfileView {
        let mut groups: Vec<(String, Vec<PartRow>)> = Vec::new();
        for part in &profile.parts {
            let heading = self.heading(part);
            let row = self.part(part);
            match groups.last_mut() {
                Some((known, rows)) if *known == heading => rows.push(row),
                _ => groups.push((heading, vec![row])),
            }
        }
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
        names.retain(|(name, language)| name != title || language.is_some());
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
            timeline: drawings::timeline(&stretches, MOST_BARS),
            dated,
            is_pending: matches!(around, Surrounded::Later),
            around: match around {
                Surrounded::By(around) => Some(self.around(node, title, around)),
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
                            vec![self.graph(&says.graph)],
                        ),
                        None => (
                            self.shell.t("entity-asserted"),
                            match says.sources.is_empty() {
                                false => self.sources(&says.sources),
                                true => vec![self.graph(&says.graph)],
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
        let of = |local: &str| -> Vec<Term> {
            let property = NamedNode::new_unchecked(format!("{}{local}", crate::app::iri::NS));
            let quads = self.snapshot.quads_for_pattern(
                Some(node.into()),
                Some(property.as_ref()),
                None,
                None,
            );
            let terms: BTreeMap<String, Term> = quads
                .map(|quad| (quad.object.to_string(), quad.object))
                .collect();
            terms.into_values().collect()
        };
        let fragment = |name: &str, locals: &[&str]| -> String {
            let terms: Vec<Term> = locals.iter().flat_map(|local| of(local)).collect();
            match terms.is_empty() {
                true => String::new(),
                false => shell.with(name, &[("value", &self.names_of(&terms))]),
            }
        };
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
            fragment("entity-at-place", &["place"]),
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
        if let (Kind::Actor, Surrounded::By(around)) = (profile.kind, around) {
            sentences.push(shell.n("entity-has-partners", around.total));
        }
        sentences
    }

    fn around(&self, node: &NamedNode, title: &str, around: &Surroundings) -> AroundView {
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
                (link, drawn.kinds.join(", "), weight.unwrap_or_default())
            })
            .collect();
        AroundView {
            network: around.network,
            ego: drawings::ego(self.shell, &me, &neighbours, &around.ties),
            rows,
            total: around.total,
            metrics: around
                .metrics
                .iter()
                .map(|metric| self.metric(metric))
                .collect(),
            href: format!(
                "/networks/{}?selected={}",
                around.network,
                super::links::encoded(node.as_str())
            ),
        }
    }

    fn decimal(&self, value: f64) -> String {
        match value.fract() == 0.0 && value.abs() < 1e12 {
            true => self.shell.language.whole(value as i64),
            false => self.shell.decimal(value, 3),
        }
    }

    fn metric(&self, ranked: &Ranked) -> MetricRow {
        let shell = self.shell;
        let value = match (ranked.score.value(), ranked.metric.kind) {
            (None, _) => shell.t("entity-undefined"),
            (Some(0.0), ValueKind::Flag) => shell.t("entity-no"),
            (Some(_), ValueKind::Flag) => shell.t("entity-yes"),
            (Some(value), _) => self.decimal(value),
        };
        let rank = match ranked.rank {
            None => String::new(),
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
        }
    }
}
