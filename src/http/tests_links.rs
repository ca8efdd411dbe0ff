//! Links without a port: suggested, decided, remembered, and kept from those who may not see them.

use super::testing::{Answer, encoded, send_to};
use super::{AppState, router};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use axum::Router;
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};

const GRAPH: &str = "https://w3id.org/weft/graph/";
const A: &str = "https://w3id.org/weft/graph/partner/a";
const B: &str = "https://w3id.org/weft/graph/partner/b";

const DATA_A: &str = "
a:faro a weft:Actor ; rdfs:label 'Fundación El Faro de Triana' ; weft:countryCode 'ES' .
a:cruz a weft:Actor ; rdfs:label 'AYTO. DE GALDAKAO' .
a:other a weft:Actor ; rdfs:label 'Zurrumurru Elkartea' .
";
const DATA_B: &str = "
b:faro a weft:Actor ; rdfs:label 'FUNDACION EL FARO DE TRIANA' ; weft:countryCode 'ES' .
b:ayto a weft:Actor ; rdfs:label 'Ayuntamiento de Galdakao' .
b:asoc a weft:Actor ; rdfs:label 'Asociación El Faro de Triana' .
b:faro2 a weft:Actor ; rdfs:label 'Fundación El Faro de Triana, SEVILLA' .
";

struct Service {
    router: Router,
    graph: KnowledgeGraph,
    admin: String,
    a: String,
    both: String,
}

fn write(graph: &KnowledgeGraph, name: &str, text: &str) {
    let prefixes = "@prefix weft: <https://w3id.org/weft/ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix a: <http://a/> . @prefix b: <http://b/> .\n";
    let text = format!("{prefixes}{text}");
    let options = ParseOptions::default();
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let name = NamedNode::new(name).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
}

impl Service {
    fn new() -> Self {
        let graph = KnowledgeGraph::open(Config {
            data_dir: None,
            empty: true,
            ..Config::default()
        })
        .unwrap();
        write(&graph, A, DATA_A);
        write(&graph, B, DATA_B);
        let tokens = graph.tokens();
        let own = |graphs: &[&str]| {
            graphs
                .iter()
                .map(|graph| (*graph).to_owned())
                .collect::<Vec<_>>()
        };
        Self {
            admin: tokens.create("boss", &[], true).unwrap(),
            a: tokens.create("a", &own(&[A]), false).unwrap(),
            both: tokens.create("both", &own(&[A, B]), false).unwrap(),
            router: router(AppState::new(graph.clone())),
            graph,
        }
    }

    async fn send(&self, key: &str, method: &str, target: &str, body: String) -> Answer {
        let key = format!("Bearer {key}");
        let mut headers = vec![("content-type", "application/json")];
        if key != "Bearer " {
            headers.push(("authorization", key.as_str()));
        }
        send_to(self.router.clone(), method, target, &headers, body).await
    }

    async fn get(&self, target: &str) -> Answer {
        self.send("", "GET", target, String::new()).await
    }

    async fn suggestions(&self, parameters: &str) -> Vec<Value> {
        let target = format!("/api/v1/links/suggestions.json?{parameters}");
        let answer = self.get(&target).await.expect(200);
        answer.json().as_array().unwrap().clone()
    }

    async fn post(&self, key: &str, target: &str, body: Value) -> Answer {
        self.send(key, "POST", target, body.to_string()).await
    }

    async fn decide(&self, key: &str, source: &str, target: &str, decision: &str) -> Answer {
        let body = json!({"source": source, "target": target, "decision": decision});
        self.post(key, "/api/v1/links", body).await
    }
}

fn pairs(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("source"), text("target"), text("state"))
        })
        .collect()
}

