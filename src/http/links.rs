//! `/api/v1/links`: links between graphs, suggested and decided.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Format, of_path};
use super::request::{self, Form, content_type, deadline, read_body, utf8, writer};
use super::respond::{Reading, written};
use super::rows::{self, About, FORMATS, Listing, Page, Rows, number};
use crate::app::iri;
use crate::app::links::{
    Decided, Decisions, Judgement, PREFIXES, State as LinkState, Suggestion, SuggestionQuery, Verb,
    sentences,
};
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use oxigraph::io::{RdfFormat, RdfSerializer};
use oxigraph::model::{NamedNode, Triple};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Suggestions on a page that nobody set a limit for.
const USUAL_LIMIT: usize = 100;
/// How long a list of decisions may be.
const LONGEST_REQUEST: usize = 8 << 20;
/// What is asked of suggestions.
const QUERY: [&str; 5] = ["graph", "with", "type", "threshold", "timeout"];
/// The formats of the list of links.
const LINK_FORMATS: [Format; 6] = [
    Format::Json,
    Format::Csv,
    Format::Xlsx,
    Format::Parquet,
    Format::Arrow,
    Format::Rdf(RdfFormat::Turtle),
];

pub(super) fn routes() -> Router<AppState> {
    let router = rows::route(Router::new(), "/api/v1/links", get(list))
        .route("/api/v1/links", post(decide))
        .route("/api/v1/links.ttl", get(list))
        .route("/api/v1/links/accept", post(accept));
    rows::route(router, "/api/v1/links/suggestions", get(suggest))
}

/// What a request asks to be suggested.
fn query_of(form: &Form, snapshot: &Snapshot) -> Result<SuggestionQuery, ApiError> {
    let optional = |name| Ok::<_, ApiError>(form.one(name)?.unwrap_or_default());
    let asked = SuggestionQuery::new(form.required("graph")?, snapshot)?
        .with(optional("with")?, snapshot)?
        .of_type(optional("type")?)?;
    match form.parsed("threshold", "a number from 0 to 1", |_: &f64| true)? {
        Some(threshold) => Ok(asked.at_least(threshold)?),
        None => Ok(asked),
    }
}

fn state_of(form: &Form, expected: &'static str) -> Result<Option<LinkState>, ApiError> {
    let Some(name) = form.one("state")?.filter(|name| !name.is_empty()) else {
        return Ok(None);
    };
    match LinkState::named(name) {
        Some(state) => Ok(Some(state)),
        None => Err(ApiError::BadRequest(format!(
            "`state`: `{name}` is not {expected}"
        ))),
    }
}

/// `GET /api/v1/links/suggestions?graph=`: pairs that may be one thing, best first, with reasons.
async fn suggest(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&[&QUERY[..], &["state"], &Page::KEYS].concat())?;
    let snapshot = request::snapshot(&state, &headers)?;
    let asked = query_of(&form, &snapshot)?;
    let wanted = state_of(&form, "one of open, accepted, rejected")?;
    let page = Page::of(&form)?;
    let usual = rows::usual_rows(format.format, USUAL_LIMIT);
    let end = deadline(&form, state.graph().config().query_timeout)?;
    let mut identity = vec!["link suggestions", format.content_type];
    for (name, value) in form.pairs().filter(|(name, _)| *name != "timeout") {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let limits = Limits {
        deadline: Some(end),
        ..Limits::default()
    };
    let seen = Arc::clone(&snapshot);
    let chosen = format.format;
    let about = About::of(&state, &headers, &uri, chosen, &snapshot);
    let (total, body) = state
        .measuring(seen, end, move |graph| {
            let found = graph.suggest_links(&snapshot, &asked, &limits)?;
            let decisions = Decisions::of(&snapshot);
            let found: Vec<(Suggestion, LinkState)> = found
                .into_iter()
                .map(|found| {
                    let state = decisions.state(&found.source, &found.target);
                    (found, state)
                })
                .filter(|(_, state)| wanted.is_none_or(|wanted| wanted == *state))
                .collect();
            let total = found.len();
            let window = page.window(usual);
            let taken = found.iter().skip(window.start).take(window.len());
            let mut rows = Rows::new([
                "source",
                "sourceLabel",
                "target",
                "targetLabel",
                "score",
                "confidence",
                "state",
                "reasons",
            ]);
            for (found, state) in taken {
                rows.push([
                    json!(found.source.as_str()),
                    json!(found.source_label),
                    json!(found.target.as_str()),
                    json!(found.target_label),
                    number(found.verdict.score),
                    json!(found.confidence().name()),
                    json!(state.name()),
                    reasons(found, chosen),
                ]);
            }
            let rows = rows.part_of(window.start.min(total), total);
            Ok((total, rows.text(chosen, &about)?))
        })
        .await?;
    let response = reading.respond(format, body);
    let window = (page, Some(usual));
    Ok(rows::listed(response, &headers, &uri, &form, window, total))
}

