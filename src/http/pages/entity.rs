//! The page of anything that the data speaks of.

use super::contact::{Elsewhere, Fact};
use super::hub::{Hub, is_hub};
use super::links::{Cell, Link, Links, explain_href, store_href};
use super::profile::{BETWEEN, ProfileView, Surrounded, Writer, is_source, with_one_stop};
use super::{Shell, render};
use crate::app::entity::{Kind, MOST_NEIGHBOURS, Profile};
use crate::app::merging::Class;
use crate::app::reconcile::shortened;
use crate::app::reconcile::suggest::Preview;
use crate::app::resource::{Concept, Description, definition_in, describe, label_in};
use crate::app::rules::{is_inferred, is_of_rules};
use crate::app::{KnowledgeGraph, MergedView, dcat, iri};
use crate::http::error::ApiError;
use crate::http::{AppState, merging, negotiate};
use crate::store::{Limits, Snapshot};
use askama::Template;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{
    GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, Term, Triple,
};
use std::cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Values that a page shows of a property.
const MOST_VALUES: usize = 200;
/// Conclusions of which a page says by which rules; the others have a link only.
const MOST_EXPLAINED: usize = 40;
/// Of longer texts the beginning is seen, and the whole can be opened.
const LONGEST_VALUE: usize = 600;
/// No longer text is shown as a whole; the data formats have it.
const LONGEST_WHOLE: usize = 50_000;
/// More values of a property are folded, and fewer of where something is from.
const MOST_OPEN: usize = 30;
const MOST_OPEN_SOURCES: usize = 3;
/// How long a page waits for each.
const EXPLAIN_WITHIN: Duration = Duration::from_millis(200);

