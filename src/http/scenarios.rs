//! `/api/v1/scenarios`: what if something were otherwise, beside the data as it is.
//!
//! An evaluation writes nothing and needs no token; saving does. Whoever has the link of a saved
//! scenario evaluates it on what they may see themselves, and IRIs that they do not see stay
//! hidden from them.

use super::AppState;
use super::cite::{answered_at, fitting};
use super::error::ApiError;
use super::negotiate::{Chosen, Format, of_path, prefers_html};
use super::pinned::{Pinned, VERSION};
use super::request::{self, Form, content_type, deadline, read_body, writer};
use super::respond::{DATA_VERSION, Reading, TOTAL_COUNT};
use super::rows::{self, About, FORMATS, Listing, Rows, number};
use crate::app::permalink::add_parameter;
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
use std::collections::BTreeMap;
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

/// Parameters that a saved scenario keeps, besides the filters.
const KEPT: [&str; 2] = ["networks", "metrics"];
/// Where scenarios are.
const PATH: &str = "/api/v1/scenarios";

/// What is asked about a scenario, as far as it is understood without the data.
pub(super) struct Asked {
    pub(super) form: Form,
    part: Option<Part>,
    listing: Listing,
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
        form.only(&[&Filter::KEYS[..], &PARAMETERS[..], &Listing::KEYS[..], own].concat())?;
        let part = form.one("part")?.filter(|name| !name.is_empty());
        let deadline = deadline(&form, state.graph().config().query_timeout)?;
        let pinned = Pinned::of(state, headers, &form, deadline).await?;
        let about = match of_path(uri.path(), headers, &FORMATS) {
            Ok((_, format)) => About::of(state, headers, uri, format.format, &pinned.snapshot),
            Err(_) => About::default(),
        };
        Ok(Self {
            part: part.map(Part::named).transpose()?,
            listing: Listing::of(&form)?,
            networks: listed_in(&form, "networks")?,
            metrics: listed_in(&form, "metrics")?,
            deadline,
            pinned,
            about,
            form,
        })
    }

    /// Refuses what is for the rows of one part where all are asked for.
    fn check(&self) -> Result<(), ApiError> {
        let given = |name: &&&str| self.form.all(name).any(|text| !text.is_empty());
        match Listing::KEYS.iter().find(given) {
            Some(name) if self.part.is_none() => Err(ApiError::BadRequest(format!(
                "`{name}` is for the rows of one part: name it with `part`, one of {}",
                Part::ALL.map(Part::name).join(", ")
            ))),
            _ => Ok(()),
        }
    }

    /// Says of the rows of a part how many there are, and where the others are.
    fn listed(
        &self,
        response: Response,
        headers: &HeaderMap,
        uri: &Uri,
        total: Option<usize>,
    ) -> Response {
        let page = (self.listing.page(), None);
        match total {
            Some(total) => rows::listed(response, headers, uri, &self.form, page, total),
            None => response,
        }
    }

    /// The same with what a saved scenario keeps, as far as whoever asks does not say otherwise.
    pub(super) fn with_kept(mut self, saved: &SavedScenario) -> Result<Self, ApiError> {
        for (name, value) in &saved.choices {
            if !self.form.has(name) {
                self.form.append(Form::single(name, value.clone()));
            }
        }
        self.networks = listed_in(&self.form, "networks")?;
        self.metrics = listed_in(&self.form, "metrics")?;
        Ok(self)
    }

    /// What a scenario that is saved keeps of the question.
    fn to_keep(&self) -> BTreeMap<String, String> {
        self.form
            .pairs()
            .filter(|(name, value)| {
                (Filter::KEYS.contains(name) || KEPT.contains(name)) && !value.is_empty()
            })
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The address, with these parameters first, that asks the same of the version of the data.
    fn address(&self, path: &str, own: &[(&str, &str)], is_kept: bool) -> Option<String> {
        let mut address = path.to_owned();
        for (name, value) in own.iter().filter(|(_, value)| !value.is_empty()) {
            add_parameter(&mut address, name, value);
        }
        for (name, value) in self.form.pairs() {
            let is_left_out = ["save", "timeout", VERSION].contains(&name)
                || is_kept && (Filter::KEYS.contains(&name) || KEPT.contains(&name));
            if !is_left_out && !value.is_empty() {
                add_parameter(&mut address, name, value);
            }
        }
        add_parameter(&mut address, VERSION, &self.seen().version().to_string());
        fitting(address)
    }

    /// Says in the tables where everybody can have what was asked for in a body.
    fn answered_at(&mut self, origin: &str, address: Option<&str>, scenario: &Scenario) {
        let about = std::mem::take(&mut self.about);
        self.about = match address {
            Some(address) => about.answered_at(format!("{origin}{address}")),
            None => about.with("changes", &scenario.to_json()["changes"].to_string()),
        };
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
        let total = rows.arrange(&self.listing)?;
        Ok((rows.text(format, &source)?, Some(total)))
    }
}

