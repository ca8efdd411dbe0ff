//! Asking other SPARQL endpoints: those on a list, at public addresses, within limits.
//!
//! The list is empty unless whoever runs the service fills it. A name is looked up here, and what
//! it leads to is what is connected to; an address that is not public is refused, unless its host
//! and port are on a list of their own. Redirects are not followed and proxies of the environment
//! not used. An answer is cut off at its size, its number of rows and its time, and the thread
//! that waits for it looks at the cancellation of the query.

use super::config::{Config, ConfigError};
use super::outgoing::{Clients, HostsAndPorts, NotPublic, bare, hosts_and_ports, not_public};
use crate::store::{FederationError, FederationProblem, Limits, Row, StoreError};
use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use oxigraph::model::{BlankNode, NamedNode, NamedOrBlankNode, Term, Triple, Variable};
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput,
};
use reqwest::{Url, header};
use std::cell::RefCell;
use std::error::Error;
use std::io::{self, BufReader, Read};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How often a thread that waits looks at the cancellation of its query.
const SLICE: Duration = Duration::from_millis(50);
/// How much of an error's text is passed on.
const EXCERPT: usize = 200;
const RESULTS: &str = "application/sparql-results+json";

/// The endpoints that may be asked, and how much they may take.
pub struct Federation {
    endpoints: Vec<Endpoint>,
    /// Hosts and ports that need not be public.
    private: HostsAndPorts,
    timeout: Duration,
    rows: usize,
    bytes: usize,
    wire: OnceLock<Result<Wire, String>>,
}

struct Endpoint {
    url: Url,
    is_prefix: bool,
}

/// What sends requests: a thread of its own, because those who ask are blocking threads, with a
/// runtime around them or without.
struct Wire {
    handle: Handle,
    clients: Clients,
    /// The thread ends with it.
    _alive: oneshot::Sender<()>,
}

