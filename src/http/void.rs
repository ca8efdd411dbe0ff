//! `/.well-known/void` and `/api/v1/statistics`: what there is and how much, for machines that look
//! for data and for people that use tables.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Format, TRIPLES, by_name, choose, of_path, prefers_html};
use super::request::{self, Form, url};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::results::write_quads;
use crate::app::void::{
    StatisticsKind, StatisticsRow, UNION, description, rows as statistics_rows,
};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use oxigraph::model::GraphName;
use serde_json::{Value, json};

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new().route("/.well-known/void", get(void));
    for format in TRIPLES {
        // Nobody writes this to be read: browsers are given Turtle.
        if let (Format::Rdf(_), Some(name)) = (format, format.names().first()) {
            router = router.route(&format!("/.well-known/void.{name}"), get(void));
        }
    }
    rows::route(router, "/api/v1/statistics", get(statistics))
}

/// `GET /.well-known/void`: the description of the data sets and of where they are reached.
async fn void(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    Form::of_url(&parts.uri)?.only(&[])?;
    let mut offers = TRIPLES.to_vec();
    offers.retain(|format| *format != Format::Html);
    let path = parts.uri.path();
    let chosen = match path.strip_prefix("/.well-known/void.") {
        Some(extension) => by_name(extension, &offers)
            .ok_or_else(|| ApiError::NotFound("there is no such format".to_owned()))?
            .into(),
        None => match choose(&parts.headers, &offers) {
            Ok(chosen) => chosen,
            // Who takes pages and nothing else is sent to the one that says the same.
            Err(_) if prefers_html(&parts.headers) => {
                return Ok(Redirect::to("/catalogue").into_response());
            }
            Err(error) => return Err(error),
        },
    };
    let Format::Rdf(format) = chosen.format else {
        return Err(ApiError::NotFound("there is no such format".to_owned()));
    };
    let address = url(&parts);
    let origin = address.strip_suffix(path).unwrap_or(&address).to_owned();
    let snapshot = request::snapshot(&state, &parts.headers)?;
    let reading = Reading::new(&state, &snapshot, &["void", &origin, chosen.content_type]);
    if let Some(response) = reading.not_modified(&parts.headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let triples = description(graph, &snapshot, Some(&origin));
            let quads = triples
                .into_iter()
                .map(|triple| triple.in_graph(GraphName::DefaultGraph));
            let mut body = Vec::new();
            write_quads(quads, format, &mut body).map_err(ApiError::write)?;
            Ok(body)
        })
        .await?;
    Ok(reading.respond(chosen, body))
}

/// `GET /api/v1/statistics`: the same counts as rows.
async fn statistics(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    let [sort, limit, offset] = Listing::KEYS;
    form.only(&["graph", "kind", sort, limit, offset])?;
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let kinds = form
        .all("kind")
        .map(|name| {
            let known = StatisticsKind::ALL;
            known
                .into_iter()
                .find(|kind| kind.name() == name)
                .ok_or_else(|| {
                    ApiError::BadRequest(format!(
                        "`kind`: `{name}` is not {}",
                        known.map(StatisticsKind::name).join(", ")
                    ))
                })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let graphs: Vec<String> = form.all("graph").map(str::to_owned).collect();
    let snapshot = request::snapshot(&state, &headers)?;
    let query = uri.query().unwrap_or_default();
    let reading = Reading::new(
        &state,
        &snapshot,
        &["statistics", query, format.content_type],
    );
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (body, total) = state
        .blocking(move |_| {
            let rows = statistics_rows(&snapshot);
            if let Some(unknown) = graphs
                .iter()
                .find(|graph| !rows.iter().any(|row| row.graph == **graph))
            {
                return Err(ApiError::NotFound(format!(
                    "`graph`: there is no graph <{unknown}>; all graphs together are `{UNION}`"
                )));
            }
            let mut table = Rows::new([
                "graph", "kind", "term", "label", "property", "target", "triples", "subjects",
                "objects",
            ]);
            for row in rows {
                let is_wanted = (graphs.is_empty() || graphs.contains(&row.graph))
                    && (kinds.is_empty() || kinds.contains(&row.kind));
                if is_wanted {
                    table.push(cells(row));
                }
            }
            let total = table.arrange(&listing)?;
            Ok((table.text(format.format, &about)?, total))
        })
        .await?;
    let response = reading.respond(format, body);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (page, None),
        total,
    ))
}

fn cells(row: StatisticsRow) -> Vec<Value> {
    vec![
        json!(row.graph),
        json!(row.kind.name()),
        json!(row.term),
        json!(row.label),
        json!(row.property),
        json!(row.target),
        json!(row.triples),
        json!(row.subjects),
        json!(row.objects),
    ]
}