#[derive(Template)]
#[template(path = "entity.html")]
struct ResourcePage {
    shell: Shell,
    title: String,
    iri: String,
    definition: Option<LongText>,
    /// Each with why the rules concluded it, if nobody states it.
    types: Vec<(Link, Option<Link>)>,
    /// What there is to say first of a place or a code.
    hub: Option<Hub>,
    /// How to reach it.
    contact: Vec<Fact>,
    /// Where else it is described.
    elsewhere: Vec<Elsewhere>,
    groups: Vec<Group>,
    incoming: Vec<Group>,
    concepts: Vec<(Link, Concept)>,
    graphs: Vec<Link>,
    /// Each with its media type.
    formats: Vec<(Link, &'static str)>,
    /// What the thing is joined with.
    joined: Option<Joined>,
    /// What is known of an actor, a service or an innovation besides.
    profile: Option<ProfileView>,
    citation: String,
    licences: Vec<Link>,
    most_neighbours: usize,
}

/// A text of paragraphs.
struct LongText {
    /// What is seen of it.
    begin: String,
    /// All of it, if that is more.
    whole: Option<String>,
}

impl LongText {
    fn new(text: &str) -> Self {
        let begin = shortened(text.trim(), LONGEST_VALUE);
        Self {
            whole: (begin != text.trim()).then(|| shortened(text.trim(), LONGEST_WHOLE)),
            begin,
        }
    }
}

/// A thing that has several IRIs.
struct Joined {
    /// `One actor, 2 IRIs`, or what else it is.
    title: String,
    /// Where the page of its representative is.
    canonical: String,
    members: Vec<Link>,
    links: Vec<JoinedBy>,
    contradictions: Vec<(String, String)>,
}

/// A link, with who made it, when and why.
struct JoinedBy {
    source: String,
    target: String,
    iri: Link,
    graph: Link,
    reviewer: Option<String>,
    date: Option<String>,
    score: Option<String>,
    comment: Option<String>,
}

/// The values of a property.
struct Group {
    property: Link,
    values: Vec<Value>,
    /// Values that are there and not shown.
    more: usize,
    /// How many there are, if they are to be opened first.
    folded: Option<usize>,
}

struct Value {
    cell: Cell,
    /// The whole of a text of which the cell has the beginning.
    whole: Option<String>,
    /// The statements of a blank node.
    inner: Vec<(Link, Cell)>,
    /// The IRIs under which it is stated, for a thing that has several.
    under: Vec<String>,
    /// Why the rules concluded it, if nobody states it.
    inferred: Option<Link>,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage<'a> {
    shell: Shell,
    preview: &'a Preview,
    definition: Option<String>,
    href: String,
}

/// A thing as a page for a small frame.
pub(in crate::http) fn preview(
    shell: Shell,
    graph: &KnowledgeGraph,
    preview: &Preview,
) -> Result<String, ApiError> {
    const LONGEST: usize = 300;
    let definition = preview.definition.as_ref();
    render(&PreviewPage {
        shell,
        preview,
        definition: definition.map(|text| shortened(text, LONGEST)),
        href: Links::new(&graph.config().base).page(preview.iri.as_str()),
    })
}

/// How long the page waits for the network around a thing.
const NETWORK_WITHIN: Duration = Duration::from_millis(500);

/// What is around an actor, a service or an innovation in its network. If that takes longer than
/// half a second the page says so; the network is made all the same, and kept for the next who
/// asks.
pub(in crate::http) async fn surrounded(
    state: &AppState,
    given: &Arc<Snapshot>,
    iri: &NamedNode,
) -> Result<Surrounded, ApiError> {
    let view = merging::view(state, given).await?;
    let node = view.merging().representative(iri).clone();
    let snapshot = Arc::clone(view.merged());
    let Some(kind) = Kind::of(&snapshot, &node) else {
        return Ok(Surrounded::No);
    };
    let deadline = Instant::now() + NETWORK_WITHIN;
    let timeout = state.graph().config().query_timeout;
    let found = state
        .measuring(Arc::clone(&snapshot), deadline, move |graph| {
            let limits = Limits {
                deadline: Some(Instant::now() + timeout),
                ..Limits::default()
            };
            Ok(graph.surroundings(&snapshot, &node, kind, &limits)?)
        })
        .await;
    Ok(match found {
        Ok(Some(around)) => Surrounded::By(Box::new(around)),
        Ok(None) => Surrounded::No,
        Err(ApiError::StillComputing(_) | ApiError::Busy) => Surrounded::Later,
        // What the data says is worth a page without a network, too.
        Err(error) => {
            tracing::warn!(?error, "the network around a thing cannot be had");
            Surrounded::No
        }
    })
}

/// A thing as a page.
pub(in crate::http) fn resource(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Arc<Snapshot>,
    description: &Description,
    around: &Surrounded,
) -> Result<String, ApiError> {
    let language = shell.language.tag();
    let links = Links::new(&graph.config().base);
    let merged = graph.merged_view(snapshot)?;
    let class = merged.merging().class(&description.iri);
    let whole = class.map(|class| merged_description(&merged, class, description));
    let description = whole.as_ref().unwrap_or(description);
    let members: Vec<NamedOrBlankNode> = match class {
        Some(class) => class.members.iter().cloned().map(Into::into).collect(),
        None => vec![description.iri.clone().into()],
    };
    let view = View {
        shell: &shell,
        graph,
        to_explain: cell::Cell::new(MOST_EXPLAINED),
        snapshot,
        links: &links,
        description,
        is_joined: class.is_some(),
        language,
    };
    let mine = || {
        description
            .outgoing
            .iter()
            .filter(|quad| members.contains(&quad.subject))
    };
    let mut known = HashSet::new();
    let types: Vec<&Quad> = mine()
        .filter(|quad| quad.predicate == rdf::TYPE && known.insert(&quad.object))
        .collect();
    let concepts = description.concepts.iter().map(|concept| {
        let link = Link {
            href: links.href(snapshot, concept.iri.as_ref()),
            text: concept.label.clone(),
        };
        (link, concept.clone())
    });
    let is_scheme = !description.concepts.is_empty();
    let is_measured = description
        .outgoing
        .iter()
        .any(|quad| !is_source(&quad.graph_name));
    let formats = [
        ("ttl", "text/turtle"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
        ("trig", "application/trig"),
    ];
    let formats = formats.map(|(name, media_type)| {
        let format = negotiate::by_name(name, &negotiate::TRIPLES);
        let link = Link {
            href: format.map(|format| links.resource_format(description.iri.as_str(), format)),
            text: name.to_owned(),
        };
        (link, media_type)
    });
    let representative = merged.merging().representative(&description.iri);
    let named_by = merged.merged();
    let writer = Writer {
        shell: &shell,
        snapshot: named_by,
        links: &links,
        titles: cell::RefCell::default(),
    };
    let title = writer
        .row(representative.as_str())
        .unwrap_or_else(|| label_in(named_by, representative.as_ref().into(), language));
    // Those that state something of it; where nothing is, those that mention it.
    let stating = match description.outgoing.is_empty() {
        true => &description.incoming,
        false => &description.outgoing,
    };
    let has_source = stating.iter().any(|quad| is_source(&quad.graph_name));
    let names: BTreeMap<String, &GraphName> = stating
        .iter()
        .map(|quad| &quad.graph_name)
        .filter(|graph| !has_source || is_source(graph))
        .map(|graph| (graph.to_string(), graph))
        .collect();
    let mut graphs: Vec<Link> = names.values().map(|graph| writer.graph(graph)).collect();
    graphs.sort_by(|a, b| a.text.cmp(&b.text));
    let licences: BTreeSet<String> = names
        .values()
        .flat_map(|graph| dcat::licences(named_by, graph))
        .map(NamedNode::into_string)
        .collect();
    let (is_place, is_code) = is_hub(named_by, representative);
    let profile = Profile::of(named_by, representative)
        .map(|profile| writer.profile(representative, &title, &profile, around));
    let hub = match profile.is_none() && (is_place || is_code) {
        true => writer.hub(graph, named_by, representative, &title, description),
        false => None,
    };
    let all_members: Vec<Term> = members.iter().cloned().map(Term::from).collect();
    let (contact, elsewhere) = match profile.is_some() || is_place || is_code {
        true => (
            match profile.is_some() {
                true => writer.contact(representative),
                false => Vec::new(),
            },
            writer.elsewhere(representative, &all_members, is_code),
        ),
        false => (Vec::new(), Vec::new()),
    };
    let cited = graph.citation(snapshot, &graph.stated_in(snapshot, &description.iri));
    let licences = licences.into_iter().map(|licence| Link {
        href: Some(licence.clone()).filter(|licence| licence.starts_with("http")),
        text: licence,
    });
    let date = cited.date.as_deref().unwrap_or_default();
    let date = date.split('T').next().unwrap_or_default();
    let values = [
        // The sentence has its own full stop.
        (
            "title",
            super::shortened(title.strip_suffix('.').unwrap_or(&title)),
        ),
        ("version", cited.version.to_string()),
        ("date", date.to_owned()),
        ("iri", representative.as_str().to_owned()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let citation = match date.is_empty() {
        true => shell.with("entity-cite-undated", &values),
        false => shell.with("entity-cite-dated", &values),
    };
    let citation = with_one_stop(citation);
    render(&ResourcePage {
        joined: class.map(|class| Joined::of(&shell, &merged, class, &links, mine())),
        profile,
        citation,
        licences: licences.collect(),
        most_neighbours: MOST_NEIGHBOURS,
        iri: description.iri.as_str().to_owned(),
        definition: definition_in(named_by, representative.as_ref(), language)
            .map(|text| LongText::new(&text)),
        hub,
        contact,
        elsewhere,
        types: types
            .into_iter()
            .map(|quad| (view.named(&quad.object), view.inferred(quad)))
            .collect(),
        groups: view.groups(mine().filter(|quad| quad.predicate != rdf::TYPE), |quad| {
            (quad.object.clone(), quad.subject.clone().into())
        }),
        incoming: view.groups(
            description.incoming.iter().filter(|quad| {
                let is_of_scheme = is_scheme && quad.predicate == iri::IN_SCHEME;
                // Observations name what they were made of: each sector has hundreds.
                !is_of_scheme && (is_source(&quad.graph_name) || is_measured)
            }),
            |quad| (quad.subject.clone().into(), quad.object.clone()),
        ),
        concepts: concepts.collect(),
        graphs,
        formats: formats.into(),
        title: super::shortened(&title),
        shell,
    })
}

/// All that is stated of the members of a class, but for the links that join them.
fn merged_description(
    merged: &MergedView,
    class: &Class,
    description: &Description,
) -> Description {
    let is_of_links = |quad: &Quad| {
        matches!(&quad.graph_name, GraphName::NamedNode(graph)
            if merged.merging().graphs().contains(graph))
    };
    let mut whole = Description {
        outgoing: Vec::new(),
        incoming: Vec::new(),
        ..description.clone()
    };
    for member in &class.members {
        if let Some(found) = describe(merged.given(), member) {
            whole.outgoing.extend(found.outgoing);
            whole.incoming.extend(found.incoming);
        }
    }
    for quads in [&mut whole.outgoing, &mut whole.incoming] {
        quads.retain(|quad| !is_of_links(quad));
    }
    whole
}

impl Joined {
    fn of<'q>(
        shell: &Shell,
        merged: &MergedView,
        class: &Class,
        links: &Links,
        mine: impl Iterator<Item = &'q Quad>,
    ) -> Self {
        const KINDS: [(NamedNodeRef<'static>, &str); 3] = [
            (iri::ACTOR, "actor"),
            (iri::SERVICE, "service"),
            (iri::INNOVATION, "innovation"),
        ];
        let types: HashSet<&Term> = mine
            .filter(|quad| quad.predicate == rdf::TYPE)
            .map(|quad| &quad.object)
            .collect();
        let kind = KINDS.iter().find(|(class, _)| {
            let class: Term = class.into_owned().into();
            types.contains(&class)
        });
        let link = |node: &NamedNode| Link {
            href: Some(links.page(node.as_str())),
            text: node.as_str().to_owned(),
        };
        let representative = class.members.first();
        let joined_by = representative.map(|node| merged.links(node));
        Self {
            title: shell.n(
                match kind {
                    Some((_, kind)) => match *kind {
                        "actor" => "entity-joined-actor",
                        "service" => "entity-joined-service",
                        _ => "entity-joined-innovation",
                    },
                    None => "entity-joined-thing",
                },
                class.members.len(),
            ),
            canonical: representative
                .map(|node| links.page(node.as_str()))
                .unwrap_or_default(),
            members: class.members.iter().map(link).collect(),
            links: joined_by
                .into_iter()
                .flatten()
                .map(|found| JoinedBy {
                    iri: match &found.iri {
                        Some(iri) => link(iri),
                        None => Link {
                            href: None,
                            text: String::new(),
                        },
                    },
                    source: found.source.into_string(),
                    target: found.target.into_string(),
                    graph: Link {
                        href: Some(store_href(found.graph.as_str())),
                        text: found.graph.into_string(),
                    },
                    reviewer: found.reviewer,
                    date: found.date,
                    score: found.confidence.map(|score| format!("{score:.2}")),
                    comment: found.comment,
                })
                .collect(),
            contradictions: class
                .contradictions
                .iter()
                .map(|(a, b)| (a.as_str().to_owned(), b.as_str().to_owned()))
                .collect(),
        }
    }
}

struct View<'a> {
    shell: &'a Shell,
    graph: &'a KnowledgeGraph,
    /// Conclusions of which the page still says by which rules.
    to_explain: cell::Cell<usize>,
    snapshot: &'a Snapshot,
    links: &'a Links,
    description: &'a Description,
    is_joined: bool,
    language: &'static str,
}

impl View<'_> {
    fn writer(&self) -> Writer<'_> {
        Writer {
            shell: self.shell,
            snapshot: self.snapshot,
            links: self.links,
            titles: cell::RefCell::default(),
        }
    }

    /// A term by its label.
    fn named(&self, term: &Term) -> Link {
        match term {
            Term::NamedNode(node) => Link {
                href: self.links.href(self.snapshot, node.as_ref()),
                text: self.writer().row(node.as_str()).unwrap_or_else(|| {
                    label_in(self.snapshot, node.as_ref().into(), self.language)
                }),
            },
            other => Link {
                href: None,
                text: other.to_string(),
            },
        }
    }

    fn cell(&self, term: &Term) -> Cell {
        match term {
            Term::NamedNode(_) => Cell {
                link: self.named(term),
                note: String::new(),
                is_number: false,
            },
            other => {
                let mut cell = self.links.cell(self.snapshot, Some(other));
                cell.link.text = shortened(&cell.link.text, LONGEST_VALUE);
                cell
            }
        }
    }

    /// `ends` tells the value of a quad, and the IRI under which it is stated.
    fn groups<'q>(
        &self,
        quads: impl Iterator<Item = &'q Quad>,
        ends: impl Fn(&Quad) -> (Term, Term),
    ) -> Vec<Group> {
        let mut by_property: BTreeMap<&NamedNode, Vec<(Term, &Quad)>> = BTreeMap::new();
        let mut under: HashMap<(&NamedNode, Term), Vec<String>> = HashMap::new();
        for quad in quads {
            let (value, me) = ends(quad);
            let stated = under.entry((&quad.predicate, value.clone()));
            let stated = stated.or_insert_with(|| {
                let values = by_property.entry(&quad.predicate).or_default();
                values.push((value, quad));
                Vec::new()
            });
            if let Term::NamedNode(me) = me
                && self.is_joined
                && !stated.iter().any(|known| known == me.as_str())
            {
                stated.push(me.into_string());
            }
        }
        let mut groups: Vec<_> = by_property
            .into_iter()
            .map(|(property, values)| {
                let more = values.len().saturating_sub(MOST_VALUES);
                let mut values: Vec<_> = values
                    .iter()
                    .take(MOST_VALUES)
                    .map(|(term, quad)| Value {
                        under: under.remove(&(property, term.clone())).unwrap_or_default(),
                        inferred: self.inferred(quad),
                        ..self.value(term)
                    })
                    .collect();
                values.sort_by(|a, b| a.cell.link.text.cmp(&b.cell.link.text));
                let count = values.len().saturating_add(more);
                let most = match is_provenance(property.as_ref()) {
                    true => MOST_OPEN_SOURCES,
                    false => MOST_OPEN,
                };
                let group = Group {
                    folded: (count > most).then_some(count),
                    property: self.named(&property.clone().into()),
                    values,
                    more,
                };
                (rank(property.as_ref()), group)
            })
            .collect();
        groups.sort_by(|(a_rank, a), (b_rank, b)| {
            (a_rank, &a.property.text).cmp(&(b_rank, &b.property.text))
        });
        groups.into_iter().map(|(_, group)| group).collect()
    }

