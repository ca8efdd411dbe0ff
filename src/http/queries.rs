//! `/api/v1/queries`: the query catalogue, each query a resource with typed parameters.
//!
//! Those that ship are at `/api/v1/queries/{name}`; those that people have saved at
//! `/api/v1/queries/~{owner}/{name}`, a path of its own, so that neither can be taken for the
//! other. `/queries` has the same for people, as pages.

use super::error::ApiError;
use super::merging::{self, MERGED};
use super::negotiate::{Format, TRIPLES, by_name, choose, of_path};
use super::pinned::{Pinned, VERSION};
use super::request::{
    self, Form, Peer, client, content_type, deadline, origin, owner_of, query_id, read_body, utf8,
    writer,
};
use super::respond::{Reading, saved};
use super::rows::{self, About, FORMATS, Listing, Rows};
use super::sparql::{Asked, CountedRows, QueryJob, is_volatile};
use super::{AppState, pages};
use crate::app::evaluations;
use crate::app::executable::{self, Published};
use crate::app::results::write_quads;
use crate::app::saved::{LONGEST_TEXT, Saved};
use crate::app::{
    AppError, Catalogue, CatalogueError, CatalogueQuery, KnowledgeGraph, Parameter, ParameterKind,
    SavedQuery,
};
use crate::store::{DatasetSpec, Limits, QueryForm, Snapshot};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use oxigraph::model::NamedNode;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// Where the pages of the questions are, and where their data is.
const PAGES: &str = "/queries";
const DATA: &str = "/api/v1/queries";
/// Parameters of answers as rows.
const OF_TABLES: [&str; 4] = [SHAPE, "sort", "limit", "offset"];
/// Parameters that every query takes.
const GENERAL: [&str; 6] = ["timeout", VERSION, "view", "skolemize", "query-id", MERGED];
/// Says that JSON is a list of flat objects.
const SHAPE: &str = "shape";
/// Extensions that a query can be asked with.
const EXTENSIONS: [&str; 16] = [
    "json", "srj", "xml", "srx", "csv", "tsv", "xlsx", "parquet", "arrow", "ttl", "nt", "rdf",
    "jsonld", "trig", "nq", "html",
];

pub(super) fn routes() -> Router<AppState> {
    let mut router = rows::route(Router::new(), "/api/v1/queries", get(list));
    for format in TRIPLES {
        for name in format.names() {
            let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if is_plain && !["json", "xml"].contains(name) {
                router = router.route(&format!("/api/v1/queries.{name}"), get(list));
            }
        }
    }
    router
        .route("/queries", get(list))
        .route("/queries/{name}", get(page))
        .route("/queries/{owner}/{name}", get(page_of_saved))
        .route("/api/v1/queries/{name}", get(run).fallback(misplaced))
        .route(
            "/api/v1/queries/{owner}/{name}",
            get(run_saved).put(save).delete(remove),
        )
}

