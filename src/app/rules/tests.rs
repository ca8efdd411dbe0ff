//! What data in each foreign vocabulary becomes, in small.

use crate::app::{Config, GraphChange, KnowledgeGraph, Writer, iri};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::store::Limits;
use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphNameRef, NamedNode, NamedOrBlankNode, Quad, Term};
use std::collections::BTreeSet;
use std::sync::LazyLock;

static GRAPH: LazyLock<KnowledgeGraph> = LazyLock::new(fresh);

fn fresh() -> KnowledgeGraph {
    let config = Config {
        data_dir: None,
        open_writes: true,
        ..Config::default()
    };
    KnowledgeGraph::open(config).unwrap()
}

fn load(graph: &KnowledgeGraph, name: &str, turtle: &str) {
    let prefixes = format!(
        "@prefix : <http://{name}.example/> .
         @prefix weft: <https://w3id.org/weft/ns#> .
         @prefix code: <https://w3id.org/weft/code/> .
         @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
         @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
         @prefix dct: <http://purl.org/dc/terms/> .
         @prefix prov: <http://www.w3.org/ns/prov#> .
         @prefix time: <http://www.w3.org/2006/time#> .
         @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
         @prefix org: <http://www.w3.org/ns/org#> .
         @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
         @prefix foaf: <http://xmlns.com/foaf/0.1/> .
         @prefix schema: <http://schema.org/> .
         @prefix schemas: <https://schema.org/> .
         @prefix cpsv: <http://purl.org/vocab/cpsv#> .
         @prefix cv: <http://data.europa.eu/m8g/> .
         @prefix locn: <http://www.w3.org/ns/locn#> .
         @prefix cids: <https://ontology.commonapproach.org/cids#> .
         @prefix toveorg: <http://ontology.eil.utoronto.ca/tove/organization#> . "
    );
    let text = format!("{prefixes}{turtle}");
    let parsed = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default());
    let iri = NamedNode::new(format!("http://{name}.example/graph")).unwrap();
    graph
        .write_graph(
            &Writer::Local,
            iri.into(),
            parsed.unwrap(),
            GraphChange::Replace,
        )
        .unwrap();
}

fn inferred(graph: &KnowledgeGraph) -> Vec<Quad> {
    let name = GraphNameRef::NamedNode(iri::INFERRED_GRAPH);
    let snapshot = graph.snapshot();
    snapshot
        .quads_for_pattern(None, None, None, Some(name))
        .collect()
}

/// What the rules conclude of data: its own things by their local names, `*` for what is minted.
fn concluded(name: &str, turtle: &str) -> BTreeSet<String> {
    load(&GRAPH, name, turtle);
    let own = format!("http://{name}.example/");
    let quads = inferred(&GRAPH);
    let is_own =
        |term: &Term| matches!(term, Term::NamedNode(node) if node.as_str().starts_with(&own));
    let subject = |quad: &Quad| match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => Term::from(node.clone()),
        NamedOrBlankNode::BlankNode(node) => node.clone().into(),
    };
    // What is minted is known by what it is about, or by what is about it.
    let mut about: BTreeSet<String> = BTreeSet::new();
    for quad in &quads {
        if is_own(&quad.object) {
            about.insert(subject(quad).to_string());
        }
        if is_own(&subject(quad)) {
            about.insert(quad.object.to_string());
        }
    }
    let minted = |term: &Term| matches!(term, Term::NamedNode(node) if node.as_str().starts_with("https://w3id.org/weft/id/"));
    let short = |term: &Term| match term {
        Term::NamedNode(node) => {
            let text = node.as_str();
            if minted(term) {
                return "*".to_owned();
            }
            match text.strip_prefix(&own) {
                Some(local) => local.to_owned(),
                None => text
                    .strip_prefix(iri::CODE)
                    .map(|code| format!("code:{code}"))
                    .or_else(|| iri::shortened(text))
                    .unwrap_or_else(|| text.to_owned()),
            }
        }
        other => other.to_string(),
    };
    quads
        .iter()
        .filter(|quad| {
            let subject = subject(quad);
            is_own(&subject) || (minted(&subject) && about.contains(&subject.to_string()))
        })
        .map(|quad| {
            let predicate = match quad.predicate.as_str() {
                "http://www.w3.org/1999/02/22-rdf-syntax-ns#type" => "a".to_owned(),
                other => iri::shortened(other).unwrap_or_else(|| other.to_owned()),
            };
            format!(
                "{} {predicate} {}",
                short(&subject(quad)),
                short(&quad.object)
            )
        })
        .collect()
}

