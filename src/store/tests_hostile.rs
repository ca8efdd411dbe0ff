//! Requests that want everything: each ends in time, within its memory, with the right error.

use super::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What a query is allowed here.
const TIME: Duration = Duration::from_millis(300);
const MEMORY: usize = 64 << 20;
/// How long past its deadline an evaluation may go on: what a service promises, and as much again
/// for a machine that does other things too.
const GRACE: Duration = Duration::from_millis(500);

fn store() -> KnowledgeStore {
    let store = KnowledgeStore::in_memory(StoreOptions::default());
    let mut text = String::new();
    for n in 0..3_000_u32 {
        let (next, other) = ((n + 1) % 3_000, (n * 7 + 3) % 3_000);
        text.push_str(&format!(
            "<http://e/{n}> <http://e/p> <http://e/{next}> .\n\
             <http://e/{n}> <http://e/q> <http://e/{other}> .\n\
             <http://e/{n}> <http://e/hub> <http://e/centre> .\n\
             <http://e/{n}> <http://e/v> \"{n}\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n\
             <http://e/{n}> <http://e/l> \"label number {n} of a thing\"@en .\n"
        ));
    }
    let batch = tests::batch(&text);
    store
        .write::<_, StoreError>(CommitInfo::new("test", "data"), move |transaction| {
            transaction.insert_batch(&batch)
        })
        .unwrap();
    store
}

/// Runs to the end, and answers how long past the deadline that was.
fn run(snapshot: &Snapshot, text: &str) -> (Result<usize, StoreError>, Duration) {
    let begin = Instant::now();
    let result = on_deep_stack(|| {
        let query = Query::parse(
            text,
            None,
            &BTreeMap::from([(String::new(), "http://e/".to_owned())]),
        )?;
        let limits = Limits {
            deadline: Some(begin + TIME),
            memory: Some(MEMORY),
            ..Limits::default()
        };
        snapshot.query(&query, &DatasetSpec::default(), &limits, |results| {
            let mut count = 0;
            match results {
                QueryResults::Solutions(solutions) => {
                    for solution in solutions {
                        solution?;
                        count += 1;
                    }
                }
                QueryResults::Graph(triples) => {
                    for triple in triples {
                        triple?;
                        count += 1;
                    }
                }
                QueryResults::Boolean(_) => count = 1,
            }
            Ok(count)
        })?
    });
    (result, begin.elapsed().saturating_sub(TIME))
}

