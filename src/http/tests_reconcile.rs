//! `/reconcile` without a port: what candidates come, what a client may send, who sees what.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, Writer};
use oxigraph::model::NamedNode;
use serde_json::{Value, json};

const PARTNER: &str = "https://w3id.org/weft/graph/partner/one";

const DATA: &str = "PREFIX a: <https://w3id.org/weft/id/actor/>
PREFIX p: <https://w3id.org/weft/id/place/>
PREFIX x: <http://other.example/>
INSERT DATA {
  a:gitano a weft:Actor ; rdfs:label 'FUNDACIÓN SECRETARIADO GITANO'@es ; weft:place p:madrid ;
    weft:sector <https://w3id.org/weft/code/sector/employment> ; dct:identifier 'G-83117374' ;
    weft:website <http://www.gitanos.org/> ; weft:since '1982'^^xsd:gYear .
  a:once a weft:Actor ; rdfs:label 'Fundación ONCE'@es ; weft:place p:madrid .
  a:pari a weft:Actor ; rdfs:label 'Paritätischer Gesamtverband e.V.'@de ; weft:countryCode 'DE' .
  a:caritas-wien a weft:Actor ; rdfs:label 'Caritas' ; weft:place p:wien .
  a:caritas-madrid a weft:Actor ; rdfs:label 'Caritas' ; weft:place p:madrid .
  a:evil a weft:Actor ; rdfs:label '<script>alert(1)</script> & Söhne' .
  x:sozialamt a weft:Actor ; rdfs:label 'Sozialamt Linz' .
  x:dienst a weft:Service ; rdfs:label 'Sozialamt Linz' ; dct:description 'Beratung'@de .
  [] a weft:Actor ; rdfs:label 'Nameless Body' .
  p:spain a weft:Place ; rdfs:label 'Spain'@en , 'España'@es ; weft:countryCode 'ES' .
  p:madrid a weft:Place ; rdfs:label 'Madrid' ; weft:within p:spain .
  p:austria a weft:Place ; rdfs:label 'Austria'@en .
  p:wien a weft:Place ; rdfs:label 'Wien'@de , 'Vienna'@en ; weft:within p:austria .
  <https://w3id.org/weft/code/sector/employment> a weft:Sector ; skos:prefLabel 'Employment'@en , 'Empleo'@es .
}";

/// A service with the data, and with the words of the ontology.
async fn service() -> AppState {
    let state = state(Config {
        empty: true,
        open_writes: true,
        ..Config::default()
    });
    let ontology = include_str!("../../ontology/core.ttl").to_owned();
    let headers = [("content-type", "text/turtle")];
    let graph = "/store?graph=https://w3id.org/weft/graph/words";
    send(&state, "PUT", graph, &headers, ontology)
        .await
        .expect(201);
    update(&state, DATA).await;
    state
}

async fn update(state: &AppState, update: &str) {
    let headers = [("content-type", "application/sparql-update")];
    send(state, "POST", "/sparql", &headers, update.to_owned())
        .await
        .expect(204);
}

async fn get(state: &AppState, target: &str) -> Answer {
    send(state, "GET", target, &[], "").await
}

async fn post(state: &AppState, parameter: &str, value: &Value) -> Answer {
    let body = format!("{parameter}={}", encoded(&value.to_string()));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(state, "POST", "/reconcile", &headers, body).await
}

/// The candidates of one query.
async fn candidates(state: &AppState, query: Value) -> Vec<Value> {
    let answer = post(state, "queries", &json!({ "q": query })).await;
    answer.expect(200).json()["q"]["result"]
        .as_array()
        .unwrap()
        .clone()
}

fn ids(candidates: &[Value]) -> Vec<&str> {
    candidates
        .iter()
        .map(|candidate| candidate["id"].as_str().unwrap())
        .collect()
}

/// The first candidate is this one, and certainly so.
#[track_caller]
fn is_match(candidates: &[Value], id: &str) {
    let all = json!(candidates);
    assert_eq!(candidates[0]["id"], id, "{all:#}");
    assert_eq!(candidates[0]["match"], true, "{all:#}");
    let others = candidates[1..].iter();
    assert!(
        others.clone().all(|other| other["match"] == false),
        "{all:#}"
    );
}

