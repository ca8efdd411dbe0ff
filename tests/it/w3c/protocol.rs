//! The suites of the protocols: requests and expected answers are written in the
//! manifests themselves (in the vocabulary "HTTP in RDF").

use super::Target;
use super::manifest::{Suites, Test, View, mf, ut};
use crate::isomorphism::{Row, isomorphic};
use crate::support::Response;
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{Graph, NamedNode, NamedNodeRef, Term, TermRef, Triple};
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput,
};

fn ht(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/2011/http#{name}"))
}

fn cnt(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("http://www.w3.org/2011/content#{name}"))
}

/// Sends the requests of a test one after another and checks each answer.
pub fn run(suites: &Suites, target: &Target, test: &Test) -> Result<(), String> {
    let view = &test.view;
    target.clear()?;
    for data in view.objects(&test.node, &ut("graphData")) {
        let file = view
            .text(&data, &ut("graph"))
            .ok_or("ut:graph is missing")?;
        let name = view.text(&data, &rdfs::LABEL.into_owned());
        target.load(
            name.as_deref(),
            "application/n-triples",
            &suites.read(&file)?,
        )?;
    }
    let action = test.action().ok_or("mf:action is missing")?;
    let requests = view
        .object(&action, &ht("requests"))
        .ok_or("ht:requests is missing")?;
    // What `mf:expectedLocation` calls the value of a Location header.
    let mut templates: Vec<(String, String)> = Vec::new();
    for (index, request) in view.list(&requests).iter().enumerate() {
        exchange(target, view, request, &mut templates)
            .map_err(|error| format!("request {}: {error}", index + 1))?;
    }
    Ok(())
}

fn exchange(
    target: &Target,
    view: &View,
    request: &Term,
    templates: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let fill = |text: String, templates: &[(String, String)]| {
        let mut text = text;
        for (name, value) in templates {
            text = text.replace(name, value);
        }
        text
    };
    let method = view.text(request, &ht("methodName")).ok_or("no method")?;
    let path = view.text(request, &ht("absolutePath")).ok_or("no path")?;
    let path = fill(path, templates);
    let headers = headers(view, request);
    let borrowed: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let body = view.object(request, &ht("body")).map(|body| {
        let text = view.text(&body, &cnt("chars")).unwrap_or_default();
        let text = fill(text, templates);
        match view.text(&body, &cnt("characterEncoding")).as_deref() {
            Some("UTF-16") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            _ => text.into_bytes(),
        }
    });
    let path = match path.strip_prefix("/gsp") {
        Some(rest) => format!("{}{rest}", target.store),
        None => {
            let rest = path.strip_prefix("/sparql/").unwrap_or(&path);
            let is_update = path.contains("using-")
                || body
                    .as_deref()
                    .is_some_and(|body: &[u8]| body.starts_with(b"update="))
                || headers
                    .iter()
                    .any(|(_, value)| value.starts_with("application/sparql-update"));
            let endpoint = if is_update {
                target.update
            } else {
                target.query
            };
            format!("{endpoint}{rest}")
        }
    };
    let response = target.send(&method, &path, &borrowed, body.as_deref())?;
    let expected = view
        .object(request, &ht("resp"))
        .ok_or("no expected answer")?;
    if let Some(name) = view.text(&expected, &mf("expectedLocation")) {
        let location = response
            .header("location")
            .ok_or_else(|| format!("no Location: {response:?}"))?;
        let absolute = if location.starts_with('/') {
            format!("http://{}{location}", target.authority)
        } else {
            location.to_owned()
        };
        templates.push((name, absolute));
    }
    compare(view, &expected, &response, method == "HEAD")
        .map_err(|error| format!("{method} {path}: {error}: {response:?}"))
}

fn headers(view: &View, message: &Term) -> Vec<(String, String)> {
    let Some(list) = view.object(message, &ht("headers")) else {
        return Vec::new();
    };
    view.list(&list)
        .iter()
        .filter_map(|header| {
            let name = view.text(header, &ht("fieldName"))?;
            Some((name, view.text(header, &ht("fieldValue"))?))
        })
        .collect()
}