fn hostile() -> Vec<(&'static str, String)> {
    let repeat = |text: &str, times: usize| text.repeat(times);
    let undef = format!("{{ {} }}", repeat("UNDEF ", 3_000));
    let doubling = |first: &str, function: &str| {
        let mut text = format!("SELECT ?x0 {{ BIND({first} AS ?x0)");
        for n in 0..60 {
            text.push_str(&format!(
                " BIND({} AS ?x{})",
                function.replace("%", &format!("?x{n}")),
                n + 1
            ));
        }
        text.push_str(" }");
        text
    };
    let nested = |open: &str, core: &str, close: &str, times: usize| {
        format!("{}{core}{}", repeat(open, times), repeat(close, times))
    };
    let many_values: String = (0..20_000).map(|n| format!("({n} {n}) ")).collect();
    let bgp = |times: usize| -> String {
        (0..times)
            .map(|n| format!("?a{n} :p ?a{} . ", n + 1))
            .collect()
    };
    vec![
        ("product counted", "SELECT (COUNT(*) AS ?n) { ?a :p ?b . ?c :q ?d . ?e :hub ?f }".into()),
        ("product sorted", "SELECT * { ?a :p ?b . ?c :q ?d . ?e :v ?f } ORDER BY ?f ?d".into()),
        ("product distinct", "SELECT DISTINCT ?b ?d ?f { ?a :p ?b . ?c :q ?d . ?e :v ?f }".into()),
        ("product grouped", "SELECT ?b ?d (SUM(?f) AS ?s) { ?a :p ?b . ?c :q ?d . ?e :v ?f } GROUP BY ?b ?d".into()),
        ("group_concat", "SELECT (GROUP_CONCAT(?l) AS ?s) { ?a :l ?l . ?b :p ?c . ?d :q ?e }".into()),
        ("product in a sub-query", "SELECT ?x { { SELECT ?x { ?a :p ?x . ?c :q ?d . ?e :v ?f } ORDER BY ?f } }".into()),
        ("product in EXISTS", "SELECT * { ?s :v ?v FILTER NOT EXISTS { ?a :p ?b . ?c :q ?d . ?e :v ?f FILTER(?f < 0 && ?v = ?v) } }".into()),
        ("OPTIONAL product", "SELECT (COUNT(*) AS ?n) { ?a :p ?b OPTIONAL { ?c :q ?d } OPTIONAL { ?e :hub ?f } }".into()),
        ("OPTIONAL that never fits", "SELECT (COUNT(*) AS ?n) { ?a :v ?b OPTIONAL { ?c :v ?d FILTER(?b + ?d < 0) } OPTIONAL { ?e :v ?f FILTER(?b + ?f < 0) } }".into()),
        ("a key that all share", "SELECT (COUNT(*) AS ?n) { ?a :hub ?h . ?b :hub ?h . ?c :hub ?h }".into()),
        ("sub-queries with a key that all share", "SELECT (COUNT(*) AS ?n) { { SELECT ?a ?h { ?a :hub ?h } } { SELECT ?b ?h { ?b :hub ?h } } { SELECT ?c ?h { ?c :hub ?h } } }".into()),
        ("VALUES product", format!("SELECT (COUNT(*) AS ?n) {{ VALUES (?a ?b) {{ {many_values} }} VALUES (?c ?d) {{ {many_values} }} VALUES (?e ?f) {{ {many_values} }} }}")),
        ("VALUES of UNDEF", format!("SELECT (COUNT(*) AS ?n) {{ VALUES ?a {undef} VALUES ?b {undef} VALUES ?c {undef} }}")),
        ("VALUES of UNDEF, shared", format!("SELECT (COUNT(*) AS ?n) {{ VALUES ?a {undef} VALUES ?a {undef} VALUES ?a {undef} }}")),
        ("unions of nothing", format!("SELECT (COUNT(*) AS ?n) {{ {} }}", repeat("{ {} UNION {} } ", 60))),
        ("sub-queries that bind nothing", "SELECT (COUNT(*) AS ?n) { { SELECT ?x { ?a :p ?b } } { SELECT ?y { ?a :p ?b } } { SELECT ?z { ?a :p ?b } } }".into()),
        ("MINUS without a common variable", "SELECT (COUNT(*) AS ?n) { ?a :p ?b . ?x :q ?y MINUS { ?c :q ?d . ?e :p ?f } }".into()),
        ("MINUS on what is rarely bound", "SELECT (COUNT(*) AS ?n) { { ?a :p ?b } UNION { ?a :q ?b } OPTIONAL { ?b :none ?z } MINUS { ?c :q ?d . ?e :p ?f OPTIONAL { ?d :none ?z } } }".into()),
        ("a path that reaches all", "SELECT (COUNT(*) AS ?n) { ?a (:p|^:q)+ ?b }".into()),
        ("a path of any length", "SELECT (COUNT(*) AS ?n) { ?a :p* ?b . ?b :q* ?c }".into()),
        ("a path of everything but", "SELECT (COUNT(*) AS ?n) { ?a !(:none)* ?b }".into()),
        ("nested paths", "SELECT (COUNT(*) AS ?n) { ?a ((:p+)+/(:q*)*)+ ?b }".into()),
        ("a sorted product of texts", "SELECT * { ?a :l ?x . ?b :l ?y } ORDER BY CONCAT(?x, ?y)".into()),
        ("doubling by CONCAT", doubling("'aaaaaaaaaa'", "CONCAT(%, %)")),
        ("growing by REPLACE", doubling("'aaaaaaaaaa'", "REPLACE(%, 'a', 'aa')")),
        ("REPLACE within REPLACE", format!("SELECT (STRLEN({}) AS ?n) {{}}", nested("REPLACE(", "'aaaaaaaaaa'", ", 'a', 'aaaaaaaaaa')", 12))),
        ("REPLACE by what is found", format!("SELECT (STRLEN({}) AS ?n) {{}}", nested("REPLACE(", "'aaaaaaaaaa'", ", '^.*$', '$0$0$0$0$0$0$0$0')", 12))),
        ("ENCODE within ENCODE", format!("SELECT (STRLEN({}) AS ?n) {{}}", nested("ENCODE_FOR_URI(", "'ääääääääää'", ")", 40))),
        ("CONCAT within CONCAT", doubling("'aaaaaaaaaa'", "STRLEN(CONCAT(CONCAT(%, %, %, %, %, %, %, %), STR(%)))").replace("STRLEN(CONCAT", "(CONCAT")),
        ("a CONCAT of many", format!("SELECT (STRLEN(CONCAT({} '')) AS ?n) {{ BIND(REPLACE(REPLACE(REPLACE('{}', 'a', '{2}'), 'a', '{2}'), 'a', 'aa') AS ?x) }}", repeat("?x, ", 3_000), repeat("a", 100), repeat("a", 300))),
        ("GROUP_CONCAT again and again", doubling("'aaaaaaaaaa'", "CONCAT(%, %)").replace("SELECT ?x0 {", "SELECT (GROUP_CONCAT(?x60) AS ?g) { ?a :p ?b . ?c :q ?d .")),
        ("expressions that never hold", "SELECT * { ?a :l ?x . ?b :l ?y FILTER(REGEX(?x, CONCAT('(', ?y, ')*', ?y, '{1,50}$'))) }".into()),
        ("patterns that differ each time", "SELECT * { ?a :l ?x . ?b :l ?y FILTER(REGEX(?x, CONCAT(?y, '(a{1,30}){1,30}z'))) }".into()),
        ("hashes of a product", "SELECT (COUNT(DISTINCT SHA512(CONCAT(?x, ?y))) AS ?n) { ?a :l ?x . ?b :l ?y }".into()),
        ("400 triple patterns", format!("SELECT * {{ {} }}", bgp(400))),
        ("1,000 triple patterns", format!("SELECT * {{ {} }}", bgp(1_000))),
        ("4,000 triple patterns", format!("SELECT * {{ {} }}", bgp(4_000))),
        ("200 blank nodes", format!("SELECT * {{ {} }}", (0..200).map(|_| "[] :hub [] . ").collect::<String>())),
        ("a path of 400 steps", format!("SELECT * {{ ?a {} ?b }}", vec![":p"; 400].join("/"))),
        ("a path of 2,000 steps", format!("SELECT * {{ ?a {} ?b }}", vec![":p"; 2_000].join("/"))),
        ("a path of 400 choices", format!("SELECT * {{ ?a ({})+ ?b }}", vec![":p"; 400].join("|"))),
        ("plus upon plus", format!("SELECT * {{ ?a {} ?b }}", nested("(", ":p", ")+", 900))),
        ("300 groups", format!("SELECT * {{ {} }}", (0..300).map(|n| format!("{{ ?a{n} :p ?b }} ")).collect::<String>())),
        ("nested groups", format!("SELECT * {{ {} }}", nested("{ ", "?a :p ?b", " }", 900))),
        ("nested OPTIONAL", format!("SELECT * {{ {} }}", nested("?a :p ?b OPTIONAL { ", "?a :p ?b", " }", 400))),
        ("900 nested OPTIONAL", format!("SELECT * {{ {} }}", nested("OPTIONAL { ", "?a :p ?b", " }", 900))),
        ("OPTIONAL in a row", format!("SELECT * {{ ?a :p ?b {} }}", (0..600).map(|n| format!("OPTIONAL {{ ?a :q ?c{n} }} ")).collect::<String>())),
        ("2,000 OPTIONAL in a row", format!("SELECT * {{ ?a :p ?b {} }}", (0..2_000).map(|n| format!("OPTIONAL {{ ?a :q ?c{n} }} ")).collect::<String>())),
        ("nested EXISTS", format!("SELECT * {{ {} }}", nested("?a :p ?b FILTER EXISTS { ", "?a :q ?c", " }", 300))),
        ("nested NOT EXISTS", format!("SELECT * {{ {} }}", nested("FILTER NOT EXISTS { ", "?a :q ?c", " }", 900))),
        ("nested sub-queries", format!("SELECT * {{ {} }}", nested("SELECT * { ?a :p ?b . { ", "?a :q ?c", " } }", 300).replacen("SELECT", "{ SELECT", 1) + " }")),
        ("nested MINUS", format!("SELECT * {{ {} }}", nested("?a :p ?b MINUS { ", "?a :q ?c", " }", 600))),
        ("nested UNION", format!("SELECT * {{ {} }}", nested("{ ?a :p ?b } UNION { ", "?a :q ?c", " }", 600))),
        ("UNION in a row", format!("SELECT * {{ {} }}", vec!["{ ?a :p ?b . ?b :p ?c }"; 2_000].join(" UNION "))),
        ("joined unions", format!("SELECT * {{ {} }}", (0..200).map(|n| format!("{{ ?a :p ?b{n} }} UNION {{ ?a :q ?b{n} }} ")).collect::<String>())),
        ("deep parentheses", format!("SELECT * {{ ?a :v ?b FILTER({}) }}", nested("(", "?b > 0", ")", 900))),
        ("deep negation", format!("SELECT * {{ ?a :v ?b FILTER({}) }}", nested("!(", "?b > 0", ")", 900))),
        ("deep function calls", format!("SELECT (({}) AS ?c) {{ ?a :v ?b }}", nested("STR(", "?b", ")", 900))),
        ("deep IF", format!("SELECT (({}) AS ?c) {{ ?a :v ?b }}", nested("IF(?b > 0, ", "1", ", 2)", 900))),
        ("a long conjunction", format!("SELECT * {{ ?a :v ?b FILTER(true{}) }}", repeat(" && ?b > 0", 4_900))),
        ("a long sum", format!("SELECT ((0{}) AS ?c) {{ ?a :v ?b }}", repeat(" + ?b", 4_900))),
        ("a sum of many", format!("SELECT ((0{}) AS ?c) {{ ?a :v ?b }}", repeat(" + ?b", 1_900))),
        ("a conjunction of many", format!("SELECT * {{ ?a :v ?b FILTER(true{}) }}", repeat(" && ?b > 0", 900))),
        ("a long IN", format!("SELECT * {{ ?a :v ?b . ?c :v ?d FILTER(?b + ?d IN ({})) }}", (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(","))),
        ("many FILTERs", format!("SELECT * {{ ?a :v ?b {} }}", repeat("FILTER(?b > 0) ", 4_000))),
        ("many BINDs", format!("SELECT * {{ ?a :v ?b0 {} }}", (0..2_000).map(|n| format!("BIND(?b{n} + 1 AS ?b{}) ", n + 1)).collect::<String>())),
        ("many VALUES", format!("SELECT (COUNT(*) AS ?n) {{ {} }}", (0..300).map(|n| format!("VALUES ?x{n} {{ 1 2 }} ")).collect::<String>())),
        ("many aggregates", format!("SELECT {} {{ ?a :v ?b . ?c :v ?d }}", (0..2_000).map(|n| format!("(SUM(?b) AS ?s{n}) ")).collect::<String>())),
        ("many variables", format!("SELECT * {{ ?a :p ?b {} }}", (0..3_000).map(|n| format!("OPTIONAL {{ ?a :none ?c{n} }} ")).collect::<String>())),
        ("nested triple terms", format!("SELECT * {{ ?s ?p {} }}", nested("<<( ?a :p ", "?o", " )>>", 300))),
        ("nested collections", format!("SELECT * {{ ?s ?p {} }}", nested("( ", "?o", " )", 300))),
        ("nested blank nodes", format!("SELECT * {{ ?s ?p {} }}", nested("[ :p ", "?o", " ]", 300))),
        ("CONSTRUCT of a product", "CONSTRUCT { ?a :x ?c . ?c :y ?e } { ?a :p ?b . ?c :q ?d . ?e :hub ?f }".into()),
        ("CONSTRUCT with a long template", format!("CONSTRUCT {{ {} }} {{ ?a :p ?b . ?c :q ?d }}", repeat("?a :x [] . ", 2_000))),
        ("DESCRIBE of a product", "DESCRIBE ?a ?c ?e { ?a :p ?b . ?c :q ?d . ?e :hub ?f }".into()),
        ("ASK of what is not there", "ASK { ?a :p ?b . ?c :q ?d . ?e :v ?f FILTER(?f < 0) }".into()),
        ("a long OFFSET", "SELECT * { ?a :p ?b . ?c :q ?d . ?e :v ?f } OFFSET 100000000000 LIMIT 1".into()),
    ]
}

#[test]
fn hostile_queries_end_in_time_and_within_their_memory() {
    let store = store();
    let snapshot = store.snapshot();
    let mut late = Vec::new();
    for (name, text) in hostile() {
        let (result, past) = run(&snapshot, &text);
        let what = match &result {
            Ok(rows) => format!("{rows} rows"),
            Err(error) => error.to_string(),
        };
        eprintln!("{name:45} +{:>6} ms  {what:.100}", past.as_millis());
        let expected = match &result {
            Ok(_) => true,
            Err(error) => matches!(
                error,
                StoreError::TimedOut
                    | StoreError::OutOfMemory
                    | StoreError::TextTooLong(_)
                    | StoreError::Syntax(_)
            ),
        };
        if past > GRACE || !expected {
            late.push(format!("{name}: {} ms late: {what}", past.as_millis()));
        }
    }
    assert!(late.is_empty(), "{late:#?}");
}
