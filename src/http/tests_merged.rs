//! One actor with two IRIs: what each resource answers with and without the links.
//!
//! Partner A knows `red` and `blue`, partner B the same `red` as `long-red`, and `green`. Between
//! `blue` and `green` only the two IRIs of `red` stand.

use super::AppState;
use super::testing::{Answer, encoded, send, state};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};

const A: &str = "https://w3id.org/weft/graph/partner/a";
const B: &str = "https://w3id.org/weft/graph/partner/b";
const LINKS: &str = "https://w3id.org/weft/graph/links";
const ACTOR: &str = "https://w3id.org/weft/id/actor/";
const COLLABORATION: &str = "/api/v1/networks/collaboration";

const OF_A: &str = "
e:red a weft:Actor ; rdfs:label 'Red' ; weft:sector s:health .
e:blue a weft:Actor ; rdfs:label 'Blue' ; weft:sector s:housing .
e:tie-a a weft:Tie ; weft:from e:red ; weft:to e:blue ; dct:source e:report-a .
";
const OF_B: &str = "
e:long-red a weft:Actor ; rdfs:label 'Rote Gruppe' .
e:green a weft:Actor ; rdfs:label 'Green' ; weft:sector s:health .
e:tie-b a weft:Tie ; weft:from e:green ; weft:to e:long-red .
";
const LINK: &str = "
e:red owl:sameAs e:long-red .
<https://w3id.org/weft/id/link/0123456789abcdef> a owl:Axiom , sssom:Mapping ;
  owl:annotatedSource e:red ; owl:annotatedProperty owl:sameAs ; owl:annotatedTarget e:long-red ;
  sssom:confidence 0.93 ; sssom:reviewer_label 'Ana' ; rdfs:comment 'same address' ;
  dct:date '2026-03-01T10:00:00Z'^^xsd:dateTime .
";

fn write(state: &AppState, name: &str, text: &str) {
    let text = format!(
        "PREFIX weft: <https://w3id.org/weft/ns#>
         PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
         PREFIX owl: <http://www.w3.org/2002/07/owl#>
         PREFIX dct: <http://purl.org/dc/terms/>
         PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
         PREFIX sssom: <https://w3id.org/sssom/>
         PREFIX s: <https://w3id.org/weft/code/sector/>
         PREFIX e: <{ACTOR}>
         {text}"
    );
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new_unchecked(name).into();
    state
        .graph()
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
}

fn service() -> AppState {
    let state = state(Config {
        empty: true,
        ..Config::default()
    });
    filled(&state);
    state
}

fn filled(state: &AppState) {
    write(state, A, OF_A);
    write(state, B, OF_B);
    write(state, LINKS, LINK);
}

async fn get(state: &AppState, target: &str) -> Answer {
    send(state, "GET", target, &[("accept", "application/json")], "").await
}

async fn json_of(state: &AppState, target: &str) -> Value {
    get(state, target).await.expect(200).json()
}

fn sparql(query: &str) -> String {
    format!("/sparql?format=json&query={}", encoded(query))
}

/// The values of the first row.
async fn row(state: &AppState, target: &str) -> Vec<String> {
    let answer = json_of(state, target).await;
    let names = answer["head"]["vars"].as_array().unwrap();
    let row = &answer["results"]["bindings"][0];
    let value = |name: &Value| {
        row[name.as_str().unwrap()]["value"]
            .as_str()
            .map(str::to_owned)
    };
    names.iter().filter_map(value).collect()
}

