//! Networks on the command line: what is measured agrees with reference numbers, what is exported
//! is there as a whole, and what makes no sense is refused.

use crate::cases::load_ontology;
use crate::support::{Finished, run, run_with_input, shared};
use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use tempfile::TempDir;

const NETWORKS: [&str; 6] = [
    "actor-sector",
    "affiliation",
    "collaboration",
    "funding",
    "levels",
    "sectors",
];
const FORMATS: [&str; 6] = ["graphml", "gexf", "json", "csv", "net", "dl"];

/// A folder whose `data` has the ontology and the INNOSERV collection.
pub fn innoserv() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    load_ontology(folder.path(), "data");
    run(folder.path(), &["import", "innoserv", "--data-dir", "data"]).expect(0);
    folder
}

/// Runs a command on `data`.
#[track_caller]
pub fn weft(folder: &Path, arguments: &[&str]) -> Finished {
    let mut all = arguments.to_vec();
    all.extend(["--data-dir", "data"]);
    run(folder, &all)
}

#[track_caller]
pub fn json(finished: &Finished) -> Value {
    match serde_json::from_str(&finished.stdout) {
        Ok(value) => value,
        Err(error) => panic!("not JSON ({error}): {finished:#?}"),
    }
}

/// The rows of CSV, each by the names of its columns.
#[track_caller]
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .deserialize()
        .map(|row| row.expect("a row of CSV"))
        .collect()
}

#[track_caller]
fn number(text: &str) -> f64 {
    text.parse()
        .unwrap_or_else(|_| panic!("`{text}` is no number"))
}

#[track_caller]
fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: found {found}, expected {expected}"
    );
}

/// A value in JSON and in CSV. Reading JSON may cost the last bit of a number.
#[track_caller]
fn same(json: &Value, csv: &str) {
    match json.as_f64() {
        Some(value) => close("CSV", number(csv), value, 1e-12 * value.abs()),
        None => assert!(json.is_null() && csv.is_empty(), "{json} and `{csv}`"),
    }
}

/// The network metrics of the command's answer in JSON.
#[track_caller]
fn metrics(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = vec!["metrics"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    json(&weft(folder, &all).expect(0))
}

#[track_caller]
fn metric(answer: &Value, id: &str) -> f64 {
    answer["metrics"][id]
        .as_f64()
        .unwrap_or_else(|| panic!("no {id}: {answer}"))
}

#[test]
fn the_networks_are_listed_with_their_sizes() {
    let folder = innoserv();
    let rows = table(
        &weft(folder.path(), &["networks", "--format", "csv"])
            .expect(0)
            .stdout,
    );
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
    assert_eq!(ids, NETWORKS);
    for row in &rows {
        assert!(
            number(&row["nodes"]) > 0.0 || row["id"] == "funding",
            "{row:?}"
        );
        let directed = row["id"] == "funding";
        assert_eq!(row["directed"], directed.to_string(), "{row:?}");
        assert!(row["undefined"].is_empty(), "{row:?}");
    }
    let shown = weft(folder.path(), &["networks", "--format", "table"]).expect(0);
    for (row, line) in rows.iter().zip(shown.stdout.lines().skip(2)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..2], [row["id"].as_str(), &row["nodes"]], "{line}");
    }
    // What one network has nothing for, the others still have.
    let arguments = ["networks", "--filter", "role=provider", "--format", "json"];
    let rows = json(&weft(folder.path(), &arguments).expect(0));
    let row = |id: &str| {
        rows.as_array()
            .and_then(|rows| rows.iter().find(|row| row["id"] == id))
    };
    let sectors = row("actor-sector").expect("a row");
    assert!(sectors["nodes"].is_null(), "{sectors}");
    assert!(
        sectors["undefined"]
            .as_str()
            .is_some_and(|why| why.contains("role")),
        "{sectors}"
    );
    let affiliation = row("affiliation").expect("a row");
    assert!(
        affiliation["nodes"].as_u64().is_some_and(|nodes| nodes > 0),
        "{affiliation}"
    );
}

