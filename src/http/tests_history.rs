//! Pinned versions, saved queries, permalinks and the catalogue as RDF, without a port.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send};
use crate::app::executable::runnable;
use crate::app::{Config, KnowledgeGraph};
use oxigraph::io::{RdfFormat, RdfParser};
use serde_json::{Value, json};
use tempfile::TempDir;

const SPARQL: (&str, &str) = ("content-type", "application/sparql-query");
const JSON: (&str, &str) = ("content-type", "application/json");
const BROWSER: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);
/// Whatever may be kept is asked about before each use: it may have become private.
const ASK_FIRST: &str = "public, no-cache";
const COUNT: &str = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }";

/// A service with a log: version n has the triples `<e:s> <e:p> 1 … n`.
struct Service {
    state: AppState,
    graph: KnowledgeGraph,
    _folder: TempDir,
}

impl Service {
    fn new(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let graph = KnowledgeGraph::open(Config {
            data_dir: Some(folder.path().to_owned()),
            empty: true,
            ..config
        })
        .unwrap();
        Self {
            state: AppState::new(graph.clone()),
            graph,
            _folder: folder,
        }
    }

    async fn counting(versions: u64) -> Self {
        let service = Self::new(Config {
            open_writes: true,
            ..Config::default()
        });
        for number in 1..=versions {
            service
                .update(&format!("INSERT DATA {{ <e:s> <e:p> {number} }}"))
                .await;
        }
        service
    }

    async fn update(&self, update: &str) {
        let headers = [("content-type", "application/sparql-update")];
        let answer = send(&self.state, "POST", "/sparql", &headers, update.to_owned()).await;
        answer.expect(204);
    }

    async fn get(&self, target: &str) -> Answer {
        send(&self.state, "GET", target, &[], "").await
    }

    async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        send(&self.state, method, target, headers, body.to_owned()).await
    }
}

fn sparql(query: &str, more: &str) -> String {
    format!("/sparql?query={}{more}", encoded(query))
}

