//! The mappings that ship, on made-up tables and on real files: what the made-up ones become, and
//! every reference number that the notes beside the real files (`SOURCE.md`) give. The numbers
//! were counted outside this project.

use crate::cases::{check_import, load_ontology};
use crate::networks::{json, weft};
use crate::support::{report, root, run, shared};
use flate2::read::GzDecoder;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use tempfile::TempDir;

const PREFIXES: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
    PREFIX role: <https://w3id.org/weft/code/link-role/>
    PREFIX type: <https://w3id.org/weft/code/actor-type/>
    PREFIX level: <https://w3id.org/weft/code/governance-level/>
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX dct: <http://purl.org/dc/terms/>
    PREFIX cv: <http://data.europa.eu/m8g/>
    PREFIX cpsv: <http://purl.org/vocab/cpsv#>
    PREFIX eli: <http://data.europa.eu/eli/ontology#>
    ";

/// Imports files with a shipped mapping into `data` and gives what the import reports.
#[track_caller]
fn import(folder: &Path, mapping: &str, inputs: &[&Path], name: Option<&str>) -> String {
    let inputs: Vec<String> = inputs
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let mut arguments = vec!["import", mapping];
    arguments.extend(inputs.iter().map(String::as_str));
    if let Some(name) = name {
        arguments.extend(["--name", name]);
    }
    let said = weft(folder, &arguments).expect(0).stderr;
    let line = said.lines().find(|line| line.starts_with("Version"));
    report(&format!(
        "reference: {mapping}: {}",
        line.unwrap_or("nothing")
    ));
    said
}

/// Asserts the rows of a query in CSV, without its header.
#[track_caller]
fn check(folder: &Path, query: &str, expected: &[&str]) {
    let file = folder.join("check.rq");
    fs::write(&file, format!("{PREFIXES}{query}")).expect("the query is written");
    let answer = weft(folder, &["query", "check.rq", "--format", "csv"]).expect(0);
    let found: Vec<&str> = answer.stdout.lines().skip(1).collect();
    assert_eq!(found, expected, "{query}");
}

/// Asserts metrics of a network to six decimals.
#[track_caller]
fn check_network(folder: &Path, network: &str, expected: &[(&str, f64)]) {
    let ids: Vec<&str> = expected.iter().map(|(id, _)| *id).collect();
    let ids = ids.join(",");
    let arguments = ["metrics", network, "--metrics", &ids, "--format", "json"];
    let answer = json(&weft(folder, &arguments).expect(0));
    for (id, expected) in expected {
        let found = answer["metrics"][id].as_f64();
        let close = found.is_some_and(|found| (found - expected).abs() <= 1e-6);
        assert!(close, "{network}: {id} is {found:?}, not {expected}");
    }
}

#[test]
fn made_up_tables_of_each_kind_become_what_is_expected() {
    for (case, mapping, input, name) in [
        ("360giving", "360giving", "data", None),
        ("charities", "charities", "data", None),
        ("cordis", "cordis", "data", None),
        ("cordis-2", "cordis", "data", None),
        ("esf", "esf", "data", None),
        ("ohana", "ohana", "data", None),
        ("template", "template", "data", Some("ejemplo")),
        // The same rows as sheets of a workbook.
        ("template", "template", "book", Some("ejemplo")),
    ] {
        let folder = TempDir::new().expect("a temporary folder");
        let input = root().join("tests/cases/import").join(case).join(input);
        import(folder.path(), mapping, &[&input], name);
        check_import(folder.path(), case);
    }
}

#[test]
fn the_template_is_accepted_as_it_ships_and_has_no_rows() {
    let folder = TempDir::new().expect("a temporary folder");
    let said = import(folder.path(), "template", &[], None);
    for table in ["actors", "services", "participations", "ties"] {
        let line = format!("{table}.csv: 0 rows, 0 left out");
        assert!(said.contains(&line), "{said}");
    }
    // Each sheet of the workbook has the columns of its table, or the import would say so.
    let sheets = said.matches("weft-template.xlsx: 0 rows, 0 left out");
    assert_eq!(sheets.count(), 4, "{said}");
    assert!(
        !said.contains("warning") && !said.contains("note"),
        "{said}"
    );
}