#[tokio::test]
async fn the_manifest_says_what_there_is_and_where() {
    let state = service().await;
    let answer = get(&state, "/reconcile").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let manifest = answer.json();
    assert_eq!(manifest["versions"], json!(["0.1", "0.2"]));
    assert_eq!(manifest["identifierSpace"], "https://w3id.org/weft/id/");
    assert_eq!(manifest["schemaSpace"], "https://w3id.org/weft/ns#");
    assert_eq!(
        manifest["preview"]["url"],
        "http://weft.example/reconcile/preview?id={{id}}"
    );
    assert_eq!(
        manifest["suggest"]["entity"]["flyout_service_path"],
        "/reconcile/flyout/entity?id=${id}"
    );
    // A security scheme would oblige every client to send a token.
    assert_eq!(manifest.get("authentication"), None);
    let types = manifest["defaultTypes"].as_array().unwrap();
    assert_eq!(types[0], json!({ "id": "Actor", "name": "Actor" }));
    assert!(types.contains(&json!({ "id": "LegalForm", "name": "Legal form" })));
    let tag = answer.header("etag").to_owned();
    let headers = [("if-none-match", tag.as_str())];
    send(&state, "GET", "/reconcile", &headers, "")
        .await
        .expect(304);
}

#[tokio::test]
async fn the_manifest_has_the_address_that_the_client_used() {
    let headers = [("x-forwarded-proto", "https")];
    let answer = send(&INNOSERV, "GET", "/reconcile", &headers, "").await;
    let manifest = answer.expect(200).json();
    assert_eq!(
        manifest["view"]["url"],
        "https://weft.example/reconcile/view?id={{id}}"
    );
    assert_eq!(
        manifest["extend"]["propose_properties"]["service_url"],
        "https://weft.example"
    );
}

