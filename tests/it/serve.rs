//! `weft serve` as a process: start, ready, end, and the data between two runs.

use crate::support::{Server, run, send};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

#[test]
fn a_fresh_server_loads_the_ontology_and_innoserv_and_is_ready() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--in-memory"]);
    assert_eq!(server.get("/health/live", &[]).status, 200);
    let ready = wait_until_ready(&server);
    assert_eq!(ready, 200, "{}", server.log());
    let summary = server.get("/api/v1/summary", &[("accept", "application/json")]);
    assert_eq!(summary.status, 200, "{summary:?}");
    let summary = summary.json();
    for member in [
        "dataVersion",
        "triples",
        "actors",
        "services",
        "innovations",
        "sectors",
        "levels",
        "participations",
        "ties",
        "datasets",
    ] {
        assert!(summary.get(member).is_some(), "no {member} in {summary}");
    }
    for member in ["triples", "actors", "sectors", "levels"] {
        let count = summary[member].as_u64().unwrap_or_default();
        assert!(count > 0, "{member} is {}", summary[member]);
    }
}

#[test]
fn an_empty_server_has_no_data() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--in-memory", "--empty"]);
    assert_eq!(wait_until_ready(&server), 200);
    let rows = server.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }");
    assert_eq!(rows, [["0"]]);
}

