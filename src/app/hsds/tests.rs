//! Directories that are written, and read again.

use super::*;
use crate::app::{Config, GraphChange, Writer};
use crate::ingest::mapping::{self, ImportOptions, Mapping};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::store::{DatasetSpec, Limits, Query, QueryResults};
use oxigraph::io::RdfFormat;
use std::io::Read;
use std::path::Path;
use tempfile::TempDir;

fn fresh() -> KnowledgeGraph {
    let config = Config {
        data_dir: None,
        ..Config::default()
    };
    KnowledgeGraph::open(config).unwrap()
}

fn import(graph: &KnowledgeGraph, folder: &Path, name: &str) -> NamedNode {
    let mapping = Mapping::find("hsds").unwrap();
    let options = ImportOptions {
        name: Some(name.to_owned()),
        ..ImportOptions::default()
    };
    let inputs = [folder.to_owned()];
    let made = mapping::import(&mapping, &inputs, graph.ontology(), &options, &()).unwrap();
    let iri = NamedNode::new(format!("https://w3id.org/weft/graph/partner/{name}")).unwrap();
    graph
        .write_graph(
            &Writer::Local,
            iri.clone().into(),
            made.batch,
            GraphChange::Replace,
        )
        .unwrap();
    iri
}

fn export(graph: &KnowledgeGraph, iri: &NamedNode) -> TempDir {
    let folder = TempDir::new().unwrap();
    let directory = graph.directory(&graph.snapshot(), Some(iri)).unwrap();
    for table in TABLES {
        let mut file = std::fs::File::create(folder.path().join(table.path)).unwrap();
        directory.write_table(table, &mut file).unwrap();
    }
    folder
}

/// Rows of a query on one graph, as text.
fn rows(graph: &KnowledgeGraph, iri: &NamedNode, pattern: &str) -> BTreeSet<String> {
    let text = format!(
        "PREFIX schema: <http://schema.org/> PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#>
         SELECT * {{ {{ SELECT DISTINCT {pattern} }} }}"
    );
    let query = Query::parse(&text, None, &iri::PREFIXES).unwrap();
    let dataset = DatasetSpec {
        default_graphs: vec![iri.clone()],
        named_graphs: Vec::new(),
    };
    let snapshot = graph.snapshot();
    let rows = snapshot.query(&query, &dataset, &Limits::default(), |results| {
        let QueryResults::Solutions(solutions) = results else {
            panic!("no rows");
        };
        let text = |solution: Result<spareval::QuerySolution, _>| {
            let solution = solution.unwrap();
            let cells: BTreeMap<&str, String> = solution
                .iter()
                .map(|(name, term)| (name.as_str(), term.to_string()))
                .collect();
            format!("{cells:?}")
        };
        solutions.map(text).collect()
    });
    rows.unwrap()
}

#[test]
fn what_is_exported_and_read_again_says_the_same() {
    let graph = fresh();
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/import/hsds3/data");
    let first = import(&graph, &case, "first");
    let written = export(&graph, &first);
    let second = import(&graph, written.path(), "second");
    for pattern in [
        "?name ?other ?about ?page ?since ?legal ?parent ?funded {
           ?a a weft:Actor ; rdfs:label ?name . OPTIONAL { ?a skos:altLabel ?other }
           OPTIONAL { ?a dct:description ?about } OPTIONAL { ?a weft:website ?page }
           OPTIONAL { ?a weft:since ?since } OPTIONAL { ?a weft:legalNote ?legal }
           OPTIONAL { ?a weft:fundingNote ?funded }
           OPTIONAL { ?a weft:partOf/rdfs:label ?parent } }",
        "?name ?provider ?about ?page ?state ?who ?hours ?language ?area {
           ?s a weft:Service ; rdfs:label ?name . ?a weft:provides ?s ; rdfs:label ?provider .
           OPTIONAL { ?s dct:description ?about } OPTIONAL { ?s weft:website ?page }
           OPTIONAL { ?s weft:statusNote ?state } OPTIONAL { ?s weft:eligibilityNote ?who }
           OPTIONAL { ?s schema:openingHours ?hours } OPTIONAL { ?s schema:availableLanguage ?language }
           OPTIONAL { ?s weft:areaNote ?area } }",
        "?name ?term ?code ?scheme ?broader {
           ?s weft:classification ?t ; rdfs:label ?name . ?t rdfs:label ?term ; skos:notation ?code .
           OPTIONAL { ?t skos:inScheme/rdfs:label ?scheme } OPTIONAL { ?t skos:broader/rdfs:label ?broader } }",
        "?name ?sector { ?s weft:sector ?given ; rdfs:label ?name . OPTIONAL { ?given rdfs:label ?label }
           BIND(COALESCE(?label, ?given) AS ?sector) }",
        "?name ?place ?lat ?long ?street ?town ?zip ?country ?access ?owner {
           ?s weft:place ?p ; rdfs:label ?name . ?p rdfs:label ?place .
           OPTIONAL { ?p geo:lat ?lat ; geo:long ?long } OPTIONAL { ?p weft:accessibilityNote ?access }
           OPTIONAL { ?a weft:place ?p ; a weft:Actor ; rdfs:label ?owner }
           OPTIONAL { ?p schema:address ?d . OPTIONAL { ?d schema:streetAddress ?street }
             OPTIONAL { ?d schema:addressLocality ?town } OPTIONAL { ?d schema:addressRegion ?state }
             OPTIONAL { ?d schema:postalCode ?zip } OPTIONAL { ?d weft:countryCode ?country } } }",
    ] {
        let before = rows(&graph, &first, pattern);
        assert!(!before.is_empty(), "{pattern}");
        assert_eq!(before, rows(&graph, &second, pattern), "{pattern}");
    }
    // Once the ids are UUIDs they stay, and so does every cell.
    let again = export(&graph, &second);
    for name in ["organizations.csv", "services.csv", "addresses.csv"] {
        let read = |folder: &TempDir| {
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            // The IRIs are others, and what is made from them.
            let made = ["uri", "location_id"];
            let is_address = name == "addresses.csv";
            let headers = reader.headers().unwrap().clone();
            reader
                .records()
                .map(|record| {
                    let record = record.unwrap();
                    let cells = headers.iter().zip(record.iter());
                    let cells = cells.filter(|(column, _)| {
                        !(made.contains(column) || is_address && *column == "id")
                    });
                    cells.map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>()
                })
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(read(&written), read(&again), "{name}");
    }
}

