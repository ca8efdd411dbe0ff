//! A partner's afternoon: from a token and tables with faults to data that is checked, attributed,
//! joined and counted, and whose changes others follow.

use crate::support::{Response, Server, run};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const GRAPH: &str = "https://w3id.org/weft/graph/partner/campo";

const ACTORS: &str = "\
id,name,type,sphere,level,sectors,country,place
insieme,Cooperativa Abitare Insieme,nonprofit-company,third-sector,local,housing;social-services,IT,Firenze
comune,COMUNE FIRENZE,municipality,public,local,housing,IT,Firenze
scandicci,COMUNE SCANDICCI,municipality,public,local,houssing,IT,Scandicci
auser,Auser,association,third-sector,local,social-services,IT,Firenze
";
const SERVICES: &str = "\
id,name,providers,sectors,level,since
condomini,Condomini di quartiere,insieme,housing;social-services,local,2009
";
const PARTICIPATIONS: &str = "\
actor,service,role,instrument,amount,unit
comune,condomini,funder,project-grant,12.000 euros,EUR
auser,condomini,partner,,,
scandicci,condomini,referrer,,,
";
const FAULTY: &str = "\
@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix id: <https://w3id.org/weft/id/actor/> .
@prefix branch: <https://w3id.org/weft/code/branch/> .
id:campo-caritas a weft:Acter ;
    rdfs:label \"Caritas Firenze\" ;
    weft:sector branch:housin .
";

struct Partner<'a> {
    server: &'a Server,
    key: String,
}

impl Partner<'_> {
    fn send(&self, method: &str, target: &str, media_type: &str, body: &str) -> Response {
        let key = format!("Bearer {}", self.key);
        let headers = [("authorization", &key[..]), ("content-type", media_type)];
        let body = (!body.is_empty()).then_some(body.as_bytes());
        self.server.send(method, target, &headers, body)
    }

    fn json(&self, target: &str) -> Value {
        let key = format!("Bearer {}", self.key);
        let answer = self.server.get(target, &[("authorization", &key)]);
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.json()
    }

    fn import(&self, target: &str, participations: &str, actors: &str) -> Value {
        let mut body = String::new();
        for (name, text) in [
            ("actors.csv", actors),
            ("services.csv", SERVICES),
            ("participations.csv", participations),
        ] {
            body.push_str(&format!(
                "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
            ));
        }
        body.push_str("--cut--\r\n");
        let target = format!("/api/v1/import?mapping=template&graph=partner/campo{target}");
        let answer = self.send("POST", &target, "multipart/form-data; boundary=cut", &body);
        assert_eq!(answer.status, 200, "{target}: {answer:?}");
        answer.json()
    }
}

fn key(folder: &Path, arguments: &[&str]) -> String {
    let all = [&["token", "create"], arguments, &["--data-dir", "data"]].concat();
    run(folder, &all).expect(0).stdout.trim().to_owned()
}

