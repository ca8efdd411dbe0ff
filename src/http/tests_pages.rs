//! The first page, and the pages of things.

use super::AppState;
use super::testing::{INNOSERV, get_page, send, state};
use crate::app::{Config, GraphChange, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use std::sync::LazyLock;

/// A clinic and a shelter that run a service, which two sources put into two sectors.
const DATA: &str = "
PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX branch: <https://w3id.org/weft/code/branch/>
PREFIX level: <https://w3id.org/weft/code/governance-level/>
PREFIX role: <https://w3id.org/weft/code/link-role/>
PREFIX instrument: <https://w3id.org/weft/code/instrument/>
PREFIX : <https://w3id.org/weft/id/actor/>
:clinic a weft:Actor ; rdfs:label 'Clinic'@en , 'Clínica'@es ; skos:altLabel 'Ambulatory' ;
  weft:sector branch:health ; weft:level level:local .
:shelter a weft:Actor ; rdfs:label 'Shelter' ; weft:sector branch:housing ; weft:memberOf :union .
:union a weft:Actor ; rdfs:label 'Union' .
:evil a weft:Actor ; rdfs:label '<script>alert(1)</script>' .
<https://w3id.org/weft/id/service/soup> a weft:Service ; rdfs:label 'Soup' ; weft:since '1992' .
<https://x.example/part> a weft:Participation ; weft:actor :clinic ;
  weft:in <https://w3id.org/weft/id/service/soup> ; weft:role role:funder ;
  weft:instrument instrument:contract ; weft:since '1995' ; weft:until '2001' ;
  weft:amount 45 ; weft:unit 'EUR a day' ; dct:source <https://docs.example/report.pdf> .
:shelter weft:provides <https://w3id.org/weft/id/service/soup> .
[] a weft:Participation ; weft:actor :evil ; weft:in <https://w3id.org/weft/id/service/soup> .
<https://x.example/says-1> a weft:SectorAssertion ; weft:about <https://w3id.org/weft/id/service/soup> ;
  weft:assertedSector branch:health ; dct:source <https://docs.example/one> .
<https://x.example/says-2> a weft:SectorAssertion ; weft:about <https://w3id.org/weft/id/service/soup> ;
  weft:assertedSector branch:housing ; dct:source <https://docs.example/two> .
<https://x.example/claim-1> a weft:Claim ; weft:about <https://w3id.org/weft/id/service/soup> ;
  weft:statedProperty weft:since ; weft:statedValue '1985' ; weft:conflictsWith <https://x.example/claim-2> ;
  dct:source <https://docs.example/one> .
<https://x.example/claim-2> a weft:Claim ; weft:about <https://w3id.org/weft/id/service/soup> ;
  weft:statedProperty weft:since ; weft:statedValue '1992' ; dct:source <https://docs.example/two> .
";

static TOWN: LazyLock<AppState> = LazyLock::new(|| {
    let state = state(Config::default());
    let options = ParseOptions::default();
    let batch = parse_bytes(DATA.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let name = NamedNode::new_unchecked("https://w3id.org/weft/graph/partner/town").into();
    state
        .graph()
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    state
});

#[track_caller]
fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

/// A page whose network may have to be made first.
async fn whole_page(state: &AppState, target: &str, language: &str) -> String {
    for _ in 0..100 {
        let page = get_page(state, target, language).await;
        let is_pending = page.contains("being computed") || page.contains("calculando");
        if !is_pending {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("{target} is never whole");
}

#[tokio::test]
async fn an_actor_has_its_ties_by_role_its_sectors_its_time_and_its_place() {
    let page = whole_page(&TOWN, "/id/actor/clinic", "en").await;
    has(
        &page,
        &[
            "<h1><bdi>Clinic</bdi></h1>",
            "“Clinic” is an actor",
            "Works in: Health.",
            "Takes part in one service or innovation.",
            "Has 2 partners",
            "<bdi lang=\"es\">Clínica</bdi>",
            "<bdi>Ambulatory</bdi>",
            "href=\"/id/service/soup\"><bdi>Soup</bdi>",
            "contract",
            "1995 – 2001",
            "45 EUR a day",
            "docs.example: report.pdf",
            "/graph/partner/town",
            "/networks/collaboration?selected=https://w3id.org/weft/id/actor/clinic",
            "<a href=\"/help#betweenness\">Betweenness</a>",
            "1 of",
            "All statements",
            "Cite as:",
        ],
    );
    let spanish = whole_page(&TOWN, "/id/actor/clinic", "es").await;
    has(
        &spanish,
        &[
            "<h1><bdi>Clínica</bdi></h1>",
            "Trabaja en: Sanidad.",
            "Intermediación",
            "Cítese así:",
        ],
    );
    let union = whole_page(&TOWN, "/id/actor/union", "en").await;
    has(
        &union,
        &[
            "Members",
            "Shelter",
            "Not in the network",
            "No sector is recorded.",
        ],
    );
}

#[tokio::test]
async fn sources_that_differ_are_told_with_what_each_says() {
    let page = whole_page(&TOWN, "/id/service/soup", "en").await;
    has(
        &page,
        &[
            "Sources differ: within one classification",
            "Sources differ: one names other sectors",
            "docs.example: one",
            "docs.example: two",
            "Statements that exclude each other",
            "<strong><bdi>1985</bdi></strong>",
            "Provider",
            "3 actors take part.",
            "since 1992",
            "<svg class=\"timeline\"",
        ],
    );
    // What is undisputed is not called disputed.
    let clinic = whole_page(&TOWN, "/id/actor/clinic", "en").await;
    assert!(!clinic.contains("Sources differ"), "{clinic}");
    let case = whole_page(&INNOSERV, "/id/innovation/gpe-mainz", "en").await;
    has(
        &case,
        &[
            "Statements that exclude each other",
            "1985",
            "GPE_final.pdf",
        ],
    );
}

#[tokio::test]
async fn names_that_are_scripts_do_no_harm_on_any_page_of_a_thing() {
    for target in [
        "/id/actor/evil",
        "/id/service/soup",
        "/id/actor/clinic",
        "/",
    ] {
        let page = whole_page(&TOWN, target, "en").await;
        assert!(!page.contains("<script>alert"), "{target}: {page}");
        assert!(!page.contains("style=\""), "{target}");
    }
}

#[tokio::test]
async fn concepts_classes_and_other_things_keep_their_statements() {
    for (target, expected) in [
        ("/code/branch/health", "Sanidad"),
        ("/id/place/de-mainz", "Mainz"),
        (
            "/id/participation/ammerudhjemmet-kirkens-bymisjon-owner-ownership",
            "Kirkens Bymisjon",
        ),
    ] {
        let page = get_page(&INNOSERV, target, "es").await;
        has(&page, &[expected, "<h1>", "Afirmaciones"]);
        assert!(!page.contains("id=\"around\""), "{target}");
    }
}

#[tokio::test]
async fn the_first_page_tells_what_is_here_six_figures_and_where_to_go_on() {
    let page = whole_page(&INNOSERV, "/", "en").await;
    has(
        &page,
        &[
            "161 actors",
            "20 documented innovations",
            "<strong>161</strong>",
            "/help#sector-dependence",
            "/help#bridging",
            "Coverage",
            "/graph/innoserv",
            "href=\"/integration\"",
            "href=\"/docs\"",
            "href=\"/queries\"",
            "href=\"/partners\"",
            "data version ",
        ],
    );
    assert_eq!(
        page.matches("<li class=\"card\"><h3><a href=\"/help#")
            .count(),
        6
    );
    let spanish = whole_page(&INNOSERV, "/", "es").await;
    has(&spanish, &["161 entidades", "Seis cifras", "Cobertura: "]);
    assert!(spanish.len() < 40_000, "{}", spanish.len());
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let page = whole_page(&empty, "/", "en").await;
    has(
        &page,
        &[
            "Nothing has been loaded yet",
            "weft load",
            "weft import innoserv",
        ],
    );
}

#[tokio::test]
async fn a_page_is_not_sent_again_unless_something_changed() {
    whole_page(&INNOSERV, "/", "en").await;
    whole_page(&INNOSERV, "/id/actor/kirkens-bymisjon", "en").await;
    for target in ["/help", "/explore?kind=actor", "/id/actor/kirkens-bymisjon"] {
        let headers = [("accept", "text/html"), ("accept-language", "en")];
        let first = send(&INNOSERV, "GET", target, &headers, "")
            .await
            .expect(200);
        let tag = first.header("etag").to_owned();
        let again = [headers[0], headers[1], ("if-none-match", tag.as_str())];
        send(&INNOSERV, "GET", target, &again, "").await.expect(304);
        let spanish = [headers[0], ("accept-language", "es"), again[2]];
        send(&INNOSERV, "GET", target, &spanish, "")
            .await
            .expect(200);
    }
}

/// A directory whose offices are called like the organisations, and who pays whom.
const DIRECTORY: &str = "
PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX schema: <http://schema.org/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>
<https://w3id.org/weft/id/dataset/dir> a dcat:Dataset ; dct:title 'Directory of the county' ;
  dct:license <https://licences.example/open> .
<https://w3id.org/weft/id/actor/south> a weft:Actor ; rdfs:label 'SOUTH, INC.' ;
  weft:place <https://w3id.org/weft/id/place/south> ;
  weft:provides <https://w3id.org/weft/id/service/meals> ;
  owl:sameAs <http://www.wikidata.org/entity/Q42> ;
  prov:wasDerivedFrom <https://w3id.org/weft/id/dataset/dir/organizations.csv#row=7> .
<https://w3id.org/weft/id/place/south> a weft:Place ; rdfs:label 'SOUTH, INC.' ;
  weft:within <https://w3id.org/weft/id/place/springfield> ; schema:address <https://w3id.org/weft/id/address/south> .
<https://w3id.org/weft/id/place/springfield> a weft:Place ; rdfs:label 'Springfield' .
<https://w3id.org/weft/id/address/south> schema:streetAddress '1 Main Street' ; schema:addressLocality 'Springfield' .
<https://w3id.org/weft/id/service/meals> a weft:Service ; rdfs:label 'Meals' ;
  weft:place <https://w3id.org/weft/id/place/south> ;
  weft:website <https://meals.example/today> ; schema:telephone '555 010 99' ; schema:email 'a@meals.example' ;
  schema:openingHours 'Monday 9-5' , 'Tuesday 9-5' , 'Saturday 9-12' ;
  schema:availableLanguage 'English' , 'Creole' .
<https://w3id.org/weft/id/actor/fund> a weft:Actor ; rdfs:label 'Fund' .
<https://w3id.org/weft/id/flow/1> a weft:FundingFlow ; weft:payer <https://w3id.org/weft/id/actor/fund> ;
  weft:payee <https://w3id.org/weft/id/actor/south> ; weft:amount 56710621.41 ; weft:unit 'EUR' ; dct:title 'Kitchen' .
<https://w3id.org/weft/id/flow/2> a weft:FundingFlow ; weft:payer <https://w3id.org/weft/id/actor/fund> ;
  weft:payee <https://w3id.org/weft/id/actor/south> ; weft:amount 56710621.41 ; weft:unit 'EUR' ; dct:title 'Kitchen' .
";

static COUNTY: LazyLock<AppState> = LazyLock::new(|| {
    let state = state(Config::default());
    let options = ParseOptions::default();
    let batch = parse_bytes(DIRECTORY.as_bytes(), RdfFormat::Turtle, &options).unwrap();
    let name = NamedNode::new_unchecked("https://w3id.org/weft/graph/partner/dir").into();
    state
        .graph()
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    state
});

#[tokio::test]
async fn a_service_tells_how_to_reach_it() {
    let page = whole_page(&COUNTY, "/id/service/meals", "en").await;
    has(
        &page,
        &[
            "How to reach it",
            "href=\"https://meals.example/today\"><bdi>meals.example/today</bdi>",
            "href=\"tel:55501099\"",
            "href=\"mailto:a@meals.example\"",
            "1 Main Street, Springfield",
            "Monday – Tuesday: 9-5",
            "Saturday: 9-12",
            "Creole · English",
            "“Meals” is a service, in Springfield.",
            "https://licences.example/open",
            "<bdi>Directory of the county",
        ],
    );
    assert!(!page.contains("creativecommons.org"), "{page}");
    let spanish = whole_page(&COUNTY, "/id/service/meals", "es").await;
    has(&spanish, &["Cómo contactar", "Lunes – Martes: 9-5"]);
}

#[tokio::test]
async fn an_actor_is_seen_in_the_network_where_it_has_ties_and_not_in_its_own_office() {
    let page = whole_page(&COUNTY, "/id/actor/south", "en").await;
    has(
        &page,
        &[
            "“SOUTH, INC.” is an actor, in Springfield.",
            "Network: Actors and what they take part in.",
            "/networks/affiliation?selected=",
            "The same elsewhere",
            "Wikidata: Q42",
            "organizations.csv, row 7",
            "/resource?iri=https://w3id.org/weft/id/dataset/dir/organizations.csv%23row%3D7",
            "SOUTH, INC. In: Weft",
            "56,710,621.41 EUR",
            "2 statements alike",
            "113,421,242.82 EUR in all, in 2 payments",
            "Kitchen",
        ],
    );
    assert!(!page.contains("INC.."), "{page}");
    let spanish = whole_page(&COUNTY, "/id/actor/fund", "es").await;
    has(
        &spanish,
        &["56.710.621,41 EUR", "Red: ", "/networks/funding?selected="],
    );
    let row = "/resource?iri=https://w3id.org/weft/id/dataset/dir/organizations.csv%23row%3D7";
    let page = whole_page(&COUNTY, row, "en").await;
    has(&page, &["<h1><bdi>organizations.csv, row 7</bdi></h1>"]);
}

#[tokio::test]
async fn places_and_codes_lead_to_the_things_that_have_them() {
    let page = whole_page(&INNOSERV, "/code/branch/health", "en").await;
    let health = "https://w3id.org/weft/code/branch/health";
    for path in ["/explore", "/integration", "/networks/collaboration"] {
        has(&page, &[&format!("href=\"{path}?sector={health}\"")]);
    }
    has(
        &page,
        &[
            "“Health” is a concept of the list",
            " actors</bdi>",
            "COFOG 07",
            "NACE Rev. 2 86",
            "See all ",
        ],
    );
    assert!(!page.contains("mixing-sector"), "{page}");
    let page = whole_page(&COUNTY, "/id/place/springfield", "en").await;
    has(
        &page,
        &[
            "“Springfield” is a place.",
            "href=\"/explore?place=https://w3id.org/weft/id/place/springfield\"",
            "href=\"/integration?place=https://w3id.org/weft/id/place/springfield\"",
            "one actor",
            "one service",
            "href=\"/id/service/meals\"><bdi>Meals</bdi>",
            "Places in it",
        ],
    );
    let office = whole_page(&COUNTY, "/id/place/south", "en").await;
    has(&office, &["is a place in Springfield.", "1 Main Street"]);
}

#[tokio::test]
async fn a_page_that_is_not_there_names_what_is_near_and_where_to_search() {
    let html = [("accept", "text/html"), ("accept-language", "es")];
    let target = "/id/actor/heidelberg-universty";
    // What is near is looked for a tenth of a second; the first to ask may find nothing.
    let mut page = String::new();
    for _ in 0..100 {
        let answer = send(&INNOSERV, "GET", target, &html, "").await;
        page = answer.expect(404).text();
        if page.contains("Quizá buscaba") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    has(
        &page,
        &[
            "<h1>No encontrado</h1>",
            "<p lang=\"en\">",
            "href=\"/id/actor/heidelberg-university\"><bdi>",
            "href=\"/explore?q=heidelberg%20universty\"",
        ],
    );
    // Those who share links add parameters of their own; others are mistakes.
    let known = "/id/actor/heidelberg-university";
    for (query, status) in [("?utm_source=mail&fbclid=1", 200), ("?fromat=ttl", 400)] {
        let target = format!("{known}{query}");
        send(&INNOSERV, "GET", &target, &html, "")
            .await
            .expect(status);
    }
}

#[tokio::test]
async fn a_search_of_the_ontology_finds_the_words_of_others_and_leads_to_ours() {
    let page = get_page(&INNOSERV, "/ontology?q=PublicService", "en").await;
    has(
        &page,
        &[
            "cpsv:PublicService",
            "1 word of another vocabulary",
            "href=\"/ontology#Service\"",
        ],
    );
    let page = get_page(&INNOSERV, "/ontology", "en").await;
    has(
        &page,
        &["href=\"#Service\"", "unless a list says otherwise"],
    );
}

#[tokio::test]
async fn a_code_list_tells_its_licence_and_what_codes_are_called_elsewhere() {
    let page = get_page(&INNOSERV, "/code/open-eligibility", "es").await;
    has(&page, &["CC BY-SA 3.0"]);
    let page = get_page(&INNOSERV, "/code/branch", "es").await;
    has(
        &page,
        &["CC BY 4.0", "Servicios de enseñanza", "casi la misma"],
    );
}
