//! `/api/v1/networks`, `/api/v1/metrics` and `/api/v1/computations`: networks, their scores, and
//! what is being computed of them.

use super::AppState;
use super::cite::{answered_at, fitting};
use super::error::ApiError;
use super::merging::{self, MERGED, link_view};
use super::negotiate::{Format, of_path};
use super::pinned::{Pinned, VERSION};
use super::request::{self, Form, content_type, deadline, read_body, writer};
use super::respond::{DATA_VERSION, Reading, TOTAL_COUNT};
use super::rows::{self, About, FORMATS, Listing, Rows, metric_value, number, score};
use crate::app::networks::{ScoreColumn, metrics_named};
use crate::app::permalink::add_parameter;
use crate::app::rules::Standing;
use crate::app::{AppError, KnowledgeGraph, MeasuredNetwork, MergedView, NetworkError};
use crate::metrics::betweenness::Sample;
use crate::metrics::mixing::{Mixing, MixingRow};
use crate::metrics::{self, Approximation, Metric, Options, Scope, Score, Undefined, ValueKind};
use crate::network::export::ExportFormat;
use crate::network::{
    Attribute, Counts, Evidence, Filter, Mode, Network, NetworkDefinition, ProjectionError,
    Statement, Tie, label, text_of,
};
use crate::ontology::iri;
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get};
use oxigraph::model::{NamedNode, NamedOrBlankNodeRef, Quad, Term, TermRef};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a network that a client states may be.
const LONGEST_BODY: usize = 4 << 20;
/// What a column of sampled scores promises.
const SAMPLE: HeaderName = HeaderName::from_static("weft-sample");

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/api/v1/networks/{id}", get(one))
        .route("/api/v1/networks/{id}/{part}", get(no_such_part))
        .route("/api/v1/metrics/{id}", get(metric))
        .route("/api/v1/computations/{id}", delete(cancel));
    for (path, handlers) in [
        ("/api/v1/networks", get(list)),
        ("/api/v1/networks/analyse", get(analyse_link).post(analyse)),
        ("/api/v1/networks/{id}/nodes", get(nodes)),
        ("/api/v1/networks/{id}/edges", get(edges)),
        ("/api/v1/networks/{id}/layout", get(layout)),
        ("/api/v1/networks/{id}/mixing", get(mixing)),
        ("/api/v1/networks/{id}/evidence", get(evidence)),
        ("/api/v1/metrics", get(catalogue)),
        ("/api/v1/computations", get(computations)),
    ] {
        router = rows::route(router, path, handlers);
    }
    for format in ExportFormat::ALL {
        let path = format!("/api/v1/networks/{{id}}/export.{}", format.extension());
        router = router.route(&path, get(export));
    }
    router
}

/// Conclusions of which the evidence of one tie says by which rule and from what.
const MOST_EXPLAINED: usize = 60;

/// Parameters of all networks, besides the filters.
pub(super) const OPTIONS: [&str; 9] = [
    VERSION,
    "seed",
    "permutations",
    "approximate",
    "confidence",
    "exact",
    "timeout",
    MERGED,
    super::rules::INFERRED,
];

/// A question about a network, as far as it is understood without the data.
pub(super) struct Asked {
    /// The data it is about.
    pub(super) snapshot: Arc<Snapshot>,
    /// The version of it, if one was asked for.
    pub(super) version: Option<u64>,
    /// Whether what links join counts as one.
    is_merged: bool,
    /// The data as it is given, and what was joined, once it is.
    view: Option<Arc<MergedView>>,
    /// All parameters.
    pub(super) form: Form,
    /// How the rows are wanted.
    pub(super) listing: Listing,
    /// Where the rows come from, once the data is known.
    pub(super) about: About,
    /// The address that was asked.
    uri: Uri,
    /// The same without parameters, as the client knows it.
    url: String,
    options: Options,
    deadline: Instant,
    /// How long whoever asks waits before hearing that it takes longer.
    patience: Option<Duration>,
    /// Bytes that one evaluation may hold.
    memory: usize,
}

impl Asked {
    /// `own` are the parameters that only this resource has.
    pub(super) async fn new(
        state: &AppState,
        uri: &Uri,
        headers: &HeaderMap,
        own: &[&str],
    ) -> Result<Self, ApiError> {
        let form = Form::of_url(uri)?;
        form.only(&[&Filter::KEYS[..], &OPTIONS[..], own].concat())?;
        let deadline = deadline(&form, state.graph().config().query_timeout)?;
        let pinned = Pinned::of(state, headers, &form, deadline).await?;
        Ok(Self {
            is_merged: merging::is_wanted(&form, true)?,
            view: None,
            version: pinned.version(),
            snapshot: super::rules::as_asked(&form, pinned.snapshot)?,
            listing: Listing::of(&form)?,
            about: About::default(),
            uri: uri.clone(),
            url: format!("{}{}", request::origin(headers, uri), uri.path()),
            options: options(&form)?,
            deadline,
            patience: None,
            memory: state.graph().config().allowance.memory,
            form,
        })
    }

    /// The same question of the data that it sees: with what links join taken for one, if that is
    /// wanted.
    pub(super) async fn seeing(mut self, state: &AppState) -> Result<Self, ApiError> {
        if self.is_merged {
            let view = merging::view(state, &self.snapshot).await?;
            self.snapshot = Arc::clone(view.merged());
            self.view = Some(view);
        }
        Ok(self)
    }

    /// What every answer to this question says of the data. `what` tells the resource.
    pub(super) fn reading(&self, state: &AppState, what: &[&str], content_type: &str) -> Reading {
        let definitions = state.graph().ontology().fingerprint();
        let mut identity = vec![definitions.as_str(), content_type];
        identity.extend(what);
        for (name, value) in self.form.pairs().filter(|(name, _)| *name != "timeout") {
            identity.extend([name, value]);
        }
        Reading::new(state, &self.snapshot, &identity)
    }

