use super::*;
use std::sync::LazyLock;

static ONTOLOGY: LazyLock<Ontology> = LazyLock::new(|| Ontology::built_in().unwrap());

const PREFIXES: &str = "@prefix weft: <https://w3id.org/weft/ns#> . @prefix w: <https://w3id.org/weft/ns#> . \
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . \
    @prefix skos: <http://www.w3.org/2004/02/skos/core#> . \
    @prefix foaf: <http://xmlns.com/foaf/0.1/> . \
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . \
    @prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> . \
    @prefix a: <https://w3id.org/weft/id/actor/> . ";

fn checked(turtle: &str) -> CheckReport {
    let text = format!("{PREFIXES}{turtle}");
    let document = Document {
        name: "d.ttl".to_owned(),
        format: RdfFormat::Turtle,
        bytes: text.as_bytes(),
    };
    let options = CheckOptions {
        year: 2026,
        ..CheckOptions::new(&ONTOLOGY)
    };
    check(&[document], &options).unwrap().0
}

/// Checks that a rule of the lint is the only one to say something, and how it helps.
fn finds(turtle: &str, rule: &str, remedy: &str) {
    let report = checked(turtle);
    let lint: Vec<_> = report
        .results
        .iter()
        .filter(|result| result.origin == Origin::Lint)
        .collect();
    assert_eq!(
        lint.len(),
        usize::from(!rule.is_empty()),
        "{turtle}: {lint:#?}"
    );
    if let Some(result) = lint.first() {
        assert_eq!(result.rule, rule, "{result:?}");
        assert!(result.remedy.contains(remedy), "{}", result.remedy);
    }
}

#[test]
fn each_rule_finds_its_fault_and_nothing_else() {
    for (turtle, rule, remedy) in [
        ("a:x a w:Actr .", "unknown-term", "weft:Actor"),
        ("a:x w:sectors a:y .", "unknown-term", "weft:sector"),
        (
            "a:x a foaf:Organisation .",
            "unknown-foreign-term",
            "foaf:Organization",
        ),
        (
            "a:x <http://w3id.org/weft/ns#partOf> a:y .",
            "wrong-namespace",
            "https://w3id.org/weft/ns#partOf",
        ),
        (
            "a:x <https://w3id.org/weft/ns/partOf> a:y .",
            "wrong-namespace",
            "ns#partOf",
        ),
        ("a:x weft:Actor a:y .", "class-as-property", "a weft:Actor"),
        ("a:x a weft:sector .", "property-as-class", "class"),
        (
            "a:x weft:sector <https://w3id.org/weft/code/branch/helth> .",
            "unknown-code",
            "branch/health",
        ),
        (
            "a:x weft:sector <https://w3id.org/weft/code/brnch/health> .",
            "unknown-code",
            "branch/health",
        ),
        (
            "a:x weft:sector \"Health\" .",
            "literal-code",
            "<https://w3id.org/weft/code/branch/health>",
        ),
        (
            "a:x weft:sector \"sanidad\"@es .",
            "literal-code",
            "branch/health",
        ),
        (
            "a:x a <http://www.w3.org/ns/org#FormalOrganization> .",
            "label-missing",
            "rdfs:label",
        ),
        (
            "a:x a weft:Actor ; rdfs:label \"A\"@en , \"B\" .",
            "label-language",
            "@en",
        ),
        (
            "a:x a weft:Actor ; rdfs:label \"Red Cross\" . a:y a weft:Actor ; rdfs:label \"red  CROSS\"@en .",
            "perhaps-one",
            "owl:sameAs",
        ),
        ("<x> weft:partOf a:y .", "relative-iri", "@base"),
        (
            "<http:/x.org/a> weft:partOf a:y .",
            "broken-iri",
            "http://x.org/a",
        ),
        (
            "<file:///tmp/a> weft:partOf a:y .",
            "local-iri",
            "not of the file",
        ),
        (
            "<http://localhost:8080/a> weft:partOf a:y .",
            "local-iri",
            "others",
        ),
        (
            "<http://www.example.org/a> weft:partOf a:y .",
            "example-iri",
            "domain of your own",
        ),
        (
            "<https://w3id.org/weft/id/acter/a> weft:partOf a:y .",
            "unknown-kind",
            "id/actor/",
        ),
        (
            "<http://t.org/a> weft:partOf <https://t.org/a> .",
            "iri-twins",
            "same way",
        ),
        (
            "<http://t.org/a> weft:partOf <http://t.org/a/> .",
            "iri-twins",
            "same way",
        ),
        (
            "a:x weft:since \"2010\"^^xsd:gYear ; weft:until \"2009-12\"^^xsd:gYearMonth .",
            "period-reversed",
            "exchange",
        ),
        (
            "a:x weft:since \"2015-13-40\"^^xsd:date .",
            "bad-literal",
            "2015-03-31",
        ),
        (
            "a:x weft:isGroup \"yes\"^^xsd:boolean .",
            "bad-literal",
            "true",
        ),
        (
            "a:x weft:since \"1066\"^^xsd:gYear .",
            "doubtful-date",
            "slip",
        ),
        (
            "a:x weft:amount \"45 EUR\" ; weft:unit \"EUR\" .",
            "text-for-number",
            "45",
        ),
        (
            "a:x weft:amount -4.0 ; weft:unit \"EUR\" .",
            "negative-amount",
            "payer",
        ),
        (
            "a:x weft:amount 2000000000000.0 ; weft:unit \"EUR\" .",
            "absurd-amount",
            "decimal point",
        ),
        (
            "a:x weft:amount 120.0 ; weft:unit \"% of costs\" .",
            "share-above-100",
            "unit",
        ),
        (
            "a:x weft:amount 120.0 .",
            "amount-without-unit",
            "weft:unit",
        ),
        (
            "a:x geo:lat 100.5 ; geo:long 48.2 .",
            "coordinates",
            "exchanged",
        ),
        (
            "a:x geo:lat 48.2 ; geo:long 1000 .",
            "coordinates",
            "degrees",
        ),
        ("a:x weft:note \"x\"@sp .", "language-tag", "`es`"),
        (
            "a:x foaf:mbox <mailto:maria.lopez@t.org> .",
            "personal-data",
            "consent",
        ),
    ] {
        finds(turtle, rule, remedy);
    }
}