#[test]
fn network_metrics_are_numbers_or_have_a_reason() {
    let folder = innoserv();
    for network in NETWORKS {
        let answer = metrics(folder.path(), &[network]);
        assert_eq!(answer["id"], network);
        assert!(
            answer["dataVersion"]
                .as_u64()
                .is_some_and(|version| version > 0)
        );
        let values = answer["metrics"].as_object().expect("metrics");
        assert!(values.len() > 20, "{answer}");
        assert_eq!(values["nodes"], answer["nodes"]);
        assert_eq!(values["edges"], answer["edges"]);
        for (id, value) in values {
            let reason = answer["undefined"][id].as_str();
            assert_eq!(
                value.is_null(),
                reason.is_some(),
                "{network}: {id} is {value}"
            );
        }
        if network != "funding" {
            let density = metric(&answer, "density");
            assert!((0.0..=1.0).contains(&density), "{network}: {density}");
        }
        // The same in the other formats.
        let rows = table(
            &weft(folder.path(), &["metrics", network, "--format", "csv"])
                .expect(0)
                .stdout,
        );
        assert_eq!(rows.len(), values.len());
        for row in rows {
            same(&values[&row["metric"]], &row["value"]);
        }
        let shown = weft(folder.path(), &["metrics", network, "--format", "table"]).expect(0);
        assert!(shown.stdout.contains("density"), "{shown:#?}");
        assert!(!shown.stdout.contains("NaN"), "{shown:#?}");
    }
}

#[test]
fn nodes_are_sorted_limited_and_written_in_all_formats() {
    let folder = innoserv();
    let nodes = |arguments: &[&str]| {
        let mut all = vec!["metrics", "collaboration", "--nodes"];
        all.extend(arguments);
        weft(folder.path(), &all).expect(0).stdout
    };
    let rows = table(&nodes(&["--format", "csv", "--sort", "-degree"]));
    let answer = metrics(folder.path(), &["collaboration"]);
    assert_eq!(answer["nodes"], rows.len());
    let degrees: Vec<f64> = rows.iter().map(|row| number(&row["degree"])).collect();
    assert!(degrees.is_sorted_by(|a, b| a >= b), "{degrees:?}");
    assert_eq!(degrees.iter().sum::<f64>(), 2.0 * metric(&answer, "edges"));
    for column in [
        "iri",
        "label",
        "sector",
        "level",
        "sphere",
        "betweenness",
        "sectorReach",
    ] {
        assert!(rows[0].contains_key(column), "{:?}", rows[0]);
    }
    let three = json(&Finished {
        code: Some(0),
        stdout: nodes(&[
            "--format",
            "json",
            "--metrics",
            "betweenness,eiIndex",
            "--sort=-degree",
            "--limit",
            "3",
        ]),
        stderr: String::new(),
    });
    let three = three.as_array().expect("rows");
    assert_eq!(three.len(), 3);
    for (row, expected) in three.iter().zip(&rows) {
        assert_eq!(row["iri"], expected["iri"].as_str());
        same(&row["degree"], &expected["degree"]);
        same(&row["betweenness"], &expected["betweenness"]);
        assert!(row.get("closeness").is_none(), "{row}");
    }
    // What has no value comes last, whatever the direction.
    for sort in ["eiIndex", "-eiIndex"] {
        let rows = table(&nodes(&[
            "--format",
            "csv",
            "--metrics",
            "eiIndex",
            "--sort",
            sort,
        ]));
        let missing: Vec<bool> = rows.iter().map(|row| row["eiIndex"].is_empty()).collect();
        assert!(missing.is_sorted(), "{sort}");
    }
    let shown = nodes(&["--format", "table"]);
    let best = table(&nodes(&[
        "--format",
        "csv",
        "--metrics",
        "betweenness",
        "--sort",
        "-betweenness",
        "--limit",
        "10",
    ]));
    let shown: Vec<&str> = shown.lines().collect();
    for row in &best {
        assert!(
            shown.iter().any(|line| line.ends_with(row["iri"].as_str())),
            "{row:?} is not in {shown:#?}"
        );
    }
    assert!(
        shown.last().is_some_and(|line| line.contains("10 of")),
        "{shown:#?}"
    );
}