    /// The same for somebody who would rather be told that it takes longer
    /// ([`ApiError::StillComputing`]) than wait. The work goes on, and its result is kept.
    pub(super) fn patient_for(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Answers, unless the client has the answer already. `what` tells the resource.
    pub(super) async fn answer(
        self,
        state: &AppState,
        headers: &HeaderMap,
        what: &[&str],
        content_type: &'static str,
        make: impl FnOnce(&KnowledgeGraph, &Self) -> Result<Answer, ApiError> + Send + 'static,
    ) -> Result<Response, ApiError> {
        let mut asked = self.seeing(state).await?;
        let reading = asked.reading(state, what, content_type);
        if let Some(response) = reading.not_modified(headers) {
            return Ok(response);
        }
        let format = super::negotiate::by_name(content_type, &FORMATS);
        if let Some(format) = format {
            asked.about = About::of(state, headers, &asked.uri, format, &asked.snapshot);
        }
        let (url, form, page) = (asked.url.clone(), asked.form.clone(), asked.listing.page());
        let patience = asked.patience.map(|patience| Instant::now() + patience);
        let end = patience.map_or(asked.deadline, |end| end.min(asked.deadline));
        let answer = state
            .measuring(Arc::clone(&asked.snapshot), end, move |graph| {
                make(graph, &asked)
            })
            .await?;
        let mut response = Response::new(answer.body.into());
        let content_type = HeaderValue::from_static(content_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        for (name, value) in answer.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        if let Some(total) = answer.total {
            let headers = response.headers_mut();
            headers.insert(TOTAL_COUNT, HeaderValue::from(total));
            if let Some(links) = rows::page_links(&url, &form, page, None, total) {
                headers.append(header::LINK, links);
            }
        }
        Ok(reading.label(response))
    }

    /// What restricts the network.
    pub(super) fn filter(&self, graph: &KnowledgeGraph) -> Result<Filter, ApiError> {
        let filters = self.form.pairs();
        let filters = filters.filter(|(name, _)| Filter::KEYS.contains(name));
        Ok(graph.filter(&self.snapshot, filters)?)
    }

    /// The network of an id, within the filter.
    pub(super) fn network(
        &self,
        graph: &KnowledgeGraph,
        id: &str,
    ) -> Result<Arc<MeasuredNetwork>, ApiError> {
        let definition = graph.networks().definition(id)?;
        self.build(graph, definition, &self.filter(graph)?)
    }

    /// The network of a definition, within a filter.
    pub(super) fn build(
        &self,
        graph: &KnowledgeGraph,
        definition: &NetworkDefinition,
        filter: &Filter,
    ) -> Result<Arc<MeasuredNetwork>, ApiError> {
        let limits = self.limits();
        Ok(graph.network(&self.snapshot, definition, filter, self.options, &limits)?)
    }

    /// What queries may take.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            deadline: Some(self.deadline),
            memory: Some(self.memory),
            ..Limits::default()
        }
    }

    /// The IRI that stands for a node.
    fn representative(&self, iri: &str) -> String {
        let joined = self.view.as_ref().zip(NamedNode::new(iri).ok());
        match joined {
            Some((view, node)) => view.merging().representative(&node).as_str().to_owned(),
            None => iri.to_owned(),
        }
    }

    /// Rows of nodes with how many other IRIs each has, and which.
    fn with_aliases(&self, rows: Rows, network: &Network, order: &[u32]) -> Rows {
        let nodes = order
            .iter()
            .filter_map(|node| network.nodes().get(*node as usize));
        let cells = nodes.map(|node| {
            let aliases: Vec<&str> = match (&self.view, &node.term) {
                (Some(view), Term::NamedNode(node)) => {
                    let aliases = view.merging().aliases(node).iter();
                    aliases.map(|alias| alias.as_str()).collect()
                }
                _ => Vec::new(),
            };
            [json!(aliases.len()), json!(aliases)]
        });
        rows.beside(["aliasCount", "aliases"], cells)
    }

    /// The metrics that are asked for by name.
    pub(super) fn metrics(&self, scope: Scope) -> Result<Option<Vec<&'static Metric>>, ApiError> {
        let Some(text) = self.form.one("metrics")?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
        Ok(Some(metrics_named(ids, Some(scope))?))
    }
}

fn options(form: &Form) -> Result<Options, ApiError> {
    let usual = Options::default();
    let error = form.parsed("approximate", "a number from 0.001 to 0.2", |error| {
        (0.001..=0.2).contains(error)
    })?;
    let confidence = form.parsed("confidence", "a number from 0.5 to 0.999", |confidence| {
        (0.5..=0.999).contains(confidence)
    })?;
    if confidence.is_some() && error.is_none() {
        return Err(ApiError::BadRequest(
            "`confidence` is for approximations: `approximate` is missing".to_owned(),
        ));
    }
    let exact = form
        .parsed("exact", "true or false", |_| true)?
        .unwrap_or(usual.exact);
    if exact && error.is_some() {
        return Err(ApiError::BadRequest(
            "`exact` and `approximate` exclude each other".to_owned(),
        ));
    }
    Ok(Options {
        exact,
        seed: form
            .parsed("seed", "a whole number, 0 or above", |_| true)?
            .unwrap_or(usual.seed),
        permutations: form
            .parsed("permutations", PERMUTATIONS, |n| (1..=9_999).contains(n))?
            .unwrap_or(usual.permutations),
        approximation: error.map(|error| Approximation {
            error,
            confidence: confidence.unwrap_or(0.9),
        }),
    })
}

const PERMUTATIONS: &str = "a whole number from 1 to 9999";

/// A body, with the headers that belong to it.
pub(super) struct Answer {
    body: Vec<u8>,
    headers: Vec<(HeaderName, String)>,
    /// How many rows there are on all pages.
    total: Option<usize>,
}

impl Answer {
    /// A text in the content type that was promised.
    pub(super) fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            headers: Vec::new(),
            total: None,
        }
    }

    /// JSON of a shape of its own.
    pub(super) fn json(value: &Value) -> Self {
        Self::new(value.to_string())
    }

    /// A table.
    pub(super) fn rows(rows: &Rows, format: Format, about: &About) -> Result<Self, ApiError> {
        Ok(Self::new(rows.text(format, about)?))
    }

    /// Several tables: all of them where the format can hold them, else the first.
    pub(super) fn book(
        sheets: &[(&str, &Rows)],
        format: Format,
        about: &About,
    ) -> Result<Self, ApiError> {
        Ok(Self::new(rows::book(sheets, format, about)?))
    }

    /// Says how many there are, of which the answer has some that are no page.
    pub(super) fn counted(mut self, total: usize) -> Self {
        self.headers.push((TOTAL_COUNT, total.to_string()));
        self
    }

    /// Says how many rows there are on all pages.
    pub(super) fn of(mut self, total: usize) -> Self {
        self.total = Some(total);
        self
    }

    fn sampled(mut self, sample: Option<Sample>) -> Self {
        self.headers.extend(sample.map(|sample| {
            let text = format!(
                "paths={}; error={}; confidence={}",
                sample.paths, sample.error, sample.confidence
            );
            (SAMPLE, text)
        }));
        self
    }

    fn named(mut self, file_name: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name: String = file_name
            .chars()
            .map(|c| if plain(c) { c } else { '_' })
            .collect();
        let value = format!("attachment; filename=\"{name}\"");
        self.headers.push((header::CONTENT_DISPOSITION, value));
        self
    }
}

/// `GET /api/v1/networks`: what networks there are, and how large they are within a filter.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let asked = Asked::new(&state, &uri, &headers, &Listing::KEYS).await?;
    let content_type = format.content_type;
    asked
        .answer(
            &state,
            &headers,
            &["networks"],
            content_type,
            move |graph, asked| {
                let filter = asked.filter(graph)?;
                let mut rows = Rows::new([
                    "id",
                    "title",
                    "description",
                    "nodes",
                    "edges",
                    "weighted",
                    "directed",
                    "twoMode",
                    "undefined",
                ]);
                for definition in graph.networks().definitions() {
                    let (network, undefined) = match asked.build(graph, definition, &filter) {
                        Ok(network) => (Some(network), None),
                        Err(error) => (None, Some(unfit(error)?)),
                    };
                    let network = network.as_deref().map(MeasuredNetwork::network);
                    rows.push([
                        json!(definition.id),
                        json!(definition.title),
                        json!(definition.description),
                        json!(network.map(Network::len)),
                        json!(network.map(|network| network.ties().len())),
                        json!(is_weighted(definition)),
                        json!(definition.kind.directed),
                        json!(definition.kind.two_mode),
                        json!(undefined),
                    ]);
                }
                let total = rows.arrange(&asked.listing)?;
                Ok(Answer::rows(&rows, format.format, &asked.about)?.of(total))
            },
        )
        .await
}

