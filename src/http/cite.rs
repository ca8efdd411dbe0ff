//! `/api/v1/cite`: how to cite any answer or page of this service.
//!
//! A reference names what was asked, the version of the data that answered, its date and licences,
//! and an address that gives the same answer again where one exists.

use super::AppState;
use super::cited::{Looking, Place, Subject, is_citable, nothing_at, pinned_address, rests_on};
use super::error::ApiError;
use super::methods::NO_METHOD;
use super::negotiate::{Format, choose};
use super::pages::{self, Shell, encoded};
use super::pinned::{Pinned, VERSION};
use super::request::{Form, authority, deadline, origin};
use super::respond::{DATA_VERSION, Reading};
use crate::app::permalink::{Permalink, title_of};
use crate::app::{Citation, KnowledgeGraph};
use crate::store::Limits;
use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// An address longer than this is not one to cite; a short link is (`/api/v1/permalinks`).
const LONGEST: usize = 8 << 10;
/// A longer address of a reference is not told in a header: some proxies take few bytes of headers.
const LONGEST_IN_HEADER: usize = 2 << 10;
/// Of references to references to references this many are followed.
const DEEPEST: usize = 4;
/// Where references are.
const PATH: &str = "/api/v1/cite";

/// The styles of a reference, with their media types.
const STYLES: [(&str, &str); 3] = [
    ("text", "text/plain; charset=utf-8"),
    ("bibtex", "application/x-bibtex; charset=utf-8"),
    ("csl", "application/vnd.citationstyles.csl+json"),
];

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/api/v1/cite", get(cite))
}

/// Where the reference to an address is to be had.
pub(super) fn href(address: &str) -> String {
    format!("{PATH}?of={}", encoded(address))
}

/// An address that gives the answer to a question that was sent in a body, if it fits into one.
pub(super) fn fitting(address: String) -> Option<String> {
    (address.len() <= LONGEST).then_some(address)
}

/// Where the answer to a question that was sent in a body can be had by everybody.
#[derive(Clone)]
struct AnsweredAt(String);

/// Says of the answer to a question that was sent in a body by which address to cite it.
pub(super) fn answered_at(mut response: Response, address: Option<String>) -> Response {
    if let Some(address) = address {
        response.extensions_mut().insert(AnsweredAt(address));
    }
    response
}

/// What is cited.
struct Cited {
    title: String,
    /// The address as it was asked for.
    address: String,
    /// The address that gives the same answer again.
    permalink: Option<String>,
    /// The query that states it.
    query: Option<String>,
    /// Where what it says is defined.
    definition: String,
    citation: Citation,
}

/// `GET /api/v1/cite?of=ADDRESS`: the reference to an answer or page.
async fn cite(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&["of", "style"])?;
    let address = local(form.required("of")?, &headers, &uri)?;
    let style = match form.one("style")? {
        None => None,
        Some(name) => Some(
            STYLES
                .into_iter()
                .find(|(style, _)| *style == name)
                .ok_or_else(|| {
                    ApiError::BadRequest(format!(
                        "`style`: there is no `{name}`; text, bibtex and csl are known"
                    ))
                })?,
        ),
    };
    let chosen = choose(&headers, &[Format::Json, Format::Html])?;
    let origin = origin(&headers, &uri);
    let asking = Asking {
        state: &state,
        headers: &headers,
        shell: &shell,
        origin: &origin,
    };
    let (cited, pinned) = asking.cited(address).await?;
    let internal = |error: serde_json::Error| ApiError::Internal(error.to_string());
    let whole = cited.json(&origin).to_string();
    // What people save has names too, which change without a new version of the data.
    let what = [
        "cite",
        &whole,
        style.map_or(chosen.content_type, |(style, _)| style),
        shell.tag(),
    ];
    let reading = Reading::new(&state, &pinned.snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    Ok(match style {
        Some((name, media_type)) => {
            let body = match name {
                "bibtex" => cited.bibtex(&origin),
                "csl" => serde_json::to_string(&cited.csl(&origin)).map_err(internal)?,
                _ => cited.text(&origin) + "\n",
            };
            reading.respond_with(HeaderValue::from_static(media_type), body.into())
        }
        None if chosen.format == Format::Html => reading.respond(
            chosen,
            pages::render(&CitePage {
                text: cited.text(&origin),
                bibtex: cited.bibtex(&origin),
                self_href: href(&cited.address),
                shell,
                cited,
            })?,
        ),
        None => reading.respond(Format::Json, whole),
    })
}