#[test]
fn scores_as_triples_have_the_types_of_their_kinds() {
    let folder = innoserv();
    let arguments = ["metrics", "collaboration", "--format", "ttl"];
    let turtle = weft(folder.path(), &arguments).expect(0).stdout;
    let path = folder.path();
    fs::write(path.join("scores.ttl"), turtle).expect("the file is written");
    run(path, &["load", "scores.ttl", "--data-dir", "scores"]).expect(0);
    let query = "SELECT ?property (COUNT(*) AS ?n) (SAMPLE(DATATYPE(?v)) AS ?type)
        WHERE { ?s ?property ?v FILTER(isLiteral(?v)) } GROUP BY ?property";
    let arguments = ["query", "-", "--format", "csv", "--data-dir", "scores"];
    let rows = table(&run_with_input(path, &arguments, query).expect(0).stdout);
    let nodes = metrics(path, &["collaboration"])["nodes"].to_string();
    let ns = "https://w3id.org/weft/ns#";
    let xsd = "http://www.w3.org/2001/XMLSchema#";
    for (id, count, kind) in [
        ("degree", nodes.as_str(), "integer"),
        ("betweenness", nodes.as_str(), "double"),
        ("articulation", nodes.as_str(), "boolean"),
        ("density", "1", "double"),
        ("components", "1", "integer"),
    ] {
        let property = format!("{ns}{id}");
        let row = rows.iter().find(|row| row["property"] == property);
        let row = row.unwrap_or_else(|| panic!("no {id}: {rows:?}"));
        assert_eq!(
            (row["n"].as_str(), &row["type"]),
            (count, &format!("{xsd}{kind}")),
            "{id}"
        );
    }
    let ask = format!(
        "ASK {{ <https://w3id.org/weft/network/collaboration> a <{ns}Network> ; <{ns}density> ?d }}"
    );
    let arguments = ["query", "-", "--format", "table", "--data-dir", "scores"];
    let answer = run_with_input(path, &arguments, &ask).expect(0).stdout;
    assert_eq!(answer.trim(), "yes");
}

#[test]
fn a_query_on_the_command_line_can_ask_for_scores_too() {
    let folder = innoserv();
    fs::write(
        folder.path().join("scores.rq"),
        "SELECT ?actor ?label ?degree {
            SERVICE <https://w3id.org/weft/network/collaboration> { ?actor weft:degree ?degree }
            ?actor rdfs:label ?label
        }",
    )
    .expect("the query is written");
    let found = weft(folder.path(), &["query", "scores.rq", "--format", "csv"]).expect(0);
    assert_eq!(table(&found.stdout).len(), 107);
}

#[test]
fn the_catalogue_needs_no_data() {
    let folder = TempDir::new().expect("a temporary folder");
    let list = |format: &str| {
        weft(folder.path(), &["metrics", "--list", "--format", format])
            .expect(0)
            .stdout
    };
    let rows = table(&list("csv"));
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["id"].as_str()).collect();
    for id in [
        "degree",
        "betweenness",
        "density",
        "sectorEiIndex",
        "liaison",
    ] {
        assert!(ids.contains(id), "{id} is not listed");
    }
    for row in &rows {
        for field in [
            "name",
            "scope",
            "definition",
            "formula",
            "range",
            "reference",
        ] {
            assert!(!row[field].is_empty(), "{field} of {row:?}");
        }
    }
    let listed: Value = serde_json::from_str(&list("json")).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(rows.len()));
    assert!(list("table").contains("betweenness"));
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_filter_makes_a_network_smaller() {
    let folder = innoserv();
    let size = |arguments: &[&str]| {
        let mut all = vec!["collaboration", "--metrics", "nodes"];
        all.extend(arguments);
        metric(&metrics(folder.path(), &all), "nodes")
    };
    let all = size(&[]);
    let health = size(&["--filter", "sector=health"]);
    let both = size(&["--filter", "sector=health,education"]);
    let local = size(&["--filter", "sector=health", "--filter", "level=local"]);
    assert!(
        0.0 < health && health < both && both < all,
        "{health} {both} {all}"
    );
    assert!(local < health, "{local} {health}");
    let filtered = metrics(
        folder.path(),
        &["collaboration", "--filter", "sector=health"],
    );
    assert_eq!(
        filtered["filter"],
        "sector=https://w3id.org/weft/code/branch/health"
    );
}

