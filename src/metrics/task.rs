//! Long computations: where they run, how far they are, and how they end early.

use rayon::ThreadPool;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A computation was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the computation was cancelled")]
pub struct Cancelled;

/// A computation that can be watched and cancelled from another thread.
///
/// Cheap to clone; all clones are the same computation.
#[derive(Clone, Default)]
pub struct Task {
    inner: Arc<Inner>,
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.progress()).finish()
    }
}

#[derive(Default)]
struct Inner {
    cancelled: AtomicBool,
    stop: Option<Box<dyn Fn() -> bool + Send + Sync>>,
    step: Mutex<&'static str>,
    done: AtomicU64,
    total: AtomicU64,
    pool: Option<Arc<ThreadPool>>,
}

/// How far a computation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskProgress {
    /// What is being computed.
    pub step: &'static str,
    /// Parts that are done.
    pub done: u64,
    /// Parts in all.
    pub total: u64,
}

impl Task {
    /// A computation on rayon's own threads.
    pub fn new() -> Self {
        Self::default()
    }

    /// A computation on the threads of a pool.
    pub fn on(pool: Arc<ThreadPool>) -> Self {
        Self::until(Some(pool), None)
    }

    /// A computation that also ends when `stop` says so: a deadline is over, or whoever asked has
    /// left.
    pub fn until(
        pool: Option<Arc<ThreadPool>>,
        stop: Option<Box<dyn Fn() -> bool + Send + Sync>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                pool,
                stop,
                ..Inner::default()
            }),
        }
    }

    /// Tells the computation to stop at its next look.
    pub fn cancel(&self) {
        self.inner.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_cancelled(&self) -> bool {
        self.inner.cancelled.load(Ordering::Relaxed)
            || self.inner.stop.as_ref().is_some_and(|stop| stop())
    }

    /// # Errors
    /// [`Cancelled`] if the computation was told to stop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// How far it is.
    pub fn progress(&self) -> TaskProgress {
        TaskProgress {
            step: *self
                .inner
                .step
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
            done: self.inner.done.load(Ordering::Relaxed),
            total: self.inner.total.load(Ordering::Relaxed),
        }
    }

    /// Begins a step of so many parts.
    pub(crate) fn begin(&self, step: &'static str, total: usize) {
        *self
            .inner
            .step
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = step;
        self.inner.done.store(0, Ordering::Relaxed);
        self.inner.total.store(total as u64, Ordering::Relaxed);
    }

    /// One part is done.
    ///
    /// # Errors
    /// [`Cancelled`] if the computation was told to stop.
    pub(crate) fn advance(&self) -> Result<(), Cancelled> {
        self.inner.done.fetch_add(1, Ordering::Relaxed);
        self.check()
    }

    /// Runs work that uses rayon on the threads of this computation.
    pub(crate) fn parallel<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.inner.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}