#[test]
fn a_mapping_reads_the_headings_of_other_languages() {
    let folder = TempDir::new().expect("a temporary folder");
    let table = "Name des Begünstigten\tBezeichnung des Vorhabens\tGesamtkosten\tFonds\n\
                 Verein Brücke\tLernhilfe\t1.234,50\tESF+\n";
    let file = folder.path().join("liste.tsv");
    fs::write(&file, table).expect("the table is written");
    import(folder.path(), "esf", &[&file], None);
    check(
        folder.path(),
        "SELECT ?payee ?amount { ?f weft:payee/rdfs:label ?payee ; weft:amount ?amount }",
        &["Verein Brücke,1234.5"],
    );
}

#[test]
fn the_esf_lists_of_spain_give_the_reference_numbers() {
    let Some(input) = shared("data/esf-spain-2007-2013") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    let said = import(folder, "esf", &[&input], None);
    assert!(!said.contains("findings"), "{said}");
    check(
        folder,
        "SELECT (COUNT(*) AS ?rows) (COUNT(DISTINCT ?who) AS ?beneficiaries)
                (COUNT(DISTINCT ?line) AS ?lines) {
           ?f a weft:FundingFlow ; weft:payee ?who ; weft:amount ?sum ; weft:classification ?line }",
        &["10629,9210,15"],
    );
    check(
        folder,
        "SELECT (SUM(?lines) AS ?edges) (SUM(IF(?lines > 1, 1, 0)) AS ?inTwo) {
           SELECT ?who (COUNT(DISTINCT ?line) AS ?lines) {
             ?who a weft:Actor ; weft:classification ?line } GROUP BY ?who }",
        &["10475,865"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?programmes > 1, 1, 0)) AS ?inTwo) {
           SELECT ?who (COUNT(DISTINCT ?programme) AS ?programmes) {
             ?f weft:payee ?who ; weft:payer ?programme } GROUP BY ?who }",
        &["53"],
    );
    check(
        folder,
        "SELECT ?cci ?level (COUNT(*) AS ?rows) (SUM(?sum) AS ?spending) {
           ?f weft:payer ?programme ; weft:amount ?sum .
           ?programme dct:identifier ?cci ; weft:level ?l .
           BIND(STRAFTER(STR(?l), \"governance-level/\") AS ?level) }
         GROUP BY ?cci ?level ORDER BY ?cci",
        &[
            "2007ES051PO009,regional,1384,97893438.13",
            "2007ES052PO004,regional,3520,147680396.7",
            "2007ES052PO006,regional,684,25605157.56",
            "2007ES052PO008,regional,1439,378469395.54",
            "2007ES052PO009,regional,399,42130393.8",
            "2007ES052PO010,regional,1645,125594296.11",
            "2007ES052PO011,regional,484,17048333.25",
            "2007ES05UPO002,national,1051,509585856.59",
            "2007ES05UPO003,national,23,40586218.3",
        ],
    );
    // The accent keeps two spellings apart, as the reference numbers have it: linking is for later.
    check(
        folder,
        "SELECT ?label { ?a a weft:Actor ; rdfs:label ?label .
           FILTER(REGEX(?label, \"^FUNDACI[OÓ]N SECRETARIADO GITANO$\")) } ORDER BY ?label",
        &[
            "FUNDACION SECRETARIADO GITANO",
            "FUNDACIÓN SECRETARIADO GITANO",
        ],
    );
    // Beneficiaries in a national and a regional programme join the levels; 9 programmes and 9,210
    // beneficiaries are in the funding network.
    check_network(folder, "funding", &[("nodes", 9_219.0)]);
    check_network(folder, "levels", &[("nodes", 2.0), ("edges", 1.0)]);
}

#[test]
fn the_360giving_grants_give_the_reference_numbers() {
    let Some(input) = shared("data/uk-charity-grants/lloyds-bank-foundation-grants.json.gz") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    import(folder, "360giving", &[&input], None);
    check(
        folder,
        "SELECT (COUNT(*) AS ?grants) (COUNT(DISTINCT ?to) AS ?recipients) (SUM(?sum) AS ?total)
                (COUNT(DISTINCT ?programme) AS ?programmes) {
           ?f a weft:FundingFlow ; weft:payer <https://w3id.org/weft/id/actor/GB-CHC-327114> ;
              weft:payee ?to ; weft:amount ?sum ; weft:unit \"GBP\" ; weft:classification ?programme }",
        &["4116,3624,115795635.69,46"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?grants > 1, 1, 0)) AS ?two) (SUM(IF(?programmes > 1, 1, 0)) AS ?inTwo) {
           SELECT ?to (COUNT(?f) AS ?grants) (COUNT(DISTINCT ?programme) AS ?programmes) {
             ?f weft:payee ?to ; weft:classification ?programme } GROUP BY ?to }",
        &["478,418"],
    );
    check(
        folder,
        "SELECT ?prefix (COUNT(*) AS ?actors) {
           ?f weft:payee ?to . FILTER NOT EXISTS { ?g weft:payee ?to FILTER(STR(?g) < STR(?f)) }
           BIND(REPLACE(STR(?to), \"^.*/actor/(GB-[A-Z]+)-.*$\", \"$1\") AS ?prefix) }
         GROUP BY ?prefix ORDER BY ?prefix",
        &["GB-CHC,3623", "GB-EDU,1"],
    );
    check_network(folder, "funding", &[("nodes", 3_625.0), ("edges", 3_624.0)]);
}

#[test]
fn the_classified_charities_give_the_reference_numbers() {
    let Some(input) = shared("data/uk-charity-grants") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    import(folder, "charities", &[&input], None);
    // The 4,203 rows are about 4,104 charities: 99 were classified twice. The numbers are those of
    // rows, that is of statements.
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?who) AS ?charities) (COUNT(*) AS ?statements) {
           ?s a weft:SectorAssertion ; weft:about ?who ; weft:assertedSector ?section .
           FILTER(CONTAINS(STR(?section), \"/code/icnptso/\")) }",
        &["4104,4203"],
    );
    check(
        folder,
        "SELECT ?section (COUNT(*) AS ?charities) {
           ?s a weft:SectorAssertion ; weft:assertedSector ?sector .
           FILTER(CONTAINS(STR(?sector), \"/code/icnptso/\"))
           BIND(REPLACE(STR(?sector), \"^.*/\", \"\") AS ?section) }
         GROUP BY ?section ORDER BY DESC(?charities)",
        &[
            "I,689", "A,688", "D,585", "H,480", "B,474", "G,445", "F,407", "C,271", "E,73", "K,38",
            "L,32", "J,21",
        ],
    );
    let tags = "?s weft:assertedSector ?tag . ?tag skos:inScheme ?scheme ; skos:notation ?code .
                FILTER(STRENDS(STR(?scheme), \"/ukcat\"))";
    check(
        folder,
        &format!("SELECT (COUNT(*) AS ?links) (COUNT(DISTINCT ?tag) AS ?tags) {{ {tags} }}"),
        &["9780,228"],
    );
    check(
        folder,
        &format!(
            "SELECT ?categories (COUNT(*) AS ?charities) {{
               SELECT ?s (COUNT(DISTINCT ?category) AS ?categories) {{
                 {tags} BIND(SUBSTR(?code, 1, 2) AS ?category) }} GROUP BY ?s }}
             GROUP BY ?categories ORDER BY ?categories"
        ),
        &[
            "1,1970", "2,1253", "3,601", "4,236", "5,90", "6,36", "7,13", "8,3", "11,1",
        ],
    );
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?term) AS ?tags) { ?term skos:inScheme ?scheme
           FILTER(STRENDS(STR(?scheme), \"/ukcat\")) }",
        &["254"],
    );

    // Both mappings name a charity by its number in the register, so that grants reach it. The
    // notes say 108 recipients and 118 grants; the identifiers of the two files have 93 and 102 in
    // common (by number in the register too; with equal names besides, 99 and 109), so the notes
    // count something else.
    let grants = input.join("lloyds-bank-foundation-grants.json.gz");
    import(folder, "360giving", &[&grants], None);
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?who) AS ?recipients) (COUNT(DISTINCT ?f) AS ?grants) {
           ?f weft:payee ?who . FILTER EXISTS { ?s weft:about ?who } }",
        &["93,102"],
    );
}

#[test]
fn horizon_2020_gives_the_reference_numbers() {
    let Some(input) = shared("data/h2020-participation") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    let said = import(folder, "cordis", &[&input], None);
    // One of the 16,592 rows with a name has no PIC; nothing else is amiss.
    assert!(
        said.contains("1 findings: 1 cost a row, 0 a value"),
        "{said}"
    );
    assert!(
        said.contains("organisations-2017.csv.gz: 16592 rows, 1 left out"),
        "{said}"
    );
    check(
        folder,
        "SELECT (COUNT(*) AS ?rows) (COUNT(DISTINCT ?project) AS ?projects)
                (COUNT(DISTINCT ?who) AS ?organisations) (COUNT(DISTINCT ?country) AS ?countries) {
           ?p a weft:Participation ; weft:in ?project ; weft:actor ?who .
           ?who weft:countryCode ?country }",
        &["144726,31451,35871,169"],
    );
    // "partner" takes part without money of the Union: here it is a supporter.
    check(
        folder,
        "SELECT ?role (COUNT(*) AS ?rows) { ?p a weft:Participation ; weft:role ?r
           BIND(STRAFTER(STR(?r), \"link-role/\") AS ?role) } GROUP BY ?role ORDER BY ?role",
        &["coordinator,31476", "partner,106108", "supporter,7142"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?size = 1, 1, 0)) AS ?single) (SUM(IF(?leads > 1, 1, 0)) AS ?several)
                (MAX(?size) AS ?largest) {
           SELECT ?project (COUNT(*) AS ?size) (SUM(IF(?r = role:coordinator, 1, 0)) AS ?leads) {
             ?p weft:in ?project ; weft:role ?r } GROUP BY ?project }",
        &["19050,25,186"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?projects = 1, 1, 0)) AS ?one) (MAX(?projects) AS ?most) {
           SELECT ?who (COUNT(*) AS ?projects) { ?p weft:actor ?who } GROUP BY ?who }",
        &["22463,1372"],
    );
    // Where no name is known the label is the PIC.
    check(
        folder,
        "SELECT (COUNT(*) AS ?rows) { ?p weft:actor/rdfs:label ?label
           FILTER(!STRSTARTS(?label, \"Organisation, PIC \")) }",
        &["110696"],
    );
    check(
        folder,
        "SELECT (COUNT(*) AS ?organisations) (SUM(?parts) AS ?edges)
                (SUM(IF(?parts > 1, 1, 0)) AS ?inTwo) {
           SELECT ?who (COUNT(DISTINCT ?part) AS ?parts) {
             ?p weft:actor ?who ; weft:in/weft:classification ?part } GROUP BY ?who }",
        &["35691,61052,13171"],
    );
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?part) AS ?parts) (COUNT(*) AS ?rows) {
           ?project weft:classification ?part ; a weft:Innovation .
           FILTER EXISTS { ?p weft:in ?project } }",
        &["17,37440"],
    );
    for (part, expected) in [("SC6", "455,2067"), ("SC1", "1105,3995")] {
        let query = format!(
            "SELECT (COUNT(DISTINCT ?project) AS ?projects) (COUNT(DISTINCT ?who) AS ?organisations) {{
               ?project weft:classification/skos:notation \"{part}\" . ?p weft:in ?project ; weft:actor ?who }}"
        );
        check(folder, &query, &[expected]);
    }
}

/// Writes the rows of the projects of one part of the programme to `part/h2020.csv`.
fn slice(input: &Path, part: &str, folder: &Path) {
    let open = |name: &str| {
        let file = File::open(input.join(name)).expect("the table is there");
        csv::Reader::from_reader(GzDecoder::new(file))
    };
    let projects: BTreeSet<String> = open("programme_parts.csv.gz")
        .records()
        .map(|row| row.expect("a row"))
        .filter(|row| &row[1] == part)
        .map(|row| row[0].to_owned())
        .collect();
    fs::create_dir(folder.join("part")).expect("a folder");
    let mut out = csv::Writer::from_path(folder.join("part/h2020.csv")).expect("a file");
    let mut reader = open("h2020.csv.gz");
    out.write_record(reader.headers().expect("a header"))
        .expect("a row");
    for row in reader.records().map(|row| row.expect("a row")) {
        if projects.contains(&row[0]) {
            out.write_record(&row).expect("a row");
        }
    }
    out.flush().expect("the file is written");
}

#[test]
fn slices_of_horizon_2020_give_the_reference_numbers_through_the_mapping() {
    let Some(input) = shared("data/h2020-participation") else {
        return;
    };
    for (part, expected) in [
        (
            "SC6",
            [
                ("nodes", 2_067.0),
                ("edges", 20_634.0),
                ("density", 0.009_663_68),
                ("components", 112.0),
                ("largestComponentShare", 1_940.0 / 2_067.0),
                ("isolates", 101.0),
                ("transitivity", 0.332_113),
                ("averageClustering", 0.781_928),
            ],
        ),
        (
            "SC1",
            [
                ("nodes", 3_995.0),
                ("edges", 84_857.0),
                ("density", 0.010_636_36),
                ("components", 331.0),
                ("largestComponentShare", 3_644.0 / 3_995.0),
                ("isolates", 317.0),
                ("transitivity", 0.274_991),
                ("averageClustering", 0.747_891),
            ],
        ),
    ] {
        let folder = TempDir::new().expect("a temporary folder");
        slice(&input, part, folder.path());
        import(
            folder.path(),
            "cordis",
            &[&folder.path().join("part")],
            None,
        );
        check_network(folder.path(), "collaboration", &expected);
        if part == "SC6" {
            // 19,111 of 20,634 ties run between countries (0.92619), 12,640 between types (0.612581).
            // The type OTH says nothing, so it is no actor type.
            check(
                folder.path(),
                "SELECT (COUNT(*) AS ?ties) (SUM(IF(?c != ?d, 1, 0)) AS ?countries)
                        (SUM(IF(?t != ?u, 1, 0)) AS ?types) {
                   { SELECT DISTINCT ?a ?b { ?p weft:actor ?a ; weft:in ?project . ?q weft:in ?project ; weft:actor ?b
                       FILTER(STR(?a) < STR(?b)) } }
                   ?a weft:countryCode ?c . ?b weft:countryCode ?d .
                   OPTIONAL { ?a weft:actorType ?x } OPTIONAL { ?b weft:actorType ?y }
                   BIND(COALESCE(STR(?x), \"OTH\") AS ?t) BIND(COALESCE(STR(?y), \"OTH\") AS ?u) }",
                &["20634,19111,12640"],
            );
        }
    }
}

#[test]
fn the_trento_catalogue_gives_the_reference_numbers() {
    let Some(input) = shared("data/trento-cpsv-ap") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    load_ontology(folder, "data");
    let files = [
        "servizi_famiglia.rdf",
        "servizi_lavoro.rdf",
        "servizi_online.rdf",
    ];
    let graph = "https://w3id.org/weft/graph/partner/trento";
    for (file, triples) in files.iter().zip([2_494, 1_936, 2_534]) {
        let file = input.join(file).display().to_string();
        let said = weft(folder, &["load", &file, "--graph", graph])
            .expect(0)
            .stderr;
        assert!(said.contains(&format!("{triples} statements")), "{said}");
    }
    check(
        folder,
        &format!("SELECT (COUNT(*) AS ?triples) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"),
        &["6300"],
    );
    // Through the alignment: services, organisations, who provides what.
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?s) AS ?services) (COUNT(DISTINCT ?a) AS ?organisations) {
           { ?s a weft:Service } UNION { ?a a weft:Actor } }",
        &["127,30"],
    );
    check(
        folder,
        "SELECT (COUNT(*) AS ?edges) (COUNT(DISTINCT ?s) AS ?services) (COUNT(DISTINCT ?a) AS ?used) {
           ?a weft:provides ?s }",
        &["127,127,30"],
    );
    check(
        folder,
        "SELECT ?label (COUNT(*) AS ?services) { ?a weft:provides ?s ; rdfs:label ?label }
         GROUP BY ?a ?label ORDER BY DESC(?services) LIMIT 1",
        &["Provincia autonoma di Trento - Agenzia del Lavoro,43"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?codes > 1, 1, 0)) AS ?inTwo) (COUNT(*) AS ?authorities) {
           SELECT ?a (COUNT(DISTINCT ?nace) AS ?codes) { ?a weft:provides ?s . ?s cv:sector ?nace }
           GROUP BY ?a }",
        &["14,29"],
    );
    // The links of the source, of services: how many, and to how many things.
    for (property, expected) in [
        ("cv:sector", "155,34"),
        ("cv:thematicArea", "166,11"),
        ("dct:type", "188,36"),
        ("cv:hasLegalResource", "306,186"),
        ("cv:isGroupedBy", "216,25"),
        ("dct:requires", "10,7"),
        ("dct:relation", "132,78"),
    ] {
        let query = format!(
            "SELECT (COUNT(*) AS ?links) (COUNT(DISTINCT ?o) AS ?things) {{
               GRAPH <{graph}> {{ ?s a cpsv:PublicService ; {property} ?o }} }}"
        );
        check(folder, &query, &[expected]);
    }
}