#[test]
fn what_is_not_there_is_wrong_usage_with_a_hint() {
    let folder = innoserv();
    let refused: [(&[&str], &[&str]); 16] = [
        (
            &["metrics", "collaboration", "--filter", "sector=helth"],
            &["helth", "health"],
        ),
        (
            &["metrics", "collaboration", "--filter", "secotr=health"],
            &["secotr", "sector"],
        ),
        (
            &["metrics", "collaboration", "--filter", "sector"],
            &["KEY=VALUE"],
        ),
        (
            &["metrics", "actor-sector", "--filter", "role=provider"],
            &["role"],
        ),
        (
            &["metrics", "colaboration"],
            &["colaboration", "collaboration"],
        ),
        (
            &["metrics", "collaboration", "--metrics", "densty"],
            &["densty", "density"],
        ),
        (
            &["metrics", "collaboration", "--metrics", "degree"],
            &["degree", "--nodes"],
        ),
        (
            &[
                "metrics",
                "collaboration",
                "--nodes",
                "--metrics",
                "density",
            ],
            &["density", "--nodes"],
        ),
        (
            &["metrics", "collaboration", "--nodes", "--sort", "densty"],
            &["densty"],
        ),
        (
            &["metrics", "collaboration", "--nodes", "--sort", "density"],
            &["density", "label"],
        ),
        (&["metrics", "collaboration", "--limit", "3"], &["--nodes"]),
        (
            &["metrics", "collaboration", "--approximate", "2"],
            &["0.001"],
        ),
        (
            &["metrics", "collaboration", "--permutations", "0"],
            &["permutations"],
        ),
        (&["metrics"], &["NETWORK"]),
        (
            &["integration", "--network", "nothing"],
            &["nothing", "collaboration"],
        ),
        (
            &["networks", "--filter", "dataset=nothing"],
            &["nothing", "innoserv"],
        ),
    ];
    for (arguments, hints) in refused {
        weft(folder.path(), arguments).expect(2).says(hints);
    }
    // There is no data: that is a failure, not wrong usage.
    let arguments = ["metrics", "collaboration", "--data-dir", "nowhere"];
    run(folder.path(), &arguments).expect(1).says(&["nowhere"]);
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn networks_are_exported_as_a_whole_in_six_formats() {
    let folder = innoserv();
    let answer = metrics(folder.path(), &["collaboration"]);
    for extension in FORMATS {
        let file = format!("collaboration.{extension}");
        let arguments = ["export", "collaboration", &file];
        let nodes = format!("{} nodes", answer["nodes"]);
        let ties = format!("{} ties", answer["edges"]);
        let said = [file.as_str(), &nodes, &ties, "scores"];
        weft(folder.path(), &arguments).expect(0).says(&said);
        let written = fs::read_to_string(folder.path().join(&file)).expect("the file is there");
        assert!(!written.contains("NaN"), "{file} has NaN");
        // Standard output gets the same, and a second run writes the same.
        let arguments = ["export", "collaboration", "-", "--format", extension];
        let piped = weft(folder.path(), &arguments).expect(0);
        assert_eq!(piped.stdout, written, "{file}");
    }
    let links = fs::read_to_string(folder.path().join("collaboration.json")).expect("a file");
    let links: Value = serde_json::from_str(&links).expect("JSON");
    let count = |name: &str| links[name].as_array().map(Vec::len);
    assert_eq!(
        count("nodes").map(Value::from).as_ref(),
        Some(&answer["nodes"])
    );
    assert_eq!(
        count("edges").map(Value::from).as_ref(),
        Some(&answer["edges"])
    );
    let rows = table(&fs::read_to_string(folder.path().join("collaboration.csv")).expect("a file"));
    assert_eq!(answer["edges"], rows.len());
    // Nothing half-written is left, and a file that was there is replaced.
    let arguments = [
        "export",
        "levels",
        "collaboration.json",
        "--metrics",
        "degree",
    ];
    weft(folder.path(), &arguments)
        .expect(0)
        .says(&["scores of 1 metric"]);
    let names: BTreeSet<String> = fs::read_dir(folder.path())
        .expect("the folder is readable")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let mut expected: BTreeSet<String> = FORMATS.map(|end| format!("collaboration.{end}")).into();
    expected.insert("data".to_owned());
    assert_eq!(names, expected);
}

#[test]
fn an_export_that_cannot_be_is_refused() {
    let folder = innoserv();
    let refused: [(&[&str], &[&str]); 5] = [
        (
            &["export", "collaboration", "x.docx"],
            &["x.docx", "graphml", "gexf", "json", "csv", "net", "dl"],
        ),
        (&["export", "collaboration", "x"], &["graphml"]),
        (&["export", "collaboration", "-"], &["--format", "graphml"]),
        (
            &["export", "collaboration", "x.net", "--metrics", "degree"],
            &["net", "graphml"],
        ),
        (
            &["export", "collaboration", "x.json", "--format", "pdf"],
            &["pdf", "graphml"],
        ),
    ];
    for (arguments, hints) in refused {
        weft(folder.path(), arguments).expect(2).says(hints);
    }
    let arguments = ["export", "collaboration", "nowhere/x.json"];
    weft(folder.path(), &arguments).expect(1).says(&["nowhere"]);
    assert!(!folder.path().join("x.docx").exists());
}

#[test]
fn the_integration_report_is_rows_and_sections() {
    let folder = innoserv();
    let arguments = ["integration", "--format", "csv"];
    let first = weft(folder.path(), &arguments).expect(0).stdout;
    let rows = table(&first);
    let mut shares = 0.0;
    for indicator in [
        "same-sector-and-level",
        "horizontal",
        "vertical",
        "diagonal",
    ] {
        let row = rows
            .iter()
            .find(|row| row["section"] == "four-way" && row["indicator"] == indicator);
        let row = row.unwrap_or_else(|| panic!("no {indicator}"));
        shares += number(&row["value"]);
        let share = number(&row["numerator"]) / number(&row["denominator"]);
        close(indicator, number(&row["value"]), share, 1e-12);
        assert!((0.0..=1.0).contains(&number(&row["p"])), "{row:?}");
    }
    close("the four shares", shares, 1.0, 1e-12);
    for row in &rows {
        assert!(
            row["value"].is_empty() != row["undefined"].is_empty(),
            "{row:?}"
        );
        assert!(!row.values().any(|cell| cell == "NaN"), "{row:?}");
    }
    assert_eq!(weft(folder.path(), &arguments).expect(0).stdout, first);
    let shown = weft(folder.path(), &["integration", "--format", "table"])
        .expect(0)
        .stdout;
    for part in [
        "horizontal",
        "vertical",
        "diagonal",
        "Ties between sectors",
        "hang on",
        "Missing bridges",
        "Key actors",
        "Vertical chains",
        "What statements tell",
    ] {
        assert!(
            shown.contains(part),
            "{part} is not in the report:\n{shown}"
        );
    }
    assert!(!shown.contains("NaN"), "{shown}");
    let arguments = [
        "integration",
        "--filter",
        "sector=health",
        "--format",
        "csv",
    ];
    weft(folder.path(), &arguments).expect(0);
}

#[test]
fn the_miami_directory_gives_the_reference_network() {
    let Some(input) = shared("data/miami-211-hsds") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let input = input.display().to_string();
    weft(
        folder.path(),
        &["import", "hsds", &input, "--name", "miami"],
    )
    .expect(0);
    let arguments = ["actor-sector", "--filter", "dataset=partner/miami"];
    let answer = metrics(folder.path(), &arguments);
    // 1,138 organisations and 10 sectors (SOURCE.md).
    assert_eq!(answer["nodes"], 1_138 + 10);
    assert_eq!(answer["edges"], 2_326);
    close(
        "density",
        metric(&answer, "density"),
        2_326.0 / 11_380.0,
        1e-9,
    );
}

/// Rows of a packed table.
fn packed(path: &Path) -> impl Iterator<Item = BTreeMap<String, String>> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    csv::Reader::from_reader(GzDecoder::new(file))
        .into_deserialize()
        .map(|row| row.expect("a row of CSV"))
}