/// `GET /api/v1/queries`: what can be asked.
async fn list(
    State(state): State<AppState>,
    shell: pages::Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let offers: Vec<Format> = FORMATS
        .into_iter()
        .chain([Format::Html])
        .chain(TRIPLES)
        .collect();
    let format = match uri.path() {
        PAGES => Format::Html.into(),
        path => of_path(path, &headers, &offers)?.1,
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let saved_queries = state.graph().saved_queries();
    let (saved, fingerprint) = (saved_queries.list(), saved_queries.fingerprint());
    let origin = origin(&headers, &uri);
    let query = uri.query().unwrap_or_default();
    let what = [
        "queries",
        &fingerprint,
        &origin,
        query,
        format.content_type,
        shell.tag(),
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let catalogue = state.graph().catalogue();
    // A column that there is not is refused in every format.
    let mut rows = list_rows(catalogue, &saved, format.format);
    let total = rows.arrange(&listing)?;
    let body = match format.format {
        Format::Html => pages::catalogue(shell, catalogue, &saved)?.into(),
        Format::Rdf(rdf) => {
            let quads = move |graph: &KnowledgeGraph| executables(graph, &saved, &origin);
            state
                .blocking(move |graph| {
                    let mut body = Vec::new();
                    write_quads(quads(graph), rdf, &mut body).map_err(ApiError::write)?;
                    Ok(body)
                })
                .await?
        }
        table => {
            let about = About::of(&state, &headers, &uri, table, &snapshot);
            let response = reading.respond(format, rows.text(table, &about)?);
            let window = (listing.page(), None);
            return Ok(rows::listed(response, &headers, &uri, &form, window, total));
        }
    };
    Ok(reading.respond(format, body))
}

/// The catalogue as `sh:SPARQLExecutable`s.
fn executables(
    graph: &KnowledgeGraph,
    saved: &[Arc<SavedQuery>],
    origin: &str,
) -> Vec<oxigraph::model::Quad> {
    let shipped = graph.catalogue().iter().map(Published::of_catalogue);
    let saved = saved.iter().filter_map(|saved| {
        let address = format!("{origin}/api/v1/queries/{}", saved.query.name);
        Some(Published {
            iri: NamedNode::new(address).ok()?,
            query: &saved.query,
            language: None,
        })
    });
    let target = NamedNode::new(format!("{origin}/sparql")).ok();
    executable::describe(shipped.chain(saved), target.as_ref())
}

struct QueryView<'a> {
    name: &'a str,
    title: &'a str,
    description: &'a str,
    question: Option<u32>,
    tags: &'a [String],
    parameters: Vec<ParameterView<'a>>,
    url: String,
    /// Who saved it; null for one that ships.
    owner: Option<&'a str>,
    saved: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParameterView<'a> {
    name: &'a str,
    r#type: &'static str,
    description: &'a str,
    default: Option<&'a str>,
}

impl<'a> From<&'a CatalogueQuery> for QueryView<'a> {
    fn from(query: &'a CatalogueQuery) -> Self {
        let parameters = query.parameters.iter().map(|parameter| ParameterView {
            name: &parameter.name,
            r#type: parameter.kind.name(),
            description: &parameter.description,
            default: parameter.default.as_deref(),
        });
        Self {
            name: &query.name,
            title: &query.title,
            description: &query.description,
            question: query.question,
            tags: &query.tags,
            parameters: parameters.collect(),
            url: format!("/api/v1/queries/{}", query.name),
            owner: None,
            saved: false,
        }
    }
}

impl<'a> QueryView<'a> {
    fn of_saved(saved: &'a Arc<SavedQuery>) -> Self {
        Self {
            owner: Some(&saved.owner),
            saved: true,
            ..Self::from(&saved.query)
        }
    }
}

fn list_rows(catalogue: &Catalogue, saved: &[Arc<SavedQuery>], format: Format) -> Rows {
    let mut rows = Rows::new([
        "name",
        "title",
        "description",
        "question",
        "tags",
        "parameters",
        "url",
        "owner",
        "saved",
    ]);
    let shipped = catalogue.iter().map(QueryView::from);
    for query in shipped.chain(saved.iter().map(QueryView::of_saved)) {
        let parameters: Vec<_> = query
            .parameters
            .iter()
            .map(|parameter| match format {
                Format::Json => json!(parameter),
                _ => json!(format!("{} ({})", parameter.name, parameter.r#type)),
            })
            .collect();
        rows.push([
            json!(query.name),
            json!(query.title),
            json!(query.description),
            json!(query.question),
            json!(query.tags),
            json!(parameters),
            json!(query.url),
            json!(query.owner),
            json!(query.saved),
        ]);
    }
    rows
}

/// A query of the catalogue, or a saved one (`~owner/name`).
pub(super) fn find(graph: &KnowledgeGraph, name: &str) -> Result<CatalogueQuery, ApiError> {
    match name.strip_prefix('~').and_then(|rest| rest.split_once('/')) {
        None => Ok(graph.catalogue().get(name)?.clone()),
        Some((owner, short)) => {
            let owner = percent_decode_str(owner).decode_utf8_lossy();
            match graph.saved_queries().get(&owner, short) {
                Some(saved) => Ok(saved.query.clone()),
                None => Err(CatalogueError::NoSuchQuery(name.to_owned()).into()),
            }
        }
    }
}

/// The name and extension of a last part of a path.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((name, extension)) => (name, Some(extension)),
        None => (name, None),
    }
}

