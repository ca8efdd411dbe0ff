//! `/api/v1/versions`: the commits, so that an answer can be dated and cited.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Chosen, of_path};
use super::request::{self, Form};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::times;
use crate::store::{RecordHeader, Snapshot};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

/// Rows of a page if the client does not say how many.
const ROWS: usize = 1_000;

/// The columns, by each of which versions can be sorted.
pub(super) const COLUMNS: [&str; 6] = ["version", "time", "author", "message", "added", "removed"];

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/versions", get(list))
        .route("/api/v1/versions/{version}", get(one))
}

/// A commit. Its author and message may name graphs, so who does not see all graphs is told
/// neither.
fn row(commit: RecordHeader, seen: &Snapshot) -> [Value; 6] {
    // A private graph may be named although it is gone.
    let known = |text: String| seen.hidden().is_empty().then_some(text);
    [
        json!(commit.version),
        json!(times::rewritten(&commit.time)),
        json!(known(commit.author)),
        json!(known(commit.message)),
        json!(commit.added),
        json!(commit.removed),
    ]
}

/// Whether authors and messages are told, for tags.
fn told(seen: &Snapshot) -> &'static str {
    if seen.hidden().is_empty() { "all" } else { "" }
}

/// `GET /api/v1/versions`: who changed how much, when and why; the newest first.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let usual = rows::usual_rows(format.format, ROWS);
    // Any other order needs all of them, as does a column that there is not to be refused.
    let is_sorted = listing.sort().is_some();
    let (newest, oldest, commits) = state
        .blocking(move |graph| {
            let store = graph.store();
            let newest = graph.data_version();
            // The first commit that the log holds: version 0, the empty store, has none.
            let oldest = (*store.versions()?.start()).max(1);
            let total = usize::try_from((newest + 1).saturating_sub(oldest)).unwrap_or(usize::MAX);
            let window = page.window(usual);
            let wanted = match is_sorted {
                true => 0..total,
                false => window.start.min(total)..window.end.min(total),
            };
            let commits = if wanted.is_empty() {
                Vec::new()
            } else {
                let last = newest - wanted.start as u64;
                let first = newest + 1 - wanted.end as u64;
                store.commits(first..=last)?
            };
            Ok((newest, oldest, commits))
        })
        .await?;
    let seen = request::snapshot(&state, &headers)?;
    let what = [
        "versions",
        told(&seen),
        &oldest.to_string(),
        uri.query().unwrap_or_default(),
        format.content_type,
    ];
    let reading = Reading::of_version(&state, newest, seen.visibility(), &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let mut rows = Rows::new(COLUMNS).with_times(["time"]);
    for commit in commits.into_iter().rev() {
        rows.push(row(commit, &seen));
    }
    let total = usize::try_from((newest + 1).saturating_sub(oldest)).unwrap_or(usize::MAX);
    if is_sorted {
        rows.order(&listing)?;
        rows.keep_range(page.window(usual));
    } else {
        rows = rows.part_of(page.window(usual).start.min(total), total);
    }
    let about = About::of(&state, &headers, &uri, format.format, &seen);
    let response = reading.respond(format, rows.text(format.format, &about)?);
    let window = (page, Some(usual));
    Ok(rows::listed(response, &headers, &uri, &form, window, total))
}

/// `GET /api/v1/versions/{version}`: one of them.
async fn one(
    State(state): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    // An extension that is none of a format belongs to the name, and no number has one.
    let (number, format): (_, Chosen) = of_path(&name, &headers, &FORMATS)?;
    let version: u64 = number.parse().map_err(|_| {
        ApiError::NotFound(format!(
            "`{number}` is no data version; they are whole numbers"
        ))
    })?;
    let seen = request::snapshot(&state, &headers)?;
    let commit = state
        .blocking(move |graph| {
            graph.store().check_version(version)?;
            let commit = graph.store().commits(version..=version)?.pop();
            commit
                .ok_or_else(|| ApiError::NotFound(format!("no commit made version {version} here")))
        })
        .await?;
    let reading = Reading::of_version(
        &state,
        version,
        seen.visibility(),
        &["version", told(&seen), format.content_type],
    );
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let mut rows = Rows::new(COLUMNS).with_times(["time"]);
    rows.push(row(commit, &seen));
    let body = match format.format {
        table if table.is_table() => {
            let about = About::of(&state, &headers, &uri, table, &seen);
            rows.text(table, &about)?
        }
        _ => rows
            .into_objects()
            .pop()
            .unwrap_or_default()
            .to_string()
            .into(),
    };
    Ok(reading.respond(format, body))
}
