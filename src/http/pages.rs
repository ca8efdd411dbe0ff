//! The pages: plain HTML that works without scripts and fetches nothing from elsewhere.

use super::AppState;
use super::error::{ApiError, Problem};
use super::imports::ImportPage;
use super::negotiate::Format;
use super::request::{self, Form};
use super::respond::Reading;
use super::rows::About;
use super::sparql::Ready;
use crate::app::merging::Class;
use crate::app::permalink::{add_parameter, title_of};
use crate::app::reconcile::shortened;
use crate::app::reconcile::suggest::Preview;
use crate::app::resource::{
    Concept, Description, definition, describe, label, vocabulary as vocabulary_of,
    vocabulary_terms,
};
use crate::app::rules::{is_inferred, is_of_rules};
use crate::app::{
    Catalogue, CatalogueQuery, Citation, KnowledgeGraph, MergedView, SavedQuery, Summary, iri,
};
use crate::store::skolem::skolem_iri;
use crate::store::{
    DEFAULT_GRAPH_IRI, DatasetSpec, Limits, QueryForm, QueryResults, Snapshot, StoreError,
};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    BlankNode, GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad,
    Term, Triple,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rows that a page shows of a result.
const MOST_ROWS: usize = 1_000;
/// Values that a page shows of a property.
const MOST_VALUES: usize = 200;

const STYLE: &str = include_str!("static/style.css");
const ICON: &str = include_str!("static/icon.svg");
const PREVIEW_STYLE: &str = include_str!("static/preview.css");

/// Conclusions of which a page says by which rules; the others have a link only.
const MOST_EXPLAINED: usize = 40;
/// How long a page waits for each.
const EXPLAIN_WITHIN: Duration = Duration::from_millis(200);

/// What may stay as it is in the value of a URL parameter.
const IN_PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

const EXAMPLE: &str = "PREFIX weft: <https://w3id.org/weft/ns#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

# In how many innovations does each sector take part?
SELECT ?sector ?label (COUNT(DISTINCT ?innovation) AS ?innovations)
WHERE {
  ?innovation a weft:Innovation ;
              weft:sector ?sector .
  OPTIONAL { ?sector skos:prefLabel ?label . FILTER(LANG(?label) = \"en\") }
}
GROUP BY ?sector ?label
ORDER BY DESC(?innovations) ?label";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(index))
        .route(
            "/static/style.css",
            get(|| fixed("text/css; charset=utf-8", STYLE)),
        )
        .route(
            "/static/preview.css",
            get(|| fixed("text/css; charset=utf-8", PREVIEW_STYLE)),
        )
        .route("/static/icon.svg", get(|| fixed("image/svg+xml", ICON)))
        .route("/favicon.ico", get(|| fixed("image/svg+xml", ICON)))
}

async fn fixed(content_type: &'static str, text: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=86400"),
            ),
        ],
        text,
    )
        .into_response()
}

pub(super) fn render(template: &impl Template) -> Result<String, ApiError> {
    template
        .render()
        .map_err(|error| ApiError::Internal(error.to_string()))
}

pub(super) fn encoded(text: &str) -> impl Display {
    utf8_percent_encode(text, IN_PARAMETER)
}

/// Where a graph is described.
pub(super) fn graph_href(graph: &str) -> String {
    match graph.strip_prefix(iri::GRAPH) {
        Some(name) if !name.is_empty() && !name.contains(['?', '#']) => format!("/graph/{name}"),
        _ => format!("/resource?iri={}", encoded(graph)),
    }
}

/// Where to ask why the rules concluded a triple.
fn explain_href(triple: &Triple) -> String {
    format!(
        "/api/v1/inferred/explain?subject={}&predicate={}&object={}",
        encoded(&triple.subject.to_string()),
        encoded(triple.predicate.as_str()),
        encoded(&triple.object.to_string())
    )
}

/// Where the graph store has a graph.
pub(super) fn store_href(graph: &str) -> String {
    format!("/store?graph={}", encoded(graph))
}

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage<'a> {
    summary: Summary,
    example: &'a str,
    queries: Vec<&'a CatalogueQuery>,
    graphs: Vec<(Link, usize)>,
    code_lists: usize,
    address: String,
    open_writes: bool,
    read_only: bool,
}

