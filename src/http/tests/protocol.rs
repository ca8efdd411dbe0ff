//! What the protocols say around a request: methods, formats, versions, codings, conditions.

use super::*;

impl Service {
    async fn query(&self, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("content-type", SELECT)];
        all.extend(headers);
        self.send("QUERY", "/sparql", &all, body.to_owned()).await
    }

    /// The one value of the one row of a SELECT.
    async fn value(&self, target: &str, query: &str) -> Value {
        let answer = self.post(target, SELECT, query).await;
        let rows = answer.json()["results"]["bindings"].clone();
        let row = rows[0].as_object().unwrap_or_else(|| panic!("{answer:?}"));
        row.values().next().unwrap().clone()
    }
}

#[tokio::test]
async fn query_is_a_safe_post() {
    let service = Service::open();
    service
        .update("INSERT DATA { <http://s> <http://p> 1 }")
        .await;
    let answer = service
        .query(&[("accept", "text/csv")], "SELECT ?o { ?s ?p ?o }")
        .await;
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (StatusCode::OK, "o\r\n1\r\n")
    );
    assert!(answer.header("accept-query").contains(SELECT));
    let again = [
        ("accept", "text/csv"),
        ("if-none-match", answer.header("etag")),
    ];
    let again = service.query(&again, "SELECT ?o { ?s ?p ?o }").await;
    assert_eq!(again.status, 304);
    let form = [("content-type", FORM)];
    let answer = service
        .send("QUERY", "/sparql/", &form, "query=ASK+%7B%7D&format=xml")
        .await;
    assert_eq!(
        answer.header("content-type"),
        "application/sparql-results+xml"
    );
    for (media_type, body, status) in [
        (UPDATE, "DROP ALL", 400),
        (FORM, "update=DROP+ALL", 400),
        (FORM, "a=b", 400),
        ("text/plain", "ASK {}", 415),
        (SELECT, "ASK {", 400),
    ] {
        let headers = [("content-type", media_type)];
        let answer = service.send("QUERY", "/sparql", &headers, body).await;
        assert_eq!(answer.status, status, "{media_type} {body}: {answer:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    assert_eq!(service.graph.snapshot().len(), 1, "nothing was changed");
    let answer = service.send("QUERY", "/api/v1/summary", &[], "").await;
    assert_eq!(answer.status, 405);
}

#[tokio::test]
async fn options_tells_the_methods_of_a_resource() {
    let service = Service::open();
    for (target, methods) in [
        ("/sparql", "GET HEAD POST QUERY OPTIONS"),
        ("/store", "GET HEAD PUT POST DELETE"),
        ("/store/people", "GET HEAD PUT POST DELETE"),
        ("/api/v1/summary", "GET HEAD"),
    ] {
        let answer = service.send("OPTIONS", target, &[], "").await;
        assert_eq!(
            (answer.status, answer.text()),
            (StatusCode::NO_CONTENT, String::new())
        );
        let mut allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        let mut expected: Vec<_> = methods.split(' ').collect();
        allowed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(allowed, expected, "{target}");
        let refused = service.send("PATCH", target, &[], "").await;
        assert_eq!(refused.status, 405);
        for method in &expected[..1] {
            assert!(refused.header("allow").contains(method), "{target}");
        }
    }
    assert!(
        service
            .send("OPTIONS", "/sparql", &[], "")
            .await
            .header("accept-query")
            .contains(FORM)
    );
    assert_eq!(
        service.send("OPTIONS", "/nowhere", &[], "").await.status,
        404
    );
    let preflight = [
        ("origin", "https://dashboard.example"),
        ("access-control-request-method", "QUERY"),
    ];
    let answer = service.send("OPTIONS", "/sparql", &preflight, "").await;
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("QUERY")
    );
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let service = Service::open();
    for target in [
        "/sparql",
        "/sparql?query=ASK%7B%7D",
        "/store",
        "/store?default",
    ] {
        let get = service.get(target, "*/*").await;
        let head = service.send("HEAD", target, &[], "").await;
        assert_eq!(
            (head.status, head.text()),
            (get.status, String::new()),
            "{target}"
        );
        for name in ["content-type", "etag", "weft-data-version"] {
            assert_eq!(head.header(name), get.header(name), "{target} {name}");
        }
    }
}

