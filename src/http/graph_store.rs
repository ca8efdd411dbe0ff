//! `/store`: the SPARQL 1.1 Graph Store HTTP Protocol.
//!
//! `?default` and `?graph=IRI` name a graph; a longer path, such as `/store/people`, is itself
//! the name of one. `/store` alone is the whole dataset: GET answers all quads, POST of quads adds
//! them, and POST of triples makes a new graph.

use super::AppState;
use super::conditions::precondition;
use super::error::ApiError;
use super::multipart::{self, Part};
use super::negotiate::{Chosen, Format, QUADS, TRIPLES, by_name, choose};
use super::pinned::{Pinned, VERSION};
use super::request::{Form, announced, content_type, deadline, read_body, url, writer};
use super::respond::{Reading, written};
use crate::app::results::write_quads_with;
use crate::app::{AppError, GraphChange};
use crate::ingest::IngestError;
use crate::ingest::rdf::{ParseOptions, parse_bytes};
use crate::rdf::Batch;
use crate::rdf::version::RdfVersion;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedNode, Quad};
use oxiri::Iri;
use std::sync::Arc;

pub(super) fn routes() -> Router<AppState> {
    let methods = || get(get_graph).head(head).put(put).post(post).delete(delete);
    Router::new()
        .route("/store", methods())
        .route("/store/", methods())
        .route("/store/{*name}", methods())
}

/// Parameters of reads.
const READ: &[&str] = &[
    "default",
    "graph",
    "skolemize",
    VERSION,
    "format",
    "output",
    "_format",
];
/// Parameters of writes.
const WRITE: &[&str] = &["default", "graph"];

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Dataset,
    Graph(GraphName),
}

impl Target {
    fn of(parts: &Parts) -> Result<Self, ApiError> {
        let form = Form::of_url(&parts.uri)?;
        let known = if parts.method.is_safe() { READ } else { WRITE };
        form.only(known)?;
        let url = url(parts);
        let is_direct = !matches!(parts.uri.path(), "/store" | "/store/");
        match (form.one("graph")?, form.one("default")?) {
            (Some(_), Some(_)) => Err(ApiError::BadRequest(
                "`graph` and `default` exclude each other".to_owned(),
            )),
            (None, None) if is_direct => Ok(Self::Graph(graph_name(&url, None)?)),
            (None, None) => Ok(Self::Dataset),
            _ if is_direct => Err(ApiError::BadRequest(
                "the path names a graph already; ask /store for `graph` or `default`".to_owned(),
            )),
            (Some(graph), None) => Ok(Self::Graph(graph_name(graph, Some(&url))?)),
            (None, Some("")) => Ok(Self::Graph(GraphName::DefaultGraph)),
            (None, Some(_)) => Err(ApiError::BadRequest("`default` takes no value".to_owned())),
        }
    }

    fn graph(self) -> Result<GraphName, ApiError> {
        match self {
            Self::Graph(graph) => Ok(graph),
            Self::Dataset => Err(ApiError::BadRequest(
                "say which graph: `?graph=IRI` or `?default`".to_owned(),
            )),
        }
    }
}

/// A graph's IRI; a relative one is resolved against the address of the request.
fn graph_name(iri: &str, base: Option<&str>) -> Result<GraphName, ApiError> {
    let refused = || ApiError::BadRequest(format!("`graph`: <{iri}> is not an IRI"));
    if iri.is_empty() {
        return Err(refused());
    }
    let iri = match base {
        Some(base) => Iri::parse(base)
            .and_then(|base| base.resolve(iri))
            .map_err(|_| refused())?
            .into_inner(),
        None => iri.to_owned(),
    };
    Ok(NamedNode::new(iri).map_err(|_| refused())?.into())
}

/// `HEAD /store…`: as GET, without going through the graph.
async fn head(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    Ok(match Prepared::of(&state, &parts).await? {
        Prepared::Known(response) => response,
        Prepared::Read(read) => {
            let response = read.reading.respond(read.format, Body::empty());
            read.pinned.label(&state, &parts.headers, false, response)
        }
    })
}