/// `GET /`: what is here, and where to go on.
async fn index(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, ApiError> {
    let snapshot = request::snapshot(&state, &headers)?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost:7878")
        .to_owned();
    let reading = Reading::new(&state, &snapshot, &["index", &host]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let graphs = snapshot.graphs().into_iter().filter_map(|(name, quads)| {
                let link = match name {
                    GraphName::NamedNode(node) => Link {
                        href: Some(graph_href(node.as_str())),
                        text: node.as_str().to_owned(),
                    },
                    GraphName::DefaultGraph => Link {
                        href: Some(graph_href(DEFAULT_GRAPH_IRI)),
                        text: "default graph".to_owned(),
                    },
                    GraphName::BlankNode(_) => return None,
                };
                Some((link, quads))
            });
            render(&IndexPage {
                summary: graph.merged_summary(&snapshot)?,
                example: EXAMPLE,
                queries: graph.catalogue().iter().collect(),
                graphs: graphs.collect(),
                code_lists: crate::app::resource::schemes(&snapshot).len(),
                address: format!("http://{host}"),
                open_writes: graph.config().open_writes,
                read_only: graph.config().read_only,
            })
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}

#[derive(Template)]
#[template(path = "query.html")]
struct QueryPage<'a> {
    query: &'a str,
}

/// `/sparql` for a browser that sends no query.
pub(super) async fn query_form(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let snapshot = request::snapshot(state, headers)?;
    let reading = Reading::new(state, &snapshot, &["query form"]);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    Ok(reading.respond(Format::Html, render(&QueryPage { query: EXAMPLE })?))
}

#[derive(Template)]
#[template(path = "check_form.html")]
struct CheckFormPage;

/// `/api/v1/check` for a browser that sends nothing.
pub(super) fn check_form() -> Result<String, ApiError> {
    render(&CheckFormPage)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    problem: &'a Problem,
    query: Option<String>,
}

/// A problem as a page.
pub(super) fn error(problem: &Problem, uri: &Uri) -> Response {
    let query = Form::of_url(uri)
        .ok()
        .filter(|_| uri.path().starts_with("/sparql"))
        .and_then(|form| form.one("query").ok().flatten().map(str::to_owned));
    let page = ErrorPage { problem, query };
    match page.render() {
        Ok(body) => (problem.status, Html(body)).into_response(),
        Err(_) => problem.clone().into_response(),
    }
}

#[derive(Template)]
#[template(path = "import.html")]
struct ImportTemplate<'a> {
    page: &'a ImportPage<'a>,
}

/// What an import did.
pub(super) fn import(page: &ImportPage<'_>) -> Result<String, ApiError> {
    render(&ImportTemplate { page })
}

#[derive(Template)]
#[template(path = "catalogue.html")]
struct CataloguePage<'a> {
    queries: Vec<&'a CatalogueQuery>,
    saved: &'a [Arc<SavedQuery>],
}

/// `/api/v1/queries` for a browser.
pub(super) fn catalogue(
    catalogue: &Catalogue,
    saved: &[Arc<SavedQuery>],
) -> Result<String, ApiError> {
    render(&CataloguePage {
        queries: catalogue.iter().collect(),
        saved,
    })
}

/// What stands around the results of a query on a page.
pub(super) struct ResultPage {
    title: String,
    description: String,
    query: String,
    /// The address of the same results without their format, with `{}` for it.
    address: String,
    parameters: Option<CatalogueForm>,
    /// The address of the same question, without a version.
    question: String,
    /// Scheme and host of this service, as the client knows it.
    origin: String,
    /// The version, if the request names one.
    pinned: Option<u64>,
}

struct CatalogueForm {
    name: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: &'static str,
    description: String,
    value: String,
}

impl ResultPage {
    pub(super) fn of_query(query: &str, dataset: &DatasetSpec, pinned: Option<u64>) -> Self {
        let mut question = format!("/sparql?query={}", encoded(query));
        for graph in &dataset.default_graphs {
            add_parameter(&mut question, "default-graph-uri", graph.as_str());
        }
        for graph in &dataset.named_graphs {
            add_parameter(&mut question, "named-graph-uri", graph.as_str());
        }
        let version = pinned
            .map(|version| format!("&version={version}"))
            .unwrap_or_default();
        Self {
            title: "Results".to_owned(),
            description: String::new(),
            query: query.to_owned(),
            address: format!("{question}&format={{}}{version}"),
            parameters: None,
            question,
            origin: String::new(),
            pinned,
        }
    }

