//! `/api/v1/search`: things by their names.

use super::AppState;
use super::error::ApiError;
use super::merging::{self, MERGED};
use super::negotiate::of_path;
use super::request::{self, Form, deadline};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::Search;
use crate::app::search::{Found, FoundThing};
use crate::store::Limits;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;
use serde_json::json;

/// Things on a page that nobody set a limit for.
const USUAL_LIMIT: usize = 20;

const PARAMETERS: [&str; 7] = ["q", "type", "lang", "graph", "fuzzy", "timeout", MERGED];

/// The columns, by each of which what is found can be sorted.
pub(super) const COLUMNS: [&str; 8] = [
    "iri", "label", "language", "property", "type", "score", "match", "dataset",
];

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/search", get(search))
}

/// `GET /api/v1/search?q=`: things whose names have all words of a text, the best first.
async fn search(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&[&PARAMETERS[..], &Listing::KEYS].concat())?;
    let is_fuzzy = form
        .parsed("fuzzy", "true or false", |_| true)?
        .unwrap_or(true);
    let given = request::snapshot(&state, &headers)?;
    let is_merged = merging::is_wanted(&form, true)?;
    let snapshot = merging::seen(&state, &given, is_merged).await?;
    let optional = |name| Ok::<_, ApiError>(form.one(name)?.unwrap_or_default());
    let search = Search::with_fuzzy(form.required("q")?, is_fuzzy)?
        .of_type(optional("type")?)?
        .in_language(optional("lang")?)?
        .in_graph(optional("graph")?, &snapshot)?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let usual = rows::usual_rows(format.format, USUAL_LIMIT);
    let is_sorted = listing.sort().is_some();
    let wanted = match is_sorted {
        true => 0..rows::FILE_ROWS,
        false => page.window(usual),
    };
    let limits = Limits {
        deadline: Some(deadline(&form, state.graph().config().query_timeout)?),
        ..Limits::default()
    };
    let mut identity = vec!["search", format.content_type];
    for (name, value) in form.pairs().filter(|(name, _)| *name != "timeout") {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let found = state
        .blocking(move |graph| Ok(graph.search(&snapshot, &search, wanted, &limits)?))
        .await?;
    let mut rows = table(&found);
    let window = page.window(usual);
    if is_sorted {
        rows.order(&listing)?;
        rows.keep_range(window);
    } else {
        rows = rows.part_of(window.start.min(found.total), found.total);
    }
    let response = reading.respond(format, rows.text(format.format, &about)?);
    let window = (page, Some(usual));
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        window,
        found.total,
    ))
}

fn table(found: &Found) -> Rows {
    let mut rows = Rows::new(COLUMNS);
    for thing in &found.things {
        let FoundThing { hit, class } = thing;
        rows.push([
            json!(thing.id()),
            json!(hit.label.value()),
            json!(hit.label.language()),
            json!(hit.property.as_str()),
            json!(class.as_ref().map(NamedNode::as_str)),
            rows::number(hit.score),
            json!(hit.kind.name()),
            json!(thing.datasets()),
        ]);
    }
    rows
}
