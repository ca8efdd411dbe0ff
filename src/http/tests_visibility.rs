//! What is private stays so, whatever the door: each door is tried by each kind of reader.
//!
//! Partner A's graph is private. It says of an actor that it is called `Ksecretlabel`, works with
//! others, and is a `foaf:Organization`, of which the rules conclude more. A counter tells by how
//! much a count differs.

use super::testing::{Answer, encoded, send_to};
use super::{AppState, router};
use crate::app::{Config, GraphChange, KnowledgeGraph, Writer};
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use axum::Router;
use axum::body::Body;
use oxigraph::io::RdfFormat;
use oxigraph::model::NamedNode;

const A: &str = "https://w3id.org/weft/graph/partner/a";
const B: &str = "https://w3id.org/weft/graph/partner/b";
const OPEN: &str = "https://w3id.org/weft/graph/open";
/// Stands in every private statement that could come out.
const SECRET: &str = "Ksecret";
const SELECT: &str = "application/sparql-query";
const UPDATE: &str = "application/sparql-update";

const PREFIXES: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX e: <https://w3id.org/weft/id/actor/> ";

const PRIVATE_DATA: &str = "
e:Ksecret-one a weft:Actor ; rdfs:label 'Ksecretlabel' ; weft:sector <https://w3id.org/weft/code/sector/health> ;
  e:remark e:Ksecret-two .
e:Ksecret-two a weft:Actor , foaf:Organization ; rdfs:label 'Ksecretother' ; foaf:name 'Ksecretname' .
e:Ksecret-tie a weft:Tie ; weft:from e:Ksecret-one ; weft:to e:Ksecret-two .
e:Ksecret-mixed a weft:Tie ; weft:from e:Ksecret-one ; weft:to e:open .
e:open e:remark 'Ksecretnote' .
";

const OPEN_DATA: &str = "
e:open a weft:Actor ; rdfs:label 'Open' .
e:other a weft:Actor ; rdfs:label 'Other' .
e:tie a weft:Tie ; weft:from e:open ; weft:to e:other .
";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anonymous,
    Owner,
    Partner,
    ReadOnly,
    Admin,
}

const EVERYBODY: [Who; 5] = [
    Who::Anonymous,
    Who::Owner,
    Who::Partner,
    Who::ReadOnly,
    Who::Admin,
];

impl Who {
    fn may_see(self) -> bool {
        matches!(self, Self::Owner | Self::ReadOnly | Self::Admin)
    }
}

struct Service {
    router: Router,
    graph: KnowledgeGraph,
    keys: Vec<(Who, String)>,
}

/// All that a header says.
fn all_of(answer: &Answer, name: &str) -> String {
    let values = answer.headers.get_all(name).iter();
    let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
    values.join(", ")
}

fn turtle(text: &str) -> crate::rdf::Batch {
    let text = format!("{PREFIXES}{text}").replace("PREFIX", "\nPREFIX");
    parse_bytes(text.as_bytes(), RdfFormat::Turtle, &ParseOptions::default()).unwrap()
}

fn write(graph: &KnowledgeGraph, name: &str, text: &str) {
    let name = NamedNode::new(name).unwrap().into();
    graph
        .write_graph(&Writer::Local, name, turtle(text), GraphChange::Replace)
        .unwrap();
}

impl Service {
    /// With the ontology, so that the rules and the networks have what they need.
    fn new(config: Config) -> Self {
        let graph = KnowledgeGraph::open(Config {
            data_dir: None,
            ..config
        })
        .unwrap();
        let tokens = graph.tokens();
        let (a, b) = ([A.to_owned()], [B.to_owned()]);
        let keys = vec![
            (Who::Owner, tokens.create("a", &a, false).unwrap()),
            (Who::Partner, tokens.create("b", &b, false).unwrap()),
            (
                Who::ReadOnly,
                tokens.create_with("reader", &[], &a, false).unwrap(),
            ),
            (Who::Admin, tokens.create("boss", &[], true).unwrap()),
        ];
        Self {
            router: router(AppState::new(graph.clone())),
            graph,
            keys,
        }
    }

