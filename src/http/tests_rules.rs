//! What the alignment rules conclude is told apart from what somebody states, in answers, evidence
//! and pages, and can be left out.

use super::AppState;
use super::testing::{Answer, encoded, send, state};
use crate::app::{Config, KnowledgeGraph, Writer};
use crate::store::Limits;
use serde_json::Value;
use std::sync::LazyLock;

const GRAPH: &str = "https://w3id.org/weft/graph/partner/trento";

fn update(graph: &KnowledgeGraph, text: &str) {
    let prefixes =
        "PREFIX cpsv: <http://purl.org/vocab/cpsv#> PREFIX cv: <http://data.europa.eu/m8g/>
        PREFIX e: <https://w3id.org/weft/id/actor/> ";
    let update = graph
        .parse_update(&format!("{prefixes}{text}"), None)
        .unwrap();
    graph
        .update(&Writer::Anybody, update, Limits::default())
        .unwrap();
}

fn with_services() -> AppState {
    let state = state(Config {
        open_writes: true,
        empty: true,
        ..Config::default()
    });
    update(
        state.graph(),
        &format!(
            "INSERT DATA {{ GRAPH <{GRAPH}> {{
               e:s a cpsv:PublicService ; dct:title 'Asilo nido'@it ; cv:hasCompetentAuthority e:a ;
                 cv:hasParticipation e:p .
               e:p a cv:Participation ; cv:hasParticipant e:b .
               e:a a cv:PublicOrganisation ; skos:prefLabel 'Comune di Trento'@it .
               e:b a org:Organization ; skos:prefLabel 'Cooperativa' .
               e:c a weft:Actor ; rdfs:label 'Stated' ; weft:provides e:s }} }}"
        ),
    );
    state
}

static DATA: LazyLock<AppState> = LazyLock::new(with_services);

async fn get(target: &str) -> Answer {
    send(&DATA, "GET", target, &[], "").await
}

fn actor(name: &str) -> String {
    format!("https://w3id.org/weft/id/actor/{name}")
}

fn texts(value: &Value) -> Vec<&str> {
    let values = value.as_array().unwrap();
    values.iter().map(|value| value.as_str().unwrap()).collect()
}

#[tokio::test]
async fn each_rule_is_listed_with_what_it_yields() {
    let rules = get("/api/v1/rules").await.expect(200).json();
    let row = |name: &str| {
        let mut rows = rules.as_array().unwrap().iter();
        rows.find(|row| row["name"] == name).unwrap().clone()
    };
    let provides = row("cpsv-ap-provides");
    assert_eq!(provides["statements"], 3);
    assert!(provides["title"].as_str().unwrap().starts_with("CPSV-AP"));
    assert_eq!(texts(&provides["vocabulary"]), ["cpsv-ap"]);
    let terms = texts(&provides["terms"]);
    let expected = [
        "http://data.europa.eu/m8g/hasCompetentAuthority",
        "http://purl.org/vocab/cpsv#provides",
    ];
    assert_eq!(terms, expected);
    assert_eq!(row("cids")["statements"], 0);
    let csv = get("/api/v1/rules.csv").await.expect(200).text;
    assert!(csv.starts_with("name,title,description,vocabulary,terms,statements"));
}

#[tokio::test]
async fn a_conclusion_is_explained_by_its_rule_and_the_statements_under_it() {
    let target = format!(
        "/api/v1/inferred/explain?subject={}&predicate={}&object={}",
        encoded(&actor("a")),
        encoded("https://w3id.org/weft/ns#provides"),
        encoded(&actor("s"))
    );
    let rows = get(&target).await.expect(200).json();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(rows[0]["rule"], "cpsv-ap-provides");
    assert_eq!(rows[0]["inferred"], true);
    let statement = format!(
        "<{}> <http://data.europa.eu/m8g/hasCompetentAuthority> <{}> <{GRAPH}> .",
        actor("s"),
        actor("a")
    );
    assert_eq!(texts(&rows[0]["statements"]), [statement]);
    assert_eq!(texts(&rows[0]["graphs"]), [GRAPH]);
    // All that was concluded of a thing: a literal is written as in N-Triples.
    let all = format!("/api/v1/inferred/explain?subject={}", encoded(&actor("a")));
    let all = get(&all).await.expect(200).json();
    let label = all.as_array().unwrap().iter();
    let label = label.filter(|row| row["object"] == "\"Comune di Trento\"@it");
    let rules: Vec<&str> = label.map(|row| row["rule"].as_str().unwrap()).collect();
    assert!(rules.contains(&"cpsv-ap-authorities"), "{rules:?}");
    for (bad, status) in [
        ("", 400),
        ("?subject=x", 400),
        ("?subject=http://nowhere/", 404),
        ("?subject=http://x/&predicate=%22text%22", 400),
        ("?subject=http://x/&other=1", 400),
    ] {
        let target = format!("/api/v1/inferred/explain{bad}");
        assert_eq!(get(&target).await.status, status, "{bad}");
    }
}

#[tokio::test]
async fn evidence_tells_what_is_stated_from_what_is_inferred() {
    let evidence = |source: &str, target: &str| {
        format!(
            "/api/v1/networks/affiliation/evidence?source={}&target={}",
            encoded(&actor(source)),
            encoded(&actor(target))
        )
    };
    let inferred = get(&evidence("b", "s")).await.expect(200).json();
    let statement = &inferred["statements"][0];
    assert_eq!(statement["inferred"], true);
    assert_eq!(texts(&statement["rules"]), ["cpsv-ap-participations"]);
    let rests_on = texts(&statement["restsOn"]).join("\n");
    for part in ["hasParticipation>", "hasParticipant>", "PublicService>"] {
        assert!(rests_on.contains(part), "{rests_on}");
    }
    let stated = get(&evidence("c", "s")).await.expect(200).json();
    assert_eq!(stated["statements"][0]["inferred"], false);
    assert_eq!(texts(&stated["statements"][0]["rules"]), [""; 0]);
}

#[tokio::test]
async fn what_was_inferred_can_be_left_out() {
    let ask = encoded("SELECT * { ?s a weft:Service }");
    let with = get(&format!("/sparql?query={ask}&format=csv")).await;
    let without = get(&format!("/sparql?query={ask}&format=csv&inferred=false")).await;
    assert_eq!(with.expect(200).text.lines().count(), 2);
    assert_eq!(without.expect(200).text.lines().count(), 1);
    let network = "/api/v1/networks/affiliation";
    let with = get(network).await.json();
    let without = get(&format!("{network}?inferred=false")).await.json();
    assert_eq!(with["edges"], 3, "{with}");
    assert_eq!(without["edges"], 1, "{without}");
    get("/sparql?query=ASK%7B%7D&inferred=maybe")
        .await
        .expect(400);
}

#[tokio::test]
async fn a_page_marks_what_only_the_rules_say() {
    let page = |name: &str| {
        let target = format!("/id/actor/{name}");
        async move {
            send(&DATA, "GET", &target, &[("accept", "text/html")], "")
                .await
                .text
        }
    };
    let inferred = page("a").await;
    assert!(
        inferred.contains("inferred by cpsv-ap-authorities"),
        "{inferred}"
    );
    assert!(inferred.contains("/api/v1/inferred/explain?subject="));
    let stated = page("c").await;
    assert!(!stated.contains("inferred by"), "{stated}");
}
