//! `/api/v1/rules` and `/api/v1/inferred`: which alignment rules there are, what they conclude, and
//! from what.

use super::AppState;
use super::error::ApiError;
use super::negotiate::of_path;
use super::request::{self, Form, deadline};
use super::respond::Reading;
use super::rows::{self, About, FORMATS, Listing, Page, Rows};
use crate::app::iri;
use crate::app::rules::{asserted, inferred_triples, is_inferred};
use crate::store::{Limits, Snapshot};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::{GraphName, NamedNode, Quad, Term};
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

/// Conclusions that are explained in one answer.
const MOST_EXPLAINED: usize = 100;

/// The switch that leaves out what the rules concluded.
pub(super) const INFERRED: &str = "inferred";

pub(super) fn routes() -> Router<AppState> {
    let router = rows::route(Router::new(), "/api/v1/rules", get(list));
    rows::route(router, "/api/v1/inferred/explain", get(explain))
}

/// The data without what the rules concluded, if a request asks for that with `inferred=false`.
pub(super) fn as_asked(form: &Form, snapshot: Arc<Snapshot>) -> Result<Arc<Snapshot>, ApiError> {
    Ok(match form.parsed(INFERRED, "true or false", |_| true)? {
        Some(false) => asserted(&snapshot),
        Some(true) | None => snapshot,
    })
}

/// `GET /api/v1/rules`: the rules, and how many different statements each yields.
async fn list(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    let [sort, limit, offset] = Listing::KEYS;
    form.only(&["timeout", sort, limit, offset])?;
    let listing = Listing::of(&form)?;
    let page = listing.page();
    let deadline = deadline(&form, state.graph().config().query_timeout)?;
    let limits = Limits {
        deadline: Some(deadline),
        memory: Some(state.graph().config().allowance.memory),
        ..Limits::default()
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let rules = state.graph().ontology().fingerprint();
    let mut what = vec!["rules", &rules, format.content_type];
    for (name, value) in form.pairs().filter(|(name, _)| *name != "timeout") {
        what.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let seen = Arc::clone(&snapshot);
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (body, total) = state
        .measuring(seen, deadline, move |graph| {
            let counts = graph.rule_counts(&snapshot, &limits)?;
            let mut rows = Rows::new([
                "name",
                "title",
                "description",
                "vocabulary",
                "terms",
                "statements",
            ]);
            for ((rule, about), count) in graph.alignment().iter().zip(counts.iter()) {
                let terms: Vec<&str> = rule.vocabulary().map(NamedNode::as_str).collect();
                rows.push([
                    json!(rule.name()),
                    json!(about.title),
                    json!(about.description),
                    json!(about.tags),
                    json!(terms),
                    json!(count),
                ]);
            }
            let total = rows.arrange(&listing)?;
            Ok((rows.text(format.format, &about)?, total))
        })
        .await?;
    let response = reading.respond(format, body);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (page, None),
        total,
    ))
}

/// `GET /api/v1/inferred/explain?subject=&predicate=&object=`: which rules concluded a statement,
/// and from which statements. Without an object, or without both, all that was concluded of the
/// subject.
async fn explain(
    State(state): State<AppState>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (_, format) = of_path(uri.path(), &headers, &FORMATS)?;
    let form = Form::of_url(&uri)?;
    let [limit, offset] = Page::KEYS;
    form.only(&["subject", "predicate", "object", "timeout", limit, offset])?;
    let page = Page::of(&form)?;
    let subject = term("subject", form.required("subject")?)?;
    let given = |name: &str| {
        form.one(name)?
            .filter(|text| !text.is_empty())
            .map(|text| term(name, text))
            .transpose()
    };
    let predicate = match given("predicate")? {
        None => None,
        Some(Term::NamedNode(node)) => Some(node),
        Some(other) => {
            return Err(ApiError::BadRequest(format!(
                "`predicate`: {other} is not an IRI"
            )));
        }
    };
    let object = given("object")?;
    let deadline = deadline(&form, state.graph().config().query_timeout)?;
    let limits = Limits {
        deadline: Some(deadline),
        memory: Some(state.graph().config().allowance.memory),
        ..Limits::default()
    };
    let snapshot = request::snapshot(&state, &headers)?;
    let rules = state.graph().ontology().fingerprint();
    let mut what = vec!["explain", &rules, format.content_type];
    for (name, value) in form.pairs().filter(|(name, _)| *name != "timeout") {
        what.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let seen = Arc::clone(&snapshot);
    let about = About::of(&state, &headers, &uri, format.format, &snapshot);
    let (body, total) = state
        .measuring(seen, deadline, move |graph| {
            let triples = inferred_triples(
                &snapshot,
                Some(subject.as_ref()),
                predicate.as_ref().map(NamedNode::as_ref),
                object.as_ref().map(Term::as_ref),
                MOST_EXPLAINED + 1,
            );
            if triples.is_empty() {
                return Err(ApiError::NotFound(format!(
                    "the rules concluded nothing like this; what they conclude lies in <{}>, and \
                     an object is an IRI, or a literal as in N-Triples (\"text\"@en)",
                    iri::INFERRED_GRAPH.as_str()
                )));
            }
            if triples.len() > MOST_EXPLAINED {
                return Err(ApiError::BadRequest(format!(
                    "more than {MOST_EXPLAINED} statements were concluded: name `predicate` or \
                     `object`"
                )));
            }
            let mut rows = Rows::new([
                "subject",
                "predicate",
                "object",
                "inferred",
                "rule",
                "title",
                "statements",
                "graphs",
            ]);
            for triple in &triples {
                let is_inferred = is_inferred(&snapshot, triple);
                for reason in graph.reasons(triple, &snapshot, &limits)? {
                    let title = graph.alignment().title(&reason.rule).map(str::to_owned);
                    rows.push([
                        json!(triple.subject.to_string()),
                        json!(triple.predicate.to_string()),
                        json!(triple.object.to_string()),
                        json!(is_inferred),
                        json!(reason.rule),
                        json!(title),
                        statements(&reason.statements),
                        graphs(&reason.statements),
                    ]);
                }
            }
            let total = rows.keep(page);
            Ok((rows.text(format.format, &about)?, total))
        })
        .await?;
    let response = reading.respond(format, body);
    Ok(rows::listed(
        response,
        &headers,
        &uri,
        &form,
        (page, None),
        total,
    ))
}

/// A term of a parameter: as N-Triples writes it, or an IRI as it is.
fn term(name: &str, text: &str) -> Result<Term, ApiError> {
    let text = text.trim();
    let written = matches!(text.as_bytes().first(), Some(b'<' | b'"'));
    let term = if written {
        Term::from_str(text).ok()
    } else if text.starts_with("_:") {
        None
    } else {
        NamedNode::new(text).ok().map(Term::from)
    };
    term.ok_or_else(|| {
        ApiError::BadRequest(format!(
            "`{name}`: `{text}` is neither an absolute IRI nor a literal as in N-Triples \
             (\"text\", \"text\"@en, \"1\"^^<datatype>)"
        ))
    })
}

/// Statements as N-Quads.
pub(super) fn statements(quads: &[Quad]) -> Value {
    quads
        .iter()
        .map(|quad| json!(format!("{quad} .")))
        .collect()
}

/// The graphs of statements, each once.
fn graphs(quads: &[Quad]) -> Value {
    let graphs: std::collections::BTreeSet<String> = quads
        .iter()
        .map(|quad| match &quad.graph_name {
            GraphName::NamedNode(graph) => graph.as_str().to_owned(),
            other => other.to_string(),
        })
        .collect();
    json!(graphs)
}
