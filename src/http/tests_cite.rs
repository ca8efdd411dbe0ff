//! References to answers and pages, without a port.

use super::AppState;
use super::cited::is_citable;
use super::testing::{Answer, INNOSERV, encoded, send};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::{Value, json};
use tempfile::TempDir;

const GRAPHS: &str = "https://w3id.org/weft/graph/";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A service with a log: version n has the graphs `written` up to then.
struct Service {
    state: AppState,
    graph: KnowledgeGraph,
    _folder: TempDir,
}

impl Service {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let graph = KnowledgeGraph::open(Config {
            data_dir: Some(folder.path().to_owned()),
            empty: true,
            ..Config::default()
        })
        .unwrap();
        Self {
            state: AppState::new(graph.clone()),
            graph,
            _folder: folder,
        }
    }

    /// Replaces a graph; answers the version that has it.
    fn write(&self, name: &str, text: &str) -> u64 {
        let text = format!(
            "@prefix weft: <https://w3id.org/weft/ns#> . @prefix dct: <http://purl.org/dc/terms/> .
             @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . {text}"
        );
        let options = ParseOptions::default();
        let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &options).unwrap();
        let name = NamedNode::new(format!("{GRAPHS}{name}")).unwrap().into();
        self.graph
            .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
            .unwrap();
        self.graph.data_version()
    }

    async fn cite(&self, of: &str) -> Answer {
        let target = format!("/api/v1/cite?of={}", encoded(of));
        send(&self.state, "GET", &target, &[], "").await
    }

    async fn cited(&self, of: &str) -> Value {
        self.cite(of).await.expect(200).json()
    }
}

fn licence(graph: &str, licence: &str) -> String {
    format!(
        "<{GRAPHS}{graph}> a <http://www.w3.org/ns/dcat#Dataset> ; dct:title 'T' ; dct:license <{licence}> ."
    )
}

