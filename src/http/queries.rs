//! `/api/v1/queries`: the query catalogue, each query a resource with typed parameters.

use super::error::ApiError;
use super::negotiate::{Format, of_path};
use super::request::{self, Form, Peer, client, deadline, query_id};
use super::respond::Reading;
use super::rows::{self, Rows};
use super::sparql::{Asked, QueryJob};
use super::{AppState, pages};
use crate::app::evaluations;
use crate::app::{Catalogue, CatalogueQuery};
use crate::store::DatasetSpec;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::Serialize;
use serde_json::json;

const LIST: [Format; 3] = [Format::Json, Format::Csv, Format::Html];
/// Extensions that a query can be asked with.
const EXTENSIONS: [&str; 13] = [
    "json", "srj", "xml", "srx", "csv", "tsv", "ttl", "nt", "rdf", "jsonld", "trig", "nq", "html",
];

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/queries", get(list))
        .route("/api/v1/queries/{name}", get(run))
}

/// `GET /api/v1/queries`: what can be asked.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let (_, format) = of_path(uri.path(), &headers, &LIST)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(&state, &snapshot, &["queries", format.content_type]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let catalogue = state.graph().catalogue();
    let body = match format.format {
        Format::Html => pages::catalogue(catalogue)?.into(),
        Format::Csv => list_rows(catalogue).text(Format::Csv)?,
        _ => {
            let rows: Vec<_> = catalogue.iter().map(QueryView::from).collect();
            serde_json::to_vec(&rows).map_err(|error| ApiError::Internal(error.to_string()))?
        }
    };
    Ok(reading.respond(format, body))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueryView<'a> {
    name: &'a str,
    title: &'a str,
    description: &'a str,
    question: Option<u32>,
    tags: &'a [String],
    parameters: Vec<ParameterView<'a>>,
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParameterView<'a> {
    name: &'a str,
    r#type: &'static str,
    description: &'a str,
    default: Option<&'a str>,
}

impl<'a> From<&'a CatalogueQuery> for QueryView<'a> {
    fn from(query: &'a CatalogueQuery) -> Self {
        let parameters = query.parameters.iter().map(|parameter| ParameterView {
            name: &parameter.name,
            r#type: parameter.kind.name(),
            description: &parameter.description,
            default: parameter.default.as_deref(),
        });
        Self {
            name: &query.name,
            title: &query.title,
            description: &query.description,
            question: query.question,
            tags: &query.tags,
            parameters: parameters.collect(),
            url: format!("/api/v1/queries/{}", query.name),
        }
    }
}

fn list_rows(catalogue: &Catalogue) -> Rows {
    let mut rows = Rows::new([
        "name",
        "title",
        "description",
        "question",
        "tags",
        "parameters",
        "url",
    ]);
    for query in catalogue.iter().map(QueryView::from) {
        let parameters: Vec<_> = query
            .parameters
            .iter()
            .map(|parameter| format!("{} ({})", parameter.name, parameter.r#type))
            .collect();
        rows.push([
            json!(query.name),
            json!(query.title),
            json!(query.description),
            json!(query.question),
            json!(query.tags),
            json!(parameters),
            json!(query.url),
        ]);
    }
    rows
}

/// `GET /api/v1/queries/{name}`: the answer to one of them; with `.rq` its text.
async fn run(
    State(state): State<AppState>,
    Path(name): Path<String>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, extension) = match name.rsplit_once('.') {
        Some((name, extension)) => (name, Some(extension)),
        None => (name.as_str(), None),
    };
    let query = state.graph().catalogue().get(name)?;
    let snapshot = request::snapshot(&state, &headers)?;
    if extension == Some("rq") {
        let reading = Reading::new(&state, &snapshot, &["query text", &query.text]);
        return Ok(reading
            .not_modified(&headers)
            .unwrap_or_else(|| reading.respond(Format::Sparql, query.text.clone())));
    }
    if let Some(extension) = extension
        && !EXTENSIONS.contains(&extension)
    {
        return Err(ApiError::NotFound(format!(
            "`{extension}` is no format of results; there are {}, and rq for the query itself",
            EXTENSIONS.join(", ")
        )));
    }
    let form = Form::of_url(&uri)?;
    let is_own = |name: &str| query.parameters.iter().any(|known| known.name == name);
    let own_timeout = is_own("timeout");
    let own_skolemize = is_own("skolemize");
    let skolemize = !own_skolemize && form.switch("skolemize")?;
    let limit = state.graph().config().query_timeout;
    let deadline = if own_timeout {
        deadline(&Form::default(), limit)?
    } else {
        deadline(&form, limit)?
    };
    let values: Vec<(&str, &str)> = form
        .pairs()
        .filter(|(name, _)| own_timeout || *name != "timeout")
        .filter(|(name, _)| own_skolemize || *name != "skolemize")
        .collect();
    let mut identity = vec![query.text.as_str()];
    identity.extend(values.iter().flat_map(|(name, value)| [*name, *value]));
    let job = QueryJob {
        asked: Asked::Query(query.bind(values.iter().copied())?),
        dataset: DatasetSpec::default(),
        snapshot,
        request: evaluations::Request {
            client: client(&state, &headers, peer.map(|Extension(peer)| peer))?,
            id: query_id(&headers, &Form::default())?,
            kind: query.name.clone(),
            text: query.text.as_str().into(),
            version: 0,
            deadline,
        },
        skolemize,
    };
    let page = pages::ResultPage::of_catalogue(query, &values, uri.query().unwrap_or_default());
    job.answer(&state, &headers, extension.as_slice(), &identity, page)
        .await
}
