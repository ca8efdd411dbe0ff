//! SPARQL, the catalogue of queries, the graph store.

use super::known::Known;
use super::networks::{capital, listing};
use super::parts::{
    Group, Operation, get, iri, media_type, object, one_of, operation, query, reference, required,
    schema, text,
};
use crate::app::CatalogueQuery;
use crate::app::catalogue::ParameterKind;
use crate::http::negotiate::{Format, QUADS, ROWS, TRIPLES};
use crate::http::rows::FORMATS;
use crate::store::QueryForm;
use serde_json::{Map, Value, json};

/// What evaluating a query may end with.
const EVALUATED: [u16; 7] = [403, 406, 429, 502, 504, 507, 409];

fn parameters<const N: usize>(names: [&str; N]) -> Vec<Value> {
    names.map(|name| reference("parameters", name)).to_vec()
}

/// The forms of a list of formats, each once.
pub(super) fn forms(formats: &[Format]) -> Vec<(&'static str, Value)> {
    let mut seen: Vec<&str> = Vec::new();
    let mut forms = Vec::new();
    for format in formats.iter().filter(|format| format.is_built()) {
        let name = media_type(*format);
        if !seen.contains(&name) {
            seen.push(name);
            let schema = match format {
                Format::Json => json!({}),
                _ if name.ends_with("json") => json!({}),
                format if format.is_file() => json!({}),
                _ => text(),
            };
            forms.push((name, schema));
        }
    }
    forms
}

/// The results of a query of any kind.
fn results() -> Vec<(&'static str, Value)> {
    let all: Vec<Format> = ROWS.into_iter().chain(TRIPLES).collect();
    forms(&all)
}

/// The same, or rows where these are asked for (`shape=rows`).
fn results_or_rows(offers: &[Format]) -> Vec<(&'static str, Value)> {
    let mut all = forms(offers);
    if !all.iter().any(|(name, _)| *name == "application/json") {
        let rows = json!({"type": "array", "items": {"type": "object"}});
        all.push(("application/json", rows));
    }
    all
}

/// Answers of triples.
pub(super) fn triples() -> Vec<(&'static str, Value)> {
    forms(&TRIPLES)
}

/// The bodies that bring RDF.
pub(super) fn rdf_bodies() -> Vec<(&'static str, Value)> {
    let mut bodies = forms(&TRIPLES);
    bodies.retain(|(name, _)| *name != "text/html");
    for (_, schema) in &mut bodies {
        // Its own grammar says what it is.
        *schema = json!({});
    }
    bodies
}

/// The schemas that these operations use.
pub(super) fn schemas() -> Map<String, Value> {
    let explanation = object(
        "dataVersion:integer planned:string rows:integer complete:boolean stopped:string? \
         seconds:any operators:any",
    );
    let link = object(
        "id:string url:string canonical:string created:string name:string? title:string \
         query:string queryChanged:boolean parameters:{string} view:string? merged:boolean \
         version:integer pinned:boolean date:string? licences:[string] datasets:[@CitedDataset] lasting:boolean \
         citeAs:string",
    );
    let wanted = json!({
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "The text of a query, or `name`.", "examples": ["ASK {}"]},
            "name": {"type": "string", "description": "A query of the catalogue."},
            "parameters": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
            "view": {"type": "string", "pattern": "^[a-z0-9-]{1,32}$"},
            "version": {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["current", "latest"]}]},
            "merged": {"type": "boolean"},
        },
        "oneOf": [{"required": ["query"]}, {"required": ["name"]}],
        "additionalProperties": false,
    });
    let all = [
        (
            "CatalogueQuery",
            object(
                "name:string title:string description:string question:integer? tags:[string] parameters:[@QueryParameter] url:string owner:string? saved:boolean",
            ),
        ),
        (
            "QueryParameter",
            object("name:string type:string description:string default:string?"),
        ),
        ("Explanation", explanation),
        ("Permalink", link),
        ("NewPermalink", wanted),
        (
            "Running",
            object(
                "id:string client:string kind:string dataVersion:integer started:string seconds:number secondsLeft:number stage:string memory:integer bytes:integer text:string",
            ),
        ),
    ];
    Map::from_iter(all.map(|(name, schema)| (name.to_owned(), schema)))
}

