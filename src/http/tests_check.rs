//! Checks over HTTP: forms, faults of all kinds, what a write would change, and policies.

use super::AppState;
use super::testing::{Answer, encoded, send};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use std::sync::LazyLock;

const A: &str = "https://w3id.org/weft/graph/partner/a";
const PREFIXES: &str = "@prefix weft: <https://w3id.org/weft/ns#> . \
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . \
    @prefix dct: <http://purl.org/dc/terms/> . \
    @prefix org: <http://www.w3.org/ns/org#> . \
    @prefix sh: <http://www.w3.org/ns/shacl#> . \
    @prefix a: <https://w3id.org/weft/id/actor/> . \
    @prefix b: <https://w3id.org/weft/code/branch/> . ";
const GOOD: &str = "a:one a weft:Actor ; rdfs:label 'One' ; weft:sector b:health . \
    a:two a weft:Actor ; rdfs:label 'Two' ; weft:sector b:housing . \
    a:tie a weft:Tie ; weft:from a:one ; weft:to a:two .";
const BAD: &str = "\na:one a weft:Actor ;\n weft:sector 'Health' .";

/// With the data that ships; nothing is written to it.
static READ_ONLY: LazyLock<AppState> = LazyLock::new(|| {
    let config = Config {
        data_dir: None,
        ..Config::default()
    };
    AppState::new(KnowledgeGraph::open(config).unwrap())
});

fn fresh() -> (AppState, KnowledgeGraph) {
    let graph = KnowledgeGraph::open(Config {
        data_dir: None,
        empty: true,
        ..Config::default()
    })
    .unwrap();
    (AppState::new(graph.clone()), graph)
}

async fn post(state: &AppState, target: &str, turtle: &str, headers: &[(&str, &str)]) -> Answer {
    let mut all = vec![("content-type", "text/turtle")];
    all.extend(headers);
    send(state, "POST", target, &all, format!("{PREFIXES}{turtle}")).await
}

fn rules(answer: &Answer) -> Vec<String> {
    let results = answer.json()["results"].as_array().unwrap().clone();
    let rules = results
        .iter()
        .map(|result| result["rule"].as_str().unwrap().to_owned());
    rules.collect()
}