/// The projects of one programme part in Weft's shape. The country stands as place and as sector,
/// the type of an organisation as sphere: so the E-I indices of sectors and spheres tell how many
/// ties run between countries and between types.
fn horizon_2020(folder: &Path, part: &str) -> String {
    const NS: &str = "https://w3id.org/weft/ns#";
    const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
    let projects: BTreeSet<String> = packed(&folder.join("programme_parts.csv.gz"))
        .filter(|row| row["programme_part"] == part)
        .map(|row| row["rcn"].clone())
        .collect();
    let mut text = String::new();
    let mut add = |subject: &str, property: &str, object: &str| {
        let start = "https://example.org/";
        let property = match property {
            "a" => TYPE.to_owned(),
            property => format!("{NS}{property}"),
        };
        let object = match object.strip_prefix("weft:") {
            Some(class) => format!("{NS}{class}"),
            None => format!("{start}{object}"),
        };
        writeln!(text, "<{start}{subject}> <{property}> <{object}> .").expect("memory is writable");
    };
    let mut known = BTreeSet::new();
    for (index, row) in packed(&folder.join("h2020.csv.gz"))
        .filter(|row| projects.contains(&row["rcn"]))
        .enumerate()
    {
        let project = format!("project/{}", row["rcn"]);
        let actor = format!("pic/{}", row["pic"]);
        let part = format!("part/{index}");
        if known.insert(project.clone()) {
            add(&project, "a", "weft:Service");
        }
        if known.insert(actor.clone()) {
            let country = format!("country/{}", row["country"]);
            add(&actor, "a", "weft:Actor");
            add(&actor, "place", &country);
            add(&actor, "sector", &country);
            add(&actor, "sphere", &format!("type/{}", row["type"]));
        }
        add(&part, "a", "weft:Participation");
        add(&part, "actor", &actor);
        add(&part, "in", &project);
    }
    text
}

