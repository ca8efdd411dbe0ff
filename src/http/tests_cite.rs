//! References to answers and pages, without a port.

use super::testing::{Answer, INNOSERV, encoded, send};

async fn cite(of: &str, more: &str, accept: &str) -> Answer {
    let target = format!("/api/v1/cite?of={}{more}", encoded(of));
    send(&INNOSERV, "GET", &target, &[("accept", accept)], "").await
}

#[tokio::test]
async fn an_answer_names_its_data_and_an_address_that_gives_it_again() {
    let query = "#+ title: All actors\nSELECT ?a { ?a a <https://w3id.org/weft/ns#Actor> }";
    let address = format!("/sparql?query={}", encoded(query));
    let json = cite(&address, "", "application/json")
        .await
        .expect(200)
        .json();
    assert_eq!(json["title"], "All actors");
    assert_eq!(json["query"], query);
    let version = json["dataVersion"].as_u64().unwrap();
    let permalink = json["permalink"].as_str().unwrap();
    assert!(
        permalink.ends_with(&format!("version={version}")),
        "{permalink}"
    );
    send(&INNOSERV, "GET", permalink, &[], "").await.expect(200);
    assert_eq!(json["csl"]["type"], "dataset");
    assert!(json["citeAs"].as_str().unwrap().contains("“All actors”"));
}

#[tokio::test]
async fn networks_queries_and_things_are_called_by_their_names() {
    for (address, title) in [
        (
            "/api/v1/networks/collaboration/nodes.csv?metrics=degree",
            "Collaboration: nodes",
        ),
        ("/networks/funding", "Funding"),
        ("/api/v1/queries/actors-by-sector.csv", "Actors by sector"),
        ("/code/branch/health", "Health"),
        ("/explore?q=care", "/explore?q=care"),
    ] {
        let json = cite(address, "", "application/json")
            .await
            .expect(200)
            .json();
        assert_eq!(json["title"], title, "{address}");
    }
}

#[tokio::test]
async fn references_come_in_the_styles_of_programs() {
    let bibtex = cite("/integration", "&style=bibtex", "*/*")
        .await
        .expect(200);
    assert!(
        bibtex
            .header("content-type")
            .starts_with("application/x-bibtex")
    );
    assert!(bibtex.text.starts_with("@misc{weft-"), "{}", bibtex.text);
    let csl = cite("/integration", "&style=csl", "*/*").await.expect(200);
    assert_eq!(csl.json()["author"][0]["literal"], "Weft");
    let page = cite("/integration", "", "text/html").await.expect(200);
    assert!(page.text.contains("<h1>How to cite this</h1>"));
}

#[tokio::test]
async fn what_is_not_here_is_not_cited() {
    for address in [
        "https://example.org/",
        "//example.org/",
        "",
        "javascript:alert(1)",
    ] {
        cite(address, "", "*/*").await.expect(400);
    }
    cite("/", "&style=mla", "*/*").await.expect(400);
    let hostile = "/explore?q=%3C%2Fscript%3E%3Cscript%3Ealert(1)%7D%7D";
    let page = cite(hostile, "", "text/html").await.expect(200);
    assert!(!page.text.contains("<script>alert"));
}

#[tokio::test]
async fn every_answer_of_the_interface_points_to_its_reference() {
    let answer = send(&INNOSERV, "GET", "/api/v1/summary.csv", &[], "")
        .await
        .expect(200);
    let link = answer.header("link").to_owned();
    let address = link.split(['<', '>']).nth(1).unwrap();
    let json = send(&INNOSERV, "GET", address, &[], "")
        .await
        .expect(200)
        .json();
    assert_eq!(json["title"], "What is in the graph");
    let refused = send(&INNOSERV, "GET", "/api/v1/summary?nonsense=1", &[], "")
        .await
        .expect(400);
    assert_eq!(refused.header("link"), "");
}
