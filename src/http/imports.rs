//! `/api/v1/import`, `/api/v1/mappings`: tables that partners send.

use super::conditions::precondition;
use super::error::ApiError;
use super::multipart::{self, Part};
use super::negotiate::{Format, of_path};
use super::request::{self, Form, content_type, deadline, owner_of, read_body, writer};
use super::respond::{DATA_VERSION, Reading, saved, version_tag};
use super::rows::{self, About, FORMATS, Listing, Rows};
use super::{AppState, pages};
use crate::app::imports::short_turtle;
use crate::app::mappings::{LONGEST, texts_of};
use crate::app::results::write_quads;
use crate::app::{AppError, KnowledgeGraph, Precondition, Writer};
use crate::ingest::IngestError;
use crate::ingest::archive::{is_zip, pack};
use crate::ingest::mapping::{
    Import, ImportOptions, Mapping, MappingError, OneOrMore, SentFile, TableEntry,
};
use crate::ingest::report::{Finding, ImportReport};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use oxigraph::io::RdfFormat;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Instant;

/// Rows of each table in a preview that asks for no number.
const USUAL_PREVIEW: usize = 5;
/// How many it may ask for.
const MOST_PREVIEWED: usize = 100;

const PARAMETERS: [&str; 11] = [
    "mapping",
    "graph",
    "name",
    "title",
    "publisher",
    "licence",
    "strict",
    "dry-run",
    "preview",
    "filename",
    "timeout",
];
/// Characters of a title, the name of a publisher or of a licence.
const MOST_LETTERS: usize = 500;
const OFFERS: [Format; 7] = [
    Format::Json,
    Format::Csv,
    Format::Html,
    Format::Rdf(RdfFormat::NQuads),
    Format::Xlsx,
    Format::Parquet,
    Format::Arrow,
];

pub(super) fn routes() -> Router<AppState> {
    let form = || async { Redirect::to("/partners#tables") };
    let mut router = Router::new()
        .route("/api/v1/import", get(form).post(import))
        .route("/api/v1/import.html", get(form));
    for format in OFFERS {
        let extension = format.name();
        router = router.route(&format!("/api/v1/import.{extension}"), post(import));
    }
    let router = rows::route(router, "/api/v1/mappings", get(list));
    router
        .route("/api/v1/mappings/{name}", get(one))
        .route(
            "/api/v1/mappings/{owner}/{name}",
            get(one_saved).put(save).delete(remove),
        )
        .layer(DefaultBodyLimit::disable())
}

/// What a request to import asks for.
struct Asked {
    mapping: Option<String>,
    options: ImportOptions,
    /// Whether anything is written.
    writes: bool,
    format: Format,
    deadline: Instant,
}

impl Asked {
    fn of(state: &AppState, parts: &Parts, form: &Form) -> Result<Self, ApiError> {
        form.only(&PARAMETERS)?;
        let (_, format) = of_path(parts.uri.path(), &parts.headers, &OFFERS)?;
        let preview = form
            .has("preview")
            .then(|| match form.one("preview")? {
                Some("") | None => Ok(USUAL_PREVIEW),
                Some(text) => text
                    .parse()
                    .ok()
                    .filter(|rows| (1..=MOST_PREVIEWED).contains(rows))
                    .ok_or_else(|| {
                        ApiError::BadRequest(format!(
                            "`preview`: a number of rows from 1 to {MOST_PREVIEWED}, not `{text}`"
                        ))
                    }),
            })
            .transpose()?;
        let config = state.graph().config();
        let deadline = deadline(form, config.query_timeout)?;
        let graph = form
            .one("graph")?
            .map(|name| crate::ingest::rdf::graph_named(name).map_err(AppError::from))
            .transpose()?;
        let text = |name: &str| -> Result<Option<String>, ApiError> {
            let text = form.one(name)?.map(str::to_owned);
            match text.as_ref().map(|text| text.chars().count()) {
                Some(length) if length > MOST_LETTERS => Err(ApiError::BadRequest(format!(
                    "`{name}`: at most {MOST_LETTERS} characters, not {length}"
                ))),
                _ => Ok(text),
            }
        };
        let writes = preview.is_none() && !form.switch("dry-run")?;
        Ok(Self {
            mapping: form.one("mapping")?.map(str::to_owned),
            options: ImportOptions {
                name: form.one("name")?.map(str::to_owned),
                title: text("title")?,
                publisher: text("publisher")?,
                licence: text("licence")?,
                base: config.base.clone(),
                graph,
                strict: form.switch("strict")?,
                preview,
                bounds: state.graph().mapping_bounds(deadline),
                ..ImportOptions::default()
            },
            writes,
            format: format.format,
            deadline,
        })
    }

