//! Linked data: dumps, the catalogue, JSON-LD, and that every IRI answers.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{NamedNode, Quad};
use std::collections::BTreeMap;
use std::io::Read;

const PRIVATE: &str = "https://w3id.org/weft/graph/partner/hidden";
const OPEN: &str = "https://w3id.org/weft/graph/partner/open";

async fn get(state: &AppState, target: &str, headers: &[(&str, &str)]) -> Answer {
    send(state, "GET", target, headers, "").await
}

fn write(graph: &KnowledgeGraph, name: &str, text: &str) {
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default());
    let name = NamedNode::new(name).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch.unwrap(), GraphChange::Replace)
        .unwrap();
}

fn quads(bytes: &[u8], format: RdfFormat) -> Vec<Quad> {
    RdfParser::from_format(format)
        .for_slice(bytes)
        .map(|quad| quad.unwrap())
        .collect()
}

fn by_graph(quads: &[Quad]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for quad in quads {
        *counts.entry(quad.graph_name.to_string()).or_default() += 1;
    }
    counts
}

/// An open graph and a private one, in a folder.
fn durable() -> (tempfile::TempDir, AppState, String) {
    let folder = tempfile::tempdir().unwrap();
    let graph = KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    })
    .unwrap();
    write(
        &graph,
        OPEN,
        "<http://e/open> <http://e/p> 'seen', 'twice' .",
    );
    let private = NamedNode::new(PRIVATE).unwrap();
    graph.set_private(&Writer::Local, &private, true).unwrap();
    write(
        &graph,
        PRIVATE,
        "<http://e/secret> <http://e/p> 'Ksecret' .",
    );
    let key = graph.tokens().create("owner", &[PRIVATE.to_owned()], false);
    let header = format!("Bearer {}", key.unwrap());
    (folder, AppState::new(graph), header)
}

// ---- dumps ------------------------------------------------------------------------------------

#[tokio::test]
async fn a_dump_has_the_quads_of_each_graph() {
    let whole = get(&INNOSERV, "/dumps/all.nq", &[]).await.expect(200);
    assert_eq!(whole.header("content-type"), "application/n-quads");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let dumped = quads(whole.text().as_bytes(), RdfFormat::NQuads);
    let graphs = get(&INNOSERV, "/api/v1/graphs.json", &[]).await.json();
    let listed: BTreeMap<String, usize> = graphs
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let count = row["triples"].as_u64().unwrap();
            let count = usize::try_from(count).unwrap();
            (format!("<{}>", row["graph"].as_str().unwrap()), count)
        })
        .collect();
    assert_eq!(by_graph(&dumped), listed);
    let trig = get(&INNOSERV, "/dumps/all.trig", &[]).await.expect(200);
    let trig = quads(trig.text().as_bytes(), RdfFormat::TriG);
    assert_eq!(by_graph(&trig), listed);
    let one = get(&INNOSERV, "/dumps/innoserv.ttl", &[]).await.expect(200);
    let one = quads(one.text().as_bytes(), RdfFormat::Turtle);
    assert_eq!(one.len(), listed["<https://w3id.org/weft/graph/innoserv>"]);
    let name = encoded("https://w3id.org/weft/graph/innoserv");
    let same = get(&INNOSERV, &format!("/dumps/{name}.nt"), &[]).await;
    let same = same.expect(200);
    assert_eq!(same.text().lines().count(), one.len());
}

#[tokio::test]
async fn what_is_compressed_is_what_is_plain_and_nothing_compresses_on_the_way() {
    let accept = [("accept-encoding", "gzip, br, zstd")];
    let plain = get(&INNOSERV, "/dumps/innoserv.nq", &accept)
        .await
        .expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    let length = plain.header("content-length").parse::<usize>().unwrap();
    let plain = plain.body.unwrap();
    assert_eq!(length, plain.len());
    let gzip = get(&INNOSERV, "/dumps/innoserv.nq.gz", &accept)
        .await
        .expect(200);
    assert_eq!(gzip.header("content-type"), "application/gzip");
    assert_eq!(gzip.header("content-encoding"), "");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body.unwrap()[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain);
    let zstd = get(&INNOSERV, "/dumps/innoserv.nq.zst", &accept)
        .await
        .expect(200);
    assert!(zstd::decode_all(&zstd.body.unwrap()[..]).unwrap() == plain);
}