fn count(answer: &Answer) -> String {
    answer.json()["results"]["bindings"][0]["n"]["value"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_query_is_answered_on_the_version_it_names_and_for_ever() {
    let service = Service::counting(5).await;
    for version in [5, 1, 3, 0, 4] {
        let target = sparql(COUNT, &format!("&version={version}"));
        let answer = service.get(&target).await.expect(200);
        assert_eq!(count(&answer), version.to_string());
        assert_eq!(answer.header("weft-data-version"), version.to_string());
        assert_eq!(answer.header("cache-control"), ASK_FIRST);
        let tag = answer.header("etag").to_owned();
        let again = service
            .send("GET", &target, &[("if-none-match", &tag)], "")
            .await;
        assert_eq!(again.header("cache-control"), ASK_FIRST);
        again.expect(304);
    }
    // In a form, too; and `latest` is the newest, which does not last.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("query={}&version=2", encoded(COUNT));
    let answer = service.send("POST", "/sparql", &form, &body).await;
    assert_eq!(count(&answer), "2");
    for more in ["", "&version=latest", "&version="] {
        let answer = service.get(&sparql(COUNT, more)).await.expect(200);
        assert_eq!(count(&answer), "5");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    // What answers otherwise each time lasts in no version; nor does the look of a page.
    let answer = service
        .get(&sparql("SELECT (NOW() AS ?n) {}", "&version=2"))
        .await;
    assert_eq!(answer.header("cache-control"), "no-cache");
    let page = sparql(COUNT, "&version=2");
    let answer = service.send("GET", &page, &[BROWSER], "").await;
    assert_eq!(answer.header("cache-control"), "no-cache");
    // What was asked with an `Authorization` is for nobody else.
    let token = [("authorization", "Basic eDp4")];
    let answer = service.send("GET", &page, &token, "").await;
    assert!(answer.header("cache-control").starts_with("private"));
}

#[tokio::test]
async fn networks_in_a_pinned_query_are_those_of_its_version() {
    let service = Service::new(Config {
        open_writes: true,
        ..Config::default()
    });
    let tie = |a: &str, b: &str| {
        format!(
            "PREFIX weft: <https://w3id.org/weft/ns#> INSERT DATA {{
               <e:{a}> a weft:Actor . <e:{b}> a weft:Actor .
               <e:{a}-{b}> a weft:Tie ; weft:from <e:{a}> ; weft:to <e:{b}> }}"
        )
    };
    service.update(&tie("a", "b")).await;
    service.update(&tie("a", "c")).await;
    let degree = "PREFIX weft: <https://w3id.org/weft/ns#> SELECT ?n {
        SERVICE <https://w3id.org/weft/network/collaboration> { <e:a> weft:degree ?n } }";
    for (more, expected) in [("", "2"), ("&version=1", "1"), ("&version=2", "2")] {
        let answer = service.get(&sparql(degree, more)).await.expect(200);
        assert_eq!(count(&answer), expected, "{more}");
    }
}

#[tokio::test]
async fn networks_and_the_report_are_measured_on_the_version_they_are_asked_for() {
    let service = Service::new(Config {
        open_writes: true,
        ..Config::default()
    });
    for n in 1..=3 {
        service
            .update(&format!(
                "PREFIX weft: <https://w3id.org/weft/ns#> INSERT DATA {{ <e:p{n}> a weft:Participation ; \
                 weft:actor <e:a{n}> ; weft:in <e:service> . <e:a{n}> a weft:Actor . <e:service> a weft:Service }}"
            ))
            .await;
    }
    let network = "/api/v1/networks/collaboration";
    for (more, nodes) in [
        ("?version=2", 2),
        ("", 3),
        ("?version=1", 1),
        ("?version=3", 3),
    ] {
        let answer = service.get(&format!("{network}{more}")).await.expect(200);
        assert_eq!(answer.json()["nodes"], nodes, "{more}");
        let rows = service.get(&format!("{network}/nodes{more}")).await;
        assert_eq!(rows.expect(200).json().as_array().unwrap().len(), nodes);
    }
    let old = service
        .get(&format!("{network}?version=2"))
        .await
        .expect(200);
    assert_eq!(old.header("weft-data-version"), "2");
    assert_eq!(old.json()["dataVersion"], 2);
    let report = service
        .get("/api/v1/integration?version=1")
        .await
        .expect(200);
    assert_eq!(report.header("weft-data-version"), "1");
    for page in ["/networks/collaboration", "/integration"] {
        let page = service
            .send("GET", &format!("{page}?version=2"), &[BROWSER], "")
            .await
            .expect(200);
        // It says so, and what is asked for from there is of the same version.
        assert!(page.text.contains("Data version: "), "{}", page.text);
        assert!(
            page.text.contains("nodes.csv?version=2")
                || page.text.contains("integration.csv?version=2")
        );
        assert!(page.text.contains(r#"name="version" value="2""#));
    }
    let missing = service
        .get(&format!("{network}?version=9"))
        .await
        .expect(404);
    assert!(missing.json()["detail"].to_string().contains("0 to 3"));

    // What is cited is asked for again where it came from.
    for (of, nodes) in [(network.to_owned(), 3), (format!("{network}?version=2"), 2)] {
        let cite = service
            .get(&format!("/api/v1/cite?of={}", encoded(&of)))
            .await;
        let permalink = cite.expect(200).json()["permalink"]
            .as_str()
            .unwrap()
            .to_owned();
        service
            .update(&format!("INSERT DATA {{ <e:x> <e:y> {nodes} }}"))
            .await;
        let again = service.get(&permalink).await.expect(200);
        assert_eq!(again.json()["nodes"], nodes);
        assert!(permalink.contains("version="), "{permalink}");
    }
}

#[tokio::test]
async fn versions_that_are_not_there_are_told_from_those_that_are_gone() {
    let service = Service::counting(3).await;
    for target in [
        sparql(COUNT, "&version=4"),
        "/store?default&version=4".to_owned(),
        "/api/v1/summary?version=4".to_owned(),
        "/api/v1/versions/4".to_owned(),
        "/api/v1/queries/overview?version=4".to_owned(),
    ] {
        let answer = service.get(&target).await.expect(404);
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("0 to 3"), "{target}: {detail}");
    }
    for value in ["-1", "two", "1.5"] {
        let target = sparql(COUNT, &format!("&version={value}"));
        service.get(&target).await.expect(400);
    }
    service.get(&sparql(COUNT, "&version=2")).await.expect(200);
    service.graph.store().compact().unwrap();
    for target in [sparql(COUNT, "&version=2"), "/api/v1/versions/2".to_owned()] {
        let answer = service.get(&target).await.expect(410);
        let detail = answer.json()["detail"].to_string();
        assert!(detail.contains("weft compact"), "{detail}");
    }
    service.get(&sparql(COUNT, "&version=3")).await.expect(200);

    // Without a log there is only the newest version, and nothing lasts.
    let memory = KnowledgeGraph::open(Config {
        data_dir: None,
        empty: true,
        ..Config::default()
    });
    let memory = AppState::new(memory.unwrap());
    let answer = send(&memory, "GET", &sparql(COUNT, "&version=0"), &[], "").await;
    assert_eq!(answer.expect(200).header("cache-control"), "no-cache");
}

#[tokio::test]
async fn a_graph_and_the_summary_can_be_had_as_they_were() {
    let service = Service::counting(3).await;
    let answer = service.get("/store?default&version=2").await.expect(200);
    assert_eq!(
        answer.text.matches("<e:p>").count() + answer.text.matches(" , ").count(),
        2
    );
    assert_eq!(answer.header("weft-data-version"), "2");
    assert_eq!(answer.header("cache-control"), ASK_FIRST);
    let head = service
        .send("HEAD", "/store?default&version=2", &[], "")
        .await;
    assert_eq!(head.header("cache-control"), ASK_FIRST);
    let all = service.get("/store?version=1").await.expect(200);
    assert!(all.text.ends_with("\n<e:s> <e:p> 1 .\n"), "{all:?}");
    // The past cannot be written.
    let turtle = [("content-type", "text/turtle")];
    let answer = service
        .send("PUT", "/store?default&version=2", &turtle, "")
        .await;
    answer.expect(400);

    for (version, triples) in [(1, 1), (3, 3), (0, 0)] {
        let target = format!("/api/v1/summary?version={version}");
        let summary = service.get(&target).await.expect(200).json();
        assert_eq!(summary["triples"], triples);
        assert_eq!(summary["dataVersion"], version);
    }
    let newest = service.get("/api/v1/summary").await.json();
    assert_eq!(newest["triples"], 3);
    service.get("/api/v1/summary?verison=1").await.expect(400);
}

#[tokio::test]
async fn the_commits_are_listed_newest_first() {
    let service = Service::counting(4).await;
    let rows = service.get("/api/v1/versions").await.expect(200);
    assert_eq!(rows.header("weft-total-count"), "4");
    let rows = rows.json();
    let versions: Vec<_> = rows.as_array().unwrap().iter().collect();
    let numbers: Vec<_> = versions.iter().map(|row| row["version"].clone()).collect();
    assert_eq!(json!(numbers), json!([4, 3, 2, 1]));
    assert_eq!(versions[0]["author"], "anybody");
    assert_eq!(versions[0]["message"], "update");
    assert_eq!(versions[0]["added"], 1);
    assert_eq!(versions[0]["removed"], 0);

    let page = service
        .get("/api/v1/versions.csv?limit=2&offset=1")
        .await
        .expect(200);
    let lines: Vec<_> = page.text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], "version,time,author,message,added,removed");
    assert!(lines[1].starts_with("3,") && lines[2].starts_with("2,"));
    let beyond = service.get("/api/v1/versions?offset=9").await.expect(200);
    assert_eq!(beyond.text, "[]");
    let one = service.get("/api/v1/versions/3").await.expect(200).json();
    assert_eq!(one, rows[1]);
    service.get("/api/v1/versions/x").await.expect(404);
    service.get("/api/v1/versions?page=1").await.expect(400);
}