    fn value(&self, term: &Term) -> Value {
        let inner = match term {
            Term::BlankNode(node) => {
                let node = NamedOrBlankNodeRef::from(node.as_ref());
                self.description
                    .outgoing
                    .iter()
                    .filter(|quad| quad.subject.as_ref() == node)
                    .map(|quad| {
                        let property = self.named(&quad.predicate.clone().into());
                        (property, self.cell(&quad.object))
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        Value {
            cell: self.cell(term),
            whole: match term {
                Term::Literal(literal) => LongText::new(literal.value()).whole,
                _ => None,
            },
            inner,
            under: Vec::new(),
            inferred: None,
        }
    }

    /// Where to ask why a statement was concluded, if only the rules state it.
    fn inferred(&self, quad: &Quad) -> Option<Link> {
        let triple = Triple::from(quad.clone());
        // A triple that others state too comes with their graphs as well.
        if !is_of_rules(&quad.graph_name) || !is_inferred(self.snapshot, &triple) {
            return None;
        }
        let href = Some(explain_href(&triple));
        let Some(left) = self.to_explain.get().checked_sub(1) else {
            return Some(Link {
                href,
                text: String::new(),
            });
        };
        self.to_explain.set(left);
        let limits = Limits {
            deadline: Some(Instant::now() + EXPLAIN_WITHIN),
            ..Limits::default()
        };
        // A page without the names of the rules is better than none.
        let reasons = self.graph.reasons(&triple, self.snapshot, &limits);
        let names: Vec<String> = reasons
            .unwrap_or_default()
            .into_iter()
            .map(|reason| reason.rule)
            .collect();
        Some(Link {
            href,
            text: names.join(BETWEEN),
        })
    }
}

/// Where something is from.
fn is_provenance(property: NamedNodeRef<'_>) -> bool {
    let iri = property.as_str();
    iri.starts_with("http://www.w3.org/ns/prov#") || iri.ends_with("/source")
}

/// Names come first, and where it is from last.
fn rank(property: NamedNodeRef<'_>) -> u8 {
    if [iri::PREF_LABEL, rdfs::LABEL, iri::TITLE, iri::NOTATION].contains(&property) {
        0
    } else if [iri::DEFINITION, iri::DESCRIPTION, rdfs::COMMENT].contains(&property) {
        1
    } else if is_provenance(property) {
        3
    } else {
        2
    }
}
