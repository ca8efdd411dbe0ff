//! `/api/v1/graphs`: which graphs there are, and which of them are private.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{self, Form, writer};
use super::respond::{Reading, written};
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::store::DEFAULT_GRAPH_IRI;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{get, put};
use oxigraph::model::{GraphName, NamedNode};
use serde_json::json;

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/graphs", get(list)).route(
        "/api/v1/graphs/private",
        put(make_private).delete(make_public),
    )
}

/// `GET /api/v1/graphs`: the graphs that the reader may see.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let mut rows = Rows::new(["graph", "triples", "private"]);
    for graph in state.graph().graphs_for(&reader, &snapshot)? {
        let name = match &graph.name {
            GraphName::NamedNode(node) => node.as_str().to_owned(),
            GraphName::BlankNode(node) => node.to_string(),
            GraphName::DefaultGraph => DEFAULT_GRAPH_IRI.to_owned(),
        };
        rows.push([json!(name), json!(graph.triples), json!(graph.is_private)]);
    }
    let total = rows.arrange(&listing)?;
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let body = rows.text(format.format, &about)?;
    // Which graphs are private changes without a new version of the data.
    let hash = blake3::hash(&body).to_hex();
    let what = ["graphs", format.content_type, hash.as_str()];
    let reading = Reading::new(&state, &snapshot, &what);
    Ok(match reading.not_modified(&headers) {
        Some(response) => response,
        None => {
            let response = reading.respond(format, body);
            rows::listed(
                response,
                &headers,
                &uri,
                &form,
                (listing.page(), None),
                total,
            )
        }
    })
}

/// `PUT /api/v1/graphs/private?graph=IRI`: from now on only tokens with the right to it see it.
async fn make_private(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    set(state, request, true).await
}

/// `DELETE /api/v1/graphs/private?graph=IRI`: from now on everybody sees it.
async fn make_public(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    set(state, request, false).await
}

async fn set(state: AppState, request: Request, private: bool) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let form = Form::of_url(&parts.uri)?;
    form.only(&["graph"])?;
    let graph = form.required("graph")?;
    let graph = NamedNode::new(graph)
        .map_err(|_| ApiError::BadRequest(format!("`graph`: <{graph}> is not an absolute IRI")))?;
    let version = state
        .writing(move |app| Ok(app.set_private(&writer, &graph, private)?))
        .await?;
    Ok(written(StatusCode::NO_CONTENT, version))
}
