//! Many writers at once: no update is lost, and each answer names a version of its own.

use crate::support::{Server, send};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const CLIENTS: usize = 16;
const UPDATES: usize = 1_250;
const INCREMENT: &str = "DELETE { <urn:counter> <urn:value> ?n } \
     INSERT { <urn:counter> <urn:value> ?m } \
     WHERE { <urn:counter> <urn:value> ?n BIND(?n + 1 AS ?m) }";

/// Sends the increment again and again on one connection; answers the data versions.
fn increment(authority: &str) -> Vec<u64> {
    let stream = TcpStream::connect(authority).expect("the server listens");
    stream.set_nodelay(true).expect("a socket option");
    let patience = Some(Duration::from_secs(120));
    stream.set_read_timeout(patience).expect("a socket option");
    let mut writer = stream.try_clone().expect("a second handle");
    let mut reader = BufReader::new(stream);
    let request = format!(
        "POST /sparql HTTP/1.1\r\nhost: {authority}\r\n\
         content-type: application/sparql-update\r\ncontent-length: {}\r\n\r\n{INCREMENT}",
        INCREMENT.len()
    );
    (0..UPDATES)
        .map(|_| {
            writer.write_all(request.as_bytes()).expect("it is sent");
            let (status, version, length) = read_head(&mut reader);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a whole body");
            assert_eq!(status, 204, "{}", String::from_utf8_lossy(&body));
            version.expect("a Weft-Data-Version")
        })
        .collect()
}

/// The status of a response, its data version and the length of its body.
fn read_head(reader: &mut impl BufRead) -> (u16, Option<u64>, usize) {
    let mut line = String::new();
    reader.read_line(&mut line).expect("a status line");
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let (mut version, mut length) = (None, 0);
    loop {
        line.clear();
        reader.read_line(&mut line).expect("a header line");
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return (status.expect("a status"), version, length);
        };
        match name.to_ascii_lowercase().as_str() {
            "weft-data-version" => version = value.trim().parse().ok(),
            "content-length" => length = value.trim().parse().expect("a length"),
            _ => {}
        }
    }
}

/// Lets many clients increment one number, and counts.
#[track_caller]
fn check(arguments: &[&str]) {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Server::start(folder.path(), arguments);
    server.update("INSERT DATA { <urn:counter> <urn:value> 0 }");
    let authority = server.authority();
    let versions: Vec<u64> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| scope.spawn(|| increment(authority)))
            .collect();
        clients
            .into_iter()
            .flat_map(|client| client.join().expect("a client ends"))
            .collect()
    });
    let value = server.select("SELECT ?n { <urn:counter> <urn:value> ?n }");
    let expected = CLIENTS * UPDATES;
    assert_eq!(value, [[expected.to_string()]]);
    let distinct: BTreeSet<u64> = versions.iter().copied().collect();
    assert_eq!(
        distinct.len(),
        expected,
        "each answer names its own version"
    );
    let last = distinct.last().copied();
    let read = server.get("/sparql?query=ASK%7B%7D", &[]);
    assert_eq!(Some(read.data_version()), last);
}

#[test]
fn no_increment_is_lost_in_memory() {
    check(&["--in-memory", "--empty", "--open-writes"]);
}

#[test]
fn no_increment_is_lost_on_disk() {
    check(&["--data-dir", "data", "--empty", "--open-writes"]);
}

#[test]
fn of_writers_that_read_the_same_version_one_wins() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = Server::start(folder.path(), &["--in-memory", "--empty", "--open-writes"]);
    server.update("INSERT DATA { <urn:counter> <urn:value> 0 }");
    let tag = server.get("/sparql?query=ASK%7B%7D", &[]);
    let tag = tag.header("etag").expect("an ETag").to_owned();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let writers: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let headers = [
                        ("content-type", "application/sparql-update"),
                        ("if-match", tag.as_str()),
                    ];
                    let body = Some(INCREMENT.as_bytes());
                    send(server.authority(), "POST", "/sparql", &headers, body)
                        .expect("an answer")
                        .status
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().expect("a writer ends"))
            .collect()
    });
    let won = statuses.iter().filter(|status| **status == 204).count();
    let lost = statuses.iter().filter(|status| **status == 412).count();
    assert_eq!((won, lost), (1, CLIENTS - 1), "{statuses:?}");
}
