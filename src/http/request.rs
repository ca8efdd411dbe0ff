//! Reading requests.

use super::AppState;
use super::error::ApiError;
use crate::app::Writer;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use http_body_util::BodyExt;
use mime::Mime;
use oxigraph::model::NamedNode;
use percent_encoding::percent_decode;
use std::str::FromStr;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a body may stop coming.
const BODY_PATIENCE: Duration = Duration::from_secs(30);

/// Reads a whole body.
pub(super) async fn read_body(mut body: Body, limit: usize) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    loop {
        let frame = match timeout(BODY_PATIENCE, body.frame()).await {
            Err(_) => return Err(ApiError::SlowBody),
            Ok(None) => return Ok(bytes),
            Ok(Some(Err(error))) => {
                return Err(ApiError::BadRequest(format!(
                    "the body of the request cannot be read: {error}"
                )));
            }
            Ok(Some(Ok(frame))) => frame,
        };
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > limit {
                return Err(ApiError::TooLarge(limit));
            }
            bytes.extend_from_slice(&data);
        }
    }
}

/// A body as text.
pub(super) fn utf8(bytes: Vec<u8>) -> Result<String, ApiError> {
    String::from_utf8(bytes)
        .map_err(|_| ApiError::BadRequest("the text of the request is not UTF-8".to_owned()))
}

/// The media type of the body, without parameters and in lower case; refuses charsets other than
/// UTF-8.
pub(super) fn content_type(headers: &HeaderMap) -> Result<Option<Mime>, ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(None);
    };
    let malformed = || ApiError::UnsupportedMediaType("the Content-Type is malformed".to_owned());
    let media_type: Mime = value
        .to_str()
        .map_err(|_| malformed())?
        .parse()
        .map_err(|_| malformed())?;
    if let Some(charset) = media_type.get_param(mime::CHARSET)
        && !["utf-8", "utf8", "us-ascii"]
            .iter()
            .any(|known| charset.as_str().eq_ignore_ascii_case(known))
    {
        return Err(ApiError::BadRequest(format!(
            "charset {charset} is not understood; send UTF-8"
        )));
    }
    Ok(Some(media_type))
}

/// Parameters of a URL or a form, decoded, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn of_url(uri: &Uri) -> Result<Self, ApiError> {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    pub(super) fn parse(text: &[u8]) -> Result<Self, ApiError> {
        let decode = |part: &[u8]| {
            let spaced: Vec<u8> = part
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect();
            utf8(percent_decode(&spaced).collect())
        };
        text.split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let mut parts = pair.splitn(2, |byte| *byte == b'=');
                let name = decode(parts.next().unwrap_or_default())?;
                Ok((name, decode(parts.next().unwrap_or_default())?))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn single(name: &str, value: String) -> Self {
        Self(vec![(name.to_owned(), value)])
    }

    pub(super) fn of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    pub(super) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs()
            .filter_map(move |(known, value)| (known == name).then_some(value))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The value of a parameter that may be there once.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(ApiError::BadRequest(format!(
                "parameter `{name}` is there more than once"
            )));
        }
        Ok(first)
    }

    /// The value of a parameter that may be there once, as something that fits; an empty one counts
    /// as none. `expected` says in words what fits.
    pub(super) fn parsed<T: FromStr>(
        &self,
        name: &str,
        expected: &str,
        fits: impl FnOnce(&T) -> bool,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.one(name)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        match text.parse().ok().filter(fits) {
            Some(value) => Ok(Some(value)),
            None => Err(ApiError::BadRequest(format!(
                "`{name}`: `{text}` is not {expected}"
            ))),
        }
    }

    /// The value of a parameter that must be there once.
    pub(super) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.one(name)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| ApiError::BadRequest(format!("parameter `{name}` is missing")))
    }

    /// Refuses parameters that the resource does not have.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        match self.pairs().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(ApiError::UnknownParameter(name.to_owned())),
            None => Ok(()),
        }
    }

    /// The values of a parameter as absolute IRIs.
    pub(super) fn iris(&self, name: &str) -> Result<Vec<NamedNode>, ApiError> {
        self.all(name)
            .map(|iri| {
                NamedNode::new(iri).map_err(|_| {
                    ApiError::BadRequest(format!("`{name}`: <{iri}> is not an absolute IRI"))
                })
            })
            .collect()
    }
}

/// When a request has to be done: after the service's own limit, or the shorter one it asks for.
pub(super) fn deadline(form: &Form, limit: Duration) -> Result<Instant, ApiError> {
    let asked = match form.one("timeout")? {
        None => limit,
        Some(text) => text
            .parse::<f64>()
            .ok()
            .filter(|seconds| seconds.is_finite() && *seconds > 0.0)
            .map(|seconds| Duration::from_secs_f64(seconds.min(limit.as_secs_f64())))
            .ok_or_else(|| {
                ApiError::BadRequest(format!(
                    "`timeout`: `{text}` is not a number of seconds above 0"
                ))
            })?,
    };
    Ok(Instant::now() + asked.min(limit))
}

/// The address that the client used, without the query part.
pub(super) fn url(parts: &Parts) -> String {
    let origin = origin(&parts.headers, &parts.uri);
    format!("{origin}{}", parts.uri.path())
}

/// Scheme and host of the address that the client used.
pub(super) fn origin(headers: &HeaderMap, uri: &Uri) -> String {
    let forwarded = headers.get("x-forwarded-proto");
    let scheme = match forwarded.map(|value| value.as_bytes()) {
        Some(b"https") => "https",
        _ => "http",
    };
    let authority = authority(headers, uri).unwrap_or("localhost");
    format!("{scheme}://{authority}")
}

fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => headers.get(header::HOST)?.to_str().ok()?,
    };
    named
        .parse::<axum::http::uri::Authority>()
        .is_ok()
        .then_some(named)
}

/// Who writes, by the token of the request.
pub(super) fn writer(state: &AppState, parts: &Parts) -> Result<Writer, ApiError> {
    let key = match parts.headers.get(header::AUTHORIZATION) {
        None => None,
        Some(value) => {
            let key = value.to_str().ok().and_then(|value| {
                let (scheme, key) = value.split_once(' ')?;
                scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
            });
            // Something was sent that is no token: as good as a wrong one.
            Some(key.unwrap_or_default())
        }
    };
    let writer = state.graph().writer(key)?;
    if writer == Writer::Anybody && !is_from_here(parts) {
        return Err(ApiError::ForeignOrigin);
    }
    Ok(writer)
}

/// Whether a request without a token may count as one of this machine. A page of another site
/// that the user visits can also send requests here; browsers then name its origin.
fn is_from_here(parts: &Parts) -> bool {
    let Some(origin) = parts.headers.get(header::ORIGIN) else {
        return true;
    };
    let host = origin
        .to_str()
        .ok()
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| host);
    let name = host.map(|host| match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    });
    host == authority(&parts.headers, &parts.uri)
        && name
            .is_some_and(|name| name == "localhost" || name == "[::1]" || name.starts_with("127."))
}
