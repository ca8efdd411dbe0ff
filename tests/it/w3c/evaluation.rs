//! The suites of the language: evaluation of queries and updates, and syntax.
//!
//! The data of a test is loaded through the Graph Store Protocol. A query without
//! a dataset sees the union of all graphs in Weft, so:
//! - data for the default graph alone goes to the default graph, and the query is
//!   sent as it is;
//! - where a test has named graphs, everything goes to graphs named by their
//!   files, and the protocol's `default-graph-uri` and `named-graph-uri` say
//!   which is which;
//! - where the query has `FROM` of its own, it is sent without these.

use super::Target;
use super::manifest::{Suites, Test, View, mf, qt, ut};
use crate::isomorphism::{Row, isomorphic};
use crate::support::{Response, encode};
use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::{rdfs, xsd};
use oxigraph::model::{BlankNode, Graph, GraphName, Literal, NamedNode, Quad, Term, Triple};
use oxigraph::sparql::results::{
    QueryResultsFormat, QueryResultsParser, ReaderQueryResultsParserOutput,
};
use oxsdatatypes::{Boolean, Date, DateTime, Decimal, Double, Float, Integer};
use spargebra::Query;
use spargebra::algebra::GraphPattern;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Runs a query test: loads its data, asks, compares.
pub fn query(suites: &Suites, target: &Target, test: &Test) -> Result<(), String> {
    let view = &test.view;
    let action = test.action().ok_or("mf:action is missing")?;
    let file = view
        .text(&action, &qt("query"))
        .ok_or("qt:query is missing")?;
    let expected_file = match test.result() {
        Some(Term::NamedNode(file)) => file.into_string(),
        _ => return Err("mf:result is missing".to_owned()),
    };
    let text = with_base(&file, &suites.read(&file)?, false);
    let parsed = std::str::from_utf8(&text)
        .map_err(|error| error.to_string())
        .and_then(|text| {
            weft::store::Query::parse(text, None, &BTreeMap::new())
                .map(|parsed| parsed.algebra().clone())
                .map_err(|error| format!("does not parse: {error}"))
        })?;

    target.clear()?;
    let parameters = load_dataset(suites, target, view, &action, &parsed)?;
    let accept = match (&parsed, expected_file.rsplit('.').next()) {
        (Query::Construct { .. } | Query::Describe { .. }, _) => "text/turtle",
        (_, Some("srx")) => "application/sparql-results+xml",
        (Query::Select { .. }, Some("csv")) => "text/csv",
        (Query::Select { .. }, Some("tsv")) => "text/tab-separated-values",
        _ => "application/sparql-results+json",
    };
    let headers = [
        ("content-type", "application/sparql-query"),
        ("accept", accept),
    ];
    let address = format!("{}{parameters}", target.query);
    let response = target.send("POST", &address, &headers, Some(&text))?;
    if response.status != 200 || response.media_type() != accept {
        return Err(format!("{response:?}"));
    }
    if accept == "text/csv" {
        let found = csv_result(&response.body)?;
        return compare(
            &found,
            &csv_result(&suites.read(&expected_file)?)?,
            &parsed,
            false,
        );
    }
    let mut found = outcome(&response)?;
    let mut expected = expectation(suites, &expected_file)?;
    if accept == "text/tab-separated-values" {
        // The expected files write numbers in another way than the data.
        (found, expected) = (found.by_value(), expected.by_value());
    }
    let relaxed = view.object(&test.node, &mf("resultCardinality")).is_some();
    compare(&found, &expected, &parsed, relaxed)
}

/// Loads what a query test is to see; gives the parameters that say so.
fn load_dataset(
    suites: &Suites,
    target: &Target,
    view: &View,
    action: &Term,
    parsed: &Query,
) -> Result<String, String> {
    if let Some(dataset) = parsed.dataset() {
        let named = dataset.named.iter().flatten();
        let graphs: BTreeSet<&str> = dataset
            .default
            .iter()
            .chain(named)
            .map(NamedNode::as_str)
            .collect();
        for graph in graphs {
            load_file(suites, target, Some(graph), graph)?;
        }
        return Ok(String::new());
    }
    let mut default: Vec<String> = Vec::new();
    for data in view.objects(action, &qt("data")) {
        if let Term::NamedNode(file) = data {
            default.push(file.into_string());
        }
    }
    let named = graph_data(view, action, &qt("graphData"), &qt("graph"));
    let simple = default
        .iter()
        .all(|file| file.ends_with(".ttl") || file.ends_with(".nt"));
    if named.is_empty() && simple {
        for file in &default {
            load_file(suites, target, None, file)?;
        }
        return Ok(String::new());
    }
    let mut parameters: Vec<(&str, String)> = Vec::new();
    for file in &default {
        parameters.push(("default-graph-uri", file.clone()));
        if file.ends_with(".trig") || file.ends_with(".nq") {
            for graph in load_quads(suites, target, Some(file), file)? {
                parameters.push(("named-graph-uri", graph));
            }
        } else {
            load_file(suites, target, Some(file), file)?;
        }
    }
    for (name, file) in named {
        load_file(suites, target, Some(&name), &file)?;
        parameters.push(("named-graph-uri", name));
    }
    let parameters: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    Ok(format!("?{}", parameters.join("&")))
}