#[test]
fn public_services_of_another_vocabulary_are_a_directory_too() {
    let graph = fresh();
    let turtle = "@prefix : <http://x.example/> . @prefix cpsv: <http://purl.org/vocab/cpsv#> .
        @prefix cv: <http://data.europa.eu/m8g/> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        :s a cpsv:PublicService ; dct:title 'Asilo'@it ; cv:hasCompetentAuthority :b , :a ;
          cv:sector <http://x/nace/Q88.9> .
        :lone a cpsv:PublicService ; dct:title 'Nobody\\'s' .
        :a a cv:PublicOrganisation ; skos:prefLabel 'Comune di Rovereto'@it ; dct:spatial <http://place.example/ROV> .
        :b a cv:PublicOrganisation ; skos:prefLabel '=Ministero, \"due\"' ; dct:spatial <http://place.example/ROV> .";
    let parsed = parse_bytes(
        turtle.as_bytes(),
        RdfFormat::Turtle,
        &ParseOptions::default(),
    );
    let iri = NamedNode::new("http://x.example/graph/one").unwrap();
    graph
        .write_graph(
            &Writer::Local,
            iri.into(),
            parsed.unwrap(),
            GraphChange::Replace,
        )
        .unwrap();
    let tree = NamedNode::new("http://x.example/graph").unwrap();
    let directory = graph.directory(&graph.snapshot(), Some(&tree)).unwrap();
    assert_eq!(directory.counts().organizations, 2);
    assert_eq!(directory.counts().services, 1);
    let left_out = LeftOut {
        services_without_provider: 1,
        further_providers: 1,
        innovations: 0,
    };
    assert_eq!(directory.left_out(), left_out);
    let mut text = Vec::new();
    directory.write_json(&mut text).unwrap();
    let page: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(page["total_items"], 2);
    let council = &page["contents"][0];
    assert_eq!(council["name"], "Comune di Rovereto");
    assert_eq!(council["uri"], "http://x.example/a");
    let service = &council["services"][0];
    assert_eq!(service["name"], "Asilo");
    let sector = service["attributes"].as_array().unwrap();
    let sector = sector
        .iter()
        .find(|row| row["link_type"] == "sector")
        .unwrap();
    let social = "https://w3id.org/weft/code/branch/social-services";
    assert_eq!(sector["taxonomy_term"]["term_uri"], social);
    assert!(sector["taxonomy_term"]["taxonomy_detail"]["name"].is_string());
    assert!(
        council["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["link_type"] == "sphere")
    );
    // Each of the two has the place as a location of its own.
    let ids: BTreeSet<&str> = page["contents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|organization| organization["locations"][0]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 2);

    let mut zip = Vec::new();
    directory.write_zip(&mut zip).unwrap();
    let mut archive = zip::ZipArchive::new(io::Cursor::new(zip)).unwrap();
    assert_eq!(archive.len(), TABLES.len() + 1);
    let mut table = String::new();
    let mut file = archive.by_name("organizations.csv").unwrap();
    file.read_to_string(&mut table).unwrap();
    assert!(table.contains("\"=Ministero, \"\"due\"\"\""), "{table}");

    let nowhere = NamedNode::new("http://nowhere.example/").unwrap();
    assert!(matches!(
        graph.directory(&graph.snapshot(), Some(&nowhere)),
        Err(AppError::NoSuchGraph(_))
    ));
}

#[test]
fn ids_are_uuids_that_stay() {
    let id = uuid("<http://x/>");
    assert!(is_uuid(&id) && id == uuid("<http://x/>") && id != uuid("<http://y/>"));
    assert_eq!((&id[14..15], "89ab".contains(&id[19..20])), ("8", true));
}