/// `GET /store…`: the triples of a graph, or all quads.
async fn get_graph(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let Read {
        target,
        pinned,
        reading,
        format,
        rdf,
        skolemize,
    } = match Prepared::of(&state, &parts).await? {
        Prepared::Known(response) => return Ok(response),
        Prepared::Read(read) => *read,
    };
    let terms = format.terms(skolemize);
    let snapshot = Arc::clone(&pinned.snapshot);
    let place = state.place(None).await?;
    let body = state
        .stream(place, None, move |_, _, blocks| {
            match &target {
                Target::Graph(graph) => {
                    let quads = snapshot
                        .quads_for_pattern(None, None, None, Some(graph.as_ref()))
                        .map(|quad| Quad {
                            graph_name: GraphName::DefaultGraph,
                            ..quad
                        });
                    write_quads_with(quads, rdf, terms, blocks)
                }
                Target::Dataset => write_quads_with(
                    snapshot.quads_for_pattern(None, None, None, None),
                    rdf,
                    terms,
                    blocks,
                ),
            }
            .map_err(ApiError::write)
        })
        .await?;
    let response = reading.respond(format, body);
    Ok(pinned.label(&state, &parts.headers, false, response))
}

enum Prepared {
    Known(Response),
    Read(Box<Read>),
}

struct Read {
    target: Target,
    pinned: Pinned,
    reading: Reading,
    format: Chosen,
    rdf: RdfFormat,
    skolemize: bool,
}

impl Prepared {
    async fn of(state: &AppState, parts: &Parts) -> Result<Self, ApiError> {
        let target = Target::of(parts)?;
        let form = Form::of_url(&parts.uri)?;
        let deadline = deadline(&Form::default(), state.graph().config().query_timeout)?;
        let pinned = Pinned::of(state, &parts.headers, &form, deadline).await?;
        let snapshot = &pinned.snapshot;
        let (offers, name) = match &target {
            Target::Dataset => (QUADS.as_slice(), "all".to_owned()),
            Target::Graph(graph) => {
                if !snapshot.contains_graph(graph.as_ref()) {
                    return Err(AppError::NoSuchGraph(graph.clone()).into());
                }
                (TRIPLES.as_slice(), graph.to_string())
            }
        };
        let offers: Vec<_> = offers
            .iter()
            .copied()
            .filter(|format| *format != Format::Html)
            .collect();
        // A browser takes anything in the end, and gets Turtle.
        let form = Form::of_url(&parts.uri)?;
        let skolemize = form.switch("skolemize")?;
        let format = match form.formats().first() {
            None => choose(&parts.headers, &offers)?,
            Some(name) => by_name(name, &offers)
                .ok_or_else(|| ApiError::BadRequest(format!("`format`: there is no `{name}`")))?
                .into(),
        };
        let Format::Rdf(rdf) = format.format else {
            return Err(ApiError::Internal("a graph in no RDF format".to_owned()));
        };
        let what = [
            "store",
            &name,
            format.content_type,
            format.version_name(),
            if skolemize { "skolemized" } else { "" },
        ];
        let reading = Reading::new(state, snapshot, &what);
        Ok(match reading.not_modified(&parts.headers) {
            Some(response) => Self::Known(pinned.label(state, &parts.headers, false, response)),
            None => Self::Read(Box::new(Read {
                target,
                pinned,
                reading,
                format,
                rdf,
                skolemize,
            })),
        })
    }
}

/// `PUT /store…`: a graph becomes what is sent.
async fn put(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    let graph = Target::of(&parts)?.graph()?;
    let base = url(&parts);
    let payload = Payload::read(&state, &parts, body).await?;
    let committed = state
        .writing(move |app| {
            let batch = payload.parse(&graph, &base)?;
            Ok(app.write_graph_if(&writer, graph, batch, GraphChange::Replace, demand)?)
        })
        .await?;
    Ok(written(status(committed.value), committed.version))
}