#[tokio::test]
async fn networks_and_their_metrics_take_linked_actors_for_one() {
    let state = service();
    let sizes = |view: &Value| (view["nodes"].clone(), view["edges"].clone());
    assert_eq!(
        sizes(&json_of(&state, COLLABORATION).await),
        (json!(3), json!(2))
    );
    let apart = json_of(&state, &format!("{COLLABORATION}?merged=false")).await;
    assert_eq!(sizes(&apart), (json!(4), json!(2)));
    let target =
        format!("{COLLABORATION}/nodes?metrics=degree,betweenness&sort=-degree&aliases=true");
    let nodes = json_of(&state, &target).await;
    assert_eq!(nodes[0]["iri"], format!("{ACTOR}red"));
    assert_eq!(
        (&nodes[0]["degree"], &nodes[0]["betweenness"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(nodes[0]["aliasCount"], 1);
    assert_eq!(nodes[0]["aliases"], json!([format!("{ACTOR}long-red")]));
    assert_eq!(nodes[1]["aliases"], json!([]));
    let plain = json_of(&state, &format!("{COLLABORATION}/nodes?metrics=degree")).await;
    assert!(plain[0].get("aliases").is_none());
}

#[tokio::test]
async fn mixing_and_the_integration_report_follow() {
    let state = service();
    let ties = async |merged: bool| {
        let target = format!("{COLLABORATION}/mixing?by=sector&merged={merged}");
        let rows = json_of(&state, &target).await;
        let rows = rows.as_array().unwrap().clone();
        rows.iter()
            .map(|row| row["ties"].as_f64().unwrap())
            .sum::<f64>()
    };
    // The tie of `green` has a sector at both ends only where `long-red` is `red`.
    assert!(ties(true).await > ties(false).await);
    let report = async |merged: bool| {
        let target = format!("/api/v1/integration.csv?merged={merged}");
        get(&state, &target).await.expect(200).text()
    };
    assert_ne!(report(true).await, report(false).await);
}

#[tokio::test]
async fn evidence_shows_what_was_stated_and_the_links() {
    let state = service();
    for end in ["red", "long-red"] {
        let target = format!("{COLLABORATION}/evidence?source={ACTOR}{end}&target={ACTOR}green");
        let found = json_of(&state, &target).await;
        assert_eq!(found["tied"], true);
        assert_eq!(found["source"], format!("{ACTOR}red"));
        let statement = &found["statements"][0];
        assert_eq!(
            statement["original"],
            json!([format!("{ACTOR}long-red"), format!("{ACTOR}green")])
        );
        assert_eq!(statement["kind"], "statement");
        assert!(
            statement["triples"].to_string().contains("long-red"),
            "{statement}"
        );
        assert!(
            !statement["triples"].to_string().contains("actor/red"),
            "{statement}"
        );
        let link = &found["links"][0];
        assert_eq!(link["reviewer"], "Ana");
        assert_eq!(link["confidence"], 0.93);
        assert_eq!(link["comment"], "same address");
        assert_eq!(link["graph"], LINKS);
    }
    let target = format!("{COLLABORATION}/evidence.csv?source={ACTOR}red&target={ACTOR}green");
    let table = get(&state, &target).await.expect(200).text();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(
        lines[2].contains(",link,") && lines[2].contains("Ana"),
        "{table}"
    );
    let target =
        format!("{COLLABORATION}/evidence?merged=false&source={ACTOR}red&target={ACTOR}green");
    let apart = json_of(&state, &target).await;
    assert_eq!(
        (&apart["tied"], &apart["links"]),
        (&json!(false), &json!([]))
    );
}

#[tokio::test]
async fn search_and_summary_count_a_linked_actor_once() {
    let state = service();
    let found = json_of(&state, "/api/v1/search?q=rote+gruppe").await;
    assert_eq!(found[0]["iri"], format!("{ACTOR}red"));
    let apart = json_of(&state, "/api/v1/search?q=rote+gruppe&merged=false").await;
    assert_eq!(apart[0]["iri"], format!("{ACTOR}long-red"));
    let merged = json_of(&state, "/api/v1/summary").await;
    let apart = json_of(&state, "/api/v1/summary?merged=false").await;
    assert_eq!(
        (&merged["actors"], &apart["actors"]),
        (&json!(3), &json!(4))
    );
    assert_eq!(merged["triples"], apart["triples"]);
}

#[tokio::test]
async fn sparql_sees_what_is_stated_unless_it_asks_for_the_merged_view() {
    let state = service();
    let query = "SELECT (COUNT(DISTINCT ?a) AS ?n) (COUNT(DISTINCT ?label) AS ?labels) {
        ?a a weft:Actor ; rdfs:label ?label }";
    assert_eq!(row(&state, &sparql(query)).await, ["4", "4"]);
    let merged = format!("{}&merged=true", sparql(query));
    assert_eq!(row(&state, &merged).await, ["3", "4"]);
    let tags = [
        get(&state, &sparql(query)).await,
        get(&state, &merged).await,
    ];
    assert_ne!(tags[0].header("etag"), tags[1].header("etag"));
    let service = "SELECT ?d { SERVICE <https://w3id.org/weft/network/collaboration> {
        <https://w3id.org/weft/id/actor/red> weft:degree ?d } }";
    assert_eq!(row(&state, &sparql(service)).await, ["1"]);
    assert_eq!(
        row(&state, &format!("{}&merged=true", sparql(service))).await,
        ["2"]
    );
    get(&state, &format!("{}&merged=maybe", sparql(query)))
        .await
        .expect(400);
    let explain = format!("/api/v1/explain?merged=true&query={}", encoded(query));
    get(&state, &explain).await.expect(200);
}

#[tokio::test]
async fn an_earlier_version_is_merged_by_the_links_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let graph = KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    });
    let state = AppState::new(graph.unwrap());
    filled(&state);
    let linked = state.graph().data_version();
    write(&state, LINKS, "");
    write(
        &state,
        LINKS,
        "e:blue owl:sameAs e:green . e:red owl:sameAs e:long-red .",
    );
    let query = "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a weft:Actor }";
    for (version, actors) in [
        (linked - 1, "4"),
        (linked, "3"),
        (linked + 1, "4"),
        (linked + 2, "2"),
    ] {
        let target = format!("{}&merged=true&version={version}", sparql(query));
        assert_eq!(row(&state, &target).await, [actors]);
        let summary = json_of(&state, &format!("/api/v1/summary?version={version}")).await;
        assert_eq!(summary["actors"].to_string(), actors);
    }
}

