//! The questions of the catalogue as a page.

use super::{Shell, render};
use crate::app::{Catalogue, CatalogueQuery, SavedQuery};
use crate::http::error::ApiError;
use askama::Template;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "catalogue.html")]
struct CataloguePage<'a> {
    shell: Shell,
    queries: Vec<&'a CatalogueQuery>,
    saved: &'a [Arc<SavedQuery>],
}

/// `/api/v1/queries` for a browser.
pub(in crate::http) fn catalogue(
    shell: Shell,
    catalogue: &Catalogue,
    saved: &[Arc<SavedQuery>],
) -> Result<String, ApiError> {
    render(&CataloguePage {
        shell,
        queries: catalogue.iter().collect(),
        saved,
    })
}
