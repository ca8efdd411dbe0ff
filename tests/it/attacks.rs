//! The attack matrix: every door to the data, and every trick by which a partner's token might get
//! at what is not its own. Each is refused, and a comparison of all graphs, tokens and lists before
//! and after shows that nothing happened. What a partner may do is tried as well, so that the doors
//! are not simply shut.

use crate::support::{Response, Server, encode, run, send};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const G: &str = "https://w3id.org/weft/graph";
const P: &str = "https://w3id.org/weft/graph/partner";
/// What nobody but its owner and administrators may read.
const SECRET: &str = "hushhush";

struct Stage {
    server: Server,
    folder: TempDir,
    admin: String,
    /// The attacker: owns `partner/a`, and reads nothing else that is private.
    a: String,
    /// Owns `partner/b`, of which `partner/b/secret` is private.
    b: String,
    expired: String,
    revoked: String,
    /// The version in which the secret was still public.
    public_version: u64,
    /// IRIs of a blank node in a graph of `b`, and of a graph that a blank node names.
    node: String,
    blank_graph: String,
}

/// A request as an attacker writes it.
struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

struct Attack {
    name: String,
    request: Request,
    expected: &'static [u16],
}

fn request(method: &'static str, target: impl Into<String>) -> Request {
    Request {
        method,
        target: target.into(),
        headers: Vec::new(),
        body: String::new(),
    }
}

impl Request {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn body(mut self, media_type: &str, body: impl Into<String>) -> Self {
        self.body = body.into();
        self.with("content-type", media_type)
    }

    fn key(self, key: &str) -> Self {
        self.with("authorization", format!("Bearer {key}"))
    }
}

fn update(text: impl Into<String>) -> Request {
    request("POST", "/sparql").body("application/sparql-update", text)
}

fn turtle(method: &'static str, target: impl Into<String>) -> Request {
    request(method, target).body("text/turtle", "<urn:x:s> <urn:x:p> \"attack\" .")
}

fn key_of(folder: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["token"];
    all.extend(arguments);
    all.extend(["--data-dir", "data"]);
    let finished = run(folder, &all).expect(0);
    let mut words = finished.stdout.split_whitespace();
    let key = words.find(|word| word.starts_with("weft_"));
    key.expect("a key is printed").to_owned()
}

impl Stage {
    fn set() -> Self {
        let temporary = TempDir::new().expect("a temporary folder");
        let folder = temporary.path();
        let key = |arguments: &[&str]| key_of(folder, arguments);
        let admin = key(&["create", "root", "--admin"]);
        let a = key(&["create", "a", "--partner", "a", "--expires", "30d"]);
        let b = key(&["create", "b", "--graph", "partner/b"]);
        let revoked = key(&["create", "gone", "--admin"]);
        run(folder, &["token", "revoke", "gone", "--data-dir", "data"]).expect(0);
        let expired = key(&[
            "create",
            "late",
            "--graph",
            "partner/a",
            "--expires",
            "2999-01-01",
        ]);
        let file = folder.join("data/tokens.json");
        let text = fs::read_to_string(&file).expect("the tokens have a file");
        let text = text.replace("2999-01-01T23:59:59Z", "2020-01-01T23:59:59Z");
        fs::write(&file, text).expect("the file is written");
        let server = Server::start(folder, &["--data-dir", "data", "--empty"]);
        let mut stage = Self {
            server,
            folder: temporary,
            admin,
            a,
            b,
            expired,
            revoked,
            public_version: 0,
            node: String::new(),
            blank_graph: String::new(),
        };
        stage.fill();
        stage
    }

    /// One graph of each kind, each with something that could be changed.
    fn fill(&mut self) {
        let mut quads = String::from("<urn:d:s> <urn:d:p> \"in the default graph\" .\n");
        for name in [
            format!("{P}/a"),
            format!("{P}/a/below"),
            format!("{P}/b"),
            format!("{P}/b/below"),
            format!("{P}/b/about"),
            format!("{P}/ab"),
            P.to_owned(),
            G.to_owned(),
            format!("{G}/ontology"),
            format!("{G}/metrics"),
            format!("{G}/queries"),
            format!("{G}/innoserv"),
            format!("{G}/links"),
            "https://elsewhere.example/graph".to_owned(),
            "_:blank".to_owned(),
        ] {
            let name = match name.starts_with('_') {
                true => name,
                false => format!("<{name}>"),
            };
            quads.push_str(&format!("<urn:d:s> <urn:d:p> \"data\" {name} .\n"));
        }
        quads.push_str(&format!(
            "_:node <urn:d:p> \"of a blank node\" <{P}/b> .\n\
             <urn:d:org> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
               <http://xmlns.com/foaf/0.1/Organization> <{P}/b> .\n\
             <urn:d:secret> <http://www.w3.org/2000/01/rdf-schema#label> \"{SECRET}\" <{P}/b/secret> .\n\
             <urn:d:secret> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> \
               <https://w3id.org/weft/ns#Actor> <{P}/b/secret> .\n\
             <urn:d:s> <urn:d:p> <urn:d:secret> <{P}/b/secret> .\n"
        ));
        let quads = request("POST", "/store").body("application/n-quads", quads);
        let done = self.ask(quads.key(&self.admin));
        assert!(done.is_success(), "{done:?}");
        self.public_version = done.data_version();
        let mapping = request("PUT", "/api/v1/mappings/~b/mine");
        let files = tables("b").replace("filename=\"t.csv\"", "filename=\"other.rq\"");
        let mapping = mapping.body("multipart/form-data; boundary=x", files);
        let saved = self.ask(mapping.key(&self.b));
        assert!(saved.is_success(), "{saved:?}");
        let query = "#+ title: B's own\nSELECT * { ?s ?p ?o }";
        let query =
            request("PUT", "/api/v1/queries/~b/mine").body("application/sparql-query", query);
        assert!(self.ask(query.key(&self.b)).is_success());
        let private = format!(
            "/api/v1/graphs/private?graph={}",
            encode(&format!("{P}/b/secret"))
        );
        assert!(
            self.ask(request("PUT", private).key(&self.admin))
                .is_success()
        );
        let genid = |query: &str| {
            let target = format!("/sparql?skolemize=true&query={}", encode(query));
            let request = request("GET", target).with("accept", "text/csv");
            let answer = self.ask(request.key(&self.admin)).text();
            let iri = answer.lines().nth(1).expect("there is one row").trim();
            assert!(iri.contains("/.well-known/genid/"), "{answer}");
            iri.to_owned()
        };
        let node = genid("SELECT ?s { ?s <urn:d:p> \"of a blank node\" }");
        let blank = genid("SELECT ?g { GRAPH ?g { ?s ?p ?o } FILTER(ISBLANK(?g)) }");
        (self.node, self.blank_graph) = (node, blank);
    }

