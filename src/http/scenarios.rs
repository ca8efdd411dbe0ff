//! `/api/v1/scenarios`: what if something were otherwise, beside the data as it is.
//!
//! An evaluation writes nothing and needs no token; saving does. Whoever has the link of a saved
//! scenario evaluates it on what they may see themselves, and IRIs that they do not see stay
//! hidden from them.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Chosen, Format, of_path, prefers_html};
use super::pinned::{Pinned, VERSION};
use super::request::{self, Form, content_type, deadline, read_body, writer};
use super::respond::{DATA_VERSION, Reading, TOTAL_COUNT};
use super::rows::{self, About, FORMATS, Listing, Page, Rows, number};
use crate::app::scenarios::{
    Cell, Choices, Evaluation, LONGEST_SCENARIO, Part, SavedScenario, Scenario, Table,
};
use crate::app::{AppError, Reader, ScenarioError, Writer};
use crate::network::Filter;
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout_at;

/// Actors and services that an answer with all parts lists; their own parts have all.
const FIRST_ACTORS: usize = 50;
/// Parameters of every evaluation, besides the filters and the page.
const PARAMETERS: [&str; 5] = ["part", "networks", "metrics", "timeout", VERSION];

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/api/v1/scenarios/{id}", get(saved).delete(remove))
        .route("/api/v1/scenarios/{id}/{part}", get(part_of_saved));
    for (path, handlers) in [
        ("/api/v1/scenarios", get(list).post(evaluate_or_save)),
        ("/api/v1/scenarios/evaluate", get(evaluate_link)),
    ] {
        router = rows::route(router, path, handlers);
    }
    router
}

/// What is asked about a scenario, as far as it is understood without the data.
pub(super) struct Asked {
    pub(super) form: Form,
    part: Option<Part>,
    page: Page,
    networks: Vec<String>,
    metrics: Vec<String>,
    deadline: Instant,
    pinned: Pinned,
    /// Where the rows come from.
    about: About,
}

impl Asked {
    pub(super) async fn new(
        state: &AppState,
        uri: &Uri,
        headers: &HeaderMap,
        own: &[&str],
    ) -> Result<Self, ApiError> {
        let form = Form::of_url(uri)?;
        form.only(&[&Filter::KEYS[..], &PARAMETERS[..], &Page::KEYS[..], own].concat())?;
        let list = |name: &str| -> Result<Vec<String>, ApiError> {
            let text = form.one(name)?.unwrap_or_default();
            let values = text.split(',').map(str::trim);
            Ok(values
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .collect())
        };
        let part = form.one("part")?.filter(|name| !name.is_empty());
        let deadline = deadline(&form, state.graph().config().query_timeout)?;
        let pinned = Pinned::of(state, headers, &form, deadline).await?;
        let about = match of_path(uri.path(), headers, &FORMATS) {
            Ok((_, format)) => About::of(state, headers, uri, format.format, &pinned.snapshot),
            Err(_) => About::default(),
        };
        Ok(Self {
            part: part.map(Part::named).transpose()?,
            page: Page::of(&form)?,
            networks: list("networks")?,
            metrics: list("metrics")?,
            deadline,
            pinned,
            about,
            form,
        })
    }

    pub(super) fn seen(&self) -> &Arc<Snapshot> {
        &self.pinned.snapshot
    }