/// The operations.
pub(super) fn operations(known: &Known) -> Vec<Operation> {
    let mut all = sparql();
    all.extend(catalogue(known));
    all.extend(store());
    all
}

fn asked() -> Vec<Value> {
    let graphs = |name: &str, description: &str| {
        query(name, json!({"type": "array", "items": iri()}), description)
    };
    let mut asked = vec![
        graphs(
            "default-graph-uri",
            "Graphs whose union is the default graph.",
        ),
        graphs("named-graph-uri", "Graphs that the query can name."),
    ];
    asked.extend(parameters(["timeout", "version", "merged", "query-id"]));
    asked
}

fn sparql() -> Vec<Operation> {
    let group = Group::Queries;
    let example = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 10";
    let query_text = || json!({"type": "string", "minLength": 1, "examples": [example]});
    let form = |names: &[&str]| {
        let properties: Map<String, Value> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": properties})
    };
    let formats: Vec<&str> = ROWS
        .iter()
        .chain(&TRIPLES)
        .filter(|format| format.is_built())
        .map(|format| format.name())
        .collect();
    let format = || {
        query(
            "format",
            one_of(&formats),
            "The format, whatever is accepted; which there are depends on the kind of query.",
        )
    };
    let switches = || parameters(["inferred", "skolemize"]);
    let bodies = || {
        [
            ("application/sparql-query", query_text()),
            ("application/sparql-update", text()),
            (
                "application/x-www-form-urlencoded",
                form(&["query", "update"]),
            ),
        ]
    };
    let mut all = Vec::new();
    for (path, suffix) in [("/sparql", ""), ("/sparql/", "Slash")] {
        all.push(
            get(group, path, format!("query{suffix}"), "Asks a query (SPARQL 1.1 Protocol)")
                .says("Without a query it answers the service description, or to a browser the editor. Without a dataset, queries see the union of all graphs.")
                .takes([query("query", query_text(), "The text of the query.")])
                .takes(asked())
                .takes(switches())
                .takes([format()])
                .answers(200, "Results; triples of CONSTRUCT and DESCRIBE; without a query the service description.", &results())
                .not_modified()
                .fails(&EVALUATED)
                .fails(&[410, 413, 404]),
        );
        all.push(
            operation(
                group,
                "post",
                path,
                format!("queryOrUpdate{suffix}"),
                "Asks a query, or makes an update",
            )
            .says("A query needs no token, an update does. QUERY (which OpenAPI 3.1 cannot name) asks like POST, and takes queries only.")
            .open()
            .takes(asked())
            .takes(switches())
            .takes([format()])
            .takes([reference("parameters", "If-Match")])
            .body(true, &bodies())
            .answers(200, "Results of a query.", &results())
            .commits(204, "The update is made.")
            .fails(&EVALUATED)
            .fails(&[304, 404, 408, 410, 412, 422]),
        );
    }
    for (path, suffix) in [("/api/v1/explain", ""), ("/api/v1/explain.json", "As")] {
        let explain = |operation: Operation| {
            operation
                .says("Takes what /sparql takes, runs the query, and answers its plan, its operators with their rows, and times instead of the results.")
                .takes(asked())
                .answers(200, "How it was run.", &[("application/json", schema("Explanation"))])
                .with_headers(200, &["Weft-Data-Version"])
                .fails(&EVALUATED)
                .fails(&[404, 408, 410, 413, 415])
        };
        all.push(explain(
            get(
                group,
                path,
                format!("explain{suffix}"),
                "How a query is run",
            )
            .takes([required("query", query_text(), "The text of the query.")]),
        ));
        all.push(explain(
            operation(
                group,
                "post",
                path,
                format!("explainPosted{suffix}"),
                "How a query is run, sent in the body",
            )
            .open()
            .body(
                true,
                &[
                    ("application/sparql-query", query_text()),
                    ("application/x-www-form-urlencoded", form(&["query"])),
                ],
            ),
        ));
    }
    all.extend([
        operation(group, "post", "/api/v1/permalinks", "makePermalink", "Keeps a short link to a question")
            .open()
            .body(true, &[("application/json", schema("NewPermalink"))])
            .answers(200, "There was such a link already.", &[("application/json", schema("Permalink"))])
            .answers(201, "The link is made.", &[("application/json", schema("Permalink"))])
            .with_headers(201, &["Location"])
            .with_headers(200, &["Location"])
            .fails(&[403, 404, 408, 409, 410, 504]),
        get(group, "/p/{id}", "followPermalink", "Leads to the answer; with `Accept: application/json` or `.json` the question and its citation")
            .answers(200, "The question and its citation.", &[("application/json", schema("Permalink"))])
            .answers(303, "The address of the answer.", &[])
            .not_modified()
            .fails(&[410, 504]),
        operation(group, "delete", "/p/{id}", "removePermalink", "Removes a link; for administrators")
            .answers(204, "It is removed.", &[]),
        get(group, "/api/v1/running", "listRunning", "The queries and updates that are going on")
            .answers(200, "What is going on, oldest first.", &running_forms())
            .extensions(&FORMATS)
            .fails(&[406]),
        get(group, "/api/v1/running/{id}", "getRunning", "One of them")
            .answers(200, "It.", &[("application/json", schema("Running"))]),
        operation(group, "delete", "/api/v1/running/{id}", "cancelRunning", "Cancels a query of one's own")
            .open()
            .answers(204, "It has been told to stop.", &[]),
    ]);
    all
}