#[tokio::test]
async fn parts_make_the_whole_again() {
    let target = "/dumps/innoserv.nq.gz";
    let head = send(&INNOSERV, "HEAD", target, &[], "").await.expect(200);
    let length: usize = head.header("content-length").parse().unwrap();
    let tag = head.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    assert!(head.body.unwrap().is_empty());
    let pinned = head.headers["content-location"].to_str().unwrap();
    let mut joined = Vec::new();
    for start in (0..length).step_by(length / 3) {
        let range = format!("bytes={start}-{}", start + length / 3 - 1);
        let with_tag = [("range", range.as_str()), ("if-range", tag.as_str())];
        let (target, headers) = if start == 0 {
            (pinned, &with_tag[..1])
        } else {
            (target, &with_tag[..])
        };
        let part = get(&INNOSERV, target, headers).await.expect(206);
        let end = (start + length / 3).min(length) - 1;
        let expected = format!("bytes {start}-{end}/{length}");
        assert_eq!(part.header("content-range"), expected);
        assert_eq!(part.header("etag"), tag);
        joined.extend(part.body.unwrap());
    }
    let whole = get(&INNOSERV, target, &[]).await.expect(200).body.unwrap();
    assert!(joined == whole);
    let beyond = format!("bytes={length}-");
    let beyond = get(&INNOSERV, pinned, &[("range", &beyond)])
        .await
        .expect(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let known = get(&INNOSERV, target, &[("if-none-match", &tag)]).await;
    known.expect(304);
    let hash = get(&INNOSERV, "/dumps/innoserv.nq.gz.sha256", &[])
        .await
        .expect(200);
    assert!(hash.text().ends_with("  innoserv.nq.gz\n"), "{hash:?}");
    assert_eq!(hash.text()[..32], tag[tag.len() - 33..tag.len() - 1]);
}

#[tokio::test]
async fn a_download_is_never_taken_up_with_another_file() {
    let (_folder, state, _) = durable();
    let first = get(&state, "/dumps/all.nq", &[]).await.expect(200);
    let (tag, pinned) = (
        first.header("etag").to_owned(),
        first.header("content-location").to_owned(),
    );
    assert!(first.header("last-modified").ends_with(" GMT"), "{first:?}");
    let range = ("range", "bytes=4-");
    // Whoever does not say what it has gets the whole.
    get(&state, "/dumps/all.nq", &[range]).await.expect(200);
    let with = [range, ("if-range", tag.as_str())];
    get(&state, "/dumps/all.nq", &with).await.expect(206);
    write(
        state.graph(),
        OPEN,
        "<http://e/open> <http://e/p> 'changed' .",
    );
    let changed = get(&state, "/dumps/all.nq", &with).await.expect(200);
    assert!(changed.text().contains("changed"));
    assert_ne!(changed.header("etag"), tag);
    // The pinned address stands for the same bytes as before.
    let again = get(&state, &pinned, &[]).await.expect(200);
    assert_eq!(again.header("etag"), tag);
    assert!(
        again.header("cache-control").contains("immutable"),
        "{again:?}"
    );
    assert_eq!(again.text(), first.text());
    let part = get(&state, &pinned, &[range]).await.expect(206);
    assert_eq!(part.text(), first.text()[4..]);
}

#[tokio::test]
async fn the_same_version_is_the_same_bytes_after_a_start() {
    let (folder, state, _) = durable();
    let mut before = Vec::new();
    let names = ["all.trig.zst", "all.ttl.gz", "partner/open.nq"];
    for name in names {
        before.push(
            get(&state, &format!("/dumps/{name}"), &[])
                .await
                .expect(200),
        );
    }
    drop(state);
    let graph = KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    });
    let state = AppState::new(graph.unwrap());
    for (name, before) in names.into_iter().zip(before) {
        let after = get(&state, &format!("/dumps/{name}"), &[])
            .await
            .expect(200);
        assert_eq!(after.header("etag"), before.header("etag"), "{name}");
        assert!(after.body == before.body, "{name}");
    }
}

#[tokio::test]
async fn what_is_private_is_in_no_dump_of_others() {
    let (_folder, state, owner) = durable();
    let owner = [("authorization", owner.as_str())];
    for _ in 0..2 {
        let seen = get(&state, "/dumps/all.nq", &owner).await.expect(200);
        assert!(seen.text().contains("Ksecret"));
        assert!(seen.header("cache-control").contains("private"));
        let seen = get(&state, "/dumps/partner/hidden.nq", &owner).await;
        assert!(seen.expect(200).text().contains("Ksecret"));
        let others = get(&state, "/dumps/all.nq", &[]).await.expect(200);
        assert!(!others.text().contains("Ksecret"));
        get(&state, "/dumps/partner/hidden.nq", &[])
            .await
            .expect(404);
        get(&state, "/dumps/partner/hidden.nq.sha256", &[])
            .await
            .expect(404);
        let version = state.graph().data_version();
        let old = get(&state, &format!("/dumps/all.nq?version={version}"), &[]).await;
        assert!(!old.expect(200).text().contains("Ksecret"));
    }
    // Private from now on, in files that are there already too.
    get(&state, "/dumps/partner/open.nq", &[]).await.expect(200);
    let open = NamedNode::new(OPEN).unwrap();
    state
        .graph()
        .set_private(&Writer::Local, &open, true)
        .unwrap();
    get(&state, "/dumps/partner/open.nq", &[]).await.expect(404);
    let all = get(&state, "/dumps/all.nq", &[]).await.expect(200);
    assert_eq!(all.text(), "");
}

#[tokio::test]
async fn names_of_no_dump_are_explained() {
    for name in [
        "all",
        "all.rdf",
        "nothing.nq",
        "x%20y.nq",
        "http%3A%2F%2Fe%2Fg.nq.gz",
    ] {
        let answer = get(&INNOSERV, &format!("/dumps/{name}"), &[])
            .await
            .expect(404);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    get(&INNOSERV, "/dumps/all.nq?verson=3", &[])
        .await
        .expect(400);
    let list = get(&INNOSERV, "/dumps", &[]).await.expect(303);
    assert_eq!(list.header("location"), "/catalogue");
    let small = state(Config {
        dump_bytes: 1_000,
        ..Config::default()
    });
    let refused = get(&small, "/dumps/all.nq.gz", &[]).await.expect(507);
    assert!(refused.text().contains("dump-bytes"), "{refused:?}");
}
