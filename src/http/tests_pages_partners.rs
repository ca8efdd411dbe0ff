//! The pages of the ontology and of partners, as a browser without scripts gets them.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;

const GRAPH: &str = "https://w3id.org/weft/graph/";
const BOUNDARY: &str = "multipart/form-data; boundary=XX";

async fn page(state: &AppState, target: &str, language: &str) -> Answer {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    let answer = send(state, "GET", target, &headers, "").await;
    check_page(&answer, target);
    answer
}

/// What every page keeps: a heading, and nothing that the policy of the pages would stop.
#[track_caller]
fn check_page(answer: &Answer, target: &str) {
    let text = &answer.text;
    assert_eq!(text.matches("<h1").count(), 1, "{target}: {text}");
    assert!(
        !text.contains(" style=\"") && !text.contains("<style"),
        "{target}"
    );
    assert!(
        !text.contains(" onclick=") && !text.contains("javascript:"),
        "{target}"
    );
}

/// A form with fields and files.
fn form(fields: &[(&str, &str)], files: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    for (name, text) in files {
        body.push_str(&format!(
            "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    body + "--XX--\r\n"
}

async fn send_form(state: &AppState, target: &str, body: String) -> Answer {
    let headers = [
        ("accept", "text/html"),
        ("accept-language", "es"),
        ("content-type", BOUNDARY),
    ];
    send(state, "POST", target, &headers, body).await
}

fn write(graph: &KnowledgeGraph, name: &str, turtle: &str) {
    let text = format!(
        "@prefix weft: <https://w3id.org/weft/ns#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix e: <http://e.example/> .\n{turtle}"
    );
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new(format!("{GRAPH}{name}")).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
}

fn fresh(config: Config) -> (AppState, KnowledgeGraph) {
    let config = Config {
        data_dir: None,
        empty: true,
        ..config
    };
    let graph = KnowledgeGraph::open(config).unwrap();
    (AppState::new(graph.clone()), graph)
}

#[tokio::test]
async fn the_ontology_is_drawn_listed_and_said_in_both_languages() {
    let english = page(&INNOSERV, "/ontology", "en").await.expect(200).text();
    assert!(english.contains("<svg") && english.contains("marker-end"));
    // A box leads to the definition, which has the number of instances and asks for them.
    assert!(english.contains("<a href=\"#Actor\" aria-label=\"Actor 1"));
    assert!(english.contains("id=\"Actor\"") && english.contains("id=\"sector\""));
    assert!(english.contains("/sparql?query=SELECT%20%3Fthing%20%3Flabel"));
    // Alignments and rules, shapes in words, rules of the check, downloads.
    for there in [
        "org:Organization",
        "narrower: each of theirs is one of ours",
        "CIDS: labels",
        "Needs exactly one weft:in",
        "unknown-term",
        "/ns.ttl",
        "/ns.jsonld",
    ] {
        assert!(english.contains(there), "{there}");
    }
    let spanish = page(&INNOSERV, "/ontology", "es").await.expect(200).text();
    assert!(spanish.contains("lang=\"es\"") && spanish.contains("Entidad"));
    assert!(spanish.contains("Necesita exactamente un weft:in"));
    // IRIs such as …/ns#Actor lead to the same definitions.
    let terms = page(&INNOSERV, "/ns", "en").await.expect(200).text();
    assert!(terms.contains("id=\"Actor\"") && terms.contains("id=\"betweenness\""));
    let etag = send(&INNOSERV, "GET", "/ontology", &[], "").await;
    let known = [("if-none-match", etag.header("etag"))];
    send(&INNOSERV, "GET", "/ontology", &known, "")
        .await
        .expect(304);
    send(&INNOSERV, "GET", "/ontology?x=1", &[], "")
        .await
        .expect(400);
}

#[tokio::test]
async fn words_and_codes_are_found_without_scripts_and_without_accents() {
    let found = page(&INNOSERV, "/ontology?q=financiacion", "es")
        .await
        .expect(200)
        .text();
    assert!(found.contains("id=\"FundingFlow\"") && !found.contains("id=\"Place\""));
    assert!(!found.contains("<svg viewBox=\"0 0 1180"));
    let code = page(&INNOSERV, "/ontology?q=Housing", "en")
        .await
        .expect(200)
        .text();
    assert!(code.contains("href=\"/code/branch/housing\""));
    let none = page(&INNOSERV, "/ontology?q=xyzzy", "en")
        .await
        .expect(200)
        .text();
    assert!(none.contains("Nothing has all of these words"));
    let hostile = format!("/ontology?q={}", encoded("\"><script>alert(1)</script>"));
    let hostile = page(&INNOSERV, &hostile, "en").await.expect(200).text();
    assert!(!hostile.contains("<script>alert"));
}

#[tokio::test]
async fn a_code_list_tells_its_hierarchy_and_how_often_each_code_is_used() {
    let lists = page(&INNOSERV, "/code", "en").await.expect(200).text();
    assert!(lists.contains("href=\"/code/branch\"") && lists.contains("Branches of social policy"));
    let list = page(&INNOSERV, "/code/icnptso", "es")
        .await
        .expect(200)
        .text();
    assert!(list.contains("depth-2") && list.contains("Secciones de la ICNP/TSO"));
    let branches = page(&INNOSERV, "/code/branch", "en")
        .await
        .expect(200)
        .text();
    let health = branches.split("id=\"health\"").nth(1).unwrap();
    let row = health.split("</tr>").next().unwrap();
    assert!(row.contains("/sparql?query="), "health is used: {row}");
    // A scheme of others, with concepts that are each other's broader ones.
    let (state, graph) = fresh(Config::default());
    write(
        &graph,
        "partner/codes",
        "e:list a skos:ConceptScheme ; skos:prefLabel '<b>list</b>' .
         e:one a skos:Concept ; skos:inScheme e:list ; skos:prefLabel 'One' ; skos:broader e:two .
         e:two a skos:Concept ; skos:inScheme e:list ; skos:prefLabel 'Two' ; skos:broader e:one .",
    );
    let target = format!("/resource?iri={}", encoded("http://e.example/list"));
    let text = page(&state, &target, "en").await.expect(200).text();
    assert!(text.contains("One") && text.contains("Two") && !text.contains("<b>list"));
}

#[tokio::test]
async fn an_empty_store_and_a_store_without_ontology_have_sensible_pages() {
    let (state, graph) = fresh(Config::default());
    for target in [
        "/ontology",
        "/code",
        "/partners",
        "/partners/links",
        "/catalogue",
    ] {
        for language in ["en", "es"] {
            page(&state, target, language).await.expect(200);
        }
    }
    graph
        .write_graph(
            &Writer::Local,
            NamedNode::new(format!("{GRAPH}ontology")).unwrap().into(),
            Default::default(),
            GraphChange::Replace,
        )
        .unwrap();
    let none = page(&state, "/ontology", "en").await.expect(200);
    assert!(none.text.contains("The ontology has not been loaded"));
}

#[tokio::test]
async fn the_door_says_how_this_service_takes_writes() {
    let door = page(&INNOSERV, "/partners", "en").await.expect(200).text();
    assert!(door.contains("data-door=\"token\"") && door.contains("weft token create"));
    assert!(door.contains("<option value=\"hsds\">") && door.contains("/api/v1/mappings/hsds.zip"));
    assert!(door.contains("CC BY 4.0"));
    let open = state(Config {
        empty: true,
        open_writes: true,
        ..Config::default()
    });
    let text = page(&open, "/partners", "es").await.expect(200).text();
    assert!(text.contains("data-door=\"open\"") && text.contains("--open-writes"));
    let closed = state(Config {
        empty: true,
        read_only: true,
        ..Config::default()
    });
    let text = page(&closed, "/partners", "es").await.expect(200).text();
    assert!(text.contains("de solo lectura") && !text.contains("id=\"load-button\""));
}

#[tokio::test]
async fn a_form_without_scripts_gets_the_report_in_the_frame_of_the_pages() {
    let faulty = "@prefix weft: <https://w3id.org/weft/ns#> .\n<http://e.example/a> a weft:Actor .";
    // Not a term, which a test of the ontology would look for.
    let faulty = faulty.replace("Actor", "Acter");
    let fields = [
        ("graph", "partner/x"),
        ("change", "add"),
        ("impact", "true"),
    ];
    let body = form(&fields, &[("<img src=x>.ttl", &faulty)]);
    let report = send_form(&INNOSERV, "/api/v1/check.html", body)
        .await
        .expect(200);
    check_page(&report, "check");
    let text = report.text();
    assert!(
        text.contains("<main") && text.contains("aria-current=\"page\">Socios"),
        "{text}"
    );
    assert!(text.contains("Tiene incumplimientos") && text.contains("unknown-term"));
    assert!(text.contains("weft:Actor") && text.contains(".ttl:2"));
    assert!(text.contains("Qué cambiaría al escribir") && text.contains("red de colaboración"));
    assert!(!text.contains("<img src=x>"));
    // The address of a report that was sent is that of the form.
    let again = page(&INNOSERV, "/api/v1/check.html", "es")
        .await
        .expect(200);
    assert!(again.text.contains("multipart/form-data"));
    let held = format!(
        "/api/v1/graphs/report.html?graph={}",
        encoded(&format!("{GRAPH}innoserv"))
    );
    let held = page(&INNOSERV, &held, "en").await.expect(200);
    assert!(held.text.contains("/api/v1/graphs/report.csv?graph="));
}

#[tokio::test]
async fn a_form_sends_what_an_import_is_to_do_as_fields() {
    let (state, _) = fresh(Config {
        open_writes: true,
        ..Config::default()
    });
    let actors = "id,name,sectors\na,<script>alert(1)</script>,houssing\n";
    let fields = [
        ("mapping", "template"),
        ("graph", "partner/x"),
        ("dry-run", "true"),
    ];
    let body = form(&fields, &[("actors.csv", actors)]);
    let looked = send_form(&state, "/api/v1/import.html", body)
        .await
        .expect(200);
    check_page(&looked, "import");
    let text = looked.text();
    assert!(
        text.contains("no se ha escrito nada") && text.contains("graph/partner/x"),
        "{text}"
    );
    assert!(
        text.contains("actors.csv</bdi> · <bdi>sectors") && text.contains("nearest: `housing`")
    );
    assert!(!text.contains("<script>alert"));
    let fields = [
        ("mapping", "template"),
        ("graph", "partner/x"),
        ("dry-run", "false"),
    ];
    let body = form(&fields, &[("actors.csv", actors)]);
    let loaded = send_form(&state, "/api/v1/import.html", body)
        .await
        .expect(200);
    assert!(loaded.text.contains("Cargado: versión de los datos"));
    page(&state, "/graph/partner/x", "es").await.expect(200);
    // A parameter twice, and one that does not exist.
    let fields = [("mapping", "template"), ("dry-run", "perhaps")];
    let body = form(&fields, &[("actors.csv", actors)]);
    send_form(&state, "/api/v1/import.html?graph=partner/x", body)
        .await
        .expect(400);
    let moved = send(&state, "GET", "/api/v1/import.html", &[], "")
        .await
        .expect(303);
    assert_eq!(moved.header("location"), "/partners#tables");
    // With a token needed and none sent, the cause and the remedy are told.
    let body = form(&[("mapping", "template")], &[("actors.csv", actors)]);
    let refused = send_form(&INNOSERV, "/api/v1/import.html", body)
        .await
        .expect(401);
    assert!(refused.text.contains("role=\"alert\"") && refused.text.contains("token"));
}

#[tokio::test]
async fn pairs_stand_side_by_side_with_reasons_and_states() {
    let (state, graph) = fresh(Config::default());
    let long = "x".repeat(10_000);
    write(
        &graph,
        "partner/a",
        &format!(
            "e:faro a weft:Actor ; rdfs:label 'Fundación El Faro de Triana' ; weft:countryCode 'ES' ; weft:note '{long}' .
             e:bad a weft:Actor ; rdfs:label '<script>alert(1)</script> Zurrumurru' ."
        ),
    );
    write(
        &graph,
        "partner/b",
        "e:faro-b a weft:Actor ; rdfs:label 'FUNDACION EL FARO DE TRIANA' ; weft:countryCode 'ES' .
         e:bad-b a weft:Actor ; rdfs:label '<script>alert(1)</script> Zurrumurru' .",
    );
    let start = page(&state, "/partners/links", "es").await.expect(200);
    assert!(start.text.contains("<option value=\"partner/a\">"));
    let queue = page(&state, "/partners/links?graph=partner/a", "es")
        .await
        .expect(200)
        .text();
    assert!(
        queue.contains("data-source=\"http://e.example/faro\""),
        "{queue}"
    );
    assert!(queue.contains("Nombre") && queue.contains("Puntuación desde"));
    assert!(queue.contains("class=\"same\"") && queue.contains("partner/b"));
    assert!(!queue.contains("<script>alert") && !queue.contains(&long[..1_000]));
    // Decided ones are no longer in the queue of open ones.
    let key = graph
        .tokens()
        .create("a", &[format!("{GRAPH}partner/a")], false)
        .unwrap();
    let headers = [
        ("authorization", &format!("Bearer {key}")[..]),
        ("content-type", "application/json"),
    ];
    let link = r#"{"source": "http://e.example/faro", "target": "http://e.example/faro-b", "decision": "accept"}"#;
    send(&state, "POST", "/api/v1/links", &headers, link)
        .await
        .expect(200);
    let open = page(&state, "/partners/links?graph=partner/a", "en")
        .await
        .expect(200)
        .text();
    assert!(!open.contains("data-source=\"http://e.example/faro\""));
    assert!(open.contains("1 of 2: 1 accepted, 0 rejected"), "{open}");
    let accepted = "/partners/links?graph=partner/a&state=accepted";
    let accepted = page(&state, accepted, "en").await.expect(200);
    assert!(
        accepted
            .text
            .contains("data-source=\"http://e.example/faro\"")
    );
    for (wrong, named) in [
        ("graph=partner/none", "partner/none"),
        ("graph=partner/a&threshold=7", "threshold"),
        ("graph=partner/a&state=maybe", "maybe"),
        ("graph=partner/a&type=thing", "thing"),
        ("nonsense=1", "nonsense"),
    ] {
        let answer = page(&state, &format!("/partners/links?{wrong}"), "en").await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(
            answer.text.contains("role=\"alert\"") && answer.text.contains(named),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn what_is_private_is_on_no_page_of_others() {
    let (state, graph) = fresh(Config::default());
    write(
        &graph,
        "partner/secret",
        "e:s a weft:Actor ; rdfs:label 'Hidden house' .",
    );
    let name = NamedNode::new(format!("{GRAPH}partner/secret")).unwrap();
    graph.set_private(&Writer::Local, &name, true).unwrap();
    let key = graph
        .tokens()
        .create("secret", &[format!("{GRAPH}partner/secret")], false)
        .unwrap();
    let key = format!("Bearer {key}");
    for target in ["/partners", "/partners/links", "/catalogue", "/ontology"] {
        let open = page(&state, target, "en").await.expect(200);
        assert!(!open.text.contains("partner/secret"), "{target}");
        let headers = [("accept", "text/html"), ("authorization", &key[..])];
        let own = send(&state, "GET", target, &headers, "").await.expect(200);
        assert_ne!(own.header("etag"), open.header("etag"), "{target}");
        if target != "/ontology" {
            assert!(own.text.contains("partner/secret"), "{target}");
        }
    }
    page(&state, "/partners/links?graph=partner/secret", "en")
        .await
        .expect(400);
}
