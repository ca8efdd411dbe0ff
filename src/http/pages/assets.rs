//! Styles, scripts and built files of others, compiled in: `/static/…`.
//!
//! Addresses in pages carry the beginning of the file's hash and may be kept for ever; modules that
//! import each other by plain names are asked about each time, which costs a 304.

use super::texts::Language;
use crate::http::AppState;
use crate::http::error::ApiError;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::sync::LazyLock;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/http/static");
static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(assets);

/// Files of these folders never change under their address: it has the version in it.
const VENDORED: &str = "vendor/";

struct Asset {
    body: Body,
    hash: String,
    content_type: &'static str,
}

enum Body {
    Fixed(&'static [u8]),
    Made(Vec<u8>),
}

impl Body {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Fixed(bytes) => bytes,
            Self::Made(bytes) => bytes,
        }
    }
}

fn assets() -> HashMap<String, Asset> {
    let mut assets = HashMap::new();
    let mut folders = vec![&FILES];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            let asset = Asset::new(&path, Body::Fixed(file.contents()));
            assets.insert(path, asset);
        }
    }
    for language in Language::ALL {
        let path = format!("texts/{}.json", language.tag());
        let texts = serde_json::Value::Object(language.for_scripts());
        let asset = Asset::new(&path, Body::Made(texts.to_string().into_bytes()));
        assets.insert(path, asset);
    }
    assets
}

impl Asset {
    fn new(path: &str, body: Body) -> Self {
        Self {
            hash: blake3::hash(body.bytes()).to_hex().as_str()[..12].to_owned(),
            content_type: content_type(path),
            body,
        }
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        _ => "text/plain; charset=utf-8",
    }
}

/// The address of a file of `src/http/static`, with its hash.
pub(in crate::http) fn href(path: &str) -> String {
    match ASSETS.get(path) {
        Some(asset) if !path.starts_with(VENDORED) => format!("/static/{path}?v={}", asset.hash),
        _ => format!("/static/{path}"),
    }
}

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/static/{*path}", get(file))
        .route("/favicon.ico", get(icon))
}

async fn icon(uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    answer("icon.svg", &uri, &headers)
}

/// `GET /static/{path}`.
async fn file(
    Path(path): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    answer(&path, &uri, &headers)
}

fn answer(path: &str, uri: &Uri, headers: &HeaderMap) -> Result<Response, ApiError> {
    let asset = ASSETS
        .get(path)
        .ok_or_else(|| ApiError::NotFound(format!("there is no file /static/{path}")))?;
    let is_lasting = path.starts_with(VENDORED)
        || uri.query().and_then(|query| query.strip_prefix("v=")) == Some(&asset.hash);
    let cache = if is_lasting {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    // Weak, because compression makes other bytes of the same file.
    let tag = format!("W/\"{}\"", asset.hash);
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.split(',').any(|known| known.trim() == tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match &asset.body {
            Body::Fixed(bytes) => (*bytes).into_response(),
            Body::Made(bytes) => bytes.clone().into_response(),
        }
    };
    let out = response.headers_mut();
    out.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        out.insert(header::ETAG, tag);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use sha2::{Digest, Sha256};
    use std::collections::{BTreeMap, BTreeSet};

    /// What `vendor/vendored.toml` says of a package.
    #[derive(Deserialize)]
    struct Vendored {
        version: String,
        source: String,
        licence: String,
        files: BTreeMap<String, String>,
    }

    #[test]
    fn files_of_others_are_as_they_were_published() {
        const ALLOWED: [&str; 6] = [
            "MIT",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "ISC",
            "CC0-1.0",
        ];
        let list = FILES.get_file("vendor/vendored.toml").unwrap();
        let list: BTreeMap<String, Vendored> =
            toml::from_str(list.contents_utf8().unwrap()).unwrap();
        let mut listed = BTreeSet::from(["vendor/vendored.toml".to_owned()]);
        for (name, package) in &list {
            let folder = format!("vendor/{name}-{}", package.version);
            assert!(ALLOWED.contains(&package.licence.as_str()), "{name}");
            assert!(package.source.starts_with("https://"), "{name}");
            let has_licence = package
                .files
                .keys()
                .any(|file| file.to_uppercase().contains("LICENSE"));
            assert!(has_licence, "{name} has no LICENSE");
            for (file, hash) in &package.files {
                let path = format!("{folder}/{file}");
                let contents = FILES.get_file(&path).unwrap_or_else(|| panic!("no {path}"));
                let is: String = Sha256::digest(contents.contents())
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                assert_eq!(&is, hash, "{path} was changed, or is another version");
                listed.insert(path);
            }
        }
        let there: BTreeSet<String> = ASSETS
            .keys()
            .filter(|path| path.starts_with(VENDORED))
            .cloned()
            .collect();
        assert_eq!(there, listed, "vendored.toml does not list what is there");
    }

    #[test]
    fn an_address_with_the_hash_may_be_kept_for_ever() {
        let at = |address: &str, known: Option<&str>| {
            let uri: Uri = address.parse().unwrap();
            let mut headers = HeaderMap::new();
            if let Some(known) = known {
                headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
            }
            answer("css/weft.css", &uri, &headers).unwrap()
        };
        let lasting = at(&href("css/weft.css"), None);
        assert!(
            lasting.headers()[header::CACHE_CONTROL]
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        let asked = at("/static/css/weft.css", None);
        assert_eq!(asked.headers()[header::CACHE_CONTROL], "no-cache");
        let tag = asked.headers()[header::ETAG].to_str().unwrap().to_owned();
        let again = at("/static/css/weft.css?v=old", Some(&tag));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
}
