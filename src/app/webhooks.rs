//! Webhooks: the service tells others of commits, as entries of the feed, in order.
//!
//! Each hook belongs to a token and is told what the holder of that token may see, of the graphs it
//! names and those below them. A request is signed with the secret of the hook:
//! `Weft-Signature: sha256=HEX` is the HMAC-SHA256 of the body. What was delivered last is kept in
//! `webhooks.json`, so that after a restart nothing is left out; the same entry can come twice, and
//! its version tells. Deliveries that fail are tried again after growing pauses, for a day.
//!
//! The file holds secrets: only its owner may read it, and backups leave it out.

use super::changes::Entry;
use super::files::replace_private_file;
use super::outgoing::{Clients, HostsAndPorts, NotPublic, bare, hosts_and_ports, not_public};
use super::{AppError, Config, ConfigError, KnowledgeGraph, Reader, Writer};
use crate::store::StoreError;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use oxigraph::model::NamedNode;
use reqwest::{Url, header};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::{BTreeSet, HashMap};
use std::error::Error;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{fs, io};
use tokio::sync::Notify;

/// The file that keeps the hooks.
const FILE: &str = "webhooks.json";
/// Hooks in all, and of one token.
const MOST: usize = 100;
const MOST_OF_ONE: usize = 10;
/// Graphs that a hook may name.
const MOST_GRAPHS: usize = 100;
/// How long one delivery may take.
const TIME: Duration = Duration::from_secs(10);
/// Entries that are delivered before others have their turn.
const AT_A_TIME: usize = 16;
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
/// For how long a delivery is tried.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
/// How often whoever waits looks whether the graph is still there.
const LOOK: Duration = Duration::from_secs(60);
const SHORTEST_SECRET: usize = 16;
const LONGEST_SECRET: usize = 256;

/// Whom the service tells, and how that went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Webhook {
    /// What it is called.
    pub id: String,
    /// Where the requests go.
    pub url: String,
    /// The graphs that it is told of, with those below them; all that may be seen if there are none.
    pub graphs: Vec<String>,
    /// The token that it belongs to; none where writes need no token.
    pub holder: Option<String>,
    /// When it was made (RFC 3339).
    pub created: String,
    /// The last version that it has been told of, or need not be.
    pub delivered: u64,
    /// When a delivery succeeded last.
    #[serde(default)]
    pub last_delivery: Option<String>,
    /// What went wrong last, until a delivery succeeds again.
    #[serde(default)]
    pub last_error: Option<String>,
    /// Since when deliveries have been failing.
    #[serde(default)]
    pub failing_since: Option<String>,
    /// How often the delivery that is due has failed.
    #[serde(default)]
    pub attempts: u32,
    /// Why it is told nothing any more.
    #[serde(default)]
    pub off: Option<String>,
    secret: String,
}

/// What a webhook is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where the requests go.
    pub url: String,
    /// The graphs that it is told of; all that may be seen if there are none.
    pub graphs: Vec<String>,
    /// What requests are signed with; made here if there is none.
    pub secret: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookFile {
    webhooks: Vec<Webhook>,
}

/// The hooks of a service.
pub struct Webhooks {
    path: Option<PathBuf>,
    private: HostsAndPorts,
    state: Mutex<State>,
    changed: Arc<Notify>,
    clients: OnceLock<Result<Clients, String>>,
}

#[derive(Default)]
struct State {
    hooks: Vec<Webhook>,
    /// Those that are being told something.
    busy: BTreeSet<String>,
    /// When those that failed are tried again.
    next: HashMap<String, Instant>,
}