#[tokio::test]
async fn a_report_names_rule_node_line_and_remedy_in_every_form() {
    let check = |target: &'static str| post(&READ_ONLY, target, BAD, &[]);
    let json = check("/api/v1/check").await.expect(200);
    let report = json.json();
    assert_eq!(
        (&report["accepted"], &report["parsed"]),
        (&false.into(), &true.into())
    );
    let code = report["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["rule"] == "literal-code")
        .unwrap();
    assert_eq!(code["node"], "https://w3id.org/weft/id/actor/one");
    assert_eq!(code["path"], "https://w3id.org/weft/ns#sector");
    assert_eq!(code["line"], 2);
    assert_eq!(
        code["remedy"],
        "write <https://w3id.org/weft/code/branch/health>"
    );
    let csv = check("/api/v1/check.csv").await.expect(200).text();
    assert!(
        csv.starts_with(
            "severity,rule,origin,node,path,value,message,remedy,file,line,column,shape\n"
        ),
        "{csv}"
    );
    let ttl = check("/api/v1/check.ttl").await.expect(200);
    assert!(ttl.header("content-type").starts_with("text/turtle"));
    assert!(
        ttl.text.contains("sh:ValidationReport")
            && ttl.text.contains("LiteralCodeConstraintComponent"),
        "{}",
        ttl.text
    );
    let html = post(&READ_ONLY, "/api/v1/check", BAD, &[("accept", "text/html")])
        .await
        .expect(200);
    assert!(html.text.contains("Has violations") && html.text.contains("literal-code"));
    let spanish = check("/api/v1/check?lang=es").await.expect(200);
    assert!(spanish.text.contains("Sin etiqueta"), "{}", spanish.text);
    check("/api/v1/check.jsonld").await.expect(200);
    check("/api/v1/check?format=xyz").await.expect(400);
    check("/api/v1/check?nonsense=1").await.expect(400);
    check("/api/v1/check?impact=true").await.expect(400);
    let page = send(&READ_ONLY, "GET", "/api/v1/check", &[], "")
        .await
        .expect(200);
    assert!(page.text.contains("multipart/form-data"));
}

#[tokio::test]
async fn more_than_can_be_checked_within_bounds_is_refused() {
    let (state, _) = fresh();
    let line = |at: usize| format!("<http://e/{at}> <http://e/p> \"x\" .\n");
    let data: String = (0..=crate::app::check::MOST_STATEMENTS).map(line).collect();
    let headers = [("content-type", "application/n-triples")];
    let answer = send(&state, "POST", "/api/v1/check", &headers, data).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
    assert!(answer.text.contains("weft validate"), "{}", answer.text);
}

#[tokio::test]
async fn data_that_cannot_be_read_is_a_report_too() {
    let answer = post(&READ_ONLY, "/api/v1/check", "\na:one a oops .", &[])
        .await
        .expect(200);
    let report = answer.json();
    assert_eq!(report["parsed"], false);
    assert_eq!(
        (&report["results"][0]["rule"], &report["results"][0]["line"]),
        (&"syntax".into(), &2.into())
    );
    let none = send(&READ_ONLY, "POST", "/api/v1/check", &[], "x").await;
    assert_eq!(none.status, 415);
    let empty = send(
        &READ_ONLY,
        "POST",
        "/api/v1/check",
        &[("content-type", "text/turtle")],
        "",
    )
    .await;
    assert_eq!(empty.expect(200).json()["conforms"], true);
}

#[tokio::test]
async fn a_form_sends_several_files_shapes_and_fields() {
    let shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> . [] a sh:NodeShape ; \
        sh:targetSubjectsOf <http://t.org/p> ; sh:property [ sh:path <http://t.org/q> ; sh:minCount 1 ] .";
    let mut body = String::new();
    for (disposition, text) in [
        (
            "name=\"file\"; filename=\"one.ttl\"",
            "<http://t.org/a> <http://t.org/p> 1 .",
        ),
        ("name=\"file\"; filename=\"two.nt\"", "broken"),
        ("name=\"shapes\"; filename=\"own.ttl\"", shapes),
        ("name=\"graph\"", "partner/a"),
        ("name=\"impact\"", "false"),
    ] {
        body += &format!("--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{text}\r\n");
    }
    body += "--x--\r\n";
    let headers = [("content-type", "multipart/form-data; boundary=x")];
    let answer = send(&READ_ONLY, "POST", "/api/v1/check", &headers, body)
        .await
        .expect(200);
    let report = answer.json();
    assert_eq!(rules(&answer), ["syntax", "MinCount"], "{report}");
    assert_eq!(report["results"][0]["file"], "two.nt");
    assert_eq!(report["results"][1]["file"], "one.ttl");
    assert_eq!(report["documents"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_impact_tells_what_would_change_and_changes_nothing() {
    let version = READ_ONLY.graph().data_version();
    let target = format!("/api/v1/check?graph={}&impact=true", encoded(A));
    let data = format!(
        "{GOOD} a:three a org:Organization ; rdfs:label 'Three' . \
         a:one weft:in <https://w3id.org/weft/id/innovation/x> ."
    );
    let impact = post(&READ_ONLY, &target, &data, &[])
        .await
        .expect(200)
        .json()["impact"]
        .clone();
    assert_eq!(impact["statements"]["added"], 12, "{impact}");
    let actors = &impact["things"][0];
    // The organisation is an actor by the rules.
    assert_eq!(
        (&actors["kind"], &actors["new"], &actors["gone"]),
        (&"actor".into(), &3.into(), &0.into())
    );
    assert_eq!(actors["firstNew"][0]["label"], "One");
    let figure = |section: &str, id: &str| {
        let figures = impact["figures"].as_array().unwrap();
        let found = figures
            .iter()
            .find(|figure| figure["section"] == section && figure["id"] == id);
        let found = found.unwrap_or_else(|| panic!("{impact}")).clone();
        (found["before"].as_f64(), found["after"].as_f64())
    };
    let (before, after) = figure("collaboration", "edges");
    assert_eq!(after, before.map(|edges| edges + 1.0));
    let (before, after) = figure("collaboration", "nodes");
    assert!(after > before);
    assert!(figure("integration", "horizontal").1.is_some());
    assert_eq!(READ_ONLY.graph().data_version(), version);
    let summary = send(&READ_ONLY, "GET", "/api/v1/networks/collaboration", &[], "").await;
    assert_eq!(
        summary.json()["edges"].as_f64(),
        figure("collaboration", "edges").0
    );
    let csv = post(
        &READ_ONLY,
        &target.replace("check?", "check.csv?"),
        &data,
        &[],
    )
    .await
    .expect(200);
    assert!(csv.text.contains("\nthings,actors,"), "{}", csv.text);
    let html = post(
        &READ_ONLY,
        &target.replace("check?", "check.html?"),
        &data,
        &[],
    )
    .await
    .expect(200);
    assert!(html.text.contains("What a write would change"));
}

#[tokio::test]
async fn what_is_there_already_is_joined_replaced_or_added_to() {
    let (state, graph) = fresh();
    let write = |name: &str, turtle: &str| {
        let text = format!("{PREFIXES}{turtle}");
        let batch =
            parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
        let name = NamedNode::new(name).unwrap();
        graph
            .write_graph(&Writer::Local, name.into(), batch, GraphChange::Replace)
            .unwrap();
    };
    write(
        "http://t.org/other",
        "a:one a weft:Actor ; rdfs:label 'One' . a:x a weft:Actor ; rdfs:label 'TWO' . a:y a weft:Actor ; rdfs:label 'Y' .",
    );
    write(A, "a:old a weft:Actor ; rdfs:label 'Old' .");
    let data = format!(
        "{GOOD} a:three a weft:Actor ; rdfs:label '3' ; <http://www.w3.org/2002/07/owl#sameAs> a:y ."
    );
    let target = |change: &str| format!("/api/v1/check?graph={}&impact=true{change}", encoded(A));
    let replace = post(&state, &target(""), &data, &[])
        .await
        .expect(200)
        .json()["impact"]
        .clone();
    assert_eq!(replace["joined"]["sameIri"], 1, "{replace}");
    assert_eq!(replace["joined"]["sameAs"], 1);
    assert_eq!(replace["joined"]["possible"], 1);
    assert_eq!(
        (
            &replace["things"][0]["gone"],
            &replace["statements"]["removed"]
        ),
        (&1.into(), &2.into())
    );
    let add = post(&state, &target("&change=add"), &data, &[])
        .await
        .expect(200)
        .json()["impact"]
        .clone();
    assert_eq!(
        (&add["things"][0]["gone"], &add["statements"]["unchanged"]),
        (&0.into(), &2.into())
    );
}

#[tokio::test]
async fn a_private_graph_looks_as_if_it_were_not_there() {
    let (state, graph) = fresh();
    let token = graph.tokens().create("a", &[A.to_owned()], false).unwrap();
    let name = NamedNode::new(A).unwrap();
    graph.set_private(&Writer::Local, &name, true).unwrap();
    let text = format!("{PREFIXES}a:Ksecret a weft:Actor ; rdfs:label 'Ksecret' .");
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    graph
        .write_graph(&Writer::Local, name.into(), batch, GraphChange::Replace)
        .unwrap();
    graph
        .policies()
        .set(
            &NamedNode::new(A).unwrap(),
            crate::app::Policy::Report,
            "a",
            false,
        )
        .unwrap();
    let bearer = format!("Bearer {token}");
    let owner = [("authorization", bearer.as_str())];
    let ask = |graph: &str| format!("/api/v1/check?graph={}&impact=true", encoded(graph));
    let hidden = post(&state, &ask(A), GOOD, &[]).await.expect(200).json();
    let absent = post(
        &state,
        &ask("https://w3id.org/weft/graph/partner/none"),
        GOOD,
        &[],
    )
    .await
    .expect(200)
    .json();
    assert_eq!(hidden, absent);
    let own = post(&state, &ask(A), GOOD, &owner).await.expect(200);
    assert!(own.text.contains("Ksecret"), "{}", own.text);
    for path in ["report", "policy"] {
        let target = |graph: &str| format!("/api/v1/graphs/{path}?graph={}", encoded(graph));
        let hidden = send(&state, "GET", &target(A), &[], "").await.expect(404);
        let absent = send(
            &state,
            "GET",
            &target("https://w3id.org/weft/graph/partner/n"),
            &[],
            "",
        )
        .await
        .expect(404);
        assert_eq!(hidden.text.replace("/a>", "/n>"), absent.text);
        send(&state, "GET", &target(A), &owner, "")
            .await
            .expect(200);
    }
    let shapes = format!("/api/v1/check?shapes={}", encoded(A));
    post(&state, &shapes, GOOD, &[]).await.expect(404);
}

#[tokio::test]
async fn a_graph_that_refuses_violations_takes_none_whatever_the_door() {
    let (state, graph) = fresh();
    let owner = format!(
        "Bearer {}",
        graph.tokens().create("a", &[A.to_owned()], false).unwrap()
    );
    let stranger = format!(
        "Bearer {}",
        graph
            .tokens()
            .create("b", &["http://t.org/b".to_owned()], false)
            .unwrap()
    );
    let boss = format!(
        "Bearer {}",
        graph.tokens().create("boss", &[], true).unwrap()
    );
    let policy = |value: &str| format!("/api/v1/graphs/policy?graph={}&policy={value}", encoded(A));
    let put = |key: String, value: &str| {
        let (state, target) = (state.clone(), policy(value));
        async move {
            send(&state, "PUT", &target, &[("authorization", &key)], "")
                .await
                .status
                .as_u16()
        }
    };
    assert_eq!(
        send(&state, "PUT", &policy("refuse"), &[], "").await.status,
        401
    );
    assert_eq!(put(stranger, "refuse").await, 403);
    assert_eq!(put(owner.clone(), "refus").await, 400);
    assert_eq!(put(owner.clone(), "refuse").await, 204);
    let key = [("authorization", owner.as_str())];
    let store = format!("/store?graph={}", encoded(A));
    let turtle = |text: &str| format!("{PREFIXES}{text}");
    let with_type = |media_type: &'static str| {
        [
            ("content-type", media_type),
            ("authorization", owner.as_str()),
        ]
    };
    send(
        &state,
        "PUT",
        &store,
        &with_type("text/turtle"),
        turtle(GOOD),
    )
    .await
    .expect(201);
    let version = graph.data_version();
    let refused = send(
        &state,
        "PUT",
        &store,
        &with_type("text/turtle"),
        turtle(BAD),
    )
    .await
    .expect(422);
    let problem = refused.json();
    assert_eq!(
        problem["type"],
        "https://w3id.org/weft/problem/check-failed"
    );
    assert!(problem["violations"].as_u64().unwrap() >= 2, "{problem}");
    assert_eq!(
        problem["results"][0]["node"],
        "https://w3id.org/weft/id/actor/one"
    );
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("/api/v1/check")
    );
    // Added to what is there, by an update, and as quads.
    let nolabel = "a:new a weft:Actor .";
    send(
        &state,
        "POST",
        &store,
        &with_type("text/turtle"),
        turtle(nolabel),
    )
    .await
    .expect(422);
    let update = format!("INSERT DATA {{ GRAPH <{A}> {{ <http://t.org/n> a weft:Actor }} }}");
    send(
        &state,
        "POST",
        "/sparql",
        &with_type("application/sparql-update"),
        update,
    )
    .await
    .expect(422);
    let delete = format!("DELETE WHERE {{ GRAPH <{A}> {{ ?s rdfs:label ?l }} }}");
    send(
        &state,
        "POST",
        "/sparql",
        &with_type("application/sparql-update"),
        delete,
    )
    .await
    .expect(422);
    let quads = format!(
        "<http://t.org/n> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/weft/ns#Actor> <{A}> ."
    );
    send(
        &state,
        "POST",
        "/store",
        &with_type("application/n-quads"),
        quads,
    )
    .await
    .expect(422);
    assert_eq!(graph.data_version(), version, "nothing landed");
    // An update that mends what it breaks is taken.
    let whole = format!(
        "INSERT DATA {{ GRAPH <{A}> {{ <http://t.org/n> a weft:Actor ; rdfs:label \"N\" }} }}"
    );
    send(
        &state,
        "POST",
        "/sparql",
        &with_type("application/sparql-update"),
        whole,
    )
    .await
    .expect(204);
    // What an administrator says a partner cannot weaken, below the graph neither.
    assert_eq!(put(boss.clone(), "refuse").await, 204);
    assert_eq!(put(owner.clone(), "report").await, 403);
    let told = send(
        &state,
        "GET",
        &policy("x").replace("&policy=x", ""),
        &key,
        "",
    )
    .await
    .expect(200);
    assert_eq!(
        (&told.json()[0]["policy"], &told.json()[0]["byAdmin"]),
        (&"refuse".into(), &true.into())
    );
    assert_eq!(put(boss, "report").await, 204);
    send(
        &state,
        "PUT",
        &store,
        &with_type("text/turtle"),
        turtle(BAD),
    )
    .await
    .expect(204);
    let report = send(
        &state,
        "GET",
        &format!("/api/v1/graphs/report?graph={}", encoded(A)),
        &[],
        "",
    )
    .await
    .expect(200);
    assert!(rules(&report).contains(&"literal-code".to_owned()));
    let etag = report.header("etag").to_owned();
    let again = send(
        &state,
        "GET",
        &format!("/api/v1/graphs/report?graph={}", encoded(A)),
        &[("if-none-match", &etag)],
        "",
    )
    .await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn a_graph_is_checked_with_its_own_shapes() {
    let (state, graph) = fresh();
    let write = |name: String, turtle: &str| {
        let text = format!("{PREFIXES}{turtle}");
        let batch =
            parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
        let name = NamedNode::new(name).unwrap();
        graph.write_graph(&Writer::Local, name.into(), batch, GraphChange::Replace)
    };
    write(
        format!("{A}/shapes"),
        "<http://t.org/S> a sh:NodeShape ; sh:targetClass weft:Actor ; \
        sh:property [ sh:path dct:identifier ; sh:minCount 1 ; sh:message 'needs a number' ] .",
    )
    .unwrap();
    let target = format!("/api/v1/check?graph={}", encoded(A));
    let answer = post(&state, &target, GOOD, &[]).await.expect(200);
    assert!(answer.text.contains("needs a number"), "{}", answer.text);
    let elsewhere = post(&state, "/api/v1/check", GOOD, &[]).await.expect(200);
    assert!(!elsewhere.text.contains("needs a number"));
    let named = format!(
        "/api/v1/check?shapes={}&shapes=none",
        encoded(&format!("{A}/shapes"))
    );
    let named = post(&state, &named, GOOD, &[]).await.expect(200);
    assert_eq!(rules(&named), ["MinCount", "MinCount"]);
    let a = NamedNode::new(A).unwrap();
    graph
        .policies()
        .set(&a, crate::app::Policy::Refuse, "boss", true)
        .unwrap();
    assert!(write(A.to_owned(), GOOD).is_err());
    // Graphs below have the policy too, and the shapes.
    assert!(write(format!("{A}/more"), GOOD).is_err());
    assert!(write("http://t.org/other".to_owned(), BAD).is_ok());
}
