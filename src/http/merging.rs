//! `merged=`: whether an answer takes what links join for one thing.

use super::AppState;
use super::error::ApiError;
use super::request::Form;
use crate::app::MergedView;
use crate::app::merging::Link;
use crate::store::Snapshot;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The parameter.
pub(super) const MERGED: &str = "merged";

/// Whether a request wants the merged view, which is `usual` where it does not say.
pub(super) fn is_wanted(form: &Form, usual: bool) -> Result<bool, ApiError> {
    match form.one(MERGED)? {
        None | Some("") => Ok(usual),
        Some(_) => form.switch(MERGED),
    }
}

/// The merged view of a snapshot. If nobody has asked for it yet it is made on another thread.
pub(super) async fn view(
    state: &AppState,
    given: &Arc<Snapshot>,
) -> Result<Arc<MergedView>, ApiError> {
    if let Some(view) = state.graph().merged_if_ready(given) {
        return Ok(view);
    }
    let given = Arc::clone(given);
    state
        .blocking(move |graph| Ok(graph.merged_view(&given)?))
        .await
}

/// The data that a request is about: as it is given, or merged.
pub(super) async fn seen(
    state: &AppState,
    given: &Arc<Snapshot>,
    is_merged: bool,
) -> Result<Arc<Snapshot>, ApiError> {
    if !is_merged {
        return Ok(Arc::clone(given));
    }
    Ok(Arc::clone(view(state, given).await?.merged()))
}

/// A link with who made it, when and why.
pub(super) fn link_view(link: &Link) -> Map<String, Value> {
    Map::from_iter(
        [
            ("link", json!(link.iri.as_ref().map(|iri| iri.as_str()))),
            ("source", json!(link.source.as_str())),
            ("target", json!(link.target.as_str())),
            ("property", json!(link.property.as_str())),
            ("graph", json!(link.graph.as_str())),
            ("confidence", json!(link.confidence)),
            ("justification", json!(link.justification)),
            ("reviewer", json!(link.reviewer)),
            ("date", json!(link.date)),
            ("comment", json!(link.comment)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}
