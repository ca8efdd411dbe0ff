//! `/openapi.json`: what this service can be asked, as OpenAPI 3.1.
//!
//! A file for each user group lists its operations and the shapes of its answers; values that the
//! catalogues and the data know (networks, metrics, queries with their parameters, codes, graphs)
//! are taken from them, so the document is that of one version of the data, as its reader sees it.
//! A test asks the router about every path, and looks for every path of the router in the document.

mod data;
mod known;
mod networks;
mod parts;
mod queries;
mod scenarios;
mod service;

use super::AppState;
use super::error::ApiError;
use super::negotiate::Format;
use super::request::{self, Form};
use super::respond::Reading;
use crate::app::KnowledgeGraph;
use crate::store::Snapshot;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use known::Known;
use parts::{Group, Operation, PROBLEMS};
use serde_json::{Map, Value, json};

const DESCRIPTION: &str = "\
How social services, their providers and the sectors and levels of responsibility behind them hang \
together: a knowledge graph, its networks, and what can be measured of them.

**Formats.** The extension of a path names the format (`.json`, `.csv`, `.xlsx`, …); without one \
`Accept` decides. Every flat table is also a workbook (XLSX), and Parquet and Arrow where the \
service was built with them.

**Versions.** Every read says in `Weft-Data-Version` which version of the data it rests on, and has \
an `ETag`: send it back as `If-None-Match` and you get 304 while nothing has changed. Writes take it \
as `If-Match`.

**Lists** are sorted with `sort` (`-` in front: the greatest first) and come in pages with `limit` \
and `offset`; `Weft-Total-Count` says how many rows there are, `Link` where the other pages are.

**Errors** are problem details (RFC 9457); `detail` names the cause and the remedy. An unknown \
parameter is an error, not ignored.

**Reading** needs no token; one shows private graphs too. Writing needs one. Pages of other sites \
may read (CORS).";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/openapi.json", get(openapi))
}

/// `GET /openapi.json`.
async fn openapi(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let ontology = state.graph().ontology().fingerprint();
    let reading = Reading::new(&state, &snapshot, &["openapi", &ontology]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| Ok(document(graph, &snapshot).to_string()))
        .await?;
    Ok(reading.respond(Format::Json, body))
}

/// The document, for whoever sees the data in question.
pub(super) fn document(graph: &KnowledgeGraph, snapshot: &Snapshot) -> Value {
    let known = Known::of(graph, snapshot);
    let mut paths = Map::new();
    for operation in operations(&known) {
        operation.add_to(&mut paths);
    }
    let tags =
        Group::ALL.map(|group| json!({"name": group.name(), "description": group.description()}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Weft",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A knowledge graph of social services, and how well they are woven together.",
            "description": DESCRIPTION,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": components(&known),
    })
}

/// Every operation. A room of routes that is added is added here.
fn operations(known: &Known) -> Vec<Operation> {
    let mut all = data::operations(known);
    all.extend(networks::operations(known));
    all.extend(scenarios::operations());
    all.extend(queries::operations(known));
    all.extend(service::operations());
    all
}

fn components(known: &Known) -> Value {
    let mut schemas = networks::schemas(known);
    schemas.extend(scenarios::schemas());
    schemas.extend(queries::schemas());
    schemas.extend(data::schemas());
    schemas.extend(service::schemas());
    let mut responses: Map<String, Value> = PROBLEMS
        .iter()
        .map(|(_, name, description)| ((*name).to_owned(), problem(name, description)))
        .collect();
    let not_modified = json!({
        "description": "You have the answer: its `ETag` is the one that you sent.",
        "headers": {"ETag": parts::reference("headers", "ETag")},
    });
    responses.insert("NotModified".to_owned(), not_modified);
    json!({
        "schemas": schemas,
        "parameters": known.parameters(),
        "responses": responses,
        "headers": headers(),
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "A token of `weft token create` or of POST /api/v1/tokens.",
            },
        },
    })
}

fn problem(name: &str, description: &str) -> Value {
    let mut problem = json!({
        "description": description,
        "content": {
            "application/problem+json": {"schema": parts::schema("Problem")},
            // A browser gets it as a page.
            "text/html": {"schema": {"type": "string"}},
        },
    });
    let header = match name {
        "Unauthorized" => Some("WWW-Authenticate"),
        "TooManyRequests" | "Unavailable" => Some("Retry-After"),
        "MethodNotAllowed" => Some("Allow"),
        _ => None,
    };
    if let Some(header) = header {
        problem["headers"] = json!({header: parts::reference("headers", header)});
    }
    problem
}

fn headers() -> Value {
    let header =
        |description: &str, schema: Value| json!({"description": description, "schema": schema});
    let text = || json!({"type": "string"});
    let number = || json!({"type": "integer", "minimum": 0});
    json!({
        "ETag": header("The version of this answer; begins with that of the data.", text()),
        "Weft-Data-Version": header("The version of the data: it grows by at least one with each commit.", number()),
        "Weft-Total-Count": header("How many rows there are on all pages.", number()),
        "Link": header("The other pages of a list (RFC 8288): first, prev, next, last.", text()),
        "Location": header("Where it is.", text()),
        "Allow": header("How the resource can be asked.", text()),
        "Retry-After": header("Seconds until it is worth asking again.", number()),
        "WWW-Authenticate": header("How to name oneself.", text()),
    })
}

#[cfg(test)]
mod tests;
