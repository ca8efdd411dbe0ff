use super::super::table::tests::source;
use super::*;

/// A mapping with one query `q.rq` for the table `t.csv` (or what `entry` says).
fn mapping(entry: &str, query: &str, tables: Vec<TableSource>) -> Result<Mapping, MappingError> {
    let file = if entry.contains("file =") {
        ""
    } else {
        "file = \"t.csv\"\n"
    };
    let manifest =
        format!("name = \"m\"\ntitle = \"M\"\n[[table]]\n{file}query = \"q.rq\"\n{entry}\n");
    let texts = BTreeMap::from([
        ("mapping.toml".to_owned(), manifest),
        ("q.rq".to_owned(), query.to_owned()),
        (
            "after.rq".to_owned(),
            "CONSTRUCT { ?s <http://ex/seen> true } WHERE { ?s <http://ex/n> ?n } LIMIT 1"
                .to_owned(),
        ),
    ]);
    Mapping::from_texts(PathBuf::from("m"), texts, tables)
}

fn options() -> ImportOptions {
    ImportOptions {
        base: "http://ex/".to_owned(),
        time: Some("2020-01-01T00:00:00Z".to_owned()),
        ..ImportOptions::default()
    }
}

fn run(
    entry: &str,
    query: &str,
    table: TableSource,
    options: &ImportOptions,
) -> Result<Import, String> {
    let ontology = crate::ontology::tests::small();
    let mapping = mapping(entry, query, vec![table]).map_err(|error| error.to_string())?;
    import(&mapping, &[], &ontology, options, &()).map_err(|error| error.to_string())
}

/// The triples (without head and provenance, shortened) and the findings, a line each.
fn show(import: &Import) -> String {
    let mut lines = Vec::new();
    for quad in import.batch.iter() {
        let subject = quad.subject.to_string();
        let head = subject.contains("/id/dataset/") && !subject.contains("#row=");
        if !head && quad.predicate.as_ref() != iri::provenance::WAS_DERIVED_FROM {
            let line = format!("{} {} {}", quad.subject, quad.predicate, quad.object);
            let line = line
                .replace("http://ex/id/dataset/m/t.csv#", "#")
                .replace("http://ex/", "");
            lines.push(line.replace("http://www.w3.org/2001/XMLSchema#", "xsd:"));
        }
    }
    lines.extend(import.report.findings.iter().map(|f| format!("! {f}")));
    lines.join("\n")
}

fn check(entry: &str, query: &str, table: &str, expected: &str) {
    match run(entry, query, source("t.csv", table), &options()) {
        Ok(import) => assert_eq!(show(&import), expected),
        Err(error) => assert_eq!(error, expected),
    }
}

const SIMPLE: &str =
    "CONSTRUCT { ?a <http://ex/n> ?name } WHERE { BIND(fn:iri(\"a\", ?id) AS ?a) }";

#[test]
fn each_row_fills_the_template_and_empty_cells_are_unbound() {
    check(
        "",
        SIMPLE,
        "id,name\n1,Ana\n2,\n3,Bo\n",
        "<id/a/1> <n> \"Ana\"\n<id/a/3> <n> \"Bo\"",
    );
}

#[test]
fn the_row_its_number_and_the_namespace_are_variables() {
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?ROWNUM ; <http://ex/s> ?NAMESPACE } WHERE { }";
    check(
        "",
        query,
        "id\n1\n",
        "<#row=2> <n> \"2\"^^<xsd:integer>\n<#row=2> <s> \"m\"",
    );
}