fn running_forms() -> Vec<(&'static str, Value)> {
    let mut running = forms(&FORMATS);
    if let Some((_, schema_of_json)) = running.first_mut() {
        *schema_of_json = json!({"type": "array", "items": schema("Running")});
    }
    running
}

fn kind_schema(kind: ParameterKind) -> Value {
    match kind {
        // An empty value counts as none.
        ParameterKind::Iri => {
            let mut schema = iri();
            if let Some(pattern) = schema["pattern"].as_str().map(str::to_owned) {
                let inner = pattern.trim_start_matches('^').trim_end_matches('$');
                schema["pattern"] = json!(format!("^({inner})?$"));
            }
            schema
        }
        ParameterKind::String => text(),
        ParameterKind::Integer => {
            json!({"type": "integer", "minimum": -9_007_199_254_740_991_i64, "maximum": super::parts::MOST})
        }
        // Without an exponent: a decimal has none.
        ParameterKind::Decimal => {
            json!({"type": "number", "minimum": -1_000_000_000, "maximum": 1_000_000_000, "multipleOf": 0.001})
        }
        ParameterKind::Date => json!({"type": "string", "format": "date"}),
        ParameterKind::Boolean => json!({"type": "boolean"}),
    }
}

/// Parameters with which results are a table, except those that a query has for itself.
fn as_rows(is_own: impl Fn(&str) -> bool) -> Vec<Value> {
    let shape = query(
        "shape",
        one_of(&["rows"]),
        "With `rows` JSON is an array of flat objects, numbers as numbers, and not that of SPARQL.",
    );
    let sort = query(
        "sort",
        text(),
        "The column to sort rows by (CSV, XLSX, or JSON with `shape=rows`); with `-` the greatest first.",
    );
    let mut all = vec![("shape", shape), ("sort", sort)];
    all.extend(["limit", "offset"].map(|name| (name, reference("parameters", name))));
    all.retain(|(name, _)| !is_own(name));
    all.into_iter().map(|(_, parameter)| parameter).collect()
}

