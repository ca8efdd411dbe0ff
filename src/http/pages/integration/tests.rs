//! The board on the INNOSERV data and on tiny data of its own, without a port.

use crate::app::Config;
use crate::http::AppState;
use crate::http::pages::Shell;
use crate::http::pages::waiting::{Awaited, wait};
use crate::http::testing::{Answer, INNOSERV, encoded, send, state};
use axum::body::to_bytes;
use axum::http::{HeaderMap, Uri};
use regex::Regex;
use std::collections::BTreeSet;

const HTML: (&str, &str) = ("accept", "text/html");
const SPANISH: (&str, &str) = ("cookie", "weft-language=es");

async fn page(target: &str) -> Answer {
    page_of(&INNOSERV, target).await
}

async fn page_of(state: &AppState, target: &str) -> Answer {
    send(state, "GET", target, &[HTML], "").await
}

/// A service with actors that take part in services, as Turtle without its prefixes.
async fn service(turtle: &str) -> AppState {
    let state = state(Config {
        open_writes: true,
        ..Config::default()
    });
    let prefixes = "@prefix weft: <https://w3id.org/weft/ns#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix branch: <https://w3id.org/weft/code/branch/> .
        @prefix level: <https://w3id.org/weft/code/governance-level/> .
        @prefix depth: <https://w3id.org/weft/code/integration-depth/> .
        @prefix e: <https://w3id.org/weft/id/test/> .\n";
    let target = "/store?graph=https://w3id.org/weft/graph/partner/test";
    let headers = [("content-type", "text/turtle")];
    let body = format!("{prefixes}{turtle}");
    let answer = send(&state, "PUT", target, &headers, body).await;
    assert!(answer.status.is_success(), "{answer:?}");
    state
}

const MINE: &str = "/integration?dataset=partner/test";

