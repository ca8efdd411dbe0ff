//! `/dumps/{graph}.{nq,trig,ttl,nt}[.gz|.zst]`: whole graphs as files, also in parts.
//!
//! `all` is everything that the reader sees, `default` the default graph; other names are those
//! below `…/graph/`, or an IRI (percent-encoded). With `.sha256` behind it the address has the hash
//! of the file.
//!
//! One version of the data in one form is always the same bytes, and its tag is strong. With
//! `version=N` the address stands for these bytes for good, and any `Range` of them is answered.
//! Without it the address stands for what is newest, so a `Range` is answered only to those who say
//! with `If-Range` what they have: others get the whole, and never the end of another file.

use super::AppState;
use super::codings::NeverCompress;
use super::error::ApiError;
use super::pinned::{Pinned, VERSION};
use super::request::{Form, deadline};
use super::respond::DATA_VERSION;
use crate::app::AppError;
use crate::app::dumps::{Asked, DumpFile, DumpKind, DumpScope};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;

/// How long a client waits for a file that is being made, before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 20 } else { 60 });
/// How long a client may take for the next block.
const CLIENT_PATIENCE: Duration = Duration::from_secs(60);
/// Bytes that are read at a time.
const BLOCK: usize = 256 << 10;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/dumps", get(list))
        .route("/dumps/", get(list))
        .route("/dumps/{*name}", get(dump))
}

/// `GET /dumps`: which there are is in the catalogue.
async fn list() -> Redirect {
    Redirect::to("/catalogue")
}

/// What an address asks for.
struct Wanted {
    kind: DumpKind,
    /// The hash, not the file.
    only_hash: bool,
    /// What a client would call the file.
    file_name: String,
}

impl Wanted {
    fn of(name: &str) -> Result<Self, ApiError> {
        let (name, only_hash) = match name.strip_suffix(".sha256") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let unknown = || {
            ApiError::NotFound(format!(
                "there is no dump `{name}`; take `all`, `default`, a name below …/graph/ or an IRI (percent-encoded), then .nq, .trig, .ttl or .nt, and .gz or .zst if you like"
            ))
        };
        let (graph, format, compression) = DumpKind::extensions_of(name).ok_or_else(unknown)?;
        let scope = DumpScope::of_name(graph).ok_or_else(unknown)?;
        let file_name = name.rsplit(['/', '#']).next().unwrap_or(name);
        let file_name = file_name
            .chars()
            .map(|c| match c {
                c if c.is_ascii_alphanumeric() || "-_.".contains(c) => c,
                _ => '_',
            })
            .collect();
        Ok(Self {
            kind: DumpKind {
                scope,
                format,
                compression,
            },
            only_hash,
            file_name,
        })
    }
}