impl Webhooks {
    /// Those of a data directory; without one they are gone with the process.
    ///
    /// # Errors
    /// [`WebhookError`] if the file cannot be read or is damaged.
    pub fn open(data_dir: Option<&Path>, config: &Config) -> Result<Self, AppError> {
        let path = data_dir.map(|folder| folder.join(FILE));
        let mut hooks = Vec::new();
        if let Some(path) = &path {
            match fs::read_to_string(path) {
                Ok(text) => {
                    let file: WebhookFile =
                        serde_json::from_str(&text).map_err(|error| WebhookError::Damaged {
                            path: path.clone(),
                            detail: error.to_string(),
                        })?;
                    hooks = file.webhooks;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(WebhookError::io(path, source).into()),
            }
        }
        Ok(Self {
            path,
            private: private(config)?,
            state: Mutex::new(State {
                hooks,
                ..State::default()
            }),
            changed: Arc::default(),
            clients: OnceLock::new(),
        })
    }

    /// Refuses settings that cannot be used.
    ///
    /// # Errors
    /// [`ConfigError::WebhookHost`].
    pub fn check_settings(config: &Config) -> Result<(), ConfigError> {
        private(config).map(|_| ())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a hook that is told of the commits after `version`; answers it with its secret, which
    /// is not shown again.
    ///
    /// # Errors
    /// [`WebhookError`] if requests cannot or may not go to the address, a graph is no IRI, the
    /// secret is too short, there are too many hooks, or the file cannot be written.
    pub fn create(
        &self,
        writer: &Writer,
        new: NewWebhook,
        version: u64,
    ) -> Result<(Webhook, String), WebhookError> {
        self.check_url(&new.url)?;
        if new.graphs.len() > MOST_GRAPHS {
            return Err(WebhookError::TooManyGraphs);
        }
        if let Some(graph) = new
            .graphs
            .iter()
            .find(|graph| NamedNode::new(*graph).is_err())
        {
            return Err(WebhookError::Graph(graph.clone()));
        }
        let secret = match new.secret {
            Some(secret) if (SHORTEST_SECRET..=LONGEST_SECRET).contains(&secret.len()) => secret,
            Some(_) => return Err(WebhookError::Secret),
            None => random::<32>()?,
        };
        let hook = Webhook {
            id: random::<8>()?,
            url: new.url,
            graphs: new.graphs,
            holder: holder(writer),
            created: now(),
            delivered: version,
            last_delivery: None,
            last_error: None,
            failing_since: None,
            attempts: 0,
            off: None,
            secret: secret.clone(),
        };
        let mut state = self.state();
        let of_one = state
            .hooks
            .iter()
            .filter(|known| known.holder == hook.holder);
        if state.hooks.len() >= MOST || of_one.count() >= MOST_OF_ONE {
            return Err(WebhookError::TooMany);
        }
        state.hooks.push(hook.clone());
        self.save(&state)?;
        drop(state);
        self.changed.notify_one();
        Ok((hook, secret))
    }

    /// The hooks of a writer; all of them for an administrator.
    pub fn list(&self, writer: &Writer) -> Vec<Webhook> {
        let state = self.state();
        let hooks = state.hooks.iter();
        hooks.filter(|hook| hook.is_of(writer)).cloned().collect()
    }

    /// One of the hooks of a writer.
    ///
    /// # Errors
    /// [`WebhookError::Missing`].
    pub fn get(&self, writer: &Writer, id: &str) -> Result<Webhook, WebhookError> {
        let mut hooks = self.list(writer).into_iter();
        hooks
            .find(|hook| hook.id == id)
            .ok_or_else(|| WebhookError::Missing(id.to_owned()))
    }

    /// Removes one of the hooks of a writer.
    ///
    /// # Errors
    /// [`WebhookError::Missing`], or the file cannot be written.
    pub fn delete(&self, writer: &Writer, id: &str) -> Result<(), WebhookError> {
        self.get(writer, id)?;
        let mut state = self.state();
        state.hooks.retain(|hook| hook.id != id);
        state.next.remove(id);
        self.save(&state)
    }

    fn save(&self, state: &State) -> Result<(), WebhookError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let file = WebhookFile {
            webhooks: state.hooks.clone(),
        };
        let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
        text.push('\n');
        replace_private_file(path, text.as_bytes()).map_err(|source| WebhookError::io(path, source))
    }

    fn check_url(&self, text: &str) -> Result<(), WebhookError> {
        let refused = |why: String| WebhookError::Url(text.to_owned(), why);
        let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
        let (host, port) = place(&url);
        let is_let_through = self.private.contains(&(host.clone(), port));
        let is_secure = url.scheme() == "https" || (is_let_through && url.scheme() == "http");
        let why = if !is_secure {
            "it must begin with https://".to_owned()
        } else if host.is_empty() {
            "it names no host".to_owned()
        } else if !url.username().is_empty() || url.password().is_some() {
            "it must hold no user name or password; requests are signed with the secret".to_owned()
        } else if url.fragment().is_some() {
            "it must have no fragment".to_owned()
        } else if let Ok(address) = host.parse::<IpAddr>()
            && !is_let_through
            && let Some(kind) = not_public(address)
        {
            format!("{address} is {kind}; requests go to public addresses only")
        } else {
            return Ok(());
        };
        Err(refused(why))
    }

    /// Those that are to be told something now, marked as busy, and how long to wait for the next.
    fn due(&self, newest: u64) -> (Vec<String>, Duration) {
        let mut state = self.state();
        let now = Instant::now();
        let mut wait = LOOK;
        let mut due = Vec::new();
        for hook in &state.hooks {
            if hook.off.is_some() || hook.delivered >= newest || state.busy.contains(&hook.id) {
                continue;
            }
            match state.next.get(&hook.id) {
                Some(next) if *next > now => wait = wait.min(*next - now),
                _ => due.push(hook.id.clone()),
            }
        }
        state.busy.extend(due.iter().cloned());
        (due, wait)
    }

    /// Notes how a delivery went, if the hook is still there; answers whether it is.
    fn note(&self, id: &str, keep: bool, change: impl FnOnce(&mut Webhook)) -> bool {
        let mut state = self.state();
        let Some(hook) = state.hooks.iter_mut().find(|hook| hook.id == id) else {
            return false;
        };
        change(hook);
        if keep && let Err(error) = self.save(&state) {
            tracing::error!(%error, "how a webhook fared could not be written down");
        }
        true
    }

    fn clients(&self) -> Result<&Clients, String> {
        self.clients
            .get_or_init(|| Clients::new("webhook"))
            .as_ref()
            .map_err(Clone::clone)
    }

    async fn post(&self, hook: &Webhook, entry: &Entry) -> Result<(), Failure> {
        // The settings may have changed since it was made.
        self.check_url(&hook.url)
            .map_err(|error| Failure::Never(error.to_string()))?;
        let url = Url::parse(&hook.url).map_err(|error| Failure::Never(error.to_string()))?;
        let clients = self.clients().map_err(Failure::Now)?;
        let client = if self.private.contains(&place(&url)) {
            &clients.private
        } else {
            &clients.public
        };
        let mut body = entry.to_json();
        if let Some(object) = body.as_object_mut() {
            object.insert("webhook".to_owned(), hook.id.clone().into());
        }
        let body = body.to_string();
        let answer = client
            .post(url)
            .timeout(TIME)
            .header(header::CONTENT_TYPE, "application/json")
            .header("Weft-Signature", signature(&hook.secret, body.as_bytes()))
            .header("Weft-Delivery", format!("{}-{}", hook.id, entry.version))
            .body(body)
            .send()
            .await
            .map_err(|error| Failure::Now(cause(&error.without_url())))?;
        // The body of the answer is not read.
        match answer.status().as_u16() {
            200..=299 => Ok(()),
            410 => Err(Failure::Never(
                "the receiver answered 410: it wants no more".to_owned(),
            )),
            status @ 300..=399 => Err(Failure::Now(format!(
                "the receiver answered {status}, but redirects are not followed; make the webhook anew with the address it leads to"
            ))),
            status => Err(Failure::Now(format!("the receiver answered {status}"))),
        }
    }
}

impl Webhook {
    fn is_of(&self, writer: &Writer) -> bool {
        matches!(writer, Writer::Admin(_) | Writer::Local) || self.holder == holder(writer)
    }
}

enum Failure {
    /// It may go better later.
    Now(String),
    /// It will not.
    Never(String),
}

fn holder(writer: &Writer) -> Option<String> {
    match writer {
        Writer::Admin(name) | Writer::Partner(name, ..) => Some(name.clone()),
        Writer::Local | Writer::Anybody => None,
    }
}

fn private(config: &Config) -> Result<HostsAndPorts, ConfigError> {
    hosts_and_ports(&config.webhook_private, ConfigError::WebhookHost)
}

fn place(url: &Url) -> (String, u16) {
    (
        bare(url.host_str().unwrap_or_default()),
        url.port_or_known_default().unwrap_or_default(),
    )
}

fn now() -> String {
    Timestamp::now().strftime("%FT%TZ").to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random<const N: usize>() -> Result<String, WebhookError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| WebhookError::NoRandomness(error.to_string()))?;
    Ok(hex(&bytes))
}

