//! `weft replay`: makes the changes of another store here, one transaction after the other.

use super::{CliError, Place, open, say};
use crate::app::{AppError, Patch, PatchReader, Precondition, Writer};
use clap::Args;
use flate2::read::MultiGzDecoder;
use reqwest::{Url, header};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// What was replayed last, beside the data.
const FILE: &str = "replayed.json";
/// Pieces of an answer that wait to be read.
const WAITING: usize = 16;
/// How long a service may say nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the changes come from.
#[derive(Args)]
pub(super) struct Replay {
    /// A file of RDF Patch (also .gz and .zst), - for standard input, or the address of a service,
    /// whose feed is then read from where the last replay ended
    #[arg(value_name = "FILE|URL")]
    source: String,
    /// A token of that service, to see what is private there
    #[arg(
        long,
        env = "WEFT_REPLAY_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    token: Option<String>,
    /// Take the changes although they do not follow what was replayed last
    #[arg(long)]
    anyway: bool,
}

/// Where the last replay ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Position {
    last: Option<String>,
    version: Option<u64>,
}

impl Position {
    fn read(path: &Path) -> Result<Self, CliError> {
        match fs::read_to_string(path) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                CliError::Failed(format!(
                    "{}: {error}; delete it to begin anew",
                    path.display()
                ))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(CliError::File {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn write(&self, path: &Path) -> Result<(), CliError> {
        let failed = |source| CliError::File {
            path: path.to_owned(),
            source,
        };
        let new = path.with_extension("json.new");
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        fs::write(&new, text + "\n").map_err(failed)?;
        fs::rename(&new, path).map_err(failed)
    }
}

pub(super) fn run_replay(place: &Place, replay: &Replay) -> Result<(), CliError> {
    let graph = open(place)?;
    let path = match &graph.config().data_dir {
        Some(folder) => folder.join(FILE),
        None => {
            return Err(CliError::Usage(
                "replay needs a data directory; name it with --data-dir".to_owned(),
            ));
        }
    };
    let mut position = Position::read(&path)?;
    let source = source(replay, &position)?;
    let (mut applied, mut passed_over) = (0_u64, 0_u64);
    let mut is_following = position.last.is_none() || replay.anyway;
    let mut first: Option<Patch> = None;
    for patch in PatchReader::new(source) {
        let patch = patch.map_err(AppError::from)?;
        if !is_following {
            if patch.previous == position.last {
                is_following = true;
            } else {
                // What was replayed already; or something else, which is known at its end.
                is_following = patch.id.is_some() && patch.id == position.last;
                passed_over += 1;
                first.get_or_insert(patch);
                continue;
            }
        } else if applied > 0 || !replay.anyway {
            patch
                .check_follows(position.last.as_deref())
                .map_err(AppError::from)?;
        }
        let next = Position {
            last: patch.id.clone(),
            version: patch.version.or(position.version),
        };
        graph.apply_patch(&Writer::Local, patch, Precondition::default())?;
        position = next;
        // A transaction that is made twice changes nothing the second time, so this may come late.
        position.write(&path)?;
        applied += 1;
    }
    if !is_following && let Some(first) = first {
        let last = position.last.as_deref();
        first.check_follows(last).map_err(AppError::from)?;
        return Err(CliError::Failed(format!(
            "none of these changes says that it follows <{}>, which was replayed last; --anyway takes them all the same",
            last.unwrap_or_default()
        )));
    }
    let snapshot = graph.snapshot();
    let known = match passed_over {
        0 => String::new(),
        number => format!(" ({number} were here already)"),
    };
    say(&format!(
        "{applied} transactions were replayed{known}; this store is at version {} with {} statements, fingerprint {}.",
        snapshot.version(),
        snapshot.len(),
        snapshot.fingerprint()
    ));
    Ok(())
}

fn source(replay: &Replay, position: &Position) -> Result<Box<dyn BufRead>, CliError> {
    let text = replay.source.as_str();
    if text.starts_with("http://") || text.starts_with("https://") {
        return Ok(Box::new(BufReader::new(feed(text, replay, position)?)));
    }
    if text == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let path = PathBuf::from(text);
    let failed = |source| CliError::File {
        path: path.clone(),
        source,
    };
    let file = File::open(&path).map_err(failed)?;
    Ok(match path.extension().and_then(|name| name.to_str()) {
        Some("gz") => Box::new(BufReader::new(MultiGzDecoder::new(file))),
        Some("zst") => {
            let decoder = zstd::stream::read::Decoder::new(file).map_err(failed)?;
            Box::new(BufReader::new(decoder))
        }
        _ => Box::new(BufReader::new(file)),
    })
}

/// The address of a feed: `/api/v1/changes` of a service, after the version that was replayed last.
fn address(text: &str, position: &Position) -> Result<Url, CliError> {
    let mut url = Url::parse(text)
        .map_err(|error| CliError::Usage(format!("{text} is no address: {error}")))?;
    if matches!(url.path(), "" | "/") {
        url.set_path("/api/v1/changes");
    }
    let says_since = url.query_pairs().any(|(name, _)| name == "since");
    if !says_since && let Some(version) = position.version {
        url.query_pairs_mut()
            .append_pair("since", &version.to_string());
    }
    Ok(url)
}

fn feed(text: &str, replay: &Replay, position: &Position) -> Result<Chunks, CliError> {
    let url = address(text, position)?;
    let failed = |error: String| CliError::Failed(format!("{text}: {error}"));
    let client = reqwest::Client::builder()
        .read_timeout(PATIENCE)
        .user_agent(concat!("weft/", env!("CARGO_PKG_VERSION"), " (replay)"))
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let mut request = client
        .get(url)
        .header(header::ACCEPT, "application/rdf-patch");
    if let Some(token) = &replay.token {
        request = request.bearer_auth(token);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let response = runtime
        .block_on(async { request.send().await })
        .map_err(|error| failed(error.to_string()))?;
    if !response.status().is_success() {
        let status = response.status();
        let problem = runtime.block_on(response.text()).unwrap_or_default();
        let detail = serde_json::from_str::<serde_json::Value>(&problem)
            .ok()
            .and_then(|problem| Some(problem.get("detail")?.as_str()?.to_owned()))
            .unwrap_or_default();
        return Err(failed(format!("{status} {detail}")));
    }
    let (sender, receiver) = sync_channel(WAITING);
    std::thread::Builder::new()
        .name("replay".to_owned())
        .spawn(move || runtime.block_on(receive(response, sender)))?;
    Ok(Chunks {
        receiver,
        chunk: bytes::Bytes::new(),
    })
}

async fn receive(mut response: reqwest::Response, sender: SyncSender<io::Result<bytes::Bytes>>) {
    loop {
        let next = match response.chunk().await {
            Ok(None) => return,
            Ok(Some(chunk)) => Ok(chunk),
            Err(error) => Err(io::Error::other(error.to_string())),
        };
        let is_over = next.is_err();
        if sender.send(next).is_err() || is_over {
            return;
        }
    }
}

/// The body of an answer as it comes.
struct Chunks {
    receiver: Receiver<io::Result<bytes::Bytes>>,
    chunk: bytes::Bytes,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.receiver.recv() {
                Ok(next) => self.chunk = next?,
                Err(_) => return Ok(0),
            }
        }
        let taken = self.chunk.split_to(buffer.len().min(self.chunk.len()));
        buffer[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_feed_is_read_from_where_the_last_replay_ended() {
        let of = |text: &str, version| {
            let position = Position {
                last: None,
                version,
            };
            address(text, &position).unwrap().to_string()
        };
        assert_eq!(of("http://h:1", None), "http://h:1/api/v1/changes");
        assert_eq!(
            of("https://h/", Some(7)),
            "https://h/api/v1/changes?since=7"
        );
        assert_eq!(
            of("https://h/weft/api/v1/changes?graph=http://g", Some(7)),
            "https://h/weft/api/v1/changes?graph=http://g&since=7"
        );
        assert_eq!(of("https://h/c?since=2", Some(7)), "https://h/c?since=2");
    }
}
