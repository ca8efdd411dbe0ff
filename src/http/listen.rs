//! Listening: an accept loop of our own, so that slow and idle connections end.

use super::request::Peer;
use super::{AppState, router, starting_router};
use crate::app::{AppError, Config, KnowledgeGraph};
use crate::store::{STACK_BYTES, give_memory_back};
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// How long a client may take to send the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// How long what is told to end may take to say so.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// HTTP/2: how often a quiet connection is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Why the service could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// What was asked for.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The graph cannot be opened.
    #[error(transparent)]
    App(#[from] AppError),
    /// The system lacks what a service needs.
    #[error("the service cannot run: {0}")]
    System(#[source] io::Error),
}

/// Opens the graph and serves it until the process is asked to end (SIGTERM, SIGINT). Once it
/// listens it calls `listening` with the address of its first page.
///
/// # Errors
/// [`ServeError`] if the address is taken or the graph cannot be opened.
pub fn serve(config: Config, listening: impl FnOnce(&str) + Send) -> Result<(), ServeError> {
    give_memory_back();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Queries are parsed and evaluated on its blocking threads.
        .thread_stack_size(STACK_BYTES)
        .build()
        .map_err(ServeError::System)?;
    let grace = config.shutdown_grace;
    let result = runtime.block_on(listen(config, listening));
    // What still computes has had its time.
    runtime.shutdown_timeout(LAST_WORDS);
    let_go(result?, grace);
    Ok(())
}

/// Closes the store, which waits for the change that is being written: it may take so long. One
/// that takes longer was not acknowledged, and the log forgets what was not committed.
fn let_go(state: Option<AppState>, grace: Duration) {
    let (closed, is_closed) = mpsc::channel();
    let closing = std::thread::Builder::new()
        .name("closing".to_owned())
        .spawn(move || {
            drop(state);
            let _ = closed.send(());
        });
    if closing.is_ok() && is_closed.recv_timeout(grace).is_err() {
        tracing::warn!("a change did not finish in time; it is not in the data");
    }
}

/// Where people on this machine find the first page.
fn home(address: SocketAddr) -> String {
    let host = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(host, address.port()))
}

/// Says on standard output what was loaded, and where to begin.
fn introduce(graph: &KnowledgeGraph, home: &str) {
    let public = graph.public_snapshot();
    let summary = public.and_then(|snapshot| graph.merged_summary(&snapshot));
    let what = match summary {
        Ok(found) if found.datasets == 0 => {
            "no data yet; `weft load FILE` and `weft import MAPPING FILE` bring some".to_owned()
        }
        Ok(found) => format!(
            "{} actors, {} services, {} innovations, {} participations, {} ties, {} triples; data \
             sets: {}; data version {}",
            found.actors,
            found.services,
            found.innovations,
            found.participations,
            found.ties,
            found.triples,
            found.datasets,
            found.data_version
        ),
        Err(error) => format!("the data could not be counted: {error}"),
    };
    let text = format!(
        "Loaded: {what}\n  to look around   {home}/\n  to ask           {home}/sparql\n  \
         for programs     {home}/docs\n"
    );
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();
}

/// Answers with the last handle to what was served.
async fn listen(
    config: Config,
    listening: impl FnOnce(&str),
) -> Result<Option<AppState>, ServeError> {
    let listener = bind(&config).await?;
    let address = listener.local_addr().map_err(ServeError::System)?;
    let connections = Arc::new(Semaphore::new(config.connections));
    let grace = config.shutdown_grace;
    let mut signals = Signals::new().map_err(ServeError::System)?;
    let open: Arc<OnceLock<Router>> = Arc::default();
    let starting = starting_router();
    let graceful = GracefulShutdown::new();

    let opening = tokio::task::spawn_blocking(move || {
        let graph = KnowledgeGraph::open(config)?;
        graph.keep_metrics_current();
        graph.count_ahead();
        graph.deliver_webhooks();
        Ok::<_, AppError>(graph)
    });
    tokio::pin!(opening);
    let mut is_open = false;
    let mut listening = Some(listening);
    let mut served: Option<AppState> = None;
    loop {
        tokio::select! {
            opened = &mut opening, if !is_open => {
                let graph = opened.map_err(|error| ServeError::System(error.into()))??;
                let state = AppState::on_deep_stack(graph);
                let _ = open.set(router(state.clone()));
                is_open = true;
                let _ = writeln!(io::stdout(), "Weft listens on http://{address}");
                let _ = io::stdout().flush();
                let home = home(address);
                if let Some(listening) = listening.take() {
                    listening(&home);
                }
                // Counting a large store takes a moment; nobody has to wait for it.
                let graph = state.graph().clone();
                tokio::task::spawn_blocking(move || introduce(&graph, &home));
                served = Some(state);
            }
            (stream, place) = accept(&listener, &connections) => {
                let (open, starting) = (Arc::clone(&open), starting.clone());
                let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
                let service = tower::service_fn(move |mut request: Request<Incoming>| {
                    if let Some(peer) = peer {
                        request.extensions_mut().insert(peer);
                    }
                    open.get().unwrap_or(&starting).clone().oneshot(request)
                });
                let connection = connection_builder()
                    .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                    .into_owned();
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    drop(place);
                });
            }
            () = signals.next() => break,
        }
    }
    drop(listener);
    tracing::info!("finishing the requests that run");
    if let Some(state) = &served {
        state.close();
    }
    let finished = graceful.shutdown();
    tokio::pin!(finished);
    tokio::select! {
        () = &mut finished => {}
        () = sleep(grace) => {
            tracing::warn!("some requests did not finish in time");
            if let Some(state) = &served {
                state.graph().networks().close();
            }
            // Those who waited for a computation hear that it ended.
            let _ = timeout(LAST_WORDS, finished).await;
        }
        () = signals.next() => {}
    }
    if let Some(state) = &served {
        state.graph().networks().close();
    }
    Ok(served)
}

async fn bind(config: &Config) -> Result<TcpListener, ServeError> {
    let failed = |source| ServeError::Bind {
        address: config.bind.clone(),
        source,
    };
    let addresses: Vec<SocketAddr> = lookup_host(&config.bind).await.map_err(failed)?.collect();
    for address in &addresses {
        config.check_address(address.ip()).map_err(AppError::from)?;
    }
    TcpListener::bind(addresses.as_slice())
        .await
        .map_err(failed)
}

async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    let place = Arc::clone(connections).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                return (stream, place);
            }
            Err(error) => {
                // Mostly too many open files: some will be closed soon.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn connection_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE);
    builder
}

struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    }
}
