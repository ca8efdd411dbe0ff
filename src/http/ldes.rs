//! `/ldes`: the changes as a Linked Data Event Stream.
//!
//! `/ldes` is the view; `/ldes/{n}` is a page of it, about a fixed number of commits, and `?part=`
//! goes on where a page is long.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Chosen, Format, QUADS, TRIPLES, by_name, choose};
use super::request::{self, Form, deadline, url};
use super::respond::Reading;
use crate::app::ldes::{Member, Page};
use crate::app::results::write_quads;
use crate::store::Limits;
use crate::store::skolem::{skolem_iri, skolemized_quad};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::get;
use oxigraph::io::RdfFormat;
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{
    BlankNode, GraphName, Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, Term,
};
use std::sync::Arc;
use tokio::time::timeout_at;

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    EVENT_STREAM = "https://w3id.org/ldes#EventStream";
    TIMESTAMP_PATH = "https://w3id.org/ldes#timestampPath";
    VERSION_OF_PATH = "https://w3id.org/ldes#versionOfPath";
    VIEW = "https://w3id.org/tree#view";
    MEMBER = "https://w3id.org/tree#member";
    NODE_CLASS = "https://w3id.org/tree#Node";
    RELATION = "https://w3id.org/tree#relation";
    RELATION_CLASS = "https://w3id.org/tree#Relation";
    FROM_RELATION = "https://w3id.org/tree#GreaterThanOrEqualToRelation";
    NODE = "https://w3id.org/tree#node";
    PATH = "https://w3id.org/tree#path";
    VALUE = "https://w3id.org/tree#value";
    CREATED = "http://purl.org/dc/terms/created";
    IS_VERSION_OF = "http://purl.org/dc/terms/isVersionOf";
    GENERATED_BY = "http://www.w3.org/ns/prov#wasGeneratedBy";
    DELETE = "https://www.w3.org/ns/activitystreams#Delete";
}

pub(super) fn routes() -> Router<AppState> {
    let mut router = Router::new()
        .route("/ldes", get(page))
        .route("/ldes/{page}", get(page));
    for format in formats() {
        if let Some(name) = format.names().first() {
            router = router.route(&format!("/ldes.{name}"), get(page));
        }
    }
    router
}

fn formats() -> Vec<Format> {
    let mut formats = vec![Format::Rdf(RdfFormat::Turtle)];
    for format in QUADS.into_iter().chain(TRIPLES) {
        if format != Format::Html && !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}

/// `GET /ldes`, `GET /ldes/{n}?part=`: the view, or a page of it.
async fn page(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    let form = Form::of_url(&parts.uri)?;
    form.only(&["part"])?;
    let part = form
        .parsed("part", "a whole number, 0 or above", |_| true)?
        .unwrap_or(0);
    let path = parts.uri.path();
    let name = path.rsplit('/').next().unwrap_or_default();
    let offers = formats();
    let (name, chosen): (&str, Chosen) = match name.rsplit_once('.') {
        Some((name, extension)) => (
            name,
            by_name(extension, &offers)
                .ok_or_else(|| {
                    ApiError::NotFound(format!("there is no format `{extension}` here"))
                })?
                .into(),
        ),
        None => (name, choose(headers, &offers)?),
    };
    let Format::Rdf(format) = chosen.format else {
        return Err(ApiError::NotFound("there is no such format".to_owned()));
    };
    let number: Option<u64> = if path.starts_with("/ldes/") {
        Some(name.parse().map_err(|_| {
            ApiError::NotFound(format!("`{name}` is no page; they are whole numbers"))
        })?)
    } else {
        None
    };
    let address = url(&parts);
    let origin = address.strip_suffix(path).unwrap_or(&address).to_owned();
    let reader = request::reader(&state, headers)?;
    let sight = state.graph().sight(&reader, &[])?;
    let version = state.graph().data_version();
    let first = state.blocking(|graph| Ok(graph.first_ldes_page()?)).await?;
    let what = [
        "ldes",
        path,
        &part.to_string(),
        &first.to_string(),
        &origin,
        chosen.content_type,
    ];
    let reading = Reading::of_version(&state, version, sight.key(), &what);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let mut quads = Writer::new(&origin);
    match number {
        None => quads.view(first),
        Some(number) => {
            let deadline = deadline(&Form::default(), state.graph().config().query_timeout)?;
            // Versions are rebuilt one at a time; whoever waits does so without a thread.
            let places = Arc::clone(state.rebuild_places());
            let place = match timeout_at(deadline.into(), places.acquire_owned()).await {
                Ok(Ok(place)) => place,
                Ok(Err(_)) | Err(_) => return Err(ApiError::Busy),
            };
            let limits = Limits {
                deadline: Some(deadline),
                ..Limits::default()
            };
            let page = state
                .blocking(move |graph| {
                    let page = graph.ldes_page(&sight, number, part, &limits)?;
                    drop(place);
                    Ok(page)
                })
                .await?;
            quads.page(number, part, page);
        }
    }
    let mut body = Vec::new();
    write_quads(quads.quads, format, &mut body).map_err(ApiError::write)?;
    // A full page gets no more members, and loses those that become private: caches have to ask.
    Ok(reading.respond(chosen, body))
}

/// The statements of an answer.
struct Writer<'a> {
    origin: &'a str,
    quads: Vec<Quad>,
}

