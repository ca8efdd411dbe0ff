//! The export to HSDS 3 against the specification's own data package: every column is one of its
//! columns, everything it demands is there, every value has its type and every link leads somewhere.

use crate::networks::weft;
use crate::support::{root, shared};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn check_value(field: &Value, text: &str) -> bool {
    let allowed = field["constraints"]["enum"].as_array();
    let allowed = allowed.or(field["enum"].as_array());
    let is_allowed = allowed.is_none_or(|allowed| allowed.iter().any(|known| known == text));
    let has_type = match (field["type"].as_str(), field["format"].as_str()) {
        (Some("number"), _) => text.parse::<f64>().is_ok_and(f64::is_finite),
        (_, Some("uuid")) => is_uuid(text),
        (_, Some("uri")) => text.contains(':') && !text.contains(' '),
        _ => true,
    };
    is_allowed && has_type
}

/// The tables of a folder by name: rows of column to cell.
fn check_tables(
    folder: &Path,
    specification: &Value,
) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
    let described: Value = {
        let text = fs::read_to_string(folder.join("datapackage.json")).expect("it is there");
        serde_json::from_str(&text).expect("it is JSON")
    };
    let mut tables = BTreeMap::new();
    for resource in described["resources"].as_array().expect("there are tables") {
        let name = resource["name"].as_str().expect("a table has a name");
        let known = specification["resources"]
            .as_array()
            .expect("tables")
            .iter();
        let known = known.clone().find(|known| known["name"] == name);
        let known = known.unwrap_or_else(|| panic!("the specification has no {name}"));
        let path = resource["path"].as_str().expect("a table has a path");
        assert_eq!(known["path"], path);
        let fields: BTreeMap<&str, &Value> = known["schema"]["fields"]
            .as_array()
            .expect("fields")
            .iter()
            .map(|field| (field["name"].as_str().expect("a field has a name"), field))
            .collect();
        let text = fs::read(folder.join(path)).expect("the table is there");
        let mut reader = csv::Reader::from_reader(text.as_slice());
        let columns: Vec<String> = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let required = |field: &Value| field["constraints"]["required"] == true;
        for (field, about) in &fields {
            let is_there = columns.iter().any(|column| column == field);
            assert!(is_there || !required(about), "{name}: {field} is missing");
        }
        let mut ids = BTreeSet::new();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.expect("a row");
            let row: BTreeMap<String, String> = columns
                .iter()
                .cloned()
                .zip(record.iter().map(str::to_owned))
                .collect();
            for (column, cell) in &row {
                let field = fields.get(column.as_str());
                let field = field.unwrap_or_else(|| panic!("{name}: no column {column}"));
                if cell.is_empty() {
                    assert!(!required(field), "{name}: {column} is empty in {row:?}");
                } else {
                    assert!(check_value(field, cell), "{name}: {column} is `{cell}`");
                }
            }
            assert!(
                ids.insert(row["id"].clone()),
                "{name}: the id {} repeats",
                row["id"]
            );
            rows.push(row);
        }
        tables.insert(name.to_owned(), rows);
    }
    for resource in specification["resources"].as_array().expect("tables") {
        let name = resource["name"].as_str().expect("a name");
        let Some(rows) = tables.get(name) else {
            continue;
        };
        for key in resource["schema"]["foreignKeys"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let column = key["fields"].as_str().expect("a column");
            let to = key["reference"]["resource"].as_str().expect("a table");
            let Some(targets) = tables.get(to) else {
                continue;
            };
            let ids: BTreeSet<&String> = targets.iter().map(|row| &row["id"]).collect();
            for cell in rows.iter().filter_map(|row| row.get(column)) {
                assert!(
                    cell.is_empty() || ids.contains(cell),
                    "{name}.{column}: no {to} {cell}"
                );
            }
        }
    }
    tables
}

