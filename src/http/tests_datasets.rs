//! Data sets and what is said of them, without a port.

use super::AppState;
use super::testing::{Answer, encoded, send, state};
use crate::app::{Config, NewToken};
use serde_json::{Value, json};

const P: &str = "https://w3id.org/weft/graph/partner";

struct Service {
    state: AppState,
    admin: String,
    a: String,
    b: String,
}

impl Service {
    async fn new(config: Config) -> Self {
        let state = state(config);
        let tokens = state.graph().tokens();
        let partner = |name: &str| {
            let new = NewToken {
                name: name.to_owned(),
                partner: Some(name.to_owned()),
                ..NewToken::default()
            };
            tokens.make(&new).unwrap().1
        };
        let service = Self {
            admin: tokens.create("root", &[], true).unwrap(),
            a: partner("a"),
            b: partner("b"),
            state: state.clone(),
        };
        let key = service.a.clone();
        service
            .put(&format!("{P}/a"), "<http://x> <http://y> 1 .", &key)
            .await;
        service
    }

    async fn empty() -> Self {
        Self::new(Config {
            empty: true,
            ..Config::default()
        })
        .await
    }

    async fn put(&self, graph: &str, turtle: &str, key: &str) {
        let bearer = format!("Bearer {key}");
        let headers = [
            ("content-type", "text/turtle"),
            ("authorization", bearer.as_str()),
        ];
        let target = format!("/store?graph={graph}");
        let answer = send(&self.state, "PUT", &target, &headers, turtle.to_owned()).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn ask(&self, method: &str, target: &str, key: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("accept", "*/*"), ("content-type", "application/json")];
        if !key.is_empty() {
            headers.push(("authorization", &bearer));
        }
        send(&self.state, method, target, &headers, body.to_string()).await
    }

    async fn get(&self, target: &str, key: &str) -> Answer {
        self.ask("GET", target, key, Value::Null).await
    }
}

fn whole() -> Value {
    json!({
        "title": {"en": "Care in A", "es": "Cuidados en A"},
        "description": "Who cares for whom",
        "publisher": "Office A",
        "licence": "cc-by-4.0",
        "contact": "mailto:data@a.example",
        "source": ["https://a.example/register", "Yearbook 2024"],
        "landingPage": "https://a.example/",
        "keywords": ["care", "elderly"],
        "language": ["es", "EN"],
        "frequency": "annual",
    })
}

#[tokio::test]
async fn an_owner_describes_a_graph_and_everybody_reads_it() {
    let service = Service::empty().await;
    let target = "/api/v1/datasets/partner/a";
    let before = service.get(target, "").await.expect(200).json();
    assert_eq!(before["title"], Value::Null);
    service
        .ask("PUT", target, &service.a, whole())
        .await
        .expect(201);
    let view = service.get(target, "").await.expect(200).json();
    assert_eq!(view["graph"], format!("{P}/a"));
    assert_eq!(view["name"], "partner/a");
    assert_eq!(view["title"]["es"], "Cuidados en A");
    assert_eq!(view["description"][""], "Who cares for whom");
    assert_eq!(
        view["licence"],
        "https://creativecommons.org/licenses/by/4.0/"
    );
    assert_eq!(view["contact"], "mailto:data@a.example");
    assert_eq!(view["publisher"], "Office A");
    assert_eq!(view["source"].as_array().unwrap().len(), 2);
    assert_eq!(view["language"], json!(["en", "es"]));
    assert_eq!(view["frequency"], "annual");
    assert_eq!(view["triples"], 1);
    assert_eq!(view["private"], false);
    // Describing a graph is no change of its data.
    assert_eq!(view["version"], before["version"]);
    assert_eq!(view["modified"], before["modified"]);
    // What was answered can be sent back, and nothing changes.
    let version = service.state.graph().data_version();
    service
        .ask("PUT", target, &service.a, view)
        .await
        .expect(204);
    assert_eq!(service.state.graph().data_version(), version);

    let rows = service.get("/api/v1/datasets", "").await.expect(200).json();
    let names: Vec<&str> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["partner/a"],
        "what describes a graph is no data set"
    );
    assert_eq!(rows[0]["title"], "Care in A");
    let csv = service.get("/api/v1/datasets.csv", "").await.expect(200);
    assert!(
        csv.text
            .contains("Care in A,Office A,https://creativecommons.org/")
    );

    service
        .ask("DELETE", target, &service.a, Value::Null)
        .await
        .expect(204);
    let view = service.get(target, "").await.expect(200).json();
    assert_eq!(
        (view["title"].clone(), view["triples"].clone()),
        (Value::Null, json!(1))
    );
    service
        .ask("DELETE", target, &service.a, Value::Null)
        .await
        .expect(404);
}

