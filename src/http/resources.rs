//! `/id/…`, `/code/…`, `/ns`, `/.well-known/genid/…`: every IRI answers, as a page to a browser and as RDF to a machine.
//!
//! IRIs begin with `https://w3id.org/weft/` (or `--base`) whatever host serves them.

use super::error::ApiError;
use super::negotiate::{Chosen, Format, TRIPLES, by_name, choose};
use super::request::{self, Form};
use super::respond::Reading;
use super::{AppState, pages};
use crate::app::resource::{Description, describe, schemes, vocabulary};
use crate::app::results::write_quads_with;
use crate::app::{TermOptions, iri, void};
use crate::store::Snapshot;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oxigraph::io::RdfFormat;
use oxigraph::model::{NamedNode, Quad};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/id/{*name}", get(thing))
        .route("/code", get(code_lists))
        .route("/code/", get(code_lists))
        .route("/code/{*name}", get(thing))
        .route("/.well-known/genid/{*name}", get(thing))
        .route("/graph/{*name}", get(graph))
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

/// `GET /id/…`, `GET /code/…` and, for blank nodes, `GET /.well-known/genid/…`: what the data says
/// about a thing.
async fn thing(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let path = uri.path().trim_start_matches('/').to_owned();
    let base = state.graph().config().base.clone();
    let snapshot = request::snapshot(&state, &headers)?;
    let found = {
        let snapshot = Arc::clone(&snapshot);
        let path = path.clone();
        state
            .blocking(move |_| Ok(find(&snapshot, &path, &base)))
            .await?
    };
    let Some((description, extension)) = found else {
        return Err(ApiError::NotFound(format!(
            "the data says nothing about <{}{path}>",
            iri::WEFT
        )));
    };
    answer(&state, &headers, snapshot, description, extension).await
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
    let wanted = iri.clone();
    let description = {
        let snapshot = Arc::clone(&snapshot);
        state
            .blocking(move |_| Ok(describe(&snapshot, &wanted)))
            .await?
    };
    let description = description
        .ok_or_else(|| ApiError::NotFound(format!("the data says nothing about {iri}")))?;
    answer(&state, &headers, snapshot, description, format).await
}

/// The thing that a path is the IRI of, or that it is the IRI of but for its extension.
fn find(snapshot: &Snapshot, path: &str, base: &str) -> Option<(Description, Option<Format>)> {
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
            .find_map(|iri| describe(snapshot, &iri))
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

async fn answer(
    state: &AppState,
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
    let what = [
        "resource",
        &name,
        format.content_type,
        format.version_name(),
    ];
    let reading = Reading::new(state, &snapshot, &what);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let location =
        pages::Links::new(&state.graph().config().base).resource_format(&name, format.format);
    let mut response = match format.format {
        Format::Rdf(rdf) => {
            let body = rdf_body(state, rdf, format.terms(false), move || {
                description.quads(&snapshot)
            })
            .await?;
            reading.respond(format, body)
        }
        _ => {
            let body = state
                .blocking(move |graph| pages::resource(graph, &snapshot, &description))
                .await?;
            reading.respond(format, body)
        }
    };
    if let Ok(location) = HeaderValue::try_from(location) {
        response
            .headers_mut()
            .insert(header::CONTENT_LOCATION, location);
    }
    Ok(response)
}

async fn rdf_body(
    state: &AppState,
    format: RdfFormat,
    terms: TermOptions,
    quads: impl FnOnce() -> Vec<Quad> + Send + 'static,
) -> Result<axum::body::Body, ApiError> {
    let place = state.place(None).await?;
    state
        .stream(place, None, move |_, _, blocks| {
            let mut quads = quads();
            if !format.supports_datasets() {
                // A triple that several graphs state is one triple here.
                let mut seen = std::collections::HashSet::new();
                quads.retain(|quad| {
                    seen.insert((
                        quad.subject.clone(),
                        quad.predicate.clone(),
                        quad.object.clone(),
                    ))
                });
            }
            write_quads_with(quads, format, terms, blocks).map_err(ApiError::write)
        })
        .await
}

/// `GET /code`: the code lists.
async fn code_lists(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let format = choose(&headers, &TRIPLES)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(
        &state,
        &snapshot,
        &["code lists", format.content_type, format.version_name()],
    );
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    match format.format {
        Format::Rdf(rdf) => {
            let body = rdf_body(&state, rdf, format.terms(false), move || {
                schemes(&snapshot)
                    .iter()
                    .flat_map(|scheme| {
                        let iri = scheme.iri.as_ref().into();
                        snapshot.quads_for_pattern(Some(iri), None, None, None)
                    })
                    .collect()
            })
            .await?;
            Ok(reading.respond(format, body))
        }
        _ => {
            let body = state
                .blocking(move |graph| pages::code_lists(graph, &snapshot, &schemes(&snapshot)))
                .await?;
            Ok(reading.respond(format, body))
        }
    }
}

/// `GET /ns`: the vocabulary.
async fn terms(
    State(state): State<AppState>,
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
    let what = ["ns", format.content_type, format.version_name()];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = match format.format {
        Format::Rdf(rdf) => {
            rdf_body(&state, rdf, format.terms(false), move || {
                vocabulary(&snapshot)
            })
            .await?
        }
        _ => state
            .blocking(move |_| pages::vocabulary(&snapshot))
            .await?
            .into(),
    };
    Ok(reading.respond(format, body))
}

/// `GET /graph/…`: the contents of a graph are in the graph store.
async fn graph(uri: Uri) -> Response {
    let name = format!("{}{}", iri::WEFT, uri.path().trim_start_matches('/'));
    let location = if name == void::GRAPH.as_str() {
        // Made for each version, so not in the store.
        "/.well-known/void".to_owned()
    } else {
        pages::store_href(&name)
    };
    match HeaderValue::try_from(location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => ApiError::NotFound("there is no such graph".to_owned()).into_response(),
    }
}
