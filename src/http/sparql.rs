//! `/sparql`: the SPARQL 1.1 Protocol, query and update on one path.

use super::error::ApiError;
use super::negotiate::{self, Chosen, Format, ROWS, TRIPLES, choose};
use super::request::{Form, content_type, deadline, read_body, url, utf8, writer};
use super::respond::{Reading, written};
use super::{AppState, pages, service_description};
use crate::app::{ResultFormat, write_results};
use crate::store::{DatasetSpec, Limits, Query, QueryForm, Snapshot};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// How long the text of a query may be.
const LONGEST_QUERY: usize = 4 << 20;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sparql", get(ask).post(post))
        .route("/sparql/", get(ask).post(post))
}

/// `GET /sparql`: a query; without one the service description, or a page to write one on.
async fn ask(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let form = Form::of_url(&parts.uri)?;
    if form.has("update") {
        return Err(ApiError::BadRequest(
            "an update must be sent with POST".to_owned(),
        ));
    }
    if form.has("query") {
        return query(&state, &parts, &form).await;
    }
    let mut offers = TRIPLES.to_vec();
    offers.retain(|format| *format != Format::Rdf(oxigraph::io::RdfFormat::N3));
    match choose(&parts.headers, &offers) {
        Ok(chosen) => match chosen.format {
            Format::Rdf(format) => {
                service_description::describe(&state, &parts, chosen, format).await
            }
            _ => pages::query_form(&state, &parts.headers).await,
        },
        Err(_) => Err(ApiError::BadRequest(
            "parameter `query` is missing".to_owned(),
        )),
    }
}

/// `POST /sparql`: a query or an update, as a form or as it is.
async fn post(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let media_type = content_type(&parts.headers)?;
    let limit = state.graph().config().body_limit;
    match media_type.as_ref().map(|media_type| media_type.essence_str()) {
        Some("application/x-www-form-urlencoded") => {
            form.append(Form::parse(&read_body(body, limit).await?)?);
            match (form.has("query"), form.has("update")) {
                (true, false) => query(&state, &parts, &form).await,
                (false, true) => {
                    let text = form.one("update")?.unwrap_or_default().to_owned();
                    update(&state, &parts, &form, text).await
                }
                (true, true) => Err(ApiError::BadRequest(
                    "`query` and `update` exclude each other".to_owned(),
                )),
                (false, false) => Err(ApiError::BadRequest(
                    "`query` or `update` is missing".to_owned(),
                )),
            }
        }
        Some(direct @ ("application/sparql-query" | "application/sparql-update")) => {
            if form.has("query") || form.has("update") {
                return Err(ApiError::BadRequest(
                    "there is a query or update in the URL and one in the body".to_owned(),
                ));
            }
            if direct == "application/sparql-query" {
                let text = utf8(read_body(body, limit.min(LONGEST_QUERY)).await?)?;
                form.append(Form::single("query", text));
                query(&state, &parts, &form).await
            } else {
                // Who may not write need not send the rest.
                writer(&state, &parts)?;
                let text = utf8(read_body(body, limit).await?)?;
                update(&state, &parts, &form, text).await
            }
        }
        _ => Err(ApiError::UnsupportedMediaType(
            "send application/sparql-query, application/sparql-update or application/x-www-form-urlencoded".to_owned(),
        )),
    }
}

fn refuse(form: &Form, names: [&str; 2], what: &str) -> Result<(), ApiError> {
    match names.iter().find(|name| form.has(name)) {
        Some(name) => Err(ApiError::BadRequest(format!("`{name}` is for {what}"))),
        None => Ok(()),
    }
}

async fn query(state: &AppState, parts: &Parts, form: &Form) -> Result<Response, ApiError> {
    refuse(
        form,
        ["using-graph-uri", "using-named-graph-uri"],
        "updates",
    )?;
    let text = form.one("query")?.unwrap_or_default().to_owned();
    if text.len() > LONGEST_QUERY {
        return Err(ApiError::TooLarge(LONGEST_QUERY));
    }
    let dataset = DatasetSpec {
        default_graphs: form.iris("default-graph-uri")?,
        named_graphs: form.iris("named-graph-uri")?,
    };
    let formats: Vec<String> = form.all("format").map(str::to_owned).collect();
    let formats: Vec<&str> = formats.iter().map(String::as_str).collect();
    let deadline = deadline(form, state.graph().config().query_timeout)?;
    let base = url(parts);
    let to_parse = text.clone();
    let query = state
        .blocking(move |graph| {
            graph
                .parse_query(&to_parse, Some(&base))
                .map_err(ApiError::Syntax)
        })
        .await?;
    let mut identity = vec![text.as_str()];
    identity.extend(dataset.default_graphs.iter().map(|graph| graph.as_str()));
    identity.push("named");
    identity.extend(dataset.named_graphs.iter().map(|graph| graph.as_str()));
    let job = QueryJob {
        query,
        dataset: dataset.clone(),
        deadline,
        snapshot: state.graph().snapshot(),
    };
    let page = pages::ResultPage::of_query(&text);
    job.answer(state, &parts.headers, &formats, &identity, page)
        .await
}