    /// Says whether the merged view was asked, so that addresses lead back to it. Those of queries
    /// of the catalogue have what the client sent already.
    pub(super) fn merged(mut self, is_merged: bool) -> Self {
        if is_merged {
            if self.parameters.is_none() {
                add_parameter(&mut self.address, super::merging::MERGED, "true");
            }
            add_parameter(&mut self.question, super::merging::MERGED, "true");
        }
        self
    }

    /// What tells it from other pages with the same results.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Where a file of the results comes from.
    pub(super) fn about(&self) -> About {
        About::at(format!("{}{}", self.origin, self.question))
            .titled(&self.title, &self.description)
            .with("query", &self.query)
    }

    /// Says where the client found this service.
    pub(super) fn at(mut self, origin: String) -> Self {
        self.origin = origin;
        self
    }

    pub(super) fn of_catalogue(
        query: &CatalogueQuery,
        values: &[(&str, &str)],
        url_query: &str,
        pinned: Option<u64>,
    ) -> Self {
        let fields = query.parameters.iter().map(|parameter| Field {
            name: parameter.name.clone(),
            kind: parameter.kind.name(),
            description: parameter.description.clone(),
            value: values
                .iter()
                .find(|(name, _)| *name == parameter.name)
                .map(|(_, value)| (*value).to_owned())
                .or_else(|| parameter.default.clone())
                .unwrap_or_default(),
        });
        let query_part = if url_query.is_empty() {
            String::new()
        } else {
            format!("?{url_query}")
        };
        let mut question = format!("/api/v1/queries/{}", query.name);
        for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            add_parameter(&mut question, name, value);
        }
        Self {
            title: query.title.clone(),
            description: query.description.clone(),
            query: query.text.clone(),
            address: format!("/api/v1/queries/{}.{{}}{query_part}", query.name),
            parameters: Some(CatalogueForm {
                name: query.name.clone(),
                fields: fields.collect(),
            }),
            question,
            origin: String::new(),
            pinned,
        }
    }
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsTemplate {
    page: ResultPage,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    answer: Option<bool>,
    cut: bool,
    downloads: Vec<Link>,
    citation: CitationView,
}

/// How to come back to a result, and how to name it.
struct CitationView {
    version: u64,
    date: Option<String>,
    permalink: String,
    text: String,
    /// Whether the version can be asked for after a restart.
    lasting: bool,
}

impl CitationView {
    fn of(graph: &KnowledgeGraph, page: &ResultPage, snapshot: &Snapshot) -> Self {
        let version = snapshot.version();
        let mut permalink = page.question.clone();
        add_parameter(&mut permalink, "version", &version.to_string());
        let title = match &page.parameters {
            Some(_) => page.title.clone(),
            None => title_of(&page.query),
        };
        let citation = Citation {
            version,
            date: graph.date_of(version),
            licences: Vec::new(),
            lasting: graph.store().is_durable(),
        };
        Self {
            version,
            text: citation.text(&title, &format!("{}{permalink}", page.origin)),
            permalink,
            date: citation
                .date
                .and_then(|date| Some(date.get(..10)?.to_owned())),
            lasting: citation.lasting,
        }
    }
}

/// One value of a table.
struct Cell {
    link: Link,
    note: String,
    is_number: bool,
}

/// Results as a table.
pub(super) fn results(
    graph: &KnowledgeGraph,
    job: &Ready,
    limits: &Limits,
    page: ResultPage,
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let names: &[&str] = match job.query.form() {
        QueryForm::Select | QueryForm::Ask => &["csv", "tsv", "json", "xml"],
        QueryForm::Construct | QueryForm::Describe => &["ttl", "nt", "rdf", "jsonld"],
    };
    let downloads = names
        .iter()
        .map(|name| Link {
            href: Some(page.address.replacen("{}", name, 1)),
            text: (*name).to_owned(),
        })
        .collect();
    let mut template = ResultsTemplate {
        citation: CitationView::of(graph, &page, &job.snapshot),
        page,
        columns: Vec::new(),
        rows: Vec::new(),
        answer: None,
        cut: false,
        downloads,
    };
    job.snapshot
        .query(&job.query, &job.dataset, limits, |results| {
            collect(results, &mut template, &links, &job.snapshot)
        })??;
    render(&template)
}