#[tokio::test]
async fn old_clients_get_a_call_of_their_function() {
    let state = service().await;
    let answer = get(&state, "/reconcile?callback=jQuery.f_1&_=17")
        .await
        .expect(200);
    assert_eq!(
        answer.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(
        answer.text.starts_with("/**/jQuery.f_1({"),
        "{}",
        answer.text
    );
    for bad in ["alert(1)//", "a.b.", "1a", "a-b"] {
        let target = format!("/reconcile?callback={}", encoded(bad));
        get(&state, &target).await.expect(400);
    }
}

#[tokio::test]
async fn a_batch_is_answered_query_by_query() {
    let state = service().await;
    let batch = json!({
        "q0": { "query": "Fundacion Secretariado Gitano", "type": "Actor" },
        "q1": { "query": "Paritatische Gesamtverband", "limit": 1 },
        "q2": { "query": "Zzyzx Qwerty" },
    });
    let posted = post(&state, "queries", &batch).await.expect(200).json();
    let asked = format!("/reconcile?queries={}", encoded(&batch.to_string()));
    let got = get(&state, &asked).await.expect(200).json();
    assert_eq!(posted, got);
    let first = &posted["q0"]["result"][0];
    assert_eq!(first["id"], "actor/gitano");
    assert_eq!(first["name"], "FUNDACIÓN SECRETARIADO GITANO");
    assert_eq!(first["score"], 100.0);
    assert_eq!(first["match"], true);
    assert_eq!(first["type"], json!([{ "id": "Actor", "name": "Actor" }]));
    assert_eq!(first["description"], "Actor · Madrid · Employment");
    assert_eq!(
        first["features"],
        json!([{ "id": "name_similarity", "value": 100.0 }, { "id": "type_match", "value": 100.0 }])
    );
    assert_eq!(
        ids(posted["q1"]["result"].as_array().unwrap()),
        ["actor/pari"]
    );
    assert_eq!(posted["q2"]["result"], json!([]));
}

#[tokio::test]
async fn names_of_other_hands_are_found() {
    let state = service().await;
    for (text, id) in [
        ("fundacion secretariado gitano", "actor/gitano"),
        ("Secretariado Gitano, Fundación", "actor/gitano"),
        ("Fund. Secretariado Gitano", "actor/gitano"),
        ("Fundacion Secretariao Gitanno", "actor/gitano"),
        ("FSG", "actor/gitano"),
        ("Paritaetischer Gesamtverband", "actor/pari"),
    ] {
        let found = candidates(&state, json!({ "query": text })).await;
        assert_eq!(ids(&found).first(), Some(&id), "{text}: {found:?}");
    }
    // Initials may be those of another.
    let found = candidates(&state, json!({ "query": "FSG" })).await;
    assert_eq!(found[0]["match"], false);
}

#[tokio::test]
async fn of_namesakes_none_is_certain_until_a_property_tells() {
    let state = service().await;
    let found = candidates(&state, json!({ "query": "Caritas" })).await;
    assert_eq!(ids(&found), ["actor/caritas-madrid", "actor/caritas-wien"]);
    assert!(found.iter().all(|candidate| candidate["match"] == false));
    for (pid, value) in [
        ("place", json!("Vienna")),
        ("weft:place", json!("wien")),
        (
            "https://w3id.org/weft/ns#place",
            json!({ "id": "place/wien", "name": "Wien" }),
        ),
        ("place", json!(["Graz", { "id": "place/wien" }])),
    ] {
        let query = json!({ "query": "Caritas", "properties": [{ "pid": pid, "v": value }] });
        is_match(&candidates(&state, query).await, "actor/caritas-wien");
    }
    for (pid, value) in [
        ("country", "ES"),
        ("country", "España"),
        ("place", "Spain"),
        ("place/within", "Spain"),
    ] {
        let query = json!({ "query": "Caritas", "properties": [{ "pid": pid, "v": value }] });
        is_match(&candidates(&state, query).await, "actor/caritas-madrid");
    }
}

#[tokio::test]
async fn a_property_that_differs_makes_no_match() {
    let state = service().await;
    let query = json!({
        "query": "Fundación ONCE",
        "properties": [{ "pid": "place", "v": "Barcelona" }],
    });
    let found = candidates(&state, query).await;
    assert_eq!(
        (&found[0]["id"], &found[0]["match"]),
        (&json!("actor/once"), &json!(false))
    );
    assert!(found[0]["score"].as_f64().unwrap() < 90.0);
}

#[tokio::test]
async fn identifiers_and_addresses_are_found_without_a_name() {
    let state = service().await;
    for (pid, value) in [
        ("identifier", "G-83117374"),
        ("dct:identifier", "G-83117374"),
        ("website", "https://gitanos.org"),
    ] {
        let query = json!({ "properties": [{ "pid": pid, "v": value }] });
        let found = candidates(&state, query).await;
        assert_eq!(ids(&found), ["actor/gitano"], "{pid}");
    }
    for text in [
        "G-83117374",
        "actor/gitano",
        "https://w3id.org/weft/id/actor/gitano",
    ] {
        let found = candidates(&state, json!({ "query": text })).await;
        is_match(&found, "actor/gitano");
        assert_eq!(found[0]["score"], 100.0);
    }
    // Another name, but the same number.
    let query = json!({
        "query": "Secretariado Gitano Delegación de Burgos",
        "properties": [{ "pid": "identifier", "v": "G 83117374" }],
    });
    is_match(&candidates(&state, query).await, "actor/gitano");
    let query = json!({ "type": "Actor", "properties": [{ "pid": "sector", "v": "Empleo" }] });
    assert_eq!(ids(&candidates(&state, query).await), ["actor/gitano"]);
}

#[tokio::test]
async fn types_restrict_or_only_incline() {
    let state = service().await;
    let of = |class: Value, strict: &str| json!({ "query": "Sozialamt Linz", "type": class, "type_strict": strict });
    for id in [
        "Service",
        "service",
        "weft:Service",
        "https://w3id.org/weft/ns#Service",
    ] {
        let found = candidates(&state, json!({ "query": "Sozialamt Linz", "type": id })).await;
        assert_eq!(ids(&found), ["http://other.example/dienst"]);
    }
    let found = candidates(&state, of(json!(["Service", "Place"]), "any")).await;
    assert_eq!(ids(&found), ["http://other.example/dienst"]);
    let found = candidates(&state, of(json!(["Service", "Place"]), "all")).await;
    assert_eq!(found, Vec::<Value>::new());
    let found = candidates(&state, of(json!(["Service"]), "should")).await;
    is_match(&found, "http://other.example/dienst");
    assert_eq!(found[1]["id"], "http://other.example/sozialamt");
    let found = candidates(&state, json!({ "query": "Sozialamt Linz" })).await;
    assert!(found.iter().all(|candidate| candidate["match"] == false));
}

#[tokio::test]
async fn what_is_not_understood_is_left_out_and_said_so() {
    let state = service().await;
    let batch = json!({
        "a": { "query": "Fundación ONCE", "type": "Spaceship" },
        "b": { "query": "Fundación ONCE", "properties": [{ "pid": "colour", "v": "green" }] },
    });
    let answer = post(&state, "queries", &batch).await.expect(200).json();
    assert_eq!(answer["a"]["result"], json!([]));
    assert_eq!(
        answer["a"]["warnings"],
        json!(["there is no type `Spaceship`"])
    );
    assert_eq!(answer["b"]["result"][0]["score"], 100.0);
    assert_eq!(
        answer["b"]["warnings"],
        json!(["there is no property `colour`: it was left out"])
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_its_place() {
    let state = service().await;
    for (batch, expected) in [
        (json!([]), "not an object"),
        (json!({ "q": "x" }), "query `q`: it is not an object"),
        (json!({ "q": {} }), "neither `query` nor a property"),
        (
            json!({ "q": { "properties": [] } }),
            "neither `query` nor a property",
        ),
        (
            json!({ "q": { "query": "x", "props": [] } }),
            "no key `props`",
        ),
        (json!({ "q": { "query": ["x"] } }), "`query` is not a text"),
        (json!({ "q": { "query": "x", "type": 7 } }), "`type`"),
        (
            json!({ "q": { "query": "x", "type_strict": "maybe" } }),
            "`type_strict`",
        ),
        (json!({ "q": { "query": "x", "limit": "five" } }), "`limit`"),
        (
            json!({ "q": { "query": "x", "properties": [{ "pid": "a" }] } }),
            "a property is not",
        ),
        (
            json!({ "q": { "query": "x", "properties": [{ "pid": "a", "v": { "name": "b" } }] } }),
            "needs an `id`",
        ),
    ] {
        let answer = post(&state, "queries", &batch).await.expect(400);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(
            answer.text.contains(expected),
            "{expected}: {}",
            answer.text
        );
    }
    get(&state, "/reconcile?queries=%7B").await.expect(400);
    get(&state, "/reconcile?queries=%7B%7D&extend=%7B%7D")
        .await
        .expect(400);
    get(&state, "/reconcile/suggest/nothing?prefix=a")
        .await
        .expect(404);
    get(&state, "/reconcile/suggest/entity?prefix=a&cursor=b")
        .await
        .expect(400);
    let headers = [("content-type", "application/json")];
    send(&state, "POST", "/reconcile", &headers, "{}")
        .await
        .expect(415);
    let many: serde_json::Map<String, Value> = (0..101)
        .map(|n| (n.to_string(), json!({ "query": "x" })))
        .collect();
    post(&state, "queries", &Value::Object(many))
        .await
        .expect(413);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = format!("queries={deep}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(&state, "POST", "/reconcile", &headers, body)
        .await
        .expect(400);
}

#[tokio::test]
async fn hardly_a_text_is_too_strange_to_look_for() {
    let state = service().await;
    for text in [
        "",
        " ",
        "-",
        "\u{0}",
        "日本",
        "a",
        &"wort ".repeat(20_000),
        "\"'); DROP",
        "://",
        "a:b:c",
    ] {
        let found = candidates(&state, json!({ "query": text })).await;
        assert!(found.len() <= 10, "{text}");
    }
    let nothing = json!({ "query": "Caritas", "type": null, "limit": 0, "type_strict": null, "properties": [{ "pid": "place", "v": null }] });
    assert_eq!(candidates(&state, nothing).await.len(), 2);
}

#[tokio::test]
async fn a_thing_without_an_iri_has_an_id_all_the_same() {
    let state = service().await;
    let found = candidates(&state, json!({ "query": "Nameless Body" })).await;
    let id = found[0]["id"].as_str().unwrap();
    assert!(
        id.starts_with("https://w3id.org/weft/.well-known/genid/"),
        "{id}"
    );
    let target = format!("/reconcile/preview?id={}", encoded(id));
    let answer = get(&state, &target).await.expect(200);
    assert!(answer.text.contains("Nameless Body"));
}

#[tokio::test]
async fn things_are_suggested_while_their_name_is_typed() {
    let state = service().await;
    let suggest = async |parameters: &str| {
        let answer = get(&state, &format!("/reconcile/suggest/entity?{parameters}")).await;
        answer.expect(200).json()["result"].clone()
    };
    let found = suggest("prefix=fundacion+secr").await;
    assert_eq!(found[0]["id"], "actor/gitano");
    assert_eq!(
        found[0]["notable"],
        json!([{ "id": "Actor", "name": "Actor" }])
    );
    assert_eq!(found[0]["description"], "Actor · Madrid · Employment");
    let first = suggest("prefix=caritas&limit=1").await;
    let second = suggest("prefix=caritas&limit=1&cursor=1").await;
    assert_eq!(first[0]["id"], "actor/caritas-madrid");
    assert_eq!(second[0]["id"], "actor/caritas-wien");
    assert_eq!(suggest("prefix=caritas&limit=1&cursor=2").await, json!([]));
    assert_eq!(
        suggest("prefix=sozialamt&type=Service").await[0]["id"],
        "http://other.example/dienst"
    );
    assert_eq!(suggest("prefix=actor/once").await[0]["id"], "actor/once");
    // None has all the words.
    assert_eq!(
        suggest("prefix=secretariado+gitano+burgos").await[0]["id"],
        "actor/gitano"
    );
    assert_eq!(suggest("prefix=").await, json!([]));
    assert_eq!(suggest("prefix=x&type=Spaceship").await, json!([]));
}

#[tokio::test]
async fn types_and_properties_are_suggested_in_every_language() {
    let state = service().await;
    let first = async |what: &str, text: &str| {
        let target = format!("/reconcile/suggest/{what}?prefix={}", encoded(text));
        let answer = get(&state, &target).await;
        answer.expect(200).json()["result"][0].clone()
    };
    assert_eq!(first("type", "act").await["id"], "Actor");
    assert_eq!(first("type", "lugar").await["id"], "Place");
    assert_eq!(first("type", "").await["id"], "Actor");
    assert_eq!(
        first("type", "sector").await["broader"][0]["id"],
        "http://www.w3.org/2004/02/skos/core#Concept"
    );
    assert_eq!(first("property", "pla").await["id"], "place");
    assert_eq!(first("property", "nivel").await["id"], "level");
    assert_eq!(first("property", "count").await["id"], "country");
    assert_eq!(
        first("property", "dct:identifier").await["id"],
        "http://purl.org/dc/terms/identifier"
    );
}

#[tokio::test]
async fn hostile_names_are_harmless_in_previews_and_flyouts() {
    let state = service().await;
    let answer = get(&state, "/reconcile/preview?id=actor%2Fevil")
        .await
        .expect(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(!answer.text.contains("<script"), "{}", answer.text);
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors *"));
    let answer = get(&state, "/reconcile/flyout/entity?id=actor/evil")
        .await
        .expect(200);
    assert!(!answer.text.contains("<script"), "{}", answer.text);
    assert_eq!(answer.json()["id"], "actor/evil");
    // Other pages stay out of frames.
    let headers = [("accept", "text/html")];
    let answer = send(&state, "GET", "/id/actor/evil", &headers, "")
        .await
        .expect(200);
    assert!(
        answer
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    get(&state, "/reconcile/preview?id=actor/nobody")
        .await
        .expect(404);
    get(&state, "/reconcile/flyout/property?id=nothing")
        .await
        .expect(404);
    let answer = get(&state, "/reconcile/flyout/type?id=Actor")
        .await
        .expect(200);
    assert!(
        answer.json()["html"]
            .as_str()
            .unwrap()
            .starts_with("<p><strong>Actor</strong></p>")
    );
}

#[tokio::test]
async fn an_id_leads_to_the_page_of_the_thing() {
    let state = service().await;
    for (id, location) in [
        ("actor/once", "/id/actor/once"),
        (
            "https://w3id.org/weft/code/sector/employment",
            "/code/sector/employment",
        ),
        (
            "http://other.example/dienst",
            "/resource?iri=http://other.example/dienst",
        ),
    ] {
        let answer = get(&state, &format!("/reconcile/view?id={}", encoded(id)))
            .await
            .expect(303);
        assert_eq!(answer.header("location"), location);
    }
    get(&state, "/reconcile/view?id=actor/nobody")
        .await
        .expect(404);
    get(&state, "/reconcile/view?id=javascript:alert(1)")
        .await
        .expect(404);
}

#[tokio::test]
async fn values_come_for_things_that_were_matched() {
    let state = service().await;
    let query = json!({
        "ids": ["actor/gitano", "actor/pari", "actor/nobody"],
        "properties": [
            { "id": "place" },
            { "id": "weft:sector", "settings": { "content": "literal" } },
            { "id": "country", "settings": { "content": "id", "limit": "1" } },
            { "id": "since" },
            { "id": "colour" },
        ],
    });
    let answer = post(&state, "extend", &query).await.expect(200).json();
    assert_eq!(
        answer["meta"],
        json!([
            { "id": "place", "name": "place" },
            { "id": "weft:sector", "name": "sector" },
            { "id": "country", "name": "country" },
            { "id": "since", "name": "since" },
            { "id": "colour", "name": "colour" },
        ])
    );
    assert_eq!(
        answer["rows"],
        json!({
            "actor/gitano": {
                "place": [{ "id": "place/madrid", "name": "Madrid" }],
                "weft:sector": [{ "str": "Employment" }],
                "country": [{ "str": "place/spain" }],
                "since": [{ "int": 1982 }],
                "colour": [],
            },
            "actor/pari": {
                "place": [],
                "weft:sector": [],
                "country": [{ "str": "DE" }],
                "since": [],
                "colour": [],
            },
            "actor/nobody": {
                "place": [], "weft:sector": [], "country": [], "since": [], "colour": [],
            },
        })
    );
    let spanish = json!({
        "ids": ["place/spain"],
        "properties": [{ "id": "name", "settings": { "language": "es", "content": "literal" } }],
    });
    let answer = post(&state, "extend", &spanish).await.expect(200).json();
    assert_eq!(
        answer["rows"]["place/spain"]["name"],
        json!([{ "str": "España" }])
    );
    for bad in [
        json!({ "ids": "x", "properties": [] }),
        json!({ "ids": [] }),
        json!({ "ids": [1], "properties": [] }),
        json!({ "ids": [], "properties": [{ "settings": {} }] }),
        json!({ "ids": [], "properties": [{ "id": "a", "settings": { "content": "magic" } }] }),
        json!({ "ids": [], "properties": [{ "id": "a", "settings": { "limit": "-1" } }] }),
    ] {
        post(&state, "extend", &bad).await.expect(400);
    }
}

#[tokio::test]
async fn the_properties_that_things_really_have_are_proposed() {
    let state = service().await;
    let proposed = async |parameters: &str| {
        let target = format!("/reconcile/properties?{parameters}");
        get(&state, &target).await.expect(200).json()
    };
    let answer = proposed("type=Actor&limit=2").await;
    assert_eq!(
        (&answer["type"], &answer["limit"]),
        (&json!("Actor"), &json!(2))
    );
    assert_eq!(
        answer["properties"][0]["id"],
        "http://www.w3.org/2000/01/rdf-schema#label"
    );
    assert_eq!(answer["properties"][1]["id"], "place");
    assert_eq!(answer["properties"].as_array().unwrap().len(), 2);
    assert_eq!(proposed("type=Spaceship").await["properties"], json!([]));
    assert!(
        !proposed("").await["properties"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn pages_of_other_sites_may_ask() {
    let state = service().await;
    let origin = ("origin", "https://refine.example");
    let preflight = [
        origin,
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    for path in [
        "/reconcile",
        "/reconcile/suggest/type",
        "/reconcile/preview",
    ] {
        let answer = send(&state, "OPTIONS", path, &preflight, "")
            .await
            .expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains("POST")
        );
        assert!(
            answer
                .header("access-control-allow-headers")
                .contains("authorization")
        );
    }
    let answer = send(&state, "GET", "/reconcile", &[origin], "")
        .await
        .expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

/// Everything that can be asked about a private thing.
fn doors() -> Vec<String> {
    let ask = |parameter: &str, value: Value| {
        format!("/reconcile?{parameter}={}", encoded(&value.to_string()))
    };
    vec![
        ask("queries", json!({ "q": { "query": "Ksecret House" } })),
        ask("queries", json!({ "q": { "query": "actor/ksecret" } })),
        ask("queries", json!({ "q": { "query": "K-77" } })),
        ask(
            "queries",
            json!({ "q": { "properties": [{ "pid": "identifier", "v": "K-77" }] } }),
        ),
        ask(
            "queries",
            json!({ "q": { "query": "Caritas", "properties": [{ "pid": "place", "v": "Ksecret Town" }] } }),
        ),
        ask(
            "queries",
            json!({ "q": { "query": "Caritas", "type": "http://x/KsecretClass" } }),
        ),
        ask(
            "queries",
            json!({ "q": { "query": "Caritas", "properties": [{ "pid": "http://x/ksecret", "v": "1" }] } }),
        ),
        ask(
            "extend",
            json!({ "ids": ["actor/ksecret", "actor/caritas-wien"], "properties": [{ "id": "place" }, { "id": "name" }, { "id": "http://x/ksecret" }] }),
        ),
        "/reconcile/suggest/entity?prefix=ksecret".to_owned(),
        "/reconcile/suggest/type?prefix=ksecret".to_owned(),
        "/reconcile/suggest/property?prefix=ksecret".to_owned(),
        "/reconcile/properties".to_owned(),
        "/reconcile/properties?type=Actor".to_owned(),
        "/reconcile/preview?id=actor/ksecret".to_owned(),
        "/reconcile/preview?id=actor/caritas-wien".to_owned(),
        "/reconcile/flyout/entity?id=actor/caritas-wien".to_owned(),
        "/reconcile/flyout/type?id=http://x/KsecretClass".to_owned(),
        "/reconcile/view?id=actor/ksecret".to_owned(),
        "/reconcile".to_owned(),
    ]
}

const PRIVATE_DATA: &str = "
PREFIX a: <https://w3id.org/weft/id/actor/>
PREFIX p: <https://w3id.org/weft/id/place/>
INSERT DATA { GRAPH <https://w3id.org/weft/graph/partner/one> {
  a:ksecret a weft:Actor , <http://x/KsecretClass> ; rdfs:label 'Ksecret House' ; dct:identifier 'K-77' ;
    <http://x/ksecret> '1' .
  a:caritas-wien rdfs:label 'Ksecret Caritas' ; weft:place p:ksecret ; <http://x/ksecret> '1' .
  p:ksecret a weft:Place ; rdfs:label 'Ksecret Town' .
} }";

#[tokio::test]
async fn who_may_not_see_a_graph_gets_the_answers_of_a_service_without_it() {
    let without = service().await;
    let state = service().await;
    update(&state, PRIVATE_DATA).await;
    let graph = state.graph();
    let name = NamedNode::new(PARTNER).unwrap();
    graph.set_private(&Writer::Local, &name, true).unwrap();
    let key = graph
        .tokens()
        .create("one", &[PARTNER.to_owned()], false)
        .unwrap();
    let authorization = format!("Bearer {key}");
    let mut differ = 0;
    for door in doors() {
        let anonymous = get(&state, &door).await;
        assert!(
            !anonymous.text.to_lowercase().contains("ksecret house"),
            "{door}"
        );
        let plain = get(&without, &door).await;
        assert_eq!(anonymous.status, plain.status, "{door}");
        assert_eq!(anonymous.text, plain.text, "{door}");
        let headers = [("authorization", authorization.as_str())];
        let partner = send(&state, "GET", &door, &headers, "").await;
        differ += usize::from((partner.status, &partner.text) != (plain.status, &plain.text));
        assert_eq!(
            partner.header("cache-control"),
            "private, no-cache",
            "{door}"
        );
    }
    // All but the manifest tell more to the partner.
    assert_eq!(differ, doors().len() - 1);
    let headers = [("authorization", "Bearer wrong")];
    send(&state, "GET", "/reconcile", &headers, "")
        .await
        .expect(401);
}