#[test]
fn what_is_right_is_left_alone() {
    for turtle in [
        "a:x weft:sector <https://w3id.org/weft/code/branch/health> ; weft:since \"1999\"^^xsd:gYear ; weft:until \"1999-05\"^^xsd:gYearMonth .",
        "a:x weft:amount 45.0 ; weft:unit \"EUR\" ; geo:lat 48.2 ; geo:long 16.3 ; weft:note \"x\"@de-AT .",
        "a:x foaf:mbox <mailto:office@t.org> ; <http://t.org/own> \"x\" .",
        "<http://t.org/Kind> a <http://www.w3.org/2002/07/owl#Class> . a:x a <http://t.org/Kind> .",
        "<https://w3id.org/weft/code/mine/one> a skos:Concept . a:x weft:classification <https://w3id.org/weft/code/mine/one> .",
        "a:x weft:amount 0.1234567890123456789012345678901234567890 ; weft:unit \"EUR\" .",
    ] {
        finds(turtle, "", "");
    }
}

#[test]
fn every_rule_of_the_catalogue_has_one_id() {
    let ids: HashSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len());
    let defined: HashSet<String> = ONTOLOGY
        .batch()
        .iter()
        .filter(|quad| quad.object.to_string().ends_with("#CheckRule>"))
        .map(|quad| quad.subject.to_string())
        .collect();
    for rule in ids.into_iter().chain(["syntax", "unsound-shapes"]) {
        let component = rdf_form::component(rule).to_string();
        assert!(defined.contains(&component), "{component}");
    }
}

