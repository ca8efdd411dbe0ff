//! `/explore`: search and facets over actors, services and innovations.

use super::links::{Links, encoded};
use super::{Shell, render, shortened};
use crate::app::explore::{Choice, ExploreError, Facet, Index, KINDS, Selection, Sort, Thing};
use crate::app::{KnowledgeGraph, MergedView};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::explore::{Explored, PARAMETERS, USUAL_LIMIT, limits};
use crate::http::merging;
use crate::http::negotiate::Format;
use crate::http::request::{self, Form};
use crate::http::respond::Reading;
use crate::http::rows::{FORMATS, Page};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use oxigraph::model::NamedOrBlankNode;
use std::ops::Range;
use std::sync::Arc;

/// Values of a facet that are shown at once, and in all.
const FIRST_VALUES: usize = 8;
const MOST_VALUES: usize = 120;
/// The longest page.
const LONGEST_PAGE: usize = 500;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/explore", get(explore))
}

#[derive(Template)]
#[template(path = "explore.html")]
struct ExplorePage {
    shell: Shell,
    text: String,
    /// The text has nothing that could be looked for.
    is_text_empty: bool,
    /// Values of the address that nothing has.
    problems: Vec<Unknown>,
    /// Whether there is anything to explore.
    is_empty: bool,
    /// Whether a text or a value is chosen.
    is_filtered: bool,
    facets: Vec<FacetView>,
    chips: Vec<Chip>,
    /// Values that are called like the text.
    values: Vec<Chip>,
    sorts: Vec<(&'static str, String, bool)>,
    rows: Vec<Row>,
    /// Where the first rows are, if the address asks for those behind the last.
    beyond: Option<String>,
    has_providers: bool,
    has_partners: bool,
    total: usize,
    first: usize,
    last: usize,
    previous: Option<String>,
    next: Option<String>,
    is_cut: bool,
    query: String,
    query_href: String,
    formats: Vec<(&'static str, String)>,
    version: u64,
}

struct FacetView {
    name: &'static str,
    title: String,
    options: Vec<OptionView>,
    more: Vec<OptionView>,
    /// Values that are there and not shown.
    left_out: usize,
    /// The list is opened: something of it is chosen, or it is short enough.
    is_open: bool,
}

struct OptionView {
    key: String,
    label: String,
    /// What tells it from another value of the same name.
    note: Option<String>,
    count: usize,
    is_chosen: bool,
}

/// A value that nothing has, with those that are like it, and where the page is without it.
struct Unknown {
    facet: String,
    value: String,
    near: Vec<(String, String)>,
    without: String,
}

/// A choice, and where the page is without it or with it.
struct Chip {
    title: String,
    label: String,
    href: String,
}

struct Row {
    href: Option<String>,
    name: String,
    kind: String,
    /// Sectors, levels, spheres and places.
    cells: [String; 4],
    /// Those who provide a service.
    providers: String,
    connections: u32,
    partners: Option<u32>,
}

/// `GET /explore?q=&sector=…`: what there is, and how to narrow it down.
async fn explore(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&[&PARAMETERS[..], &Page::KEYS].concat())?;
    let window = Page::of(&form)?.window(USUAL_LIMIT);
    let window = window.start..window.end.min(window.start.saturating_add(LONGEST_PAGE));
    let given = request::snapshot(&state, &headers)?;
    let view = merging::view(&state, &given).await?;
    let mut identity = vec!["explore page", shell.tag()];
    for (name, value) in form.pairs() {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, view.merged(), &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let limits = limits(&state);
    let (body, is_right) = state
        .blocking(move |graph| {
            let language = shell.language.tag();
            let (explored, problems) = Explored::lenient(graph, &view, &form, language, limits)?;
            let text = form.one("q")?.unwrap_or_default().trim();
            let body = page(shell, graph, &view, &explored, text, &problems, &window)?;
            Ok((body, problems.is_empty()))
        })
        .await?;
    Ok(match is_right {
        true => reading.respond(Format::Html, body),
        // As the data of the page answer, with a way on.
        false => {
            let mut response = (StatusCode::BAD_REQUEST, Html(body)).into_response();
            response.extensions_mut().insert(super::Explained);
            response
        }
    })
}

/// The address of a selection, at a path.
fn href(path: &str, pairs: &[(&'static str, String)]) -> String {
    let mut address = path.to_owned();
    for (position, (name, value)) in pairs.iter().enumerate() {
        let mark = if position == 0 { '?' } else { '&' };
        address.push_str(&format!("{mark}{name}={}", encoded(value)));
    }
    address
}

/// A selection in words: its text, and each value with the name of its facet.
pub(in crate::http) fn words_of(
    shell: &Shell,
    index: &Index,
    selection: &Selection,
) -> Vec<String> {
    let text = Some(&selection.text).filter(|text| !text.is_empty());
    let mut words: Vec<String> = text
        .map(|text| format!("“{}”", shortened(text)))
        .into_iter()
        .collect();
    for facet in Facet::ALL {
        let chosen = selection.chosen(facet).iter();
        let values: Vec<String> = chosen
            .map(|choice| label(shell, index, facet, *choice))
            .collect();
        if !values.is_empty() {
            let title = shell.t(&format!("explore-facet-{}", facet.name()));
            words.push(format!("{title}: {}", values.join(", ")));
        }
    }
    words
}

/// What a choice is called.
fn label(shell: &Shell, index: &Index, facet: Facet, choice: Choice) -> String {
    let Choice::Value(position) = choice else {
        return shell.t("explore-not-recorded");
    };
    if facet == Facet::Kind {
        let key = index.key(facet, choice);
        return kind_name(shell, &key);
    }
    let value = index.value(facet, position);
    value
        .map(|value| shortened(value.name(shell.language.tag())))
        .unwrap_or_default()
}

fn kind_name(shell: &Shell, kind: &str) -> String {
    match KINDS.iter().find(|(name, _)| *name == kind) {
        Some((name, _)) => shell.t(&format!("explore-kind-{name}")),
        None => kind.to_owned(),
    }
}

/// What is wrong with an address: values that nothing has.
fn unknown(shell: &Shell, explored: &Explored, problems: &[ExploreError]) -> Vec<Unknown> {
    let index = &explored.index;
    let language = shell.language.tag();
    let without = href("/explore", &explored.selection.pairs(index));
    let values = problems.iter().filter_map(|problem| match problem {
        ExploreError::UnknownValue {
            facet,
            value,
            known,
        } => Some((*facet, value, known)),
        ExploreError::UnknownSort(_) => None,
    });
    values
        .map(|(name, value, known)| {
            let near = known.iter().map(|key| {
                let mut pairs = explored.selection.pairs(index);
                pairs.push((name, key.clone()));
                let facet = Facet::named(name).unwrap_or(Facet::Kind);
                let mut values = index.values(facet).iter().zip(0_u32..);
                let position = values.find_map(|(_, position)| {
                    let choice = Choice::Value(position);
                    (index.key(facet, choice) == *key).then_some(choice)
                });
                let label = position.map(|choice| label(shell, &explored.index, facet, choice));
                (
                    label.unwrap_or_else(|| shortened(key)),
                    href("/explore", &pairs),
                )
            });
            Unknown {
                facet: match language {
                    "en" => name.to_owned(),
                    _ => shell.t(&format!("explore-facet-{name}")),
                },
                value: shortened(value),
                near: near.collect(),
                without: without.clone(),
            }
        })
        .collect()
}

/// Those who provide a service, as far as there is room.
fn providers(shell: &Shell, explored: &Explored, thing: &Thing) -> String {
    let language = shell.language.tag();
    let known = thing.providers.iter();
    let known = known.filter_map(|provider| explored.index.thing(*provider));
    let mut names: Vec<String> = known
        .map(|provider| shortened(provider.name(language)))
        .collect();
    let more = thing.provider_count - names.len().min(thing.provider_count);
    if more > 0 && !names.is_empty() {
        names.push(shell.n("explore-more", more));
    }
    shortened(&names.join(" · "))
}

fn page(
    shell: Shell,
    graph: &KnowledgeGraph,
    view: &Arc<MergedView>,
    explored: &Explored,
    given: &str,
    problems: &[ExploreError],
    window: &Range<usize>,
) -> Result<String, ApiError> {
    let language = shell.language.tag();
    let (index, selection, found) = (&explored.index, &explored.selection, &explored.found);
    let links = Links::new(&graph.config().base);
    let title = |facet: Facet| shell.t(&format!("explore-facet-{}", facet.name()));
    let address = |selection: &Selection| href("/explore", &selection.pairs(index));
    let facets = Facet::ALL
        .into_iter()
        .map(|facet| facet_view(&shell, explored, facet))
        .filter(|view| !view.options.is_empty())
        .collect();
    let chip = |facet, choice, href| Chip {
        title: title(facet),
        label: label(&shell, index, facet, choice),
        href,
    };
    let mut chips: Vec<Chip> = Vec::new();
    if !selection.text.is_empty() {
        chips.push(Chip {
            title: shell.t("explore-text"),
            label: shortened(&selection.text),
            href: address(&selection.without_text()),
        });
    }
    for facet in Facet::ALL {
        for choice in selection.chosen(facet) {
            let without = selection.without(facet, *choice);
            chips.push(chip(facet, *choice, address(&without)));
        }
    }
    let values = match selection.text.is_empty() {
        true => Vec::new(),
        false => graph.values_named(view.merged(), index, &selection.text, &explored.limits),
    };
    let values = values
        .into_iter()
        .map(|(facet, choice)| {
            let pairs = [(facet.name(), index.key(facet, choice))];
            chip(facet, choice, href("/explore", &pairs))
        })
        .collect();
    let names = |thing: &Thing, facet: Facet| {
        let names: Vec<&str> = thing
            .values(facet)
            .iter()
            .filter_map(|value| index.value(facet, *value))
            .map(|value| value.name(language))
            .collect();
        // Names have commas of their own.
        shortened(&names.join(" · "))
    };
    let shown = explored.window(window);
    let rows: Vec<Row> = shown
        .iter()
        .filter_map(|position| index.thing(*position))
        .map(|thing| Row {
            href: match &thing.node {
                NamedOrBlankNode::NamedNode(node) => Some(links.page(node.as_str())),
                NamedOrBlankNode::BlankNode(node) => links.node_href(view.merged(), node),
            },
            name: shortened(thing.name(language)),
            kind: thing
                .values(Facet::Kind)
                .first()
                .map(|kind| kind_name(&shell, &index.key(Facet::Kind, Choice::Value(*kind))))
                .unwrap_or_default(),
            cells: [Facet::Sector, Facet::Level, Facet::Sphere, Facet::Place]
                .map(|facet| names(thing, facet)),
            providers: providers(&shell, explored, thing),
            connections: thing.connections,
            partners: thing.partners,
        })
        .collect();
    let total = found.things.len();
    let at = |offset: usize| {
        let mut pairs = selection.pairs(index);
        if window.len() != USUAL_LIMIT {
            pairs.push(("limit", window.len().to_string()));
        }
        if offset > 0 {
            pairs.push(("offset", offset.to_string()));
        }
        href("/explore", &pairs)
    };
    let query = index.sparql(selection, language, window);
    let merged = if view.merging().is_empty() {
        ""
    } else {
        "&merged=true"
    };
    let mut data = selection.pairs(index);
    if language != "en" {
        data.push(("lang", language.to_owned()));
    }
    let formats = FORMATS
        .iter()
        .filter(|format| format.is_built())
        .filter_map(|format| format.names().first().copied())
        .map(|name| (name, href(&format!("/api/v1/explore.{name}"), &data)))
        .collect();
    // What holds anyway needs no mention in the address.
    let usual = match selection.text.is_empty() {
        true => ("", shell.t("explore-sort-usual"), selection.sort.is_none()),
        false => (
            "",
            shell.t("explore-sort-relevance"),
            selection.order() == Sort::Relevance,
        ),
    };
    let sorts = Sort::ALL
        .into_iter()
        .filter(|sort| *sort != Sort::Relevance)
        .filter(|sort| *sort != Sort::Partners || index.has_partners)
        .map(|sort| {
            let name = shell.t(match sort {
                Sort::Name => "explore-sort-name",
                Sort::Relevance => "explore-sort-relevance",
                Sort::Connections => "explore-sort-connections",
                Sort::Partners => "explore-sort-partners",
            });
            (sort.name(), name, selection.sort == Some(sort))
        });
    let sorts = std::iter::once(usual).chain(sorts).collect();
    render(&ExplorePage {
        is_text_empty: selection.text.is_empty() && !given.is_empty(),
        text: given.to_owned(),
        problems: unknown(&shell, explored, problems),
        beyond: (rows.is_empty() && total > 0).then(|| at(0)),
        has_providers: rows.iter().any(|row| !row.providers.is_empty()),
        is_empty: index.is_empty(),
        is_filtered: !selection.is_everything(),
        facets,
        chips,
        values,
        sorts,
        rows,
        has_partners: index.has_partners,
        total,
        first: window.start.min(total) + usize::from(!shown.is_empty()),
        last: window.start.min(total) + shown.len(),
        previous: (window.start > 0).then(|| at(window.start.saturating_sub(window.len()))),
        next: (window.end < total && !window.is_empty()).then(|| at(window.end)),
        is_cut: found.is_cut,
        query_href: format!("/sparql?query={}{merged}", encoded(&query)),
        query,
        formats,
        version: view.given().version(),
        shell,
    })
}

fn facet_view(shell: &Shell, explored: &Explored, facet: Facet) -> FacetView {
    let selection = &explored.selection;
    let chosen = selection.chosen(facet);
    let mut options: Vec<OptionView> = explored.found.counts[facet as usize]
        .iter()
        .map(|(choice, count)| OptionView {
            key: explored.index.key(facet, *choice),
            label: label(shell, &explored.index, facet, *choice),
            note: match choice {
                Choice::Value(value) => explored
                    .index
                    .value(facet, *value)
                    .and_then(|value| value.note(shell.language.tag()))
                    .map(shortened),
                Choice::NotRecorded => None,
            },
            count: *count,
            is_chosen: chosen.contains(choice),
        })
        .collect();
    // What is chosen must not be lost by sending the form again.
    let (kept, rest): (Vec<_>, Vec<_>) = options
        .drain(..)
        .enumerate()
        .partition(|(at, option)| *at < MOST_VALUES || option.is_chosen);
    let left_out = rest.len();
    let (first, more): (Vec<_>, Vec<_>) = kept
        .into_iter()
        .partition(|(at, option)| *at < FIRST_VALUES || option.is_chosen);
    let plain = |options: Vec<(usize, OptionView)>| -> Vec<OptionView> {
        options.into_iter().map(|(_, option)| option).collect()
    };
    FacetView {
        name: facet.name(),
        title: shell.t(&format!("explore-facet-{}", facet.name())),
        is_open: !chosen.is_empty() || matches!(facet, Facet::Kind | Facet::Sector | Facet::Level),
        options: plain(first),
        more: plain(more),
        left_out,
    }
}