/// `GET /api/v1/queries/{name}`: the answer to one of them; with `.rq` its text.
async fn run(
    State(state): State<AppState>,
    Path(name): Path<String>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, extension) = split(&name);
    let query = state.graph().catalogue().get(name)?;
    let asking = Asking {
        query,
        extension,
        here: DATA,
        uri: &uri,
        headers: &headers,
        peer: peer.map(|peer| peer.0),
    };
    asking.answer(&state).await
}

/// `GET /queries/{name}`: a question, what can be chosen, and the answer, as a page.
async fn page(
    State(state): State<AppState>,
    Path(name): Path<String>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let asking = Asking {
        query: state.graph().catalogue().get(&name)?,
        extension: Some("html"),
        here: PAGES,
        uri: &uri,
        headers: &headers,
        peer: peer.map(|peer| peer.0),
    };
    asking.answer(&state).await
}

/// `GET /queries/~{owner}/{name}`: the same for a saved one.
async fn page_of_saved(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let saved = find_saved(&state, &owner, &name)?;
    let asking = Asking {
        query: &saved.query,
        extension: Some("html"),
        here: PAGES,
        uri: &uri,
        headers: &headers,
        peer: peer.map(|peer| peer.0),
    };
    asking.answer(&state).await
}

fn find_saved(state: &AppState, owner: &str, name: &str) -> Result<Arc<SavedQuery>, ApiError> {
    owner
        .strip_prefix('~')
        .and_then(|owner| state.graph().saved_queries().get(owner, name))
        .ok_or_else(|| CatalogueError::NoSuchQuery(format!("{owner}/{name}")).into())
}

/// `GET /api/v1/queries/~{owner}/{name}`: the same for a saved one.
async fn run_saved(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (name, extension) = split(&name);
    let saved = find_saved(&state, &owner, name)?;
    let asking = Asking {
        query: &saved.query,
        extension,
        here: DATA,
        uri: &uri,
        headers: &headers,
        peer: peer.map(|peer| peer.0),
    };
    asking.answer(&state).await
}

/// Whether a parameter says how a query is asked, and not what: one of the catalogue may have a
/// parameter of such a name for itself.
pub(super) fn is_general(query: &CatalogueQuery, name: &str) -> bool {
    GENERAL.iter().chain(&OF_TABLES).any(|known| *known == name)
        && !query.parameters.iter().any(|known| known.name == name)
}

fn owned(values: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    values.iter().map(owned).collect()
}

fn pairs(values: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Values with IRIs in place of the names of things.
async fn resolved(
    state: &AppState,
    query: &CatalogueQuery,
    values: &[(&str, &str)],
    snapshot: &Arc<Snapshot>,
    deadline: Instant,
) -> Result<Vec<(String, String)>, ApiError> {
    let values = owned(values);
    let is_named = |parameter: &Parameter| {
        parameter.kind == ParameterKind::Iri
            && values
                .iter()
                .any(|(name, value)| *name == parameter.name && !value.trim().is_empty())
    };
    if !query.parameters.iter().any(is_named) {
        return Ok(values);
    }
    let (query, snapshot) = (query.clone(), Arc::clone(snapshot));
    let limits = Limits {
        deadline: Some(deadline),
        ..Limits::default()
    };
    state
        .blocking(move |graph| Ok(graph.resolve_parameters(&query, &values, &snapshot, &limits)?))
        .await
}

/// A question, and how it is asked.
struct Asking<'a> {
    query: &'a CatalogueQuery,
    extension: Option<&'a str>,
    /// [`PAGES`] or [`DATA`].
    here: &'static str,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    peer: Option<Peer>,
}

