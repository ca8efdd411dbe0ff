//! The service: HTTP in front of [`KnowledgeGraph`].
//!
//! Each file has the routes of one user group; a handler translates, and `app` decides.

mod answers;
mod changes;
mod check;
mod cite;
mod cited;
mod codings;
mod conditions;
mod context;
mod datasets;
mod dcat;
mod dumps;
mod error;
mod explain;
mod explore;
mod grafana;
mod graph_store;
mod graphs;
mod health;
mod history;
mod hsds;
mod imports;
mod integration;
mod ldes;
mod links;
mod listen;
mod merging;
mod methods;
mod multipart;
mod negotiate;
mod networks;
mod openapi;
mod pages;
mod permalinks;
mod pinned;
mod queries;
mod reconcile;
mod request;
mod resources;
mod respond;
mod rows;
mod rules;
mod running;
mod scenarios;
mod search;
mod service_description;
mod sparql;
mod summary;
mod telemetry;
mod terms;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_changes;
#[cfg(test)]
mod tests_check;
#[cfg(test)]
mod tests_cite;
#[cfg(test)]
mod tests_dashboards;
#[cfg(test)]
mod tests_datasets;
#[cfg(test)]
mod tests_explore;
#[cfg(test)]
mod tests_federation;
#[cfg(test)]
mod tests_history;
#[cfg(test)]
mod tests_hsds;
#[cfg(test)]
mod tests_imports;
#[cfg(test)]
mod tests_linked;
#[cfg(test)]
mod tests_links;
#[cfg(test)]
mod tests_merged;
#[cfg(test)]
mod tests_networks;
#[cfg(test)]
mod tests_pages;
#[cfg(test)]
mod tests_pages_partners;
#[cfg(test)]
mod tests_pages_sparql;
#[cfg(test)]
mod tests_reconcile;
#[cfg(test)]
mod tests_rules;
#[cfg(test)]
mod tests_scenarios;
#[cfg(test)]
mod tests_search;
#[cfg(test)]
mod tests_tokens;
#[cfg(test)]
mod tests_visibility;
#[cfg(test)]
mod tests_void;
mod tokens;
mod versions;
mod void;
mod webhooks;

pub use listen::{ServeError, serve};

use crate::app::KnowledgeGraph;
use crate::app::evaluations::{Evaluations, SlowLog};
use answers::Answers;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use error::{ApiError, Problem};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use telemetry::Telemetry;
use tokio::sync::{Semaphore, watch};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{Any as AnyOrigin, CorsLayer};
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::trace::TraceLayer;

/// Bodies of fewer bytes are not worth compressing.
const WORTH_COMPRESSING: u16 = 1_024;
/// Writes that wait for the single writer; each has a thread.
const WAITING_WRITES: usize = 128;
/// Short computations that are no queries: pages, descriptions; each has a thread.
const COMPUTATIONS: usize = 32;
/// Data that is imported or checked at the same time; each holds it several times over.
const INTAKES: usize = 4;
/// Requests that measure networks, or wait until somebody else has; each has a thread.
const MEASUREMENTS: usize = 16;

/// Scenarios that are evaluated at the same time; each holds the networks of the data twice.
const SCENARIOS: usize = 3;

/// Those who listen to the feed at the same time; each has a connection.
const LISTENERS: usize = 256;

/// What every handler is given.
#[derive(Clone)]
pub struct AppState {
    shared: Arc<Shared>,
}

struct Shared {
    graph: KnowledgeGraph,
    evaluations: Evaluations,
    answers: Answers,
    places: Arc<Semaphore>,
    write_places: Arc<Semaphore>,
    metric_places: Arc<Semaphore>,
    intake_places: Arc<Semaphore>,
    rebuild_places: Arc<Semaphore>,
    scenario_places: Arc<Semaphore>,
    listeners: Arc<Semaphore>,
    closing: watch::Sender<bool>,
    telemetry: Telemetry,
    seed: String,
    /// Whether the threads that handle requests have a stack for evaluations.
    has_deep_stack: bool,
}

impl AppState {
    /// The state of a service of a graph.
    pub fn new(graph: KnowledgeGraph) -> Self {
        Self::with_stack(graph, false)
    }

    /// The same on threads whose stack is deep enough for evaluations: short ones then need no
    /// other thread.
    fn on_deep_stack(graph: KnowledgeGraph) -> Self {
        Self::with_stack(graph, true)
    }

