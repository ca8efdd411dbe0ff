//! Settings: the flags of the command line and the keys of `weft.toml`.

use super::evaluations::Allowance;
use super::federation::Federation;
use super::webhooks::Webhooks;
use oxigraph::model::NamedNode;
use serde::Deserialize;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a running service needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to listen on.
    pub bind: String,
    /// Where the data is kept; `None`: in memory, gone with the process.
    pub data_dir: Option<PathBuf>,
    /// Namespace of resources that imports mint, with its last `/`.
    pub base: String,
    /// Starts without the ontology and the INNOSERV data.
    pub empty: bool,
    /// Writes need no token.
    pub open_writes: bool,
    /// Writes are refused, whoever asks.
    pub read_only: bool,
    /// A folder that replaces the ontology that is compiled in.
    pub ontology_dir: Option<PathBuf>,
    /// How long one request may compute.
    pub query_timeout: Duration,
    /// Bytes that a request may send, after decompression.
    pub body_limit: usize,
    /// Connections held at the same time.
    pub connections: usize,
    /// What evaluations may take, each and in all.
    pub allowance: Allowance,
    /// Bytes of answers and plans that are kept for the next who asks the same.
    pub cache_bytes: usize,
    /// Bytes of dumps that are kept; a larger one is not made.
    pub dump_bytes: u64,
    /// Where evaluations that took long are noted; `None`: nowhere.
    pub slow_query_log: Option<PathBuf>,
    /// How long is long.
    pub slow_query: Duration,
    /// Whether `X-Forwarded-For` tells who asks: there is a proxy in front.
    pub trust_forwarded: bool,
    /// How long after the last commit the graph of metrics is refreshed, and the history has its
    /// point; zero: never.
    pub metrics_refresh: Duration,
    /// How long running requests may take to finish when the service is asked to end.
    pub shutdown_grace: Duration,
    /// Endpoints that `SERVICE` may ask; one that ends in `/` stands for all that begin with it.
    pub federation: Vec<String>,
    /// How long one of them may take to answer.
    pub federation_timeout: Duration,
    /// Rows that one answer may have.
    pub federation_rows: usize,
    /// Bytes that one answer may have, after decompression.
    pub federation_bytes: usize,
    /// `host:port` of endpoints that may be at addresses which are not public.
    pub federation_private: Vec<String>,
    /// `host:port` of webhooks that may be at addresses which are not public, and without TLS.
    pub webhook_private: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            bind: "127.0.0.1:7878".to_owned(),
            data_dir: Some(PathBuf::from("weft-data")),
            base: "https://w3id.org/weft/".to_owned(),
            empty: false,
            open_writes: false,
            read_only: false,
            ontology_dir: None,
            query_timeout: Duration::from_secs(60),
            body_limit: 512 << 20,
            connections: 1_024,
            allowance: Allowance {
                begun: 64,
                slow: cores,
                memory: memory::per_evaluation(),
                total_memory: memory::in_all(),
                client_seconds: 60,
                answer_bytes: 4 << 30,
            },
            cache_bytes: 128 << 20,
            dump_bytes: 4 << 30,
            slow_query_log: None,
            slow_query: Duration::from_secs(1),
            trust_forwarded: false,
            metrics_refresh: Duration::from_secs(2),
            shutdown_grace: Duration::from_secs(10),
            federation: Vec::new(),
            federation_timeout: Duration::from_secs(20),
            federation_rows: 100_000,
            federation_bytes: 32 << 20,
            federation_private: Vec::new(),
            webhook_private: Vec::new(),
        }
    }
}

