//! The pages: HTML that can be read without scripts and fetches nothing from elsewhere.
//!
//! A file for each page, a template for each in `src/http/templates`, its texts in
//! `src/http/texts`, its styles and scripts in `src/http/static`. [`shell::Shell`] is what stands
//! around all of them.

pub(super) mod assets;
mod entity;
mod forms;
mod links;
mod ontology;
mod overview;
pub(super) mod partners;
mod queries;
mod results;
pub(super) mod shell;
mod sparql;
pub(super) mod texts;

pub(super) use entity::{preview, resource};
pub(super) use forms::{check_form, check_report, import};
pub(super) use links::{Links, encoded, graph_href, store_href};
pub(super) use ontology::{code_list, code_lists, vocabulary};
pub(super) use queries::catalogue;
pub(super) use results::{ResultPage, results};
pub(super) use shell::Shell;
pub(super) use sparql::query_form;

use super::AppState;
use super::error::{ApiError, Problem};
use super::request::Form;
use askama::Template;
use axum::Router;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Response};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .merge(overview::routes())
        .merge(ontology::routes())
        .merge(partners::routes())
        .merge(assets::routes())
}

pub(super) fn render(template: &impl Template) -> Result<String, ApiError> {
    template
        .render()
        .map_err(|error| ApiError::Internal(error.to_string()))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    problem: &'a Problem,
    query: Option<String>,
}

/// A problem as a page.
pub(super) fn error(shell: Shell, problem: &Problem, uri: &Uri) -> Response {
    let query = Form::of_url(uri)
        .ok()
        .filter(|_| uri.path().starts_with("/sparql"))
        .and_then(|form| form.one("query").ok().flatten().map(str::to_owned));
    let page = ErrorPage {
        shell,
        problem,
        query,
    };
    match page.render() {
        Ok(body) => (problem.status, Html(body)).into_response(),
        Err(_) => problem.clone().into_response(),
    }
}
