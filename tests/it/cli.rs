//! The command line as a person uses it: what it prints, what it writes, and what
//! it says when something is wrong.

use crate::support::{Finished, Server, root, run, run_with_input};
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

const TURTLE: &str = "@prefix ex: <http://example.org/> .
ex:anna a ex:Person ; ex:name \"Anna\"@de ; ex:age 42 .
ex:ben a ex:Person ; ex:name \"Ben\" ; ex:knows ex:anna .
";

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn write(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("inside the folder")).expect("the folder is made");
    fs::write(path, text).expect("the file is written");
}

/// The rows of a query as CSV, without the line of names.
#[track_caller]
fn select(folder: &Path, query: &str) -> Vec<String> {
    let arguments = ["query", "-", "--format", "csv", "--data-dir", "data"];
    let finished = run_with_input(folder, &arguments, query).expect(0);
    finished.stdout.lines().skip(1).map(str::to_owned).collect()
}

/// How many statements there are; none where the data folder was not even made.
#[track_caller]
fn count(folder: &Path) -> String {
    if !folder.join("data").exists() {
        return "0".to_owned();
    }
    select(folder, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").concat()
}

#[track_caller]
fn load(folder: &TempDir, file: &str) -> Finished {
    run(folder.path(), &["load", file, "--data-dir", "data"])
}

#[test]
fn load_takes_every_rdf_syntax_and_query_sees_it() {
    let xml = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/"><rdf:Description rdf:about="http://example.org/xml"><ex:name>x</ex:name></rdf:Description></rdf:RDF>"#;
    let folder = folder();
    let documents = [
        (
            "a.ttl",
            "<http://example.org/ttl> <http://example.org/name> 'x' .",
        ),
        (
            "b.nt",
            "<http://example.org/nt> <http://example.org/name> \"x\" .\n",
        ),
        (
            "c.nq",
            "<http://example.org/nq> <http://example.org/name> \"x\" <http://example.org/g> .\n",
        ),
        (
            "d.trig",
            "<http://example.org/g> { <http://example.org/trig> <http://example.org/name> 'x' }",
        ),
        ("e.rdf", xml),
        (
            "f.jsonld",
            r#"{"@id": "http://example.org/jsonld", "http://example.org/name": "x"}"#,
        ),
        (
            "g.n3",
            "<http://example.org/n3> <http://example.org/name> 'x' .",
        ),
    ];
    for (name, document) in documents {
        write(&folder, name, document);
        load(&folder, name).expect(0);
    }
    let names = select(
        folder.path(),
        "SELECT ?s { ?s <http://example.org/name> 'x' } ORDER BY ?s",
    );
    let expected = ["jsonld", "n3", "nq", "nt", "trig", "ttl", "xml"];
    assert_eq!(
        names,
        expected.map(|name| format!("http://example.org/{name}"))
    );
    let named = select(
        folder.path(),
        "SELECT ?s { GRAPH <http://example.org/g> { ?s ?p ?o } } ORDER BY ?s",
    );
    assert_eq!(named, ["http://example.org/nq", "http://example.org/trig"]);
}

#[test]
fn load_unpacks_gzip_and_zstd() {
    let folder = folder();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"<urn:a> <urn:p> 'gz' .")
        .expect("memory is writable");
    write(
        &folder,
        "a.ttl.gz",
        gzip.finish().expect("memory is writable"),
    );
    let packed =
        zstd::encode_all(&b"<urn:a> <urn:p> \"zst\" .\n"[..], 3).expect("memory is writable");
    write(&folder, "b.nt.zst", packed);
    let arguments = ["load", "a.ttl.gz", "b.nt.zst", "--data-dir", "data"];
    run(folder.path(), &arguments).expect(0);
    assert_eq!(
        select(folder.path(), "SELECT ?o { ?s ?p ?o } ORDER BY ?o"),
        ["gz", "zst"]
    );
}

