//! Evaluations: who may compute, how much, and what is going on.
//!
//! A request that computes goes through here. It is known by an id, under which it can be looked
//! at and cancelled; it has a deadline and a memory budget; it takes its turn:
//!
//! - For its first moments it runs in the *fast lane*, where there are as many places as the
//!   processors can serve at once. Most requests are over by then.
//! - One that takes longer gives its place up and goes on in the *slow lane*, at a lower
//!   priority, with as many places as there are processors, in slices that are dealt out fairly
//!   among clients. So a light request never waits behind heavy ones.
//! - What a client has computed within about a minute is added up; one that asks for more than
//!   its share is told when to come back.

mod fair_use;
mod lanes;
mod slow_log;
mod workers;

pub use slow_log::SlowLog;

use crate::store::{CancellationToken, Limits, Pace, StoreError};
use fair_use::FairUse;
use lanes::{Lanes, Turn};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use workers::Workers;

/// What evaluations may take, in all and each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Evaluations that are begun at the same time, running or waiting for their turn.
    pub begun: usize,
    /// Places in the slow lane: how many compute at once once they have proved long.
    pub slow: usize,
    /// Bytes that one evaluation may hold.
    pub memory: usize,
    /// Bytes that all evaluations together may hold.
    pub total_memory: usize,
    /// Processor seconds that one client may use within a minute; zero: no limit.
    pub client_seconds: u64,
    /// Bytes of one answer; what is longer is cut off, or refused if nothing was sent yet.
    pub answer_bytes: u64,
}

/// Who asks: a token, or an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// How it is called in listings and in the log.
    pub name: Arc<str>,
    /// Whether it may see and cancel what others run, and is not counted.
    pub is_admin: bool,
}

/// What is to be evaluated.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub client: Client,
    /// The id that the client chose.
    pub id: Option<String>,
    /// `query`, `update` or the name of a catalogue query.
    pub kind: String,
    /// The text.
    pub text: Arc<str>,
    /// The data version it is asked of.
    pub version: u64,
    /// When it has to be over.
    pub deadline: Instant,
}

/// Why an evaluation may not begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// The client has used its share.
    #[error(
        "you used {used:.0} of the {allowed} seconds of computing that one client may use within a minute; come back in {seconds} s"
    )]
    OverShare {
        /// Seconds until it may ask again.
        seconds: u64,
        /// What it used.
        used: f64,
        /// What it may use within a minute.
        allowed: u64,
    },
    /// The id is that of an evaluation that is going on.
    #[error("an evaluation with the id `{0}` is going on; choose another id")]
    IdTaken(String),
    /// The id cannot be used.
    #[error("the id `{0}` cannot be used: take 1 to 64 letters, digits, `-`, `_`, `.` or `:`")]
    BadId(String),
    /// No place became free in time.
    #[error("too many requests compute at this moment; try again in a little while")]
    Busy,
}

/// What an evaluation is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// It waits for a place to begin.
    Waiting,
    /// It computes.
    Running,
    /// It has proved long, and waits for its next turn.
    Paused,
}

/// An evaluation that is going on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// Its id.
    pub id: String,
    /// Who asked.
    pub client: String,
    /// `query`, `update` or the name of a catalogue query.
    pub kind: String,
    /// The data version.
    pub data_version: u64,
    /// When it began (RFC 3339).
    pub started: String,
    /// Seconds since.
    pub seconds: f64,
    /// Seconds until its deadline.
    pub seconds_left: f64,
    /// What it is doing.
    pub stage: Stage,
    /// Bytes it holds.
    pub memory: usize,
    /// Bytes of its answer so far.
    pub bytes: u64,
    /// The text.
    pub text: String,
}

/// How an evaluation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// With its whole answer.
    Done,
    /// Its time was over.
    TimedOut,
    /// It was cancelled, or its client left.
    Cancelled,
    /// It held too much memory.
    OutOfMemory,
    /// It got no turn.
    Busy,
    /// With another error.
    Failed,
}

impl Outcome {
    /// All of them, in their order.
    pub const ALL: [Self; 6] = [
        Self::Done,
        Self::TimedOut,
        Self::Cancelled,
        Self::OutOfMemory,
        Self::Busy,
        Self::Failed,
    ];