#[track_caller]
fn check(name: &str, turtle: &str, expected: &[&str]) {
    let found = concluded(name, turtle);
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn org_parts_and_members_count_and_persons_do_not() {
    check(
        "org1",
        ":o a org:Organization ; skos:prefLabel 'O' ; org:hasUnit :u ; org:hasSubOrganization :s .
         :t org:subOrganizationOf :o .
         :m a org:FormalOrganization ; org:memberOf :o .
         :p a foaf:Person ; org:memberOf :o .
         :n a org:Membership ; org:member :m2 ; org:organization :o .
         :m2 a foaf:Organization .
         :q a org:Membership ; org:member :p ; org:organization :o .",
        &[
            "m a weft:Actor",
            "m weft:memberOf o",
            "m2 a weft:Actor",
            "m2 weft:memberOf o",
            "o a weft:Actor",
            "o rdfs:label \"O\"",
            "s a weft:Actor",
            "s weft:partOf o",
            "t a weft:Actor",
            "t weft:partOf o",
            "u a weft:Actor",
            "u weft:partOf o",
        ],
    );
}

#[test]
fn an_org_membership_with_a_known_role_is_a_tie() {
    check(
        "org2",
        ":m a org:Membership ; org:member :a ; org:organization :b ; org:role :lead ;
           org:memberDuring [ time:hasBeginning [ time:inXSDDate '2020-01-01'^^xsd:date ] ] .
         :a a org:Organization . :b a org:Organization .
         :lead a org:Role ; skos:exactMatch <https://w3id.org/weft/code/link-role/coordinator> .
         :b org:linkedTo :c .",
        &[
            "* a weft:Tie",
            "* weft:from b",
            "* weft:to c",
            "a a weft:Actor",
            "a weft:memberOf b",
            "b a weft:Actor",
            "c a weft:Actor",
            "m a weft:Tie",
            "m weft:from a",
            "m weft:role code:link-role/coordinator",
            "m weft:since \"2020-01-01\"^^<http://www.w3.org/2001/XMLSchema#date>",
            "m weft:to b",
        ],
    );
}

#[test]
fn org_classifications_sites_and_changes_are_understood() {
    check(
        "org3",
        ":o a org:Organization ; rdfs:label 'O' ; org:identifier '42' ; org:hasPrimarySite :site ;
           org:classification :coop , <https://w3id.org/weft/code/actor-type/hospital> ;
           org:purpose <https://w3id.org/weft/code/branch/health> .
         :coop a skos:Concept ; skos:exactMatch <https://w3id.org/weft/code/legal-form/cooperative> .
         :site a org:Site ; org:siteAddress [ vcard:locality 'Rovereto' ] .
         :merger a org:ChangeEvent ; org:originalOrganization :old , :o ; org:resultingOrganization :new , :o ;
           dct:date '2021-05-01'^^xsd:date .",
        &[
            "new a weft:Actor",
            "new weft:since \"2021-05-01\"^^<http://www.w3.org/2001/XMLSchema#date>",
            "o a weft:Actor",
            "o dct:identifier \"42\"",
            "o weft:actorType code:actor-type/hospital",
            "o weft:classification code:actor-type/hospital",
            "o weft:classification code:branch/health",
            "o weft:classification coop",
            "o weft:legalForm code:legal-form/cooperative",
            "o weft:place site",
            "o weft:sector code:branch/health",
            "old a weft:Actor",
            "old weft:until \"2021-05-01\"^^<http://www.w3.org/2001/XMLSchema#date>",
            "site a weft:Place",
            "site rdfs:label \"Rovereto\"",
        ],
    );
}

#[test]
fn foaf_organisations_count_with_their_name_and_page() {
    check(
        "foaf1",
        ":o a foaf:Organization ; foaf:name 'O' ; foaf:homepage <http://o.example/> ; foaf:based_near :town .
         :p a foaf:Person ; foaf:name 'P' ; foaf:homepage <http://p.example/> .",
        &[
            "o a weft:Actor",
            "o rdfs:label \"O\"",
            "o weft:place town",
            "o weft:website http://o.example/",
            "town a weft:Place",
        ],
    );
}

#[test]
fn schema_org_organisations_and_services_count_in_both_spellings() {
    check(
        "schema1",
        ":s a schema:GovernmentService ; schema:name 'Day care' ; schema:provider :o ; schema:serviceType 'health' ;
           schema:areaServed :area , 'the valley' ; schemas:serviceOperator :n .
         :o a schemas:GovernmentOrganization ; schemas:name 'Council' ; schemas:department :d .
         :n a schema:NGO ; schema:legalName 'N' ; schema:foundingDate '1990'^^xsd:gYear ; schema:memberOf :u ;
           schema:url 'https://n.example/' ;
           schema:address [ schema:addressLocality 'Trento' ; schema:addressCountry 'it' ] .
         :c a schema:Service ; schema:name 'Haircut' .
         :x a schema:LocalBusiness ; schema:parentOrganization :n .
         :x schema:employee :p . :p a schema:Person ; schema:memberOf :u .",
        &[
            "* a weft:Place",
            "* rdfs:label \"Trento\"",
            "* weft:countryCode \"IT\"",
            "area a weft:Place",
            "d a weft:Actor",
            "d weft:partOf o",
            "n a weft:Actor",
            "n rdfs:label \"N\"",
            "n weft:memberOf u",
            "n weft:place *",
            "n weft:provides s",
            "n weft:since \"1990\"^^<http://www.w3.org/2001/XMLSchema#gYear>",
            "n weft:sphere code:sphere/third-sector",
            "n weft:website https://n.example/",
            "o a weft:Actor",
            "o rdfs:label \"Council\"",
            "o weft:provides s",
            "o weft:sector code:branch/health",
            "o weft:sphere code:sphere/public",
            "s a weft:Service",
            "s rdfs:label \"Day care\"",
            "s weft:areaNote \"the valley\"",
            "s weft:sector code:branch/health",
            "s weft:territory area",
            "u a weft:Actor",
            "x a weft:Actor",
            "x weft:partOf n",
        ],
    );
}

#[test]
fn schema_org_funders_sponsors_and_grants_are_funding() {
    check(
        "schema2",
        ":s a schema:Service ; schema:provider :o ; schema:funder :f ; schema:sponsor :p .
         :o a schema:NGO ; schema:funder :f ; schema:sponsor :f .
         :p a schema:Person .
         :g a schema:MonetaryGrant ; schema:funder :f ; schema:fundedItem :o ;
           schema:amount [ a schema:MonetaryAmount ; schema:value 5000 ; schema:currency 'EUR' ] .",
        &[
            "* a weft:FundingFlow",
            "* a weft:Participation",
            "* a weft:Tie",
            "* weft:actor f",
            "* weft:from f",
            "* weft:in s",
            "* weft:payee o",
            "* weft:payer f",
            "* weft:role code:link-role/funder",
            "* weft:role code:link-role/supporter",
            "* weft:to o",
            "f a weft:Actor",
            "g a weft:FundingFlow",
            "g weft:amount \"5000\"^^<http://www.w3.org/2001/XMLSchema#decimal>",
            "g weft:payee o",
            "g weft:payer f",
            "g weft:unit \"EUR\"",
            "o a weft:Actor",
            "o weft:provides s",
            "o weft:sphere code:sphere/third-sector",
            "s a weft:Service",
        ],
    );
}

#[test]
fn cpsv_ap_services_of_versions_2_and_3_count() {
    check(
        "cpsv1",
        ":s a cpsv:PublicService ; dct:title 'S'@en ; cv:hasCompetentAuthority :a ; dct:audience :aud ;
           cv:sector <http://x/nace/Q88.9> ; cv:hasParticipation :p2 , :p3 ; foaf:page <http://s.example/> .
         :old cpsv:provides :s1 .
         :a a cv:PublicOrganisation ; skos:prefLabel 'Comune di Trento'@it ; org:subOrganizationOf :whole .
         :agent2 cv:playsRole :p2 ; dct:title 'Agent two' .
         :p3 cv:hasParticipant :agent3 ; cv:role <https://w3id.org/weft/code/link-role/evaluator> .
         :agent3 a foaf:Person .
         :aud skos:exactMatch <https://w3id.org/weft/code/target-group/unemployed> .
         :k a cv:ServiceConcessionContract ; cv:hasContractingAuthority :a ; cv:hasEconomicOperator :firm .",
        &[
            "a a weft:Actor",
            "a rdfs:label \"Comune di Trento\"@it",
            "a weft:level code:governance-level/local",
            "a weft:partOf whole",
            "a weft:provides s",
            "a weft:sector code:branch/social-services",
            "a weft:sphere code:sphere/public",
            "agent2 a weft:Actor",
            "agent2 rdfs:label \"Agent two\"",
            "firm a weft:Actor",
            "k a weft:Tie",
            "k weft:from firm",
            "k weft:instrument code:instrument/service-contract",
            "k weft:role code:link-role/supplier",
            "k weft:to a",
            "old a weft:Actor",
            "old weft:provides s1",
            "p2 a weft:Participation",
            "p2 weft:actor agent2",
            "p2 weft:in s",
            "s a weft:Service",
            "s rdfs:label \"S\"@en",
            "s weft:classification http://x/nace/Q88.9",
            "s weft:level code:governance-level/local",
            "s weft:sector code:branch/social-services",
            "s weft:targetGroup code:target-group/unemployed",
            "s weft:website http://s.example/",
            "s1 a weft:Service",
            "whole a weft:Actor",
        ],
    );
}

#[test]
fn the_impact_model_of_cids_is_read_for_who_takes_part_and_for_whom() {
    check(
        "cids1",
        ":o a cids:SocialPurposeOrganization ; toveorg:hasLegalName 'O' ; cids:hasProgram :pr ;
           cids:hasWebAddress 'https://o.example' ; toveorg:consistsOf :d .
         :pr a cids:Program ; cids:hasService :s ; cids:hasContributingStakeholder :helper ; cids:hasInput :money .
         :s a cids:Service ; toveorg:hasName 'S' ; cids:hasOutcome :out ; cids:hasBeneficialStakeholder :youth .
         :out a cids:Outcome ; cids:hasName 'Jobs found' .
         :money a cids:FinancialInput ; cids:hasContributingStakeholder :bank .
         :bank a cids:FinancialOrganization . :helper a cids:Organization .
         :youth a cids:BeneficialStakeholder ; cids:hasCatchmentArea 'local' ; cids:hasCharacteristic :ch .
         :ch cids:hasCode <https://w3id.org/weft/code/target-group/unemployed> .",
        &[
            "* a weft:Participation",
            "* weft:actor bank",
            "* weft:actor helper",
            "* weft:in s",
            "* weft:role code:link-role/funder",
            "* weft:role code:link-role/supporter",
            "bank a weft:Actor",
            "d a weft:Actor",
            "d weft:partOf o",
            "helper a weft:Actor",
            "o a weft:Actor",
            "o rdfs:label \"O\"",
            "o weft:provides s",
            "o weft:website https://o.example",
            "s a weft:Service",
            "s rdfs:label \"S\"",
            "s weft:areaNote \"local\"",
            "s weft:outcomeNote \"Jobs found\"",
            "s weft:targetGroup code:target-group/unemployed",
        ],
    );
}

/// Inserts, deletes, replacements and dropped graphs: what follows is there exactly as long as what
/// it follows from.
#[test]
fn conclusions_follow_every_kind_of_change() {
    let graph = fresh();
    let count = || inferred(&graph).len();
    let before = count();
    let update = |text: &str| {
        let update = graph.parse_update(text, None).unwrap();
        graph
            .update(&Writer::Local, update, Limits::default())
            .unwrap();
    };
    load(&graph, "one", ":a a foaf:Organization ; foaf:name 'A' .");
    assert_eq!(count(), before + 2);
    load(
        &graph,
        "two",
        ":b a foaf:Organization . <http://one.example/a> a foaf:Organization .",
    );
    assert_eq!(
        count(),
        before + 3,
        "the same conclusion from two graphs is one"
    );
    update(
        "INSERT DATA { GRAPH <http://x/> { <http://one.example/a> org:memberOf <http://two.example/b> } }",
    );
    assert_eq!(count(), before + 4);
    load(&graph, "one", ":a a foaf:Organization ; foaf:name 'B' .");
    assert_eq!(count(), before + 4);
    let has_label = |label: &str| {
        inferred(&graph)
            .iter()
            .any(|quad| quad.object == oxigraph::model::Literal::from(label).into())
    };
    assert!(has_label("B") && !has_label("A"));
    // A name of its own in any graph makes the rule's superfluous.
    update("INSERT DATA { GRAPH <http://x/> { <http://one.example/a> rdfs:label 'Own' } }");
    assert_eq!(count(), before + 3);
    update("DELETE DATA { GRAPH <http://x/> { <http://one.example/a> rdfs:label 'Own' } }");
    assert_eq!(count(), before + 4);
    update("DROP GRAPH <http://one.example/graph>");
    assert_eq!(count(), before + 3);
    let private = NamedNode::new("http://two.example/graph").unwrap();
    graph.set_private(&Writer::Local, &private, true).unwrap();
    assert_eq!(count(), before, "nothing follows from what is private");
    graph.set_private(&Writer::Local, &private, false).unwrap();
    assert_eq!(count(), before + 3);
    update("DROP GRAPH <http://two.example/graph>; DROP GRAPH <http://x/>");
    assert_eq!(count(), before);
}

/// Numbers that look random and are the same each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    /// A statement that the rules may have to do with, in one of the graphs.
    fn statement(&mut self) -> String {
        let thing = |draw: &mut Self| {
            let number = draw.below(2);
            format!("{}:{number}", draw.of(&["<urn:a", "<urn:s", "<urn:p"])) + ">"
        };
        let (subject, object) = (thing(self), thing(self));
        let kinds = [
            "org:Organization",
            "org:FormalOrganization",
            "foaf:Organization",
            "foaf:Person",
            "schema:NGO",
            "schema:Person",
            "schema:GovernmentOrganization",
            "schema:Service",
            "schema:GovernmentService",
            "schema:MonetaryGrant",
            "cpsv:PublicService",
            "cv:PublicOrganisation",
            "cids:Organization",
            "cids:Service",
            "cids:FinancialInput",
            "weft:Service",
            "weft:Role",
            "weft:TargetGroup",
            "weft:Sector",
        ];
        let links = [
            "org:subOrganizationOf",
            "org:hasUnit",
            "org:memberOf",
            "org:member",
            "org:organization",
            "org:role",
            "org:linkedTo",
            "org:hasSite",
            "org:classification",
            "org:originalOrganization",
            "org:resultingOrganization",
            "schema:provider",
            "schema:memberOf",
            "schema:funder",
            "schema:sponsor",
            "schema:fundedItem",
            "schema:areaServed",
            "schema:location",
            "schema:address",
            "schema:audience",
            "cpsv:provides",
            "cv:hasCompetentAuthority",
            "cv:hasParticipation",
            "cv:hasParticipant",
            "cv:role",
            "cv:isClassifiedBy",
            "dct:spatial",
            "dct:audience",
            "skos:exactMatch",
            "cids:hasService",
            "cids:hasProgram",
            "cids:hasInput",
            "cids:hasContributingStakeholder",
        ];
        let words = [
            "rdfs:label",
            "skos:prefLabel",
            "foaf:name",
            "dct:title",
            "schema:name",
            "schema:addressLocality",
            "schema:serviceType",
            "toveorg:hasLegalName",
            "dct:date",
            "prov:startedAtTime",
        ];
        let codes = [
            "<https://w3id.org/weft/code/branch/health>",
            "<https://w3id.org/weft/code/link-role/provider>",
            "<https://w3id.org/weft/code/target-group/unemployed>",
            "<http://x/nace/Q88.9>",
            "<http://x/nace/Q86>",
            "<http://x/cofog?Cl=4&Co=10.4.0>",
        ];
        let triple = match self.below(6) {
            0 | 1 => format!("{subject} a {}", self.of(&kinds)),
            2 | 3 => format!("{subject} {} {object}", self.of(&links)),
            4 => {
                let word = self.of(&["'A'", "'B'@it", "'Comune di C'@it", "'health'"]);
                format!("{subject} {} {word}", self.of(&words))
            }
            _ => {
                let with = [
                    "cv:sector",
                    "dct:type",
                    "cv:role",
                    "org:purpose",
                    "dct:audience",
                ];
                format!("{subject} {} {}", self.of(&with), self.of(&codes))
            }
        };
        let graph = self.below(3);
        format!("GRAPH <http://random.example/{graph}> {{ {triple} }}")
    }
}

