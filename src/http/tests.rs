//! The service without a port.

mod protocol;

use super::testing::{Answer, encoded, send_to};
use super::{AppState, router, starting_router};
use crate::app::{Config, KnowledgeGraph};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;
use std::io::Write;
use tower::ServiceExt;

const SELECT: &str = "application/sparql-query";
const UPDATE: &str = "application/sparql-update";
const FORM: &str = "application/x-www-form-urlencoded";
const TURTLE: &str = "text/turtle";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Service {
    router: Router,
    graph: KnowledgeGraph,
}

impl Service {
    fn new(config: Config) -> Self {
        let graph = KnowledgeGraph::open(Config {
            data_dir: None,
            empty: true,
            ..config
        })
        .unwrap();
        Self {
            router: router(AppState::new(graph.clone())),
            graph,
        }
    }

    /// Empty, and everybody may write.
    fn open() -> Self {
        Self::new(Config {
            open_writes: true,
            ..Config::default()
        })
    }

    async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        send_to(self.router.clone(), method, target, headers, body).await
    }

    async fn get(&self, target: &str, accept: &str) -> Answer {
        self.send("GET", target, &[("accept", accept)], Body::empty())
            .await
    }

    async fn post(&self, target: &str, media_type: &str, body: &str) -> Answer {
        let headers = [("content-type", media_type)];
        self.send("POST", target, &headers, body.to_owned()).await
    }

    #[track_caller]
    fn update(&self, update: &str) -> impl Future<Output = ()> {
        let update = update.to_owned();
        async move {
            let answer = self.post("/sparql", UPDATE, &update).await;
            assert_eq!(answer.status, 204, "{answer:?}");
        }
    }

    async fn yes(&self, target: &str, query: &str) -> bool {
        let answer = self.post(target, SELECT, query).await;
        answer.json()["boolean"].as_bool().unwrap()
    }
}

#[tokio::test]
async fn queries_come_in_three_ways() {
    let service = Service::open();
    for answer in [
        service.get("/sparql?query=ASK%20%7B%7D", "*/*").await,
        service.post("/sparql/", SELECT, "ASK {}").await,
        service.post("/sparql", FORM, "query=ASK+%7B%7D").await,
        service
            .post(
                "/sparql",
                "application/sparql-query; charset=UTF-8",
                "ASK {}",
            )
            .await,
    ] {
        assert_eq!(answer.json()["boolean"], true);
        assert_eq!(
            answer.header("content-type"),
            "application/sparql-results+json"
        );
        assert_eq!(answer.header("weft-data-version"), "0");
    }
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_with_their_reason() {
    let service = Service::open();
    let using = "/sparql?using-graph-uri=http://g";
    for (method, target, media_type, body, status, says) in [
        ("GET", "/sparql?update=DROP%20ALL", "", "", 400, "POST"),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&query=ASK%7B%7D",
            "",
            "",
            400,
            "`query`",
        ),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&timeout=soon",
            "",
            "",
            400,
            "`soon`",
        ),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&format=ttl",
            "",
            "",
            400,
            "`ttl`",
        ),
        ("GET", "/sparql?query=%FF", "", "", 400, "UTF-8"),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&default-graph-uri=g",
            "",
            "",
            400,
            "<g>",
        ),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&using-graph-uri=http://g",
            "",
            "",
            400,
            "using-graph-uri",
        ),
        (
            "POST",
            "/sparql",
            FORM,
            "query=ASK{}&update=DROP+ALL",
            400,
            "exclude",
        ),
        ("POST", "/sparql", FORM, "a=b", 400, "missing"),
        (
            "POST",
            "/sparql?query=ASK%7B%7D",
            FORM,
            "query=ASK{}",
            400,
            "`query`",
        ),
        (
            "POST",
            "/sparql?query=ASK%7B%7D",
            SELECT,
            "ASK{}",
            400,
            "body",
        ),
        (
            "POST",
            "/sparql",
            "application/sparql-query;charset=utf-16",
            "ASK{}",
            400,
            "utf-16",
        ),
        (
            "POST",
            "/sparql",
            "text/plain",
            "ASK{}",
            415,
            "application/sparql-query",
        ),
        (
            "POST",
            "/sparql",
            "",
            "ASK{}",
            415,
            "application/sparql-query",
        ),
        (
            "POST",
            using,
            UPDATE,
            "WITH <http://h> DELETE {?a ?b ?c} WHERE {?a ?b ?c}",
            400,
            "USING",
        ),
        (
            "POST",
            "/sparql",
            UPDATE,
            "LOAD <http://example.org/>",
            403,
            "LOAD",
        ),
        (
            "POST",
            "/sparql",
            SELECT,
            "SELECT * { SERVICE <http://e/> {} }",
            403,
            "SERVICE",
        ),
        (
            "POST",
            "/sparql",
            UPDATE,
            "DROP GRAPH <http://nope>",
            404,
            "<http://nope>",
        ),
        ("PUT", "/sparql", SELECT, "ASK {}", 405, "Allow"),
        ("GET", "/nowhere", "", "", 404, "/nowhere"),
        ("GET", "/api/v1/summary?sector=x", "", "", 400, "`sector`"),
    ] {
        let headers = [("content-type", media_type)];
        let headers = if media_type.is_empty() {
            &[][..]
        } else {
            &headers
        };
        let answer = service.send(method, target, headers, body).await;
        assert_eq!(
            answer.status, status,
            "{method} {target} {body}: {answer:?}"
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(problem[member].is_string(), "{problem}");
        }
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{target} {body}: {detail}");
    }
    let answer = service.send("PUT", "/sparql", &[], "").await;
    assert!(answer.header("allow").contains("POST"));
}

