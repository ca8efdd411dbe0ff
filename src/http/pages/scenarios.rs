//! `/scenarios`: what if something were otherwise. Scenarios that others have saved, forms that
//! make one step by step without scripts, and what comes of it beside the figures of today.

use super::links::{Links, encoded};
use super::texts::Language;
use super::{Shell, render};
use crate::app::permalink::add_parameter;
use crate::app::resource::label_in;
use crate::app::scenarios::{Cell, Change, Evaluation, Note, Outcome, Part, SavedScenario, Table};
use crate::app::{AppError, Citation, KnowledgeGraph, RestsOn, Scenario, Search};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::pinned::VERSION;
use crate::http::request::{self, Form, origin};
use crate::http::respond::Reading;
use crate::http::scenarios::{Asked, Listed, is_own, listed, no_longer, of_link, shown};
use crate::indicators::Fold;
use crate::network::{Filter, text_of};
use crate::ontology::iri;
use crate::store::{Limits, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{NamedNode, NamedOrBlankNode, TermRef};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// Names that a field offers; where there are more, people type.
const MOST_NAMES: usize = 500;
/// Things to choose from, where a name fits several.
const MOST_CHOICES: usize = 12;
/// Actors that the page lists; the files have all.
const MOST_ACTORS: usize = 25;
/// Services that the page lists; the files have all.
const MOST_SERVICES: usize = 25;
/// Sentences of one kind.
const MOST_SENTENCES: usize = 8;
/// Characters of a label in a list.
const LONGEST_LABEL: usize = 200;
/// What the names of filters begin with in the fields of a form.
const KEPT: &str = "filter-";
/// Figures that are shares: written as percentages.
const SHARES: [&str; 6] = [
    "same-sector-and-level",
    "horizontal",
    "vertical",
    "diagonal",
    "unbroken-chains",
    "scope",
];
/// Metrics that are shares.
const SHARE_METRICS: [&str; 3] = ["density", "largestComponentShare", "fragmentation"];

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/scenarios", get(list))
        .route("/scenarios/evaluate", get(evaluate))
        .route("/scenarios/add", get(add))
        .route("/scenarios/{id}", get(saved))
}

// ---- what templates are filled with -------------------------------------------------------------

/// A code with its name.
struct Choice {
    value: String,
    text: String,
}

/// A form that adds a change, and the fields that it has.
struct Way {
    op: &'static str,
    title: String,
    how: String,
    label: bool,
    actor: bool,
    other: bool,
    service: bool,
    provider: bool,
    attributes: bool,
    role: bool,
}

/// The forms: kind of change, and the names of its fields.
const WAYS: [(&str, &[&str]); 7] = [
    ("removeActor", &["actor"]),
    ("addTie", &["actor", "other", "role"]),
    ("moveService", &["service", "provider", "attributes"]),
    ("addActor", &["label", "attributes", "role"]),
    ("addParticipation", &["actor", "service", "role"]),
    ("mergeActors", &["actor", "other"]),
    ("removeService", &["service"]),
];

/// What the forms that add a change offer.
struct Forms {
    ways: Vec<Way>,
    /// The changes so far, as JSON.
    changes: String,
    title: String,
    description: String,
    /// Filters and the like, to be kept.
    kept: Vec<(String, String)>,
    is_first: bool,
    actors: Vec<String>,
    services: Vec<String>,
    roles: Vec<Choice>,
    sectors: Vec<Choice>,
    levels: Vec<Choice>,
}

struct SavedRow {
    /// Whether the data of today has all that it names.
    fits: bool,
    href: String,
    title: String,
    description: String,
    owner: String,
    day: String,
    version: u64,
    size: usize,
}

#[derive(Template)]
#[template(path = "scenarios.html")]
struct ListPage {
    shell: Shell,
    saved: Vec<SavedRow>,
    forms: Forms,
    is_empty: bool,
    origin: String,
}

#[derive(Template)]
#[template(path = "scenarios_choose.html")]
struct ChoosePage {
    shell: Shell,
    text: String,
    is_actor: bool,
    choices: Vec<Choice>,
    back: String,
}

struct ChangeView {
    text: String,
    counts: String,
    note: Option<String>,
    /// Where the scenario is without it.
    without: Option<String>,
}

struct FigureRow {
    name: String,
    help: String,
    today: String,
    then: String,
    words: String,
    is_better: bool,
    is_worse: bool,
    rests: Option<String>,
    is_changed: bool,
}

struct PairRow {
    from: String,
    to: String,
    today: String,
    then: String,
    expected: String,
    words: String,
    change: &'static str,
}

struct ActorRow {
    href: String,
    label: String,
    status: String,
    ties: String,
    rank: String,
    is_lost: bool,
}

/// A service or innovation whose providers change.
struct ServiceRow {
    href: String,
    label: String,
    sectors: String,
    status: String,
    providers: String,
    lost: String,
    is_lost: bool,
}

/// How many things of a sector have no provider left.
struct LeftRow {
    sector: String,
    count: String,
}

struct NetworkView {
    title: String,
    rows: Vec<FigureRow>,
}

struct SavedView {
    owner: String,
    day: String,
    version: u64,
}

/// A file of one part.
struct File {
    text: String,
    csv: String,
    json: String,
}

#[derive(Template)]
#[template(path = "scenario.html")]
struct ResultPage {
    shell: Shell,
    title: String,
    description: String,
    saved: Option<SavedView>,
    restricted: Vec<(String, String)>,
    version: u64,
    problem: Option<String>,
    changes: Vec<ChangeView>,
    sentences: Vec<String>,
    /// Things without a provider, by sector.
    left: Vec<LeftRow>,
    services: Vec<ServiceRow>,
    services_affected: usize,
    figures: Vec<FigureRow>,
    networks: Vec<NetworkView>,
    sector_pairs: Vec<PairRow>,
    level_pairs: Vec<PairRow>,
    actors: Vec<ActorRow>,
    actors_affected: usize,
    files: Vec<File>,
    api: String,
    origin: String,
    share: String,
    edit: Option<String>,
    citation: String,
    licences: Vec<String>,
    may_save: bool,
    /// The scenario for scripts.
    definition: String,
    forms: Forms,
}

