//! `/id/…`, `/code/…`, `/ns`, `/graph/…`, `/.well-known/genid/…` and all other IRIs that weft mints:
//! every one answers, as a page to a browser and as RDF to a machine.
//!
//! IRIs begin with `https://w3id.org/weft/` (or `--base`) whatever host serves them. A path that has
//! no route of its own is looked up as the end of such an IRI. JSON-LD is compacted with the context
//! of this service ([`super::context`]).

use super::error::ApiError;
use super::negotiate::{Chosen, Format, TRIPLES, by_name, choose};
use super::request::{self, Form};
use super::respond::Reading;
use super::{AppState, context, dcat as catalogue, pages};
use crate::app::resource::{Description, describe, schemes, vocabulary};
use crate::app::results::write_quads_with;
use crate::app::{KnowledgeGraph, Search, WriteError, dcat, iri, search, void};
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oxigraph::io::RdfFormat;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{GraphName, Literal, NamedNode, NamedNodeRef, Quad, Term};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long may be looked for what somebody might have meant.
const SUGGESTING: Duration = Duration::from_millis(100);
/// Data sets whose licence and description an answer names.
const MOST_SETS: usize = 5;

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/id/{*name}", get(thing))
        .route("/code", get(code_lists))
        .route("/code/", get(code_lists))
        .route("/code/{*name}", get(thing))
        .route("/.well-known/genid/{*name}", get(thing))
        .route("/graph/{*name}", get(thing))
        .route("/resource", get(anything))
        .route("/ns", get(terms));
    for format in TRIPLES {
        for name in format.names() {
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) && *name != "xml" {
                router = router.route(&format!("/ns.{name}"), get(terms));
            }
        }
    }
    router
}

/// `GET /id/…`, `GET /code/…`, `GET /graph/…` and, for blank nodes, `GET /.well-known/genid/…`: what
/// the data says about a thing.
async fn thing(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = uri.path().trim_start_matches('/').to_owned();
    match at_path(&state, &uri, &headers).await? {
        Some(response) => Ok(response),
        None => {
            let snapshot = request::snapshot(&state, &headers)?;
            let near = {
                let path = path.clone();
                state
                    .blocking(move |graph| Ok(suggestions(graph, &snapshot, &path)))
                    .await?
            };
            Err(ApiError::NotFound(format!(
                "the data says nothing about <{}{path}>{near}",
                iri::WEFT
            )))
        }
    }
}

/// What is at a path that has no route of its own: perhaps it is the end of an IRI.
pub(super) async fn elsewhere(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    if matches!(parts.method, Method::GET | Method::HEAD)
        && let Some(response) = at_path(&state, &parts.uri, &parts.headers).await?
    {
        return Ok(response);
    }
    let path = parts.uri.path();
    Err(ApiError::NotFound(format!("nothing is at {path}")))
}

