//! `/docs`: what programs can ask, to read and to try out.
//!
//! The list is made here and can be read without scripts; Swagger UI takes its place where it runs.

use super::{Shell, render};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::openapi::document;
use crate::http::request::{self, Form};
use crate::http::respond::Reading;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::Value;

/// As other pages, and with the small images that the styles of Swagger UI have in themselves.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/docs", get(docs))
}

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    shell: Shell,
    groups: Vec<Group>,
    operations: usize,
}

/// The operations of a user group.
struct Group {
    id: String,
    name: String,
    description: String,
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
}

struct Parameter {
    name: String,
    place: String,
    description: String,
    is_required: bool,
}

/// `GET /docs`.
async fn docs(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let ontology = state.graph().ontology().fingerprint();
    let reading = Reading::new(&state, &snapshot, &["docs", &ontology, shell.tag()]);
    let mut response = match reading.not_modified(&headers) {
        Some(response) => response,
        None => {
            let body = state
                .blocking(move |graph| {
                    let groups = groups(&document(graph, &snapshot));
                    let operations = groups.iter().map(|group| group.operations.len()).sum();
                    render(&DocsPage {
                        shell,
                        groups,
                        operations,
                    })
                })
                .await?;
            reading.respond(Format::Html, body)
        }
    };
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(POLICY),
    );
    Ok(response)
}

/// A text of an object, or none.
fn text(value: &Value, name: &str) -> String {
    let text = value.get(name).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// The operations of a document by their groups, in the order of the document.
fn groups(document: &Value) -> Vec<Group> {
    let tags = document.get("tags").and_then(Value::as_array);
    let mut groups: Vec<Group> = tags
        .into_iter()
        .flatten()
        .map(|tag| {
            let name = text(tag, "name");
            Group {
                id: name.to_lowercase().replace(' ', "-"),
                description: text(tag, "description"),
                name,
                operations: Vec::new(),
            }
        })
        .collect();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        // The same with an extension: the text above the list says so once.
        if path.ends_with(".{format}") {
            continue;
        }
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = operation.pointer("/tags/0").and_then(Value::as_str);
            let Some(group) = groups
                .iter_mut()
                .find(|group| Some(group.name.as_str()) == tag)
            else {
                continue;
            };
            group.operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(operation, "summary"),
                description: text(operation, "description"),
                parameters: parameters(document, operation),
            });
        }
    }
    groups.retain(|group| !group.operations.is_empty());
    groups
}

fn parameters(document: &Value, operation: &Value) -> Vec<Parameter> {
    let listed = operation.get("parameters").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(
            |parameter| match parameter.get("$ref").and_then(Value::as_str) {
                Some(reference) => document.pointer(reference.strip_prefix('#')?),
                None => Some(parameter),
            },
        )
        .map(|parameter| Parameter {
            name: text(parameter, "name"),
            place: text(parameter, "in"),
            description: text(parameter, "description"),
            is_required: parameter.get("required") == Some(&Value::Bool(true)),
        })
        .collect()
}
