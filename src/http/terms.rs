//! `/api/v1/terms`: classes and properties by their names, for whoever completes what is typed.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::pages::Language;
use super::request::{self, Form};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::terms::{TermKind, terms};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

/// Terms on a page that nobody set a limit for.
const USUAL_LIMIT: usize = 50;
/// How long the text that is looked for may be.
const LONGEST_TEXT: usize = 2_000;

/// The columns, by each of which terms can be sorted.
pub(super) const COLUMNS: [&str; 6] = ["iri", "name", "kind", "label", "definition", "uses"];

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/terms", get(list))
}

/// `GET /api/v1/terms?q=&kind=&lang=`: classes and properties of the data and of the ontology whose
/// names have a text, with how often they are used; those that fit best first.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&[&["q", "kind", "lang"][..], &Listing::KEYS].concat())?;
    let text = form.one("q")?.unwrap_or_default().to_owned();
    if text.len() > LONGEST_TEXT {
        return Err(ApiError::BadRequest(format!(
            "`q` is longer than {LONGEST_TEXT} bytes"
        )));
    }
    let kind = match form.one("kind")? {
        None | Some("") => None,
        Some(name) => Some(
            TermKind::ALL
                .into_iter()
                .find(|kind| kind.name() == name)
                .ok_or_else(|| {
                    ApiError::BadRequest(format!("`kind`: `{name}` is not class or property"))
                })?,
        ),
    };
    let language = match form.one("lang")? {
        None | Some("") => Language::of_headers(&headers),
        Some(tag) => Language::of_tag(tag).ok_or_else(|| {
            let known = Language::ALL.map(Language::tag).join(", ");
            ApiError::BadRequest(format!("`lang`: `{tag}` is not one of {known}"))
        })?,
    };
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let usual = rows::usual_rows(format.format, USUAL_LIMIT);
    let snapshot = request::snapshot(&state, &headers)?;
    let what = [
        "terms",
        uri.query().unwrap_or_default(),
        language.tag(),
        format.content_type,
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (body, total) = state
        .blocking(move |_| {
            let found = terms(&snapshot, &text, kind, language.tag());
            let total = found.len();
            let window = page.window(usual);
            let mut rows = Rows::new(COLUMNS);
            let is_sorted = listing.sort().is_some();
            let wanted = if is_sorted { 0..total } else { window.clone() };
            for term in found.into_iter().take(wanted.end).skip(wanted.start) {
                let term = term.defined(&snapshot, language.tag());
                rows.push([
                    json!(term.iri.as_str()),
                    json!(term.name),
                    json!(term.kind.name()),
                    json!(term.label),
                    json!(term.definition),
                    json!(term.uses),
                ]);
            }
            if is_sorted {
                rows.order(&listing)?;
                rows.keep_range(window);
            } else {
                rows = rows.part_of(window.start.min(total), total);
            }
            Ok((rows.text(format.format, &about)?, total))
        })
        .await?;
    let response = reading.respond(format, body);
    let window = (page, Some(usual));
    let mut response = rows::listed(response, &headers, &uri, &form, window, total);
    response.headers_mut().append(
        header::VARY,
        HeaderValue::from_static("accept-language, cookie"),
    );
    Ok(response)
}
