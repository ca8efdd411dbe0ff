//! `/api/v1/changes`: each commit, for those who keep a copy or want to know at once.
//!
//! What a reader sees of it is decided in `app/changes`: versions that are missing are commits that
//! do not concern what this reader may see.

use super::AppState;
use super::conditions::precondition;
use super::error::ApiError;
use super::negotiate::{Chosen, Format, by_name, choose, of_path};
use super::request::{self, Form, content_type, read_body, url, writer};
use super::respond::{Reading, version_tag};
use super::rows::{About, Rows};
use crate::app::changes::{ChangeError, Entry, Sight};
use crate::app::{AppError, PatchReader, Precondition};
use crate::store::StoreError;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// Rows of a page if the client does not say how many, and the most that it gets.
const ROWS: usize = 100;
const MOST_ROWS: usize = 1_000;
/// Entries that are looked up at a time.
const PIECE: usize = 100;
/// How often those who listen hear that the connection is alive.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a listener may take to take an event.
const PATIENCE: Duration = Duration::from_secs(30);
/// Events that wait for a listener.
const WAITING: usize = 16;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

const FEED: [Format; 7] = [
    Format::Json,
    Format::Csv,
    Format::Patch,
    Format::Events,
    Format::Xlsx,
    Format::Parquet,
    Format::Arrow,
];
const ENTRY: [Format; 2] = [Format::Json, Format::Patch];

const COLUMNS: [&str; 10] = [
    "version", "time", "author", "message", "hash", "previous", "added", "removed", "graphs",
    "whole",
];

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new().route("/api/v1/changes", get(list).post(apply));
    for name in FEED.iter().flat_map(|format| format.names()) {
        router = router.route(&format!("/api/v1/changes.{name}"), get(list));
    }
    router
        .route("/api/v1/changes/{version}", get(one))
        .route("/api/v1/fingerprint", get(fingerprint))
}

/// What a request asks of the feed.
struct Asked {
    since: Option<u64>,
    limit: Option<usize>,
    graphs: Vec<NamedNode>,
    skolemize: bool,
}

impl Asked {
    fn of(form: &Form) -> Result<Self, ApiError> {
        form.only(&["since", "limit", "graph", "skolemize", "format"])?;
        Ok(Self {
            since: form.parsed(
                "since",
                "a data version: a whole number, 0 or above",
                |_| true,
            )?,
            limit: form.parsed("limit", "a whole number, 1 or above", |limit| *limit > 0)?,
            graphs: form.iris("graph")?,
            skolemize: form.switch("skolemize")?,
        })
    }

    fn sight(&self, state: &AppState, headers: &HeaderMap) -> Result<Sight, ApiError> {
        let reader = request::reader(state, headers)?;
        Ok(state.graph().sight(&reader, &self.graphs)?)
    }
}

fn chosen(
    form: &Form,
    path: &str,
    headers: &HeaderMap,
    offers: &[Format],
) -> Result<Chosen, ApiError> {
    match form.one("format")? {
        Some(name) => match by_name(name, offers) {
            Some(format) if !format.is_built() => Err(ApiError::NotBuilt(format.name())),
            found => found.map(Into::into).ok_or_else(|| {
                ApiError::BadRequest(format!("`format`: there is no `{name}` here"))
            }),
        },
        None if path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.contains('.')) =>
        {
            Ok(of_path(path, headers, offers)?.1)
        }
        None => choose(headers, offers),
    }
}

/// `GET /api/v1/changes`: the commits after a version, oldest first: rows, RDF Patch, or events.
async fn list(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    let form = Form::of_url(&parts.uri)?;
    let asked = Asked::of(&form)?;
    let chosen = chosen(&form, parts.uri.path(), headers, &FEED)?;
    if chosen.format == Format::Events {
        return events(state, parts.headers, asked).await;
    }
    let sight = asked.sight(&state, headers)?;
    let newest = state.graph().data_version();
    let oldest = state
        .blocking(|graph| Ok(*graph.store().versions()?.start()))
        .await?;
    let what = [
        "changes",
        &oldest.to_string(),
        parts.uri.query().unwrap_or_default(),
        chosen.content_type,
    ];
    let reading = Reading::of_version(&state, newest, sight.key(), &what);
    let since = asked.since.unwrap_or(0);
    if chosen.format == Format::Patch {
        // What went wrong with the version is said before anything else.
        state
            .blocking(move |graph| Ok(graph.store().changes(since, 1).map(|_| ())?))
            .await?;
        if let Some(response) = reading.not_modified(headers) {
            return Ok(response);
        }
        return patches(&state, &reading, sight, asked, chosen).await;
    }
    let limit = asked.limit.unwrap_or(ROWS).min(MOST_ROWS);
    let page_sight = sight.clone();
    let page = state
        .blocking(move |graph| Ok(graph.changes(&page_sight, since, limit)?))
        .await?;
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let mut rows = Rows::new(COLUMNS).with_times(["time"]);
    for entry in &page.entries {
        rows.push(cells(entry));
    }
    let about = About::of_address(headers, &parts.uri);
    let mut response = reading.respond(chosen, rows.text(chosen.format, &about)?);
    if page.more {
        let mut next = format!("{}?since={}&limit={limit}", url(&parts), page.until);
        for graph in form.all("graph") {
            next.push_str("&graph=");
            next.extend(percent_encoding::utf8_percent_encode(
                graph,
                percent_encoding::NON_ALPHANUMERIC,
            ));
        }
        if let Some(format) = form.one("format")? {
            next.push_str(&format!("&format={format}"));
        }
        if let Ok(link) = HeaderValue::try_from(format!("<{next}>; rel=\"next\"")) {
            response.headers_mut().append(header::LINK, link);
        }
    }
    Ok(response)
}

