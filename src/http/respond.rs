//! Writing responses: versions, conditional requests, blocks that stream.

use super::AppState;
use super::answers::{Answer, Flight, Key};
use super::error::ApiError;
use super::negotiate::Chosen;
use crate::app::evaluations::{self, Evaluation, Meter, Outcome};
use crate::app::{AppError, KnowledgeGraph, WriteError};
use crate::store::{CancellationToken, Limits, Snapshot, StoreError, handed_over};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{timeout, timeout_at};
use tokio_stream::Stream;

pub(super) const DATA_VERSION: HeaderName = HeaderName::from_static("weft-data-version");
/// How many rows there are, where an answer may be one page of them.
pub(super) const TOTAL_COUNT: HeaderName = HeaderName::from_static("weft-total-count");

/// A read of one data version: what every response to a read says about it.
pub(super) struct Reading {
    version: u64,
    etag: HeaderValue,
    key: Key,
}

impl Reading {
    /// `what` is everything that the answer depends on besides the data that is seen.
    pub(super) fn new(state: &AppState, snapshot: &Snapshot, what: &[&str]) -> Self {
        Self::of_version(state, snapshot.version(), snapshot.visibility(), what)
    }

    /// The same for what is known of a version without its data.
    pub(super) fn of_version(
        state: &AppState,
        version: u64,
        visibility: &str,
        what: &[&str],
    ) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(state.seed().as_bytes());
        for part in [visibility].iter().chain(what) {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&version.to_le_bytes());
        let hash = hasher.finalize();
        // Weak, because compression makes other bytes of the same answer.
        let etag = format!("W/\"{version}-{}\"", &hash.to_hex().as_str()[..16]);
        Self {
            version,
            key: *hash.as_bytes(),
            etag: HeaderValue::try_from(etag).unwrap_or(HeaderValue::from_static("W/\"0\"")),
        }
    }

    /// The answer to a client that has this version of the answer already.
    pub(super) fn not_modified(&self, headers: &HeaderMap) -> Option<Response> {
        let mine = opaque(self.etag.to_str().ok()?);
        let known = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim() == "*" || opaque(tag) == mine);
        known.then(|| self.label(StatusCode::NOT_MODIFIED.into_response()))
    }

    /// Adds the headers.
    pub(super) fn label(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(DATA_VERSION, HeaderValue::from(self.version));
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.append(
            header::VARY,
            HeaderValue::from_static("accept, authorization, origin"),
        );
        response
    }

    /// Under what the answer is kept.
    pub(super) fn key(&self) -> Key {
        self.key
    }

    /// A response of a body.
    pub(super) fn respond_with(&self, content_type: HeaderValue, body: Body) -> Response {
        let mut response = Response::new(body);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        self.label(response)
    }

    /// A response of a body in a format.
    pub(super) fn respond(&self, format: impl Into<Chosen>, body: impl Into<Body>) -> Response {
        let mut response = Response::new(body.into());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, format.into().header());
        self.label(response)
    }
}

fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// The answer to a write that is done.
pub(super) fn written(status: StatusCode, version: u64) -> Response {
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(DATA_VERSION, HeaderValue::from(version));
    headers.insert(header::ETAG, version_tag(version));
    response
}

