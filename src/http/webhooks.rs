//! `/api/v1/webhooks`: whom the service tells of commits. All of it needs a token.

use super::AppState;
use super::error::ApiError;
use super::request::{Form, read_body, utf8, writer};
use crate::app::Webhook;
use crate::app::webhooks::NewWebhook;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};

/// Bytes that a description of a webhook may have.
const LONGEST: usize = 64 << 10;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/webhooks", get(list).post(create))
        .route("/api/v1/webhooks/{id}", get(one).delete(delete))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    url: String,
    #[serde(default)]
    graphs: Vec<String>,
    #[serde(default)]
    secret: Option<String>,
}

fn view(hook: &Webhook) -> Value {
    json!({
        "id": hook.id,
        "url": hook.url,
        "graphs": hook.graphs,
        "token": hook.holder,
        "created": hook.created,
        "delivered": hook.delivered,
        "lastDelivery": hook.last_delivery,
        "lastError": hook.last_error,
        "failingSince": hook.failing_since,
        "attempts": hook.attempts,
        "off": hook.off,
    })
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body.to_string()).into_response()
}

/// `GET /api/v1/webhooks`: those of the token; an administrator's sees all.
async fn list(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let hooks = state.graph().webhooks().list(&writer);
    Ok(answer(StatusCode::OK, &hooks.iter().map(view).collect()))
}

/// `POST /api/v1/webhooks`: makes one. The answer alone shows its secret.
async fn create(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let text = utf8(read_body(body, LONGEST).await?)?;
    let asked: Asked = serde_json::from_str(&text).map_err(|error| {
        ApiError::BadRequest(format!(
            "a webhook is described as {{\"url\": …, \"graphs\": […], \"secret\": …}}: {error}"
        ))
    })?;
    let new = NewWebhook {
        url: asked.url,
        graphs: asked.graphs,
        secret: asked.secret,
    };
    let (hook, secret) = state
        .writing(move |graph| {
            let version = graph.data_version();
            Ok(graph
                .webhooks()
                .create(&writer, new, version)
                .map_err(crate::app::AppError::from)?)
        })
        .await?;
    let mut body = view(&hook);
    if let Some(object) = body.as_object_mut() {
        object.insert("secret".to_owned(), secret.into());
    }
    let mut response = answer(StatusCode::CREATED, &body);
    if let Ok(location) = format!("/api/v1/webhooks/{}", hook.id).parse() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// `GET /api/v1/webhooks/{id}`: one of them, and how its deliveries went.
async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let hook = state.graph().webhooks().get(&writer, &id)?;
    Ok(answer(StatusCode::OK, &view(&hook)))
}

/// `DELETE /api/v1/webhooks/{id}`: it is told nothing any more.
async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    state
        .writing(move |graph| Ok(graph.webhooks().delete(&writer, &id)?))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
