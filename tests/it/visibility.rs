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

#[test]
fn tokens_are_listed_renewed_and_run_out() {
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    let create = |arguments: &[&str]| {
        let mut all = vec!["token", "create"];
        all.extend(arguments);
        weft(folder, &all)
    };
    let old = key(&create(&["a", "--partner", "a", "--expires", "2999-06-30"])
        .expect(0)
        .says(&["valid until 2999-06-30T23:59:59Z"]));
    create(&["a", "--admin"])
        .expect(1)
        .says(&["already", "renew"]);
    create(&["b"]).expect(2).says(&["--graph", "--partner"]);
    create(&["b", "--partner", "x/y"]).expect(2).says(&["x/y"]);
    create(&["b", "--admin", "--expires", "2001-01-01"])
        .expect(2)
        .says(&["2001-01-01", "90d"]);
    create(&["b", "--graph", "no iri: at all"]).expect(2);
    create(&["reader", "--read", "partner/a"]).expect(0);

    let server = Server::start(folder, &["--data-dir", "data", "--empty"]);
    let status = |key: &str| {
        let bearer = format!("Bearer {key}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "text/turtle"),
        ];
        let target = format!("/store?graph={}", encode(&format!("{GRAPH}/deeper")));
        server
            .send("PUT", &target, &headers, Some(b"<urn:a> <urn:b> 1 ."))
            .status
    };
    assert_eq!(status(&old), 201);
    let new = key(&weft(folder, &["token", "renew", "a"]).expect(0));
    assert_eq!((status(&old), status(&new)), (401, 204));
    weft(folder, &["token", "renew", "nobody"])
        .expect(1)
        .says(&["nobody"]);
    let listed = weft(folder, &["token", "list"]).expect(0).stdout;
    let lines: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    assert_eq!(lines[0][0], "a");
    assert_eq!(lines[0][2..], ["2999-06-30T23:59:59Z", "valid", GRAPH]);
    assert_eq!(lines[1][2..], ["no end", "valid", &format!("read:{GRAPH}")]);
}