    /// Evaluates, on a thread of its own and within the time allowed. Few at once: an evaluation
    /// holds the networks of the data twice.
    pub(super) async fn evaluated(
        &self,
        state: &AppState,
        scenario: &Scenario,
    ) -> Result<Arc<Evaluation>, ApiError> {
        let places = Arc::clone(state.scenario_places());
        let place = match timeout_at(self.deadline.into(), places.acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) | Err(_) => return Err(ApiError::Busy),
        };
        let limits = Limits {
            deadline: Some(self.deadline),
            memory: Some(state.graph().config().allowance.memory),
            ..Limits::default()
        };
        let filters: Vec<(String, String)> = self
            .form
            .pairs()
            .filter(|(name, _)| Filter::KEYS.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let (given, scenario) = (Arc::clone(self.seen()), scenario.clone());
        let (networks, metrics) = (self.networks.clone(), self.metrics.clone());
        state
            .measuring(Arc::clone(&given), self.deadline, move |graph| {
                let merged = graph.merged(&given)?;
                let filters = filters
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()));
                let choices = Choices {
                    filter: graph.filter(&merged, filters)?,
                    networks,
                    metrics,
                };
                let evaluation = graph.evaluate_scenario(&given, &scenario, &choices, &limits)?;
                drop(place);
                Ok(evaluation)
            })
            .await
    }

    /// What the answer depends on besides the data and the scenario.
    fn identity<'a>(&'a self, what: &'a str, format: Chosen, hash: &'a str) -> Vec<&'a str> {
        let mut identity = vec!["scenario", what, format.content_type, hash];
        for (name, value) in self.form.pairs() {
            if !["timeout", VERSION, "changes"].contains(&name) {
                identity.extend([name, value]);
            }
        }
        identity
    }

    /// The body of an answer, and how many rows there are on all pages.
    fn body(
        &self,
        evaluation: &Evaluation,
        about: Map<String, Value>,
        format: Format,
    ) -> Result<(Vec<u8>, Option<usize>), ApiError> {
        if self.part.is_none() && !format.is_table() {
            return Ok((whole(evaluation, about).to_string().into_bytes(), None));
        }
        let text = |name: &str| about.get(name).and_then(Value::as_str).unwrap_or_default();
        let source = self
            .about
            .clone()
            .titled(text("title"), text("description"));
        if self.part.is_none() && format == Format::Xlsx {
            let mut parts = Part::ALL.map(|part| (part.name(), rows_of(evaluation.table(part))));
            // What other formats have alone comes first.
            parts.sort_by_key(|(name, _)| *name != Part::Indicators.name());
            let sheets: Vec<(&str, &Rows)> =
                parts.iter().map(|(name, rows)| (*name, rows)).collect();
            return Ok((rows::book(&sheets, format, &source)?, None));
        }
        let table = evaluation.table(self.part.unwrap_or(Part::Indicators));
        let mut rows = rows_of(table);
        let total = rows.keep(self.page);
        Ok((rows.text(format, &source)?, Some(total)))
    }
}

/// Rows of a part.
fn rows_of(table: &Table) -> Rows {
    let mut rows = Rows::new(table.columns.iter().copied());
    for row in &table.rows {
        let cells: Vec<Value> = row.iter().map(cell).collect();
        rows.push(cells);
    }
    rows
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Nothing => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Number(value) => number(*value),
        Cell::Flag(flag) => json!(flag),
    }
}

/// All parts of an evaluation.
fn whole(evaluation: &Evaluation, about: Map<String, Value>) -> Value {
    let mut view = about;
    view.insert("dataVersion".to_owned(), json!(evaluation.version));
    view.insert(
        "statements".to_owned(),
        json!({"added": evaluation.added, "removed": evaluation.removed}),
    );
    view.insert(
        "actorsAffected".to_owned(),
        json!(evaluation.actors_affected),
    );
    for part in Part::ALL {
        let mut rows = rows_of(evaluation.table(part)).into_objects();
        if [Part::Actors, Part::Services].contains(&part) {
            rows.truncate(FIRST_ACTORS);
        }
        view.insert(part.name().to_owned(), Value::Array(rows));
    }
    Value::Object(view)
}

fn about(scenario: &Scenario, saved: Option<&SavedScenario>, asked: &Asked) -> Map<String, Value> {
    let mut about = Map::new();
    if let Some(saved) = saved {
        about.extend(about_saved(saved));
    } else {
        about.insert("title".to_owned(), json!(scenario.title));
        about.insert("description".to_owned(), json!(scenario.description));
    }
    let filters = asked.form.pairs();
    let filters: Map<String, Value> = filters
        .filter(|(name, value)| Filter::KEYS.contains(name) && !value.is_empty())
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    about.insert("filter".to_owned(), Value::Object(filters));
    about
}

