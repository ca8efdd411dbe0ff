//! `/api/v1/permalinks` and `/p/{id}`: short links to questions, and how to cite their answers.
//!
//! The address of an answer with `version=` is a permalink that needs no storage, and every page of
//! results shows it. The short ones here are kept by the service. They need no token, because
//! readers cite, not writers; so they are capped in size and number, take only queries that parse
//! (and values that fit), and an admin can remove them.

use super::AppState;
use super::cite::subject_of;
use super::error::ApiError;
use super::negotiate::{Format, by_name, choose};
use super::pinned::Pinned;
use super::request::{Form, content_type, origin, read_body, utf8, writer};
use super::respond::Reading;
use crate::app::permalink::{LONGEST_QUERY, Permalink, Question};
use crate::app::{AppError, KnowledgeGraph};
use crate::store::on_deep_stack;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Instant;

/// How long a request may be: a query and its parameters.
const LONGEST_REQUEST: usize = 2 * LONGEST_QUERY;
/// How many parameters a link may have, and how long their names and values may be together.
const MOST_PARAMETERS: usize = 50;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/v1/permalinks", post(make))
        .route("/p/{id}", get(follow).delete(remove))
}

/// What a link is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    query: Option<String>,
    name: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, serde_json::Value>,
    view: Option<String>,
    #[serde(default)]
    version: WantedVersion,
    #[serde(default)]
    merged: bool,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum WantedVersion {
    Number(u64),
    Word(String),
    #[default]
    None,
}