fn wait_until_ready(server: &Server) -> u16 {
    let begin = Instant::now();
    loop {
        let status = server.get("/health/ready", &[]).status;
        if status == 200 || begin.elapsed() > Duration::from_secs(30) {
            return status;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_standard_folder_for_data_is_made_at_the_first_start() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--empty", "--open-writes"]);
    server.update("INSERT DATA { <urn:a> <urn:p> 1 }");
    assert!(folder.path().join("weft-data").is_dir());
}

#[test]
fn sigterm_ends_the_server_with_code_0_and_the_data_is_there_at_the_next_start() {
    let folder = folder();
    let arguments = ["--data-dir", "data", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    let update = r#"INSERT DATA { <urn:a> <urn:p> "one", "zwei"@de, 03 . GRAPH <urn:g> { <urn:a> <urn:q> <urn:b> } }"#;
    let version = server.update(update).data_version();
    let query = "SELECT ?g ?s ?p ?o { { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?any { ?s ?p ?o } } } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?g ?o";
    let before = server.select(query);
    assert_eq!(before.len(), 4, "{before:?}");
    assert_eq!(server.stop().code(), Some(0));

    let server = Server::start(folder.path(), &arguments);
    assert_eq!(server.select(query), before);
    let response = server.get("/sparql?query=ASK%7B%7D", &[]);
    assert!(response.data_version() >= version, "{response:?}");
}

#[test]
fn every_commit_raises_the_data_version_and_the_etag_tells() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    let ask = "/sparql?query=ASK%7B%7D";
    let first = server.get(ask, &[]);
    let tag = first
        .header("etag")
        .expect("reads answer with an ETag")
        .to_owned();
    let again = server.get(ask, &[("if-none-match", &tag)]);
    assert_eq!(again.status, 304, "{again:?}");
    assert!(again.body.is_empty());
    server.update("INSERT DATA { <urn:a> <urn:p> 1 }");
    let changed = server.get(ask, &[("if-none-match", &tag)]);
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(changed.data_version() > first.data_version());
}

#[test]
fn a_request_that_runs_is_answered_before_the_server_ends() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    // 150 numbers joined with themselves twice: some tenths of a second.
    let numbers: Vec<String> = (0..150).map(|n| format!("<urn:n> <urn:p> {n} .")).collect();
    server.update(&format!("INSERT DATA {{ {} }}", numbers.join("\n")));
    let query = "SELECT (COUNT(*) AS ?n) { ?x <urn:p> ?a . ?x <urn:p> ?b . ?x <urn:p> ?c FILTER(?a + ?b != ?c - 1000) }";
    let authority = server.authority().to_owned();
    let asker = thread::spawn(move || {
        let headers = [
            ("content-type", "application/sparql-query"),
            ("accept", "text/csv"),
        ];
        send(
            &authority,
            "POST",
            "/sparql",
            &headers,
            Some(query.as_bytes()),
        )
    });
    thread::sleep(Duration::from_millis(100));
    assert_eq!(server.stop().code(), Some(0));
    let response = asker
        .join()
        .expect("the client ends")
        .expect("the request is answered");
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.text().trim_end(), "n\r\n3375000");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_in_plain_words() {
    let folder = folder();
    let arguments = ["--data-dir", "data", "--empty"];
    let _first = Server::start(folder.path(), &arguments);
    let Err(second) = Server::try_start(folder.path(), &arguments) else {
        panic!("two servers write to one folder");
    };
    let second = second.expect(1).says(&["data"]);
    assert!(second.stderr.to_lowercase().contains("use"), "{second:#?}");
}

#[test]
fn a_used_port_is_named_in_the_message() {
    let folder = folder();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let arguments = ["serve", "--in-memory", "--empty", "--bind", &address];
    run(folder.path(), &arguments).expect(1).says(&[&address]);
}

#[test]
fn wrong_usage_ends_with_code_2() {
    let folder = folder();
    for arguments in [
        vec!["serve", "--no-such-flag"],
        vec!["serve", "--bind", "nowhere"],
        vec![
            "serve",
            "--open-writes",
            "--bind",
            "0.0.0.0:0",
            "--in-memory",
        ],
        vec!["serve", "--base", "not an IRI", "--in-memory"],
        vec!["no-such-command"],
        vec![],
    ] {
        let finished = run(folder.path(), &arguments);
        assert_eq!(finished.code, Some(2), "{arguments:?}: {finished:#?}");
        assert!(!finished.stderr.is_empty(), "{arguments:?} says nothing");
    }
}

#[test]
fn an_unreadable_data_folder_is_named() {
    let folder = folder();
    fs::write(folder.path().join("data"), "a file").expect("the file is written");
    run(
        folder.path(),
        &["serve", "--data-dir", "data", "--bind", "127.0.0.1:0"],
    )
    .expect(1)
    .says(&["data"]);
}

#[test]
fn writes_need_a_token_or_open_writes() {
    let folder = folder();
    let data = ["--data-dir", "data"];
    let created = run(
        folder.path(),
        &["token", "create", "tests", data[0], data[1], "--admin"],
    )
    .expect(0);
    let token = created
        .stdout
        .split_whitespace()
        .find(|word| word.len() >= 20)
        .unwrap_or_else(|| panic!("no token in {created:#?}"))
        .to_owned();
    let server = Server::start(folder.path(), &[data[0], data[1], "--empty"]);
    let write = |headers: &[(&str, &str)]| {
        let mut all = vec![("content-type", "application/sparql-update")];
        all.extend_from_slice(headers);
        let update = b"INSERT DATA { <urn:a> <urn:p> 1 }";
        server.send("POST", "/sparql", &all, Some(update))
    };
    let refused = write(&[]);
    assert_eq!(refused.status, 401, "{refused:?}");
    assert_eq!(refused.media_type(), "application/problem+json");
    assert!(refused.header("www-authenticate").is_some(), "{refused:?}");
    assert_eq!(write(&[("authorization", "Bearer wrong")]).status, 401);
    let allowed = write(&[("authorization", &format!("Bearer {token}"))]);
    assert!(allowed.is_success(), "{allowed:?}");
    assert!(!server.log().contains(&token), "the token is in the log");
}

#[test]
fn a_read_only_server_refuses_writes() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes", "--read-only"];
    let server = match Server::try_start(folder.path(), &arguments) {
        Ok(server) => server,
        // The two may also exclude each other.
        Err(ended) => {
            ended.expect(2);
            Server::start(folder.path(), &["--in-memory", "--empty", "--read-only"])
        }
    };
    let headers = [("content-type", "application/sparql-update")];
    let response = server.send("POST", "/sparql", &headers, Some(b"CLEAR ALL"));
    assert!((400..500).contains(&response.status), "{response:?}");
    assert_eq!(response.media_type(), "application/problem+json");
}

