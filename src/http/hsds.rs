//! `/api/v1/export/hsds.{json,zip}`: a directory in the Human Services Data Specification.

use super::AppState;
use super::error::ApiError;
use super::request::{self, Form, deadline};
use super::respond::Reading;
use crate::app::{WriteError, iri};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/export/hsds.json", get(export))
        .route("/api/v1/export/hsds.zip", get(export))
}

/// `GET /api/v1/export/hsds.json?graph=` or `?dataset=`, and the same as `.zip`.
async fn export(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["graph", "dataset", "timeout"])?;
    let graph = graph_of(&form)?;
    let is_zip = uri.path().ends_with(".zip");
    let deadline = deadline(&form, state.graph().config().query_timeout)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let name = graph.as_ref().map_or("", |graph| graph.as_str()).to_owned();
    let kind = if is_zip { "zip" } else { "json" };
    let reading = Reading::new(&state, &snapshot, &["hsds", kind, &name]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let place = state.place(Some(deadline)).await?;
    let body = state
        .stream(place, Some(deadline), move |app, _, blocks| {
            let directory = app.directory(&snapshot, graph.as_ref())?;
            let written = if is_zip {
                directory.write_zip(blocks)
            } else {
                directory.write_json(blocks)
            };
            written.map_err(|error| ApiError::write(WriteError::Io(error)))
        })
        .await?;
    let content_type = if is_zip {
        "application/zip"
    } else {
        "application/json"
    };
    let mut response = reading.respond_with(HeaderValue::from_static(content_type), body);
    if is_zip {
        response.headers_mut().insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"hsds.zip\""),
        );
    }
    Ok(response)
}

/// The graph that a request names, by its IRI or by its name below Weft's graphs.
fn graph_of(form: &Form) -> Result<Option<NamedNode>, ApiError> {
    let given = |name| Ok::<_, ApiError>(form.one(name)?.filter(|text| !text.is_empty()));
    let text = match (given("graph")?, given("dataset")?) {
        (Some(_), Some(_)) => {
            return Err(ApiError::BadRequest(
                "`graph` and `dataset` name the same thing: send one of them".to_owned(),
            ));
        }
        (given, None) | (None, given) => given,
    };
    text.map(|text| {
        iri::named_graph(text).ok_or_else(|| {
            ApiError::BadRequest(format!(
                "`{text}` is neither an absolute IRI nor the name of a graph below {}",
                iri::GRAPH
            ))
        })
    })
    .transpose()
}
