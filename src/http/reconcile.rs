//! `/reconcile`: the W3C Reconciliation Service API 0.2, for OpenRefine and its like.
//!
//! Clients that others write send parameters of their own (a time to get around caches, a
//! language), so that unknown parameters are no mistakes here; unknown keys of a query are, as the
//! schemas of the API have it.

use super::error::ApiError;
use super::negotiate::Format;
use super::request::{self, Form, content_type, deadline, origin, read_body};
use super::respond::Reading;
use super::{AppState, merging, pages};
use crate::app::reconcile::extend::{self, Column, Content, Extension, Value as Found};
use crate::app::reconcile::properties::Given;
use crate::app::reconcile::suggest::Suggestion;
use crate::app::reconcile::{
    LONGEST_TEXT, MOST_CANDIDATES, MOST_CONDITIONS, MOST_QUERIES, ReconcileQuery, Reconciled,
    Spaces, Strictness, TypeName, USUAL_CANDIDATES, usual_types,
};
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use oxigraph::model::NamedNode;
use serde_json::{Map, Value, json};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that a form may have: a batch of long names with many properties.
const LONGEST_BODY: usize = 4 << 20;
/// Suggestions that are answered at once, and the most that can be asked for.
const SUGGESTIONS: usize = 20;
const MOST_SUGGESTIONS: usize = 100;
/// How far a client may scroll through suggestions.
const FARTHEST: usize = 10_000;
/// Properties that are proposed, if the client does not say how many.
const PROPOSALS: usize = 50;
/// The frame that previews are made for.
const PREVIEW_SIZE: (u32, u32) = (430, 280);
/// Previews are made to be shown on pages of others, and can do nothing there.
const PREVIEW_POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/reconcile", get(ask).post(post))
        .route("/reconcile/", get(ask).post(post))
        .route("/reconcile/suggest/{what}", get(suggest))
        .route("/reconcile/flyout/{what}", get(flyout))
        .route("/reconcile/properties", get(propose))
        .route("/reconcile/preview", get(preview))
        .route("/reconcile/view", get(view))
}

/// `GET /reconcile`: the manifest, or the answer to what `queries` or `extend` asks.
async fn ask(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let form = Form::of_url(&parts.uri)?;
    answer(&state, &parts, form).await
}

/// `POST /reconcile`: the same from a form.
async fn post(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let limit = LONGEST_BODY.min(state.graph().config().body_limit);
    match content_type(&parts.headers)?
        .as_ref()
        .map(|media_type| media_type.essence_str())
    {
        Some("application/x-www-form-urlencoded") => {
            form.append(Form::parse(&read_body(body, limit).await?)?);
        }
        other => {
            return Err(ApiError::UnsupportedMediaType(format!(
                "{} is not understood here; send a form (application/x-www-form-urlencoded) with `queries` or `extend`",
                other.unwrap_or("a body without Content-Type")
            )));
        }
    }
    answer(&state, &parts, form).await
}

async fn answer(state: &AppState, parts: &Parts, form: Form) -> Result<Response, ApiError> {
    let asked: Vec<&str> = ["queries", "query", "extend"]
        .into_iter()
        .filter(|name| form.has(name))
        .collect();
    match asked.as_slice() {
        [] => manifest(state, parts, &form).await,
        ["queries"] => {
            let batch = batch(form.required("queries")?)?;
            let names: Vec<String> = batch.iter().map(|(name, _)| name.clone()).collect();
            let queries = batch.into_iter().map(|(_, query)| query).collect();
            let write = move |answers: Vec<Reconciled>| {
                let answers = answers.iter().map(result);
                Value::Object(names.into_iter().zip(answers).collect())
            };
            reconcile(state, parts, &form, queries, write).await
        }
        // Version 0.1 also has single queries.
        ["query"] => {
            let text = form.required("query")?;
            let value = if text.trim_start().starts_with('{') {
                json_of("query", text)?
            } else {
                json!({ "query": text })
            };
            let queries = vec![query_of("query", &value)?];
            let write = |answers: Vec<Reconciled>| {
                answers
                    .first()
                    .map_or_else(|| json!({ "result": [] }), result)
            };
            reconcile(state, parts, &form, queries, write).await
        }
        ["extend"] => extend(state, parts, &form).await,
        several => Err(ApiError::BadRequest(format!(
            "send one of `{}`, not several of them",
            several.join("`, `")
        ))),
    }
}

