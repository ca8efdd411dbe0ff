//! `/api/v1/summary`: the counts that say what is here.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Format, by_name, choose};
use super::request::Form;
use super::respond::Reading;
use crate::app::Summary;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

const FORMATS: [Format; 2] = [Format::Json, Format::Csv];

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/summary", get(summary))
        .route("/api/v1/summary.json", get(summary))
        .route("/api/v1/summary.csv", get(summary))
}

/// `GET /api/v1/summary`
async fn summary(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let format = match uri.path().rsplit_once('.') {
        Some((_, extension)) => by_name(extension, &FORMATS).unwrap_or(Format::Json).into(),
        None => choose(&headers, &FORMATS)?,
    };
    let snapshot = state.graph().snapshot();
    let reading = Reading::new(
        &state,
        snapshot.version(),
        &["summary", format.content_type],
    );
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let summary = state
        .blocking(move |graph| Ok(SummaryView::from(graph.summary(&snapshot))))
        .await?;
    let body = match format.format {
        Format::Csv => summary.csv()?,
        _ => serde_json::to_string(&summary)
            .map_err(|error| ApiError::Internal(error.to_string()))?,
    };
    Ok(reading.respond(format, body))
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

impl SummaryView {
    fn csv(&self) -> Result<String, ApiError> {
        let failed = |error: String| ApiError::Internal(error);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .serialize(self)
            .map_err(|error| failed(error.to_string()))?;
        let bytes = writer
            .into_inner()
            .map_err(|error| failed(error.to_string()))?;
        String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
    }
}