    fn mapping(
        &self,
        graph: &KnowledgeGraph,
        sent: BTreeMap<String, String>,
    ) -> Result<Mapping, ApiError> {
        match (&self.mapping, sent.is_empty()) {
            (Some(name), true) => Ok(graph.mapping(name)?),
            (None, false) => {
                let mapping = Mapping::from_files("mapping", sent).map_err(IngestError::from)?;
                mapping.check(graph.ontology()).map_err(IngestError::from)?;
                Ok(mapping)
            }
            (Some(_), false) => Err(ApiError::BadRequest(
                "`mapping` names one mapping and the body brings another; leave one out".to_owned(),
            )),
            (None, true) => Err(ApiError::BadRequest(format!(
                "say which mapping: `mapping=` one of {} or ~TOKEN/NAME, or send mapping.toml and its .rq files along",
                Mapping::names().join(", ")
            ))),
        }
    }
}

/// What a body brings.
#[derive(Default)]
struct Sent {
    files: Vec<SentFile>,
    /// The texts of a mapping sent along.
    texts: BTreeMap<String, String>,
    /// Parameters that a form sends as fields, those that were left empty without.
    fields: Vec<(String, String)>,
}

async fn sent(parts: &Parts, form: &Form, body: Body, limit: usize) -> Result<Sent, ApiError> {
    let media_type = content_type(&parts.headers)?;
    let Some(media_type) = &media_type else {
        return Err(no_table("a body without Content-Type"));
    };
    let mut sent = Sent::default();
    if multipart::is_multipart(media_type) {
        for part in multipart::read(media_type, body, limit).await? {
            if part.file_name.is_none() && PARAMETERS.contains(&part.name.as_str()) {
                let name = part.name.clone();
                let value = text_of(part)?;
                if !value.is_empty() {
                    sent.fields.push((name, value));
                }
                continue;
            }
            let name = part.file_name.clone().unwrap_or_else(|| part.name.clone());
            if name == "mapping.toml" || name.ends_with(".rq") {
                sent.texts.insert(name, text_of(part)?);
            } else if !name.is_empty() || !part.bytes.is_empty() {
                sent.files.push(SentFile {
                    name,
                    bytes: part.bytes,
                    most: limit as u64,
                });
            }
        }
    } else {
        let usual = match media_type.essence_str() {
            "text/csv" => "table.csv",
            "text/tab-separated-values" => "table.tsv",
            "application/json" => "table.json",
            "application/zip" | "application/x-zip-compressed" => "tables.zip",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "table.xlsx",
            "application/vnd.oasis.opendocument.spreadsheet" => "table.ods",
            "application/octet-stream" if form.has("filename") => "",
            other => return Err(no_table(other)),
        };
        sent.files.push(SentFile {
            name: form.one("filename")?.unwrap_or(usual).to_owned(),
            bytes: read_body(body, limit).await?,
            most: limit as u64,
        });
    }
    if sent.files.iter().all(|file| file.bytes.is_empty()) {
        return Err(ApiError::BadRequest(
            "no table was sent: the body is empty; send files as multipart/form-data, or one as the body".to_owned(),
        ));
    }
    Ok(sent)
}

fn no_table(what: &str) -> ApiError {
    ApiError::UnsupportedMediaType(format!(
        "{what} is no table; send multipart/form-data with files (CSV, TSV, JSON, XLSX, ODS, .gz, .zst, .zip), or one file as text/csv, application/json, application/zip, or application/octet-stream with `filename=`"
    ))
}

fn text_of(part: Part) -> Result<String, ApiError> {
    let name = part.file_name.unwrap_or(part.name);
    String::from_utf8(part.bytes)
        .map_err(|_| ApiError::BadRequest(format!("{name}: the text is not UTF-8; save it so")))
}