    #[track_caller]
    fn ask(&self, request: Request) -> Response {
        let headers = request.headers.iter();
        let headers: Vec<(&str, &str)> = headers.map(|(name, value)| (*name, &value[..])).collect();
        let body = (!matches!(request.method, "GET" | "DELETE") || !request.body.is_empty())
            .then_some(request.body.as_bytes());
        let answer = send(
            self.server.authority(),
            request.method,
            &request.target,
            &headers,
            body,
        );
        answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.target))
    }

    /// All that there is, in an order of its own: quads, graphs, tokens, saved queries and mappings.
    fn state(&self) -> (BTreeSet<String>, u64, Vec<String>) {
        let dump = request("GET", "/store").with("accept", "application/n-quads");
        let dump = self.ask(dump.key(&self.admin));
        assert_eq!(dump.status, 200, "{dump:?}");
        let quads = dump.text().lines().map(str::to_owned).collect();
        let lists = [
            "/api/v1/graphs",
            "/api/v1/tokens",
            "/api/v1/queries",
            "/api/v1/mappings",
        ]
        .map(|list| self.ask(request("GET", list).key(&self.admin)).text());
        (quads, dump.data_version(), lists.to_vec())
    }

    /// Makes every attack; answers those that were not refused as expected, or changed something.
    fn attack(&self, attacks: Vec<Attack>) -> Vec<String> {
        let mut before = self.state();
        let mut breaches = Vec::new();
        for attack in attacks {
            let answer = self.ask(attack.request);
            if !attack.expected.contains(&answer.status) {
                breaches.push(format!(
                    "{}: {} instead of {:?}: {}",
                    attack.name,
                    answer.status,
                    attack.expected,
                    answer.text().chars().take(300).collect::<String>()
                ));
            }
            let after = self.state();
            if after != before {
                let lost: Vec<_> = before.0.difference(&after.0).collect();
                let new: Vec<_> = after.0.difference(&before.0).collect();
                breaches.push(format!(
                    "{}: something changed: lost {lost:?}, new {new:?}, version {} to {}",
                    attack.name, before.1, after.1
                ));
                before = after;
            }
        }
        breaches
    }
}

/// Names of graphs that `a` may not write, and why somebody might think otherwise.
fn foreign() -> Vec<(&'static str, String)> {
    let mut names = vec![
        ("another partner's", format!("{P}/b")),
        ("below another partner's", format!("{P}/b/below")),
        ("a description of another's", format!("{P}/b/about")),
        ("shapes of another's", format!("{P}/b/shapes")),
        ("links of another's", format!("{P}/b/links")),
        ("another's private graph", format!("{P}/b/secret")),
        ("a new one of another's", format!("{P}/b/new")),
        ("a neighbour that begins alike", format!("{P}/ab")),
        ("a neighbour with a dash", format!("{P}/a-b")),
        ("a neighbour with a query", format!("{P}/a?b")),
        ("a neighbour with a fragment", format!("{P}/a#b")),
        ("a neighbour with a dot", format!("{P}/a.")),
        ("the parent", P.to_owned()),
        ("the parent with a slash", format!("{P}/")),
        ("the root of all", G.to_owned()),
        (
            "a graph elsewhere",
            "https://elsewhere.example/graph".to_owned(),
        ),
        ("dots", format!("{P}/a/../b")),
        ("dots to itself", format!("{P}/a/./b")),
        ("dots at the end", format!("{P}/a/..")),
        ("percent-encoded dots", format!("{P}/a/%2e%2e/b")),
        ("half encoded dots", format!("{P}/a/.%2E/b")),
        ("an encoded slash", format!("{P}/a%2Fb")),
        ("dots before an encoded slash", format!("{P}/a/..%2fb")),
        ("an encoded letter", format!("{P}/%61")),
        ("capitals", format!("{P}/A")),
        (
            "capitals in the path",
            "https://w3id.org/WEFT/graph/partner/a".to_owned(),
        ),
        (
            "capitals in the scheme",
            "HTTPS://w3id.org/weft/graph/partner/a".to_owned(),
        ),
        (
            "capitals in the host",
            "https://W3ID.org/weft/graph/partner/a".to_owned(),
        ),
        (
            "another scheme",
            "http://w3id.org/weft/graph/partner/a".to_owned(),
        ),
        (
            "a port",
            "https://w3id.org:443/weft/graph/partner/a".to_owned(),
        ),
        (
            "a user",
            "https://w3id.org@x.example/weft/graph/partner/a".to_owned(),
        ),
        (
            "two slashes",
            "https://w3id.org/weft/graph//partner/a".to_owned(),
        ),
        ("a letter that looks alike", format!("{P}/\u{430}")),
        ("a combining mark", format!("{P}/a\u{301}")),
        ("a wide letter", format!("{P}/\u{ff41}")),
        ("a space that nobody sees", format!("{P}/a\u{200b}")),
        (
            "the IRI of a blank node",
            "https://w3id.org/weft/.well-known/genid/b1".to_owned(),
        ),
    ];
    for built_in in [
        "ontology", "inferred", "metrics", "queries", "innoserv", "links", "default", "void",
    ] {
        names.push(("a built-in graph", format!("{G}/{built_in}")));
    }
    names
}

