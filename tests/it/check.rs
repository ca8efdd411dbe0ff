//! `weft validate` and `weft graph policy` as their users know them.

use crate::support::run;
use std::fs;
use tempfile::TempDir;

const GOOD: &str = "@prefix weft: <https://w3id.org/weft/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix a: <https://w3id.org/weft/id/actor/> .
@prefix b: <https://w3id.org/weft/code/branch/> .
a:one a weft:Actor ; rdfs:label \"One\"@en ; weft:sector b:health .
a:two a weft:Actor ; rdfs:label \"Two\"@en ; weft:sector b:housing .
a:tie a weft:Tie ; weft:from a:one ; weft:to a:two .
";

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("good.ttl"), GOOD).expect("the file is written");
    let bad = GOOD
        .replace("b:housing", "\"Housing\"")
        .replace("weft:Tie", "weft:Ties");
    fs::write(folder.path().join("bad.ttl"), bad).expect("the file is written");
    folder
}

#[test]
fn validate_finds_what_shapes_cannot_say_and_writes_every_form() {
    let folder = folder();
    let validate = |arguments: &[&str]| {
        let mut all = vec!["validate"];
        all.extend(arguments);
        run(folder.path(), &all)
    };
    validate(&["good.ttl"]).expect(0);
    let text = validate(&["good.ttl", "bad.ttl"]).expect(1).stdout;
    assert!(
        text.contains("write <https://w3id.org/weft/code/branch/housing>"),
        "{text}"
    );
    assert!(text.contains("do you mean weft:Tie?"), "{text}");
    for (form, begins) in [
        ("json", "{"),
        ("csv", "severity,rule,"),
        ("html", "<!doctype html>"),
        ("ttl", "@prefix"),
    ] {
        let written = validate(&["bad.ttl", "--format", form]).expect(1).stdout;
        assert!(written.starts_with(begins), "{form}: {written}");
    }
    // The page can be sent to somebody: it needs no service.
    let page = validate(&["bad.ttl", "--format", "html", "--language", "es"]).expect(1);
    let page = page.stdout;
    assert!(
        page.contains("<style>") && page.contains("incumplimientos"),
        "{page}"
    );
    assert!(!page.contains("href=") && !page.contains("src="), "{page}");
    validate(&["good.ttl", "--impact"]).expect(2);
    validate(&["good.ttl", "--impact", "--graph", "partner/a"]).expect(1);
}

#[test]
fn the_impact_of_a_file_is_told_and_a_graph_that_refuses_violations_takes_none() {
    let folder = folder();
    let with_data = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--data-dir", "data"]);
        run(folder.path(), &all)
    };
    let load = |file: &str| with_data(&["load", file, "--graph", "partner/a", "--replace"]);
    load("good.ttl").expect(0);
    let impact = with_data(&["validate", "bad.ttl", "--impact", "--graph", "partner/a"]);
    let text = impact.expect(1).stdout;
    assert!(text.contains("What a write would change"), "{text}");
    assert!(text.contains("edges                 1 → 0"), "{text}");
    with_data(&["graph", "policy", "partner/a", "refuse"]).expect(0);
    let told = with_data(&["graph", "policy", "partner/a/below"])
        .expect(0)
        .stdout;
    assert!(told.starts_with("refuse\t"), "{told}");
    with_data(&["graph", "policy", "partner/a", "perhaps"]).expect(2);
    load("bad.ttl")
        .expect(1)
        .says(&["refuses violations", "weft validate"]);
    load("good.ttl").expect(0);
    with_data(&["graph", "policy", "partner/a", "off"]).expect(0);
    load("bad.ttl").expect(0);
    with_data(&["backup", "copy"]).expect(0);
    assert!(folder.path().join("copy/policies.json").exists());
}
