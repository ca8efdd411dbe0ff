//! Networks, metrics, integration.

use super::known::Known;
use super::parts::{
    Group, Operation, get, list, object, one_of, operation, query, reference, required, schema,
    text,
};
use crate::http::integration::FIGURES;
use crate::network::export::ExportFormat;
use crate::network::{Attribute, Filter};
use serde_json::{Map, Value, json};

/// Parameters that every network path takes.
pub(super) fn filters() -> Vec<Value> {
    let options = [
        "version",
        "seed",
        "permutations",
        "approximate",
        "confidence",
        "exact",
        "timeout",
        "merged",
        "inferred",
    ];
    Filter::KEYS
        .iter()
        .chain(&options)
        .map(|name| reference("parameters", name))
        .collect()
}

/// `sort`, `limit` and `offset` of rows with these columns.
pub(super) fn listing(columns: &[&str]) -> Vec<Value> {
    let both: Vec<String> = columns
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("-{name}")])
        .collect();
    let description =
        "The column to sort by; with `-` the greatest first. Missing values come last.";
    let mut parameters = vec![query("sort", one_of(&both), description)];
    parameters.extend(paging());
    parameters
}

/// `limit` and `offset`.
pub(super) fn paging() -> Vec<Value> {
    ["limit", "offset"]
        .map(|name| reference("parameters", name))
        .to_vec()
}

/// What computing a network may end with.
const COMPUTED: [u16; 6] = [404, 410, 422, 429, 504, 507];

/// The schemas that these operations use.
pub(super) fn schemas(known: &Known) -> Map<String, Value> {
    let mut node = object(
        "iri:string label:string sector:string? level:string? sphere:string? place:string? \
         sectorLabel:string? levelLabel:string? sphereLabel:string? mode~:string \
         aliasCount~:integer aliases~:[string]",
    );
    if let Some(properties) = node.get_mut("properties").and_then(Value::as_object_mut) {
        for id in &known.node_metrics {
            properties.insert(id.clone(), json!({"type": ["number", "boolean", "null"]}));
        }
    }
    let values = || json!({"type": "object", "additionalProperties": {"type": ["number", "boolean", "null"]}});
    let mut network = object(
        "id:string title:string description:string dataVersion:integer filter:string \
         directed:boolean twoMode:boolean weight:string nodes:integer edges:integer metrics:any \
         undefined:{string} undefinedCode:{string} leftOut:@LeftOut options:@Options \
         sample~:@Sample",
    );
    network["properties"]["metrics"] = values();
    let mut analysis = object(
        "dataVersion:integer nodes:[@Node] edges:integer metrics:any undefined:{string} \
         undefinedCode:{string} leftOut:@LeftOut options:@Options sample~:@Sample",
    );
    analysis["properties"]["metrics"] = values();
    let figure = object(
        "value:number? numerator:number? denominator:number? unknown:number? coverage:number? \
         undefined:string? undefinedCode:string?",
    );
    let report = json!({
        "type": "object",
        "description": "Each figure has numerator, denominator and unknowns, and the address of \
                        the rows that it counts.",
        "properties": {
            "dataVersion": {"type": "integer"},
            "network": {"type": "string"},
            "filter": {"type": "string"},
            "fourWay": {"type": "object"},
            "mixing": {"type": "object"},
            "missingBridges": {"type": "object"},
            "dependence": {"type": "object"},
            "keyActors": {"type": ["object", "array"]},
            "keyPlayers": {"type": ["object", "array"]},
            "groups": {"type": "array"},
            "verticalChains": {"type": "object"},
            "providers": {"type": ["object", "array"]},
            "ladders": {"type": "array"},
            "commonScale": {"type": "object"},
            "access": {"type": "object"},
            "indicators": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["dataVersion", "network", "filter", "fourWay", "mixing", "indicators"],
    });
    let rows = json!({
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "title": {"type": "string"},
            "description": {"type": "string"},
            "figure": schema("Figure"),
            "dataVersion": {"type": "integer"},
            "filter": {"type": "string"},
            "rows": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["id", "title", "dataVersion", "filter", "rows"],
    });
    let mut placed = node.clone();
    if let Some(properties) = placed.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("x".to_owned(), json!({"type": "number"}));
        properties.insert("y".to_owned(), json!({"type": "number"}));
        properties.insert("part".to_owned(), json!({"type": ["integer", "null"]}));
    }
    let all = [
        ("PlacedNode", placed),
        (
            "Network",
            object(
                "id:string title:string description:string nodes:integer? edges:integer? weighted:boolean directed:boolean twoMode:boolean undefined:string?",
            ),
        ),
        ("NetworkReport", network),
        ("Node", node),
        (
            "Edge",
            object(
                "source:string target:string weight:number? sourceLabel:string targetLabel:string",
            ),
        ),
        (
            "Mixing",
            object(
                "from:string to:string ties:number expected:number ratio:number? fromLabel:string toLabel:string possible:number density:number? p:number? q:number? missing:boolean unknown:number undefined:string?",
            ),
        ),
        (
            "Evidence",
            object(
                "source:string target:string sourceLabel:string targetLabel:string tied:boolean weight:number? dataVersion:integer statements:[any] links:[any]",
            ),
        ),
        ("Analysis", analysis),
        (
            "LeftOut",
            object(
                "rows:integer contextual:integer groups:integer undated:integer filtered:integer loops:integer unbound:integer",
            ),
        ),
        (
            "Options",
            object("seed:integer permutations:integer approximation:any"),
        ),
        (
            "Sample",
            object("paths:integer error:number confidence:number"),
        ),
        (
            "Metric",
            object(
                "id:string name:string scope:string definition:string formula:string range:string reference:string undefinedWhen:string oracle:string kind:string iri:string",
            ),
        ),
        (
            "Computation",
            object(
                "id:integer network:string filter:string seconds:number step:string done:integer total:integer",
            ),
        ),
        ("Figure", figure),
        (
            "FlatFigure",
            object(
                "section:string indicator:string group:string? from:string? to:string? value:number? undefined:string? expected:number? numerator:number? denominator:number? unknown:number? coverage:number? p:number? q:number? unit:string base:number?",
            ),
        ),
        ("IntegrationReport", report),
        ("IndicatorRows", rows),
        ("StatedNetwork", {
            let mut stated = object(
                "query:string metrics~:any directed~:boolean twoMode~:boolean seed~:any permutations~:any",
            );
            let ids: Vec<&String> = known
                .node_metrics
                .iter()
                .chain(&known.network_metrics)
                .collect();
            stated["properties"]["query"] = json!({
                "type": "string",
                "description": "A SELECT of ?source and ?target, and ?weight if ties differ.",
                "examples": [STATED],
            });
            stated["properties"]["metrics"] =
                json!({"type": "array", "items": {"type": "string", "enum": ids}});
            stated["properties"]["seed"] =
                json!({"type": "integer", "minimum": 0, "maximum": super::parts::MOST});
            stated["properties"]["permutations"] =
                json!({"type": "integer", "minimum": 1, "maximum": 9_999});
            stated
        }),
    ];
    Map::from_iter(all.map(|(name, schema)| (name.to_owned(), schema)))
}

