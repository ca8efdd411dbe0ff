//! The pages: HTML that can be read without scripts and fetches nothing from elsewhere.
//!
//! A file for each page, a template for each in `src/http/templates`, its texts in
//! `src/http/texts`, its styles and scripts in `src/http/static`. [`shell::Shell`] is what stands
//! around all of them.

pub(super) mod assets;
mod charts;
mod docs;
mod drawings;
mod entity;
mod explore;
mod forms;
mod help;
mod integration;
mod links;
mod networks;
pub(super) mod ontology;
mod overview;
pub(super) mod partners;
mod profile;
mod queries;
mod results;
mod scenarios;
pub(super) mod shell;
mod sparql;
pub(super) mod texts;
mod waiting;

pub(super) use entity::{preview, resource, surrounded};
pub(super) use forms::{check_form, check_report, import};
pub(super) use links::{Links, encoded, graph_href, store_href};
pub(super) use ontology::{code_list, code_lists, vocabulary};
pub(super) use queries::catalogue;
pub(super) use results::{ResultPage, refused, results};
pub(super) use shell::Shell;
pub(super) use sparql::query_form;
pub(super) use texts::Language;

use super::AppState;
use super::error::{ApiError, Problem};
use super::request::Form;
use askama::Template;
use axum::Router;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Response};

/// Marks a page that says itself what is wrong with the request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Explained;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .merge(overview::routes())
        .merge(scenarios::routes())
        .merge(docs::routes())
        .merge(integration::routes())
        .merge(explore::routes())
        .merge(help::routes())
        .merge(ontology::routes())
        .merge(partners::routes())
        .merge(assets::routes())
        .merge(networks::routes())
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

/// Longer texts are cut off in lists.
const LONGEST_IN_LISTS: usize = 200;

/// A text that is short enough for a list.
fn shortened(text: &str) -> String {
    crate::app::reconcile::shortened(text, LONGEST_IN_LISTS)
}