fn collect(
    results: QueryResults<'_>,
    template: &mut ResultsTemplate,
    links: &Links,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    match results {
        QueryResults::Boolean(answer) => template.answer = Some(answer),
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            template.columns = variables
                .iter()
                .map(|variable| variable.as_str().to_owned())
                .collect();
            for solution in solutions {
                let solution = solution?;
                if template.rows.len() == MOST_ROWS {
                    template.cut = true;
                    break;
                }
                let row = variables
                    .iter()
                    .map(|variable| links.cell(snapshot, solution.get(variable)));
                template.rows.push(row.collect());
            }
        }
        QueryResults::Graph(triples) => {
            template.columns = ["subject", "predicate", "object"]
                .map(str::to_owned)
                .to_vec();
            for triple in triples {
                let triple = triple?;
                if template.rows.len() == MOST_ROWS {
                    template.cut = true;
                    break;
                }
                template.rows.push(vec![
                    links.cell(snapshot, Some(&Term::from(triple.subject))),
                    links.cell(snapshot, Some(&triple.predicate.into())),
                    links.cell(snapshot, Some(&triple.object)),
                ]);
            }
        }
    }
    Ok(())
}

/// A text, and where it leads.
struct Link {
    href: Option<String>,
    text: String,
}

/// Knows which IRIs this service has pages for.
pub(super) struct Links {
    base: String,
}

impl Links {
    pub(super) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
        }
    }

    /// The path of an IRI here, if it is one of Weft's own.
    fn path(&self, iri: &str) -> Option<String> {
        let of_ids = [self.base.as_str(), iri::WEFT]
            .into_iter()
            .find_map(|base| iri.strip_prefix(base))
            .filter(|rest| rest.starts_with("id/") && !rest.contains(['#', '?']));
        if let Some(rest) = of_ids {
            return Some(format!("/{rest}"));
        }
        let rest = iri.strip_prefix(iri::WEFT)?;
        let known = [
            "code/",
            "ns",
            "graph/",
            ".well-known/genid/",
            "network/",
            "shape/",
            "search",
            "alignment",
        ]
        .iter()
        .any(|begin| rest.starts_with(begin));
        known.then(|| format!("/{rest}"))
    }

    /// The path of the page of a thing that the data describes.
    pub(super) fn page(&self, iri: &str) -> String {
        self.path(iri)
            .unwrap_or_else(|| format!("/resource?iri={}", encoded(iri)))
    }

    fn href(&self, snapshot: &Snapshot, node: NamedNodeRef<'_>) -> Option<String> {
        let iri = node.as_str();
        if let Some(path) = self.path(iri) {
            return Some(path);
        }
        let is_described = snapshot
            .quads_for_pattern(Some(node.into()), None, None, None)
            .next()
            .is_some();
        if is_described {
            return Some(format!("/resource?iri={}", encoded(iri)));
        }
        // Other schemes could be scripts.
        (iri.starts_with("http://") || iri.starts_with("https://")).then(|| iri.to_owned())
    }

    /// Where a blank node can be asked about, if the data says something about it.
    fn node_href(&self, snapshot: &Snapshot, node: &BlankNode) -> Option<String> {
        snapshot
            .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
            .next()?;
        self.path(skolem_iri(node.as_ref()).as_str())
    }

    /// Where a description is to be had in a format.
    pub(super) fn resource_format(&self, iri: &str, format: Format) -> String {
        let name = format.names().first().copied().unwrap_or("html");
        match self.path(iri) {
            Some(path) => format!("{path}.{name}"),
            None => format!("/resource?iri={}&format={name}", encoded(iri)),
        }
    }

    fn cell(&self, snapshot: &Snapshot, term: Option<&Term>) -> Cell {
        let plain = |text: String| Link { href: None, text };
        match term {
            None => Cell {
                link: plain(String::new()),
                note: String::new(),
                is_number: false,
            },
            Some(Term::NamedNode(node)) => Cell {
                link: Link {
                    href: self.href(snapshot, node.as_ref()),
                    text: iri::shortened(node.as_str()).unwrap_or_else(|| node.as_str().to_owned()),
                },
                note: String::new(),
                is_number: false,
            },
            Some(Term::Literal(literal)) => {
                let datatype = literal.datatype();
                let is_number = [xsd::INTEGER, xsd::DECIMAL, xsd::DOUBLE].contains(&datatype);
                let note = match literal.language() {
                    Some(language) => language.to_owned(),
                    None if is_number || datatype == xsd::STRING => String::new(),
                    None => iri::shortened(datatype.as_str()).unwrap_or_default(),
                };
                Cell {
                    link: plain(literal.value().to_owned()),
                    note,
                    is_number,
                }
            }
            Some(Term::BlankNode(node)) => Cell {
                link: Link {
                    href: self.node_href(snapshot, node),
                    text: node.to_string(),
                },
                note: String::new(),
                is_number: false,
            },
            Some(other) => Cell {
                link: plain(other.to_string()),
                note: String::new(),
                is_number: false,
            },
        }
    }
}