#[tokio::test]
async fn without_the_link_the_two_are_two_again() {
    let state = service();
    write(&state, LINKS, "");
    assert_eq!(json_of(&state, COLLABORATION).await["nodes"], 4);
    assert_eq!(json_of(&state, "/api/v1/summary").await["actors"], 4);
}

#[tokio::test]
async fn every_member_has_the_page_of_the_whole_and_the_data_stay_as_given() {
    let state = service();
    let page = async |path: &str| {
        let html = [("accept", "text/html")];
        send(&state, "GET", path, &html, "")
            .await
            .expect(200)
            .text()
    };
    for end in ["red", "long-red"] {
        let page = page(&format!("/id/actor/{end}")).await;
        for expected in [
            "One actor, 2 IRIs",
            "Rote Gruppe",
            "Ana",
            "0.93",
            "same address",
            "<link rel=\"canonical\" href=\"/id/actor/red\">",
            "actor/tie-a",
            "actor/tie-b",
        ] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
    }
    assert!(!page("/id/actor/blue").await.contains("IRIs"));
    let data = get(&state, "/id/actor/long-red.nt")
        .await
        .expect(200)
        .text();
    assert!(
        data.contains("owl#sameAs") && data.contains("Rote Gruppe"),
        "{data}"
    );
    assert!(!data.contains("\"Red\""), "{data}");
}

#[tokio::test]
async fn private_links_and_members_merge_nothing_for_others() {
    let state = service();
    write(&state, LINKS, "");
    write(
        &state,
        &format!("{B}/links"),
        "e:long-red owl:sameAs e:red .",
    );
    let graph = state.graph();
    let key = graph.tokens().create("boss", &[], true).unwrap();
    let bearer = format!("Bearer {key}");
    let nodes = async |token: bool| {
        let mut headers = vec![("accept", "application/json")];
        headers.extend(token.then_some(("authorization", bearer.as_str())));
        let answer = send(&state, "GET", COLLABORATION, &headers, "").await;
        answer.expect(200).json()["nodes"].clone()
    };
    assert_eq!(
        (nodes(false).await, nodes(true).await),
        (json!(3), json!(3))
    );
    let private = |name: String| {
        let name = NamedNode::new_unchecked(name);
        graph.set_private(&Writer::Local, &name, true).unwrap();
    };
    private(format!("{B}/links"));
    assert_eq!(
        (nodes(false).await, nodes(true).await),
        (json!(4), json!(3))
    );
    private(B.to_owned());
    assert_eq!(
        (nodes(false).await, nodes(true).await),
        (json!(2), json!(3))
    );
    let page = send(
        &state,
        "GET",
        "/id/actor/red",
        &[("accept", "text/html")],
        "",
    )
    .await;
    let page = page.expect(200).text();
    assert!(
        !page.contains("long-red") && !page.contains("Rote"),
        "{page}"
    );
}