/// An address of this service: a path, with its query. One as a browser shows it is taken too, and
/// that of a reference stands for what the reference is to.
fn local(address: &str, headers: &HeaderMap, uri: &Uri) -> Result<String, ApiError> {
    let wrong = || {
        ApiError::BadRequest(format!(
            "`of` is the address of an answer or page here, such as /api/v1/integration.csv, of at most {LONGEST} bytes; what stands in it is percent-encoded"
        ))
    };
    let mut address = address.to_owned();
    for _ in 0..DEEPEST {
        let path = match address.split_once("://") {
            Some((scheme, rest)) if ["http", "https"].contains(&&*scheme.to_ascii_lowercase()) => {
                let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
                let (host, path) = rest.split_at(end);
                let here = authority(headers, uri).unwrap_or("localhost");
                if !without_port(host).eq_ignore_ascii_case(without_port(here)) {
                    return Err(ApiError::BadRequest(format!(
                        "`of`: this service is at {here}, and cites its own answers and pages only"
                    )));
                }
                match path.starts_with('/') {
                    true => path.to_owned(),
                    false => format!("/{path}"),
                }
            }
            _ => address,
        };
        let path = path.split('#').next().unwrap_or_default();
        let is_local = path.starts_with('/') && !path.starts_with("//") && path.len() <= LONGEST;
        if !is_local {
            return Err(wrong());
        }
        address = pages::shell::without_language(path);
        let parsed: Uri = address.parse().map_err(|_| wrong())?;
        if parsed.path() != PATH {
            return Ok(address);
        }
        address = Form::of_url(&parsed)?.required("of")?.to_owned();
    }
    Err(wrong())
}

/// A host without the port that its scheme has anyway.
fn without_port(host: &str) -> &str {
    [":80", ":443"]
        .into_iter()
        .find_map(|port| host.strip_suffix(port))
        .unwrap_or(host)
}

/// Who asks for a reference, and where.
struct Asking<'a> {
    state: &'a AppState,
    headers: &'a HeaderMap,
    shell: &'a Shell,
    origin: &'a str,
}