#[derive(Template)]
#[template(path = "resource.html")]
struct ResourcePage {
    title: String,
    iri: String,
    definition: Option<String>,
    /// Each with why the rules concluded it, if nobody states it.
    types: Vec<(Link, Option<Link>)>,
    groups: Vec<Group>,
    incoming: Vec<Group>,
    concepts: Vec<(Link, Concept)>,
    graphs: Vec<Link>,
    formats: Vec<Link>,
    /// What the thing is joined with.
    joined: Option<Joined>,
}

/// A thing that has several IRIs.
struct Joined {
    /// `actor`, `service`, or what else it is.
    kind: &'static str,
    /// Where the page of its representative is.
    canonical: String,
    members: Vec<Link>,
    links: Vec<JoinedBy>,
    contradictions: Vec<(String, String)>,
}

/// A link, with who made it, when and why.
struct JoinedBy {
    source: String,
    target: String,
    iri: Link,
    graph: Link,
    reviewer: Option<String>,
    date: Option<String>,
    score: Option<String>,
    comment: Option<String>,
}

/// The values of a property.
struct Group {
    property: Link,
    values: Vec<Value>,
    /// Values that are there and not shown.
    more: usize,
}

struct Value {
    cell: Cell,
    /// The statements of a blank node.
    inner: Vec<(Link, Cell)>,
    /// The IRIs under which it is stated, for a thing that has several.
    under: Vec<String>,
    /// Why the rules concluded it, if nobody states it.
    inferred: Option<Link>,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage<'a> {
    preview: &'a Preview,
    definition: Option<String>,
    href: String,
}

/// A thing as a page for a small frame.
pub(super) fn preview(graph: &KnowledgeGraph, preview: &Preview) -> Result<String, ApiError> {
    const LONGEST: usize = 300;
    let definition = preview.definition.as_ref();
    render(&PreviewPage {
        preview,
        definition: definition.map(|text| shortened(text, LONGEST)),
        href: Links::new(&graph.config().base).page(preview.iri.as_str()),
    })
}