fn fingerprint(server: &Server) -> String {
    let answer = server.get("/api/v1/fingerprint", &[]).json();
    answer["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn a_partner_brings_its_data_in_within_an_afternoon() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    // The copy at the end is compared at one version, so nothing is to be published meanwhile.
    std::fs::write(folder.join("weft.toml"), "metrics-refresh = 0\n").unwrap();
    let arguments = ["--config", "weft.toml", "--data-dir", "data"];
    let mine = key(folder, &["campo", "--partner", "campo", "--expires", "30d"]);
    let server = Server::start(folder, &arguments);
    let partner = Partner {
        server: &server,
        key: mine,
    };

    // A token, and what it allows.
    let me = partner.json("/api/v1/tokens/self");
    assert_eq!(me["graphs"], json!([GRAPH]));
    let elsewhere = "/store?graph=https://w3id.org/weft/graph/partner/other";
    let refused = partner.send("PUT", elsewhere, "text/turtle", "<urn:a> <urn:b> 1 .");
    assert_eq!(refused.status, 403, "{refused:?}");
    let before = partner.json("/api/v1/summary.json");
    let network = |merged: bool| {
        partner.json(&format!(
            "/api/v1/networks/collaboration.json?merged={merged}"
        ))
    };
    let nodes = |network: &Value| network["nodes"].as_u64().unwrap();
    let nodes_before = nodes(&network(true));

    // The tables as they came: faults are named, and nothing is written.
    let looked = partner.import("&dry-run=true", PARTICIPATIONS, ACTORS);
    assert_eq!(looked["written"], false);
    let told = |line: u64, file: &str, column: &str, remedy: &str| {
        let findings = looked["findings"].as_array().unwrap();
        findings.iter().any(|finding| {
            finding["file"] == file
                && finding["line"] == line
                && finding["column"] == column
                && finding.to_string().contains(remedy)
        })
    };
    assert!(
        told(4, "actors.csv", "sectors", "nearest: `housing`"),
        "{looked}"
    );
    assert!(
        told(2, "participations.csv", "amount", "is not a number"),
        "{looked}"
    );
    assert_eq!(partner.json("/api/v1/summary.json"), before);

    // Mended, looked at, taken.
    let actors = ACTORS.replace("houssing", "housing");
    let participations = PARTICIPATIONS.replace("12.000 euros", "12000");
    let preview = partner.import("&preview=1", &participations, &actors);
    let turtle = preview["preview"][0]["turtle"].as_str().unwrap();
    assert!(
        turtle.contains("actor/campo-insieme> a weft:Actor"),
        "{turtle}"
    );
    let taken = partner.import("", &participations, &actors);
    assert_eq!(
        (&taken["written"], &taken["warnings"]),
        (&json!(true), &json!(0))
    );
    assert_eq!(taken["rowsLeftOut"], 0);
    let counted = partner.json("/api/v1/summary.json");
    let grown = |field: &str| counted[field].as_u64().unwrap() - before[field].as_u64().unwrap();
    assert_eq!(
        (grown("actors"), grown("services"), grown("datasets")),
        (4, 1, 1)
    );

    // Attributed.
    let about = r#"{"title": "Campo", "publisher": "Campo onlus", "licence": "CC-BY-4.0", "contact": "mailto:dati@campo.example"}"#;
    let described = partner.send(
        "PUT",
        "/api/v1/datasets/partner/campo",
        "application/json",
        about,
    );
    assert!(described.is_success(), "{described:?}");
    let set = partner.json("/api/v1/datasets/partner/campo");
    assert_eq!(set["publisher"], "Campo onlus");
    assert_eq!(set["version"], taken["dataVersion"]);
    let catalogue = server.get("/catalogue.ttl", &[]).text();
    assert!(catalogue.contains("Campo onlus"), "{catalogue}");

    // More in RDF: checked before it lands, refused where it is wrong, the data as it was.
    let check = partner.send(
        "POST",
        "/api/v1/check?graph=partner/campo&change=add",
        "text/turtle",
        FAULTY,
    );
    let report = check.json();
    assert_eq!(report["accepted"], false, "{report}");
    let found = |line: u64, remedy: &str| {
        let results = report["results"].as_array().unwrap();
        results.iter().any(|result| {
            result["line"] == line && result["remedy"].as_str().unwrap().contains(remedy)
        })
    };
    assert!(found(5, "weft:Actor"), "{report}");
    assert!(found(5, "branch/housing"), "{report}");
    let policy = format!("/api/v1/graphs/policy?graph={GRAPH}&policy=refuse");
    assert!(partner.send("PUT", &policy, "text/plain", "").is_success());
    let store = format!("/store?graph={GRAPH}");
    let held = server
        .get(&store, &[("accept", "application/n-triples")])
        .body;
    let refused = partner.send("POST", &store, "text/turtle", FAULTY);
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.text().contains("weft:Actor"), "{refused:?}");
    let still = server
        .get(&store, &[("accept", "application/n-triples")])
        .body;
    assert_eq!(held, still);
    let mended = FAULTY
        .replace("Acter", "Actor")
        .replace("housin ", "housing ");
    let impact = partner.send(
        "POST",
        "/api/v1/check?graph=partner/campo&change=add&impact=true",
        "text/turtle",
        &mended,
    );
    let impact = impact.json();
    assert_eq!(impact["accepted"], true, "{impact}");
    assert_eq!(impact["impact"]["statements"]["added"], 3, "{impact}");
    let added = partner.send("POST", &store, "text/turtle", &mended);
    assert!(added.is_success(), "{added:?}");

    // Names found, as OpenRefine asks for them.
    let queries = json!({"q0": {"query": "Comune di Firenze", "type": "Actor", "limit": 3}});
    let queries = format!("queries={}", encoded(&queries.to_string()));
    let form = "application/x-www-form-urlencoded";
    let matched = partner.send("POST", "/reconcile", form, &queries).json();
    let first = &matched["q0"]["result"][0];
    assert_eq!(first["id"], "actor/comune-firenze", "{matched}");

    // Links: suggested with reasons, decided, and the network has one actor of two.
    let suggested = partner.json("/api/v1/links/suggestions.json?graph=partner/campo");
    let pairs: Vec<(&str, &str)> = suggested
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            (
                pair["source"].as_str().unwrap(),
                pair["target"].as_str().unwrap(),
            )
        })
        .collect();
    let actor = |name: &str| format!("https://w3id.org/weft/id/actor/{name}");
    let apart = nodes(&network(true));
    assert_eq!(apart, nodes_before + 4, "all four take part in the service");
    for (mine, theirs) in [
        ("campo-comune", "comune-firenze"),
        ("campo-scandicci", "comune-scandicci"),
        ("campo-auser", "auser"),
    ] {
        let (source, target) = (actor(mine), actor(theirs));
        assert!(pairs.contains(&(&source, &target)), "{mine}: {suggested}");
        let link = json!({"source": source, "target": target, "decision": "accept"}).to_string();
        let accepted = partner.send("POST", "/api/v1/links", "application/json", &link);
        assert!(accepted.is_success(), "{accepted:?}");
    }
    let open = partner.json("/api/v1/links/suggestions.json?graph=partner/campo&state=open");
    assert!(!open.to_string().contains("campo-auser"), "{open}");
    assert_eq!(nodes(&network(true)), nodes_before + 1);
    assert_eq!(nodes(&network(false)), apart);
    // Names lead to one thing, and so do all its ids.
    let joined = partner.send("POST", "/reconcile", form, &queries).json();
    let alike = joined["q0"]["result"].as_array().unwrap().iter();
    let ids: Vec<&str> = alike.map(|found| found["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"actor/campo-comune"), "{joined}");
    assert!(!ids.contains(&"actor/comune-firenze"), "{joined}");
    let extend = json!({"ids": ["actor/comune-firenze"], "properties": [{"id": "name"}]});
    let extend = format!("extend={}", encoded(&extend.to_string()));
    let extended = partner.send("POST", "/reconcile", form, &extend).json();
    let names = extended["rows"]["actor/comune-firenze"]["name"].to_string();
    assert!(
        names.contains("COMUNE FIRENZE") || names.contains("Comune di Firenze"),
        "{extended}"
    );
    let links = server.get("/api/v1/links.ttl", &[]).text();
    assert!(
        links.contains("owl:sameAs") && links.contains("campo"),
        "{links}"
    );
    // What was stated stays as it was stated.
    let rows = server.select(&format!(
        "SELECT ?l {{ GRAPH <{GRAPH}> {{ <{}> <http://www.w3.org/2000/01/rdf-schema#label> ?l }} }}",
        actor("campo-comune")
    ));
    assert_eq!(rows, [["COMUNE FIRENZE"]]);

    // Taken along: the graph as a file, the network for Gephi.
    let dump = server.get("/dumps/partner/campo.nt", &[]);
    assert_eq!(dump.status, 200, "{dump:?}");
    let triples = partner.json("/api/v1/datasets/partner/campo")["triples"]
        .as_u64()
        .unwrap();
    assert_eq!(dump.text().lines().count() as u64, triples);
    let graphml = server.get("/api/v1/networks/collaboration/export.graphml", &[]);
    assert!(graphml.text().contains("campo-insieme"), "{graphml:?}");

    // Followed by others: the feed, replayed, gives an equal store.
    let feed = partner.json(&format!("/api/v1/changes.json?graph={GRAPH}"));
    let commits = feed.as_array().unwrap();
    assert!(commits.len() >= 6, "{feed}");
    assert!(
        commits.iter().all(|commit| commit["author"] == "campo"),
        "{feed}"
    );
    let copy = TempDir::new().unwrap();
    let address = format!("http://{}", server.authority());
    run(copy.path(), &["replay", &address])
        .expect(0)
        .says(&[&fingerprint(&server)]);
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
