//! Two lanes: a fast one for the first moments of an evaluation, a slow one for the rest.

use crate::store::{CancellationToken, Stop};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout_at;

/// How long an evaluation stays in the fast lane.
const MOMENT: Duration = Duration::from_millis(100);
/// How long a turn in the slow lane lasts when others wait.
const SLICE: Duration = Duration::from_millis(250);
/// How often those who wait look whether they still need to.
const PATIENCE: Duration = Duration::from_millis(50);

pub(super) struct Lanes {
    /// Places of all that have begun.
    begun: Arc<Semaphore>,
    /// Places in the fast lane.
    fast: Arc<Semaphore>,
    /// How many of the places one client may have: half of all, three quarters of the fast lane.
    shares: Shares<usize>,
    clients: Mutex<HashMap<Arc<str>, Shares<Arc<Semaphore>>>>,
    slow: Arc<SlowLane>,
}

/// Something for all that have begun, and for the fast lane.
#[derive(Clone)]
struct Shares<T> {
    begun: T,
    fast: T,
}

struct SlowLane {
    places: usize,
    state: Mutex<SlowState>,
    changed: Condvar,
}

#[derive(Default)]
struct SlowState {
    /// Those who have a place, by client.
    running: HashMap<Arc<str>, usize>,
    taken: usize,
    waiting: Vec<Waiting>,
    tickets: u64,
}

struct Waiting {
    ticket: u64,
    client: Arc<str>,
}

/// The right to compute, held from beginning to end.
pub(super) struct Turn {
    client: Arc<str>,
    begun_at: Instant,
    fast: Mutex<Option<[OwnedSemaphorePermit; 2]>>,
    is_slow: AtomicBool,
    /// When the present slice began, if it has a place in the slow lane.
    slice: Mutex<Option<Instant>>,
    lane: Arc<SlowLane>,
    _places: [OwnedSemaphorePermit; 2],
}

impl Lanes {
    pub(super) fn new(begun: usize, slow: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let begun = begun.max(1);
        // They share the cores for a moment only. Several heavy queries of one client that begin
        // together must not keep its light ones waiting, nor those of others.
        let fast = (cores * 4).min(begun);
        Self {
            begun: Arc::new(Semaphore::new(begun)),
            fast: Arc::new(Semaphore::new(fast)),
            shares: Shares {
                begun: (begun / 2).max(1),
                fast: (fast * 3 / 4).max(1),
            },
            clients: Mutex::default(),
            slow: Arc::new(SlowLane {
                places: slow.max(1),
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
        }
    }

    /// Waits for a place to begin; first come, first served, but no client has all of them, so
    /// that one with many requests does not make others wait.
    pub(super) async fn begin(&self, client: Arc<str>, deadline: Instant) -> Option<Turn> {
        let own = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            if clients.len() > 1_000 {
                clients.retain(|_, own| own.begun.available_permits() < self.shares.begun);
            }
            clients
                .entry(Arc::clone(&client))
                .or_insert_with(|| Shares {
                    begun: Arc::new(Semaphore::new(self.shares.begun)),
                    fast: Arc::new(Semaphore::new(self.shares.fast)),
                })
                .clone()
        };
        let take = |places: &Arc<Semaphore>| {
            let places = Arc::clone(places);
            async move {
                match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => Some(place),
                    Err(_) => timeout_at(deadline.into(), places.acquire_owned())
                        .await
                        .ok()?
                        .ok(),
                }
            }
        };
        let places = [take(&own.begun).await?, take(&self.begun).await?];
        let fast = [take(&own.fast).await?, take(&self.fast).await?];
        Some(Turn {
            client,
            begun_at: Instant::now(),
            fast: Mutex::new(Some(fast)),
            is_slow: AtomicBool::new(false),
            slice: Mutex::new(None),
            lane: Arc::clone(&self.slow),
            _places: places,
        })
    }
}