    /// Its name in the log and in telemetry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::OutOfMemory => "out-of-memory",
            Self::Busy => "busy",
            Self::Failed => "failed",
        }
    }
}

/// How much is going on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Evaluations that wait for a place to begin.
    pub waiting: usize,
    /// Those that compute.
    pub running: usize,
    /// Those that have proved long and wait for their next turn.
    pub paused: usize,
    /// Bytes that all of them hold.
    pub memory: usize,
}

impl From<&StoreError> for Outcome {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::TimedOut => Self::TimedOut,
            StoreError::Cancelled => Self::Cancelled,
            StoreError::OutOfMemory => Self::OutOfMemory,
            StoreError::Busy => Self::Busy,
            _ => Self::Failed,
        }
    }
}

/// All evaluations of a service; cheap to clone.
#[derive(Clone)]
pub struct Evaluations {
    inner: Arc<Inner>,
}

struct Inner {
    allowance: Allowance,
    lanes: Lanes,
    workers: Workers,
    fair_use: FairUse,
    slow_log: Option<SlowLog>,
    running: Mutex<HashMap<String, Arc<Entry>>>,
    /// Bytes that all evaluations hold.
    held: AtomicUsize,
    ids: AtomicU64,
    /// How many ended how, in the order of [`Outcome::ALL`].
    ended: [AtomicU64; Outcome::ALL.len()],
}

/// One of them.
struct Entry {
    id: String,
    request: Request,
    begun: Instant,
    started: jiff::Timestamp,
    cancellation: CancellationToken,
    held: AtomicUsize,
    most_held: AtomicUsize,
    bytes: AtomicU64,
    stage: Mutex<Stage>,
}

impl Evaluations {
    /// With what they may take, and where slow ones are noted.
    pub fn new(allowance: Allowance, slow_log: Option<SlowLog>) -> Self {
        Self {
            inner: Arc::new(Inner {
                lanes: Lanes::new(allowance.begun, allowance.slow),
                workers: Workers::default(),
                fair_use: FairUse::new(allowance.client_seconds),
                slow_log,
                running: Mutex::default(),
                held: AtomicUsize::new(0),
                ids: AtomicU64::new(0),
                ended: Default::default(),
                allowance,
            }),
        }
    }

    /// What they may take.
    pub fn allowance(&self) -> &Allowance {
        &self.inner.allowance
    }