/// `POST /api/v1/import`: tables become the content of a graph. With `dry-run` or `preview`
/// nothing is written.
async fn import(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let mut form = Form::of_url(&parts.uri)?;
    let mut asked = Asked::of(&state, &parts, &form)?;
    // To compute takes a token too: a mapping is a program.
    let writer = writer(&state, &parts)?;
    let demand = precondition(&parts.headers)?;
    let limit = state.graph().config().body_limit;
    let sent = sent(&parts, &form, body, limit).await?;
    if !sent.fields.is_empty() {
        let fields = sent.fields.iter();
        form.append(Form::of_pairs(
            fields.map(|(name, value)| (name.as_str(), value.as_str())),
        ));
        asked = Asked::of(&state, &parts, &form)?;
    }
    if asked.writes && matches!(asked.format, Format::Rdf(_)) {
        return Err(ApiError::BadRequest(
            "N-Quads are what `dry-run=true` and `preview=` answer; ask for JSON, CSV or HTML"
                .to_owned(),
        ));
    }
    let (format, deadline) = (asked.format, asked.deadline);
    let done = state
        .importing(deadline, move |graph| {
            Done::of(graph, &asked, sent.files, sent.texts, &writer, demand)
        })
        .await?;
    let body = match format {
        table if table.is_table() => {
            let about = About::of_address(&parts.headers, &parts.uri);
            findings(&done.made.report.findings).text(table, &about)?
        }
        Format::Html => {
            pages::import(pages::Shell::new(&parts.uri, &parts.headers), &done.page())?.into_bytes()
        }
        Format::Rdf(rdf) => {
            let mut body = Vec::new();
            write_quads(done.made.batch.iter(), rdf, &mut body).map_err(ApiError::write)?;
            body
        }
        _ => serde_json::to_vec(&done.json()?)
            .map_err(|error| ApiError::Internal(error.to_string()))?,
    };
    let mut response = (
        StatusCode::OK,
        [(header::CONTENT_TYPE, format.content_type())],
        body,
    )
        .into_response();
    if let Some((version, ..)) = done.committed {
        let headers = response.headers_mut();
        headers.insert(DATA_VERSION, HeaderValue::from(version));
        headers.insert(header::ETAG, version_tag(version));
    }
    Ok(response)
}

/// An import that has been made.
pub(super) struct Done {
    mapping: String,
    made: Import,
    /// Data version, statements added and removed, if anything was written.
    committed: Option<(u64, u64, u64)>,
}

/// What the page of an import shows.
pub(super) struct ImportPage<'a> {
    pub(super) mapping: &'a str,
    pub(super) graph: &'a str,
    pub(super) report: &'a ImportReport,
    pub(super) committed: Option<(u64, u64, u64)>,
    pub(super) rows: Vec<(String, String)>,
}

impl Done {
    fn of(
        graph: &KnowledgeGraph,
        asked: &Asked,
        files: Vec<SentFile>,
        texts: BTreeMap<String, String>,
        writer: &Writer,
        demand: Precondition,
    ) -> Result<Self, ApiError> {
        let mapping = asked.mapping(graph, texts)?;
        let mut made = graph.map_tables(&mapping, files, &asked.options)?;
        let committed = if asked.writes {
            if Instant::now() >= asked.deadline {
                return Err(IngestError::from(MappingError::TimedOut).into());
            }
            let committed = graph.write_import(writer, &mut made, demand)?;
            Some((committed.version, committed.added, committed.removed))
        } else {
            None
        };
        Ok(Self {
            mapping: mapping.manifest().name.clone(),
            made,
            committed,
        })
    }

    fn page(&self) -> ImportPage<'_> {
        let rows = self.made.rows.iter();
        ImportPage {
            mapping: &self.mapping,
            graph: self.made.graph.as_str(),
            report: &self.made.report,
            committed: self.committed,
            rows: rows
                .map(|row| (format!("{}:{}", row.file, row.line), turtle(&row.batch)))
                .collect(),
        }
    }

    fn json(&self) -> Result<Value, ApiError> {
        let report = &self.made.report;
        let (version, added, removed) = match self.committed {
            Some((version, added, removed)) => (Some(version), Some(added), Some(removed)),
            None => (None, None, None),
        };
        let tables: Vec<_> = report
            .tables
            .iter()
            .map(|table| {
                json!({
                    "file": table.file,
                    "rows": table.rows,
                    "rowsLeftOut": table.rows_left_out,
                    "rowsWithoutTriples": table.rows_without_triples,
                    "triples": table.triples,
                })
            })
            .collect();
        let mut answer = json!({
            "mapping": self.mapping,
            "graph": self.made.graph.as_str(),
            "written": self.committed.is_some(),
            "dataVersion": version,
            "added": added,
            "removed": removed,
            "rows": report.rows(),
            "rowsLeftOut": report.rows_left_out(),
            "triples": report.triples(),
            "seconds": rows::number(report.seconds),
            "tables": tables,
            "findingsTotal": report.findings_total,
            "errors": report.errors,
            "warnings": report.warnings,
            "kinds": report.kinds.iter().map(|kind| json!({
                "count": kind.count,
                "first": kind.first.to_string(),
            })).collect::<Vec<_>>(),
            "findings": findings(&report.findings).into_objects(),
        });
        if !self.made.rows.is_empty()
            && let Some(object) = answer.as_object_mut()
        {
            let rows = self.made.rows.iter().map(|row| {
                let cells: Map<String, Value> = row
                    .cells
                    .iter()
                    .map(|(heading, text)| (heading.clone(), json!(text)))
                    .collect();
                json!({
                    "file": row.file,
                    "line": row.line,
                    "cells": cells,
                    "turtle": turtle(&row.batch),
                })
            });
            object.insert("preview".to_owned(), rows.collect());
        }
        Ok(answer)
    }
}