#[test]
fn load_puts_triples_into_the_graph_that_is_asked_for() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    let arguments = [
        "load",
        "a.ttl",
        "--graph",
        "http://example.org/g",
        "--data-dir",
        "data",
    ];
    run(folder.path(), &arguments).expect(0);
    let query = "SELECT (COUNT(*) AS ?n) { GRAPH <http://example.org/g> { ?s ?p ?o } }";
    assert_eq!(select(folder.path(), query), ["6"]);
}

#[test]
fn load_is_all_or_nothing() {
    let folder = folder();
    write(&folder, "good.ttl", TURTLE);
    write(
        &folder,
        "bad.ttl",
        format!("{TURTLE}ex:broken ex:name \"no end .\n"),
    );
    let arguments = ["load", "good.ttl", "bad.ttl", "--data-dir", "data"];
    run(folder.path(), &arguments).expect(1).says(&["bad.ttl:"]);
    assert_eq!(count(folder.path()), "0");
}

#[test]
fn load_can_be_told_the_format() {
    let folder = folder();
    write(&folder, "data.dat", TURTLE);
    load(&folder, "data.dat")
        .expect(1)
        .says(&["data.dat", "format"]);
    for format in ["ttl", "turtle", "text/turtle"] {
        let arguments = ["load", "data.dat", "--format", format, "--data-dir", "data"];
        let finished = run(folder.path(), &arguments);
        if format == "ttl" {
            finished.expect(0);
        }
    }
    let arguments = ["load", "data.dat", "--format", "docx", "--data-dir", "data"];
    let finished = run(folder.path(), &arguments);
    assert!(matches!(finished.code, Some(1 | 2)), "{finished:#?}");
    finished.says(&["docx"]);
}

#[test]
fn a_missing_file_is_named() {
    let folder = folder();
    load(&folder, "nowhere.ttl")
        .expect(1)
        .says(&["nowhere.ttl"]);
    let arguments = ["query", "nowhere.rq", "--data-dir", "data"];
    run(folder.path(), &arguments)
        .expect(1)
        .says(&["nowhere.rq"]);
    run(folder.path(), &["validate", "nowhere.ttl"])
        .expect(1)
        .says(&["nowhere.ttl"]);
    let arguments = ["import", "innoserv", "nowhere.csv", "--data-dir", "data"];
    run(folder.path(), &arguments)
        .expect(1)
        .says(&["nowhere.csv"]);
}

#[test]
fn broken_files_are_reported_with_file_and_line() {
    let folder = folder();
    let broken = [
        (
            "a.ttl",
            "@prefix ex: <http://example.org/> .\nex:a ex:p ex:b .\nex:a ex:p nothing .\n",
            "a.ttl:3",
        ),
        (
            "b.nt",
            "<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> .\n",
            "b.nt:2",
        ),
        (
            "c.nq",
            "<urn:a> <urn:p> <urn:b> <urn:g> .\n<urn:a> \"p\" <urn:b> .\n",
            "c.nq:2",
        ),
        (
            "d.rdf",
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\n<rdf:Description>\n</rdf:RDF>",
            "d.rdf",
        ),
        ("e.jsonld", "{\"@id\": \"urn:a\",\n\"urn:p\": }", "e.jsonld"),
        ("f.trig", "<urn:g> {\n<urn:a> <urn:p> }\n", "f.trig:2"),
        ("g.ttl.gz", "no gzip", "g.ttl.gz"),
        ("h.ttl", "<urn:a> <urn:p> <no iri with spaces> .", "h.ttl:1"),
    ];
    for (name, document, place) in broken {
        write(&folder, name, document);
        load(&folder, name).expect(1).says(&[place]);
    }
    write(&folder, "latin1.ttl", b"<urn:a> <urn:p> \"caf\xe9\" .\n");
    load(&folder, "latin1.ttl").expect(1).says(&["latin1.ttl"]);
    assert_eq!(count(folder.path()), "0");
}