fn limits(state: &AppState, form: &Form) -> Result<Limits, ApiError> {
    Ok(Limits {
        deadline: Some(deadline(form, state.graph().config().query_timeout)?),
        ..Limits::default()
    })
}

/// What an answer depends on besides the data: where it was asked, and with which parameters.
fn identity<'a>(parts: &'a Parts, form: &'a Form, origin: &'a str) -> Vec<&'a str> {
    let mut identity = vec![origin, parts.uri.path()];
    for (name, value) in form.pairs() {
        identity.extend([name, value]);
    }
    identity
}

/// A value as JSON; for clients of version 0.1 that cannot do otherwise, as a call of the function
/// that they name (JSONP).
fn respond(reading: &Reading, form: &Form, value: &Value) -> Result<Response, ApiError> {
    let text =
        serde_json::to_string(value).map_err(|error| ApiError::Internal(error.to_string()))?;
    let Some(callback) = form.one("callback")?.filter(|name| !name.is_empty()) else {
        return Ok(reading.respond(Format::Json, text));
    };
    let is_name = callback.len() <= 128
        && callback.split('.').all(|part| {
            let mut letters = part.chars();
            letters
                .next()
                .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
                && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$'))
        });
    if !is_name {
        return Err(ApiError::BadRequest(
            "`callback`: this is not the name of a function".to_owned(),
        ));
    }
    // Two line ends are none in JSON, and are some in older scripts.
    let text = text
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    let script = HeaderValue::from_static("text/javascript; charset=utf-8");
    // The comment keeps the name from being read as another kind of file.
    let body = format!("/**/{callback}({text});");
    Ok(reading.respond_with(script, body.into()))
}

/// What is looked for: the data as the reader sees it, with one IRI for each thing.
async fn seen(state: &AppState, headers: &HeaderMap) -> Result<Arc<Snapshot>, ApiError> {
    merging::seen(state, &request::snapshot(state, headers)?, true).await
}

// ---- the manifest ---------------------------------------------------------------------------

async fn manifest(state: &AppState, parts: &Parts, form: &Form) -> Result<Response, ApiError> {
    let origin = origin(&parts.headers, &parts.uri);
    let snapshot = seen(state, &parts.headers).await?;
    let reading = Reading::new(state, &snapshot, &identity(parts, form, &origin));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let spaces = state.graph().spaces();
    let types = {
        let spaces = spaces.clone();
        state
            .blocking(move |_| Ok(usual_types(&snapshot, &spaces)))
            .await?
    };
    respond(&reading, form, &manifest_of(&origin, &spaces, &types))
}

fn manifest_of(origin: &str, spaces: &Spaces, types: &[TypeName]) -> Value {
    let service = |what: &str| {
        json!({
            "service_url": origin,
            "service_path": format!("/reconcile/suggest/{what}"),
            "flyout_service_url": origin,
            "flyout_service_path": format!("/reconcile/flyout/{what}?id=${{id}}"),
        })
    };
    json!({
        "versions": ["0.1", "0.2"],
        "name": "Weft: actors, services and sectors of social policy",
        "identifierSpace": spaces.identifiers,
        "schemaSpace": spaces.schema(),
        "documentation": format!("{origin}/"),
        "logo": format!("{origin}/static/icon.svg"),
        "serviceVersion": env!("CARGO_PKG_VERSION"),
        "defaultTypes": types.iter().map(type_json).collect::<Vec<_>>(),
        "view": { "url": format!("{origin}/reconcile/view?id={{{{id}}}}") },
        "preview": {
            "url": format!("{origin}/reconcile/preview?id={{{{id}}}}"),
            "width": PREVIEW_SIZE.0,
            "height": PREVIEW_SIZE.1,
        },
        "suggest": {
            "entity": service("entity"),
            "property": service("property"),
            "type": service("type"),
        },
        "extend": {
            "propose_properties": {
                "service_url": origin,
                "service_path": "/reconcile/properties",
            },
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "How many values of each row at most; 0 for all",
                },
                {
                    "name": "content",
                    "label": "Content",
                    "type": "select",
                    "default": "entity",
                    "help_text": "How things among the values are written",
                    "choices": [
                        { "value": "entity", "name": "Matched things" },
                        { "value": "literal", "name": "Names" },
                        { "value": "id", "name": "Identifiers" },
                    ],
                },
                {
                    "name": "language",
                    "label": "Language",
                    "type": "text",
                    "default": "",
                    "help_text": "Only texts in this language, such as es; empty for all",
                },
            ],
        },
        "batchSize": MOST_QUERIES,
    })
}

