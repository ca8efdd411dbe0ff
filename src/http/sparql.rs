//! `/sparql`: the SPARQL 1.1 Protocol, query and update on one path.

use super::answers::{Answer, Known};
use super::cite::{answered_at, fitting};
use super::conditions::precondition;
use super::error::ApiError;
use super::merging;
use super::methods::QUERY;
use super::negotiate::{self, Chosen, Format, ROWS, TRIPLES, choose};
use super::pinned::Pinned;
use super::request::{
    Form, QUERY_ID, announced, client_of, content_type, deadline, origin, query_id, read_body, url,
    utf8, writer,
};
use super::respond::{Reading, ShortAnswer, caught, written};
use super::rows::{About, FORMATS, Listing, Rows};
use super::{AppState, pages, service_description};
use crate::app::evaluations::{self, Evaluation, Outcome};
use crate::app::permalink::add_parameter;
use crate::app::{AppError, KnowledgeGraph, RestsOn, ResultFormat, WriteError, write_results_with};
use crate::rdf::version::RdfVersion;
use crate::store::{DatasetSpec, Limits, Query, QueryForm, Snapshot, SyntaxError};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::get;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How long the text of a query may be.
const LONGEST_QUERY: usize = 4 << 20;

pub(super) fn routes() -> Router<AppState> {
    let methods = || {
        get(ask)
            .post(post)
            .fallback(other)
            .layer(map_response(tell_methods))
    };
    Router::new()
        .route("/sparql", methods())
        .route("/sparql/", methods())
}

/// Says what a QUERY may hold.
pub(super) const ACCEPT_QUERY: HeaderName = HeaderName::from_static("accept-query");

/// Adds what HTTP libraries do not know yet: that there is QUERY.
async fn tell_methods(mut response: Response) -> Response {
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(
        ACCEPT_QUERY,
        HeaderValue::from_static("application/sparql-query, application/x-www-form-urlencoded"),
    );
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let methods = HeaderValue::from_static("GET,HEAD,POST,QUERY,OPTIONS");
        headers.insert(header::ALLOW, methods);
    }
    response
}

/// `QUERY /sparql`: a query in the body, as with POST, but safe: nothing it says can change data.
async fn other(state: State<AppState>, request: Request) -> Result<Response, ApiError> {
    if request.method().as_str() == QUERY {
        take(&state.0, request, true).await
    } else {
        Err(ApiError::MethodNotAllowed)
    }
}

/// `GET /sparql`: a query; without one the service description, or a page to write one on.
async fn ask(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let shell = pages::Shell::new(&parts.uri, &parts.headers);
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
            _ => pages::query_form(&state, shell, &parts.headers, &form).await,
        },
        Err(_) => Err(ApiError::BadRequest(
            "parameter `query` is missing".to_owned(),
        )),
    }
}

/// `POST /sparql`: a query or an update, as a form or as it is.
async fn post(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    take(&state, request, false).await
}

