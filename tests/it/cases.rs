//! The cases in `tests/cases`: every query of the catalogue, every shipped mapping.
//! Adding a folder adds a test; the formats are in the README files there.

use crate::support::{report, root, run, shared};
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const ONTOLOGY: &str = "https://w3id.org/weft/graph/ontology";

/// The folders in a folder, in order.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn read_json(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of results in JSON: numbers as numbers, everything else as text.
fn rows(results: &str) -> Vec<Map<String, Value>> {
    let results: Value = serde_json::from_str(results).expect("the results are JSON");
    let bindings = results["results"]["bindings"].as_array();
    let bindings = bindings.expect("the results have rows");
    bindings
        .iter()
        .map(|binding| {
            let binding = binding.as_object().expect("a row is an object");
            binding
                .iter()
                .map(|(name, term)| (name.clone(), value(term)))
                .collect()
        })
        .collect()
}

fn value(term: &Value) -> Value {
    let text = term["value"].as_str().unwrap_or_default();
    let datatype = term["datatype"].as_str().unwrap_or_default();
    let kind = datatype.rsplit('#').next().unwrap_or_default();
    let is_number = ["integer", "decimal", "double", "float"].contains(&kind);
    match text.parse::<f64>() {
        Ok(number) if is_number => Value::from(number),
        _ => Value::from(text),
    }
}

/// Whether a found value is the expected one; numbers to nine decimals.
fn agrees(found: Option<&Value>, expected: &Value) -> bool {
    let Some(found) = found else { return false };
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        (None, None) => found == expected,
        _ => false,
    }
}

/// Puts the ontology and the code lists into an otherwise empty data folder.
pub fn load_ontology(folder: &Path, data: &str) {
    let mut files = vec![root().join("ontology/core.ttl")];
    let codes = fs::read_dir(root().join("ontology/codes")).expect("the code lists are there");
    files.extend(codes.flatten().map(|entry| entry.path()));
    let files: Vec<String> = files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let mut arguments = vec!["load", "--data-dir", data, "--graph", ONTOLOGY];
    arguments.extend(files.iter().map(String::as_str));
    run(folder, &arguments).expect(0);
}

#[test]
fn every_query_of_the_catalogue_answers_its_cases() {
    let folder = TempDir::new().expect("a temporary folder");
    let cases = root().join("tests/cases/queries");
    load_ontology(folder.path(), "innoserv");
    let arguments = ["import", "innoserv", "--data-dir", "innoserv"];
    run(folder.path(), &arguments).expect(0);

    let mut problems = Vec::new();
    let (mut queries, mut count) = (0, 0);
    for case_folder in folders(&cases) {
        let name = file_name(&case_folder);
        if name == "data" {
            continue;
        }
        queries += 1;
        let expected = read_json(&case_folder.join("expected.json"));
        for (index, case) in expected.as_array().into_iter().flatten().enumerate() {
            count += 1;
            let place = format!("{name}, case {}", index + 1);
            let data = case["data"].as_str().unwrap_or("innoserv").to_owned();
            if case["data"].is_string() && !folder.path().join(&data).exists() {
                load_ontology(folder.path(), &data);
                let file = cases.join("data").join(&data).display().to_string();
                let arguments = ["load", &file, "--data-dir", &data];
                run(folder.path(), &arguments).expect(0);
            }
            let mut arguments: Vec<String> =
                ["query", &name, "--format", "json", "--data-dir", &data]
                    .map(str::to_owned)
                    .into();
            for (parameter, value) in case["params"].as_object().into_iter().flatten() {
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                arguments.extend(["--set".to_owned(), format!("{parameter}={value}")]);
            }
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let finished = run(folder.path(), &arguments);
            if finished.code != Some(0) {
                problems.push(format!("{place}: {}", finished.stderr));
                continue;
            }
            let found = rows(&finished.stdout);
            if let Some(expected) = case["rows"].as_u64()
                && found.len() as u64 != expected
            {
                problems.push(format!("{place}: {} rows, not {expected}", found.len()));
            }
            for row in case["contains"].as_array().into_iter().flatten() {
                let row = row.as_object().expect("an expected row is an object");
                let fits = |found: &Map<String, Value>| {
                    row.iter()
                        .all(|(name, expected)| agrees(found.get(name), expected))
                };
                if !found.iter().any(fits) {
                    let row = Value::Object(row.clone());
                    problems.push(format!("{place}: no row {row} among {}", found.len()));
                }
            }
        }
    }
    report(&format!(
        "cases: {queries} catalogue queries, {count} cases"
    ));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_query_of_the_catalogue_has_a_case() {
    for entry in fs::read_dir(root().join("ontology/queries"))
        .expect("the catalogue is there")
        .flatten()
    {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "rq") {
            let name = path.file_stem().unwrap_or_default();
            let case = root()
                .join("tests/cases/queries")
                .join(name)
                .join("expected.json");
            assert!(case.is_file(), "{} has no case", path.display());
        }
    }
}

