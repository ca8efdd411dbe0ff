//! The process is killed at any moment, and files are damaged: nothing that was
//! acknowledged is lost, nothing half done is seen, nothing wrong is served.

use crate::support::{Random, Server, report, run, send};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// How often the server is killed.
const CYCLES: usize = 100;
/// Triples of an update, and of a loaded graph.
const UPDATE_SIZE: usize = 3;
const LOAD_SIZE: usize = 40;

/// What the clients know: what was sent, and what was acknowledged.
#[derive(Default)]
struct Known {
    sent: BTreeSet<String>,
    acknowledged: BTreeSet<String>,
    /// The highest value of each counter that was acknowledged.
    counters: BTreeMap<String, u64>,
    version: u64,
}

#[test]
fn kill_at_any_moment_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut random = Random::new();
    let known = Arc::new(Mutex::new(Known::default()));
    let numbers = Arc::new(AtomicU64::new(0));
    let arguments = ["--data-dir", "data", "--empty", "--open-writes"];
    for cycle in 0..CYCLES {
        let mut server = Server::start(folder.path(), &arguments);
        verify(&server, &known, cycle);
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..3)
            .map(|client| {
                let authority = server.authority().to_owned();
                let (known, numbers, stop) =
                    (Arc::clone(&known), Arc::clone(&numbers), Arc::clone(&stop));
                thread::spawn(move || write(client, &authority, &known, &numbers, &stop))
            })
            .collect();
        thread::sleep(Duration::from_millis(5 + random.below(150)));
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().expect("the client does not fail");
        }
    }
    let server = Server::start(folder.path(), &arguments);
    verify(&server, &known, CYCLES);
    let known = known.lock().expect("no client failed");
    assert!(
        known.acknowledged.len() > CYCLES,
        "too few writes to prove anything"
    );
    report(&format!(
        "crash: {CYCLES} kills, {} of {} writes acknowledged, {} counted steps; none lost, none half done",
        known.acknowledged.len(),
        known.sent.len(),
        known.counters.values().sum::<u64>(),
    ));
    drop(known);
    assert_eq!(server.stop().code(), Some(0));
    run(folder.path(), &["doctor", "--data-dir", "data"]).expect(0);
}

/// Writes until the server is gone: small updates, a counter, small loads.
fn write(
    client: u64,
    authority: &str,
    known: &Mutex<Known>,
    numbers: &AtomicU64,
    stop: &AtomicBool,
) {
    while !stop.load(Ordering::Relaxed) {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let is_load = number.is_multiple_of(4);
        let name = format!("{}{number}", if is_load { "load" } else { "update" });
        let size = if is_load { LOAD_SIZE } else { UPDATE_SIZE };
        let triples: Vec<String> = (0..size)
            .map(|part| format!("<urn:{name}> <urn:part> \"{part}\" ."))
            .collect();
        let triples = triples.join("\n");
        let counter = format!("counter{client}");
        let next = known.lock().map_or(0, |mut known| {
            known.sent.insert(name.clone());
            known.counters.get(&counter).copied().unwrap_or_default() + 1
        });
        let result = if is_load {
            let target = format!("/store?graph=urn:graph:{name}");
            let headers = [("content-type", "text/turtle")];
            send(
                authority,
                "PUT",
                &target,
                &headers,
                Some(triples.as_bytes()),
            )
        } else {
            // The counter is moved in the same request: both or neither.
            let update = format!(
                "INSERT DATA {{ {triples} }} ;
                 DELETE {{ <urn:{counter}> <urn:value> ?old }}
                 INSERT {{ <urn:{counter}> <urn:value> {next} }}
                 WHERE {{ OPTIONAL {{ <urn:{counter}> <urn:value> ?old }} }}"
            );
            let headers = [("content-type", "application/sparql-update")];
            send(
                authority,
                "POST",
                "/sparql",
                &headers,
                Some(update.as_bytes()),
            )
        };
        let Ok(response) = result else { return };
        assert!(response.is_success(), "{name}: {response:?}");
        if let Ok(mut known) = known.lock() {
            known.acknowledged.insert(name);
            if !is_load {
                known.counters.insert(counter, next);
            }
            let version = response.header("weft-data-version");
            let version = version.and_then(|version| version.parse().ok());
            known.version = known.version.max(version.unwrap_or_default());
        }
    }
}

fn verify(server: &Server, known: &Mutex<Known>, cycle: usize) {
    let mut known = known.lock().expect("no client failed");
    let query = "SELECT ?name (COUNT(*) AS ?n) { ?name <urn:part> ?part } GROUP BY ?name";
    let mut present = BTreeSet::new();
    for row in server.select(query) {
        let name = row[0].trim_start_matches("urn:").to_owned();
        let size = if name.starts_with("load") {
            LOAD_SIZE
        } else {
            UPDATE_SIZE
        };
        assert_eq!(
            row[1],
            size.to_string(),
            "cycle {cycle}: {name} is half there"
        );
        assert!(
            known.sent.contains(&name),
            "cycle {cycle}: {name} was never sent"
        );
        present.insert(name);
    }
    let lost: Vec<_> = known.acknowledged.difference(&present).collect();
    assert!(lost.is_empty(), "cycle {cycle}: lost {lost:?}");
    for row in server.select("SELECT ?counter ?value { ?counter <urn:value> ?value }") {
        let counter = row[0].trim_start_matches("urn:").to_owned();
        let value: u64 = row[1].parse().expect("the counter is a number");
        let acknowledged = known.counters.get(&counter).copied().unwrap_or_default();
        // One request may have been under way.
        assert!(
            value == acknowledged || value == acknowledged + 1,
            "cycle {cycle}: {counter} is {value}, acknowledged is {acknowledged}"
        );
        known.counters.insert(counter, value);
    }
    let version = server.get("/sparql?query=ASK%7B%7D", &[]).data_version();
    assert!(
        version >= known.version,
        "cycle {cycle}: version {version} after {}",
        known.version
    );
    // What was under way and arrived is as good as acknowledged from now on.
    known.acknowledged.extend(present);
}