/// A query of the catalogue as an operation of its own, with its own parameters.
fn of_query(known: &CatalogueQuery) -> Operation {
    let offers = match known.form() {
        QueryForm::Select | QueryForm::Ask => ROWS.as_slice(),
        QueryForm::Construct | QueryForm::Describe => TRIPLES.as_slice(),
    };
    let parameters_of = known.parameters.iter().map(|parameter| {
        let mut schema = kind_schema(parameter.kind);
        if let Some(default) = &parameter.default {
            let parsed = serde_json::from_str::<Value>(default).ok();
            let is_number = matches!(
                parameter.kind,
                ParameterKind::Integer | ParameterKind::Decimal | ParameterKind::Boolean
            );
            schema["default"] = parsed
                .filter(|_| is_number)
                .unwrap_or_else(|| json!(default));
        }
        query(&parameter.name, schema, &parameter.description)
    });
    let words: String = known
        .name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(capital)
        .collect();
    get(
        Group::Queries,
        format!("/api/v1/queries/{}", known.name),
        format!("ask{words}"),
        known.title.clone(),
    )
    .says(known.description.clone())
    .takes(parameters_of)
    .takes(as_rows(|name| {
        known.parameters.iter().any(|own| own.name == name)
    }))
    .takes(parameters([
        "timeout",
        "version",
        "merged",
        "skolemize",
        "query-id",
    ]))
    .answers(200, "The results.", &results_or_rows(offers))
    .with_headers(200, &["Weft-Total-Count", "Link"])
    .extensions(offers)
    .not_modified()
    .fails(&EVALUATED)
    .fails(&[404, 410])
}

fn catalogue(known: &Known) -> Vec<Operation> {
    let group = Group::Queries;
    let mut list = forms(&FORMATS);
    if let Some((_, rows)) = list.first_mut() {
        *rows = json!({"type": "array", "items": schema("CatalogueQuery")});
    }
    list.extend(triples());
    let mut extensions = FORMATS.to_vec();
    extensions.extend(TRIPLES);
    // JSON is the table's.
    extensions
        .retain(|format| !matches!(format, Format::Rdf(oxigraph::io::RdfFormat::JsonLd { .. })));
    let saved = |operation: Operation| {
        operation
            .part(
                "owner",
                json!({"type": "string", "pattern": "^~[a-z0-9-]{1,40}$"}),
                "`~` and the name of the token that saved it.",
            )
            .part(
                "name",
                json!({"type": "string", "pattern": "^[a-z0-9-]{1,40}$"}),
                "The name of the query.",
            )
    };
    let mut all = vec![
        get(group, "/api/v1/queries", "listQueries", "The questions that are ready to be asked, with their parameters")
            .takes(listing(&["name", "title", "question", "owner"]))
            .answers(200, "The list.", &list)
            .with_headers(200, &["Weft-Total-Count", "Link"])
            .extensions(&extensions)
            .not_modified()
            .fails(&[406]),
        get(group, "/api/v1/queries/{name}", "askQuery", "Asks a question of the catalogue")
            .says("Each question has an operation of its own here, with its parameters. With an extension the answer is in that format; with `.rq` it is the text of the query.")
            .part("name", json!({"type": "string", "pattern": "^[a-z][a-z0-9-]{0,60}$"}), "The name of a query.")
            .takes(parameters(["timeout", "version", "merged", "skolemize", "query-id"]))
            .takes(as_rows(|_| false))
            .answers(200, "The results.", &results_or_rows(&ROWS.into_iter().chain(TRIPLES).collect::<Vec<_>>()))
            .with_headers(200, &["Weft-Total-Count", "Link"])
            .not_modified()
            .fails(&EVALUATED)
            .fails(&[410]),
        saved(get(group, "/api/v1/queries/{owner}/{name}", "askSavedQuery", "Asks a question that somebody has saved"))
            .takes(parameters(["timeout", "version", "merged", "skolemize", "query-id"]))
            .takes(as_rows(|_| false))
            .answers(200, "The results.", &results_or_rows(&ROWS.into_iter().chain(TRIPLES).collect::<Vec<_>>()))
            .with_headers(200, &["Weft-Total-Count", "Link"])
            .not_modified()
            .fails(&EVALUATED)
            .fails(&[410]),
        saved(operation(group, "put", "/api/v1/queries/{owner}/{name}", "saveQuery", "Saves a query, with its `#+ title:` line"))
            .body(true, &[("application/sparql-query", json!({"type": "string", "examples": ["#+ title: Everything\nSELECT * { ?s ?p ?o } LIMIT 10"]}))])
            .answers(201, "It is saved.", &[])
            .with_headers(201, &["Location"])
            .answers(204, "It is put in place of another.", &[])
            .fails(&[408, 409]),
        saved(operation(group, "delete", "/api/v1/queries/{owner}/{name}", "removeQuery", "Removes a saved query"))
            .answers(204, "It is removed.", &[]),
    ];
    all.extend(known.queries.iter().map(of_query));
    all
}

