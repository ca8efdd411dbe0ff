//! What every module of the integration tests shares: the built `weft` as a
//! server or as a command, a small blocking HTTP client, and the report of what
//! was skipped.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take until it says where it listens.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a request may take.
const REQUEST_LIMIT: Duration = Duration::from_secs(120);

/// The folder of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder of the shared test data (`$WEFT_SHARED`, or `../shared`
/// beside the checkout); `None`, and a line in the report, where it is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("WEFT_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        Some(path)
    } else {
        skipped(&format!(
            "{} is not there (set WEFT_SHARED to the folder of the shared test data)",
            path.display()
        ));
        None
    }
}

/// Notes that the running test was not run, and why.
pub fn skipped(reason: &str) {
    let test = thread::current().name().unwrap_or("a test").to_owned();
    report(&format!("skipped: {test}: {reason}"));
}

/// Prints a line and adds it to the file `$WEFT_TEST_REPORT`, which `./test`
/// shows at its end (a test runner hides what passing tests print).
pub fn report(line: &str) {
    println!("{line}");
    let Some(path) = env::var_os("WEFT_TEST_REPORT") else {
        return;
    };
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        // One write: tests run side by side, and lines must not mix.
        let _ = file.write_all(format!("{line}\n").as_bytes());
    }
}

/// The built program (or that of `$WEFT_TEST_BINARY`), run in `folder` and without
/// settings from outside.
pub fn weft(folder: &Path) -> Command {
    let built = env!("CARGO_BIN_EXE_weft");
    let program = env::var_os("WEFT_TEST_BINARY").unwrap_or_else(|| built.into());
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("WEFT_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// What a finished command left behind.
#[derive(Debug)]
pub struct Finished {
    /// The exit code; `None` if a signal ended the process.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the built program to its end.
#[track_caller]
pub fn run(folder: &Path, arguments: &[&str]) -> Finished {
    run_with_input(folder, arguments, "")
}

/// Runs the built program with `input` as its standard input.
#[track_caller]
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Finished {
    let mut child = weft(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the built program starts");
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input is no error.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().expect("the program ends");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
    .without_panic()
}

impl Finished {
    #[track_caller]
    fn without_panic(self) -> Self {
        assert!(
            !self.stderr.contains("panicked at"),
            "a panic reached the user: {self:#?}"
        );
        self
    }

    /// Asserts the exit code, showing everything the program said if it differs.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "unexpected exit code: {self:#?}");
        self
    }

    /// Asserts that standard error has each of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "standard error lacks {part:?}: {self:#?}"
            );
        }
        self
    }
}

/// A running `weft serve`; killed when dropped.
pub struct Server {
    child: Child,
    authority: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts `weft serve` on a free port and waits until it listens.
    #[track_caller]
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        match Self::try_start(folder, arguments) {
            Ok(server) => server,
            Err(ended) => panic!("weft serve {arguments:?} did not start: {ended:#?}"),
        }
    }

    /// As `start`; if the program ends instead, what it left behind.
    pub fn try_start(folder: &Path, arguments: &[&str]) -> Result<Self, Finished> {
        let mut child = weft(folder)
            .args(["serve", "--bind", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the built program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (sender, receiver) = mpsc::channel();
        let mut readers = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            readers.push(follow(stdout, Arc::clone(&log), sender.clone()));
        }
        if let Some(stderr) = child.stderr.take() {
            readers.push(follow(stderr, Arc::clone(&log), sender));
        }
        let mut server = Self {
            child,
            authority: String::new(),
            log,
        };
        match receiver.recv_timeout(START_LIMIT) {
            Ok(authority) => {
                server.authority = authority;
                Ok(server)
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                let status = server.child.wait().expect("the program ends");
                for reader in readers {
                    let _ = reader.join();
                }
                Err(Finished {
                    code: status.code(),
                    stdout: String::new(),
                    stderr: server.log(),
                }
                .without_panic())
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let log = server.log();
                panic!("weft serve {arguments:?} does not say where it listens: {log}");
            }
        }
    }

    /// Host and port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The id of the process.
    #[cfg(target_os = "linux")]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// What the server has printed so far.
    pub fn log(&self) -> String {
        self.log.lock().map(|log| log.clone()).unwrap_or_default()
    }

    /// Sends a GET request.
    #[track_caller]
    pub fn get(&self, target: &str, headers: &[(&str, &str)]) -> Response {
        self.send("GET", target, headers, None)
    }

    /// Sends a request and insists on an answer.
    #[track_caller]
    pub fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Response {
        match send(&self.authority, method, target, headers, body) {
            Ok(response) => response,
            Err(error) => panic!("{method} {target}: {error}; server log: {}", self.log()),
        }
    }

    /// Runs a SPARQL update and insists that it is done.
    #[track_caller]
    pub fn update(&self, update: &str) -> Response {
        let headers = [("content-type", "application/sparql-update")];
        let response = self.send("POST", "/sparql", &headers, Some(update.as_bytes()));
        assert!(response.is_success(), "{update}: {response:?}");
        response
    }

    /// The rows of a SELECT, as CSV has them, without the line of names.
    #[track_caller]
    pub fn select(&self, query: &str) -> Vec<Vec<String>> {
        let headers = [
            ("content-type", "application/sparql-query"),
            ("accept", "text/csv"),
        ];
        let response = self.send("POST", "/sparql", &headers, Some(query.as_bytes()));
        assert_eq!(response.status, 200, "{query}: {response:?}");
        csv::Reader::from_reader(response.body.as_slice())
            .records()
            .map(|record| {
                let record = record.expect("the result is CSV");
                record.iter().map(str::to_owned).collect()
            })
            .collect()
    }

    /// Asks the process to end (SIGTERM) and waits for it.
    #[track_caller]
    pub fn stop(mut self) -> ExitStatus {
        let id = self.child.id();
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -TERM {id}")])
            .status()
            .expect("a shell is there");
        assert!(sent.success(), "SIGTERM could not be sent to {id}");
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait().expect("the process can be asked") {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the server did not end after SIGTERM: {}", self.log());
    }

    /// Ends the process at once (SIGKILL).
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Collects the lines of a stream, and sends on the address that the server says.
fn follow(
    stream: impl Read + Send + 'static,
    log: Arc<Mutex<String>>,
    sender: mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { break };
            if let Some((_, url)) = line.split_once("listens on http://") {
                let end = url.find(|character: char| character == '/' || character.is_whitespace());
                let _ = sender.send(url[..end.unwrap_or(url.len())].to_owned());
            }
            if let Ok(mut log) = log.lock() {
                log.push_str(&line);
                log.push('\n');
            }
        }
    })
}