#[test]
fn columns_are_seen_in_every_part_of_the_pattern() {
    let check = |pattern: &str, expected: &str| {
        let query = format!("CONSTRUCT {{ ?ROW <http://ex/n> ?x }} WHERE {{ {pattern} }}");
        let table = source("t.csv", "a,b,l\n1,2,u;v\n3,,\n");
        let import = run("lists = { l = \";\" }", &query, table, &options()).unwrap();
        let shown = show(&import);
        let mut lines: Vec<_> = shown.lines().collect();
        lines.sort();
        assert_eq!(lines.join("\n"), expected, "{pattern}");
    };
    let both = "<#row=2> <n> \"1\"\n<#row=3> <n> \"3\"";
    check("BIND(?a AS ?x)", both);
    check("{ BIND(?a AS ?x) }", both);
    check("OPTIONAL { BIND(?a AS ?x) }", both);
    check(
        "BIND(?b AS ?y) OPTIONAL { BIND(?b AS ?x) }",
        "<#row=2> <n> \"2\"",
    );
    check(
        "{ BIND(?a AS ?x) } UNION { FILTER(?a = \"1\") BIND(?b AS ?x) }",
        "<#row=2> <n> \"1\"\n<#row=2> <n> \"2\"\n<#row=3> <n> \"3\"",
    );
    check(
        "BIND(?a AS ?y) { BIND(?y AS ?z) } UNION { BIND(?b AS ?x) }",
        "<#row=2> <n> \"2\"",
    );
    check("{ SELECT ?x WHERE { BIND(?a AS ?x) } }", both);
    check(
        "{ SELECT (COUNT(*) AS ?n) WHERE { ?ROW col:l ?i } } BIND(STR(?n) AS ?x)",
        "<#row=2> <n> \"2\"",
    );
    check(
        "{ SELECT (MAX(?i) AS ?x) WHERE { ?ROW col:l ?i } }",
        "<#row=2> <n> \"v\"",
    );
    check(
        "BIND(?a AS ?x) FILTER EXISTS { ?ROW col:l ?i FILTER(?a = \"1\") }",
        "<#row=2> <n> \"1\"",
    );
    check(
        "BIND(?a AS ?x) FILTER NOT EXISTS { BIND(?b AS ?y) FILTER(?y = \"2\") }",
        "<#row=3> <n> \"3\"",
    );
    check(
        "BIND(?a AS ?x) MINUS { FILTER(?b = \"2\") }",
        "<#row=3> <n> \"3\"",
    );
    check(
        "BIND(?a AS ?x) MINUS { ?ROW col:l \"u\" }",
        "<#row=3> <n> \"3\"",
    );
    check(
        "VALUES (?a ?x) { (\"1\" \"one\") (\"9\" \"nine\") }",
        "<#row=2> <n> \"one\"",
    );
    check("?ROW col:l ?x", "<#row=2> <n> \"u\"\n<#row=2> <n> \"v\"");
    check(
        "OPTIONAL { ?ROW col:l ?i } BIND(COALESCE(?i, ?a) AS ?x)",
        "<#row=2> <n> \"u\"\n<#row=2> <n> \"v\"\n<#row=3> <n> \"3\"",
    );
    check("FILTER(!BOUND(?b)) BIND(?a AS ?x)", "<#row=3> <n> \"3\"");
    check("FILTER(?b = \"2\") BIND(?a AS ?x)", "<#row=2> <n> \"1\"");
    check(
        "?ROW col:l/<http://ex/none>* ?x",
        "<#row=2> <n> \"u\"\n<#row=2> <n> \"v\"",
    );
    check(
        "BIND(COALESCE(?b, \"-\") AS ?x)",
        "<#row=2> <n> \"2\"\n<#row=3> <n> \"-\"",
    );
}