impl ResultPage {
    fn changed<'a>(&self, rows: &'a [FigureRow]) -> Vec<&'a FigureRow> {
        rows.iter().filter(|row| row.is_changed).collect()
    }

    fn unchanged<'a>(&self, rows: &'a [FigureRow]) -> Vec<&'a FigureRow> {
        rows.iter().filter(|row| !row.is_changed).collect()
    }

    fn moved<'a>(&self, rows: &'a [PairRow]) -> Vec<&'a PairRow> {
        rows.iter().filter(|row| row.change != "same").collect()
    }

    fn still<'a>(&self, rows: &'a [PairRow]) -> Vec<&'a PairRow> {
        rows.iter().filter(|row| row.change == "same").collect()
    }
}

// ---- handlers -----------------------------------------------------------------------------------

/// `GET /scenarios`: what others have saved, and how to begin.
async fn list(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let reader = request::reader(&state, &headers)?;
    let fingerprint = state.graph().saved_scenarios().fingerprint();
    let origin = origin(&headers, &uri);
    let what = [
        "scenarios page",
        shell.tag(),
        &fingerprint,
        reader.name(),
        &origin,
    ];
    let reading = Reading::new(&state, &snapshot, &what);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let saved = listed(&state, &snapshot, &reader).await?;
    let body = state
        .blocking(move |graph| {
            let merged = graph.merged(&snapshot)?;
            let counts = graph.summary(&merged);
            let has_data = counts.actors + counts.services + counts.innovations > 0;
            let saved = saved.iter().map(|Listed { saved, fits }| SavedRow {
                fits: *fits,
                href: match fits {
                    true => format!("/scenarios/{}", saved.id),
                    false => format!("/scenarios/{}?{VERSION}={}", saved.id, saved.version),
                },
                title: short(&saved.scenario.title),
                description: short(&saved.scenario.description),
                owner: saved.owner.clone(),
                day: day(&saved.created),
                version: saved.version,
                size: saved.scenario.changes.len(),
            });
            let forms = forms(
                graph,
                &merged,
                shell.language,
                &Scenario::default(),
                Vec::new(),
            );
            render(&ListPage {
                saved: saved.collect(),
                is_empty: !has_data,
                origin,
                forms,
                shell,
            })
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}

/// `GET /scenarios/evaluate?changes=`: what comes of a scenario that the address states.
async fn evaluate(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let own = ["changes", "title", "description"];
    let asked = Asked::new(&state, &uri, &headers, &own).await?;
    let scenario = of_link(&asked.form)?;
    result(&state, shell, &uri, &headers, asked, scenario, None).await
}

/// `GET /scenarios/{id}`: the same of a saved one.
async fn saved(
    State(state): State<AppState>,
    Path(id): Path<String>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let saved = state.graph().saved_scenarios().get(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &[]).await?;
    let asked = asked.with_kept(&saved)?;
    let scenario = saved.scenario.clone();
    result(&state, shell, &uri, &headers, asked, scenario, Some(saved)).await
}

async fn result(
    state: &AppState,
    shell: Shell,
    uri: &Uri,
    headers: &HeaderMap,
    asked: Asked,
    scenario: Scenario,
    saved: Option<Arc<SavedScenario>>,
) -> Result<Response, ApiError> {
    let reader = request::reader(state, headers)?;
    let origin = origin(headers, uri);
    let address = format!("{origin}{}", href(uri));
    let query = uri.query().unwrap_or_default();
    let id = saved.as_ref().map_or("", |saved| saved.id.as_str());
    let what = [
        "scenario page",
        shell.tag(),
        id,
        query,
        &address,
        reader.name(),
    ];
    let reading = Reading::new(state, asked.seen(), &what);
    if let Some(response) = reading.not_modified(headers) {
        return Ok(response);
    }
    let snapshot = Arc::clone(asked.seen());
    let (evaluation, problem) = match asked.evaluated(state, &scenario).await {
        Ok(evaluation) => (Some(evaluation), None),
        // What does not fit is told in the page, where it can be taken out.
        Err(error @ ApiError::App(AppError::Scenario(_))) => {
            let error = match &saved {
                Some(saved) => no_longer(state, headers, &asked, error, saved, &reader).await,
                None => error,
            };
            (None, Some(error.problem().detail))
        }
        Err(error) => return Err(error),
    };
    let told = match &saved {
        Some(saved) => shown(state, saved, &snapshot, is_own(saved, &reader)).await?,
        None => scenario,
    };
    let kept: Vec<(String, String)> = asked
        .form
        .pairs()
        .filter(|(name, value)| {
            (Filter::KEYS.contains(name) || *name == VERSION) && !value.is_empty()
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = state
        .blocking(move |graph| {
            let making = Making {
                graph,
                merged: graph.merged(&snapshot)?,
                shell,
                scenario: told,
                saved,
                kept,
                origin,
                address,
            };
            render(&making.page(&snapshot, evaluation.as_deref(), problem))
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}

/// `GET /scenarios/add?op=`: a scenario with one change more, from the fields of a form. Leads to
/// what comes of it; where a name fits several, to the choice between them.
async fn add(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    let own = [
        "op",
        "actor",
        "other",
        "service",
        "provider",
        "role",
        "sector",
        "level",
        "label",
        "changes",
        "title",
        "description",
    ];
    // Filters have other names here: a field may be called the same.
    let kept: Vec<String> = Filter::KEYS
        .iter()
        .chain(&[VERSION])
        .map(|name| format!("{KEPT}{name}"))
        .collect();
    let kept = kept.iter().map(String::as_str);
    form.only(&own.into_iter().chain(kept).collect::<Vec<_>>())?;
    let snapshot = request::snapshot(&state, &headers)?;
    let address = href(&uri);
    let deadline = Instant::now() + state.graph().config().query_timeout;
    let outcome = state
        .blocking(move |graph| {
            let merged = graph.merged(&snapshot)?;
            let limits = Limits {
                deadline: Some(deadline),
                ..Limits::default()
            };
            let adding = Adding {
                graph,
                merged: &merged,
                form: &form,
                limits: &limits,
                shell: &shell,
            };
            match adding.changes()? {
                Ok(changes) => {
                    let mut target = String::from("/scenarios/evaluate");
                    for (name, value) in form.pairs().filter(|(_, value)| !value.is_empty()) {
                        let name = name
                            .strip_prefix(KEPT)
                            .or_else(|| ["title", "description"].contains(&name).then_some(name));
                        if let Some(name) = name {
                            add_parameter(&mut target, name, value);
                        }
                    }
                    add_parameter(&mut target, "changes", &changes);
                    Ok(Outcomes::Goes(target))
                }
                Err(unclear) => {
                    let choices = unclear.candidates.into_iter().map(|(iri, text)| Choice {
                        value: replaced(&address, unclear.field, &iri),
                        text: short(&text),
                    });
                    Ok(Outcomes::Page(render(&ChoosePage {
                        text: short(&unclear.text),
                        is_actor: unclear.field != "service",
                        choices: choices.collect(),
                        back: "/scenarios".to_owned(),
                        shell,
                    })?))
                }
            }
        })
        .await?;
    match outcome {
        Outcomes::Goes(target) => {
            let location = HeaderValue::try_from(target)
                .map_err(|error| ApiError::Internal(error.to_string()))?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
        }
        Outcomes::Page(body) => {
            Ok(([(header::CACHE_CONTROL, "no-cache")], Html(body)).into_response())
        }
    }
}

enum Outcomes {
    Goes(String),
    Page(String),
}

// ---- one change more ----------------------------------------------------------------------------

/// A field whose text names no thing, or several.
struct Unclear {
    field: &'static str,
    text: String,
    candidates: Vec<(String, String)>,
}

struct Adding<'a> {
    graph: &'a KnowledgeGraph,
    merged: &'a Arc<Snapshot>,
    form: &'a Form,
    limits: &'a Limits,
    shell: &'a Shell,
}

impl Adding<'_> {
    /// All changes as JSON, the new one among them.
    fn changes(&self) -> Result<Result<String, Unclear>, ApiError> {
        let text = self.form.one("changes")?.filter(|text| !text.is_empty());
        let so_far: Value = match text {
            None => json!([]),
            Some(text) => serde_json::from_str(text)
                .map_err(|error| ApiError::BadRequest(format!("`changes` is no JSON: {error}")))?,
        };
        let Value::Array(mut all) = so_far else {
            return Err(ApiError::BadRequest("`changes` is no list".to_owned()));
        };
        macro_rules! thing {
            ($field:literal, $kinds:literal) => {
                match self.thing($field, $kinds, &all)? {
                    Ok(iri) => iri,
                    Err(unclear) => return Ok(Err(unclear)),
                }
            };
        }
        let actor = "actor";
        let new = match self.form.required("op")? {
            "removeActor" => {
                vec![json!({"op": "removeActor", "iri": thing!("actor", "actor")})]
            }
            "removeService" => {
                let iri = thing!("service", "service,innovation");
                vec![json!({"op": "removeService", "iri": iri})]
            }
            "addTie" => {
                let mut change = json!({
                    "op": "addTie",
                    "source": thing!("actor", "actor"),
                    "target": thing!("other", "actor"),
                });
                self.put(&mut change, "role")?;
                vec![change]
            }
            "removeTie" => vec![json!({
                "op": "removeTie",
                "source": thing!("actor", "actor"),
                "target": thing!("other", "actor"),
            })],
            "mergeActors" => {
                let iris = [thing!("actor", "actor"), thing!("other", "actor")];
                vec![json!({"op": "mergeActors", "iris": iris})]
            }
            "addParticipation" => {
                let mut change = json!({
                    "op": "addParticipation",
                    actor: thing!("actor", "actor"),
                    "in": thing!("service", "service,innovation"),
                });
                self.put(&mut change, "role")?;
                vec![change]
            }
            "moveService" => {
                let iri = thing!("service", "service,innovation");
                let mut change = json!({"op": "moveService", "iri": iri});
                self.put_all(&mut change, "sector");
                self.put_all(&mut change, "level");
                if self.is_filled("provider")? {
                    change["provider"] = json!(thing!("provider", "actor"));
                }
                vec![change]
            }
            "addActor" => {
                let iri = self.new_iri(self.form.required("label")?, &all);
                let mut change = json!({
                    "op": "addActor",
                    "iri": iri,
                    "label": self.form.required("label")?,
                });
                self.put_all(&mut change, "sector");
                self.put_all(&mut change, "level");
                let mut new = vec![change];
                if self.is_filled("service")? {
                    let thing = thing!("service", "service,innovation");
                    let mut part = json!({"op": "addParticipation", actor: iri, "in": thing});
                    self.put(&mut part, "role")?;
                    new.push(part);
                }
                new
            }
            other => {
                let other: String = other.chars().take(60).collect();
                return Err(ApiError::BadRequest(format!(
                    "`op`: the forms make no `{other}`; send it as JSON to /api/v1/scenarios"
                )));
            }
        };
        all.extend(new);
        Ok(Ok(Value::Array(all).to_string()))
    }

    fn is_filled(&self, field: &str) -> Result<bool, ApiError> {
        Ok(self
            .form
            .one(field)?
            .is_some_and(|text| !text.trim().is_empty()))
    }

    fn put(&self, change: &mut Value, field: &str) -> Result<(), ApiError> {
        if let Some(text) = self.form.one(field)?.filter(|text| !text.trim().is_empty()) {
            change[field] = json!(text.trim());
        }
        Ok(())
    }

    fn put_all(&self, change: &mut Value, field: &str) {
        let values: Vec<&str> = self
            .form
            .all(field)
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .collect();
        if !values.is_empty() {
            change[field] = json!(values);
        }
    }

    /// An IRI for something new that no other change has.
    fn new_iri(&self, name: &str, so_far: &[Value]) -> String {
        let letters = name.to_lowercase();
        let words: Vec<&str> = letters
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(6)
            .collect();
        let slug = if words.is_empty() {
            "actor".to_owned()
        } else {
            words.join("-")
        };
        let taken: BTreeSet<&str> = so_far
            .iter()
            .filter_map(|change| change["iri"].as_str())
            .collect();
        (1_usize..)
            .map(|number| match number {
                1 => format!("new:{slug}"),
                number => format!("new:{slug}-{number}"),
            })
            .find(|iri| !taken.contains(iri.as_str()))
            .unwrap_or_else(|| format!("new:{slug}"))
    }

    /// The IRI of what a field names: an IRI, something that an earlier change added, or the name
    /// of a thing.
    fn thing(
        &self,
        field: &'static str,
        kinds: &str,
        so_far: &[Value],
    ) -> Result<Result<String, Unclear>, ApiError> {
        let text = self.form.required(field)?.trim();
        let is_iri = text.contains("://") || text.starts_with("urn:") || text.starts_with("new:");
        if is_iri && NamedNode::new(text).is_ok() {
            return Ok(Ok(text.to_owned()));
        }
        let added = so_far.iter().find(|change| {
            change["label"]
                .as_str()
                .is_some_and(|label| label.trim().eq_ignore_ascii_case(text))
        });
        if let Some(iri) = added.and_then(|change| change["iri"].as_str()) {
            return Ok(Ok(iri.to_owned()));
        }
        let search = Search::with_fuzzy(text, true)?.of_type(kinds)?;
        let found = self
            .graph
            .search(self.merged, &search, 0..MOST_CHOICES, self.limits)?;
        let meant = folded(text);
        let mut candidates = Vec::new();
        let (mut called, mut also_called) = (Vec::new(), 0);
        for thing in &found.things {
            let NamedOrBlankNode::NamedNode(node) = &thing.hit.subject else {
                continue;
            };
            let name = label_in(self.merged, node.as_ref().into(), self.shell.tag());
            let hit = thing.hit.label.value();
            if self.is_called(node, &meant) {
                called.push(node.as_str().to_owned());
            } else if folded(hit) == meant {
                also_called += 1;
            }
            // Whoever looks for another name sees why this is there.
            let shown = if folded(hit) == folded(&name) {
                name
            } else {
                let (name, other) = (short(&name), short(hit));
                let names = [("name", name.as_str()), ("other", other.as_str())];
                self.shell.with("scenarios-also-called", &names)
            };
            candidates.push((node.as_str().to_owned(), shown));
        }
        match called.as_slice() {
            [iri] if also_called == 0 => Ok(Ok(iri.clone())),
            _ => Ok(Err(Unclear {
                field,
                text: text.to_owned(),
                candidates: told_apart(candidates),
            })),
        }
    }

    /// Whether this is what something is called first of all, and no name besides.
    fn is_called(&self, node: &NamedNode, meant: &str) -> bool {
        [rdfs::LABEL, iri::skos::PREF_LABEL]
            .into_iter()
            .flat_map(|property| {
                let node = Some(TermRef::from(node));
                self.merged
                    .quads_for_pattern(node, Some(property), None, None)
            })
            .any(|quad| folded(text_of(&quad.object)) == meant)
    }
}

/// A name without what does not tell names apart.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// Things of the same name with the ends of their IRIs, by which they can be told apart.
fn told_apart(candidates: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, text) in &candidates {
        *counts.entry(text.clone()).or_default() += 1;
    }
    let tell = |(iri, text): (String, String)| {
        if counts.get(&text).is_none_or(|count| *count < 2) {
            return (iri, text);
        }
        let end = iri.rsplit(['/', '#']).next().unwrap_or(&iri);
        let text = format!("{text} – {end}");
        (iri, text)
    };
    candidates.into_iter().map(tell).collect()
}

// ---- the page of a result -----------------------------------------------------------------------

struct Making<'a> {
    graph: &'a KnowledgeGraph,
    merged: Arc<Snapshot>,
    shell: Shell,
    scenario: Scenario,
    saved: Option<Arc<SavedScenario>>,
    kept: Vec<(String, String)>,
    origin: String,
    address: String,
}

impl Making<'_> {
    fn page(
        self,
        given: &Snapshot,
        evaluation: Option<&Evaluation>,
        problem: Option<String>,
    ) -> ResultPage {
        let shell = &self.shell;
        let title = match self.scenario.title.as_str() {
            "" => shell.t("scenarios-untitled"),
            title => short(title),
        };
        let citation: Citation = self.graph.citation(given, &RestsOn::Counted);
        let nothing = Table::default();
        let table = |part: Part| evaluation.map_or(&nothing, |found| found.table(part));
        let definition = json!({
            "title": self.scenario.title,
            "description": self.scenario.description,
            "changes": self.scenario.to_json()["changes"],
        });
        let is_own_address = self.saved.is_none();
        ResultPage {
            changes: self.changes(evaluation),
            sentences: evaluation.map_or_else(Vec::new, |found| self.sentences(found)),
            left: self.left(table(Part::Services)),
            services: self.services(table(Part::Services)),
            services_affected: table(Part::Services).rows.len(),
            figures: self.figures(table(Part::Indicators)),
            networks: self.networks(table(Part::Networks)),
            sector_pairs: self.pairs(table(Part::SectorPairs)),
            level_pairs: self.pairs(table(Part::LevelPairs)),
            actors: self.actors(table(Part::Actors)),
            actors_affected: evaluation.map_or(0, |found| found.actors_affected),
            files: self.files(),
            api: self.api("", "json"),
            origin: self.origin.clone(),
            share: self.address.clone(),
            edit: (!is_own_address).then(|| self.without(usize::MAX)),
            citation: citation.text(&title, &self.address),
            licences: citation.licence_lines(),
            may_save: is_own_address && !self.graph.config().read_only && problem.is_none(),
            // No end of the element can be in it.
            definition: definition.to_string().replace('<', "\\u003c"),
            forms: forms(
                self.graph,
                &self.merged,
                shell.language,
                &self.scenario,
                self.kept.clone(),
            ),
            saved: self.saved.as_ref().map(|saved| SavedView {
                owner: saved.owner.clone(),
                day: day(&saved.created),
                version: saved.version,
            }),
            restricted: self
                .kept
                .iter()
                .filter(|(name, _)| name != VERSION)
                .cloned()
                .collect(),
            version: given.version(),
            description: self.scenario.description.clone(),
            problem,
            title,
            shell: self.shell,
        }
    }

    fn label(&self, iri: &str, otherwise: &str) -> String {
        let Ok(node) = NamedNode::new(iri) else {
            return short(otherwise);
        };
        let term = Some(TermRef::from(&node));
        let mut known = self.merged.quads_for_pattern(term, None, None, None);
        if known.next().is_none() {
            return short(otherwise);
        }
        let tag = self.shell.language.tag();
        short(&label_in(&self.merged, node.as_ref().into(), tag))
    }

    fn changes(&self, evaluation: Option<&Evaluation>) -> Vec<ChangeView> {
        let shell = &self.shell;
        let without = |at: usize| (self.saved.is_none()).then(|| self.without(at));
        match evaluation {
            Some(found) => found
                .outcomes
                .iter()
                .enumerate()
                .map(|(at, outcome)| ChangeView {
                    text: self.change(outcome),
                    counts: shell.with(
                        "scenarios-statements",
                        &[
                            ("added", &shell.whole(outcome.added)),
                            ("removed", &shell.whole(outcome.removed)),
                        ],
                    ),
                    note: outcome.note.as_ref().map(|note| self.note(note)),
                    without: without(at),
                })
                .collect(),
            None => self
                .scenario
                .changes
                .iter()
                .enumerate()
                .map(|(at, change)| {
                    let mut change: Change = change.clone();
                    let op = shell.t(&format!("scenarios-op-{}", change.op()));
                    let names: Vec<String> = change
                        .references()
                        .into_iter()
                        .map(|name| self.label(name, name))
                        .collect();
                    ChangeView {
                        text: format!("{op}: {}", names.join(", ")),
                        counts: String::new(),
                        note: None,
                        without: without(at),
                    }
                })
                .collect(),
        }
    }

    /// A change in words.
    fn change(&self, outcome: &Outcome) -> String {
        let shell = &self.shell;
        let thing = |at: usize| {
            outcome
                .things
                .get(at)
                .map(|thing| self.label(&thing.iri, &thing.label))
                .unwrap_or_default()
        };
        let others: Vec<String> = (1..outcome.things.len()).map(thing).collect();
        let text = shell.with(
            &format!("scenarios-change-{}", outcome.op),
            &[("name", &thing(0)), ("other", &others.join(", "))],
        );
        let mut values: Vec<String> = Vec::new();
        let mut fields: Vec<&str> = outcome.values.iter().map(|(field, _)| *field).collect();
        fields.dedup();
        for field in fields {
            let own: Vec<String> = outcome
                .values
                .iter()
                .filter(|(known, _)| *known == field)
                .map(|(_, value)| self.label(&value.iri, &value.label))
                .collect();
            let name = shell.t(&format!("scenarios-field-{field}"));
            values.push(format!("{name}: {}", own.join(", ")));
        }
        if values.is_empty() {
            text
        } else {
            format!("{text} ({})", values.join("; "))
        }
    }

    fn note(&self, note: &Note) -> String {
        match note {
            Note::StillConcluded => self.shell.t("scenarios-note-still"),
            Note::AlsoConcluded(values) => {
                let labels: Vec<String> = values
                    .iter()
                    .map(|value| self.label(&value.iri, &value.label))
                    .collect();
                let labels = labels.join(", ");
                self.shell
                    .with("scenarios-note-also", &[("values", &labels)])
            }
        }
    }

    // ---- addresses -----------------------------------------------------------------------------

    /// The page without one of the changes; with all of them if there is none at the position.
    fn without(&self, at: usize) -> String {
        let Value::Array(mut changes) = self.scenario.to_json()["changes"].take() else {
            return "/scenarios".to_owned();
        };
        if at < changes.len() {
            changes.remove(at);
        }
        if changes.is_empty() {
            return "/scenarios".to_owned();
        }
        let mut target = String::from("/scenarios/evaluate");
        for (name, value) in &self.kept {
            add_parameter(&mut target, name, value);
        }
        self.add_texts(&mut target);
        let changes = Value::Array(changes).to_string();
        add_parameter(&mut target, "changes", &changes);
        target
    }

    fn add_texts(&self, target: &mut String) {
        for (name, text) in [
            ("title", &self.scenario.title),
            ("description", &self.scenario.description),
        ] {
            if !text.is_empty() {
                add_parameter(target, name, text);
            }
        }
    }

    /// Where programs get it, or a part of it.
    fn api(&self, part: &str, extension: &str) -> String {
        let mut target = match &self.saved {
            Some(saved) if part.is_empty() => {
                format!("/api/v1/scenarios/{}.{extension}", saved.id)
            }
            Some(saved) => format!("/api/v1/scenarios/{}/{part}.{extension}", saved.id),
            None => format!("/api/v1/scenarios/evaluate.{extension}"),
        };
        if self.saved.is_none() {
            if !part.is_empty() {
                add_parameter(&mut target, "part", part);
            }
            self.add_texts(&mut target);
            let changes = self.scenario.to_json()["changes"].to_string();
            add_parameter(&mut target, "changes", &changes);
        }
        for (name, value) in &self.kept {
            add_parameter(&mut target, name, value);
        }
        target
    }

    fn files(&self) -> Vec<File> {
        Part::ALL
            .into_iter()
            .map(|part| File {
                text: self.shell.t(&format!("scenarios-part-{}", part.name())),
                csv: self.api(part.name(), "csv"),
                json: self.api(part.name(), "json"),
            })
            .collect()
    }

    // ---- figures -------------------------------------------------------------------------------

    /// A text of a page, or what stands for it where there is none.
    fn text_or(&self, key: String, otherwise: &str) -> String {
        let text = self.shell.t(&key);
        if text == key {
            otherwise.to_owned()
        } else {
            text
        }
    }

    fn figure(
        &self,
        name: String,
        help: &str,
        [today, then]: [&Cell; 2],
        is_share: bool,
    ) -> FigureRow {
        let shell = &self.shell;
        let shown = |cell: &Cell| {
            cell.number()
                .map_or_else(|| "–".to_owned(), |number| written(shell, number, is_share))
        };
        let (from, to) = (shown(today), shown(then));
        let words = match (today.number(), then.number()) {
            // What is too little to be seen is told as no change.
            (Some(a), Some(b)) if (a - b).abs() < 1e-12 || from == to => "same",
            (Some(a), Some(b)) if a < b => "rises",
            (Some(_), Some(_)) => "falls",
            (None, Some(_)) => "appears",
            (Some(_), None) => "vanishes",
            (None, None) => "unknown",
        };
        FigureRow {
            words: shell.with(
                &format!("scenarios-words-{words}"),
                &[("from", &from), ("to", &to)],
            ),
            is_changed: !["same", "unknown"].contains(&words),
            help: format!("/help#{help}"),
            is_better: false,
            is_worse: false,
            rests: None,
            today: from,
            then: to,
            name,
        }
    }

    fn figures(&self, table: &Table) -> Vec<FigureRow> {
        let rows = table.rows.iter().map(|row| {
            let text = |column: &str| table.cell(row, column).text().unwrap_or_default();
            let id = text("id");
            let name = self.text_or(format!("scenarios-figure-{id}"), text("name"));
            let is_share = SHARES.contains(&id)
                || self
                    .graph
                    .indicators()
                    .get(id)
                    .is_ok_and(|indicator| indicator.fold == Fold::Share);
            let sides = ["today", "scenario"].map(|side| table.cell(row, side));
            let mut figure = self.figure(name, id, sides, is_share);
            figure.is_better = figure.is_changed && text("effect") == "better";
            figure.is_worse = figure.is_changed && text("effect") == "worse";
            figure.rests = self.rests(table, row);
            figure
        });
        rows.collect()
    }

    /// What a figure rests on: how much is known, and how much is not.
    fn rests(&self, table: &Table, row: &[Cell]) -> Option<String> {
        let shell = &self.shell;
        let number = |column: &str| {
            let number = table.cell(row, column).number()?;
            Some(written(shell, number, false))
        };
        let (known, unknown) = (number("denominatorToday"), number("unknownToday"));
        let (then, unknown_then) = (number("denominatorScenario"), number("unknownScenario"));
        Some(shell.with(
            "scenarios-rests",
            &[
                ("known", &known?),
                ("unknown", &unknown?),
                ("then", &then?),
                ("unknownthen", &unknown_then?),
            ],
        ))
    }

    fn networks(&self, table: &Table) -> Vec<NetworkView> {
        let mut views: Vec<NetworkView> = Vec::new();
        for row in &table.rows {
            let text = |column: &str| table.cell(row, column).text().unwrap_or_default();
            let id = text("network");
            let title = self.text_or(format!("scenarios-network-{id}"), text("networkTitle"));
            let metric = text("metric");
            let name = self.text_or(format!("scenarios-metric-{metric}"), text("name"));
            let sides = ["today", "scenario"].map(|side| table.cell(row, side));
            let figure = self.figure(name, metric, sides, SHARE_METRICS.contains(&metric));
            match views.last_mut().filter(|view| view.title == title) {
                Some(view) => view.rows.push(figure),
                None => views.push(NetworkView {
                    title,
                    rows: vec![figure],
                }),
            }
        }
        views
    }

    fn pairs(&self, table: &Table) -> Vec<PairRow> {
        let shell = &self.shell;
        // What is lost or won first, then by how much changes.
        let weight = |row: &[Cell]| {
            let change = table.cell(row, "change").text();
            let is_whole = matches!(change, Some("lost" | "won"));
            let difference = table.cell(row, "difference").number().unwrap_or_default();
            (is_whole, difference.abs())
        };
        let mut order: Vec<&Vec<Cell>> = table.rows.iter().collect();
        order.sort_by(|a, b| {
            let (a, b) = (weight(a), weight(b));
            b.0.cmp(&a.0).then_with(|| b.1.total_cmp(&a.1))
        });
        let rows = order.into_iter().map(|row| {
            let cell = |column: &str| table.cell(row, column);
            let text = |column: &str| cell(column).text().unwrap_or_default();
            let number = |column: &str| {
                cell(column)
                    .number()
                    .map_or_else(|| "–".to_owned(), |number| written(shell, number, false))
            };
            let (today, then) = (number("tiesToday"), number("tiesScenario"));
            let change = match text("change") {
                "lost" => "lost",
                "won" => "won",
                "weaker" if today != then => "weaker",
                "stronger" if today != then => "stronger",
                _ => "same",
            };
            PairRow {
                from: self.label(text("from"), text("fromLabel")),
                to: self.label(text("to"), text("toLabel")),
                expected: format!(
                    "{} → {}",
                    number("expectedToday"),
                    number("expectedScenario")
                ),
                words: shell.with(
                    &format!("scenarios-pair-{change}"),
                    &[("from", &today), ("to", &then)],
                ),
                change,
                today,
                then,
            }
        });
        rows.collect()
    }

    fn actors(&self, table: &Table) -> Vec<ActorRow> {
        let shell = &self.shell;
        let links = Links::new(&self.graph.config().base);
        let rows = table.rows.iter().filter_map(|row| {
            let cell = |column: &str| table.cell(row, column);
            let text = |column: &str| cell(column).text().unwrap_or_default();
            let number = |column: &str| {
                cell(column)
                    .number()
                    .map_or_else(|| "–".to_owned(), |number| written(shell, number, false))
            };
            let (iri, status) = (text("iri"), text("status"));
            let ties = [number("degreeToday"), number("degreeScenario")];
            let ranks = [
                number("betweennessRankToday"),
                number("betweennessRankScenario"),
            ];
            if status == "changed" && ties[0] == ties[1] && ranks[0] == ranks[1] {
                return None;
            }
            Some(ActorRow {
                href: if iri.starts_with("new:") {
                    String::new()
                } else {
                    links.page(iri)
                },
                label: short(text("label")),
                status: shell.t(&format!("scenarios-status-{status}")),
                ties: ties.join(" → "),
                rank: ranks.join(" → "),
                is_lost: ["removed", "isolated"].contains(&status),
            })
        });
        rows.take(MOST_ACTORS).collect()
    }

    /// The names of the sectors of a row, in the language of the page.
    fn sectors(&self, table: &Table, row: &[Cell]) -> Vec<String> {
        let iris = table.cell(row, "sector").text().unwrap_or_default();
        iris.split("; ")
            .filter(|iri| !iri.is_empty())
            .map(|iri| self.label(iri, iri))
            .collect()
    }

    fn services(&self, table: &Table) -> Vec<ServiceRow> {
        let shell = &self.shell;
        let links = Links::new(&self.graph.config().base);
        let rows = table.rows.iter().take(MOST_SERVICES).map(|row| {
            let text = |column: &str| table.cell(row, column).text().unwrap_or_default();
            let number = |column: &str| {
                let number = table.cell(row, column).number();
                number.map_or_else(|| "–".to_owned(), |number| written(shell, number, false))
            };
            let (iri, status) = (text("iri"), text("status"));
            ServiceRow {
                href: if iri.starts_with("new:") {
                    String::new()
                } else {
                    links.page(iri)
                },
                label: self.label(iri, text("label")),
                sectors: self.sectors(table, row).join(", "),
                status: shell.t(&format!("scenarios-service-{status}")),
                providers: format!(
                    "{} → {}",
                    number("providersToday"),
                    number("providersScenario")
                ),
                lost: short(&text("lost").replace("; ", ", ")),
                is_lost: status == "noProvider",
            }
        });
        rows.collect()
    }

    /// How many things have no provider left, by sector, most first. What belongs to several
    /// sectors counts in each.
    fn left(&self, table: &Table) -> Vec<LeftRow> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in &table.only("status", "noProvider").rows {
            let mut sectors = self.sectors(table, row);
            if sectors.is_empty() {
                sectors.push(self.shell.t("scenarios-no-sector"));
            }
            for sector in sectors {
                *counts.entry(sector).or_default() += 1;
            }
        }
        let mut rows: Vec<(String, usize)> = counts.into_iter().collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let rows = rows.into_iter().map(|(sector, count)| LeftRow {
            sector,
            count: self.shell.whole(count),
        });
        rows.collect()
    }

    /// What comes of it, in a few sentences.
    fn sentences(&self, found: &Evaluation) -> Vec<String> {
        let shell = &self.shell;
        let mut sentences = Vec::new();
        let services = found.table(Part::Services);
        for (kind, status, key) in [
            ("service", "noProvider", "scenarios-says-no-provider"),
            (
                "innovation",
                "noProvider",
                "scenarios-says-no-provider-of-innovation",
            ),
            ("service", "oneProvider", "scenarios-says-one-provider"),
        ] {
            let is_so = |row: &&Vec<Cell>| {
                services.cell(row, "kind").text() == Some(kind)
                    && services.cell(row, "status").text() == Some(status)
            };
            let count = services.rows.iter().filter(is_so).count();
            if count > 0 {
                sentences.push(shell.n(key, count));
            }
        }
        for (part, key) in [
            (Part::Lost, "scenarios-says-lost"),
            (Part::Won, "scenarios-says-won"),
        ] {
            let table = found.table(part);
            for row in table.rows.iter().take(MOST_SENTENCES) {
                let text = |column: &str| table.cell(row, column).text().unwrap_or_default();
                let from = self.label(text("from"), text("fromLabel"));
                let to = self.label(text("to"), text("toLabel"));
                sentences.push(shell.with(key, &[("from", &from), ("to", &to)]));
            }
            if table.rows.len() > MOST_SENTENCES {
                sentences.push(shell.n("scenarios-says-more", table.rows.len() - MOST_SENTENCES));
            }
        }
        let table = found.table(Part::Components);
        for row in table.rows.iter().take(MOST_SENTENCES) {
            let text = |column: &str| table.cell(row, column).text().unwrap_or_default();
            let key = match text("kind") {
                "apart" => "scenarios-says-apart",
                _ => "scenarios-says-together",
            };
            let parts = table.cell(row, "parts").number().unwrap_or_default();
            sentences.push(shell.with(
                key,
                &[
                    ("name", &short(text("label"))),
                    ("parts", &written(shell, parts, false)),
                    ("sizes", &text("sizes").replace("; ", ", ")),
                ],
            ));
        }
        let actors = found.table(Part::Actors);
        for (status, key) in [
            ("isolated", "scenarios-says-isolated"),
            ("cutPoint", "scenarios-says-cut-points"),
        ] {
            let count = actors
                .rows
                .iter()
                .filter(|row| actors.cell(row, "status").text() == Some(status))
                .count();
            if count > 0 {
                sentences.push(shell.n(key, count));
            }
        }
        let networks = found.table(Part::Networks);
        let ties = networks.rows.iter().find(|row| {
            networks.cell(row, "network").text() == Some(crate::app::scenarios::NETWORK)
                && networks.cell(row, "metric").text() == Some("edges")
        });
        if let Some(row) = ties {
            let sides = ["today", "scenario"].map(|side| networks.cell(row, side));
            let name = shell.t("scenarios-ties-between-actors");
            let figure = self.figure(name, "edges", sides, false);
            sentences.push(format!("{}: {}.", figure.name, figure.words));
        }
        sentences
    }
}

