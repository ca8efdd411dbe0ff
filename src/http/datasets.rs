//! `/api/v1/datasets`: what each graph is called, who answers for it, under which licence, and how
//! fresh it is.

use super::AppState;
use super::conditions::precondition;
use super::error::ApiError;
use super::negotiate::{Chosen, Format, by_name, choose, of_path};
use super::request::{self, Form, content_type, read_body, writer};
use super::respond::{Reading, written};
use super::rows::{self, About, FORMATS, Listing, Rows};
use crate::app::datasets::{Dataset, Description, Texts, time_of};
use crate::app::results::write_quads;
use crate::app::{AppError, DatasetError};
use crate::ingest::rdf::graph_named;
use crate::store::Snapshot;
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::model::{GraphName, Literal, NamedNode, Term};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The longest description that is taken.
const LONGEST: usize = 1 << 18;
/// The fields of a description that is sent.
const FIELDS: [&str; 11] = [
    "title",
    "description",
    "publisher",
    "publisherIri",
    "licence",
    "contact",
    "source",
    "landingPage",
    "keywords",
    "language",
    "frequency",
];
/// The columns of the table.
const COLUMNS: [&str; 11] = [
    "graph",
    "name",
    "title",
    "publisher",
    "licence",
    "contact",
    "source",
    "modified",
    "version",
    "triples",
    "private",
];
/// Fields of an answer that may be sent back, and count for nothing.
const KNOWN_BY_ITSELF: [&str; 6] = ["graph", "name", "modified", "version", "triples", "private"];
/// The formats in which data sets are told as RDF.
const RDF: [Format; 3] = [
    Format::Rdf(RdfFormat::Turtle),
    Format::Rdf(RdfFormat::JsonLd {
        profile: JsonLdProfileSet::empty(),
    }),
    Format::Rdf(RdfFormat::NTriples),
];

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new().route("/api/v1/datasets", get(list));
    for format in offers() {
        if let Some(name) = format.names().first() {
            router = router.route(&format!("/api/v1/datasets.{name}"), get(list));
        }
    }
    router.route(
        "/api/v1/datasets/{*name}",
        get(one).put(describe).delete(forget),
    )
}

fn offers() -> Vec<Format> {
    FORMATS.into_iter().chain(RDF).collect()
}

/// `GET /api/v1/datasets`: the graphs that the reader may see, as data sets.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &offers())?;
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let seen = Arc::clone(&snapshot);
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (body, total) = state
        .blocking(move |graph| {
            let datasets = graph.datasets(&reader, &seen)?;
            let rows = Rows::of_objects_with(&COLUMNS, datasets.iter().map(row));
            let mut rows = rows.with_times(["modified"]);
            let total = rows.arrange(&listing)?;
            let body = match format.format {
                Format::Rdf(rdf) => as_rdf(&datasets, rdf)?,
                tabular => rows.text(tabular, &about)?,
            };
            Ok((body, total))
        })
        .await?;
    let response = answer(&state, &snapshot, &headers, format, body);
    Ok(
        if response.status() == StatusCode::OK && !matches!(format.format, Format::Rdf(_)) {
            rows::listed(response, &headers, &uri, &form, (page, None), total)
        } else {
            response
        },
    )
}

/// `GET /api/v1/datasets/{name…}`: one of them.
async fn one(
    State(state): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let seen = Arc::clone(&snapshot);
    let offers = [Format::Json, RDF[0], RDF[1], RDF[2]];
    let (dataset, format) = state
        .blocking(move |graph| {
            let find = |name: &str| match graph_named(name) {
                Ok(name) => graph.dataset(&seen, &name),
                Err(_) => Ok(None),
            };
            if let Some(dataset) = find(&name)? {
                return Ok((dataset, None));
            }
            if let Some((name, extension)) = name.rsplit_once('.')
                && let Some(format) = by_name(extension, &offers)
                && let Some(dataset) = find(name)?
            {
                return Ok((dataset, Some(format)));
            }
            Err(ApiError::NotFound(format!(
                "there is no data set `{name}`; /api/v1/datasets lists them"
            )))
        })
        .await?;
    let format = match format {
        Some(format) => format.into(),
        None => choose(&headers, &offers)?,
    };
    let body = match format.format {
        Format::Rdf(rdf) => as_rdf(&[dataset], rdf)?,
        _ => Value::Object(view(&dataset)).to_string().into_bytes(),
    };
    Ok(answer(&state, &snapshot, &headers, format, body))
}

