//! The feed: rows, patches, events, pages, and the copy that is made of it.

use super::testing::{Answer, encoded, send};
use super::{AppState, router};
use crate::app::webhooks::signature;
use crate::app::{Config, KnowledgeGraph, PatchReader, Reader, Writer};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{NamedNode, Quad, Term};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower::ServiceExt;

const PATCH: (&str, &str) = ("content-type", "application/rdf-patch");
const A: &str = "https://w3id.org/weft/graph/partner/a";
const LONG: Duration = Duration::from_secs(20);

struct Service {
    state: AppState,
    graph: KnowledgeGraph,
    _folder: Option<TempDir>,
}

impl Service {
    fn new(config: Config, is_durable: bool) -> Self {
        let folder = is_durable.then(|| tempfile::tempdir().unwrap());
        let graph = KnowledgeGraph::open(Config {
            data_dir: folder.as_ref().map(|folder| folder.path().to_owned()),
            empty: true,
            open_writes: true,
            ..config
        })
        .unwrap();
        Self {
            state: AppState::new(graph.clone()),
            graph,
            _folder: folder,
        }
    }

    fn durable() -> Self {
        Self::new(Config::default(), true)
    }

    fn in_memory() -> Self {
        Self::new(Config::default(), false)
    }

    /// Runs an update as the command line may: it sees private graphs.
    fn update(&self, text: &str) -> u64 {
        let update = self.graph.parse_update(text, None).unwrap();
        let done = self
            .graph
            .update(&Writer::Local, update, Default::default());
        done.unwrap().version
    }

    async fn get(&self, target: &str) -> Answer {
        send(&self.state, "GET", target, &[], "").await
    }

    async fn get_as(&self, key: &str, target: &str) -> Answer {
        let key = format!("Bearer {key}");
        let headers = [("authorization", key.as_str())];
        send(&self.state, "GET", target, &headers, "").await
    }

    async fn post(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(&self.state, "POST", target, headers, body.to_owned()).await
    }

    async fn fingerprint(&self) -> String {
        let answer = self.get("/api/v1/fingerprint").await.expect(200).json();
        answer["fingerprint"].as_str().unwrap().to_owned()
    }

    fn set_private(&self, graph: &str) {
        let graph = NamedNode::new(graph).unwrap();
        self.graph
            .set_private(&Writer::Local, &graph, true)
            .unwrap();
    }
}

fn versions(rows: &Value) -> Vec<u64> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["version"].as_u64().unwrap()).collect()
}

fn with_three_commits(service: &Service) {
    service.update("INSERT DATA { <e:s> <e:p> 1 . GRAPH <http://g/a> { <e:s> <e:q> _:b } }");
    service.update("DELETE DATA { <e:s> <e:p> 1 } ; INSERT DATA { <e:s> <e:p> 2 }");
    service.update("INSERT DATA { GRAPH <http://g/a/x> { <e:t> <e:p> 'drei'@de } }");
}