/// `sha256=` and the HMAC-SHA256 of a body in hexadecimal.
pub fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of every length.
    match Hmac::<Sha256>::new_from_slice(secret.as_bytes()) {
        Ok(mut mac) => {
            mac.update(body);
            format!("sha256={}", hex(&mac.finalize().into_bytes()))
        }
        Err(_) => String::new(),
    }
}

/// What went wrong, on one line.
fn cause(error: &reqwest::Error) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(NotPublic { host, kind, .. }) = error.downcast_ref() {
            // Which address it is stays with whoever runs the service.
            return format!("{host} leads to {kind}; requests go to public addresses only");
        }
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.dedup();
    causes.join(": ").chars().take(300).collect()
}

fn pause(attempts: u32) -> Duration {
    Duration::from_secs(1_u64 << attempts.saturating_sub(1).min(12)).min(LONGEST_PAUSE)
}

impl KnowledgeGraph {
    /// Tells webhooks of commits from now on, in the background, until the graph is closed.
    pub fn deliver_webhooks(&self) {
        let inner = Arc::downgrade(&self.inner);
        let newest = self.store().subscribe();
        let changed = Arc::clone(&self.webhooks().changed);
        let thread = std::thread::Builder::new()
            .name("webhooks".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build();
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(deliver_again_and_again(inner, newest, changed))
                    }
                    Err(error) => tracing::error!(%error, "webhooks are told nothing"),
                }
            });
        if let Err(error) = thread {
            tracing::error!(%error, "webhooks are told nothing");
        }
    }

    /// The holder of a token, as a reader.
    fn holder_of(&self, name: Option<&str>) -> Result<Reader, String> {
        let Some(name) = name else {
            return Ok(Reader::anonymous());
        };
        let tokens = self.tokens().list().map_err(|error| error.to_string())?;
        let token = tokens
            .iter()
            .find(|token| token.name == name)
            .ok_or_else(|| format!("its token `{name}` was revoked"))?;
        if token.is_expired() {
            return Err(format!("the time of its token `{name}` is over"));
        }
        Ok(Writer::holding(token).as_reader())
    }
}

