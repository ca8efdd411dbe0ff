//! What is here, things and their terms, data sets, links, imports, changes.

use super::known::Known;
use super::networks::{listing, paging};
use super::parts::{
    Group, Operation, flag, get, iri, list, media_type, object, one_of, operation, query,
    reference, required, schema, text, whole,
};
use super::queries::{forms, rdf_bodies, triples};
use crate::http::negotiate::{Format, QUADS, TRIPLES};
use crate::http::rows::FORMATS;
use oxigraph::io::RdfFormat;
use serde_json::{Map, Value, json};

fn shared(name: &str) -> Value {
    reference("parameters", name)
}

/// Forms of a table and of triples.
fn table_and_triples(row: Value, rdf: &[Format]) -> Vec<(&'static str, Value)> {
    let mut all = forms(&FORMATS);
    if let Some((_, shape)) = all.first_mut() {
        *shape = row;
    }
    all.extend(forms(rdf));
    all
}

const RDF: [Format; 7] = [
    TRIPLES[0], TRIPLES[1], TRIPLES[2], TRIPLES[3], TRIPLES[4], TRIPLES[5], TRIPLES[6],
];

/// Extensions that name one thing each: `xml` is also that of pages elsewhere.
fn rdf_extensions() -> Vec<Format> {
    RDF.to_vec()
}