#[test]
fn a_report_joins_shapes_and_lint_with_places() {
    let report = checked(
        "\na:x a weft:Actor .\n\na:y a weft:Actor ;\n rdfs:label \"Y\"@en ; weft:sector \"Health\" .\n",
    );
    assert!(!report.conforms && !report.accepted && report.parsed);
    let label = report
        .results
        .iter()
        .find(|result| result.rule == "label")
        .unwrap();
    assert_eq!(
        (label.line, label.severity),
        (Some(2), ResultSeverity::Violation)
    );
    assert_eq!(label.place().as_deref(), Some("d.ttl:2"));
    let code = report
        .results
        .iter()
        .find(|result| result.rule == "literal-code")
        .unwrap();
    assert_eq!(code.line, Some(4));
    // The gravest come first.
    assert!(
        report
            .results
            .is_sorted_by_key(|result| std::cmp::Reverse(result.severity))
    );
    let text = report.to_text("en");
    assert!(
        text.starts_with("d.ttl:2: violation: <https://w3id.org/weft/id/actor/x>"),
        "{text}"
    );
    assert!(
        text.contains("→ write <https://w3id.org/weft/code/branch/health>"),
        "{text}"
    );
    let triples = report.to_rdf();
    let results = triples
        .iter()
        .filter(|triple| triple.predicate.as_str().ends_with("#result"));
    assert_eq!(results.count(), report.results.len());
}

#[test]
fn a_document_that_cannot_be_read_does_not_hide_the_others() {
    let documents = [
        ("one.ttl", "<http://t.org/a> <http://t.org/p> oops ."),
        (
            "two.ttl",
            "@prefix w: <https://w3id.org/weft/ns#> . <http://t.org/a> a w:Actr .",
        ),
    ]
    .map(|(name, text)| Document {
        name: name.to_owned(),
        format: RdfFormat::Turtle,
        bytes: text.as_bytes(),
    });
    let (report, data) = check(&documents, &CheckOptions::new(&ONTOLOGY)).unwrap();
    assert_eq!(data.len(), 1);
    assert!(!report.parsed && !report.accepted);
    assert_eq!(report.documents[0].statements, None);
    let rules: Vec<&str> = report
        .results
        .iter()
        .map(|result| result.rule.as_str())
        .collect();
    assert_eq!(rules, ["syntax", "unknown-term"]);
    assert_eq!(report.results[0].place().as_deref(), Some("one.ttl:1:35"));
}

#[test]
fn one_mistake_on_every_line_is_counted_and_not_listed() {
    let mut turtle = String::new();
    for n in 0..50 {
        turtle +=
            &format!("a:x{n} a weft:Actor ; rdfs:label \"{n}\"@en ; weft:sector \"Health\" .\n");
    }
    let report = checked(&turtle);
    let kind = report
        .kinds
        .iter()
        .find(|kind| kind.rule == "literal-code")
        .unwrap();
    assert_eq!((kind.count, kind.kept), (50, 20));
    assert!(report.count(ResultSeverity::Violation) >= 100);
    assert!(
        report
            .to_text("en")
            .contains("… and 30 more of literal-code")
    );
}

#[test]
fn shapes_of_a_partner_are_used_and_unsound_ones_are_told() {
    let shapes = |turtle: &str| {
        [NamedShapes {
            name: "own".to_owned(),
            turtle: turtle.to_owned(),
        }]
    };
    let check_with = |shapes: &[NamedShapes]| {
        let options = CheckOptions {
            shapes,
            ..CheckOptions::new(&ONTOLOGY)
        };
        let document = Document {
            name: "d.nt".to_owned(),
            format: RdfFormat::NTriples,
            bytes: b"<http://t.org/a> <http://t.org/p> \"x\" .",
        };
        check(&[document], &options).unwrap().0
    };
    let report = check_with(&shapes(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <http://t.org/S> a sh:NodeShape ; \
         sh:targetSubjectsOf <http://t.org/p> ; sh:property [ sh:path <http://t.org/q> ; sh:minCount 1 ] .",
    ));
    assert_eq!(report.results.len(), 1, "{report:?}");
    assert_eq!(report.results[0].rule, "MinCount");
    assert_eq!(report.results[0].line, Some(1));
    let report = check_with(&shapes("oops"));
    assert_eq!(report.results[0].rule, "unsound-shapes");
}