/// A network that a query states.
const STATED: &str = "PREFIX weft: <https://w3id.org/weft/ns#> SELECT ?source ?target { ?source weft:level ?x . ?target weft:level ?x FILTER(STR(?source) < STR(?target)) }";

/// The operations.
pub(super) fn operations(known: &Known) -> Vec<Operation> {
    let group = Group::Networks;
    let ids = known.network_ids();
    let of_network = |operation: Operation| {
        operation
            .part("id", one_of(&ids), "The id of a network.")
            .fails(&COMPUTED)
    };
    let by = Attribute::ALL.map(Attribute::name);
    let node_metrics = list(
        "metrics",
        &known.node_metrics,
        "Only these metrics; without it all that are quick to compute.",
    );
    let network_metrics = list("metrics", &known.network_metrics, "Only these metrics.");
    let columns = crate::http::networks::node_columns();
    let mut sorted: Vec<&str> = columns.iter().map(String::as_str).collect();
    let all_metrics = [&known.node_metrics[..], &known.network_metrics[..]].concat();
    sorted.extend(known.node_metrics.iter().map(String::as_str));
    let mut all = vec![
        get(group, "/api/v1/networks", "listNetworks", "The networks, and how large each is within a filter")
            .takes(filters())
            .takes(listing(&["id", "title", "nodes", "edges"]))
            .rows(schema("Network"))
            .fails(&COMPUTED),
        of_network(get(group, "/api/v1/networks/{id}", "getNetwork", "A network and its metrics"))
            .says("Also with the extension of a table's format behind the id. A metric that cannot be computed is null, and `undefined` says why.")
            .takes(filters())
            .takes([network_metrics])
            .table(schema("NetworkReport"))
            .extensions(&[]),
        of_network(get(group, "/api/v1/networks/{id}/nodes", "listNodes", "Every node with its attributes and scores"))
            .takes(filters())
            .takes([node_metrics.clone(), query("aliases", super::parts::flag(false), "With the other IRIs of each node.")])
            .takes(listing(&sorted))
            .rows(schema("Node")),
        of_network(get(group, "/api/v1/networks/{id}/edges", "listEdges", "Every tie"))
            .takes(filters())
            .takes(listing(&crate::http::networks::EDGE_COLUMNS))
            .rows(schema("Edge")),
        of_network(get(group, "/api/v1/networks/{id}/layout", "getLayout", "Where each node is drawn, with what drawings show of it"))
            .takes(filters())
            .takes([node_metrics.clone()])
            .takes(paging())
            .rows(schema("PlacedNode")),
        of_network(get(group, "/api/v1/networks/{id}/grafana-nodes", "listGrafanaNodes", "Nodes for Grafana's node graph: a metric inside, arcs around"))
            .takes(filters())
            .takes([
                query("limit", super::parts::whole(1, 1_500), "At most so many nodes: those with the most ties."),
                query("metric", one_of(&known.node_metrics), "What is shown inside; `degree` without it."),
                query("by", one_of(&["sector", "level", "sphere"]), "What the arcs are; `sector` without it."),
            ])
            .table(json!({"type": "array", "items": {"type": "object"}}))
            .with_headers(200, &["Weft-Total-Count"]),
        of_network(get(group, "/api/v1/networks/{id}/grafana-edges", "listGrafanaEdges", "The ties among these nodes"))
            .takes(filters())
            .takes([query("limit", super::parts::whole(1, 1_500), "Among so many nodes: those with the most ties.")])
            .table(json!({"type": "array", "items": {"type": "object"}})),
        of_network(get(group, "/api/v1/networks/{id}/mixing", "getMixing", "Ties between categories, against what chance would bring"))
            .takes(filters())
            .takes([query("by", one_of(&by), "The attribute whose categories are meant; `sector` without it.")])
            .takes(listing(&["from", "to", "ties", "expected", "ratio", "p", "q"]))
            .rows(schema("Mixing")),
        of_network(get(group, "/api/v1/networks/{id}/evidence", "getEvidence", "What one tie rests on: statements, graphs, sources"))
            .takes(filters())
            .takes([
                required("source", super::parts::iri(), "One end of the tie."),
                required("target", super::parts::iri(), "The other end."),
            ])
            .table(schema("Evidence")),
        of_network(get(group, "/api/v1/networks/{id}/{part}", "noSuchPart", "Says which parts a network has"))
            .part("part", json!({"type": "string", "pattern": "^[a-z]{1,12}$"}), "A part that there is not.")
            .never(&[400, 422, 429, 503, 504, 507]),
        operation(group, "post", "/api/v1/networks/analyse", "analyseNetwork", "The metrics of a network that a query states")
            .says("Any network that SPARQL can state: nothing is written.")
            .open()
            .takes(filters())
            .body(true, &[("application/json", schema("StatedNetwork"))])
            .table(schema("Analysis"))
            .fails(&COMPUTED)
            .fails(&[408]),
        get(group, "/api/v1/networks/analyse", "analyseNetworkLink", "The same of a query that fits into an address, so that the answer can be cited")
            .takes(filters())
            .takes([
                required("query", json!({"type": "string", "examples": [STATED]}), "A SELECT of ?source and ?target, and ?weight if ties differ."),
                list("metrics", &all_metrics, "Only these metrics."),
                query("directed", super::parts::flag(false), "Whether ties have a direction."),
                query("twoMode", super::parts::flag(false), "Whether sources and targets are of two kinds."),
            ])
            .table(schema("Analysis"))
            .fails(&COMPUTED),
        get(group, "/api/v1/metrics", "listMetrics", "What can be measured, and what the numbers mean")
            .takes(listing(&["id", "name", "scope", "kind"]))
            .rows(schema("Metric")),
        get(group, "/api/v1/metrics/{id}", "getMetric", "What one number means")
            .part("id", {
                let ids: Vec<&String> = known.node_metrics.iter().chain(&known.network_metrics).collect();
                one_of(&ids)
            }, "The id of a metric.")
            .table(schema("Metric"))
            .extensions(&[]),
        get(group, "/api/v1/computations", "listComputations", "What is being computed at this moment")
            .table(json!({"type": "array", "items": schema("Computation")})),
        operation(group, "delete", "/api/v1/computations/{id}", "cancelComputation", "Tells a computation to stop")
            .part("id", json!({"type": "string", "pattern": "^[0-9]{1,15}$"}), "The id of a computation.")
            .answers(204, "It has been told.", &[])
            .with_headers(204, &["Weft-Data-Version"]),
    ];
    for format in ExportFormat::ALL {
        let name = format.extension();
        let media_type = format.media_type().split(';').next().unwrap_or_default();
        let schema = match name {
            "json" => json!({}),
            _ => text(),
        };
        let operation = get(
            group,
            format!("/api/v1/networks/{{id}}/export.{name}"),
            format!("export_{name}"),
            format!("The network as a file: {name}"),
        )
        .takes(filters())
        .takes([node_metrics.clone()])
        .answers(200, "The file.", &[(media_type, schema)])
        .not_modified();
        all.push(of_network(operation));
    }
    all.extend(integration(known));
    all
}

