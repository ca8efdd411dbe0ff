//! The pages: HTML that can be read without scripts and fetches nothing from elsewhere.
//!
//! A file for each page, a template for each in `src/http/templates`, its texts in
//! `src/http/texts`, its styles and scripts in `src/http/static`. [`shell::Shell`] is what stands
//! around all of them.

pub(super) mod assets;
mod charts;
mod contact;
mod docs;
mod drawings;
mod entity;
mod explore;
mod forms;
mod help;
mod hub;
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
pub(super) use explore::words_of;
pub(super) use forms::{check_form, check_report, import};
pub(super) use help::{anchor, name as figure_name};
pub(super) use links::{Links, encoded, graph_href, store_href};
pub(super) use networks::title as network_title;
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
use axum::http::{StatusCode, Uri};
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

/// A thing that somebody may have meant.
#[derive(Clone, Debug)]
pub(super) struct NearOne {
    /// Its IRI.
    pub(super) iri: String,
    /// Its page.
    pub(super) href: String,
    /// Its name.
    pub(super) name: String,
}

/// What is near what was asked for: for the page of the error.
#[derive(Clone, Debug)]
pub(super) struct Near(pub(super) Vec<NearOne>);

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    problem: &'a Problem,
    /// In the language of the page.
    title: String,
    query: Option<String>,
    /// What may have been meant.
    near: &'a [NearOne],
    /// Words to search for, and where that is done.
    search: Option<(String, String)>,
}

/// What is to be told of a problem in the language of a page: in others than English by its
/// status.
fn title_of(shell: &Shell, problem: &Problem) -> String {
    let status = problem.status.as_u16();
    match (shell.language, status) {
        (Language::English, _) => problem.title.to_owned(),
        (_, 400) => shell.t("error-title-400"),
        (_, 401) => shell.t("error-title-401"),
        (_, 403) => shell.t("error-title-403"),
        (_, 404) => shell.t("error-title-404"),
        (_, 405) => shell.t("error-title-405"),
        (_, 406) => shell.t("error-title-406"),
        (_, 409) => shell.t("error-title-409"),
        (_, 410) => shell.t("error-title-410"),
        (_, 413) => shell.t("error-title-413"),
        (_, 429) => shell.t("error-title-429"),
        (_, 503) => shell.t("error-title-503"),
        (_, 504) => shell.t("error-title-504"),
        (_, 500..) => shell.t("error-title-500"),
        _ => shell.t("error-title-other"),
    }
}

/// A problem as a page.
pub(super) fn error(shell: Shell, problem: &Problem, uri: &Uri, near: Option<&Near>) -> Response {
    let query = Form::of_url(uri)
        .ok()
        .filter(|_| uri.path().starts_with("/sparql"))
        .and_then(|form| form.one("query").ok().flatten().map(str::to_owned));
    let asked = match uri.path() {
        "/resource" => Form::of_url(uri)
            .ok()
            .and_then(|form| form.one("iri").ok().flatten().map(str::to_owned))
            .unwrap_or_default(),
        path => path.to_owned(),
    };
    let words = match problem.status {
        StatusCode::NOT_FOUND | StatusCode::GONE => hub::words_of(&asked),
        _ => String::new(),
    };
    let page = ErrorPage {
        title: title_of(&shell, problem),
        shell,
        problem,
        query,
        near: near.map_or(&[], |near| &near.0),
        search: (!words.is_empty()).then(|| {
            let href = format!("/explore?q={}", encoded(&words));
            (words, href)
        }),
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