fn compare(view: &View, expected: &Term, response: &Response, head: bool) -> Result<(), String> {
    let statuses: Vec<String> = view
        .objects(expected, &mf("expectedStatus"))
        .iter()
        .filter_map(|status| match status {
            Term::NamedNode(status) => status.as_str().rsplit('#').next().map(str::to_owned),
            _ => None,
        })
        .collect();
    if !statuses
        .iter()
        .any(|name| has_status(name, response.status))
    {
        return Err(format!("expected {statuses:?}"));
    }
    if let Some(format) = view.text(expected, &mf("expectedFormat")) {
        let media_type = response.media_type();
        let fits = match format.as_str() {
            "RDF" => RdfFormat::from_media_type(media_type).is_some(),
            "tabular" => QueryResultsFormat::from_media_type(media_type).is_some(),
            "boolean" => matches!(
                QueryResultsFormat::from_media_type(media_type),
                Some(QueryResultsFormat::Json | QueryResultsFormat::Xml)
            ),
            _ => return Err(format!("unknown expectation {format}")),
        };
        if !fits {
            return Err(format!("expected a {format} format"));
        }
    }
    if let Some(expected) = view.text(expected, &mf("expectedBoolean")) {
        let format = QueryResultsFormat::from_media_type(response.media_type());
        let parsed = QueryResultsParser::from_format(format.ok_or("no result format")?)
            .for_reader(response.body.as_slice());
        match parsed.map_err(|error| error.to_string())? {
            ReaderQueryResultsParserOutput::Boolean(value) if value.to_string() == expected => {}
            _ => return Err(format!("expected {expected}")),
        }
    }
    for (name, value) in headers(view, expected) {
        let found = response
            .header(&name.to_ascii_lowercase())
            .unwrap_or_default();
        // Servers are free to leave out the parameter charset, whose value is fixed.
        if media_type(found) != media_type(&value) {
            return Err(format!("expected the header {name}: {value}"));
        }
    }
    if let (Some(body), false) = (view.object(expected, &ht("body")), head) {
        let turtle = view.text(&body, &cnt("chars")).unwrap_or_default();
        let expected = rows(&turtle.into_bytes(), RdfFormat::Turtle)?;
        let format = RdfFormat::from_media_type(response.media_type()).ok_or("no RDF format")?;
        if !isomorphic(&rows(&response.body, format)?, &expected, false) {
            return Err("expected another graph".to_owned());
        }
    }
    Ok(())
}

fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn has_status(name: &str, status: u16) -> bool {
    match name {
        "OK" => status == 200,
        "Created" => status == 201,
        "NoContent" => status == 204,
        "NotFound" => status == 404,
        "StatusCode2xx" => (200..300).contains(&status),
        "StatusCode3xx" => (300..400).contains(&status),
        "StatusCode4xx" => (400..500).contains(&status),
        _ => false,
    }
}

fn rows(document: &[u8], format: RdfFormat) -> Result<Vec<Row>, String> {
    let parser = RdfParser::from_format(format)
        .with_base_iri("http://www.example/")
        .map_err(|error| error.to_string())?;
    parser
        .for_slice(document)
        .map(|quad| {
            let quad = quad.map_err(|error| error.to_string())?;
            Ok(vec![
                Some(quad.subject.into()),
                Some(quad.predicate.into()),
                Some(quad.object),
            ])
        })
        .collect()
}

const SD: &str = "http://www.w3.org/ns/sparql-service-description#";

/// The properties of the vocabulary, and whether their value must be an IRI.
const PROPERTIES: &[(&str, bool)] = &[
    ("endpoint", true),
    ("feature", true),
    ("defaultEntailmentRegime", true),
    ("entailmentRegime", true),
    ("defaultSupportedEntailmentProfile", true),
    ("supportedEntailmentProfile", true),
    ("extensionFunction", true),
    ("extensionAggregate", true),
    ("languageExtension", true),
    ("supportedLanguage", true),
    ("propertyFeature", true),
    ("defaultDataset", false),
    ("availableGraphs", false),
    ("resultFormat", true),
    ("inputFormat", true),
    ("defaultGraph", false),
    ("namedGraph", false),
    ("name", true),
    ("graph", false),
];