#[test]
fn a_wrong_graph_iri_is_wrong_usage() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    let arguments = [
        "load",
        "a.ttl",
        "--graph",
        "not an iri",
        "--data-dir",
        "data",
    ];
    let finished = run(folder.path(), &arguments);
    assert!(matches!(finished.code, Some(1 | 2)), "{finished:#?}");
    finished.says(&["not an iri"]);
}

#[test]
fn query_prints_the_format_that_is_asked_for() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    write(
        &folder,
        "names.rq",
        "PREFIX ex: <http://example.org/>\nSELECT ?name { ?s ex:name ?name } ORDER BY ?name\n",
    );
    write(&folder, "people.rq", "CONSTRUCT WHERE { ?s a ?o }");
    write(&folder, "ask.rq", "ASK { ?s a ?o }");
    load(&folder, "a.ttl").expect(0);
    let show = |query: &str, format: &str| {
        let arguments = ["query", query, "--format", format, "--data-dir", "data"];
        run(folder.path(), &arguments).expect(0).stdout
    };
    assert_eq!(
        show("names.rq", "csv").replace('\r', ""),
        "name\nAnna\nBen\n"
    );
    assert_eq!(show("names.rq", "tsv"), "?name\n\"Anna\"@de\n\"Ben\"\n");
    let json: serde_json::Value = serde_json::from_str(&show("names.rq", "json")).expect("JSON");
    assert_eq!(json["results"]["bindings"][0]["name"]["xml:lang"], "de");
    assert!(show("names.rq", "xml").contains("<sparql"));
    let table = show("names.rq", "table");
    assert!(table.contains("Anna") && table.contains("name"), "{table}");
    assert!(show("people.rq", "ttl").contains("Person"));
    let answer = show("ask.rq", "table");
    assert!(["yes", "true"].contains(&answer.trim()), "{answer}");
    // Without a format a query still prints something to read.
    let plain = run(folder.path(), &["query", "names.rq", "--data-dir", "data"]).expect(0);
    assert!(plain.stdout.contains("Ben"), "{plain:#?}");
}

#[test]
fn a_query_that_cannot_be_parsed_is_reported_with_file_and_line() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    load(&folder, "a.ttl").expect(0);
    write(&folder, "bad.rq", "SELECT *\nWHERE { ?s ?p }");
    run(folder.path(), &["query", "bad.rq", "--data-dir", "data"])
        .expect(1)
        .says(&["bad.rq:2:"]);
    write(&folder, "update.rq", "INSERT DATA { <urn:a> <urn:p> 1 }");
    run(folder.path(), &["query", "update.rq", "--data-dir", "data"]).expect(1);
}