/// A thing as a page.
pub(super) fn resource(
    graph: &KnowledgeGraph,
    snapshot: &Arc<Snapshot>,
    description: &Description,
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let merged = graph.merged_view(snapshot)?;
    let class = merged.merging().class(&description.iri);
    let whole = class.map(|class| merged_description(&merged, class, description));
    let description = whole.as_ref().unwrap_or(description);
    let members: Vec<NamedOrBlankNode> = match class {
        Some(class) => class.members.iter().cloned().map(Into::into).collect(),
        None => vec![description.iri.clone().into()],
    };
    let view = View {
        graph,
        to_explain: cell::Cell::new(MOST_EXPLAINED),
        snapshot,
        links: &links,
        description,
        is_joined: class.is_some(),
    };
    let mine = || {
        description
            .outgoing
            .iter()
            .filter(|quad| members.contains(&quad.subject))
    };
    let mut known = HashSet::new();
    let types: Vec<&Quad> = mine()
        .filter(|quad| quad.predicate == rdf::TYPE && known.insert(&quad.object))
        .collect();
    let graphs: HashSet<&GraphName> = description
        .outgoing
        .iter()
        .chain(&description.incoming)
        .map(|quad| &quad.graph_name)
        .collect();
    let mut graphs: Vec<_> = graphs
        .into_iter()
        .filter_map(|graph| match graph {
            GraphName::NamedNode(node) => Some(Link {
                href: Some(graph_href(node.as_str())),
                text: node.as_str().to_owned(),
            }),
            GraphName::DefaultGraph => Some(Link {
                href: Some(graph_href(DEFAULT_GRAPH_IRI)),
                text: "default graph".to_owned(),
            }),
            GraphName::BlankNode(_) => None,
        })
        .collect();
    graphs.sort_by(|a, b| a.text.cmp(&b.text));
    let concepts = description.concepts.iter().map(|concept| {
        let link = Link {
            href: links.href(snapshot, concept.iri.as_ref()),
            text: concept.label.clone(),
        };
        (link, concept.clone())
    });
    let is_scheme = !description.concepts.is_empty();
    let formats = ["ttl", "nt", "rdf", "jsonld", "trig"].map(|name| {
        let format = super::negotiate::by_name(name, &super::negotiate::TRIPLES);
        Link {
            href: format.map(|format| links.resource_format(description.iri.as_str(), format)),
            text: name.to_owned(),
        }
    });
    let representative = merged.merging().representative(&description.iri);
    let named_by = merged.merged();
    render(&ResourcePage {
        joined: class.map(|class| Joined::of(&merged, class, &links, mine())),
        title: label(named_by, representative.as_ref().into()),
        iri: description.iri.as_str().to_owned(),
        definition: definition(named_by, representative.as_ref()),
        types: types
            .into_iter()
            .map(|quad| (view.named(&quad.object), view.inferred(quad)))
            .collect(),
        groups: view.groups(mine().filter(|quad| quad.predicate != rdf::TYPE), |quad| {
            (quad.object.clone(), quad.subject.clone().into())
        }),
        incoming: view.groups(
            description
                .incoming
                .iter()
                .filter(|quad| !(is_scheme && quad.predicate == iri::IN_SCHEME)),
            |quad| (quad.subject.clone().into(), quad.object.clone()),
        ),
        concepts: concepts.collect(),
        graphs,
        formats: formats.into(),
    })
}

/// All that is stated of the members of a class, but for the links that join them.
fn merged_description(
    merged: &MergedView,
    class: &Class,
    description: &Description,
) -> Description {
    let is_of_links = |quad: &Quad| {
        matches!(&quad.graph_name, GraphName::NamedNode(graph)
            if merged.merging().graphs().contains(graph))
    };
    let mut whole = Description {
        outgoing: Vec::new(),
        incoming: Vec::new(),
        ..description.clone()
    };
    for member in &class.members {
        if let Some(found) = describe(merged.given(), member) {
            whole.outgoing.extend(found.outgoing);
            whole.incoming.extend(found.incoming);
        }
    }
    for quads in [&mut whole.outgoing, &mut whole.incoming] {
        quads.retain(|quad| !is_of_links(quad));
    }
    whole
}

impl Joined {
    fn of<'q>(
        merged: &MergedView,
        class: &Class,
        links: &Links,
        mine: impl Iterator<Item = &'q Quad>,
    ) -> Self {
        const KINDS: [(NamedNodeRef<'static>, &str); 3] = [
            (iri::ACTOR, "actor"),
            (iri::SERVICE, "service"),
            (iri::INNOVATION, "innovation"),
        ];
        let types: HashSet<&Term> = mine
            .filter(|quad| quad.predicate == rdf::TYPE)
            .map(|quad| &quad.object)
            .collect();
        let kind = KINDS.iter().find(|(class, _)| {
            let class: Term = class.into_owned().into();
            types.contains(&class)
        });
        let link = |node: &NamedNode| Link {
            href: Some(links.page(node.as_str())),
            text: node.as_str().to_owned(),
        };
        let representative = class.members.first();
        let joined_by = representative.map(|node| merged.links(node));
        Self {
            kind: kind.map_or("thing", |(_, kind)| kind),
            canonical: representative
                .map(|node| links.page(node.as_str()))
                .unwrap_or_default(),
            members: class.members.iter().map(link).collect(),
            links: joined_by
                .into_iter()
                .flatten()
                .map(|found| JoinedBy {
                    iri: match &found.iri {
                        Some(iri) => link(iri),
                        None => Link {
                            href: None,
                            text: String::new(),
                        },
                    },
                    source: found.source.into_string(),
                    target: found.target.into_string(),
                    graph: Link {
                        href: Some(store_href(found.graph.as_str())),
                        text: found.graph.into_string(),
                    },
                    reviewer: found.reviewer,
                    date: found.date,
                    score: found.confidence.map(|score| format!("{score:.2}")),
                    comment: found.comment,
                })
                .collect(),
            contradictions: class
                .contradictions
                .iter()
                .map(|(a, b)| (a.as_str().to_owned(), b.as_str().to_owned()))
                .collect(),
        }
    }
}