fn type_json(class: &TypeName) -> Value {
    json!({ "id": class.id, "name": class.name })
}

// ---- queries --------------------------------------------------------------------------------

async fn reconcile(
    state: &AppState,
    parts: &Parts,
    form: &Form,
    queries: Vec<ReconcileQuery>,
    write: impl FnOnce(Vec<Reconciled>) -> Value,
) -> Result<Response, ApiError> {
    let limits = limits(state, form)?;
    let snapshot = seen(state, &parts.headers).await?;
    let reading = Reading::new(state, &snapshot, &identity(parts, form, ""));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let answers = state
        .blocking(move |graph| Ok(graph.reconcile(&snapshot, &queries, &limits)?))
        .await?;
    respond(&reading, form, &write(answers))
}

fn result(answer: &Reconciled) -> Value {
    let candidates: Vec<Value> = answer
        .candidates
        .iter()
        .map(|candidate| {
            let features = candidate.features.iter();
            let features: Vec<Value> = features
                .map(|(id, value)| json!({ "id": id, "value": value }))
                .collect();
            json!({
                "id": candidate.id,
                "name": candidate.name,
                "description": candidate.description,
                "type": candidate.types.iter().map(type_json).collect::<Vec<_>>(),
                "score": candidate.score,
                "match": candidate.is_match,
                "features": features,
            })
        })
        .collect();
    let mut result = json!({ "result": candidates });
    if !answer.remarks.is_empty()
        && let Value::Object(result) = &mut result
    {
        result.insert("warnings".to_owned(), json!(answer.remarks));
    }
    result
}

fn json_of(parameter: &str, text: &str) -> Result<Value, ApiError> {
    serde_json::from_str(text)
        .map_err(|error| ApiError::BadRequest(format!("`{parameter}` is not JSON: {error}")))
}

/// The queries of a batch, by their names.
fn batch(text: &str) -> Result<Vec<(String, ReconcileQuery)>, ApiError> {
    let Value::Object(batch) = json_of("queries", text)? else {
        return Err(ApiError::BadRequest(
            "`queries` is not an object; send {\"q0\": {\"query\": \"…\"}, …}".to_owned(),
        ));
    };
    if batch.len() > MOST_QUERIES {
        return Err(ApiError::TooMany {
            what: "queries",
            limit: MOST_QUERIES,
        });
    }
    batch
        .iter()
        .map(|(name, query)| Ok((name.clone(), query_of(name, query)?)))
        .collect()
}

