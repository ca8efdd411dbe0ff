//! Scenarios over HTTP: evaluated, shared, saved, listed, removed, and what they must not tell.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};

const SCENARIOS: &str = "/api/v1/scenarios";
const PRIVATE: &str = "https://w3id.org/weft/graph/partner/a";
const OPEN: &str = "https://w3id.org/weft/graph/open";

const PREFIXES: &str = "
@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix branch: <https://w3id.org/weft/code/branch/> .
@prefix e: <http://e/> .
";

/// Two actors of health and two of housing; `hub` alone is tied to both sides.
const BRIDGE: &str = "
e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health .
e:b a weft:Actor ; rdfs:label 'B' ; weft:sector branch:housing .
e:hub a weft:Actor ; rdfs:label 'Hub' ; weft:sector branch:housing .
e:t1 a weft:Tie ; weft:from e:hub ; weft:to e:a .
e:t2 a weft:Tie ; weft:from e:hub ; weft:to e:b .
";

/// What only the owner of the private graph sees.
const SECRET: &str = "
e:Ksecret a weft:Actor ; rdfs:label 'Ksecretlabel' ; weft:sector branch:health .
e:Ksecrettie a weft:Tie ; weft:from e:Ksecret ; weft:to e:b .
";

struct Service {
    state: AppState,
    graph: KnowledgeGraph,
    owner: String,
    other: String,
    boss: String,
}

fn load(graph: &KnowledgeGraph, name: &str, text: &str) {
    let text = format!("{PREFIXES}{text}");
    let options = ParseOptions::default();
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let name = NamedNode::new(name).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
}

impl Service {
    fn new() -> Self {
        Self::of(KnowledgeGraph::open(Config {
            data_dir: None,
            empty: true,
            ..Config::default()
        }))
    }

    fn of(graph: Result<KnowledgeGraph, crate::app::AppError>) -> Self {
        let graph = graph.unwrap();
        let private = NamedNode::new(PRIVATE).unwrap();
        load(&graph, OPEN, BRIDGE);
        graph.set_private(&Writer::Local, &private, true).unwrap();
        load(&graph, PRIVATE, SECRET);
        let tokens = graph.tokens();
        let own = [PRIVATE.to_owned()];
        let others = ["https://w3id.org/weft/graph/partner/b".to_owned()];
        Self {
            owner: tokens.create("a", &own, false).unwrap(),
            other: tokens.create("b", &others, false).unwrap(),
            boss: tokens.create("boss", &[], true).unwrap(),
            state: AppState::new(graph.clone()),
            graph,
        }
    }

    async fn ask(&self, method: &str, target: &str, key: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("content-type", "application/json")];
        if !key.is_empty() {
            headers.push(("authorization", bearer.as_str()));
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        send(&self.state, method, target, &headers, body).await
    }

    async fn post(&self, body: Value) -> Answer {
        self.ask("POST", SCENARIOS, "", body).await
    }

    async fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, "", Value::Null).await
    }
}

fn removing(iri: &str) -> Value {
    json!({"title": "Without", "changes": [{"op": "removeActor", "iri": iri}]})
}

#[track_caller]
fn find<'a>(rows: &'a Value, column: &str, text: &str) -> &'a Value {
    let found = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row[column] == text);
    found.unwrap_or_else(|| panic!("no row with {column} {text}: {rows}"))
}