/// Settings as given, each of them optional: flags, or a file.
///
/// The fields are the keys of `weft.toml`, with `-` for `_`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Settings {
    /// Address and port to listen on, such as `127.0.0.1:7878`.
    pub bind: Option<String>,
    /// Where the data is kept. In a file: relative to the folder of the file.
    pub data_dir: Option<PathBuf>,
    /// Keep the data in memory only.
    pub in_memory: Option<bool>,
    /// Start without the ontology and the INNOSERV data.
    pub empty: Option<bool>,
    /// Let everybody on this machine write without a token.
    pub open_writes: Option<bool>,
    /// Refuse all writes.
    pub read_only: Option<bool>,
    /// Namespace of resources that imports mint.
    pub base: Option<String>,
    /// A folder that replaces the ontology that is compiled in.
    pub ontology: Option<PathBuf>,
    /// Seconds that one request may compute.
    pub query_timeout: Option<u64>,
    /// Bytes that a request may send, after decompression.
    pub body_limit: Option<usize>,
    /// Connections held at the same time.
    pub connections: Option<usize>,
    /// Evaluations that are begun at the same time, running or waiting for their turn.
    pub evaluations: Option<usize>,
    /// Evaluations that compute at the same time once they have proved long.
    pub slow_evaluations: Option<usize>,
    /// Bytes that one evaluation may hold.
    pub query_memory: Option<usize>,
    /// Bytes that all evaluations together may hold.
    pub total_memory: Option<usize>,
    /// Processor seconds that one client may use within a minute; 0: no limit.
    pub client_seconds: Option<u64>,
    /// Bytes that one answer may have.
    pub answer_bytes: Option<u64>,
    /// Bytes of answers that are kept for the next who asks the same; 0: none.
    pub cache_bytes: Option<usize>,
    /// Bytes of dumps that are kept; a larger one is not made.
    pub dump_bytes: Option<u64>,
    /// A file in which evaluations that took long are noted, one JSON object a line.
    pub slow_query_log: Option<PathBuf>,
    /// Seconds after which an evaluation took long.
    pub slow_query_seconds: Option<f64>,
    /// Take the address of a client from `X-Forwarded-For`: there is a proxy in front.
    pub trust_forwarded: Option<bool>,
    /// Seconds after the last commit at which the graph of metrics is refreshed, and the history has
    /// its point; 0: never.
    pub metrics_refresh: Option<u64>,
    /// Seconds that running requests may take to finish when the service is asked to end.
    pub shutdown_grace: Option<u64>,
    /// Endpoints that `SERVICE` may ask; one that ends in `/` stands for all that begin with it.
    /// Nobody is asked if there are none.
    pub federation: Option<Vec<String>>,
    /// Seconds that one of them may take to answer.
    pub federation_timeout: Option<u64>,
    /// Rows that one answer may have.
    pub federation_rows: Option<usize>,
    /// Bytes that one answer may have, after decompression.
    pub federation_bytes: Option<usize>,
    /// Dangerous: `host:port` of endpoints that may be at addresses which are not public, such as
    /// those of an intranet. Whoever may query can then reach what is there.
    pub federation_private: Option<Vec<String>>,
    /// Dangerous: `host:port` of webhooks that may be at addresses which are not public, and be told
    /// over plain HTTP. Whoever has a token can then have requests sent there.
    pub webhook_private: Option<Vec<String>>,
}