const SAVED: &str = "#+ title: Values of a thing\n\
    #+ description: All of them.\n\
    #+ parameter: n, integer, the value\n\
    SELECT ?s ?n { ?s <e:p> ?n } ORDER BY ?n";

#[tokio::test]
async fn a_query_that_somebody_saves_is_run_like_one_that_ships() {
    let service = Service::counting(3).await;
    let graph = "https://w3id.org/weft/graph/partner/x".to_owned();
    let key = |name: &str, admin: bool| {
        let graphs = std::slice::from_ref(&graph);
        let key = service.graph.tokens().create(name, graphs, admin).unwrap();
        format!("Bearer {key}")
    };
    let (alice, bob, root) = (key("alice", false), key("bob", false), key("root", true));
    let path = "/api/v1/queries/~alice/values";
    let with = |key: &str| {
        [
            ("authorization", key.to_owned()),
            (SPARQL.0, SPARQL.1.to_owned()),
        ]
    };
    let put = async |key: &str, path: &str, text: &str| {
        let headers = with(key);
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        service.send("PUT", path, &headers, text).await
    };
    let before = service.get("/api/v1/queries").await;
    let made = put(&alice, path, SAVED).await.expect(201);
    assert_eq!(
        made.header("location"),
        format!("http://weft.example{path}")
    );
    put(&alice, path, SAVED).await.expect(204);
    put(&bob, path, SAVED).await.expect(403);

    let answer = service.get(&format!("{path}.csv?n=2")).await.expect(200);
    assert_eq!(answer.text, "s,n\r\ne:s,2\r\n");
    let pinned = service.get(&format!("{path}.csv?version=1")).await;
    assert_eq!(pinned.expect(200).text, "s,n\r\ne:s,1\r\n");
    service.get(&format!("{path}?n=two")).await.expect(400);
    assert_eq!(service.get(&format!("{path}.rq")).await.text, SAVED);

    let list = service.get("/api/v1/queries").await;
    assert_ne!(list.header("etag"), before.header("etag"));
    let list = list.json();
    let mine = list.as_array().unwrap().last().unwrap();
    assert_eq!(mine["name"], "~alice/values");
    assert_eq!(mine["owner"], "alice");
    assert_eq!(mine["saved"], true);
    assert_eq!(mine["url"], path);
    assert_eq!(mine["parameters"][0]["type"], "integer");
    assert_eq!(list[0]["saved"], false);
    let page = service.send("GET", "/api/v1/queries", &[BROWSER], "").await;
    assert!(page.text.contains("Values of a thing"), "{}", page.text);

    for (text, line, expected) in [
        ("#+ title: x\nSELECT ?n {", 2, "This is not SPARQL"),
        ("#+ title: x\n#+ nonsense\nASK {}", 2, "header"),
        ("#+ title: x\nDELETE DATA { <e:a> <e:b> 1 }", 2, "updates"),
    ] {
        let problem = put(&alice, path, text).await.expect(400);
        assert_eq!(problem.json()["line"], line, "{}", problem.text);
        assert!(problem.text.contains(expected), "{}", problem.text);
    }
    // Names that ship, and those of nobody, are out of reach.
    let problem = put(&alice, "/api/v1/queries/overview", SAVED).await;
    assert!(problem.expect(405).text.contains("~alice/overview"));
    put(&alice, "/api/v1/queries/alice/x", SAVED)
        .await
        .expect(400);
    put(&alice, "/api/v1/queries/~alice/X", SAVED)
        .await
        .expect(400);
    put("Bearer weft_x", path, SAVED).await.expect(401);
    let long = format!("{SAVED} #{}", "x".repeat(70_000));
    put(&alice, path, &long).await.expect(413);
    let turtle = [("authorization", alice.as_str())];
    service.send("PUT", path, &turtle, SAVED).await.expect(415);

    let delete = async |key: &str| {
        let headers = [("authorization", key)];
        service.send("DELETE", path, &headers, "").await
    };
    delete(&bob).await.expect(403);
    delete(&root).await.expect(204);
    delete(&root).await.expect(404);
    service.get(path).await.expect(404);
}

