//! Limits that hold for every operator of the engine: time, cancellation and memory.
//!
//! The engine itself looks at nothing while it sorts, multiplies lists that are in memory, or
//! builds strings. But whatever it does, it does with terms of ours: each row it makes clones
//! them, each join compares them, each sort and each function takes their values out of the view.
//! So [`EvaluationTerm`](super::dataset::EvaluationTerm) and the view call [`tick`], and every
//! so many ticks this thread looks at the clock, at whoever waits for the answer, and at the bytes
//! it holds. When it is over the limits it unwinds with a private payload, which [`within`] turns
//! back into an error: the work has then stopped and its memory is given back.
//!
//! Two things make no ticks and are bounded before the evaluation begins, by
//! [`guarded`](super::guarded): rows without any term, and functions whose result may be far
//! longer than what they are given.

use super::conform;
use super::error::StoreError;
use super::functions::with_extension_functions;
use super::guarded;
use super::query::Limits;
use spareval::QueryEvaluator;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::LazyLock;
use std::time::Instant;

/// Ticks between two looks. A tick takes some nanoseconds, so a look comes every few
/// microseconds, and takes a twentieth of one.
const TICKS_PER_LOOK: u32 = 1_024;
/// What it weighs to take the value of a term out: a function may do something long with it.
pub(super) const VALUE: u32 = 32;
/// The longest text that an expression may make or be given.
pub(super) const LONGEST_TEXT: usize = 16 << 20;
/// The longest text that a regular expression may be matched with: nothing can stop a match, and
/// in the worst case it takes the length times the size of the expression.
pub(super) const LONGEST_MATCHED_TEXT: usize = 2 << 20;

/// Has a word in an evaluation while it runs: may make it wait, or end it.
pub trait Pace: Send + Sync {
    /// Called every few microseconds on the thread that evaluates, with the bytes it holds.
    ///
    /// # Errors
    /// [`Stop`] ends the evaluation.
    fn look(&self, held: usize) -> Result<(), Stop>;
}

/// Why an evaluation ends before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its time is over.
    TimedOut,
    /// Nobody waits for it any more.
    Cancelled,
    /// It holds more memory than one evaluation may.
    OutOfMemory,
    /// A text grew, or was, longer than this many bytes.
    TextTooLong(usize),
    /// Others need the processors or the memory: it may be asked again.
    Busy,
}

impl From<Stop> for StoreError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TimedOut => Self::TimedOut,
            Stop::Cancelled => Self::Cancelled,
            Stop::OutOfMemory => Self::OutOfMemory,
            Stop::TextTooLong(limit) => Self::TextTooLong(limit),
            Stop::Busy => Self::Busy,
        }
    }
}

/// What is looked at.
struct Watch {
    limits: Limits,
    /// The bytes that this thread held when the watch began.
    base: i64,
}

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(TICKS_PER_LOOK) };
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// Something was done with a term.
#[inline]
pub(super) fn tick() {
    ticks(1);
}

/// Something was done that weighs as much as so many terms.
///
/// # Panics
/// With a private payload when the evaluation is over its limits; [`within`] catches it.
#[inline]
pub(super) fn ticks(weight: u32) {
    LEFT.with(|left| match left.get().checked_sub(weight) {
        Some(less) => left.set(less),
        None => {
            left.set(TICKS_PER_LOOK);
            look();
        }
    });
}

/// A text of this length is made or used.
#[inline]
pub(super) fn text(length: usize) {
    if length > LONGEST_TEXT {
        stop(Stop::TextTooLong(LONGEST_TEXT));
    }
    ticks(VALUE + (length / 64) as u32);
}

/// A text of this length is matched with a regular expression.
pub(super) fn matched_text(length: usize) {
    if length > LONGEST_MATCHED_TEXT {
        stop(Stop::TextTooLong(LONGEST_MATCHED_TEXT));
    }
}

#[cold]
fn look() {
    let verdict = WATCH.with_borrow(|watch| watch.as_ref().map_or(Ok(()), Watch::look));
    if let Err(reason) = verdict {
        stop(reason);
    }
}

/// Unwinds, unless nothing is watched on this thread or it is unwinding already.
fn stop(reason: Stop) {
    // What is dropped on the way must not unwind again.
    if WATCH.with_borrow_mut(Option::take).is_some() && !std::thread::panicking() {
        resume_unwind(Box::new(reason));
    }
}

impl Watch {
    fn look(&self) -> Result<(), Stop> {
        let limits = &self.limits;
        if limits.cancellation.is_cancelled() {
            return Err(Stop::Cancelled);
        }
        if limits
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            return Err(Stop::TimedOut);
        }
        let held = usize::try_from(memory::held() - self.base).unwrap_or(0);
        if limits.memory.is_some_and(|most| held > most) {
            return Err(Stop::OutOfMemory);
        }
        match &limits.pace {
            Some(pace) => pace.look(held),
            None => Ok(()),
        }
    }
}

/// Restores the watch of whoever called, also when unwinding.
struct Restore(Option<Watch>);

impl Drop for Restore {
    fn drop(&mut self) {
        WATCH.set(self.0.take());
    }
}