/// The answer about the thing whose IRI ends in the path of a request, if there is one.
async fn at_path(
    state: &AppState,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Option<Response>, ApiError> {
    let path = uri.path().trim_start_matches('/').to_owned();
    if let Some(location) = catalogue::made_elsewhere(&format!("{}{path}", iri::WEFT)) {
        let location = [(header::LOCATION, HeaderValue::from_static(location))];
        return Ok(Some((StatusCode::SEE_OTHER, location).into_response()));
    }
    let base = state.graph().config().base.clone();
    let snapshot = request::snapshot(state, headers)?;
    if path.starts_with("graph/")
        && let Some((iri, format)) = catalogue::graph_of_path(&snapshot, &path)
    {
        Form::of_url(uri)?.only(&[])?;
        return catalogue::graph_answer(state, uri, headers, &snapshot, &iri, format).await;
    }
    let found = {
        let snapshot = Arc::clone(&snapshot);
        state
            .blocking(move |graph| Ok(find(graph, &snapshot, &path, &base)))
            .await?
    };
    let Some((description, extension)) = found else {
        return Ok(None);
    };
    Form::of_url(uri)?.only(&[])?;
    let response = answer(state, uri, headers, snapshot, description, extension).await?;
    Ok(Some(response))
}

/// Things that are called like the end of a path, as the end of a sentence.
fn suggestions(graph: &KnowledgeGraph, snapshot: &Snapshot, path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let base = &graph.config().base;
    if let Some((thing, extension)) = decoded.rsplit_once('.')
        && by_name(extension, &TRIPLES).is_none()
        && find(graph, snapshot, thing.trim_start_matches('/'), base).is_some()
    {
        let names: Vec<&str> = TRIPLES.iter().map(|format| format.name()).collect();
        return format!("; without the extension it does, as {}", names.join(", "));
    }
    let name = decoded.rsplit('/').next().unwrap_or_default();
    let name = match name.rsplit_once('.') {
        Some((name, extension)) if by_name(extension, &TRIPLES).is_some() => name,
        _ => name,
    };
    let words: String = name
        .chars()
        .take(100)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let limits = Limits {
        deadline: Some(Instant::now() + SUGGESTING),
        ..Limits::default()
    };
    let found = Search::with_fuzzy(&words, true)
        .ok()
        .and_then(|search| graph.search(snapshot, &search, 0..3, &limits).ok());
    let near: Vec<String> = found
        .iter()
        .flat_map(|found| &found.things)
        .map(|thing| thing.hit.subject.to_string())
        .collect();
    match near.is_empty() {
        true => String::new(),
        false => format!("; it knows {}", near.join(", ")),
    }
}

/// `GET /resource?iri=IRI`: the same for things that others have named.
async fn anything(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["iri", "format"])?;
    let iri = form
        .one("iri")?
        .ok_or_else(|| ApiError::BadRequest("parameter `iri` is missing".to_owned()))?;
    let iri = NamedNode::new(iri)
        .map_err(|_| ApiError::BadRequest(format!("`iri`: <{iri}> is not an absolute IRI")))?;
    let format = match form.one("format")? {
        None => None,
        Some(name) => Some(
            by_name(name, &TRIPLES)
                .ok_or_else(|| ApiError::BadRequest(format!("`format`: there is no `{name}`")))?,
        ),
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let graph = catalogue::graph_answer(&state, &uri, &headers, &snapshot, &iri, format).await?;
    if let Some(response) = graph {
        return Ok(response);
    }
    let wanted = iri.clone();
    let description = {
        let snapshot = Arc::clone(&snapshot);
        state
            .blocking(move |_| Ok(describe(&snapshot, &wanted)))
            .await?
    };
    let description = description
        .ok_or_else(|| ApiError::NotFound(format!("the data says nothing about {iri}")))?;
    answer(&state, &uri, &headers, snapshot, description, format).await
}

/// The thing that a path is the IRI of, or that it is the IRI of but for its extension.
fn find(
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    path: &str,
    base: &str,
) -> Option<(Description, Option<Format>)> {
    let namespaces = if base == iri::WEFT {
        vec![base]
    } else {
        vec![base, iri::WEFT]
    };
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let look = |path: &str| {
        namespaces
            .iter()
            .filter_map(|namespace| NamedNode::new(format!("{namespace}{path}")).ok())
            .find_map(|iri| described(graph, snapshot, iri))
    };
    for path in [path, &decoded] {
        if let Some(found) = look(path) {
            return Some((found, None));
        }
        if let Some((name, extension)) = path.rsplit_once('.')
            && let Some(format) = by_name(extension, &TRIPLES)
            && let Some(found) = look(name)
        {
            return Some((found, Some(format)));
        }
    }
    None
}

/// What the data says about a thing, and what weft knows of what it offers under its IRI.
fn described(graph: &KnowledgeGraph, snapshot: &Snapshot, iri: NamedNode) -> Option<Description> {
    let offered = offered(graph, &iri);
    let mut said = describe(snapshot, &iri);
    let is_of_table = [graph.config().base.as_str(), iri::WEFT]
        .iter()
        .filter_map(|base| iri.as_str().strip_prefix(base))
        .any(|rest| rest.starts_with("id/dataset/"));
    if is_of_table && let Some(rows) = rows_of(snapshot, iri.clone()) {
        said = Some(match said {
            None => rows,
            Some(mut said) => {
                said.outgoing.extend(rows.outgoing);
                said.incoming.extend(rows.incoming);
                said
            }
        });
    }
    if offered.is_empty() {
        return said;
    }
    let mut description = said.unwrap_or(Description {
        iri,
        outgoing: Vec::new(),
        incoming: Vec::new(),
        concepts: Vec::new(),
    });
    for quad in offered {
        let is_said = description.outgoing.iter().any(|said| {
            said.subject == quad.subject
                && said.predicate == quad.predicate
                && said.object == quad.object
        });
        if !is_said {
            description.outgoing.push(quad);
        }
    }
    Some(description)
}

/// The services that queries can name, and what they are: `SERVICE <…/network/{id}>` and
/// `SERVICE <…/search>`.
fn offered(graph: &KnowledgeGraph, iri: &NamedNode) -> Vec<Quad> {
    let mut quads = Vec::new();
    let mut add = |property: NamedNodeRef<'_>, object: Term| {
        let quad = Quad::new(iri.clone(), property, object, GraphName::DefaultGraph);
        quads.push(quad);
    };
    let english =
        |text: &str| Term::from(Literal::new_language_tagged_literal_unchecked(text, "en"));
    if let Some(id) = iri.as_str().strip_prefix(crate::ontology::iri::NETWORK)
        && let Ok(network) = graph.networks().definition(id)
    {
        add(
            rdf::TYPE,
            crate::ontology::iri::weft::NETWORK.into_owned().into(),
        );
        add(rdf::TYPE, dcat::DATA_SERVICE.into_owned().into());
        add(rdfs::LABEL, english(&network.title));
        add(dcat::DESCRIPTION, english(&network.description));
        add(dcat::SERVES_DATASET, void::DATASET.into_owned().into());
    } else if iri.as_str() == search::SERVICE {
        add(rdf::TYPE, dcat::DATA_SERVICE.into_owned().into());
        add(rdfs::LABEL, english("Text search"));
        add(
            dcat::DESCRIPTION,
            english(
                "Finds things by their names within a query: SERVICE <https://w3id.org/weft/search> { ?thing weft:matches \"words\" }; over HTTP it is /api/v1/search.",
            ),
        );
        add(dcat::SERVES_DATASET, void::DATASET.into_owned().into());
    }
    quads
}