#[test]
fn the_miami_directory_gives_the_reference_numbers_of_its_levels() {
    let Some(input) = shared("data/miami-211-hsds") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    let said = import(folder, "hsds", &[&input], Some("miami"));
    for (file, rows) in [
        ("organizations", 1_074),
        ("services", 4_089),
        ("taxonomy", 1_994),
        ("services_taxonomy", 26_259),
        ("services_at_location", 4_089),
        ("locations", 4_089),
        ("physical_addresses", 4_089),
        ("eligibility", 2_244),
        ("languages", 9_364),
        ("regular_schedules", 11_350),
        ("accessibility_for_disabilities", 4_089),
    ] {
        assert!(
            said.contains(&format!("{file}.csv: {rows} rows")),
            "{file}: {said}"
        );
    }
    // Services of organisations without a row of their own: the middle level.
    check(
        folder,
        "SELECT (COUNT(*) AS ?services) (COUNT(DISTINCT ?agency) AS ?agencies) {
           ?agency weft:partOf ?whole ; weft:provides ?service }",
        &["447,82"],
    );
    check(
        folder,
        "SELECT (SUM(IF(?n = 1, 1, 0)) AS ?one) (MAX(?n) AS ?most) {
           SELECT ?a (COUNT(?s) AS ?n) { ?a weft:provides ?s } GROUP BY ?a }",
        &["509,73"],
    );
    check(
        folder,
        "SELECT (COUNT(*) AS ?pairs) { SELECT DISTINCT ?x ?y {
           ?a a weft:Actor ; weft:sector ?x , ?y . FILTER(STR(?x) < STR(?y)) } }",
        &["45"],
    );
}

#[test]
fn the_ohana_sample_is_read_as_a_whole() {
    let Some(input) = shared("data/ohana-sample") else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let folder = folder.path();
    let said = import(folder, "ohana", &[&input], Some("san-mateo"));
    assert!(!said.contains("findings"), "{said}");
    check(
        folder,
        "SELECT (COUNT(DISTINCT ?a) AS ?organisations) (COUNT(DISTINCT ?s) AS ?services)
                (COUNT(DISTINCT ?p) AS ?locations) {
           ?a a weft:Actor ; weft:place ?p . OPTIONAL { ?s weft:place ?p . ?a weft:provides ?s } }",
        &["8,23,22"],
    );
    check(
        folder,
        "SELECT (COUNT(*) AS ?terms) (SUM(IF(EXISTS { ?t skos:broader ?b }, 0, 1)) AS ?top) {
           ?t a skos:Concept }",
        &["290,11"],
    );
}

#[test]
fn what_ships_is_named_where_a_name_is_wrong() {
    let folder = TempDir::new().expect("a temporary folder");
    let finished = run(folder.path(), &["import", "360given", "x.csv"]).expect(1);
    finished.says(&["did you mean `360giving`?", "charities, cordis, esf, hsds"]);
}