/// Why one network is not there within a filter that the others may take; other errors are errors.
pub(super) fn unfit(error: ApiError) -> Result<String, ApiError> {
    match error {
        ApiError::App(AppError::Network(NetworkError::Projection(
            error @ (ProjectionError::Filter(_) | ProjectionError::TooLarge { .. }),
        ))) => Ok(error.to_string()),
        error => Err(error),
    }
}

/// Whether ties differ in their weights, or may.
fn is_weighted(definition: &NetworkDefinition) -> bool {
    definition.weight != "1"
}

/// `GET /api/v1/networks/{id}`: what a network is, and its metrics.
async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, format) = of_path(&id, &headers, &FORMATS)?;
    state.graph().networks().definition(id)?;
    let asked = Asked::new(&state, &uri, &headers, &["metrics"]).await?;
    let what = ["network", id];
    let id = id.to_owned();
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let chosen = asked.metrics(Scope::Network)?;
                let measured = asked.network(graph, &id)?;
                let left = match &chosen {
                    Some(_) => Vec::new(),
                    None => measured.left_out(Scope::Network),
                };
                let wanted = chosen.unwrap_or_else(|| measured.usual(Scope::Network));
                let found = graph
                    .networks()
                    .computing(&measured, |task| measured.values(&wanted, task))
                    .map_err(NetworkError::from)?;
                let values = Values::new(&found, &left, |id| format!("add ?metrics={id}"));
                if format.format.is_table() {
                    let definition = measured.definition();
                    let about = asked
                        .about
                        .clone()
                        .titled(&definition.title, &definition.description);
                    return Answer::rows(&values.rows(), format.format, &about);
                }
                let mut view = about(&measured, asked.snapshot.version());
                view.extend(values.into_object());
                view.insert(
                    "leftOut".to_owned(),
                    left_out_view(measured.projection().counts()),
                );
                view.insert(
                    "options".to_owned(),
                    options_view(measured.measures().options()),
                );
                if let Some(sample) = sample(&measured, wanted.iter().copied()) {
                    view.insert("sample".to_owned(), sample_view(sample));
                }
                Ok(Answer::json(&Value::Object(view)))
            },
        )
        .await
}

fn about(measured: &MeasuredNetwork, version: u64) -> Map<String, Value> {
    let definition = measured.definition();
    let network = measured.network();
    let view = json!({
        "id": definition.id,
        "title": definition.title,
        "description": definition.description,
        "dataVersion": version,
        "filter": measured.filter().canonical(),
        "directed": network.is_directed(),
        "twoMode": network.is_two_mode(),
        "weight": definition.weight,
        "nodes": network.len(),
        "edges": network.ties().len(),
    });
    match view {
        Value::Object(view) => view,
        _ => Map::new(),
    }
}

fn left_out_view(counts: &Counts) -> Value {
    json!({
        "rows": counts.rows,
        "contextual": counts.contextual,
        "groups": counts.groups,
        "undated": counts.undated,
        "filtered": counts.filtered,
        "loops": counts.loops,
        "unbound": counts.unbound,
    })
}

fn options_view(options: &Options) -> Value {
    json!({
        "seed": options.seed,
        "permutations": options.permutations,
        "approximation": options.approximation.map(|wanted| json!({
            "error": wanted.error,
            "confidence": wanted.confidence,
        })),
    })
}

fn sample_view(sample: Sample) -> Value {
    json!({
        "paths": sample.paths,
        "error": sample.error,
        "confidence": sample.confidence,
    })
}

/// What the betweenness among these metrics promises, if it is a sample. Whether another request
/// has computed one must not matter: the same question has one answer.
fn sample(
    measured: &MeasuredNetwork,
    metrics: impl IntoIterator<Item = &'static Metric>,
) -> Option<Sample> {
    let rests_on_it =
        |metric: &Metric| ["betweenness", "betweennessCentralization"].contains(&metric.id);
    metrics.into_iter().find(|metric| rests_on_it(metric))?;
    measured.measures().betweenness.peek()?.sample
}

/// Values of network metrics, and why some have none.
struct Values {
    metrics: Map<String, Value>,
    reasons: Map<String, Value>,
    codes: Map<String, Value>,
}

