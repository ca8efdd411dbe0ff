//! Tables over HTTP: what partners send, good and bad.

use super::AppState;
use super::testing::{Answer, encoded, send, state};
use crate::app::Config;
use crate::ingest::archive::pack;
use std::io::Write;

const MAPPING: &str = r#"
name = "places"
[[table]]
file = "actors*.{csv,json,xlsx,ods}"
query = "actors.rq"
required = ["id"]
"#;
const QUERY: &str = r#"
PREFIX fn: <https://w3id.org/weft/fn#>
CONSTRUCT { ?actor a weft:Actor ; rdfs:label ?name ; weft:amount ?sum }
WHERE { BIND(fn:iri("actor", ?NAMESPACE, ?id) AS ?actor) BIND(fn:number(?amount, "en") AS ?sum) }
"#;
const GRAPH: &str = "https://w3id.org/weft/graph/partner/x";
const BOUNDARY: &str = "multipart/form-data; boundary=XX";

fn open() -> AppState {
    open_for(1 << 20)
}

fn open_for(body_limit: usize) -> AppState {
    state(Config {
        empty: true,
        open_writes: true,
        body_limit,
        ..Config::default()
    })
}

/// A form with files.
fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in files {
        body.extend_from_slice(
            format!(
                "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    body
}

/// Sends tables together with the mapping above.
async fn import(state: &AppState, parameters: &str, files: &[(&str, &[u8])]) -> Answer {
    let mut all: Vec<(&str, &[u8])> = vec![
        ("mapping.toml", MAPPING.as_bytes()),
        ("actors.rq", QUERY.as_bytes()),
    ];
    all.extend(files);
    let target = format!("/api/v1/import?graph={}{parameters}", encoded(GRAPH));
    send(
        state,
        "POST",
        &target,
        &[("content-type", BOUNDARY)],
        form(&all),
    )
    .await
}

async fn count(state: &AppState) -> usize {
    let target = format!("/store?graph={}", encoded(GRAPH));
    let answer = send(
        state,
        "GET",
        &target,
        &[("accept", "application/n-triples")],
        "",
    )
    .await;
    if answer.status == 404 {
        return 0;
    }
    answer.expect(200).text().lines().count()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    pack(files.iter().copied()).unwrap()
}

#[tokio::test]
async fn a_table_is_looked_at_then_written_and_bad_rows_do_not_sink_the_rest() {
    let state = open();
    let table = b"id,name,amount\n1,El Faro,10.5\n,nobody,1\n3,Casa,twelve\n";
    let files: [(&str, &[u8]); 1] = [("actors.csv", table)];

    let preview = import(&state, "&preview=1", &files)
        .await
        .expect(200)
        .json();
    assert_eq!(preview["written"], false);
    assert_eq!(preview["preview"][0]["line"], 2);
    assert_eq!(preview["preview"][0]["cells"]["name"], "El Faro");
    let turtle = preview["preview"][0]["turtle"].as_str().unwrap();
    assert!(
        turtle.contains("\"El Faro\"") && !turtle.contains("Casa"),
        "{turtle}"
    );

    let dry = import(&state, "&dry-run=true", &files)
        .await
        .expect(200)
        .json();
    assert_eq!(dry["dataVersion"], serde_json::Value::Null);
    assert_eq!(count(&state).await, 0);

    let answer = import(&state, "", &files).await.expect(200);
    let report = answer.json();
    assert_eq!(report["written"], true);
    assert_eq!(
        (&report["rows"], &report["rowsLeftOut"]),
        (&3.into(), &1.into())
    );
    assert_eq!(report["findings"][0]["line"], 3);
    assert_eq!(report["findings"][1]["column"], "amount");
    assert_eq!(
        answer.header("weft-data-version"),
        report["dataVersion"].to_string()
    );
    assert!(count(&state).await > 5);
    let page = send(
        &state,
        "POST",
        &format!("/api/v1/import.html?graph={}&dry-run=true", encoded(GRAPH)),
        &[("content-type", BOUNDARY)],
        form(&[
            ("mapping.toml", MAPPING.as_bytes()),
            ("actors.rq", QUERY.as_bytes()),
            (
                "actors.csv",
                b"id,name,amount\n,<script>alert(1)</script>,x\n",
            ),
        ]),
    )
    .await
    .expect(200);
    assert!(page.text.contains("nothing written") && !page.text.contains("<script>alert"));
}

#[tokio::test]
async fn archives_and_compressed_files_are_unpacked() {
    let state = open();
    let table = b"id,name\n1,A\n2,B\n";
    let archive = zip(&[
        ("export/actors.csv", table),
        ("export/datapackage.json", b"{}"),
        ("export/README.md", b"what a data package has besides"),
    ]);
    let report = import(&state, "", &[("export.zip", &archive)])
        .await
        .expect(200)
        .json();
    assert_eq!(report["tables"][0]["file"], "actors.csv");
    assert_eq!(report["rows"], 2);
    let report = import(&state, "", &[("actors.csv.gz", &gz(table))])
        .await
        .expect(200)
        .json();
    assert_eq!(report["rows"], 2);
}

#[tokio::test]
async fn bad_files_get_a_clear_report_and_the_old_data_stays() {
    let state = open();
    import(&state, "", &[("actors.csv", b"id,name\n1,A\n")])
        .await
        .expect(200);
    let before = count(&state).await;
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("id,name\n1,A\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let bomb = gz(&vec![b'x'; 8 << 20]);
    let zip_bomb = zip(&[("actors.csv", &vec![b'x'; 8 << 20])]);
    let nested = zip(&[("inner.zip", &zip(&[("actors.csv", b"id\n1\n")]))]);
    let deep = "[".repeat(100_000);
    let cases: [(&str, &[u8], u16, &str); 13] = [
        ("actors.csv", b"", 400, "empty"),
        ("actors.csv", b"%PDF-1.7 nonsense", 400, "this is a PDF"),
        ("actors.csv", b"<!DOCTYPE html><html>", 400, "a web page"),
        (
            "actors.csv",
            b"PK\x03\x04xxxx",
            400,
            "a spreadsheet or an archive",
        ),
        ("actors.xlsx", b"id,name\n1,A\n", 400, "no spreadsheet"),
        (
            "actors.xlsx",
            b"PK\x03\x04 broken",
            400,
            "not a readable spreadsheet",
        ),
        ("actors.json", deep.as_bytes(), 400, "actors.json"),
        ("actors.csv.gz", &bomb, 400, "more than 1048576 bytes"),
        ("bomb.zip", &zip_bomb, 413, "more than 1048576 bytes"),
        ("nested.zip", &nested, 400, "an archive in an archive"),
        ("broken.zip", b"PK\x03\x04nonsense", 400, "no readable zip"),
        (
            "other.csv",
            b"id\n1\n",
            400,
            "no table of the mapping takes this file",
        ),
        ("actors.csv", b"name\nA\n", 400, "column `id` is missing"),
    ];
    for (name, content, status, words) in cases {
        let answer = import(&state, "", &[(name, content)]).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert!(answer.text.contains(words), "{name}: {}", answer.text);
        assert_eq!(count(&state).await, before, "{name}");
    }
    // Nothing is written where the answer cannot be given.
    let target = format!("/api/v1/import.nq?graph={}", encoded(GRAPH));
    let files = form(&[
        ("mapping.toml", MAPPING.as_bytes()),
        ("actors.rq", QUERY.as_bytes()),
        ("actors.csv", b"id,name\n9,Z\n"),
    ]);
    let headers = [("content-type", BOUNDARY)];
    let answer = send(&state, "POST", &target, &headers, files).await;
    assert!(answer.expect(400).text.contains("dry-run"));
    assert_eq!(count(&state).await, before);
    let long = format!("id,name\n1,\"{}\"\n2,B\n", "x".repeat(700_000).repeat(2));
    let roomy = open_for(4 << 20);
    let files = [("actors.csv", long.as_bytes())];
    let report = import(&roomy, "&dry-run=true", &files)
        .await
        .expect(200)
        .json();
    assert_eq!(report["findings"][0]["column"], "name", "{report}");
    // What can be read is read.
    let report = import(&state, "&dry-run=true", &[("actors.csv", &utf16)]).await;
    assert_eq!(report.expect(200).json()["rows"], 1);
    let latin = b"id,name\n1,Fundaci\xf3n\n2,B\n";
    let report = import(&state, "&dry-run=true", &[("actors.csv", latin)]).await;
    let report = report.expect(200).json();
    assert_eq!(report["rowsLeftOut"], 1);
    assert!(
        report["findings"][0]["remedy"]
            .as_str()
            .unwrap()
            .contains("windows-1252")
    );
    let mixed = b"\xef\xbb\xbfid,name\r\n1,A\n2,B\r3,\"C\nC\"\r\n";
    let report = import(&state, "&dry-run=true", &[("actors.csv", mixed)]).await;
    assert_eq!(report.expect(200).json()["rows"], 3);
    let formula = b"id,name\n1,\"=HYPERLINK(\"\"x\"\")\"\n";
    let report = import(&state, "&preview", &[("actors.csv", formula)]).await;
    let report = report.expect(200).json();
    assert_eq!(report["preview"][0]["cells"]["name"], "=HYPERLINK(\"x\")");
    // Bodies that are none.
    let target = "/api/v1/import?mapping=hsds";
    let wrong = send(
        &state,
        "POST",
        target,
        &[("content-type", "image/png")],
        "x",
    )
    .await;
    assert!(wrong.expect(415).text.contains("is no table"));
    let half = &form(&[("actors.csv", b"id\n1\n")])[..60];
    let cut = send(
        &state,
        "POST",
        target,
        &[("content-type", BOUNDARY)],
        half.to_vec(),
    )
    .await;
    assert!(cut.expect(400).text.contains("multipart"));
    let long = vec![b'x'; 2 << 20];
    import(&state, "", &[("actors.csv", &long)])
        .await
        .expect(413);
}

#[tokio::test]
async fn a_sheet_whose_cells_span_a_continent_is_refused() {
    let sheet = r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>"#;
    let book = zip(&[
        ("[Content_Types].xml", br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#),
        ("_rels/.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", br#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#),
        ("xl/_rels/workbook.xml.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    let answer = import(&open(), "", &[("actors.xlsx", &book)])
        .await
        .expect(400);
    assert!(
        answer.text.contains("span 17179869184 cells"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_mapping_that_never_ends_or_grows_is_stopped() {
    let state = open();
    let mut config = state.graph().config().clone();
    config.allowance.memory = 32 << 20;
    let small = super::testing::state(config);
    let numbers: Vec<String> = (0..2_000).map(|n| format!("\"{n}\"")).collect();
    let values = |name: &str| format!("VALUES ?{name} {{ {} }}", numbers.join(" "));
    let product = format!(
        "CONSTRUCT {{ ?ROW rdfs:label ?x }} WHERE {{ {} {} {} {} FILTER(?a + ?b + ?c + ?d < 0) BIND(?a AS ?x) }}",
        values("a"),
        values("b"),
        values("c"),
        values("d")
    );
    let doubling: String = (1..40)
        .map(|n| format!("BIND(CONCAT(?x{0}, ?x{0}) AS ?x{n})\n", n - 1))
        .collect();
    let bomb =
        format!("CONSTRUCT {{ ?ROW rdfs:label ?x39 }} WHERE {{ BIND(?id AS ?x0)\n{doubling} }}");
    let mapping = "name = \"m\"\n[[table]]\nfile = \"t.csv\"\nquery = \"q.rq\"\n";
    // Joins nothing and keeps all.
    let hoard = format!(
        "CONSTRUCT {{ ?ROW rdfs:label ?x }} WHERE {{ SELECT ?ROW (GROUP_CONCAT(CONCAT(?id, ?a, ?b)) AS ?x) {{ {} {} {} }} GROUP BY ?ROW }}",
        values("a"),
        values("b"),
        values("c")
    );
    let table = format!("id\n1\n{}\n", "2".repeat(10_000));
    for (query, status, words) in [
        (product, 504, "took longer"),
        (bomb, 400, "times as long as a cell"),
        (hoard, 507, "too much memory"),
    ] {
        let body = form(&[
            ("mapping.toml", mapping.as_bytes()),
            ("q.rq", query.as_bytes()),
            ("t.csv", table.as_bytes()),
        ]);
        let state = if status == 507 { &small } else { &state };
        let headers = [("content-type", BOUNDARY)];
        let target = "/api/v1/import?timeout=2";
        let answer = send(state, "POST", target, &headers, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.text.contains(words), "{}", answer.text);
    }
}

#[tokio::test]
async fn mappings_are_listed_saved_used_and_removed() {
    let state = open();
    let list = send(&state, "GET", "/api/v1/mappings", &[], "")
        .await
        .expect(200)
        .json();
    let names: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"hsds") && names.contains(&"innoserv"),
        "{names:?}"
    );
    let one = send(&state, "GET", "/api/v1/mappings/hsds", &[], "")
        .await
        .expect(200)
        .json();
    assert!(
        one["queries"]["services.rq"]
            .as_str()
            .unwrap()
            .contains("CONSTRUCT")
    );
    assert!(one["readme"].as_str().unwrap().contains("HSDS"));
    let archive = send(&state, "GET", "/api/v1/mappings/hsds.zip", &[], "")
        .await
        .expect(200);
    assert!(archive.body.unwrap().starts_with(b"PK"));
    let missing = send(&state, "GET", "/api/v1/mappings/hsd", &[], "")
        .await
        .expect(404);
    assert!(
        missing.text.contains("did you mean `hsds`"),
        "{}",
        missing.text
    );

    let key = state
        .graph()
        .tokens()
        .create("ann", &[GRAPH.to_owned()], false)
        .unwrap();
    let bearer = format!("Bearer {key}");
    let headers = [
        ("content-type", BOUNDARY),
        ("authorization", bearer.as_str()),
    ];
    let body = || {
        form(&[
            ("mapping.toml", MAPPING.as_bytes()),
            ("actors.rq", QUERY.as_bytes()),
        ])
    };
    let target = "/api/v1/mappings/~ann/places";
    send(&state, "PUT", target, &headers, body())
        .await
        .expect(201);
    send(&state, "PUT", target, &headers, body())
        .await
        .expect(204);
    send(
        &state,
        "PUT",
        "/api/v1/mappings/~bob/places",
        &headers,
        body(),
    )
    .await
    .expect(403);
    let archive = zip(&[
        ("m/mapping.toml", MAPPING.as_bytes()),
        ("m/actors.rq", b"CONSTRUCT { ?a ?b ?c } WHERE {\n ?a ?b }"),
    ]);
    let zipped = [("content-type", "application/zip"), headers[1]];
    let wrong = send(&state, "PUT", target, &zipped, archive)
        .await
        .expect(400);
    assert!(wrong.text.contains("actors.rq:2"), "{}", wrong.text);
    let escape = form(&[("mapping.toml", MAPPING.as_bytes()), (".hidden.rq", b"x")]);
    send(&state, "PUT", target, &headers, escape)
        .await
        .expect(400);

    let tables = form(&[("actors.csv", b"id,name\n1,A\n")]);
    let target = format!(
        "/api/v1/import?mapping=~ann/places&graph={}",
        encoded(GRAPH)
    );
    send(&state, "POST", &target, &headers, tables)
        .await
        .expect(200);
    let tables = form(&[("actors.csv", b"id,name\n1,A\n")]);
    let foreign = format!(
        "/api/v1/import?mapping=~ann/places&graph={}",
        encoded("https://w3id.org/weft/graph/partner/y")
    );
    send(&state, "POST", &foreign, &headers, tables)
        .await
        .expect(403);
    send(
        &state,
        "DELETE",
        "/api/v1/mappings/~ann/places",
        &headers,
        "",
    )
    .await
    .expect(204);
    send(
        &state,
        "DELETE",
        "/api/v1/mappings/~ann/places",
        &headers,
        "",
    )
    .await
    .expect(404);
}