impl Federation {
    /// From the settings.
    ///
    /// # Errors
    /// [`ConfigError::Endpoint`] or [`ConfigError::HostAndPort`] naming what is no endpoint, or no
    /// host and port.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let endpoints = config
            .federation
            .iter()
            .map(|text| {
                let refused = |why| ConfigError::Endpoint(text.clone(), why);
                let url = Url::parse(text).map_err(|error| refused(error.to_string()))?;
                check_url(&url).map_err(refused)?;
                Ok(Endpoint {
                    is_prefix: url.query().is_none() && url.path().ends_with('/'),
                    url,
                })
            })
            .collect::<Result<_, ConfigError>>()?;
        let private = hosts_and_ports(&config.federation_private, ConfigError::HostAndPort)?;
        Ok(Self {
            endpoints,
            private,
            timeout: config.federation_timeout,
            rows: config.federation_rows,
            bytes: config.federation_bytes,
            wire: OnceLock::new(),
        })
    }

    /// Whether any endpoint may be asked.
    pub fn is_on(&self) -> bool {
        !self.endpoints.is_empty()
    }

    /// Whether an endpoint is on the list. An entry that ends in `/` stands for all that begins
    /// with it; addresses are compared in their normal form, so `..` leads nowhere else.
    pub fn allows(&self, endpoint: &NamedNode) -> bool {
        self.is_on()
            && Url::parse(endpoint.as_str())
                .is_ok_and(|url| check_url(&url).is_ok() && self.is_listed(&url))
    }

    fn is_listed(&self, url: &Url) -> bool {
        self.endpoints.iter().any(|entry| {
            *url == entry.url || entry.is_prefix && url.as_str().starts_with(entry.url.as_str())
        })
    }

    /// Sends a SELECT query and waits for the rows, which come in the order of `variables`. Blocks.
    ///
    /// # Errors
    /// [`StoreError::ServiceRefused`] if no endpoint may be asked; [`StoreError::Federation`] if
    /// this one may not, cannot be reached, or does not answer in time, in size or in form;
    /// [`StoreError::Cancelled`].
    pub fn select(
        &self,
        endpoint: &NamedNode,
        query: &str,
        variables: &[Variable],
        limits: &Limits,
    ) -> Result<Vec<Row>, StoreError> {
        let failed = |problem| {
            StoreError::from(FederationError {
                endpoint: endpoint.clone(),
                problem,
            })
        };
        if !self.is_on() {
            return Err(StoreError::ServiceRefused(endpoint.clone()));
        }
        let url = Url::parse(endpoint.as_str())
            .map_err(|error| failed(FederationProblem::BadAddress(error.to_string())))?;
        check_url(&url).map_err(|why| failed(FederationProblem::BadAddress(why)))?;
        if !self.is_listed(&url) {
            return Err(failed(FederationProblem::NotAllowed));
        }
        let host = bare(url.host_str().unwrap_or_default());
        let port = url.port_or_known_default().unwrap_or_default();
        let may_be_private = self.private.contains(&(host.clone(), port));
        if !may_be_private
            && let Ok(address) = host.parse::<IpAddr>()
            && let Some(kind) = not_public(address)
        {
            return Err(failed(FederationProblem::Private {
                host,
                address,
                kind,
            }));
        }
        let wire = self
            .wire
            .get_or_init(Wire::start)
            .as_ref()
            .map_err(|error| StoreError::Internal(error.clone()))?;
        let client = if may_be_private {
            &wire.clients.private
        } else {
            &wire.clients.public
        };
        let started = Instant::now();
        let own = started + self.timeout;
        let request = client
            .post(url)
            .header(header::ACCEPT, RESULTS)
            .header(header::ACCEPT_ENCODING, "gzip")
            .form(&[("query", query)]);
        let (sender, receiver) = channel();
        let task = wire.handle.spawn(fetch(request, sender, self.bytes));
        let failure = Failure::default();
        let mut body = Body {
            receiver,
            _task: AbortOnDrop(task),
            limits,
            deadline: limits.deadline.map_or(own, |deadline| deadline.min(own)),
            started,
            bytes: self.bytes,
            chunk: Bytes::new(),
            failure: failure.clone(),
        };
        let answer = body
            .head()
            .and_then(|head| self.read(head, body, endpoint, query, variables));
        // What stopped the body says more than what the parser made of that.
        let cause = failure.0.take();
        match (cause, answer) {
            (Some(Stop::Cancelled), _) => Err(StoreError::Cancelled),
            (Some(Stop::Problem(problem)), _) | (None, Err(Stop::Problem(problem))) => {
                tracing::info!(endpoint = endpoint.as_str(), %problem, "a SERVICE failed");
                Err(failed(problem))
            }
            (None, Err(Stop::Cancelled)) => Err(StoreError::Cancelled),
            (None, Ok(rows)) => {
                tracing::debug!(
                    endpoint = endpoint.as_str(),
                    rows = rows.len(),
                    elapsed = ?started.elapsed(),
                    "a SERVICE answered"
                );
                Ok(rows)
            }
        }
    }

    fn read(
        &self,
        head: Head,
        mut body: Body<'_>,
        endpoint: &NamedNode,
        query: &str,
        variables: &[Variable],
    ) -> Result<Vec<Row>, Stop> {
        if (300..400).contains(&head.status) {
            let to = head
                .location
                .unwrap_or_else(|| "an unnamed place".to_owned());
            return Err(Stop::Problem(FederationProblem::Redirected { to }));
        }
        let is_gzip = match head.encoding.as_deref() {
            None | Some("" | "identity") => false,
            Some("gzip" | "x-gzip") => true,
            Some(other) => {
                return Err(not_results(format!("it is compressed as `{other}`")));
            }
        };
        if !(200..300).contains(&head.status) {
            let mut text = Vec::new();
            let limit = (EXCERPT * 4) as u64;
            // What cannot be read is not part of the excerpt.
            let _ = if is_gzip {
                MultiGzDecoder::new(&mut body)
                    .take(limit)
                    .read_to_end(&mut text)
            } else {
                (&mut body).take(limit).read_to_end(&mut text)
            };
            return Err(Stop::Problem(FederationProblem::Status {
                status: head.status,
                excerpt: excerpt(&text),
            }));
        }
        let media_type = head.content_type.unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        if ![RESULTS, "application/json"]
            .iter()
            .any(|known| essence.eq_ignore_ascii_case(known))
        {
            return Err(not_results(match essence {
                "" => "it has no Content-Type".to_owned(),
                other => format!("it is `{}`", excerpt(other.as_bytes())),
            }));
        }
        let failure = body.failure.clone();
        let reader: Box<dyn Read + '_> = if is_gzip {
            Box::new(MultiGzDecoder::new(body))
        } else {
            Box::new(body)
        };
        let reader = BufReader::new(Capped {
            inner: reader,
            left: self.bytes,
            bytes: self.bytes,
            failure,
        });
        let wrong = |error: &dyn Error| not_results(excerpt(error.to_string().as_bytes()));
        let parser = QueryResultsParser::from_format(QueryResultsFormat::Json)
            .for_reader(reader)
            .map_err(|error| wrong(&error))?;
        let ReaderQueryResultsParserOutput::Solutions(solutions) = parser else {
            return Err(not_results("it is yes or no, not rows".to_owned()));
        };
        let mut rows = Vec::new();
        for solution in solutions {
            let solution = solution.map_err(|error| wrong(&error))?;
            if rows.len() >= self.rows {
                return Err(Stop::Problem(FederationProblem::TooLarge(format!(
                    "{} rows (`federation-rows`)",
                    self.rows
                ))));
            }
            rows.push(
                variables
                    .iter()
                    .map(|variable| {
                        let term = solution.get(variable)?.clone();
                        Some(renamed(term, endpoint, query))
                    })
                    .collect(),
            );
        }
        Ok(rows)
    }
}

