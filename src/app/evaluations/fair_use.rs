//! What each client has computed lately.

use super::Refused;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Clients that are remembered at most.
const MOST_CLIENTS: usize = 10_000;

/// A bucket for each client, which computing fills and time empties.
pub(super) struct FairUse {
    /// Seconds within a minute; zero: no limit.
    allowed: u64,
    used: Mutex<HashMap<Arc<str>, Used>>,
}

#[derive(Clone, Copy)]
struct Used {
    seconds: f64,
    at: Instant,
}

impl FairUse {
    pub(super) fn new(allowed: u64) -> Self {
        Self {
            allowed,
            used: Mutex::default(),
        }
    }

    fn rate(&self) -> f64 {
        self.allowed as f64 / 60.0
    }

    fn left(&self, used: Used, now: Instant) -> f64 {
        let emptied = now.saturating_duration_since(used.at).as_secs_f64() * self.rate();
        (used.seconds - emptied).max(0.0)
    }

    /// Whether a client may begin something.
    ///
    /// # Errors
    /// [`Refused::OverShare`] with the seconds until it may.
    pub(super) fn check(&self, client: &Arc<str>) -> Result<(), Refused> {
        if self.allowed == 0 {
            return Ok(());
        }
        let map = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(used) = map.get(client) else {
            return Ok(());
        };
        let used = self.left(*used, Instant::now());
        let over = used - self.allowed as f64;
        if over <= 0.0 {
            return Ok(());
        }
        Err(Refused::OverShare {
            seconds: (over / self.rate()).ceil().max(1.0) as u64,
            used,
            allowed: self.allowed,
        })
    }

    /// Adds what a client has computed.
    pub(super) fn charge(&self, client: &Arc<str>, computed: Duration) {
        if self.allowed == 0 || computed.is_zero() {
            return;
        }
        let now = Instant::now();
        let mut map = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MOST_CLIENTS {
            map.retain(|_, used| self.left(*used, now) > 0.0);
        }
        let used = map.entry(Arc::clone(client)).or_insert(Used {
            seconds: 0.0,
            at: now,
        });
        *used = Used {
            seconds: self.left(*used, now) + computed.as_secs_f64(),
            at: now,
        };
    }
}