#[tokio::test]
async fn a_syntax_error_says_where() {
    let service = Service::open();
    let problem = service
        .post("/sparql", SELECT, "SELECT *\n{ ?s ?p }")
        .await
        .json();
    assert_eq!(problem["line"], 2);
    assert!(problem["column"].is_number());
    let problem = service
        .post("/sparql", UPDATE, "INSERT DATA {\n<a> }")
        .await
        .json();
    assert_eq!(problem["line"], 2);
    let page = service.get("/sparql?query=ASK%20%7B%3Cb%3E", BROWSER).await;
    assert_eq!(page.status, 400);
    assert!(page.text().contains("Line 1") && page.text().contains("ASK {&#60;b&#62;"));
}

#[tokio::test]
async fn the_dataset_of_the_request_wins_over_that_of_the_query() {
    let service = Service::open();
    service
        .update("INSERT DATA { GRAPH <http://a> { <http://s> <http://p> 1 } GRAPH <http://b> { <http://s> <http://p> 2 } <http://s> <http://p> 3 }")
        .await;
    let both = "ASK { ?s <http://p> 1 . ?s <http://p> 2 . ?s <http://p> 3 }";
    assert!(service.yes("/sparql", both).await);
    assert!(
        !service
            .yes("/sparql?default-graph-uri=http://a", both)
            .await
    );
    let from_a = "ASK FROM <http://a> { ?s <http://p> 1 }";
    assert!(service.yes("/sparql", from_a).await);
    assert!(
        !service
            .yes("/sparql?default-graph-uri=http://b", from_a)
            .await
    );
    let named = "ASK { GRAPH ?g { ?s <http://p> 2 } }";
    assert!(!service.yes("/sparql?named-graph-uri=http://a", named).await);
    let target = "/sparql?using-graph-uri=http://a";
    let update = "INSERT { <http://t> <http://q> ?o } WHERE { ?s <http://p> ?o }";
    assert_eq!(service.post(target, UPDATE, update).await.status, 204);
    assert!(
        service
            .yes(
                "/sparql",
                "ASK { ?t <http://q> 1 FILTER NOT EXISTS { ?t <http://q> 2 } }"
            )
            .await
    );
}