/// Runs an evaluation within limits, and answers an error where they stopped it. Within another
/// evaluation on the same thread its own limits count until it is done.
///
/// # Errors
/// [`StoreError`] of the limit that was reached.
///
/// # Panics
/// If the evaluation panics for another reason.
pub(super) fn within<R>(limits: &Limits, work: impl FnOnce() -> R) -> Result<R, StoreError> {
    let watch = Watch {
        limits: limits.clone(),
        base: memory::held(),
    };
    watch.look()?;
    let _restore = Restore(WATCH.replace(Some(watch)));
    LEFT.set(TICKS_PER_LOOK);
    // What is seen after an unwinding is the snapshot only, which nothing changes.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Stop>() {
        Ok(stop) => (*stop).into(),
        Err(payload) => resume_unwind(payload),
    })
}

/// Bytes that this thread allocated are now another's, which will free them: they no longer count
/// as held by the evaluation.
pub fn handed_over(bytes: usize) {
    WATCH.with_borrow_mut(|watch| {
        if let Some(watch) = watch {
            watch.base += bytes as i64;
        }
    });
}

/// How many bytes this thread holds: what it allocated less what it freed, ever. Only differences
/// mean something; 0 where the system does not tell.
pub fn held_by_thread() -> i64 {
    memory::held()
}

/// Lets memory that was freed go back to the system although nothing else is asked of the
/// allocator: a service may be idle after its largest evaluation.
pub fn give_memory_back() {
    memory::give_back();
}

/// Looks at the limits at once, between two steps that make no ticks.
///
/// # Panics
/// As [`ticks`].
pub(super) fn look_now() {
    look();
}

/// The evaluator with the functions that guarded queries call. Made once: most evaluations take a
/// fraction of the time that it takes to register them all.
pub(super) fn evaluator() -> &'static QueryEvaluator {
    static EVALUATOR: LazyLock<QueryEvaluator> = LazyLock::new(|| {
        guarded::with_functions(with_extension_functions(QueryEvaluator::new()))
            .with_custom_function(conform::blank_node_function(), conform::blank_node)
    });
    &EVALUATOR
}

/// How much memory this thread holds: what it allocated less what it freed.
#[cfg(unix)]
mod memory {
    use tikv_jemalloc_ctl::thread::{ThreadLocal, allocatedp, deallocatedp};

    pub(super) fn give_back() {
        if let Err(error) = tikv_jemalloc_ctl::background_thread::write(true) {
            tracing::debug!(%error, "freed memory goes back to the system late");
        }
    }

    thread_local! {
        static COUNTERS: Option<(ThreadLocal<u64>, ThreadLocal<u64>)> =
            allocatedp::read().ok().zip(deallocatedp::read().ok());
    }

    pub(super) fn held() -> i64 {
        COUNTERS.with(|counters| {
            counters.map_or(0, |(allocated, freed)| {
                allocated.get().wrapping_sub(freed.get()) as i64
            })
        })
    }
}

#[cfg(not(unix))]
mod memory {
    pub(super) fn give_back() {}

    pub(super) fn held() -> i64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn limits(milliseconds: u64) -> Limits {
        Limits {
            deadline: Some(Instant::now() + Duration::from_millis(milliseconds)),
            ..Limits::default()
        }
    }

    #[test]
    fn work_that_ticks_ends_at_its_deadline() {
        let outcome = within(&limits(20), || {
            loop {
                tick();
            }
        });
        assert!(matches!(outcome, Err(StoreError::TimedOut)));
    }

    #[test]
    fn an_evaluation_within_another_has_limits_of_its_own() {
        let outcome = within(&limits(10_000), || {
            let inner = within(&limits(10), || {
                loop {
                    tick();
                }
            });
            assert!(matches!(inner, Err(StoreError::TimedOut)));
            WATCH.with_borrow(|watch| assert!(watch.is_some()));
        });
        assert!(outcome.is_ok());
        WATCH.with_borrow(|watch| assert!(watch.is_none()));
    }

    #[cfg(unix)]
    #[test]
    fn memory_that_is_held_counts_and_what_was_given_back_does_not() {
        let limits = Limits {
            memory: Some(8 << 20),
            ..Limits::default()
        };
        let given_back = within(&limits, || {
            for _ in 0..100 {
                drop(std::hint::black_box(vec![1_u8; 1 << 20]));
                ticks(TICKS_PER_LOOK);
                ticks(TICKS_PER_LOOK);
            }
        });
        assert!(given_back.is_ok());
        let held = within(&limits, || {
            let mut all = Vec::new();
            for _ in 0..100 {
                all.push(std::hint::black_box(vec![1_u8; 1 << 20]));
                ticks(TICKS_PER_LOOK);
                ticks(TICKS_PER_LOOK);
            }
        });
        assert!(matches!(held, Err(StoreError::OutOfMemory)));
    }

    #[test]
    fn ticks_outside_an_evaluation_do_nothing() {
        for _ in 0..10 * TICKS_PER_LOOK {
            tick();
        }
        text(LONGEST_TEXT + 1);
    }
}