/// The tag of a data version, for `If-Match` of the next write. Tags of reads begin like it.
/// The answer to a PUT of what people save: made, with its address, or put in place of another.
pub(super) fn saved(replaced: bool, parts: &axum::http::request::Parts) -> Response {
    if replaced {
        return StatusCode::NO_CONTENT.into_response();
    }
    let mut response = StatusCode::CREATED.into_response();
    if let Ok(location) = HeaderValue::try_from(super::request::url(parts)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

pub(super) fn version_tag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("W/\"{version}\"")).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

/// How much is held back, so that an error that comes early gets its real status; also the size
/// of the blocks that follow.
const BLOCK: usize = 64 << 10;
/// Blocks that wait for the client.
const WAITING_BLOCKS: usize = 4;
/// How long a client may take for the next block.
const CLIENT_PATIENCE: Duration = Duration::from_secs(30);
/// How long past its deadline a computation may take to notice.
const GRACE: Duration = Duration::from_millis(200);

impl AppState {
    /// A place to compute, before a deadline.
    pub(super) async fn place(
        &self,
        deadline: Option<Instant>,
    ) -> Result<OwnedSemaphorePermit, ApiError> {
        wait_for(self.places(), deadline).await
    }

    /// Runs work on a thread of its own, in a place to compute.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = self.place(None).await?;
        self.run(place, work).await
    }

    /// Runs a write on a thread of its own.
    pub(super) async fn writing<T: Send + 'static>(
        &self,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = wait_for(self.write_places(), None).await?;
        self.run(place, work).await
    }

    /// Reads tables through a mapping, and writes what they give, on a thread of its own; few at
    /// once, because each uses all cores.
    pub(super) async fn importing<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = wait_for(self.intake_places(), Some(deadline)).await?;
        self.run(place, work).await
    }

    /// Measures a network on a thread of its own, in a place that queries have no need of. When the
    /// deadline passes the work goes on: its result is kept, and the client may ask again.
    /// Who waits hears of what else goes on as far as whoever sees `seen` may know.
    pub(super) async fn measuring<T: Send + 'static>(
        &self,
        seen: std::sync::Arc<Snapshot>,
        deadline: Instant,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let place = wait_for(self.metric_places(), Some(deadline)).await?;
        timeout_at((deadline + GRACE).into(), self.run(place, work))
            .await
            .unwrap_or_else(|_| Err(ApiError::StillComputing(self.progress(&seen))))
    }

    /// Checks data on a thread of its own, in a place as imports have. What goes on after the
    /// deadline keeps its place until it is done.
    pub(super) async fn checking<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        // Two places: what it takes is many times what it checks.
        let place = wait_for_all(self.intake_places(), 2, Some(deadline)).await?;
        timeout_at((deadline + GRACE).into(), self.run(place, work))
            .await
            .unwrap_or_else(|_| Err(StoreError::TimedOut.into()))
    }

    /// What is being measured, and how far that is.
    fn progress(&self, seen: &Snapshot) -> String {
        let going_on: Vec<String> = self
            .graph()
            .networks()
            .computations(seen)
            .into_iter()
            .map(|computation| {
                let progress = computation.progress;
                let filter = match computation.filter.as_str() {
                    "" => String::new(),
                    filter => format!(" ({filter})"),
                };
                let step = match progress.step {
                    "" => String::new(),
                    step => format!(", {step}: {} of {}", progress.done, progress.total),
                };
                format!(
                    "{}{filter}{step}, for {:.0} seconds",
                    computation.network, computation.seconds
                )
            })
            .collect();
        if going_on.is_empty() {
            "the network is still being built; ask again".to_owned()
        } else {
            format!(
                "the result will be kept, ask again; going on: {} (/api/v1/computations)",
                going_on.join("; ")
            )
        }
    }

    async fn run<T: Send + 'static>(
        &self,
        place: OwnedSemaphorePermit,
        work: impl FnOnce(&KnowledgeGraph) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let graph = self.graph().clone();
        let task = tokio::task::spawn_blocking(move || {
            let result = caught(|| work(&graph));
            drop(place);
            result
        });
        task.await
            .unwrap_or_else(|error| Err(ApiError::Internal(error.to_string())))
    }

    /// Evaluates a query, in turn, and within its limits. What it writes streams as with
    /// [`Self::stream`]; it names the type of what it writes before it begins. If `flight` is given
    /// the answer is kept, unless it is long.
    pub(super) async fn evaluate(
        &self,
        request: evaluations::Request,
        flight: Option<Flight>,
        work: impl FnOnce(&KnowledgeGraph, &Limits, &mut Blocks) -> Result<(), ApiError>
        + Send
        + 'static,
    ) -> Result<Evaluated, ApiError> {
        let evaluation = self.evaluations().begin(request).await?;
        self.continued(evaluation, flight, work).await
    }

    /// The same for an evaluation that has begun.
    pub(super) async fn continued(
        &self,
        evaluation: Evaluation,
        flight: Option<Flight>,
        work: impl FnOnce(&KnowledgeGraph, &Limits, &mut Blocks) -> Result<(), ApiError>
        + Send
        + 'static,
    ) -> Result<Evaluated, ApiError> {
        let deadline = evaluation.deadline();
        let id = HeaderValue::from_str(evaluation.id()).ok();
        let guard = CancelOnDrop(evaluation.cancellation());
        let (sender, mut receiver) = mpsc::channel(WAITING_BLOCKS);
        let (head, mut content_type) = oneshot::channel();
        let graph = self.graph().clone();
        let most_kept = self.answers().largest();
        let runtime = Handle::current();
        evaluation.run(move |evaluation, limits| {
            let mut blocks = Blocks {
                sender,
                buffer: Vec::new(),
                runtime,
                deadline: Some(deadline),
                head: Some(head),
                meter: Some(evaluation.meter()),
                kept: flight.map(|flight| Kept {
                    flight,
                    blocks: Vec::new(),
                    bytes: 0,
                    most: most_kept,
                    content_type: None,
                }),
            };
            let result = caught(|| work(&graph, limits, &mut blocks));
            evaluation.ended(match &result {
                Ok(()) => Outcome::Done,
                Err(ApiError::App(AppError::Store(error))) => error.into(),
                Err(ApiError::Busy) => Outcome::Busy,
                Err(_) => Outcome::Failed,
            });
            blocks.finish(result);
        });
        let first = timeout_at((deadline + GRACE).into(), receiver.recv())
            .await
            .map_err(|_| StoreError::TimedOut)?;
        let body = begun(first, receiver, guard)?;
        let content_type = content_type
            .try_recv()
            .map_err(|_| ApiError::Internal("an answer has no type".to_owned()))?;
        Ok(Evaluated {
            content_type,
            body,
            id,
        })
    }

    /// Runs work that writes a body. The body streams once it is longer than a block; what goes
    /// wrong before is an error, what goes wrong later cuts the connection off. If the client
    /// leaves, the work is cancelled.
    pub(super) async fn stream(
        &self,
        place: OwnedSemaphorePermit,
        deadline: Option<Instant>,
        work: impl FnOnce(&KnowledgeGraph, &Limits, &mut Blocks) -> Result<(), ApiError>
        + Send
        + 'static,
    ) -> Result<Body, ApiError> {
        let (sender, mut receiver) = mpsc::channel(WAITING_BLOCKS);
        let limits = Limits {
            deadline,
            ..Limits::default()
        };
        let guard = CancelOnDrop(limits.cancellation.clone());
        let graph = self.graph().clone();
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let mut blocks = Blocks {
                sender,
                buffer: Vec::new(),
                runtime,
                deadline,
                head: None,
                meter: None,
                kept: None,
            };
            let result = caught(|| work(&graph, &limits, &mut blocks));
            blocks.finish(result);
            drop(place);
        });
        let first = match deadline {
            None => receiver.recv().await,
            Some(deadline) => timeout_at((deadline + GRACE).into(), receiver.recv())
                .await
                .map_err(|_| StoreError::TimedOut)?,
        };
        begun(first, receiver, guard)
    }
}

