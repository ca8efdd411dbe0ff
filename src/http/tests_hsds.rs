//! Directories over HTTP, and who sees what of them.

use super::testing::{encoded, send, state};
use crate::app::{Config, Writer};
use crate::store::Limits;
use serde_json::Value;

#[tokio::test]
async fn a_directory_is_a_page_of_json_or_a_zip_and_keeps_what_is_private() {
    let state = state(Config {
        empty: true,
        ..Config::default()
    });
    let graph = state.graph();
    let update = "INSERT DATA {
        GRAPH <https://w3id.org/weft/graph/partner/a> {
          <http://x/o> a weft:Actor ; rdfs:label 'Open' ; weft:provides <http://x/s> .
          <http://x/s> a weft:Service ; rdfs:label 'Service' }
        GRAPH <https://w3id.org/weft/graph/partner/a/inner> {
          <http://x/k> a weft:Actor ; rdfs:label 'Ksecret' . <http://x/o> skos:altLabel 'Ksecret name' } }";
    let update = graph.parse_update(update, None).unwrap();
    graph
        .update(&Writer::Local, update, Limits::default())
        .unwrap();
    let inner = oxigraph::model::NamedNode::new("https://w3id.org/weft/graph/partner/a/inner");
    graph
        .set_private(&Writer::Local, &inner.unwrap(), true)
        .unwrap();
    let get = |target: String| {
        let state = state.clone();
        async move { send(&state, "GET", &target, &[], "").await }
    };
    for target in [
        "/api/v1/export/hsds.json".to_owned(),
        "/api/v1/export/hsds.json?dataset=partner/a".to_owned(),
        format!(
            "/api/v1/export/hsds.json?graph={}",
            encoded("https://w3id.org/weft/graph/partner/a")
        ),
    ] {
        let answer = get(target).await.expect(200);
        assert!(!answer.text.contains("Ksecret"), "{}", answer.text);
        let page: Value = answer.json();
        assert_eq!(page["contents"][0]["services"][0]["name"], "Service");
        assert_eq!(page["total_items"], 1);
        assert!(!answer.header("etag").is_empty());
    }
    let zip = get("/api/v1/export/hsds.zip".to_owned()).await.expect(200);
    assert_eq!(zip.header("content-type"), "application/zip");
    assert!(zip.body.unwrap().starts_with(b"PK"));
    get("/api/v1/export/hsds.json?dataset=partner/a/inner".to_owned())
        .await
        .expect(404);
    get("/api/v1/export/hsds.json?dataset=a&graph=http://b/".to_owned())
        .await
        .expect(400);
}
