//! Text search without a port.

use super::AppState;
use super::testing::{Answer, encoded, send, state};
use crate::app::Config;
use serde_json::{Value, json};

const DATA: &str = "PREFIX x: <http://x/>
INSERT DATA {
  x:a a weft:Actor ; rdfs:label 'Caritas Österreich'@de , 'Caritas Austria'@en ;
    skos:altLabel 'CÖ' ; weft:place x:p .
  x:b a weft:Actor ; rdfs:label 'Diakonie' .
  x:s a weft:Service , schema:Service ; rdfs:label 'Caritas-Hospiz'@de .
  GRAPH <https://w3id.org/weft/graph/partner/one> {
    x:b rdfs:label 'Diakonie' .
    x:p a weft:Place ; skos:prefLabel 'Wien'@de , 'Vienna'@en .
  }
}";

struct Service(AppState);

/// The values of a column, one after the other.
#[track_caller]
fn column(answer: &Answer, name: &str) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let rows = answer.json();
    let rows = rows.as_array().unwrap();
    rows.iter().map(|row| row[name].clone()).collect()
}

/// The rows of SPARQL results as CSV, without their head, sorted.
#[track_caller]
fn rows(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut rows: Vec<&str> = answer.text.lines().skip(1).collect();
    rows.sort_unstable();
    rows
}

impl Service {
    async fn new() -> Self {
        let service = Self(state(Config {
            empty: true,
            open_writes: true,
            ..Config::default()
        }));
        service.update(DATA).await;
        service
    }

    async fn get(&self, target: &str) -> Answer {
        send(&self.0, "GET", target, &[], "").await
    }

    async fn search(&self, parameters: &str) -> Answer {
        self.get(&format!("/api/v1/search?{parameters}")).await
    }

    async fn update(&self, update: &str) {
        let headers = [("content-type", "application/sparql-update")];
        send(&self.0, "POST", "/sparql", &headers, update.to_owned())
            .await
            .expect(204);
    }

    /// Runs a query whose search clauses are written `SEARCH { … }` or `SEARCH?… { … }`.
    async fn query(&self, query: &str) -> Answer {
        let name = "SERVICE <https://w3id.org/weft/search";
        let query = query
            .replace("SEARCH {", &format!("{name}> {{"))
            .replace("SEARCH?", &format!("{name}?"));
        self.get(&format!("/sparql?format=csv&query={}", encoded(&query)))
            .await
    }
}

#[tokio::test]
async fn things_are_found_by_their_names() {
    let service = Service::new().await;
    let answer = service.search("q=caritas%20osterreich").await;
    assert_eq!(
        answer.json(),
        json!([{
            "iri": "http://x/a",
            "label": "Caritas Österreich",
            "language": "de",
            "property": "http://www.w3.org/2000/01/rdf-schema#label",
            "type": "https://w3id.org/weft/ns#Actor",
            "score": 1,
            "match": "exact",
            "dataset": ["default"],
        }])
    );
    assert_eq!(answer.headers["weft-total-count"], "1");
    let both = service.search("q=carit").await;
    assert_eq!(column(&both, "iri"), ["http://x/s", "http://x/a"]);
    assert_eq!(column(&both, "match"), ["prefix", "prefix"]);
    assert_eq!(column(&both, "type")[0], "https://w3id.org/weft/ns#Service");
    assert_eq!(
        column(&service.search("q=karitas").await, "match")[0],
        "fuzzy"
    );
    assert_eq!(
        column(&service.search("q=vienna").await, "iri"),
        ["http://x/p"]
    );
    assert_eq!(column(&service.search("q=co").await, "label"), ["CÖ"]);
    assert_eq!(service.search("q=nothing").await.json(), json!([]));
}