impl<'a> Writer<'a> {
    fn new(origin: &'a str) -> Self {
        Self {
            origin,
            quads: Vec::new(),
        }
    }

    fn push(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        predicate: NamedNodeRef<'_>,
        object: impl Into<Term>,
    ) {
        self.quads.push(Quad::new(
            subject,
            predicate.into_owned(),
            object,
            GraphName::DefaultGraph,
        ));
    }

    fn node(&self, path: &str) -> NamedNode {
        NamedNode::new_unchecked(format!("{}{path}", self.origin))
    }

    fn address(&self, number: u64, part: usize) -> NamedNode {
        match part {
            0 => self.node(&format!("/ldes/{number}")),
            part => self.node(&format!("/ldes/{number}?part={part}")),
        }
    }

    fn stream(&mut self) -> NamedNode {
        let (stream, view) = (self.node("/ldes#stream"), self.node("/ldes"));
        self.push(stream.clone(), rdf::TYPE, EVENT_STREAM.into_owned());
        self.push(stream.clone(), TIMESTAMP_PATH, CREATED.into_owned());
        self.push(stream.clone(), VERSION_OF_PATH, IS_VERSION_OF.into_owned());
        self.push(stream.clone(), VIEW, view);
        stream
    }

    fn relation(&mut self, from: NamedNode, to: NamedNode, since: Option<String>) {
        let relation = BlankNode::new_unchecked("next");
        self.push(from, RELATION, relation.clone());
        self.push(relation.clone(), NODE, to);
        match since {
            None => self.push(relation, rdf::TYPE, RELATION_CLASS.into_owned()),
            Some(time) => {
                self.push(relation.clone(), rdf::TYPE, FROM_RELATION.into_owned());
                self.push(relation.clone(), PATH, CREATED.into_owned());
                self.push(relation, VALUE, moment(&time));
            }
        }
    }

    fn view(&mut self, first: u64) {
        self.stream();
        let view = self.node("/ldes");
        self.push(view.clone(), rdf::TYPE, NODE_CLASS.into_owned());
        let to = self.address(first, 0);
        self.relation(view, to, None);
    }

    fn page(&mut self, number: u64, part: usize, page: Page) {
        let stream = self.stream();
        let here = self.address(number, part);
        self.push(here.clone(), rdf::TYPE, NODE_CLASS.into_owned());
        if let Some((number, part)) = page.next {
            let to = self.address(number, part);
            self.relation(here, to, page.next_from);
        }
        for member in page.members {
            self.member(&stream, number, member);
        }
    }

    fn member(&mut self, stream: &NamedNode, number: u64, member: Member) {
        let subject = match &member.subject {
            NamedOrBlankNode::NamedNode(node) => node.clone(),
            NamedOrBlankNode::BlankNode(node) => skolem_iri(node.as_ref()),
        };
        let hash = blake3::hash(subject.as_str().as_bytes()).to_hex();
        let version = member.version;
        let name = self.node(&format!(
            "/ldes/{number}#v{version}-{}",
            &hash.as_str()[..16]
        ));
        self.push(stream.clone(), MEMBER, name.clone());
        self.push(name.clone(), IS_VERSION_OF, subject);
        self.push(name.clone(), CREATED, moment(&member.time));
        let commit = self.node(&format!("/api/v1/changes/{version}"));
        self.push(name.clone(), GENERATED_BY, commit);
        if member.statements.is_empty() {
            self.push(name.clone(), rdf::TYPE, DELETE.into_owned());
        }
        for quad in member.statements {
            let quad = skolemized_quad(quad);
            self.push(name.clone(), quad.predicate.as_ref(), quad.object);
        }
    }
}

fn moment(time: &str) -> Literal {
    Literal::new_typed_literal(time, xsd::DATE_TIME)
}
