//! `/api/v1/check`: what is wrong with data before it lands, and what a write would change.
//! `/api/v1/graphs/report` and `/api/v1/graphs/policy`: the same of what a graph holds, and what it
//! does with violations.

use super::AppState;
use super::error::ApiError;
use super::graph_store::Payload;
use super::negotiate::{Chosen, Format, TRIPLES, of_path};
use super::pages::{Shell, check_form, check_report};
use super::request::{self, Form, deadline, read_body, utf8, writer};
use super::respond::{Reading, written};
use super::rows::{self, About, FORMATS, Rows};
use crate::app::check::{Asked, CheckForm, Checked};
use crate::app::policies::Policy;
use crate::app::{AppError, GraphChange};
use crate::ingest::check::{CheckReport, Document};
use crate::store::{Limits, on_deep_stack};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post, put};
use oxigraph::model::NamedNode;
use serde_json::{Value, json};
use std::str::FromStr;

const CHECK: &str = "/api/v1/check";
const REPORT: &str = "/api/v1/graphs/report";
const POLICY: &str = "/api/v1/graphs/policy";

/// Parameters of a check.
const PARAMETERS: [&str; 7] = [
    "graph", "shapes", "impact", "change", "lang", "timeout", "format",
];

pub(super) fn routes() -> Router<AppState> {
    let router = with_forms(Router::new(), CHECK, post(check));
    let router = router
        .route(CHECK, get(form).post(check))
        .route(&format!("{CHECK}.html"), get(form));
    let router = with_forms(router, REPORT, get(report)).route(REPORT, get(report));
    rows::route(router, POLICY, get(policy)).route(POLICY, put(set_policy))
}

/// The forms of a report, the preferred one first.
fn offers() -> Vec<Format> {
    let rdf = TRIPLES.into_iter().filter(|format| *format != Format::Html);
    [Format::Json, Format::Csv, Format::Html]
        .into_iter()
        .chain(rdf)
        .collect()
}

/// Adds a path with the extension of each form.
fn with_forms(
    router: Router<AppState>,
    path: &str,
    handlers: MethodRouter<AppState>,
) -> Router<AppState> {
    let names = offers()
        .into_iter()
        .filter_map(|format| format.names().first().copied());
    names.fold(router, |router, name| {
        router.route(&format!("{path}.{name}"), handlers.clone())
    })
}

fn form_of(format: Format) -> CheckForm {
    match format {
        Format::Csv => CheckForm::Csv,
        Format::Html => CheckForm::Html,
        Format::Rdf(format) => CheckForm::Rdf(format),
        Format::Json
        | Format::Rows(_)
        | Format::Sparql
        | Format::Patch
        | Format::Events
        | Format::Xlsx
        | Format::Parquet
        | Format::Arrow => CheckForm::Json,
    }
}

/// The form that a request asks for: by extension, by `format=`, by `Accept`.
fn chosen(uri: &Uri, headers: &HeaderMap, form: &Form) -> Result<Chosen, ApiError> {
    let offers = offers();
    match form.one("format")?.filter(|name| !name.is_empty()) {
        None => Ok(of_path(uri.path(), headers, &offers)?.1),
        Some(name) => super::negotiate::by_name(name, &offers)
            .map(Chosen::from)
            .ok_or_else(|| ApiError::BadRequest(format!("`format`: there is no `{name}`"))),
    }
}

fn graph_of(form: &Form) -> Result<Option<NamedNode>, ApiError> {
    let Some(name) = form.one("graph")?.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    let graph = crate::ingest::rdf::graph_named(name)
        .map_err(|error| ApiError::BadRequest(format!("`graph`: {error}")))?;
    Ok(Some(graph))
}

/// The language of the messages: the one that is asked for, else that of the page, else English.
fn language_of(form: &Form, chosen: &Chosen, shell: &Shell) -> Result<String, ApiError> {
    let usual = match chosen.format {
        Format::Html => shell.tag(),
        _ => "en",
    };
    Ok(form.one("lang")?.unwrap_or(usual).to_owned())
}

/// A report in a form; a page stands in the frame of the others. `held` is the graph, if the report
/// is about what one holds.
fn written_as(
    checked: &Checked,
    chosen: Chosen,
    language: &str,
    shell: Shell,
    held: Option<&NamedNode>,
) -> Result<Vec<u8>, ApiError> {
    if chosen.format == Format::Html {
        let part = checked.page_part(language).map_err(ApiError::write)?;
        return Ok(check_report(shell, part, held)?.into_bytes());
    }
    checked
        .write(form_of(chosen.format), language)
        .map_err(ApiError::write)
}

/// `GET /api/v1/check`: a form to send files with.
async fn form(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(&state, &snapshot, &["check form", shell.tag()]);
    Ok(match reading.not_modified(&headers) {
        Some(response) => response,
        None => reading.respond(Format::Html, check_form(shell, state.graph().config())?),
    })
}