#[tokio::test]
async fn results_come_in_the_format_asked_for() {
    let service = Service::open();
    let select = "/sparql?query=SELECT%20(1%20AS%20%3Fx)%20%7B%7D";
    let construct = "/sparql?query=CONSTRUCT%20%7B%3Cs%3E%20%3Cp%3E%201%7D%20%7B%7D";
    for (target, accept, media_type, begins) in [
        (select, "text/csv", "text/csv; charset=utf-8", "x\r\n1"),
        (
            select,
            "text/tab-separated-values",
            "text/tab-separated-values; charset=utf-8",
            "?x",
        ),
        (
            select,
            "application/sparql-results+xml",
            "application/sparql-results+xml",
            "<?xml",
        ),
        (
            select,
            BROWSER,
            "text/html; charset=utf-8",
            "<!doctype html>",
        ),
        (construct, "*/*", "text/turtle; charset=utf-8", "@prefix"),
        (
            construct,
            "application/n-triples",
            "application/n-triples",
            "<http://weft.example/s>",
        ),
        (
            construct,
            "application/rdf+xml",
            "application/rdf+xml",
            "<?xml",
        ),
        (construct, "application/ld+json", "application/ld+json", "["),
        (
            construct,
            BROWSER,
            "text/html; charset=utf-8",
            "<!doctype html>",
        ),
        ("/sparql", TURTLE, "text/turtle; charset=utf-8", "@prefix"),
        (
            "/sparql",
            BROWSER,
            "text/html; charset=utf-8",
            "<!doctype html>",
        ),
    ] {
        let answer = service.get(target, accept).await;
        assert_eq!(answer.status, 200, "{accept}: {answer:?}");
        assert_eq!(answer.header("content-type"), media_type);
        assert!(
            answer.text().starts_with(begins),
            "{accept}: {}",
            answer.text()
        );
    }
    assert_eq!(service.get(select, "image/png").await.status, 406);
    assert_eq!(service.get(select, TURTLE).await.status, 406);
    assert_eq!(service.get(construct, "text/csv").await.status, 406);
    let twice = format!("{construct}&format=rdf%2Bxml&format=application/rdf%2Bxml");
    let answer = service.get(&twice, "*/*").await;
    assert_eq!(answer.header("content-type"), "application/rdf+xml");
    let answer = service.get(&format!("{select}&format=csv"), "*/*").await;
    assert_eq!(answer.text(), "x\r\n1\r\n");
}

#[tokio::test]
async fn reads_have_a_version_and_a_tag_that_saves_repetition() {
    let service = Service::open();
    let targets = [
        "/sparql?query=ASK%7B%7D",
        "/sparql",
        "/store?default",
        "/store",
        "/api/v1/summary",
        "/api/v1/queries",
        "/",
        "/ns",
        "/code",
    ];
    for target in targets {
        let answer = service.get(target, "*/*").await;
        assert_eq!(answer.status, 200, "{target}");
        let tag = answer.header("etag");
        let again = service
            .send("GET", target, &[("if-none-match", tag)], "")
            .await;
        assert_eq!(again.status, 304, "{target}");
        assert_eq!(again.text(), "");
        assert_eq!(again.header("etag"), tag);
        let head = service.send("HEAD", target, &[], "").await;
        assert_eq!((head.status, head.text()), (StatusCode::OK, String::new()));
        assert_eq!(head.header("content-type"), answer.header("content-type"));
        let other = service
            .send("GET", target, &[("if-none-match", "W/\"x\"")], "")
            .await;
        assert_eq!(other.status, 200);
    }
    let before = service.get(targets[0], "*/*").await;
    service
        .update("INSERT DATA { <http://s> <http://p> 1 }")
        .await;
    let tag = before.header("etag");
    let after = service
        .send("GET", targets[0], &[("if-none-match", tag)], "")
        .await;
    assert_eq!(after.status, 200);
    assert_eq!(after.header("weft-data-version"), "1");
    let rolled = "/sparql?query=SELECT%20(RAND()%20AS%20%3Fx)%20%7B%7D";
    let tag = service.get(rolled, "*/*").await;
    let again = service
        .send("GET", rolled, &[("if-none-match", tag.header("etag"))], "")
        .await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn errors_that_come_late_cut_the_response_off_and_add_nothing() {
    let service = Service::open();
    let numbers: String = (0..300)
        .map(|n| format!("<http://s{n}> <http://p> {n} ."))
        .collect();
    service
        .update(&format!("INSERT DATA {{ {numbers} }}"))
        .await;
    let product = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }";
    let answer = service
        .post(
            "/sparql?timeout=0.5&format=csv",
            SELECT,
            &format!("SELECT ?a ?d ?g {product}"),
        )
        .await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.is_err());
    let counted = service
        .post(
            "/sparql?timeout=0.5",
            SELECT,
            &format!("SELECT (COUNT(*) AS ?n) {product}"),
        )
        .await;
    assert_eq!(counted.status, 504, "{counted:?}");
}

