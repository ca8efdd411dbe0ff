//! The document against the router.

use super::*;
use crate::http::testing::{INNOSERV, send};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn the_document() -> Value {
    let graph = INNOSERV.graph();
    let snapshot = graph.snapshot_for(&graph.reader(None).unwrap()).unwrap();
    document(graph, &snapshot)
}

/// Paths that the document describes on behalf of others: `{format}` stands for every extension.
fn paths(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            (
                path.clone(),
                methods.map(|name| name.to_uppercase()).collect(),
            )
        })
        .collect()
}

/// A path of the router as the document writes it: parameters by position, extensions as one.
fn shape(path: &str) -> String {
    let parameters = Regex::new(r"\{\{?\*?[^}]*\}\}?").unwrap();
    let extension = Regex::new(
        r"\.(\{\}|json|csv|xlsx|parquet|arrow|ttl|nt|rdf|jsonld|trig|nq|n3|html|sse|rdfp|xml|zip)$",
    )
    .unwrap();
    // A parameter directly behind a dot is an extension.
    let path = Regex::new(r"\.\{\{?[^}]*\}\}?$")
        .unwrap()
        .replace(path, ".{}");
    let path = parameters.replace_all(&path, "{}");
    extension
        .replace(&path, "")
        .trim_end_matches("/{}.{}")
        .to_owned()
}

/// The literals of paths in the `routes` of each file.
fn literals() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let literal = Regex::new(r#""(/[^"\s#]*)""#).unwrap();
    // Paths with a name of their own.
    let named = Regex::new(r#"const ([A-Z]+): &str = "(/[^"\s]*)";"#).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.ends_with(".rs") || name.starts_with("tests") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let Some(begin) = text.find("fn routes() -> Router<AppState> {") else {
                continue;
            };
            let body = &text[begin..];
            let body = &body[..body.find("\n}").unwrap()];
            for one in literal.captures_iter(body) {
                found.insert(one[1].to_owned(), name.clone());
            }
            for one in named.captures_iter(&text) {
                if body.contains(&one[1]) {
                    found.insert(one[2].to_owned(), name.clone());
                }
            }
        }
    }
    found
}

#[test]
fn every_path_of_the_router_is_in_the_document() {
    let documented: BTreeSet<String> = paths(&the_document())
        .keys()
        .map(|path| shape(path))
        .collect();
    let literals = literals();
    assert!(literals.len() > 80, "{literals:?}");
    let missing: Vec<_> = literals
        .iter()
        .filter(|(path, _)| !documented.contains(&shape(path)))
        .collect();
    assert!(missing.is_empty(), "not in src/http/openapi: {missing:?}");
}

#[tokio::test]
async fn every_operation_of_the_document_is_one_of_the_router_and_none_is_missing() {
    let document = the_document();
    let mut wrong = Vec::new();
    let place = Regex::new(r"\{([^}]*)\}").unwrap();
    for (path, documented) in paths(&document) {
        let item = &document["paths"][&path];
        let parameters = item.as_object().unwrap().values().next().unwrap()["parameters"].clone();
        let parameters: Vec<Value> = parameters.as_array().cloned().unwrap_or_default();
        let target = place.replace_all(&path, |found: &regex::Captures<'_>| {
            let parameter = parameters
                .iter()
                .find(|known| known["in"] == "path" && known["name"] == found[1])
                .unwrap_or_else(|| panic!("{path} does not describe {}", &found[1]));
            let schema = &parameter["schema"];
            match schema["enum"][0].as_str() {
                Some(value) => value.to_owned(),
                None if schema["type"] == "integer" => "1".to_owned(),
                None => "x".to_owned(),
            }
        });
        let answer = send(&INNOSERV, "OPTIONS", &target, &[], "").await;
        let allowed: BTreeSet<String> = answer
            .header("allow")
            .split(',')
            .map(|method| method.trim().to_owned())
            .filter(|method| !["", "HEAD", "OPTIONS", "QUERY"].contains(&method.as_str()))
            .collect();
        if allowed != documented {
            wrong.push(format!(
                "{path}: the router has {allowed:?}, the document {documented:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_referred_to_is_there_and_every_operation_has_a_name_of_its_own() {
    let document = the_document();
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let tags: BTreeSet<&str> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|tag| tag["name"].as_str())
        .collect();
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{id}");
            assert!(
                tags.contains(operation["tags"][0].as_str().unwrap()),
                "{id}"
            );
            let mut names = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = match parameter["$ref"].as_str() {
                    Some(reference) => document.pointer(&reference[1..]).unwrap(),
                    None => parameter,
                };
                let name = (
                    parameter["in"].as_str().unwrap(),
                    parameter["name"].as_str().unwrap(),
                );
                assert!(names.insert(name), "{id} has {name:?} twice");
            }
        }
    }
}

#[tokio::test]
async fn the_document_has_what_the_catalogues_have() {
    let answer = send(&INNOSERV, "GET", "/openapi.json", &[], "")
        .await
        .expect(200);
    let document = answer.json();
    let values = |operation: &Value, name: &str| -> Vec<String> {
        let parameters = operation["parameters"].as_array().unwrap();
        let parameter = parameters
            .iter()
            .find(|parameter| parameter["name"] == name)
            .unwrap_or_else(|| panic!("no {name}"));
        serde_json::from_value(parameter["schema"]["enum"].clone()).unwrap()
    };
    let of_network = &document["paths"]["/api/v1/networks/{id}"]["get"];
    assert!(values(of_network, "id").contains(&"collaboration".to_owned()));
    let sectors = &document["components"]["parameters"]["sector"]["schema"]["items"]["enum"];
    assert!(sectors.as_array().unwrap().contains(&json!("health")));
    for query in INNOSERV.graph().catalogue().iter() {
        let operation = &document["paths"][format!("/api/v1/queries/{}", query.name)]["get"];
        for parameter in &query.parameters {
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(
                parameters
                    .iter()
                    .any(|known| known["name"] == parameter.name.as_str())
            );
        }
    }
    let tag = answer.header("etag").to_owned();
    let again = send(
        &INNOSERV,
        "GET",
        "/openapi.json",
        &[("if-none-match", &tag)],
        "",
    )
    .await;
    again.expect(304);
}