fn query_of(name: &str, value: &Value) -> Result<ReconcileQuery, ApiError> {
    let bad = |what: String| ApiError::BadRequest(format!("query `{name}`: {what}"));
    let Value::Object(query) = value else {
        return Err(bad("it is not an object".to_owned()));
    };
    const KEYS: [&str; 5] = ["query", "type", "type_strict", "limit", "properties"];
    if let Some(key) = query.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(bad(format!(
            "there is no key `{key}`; there are {}",
            KEYS.join(", ")
        )));
    }
    // Clients write `null` for what they leave out.
    let given = |key: &str| query.get(key).filter(|value| !value.is_null());
    let text = match given("query") {
        None => None,
        Some(Value::String(text)) => Some(text.chars().take(LONGEST_TEXT).collect::<String>()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) => return Err(bad("`query` is not a text".to_owned())),
    };
    let not_types = || bad("`type` is neither an id nor a list of ids".to_owned());
    let types = match given("type") {
        None => Vec::new(),
        Some(Value::String(id)) if id.trim().is_empty() => Vec::new(),
        Some(Value::Array(ids)) if ids.len() <= MOST_CONDITIONS => ids
            .iter()
            .map(id_of)
            .collect::<Option<_>>()
            .ok_or_else(not_types)?,
        Some(id) => vec![id_of(id).ok_or_else(not_types)?],
    };
    let strictness = match given("type_strict") {
        None => Strictness::Any,
        Some(Value::String(name)) if name == "any" => Strictness::Any,
        Some(Value::String(name)) if name == "all" => Strictness::All,
        Some(Value::String(name)) if name == "should" => Strictness::Should,
        Some(other) => {
            return Err(bad(format!(
                "`type_strict` is {other}; it can be \"any\", \"all\" or \"should\""
            )));
        }
    };
    let limit = match given("limit") {
        None => USUAL_CANDIDATES,
        Some(value) => match value.as_f64() {
            // OpenRefine means by 0 that it does not mind.
            Some(number) if number < 1.0 => USUAL_CANDIDATES,
            Some(number) => (number.min(MOST_CANDIDATES as f64)) as usize,
            None => return Err(bad("`limit` is not a number".to_owned())),
        },
    };
    let conditions = match given("properties") {
        None => Vec::new(),
        Some(Value::Array(properties)) if properties.len() <= MOST_CONDITIONS => properties
            .iter()
            .map(|property| condition_of(property).map_err(&bad))
            .collect::<Result<_, _>>()?,
        Some(Value::Array(_)) => {
            return Err(bad(format!(
                "`properties` has more than {MOST_CONDITIONS} of them"
            )));
        }
        Some(_) => return Err(bad("`properties` is not a list".to_owned())),
    };
    if text.is_none() && conditions.is_empty() {
        return Err(bad(
            "there is neither `query` nor a property to look for".to_owned()
        ));
    }
    Ok(ReconcileQuery {
        text: text.filter(|text| !text.trim().is_empty()),
        types,
        strictness,
        limit,
        conditions: conditions
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .collect(),
    })
}

/// An id, alone or in an object with a name.
fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(id) => Some(id.clone()),
        Value::Object(object) => Some(object.get("id")?.as_str()?.to_owned()),
        _ => None,
    }
}

fn condition_of(value: &Value) -> Result<(String, Vec<Given>), String> {
    let wrong = || "a property is not {\"pid\": \"…\", \"v\": …}".to_owned();
    let pid = value.get("pid").and_then(Value::as_str).ok_or_else(wrong)?;
    let given = value.get("v").ok_or_else(wrong)?;
    let values = match given {
        Value::Array(values) if values.len() > MOST_CONDITIONS => {
            return Err(format!(
                "property `{pid}` has more than {MOST_CONDITIONS} values"
            ));
        }
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    };
    let mut read = Vec::with_capacity(values.len());
    for value in values {
        read.push(match value {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) => Given::Text(text.chars().take(LONGEST_TEXT).collect()),
            Value::Number(number) => Given::Number(number.as_f64().unwrap_or_default()),
            Value::Bool(truth) => Given::Truth(*truth),
            Value::Object(object) => {
                let text = |key: &str| object.get(key).and_then(Value::as_str);
                let id = text("id").ok_or_else(|| {
                    format!("property `{pid}`: a value that is an object needs an `id`")
                })?;
                Given::Thing(id.to_owned(), text("name").map(str::to_owned))
            }
            Value::Array(_) => {
                return Err(format!("property `{pid}`: a value is a list in a list"));
            }
        });
    }
    Ok((pid.to_owned(), read))
}

// ---- data extension -------------------------------------------------------------------------

async fn extend(state: &AppState, parts: &Parts, form: &Form) -> Result<Response, ApiError> {
    let (ids, columns) = extension_query(&json_of("extend", form.required("extend")?)?)?;
    let snapshot = seen(state, &parts.headers).await?;
    let reading = Reading::new(state, &snapshot, &identity(parts, form, ""));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let extension = state
        .blocking(move |graph| Ok(graph.extend(&snapshot, &ids, &columns)))
        .await?;
    respond(&reading, form, &extension_json(&extension))
}