/// `POST /store…`: what is sent is added to a graph; without one it becomes a new graph.
async fn post(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    let target = Target::of(&parts)?;
    let base = url(&parts);
    let payload = Payload::read(&state, &parts, body).await?;
    let (graph, location) = match target {
        Target::Graph(graph) => (graph, None),
        Target::Dataset if payload.keeps_graphs_apart() => {
            let committed = state
                .writing(move |app| {
                    Ok(app.add_quads_if(&writer, payload.parse_quads(&base)?, demand)?)
                })
                .await?;
            return Ok(written(StatusCode::NO_CONTENT, committed.version));
        }
        Target::Dataset => {
            let graph = new_graph(&parts)?;
            (graph.clone().into(), Some(graph))
        }
    };
    let committed = state
        .writing(move |app| {
            let batch = payload.parse(&graph, &base)?;
            Ok(app.write_graph_if(&writer, graph, batch, GraphChange::Add, demand)?)
        })
        .await?;
    let mut response = written(status(committed.value), committed.version);
    if let Some(location) = location
        && let Ok(location) = HeaderValue::try_from(location.as_str())
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn status(was_there: bool) -> StatusCode {
    if was_there {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::CREATED
    }
}

/// A name that nothing has: the address where the new graph can be asked for.
fn new_graph(parts: &Parts) -> Result<NamedNode, ApiError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| ApiError::Internal(error.to_string()))?;
    let name = format!("{:032x}", u128::from_be_bytes(bytes));
    let store = url(parts);
    let store = store.trim_end_matches('/');
    NamedNode::new(format!("{store}/{name}"))
        .map_err(|_| ApiError::BadRequest("the address of the request is no IRI".to_owned()))
}

/// `DELETE /store…`: a graph is gone afterwards.
async fn delete(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    let graph = Target::of(&parts)?.graph()?;
    let committed = state
        .writing(move |app| Ok(app.drop_graph_if(&writer, graph, demand)?))
        .await?;
    Ok(written(StatusCode::NO_CONTENT, committed.version))
}

/// The RDF of a request: one document, or several as a form sends files.
pub(super) struct Payload(pub(super) Vec<Document>);

pub(super) struct Document {
    pub(super) format: RdfFormat,
    /// What its media type announces.
    version: Option<RdfVersion>,
    pub(super) bytes: Vec<u8>,
    /// The name of the file, if it came as one.
    pub(super) name: Option<String>,
    /// The field of the form that it came in.
    pub(super) part: Option<String>,
}

impl Payload {
    async fn read(state: &AppState, parts: &Parts, body: Body) -> Result<Self, ApiError> {
        let limit = state.graph().config().body_limit;
        let media_type = content_type(&parts.headers)?;
        if let Some(media_type) = &media_type
            && multipart::is_multipart(media_type)
        {
            return Self::of_parts(multipart::read(media_type, body, limit).await?);
        }
        let bytes = read_body(body, limit).await?;
        let Some(media_type) = media_type else {
            if bytes.is_empty() {
                return Ok(Self(Vec::new()));
            }
            return Err(no_rdf("a body without Content-Type"));
        };
        let format = RdfFormat::from_media_type(media_type.as_ref())
            .ok_or_else(|| no_rdf(media_type.as_ref()))?;
        Ok(Self(vec![Document {
            format,
            version: announced(&media_type)?,
            bytes,
            name: None,
            part: None,
        }]))
    }

