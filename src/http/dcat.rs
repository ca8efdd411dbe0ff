//! `/catalogue` and `/graph/…`: the data sets, who answers for them and where they are to be had.

use super::AppState;
use super::context;
use super::error::ApiError;
use super::negotiate::{Chosen, Format, TRIPLES, by_name, choose};
use super::pages::ontology::Said;
use super::pages::partners::{day, licence_link};
use super::pages::{Shell, encoded, graph_href, render, store_href};
use super::request::{self, Form, origin};
use super::resources::{Statements, alternates, rdf_answer};
use super::respond::Reading;
use crate::app::datasets::time_of;
use crate::app::dcat::{self, Dataset, Offers, datasets};
use crate::app::dumps::{DumpKind, DumpScope};
use crate::app::resource::{describe, label_in};
use crate::app::{KnowledgeGraph, iri, void};
use crate::store::{DEFAULT_GRAPH_IRI, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, NamedNodeRef, Quad, Term};
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new().route("/catalogue", get(catalogue));
    for format in TRIPLES {
        for name in format.names() {
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && *name != "xml" {
                router = router.route(&format!("/catalogue.{name}"), get(catalogue));
            }
        }
    }
    router
}

/// What the dumps that are there add to a description: part of its tag.
fn known_dumps(graph: &KnowledgeGraph, snapshot: &Snapshot, sets: &[&Dataset]) -> String {
    let offers = Offers {
        graph,
        snapshot,
        origin: "",
    };
    let mut scopes: Vec<DumpScope> = sets
        .iter()
        .map(|set| DumpScope::Graph(set.graph.clone()))
        .collect();
    scopes.push(DumpScope::All);
    let mut known = String::new();
    for scope in scopes {
        for (kind, path) in offers.dumps(&scope) {
            if graph.dumps().known(snapshot, &kind).is_some() {
                known.push_str(&path);
                known.push(' ');
            }
        }
    }
    known
}

/// The private graphs that the reader sees are told apart; the others are not in the version.
fn listed(
    state: &AppState,
    snapshot: &Arc<Snapshot>,
) -> impl Future<Output = Result<Vec<Dataset>, ApiError>> + use<> {
    let (state, snapshot) = (state.clone(), Arc::clone(snapshot));
    async move {
        state
            .blocking(move |graph| {
                let private = graph.private_graphs()?;
                Ok(datasets(graph, &snapshot, &private)?)
            })
            .await
    }
}