/// The values of a parameter that is a list with commas.
fn listed_in(form: &Form, name: &str) -> Result<Vec<String>, ApiError> {
    let text = form.one(name)?.unwrap_or_default();
    let values = text.split(',').map(str::trim);
    Ok(values
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
        .collect())
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
fn about_saved(saved: &SavedScenario) -> [(String, Value); 9] {
    [
        ("id", json!(saved.id)),
        ("title", json!(saved.scenario.title)),
        ("description", json!(saved.scenario.description)),
        ("owner", json!(saved.owner)),
        ("created", json!(saved.created)),
        ("savedOnVersion", json!(saved.version)),
        ("size", json!(saved.scenario.changes.len())),
        ("choices", json!(saved.choices)),
        ("url", json!(format!("/api/v1/scenarios/{}", saved.id))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}

/// `GET /api/v1/scenarios`: the saved scenarios, the newest first, and whether the data still has
/// all that they name. Those that are about what somebody may not see are not listed to them.
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
    let columns = [
        "id",
        "title",
        "description",
        "owner",
        "created",
        "savedOnVersion",
        "size",
        "choices",
        "url",
        "fits",
    ];
    let objects = shown.iter().map(|listed| {
        let fits = ("fits".to_owned(), json!(listed.fits));
        Map::from_iter(about_saved(&listed.saved).into_iter().chain([fits]))
    });
    let mut rows = Rows::of_objects_with(&columns, objects).with_times(["created"]);
    let total = rows.arrange(&listing)?;
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let response = reading.respond(format, rows.text(format.format, &about)?);
    let window = (listing.page(), None);
    Ok(rows::listed(response, &headers, &uri, &form, window, total))
}

/// A saved scenario that a reader may know of.
pub(super) struct Listed {
    pub(super) saved: Arc<SavedScenario>,
    /// Whether the data, as the reader sees it, still has all that it names.
    pub(super) fits: bool,
}

/// The saved scenarios that a reader may know of: of those that the data does not fit any more,
/// the reader's own, and those that name nothing but what everybody could see.
pub(super) async fn listed(
    state: &AppState,
    snapshot: &Arc<Snapshot>,
    reader: &Reader,
) -> Result<Vec<Listed>, ApiError> {
    let (snapshot, reader) = (Arc::clone(snapshot), reader.clone());
    state
        .blocking(move |graph| {
            let mut listed = Vec::new();
            for saved in graph.saved_scenarios().list() {
                let fits = graph.knows_scenario(&snapshot, &saved.scenario);
                if fits || is_own(&saved, &reader) || graph.everybody_knew_scenario(&saved)? {
                    listed.push(Listed { saved, fits });
                }
            }
            Ok(listed)
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
    let mut asked = Asked::new(&state, &parts.uri, &parts.headers, &["save"]).await?;
    asked.check()?;
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
    let extension = parts.uri.path().strip_prefix(PATH).unwrap_or_default();
    let origin = request::origin(&parts.headers, &parts.uri);
    let Some(by) = by else {
        let address = address_of(&asked, &scenario, extension);
        asked.answered_at(&origin, address.as_deref(), &scenario);
        let response = answer(&state, &parts.headers, None, &asked, &scenario, format).await?;
        return Ok(answered_at(response, address));
    };
    // Only what can be evaluated is worth keeping.
    if scenario.title.is_empty() {
        return Err(AppError::from(ScenarioError::NoTitle).into());
    }
    let evaluation = asked.evaluated(&state, &scenario).await?;
    let choices = asked.to_keep();
    let (saved, is_new) = keep(&state, by, scenario, choices, asked.seen()).await?;
    let address = asked.address(&format!("{PATH}/{}{extension}", saved.id), &[], true);
    asked.answered_at(&origin, address.as_deref(), &saved.scenario);
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
    Ok(answered_at(response, address))
}

/// The address that states a scenario, if it fits into one; its title and its words are left out
/// before anything else.
fn address_of(asked: &Asked, scenario: &Scenario, extension: &str) -> Option<String> {
    let path = format!("{PATH}/evaluate{extension}");
    let changes = scenario.to_json()["changes"].to_string();
    let own = [
        ("changes", changes.as_str()),
        ("title", scenario.title.as_str()),
        ("description", scenario.description.as_str()),
    ];
    let with = |number: usize| asked.address(&path, own.get(..number)?, false);
    with(3).or_else(|| with(2)).or_else(|| with(1))
}

async fn keep(
    state: &AppState,
    by: Writer,
    scenario: Scenario,
    choices: BTreeMap<String, String>,
    seen: &Arc<Snapshot>,
) -> Result<(Arc<SavedScenario>, bool), ApiError> {
    let seen = Arc::clone(seen);
    state
        .writing(move |graph| {
            let new = graph.new_scenario(&seen, scenario, choices);
            Ok(graph.saved_scenarios().save(&by, new)?)
        })
        .await
}

/// Answers with an evaluation, unless the client has the answer already. Only what has an address
/// that states the scenario has pages with addresses.
async fn answer(
    state: &AppState,
    headers: &HeaderMap,
    uri: Option<&Uri>,
    asked: &Asked,
    scenario: &Scenario,
    format: Chosen,
) -> Result<Response, ApiError> {
    let hash = scenario.hash();
    let title = format!("{}\n{}", scenario.title, scenario.description);
    let identity = asked.identity(&title, format, &hash);
    let reading = Reading::new(state, asked.seen(), &identity);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let evaluation = asked.evaluated(state, scenario).await?;
    let about = about(scenario, None, asked);
    let (text, total) = asked.body(&evaluation, about, format.format)?;
    let mut response = reading.respond(format, text);
    if let Some(uri) = uri {
        return Ok(asked.listed(response, headers, uri, total));
    }
    if let Some(total) = total {
        let headers = response.headers_mut();
        headers.insert(TOTAL_COUNT, HeaderValue::from(total));
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
    asked.check()?;
    let scenario = of_link(&asked.form)?;
    answer(&state, &headers, Some(&uri), &asked, &scenario, format).await
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
    let asked = Asked::new(state, uri, headers, &["definition"]).await?;
    let mut asked = asked.with_kept(&saved)?;
    asked.part = part.or(asked.part);
    asked.check()?;
    let name = part.map_or("", Part::name);
    let reader = request::reader(state, headers)?;
    let hash = saved.scenario.hash();
    let mut identity = asked.identity(&saved.id, format, &hash);
    identity.push(name);
    let reading = Reading::new(state, asked.seen(), &identity);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(asked.pinned.label(state, headers, false, response));
    }
    let evaluation = match asked.evaluated(state, &saved.scenario).await {
        Ok(evaluation) => evaluation,
        Err(error) => {
            return Err(no_longer(state, headers, &asked, error, &saved, &reader).await);
        }
    };
    let about = about(&saved.scenario, Some(&saved), &asked);
    let (text, total) = asked.body(&evaluation, about, format.format)?;
    let response = asked.listed(reading.respond(format, text), headers, uri, total);
    // Removed again, it is not there any more: no answer lasts longer than its scenario.
    Ok(response)
}

/// Why a saved scenario does not fit the data: where the version that it was saved on still has all
/// that it names, and shows it to the reader, that is told, and what is missing by name.
pub(super) async fn no_longer(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
    error: ApiError,
    saved: &Arc<SavedScenario>,
    reader: &Reader,
) -> ApiError {
    let ApiError::App(AppError::Scenario(
        reason @ (ScenarioError::Unknown { .. } | ScenarioError::Change { .. }),
    )) = error
    else {
        return hiding_names(error, saved, reader);
    };
    let version = saved.version;
    let was_known = asked.seen().version() != version
        && match Pinned::of(
            state,
            headers,
            &Form::single(VERSION, version.to_string()),
            asked.deadline,
        )
        .await
        {
            Ok(then) => {
                let saved = Arc::clone(saved);
                let known = state
                    .blocking(
                        move |graph| Ok(graph.knows_scenario(&then.snapshot, &saved.scenario)),
                    )
                    .await;
                known.unwrap_or(false)
            }
            Err(_) => false,
        };
    let reason = AppError::from(match was_known {
        true => ScenarioError::NoLonger {
            error: Box::new(reason),
            id: saved.id.clone(),
            version,
        },
        false => reason,
    });
    match was_known {
        true => reason.into(),
        false => hiding_names(reason.into(), saved, reader),
    }
}

/// What a scenario names and its reader's data does not know is for those who made it.
fn hiding_names(error: ApiError, saved: &SavedScenario, reader: &Reader) -> ApiError {
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