impl Settings {
    /// Reads `weft.toml`.
    ///
    /// # Errors
    /// [`ConfigError`] naming the line of what is not understood.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let mut settings = Self::parse(&text, path)?;
        // What a file says holds wherever the command is run.
        let folder = path.parent().unwrap_or(Path::new(""));
        for inside in [
            &mut settings.data_dir,
            &mut settings.ontology,
            &mut settings.slow_query_log,
        ]
        .into_iter()
        .flatten()
        {
            *inside = folder.join(&*inside);
        }
        Ok(settings)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start].matches('\n').count() as u64 + 1
            });
            ConfigError::Malformed {
                path: path.to_owned(),
                line,
                message: error.message().to_owned(),
            }
        })
    }

    /// These settings, and those of `fallback` where these say nothing.
    #[must_use]
    pub fn or(self, fallback: Self) -> Self {
        // A place given here also overrides the other kind of place given there.
        let placed = self.data_dir.is_some() || self.in_memory == Some(true);
        let (data_dir, in_memory) = if placed {
            (self.data_dir, self.in_memory)
        } else {
            (fallback.data_dir, fallback.in_memory)
        };
        Self {
            bind: self.bind.or(fallback.bind),
            data_dir,
            in_memory,
            empty: self.empty.or(fallback.empty),
            open_writes: self.open_writes.or(fallback.open_writes),
            read_only: self.read_only.or(fallback.read_only),
            base: self.base.or(fallback.base),
            ontology: self.ontology.or(fallback.ontology),
            query_timeout: self.query_timeout.or(fallback.query_timeout),
            body_limit: self.body_limit.or(fallback.body_limit),
            connections: self.connections.or(fallback.connections),
            evaluations: self.evaluations.or(fallback.evaluations),
            slow_evaluations: self.slow_evaluations.or(fallback.slow_evaluations),
            query_memory: self.query_memory.or(fallback.query_memory),
            total_memory: self.total_memory.or(fallback.total_memory),
            client_seconds: self.client_seconds.or(fallback.client_seconds),
            answer_bytes: self.answer_bytes.or(fallback.answer_bytes),
            cache_bytes: self.cache_bytes.or(fallback.cache_bytes),
            dump_bytes: self.dump_bytes.or(fallback.dump_bytes),
            slow_query_log: self.slow_query_log.or(fallback.slow_query_log),
            slow_query_seconds: self.slow_query_seconds.or(fallback.slow_query_seconds),
            trust_forwarded: self.trust_forwarded.or(fallback.trust_forwarded),
            metrics_refresh: self.metrics_refresh.or(fallback.metrics_refresh),
            shutdown_grace: self.shutdown_grace.or(fallback.shutdown_grace),
            federation: self.federation.or(fallback.federation),
            federation_timeout: self.federation_timeout.or(fallback.federation_timeout),
            federation_rows: self.federation_rows.or(fallback.federation_rows),
            federation_bytes: self.federation_bytes.or(fallback.federation_bytes),
            federation_private: self.federation_private.or(fallback.federation_private),
            webhook_private: self.webhook_private.or(fallback.webhook_private),
        }
    }

    /// The settings with everything that was not given at its default, checked.
    ///
    /// # Errors
    /// [`ConfigError`] if settings contradict each other or cannot be used.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let default = Config::default();
        let seconds = |given: Option<u64>, default| given.map_or(default, Duration::from_secs);
        let in_memory = self.in_memory.unwrap_or_default();
        if in_memory && self.data_dir.is_some() {
            return Err(ConfigError::Contradiction("in-memory", "data-dir"));
        }
        let config = Config {
            bind: self.bind.unwrap_or(default.bind),
            data_dir: if in_memory {
                None
            } else {
                self.data_dir.or(default.data_dir)
            },
            base: self.base.unwrap_or(default.base),
            empty: self.empty.unwrap_or_default(),
            open_writes: self.open_writes.unwrap_or_default(),
            read_only: self.read_only.unwrap_or_default(),
            ontology_dir: self.ontology,
            query_timeout: seconds(self.query_timeout, default.query_timeout),
            body_limit: self.body_limit.unwrap_or(default.body_limit),
            connections: self.connections.unwrap_or(default.connections),
            allowance: Allowance {
                begun: self.evaluations.unwrap_or(default.allowance.begun),
                slow: self.slow_evaluations.unwrap_or(default.allowance.slow),
                memory: self.query_memory.unwrap_or(default.allowance.memory),
                total_memory: self.total_memory.unwrap_or(default.allowance.total_memory),
                client_seconds: self
                    .client_seconds
                    .unwrap_or(default.allowance.client_seconds),
                answer_bytes: self.answer_bytes.unwrap_or(default.allowance.answer_bytes),
            },
            cache_bytes: self.cache_bytes.unwrap_or(default.cache_bytes),
            dump_bytes: self.dump_bytes.unwrap_or(default.dump_bytes),
            slow_query_log: self.slow_query_log,
            slow_query: match self.slow_query_seconds {
                None => default.slow_query,
                Some(seconds) => Duration::try_from_secs_f64(seconds)
                    .map_err(|_| ConfigError::Seconds("slow-query-seconds"))?,
            },
            trust_forwarded: self.trust_forwarded.unwrap_or_default(),
            metrics_refresh: seconds(self.metrics_refresh, default.metrics_refresh),
            shutdown_grace: seconds(self.shutdown_grace, default.shutdown_grace),
            federation: self.federation.unwrap_or_default(),
            federation_timeout: seconds(self.federation_timeout, default.federation_timeout),
            federation_rows: self.federation_rows.unwrap_or(default.federation_rows),
            federation_bytes: self.federation_bytes.unwrap_or(default.federation_bytes),
            federation_private: self.federation_private.unwrap_or_default(),
            webhook_private: self.webhook_private.unwrap_or_default(),
        };
        config.check()?;
        Ok(config)
    }
}

impl Config {
    fn check(&self) -> Result<(), ConfigError> {
        if self.open_writes && self.read_only {
            return Err(ConfigError::Contradiction("open-writes", "read-only"));
        }
        if NamedNode::new(&self.base).is_err() || !self.base.ends_with(['/', '#']) {
            return Err(ConfigError::Base(self.base.clone()));
        }
        for (key, value) in [
            ("connections", self.connections),
            ("evaluations", self.allowance.begun),
            ("slow-evaluations", self.allowance.slow),
            ("query-memory", self.allowance.memory),
            ("total-memory", self.allowance.total_memory),
            ("body-limit", self.body_limit),
            ("federation-rows", self.federation_rows),
            ("federation-bytes", self.federation_bytes),
        ] {
            if value == 0 {
                return Err(ConfigError::Zero(key));
            }
        }
        if self.dump_bytes == 0 {
            return Err(ConfigError::Zero("dump-bytes"));
        }
        if self.query_timeout.is_zero() {
            return Err(ConfigError::Zero("query-timeout"));
        }
        if self.federation_timeout.is_zero() {
            return Err(ConfigError::Zero("federation-timeout"));
        }
        Federation::new(self)?;
        Webhooks::check_settings(self)
    }