async fn deliver_again_and_again(
    inner: Weak<super::Inner>,
    mut newest: tokio::sync::watch::Receiver<u64>,
    changed: Arc<Notify>,
) {
    loop {
        let version = *newest.borrow_and_update();
        let wait = {
            let Some(inner) = inner.upgrade() else {
                return;
            };
            let graph = KnowledgeGraph { inner };
            let (due, wait) = graph.webhooks().due(version);
            for id in due {
                let (graph, changed) = (graph.clone(), Arc::clone(&changed));
                tokio::spawn(async move {
                    deliver(&graph, &id).await;
                    graph.webhooks().state().busy.remove(&id);
                    // There may be more to tell it.
                    changed.notify_one();
                });
            }
            wait
        };
        tokio::select! {
            ended = newest.changed() => {
                if ended.is_err() {
                    return;
                }
            }
            () = changed.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Tells one hook of the next entries.
async fn deliver(graph: &KnowledgeGraph, id: &str) {
    let hooks = graph.webhooks();
    let found = hooks
        .state()
        .hooks
        .iter()
        .find(|hook| hook.id == id)
        .cloned();
    let Some(hook) = found else {
        return;
    };
    let switch_off = |why: String| {
        tracing::warn!(id, why, "a webhook is switched off");
        hooks.note(id, true, |hook| hook.off = Some(why));
    };
    let reader = match graph.holder_of(hook.holder.as_deref()) {
        Ok(reader) => reader,
        Err(why) => return switch_off(why),
    };
    let (data, graphs, since) = (graph.clone(), hook.graphs.clone(), hook.delivered);
    let read = tokio::task::spawn_blocking(move || {
        let graphs: Vec<_> = graphs
            .iter()
            .filter_map(|graph| NamedNode::new(graph).ok())
            .collect();
        let sight = data.sight(&reader, &graphs)?;
        data.changes(&sight, since, AT_A_TIME)
    });
    let changes = match read.await {
        Ok(Ok(changes)) => changes,
        Ok(Err(AppError::Store(StoreError::VersionGone { oldest, .. }))) => {
            // It cannot be told; it is told that.
            let why = format!(
                "the changes after version {since} are no longer kept; it goes on at version {oldest}"
            );
            hooks.note(id, true, |hook| {
                hook.last_error = Some(why);
                hook.delivered = oldest.max(since + 1);
            });
            return;
        }
        Ok(Err(error)) => return retry(hooks, id, error.to_string()),
        Err(error) => return retry(hooks, id, error.to_string()),
    };
    for entry in &changes.entries {
        match hooks.post(&hook, entry).await {
            Ok(()) => {
                let is_there = hooks.note(id, true, |hook| {
                    hook.delivered = entry.version;
                    hook.last_delivery = Some(now());
                    hook.last_error = None;
                    hook.failing_since = None;
                    hook.attempts = 0;
                });
                hooks.state().next.remove(id);
                if !is_there {
                    return;
                }
            }
            Err(Failure::Never(why)) => return switch_off(why),
            Err(Failure::Now(why)) => return retry(hooks, id, why),
        }
    }
    // Commits that do not concern it are passed over; that need not be written down.
    hooks.note(id, false, |hook| hook.delivered = changes.until);
}

fn retry(hooks: &Webhooks, id: &str, why: String) {
    tracing::info!(id, why, "a webhook could not be told");
    let mut attempts = 0;
    hooks.note(id, true, |hook| {
        hook.attempts = hook.attempts.saturating_add(1);
        attempts = hook.attempts;
        let since = hook.failing_since.get_or_insert_with(now);
        let failing = since
            .parse::<Timestamp>()
            .map(|since| Timestamp::now().duration_since(since))
            .ok()
            .and_then(|failing| Duration::try_from(failing).ok())
            .unwrap_or_default();
        if failing >= PATIENCE {
            hook.off = Some(format!(
                "it could not be told for a day: {why}; mend the receiver and make the webhook anew"
            ));
        }
        hook.last_error = Some(why);
    });
    let next = Instant::now() + pause(attempts);
    hooks.state().next.insert(id.to_owned(), next);
}

/// What can go wrong with webhooks.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// No request can or may go there.
    #[error("no webhook can be at <{0}>: {1}")]
    Url(String, String),
    /// A graph that is no IRI.
    #[error("graph <{0}> is not an absolute IRI")]
    Graph(String),
    /// More graphs than a hook may name.
    #[error("a webhook may name {MOST_GRAPHS} graphs; name one above them, or none for all")]
    TooManyGraphs,
    /// A secret that is too short or too long.
    #[error(
        "a secret has {SHORTEST_SECRET} to {LONGEST_SECRET} bytes; leave it out to have one made"
    )]
    Secret,
    /// Enough.
    #[error(
        "there are enough webhooks already ({MOST_OF_ONE} of one token, {MOST} in all); delete one first"
    )]
    TooMany,
    /// Nothing has this id.
    #[error("there is no webhook `{0}` of yours; /api/v1/webhooks lists them")]
    Missing(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The file is not what was written.
    #[error("{}: {detail}; repair it, or delete it and make the webhooks anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl WebhookError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hooks(private: &[&str]) -> Webhooks {
        let config = Config {
            webhook_private: private.iter().map(|text| (*text).to_owned()).collect(),
            ..Config::default()
        };
        Webhooks::open(None, &config).unwrap()
    }

    #[test]
    fn requests_go_to_public_addresses_over_tls_unless_a_host_is_let_through() {
        let hooks = hooks(&["127.0.0.1:8080", "crm.intranet:80"]);
        for url in [
            "https://hooks.example.org/x?y=1",
            "https://hooks.example.org:8443/",
            "https://[2606:4700::1111]/",
            "http://127.0.0.1:8080/in",
            "http://crm.intranet/",
        ] {
            assert!(hooks.check_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://hooks.example.org/",
            "https://127.0.0.1/",
            "http://127.0.0.1:8081/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://0x7f000001/",
            "https://user:secret@hooks.example.org/",
            "https://hooks.example.org/#x",
            "ftp://hooks.example.org/",
            "hooks.example.org",
        ] {
            assert!(hooks.check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_signature_is_that_of_rfc_4231() {
        // RFC 4231, test case 2.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let seconds: Vec<_> = [1, 2, 3, 12, 13, 99].map(|n| pause(n).as_secs()).into();
        assert_eq!(seconds, [1, 2, 4, 2_048, 3_600, 3_600]);
    }

    #[test]
    fn a_hook_is_kept_with_its_secret_and_seen_by_its_holder_alone() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::default();
        let hooks = Webhooks::open(Some(folder.path()), &config).unwrap();
        let writer =
            |name: &str| Writer::Partner(name.to_owned(), Default::default(), Default::default());
        let new = NewWebhook {
            url: "https://hooks.example.org/".to_owned(),
            ..NewWebhook::default()
        };
        let (hook, secret) = hooks.create(&writer("a"), new.clone(), 3).unwrap();
        assert_eq!(secret.len(), 64);
        assert!(hooks.get(&writer("b"), &hook.id).is_err());
        assert!(hooks.delete(&writer("b"), &hook.id).is_err());
        let again = Webhooks::open(Some(folder.path()), &config).unwrap();
        assert_eq!(again.list(&writer("a")), std::slice::from_ref(&hook));
        assert_eq!(again.list(&Writer::Admin("boss".to_owned())).len(), 1);
        let short = NewWebhook {
            secret: Some("short".to_owned()),
            ..new.clone()
        };
        assert!(hooks.create(&writer("a"), short, 3).is_err());
        for _ in 1..MOST_OF_ONE {
            hooks.create(&writer("a"), new.clone(), 3).unwrap();
        }
        assert!(matches!(
            hooks.create(&writer("a"), new, 3),
            Err(WebhookError::TooMany)
        ));
        hooks.delete(&writer("a"), &hook.id).unwrap();
        assert_eq!(hooks.list(&writer("a")).len(), MOST_OF_ONE - 1);
        // The file is for its owner alone.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join(FILE))
                .unwrap()
                .permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }
}
