//! `/api/v1/tokens`: the tokens, for those who run the service; and one's own, for everybody.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{Form, content_type, read_body, sent_key};
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::{AppError, NewToken, Token};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde_json::{Map, Value, json};

/// The longest description of a token.
const LONGEST: usize = 1 << 16;

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/tokens", get(list))
        .route("/api/v1/tokens", post(make))
        .route("/api/v1/tokens/self", get(own).delete(revoke_self))
        .route("/api/v1/tokens/{name}", delete(revoke))
        .route("/api/v1/tokens/{name}/renew", post(renew))
}

/// `GET /api/v1/tokens`: every token, without keys; for administrators.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    state.graph().administrator(sent_key(&headers)?)?;
    let tokens = state.graph().tokens().list().map_err(AppError::from)?;
    let columns = [
        "name", "graphs", "read", "admin", "created", "expires", "state",
    ];
    let rows = Rows::of_objects_with(&columns, tokens.iter().map(view));
    let mut rows = rows.with_times(["created", "expires"]);
    let total = rows.arrange(&listing)?;
    let about = About::of_address(&headers, &uri);
    let mut response = Response::new(rows.text(format.format, &about)?.into());
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, format.header());
    let window = (listing.page(), None);
    let response = rows::listed(response, &headers, &uri, &form, window, total);
    Ok(not_kept(response))
}

/// `POST /api/v1/tokens`: makes a token; its key is in the answer, and nowhere else.
async fn make(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    Form::of_url(&parts.uri)?.only(&[])?;
    state.graph().administrator(sent_key(&parts.headers)?)?;
    let media_type = content_type(&parts.headers)?;
    if media_type.is_none_or(|media_type| media_type.essence_str() != "application/json") {
        return Err(ApiError::UnsupportedMediaType(
            "send JSON: {\"name\": …, \"graphs\": [\"partner/x\"], \"read\": […], \"admin\": false, \"expires\": \"90d\"}"
                .to_owned(),
        ));
    }
    let bytes = read_body(body, LONGEST).await?;
    let new: NewToken = serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::BadRequest(format!("this is no token: {error}")))?;
    let (token, key) = state
        .writing(move |graph| Ok(graph.tokens().make(&new).map_err(AppError::from)?))
        .await?;
    Ok(shown_once(StatusCode::CREATED, &token, key))
}

/// `POST /api/v1/tokens/{name}/renew?expires=…`: a new key for the same rights; the old one is
/// worthless from then on.
async fn renew(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    state.graph().administrator(sent_key(&parts.headers)?)?;
    let form = Form::of_url(&parts.uri)?;
    form.only(&["expires"])?;
    let expires = form.one("expires")?.map(str::to_owned);
    let (token, key) = state
        .writing(move |graph| {
            let tokens = graph.tokens();
            Ok(tokens
                .renew(&name, expires.as_deref())
                .map_err(AppError::from)?)
        })
        .await?;
    Ok(shown_once(StatusCode::OK, &token, key))
}

/// `DELETE /api/v1/tokens/{name}`: its key is worthless from then on.
async fn revoke(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.graph().administrator(sent_key(&headers)?)?;
    state
        .writing(move |graph| Ok(graph.tokens().revoke(&name).map_err(AppError::from)?))
        .await?;
    Ok(not_kept(StatusCode::NO_CONTENT.into_response()))
}

/// `DELETE /api/v1/tokens/self`: the token of that name, as any other.
async fn revoke_self(state: State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    revoke(state, Path("self".to_owned()), headers).await
}

/// `GET /api/v1/tokens/self`: what the key that is sent allows.
async fn own(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let key = sent_key(&headers)?.ok_or(AppError::NoKey)?;
    let token = state.graph().token_of(key)?;
    Ok(not_kept(
        axum::Json(Value::Object(view(&token))).into_response(),
    ))
}

fn view(token: &Token) -> Map<String, Value> {
    let state = if token.is_expired() {
        "expired"
    } else {
        "valid"
    };
    let cells = [
        ("name", json!(token.name)),
        ("graphs", json!(token.graphs)),
        ("read", json!(token.read)),
        ("admin", json!(token.admin)),
        ("created", json!(token.created)),
        ("expires", json!(token.expires)),
        ("state", json!(state)),
    ];
    cells
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn shown_once(status: StatusCode, token: &Token, key: String) -> Response {
    let mut token = view(token);
    token.insert("key".to_owned(), Value::String(key));
    not_kept((status, axum::Json(Value::Object(token))).into_response())
}

/// No cache keeps who may do what.
fn not_kept(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