/// `PUT /api/v1/datasets/{name…}`: describes a graph; for whoever may write it.
async fn describe(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let graph = graph(&name)?;
    let media_type = content_type(&parts.headers)?;
    if media_type.is_none_or(|media_type| media_type.essence_str() != "application/json") {
        return Err(ApiError::UnsupportedMediaType(format!(
            "send JSON, an object with the fields {}",
            FIELDS.join(", ")
        )));
    }
    let bytes = read_body(body, LONGEST).await?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| ApiError::BadRequest(format!("this is no JSON: {error}")))?;
    let committed = state
        .writing(move |app| {
            let description = description(value).map_err(AppError::from)?;
            Ok(app.describe_dataset(&writer, &graph, description, demand)?)
        })
        .await?;
    let status = if committed.value {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CREATED
    };
    Ok(written(status, committed.version))
}

/// `DELETE /api/v1/datasets/{name…}`: takes the description away; the data stays.
async fn forget(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let graph = graph(&name)?;
    let committed = state
        .writing(move |app| Ok(app.forget_description(&writer, &graph, demand)?))
        .await?;
    Ok(written(StatusCode::NO_CONTENT, committed.version))
}

fn graph(name: &str) -> Result<NamedNode, ApiError> {
    graph_named(name).map_err(|error| ApiError::BadRequest(error.to_string()))
}

fn answer(
    state: &AppState,
    snapshot: &Snapshot,
    headers: &HeaderMap,
    format: Chosen,
    body: Vec<u8>,
) -> Response {
    // Which graphs are private changes without a new version of the data.
    let hash = blake3::hash(&body).to_hex();
    let what = ["datasets", format.content_type, hash.as_str()];
    let reading = Reading::new(state, snapshot, &what);
    reading
        .not_modified(headers)
        .unwrap_or_else(|| reading.respond(format, body))
}

fn as_rdf(datasets: &[Dataset], format: RdfFormat) -> Result<Vec<u8>, ApiError> {
    let triples = datasets.iter().flat_map(Dataset::triples);
    let mut body = Vec::new();
    let quads = triples.map(|triple| triple.in_graph(GraphName::DefaultGraph));
    write_quads(quads, format, &mut body).map_err(ApiError::write)?;
    Ok(body)
}

fn plain(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(literal) => literal.value().to_owned(),
        other => other.to_string(),
    }
}