/// An HTTP response.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's value; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The media type without its parameters.
    pub fn media_type(&self) -> &str {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("not JSON ({error}): {self:?}"),
        }
    }

    /// The number in `Weft-Data-Version`.
    #[track_caller]
    pub fn data_version(&self) -> u64 {
        let value = self.header("weft-data-version");
        match value.and_then(|value| value.parse().ok()) {
            Some(version) => version,
            None => panic!("no Weft-Data-Version: {self:?}"),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.text().chars().take(2_000).collect();
        write!(formatter, "{} {:?}\n{text}", self.status, self.headers)
    }
}

/// Sends one request on a connection of its own and reads the whole answer.
pub fn send(
    authority: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> io::Result<Response> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(REQUEST_LIMIT))?;
    stream.set_write_timeout(Some(REQUEST_LIMIT))?;
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: {authority}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(body) = body {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("connection: close\r\n\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body.unwrap_or_default());
    // A server may answer and close before it has read everything.
    let written = stream.write_all(&bytes);
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        written?;
        read?;
    }
    parse_response(&answer, method == "HEAD")
}

fn parse_response(answer: &[u8], head_only: bool) -> io::Result<Response> {
    let broken = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or_else(|| broken("the connection ended before the header was complete"))?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let rest = &answer[end + 4..];
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| broken("there is no status line"))?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    if head_only {
        return Ok(response);
    }
    let cut = || broken("the connection ended in the middle of the body");
    let length = response.header("content-length");
    response.body = if response.header("transfer-encoding") == Some("chunked") {
        unchunk(rest).ok_or_else(cut)?
    } else if let Some(length) = length.and_then(|value| value.parse::<usize>().ok()) {
        rest.get(..length).ok_or_else(cut)?.to_vec()
    } else {
        rest.to_vec()
    };
    Ok(response)
}

/// The content of a chunked body; `None` if its end is missing.
fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&rest[..line]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        rest = &rest[line + 2..];
        if size == 0 {
            return Some(content);
        }
        content.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
}

/// Percent-encodes a value of a query string.
pub fn encode(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A small random number generator (xorshift); its seed is printed, so that a
/// failure can be repeated.
pub struct Random(u64);

impl Random {
    /// Starts from `$WEFT_TEST_SEED`, or else from the clock.
    pub fn new() -> Self {
        let chosen = env::var("WEFT_TEST_SEED").ok();
        let seed = chosen
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| {
                let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                now.map_or(1, |elapsed| elapsed.as_nanos() as u64)
            });
        println!("repeat with WEFT_TEST_SEED={seed}");
        Self(seed | 1)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}