/// Reasons one by one to programs, as a sentence in a cell.
fn reasons(found: &Suggestion, format: Format) -> Value {
    if format.is_table() {
        return json!(sentences(&found.verdict.reasons));
    }
    let reasons = found.verdict.reasons.iter();
    reasons
        .map(|reason| {
            json!({
                "feature": reason.feature,
                "value": reason.value,
                "contribution": number(reason.contribution),
                "text": reason.text,
            })
        })
        .collect()
}

/// `GET /api/v1/links`: what was decided, with the evidence.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &LINK_FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&[&["state", "iri"][..], &Listing::KEYS].concat())?;
    let wanted = state_of(&form, "one of accepted, rejected")?;
    let iri = form.iris("iri")?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let snapshot = request::snapshot(&state, &headers)?;
    let mut identity = vec!["links", format.content_type];
    for (name, value) in form.pairs() {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let chosen = format.format;
    let about = About::of(&state, &headers, &uri, chosen, &snapshot);
    let (total, body) = state
        .blocking(move |graph| {
            let all = Decisions::of(&snapshot).all;
            let decided: Vec<Decided> = all
                .into_iter()
                .filter(|decided| {
                    wanted.is_none_or(|wanted| wanted == state_of_decision(decided))
                        && (iri.is_empty()
                            || iri.contains(&decided.source)
                            || iri.contains(&decided.target))
                })
                .collect();
            let body = match chosen {
                Format::Rdf(_) => {
                    // A column that there is not is refused in every format.
                    link_rows(&[], |_| None).arrange(&listing)?;
                    let range = page.range(decided.len());
                    let shown = decided.get(range).unwrap_or_default();
                    turtle(&graph.link_statements(&snapshot, shown))?
                }
                _ => {
                    let label = |node: &NamedNode| graph.link_label(&snapshot, node);
                    let mut rows = link_rows(&decided, label);
                    rows.arrange(&listing)?;
                    rows.text(chosen, &about)?
                }
            };
            Ok((decided.len(), body))
        })
        .await?;
    let response = reading.respond(format, body);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (page, None),
        total,
    ))
}

fn state_of_decision(decided: &Decided) -> LinkState {
    if decided.is_accepted {
        LinkState::Accepted
    } else {
        LinkState::Rejected
    }
}

fn link_rows(decided: &[Decided], label: impl Fn(&NamedNode) -> Option<String>) -> Rows {
    let mut rows = Rows::new([
        "link",
        "graph",
        "source",
        "sourceLabel",
        "predicate",
        "target",
        "targetLabel",
        "state",
        "score",
        "justification",
        "reviewer",
        "date",
        "comment",
    ])
    .with_times(["date"]);
    for decided in decided {
        rows.push([
            json!(decided.link.as_str()),
            json!(decided.graph.as_str()),
            json!(decided.source.as_str()),
            json!(label(&decided.source)),
            json!(decided.predicate.as_str()),
            json!(decided.target.as_str()),
            json!(label(&decided.target)),
            json!(state_of_decision(decided).name()),
            decided.confidence.map_or(Value::Null, number),
            json!(decided.justification.as_ref().map(NamedNode::as_str)),
            json!(decided.reviewer),
            json!(decided.date),
            json!(decided.comment),
        ]);
    }
    rows
}