#[test]
fn reading_makes_no_data_folder() {
    let folder = folder();
    let arguments = ["query", "-", "--data-dir", "data"];
    run_with_input(folder.path(), &arguments, "ASK {}")
        .expect(1)
        .says(&["data"]);
    run(folder.path(), &["doctor", "--data-dir", "data"]).expect(1);
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_data_folder_in_use_is_said_so() {
    let folder = folder();
    let _server = Server::start(folder.path(), &["--data-dir", "data", "--empty"]);
    write(&folder, "a.ttl", TURTLE);
    load(&folder, "a.ttl").expect(1).says(&["data"]);
}

#[test]
fn import_of_the_shipped_innoserv_mapping_gives_its_graph() {
    let folder = folder();
    run(folder.path(), &["import", "innoserv", "--data-dir", "data"]).expect(0);
    let query =
        "SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/weft/graph/innoserv> { ?s ?p ?o } }";
    let rows: u64 = select(folder.path(), query)
        .concat()
        .parse()
        .expect("a number");
    assert!(rows > 500, "{rows} triples");
    // Importing again replaces the graph.
    run(folder.path(), &["import", "innoserv", "--data-dir", "data"]).expect(0);
    assert_eq!(select(folder.path(), query), [rows.to_string()]);
}

const MAPPING: &str = r#"name = "demo"
title = "Demo"
graph = "https://w3id.org/weft/graph/partner/demo"

[[table]]
file = "actors.csv"
query = "actors.rq"
required = ["id", "name"]
"#;

const ACTORS: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX fn: <https://w3id.org/weft/fn#>
CONSTRUCT { ?actor a weft:Actor ; rdfs:label ?name }
WHERE { BIND(fn:iri(\"actor\", ?id) AS ?actor) }
";

#[test]
fn import_takes_a_mapping_of_ones_own_and_reports_bad_rows() {
    let folder = folder();
    write(&folder, "demo/mapping.toml", MAPPING);
    write(&folder, "demo/actors.rq", ACTORS);
    write(&folder, "in/actors.csv", "id,name\n1,One\n2,\n3,Three\n");
    let finished = run(
        folder.path(),
        &["import", "demo", "in", "--data-dir", "data"],
    )
    .expect(0);
    let said = format!("{}{}", finished.stdout, finished.stderr);
    assert!(
        said.contains("actors.csv:3"),
        "the row without a name is not reported: {said}"
    );
    let query = "SELECT ?label { GRAPH <https://w3id.org/weft/graph/partner/demo> { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } } ORDER BY ?label";
    assert_eq!(select(folder.path(), query), ["One", "Three"]);
    // Strict: one bad row stops everything, and the graph stays as it was.
    write(&folder, "in/actors.csv", "id,name\n4,Four\n5,\n");
    let arguments = ["import", "demo", "in", "--strict", "--data-dir", "data"];
    run(folder.path(), &arguments)
        .expect(1)
        .says(&["actors.csv:3"]);
    assert_eq!(select(folder.path(), query), ["One", "Three"]);
}

#[test]
fn broken_mappings_are_reported_with_file_and_remedy() {
    let folder = folder();
    write(&folder, "in/actors.csv", "id,name\n1,One\n");
    let import = |mapping: &str| {
        run(
            folder.path(),
            &["import", mapping, "in", "--data-dir", "data"],
        )
    };
    import("no-such-mapping")
        .expect(1)
        .says(&["no-such-mapping", "innoserv"]);

    write(&folder, "toml/mapping.toml", "name = \n");
    import("toml").expect(1).says(&["mapping.toml", "1"]);

    write(&folder, "query/mapping.toml", MAPPING);
    write(
        &folder,
        "query/actors.rq",
        ACTORS.replace("WHERE {", "WHERE"),
    );
    import("query").expect(1).says(&["actors.rq:5"]);

    write(&folder, "missing/mapping.toml", MAPPING);
    import("missing").expect(1).says(&["actors.rq"]);

    write(&folder, "select/mapping.toml", MAPPING);
    write(&folder, "select/actors.rq", "SELECT * WHERE { }");
    import("select").expect(1).says(&["actors.rq", "CONSTRUCT"]);

    write(
        &folder,
        "key/mapping.toml",
        format!("{MAPPING}colour = \"red\"\n"),
    );
    write(&folder, "key/actors.rq", ACTORS);
    import("key").expect(1).says(&["mapping.toml", "colour"]);

    write(
        &folder,
        "column/mapping.toml",
        MAPPING.replace("\"name\"]", "\"nome\"]"),
    );
    write(&folder, "column/actors.rq", ACTORS);
    import("column").expect(1).says(&["actors.csv", "nome"]);

    fs::create_dir(folder.path().join("nothing")).expect("the folder is made");
    import("nothing").expect(1).says(&["mapping.toml"]);
}

#[test]
fn validate_tells_good_data_from_bad() {
    let folder = folder();
    write(
        &folder,
        "shapes.ttl",
        "@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://example.org/> .
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ;
  sh:property [ sh:path ex:name ; sh:minCount 1 ; sh:message \"a person has a name\" ] .
",
    );
    write(&folder, "good.ttl", TURTLE);
    write(
        &folder,
        "bad.ttl",
        "<http://example.org/carl> a <http://example.org/Person> .",
    );
    let validate = |file: &str| run(folder.path(), &["validate", file, "--shapes", "shapes.ttl"]);
    validate("good.ttl").expect(0);
    let bad = validate("bad.ttl").expect(1);
    let said = format!("{}{}", bad.stdout, bad.stderr);
    assert!(
        said.contains("carl") && said.contains("a person has a name"),
        "{said}"
    );
    write(&folder, "broken.ttl", "<urn:a> <urn:p>");
    validate("broken.ttl").expect(1).says(&["broken.ttl:1"]);
    // A file that has nothing to do with the shapes conforms.
    write(&folder, "other.ttl", "<urn:a> <urn:p> <urn:b> .");
    run(folder.path(), &["validate", "other.ttl"]).expect(0);
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let folder = folder();
    let token = |arguments: &[&str]| {
        let mut all = vec!["token"];
        all.extend_from_slice(arguments);
        all.extend_from_slice(&["--data-dir", "data"]);
        run(folder.path(), &all)
    };
    let made = token(&[
        "create",
        "partner-a",
        "--graph",
        "https://w3id.org/weft/graph/partner/a",
    ])
    .expect(0);
    let secret = made
        .stdout
        .split_whitespace()
        .find(|word| word.len() >= 20 && !word.contains("://"))
        .unwrap_or_else(|| panic!("no token: {made:#?}"))
        .to_owned();
    let list = token(&["list"]).expect(0);
    assert!(list.stdout.contains("partner-a"), "{list:#?}");
    assert!(!list.stdout.contains(&secret), "the list shows the secret");
    token(&["create", "partner-a", "--admin"])
        .expect(1)
        .says(&["partner-a"]);
    token(&["revoke", "partner-a"]).expect(0);
    token(&["revoke", "partner-a"])
        .expect(1)
        .says(&["partner-a"]);
    assert!(!token(&["list"]).expect(0).stdout.contains("partner-a"));
    // The secret is nowhere in the files.
    let mut files = vec![folder.path().to_owned()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("the folder is readable");
            files.extend(entries.flatten().map(|entry| entry.path()));
        } else {
            let bytes = fs::read(&path).expect("the file is readable");
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{} has the secret", path.display());
        }
    }
}

#[test]
fn a_token_for_one_graph_writes_to_no_other() {
    let folder = folder();
    let own = "https://w3id.org/weft/graph/partner/a";
    let arguments = ["token", "create", "a", "--graph", own, "--data-dir", "data"];
    let made = run(folder.path(), &arguments).expect(0);
    let secret = made
        .stdout
        .split_whitespace()
        .find(|word| word.len() >= 20 && !word.contains("://"))
        .unwrap_or_else(|| panic!("no token: {made:#?}"))
        .to_owned();
    let server = Server::start(folder.path(), &["--data-dir", "data", "--empty"]);
    let update = |text: &str| {
        let bearer = format!("Bearer {secret}");
        let headers = [
            ("content-type", "application/sparql-update"),
            ("authorization", bearer.as_str()),
        ];
        server
            .send("POST", "/sparql", &headers, Some(text.as_bytes()))
            .status
    };
    let allowed = [
        format!("INSERT DATA {{ GRAPH <{own}> {{ <urn:a> <urn:p> 1 }} }}"),
        format!("WITH <{own}> DELETE {{ ?s ?p ?o }} INSERT {{ ?s ?p 2 }} WHERE {{ ?s ?p ?o }}"),
        format!("CLEAR GRAPH <{own}>"),
    ];
    for text in &allowed {
        let status = update(text);
        assert!((200..300).contains(&status), "{text}: {status}");
    }
    let refused = [
        "INSERT DATA { <urn:a> <urn:p> 1 }".to_owned(),
        "INSERT DATA { GRAPH <urn:other> { <urn:a> <urn:p> 1 } }".to_owned(),
        "CLEAR ALL".to_owned(),
        "DROP NAMED".to_owned(),
        "CLEAR DEFAULT".to_owned(),
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }".to_owned(),
        format!("INSERT {{ GRAPH ?g {{ <urn:a> <urn:p> 1 }} }} WHERE {{ BIND(<{own}> AS ?g) }}"),
        format!("COPY <{own}> TO DEFAULT"),
        format!("MOVE <{own}> TO <urn:other>"),
        format!("ADD <{own}> TO <urn:other>"),
        format!("INSERT DATA {{ GRAPH <{own}> {{ <urn:a> <urn:p> 1 }} }} ; CLEAR DEFAULT"),
        "CREATE GRAPH <urn:other>".to_owned(),
    ];
    for text in &refused {
        assert_eq!(update(text), 403, "{text}");
    }
    assert_eq!(
        server
            .select("SELECT ?g { GRAPH ?g { ?s <urn:p> 1 } }")
            .len(),
        0
    );
    let bearer = format!("Bearer {secret}");
    let headers = [
        ("content-type", "text/turtle"),
        ("authorization", bearer.as_str()),
    ];
    let body = Some(b"<urn:a> <urn:p> 3 .".as_slice());
    assert_eq!(
        server.send("PUT", "/store?default", &headers, body).status,
        403
    );
    assert_eq!(
        server
            .send("PUT", "/store?graph=urn:other", &headers, body)
            .status,
        403
    );
    let mine = server.send("PUT", &format!("/store?graph={own}"), &headers, body);
    assert!(mine.is_success(), "{mine:?}");
}

#[test]
fn doctor_is_content_with_good_data_and_names_what_is_wrong() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    load(&folder, "a.ttl").expect(0);
    let good = run(folder.path(), &["doctor", "--data-dir", "data"]).expect(0);
    assert!(!good.stdout.is_empty(), "the doctor says nothing");
    for entry in fs::read_dir(folder.path().join("data"))
        .expect("the folder is there")
        .flatten()
    {
        if entry.path().is_file() && entry.metadata().is_ok_and(|data| data.len() > 0) {
            fs::write(entry.path(), b"something else").expect("the file is writable");
        }
    }
    let bad = run(folder.path(), &["doctor", "--data-dir", "data"]).expect(1);
    assert!(
        format!("{}{}", bad.stdout, bad.stderr).contains("data"),
        "{bad:#?}"
    );
}

#[test]
fn the_data_folder_can_come_from_the_environment() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    let status = crate::support::weft(folder.path())
        .args(["load", "a.ttl"])
        .env("WEFT_DATA_DIR", "elsewhere")
        .output()
        .expect("the built program starts");
    assert!(status.status.success(), "{status:?}");
    assert!(folder.path().join("elsewhere").is_dir());
    assert!(!folder.path().join("weft-data").exists());
}

#[test]
fn the_readme_shows_commands_that_exist() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let folder = folder();
    for line in readme.lines() {
        let line = line.trim().trim_start_matches("$ ");
        let Some(rest) = line.strip_prefix("weft ") else {
            continue;
        };
        let Some(command) = rest.split_whitespace().next() else {
            continue;
        };
        if command.chars().all(|letter| letter.is_ascii_lowercase()) {
            run(folder.path(), &[command, "--help"]).expect(0);
        }
    }
}