/// Runs the queries of an import case over a data folder and compares all rows.
pub fn check_import(folder: &Path, case: &str) {
    let case_folder = root().join("tests/cases/import").join(case);
    let mut problems = Vec::new();
    let mut count = 0;
    let mut queries: Vec<PathBuf> = fs::read_dir(&case_folder)
        .expect("the case is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rq"))
        .collect();
    queries.sort();
    for query in queries {
        count += 1;
        let file = query.display().to_string();
        let arguments = ["query", &file, "--format", "json", "--data-dir", "data"];
        let finished = run(folder, &arguments);
        if finished.code != Some(0) {
            problems.push(format!("{file}: {}", finished.stderr));
            continue;
        }
        let found = rows(&finished.stdout);
        let expected = read_json(&query.with_extension("expected.json"));
        let expected: Vec<Map<String, Value>> = expected["rows"]
            .as_array()
            .expect("there are expected rows")
            .iter()
            .filter_map(|row| row.as_object().cloned())
            .collect();
        let text = fs::read_to_string(&query).unwrap_or_default();
        if !same_rows(&found, &expected, text.contains("ORDER BY")) {
            problems.push(format!("{file}: found {found:?}\n  expected {expected:?}"));
        }
    }
    report(&format!("cases: import {case}, {count} queries"));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn same_rows(found: &[Map<String, Value>], expected: &[Map<String, Value>], ordered: bool) -> bool {
    let same = |found: &Map<String, Value>, expected: &Map<String, Value>| {
        found.len() == expected.len()
            && expected
                .iter()
                .all(|(name, value)| agrees(found.get(name), value))
    };
    if found.len() != expected.len() {
        return false;
    }
    if ordered {
        return found
            .iter()
            .zip(expected)
            .all(|(found, expected)| same(found, expected));
    }
    let mut open: Vec<_> = found.iter().collect();
    expected.iter().all(|expected| {
        let place = open.iter().position(|found| same(found, expected));
        place.map(|place| open.swap_remove(place)).is_some()
    })
}

#[test]
fn the_innoserv_import_gives_what_is_expected() {
    let folder = TempDir::new().expect("a temporary folder");
    run(folder.path(), &["import", "innoserv", "--data-dir", "data"]).expect(0);
    check_import(folder.path(), "innoserv");
}

#[test]
fn the_hsds_3_import_gives_what_is_expected() {
    let folder = TempDir::new().expect("a temporary folder");
    let input = root()
        .join("tests/cases/import/hsds3/data")
        .display()
        .to_string();
    let arguments = [
        "import",
        "hsds",
        &input,
        "--name",
        "porthaven",
        "--data-dir",
        "data",
    ];
    run(folder.path(), &arguments).expect(0);
    check_import(folder.path(), "hsds3");
}

#[test]
fn the_miami_directory_gives_the_reference_numbers() {
    let Some(input) = shared("data/miami-211-hsds") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let input = input.display().to_string();
    let arguments = [
        "import",
        "hsds",
        &input,
        "--name",
        "miami",
        "--data-dir",
        "data",
    ];
    run(folder.path(), &arguments).expect(0);
    check_import(folder.path(), "miami");
}

#[test]
fn the_trento_catalogue_counts_through_the_alignment() {
    let Some(input) = shared("data/trento-cpsv-ap") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    load_ontology(folder.path(), "data");
    let files: Vec<String> = [
        "servizi_famiglia.rdf",
        "servizi_lavoro.rdf",
        "servizi_online.rdf",
    ]
    .iter()
    .map(|file| input.join(file).display().to_string())
    .collect();
    let graph = "https://w3id.org/weft/graph/partner/trento";
    let mut arguments = vec!["load", "--data-dir", "data", "--graph", graph];
    arguments.extend(files.iter().map(String::as_str));
    run(folder.path(), &arguments).expect(0);
    fs::write(
        folder.path().join("count.rq"),
        "PREFIX weft: <https://w3id.org/weft/ns#>
         SELECT (COUNT(DISTINCT ?s) AS ?services) (COUNT(DISTINCT ?a) AS ?authorities) {
           { ?s a weft:Service } UNION { ?a a weft:Actor } }",
    )
    .expect("the query is written");
    let arguments = ["query", "count.rq", "--format", "csv", "--data-dir", "data"];
    let counts = run(folder.path(), &arguments).expect(0).stdout;
    assert_eq!(counts.lines().nth(1), Some("127,30"), "{counts}");
}