    /// Begins an evaluation: it is listed, and waits for a place in the fast lane.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn begin(&self, request: Request) -> Result<Evaluation, Refused> {
        if !request.client.is_admin {
            self.inner.fair_use.check(&request.client.name)?;
        }
        let mut evaluation = self.list(request)?;
        let (client, deadline) = {
            let request = &evaluation.entry.request;
            (Arc::clone(&request.client.name), request.deadline)
        };
        let turn = self
            .inner
            .lanes
            .begin(client, deadline)
            .await
            .ok_or(Refused::Busy);
        match turn {
            Ok(turn) => {
                evaluation.turn = Some(turn);
                evaluation.entry.set(Stage::Running);
                Ok(evaluation)
            }
            Err(refused) => {
                evaluation.outcome = Outcome::Busy;
                Err(refused)
            }
        }
    }

    /// Lists work that takes no turn: the single writer does it, in the order in which it comes.
    /// It does not count for the share of its client, who has a token.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn list(&self, request: Request) -> Result<Evaluation, Refused> {
        let id = match &request.id {
            Some(id) => {
                let fits = (1..=64).contains(&id.len())
                    && id
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
                if !fits {
                    return Err(Refused::BadId(id.escape_debug().take(80).collect()));
                }
                id.clone()
            }
            None => format!("q{}", self.inner.ids.fetch_add(1, Ordering::Relaxed) + 1),
        };
        let entry = Arc::new(Entry {
            id: id.clone(),
            request,
            begun: Instant::now(),
            started: jiff::Timestamp::now(),
            cancellation: CancellationToken::new(),
            held: AtomicUsize::new(0),
            most_held: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            stage: Mutex::new(Stage::Waiting),
        });
        let mut running = self.inner.running();
        if running.contains_key(&id) {
            return Err(Refused::IdTaken(id));
        }
        running.insert(id, Arc::clone(&entry));
        drop(running);
        Ok(Evaluation {
            all: self.clone(),
            entry,
            turn: None,
            outcome: Outcome::Cancelled,
            computed: Duration::ZERO,
        })
    }

    /// What is going on, oldest first, as a client may see it: of others it learns that they
    /// compute, not what.
    pub fn running(&self, client: &Client) -> Vec<Running> {
        let mut running: Vec<_> = self
            .inner
            .running()
            .values()
            .map(|entry| (entry.begun, entry.view(client)))
            .collect();
        running.sort_by(|left, right| {
            left.0
                .cmp(&right.0)
                .then_with(|| left.1.id.cmp(&right.1.id))
        });
        running.into_iter().map(|(_, view)| view).collect()
    }

    /// How much is going on.
    pub fn load(&self) -> Load {
        let mut load = Load {
            memory: self.inner.held.load(Ordering::Relaxed),
            ..Load::default()
        };
        for entry in self.inner.running().values() {
            let stage = entry.stage.lock().unwrap_or_else(PoisonError::into_inner);
            match *stage {
                Stage::Waiting => load.waiting += 1,
                Stage::Running => load.running += 1,
                Stage::Paused => load.paused += 1,
            }
        }
        load
    }

    /// How many have ended, and how.
    pub fn ended(&self) -> [(Outcome, u64); Outcome::ALL.len()] {
        let number = |outcome| self.inner.ended[outcome as usize].load(Ordering::Relaxed);
        Outcome::ALL.map(|outcome| (outcome, number(outcome)))
    }

    /// One that is going on and that this client may look at.
    pub fn find(&self, id: &str, client: &Client) -> Option<Running> {
        let entry = self.inner.running().get(id).cloned()?;
        entry.is_open_to(client).then(|| entry.view(client))
    }

    /// Cancels one; answers whether there was one that this client may cancel.
    pub fn cancel(&self, id: &str, client: &Client) -> bool {
        let entry = self.inner.running().get(id).cloned();
        match entry {
            Some(entry) if entry.is_open_to(client) => {
                entry.cancellation.cancel();
                true
            }
            _ => false,
        }
    }
}

impl Inner {
    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn set(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }

    fn is_open_to(&self, client: &Client) -> bool {
        client.is_admin || *client == self.request.client
    }

    fn view(&self, client: &Client) -> Running {
        let now = Instant::now();
        let hidden = !self.is_open_to(client);
        Running {
            id: if hidden {
                String::new()
            } else {
                self.id.clone()
            },
            client: if hidden {
                "another client".to_owned()
            } else {
                self.request.client.name.to_string()
            },
            kind: self.request.kind.clone(),
            data_version: self.request.version,
            started: self.started.strftime("%FT%TZ").to_string(),
            seconds: (now - self.begun).as_secs_f64(),
            seconds_left: self
                .request
                .deadline
                .saturating_duration_since(now)
                .as_secs_f64(),
            stage: *self.stage.lock().unwrap_or_else(PoisonError::into_inner),
            memory: self.held.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            text: if hidden {
                String::new()
            } else {
                self.request.text.to_string()
            },
        }
    }
}

/// An evaluation that has begun; dropping it ends it.
pub struct Evaluation {
    all: Evaluations,
    entry: Arc<Entry>,
    turn: Option<Turn>,
    outcome: Outcome,
    computed: Duration,
}