#[tokio::test]
async fn a_format_can_be_named_in_the_address() {
    let service = Service::open();
    for name in ["format", "output", "_format"] {
        let target = format!("/sparql?query=ASK%7B%7D&{name}=xml");
        let answer = service.get(&target, "text/csv").await;
        assert_eq!(
            answer.header("content-type"),
            "application/sparql-results+xml"
        );
        let target = format!("/store?default&{name}=nt");
        let answer = service.get(&target, TURTLE).await;
        assert_eq!(answer.header("content-type"), "application/n-triples");
        let target = format!("/store?default&{name}=pdf");
        assert_eq!(service.get(&target, TURTLE).await.status, 400);
    }
}

const NEWER: &str = "INSERT DATA {
    GRAPH <http://plain> { <http://s> <http://p> 'x'@en }
    GRAPH <http://directed> { <http://s> <http://p> 'x'@ar--rtl }
    GRAPH <http://triple> { <http://s> <http://p> <<( <http://a> <http://b> <http://c> )>> } }";

#[tokio::test]
async fn an_answer_that_needs_a_newer_version_than_asked_for_is_refused() {
    let service = Service::open();
    service.update(NEWER).await;
    for (graph, version, status) in [
        ("plain", "1.1", 200),
        ("plain", "1.2-basic", 200),
        ("plain", "1.2", 200),
        ("directed", "1.1", 406),
        ("directed", "1.2-basic", 200),
        ("directed", "1.2", 200),
        ("triple", "1.1", 406),
        ("triple", "1.2-basic", 406),
        ("triple", "1.2", 200),
        ("plain", "2.0", 406),
    ] {
        let select = format!("SELECT ?o {{ GRAPH <http://{graph}> {{ ?s ?p ?o }} }}");
        let construct =
            format!("CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <http://{graph}> {{ ?s ?p ?o }} }}");
        let select = format!("/sparql?query={}", encoded(&select));
        let construct = format!("/sparql?query={}", encoded(&construct));
        let store = format!("/store?graph=http://{graph}");
        for (target, media_type) in [
            (&select, "application/sparql-results+json"),
            (&select, "application/sparql-results+xml"),
            (&select, "text/csv"),
            (&select, "text/tab-separated-values"),
            (&construct, "text/turtle"),
            (&construct, "application/n-triples"),
            (&construct, "application/rdf+xml"),
            (&store, "application/n-quads"),
            (&store, "application/trig"),
        ] {
            let accept = format!("{media_type};version={version}");
            let answer = service.get(target, &accept).await;
            assert_eq!(answer.status, status, "{graph} {accept}: {answer:?}");
            if status == 200 {
                let told = format!(";version={version}");
                assert!(answer.header("content-type").ends_with(&told), "{answer:?}");
                let unsaid = service.get(target, media_type).await;
                assert_ne!(unsaid.header("etag"), answer.header("etag"));
            } else {
                assert_eq!(answer.header("content-type"), "application/problem+json");
                let problem = answer.json();
                let detail = problem["detail"].as_str().unwrap();
                assert!(detail.contains("1.2"), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn an_upload_is_held_to_the_version_that_it_announces() {
    let service = Service::open();
    let triple =
        "<http://s> <http://p> 1 .\n<http://s> <http://p> <<( <http://a> <http://b> 1 )>> .";
    let directed = "<http://s> <http://p> 'x'@ar--rtl .";
    for (media_type, body, status, line) in [
        ("text/turtle", triple, 201, None),
        ("text/turtle;version=1.2", triple, 204, None),
        ("text/turtle;version=1.1", triple, 400, Some(2)),
        (
            "text/turtle; charset=utf-8; version=\"1.2-basic\"",
            triple,
            400,
            Some(2),
        ),
        ("text/turtle;version=1.2-basic", directed, 204, None),
        ("text/turtle;version=1.1", directed, 400, Some(1)),
        ("text/turtle;version=3", directed, 415, None),
        (
            "text/turtle;version=1.1",
            "<http://s> <http://p> '<<' .",
            204,
            None,
        ),
    ] {
        let headers = [("content-type", media_type)];
        let target = "/store?graph=http://g";
        let answer = service.send("PUT", target, &headers, body).await;
        assert_eq!(answer.status, status, "{media_type}: {answer:?}");
        if status >= 400 {
            assert_eq!(answer.json()["line"].as_u64(), line, "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_query_is_held_to_the_version_that_it_announces() {
    let service = Service::open();
    let newer = "ASK {\n ?s ?p <<( ?a ?b ?c )>> }";
    for (media_type, body, status) in [
        ("application/sparql-query", newer, 200),
        ("application/sparql-query;version=1.2", newer, 200),
        ("application/sparql-query;version=1.1", newer, 400),
        (
            "application/sparql-query;version=1.1",
            "ASK { ?s ?p ?o }",
            200,
        ),
        ("application/sparql-query;version=7", "ASK {}", 415),
        ("application/sparql-update;version=1.1", NEWER, 400),
        ("application/sparql-update;version=1.2", NEWER, 204),
    ] {
        let answer = service.post("/sparql", media_type, body).await;
        assert_eq!(answer.status, status, "{media_type}: {answer:?}");
        if status == 400 {
            assert!(answer.json()["line"].is_number(), "{answer:?}");
            assert!(answer.json()["hint"].as_str().unwrap().contains("1.2"));
        }
    }
    let text = service.get("/sparql", "application/n-triples").await.text();
    assert!(text.contains("#SPARQL11Query>") && text.contains("#SPARQL12Query>"));
}

#[tokio::test]
async fn a_blank_node_can_be_asked_about_again() {
    let service = Service::open();
    service
        .update(
            "INSERT DATA { GRAPH <http://g> {
                <http://a> <http://has> [ <http://name> 'inner' ; <http://has> [ <http://name> 'innermost' ] ] } }",
        )
        .await;
    let find = "SELECT ?b { <http://a> <http://has> ?b }";
    let plain = service.value("/sparql", find).await;
    assert_eq!(plain["type"], "bnode");
    let value = service.value("/sparql?skolemize=true", find).await;
    assert_eq!(value["type"], "uri");
    let iri = value["value"].as_str().unwrap().to_owned();
    let iri_begin = "https://w3id.org/weft/.well-known/genid/";
    assert_eq!(
        iri,
        format!(
            "https://w3id.org/weft/.well-known/genid/{}",
            plain["value"].as_str().unwrap()
        )
    );
    service
        .update("INSERT DATA { <http://other> <http://p> 1 }")
        .await;
    assert_eq!(
        service.value("/sparql?skolemize=1", find).await,
        value,
        "it stays the same"
    );

    // In patterns, values, filters and expressions.
    for pattern in [
        format!("<{iri}> <http://name> ?name"),
        format!("VALUES ?b {{ <{iri}> }} ?b <http://name> ?name"),
        format!("?b <http://name> ?name FILTER(?b = <{iri}>)"),
        format!("?b <http://name> ?name FILTER(?b IN (<{iri}>))"),
        format!("BIND(IRI('{iri}') AS ?b) ?b <http://name> ?name"),
        format!("<http://a> <http://has> <{iri}> . <{iri}> <http://name> ?name"),
        format!("GRAPH ?g {{ <{iri}> <http://name> ?name }}"),
        format!("<http://a> <http://has>/<http://name> ?name MINUS {{ <{iri}> <http://none> ?x }}"),
        format!("<{iri}> ^<http://has>/<http://has>/<http://name> ?name"),
    ] {
        let name = service
            .value("/sparql", &format!("SELECT ?name {{ {pattern} }}"))
            .await;
        assert_eq!(name["value"], "inner", "{pattern}");
    }

    // In templates and descriptions, each way.
    let described = service
        .post(
            "/sparql?skolemize=true&format=nt",
            SELECT,
            &format!("DESCRIBE <{iri}>"),
        )
        .await
        .text();
    assert!(
        described.contains(&format!("<{iri}> <http://name> \"inner\"")),
        "{described}"
    );
    assert!(!described.contains("_:"), "{described}");
    let construct = format!("CONSTRUCT {{ <{iri}> <http://q> ?x }} {{ <{iri}> <http://has> ?x }}");
    let target = "/sparql?format=nt&skolemize=true";
    let text = service.post(target, SELECT, &construct).await.text();
    assert!(
        text.starts_with(&format!("<{iri}> <http://q> <{iri_begin}")),
        "{text}"
    );

    // In updates.
    service
        .update(&format!(
            "INSERT DATA {{ GRAPH <http://g> {{ <{iri}> <http://new> 1 }} }}"
        ))
        .await;
    let new = "ASK { <http://a> <http://has> ?b . ?b <http://new> 1 }";
    assert!(service.yes("/sparql", new).await);
    service
        .update(&format!(
            "DELETE DATA {{ GRAPH <http://g> {{ <{iri}> <http://new> 1 }} }}"
        ))
        .await;
    assert!(!service.yes("/sparql", new).await);
    service
        .update(&format!("WITH <http://g> DELETE {{ <{iri}> <http://name> ?n }} INSERT {{ <{iri}> <http://new> 1 }} WHERE {{ <{iri}> <http://name> ?n }}"))
        .await;
    assert!(service.yes("/sparql", new).await);
    assert!(
        !service
            .yes("/sparql", "ASK { ?s <http://name> 'inner' }")
            .await
    );
    assert!(
        !service
            .yes(
                "/sparql",
                "ASK { ?s ?p ?o FILTER(CONTAINS(STR(?s), 'genid')) }"
            )
            .await
    );

    // As a resource of its own.
    let path = iri.strip_prefix("https://w3id.org/weft").unwrap();
    let turtle = service.get(path, "application/n-triples").await.text();
    assert!(
        turtle.contains(&format!("<{iri}> <http://new>")),
        "{turtle}"
    );
    assert!(
        turtle.contains(&format!("<http://a> <http://has> <{iri}>")),
        "{turtle}"
    );
    assert!(
        service
            .get(&format!("{path}.ttl"), BROWSER)
            .await
            .text()
            .contains("innermost")
    );
    let page = service.get(path, BROWSER).await;
    assert!(page.text().contains("/.well-known/genid/"), "{page:?}");
    assert_eq!(
        service.get("/.well-known/genid/none", "*/*").await.status,
        404
    );
    assert_eq!(
        service
            .get("/sparql?query=ASK%7B%7D&skolemize=perhaps", "*/*")
            .await
            .status,
        400
    );
    let page = service
        .get(&format!("/sparql?query={}", encoded(find)), BROWSER)
        .await
        .text();
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
}

#[tokio::test]
async fn a_graph_that_is_read_with_iris_for_its_blank_nodes_is_the_same_when_put_back() {
    let service = Service::open();
    let graph = "/store?graph=http://g";
    let turtle =
        "<http://a> <http://p> [ <http://q> <<( _:x <http://r> _:y )>> ] . _:x <http://r> _:y .";
    service
        .send("PUT", graph, &[("content-type", TURTLE)], turtle)
        .await;
    let before: Vec<_> = {
        let mut quads: Vec<_> = service
            .graph
            .snapshot()
            .quads_for_pattern(None, None, None, None)
            .collect();
        quads.sort_by_cached_key(ToString::to_string);
        quads
    };
    for (format, media_type) in [("nt", "application/n-triples"), ("ttl", TURTLE)] {
        let read = service
            .get(&format!("{graph}&skolemize=true&format={format}"), "*/*")
            .await;
        assert!(!read.text().contains("_:"), "{read:?}");
        assert_ne!(
            read.header("etag"),
            service
                .get(&format!("{graph}&format={format}"), "*/*")
                .await
                .header("etag")
        );
        service.send("DELETE", graph, &[], "").await;
        let put = service
            .send("PUT", graph, &[("content-type", media_type)], read.text())
            .await;
        assert_eq!(put.status, 201, "{put:?}");
        let mut after: Vec<_> = service
            .graph
            .snapshot()
            .quads_for_pattern(None, None, None, None)
            .collect();
        after.sort_by_cached_key(ToString::to_string);
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn queries_of_the_catalogue_answer_with_iris_for_blank_nodes_too() {
    let service = Service::open();
    let list = service.get("/api/v1/queries", "*/*").await.json();
    let url = list[0]["url"].as_str().unwrap();
    let plain = service.get(&format!("{url}.csv"), "*/*").await;
    let answer = service
        .get(&format!("{url}.csv?skolemize=true"), "*/*")
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_ne!(answer.header("etag"), plain.header("etag"));
    let answer = service
        .get(&format!("{url}.csv?skolemize=maybe"), "*/*")
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
}

#[tokio::test]
async fn a_query_sent_as_an_update_is_told_from_a_mistake() {
    let service = Service::open();
    for (media_type, body, hint) in [
        (SELECT, "DROP ALL", "application/sparql-update"),
        (UPDATE, "ASK {}", "application/sparql-query"),
    ] {
        let problem = service.post("/sparql", media_type, body).await.json();
        assert_eq!(problem["status"], 400);
        let said = problem["hint"].as_str().unwrap();
        assert!(said.contains(hint), "{problem}");
    }
}

#[tokio::test]
async fn an_update_is_made_only_on_the_version_that_it_names() {
    let service = Service::open();
    let send = |condition: String, update: &'static str| {
        let service = &service;
        async move {
            let headers = [("content-type", UPDATE), ("if-match", condition.as_str())];
            service.send("POST", "/sparql", &headers, update).await
        }
    };
    let first = service
        .post("/sparql", UPDATE, "INSERT DATA { <http://s> <http://p> 1 }")
        .await;
    assert_eq!(
        (first.header("weft-data-version"), first.header("etag")),
        ("1", "W/\"1\"")
    );
    let read = service.get("/sparql?query=ASK%7B%7D", "*/*").await;
    for (condition, status) in [
        (read.header("etag").to_owned(), 204),
        (read.header("etag").to_owned(), 412),
        ("\"2\"".to_owned(), 204),
        ("\"2\", W/\"3\"".to_owned(), 204),
        ("\"99\"".to_owned(), 412),
        ("\"of another server\"".to_owned(), 412),
        ("*".to_owned(), 204),
        ("17".to_owned(), 400),
    ] {
        let answer = send(
            condition.clone(),
            "DELETE { ?s ?p ?n } INSERT { ?s ?p ?m } WHERE { ?s ?p ?n BIND(?n + 1 AS ?m) }",
        )
        .await;
        assert_eq!(answer.status, status, "{condition}: {answer:?}");
        let version = service.graph.snapshot().version();
        if status == 412 {
            let problem = answer.json();
            assert_eq!(problem["dataVersion"], version);
            assert_eq!(answer.header("weft-data-version"), version.to_string());
            // The tag that is told is the one to try with.
            assert_eq!(answer.header("etag"), format!("W/\"{version}\""));
        }
    }
    assert!(
        service
            .yes("/sparql", "ASK { <http://s> <http://p> 5 }")
            .await
    );
    let headers = [("if-match", "W/\"5\""), ("content-type", FORM)];
    let answer = service
        .send("POST", "/sparql", &headers, "update=DROP+ALL")
        .await;
    assert_eq!(answer.status, 204, "the same for a form");
}

#[tokio::test]
async fn a_graph_is_written_only_if_it_is_as_it_was_read() {
    let service = Service::open();
    let (a, b) = ("/store?graph=http://a", "/store?graph=http://b");
    let body = "<http://s> <http://p> 1 .";
    let send = |method: &'static str, target: &'static str, name: &'static str, value: String| {
        let service = &service;
        async move {
            let headers = [("content-type", TURTLE), (name, value.as_str())];
            service.send(method, target, &headers, body).await
        }
    };
    let made = send("PUT", a, "if-none-match", "*".to_owned()).await;
    assert_eq!(
        (made.status, made.header("etag")),
        (StatusCode::CREATED, "W/\"1\"")
    );
    assert_eq!(
        send("PUT", a, "if-none-match", "*".to_owned()).await.status,
        412
    );
    let read = service.get(a, TURTLE).await;
    let tag = read.header("etag").to_owned();
    assert_eq!(
        send("PUT", b, "if-match", "*".to_owned()).await.status,
        412,
        "it is not there"
    );
    assert_eq!(
        send("PUT", b, "if-none-match", "*".to_owned()).await.status,
        201
    );
    // Another graph has changed meanwhile; this one has not.
    assert_eq!(send("POST", a, "if-match", tag.clone()).await.status, 204);
    service
        .update("INSERT DATA { GRAPH <http://a> { <http://s> <http://p> 2 } }")
        .await;
    for method in ["PUT", "POST", "DELETE"] {
        let answer = send(method, a, "if-match", tag.clone()).await;
        assert_eq!(answer.status, 412, "{method}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let tag = service.get(a, TURTLE).await.header("etag").to_owned();
    assert_eq!(send("DELETE", a, "if-match", tag.clone()).await.status, 204);
    assert_eq!(send("DELETE", a, "if-match", tag).await.status, 412);
    assert_eq!(
        send("POST", "/store", "if-match", "\"1\"".to_owned())
            .await
            .status,
        412
    );
}

#[tokio::test]
async fn codings_of_bodies_are_understood_both_ways() {
    let service = Service::open();
    let text = "ASK {}";
    let zlib = {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (coding, body) in [
        ("gzip", gzip.clone()),
        ("GZIP", gzip.clone()),
        ("x-gzip", gzip.clone()),
        ("identity, gzip", gzip.clone()),
        ("deflate", zlib),
        ("zstd", zstd),
        ("identity", text.as_bytes().to_vec()),
        ("", text.as_bytes().to_vec()),
    ] {
        let headers = [("content-type", SELECT), ("content-encoding", coding)];
        let answer = service.send("POST", "/sparql", &headers, body).await;
        assert_eq!(answer.json()["boolean"], true, "{coding}");
    }
    for coding in ["gzip, gzip", "compress", "br, gzip"] {
        let headers = [("content-type", SELECT), ("content-encoding", coding)];
        for target in ["/sparql", "/store?default"] {
            let answer = service.send("POST", target, &headers, gzip.clone()).await;
            assert_eq!(answer.status, 415, "{coding}");
            let accepted = answer.header("accept-encoding");
            for name in ["gzip", "br", "zstd", "deflate"] {
                assert!(accepted.contains(name), "{accepted}");
            }
        }
    }
    for (accept, coding) in [
        ("deflate", "deflate"),
        ("*", "zstd"),
        ("br;q=0.5, x-gzip", "gzip"),
        ("gzip;q=0.2, identity", ""),
        ("gzip;q=0", ""),
    ] {
        let answer = service
            .send("GET", "/", &[("accept-encoding", accept)], "")
            .await;
        assert_eq!(answer.header("content-encoding"), coding, "{accept}");
        let varies: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert!(
            varies.iter().any(|value| *value == "accept-encoding"),
            "{varies:?}"
        );
    }
    let short = "/health/live";
    let only = [("accept-encoding", "gzip, identity;q=0")];
    assert_eq!(
        service
            .send("GET", short, &only, "")
            .await
            .header("content-encoding"),
        "gzip"
    );
    let none = [("accept-encoding", "compress, *;q=0")];
    let answer = service.send("GET", short, &none, "").await;
    assert_eq!(
        (answer.status, answer.header("content-encoding")),
        (StatusCode::NOT_ACCEPTABLE, "")
    );
}

#[tokio::test]
async fn bombs_are_limited_after_they_are_unpacked() {
    let service = Service::new(Config {
        open_writes: true,
        body_limit: 100_000,
        ..Config::default()
    });
    let text = format!("# {}", "a".repeat(10_000_000));
    for (coding, body) in [
        ("zstd", zstd::encode_all(text.as_bytes(), 3).unwrap()),
        ("deflate", {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        }),
    ] {
        for (target, media_type) in [
            ("/sparql", SELECT),
            ("/sparql", UPDATE),
            ("/sparql", FORM),
            ("/store?default", TURTLE),
        ] {
            let headers = [("content-type", media_type), ("content-encoding", coding)];
            let answer = service.send("POST", target, &headers, body.clone()).await;
            assert_eq!(
                answer.status, 413,
                "{coding} {target} {media_type}: {answer:?}"
            );
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}

#[tokio::test]
async fn every_refusal_has_its_status_and_problem_details() {
    let service = Service::open();
    let graph = "/store?graph=http://g";
    for (method, target, media_type, body, status, says) in [
        (
            "POST",
            "/sparql",
            SELECT,
            "SELECT * {\n ?s ?p\n}",
            400,
            "cannot stand here",
        ),
        (
            "POST",
            "/sparql",
            UPDATE,
            "INSERT DATA {\n <http://a> }",
            400,
            "expected",
        ),
        (
            "POST",
            "/sparql",
            UPDATE,
            "CREATE GRAPH <http://g> ; CREATE GRAPH <http://g>",
            409,
            "SILENT",
        ),
        (
            "POST",
            "/sparql",
            "text/turtle",
            "",
            415,
            "application/sparql-query",
        ),
        ("POST", "/sparql", "nonsense", "", 415, "malformed"),
        ("DELETE", "/sparql", "", "", 405, "Allow"),
        (
            "GET",
            "/sparql?query=ASK%7B%7D&format=pdf",
            "",
            "",
            400,
            "csv",
        ),
        ("PUT", graph, "text/csv", "a", 415, "text/turtle"),
        ("PUT", graph, "", "a", 415, "text/turtle"),
        ("PUT", graph, TURTLE, "<a>\n <b> .", 400, ""),
        (
            "PUT",
            graph,
            "application/n-quads",
            "<http://a> <http://b> <http://c> <http://d> .",
            400,
            "graph",
        ),
        ("PUT", graph, "application/ld+json", "[", 400, ""),
        ("PUT", graph, "application/rdf+xml", "<rdf", 400, ""),
        (
            "PUT",
            graph,
            "text/turtle;charset=latin1",
            "",
            400,
            "latin1",
        ),
        ("PATCH", graph, UPDATE, "DROP ALL", 405, "Allow"),
        ("PUT", "/store", TURTLE, "", 400, "graph"),
        ("DELETE", "/store", "", "", 400, "graph"),
        (
            "DELETE",
            "/store?graph=http://none",
            "",
            "",
            404,
            "http://none",
        ),
        (
            "GET",
            "/store?graph=http://none",
            "",
            "",
            404,
            "http://none",
        ),
        ("GET", "/store?default=yes", "", "", 400, "`default`"),
        (
            "GET",
            "/store?default&graph=http://g",
            "",
            "",
            400,
            "exclude",
        ),
        (
            "GET",
            "/store?graph=http://a&graph=http://b",
            "",
            "",
            400,
            "`graph`",
        ),
        ("GET", "/store?nonsense", "", "", 400, "`nonsense`"),
        (
            "PUT",
            "/store?default&skolemize=true",
            TURTLE,
            "",
            400,
            "`skolemize`",
        ),
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
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(says), "{method} {target} {body}: {detail}");
        assert!(
            problem["type"].as_str().unwrap().starts_with("https://"),
            "{problem}"
        );
        assert_eq!(status == 405, !answer.header("allow").is_empty());
        if body.contains('\n') {
            assert!(
                problem["line"].is_u64() && problem["column"].is_u64(),
                "{problem}"
            );
        }
    }
    for (target, accept) in [
        ("/sparql?query=ASK%7B%7D", "image/png"),
        ("/store?default", "image/png"),
        ("/store", TURTLE),
    ] {
        let answer = service.get(target, accept).await;
        assert_eq!(answer.status, 406, "{target}");
        assert!(
            answer.json()["detail"]
                .as_str()
                .unwrap()
                .contains("application/")
        );
    }
}