fn turtle(triples: &[Triple]) -> Result<Vec<u8>, ApiError> {
    let mut serializer = RdfSerializer::from_format(RdfFormat::Turtle);
    let known = iri::PREFIXES.iter();
    let known = known.map(|(name, iri)| (name.as_str(), iri.as_str()));
    for (name, namespace) in known.chain(PREFIXES) {
        serializer = serializer
            .with_prefix(name, namespace)
            .map_err(|error| ApiError::Internal(error.to_string()))?;
    }
    let mut writer = serializer.for_writer(Vec::new());
    let written = triples
        .iter()
        .try_for_each(|triple| writer.serialize_triple(triple));
    written
        .and_then(|()| writer.finish())
        .map_err(|error| ApiError::Internal(error.to_string()))
}

/// A decision as clients send it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    source: String,
    target: String,
    decision: String,
    predicate: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    More(Vec<Wanted>),
    One(Wanted),
}

impl Wanted {
    fn judgement(self) -> Result<Judgement, ApiError> {
        let verb = Verb::named(&self.decision)?;
        let mut judgement = Judgement::new(&self.source, &self.target, verb)?;
        if let Some(predicate) = &self.predicate {
            judgement = judgement.by(predicate)?;
        }
        if let Some(comment) = &self.comment {
            judgement = judgement.because(comment)?;
        }
        Ok(judgement)
    }
}

/// `POST /api/v1/links`: accepts, rejects or takes back; a list is one commit.
async fn decide(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let form = Form::of_url(&parts.uri)?;
    form.only(&["graph"])?;
    let media_type = content_type(&parts.headers)?;
    if media_type.is_some_and(|media_type| media_type.essence_str() != "application/json") {
        return Err(ApiError::UnsupportedMediaType(
            "send application/json: {\"source\": IRI, \"target\": IRI, \"decision\": \"accept\", \"reject\" or \"withdraw\"}, or a list of these".to_owned(),
        ));
    }
    let limit = state.graph().config().body_limit.min(LONGEST_REQUEST);
    let text = utf8(read_body(body, limit).await?)?;
    let wanted: OneOrMore = serde_json::from_str(&text).map_err(|error| {
        ApiError::BadRequest(format!(
            "the body is not understood ({error}); send {{\"source\": IRI, \"target\": IRI, \"decision\": \"accept\", \"reject\" or \"withdraw\"}} with \"predicate\" and \"comment\" if need be, or a list of these"
        ))
    })?;
    let wanted = match wanted {
        OneOrMore::More(wanted) => wanted,
        OneOrMore::One(wanted) => vec![wanted],
    };
    let judgements: Vec<Judgement> = wanted
        .into_iter()
        .map(Wanted::judgement)
        .collect::<Result<_, _>>()?;
    let decided = judgements.len();
    let graph = form.one("graph")?.map(str::to_owned);
    let committed = state
        .writing(move |app| Ok(app.decide_links(&writer, graph.as_deref(), judgements)?))
        .await?;
    let body = json!({
        "graph": committed.value.as_str(),
        "decided": decided,
        "dataVersion": committed.version,
    });
    Ok(told(committed.version, &body))
}

/// `POST /api/v1/links/accept?graph=&threshold=`: accepts all open suggestions that reach it.
async fn accept(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let form = Form::of_url(&parts.uri)?;
    form.only(&QUERY)?;
    form.required("threshold")?;
    let snapshot = request::snapshot(&state, &parts.headers)?;
    let asked = query_of(&form, &snapshot)?;
    let limits = Limits {
        deadline: Some(deadline(&form, state.graph().config().query_timeout)?),
        ..Limits::default()
    };
    let committed = state
        .writing(move |app| Ok(app.accept_links(&writer, &asked, &limits)?))
        .await?;
    let links = committed.value.links.iter();
    let skipped = committed.value.skipped.iter();
    let body = json!({
        "accepted": committed.value.links.len(),
        "links": links
            .map(|(source, target)| json!({"source": source.as_str(), "target": target.as_str()}))
            .collect::<Vec<_>>(),
        "skipped": skipped
            .map(|(source, target, why)| {
                json!({"source": source.as_str(), "target": target.as_str(), "reason": why})
            })
            .collect::<Vec<_>>(),
        "dataVersion": committed.version,
    });
    Ok(told(committed.version, &body))
}

fn told(version: u64, body: &Value) -> Response {
    let mut response = written(StatusCode::OK, version);
    *response.body_mut() = body.to_string().into();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}