/// A blank node of an answer is no node of any other answer, nor of the data here. Its new name
/// depends on the request only, so that the same answer gives the same name.
fn renamed(term: Term, endpoint: &NamedNode, query: &str) -> Term {
    let node = |node: &BlankNode| {
        let mut hasher = blake3::Hasher::new();
        for part in [endpoint.as_str(), query, node.as_str()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let hash = hasher.finalize().to_hex();
        BlankNode::new_unchecked(format!("r{}", &hash.as_str()[..24]))
    };
    match term {
        Term::BlankNode(of) => node(&of).into(),
        Term::Triple(triple) => Triple::new(
            match triple.subject {
                NamedOrBlankNode::BlankNode(of) => NamedOrBlankNode::from(node(&of)),
                named @ NamedOrBlankNode::NamedNode(_) => named,
            },
            triple.predicate,
            renamed(triple.object, endpoint, query),
        )
        .into(),
        other => other,
    }
}

fn not_results(why: String) -> Stop {
    Stop::Problem(FederationProblem::NotResults(why))
}

/// The beginning of a text, on one line.
fn excerpt(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.join(" ") {
        text if text.is_empty() => "(nothing)".to_owned(),
        text => text.chars().take(EXCERPT).collect(),
    }
}

/// Whether a query can be sent to an address.
fn check_url(url: &Url) -> Result<(), String> {
    let why = if !matches!(url.scheme(), "http" | "https") {
        "an endpoint has an address that begins with http:// or https://"
    } else if url.host_str().is_none_or(str::is_empty) {
        "the address of an endpoint names a host"
    } else if !url.username().is_empty() || url.password().is_some() {
        "the address of an endpoint holds no user name or password"
    } else if url.fragment().is_some() {
        "the address of an endpoint has no fragment"
    } else {
        return Ok(());
    };
    Err(why.to_owned())
}

impl Wire {
    fn start() -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no runtime for federation: {error}"))?;
        let handle = runtime.handle().clone();
        let (alive, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("federation".to_owned())
            .spawn(move || {
                // Ends with an error when the sender is dropped, which is what is waited for.
                let _ = runtime.block_on(ended);
                // A look-up of a name may still be under way.
                runtime.shutdown_background();
            })
            .map_err(|error| format!("no thread for federation: {error}"))?;
        Ok(Self {
            handle,
            clients: Clients::new("SPARQL SERVICE")?,
            _alive: alive,
        })
    }
}

/// What comes from the endpoint.
enum Event {
    Head(Head),
    Chunk(Bytes),
    End,
    TooLarge,
    Failed(FederationProblem),
}

struct Head {
    status: u16,
    content_type: Option<String>,
    encoding: Option<String>,
    location: Option<String>,
}

/// Sends the request and passes on what comes, up to a number of bytes.
async fn fetch(request: reqwest::RequestBuilder, sender: Sender<Event>, bytes: usize) {
    let problem = |error: reqwest::Error| Event::Failed(problem_of(&error.without_url()));
    // Where sending fails nobody waits any more.
    let mut response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            let _ = sender.send(problem(error));
            return;
        }
    };
    let text = |name| {
        let value = response.headers().get(name)?;
        Some(excerpt(value.as_bytes()))
    };
    let head = Head {
        status: response.status().as_u16(),
        content_type: text(header::CONTENT_TYPE),
        encoding: text(header::CONTENT_ENCODING).map(|name| name.to_ascii_lowercase()),
        location: text(header::LOCATION),
    };
    if sender.send(Event::Head(head)).is_err() {
        return;
    }
    let mut seen = 0_usize;
    loop {
        let event = match response.chunk().await {
            Ok(Some(chunk)) => {
                seen = seen.saturating_add(chunk.len());
                if seen > bytes {
                    Event::TooLarge
                } else {
                    Event::Chunk(chunk)
                }
            }
            Ok(None) => Event::End,
            Err(error) => problem(error),
        };
        let is_last = !matches!(event, Event::Chunk(_));
        if sender.send(event).is_err() || is_last {
            return;
        }
    }
}