fn cells(entry: &Entry) -> Vec<Value> {
    let row = entry.to_json();
    COLUMNS
        .iter()
        .map(|column| row.get(column).cloned().unwrap_or_default())
        .collect()
}

/// The transactions after a version, as long as they come, or as many as are asked for.
async fn patches(
    state: &AppState,
    reading: &Reading,
    sight: Sight,
    asked: Asked,
    chosen: Chosen,
) -> Result<Response, ApiError> {
    let place = state.place(None).await?;
    let body = state
        .stream(place, None, move |graph, limits, blocks| {
            let mut since = asked.since.unwrap_or(0);
            let mut left = asked.limit.unwrap_or(usize::MAX);
            let mut before = (since > 0).then(|| format!("urn:weft:commit:{since}"));
            let end = graph.data_version();
            while left > 0 && since < end {
                let page = graph.changes(&sight, since, left.min(PIECE))?;
                for entry in &page.entries {
                    if limits.cancellation.is_cancelled() {
                        return Err(StoreError::Cancelled.into());
                    }
                    entry.write_patch(&sight, before.as_deref(), asked.skolemize, blocks)?;
                    before = Some(entry.id(&sight));
                    left -= 1;
                }
                if page.until == since {
                    break;
                }
                since = page.until;
            }
            Ok(())
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

/// `GET /api/v1/changes/{version}`: one commit, with its statements.
async fn one(
    State(state): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["graph", "skolemize", "format"])?;
    let asked = Asked::of(&form)?;
    let chosen = chosen(&form, uri.path(), &headers, &ENTRY)?;
    // An extension that is none of a format belongs to the name, and no number has one.
    let number = match name.rsplit_once('.') {
        Some((number, extension)) if by_name(extension, &ENTRY).is_some() => number,
        _ => name.as_str(),
    };
    let version: u64 = number.parse().map_err(|_| {
        ApiError::NotFound(format!(
            "`{number}` is no data version; they are whole numbers"
        ))
    })?;
    let sight = asked.sight(&state, &headers)?;
    let seen = sight.clone();
    let entry = state
        .blocking(move |graph| Ok(graph.change(&seen, version)?))
        .await?
        .ok_or_else(|| {
            ApiError::NotFound(format!(
                "version {version} changed nothing of what was asked for"
            ))
        })?;
    let what = [
        "change",
        uri.query().unwrap_or_default(),
        chosen.content_type,
    ];
    let reading = Reading::of_version(&state, version, sight.key(), &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let place = state.place(None).await?;
    let body = state
        .stream(place, None, move |_, _, blocks| {
            if chosen.format == Format::Patch {
                entry.write_patch(&sight, None, asked.skolemize, blocks)?;
            } else {
                write_json(&entry, &sight, asked.skolemize, blocks)?;
            }
            Ok(())
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

/// The row of an entry, and its statements as N-Quads: `removals`, then `additions`.
fn write_json(
    entry: &Entry,
    sight: &Sight,
    skolemize: bool,
    out: &mut dyn Write,
) -> Result<(), ChangeError> {
    let row = entry.to_json().to_string();
    let row = row.strip_suffix('}').unwrap_or(&row);
    write!(out, "{row},\"removals\":[")?;
    let mut kind = false;
    let mut is_first = true;
    entry.visit::<ChangeError>(sight, &mut |added, quad| {
        if added && !kind {
            write!(out, "],\"additions\":[")?;
            (kind, is_first) = (true, true);
        }
        let quad = if skolemize {
            crate::store::skolem::skolemized_quad(quad)
        } else {
            quad
        };
        let text = json!(format!("{quad} .")).to_string();
        write!(out, "{}{text}", if is_first { "" } else { "," })?;
        is_first = false;
        Ok(())
    })?;
    if !kind {
        write!(out, "],\"additions\":[")?;
    }
    write!(out, "]}}")?;
    Ok(())
}

/// Server-sent events: one for each commit, from now on or from a version that is named.
async fn events(state: AppState, headers: HeaderMap, asked: Asked) -> Result<Response, ApiError> {
    let resumed = match headers.get(LAST_EVENT_ID) {
        None => None,
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.trim().parse().ok());
            Some(id.ok_or_else(|| {
                ApiError::BadRequest("`Last-Event-ID` is no data version".to_owned())
            })?)
        }
    };
    let since = resumed
        .or(asked.since)
        .unwrap_or_else(|| state.graph().data_version());
    // A key that is wrong and a version that is gone have their own status.
    asked.sight(&state, &headers)?;
    state
        .blocking(move |graph| Ok(graph.store().changes(since, 1).map(|_| ())?))
        .await?;
    let place = Arc::clone(state.listeners())
        .try_acquire_owned()
        .map_err(|_| ApiError::Busy)?;
    let (sender, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        follow(&state, &headers, &asked, since, &sender).await;
        drop(place);
    });
    let stream = ReceiverStream::new(receiver).map(Ok::<_, io::Error>);
    let mut response = Response::new(Body::from_stream(stream));
    let answer = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, Format::Events.content_type()),
        (header::CACHE_CONTROL, "no-store"),
        // Some proxies collect what they pass on.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        answer.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// Tells a listener of commits until it leaves, the service ends, or its right to see them does.
async fn follow(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
    mut since: u64,
    sender: &mpsc::Sender<Bytes>,
) {
    let mut newest = state.graph().store().subscribe();
    let mut closing = state.closing();
    let send = async |text: String| {
        let sent = timeout(PATIENCE, sender.send(text.into())).await;
        matches!(sent, Ok(Ok(())))
    };
    // So that the client sees the head of the answer at once.
    let mut is_alive = send(": weft\n\n".to_owned()).await;
    while is_alive && !*closing.borrow() {
        newest.borrow_and_update();
        match next_events(state, headers, asked, since).await {
            Ok((text, until, more)) => {
                since = until;
                is_alive = text.is_empty() || send(text).await;
                if more {
                    continue;
                }
            }
            // Others compute; later will do.
            Err(ApiError::Busy) => {}
            Err(error) => {
                let problem = error.problem();
                send(format!("event: error\ndata: {}\n\n", problem.to_json())).await;
                return;
            }
        }
        tokio::select! {
            changed = newest.changed() => is_alive &= changed.is_ok(),
            _ = closing.changed() => return,
            () = sender.closed() => return,
            () = sleep(HEARTBEAT) => is_alive &= send(":\n\n".to_owned()).await,
        }
    }
}

async fn next_events(
    state: &AppState,
    headers: &HeaderMap,
    asked: &Asked,
    since: u64,
) -> Result<(String, u64, bool), ApiError> {
    // What may be seen can change while somebody listens.
    let sight = asked.sight(state, headers)?;
    state
        .blocking(move |graph| {
            let page = graph.changes(&sight, since, PIECE)?;
            let events = page.entries.iter().map(|entry| {
                let (version, row) = (entry.version, entry.to_json());
                format!("id: {version}\nevent: commit\ndata: {row}\n\n")
            });
            Ok((events.collect(), page.until, page.more))
        })
        .await
}

/// `POST /api/v1/changes`: makes the changes of an RDF Patch, each transaction all or none.
async fn apply(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let demand = precondition(&parts.headers)?;
    let media_type = content_type(&parts.headers)?;
    let is_patch = media_type.as_ref().is_some_and(|media_type| {
        ["application/rdf-patch", "text/rdf-patch"].contains(&media_type.essence_str())
    });
    if !is_patch {
        return Err(ApiError::UnsupportedMediaType(
            "changes are sent as RDF Patch: `Content-Type: application/rdf-patch`".to_owned(),
        ));
    }
    let bytes = read_body(body, state.graph().config().body_limit).await?;
    let (applied, version, added, removed) = state
        .writing(move |graph| {
            // All of it is read and checked before the first of it is written.
            let mut patches = Vec::new();
            let mut last: Option<String> = None;
            for patch in PatchReader::new(bytes.as_slice()) {
                let patch = patch.map_err(AppError::from)?;
                patch
                    .check_follows(last.as_deref())
                    .map_err(AppError::from)?;
                graph.check_patch(&writer, &patch)?;
                last.clone_from(&patch.id);
                patches.push(patch);
            }
            let (mut version, mut added, mut removed) = (graph.data_version(), 0, 0);
            let applied = patches.len();
            let mut demand = Some(demand);
            for patch in patches {
                // What it demands it demands of the data before all of it.
                let demand = demand.take().unwrap_or_else(Precondition::default);
                let committed = graph.apply_patch(&writer, patch, demand)?;
                version = committed.version;
                added += committed.added;
                removed += committed.removed;
            }
            Ok((applied, version, added, removed))
        })
        .await?;
    let answer = json!({
        "applied": applied,
        "dataVersion": version,
        "added": added,
        "removed": removed,
    });
    let mut response = (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/json")],
        answer.to_string(),
    )
        .into_response();
    let headers = response.headers_mut();
    headers.insert(super::respond::DATA_VERSION, HeaderValue::from(version));
    headers.insert(header::ETAG, version_tag(version));
    Ok(response)
}

/// `GET /api/v1/fingerprint`: a hash of the data that may be seen, to compare a copy with.
async fn fingerprint(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(&state, &snapshot, &["fingerprint"]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |_| {
            Ok(json!({
                "dataVersion": snapshot.version(),
                "quads": snapshot.len(),
                "fingerprint": snapshot.fingerprint(),
            })
            .to_string())
        })
        .await?;
    Ok(reading.respond(Format::Json, body))
}