impl Asking<'_> {
    /// What stands at an address, and the version of the data that it is about.
    async fn cited(&self, address: String) -> Result<(Cited, Pinned), ApiError> {
        let uri: Uri = address
            .parse()
            .map_err(|_| ApiError::BadRequest("`of` is no address".to_owned()))?;
        let place = Place::of(uri.path()).filter(|_| is_citable(uri.path()));
        let place = place.ok_or_else(|| nothing_at(uri.path()))?;
        if place != Place::Thing && !has_route(self.state, &uri).await {
            return Err(nothing_at(uri.path()));
        }
        if let Place::Link(id) = &place {
            return self.followed(address, id).await;
        }
        let form = Form::of_url(&uri)?;
        let (state, headers) = (self.state, self.headers);
        let until = deadline(&Form::default(), state.graph().config().query_timeout)?;
        let takes_version = place.takes_version(state.graph());
        let pinned = match takes_version {
            true => Pinned::of(state, headers, &form, until).await?,
            false if form.has(VERSION) && !matches!(place, Place::Query(_)) => {
                return Err(ApiError::UnknownParameters {
                    unknown: vec![VERSION.to_owned()],
                    known: Vec::new(),
                });
            }
            false => Pinned::newest(state, headers)?,
        };
        let version = pinned.version();
        let snapshot = Arc::clone(&pinned.snapshot);
        let (shell, origin) = (self.shell.clone(), self.origin.to_owned());
        let is_question = place != Place::Sparql || form.has("query");
        let cited = state
            .blocking(move |graph| {
                let looking = Looking {
                    graph,
                    snapshot: &snapshot,
                    shell: &shell,
                    origin: &origin,
                    limits: Limits {
                        deadline: Some(until),
                        ..Limits::default()
                    },
                };
                let subject = looking.at(&place, &uri, &form)?;
                let citation = graph.citation(&snapshot, &subject.rests_on);
                let permalink = match version {
                    Some(_) => address.clone(),
                    None => pinned_address(&address, citation.version),
                };
                let permalink = (takes_version && is_question).then_some(permalink);
                Ok(Cited::new(subject, citation, address, permalink))
            })
            .await?;
        Ok((cited, pinned))
    }

    /// What a short link leads to.
    async fn followed(&self, address: String, id: &str) -> Result<(Cited, Pinned), ApiError> {
        let (state, headers) = (self.state, self.headers);
        let wanted = id.to_owned();
        let link = state
            .blocking(move |graph| Ok(graph.permalinks().get(&wanted)?))
            .await?;
        let pinned = match link.question.version {
            None => Pinned::newest(state, headers)?,
            Some(version) => {
                let until = deadline(&Form::default(), state.graph().config().query_timeout)?;
                let form = Form::single(VERSION, version.to_string());
                Pinned::of(state, headers, &form, until).await?
            }
        };
        let snapshot = Arc::clone(&pinned.snapshot);
        let cited = state
            .blocking(move |graph| {
                let subject = subject_of(graph, &link);
                let citation = graph.citation(&snapshot, &subject.rests_on);
                let permalink = match link.question.version {
                    Some(_) => format!("/p/{}", link.id),
                    // It leads to the newest version, whichever that is by then.
                    None => pinned_address(&link.question.path(), citation.version),
                };
                Ok(Cited::new(subject, citation, address, Some(permalink)))
            })
            .await?;
        Ok((cited, pinned))
    }
}

/// What a short link is about.
pub(super) fn subject_of(graph: &KnowledgeGraph, link: &Permalink) -> Subject {
    let question = &link.question;
    let name = question.name.as_deref();
    let known = name.and_then(|name| Some((name, graph.query_named(name)?.0)));
    let parameters = question.parameters.iter();
    let parameters = parameters.map(|(name, value)| (name.as_str(), value.as_str()));
    let (title, definition) = match known {
        Some((name, title)) => (title, format!("/queries/{name}")),
        None => (title_of(&question.query), "/ontology".to_owned()),
    };
    Subject {
        title,
        definition,
        query: Some(question.query.clone()),
        rests_on: rests_on(&Form::of_pairs(parameters)),
    }
}

impl Cited {
    fn new(
        subject: Subject,
        citation: Citation,
        address: String,
        permalink: Option<String>,
    ) -> Self {
        Self {
            title: subject.title,
            query: subject.query,
            definition: subject.definition,
            address,
            permalink,
            citation,
        }
    }

    /// The address to print.
    fn lasting(&self, origin: &str) -> String {
        format!(
            "{origin}{}",
            self.permalink.as_deref().unwrap_or(&self.address)
        )
    }

    fn text(&self, origin: &str) -> String {
        self.citation.text(&self.title, &self.lasting(origin))
    }

    fn date(&self) -> &str {
        let date = self.citation.date.as_deref().unwrap_or_default();
        date.get(..10).unwrap_or_default()
    }