/// How many damaged copies are tried.
const DAMAGES: usize = 240;

#[test]
fn damaged_files_are_reported_or_do_not_matter_but_never_give_wrong_data() {
    let folder = TempDir::new().expect("a temporary folder");
    let original = folder.path().join("original");
    let everything = "SELECT ?g ?s ?p ?o { { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?x { ?s ?p ?o } } } UNION { GRAPH ?g { ?s ?p ?o } } }";
    let right = {
        let arguments = ["--data-dir", "original", "--empty", "--open-writes"];
        let server = Server::start(folder.path(), &arguments);
        for number in 0..40 {
            let triples: Vec<String> = (0..25)
                .map(|part| format!("<urn:s{number}> <urn:p{part}> \"value {number} {part}\" ."))
                .collect();
            let triples = triples.join("\n");
            server.update(&format!(
                "INSERT DATA {{ GRAPH <urn:g{}> {{ {triples} }} }}",
                number % 7
            ));
        }
        server.update("DELETE WHERE { GRAPH ?g { <urn:s3> ?p ?o } }");
        let rows = sorted(server.select(everything));
        assert_eq!(server.stop().code(), Some(0));
        rows
    };
    assert_eq!(right.len(), 39 * 25);

    let mut files = Vec::new();
    list(&original, &mut files);
    assert!(!files.is_empty(), "the data folder is empty");
    let sizes: Vec<u64> = files
        .iter()
        .map(|file| fs::metadata(file).map_or(0, |data| data.len()))
        .collect();
    let total: u64 = sizes.iter().sum();
    let mut random = Random::new();
    let (mut reported, mut harmless) = (0, 0);
    for attempt in 0..DAMAGES {
        // Every file gets its share; small files and the first page get more.
        let file = match attempt % 3 {
            0 => attempt / 3 % files.len(),
            _ => {
                let mut place = random.below(total);
                sizes
                    .iter()
                    .position(|size| {
                        let inside = place < *size;
                        place = place.saturating_sub(*size);
                        inside
                    })
                    .unwrap_or_default()
            }
        };
        let size = sizes[file];
        if size == 0 {
            continue;
        }
        let copy = folder.path().join("copy");
        let _ = fs::remove_dir_all(&copy);
        duplicate(&original, &copy);
        let path = copy.join(
            files[file]
                .strip_prefix(&original)
                .expect("inside the folder"),
        );
        let mut bytes = fs::read(&path).expect("the copy is there");
        let place = match attempt % 6 {
            1 => random.below(size.min(4_096)),
            _ => random.below(size),
        } as usize;
        let what = match attempt % 4 {
            3 => {
                bytes.truncate(place);
                "cut at"
            }
            2 => {
                let end = bytes.len().min(place + 512);
                bytes[place..end].fill(0);
                "zeroes from"
            }
            _ => {
                bytes[place] ^= 1 << random.below(8);
                "a flipped bit in"
            }
        };
        fs::write(&path, &bytes).expect("the copy is writable");
        let name = files[file]
            .strip_prefix(&original)
            .expect("inside")
            .display()
            .to_string();
        let what = format!("{what} byte {place} of {size} in {name}");

        let doctor = run(folder.path(), &["doctor", "--data-dir", "copy"]);
        assert!(
            matches!(doctor.code, Some(0 | 1)),
            "{what}: doctor {doctor:#?}"
        );
        let arguments = ["--data-dir", "copy", "--empty"];
        match Server::try_start(folder.path(), &arguments) {
            Ok(server) => {
                let rows = sorted(server.select(everything));
                assert!(
                    rows == right,
                    "{what}: {} rows of {} are served, wrong data ({doctor:#?})",
                    rows.len(),
                    right.len()
                );
                harmless += 1;
                drop(server);
            }
            Err(ended) => {
                assert_eq!(ended.code, Some(1), "{what}: {ended:#?}");
                assert!(
                    ended.stderr.contains("copy"),
                    "{what}: no file named: {ended:#?}"
                );
                assert_eq!(
                    doctor.code,
                    Some(1),
                    "{what}: serve refuses, doctor is content: {ended:#?}"
                );
                reported += 1;
            }
        }
    }
    report(&format!(
        "damage: {reported} damaged copies reported, {harmless} harmless, none served wrong"
    ));
}

fn sorted(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.sort();
    rows
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
    files.sort();
}

fn duplicate(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the copy can be made");
    for entry in fs::read_dir(from).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        let target = to.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            duplicate(&path, &target);
        } else {
            fs::copy(&path, &target).expect("the file can be copied");
        }
    }
}