/// `POST /api/v1/check`: the report on what is sent. Nothing is written.
async fn check(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let snapshot = request::snapshot(&state, &parts.headers)?;
    let (payload, fields) = Payload::read_with_fields(&state, &parts, body).await?;
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    form.append(Form::of_pairs(
        fields.filter(|(_, value)| !value.is_empty()),
    ));
    form.only(&PARAMETERS)?;
    let chosen = chosen(&parts.uri, &parts.headers, &form)?;
    let deadline = deadline(&form, state.graph().config().query_timeout)?;
    let mut asked = Asked {
        graph: graph_of(&form)?,
        impact: form.switch("impact")?,
        change: match form.one("change")? {
            None | Some("") => None,
            Some("replace") => Some(GraphChange::Replace),
            Some("add") => Some(GraphChange::Add),
            Some(other) => {
                return Err(ApiError::BadRequest(format!(
                    "`change`: `{other}` is neither replace nor add"
                )));
            }
        },
        ..Asked::default()
    };
    if asked.graph.is_none() && (asked.impact || asked.change.is_some()) {
        return Err(ApiError::BadRequest(
            "`impact` and `change` need `graph`: the graph that the data is for".to_owned(),
        ));
    }
    for name in form.all("shapes") {
        match name {
            "weft" | "" => {}
            "none" => asked.without_own_shapes = true,
            name => asked.shape_graphs.push(NamedNode::new(name).map_err(|_| {
                ApiError::BadRequest(format!(
                    "`shapes`: <{name}> is neither the IRI of a graph, nor `weft` or `none`"
                ))
            })?),
        }
    }
    let shell = Shell::new(&parts.uri, &parts.headers);
    let language = language_of(&form, &chosen, &shell)?;
    let what = ["check", chosen.content_type];
    let reading = Reading::new(&state, &snapshot, &what);
    let limits = Limits {
        deadline: Some(deadline),
        ..Limits::default()
    };
    let body = state
        .checking(deadline, move |graph| {
            // Shapes nest, and rules are evaluated.
            on_deep_stack(|| {
                let mut documents = Vec::new();
                for document in &payload.0 {
                    let name = document.name.clone().unwrap_or_else(|| "body".to_owned());
                    if document.part.as_deref() == Some("shapes") {
                        let text = utf8(document.bytes.clone())?;
                        asked.shapes.push((name, text));
                    } else {
                        documents.push(Document {
                            name,
                            format: document.format,
                            bytes: &document.bytes,
                        });
                    }
                }
                let checked = graph.check(&snapshot, &documents, &asked, &limits)?;
                written_as(&checked, chosen, &language, shell, None)
            })
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

/// `GET /api/v1/graphs/report?graph=IRI`: the report on what a graph holds.
async fn report(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["graph", "lang", "format"])?;
    let chosen = chosen(&uri, &headers, &form)?;
    form.required("graph")?;
    let Some(graph) = graph_of(&form)? else {
        return Err(ApiError::BadRequest(
            "parameter `graph` is missing".to_owned(),
        ));
    };
    let shell = Shell::new(&uri, &headers);
    let language = language_of(&form, &chosen, &shell)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let what = [
        "report",
        graph.as_str(),
        chosen.content_type,
        &language,
        shell.tag(),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let deadline = deadline(&Form::default(), state.graph().config().query_timeout)?;
    let body = state
        .checking(deadline, move |app| {
            let report = on_deep_stack(|| app.report_on(&snapshot, &graph))?;
            let checked = Checked {
                report: CheckReport::clone(&report),
                impact: None,
            };
            written_as(&checked, chosen, &language, shell, Some(&graph))
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

/// `GET /api/v1/graphs/policy?graph=IRI`: what a graph does with violations, and who said so.
async fn policy(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&["graph"])?;
    form.required("graph")?;
    let Some(graph) = graph_of(&form)? else {
        return Err(ApiError::BadRequest(
            "parameter `graph` is missing".to_owned(),
        ));
    };
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let set = state.graph().policy_for(&reader, &graph)?;
    if set.is_none() && !snapshot.contains_graph(graph.as_ref().into()) {
        return Err(AppError::NoSuchGraph(graph.into()).into());
    }
    let mut rows =
        Rows::new(["graph", "policy", "setFor", "by", "byAdmin", "date"]).with_times(["date"]);
    let (policy, from, by, by_admin, date) = match set {
        None => (
            Policy::default(),
            Value::Null,
            Value::Null,
            false,
            Value::Null,
        ),
        Some((from, set)) => (
            set.policy,
            json!(from),
            json!(set.by),
            set.by_admin,
            json!(set.date),
        ),
    };
    rows.push([
        json!(graph.as_str()),
        json!(policy.name()),
        from,
        by,
        json!(by_admin),
        date,
    ]);
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let body = rows.text(format.format, &about)?;
    // Policies change without a new version of the data.
    let hash = blake3::hash(&body).to_hex();
    let what = ["policy", format.content_type, hash.as_str()];
    let reading = Reading::new(&state, &snapshot, &what);
    Ok(reading
        .not_modified(&headers)
        .unwrap_or_else(|| reading.respond(format, body)))
}

/// `PUT /api/v1/graphs/policy?graph=IRI&policy=refuse`: from the next write on; the policy may also
/// be the body.
async fn set_policy(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let form = Form::of_url(&parts.uri)?;
    form.only(&["graph", "policy"])?;
    form.required("graph")?;
    let Some(graph) = graph_of(&form)? else {
        return Err(ApiError::BadRequest(
            "parameter `graph` is missing".to_owned(),
        ));
    };
    let policy = match form.one("policy")? {
        Some(policy) => policy.to_owned(),
        None => {
            const LONGEST: usize = 1_000;
            let text = utf8(read_body(body, LONGEST).await?)?;
            let text = text.trim();
            text.strip_prefix("policy=").unwrap_or(text).to_owned()
        }
    };
    let policy = Policy::from_str(&policy).map_err(AppError::from)?;
    let version = state
        .writing(move |app| {
            app.set_policy(&writer, &graph, policy)?;
            Ok(app.data_version())
        })
        .await?;
    Ok(written(StatusCode::NO_CONTENT, version))
}
