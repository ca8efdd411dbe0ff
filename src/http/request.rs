//! Reading requests.

use super::AppState;
use super::error::ApiError;
use crate::app::evaluations::Client;
use crate::app::{AppError, Reader, Writer};
use crate::rdf::version::RdfVersion;
use crate::store::Snapshot;
use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use mime::Mime;
use oxigraph::model::NamedNode;
use percent_encoding::percent_decode;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a body may stop coming.
pub(super) const BODY_PATIENCE: Duration = Duration::from_secs(30);

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

/// The version of RDF or SPARQL that a body announces with its media type.
pub(super) fn announced(media_type: &Mime) -> Result<Option<RdfVersion>, ApiError> {
    let Some(name) = media_type.get_param("version") else {
        return Ok(None);
    };
    match RdfVersion::parse(name.as_str()) {
        Some(version) => Ok(Some(version)),
        None => Err(ApiError::UnsupportedMediaType(format!(
            "version {name} of {} is not known here; there are {}",
            media_type.essence_str(),
            RdfVersion::names()
        ))),
    }
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

    /// A parameter that is on or off, and off where it is not said.
    pub(super) fn switch(&self, name: &str) -> Result<bool, ApiError> {
        match self.one(name)? {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1" | "") => Ok(true),
            Some(text) => Err(ApiError::BadRequest(format!(
                "`{name}`: `{text}` is neither true nor false"
            ))),
        }
    }

    /// The values of the parameters that name a format; clients call them differently.
    pub(super) fn formats(&self) -> Vec<&str> {
        let names = ["format", "output", "_format"];
        names.iter().flat_map(|name| self.all(name)).collect()
    }

    /// Refuses parameters that the resource does not have.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        let mut unknown: Vec<String> = Vec::new();
        for (name, _) in self.pairs() {
            if !known.contains(&name) && !unknown.iter().any(|other| other == name) {
                unknown.push(name.to_owned());
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ApiError::UnknownParameters {
            unknown,
            known: known.iter().map(|name| (*name).to_owned()).collect(),
        })
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
        None | Some("") => limit,
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
    let scheme = if is_secure(headers) { "https" } else { "http" };
    let authority = authority(headers, uri).unwrap_or("localhost");
    format!("{scheme}://{authority}")
}

/// Whether the client spoke HTTPS with a proxy before this service: the usual header says so, or
/// that of RFC 7239, of which the first element is the client's.
fn is_secure(headers: &HeaderMap) -> bool {
    if let Some(scheme) = headers.get("x-forwarded-proto") {
        return scheme.as_bytes().eq_ignore_ascii_case(b"https");
    }
    let forwarded = headers
        .get(header::FORWARDED)
        .and_then(|value| value.to_str().ok());
    let first = forwarded
        .and_then(|value| value.split(',').next())
        .unwrap_or_default();
    first.split(';').any(|pair| {
        pair.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("proto")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("https")
        })
    })
}

pub(super) fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let named = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => headers.get(header::HOST)?.to_str().ok()?,
    };
    named
        .parse::<axum::http::uri::Authority>()
        .is_ok()
        .then_some(named)
}

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// Who asks, for turns and shares: the token, or else the address.
pub(super) fn client(
    state: &AppState,
    headers: &HeaderMap,
    peer: Option<Peer>,
) -> Result<Client, ApiError> {
    if let Some(key) = key(headers)
        && let Some(token) = state.graph().tokens().find(key).map_err(AppError::from)?
    {
        return Ok(Client {
            name: format!("token {}", token.name).into(),
            is_admin: token.admin,
        });
    }
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .filter(|_| state.graph().config().trust_forwarded)
        .and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let address: Option<IpAddr> = forwarded.or(peer.map(|peer| peer.0));
    Ok(Client {
        name: address.map_or_else(|| "unknown".into(), |address| address.to_string().into()),
        is_admin: false,
    })
}

/// The client of a request, and the id that it gives its query.
pub(super) fn client_of(state: &AppState, parts: &Parts) -> Result<Client, ApiError> {
    client(state, &parts.headers, parts.extensions.get().copied())
}

/// Names the query that a request sends.
pub(super) const QUERY_ID: HeaderName = HeaderName::from_static("weft-query-id");

/// The id that the client chose: a header, or the parameter `query-id`.
pub(super) fn query_id(headers: &HeaderMap, form: &Form) -> Result<Option<String>, ApiError> {
    if let Some(id) = form.one("query-id")?.filter(|id| !id.is_empty()) {
        return Ok(Some(id.to_owned()));
    }
    Ok(headers
        .get(QUERY_ID)
        .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned()))
}

/// The key that a request sends.
fn key(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    let key = value.to_str().ok().and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    // Something was sent that is no token: as good as a wrong one.
    Some(key.unwrap_or_default())
}

/// The key of a request, for who manages tokens or asks about their own.
pub(super) fn sent_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    one_authorization(headers)?;
    Ok(key(headers))
}

/// Refuses two keys at once: what is in front of this service may have looked at the other.
fn one_authorization(headers: &HeaderMap) -> Result<(), ApiError> {
    match headers.get_all(header::AUTHORIZATION).iter().nth(1) {
        None => Ok(()),
        Some(_) => Err(ApiError::BadRequest(
            "there is more than one `Authorization` header; send one".to_owned(),
        )),
    }
}

/// Who reads, by the token of the request.
pub(super) fn reader(state: &AppState, headers: &HeaderMap) -> Result<Reader, ApiError> {
    one_authorization(headers)?;
    // Browsers and proxies go on sending what they logged in with elsewhere; that is meant for
    // others, and no attempt at a token.
    let is_for_others = |value: &HeaderValue| {
        let scheme = value
            .to_str()
            .ok()
            .and_then(|value| value.split(' ').next());
        scheme.is_some_and(|scheme| {
            ["basic", "digest", "negotiate"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known))
        })
    };
    let key = match headers.get(header::AUTHORIZATION) {
        Some(value) if is_for_others(value) => None,
        _ => key(headers),
    };
    Ok(state.graph().reader(key)?)
}

/// The newest version of the data, as whoever sends the request may see it. The only way for a
/// handler to data that it shows.
pub(super) fn snapshot(state: &AppState, headers: &HeaderMap) -> Result<Arc<Snapshot>, ApiError> {
    Ok(state.graph().snapshot_for(&reader(state, headers)?)?)
}

/// Sees to it that no cache on the way keeps what was answered to a token.
pub(super) async fn keep_to_oneself(request: Request, next: Next) -> Response {
    let has_token = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = next.run(request).await;
    if has_token {
        let headers = response.headers_mut();
        let is_stored_nowhere = headers
            .get(header::CACHE_CONTROL)
            .is_some_and(|value| value.as_bytes() == b"no-store");
        if !is_stored_nowhere {
            let private = HeaderValue::from_static("private, no-cache");
            headers.insert(header::CACHE_CONTROL, private);
        }
    }
    response
}

/// Who writes, by the token of the request.
pub(super) fn writer(state: &AppState, parts: &Parts) -> Result<Writer, ApiError> {
    let writer = state.graph().writer(sent_key(&parts.headers)?)?;
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

/// The owner of what people save, as a path names it: `~TOKEN`.
pub(super) fn owner_of(part: &str, what: &str) -> Result<String, ApiError> {
    part.strip_prefix('~')
        .filter(|owner| !owner.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| {
            ApiError::BadRequest(format!(
                "saved {what} are at /api/v1/{what}/~TOKEN/NAME, with the name of a token"
            ))
        })
}