/// The named graphs of a test: name and file.
fn graph_data(
    view: &View,
    node: &Term,
    property: &NamedNode,
    graph: &NamedNode,
) -> Vec<(String, String)> {
    view.objects(node, property)
        .into_iter()
        .filter_map(|data| match &data {
            Term::NamedNode(file) => Some((file.as_str().to_owned(), file.as_str().to_owned())),
            _ => {
                let file = view.text(&data, graph)?;
                let name = view.text(&data, &rdfs::LABEL.into_owned());
                Some((name.unwrap_or_else(|| file.clone()), file))
            }
        })
        .collect()
}

/// Puts a base in front of a document, on its first line: neither protocol has
/// another way to say where a document comes from.
fn with_base(iri: &str, document: &[u8], turtle: bool) -> Vec<u8> {
    let mut text = if turtle {
        format!("@base <{iri}> . ").into_bytes()
    } else {
        format!("BASE <{iri}> ").into_bytes()
    };
    text.extend_from_slice(document);
    text
}

fn load_file(
    suites: &Suites,
    target: &Target,
    graph: Option<&str>,
    file: &str,
) -> Result<(), String> {
    let document = suites.read(file)?;
    match file.rsplit('.').next() {
        Some("rdf") => target.load(graph, "application/rdf+xml", &document),
        Some("nt") => target.load(graph, "application/n-triples", &document),
        Some("trig" | "nq") => load_quads(suites, target, graph, file).map(drop),
        _ => target.load(graph, "text/turtle", &with_base(file, &document, true)),
    }
}

/// Loads a file of quads, its default graph to `default`; gives the names of the
/// others. One update loads them all: a blank node may stand in several graphs.
fn load_quads(
    suites: &Suites,
    target: &Target,
    default: Option<&str>,
    file: &str,
) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    let mut update = "INSERT DATA {\n".to_owned();
    for quad in read_quads(suites, file)? {
        let graph = name(&quad.graph_name);
        let triple = Triple::from(quad);
        match graph.as_deref().or(default) {
            Some(graph) => update.push_str(&format!("GRAPH <{graph}> {{ {triple} }}\n")),
            None => update.push_str(&format!("{triple} .\n")),
        }
        names.extend(graph);
    }
    update.push('}');
    let response = target.update(update.as_bytes())?;
    if response.is_success() {
        Ok(names)
    } else {
        Err(format!("{update}: {response:?}"))
    }
}

fn name(graph: &GraphName) -> Option<String> {
    match graph {
        GraphName::NamedNode(node) => Some(node.as_str().to_owned()),
        GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
    }
}

fn read_quads(suites: &Suites, file: &str) -> Result<Vec<Quad>, String> {
    let format = RdfFormat::from_extension(file.rsplit('.').next().unwrap_or_default());
    parse(&suites.read(file)?, format.ok_or("unknown format")?, file)
}

fn parse(document: &[u8], format: RdfFormat, base: &str) -> Result<Vec<Quad>, String> {
    RdfParser::from_format(format)
        .with_base_iri(base)
        .map_err(|error| error.to_string())?
        .for_slice(document)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{base}: {error}"))
}

/// What a query gives.
enum Outcome {
    Boolean(bool),
    Solutions {
        variables: Vec<String>,
        rows: Vec<Row>,
        /// Whether the expected result says which row is which.
        ordered: bool,
    },
    Graph(Vec<Row>),
}

impl Outcome {
    /// The same with every value written in one way.
    fn by_value(self) -> Self {
        match self {
            Self::Solutions {
                variables,
                rows,
                ordered,
            } => Self::Solutions {
                variables,
                rows: canonical_rows(&rows),
                ordered,
            },
            other => other,
        }
    }
}