impl Values {
    /// `remedy` says how to ask for a metric that was left out.
    fn new(
        found: &[(&'static Metric, Score)],
        left: &[&'static Metric],
        remedy: impl Fn(&str) -> String,
    ) -> Self {
        let mut values = Self {
            metrics: Map::new(),
            reasons: Map::new(),
            codes: Map::new(),
        };
        for (metric, score) in found {
            let value = metric_value(metric, *score);
            values.metrics.insert(metric.id.to_owned(), value);
            if let Some(undefined) = score.undefined() {
                values.explain(metric.id, undefined.reason(), undefined.code());
            }
        }
        for metric in left {
            let limit = metric.cost.usual_nodes();
            let limit = format!("{},{:03}", limit / 1_000, limit % 1_000);
            let reason = format!(
                "not computed for networks of more than {limit} nodes unless asked for: {}",
                remedy(metric.id)
            );
            values.metrics.insert(metric.id.to_owned(), Value::Null);
            values.explain(metric.id, &reason, "not_computed");
        }
        values
    }

    fn explain(&mut self, id: &str, reason: &str, code: &str) {
        self.reasons.insert(id.to_owned(), json!(reason));
        self.codes.insert(id.to_owned(), json!(code));
    }

    fn rows(&self) -> Rows {
        let mut rows = Rows::new(["metric", "value", "undefined"]);
        for (id, value) in &self.metrics {
            let reason = self.reasons.get(id).cloned();
            rows.push([json!(id), value.clone(), reason.unwrap_or_default()]);
        }
        rows
    }

    fn into_object(self) -> Map<String, Value> {
        Map::from_iter([
            ("metrics".to_owned(), Value::Object(self.metrics)),
            ("undefined".to_owned(), Value::Object(self.reasons)),
            ("undefinedCode".to_owned(), Value::Object(self.codes)),
        ])
    }
}

/// `GET /api/v1/networks/{id}/nodes`: every node with its scores.
async fn nodes(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(
        &state,
        &uri,
        &headers,
        &["metrics", "sort", "limit", "offset", "aliases"],
    )
    .await?;
    let with_aliases = asked.form.switch("aliases")?;
    let what = ["nodes", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let chosen = asked.metrics(Scope::Node)?;
                let sort = NodeSort::of(&asked.listing)?;
                let measured = asked.network(graph, &id)?;
                let mut wanted = chosen.unwrap_or_else(|| measured.usual(Scope::Node));
                if let Some(NodeKey::Metric(metric)) = sort.as_ref().map(|sort| sort.key)
                    && !wanted.iter().any(|known| known.id == metric.id)
                {
                    // What rows are sorted by can be seen.
                    wanted.push(metric);
                }
                let columns = graph
                    .networks()
                    .computing(&measured, |task| measured.columns(&wanted, task))
                    .map_err(NetworkError::from)?;
                let mut order: Vec<u32> = (0..measured.network().len() as u32).collect();
                if let Some(sort) = sort {
                    sort.apply(&mut order, measured.network(), &columns);
                }
                let range = asked.listing.page().range(order.len());
                let shown = &order[range.clone()];
                let mut rows = node_rows(measured.network(), &columns, shown);
                if with_aliases {
                    rows = asked.with_aliases(rows, measured.network(), shown);
                }
                let rows = rows.part_of(range.start, order.len());
                let definition = measured.definition();
                let about = asked
                    .about
                    .clone()
                    .titled(&definition.title, &definition.description)
                    .with("filter", &measured.filter().canonical());
                Ok(Answer::rows(&rows, format.format, &about)?
                    .of(order.len())
                    .sampled(sample(&measured, wanted)))
            },
        )
        .await
}

/// `GET /api/v1/networks/{id}/layout`: where each node is drawn, with what drawings show of it.
///
/// `x` grows to the right and `y` upwards; the longer side goes from -1 to 1. `part` is the
/// component, 0 the largest.
async fn layout(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["metrics", "limit", "offset"]).await?;
    let what = ["layout", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let chosen = asked.metrics(Scope::Node)?;
                let wanted = match chosen {
                    Some(chosen) => chosen,
                    None => metrics_named(DRAWN, Some(Scope::Node))?,
                };
                let measured = asked.network(graph, &id)?;
                let (layout, columns) = graph
                    .networks()
                    .computing(&measured, |task| {
                        Ok((measured.layout(task)?, measured.columns(&wanted, task)?))
                    })
                    .map_err(|error: metrics::Cancelled| NetworkError::from(error))?;
                let network = measured.network();
                let order: Vec<u32> = (0..network.len() as u32).collect();
                let shown = &order[asked.listing.page().range(order.len())];
                let places = shown.iter().map(|node| {
                    let [x, y] = layout.point(*node);
                    let part = layout.parts().get(*node as usize);
                    [json!(x), json!(y), json!(part)]
                });
                let rows = node_rows(network, &columns, shown).beside(["x", "y", "part"], places);
                let rows = rows.part_of(asked.listing.page().range(order.len()).start, order.len());
                Ok(Answer::rows(&rows, format.format, &asked.about)?
                    .of(order.len())
                    .sampled(sample(&measured, wanted)))
            },
        )
        .await
}

/// Metrics that a drawing shows unless others are asked for.
const DRAWN: [&str; 2] = ["degree", "community"];

/// What nodes are sorted by.
#[derive(Clone, Copy)]
enum NodeKey {
    Iri,
    Label,
    Mode,
    /// The categories of an attribute: their IRIs, or their labels.
    Categories(Attribute, bool),
    Metric(&'static Metric),
}

/// Attributes whose categories have a column with their labels too.
const LABELLED: [Attribute; 3] = [Attribute::Sector, Attribute::Level, Attribute::Sphere];

/// The column with the labels of an attribute's categories.
fn label_column(attribute: Attribute) -> String {
    format!("{}Label", attribute.name())
}

/// Columns that nodes can be sorted by, besides their metrics.
pub(super) fn node_columns() -> Vec<String> {
    let own = ["iri", "label"].map(str::to_owned).into_iter();
    let attributes = Attribute::ALL.map(|attribute| attribute.name().to_owned());
    own.chain(attributes)
        .chain(LABELLED.map(label_column))
        .chain(["mode".to_owned()])
        .collect()
}

struct NodeSort {
    key: NodeKey,
    descending: bool,
}

impl NodeSort {
    fn of(listing: &Listing) -> Result<Option<Self>, ApiError> {
        let Some((name, descending)) = listing.sort() else {
            return Ok(None);
        };
        let labelled = || {
            let mut labelled = LABELLED.into_iter();
            labelled.find(|attribute| label_column(*attribute) == name)
        };
        let key = match name {
            "iri" => NodeKey::Iri,
            "label" => NodeKey::Label,
            "mode" => NodeKey::Mode,
            id => match (Attribute::named(id), labelled()) {
                (Some(attribute), _) => NodeKey::Categories(attribute, false),
                (None, Some(attribute)) => NodeKey::Categories(attribute, true),
                (None, None) => {
                    let metric = metrics::find(id).filter(|metric| metric.scope() == Scope::Node);
                    NodeKey::Metric(metric.ok_or_else(|| {
                        ApiError::BadRequest(format!(
                            "`sort`: nodes cannot be sorted by `{}`; there are {} and the metrics \
                             of nodes that /api/v1/metrics lists",
                            id.escape_debug(),
                            node_columns().join(", ")
                        ))
                    })?)
                }
            },
        };
        Ok(Some(Self { key, descending }))
    }

    /// Missing values come last, in either direction; what is equal is in the order of the IRIs.
    fn apply(&self, order: &mut [u32], network: &Network, columns: &[ScoreColumn]) {
        let nodes = network.nodes();
        let iri = |a: &u32, b: &u32| nodes[*a as usize].id().cmp(nodes[*b as usize].id());
        let by_text = |order: &mut [u32], text: &dyn Fn(u32) -> Option<String>| {
            let texts: Vec<Option<String>> = (0..nodes.len() as u32)
                .map(|node| text(node).map(|text| text.to_lowercase()))
                .collect();
            order.sort_by(|a, b| {
                let [first, second] = [a, b].map(|node| &texts[*node as usize]);
                first
                    .is_none()
                    .cmp(&second.is_none())
                    .then_with(|| self.turned(first.cmp(second)))
                    .then_with(|| iri(a, b))
            });
        };
        match self.key {
            NodeKey::Iri => order.sort_by(|a, b| self.turned(iri(a, b))),
            NodeKey::Label => by_text(order, &|node| Some(nodes[node as usize].label.clone())),
            NodeKey::Mode => by_text(order, &|node| {
                let mode = mode_name(nodes[node as usize].mode);
                network.is_two_mode().then(|| mode.to_owned())
            }),
            NodeKey::Categories(attribute, labels) => {
                by_text(order, &|node| joined(network, attribute, labels, node));
            }
            NodeKey::Metric(metric) => {
                let column = columns.iter().find(|column| column.metric.id == metric.id);
                let value = |node: &u32| column?.scores.get(*node as usize)?.value();
                order.sort_by(|a, b| {
                    missing_last(value(a), value(b), self.descending).then_with(|| iri(a, b))
                });
            }
        }
    }

    fn turned(&self, ordering: Ordering) -> Ordering {
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }
}

fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::First => "first",
        Mode::Second => "second",
    }
}

