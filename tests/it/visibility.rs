//! Private graphs as an operator meets them: `weft graph` beside a running service, tokens that
//! read, backups that stay private.

use crate::support::{Finished, Server, encode, run};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const GRAPH: &str = "https://w3id.org/weft/graph/partner/a";

fn weft(folder: &Path, arguments: &[&str]) -> Finished {
    let mut all = arguments.to_vec();
    all.extend(["--data-dir", "data"]);
    run(folder, &all)
}

fn key(finished: &Finished) -> String {
    let words = finished.stdout.split_whitespace();
    let key = words.into_iter().find(|word| word.starts_with("weft_"));
    key.expect("a key is printed").to_owned()
}

#[test]
fn a_graph_becomes_private_beside_a_running_service_and_stays_so_in_a_backup() {
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    fs::write(folder.join("a.ttl"), "<urn:a> <urn:p> \"hush\" .").expect("the file is written");
    weft(folder, &["load", "a.ttl", "--graph", "partner/a"]).expect(0);
    let listed = weft(folder, &["graph", "list"]).expect(0).stdout;
    assert!(listed.contains(&format!("{GRAPH}\t1\tpublic")), "{listed}");

    let server = Server::start(folder, &["--data-dir", "data", "--empty"]);
    let doors = [
        "/sparql?query=SELECT+*+%7B%3Fs+%3Fp+%3Fo%7D".to_owned(),
        "/store".to_owned(),
        format!("/store?graph={}", encode(GRAPH)),
    ];
    let shown = |bearer: Option<&str>| {
        let authorization = bearer.map(|key| format!("Bearer {key}"));
        let headers: Vec<(&str, &str)> = authorization
            .as_deref()
            .map(|value| ("authorization", value))
            .into_iter()
            .collect();
        doors
            .iter()
            .filter(|door| server.get(door, &headers).text().contains("hush"))
            .count()
    };
    assert_eq!(shown(None), 3);
    weft(folder, &["graph", "private", "partner/a"])
        .expect(0)
        .says(&["is private"]);
    weft(folder, &["graph", "private", "partner/a"])
        .expect(0)
        .says(&["already"]);
    assert_eq!(shown(None), 0);
    let reader = key(&weft(folder, &["token", "create", "r", "--read", "partner/a"]).expect(0));
    let other = key(&weft(folder, &["token", "create", "o", "--graph", "partner/b"]).expect(0));
    assert_eq!(shown(Some(&reader)), 3);
    assert_eq!(shown(Some(&other)), 0);
    assert_eq!(
        server
            .get(&doors[0], &[("authorization", "Bearer x")])
            .status,
        401
    );
    let tokens = weft(folder, &["token", "list"]).expect(0).stdout;
    assert!(tokens.contains(&format!("read:{GRAPH}")), "{tokens}");
    // The list tells what it can while the service has the data.
    let listed = weft(folder, &["graph", "list"]).expect(0);
    assert!(
        listed.stdout.contains(&format!("{GRAPH}\t\tprivate")),
        "{listed:#?}"
    );
    server.stop();

    weft(folder, &["graph", "private", "ontology"])
        .expect(1)
        .says(&["cannot be private"]);
    let listed = weft(folder, &["graph", "list"]).expect(0).stdout;
    assert!(listed.contains(&format!("{GRAPH}\t1\tprivate")), "{listed}");
    weft(folder, &["doctor"]).expect(0);
    weft(folder, &["backup", "copy"]).expect(0);
    run(folder, &["restore", "copy", "--data-dir", "back"]).expect(0);
    let server = Server::start(folder, &["--data-dir", "back", "--empty"]);
    for door in &doors {
        assert!(!server.get(door, &[]).text().contains("hush"), "{door}");
    }
    server.stop();
    run(
        folder,
        &["graph", "public", "partner/a", "--data-dir", "back"],
    )
    .expect(0);
    let server = Server::start(folder, &["--data-dir", "back", "--empty"]);
    assert!(server.get(&doors[0], &[]).text().contains("hush"));
}
