//! Networks and integration on the INNOSERV data, without a port.

use super::error::ApiError;
use super::testing::{self, Answer, INNOSERV, send, state};
use crate::app::Config;
use crate::metrics;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const COLLABORATION: &str = "/api/v1/networks/collaboration";

async fn get(target: &str) -> Answer {
    send(&INNOSERV, "GET", target, &[], "").await
}

async fn json_of(target: &str) -> Value {
    let answer = get(target).await;
    assert_eq!(answer.status, 200, "{target}: {answer:?}");
    answer.json()
}

async fn header_of_csv(target: &str) -> String {
    let answer = get(target).await;
    assert_eq!(
        answer.header("content-type"),
        "text/csv; charset=utf-8",
        "{target}: {answer:?}"
    );
    answer.text.lines().next().unwrap_or_default().to_owned()
}

async fn analyse(body: &Value) -> Answer {
    let headers = [("content-type", "application/json")];
    let target = "/api/v1/networks/analyse";
    send(&INNOSERV, "POST", target, &headers, body.to_string()).await
}

#[track_caller]
fn rows(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value}"))
}

fn encoded(value: &Value) -> String {
    testing::encoded(value.as_str().unwrap())
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

#[tokio::test]
async fn the_list_has_the_six_networks() {
    let list = json_of("/api/v1/networks").await;
    let ids: Vec<&str> = rows(&list)
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    let expected = [
        "actor-sector",
        "affiliation",
        "collaboration",
        "funding",
        "levels",
        "sectors",
    ];
    assert_eq!(ids, expected);
    for row in rows(&list) {
        assert!(
            row["nodes"].as_u64().is_some_and(|nodes| nodes > 0),
            "{row}"
        );
        assert_eq!(row["directed"], row["id"] == "funding");
        assert_eq!(row["weighted"], row["id"] != "actor-sector");
        let size = json_of(&format!("/api/v1/networks/{}", row["id"].as_str().unwrap())).await;
        assert_eq!(
            (&size["nodes"], &size["edges"]),
            (&row["nodes"], &row["edges"])
        );
    }
    let header = "id,title,description,nodes,edges,weighted,directed,twoMode,undefined";
    assert_eq!(header_of_csv("/api/v1/networks.csv").await, header);
}

#[tokio::test]
async fn a_network_that_cannot_be_filtered_so_has_no_size_but_a_reason() {
    let list = json_of("/api/v1/networks?role=provider").await;
    for row in rows(&list) {
        assert_eq!(row["nodes"].is_null(), !row["undefined"].is_null(), "{row}");
        if row["id"] == "sectors" {
            assert!(row["undefined"].as_str().unwrap().contains("`role`"));
        }
        if row["id"] == "collaboration" {
            assert!(row["nodes"].is_u64());
        }
    }
    let alone = get("/api/v1/networks/sectors?role=provider").await;
    assert_eq!(alone.status, 400);
    assert!(alone.text.contains("`role`"));
}

#[tokio::test]
async fn a_network_says_what_it_is_and_why_numbers_are_missing() {
    let network = json_of(COLLABORATION).await;
    assert_eq!(network["id"], "collaboration");
    assert_eq!(network["metrics"]["nodes"], network["nodes"]);
    assert!(network["edges"].as_u64().unwrap() > 0);
    assert!(network["dataVersion"].as_u64().unwrap() > 0);
    assert_eq!(network["options"]["permutations"], 999);
    assert!(network["leftOut"]["rows"].as_u64().unwrap() > 0);
    for (id, value) in network["metrics"].as_object().unwrap() {
        assert_eq!(
            value.is_null(),
            network["undefined"].get(id).is_some(),
            "{id}"
        );
        assert_eq!(
            value.is_null(),
            network["undefinedCode"].get(id).is_some(),
            "{id}"
        );
    }
    let chosen = json_of(&format!("{COLLABORATION}?metrics=density,nodes")).await;
    assert_eq!(chosen["metrics"].as_object().unwrap().len(), 2);
    assert!(chosen.get("sample").is_none());
    let header = header_of_csv(&format!("{COLLABORATION}.csv")).await;
    assert_eq!(header, "metric,value,undefined");
}

#[tokio::test]
async fn nodes_are_sorted_and_paged() {
    let nodes = json_of(&format!("{COLLABORATION}/nodes?metrics=degree,betweenness")).await;
    let best = get(&format!("{COLLABORATION}/nodes?sort=-betweenness&limit=5")).await;
    assert_eq!(
        best.header("weft-total-count"),
        rows(&nodes).len().to_string()
    );
    let best = best.json();
    assert_eq!(rows(&best).len(), 5);
    let scores: Vec<f64> = rows(&best)
        .iter()
        .map(|row| row["betweenness"].as_f64().unwrap())
        .collect();
    assert!(
        scores.windows(2).all(|pair| pair[0] >= pair[1]),
        "{scores:?}"
    );
    let greatest = rows(&nodes)
        .iter()
        .filter_map(|row| row["betweenness"].as_f64())
        .fold(0.0, f64::max);
    assert_eq!(scores[0], greatest);
    let rest = json_of(&format!(
        "{COLLABORATION}/nodes?sort=-betweenness&limit=1&offset=1"
    ))
    .await;
    assert_eq!(rest[0], best[1]);
    let by_label = json_of(&format!("{COLLABORATION}/nodes?metrics=degree&sort=-label")).await;
    let labels: Vec<String> = rows(&by_label)
        .iter()
        .map(|row| row["label"].as_str().unwrap().to_lowercase())
        .collect();
    assert!(labels.is_sorted_by(|a, b| a >= b));
    // Missing values come last, whatever the direction.
    for direction in ["", "-"] {
        let target = format!("{COLLABORATION}/nodes?metrics=degree&sort={direction}constraint");
        let sorted = json_of(&target).await;
        let is_missing = rows(&sorted).iter().map(|row| row["constraint"].is_null());
        assert!(is_missing.is_sorted(), "{direction}");
    }
}

#[tokio::test]
async fn columns_have_their_names_and_kinds() {
    let common = "iri,label,sector,level,sphere,place,sectorLabel,levelLabel,sphereLabel";
    for (target, expected) in [
        (
            "collaboration/nodes.csv?metrics=degree,articulation",
            format!("{common},degree,articulation"),
        ),
        (
            "affiliation/nodes.csv?metrics=degree",
            format!("{common},mode,degree"),
        ),
        (
            "collaboration/edges.csv",
            "source,target,weight,sourceLabel,targetLabel".to_owned(),
        ),
        (
            "collaboration/mixing.csv",
            "from,to,ties,expected,ratio,fromLabel,toLabel,possible,density,p,q,missing,unknown,undefined"
                .to_owned(),
        ),
    ] {
        let found = header_of_csv(&format!("/api/v1/networks/{target}")).await;
        assert_eq!(found, expected, "{target}");
    }
    let target = format!("{COLLABORATION}/nodes?metrics=degree,articulation");
    let nodes = json_of(&target).await;
    for node in rows(&nodes) {
        assert!(
            node["degree"].is_u64() && node["articulation"].is_boolean(),
            "{node}"
        );
    }
    let csv = [("accept", "text/csv")];
    let accepted = send(&INNOSERV, "GET", &target, &csv, "").await;
    assert!(accepted.text.starts_with("iri,label,"), "{accepted:?}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_name() {
    for (target, status, says) in [
        ("?colour=red", 400, "`colour`"),
        ("?sector=nonsense", 400, "`nonsense`"),
        ("?since=soon", 400, "`soon`"),
        ("?metrics=nonsense", 400, "`nonsense`"),
        ("?seed=x", 400, "`seed`"),
        ("?permutations=0", 400, "`permutations`"),
        ("?permutations=10000", 400, "`10000`"),
        ("?approximate=0.5", 400, "`approximate`"),
        ("?approximate=NaN", 400, "`NaN`"),
        ("?confidence=0.9", 400, "`approximate`"),
        ("?timeout=soon", 400, "`soon`"),
        ("/nodes?metrics=density", 400, "`density`"),
        ("/nodes?sort=-size", 400, "`size`"),
        ("/nodes?limit=-1", 400, "`limit`"),
        ("/nodes?by=sector", 400, "`by`"),
        ("/edges?sort=label", 400, "`label`"),
        ("/mixing?by=colour", 400, "`colour`"),
        ("/evidence?source=http://x", 400, "`target`"),
        (
            "/evidence?source=http://x&target=http://y",
            404,
            "<http://x>",
        ),
        ("/everything", 404, "`everything`"),
        ("/export.xlsx", 404, "graphml"),
        ("/integration?limit=1", 400, "`limit`"),
        ("/integration/nonsense", 404, "formalisation"),
        ("/integration/horizontal?from=x", 400, "`from`"),
        ("/integration/sector-dependence?from=x", 400, "`to`"),
        ("/integration/sector-dependence?from=x&to=y", 400, "`x`"),
        ("/integration/formalisation?groups=true", 400, "groups"),
    ] {
        let answer = get(&format!("{COLLABORATION}{target}")).await;
        assert_eq!(answer.status, status, "{target}: {answer:?}");
        assert!(answer.text.contains(says), "{target}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    for target in ["", "/nodes", "/integration", "/export.net", "/everything"] {
        let answer = get(&format!("/api/v1/networks/collaborations{target}")).await;
        assert_eq!(answer.status, 404, "{target}");
        for known in ["actor-sector", "collaboration", "funding"] {
            assert!(answer.text.contains(known), "{target}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn filters_change_the_network_and_its_caption() {
    let all = json_of(&format!(
        "{COLLABORATION}?groups=true&contextual=yes&metrics=nodes"
    ))
    .await;
    let usual = json_of(&format!("{COLLABORATION}?metrics=nodes")).await;
    assert_eq!(all["filter"], "groups=true&contextual=true");
    assert_eq!(usual["filter"], "");
    assert!(all["nodes"].as_u64() >= usual["nodes"].as_u64());
}

#[tokio::test]
async fn edges_are_sorted_by_weight() {
    let edges = json_of(&format!("{COLLABORATION}/edges?sort=-weight")).await;
    let weights: Vec<f64> = rows(&edges)
        .iter()
        .filter_map(|row| row["weight"].as_f64())
        .collect();
    assert_eq!(weights.len(), rows(&edges).len());
    assert!(weights.is_sorted_by(|a, b| a >= b));
    let page = get(&format!("{COLLABORATION}/edges?sort=-weight&limit=2")).await;
    assert_eq!(page.header("weft-total-count"), weights.len().to_string());
    assert_eq!(page.json()[1], edges[1]);
}

#[tokio::test]
async fn mixing_has_each_pair_once() {
    for by in ["sector", "level", "sphere"] {
        let target = format!("{COLLABORATION}/mixing?by={by}&permutations=99");
        let mixing = json_of(&target).await;
        let mut pairs: Vec<[&str; 2]> = rows(&mixing)
            .iter()
            .map(|row| {
                let mut pair = ["from", "to"].map(|end| row[end].as_str().unwrap());
                pair.sort();
                pair
            })
            .collect();
        let count = pairs.len();
        pairs.sort();
        pairs.dedup();
        assert!(count > 0 && pairs.len() == count, "{by}");
        for row in rows(&mixing) {
            assert!(
                row["ties"].is_number() && row["expected"].is_number(),
                "{row}"
            );
            if let (Some(ties), Some(expected)) = (row["ties"].as_f64(), row["expected"].as_f64())
                && expected >= 1.0
            {
                assert_near(row["ratio"].as_f64().unwrap(), ties / expected);
            }
        }
    }
}

#[tokio::test]
async fn an_edge_can_be_traced_to_its_sources() {
    let edges = json_of(&format!("{COLLABORATION}/edges?limit=1")).await;
    let edge = &edges[0];
    let query = format!(
        "source={}&target={}",
        encoded(&edge["source"]),
        encoded(&edge["target"])
    );
    let evidence = json_of(&format!("{COLLABORATION}/evidence?{query}")).await;
    assert_eq!(evidence["tied"], true);
    assert_eq!(evidence["weight"], edge["weight"]);
    assert_eq!(evidence["sourceLabel"], edge["sourceLabel"]);
    let statements = rows(&evidence["statements"]);
    assert!(
        statements
            .iter()
            .any(|statement| !rows(&statement["sources"]).is_empty())
    );
    for statement in statements {
        assert!(!rows(&statement["graphs"]).is_empty(), "{statement}");
        for triple in rows(&statement["triples"]) {
            let triple = triple.as_str().unwrap();
            assert!(
                triple.starts_with('<') && triple.ends_with(" ."),
                "{triple}"
            );
        }
    }
    let csv = get(&format!("{COLLABORATION}/evidence.csv?{query}")).await;
    let header = "source,target,event,eventLabel,member,memberLabel,role,statement,graphs,sources,\
                  triples,inferred,rules,restsOn,original,kind,property,confidence,justification,reviewer,date,comment";
    assert_eq!(csv.text.lines().next(), Some(header));
}

#[tokio::test]
async fn exports_are_files_of_their_formats() {
    for (extension, media_type, begins) in [
        ("graphml", "application/graphml+xml", "<?xml"),
        ("gexf", "application/gexf+xml", "<?xml"),
        ("json", "application/json", "{"),
        ("csv", "text/csv; charset=utf-8", "source,target,weight"),
        ("net", "text/plain; charset=utf-8", ""),
        ("dl", "text/plain; charset=utf-8", ""),
    ] {
        let file = get(&format!(
            "{COLLABORATION}/export.{extension}?metrics=degree"
        ))
        .await;
        assert_eq!(file.status, 200, "{extension}: {file:?}");
        assert_eq!(file.header("content-type"), media_type);
        assert_eq!(
            file.header("content-disposition"),
            format!("attachment; filename=\"collaboration.{extension}\"")
        );
        assert!(
            file.text.starts_with(begins) && file.text.len() > 100,
            "{extension}"
        );
        assert!(!file.header("etag").is_empty());
    }
}

#[tokio::test]
async fn a_client_that_has_the_answer_gets_none() {
    for target in [
        "/api/v1/networks",
        COLLABORATION,
        "/api/v1/networks/collaboration/nodes.csv?metrics=degree",
        "/api/v1/networks/collaboration/export.net",
        "/api/v1/integration/formalisation",
        "/api/v1/metrics",
        "/api/v1/metrics/degree.csv",
    ] {
        let first = get(target).await;
        let etag = first.header("etag").to_owned();
        assert!(
            first.status == 200 && !etag.is_empty(),
            "{target}: {first:?}"
        );
        let known = [("if-none-match", etag.as_str())];
        let second = send(&INNOSERV, "GET", target, &known, "").await;
        assert_eq!(second.status, 304, "{target}");
        assert_eq!(second.text, "");
        assert_eq!(
            second.header("weft-data-version"),
            first.header("weft-data-version")
        );
    }
    // Other numbers, other tags.
    let seeds = [
        get(&format!("{COLLABORATION}?seed=1&metrics=nodes")).await,
        get(&format!("{COLLABORATION}?seed=2&metrics=nodes")).await,
    ];
    assert_ne!(seeds[0].header("etag"), seeds[1].header("etag"));
}

#[tokio::test]
async fn any_network_that_a_query_states_is_analysed() {
    let query = "SELECT ?source ?target { ?p weft:actor ?source ; weft:in ?target }";
    let asked = json!({"query": query, "metrics": ["degree", "density"]});
    let answer = analyse(&asked).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let version = answer.header("weft-data-version").to_owned();
    let answer = answer.json();
    assert_eq!(answer["dataVersion"].to_string(), version);
    assert!(answer["edges"].as_u64().unwrap() > 0);
    let nodes = rows(&answer["nodes"]);
    assert!(!nodes.is_empty());
    assert!(nodes.iter().all(|node| node["degree"].is_u64()));
    assert!(nodes.iter().all(|node| node.get("mode").is_none()));
    assert!(answer["metrics"]["density"].as_f64().unwrap() > 0.0);
    assert_eq!(answer["metrics"].as_object().unwrap().len(), 1);
    let usual = analyse(&json!({"query": query, "directed": true})).await;
    assert!(usual.json()["metrics"].as_object().unwrap().len() > 10);
}

#[tokio::test]
async fn the_same_query_in_two_modes_is_another_network() {
    let query = "SELECT ?source ?target { ?p weft:actor ?source ; weft:in ?target }";
    for two_mode in [false, true] {
        let asked = json!({"query": query, "metrics": ["degree"], "twoMode": two_mode});
        let answer = analyse(&asked).await.json();
        let sides = rows(&answer["nodes"]).iter().map(|node| node.get("mode"));
        let second = sides.flatten().filter(|mode| *mode == "second").count();
        assert_eq!(second > 0, two_mode);
    }
}

#[tokio::test]
async fn an_analysis_that_makes_no_sense_is_refused_by_name() {
    let query = "SELECT ?source ?target { ?source weft:provides ?target }";
    for (body, says) in [
        (json!([]), "object"),
        (json!({}), "`query`"),
        (json!({"query": 1}), "`query`"),
        (json!({"query": query, "metrics": "degree"}), "`metrics`"),
        (
            json!({"query": query, "metrics": ["nonsense"]}),
            "`nonsense`",
        ),
        (json!({"query": query, "directed": "yes"}), "`directed`"),
        (json!({"query": query, "twoMode": 1}), "`twoMode`"),
        (json!({"query": query, "seed": -1}), "`seed`"),
        (json!({"query": query, "permutations": 0}), "`permutations`"),
        (json!({"query": query, "colour": "red"}), "`colour`"),
        (json!({"query": "SELECT ?a { ?a ?b ?c }"}), "?source"),
        (json!({"query": "SELECT"}), "SPARQL"),
    ] {
        let answer = analyse(&body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert!(answer.text.contains(says), "{body}: {}", answer.text);
    }
    let target = "/api/v1/networks/analyse";
    let json_type = [("content-type", "application/json")];
    let broken = send(&INNOSERV, "POST", target, &json_type, "{").await;
    assert_eq!(broken.status, 400);
    // A client that does not say what it sends may send JSON all the same.
    let untyped = send(&INNOSERV, "POST", target, &[], "{}").await;
    assert!(untyped.status == 400 && untyped.text.contains("`query`"));
    let plain = [("content-type", "text/plain")];
    assert_eq!(
        send(&INNOSERV, "POST", target, &plain, "{}").await.status,
        415
    );
    let filtered = "/api/v1/networks/analyse?sector=nonsense";
    let body = json!({"query": query}).to_string();
    let filtered = send(&INNOSERV, "POST", filtered, &json_type, body.clone()).await;
    assert!(filtered.status == 400 && filtered.text.contains("`nonsense`"));
    assert_eq!(get(target).await.status, 400);
}

#[tokio::test]
async fn the_report_adds_up() {
    let report = json_of("/api/v1/integration?permutations=99").await;
    assert_eq!(report["network"], "collaboration");
    let cells = rows(&report["fourWay"]["cells"]);
    let shares = cells.iter().map(|cell| cell["share"].as_f64().unwrap());
    assert_near(shares.sum(), 1.0);
    for section in ["mixing", "missingBridges", "dependence"] {
        assert!(report[section]["sector"].is_array() && report[section]["level"].is_array());
    }
    for section in [
        "keyActors",
        "keyPlayers",
        "groups",
        "providers",
        "ladders",
        "indicators",
    ] {
        assert!(report[section].is_array(), "{section}");
    }
    let attributes: Vec<_> = rows(&report["groups"])
        .iter()
        .map(|group| group["attribute"].as_str().unwrap())
        .collect();
    assert_eq!(attributes, ["sector", "level", "sphere"]);
    for figure in rows(&report["indicators"]).iter().chain([
        &report["verticalChains"]["unbroken"],
        &report["access"]["systems"],
    ]) {
        for field in ["value", "numerator", "denominator", "unknown", "coverage"] {
            assert!(figure.get(field).is_some(), "{figure}");
        }
        assert_eq!(
            figure["value"].is_null(),
            figure["undefined"].is_string(),
            "{figure}"
        );
    }
    let header = "section,indicator,group,from,to,value,undefined,expected,numerator,denominator,unknown,coverage,p,q,unit,base";
    let target = "/api/v1/integration.csv?permutations=99";
    assert_eq!(header_of_csv(target).await, header);
    let same = json_of("/api/v1/networks/collaboration/integration?permutations=99").await;
    assert_eq!(same["fourWay"]["ties"], report["fourWay"]["ties"]);
}

#[tokio::test]
async fn every_number_of_the_report_opens_to_its_rows() {
    let report = json_of("/api/v1/integration?permutations=99").await;
    for indicator in rows(&report["indicators"]) {
        let detail = json_of(indicator["rows"].as_str().unwrap()).await;
        assert_eq!(detail["figure"]["value"], indicator["value"], "{indicator}");
        if detail["fold"] == "share" {
            let rows = rows(&detail["rows"]);
            let counts = rows.iter().filter(|row| row["counts"] == true).count();
            assert_eq!(detail["figure"]["numerator"], counts, "{indicator}");
            let figure = &detail["figure"];
            let all = figure["denominator"].as_u64().unwrap() + figure["unknown"].as_u64().unwrap();
            assert_eq!(all, rows.len() as u64, "{indicator}");
        }
    }
    for cell in rows(&report["fourWay"]["cells"]) {
        let detail = json_of(cell["rows"].as_str().unwrap()).await;
        let weights = rows(&detail["rows"])
            .iter()
            .map(|row| row["weight"].as_f64().unwrap());
        assert_near(weights.sum(), cell["ties"].as_f64().unwrap());
    }
    for attribute in ["sector", "level"] {
        for pair in rows(&report["dependence"][attribute]).iter().take(10) {
            let target = format!(
                "/api/v1/integration/{attribute}-dependence?from={}&to={}",
                encoded(&pair["from"]),
                encoded(&pair["to"])
            );
            let detail = json_of(&target).await;
            let of = |kind: &str| {
                let rows = rows(&detail["rows"]).iter();
                rows.filter(|row| row["kind"] == kind).count()
            };
            assert_eq!(pair["ties"], of("tie"), "{pair}");
            assert_eq!(pair["hybrids"], of("hybrid"), "{pair}");
        }
    }
    let chains = json_of("/api/v1/integration/vertical-chains?permutations=99").await;
    assert_eq!(
        rows(&chains["rows"]).len(),
        rows(&report["verticalChains"]["chains"]).len()
    );
    let page = get("/api/v1/integration/formalisation.csv?limit=3").await;
    assert_eq!(page.text.lines().count(), 4);
    assert!(page.header("weft-total-count").parse::<usize>().unwrap() > 3);
}

#[tokio::test]
async fn the_catalogue_has_every_metric() {
    let catalogue = json_of("/api/v1/metrics").await;
    let ids: Vec<&str> = rows(&catalogue)
        .iter()
        .map(|metric| metric["id"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> = metrics::all().iter().map(|metric| metric.id).collect();
    assert_eq!(ids, expected);
    let one = json_of("/api/v1/metrics/betweenness").await;
    assert_eq!(one["iri"], "https://w3id.org/weft/ns#betweenness");
    assert_eq!(one["scope"], "node");
    assert_eq!(get("/api/v1/metrics/nonsense").await.status, 404);
    let header = "id,name,scope,definition,formula,range,reference,undefinedWhen,oracle,kind,iri";
    assert_eq!(header_of_csv("/api/v1/metrics.csv").await, header);
}

#[tokio::test]
async fn computations_are_listed_and_only_writers_cancel_them() {
    let header = "id,network,filter,seconds,step,done,total";
    assert_eq!(header_of_csv("/api/v1/computations.csv").await, header);
    assert!(json_of("/api/v1/computations").await.is_array());
    let target = "/api/v1/computations/0";
    let refused = send(&INNOSERV, "DELETE", target, &[], "").await;
    assert_eq!(refused.status, 401);
    let open = state(Config {
        empty: true,
        open_writes: true,
        ..Config::default()
    });
    let unknown = send(&open, "DELETE", target, &[], "").await;
    assert_eq!(unknown.status, 404, "{unknown:?}");
}

#[tokio::test]
async fn a_computation_outlives_the_request_that_began_it() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let (sender, receiver) = std::sync::mpsc::channel();
    let late = empty
        .measuring(empty.graph().snapshot(), Instant::now(), move |_| {
            std::thread::sleep(Duration::from_millis(600));
            sender
                .send("done")
                .map_err(|error| ApiError::Internal(error.to_string()))
        })
        .await;
    let response = late.unwrap_err().into_response();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "5");
    let done = tokio::task::spawn_blocking(move || receiver.recv_timeout(Duration::from_secs(10)));
    assert_eq!(done.await.unwrap(), Ok("done"));
    let network = send(&empty, "GET", COLLABORATION, &[], "").await;
    assert_eq!(
        network.status, 200,
        "an empty network is one too: {network:?}"
    );
    let report = send(&empty, "GET", "/api/v1/integration", &[], "").await;
    assert_eq!(report.status, 200, "{report:?}");
}

#[tokio::test]
async fn a_layout_says_where_each_node_is_drawn() {
    let header = header_of_csv(&format!("{COLLABORATION}/layout.csv")).await;
    assert_eq!(
        header,
        "iri,label,sector,level,sphere,place,sectorLabel,levelLabel,sphereLabel,degree,community,\
         x,y,part"
    );
    let drawn = json_of(&format!("{COLLABORATION}/layout")).await;
    let nodes = json_of(&format!("{COLLABORATION}/nodes?metrics=degree")).await;
    assert_eq!(rows(&drawn).len(), rows(&nodes).len());
    let mut places = std::collections::BTreeSet::new();
    for (row, node) in rows(&drawn).iter().zip(rows(&nodes)) {
        assert_eq!(row["iri"], node["iri"]);
        assert_eq!(row["degree"], node["degree"]);
        for axis in ["x", "y"] {
            let place = row[axis].as_f64().unwrap();
            assert!((-1.0..=1.0).contains(&place), "{row}");
        }
        assert!(row["part"].is_u64(), "{row}");
        places.insert(format!("{} {}", row["x"], row["y"]));
    }
    assert_eq!(places.len(), rows(&drawn).len(), "no two in one place");
    assert_eq!(
        drawn,
        json_of(&format!("{COLLABORATION}/layout.json")).await
    );
    let page = json_of(&format!(
        "{COLLABORATION}/layout?metrics=betweenness&limit=2&offset=1"
    ))
    .await;
    assert_eq!(rows(&page).len(), 2);
    assert_eq!(rows(&page)[0]["x"], rows(&drawn)[1]["x"]);
    assert!(rows(&page)[0]["betweenness"].is_number());
    let within = json_of(&format!("{COLLABORATION}/layout?sector=health")).await;
    assert!((1..rows(&drawn).len()).contains(&rows(&within).len()));
    let wrong = get(&format!("{COLLABORATION}/layout?colour=red")).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn a_gexf_file_has_the_places_of_the_layout() {
    let file = get(&format!("{COLLABORATION}/export.gexf?metrics=degree")).await;
    assert_eq!(file.status, 200);
    let nodes = file.text.matches("<node ").count();
    assert_eq!(file.text.matches("<viz:position ").count(), nodes);
    let other = get(&format!("{COLLABORATION}/export.graphml?metrics=degree")).await;
    assert!(!other.text.contains("viz:"));
}

#[tokio::test]
async fn the_page_of_networks_lists_all_in_plain_words() {
    let page = get("/networks").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    for id in ["collaboration", "affiliation", "sectors", "funding"] {
        assert!(
            page.text.contains(&format!("href=\"/networks/{id}\"")),
            "{id}"
        );
    }
    assert!(page.text.contains("Which organisations work together"));
    let spanish = [("accept-language", "es")];
    let page = send(&INNOSERV, "GET", "/networks", &spanish, "").await;
    assert!(
        page.text.contains("Quién trabaja con quién"),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn the_page_of_a_network_can_be_read_without_scripts() {
    let page = get("/networks/collaboration").await;
    assert_eq!(page.status, 200);
    let nodes = rows(&json_of(&format!("{COLLABORATION}/nodes?metrics=degree")).await).len();
    assert_eq!(page.text.matches("<circle ").count(), nodes);
    for text in [
        "name=\"sector\" value=\"health\"",
        "/api/v1/networks/collaboration/export.gexf\"",
        "id=\"whatif\"",
        "href=\"/id/actor/",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
    assert!(!page.text.contains(" style="), "the policy forbids it");
    let again = page.header("etag");
    let headers = [("if-none-match", again)];
    let known = send(&INNOSERV, "GET", "/networks/collaboration", &headers, "").await;
    assert_eq!(known.status, 304);
}

#[tokio::test]
async fn the_form_of_a_network_sends_several_values_of_one_name() {
    let target = "/networks/collaboration?colour=level&size=betweenness&sector=health\
                  &sector=housing&since=&until=";
    let page = get(target).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for text in [
        "<option value=\"level\" selected>",
        "<option value=\"betweenness\" selected>",
        "value=\"housing\" checked",
        "Sector: Health, Housing",
        "export.graphml?sector=health%2Chousing\"",
    ] {
        assert!(page.text.contains(text), "{text}");
    }
    let whole = rows(&json_of(&format!("{COLLABORATION}/nodes?metrics=degree")).await).len();
    let circles = page.text.matches("<circle ").count();
    assert!((1..whole).contains(&circles), "{circles}");
}

#[tokio::test]
async fn the_address_of_a_view_is_an_address_of_its_page() {
    let view = "colour=community&size=degree&camera=0.5,0.5,0.2&selected=http://x/a&off=branch/health\
                &from=http://x/a&to=http://x/b&tie=a,b&names=many";
    let page = get(&format!("/networks/collaboration?{view}")).await;
    assert_eq!(page.status, 200);
    for (wrong, said) in [
        ("colour=red", "there are sector, level"),
        ("size=weight", "no metric"),
        ("sector=helth", "do you mean"),
        ("flavour=sweet", "flavour"),
    ] {
        let page = get(&format!("/networks/collaboration?{wrong}")).await;
        assert_eq!(page.status, 400, "{wrong}");
        assert!(page.text.contains(said), "{wrong}: {}", page.text);
    }
    assert_eq!(get("/networks/nothing").await.status, 404);
}

#[tokio::test]
async fn a_network_without_nodes_says_so() {
    let page = get("/networks/collaboration?until=1800").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text.contains("There is nothing to draw."),
        "{}",
        page.text
    );
    assert!(!page.text.contains("id=\"network\""));
    let drawing = json_of("/networks/collaboration/drawing?until=1800").await;
    assert_eq!(drawing["iri"], json!([]));
}

#[tokio::test]
async fn what_the_script_draws_is_the_layout_in_columns() {
    let drawing = json_of("/networks/collaboration/drawing?metrics=betweenness").await;
    let layout = json_of(&format!("{COLLABORATION}/layout?metrics=betweenness")).await;
    let edges = json_of(&format!("{COLLABORATION}/edges")).await;
    for (node, row) in rows(&layout).iter().enumerate() {
        for (column, name) in [("iri", "iri"), ("x", "x"), ("y", "y")] {
            assert_eq!(drawing[column][node], row[name]);
        }
        assert_eq!(drawing["metrics"]["betweenness"][node], row["betweenness"]);
        let sectors = drawing["groups"]["sector"]["of"][node].as_array().unwrap();
        assert_eq!(sectors.is_empty(), row["sector"].is_null(), "{row}");
    }
    assert_eq!(rows(&drawing["source"]).len(), rows(&edges).len());
    for (tie, row) in rows(&edges).iter().enumerate() {
        let end = |name: &str| {
            let node = drawing[name][tie].as_u64().unwrap() as usize;
            drawing["iri"][node].clone()
        };
        assert_eq!(
            (end("source"), end("target")),
            (row["source"].clone(), row["target"].clone())
        );
        assert_eq!(drawing["weight"][tie], row["weight"]);
    }
    let only = json_of("/networks/collaboration/drawing?only=metrics&metrics=core").await;
    assert!(only["iri"].is_null());
    assert_eq!(rows(&only["metrics"]["core"]).len(), rows(&layout).len());
    assert_eq!(
        get("/networks/collaboration/drawing?only=x").await.status,
        400
    );
}

#[tokio::test]
async fn a_time_of_a_filter_is_a_day_or_has_a_zone_and_does_not_end_before_it_begins() {
    for (query, told) in [
        (
            "since=2010-05-17T10:00",
            "`since`: `2010-05-17T10:00` is no date; write a year",
        ),
        ("until=soon", "`until`: `soon` is no date"),
        (
            "since=2020&until=2010",
            "`since`: `2020` is later than `until`: `2010`",
        ),
    ] {
        for path in ["/api/v1/networks", "/api/v1/networks/collaboration/nodes"] {
            let answer = send(&INNOSERV, "GET", &format!("{path}?{query}"), &[], "").await;
            let answer = answer.expect(400);
            assert!(answer.text.contains(told), "{query}: {}", answer.text);
        }
    }
    for query in ["since=2010&until=2010-05", "since=2010-05-17T10:00:00Z"] {
        let target = format!("/api/v1/networks?{query}");
        send(&INNOSERV, "GET", &target, &[], "").await.expect(200);
    }
}