#[test]
fn rows_in_one_batch_give_what_they_give_alone() {
    let query = "CONSTRUCT { ?r <http://ex/n> ?x ; <http://ex/y> ?y ; <http://ex/t> ?t } WHERE {
        BIND(fn:iri(\"r\", ?id) AS ?r) OPTIONAL { BIND(fn:number(?a) AS ?x) FILTER(?x > 1) }
        { ?ROW col:l ?t } UNION { BIND(?b AS ?t) } OPTIONAL { BIND(?t AS ?y) } }";
    let head = "id,a,b,l\n";
    let rows: Vec<String> = (0..700)
        .map(|i| {
            let a = if i % 3 == 0 {
                String::new()
            } else {
                (i % 7).to_string()
            };
            let b = if i < 300 { "" } else { "b" };
            let l = if i % 5 == 0 { "x;y" } else { "" };
            format!("{i},{a},{b},{l}\n")
        })
        .collect();
    let entry = "lists = { l = \";\" }\nprovenance = false";
    let lines = |text: String| {
        let import = run(entry, query, source("t.csv", text), &options()).unwrap();
        let mut lines: Vec<_> = show(&import).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let together = lines(format!("{head}{}", rows.concat()));
    let mut alone: Vec<_> = rows
        .iter()
        .flat_map(|row| lines(format!("{head}{row}")))
        .collect();
    alone.sort();
    assert_eq!(together, alone);
}

#[test]
fn a_pattern_finds_the_items_of_its_own_row_only() {
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?u ; <http://ex/m> ?any } WHERE {
        OPTIONAL { ?ROW col:to ?e . OPTIONAL { ?e col:url ?t BIND(fn:url(?t) AS ?u) } }
        OPTIONAL { ?any col:id \"b\" } }";
    let json = r#"[{"to":{"x":[1]}},{"to":[{"id":"a","url":"a.org"},{"id":"c","url":"bad"}]},{"to":[{"id":"b"}]}]"#;
    let import = run(
        "file = \"t.json\"",
        query,
        source("t.json", json),
        &options(),
    )
    .unwrap();
    assert_eq!(
        show(&import)
            .replace("http://ex/id/dataset/m/t.json", "")
            .replace("id/dataset/m/t.json", ""),
        "<#row=2> <n> <http://a.org>\n<#row=3> <m> <#row=3/to/1>\n\
         ! t.json:1: row 2: warning: column `to_url`: fn:url: is not a web address (\"bad\"); correct the value"
    );
}

#[test]
fn blank_nodes_are_new_for_each_solution_and_the_same_each_time() {
    let query = "CONSTRUCT { ?ROW <http://ex/n> [ <http://ex/x> ?i ; <http://ex/y> _:b ] } WHERE { ?ROW col:l ?i }";
    let import = || {
        let table = source("t.csv", "id,l\n1,u;v\n2,w\n");
        run("lists = { l = \";\" }", query, table, &options()).unwrap()
    };
    let shown = show(&import());
    assert_eq!(shown, show(&import()));
    let mut nodes: Vec<_> = shown
        .split_whitespace()
        .filter(|w| w.starts_with("_:"))
        .collect();
    nodes.sort();
    nodes.dedup();
    assert_eq!(nodes.len(), 6, "{shown}");
}

#[test]
fn each_subject_says_which_row_it_comes_from() {
    let import = run("", SIMPLE, source("t.csv", "id,name\n1,Ana\n"), &options()).unwrap();
    let derived: Vec<_> = import
        .batch
        .iter()
        .filter(|q| q.predicate.as_ref() == iri::provenance::WAS_DERIVED_FROM)
        .map(|q| format!("{} {}", q.subject, q.object))
        .collect();
    assert_eq!(
        derived,
        [
            "<http://ex/id/a/1> <http://ex/id/dataset/m/t.csv#row=2>",
            "<http://ex/id/dataset/m> <http://ex/id/dataset/m/t.csv>",
        ]
    );
    assert!(
        import
            .batch
            .iter()
            .all(|q| q.graph_name.to_string() == "<https://w3id.org/weft/graph/m>")
    );
}

#[test]
fn a_value_that_cannot_be_used_is_reported_with_line_and_column() {
    check(
        "lists = { l = \";\" }",
        "CONSTRUCT { ?a <http://ex/n> ?n ; <http://ex/d> ?d ; <http://ex/c> ?c } WHERE {
            BIND(fn:iri(\"a\", ?id) AS ?a) BIND(fn:number(fn:text(?Amount)) AS ?n) BIND(fn:date(?d1) AS ?d)
            OPTIONAL { ?ROW col:l ?i BIND(fn:code(\"branch\", ?i) AS ?c) } }",
        "id,Amount,d1,l\n1,7,2015,health;helth\n2,x,31.2.2015,\n",
        "<id/a/1> <n> \"7\"^^<xsd:decimal>\n<id/a/1> <d> \"2015\"^^<xsd:gYear>\n\
         <id/a/1> <c> <https://w3id.org/weft/code/branch/health>\n\
         ! t.csv:2: warning: column `l`: fn:code: is not in the code list `branch`; nearest: `health` (\"helth\"); correct the value: https://w3id.org/weft/code/branch lists the codes\n\
         ! t.csv:3: warning: column `Amount`: fn:number: is not a number (\"x\"); correct the value\n\
         ! t.csv:3: warning: column `d1`: fn:date: is not a date (\"31.2.2015\"); correct the value, or say the order: fn:date(?x, \"DD/MM/YYYY\")",
    );
}

#[test]
fn required_unique_and_empty_are_kept() {
    check(
        "required = [\"id\"]\nunique = \"id\"\nempty = [\"NA\"]",
        SIMPLE,
        "id,name\n1,Ana\n,Bo\nNA,x\n1,NA\n",
        "<id/a/1> <n> \"Ana\"\n\
         ! t.csv:3: error: column `id`: the cell is empty, and the mapping requires it; the row was left out; fill it, or take it from `required`\n\
         ! t.csv:4: error: column `id`: the cell is empty, and the mapping requires it; the row was left out; fill it, or take it from `required`\n\
         ! t.csv:5: warning: column `id`: the key is that of line 2 already; both rows were kept (\"1\"); correct one of them, or take the column from `unique`",
    );
    check(
        "required = [\"ident\"]",
        SIMPLE,
        "id,name\n1,Ana\n",
        "t.csv: column `ident` is missing; the columns are: id, name",
    );
}

#[test]
fn a_strict_import_stops_at_the_first_finding() {
    let strict = ImportOptions {
        strict: true,
        ..options()
    };
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?n } WHERE { BIND(fn:number(?a) AS ?n) }";
    let error = run("", query, source("t.csv", "a\n1\nx\n"), &strict)
        .err()
        .unwrap();
    assert!(
        error.starts_with("t.csv:3: warning: column `a`: fn:number: is not a number"),
        "{error}"
    );
    assert!(
        error.ends_with("(nothing was imported, because the import is strict)"),
        "{error}"
    );
    assert!(run("", query, source("t.csv", "a\n1\n"), &strict).is_ok());
}

#[test]
fn mistakes_in_a_query_have_one_clear_message() {
    let check = |query: &str, expected: &str| {
        check("", query, "id,name\n1,Ana\n", expected);
    };
    let construct = |pattern: &str| format!("CONSTRUCT {{ ?x a ?y }}\nWHERE {{ {pattern} }}");
    check(
        &construct("BIND(fn:nmber(?id) AS ?x)"),
        "m/q.rq:2: there is no function fn:nmber; did you mean fn:number?",
    );
    check(
        &construct("BIND(fn:code(?id) AS ?x)"),
        "m/q.rq:2: fn:code takes 2 arguments, here are 1; the concept of a code list: scheme, then notation or label",
    );
    check(
        &construct("BIND(fn:code(\"brnch\", ?id) AS ?x)"),
        "m/q.rq:2: there is no code list \"brnch\"; did you mean \"branch\"?",
    );
    check(
        &construct("BIND(<http://f>(?id) AS ?x)"),
        "m/q.rq:2: there is no function <http://f>; the helper functions are those of <https://w3id.org/weft/fn#>",
    );
    check(
        &construct("SERVICE <http://s> { ?x ?y ?z }"),
        "m/q.rq:2: an import asks no other service; leave SERVICE out",
    );
    check(
        &construct("GRAPH ?g { ?x ?y ?z }"),
        "m/q.rq:2: there are no named graphs here; leave GRAPH out",
    );
    check(
        &construct("BIND(BNODE() AS ?x)"),
        "m/q.rq:2: BNODE() gives another node at each import; write a blank node, such as _:x, in the template",
    );
    check(
        &construct("{ SELECT ?x { ?x ?y ?z } LIMIT 3 }"),
        "m/q.rq:2: LIMIT and OFFSET would count over many rows at once; leave them out, or use MIN, MAX or SAMPLE",
    );
    check(
        &construct("BIND(1 AS ?name)"),
        "m/q.rq: ?name is a column of t.csv and has its value already; give what BIND makes another name",
    );
    check(
        &construct("BIND(1 AS ?ROW)"),
        "m/q.rq:2: ?ROW has a value already; use another variable",
    );
    check(
        "SELECT * WHERE { }",
        "m/q.rq: this is no CONSTRUCT query; write CONSTRUCT { … } WHERE { … }",
    );
    check(
        &"{".repeat(5_000),
        "m/q.rq: the query is too long or too deep; split it into two tables",
    );
    let error = run(
        "",
        "CONSTRUCT { ?x a ?y }\nWHERE {\n ?x ?y }",
        source("t.csv", "id\n"),
        &options(),
    );
    let error = error.err().unwrap();
    assert!(error.starts_with("m/q.rq:3: "), "{error}");
}

#[test]
fn a_variable_that_is_almost_a_column_is_noted() {
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?nmae } WHERE { }";
    check(
        "",
        query,
        "id,name\n1,Ana\n",
        "! t.csv: note: there is no column `nmae`, which m/q.rq reads; is it `name`?",
    );
}

#[test]
fn queries_after_the_tables_see_the_new_graph_and_each_other() {
    let after = "CONSTRUCT { ?a <http://ex/both> ?b } WHERE { ?a <http://ex/n> ?x . ?b <http://ex/n> ?x . ?a a <http://ex/T> FILTER(?a != ?b) }";
    let query = "CONSTRUCT { ?a a <http://ex/T> ; <http://ex/n> ?name } WHERE { BIND(fn:iri(\"a\", ?id) AS ?a) }";
    let mut mapping = mapping(
        "\n[[after]]\nquery = \"after.rq\"\n[[after]]\nquery = \"seen.rq\"",
        query,
        vec![source("t.csv", "id,name\n1,x\n2,x\n3,y\n")],
    )
    .unwrap();
    mapping
        .queries
        .insert("after.rq".to_owned(), after.to_owned());
    let seen = "CONSTRUCT { ?b <http://ex/seen> ?u } WHERE { ?a <http://ex/both> ?b BIND(fn:url(\"nowhere\") AS ?v) BIND(fn:number(\"7\") AS ?u) } LIMIT 1";
    mapping
        .queries
        .insert("seen.rq".to_owned(), seen.to_owned());
    let import = import(
        &mapping,
        &[],
        &crate::ontology::tests::small(),
        &options(),
        &(),
    )
    .unwrap();
    let shown = show(&import);
    assert!(
        shown.contains("<id/a/1> <both> <id/a/2>\n<id/a/2> <both> <id/a/1>"),
        "{shown}"
    );
    assert!(shown.contains("<seen> \"7\"^^<xsd:decimal>"), "{shown}");
    assert!(
        shown.ends_with(
            "! m/seen.rq: warning: fn:url: is not a web address (\"nowhere\"); correct the value"
        ),
        "{shown}"
    );
    assert_eq!(import.report.triples_after, 3);
}

#[test]
fn array_elements_of_json_are_lists_and_nodes() {
    let json = r#"[{"id":"g1","to":[{"id":"a","name":"A"},{"id":"b","name":"B"}]}, {"id":"g2","to":[{"id":"c","name":"C"}]}]"#;
    let query = "CONSTRUCT { ?g <http://ex/to> ?a . ?a <http://ex/n> ?n } WHERE {
        BIND(fn:iri(\"g\", ?id) AS ?g) ?ROW col:to ?e . ?e col:id ?i ; col:name ?n BIND(fn:iri(\"a\", ?i) AS ?a) }";
    let import = run(
        "file = \"t.json\"",
        query,
        source("t.json", json),
        &options(),
    )
    .unwrap();
    assert_eq!(
        show(&import),
        "<id/g/g1> <to> <id/a/a>\n<id/a/a> <n> \"A\"\n<id/g/g1> <to> <id/a/b>\n<id/a/b> <n> \"B\"\n\
         <id/g/g2> <to> <id/a/c>\n<id/a/c> <n> \"C\""
    );
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?to_name } WHERE { }";
    let import = run(
        "file = \"t.json\"\nprovenance = false",
        query,
        source("t.json", json),
        &options(),
    )
    .unwrap();
    assert_eq!(import.report.tables[0].rows_without_triples, 1);
}

#[test]
fn the_name_of_the_import_decides_data_set_graph_and_namespace() {
    let named = ImportOptions {
        name: Some("miami".to_owned()),
        ..options()
    };
    let query = "CONSTRUCT { ?ROW <http://ex/n> ?NAMESPACE ; <http://ex/d> ?d } WHERE { BIND(fn:dataset() AS ?d) }";
    let import = run("", query, source("t.csv", "id\n1\n"), &named).unwrap();
    assert_eq!(
        import.graph.as_str(),
        "https://w3id.org/weft/graph/partner/miami"
    );
    let quad = import
        .batch
        .iter()
        .find(|q| q.predicate.as_str() == "http://ex/n")
        .unwrap();
    assert_eq!(
        quad.subject.to_string(),
        "<http://ex/id/dataset/miami/t.csv#row=2>"
    );
    assert_eq!(quad.object.to_string(), "\"miami\"");
    // The graph of a partner keeps things apart as well.
    for (graph, expected) in [
        ("https://w3id.org/weft/graph/partner/x", "\"x\""),
        ("https://w3id.org/weft/graph/partner/x/y", "\"x-y\""),
        ("https://w3id.org/weft/graph/other", "\"m\""),
    ] {
        let of_graph = ImportOptions {
            graph: Some(NamedNode::new(graph).unwrap()),
            ..options()
        };
        let import = run("", query, source("t.csv", "id\n1\n"), &of_graph).unwrap();
        let quad = import
            .batch
            .iter()
            .find(|q| q.predicate.as_str() == "http://ex/n")
            .unwrap();
        assert_eq!(quad.object.to_string(), expected, "{graph}");
    }
    let bad = ImportOptions {
        name: Some("a b".to_owned()),
        ..options()
    };
    assert!(run("", query, source("t.csv", "id\n1\n"), &bad).is_err());
}

#[test]
fn files_are_found_in_folders_and_missing_or_unknown_ones_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let ontology = crate::ontology::tests::small();
    let mapping = mapping("file = \"t_{a,b}*.csv\"", SIMPLE, Vec::new()).unwrap();
    let run = |inputs: &[PathBuf]| {
        import(&mapping, inputs, &ontology, &options(), &()).map_err(|error| error.to_string())
    };
    let error = run(&[dir.path().to_owned()]).err().unwrap();
    assert!(
        error.starts_with("no file matches \"t_{a,b}*.csv\" in "),
        "{error}"
    );
    for name in ["t_b1.csv", "t_a.csv", "t_c.csv"] {
        std::fs::write(dir.path().join(name), format!("id,name\n{name},x\n")).unwrap();
    }
    let import = run(&[dir.path().to_owned()]).unwrap();
    let files: Vec<_> = import
        .report
        .tables
        .iter()
        .map(|t| t.file.as_str())
        .collect();
    assert_eq!(files, ["t_a.csv", "t_b1.csv"]);
    let error = run(&[dir.path().join("t_c.csv")]).err().unwrap();
    assert!(
        error.ends_with("no table of the mapping takes this file; its tables are: t_{a,b}*.csv"),
        "{error}"
    );
    assert!(run(&[dir.path().join("nowhere.csv")]).is_err());
}

#[test]
fn all_mappings_that_ship_are_sound() {
    let ontology = Ontology::built_in().unwrap();
    assert!(Mapping::names().contains(&"innoserv".to_owned()));
    for name in Mapping::names() {
        let mapping = Mapping::shipped(&name).unwrap().unwrap();
        mapping
            .check(&ontology)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            mapping.fingerprint().unwrap(),
            mapping.fingerprint().unwrap()
        );
    }
    let error = Mapping::find("inoserv").err().unwrap().to_string();
    assert!(error.contains("did you mean `innoserv`?"), "{error}");
}

#[test]
fn innoserv_is_imported_without_a_finding() {
    let ontology = Ontology::built_in().unwrap();
    let mapping = Mapping::shipped("innoserv").unwrap().unwrap();
    let import = import(&mapping, &[], &ontology, &ImportOptions::default(), &()).unwrap();
    assert_eq!(import.graph.as_ref(), iri::graph::INNOSERV);
    assert_eq!(import.report.findings, []);
    assert_eq!(import.report.rows_left_out(), 0);
}
