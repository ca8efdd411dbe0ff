//! `/api/v1/explain`: how a query is run.
//!
//! Takes what `/sparql` takes, runs the query to its end (or to a limit) and answers, instead of
//! its results, the query as it was planned, the engine's operators with the rows that each
//! yielded, and times. What the query answers is not sent, so an explanation is short.

use super::AppState;
use super::error::ApiError;
use super::merging::{self, MERGED};
use super::pinned::Pinned;
use super::request::{
    Form, QUERY_ID, client_of, content_type, deadline, query_id, read_body, url, utf8,
};
use super::respond::Reading;
use crate::app::evaluations;
use crate::store::{DatasetSpec, Explanation};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use std::io::Write;
use std::time::Instant;

/// How long the text of a query may be.
const LONGEST_QUERY: usize = 4 << 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/explain", get(explain).post(explain))
        .route("/api/v1/explain.json", get(explain).post(explain))
}

/// `GET` or `POST /api/v1/explain`
async fn explain(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let media_type = content_type(&parts.headers)?;
    match media_type
        .as_ref()
        .map(|media_type| media_type.essence_str())
    {
        Some("application/x-www-form-urlencoded") => {
            form.append(Form::parse(&read_body(body, LONGEST_QUERY * 3).await?)?);
        }
        Some("application/sparql-query") => {
            form.append(Form::single(
                "query",
                utf8(read_body(body, LONGEST_QUERY).await?)?,
            ));
        }
        None => {}
        Some(_) => {
            return Err(ApiError::UnsupportedMediaType(
                "send application/sparql-query or application/x-www-form-urlencoded".to_owned(),
            ));
        }
    }
    form.only(&[
        "query",
        "default-graph-uri",
        "named-graph-uri",
        "timeout",
        "version",
        "query-id",
        MERGED,
    ])?;
    let text = form.required("query")?.to_owned();
    if text.len() > LONGEST_QUERY {
        return Err(ApiError::TooLarge(LONGEST_QUERY));
    }
    let dataset = DatasetSpec {
        default_graphs: form.iris("default-graph-uri")?,
        named_graphs: form.iris("named-graph-uri")?,
    };
    let deadline = deadline(&form, state.graph().config().query_timeout)?;
    let pinned = Pinned::of(&state, &parts.headers, &form, deadline).await?;
    let is_merged = merging::is_wanted(&form, false)?;
    let snapshot = merging::seen(&state, &pinned.snapshot, is_merged).await?;
    let base = url(&parts);
    let request = evaluations::Request {
        client: client_of(&state, &parts)?,
        id: query_id(&parts.headers, &form)?,
        kind: "explain".to_owned(),
        text: text.as_str().into(),
        version: snapshot.version(),
        deadline,
    };
    // Times differ each time, so nothing is kept.
    let reading = Reading::new(&state, &snapshot, &["explain", &text]);
    let evaluated = state
        .evaluate(request, None, move |graph, limits, blocks| {
            let begun = Instant::now();
            let query = graph
                .parse_query(&text, Some(&base))
                .map_err(ApiError::Syntax)?
                .with_services(graph.services(&snapshot));
            let parsing = begun.elapsed();
            let explanation = snapshot.explain(&query, &dataset, limits)?;
            blocks.head(HeaderValue::from_static("application/json"));
            let view = view(explanation, snapshot.version(), parsing.as_secs_f64());
            blocks
                .write_all(view.to_string().as_bytes())
                .map_err(|error| ApiError::Internal(error.to_string()))
        })
        .await?;
    let mut response = reading.respond_with(evaluated.content_type, evaluated.body);
    let headers = response.headers_mut();
    headers.remove(axum::http::header::ETAG);
    headers.insert(
        axum::http::header::CACHE_CONTROL,
        HeaderValue::from_static("no-store"),
    );
    if let Some(id) = evaluated.id {
        headers.insert(QUERY_ID, id);
    }
    Ok(response)
}

fn view(explanation: Explanation, version: u64, parsing: f64) -> Value {
    let engine: Value = serde_json::from_str(&explanation.operators).unwrap_or(Value::Null);
    json!({
        "dataVersion": version,
        "planned": explanation.planned,
        "rows": explanation.rows,
        "complete": explanation.stopped.is_none(),
        "stopped": explanation.stopped.map(|error| error.to_string()),
        "seconds": {
            "parsing": parsing,
            "planning": explanation.planning.as_secs_f64(),
            "enginePlanning": engine.get("planning duration in seconds"),
            "evaluation": explanation.evaluation.as_secs_f64(),
        },
        "operators": engine.get("plan").map(operator),
    })
}

/// The engine's operator, with names as everywhere here.
fn operator(node: &Value) -> Value {
    let children: Vec<Value> = node
        .get("children")
        .and_then(Value::as_array)
        .map(|children| children.iter().map(operator).collect())
        .unwrap_or_default();
    json!({
        "name": node.get("name"),
        "rows": node.get("number of results"),
        "seconds": node.get("duration in seconds"),
        "children": children,
    })
}
