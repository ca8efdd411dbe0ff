//! A file of evaluations that took long, one JSON object a line.

use super::Outcome;
use serde::Serialize;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// When the file has this many bytes it is put aside as `….1`, and the one before is gone.
const LONGEST_FILE: u64 = 16 << 20;
/// What is kept of a text.
const LONGEST_TEXT: usize = 20_000;

/// Notes evaluations that took long.
pub struct SlowLog {
    path: PathBuf,
    slow: Duration,
    file: Mutex<Option<File>>,
}

/// What is noted.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'a> {
    pub(super) time: String,
    pub(super) id: &'a str,
    pub(super) client: &'a str,
    pub(super) kind: &'a str,
    pub(super) data_version: u64,
    pub(super) outcome: Outcome,
    pub(super) seconds: f64,
    pub(super) computed: f64,
    pub(super) memory: usize,
    pub(super) bytes: u64,
    pub(super) text: &'a str,
}

impl SlowLog {
    /// Notes what takes longer than `slow` in a file, which is opened with the first note.
    pub fn new(path: &Path, slow: Duration) -> Self {
        Self {
            path: path.to_owned(),
            slow,
            file: Mutex::new(None),
        }
    }

    pub(super) fn note(&self, line: &Line<'_>) {
        if line.seconds < self.slow.as_secs_f64() {
            return;
        }
        if let Err(error) = self.write(line) {
            tracing::warn!(path = %self.path.display(), %error, "a slow query could not be noted");
        }
    }

    fn write(&self, line: &Line<'_>) -> io::Result<()> {
        let end = line
            .text
            .char_indices()
            .map(|(at, _)| at)
            .find(|at| *at >= LONGEST_TEXT)
            .unwrap_or(line.text.len());
        let mut text = serde_json::to_vec(&Line {
            time: line.time.clone(),
            text: &line.text[..end],
            ..*line
        })?;
        text.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = match &*file {
            Some(file) => file.metadata()?.len() >= LONGEST_FILE,
            None => false,
        };
        if is_full {
            *file = None;
            let mut aside = self.path.clone().into_os_string();
            aside.push(".1");
            fs::rename(&self.path, aside)?;
        }
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(
                OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&self.path)?,
            ),
        };
        file.write_all(&text)
    }
}
