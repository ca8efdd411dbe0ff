//! `/context.jsonld`: the context that this service writes JSON-LD with.

use super::AppState;
use super::error::ApiError;
use super::request::{Form, origin};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Where the context is.
const PATH: &str = "/context.jsonld";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route(PATH, get(context))
}

/// The address of the context for whoever sends a request: at this service, so that a document can be
/// read wherever it was fetched.
pub(super) fn address(headers: &HeaderMap, uri: &Uri) -> String {
    format!("{}{PATH}", origin(headers, uri))
}

/// What an answer in JSON-LD depends on besides the data: the address of the context, and what is in
/// it.
pub(super) fn version(state: &AppState, headers: &HeaderMap, uri: &Uri) -> String {
    let fingerprint = state.graph().context().fingerprint();
    format!("{} {fingerprint}", address(headers, uri))
}

/// `GET /context.jsonld`: the same until the ontology changes.
async fn context(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let context = state.graph().context();
    let hash = blake3::hash(context.document().as_bytes());
    let version = context.fingerprint().get(..16).unwrap_or_default();
    // Weak, because compression makes other bytes of the same document.
    let tag = format!("W/\"{version}-{}\"", &hash.to_hex().as_str()[..16]);
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim() == "*" || known.trim() == tag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let content_type = HeaderValue::from_static("application/ld+json");
        let body = context.document().to_owned();
        ([(header::CONTENT_TYPE, content_type)], body).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    let control = HeaderValue::from_static("public, max-age=3600");
    headers.insert(header::CACHE_CONTROL, control);
    Ok(response)
}