fn outcome(response: &Response) -> Result<Outcome, String> {
    let media_type = response.media_type();
    if let Some(format) = QueryResultsFormat::from_media_type(media_type) {
        return results(&response.body, format);
    }
    let format = RdfFormat::from_media_type(media_type).ok_or("unknown format")?;
    let quads = parse(&response.body, format, "http://invalid/")?;
    // A graph is a set, and a document may state a triple twice.
    let mut seen = HashSet::new();
    let mut rows: Vec<Row> = quads.into_iter().map(triple_row).collect();
    rows.retain(|row| seen.insert(row.clone()));
    Ok(Outcome::Graph(rows))
}

fn results(document: &[u8], format: QueryResultsFormat) -> Result<Outcome, String> {
    let parser = QueryResultsParser::from_format(format);
    match parser
        .for_reader(document)
        .map_err(|error| error.to_string())?
    {
        ReaderQueryResultsParserOutput::Boolean(value) => Ok(Outcome::Boolean(value)),
        ReaderQueryResultsParserOutput::Solutions(solutions) => {
            let variables: Vec<String> = solutions
                .variables()
                .iter()
                .map(|variable| variable.as_str().to_owned())
                .collect();
            let mut rows = Vec::new();
            for solution in solutions {
                let solution = solution.map_err(|error| error.to_string())?;
                rows.push(solution.values().to_vec());
            }
            Ok(Outcome::Solutions {
                variables,
                rows,
                ordered: false,
            })
        }
    }
}

fn triple_row(quad: Quad) -> Row {
    vec![
        Some(quad.subject.into()),
        Some(quad.predicate.into()),
        Some(quad.object),
    ]
}

/// The expected result: in a result format, or as RDF.
fn expectation(suites: &Suites, file: &str) -> Result<Outcome, String> {
    let document = suites.read(file)?;
    let extension = file.rsplit('.').next().unwrap_or_default();
    match extension {
        "srx" => return results(&document, QueryResultsFormat::Xml),
        "srj" => return results(&document, QueryResultsFormat::Json),
        "tsv" => return results(&document, QueryResultsFormat::Tsv),
        _ => {}
    }
    let format = RdfFormat::from_extension(extension).ok_or("unknown format")?;
    let quads = parse(&document, format, file)?;
    let graph: Graph = quads.iter().cloned().map(Triple::from).collect();
    let view = View::new(graph);
    let rs = |name: &str| {
        let namespace = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#";
        NamedNode::new_unchecked(format!("{namespace}{name}"))
    };
    let sets = view.instances(rs("ResultSet").as_ref());
    let Some(set) = sets.first() else {
        return Ok(Outcome::Graph(quads.into_iter().map(triple_row).collect()));
    };
    if let Some(value) = view.text(set, &rs("boolean")) {
        return Ok(Outcome::Boolean(value == "true"));
    }
    let mut variables = Vec::new();
    for variable in view.objects(set, &rs("resultVariable")) {
        if let Term::Literal(variable) = variable {
            variables.push(variable.value().to_owned());
        }
    }
    let mut rows: Vec<(Option<u64>, Row)> = Vec::new();
    for solution in view.objects(set, &rs("solution")) {
        let mut row = vec![None; variables.len()];
        for binding in view.objects(&solution, &rs("binding")) {
            let variable = view.text(&binding, &rs("variable")).unwrap_or_default();
            let place = variables.iter().position(|known| *known == variable);
            let place = place.ok_or_else(|| format!("{variable} is not declared"))?;
            row[place] = view.object(&binding, &rs("value"));
        }
        let index = view.text(&solution, &rs("index"));
        rows.push((index.and_then(|index| index.parse().ok()), row));
    }
    let ordered = !rows.is_empty() && rows.iter().all(|(index, _)| index.is_some());
    rows.sort_by_key(|(index, _)| *index);
    Ok(Outcome::Solutions {
        variables,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        ordered,
    })
}