/// The classes of the vocabulary.
const CLASSES: &[&str] = &[
    "Service",
    "Feature",
    "Language",
    "Function",
    "Aggregate",
    "EntailmentRegime",
    "EntailmentProfile",
    "GraphCollection",
    "Dataset",
    "Graph",
    "NamedGraph",
];

/// The suite of the service description: what the endpoint says of itself.
pub fn describe(target: &Target, test: &Test) -> Result<(), String> {
    for (accept, format) in [
        ("text/turtle", RdfFormat::Turtle),
        ("application/rdf+xml", RdfFormat::RdfXml),
    ] {
        let response = target.send("GET", target.query, &[("accept", accept)], None)?;
        if response.status != 200 || response.media_type() != accept {
            return Err(format!("no {accept}: {response:?}"));
        }
        let url = format!("http://{}{}", target.authority, target.query);
        let parser = RdfParser::from_format(format)
            .with_base_iri(&url)
            .map_err(|error| error.to_string())?;
        let mut graph = Graph::new();
        for quad in parser.for_slice(&response.body) {
            let quad = quad.map_err(|error| format!("not {accept}: {error}"))?;
            graph.insert(Triple::from(quad).as_ref());
        }
        let view = View::new(graph);
        let class = format!("{SD}Service");
        let services = view.instances(NamedNodeRef::new_unchecked(&class));
        let [service] = services.as_slice() else {
            return Err(format!("{} services are described", services.len()));
        };
        match test.name.rsplit('#').next() {
            Some("returns-rdf") => {}
            Some("has-endpoint-triple") => {
                let endpoints =
                    view.objects(service, &NamedNode::new_unchecked(format!("{SD}endpoint")));
                if !endpoints.iter().any(|endpoint| is_iri(endpoint, &url)) {
                    return Err(format!("sd:endpoint is {endpoints:?}, not {url}"));
                }
            }
            Some("conforms-to-schema") => conforms(&view, service)?,
            _ => return Err("unknown test".to_owned()),
        }
    }
    Ok(())
}

fn is_iri(term: &Term, iri: &str) -> bool {
    matches!(term, Term::NamedNode(node) if node.as_str() == iri)
}

fn conforms(view: &View, service: &Term) -> Result<(), String> {
    for triple in view.graph() {
        if let Some(name) = triple.predicate.as_str().strip_prefix(SD) {
            let Some((_, iri)) = PROPERTIES.iter().find(|(known, _)| *known == name) else {
                return Err(format!("sd:{name} is no property"));
            };
            if *iri && !triple.object.is_named_node() || triple.object.is_literal() {
                return Err(format!("sd:{name} has the value {}", triple.object));
            }
        }
        if triple.predicate == rdf::TYPE
            && let TermRef::NamedNode(class) = triple.object
            && let Some(name) = class.as_str().strip_prefix(SD)
            && !CLASSES.contains(&name)
        {
            return Err(format!("sd:{name} is no class"));
        }
    }
    let property = |name: &str| NamedNode::new_unchecked(format!("{SD}{name}"));
    for name in ["supportedLanguage", "resultFormat"] {
        if view.object(service, &property(name)).is_none() {
            return Err(format!("sd:{name} is missing"));
        }
    }
    for dataset in view.objects(service, &property("defaultDataset")) {
        if view.objects(&dataset, &property("defaultGraph")).len() > 1 {
            return Err("two default graphs".to_owned());
        }
        for named in view.objects(&dataset, &property("namedGraph")) {
            if view.objects(&named, &property("name")).len() != 1 {
                return Err("a named graph without a name".to_owned());
            }
        }
    }
    Ok(())
}