/// What is known of a saved scenario without evaluating it.
fn about_saved(saved: &SavedScenario) -> [(String, Value); 8] {
    [
        ("id", json!(saved.id)),
        ("title", json!(saved.scenario.title)),
        ("description", json!(saved.scenario.description)),
        ("owner", json!(saved.owner)),
        ("created", json!(saved.created)),
        ("savedOnVersion", json!(saved.version)),
        ("size", json!(saved.scenario.changes.len())),
        ("url", json!(format!("/api/v1/scenarios/{}", saved.id))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// `GET /api/v1/scenarios`: the saved scenarios, the newest first. Those that are about what
/// somebody may not see are not listed to them.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if wants_page(uri.path(), &headers) {
        return Ok(see_other("/scenarios"));
    }
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reader = request::reader(&state, &headers)?;
    let fingerprint = state.graph().saved_scenarios().fingerprint();
    let mut identity = vec![
        "scenarios",
        format.content_type,
        &fingerprint,
        reader.name(),
    ];
    identity.extend(form.pairs().flat_map(|(name, value)| [name, value]));
    let reading = Reading::new(&state, &snapshot, &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let shown = listed(&state, &snapshot, &reader).await?;
    let mut rows = Rows::of_objects(shown.iter().map(|saved| Map::from_iter(about_saved(saved))));
    if shown.is_empty() {
        rows = Rows::new([
            "id",
            "title",
            "description",
            "owner",
            "created",
            "savedOnVersion",
            "size",
            "url",
        ]);
    }
    let total = rows.arrange(&listing)?;
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let response = reading.respond(format, rows.text(format.format, &about)?);
    let window = (listing.page(), None);
    Ok(rows::listed(response, &headers, &uri, &form, window, total))
}

/// The saved scenarios that a reader may know of.
pub(super) async fn listed(
    state: &AppState,
    snapshot: &Arc<Snapshot>,
    reader: &Reader,
) -> Result<Vec<Arc<SavedScenario>>, ApiError> {
    let (snapshot, reader) = (Arc::clone(snapshot), reader.clone());
    state
        .blocking(move |graph| {
            let mut all = graph.saved_scenarios().list();
            all.retain(|saved| {
                is_own(saved, &reader) || graph.knows_scenario(&snapshot, &saved.scenario)
            });
            Ok(all)
        })
        .await
}

/// Whether a scenario is the reader's own, or the reader sees everything.
pub(super) fn is_own(saved: &SavedScenario, reader: &Reader) -> bool {
    // A name alone says nothing: who sends no token is called anybody.
    let is_named = *reader != Reader::anonymous() && reader.name() == saved.owner;
    reader.sees_everything() || is_named
}

/// `POST /api/v1/scenarios`: evaluates a scenario; with `save=true` keeps it.
async fn evaluate_or_save(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let (_, format) = of_path(parts.uri.path(), &parts.headers, &FORMATS)?;
    let is_to_be_saved = Form::of_url(&parts.uri)?.switch("save")?;
    let by = is_to_be_saved.then(|| writer(&state, &parts)).transpose()?;
    let asked = Asked::new(&state, &parts.uri, &parts.headers, &["save"]).await?;
    let media_type = content_type(&parts.headers)?;
    // What curl calls its data unless told otherwise is let through if it is JSON all the same.
    let is_json = media_type.as_ref().is_none_or(|media_type| {
        ["application/json", "application/x-www-form-urlencoded"]
            .contains(&media_type.essence_str())
    });
    if !is_json {
        return Err(ApiError::UnsupportedMediaType(
            "send application/json: {\"title\": …, \"changes\": [{\"op\": \"removeActor\", \"iri\": …}]}"
                .to_owned(),
        ));
    }
    let limit = state.graph().config().body_limit.min(LONGEST_SCENARIO);
    let scenario = Scenario::parse(&read_body(body, limit).await?).map_err(AppError::from)?;
    let Some(by) = by else {
        return answer(&state, &parts.headers, &asked, &scenario, None, format).await;
    };
    // Only what can be evaluated is worth keeping.
    if scenario.title.is_empty() {
        return Err(AppError::from(ScenarioError::NoTitle).into());
    }
    let evaluation = asked.evaluated(&state, &scenario).await?;
    let (saved, is_new) = keep(&state, by, scenario, evaluation.version).await?;
    let about = about(&saved.scenario, Some(&saved), &asked);
    let (text, _) = asked.body(&evaluation, about, format.format)?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, format.header());
    headers.insert(DATA_VERSION, HeaderValue::from(evaluation.version));
    if let Ok(location) = HeaderValue::try_from(format!("/api/v1/scenarios/{}", saved.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn keep(
    state: &AppState,
    by: Writer,
    scenario: Scenario,
    version: u64,
) -> Result<(Arc<SavedScenario>, bool), ApiError> {
    state
        .writing(move |graph| Ok(graph.saved_scenarios().save(&by, scenario, version)?))
        .await
}

/// Answers with an evaluation, unless the client has the answer already.
async fn answer(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
    scenario: &Scenario,
    saved: Option<&SavedScenario>,
    format: Chosen,
) -> Result<Response, ApiError> {
    let hash = scenario.hash();
    let title = format!("{}\n{}", scenario.title, scenario.description);
    let what = saved.map_or(title.as_str(), |saved| saved.id.as_str());
    let reading = Reading::new(state, asked.seen(), &asked.identity(what, format, &hash));
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let evaluation = asked.evaluated(state, scenario).await?;
    let about = about(scenario, saved, asked);
    let (text, total) = asked.body(&evaluation, about, format.format)?;
    let mut response = reading.respond(format, text);
    if let Some(total) = total {
        response
            .headers_mut()
            .insert(TOTAL_COUNT, HeaderValue::from(total));
    }
    Ok(response)
}

/// `GET /api/v1/scenarios/evaluate?changes=`: evaluates a scenario that a link states.
async fn evaluate_link(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if wants_page(uri.path(), &headers) {
        let query = uri
            .query()
            .map_or_else(String::new, |query| format!("?{query}"));
        return Ok(see_other(&format!("/scenarios/evaluate{query}")));
    }
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let own = ["changes", "title", "description"];
    let asked = Asked::new(&state, &uri, &headers, &own).await?;
    let scenario = of_link(&asked.form)?;
    answer(&state, &headers, &asked, &scenario, None, format).await
}

/// The scenario that the parameters of a link state.
pub(super) fn of_link(form: &Form) -> Result<Scenario, ApiError> {
    let changes: Value = serde_json::from_str(form.required("changes")?).map_err(|error| {
        ApiError::BadRequest(format!(
            "`changes` is no JSON: {error}; write a list such as \
             [{{\"op\":\"removeActor\",\"iri\":\"…\"}}], percent-encoded"
        ))
    })?;
    let text =
        |name: &str| -> Result<Value, ApiError> { Ok(json!(form.one(name)?.unwrap_or_default())) };
    let scenario = Map::from_iter([
        ("title".to_owned(), text("title")?),
        ("description".to_owned(), text("description")?),
        ("changes".to_owned(), changes),
    ]);
    let scenario = Scenario::of_value(Value::Object(scenario)).map_err(AppError::from)?;
    Ok(scenario)
}

/// `GET /api/v1/scenarios/{id}`: a saved scenario, evaluated on the data of today or of a version;
/// with `definition=true` what it changes.
async fn saved(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if wants_page(&id, &headers) {
        let known = state.graph().saved_scenarios().get(&id)?;
        return Ok(see_other(&format!("/scenarios/{}", known.id)));
    }
    if let Some(id) = id.strip_suffix(".definition") {
        return definition(&state, id, &headers).await;
    }
    let (id, format) = of_path(&id, &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    if form.switch("definition")? {
        form.only(&["definition"])?;
        return definition(&state, id, &headers).await;
    }
    of_saved(&state, id, &uri, &headers, None, format).await
}

/// `GET /api/v1/scenarios/{id}/{part}`: one part of the same.
async fn part_of_saved(
    State(state): State<AppState>,
    Path((id, part)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, format) = of_path(&part, &headers, &FORMATS)?;
    let part = Part::named(name)?;
    of_saved(&state, &id, &uri, &headers, Some(part), format).await
}

async fn of_saved(
    state: &AppState,
    id: &str,
    uri: &Uri,
    headers: &HeaderMap,
    part: Option<Part>,
    format: Chosen,
) -> Result<Response, ApiError> {
    let saved = state.graph().saved_scenarios().get(id)?;
    let mut asked = Asked::new(state, uri, headers, &["definition"]).await?;
    asked.part = part.or(asked.part);
    let name = part.map_or("", Part::name);
    let reader = request::reader(state, headers)?;
    let hash = saved.scenario.hash();
    let mut identity = asked.identity(&saved.id, format, &hash);
    identity.push(name);
    let reading = Reading::new(state, asked.seen(), &identity);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(asked.pinned.label(state, headers, false, response));
    }
    let evaluation = asked
        .evaluated(state, &saved.scenario)
        .await
        .map_err(|error| hiding_names(error, &saved, &reader))?;
    let about = about(&saved.scenario, Some(&saved), &asked);
    let (text, total) = asked.body(&evaluation, about, format.format)?;
    let mut response = reading.respond(format, text);
    if let Some(total) = total {
        response
            .headers_mut()
            .insert(TOTAL_COUNT, HeaderValue::from(total));
    }
    // Removed again, it is not there any more: no answer lasts longer than its scenario.
    Ok(response)
}

/// What a scenario names and its reader's data does not know is for those who made it.
pub(super) fn hiding_names(error: ApiError, saved: &SavedScenario, reader: &Reader) -> ApiError {
    match error {
        ApiError::App(AppError::Scenario(error)) if !is_own(saved, reader) => {
            AppError::from(error.without_names()).into()
        }
        error => error,
    }
}

/// What a saved scenario changes, as it was sent; IRIs that the reader's data does not know are
/// for its owner and administrators.
async fn definition(state: &AppState, id: &str, headers: &HeaderMap) -> Result<Response, ApiError> {
    let saved = state.graph().saved_scenarios().get(id)?;
    let snapshot = request::snapshot(state, headers)?;
    let reader = request::reader(state, headers)?;
    let is_own = is_own(&saved, &reader);
    let whose = if is_own { "own" } else { "" };
    let reading = Reading::new(state, &snapshot, &["definition", &saved.id, whose]);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let shown = shown(state, &saved, &snapshot, is_own).await?;
    let mut view = Map::from_iter(about_saved(&saved));
    view.insert("changes".to_owned(), shown.to_json()["changes"].clone());
    Ok(reading.respond(Format::Json, Value::Object(view).to_string()))
}

/// A saved scenario as whoever sees a snapshot may read it.
pub(super) async fn shown(
    state: &AppState,
    saved: &Arc<SavedScenario>,
    snapshot: &Arc<Snapshot>,
    is_own: bool,
) -> Result<Scenario, ApiError> {
    if is_own {
        return Ok(saved.scenario.clone());
    }
    let (saved, snapshot) = (Arc::clone(saved), Arc::clone(snapshot));
    state
        .blocking(move |graph| Ok(graph.scenario_for(&snapshot, &saved.scenario)))
        .await
}

/// `DELETE /api/v1/scenarios/{id}`: for its owner and administrators.
async fn remove(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    state
        .writing(move |graph| Ok(graph.saved_scenarios().remove(&writer, &id)?))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Whether a page is asked for: by a browser, and by no extension.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    !name.contains('.') && prefers_html(headers)
}

fn see_other(target: &str) -> Response {
    let location = HeaderValue::try_from(target);
    let location = location.unwrap_or(HeaderValue::from_static("/scenarios"));
    let headers = [
        (header::LOCATION, location),
        (header::VARY, HeaderValue::from_static("accept")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