    fn with_stack(graph: KnowledgeGraph, has_deep_stack: bool) -> Self {
        let config = graph.config();
        let slow_log = config
            .slow_query_log
            .as_deref()
            .map(|path| SlowLog::new(path, config.slow_query));
        let evaluations = Evaluations::new(config.allowance.clone(), slow_log);
        let answers = Answers::new(config.cache_bytes);
        let mut seed = env!("CARGO_PKG_VERSION").to_owned();
        if !graph.store().is_durable() {
            // Its versions begin again with each process; its tags must not repeat.
            seed.push_str(&format!("{:?}", std::time::SystemTime::now()));
        }
        let telemetry = Telemetry::new(graph.data_version());
        Self {
            shared: Arc::new(Shared {
                graph,
                evaluations,
                answers,
                places: Arc::new(Semaphore::new(COMPUTATIONS)),
                write_places: Arc::new(Semaphore::new(WAITING_WRITES)),
                metric_places: Arc::new(Semaphore::new(MEASUREMENTS)),
                intake_places: Arc::new(Semaphore::new(INTAKES)),
                rebuild_places: Arc::new(Semaphore::new(1)),
                scenario_places: Arc::new(Semaphore::new(SCENARIOS)),
                listeners: Arc::new(Semaphore::new(LISTENERS)),
                closing: watch::Sender::new(false),
                telemetry,
                seed,
                has_deep_stack,
            }),
        }
    }

    fn graph(&self) -> &KnowledgeGraph {
        &self.shared.graph
    }

    /// What evaluates.
    fn evaluations(&self) -> &Evaluations {
        &self.shared.evaluations
    }

    /// Whether short evaluations may run where requests are handled.
    fn has_deep_stack(&self) -> bool {
        self.shared.has_deep_stack
    }

    /// Answers that are kept.
    fn answers(&self) -> &Answers {
        &self.shared.answers
    }

    /// Places for short computations that are no queries.
    fn places(&self) -> &Arc<Semaphore> {
        &self.shared.places
    }

    /// Places to wait for a write.
    fn write_places(&self) -> &Arc<Semaphore> {
        &self.shared.write_places
    }

    /// Places to import and to check data.
    fn intake_places(&self) -> &Arc<Semaphore> {
        &self.shared.intake_places
    }

    /// Places to measure networks.
    fn metric_places(&self) -> &Arc<Semaphore> {
        &self.shared.metric_places
    }

    /// The place to rebuild an earlier version of the data.
    fn rebuild_places(&self) -> &Arc<Semaphore> {
        &self.shared.rebuild_places
    }

    /// Places to evaluate scenarios.
    fn scenario_places(&self) -> &Arc<Semaphore> {
        &self.shared.scenario_places
    }

    /// Places for those who listen to the feed.
    fn listeners(&self) -> &Arc<Semaphore> {
        &self.shared.listeners
    }

    /// What is counted of requests.
    fn telemetry(&self) -> &Telemetry {
        &self.shared.telemetry
    }

    /// Tells whether the service is ending.
    fn closing(&self) -> watch::Receiver<bool> {
        self.shared.closing.subscribe()
    }

    /// Ends the answers that would never end by themselves.
    fn close(&self) {
        self.shared.closing.send_replace(true);
    }

    /// What makes tags differ between services.
    fn seed(&self) -> &str {
        &self.shared.seed
    }
}

/// All routes, with what every request passes through.
pub fn router(state: AppState) -> Router {
    let routes = routes().with_state(state.clone());
    around(routes).layer(from_fn_with_state(state, telemetry::observe))
}

/// All routes alone.
fn routes() -> Router<AppState> {
    Router::new()
        .merge(pages::routes())
        .merge(sparql::routes())
        .merge(graph_store::routes())
        .merge(graphs::routes())
        .merge(datasets::routes())
        .merge(tokens::routes())
        .merge(check::routes())
        .merge(cite::routes())
        .merge(summary::routes())
        .merge(history::routes())
        .merge(telemetry::routes())
        .merge(search::routes())
        .merge(terms::routes())
        .merge(explore::routes())
        .merge(imports::routes())
        .merge(reconcile::routes())
        .merge(queries::routes())
        .merge(running::routes())
        .merge(explain::routes())
        .merge(versions::routes())
        .merge(permalinks::routes())
        .merge(networks::routes())
        .merge(grafana::routes())
        .merge(integration::routes())
        .merge(scenarios::routes())
        .merge(links::routes())
        .merge(resources::routes())
        .merge(rules::routes())
        .merge(void::routes())
        .merge(changes::routes())
        .merge(ldes::routes())
        .merge(webhooks::routes())
        .merge(dcat::routes())
        .merge(dumps::routes())
        .merge(context::routes())
        .merge(hsds::routes())
        .merge(openapi::routes())
        .merge(health::routes())
        .fallback(resources::elsewhere)
        .method_not_allowed_fallback(not_in_this_way)
}

/// The routes until the data is open: alive, and nothing else yet.
fn starting_router() -> Router {
    let routes = Router::new()
        .route("/health/live", axum::routing::get(health::live))
        .fallback(|| async { ApiError::Starting });
    around(routes)
}

