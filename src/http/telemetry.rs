//! `/metrics`: operational figures for Prometheus, and the headline figures of the networks.
//!
//! A scrape reads counters and the newest point of the history; it computes nothing, so it costs
//! the same whatever the data. All it tells is open to everybody: routes are told by their
//! patterns, and figures of the data are those of public graphs.

use super::AppState;
use super::error::ApiError;
use super::negotiate::names_rather;
use super::request::Form;
use super::rows;
use crate::app::history::{Kind, Point};
use crate::app::integration::NETWORK;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

const OPEN_METRICS: &str = "application/openmetrics-text";
const OPEN_METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets, in seconds: light queries take less than the first, the usual time
/// limit is the last.
const BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0,
];
/// Methods by which requests are told apart; the last stands for all others.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY", "other",
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// What no route is for: IRIs of resources, and addresses that are wrong.
const NO_ROUTE: &str = "other";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/metrics", get(scrape))
}

type Labels = Vec<(&'static str, String)>;
type Seconds = Family<Labels, Histogram, fn() -> Histogram>;
type Numbers = Family<Labels, Gauge<f64, AtomicU64>>;

/// What has been counted since the service began.
pub(super) struct Telemetry {
    began: Instant,
    first_version: u64,
    in_flight: AtomicI64,
    requests: Family<Labels, Counter>,
    seconds: Seconds,
    registry: Registry,
    /// The counters of each route: found by its pattern, without making labels.
    routes: RwLock<HashMap<Box<str>, Arc<Methods>>>,
}

/// The counters of a route, by method.
type Methods = [OnceLock<Calls>; METHODS.len()];

/// The counters of a method of a route.
struct Calls {
    seconds: Histogram,
    classes: [OnceLock<Counter>; CLASSES.len()],
}

impl Telemetry {
    /// Counts from now, and commits from this version of the data on.
    pub(super) fn new(version: u64) -> Self {
        let requests = Family::default();
        let buckets: fn() -> Histogram = || Histogram::new(BUCKETS);
        let seconds = Family::new_with_constructor(buckets);
        let mut registry = Registry::default();
        registry.register(
            "weft_http_requests",
            "Requests answered, by route, method and class of status",
            requests.clone(),
        );
        registry.register(
            "weft_http_request_duration_seconds",
            "Time until the head of the answer was ready; bodies may stream on",
            seconds.clone(),
        );
        registry.register(
            "weft_build",
            "The program that serves",
            Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
        );
        Self {
            began: Instant::now(),
            first_version: version,
            in_flight: AtomicI64::new(0),
            requests,
            seconds,
            registry,
            routes: RwLock::default(),
        }
    }

    fn note(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let known = {
            let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
            routes.get(route).cloned()
        };
        let methods = known.unwrap_or_else(|| {
            let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
            let entry = routes.entry(route.into());
            Arc::clone(entry.or_insert_with(|| Arc::new(std::array::from_fn(|_| OnceLock::new()))))
        });
        let last = METHODS.len() - 1;
        let at = METHODS[..last]
            .iter()
            .position(|known| *known == method.as_str())
            .unwrap_or(last);
        let labels = || {
            vec![
                ("route", route.to_owned()),
                ("method", METHODS[at].to_owned()),
            ]
        };
        let calls = methods[at].get_or_init(|| Calls {
            seconds: self.seconds.get_or_create_owned(&labels()),
            classes: std::array::from_fn(|_| OnceLock::new()),
        });
        calls.seconds.observe(took.as_secs_f64());
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        let counter = calls.classes[class].get_or_init(|| {
            let mut labels = labels();
            labels.push(("status", CLASSES[class].to_owned()));
            self.requests.get_or_create_owned(&labels)
        });
        counter.inc();
    }
}

/// Counts a request that goes on, until it is dropped.
struct InFlight(AppState);

impl InFlight {
    fn new(state: AppState) -> Self {
        let telemetry = state.telemetry();
        telemetry.in_flight.fetch_add(1, Ordering::Relaxed);
        Self(state)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.telemetry().in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts requests, and how long they take until their answers begin.
pub(super) async fn observe(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let guard = InFlight::new(state);
    let response = next.run(request).await;
    let route = route
        .as_ref()
        .map_or(NO_ROUTE, |route| without_format(route.as_str()));
    let telemetry = guard.0.telemetry();
    telemetry.note(route, &method, response.status(), begun.elapsed());
    response
}

/// The pattern of a route without the extension that only says how rows are written: formats are
/// not worth series of their own.
fn without_format(route: &str) -> &str {
    match route.rsplit_once('.') {
        Some((bare, extension))
            if rows::FORMATS
                .iter()
                .flat_map(|format| format.names())
                .any(|name| *name == extension) =>
        {
            bare
        }
        _ => route,
    }
}

/// `GET /metrics`: in the text format of Prometheus, or as OpenMetrics where that is asked for.
async fn scrape(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let of_now = of_now(&state)?;
    let mut body = String::new();
    let is_open = names_rather(&headers, OPEN_METRICS, "text/plain");
    let counted = &state.telemetry().registry;
    let written = if is_open {
        text::encode_registry(&mut body, counted).and_then(|()| text::encode(&mut body, &of_now))
    } else {
        prometheus_text::encode(&mut body, counted)
            .and_then(|()| prometheus_text::encode(&mut body, &of_now))
    };
    written.map_err(|error| ApiError::Internal(error.to_string()))?;
    let content_type = match is_open {
        true => OPEN_METRICS_TYPE,
        false => prometheus_text::CONTENT_TYPE,
    };
    let mut response = Response::new(body.into());
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept"),
    ] {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// What is so at this moment.
fn of_now(state: &AppState) -> Result<Registry, ApiError> {
    let mut registry = Registry::default();
    let graph = state.graph();
    let telemetry = state.telemetry();
    of_requests(&mut registry, state);
    // As everybody sees it: what is private is not counted.
    let snapshot = graph.public_snapshot()?;
    let version = snapshot.version();
    registry.register(
        "weft_data_version",
        "The newest version of the data",
        ConstGauge::new(version),
    );
    registry.register(
        "weft_commits",
        "Versions of the data that were made since the service began",
        ConstCounter::new(version.saturating_sub(telemetry.first_version)),
    );
    registry.register(
        "weft_store_quads",
        "Quads in graphs that are public",
        ConstGauge::new(snapshot.len() as u64),
    );
    if let Some(bytes) = graph.log_bytes() {
        registry.register(
            "weft_log_bytes",
            "Size of the log of all versions on disk",
            ConstGauge::new(bytes),
        );
    }
    registry.register(
        "weft_uptime_seconds",
        "Time since the service began",
        ConstGauge::new(telemetry.began.elapsed().as_secs_f64()),
    );
    of_process(&mut registry);
    if let Some(point) = graph.latest_point()? {
        of_networks(&mut registry, &point);
    }
    Ok(registry)
}

fn of_requests(registry: &mut Registry, state: &AppState) {
    let in_flight = state.telemetry().in_flight.load(Ordering::Relaxed);
    registry.register(
        "weft_http_requests_in_flight",
        "Requests whose answers have not begun yet",
        ConstGauge::new(in_flight),
    );
    let listeners = super::LISTENERS.saturating_sub(state.listeners().available_permits());
    registry.register(
        "weft_feed_listeners",
        "Clients that listen to the feed of changes",
        ConstGauge::new(listeners as u64),
    );
    let evaluations = state.evaluations();
    let load = evaluations.load();
    let active = Numbers::default();
    for (stage, number) in [
        ("waiting", load.waiting),
        ("running", load.running),
        ("paused", load.paused),
    ] {
        let labels = vec![("stage", stage.to_owned())];
        active.get_or_create(&labels).set(number as f64);
    }
    registry.register(
        "weft_evaluations_active",
        "Queries and updates that wait for a place, compute, or wait for their next turn",
        active,
    );
    registry.register(
        "weft_evaluations_memory_bytes",
        "Memory that queries and updates hold",
        ConstGauge::new(load.memory as u64),
    );
    let ended: Family<Labels, Counter> = Family::default();
    for (outcome, number) in evaluations.ended() {
        let labels = vec![("outcome", outcome.name().to_owned())];
        ended.get_or_create(&labels).inc_by(number);
    }
    registry.register(
        "weft_evaluations",
        "Queries and updates that ended, by how: timed-out is over its time, out-of-memory over \
         its memory limit",
        ended,
    );
    let answers = state.answers().usage();
    registry.register(
        "weft_answer_cache_hits",
        "Queries that were answered with an answer that was kept",
        ConstCounter::new(answers.hits),
    );
    registry.register(
        "weft_answer_cache_misses",
        "Queries whose answer had to be found out",
        ConstCounter::new(answers.misses),
    );
    registry.register(
        "weft_answer_cache_bytes",
        "Memory of the answers that are kept",
        ConstGauge::new(answers.bytes),
    );
}

/// What the system tells of the process; under the names that all exporters use.
fn of_process(registry: &mut Registry) {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
        registry.register(
            "process_cpu_seconds",
            "Processor time of the process",
            ConstCounter::new(seconds),
        );
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let of = |name: &str| -> Option<u64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        if let Some(kib) = of("VmRSS:") {
            registry.register(
                "process_resident_memory_bytes",
                "Memory of the process that is in use",
                ConstGauge::new(kib * 1_024),
            );
        }
        if let Some(threads) = of("Threads:") {
            registry.register(
                "process_threads",
                "Threads of the process",
                ConstGauge::new(threads),
            );
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            registry.register(
                "process_open_fds",
                "Files and connections that the process holds open",
                ConstGauge::new(open.count() as u64),
            );
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = registry;
}

/// The newest figures of the history, as far as they have a value.
fn of_networks(registry: &mut Registry, point: &Point) {
    let (records, metrics, indicators, coverage) = (
        Numbers::default(),
        Numbers::default(),
        Numbers::default(),
        Numbers::default(),
    );
    for figure in point.figures.iter() {
        let id = figure.metric.to_string();
        if let (Kind::Integration, Some([_, known, unknown])) = (figure.kind, figure.of)
            && known + unknown > 0.0
        {
            let labels = vec![("indicator", id.clone())];
            let share = known / (known + unknown);
            coverage.get_or_create(&labels).set(share);
        }
        let Ok(value) = figure.value else {
            continue;
        };
        let (family, labels) = match figure.kind {
            Kind::Summary => (&records, vec![("type", id)]),
            Kind::Network => (
                &metrics,
                vec![("network", NETWORK.to_owned()), ("metric", id)],
            ),
            Kind::Integration => (&indicators, vec![("indicator", id)]),
        };
        family.get_or_create(&labels).set(value);
    }
    registry.register(
        "weft_records",
        "How many actors, services and so on there are in public graphs",
        records,
    );
    registry.register(
        "weft_network_metric",
        "Metrics of networks, as /api/v1/metrics defines them",
        metrics,
    );
    registry.register(
        "weft_integration",
        "Headline figures of the integration report, as in /api/v1/history",
        indicators,
    );
    registry.register(
        "weft_integration_coverage",
        "The share of what a figure is about that could be judged",
        coverage,
    );
    registry.register(
        "weft_history_data_version",
        "The version of the data that the figures are about",
        ConstGauge::new(point.version),
    );
    registry.register(
        "weft_history_timestamp_seconds",
        "When that version was made",
        ConstGauge::new(point.time.as_second()),
    );
}