/// `GET /dumps/{name}`: a file, a part of it, or its hash.
async fn dump(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    let form = Form::of_url(&parts.uri)?;
    form.only(&[VERSION])?;
    let wanted = Wanted::of(&name)?;
    let until = deadline(&Form::default(), state.graph().config().query_timeout)?;
    let pinned = Pinned::of(&state, headers, &form, until).await?;
    if let DumpScope::Graph(graph) = &wanted.kind.scope
        && !pinned.snapshot.contains_graph(graph.as_ref())
    {
        return Err(AppError::NoSuchGraph(graph.clone()).into());
    }
    let (dump, file) = made(&state, &pinned, &wanted.kind).await?;
    let time = {
        let version = dump.version;
        let time = state.blocking(move |graph| Ok(graph.time_of(version)?));
        time.await?.and_then(|time| http_date(&time))
    };
    let about = About {
        etag: format!("\"{}-{}\"", dump.version, &dump.written.sha256[..32]),
        time,
        is_pinned: pinned.version().is_some(),
    };
    if wanted.only_hash {
        let text = format!("{}  {}\n", dump.written.sha256, wanted.file_name);
        let mut response = text.into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        about.label(&mut response, dump.version);
        return Ok(pinned.label(&state, headers, false, response));
    }
    let mut response = if about.is_known(headers) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let bytes = dump.written.bytes;
        let range = match about.range(headers, bytes) {
            Asks::Whole => None,
            Asks::Part(first, last) => Some((first, last)),
            Asks::Nothing => {
                let mut response = ApiError::NoSuchRange(bytes).into_response();
                let unit = HeaderValue::try_from(format!("bytes */{bytes}"));
                response
                    .headers_mut()
                    .extend(unit.ok().map(|value| (header::CONTENT_RANGE, value)));
                about.label(&mut response, dump.version);
                return Ok(response);
            }
        };
        let (first, length) = match range {
            None => (0, bytes),
            Some((first, last)) => (first, last - first + 1),
        };
        let body = match parts.method {
            Method::HEAD => Body::empty(),
            _ => part_of(file, first, length),
        };
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        let kind = &wanted.kind;
        let media_type = kind.compression.media_type();
        let media_type = media_type.unwrap_or(kind.format.media_type());
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        let disposition = format!("attachment; filename=\"{}\"", wanted.file_name);
        if let Ok(disposition) = HeaderValue::try_from(disposition) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        if let Some((first, last)) = range {
            if let Ok(range) = HeaderValue::try_from(format!("bytes {first}-{last}/{bytes}")) {
                headers.insert(header::CONTENT_RANGE, range);
            }
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        response
    };
    if let Some(name) = wanted.kind.name()
        && let Ok(location) =
            HeaderValue::try_from(format!("/dumps/{name}?{VERSION}={}", dump.version))
    {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LOCATION, location);
    }
    about.label(&mut response, dump.version);
    Ok(pinned.label(&state, headers, false, response))
}

/// The file, made if need be.
async fn made(
    state: &AppState,
    pinned: &Pinned,
    kind: &DumpKind,
) -> Result<(std::sync::Arc<DumpFile>, File), ApiError> {
    let waiting = async {
        loop {
            let (snapshot, wanted) = (std::sync::Arc::clone(&pinned.snapshot), kind.clone());
            let asked = state
                .blocking(move |graph| Ok(graph.dumps().ask(&snapshot, &wanted)?))
                .await?;
            match asked {
                Asked::There(dump, file) => return Ok((dump, file)),
                Asked::Making(mut done) => {
                    let result = match done.wait_for(Option::is_some).await {
                        Ok(result) => result.clone(),
                        Err(_) => return Err(ApiError::Busy),
                    };
                    if let Some(Err(error)) = result {
                        return Err(error.into());
                    }
                }
            }
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| {
        Err(ApiError::StillComputing(
            "the dump is being made and will be kept; ask again".to_owned(),
        ))
    })
}

/// What is said of a file besides its bytes.
struct About {
    etag: String,
    time: Option<String>,
    is_pinned: bool,
}

/// Which bytes a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Asks {
    Whole,
    /// The first and the last.
    Part(u64, u64),
    Nothing,
}

impl About {
    fn label(&self, response: &mut Response, version: u64) {
        response.extensions_mut().insert(NeverCompress);
        let headers = response.headers_mut();
        headers.insert(DATA_VERSION, HeaderValue::from(version));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.append(
            header::VARY,
            HeaderValue::from_static("authorization, origin"),
        );
        let texts = [
            (header::ETAG, Some(&self.etag)),
            (header::LAST_MODIFIED, self.time.as_ref()),
        ];
        for (name, text) in texts {
            if let Some(Ok(value)) = text.map(HeaderValue::try_from) {
                headers.insert(name, value);
            }
        }
    }