#[tokio::test]
async fn a_description_is_told_in_dcat_and_prov() {
    let service = Service::empty().await;
    service
        .ask("PUT", "/api/v1/datasets/partner/a", &service.a, whole())
        .await
        .expect(201);
    for target in [
        "/api/v1/datasets.ttl",
        "/api/v1/datasets/partner/a.ttl",
        "/.well-known/void",
    ] {
        let text = service.get(target, "").await.expect(200).text;
        for part in [
            "Cuidados en A\"@es",
            "<https://creativecommons.org/licenses/by/4.0/>",
            "dcat:Dataset",
        ] {
            assert!(text.contains(part), "{target}: {part}\n{text}");
        }
    }
    let text = service.get("/api/v1/datasets/partner/a.ttl", "").await.text;
    for part in [
        "prov:wasAttributedTo",
        "prov:generatedAtTime",
        "dct:modified",
        "dcat:version \"1\"",
        "frequency/ANNUAL",
        "iso639-1/es",
        "<mailto:data@a.example>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json_ld = service.get("/api/v1/datasets.jsonld", "").await.expect(200);
    assert!(
        json_ld
            .header("content-type")
            .starts_with("application/ld+json")
    );
}

#[tokio::test]
async fn only_the_owner_describes_and_what_does_not_fit_is_named() {
    let service = Service::empty().await;
    let version = service.state.graph().data_version();
    let target = "/api/v1/datasets/partner/a";
    for (key, status) in [("", 401), ("weft_no", 401), (&service.b[..], 403)] {
        for method in ["PUT", "DELETE"] {
            let answer = service.ask(method, target, key, whole()).await;
            assert_eq!(answer.status, status, "{method} {answer:?}");
        }
    }
    for (body, part) in [
        (json!([]), "title"),
        (json!({"description": "x"}), "`title`"),
        (json!({"title": ""}), "empty"),
        (json!({"title": {"no tag": "x"}}), "no tag"),
        (json!({"title": 1}), "`title`"),
        (json!({"title": "x", "license": "y", "foo": 1}), "`foo`"),
        (json!({"title": "x", "licence": "my own"}), "CC-BY-4.0"),
        (
            json!({"title": "x", "licence": "javascript:alert(1)"}),
            "licence",
        ),
        (
            json!({"title": "x", "landingPage": "data:text/html,x"}),
            "landingPage",
        ),
        (
            json!({"title": "x", "publisherIri": "nobody"}),
            "publisherIri",
        ),
        (json!({"title": "x", "language": "english"}), "english"),
        (json!({"title": "x", "frequency": "often"}), "annual"),
        (json!({"title": "x", "keywords": [1]}), "keywords"),
        (json!({"title": "x", "contact": "mailto:a b"}), "contact"),
    ] {
        let answer = service.ask("PUT", target, &service.a, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert!(answer.text.contains(part), "{body}: {}", answer.text);
    }
    assert_eq!(service.state.graph().data_version(), version);
}

#[tokio::test]
async fn a_name_may_be_an_iri_and_may_have_dots() {
    let service = Service::empty().await;
    let graph = "https://a.example/graph.ttl";
    service
        .put(graph, "<http://x> <http://y> 1 .", &service.admin)
        .await;
    let target = format!("/api/v1/datasets/{}", encoded(graph));
    service
        .ask("PUT", &target, &service.admin, json!({"title": "A"}))
        .await
        .expect(201);
    let view = service.get(&target, "").await.expect(200).json();
    assert_eq!(
        (view["graph"].clone(), view["name"].clone()),
        (json!(graph), json!(graph))
    );
    let turtle = service.get(&format!("{target}.ttl"), "").await.expect(200);
    assert!(turtle.header("content-type").starts_with("text/turtle"));
    service
        .get("/api/v1/datasets/partner/none", "")
        .await
        .expect(404);
    let no_place = format!("/api/v1/datasets/{}", encoded("https://a.example/g#x"));
    service
        .ask("PUT", &no_place, &service.admin, json!({"title": "A"}))
        .await
        .expect(400);
}

#[tokio::test]
async fn a_private_data_set_is_there_for_its_owner_only() {
    let service = Service::empty().await;
    service
        .ask("PUT", "/api/v1/datasets/partner/a", &service.a, whole())
        .await
        .expect(201);
    let private = format!("/api/v1/graphs/private?graph={P}/a");
    service
        .ask("PUT", &private, &service.admin, Value::Null)
        .await
        .expect(204);
    for key in ["", &service.b] {
        let list = service.get("/api/v1/datasets", key).await.expect(200);
        assert_eq!(list.text, "[]");
        service
            .get("/api/v1/datasets/partner/a", key)
            .await
            .expect(404);
        let void = service.get("/.well-known/void", key).await.expect(200);
        assert!(!void.text.contains("Care in A"));
    }
    let view = service.get("/api/v1/datasets/partner/a", &service.a).await;
    let view = view.expect(200).json();
    assert_eq!(
        (view["private"].clone(), view["title"]["en"].clone()),
        (json!(true), json!("Care in A"))
    );
}

#[tokio::test]
async fn what_ships_and_what_describes_itself_have_titles() {
    let service = Service::new(Config::default()).await;
    let rows = service.get("/api/v1/datasets", "").await.expect(200).json();
    let rows = rows.as_array().unwrap();
    for row in rows {
        let name = row["name"].as_str().unwrap();
        assert_eq!(row["title"].is_null(), name == "partner/a", "{row}");
        assert!(
            row["version"].is_u64() && row["modified"].is_string(),
            "{row}"
        );
    }
    let innoserv = rows.iter().find(|row| row["name"] == "innoserv").unwrap();
    assert_eq!(innoserv["title"], "INNOSERV case collection");
    assert_eq!(
        innoserv["licence"],
        "https://creativecommons.org/licenses/by/4.0/"
    );
    let ontology = service.get("/api/v1/datasets/ontology", "").await.json();
    assert!(ontology["title"]["es"].is_string(), "{ontology}");
    assert_eq!(
        ontology["licence"], innoserv["licence"],
        "the vocabulary speaks for its graph"
    );
    let queries = service.get("/api/v1/datasets/queries", "").await.json();
    assert_eq!(queries["publisher"], "Weft");
    assert_eq!(queries["licence"], ontology["licence"]);
    let innoserv = service.get("/api/v1/datasets/innoserv", "").await.json();
    assert_eq!(innoserv["title"]["es"], "Colección de casos INNOSERV");
}