/// The statements about the rows of a table, which are named like the table with a fragment behind,
/// and those that name a row as their source.
///
/// Complexity: one pass over the sources that the data names.
fn rows_of(snapshot: &Snapshot, table: NamedNode) -> Option<Description> {
    let source = crate::ontology::iri::provenance::WAS_DERIVED_FROM;
    let is_row = |term: &Term| match term {
        Term::NamedNode(node) => node
            .as_str()
            .strip_prefix(table.as_str())
            .is_some_and(|rest| rest.starts_with('#')),
        _ => false,
    };
    let mut incoming: Vec<Quad> = snapshot
        .quads_for_pattern(None, Some(source), None, None)
        .filter(|quad| is_row(&quad.object))
        .collect();
    if incoming.is_empty() {
        return None;
    }
    incoming.sort_by_cached_key(|quad| (quad.object.to_string(), quad.to_string()));
    let rows: HashSet<Term> = incoming.iter().map(|quad| quad.object.clone()).collect();
    let mut outgoing: Vec<Quad> = rows
        .iter()
        .flat_map(|row| snapshot.quads_for_pattern(Some(row.as_ref()), None, None, None))
        .collect();
    outgoing.sort_by_cached_key(Quad::to_string);
    Some(Description {
        iri: table,
        outgoing,
        incoming,
        concepts: Vec::new(),
    })
}

