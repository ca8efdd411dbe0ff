//! `/api/v1/networks/{id}/grafana-nodes` and `grafana-edges`: a network as the Node graph panel of
//! Grafana takes it, named as its data frames name their fields.
//!
//! The panel draws a few hundred nodes well and refuses more than 1,500, so the actors with most
//! ties are shown, and the ties among them. Both paths choose the same ones for the same filters
//! and `limit`.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::networks::{Answer, Asked};
use super::rows::{self, FORMATS, Rows, metric_value, number};
use crate::app::networks::metrics_named;
use crate::app::{MeasuredNetwork, NetworkError};
use crate::metrics::Scope;
use crate::network::{Attribute, Network};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Nodes that are shown if the client does not say how many.
const NODES: usize = 200;
/// The panel takes no more.
const MOST_NODES: usize = 1_500;
/// Colours of arcs: those of Okabe and Ito, which people with any colour vision tell apart.
const COLOURS: [&str; 7] = [
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442",
];
/// The colour of what is not known.
const UNKNOWN_COLOUR: &str = "#8C8C8C";

pub(super) fn routes() -> Router<AppState> {
    let router = rows::route(
        Router::new(),
        "/api/v1/networks/{id}/grafana-nodes",
        get(nodes),
    );
    rows::route(router, "/api/v1/networks/{id}/grafana-edges", get(edges))
}

fn limit(asked: &Asked) -> Result<usize, ApiError> {
    let expected = format!("a whole number from 1 to {MOST_NODES}");
    let limit = asked
        .form
        .parsed("limit", &expected, |limit| (1..=MOST_NODES).contains(limit))?;
    Ok(limit.unwrap_or(NODES))
}

/// The nodes with most neighbours, of equals the first by IRI, in that order.
fn shown(network: &Network, limit: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..network.len() as u32).collect();
    let degree = |node: &u32| network.undirected().neighbors_slice(*node).len();
    order.sort_by_cached_key(|node| std::cmp::Reverse(degree(node)));
    order.truncate(limit);
    order
}

/// `GET /api/v1/networks/{id}/grafana-nodes`: nodes with a metric inside and, as arcs around them,
/// the sectors (or levels, or spheres) that they belong to.
async fn nodes(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["limit", "metric", "by"]).await?;
    let limit = limit(&asked)?;
    let metric = asked.form.one("metric")?.filter(|text| !text.is_empty());
    let metric = metrics_named([metric.unwrap_or("degree")], Some(Scope::Node))?;
    let by = match asked.form.one("by")?.filter(|text| !text.is_empty()) {
        None | Some("sector") => Attribute::Sector,
        Some("level") => Attribute::Level,
        Some("sphere") => Attribute::Sphere,
        Some(name) => {
            return Err(ApiError::BadRequest(format!(
                "`by`: arcs cannot be drawn by `{name}`; there are sector, level and sphere"
            )));
        }
    };
    let what = ["grafana-nodes", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let measured = asked.network(graph, &id)?;
                let columns = graph
                    .networks()
                    .computing(&measured, |task| measured.columns(&metric, task))
                    .map_err(NetworkError::from)?;
                let network = measured.network();
                let order = shown(network, limit);
                let value = |node: u32| {
                    let column = columns.first()?;
                    let score = column.scores.get(node as usize)?;
                    Some(metric_value(column.metric, *score))
                };
                let rows = node_rows(&measured, &order, by, |node| {
                    value(node).unwrap_or_default()
                });
                let answer = Answer::rows(&rows, format.format, &asked.about)?;
                Ok(answer.counted(network.len()))
            },
        )
        .await
}