/// A query or, unless the method is safe, an update in the body.
async fn take(state: &AppState, request: Request, is_safe: bool) -> Result<Response, ApiError> {
    let no_update = || {
        Err(ApiError::BadRequest(
            "QUERY takes queries only; an update must be sent with POST".to_owned(),
        ))
    };
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let media_type = content_type(&parts.headers)?;
    let limit = state.graph().config().body_limit;
    match media_type.as_ref().map(|media_type| media_type.essence_str()) {
        Some("application/x-www-form-urlencoded") => {
            form.append(Form::parse(&read_body(body, limit).await?)?);
            match (form.has("query"), form.has("update")) {
                (true, false) => query(state, &parts, &form).await,
                (false, true) if is_safe => no_update(),
                (false, true) => {
                    let text = form.one("update")?.unwrap_or_default().to_owned();
                    update(state, &parts, &form, text, None).await
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
            let version = media_type.as_ref().map(announced).transpose()?.flatten();
            if direct == "application/sparql-query" {
                let text = utf8(read_body(body, limit.min(LONGEST_QUERY)).await?)?;
                refuse_newer(&text, version)?;
                form.append(Form::single("query", text));
                query(state, &parts, &form).await
            } else if is_safe {
                no_update()
            } else {
                // Who may not write need not send the rest.
                writer(state, &parts)?;
                let text = utf8(read_body(body, limit).await?)?;
                update(state, &parts, &form, text, version).await
            }
        }
        _ => Err(ApiError::UnsupportedMediaType(
            "send application/sparql-query, application/sparql-update or application/x-www-form-urlencoded".to_owned(),
        )),
    }
}

/// Refuses a text that says more than the version it announces has. Looks at the text, so that the
/// place can be told.
fn refuse_newer(text: &str, version: Option<RdfVersion>) -> Result<(), ApiError> {
    let Some(version) = version else {
        return Ok(());
    };
    match version.beyond_text(text) {
        None => Ok(()),
        Some(place) => Err(ApiError::Syntax(SyntaxError {
            message: format!(
                "{} is new in SPARQL 1.2, and the request announces version={}",
                place.what,
                version.name()
            ),
            line: Some(place.line),
            column: Some(place.column),
            hint: Some("announce version=1.2, or no version".to_owned()),
        })),
    }
}

/// The error, with a remedy that applies.
fn with_hint(error: SyntaxError, applies: bool, hint: &str) -> SyntaxError {
    SyntaxError {
        hint: if applies {
            Some(hint.to_owned())
        } else {
            error.hint
        },
        ..error
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
    let formats = form.formats();
    let deadline = deadline(form, state.graph().config().query_timeout)?;
    let mut pinned = Pinned::of(state, &parts.headers, form, deadline).await?;
    pinned.snapshot = super::rules::as_asked(form, pinned.snapshot)?;
    let is_merged = merging::is_wanted(form, false)?;
    let snapshot = merging::seen(state, &pinned.snapshot, is_merged).await?;
    let base = url(parts);
    let mut identity = vec![text.as_str(), base.as_str()];
    identity.extend(dataset.default_graphs.iter().map(|graph| graph.as_str()));
    identity.push("named");
    identity.extend(dataset.named_graphs.iter().map(|graph| graph.as_str()));
    let job = QueryJob {
        asked: Asked::Text {
            text: text.clone(),
            base: base.clone(),
        },
        dataset: dataset.clone(),
        snapshot,
        request: evaluations::Request {
            client: client_of(state, parts)?,
            id: query_id(&parts.headers, form)?,
            kind: "query".to_owned(),
            text: text.as_str().into(),
            version: 0,
            deadline,
        },
        skolemize: form.switch("skolemize")?,
        rows: None,
    };
    let page = pages::ResultPage::of_query(
        pages::Shell::new(&parts.uri, &parts.headers),
        &text,
        &dataset,
        pinned.version(),
    )
    .merged(is_merged)
    .at(origin(&parts.headers, &parts.uri));
    let response = job
        .answer(state, &parts.headers, &formats, &identity, page)
        .await?;
    let response = pinned.label(state, &parts.headers, is_volatile(&identity), response);
    if parts.method.is_safe() && parts.method.as_str() != QUERY {
        return Ok(response);
    }
    let address = address_of(form, pinned.snapshot.version());
    Ok(answered_at(response, fitting(address)))
}

/// The address that asks the same of a version of the data, for a query in a body.
fn address_of(form: &Form, version: u64) -> String {
    let mut address = "/sparql".to_owned();
    for (name, value) in form.pairs() {
        let is_kept = [
            "query",
            "default-graph-uri",
            "named-graph-uri",
            "skolemize",
            merging::MERGED,
            super::rules::INFERRED,
        ]
        .contains(&name);
        if is_kept && !value.is_empty() {
            add_parameter(&mut address, name, value);
        }
    }
    add_parameter(&mut address, super::pinned::VERSION, &version.to_string());
    address
}

/// A query as it was sent, or one that is parsed and has its parameters.
pub(super) enum Asked {
    Text { text: String, base: String },
    Query(Box<Query>),
}

/// A query to run, and on what.
pub(super) struct QueryJob {
    pub(super) asked: Asked,
    pub(super) dataset: DatasetSpec,
    pub(super) snapshot: Arc<Snapshot>,
    /// Whether blank nodes are answered as IRIs.
    pub(super) skolemize: bool,
    /// Who asks; the version is filled in here.
    pub(super) request: evaluations::Request,
    /// Asked for as a table of rows that are counted, sorted and paged, in one of the formats of
    /// tables.
    pub(super) rows: Option<Arc<CountedRows>>,
}

/// Which rows of a table are wanted, and how many there were.
#[derive(Default)]
pub(super) struct CountedRows {
    pub(super) listing: Listing,
    /// Known when the answer begins.
    pub(super) total: OnceLock<usize>,
}

/// A query that is ready to be evaluated.
pub(super) struct Ready {
    pub(super) query: Query,
    pub(super) dataset: DatasetSpec,
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
        let mut what = identity.to_vec();
        what.push("formats");
        what.extend(formats);
        // What the client would be given, whichever kind of results there are.
        let accepted = [ROWS.as_slice(), TRIPLES.as_slice()].map(|offers| choose(headers, offers));
        what.extend(accepted.iter().flat_map(|chosen| match chosen {
            Ok(chosen) => [chosen.content_type, chosen.version_name()],
            Err(_) => ["nothing", ""],
        }));
        what.extend(self.skolemize.then_some("skolemized"));
        what.push(page.address());
        what.push(page.question());
        what.push(page.language());
        // What others answer changes when they like.
        let asks_others = state.graph().federation().is_on()
            && identity
                .iter()
                .any(|text| text.to_ascii_uppercase().contains("SERVICE"));
        let volatile = (asks_others || is_volatile(identity)).then(unrepeated);
        what.extend(volatile.as_deref());
        let reading = Reading::new(state, &self.snapshot, &what);
        if let Some(response) = reading.not_modified(headers) {
            return Ok(response);
        }
        // What is kept is a body, without how many rows there are.
        let flight = if volatile.is_some() || self.rows.is_some() {
            None
        } else {
            match state
                .answers()
                .ask(reading.key(), self.request.deadline)
                .await
            {
                Some(Known::Answer(answer)) => {
                    return Ok(reading.respond_with(answer.content_type, answer.body.into()));
                }
                Some(Known::Nobody(flight)) => Some(flight),
                None => return Err(ApiError::Busy),
            }
        };
        self.request.version = self.snapshot.version();
        let headers = headers.clone();
        let formats: Vec<String> = formats.iter().map(|name| (*name).to_owned()).collect();
        let mut evaluation = state.evaluations().begin(self.request.clone()).await?;
        if state.has_deep_stack()
            && self.rows.is_none()
            && let Some(answer) = self.at_once(state.graph(), &mut evaluation, &headers, &formats)
        {
            if let Some(flight) = flight {
                flight.land(answer.clone());
            }
            let mut response = reading.respond_with(answer.content_type, answer.body.into());
            if let Ok(id) = HeaderValue::from_str(evaluation.id()) {
                response.headers_mut().insert(QUERY_ID, id);
            }
            return Ok(response);
        }
        let evaluated = state
            .continued(evaluation, flight, move |graph, limits, blocks| {
                let query = match self.asked {
                    Asked::Query(query) => *query,
                    Asked::Text { text, base } => {
                        graph.parse_query(&text, Some(&base)).map_err(|error| {
                            // A text that says nothing is an update that does nothing.
                            let is_update = graph
                                .parse_update(&text, Some(&base))
                                .is_ok_and(|update| !update.operations().is_empty());
                            ApiError::Syntax(with_hint(
                                error,
                                is_update,
                                "this is an update: POST it as application/sparql-update, or as `update` of a form",
                            ))
                        })?
                    }
                };
                let job = Ready {
                    query: query.with_services(graph.services(&self.snapshot)),
                    dataset: self.dataset,
                    snapshot: self.snapshot,
                };
                let chosen = match &self.rows {
                    Some(_) => table_format(&headers, &formats)?,
                    None => job.format(&headers, &formats)?,
                };
                blocks.head(chosen.header());
                let terms = chosen.terms(self.skolemize);
                if let Some(wanted) = &self.rows {
                    let about = page.about();
                    let format = chosen.format;
                    let body = job.table(graph, limits, format, terms, about, Some(wanted))?;
                    return blocks
                        .write_all(&body)
                        .map_err(|error| ApiError::write(WriteError::Io(error)));
                }
                let format = match chosen.format {
                    Format::Rows(format) => ResultFormat::Rows(format),
                    Format::Rdf(format) => ResultFormat::Triples(format),
                    table if table.is_file() => {
                        let body = job.table(graph, limits, table, terms, page.about(), None)?;
                        return blocks
                            .write_all(&body)
                            .map_err(|error| ApiError::write(WriteError::Io(error)));
                    }
                    _ => {
                        let page = pages::results(graph, &job, limits, page)?;
                        return blocks
                            .write_all(page.as_bytes())
                            .map_err(|error| ApiError::write(WriteError::Io(error)));
                    }
                };
                job.snapshot
                    .query(&job.query, &job.dataset, limits, |results| {
                        write_results_with(results, format, terms, blocks)
                    })?
                    .map_err(ApiError::write)
            })
            .await?;
        let mut response = reading.respond_with(evaluated.content_type, evaluated.body);
        if let Some(id) = evaluated.id {
            response.headers_mut().insert(QUERY_ID, id);
        }
        Ok(response)
    }
}

/// A longer text is parsed elsewhere.
const SHORT_QUERY: usize = 4 << 10;
/// How long an evaluation may hold up the thread that handles requests. Handing it to another
/// thread and back takes about a quarter of this.
const MOMENT: Duration = Duration::from_micros(400);

impl QueryJob {
    /// The answer of a query that looks light, evaluated on this thread; `None` if it does not, or
    /// was not over in a moment: then it has to be evaluated in its turn.
    fn at_once(
        &mut self,
        graph: &KnowledgeGraph,
        evaluation: &mut Evaluation,
        headers: &HeaderMap,
        formats: &[String],
    ) -> Option<Answer> {
        if let Asked::Text { text, base } = &self.asked {
            if text.len() > SHORT_QUERY {
                return None;
            }
            // What is wrong with it is told by the usual way.
            let query = graph.parse_query(text, Some(base)).ok()?;
            self.asked = Asked::Query(Box::new(query));
        }
        let Asked::Query(query) = &self.asked else {
            return None;
        };
        if !query.looks_light() {
            return None;
        }
        let job = Ready {
            query: Query::clone(query).with_services(graph.services(&self.snapshot)),
            dataset: self.dataset.clone(),
            snapshot: Arc::clone(&self.snapshot),
        };
        let chosen = job.format(headers, formats).ok()?;
        let format = match chosen.format {
            Format::Rows(format) => ResultFormat::Rows(format),
            Format::Rdf(format) => ResultFormat::Triples(format),
            _ => return None,
        };
        let begun = Instant::now();
        let limits = Limits {
            deadline: Some(evaluation.deadline().min(begun + MOMENT)),
            ..evaluation.limits()
        };
        let mut answer = ShortAnswer(Vec::new());
        let terms = chosen.terms(self.skolemize);
        let result = caught(|| {
            job.snapshot
                .query(&job.query, &job.dataset, &limits, |results| {
                    write_results_with(results, format, terms, &mut answer)
                })?
                .map_err(ApiError::write)
        });
        evaluation.took(begun.elapsed());
        // Whatever else happened happens again where there is time.
        result.ok()?;
        evaluation.ended(Outcome::Done);
        if evaluation.meter().sent(answer.0.len()).is_err() {
            return None;
        }
        Some(Answer {
            content_type: chosen.header(),
            body: answer.0.into(),
        })
    }
}

impl Ready {
    /// The rows of a SELECT, or the one of an ASK, as a file.
    fn table(
        &self,
        graph: &KnowledgeGraph,
        limits: &Limits,
        format: Format,
        terms: crate::app::TermOptions,
        about: About,
        wanted: Option<&CountedRows>,
    ) -> Result<Vec<u8>, ApiError> {
        let mut rows = self
            .snapshot
            .query(&self.query, &self.dataset, limits, |results| {
                Rows::of_results(results, terms)
            })?
            .map_err(ApiError::write)?;
        if let Some(wanted) = wanted {
            let total = rows.arrange(&wanted.listing)?;
            wanted.total.get_or_init(|| total);
        }
        let named = self.dataset.default_graphs.iter();
        let named: BTreeSet<String> = named
            .chain(&self.dataset.named_graphs)
            .map(|graph| graph.as_str().to_owned())
            .collect();
        let rests_on = match named.is_empty() {
            true => RestsOn::Counted,
            false => RestsOn::Only(named),
        };
        let citation = graph.citation(&self.snapshot, &rests_on);
        let about = about.citing(&citation).pinned_to(citation.version);
        rows.text(format, &about)
    }

    fn format(&self, headers: &HeaderMap, names: &[String]) -> Result<Chosen, ApiError> {
        let offers = match self.query.form() {
            QueryForm::Select | QueryForm::Ask => ROWS.as_slice(),
            QueryForm::Construct | QueryForm::Describe => TRIPLES.as_slice(),
        };
        // Some clients name a format twice, once by its media type.
        let mut names = names.iter().filter(|name| !name.is_empty()).peekable();
        let Some(first) = names.peek().copied() else {
            return choose(headers, offers);
        };
        let found = names.find_map(|name| negotiate::by_name(name, offers));
        if let Some(format) = found.filter(|format| !format.is_built()) {
            return Err(ApiError::NotBuilt(format.name()));
        }
        found.map(Into::into).ok_or_else(|| {
            let known: Vec<_> = offers
                .iter()
                .filter(|format| format.is_built())
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

/// The format of a table by its name, else one that the client takes.
fn table_format(headers: &HeaderMap, names: &[String]) -> Result<Chosen, ApiError> {
    match names.first() {
        None => choose(headers, &FORMATS),
        Some(name) => match negotiate::by_name(name, &FORMATS) {
            Some(format) if !format.is_built() => Err(ApiError::NotBuilt(format.name())),
            Some(format) => Ok(format.into()),
            None => Err(ApiError::BadRequest(format!(
                "there are no rows as `{name}`"
            ))),
        },
    }
}

/// Whether a query may answer differently on the same data: whether it calls a function that does.
/// May be wrong in the safe direction, as in a comment.
pub(super) fn is_volatile(texts: &[&str]) -> bool {
    const FUNCTIONS: [&str; 5] = ["NOW", "RAND", "UUID", "STRUUID", "BNODE"];
    texts.iter().any(|text| {
        let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let mut rest = *text;
        for word in words {
            rest = &rest[word.len()..];
            let name = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let is_function = FUNCTIONS
                .iter()
                .any(|function| name.eq_ignore_ascii_case(function));
            if is_function && (word.ends_with('(') || rest.trim_start().starts_with('(')) {
                return true;
            }
        }
        false
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
    version: Option<RdfVersion>,
) -> Result<Response, ApiError> {
    let writer = writer(state, parts)?;
    let demand = precondition(&parts.headers)?;
    refuse_newer(&text, version)?;
    refuse(form, ["default-graph-uri", "named-graph-uri"], "queries")?;
    let using = DatasetSpec {
        default_graphs: form.iris("using-graph-uri")?,
        named_graphs: form.iris("using-named-graph-uri")?,
    };
    let mut evaluation = state.evaluations().list(evaluations::Request {
        client: client_of(state, parts)?,
        id: query_id(&parts.headers, form)?,
        kind: "update".to_owned(),
        text: text.as_str().into(),
        version: state.graph().data_version(),
        deadline: deadline(form, state.graph().config().query_timeout)?,
    })?;
    let base = url(parts);
    // The work is done, and counted, although the client may leave.
    let committed = state
        .writing(move |graph| {
            let limits = evaluation.limits();
            let result = graph
                .parse_update(&text, Some(&base))
                .map_err(|error| {
                    let is_query = graph.parse_query(&text, Some(&base)).is_ok();
                    with_hint(
                        error,
                        is_query,
                        "this is a query: send it as application/sparql-query, or as `query` of a form",
                    )
                })
                .and_then(|mut update| update.set_using(&using).map(|()| update))
                .map_err(ApiError::Syntax)
                .and_then(|update| Ok(graph.update_if(&writer, update, limits, demand)?));
            evaluation.ended(match &result {
                Ok(_) => Outcome::Done,
                Err(ApiError::App(AppError::Store(error))) => error.into(),
                Err(_) => Outcome::Failed,
            });
            result
        })
        .await?;
    Ok(written(StatusCode::NO_CONTENT, committed.version))
}