async fn answer(
    state: &AppState,
    uri: &Uri,
    headers: &HeaderMap,
    snapshot: Arc<Snapshot>,
    description: Description,
    format: Option<Format>,
) -> Result<Response, ApiError> {
    let format: Chosen = match format {
        Some(format) => format.into(),
        None => choose(headers, &TRIPLES)?,
    };
    let name = description.iri.as_str().to_owned();
    let context = context::version(state, headers, uri);
    let shell = pages::Shell::new(uri, headers);
    let around = match format.format {
        Format::Html => Some(pages::surrounded(state, &snapshot, &description.iri).await?),
        _ => None,
    };
    let what = [
        "resource",
        &name,
        &context,
        shell.tag(),
        // A page that has yet to wait for its network is another than the whole one.
        around.as_ref().map_or("", |around| around.tag()),
        format.content_type,
        format.version_name(),
    ];
    let reading = Reading::new(state, &snapshot, &what);
    let links = pages::Links::new(&state.graph().config().base);
    let location = links.resource_format(&name, format.format);
    let about = about_sets(&snapshot, &description);
    let mut response = if let Some(response) = reading.not_modified(headers) {
        response
    } else if let Some(around) = around {
        let body = state
            .blocking(move |graph| match description.concepts.is_empty() {
                true => pages::resource(shell, graph, &snapshot, &description, &around),
                false => pages::code_list(shell, graph, &snapshot, &description),
            })
            .await?;
        reading.respond(format, body)
    } else {
        let statements = Statements {
            first: Some(name.clone()),
            context: context::address(headers, uri),
        };
        let body = rdf_answer(state, format, statements, move |_| {
            Ok(description.quads(&snapshot))
        })
        .await?;
        reading.respond(format, body)
    };
    if let Ok(location) = HeaderValue::try_from(location) {
        response
            .headers_mut()
            .insert(header::CONTENT_LOCATION, location);
    }
    let here = links.resource_format(&name, Format::Html);
    let here = here.strip_suffix(".html").map(str::to_owned);
    let here = here.unwrap_or_else(|| format!("/resource?iri={}", pages::encoded(&name)));
    alternates(&mut response, &here, |extension| {
        match by_name(extension, &TRIPLES) {
            Some(format) => links.resource_format(&name, format),
            None => here.clone(),
        }
    });
    for link in about {
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().append(header::LINK, link);
        }
    }
    Ok(response)
}

/// Links to the descriptions of the data sets that state something, and to their licences.
fn about_sets(snapshot: &Snapshot, description: &Description) -> Vec<String> {
    let mut graphs: Vec<&GraphName> = Vec::new();
    // What is said of the thing counts for more than where it is mentioned.
    for quad in description.outgoing.iter().chain(&description.incoming) {
        if graphs.len() < MOST_SETS && !graphs.contains(&&quad.graph_name) {
            graphs.push(&quad.graph_name);
        }
    }
    let mut links: BTreeSet<String> = BTreeSet::new();
    for graph in graphs {
        if let GraphName::NamedNode(node) = graph {
            let path = pages::graph_href(node.as_str());
            links.insert(format!("<{path}>; rel=\"describedby\""));
        }
        for licence in dcat::licences(snapshot, graph) {
            links.insert(format!("<{}>; rel=\"license\"", licence.as_str()));
        }
    }
    links.into_iter().collect()
}

/// Says where else, and in which forms, the same is to be had; `href` makes an address of an
/// extension.
pub(super) fn alternates(response: &mut Response, path: &str, href: impl Fn(&str) -> String) {
    let forms = [
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
        ("nt", "application/n-triples"),
        ("html", "text/html"),
    ];
    let links = forms
        .into_iter()
        .map(|(name, media_type)| {
            format!("<{}>; rel=\"alternate\"; type=\"{media_type}\"", href(name))
        })
        .chain([format!("<{path}>; rel=\"canonical\"")]);
    for link in links {
        if let Ok(link) = HeaderValue::try_from(link) {
            response.headers_mut().append(header::LINK, link);
        }
    }
}

/// How statements are written besides their format.
pub(super) struct Statements {
    /// The thing that they are about.
    pub(super) first: Option<String>,
    /// Where the context of JSON-LD is.
    pub(super) context: String,
}