impl Asking<'_> {
    /// The text of the query: as it was written, or (`runnable=true`) as it runs elsewhere, with
    /// values for its parameters.
    async fn text(&self, state: &AppState) -> Result<Response, ApiError> {
        let form = Form::of_url(self.uri)?;
        let snapshot = request::snapshot(state, self.headers)?;
        let text = if form.switch("runnable")? {
            let values: Vec<_> = form
                .pairs()
                .filter(|(name, _)| *name != "runnable")
                .collect();
            let end = Instant::now() + state.graph().config().query_timeout;
            let values = resolved(state, self.query, &values, &snapshot, end).await?;
            let values: Vec<_> = pairs(&values).collect();
            self.query.bind(values.iter().copied())?;
            executable::runnable_with(self.query, &values)
        } else {
            self.query.text.clone()
        };
        let reading = Reading::new(state, &snapshot, &["query text", &text]);
        Ok(reading
            .not_modified(self.headers)
            .unwrap_or_else(|| reading.respond(Format::Sparql, text)))
    }

    async fn answer(self, state: &AppState) -> Result<Response, ApiError> {
        if self.extension == Some("rq") {
            return self.text(state).await;
        }
        let Self {
            query,
            extension,
            here,
            uri,
            headers,
            peer,
        } = self;
        if let Some(extension) = extension
            && !EXTENSIONS.contains(&extension)
        {
            return Err(ApiError::NotFound(format!(
                "`{extension}` is no format of results; there are {}, and rq for the query itself",
                EXTENSIONS.join(", ")
            )));
        }
        let form = Form::of_url(uri)?;
        // A query of the catalogue may have a parameter of such a name for itself.
        let is_own = |name: &str| query.parameters.iter().any(|known| known.name == name);
        let of_tables: &[&str] = match here {
            DATA => &OF_TABLES,
            _ => &[],
        };
        let common = || GENERAL.iter().chain(of_tables).copied();
        let is_general = |name: &str| common().any(|known| known == name) && !is_own(name);
        let general = Form::of_pairs(form.pairs().filter(|(name, _)| is_general(name)));
        let deadline = deadline(&general, state.graph().config().query_timeout)?;
        let values: Vec<(&str, &str)> =
            form.pairs().filter(|(name, _)| !is_general(name)).collect();
        let rows = table_of(query, &general, extension, headers)?;
        let pinned = Pinned::of(state, headers, &general, deadline).await?;
        // Names are looked up in the data as it is stated: the merged view has fewer IRIs.
        let named = resolved(state, query, &values, &pinned.snapshot, deadline).await;
        let typed = owned(&values);
        let (named, refusal) = match named {
            Ok(named) => (named, None),
            Err(error) => (owned(&values), Some(error)),
        };
        let values: Vec<(&str, &str)> = pairs(&named).collect();
        let bound = match refusal {
            Some(error) => Err(error),
            None => query.bind(values.iter().copied()).map_err(|mut error| {
                if let CatalogueError::NoSuchParameter { known, .. } = &mut error {
                    known.extend(common().filter(|name| !is_own(name)).map(str::to_owned));
                }
                ApiError::from(error)
            }),
        };
        let is_merged = merging::is_wanted(&general, false)?;
        let snapshot = merging::seen(state, &pinned.snapshot, is_merged).await?;
        let page_of = |pinned: &Pinned| {
            pages::ResultPage::of_catalogue(
                pages::Shell::new(uri, headers),
                here,
                query,
                &values,
                uri.query().unwrap_or_default(),
                pinned.version(),
            )
            .typed(&typed)
            .merged(is_merged)
            .at(origin(headers, uri))
        };
        let bound = match bound {
            Ok(bound) => bound,
            // On a page the form says what is wrong, and has the values that were given.
            Err(ApiError::App(AppError::Catalogue(error))) if here == PAGES => {
                let problem = error.to_string();
                let page = page_of(&pinned);
                let body = state
                    .blocking(move |graph| pages::refused(graph, &snapshot, page, problem))
                    .await?;
                let response = (
                    StatusCode::BAD_REQUEST,
                    Extension(pages::Explained),
                    Html(body),
                );
                return Ok(response.into_response());
            }
            Err(error) => return Err(error),
        };
        let mut identity = vec![query.text.as_str()];
        identity.extend(values.iter().flat_map(|(name, value)| [*name, *value]));
        let of_table = Form::of_pairs(general.pairs().filter(|(name, _)| of_tables.contains(name)));
        let mut formats = extension.as_slice();
        let (counted, name) = match &rows {
            Some((listing, format)) => {
                let counted = CountedRows {
                    listing: listing.clone(),
                    ..CountedRows::default()
                };
                identity.push("rows");
                identity.extend(of_table.pairs().flat_map(|(name, value)| [name, value]));
                (Some(Arc::new(counted)), [format.name()])
            }
            None => (None, [""]),
        };
        if counted.is_some() {
            formats = &name;
        }
        let job = QueryJob {
            asked: Asked::Query(Box::new(bound)),
            dataset: DatasetSpec::default(),
            snapshot,
            request: evaluations::Request {
                client: client(state, headers, peer)?,
                id: query_id(headers, &general)?,
                kind: query.name.clone(),
                text: query.text.as_str().into(),
                version: 0,
                deadline,
            },
            skolemize: general.switch("skolemize")?,
            rows: counted.clone(),
        };
        let page = page_of(&pinned);
        let mut response = job.answer(state, headers, formats, &identity, page).await?;
        if let Some(counted) = counted
            && let Some(total) = counted.total.get()
        {
            let page = (counted.listing.page(), None);
            response = rows::listed(response, headers, uri, &form, page, *total);
        }
        Ok(pinned.label(state, headers, is_volatile(&identity), response))
    }
}