/// The schemas that these operations use.
pub(super) fn schemas() -> Map<String, Value> {
    let texts = "{string}?";
    let description = json!({
        "type": "object",
        "properties": {
            "title": {"type": ["string", "object"], "additionalProperties": {"type": "string"}},
            "description": {"type": ["string", "object"], "additionalProperties": {"type": "string"}},
            "publisher": {"type": "string"},
            "publisherIri": {"type": "string"},
            "licence": {"type": "string", "description": "An IRI or a short name such as CC-BY-4.0."},
            "contact": {"type": "string"},
            "source": {"type": ["string", "array"], "items": {"type": "string"}},
            "landingPage": {"type": "string"},
            "keywords": {"type": ["string", "array"], "items": {"type": "string"}},
            "language": {"type": ["string", "array"], "items": {"type": "string"}},
            "frequency": {"type": "string"},
        },
        "required": ["title"],
        "additionalProperties": false,
    });
    let decision = json!({
        "type": "object",
        "properties": {
            "source": iri(),
            "target": iri(),
            "decision": {"enum": ["accept", "reject", "withdraw"]},
            "predicate": {"type": "string"},
            "comment": {"type": "string"},
        },
        "required": ["source", "target", "decision"],
        "additionalProperties": false,
    });
    let import = json!({
        "type": "object",
        "properties": {
            "mapping": {"type": "string"},
            "graph": {"type": "string"},
            "written": {"type": "boolean"},
            "dataVersion": {"type": ["integer", "null"]},
            "added": {"type": ["integer", "null"]},
            "removed": {"type": ["integer", "null"]},
            "rows": {"type": "integer"},
            "rowsLeftOut": {"type": "integer"},
            "triples": {"type": "integer"},
            "seconds": {"type": "number"},
            "tables": {"type": "array"},
            "findingsTotal": {"type": "integer"},
            "errors": {"type": "integer"},
            "warnings": {"type": "integer"},
            "kinds": {"type": "array"},
            "findings": {"type": "array", "items": schema("Finding")},
            "preview": {"type": "array"},
        },
        "required": ["mapping", "graph", "written", "findings"],
    });
    let report = json!({
        "type": "object",
        "properties": {
            "conforms": {"type": "boolean"},
            "accepted": {"type": "boolean"},
            "parsed": {"type": "boolean"},
            "statements": {"type": "integer"},
            "violations": {"type": "integer"},
            "warnings": {"type": "integer"},
            "infos": {"type": "integer"},
            "documents": {"type": "array"},
            "rules": {"type": "array"},
            "results": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["conforms", "accepted", "violations", "warnings", "results"],
    });
    let all = [
        (
            "Summary",
            object(
                "dataVersion:integer triples:integer actors:integer services:integer innovations:integer sectors:integer levels:integer participations:integer ties:integer datasets:integer",
            ),
        ),
        (
            "Statistic",
            object(
                "graph:string kind:string term:string? label:string? property:string? target:string? triples:integer? subjects:integer? objects:integer?",
            ),
        ),
        (
            "Hit",
            object(
                "iri:string label:string language:string? property:string type:string? score:number match:string dataset:[string]",
            ),
        ),
        (
            "Rule",
            object(
                "name:string title:string description:string vocabulary:[string] terms:[string] statements:integer",
            ),
        ),
        (
            "Reason",
            object(
                "subject:string predicate:string object:string inferred:boolean rule:string title:string? statements:[string] graphs:[string]",
            ),
        ),
        (
            "Graph",
            object("graph:string triples:integer private:boolean"),
        ),
        (
            "DatasetRow",
            object(
                "graph:string name:string title:string? publisher:string? licence:string? contact:string? source:string? modified:string? version:integer? triples:integer private:boolean",
            ),
        ),
        (
            "Dataset",
            object(&format!(
                "graph:string name:string title:{texts} description:{texts} publisher:string? publisherIri:string? licence:string? contact:string? source:[string] landingPage:string? keywords:[string] language:[string] frequency:string? modified:string? version:integer? triples:integer private:boolean"
            )),
        ),
        ("DatasetDescription", description),
        (
            "Policy",
            object(
                "graph:string policy:string setFor:string? by:string? byAdmin:boolean date:string?",
            ),
        ),
        (
            "Link",
            object(
                "link:string graph:string source:string sourceLabel:string? predicate:string target:string targetLabel:string? state:string score:number? justification:string? reviewer:string? date:string? comment:string?",
            ),
        ),
        (
            "LinkSuggestion",
            object(
                "source:string sourceLabel:string? target:string targetLabel:string? score:number confidence:string state:string reasons:any",
            ),
        ),
        ("LinkDecision", decision),
        (
            "Mapping",
            object(
                "name:string title:string description:string? tables:[string] graph:string? owner:string? url:string",
            ),
        ),
        (
            "MappingDescription",
            object(
                "name:string title:string description:string? licence:string? source:string? graph:string? owner:string? tables:[any] queries:any readme:string?",
            ),
        ),
        (
            "Finding",
            object(
                "severity:string file:string? line:integer? row:integer? column:string? value:string? reason:string remedy:string?",
            ),
        ),
        ("ImportReport", import),
        ("CheckReport", report),
        (
            "Version",
            object(
                "version:integer time:string author:string? message:string? added:integer removed:integer",
            ),
        ),
        (
            "Change",
            object(
                "version:integer time:string author:string? message:string? hash:string? previous:string? added:integer removed:integer graphs:[string] whole:boolean",
            ),
        ),
        (
            "ChangeWithStatements",
            object(
                "version:integer time:string author:string? message:string? hash:string? previous:string? added:integer removed:integer graphs:[string] whole:boolean removals:[string] additions:[string]",
            ),
        ),
        (
            "Explored",
            object(
                "iri:string name:string kind:string? sector:[string] sectorName:[string] level:[string] levelName:[string] sphere:[string] sphereName:[string] place:[string] placeName:[string] type:[string] typeName:[string] dataset:[string] connections:integer partners:integer?",
            ),
        ),
        (
            "HistoryPoint",
            object(
                "time:string dataVersion:integer metric:string value:number? undefined:string? numerator:number? denominator:number? unknown:number? kind:string label:string",
            ),
        ),
        (
            "WideHistoryPoint",
            json!({
                "type": "object",
                "properties": {"time": {"type": "string"}, "dataVersion": {"type": "integer"}},
                "required": ["time", "dataVersion"],
                "additionalProperties": {"type": ["number", "null"]},
            }),
        ),
        (
            "Citation",
            object(
                "title:string address:string permalink:string? dataVersion:integer date:string? licences:[string] datasets:[@CitedDataset] moreDatasets:integer lasting:boolean query:string? definition:string citeAs:string bibtex:string csl:any",
            ),
        ),
        ("CitedDataset", object("name:string licence:string?")),
        (
            "Fingerprint",
            object("dataVersion:integer quads:integer fingerprint:string"),
        ),
    ];
    Map::from_iter(all.map(|(name, schema)| (name.to_owned(), schema)))
}

/// The operations.
pub(super) fn operations(known: &Known) -> Vec<Operation> {
    let mut all = overview(known);
    all.extend(things());
    all.extend(datasets(known));
    all.extend(links());
    all.extend(imports(known));
    all.extend(changes());
    all
}

/// A year, month or day, or a time with its zone.
fn moment() -> Value {
    json!({
        "type": "string",
        "pattern": "^20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)?)?)?$",
        "examples": ["2026", "2026-01", "2026-01-31", "2026-01-31T12:00:00Z"],
    })
}

fn overview(known: &Known) -> Vec<Operation> {
    let group = Group::Overview;
    let kinds = crate::app::void::StatisticsKind::ALL.map(|kind| kind.name());
    vec![
        get(
            group,
            "/api/v1/summary",
            "getSummary",
            "The counts that say what is here",
        )
        .takes([shared("version"), shared("merged")])
        .table(schema("Summary"))
        .fails(&[404, 410, 504]),
        get(
            group,
            "/api/v1/statistics",
            "listStatistics",
            "Classes, properties and links, counted for each graph",
        )
        .takes([
            query(
                "graph",
                json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
                "Only of these graphs; `union` is all of them together.",
            ),
            query(
                "kind",
                json!({"type": "array", "items": one_of(&kinds)}),
                "Only rows of these kinds.",
            ),
        ])
        .takes(listing(&[
            "graph", "kind", "term", "label", "triples", "subjects", "objects",
        ]))
        .rows(schema("Statistic"))
        .fails(&[404]),
        get(group, "/api/v1/history", "getHistory", "The course of the headline figures: a point a version of the data, or a day")
            .takes([
                list("metric", &known.headlines, "Only these figures."),
                query("kind", one_of(&["summary", "network", "integration"]), "Only figures of this kind."),
                query("since", moment(), "Only from this day or time on."),
                query("until", moment(), "Only up to this day or time."),
                query("interval", one_of(&["version", "day"]), "A point for each version (the default), or the last of each day."),
                query("shape", one_of(&["long", "wide"]), "A row for each figure (the default), or for each point with a column for each figure."),
                query("latest", flag(false), "Only the newest point of each figure."),
            ])
            .takes(listing(&crate::http::history::COLUMNS))
            .rows(json!({"anyOf": [schema("HistoryPoint"), schema("WideHistoryPoint")]})),
        get(group, "/api/v1/explore", "explore", "Actors, services, innovations and others that have what is asked for")
            .takes(["sector", "level", "sphere", "place", "dataset"].map(shared))
            .takes([
                query("q", text(), "Words of the name."),
                query("kind", text(), "Only these kinds, with commas."),
                query("type", text(), "Only these types, with commas."),
                query("lang", one_of(&["en", "es"]), "The language of names."),
            ])
            .takes(listing(&[&["relevance"][..], &crate::http::explore::COLUMNS].concat()))
            .rows(schema("Explored"))
            .fails(&[504, 507]),
        get(group, "/api/v1/terms", "listTerms", "Classes and properties whose names have a text, with how often they are used")
            .takes([
                query("q", json!({"type": "string", "maxLength": 2_000}), "A part of the name."),
                query("kind", one_of(&["class", "property"]), "Only these."),
                query("lang", one_of(&["en", "es"]), "The language of labels."),
            ])
            .takes(listing(&crate::http::terms::COLUMNS))
            .rows(json!({"type": "object"})),
        get(group, "/api/v1/cite", "cite", "How to cite an answer or a page of this service")
            .takes([
                required("of", json!({"type": "string", "pattern": "^/[a-z0-9]+(/[a-z0-9-]+)*$", "examples": ["/api/v1/summary"]}), "The address: a path, with its query, or as a browser shows it."),
                query("style", one_of(&["text", "bibtex", "csl"]), "The style; without it all of them as JSON."),
            ])
            .answers(200, "The reference.", &[
                ("application/json", schema("Citation")),
                ("text/html", text()),
                ("text/plain", text()),
                ("application/x-bibtex", text()),
                ("application/vnd.citationstyles.csl+json", json!({"type": "object"})),
            ])
            .not_modified()
            .fails(&[404, 406, 410, 429, 503, 504]),
        get(
            group,
            "/.well-known/void",
            "getVoid",
            "The description of the data sets and of where they are reached (VoID, DCAT)",
        )
        .answers(200, "The description.", &forms(&RDF))
        .answers(303, "The catalogue, for whoever takes pages only.", &[])
        .extensions(&rdf_extensions())
        .not_modified()
        .fails(&[404, 406]),
    ]
}

fn things() -> Vec<Operation> {
    let group = Group::Things;
    let named = |path: &str, id: &str, summary: &str| {
        get(group, path, id, summary)
            .says("RDF to a machine, a page to a browser; also with the extension of a format.")
            .answers(200, "What the data says about it.", &triples())
            .answers(303, "It is described elsewhere.", &[])
            .not_modified()
            .fails(&[406])
    };
    let term = |name: &str, what: &str| {
        query(
            name,
            json!({"type": "string", "minLength": 1, "examples": ["https://w3id.org/weft/code/branch/health"]}),
            what,
        )
    };
    let classes = [
        "Actor",
        "Service",
        "Innovation",
        "Sector",
        "Place",
        "TargetGroup",
        "GovernanceLevel",
    ]
    .map(|name| format!("https://w3id.org/weft/ns#{name}"));
    let mut all = vec![
        get(
            group,
            "/api/v1/search",
            "search",
            "Things whose names have all words of a text, the best first",
        )
        .takes([
            required(
                "q",
                json!({"type": "string", "minLength": 1, "examples": ["health centre"]}),
                "Words; of the last one its beginning is enough.",
            ),
            query(
                "type",
                json!({"type": "string", "enum": classes}),
                "The IRI of a class.",
            ),
            query(
                "lang",
                json!({"type": "string", "pattern": "^[a-z]{2}$"}),
                "The language of the name.",
            ),
            query(
                "graph",
                json!({"type": "string", "minLength": 1, "examples": ["innoserv"]}),
                "The IRI of a graph, or its name.",
            ),
            query("fuzzy", flag(true), "Whether typing errors are forgiven."),
            shared("timeout"),
            shared("merged"),
        ])
        .takes(listing(&crate::http::search::COLUMNS))
        .rows(schema("Hit"))
        .fails(&[404, 429, 504]),
        get(
            group,
            "/resource",
            "describe",
            "What the data says about a thing of any IRI",
        )
        .takes([
            required("iri", iri(), "The IRI."),
            query(
                "format",
                one_of(&TRIPLES.map(Format::name)),
                "The format, whatever is accepted.",
            ),
        ])
        .answers(200, "What the data says about it.", &triples())
        .not_modified()
        .fails(&[404, 406]),
        named(
            "/id/{name}",
            "getThing",
            "What the data says about an actor, a service, a place …",
        ),
        named("/code/{name}", "getCode", "A code list or a code"),
        named("/graph/{name}", "getGraphPage", "A graph as a data set"),
        named(
            "/.well-known/genid/{name}",
            "getBlankNode",
            "What the data says about a thing without a name",
        ),
    ];
    for (path, suffix) in [("/code", ""), ("/code/", "Slash")] {
        all.push(
            get(group, path, format!("listCodes{suffix}"), "The code lists")
                .answers(200, "The code lists.", &triples())
                .not_modified()
                .fails(&[406]),
        );
    }
    all.extend([
        get(
            group,
            "/ns",
            "getVocabulary",
            "The vocabulary: classes and properties with their definitions",
        )
        .answers(200, "The vocabulary.", &triples())
        .extensions(&TRIPLES)
        .not_modified()
        .fails(&[404, 406]),
        get(
            group,
            "/context.jsonld",
            "getContext",
            "The context that JSON-LD is written with",
        )
        .for_anybody()
        .answers(
            200,
            "The context.",
            &[("application/ld+json", json!({"type": "object"}))],
        )
        .not_modified()
        .never(&[503]),
        get(
            group,
            "/api/v1/rules",
            "listRules",
            "The alignment rules, and how many statements each yields",
        )
        .takes([shared("timeout")])
        .takes(listing(&["name", "title", "statements"]))
        .rows(schema("Rule"))
        .fails(&[504, 507]),
        get(
            group,
            "/api/v1/inferred/explain",
            "explainInferred",
            "Which rules concluded a statement, and from which statements",
        )
        .takes([
            {
                let mut subject = term("subject", "The subject: an IRI.");
                subject["required"] = json!(true);
                subject["schema"] = iri();
                subject
            },
            {
                let mut predicate = term("predicate", "The predicate: an IRI.");
                predicate["schema"] = iri();
                predicate
            },
            {
                let mut object = term(
                    "object",
                    "The object: an IRI, or a literal as N-Triples writes it.",
                );
                object["schema"] = iri();
                object
            },
            shared("timeout"),
        ])
        .takes(paging())
        .rows(schema("Reason"))
        .fails(&[404, 504, 507]),
    ]);
    all
}

fn datasets(known: &Known) -> Vec<Operation> {
    let group = Group::Datasets;
    let rdf = [RDF[0], RDF[3], RDF[1]];
    let mut extensions = FORMATS.to_vec();
    extensions.extend([
        Format::Rdf(RdfFormat::Turtle),
        RDF[3],
        Format::Rdf(RdfFormat::NTriples),
    ]);
    let name = json!({"type": "string", "minLength": 1, "examples": known.datasets});
    let named = |operation: Operation| {
        operation.part(
            "name",
            name.clone(),
            "The name of a graph below …/graph/, or its IRI (percent-encoded).",
        )
    };
    let graph_of = |name: &str| required(name, iri(), "The IRI of a graph.");
    let graph_named = || {
        let schema = json!({"type": "string", "minLength": 1, "examples": ["innoserv"]});
        required("graph", schema, "A graph: its IRI or its name.")
    };
    vec![
        get(group, "/api/v1/datasets", "listDatasets", "The graphs as data sets: who answers for them, under which licence, how fresh they are")
            .takes(listing(&["name", "title", "publisher", "modified", "triples"]))
            .answers(200, "The data sets.", &table_and_triples(json!({"type": "array", "items": schema("DatasetRow")}), &rdf))
            .with_headers(200, &["Weft-Total-Count", "Link"])
            .extensions(&extensions)
            .not_modified()
            .fails(&[406]),
        named(get(group, "/api/v1/datasets/{name}", "getDataset", "All that is known of one")
            .answers(200, "It.", &{
                let mut forms = vec![(media_type(Format::Json), schema("Dataset"))];
                forms.extend(super::queries::forms(&rdf));
                forms
            })
            .not_modified()
            .fails(&[406])),
        named(operation(group, "put", "/api/v1/datasets/{name}", "describeDataset", "Describes a graph; for whoever may write it")
            .takes([shared("If-Match")])
            .body(true, &[("application/json", schema("DatasetDescription"))])
            .commits(201, "The description is new.")
            .commits(204, "It is put in place of another.")
            .fails(&[404, 408, 409, 412])),
        named(operation(group, "delete", "/api/v1/datasets/{name}", "forgetDataset", "Takes the description away; the data stays")
            .takes([shared("If-Match")])
            .commits(204, "It is gone.")
            .fails(&[404, 409, 412])),
        get(group, "/api/v1/graphs", "listGraphs", "The graphs that the reader may see")
            .takes(listing(&["graph", "triples", "private"]))
            .rows(schema("Graph")),
        operation(group, "put", "/api/v1/graphs/private", "makePrivate", "From now on only tokens with the right to it see a graph")
            .takes([graph_of("graph")])
            .commits(204, "Done.")
            .fails(&[404, 409]),
        operation(group, "delete", "/api/v1/graphs/private", "makePublic", "From now on everybody sees a graph")
            .takes([graph_of("graph")])
            .commits(204, "Done.")
            .fails(&[404, 409]),
        get(group, "/api/v1/graphs/report", "getGraphReport", "What is wrong with what a graph holds")
            .takes([graph_named(), language(), check_format()])
            .answers(200, "The report.", &check_forms())
            .extensions(&check_formats())
            .not_modified()
            .fails(&[404, 406, 413, 504]),
        get(group, "/api/v1/graphs/policy", "getPolicy", "What a graph does with violations, and who said so")
            .takes([graph_named()])
            .table(json!({"type": "array", "items": schema("Policy")}))
            .fails(&[404]),
        policy(),
        get(group, "/catalogue", "getCatalogue", "The data sets, who answers for them and where they are to be had (DCAT)")
            .answers(200, "The catalogue.", &triples())
            .extensions(&TRIPLES)
            .not_modified()
            .fails(&[404, 406]),
        hsds(known, "json", "application/json", json!({})),
        hsds(known, "zip", "application/zip", json!({})),
    ]
}

fn policy() -> Operation {
    operation(
        Group::Datasets,
        "put",
        "/api/v1/graphs/policy",
        "setPolicy",
        "Says what a graph does with violations from the next write on",
    )
    .takes([
        required(
            "graph",
            json!({"type": "string", "minLength": 1, "examples": ["innoserv"]}),
            "A graph: its IRI or its name.",
        ),
        required(
            "policy",
            one_of(&crate::app::Policy::ALL.map(|policy| policy.name())),
            "The policy; it may also be the body.",
        ),
    ])
    .commits(204, "Done.")
    .fails(&[404, 408, 413])
}

fn hsds(known: &Known, extension: &str, media_type: &'static str, schema: Value) -> Operation {
    get(
        Group::Datasets,
        format!("/api/v1/export/hsds.{extension}"),
        format!("exportHsds_{extension}"),
        "A directory in the Human Services Data Specification 3",
    )
    .takes([
        query(
            "graph",
            one_of(&known.datasets),
            "The graph, by its name or its IRI; all that may be seen without it. `dataset` means the same.",
        ),
        shared("timeout"),
    ])
    .answers(200, "The directory.", &[(media_type, schema)])
    .not_modified()
    .fails(&[404, 504])
}

fn language() -> Value {
    query(
        "lang",
        one_of(&["en", "es"]),
        "The language of messages, where they have several.",
    )
}

fn check_formats() -> Vec<Format> {
    let mut formats = vec![Format::Json, Format::Csv, Format::Html];
    formats.extend(RDF);
    formats.retain(|format| !matches!(format, Format::Rdf(RdfFormat::JsonLd { .. })));
    formats.push(RDF[3]);
    formats
}

/// All but the page, which has more methods.
fn without_page(formats: &[Format]) -> Vec<Format> {
    let others = formats.iter().copied();
    others.filter(|format| *format != Format::Html).collect()
}

fn check_format() -> Value {
    query(
        "format",
        one_of(
            &check_formats()
                .iter()
                .map(|format| format.name())
                .collect::<Vec<_>>(),
        ),
        "The format, whatever is accepted.",
    )
}

fn check_forms() -> Vec<(&'static str, Value)> {
    let mut all = forms(&check_formats());
    if let Some((_, shape)) = all.first_mut() {
        *shape = schema("CheckReport");
    }
    all
}

fn links() -> Vec<Operation> {
    let group = Group::Links;
    let suggestion = || {
        [
            required(
                "graph",
                json!({"type": "string", "minLength": 1, "examples": ["innoserv"]}),
                "The graph whose things are looked at: its IRI or its name.",
            ),
            query(
                "with",
                json!({"type": "string", "minLength": 1}),
                "Only pairs with things of this graph.",
            ),
            query(
                "type",
                one_of(&["actor", "service", "innovation", "place"]),
                "Only things of this kind.",
            ),
            shared("timeout"),
        ]
    };
    let threshold = |needed: bool| {
        let schema = json!({"type": "number", "minimum": 0.5, "maximum": 1});
        let description = "Only pairs of this score or more.";
        match needed {
            true => required("threshold", schema, description),
            false => query("threshold", schema, description),
        }
    };
    let turtle = Format::Rdf(RdfFormat::Turtle);
    let mut extensions = FORMATS.to_vec();
    extensions.push(turtle);
    let decide = || {
        operation(
            group,
            "post",
            "/api/v1/links",
            "decideLinks",
            "Accepts, rejects or takes back; a list is one commit",
        )
        .takes([query(
            "graph",
            json!({"type": "string", "minLength": 1}),
            "The graph in whose name it is decided.",
        )])
        .body(
            true,
            &[(
                "application/json",
                json!({"oneOf": [
                    schema("LinkDecision"),
                    {"type": "array", "items": schema("LinkDecision")},
                ]}),
            )],
        )
        .answers(
            200,
            "Decided.",
            &[(
                "application/json",
                object("graph:string decided:integer dataVersion:integer"),
            )],
        )
        .with_headers(200, &["ETag", "Weft-Data-Version"])
        .fails(&[404, 408, 409, 412, 422])
    };
    vec![
        get(
            group,
            "/api/v1/links/suggestions",
            "suggestLinks",
            "Pairs of things that may be one, best first, with reasons",
        )
        .takes(suggestion())
        .takes([
            threshold(false),
            query(
                "state",
                one_of(&["open", "accepted", "rejected"]),
                "Only pairs in this state.",
            ),
        ])
        .takes(paging())
        .rows(schema("LinkSuggestion"))
        .fails(&[404, 504, 507]),
        operation(
            group,
            "post",
            "/api/v1/links/accept",
            "acceptSuggestions",
            "Accepts all open suggestions that reach a threshold",
        )
        .takes(suggestion())
        .takes([threshold(true)])
        .answers(
            200,
            "Accepted.",
            &[(
                "application/json",
                object("accepted:integer links:[any] skipped:[any] dataVersion:integer"),
            )],
        )
        .with_headers(200, &["ETag", "Weft-Data-Version"])
        .fails(&[404, 409, 422, 504, 507]),
        get(
            group,
            "/api/v1/links",
            "listLinks",
            "What was decided, with the evidence",
        )
        .takes([
            query(
                "state",
                one_of(&["accepted", "rejected"]),
                "Only links in this state.",
            ),
            query(
                "iri",
                json!({"type": "array", "items": iri()}),
                "Only links of these things.",
            ),
        ])
        .takes(listing(&[
            "link", "graph", "source", "target", "state", "score", "date",
        ]))
        .answers(
            200,
            "The links.",
            &table_and_triples(json!({"type": "array", "items": schema("Link")}), &[turtle]),
        )
        .with_headers(200, &["Weft-Total-Count", "Link"])
        .extensions(&extensions)
        .not_modified()
        .fails(&[406]),
        decide(),
    ]
}

fn imports(known: &Known) -> Vec<Operation> {
    let group = Group::Imports;
    let mut import_formats = vec![Format::Json, Format::Csv, Format::Xlsx];
    import_formats.extend([
        Format::Parquet,
        Format::Arrow,
        Format::Html,
        Format::Rdf(RdfFormat::NQuads),
    ]);
    let mut import_forms = forms(&import_formats);
    if let Some((_, shape)) = import_forms.first_mut() {
        *shape = schema("ImportReport");
    }
    let zipped = || json!({});
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
                "The name of the mapping; with `.zip` all its files.",
            )
    };
    let described = |operation: Operation| {
        operation
            .answers(
                200,
                "It.",
                &[
                    ("application/json", schema("MappingDescription")),
                    ("application/zip", zipped()),
                ],
            )
            .not_modified()
    };
    let files = json!({"type": "object", "properties": {"file": {"type": "array", "items": {"type": "string"}}}});
    let mut bodies = rdf_bodies();
    bodies.push((
        "multipart/form-data",
        json!({
            "type": "object",
            "properties": {
                "file": {"type": "string"},
                "shapes": {"type": "string", "description": "Shapes of your own, in Turtle."},
            },
        }),
    ));
    let form = |path: &str, id: &str, summary: &str| {
        get(group, path, id, summary)
            .answers(200, "The page.", &[("text/html", text())])
            .not_modified()
    };
    let import = operation(
        group,
        "post",
        "/api/v1/import",
        "importTables",
        "Tables become the content of a graph through a mapping",
    )
    .says("With `dry-run` or `preview` nothing is written.")
    .takes([
        query(
            "mapping",
            text(),
            "The name of a mapping; or send mapping.toml and its .rq files along.",
        ),
        query(
            "graph",
            json!({"type": "string", "minLength": 1}),
            "The graph, if not the one of the mapping.",
        ),
        query(
            "name",
            json!({"type": "string", "minLength": 1}),
            "The name of the source.",
        ),
        query(
            "title",
            text(),
            "The title of the data set; else that of the mapping, after the name.",
        ),
        query(
            "publisher",
            text(),
            "Who publishes the data: a name or an IRI.",
        ),
        query("licence", text(), "The licence: its IRI, or its name."),
        query("strict", flag(false), "Whether one finding is too many."),
        query("dry-run", flag(false), "Write nothing."),
        query(
            "preview",
            whole(1, 100),
            "Write nothing, and show so many rows of each table.",
        ),
        query(
            "filename",
            json!({"type": "string", "minLength": 1}),
            "The name of the file that is the body.",
        ),
        shared("timeout"),
        shared("If-Match"),
    ])
    .body(
        true,
        &[
            ("multipart/form-data", files),
            ("text/csv", text()),
            ("text/tab-separated-values", text()),
            (
                "application/json",
                json!({"type": "array", "items": {"type": "object"}}),
            ),
            ("application/zip", zipped()),
            (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                zipped(),
            ),
            ("application/vnd.oasis.opendocument.spreadsheet", zipped()),
            ("application/octet-stream", zipped()),
        ],
    )
    .answers(
        200,
        "What was made of them, and what was found.",
        &import_forms,
    )
    .extensions(&without_page(&import_formats))
    .fails(&[404, 406, 408, 409, 412, 422, 504, 507]);
    let check = operation(
        group,
        "post",
        "/api/v1/check",
        "check",
        "What is wrong with data before it lands, and what a write would change",
    )
    .says("Nothing is written.")
    .open()
    .takes([
        query(
            "graph",
            json!({"type": "string", "minLength": 1}),
            "The graph that the data is for: its IRI or its name.",
        ),
        query(
            "shapes",
            json!({"type": "array", "items": {"type": "string", "minLength": 1}}),
            "IRIs of graphs with shapes; `weft` for those that ship, `none` for none of them.",
        ),
        query(
            "impact",
            flag(false),
            "Whether to say what the write would change; needs `graph`.",
        ),
        query(
            "change",
            one_of(&["replace", "add"]),
            "What the write would do; needs `graph`.",
        ),
        language(),
        shared("timeout"),
        check_format(),
    ])
    .body(true, &bodies)
    .answers(200, "The report.", &check_forms())
    .extensions(&without_page(&check_formats()))
    .fails(&[404, 406, 408, 422, 504, 507]);
    vec![
        import.clone(),
        import.at("/api/v1/import.html", "importTablesAsPage"),
        get(
            group,
            "/api/v1/import",
            "getImportForm",
            "Leads to a page to send tables with",
        )
        .answers(303, "Where the page is.", &[]),
        get(
            group,
            "/api/v1/import.html",
            "getImportFormAsPage",
            "The same",
        )
        .answers(303, "Where the page is.", &[]),
        get(
            group,
            "/api/v1/mappings",
            "listMappings",
            "The mappings that ship, and those that people have saved",
        )
        .takes(listing(&["name", "title", "graph", "owner"]))
        .rows(schema("Mapping")),
        described(
            get(
                group,
                "/api/v1/mappings/{name}",
                "getMapping",
                "A mapping that ships; with `.zip` all its files, empty tables among them",
            )
            .part("name", one_of(&known.mappings), "The name of the mapping."),
        ),
        described(saved(get(
            group,
            "/api/v1/mappings/{owner}/{name}",
            "getSavedMapping",
            "A mapping that somebody has saved",
        ))),
        saved(operation(
            group,
            "put",
            "/api/v1/mappings/{owner}/{name}",
            "saveMapping",
            "Saves a mapping",
        ))
        .body(
            true,
            &[
                ("application/zip", zipped()),
                (
                    "multipart/form-data",
                    json!({"type": "object", "additionalProperties": {"type": "string"}}),
                ),
            ],
        )
        .answers(201, "It is saved.", &[])
        .with_headers(201, &["Location"])
        .answers(204, "It is put in place of another.", &[])
        .fails(&[408, 409]),
        saved(operation(
            group,
            "delete",
            "/api/v1/mappings/{owner}/{name}",
            "removeMapping",
            "Removes a saved mapping",
        ))
        .answers(204, "It is removed.", &[]),
        form(
            "/api/v1/check",
            "getCheckForm",
            "A page to check files with",
        ),
        form("/api/v1/check.html", "getCheckFormAsPage", "The same"),
        check.clone(),
        check.at("/api/v1/check.html", "checkAsPage"),
    ]
}