#[test]
fn a_slice_of_horizon_2020_gives_the_reference_numbers() {
    let Some(input) = shared("data/h2020-participation") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("sc6.nt"), horizon_2020(&input, "SC6"))
        .expect("a file is written");
    weft(folder.path(), &["load", "sc6.nt"]).expect(0);
    let ids = "nodes,edges,density,components,largestComponentShare,isolates,transitivity,\
               averageClustering,sectorEiIndex,sphereEiIndex";
    let answer = metrics(folder.path(), &["collaboration", "--metrics", ids]);
    for (id, expected) in [
        ("nodes", 2_067.0),
        ("edges", 20_634.0),
        ("components", 112.0),
        ("isolates", 101.0),
    ] {
        assert_eq!(metric(&answer, id), expected, "{id}");
    }
    // An E-I index of x means that (x + 1) / 2 of the ties run across.
    for (id, expected) in [
        ("density", 0.009_663_68),
        ("largestComponentShare", 1_940.0 / 2_067.0),
        ("transitivity", 0.332_113),
        ("averageClustering", 0.781_928),
        ("sectorEiIndex", 2.0 * 0.926_19 - 1.0),
        ("sphereEiIndex", 2.0 * 0.612_581 - 1.0),
    ] {
        close(id, metric(&answer, id), expected, 1e-6);
    }
    let best = |id: &str| {
        let sort = format!("-{id}");
        let arguments = [
            "metrics",
            "collaboration",
            "--nodes",
            "--metrics",
            id,
            "--sort",
            &sort,
            "--limit",
            "3",
            "--format",
            "csv",
        ];
        table(&weft(folder.path(), &arguments).expect(0).stdout)
    };
    let iri = |pic: &str| format!("https://example.org/pic/{pic}");
    let degrees = [
        ("999991334", 253.0),
        ("999997930", 238.0),
        ("999993953", 223.0),
    ];
    for (row, (pic, degree)) in best("degree").iter().zip(degrees) {
        assert_eq!((&row["iri"], number(&row["degree"])), (&iri(pic), degree));
    }
    let between = [
        ("999991334", 0.074_711),
        ("999997930", 0.059_184),
        ("999984059", 0.055_242),
    ];
    for (row, (pic, expected)) in best("betweenness").iter().zip(between) {
        assert_eq!(row["iri"], iri(pic));
        close(pic, number(&row["betweenness"]), expected, 1e-6);
    }
    // A filter by place keeps the organisations of a country.
    let spain = ["--filter", "place=https://example.org/country/ES"];
    let mut arguments = vec!["collaboration", "--metrics", "nodes,sectorDiversity"];
    arguments.extend(spain);
    let answer = metrics(folder.path(), &arguments);
    let nodes = metric(&answer, "nodes");
    assert!(0.0 < nodes && nodes < 2_067.0, "{answer}");
}