/// The nested form: what is required is there and has its type, whatever is inside what.
fn check_nested(object: &Value, name: &str, specification: &Value) -> usize {
    let known = specification["resources"]
        .as_array()
        .expect("tables")
        .iter();
    let known = known.clone().find(|known| known["name"] == name);
    let known = known.unwrap_or_else(|| panic!("the specification has no {name}"));
    let mut count = 1;
    for field in known["schema"]["fields"].as_array().expect("fields") {
        let column = field["name"].as_str().expect("a name");
        let value = &object[column];
        // What it is inside of says to what it belongs.
        let is_link = column.ends_with("_id") || column == "link_entity";
        assert!(
            !value.is_null() || is_link || field["constraints"]["required"] != true,
            "{name}: {column} is missing in {object}"
        );
        match (field["type"].as_str(), value) {
            (_, Value::Null) => {}
            (Some("number"), value) => assert!(value.is_number(), "{name}.{column}: {value}"),
            (_, value) => {
                let text = value
                    .as_str()
                    .unwrap_or_else(|| panic!("{name}.{column}: {value}"));
                assert!(check_value(field, text), "{name}.{column}: {text}");
            }
        }
    }
    for (key, inner) in [
        ("organization_identifiers", "organization_identifier"),
        ("services", "service"),
        ("locations", "location"),
        ("location", "location"),
        ("addresses", "address"),
        ("accessibility", "accessibility"),
        ("attributes", "attribute"),
        ("taxonomy_term", "taxonomy_term"),
        ("taxonomy_detail", "taxonomy"),
        ("service_at_locations", "service_at_location"),
        ("schedules", "schedule"),
        ("languages", "language"),
        ("service_areas", "service_area"),
        ("funding", "funding"),
    ] {
        match &object[key] {
            Value::Array(objects) => {
                count += objects
                    .iter()
                    .map(|object| check_nested(object, inner, specification))
                    .sum::<usize>();
            }
            Value::Object(_) => count += check_nested(&object[key], inner, specification),
            _ => {}
        }
    }
    count
}

#[test]
fn exports_are_as_the_specification_demands() {
    let Some(specification) = shared("vocab/hsds-3-datapackage.json") else {
        return;
    };
    let specification = fs::read_to_string(specification).expect("it is readable");
    let specification: Value = serde_json::from_str(&specification).expect("it is JSON");
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    crate::cases::load_ontology(folder, "data");
    for (case, mapping) in [
        ("hsds3", "hsds"),
        ("template", "template"),
        ("360giving", "360giving"),
    ] {
        let input = root().join("tests/cases/import").join(case).join("data");
        let input = input.display().to_string();
        weft(folder, &["import", mapping, &input, "--name", case]).expect(0);
    }
    if let Some(trento) = shared("data/trento-cpsv-ap") {
        let file = trento.join("servizi_famiglia.rdf").display().to_string();
        let graph = "https://w3id.org/weft/graph/partner/trento";
        weft(folder, &["load", &file, "--graph", graph]).expect(0);
    }
    let mut seen = BTreeSet::new();
    for name in ["hsds3", "template", "360giving", "trento"] {
        let graph = format!("partner/{name}");
        if name == "trento" && shared("data/trento-cpsv-ap").is_none() {
            continue;
        }
        weft(folder, &["export-hsds", name, "--graph", &graph]).expect(0);
        let tables = check_tables(&folder.join(name), &specification);
        seen.extend(
            tables
                .iter()
                .filter(|(_, rows)| !rows.is_empty())
                .map(|(name, _)| name.clone()),
        );
        let file = format!("{name}.json");
        weft(folder, &["export-hsds", &file, "--graph", &graph]).expect(0);
        let page: Value =
            serde_json::from_slice(&fs::read(folder.join(&file)).expect("it is there"))
                .expect("JSON");
        let organizations = page["contents"].as_array().expect("organisations");
        assert_eq!(organizations.len(), tables["organization"].len());
        let services: usize = organizations
            .iter()
            .map(|organization| organization["services"].as_array().map_or(0, Vec::len))
            .sum();
        assert_eq!(services, tables["service"].len(), "{name}");
        for organization in organizations {
            check_nested(organization, "organization", &specification);
        }
        if name == "trento" {
            assert_eq!(services, 45, "{name}");
        }
    }
    let all: BTreeSet<&str> = specification["resources"]
        .as_array()
        .expect("tables")
        .iter()
        .filter_map(|resource| resource["name"].as_str())
        .collect();
    let never: Vec<&&str> = all.iter().filter(|name| !seen.contains(**name)).collect();
    let expected = [
        "contact",
        "cost_option",
        "meta_table_description",
        "metadata",
        "phone",
        "program",
        "required_document",
    ];
    assert_eq!(never, expected.iter().collect::<Vec<_>>());
    let said = weft(folder, &["export-hsds", "x", "--graph", "partner/nobody"]).expect(1);
    said.says(&["partner/nobody"]);
}