#[test]
fn a_syntax_error_is_a_problem_with_line_and_column() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--in-memory", "--empty"]);
    let headers = [("content-type", "application/sparql-query")];
    let query = b"SELECT *\nWHERE { ?s ?p }";
    let response = server.send("POST", "/sparql", &headers, Some(query));
    assert_eq!(response.status, 400, "{response:?}");
    assert_eq!(response.media_type(), "application/problem+json");
    let problem = response.json();
    for member in ["type", "title", "status", "detail"] {
        assert!(problem.get(member).is_some(), "no {member}: {problem}");
    }
    assert_eq!(problem["status"], 400, "{problem}");
    assert_eq!(problem["line"], 2, "{problem}");
    assert!(problem["column"].as_u64().is_some(), "{problem}");
}

#[test]
fn service_and_load_reach_nothing() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    // A listener that would notice a request.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener
        .set_nonblocking(true)
        .expect("a listener that does not wait");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    let query = format!("SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}");
    let headers = [("content-type", "application/sparql-query")];
    let response = server.send("POST", "/sparql", &headers, Some(query.as_bytes()));
    assert!((400..500).contains(&response.status), "{response:?}");
    for update in [
        format!("LOAD <{url}>"),
        format!("INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"),
        "LOAD <file:///etc/passwd>".to_owned(),
    ] {
        let headers = [("content-type", "application/sparql-update")];
        let response = server.send("POST", "/sparql", &headers, Some(update.as_bytes()));
        assert!(
            (400..500).contains(&response.status),
            "{update}: {response:?}"
        );
    }
    for update in [
        format!("LOAD SILENT <{url}>"),
        format!("INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}"),
    ] {
        let headers = [("content-type", "application/sparql-update")];
        server.send("POST", "/sparql", &headers, Some(update.as_bytes()));
    }
    assert!(listener.accept().is_err(), "the server made a request");
    assert_eq!(server.select("SELECT ?s { ?s ?p ?o }").len(), 0);
}

#[test]
fn no_nesting_ends_the_process() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let queries = [
        format!("ASK {}", deep("{", "", "}", 30_000)),
        format!("ASK {{ FILTER {} }}", deep("(", "1", ")", 30_000)),
        format!("ASK {{ FILTER({}) }}", deep("CONCAT(", "'a'", ")", 8_000)),
        format!(
            "ASK {{ {} }}",
            deep("FILTER EXISTS {", "?s ?p ?o", "}", 4_000)
        ),
        format!("ASK {{ {} }}", deep("OPTIONAL {", "?s ?p ?o", "}", 6_000)),
        format!("ASK {{ ?s {} ?o }}", deep("(", "<urn:p>", ")*", 20_000)),
        format!("ASK {{ FILTER({}true) }}", "true && ".repeat(8_000)),
        format!("ASK {{ FILTER({}true) }}", "!".repeat(60_000)),
        format!("ASK {{ ?s ?p {} }}", deep("[ ?p ", "1", " ]", 12_000)),
        format!("ASK {{ ?s ?p {} }}", deep("( ", "1", " )", 12_000)),
        format!("ASK {{ {} }}", deep("{ SELECT * {", "", "} }", 5_000)),
        format!("ASK {{ ?s <urn:p>{} ?o }}", "/<urn:p>".repeat(6_000)),
        format!(
            "ASK {{ {}?s ?p ?o }}",
            "?s ?p ?o . OPTIONAL { ?a ?b ?c } ".repeat(1_500)
        ),
        format!(
            "ASK {{ BIND({} AS ?x) }}",
            deep("<<(<urn:s> <urn:p> ", "1", ")>>", 3_000)
        ),
    ];
    for query in &queries {
        let headers = [("content-type", "application/sparql-query")];
        let response = server.send(
            "POST",
            "/sparql?timeout=5",
            &headers,
            Some(query.as_bytes()),
        );
        let start: String = query.chars().take(60).collect();
        assert!(
            response.status < 500 || matches!(response.status, 503 | 504),
            "{start}: {response:?}"
        );
        assert_eq!(server.get("/health/live", &[]).status, 200, "after {start}");
    }
    let documents = [
        ("application/ld+json", deep("{\"urn:p\":", "1", "}", 4_000)),
        ("application/ld+json", deep("[", "", "]", 100_000)),
        ("text/turtle", format!("<urn:s> <urn:p> {} .", deep("[ <urn:p> ", "1", " ]", 50_000))),
        ("text/turtle", format!("<urn:s> <urn:p> {} .", deep("( ", "1", " )", 50_000))),
        (
            "application/n-triples",
            format!("<urn:s> <urn:p> {} .", deep("<<( <urn:s> <urn:p> ", "<urn:o>", " )>>", 20_000)),
        ),
        (
            "application/rdf+xml",
            deep("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>", "", "</rdf:RDF>", 3_000),
        ),
        (
            "application/rdf+xml",
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\"><!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='urn:s'><p xmlns='urn:'>&h;</p></rdf:Description></rdf:RDF>".to_owned(),
        ),
    ];
    for (media_type, document) in &documents {
        let target = "/store?graph=urn:deep";
        let response = server.send(
            "PUT",
            target,
            &[("content-type", media_type)],
            Some(document.as_bytes()),
        );
        let start: String = document.chars().take(60).collect();
        assert!(response.status < 500, "{start}: {response:?}");
        assert_eq!(server.get("/health/live", &[]).status, 200, "after {start}");
    }
}