#[tokio::test]
async fn removing_the_only_bridge_shows_what_is_lost_and_writes_nothing() {
    let service = Service::new();
    let (before, version) = (
        service.graph.snapshot().fingerprint(),
        service.graph.data_version(),
    );
    let answer = service.post(removing("http://e/hub")).await.expect(200);
    assert_eq!(answer.header("weft-data-version"), version.to_string());
    let found = answer.json();
    assert_eq!(found["dataVersion"], version);
    assert_eq!(found["title"], "Without");
    assert_eq!(found["changes"][0]["label"], "Hub");
    assert_eq!(found["changes"][0]["position"], 1);
    assert!(found["statements"]["removed"].as_u64().unwrap() >= 9);
    let lost = find(&found["lost"], "attribute", "sector");
    assert_eq!(
        (&lost["tiesToday"], &lost["tiesScenario"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(found["won"], json!([]));
    let pairs = find(&found["indicators"], "id", "joined-sector-pairs");
    assert_eq!(
        [&pairs["today"], &pairs["scenario"], &pairs["difference"]],
        [&json!(1), &json!(0), &json!(-1)]
    );
    let alone = find(&found["indicators"], "id", "sector-pairs-on-one-actor");
    assert_eq!(
        (&alone["direction"], &alone["effect"]),
        (&json!("less"), &json!("better"))
    );
    let ties = find(&found["networks"], "metric", "edges");
    assert_eq!((&ties["today"], &ties["scenario"]), (&json!(2), &json!(0)));
    assert_eq!(
        find(&found["actors"], "iri", "http://e/hub")["status"],
        "removed"
    );
    // No tie is left, so nobody is in the network any more.
    assert_eq!(
        find(&found["actors"], "iri", "http://e/a")["status"],
        "isolated"
    );
    assert_eq!(service.graph.snapshot().fingerprint(), before);
    assert_eq!(service.graph.data_version(), version);
}

#[tokio::test]
async fn the_rows_of_a_part_are_sorted_and_paged_as_those_of_other_lists() {
    let service = Service::new();
    let changes = removing("http://e/hub")["changes"].to_string();
    let path = format!("{SCENARIOS}/evaluate.csv?changes={}", encoded(&changes));
    let page = service
        .get(&format!("{path}&part=sectorPairs&sort=-toLabel&limit=2"))
        .await
        .expect(200);
    assert_eq!(page.text.lines().count(), 3);
    assert_eq!(page.header("weft-total-count"), "3");
    let links: Vec<&str> = page
        .headers
        .get_all("link")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    let links = links.join(", ");
    assert!(
        links.contains("offset=2>; rel=\"next\"") && links.contains("sort=%2DtoLabel"),
        "{links}"
    );
    let answer = service
        .get(&format!("{path}&part=sectorPairs&sort=colour"))
        .await
        .expect(400);
    assert!(answer.text.contains("tiesToday"), "{}", answer.text);
    for name in ["limit=2", "offset=1", "sort=id"] {
        let answer = service.get(&format!("{path}&{name}")).await.expect(400);
        assert!(answer.text.contains("`part`"), "{}", answer.text);
    }
}

#[tokio::test]
async fn each_part_is_rows_as_json_and_csv_and_in_pages() {
    let service = Service::new();
    let body = removing("http://e/hub");
    let target = format!("{SCENARIOS}?part=indicators");
    let rows = service
        .ask("POST", &target, "", body.clone())
        .await
        .expect(200);
    assert_eq!(
        rows.header("weft-total-count"),
        rows.json().as_array().unwrap().len().to_string()
    );
    let csv = format!("{SCENARIOS}.csv?part=sectorPairs&limit=1");
    let csv = service
        .ask("POST", &csv, "", body.clone())
        .await
        .expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        csv.text
            .starts_with("from,to,fromLabel,toLabel,tiesToday,tiesScenario,difference,")
    );
    assert_eq!(csv.text.lines().count(), 2);
    assert_eq!(csv.header("weft-total-count"), "3");
    let all = format!("{SCENARIOS}?networks=affiliation,levels&metrics=nodes");
    let all = service
        .ask("POST", &all, "", body.clone())
        .await
        .expect(200)
        .json();
    assert_eq!(all["networks"].as_array().unwrap().len(), 2);
    for (query, status, words) in [
        ("part=nothing", 404, "there are changes, services"),
        ("networks=nothing", 404, "no network"),
        ("metrics=nothing", 400, "no metric"),
        ("dataset=open", 400, "in no data set"),
        ("sector=nothing", 400, "`sector`"),
        ("colour=red", 400, "no parameter `colour`"),
        ("timeout=0", 400, "timeout"),
    ] {
        let target = format!("{SCENARIOS}?{query}");
        let answer = service.ask("POST", &target, "", body.clone()).await;
        assert_eq!(answer.status.as_u16() / 100, 4, "{query}: {answer:?}");
        assert!(answer.text.contains(words), "{query}: {}", answer.text);
        if status == 404 && query.starts_with("part") {
            assert_eq!(answer.status, status);
        }
    }
    let filtered = format!("{SCENARIOS}?sector=housing");
    let filtered = service
        .ask("POST", &filtered, "", body)
        .await
        .expect(200)
        .json();
    assert_eq!(filtered["filter"], json!({"sector": "housing"}));
    let nodes = find(&filtered["networks"], "metric", "nodes");
    assert_eq!(nodes["today"], 2);
}

#[tokio::test]
async fn bad_scenarios_name_the_change_and_the_remedy() {
    let service = Service::new();
    for (body, status, words) in [
        (json!(7), 400, "a list of changes"),
        (json!([]), 400, "one change at least"),
        (
            json!([{"op": "removeActr"}]),
            400,
            "do you mean `removeActor`?",
        ),
        (
            json!([{"op": "removeActor", "iri": "http://e/a"}, {"op": "addTie"}]),
            400,
            "change 2: addTie",
        ),
        (
            json!([{"op": "removeActor", "iri": "http://e/hib"}]),
            422,
            "do you mean <http://e/hub>?",
        ),
        (
            json!([{"op": "setLevel", "iri": "http://e/a", "level": "locl"}]),
            422,
            "do you mean `local`?",
        ),
        (
            json!([{"op": "removeTie", "source": "http://e/a", "target": "http://e/b"}]),
            422,
            "there is no tie between A and B",
        ),
        (
            json!(vec![
                json!({"op": "removeActor", "iri": "http://e/a"});
                1_001
            ]),
            413,
            "at most 1000 changes",
        ),
    ] {
        let answer = service.post(body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.text.contains(words), "{words}: {}", answer.text);
    }
    let long = json!({"title": "x", "changes": [{"op": "addActor", "label": "x".repeat(300_000)}]});
    service.post(long).await.expect(413);
    let xml = [("content-type", "text/xml")];
    send(&service.state, "POST", SCENARIOS, &xml, "<x/>")
        .await
        .expect(415);
    // Hostile names do no harm: they come back as they are, in JSON.
    let hostile = "</script><b onclick=x>\u{202e}\u{0}\"";
    let body = json!([{"op": "addActor", "label": hostile, "sector": "health"}]);
    let answer = service.post(body).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["changes"][0]["label"], hostile.trim());
}

#[tokio::test]
async fn a_short_scenario_is_shared_by_its_address_and_cached() {
    let service = Service::new();
    let changes = json!([{"op": "removeActor", "iri": "http://e/hub"}]).to_string();
    let target = format!(
        "{SCENARIOS}/evaluate?title=Mine&changes={}",
        encoded(&changes)
    );
    let answer = service.get(&target).await.expect(200);
    assert_eq!(answer.json()["title"], "Mine");
    let etag = answer.header("etag").to_owned();
    let again = send(
        &service.state,
        "GET",
        &target,
        &[("if-none-match", &etag)],
        "",
    )
    .await;
    assert_eq!(again.status, 304);
    let csv = target.replace("evaluate?", "evaluate.csv?part=actors&");
    let csv = service.get(&csv).await.expect(200);
    assert!(csv.text.starts_with("iri,label,status,degreeToday,"));
    let changed = format!("{target}&part=lost");
    let part = service.get(&changed).await.expect(200);
    assert_ne!(part.header("etag"), etag);
    // Other data, another tag.
    load(&service.graph, "http://e/more", "e:z a weft:Actor .");
    let later = send(
        &service.state,
        "GET",
        &target,
        &[("if-none-match", &etag)],
        "",
    )
    .await;
    assert_eq!(later.status, 200);
    let bad = format!("{SCENARIOS}/evaluate?changes=%5B");
    assert!(
        service
            .get(&bad)
            .await
            .expect(400)
            .text
            .contains("percent-encoded")
    );
    service
        .get(&format!("{SCENARIOS}/evaluate"))
        .await
        .expect(400);
    let browser = [("accept", "text/html,*/*;q=0.8")];
    let page = send(&service.state, "GET", &target, &browser, "")
        .await
        .expect(303);
    assert!(
        page.header("location")
            .starts_with("/scenarios/evaluate?title=Mine")
    );
}

#[tokio::test]
async fn a_token_saves_what_everybody_with_the_link_evaluates_and_its_owner_removes() {
    // With a log, so that earlier versions can be asked for.
    let folder = tempfile::tempdir().unwrap();
    let service = Service::of(KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    }));
    let save = format!("{SCENARIOS}?save=true");
    let body = removing("http://e/hub");
    service
        .ask("POST", &save, "", body.clone())
        .await
        .expect(401);
    let untitled = json!([{"op": "removeActor", "iri": "http://e/hub"}]);
    let answer = service.ask("POST", &save, &service.owner, untitled).await;
    assert!(answer.expect(400).text.contains("`title` is missing"));
    let unfit = service
        .ask("POST", &save, &service.owner, removing("http://e/x"))
        .await;
    assert_eq!(unfit.status, 422);

    let answer = service
        .ask("POST", &save, &service.owner, body.clone())
        .await
        .expect(201);
    let location = answer.header("location").to_owned();
    assert!(location.starts_with("/api/v1/scenarios/"), "{location}");
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let again = service
        .ask("POST", &save, &service.owner, body)
        .await
        .expect(200);
    assert_eq!(again.header("location"), location);

    let version = service.graph.data_version();
    let list = service.get(SCENARIOS).await.expect(200);
    let tag = list.header("etag").to_owned();
    let list = list.json();
    let row = find(&list, "id", &id);
    assert_eq!(
        [
            &row["title"],
            &row["owner"],
            &row["savedOnVersion"],
            &row["size"]
        ],
        [&json!("Without"), &json!("a"), &json!(version), &json!(1)]
    );
    let found = service.get(&location).await.expect(200).json();
    assert_eq!(found["owner"], "a");
    assert_eq!(find(&found["lost"], "attribute", "sector")["tiesToday"], 1);
    let csv = service
        .get(&format!("{location}/indicators.csv"))
        .await
        .expect(200);
    assert!(
        csv.text
            .starts_with("id,name,today,scenario,difference,direction,effect,")
    );
    let definition = service
        .get(&format!("{location}?definition=true"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        definition["changes"],
        json!([{"op": "removeActor", "iri": "http://e/hub"}])
    );
    let same = service
        .get(&format!("{location}.definition"))
        .await
        .expect(200)
        .json();
    assert_eq!(same, definition);
    service
        .get(&format!("{location}/nothing"))
        .await
        .expect(404);
    let browser = [("accept", "text/html")];
    let page = send(&service.state, "GET", &location, &browser, "")
        .await
        .expect(303);
    assert_eq!(page.header("location"), format!("/scenarios/{id}"));

    // On the data of today it is another story, and on the old version the old one.
    load(
        &service.graph,
        OPEN,
        &format!("{BRIDGE} e:t3 a weft:Tie ; weft:from e:a ; weft:to e:b ."),
    );
    let today = service.get(&location).await.expect(200).json();
    assert_eq!(today["lost"], json!([]));
    assert_eq!(today["savedOnVersion"], version);
    let then = service
        .get(&format!("{location}?version={version}"))
        .await
        .expect(200)
        .json();
    assert_eq!(then["dataVersion"], version);
    assert_eq!(then["lost"], found["lost"]);

    service
        .ask("DELETE", &location, "", Value::Null)
        .await
        .expect(401);
    service
        .ask("DELETE", &location, &service.other, Value::Null)
        .await
        .expect(403);
    service
        .ask("DELETE", &location, &service.owner, Value::Null)
        .await
        .expect(204);
    service.get(&location).await.expect(404);
    let empty = service.get(SCENARIOS).await.expect(200);
    assert_ne!(empty.header("etag"), tag);
    assert_eq!(empty.json(), json!([]));
    service
        .get(&format!("{SCENARIOS}/..%2Ftokens"))
        .await
        .expect(404);
}

