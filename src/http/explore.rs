//! `/api/v1/explore`: actors, services and innovations by what is recorded of them. The page
//! `/explore` takes the same parameters.

use super::AppState;
use super::error::ApiError;
use super::merging;
use super::negotiate::of_path;
use super::pages::texts::Language;
use super::request::{self, Form};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::explore::{ExploreError, Facet, Found, Index, LANGUAGES, Selection, Sort};
use crate::app::{AppError, KnowledgeGraph, MergedView};
use crate::network::text_of;
use crate::store::Limits;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::{NamedOrBlankNode, Term};
use serde_json::{Value, json};
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

/// Things on a page that nobody set a limit for.
pub(super) const USUAL_LIMIT: usize = 50;
/// The parameters besides those of pages.
pub(super) const PARAMETERS: [&str; 9] = [
    "q", "sort", "kind", "sector", "level", "sphere", "place", "type", "dataset",
];
/// The language of names in the rows.
const LANGUAGE: &str = "lang";

pub(super) fn routes() -> Router<AppState> {
    rows::route(Router::new(), "/api/v1/explore", get(explore))
}

impl From<ExploreError> for ApiError {
    fn from(error: ExploreError) -> Self {
        Self::BadRequest(error.to_string())
    }
}

/// A request to explore, answered.
pub(super) struct Explored {
    pub(super) index: Arc<Index>,
    pub(super) selection: Selection,
    pub(super) found: Found,
    pub(super) limits: Limits,
}

impl Explored {
    /// Finds what a form asks for.
    pub(super) fn new(
        graph: &KnowledgeGraph,
        view: &MergedView,
        form: &Form,
        language: &str,
        limits: Limits,
    ) -> Result<Self, ApiError> {
        let snapshot = view.merged();
        let index = graph.explored(snapshot, &limits)?;
        let selection = Selection::parse(form.pairs(), &index)?;
        let found = graph.explore(snapshot, &index, &selection, language, &limits)?;
        Ok(Self {
            index,
            selection,
            found,
            limits,
        })
    }

    /// The same for a page, which can say what is wrong and show the rest: without values that
    /// nothing has, and without a text that cannot be looked for.
    pub(super) fn lenient(
        graph: &KnowledgeGraph,
        view: &MergedView,
        form: &Form,
        language: &str,
        limits: Limits,
    ) -> Result<(Self, Vec<ExploreError>), ApiError> {
        let snapshot = view.merged();
        let index = graph.explored(snapshot, &limits)?;
        let (mut selection, problems) = Selection::parse_known(form.pairs(), &index)?;
        let found = match graph.explore(snapshot, &index, &selection, language, &limits) {
            Err(AppError::Search(_)) => {
                selection = selection.without_text();
                graph.explore(snapshot, &index, &selection, language, &limits)
            }
            found => found,
        }?;
        let explored = Self {
            index,
            selection,
            found,
            limits,
        };
        Ok((explored, problems))
    }

    /// The positions of the things in a window of those found.
    pub(super) fn window(&self, window: &Range<usize>) -> &[u32] {
        let total = self.found.things.len();
        let range = window.start.min(total)..window.end.min(total);
        self.found.things.get(range).unwrap_or_default()
    }
}

/// How long exploring may take.
pub(super) fn limits(state: &AppState) -> Limits {
    Limits {
        deadline: Some(Instant::now() + state.graph().config().query_timeout),
        ..Limits::default()
    }
}

/// `GET /api/v1/explore?sector=health&place=AT`: the things that have what is asked for.
async fn explore(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&[&PARAMETERS[..], &["limit", "offset", LANGUAGE]].concat())?;
    let language = match form.one(LANGUAGE)? {
        None | Some("") => Language::default(),
        Some(tag) => Language::of_tag(tag).ok_or_else(|| {
            ApiError::BadRequest(format!(
                "`{LANGUAGE}`: names are told in {}, not in `{tag}`",
                LANGUAGES.join(" and ")
            ))
        })?,
    };
    let mut listing = Listing::of(&form)?;
    let page = listing.page();
    let given = request::snapshot(&state, &headers)?;
    let view = merging::view(&state, &given).await?;
    let mut identity = vec!["explore", format.content_type, language.tag()];
    for (name, value) in form.pairs() {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, view.merged(), &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let limits = limits(&state);
    let about = About::of(&state, &headers, &uri, format.format, view.merged());
    // The orders that pages know need no table; any other is one of its columns.
    let order = form.one("sort")?.unwrap_or_default();
    let is_turned = order == LEAST_RELEVANT;
    let is_known = is_turned || Sort::ALL.iter().any(|sort| sort.name() == order);
    let asked = Form::of_pairs(form.pairs().filter_map(|pair| match pair {
        ("sort", _) if is_turned => Some(("sort", Sort::Relevance.name())),
        ("sort", _) if !is_known => None,
        pair => Some(pair),
    }));
    if is_known {
        listing = listing.in_order();
    }
    let (rows, total) = state
        .blocking(move |graph| {
            let mut explored = Explored::new(graph, &view, &asked, language.tag(), limits)?;
            if is_turned {
                explored.found.things.reverse();
            }
            let total = explored.found.things.len();
            let rows = if listing.sort().is_some() {
                let mut rows = table(&explored, &(0..total), language.tag());
                rows.arrange(&listing)?;
                rows
            } else {
                let range = page.range(total);
                table(&explored, &range, language.tag()).part_of(range.start, total)
            };
            Ok((rows, total))
        })
        .await?;
    let response = reading.respond(format, rows.text(format.format, &about)?);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (page, None),
        total,
    ))
}

/// The order in which what fits least comes first.
const LEAST_RELEVANT: &str = "-relevance";

/// The columns, by each of which things can be sorted; and by `relevance`.
pub(super) const COLUMNS: [&str; 16] = [
    "iri",
    "name",
    "kind",
    "sector",
    "sectorName",
    "level",
    "levelName",
    "sphere",
    "sphereName",
    "place",
    "placeName",
    "type",
    "typeName",
    "dataset",
    "connections",
    "partners",
];

fn table(explored: &Explored, window: &Range<usize>, language: &str) -> Rows {
    let mut rows = Rows::new(COLUMNS);
    let index = &explored.index;
    for position in explored.window(window) {
        let Some(thing) = index.thing(*position) else {
            continue;
        };
        let values = |facet: Facet| {
            thing
                .values(facet)
                .iter()
                .filter_map(move |value| index.value(facet, *value))
        };
        let terms = |facet| -> Value { values(facet).map(|value| text_of(&value.term)).collect() };
        let names = |facet| -> Value { values(facet).map(|value| value.name(language)).collect() };
        let key = |facet: Facet| {
            let first = thing.values(facet).iter().map(|value| {
                let choice = crate::app::explore::Choice::Value(*value);
                index.key(facet, choice)
            });
            first.collect::<Vec<_>>()
        };
        let id = match &thing.node {
            NamedOrBlankNode::NamedNode(node) => node.as_str().to_owned(),
            NamedOrBlankNode::BlankNode(node) => Term::from(node.clone()).to_string(),
        };
        rows.push([
            json!(id),
            json!(thing.name(language)),
            json!(key(Facet::Kind).first()),
            terms(Facet::Sector),
            names(Facet::Sector),
            terms(Facet::Level),
            names(Facet::Level),
            terms(Facet::Sphere),
            names(Facet::Sphere),
            terms(Facet::Place),
            names(Facet::Place),
            terms(Facet::Type),
            names(Facet::Type),
            json!(key(Facet::Dataset)),
            json!(thing.connections),
            json!(thing.partners),
        ]);
    }
    rows
}
