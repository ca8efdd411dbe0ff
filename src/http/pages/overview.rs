//! `/`: what is here, how fresh it is, and where to go on.

use super::links::{Link, graph_href};
use super::sparql::EXAMPLE;
use super::{Shell, render};
use crate::app::{CatalogueQuery, Summary};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::request;
use crate::http::respond::Reading;
use crate::store::DEFAULT_GRAPH_IRI;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::GraphName;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/", get(index))
}

#[derive(Template)]
#[template(path = "overview.html")]
struct IndexPage<'a> {
    shell: Shell,
    summary: Summary,
    example: &'a str,
    queries: Vec<&'a CatalogueQuery>,
    graphs: Vec<(Link, usize)>,
    code_lists: usize,
    address: String,
    open_writes: bool,
    read_only: bool,
}

/// `GET /`: what is here, and where to go on.
async fn index(
    State(state): State<AppState>,
    shell: Shell,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let snapshot = request::snapshot(&state, &headers)?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost:7878")
        .to_owned();
    let reading = Reading::new(&state, &snapshot, &["index", &host, shell.tag()]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let graphs = snapshot.graphs().into_iter().filter_map(|(name, quads)| {
                let link = match name {
                    GraphName::NamedNode(node) => Link {
                        href: Some(graph_href(node.as_str())),
                        text: node.as_str().to_owned(),
                    },
                    GraphName::DefaultGraph => Link {
                        href: Some(graph_href(DEFAULT_GRAPH_IRI)),
                        text: "default graph".to_owned(),
                    },
                    GraphName::BlankNode(_) => return None,
                };
                Some((link, quads))
            });
            render(&IndexPage {
                shell,
                summary: graph.merged_summary(&snapshot)?,
                example: EXAMPLE,
                queries: graph.catalogue().iter().collect(),
                graphs: graphs.collect(),
                code_lists: crate::app::resource::schemes(&snapshot).len(),
                address: format!("http://{host}"),
                open_writes: graph.config().open_writes,
                read_only: graph.config().read_only,
            })
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}