/// Takes a short answer; refuses to become longer than a block.
pub(super) struct ShortAnswer(pub(super) Vec<u8>);

impl Write for ShortAnswer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > BLOCK {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An evaluation that has begun to answer.
pub(super) struct Evaluated {
    pub(super) content_type: HeaderValue,
    pub(super) body: Body,
    /// Under what it is listed while it goes on.
    pub(super) id: Option<HeaderValue>,
}

/// The body that begins with a block.
fn begun(
    first: Option<Block>,
    receiver: mpsc::Receiver<Block>,
    guard: CancelOnDrop,
) -> Result<Body, ApiError> {
    match first {
        Some(Block::Last(bytes)) => Ok(bytes.into()),
        Some(Block::More(bytes)) => Ok(Body::from_stream(BlockStream {
            first: Some(bytes),
            receiver,
            done: false,
            _guard: guard,
        })),
        Some(Block::Failed(error)) => Err(error),
        None => Err(ApiError::Internal(
            "a computation ended without a word".to_owned(),
        )),
    }
}

async fn wait_for(
    places: &std::sync::Arc<Semaphore>,
    deadline: Option<Instant>,
) -> Result<OwnedSemaphorePermit, ApiError> {
    wait_for_all(places, 1, deadline).await
}

/// Waits until several places are free at the same time.
async fn wait_for_all(
    places: &std::sync::Arc<Semaphore>,
    number: u32,
    deadline: Option<Instant>,
) -> Result<OwnedSemaphorePermit, ApiError> {
    let deadline = deadline.unwrap_or_else(|| Instant::now() + CLIENT_PATIENCE);
    match timeout_at(
        deadline.into(),
        std::sync::Arc::clone(places).acquire_many_owned(number),
    )
    .await
    {
        Ok(Ok(place)) => Ok(place),
        Ok(Err(_)) | Err(_) => Err(ApiError::Busy),
    }
}

/// Turns a panic into an error: no request ends without an answer.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, ApiError>) -> Result<T, ApiError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(ApiError::Internal(panic_message(&*panic))))
}