#[tokio::test]
async fn a_link_keeps_query_version_and_view_and_says_how_to_cite() {
    let service = Service::counting(3).await;
    let post = async |body: Value| {
        service
            .send("POST", "/api/v1/permalinks", &[JSON], &body.to_string())
            .await
    };
    let wanted = json!({"query": format!("# How many?\n{COUNT}"), "view": "table", "version": 2});
    let made = post(wanted.clone()).await.expect(201);
    let location = made.header("location").to_owned();
    let link = made.json();
    assert_eq!(link["url"], format!("http://weft.example{location}"));
    assert_eq!(link["version"], 2);
    assert_eq!(link["pinned"], true);
    let date = link["date"].as_str().unwrap();
    let cite = link["citeAs"].as_str().unwrap();
    assert_eq!(
        cite,
        format!(
            "Weft, data version 2 of {}: “How many?”. http://weft.example{location}",
            &date[..10]
        )
    );
    // The same question has the same link.
    let again = post(wanted).await.expect(200);
    assert_eq!(again.header("location"), location);

    service.update("INSERT DATA { <e:s> <e:p> 99 }").await;
    for headers in [&[BROWSER][..], &[("accept", "text/csv")], &[]] {
        let answer = service
            .send("GET", &location, headers, "")
            .await
            .expect(303);
        let target = answer.header("location").to_owned();
        assert!(target.ends_with("&version=2&view=table"), "{target}");
        let answer = service.send("GET", &target, headers, "").await.expect(200);
        assert_eq!(answer.header("weft-data-version"), "2");
    }
    let accept = [("accept", "application/json")];
    let told = service
        .send("GET", &location, &accept, "")
        .await
        .expect(200);
    assert_eq!(told.json(), link);
    let told = service.get(&format!("{location}.json")).await.expect(200);
    assert_eq!(told.json()["query"], link["query"]);

    // The newest of now, or always the newest.
    let now = post(json!({"query": COUNT})).await.expect(201).json();
    assert_eq!(now["version"], 4);
    let latest = post(json!({"query": COUNT, "version": "latest"})).await;
    let latest = latest.expect(201).json();
    assert_eq!(latest["pinned"], false);
    assert!(!latest["canonical"].as_str().unwrap().contains("version"));

    for (wanted, status) in [
        (json!({"query": "SELECT ?n {"}), 400),
        (json!({"query": "DROP ALL"}), 400),
        (json!({}), 400),
        (json!({"query": COUNT, "name": "overview"}), 400),
        (json!({"name": "nothing"}), 404),
        (json!({"name": "overview", "parameters": {"x": 1}}), 400),
        (json!({"query": COUNT, "version": 9}), 404),
        (json!({"query": COUNT, "version": "then"}), 400),
        (json!({"query": COUNT, "view": "<script>"}), 400),
        (json!({"query": COUNT, "colour": "red"}), 400),
        (
            json!({"query": format!("{COUNT}#{}", "x".repeat(17_000))}),
            413,
        ),
    ] {
        let answer = post(wanted.clone()).await;
        assert_eq!(answer.status, status, "{wanted}: {answer:?}");
    }
    service.get("/p/nothing").await.expect(404);
    service.send("DELETE", &location, &[], "").await.expect(204);
    service.get(&location).await.expect(404);
}

