//! The page and the rows that explore actors, services and innovations.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;
use serde_json::Value;
use std::sync::LazyLock;

/// A town with a clinic in the health sector, a shelter that nobody gave a sector, and a service.
const DATA: &str = "
PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX branch: <https://w3id.org/weft/code/branch/>
PREFIX level: <https://w3id.org/weft/code/governance-level/>
PREFIX role: <https://w3id.org/weft/code/link-role/>
PREFIX : <https://w3id.org/weft/id/actor/>
:clinic a weft:Actor ; rdfs:label 'Zentrum für Gesundheit', 'Centro de salud'@es ;
  weft:sector branch:health ; weft:level level:local ; weft:place <https://x.example/town> .
:shelter a weft:Actor ; rdfs:label 'Albergue' ; weft:place <https://x.example/land> .
:blank a weft:Innovation ; rdfs:label ' ' .
:odd a weft:Actor , weft:Service ; rdfs:label '<script>alert(1)</script>' .
<https://x.example/town> a weft:Place ; rdfs:label 'Town' ; weft:within <https://x.example/land> .
<https://x.example/land> a weft:Place ; rdfs:label 'Land' .
<https://x.example/soup> a weft:Service ; rdfs:label 'Soup' ; weft:sector branch:social-services .
[] a weft:Participation ; weft:actor :clinic ; weft:in <https://x.example/soup> ; weft:role role:provider .
[] a weft:Participation ; weft:actor :shelter ; weft:in <https://x.example/soup> ; weft:role role:partner .
:shelter weft:provides <https://x.example/soup> .
";

