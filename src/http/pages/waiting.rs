//! The page for as long as figures are being computed: it asks again by itself.

use super::{Shell, render};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::request;
use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::time::Duration;

/// How long a reader looks at an empty window before the page says that it takes longer.
/// Tests, which share their cores with many others, want the page.
pub(super) const PATIENCE: Duration = if cfg!(test) {
    Duration::from_secs(60)
} else {
    Duration::from_millis(2_500)
};
/// Seconds after which a page that waits asks again.
const AGAIN: u32 = 4;

/// What is being waited for.
pub(super) struct Awaited<'a> {
    /// The title of the page.
    pub(super) title: String,
    /// Where it is.
    pub(super) address: String,
    /// Where its figures are as a file.
    pub(super) data: String,
    /// The network that is being measured.
    pub(super) network: &'a str,
    /// What restricts it, in canonical form.
    pub(super) filter: &'a str,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct WaitPage<'a> {
    shell: Shell,
    again: u32,
    awaited: &'a Awaited<'a>,
    /// How long it has taken, how much is done, of how much.
    running: Vec<(String, u64, u64)>,
}

/// The page, as an answer that says that it is not the one that was asked for (202).
pub(super) fn wait(
    state: &AppState,
    headers: &HeaderMap,
    shell: Shell,
    awaited: &Awaited<'_>,
) -> Result<Response, ApiError> {
    let seen = request::snapshot(state, headers)?;
    let running = state
        .graph()
        .networks()
        .computations(&seen)
        .into_iter()
        .filter(|computation| {
            computation.network == awaited.network && computation.filter == awaited.filter
        })
        .map(|computation| {
            let seconds = shell.whole(computation.seconds as u64);
            (
                shell.with("waiting-since", &[("seconds", &seconds)]),
                computation.progress.done.min(computation.progress.total),
                computation.progress.total,
            )
        })
        .collect();
    let page = WaitPage {
        again: AGAIN,
        shell,
        awaited,
        running,
    };
    let mut response = (StatusCode::ACCEPTED, Html(render(&page)?)).into_response();
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(header::RETRY_AFTER, HeaderValue::from(AGAIN));
    Ok(response)
}