/// `GET /catalogue`: all data sets that the reader sees.
async fn catalogue(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let chosen: Chosen = match uri.path().rsplit_once('.') {
        Some((_, extension)) => by_name(extension, &TRIPLES)
            .ok_or_else(|| ApiError::NotFound("there is no such format".to_owned()))?
            .into(),
        None => choose(&headers, &TRIPLES)?,
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let sets = listed(&state, &snapshot).await?;
    let origin = origin(&headers, &uri);
    let private: String = sets
        .iter()
        .map(|set| if set.is_private { 'p' } else { '-' })
        .collect();
    let known = known_dumps(state.graph(), &snapshot, &sets.iter().collect::<Vec<_>>());
    let context = context::version(&state, &headers, &uri);
    let shell = Shell::new(&uri, &headers);
    let what = [
        "catalogue",
        shell.tag(),
        &context,
        &private,
        &known,
        chosen.content_type,
        chosen.version_name(),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    let mut response = if let Some(response) = reading.not_modified(&headers) {
        response
    } else if chosen.format == Format::Html {
        let page = CataloguePage {
            sets: sets
                .iter()
                .map(|set| Row::of(&shell, state.graph(), &snapshot, set))
                .collect(),
            shell,
            all: downloads(state.graph(), &snapshot, &DumpScope::All),
            version: snapshot.version(),
        };
        reading.respond(chosen, render(&page)?)
    } else {
        let statements = Statements {
            first: Some(format!("{origin}/catalogue")),
            context: context::address(&headers, &uri),
        };
        let seen = Arc::clone(&snapshot);
        let body = rdf_answer(&state, chosen, statements, move |graph| {
            let offers = Offers {
                graph,
                snapshot: &seen,
                origin: &origin,
            };
            let triples = offers.catalogue(&sets)?;
            Ok(triples.into_iter().map(in_default_graph).collect())
        })
        .await?;
        reading.respond(chosen, body)
    };
    alternates(&mut response, "/catalogue", |name| {
        format!("/catalogue.{name}")
    });
    let described = HeaderValue::from_static("</.well-known/void>; rel=\"describedby\"");
    response.headers_mut().append(header::LINK, described);
    Ok(response)
}

fn in_default_graph(triple: oxigraph::model::Triple) -> Quad {
    triple.in_graph(GraphName::DefaultGraph)
}

/// The answer about a graph, if the version has it.
pub(super) async fn graph_answer(
    state: &AppState,
    uri: &Uri,
    headers: &HeaderMap,
    snapshot: &Arc<Snapshot>,
    iri: &NamedNode,
    format: Option<Format>,
) -> Result<Option<Response>, ApiError> {
    let stored = match iri.as_str() {
        DEFAULT_GRAPH_IRI => GraphName::DefaultGraph,
        _ => iri.clone().into(),
    };
    if !snapshot.contains_graph(stored.as_ref()) {
        return Ok(None);
    }
    let chosen: Chosen = match format {
        Some(format) => format.into(),
        None => choose(headers, &TRIPLES)?,
    };
    let sets = listed(state, snapshot).await?;
    // A graph that describes another, or an empty default graph, is no data set.
    let set = sets.into_iter().find(|set| set.iri == *iri);
    let origin = origin(headers, uri);
    let known = known_dumps(state.graph(), snapshot, &set.iter().collect::<Vec<_>>());
    let private = set.as_ref().is_some_and(|set| set.is_private);
    let context = context::version(state, headers, uri);
    let shell = Shell::new(uri, headers);
    let what = [
        "graph",
        shell.tag(),
        iri.as_str(),
        &context,
        &known,
        if private { "private" } else { "" },
        chosen.content_type,
        chosen.version_name(),
    ];
    let reading = Reading::new(state, snapshot, &what);
    let licences: Vec<String> = set
        .iter()
        .flat_map(|set| set.values(dcat::LICENSE))
        .filter_map(|term| match term {
            Term::NamedNode(node) => Some(node.as_str().to_owned()),
            _ => None,
        })
        .collect();
    let mut response = if let Some(response) = reading.not_modified(headers) {
        response
    } else if chosen.format == Format::Html {
        let (seen, graph_iri) = (Arc::clone(snapshot), iri.clone());
        let body = state
            .blocking(move |graph| page(shell, graph, &seen, &graph_iri, &stored, set.as_ref()))
            .await?;
        reading.respond(chosen, body)
    } else {
        let statements = Statements {
            first: Some(iri.as_str().to_owned()),
            context: context::address(headers, uri),
        };
        let (seen, graph_iri) = (Arc::clone(snapshot), iri.clone());
        let body = rdf_answer(state, chosen, statements, move |graph| {
            let offers = Offers {
                graph,
                snapshot: &seen,
                origin: &origin,
            };
            let made = set.iter().flat_map(|set| offers.dataset(set));
            let mut quads: Vec<Quad> = made.map(in_default_graph).collect();
            if let Some(description) = describe(&seen, &graph_iri) {
                quads.extend(description.quads(&seen));
            }
            if quads.is_empty() {
                // Nothing is said of it but that it is there.
                quads.push(Quad::new(
                    graph_iri.clone(),
                    rdf::TYPE,
                    dcat::VOID_DATASET,
                    GraphName::DefaultGraph,
                ));
            }
            Ok(quads)
        })
        .await?;
        reading.respond(chosen, body)
    };
    let path = graph_href(iri.as_str());
    alternates(&mut response, &path, |name| {
        match path.strip_prefix("/graph/") {
            Some(_) => format!("{path}.{name}"),
            None => format!("{path}&format={name}"),
        }
    });
    let more = licences
        .iter()
        .map(|licence| format!("<{licence}>; rel=\"license\""))
        .chain([
            format!("<{}>; rel=\"item\"", store_href(iri.as_str())),
            "</.well-known/void>; rel=\"describedby\"".to_owned(),
        ]);
    for link in more {
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().append(header::LINK, link);
        }
    }
    Ok(Some(response))
}

// ---- pages ------------------------------------------------------------------------------------

/// A file to download.
struct Download {
    href: String,
    name: String,
}

fn downloads(graph: &KnowledgeGraph, snapshot: &Snapshot, scope: &DumpScope) -> Vec<Download> {
    let offers = Offers {
        graph,
        snapshot,
        origin: "",
    };
    offers
        .dumps(scope)
        .into_iter()
        .filter(|(kind, _)| kind.compression.media_type().is_some())
        .map(|(kind, href)| Download {
            href,
            name: extensions(&kind),
        })
        .collect()
}

fn extensions(kind: &DumpKind) -> String {
    format!("{}{}", kind.format.extension(), kind.compression.suffix())
}

/// A text, and where it leads.
struct Lead {
    href: Option<String>,
    text: String,
}

/// The values of a property, for people.
fn leads(
    shell: &Shell,
    snapshot: &Snapshot,
    set: &Dataset,
    property: NamedNodeRef<'_>,
) -> Vec<Lead> {
    let inner = |node: &Term| -> Vec<Term> {
        let is_said = |triple: &&oxigraph::model::Triple| {
            Term::from(triple.subject.clone()) == *node && triple.predicate != rdf::TYPE
        };
        let about: Vec<Term> = set
            .about
            .iter()
            .filter(is_said)
            .map(|triple| triple.object.clone())
            .collect();
        match node {
            Term::NamedNode(node) if about.is_empty() => snapshot
                .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
                .filter(|quad| quad.predicate != rdf::TYPE)
                .map(|quad| quad.object)
                .collect(),
            _ => about,
        }
    };
    let lead = |term: &Term| match term {
        Term::NamedNode(_) | Term::Literal(_) if property == dcat::LICENSE => {
            let link = licence_link(term);
            Some(Lead {
                href: link.href,
                text: link.text,
            })
        }
        Term::NamedNode(node) => {
            let iri = node.as_str();
            let text = if property == dcat::PUBLISHER {
                label_in(snapshot, node.as_ref().into(), shell.language.tag())
            } else {
                iri.to_owned()
            };
            let is_address = ["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| iri.starts_with(scheme));
            Some(Lead {
                href: is_address.then(|| iri.to_owned()),
                text,
            })
        }
        Term::Literal(literal) => Some(Lead {
            href: None,
            text: literal.value().to_owned(),
        }),
        _ => None,
    };
    set.values(property)
        .flat_map(|term| match term {
            Term::BlankNode(_) => inner(term),
            // A way to reach somebody is told rather than the name of the way.
            Term::NamedNode(_) if property == dcat::CONTACT_POINT && !inner(term).is_empty() => {
                inner(term)
            }
            other => vec![other.clone()],
        })
        .filter_map(|term| lead(&term))
        .collect()
}

/// A text of a data set in the language of the page, else the best there is with its language.
fn text(shell: &Shell, set: &Dataset, property: NamedNodeRef<'_>, longest: usize) -> Option<Said> {
    let literals = set.values(property).filter_map(|term| match term {
        Term::Literal(literal) => Some(literal),
        _ => None,
    });
    Said::best(literals, shell.language.tag()).map(|said| said.shortened(longest))
}

/// When a graph changed last, and which version of the data that made.
fn changed(snapshot: &Snapshot, graph: &GraphName) -> (String, Option<u64>) {
    match snapshot.last_change(graph.as_ref()) {
        Some(change) => (day(&time_of(change)), Some(change.version)),
        None => (String::new(), None),
    }
}

struct Row {
    href: String,
    title: Said,
    description: Option<Said>,
    publisher: Vec<Lead>,
    licence: Vec<Lead>,
    triples: usize,
    is_private: bool,
    changed: String,
    version: Option<u64>,
    dumps: Vec<Download>,
}

impl Row {
    fn of(shell: &Shell, graph: &KnowledgeGraph, snapshot: &Snapshot, set: &Dataset) -> Self {
        const LONGEST: usize = 500;
        let (changed, version) = changed(snapshot, &set.graph);
        let dumps = downloads(graph, snapshot, &DumpScope::Graph(set.graph.clone()));
        Self {
            href: graph_href(set.iri.as_str()),
            title: text(shell, set, dcat::TITLE, LONGEST)
                .unwrap_or_else(|| Said::plain(set.iri.as_str())),
            description: text(shell, set, dcat::DESCRIPTION, LONGEST),
            publisher: leads(shell, snapshot, set, dcat::PUBLISHER),
            licence: leads(shell, snapshot, set, dcat::LICENSE),
            triples: set.triples,
            is_private: set.is_private,
            changed,
            version,
            dumps: dumps
                .into_iter()
                .filter(|dump| ["nq.gz", "ttl.gz"].contains(&dump.name.as_str()))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "datasets.html")]
struct CataloguePage {
    shell: Shell,
    sets: Vec<Row>,
    all: Vec<Download>,
    version: u64,
}

#[derive(Template)]
#[template(path = "graph.html")]
struct GraphPage {
    shell: Shell,
    title: Said,
    iri: String,
    description: Option<Said>,
    facts: Vec<(String, Vec<Lead>)>,
    triples: usize,
    subjects: usize,
    is_private: bool,
    changed: String,
    version: Option<u64>,
    report: String,
    review: Option<String>,
    explore: Option<String>,
    classes: Vec<(String, usize)>,
    dumps: Vec<Download>,
    store: String,
    formats: Vec<Lead>,
}

/// A graph as a page.
fn page(
    shell: Shell,
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    iri: &NamedNode,
    stored: &GraphName,
    set: Option<&Dataset>,
) -> Result<String, ApiError> {
    let facts = [
        (shell.t("partners-publisher"), dcat::PUBLISHER),
        (shell.t("partners-licence"), dcat::LICENSE),
        (shell.t("partners-contact"), dcat::CONTACT_POINT),
        (shell.t("partners-source"), dcat::SOURCE),
        (shell.t("partners-web-page"), dcat::LANDING_PAGE),
        (shell.t("partners-issued"), dcat::ISSUED),
        (shell.t("partners-renewed"), dcat::PERIODICITY),
        (shell.t("partners-part-of"), dcat::IS_PART_OF),
    ];
    let statistics = snapshot.statistics();
    let id = match stored {
        GraphName::NamedNode(node) => snapshot.id_of(Term::from(node.clone()).as_ref()),
        _ => Some(crate::rdf::DEFAULT_GRAPH),
    };
    let counts = id.and_then(|id| statistics.graphs.get(&id));
    let mut classes: Vec<(String, usize)> = counts
        .iter()
        .flat_map(|counts| &counts.classes)
        .filter_map(|(id, counts)| match snapshot.term_of(*id)? {
            Term::NamedNode(node) => {
                let language = shell.language.tag();
                let name = label_in(snapshot, node.as_ref().into(), language);
                Some((name, counts.instances))
            }
            _ => None,
        })
        .collect();
    classes.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let path = graph_href(iri.as_str());
    let formats = ["ttl", "nt", "rdf", "jsonld", "trig"].map(|name| Lead {
        href: Some(if path.starts_with("/graph/") {
            format!("{path}.{name}")
        } else {
            format!("{path}&format={name}")
        }),
        text: name.to_owned(),
    });
    let said = |property| set.and_then(|set| text(&shell, set, property, usize::MAX));
    let (title, description) = (said(dcat::TITLE), said(dcat::DESCRIPTION));
    let (changed, version) = changed(snapshot, stored);
    // Of a graph that is made nobody reviews pairs, and its report would be about the service.
    let name = iri.as_str().strip_prefix(iri::GRAPH);
    let is_partners = name.is_some_and(|name| name.starts_with("partner/"));
    render(&GraphPage {
        changed,
        version,
        report: format!("/api/v1/graphs/report.html?graph={}", encoded(iri.as_str())),
        review: is_partners.then(|| format!("/partners/links?graph={}", encoded(iri.as_str()))),
        explore: name.map(|name| format!("/explore?dataset={}", encoded(name))),
        title: title.unwrap_or_else(|| Said::plain(iri.as_str())),
        iri: iri.as_str().to_owned(),
        description,
        facts: facts
            .into_iter()
            .map(|(name, property)| {
                let values = set.map(|set| leads(&shell, snapshot, set, property));
                (name, values.unwrap_or_default())
            })
            .filter(|(_, values)| !values.is_empty())
            .collect(),
        triples: snapshot.graph_len(stored.as_ref()),
        subjects: counts.map_or(0, |counts| counts.subjects),
        is_private: set.is_some_and(|set| set.is_private),
        classes,
        dumps: downloads(graph, snapshot, &DumpScope::Graph(stored.clone())),
        store: match stored {
            GraphName::DefaultGraph => "/store?default".to_owned(),
            _ => format!("/store?graph={}", encoded(iri.as_str())),
        },
        formats: formats.into(),
        shell,
    })
}

/// Where a graph is described that is made and not stored.
pub(super) fn made_elsewhere(iri: &str) -> Option<&'static str> {
    // Made for each version, so not in the store.
    [void::GRAPH.as_str(), void::SERVICE.as_str()]
        .contains(&iri)
        .then_some("/.well-known/void")
}

/// The graph that a path names, and the format that its extension asks for.
pub(super) fn graph_of_path(
    snapshot: &Snapshot,
    path: &str,
) -> Option<(NamedNode, Option<Format>)> {
    let there = |path: &str| {
        let node = NamedNode::new(format!("{}{path}", iri::WEFT)).ok()?;
        let is_there =
            node.as_str() == DEFAULT_GRAPH_IRI || snapshot.contains_graph(node.as_ref().into());
        is_there.then_some(node)
    };
    let decoded = percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .ok()?;
    for path in [path, &decoded] {
        if let Some(node) = there(path) {
            return Some((node, None));
        }
        if let Some((name, extension)) = path.rsplit_once('.')
            && let Some(format) = by_name(extension, &TRIPLES)
            && let Some(node) = there(name)
        {
            return Some((node, Some(format)));
        }
    }
    None
}
