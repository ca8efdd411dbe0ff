//! Threads that evaluate. They have a deep stack, wait for a while for the next evaluation, and
//! end after one that lowered their priority.

use crate::store::STACK_BYTES;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a thread waits for work.
const IDLE: Duration = Duration::from_secs(10);

/// Work; answers whether its thread must end.
type Work = Box<dyn FnOnce() -> bool + Send>;

#[derive(Clone, Default)]
pub(super) struct Workers {
    idle: Arc<Mutex<Idle>>,
}

#[derive(Default)]
struct Idle {
    threads: Vec<(u64, SyncSender<Work>)>,
    count: u64,
}

impl Workers {
    /// Runs work on a thread that waits, or on a new one.
    pub(super) fn run(&self, mut work: Work) {
        loop {
            // The one that came last: its stack and its caches are still warm.
            let waiting = self.idle().threads.pop();
            match waiting {
                Some((_, sender)) => match sender.send(work) {
                    Ok(()) => return,
                    Err(back) => work = back.0,
                },
                None => break,
            }
        }
        let (sender, receiver) = sync_channel(1);
        let workers = self.clone();
        let id = {
            let mut idle = self.idle();
            idle.count += 1;
            idle.count
        };
        let thread = std::thread::Builder::new()
            .name("evaluation".to_owned())
            .stack_size(STACK_BYTES)
            .spawn({
                let sender = sender.clone();
                move || workers.serve(id, &sender, &receiver)
            });
        match thread {
            Ok(_) => {
                // Never full: the thread is new.
                let _ = sender.send(work);
            }
            // The work is dropped, and whoever waits for it hears of that.
            Err(error) => tracing::error!(%error, "no thread for an evaluation"),
        }
    }

    fn serve(&self, id: u64, sender: &SyncSender<Work>, receiver: &Receiver<Work>) {
        loop {
            let work = match receiver.recv_timeout(IDLE) {
                Ok(work) => work,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let mut idle = self.idle();
                    let before = idle.threads.len();
                    idle.threads.retain(|(other, _)| *other != id);
                    if idle.threads.len() < before {
                        return;
                    }
                    // Somebody took it off the list just now, and work is on its way.
                    drop(idle);
                    match receiver.recv() {
                        Ok(work) => work,
                        Err(_) => return,
                    }
                }
            };
            if work() {
                return;
            }
            self.idle().threads.push((id, sender.clone()));
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