#[tokio::test]
async fn each_commit_is_a_row_and_the_rows_are_a_chain() {
    for service in [Service::durable(), Service::in_memory()] {
        with_three_commits(&service);
        let answer = service.get("/api/v1/changes").await.expect(200);
        assert_eq!(answer.header("weft-data-version"), "3");
        let rows = answer.json();
        assert_eq!(versions(&rows), [1, 2, 3]);
        assert_eq!(rows[1]["previous"], rows[0]["hash"]);
        assert_eq!(rows[1]["added"], 1);
        assert_eq!(rows[1]["removed"], 1);
        assert_eq!(
            rows[0]["graphs"],
            json!(["https://w3id.org/weft/graph/default", "http://g/a"])
        );
        assert_eq!(rows[0]["author"], "command line");
        let tag = answer.header("etag").to_owned();
        let headers = [("if-none-match", tag.as_str())];
        let again = send(&service.state, "GET", "/api/v1/changes", &headers, "").await;
        again.expect(304);

        let page = service.get("/api/v1/changes?limit=2").await.expect(200);
        assert_eq!(versions(&page.json()), [1, 2]);
        let next = "<http://weft.example/api/v1/changes?since=2&limit=2>; rel=\"next\"";
        assert_eq!(page.header("link"), next);
        let rest = service.get("/api/v1/changes?since=2&limit=2").await;
        assert_eq!(versions(&rest.json()), [3]);
        // There is no next page; where it can be cited is said of every answer.
        assert!(!rest.header("link").contains("rel=\"next\""));

        // A graph stands for those below it.
        let of_graph = service
            .get(&format!("/api/v1/changes?graph={}", encoded("http://g/a")))
            .await;
        assert_eq!(versions(&of_graph.json()), [1, 3]);
        assert_eq!(of_graph.json()[0]["added"], 1);
        let csv = service.get("/api/v1/changes.csv?since=2").await.expect(200);
        assert!(
            csv.text
                .starts_with("version,time,author,message,hash,previous,")
        );

        let one = service
            .get("/api/v1/changes/2.json")
            .await
            .expect(200)
            .json();
        let number = "\"^^<http://www.w3.org/2001/XMLSchema#integer> .";
        assert_eq!(one["removals"], json!([format!("<e:s> <e:p> \"1{number}")]));
        assert_eq!(
            one["additions"],
            json!([format!("<e:s> <e:p> \"2{number}")])
        );
        service.get("/api/v1/changes/4").await.expect(404);
        service.get("/api/v1/changes/x").await.expect(404);
        service.get("/api/v1/changes?since=4").await.expect(404);
        service.get("/api/v1/changes?since=-1").await.expect(400);
        service.get("/api/v1/changes?sinse=1").await.expect(400);
        service.get("/api/v1/changes?format=ttl").await.expect(400);
    }
}

#[tokio::test]
async fn after_a_compaction_who_was_behind_is_told_so() {
    let service = Service::durable();
    with_three_commits(&service);
    service.graph.store().compact().unwrap();
    service.update("INSERT DATA { <e:s> <e:p> 4 }");
    let rows = service.get("/api/v1/changes").await.expect(200).json();
    assert_eq!(versions(&rows), [3, 4]);
    assert_eq!(rows[0]["whole"], true);
    for format in ["json", "rdfp", "sse"] {
        let target = format!("/api/v1/changes.{format}?since=1");
        service.get(&target).await.expect(410);
    }
    assert_eq!(
        versions(&service.get("/api/v1/changes?since=3").await.json()),
        [4]
    );
    // Who has nothing yet gets everything.
    let copy = Service::in_memory();
    let feed = service.get("/api/v1/changes.rdfp").await.expect(200).text;
    copy.post("/api/v1/changes", &[PATCH], &feed)
        .await
        .expect(200);
    assert_eq!(copy.fingerprint().await, service.fingerprint().await);
}

