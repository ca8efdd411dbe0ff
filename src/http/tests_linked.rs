//! Linked data: dumps, the catalogue, JSON-LD, and that every IRI answers.

use super::AppState;
use super::testing::{Answer, INNOSERV, encoded, send, state};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::store::skolem::skolem_iri;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::{GraphName, NamedNode, Quad, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

const PRIVATE: &str = "https://w3id.org/weft/graph/partner/hidden";
const OPEN: &str = "https://w3id.org/weft/graph/partner/open";

async fn get(state: &AppState, target: &str, headers: &[(&str, &str)]) -> Answer {
    send(state, "GET", target, headers, "").await
}

fn write(graph: &KnowledgeGraph, name: &str, text: &str) {
    let batch = parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default());
    let name = NamedNode::new(name).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, batch.unwrap(), GraphChange::Replace)
        .unwrap();
}

fn quads(bytes: &[u8], format: RdfFormat) -> Vec<Quad> {
    RdfParser::from_format(format)
        .for_slice(bytes)
        .map(|quad| quad.unwrap())
        .collect()
}

fn by_graph(quads: &[Quad]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for quad in quads {
        *counts.entry(quad.graph_name.to_string()).or_default() += 1;
    }
    counts
}

/// An open graph and a private one, in a folder.
fn durable() -> (tempfile::TempDir, AppState, String) {
    let folder = tempfile::tempdir().unwrap();
    let graph = KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    })
    .unwrap();
    write(
        &graph,
        OPEN,
        "<http://e/open> <http://e/p> 'seen', 'twice' .",
    );
    let private = NamedNode::new(PRIVATE).unwrap();
    graph.set_private(&Writer::Local, &private, true).unwrap();
    write(
        &graph,
        PRIVATE,
        "<http://e/secret> <http://e/p> 'Ksecret' .",
    );
    let key = graph.tokens().create("owner", &[PRIVATE.to_owned()], false);
    let header = format!("Bearer {}", key.unwrap());
    (folder, AppState::new(graph), header)
}

// ---- dumps ------------------------------------------------------------------------------------

#[tokio::test]
async fn a_dump_has_the_quads_of_each_graph() {
    let whole = get(&INNOSERV, "/dumps/all.nq", &[]).await.expect(200);
    assert_eq!(whole.header("content-type"), "application/n-quads");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let dumped = quads(whole.text().as_bytes(), RdfFormat::NQuads);
    let graphs = get(&INNOSERV, "/api/v1/graphs.json", &[]).await.json();
    let listed: BTreeMap<String, usize> = graphs
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let count = row["triples"].as_u64().unwrap();
            let count = usize::try_from(count).unwrap();
            (format!("<{}>", row["graph"].as_str().unwrap()), count)
        })
        .collect();
    assert_eq!(by_graph(&dumped), listed);
    let trig = get(&INNOSERV, "/dumps/all.trig", &[]).await.expect(200);
    let trig = quads(trig.text().as_bytes(), RdfFormat::TriG);
    assert_eq!(by_graph(&trig), listed);
    let one = get(&INNOSERV, "/dumps/innoserv.ttl", &[]).await.expect(200);
    let one = quads(one.text().as_bytes(), RdfFormat::Turtle);
    assert_eq!(one.len(), listed["<https://w3id.org/weft/graph/innoserv>"]);
    let name = encoded("https://w3id.org/weft/graph/innoserv");
    let same = get(&INNOSERV, &format!("/dumps/{name}.nt"), &[]).await;
    let same = same.expect(200);
    assert_eq!(same.text().lines().count(), one.len());
}

#[tokio::test]
async fn what_is_compressed_is_what_is_plain_and_nothing_compresses_on_the_way() {
    let accept = [("accept-encoding", "gzip, br, zstd")];
    let plain = get(&INNOSERV, "/dumps/innoserv.nq", &accept)
        .await
        .expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    let length = plain.header("content-length").parse::<usize>().unwrap();
    let plain = plain.body.unwrap();
    assert_eq!(length, plain.len());
    let gzip = get(&INNOSERV, "/dumps/innoserv.nq.gz", &accept)
        .await
        .expect(200);
    assert_eq!(gzip.header("content-type"), "application/gzip");
    assert_eq!(gzip.header("content-encoding"), "");
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body.unwrap()[..])
        .read_to_end(&mut unpacked)
        .unwrap();
    assert!(unpacked == plain);
    let zstd = get(&INNOSERV, "/dumps/innoserv.nq.zst", &accept)
        .await
        .expect(200);
    assert!(zstd::decode_all(&zstd.body.unwrap()[..]).unwrap() == plain);
}