/// A table with a mapping of that name.
fn tables(name: &str) -> String {
    let part = |file: &str, text: &str| {
        format!(
            "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"{file}\"\r\n\r\n{text}\r\n"
        )
    };
    let manifest = format!("name = \"{name}\"\n[[table]]\nfile = \"t.csv\"\nquery = \"q.rq\"\n");
    let query = "CONSTRUCT { ?ROW <urn:b> ?id } WHERE { }";
    [
        part("mapping.toml", &manifest),
        part("q.rq", query),
        part("t.csv", "id\n1\n"),
        "--x--\r\n".to_owned(),
    ]
    .concat()
}

/// Every door for one graph, with a name that is not `a`'s.
fn doors(stage: &Stage) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |why: &str, door: &str, name: &str, request: Request| {
        attacks.push(Attack {
            name: format!("{door} on {why} <{name}>"),
            request: request.key(&stage.a),
            // What is no name of a graph at all is a bad request.
            expected: &[403, 400],
        });
    };
    let mut names = foreign();
    names.push(("the graph of a blank node", stage.blank_graph.clone()));
    for (why, name) in &names {
        let target = format!("/store?graph={}", encode(name));
        for method in ["PUT", "POST"] {
            add(why, method, name, turtle(method, &target));
        }
        add(why, "DELETE", name, request("DELETE", &target));
        let multipart = "--x\r\ncontent-disposition: form-data; name=\"f\"; filename=\"f.ttl\"\r\n\r\n<urn:a> <urn:b> 1 .\r\n\
                         --x\r\ncontent-disposition: form-data; name=\"g\"; filename=\"g.nt\"\r\n\r\n<urn:a> <urn:b> <urn:c> .\r\n--x--\r\n";
        let two = request("POST", &target).body("multipart/form-data; boundary=x", multipart);
        add(why, "multipart POST", name, two);
        for (target, manifest) in [
            (format!("?graph={}", encode(name)), "m".to_owned()),
            (String::new(), format!("m\"\ngraph = \"{name}")),
        ] {
            let import = request("POST", format!("/api/v1/import{target}"));
            let tables = import.body("multipart/form-data; boundary=x", tables(&manifest));
            add(why, "an import", name, tables);
        }
        for patch in [
            format!(
                "TX .\nA <urn:a> <urn:b> <urn:c> <{P}/a> .\nA <urn:a> <urn:b> <urn:c> <{name}> .\nTC .\n"
            ),
            format!("TX .\nD <urn:d:s> <urn:d:p> \"data\" <{name}> .\nTC .\n"),
            format!("H graph-created <{name}> .\nTX .\nTC .\n"),
            format!("H graph-dropped <{name}> .\nTX .\nTC .\n"),
        ] {
            let door = format!("a patch {patch:?}");
            let patch = request("POST", "/api/v1/changes").body("application/rdf-patch", patch);
            add(why, &door, name, patch);
        }
        let policy = format!("/api/v1/graphs/policy?graph={}&policy=off", encode(name));
        add(why, "a policy", name, request("PUT", policy));
        // A name whose characters the format does not take is refused as no N-Quads.
        let quads =
            format!("<urn:a> <urn:b> <urn:c> <{P}/a> .\n<urn:a> <urn:b> <urn:c> <{name}> .\n");
        let quads = request("POST", "/store").body("application/n-quads", quads);
        add(why, "N-Quads to /store", name, quads);
        let trig = format!("<{P}/a> {{ <urn:a> <urn:b> 1 }} <{name}> {{ <urn:a> <urn:b> 2 }}");
        add(
            why,
            "TriG to /store",
            name,
            request("POST", "/store").body("application/trig", trig),
        );
        for operation in [
            format!("INSERT DATA {{ GRAPH <{name}> {{ <urn:a> <urn:b> 1 }} }}"),
            format!("DELETE DATA {{ GRAPH <{name}> {{ <urn:d:s> <urn:d:p> \"data\" }} }}"),
            format!(
                "INSERT {{ GRAPH <{name}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{P}/a> {{ ?s ?p ?o }} }}"
            ),
            format!(
                "DELETE {{ GRAPH <{name}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"
            ),
            format!("DELETE WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}"),
            format!("WITH <{name}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"),
            format!("WITH <{name}> INSERT {{ <urn:a> <urn:b> 1 }} WHERE {{}}"),
            format!("WITH <{P}/a> INSERT {{ GRAPH <{name}> {{ <urn:a> <urn:b> 1 }} }} WHERE {{}}"),
            format!("CLEAR GRAPH <{name}>"),
            format!("CLEAR SILENT GRAPH <{name}>"),
            format!("DROP GRAPH <{name}>"),
            format!("DROP SILENT GRAPH <{name}>"),
            format!("CREATE GRAPH <{name}>"),
            format!("CREATE SILENT GRAPH <{name}>"),
            format!("COPY <{P}/a> TO <{name}>"),
            format!("ADD SILENT <{P}/a> TO <{name}>"),
            format!("MOVE <{P}/a> TO <{name}>"),
            format!("MOVE <{name}> TO <{P}/a/new>"),
            format!("MOVE SILENT <{name}> TO <{P}/a>"),
            format!("LOAD <urn:nothing> INTO GRAPH <{name}>"),
            format!("LOAD SILENT <http://127.0.0.1:9/> INTO GRAPH <{name}>"),
            format!(
                "INSERT DATA {{ GRAPH <{P}/a> {{ <urn:a> <urn:b> 1 }} }} ;\n\
                 CREATE GRAPH <{P}/a/second> ;\n\
                 INSERT DATA {{ GRAPH <{name}> {{ <urn:a> <urn:b> 1 }} }}"
            ),
        ] {
            add(why, &operation.clone(), name, update(operation));
        }
    }
    attacks
}