/// The categories of a node in a cell: their IRIs, or their labels. `None` without any.
fn joined(network: &Network, attribute: Attribute, labels: bool, node: u32) -> Option<String> {
    let grouping = network.grouping(attribute);
    let own = grouping.of(node).iter();
    let own = own.map(|number| &grouping.categories()[*number as usize]);
    let (texts, gap): (Vec<&str>, _) = if labels {
        (own.map(|category| category.label.as_str()).collect(), "; ")
    } else {
        (own.map(|category| category.id()).collect(), ";")
    };
    (!texts.is_empty()).then(|| texts.join(gap))
}

fn missing_last(a: Option<f64>, b: Option<f64>, descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if descending => b.total_cmp(&a),
        (Some(a), Some(b)) => a.total_cmp(&b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// Nodes in an order, with what is known of them and with scores.
fn node_rows(network: &Network, columns: &[ScoreColumn], order: &[u32]) -> Rows {
    let mut names = vec!["iri".to_owned(), "label".to_owned()];
    names.extend(Attribute::ALL.map(|attribute| attribute.name().to_owned()));
    names.extend(LABELLED.map(label_column));
    names.extend(network.is_two_mode().then(|| "mode".to_owned()));
    names.extend(columns.iter().map(|column| column.metric.id.to_owned()));
    let mut rows = Rows::new(names);
    for node in order {
        let joined = |attribute, labels| json!(joined(network, attribute, labels, *node));
        let at = &network.nodes()[*node as usize];
        let mut cells = vec![json!(at.id()), json!(at.label)];
        cells.extend(Attribute::ALL.map(|attribute| joined(attribute, false)));
        cells.extend(LABELLED.map(|attribute| joined(attribute, true)));
        if network.is_two_mode() {
            cells.push(json!(mode_name(at.mode)));
        }
        cells.extend(columns.iter().map(|column| {
            let score = column.scores.get(*node as usize);
            score.map_or(Value::Null, |score| metric_value(column.metric, *score))
        }));
        rows.push(cells);
    }
    rows
}

/// The columns of edges, by each of which they can be sorted.
pub(super) const EDGE_COLUMNS: [&str; 5] =
    ["source", "target", "weight", "sourceLabel", "targetLabel"];

/// `GET /api/v1/networks/{id}/edges`: every tie.
async fn edges(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["sort", "limit", "offset"]).await?;
    let what = ["edges", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                if let Some((name, _)) = asked.listing.sort()
                    && !EDGE_COLUMNS.contains(&name)
                {
                    return Err(ApiError::BadRequest(format!(
                        "`sort`: edges cannot be sorted by `{}`; there are {}",
                        name.escape_debug(),
                        EDGE_COLUMNS.join(", ")
                    )));
                }
                let measured = asked.network(graph, &id)?;
                let network = measured.network();
                let mut ties = network.ties().to_vec();
                let known = |weight: f64| Some(weight).filter(|weight| weight.is_finite());
                match asked.listing.sort() {
                    Some(("weight", descending)) => ties
                        .sort_by(|a, b| missing_last(known(a.weight), known(b.weight), descending)),
                    Some((name, descending)) => {
                        let texts: Vec<String> = network
                            .nodes()
                            .iter()
                            .map(|node| match name.ends_with("Label") {
                                true => node.label.to_lowercase(),
                                false => node.id().to_lowercase(),
                            })
                            .collect();
                        let end = |tie: &Tie| match name.starts_with("source") {
                            true => tie.source as usize,
                            false => tie.target as usize,
                        };
                        ties.sort_by(|a, b| {
                            let ordering = texts[end(a)].cmp(&texts[end(b)]);
                            if descending {
                                ordering.reverse()
                            } else {
                                ordering
                            }
                        });
                    }
                    None => {}
                }
                let range = asked.listing.page().range(ties.len());
                let mut rows = Rows::new(EDGE_COLUMNS);
                for tie in &ties[range.clone()] {
                    let [source, target] =
                        [tie.source, tie.target].map(|node| &network.nodes()[node as usize]);
                    rows.push([
                        json!(source.id()),
                        json!(target.id()),
                        number(tie.weight),
                        json!(source.label),
                        json!(target.label),
                    ]);
                }
                let definition = measured.definition();
                let about = asked
                    .about
                    .clone()
                    .titled(&definition.title, &definition.description)
                    .with("filter", &measured.filter().canonical())
                    .with("weight", &definition.weight);
                let rows = rows.part_of(range.start, ties.len());
                Ok(Answer::rows(&rows, format.format, &about)?.of(ties.len()))
            },
        )
        .await
}

/// `GET /api/v1/networks/{id}/mixing`: ties between categories, against what chance would bring.
async fn mixing(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["by", "sort", "limit", "offset"]).await?;
    let by = match asked.form.one("by")?.filter(|name| !name.is_empty()) {
        None => Attribute::Sector,
        Some(name) => Attribute::named(name).ok_or_else(|| {
            let known = Attribute::ALL.map(Attribute::name).join(", ");
            ApiError::BadRequest(format!("`by`: there is no `{name}`; there are {known}"))
        })?,
    };
    let what = ["mixing", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let measured = asked.network(graph, &id)?;
                let network = measured.network();
                let found = graph
                    .networks()
                    .computing(&measured, |task| measured.mixing(by, task))
                    .map_err(NetworkError::from)?;
                let mut rows = mixing_rows(network, &found, |_| true);
                let total = rows.arrange(&asked.listing)?;
                Ok(Answer::rows(&rows, format.format, &asked.about)?.of(total))
            },
        )
        .await
}

/// Pairs of categories that are wanted.
pub(super) fn mixing_rows(
    network: &Network,
    mixing: &Mixing,
    wanted: impl Fn(&MixingRow) -> bool,
) -> Rows {
    let mut rows = Rows::new([
        "from",
        "to",
        "ties",
        "expected",
        "ratio",
        "fromLabel",
        "toLabel",
        "possible",
        "density",
        "p",
        "q",
        "missing",
        "unknown",
        "undefined",
    ]);
    let categories = network.grouping(mixing.attribute).categories();
    for row in mixing.rows.iter().filter(|row| wanted(row)) {
        let [from, to] = [row.from, row.to].map(|number| &categories[number as usize]);
        rows.push([
            json!(from.id()),
            json!(to.id()),
            number(row.ties),
            number(row.expected),
            score(row.ratio),
            json!(from.label),
            json!(to.label),
            number(row.possible),
            score(row.density),
            json!(row.p_less),
            json!(row.q),
            json!(row.is_missing),
            json!(mixing.ties_unknown),
            json!(row.ratio.undefined().map(Undefined::code)),
        ]);
    }
    rows
}