pub(super) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let message = panic
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", message.unwrap_or_default())
}

struct CancelOnDrop(CancellationToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

enum Block {
    More(Bytes),
    /// Nothing follows: a body without it is not whole.
    Last(Bytes),
    Failed(ApiError),
}

/// Where a computation writes its body.
pub(super) struct Blocks {
    sender: mpsc::Sender<Block>,
    buffer: Vec<u8>,
    runtime: Handle,
    deadline: Option<Instant>,
    /// Who waits to hear the type of what is written.
    head: Option<oneshot::Sender<HeaderValue>>,
    meter: Option<Meter>,
    kept: Option<Kept>,
}

/// An answer that may be kept when it is whole.
struct Kept {
    flight: Flight,
    blocks: Vec<Bytes>,
    bytes: usize,
    most: usize,
    content_type: Option<HeaderValue>,
}

impl Blocks {
    /// Names the type of what is going to be written.
    pub(super) fn head(&mut self, content_type: HeaderValue) {
        if let Some(kept) = &mut self.kept {
            kept.content_type = Some(content_type.clone());
        }
        if let Some(head) = self.head.take() {
            // If this fails the client has left.
            let _ = head.send(content_type);
        }
    }

    /// The next block, counted, and remembered if the answer may be kept.
    fn take_block(&mut self) -> io::Result<Bytes> {
        let buffer = std::mem::take(&mut self.buffer);
        // Whoever sends it frees it.
        handed_over(buffer.capacity());
        let block = Bytes::from(buffer);
        if let Some(meter) = &self.meter {
            meter
                .sent(block.len())
                .map_err(|limit| io::Error::new(io::ErrorKind::QuotaExceeded, limit.to_string()))?;
        }
        if let Some(kept) = &mut self.kept {
            kept.bytes += block.len();
            if kept.bytes > kept.most {
                // Others need not wait for what they will not get.
                self.kept = None;
            } else {
                kept.blocks.push(block.clone());
            }
        }
        Ok(block)
    }

    /// Sends what is left, or what went wrong.
    fn finish(mut self, result: Result<(), ApiError>) {
        let last = result.and_then(|()| {
            self.take_block()
                .map_err(|error| ApiError::write(WriteError::Io(error)))
        });
        let block = match last {
            Ok(bytes) => {
                if let Some(kept) = self.kept.take()
                    && let Some(content_type) = kept.content_type
                {
                    let body = match &*kept.blocks {
                        [one] => one.clone(),
                        many => many.concat().into(),
                    };
                    kept.flight.land(Answer { content_type, body });
                }
                Block::Last(bytes)
            }
            Err(error) => Block::Failed(error),
        };
        // If this fails the client has left; nobody is there to be told.
        let _ = self.send(block);
    }

    fn send(&mut self, block: Block) -> io::Result<()> {
        let block = match self.sender.try_send(block) {
            Ok(()) => return Ok(()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(left()),
            Err(mpsc::error::TrySendError::Full(block)) => block,
        };
        let patience = match self.deadline {
            Some(deadline) => {
                CLIENT_PATIENCE.min(deadline.saturating_duration_since(Instant::now()))
            }
            None => CLIENT_PATIENCE,
        };
        let sender = &self.sender;
        match self
            .runtime
            .block_on(async { timeout(patience, sender.send(block)).await })
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(left()),
            Err(_) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client did not take the response in time",
            )),
        }
    }
}

fn left() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the client has left")
}

impl Write for Blocks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK {
            let block = self.take_block()?;
            self.buffer.reserve_exact(BLOCK + BLOCK / 4);
            self.send(Block::More(block))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct BlockStream {
    first: Option<Bytes>,
    receiver: mpsc::Receiver<Block>,
    done: bool,
    _guard: CancelOnDrop,
}

impl Stream for BlockStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.done {
            return Poll::Ready(None);
        }
        let block = ready!(self.receiver.poll_recv(context));
        Poll::Ready(match block {
            Some(Block::More(bytes)) => Some(Ok(bytes)),
            Some(Block::Last(bytes)) => {
                self.done = true;
                (!bytes.is_empty()).then_some(Ok(bytes))
            }
            Some(Block::Failed(error)) => {
                self.done = true;
                tracing::info!(?error, "a response was cut off");
                Some(Err(io::Error::other("the response could not be finished")))
            }
            None => {
                self.done = true;
                Some(Err(io::Error::other("the response could not be finished")))
            }
        })
    }
}