fn node_rows(
    measured: &MeasuredNetwork,
    order: &[u32],
    by: Attribute,
    value: impl Fn(u32) -> Value,
) -> Rows {
    let network = measured.network();
    let grouping = network.grouping(by);
    let categories = grouping.categories();
    // Only what is shown has arcs: each is a field of the panel and a line of its legend.
    let used: BTreeSet<u32> = order
        .iter()
        .flat_map(|node| grouping.of(*node).iter().copied())
        .collect();
    // A dot or a bracket would be a path to the panel's plugin.
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-_".contains(c) {
        true => c,
        false => '_',
    };
    let last = |iri: &str| -> String {
        let part = iri.rsplit(['/', '#']).next().unwrap_or(iri);
        part.chars().map(plain).collect()
    };
    let mut names: Vec<String> = [
        "id",
        "title",
        "subtitle",
        "mainstat",
        "secondarystat",
        "detail__level",
        "detail__sphere",
        "detail__place",
    ]
    .map(str::to_owned)
    .into();
    let mut taken = BTreeSet::from(["unknown".to_owned()]);
    for number in &used {
        let mut name = last(categories[*number as usize].id());
        if !taken.insert(name.clone()) {
            name.push_str(&format!("_{number}"));
        }
        names.push(format!("arc__{name}"));
        names.push(format!("arc__{name}_color"));
    }
    names.push("arc__unknown".to_owned());
    names.push("arc__unknown_color".to_owned());
    let labels = |attribute: Attribute, node: u32| {
        let grouping = network.grouping(attribute);
        let own = grouping.of(node).iter();
        let labels = own.map(|number| grouping.categories()[*number as usize].label.as_str());
        labels.collect::<Vec<_>>().join("; ")
    };
    let mut rows = Rows::new(names);
    for node in order {
        let at = &network.nodes()[*node as usize];
        let own = grouping.of(*node);
        let ties = network.undirected().neighbors_slice(*node).len();
        let mut cells = vec![
            json!(at.id()),
            json!(at.label),
            json!(labels(by, *node)),
            value(*node),
            json!(match ties {
                1 => "1 tie".to_owned(),
                ties => format!("{ties} ties"),
            }),
            json!(labels(Attribute::Level, *node)),
            json!(labels(Attribute::Sphere, *node)),
            json!(labels(Attribute::Place, *node)),
        ];
        for category in &used {
            // They add up to 1.
            let part = match own.contains(category) {
                true => 1.0 / own.len() as f64,
                false => 0.0,
            };
            cells.push(number(part));
            cells.push(json!(COLOURS[*category as usize % COLOURS.len()]));
        }
        cells.push(json!(i32::from(own.is_empty())));
        cells.push(json!(UNKNOWN_COLOUR));
        rows.push(cells);
    }
    rows
}

/// `GET /api/v1/networks/{id}/grafana-edges`: the ties among the nodes that are shown.
async fn edges(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["limit"]).await?;
    let limit = limit(&asked)?;
    let what = ["grafana-edges", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let measured = asked.network(graph, &id)?;
                let network = measured.network();
                let shown: BTreeSet<u32> = shown(network, limit).into_iter().collect();
                let mut rows = Rows::new([
                    "id",
                    "source",
                    "target",
                    "mainstat",
                    "thickness",
                    "detail__source",
                    "detail__target",
                ]);
                for tie in network.ties() {
                    if !shown.contains(&tie.source) || !shown.contains(&tie.target) {
                        continue;
                    }
                    let [source, target] =
                        [tie.source, tie.target].map(|node| &network.nodes()[node as usize]);
                    // A weight may be an amount of money: lines grow with its logarithm.
                    let thickness = if tie.weight > 1.0 {
                        (1.0 + tie.weight.ln()).min(6.0)
                    } else {
                        1.0
                    };
                    rows.push([
                        json!(format!("{} {}", source.id(), target.id())),
                        json!(source.id()),
                        json!(target.id()),
                        number(tie.weight),
                        number((thickness * 10.0).round() / 10.0),
                        json!(source.label),
                        json!(target.label),
                    ]);
                }
                Answer::rows(&rows, format.format, &asked.about)
            },
        )
        .await
}
