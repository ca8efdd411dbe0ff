//! `/health/live` and `/health/ready`: probes.

use super::AppState;
use super::respond::DATA_VERSION;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
}

/// `GET /health/live`: the process answers.
pub(super) async fn live() -> Response {
    probe(Health {
        status: "live",
        data_version: None,
        writes: None,
        detail: None,
    })
}

/// `GET /health/ready`: the data is open. Writes that fail are reported; reads go on.
async fn ready(State(state): State<AppState>) -> Response {
    let graph = state.graph();
    let version = graph.data_version();
    let detail = graph.store().last_write_error();
    let writes = if graph.config().read_only {
        "off"
    } else if detail.is_some() {
        "failing"
    } else {
        "working"
    };
    let mut response = probe(Health {
        status: "ready",
        data_version: Some(version),
        writes: Some(writes),
        detail,
    });
    response
        .headers_mut()
        .insert(DATA_VERSION, HeaderValue::from(version));
    response
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    writes: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

fn probe(health: Health) -> Response {
    (
        [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
        Json(health),
    )
        .into_response()
}