#[tokio::test]
async fn private_data_counts_for_those_who_see_it_and_tells_others_nothing() {
    let service = Service::new();
    let body = removing("http://e/Ksecret");
    // The nearest is looked for in what the reader sees.
    for key in ["", service.other.as_str()] {
        let answer = service
            .ask("POST", SCENARIOS, key, removing("http://e/Ksecres"))
            .await;
        assert!(!answer.expect(422).text.contains("Ksecret>"));
        let answer = service.ask("POST", SCENARIOS, key, body.clone()).await;
        assert!(
            answer
                .expect(422)
                .text
                .contains("does not know <http://e/Ksecret>")
        );
        let answer = service
            .ask("POST", SCENARIOS, key, removing("http://e/b"))
            .await
            .expect(200);
        assert!(!answer.text.contains("Ksecret"), "{}", answer.text);
        let nodes = answer.json();
        assert_eq!(find(&nodes["networks"], "metric", "nodes")["today"], 3);
    }
    let seen = service
        .ask("POST", SCENARIOS, &service.owner, body.clone())
        .await
        .expect(200)
        .json();
    assert_eq!(seen["changes"][0]["label"], "Ksecretlabel");
    assert_eq!(find(&seen["networks"], "metric", "nodes")["today"], 4);
    // Removing a public actor also takes the private tie away, for those who see it.
    let seen = service
        .ask("POST", SCENARIOS, &service.owner, removing("http://e/b"))
        .await;
    let seen = seen.expect(200).json();
    assert_eq!(find(&seen["networks"], "metric", "edges")["scenario"], 1);

    let save = format!("{SCENARIOS}?save=true");
    let saved = service
        .ask("POST", &save, &service.owner, body)
        .await
        .expect(201);
    let location = saved.header("location").to_owned();
    for key in ["", service.other.as_str()] {
        let answer = service
            .ask("GET", &location, key, Value::Null)
            .await
            .expect(422);
        assert!(!answer.text.contains("Ksecret"), "{}", answer.text);
        let target = format!("{location}?definition=true");
        let answer = service
            .ask("GET", &target, key, Value::Null)
            .await
            .expect(200);
        assert!(!answer.text.contains("Ksecret"), "{}", answer.text);
        assert_eq!(answer.json()["changes"][0]["iri"], "urn:weft:unknown");
        let list = service
            .ask("GET", SCENARIOS, key, Value::Null)
            .await
            .expect(200);
        assert_eq!(list.json(), json!([]));
    }
    for key in [&service.owner, &service.boss] {
        let list = service
            .ask("GET", SCENARIOS, key, Value::Null)
            .await
            .expect(200)
            .json();
        assert_eq!(list.as_array().unwrap().len(), 1);
        service
            .ask("GET", &location, key, Value::Null)
            .await
            .expect(200);
    }
    service
        .ask("DELETE", &location, &service.boss, Value::Null)
        .await
        .expect(204);
}