fn turtle(batch: &crate::rdf::Batch) -> String {
    short_turtle(batch).unwrap_or_else(|error| format!("# {error}"))
}

fn findings(findings: &[Finding]) -> Rows {
    let mut rows = Rows::new([
        "severity", "file", "line", "row", "column", "value", "reason", "remedy",
    ]);
    for finding in findings {
        rows.push([
            json!(finding.severity.name()),
            json!(finding.file),
            json!(finding.line),
            json!(finding.row),
            json!(finding.column),
            json!(finding.value),
            json!(finding.reason),
            json!(finding.remedy),
        ]);
    }
    rows
}

/// `GET /api/v1/mappings`: those that ship and those that people have saved.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&Listing::KEYS)?;
    let listing = Listing::of(&form)?;
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let snapshot = request::snapshot(&state, &headers)?;
    let mut rows = Rows::new([
        "name",
        "title",
        "description",
        "tables",
        "graph",
        "owner",
        "url",
    ]);
    let mut all = Vec::new();
    for name in Mapping::names() {
        all.push((name.clone(), None, state.graph().mapping(&name)?));
    }
    for saved in state.graph().saved_mappings().list() {
        let owner = Some(saved.owner.clone());
        all.push((saved.full_name.clone(), owner, saved.mapping.clone()));
    }
    let query = uri.query().unwrap_or_default();
    let mut identity = vec![
        "mappings".to_owned(),
        query.to_owned(),
        format.content_type.to_owned(),
    ];
    for (name, owner, mapping) in all {
        identity.push(format!(
            "{name} {}",
            mapping.fingerprint().unwrap_or_default()
        ));
        let manifest = mapping.manifest();
        let files: Vec<_> = manifest.tables.iter().map(|table| &table.file).collect();
        rows.push([
            json!(name),
            json!(manifest.title.as_ref().unwrap_or(&manifest.name)),
            json!(manifest.description),
            json!(files),
            json!(manifest.graph),
            json!(owner),
            json!(format!("/api/v1/mappings/{name}")),
        ]);
    }
    let identity: Vec<&str> = identity.iter().map(String::as_str).collect();
    let reading = Reading::new(&state, &snapshot, &identity);
    Ok(match reading.not_modified(&headers) {
        Some(response) => response,
        None => {
            let total = rows.arrange(&listing)?;
            let about = About::of(&state, &headers, &uri, format.format, &snapshot);
            let response = reading.respond(format, rows.text(format.format, &about)?);
            rows::listed(
                response,
                &headers,
                &uri,
                &form,
                (listing.page(), None),
                total,
            )
        }
    })
}

/// `GET /api/v1/mappings/{name}`: one that ships; with `.zip` all its files, empty tables among
/// them.
async fn one(
    State(state): State<AppState>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    if let Some(name) = name.strip_suffix(".zip") {
        let mapping = state.graph().mapping(name)?;
        let files = Mapping::shipped_files(name).unwrap_or_default();
        let fingerprint = mapping.fingerprint().unwrap_or_default();
        let reading = Reading::new(&state, &snapshot, &["mapping zip", &fingerprint]);
        return match reading.not_modified(&headers) {
            Some(response) => Ok(response),
            None => Ok(reading.respond_with(
                HeaderValue::from_static("application/zip"),
                packed(pack(files.iter().map(|(name, bytes)| (&name[..], *bytes))))?.into(),
            )),
        };
    }
    let name = name.strip_suffix(".json").unwrap_or(&name);
    let mapping = state.graph().mapping(name)?;
    let readme = Mapping::shipped_files(name)
        .unwrap_or_default()
        .into_iter()
        .find(|(name, _)| name == "README.md")
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
    described(&state, &headers, &snapshot, name, None, &mapping, readme)
}