    /// Refuses open writes on an address that other machines reach.
    ///
    /// # Errors
    /// [`ConfigError::OpenToOthers`].
    pub fn check_address(&self, address: IpAddr) -> Result<(), ConfigError> {
        if self.open_writes && !address.is_loopback() {
            return Err(ConfigError::OpenToOthers(address));
        }
        Ok(())
    }
}

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file says something that is not understood.
    #[error("{}:{line}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// Two settings exclude each other.
    #[error("`{0}` and `{1}` exclude each other; drop one of them")]
    Contradiction(&'static str, &'static str),
    /// The base is not an IRI to add names to.
    #[error("base <{0}> must be an absolute IRI that ends in `/` or `#`")]
    Base(String),
    /// A limit that would let nothing through.
    #[error("`{0}` must be more than 0")]
    Zero(&'static str),
    /// A time that is none.
    #[error("`{0}` must be a number of seconds, 0 or more")]
    Seconds(&'static str),
    /// An endpoint that no query can be sent to.
    #[error("`federation`: <{0}> is no endpoint: {1}")]
    Endpoint(String, String),
    /// A host without a port.
    #[error(
        "`federation-private`: `{0}` is not a host and a port, such as `sparql.intranet.example:8890`"
    )]
    HostAndPort(String),
    /// A host without a port.
    #[error(
        "`webhook-private`: `{0}` is not a host and a port, such as `crm.intranet.example:443`"
    )]
    WebhookHost(String),
    /// Writes without a token, offered to other machines.
    #[error(
        "--open-writes is for this machine only and {0} can be reached from others; bind to 127.0.0.1, or write with a token (`weft token create NAME --admin`)"
    )]
    OpenToOthers(IpAddr),
}

/// How much memory evaluations may take where nobody says.
mod memory {
    /// What the machine has, where the system tells.
    fn of_machine() -> usize {
        let known = std::fs::read_to_string("/proc/meminfo")
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
                let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
                kib.checked_mul(1_024)
            });
        known.unwrap_or(4 << 30)
    }

    /// An eighth of the machine, but no more than one GiB and no less than 128 MiB.
    pub(super) fn per_evaluation() -> usize {
        (of_machine() / 8).clamp(128 << 20, 1 << 30)
    }

    /// A third of the machine.
    pub(super) fn in_all() -> usize {
        (of_machine() / 3).max(per_evaluation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, ConfigError> {
        Settings::parse(text, Path::new("weft.toml"))
    }

    #[test]
    fn a_key_that_is_not_known_is_named_with_its_line() {
        let error = parse("bind = \"[::1]:80\"\n\nopen-write = true\n").unwrap_err();
        let message = error.to_string();
        assert!(message.starts_with("weft.toml:3: "), "{message}");
        assert!(message.contains("open-write"), "{message}");
    }

    #[test]
    fn flags_win_over_the_file() {
        let file = parse("bind = \"1.2.3.4:1\"\ndata-dir = \"d\"\nquery-timeout = 5").unwrap();
        let flags = Settings {
            in_memory: Some(true),
            query_timeout: Some(7),
            ..Settings::default()
        };
        let config = flags.or(file).resolve().unwrap();
        assert_eq!(config.bind, "1.2.3.4:1");
        assert_eq!(config.data_dir, None);
        assert_eq!(config.query_timeout, Duration::from_secs(7));
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        for text in [
            "open-writes = true\nread-only = true",
            "in-memory = true\ndata-dir = \"d\"",
            "base = \"https://example.org/x\"",
            "base = \"no iri/\"",
            "query-timeout = 0",
            "dump-bytes = 0",
            "federation = [\"query.wikidata.org/sparql\"]",
            "federation-timeout = 0",
            "federation-private = [\"localhost\"]",
        ] {
            assert!(parse(text).unwrap().resolve().is_err(), "{text}");
        }
    }

    #[test]
    fn open_writes_stay_on_this_machine() {
        let config = Config {
            open_writes: true,
            ..Config::default()
        };
        assert!(config.check_address([127, 0, 0, 1].into()).is_ok());
        assert!(config.check_address([0, 0, 0, 0].into()).is_err());
    }
}