/// Writes statements in a format. JSON-LD is compacted, and has no graphs then; if the context does
/// not fit it is written out.
pub(super) async fn rdf_answer(
    state: &AppState,
    format: Chosen,
    statements: Statements,
    quads: impl FnOnce(&KnowledgeGraph) -> Result<Vec<Quad>, ApiError> + Send + 'static,
) -> Result<Body, ApiError> {
    let Format::Rdf(rdf) = format.format else {
        return Err(ApiError::Internal("a page is no RDF".to_owned()));
    };
    let terms = format.terms(false);
    let place = state.place(None).await?;
    state
        .stream(place, None, move |graph, _, blocks| {
            let mut quads = quads(graph)?;
            let is_json_ld = matches!(rdf, RdfFormat::JsonLd { .. });
            if is_json_ld || !rdf.supports_datasets() {
                // A triple that several graphs state is one triple here.
                let mut seen = HashSet::new();
                quads = quads
                    .into_iter()
                    .map(|quad| Quad {
                        graph_name: GraphName::DefaultGraph,
                        ..quad
                    })
                    .filter(|quad| seen.insert(quad.clone()))
                    .collect();
            }
            if is_json_ld && terms.version.is_none() {
                let first = statements.first.as_deref();
                let context = graph.context();
                let document = context.compact(quads.iter().cloned(), first, &statements.context);
                if let Some(document) = document {
                    let written = serde_json::to_writer_pretty(&mut *blocks, &document)
                        .map_err(std::io::Error::from)
                        .and_then(|()| blocks.write_all(b"\n"));
                    return written.map_err(|error| ApiError::write(WriteError::Io(error)));
                }
            }
            write_quads_with(quads, rdf, terms, blocks).map_err(ApiError::write)
        })
        .await
}

/// `GET /code`: the code lists.
async fn code_lists(
    State(state): State<AppState>,
    shell: pages::Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let format = choose(&headers, &TRIPLES)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(
        &state,
        &snapshot,
        &[
            "code lists",
            shell.tag(),
            &context::version(&state, &headers, &uri),
            format.content_type,
            format.version_name(),
        ],
    );
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    match format.format {
        Format::Rdf(_) => {
            let statements = Statements {
                first: None,
                context: context::address(&headers, &uri),
            };
            let body = rdf_answer(&state, format, statements, move |_| {
                let schemes = schemes(&snapshot);
                let quads = schemes.iter().flat_map(|scheme| {
                    let iri = scheme.iri.as_ref().into();
                    snapshot.quads_for_pattern(Some(iri), None, None, None)
                });
                Ok(quads.collect())
            })
            .await?;
            Ok(reading.respond(format, body))
        }
        _ => {
            let body = state
                .blocking(move |graph| {
                    pages::code_lists(shell, graph, &snapshot, &schemes(&snapshot))
                })
                .await?;
            Ok(reading.respond(format, body))
        }
    }
}

/// `GET /ns`: the vocabulary.
async fn terms(
    State(state): State<AppState>,
    shell: pages::Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let format: Chosen = match uri.path().rsplit_once('.') {
        Some((_, extension)) => by_name(extension, &TRIPLES)
            .ok_or_else(|| ApiError::NotFound("there is no such format".to_owned()))?
            .into(),
        None => choose(&headers, &TRIPLES)?,
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let what = [
        "ns",
        shell.tag(),
        &context::version(&state, &headers, &uri),
        format.content_type,
        format.version_name(),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = match format.format {
        Format::Rdf(_) => {
            let statements = Statements {
                first: Some(iri::NS.trim_end_matches('#').to_owned()),
                context: context::address(&headers, &uri),
            };
            rdf_answer(&state, format, statements, move |_| {
                Ok(vocabulary(&snapshot))
            })
            .await?
        }
        _ => state
            .blocking(move |graph| pages::vocabulary(shell, graph, &snapshot, ""))
            .await?
            .into(),
    };
    Ok(reading.respond(format, body))
}
