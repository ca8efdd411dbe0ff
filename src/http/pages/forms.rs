//! Pages of partners: checks and imports.

use super::{Shell, render};
use crate::http::error::ApiError;
use crate::http::imports::ImportPage;
use askama::Template;

#[derive(Template)]
#[template(path = "check_form.html")]
struct CheckFormPage {
    shell: Shell,
}

/// `/api/v1/check` for a browser that sends nothing.
pub(in crate::http) fn check_form(shell: Shell) -> Result<String, ApiError> {
    render(&CheckFormPage { shell })
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportTemplate<'a> {
    shell: Shell,
    page: &'a ImportPage<'a>,
}

/// What an import did.
pub(in crate::http) fn import(shell: Shell, page: &ImportPage<'_>) -> Result<String, ApiError> {
    render(&ImportTemplate { shell, page })
}
