//! `/integration`: the integration board. Who works with whom across sectors and levels of
//! responsibility, what hangs on one actor, and what each number rests on.
//!
//! The numbers are those of `/api/v1/integration`, from the same report. The address has the same
//! filters, so that it stands for what is shown, and every block links to its numbers as files.

mod blocks;
mod form;
#[cfg(test)]
mod tests;

use super::charts::shortened;
use super::links::graph_href;
use super::waiting::{Awaited, PATIENCE, wait};
use super::{Explained, Shell, render};
use crate::app::datasets::{Dataset, time_of};
use crate::app::integration::NETWORK;
use crate::app::permalink::add_parameter;
use crate::app::{KnowledgeGraph, MeasuredNetwork, NetworkError};
use crate::http::AppState;
use crate::http::answers::{Answer, Flight, Known};
use crate::http::error::ApiError;
use crate::http::integration::made;
use crate::http::negotiate;
use crate::http::networks::Asked;
use crate::http::pinned::VERSION;
use crate::http::request::{self, Form};
use crate::network::{Attribute, Filter, FilterError, text_of};
use crate::store::Snapshot;
use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use blocks::{Group, Lead, Maker, report_path};
use bytes::Bytes;
use form::FormView;
use oxigraph::model::GraphName;
use oxigraph::model::vocab::rdf;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// A page has at most this many bytes, or nearly; a cache that keeps no such answers makes its
/// readers wait.
const LONGEST_PAGE: usize = 2 << 20;
const HTML: &str = "text/html; charset=utf-8";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/integration", get(board))
        .route("/integration.csv", get(numbers))
        .route("/integration.json", get(numbers))
}

/// `GET /integration.csv` and `.json`: where the numbers of the page are.
async fn numbers(uri: Uri) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    let path = report_path(form.one(form::WHICH)?.unwrap_or(NETWORK));
    let extension = uri.path().strip_prefix("/integration").unwrap_or_default();
    Ok(see(&format!("{path}{extension}{}", form::api_query(&form))))
}

/// A line of what the page is about.
struct Fact {
    name: String,
    value: String,
}

/// A value that nothing has.
struct Wrong {
    title: String,
    how: String,
    near: Vec<Lead>,
}

/// How to cite the page.
#[derive(Default)]
struct Cite {
    text: String,
    address: String,
    licences: Vec<(Lead, String)>,
}

#[derive(Template)]
#[template(path = "integration.html")]
struct BoardPage {
    shell: Shell,
    form: FormView,
    facts: Vec<Fact>,
    /// Left out of the network, and why.
    left_out: Vec<String>,
    /// Why there is nothing, or hardly anything, to show, and what to do.
    empty: Option<(String, String)>,
    /// Where there is something within the same filters: other networks, or data sets.
    elsewhere: Vec<Lead>,
    /// Why most of the actors say nothing here.
    untied: Option<(String, Vec<Lead>)>,
    /// A filter with a value that is not known: then there is nothing but the form.
    wrong: Option<Wrong>,
    brief: Vec<Lead>,
    groups: Vec<Group>,
    cite: Cite,
    /// Which ties count.
    about: String,
    /// Where the API has the report, and with which parameters.
    report: String,
    query: String,
}