/// A query to run, and on what.
pub(super) struct QueryJob {
    pub(super) query: Query,
    pub(super) dataset: DatasetSpec,
    pub(super) deadline: Instant,
    pub(super) snapshot: Arc<Snapshot>,
}

impl QueryJob {
    /// Runs the query and answers in the first format of these names that the results have, or
    /// without names in one that the client takes.
    /// `identity` is all that the answer depends on; `page` frames it for a browser.
    pub(super) async fn answer(
        mut self,
        state: &AppState,
        headers: &HeaderMap,
        formats: &[&str],
        identity: &[&str],
        page: pages::ResultPage,
    ) -> Result<Response, ApiError> {
        let services = state.graph().services(&self.snapshot);
        self.query = self.query.with_services(services);
        let chosen = self.format(headers, formats)?;
        let volatile = (is_volatile(identity) || self.query.asks_others()).then(unrepeated);
        let mut what = identity.to_vec();
        what.push(chosen.content_type);
        what.extend(volatile.as_deref());
        let reading = Reading::new(state, self.snapshot.version(), &what);
        if let Some(response) = reading.not_modified(headers) {
            return Ok(response);
        }
        let result_format = match chosen.format {
            Format::Rows(format) => ResultFormat::Rows(format),
            Format::Rdf(format) => ResultFormat::Triples(format),
            Format::Html | Format::Json | Format::Csv | Format::Sparql => {
                return pages::results(state, self, page, &reading).await;
            }
        };
        let place = state.place(Some(self.deadline)).await?;
        let body = state
            .stream(place, Some(self.deadline), move |_, limits, blocks| {
                self.snapshot
                    .query(&self.query, &self.dataset, limits, |results| {
                        write_results(results, result_format, blocks)
                    })?
                    .map_err(ApiError::write)
            })
            .await?;
        Ok(reading.respond(chosen, body))
    }

    fn format(&self, headers: &HeaderMap, names: &[&str]) -> Result<Chosen, ApiError> {
        let offers = match self.query.form() {
            QueryForm::Select | QueryForm::Ask => ROWS.as_slice(),
            QueryForm::Construct | QueryForm::Describe => TRIPLES.as_slice(),
        };
        // Some clients name a format twice, once by its media type.
        let mut names = names.iter().filter(|name| !name.is_empty()).peekable();
        let Some(first) = names.peek().copied() else {
            return choose(headers, offers);
        };
        names
            .find_map(|name| negotiate::by_name(name, offers))
            .map(Into::into)
            .ok_or_else(|| {
                let known: Vec<_> = offers
                    .iter()
                    .filter_map(|format| format.names().first())
                    .copied()
                    .collect();
                ApiError::BadRequest(format!(
                    "`format`: there is no `{first}` for these results; there are {}",
                    known.join(", ")
                ))
            })
    }
}

/// Whether a query may answer differently on the same data. May be wrong in the safe direction.
fn is_volatile(texts: &[&str]) -> bool {
    texts.iter().any(|text| {
        let text = text.to_ascii_uppercase();
        ["NOW", "RAND", "UUID", "BNODE"]
            .iter()
            .any(|function| text.contains(function))
    })
}

fn unrepeated() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let time = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    format!("{count} {}", time.as_nanos())
}

async fn update(
    state: &AppState,
    parts: &Parts,
    form: &Form,
    text: String,
) -> Result<Response, ApiError> {
    let writer = writer(state, parts)?;
    refuse(form, ["default-graph-uri", "named-graph-uri"], "queries")?;
    let using = DatasetSpec {
        default_graphs: form.iris("using-graph-uri")?,
        named_graphs: form.iris("using-named-graph-uri")?,
    };
    let limits = Limits {
        deadline: Some(deadline(form, state.graph().config().query_timeout)?),
        ..Limits::default()
    };
    let base = url(parts);
    let committed = state
        .writing(move |graph| {
            let mut update = graph
                .parse_update(&text, Some(&base))
                .map_err(ApiError::Syntax)?;
            update.set_using(&using).map_err(ApiError::Syntax)?;
            Ok(graph.update(&writer, update, limits)?)
        })
        .await?;
    Ok(written(StatusCode::NO_CONTENT, committed.version))
}