struct View<'a> {
    graph: &'a KnowledgeGraph,
    /// Conclusions of which the page still says by which rules.
    to_explain: cell::Cell<usize>,
    snapshot: &'a Snapshot,
    links: &'a Links,
    description: &'a Description,
    is_joined: bool,
}

impl View<'_> {
    /// A term by its label.
    fn named(&self, term: &Term) -> Link {
        match term {
            Term::NamedNode(node) => Link {
                href: self.links.href(self.snapshot, node.as_ref()),
                text: label(self.snapshot, node.as_ref().into()),
            },
            other => Link {
                href: None,
                text: other.to_string(),
            },
        }
    }

    fn cell(&self, term: &Term) -> Cell {
        match term {
            Term::NamedNode(_) => Cell {
                link: self.named(term),
                note: String::new(),
                is_number: false,
            },
            other => self.links.cell(self.snapshot, Some(other)),
        }
    }

    /// `ends` tells the value of a quad, and the IRI under which it is stated.
    fn groups<'q>(
        &self,
        quads: impl Iterator<Item = &'q Quad>,
        ends: impl Fn(&Quad) -> (Term, Term),
    ) -> Vec<Group> {
        let mut by_property: BTreeMap<&NamedNode, Vec<(Term, &Quad)>> = BTreeMap::new();
        let mut under: HashMap<(&NamedNode, Term), Vec<String>> = HashMap::new();
        for quad in quads {
            let (value, me) = ends(quad);
            let stated = under.entry((&quad.predicate, value.clone()));
            let stated = stated.or_insert_with(|| {
                let values = by_property.entry(&quad.predicate).or_default();
                values.push((value, quad));
                Vec::new()
            });
            if let Term::NamedNode(me) = me
                && self.is_joined
                && !stated.iter().any(|known| known == me.as_str())
            {
                stated.push(me.into_string());
            }
        }
        let mut groups: Vec<_> = by_property
            .into_iter()
            .map(|(property, values)| {
                let more = values.len().saturating_sub(MOST_VALUES);
                let mut values: Vec<_> = values
                    .iter()
                    .take(MOST_VALUES)
                    .map(|(term, quad)| Value {
                        under: under.remove(&(property, term.clone())).unwrap_or_default(),
                        inferred: self.inferred(quad),
                        ..self.value(term)
                    })
                    .collect();
                values.sort_by(|a, b| a.cell.link.text.cmp(&b.cell.link.text));
                let group = Group {
                    property: self.named(&property.clone().into()),
                    values,
                    more,
                };
                (rank(property.as_ref()), group)
            })
            .collect();
        groups.sort_by(|(a_rank, a), (b_rank, b)| {
            (a_rank, &a.property.text).cmp(&(b_rank, &b.property.text))
        });
        groups.into_iter().map(|(_, group)| group).collect()
    }

    fn value(&self, term: &Term) -> Value {
        let inner = match term {
            Term::BlankNode(node) => {
                let node = NamedOrBlankNodeRef::from(node.as_ref());
                self.description
                    .outgoing
                    .iter()
                    .filter(|quad| quad.subject.as_ref() == node)
                    .map(|quad| {
                        let property = self.named(&quad.predicate.clone().into());
                        (property, self.cell(&quad.object))
                    })
                    .collect()
            }
            _ => Vec::new(),
        };
        Value {
            cell: self.cell(term),
            inner,
            under: Vec::new(),
            inferred: None,
        }
    }

    /// Where to ask why a statement was concluded, if only the rules state it.
    fn inferred(&self, quad: &Quad) -> Option<Link> {
        let triple = Triple::from(quad.clone());
        // A triple that others state too comes with their graphs as well.
        if !is_of_rules(&quad.graph_name) || !is_inferred(self.snapshot, &triple) {
            return None;
        }
        let href = Some(explain_href(&triple));
        let Some(left) = self.to_explain.get().checked_sub(1) else {
            return Some(Link {
                href,
                text: String::new(),
            });
        };
        self.to_explain.set(left);
        let limits = Limits {
            deadline: Some(Instant::now() + EXPLAIN_WITHIN),
            ..Limits::default()
        };
        // A page without the names of the rules is better than none.
        let reasons = self.graph.reasons(&triple, self.snapshot, &limits);
        let names: Vec<String> = reasons
            .unwrap_or_default()
            .into_iter()
            .map(|reason| reason.rule)
            .collect();
        Some(Link {
            href,
            text: names.join(", "),
        })
    }
}