#[tokio::test]
async fn parameters_restrict_a_search() {
    let service = Service::new().await;
    for (parameters, expected) in [
        ("q=caritas&type=actor", vec!["http://x/a"]),
        ("q=caritas&type=weft:Service,place", vec!["http://x/s"]),
        (
            "q=caritas&type=https://w3id.org/weft/ns%23Service",
            vec!["http://x/s"],
        ),
        ("q=caritas&lang=en", vec!["http://x/a"]),
        ("q=caritas&lang=fr", vec![]),
        ("q=caritas&graph=partner/one", vec![]),
        ("q=diakonie&graph=partner/one", vec!["http://x/b"]),
        ("q=karitas&fuzzy=false", vec![]),
        ("q=caritas&limit=1", vec!["http://x/s"]),
        ("q=caritas&limit=1&offset=1", vec!["http://x/a"]),
    ] {
        let found = column(&service.search(parameters).await, "iri");
        assert_eq!(found, expected, "{parameters}");
    }
    let page = service.search("q=caritas&limit=1").await;
    assert_eq!(page.headers["weft-total-count"], "2");
    let stated_twice = service.search("q=diakonie").await;
    assert_eq!(
        column(&stated_twice, "dataset"),
        [json!(["default", "partner/one"])]
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_named() {
    let service = Service::new().await;
    for (parameters, named) in [
        ("", "`q`"),
        ("q=", "`q`"),
        ("q=%3F!", "letter"),
        ("q=a&nonsense=1", "`nonsense`"),
        ("q=a&type=animal", "`animal`"),
        ("q=a&lang=d_e", "`d_e`"),
        ("q=a&graph=partner/none", "`partner/none`"),
        ("q=a&limit=x", "`limit`"),
        ("q=a&fuzzy=perhaps", "`fuzzy`"),
    ] {
        let answer = service.search(parameters).await;
        assert_eq!(answer.status, 400, "{parameters}");
        assert!(answer.text.contains(named), "{parameters}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_search_has_formats_and_a_version() {
    let service = Service::new().await;
    let csv = service.get("/api/v1/search.csv?q=vienna").await;
    assert_eq!(
        csv.text,
        "iri,label,language,property,type,score,match,dataset\n\
         http://x/p,Vienna,en,http://www.w3.org/2004/02/skos/core#prefLabel,\
         https://w3id.org/weft/ns#Place,1,exact,partner/one\n"
    );
    let tag = csv.headers["etag"].to_str().unwrap();
    let again = |target: &'static str| {
        let headers = [("if-none-match", tag)];
        let state = &service.0;
        async move { send(state, "GET", target, &headers, "").await }
    };
    let same = again("/api/v1/search.csv?q=vienna").await;
    assert_eq!(same.status, 304);
    let other = again("/api/v1/search.csv?q=wien").await;
    assert_eq!(other.status, 200);
    service
        .update("INSERT DATA { <http://x/v> rdfs:label 'Vienna Care' }")
        .await;
    let newer = again("/api/v1/search.csv?q=vienna").await;
    assert_eq!(newer.status, 200);
    assert_eq!(newer.text.lines().count(), 3);
    service.update("DELETE WHERE { <http://x/v> ?p ?o }").await;
    assert_eq!(column(&service.search("q=vienna").await, "iri").len(), 1);
}

#[tokio::test]
async fn a_query_joins_what_is_found() {
    let service = Service::new().await;
    let answer = service
        .query(
            "SELECT ?x ?score ?label ?place {
                SEARCH { ?x weft:matches 'caritas osterreich' ; weft:score ?score ;
                    weft:matchedLabel ?label ; weft:matchedProperty rdfs:label }
                ?x weft:place/skos:prefLabel ?place FILTER(lang(?place) = 'en') }",
        )
        .await;
    assert_eq!(rows(&answer), ["http://x/a,1,Caritas Österreich,Vienna"]);
}

#[tokio::test]
async fn a_clause_can_be_limited_and_have_parameters() {
    let service = Service::new().await;
    for (clause, expected) in [
        (
            "SEARCH { ?x weft:matches 'caritas' }",
            vec!["http://x/a", "http://x/s"],
        ),
        (
            "SEARCH { ?x weft:matches 'caritas' ; weft:limit 1 }",
            vec!["http://x/s"],
        ),
        (
            "SEARCH { ?x weft:matches 'caritas' ; weft:inLanguage 'en' }",
            vec!["http://x/a"],
        ),
        (
            "SEARCH?limit=1> { ?x weft:matches 'caritas' }",
            vec!["http://x/s"],
        ),
        (
            "SEARCH?q=caritas&type=actor> { ?x weft:score ?s }",
            vec!["http://x/a"],
        ),
        (
            "SEARCH?q=c%C3%B6> { ?x weft:matches ?t }",
            vec!["http://x/a"],
        ),
        ("SEARCH?fuzzy=false> { ?x weft:matches 'karitas' }", vec![]),
        (
            "SEARCH { BIND('wien' AS ?t) ?x weft:matches ?t }",
            vec!["http://x/p"],
        ),
    ] {
        let answer = service
            .query(&format!("SELECT DISTINCT ?x {{ {clause} }}"))
            .await;
        assert_eq!(rows(&answer), expected, "{clause}");
    }
}

#[tokio::test]
async fn several_texts_have_rows_of_their_own() {
    let service = Service::new().await;
    let answer = service
        .query(
            "SELECT ?t ?x ?score {
                SEARCH { VALUES ?t { 'caritas hospiz' 'caritas' 'wien' }
                    ?x weft:matches ?t ; weft:score ?score ; weft:limit 1 } }",
        )
        .await;
    let rows = rows(&answer);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(rows[0], "caritas hospiz,http://x/s,1");
    assert!(rows[1].starts_with("caritas,http://x/s,0."), "{rows:?}");
    assert_eq!(rows[2], "wien,http://x/p,1");
    let two = "ASK { SEARCH { ?x weft:matches 'caritas' } SEARCH { ?y weft:matches 'wien' } }";
    assert_eq!(service.query(two).await.status, 200);
}

#[tokio::test]
async fn a_clause_that_makes_no_sense_says_why() {
    let service = Service::new().await;
    for (clause, named) in [
        ("SEARCH { ?x weft:score ?s }", "weft:matches"),
        (
            "VALUES ?t { 'wien' } SEARCH { ?x weft:matches ?t }",
            "within the clause",
        ),
        (
            "SEARCH { ?x weft:matches 'a' . ?y weft:matches 'b' }",
            "several texts",
        ),
        ("SEARCH?q=a> { ?x weft:matches 'b' }", "twice"),
        ("SEARCH?nonsense=1> { ?x weft:matches 'b' }", "`nonsense`"),
        ("SEARCH?type=animal> { ?x weft:matches 'b' }", "`animal`"),
        ("SEARCH { ?x weft:matches 'b' ; weft:limit 'x' }", "`x`"),
        (
            "SEARCH { ?x weft:matches 'b' ; weft:limit ?n }",
            "weft:limit",
        ),
        ("SEARCH { ?x weft:matches <http://x/a> }", "http://x/a"),
        ("SEARCH { ?x weft:matches '?' }", "letter"),
    ] {
        let answer = service.query(&format!("SELECT * {{ {clause} }}")).await;
        assert_eq!(answer.status, 400, "{clause}: {}", answer.text);
        assert!(answer.text.contains(named), "{clause}: {}", answer.text);
    }
    let other = "SELECT * { SERVICE <https://w3id.org/weft/searching> { ?x ?p ?o } }";
    assert_eq!(service.query(other).await.status, 403);
}

#[tokio::test]
async fn a_query_and_its_search_see_the_same_version() {
    let service = Service::new().await;
    let count = "SELECT (COUNT(*) AS ?n) { SEARCH { ?x weft:matches 'caritas' } ?x a weft:Actor }";
    assert_eq!(rows(&service.query(count).await), ["1"]);
    service
        .update("INSERT DATA { <http://x/n> a weft:Actor ; rdfs:label 'Caritas Graz' }")
        .await;
    assert_eq!(rows(&service.query(count).await), ["2"]);
}
