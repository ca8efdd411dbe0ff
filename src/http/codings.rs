//! Content codings (RFC 9110, sections 8.4 and 12.5.3): how bodies are compressed, both ways.
//!
//! The layers of tower-http do the compressing; what they leave out of the rules is done here:
//! names in any case and `x-gzip`, `*`, and `identity;q=0`.

use super::error::ApiError;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Codings of responses, the preferred one first.
const OFFERED: [&str; 4] = ["zstd", "br", "gzip", "deflate"];

/// Marks a response that must be compressed however short it is.
#[derive(Clone, Copy)]
pub(super) struct MustCompress;

/// Marks a response whose bytes are what was asked for: they are sent as they are.
#[derive(Clone, Copy)]
pub(super) struct NeverCompress;

/// Writes the coding of a request as the decompressing layer knows it. Several codings on top of
/// each other stay as they are, and are refused there.
pub(super) async fn read_names(mut request: Request, next: Next) -> Response {
    let names: Vec<String> = elements(request.headers(), &header::CONTENT_ENCODING)
        .map(|name| name.to_ascii_lowercase())
        .map(|name| match name.as_str() {
            "x-gzip" => "gzip".to_owned(),
            _ => name,
        })
        .filter(|name| name != "identity")
        .collect();
    let headers = request.headers_mut();
    headers.remove(header::CONTENT_ENCODING);
    if !names.is_empty()
        && let Ok(value) = HeaderValue::try_from(names.join(", "))
    {
        headers.insert(header::CONTENT_ENCODING, value);
    }
    next.run(request).await
}

/// Chooses the coding of the response, and names it alone to the compressing layer.
pub(super) async fn choose(mut request: Request, next: Next) -> Response {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return next.run(request).await;
    }
    let choice = best(request.headers());
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    match choice {
        Choice::Plain => {}
        Choice::Coded(name) => {
            let name = HeaderValue::from_static(name);
            request.headers_mut().insert(header::ACCEPT_ENCODING, name);
        }
        Choice::MustBeCoded(name) => {
            let name = HeaderValue::from_static(name);
            request.headers_mut().insert(header::ACCEPT_ENCODING, name);
            request.extensions_mut().insert(MustCompress);
        }
        Choice::Nothing => {
            let offered = OFFERED.iter().map(|name| format!("the coding {name}"));
            return ApiError::NotAcceptable(offered.collect()).into_response();
        }
    }
    next.run(request).await
}

/// Hands the mark of a request on to its response, where the compressing layer looks.
pub(super) async fn mark(request: Request, next: Next) -> Response {
    let mark = request.extensions().get::<MustCompress>().copied();
    let mut response = next.run(request).await;
    if let Some(mark) = mark {
        response.extensions_mut().insert(mark);
    }
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// No coding.
    Plain,
    /// This one, where it is worth it.
    Coded(&'static str),
    /// This one always: an uncompressed body is refused.
    MustBeCoded(&'static str),
    /// Nothing that is offered is taken.
    Nothing,
}

fn best(headers: &HeaderMap) -> Choice {
    let accepted: Vec<(&str, u16)> = elements(headers, &header::ACCEPT_ENCODING)
        .map(|element| {
            let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
            (name.trim(), quality(parameters))
        })
        .collect();
    let of = |wanted: &str| {
        let named = accepted.iter().find(|(name, _)| {
            name.eq_ignore_ascii_case(wanted)
                || (wanted == "gzip" && name.eq_ignore_ascii_case("x-gzip"))
        });
        let any = || accepted.iter().find(|(name, _)| *name == "*");
        named.or_else(any).map(|(_, quality)| *quality)
    };
    // Uncompressed is fine unless it is refused by name, or with all the rest.
    let plain = of("identity");
    let mut coded: Option<(&'static str, u16)> = None;
    for name in OFFERED {
        let quality = of(name).unwrap_or_default();
        if quality > coded.map_or(0, |(_, best)| best) {
            coded = Some((name, quality));
        }
    }
    match (coded, plain) {
        (Some((name, _)), Some(0)) => Choice::MustBeCoded(name),
        (None, Some(0)) => Choice::Nothing,
        (Some((_, quality)), Some(plain)) if plain > quality => Choice::Plain,
        (Some((name, _)), _) => Choice::Coded(name),
        (None, _) => Choice::Plain,
    }
}

/// In thousandths; what is no number counts as refused.
fn quality(parameters: &str) -> u16 {
    parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .map_or(1_000, |(_, value)| {
            let quality = value.trim().parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
            (quality * 1_000.0).round() as u16
        })
}

fn elements<'a>(
    headers: &'a HeaderMap,
    name: &header::HeaderName,
) -> impl Iterator<Item = &'a str> + use<'a> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_coding_is_chosen() {
        use Choice::{Coded, MustBeCoded, Nothing, Plain};
        for (accept, expected) in [
            ("gzip, deflate, br", Coded("br")),
            ("gzip, deflate, br, zstd", Coded("zstd")),
            ("gzip;q=1.0, br;q=0.5", Coded("gzip")),
            ("GZIP", Coded("gzip")),
            ("x-gzip", Coded("gzip")),
            ("deflate", Coded("deflate")),
            ("gzip;q=0", Plain),
            ("compress", Plain),
            ("", Plain),
            ("identity", Plain),
            ("identity;q=0.5, gzip;q=0.2", Plain),
            ("gzip;q=0.2, identity;q=0.1", Coded("gzip")),
            ("*", Coded("zstd")),
            ("*;q=0.5, zstd;q=0", Coded("br")),
            ("identity;q=0, gzip", MustBeCoded("gzip")),
            ("gzip, *;q=0", MustBeCoded("gzip")),
            ("*;q=0, identity", Plain),
            ("identity;q=0", Nothing),
            ("*;q=0", Nothing),
            ("compress, identity;q=0", Nothing),
            ("gzip;q=much", Plain),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(best(&headers), expected, "{accept}");
        }
    }
}
