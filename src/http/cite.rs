//! `/api/v1/cite`: how to cite any answer or page of this service.
//!
//! A reference names what was asked, the version of the data that answered, its date and licences,
//! and an address that gives the same answer again where one exists.

use super::AppState;
use super::error::ApiError;
use super::negotiate::{Format, choose};
use super::pages::{self, Links, Shell, encoded};
use super::request::{self, Form, origin};
use super::respond::{DATA_VERSION, Reading};
use crate::app::permalink::{add_parameter, title_of};
use crate::app::resource::label_in;
use crate::app::{Citation, KnowledgeGraph};
use crate::store::Snapshot;
use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;
use serde_json::json;

/// An address longer than this is not one to cite; a short link is (`/api/v1/permalinks`).
const LONGEST: usize = 8 << 10;
/// An address longer than this is not repeated in a header.
const LONGEST_IN_HEADER: usize = 512;

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
    format!("/api/v1/cite?of={}", encoded(address))
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
    let address = local(form.required("of")?)?;
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
    let snapshot = request::snapshot(&state, &headers)?;
    let origin = origin(&headers, &uri);
    let what = [
        "cite",
        address.as_str(),
        &origin,
        style.map_or(chosen.content_type, |(style, _)| style),
        shell.tag(),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let language = shell.language.tag();
    let cited = state
        .blocking(move |graph| Ok(Cited::of(graph, &snapshot, address, language)))
        .await?;
    let internal = |error: serde_json::Error| ApiError::Internal(error.to_string());
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
        None => {
            let body = serde_json::to_vec(&cited.json(&origin)).map_err(internal)?;
            reading.respond(Format::Json, body)
        }
    })
}

/// An address of this service: a path, with its query.
fn local(address: &str) -> Result<String, ApiError> {
    let is_local = address.starts_with('/')
        && !address.starts_with("//")
        && address.len() <= LONGEST
        && address.parse::<Uri>().is_ok();
    if !is_local {
        return Err(ApiError::BadRequest(format!(
            "`of` is the address of an answer or page here, such as /api/v1/integration.csv, of at most {LONGEST} bytes; what stands in it is percent-encoded"
        )));
    }
    Ok(address.to_owned())
}

impl Cited {
    fn of(graph: &KnowledgeGraph, snapshot: &Snapshot, address: String, language: &str) -> Self {
        let citation = graph.citation(snapshot);
        let uri: Uri = address.parse().unwrap_or_default();
        let form = Form::of_url(&uri).ok();
        let parameter = |name: &str| {
            let form = form.as_ref()?;
            form.one(name).ok().flatten().map(str::to_owned)
        };
        let path = uri.path();
        let bare = match path.rsplit_once('.') {
            Some((bare, extension)) if extension.len() <= 7 && !extension.contains('/') => bare,
            _ => path,
        };
        let pinned = || match parameter(super::pinned::VERSION) {
            Some(_) => address.clone(),
            None => {
                let mut address = address.clone();
                add_parameter(&mut address, "version", &citation.version.to_string());
                address
            }
        };
        let (mut title, mut permalink, mut query) = (None, None, None);
        let mut definition = "/help".to_owned();
        let parts: Vec<&str> = bare.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["sparql"] => {
                if let Some(text) = parameter("query") {
                    title = Some(title_of(&text));
                    permalink = Some(pinned());
                    query = Some(text);
                }
                definition = "/ns".to_owned();
            }
            ["api", "v1", "queries", name @ ..] | ["queries", name @ ..] if !name.is_empty() => {
                if let Some((name, text)) = graph.query_named(&name.join("/")) {
                    title = Some(name);
                    query = Some(text);
                    permalink = path.starts_with("/api/").then(pinned);
                }
                definition = bare.to_owned();
            }
            ["api", "v1", "networks", id, part @ ..] | ["networks", id, part @ ..] => {
                let network = graph.networks().definition(id).ok();
                title = network.map(|network| match part {
                    [] => network.title.clone(),
                    _ => format!("{}: {}", network.title, part.join(" ")),
                });
                permalink = network.map(|_| pinned());
            }
            ["api", "v1", "integration", ..] | ["integration"] => {
                title = Some("Integration of sectors and levels".to_owned());
                permalink = Some(pinned());
            }
            ["api", "v1", "summary"] => {
                title = Some("What is in the graph".to_owned());
                permalink = Some(pinned());
            }
            ["resource"] => title = parameter("iri").and_then(|iri| name(snapshot, &iri, language)),
            ["id" | "code" | "graph", ..] => {
                let links = Links::new(&graph.config().base);
                title = links
                    .iris_of_path(bare)
                    .iter()
                    .find_map(|iri| name(snapshot, iri, language));
            }
            _ => {}
        }
        Self {
            title: title.unwrap_or_else(|| address.clone()),
            permalink,
            query,
            definition,
            address,
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
        match self.citation.licences.is_empty() {
            true => "none named; see /catalogue".to_owned(),
            false => self.citation.licences.join(", "),
        }
    }

    /// CSL-JSON, which Zotero and pandoc read (<https://docs.citationstyles.org>).
    fn csl(&self, origin: &str) -> serde_json::Value {
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

    fn json(&self, origin: &str) -> serde_json::Value {
        json!({
            "title": self.title,
            "address": self.address,
            "permalink": self.permalink,
            "dataVersion": self.citation.version,
            "date": self.citation.date,
            "licences": self.citation.licences,
            "lasting": self.citation.lasting,
            "query": self.query,
            "definition": self.definition,
            "citeAs": self.text(origin),
            "bibtex": self.bibtex(origin),
            "csl": self.csl(origin),
        })
    }
}

/// The name of a thing that the data names.
fn name(snapshot: &Snapshot, iri: &str, language: &str) -> Option<String> {
    let node = NamedNode::new(iri).ok()?;
    snapshot
        .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
        .next()?;
    Some(label_in(snapshot, node.as_ref().into(), language))
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
    let address = request
        .uri()
        .path_and_query()
        .map(|address| address.as_str())
        .filter(|address| {
            request.method() == Method::GET
                && address.starts_with("/api/v1/")
                && !address.starts_with("/api/v1/cite")
                && address.len() <= LONGEST_IN_HEADER
        })
        .map(href);
    let mut response = next.run(request).await;
    if let Some(address) = address
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
