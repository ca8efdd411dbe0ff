//! What the tests of this room share: a service without a port, and its answers.

use super::{AppState, router};
use crate::app::{Config, KnowledgeGraph};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::sync::LazyLock;
use tower::ServiceExt;

/// The state of a service in memory.
pub(super) fn state(config: Config) -> AppState {
    let config = Config {
        data_dir: None,
        ..config
    };
    AppState::new(KnowledgeGraph::open(config).unwrap())
}

/// With the data that ships.
pub(super) static INNOSERV: LazyLock<AppState> = LazyLock::new(|| state(Config::default()));

/// What a service answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body as text, as far as it is such.
    pub(super) text: String,
    /// The body, or why it broke off.
    pub(super) body: Result<Vec<u8>, String>,
}

impl Answer {
    #[track_caller]
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone().unwrap()).unwrap()
    }

    #[track_caller]
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A header that is there once, or an empty text.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Sends a request to a service.
pub(super) async fn send(
    state: &AppState,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    send_to(router(state.clone()), method, target, headers, body).await
}

/// Sends a request to the routes of a service.
pub(super) async fn send_to(
    router: Router,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header("host", "weft.example");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).unwrap();
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    let body = match body.collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) => Err(error.to_string()),
    };
    Answer {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8_lossy(body.as_deref().unwrap_or_default()).into_owned(),
        body,
    }
}

/// A page in a language.
pub(super) async fn get_page(state: &AppState, target: &str, language: &str) -> String {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    let answer = send(state, "GET", target, &headers, "").await;
    answer.expect(200).text
}

/// A text as a part of a URL.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