/// Names come first, and where it is from last.
fn rank(property: NamedNodeRef<'_>) -> u8 {
    let iri = property.as_str();
    if [iri::PREF_LABEL, rdfs::LABEL, iri::TITLE, iri::NOTATION].contains(&property) {
        0
    } else if [iri::DEFINITION, iri::DESCRIPTION, rdfs::COMMENT].contains(&property) {
        1
    } else if iri.starts_with("http://www.w3.org/ns/prov#") || iri.ends_with("/source") {
        3
    } else {
        2
    }
}

#[derive(Template)]
#[template(path = "code_lists.html")]
struct CodeListsPage {
    lists: Vec<(Link, Concept)>,
}

/// `/code` for a browser.
pub(super) fn code_lists(
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    schemes: &[Concept],
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let lists = schemes.iter().map(|scheme| {
        let link = Link {
            href: links.href(snapshot, scheme.iri.as_ref()),
            text: scheme.label.clone(),
        };
        (link, scheme.clone())
    });
    render(&CodeListsPage {
        lists: lists.collect(),
    })
}

#[derive(Template)]
#[template(path = "vocabulary.html")]
struct VocabularyPage {
    kinds: Vec<(&'static str, Vec<TermView>)>,
}

struct TermView {
    id: String,
    name: String,
    label: String,
    definition: Option<String>,
    facts: Vec<(String, Vec<Link>)>,
}

/// `/ns` for a browser.
pub(super) fn vocabulary(snapshot: &Snapshot) -> Result<String, ApiError> {
    let links = Links::new(iri::WEFT);
    let quads = vocabulary_of(snapshot);
    let mut by_subject: HashMap<&NamedOrBlankNode, Vec<&Quad>> = HashMap::new();
    for quad in &quads {
        by_subject.entry(&quad.subject).or_default().push(quad);
    }
    let kinds = vocabulary_terms(snapshot, &quads)
        .into_iter()
        .map(|(kind, terms)| {
            let mut terms: Vec<_> = terms
                .into_iter()
                .map(|term| {
                    let id = term.iri.as_str().trim_start_matches(iri::NS).to_owned();
                    let statements = by_subject
                        .get(&NamedOrBlankNode::from(term.iri.clone()))
                        .map(Vec::as_slice)
                        .unwrap_or_default();
                    TermView {
                        facts: facts(snapshot, &links, statements),
                        name: format!("weft:{id}"),
                        id,
                        label: term.label,
                        definition: term.definition,
                    }
                })
                .collect();
            terms.sort_by(|a, b| a.id.cmp(&b.id));
            (kind, terms)
        });
    render(&VocabularyPage {
        kinds: kinds.collect(),
    })
}

fn facts(snapshot: &Snapshot, links: &Links, quads: &[&Quad]) -> Vec<(String, Vec<Link>)> {
    let shown = [
        (rdfs::SUB_CLASS_OF, "Kind of"),
        (rdfs::SUB_PROPERTY_OF, "Special case of"),
        (rdfs::DOMAIN, "Of"),
        (rdfs::RANGE, "Takes"),
    ];
    shown
        .into_iter()
        .filter_map(|(property, name)| {
            let values: Vec<_> = quads
                .iter()
                .filter(|quad| quad.predicate == property)
                .filter_map(|quad| match &quad.object {
                    Term::NamedNode(node) => Some(Link {
                        href: links.href(snapshot, node.as_ref()),
                        text: iri::shortened(node.as_str())
                            .unwrap_or_else(|| node.as_str().to_owned()),
                    }),
                    _ => None,
                })
                .collect();
            (!values.is_empty()).then(|| (name.to_owned(), values))
        })
        .collect()
}