    /// The same for a form of files whose other fields are parameters.
    pub(super) async fn read_with_fields(
        state: &AppState,
        parts: &Parts,
        body: Body,
    ) -> Result<(Self, Vec<(String, String)>), ApiError> {
        let media_type = content_type(&parts.headers)?;
        let Some(media_type) = media_type.filter(multipart::is_multipart) else {
            return Ok((Self::read(state, parts, body).await?, Vec::new()));
        };
        let limit = state.graph().config().body_limit;
        let (mut files, mut fields) = (Vec::new(), Vec::new());
        for part in multipart::read(&media_type, body, limit).await? {
            match (&part.file_name, &part.content_type) {
                (None, None) => {
                    let value = String::from_utf8(part.bytes).map_err(|_| {
                        ApiError::BadRequest(format!("the field `{}` is not UTF-8", part.name))
                    })?;
                    fields.push((part.name, value));
                }
                // A file field that was left empty.
                (Some(name), _) if name.is_empty() => {}
                _ => files.push(part),
            }
        }
        Ok((Self::of_parts(files)?, fields))
    }

    fn of_parts(parts: Vec<Part>) -> Result<Self, ApiError> {
        let mut documents = Vec::new();
        for part in parts {
            let by_type = part
                .content_type
                .as_ref()
                .and_then(|media_type| RdfFormat::from_media_type(media_type.as_ref()));
            let by_name = || {
                let (_, extension) = part.file_name.as_deref()?.rsplit_once('.')?;
                RdfFormat::from_extension(extension)
            };
            let format = by_type.or_else(by_name).ok_or_else(|| {
                ApiError::UnsupportedMediaType(format!(
                    "part `{}` has no RDF media type",
                    part.name
                ))
            })?;
            let version = part.content_type.as_ref().map(announced).transpose()?;
            documents.push(Document {
                format,
                version: version.flatten(),
                name: part.file_name,
                part: Some(part.name),
                bytes: part.bytes,
            });
        }
        Ok(Self(documents))
    }

    fn keeps_graphs_apart(&self) -> bool {
        self.0
            .iter()
            .any(|document| matches!(document.format, RdfFormat::NQuads | RdfFormat::TriG))
    }

    /// The triples, for one graph. Its name is the base of relative IRIs; the default graph has
    /// none, so there it is the address of the request.
    fn parse(&self, graph: &GraphName, address: &str) -> Result<Batch, ApiError> {
        let base = match graph {
            GraphName::NamedNode(graph) => graph.as_str(),
            GraphName::BlankNode(_) | GraphName::DefaultGraph => address,
        };
        self.parse_with(&ParseOptions {
            base_iri: Some(base.to_owned()),
            into_graph: Some(graph.clone()),
            triples_only: true,
        })
    }

    /// The quads, each in its own graph.
    fn parse_quads(&self, base: &str) -> Result<Batch, ApiError> {
        self.parse_with(&ParseOptions {
            base_iri: Some(base.to_owned()),
            into_graph: None,
            triples_only: false,
        })
    }

    fn parse_with(&self, options: &ParseOptions) -> Result<Batch, ApiError> {
        let mut batch = Batch::new();
        for document in &self.0 {
            let part = parse_bytes(&document.bytes, document.format, options)?;
            document.refuse_newer(&part)?;
            batch.append(&part);
        }
        Ok(batch)
    }
}

impl Document {
    /// Refuses what the version that the document announces does not have.
    fn refuse_newer(&self, batch: &Batch) -> Result<(), ApiError> {
        let Some(version) = self.version else {
            return Ok(());
        };
        let Some(what) = version.beyond_batch(batch) else {
            return Ok(());
        };
        let is_text = !matches!(self.format, RdfFormat::RdfXml | RdfFormat::JsonLd { .. });
        let place = str::from_utf8(&self.bytes)
            .ok()
            .filter(|_| is_text)
            .and_then(|text| version.beyond_text(text));
        Err(IngestError::RdfSyntax {
            file: None,
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
            message: format!(
                "{what} is new in RDF 1.2, and the document announces version={}; announce version=1.2, or none",
                version.name()
            ),
        }
        .into())
    }
}

fn no_rdf(what: &str) -> ApiError {
    ApiError::UnsupportedMediaType(format!(
        "{what} is not RDF; send text/turtle, application/n-triples, application/n-quads, application/trig, application/rdf+xml or application/ld+json"
    ))
}