fn problem_of(error: &reqwest::Error) -> FederationProblem {
    let mut causes = Vec::new();
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(NotPublic {
            host,
            address,
            kind,
        }) = error.downcast_ref()
        {
            return FederationProblem::Private {
                host: host.clone(),
                address: *address,
                kind,
            };
        }
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.dedup();
    FederationProblem::Unreachable(excerpt(causes.join(": ").as_bytes()))
}

struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

enum Stop {
    Cancelled,
    Problem(FederationProblem),
}

/// Why a body ended early. The parser that reads it can only say that it did.
#[derive(Clone, Default)]
struct Failure(Rc<RefCell<Option<Stop>>>);

impl Failure {
    fn keep(&self, stop: Stop) -> io::Error {
        self.0.borrow_mut().get_or_insert(stop);
        io::Error::other("the answer was cut off")
    }
}

/// The body of an answer, as it comes.
struct Body<'a> {
    receiver: Receiver<Event>,
    _task: AbortOnDrop,
    limits: &'a Limits,
    deadline: Instant,
    started: Instant,
    bytes: usize,
    chunk: Bytes,
    failure: Failure,
}

impl Body<'_> {
    fn head(&mut self) -> Result<Head, Stop> {
        match self.next()? {
            Event::Head(head) => Ok(head),
            _ => Err(not_results("it has no beginning".to_owned())),
        }
    }

    fn next(&self) -> Result<Event, Stop> {
        loop {
            if self.limits.cancellation.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let waited = self.started.elapsed().as_millis();
                return Err(Stop::Problem(FederationProblem::TimedOut {
                    milliseconds: u32::try_from(waited).unwrap_or(u32::MAX),
                }));
            }
            match self.receiver.recv_timeout(left.min(SLICE)) {
                Ok(Event::Failed(problem)) => return Err(Stop::Problem(problem)),
                Ok(Event::TooLarge) => return Err(too_many_bytes(self.bytes)),
                Ok(event) => return Ok(event),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Stop::Problem(FederationProblem::Unreachable(
                        "the connection ended".to_owned(),
                    )));
                }
            }
        }
    }
}

fn too_many_bytes(bytes: usize) -> Stop {
    Stop::Problem(FederationProblem::TooLarge(format!(
        "{bytes} bytes (`federation-bytes`)"
    )))
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() {
            match self.next() {
                Ok(Event::Chunk(chunk)) => self.chunk = chunk,
                Ok(_) => return Ok(0),
                Err(stop) => return Err(self.failure.keep(stop)),
            }
        }
        let length = buffer.len().min(self.chunk.len());
        let taken = self.chunk.split_to(length);
        for (to, from) in buffer.iter_mut().zip(&taken) {
            *to = *from;
        }
        Ok(length)
    }
}