    fn bibtex(&self, origin: &str) -> String {
        // Braces and backslashes would end the field, or begin a command.
        let plain = |text: &str| -> String {
            text.chars()
                .map(|letter| match letter {
                    '{' => '(',
                    '}' => ')',
                    '\\' => '/',
                    letter if letter.is_control() => ' ',
                    letter => letter,
                })
                .collect()
        };
        let hash = blake3::hash(self.address.as_bytes()).to_hex();
        format!(
            "@misc{{weft-{version}-{key},\n  title   = {{{title}}},\n  author  = {{{{Weft}}}},\n  \
             year    = {{{year}}},\n  version = {{data version {version}}},\n  url     = \
             {{{url}}},\n  note    = {{Licences: {licences}}}\n}}\n",
            version = self.citation.version,
            key = &hash.as_str()[..6],
            title = plain(&self.title),
            year = self.date().get(..4).unwrap_or_default(),
            url = plain(&self.lasting(origin)),
            licences = plain(&self.licences()),
        )
    }

    fn licences(&self) -> String {
        match self.citation.datasets.is_empty() {
            true => "no data set is counted in it".to_owned(),
            false => self.citation.licence_lines().join("; "),
        }
    }

    /// CSL-JSON, which Zotero and pandoc read (<https://docs.citationstyles.org>).
    fn csl(&self, origin: &str) -> Value {
        let parts: Vec<u32> = self
            .date()
            .split('-')
            .filter_map(|part| part.parse().ok())
            .collect();
        let mut csl = json!({
            "id": self.lasting(origin),
            "type": "dataset",
            "title": self.title,
            "author": [{ "literal": "Weft" }],
            "version": self.citation.version.to_string(),
            "URL": self.lasting(origin),
            "note": format!("Licences: {}", self.licences()),
        });
        if parts.len() == 3 {
            csl["issued"] = json!({ "date-parts": [parts] });
        }
        csl
    }

    fn json(&self, origin: &str) -> Value {
        let datasets = self.citation.datasets.iter();
        let datasets: Vec<Value> = datasets
            .map(|set| json!({"name": set.name, "licence": set.licence}))
            .collect();
        json!({
            "title": self.title,
            "address": self.address,
            "permalink": self.permalink,
            "dataVersion": self.citation.version,
            "date": self.citation.date,
            "licences": self.citation.licences(),
            "datasets": datasets,
            "moreDatasets": self.citation.more_datasets,
            "lasting": self.citation.lasting,
            "query": self.query,
            "definition": self.definition,
            "citeAs": self.text(origin),
            "bibtex": self.bibtex(origin),
            "csl": self.csl(origin),
        })
    }
}

#[derive(Template)]
#[template(path = "cite.html")]
struct CitePage {
    shell: Shell,
    cited: Cited,
    text: String,
    bibtex: String,
    self_href: String,
}

/// Tells with each answer of the interface where its reference is (RFC 6892, `describedby`).
pub(super) async fn point_to_reference(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let is_answer = path.starts_with("/api/v1/") || path.trim_end_matches('/') == "/sparql";
    let address = request
        .uri()
        .path_and_query()
        .filter(|_| is_read && is_answer && is_citable(path))
        .map(|address| address.as_str().to_owned());
    let mut response = next.run(request).await;
    let told = response.extensions_mut().remove::<AnsweredAt>();
    let address = told.map(|AnsweredAt(address)| address).or(address);
    let address = address.map(|address| href(&address));
    if let Some(address) = address.filter(|address| address.len() <= LONGEST_IN_HEADER)
        && response.status().is_success()
        && response.headers().contains_key(DATA_VERSION)
        && let Ok(link) = HeaderValue::try_from(format!(
            "<{address}>; rel=\"describedby\"; title=\"how to cite this\""
        ))
    {
        response.headers_mut().append(header::LINK, link);
    }
    response
}

/// Whether there is a route to an address: it is asked by a method that no resource has, so that
/// nothing but the router answers.
async fn has_route(state: &AppState, uri: &Uri) -> bool {
    let mut probe: Request = Request::default();
    let (Ok(method), Ok(path)) = (Method::from_bytes(NO_METHOD), uri.path().parse()) else {
        return false;
    };
    *probe.method_mut() = method;
    *probe.uri_mut() = path;
    let routes = super::routes().with_state(state.clone());
    match routes.oneshot(probe).await {
        Ok(answer) => answer.status() != StatusCode::NOT_FOUND,
        Err(never) => match never {},
    }
}