#[tokio::test]
async fn suggestions_come_with_score_and_reasons() {
    let service = Service::new();
    let rows = service.suggestions("graph=partner/a&threshold=0.8").await;
    let found = pairs(&rows);
    assert!(
        found.contains(&"http://a/faro http://b/faro open".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"http://a/cruz http://b/ayto open".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|pair| pair.contains("b/asoc")),
        "{found:?}"
    );
    let first = &rows[0];
    assert_eq!(first["targetLabel"], "FUNDACION EL FARO DE TRIANA");
    assert!(first["score"].as_f64().unwrap() > 0.9, "{first}");
    assert_eq!(first["confidence"], "sure", "{first}");
    let features: Vec<&str> = first["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["feature"].as_str().unwrap())
        .collect();
    assert!(
        features.contains(&"name") && features.contains(&"country"),
        "{features:?}"
    );
    let csv = service
        .get("/api/v1/links/suggestions.csv?graph=partner/a&limit=1")
        .await
        .expect(200);
    assert!(
        csv.text.contains("the names are the same but for accents"),
        "{}",
        csv.text
    );
    assert_eq!(csv.text.lines().count(), 2);
    assert!(csv.header("weft-total-count").parse::<usize>().unwrap() >= 2);
    // The other way round, and with a graph that has nothing to do with it.
    let rows = service.suggestions("graph=partner/b&with=partner/a").await;
    assert!(pairs(&rows).contains(&"http://b/faro http://a/faro open".to_owned()));
    let within = service
        .suggestions("graph=partner/b&with=partner/b&threshold=0.2")
        .await;
    assert!(
        pairs(&within)
            .iter()
            .any(|pair| pair.starts_with("http://b/faro http://b/faro2")),
        "{within:?}"
    );
}

#[tokio::test]
async fn a_decision_is_remembered_and_can_be_taken_back() {
    let service = Service::new();
    let answer = service
        .decide(&service.admin, "http://a/faro", "http://b/faro", "accept")
        .await
        .expect(200);
    assert_eq!(answer.json()["graph"], format!("{GRAPH}links"));
    service
        .decide(&service.admin, "http://a/faro", "http://b/asoc", "reject")
        .await
        .expect(200);
    let found = pairs(&service.suggestions("graph=partner/a").await);
    assert!(
        found.contains(&"http://a/faro http://b/faro accepted".to_owned()),
        "{found:?}"
    );
    let open = pairs(&service.suggestions("graph=partner/a&state=open").await);
    assert!(
        !open
            .iter()
            .any(|pair| pair.contains("a/faro http://b/faro ")),
        "{open:?}"
    );

    let rows = service.get("/api/v1/links.json").await.expect(200).json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    let accepted = rows.iter().find(|row| row["state"] == "accepted").unwrap();
    assert_eq!(accepted["reviewer"], "boss");
    assert!(accepted["score"].as_f64().unwrap() > 0.9, "{accepted}");
    assert!(
        accepted["comment"]
            .as_str()
            .unwrap()
            .contains("the names are the same"),
        "{accepted}"
    );
    assert_eq!(
        accepted["predicate"],
        "http://www.w3.org/2002/07/owl#sameAs"
    );
    let hash = blake3::hash(b"http://a/faro\nhttp://b/faro").to_hex();
    let link = format!("https://w3id.org/weft/id/link/{}", &hash[..16]);
    assert_eq!(accepted["link"], link);
    let rejected = service
        .get("/api/v1/links.json?state=rejected")
        .await
        .json();
    assert_eq!(rejected.as_array().unwrap().len(), 1);
    let target = format!("/api/v1/links.ttl?iri={}", encoded("http://b/asoc"));
    let turtle = service.get(&target).await.expect(200).text;
    assert!(
        turtle.contains("sssom:predicate_modifier") && turtle.contains("sssom:Not"),
        "{turtle}"
    );
    assert!(!turtle.contains("<http://a/faro> owl:sameAs"), "{turtle}");
    let all = service.get("/api/v1/links.ttl").await.expect(200).text;
    assert!(
        all.contains("<http://a/faro> owl:sameAs <http://b/faro>"),
        "{all}"
    );

    service
        .decide(&service.admin, "http://b/faro", "http://a/faro", "withdraw")
        .await
        .expect(200);
    let found = pairs(&service.suggestions("graph=partner/a").await);
    assert!(
        found.contains(&"http://a/faro http://b/faro open".to_owned()),
        "{found:?}"
    );
    let again = service
        .decide(&service.admin, "http://a/faro", "http://b/faro", "withdraw")
        .await;
    assert_eq!(again.status, 404, "{}", again.text);
}

#[tokio::test]
async fn what_contradicts_an_earlier_decision_is_refused_and_named() {
    let service = Service::new();
    let admin = &service.admin;
    service
        .decide(admin, "http://a/faro", "http://b/faro", "accept")
        .await
        .expect(200);
    service
        .decide(admin, "http://b/faro", "http://b/asoc", "reject")
        .await
        .expect(200);
    // It would join b:faro and b:asoc by way of a:faro.
    let answer = service
        .decide(admin, "http://a/faro", "http://b/asoc", "accept")
        .await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert!(
        answer.text.contains("http://b/asoc") && answer.text.contains("boss"),
        "{}",
        answer.text
    );
    let answer = service
        .decide(admin, "http://b/faro", "http://a/faro", "reject")
        .await;
    assert_eq!(
        answer.status, 200,
        "a pair may be decided otherwise: {}",
        answer.text
    );
    // In a list everything or nothing happens.
    let body = json!([
        {"source": "http://a/cruz", "target": "http://b/ayto", "decision": "accept"},
        {"source": "http://b/ayto", "target": "http://b/faro", "decision": "accept"},
        {"source": "http://a/cruz", "target": "http://b/faro", "decision": "reject"},
    ]);
    let version = service.graph.data_version();
    let answer = service.post(admin, "/api/v1/links", body).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    assert_eq!(service.graph.data_version(), version);
}

#[tokio::test]
async fn a_partner_decides_on_what_is_its_own() {
    let service = Service::new();
    let answer = service
        .decide(&service.a, "http://a/faro", "http://b/faro", "accept")
        .await;
    let answer = answer.expect(200).json();
    assert_eq!(answer["graph"], format!("{A}/links"));
    let foreign = service
        .decide(&service.a, "http://b/faro", "http://b/faro2", "accept")
        .await;
    assert_eq!(foreign.status, 403, "{}", foreign.text);
    for graph in ["partner/b", "links"] {
        let body =
            json!({"source": "http://a/cruz", "target": "http://b/ayto", "decision": "accept"});
        let target = format!("/api/v1/links?graph={graph}");
        let answer = service.post(&service.a, &target, body).await;
        assert_eq!(answer.status, 403, "{graph}: {}", answer.text);
    }
    let which = service
        .decide(&service.both, "http://a/cruz", "http://b/ayto", "accept")
        .await;
    assert_eq!(which.status, 400, "{}", which.text);
    assert!(
        which.text.contains("partner/a") && which.text.contains("partner/b"),
        "{}",
        which.text
    );
    let nobody = service
        .decide("", "http://a/cruz", "http://b/ayto", "accept")
        .await;
    assert_eq!(nobody.status, 401, "{}", nobody.text);
}

#[tokio::test]
async fn all_above_a_threshold_are_accepted_at_once() {
    let service = Service::new();
    let target = "/api/v1/links/accept?graph=partner/a&threshold=0.85";
    service
        .decide(&service.admin, "http://a/faro", "http://b/faro2", "reject")
        .await
        .expect(200);
    let answer = service
        .post(&service.admin, target, json!(null))
        .await
        .expect(200)
        .json();
    assert!(answer["accepted"].as_u64().unwrap() >= 2, "{answer}");
    assert_eq!(answer["dataVersion"], service.graph.data_version());
    let open = service
        .suggestions("graph=partner/a&state=open&threshold=0.85")
        .await;
    assert!(open.is_empty(), "{open:?}");
    let again = service
        .post(&service.admin, target, json!(null))
        .await
        .expect(200)
        .json();
    assert_eq!(again["accepted"], 0);
    let links = service
        .get("/api/v1/links.json?state=accepted")
        .await
        .json();
    let justification = &links[0]["justification"];
    assert_eq!(
        *justification,
        "https://w3id.org/semapv/vocab/CompositeMatching"
    );
    let without = "/api/v1/links/accept?graph=partner/a";
    let answer = service.post(&service.admin, without, json!(null)).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
}

#[tokio::test]
async fn private_graphs_are_neither_suggested_nor_told_of_by_links() {
    let service = Service::new();
    let a = NamedNode::new(A).unwrap();
    service.graph.set_private(&Writer::Local, &a, true).unwrap();
    let answer = service
        .get("/api/v1/links/suggestions?graph=partner/a")
        .await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let rows = service.suggestions("graph=partner/b&threshold=0").await;
    assert!(!json!(rows).to_string().contains("http://a/"), "{rows:?}");
    // The owner sees them.
    let target = "/api/v1/links/suggestions.json?graph=partner/a";
    let own = service
        .send(&service.a, "GET", target, String::new())
        .await
        .expect(200);
    assert!(own.text.contains("http://a/faro"), "{}", own.text);
    // A link in the public graph would tell of a:faro.
    let public = service
        .decide(&service.admin, "http://a/faro", "http://b/faro", "accept")
        .await;
    assert_eq!(public.status, 409, "{}", public.text);
    assert!(public.text.contains("private"), "{}", public.text);
    service
        .decide(&service.a, "http://a/faro", "http://b/faro", "accept")
        .await
        .expect(200);
    let seen = service.get("/api/v1/links.json").await.expect(200).text;
    assert_eq!(seen, "[]");
    service
        .graph
        .set_private(&Writer::Local, &a, false)
        .unwrap();
}

#[tokio::test]
async fn requests_that_make_no_sense_say_why() {
    let service = Service::new();
    for (target, named) in [
        ("suggestions", "`graph`"),
        ("suggestions?graph=partner/none", "partner/none"),
        ("suggestions?graph=partner/a&with=nothing", "nothing"),
        ("suggestions?graph=partner/a&type=animal", "animal"),
        ("suggestions?graph=partner/a&threshold=2", "threshold"),
        ("suggestions?graph=partner/a&threshold=NaN", "threshold"),
        ("suggestions?graph=partner/a&state=maybe", "maybe"),
        ("suggestions?graph=partner/a&colour=red", "colour"),
    ] {
        let answer = service.get(&format!("/api/v1/links/{target}")).await;
        assert_eq!(answer.status, 400, "{target}: {}", answer.text);
        assert!(answer.text.contains(named), "{target}: {}", answer.text);
    }
    for (body, status, named) in [
        (json!({"source": "http://a/faro"}), 400, "target"),
        (
            json!({"source": "x", "target": "http://b/faro", "decision": "accept"}),
            400,
            "IRI",
        ),
        (
            json!({"source": "http://a/x", "target": "http://a/y", "decision": "accept"}),
            400,
            "http://a/x",
        ),
        (
            json!({"source": "http://a/faro", "target": "http://a/faro", "decision": "accept"}),
            400,
            "another",
        ),
        (
            json!({"source": "http://a/faro", "target": "http://b/faro", "decision": "maybe"}),
            400,
            "maybe",
        ),
        (
            json!({"source": "http://a/faro", "target": "http://b/faro", "decision": "accept", "predicate": "knows"}),
            400,
            "knows",
        ),
        (json!([]), 200, "\"decided\":0"),
    ] {
        let answer = service
            .post(&service.admin, "/api/v1/links", body.clone())
            .await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
        assert!(answer.text.contains(named), "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_decision_does_not_make_the_suggestions_anew_and_data_does() {
    let service = Service::new();
    let before = service.suggestions("graph=partner/a").await;
    service
        .decide(&service.admin, "http://a/cruz", "http://b/ayto", "accept")
        .await
        .expect(200);
    let after = service.suggestions("graph=partner/a").await;
    assert_eq!(before.len(), after.len());
    write(
        &service.graph,
        B,
        "b:ayto a weft:Actor ; rdfs:label 'Ayuntamiento de Galdakao' .",
    );
    let fewer = service.suggestions("graph=partner/a").await;
    assert_eq!(pairs(&fewer), ["http://a/cruz http://b/ayto accepted"]);
    let tag = service
        .get("/api/v1/links.json")
        .await
        .header("etag")
        .to_owned();
    let headers = [("if-none-match", tag.as_str())];
    let same = send_to(
        service.router.clone(),
        "GET",
        "/api/v1/links.json",
        &headers,
        "",
    )
    .await;
    assert_eq!(same.status, 304);
}