#[test]
fn broken_requests_get_an_answer_or_a_closed_connection() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--in-memory", "--empty"]);
    let requests: [&[u8]; 6] = [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /sparql?query=%FF%FE HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n",
        b"GET /id/%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ];
    for request in requests {
        let mut stream = TcpStream::connect(server.authority()).expect("the server listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a time limit");
        stream.write_all(request).expect("the request is sent");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.starts_with("HTTP/1.1 5"), "{answer}");
    }
    assert_eq!(server.get("/health/live", &[]).status, 200);
}

#[test]
fn unknown_paths_and_methods_are_problems() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--in-memory", "--empty"]);
    let missing = server.get("/no/such/path", &[("accept", "application/json")]);
    assert_eq!(missing.status, 404, "{missing:?}");
    assert_eq!(missing.media_type(), "application/problem+json");
    let wrong = server.send("DELETE", "/api/v1/summary", &[], None);
    assert_eq!(wrong.status, 405, "{wrong:?}");
}

#[test]
fn a_query_ends_at_its_deadline() {
    let folder = folder();
    let arguments = ["--in-memory", "--empty", "--open-writes"];
    let server = Server::start(folder.path(), &arguments);
    let numbers: Vec<String> = (0..2_000)
        .map(|n| format!("<urn:n> <urn:p> {n} ."))
        .collect();
    server.update(&format!("INSERT DATA {{ {} }}", numbers.join("\n")));
    let query =
        "SELECT (COUNT(*) AS ?n) { ?x <urn:p> ?a . ?x <urn:p> ?b . ?x <urn:p> ?c . ?x <urn:p> ?d }";
    let headers = [("content-type", "application/sparql-query")];
    let begin = Instant::now();
    let response = server.send(
        "POST",
        "/sparql?timeout=1",
        &headers,
        Some(query.as_bytes()),
    );
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    assert!(response.status >= 400, "{response:?}");
    assert_eq!(response.media_type(), "application/problem+json");
}

#[test]
fn help_names_every_command() {
    let folder = folder();
    let help = run(folder.path(), &["--help"]).expect(0);
    for command in [
        "serve", "load", "import", "query", "validate", "token", "doctor",
    ] {
        assert!(
            help.stdout.contains(command),
            "no {command} in {}",
            help.stdout
        );
    }
    run(folder.path(), &["--version"]).expect(0);
    // Nothing is written by asking for help.
    let entries = fs::read_dir(folder.path())
        .expect("the folder is there")
        .count();
    assert_eq!(entries, 0);
}