impl Evaluation {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.entry.id
    }

    /// When it has to be over.
    pub fn deadline(&self) -> Instant {
        self.entry.request.deadline
    }

    /// Cancels it from elsewhere.
    pub fn cancellation(&self) -> CancellationToken {
        self.entry.cancellation.clone()
    }

    /// Limits for work that takes no turn.
    pub fn limits(&self) -> Limits {
        Limits {
            deadline: Some(self.entry.request.deadline),
            cancellation: self.entry.cancellation.clone(),
            memory: Some(self.all.inner.allowance.memory),
            pace: None,
        }
    }

    /// Counts the bytes of its answer.
    pub fn meter(&self) -> Meter {
        Meter {
            entry: Arc::clone(&self.entry),
            limit: self.all.inner.allowance.answer_bytes,
        }
    }

    /// How it ended, for the log.
    pub fn ended(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Work that took no turn took this long.
    pub fn took(&mut self, computed: Duration) {
        self.computed += computed;
    }

    /// Runs `work` on a thread for evaluations, with the limits it has to keep.
    pub fn run(mut self, work: impl FnOnce(&mut Self, &Limits) + Send + 'static) {
        let workers = self.all.inner.workers.clone();
        workers.run(Box::new(move || {
            let turn = self.turn.take().map(Arc::new);
            let pace = turn.as_ref().map(|turn| {
                Arc::new(OnTurn {
                    turn: Arc::clone(turn),
                    all: self.all.clone(),
                    entry: Arc::clone(&self.entry),
                }) as Arc<dyn Pace>
            });
            let limits = Limits {
                pace,
                ..self.limits()
            };
            let clock = lanes::ThreadClock::start();
            work(&mut self, &limits);
            self.computed += clock.elapsed();
            drop(limits);
            let was_slow = turn.is_some_and(|turn| turn.end());
            drop(self);
            was_slow
        }));
    }
}

impl Drop for Evaluation {
    fn drop(&mut self) {
        let inner = &self.all.inner;
        inner.running().remove(&self.entry.id);
        inner.ended[self.outcome as usize].fetch_add(1, Ordering::Relaxed);
        let held = self.entry.held.swap(0, Ordering::Relaxed);
        inner.held.fetch_sub(held, Ordering::Relaxed);
        let request = &self.entry.request;
        if !request.client.is_admin {
            inner.fair_use.charge(&request.client.name, self.computed);
        }
        if let Some(log) = &inner.slow_log {
            log.note(&slow_log::Line {
                time: self.entry.started.strftime("%FT%TZ").to_string(),
                id: &self.entry.id,
                client: &request.client.name,
                kind: &request.kind,
                data_version: request.version,
                outcome: self.outcome,
                seconds: self.entry.begun.elapsed().as_secs_f64(),
                computed: self.computed.as_secs_f64(),
                memory: self.entry.most_held.load(Ordering::Relaxed),
                bytes: self.entry.bytes.load(Ordering::Relaxed),
                text: &request.text,
            });
        }
    }
}

/// Counts the bytes of an answer.
#[derive(Clone)]
pub struct Meter {
    entry: Arc<Entry>,
    limit: u64,
}

impl Meter {
    /// So many more bytes were sent.
    ///
    /// # Errors
    /// The limit, if the answer is now longer than one may be.
    pub fn sent(&self, bytes: usize) -> Result<(), u64> {
        let before = self.entry.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 > self.limit {
            return Err(self.limit);
        }
        Ok(())
    }
}

/// Watches over an evaluation while it runs.
struct OnTurn {
    turn: Arc<Turn>,
    all: Evaluations,
    entry: Arc<Entry>,
}

impl Pace for OnTurn {
    fn look(&self, held: usize) -> Result<(), crate::store::Stop> {
        let inner = &self.all.inner;
        let before = self.entry.held.swap(held, Ordering::Relaxed);
        if held != before {
            self.entry.most_held.fetch_max(held, Ordering::Relaxed);
            let total = inner
                .held
                .fetch_add(held.wrapping_sub(before), Ordering::Relaxed)
                .wrapping_add(held.wrapping_sub(before));
            // Memory is short: those that hold more than their share make room.
            if total > inner.allowance.total_memory {
                let share = inner.allowance.total_memory / inner.running().len().max(1);
                if held > share {
                    return Err(crate::store::Stop::Busy);
                }
            }
        }
        self.turn.look(
            self.entry.request.deadline,
            &self.entry.cancellation,
            |is_paused| {
                self.entry.set(if is_paused {
                    Stage::Paused
                } else {
                    Stage::Running
                });
            },
        )
    }
}

#[cfg(test)]
mod tests;