#[test]
fn search_finds_things_by_their_names() {
    let folder = folder();
    write(
        &folder,
        "names.ttl",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix ex: <http://example.org/> .
        ex:a a <https://w3id.org/weft/ns#Actor> ; rdfs:label \"Caritas Österreich\"@de .
        ex:b rdfs:label \"Caritas Graz\" .",
    );
    load(&folder, "names.ttl").expect(0);
    let search = |arguments: &[&str]| {
        let arguments = [&["search", "--data-dir", "data"], arguments].concat();
        run(folder.path(), &arguments)
    };
    let csv = search(&["caritas", "osterreich"]).expect(0).stdout;
    assert_eq!(
        csv.lines().nth(1),
        Some(
            "http://example.org/a,Caritas Österreich,de,\
             http://www.w3.org/2000/01/rdf-schema#label,\
             https://w3id.org/weft/ns#Actor,1,exact,default"
        ),
        "{csv}"
    );
    let table = search(&["karitas", "--format", "table", "--limit", "1"]).expect(0);
    assert!(table.stdout.contains("Caritas Graz"), "{}", table.stdout);
    assert!(table.stderr.contains("1 of 2 things"), "{}", table.stderr);
    let json = search(&["caritas", "--type", "actor", "--format", "json"]).expect(0);
    assert_eq!(json.stdout.matches("\"iri\"").count(), 1, "{}", json.stdout);
    let refused = search(&["caritas", "--type", "animal"]).expect(2);
    assert!(refused.stderr.contains("`animal`"), "{}", refused.stderr);
}