/// `GET /api/v1/mappings/~{owner}/{name}`: one that somebody has saved.
async fn one_saved(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let owner = owner_of(&owner, "mappings")?;
    let (name, as_zip) = match name.strip_suffix(".zip") {
        Some(name) => (name, true),
        None => (name.strip_suffix(".json").unwrap_or(&name), false),
    };
    let Some(saved) = state.graph().saved_mappings().get(&owner, name) else {
        return Err(ApiError::NotFound(format!(
            "`{owner}` has no mapping `{name}`; /api/v1/mappings lists all"
        )));
    };
    if as_zip {
        let fingerprint = saved.mapping.fingerprint().unwrap_or_default();
        let reading = Reading::new(&state, &snapshot, &["mapping zip", &fingerprint]);
        return match reading.not_modified(&headers) {
            Some(response) => Ok(response),
            None => Ok(reading.respond_with(
                HeaderValue::from_static("application/zip"),
                packed(saved.archive())?.into(),
            )),
        };
    }
    let (full_name, mapping) = (&saved.full_name, &saved.mapping);
    described(
        &state,
        &headers,
        &snapshot,
        full_name,
        Some(owner),
        mapping,
        None,
    )
}

fn described(
    state: &AppState,
    headers: &HeaderMap,
    snapshot: &crate::store::Snapshot,
    name: &str,
    owner: Option<String>,
    mapping: &Mapping,
    readme: Option<String>,
) -> Result<Response, ApiError> {
    let fingerprint = mapping.fingerprint().unwrap_or_default();
    let reading = Reading::new(state, snapshot, &["mapping", name, &fingerprint]);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let manifest = mapping.manifest();
    let table = |table: &TableEntry| {
        let unique = match &table.unique {
            Some(OneOrMore::One(name)) => vec![name.clone()],
            Some(OneOrMore::More(names)) => names.clone(),
            None => Vec::new(),
        };
        json!({
            "file": table.file,
            "required": table.required,
            "unique": unique,
            "lists": table.lists,
            "optional": table.optional,
            "sheet": table.sheet,
            "query": table.query,
        })
    };
    let body = json!({
        "name": name,
        "title": manifest.title.as_ref().unwrap_or(&manifest.name),
        "description": manifest.description,
        "licence": manifest.licence,
        "source": manifest.source,
        "graph": manifest.graph,
        "owner": owner,
        "tables": manifest.tables.iter().map(table).collect::<Vec<_>>(),
        "queries": mapping.queries(),
        "readme": readme,
    });
    let body = serde_json::to_vec(&body).map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(reading.respond(Format::Json, body))
}

fn packed<E: std::fmt::Display>(archive: Result<Vec<u8>, E>) -> Result<Vec<u8>, ApiError> {
    archive.map_err(|error| ApiError::Internal(error.to_string()))
}

/// `PUT /api/v1/mappings/~{owner}/{name}`: saves a mapping, sent as a zip or as the files of a
/// form.
async fn save(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let owner = owner_of(&owner, "mappings")?;
    Form::of_url(&parts.uri)?.only(&[])?;
    let media_type = content_type(&parts.headers)?;
    let texts = match &media_type {
        Some(media_type) if multipart::is_multipart(media_type) => {
            let mut texts = BTreeMap::new();
            for part in multipart::read(media_type, body, LONGEST * 2).await? {
                let name = part.file_name.clone().unwrap_or_else(|| part.name.clone());
                if is_zip(&part.bytes) {
                    texts.extend(texts_of(&part.bytes).map_err(AppError::from)?);
                } else {
                    texts.insert(name, text_of(part)?);
                }
            }
            texts
        }
        Some(media_type) if media_type.essence_str() == "application/zip" => {
            texts_of(&read_body(body, LONGEST * 2).await?).map_err(AppError::from)?
        }
        _ => {
            return Err(ApiError::UnsupportedMediaType(
                "send mapping.toml and its .rq files as multipart/form-data, or as application/zip"
                    .to_owned(),
            ));
        }
    };
    let was_there = state
        .writing(move |graph| {
            let mappings = graph.saved_mappings();
            Ok(mappings
                .save(&writer, &owner, &name, texts, graph.ontology())
                .map_err(AppError::from)?)
        })
        .await?;
    Ok(saved(was_there, &parts))
}

/// `DELETE /api/v1/mappings/~{owner}/{name}`: removes a saved mapping.
async fn remove(
    State(state): State<AppState>,
    Path((owner, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    let (parts, _) = request.into_parts();
    let writer = writer(&state, &parts)?;
    let owner = owner_of(&owner, "mappings")?;
    state
        .writing(move |graph| {
            let mappings = graph.saved_mappings();
            Ok(mappings
                .remove(&writer, &owner, &name)
                .map_err(AppError::from)?)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