    /// The private graph is private before it gets its data.
    fn with_data() -> Self {
        let service = Self::new(Config::default());
        service.set_private(true);
        write(&service.graph, OPEN, OPEN_DATA);
        write(&service.graph, A, PRIVATE_DATA);
        service
    }

    fn set_private(&self, private: bool) {
        let name = NamedNode::new(A).unwrap();
        self.graph
            .set_private(&Writer::Local, &name, private)
            .unwrap();
    }

    async fn send(
        &self,
        who: Who,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let key = self.keys.iter().find(|(known, _)| *known == who);
        let key = key.map(|(_, key)| format!("Bearer {key}"));
        self.send_with(key.as_deref(), method, target, headers, body)
            .await
    }

    async fn send_with(
        &self,
        authorization: Option<&str>,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut headers = headers.to_vec();
        headers.extend(authorization.map(|value| ("authorization", value)));
        send_to(self.router.clone(), method, target, &headers, body).await
    }

    async fn get(&self, who: Who, target: &str) -> Answer {
        self.send(who, "GET", target, &[("accept", "*/*")], "")
            .await
    }

    async fn query(&self, who: Who, query: &str) -> Answer {
        self.query_at(who, "/sparql", query).await
    }

    async fn query_at(&self, who: Who, target: &str, query: &str) -> Answer {
        let headers = [("content-type", SELECT), ("accept", "*/*")];
        let text = format!("{PREFIXES}{query}");
        self.send(who, "POST", target, &headers, text).await
    }

    async fn update(&self, who: Who, update: &str) -> Answer {
        let headers = [("content-type", UPDATE)];
        let text = format!("{PREFIXES}{update}");
        self.send(who, "POST", "/sparql", &headers, text).await
    }
}

/// Queries whose answers have a secret in them, or not.
fn telling_queries() -> Vec<String> {
    let mut queries: Vec<String> = [
        "SELECT ?s ?l { ?s rdfs:label ?l }",
        "SELECT * { ?s ?p ?o }",
        "SELECT * FROM <@A> { ?s ?p ?o }",
        "SELECT * FROM <@A> FROM <@OPEN> { ?s ?p ?o }",
        "SELECT * FROM NAMED <@A> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM NAMED <@A> { GRAPH <@A> { ?s ?p ?o } }",
        "SELECT * { GRAPH <@A> { ?s ?p ?o } }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?s ?o { ?s rdfs:label|foaf:name ?o }",
        "SELECT ?o { e:open (!rdf:type)+ ?o }",
        "SELECT ?s { ?s (weft:from|^weft:to)+ ?o }",
        "SELECT ?s { ?s ?p 'Ksecretlabel' }",
        "SELECT ?s ?l { VALUES ?l { 'Ksecretlabel' } ?s rdfs:label ?l }",
        "SELECT (MAX(?l) AS ?m) { ?s e:remark ?l }",
        "SELECT (GROUP_CONCAT(STR(?l)) AS ?all) { ?s rdfs:label ?l }",
        "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "DESCRIBE e:Ksecret-two",
        "DESCRIBE ?s WHERE { ?s a weft:Actor }",
        "SELECT ?s { ?s a weft:Actor OPTIONAL { ?s rdfs:label ?l } }",
        "SELECT * { SERVICE <https://w3id.org/weft/network/collaboration> { ?a weft:degree ?d } }",
    ]
    .map(str::to_owned)
    .to_vec();
    for query in &mut queries {
        *query = query.replace("@A", A).replace("@OPEN", OPEN);
    }
    queries
}

/// Questions that are answered with yes by those who may see, and with no by others.
const QUESTIONS: [&str; 9] = [
    "ASK { ?s rdfs:label 'Ksecretlabel' }",
    "ASK { GRAPH <https://w3id.org/weft/graph/partner/a> {} }",
    "ASK { GRAPH <https://w3id.org/weft/graph/partner/a> { ?s ?p ?o } }",
    "ASK FROM <https://w3id.org/weft/graph/partner/a> { ?s ?p ?o }",
    "ASK { GRAPH ?g {} FILTER(CONTAINS(STR(?g), 'partner/a')) }",
    "ASK { e:Ksecret-one e:remark+ ?o }",
    "ASK { e:open rdfs:label ?l FILTER EXISTS { e:open e:remark ?n } }",
    "ASK { FILTER EXISTS { GRAPH ?g { ?s foaf:name ?n } FILTER(?n = 'Ksecretname') } }",
    "ASK { { SELECT (COUNT(*) AS ?n) { ?s e:remark ?o } } FILTER(?n > 0) }",
];