/// An event of the feed: its data is the commit as JSON.
fn event() -> Value {
    json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string", "enum": ["commit", "error"]},
            "data": {"type": "string", "contentMediaType": "application/json"},
        },
    })
}

fn changes() -> Vec<Operation> {
    let group = Group::Changes;
    let skolemize = || shared("skolemize");
    let graphs = || {
        let schema = json!({"type": "array", "items": iri()});
        let mut graphs = query("graph", schema, "Only what changed in these graphs.");
        graphs["allowEmptyValue"] = json!(false);
        graphs
    };
    let since = || {
        query(
            "since",
            whole(0, u64::MAX),
            "Only commits after this version.",
        )
    };
    let mut feed = forms(&FORMATS);
    if let Some((_, shape)) = feed.first_mut() {
        *shape = json!({"type": "array", "items": schema("Change")});
    }
    feed.extend([
        ("application/rdf-patch", text()),
        ("text/event-stream", event()),
    ]);
    let names: Vec<&str> = FORMATS
        .iter()
        .filter(|format| format.is_built())
        .map(|format| format.name())
        .chain([Format::Patch.name()])
        .collect();
    let mut extensions = FORMATS.to_vec();
    extensions.push(Format::Patch);
    let mut ldes: Vec<Format> = Vec::new();
    for format in RDF.into_iter().chain(QUADS) {
        if !ldes.contains(&format) {
            ldes.push(format);
        }
    }
    let page = |path: &str, id: &str, summary: &str| {
        get(group, path, id, summary)
            .takes([query(
                "part",
                whole(0, u64::MAX),
                "Which part of a long page.",
            )])
            .answers(200, "The page.", &forms(&ldes))
            .not_modified()
            .fails(&[404, 406, 410, 504, 507])
    };
    let version = json!({"type": "integer", "minimum": 0, "maximum": u64::MAX});
    vec![
        get(group, "/api/v1/versions", "listVersions", "Who changed how much, when and why; the newest first")
            .takes(listing(&crate::http::versions::COLUMNS))
            .rows(schema("Version")),
        get(group, "/api/v1/versions/{version}", "getVersion", "One of them")
            .part("version", version.clone(), "A data version.")
            .table(schema("Version"))
            .extensions(&[])
            .fails(&[410]),
        get(group, "/api/v1/changes", "listChanges", "The commits after a version, oldest first: rows, RDF Patch, or events")
            .says("With `Accept: text/event-stream` (or `.sse`) the answer goes on: an event for each commit.")
            .takes([since(), query("limit", whole(1, u64::MAX), "At most so many."), graphs(), skolemize()])
            .takes([query("format", one_of(&names), "The format, whatever is accepted.")])
            .answers(200, "The commits.", &feed)
            .with_headers(200, &["Link"])
            .extensions(&extensions)
            .not_modified()
            .fails(&[404, 406, 410]),
        get(group, "/api/v1/changes.sse", "followChanges", "An event for each commit, from now on or from a version")
            .takes([since(), graphs(), skolemize(), json!({
                "name": "Last-Event-ID", "in": "header", "description": "The version of the last event that was seen.",
                "schema": whole(0, u64::MAX),
            })])
            .answers(200, "Events; the answer goes on until one side closes it.", &[("text/event-stream", event())])
            .fails(&[404, 410]),
        get(group, "/api/v1/changes/{version}", "getChange", "One commit, with its statements")
            .part("version", version, "A data version.")
            .takes([graphs(), skolemize(), query("format", one_of(&["json", "rdfp"]), "The format, whatever is accepted.")])
            .answers(200, "The commit.", &[
                ("application/json", schema("ChangeWithStatements")),
                ("application/rdf-patch", text()),
            ])
            .not_modified()
            .fails(&[406, 410]),
        operation(group, "post", "/api/v1/changes", "applyChanges", "Makes the changes of an RDF Patch, each transaction all or none")
            .takes([shared("If-Match")])
            .body(true, &[("application/rdf-patch", text())])
            .answers(200, "Made.", &[("application/json", object("applied:integer dataVersion:integer added:integer removed:integer"))])
            .with_headers(200, &["ETag", "Weft-Data-Version"])
            .fails(&[404, 408, 409, 412, 422]),
        get(group, "/api/v1/fingerprint", "getFingerprint", "A hash of the data that may be seen, to compare a copy with")
            .object(schema("Fingerprint")),
        page("/ldes", "getEventStream", "The changes as a Linked Data Event Stream").extensions(&ldes),
        page("/ldes/{page}", "getEventStreamPage", "A page of the stream")
            .part("page", json!({"type": "integer", "minimum": 0, "maximum": u64::MAX}), "The number of the page."),
    ]
}