static TOWN: LazyLock<AppState> = LazyLock::new(|| {
    let state = state(Config::default());
    let batch = parse_bytes(DATA.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new_unchecked("https://w3id.org/weft/graph/partner/town").into();
    state
        .graph()
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    state
});

async fn get(state: &AppState, target: &str, language: &str) -> Answer {
    let headers = [("accept", "text/html"), ("accept-language", language)];
    send(state, "GET", target, &headers, "").await
}

async fn rows(state: &AppState, parameters: &str) -> Vec<Value> {
    let target = format!("/api/v1/explore.json?{parameters}");
    let answer = send(state, "GET", &target, &[], "").await.expect(200);
    answer.json().as_array().unwrap().clone()
}

fn names(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn what_is_not_recorded_can_be_asked_for_and_a_place_stands_for_those_within_it() {
    let of = async |parameters: &str| -> Vec<String> {
        let parameters = format!("dataset=partner/town&{parameters}");
        let rows = rows(&TOWN, &parameters).await;
        names(&rows).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(
        of("").await,
        [
            "Soup",
            "Albergue",
            "Zentrum für Gesundheit",
            "blank",
            "<script>alert(1)</script>"
        ]
    );
    assert_eq!(of("sector=health").await, ["Zentrum für Gesundheit"]);
    assert_eq!(
        of("sector=none&kind=actor").await,
        ["Albergue", "<script>alert(1)</script>"]
    );
    assert_eq!(
        of("place=Land").await,
        ["Albergue", "Zentrum für Gesundheit"]
    );
    assert_eq!(
        of("place=https://x.example/town").await,
        ["Zentrum für Gesundheit"]
    );
    assert_eq!(
        of("kind=service").await,
        ["Soup", "<script>alert(1)</script>"]
    );
    assert_eq!(of("q=gesundhiet").await, ["Zentrum für Gesundheit"]);
    assert_eq!(of("sort=-connections&limit=1").await, ["Soup"]);
    let soup = &rows(&TOWN, "q=soup").await[0];
    assert_eq!(
        (&soup["connections"], &soup["partners"]),
        (&2.into(), &Value::Null)
    );
    let clinic = &rows(&TOWN, "q=centro%20salud&lang=es").await[0];
    assert_eq!(clinic["name"], "Centro de salud");
    assert_eq!(clinic["sectorName"], serde_json::json!(["Sanidad"]));
    assert_eq!(
        (&clinic["connections"], &clinic["partners"]),
        (&1.into(), &1.into())
    );
}

#[tokio::test]
async fn the_query_gives_the_same_rows_in_the_same_order() {
    for parameters in [
        "",
        "sector=health",
        "sector=health&sector=employment&kind=innovation",
        "kind=actor&place=DE&sphere=public,third-sector",
        "sector=none",
        "sector=none&sector=health&level=local",
        "place=none&kind=actor",
        "dataset=partner/town&place=Land",
        "q=haus",
        "q=comune&sort=name",
        "sort=-connections&offset=10",
        "sort=-partners&kind=actor&level=regional",
        "type=university&lang=es",
    ] {
        for language in ["en", "es"] {
            let page = get(
                &TOWN,
                &format!("/explore?{}", parameters.replace("&lang=es", "")),
                language,
            )
            .await;
            let page = page.expect(200).text;
            let href = page.split("href=\"/sparql?query=").nth(1).unwrap();
            let query = href.split('"').next().unwrap();
            let target = format!("/sparql?query={query}&format=json");
            let answer = send(&TOWN, "GET", &target, &[], "")
                .await
                .expect(200)
                .json();
            let bindings = answer["results"]["bindings"].as_array().unwrap();
            let parameters = parameters.replace("&lang=es", "");
            let limit = "limit=50";
            let rows = rows(&TOWN, &format!("{parameters}&{limit}&lang={language}")).await;
            assert_eq!(bindings.len(), rows.len(), "{parameters}");
            for (binding, row) in bindings.iter().zip(&rows) {
                let text = |name: &str| binding[name]["value"].as_str().unwrap_or_default();
                assert_eq!(text("thing"), row["iri"], "{parameters}");
                assert_eq!(text("name"), row["name"], "{parameters}");
                assert_eq!(text("kind"), row["kind"], "{parameters}");
                assert_eq!(
                    text("connections"),
                    row["connections"].to_string(),
                    "{parameters}"
                );
                let partners = row["partners"].as_u64().map(|n| n.to_string());
                assert_eq!(
                    text("partners"),
                    partners.unwrap_or_default(),
                    "{parameters}"
                );
                for (column, field) in [
                    ("sectors", "sectorName"),
                    ("levels", "levelName"),
                    ("spheres", "sphereName"),
                    ("places", "placeName"),
                ] {
                    let mut values: Vec<&str> = text(column)
                        .split(" · ")
                        .filter(|value| !value.is_empty())
                        .collect();
                    values.sort_unstable();
                    let mut expected: Vec<&str> = row[field]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|value| value.as_str().unwrap())
                        .collect();
                    expected.sort_unstable();
                    assert_eq!(values, expected, "{parameters} {column}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_counts_beside_values_are_what_choosing_them_gives() {
    let page = get(&INNOSERV, "/explore?kind=actor&sphere=public", "en").await;
    let page = page.expect(200).text;
    let mut looked_at = 0;
    for option in page.split("<input type=\"checkbox\" name=\"").skip(1) {
        let facet = option.split('"').next().unwrap();
        let value = option.split("value=\"").nth(1).unwrap();
        let value = value.split('"').next().unwrap();
        let count = option.split("class=\"note\">").nth(1).unwrap();
        let count = count.split('<').next().unwrap();
        let parameters = match facet {
            "kind" => format!("kind={value}&sphere=public"),
            "sphere" => format!("kind=actor&sphere={value}"),
            _ => format!("kind=actor&sphere=public&{facet}={value}"),
        };
        let rows = rows(&INNOSERV, &parameters).await;
        assert_eq!(rows.len().to_string(), count, "{parameters}");
        looked_at += 1;
    }
    assert!(looked_at > 30, "{looked_at}");
}

#[tokio::test]
async fn the_page_is_in_both_languages_pages_through_and_removes_what_is_chosen() {
    let page = get(&INNOSERV, "/explore?kind=actor&sector=health", "es").await;
    let page = page.expect(200).text;
    for part in [
        "<html lang=\"es\">",
        "Sanidad",
        "<a href=\"/explore?kind=actor\">",
        "<a href=\"/explore?sector=code/branch/health\">",
        "/api/v1/explore.csv?kind=actor&#38;sector=code/branch/health&#38;lang=es",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = get(&INNOSERV, "/explore?offset=50", "en")
        .await
        .expect(200)
        .text;
    for part in [
        "<link rel=\"prev\" href=\"/explore\">",
        "<link rel=\"next\" href=\"/explore?offset=100\">",
        "51 to 100 of 181",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let answer = get(&INNOSERV, "/explore?sector=medicine", "en")
        .await
        .expect(400);
    assert!(
        answer
            .text
            .contains("`sector`: nothing here has `medicine`")
    );
    get(&INNOSERV, "/explore?colour=red", "en")
        .await
        .expect(400);
    get(&INNOSERV, "/explore?sort=age", "en").await.expect(400);
    let nothing = get(&INNOSERV, "/explore?q=xyzzyqq", "en").await.expect(200);
    assert!(nothing.text.contains("Nothing found"));
}

#[tokio::test]
async fn what_cannot_be_answered_leaves_the_page_with_a_way_on() {
    for (address, parts) in [
        (
            "/explore?sector=helth&kind=actor",
            ["there are for example", "code/branch/health"],
        ),
        (
            "/explore?sector=helth&kind=actor",
            ["<a href=\"/explore?kind=actor\">", "class=\"facets\""],
        ),
    ] {
        let page = get(&INNOSERV, address, "en").await.expect(400).text;
        for part in parts {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    for (address, part) in [
        ("/explore?q=?&kind=actor", "has no letter and no digit"),
        ("/explore?offset=5000", "To the first page"),
        ("/explore?dataset=ontology", "Nothing found"),
        ("/explore?utm_source=letter&kind=actor", "Actor"),
    ] {
        let page = get(&INNOSERV, address, "en").await.expect(200).text;
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = get(&INNOSERV, "/explore", "en").await.expect(200).text;
    let has_columns = cfg!(feature = "columnar");
    assert_eq!(page.contains("/api/v1/explore.parquet"), has_columns);
    // Data for programs say what they do not know.
    let target = "/api/v1/explore.json?utm_source=letter";
    send(&INNOSERV, "GET", target, &[], "").await.expect(400);
}

#[tokio::test]
async fn what_is_only_concluded_to_be_an_actor_is_of_the_data_set_that_it_was_concluded_from() {
    let data = "PREFIX weft: <https://w3id.org/weft/ns#>
        PREFIX org: <http://www.w3.org/ns/org#>
        <https://x.example/office> a org:Organization ;
          <http://www.w3.org/2004/02/skos/core#prefLabel> 'Ældre' .
        <https://x.example/flow> a weft:FundingFlow ; weft:payer <https://x.example/office> ;
          weft:payee <https://x.example/payee> .
        <https://x.example/payee> a weft:Actor ; <http://www.w3.org/2004/02/skos/core#prefLabel> 'Zest' .";
    let state = state(Config::default());
    let batch = parse_bytes(data.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap();
    let name = NamedNode::new_unchecked("https://w3id.org/weft/graph/partner/office").into();
    state
        .graph()
        .write_graph(&Writer::Local, name, batch, GraphChange::Replace)
        .unwrap();
    let rows = rows(&state, "dataset=partner/office&sort=name").await;
    assert_eq!(names(&rows), ["Ældre", "Zest"]);
    assert_eq!(rows[0]["connections"], 1, "a flow of money is a connection");
    let page = get(&state, "/explore?dataset=partner/office&sort=name", "en").await;
    let page = page.expect(200).text;
    let href = page.split("href=\"/sparql?query=").nth(1).unwrap();
    let query = href.split('"').next().unwrap();
    let target = format!("/sparql?query={query}&format=json");
    let answer = send(&state, "GET", &target, &[], "").await.expect(200);
    let answer = answer.json();
    let bindings = answer["results"]["bindings"].as_array().unwrap();
    let of = |at: usize, name: &str| bindings[at][name]["value"].as_str().unwrap().to_owned();
    assert_eq!(bindings.len(), 2);
    assert_eq!(
        (of(0, "name"), of(1, "name")),
        ("Ældre".into(), "Zest".into())
    );
    assert_eq!(
        (of(0, "connections"), of(1, "connections")),
        ("1".into(), "1".into())
    );
}

#[tokio::test]
async fn names_that_are_scripts_do_no_harm_and_an_empty_store_says_so() {
    let page = get(&TOWN, "/explore?dataset=partner/town", "en")
        .await
        .expect(200);
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let hostile = encoded("\"><script>alert(1)</script>");
    let page = get(&TOWN, &format!("/explore?q={hostile}"), "en")
        .await
        .expect(200);
    assert!(!page.text.contains("<script>alert"), "{}", page.text);
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    let page = get(&empty, "/explore", "en").await.expect(200);
    assert!(page.text.contains("no actors, services or innovations"));
}