fn extension_query(value: &Value) -> Result<(Vec<String>, Vec<Column>), ApiError> {
    let bad = |what: &str| ApiError::BadRequest(format!("`extend`: {what}"));
    let list = |key: &'static str| {
        value.get(key).and_then(Value::as_array).ok_or_else(|| {
            bad(&format!(
                "`{key}` is not a list; send {{\"ids\": […], \"properties\": [{{\"id\": \"…\"}}]}}"
            ))
        })
    };
    let (ids, properties) = (list("ids")?, list("properties")?);
    for (what, found, limit) in [
        ("ids", ids.len(), extend::MOST_THINGS),
        ("properties", properties.len(), extend::MOST_PROPERTIES),
    ] {
        if found > limit {
            return Err(ApiError::TooMany { what, limit });
        }
    }
    let ids = ids.iter().map(|id| id.as_str().map(str::to_owned));
    let ids: Vec<String> = ids
        .collect::<Option<_>>()
        .ok_or_else(|| bad("one of the `ids` is not a text"))?;
    let columns = properties
        .iter()
        .map(|property| column_of(property).map_err(|what| bad(&what)))
        .collect::<Result<_, _>>()?;
    Ok((ids, columns))
}

fn column_of(value: &Value) -> Result<Column, String> {
    let id = value
        .get("id")
        .and_then(Value::as_str)
        .ok_or("a property has no `id`")?;
    let setting = |name: &str| {
        let settings = value.get("settings")?;
        settings.get(name).filter(|value| !value.is_null())
    };
    let wrong = |name: &str, expected: &str| {
        format!("property `{id}`: the setting `{name}` is not {expected}")
    };
    let limit = match setting("limit") {
        None => Some(0),
        Some(Value::String(text)) if text.trim().is_empty() => Some(0),
        // Forms send numbers as text.
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value
            .as_f64()
            .filter(|number| *number >= 0.0)
            .map(|number| number.min(1e9) as usize),
    };
    let content = match setting("content").map(Value::as_str) {
        None | Some(Some("" | "entity")) => Some(Content::Entity),
        Some(Some("literal")) => Some(Content::Literal),
        Some(Some("id")) => Some(Content::Id),
        Some(_) => None,
    };
    let language = match setting("language") {
        None => Some(""),
        Some(value) => value.as_str(),
    };
    Ok(Column {
        property: id.to_owned(),
        limit: limit.ok_or_else(|| wrong("limit", "a number from 0 up"))?,
        content: content.ok_or_else(|| wrong("content", "\"entity\", \"literal\" or \"id\""))?,
        language: language
            .ok_or_else(|| wrong("language", "a language tag"))?
            .trim()
            .to_owned(),
    })
}

fn extension_json(extension: &Extension) -> Value {
    let meta: Vec<Value> = extension
        .columns
        .iter()
        .map(|column| {
            let mut meta = Map::new();
            meta.insert("id".to_owned(), json!(column.id));
            meta.insert("name".to_owned(), json!(column.name));
            if let Some(class) = &column.class {
                meta.insert("type".to_owned(), type_json(class));
            }
            Value::Object(meta)
        })
        .collect();
    let cell = |value: &Found| match value {
        Found::Thing(id, name) => json!({ "id": id, "name": name }),
        Found::Text(text) => json!({ "str": text }),
        Found::Whole(number) => json!({ "int": number }),
        Found::Number(number) => json!({ "float": number }),
        // Version 0.2 has no truth values here.
        Found::Truth(truth) => json!({ "str": truth.to_string() }),
        Found::Moment(text) => json!({ "date": text }),
    };
    let rows: Map<String, Value> = extension
        .rows
        .iter()
        .map(|(id, row)| {
            let cells = extension.columns.iter().zip(row).map(|(column, values)| {
                let values: Vec<Value> = values.iter().map(cell).collect();
                (column.id.clone(), Value::Array(values))
            });
            (id.clone(), Value::Object(cells.collect()))
        })
        .collect();
    json!({ "meta": meta, "rows": rows })
}