fn integration(known: &Known) -> Vec<Operation> {
    let group = Group::Integration;
    let ids = known.network_ids();
    let mut topics: Vec<&str> = known.indicators.iter().map(String::as_str).collect();
    topics.extend_from_slice(&crate::http::integration::details());
    let pairs = ["sector-dependence", "level-dependence"];
    topics.retain(|topic| !pairs.contains(topic));
    let topic = one_of(&topics);
    let ends = |topic: &str| {
        let schema = match topic {
            "sector-dependence" => one_of(&known.sectors),
            _ => one_of(&known.levels),
        };
        let description = "One category: its notation, its IRI or its name.";
        [
            required("from", schema.clone(), description),
            required("to", schema, "The other."),
        ]
    };
    let choices = || {
        [
            query("section", text(), "Only these sections, with commas."),
            query("indicator", text(), "Only these figures, with commas."),
        ]
    };
    let sort = || {
        query(
            "sort",
            text(),
            "The column to sort by; with `-` the greatest first.",
        )
    };
    let mut all = vec![
        get(group, "/api/v1/integration", "getIntegration", "The report on integration: horizontal, vertical, bridges, dependence, formalisation, evidence")
            .says("In JSON one object with everything; `sort`, `limit` and `offset` are for the other formats, which have a figure a row, as `/api/v1/integration/figures` has.")
            .takes(filters())
            .takes(listing(&FIGURES))
            .table(schema("IntegrationReport"))
            .fails(&COMPUTED),
        get(group, "/api/v1/integration/figures", "listFigures", "The figures of the report on integration, one a row")
            .says("Section, indicator, group, from and to are a key: a total has no group and no pair. Where a value is a quotient, numerator and denominator make it; `base` is what it rests on.")
            .takes(filters())
            .takes(choices())
            .takes(listing(&FIGURES))
            .rows(schema("FlatFigure"))
            .fails(&COMPUTED),
        get(group, "/api/v1/networks/{id}/integration/figures", "listNetworkFigures", "The same of any network")
            .part("id", one_of(&ids), "The id of a network.")
            .takes(filters())
            .takes(choices())
            .takes(listing(&FIGURES))
            .rows(schema("FlatFigure"))
            .fails(&COMPUTED),
        get(group, "/api/v1/integration/{indicator}", "listIndicatorRows", "The rows that a number of the report counts")
            .says("Also with the extension of a table's format behind the name.")
            .part("indicator", topic.clone(), "What the rows are of.")
            .takes(filters())
            .takes([sort()])
            .takes(paging())
            .table(schema("IndicatorRows"))
            .extensions(&[])
            .fails(&COMPUTED),
        get(group, "/api/v1/networks/{id}/integration", "getNetworkIntegration", "The report on integration of any network")
            .part("id", one_of(&ids), "The id of a network.")
            .takes(filters())
            .takes(listing(&FIGURES))
            .table(schema("IntegrationReport"))
            .fails(&COMPUTED),
        get(group, "/api/v1/networks/{id}/integration/{indicator}", "listNetworkIndicatorRows", "The rows that a number of such a report counts")
            .part("id", one_of(&ids), "The id of a network.")
            .part("indicator", topic, "What the rows are of.")
            .takes(filters())
            .takes([sort()])
            .takes(paging())
            .table(schema("IndicatorRows"))
            .extensions(&[])
            .fails(&COMPUTED),
    ];
    for topic in pairs {
        let words: String = topic.split('-').map(capital).collect();
        let summary = format!("What joins two {}s", topic.trim_end_matches("-dependence"));
        let of = |path: &str, id: String| {
            get(group, path, id, summary.clone())
                .takes(filters())
                .takes(ends(topic))
                .takes([sort()])
                .takes(paging())
                .table(schema("IndicatorRows"))
                .extensions(&[])
                .fails(&COMPUTED)
                .fails(&[404])
        };
        all.push(of(
            &format!("/api/v1/integration/{topic}"),
            format!("list{words}"),
        ));
        let path = format!("/api/v1/networks/{{id}}/integration/{topic}");
        let operation = of(&path, format!("listNetwork{words}"));
        all.push(operation.part("id", one_of(&ids), "The id of a network."));
    }
    all
}

/// A word that begins with a capital letter.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