/// The reference that an answer points to.
#[track_caller]
fn pointed_to(answer: &Answer) -> String {
    let links = answer.headers.get_all("link").iter();
    let link = links
        .map(|link| link.to_str().unwrap())
        .find(|link| link.contains("describedby"))
        .unwrap_or_else(|| panic!("no reference: {answer:?}"));
    link.split(['<', '>']).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_reference_to_an_earlier_version_names_that_version_its_names_and_its_licences() {
    let service = Service::new();
    let (old, new) = ("https://example.org/old", "https://example.org/new");
    service.write("partner/y/about", &licence("partner/y", old));
    let first = service.write(
        "partner/y",
        "<http://e/a> a weft:Actor ; rdfs:label 'Before' .",
    );
    service.write("partner/y/about", &licence("partner/y", new));
    let last = service.write(
        "partner/y",
        "<http://e/a> a weft:Actor ; rdfs:label 'After' .",
    );
    for address in [
        format!("/sparql?query=ASK%7B%7D&version={first}"),
        format!("/api/v1/summary?version={first}"),
        format!("/api/v1/queries/overview.csv?version={first}"),
        format!("/api/v1/networks/collaboration/nodes?version={first}"),
        format!("/api/v1/integration?version={first}"),
    ] {
        let found = service.cited(&address).await;
        assert_eq!(found["dataVersion"], first, "{address}");
        assert_eq!(found["permalink"], address);
        assert_eq!(found["licences"], json!([old]), "{address}");
        assert_eq!(found["csl"]["version"], first.to_string());
        let words = format!("data version {first} of ");
        assert!(found["citeAs"].as_str().unwrap().contains(&words));
        assert!(found["bibtex"].as_str().unwrap().contains(old));
    }
    for latest in ["", "?version=latest"] {
        let found = service.cited(&format!("/api/v1/summary{latest}")).await;
        assert_eq!(found["dataVersion"], last);
        assert_eq!(found["licences"], json!([new]));
        assert_eq!(
            found["permalink"],
            format!("/api/v1/summary?version={last}")
        );
    }
    service
        .cite("/api/v1/summary?version=999")
        .await
        .expect(404);
    service.cite("/api/v1/summary?version=x").await.expect(400);
    service.cite("/api/v1/history?version=1").await.expect(400);

    // A short link keeps its version, its query and its title.
    let body = json!({"query": "# Is there any?\nASK {}", "version": first}).to_string();
    let link = send(&service.state, "POST", "/api/v1/permalinks", &[JSON], body).await;
    let link = link.expect(201).json();
    assert_eq!(link["licences"], json!([old]));
    let short = format!("/p/{}", link["id"].as_str().unwrap());
    let found = service.cited(&short).await;
    assert_eq!(found["dataVersion"], first);
    assert_eq!(found["title"], "Is there any?");
    assert_eq!(found["query"], "# Is there any?\nASK {}");
    assert_eq!(found["permalink"], short);
    service.cite("/p/0123456789abcdef").await.expect(404);
}

#[tokio::test]
async fn licences_are_those_of_the_data_sets_that_the_answer_rests_on() {
    let service = Service::new();
    let open = "https://example.org/open";
    service.write("partner/y/about", &licence("partner/y", open));
    service.write("partner/y", "<http://e/a> a weft:Actor .");
    service.write(
        "partner/x",
        "<http://e/b> a weft:Actor ; dct:license <http://e/of-b> .",
    );
    let found = service.cited("/api/v1/summary").await;
    assert_eq!(found["licences"], json!([open]));
    assert_eq!(
        found["datasets"],
        json!([
            {"name": "partner/x", "licence": null},
            {"name": "partner/y", "licence": open},
        ])
    );
    let bibtex = found["bibtex"].as_str().unwrap();
    assert!(
        bibtex.contains("https://example.org/open (partner/y); not stated for partner/x"),
        "{bibtex}"
    );
    for (address, names) in [
        (
            "/api/v1/networks/collaboration?dataset=partner/x",
            ["partner/x"],
        ),
        ("/api/v1/integration?dataset=partner%2Fy", ["partner/y"]),
        ("/store?graph=partner/x", ["partner/x"]),
        ("/resource?iri=http://e/b", ["partner/x"]),
        ("/explore?dataset=partner/y", ["partner/y"]),
    ] {
        let found = service.cited(address).await;
        let found: Vec<&str> = found["datasets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|set| set["name"].as_str().unwrap())
            .collect();
        assert_eq!(found, names, "{address}");
    }
    // The sheet about a file says the same.
    let target = "/api/v1/networks/collaboration/nodes.xlsx?dataset=partner/x";
    let file = send(&service.state, "GET", target, &[], "")
        .await
        .expect(200);
    let about = about_sheet(file.body.unwrap());
    assert!(about.contains("not stated for partner/x"), "{about}");
    assert!(
        !about.contains("partner/y") && !about.contains("of-b"),
        "{about}"
    );
    // What is private is not named.
    let private = NamedNode::new(format!("{GRAPHS}partner/x")).unwrap();
    service
        .graph
        .set_private(&Writer::Local, &private, true)
        .unwrap();
    let found = service.cited("/api/v1/summary").await;
    assert!(!found.to_string().contains("partner/x"), "{found}");
}

fn about_sheet(file: Vec<u8>) -> String {
    use calamine::{Reader, Xlsx};
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(file)).unwrap();
    let range = workbook.worksheet_range("About").unwrap();
    let rows = range.rows().map(|row| format!("{} = {}", row[0], row[1]));
    rows.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_answer_to_a_question_in_a_body_is_cited_by_an_address_that_gives_it_too() {
    let state = &INNOSERV;
    let query = "SELECT (COUNT(?a) AS ?n) { ?a a <https://w3id.org/weft/ns#Actor> }";
    let ties =
        "SELECT ?source ?target { VALUES (?source ?target) { (<http://e/a> <http://e/b>) } }";
    let stated = json!({"query": ties, "metrics": ["degree", "edges"], "directed": true});
    let change = json!([{"op": "addActor", "label": "New", "sector": "health"}]);
    let scenario = json!({"title": "One more", "changes": change}).to_string();
    for (method, target, media_type, body) in [
        (
            "POST",
            "/sparql",
            "application/sparql-query",
            query.to_owned(),
        ),
        (
            "QUERY",
            "/sparql",
            "application/sparql-query",
            query.to_owned(),
        ),
        (
            "POST",
            "/api/v1/networks/analyse",
            "application/json",
            stated.to_string(),
        ),
        (
            "POST",
            "/api/v1/scenarios?part=indicators&sector=health",
            "application/json",
            scenario,
        ),
    ] {
        let headers = [("content-type", media_type), ("accept", "application/json")];
        let answer = send(state, method, target, &headers, body)
            .await
            .expect(200);
        let reference = send(state, "GET", &pointed_to(&answer), &[], "")
            .await
            .expect(200);
        let reference = reference.json();
        let address = reference["permalink"].as_str().unwrap();
        assert!(address.contains("version="), "{address}");
        let again = send(state, "GET", address, &[("accept", "application/json")], "").await;
        assert_eq!(again.expect(200).text, answer.text, "{address}");
        assert_ne!(reference["title"], target);
    }
    // The sheet about a file names that address.
    let headers = [JSON];
    let target = "/api/v1/networks/analyse.xlsx";
    let file = send(state, "POST", target, &headers, stated.to_string())
        .await
        .expect(200);
    let about = about_sheet(file.body.unwrap());
    assert!(
        about.contains("http://weft.example/api/v1/networks/analyse.xlsx?query="),
        "{about}"
    );
    // What is too long for an address has no such one.
    let long = format!("#{}\n{query}", "x".repeat(9_000));
    let headers = [("content-type", "application/sparql-query")];
    let answer = send(state, "POST", "/sparql", &headers, long)
        .await
        .expect(200);
    assert_eq!(answer.header("link"), "");
    let head = send(state, "HEAD", "/api/v1/summary", &[], "")
        .await
        .expect(200);
    pointed_to(&head);
}

#[tokio::test]
async fn what_is_not_there_or_not_understood_is_not_cited() {
    let mut wrong = Vec::new();
    for (address, status) in [
        ("/nonsense", 404),
        ("/networks/bogus", 404),
        ("/api/v1/networks/collaboration/bogus", 404),
        ("/api/v1/summary.ttl", 404),
        ("/api/v1/nonsense", 404),
        ("/api/v1/tokens", 404),
        ("/api/v1/metrics/bogus", 404),
        ("/api/v1/queries/bogus.csv", 404),
        ("/api/v1/integration/bogus", 404),
        ("/api/v1/scenarios/abcdef", 404),
        ("/api/v1/datasets/bogus", 404),
        ("/id/actor/bogus", 404),
        ("/resource?iri=http://e/bogus", 404),
        ("/store?graph=http://e/bogus", 404),
        ("/sparql?query=SELEKT", 400),
        ("/api/v1/explain?query=SELEKT", 400),
        ("/api/v1/queries/actors-by-sector?bogus=1", 400),
        ("/api/v1/networks/collaboration?sector=bogus", 400),
        ("/api/v1/networks/collaboration?bogus=1", 400),
        ("/api/v1/summary?bogus=1", 400),
        ("/explore?sector=bogus", 400),
        ("http://other.example/", 400),
    ] {
        let answer = cite(address, "", "application/json").await;
        let detail = answer.json()["detail"].as_str().unwrap_or_default().len();
        if answer.status != status || detail < 20 {
            wrong.push(format!("{address}: {} {}", answer.status, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn everything_that_can_be_cited_has_a_name_and_a_definition_that_is_there() {
    let datasets = send(&INNOSERV, "GET", "/api/v1/datasets", &[], "")
        .await
        .json();
    let mut datasets = datasets.as_array().unwrap().iter();
    let innoserv = datasets.find(|set| set["name"] == "innoserv").unwrap();
    let innoserv = format!("Data set: {}", innoserv["title"].as_str().unwrap());
    let mut wrong = Vec::new();
    for (address, title, definition) in [
        ("/", "Overview of the data", "/help"),
        ("http://weft.example", "Overview of the data", "/help"),
        (
            "http://weft.example/networks?uilang=es#top",
            "Networks",
            "/help#metrics",
        ),
        (
            "/explore?q=care&sector=health",
            "Explore: “care”; Sector: Health",
            "/ontology",
        ),
        (
            "/api/v1/explore.csv",
            "Explore: actors, services and innovations",
            "/ontology",
        ),
        ("/api/v1/search?q=care", "Search: “care”", "/ontology"),
        (
            "/api/v1/history.csv?metric=density",
            "Figures over time: Density",
            "/help#density",
        ),
        ("/api/v1/metrics", "Catalogue of metrics", "/help#metrics"),
        (
            "/api/v1/metrics/betweenness",
            "Betweenness",
            "/help#betweenness",
        ),
        (
            "/api/v1/networks/funding/nodes?metrics=degree",
            "Funding: nodes",
            "/help#degree",
        ),
        (
            "/api/v1/networks/funding/export.gexf",
            "Funding: file",
            "/networks/funding",
        ),
        (
            "/api/v1/networks/funding/integration",
            "Integration: Funding",
            "/help#integration",
        ),
        (
            "/api/v1/integration/same-sector-and-level",
            "Ties inside a sector on one level",
            "/help#same-sector-and-level",
        ),
        (
            "/api/v1/queries/actors-by-sector.csv",
            "Actors by sector",
            "/queries/actors-by-sector",
        ),
        ("/graph/innoserv", innoserv.as_str(), "/help#datasets"),
        ("/store?graph=innoserv", innoserv.as_str(), "/help#datasets"),
        (
            "/api/v1/datasets/innoserv",
            innoserv.as_str(),
            "/help#datasets",
        ),
        ("/store", "All graphs", "/help#datasets"),
        (
            "/api/v1/versions",
            "Versions of the data",
            "/help#data-version",
        ),
        ("/scenarios", "Saved scenarios", "/help#integration"),
        ("/ontology", "Ontology", "/ontology"),
        (
            "/api/v1/cite?of=/help",
            "Help: what the figures mean",
            "/help",
        ),
    ] {
        let found = cite(address, "", "application/json").await;
        if found.status != 200 {
            wrong.push(format!("{address}: {}", found.text));
            continue;
        }
        let found = found.json();
        if (&found["title"], &found["definition"]) != (&json!(title), &json!(definition)) {
            wrong.push(format!(
                "{address}: {} {}",
                found["title"], found["definition"]
            ));
        }
        let target = definition.split('#').next().unwrap();
        let page = send(&INNOSERV, "GET", target, &[("accept", "text/html")], "").await;
        let page = page.expect(200).text;
        if let Some((_, anchor)) = definition.split_once('#') {
            assert!(page.contains(&format!("id=\"{anchor}\"")), "{definition}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (address, words) in [
        ("/explore?sector=health", "SELECT ?thing ?name"),
        ("/networks/collaboration", "#+ title: Collaboration"),
        ("/api/v1/integration/horizontal-reach", "#+ title:"),
        (
            "/code/branch/health",
            "DESCRIBE <https://w3id.org/weft/code/branch/health>",
        ),
    ] {
        let found = cite(address, "", "application/json")
            .await
            .expect(200)
            .json();
        let query = found["query"].as_str().unwrap_or_default();
        assert!(query.contains(words), "{address}: {query}");
    }
    let answer = send(
        &INNOSERV,
        "GET",
        "/api/v1/cite?of=/networks",
        &[("accept-language", "es")],
        "",
    );
    assert_eq!(answer.await.expect(200).json()["title"], "Redes");
}

#[test]
fn every_answer_of_the_interface_can_be_cited_but_for_what_goes_on_or_is_somebodys_own() {
    let graph = INNOSERV.graph();
    let snapshot = graph.snapshot_for(&graph.reader(None).unwrap()).unwrap();
    let document = super::openapi::document(graph, &snapshot);
    let not_cited = [
        "/api/v1/cite",
        "/api/v1/computations",
        "/api/v1/running",
        "/api/v1/tokens",
        "/api/v1/webhooks",
        "/health/",
        "/metrics",
        "/reconcile/",
        "/static/",
        "/favicon",
    ];
    let mut wrong = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_none() {
            continue;
        }
        let is_not = path != "/reconcile/" && not_cited.iter().any(|begin| path.starts_with(begin));
        let address = path.replace("{version}", "1").replace("{format}", "csv");
        let address = address.replace(['{', '}'], "");
        if is_citable(&address) == is_not {
            wrong.push(path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

async fn cite(of: &str, more: &str, accept: &str) -> Answer {
    let target = format!("/api/v1/cite?of={}{more}", encoded(of));
    send(&INNOSERV, "GET", &target, &[("accept", accept)], "").await
}

#[tokio::test]
async fn an_answer_names_its_data_and_an_address_that_gives_it_again() {
    let query = "#+ title: All actors\nSELECT ?a { ?a a <https://w3id.org/weft/ns#Actor> }";
    let address = format!("/sparql?query={}", encoded(query));
    let json = cite(&address, "", "application/json")
        .await
        .expect(200)
        .json();
    assert_eq!(json["title"], "All actors");
    assert_eq!(json["query"], query);
    let version = json["dataVersion"].as_u64().unwrap();
    let permalink = json["permalink"].as_str().unwrap();
    assert!(
        permalink.ends_with(&format!("version={version}")),
        "{permalink}"
    );
    send(&INNOSERV, "GET", permalink, &[], "").await.expect(200);
    assert_eq!(json["csl"]["type"], "dataset");
    assert!(json["citeAs"].as_str().unwrap().contains("“All actors”"));
}

#[tokio::test]
async fn networks_queries_and_things_are_called_by_their_names() {
    for (address, title) in [
        (
            "/api/v1/networks/collaboration/nodes.csv?metrics=degree",
            "Collaboration: nodes",
        ),
        ("/networks/funding", "Funding"),
        ("/api/v1/queries/actors-by-sector.csv", "Actors by sector"),
        ("/code/branch/health", "Health"),
        ("/explore?q=care", "Explore: “care”"),
    ] {
        let json = cite(address, "", "application/json")
            .await
            .expect(200)
            .json();
        assert_eq!(json["title"], title, "{address}");
    }
}

#[tokio::test]
async fn references_come_in_the_styles_of_programs() {
    let bibtex = cite("/integration", "&style=bibtex", "*/*")
        .await
        .expect(200);
    assert!(
        bibtex
            .header("content-type")
            .starts_with("application/x-bibtex")
    );
    assert!(bibtex.text.starts_with("@misc{weft-"), "{}", bibtex.text);
    let csl = cite("/integration", "&style=csl", "*/*").await.expect(200);
    assert_eq!(csl.json()["author"][0]["literal"], "Weft");
    let page = cite("/integration", "", "text/html").await.expect(200);
    assert!(page.text.contains("<h1>How to cite this</h1>"));
}

#[tokio::test]
async fn what_is_not_here_is_not_cited() {
    for address in [
        "https://example.org/",
        "//example.org/",
        "",
        "javascript:alert(1)",
    ] {
        cite(address, "", "*/*").await.expect(400);
    }
    cite("/", "&style=mla", "*/*").await.expect(400);
    let hostile = "/explore?q=%3C%2Fscript%3E%3Cscript%3Ealert(1)%7D%7D";
    let page = cite(hostile, "", "text/html").await.expect(200);
    assert!(!page.text.contains("<script>alert"));
}

#[tokio::test]
async fn every_answer_of_the_interface_points_to_its_reference() {
    let answer = send(&INNOSERV, "GET", "/api/v1/summary.csv", &[], "")
        .await
        .expect(200);
    let link = answer.header("link").to_owned();
    let address = link.split(['<', '>']).nth(1).unwrap();
    let json = send(&INNOSERV, "GET", address, &[], "")
        .await
        .expect(200)
        .json();
    assert_eq!(json["title"], "What is in the graph");
    let refused = send(&INNOSERV, "GET", "/api/v1/summary?nonsense=1", &[], "")
        .await
        .expect(400);
    assert_eq!(refused.header("link"), "");
}
