//! `/sparql` for a browser: the editor, with the questions of the catalogue beside it.

use super::queries::{Topic, topics};
use super::results::download_names;
use super::{Shell, render};
use crate::app::{executable, iri};
use crate::http::error::ApiError;
use crate::http::merging::{MERGED, is_wanted};
use crate::http::negotiate::Format;
use crate::http::request::{self, Form};
use crate::http::respond::Reading;
use crate::http::{AppState, queries};
use crate::store::QueryForm;
use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::json;

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

const EXAMPLE_IN_SPANISH: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# ¿En cuántas innovaciones participa cada sector?
SELECT ?sector ?label (COUNT(DISTINCT ?innovation) AS ?innovations)
WHERE {
  ?innovation a weft:Innovation ;
              weft:sector ?sector .
  OPTIONAL { ?sector skos:prefLabel ?label . FILTER(LANG(?label) = \"es\") }
}
GROUP BY ?sector ?label
ORDER BY DESC(?innovations) ?label";

/// The text to begin with, and the question of the catalogue to begin with. All other parameters
/// are values for that question.
const TEXT: &str = "edit";
const QUESTION: &str = "example";

#[derive(Template)]
#[template(path = "sparql.html")]
struct QueryPage {
    shell: Shell,
    query: String,
    topics: Vec<Topic>,
    /// Choices of a deadline, in seconds, shorter than the service's own.
    timeouts: Vec<u64>,
    timeout: u64,
    settings: String,
    /// Whether what accepted links join is taken for one.
    merged: bool,
}

/// `/sparql` for a browser that sends no query.
pub(in crate::http) async fn query_form(
    state: &AppState,
    shell: Shell,
    headers: &HeaderMap,
    form: &Form,
) -> Result<Response, ApiError> {
    let snapshot = request::snapshot(state, headers)?;
    let graph = state.graph();
    let query = match (form.one(TEXT)?, form.one(QUESTION)?) {
        (Some(text), _) if !text.trim().is_empty() => text.to_owned(),
        (_, Some(name)) if !name.is_empty() => {
            let values: Vec<_> = form
                .pairs()
                .filter(|(name, _)| ![TEXT, QUESTION, MERGED].contains(name))
                .collect();
            let query = queries::find(graph, name)?;
            executable::runnable_with(&query, &values)
        }
        _ => match shell.language {
            super::Language::English => EXAMPLE,
            super::Language::Spanish => EXAMPLE_IN_SPANISH,
        }
        .to_owned(),
    };
    let merged = is_wanted(form, false)?;
    let reading = Reading::new(
        state,
        &snapshot,
        &[
            "query form",
            shell.tag(),
            &query,
            if merged { MERGED } else { "" },
        ],
    );
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let timeout = graph.config().query_timeout.as_secs();
    let settings = json!({
        "base": graph.config().base,
        "prefixes": &*iri::PREFIXES,
        "rowFormats": download_names(QueryForm::Select),
        "graphFormats": download_names(QueryForm::Construct),
        "lasting": graph.store().is_durable(),
    });
    let page = QueryPage {
        topics: topics(graph.catalogue(), &shell),
        timeouts: [5, 15, 30, 60, 120, 300]
            .into_iter()
            .filter(|seconds| *seconds < timeout)
            .collect(),
        timeout,
        settings: settings.to_string(),
        query,
        merged,
        shell,
    };
    Ok(reading.respond(Format::Html, render(&page)?))
}