/// `POST /api/v1/permalinks`: keeps a link to a question.
async fn make(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    Form::of_url(&parts.uri)?.only(&[])?;
    let media_type = content_type(&parts.headers)?;
    if media_type.is_none_or(|media_type| media_type.essence_str() != "application/json") {
        return Err(ApiError::UnsupportedMediaType(
            "send application/json: {\"query\": …} or {\"name\": …, \"parameters\": {…}}, with \"version\" and \"view\" if need be".to_owned(),
        ));
    }
    if state.graph().config().read_only {
        return Err(AppError::ReadOnly.into());
    }
    // A token that is sent must be a right one.
    let has_token = parts.headers.contains_key(header::AUTHORIZATION);
    if has_token {
        writer(&state, &parts)?;
    }
    let text = utf8(read_body(body, LONGEST_REQUEST).await?)?;
    let wanted: Wanted = serde_json::from_str(&text)
        .map_err(|error| ApiError::BadRequest(format!("the body is not understood: {error}")))?;
    let origin = origin(&parts.headers, &parts.uri);
    let base = format!("{origin}/sparql");
    let (link, is_new) = state
        .writing(move |graph| {
            let question = question(graph, wanted, &base)?;
            Ok(graph.permalinks().keep(question, has_token)?)
        })
        .await?;
    let location = format!("/p/{}", link.id);
    let body = serde_json::to_string(&cited(&state, &parts.headers, &link, &origin).await?)
        .map_err(|error| ApiError::Internal(error.to_string()))?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Ok(location) = HeaderValue::try_from(location) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Checks what is asked for: only a question that can be answered is worth a link.
fn question(graph: &KnowledgeGraph, wanted: Wanted, base: &str) -> Result<Question, ApiError> {
    let bad = |message: &str| Err(ApiError::BadRequest(message.to_owned()));
    let mut parameters = BTreeMap::new();
    let mut length = 0;
    for (name, value) in wanted.parameters {
        let value = match value {
            serde_json::Value::String(value) => value,
            value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                value.to_string()
            }
            serde_json::Value::Null => continue,
            _ => {
                return Err(ApiError::BadRequest(format!(
                    "parameter `{name}`: a value is a text, a number, true or false"
                )));
            }
        };
        length += name.len() + value.len();
        parameters.insert(name, value);
    }
    if parameters.len() > MOST_PARAMETERS || length > LONGEST_QUERY {
        return bad("these are too many parameters for a link");
    }
    let version = match wanted.version {
        WantedVersion::Number(version) => {
            graph.store().check_version(version)?;
            Some(version)
        }
        WantedVersion::Word(word) if word == "latest" => None,
        WantedVersion::None => Some(graph.data_version()),
        WantedVersion::Word(word) if word == "current" => Some(graph.data_version()),
        WantedVersion::Word(_) => {
            return bad(
                "`version` is a number, `current` (the newest of now, the default) or `latest` (always the newest)",
            );
        }
    };
    let is_view = |view: &String| {
        (1..=32).contains(&view.len())
            && view
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    if wanted.view.as_ref().is_some_and(|view| !is_view(view)) {
        return bad("`view` is a word of lower-case letters, digits and hyphens, such as `table`");
    }
    let (name, query) = match (wanted.name, wanted.query) {
        (None, None) | (Some(_), Some(_)) => {
            return bad("say either `query`, a text, or `name`, a query of the catalogue");
        }
        (None, Some(text)) => {
            if text.len() > LONGEST_QUERY {
                return Err(ApiError::TooLarge(LONGEST_QUERY));
            }
            if !parameters.is_empty() {
                return bad("`parameters` are for queries of the catalogue");
            }
            on_deep_stack(|| graph.parse_query(&text, Some(base))).map_err(ApiError::Syntax)?;
            (None, text)
        }
        (Some(name), None) => {
            let found = super::queries::find(graph, &name)?;
            found.bind(
                parameters
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            )?;
            (Some(found.name), found.text)
        }
    };
    Ok(Question {
        name,
        query,
        parameters,
        version,
        view: wanted.view,
        merged: wanted.merged,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LinkView {
    id: String,
    /// The short link.
    url: String,
    /// The address of the answer, which needs no storage.
    canonical: String,
    created: String,
    name: Option<String>,
    title: String,
    /// The text of the query, as it was when the link was made.
    query: String,
    /// Whether the catalogue has another text under this name by now, or none.
    query_changed: bool,
    parameters: BTreeMap<String, String>,
    view: Option<String>,
    merged: bool,
    /// The data version, and when it was made.
    version: u64,
    pinned: bool,
    date: Option<String>,
    licences: Vec<String>,
    /// The data sets that it rests on, with their licences.
    datasets: Vec<DatasetView>,
    /// Whether the version can be asked for after a restart.
    lasting: bool,
    cite_as: String,
}

#[derive(Serialize)]
struct DatasetView {
    name: String,
    licence: Option<String>,
}

/// A link with all that a reference needs.
async fn cited(
    state: &AppState,
    headers: &HeaderMap,
    link: &Permalink,
    origin: &str,
) -> Result<LinkView, ApiError> {
    let pinned = match link.question.version {
        None => Pinned::newest(state, headers)?,
        Some(version) => {
            let form = Form::single(super::pinned::VERSION, version.to_string());
            let deadline = Instant::now() + state.graph().config().query_timeout;
            Pinned::of(state, headers, &form, deadline).await?
        }
    };
    let link = link.clone();
    let url = format!("{origin}/p/{}", link.id);
    let canonical = format!("{origin}{}", link.question.path());
    state
        .blocking(move |graph| {
            let subject = subject_of(graph, &link);
            let title = subject.title;
            let Permalink {
                id,
                created,
                question,
            } = link;
            let known = question.name.as_deref().map(|name| graph.query_named(name));
            let query_changed = known.is_some_and(|known| match known {
                Some((_, text)) => text != question.query,
                None => true,
            });
            let citation = graph.citation(&pinned.snapshot, &subject.rests_on);
            Ok(LinkView {
                id,
                cite_as: citation.text(&title, &url),
                url,
                canonical,
                created,
                name: question.name,
                title,
                query: question.query,
                query_changed,
                parameters: question.parameters,
                view: question.view,
                merged: question.merged,
                version: citation.version,
                pinned: question.version.is_some(),
                licences: citation.licences(),
                date: citation.date,
                datasets: citation
                    .datasets
                    .into_iter()
                    .map(|set| DatasetView {
                        name: set.name,
                        licence: set.licence,
                    })
                    .collect(),
                lasting: citation.lasting,
            })
        })
        .await
}

/// `GET /p/{id}`: leads to the answer; to a client that takes JSON, the question and its citation.
async fn follow(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let (id, extension) = match id.rsplit_once('.') {
        Some((id, extension)) => (id.to_owned(), Some(extension)),
        None => (id.clone(), None),
    };
    let link = {
        let id = id.clone();
        state
            .blocking(move |graph| Ok(graph.permalinks().get(&id)?))
            .await?
    };
    let wants_json = match extension {
        Some(extension) => by_name(extension, &[Format::Json]).is_some(),
        // Whoever takes anything, or a format of results, is led to them.
        None => {
            headers
                .get(header::ACCEPT)
                .and_then(|accept| accept.to_str().ok())
                .is_some_and(|accept| {
                    accept.contains("application/json") && !accept.contains("sparql-results")
                })
                && choose(&headers, &[Format::Html, Format::Json])
                    .is_ok_and(|chosen| chosen.format == Format::Json)
        }
    };
    if extension.is_some() && !wants_json {
        return Err(ApiError::NotFound(
            "a link is had as `json`; without an extension it leads to the answer".to_owned(),
        ));
    }
    if wants_json {
        let view = cited(&state, &headers, &link, &origin(&headers, &uri)).await?;
        let body =
            serde_json::to_string(&view).map_err(|error| ApiError::Internal(error.to_string()))?;
        let what = ["link", body.as_str()];
        let reading = Reading::of_version(&state, view.version, "", &what);
        return Ok(reading
            .not_modified(&headers)
            .unwrap_or_else(|| reading.respond(Format::Json, body)));
    }
    let location = HeaderValue::try_from(link.question.path())
        .map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok((
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::VARY, HeaderValue::from_static("accept")),
        ],
    )
        .into_response())
}

/// `DELETE /p/{id}`: for admins.
async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    if !writer.may_write_everything() {
        return Err(AppError::NotYours {
            name: writer.name().to_owned(),
            what: "links; an admin may remove them".to_owned(),
        }
        .into());
    }
    state
        .writing(move |graph| Ok(graph.permalinks().remove(&id)?))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