/// `GET /api/v1/networks/{id}/evidence`: what one tie rests on.
async fn evidence(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["source", "target"]).await?;
    for name in ["source", "target"] {
        asked.form.required(name)?;
    }
    let what = ["evidence", &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.content_type,
            move |graph, asked| {
                let source = &asked.representative(asked.form.required("source")?);
                let target = &asked.representative(asked.form.required("target")?);
                let measured = asked.network(graph, &id)?;
                let snapshot = &asked.snapshot;
                let found = measured
                    .projection()
                    .evidence(source, target, snapshot)
                    .map_err(NetworkError::from)?;
                let view = asked.view.as_deref();
                let seen = view.map_or(snapshot, |view| view.given());
                let (limits, mut budget) = (asked.limits(), MOST_EXPLAINED);
                let mut statements = Vec::new();
                for statement in &found.statements {
                    let given = as_given(statement, view);
                    let standing = graph.standing(&given, seen, &limits, &mut budget)?;
                    let told = (statement, given.as_slice(), &standing);
                    statements.push(statement_view(told, &found, snapshot, view));
                }
                let links = view.map(|view| joining_links(&found, view));
                let links = links.unwrap_or_default();
                if format.format.is_table() {
                    let rows = evidence_rows(&found, statements, &links);
                    return Answer::rows(&rows, format.format, &asked.about);
                }
                Ok(Answer::json(&json!({
                    "source": source,
                    "target": target,
                    "sourceLabel": label(&found.source, snapshot),
                    "targetLabel": label(&found.target, snapshot),
                    "tied": found.tied,
                    "weight": found.weight.map(number),
                    "dataVersion": snapshot.version(),
                    "statements": Rows::of_objects(statements).into_objects(),
                    "links": links,
                })))
            },
        )
        .await
}

/// The triples of a statement with the IRIs that they were made with, whatever these are joined
/// with.
fn as_given(statement: &Statement, view: Option<&MergedView>) -> Vec<Quad> {
    let quads = statement.quads.iter();
    match view {
        Some(view) => quads.flat_map(|quad| view.stated(quad)).collect(),
        None => quads.cloned().collect(),
    }
}