fn compare(
    found: &Outcome,
    expected: &Outcome,
    query: &Query,
    relaxed: bool,
) -> Result<(), String> {
    match (found, expected) {
        (Outcome::Boolean(found), Outcome::Boolean(expected)) if found == expected => Ok(()),
        (Outcome::Boolean(found), Outcome::Boolean(_)) => Err(format!("the answer is {found}")),
        (Outcome::Graph(found), Outcome::Graph(expected)) => {
            equal_values(found, expected, false, query)
        }
        (
            Outcome::Solutions {
                variables, rows, ..
            },
            Outcome::Solutions {
                variables: expected_variables,
                rows: expected,
                ordered,
            },
        ) => {
            let mut sorted = (variables.clone(), expected_variables.clone());
            sorted.0.sort();
            sorted.1.sort();
            if sorted.0 != sorted.1 {
                return Err(format!(
                    "variables {variables:?}, not {expected_variables:?}"
                ));
            }
            let places: Vec<usize> = expected_variables
                .iter()
                .filter_map(|variable| variables.iter().position(|known| known == variable))
                .collect();
            let rows: Vec<Row> = rows
                .iter()
                .map(|row| places.iter().map(|place| row[*place].clone()).collect())
                .collect();
            if relaxed {
                return between_distinct_and_all(&rows, expected);
            }
            equal_values(&rows, expected, *ordered || is_ordered(query), query)
        }
        _ => Err("another kind of result".to_owned()),
    }
}

/// `REDUCED`: each solution at least once, and not more often than expected.
fn between_distinct_and_all(found: &[Row], expected: &[Row]) -> Result<(), String> {
    let count = |rows: &[Row], row: &Row| rows.iter().filter(|known| *known == row).count();
    let fits = expected.iter().all(|row| count(found, row) >= 1)
        && found
            .iter()
            .all(|row| count(found, row) <= count(expected, row));
    if fits {
        Ok(())
    } else {
        Err(difference(found, expected))
    }
}

/// Whether the query's own solutions come in an order.
fn is_ordered(query: &Query) -> bool {
    let (Query::Select { pattern, .. }
    | Query::Construct { pattern, .. }
    | Query::Describe { pattern, .. }
    | Query::Ask { pattern, .. }) = query;
    let mut pattern = pattern;
    loop {
        pattern = match pattern {
            GraphPattern::Slice { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Project { inner, .. } => inner,
            GraphPattern::OrderBy { .. } => return true,
            _ => return false,
        };
    }
}

/// Compares term by term. Where the query computes terms, another way of writing
/// the same value is as good; where it only finds them, it is not.
fn equal_values(
    found: &[Row],
    expected: &[Row],
    ordered: bool,
    query: &Query,
) -> Result<(), String> {
    let result = equal(found, expected, ordered);
    let algebra = format!("{query:?}");
    let computes = algebra.contains("Extend {") || algebra.contains("Group {");
    if result.is_ok() || !computes {
        return result;
    }
    equal(&canonical_rows(found), &canonical_rows(expected), ordered)
}

fn equal(found: &[Row], expected: &[Row], ordered: bool) -> Result<(), String> {
    if isomorphic(found, expected, ordered) {
        Ok(())
    } else {
        Err(difference(found, expected))
    }
}

fn difference(found: &[Row], expected: &[Row]) -> String {
    let show = |rows: &[Row]| {
        let lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let cells: Vec<String> = row
                    .iter()
                    .map(|cell| cell.as_ref().map_or("-".to_owned(), Term::to_string))
                    .collect();
                format!("    {}", cells.join(" "))
            })
            .collect();
        lines.join("\n")
    };
    format!("found\n{}\n  expected\n{}", show(found), show(expected))
}

fn canonical_rows(rows: &[Row]) -> Vec<Row> {
    rows.iter()
        .map(|row| row.iter().map(|cell| cell.clone().map(canonical)).collect())
        .collect()
}

/// The one way to write the value of a literal, where there is one.
fn canonical(term: Term) -> Term {
    let Term::Literal(literal) = &term else {
        return term;
    };
    let text = literal.value();
    let canonical = match literal.datatype() {
        xsd::INTEGER => text.parse::<Integer>().map(|value| value.to_string()).ok(),
        xsd::DECIMAL => text.parse::<Decimal>().map(|value| value.to_string()).ok(),
        xsd::DOUBLE => text.parse::<Double>().map(|value| value.to_string()).ok(),
        xsd::FLOAT => text.parse::<Float>().map(|value| value.to_string()).ok(),
        xsd::BOOLEAN => text.parse::<Boolean>().map(|value| value.to_string()).ok(),
        xsd::DATE_TIME => text.parse::<DateTime>().map(|value| value.to_string()).ok(),
        xsd::DATE => text.parse::<Date>().map(|value| value.to_string()).ok(),
        _ => None,
    };
    match canonical {
        Some(text) => Literal::new_typed_literal(text, literal.datatype()).into(),
        None => term,
    }
}