#[tokio::test]
async fn a_long_result_arrives_whole() {
    let service = Service::open();
    let rows = "VALUES ?a { 0 1 2 3 4 5 6 7 8 9 } VALUES ?b { 0 1 2 3 4 5 6 7 8 9 } VALUES ?c { 0 1 2 3 4 5 6 7 8 9 } VALUES ?d { 0 1 2 3 4 5 6 7 8 9 } VALUES ?e { 0 1 2 3 }";
    let query = format!("SELECT * {{ {rows} }}");
    let answer = service.post("/sparql?format=csv", SELECT, &query).await;
    assert_eq!(answer.text().lines().count(), 40_001);
    let headers = [("content-type", SELECT), ("accept", BROWSER)];
    let page = service
        .send("POST", "/sparql", &headers, query)
        .await
        .text();
    assert!(page.contains("The first 1,000 rows are shown"));
}

#[tokio::test]
async fn writes_need_a_token_with_the_right_to_them() {
    let service = Service::new(Config::default());
    let tokens = service.graph.tokens();
    let mine = "https://w3id.org/weft/graph/partner/me";
    let admin = format!("Bearer {}", tokens.create("boss", &[], true).unwrap());
    let partner = format!(
        "Bearer {}",
        tokens.create("me", &[mine.to_owned()], false).unwrap()
    );
    let insert = format!("INSERT DATA {{ GRAPH <{mine}> {{ <http://s> <http://p> 1 }} }}");
    let elsewhere = "INSERT DATA { <http://s> <http://p> 1 }";
    let smuggled = format!(
        "{insert} ; INSERT {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ BIND(<http://other> AS ?g) ?s ?p ?o }}"
    );
    let copied = format!("COPY <{mine}> TO <http://other>");
    for (key, update, status) in [
        ("", elsewhere, 401),
        ("Bearer weft_0", elsewhere, 401),
        ("Basic YTpi", elsewhere, 401),
        (partner.as_str(), elsewhere, 403),
        (&partner, &smuggled, 403),
        (&partner, &copied, 403),
        (&partner, "CLEAR ALL", 403),
        (&partner, "DROP NAMED", 403),
        (&partner, "CREATE GRAPH <http://other>", 403),
        (&partner, "DELETE WHERE { ?s ?p ?o }", 403),
        (&partner, &insert, 204),
        (&admin, elsewhere, 204),
    ] {
        let headers = [("content-type", UPDATE), ("authorization", key)];
        let headers = if key.is_empty() {
            &headers[..1]
        } else {
            &headers
        };
        let answer = service
            .send("POST", "/sparql", headers, update.to_owned())
            .await;
        assert_eq!(answer.status, status, "{key} {update}: {answer:?}");
        if status == 401 {
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let quads = "<http://a> <http://b> <http://c> <http://other> .";
    for (method, target, media_type, body, status) in [
        ("PUT", "/store?default", TURTLE, "", 403),
        ("PUT", "/store?graph=http://other", TURTLE, "", 403),
        ("DELETE", "/store?graph=http://other", TURTLE, "", 403),
        ("POST", "/store", TURTLE, "", 403),
        ("POST", "/store", "application/n-quads", quads, 403),
        (
            "PUT",
            "/store?graph=https://w3id.org/weft/graph/partner/me",
            TURTLE,
            "",
            204,
        ),
    ] {
        let headers = [
            ("content-type", media_type),
            ("authorization", partner.as_str()),
        ];
        let answer = service.send(method, target, &headers, body).await;
        assert_eq!(answer.status, status, "{method} {target}: {answer:?}");
        let answer = service.send(method, target, &headers[..1], body).await;
        assert_eq!(answer.status, 401, "{method} {target}: {answer:?}");
    }
    let read_only = Service::new(Config {
        read_only: true,
        ..Config::default()
    });
    assert_eq!(
        read_only.post("/sparql", UPDATE, elsewhere).await.status,
        403
    );
}

#[tokio::test]
async fn pages_of_other_sites_cannot_use_open_writes() {
    let service = Service::open();
    for (host, origin, status) in [
        ("127.0.0.1:7878", "http://evil.example", 403),
        ("127.0.0.1:7878", "null", 403),
        // A name of theirs that leads here.
        ("evil.example:7878", "http://evil.example:7878", 403),
        ("127.0.0.1:7878", "http://127.0.0.1:7878", 204),
        ("localhost:7878", "http://localhost:7878", 204),
    ] {
        let request = Request::post("/sparql")
            .header("host", host)
            .header("origin", origin)
            .header("content-type", FORM)
            .body(Body::from("update=DROP+ALL"))
            .unwrap();
        let response = service.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{host} {origin}");
    }
}

#[tokio::test]
async fn a_graph_is_put_read_extended_and_deleted() {
    let service = Service::open();
    let turtle = [("content-type", TURTLE)];
    for (target, name) in [
        ("/store?graph=http://g/1", "http://g/1"),
        ("/store?graph=people/1", "http://weft.example/people/1"),
        ("/store/people/2", "http://weft.example/store/people/2"),
        ("/store?default", "http://weft.example/store"),
    ] {
        let created = if target.ends_with("default") {
            204
        } else {
            201
        };
        let put = service
            .send("PUT", target, &turtle, "<> <http://p> 1 .")
            .await;
        assert_eq!(put.status, created, "{target}: {put:?}");
        let text = service.get(target, "application/n-triples").await.text();
        assert!(
            text.starts_with(&format!("<{name}> <http://p> \"1\"")),
            "{target}: {text}"
        );
        let post = service
            .send("POST", target, &turtle, "<> <http://p> 2 .")
            .await;
        assert_eq!(post.status, 204);
        let text = service.get(target, "application/n-triples").await.text();
        assert_eq!(text.lines().count(), 2);
        let broken = service
            .send("PUT", target, &turtle, "<> <http://p>\n 2 ; x")
            .await;
        assert_eq!(broken.status, 400);
        assert_eq!(broken.json()["line"], 2);
        let text = service.get(target, "application/n-triples").await.text();
        assert_eq!(text.lines().count(), 2, "a broken upload changes nothing");
        assert_eq!(service.send("PUT", target, &turtle, "").await.status, 204);
        assert_eq!(
            service.get(target, "application/n-triples").await.text(),
            ""
        );
        assert_eq!(service.send("DELETE", target, &[], "").await.status, 204);
        if created == 201 {
            assert_eq!(service.get(target, TURTLE).await.status, 404);
            assert_eq!(service.send("HEAD", target, &[], "").await.status, 404);
            assert_eq!(service.send("DELETE", target, &[], "").await.status, 404);
        }
    }
}

#[tokio::test]
async fn posting_to_the_store_makes_a_graph_or_adds_quads() {
    let service = Service::open();
    let made = service.post("/store", TURTLE, "<> <http://p> 1 .").await;
    assert_eq!(made.status, 201);
    let location = made.header("location").to_owned();
    assert!(location.starts_with("http://weft.example/store/"));
    let direct = service
        .get(location.trim_start_matches("http://weft.example"), "*/*")
        .await;
    let named = service
        .get(&format!("/store?graph={location}"), "*/*")
        .await;
    assert_eq!(direct.text(), named.text());
    let quads = "<http://a> <http://b> <http://c> <http://d> .\n";
    let added = service.post("/store", "application/n-quads", quads).await;
    assert_eq!(added.status, 204);
    let all = service.get("/store", "application/n-quads").await.text();
    assert!(all.contains(quads));
    let refused = service
        .post("/store?graph=http://g", "application/n-quads", quads)
        .await;
    assert_eq!(refused.status, 400, "{refused:?}");
}

#[tokio::test]
async fn several_files_can_be_sent_at_once() {
    let service = Service::open();
    let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/turtle\r\n\r\n<http://s> <http://p> 1 .\r\n--x\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b.nt\"\r\n\r\n<http://s> <http://p> \"b\" .\r\n--x--\r\n";
    let multipart = "multipart/form-data; boundary=x";
    let answer = service.post("/store?graph=http://g", multipart, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let text = service
        .get("/store?graph=http://g", "application/n-triples")
        .await
        .text();
    assert_eq!(text.lines().count(), 2);
    let unknown = body.replace("text/turtle", "image/png");
    let answer = service
        .post("/store?graph=http://g", multipart, &unknown)
        .await;
    assert_eq!(answer.status, 415);
    let cut = &body[..60];
    let answer = service.post("/store?graph=http://g", multipart, cut).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_thing_is_a_page_to_a_browser_and_rdf_to_a_machine() {
    let service = Service::open();
    service
        .update(
            "INSERT DATA { GRAPH <https://w3id.org/weft/graph/partner/p> {
            <https://w3id.org/weft/id/actor/a> a weft:Actor ; rdfs:label '<b>A & B</b>'@en ;
                weft:website <javascript:alert(1)> ; dct:source <https://example.org/?a=1&b=2> ;
                weft:note [ rdfs:label 'inner' ] .
            <https://w3id.org/weft/id/tie/t> weft:from <https://w3id.org/weft/id/actor/a> .
            <https://w3id.org/weft/id/actor/1.ttl> rdfs:label 'dotted' .
            <http://elsewhere/x> rdfs:label 'foreign' } }",
        )
        .await;
    let page = service.get("/id/actor/a", BROWSER).await.text();
    assert!(
        page.contains("&#60;b&#62;A &#38; B&#60;/b&#62;") && !page.contains("<b>A"),
        "{page}"
    );
    assert!(!page.contains("href=\"javascript:"));
    assert!(page.contains("href=\"/id/tie/t\"") && page.contains("inner"));
    let turtle = service.get("/id/actor/a", TURTLE).await;
    assert!(turtle.text().contains("inner") && turtle.text().contains("tie/t"));
    assert_eq!(turtle.header("content-location"), "/id/actor/a.ttl");
    assert!(
        turtle
            .headers
            .get_all("vary")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(", "))
            .any(|name| name == "accept")
    );
    let by_name = service.get("/id/actor/a.nt", BROWSER).await;
    assert_eq!(by_name.header("content-type"), "application/n-triples");
    assert!(
        service
            .get("/id/actor/1.ttl", "*/*")
            .await
            .text()
            .contains("dotted")
    );
    assert!(
        service
            .get("/id/actor/a.trig", "*/*")
            .await
            .text()
            .contains("graph/partner/p")
    );
    assert_eq!(service.get("/id/actor/b", BROWSER).await.status, 404);
    let foreign = service
        .get("/resource?iri=http://elsewhere/x", BROWSER)
        .await;
    assert!(foreign.text().contains("foreign"));
    assert_eq!(service.get("/resource", "*/*").await.status, 400);
    assert_eq!(service.get("/graph/partner/p", "*/*").await.status, 200);
}

#[tokio::test]
async fn the_summary_counts() {
    let service = Service::open();
    service
        .update("INSERT DATA { GRAPH <http://g> { <http://a> a weft:Actor ; weft:sector <http://x> ; weft:level <http://l> } <http://a> a weft:Actor }")
        .await;
    let summary = service.get("/api/v1/summary", "*/*").await.json();
    let expected = serde_json::json!({
        "dataVersion": 1, "triples": 3, "actors": 1, "services": 0, "innovations": 0,
        "sectors": 1, "levels": 1, "participations": 0, "ties": 0, "datasets": 2,
    });
    assert_eq!(summary, expected);
    let csv = service.get("/api/v1/summary.csv", "*/*").await.text();
    assert_eq!(csv.lines().nth(1), Some("1,3,1,0,0,1,1,0,0,2"));
}

#[tokio::test]
async fn every_query_of_the_catalogue_is_a_resource() {
    let service = Service::open();
    let list = service.get("/api/v1/queries", "*/*").await.json();
    for query in list.as_array().unwrap() {
        let url = query["url"].as_str().unwrap();
        for target in [
            format!("{url}.csv"),
            url.to_owned(),
            format!("{url}.html"),
            format!("{url}.rq"),
        ] {
            let answer = service.get(&target, "*/*").await;
            assert_eq!(answer.status, 200, "{target}: {answer:?}");
        }
        let answer = service.get(&format!("{url}?no-such=1"), "*/*").await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("`no-such`"));
    }
    assert_eq!(service.get("/api/v1/queries/none", "*/*").await.status, 404);
}

#[tokio::test]
async fn bodies_are_compressed_both_ways_and_limited() {
    let service = Service::new(Config {
        open_writes: true,
        body_limit: 100_000,
        ..Config::default()
    });
    let gzipped = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let headers = [("content-type", SELECT), ("content-encoding", "gzip")];
    let answer = service
        .send("POST", "/sparql", &headers, gzipped("ASK {}"))
        .await;
    assert_eq!(answer.json()["boolean"], true);
    // A small body that becomes a large one.
    let bomb = gzipped(&format!("ASK {{}} #{}", "a".repeat(1_000_000)));
    assert!(bomb.len() < 10_000);
    let answer = service.send("POST", "/sparql", &headers, bomb).await;
    assert_eq!(answer.status, 413);
    let answer = service.send("POST", "/sparql", &headers, "ASK {}").await;
    assert_eq!(answer.status, 400);
    let strange = [("content-type", SELECT), ("content-encoding", "strange")];
    let answer = service.send("POST", "/sparql", &strange, "ASK {}").await;
    assert_eq!(answer.status, 415);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    for encoding in ["gzip", "br", "zstd"] {
        let answer = service
            .send("GET", "/", &[("accept-encoding", encoding)], "")
            .await;
        assert_eq!(answer.header("content-encoding"), encoding);
        let small = service
            .send("GET", "/health/live", &[("accept-encoding", encoding)], "")
            .await;
        assert_eq!(small.header("content-encoding"), "");
    }
}

#[tokio::test]
async fn scripts_of_other_sites_may_read() {
    let service = Service::open();
    let preflight = [
        ("origin", "https://dashboard.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    let answer = service.send("OPTIONS", "/sparql", &preflight, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
    let answer = service
        .send("GET", "/api/v1/summary", &preflight[..1], "")
        .await;
    let exposed = answer.header("access-control-expose-headers");
    assert!(exposed.contains("etag") && exposed.contains("weft-data-version"));
    let page = service.get("/", BROWSER).await;
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn a_panic_is_a_plain_500() {
    let service = Service::open();
    let state = AppState::new(service.graph.clone());
    let error = state
        .blocking::<()>(|_| panic!("a mistake"))
        .await
        .unwrap_err()
        .problem();
    assert_eq!(error.status, 500);
    assert!(!error.detail.contains("mistake"));
    let place = state.place(None).await.unwrap();
    let body = state
        .stream(place, None, |_, _, _| panic!("a mistake"))
        .await;
    assert_eq!(body.unwrap_err().problem().status, 500);
}

#[tokio::test]
async fn the_probes_answer() {
    let service = Service::open();
    assert_eq!(
        service.get("/health/live", "*/*").await.json()["status"],
        "live"
    );
    let ready = service.get("/health/ready", "*/*").await.json();
    assert_eq!(
        (&ready["status"], &ready["writes"]),
        (&"ready".into(), &"working".into())
    );
    let starting = Service {
        router: starting_router(),
        graph: service.graph,
    };
    assert_eq!(starting.get("/health/live", "*/*").await.status, 200);
    let answer = starting.get("/health/ready", "*/*").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn the_pages_need_nothing_from_elsewhere() {
    let service = Service::open();
    for target in ["/", "/sparql", "/ns", "/code", "/api/v1/queries"] {
        let page = service.get(target, BROWSER).await;
        assert_eq!(
            page.header("content-type"),
            "text/html; charset=utf-8",
            "{target}"
        );
        let text = page.text();
        let scripts = text.split("<script").skip(1);
        let are_ours = scripts.into_iter().all(|script| {
            let tag = script.split('>').next().unwrap_or_default();
            tag.contains("src=\"/static/") || tag.contains("type=\"application/json\"")
        });
        assert!(
            are_ours && !text.contains("src=\"http") && !text.contains("style=\""),
            "{target}"
        );
        assert!(
            text.contains("lang=\"en\"") && text.contains("<h1>"),
            "{target}"
        );
    }
    assert_eq!(service.get("/static/css/weft.css", "*/*").await.status, 200);
    let icon = service.get("/favicon.ico", "*/*").await;
    assert_eq!(icon.header("content-type"), "image/svg+xml");
}

#[tokio::test]
async fn an_explanation_tells_the_plan_and_the_rows_of_each_operator() {
    let service = Service::open();
    let target = "/api/v1/explain?query=SELECT%20%2A%20%7B%20%3Fa%20a%20weft%3AActor%20.%20%3Fa%20rdfs%3Alabel%20%3Fl%20%7D";
    let answer = service.get(target, "*/*").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let json: Value = serde_json::from_str(&answer.text()).unwrap();
    assert_eq!(json["complete"], true);
    assert_eq!(json["operators"]["rows"], json["rows"]);
    assert!(
        json["planned"].as_str().unwrap().contains("LATERAL"),
        "{json}"
    );
    let wrong = service.get("/api/v1/explain?query=SELECT", "*/*").await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test]
async fn what_is_asked_again_is_not_computed_again() {
    let service = Service::open();
    let target = "/sparql?query=SELECT%20%28COUNT%28%2A%29%20AS%20%3Fn%29%20%7B%20%3Fs%20%3Fp%20%3Fo%20FILTER%28%3Fo%20%21%3D%201%29%20%7D";
    let first = service.get(target, "*/*").await;
    assert!(first.headers.contains_key("weft-query-id"));
    let again = service.get(target, "*/*").await;
    // Only an evaluation has an id.
    assert!(!again.headers.contains_key("weft-query-id"));
    assert_eq!(again.text(), first.text());
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("content-type"), first.header("content-type"));
}