#[tokio::test]
async fn a_link_to_a_query_of_the_catalogue_tells_when_its_text_has_changed() {
    let service = Service::counting(1).await;
    let headers = [SPARQL];
    let path = "/api/v1/queries/~anybody/values";
    service.send("PUT", path, &headers, SAVED).await.expect(201);
    let wanted = json!({"name": "~anybody/values", "parameters": {"n": 1}});
    let made = service
        .send("POST", "/api/v1/permalinks", &[JSON], &wanted.to_string())
        .await
        .expect(201);
    let link = made.json();
    assert_eq!(link["title"], "Values of a thing");
    assert_eq!(link["queryChanged"], false);
    let location = made.header("location").to_owned();
    let target = service.get(&location).await.expect(303);
    let target = target.header("location").to_owned();
    assert_eq!(target, format!("{path}?n=1&version=1"));
    service.get(&target).await.expect(200);

    let other = SAVED.replace("ORDER BY ?n", "ORDER BY ?s");
    service
        .send("PUT", path, &headers, &other)
        .await
        .expect(204);
    let link = service.get(&format!("{location}.json")).await.json();
    assert_eq!(link["queryChanged"], true);
    assert_eq!(link["query"], SAVED);
}

#[tokio::test]
async fn a_page_of_results_has_a_permalink_and_says_how_to_cite() {
    let service = Service::counting(2).await;
    let page = service
        .send("GET", &sparql(COUNT, ""), &[BROWSER], "")
        .await
        .expect(200);
    let permalink = format!("{}&amp;version=2", sparql_of_page(COUNT));
    assert!(page.text.contains("Permalink") && page.text.contains("Cite as"));
    assert!(
        page.text.contains(&permalink.replace("&amp;", "&#38;")),
        "{}",
        page.text
    );
    let page = service
        .send("GET", &sparql(COUNT, "&version=1"), &[BROWSER], "")
        .await;
    assert!(
        page.text.contains("Pinned to data version 1"),
        "{}",
        page.text
    );
    // What the request names as its dataset belongs to the question.
    let target = sparql(COUNT, "&default-graph-uri=e:g");
    let page = service
        .send("GET", &target, &[BROWSER], "")
        .await
        .expect(200);
    assert!(page.text.contains("default-graph-uri=e:g"), "{}", page.text);
    let target = "/api/v1/queries/overview?version=1&view=table";
    let page = service
        .send("GET", target, &[BROWSER], "")
        .await
        .expect(200);
    let shown = "/api/v1/queries/overview?version=1\"";
    assert!(page.text.contains(shown), "{}", page.text);
}