/// A CSV result. Only blank nodes can be told from literals in it; numbers with an
/// exponent are compared by value, as the format leaves their writing open.
fn csv_result(document: &[u8]) -> Result<Outcome, String> {
    let mut reader = csv::Reader::from_reader(document);
    let names = reader.headers().map_err(|error| error.to_string())?;
    let variables = names.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        rows.push(record.iter().map(csv_cell).collect());
    }
    Ok(Outcome::Solutions {
        variables,
        rows,
        ordered: false,
    })
}

fn csv_cell(cell: &str) -> Option<Term> {
    if let Some(name) = cell.strip_prefix("_:") {
        return Some(BlankNode::new_unchecked(name).into());
    }
    let number = cell
        .parse::<f64>()
        .ok()
        .filter(|_| cell.contains(['e', 'E']));
    Some(match number {
        Some(number) => Literal::from(number).into(),
        None => Literal::new_simple_literal(cell).into(),
    })
}

/// Runs an update test: loads the data, updates, compares all graphs.
pub fn update(suites: &Suites, target: &Target, test: &Test) -> Result<(), String> {
    let view = &test.view;
    let action = test.action().ok_or("mf:action is missing")?;
    let file = view
        .text(&action, &ut("request"))
        .ok_or("ut:request is missing")?;
    target.clear()?;
    for data in view.objects(&action, &ut("data")) {
        if let Term::NamedNode(data) = data {
            load_file(suites, target, None, data.as_str())?;
        }
    }
    for (name, data) in graph_data(view, &action, &ut("graphData"), &ut("graph")) {
        load_file(suites, target, Some(&name), &data)?;
    }
    let text = with_base(&file, &suites.read(&file)?, false);
    let response = target.update(&text)?;
    if !response.is_success() {
        return Err(format!("{response:?}"));
    }

    let mut expected: Vec<Row> = Vec::new();
    if let Some(result) = test.result() {
        for data in view.objects(&result, &ut("data")) {
            if let Term::NamedNode(data) = data {
                for quad in read_quads(suites, data.as_str())? {
                    expected.push(quad_row(quad));
                }
            }
        }
        for (name, data) in graph_data(view, &result, &ut("graphData"), &ut("graph")) {
            for mut quad in read_quads(suites, &data)? {
                quad.graph_name = NamedNode::new_unchecked(&name).into();
                expected.push(quad_row(quad));
            }
        }
    }
    equal(&stored(target)?, &expected, false)
}

fn quad_row(quad: Quad) -> Row {
    let graph = match quad.graph_name.clone() {
        GraphName::NamedNode(node) => Some(node.into()),
        GraphName::BlankNode(node) => Some(node.into()),
        GraphName::DefaultGraph => None,
    };
    let mut row = triple_row(quad);
    row.push(graph);
    row
}

/// Everything in the store: the default graph as a document, the named graphs by
/// one query (so that a blank node in two of them is one).
fn stored(target: &Target) -> Result<Vec<Row>, String> {
    let address = format!("{}?default", target.store);
    let accept = "application/n-triples";
    let response = target.send("GET", &address, &[("accept", accept)], None)?;
    if response.status != 200 {
        return Err(format!("GET {address}: {response:?}"));
    }
    let mut rows = Vec::new();
    for quad in parse(&response.body, RdfFormat::NTriples, "http://invalid/")? {
        rows.push(quad_row(quad));
    }
    let headers = [
        ("content-type", "application/sparql-query"),
        ("accept", "application/sparql-results+json"),
    ];
    let query = b"SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }";
    let response = target.send("POST", target.query, &headers, Some(query))?;
    match outcome(&response)? {
        Outcome::Solutions { rows: named, .. } => rows.extend(named),
        _ => return Err(format!("{response:?}")),
    }
    Ok(rows)
}

/// Runs a syntax test: the server accepts what it must and refuses what it must.
pub fn syntax(suites: &Suites, target: &Target, test: &Test) -> Result<(), String> {
    let file = test.file().ok_or("mf:action is missing")?;
    let text = with_base(&file, &suites.read(&file)?, false);
    let is_update = test.kind.contains("Update");
    let (address, media_type) = if is_update {
        (target.update, "application/sparql-update")
    } else {
        (target.query, "application/sparql-query")
    };
    let response = target.send(
        "POST",
        address,
        &[("content-type", media_type)],
        Some(&text),
    )?;
    let refused = target.is_syntax_error(&response);
    if is_update && !refused {
        target.clear()?;
    }
    match (test.kind.starts_with("Positive"), refused) {
        (true, true) => Err(format!("{response:?}")),
        (false, false) => Err(format!("is accepted: {response:?}")),
        _ => Ok(()),
    }
}