/// `GET /integration`: the board.
async fn board(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    if let Some(address) = tidy(&form) {
        // An address without what was left empty: the one to share.
        return Ok(see(&address));
    }
    let asked = Asked::new(&state, &uri, &headers, &[form::WHICH]).await?;
    let network = form.one(form::WHICH)?.unwrap_or(NETWORK).to_owned();
    state.graph().networks().definition(&network)?;
    let given = Arc::clone(&asked.snapshot);
    let asked = asked.seeing(&state).await?;
    let origin = request::origin(&headers, &uri);
    let reading = asked.reading(&state, &["board", shell.tag(), &origin], HTML);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let limit = state.graph().config().query_timeout;
    let is_kept = state.answers().largest() >= LONGEST_PAGE;
    let end = Instant::now() + if is_kept { limit.min(PATIENCE) } else { limit };
    let filters = form.pairs().filter(|(name, _)| Filter::KEYS.contains(name));
    let codes = state.graph().ontology().codes();
    let filter = match Filter::parse(filters, &asked.snapshot, codes) {
        Ok(filter) => filter.canonical(),
        Err(FilterError::UnknownValue {
            key,
            value,
            nearest,
        }) if negotiate::prefers_html(&headers) => {
            let reader = request::reader(&state, &headers)?;
            let seen = Arc::clone(&asked.snapshot);
            let work = move |graph: &KnowledgeGraph| {
                let datasets = graph.datasets(&reader, &given)?;
                let wrong = Wrong::new(&form, (key, &value), nearest, &seen, &shell);
                refused(graph, &form, &seen, &datasets, wrong, shell)
            };
            let page = state.blocking(work).await?;
            return Ok((
                StatusCode::BAD_REQUEST,
                Extension(Explained),
                [(header::CONTENT_TYPE, HeaderValue::from_static(HTML))],
                page,
            )
                .into_response());
        }
        Err(error) => return Err(crate::app::AppError::from(NetworkError::from(error)).into()),
    };
    let (query, api_query) = (form::query(&form), form::api_query(&form));
    let body = match state.answers().ask(reading.key(), end).await {
        Some(Known::Answer(answer)) => Some(answer.body),
        Some(Known::Nobody(flight)) => {
            let (seen, reader) = (Arc::clone(&given), request::reader(&state, &headers)?);
            let making = Making {
                shell: shell.clone(),
                given,
                network: network.clone(),
                api_query: api_query.clone(),
                form,
                query: query.clone(),
                origin,
            };
            let work = move |graph: &KnowledgeGraph| {
                let datasets = graph.datasets(&reader, &making.given)?;
                making.page(graph, &asked, &datasets, flight)
            };
            match state.measuring(seen, end, work).await {
                Ok(body) => Some(body),
                Err(ApiError::StillComputing(_)) => None,
                Err(error) => return Err(error),
            }
        }
        // Somebody else waits for the same page.
        None => None,
    };
    match body {
        Some(body) => Ok(reading.respond_with(HeaderValue::from_static(HTML), body.into())),
        None => {
            let awaited = Awaited {
                title: shell.t("integration-title"),
                address: format!("/integration{query}"),
                data: format!("{}.csv{api_query}", report_path(&network)),
                network: &network,
                filter: &filter,
            };
            wait(&state, &headers, shell, &awaited)
        }
    }
}

/// The page with nothing but its form, and why.
fn refused(
    graph: &KnowledgeGraph,
    form: &Form,
    seen: &Snapshot,
    datasets: &[Dataset],
    wrong: Wrong,
    shell: Shell,
) -> Result<Bytes, ApiError> {
    let page = BoardPage {
        form: FormView::new(form, seen, datasets, graph.networks(), &shell),
        facts: Vec::new(),
        left_out: Vec::new(),
        empty: None,
        elsewhere: Vec::new(),
        untied: None,
        wrong: Some(wrong),
        brief: Vec::new(),
        groups: Vec::new(),
        cite: Cite::default(),
        about: String::new(),
        report: report_path(form.one(form::WHICH)?.unwrap_or(NETWORK)),
        query: form::api_query(form),
        shell,
    };
    Ok(Bytes::from(render(&page)?))
}

impl Wrong {
    fn new(
        form: &Form,
        (key, value): (&str, &str),
        nearest: Option<String>,
        seen: &Snapshot,
        shell: &Shell,
    ) -> Self {
        let near = match key {
            "place" => Filter::places_near(value, seen),
            _ => Vec::new(),
        };
        Self {
            title: shell.with(
                "integration-wrong",
                &[
                    ("name", &shell.t(&format!("integration-filter-{key}"))),
                    ("value", &shortened(value, 100)),
                ],
            ),
            how: match key {
                "place" if near.is_empty() => shell.t("integration-wrong-place"),
                "place" => shell.t("integration-wrong-near"),
                _ => nearest.map_or_else(
                    || shell.t("integration-wrong-how"),
                    |nearest| shortened(&nearest, 600),
                ),
            },
            near: near
                .into_iter()
                .map(|name| Lead {
                    href: format!("/integration{}", form::query_with(form, key, &name)),
                    text: name,
                })
                .collect(),
        }
    }
}