/// The address as pages write it, which leaves more characters as they are.
fn sparql_of_page(query: &str) -> String {
    let encoded = encoded(query).replace("%3A", ":").replace("%2F", "/");
    format!("/sparql?query={encoded}")
}

#[tokio::test]
async fn editors_find_the_catalogue_at_its_address_and_by_asking_the_endpoint() {
    let state = &*INNOSERV;
    let document = send(state, "GET", "/api/v1/queries.ttl", &[], "").await;
    assert!(document.header("content-type").starts_with("text/turtle"));
    let quads: Vec<_> = RdfParser::from_format(RdfFormat::Turtle)
        .for_slice(document.text.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap();
    let targets = quads
        .iter()
        .filter(|quad| quad.predicate.as_str() == "https://schema.org/target")
        .filter(|quad| quad.object.to_string() == "<http://weft.example/sparql>")
        .count();
    let catalogue = state.graph().catalogue();
    assert_eq!(targets, catalogue.iter().count());
    for (target, accept, expected) in [
        ("/api/v1/queries.jsonld", "*/*", "application/ld+json"),
        ("/api/v1/queries.nt", "*/*", "application/n-triples"),
        ("/api/v1/queries", "text/turtle", "text/turtle"),
        ("/api/v1/queries", "*/*", "application/json"),
        ("/api/v1/queries.json", "text/turtle", "application/json"),
    ] {
        let answer = send(state, "GET", target, &[("accept", accept)], "").await;
        let content_type = answer.header("content-type");
        assert!(
            content_type.starts_with(expected),
            "{target}: {content_type}"
        );
    }

    // As the SIB editor asks.
    let query = "PREFIX sh: <http://www.w3.org/ns/shacl#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT DISTINCT ?sq ?comment ?query WHERE {
          ?sq a sh:SPARQLExecutable ; rdfs:label|rdfs:comment ?comment ;
              sh:select|sh:ask|sh:construct|sh:describe ?query .
        } ORDER BY ?sq";
    let found = send(state, "GET", &sparql(query, ""), &[], "").await.json();
    let found = found["results"]["bindings"].as_array().unwrap().clone();
    for query in catalogue.iter() {
        let iri = format!("https://w3id.org/weft/id/query/{}", query.name);
        let row = found.iter().find(|row| row["sq"]["value"] == iri);
        let row = row.unwrap_or_else(|| panic!("{iri} is not found"));
        assert_eq!(row["query"]["value"], runnable(query));
    }
    let prefixes = "PREFIX sh: <http://www.w3.org/ns/shacl#>
        SELECT ?namespace { [] sh:prefix \"weft\" ; sh:namespace ?namespace }";
    let found = send(state, "GET", &sparql(prefixes, ""), &[], "").await;
    assert!(
        found.text.contains("https://w3id.org/weft/ns#"),
        "{found:?}"
    );
    // Its IRI answers like any other.
    let thing = send(state, "GET", "/id/query/overview", &[], "").await;
    assert!(thing.expect(200).text.contains("SPARQLExecutable"));
}

#[tokio::test]
async fn each_query_of_the_catalogue_runs_and_its_published_text_answers_the_same() {
    let state = &*INNOSERV;
    let rows = |answer: &Answer| {
        let results = answer.json();
        let rows = results["results"]["bindings"].as_array().unwrap();
        let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
        rows.sort();
        rows
    };
    let mut with_rows = 0;
    for query in state.graph().catalogue().iter() {
        let target = format!("/api/v1/queries/{}.json", query.name);
        let run = send(state, "GET", &target, &[], "").await.expect(200);
        let published = sparql(&runnable(query), "&format=json");
        let published = send(state, "GET", &published, &[], "").await.expect(200);
        assert_eq!(rows(&run), rows(&published), "{}", query.name);
        with_rows += usize::from(!rows(&run).is_empty());
    }
    assert!(with_rows > 15, "only {with_rows} queries have an answer");
}

#[tokio::test]
async fn versions_are_sorted_by_every_column_and_their_times_have_three_digits() {
    let service = Service::counting(5).await;
    let column = async |target: &str, name: &str| -> Vec<Value> {
        let rows = service.get(target).await.expect(200).json();
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row[name].clone()).collect()
    };
    for (query, expected) in [
        ("sort=version&limit=2", vec![1, 2]),
        ("sort=-version&offset=1&limit=2", vec![4, 3]),
        ("sort=-time&limit=1", vec![5]),
        ("limit=2", vec![5, 4]),
        ("offset=3", vec![2, 1]),
        ("offset=9", vec![]),
    ] {
        let found = column(&format!("/api/v1/versions?{query}"), "version").await;
        assert_eq!(found, expected, "{query}");
    }
    let page = service.get("/api/v1/versions?sort=version&limit=2").await;
    assert_eq!(page.header("weft-total-count"), "5");
    for target in ["/api/v1/versions", "/api/v1/changes"] {
        let times = column(target, "time").await;
        assert_eq!(times.len(), 5);
        for time in times {
            let text = time.as_str().unwrap();
            assert_eq!(text.len(), "2026-11-25T10:00:00.000Z".len(), "{text}");
        }
    }
    let answer = service
        .get("/api/v1/versions?sort=colour")
        .await
        .expect(400);
    assert!(answer.text.contains("`sort`"), "{}", answer.text);
}
