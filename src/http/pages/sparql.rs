//! `/sparql` for a browser: the editor.

use super::{Shell, render};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::request;
use crate::http::respond::Reading;
use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;

pub(in crate::http) const EXAMPLE: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# In how many innovations does each sector take part?
SELECT ?sector ?label (COUNT(DISTINCT ?innovation) AS ?innovations)
WHERE {
  ?innovation a weft:Innovation ;
              weft:sector ?sector .
  OPTIONAL { ?sector skos:prefLabel ?label . FILTER(LANG(?label) = \"en\") }
}
GROUP BY ?sector ?label
ORDER BY DESC(?innovations) ?label";

#[derive(Template)]
#[template(path = "sparql.html")]
struct QueryPage<'a> {
    shell: Shell,
    query: &'a str,
}

/// `/sparql` for a browser that sends no query.
pub(in crate::http) async fn query_form(
    state: &AppState,
    shell: Shell,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let snapshot = request::snapshot(state, headers)?;
    let reading = Reading::new(state, &snapshot, &["query form", shell.tag()]);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    Ok(reading.respond(
        Format::Html,
        render(&QueryPage {
            shell,
            query: EXAMPLE,
        })?,
    ))
}