#[test]
fn all_rules_that_ship_can_follow_small_changes() {
    for (rule, about) in GRAPH.alignment().iter() {
        assert!(rule.follows_changes(), "{}", rule.name());
        assert!(!about.title.is_empty() && !about.tags.is_empty());
    }
}

/// After each of many small changes the conclusions are those that running all rules would give.
#[test]
fn conclusions_that_follow_small_changes_are_those_of_running_all_rules() {
    let graph = fresh();
    let prefixes =
        "PREFIX cpsv: <http://purl.org/vocab/cpsv#> PREFIX cv: <http://data.europa.eu/m8g/>
        PREFIX cids: <https://ontology.commonapproach.org/cids#>
        PREFIX toveorg: <http://ontology.eil.utoronto.ca/tove/organization#> ";
    let run = |text: &str| {
        let update = graph
            .parse_update(&format!("{prefixes}{text}"), None)
            .unwrap();
        graph
            .update(&Writer::Local, update, Limits::default())
            .unwrap();
    };
    let agrees = |round: usize, change: &str| {
        let about = crate::store::CommitInfo::new("test", "all rules");
        let before = inferred(&graph);
        let outcome = graph
            .store()
            .write::<_, crate::store::StoreError>(about, |transaction| {
                transaction.derive_again();
                Ok(())
            });
        if outcome.unwrap().changed {
            let after = inferred(&graph);
            let only = |these: &[Quad], those: &[Quad]| -> Vec<String> {
                let those: std::collections::HashSet<&Quad> = those.iter().collect();
                these
                    .iter()
                    .filter(|quad| !those.contains(quad))
                    .map(Quad::to_string)
                    .collect()
            };
            panic!(
                "round {round}: {change}\ntoo much: {:#?}\ntoo little: {:#?}",
                only(&before, &after),
                only(&after, &before)
            );
        }
    };
    let private = NamedNode::new("http://random.example/2").unwrap();
    graph.set_private(&Writer::Local, &private, true).unwrap();
    let mut draw = Draw(0x5eed);
    let mut known: Vec<String> = Vec::new();
    for round in 0..400 {
        let mut change = String::new();
        for _ in 0..=draw.below(4) {
            if known.len() > 90 || (!known.is_empty() && draw.below(3) == 0) {
                let old = known.swap_remove(draw.below(known.len()));
                change.push_str(&format!("DELETE DATA {{ {old} }} ;\n"));
            } else {
                let new = draw.statement();
                change.push_str(&format!("INSERT DATA {{ {new} }} ;\n"));
                known.push(new);
            }
        }
        if draw.below(40) == 0 {
            change.push_str("DROP SILENT GRAPH <http://random.example/0> ;\n");
        }
        run(&change);
        agrees(round, &change);
    }
}