/// How the rows of an answer are wanted, and in which format, if it is asked for as a table.
fn table_of(
    query: &CatalogueQuery,
    general: &Form,
    extension: Option<&str>,
    headers: &HeaderMap,
) -> Result<Option<(Listing, Format)>, ApiError> {
    let is_flat = match general.one(SHAPE)? {
        None | Some("") => false,
        Some("rows") => true,
        Some(other) => {
            return Err(ApiError::BadRequest(format!(
                "`{SHAPE}`: `{}` is not rows",
                other.escape_debug()
            )));
        }
    };
    let given = |name: &&&str| general.all(name).any(|text| !text.is_empty());
    let asked = Listing::KEYS.iter().find(given);
    let Some(name) = is_flat.then_some(SHAPE).or(asked.copied()) else {
        return Ok(None);
    };
    if !matches!(query.form(), QueryForm::Select | QueryForm::Ask) {
        return Err(ApiError::BadRequest(format!(
            "`{name}` is for rows, and this query answers triples"
        )));
    }
    let format = match extension {
        None => choose(headers, &FORMATS)?.format,
        Some(extension) => by_name(extension, &FORMATS).ok_or_else(|| {
            ApiError::BadRequest(format!(
                "`{name}` is for rows as csv, xlsx, or json with `{SHAPE}=rows`, not as `{extension}`"
            ))
        })?,
    };
    if !is_flat && !format.is_table() {
        return Err(ApiError::BadRequest(format!(
            "`{name}` is for rows, and this JSON is that of SPARQL results: add `{SHAPE}=rows`, or \
             ask for .csv or .xlsx"
        )));
    }
    Ok(Some((Listing::of(general)?, format)))
}

/// Another method of `/api/v1/queries/{name}`: a PUT is told the place for it.
async fn misplaced(
    State(state): State<AppState>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    if parts.method != Method::PUT {
        return Err(ApiError::MethodNotAllowed);
    }
    let writer = writer(&state, &parts)?;
    let place = crate::app::saved::full_name(writer.name(), &name);
    Err(ApiError::Misplaced(format!(
        "the queries that ship cannot be changed here; save yours as /api/v1/queries/{place}"
    )))
}

/// `PUT /api/v1/queries/~{owner}/{name}`: saves a query.
async fn save(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let owner = owner_of(&owner, "queries")?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let media_type = content_type(&parts.headers)?;
    if media_type.is_none_or(|media_type| media_type.essence_str() != "application/sparql-query") {
        return Err(ApiError::UnsupportedMediaType(
            "send the text of a query, with its `#+ title:` line, as application/sparql-query"
                .to_owned(),
        ));
    }
    let text = utf8(read_body(body, LONGEST_TEXT).await?)?;
    let outcome = state
        .writing(move |graph| Ok(graph.saved_queries().save(&writer, &owner, &name, &text)?))
        .await?;
    Ok(saved(outcome == Saved::Replaced, &parts))
}

/// `DELETE /api/v1/queries/~{owner}/{name}`: removes a saved query.
async fn remove(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let owner = owner_of(&owner, "queries")?;
    state
        .writing(move |graph| Ok(graph.saved_queries().remove(&writer, &owner, &name)?))
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