    /// Whether the client has the file already.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let opaque = |tag: &str| {
            let tag = tag.trim();
            tag.strip_prefix("W/").unwrap_or(tag).to_owned()
        };
        headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim() == "*" || opaque(tag) == self.etag)
    }

    /// What is asked for of a file of so many bytes. Several ranges at once are not served, nor is
    /// a range of something else than what the client has: the answer is the whole.
    fn range(&self, headers: &HeaderMap, bytes: u64) -> Asks {
        let Some(range) = headers.get(header::RANGE) else {
            return Asks::Whole;
        };
        let fits = match headers.get(header::IF_RANGE).map(HeaderValue::to_str) {
            None => self.is_pinned,
            Some(Ok(text)) if text.trim() == self.etag => true,
            // Two versions may be of one second: a date tells them apart only where there is one.
            Some(Ok(text)) => self.is_pinned && Some(text.trim()) == self.time.as_deref(),
            Some(Err(_)) => false,
        };
        let asked = range.to_str().ok().and_then(|range| {
            let (unit, range) = range.split_once('=')?;
            unit.trim().eq_ignore_ascii_case("bytes").then_some(range)
        });
        match asked {
            Some(asked) if fits => parse(asked.trim(), bytes).unwrap_or(Asks::Whole),
            _ => Asks::Whole,
        }
    }
}

/// One range; `None` for what is none, or several.
fn parse(range: &str, bytes: u64) -> Option<Asks> {
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What is too large for a number is beyond every file.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let part = if first.is_empty() {
        let length = number(last)?.min(bytes);
        (bytes - length, bytes.saturating_sub(1))
    } else {
        let first = number(first)?;
        let last = match last {
            "" => u64::MAX,
            last => number(last)?,
        };
        if last < first {
            return None;
        }
        (first, last.min(bytes.saturating_sub(1)))
    };
    Some(if part.0 >= bytes {
        Asks::Nothing
    } else {
        Asks::Part(part.0, part.1)
    })
}

/// A time of the log as HTTP writes it.
fn http_date(time: &str) -> Option<String> {
    let time: Timestamp = time.parse().ok()?;
    Some(time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// A part of a file, read as the client takes it.
fn part_of(mut file: File, first: u64, length: u64) -> Body {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(2);
    tokio::spawn(async move {
        let mut left = length;
        let mut start = Some(first);
        while left > 0 {
            let read = tokio::task::spawn_blocking(move || {
                let block = read_block(&mut file, start, left);
                (file, block)
            });
            let Ok((back, block)) = read.await else {
                return;
            };
            (file, start) = (back, None);
            let is_end = block.is_err();
            left = left.saturating_sub(block.as_ref().map_or(0, Bytes::len) as u64);
            let sent = timeout(CLIENT_PATIENCE, sender.send(block)).await;
            if is_end || !matches!(sent, Ok(Ok(()))) {
                return;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(receiver))
}

fn read_block(file: &mut File, start: Option<u64>, left: u64) -> io::Result<Bytes> {
    if let Some(start) = start {
        file.seek(SeekFrom::Start(start))?;
    }
    let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
    let mut block = vec![0; most];
    file.read_exact(&mut block)?;
    Ok(block.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_http_has_them() {
        for (range, expected) in [
            ("0-", Some(Asks::Part(0, 9))),
            ("3-4", Some(Asks::Part(3, 4))),
            ("3-400", Some(Asks::Part(3, 9))),
            ("-2", Some(Asks::Part(8, 9))),
            ("-200", Some(Asks::Part(0, 9))),
            ("10-", Some(Asks::Nothing)),
            ("99999999999999999999999-", Some(Asks::Nothing)),
            ("-0", Some(Asks::Nothing)),
            ("4-3", None),
            ("0-1,3-4", None),
            ("a-", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(parse(range, 10), expected, "{range}");
        }
        assert_eq!(parse("0-", 0), Some(Asks::Nothing));
    }

    #[test]
    fn times_are_written_as_http_has_them() {
        let time = http_date("2026-02-03T04:05:06.789Z");
        assert_eq!(time.as_deref(), Some("Tue, 03 Feb 2026 04:05:06 GMT"));
    }
}