fn store() -> Vec<Operation> {
    let group = Group::Datasets;
    let mut all = Vec::new();
    let named = || {
        [
            json!({
                "name": "default", "in": "query", "allowEmptyValue": true,
                "description": "The default graph; takes no value, and not together with `graph`.",
                "schema": {"type": "string", "maxLength": 0},
            }),
            reference("parameters", "graph"),
        ]
    };
    let reading: Vec<Format> = TRIPLES
        .into_iter()
        .chain(QUADS)
        .filter(|format| *format != Format::Html)
        .collect();
    let names: Vec<&str> = reading.iter().map(|format| format.name()).collect();
    for (path, suffix) in [
        ("/store", ""),
        ("/store/", "Slash"),
        ("/store/{name}", "Named"),
    ] {
        let is_named = path.contains('{');
        let with_graph = |operation: Operation| match is_named {
            true => operation,
            false => operation.takes(named()),
        };
        all.push(
            with_graph(get(
                group,
                path,
                format!("getGraph{suffix}"),
                "The triples of a graph; without one all quads",
            ))
            .takes(parameters(["skolemize", "version"]))
            .takes([query(
                "format",
                one_of(&names),
                "The format, whatever is accepted.",
            )])
            .answers(200, "The statements.", &forms(&reading))
            .not_modified()
            .fails(&[404, 406, 410, 504]),
        );
        let writes = [
            ("put", "putGraph", "A graph becomes what is sent"),
            (
                "post",
                "addToGraph",
                "What is sent is added to a graph; without one it becomes a new graph",
            ),
            ("delete", "dropGraph", "A graph is gone afterwards"),
        ];
        for (method, id, summary) in writes {
            let operation = with_graph(operation(
                group,
                method,
                path,
                format!("{id}{suffix}"),
                summary,
            ))
            .takes([reference("parameters", "If-Match")])
            .commits(204, "Done.")
            .fails(&[404, 409, 412, 422, 507]);
            all.push(match method {
                "delete" => operation,
                _ => operation
                    .body(true, &rdf_bodies())
                    .commits(201, "The graph is new.")
                    .with_headers(201, &["Location"])
                    .fails(&[408]),
            });
        }
    }
    all.extend([
        get(group, "/dumps", "listDumps", "Leads to the catalogue, which lists the files")
            .for_anybody()
            .answers(303, "Where they are listed.", &[])
            .never(&[400, 503]),
        get(group, "/dumps/", "listDumpsSlash", "The same")
            .for_anybody()
            .answers(303, "Where they are listed.", &[])
            .never(&[400, 503]),
        get(group, "/dumps/{name}", "getDump", "A graph as a file, in parts too")
            .says("`all`, `default` or the name of a graph, then `.nq`, `.trig`, `.ttl` or `.nt`, and `.gz` or `.zst`; with `.sha256` behind it the hash of the file.")
            .part("name", json!({"type": "string", "minLength": 1, "examples": ["innoserv.ttl", "all.nq.gz"]}), "The name of the file.")
            .takes(parameters(["version"]))
            .answers(200, "The file.", &dump_forms())
            .answers(206, "A part of it.", &dump_forms())
            .not_modified()
            .fails(&[410, 416, 504, 507]),
    ]);
    all
}

fn dump_forms() -> Vec<(&'static str, Value)> {
    [
        "application/n-quads",
        "application/trig",
        "text/turtle",
        "application/n-triples",
        "text/plain",
        "application/gzip",
        "application/zstd",
    ]
    .map(|name| (name, json!({})))
    .to_vec()
}
