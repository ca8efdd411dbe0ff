//! The pages to ask questions on, and what they ask the service for.

use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::Config;
use serde_json::Value;

const BROWSER: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);
const SPANISH: (&str, &str) = ("accept-language", "es-ES,es;q=0.9,en;q=0.5");

async fn page(target: &str) -> Answer {
    send(&INNOSERV, "GET", target, &[BROWSER], "").await
}

async fn spanish(target: &str) -> Answer {
    send(&INNOSERV, "GET", target, &[BROWSER, SPANISH], "").await
}

/// What is in an attribute or text of a page, as it was before it was escaped.
fn plain(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#39;", "'")
}

#[tokio::test]
async fn questions_are_grouped_by_topic_in_the_language_of_the_reader() {
    let english = page("/queries").await.expect(200);
    assert_eq!(english.header("content-type"), "text/html; charset=utf-8");
    for text in [
        "Bridges between sectors",
        "Actors that bridge two sectors in a place",
        "href=\"/queries/bridges-between-sectors\"",
        "href=\"/api/v1/queries/bridges-between-sectors.csv\"",
        "href=\"/sparql?example=bridges-between-sectors\"",
        "You can choose:",
    ] {
        assert!(english.text.contains(text), "{text}");
    }
    let spanish = spanish("/queries").await.expect(200);
    assert_ne!(spanish.header("etag"), english.header("etag"));
    for text in [
        "lang=\"es\"",
        "Puentes entre sectores",
        "Entidades que tienden puentes entre dos sectores en un lugar",
        "un lugar",
    ] {
        assert!(spanish.text.contains(text), "{text}");
    }
    for english in ["Actors that bridge", "You can choose"] {
        assert!(!spanish.text.contains(english), "{english}");
    }
    // The data behind it is where it was.
    let list = send(&INNOSERV, "GET", "/api/v1/queries", &[], "").await;
    assert_eq!(
        list.json().as_array().unwrap().len(),
        english.text.matches("data-question").count()
    );
}

#[tokio::test]
async fn a_question_has_its_values_as_lists_and_the_rows_of_its_data() {
    let target = "/queries/bridges-between-sectors?sectorB=code/branch/housing&place=";
    let answer = page(target).await.expect(200);
    let text = &answer.text;
    let chosen =
        "<option value=\"https://w3id.org/weft/code/branch/housing\" selected>Housing</option>";
    assert!(text.contains(chosen), "{text}");
    let default = "<option value=\"https://w3id.org/weft/code/branch/health\" selected>Health";
    assert!(text.contains(default), "{text}");
    assert!(text.contains("– any –"), "{text}");
    let data = "/api/v1/queries/bridges-between-sectors.csv?sectorB=code/branch/housing&place=";
    assert!(plain(text).contains(data), "{text}");
    let csv = send(&INNOSERV, "GET", data, &[], "").await.expect(200);
    let rows = csv.text.lines().count() - 1;
    assert!(rows > 0);
    assert_eq!(text.matches("<tr>").count(), rows + 1);
    // The editor is given what was asked.
    let editor = "/sparql?example=bridges-between-sectors&sectorB=code/branch/housing";
    assert!(plain(text).contains(editor), "{text}");
    let editor = page(editor).await.expect(200);
    assert!(
        plain(&editor.text)
            .contains("VALUES ?sectorB { <https://w3id.org/weft/code/branch/housing> }")
    );
    let answer = spanish(target).await.expect(200);
    for text in [
        "El segundo sector",
        "Vivienda",
        "cualquiera",
        "Citar esta respuesta",
    ] {
        assert!(answer.text.contains(text), "{text}: {}", answer.text);
    }
}