/// The address without parameters that are empty and with lists in one parameter; none if it is
/// that already.
fn tidy(form: &Form) -> Option<String> {
    let is_tidy =
        |(name, value): (&str, &str)| !value.trim().is_empty() && form.all(name).nth(1).is_none();
    if form.pairs().all(is_tidy) {
        return None;
    }
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for (name, value) in form.pairs().filter(|(_, value)| !value.trim().is_empty()) {
        let takes_lists = Filter::KEYS.contains(&name)
            && !matches!(name, "since" | "until" | "groups" | "contextual");
        match pairs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, list)) if takes_lists => {
                list.push(',');
                list.push_str(value);
            }
            // One that may be there once is left to be refused.
            Some(_) => return None,
            None => pairs.push((name, value.to_owned())),
        }
    }
    let tidied = Form::of_pairs(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    Some(format!("/integration{}", form::query(&tidied)))
}

fn see(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(address) = HeaderValue::try_from(address) {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// What a page is made of, besides its numbers.
struct Making {
    shell: Shell,
    /// The data as it is given, whatever is joined.
    given: Arc<Snapshot>,
    network: String,
    form: Form,
    /// The parameters of the page, and those of the API.
    query: String,
    api_query: String,
    origin: String,
}

impl Making {
    fn page(
        self,
        graph: &KnowledgeGraph,
        asked: &Asked,
        datasets: &[Dataset],
        flight: Flight,
    ) -> Result<Bytes, ApiError> {
        let measured = asked.network(graph, &self.network)?;
        let (networks, shell) = (graph.networks(), &self.shell);
        let form = FormView::new(&self.form, &asked.snapshot, datasets, networks, shell);
        let has_nodes = !measured.network().is_empty();
        let (mut groups, mut brief, mut untied) = (Vec::new(), Vec::new(), None);
        let mut why = match (has_nodes, form.chips.is_empty()) {
            (true, _) => None,
            (false, true) => Some("data"),
            (false, false) => Some("filtered"),
        };
        if has_nodes {
            let report = made(graph, asked, &measured)?;
            let maker = Maker::new(
                &self.shell,
                graph,
                &asked.snapshot,
                (&measured, &report),
                &self.api_query,
                &asked.limits(),
            )?;
            if !maker.has_ties() {
                why = Some("ties");
            } else {
                untied = self.untied(&measured, &form, &asked.snapshot);
            }
            groups = maker.groups()?;
            brief = maker.brief(&groups);
        }
        let elsewhere = match why {
            Some("filtered") => self.elsewhere(graph, asked, false),
            Some("ties") => self.elsewhere(graph, asked, true),
            _ => Vec::new(),
        };
        let page = BoardPage {
            facts: self.facts(&measured),
            left_out: self.left_out(&measured),
            empty: why.map(|name| {
                (
                    shell.t(&format!("integration-none-{name}")),
                    shell.t(&format!("integration-none-{name}-how")),
                )
            }),
            elsewhere,
            untied,
            wrong: None,
            cite: self.cite(&form, &asked.snapshot, datasets),
            about: self.about(&measured),
            report: report_path(&self.network),
            query: self.api_query,
            shell: self.shell,
            form,
            brief,
            groups,
        };
        let body = Bytes::from(render(&page)?);
        flight.land(Answer {
            content_type: HeaderValue::from_static(HTML),
            body: body.clone(),
        });
        Ok(body)
    }

    /// The page of another network, within the same filters.
    fn page_of(&self, network: &str) -> String {
        let network = if network == NETWORK { "" } else { network };
        format!(
            "/integration{}",
            form::query_with(&self.form, form::WHICH, network)
        )
    }

    /// Other networks that have actors, or ties, within the same filters.
    fn elsewhere(&self, graph: &KnowledgeGraph, asked: &Asked, ties: bool) -> Vec<Lead> {
        let networks = graph.networks().definitions();
        let others = networks.filter(|of| form::is_of_actors(of) && of.id != self.network);
        others
            .filter_map(|definition| {
                // One that does not take the filters has nothing to offer.
                let measured = asked.network(graph, &definition.id).ok()?;
                let network = measured.network();
                let (name, count) = if ties {
                    ("integration-elsewhere-ties", network.ties().len())
                } else {
                    ("integration-elsewhere-actors", network.first_side())
                };
                let title = form::network_title(&definition.id, &definition.title, &self.shell);
                (count > 0).then(|| Lead {
                    text: blocks::say(
                        &self.shell,
                        name,
                        [("n", count.into()), ("network", title.into())],
                    ),
                    href: self.page_of(&definition.id),
                })
            })
            .collect()
    }

    /// Where more than half of the actors have no tie: how many, and where to look.
    fn untied(
        &self,
        measured: &MeasuredNetwork,
        form: &FormView,
        seen: &Snapshot,
    ) -> Option<(String, Vec<Lead>)> {
        const MOST: usize = 6;
        let network = measured.network();
        let nodes = || (0..network.len() as u32).zip(network.nodes());
        let without = nodes().filter(|(at, _)| !network.is_tied(*at)).count();
        if without * 2 <= network.len() {
            return None;
        }
        let mut leads = Vec::new();
        let sets = form.lists.iter().find(|list| list.name == "dataset");
        if let Some(sets) = sets.filter(|_| matches!(self.form.one("dataset"), Ok(None))) {
            // For each graph the actors that it describes, and those of them that have a tie.
            let mut graphs: BTreeMap<String, (usize, usize)> = BTreeMap::new();
            for (at, node) in nodes() {
                let term = Some(node.term.as_ref());
                let types = seen.quads_for_pattern(term, Some(rdf::TYPE), None, None);
                let own: BTreeSet<String> = types
                    .filter_map(|quad| match quad.graph_name {
                        GraphName::NamedNode(graph) => Some(graph.into_string()),
                        _ => None,
                    })
                    .collect();
                for graph in own {
                    let (all, tied) = graphs.entry(graph).or_default();
                    *all += 1;
                    *tied += usize::from(network.is_tied(at));
                }
            }
            let mut found: Vec<(usize, usize, &form::Choice)> = sets
                .choices
                .iter()
                .filter_map(|set| {
                    let graph = format!("{}{}", crate::app::iri::GRAPH, set.value);
                    let (all, tied) = graphs.get(&graph)?;
                    (*tied > 0).then_some((*tied, *all, set))
                })
                .collect();
            found.sort_by_key(|(tied, _, set)| (Reverse(*tied), set.value.clone()));
            leads.extend(found.into_iter().take(MOST).map(|(tied, all, set)| Lead {
                text: blocks::say(
                    &self.shell,
                    "integration-untied-dataset",
                    [
                        ("name", (&set.text).into()),
                        ("tied", tied.into()),
                        ("n", all.into()),
                    ],
                ),
                href: format!(
                    "/integration{}",
                    form::query_with(&self.form, "dataset", &set.value)
                ),
            }));
        }
        if self.network == NETWORK {
            leads.push(Lead {
                text: self.shell.t("integration-to-affiliation"),
                href: self.page_of("affiliation"),
            });
        }
        let text = blocks::say(
            &self.shell,
            "integration-untied",
            [("n", without.into()), ("all", network.len().into())],
        );
        Some((text, leads))
    }

    /// What the page rests on.
    fn facts(&self, measured: &MeasuredNetwork) -> Vec<Fact> {
        let shell = &self.shell;
        let network = measured.network();
        let known = |attribute: Attribute| {
            let nodes = network.len();
            shell.with(
                "integration-fact-known",
                &[
                    ("known", &shell.whole(network.grouping(attribute).known())),
                    ("all", &shell.whole(nodes)),
                ],
            )
        };
        let categories = |attribute: Attribute| {
            let categories = network.grouping(attribute).categories();
            shell.whole(categories.len())
        };
        let (nodes, ties) = match self.network.as_str() {
            NETWORK => ("actors", "pairs"),
            _ => ("nodes", "ties"),
        };
        [
            (nodes, shell.whole(network.len())),
            (ties, shell.whole(network.ties().len())),
            ("sectors", categories(Attribute::Sector)),
            ("levels", categories(Attribute::Level)),
            ("sector-known", known(Attribute::Sector)),
            ("level-known", known(Attribute::Level)),
        ]
        .into_iter()
        .map(|(name, value)| Fact {
            name: shell.t(&format!("integration-fact-{name}")),
            value,
        })
        .collect()
    }

    /// What a tie of the network is.
    fn about(&self, measured: &MeasuredNetwork) -> String {
        let definition = measured.definition();
        let name = format!("integration-network-{}-meaning", definition.id);
        let text = self.shell.t(&name);
        if text == name {
            shortened(&definition.description, 600)
        } else {
            text
        }
    }

    fn left_out(&self, measured: &MeasuredNetwork) -> Vec<String> {
        let counts = measured.projection().counts();
        [
            ("integration-left-groups", counts.groups),
            ("integration-left-contextual", counts.contextual),
            ("integration-left-undated", counts.undated),
            ("integration-left-filtered", counts.filtered),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| self.shell.n(name, count))
        .collect()
    }

    /// How to cite the page: what, which version, of when, under which licence, where.
    fn cite(&self, form: &FormView, seen: &Snapshot, datasets: &[Dataset]) -> Cite {
        let shell = &self.shell;
        let data: Vec<_> = form::data_of(datasets).collect();
        let newest = data.iter().filter_map(|(_, set)| set.change);
        let date = newest
            .max_by_key(|change| change.version)
            .map(|change| time_of(change).chars().take(10).collect::<String>())
            .unwrap_or_default();
        let licences = data
            .iter()
            .take(40)
            .map(|(node, set)| {
                let licence = set.description.licence.as_ref();
                let licence = licence.map(|term| shortened(text_of(term), 200));
                (
                    form::lead_of(node, set, shell),
                    licence.unwrap_or_else(|| shell.t("integration-no-licence")),
                )
            })
            .collect();
        let mut address = format!("{}/integration{}", self.origin, self.query);
        let about: Vec<String> = form
            .chips
            .iter()
            .map(|chip| format!("{}: {}", chip.name, chip.value.trim()))
            .collect();
        let version = self.given.version().max(seen.version()).to_string();
        if matches!(self.form.one(VERSION), Ok(None)) {
            add_parameter(&mut address, VERSION, &version);
        }
        Cite {
            text: shell.with(
                "integration-cite-text",
                &[
                    (
                        "about",
                        &match about.is_empty() {
                            true => shell.t("integration-cite-all"),
                            false => about.join("; "),
                        },
                    ),
                    ("version", &version),
                    ("date", &date),
                    ("address", &address),
                ],
            ),
            address,
            licences,
        }
    }
}

impl BoardPage {
    fn datasets_href(&self) -> String {
        match self.form.lists.iter().find(|list| list.name == "dataset") {
            Some(list) => match list.choices.iter().find(|choice| choice.is_chosen) {
                Some(chosen) if !chosen.value.contains([',', ':']) => {
                    graph_href(&format!("{}{}", crate::app::iri::GRAPH, chosen.value))
                }
                _ => "/catalogue".to_owned(),
            },
            None => "/catalogue".to_owned(),
        }
    }
}