#[tokio::test]
async fn a_patch_says_what_it_follows() {
    let service = Service::durable();
    with_three_commits(&service);
    let accept = [("accept", "application/rdf-patch")];
    let target = "/api/v1/changes?since=1";
    let answer = send(&service.state, "GET", target, &accept, "")
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), "application/rdf-patch");
    let rows = service.get("/api/v1/changes").await.json();
    let id = |index: usize| {
        let hash = rows[index]["hash"].as_str().unwrap();
        format!("urn:weft:commit:{}:{hash}", index + 1)
    };
    let patches: Vec<_> = PatchReader::new(answer.text.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(patches.len(), 2);
    assert_eq!(patches[0].previous, Some(id(0)));
    assert_eq!(patches[0].id, Some(id(1)));
    assert_eq!(patches[1].previous, patches[0].id);
    assert_eq!(patches[1].created.len(), 1);
    let one = service.get("/api/v1/changes/2.rdfp").await.expect(200);
    assert!(answer.text.starts_with(&one.text));
    // With a filter it is another patch.
    let target = format!("/api/v1/changes.rdfp?graph={}", encoded("http://g/a"));
    let part = service.get(&target).await.expect(200).text;
    assert!(
        part.contains("H id <urn:weft:commit:3> .\nH prev <urn:weft:commit:1> ."),
        "{part}"
    );
    assert!(!part.contains("<e:p> \"1\""));
    let skolem = service
        .get("/api/v1/changes/1.rdfp?skolemize=true")
        .await
        .text;
    assert!(
        skolem.contains("/.well-known/genid/") && !skolem.contains("_:"),
        "{skolem}"
    );
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn random_update(dice: &mut Dice) -> String {
    let graphs = [
        "http://g/1",
        "http://g/2",
        A,
        "https://w3id.org/weft/graph/partner/a2",
    ];
    let graph = graphs[dice.below(graphs.len() as u64) as usize];
    let number = dice.below(12);
    let object = match dice.below(7) {
        0 => format!("'a \\\"line\\\" \\n{number}'@ar--rtl"),
        1 => format!("'Ksecret{number}'@de"),
        2 => format!("<<( <e:s{number}> <e:p> 'x' )>>"),
        3 => format!("_:b{number} . _:b{number} <e:in> <e:s{number}>"),
        4 => "[ <e:p> <<( <e:s> <e:p> _:c )>> , _:c ]".to_owned(),
        5 => "1.50".to_owned(),
        _ => format!("<e:o{number}>"),
    };
    match dice.below(12) {
        0 => format!("DROP SILENT GRAPH <{graph}>"),
        1 => format!("CREATE SILENT GRAPH <{graph}>"),
        2 => format!("CLEAR SILENT GRAPH <{graph}>"),
        3 => format!("DELETE WHERE {{ GRAPH <{graph}> {{ <e:s{number}> ?p ?o }} }}"),
        4 => "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o FILTER isBLANK(?s) } }"
            .to_owned(),
        5 => format!(
            "INSERT DATA {{ GRAPH <{graph}> {{ <e:org{number}> a <http://xmlns.com/foaf/0.1/Organization> ; <http://xmlns.com/foaf/0.1/name> 'Org {number}' }} }}"
        ),
        6 => format!("INSERT DATA {{ <e:s{number}> <e:p> {object} }}"),
        7 => format!("COPY SILENT <{graph}> TO <http://g/copy>"),
        _ => format!("INSERT DATA {{ GRAPH <{graph}> {{ <e:s{number}> <e:p> {object} }} }}"),
    }
}

async fn copy_of(feed: &str) -> Service {
    let copy = Service::in_memory();
    copy.post("/api/v1/changes", &[PATCH], feed)
        .await
        .expect(200);
    copy
}

#[tokio::test]
async fn a_copy_made_of_the_feed_equals_the_store() {
    for seed in [1, 2, 3] {
        let service = Service::durable();
        let mut dice = Dice(seed);
        for _ in 0..200 {
            service.update(&random_update(&mut dice));
        }
        let feed = service.get("/api/v1/changes.rdfp").await.expect(200).text;
        let copy = copy_of(&feed).await;
        assert_eq!(
            copy.fingerprint().await,
            service.fingerprint().await,
            "{seed}"
        );
        // Twice is once.
        copy.post("/api/v1/changes", &[PATCH], &feed)
            .await
            .expect(200);
        assert_eq!(
            copy.fingerprint().await,
            service.fingerprint().await,
            "{seed}"
        );

        // Whoever sees the public graphs only copies those.
        service.set_private(A);
        for _ in 0..20 {
            service.update(&random_update(&mut dice));
        }
        let feed = service.get("/api/v1/changes.rdfp").await.expect(200).text;
        let copy = copy_of(&feed).await;
        assert_eq!(
            copy.fingerprint().await,
            service.fingerprint().await,
            "{seed}"
        );
        let whole = service.graph.snapshot().fingerprint();
        assert_ne!(whole, service.fingerprint().await);
        let admin = service.graph.tokens().create("boss", &[], true).unwrap();
        let feed = service.get_as(&admin, "/api/v1/changes.rdfp").await.text;
        let copy = Service::in_memory();
        copy.set_private(A);
        // The data directory of the copy belongs to somebody who may write what is private.
        for patch in PatchReader::new(feed.as_bytes()) {
            let patch = patch.unwrap();
            copy.graph
                .apply_patch(&Writer::Local, patch, Default::default())
                .unwrap();
        }
        assert_eq!(copy.graph.snapshot().fingerprint(), whole, "{seed}");
    }
}

#[tokio::test]
async fn what_is_private_is_in_no_form_of_the_feed() {
    for service in [Service::durable(), Service::in_memory()] {
        let partner = service.graph.tokens();
        let key = partner.create("a", &[A.to_owned()], false).unwrap();
        service.set_private(A);
        service.update("INSERT DATA { <e:s> <e:p> 'open' }");
        service.update(&format!(
            "INSERT DATA {{ GRAPH <{A}> {{ <e:s> <e:p> 'Ksecret' }} }}"
        ));
        service.update(&format!(
            "INSERT DATA {{ <e:s> <e:p> 'too' . GRAPH <{A}> {{ <e:Ksecret> <e:p> 'x' }} }}"
        ));
        service.update(&format!("DROP GRAPH <{A}>"));
        let first = versions(&service.get("/api/v1/changes").await.json())[0];
        let rows = service.get("/api/v1/changes").await.expect(200).json();
        assert_eq!(versions(&rows), [first, first + 2]);
        assert_eq!(rows[1]["added"], 1);
        for name in ["author", "message", "hash", "previous"] {
            assert_eq!(rows[0][name], Value::Null, "{name}");
        }
        let mut targets = vec![
            "/api/v1/changes.json".to_owned(),
            "/api/v1/changes.csv".to_owned(),
            "/api/v1/changes.rdfp".to_owned(),
            format!("/api/v1/changes.json?graph={}", encoded(A)),
            "/ldes".to_owned(),
            "/ldes/0".to_owned(),
            "/ldes/0.jsonld".to_owned(),
        ];
        for version in [first, first + 2] {
            targets.push(format!("/api/v1/changes/{version}.json"));
            targets.push(format!("/api/v1/changes/{version}.rdfp"));
        }
        for target in &targets {
            let answer = service.get(target).await.expect(200);
            let tells = ["Ksecret", "partner/a"];
            assert!(
                !tells.iter().any(|secret| answer.text.contains(secret)),
                "{target}: {}",
                answer.text
            );
        }
        for version in [first + 1, first + 3] {
            for format in ["json", "rdfp"] {
                let target = format!("/api/v1/changes/{version}.{format}");
                service.get(&target).await.expect(404);
            }
        }
        let rows = service
            .get_as(&key, "/api/v1/changes")
            .await
            .expect(200)
            .json();
        let all: BTreeSet<u64> = versions(&rows).into_iter().collect();
        assert!(
            (first..first + 4).all(|version| all.contains(&version)),
            "{all:?}"
        );
        let text = service.get_as(&key, "/api/v1/changes.rdfp").await.text;
        assert!(text.contains("Ksecret"));
        service
            .get_as("weft_wrong", "/api/v1/changes")
            .await
            .expect(401);
        service
            .get_as("weft_wrong", "/api/v1/changes.sse")
            .await
            .expect(401);
    }
}

#[tokio::test]
async fn changes_that_come_in_are_checked_like_every_write() {
    let service = Service::durable();
    let key = service
        .graph
        .tokens()
        .create("a", &[A.to_owned()], false)
        .unwrap();
    let bearer = format!("Bearer {key}");
    let mine = [PATCH, ("authorization", bearer.as_str())];
    let row = |graph: &str, value: &str| format!("A <e:s> <e:p> \"{value}\" {graph}.\n");
    let own = format!("TX .\n{}TC .\n", row(&format!("<{A}> "), "x"));
    let post = async |headers: &[(&str, &str)], body: &str| {
        service.post("/api/v1/changes", headers, body).await
    };
    // All of it is looked at before any of it is written.
    for foreign in [
        format!("{own}TX .\n{}TC .\n", row("", "x")),
        format!("{own}TX .\n{}TC .\n", row("<http://g/other> ", "x")),
        format!("{own}TX .\nD <e:s> <e:p> <e:o> <http://g/other> .\nTC .\n"),
        format!("{own}H graph-created <http://g/other> .\nTX .\nTC .\n"),
        format!("{own}H graph-dropped <http://g/other> .\nTX .\nTC .\n"),
    ] {
        post(&mine, &foreign).await.expect(403);
    }
    post(&mine, &format!("{own}TX .\nA <e:s> oops .\nTC .\n"))
        .await
        .expect(400);
    let broken = format!("H id <urn:1> .\n{own}H prev <urn:2> .\n{own}");
    post(&mine, &broken).await.expect(409);
    post(&mine, own.trim_end_matches("TC .\n"))
        .await
        .expect(400);
    post(&[("content-type", "text/turtle")], &own)
        .await
        .expect(415);
    assert_eq!(service.graph.data_version(), 0);
    let done = post(&mine, &own).await.expect(200).json();
    assert_eq!(
        done,
        json!({"applied": 1, "dataVersion": 1, "added": 1, "removed": 0})
    );
    let stale = [PATCH, ("if-match", "\"0\"")];
    post(&stale, &own.replace('x', "y")).await.expect(412);
    let fresh = [PATCH, ("if-match", "\"1\"")];
    let two = format!("{own}TX .\n{}TC .\n", row("", "z"));
    let done = post(&fresh, &two).await.expect(200).json();
    assert_eq!(done["applied"], 2);
    assert_eq!(done["added"], 1);
}

/// Reads an answer that does not end until a text is there.
async fn read_until(body: &mut Body, text: &mut String, wanted: &str) {
    while !text.contains(wanted) {
        let frame = timeout(LONG, body.frame()).await.expect("in time");
        let frame = frame
            .unwrap_or_else(|| panic!("ended before {wanted}: {text}"))
            .unwrap();
        text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
}

#[tokio::test]
async fn listeners_hear_of_commits_and_the_end() {
    let service = Service::in_memory();
    with_three_commits(&service);
    let listen = async |headers: &[(&str, &str)], target: &str| {
        let mut request = Request::builder()
            .uri(target)
            .header("host", "weft.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        router(service.state.clone())
            .oneshot(request)
            .await
            .unwrap()
    };
    let events = ("accept", "text/event-stream");
    let answer = listen(
        &[events, ("last-event-id", "1"), ("accept-encoding", "gzip")],
        "/api/v1/changes",
    )
    .await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers().get("content-encoding"), None);
    let mut body = answer.into_body();
    let mut text = String::new();
    read_until(&mut body, &mut text, "id: 3\n").await;
    assert!(
        text.starts_with(": weft\n\nid: 2\nevent: commit\ndata: {\"version\":2,"),
        "{text}"
    );
    // From now on: nothing of what was before.
    let mut late = listen(&[], "/api/v1/changes.sse").await.into_body();
    let mut late_text = String::new();
    read_until(&mut late, &mut late_text, ": weft").await;
    service.update("INSERT DATA { <e:s> <e:p> 4 }");
    read_until(&mut body, &mut text, "id: 4\n").await;
    read_until(&mut late, &mut late_text, "id: 4\n").await;
    assert!(!late_text.contains("id: 3"));
    service.state.close();
    for mut body in [body, late] {
        let end = timeout(LONG, async {
            while let Some(frame) = body.frame().await {
                frame.unwrap();
            }
        });
        end.await.expect("the stream ends with the service");
    }
    let bad = listen(&[events, ("last-event-id", "x")], "/api/v1/changes").await;
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn a_listener_whose_token_is_revoked_hears_no_more() {
    let service = Service::in_memory();
    let key = service
        .graph
        .tokens()
        .create("a", &[A.to_owned()], false)
        .unwrap();
    let request = Request::builder()
        .uri("/api/v1/changes.sse")
        .header("authorization", format!("Bearer {key}"))
        .body(Body::empty())
        .unwrap();
    let mut body = router(service.state.clone())
        .oneshot(request)
        .await
        .unwrap()
        .into_body();
    let mut text = String::new();
    service.update("INSERT DATA { <e:s> <e:p> 1 }");
    read_until(&mut body, &mut text, "id: 1\n").await;
    service.graph.tokens().revoke("a").unwrap();
    service.update("INSERT DATA { <e:s> <e:p> 2 }");
    read_until(&mut body, &mut text, "event: error\n").await;
    assert!(!text.contains("id: 2"));
}

fn turtle(answer: &Answer) -> Vec<Quad> {
    RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(answer.text.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap()
}

fn objects<'a>(quads: &'a [Quad], predicate: &'a str) -> impl Iterator<Item = &'a Term> {
    let of = quads
        .iter()
        .filter(move |quad| quad.predicate.as_str().ends_with(predicate));
    of.map(|quad| &quad.object)
}

/// Goes through an event stream; answers its members, and how many pages there were.
async fn harvest(service: &Service) -> (Vec<Quad>, usize) {
    let mut next = "/ldes".to_owned();
    let mut all = Vec::new();
    let mut pages = 0;
    loop {
        let answer = service.get(&next).await.expect(200);
        assert_eq!(answer.header("content-type"), "text/turtle; charset=utf-8");
        let quads = turtle(&answer);
        let to: Vec<String> = objects(&quads, "tree#node")
            .map(ToString::to_string)
            .collect();
        // What becomes private is gone from the pages there are.
        assert_eq!(answer.header("cache-control"), "no-cache", "{next}");
        pages += 1;
        all.extend(quads);
        match to.first() {
            None => return (all, pages),
            Some(node) => {
                let address = node.trim_matches(['<', '>']);
                next = address
                    .strip_prefix("http://weft.example")
                    .unwrap()
                    .to_owned();
            }
        }
    }
}

#[tokio::test]
async fn the_event_stream_has_each_changed_resource_as_it_was() {
    for service in [Service::durable(), Service::in_memory()] {
        service.update("INSERT DATA { <e:s> <e:p> 'one' . <e:t> <e:p> _:b }");
        service.update("DELETE DATA { <e:s> <e:p> 'one' } ; INSERT DATA { <e:s> <e:p> 'two' }");
        service.update("DELETE DATA { <e:s> <e:p> 'two' }");
        for number in 0..30 {
            service.update(&format!("INSERT DATA {{ <e:many> <e:p> {number} }}"));
        }
        let many: String = (0..600).map(|n| format!("<e:m{n}> <e:p> {n} . ")).collect();
        service.update(&format!("INSERT DATA {{ {many} }}"));
        let (quads, pages) = harvest(&service).await;
        // The view, the first page, and the second in three parts.
        assert_eq!(pages, 5);
        let members = objects(&quads, "tree#member")
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>();
        assert_eq!(members.len(), 2 + 1 + 1 + 30 + 600);
        let said_of = |iri: &str| -> Vec<String> {
            let versions = quads.iter().filter(|quad| {
                quad.predicate.as_str().ends_with("isVersionOf")
                    && quad.object == NamedNode::new_unchecked(iri).into()
            });
            let mut texts = Vec::new();
            for version in versions {
                let of = quads.iter().filter(|quad| quad.subject == version.subject);
                let said: Vec<String> = of
                    .filter(|quad| {
                        quad.predicate.as_str() == "e:p"
                            || quad.object.to_string().contains("Delete")
                    })
                    .map(|quad| quad.object.to_string())
                    .collect();
                texts.push(said.join(" "));
            }
            texts
        };
        let deleted = "<https://www.w3.org/ns/activitystreams#Delete>";
        assert_eq!(said_of("e:s"), ["\"one\"", "\"two\"", deleted]);
        assert_eq!(said_of("e:many").len(), 30);
        assert_eq!(said_of("e:m599").len(), 1);
        assert!(said_of("e:t")[0].contains("/.well-known/genid/"));
        service.get("/ldes/9").await.expect(404);
        service
            .get(&format!("/ldes/{}", u64::MAX))
            .await
            .expect(404);
        service.get("/ldes/1?part=9").await.expect(404);
        service.get("/ldes/x").await.expect(404);
        let json = service.get("/ldes/0.jsonld").await.expect(200);
        assert_eq!(json.header("content-type"), "application/ld+json");
        service.get("/ldes.ttl").await.expect(200);
        let empty = Service::in_memory();
        assert_eq!(harvest(&empty).await.1, 2);
    }
}

#[tokio::test]
async fn a_compacted_log_is_an_event_stream_of_what_is_left() {
    let service = Service::durable();
    for number in 0..50 {
        service.update(&format!("INSERT DATA {{ <e:s{number}> <e:p> {number} }}"));
    }
    service.graph.store().compact().unwrap();
    service.update("INSERT DATA { <e:s> <e:p> 'last' }");
    let (quads, pages) = harvest(&service).await;
    assert_eq!(pages, 2);
    assert_eq!(objects(&quads, "tree#member").count(), 51);
    service.get("/ldes/0").await.expect(410);
}

/// Takes requests one at a time, and answers each with the next status.
async fn receiver(
    statuses: &'static [u16],
) -> (u16, tokio::sync::mpsc::UnboundedReceiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut statuses = statuses.iter().copied();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            loop {
                let mut piece = [0; 4_096];
                let read = stream.read(&mut piece).await.unwrap_or(0);
                if read == 0 {
                    break;
                }
                bytes.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let head = head.to_ascii_lowercase();
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().parse().unwrap();
                if body.len() < length {
                    continue;
                }
                let status = statuses.next().unwrap_or(204);
                let answer = format!(
                    "HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                let _ = sender.send((head, body.to_owned()));
                let _ = stream.write_all(answer.as_bytes()).await;
                break;
            }
        }
    });
    (port, requests)
}

#[tokio::test]
async fn a_webhook_is_told_what_its_token_may_see_signed_and_again_if_that_fails() {
    let (port, mut requests) = receiver(&[500, 302]).await;
    let service = Service::new(
        Config {
            webhook_private: vec![format!("127.0.0.1:{port}")],
            ..Config::default()
        },
        true,
    );
    service.set_private(A);
    service.graph.deliver_webhooks();
    let other = "https://w3id.org/weft/graph/partner/b";
    let key = service
        .graph
        .tokens()
        .create("b", &[other.to_owned()], false)
        .unwrap();
    let bearer = format!("Bearer {key}");
    let mine = [("authorization", bearer.as_str())];
    let hooks = "/api/v1/webhooks";
    let body = json!({"url": format!("http://127.0.0.1:{port}/in"), "secret": "0123456789abcdef"});
    let made = service
        .post(hooks, &mine, &body.to_string())
        .await
        .expect(201);
    let place = made.header("location").to_owned();
    assert_eq!(made.json()["secret"], "0123456789abcdef");
    for url in [
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "http://example.org/",
        "x",
    ] {
        let body = json!({ "url": url }).to_string();
        service.post(hooks, &mine, &body).await.expect(400);
    }
    service.post(hooks, &mine, "{}").await.expect(400);

    // What it may not see it is not told.
    service.update(&format!(
        "INSERT DATA {{ GRAPH <{A}> {{ <e:Ksecret> <e:p> 1 }} }}"
    ));
    let version = service.update("INSERT DATA { <e:s> <e:p> 2 }");
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(timeout(LONG, requests.recv()).await.unwrap().unwrap());
    }
    // It failed twice, and a redirect is a failure too.
    assert!(told.iter().all(|(_, body)| *body == told[0].1));
    let (head, body) = told.pop().unwrap();
    let row: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(row["version"], version);
    assert_eq!(row["added"], 1);
    assert_eq!(row["hash"], Value::Null);
    let expected = signature("0123456789abcdef", body.as_bytes());
    assert!(
        head.contains(&format!("weft-signature: {expected}")),
        "{head}"
    );
    assert!(head.starts_with("post /in "));

    let state = async || {
        let answer = send(&service.state, "GET", &place, &mine, "").await;
        answer.expect(200).json()
    };
    let settled = timeout(LONG, async {
        while state().await["lastDelivery"].is_null() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    settled.await.unwrap();
    let now = state().await;
    assert_eq!(now["delivered"], version);
    assert_eq!(now["attempts"], 0);
    assert!(now.get("secret").is_none() && now["lastError"].is_null());
    service.get(&place).await.expect(404);
    let listed = send(&service.state, "GET", hooks, &mine, "").await.json();
    assert_eq!(listed.as_array().unwrap().len(), 1);

    // Without its token it is switched off.
    service.graph.tokens().revoke("b").unwrap();
    service.update("INSERT DATA { <e:s> <e:p> 3 }");
    let admin = service.graph.tokens().create("boss", &[], true).unwrap();
    let off = timeout(LONG, async {
        loop {
            let state = service.get_as(&admin, &place).await.json();
            if let Some(why) = state["off"].as_str() {
                return why.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert!(off.await.unwrap().contains("revoked"));
    let bearer = format!("Bearer {admin}");
    let boss = [("authorization", bearer.as_str())];
    send(&service.state, "DELETE", &place, &boss, "")
        .await
        .expect(204);
    service.get_as(&admin, &place).await.expect(404);
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_sight_that_is_whole_is_that_of_an_administrator_or_of_a_service_without_secrets() {
    let service = Service::in_memory();
    let sight = |reader: &Reader| service.graph.sight(reader, &[]).unwrap().is_everything();
    assert!(sight(&Reader::anonymous()));
    service.set_private(A);
    assert!(!sight(&Reader::anonymous()) && sight(&Reader::local()));
}