#[test]
fn linked_actors_are_one_for_metrics_and_search_and_for_queries_that_ask_for_it() {
    let folder = folder();
    write(
        &folder,
        "data.trig",
        "PREFIX weft: <https://w3id.org/weft/ns#>
         PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
         PREFIX g: <https://w3id.org/weft/graph/>
         PREFIX : <http://example.org/>
         g:data { :red a weft:Actor ; rdfs:label 'Red' . :blue a weft:Actor . :green a weft:Actor .
           :long-red a weft:Actor ; rdfs:label 'Rote Gruppe' .
           :t1 a weft:Tie ; weft:from :red ; weft:to :blue .
           :t2 a weft:Tie ; weft:from :long-red ; weft:to :green . }
         g:links { :red <http://www.w3.org/2002/07/owl#sameAs> :long-red . }",
    );
    load(&folder, "data.trig").expect(0);
    let lines = |arguments: &[&str]| {
        let arguments = [arguments, &["--format", "csv", "--data-dir", "data"]].concat();
        let text = run(folder.path(), &arguments).expect(0).stdout;
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let nodes = ["metrics", "collaboration", "--nodes", "--metrics", "degree"];
    assert_eq!(lines(&nodes).len(), 3);
    assert_eq!(lines(&[&nodes[..], &["--no-merge"]].concat()).len(), 4);
    let found = |rest: &[&str]| lines(&[&["search", "rote", "gruppe"], rest].concat()).concat();
    assert!(
        found(&[]).starts_with("http://example.org/red,"),
        "{}",
        found(&[])
    );
    assert!(found(&["--no-merge"]).starts_with("http://example.org/long-red,"));
    let count = "SELECT (COUNT(DISTINCT ?a) AS ?n) { ?a a weft:Actor }";
    assert_eq!(select(folder.path(), count), ["4"]);
    write(&folder, "count.rq", count);
    assert_eq!(lines(&["query", "count.rq", "--merged"]), ["3"]);
}

#[test]
fn a_dump_is_loaded_again_and_is_the_same_each_time() {
    let folder = folder();
    write(&folder, "a.ttl", TURTLE);
    load(&folder, "a.ttl").expect(0);
    let dump = |arguments: &[&str]| {
        let arguments = [&["dump", "--data-dir", "data"], arguments].concat();
        run(folder.path(), &arguments)
    };
    let read = |name: &str| fs::read(folder.path().join(name)).expect("the file is there");
    for name in ["a.nq.gz", "a.trig.zst", "a.ttl", "a.nt"] {
        let said = dump(&[name]).expect(0);
        assert!(said.stderr.contains("6 statements"), "{said:?}");
        let first = read(name);
        dump(&[name]).expect(0);
        assert!(read(name) == first, "{name}");
        let arguments = ["load", name, "--data-dir", "again"];
        run(folder.path(), &arguments).expect(0);
    }
    let query = ["query", "-", "--format", "csv", "--data-dir", "again"];
    let count = run_with_input(
        folder.path(),
        &query,
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    );
    assert!(count.expect(0).stdout.ends_with("6\r\n"));
    let wrong = dump(&["a.xlsx"]).expect(2);
    assert!(wrong.stderr.contains(".nq"), "{wrong:?}");
    let missing = dump(&["--graph", "nothing", "b.nq"]).expect(1);
    assert!(missing.stderr.contains("nothing"), "{missing:?}");
}