/// A statement, its triples as they are given, and what it owes to the rules.
fn statement_view(
    (statement, given, standing): (&Statement, &[Quad], &Standing),
    evidence: &Evidence,
    snapshot: &Snapshot,
    view: Option<&MergedView>,
) -> Map<String, Value> {
    let text = |term: &Option<Term>| json!(term.as_ref().map(text_of));
    let name = |term: &Option<Term>| json!(term.as_ref().map(|term| label(term, snapshot)));
    let is_source = |quad: &&Quad| {
        let sources = [iri::provenance::SOURCE, iri::provenance::WAS_DERIVED_FROM];
        sources.contains(&quad.predicate.as_ref())
    };
    let sources: BTreeSet<&str> = given
        .iter()
        .filter(is_source)
        .map(|quad| text_of(&quad.object))
        .collect();
    let triples: Vec<String> = given.iter().map(|quad| format!("{quad} .")).collect();
    Map::from_iter(
        [
            ("event", text(&statement.event)),
            ("eventLabel", name(&statement.event)),
            ("member", text(&statement.member)),
            ("memberLabel", name(&statement.member)),
            ("role", text(&statement.role)),
            ("statement", text(&statement.statement)),
            ("graphs", json!(statement.graphs)),
            ("sources", json!(sources)),
            ("triples", json!(triples)),
            ("inferred", json!(standing.is_inferred)),
            ("rules", json!(standing.rules)),
            ("restsOn", super::rules::statements(&standing.rests_on)),
            (
                "original",
                json!(originals(statement, evidence, given, view)),
            ),
            ("kind", json!("statement")),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    )
}

/// The IRIs under which a statement names the ends of the tie that it is about.
fn originals(
    statement: &Statement,
    evidence: &Evidence,
    given: &[Quad],
    view: Option<&MergedView>,
) -> Vec<String> {
    let ends = match &statement.member {
        Some(member) => vec![member],
        None => vec![&evidence.source, &evidence.target],
    };
    let mut found = Vec::new();
    for end in ends {
        let class = match (view, end) {
            (Some(view), Term::NamedNode(node)) => view.merging().class(node),
            _ => None,
        };
        let Some(class) = class else {
            found.push(text_of(end).to_owned());
            continue;
        };
        let is_named = |node: &&NamedNode| {
            given.iter().any(|quad| {
                quad.subject.as_ref() == NamedOrBlankNodeRef::from(*node)
                    || quad.object.as_ref() == TermRef::from(*node)
            })
        };
        let named = class.members.iter().filter(is_named);
        found.extend(named.map(|node| node.as_str().to_owned()));
    }
    found
}

/// The links by which the ends of a tie, and what they share, were joined.
fn joining_links(evidence: &Evidence, view: &MergedView) -> Vec<Map<String, Value>> {
    let events = evidence
        .statements
        .iter()
        .filter_map(|statement| statement.event.as_ref());
    let mut seen = BTreeSet::new();
    [&evidence.source, &evidence.target]
        .into_iter()
        .chain(events)
        .filter(|term| seen.insert(text_of(term)))
        .filter_map(|term| match term {
            Term::NamedNode(node) => Some(view.links(node)),
            _ => None,
        })
        .flatten()
        .map(|link| link_view(&link))
        .collect()
}

/// A row for each statement, and one for each link by which their subjects were joined.
fn evidence_rows(
    evidence: &Evidence,
    statements: Vec<Map<String, Value>>,
    links: &[Map<String, Value>],
) -> Rows {
    const OF_LINKS: [&str; 6] = [
        "property",
        "confidence",
        "justification",
        "reviewer",
        "date",
        "comment",
    ];
    let ends = |source: Value, target: Value| {
        [("source".to_owned(), source), ("target".to_owned(), target)]
    };
    let (source, target) = (text_of(&evidence.source), text_of(&evidence.target));
    let statements = statements.into_iter().map(|statement| {
        let mut row = Map::from_iter(ends(json!(source), json!(target)));
        row.extend(statement);
        row.extend(OF_LINKS.map(|name| (name.to_owned(), Value::Null)));
        row
    });
    let of = |link: &Map<String, Value>, name: &str| link.get(name).cloned().unwrap_or_default();
    let links = links.iter().map(|link| {
        let none = ["event", "eventLabel", "member", "memberLabel", "role"];
        let mut row = Map::from_iter(ends(of(link, "source"), of(link, "target")));
        row.extend(none.map(|name| (name.to_owned(), Value::Null)));
        row.insert("statement".to_owned(), of(link, "link"));
        row.insert("graphs".to_owned(), json!([of(link, "graph")]));
        row.insert("sources".to_owned(), json!([]));
        row.insert("triples".to_owned(), json!([]));
        row.insert("inferred".to_owned(), json!(false));
        row.insert("rules".to_owned(), json!([]));
        row.insert("restsOn".to_owned(), json!([]));
        row.insert(
            "original".to_owned(),
            json!([of(link, "source"), of(link, "target")]),
        );
        row.insert("kind".to_owned(), json!("link"));
        row.extend(OF_LINKS.map(|name| (name.to_owned(), of(link, name))));
        row
    });
    Rows::of_objects(statements.chain(links)).with_times(["date"])
}

/// `GET /api/v1/networks/{id}/export.{extension}`: the network as a file for other programs.
async fn export(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.graph().networks().definition(&id)?;
    let format = ExportFormat::by_extension(uri.path())
        .ok_or_else(|| ApiError::NotFound("there is no such format".to_owned()))?;
    let asked = Asked::new(&state, &uri, &headers, &["metrics"]).await?;
    let what = ["export", format.extension(), &id.clone()];
    asked
        .answer(
            &state,
            &headers,
            &what,
            format.media_type(),
            move |graph, asked| {
                let chosen = asked.metrics(Scope::Node)?;
                let measured = asked.network(graph, &id)?;
                let wanted = chosen.unwrap_or_else(|| measured.usual(Scope::Node));
                let (columns, layout) = graph
                    .networks()
                    .computing(&measured, |task| {
                        let layout = (format == ExportFormat::Gexf).then(|| measured.layout(task));
                        Ok((measured.columns(&wanted, task)?, layout.transpose()?))
                    })
                    .map_err(|error: metrics::Cancelled| NetworkError::from(error))?;
                let mut body = Vec::new();
                measured
                    .export(
                        &columns,
                        layout.as_deref(),
                        format,
                        asked.snapshot.version(),
                        &mut body,
                    )
                    .map_err(|error| ApiError::Internal(error.to_string()))?;
                Ok(Answer::new(body)
                    .named(&format!("{id}.{}", format.extension()))
                    .sampled(sample(&measured, wanted)))
            },
        )
        .await
}

/// `GET /api/v1/networks/{id}/{part}` of a part that there is not.
async fn no_such_part(
    State(state): State<AppState>,
    Path((id, part)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    state.graph().networks().definition(&id)?;
    let exports = ExportFormat::ALL.map(ExportFormat::extension).join(", ");
    Err(ApiError::NotFound(format!(
        "a network has no `{part}`; there are nodes, edges, layout, mixing, evidence and \
         integration, each also with .json, .csv and .xlsx, and export with {exports}"
    )))
}

/// `POST /api/v1/networks/analyse`: a network that a query states.
async fn analyse(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let (_, format) = of_path(parts.uri.path(), &parts.headers, &FORMATS)?;
    let mut asked = Asked::new(&state, &parts.uri, &parts.headers, &[]).await?;
    let media_type = content_type(&parts.headers)?;
    // What curl calls its data unless told otherwise is let through if it is JSON all the same.
    let is_json = media_type.as_ref().is_none_or(|media_type| {
        ["application/json", "application/x-www-form-urlencoded"]
            .contains(&media_type.essence_str())
    });
    if !is_json {
        return Err(ApiError::UnsupportedMediaType(
            "send application/json: an object with `query`".to_owned(),
        ));
    }
    let limit = state.graph().config().body_limit.min(LONGEST_BODY);
    let body = read_body(body, limit).await?;
    let stated = Stated::parse(&body)?;
    asked.options.seed = stated.seed.unwrap_or(asked.options.seed);
    asked.options.permutations = stated.permutations.unwrap_or(asked.options.permutations);
    let address = fitting(stated.address(parts.uri.path(), &asked));
    // What is told of where the table comes from is an address that others can open.
    if let Some(Ok(uri)) = address.as_ref().map(|address| address.parse()) {
        asked.uri = uri;
    }
    let hash = blake3::hash(&body).to_hex();
    let what = ["analyse", hash.as_str()];
    let headers = &parts.headers;
    let response = asked
        .answer(
            &state,
            headers,
            &what,
            format.content_type,
            move |graph, asked| analysis(graph, asked, &stated, format.format),
        )
        .await?;
    Ok(answered_at(response, address))
}

/// `GET /api/v1/networks/analyse?query=`: the same of a query that fits into an address, so that
/// the answer can be cited.
async fn analyse_link(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let asked = Asked::new(&state, &uri, &headers, &STATED).await?;
    let metrics = asked.form.one("metrics")?.filter(|text| !text.is_empty());
    let metrics = metrics.map(|text| {
        let ids = text.split(',').map(str::trim).filter(|id| !id.is_empty());
        chosen_metrics(ids.collect())
    });
    let stated = Stated {
        query: asked.form.required("query")?.to_owned(),
        metrics: metrics.transpose()?,
        directed: asked.form.switch("directed")?,
        two_mode: asked.form.switch("twoMode")?,
        seed: None,
        permutations: None,
    };
    asked
        .answer(
            &state,
            &headers,
            &["analyse"],
            format.content_type,
            move |graph, asked| analysis(graph, asked, &stated, format.format),
        )
        .await
}

/// The parameters that state a network.
const STATED: [&str; 4] = ["query", "metrics", "directed", "twoMode"];

fn analysis(
    graph: &KnowledgeGraph,
    asked: &Asked,
    stated: &Stated,
    format: Format,
) -> Result<Answer, ApiError> {
    let mut definition =
        NetworkDefinition::of_query(&stated.query, stated.directed).map_err(NetworkError::from)?;
    definition.kind.two_mode = stated.two_mode;
    let measured = asked.build(graph, &definition, &asked.filter(graph)?)?;
    let chosen = |scope: Scope| match &stated.metrics {
        None => measured.usual(scope),
        Some(chosen) => chosen
            .iter()
            .copied()
            .filter(|metric| metric.scope() == scope)
            .collect(),
    };
    let (of_nodes, of_network) = (chosen(Scope::Node), chosen(Scope::Network));
    let (columns, found) = graph
        .networks()
        .computing(&measured, |task| {
            Ok((
                measured.columns(&of_nodes, task)?,
                measured.values(&of_network, task)?,
            ))
        })
        .map_err(|error: metrics::Cancelled| NetworkError::from(error))?;
    let network = measured.network();
    let order: Vec<u32> = (0..network.len() as u32).collect();
    let nodes = node_rows(network, &columns, &order);
    let sample = sample(&measured, of_nodes.into_iter().chain(of_network));
    let left = match &stated.metrics {
        Some(_) => Vec::new(),
        None => measured.left_out(Scope::Network),
    };
    let values = Values::new(&found, &left, |id| format!("name `{id}` in `metrics`"));
    if format.is_table() {
        let sheets = [("Nodes", &nodes), ("Metrics", &values.rows())];
        let about = asked.about.clone().with("query", &stated.query);
        return Ok(Answer::book(&sheets, format, &about)?.sampled(sample));
    }
    let mut view = Map::new();
    view.insert("dataVersion".to_owned(), json!(asked.snapshot.version()));
    view.insert("nodes".to_owned(), Value::Array(nodes.into_objects()));
    view.insert("edges".to_owned(), json!(network.ties().len()));
    view.extend(values.into_object());
    view.insert(
        "leftOut".to_owned(),
        left_out_view(measured.projection().counts()),
    );
    view.insert(
        "options".to_owned(),
        options_view(measured.measures().options()),
    );
    if let Some(sample) = sample {
        view.insert("sample".to_owned(), sample_view(sample));
    }
    Ok(Answer::json(&Value::Object(view)))
}

/// A network as a client states it.
struct Stated {
    query: String,
    metrics: Option<Vec<&'static Metric>>,
    directed: bool,
    two_mode: bool,
    seed: Option<u64>,
    permutations: Option<u32>,
}

impl Stated {
    /// The address of the same on the version of the data that is asked.
    fn address(&self, path: &str, asked: &Asked) -> String {
        let mut address = path.to_owned();
        add_parameter(&mut address, "query", &self.query);
        if let Some(metrics) = &self.metrics {
            let ids: Vec<&str> = metrics.iter().map(|metric| metric.id).collect();
            add_parameter(&mut address, "metrics", &ids.join(","));
        }
        for (name, is_on) in [("directed", self.directed), ("twoMode", self.two_mode)] {
            if is_on {
                add_parameter(&mut address, name, "true");
            }
        }
        let own = [
            ("seed", self.seed.map(|number| number.to_string())),
            (
                "permutations",
                self.permutations.map(|number| number.to_string()),
            ),
        ];
        let is_own = |name: &str| {
            own.iter()
                .any(|(known, value)| *known == name && value.is_some())
        };
        for (name, value) in asked.form.pairs() {
            if !value.is_empty() && !["timeout", VERSION].contains(&name) && !is_own(name) {
                add_parameter(&mut address, name, value);
            }
        }
        for (name, value) in &own {
            if let Some(value) = value {
                add_parameter(&mut address, name, value);
            }
        }
        let version = asked.snapshot.version().to_string();
        add_parameter(&mut address, VERSION, &version);
        address
    }

    fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let mut fields = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => {
                return Err(ApiError::BadRequest(
                    "the body is not a JSON object".to_owned(),
                ));
            }
            Err(error) => {
                return Err(ApiError::BadRequest(format!(
                    "the body is not JSON: {error}"
                )));
            }
        };
        let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
        let wrong = |name: &str, expected: &str| {
            ApiError::BadRequest(format!("`{name}` is not {expected}"))
        };
        let flag = |name: &str, value: Option<Value>| match value {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            Some(_) => Err(wrong(name, "true or false")),
        };
        let query = match take("query") {
            Some(Value::String(query)) => query,
            Some(_) => return Err(wrong("query", "a text")),
            None => return Err(ApiError::BadRequest("`query` is missing".to_owned())),
        };
        let metrics = take("metrics").map(chosen_metrics).transpose()?;
        let directed = flag("directed", take("directed"))?;
        let two_mode = flag("twoMode", take("twoMode"))?;
        let seed = take("seed").map(|value| {
            let seed = value.as_u64();
            seed.ok_or_else(|| wrong("seed", "a whole number, 0 or above"))
        });
        let permutations = take("permutations").map(|value| {
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            let number = number.filter(|number| (1..=9_999).contains(number));
            number.ok_or_else(|| wrong("permutations", PERMUTATIONS))
        });
        let stated = Self {
            query,
            metrics,
            directed,
            two_mode,
            seed: seed.transpose()?,
            permutations: permutations.transpose()?,
        };
        match fields.keys().next() {
            Some(name) => Err(ApiError::BadRequest(format!(
                "`{name}` is no field; there are query, metrics, directed, twoMode, seed and \
                 permutations"
            ))),
            None => Ok(stated),
        }
    }
}