#[tokio::test]
async fn parts_make_the_whole_again() {
    let target = "/dumps/innoserv.nq.gz";
    let head = send(&INNOSERV, "HEAD", target, &[], "").await.expect(200);
    let length: usize = head.header("content-length").parse().unwrap();
    let tag = head.header("etag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    assert!(head.body.unwrap().is_empty());
    let pinned = head.headers["content-location"].to_str().unwrap();
    let mut joined = Vec::new();
    for start in (0..length).step_by(length / 3) {
        let range = format!("bytes={start}-{}", start + length / 3 - 1);
        let with_tag = [("range", range.as_str()), ("if-range", tag.as_str())];
        let (target, headers) = if start == 0 {
            (pinned, &with_tag[..1])
        } else {
            (target, &with_tag[..])
        };
        let part = get(&INNOSERV, target, headers).await.expect(206);
        let end = (start + length / 3).min(length) - 1;
        let expected = format!("bytes {start}-{end}/{length}");
        assert_eq!(part.header("content-range"), expected);
        assert_eq!(part.header("etag"), tag);
        joined.extend(part.body.unwrap());
    }
    let whole = get(&INNOSERV, target, &[]).await.expect(200).body.unwrap();
    assert!(joined == whole);
    let beyond = format!("bytes={length}-");
    let beyond = get(&INNOSERV, pinned, &[("range", &beyond)])
        .await
        .expect(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{length}"));
    let known = get(&INNOSERV, target, &[("if-none-match", &tag)]).await;
    known.expect(304);
    let hash = get(&INNOSERV, "/dumps/innoserv.nq.gz.sha256", &[])
        .await
        .expect(200);
    assert!(hash.text().ends_with("  innoserv.nq.gz\n"), "{hash:?}");
    assert_eq!(hash.text()[..32], tag[tag.len() - 33..tag.len() - 1]);
}

#[tokio::test]
async fn a_download_is_never_taken_up_with_another_file() {
    let (_folder, state, _) = durable();
    let first = get(&state, "/dumps/all.nq", &[]).await.expect(200);
    let (tag, pinned) = (
        first.header("etag").to_owned(),
        first.header("content-location").to_owned(),
    );
    assert!(first.header("last-modified").ends_with(" GMT"), "{first:?}");
    let range = ("range", "bytes=4-");
    // Whoever does not say what it has gets the whole.
    get(&state, "/dumps/all.nq", &[range]).await.expect(200);
    let with = [range, ("if-range", tag.as_str())];
    get(&state, "/dumps/all.nq", &with).await.expect(206);
    write(
        state.graph(),
        OPEN,
        "<http://e/open> <http://e/p> 'changed' .",
    );
    let changed = get(&state, "/dumps/all.nq", &with).await.expect(200);
    assert!(changed.text().contains("changed"));
    assert_ne!(changed.header("etag"), tag);
    // The pinned address stands for the same bytes as before.
    let again = get(&state, &pinned, &[]).await.expect(200);
    assert_eq!(again.header("etag"), tag);
    assert_eq!(again.header("cache-control"), "public, no-cache");
    assert_eq!(again.text(), first.text());
    let part = get(&state, &pinned, &[range]).await.expect(206);
    assert_eq!(part.text(), first.text()[4..]);
}

#[tokio::test]
async fn the_same_version_is_the_same_bytes_after_a_start() {
    let (folder, state, _) = durable();
    let mut before = Vec::new();
    let names = ["all.trig.zst", "all.ttl.gz", "partner/open.nq"];
    for name in names {
        before.push(
            get(&state, &format!("/dumps/{name}"), &[])
                .await
                .expect(200),
        );
    }
    drop(state);
    let graph = KnowledgeGraph::open(Config {
        data_dir: Some(folder.path().to_owned()),
        empty: true,
        ..Config::default()
    });
    let state = AppState::new(graph.unwrap());
    for (name, before) in names.into_iter().zip(before) {
        let after = get(&state, &format!("/dumps/{name}"), &[])
            .await
            .expect(200);
        assert_eq!(after.header("etag"), before.header("etag"), "{name}");
        assert!(after.body == before.body, "{name}");
    }
}

#[tokio::test]
async fn what_is_private_is_in_no_dump_of_others() {
    let (_folder, state, owner) = durable();
    let owner = [("authorization", owner.as_str())];
    for _ in 0..2 {
        let seen = get(&state, "/dumps/all.nq", &owner).await.expect(200);
        assert!(seen.text().contains("Ksecret"));
        assert!(seen.header("cache-control").contains("private"));
        let seen = get(&state, "/dumps/partner/hidden.nq", &owner).await;
        assert!(seen.expect(200).text().contains("Ksecret"));
        let others = get(&state, "/dumps/all.nq", &[]).await.expect(200);
        assert!(!others.text().contains("Ksecret"));
        get(&state, "/dumps/partner/hidden.nq", &[])
            .await
            .expect(404);
        get(&state, "/dumps/partner/hidden.nq.sha256", &[])
            .await
            .expect(404);
        let version = state.graph().data_version();
        let old = get(&state, &format!("/dumps/all.nq?version={version}"), &[]).await;
        assert!(!old.expect(200).text().contains("Ksecret"));
    }
    // Private from now on, in files that are there already too.
    get(&state, "/dumps/partner/open.nq", &[]).await.expect(200);
    let open = NamedNode::new(OPEN).unwrap();
    state
        .graph()
        .set_private(&Writer::Local, &open, true)
        .unwrap();
    get(&state, "/dumps/partner/open.nq", &[]).await.expect(404);
    let all = get(&state, "/dumps/all.nq", &[]).await.expect(200);
    assert_eq!(all.text(), "");
}

#[tokio::test]
async fn names_of_no_dump_are_explained() {
    for name in [
        "all",
        "all.rdf",
        "nothing.nq",
        "x%20y.nq",
        "http%3A%2F%2Fe%2Fg.nq.gz",
    ] {
        let answer = get(&INNOSERV, &format!("/dumps/{name}"), &[])
            .await
            .expect(404);
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    get(&INNOSERV, "/dumps/all.nq?verson=3", &[])
        .await
        .expect(400);
    let list = get(&INNOSERV, "/dumps", &[]).await.expect(303);
    assert_eq!(list.header("location"), "/catalogue");
    let small = state(Config {
        dump_bytes: 1_000,
        ..Config::default()
    });
    let refused = get(&small, "/dumps/all.nq.gz", &[]).await.expect(507);
    assert!(refused.text().contains("dump-bytes"), "{refused:?}");
}

// ---- every IRI answers ------------------------------------------------------------------------

/// The IRIs in a term, those of its datatype and of a triple term included.
fn iris_of(term: &Term, into: &mut BTreeSet<String>) {
    match term {
        Term::NamedNode(node) => {
            into.insert(node.as_str().to_owned());
        }
        Term::BlankNode(node) => {
            into.insert(skolem_iri(node.as_ref()).into_string());
        }
        Term::Literal(literal) => {
            into.insert(literal.datatype().as_str().to_owned());
        }
        Term::Triple(triple) => {
            iris_of(&triple.subject.clone().into(), into);
            into.insert(triple.predicate.as_str().to_owned());
            iris_of(&triple.object, into);
        }
    }
}

/// Asks until no `303` sends further.
async fn followed(state: &AppState, path: &str, accept: &str) -> Answer {
    let answer = get(state, path, &[("accept", accept)]).await;
    if answer.status == 303 {
        let location = answer.header("location").to_owned();
        return get(state, &location, &[("accept", accept)]).await;
    }
    answer
}

async fn check_every_iri(state: &AppState) -> usize {
    let base = state.graph().config().base.clone();
    let mut iris = BTreeSet::new();
    for quad in state
        .graph()
        .snapshot()
        .quads_for_pattern(None, None, None, None)
    {
        iris_of(&quad.subject.into(), &mut iris);
        iris.insert(quad.predicate.into_string());
        iris_of(&quad.object, &mut iris);
        match quad.graph_name {
            GraphName::NamedNode(node) => iris_of(&node.into(), &mut iris),
            GraphName::BlankNode(node) => iris_of(&node.into(), &mut iris),
            GraphName::DefaultGraph => {}
        }
    }
    let paths: BTreeSet<String> = iris
        .iter()
        .filter_map(|iri| {
            let rest = [base.as_str(), "https://w3id.org/weft/"]
                .iter()
                .find_map(|base| iri.strip_prefix(base))?;
            let path = rest.split('#').next().unwrap_or_default();
            Some(format!("/{path}"))
        })
        .collect();
    let mut failures = Vec::new();
    for path in &paths {
        for (accept, expected) in [
            ("text/turtle", "text/turtle"),
            ("application/ld+json", "application/ld+json"),
            ("text/html", "text/html"),
        ] {
            let answer = followed(state, path, accept).await;
            let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
            let is_fine = answer.status == 200
                && answer.header("content-type").starts_with(expected)
                && vary
                    .iter()
                    .any(|value| value.to_str().unwrap().contains("accept"));
            if !is_fine {
                failures.push(format!("{path} as {accept}: {} {vary:?}", answer.status));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}: {failures:#?}",
        failures.len(),
        paths.len()
    );
    paths.len()
}

#[tokio::test]
async fn every_iri_of_the_data_that_ships_answers() {
    let state = state(Config::default());
    let with_metrics = state.graph().clone();
    tokio::task::spawn_blocking(move || with_metrics.refresh_metrics())
        .await
        .unwrap()
        .unwrap();
    let count = check_every_iri(&state).await;
    assert!(count > 1_500, "{count}");
}

#[tokio::test]
async fn every_iri_answers_with_another_base_too() {
    let state = state(Config {
        base: "https://data.example/kg/".to_owned(),
        ..Config::default()
    });
    assert!(check_every_iri(&state).await > 1_000);
}

#[tokio::test]
async fn services_that_queries_name_say_what_they_are() {
    let empty = state(Config {
        empty: true,
        ..Config::default()
    });
    for path in ["/network/collaboration", "/search"] {
        let answer = get(&empty, path, &[("accept", "text/turtle")])
            .await
            .expect(200);
        assert!(answer.text().contains("dcat:DataService"), "{answer:?}");
        get(&empty, path, &[("accept", "text/html")])
            .await
            .expect(200);
    }
    get(&empty, "/network/nothing", &[]).await.expect(404);
    get(&empty, "/nothing/at/all", &[]).await.expect(404);
    send(&empty, "POST", "/search", &[], "").await.expect(404);
}

#[tokio::test]
async fn an_answer_says_where_else_it_is_and_under_which_licence() {
    let path = "/id/actor/heidelberg-university";
    let answer = get(&INNOSERV, path, &[("accept", "text/turtle")])
        .await
        .expect(200);
    let links: Vec<&str> = answer
        .headers
        .get_all("link")
        .iter()
        .map(|link| link.to_str().unwrap())
        .collect();
    for expected in [
        "</id/actor/heidelberg-university.jsonld>; rel=\"alternate\"; type=\"application/ld+json\"",
        "</id/actor/heidelberg-university>; rel=\"canonical\"",
        "</graph/innoserv>; rel=\"describedby\"",
        "<https://creativecommons.org/licenses/by/4.0/>; rel=\"license\"",
    ] {
        assert!(links.contains(&expected), "{expected} in {links:#?}");
    }
    let near = get(&INNOSERV, "/id/actor/heidelberg-universty", &[])
        .await
        .expect(404);
    assert!(
        near.text().contains("id/actor/heidelberg-university>"),
        "{near:?}"
    );
}

#[tokio::test]
async fn a_table_answers_for_its_rows() {
    let path = "/id/dataset/innoserv/innoserv-actors.csv";
    let answer = get(&INNOSERV, path, &[("accept", "application/n-triples")])
        .await
        .expect(200);
    let row = "id/dataset/innoserv/innoserv-actors.csv#row=101> .";
    assert!(
        answer.text().lines().any(|line| line.ends_with(row)),
        "{answer:?}"
    );
    get(&INNOSERV, &format!("{path}.ttl"), &[])
        .await
        .expect(200);
    get(&INNOSERV, "/id/dataset/innoserv/nothing.csv", &[])
        .await
        .expect(404);
}

// ---- JSON-LD ----------------------------------------------------------------------------------

/// Reads a document with the context that it names put into it.
async fn read_json_ld(state: &AppState, answer: &Answer) -> Vec<Quad> {
    let mut document = answer.json();
    let address = document["@context"].as_str().unwrap();
    assert_eq!(address, "http://weft.example/context.jsonld");
    let context = get(state, "/context.jsonld", &[]).await.expect(200).json();
    document["@context"] = context["@context"].clone();
    let profile = oxigraph::io::JsonLdProfileSet::empty();
    quads(
        document.to_string().as_bytes(),
        RdfFormat::JsonLd { profile },
    )
}

/// The canonical form of triples.
fn canonical(quads: Vec<Quad>) -> Vec<String> {
    use oxigraph::model::dataset::{CanonicalizationAlgorithm, Dataset};
    let mut dataset: Dataset = quads.iter().collect();
    dataset.canonicalize(CanonicalizationAlgorithm::Unstable);
    let mut lines: Vec<String> = dataset.iter().map(|quad| quad.to_string()).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn compacted_json_ld_says_what_the_turtle_says() {
    for path in [
        "/id/actor/heidelberg-university",
        "/id/innovation/ammerudhjemmet",
        "/id/dataset/innoserv/innoserv-actors.csv",
        "/code/branch",
        "/code/governance-level/national",
        "/code",
        "/ns",
        "/graph/innoserv",
        "/graph/ontology",
        "/catalogue",
        "/network/collaboration",
        "/shape/until",
    ] {
        let turtle = get(&INNOSERV, path, &[("accept", "text/turtle")]).await;
        let turtle = quads(turtle.expect(200).text().as_bytes(), RdfFormat::Turtle);
        let json = get(&INNOSERV, path, &[("accept", "application/ld+json")])
            .await
            .expect(200);
        let json = read_json_ld(&INNOSERV, &json).await;
        assert!(!turtle.is_empty());
        assert_eq!(canonical(json), canonical(turtle), "{path}");
    }
}

#[tokio::test]
async fn the_context_can_be_kept_and_read_from_anywhere() {
    let page = [("origin", "https://elsewhere.example")];
    let answer = get(&INNOSERV, "/context.jsonld", &page).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let tag = answer.header("etag").to_owned();
    get(&INNOSERV, "/context.jsonld", &[("if-none-match", &tag)])
        .await
        .expect(304);
    let actor = get(&INNOSERV, "/id/actor/heidelberg-university.jsonld", &[]).await;
    let actor = actor.expect(200).json();
    let first = actor.get("@graph").map_or(&actor, |graph| &graph[0]);
    assert_eq!(first["type"], "Actor", "{actor:#}");
    assert_eq!(
        first["id"],
        "https://w3id.org/weft/id/actor/heidelberg-university"
    );
}

// ---- the catalogue ----------------------------------------------------------------------------

fn objects<'a>(quads: &'a [Quad], subject: &str, property: &str) -> Vec<&'a Term> {
    quads
        .iter()
        .filter(|quad| quad.subject.to_string() == subject && quad.predicate.as_str() == property)
        .map(|quad| &quad.object)
        .collect()
}

/// What DCAT-AP demands of catalogues, data sets, distributions and services.
fn check_dcat(quads: &[Quad]) -> Vec<String> {
    const DCAT: &str = "http://www.w3.org/ns/dcat#";
    const DCT: &str = "http://purl.org/dc/terms/";
    const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
    let of_class = |class: &str| -> Vec<String> {
        let class = format!("<{class}>");
        let typed = quads
            .iter()
            .filter(|quad| quad.predicate.as_str() == TYPE && quad.object.to_string() == class);
        typed.map(|quad| quad.subject.to_string()).collect()
    };
    let has = |subject: &str, property: &str| {
        assert!(
            !objects(quads, subject, property).is_empty(),
            "{subject} has no {property}"
        );
    };
    let catalogues = of_class(&format!("{DCAT}Catalog"));
    let [catalogue] = &catalogues[..] else {
        panic!("{catalogues:?}");
    };
    for property in ["title", "description", "publisher"] {
        has(catalogue, &format!("{DCT}{property}"));
    }
    let sets: Vec<String> = objects(quads, catalogue, &format!("{DCAT}dataset"))
        .into_iter()
        .map(Term::to_string)
        .collect();
    assert!(!sets.is_empty());
    let agents = of_class("http://xmlns.com/foaf/0.1/Agent");
    for set in &sets {
        for property in ["title", "description", "publisher"] {
            has(set, &format!("{DCT}{property}"));
        }
        for publisher in objects(quads, set, &format!("{DCT}publisher")) {
            assert!(agents.contains(&publisher.to_string()), "{publisher}");
            has(&publisher.to_string(), "http://xmlns.com/foaf/0.1/name");
        }
        let distributions = objects(quads, set, &format!("{DCAT}distribution"));
        assert!(distributions.len() > 8, "{set}");
        for distribution in distributions {
            let distribution = distribution.to_string();
            has(&distribution, &format!("{DCAT}accessURL"));
            let licences = objects(quads, set, &format!("{DCT}license"));
            assert_eq!(
                objects(quads, &distribution, &format!("{DCT}license")),
                licences
            );
        }
    }
    let services = objects(quads, catalogue, &format!("{DCAT}service"));
    assert!(services.len() >= 2);
    for service in services {
        for property in ["endpointURL", "servesDataset"] {
            has(&service.to_string(), &format!("{DCAT}{property}"));
        }
        has(&service.to_string(), &format!("{DCT}title"));
    }
    sets
}

#[tokio::test]
async fn the_catalogue_has_what_dcat_ap_demands() {
    let answer = get(&INNOSERV, "/catalogue.ttl", &[]).await.expect(200);
    let found = quads(answer.text().as_bytes(), RdfFormat::Turtle);
    let sets = check_dcat(&found);
    let graph = |name: &str| format!("<https://w3id.org/weft/graph/{name}>");
    for name in ["ontology", "innoserv", "queries"] {
        assert!(sets.contains(&graph(name)), "{name} in {sets:?}");
    }
    let licence = objects(
        &found,
        &graph("innoserv"),
        "http://purl.org/dc/terms/license",
    );
    assert_eq!(
        licence[0].to_string(),
        "<https://creativecommons.org/licenses/by/4.0/>"
    );
    for name in ["nt", "rdf", "jsonld", "html"] {
        get(&INNOSERV, &format!("/catalogue.{name}"), &[])
            .await
            .expect(200);
    }
    let page = get(&INNOSERV, "/catalogue", &[("accept", "text/html")])
        .await
        .expect(200);
    assert!(page.text().contains("INNOSERV case collection"));
    let page = get(&INNOSERV, "/graph/innoserv", &[("accept", "text/html")])
        .await
        .expect(200);
    assert!(page.text().contains("/dumps/innoserv.nq.gz"));
}

#[tokio::test]
async fn a_partner_is_described_as_it_says() {
    let (_folder, state, owner) = durable();
    write(
        state.graph(),
        &format!("{OPEN}/about"),
        &format!(
            "@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
             <{OPEN}> dct:title 'Open data'@en , 'Datos abiertos'@es ; dct:publisher 'The Partner' ;
               dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
               dcat:contactPoint 'desk@partner.example' ; dct:spatial [ dct:title 'Here' ] ."
        ),
    );
    let answer = get(&state, "/catalogue.nt", &[]).await.expect(200);
    let text = answer.text();
    let found = quads(text.as_bytes(), RdfFormat::NTriples);
    let sets = check_dcat(&found);
    let me = format!("<{OPEN}>");
    assert!(sets.contains(&me) && sets.len() == 2, "{sets:?}");
    assert!(!text.contains("hidden"), "{text}");
    for expected in [
        "\"Datos abiertos\"@es",
        "\"The Partner\"",
        "<mailto:desk@partner.example>",
        "\"Here\"",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let modified = objects(&found, &me, "http://purl.org/dc/terms/modified");
    assert_eq!(modified.len(), 1);
    // Size and hash of a dump are told once it is there.
    assert!(!text.contains("byteSize"));
    let dump = get(&state, "/dumps/partner/open.ttl.gz", &[])
        .await
        .expect(200);
    let with_size = get(
        &state,
        "/catalogue.nt",
        &[("if-none-match", answer.header("etag"))],
    )
    .await;
    let size = format!("byteSize> \"{}\"", dump.body.unwrap().len());
    assert!(with_size.expect(200).text().contains(&size));
    // Who may see the private one sees that it is.
    let owner = [("authorization", owner.as_str())];
    let seen = get(&state, "/catalogue.nt", &owner).await.expect(200);
    assert!(seen.text().contains("hidden") && seen.text().contains("RESTRICTED"));
    get(&state, "/graph/partner/hidden", &owner)
        .await
        .expect(200);
    get(&state, "/graph/partner/hidden", &[]).await.expect(404);
    let page = get(&state, "/graph/partner/open", &[("accept", "text/html")])
        .await
        .expect(200);
    assert!(page.text().contains("The Partner") && page.text().contains("desk@partner.example"));
    for path in ["/graph/partner/open/about", "/graph/partner/open.jsonld"] {
        get(&state, path, &[]).await.expect(200);
    }
    let void = get(&state, "/graph/void", &[("accept", "text/html")]).await;
    assert_eq!(void.expect(303).header("location"), "/.well-known/void");
    let void = get(&state, "/.well-known/void", &[("accept", "text/html")]).await;
    assert_eq!(void.expect(303).header("location"), "/catalogue");
    let foreign = format!("/resource?iri={}", encoded(OPEN));
    get(&state, &foreign, &[("accept", "text/html")])
        .await
        .expect(200);
}
