//! Answers that are kept for the next who asks the same of the same data.

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::watch;
use tokio::time::timeout_at;

/// An answer longer than this part of the whole cache is not kept.
const LARGEST_SHARE: u64 = 8;
/// What an entry takes besides its body.
const OVERHEAD: u64 = 256;

/// What an answer depends on, hashed: the question, its format, the data version, what the reader
/// may see.
pub(super) type Key = [u8; 32];

/// An answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) content_type: axum::http::HeaderValue,
    pub(super) body: Bytes,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Answer> for ByBytes {
    fn weight(&self, _: &Key, answer: &Answer) -> u64 {
        answer.body.len() as u64 + OVERHEAD
    }
}

/// Answers by what they depend on. What was asked longest ago goes first when memory is needed;
/// nothing is ever out of date, because the data version is part of the key.
#[derive(Clone)]
pub(super) struct Answers {
    cache: Option<Arc<Cache<Key, Answer, ByBytes>>>,
    largest: usize,
    in_flight: Arc<Mutex<HashMap<Key, watch::Receiver<()>>>>,
    asked: Arc<Asked>,
}

/// How often answers were there, and how often not.
#[derive(Default)]
struct Asked {
    hits: AtomicU64,
    misses: AtomicU64,
}

/// The same at one moment, with the memory that answers take.
pub(super) struct Usage {
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) bytes: u64,
}

/// What somebody who asks is told.
pub(super) enum Known {
    /// The answer.
    Answer(Answer),
    /// To find it out.
    Nobody(Flight),
}

/// The task to find an answer out. Others who ask the same wait until it is dropped.
pub(super) struct Flight {
    answers: Answers,
    key: Key,
    _landing: watch::Sender<()>,
}

impl Answers {
    /// Keeps answers of so many bytes in all; with 0 none.
    pub(super) fn new(bytes: usize) -> Self {
        let cache = (bytes > 0).then(|| {
            // About as many as there are if each has a page.
            let entries = (bytes / 4_096).max(16);
            Arc::new(Cache::with_weighter(entries, bytes as u64, ByBytes))
        });
        Self {
            cache,
            largest: (bytes as u64 / LARGEST_SHARE) as usize,
            in_flight: Arc::default(),
            asked: Arc::default(),
        }
    }

    /// How much use they are.
    pub(super) fn usage(&self) -> Usage {
        Usage {
            hits: self.asked.hits.load(Ordering::Relaxed),
            misses: self.asked.misses.load(Ordering::Relaxed),
            bytes: self.cache.as_ref().map_or(0, |cache| cache.weight()),
        }
    }

    /// How long an answer may be to be kept.
    pub(super) fn largest(&self) -> usize {
        self.largest
    }

    /// The answer if it is kept; else the task to find it out, after whoever has it now.
    /// `None` when the time is over.
    pub(super) async fn ask(&self, key: Key, deadline: Instant) -> Option<Known> {
        loop {
            if let Some(answer) = self.cache.as_ref().and_then(|cache| cache.get(&key)) {
                self.asked.hits.fetch_add(1, Ordering::Relaxed);
                return Some(Known::Answer(answer));
            }
            let mut other = {
                let mut in_flight = self.in_flight();
                match in_flight.get(&key) {
                    Some(other) => other.clone(),
                    None => {
                        let (sender, receiver) = watch::channel(());
                        in_flight.insert(key, receiver);
                        self.asked.misses.fetch_add(1, Ordering::Relaxed);
                        return Some(Known::Nobody(Flight {
                            answers: self.clone(),
                            key,
                            _landing: sender,
                        }));
                    }
                }
            };
            // Nothing is ever sent: it ends when the other is done.
            timeout_at(deadline.into(), other.changed())
                .await
                .ok()?
                .ok();
        }
    }

    fn in_flight(&self) -> std::sync::MutexGuard<'_, HashMap<Key, watch::Receiver<()>>> {
        self.in_flight
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Keeps the answer for those who wait, and those who come.
    pub(super) fn land(self, answer: Answer) {
        if answer.body.len() <= self.answers.largest
            && let Some(cache) = &self.answers.cache
        {
            cache.insert(self.key, answer);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.answers.in_flight().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use std::time::Duration;

    fn answer(length: usize) -> Answer {
        Answer {
            content_type: HeaderValue::from_static("text/plain"),
            body: vec![b'x'; length].into(),
        }
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test]
    async fn who_asks_the_same_waits_for_who_asked_first() {
        let answers = Answers::new(1 << 20);
        let Some(Known::Nobody(flight)) = answers.ask([1; 32], soon()).await else {
            panic!("nobody has asked yet");
        };
        let other = tokio::spawn({
            let answers = answers.clone();
            async move { answers.ask([1; 32], soon()).await }
        });
        tokio::time::sleep(Duration::from_millis(20)).await;
        flight.land(answer(10));
        let Some(Known::Answer(found)) = other.await.unwrap() else {
            panic!("the answer was kept");
        };
        assert_eq!(found.body.len(), 10);
    }

    #[tokio::test]
    async fn when_the_first_gives_up_the_next_takes_over() {
        let answers = Answers::new(1 << 20);
        let first = answers.ask([1; 32], soon()).await;
        let late = answers
            .ask([1; 32], Instant::now() + Duration::from_millis(10))
            .await;
        assert!(late.is_none());
        drop(first);
        assert!(matches!(
            answers.ask([1; 32], soon()).await,
            Some(Known::Nobody(_))
        ));
    }

    #[tokio::test]
    async fn memory_is_bounded_and_long_answers_are_not_kept() {
        let answers = Answers::new(64 << 10);
        for (n, length) in [(1, 1_000), (2, 60_000)] {
            if let Some(Known::Nobody(flight)) = answers.ask([n; 32], soon()).await {
                flight.land(answer(length));
            }
        }
        assert!(matches!(
            answers.ask([1; 32], soon()).await,
            Some(Known::Answer(_))
        ));
        assert!(matches!(
            answers.ask([2; 32], soon()).await,
            Some(Known::Nobody(_))
        ));
        for n in 0..200_u8 {
            if let Some(Known::Nobody(flight)) = answers.ask([n; 32], soon()).await {
                flight.land(answer(3_000));
            }
        }
        let weight = answers.cache.as_ref().unwrap().weight();
        assert!(weight <= 64 << 10, "{weight}");
    }
}