fn around(routes: Router) -> Router {
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Precise(3))
        .compress_when(
            WorthCompressing(SizeAbove::new(WORTH_COMPRESSING))
                .and(NotForContentType::const_new("image/"))
                // A workbook is a compressed archive.
                .and(NotForContentType::const_new(
                    "application/vnd.openxmlformats-officedocument",
                ))
                // Events must not wait until there are enough to compress.
                .and(NotForContentType::SSE),
        );
    let cors = CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods(
            [Method::GET, Method::HEAD, Method::POST, Method::OPTIONS]
                .into_iter()
                .chain(Method::from_bytes(methods::QUERY.as_bytes()))
                .collect::<Vec<_>>(),
        )
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::RANGE,
            header::IF_RANGE,
            request::QUERY_ID,
        ])
        .expose_headers([
            header::ETAG,
            respond::DATA_VERSION,
            respond::TOTAL_COUNT,
            request::QUERY_ID,
            header::CONTENT_DISPOSITION,
            header::LOCATION,
            header::CONTENT_LOCATION,
            header::LINK,
            header::ACCEPT_RANGES,
            header::CONTENT_RANGE,
            header::RETRY_AFTER,
            header::ALLOW,
            sparql::ACCEPT_QUERY,
        ])
        // What varies is said where an answer is made.
        .vary([])
        .max_age(Duration::from_secs(24 * 60 * 60));
    let fixed = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    // The last layer is the first that a request meets.
    routes
        .layer(RequestDecompressionLayer::new())
        .layer(from_fn(codings::read_names))
        .layer(CatchPanicLayer::custom(answer_to_panic))
        .layer(from_fn(explain))
        .layer(from_fn(cite::point_to_reference))
        .layer(from_fn(pages::shell::choose_language))
        .layer(from_fn(codings::mark))
        .layer(from_fn(request::keep_to_oneself))
        .layer(compression)
        .layer(from_fn(codings::choose))
        .layer(cors)
        .layer(from_fn(methods::answer_options))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(from_fn(where_they_help))
        .layer(fixed(
            header::SERVER,
            concat!("weft/", env!("CARGO_PKG_VERSION")),
        ))
        .layer(TraceLayer::new_for_http().on_failure(()))
}

/// Bodies that are long enough, and those of clients that take no other.
#[derive(Clone, Copy)]
struct WorthCompressing(SizeAbove);

impl Predicate for WorthCompressing {
    fn should_compress<B: axum::body::HttpBody>(&self, response: &axum::http::Response<B>) -> bool {
        let extensions = response.extensions();
        if extensions.get::<codings::NeverCompress>().is_some() {
            return false;
        }
        extensions.get::<codings::MustCompress>().is_some() || self.0.should_compress(response)
    }
}

/// Sends headers to those whom they help: what a page may do to browsers that get a page, which
/// headers it may read to a page of another site. Reading headers takes clients longer than a light
/// query takes this service.
async fn where_they_help(request: Request, next: Next) -> Response {
    let is_from_a_page = request.headers().contains_key(header::ORIGIN);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !is_from_a_page {
        headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        );
        headers.append(
            header::VARY,
            HeaderValue::from_static("accept-language, cookie"),
        );
        // A page that is made for the frames of others has a policy of its own.
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(
            HeaderValue::from_static(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            ),
        );
    }
    response
}

async fn not_in_this_way() -> ApiError {
    ApiError::MethodNotAllowed
}

fn answer_to_panic(panic: Box<dyn Any + Send>) -> Response {
    ApiError::Internal(respond::panic_message(&*panic)).into_response()
}

/// Sees to it that every error has problem details, and that a browser gets them as a page.
async fn explain(request: Request, next: Next) -> Response {
    let is_browser = negotiate::prefers_html(request.headers());
    let uri = request.uri().clone();
    let shell = pages::Shell::new(request.uri(), request.headers());
    let response = next.run(request).await;
    let status = response.status();
    let is_explained = response.extensions().get::<pages::Explained>().is_some();
    if is_explained || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let response = if response.extensions().get::<Problem>().is_some() {
        response
    } else {
        with_headers_of(
            problem_of(response.status(), &response).into_response(),
            &response,
        )
    };
    match response.extensions().get::<Problem>().cloned() {
        Some(problem) if is_browser => {
            let near = response.extensions().get::<pages::Near>();
            with_headers_of(pages::error(shell, &problem, &uri, near), &response)
        }
        _ => response,
    }
}

/// Some layer refused the request with hardly a word.
fn problem_of(status: StatusCode, response: &Response) -> Problem {
    let detail = match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE
            if response.headers().contains_key(header::ACCEPT_ENCODING) =>
        {
            "the body is compressed in a way that is not understood; send gzip, deflate, br, zstd or none"
        }
        _ => "the request cannot be served",
    };
    Problem::of_status(status, detail.to_owned())
}

/// Keeps headers such as `Allow`.
fn with_headers_of(mut response: Response, other: &Response) -> Response {
    for (name, value) in other.headers() {
        if !matches!(*name, header::CONTENT_TYPE | header::CONTENT_LENGTH)
            && !response.headers().contains_key(name)
        {
            response.headers_mut().insert(name.clone(), value.clone());
        }
    }
    response
}