/// Addresses whose answers have a secret in them, or not.
fn telling_addresses() -> Vec<String> {
    let a = encoded(A);
    let all = encoded("SELECT * { ?s ?p ?o }");
    let named = encoded("SELECT * { GRAPH ?g { ?s ?p ?o } }");
    vec![
        format!("/sparql?query={all}"),
        format!("/sparql?query={all}&default-graph-uri={a}"),
        format!("/sparql?query={named}&named-graph-uri={a}"),
        "/store".to_owned(),
        format!("/store?graph={a}"),
        "/resource?iri=https%3A%2F%2Fw3id.org%2Fweft%2Fid%2Factor%2FKsecret-two".to_owned(),
        "/id/actor/Ksecret-one".to_owned(),
        "/id/actor/Ksecret-one.ttl".to_owned(),
        "/id/actor/open".to_owned(),
        "/api/v1/networks/collaboration/nodes".to_owned(),
        "/api/v1/networks/collaboration/nodes.csv".to_owned(),
        "/api/v1/networks/collaboration/edges".to_owned(),
        "/api/v1/networks/collaboration/export.graphml".to_owned(),
        "/api/v1/networks/collaboration/export.json".to_owned(),
    ]
}

#[track_caller]
fn check(who: Who, door: &str, answer: &Answer) {
    let tells = answer.text.contains(SECRET);
    // A name that the question itself has, in an answer that there is nothing, tells nothing.
    let repeats = answer.status == 404 && door.contains(SECRET);
    assert_eq!(
        tells && !repeats,
        who.may_see(),
        "{who:?} {door}: {} {}",
        answer.status,
        answer.text.chars().take(600).collect::<String>()
    );
}

#[tokio::test]
async fn no_query_tells_what_is_private() {
    let service = Service::with_data();
    for who in EVERYBODY {
        for query in telling_queries() {
            let answer = service.query(who, &query).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.text);
            check(who, &query, &answer);
        }
        for question in QUESTIONS {
            let answer = service.query(who, question).await;
            let json: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
            assert_eq!(json["boolean"], who.may_see(), "{who:?} {question}");
        }
        let stated = "{\"query\": \"SELECT ?source ?target { ?t weft:from ?source ; weft:to ?target }\", \"metrics\": [\"degree\"]}";
        let headers = [("content-type", "application/json")];
        let answer = service
            .send(who, "POST", "/api/v1/networks/analyse", &headers, stated)
            .await;
        check(who, "analyse", &answer);
    }
}

