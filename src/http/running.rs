//! `/api/v1/running`: the queries and updates that are going on.
//!
//! A client that sends `Weft-Query-Id` (or the parameter `query-id`) chooses the id under which
//! it can look at its query and cancel it. Of the queries of others it sees that they run; an
//! administrator's token sees and cancels all.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{Form, client_of};
use super::rows::{self, About, FORMATS, Rows};
use crate::app::evaluations::Running;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/running", get(list))
        .route("/api/v1/running/{id}", get(one).delete(cancel))
}

/// `GET /api/v1/running`: what is going on, oldest first.
async fn list(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    Form::of_url(&parts.uri)?.only(&[])?;
    let (_, format) = of_path(parts.uri.path(), &parts.headers, &FORMATS)?;
    let running = state.evaluations().running(&client_of(&state, &parts)?);
    let body = if format.format.is_table() {
        let about = About::of_address(&parts.headers, &parts.uri);
        rows(&running).text(format.format, &about)?
    } else {
        json_of(&running)?
    };
    Ok(fresh(format.content_type, body))
}

/// `GET /api/v1/running/{id}`: one of them.
async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let found = state
        .evaluations()
        .find(&id, &client_of(&state, &parts)?)
        .ok_or_else(|| none(&id))?;
    Ok(fresh("application/json", json_of(&found)?))
}

/// `DELETE /api/v1/running/{id}`: cancels one.
async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    if state.evaluations().cancel(&id, &client_of(&state, &parts)?) {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(none(&id))
    }
}

fn none(id: &str) -> ApiError {
    ApiError::NotFound(format!(
        "no query of yours with the id `{id}` is going on; it may be over (an administrator's token sees all)"
    ))
}

fn json_of(value: &impl serde::Serialize) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(value).map_err(|error| ApiError::Internal(error.to_string()))
}

/// An answer that is true for this moment only.
fn fresh(content_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn rows(running: &[Running]) -> Rows {
    let mut rows = Rows::new([
        "id",
        "client",
        "kind",
        "dataVersion",
        "started",
        "seconds",
        "secondsLeft",
        "stage",
        "memory",
        "bytes",
        "text",
    ]);
    for one in running {
        rows.push([
            json!(one.id),
            json!(one.client),
            json!(one.kind),
            json!(one.data_version),
            json!(one.started),
            json!(one.seconds),
            json!(one.seconds_left),
            json!(one.stage),
            json!(one.memory),
            json!(one.bytes),
            json!(one.text),
        ]);
    }
    rows
}