/// The targets of the links of a page.
fn links(html: &str) -> BTreeSet<String> {
    let href = Regex::new(r#"href="([^"]*)""#).unwrap();
    href.captures_iter(html)
        .map(|found| found[1].replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

#[tokio::test]
async fn the_board_says_what_the_api_says() {
    let board = page("/integration").await.expect(200).text();
    let api = send(&INNOSERV, "GET", "/api/v1/integration", &[], "")
        .await
        .json();
    let four = &api["fourWay"];
    let percent = |number: &serde_json::Value| {
        let percent = number.as_f64().unwrap() * 100.0;
        format!("{:.1}", percent).trim_end_matches(".0").to_owned() + "%"
    };
    let sentence = format!(
        "Of {} ties between actors of known sector and level {} cross sectors on one level",
        four["ties"],
        percent(&four["cells"][1]["share"])
    );
    assert!(board.contains(&sentence), "{sentence}");
    assert!(board.contains(&format!("{} are unknown", four["unknown"])));
    // Every pair of sectors that is tied, and what bridges hang on.
    for pair in api["dependence"]["sector"].as_array().unwrap() {
        if pair["ties"].as_u64() > Some(0) {
            let name = format!(
                "{} – {}",
                pair["fromLabel"].as_str().unwrap(),
                pair["toLabel"].as_str().unwrap()
            );
            assert!(board.contains(&name), "{name}");
        }
    }
    let first = &api["keyActors"][0];
    assert!(board.contains(first["label"].as_str().unwrap()));
    let sentence = format!(
        "{} of {} joined pairs of sectors",
        first["pairsCut"], first["pairsCarriedBefore"]
    );
    assert!(board.contains(&sentence), "{sentence}");
    assert!(board.contains("48 of 124 ties have a recorded instrument (38.7%)"));
}

#[tokio::test]
async fn every_text_is_there_in_both_languages() {
    let key = Regex::new(r#"(?:>|\s|aria-label=")(integration|charts)-[a-z-]+"#).unwrap();
    let classes = Regex::new(r#"(?:class|id|for|name)="[^"]*""#).unwrap();
    for language in [("cookie", "weft-language=en"), SPANISH] {
        for target in [
            "/integration",
            "/integration?place=NO&since=1990&groups=true",
        ] {
            let answer = send(&INNOSERV, "GET", target, &[HTML, language], "").await;
            let html = answer.expect(200).text();
            let html = classes.replace_all(&html, "");
            let found: Vec<_> = key.find_iter(&html).map(|found| found.as_str()).collect();
            assert!(found.is_empty(), "{language:?} {target}: {found:?}");
        }
    }
    let spanish = send(&INNOSERV, "GET", "/integration", &[HTML, SPANISH], "").await;
    let spanish = spanish.text();
    assert!(spanish.contains("lang=\"es\""));
    assert!(
        spanish.contains("Servicios sociales"),
        "labels of codes too"
    );
    assert!(spanish.contains("38,7\u{a0}%"), "numbers too");
}

#[tokio::test]
async fn every_link_to_numbers_and_queries_answers() {
    let board = page("/integration?place=DE").await.expect(200).text();
    let mut seen = 0;
    for link in links(&board) {
        let is_ours = link.starts_with("/api/") || link.starts_with("/sparql?query=");
        // Those of pairs are all alike.
        if !is_ours || (link.contains("-dependence.csv") && seen > 3) {
            continue;
        }
        if link.starts_with("/api/v1/integration") {
            assert!(link.contains("place=DE"), "{link} has other filters");
        }
        let answer = send(&INNOSERV, "GET", &link, &[], "").await;
        assert_eq!(answer.status, 200, "{link}: {answer:?}");
        seen += 1;
    }
    assert!(seen > 15, "{seen}");
}

#[tokio::test]
async fn filters_are_seen_and_can_be_taken_away() {
    let board = page("/integration?place=DE&level=local")
        .await
        .expect(200)
        .text();
    assert!(
        board.contains("<option value=\"DE\" selected>Germany"),
        "{board}"
    );
    let off = links(&board);
    assert!(off.contains("/integration?level=local"), "{off:?}");
    assert!(off.contains("/integration?place=DE"), "{off:?}");
    // What a form sends when most of it is left empty.
    let sent = page("/integration?place=DE&dataset=&since=&until=&sector=").await;
    assert_eq!(sent.status, 303);
    assert_eq!(sent.header("location"), "/integration?place=DE");
    let several = page("/integration?sector=health&sector=employment").await;
    assert_eq!(
        several.header("location"),
        "/integration?sector=health,employment"
    );
    page("/integration?sector=health,employment")
        .await
        .expect(200);
    let unknown = page("/integration?place=Atlantis").await.expect(400).text();
    assert!(unknown.contains("role=\"alert\""), "{unknown}");
    assert!(
        unknown.contains("Territory: “Atlantis” is not known here"),
        "{unknown}"
    );
    assert!(
        unknown.contains("<form class=\"card filters\""),
        "{unknown}"
    );
    let near = page("/integration?place=Heidelbrg&level=local").await;
    let near = links(&near.expect(400).text());
    assert!(
        near.contains("/integration?level=local&place=Heidelberg"),
        "{near:?}"
    );
    page("/integration?colour=red").await.expect(400);
    page("/integration?network=nonsense").await.expect(404);
}

#[tokio::test]
async fn places_are_known_by_any_of_their_names() {
    let named = service(
        "e:p a weft:Place ; skos:prefLabel 'Malaga' ; skos:altLabel 'Málaga'@es .
         e:o a weft:Place ; skos:prefLabel 'AT&T, office 12' ; weft:within e:p .
         e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:place e:p ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:place e:o ; weft:provides e:s .",
    )
    .await;
    for name in ["MALAGA", "m%C3%A1laga", "Malaga"] {
        let board = page_of(&named, &format!("{MINE}&place={name}")).await;
        let board = board.expect(200).text();
        assert!(board.contains("<dd>2</dd>"), "{name}: {board}");
        assert!(board.contains("value=\"Malaga\""), "{name}: {board}");
    }
    // By its IRI the field and the citation have its name.
    let iri = "https://w3id.org/weft/id/test/p";
    let board = page_of(&named, &format!("{MINE}&place={}", encoded(iri))).await;
    let board = board.expect(200).text();
    assert!(board.contains("value=\"Malaga\""), "{board}");
    assert!(board.contains("(Territory: Malaga;"), "{board}");
}

#[tokio::test]
async fn addresses_of_a_directory_are_not_offered_one_by_one() {
    let mut turtle = String::from(
        "e:p a weft:Place ; skos:prefLabel 'Malaga' .
         e:q a weft:Place ; skos:prefLabel 'Double' ; weft:within e:p .
         e:r a weft:Place ; skos:prefLabel 'Double' ; weft:within e:p .
         e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:place e:p , e:q , e:r ; weft:provides e:s .\n",
    );
    for number in 0..320 {
        turtle.push_str(&format!(
            "e:o{number} a weft:Place ; skos:prefLabel 'Office {number}' ; weft:within e:q .
             e:t{number} a weft:Service ; rdfs:label 'T' ; weft:place e:o{number} .\n"
        ));
    }
    let many = service(&turtle).await;
    let board = page_of(&many, MINE).await.expect(200).text();
    assert!(board.contains("<datalist"), "{board}");
    assert!(board.contains("<option value=\"Malaga\""), "{board}");
    assert!(!board.contains("Office 12"), "{board}");
    assert!(
        !board.contains("value=\"https://w3id.org/weft/id/test/"),
        "{board}"
    );
    // A name that several places have stands for all of them.
    let named = page_of(&many, &format!("{MINE}&place=double")).await;
    assert!(named.expect(200).text().contains("Territory: <bdi>double"));
}

#[tokio::test]
async fn a_place_without_actors_in_one_network_leads_to_another() {
    let funded = service(
        "e:p a weft:Place ; skos:prefLabel 'Malaga' .
         e:q a weft:Place ; skos:prefLabel 'Porto' .
         e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:place e:q ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:place e:p .
         e:f a weft:FundingFlow ; weft:payer e:b ; weft:payee e:c .
         e:c a weft:Actor ; rdfs:label 'C' ; weft:place e:p .",
    )
    .await;
    let target = format!("{MINE}&place=Malaga&network=affiliation");
    let board = page_of(&funded, &target).await.expect(200).text();
    assert!(
        board.contains("No actor is left within these filters"),
        "{board}"
    );
    let wanted = format!("{MINE}&place=Malaga&network=funding");
    assert!(links(&board).contains(&wanted), "{board}");
    assert!(
        board.contains("2 actors under “Of funders with those they fund”"),
        "{board}"
    );
}

#[tokio::test]
async fn actors_without_ties_are_told_first_and_miss_no_bridge() {
    let mut turtle = String::from(
        "e:s a weft:Service ; rdfs:label 'S' ; weft:sector branch:health .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:sector branch:education ; weft:provides e:s .",
    );
    for number in 0..20 {
        turtle.push_str(&format!(
            "e:t{number} a weft:Service ; rdfs:label 'T' ; weft:sector branch:employment .
             e:n{number} a weft:Actor ; rdfs:label 'N' ; weft:sector branch:employment ;
               weft:provides e:t{number} .\n"
        ));
    }
    let many = service(&turtle).await;
    let board = page_of(&many, MINE).await.expect(200).text();
    assert!(
        board.contains("20 of 22 actors have no recorded tie to another one"),
        "{board}"
    );
    let affiliation = format!("{MINE}&network=affiliation");
    assert!(links(&board).contains(&affiliation), "{:?}", links(&board));
    assert!(!board.contains("a bridge is missing"), "{board}");
    assert!(!board.contains("no recorded tie although"), "{board}");
    let every = page_of(
        &many,
        &format!("{MINE}&sector=employment&network=affiliation"),
    )
    .await;
    let every = every.expect(200).text();
    assert!(every.contains("a feature of this directory"), "{every}");
    assert!(!every.contains("chart-providers"), "{every}");
}

#[tokio::test]
async fn sectors_of_one_name_have_their_classification() {
    let two = service(
        "e:x a weft:Sector ; skos:prefLabel 'Health'@en ; skos:inScheme e:scheme .
         e:scheme skos:prefLabel 'Other list'@en .
         e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:sector e:x ; weft:provides e:s .",
    )
    .await;
    let board = page_of(&two, MINE).await.expect(200).text();
    assert!(board.contains("Health (Other list)"), "{board}");
    assert!(
        board.contains("Health (Branches of social policy)"),
        "{board}"
    );
}

#[tokio::test]
async fn an_extension_leads_to_the_numbers() {
    let csv = page("/integration.csv?place=DE&network=affiliation").await;
    assert_eq!(csv.status, 303);
    assert_eq!(
        csv.header("location"),
        "/api/v1/networks/affiliation/integration.csv?place=DE"
    );
    let json = page("/integration.json").await;
    assert_eq!(json.header("location"), "/api/v1/integration.json");
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let first = page("/integration").await.expect(200);
    let known = [HTML, ("if-none-match", first.header("etag"))];
    let again = send(&INNOSERV, "GET", "/integration", &known, "").await;
    assert_eq!(again.status, 304);
    let spanish = [HTML, SPANISH, ("if-none-match", first.header("etag"))];
    let other = send(&INNOSERV, "GET", "/integration", &spanish, "").await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn an_empty_store_says_how_to_fill_it() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let board = page_of(&empty, "/integration").await.expect(200).text();
    assert!(
        board.contains("There is no data to show here yet"),
        "{board}"
    );
    assert!(board.contains("weft import template"), "{board}");
    assert!(!board.contains("class=\"chart"), "{board}");
}

#[tokio::test]
async fn what_is_missing_is_named_with_its_remedy() {
    let one = service(
        "e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'B' ; weft:sector branch:health ; weft:provides e:s .",
    )
    .await;
    let board = page_of(&one, MINE).await.expect(200).text();
    assert!(board.contains("Only one sector is known here"), "{board}");
    assert!(
        board.contains("No level of responsibility of any"),
        "{board}"
    );
    let untied = service(
        "e:s a weft:Service ; rdfs:label 'S' ; weft:sector branch:health , branch:education .
         e:a a weft:Actor ; rdfs:label 'A' ; weft:sector branch:health ; weft:provides e:s .",
    )
    .await;
    let board = page_of(&untied, MINE).await.expect(200).text();
    assert!(board.contains("No two actors are recorded as working together"));
    assert!(board.contains("1 of 1 services and innovations of known sector join two or more"));
    let affiliation = format!("{MINE}&network=affiliation");
    assert!(links(&board).contains(&affiliation), "{:?}", links(&board));
    let board = page_of(&untied, &affiliation).await.expect(200).text();
    assert!(
        board.contains("/api/v1/networks/affiliation/integration.csv"),
        "{board}"
    );
    let nobody = page_of(&untied, &format!("{MINE}&level=eu")).await;
    assert!(
        nobody
            .expect(200)
            .text()
            .contains("No actor is left within these filters")
    );
}

#[tokio::test]
async fn judgements_are_drawn_actual_against_optimum() {
    let judged = service(
        "e:s a weft:Service ; rdfs:label 'S' .
         e:a a weft:Actor ; rdfs:label 'Clinic' ; weft:sector branch:health ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label 'Council' ; weft:sector branch:social-services ;
           weft:provides e:s .
         e:j a weft:IntegrationAssessment ; weft:party e:a , e:b ; weft:actual depth:1 ;
           weft:optimum depth:3 .",
    )
    .await;
    let board = page_of(&judged, MINE).await.expect(200).text();
    assert!(board.contains("<div class=\"chart dumbbell\""), "{board}");
    assert!(
        board.contains("Clinic – Council: Aware now, best would be Coordinating"),
        "{board}"
    );
    assert!(
        board.contains("on average 2.0 steps are missing"),
        "{board}"
    );
}

#[tokio::test]
async fn hostile_labels_do_no_harm() {
    let long = "x".repeat(10_000);
    let hostile = service(&format!(
        "e:s a weft:Service ; rdfs:label '<script>alert(1)</script>' .
         e:a a weft:Actor ; rdfs:label '</title><script>alert(2)</script>\\u202E\\u0007' ;
           weft:sector branch:health ; weft:level level:local ; weft:provides e:s .
         e:b a weft:Actor ; rdfs:label '{long}' ; weft:sector branch:education ;
           weft:level level:national ; weft:provides e:s ."
    ))
    .await;
    for target in [MINE.to_owned(), format!("{MINE}&until={}", encoded("<b>"))] {
        let answer = page_of(&hostile, &target).await;
        let html = answer.text();
        assert!(!html.contains("<script>alert"), "{html}");
        assert!(!html.contains(&"x".repeat(1_000)), "{target} is cut");
        assert!(!html.contains('\u{7}'), "{target}");
    }
}

#[tokio::test]
async fn a_page_that_waits_asks_again_by_itself() {
    let uri: Uri = "/integration?place=DE".parse().unwrap();
    let shell = Shell::new(&uri, &HeaderMap::new());
    let awaited = Awaited {
        title: shell.t("integration-title"),
        address: uri.to_string(),
        data: "/api/v1/integration.csv?place=DE".to_owned(),
        network: "collaboration",
        filter: "",
    };
    let response = wait(&INNOSERV, &HeaderMap::new(), shell, &awaited).unwrap();
    assert_eq!(response.status(), 202);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["retry-after"], "4");
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let html = String::from_utf8(body.to_vec()).unwrap();
    assert!(html.contains("http-equiv=\"refresh\" content=\"4; url=/integration?place=DE\""));
}