#[tokio::test]
async fn no_address_tells_what_is_private() {
    let service = Service::with_data();
    for who in EVERYBODY {
        for address in telling_addresses() {
            let answer = service.get(who, &address).await;
            check(who, &address, &answer);
        }
        for (address, name) in [
            ("/", A),
            ("/api/v1/graphs", A),
            ("/api/v1/graphs.csv", A),
            ("/sparql", A),
            // The document names graphs as filters do.
            ("/openapi.json", "partner/a"),
            ("/integration", "partner/a"),
        ] {
            let accept = match address {
                "/" => "text/html",
                "/sparql" => "text/turtle",
                _ => "*/*",
            };
            let answer = service
                .send(who, "GET", address, &[("accept", accept)], "")
                .await;
            assert_eq!(answer.status, 200);
            assert_eq!(
                answer.text.contains(name),
                who.may_see(),
                "{who:?} {address}"
            );
        }
        // A filter by data set, evidence, and problems of both.
        let filter = format!("/api/v1/networks/collaboration?dataset={}", encoded(A));
        let answer = service.get(who, &filter).await;
        assert_eq!(
            answer.status == 200,
            who.may_see(),
            "{who:?} {}",
            answer.text
        );
        let base = "https://w3id.org/weft/id/actor/";
        let evidence = format!(
            "/api/v1/networks/collaboration/evidence?source={}&target={}",
            encoded(&format!("{base}Ksecret-one")),
            encoded(&format!("{base}open"))
        );
        let answer = service.get(who, &evidence).await;
        assert_eq!(
            answer.text.contains("Ksecret-mixed"),
            who.may_see(),
            "{who:?} {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn what_is_hidden_answers_as_what_is_not_there() {
    let service = Service::with_data();
    let elsewhere = "https://w3id.org/weft/graph/partner/z";
    for who in [Who::Anonymous, Who::Partner] {
        for door in [
            "/store?graph=@",
            "/api/v1/networks/collaboration?dataset=@",
            "/sparql?query=SELECT%20*%20%7BGRAPH%20%3C@%3E%20%7B%3Fs%20%3Fp%20%3Fo%7D%7D",
            "/sparql?query=SELECT%20*%20%7BGRAPH%20%3C@%3E%20%7B%7D%7D",
            "/sparql?query=SELECT%20*%20FROM%20NAMED%20%3C@%3E%7BGRAPH%20%3Fg%20%7B%7D%7D",
            "/sparql?query=DESCRIBE%20%3C@%3E",
        ] {
            let hidden = service.get(who, &door.replace('@', &encoded(A))).await;
            let absent = door.replace('@', &encoded(elsewhere));
            let absent = service.get(who, &absent).await;
            assert_eq!(hidden.status, absent.status, "{door}");
            assert_eq!(
                hidden.text.replace(A, elsewhere),
                absent.text,
                "{who:?} {door}"
            );
        }
        for update in [
            "CREATE GRAPH <@>",
            "DROP GRAPH <@>",
            "CLEAR GRAPH <@>",
            "INSERT DATA { GRAPH <@> { e:x e:y 1 } }",
            "DELETE DATA { GRAPH <@> { e:open e:remark 'Ksecretnote' } }",
            "MOVE <@> TO <https://w3id.org/weft/graph/partner/b>",
        ] {
            let hidden = service.update(who, &update.replace('@', A)).await;
            let absent = service.update(who, &update.replace('@', elsewhere)).await;
            assert_eq!(hidden.status, absent.status, "{update}");
            assert!(hidden.status == 401 || hidden.status == 403, "{update}");
            assert_eq!(hidden.text.replace(A, elsewhere), absent.text, "{update}");
        }
        for (method, body) in [("PUT", ""), ("DELETE", ""), ("POST", "")] {
            let headers = [("content-type", "text/turtle")];
            let store = |graph: &str| format!("/store?graph={}", encoded(graph));
            let hidden = service.send(who, method, &store(A), &headers, body).await;
            let absent = service
                .send(who, method, &store(elsewhere), &headers, body)
                .await;
            assert_eq!(hidden.status, absent.status);
            assert_eq!(hidden.text.replace(A, elsewhere), absent.text);
        }
    }
}

/// The same data with and without the private graph must give the same answers to those who may
/// not see it: counts, figures and reports.
#[tokio::test]
async fn figures_are_those_of_a_service_without_the_private_graph() {
    let with = Service::with_data();
    let without = Service::new(Config::default());
    write(&without.graph, OPEN, OPEN_DATA);
    let named = format!("/api/v1/networks/collaboration/mixing?by={}", "sector");
    let count = format!(
        "/sparql?query={}",
        encoded("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    );
    let per_graph = format!(
        "/sparql?query={}",
        encoded("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    );
    let predicates = format!(
        "/sparql?query={}",
        encoded("SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p")
    );
    let mut differ = 0;
    for door in [
        "/api/v1/summary",
        "/api/v1/summary.csv",
        "/api/v1/graphs",
        "/api/v1/networks",
        "/api/v1/networks/collaboration",
        "/api/v1/networks/sectors",
        "/api/v1/integration",
        "/api/v1/integration.csv",
        "/api/v1/queries/overview.json",
        "/api/v1/queries/actors-by-sector.csv",
        &named,
        &count,
        &per_graph,
        &predicates,
    ] {
        // The numbers of versions differ: there was a commit more.
        let plain = |answer: Answer| {
            assert_eq!(answer.status, 200, "{door}: {}", answer.text);
            let version = answer.header("weft-data-version");
            answer
                .text
                .replace(&format!("\"dataVersion\":{version}"), "")
                .replace(&format!("\n{version},"), "\n")
        };
        let expected = plain(without.get(Who::Anonymous, door).await);
        for who in EVERYBODY {
            let found = plain(with.get(who, door).await);
            if who.may_see() {
                differ += usize::from(found != expected);
            } else {
                assert_eq!(found, expected, "{who:?} {door}");
            }
        }
    }
    assert!(
        differ >= 30,
        "those who may see the graph see its figures: {differ}"
    );
}

#[tokio::test]
async fn a_wrong_key_reads_nothing_at_all() {
    let service = Service::with_data();
    for address in telling_addresses() {
        for key in ["Bearer weft_0", "Bearer ", "weft_0", "Token x"] {
            let headers = [("accept", "*/*")];
            let answer = service
                .send_with(Some(key), "GET", &address, &headers, "")
                .await;
            assert_eq!(answer.status, 401, "{key} {address}");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            assert!(!answer.text.contains("Open"));
        }
    }
    // What a browser or proxy sends of its own accord is no token.
    let answer = service
        .send_with(Some("Basic YTpi"), "GET", "/api/v1/summary", &[], "")
        .await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn what_may_be_kept_by_caches_differs_by_what_is_seen() {
    let service = Service::with_data();
    for door in [
        "/api/v1/summary",
        "/api/v1/graphs",
        "/api/v1/networks/collaboration/nodes",
        "/api/v1/integration",
        "/integration",
        "/api/v1/queries/overview.json",
        "/store",
        "/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D",
        "/id/actor/open",
        "/",
    ] {
        let anonymous = service.get(Who::Anonymous, door).await;
        let partner = service.get(Who::Partner, door).await;
        let owner = service.get(Who::Owner, door).await;
        let admin = service.get(Who::Admin, door).await;
        assert_eq!(anonymous.header("etag"), partner.header("etag"), "{door}");
        assert_ne!(anonymous.header("etag"), owner.header("etag"), "{door}");
        assert_eq!(owner.header("etag"), admin.header("etag"), "{door}");
        assert!(all_of(&owner, "vary").contains("authorization"), "{door}");
        assert!(
            all_of(&anonymous, "vary").contains("authorization"),
            "{door}"
        );
        assert_eq!(owner.header("cache-control"), "private, no-cache");
        assert_eq!(anonymous.header("cache-control"), "no-cache");
        // The tag of one who sees more is of no use to others.
        let tag = owner.header("etag");
        let headers = [("if-none-match", tag), ("accept", "*/*")];
        let answer = service
            .send(Who::Anonymous, "GET", door, &headers, "")
            .await;
        assert_eq!(answer.status, 200, "{door}");
    }
}

#[tokio::test]
async fn an_update_finds_only_what_its_writer_may_see() {
    let service = Service::with_data();
    let graph = &service.graph;
    for update in [
        "INSERT { GRAPH <@B> { ?s ?p ?o } } WHERE { GRAPH <@A> { ?s ?p ?o } }",
        "INSERT { GRAPH <@B> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { GRAPH <@B> { ?s ?p ?o } } USING <@A> WHERE { ?s ?p ?o }",
        "INSERT { GRAPH <@B> { ?s ?p ?o } } USING NAMED <@A> WHERE { GRAPH ?g { ?s ?p ?o } }",
        "WITH <@B> INSERT { ?s ?p ?o } WHERE { GRAPH <@A> { ?s ?p ?o } }",
        "INSERT { GRAPH <@B> { e:x e:remark 'yes' } } WHERE { FILTER EXISTS { GRAPH <@A> {} } }",
        "INSERT { GRAPH <@B> { e:x e:remark ?n } } WHERE { { SELECT (COUNT(*) AS ?n) { GRAPH <@A> { ?s ?p ?o } } } FILTER(?n > 0) }",
        "COPY <@A> TO <@B>",
        "ADD <@A> TO <@B>",
        "ADD SILENT <@A> TO <@B>",
    ] {
        let text = update.replace("@A", A).replace("@B", B);
        let answer = service.update(Who::Partner, &text).await;
        assert!(answer.status == 204, "{update}: {}", answer.text);
        let snapshot = graph.snapshot();
        let b = NamedNode::new(B).unwrap();
        let mine: Vec<String> = snapshot
            .quads_for_pattern(None, None, None, Some(b.as_ref().into()))
            .map(|quad| quad.to_string())
            .collect();
        let leaked = mine
            .iter()
            .any(|quad| quad.contains(SECRET) || quad.contains("id/actor/x>"));
        assert!(!leaked, "{update}");
    }
    // With the right to it, it does.
    let text = format!(
        "INSERT {{ GRAPH <{A}> {{ e:seen e:remark ?l }} }} WHERE {{ GRAPH <{A}> {{ e:Ksecret-one rdfs:label ?l }} }}"
    );
    assert_eq!(service.update(Who::Owner, &text).await.status, 204);
    let answer = service.query(Who::Owner, "SELECT * { e:seen ?p ?o }").await;
    assert!(answer.text.contains("Ksecretlabel"));
    // Who may only read may not write.
    let text = format!("INSERT DATA {{ GRAPH <{A}> {{ e:x e:y 1 }} }}");
    assert_eq!(service.update(Who::ReadOnly, &text).await.status, 403);
}

#[tokio::test]
async fn open_writes_do_not_open_private_graphs() {
    let service = Service::new(Config {
        open_writes: true,
        ..Config::default()
    });
    service.set_private(true);
    write(&service.graph, OPEN, OPEN_DATA);
    write(&service.graph, A, PRIVATE_DATA);
    let before = service.graph.snapshot();
    let a = NamedNode::new(A).unwrap();
    let size = before.graph_len(a.as_ref().into());
    for (update, status) in [
        ("INSERT DATA { GRAPH <@A> { e:x e:y 1 } }", 403),
        ("DROP GRAPH <@A>", 403),
        ("CLEAR GRAPH <@A>", 403),
        ("CREATE GRAPH <@A>", 403),
        (
            "DELETE DATA { GRAPH <@A> { e:open e:remark 'Ksecretnote' } }",
            403,
        ),
        (
            "INSERT { GRAPH ?g { e:x e:y 1 } } WHERE { VALUES ?g { <@A> } }",
            403,
        ),
        (
            "DELETE { GRAPH ?g { e:open e:remark 'Ksecretnote' } } WHERE { VALUES ?g { <@A> } }",
            204,
        ),
        (
            "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
            204,
        ),
        (
            "INSERT { GRAPH <@OPEN> { ?s ?p ?o } } WHERE { GRAPH <@A> { ?s ?p ?o } }",
            204,
        ),
        ("DROP ALL", 204),
        ("CLEAR NAMED", 204),
    ] {
        let text = update.replace("@A", A).replace("@OPEN", OPEN);
        let answer = service.update(Who::Anonymous, &text).await;
        assert_eq!(answer.status, status, "{update}: {}", answer.text);
        let now = service.graph.snapshot();
        assert_eq!(now.graph_len(a.as_ref().into()), size, "{update}");
        let open = NamedNode::new(OPEN).unwrap();
        let leaked = now
            .quads_for_pattern(None, None, None, Some(open.as_ref().into()))
            .any(|quad| quad.to_string().contains(SECRET));
        assert!(!leaked, "{update}");
    }
    let headers = [("content-type", "text/turtle")];
    for method in ["PUT", "POST", "DELETE"] {
        let target = format!("/store?graph={}", encoded(A));
        let answer = service
            .send(Who::Anonymous, method, &target, &headers, "")
            .await;
        assert_eq!(answer.status, 403, "{method}");
    }
    let quads = format!("<http://a> <http://b> <http://c> <{A}> .");
    let headers = [("content-type", "application/n-quads")];
    let answer = service
        .send(Who::Anonymous, "POST", "/store", &headers, quads)
        .await;
    assert_eq!(answer.status, 403);
    let target = format!("/api/v1/graphs/private?graph={}", encoded(A));
    let answer = service
        .send(Who::Anonymous, "DELETE", &target, &[], "")
        .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn admins_make_graphs_private_and_public_and_that_holds_at_once() {
    let service = Service::new(Config::default());
    write(&service.graph, OPEN, OPEN_DATA);
    write(&service.graph, A, PRIVATE_DATA);
    service.graph.refresh_metrics().unwrap();
    let target = format!("/api/v1/graphs/private?graph={}", encoded(A));
    for who in [Who::Anonymous, Who::Owner, Who::Partner] {
        let status = service.send(who, "PUT", &target, &[], "").await.status;
        assert_eq!(status, if who == Who::Anonymous { 401 } else { 403 });
    }
    for built_in in ["ontology", "inferred", "metrics", "default"] {
        let graph = encoded(&format!("https://w3id.org/weft/graph/{built_in}"));
        let target = format!("/api/v1/graphs/private?graph={graph}");
        let answer = service.send(Who::Admin, "PUT", &target, &[], "").await;
        assert_eq!(answer.status, 409, "{built_in}");
    }
    let inferred = "SELECT * { GRAPH <https://w3id.org/weft/graph/inferred> { ?s ?p ?o } }";
    let doors = || {
        let mut doors = telling_addresses();
        doors.push(format!("/sparql?query={}", encoded(inferred)));
        doors
    };
    // Whatever can be kept is kept, of the public data.
    for door in doors() {
        let answer = service.get(Who::Anonymous, &door).await;
        assert!(answer.text.contains(SECRET), "{door}: {}", answer.text);
    }
    let metrics = "ASK { GRAPH <https://w3id.org/weft/graph/metrics> { ?s ?p ?o } }";
    assert!(
        service
            .query(Who::Anonymous, metrics)
            .await
            .text
            .contains("true")
    );
    let answer = service.send(Who::Admin, "PUT", &target, &[], "").await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    for door in doors() {
        let answer = service.get(Who::Anonymous, &door).await;
        let repeats = answer.status == 404 && door.contains(SECRET);
        assert!(repeats || !answer.text.contains(SECRET), "{door}");
    }
    // What was published of the private graph is gone, and comes back without it.
    assert!(
        service
            .query(Who::Anonymous, metrics)
            .await
            .text
            .contains("false")
    );
    service.graph.refresh_metrics().unwrap();
    let published = "SELECT ?n { GRAPH <https://w3id.org/weft/graph/metrics> {
        <https://w3id.org/weft/network/collaboration> weft:nodes ?n } }";
    let open = service.query(Who::Anonymous, published).await.text;
    assert_eq!(service.query(Who::Owner, published).await.text, open);
    let direct = "SELECT ?n { SERVICE <https://w3id.org/weft/network/collaboration> {
        ?network weft:nodes ?n } }";
    assert_eq!(service.query(Who::Anonymous, direct).await.text, open);
    assert_ne!(service.query(Who::Owner, direct).await.text, open);

    let answer = service.send(Who::Admin, "DELETE", &target, &[], "").await;
    assert_eq!(answer.status, 204);
    for door in doors() {
        let answer = service.get(Who::Anonymous, &door).await;
        assert!(answer.text.contains(SECRET), "{door}");
    }
}

#[tokio::test]
async fn rules_conclude_nothing_from_private_graphs() {
    let service = Service::with_data();
    let inferred = "SELECT * FROM <https://w3id.org/weft/graph/inferred> { ?s ?p ?o }";
    // Not even for those who may see them: the graph is everybody's.
    let answer = service.query(Who::Admin, inferred).await;
    assert!(!answer.text.contains(SECRET), "{}", answer.text);
    write(
        &service.graph,
        B,
        "e:public a foaf:Organization ; foaf:name 'Public' .",
    );
    let answer = service.query(Who::Anonymous, inferred).await;
    assert!(answer.text.contains("actor/public"), "{}", answer.text);
    assert!(!answer.text.contains(SECRET));
}

/// A handler that took the whole data would show it to everybody.
#[test]
fn no_handler_takes_the_whole_data() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut paths = vec![folder];
    while let Some(path) = paths.pop() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                let entries = std::fs::read_dir(path).unwrap();
                paths.extend(entries.map(|entry| entry.unwrap().path()));
            }
            continue;
        }
        if !name.ends_with(".rs") || name.starts_with("tests") {
            continue;
        }
        let text: String = std::fs::read_to_string(&path).unwrap();
        let text: String = text.split_whitespace().collect();
        assert!(
            !text.contains(".snapshot()"),
            "{name}: take `request::snapshot(state, headers)`, which knows who asks"
        );
    }
}