#[tokio::test]
async fn values_that_do_not_fit_are_said_in_the_form_that_has_them() {
    let refused = page("/queries/cases-across-levels?minimum=many")
        .await
        .expect(400);
    assert!(refused.text.contains("role=\"alert\""), "{}", refused.text);
    assert!(refused.text.contains("`many` is not a whole number"));
    assert!(refused.text.contains("value=\"many\""));
    let refused = page("/queries/cases-across-levels?most=3")
        .await
        .expect(400);
    assert!(refused.text.contains("unknown parameter `most`"));
    page("/queries/nothing").await.expect(404);
    // Programs get problem details as before.
    let target = "/api/v1/queries/cases-across-levels.json?minimum=many";
    let problem = send(&INNOSERV, "GET", target, &[], "").await.expect(400);
    assert_eq!(problem.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn values_may_be_names_and_what_nobody_knows_is_told() {
    let data = "/api/v1/queries/bridges-between-sectors.csv?sectorB=";
    let mut answers = Vec::new();
    for value in [
        "https://w3id.org/weft/code/branch/housing",
        "code/branch/housing",
        "housing",
        "Housing",
        "HOUSING",
        "Vivienda",
    ] {
        let target = format!("{data}{}", encoded(value));
        answers.push(
            send(&INNOSERV, "GET", &target, &[], "")
                .await
                .expect(200)
                .text,
        );
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    let germany = "/api/v1/queries/actors-by-sector.csv?place=";
    let by_code = send(&INNOSERV, "GET", &format!("{germany}de"), &[], "").await;
    let by_iri = format!("{germany}id/place/de");
    let by_iri = send(&INNOSERV, "GET", &by_iri, &[], "").await.expect(200);
    assert_eq!(by_code.expect(200).text, by_iri.text);
    for (value, words) in [
        ("Nowhereland", "the data knows nothing called `Nowhereland`"),
        (
            "https://w3id.org/weft/id/place/nowhere",
            "the data knows nothing called",
        ),
        ("Florenc", "do you mean `Florence`"),
    ] {
        let target = format!("{germany}{}", encoded(value));
        let problem = send(&INNOSERV, "GET", &target, &[], "").await.expect(400);
        let detail = problem.json()["detail"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(detail.contains(words), "{detail}");
        let target = format!("/queries/actors-by-sector?place={}", encoded(value));
        let refused = page(&target).await.expect(400);
        assert!(refused.text.contains("role=\"alert\""), "{}", refused.text);
    }
}

#[tokio::test]
async fn columns_have_headings_for_people_and_names_for_programs() {
    let target = "/queries/single-actor-bridges";
    let english = page(target).await.expect(200).text;
    assert!(
        english.contains("<th scope=\"col\">Pairs of sectors cut</th>"),
        "{english}"
    );
    let answer = spanish(target).await.expect(200).text;
    assert!(answer.contains("<th scope=\"col\">Pares de sectores cortados</th>"));
    let csv = send(
        &INNOSERV,
        "GET",
        "/api/v1/queries/single-actor-bridges.csv",
        &[],
        "",
    )
    .await;
    assert!(
        csv.expect(200)
            .text
            .starts_with("actor,actorLabel,pairsCut,")
    );
}

#[tokio::test]
async fn the_editor_keeps_the_merged_view_and_a_citation_is_short() {
    let answer = page("/queries/overview?merged=true").await.expect(200);
    let editor = "/sparql?example=overview&merged=true";
    assert!(plain(&answer.text).contains(editor), "{}", answer.text);
    let editor = page(editor).await.expect(200).text;
    assert!(
        editor.contains("name=\"merged\" value=\"true\" checked"),
        "{editor}"
    );
    let query = format!("SELECT ?s {{ ?s ?p \"{}\" }}", "x".repeat(3_000));
    let answer = page(&format!("/sparql?query={}", encoded(&query))).await;
    let text = answer.expect(200).text;
    let cited = text
        .split("<cite")
        .nth(1)
        .map(|rest| rest.len().min(rest.find("</cite>").unwrap_or(0)));
    assert!(cited.is_none_or(|letters| letters < 600), "{cited:?}");
}

#[tokio::test]
async fn no_rows_and_too_many_are_said_in_words() {
    let none = page("/queries/emes-profiles").await.expect(200);
    assert!(none.text.contains("nothing that is recorded fits"));
    let many = page("/sparql?query=SELECT%20%2A%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D").await;
    let many = many.expect(200);
    assert!(many.text.contains("The first 1,000 rows are shown"));
    let yes = spanish("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D").await;
    assert!(yes.expect(200).text.contains("<p class=\"answer\">Sí</p>"));
}

#[tokio::test]
async fn the_editor_works_without_scripts_and_has_what_they_need() {
    let editor = page("/sparql").await.expect(200);
    let text = plain(&editor.text);
    assert!(text.contains("<form action=\"/sparql\" method=\"get\" id=\"editor\""));
    assert!(text.contains("<textarea id=\"query\" name=\"query\""));
    assert!(text.contains("\"weft\":\"https://w3id.org/weft/ns#\""));
    assert!(text.contains("data-example=\"overview\""));
    let csp = editor.header("content-security-policy");
    assert!(csp.contains("script-src 'self';") && csp.contains("style-src 'self';"));
    assert!(!text.contains("style=\"") && !text.contains("prefix.cc"));
    let own = page("/sparql?edit=ASK%20%7B%7D%20%3C%2Ftextarea%3E%3Cscript%3E").await;
    assert!(
        own.text
            .contains("ASK {} &#60;/textarea&#62;&#60;script&#62;")
    );
    page("/sparql?example=nothing").await.expect(404);
    let editor = spanish("/sparql").await.expect(200);
    assert!(editor.text.contains("Entidades por sector"));
    assert!(editor.text.contains("LANG(?label) = &#34;es&#34;"));
}

#[tokio::test]
async fn a_question_is_there_as_a_query_that_runs_anywhere() {
    let target = "/api/v1/queries/cases-across-levels.rq?runnable=true&minimum=4";
    let text = send(&INNOSERV, "GET", target, &[], "")
        .await
        .expect(200)
        .text;
    assert!(
        text.contains("PREFIX weft:") && !text.contains("#+"),
        "{text}"
    );
    assert!(text.contains("VALUES ?minimum"), "{text}");
    let query = format!("/sparql?query={}", encoded(&text));
    let direct = send(&INNOSERV, "GET", &query, &[("accept", "text/csv")], "").await;
    let target = "/api/v1/queries/cases-across-levels.csv?minimum=4";
    let asked = send(&INNOSERV, "GET", target, &[], "").await;
    assert_eq!(direct.expect(200).text, asked.text);
    let target = "/api/v1/queries/cases-across-levels.rq?runnable=true&minimum=x";
    send(&INNOSERV, "GET", target, &[], "").await.expect(400);
}

#[tokio::test]
async fn terms_are_found_by_name_and_label_with_their_uses() {
    let get = async |target: &str| send(&INNOSERV, "GET", target, &[], "").await;
    let found = get("/api/v1/terms?q=weft%3AAct&kind=class")
        .await
        .expect(200);
    let first = &found.json()[0];
    assert_eq!(first["name"], "weft:Actor");
    assert_eq!(first["label"], "Actor");
    let count = "SELECT (COUNT(*) AS ?n) { ?a a weft:Actor }";
    let count = get(&format!("/sparql?query={}", encoded(count)))
        .await
        .json();
    let counted = count["results"]["bindings"][0]["n"]["value"]
        .as_str()
        .unwrap();
    assert_eq!(first["uses"].to_string(), counted);
    // By its label in a language, asked for or liked.
    let by_label = get("/api/v1/terms?q=Entidad&kind=class&lang=es")
        .await
        .json();
    assert_eq!(by_label[0]["name"], "weft:Actor");
    let liked = send(
        &INNOSERV,
        "GET",
        "/api/v1/terms?q=Entidad&kind=class",
        &[SPANISH],
        "",
    )
    .await;
    assert_eq!(liked.json()[0]["label"], "Entidad");
    assert!(
        liked
            .headers
            .get_all("vary")
            .iter()
            .any(|vary| { vary.to_str().unwrap().contains("accept-language") })
    );
    // What is declared and not used yet is there too.
    let unused = get("/api/v1/terms?limit=10000").await.expect(200);
    let unused = unused.json();
    let unused: Vec<&Value> = unused.as_array().unwrap().iter().collect();
    assert!(unused.iter().any(|term| term["uses"] == 0));
    let csv = get("/api/v1/terms.csv?q=sector&kind=property&limit=1")
        .await
        .expect(200);
    assert!(csv.text.starts_with("iri,name,kind,label,definition,uses"));
    for target in ["?kind=thing", "?lang=xx", "?what=1", "?limit=-1"] {
        get(&format!("/api/v1/terms{target}")).await.expect(400);
    }
}

#[tokio::test]
async fn an_empty_service_has_pages_all_the_same() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    for target in [
        "/queries",
        "/sparql",
        "/queries/bridges-between-sectors",
        "/api/v1/terms",
    ] {
        send(&empty, "GET", target, &[BROWSER], "")
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn hostile_values_do_no_harm_on_a_page() {
    let service = state(Config {
        open_writes: true,
        empty: true,
        ..Config::default()
    });
    let long = "x".repeat(10_000);
    let update = format!(
        "INSERT DATA {{ <e:a> a weft:Place ; rdfs:label \"<script>alert(1)</script>\" . <e:b> a weft:Place ; rdfs:label \"{long}\" }}"
    );
    let header = [("content-type", "application/sparql-update")];
    send(&service, "POST", "/sparql", &header, update)
        .await
        .expect(204);
    let target = "/queries/actors-by-sector?place=%22%3E%3Cscript%3E";
    let refused = send(&service, "GET", target, &[BROWSER], "")
        .await
        .expect(400);
    assert!(!refused.text.contains("<script>"), "{}", refused.text);
    let answer = send(&service, "GET", "/queries/actors-by-sector", &[BROWSER], "").await;
    let text = answer.expect(200).text;
    assert!(text.contains("&#60;script&#62;alert(1)") && !text.contains("<script>"));
    assert!(!text.contains(&long));
}
