//! `version=N`: the answer of an earlier version of the data.

use super::AppState;
use super::error::ApiError;
use super::negotiate::prefers_html;
use super::request::{self, Form};
use crate::store::{CancellationToken, Limits, Snapshot};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;
use tokio::time::timeout_at;

/// The parameter.
pub(super) const VERSION: &str = "version";

/// The version of the data that a request is about.
pub(super) struct Pinned {
    pub(super) snapshot: Arc<Snapshot>,
    is_asked_for: bool,
}

/// The version that a request names; `latest`, or none, is the newest.
fn version(form: &Form) -> Result<Option<u64>, ApiError> {
    match form.one(VERSION)? {
        None | Some("" | "latest") => Ok(None),
        Some(_) => form.parsed(
            VERSION,
            "a data version: a whole number, or `latest`",
            |_| true,
        ),
    }
}

impl Pinned {
    /// The newest version of the data, as whoever asks may see it.
    pub(super) fn newest(state: &AppState, headers: &HeaderMap) -> Result<Self, ApiError> {
        Ok(Self {
            snapshot: request::snapshot(state, headers)?,
            is_asked_for: false,
        })
    }

    /// The version that a request asks for. One that has to be rebuilt waits its turn; a client
    /// that leaves, or the deadline, ends that.
    pub(super) async fn of(
        state: &AppState,
        headers: &HeaderMap,
        form: &Form,
        deadline: Instant,
    ) -> Result<Self, ApiError> {
        let Some(version) = version(form)? else {
            return Self::newest(state, headers);
        };
        let reader = request::reader(state, headers)?;
        let found = |snapshot: Arc<Snapshot>| {
            // What is private today is, in every version of it.
            let seen = if snapshot.version() == state.graph().data_version() {
                state.graph().snapshot_for(&reader)?
            } else {
                state.graph().past_for(&reader, &snapshot)?
            };
            Ok(Self {
                snapshot: seen,
                is_asked_for: true,
            })
        };
        if let Some(snapshot) = state.graph().store().kept_snapshot(version) {
            return found(snapshot);
        }
        // Those who wait for their turn wait without a thread.
        let places = Arc::clone(state.rebuild_places());
        let place = match timeout_at(deadline.into(), places.acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) | Err(_) => return Err(ApiError::Busy),
        };
        let limits = Limits {
            deadline: Some(deadline),
            ..Limits::default()
        };
        let _guard = CancelOnDrop(limits.cancellation.clone());
        let graph = state.graph().clone();
        let task = tokio::task::spawn_blocking(move || {
            let snapshot = graph.snapshot_at(version, &limits);
            drop(place);
            snapshot
        });
        let snapshot = task
            .await
            .map_err(|error| ApiError::Internal(error.to_string()))??;
        found(snapshot)
    }

    /// The version, if the request names one.
    pub(super) fn version(&self) -> Option<u64> {
        self.is_asked_for.then(|| self.snapshot.version())
    }

    /// Says of an answer of a version that everybody may keep it, and asks here before each use:
    /// the data stays as it is, but who may see it does not, and what becomes private today is
    /// private in every version. Pages may look otherwise in time, and without a log the versions
    /// begin again with each process.
    pub(super) fn label(
        &self,
        state: &AppState,
        headers: &HeaderMap,
        is_volatile: bool,
        mut response: Response,
    ) -> Response {
        let is_answer = matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED);
        let is_page = match response.headers().get(header::CONTENT_TYPE) {
            Some(content_type) => content_type.as_bytes().starts_with(b"text/html"),
            None => prefers_html(headers),
        };
        let lasts = self.is_asked_for && state.graph().store().is_durable();
        if lasts && is_answer && !is_volatile && !is_page {
            // What a token has to do with it is for no one else.
            let value = if headers.contains_key(header::AUTHORIZATION) {
                "private, no-cache"
            } else {
                "public, no-cache"
            };
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
        }
        response
    }
}

struct CancelOnDrop(CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