impl Turn {
    /// Called now and then while it runs: goes over to the slow lane when it is time, and lets
    /// others have a turn there.
    pub(super) fn look(
        &self,
        deadline: Instant,
        cancellation: &CancellationToken,
        pausing: impl Fn(bool),
    ) -> Result<(), Stop> {
        if !self.is_slow.load(Ordering::Relaxed) {
            if self.begun_at.elapsed() < MOMENT {
                return Ok(());
            }
            self.is_slow.store(true, Ordering::Relaxed);
            drop(self.fast().take());
            lower_priority();
        } else {
            let slice = *self.slice();
            match slice {
                Some(begun) if begun.elapsed() < SLICE => return Ok(()),
                Some(_) => {
                    if self.lane.nobody_waits() {
                        *self.slice() = Some(Instant::now());
                        return Ok(());
                    }
                    self.leave();
                }
                None => {}
            }
        }
        pausing(true);
        let entered = self.lane.enter(&self.client, deadline, cancellation);
        pausing(false);
        entered?;
        *self.slice() = Some(Instant::now());
        Ok(())
    }

    fn fast(&self) -> MutexGuard<'_, Option<[OwnedSemaphorePermit; 2]>> {
        self.fast.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slice(&self) -> MutexGuard<'_, Option<Instant>> {
        self.slice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self) {
        if self.slice().take().is_some() {
            self.lane.leave(&self.client);
        }
    }

    /// Gives its places back; answers whether its thread has a low priority now.
    pub(super) fn end(&self) -> bool {
        self.leave();
        drop(self.fast().take());
        self.is_slow.load(Ordering::Relaxed)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.leave();
    }
}

impl SlowLane {
    fn state(&self) -> MutexGuard<'_, SlowState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn nobody_waits(&self) -> bool {
        self.state().waiting.is_empty()
    }

    fn leave(&self, client: &Arc<str>) {
        let mut state = self.state();
        state.taken -= 1;
        if let Some(count) = state.running.get_mut(client) {
            *count -= 1;
            if *count == 0 {
                state.running.remove(client);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits for a place. Of those who wait, the one whose client has the fewest places comes
    /// next, and of those the one that waits longest.
    fn enter(
        &self,
        client: &Arc<str>,
        deadline: Instant,
        cancellation: &CancellationToken,
    ) -> Result<(), Stop> {
        let mut state = self.state();
        let ticket = state.tickets;
        state.tickets += 1;
        state.waiting.push(Waiting {
            ticket,
            client: Arc::clone(client),
        });
        loop {
            let is_next = state.taken < self.places && state.next() == Some(ticket);
            let verdict = if cancellation.is_cancelled() {
                Some(Err(Stop::Cancelled))
            } else if Instant::now() >= deadline {
                Some(Err(Stop::TimedOut))
            } else {
                is_next.then_some(Ok(()))
            };
            if let Some(verdict) = verdict {
                state.waiting.retain(|waiting| waiting.ticket != ticket);
                if verdict.is_ok() {
                    state.taken += 1;
                    *state.running.entry(Arc::clone(client)).or_default() += 1;
                }
                drop(state);
                // There may be a place for the next one too.
                self.changed.notify_all();
                return verdict;
            }
            state = self
                .changed
                .wait_timeout(state, PATIENCE)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}

impl SlowState {
    fn next(&self) -> Option<u64> {
        self.waiting
            .iter()
            .min_by_key(|waiting| {
                let has = self.running.get(&waiting.client).copied().unwrap_or(0);
                (has, waiting.ticket)
            })
            .map(|waiting| waiting.ticket)
    }
}

/// Lets short work go first. On Linux this is for the calling thread alone, which ends after
/// this evaluation: a priority once lowered cannot be raised again.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(%error, "a long evaluation keeps its priority");
    }
}

/// The processor time of this thread, where the system tells; else the time that passes.
pub(super) struct ThreadClock {
    #[cfg(target_os = "linux")]
    start: Duration,
    #[cfg(not(target_os = "linux"))]
    start: Instant,
}

impl ThreadClock {
    #[cfg(target_os = "linux")]
    fn now() -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(
            u64::try_from(time.tv_sec).unwrap_or(0),
            u32::try_from(time.tv_nsec).unwrap_or(0),
        )
    }

    #[cfg(target_os = "linux")]
    pub(super) fn start() -> Self {
        Self { start: Self::now() }
    }

    #[cfg(target_os = "linux")]
    pub(super) fn elapsed(&self) -> Duration {
        Self::now().saturating_sub(self.start)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