/// Ways to say a name in SPARQL and in HTTP that might not be looked at.
fn disguises(stage: &Stage) -> Vec<Attack> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, expected: &'static [u16], request: Request| {
        attacks.push(Attack {
            name: name.to_owned(),
            request: request.key(&stage.a),
            expected,
        });
    };
    let statement = "{ <urn:a> <urn:b> 1 }";
    for text in [
        format!("PREFIX x: <{P}/> INSERT DATA {{ GRAPH x:b {statement} }}"),
        format!("PREFIX a: <{P}/a/../> INSERT DATA {{ GRAPH a:b {statement} }}"),
        format!("BASE <{P}/a/> INSERT DATA {{ GRAPH <../b> {statement} }}"),
        format!("BASE <{P}/a/> INSERT DATA {{ GRAPH <..> {statement} }}"),
        format!("BASE <{P}/a> INSERT DATA {{ GRAPH <b> {statement} }}"),
        format!("BASE <{P}/b> INSERT DATA {{ GRAPH <> {statement} }}"),
        format!("INSERT DATA {{ GRAPH <{P}/\\u0062> {statement} }}"),
        format!("INSERT DATA {{ GRAPH <{P}/\\U00000062> {statement} }}"),
        format!("INSERT DATA {{ GRAPH # <{P}/a>\n <{P}/b> {statement} }}"),
        format!("# GRAPH <{P}/a>\nInSeRt dAtA {{ gRaPh\t<{P}/b>{statement} }}"),
        format!("INSERT DATA {{ GRAPH <{P}/a> {statement} <urn:a> <urn:b> 1 }}"),
        format!("INSERT DATA {statement}"),
        "DELETE WHERE { ?s ?p ?o }".to_owned(),
        "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }".to_owned(),
        "INSERT { <urn:a> <urn:b> 1 } WHERE {}".to_owned(),
        format!("INSERT {{ GRAPH ?g {statement} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        format!("INSERT {{ GRAPH ?g {statement} }} WHERE {{ BIND(<{P}/b> AS ?g) }}"),
        format!("INSERT {{ GRAPH ?g {statement} }} WHERE {{ VALUES ?g {{ <{P}/a> <{P}/b> }} }}"),
        format!(
            "WITH <{P}/a> INSERT {{ GRAPH ?g {statement} }} WHERE {{ BIND(IRI(CONCAT(\"{P}\", \"/b\")) AS ?g) }}"
        ),
        "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }".to_owned(),
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }".to_owned(),
        format!(
            "DELETE {{ GRAPH <{P}/a> {{ ?s ?p ?o }} GRAPH <{P}/b> {{ ?s ?p ?o }} }} USING <{P}/b> WHERE {{ ?s ?p ?o }}"
        ),
        format!("DELETE {{ ?s ?p ?o }} USING <{P}/b> WHERE {{ ?s ?p ?o }}"),
        format!(
            "DELETE {{ GRAPH <{P}/b> {{ ?s ?p ?o }} }} USING NAMED <{P}/b> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
        ),
        "CLEAR ALL".to_owned(),
        "CLEAR SILENT ALL".to_owned(),
        "CLEAR NAMED".to_owned(),
        "CLEAR DEFAULT".to_owned(),
        "DROP ALL".to_owned(),
        "DROP SILENT NAMED".to_owned(),
        "DROP DEFAULT".to_owned(),
        format!("COPY <{P}/a> TO DEFAULT"),
        format!("ADD <{P}/a> TO DEFAULT"),
        format!("MOVE DEFAULT TO <{P}/a>"),
        format!("MOVE <{P}/a> TO DEFAULT"),
        "LOAD SILENT <http://127.0.0.1:9/>".to_owned(),
        format!("CLEAR GRAPH <{P}/a> ; DROP SILENT ALL"),
        format!("DROP GRAPH <{P}/a> ; CREATE GRAPH <{P}/a> ; INSERT DATA {statement}"),
        format!(
            "INSERT DATA {{ GRAPH <{}> {statement} }}",
            stage.blank_graph
        ),
        format!("DROP GRAPH <{}>", stage.blank_graph),
        format!(
            "DELETE WHERE {{ GRAPH <{P}/b> {{ <{}> ?p ?o }} }}",
            stage.node
        ),
    ] {
        add(&text.clone(), &[403], update(&text));
        let form = format!("update={}", encode(&text));
        let form = request("POST", "/sparql").body("application/x-www-form-urlencoded", form);
        add(&format!("as a form: {text}"), &[403], form);
    }
    add(
        "a graph that a blank node names, in an update",
        &[400],
        update(format!("INSERT DATA {{ GRAPH _:b {statement} }}")),
    );
    // The dataset of the protocol cannot take the place of WITH.
    for parameter in ["using-graph-uri", "using-named-graph-uri"] {
        let target = format!("/sparql?{parameter}={}", encode(&format!("{P}/b")));
        let text = "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }";
        let request = request("POST", target).body("application/sparql-update", text);
        add(parameter, &[403], request);
    }
    // Updates where only queries are taken.
    let clear = encode("CLEAR ALL");
    add(
        "an update with GET",
        &[400],
        request("GET", format!("/sparql?update={clear}")),
    );
    add(
        "an update as a query",
        &[400],
        request("GET", format!("/sparql?query={clear}")),
    );
    add(
        "an update with QUERY",
        &[400],
        request("QUERY", "/sparql").body("application/sparql-update", "CLEAR ALL"),
    );
    add(
        "an update to be explained",
        &[400],
        request("GET", format!("/api/v1/explain?query={clear}")),
    );

    // The Graph Store and its ways to name a graph.
    for target in [
        "/store?default",
        "/store/x",
        "/store/https://w3id.org/weft/graph/partner/b",
    ] {
        for method in ["PUT", "POST"] {
            add(
                &format!("{method} {target}"),
                &[403],
                turtle(method, target),
            );
        }
        add(
            &format!("DELETE {target}"),
            &[403],
            request("DELETE", target),
        );
    }
    add("a new graph", &[403], turtle("POST", "/store"));
    for (name, relative) in [
        ("a path", "/weft/graph/partner/b"),
        ("dots", "../weft/graph/partner/b"),
        ("an authority", "//w3id.org/weft/graph/partner/b"),
        ("nothing but a query", "?x"),
    ] {
        let target = format!("/store?graph={}", encode(relative));
        let request = Request {
            headers: vec![("x-forwarded-proto", "https".to_owned())],
            ..turtle("PUT", target)
        };
        let request = request.body("text/turtle", "<urn:a> <urn:b> 1 .");
        add(&format!("a relative IRI with {name}"), &[403, 400], request);
    }
    let own = format!("/store?graph={}", encode(&format!("{P}/a")));
    let other = format!("graph={}", encode(&format!("{P}/b")));
    for target in [
        format!("{own}&{other}"),
        format!("{own}&default"),
        format!("/store?GRAPH={}", encode(&format!("{P}/a"))),
        format!("/store/x?{other}"),
    ] {
        add(
            &format!("PUT {target}"),
            &[400, 403],
            turtle("PUT", &target),
        );
    }
    // Foreign names inside a body that is sent to one's own graph.
    for (media_type, body) in [
        (
            "application/n-quads",
            format!("<urn:a> <urn:b> <urn:c> <{P}/b> ."),
        ),
        (
            "application/trig",
            format!("<{P}/b> {{ <urn:a> <urn:b> 1 }}"),
        ),
        ("application/trig", "_:g { <urn:a> <urn:b> 1 }".to_owned()),
        (
            "application/ld+json",
            format!(r#"{{"@id": "{P}/b", "@graph": [{{"@id": "urn:a", "urn:b": 1}}]}}"#),
        ),
    ] {
        for method in ["PUT", "POST"] {
            let request = request(method, &own).body(media_type, &body);
            add(
                &format!("{method} of {media_type} with foreign names"),
                &[400],
                request,
            );
        }
    }
    for (media_type, body) in [
        (
            "application/n-quads",
            "<urn:a> <urn:b> <urn:c> .".to_owned(),
        ),
        (
            "application/n-quads",
            "<urn:a> <urn:b> <urn:c> _:g .".to_owned(),
        ),
        (
            "application/trig",
            format!("@base <{P}/a/> . <../b> {{ <urn:a> <urn:b> 1 }}"),
        ),
        (
            "application/trig",
            format!("@prefix x: <{P}/> . x:b {{ <urn:a> <urn:b> 1 }}"),
        ),
        (
            "application/trig",
            format!("<{P}/\\u0062> {{ <urn:a> <urn:b> 1 }}"),
        ),
        ("application/trig", "{ <urn:a> <urn:b> 1 }".to_owned()),
        (
            "application/ld+json",
            format!(r#"{{"@id": "{P}/a", "@graph": [{{"@id": "urn:a", "urn:b": 1}}]}}"#),
        ),
    ] {
        let request = request("POST", "/store").body(media_type, &body);
        add(
            &format!("{media_type} to /store: {body}"),
            &[403, 400],
            request,
        );
    }

    // What is not a graph, but somebody's.
    let json = r#"{"title": "mine now"}"#;
    for name in [
        "partner/b",
        "partner/ab",
        "partner",
        "ontology",
        "metrics",
        "default",
        "partner/b/secret",
        "https%3A%2F%2Fw3id.org%2Fweft%2Fgraph%2Fpartner%2Fa%2F..%2Fb",
        "partner%2Fb",
        "partner/a/../b",
        "partner/a/%2e%2e/b",
    ] {
        let target = format!("/api/v1/datasets/{name}");
        let put = request("PUT", &target).body("application/json", json);
        add(&format!("PUT {target}"), &[403, 400], put);
        add(
            &format!("DELETE {target}"),
            &[403, 400],
            request("DELETE", &target),
        );
    }
    let query = "#+ title: T\nSELECT * { ?s ?p ?o }";
    for name in [
        "~b/mine",
        "~b/new",
        "~root/x",
        "~A/x",
        "~%62/mine",
        "~command%20line/x",
    ] {
        let target = format!("/api/v1/queries/{name}");
        let put = request("PUT", &target).body("application/sparql-query", query);
        add(&format!("PUT {target}"), &[403, 400], put);
        add(
            &format!("DELETE {target}"),
            &[403, 400, 404],
            request("DELETE", &target),
        );
    }
    for name in ["b", "b/below", "ab", "../b", "%2e%2e/b", "a/../b"] {
        let target = format!("/api/v1/import?name={}", encode(name));
        let import = request("POST", &target).body("multipart/form-data; boundary=x", tables("m"));
        add(&format!("POST {target}"), &[403, 400], import);
    }
    for name in ["~b/mine", "~root/x", "~A/x", "~%62/mine", "b/mine", "hsds"] {
        let target = format!("/api/v1/mappings/{name}");
        let put = request("PUT", &target).body("multipart/form-data; boundary=x", tables("m"));
        add(&format!("PUT {target}"), &[403, 400, 405], put);
        let delete = request("DELETE", &target);
        add(&format!("DELETE {target}"), &[403, 400, 404, 405], delete);
    }
    for name in [format!("{P}/a"), format!("{P}/b"), format!("{P}/b/secret")] {
        let target = format!("/api/v1/graphs/private?graph={}", encode(&name));
        for method in ["PUT", "DELETE"] {
            add(
                &format!("{method} {target}"),
                &[403],
                request(method, &target),
            );
        }
    }
    for (method, target) in [
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens/a/renew"),
        ("POST", "/api/v1/tokens/root/renew"),
        ("DELETE", "/api/v1/tokens/b"),
        ("DELETE", "/api/v1/tokens/self"),
    ] {
        let body = r#"{"name": "mine", "admin": true}"#;
        let request = request(method, target).body("application/json", body);
        add(&format!("{method} {target}"), &[403], request);
    }
    attacks
}

/// Keys that are none, and other ways to send one, on what `a` itself may do.
fn keys(stage: &Stage) -> Vec<Attack> {
    let own = format!("/store?graph={}", encode(&format!("{P}/a")));
    let mut attacks = Vec::new();
    let key = &stage.a;
    let flipped: String = match key.strip_suffix('0') {
        Some(rest) => format!("{rest}1"),
        None => format!("{}0", &key[..key.len() - 1]),
    };
    for (name, value) in [
        ("an expired key", format!("Bearer {}", stage.expired)),
        ("a revoked key", format!("Bearer {}", stage.revoked)),
        (
            "a truncated key",
            format!("Bearer {}", &key[..key.len() - 1]),
        ),
        ("a longer key", format!("Bearer {key}0")),
        (
            "a key with its last letter changed",
            format!("Bearer {flipped}"),
        ),
        (
            "a key in capitals",
            format!("Bearer {}", key.to_uppercase()),
        ),
        ("a key without its prefix", format!("Bearer {}", &key[5..])),
        ("an empty key", "Bearer ".to_owned()),
        ("no scheme", key.clone()),
        (
            "two keys in one header",
            format!("Bearer {key}, Bearer {}", stage.admin),
        ),
        ("another scheme", format!("Token {key}")),
        ("Basic", "Basic YTphZG1pbg==".to_owned()),
        ("a name", "Bearer root".to_owned()),
        ("quotes", format!("Bearer \"{key}\"")),
    ] {
        for (door, request) in [
            ("PUT", turtle("PUT", &own)),
            ("an update", update(format!("CLEAR SILENT GRAPH <{P}/a>"))),
            ("DELETE", request("DELETE", &own)),
        ] {
            attacks.push(Attack {
                name: format!("{door} with {name}"),
                request: request.with("authorization", &value),
                expected: &[401],
            });
        }
    }
    for (name, request, expected) in [
        ("no key", turtle("PUT", &own), &[401][..]),
        (
            "two headers",
            turtle("PUT", &own).key(key).key(&stage.admin),
            &[400],
        ),
        (
            "two headers the other way",
            turtle("PUT", &own).key(&stage.admin).key(key),
            &[400],
        ),
        (
            "Basic and Bearer",
            turtle("PUT", &own)
                .with("authorization", "Basic eDp5")
                .key(key),
            &[400],
        ),
        (
            "a key in the address",
            turtle("PUT", format!("{own}&access_token={key}")),
            &[400, 401],
        ),
        (
            "a key in a cookie",
            turtle("PUT", &own).with("cookie", format!("token={key}")),
            &[401],
        ),
        (
            "a key in another header",
            turtle("PUT", &own).with("x-api-key", key),
            &[401],
        ),
        (
            "a key for a proxy",
            turtle("PUT", &own).with("proxy-authorization", format!("Bearer {key}")),
            &[401],
        ),
        (
            "a key in a form",
            request("POST", "/sparql").body(
                "application/x-www-form-urlencoded",
                format!("access_token={key}&update={}", encode("CLEAR ALL")),
            ),
            &[401, 400],
        ),
        (
            "another method in a header",
            request("GET", &own).with("x-http-method-override", "DELETE"),
            &[200],
        ),
    ] {
        attacks.push(Attack {
            name: name.to_owned(),
            request,
            expected,
        });
    }
    attacks
}

fn assert_none(breaches: &[String]) {
    assert!(
        breaches.is_empty(),
        "{} breaches:\n{}",
        breaches.len(),
        breaches.join("\n")
    );
}

#[test]
fn no_door_lets_a_partner_write_what_is_not_its_own() {
    let stage = Stage::set();
    let attacks = doors(&stage);
    assert!(attacks.len() > 1_000, "{}", attacks.len());
    assert_none(&stage.attack(attacks));
}

#[test]
fn no_disguise_gets_round_the_rights_of_a_token() {
    let stage = Stage::set();
    assert_none(&stage.attack(disguises(&stage)));
}

#[test]
fn no_key_but_a_valid_one_opens_a_door() {
    let stage = Stage::set();
    assert_none(&stage.attack(keys(&stage)));
    let late = stage.ask(request("GET", "/api/v1/tokens/self").key(&stage.expired));
    assert_eq!(late.status, 401);
    assert!(late.text().contains("expired on 2020-01-01"), "{late:?}");
    drop(stage.folder);
}

/// Ways to read, of which none may tell `a` or nobody what is private.
fn peeping(stage: &Stage) -> Vec<Request> {
    let secret = format!("{P}/b/secret");
    let iri = encode(&secret);
    let version = stage.public_version;
    let mut requests = Vec::new();
    for query in [
        "SELECT * { ?s ?p ?o }".to_owned(),
        "SELECT * { GRAPH ?g { ?s ?p ?o } }".to_owned(),
        format!("SELECT * {{ GRAPH <{secret}> {{ ?s ?p ?o }} }}"),
        format!("SELECT * FROM <{secret}> {{ ?s ?p ?o }}"),
        format!("SELECT * FROM NAMED <{secret}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        format!("PREFIX x: <{P}/b/> SELECT * FROM x:secret {{ ?s ?p ?o }}"),
        "SELECT * { <urn:d:s> <urn:d:p>/<http://www.w3.org/2000/01/rdf-schema#label> ?label }"
            .to_owned(),
        "SELECT * { <urn:d:s> (<urn:d:p>|!<urn:none>)+ ?x . ?x ?p ?label }".to_owned(),
        "CONSTRUCT WHERE { ?s ?p ?o }".to_owned(),
        "DESCRIBE <urn:d:secret>".to_owned(),
        "SELECT (GROUP_CONCAT(?o) AS ?all) { ?s ?p ?o }".to_owned(),
        format!("SELECT * {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), SUBSTR(\"{SECRET}\", 1, 4))) }}"),
        "SELECT ?s { ?s ?p ?o FILTER EXISTS { GRAPH ?g { <urn:d:secret> ?q ?label } } }".to_owned(),
        "SELECT * { SERVICE <https://w3id.org/weft/void> { ?s ?p ?o } }".to_owned(),
        "SELECT * { GRAPH <https://w3id.org/weft/graph/void> { ?s ?p ?o } }".to_owned(),
        "SELECT * { GRAPH <https://w3id.org/weft/graph/inferred> { ?s ?p ?o } }".to_owned(),
    ] {
        let query = encode(&query);
        for target in [
            format!("/sparql?query={query}"),
            format!("/sparql?query={query}&version={version}"),
            format!("/sparql?query={query}&default-graph-uri={iri}"),
            format!("/sparql?query={query}&named-graph-uri={iri}"),
            format!("/api/v1/explain?query={query}"),
        ] {
            requests.push(request("GET", target));
        }
    }
    for target in [
        "/store".to_owned(),
        format!("/store?version={version}"),
        format!("/store?graph={iri}"),
        format!("/store?graph={iri}&version={version}"),
        "/api/v1/search?q=hush".to_owned(),
        format!("/api/v1/search?q={SECRET}"),
        format!("/resource?iri={}", encode("urn:d:secret")),
        "/api/v1/statistics".to_owned(),
        format!("/api/v1/statistics?graph={iri}"),
        "/api/v1/graphs".to_owned(),
        "/api/v1/datasets".to_owned(),
        "/api/v1/datasets.ttl".to_owned(),
        "/api/v1/datasets/partner/b/secret".to_owned(),
        "/.well-known/void".to_owned(),
        "/api/v1/summary".to_owned(),
        format!("/api/v1/summary?version={version}"),
        "/api/v1/networks/collaboration/nodes".to_owned(),
        format!("/api/v1/networks/collaboration/nodes?version={version}"),
        "/api/v1/networks/affiliation/export.graphml".to_owned(),
        "/api/v1/integration".to_owned(),
        "/api/v1/running".to_owned(),
        "/api/v1/versions".to_owned(),
        format!("/api/v1/versions/{version}"),
        "/metrics".to_owned(),
        "/".to_owned(),
        "/graph/partner/b/secret".to_owned(),
        format!(
            "/reconcile?queries={}",
            encode(&format!("{{\"q\": {{\"query\": \"{SECRET}\"}}}}"))
        ),
        "/api/v1/changes".to_owned(),
        "/api/v1/changes.csv".to_owned(),
        "/api/v1/changes.rdfp".to_owned(),
        format!("/api/v1/changes/{version}"),
        format!("/api/v1/changes.rdfp?graph={iri}"),
        "/ldes".to_owned(),
        "/ldes/1".to_owned(),
        "/api/v1/fingerprint".to_owned(),
        "/api/v1/webhooks".to_owned(),
        "/api/v1/links".to_owned(),
        "/api/v1/links.ttl".to_owned(),
        format!("/api/v1/links/suggestions?graph={iri}"),
        "/api/v1/links/suggestions?graph=partner/a&threshold=0.5".to_owned(),
        format!("/api/v1/graphs/report?graph={iri}"),
        format!("/api/v1/graphs/policy?graph={iri}"),
        "/reconcile?queries=%7B%22q%22%3A%7B%22query%22%3A%22hushhus%22%7D%7D".to_owned(),
        "/reconcile/suggest/entity?prefix=hush".to_owned(),
        format!("/reconcile/preview?id={}", encode("urn:d:secret")),
        format!("/reconcile/flyout/entity?id={}", encode("urn:d:secret")),
        format!(
            "/reconcile?extend={}",
            encode(r#"{"ids": ["urn:d:secret"], "properties": [{"id": "name"}]}"#)
        ),
    ] {
        requests.push(request("GET", target));
    }
    let analyse = request("POST", "/api/v1/networks/analyse");
    let query = r#"{"query": "SELECT ?source ?target { ?source ?p ?target }"}"#;
    requests.push(analyse.body("application/json", query));
    requests
}

/// What a response may say: nothing of the secret, nor the IRI that only it names.
fn tells(response: &Response) -> bool {
    let text = response.text();
    // What was asked for may be repeated, as in an error.
    text.contains(SECRET) || text.contains("\"urn:d:secret") || text.contains("<urn:d:secret>")
}

#[test]
fn no_way_of_reading_shows_what_is_private() {
    let stage = Stage::set();
    let mut leaks = Vec::new();
    let mut shown = 0;
    for (who, key) in [
        ("nobody", None),
        ("a", Some(&stage.a)),
        ("b", Some(&stage.b)),
    ] {
        for request in peeping(&stage) {
            let name = format!("{} {} {}", request.method, request.target, request.body);
            let asks_for_it = name.contains(SECRET) || name.contains("secret");
            let request = match key {
                Some(key) => request.key(key),
                None => request,
            };
            let answer = stage.ask(request);
            assert!(answer.status < 500, "{name}: {answer:?}");
            let told = match asks_for_it {
                // An error or a page may repeat the question.
                true => {
                    answer.is_success() && answer.text().contains(SECRET) && !name.contains(SECRET)
                }
                false => tells(&answer),
            };
            match (who, told) {
                ("b", true) => shown += 1,
                (who, true) => leaks.push(format!("{who}: {name}: {answer:?}")),
                _ => {}
            }
        }
    }
    assert_none(&leaks);
    assert!(shown > 20, "the owner sees what is its own: {shown}");
}

#[test]
fn what_a_partner_may_not_see_it_cannot_copy_into_its_own_graph() {
    let stage = Stage::set();
    for text in [
        format!("COPY <{P}/b/secret> TO <{P}/a/x>"),
        format!("COPY SILENT <{P}/b/secret> TO <{P}/a/x>"),
        format!("ADD <{P}/b/secret> TO <{P}/a/x>"),
        format!("INSERT {{ GRAPH <{P}/a/x> {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        format!(
            "INSERT {{ GRAPH <{P}/a/x> {{ ?s ?p ?o }} }} USING <{P}/b/secret> WHERE {{ ?s ?p ?o }}"
        ),
        format!(
            "INSERT {{ GRAPH <{P}/a/x> {{ ?s ?p ?o }} }} USING NAMED <{P}/b/secret> WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
        ),
        format!(
            "WITH <{P}/b/secret> INSERT {{ GRAPH <{P}/a/x> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
        ),
        format!(
            "INSERT {{ GRAPH <{P}/a/x> {{ <urn:yes> <urn:yes> ?n }} }} WHERE {{ {{ SELECT (COUNT(*) AS ?n) {{ GRAPH <{P}/b/secret> {{ ?s ?p ?o }} }} }} FILTER(?n > 0) }}"
        ),
    ] {
        let answer = stage.ask(update(&text).key(&stage.a));
        assert!(answer.status < 500, "{text}: {answer:?}");
        let own = request(
            "GET",
            format!("/store?graph={}", encode(&format!("{P}/a/x"))),
        );
        let own = stage.ask(own.with("accept", "text/turtle").key(&stage.a));
        assert!(
            !tells(&own) && !own.text().contains("urn:yes"),
            "{text}: {own:?}"
        );
    }
}

#[test]
fn a_partner_does_as_it_likes_with_its_own_and_nothing_else_changes() {
    let stage = Stage::set();
    let others = |state: (BTreeSet<String>, u64, Vec<String>)| -> BTreeSet<String> {
        let own = [format!("<{P}/a> ."), format!("<{P}/a/")];
        let quads = state.0.into_iter();
        quads
            .filter(|quad| !own.iter().any(|own| quad.contains(own)))
            .collect()
    };
    let before = others(stage.state());
    let own = |name: &str| format!("/store?graph={}", encode(&format!("{P}/{name}")));
    let allowed = [
        turtle("PUT", own("a")),
        turtle("POST", own("a")),
        turtle("PUT", own("a/below")),
        turtle("PUT", own("a/")),
        turtle("PUT", own("a/a..b/...")),
        turtle("PUT", own("a/about")),
        request("DELETE", own("a/a..b/...")),
        request("POST", "/store").body(
            "application/n-quads",
            format!("<urn:a> <urn:b> <urn:c> <{P}/a> .\n<urn:a> <urn:b> <urn:c> <{P}/a/q> .\n"),
        ),
        update(format!(
            "BASE <{P}/a/> INSERT DATA {{ GRAPH <deep/er> {{ <urn:a> <urn:b> 1 }} }}"
        )),
        update(format!("COPY <{P}/b> TO <{P}/a/copy>")),
        update(format!("COPY DEFAULT TO <{P}/a/copy>")),
        update(format!("ADD <{G}/innoserv> TO <{P}/a>")),
        update(format!("MOVE <{P}/a/copy> TO <{P}/a/moved>")),
        update(format!(
            "INSERT {{ GRAPH <{P}/a> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{P}/b> {{ ?s ?p ?o }} }}"
        )),
        update(format!(
            "WITH <{P}/a> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"
        )),
        update(format!("CREATE GRAPH <{P}/a/new> ; DROP GRAPH <{P}/a/new>")),
        update(format!(
            "DELETE WHERE {{ GRAPH <{P}/a/below> {{ ?s ?p ?o }} }}"
        )),
        request("PUT", "/api/v1/datasets/partner/a").body("application/json", r#"{"title": "A"}"#),
        request("DELETE", "/api/v1/datasets/partner/a"),
    ];
    for request in allowed {
        let name = format!("{} {} {}", request.method, request.target, request.body);
        let answer = stage.ask(request.key(&stage.a));
        assert!(answer.is_success(), "{name}: {answer:?}");
        assert_eq!(others(stage.state()), before, "{name}");
    }
    let about = stage
        .ask(request("GET", "/api/v1/tokens/self").key(&stage.a))
        .json();
    assert_eq!(about["graphs"][0], format!("{P}/a"));
}