/// `GET /reconcile/properties?type=&limit=`: the properties that things of a type have.
async fn propose(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (parts, form) = read(uri, headers)?;
    let limit = form
        .parsed("limit", "a number of properties", |_: &f64| true)?
        .filter(|limit| *limit >= 1.0)
        .map_or(PROPOSALS, |limit| limit.min(1_000.0) as usize);
    let wanted = form.one("type")?.unwrap_or_default().trim().to_owned();
    let snapshot = seen(&state, &parts.headers).await?;
    let reading = Reading::new(&state, &snapshot, &identity(&parts, &form, ""));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let id = wanted.clone();
    let found = state
        .blocking(move |graph| {
            if id.is_empty() {
                return Ok(graph.propose_properties(&snapshot, None, limit));
            }
            Ok(match graph.spaces().class(&snapshot, &id) {
                Some(class) => graph.propose_properties(&snapshot, Some(&class), limit),
                None => Vec::new(),
            })
        })
        .await?;
    let mut answer = json!({ "properties": suggestions(&found, None), "limit": limit });
    if !wanted.is_empty()
        && let Value::Object(answer) = &mut answer
    {
        answer.insert("type".to_owned(), json!(wanted));
    }
    respond(&reading, &form, &answer)
}

// ---- suggestions ----------------------------------------------------------------------------

/// What can be suggested.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Entity,
    Type,
    Property,
}

impl What {
    fn of(name: &str) -> Result<Self, ApiError> {
        match name {
            "entity" => Ok(Self::Entity),
            "type" => Ok(Self::Type),
            "property" => Ok(Self::Property),
            _ => Err(ApiError::NotFound(format!(
                "`{name}` is not suggested; there are entity, type and property"
            ))),
        }
    }
}

fn read(uri: Uri, headers: HeaderMap) -> Result<(Parts, Form), ApiError> {
    let form = Form::of_url(&uri)?;
    let (mut parts, ()) = axum::http::Request::new(()).into_parts();
    parts.uri = uri;
    parts.headers = headers;
    Ok((parts, form))
}

/// `GET /reconcile/suggest/{entity,type,property}?prefix=&cursor=`: what somebody may be typing.
async fn suggest(
    State(state): State<AppState>,
    Path(what): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let what = What::of(&what)?;
    let (parts, form) = read(uri, headers)?;
    let window = window(&form)?;
    let text: String = form
        .one("prefix")?
        .unwrap_or_default()
        .chars()
        .take(LONGEST_TEXT)
        .collect();
    let class = form.one("type")?.unwrap_or_default().trim().to_owned();
    let limits = limits(&state, &form)?;
    let snapshot = seen(&state, &parts.headers).await?;
    let reading = Reading::new(&state, &snapshot, &identity(&parts, &form, ""));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let found = state
        .blocking(move |graph| match what {
            What::Type => Ok(graph.suggest_types(&snapshot, &text, window)),
            What::Property => Ok(graph.suggest_properties(&snapshot, &text, window)),
            What::Entity => {
                let wanted = match class.as_str() {
                    "" => None,
                    id => match graph.spaces().class(&snapshot, id) {
                        Some(class) => Some(class),
                        None => return Ok(Vec::new()),
                    },
                };
                let wanted: Option<&NamedNode> = wanted.as_ref();
                Ok(graph.suggest_things(&snapshot, &text, wanted, window, &limits)?)
            }
        })
        .await?;
    let types = match what {
        What::Entity => Some("notable"),
        What::Type => Some("broader"),
        What::Property => None,
    };
    respond(
        &reading,
        &form,
        &json!({ "result": suggestions(&found, types) }),
    )
}

fn window(form: &Form) -> Result<Range<usize>, ApiError> {
    let start = form
        .parsed("cursor", "a number of suggestions to skip", |_: &usize| {
            true
        })?
        .unwrap_or_default();
    let limit = form
        .parsed("limit", "a number of suggestions", |_: &usize| true)?
        .filter(|limit| *limit > 0)
        .unwrap_or(SUGGESTIONS)
        .min(MOST_SUGGESTIONS);
    let start = start.min(FARTHEST);
    Ok(start..start + limit)
}

