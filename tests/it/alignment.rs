//! Real data in a foreign vocabulary through the alignment rules: how many services, organisations
//! and ties it makes, and in which sectors. The numbers were counted in the source files outside
//! this project (`SOURCE.md` beside them), the sectors from the codes by hand of the code lists.

use crate::cases::load_ontology;
use crate::networks::{json, weft};
use crate::support::{run, shared};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const GRAPH: &str = "https://w3id.org/weft/graph/partner/trento";
/// Services in each sector, by the codes of NACE and COFOG that the lists of branches match.
const SECTORS: [&str; 10] = [
    "branch-adjacent/civil-rights,3",
    "branch-adjacent/culture,9",
    "branch-adjacent/energy,4",
    "branch-adjacent/food-agriculture,3",
    "branch-adjacent/research,2",
    "branch-adjacent/urban-development,3",
    "branch/education,25",
    "branch/employment,43",
    "branch/income,3",
    "branch/social-services,47",
];
const INFERRED: &str = "https://w3id.org/weft/graph/inferred";

#[track_caller]
fn rows(folder: &Path, query: &str) -> Vec<String> {
    let prefixes = "PREFIX weft: <https://w3id.org/weft/ns#>
        PREFIX branch: <https://w3id.org/weft/code/branch/>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        PREFIX cv: <http://data.europa.eu/m8g/> PREFIX cpsv: <http://purl.org/vocab/cpsv#>
        PREFIX dct: <http://purl.org/dc/terms/> ";
    fs::write(folder.join("check.rq"), format!("{prefixes}{query}")).expect("the query is written");
    let answer = weft(folder, &["query", "check.rq", "--format", "csv"]).expect(0);
    answer.stdout.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_trento_catalogue_becomes_services_organisations_ties_and_sectors() {
    let Some(input) = shared("data/trento-cpsv-ap") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    load_ontology(folder, "data");
    let files = ["famiglia", "lavoro", "online"];
    let files = files.map(|name| {
        input
            .join(format!("servizi_{name}.rdf"))
            .display()
            .to_string()
    });
    let mut arguments = vec!["load", "--data-dir", "data", "--graph", GRAPH];
    arguments.extend(files.iter().map(String::as_str));
    run(folder, &arguments).expect(0);

    let counts = "SELECT (COUNT(DISTINCT ?s) AS ?services) (COUNT(DISTINCT ?a) AS ?actors) {
        { ?s a weft:Service } UNION { ?a a weft:Actor } }";
    assert_eq!(rows(folder, counts), ["127,30"]);
    let edges = "SELECT (COUNT(*) AS ?edges) { ?a weft:provides ?s }";
    assert_eq!(rows(folder, edges), ["127"]);
    let network = json(&weft(folder, &["metrics", "affiliation", "--format", "json"]).expect(0));
    assert_eq!(
        (&network["metrics"]["nodes"], &network["metrics"]["edges"]),
        (&157.into(), &127.into())
    );

    // All of it is told apart: the graph of the source holds nothing in Weft's terms.
    let own = format!(
        "SELECT (COUNT(*) AS ?n) {{ GRAPH <{GRAPH}> {{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(weft:))) }} }}"
    );
    assert_eq!(rows(folder, &own), ["0"]);
    let elsewhere = format!(
        "SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s weft:sector ?sector . ?s a weft:Service }} FILTER(?g != <{INFERRED}>) }}"
    );
    assert_eq!(rows(folder, &elsewhere), ["0"]);

    let sectors = "SELECT ?name (COUNT(DISTINCT ?s) AS ?services) {
        ?s a weft:Service ; weft:sector ?sector . BIND(REPLACE(STR(?sector), '^.*/code/', '') AS ?name)
        } GROUP BY ?name ORDER BY ?name";
    assert_eq!(rows(folder, sectors), SECTORS);
    // Which services have no sector, and their codes: none of them is in the lists of branches.
    let without =
        "SELECT (COUNT(*) AS ?n) { ?s a weft:Service FILTER NOT EXISTS { ?s weft:sector ?any } }";
    assert_eq!(rows(folder, without), ["13"]);
}