/// Cuts a text off that is longer than allowed once it is decompressed.
struct Capped<R> {
    inner: R,
    left: usize,
    bytes: usize,
    failure: Failure,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(self.failure.keep(too_many_bytes(self.bytes))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn federation(endpoints: &[&str]) -> Federation {
        Federation::new(&Config {
            federation: endpoints.iter().map(|text| (*text).to_owned()).collect(),
            ..Config::default()
        })
        .unwrap()
    }

    fn allows(entry: &str, endpoint: &str) -> bool {
        federation(&[entry]).allows(&NamedNode::new_unchecked(endpoint))
    }

    #[test]
    fn only_what_is_listed_may_be_asked() {
        let one = "https://data.europa.eu/sparql";
        assert!(allows(one, "https://data.europa.eu/sparql"));
        assert!(allows(one, "https://DATA.europa.eu:443/sparql"));
        assert!(!allows(one, "https://data.europa.eu/sparql/"));
        assert!(!allows(one, "https://data.europa.eu/sparql?x=1"));
        assert!(!allows(one, "http://data.europa.eu/sparql"));
        assert!(!federation(&[]).allows(&NamedNode::new_unchecked(one)));
    }

    #[test]
    fn an_entry_that_ends_in_a_slash_stands_for_what_is_below_it() {
        let below = "https://data.europa.eu/open/";
        assert!(allows(below, "https://data.europa.eu/open/sparql"));
        assert!(!allows(below, "https://data.europa.eu/open/../secret"));
        assert!(!allows(below, "https://data.europa.eu/open/%2e%2e/secret"));
        assert!(!allows(below, "https://data.europa.eu.example/open/sparql"));
        let host = "https://data.europa.eu/";
        assert!(!allows(host, "https://data.europa.eu@example.org/sparql"));
        assert!(!allows(host, "https://user@data.europa.eu/sparql"));
    }

    #[test]
    fn settings_that_are_no_endpoints_are_refused() {
        for text in [
            "data.europa.eu/sparql",
            "ftp://data.europa.eu/",
            "https://",
            "https://user:secret@data.europa.eu/",
        ] {
            let config = Config {
                federation: vec![text.to_owned()],
                ..Config::default()
            };
            assert!(Federation::new(&config).is_err(), "{text}");
        }
        for text in ["127.0.0.1", ":80", "localhost:http", "localhost:0"] {
            let config = Config {
                federation_private: vec![text.to_owned()],
                ..Config::default()
            };
            assert!(Federation::new(&config).is_err(), "{text}");
        }
    }

    #[test]
    fn addresses_that_are_not_public_are_known() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(not_public(text.parse().unwrap()).is_some(), "{text}");
        }
        for text in [
            "9.9.9.9",
            "172.32.0.1",
            "100.128.0.1",
            "198.20.0.1",
            "2620:0:861:ed1a::1",
            "2002:909:909::1",
            "64:ff9b::9.9.9.9",
            "::ffff:9.9.9.9",
        ] {
            assert!(not_public(text.parse().unwrap()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_literal_address_is_refused_before_anything_is_sent() {
        for endpoint in [
            "http://127.0.0.1:9/sparql",
            "http://2130706433:9/sparql",
            "http://0x7f.1:9/sparql",
            "http://[::1]:9/sparql",
            "http://[::ffff:10.0.0.1]:9/sparql",
            "http://10.0.0.1/sparql",
            "http://169.254.169.254/latest",
        ] {
            let endpoint = NamedNode::new_unchecked(endpoint);
            let error = federation(&[endpoint.as_str()])
                .select(&endpoint, "SELECT * {}", &[], &Limits::default())
                .unwrap_err();
            assert!(
                matches!(
                    &error,
                    StoreError::Federation(FederationError {
                        problem: FederationProblem::Private { .. },
                        ..
                    })
                ),
                "{error}"
            );
        }
    }

    #[test]
    fn blank_nodes_of_two_answers_are_never_the_same() {
        let endpoint = NamedNode::new_unchecked("https://example.org/sparql");
        let node = || Term::from(BlankNode::new_unchecked("b0"));
        let one = renamed(node(), &endpoint, "SELECT ?a {}");
        assert_eq!(one, renamed(node(), &endpoint, "SELECT ?a {}"));
        assert_ne!(one, renamed(node(), &endpoint, "SELECT ?b {}"));
        assert_ne!(one, node());
    }
}