/// What the log and the store know of it.
fn facts(dataset: &Dataset) -> [(&'static str, Value); 4] {
    [
        ("modified", json!(dataset.change.map(time_of))),
        (
            "version",
            json!(dataset.change.map(|change| change.version)),
        ),
        ("triples", json!(dataset.triples)),
        ("private", json!(dataset.is_private)),
    ]
}

fn named(cells: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    let cells = cells.into_iter();
    cells
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A line of the table.
fn row(dataset: &Dataset) -> Map<String, Value> {
    let about = &dataset.description;
    let publisher = about.publisher.clone();
    let publisher = publisher.or(about
        .publisher_iri
        .as_ref()
        .map(|iri| iri.as_str().to_owned()));
    let source = match &about.source[..] {
        [] => Value::Null,
        [source] => json!(source),
        sources => json!(sources.join(" ")),
    };
    named(
        [
            ("graph", json!(dataset.iri())),
            ("name", json!(dataset.name())),
            ("title", json!(Description::best(&about.title))),
            ("publisher", json!(publisher)),
            ("licence", json!(about.licence.as_ref().map(plain))),
            ("contact", json!(about.contact)),
            ("source", source),
        ]
        .into_iter()
        .chain(facts(dataset)),
    )
}

/// All that is known of one.
fn view(dataset: &Dataset) -> Map<String, Value> {
    let about = &dataset.description;
    let texts = |texts: &Texts| match texts.is_empty() {
        true => Value::Null,
        false => json!(texts),
    };
    let iri = |iri: &Option<NamedNode>| json!(iri.as_ref().map(NamedNode::as_str));
    named(
        [
            ("graph", json!(dataset.iri())),
            ("name", json!(dataset.name())),
            ("title", texts(&about.title)),
            ("description", texts(&about.description)),
            ("publisher", json!(about.publisher)),
            ("publisherIri", iri(&about.publisher_iri)),
            ("licence", json!(about.licence.as_ref().map(plain))),
            ("contact", json!(about.contact)),
            ("source", json!(about.source)),
            ("landingPage", iri(&about.landing_page)),
            ("keywords", json!(about.keywords)),
            ("language", json!(about.language)),
            ("frequency", json!(about.frequency)),
        ]
        .into_iter()
        .chain(facts(dataset)),
    )
}

/// The description that somebody sends.
fn description(value: Value) -> Result<Description, DatasetError> {
    let Value::Object(fields) = value else {
        return Err(DatasetError::field(
            "title",
            "send an object with this field",
        ));
    };
    let is_known = |name: &str| FIELDS.contains(&name) || KNOWN_BY_ITSELF.contains(&name);
    let names: Vec<String> = fields
        .keys()
        .filter(|name| !is_known(name))
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect();
    if !names.is_empty() {
        return Err(DatasetError::Unknown {
            names,
            known: FIELDS.join(", "),
        });
    }
    let get = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let text = |name: &str| match get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
        Some(_) => Err(DatasetError::field(name, "it is no text")),
    };
    let node = |name: &str| match text(name)? {
        None => Ok(None),
        Some(text) => NamedNode::new(&text)
            .map(Some)
            .map_err(|_| DatasetError::field(name, format!("`{}` is no IRI", text.escape_debug()))),
    };
    let list = |name: &str| {
        let wrong = || DatasetError::field(name, "it is neither a text nor a list of texts");
        match get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(vec![text.trim().to_owned()]),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| Ok(value.as_str().ok_or_else(wrong)?.trim().to_owned()))
                .collect(),
            Some(_) => Err(wrong()),
        }
    };
    let texts = |name: &str| {
        let wrong = || {
            DatasetError::field(
                name,
                "it is neither a text nor an object of texts by language, as in {\"en\": …}",
            )
        };
        match get(name) {
            None => Ok(Texts::new()),
            Some(Value::String(text)) => Ok(Texts::from([(String::new(), text.trim().to_owned())])),
            Some(Value::Object(texts)) => texts
                .iter()
                .map(|(language, text)| {
                    let text = text.as_str().ok_or_else(wrong)?;
                    // As terms have them.
                    Ok((language.to_ascii_lowercase(), text.trim().to_owned()))
                })
                .collect(),
            Some(_) => Err(wrong()),
        }
    };
    Ok(Description {
        title: texts("title")?,
        description: texts("description")?,
        publisher: text("publisher")?,
        publisher_iri: node("publisherIri")?,
        // Names of licences become IRIs where the description is checked.
        licence: text("licence")?.map(|text| Literal::new_simple_literal(text).into()),
        contact: text("contact")?,
        source: list("source")?,
        landing_page: node("landingPage")?,
        keywords: list("keywords")?.into_iter().collect(),
        language: list("language")?.into_iter().collect(),
        frequency: text("frequency")?,
    })
}