// ---- helpers ------------------------------------------------------------------------------------

fn forms(
    graph: &KnowledgeGraph,
    merged: &Snapshot,
    language: Language,
    scenario: &Scenario,
    kept: Vec<(String, String)>,
) -> Forms {
    use crate::app::iri;
    let codes = graph.ontology().codes();
    let of = |schemes: &[&str]| -> Vec<Choice> {
        let mut choices: Vec<Choice> = schemes
            .iter()
            .flat_map(|scheme| codes.concepts(scheme))
            .map(|concept| Choice {
                value: concept.iri.as_str().to_owned(),
                text: concept.label(language.tag()).to_owned(),
            })
            .collect();
        choices.sort_by_key(|choice| choice.text.to_lowercase());
        choices
    };
    let names = |classes: &[oxigraph::model::NamedNodeRef<'_>]| -> Vec<String> {
        let mut names = BTreeSet::new();
        for class in classes {
            let things =
                merged.quads_for_pattern(None, Some(rdf::TYPE), Some((*class).into()), None);
            for quad in things {
                names.insert(label_in(merged, quad.subject.as_ref(), language.tag()));
                if names.len() > MOST_NAMES {
                    return Vec::new();
                }
            }
        }
        names.into_iter().map(|name| short(&name)).collect()
    };
    let changes = match scenario.changes.as_slice() {
        [] => String::new(),
        _ => scenario.to_json()["changes"].to_string(),
    };
    // Levels in their order, not by name.
    let mut levels = of(&["governance-level"]);
    let rank = |choice: &Choice| -> i64 {
        let node = NamedNode::new(choice.value.as_str()).ok();
        let rank = node.and_then(|node| {
            let rank = Some(crate::ontology::iri::weft::RANK);
            let mut ranks = merged.quads_for_pattern(Some((&node).into()), rank, None, None);
            text_of(&ranks.next()?.object).parse().ok()
        });
        rank.unwrap_or(i64::MAX)
    };
    levels.sort_by_key(rank);
    let ways = WAYS.iter().map(|(op, fields)| {
        let has = |field: &str| fields.contains(&field);
        Way {
            op,
            title: language.text(&format!("scenarios-op-{op}"), None),
            how: language.text(&format!("scenarios-how-{op}"), None),
            label: has("label"),
            actor: has("actor"),
            other: has("other"),
            service: has("service"),
            provider: has("provider"),
            attributes: has("attributes"),
            role: has("role"),
        }
    });
    Forms {
        ways: ways.collect(),
        is_first: changes.is_empty(),
        changes,
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        kept,
        actors: names(&[iri::ACTOR]),
        services: names(&[iri::SERVICE, iri::INNOVATION]),
        roles: of(&["link-role"]),
        sectors: of(&["branch", "branch-adjacent"]),
        levels,
    }
}

/// A label as a list shows it: on one line, and not too long.
fn short(text: &str) -> String {
    let mut clean = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = clean.by_ref().take(LONGEST_LABEL).collect();
    if clean.next().is_some() {
        short.push('…');
    }
    short
}

fn day(time: &str) -> String {
    time.get(..10).unwrap_or(time).to_owned()
}

/// A number as the page writes it.
fn written(shell: &Shell, number: f64, is_share: bool) -> String {
    if is_share {
        return shell.percent(number);
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return shell.language.whole(number as i64);
    }
    shell.decimal(number, if number.abs() < 10.0 { 3 } else { 1 })
}

/// Path and query of an address.
fn href(uri: &Uri) -> String {
    uri.path_and_query()
        .map_or_else(|| uri.path().to_owned(), |whole| whole.as_str().to_owned())
}

/// An address with another value of one parameter.
fn replaced(address: &str, field: &str, value: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let begin = format!("{field}=");
    let parts: Vec<String> = query
        .split('&')
        .map(|pair| {
            if pair.starts_with(&begin) {
                format!("{begin}{}", encoded(value))
            } else {
                pair.to_owned()
            }
        })
        .collect();
    format!("{path}?{}", parts.join("&"))
}