fn suggestions(found: &[Suggestion], types: Option<&str>) -> Vec<Value> {
    found
        .iter()
        .map(|suggestion| {
            let mut value = Map::new();
            value.insert("id".to_owned(), json!(suggestion.id));
            value.insert("name".to_owned(), json!(suggestion.name));
            if let Some(description) = &suggestion.description {
                value.insert("description".to_owned(), json!(description));
            }
            if let Some(key) = types.filter(|key| *key != "broader" || !suggestion.types.is_empty())
            {
                let types: Vec<Value> = suggestion.types.iter().map(type_json).collect();
                value.insert(key.to_owned(), Value::Array(types));
            }
            Value::Object(value)
        })
        .collect()
}

/// `GET /reconcile/flyout/{entity,type,property}?id=`: a few lines about a suggestion, as HTML.
async fn flyout(
    State(state): State<AppState>,
    Path(what): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let what = What::of(&what)?;
    let (parts, form) = read(uri, headers)?;
    let id = form.required("id")?.to_owned();
    let snapshot = seen(&state, &parts.headers).await?;
    let reading = Reading::new(&state, &snapshot, &identity(&parts, &form, ""));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let wanted = id.clone();
    let html = state
        .blocking(move |graph| {
            Ok(match what {
                What::Entity => graph.preview(&snapshot, &wanted).map(|preview| {
                    let mut lines = vec![preview.types.join(", ")];
                    lines.extend(preview.definition);
                    let facts = preview.facts.into_iter();
                    lines.extend(
                        facts.map(|(name, values)| format!("{name}: {}", values.join("; "))),
                    );
                    html_of(&preview.name, &lines)
                }),
                What::Type | What::Property => graph
                    .term_suggestion(&snapshot, &wanted, what == What::Type)
                    .map(|term| {
                        let lines: Vec<String> = term.description.into_iter().collect();
                        html_of(&term.name, &lines)
                    }),
            })
        })
        .await?;
    let html = html.ok_or_else(|| nothing_about(&id))?;
    respond(&reading, &form, &json!({ "id": id, "html": html }))
}

fn nothing_about(id: &str) -> ApiError {
    ApiError::NotFound(format!("the data says nothing about `{id}`"))
}

/// Lines of text as HTML that a client can put on a page of its own.
fn html_of(heading: &str, lines: &[String]) -> String {
    const LONGEST: usize = 400;
    let mut html = format!("<p><strong>{}</strong></p>", escaped(heading, LONGEST));
    for line in lines.iter().filter(|line| !line.is_empty()) {
        html.push_str(&format!("<p>{}</p>", escaped(line, LONGEST)));
    }
    html
}

fn escaped(text: &str, most: usize) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars().take(most) {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            c => written.push(c),
        }
    }
    written
}

// ---- things to look at ----------------------------------------------------------------------

/// `GET /reconcile/preview?id=`: a small page about a thing, for a frame on somebody else's page.
async fn preview(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (parts, form) = read(uri, headers)?;
    let id = form.required("id")?.to_owned();
    let snapshot = seen(&state, &parts.headers).await?;
    let shell = pages::Shell::new(&parts.uri, &parts.headers);
    let reading = Reading::new(&state, &snapshot, &identity(&parts, &form, shell.tag()));
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let wanted = id.clone();
    let body = state
        .blocking(move |graph| {
            graph
                .preview(&snapshot, &wanted)
                .map(|preview| pages::preview(shell, graph, &preview))
                .transpose()
        })
        .await?
        .ok_or_else(|| nothing_about(&id))?;
    let mut response = reading.respond(Format::Html, body);
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PREVIEW_POLICY),
    );
    Ok(response)
}

/// `GET /reconcile/view?id=`: leads to the page of a thing, whatever its id looks like in a URL.
async fn view(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    let id = form.required("id")?;
    let snapshot: Arc<Snapshot> = seen(&state, &headers).await?;
    let config = state.graph().config();
    let thing = state
        .graph()
        .spaces_of(&snapshot)
        .entity(id)
        .ok_or_else(|| nothing_about(id))?;
    let is_described = snapshot
        .quads_for_pattern(Some(thing.as_ref().into()), None, None, None)
        .next()
        .is_some();
    if !is_described {
        return Err(nothing_about(id));
    }
    let location = pages::Links::new(&config.base).page(thing.as_str());
    let location = HeaderValue::try_from(location).map_err(|_| nothing_about(id))?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}
