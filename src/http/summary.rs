//! `/api/v1/summary`: the counts that say what is here.

use super::AppState;
use super::error::ApiError;
use super::merging::{self, MERGED};
use super::negotiate::of_path;
use super::pinned::{Pinned, VERSION};
use super::request::{Form, deadline};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Rows};
use crate::app::Summary;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/summary", get(summary))
}

/// `GET /api/v1/summary`
async fn summary(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&[VERSION, MERGED])?;
    let is_merged = merging::is_wanted(&form, true)?;
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let deadline = deadline(&Form::default(), state.graph().config().query_timeout)?;
    let pinned = Pinned::of(&state, &headers, &form, deadline).await?;
    let snapshot = Arc::clone(&pinned.snapshot);
    let seen = merging::seen(&state, &snapshot, is_merged).await?;
    let reading = Reading::new(&state, &seen, &["summary", format.content_type]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(pinned.label(&state, &headers, false, response));
    }
    let about = About::of(&state, &headers, &uri, format.format, &seen);
    let summary = state
        .blocking(move |graph| {
            let summary = if is_merged {
                graph.merged_summary(&snapshot)?
            } else {
                graph.summary(&snapshot)
            };
            Ok(SummaryView::from(summary))
        })
        .await?;
    let body = match (format.format, serde_json::to_value(&summary)) {
        (table, Ok(Value::Object(row))) if table.is_table() => {
            Rows::of_objects([row]).text(table, &about)?
        }
        (_, Ok(summary)) => summary.to_string().into(),
        (_, Err(error)) => return Err(ApiError::Internal(error.to_string())),
    };
    let response = reading.respond(format, body);
    Ok(pinned.label(&state, &headers, false, response))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryView {
    data_version: u64,
    triples: usize,
    actors: usize,
    services: usize,
    innovations: usize,
    sectors: usize,
    levels: usize,
    participations: usize,
    ties: usize,
    datasets: usize,
}

impl From<Summary> for SummaryView {
    fn from(summary: Summary) -> Self {
        Self {
            data_version: summary.data_version,
            triples: summary.triples,
            actors: summary.actors,
            services: summary.services,
            innovations: summary.innovations,
            sectors: summary.sectors,
            levels: summary.levels,
            participations: summary.participations,
            ties: summary.ties,
            datasets: summary.datasets,
        }
    }
}