#[tokio::test]
async fn evaluations_and_writes_at_the_same_time_do_not_disturb_each_other() {
    let service = Service::new();
    let body = removing("http://e/hub").to_string();
    let mut tasks = Vec::new();
    for number in 0..12 {
        let (state, body, graph) = (service.state.clone(), body.clone(), service.graph.clone());
        tasks.push(tokio::spawn(async move {
            if number % 3 == 0 {
                let name = format!("http://e/extra{number}");
                let text = format!("e:n{number} a weft:Actor .");
                tokio::task::spawn_blocking(move || load(&graph, &name, &text))
                    .await
                    .unwrap();
                return;
            }
            let headers = [("content-type", "application/json")];
            let answer = send(&state, "POST", SCENARIOS, &headers, body)
                .await
                .expect(200)
                .json();
            let actors = find(&answer["indicators"], "id", "actors");
            assert_eq!(actors["difference"], -1, "{actors}");
            assert_eq!(find(&answer["networks"], "metric", "nodes")["today"], 3);
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let actors = service.get("/api/v1/summary").await.json();
    assert_eq!(actors["actors"], 3 + 4);
}

#[tokio::test]
async fn a_removed_actor_is_in_no_figure_of_the_data_that_ships() {
    let post = |body: Value| async move {
        let headers = [("content-type", "application/json")];
        send(&INNOSERV, "POST", SCENARIOS, &headers, body.to_string()).await
    };
    let nodes = "/api/v1/networks/collaboration/nodes?sort=-betweenness&limit=1&metrics=degree";
    let top = send(&INNOSERV, "GET", nodes, &[], "").await.json();
    let iri = top[0]["iri"].as_str().unwrap().to_owned();
    let found = post(removing(&iri)).await.expect(200).json();
    for id in ["actors", "participations"] {
        let row = find(&found["indicators"], "id", id);
        assert!(row["difference"].as_f64().unwrap() < 0.0, "{row}");
    }
    let actor = &found["actors"][0];
    assert_eq!(
        (&actor["iri"], &actor["status"]),
        (&json!(iri), &json!("removed"))
    );
    assert_eq!(actor["betweennessRankToday"], 1);
    assert!(found["actorsAffected"].as_u64().unwrap() >= top[0]["degree"].as_u64().unwrap());
    for part in ["sectorPairs", "levelPairs", "groups"] {
        for row in found[part].as_array().unwrap() {
            for field in ["topScenario", "group"] {
                assert_ne!(row[field], json!(iri), "{row}");
            }
        }
    }
    let today = send(&INNOSERV, "GET", "/api/v1/networks/collaboration", &[], "")
        .await
        .json();
    let density = find(&found["networks"], "metric", "density");
    assert_eq!(density["today"], today["metrics"]["density"]);
    let whole = send(&INNOSERV, "GET", "/api/v1/integration", &[], "")
        .await
        .json();
    let formal = find(&found["indicators"], "id", "formalisation");
    let known = find(&whole["indicators"], "id", "formalisation");
    assert_eq!(formal["today"], known["value"]);
    assert_eq!(formal["denominatorToday"], known["denominator"]);
}

#[tokio::test]
async fn an_empty_store_says_that_it_knows_nothing_and_takes_what_is_new() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let headers = [("content-type", "application/json")];
    let unknown = removing("http://e/a").to_string();
    send(&empty, "POST", SCENARIOS, &headers, unknown)
        .await
        .expect(422);
    let body = json!([{"op": "addActor", "label": "First", "sector": "health"},
                      {"op": "addActor", "label": "Second", "sector": "housing"},
                      {"op": "addTie", "source": "new:first", "target": "new:second"}]);
    let found = send(&empty, "POST", SCENARIOS, &headers, body.to_string())
        .await
        .expect(200)
        .json();
    assert_eq!(found["won"].as_array().unwrap().len(), 1);
    let density = find(&found["networks"], "metric", "density");
    assert_eq!(
        (&density["today"], &density["scenario"]),
        (&Value::Null, &json!(1))
    );
    assert!(density["undefinedToday"].is_string());
    let list = send(&empty, "GET", &format!("{SCENARIOS}.csv"), &[], "")
        .await
        .expect(200);
    assert_eq!(
        list.text,
        "id,title,description,owner,created,savedOnVersion,size,choices,url,fits\n"
    );
}

#[tokio::test]
async fn a_backup_carries_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backup, restored) = (
        folder.path().join("data"),
        folder.path().join("backup"),
        folder.path().join("restored"),
    );
    let open = |folder: &std::path::Path| {
        KnowledgeGraph::open(Config {
            data_dir: Some(folder.to_owned()),
            empty: true,
            ..Config::default()
        })
    };
    let service = Service::of(open(&data));
    let save = format!("{SCENARIOS}?save=true");
    let answer = service
        .ask("POST", &save, &service.boss, removing("http://e/hub"))
        .await;
    let location = answer.expect(201).header("location").to_owned();
    service.graph.backup(&backup).unwrap();
    crate::app::visibility::restore(&backup, &restored).unwrap();
    let again = AppState::new(open(&restored).unwrap());
    let found = send(&again, "GET", &location, &[], "")
        .await
        .expect(200)
        .json();
    assert_eq!(found["owner"], "boss");
}

async fn page(state: &AppState, target: &str) -> Answer {
    let headers = [("accept", "text/html"), ("accept-language", "en")];
    send(state, "GET", target, &headers, "").await
}

#[tokio::test]
async fn the_page_tells_in_words_what_changes_and_leads_on_without_scripts() {
    let service = Service::new();
    let list = page(&service.state, "/scenarios").await.expect(200);
    assert!(
        list.text.contains("<option value=\"Hub\">"),
        "{}",
        list.text
    );
    assert!(!list.text.contains("Ksecret"), "private names");
    let added = "/scenarios/add?op=removeActor&actor=hub";
    let added = page(&service.state, added).await.expect(303);
    let target = added.header("location").to_owned();
    assert!(
        target.starts_with("/scenarios/evaluate?changes="),
        "{target}"
    );
    let found = page(&service.state, &target).await.expect(200).text;
    for words in [
        "Without Hub",
        "Nothing that is recorded joins health and housing any more.",
        "Ties between actors: falls from 2 to 0.",
        "lost: no tie is left of 1",
        "removed",
    ] {
        assert!(found.contains(words), "{words}: {found}");
    }
    // One more, on top of it.
    let more = target.replace(
        "/evaluate?",
        "/add?op=addActor&label=New+one&sector=health&",
    );
    let more = page(&service.state, &more).await.expect(303);
    let both = page(&service.state, more.header("location"))
        .await
        .expect(200)
        .text;
    let words = "With a new actor, New one (Sector: health)";
    assert!(both.contains(words), "{both}");
    assert_eq!(both.matches("class=\"leave-out\"").count(), 2);
    let begin = "/api/v1/scenarios/evaluate.csv?part=indicators";
    let csv = both
        .split("href=\"")
        .find(|part| part.starts_with(begin))
        .unwrap();
    let csv = csv.split('"').next().unwrap().replace("&#38;", "&");
    let csv = service.get(&csv).await.expect(200);
    assert!(csv.text.starts_with("id,name,today,"));
}

#[tokio::test]
async fn the_page_shows_what_does_not_fit_and_lets_people_choose() {
    let service = Service::new();
    let changes = json!([{"op": "removeActor", "iri": "http://e/hab"}]).to_string();
    let target = format!("/scenarios/evaluate?changes={}", encoded(&changes));
    let found = page(&service.state, &target).await.expect(200).text;
    assert!(found.contains("role=\"alert\""));
    assert!(
        found.contains("do you mean &#60;http://e/hub&#62;?"),
        "{found}"
    );
    let none = page(&service.state, "/scenarios/add?op=removeActor&actor=zzz")
        .await
        .expect(200);
    assert!(none.text.contains("No actor is called like"));
    let more =
        "e:h2 a weft:Actor ; rdfs:label 'East hub' . e:h3 a weft:Actor ; rdfs:label 'West hub' .";
    load(&service.graph, "http://e/more", more);
    // One of them is called exactly so.
    page(&service.state, "/scenarios/add?op=removeActor&actor=hub")
        .await
        .expect(303);
    // Nothing goes because another name of it was typed, and not where something else is called so.
    let other = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        e:h4 a weft:Actor ; rdfs:label 'Homestead' ; skos:altLabel 'Health South' .
        e:h5 a weft:Actor ; rdfs:label 'Coast' ; skos:altLabel 'Hub' .";
    load(&service.graph, "http://e/others", other);
    for (text, shown) in [
        ("Health+South", "Homestead (also called Health South)"),
        ("health+sou", "Homestead (also called Health South)"),
        ("Hub", "Coast (also called Hub)"),
        ("Homestea", "Homestead"),
    ] {
        let target = format!("/scenarios/add?op=removeActor&actor={text}");
        let choice = page(&service.state, &target).await.expect(200).text;
        assert!(choice.contains("Choose what you mean by"), "{choice}");
        assert!(choice.contains(shown), "{shown}: {choice}");
    }
    page(
        &service.state,
        "/scenarios/add?op=removeActor&actor=homestead",
    )
    .await
    .expect(303);
    let choice = page(
        &service.state,
        "/scenarios/add?op=mergeActors&actor=hu&other=A",
    )
    .await;
    let choice = choice.expect(200).text;
    assert!(choice.contains("Choose what you mean by"), "{choice}");
    assert!(choice.contains("actor=http://e/h2&#38;other=A"), "{choice}");
    page(
        &service.state,
        "/scenarios/add?op=removeActor&actor=hub&x=1",
    )
    .await
    .expect(400);
    page(&service.state, "/scenarios/add?op=dance")
        .await
        .expect(400);
    page(&service.state, "/scenarios/nothing").await.expect(404);

    // Names of others do no harm, and do not end the element that scripts read.
    let hostile = json!([{"op": "addActor", "label": "</script><img src=x>"}]).to_string();
    let target = format!(
        "/scenarios/evaluate?title=%3Cb%3E&changes={}",
        encoded(&hostile)
    );
    let found = page(&service.state, &target).await.expect(200).text;
    assert!(
        !found.contains("<img src=x") && !found.contains("<b>"),
        "{found}"
    );
    assert_eq!(found.matches("</script>").count(), 2, "{found}");
}

#[tokio::test]
async fn a_saved_scenario_has_a_page_that_keeps_what_is_private() {
    let service = Service::new();
    let save = format!("{SCENARIOS}?save=true");
    let body = removing("http://e/Ksecret");
    let saved = service
        .ask("POST", &save, &service.owner, body)
        .await
        .expect(201);
    let id = saved.json()["id"].as_str().unwrap().to_owned();
    let target = format!("/scenarios/{id}");
    let found = page(&service.state, &target).await.expect(200).text;
    assert!(!found.contains("Ksecret"), "{found}");
    assert!(found.contains("role=\"alert\""));
    let list = page(&service.state, "/scenarios").await.expect(200).text;
    assert!(!list.contains(&id), "{list}");
    let body = removing("http://e/hub");
    let open = service
        .ask("POST", &save, &service.owner, body)
        .await
        .expect(201)
        .json();
    let target = format!("/scenarios/{}", open["id"].as_str().unwrap());
    let found = page(&service.state, &target).await.expect(200).text;
    assert!(found.contains("Saved by a on "), "{found}");
    assert!(found.contains(&format!("/api/v1{target}/indicators.csv")));
    let list = page(&service.state, "/scenarios").await.expect(200).text;
    assert!(list.contains(&target), "{list}");
}

#[tokio::test]
async fn a_saved_scenario_keeps_what_it_was_restricted_to() {
    let service = Service::new();
    let target = format!("{SCENARIOS}?save=true&sector=health&networks=levels");
    let body = removing("http://e/a");
    let saved = service.ask("POST", &target, &service.owner, body).await;
    let reference = saved.header("link").to_owned();
    assert!(reference.contains("describedby"), "{reference}");
    let saved = saved.expect(201).json();
    assert_eq!(saved["filter"], json!({"sector": "health"}));
    assert_eq!(
        saved["choices"],
        json!({"networks": "levels", "sector": "health"})
    );
    let target = format!("{SCENARIOS}/{}", saved["id"].as_str().unwrap());
    let again = service.get(&target).await.expect(200).json();
    assert_eq!(again["filter"], json!({"sector": "health"}));
    assert_eq!(again["networks"], saved["networks"]);
    // Whoever asks may say otherwise, and nothing at all.
    let other = service.get(&format!("{target}?sector=housing")).await;
    assert_eq!(
        other.expect(200).json()["filter"],
        json!({"sector": "housing"})
    );
    let all = service
        .get(&format!("{target}?sector="))
        .await
        .expect(200)
        .json();
    assert_eq!(all["filter"], json!({}));
    // The reference is to what is kept.
    let address = reference.split(['<', '>']).nth(1).unwrap();
    let found = service.get(address).await.expect(200).json();
    assert_eq!(found["title"], "What if: Without");
    let permalink = found["permalink"].as_str().unwrap().to_owned();
    assert!(
        permalink.starts_with(&format!("{target}?version=")),
        "{permalink}"
    );
    assert_eq!(
        service.get(&permalink).await.expect(200).json()["indicators"],
        again["indicators"]
    );
}

#[tokio::test]
async fn a_scenario_whose_actor_is_gone_is_still_listed_and_says_which_version_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::of(KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    }));
    let target = format!("{SCENARIOS}?save=true");
    let body = removing("http://e/a");
    let saved = service.ask("POST", &target, &service.boss, body).await;
    let saved = saved.expect(201).json();
    let secret = removing("http://e/Ksecret");
    let secret = service.ask("POST", &target, &service.boss, secret).await;
    secret.expect(201);
    let version = saved["dataVersion"].as_u64().unwrap();
    let target = format!("{SCENARIOS}/{}", saved["id"].as_str().unwrap());
    let listed = service.get(SCENARIOS).await.expect(200).json();
    assert_eq!(listed[0]["fits"], true);

    load(&service.graph, OPEN, &BRIDGE.replace("e:a ", "e:other "));
    let listed = service.get(SCENARIOS).await.expect(200).json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(
        (&listed[0]["id"], &listed[0]["fits"]),
        (&saved["id"], &json!(false))
    );
    let refused = service.get(&target).await.expect(422).json();
    let detail = refused["detail"].as_str().unwrap();
    let remedy = format!("{target}?version={version}");
    assert!(
        detail.contains("<http://e/a>") && detail.contains(&remedy),
        "{detail}"
    );
    service.get(&remedy).await.expect(200);
    let page = [("accept", "text/html")];
    let page = send(&service.state, "GET", "/scenarios", &page, "")
        .await
        .expect(200);
    let address = format!(
        "/scenarios/{}?version={version}",
        saved["id"].as_str().unwrap()
    );
    assert!(page.text.contains(&address));

    // What becomes private is so in that version, too.
    let open = NamedNode::new(OPEN).unwrap();
    service
        .graph
        .set_private(&Writer::Local, &open, true)
        .unwrap();
    let listed = service.get(SCENARIOS).await.expect(200).json();
    assert_eq!(listed, json!([]));
    let refused = service.get(&target).await.expect(422).text;
    assert!(!refused.contains("http://e/a"), "{refused}");
}