/// Metrics of nodes and of networks, by their ids.
fn chosen_metrics(value: Value) -> Result<Vec<&'static Metric>, ApiError> {
    let wrong = || ApiError::BadRequest("`metrics` is not a list of ids".to_owned());
    let Value::Array(ids) = value else {
        return Err(wrong());
    };
    let ids: Vec<&str> = ids
        .iter()
        .map(|id| id.as_str().ok_or_else(wrong))
        .collect::<Result<_, _>>()?;
    metrics_named(ids, None).map_err(|error| match error {
        NetworkError::NoSuchMetric { id, .. } => NetworkError::NoSuchMetric {
            id,
            scope: "node or a network",
        }
        .into(),
        error => error.into(),
    })
}

/// `GET /api/v1/metrics`: what can be measured, and what the numbers mean.
async fn catalogue(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let query = uri.query().unwrap_or_default();
    let reading = Reading::new(&state, &snapshot, &["metrics", query, format.content_type]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let mut rows = Rows::of_objects(metrics::all().iter().map(|metric| metric_view(metric)));
    let total = rows.arrange(&listing)?;
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let response = reading.respond(format, rows.text(format.format, &about)?);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (listing.page(), None),
        total,
    ))
}

/// `GET /api/v1/metrics/{id}`: what one number means.
async fn metric(
    State(state): State<AppState>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (id, format) = of_path(&id, &headers, &FORMATS)?;
    Form::of_url(&uri)?.only(&[])?;
    let metric = metrics::find(id).ok_or_else(|| {
        ApiError::NotFound(format!(
            "there is no metric `{id}`; /api/v1/metrics lists them"
        ))
    })?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reading = Reading::new(&state, &snapshot, &["metric", id, format.content_type]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let view = metric_view(metric);
    let body = if format.format.is_table() {
        let about = About::of(&state, &headers, &uri, format.format, &snapshot);
        Rows::of_objects([view]).text(format.format, &about)?
    } else {
        Value::Object(view).to_string().into()
    };
    Ok(reading.respond(format, body))
}

fn metric_view(metric: &Metric) -> Map<String, Value> {
    let kind = match metric.kind {
        ValueKind::Count => "count",
        ValueKind::Real => "real",
        ValueKind::Flag => "flag",
    };
    Map::from_iter(
        [
            ("id", metric.id),
            ("name", metric.name),
            ("scope", metric.scope().name()),
            ("definition", metric.definition),
            ("formula", metric.formula),
            ("range", metric.range),
            ("reference", metric.reference),
            ("undefinedWhen", metric.undefined_when),
            ("oracle", metric.oracle),
            ("kind", kind),
            ("iri", &format!("{}{}", iri::NS, metric.id)),
        ]
        .map(|(name, text)| (name.to_owned(), json!(text))),
    )
}

/// `GET /api/v1/computations`: what is being computed at this moment.
async fn computations(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    Form::of_url(&uri)?.only(&[])?;
    let mut rows = Rows::new([
        "id", "network", "filter", "seconds", "step", "done", "total",
    ]);
    let snapshot = request::snapshot(&state, &headers)?;
    for computation in state.graph().networks().computations(&snapshot) {
        rows.push([
            json!(computation.id),
            json!(computation.network),
            json!(computation.filter),
            json!(computation.seconds),
            json!(computation.progress.step),
            json!(computation.progress.done),
            json!(computation.progress.total),
        ]);
    }
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let body = rows.text(format.format, &about)?;
    let hash = blake3::hash(&body).to_hex();
    // Changes without a new version of the data.
    let what = ["computations", format.content_type, hash.as_str()];
    let reading = Reading::new(&state, &snapshot, &what);
    Ok(reading
        .not_modified(&headers)
        .unwrap_or_else(|| reading.respond(format, body)))
}

/// `DELETE /api/v1/computations/{id}`: tells a computation to stop.
async fn cancel(
    State(state): State<AppState>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let snapshot = state.graph().snapshot_for(&writer.as_reader())?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let number = id
        .parse()
        .map_err(|_| ApiError::NotFound(format!("there is no computation `{id}`")))?;
    state.graph().networks().cancel(number, &snapshot)?;
    let version = HeaderValue::from(snapshot.version());
    Ok((StatusCode::NO_CONTENT, [(DATA_VERSION, version)]).into_response())
}
