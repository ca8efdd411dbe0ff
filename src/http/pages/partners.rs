//! `/partners`: the door for those who bring data, from a token to what came of it; and
//! `/partners/links`: the queue of pairs that may be one.
//!
//! The forms send to the routes of the interface, so they work without scripts as far as a request
//! needs no token; scripts add the token, progress and the next step.

use super::links::{Link, Links, encoded, graph_href};
use super::ontology::{Said, cut};
use super::waiting::{Awaited, PATIENCE, wait};
use super::{Shell, render};
use crate::app::check::MOST_STATEMENTS;
use crate::app::datasets::{Dataset, Description, licence, licence_name, time_of};
use crate::app::links::{
    Decisions, State as LinkState, Suggestion, SuggestionQuery, USUAL_THRESHOLD,
};
use crate::app::resource::label_in;
use crate::app::{Config, KnowledgeGraph, iri};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::request::{self, Form, deadline, origin};
use crate::http::respond::Reading;
use crate::ingest::mapping::Mapping;
use crate::linking::score::{Confidence, Level, Reason};
use crate::store::{Limits, Snapshot};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{GraphName, NamedNode, Term};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Pairs on a page of the queue.
const PAIRS_A_PAGE: usize = 20;
/// Properties of two things that are shown side by side, and values of each.
const MOST_FACTS: usize = 12;
const MOST_VALUES: usize = 4;
/// Longer values are cut to so many characters.
const LONGEST_VALUE: usize = 200;
/// Data sets that the door lists; the catalogue has all.
const MOST_SETS: usize = 12;
/// What partners' graphs begin with.
const PARTNER: &str = "partner/";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/partners", get(door))
        .route("/partners/links", get(queue))
}

/// How this service takes writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// With a token.
    Token,
    /// Without one, from this machine.
    Open,
    /// Not at all.
    Closed,
}

impl Door {
    fn of(config: &Config) -> Self {
        match (config.read_only, config.open_writes) {
            (true, _) => Self::Closed,
            (false, true) => Self::Open,
            (false, false) => Self::Token,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// A mapping that tables can be read with.
struct MappingView {
    name: String,
    title: String,
    description: String,
    files: String,
    zip: String,
    owner: Option<String>,
}

/// A data set, in a line.
pub(in crate::http) struct SetView {
    pub(in crate::http) href: String,
    pub(in crate::http) name: String,
    pub(in crate::http) title: Said,
    pub(in crate::http) licence: Option<Link>,
    pub(in crate::http) publisher: String,
    pub(in crate::http) triples: usize,
    pub(in crate::http) changed: String,
    pub(in crate::http) version: Option<u64>,
    pub(in crate::http) is_private: bool,
}

impl SetView {
    fn of(set: &Dataset, language: &str) -> Self {
        let about = &set.description;
        let publisher_iri = || {
            about
                .publisher_iri
                .as_ref()
                .map(|iri| iri.as_str().to_owned())
        };
        Self {
            href: graph_href(&set.iri()),
            name: set.name(),
            title: title_of(set, language),
            licence: about.licence.as_ref().map(licence_link),
            publisher: cut(
                &about
                    .publisher
                    .clone()
                    .or_else(publisher_iri)
                    .unwrap_or_default(),
                LONGEST_VALUE,
            ),
            triples: set.triples,
            changed: set
                .change
                .map(time_of)
                .map(|time| day(&time))
                .unwrap_or_default(),
            version: set.change.map(|change| change.version),
            is_private: set.is_private,
        }
    }
}

/// The day of a time stamp.
pub(in crate::http) fn day(time: &str) -> String {
    time.split('T').next().unwrap_or(time).to_owned()
}

/// What a data set is called, in the language of a page or with its own; else its short name.
fn title_of(set: &Dataset, language: &str) -> Said {
    let texts = &set.description.title;
    let own = texts.get_key_value(language);
    let own = own.or_else(|| {
        let best = Description::best(texts)?;
        texts.iter().find(|(_, text)| text.as_str() == best)
    });
    match own {
        Some((tag, text)) => Said {
            text: cut(text, LONGEST_VALUE),
            lang: Some(tag.clone()).filter(|tag| !tag.is_empty() && tag != language),
        },
        None => Said::plain(cut(&set.name(), LONGEST_VALUE)),
    }
}

/// A licence by the name that people know, and where it can be read.
pub(in crate::http) fn licence_link(term: &Term) -> Link {
    let of_iri = |iri: &str| Link {
        href: Some(iri.to_owned())
            .filter(|iri| iri.starts_with("http://") || iri.starts_with("https://")),
        text: licence_name(iri).unwrap_or_else(|| cut(iri, LONGEST_VALUE)),
    };
    match term {
        Term::NamedNode(node) => of_iri(node.as_str()),
        Term::Literal(literal) => {
            let text = literal.value();
            // `CC BY 4.0` is written for `CC-BY-4.0` as often as that.
            match licence(&text.trim().replace(' ', "-")).or_else(|_| licence(text.trim())) {
                Ok(known) => of_iri(known.as_str()),
                Err(_) => Link {
                    href: None,
                    text: cut(text, LONGEST_VALUE),
                },
            }
        }
        other => Link {
            href: None,
            text: other.to_string(),
        },
    }
}

#[derive(Template)]
#[template(path = "partners.html")]
struct DoorPage {
    shell: Shell,
    door: Door,
    address: String,
    graphs: Vec<String>,
    /// The graphs of partners: their names, and what they are called.
    reviewed: Vec<(String, Said)>,
    mappings: Vec<MappingView>,
    sets: Vec<SetView>,
    sets_total: usize,
    body_limit: String,
    most_statements: u64,
    version: u64,
}

fn mappings(graph: &KnowledgeGraph) -> Result<Vec<MappingView>, ApiError> {
    let mut all = Vec::new();
    for name in Mapping::names() {
        all.push((name.clone(), None, graph.mapping(&name)?));
    }
    // The plain template first: it is for those whose tables fit no other.
    all.sort_by_key(|(name, ..)| name != "template");
    for saved in graph.saved_mappings().list() {
        let owner = Some(saved.owner.clone());
        all.push((saved.full_name.clone(), owner, saved.mapping.clone()));
    }
    let views = all.into_iter().map(|(name, owner, mapping)| {
        let manifest = mapping.manifest();
        let files: BTreeSet<&str> = manifest
            .tables
            .iter()
            .map(|table| &table.file[..])
            .collect();
        MappingView {
            title: cut(
                manifest.title.as_ref().unwrap_or(&manifest.name),
                LONGEST_VALUE,
            ),
            description: cut(manifest.description.as_deref().unwrap_or_default(), 1_000),
            files: cut(&files.into_iter().collect::<Vec<_>>().join(", "), 500),
            zip: format!("/api/v1/mappings/{name}.zip"),
            name,
            owner,
        }
    });
    Ok(views.collect())
}

/// `GET /partners`: what a partner does, step by step.
async fn door(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let config = state.graph().config();
    let door = Door::of(config);
    let address = origin(&headers, &uri);
    let body_limit = format!("{}\u{a0}MB", config.body_limit >> 20);
    let seen = Arc::clone(&snapshot);
    let body = state
        .blocking(move |graph| {
            let language = shell.language.tag();
            let sets = graph.datasets(&reader, &seen)?;
            let partners = sets.iter().filter(|set| set.name().starts_with(PARTNER));
            let reviewed: Vec<(String, Said)> = partners
                .map(|set| (set.name(), title_of(set, language)))
                .collect();
            // Partners' own first, what was changed last before what has long been there.
            let mut shown: Vec<&Dataset> = sets.iter().collect();
            shown.sort_by_key(|set| {
                let is_partners = set.name().starts_with(PARTNER);
                let version = set.change.map_or(0, |change| change.version);
                (!is_partners, std::cmp::Reverse(version))
            });
            render(&DoorPage {
                door,
                address,
                graphs: reviewed.iter().map(|(name, _)| name.clone()).collect(),
                reviewed,
                mappings: mappings(graph)?,
                sets: shown
                    .into_iter()
                    .take(MOST_SETS)
                    .map(|set| SetView::of(set, language))
                    .collect(),
                sets_total: sets.len(),
                body_limit,
                most_statements: MOST_STATEMENTS as u64,
                version: seen.version(),
                shell,
            })
        })
        .await?;
    // Which graphs are private, and the mappings that people save, change without a new version.
    let hash = blake3::hash(body.as_bytes()).to_hex();
    let reading = Reading::new(&state, &snapshot, &["partners", hash.as_str()]);
    Ok(reading
        .not_modified(&headers)
        .unwrap_or_else(|| reading.respond(Format::Html, body)))
}

// ---- links ------------------------------------------------------------------------------------

/// One of the two things of a pair.
struct Side {
    iri: String,
    href: String,
    label: String,
    graphs: Vec<Link>,
}

/// What both things say, or one of them, of a property.
struct Fact {
    property: String,
    source: Vec<String>,
    target: Vec<String>,
    is_same: bool,
}

/// Why a pair may be one, or not.
struct ReasonView {
    feature: String,
    text: String,
    weight: String,
    speaks_for: bool,
}

struct Pair {
    number: usize,
    source: Side,
    target: Side,
    score: String,
    confidence: Confidence,
    state: &'static str,
    reasons: Vec<ReasonView>,
    facts: Vec<Fact>,
}

/// What the queue was asked for, as it goes into the form again.
struct Wanted {
    graph: String,
    with: String,
    kind: String,
    threshold: String,
    state: String,
}

#[derive(Clone, Copy, Default)]
struct States {
    open: usize,
    accepted: usize,
    rejected: usize,
}

impl States {
    fn total(self) -> usize {
        self.open + self.accepted + self.rejected
    }

    fn decided(self) -> usize {
        self.accepted + self.rejected
    }
}

#[derive(Template)]
#[template(path = "partner_links.html")]
struct QueuePage {
    shell: Shell,
    door: Door,
    wanted: Wanted,
    /// Graphs that can be asked for: their names, and what they are called.
    graphs: Vec<(String, String)>,
    /// Whether the graphs that are asked for are among them.
    is_listed: bool,
    is_with_listed: bool,
    pairs: Vec<Pair>,
    states: States,
    shown_of: usize,
    next: Option<String>,
    previous: Option<String>,
    api: String,
    version: u64,
}

/// `GET /partners/links?graph=`: pairs that may be one, side by side, with reasons.
async fn queue(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let form = Form::of_url(&uri)?;
    form.only(&[
        "graph",
        "with",
        "type",
        "threshold",
        "state",
        "offset",
        "timeout",
    ])?;
    let reader = request::reader(&state, &headers)?;
    let snapshot = state.graph().snapshot_for(&reader)?;
    let given = |name| Ok::<_, ApiError>(form.one(name)?.unwrap_or_default().trim().to_owned());
    let wanted = Wanted {
        graph: given("graph")?,
        with: given("with")?,
        kind: given("type")?,
        threshold: match given("threshold")? {
            text if text.is_empty() => USUAL_THRESHOLD.to_string(),
            text => text,
        },
        state: match given("state")? {
            text if text.is_empty() => LinkState::Open.name().to_owned(),
            text => text,
        },
    };
    let only = match wanted.state.as_str() {
        "all" => None,
        name => Some(LinkState::named(name).ok_or_else(|| {
            ApiError::BadRequest(format!(
                "`state`: `{name}` is not one of open, accepted, rejected, all"
            ))
        })?),
    };
    let offset = form
        .parsed("offset", "a whole number", |_: &usize| true)?
        .unwrap_or_default();
    let end = deadline(&form, state.graph().config().query_timeout)?;
    let door = Door::of(state.graph().config());
    let asked = match wanted.graph.as_str() {
        "" => None,
        name => {
            let threshold = form
                .parsed("threshold", "a number from 0 to 1", |_: &f64| true)?
                .unwrap_or(USUAL_THRESHOLD);
            Some(
                SuggestionQuery::new(name, &snapshot)?
                    .with(&wanted.with, &snapshot)?
                    .of_type(&wanted.kind)?
                    .at_least(threshold)?,
            )
        }
    };
    let mut identity = vec!["partner links", shell.tag()];
    for (name, value) in form.pairs() {
        identity.extend([name, value]);
    }
    let reading = Reading::new(&state, &snapshot, &identity);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let limits = Limits {
        deadline: Some(end),
        ..Limits::default()
    };
    let seen = Arc::clone(&snapshot);
    let address = uri.to_string();
    let framed = shell.clone();
    let mut data = "/api/v1/links/suggestions.csv?".to_owned();
    data.push_str(&format!("graph={}", encoded(&wanted.graph)));
    let making = state.measuring(seen, end, move |graph| {
        let found = match &asked {
            Some(asked) => graph.suggest_links(&snapshot, asked, &limits)?,
            None => Vec::new(),
        };
        let decisions = Decisions::of(&snapshot);
        let mut states = States::default();
        let mut chosen: Vec<(Suggestion, LinkState)> = Vec::new();
        for pair in found {
            let state = decisions.state(&pair.source, &pair.target);
            match state {
                LinkState::Open => states.open += 1,
                LinkState::Accepted => states.accepted += 1,
                LinkState::Rejected => states.rejected += 1,
            }
            if only.is_none_or(|only| only == state) {
                chosen.push((pair, state));
            }
        }
        let links = Links::new(&graph.config().base);
        let titles: BTreeMap<String, String> = graph
            .datasets(&reader, &snapshot)?
            .iter()
            .map(|set| (set.name(), title_of(set, shell.language.tag()).text))
            .collect();
        let pairs: Vec<Pair> = chosen
            .iter()
            .enumerate()
            .skip(offset)
            .take(PAIRS_A_PAGE)
            .map(|(at, (pair, state))| {
                let names = (&links, &titles);
                Pair::of(&shell, &snapshot, names, at + 1, pair, *state)
            })
            .collect();
        let page = |offset: usize| {
            let mut address = format!(
                "/partners/links?graph={}&threshold={}&state={}",
                encoded(&wanted.graph),
                encoded(&wanted.threshold),
                encoded(&wanted.state)
            );
            for (name, value) in [("with", &wanted.with), ("type", &wanted.kind)] {
                if !value.is_empty() {
                    address.push_str(&format!("&{name}={}", encoded(value)));
                }
            }
            if offset > 0 {
                address.push_str(&format!("&offset={offset}"));
            }
            address
        };
        let mut api = format!(
            "graph={}&threshold={}",
            encoded(&wanted.graph),
            encoded(&wanted.threshold)
        );
        for (name, value) in [("with", &wanted.with), ("type", &wanted.kind)] {
            if !value.is_empty() {
                api.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        let end = offset + pairs.len();
        let graphs: Vec<(String, String)> = linkable(&snapshot)
            .into_iter()
            .map(|name| {
                let title = titles.get(&name).filter(|title| **title != name);
                let shown = match title {
                    Some(title) => format!("{title} ({name})"),
                    None => name.clone(),
                };
                (name, shown)
            })
            .collect();
        let is_among = |name: &str| graphs.iter().any(|(known, _)| known == name);
        render(&QueuePage {
            next: (end < chosen.len()).then(|| page(end)),
            previous: (offset > 0).then(|| page(offset.saturating_sub(PAIRS_A_PAGE))),
            shown_of: chosen.len(),
            is_listed: is_among(&wanted.graph),
            is_with_listed: is_among(&wanted.with),
            graphs,
            pairs,
            states,
            api,
            door,
            wanted,
            version: snapshot.version(),
            shell,
        })
    });
    // The work goes on, and what it finds is kept for the next who asks.
    match tokio::time::timeout(PATIENCE, making).await {
        Ok(body) => Ok(reading.respond(Format::Html, body?)),
        Err(_) => {
            let awaited = Awaited {
                title: framed.t("partners-links-title"),
                address,
                data,
                network: "",
                filter: "",
            };
            wait(&state, &headers, framed, &awaited)
        }
    }
}

/// The graphs whose things can be linked: all but those that are made or describe another.
fn linkable(snapshot: &Snapshot) -> Vec<String> {
    const MADE: [&str; 5] = ["ontology", "inferred", "metrics", "links", "queries"];
    let names = snapshot
        .graphs()
        .into_iter()
        .filter_map(|(name, _)| match name {
            GraphName::NamedNode(node) => {
                let name = node.as_str().strip_prefix(iri::GRAPH);
                Some(name.unwrap_or(node.as_str()).to_owned())
            }
            GraphName::BlankNode(_) | GraphName::DefaultGraph => None,
        });
    let mut names: Vec<String> = names
        .filter(|name| {
            !MADE.contains(&name.as_str())
                && !["/about", "/links", "/shapes"]
                    .iter()
                    .any(|end| name.ends_with(end))
        })
        .collect();
    names.sort_by_key(|name| (!name.starts_with(PARTNER), name.clone()));
    names
}

impl Pair {
    fn of(
        shell: &Shell,
        snapshot: &Snapshot,
        (links, titles): (&Links, &BTreeMap<String, String>),
        number: usize,
        pair: &Suggestion,
        state: LinkState,
    ) -> Self {
        let side = |node: &NamedNode, label: &str| Side {
            iri: node.as_str().to_owned(),
            href: links.page(node.as_str()),
            label: cut(label, LONGEST_VALUE),
            graphs: graphs_of(snapshot, titles, node),
        };
        let reasons = pair.verdict.reasons.iter().map(|reason| ReasonView {
            feature: feature(shell, reason.feature),
            text: cut(&reason_text(shell, snapshot, reason), 2 * LONGEST_VALUE),
            weight: match reason.contribution > 0.0 {
                true => format!("+{}", shell.decimal(reason.contribution, 1)),
                false => shell.decimal(reason.contribution, 1),
            },
            speaks_for: reason.contribution > 0.0,
        });
        Self {
            number,
            source: side(&pair.source, &pair.source_label),
            target: side(&pair.target, &pair.target_label),
            score: shell.decimal(pair.verdict.score, 2),
            confidence: pair.confidence(),
            state: state.name(),
            reasons: reasons.collect(),
            facts: facts(shell, snapshot, &pair.source, &pair.target),
        }
    }
}

fn feature(shell: &Shell, name: &str) -> String {
    match name {
        "name" => shell.t("partners-feature-name"),
        "rarity" => shell.t("partners-feature-rarity"),
        "kind" => shell.t("partners-feature-kind"),
        "legalForm" => shell.t("partners-feature-legal-form"),
        "numbers" => shell.t("partners-feature-numbers"),
        "brackets" => shell.t("partners-feature-brackets"),
        "identifier" => shell.t("partners-feature-identifier"),
        "website" => shell.t("partners-feature-website"),
        "place" => shell.t("partners-feature-place"),
        "country" => shell.t("partners-feature-country"),
        "sector" => shell.t("partners-feature-sector"),
        "type" => shell.t("partners-feature-type"),
        other => other.to_owned(),
    }
}

/// A sentence for a reason, without the two names, which stand above it.
fn reason_text(shell: &Shell, snapshot: &Snapshot, reason: &Reason) -> String {
    let name = match reason.level {
        Level::NameIdentical => "identical",
        Level::NameSame | Level::NameSameSoFar => "words",
        Level::NamePlural => "plural",
        Level::NameSpelling => "spelling",
        Level::NameCutWord | Level::NameCutEnd | Level::NameLongBeginning => "cut",
        Level::NameCutWordOnly | Level::NameCutOnly | Level::NameBeginningOnly => "cut-only",
        Level::NameBeginsSeveral => "begins-several",
        Level::NameOneInPlace => "one-in-place",
        Level::NameContainedOnly => "contained-only",
        Level::NameBranch => "branch",
        Level::NameLittleMore | Level::NameMore | Level::NameMuchMore => "more",
        Level::NameOtherHigh | Level::NameOtherMiddle | Level::NameOtherLow => "share",
        Level::AcronymStated => "acronym-stated",
        Level::AcronymOnly => "acronym-only",
        Level::AcronymInitials => "acronym-initials",
        Level::AcronymShort => "acronym-short",
        Level::WordsRare => "rare",
        Level::WordsMiddle => "middle",
        Level::WordsCommon => "common",
        Level::WordsPlain => "plain",
        Level::NumberOnOneSide => "one-number",
        Level::CountryInName => "one-country",
        Level::SectorDiffers => "sectors",
        Level::KindSame
        | Level::FormSame
        | Level::NumbersSame
        | Level::IdentifierSame
        | Level::HostSame
        | Level::TownSame
        | Level::CountrySame
        | Level::SectorShared => "same",
        Level::KindDiffers
        | Level::FormDiffers
        | Level::NumbersDiffer
        | Level::BracketsDiffer
        | Level::IdentifierDiffers
        | Level::HostDiffers
        | Level::TownDiffers
        | Level::CountryDiffers
        | Level::ClassDiffers => "differs",
    };
    let value = match name {
        "differs" => reason.value.replacen(" and ", " / ", 1),
        "share" => match reason.value.parse::<f64>() {
            Ok(share) => shell.percent(share),
            Err(_) => reason.value.clone(),
        },
        _ if reason.level == Level::SectorShared => {
            let codes = reason.value.split(", ").map(|code| {
                let node = NamedNode::new(format!("{}branch/{code}", iri::CODE)).ok();
                let known = node.filter(|node| snapshot.id_of(node.as_ref().into()).is_some());
                known.map_or(code.to_owned(), |node| {
                    label_in(snapshot, node.as_ref().into(), shell.language.tag())
                })
            });
            codes.collect::<Vec<_>>().join(", ")
        }
        _ => reason.value.clone(),
    };
    shell.with(&format!("partners-reason-{name}"), &[("value", &value)])
}

/// What a property is called; those of other vocabularies that are met most have words here.
fn property_name(shell: &Shell, snapshot: &Snapshot, property: &NamedNode) -> String {
    match property.as_str() {
        "http://www.w3.org/2000/01/rdf-schema#label" => shell.t("partners-feature-name"),
        "http://www.w3.org/2004/02/skos/core#altLabel" => shell.t("partners-other-name"),
        "http://purl.org/dc/terms/identifier" => shell.t("partners-feature-identifier"),
        "http://purl.org/dc/terms/source" => shell.t("partners-source"),
        "http://purl.org/dc/terms/description" => shell.t("partners-description"),
        _ => label_in(snapshot, property.as_ref().into(), shell.language.tag()),
    }
}

/// Names of properties begin in all ways; side by side they begin in one.
fn capitalised(name: &str) -> String {
    let mut rest = name.chars();
    match rest.next() {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => String::new(),
    }
}

fn graphs_of(
    snapshot: &Snapshot,
    titles: &BTreeMap<String, String>,
    node: &NamedNode,
) -> Vec<Link> {
    let graphs: BTreeSet<String> = snapshot
        .quads_for_pattern(Some(node.as_ref().into()), None, None, None)
        .filter_map(|quad| match quad.graph_name {
            GraphName::NamedNode(graph) if graph != iri::INFERRED_GRAPH => {
                Some(graph.as_str().to_owned())
            }
            _ => None,
        })
        .collect();
    let graphs = graphs.into_iter().take(MOST_VALUES);
    graphs
        .map(|graph| {
            let name = graph.strip_prefix(iri::GRAPH).unwrap_or(&graph);
            Link {
                href: Some(graph_href(&graph)),
                text: titles.get(name).map_or(name, String::as_str).to_owned(),
            }
        })
        .collect()
}

/// What is said of two things, side by side: what both say first.
fn facts(shell: &Shell, snapshot: &Snapshot, source: &NamedNode, target: &NamedNode) -> Vec<Fact> {
    let language = shell.language.tag();
    let said = |node: &NamedNode| {
        let mut said: BTreeMap<NamedNode, BTreeSet<String>> = BTreeMap::new();
        for quad in snapshot.quads_for_pattern(Some(node.as_ref().into()), None, None, None) {
            let is_of_use = quad.predicate != rdf::TYPE
                && quad.graph_name != iri::METRICS_GRAPH.into_owned().into()
                && !quad
                    .predicate
                    .as_str()
                    .starts_with("http://www.w3.org/ns/prov#");
            let value = match quad.object {
                Term::NamedNode(node) => label_in(snapshot, node.as_ref().into(), language),
                Term::Literal(literal) if literal.datatype() == xsd::BOOLEAN => {
                    match literal.value() {
                        "true" | "1" => shell.t("partners-yes"),
                        "false" | "0" => shell.t("partners-no"),
                        other => other.to_owned(),
                    }
                }
                Term::Literal(literal) => literal.value().to_owned(),
                _ => continue,
            };
            if is_of_use {
                // One name, whichever property says it.
                let property = match quad.predicate == iri::PREF_LABEL {
                    true => rdfs::LABEL.into_owned(),
                    false => quad.predicate,
                };
                let value = cut(&value, LONGEST_VALUE);
                said.entry(property).or_default().insert(value);
            }
        }
        said
    };
    let (source, target) = (said(source), said(target));
    let properties: BTreeSet<&NamedNode> = source.keys().chain(target.keys()).collect();
    let none = BTreeSet::new();
    let mut facts: Vec<(bool, Fact)> = properties
        .into_iter()
        .map(|property| {
            let (left, right) = (
                source.get(property).unwrap_or(&none),
                target.get(property).unwrap_or(&none),
            );
            let values =
                |values: &BTreeSet<String>| values.iter().take(MOST_VALUES).cloned().collect();
            let fact = Fact {
                property: capitalised(&property_name(shell, snapshot, property)),
                source: values(left),
                target: values(right),
                is_same: !left.is_disjoint(right),
            };
            (left.is_empty() || right.is_empty(), fact)
        })
        .collect();
    facts.sort_by(|(a_lonely, a), (b_lonely, b)| {
        (a_lonely, &a.property).cmp(&(b_lonely, &b.property))
    });
    facts
        .into_iter()
        .map(|(_, fact)| fact)
        .take(MOST_FACTS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_have_the_names_that_people_know_and_lead_to_their_text() {
        let node = |iri: &str| Term::from(NamedNode::new_unchecked(iri));
        let text = |text: &str| Term::from(oxigraph::model::Literal::new_simple_literal(text));
        let by = "https://creativecommons.org/licenses/by/4.0/";
        for (term, name, href) in [
            (node(by), "CC BY 4.0", Some(by)),
            (
                node("http://creativecommons.org/publicdomain/zero/1.0"),
                "CC0 1.0",
                Some("http://creativecommons.org/publicdomain/zero/1.0"),
            ),
            (
                node("https://opendatacommons.org/licenses/odbl/1-0/"),
                "ODbL-1.0",
                Some("https://opendatacommons.org/licenses/odbl/1-0/"),
            ),
            (text("CC BY 4.0"), "CC BY 4.0", Some(by)),
            (text("as agreed"), "as agreed", None),
            (
                node("https://e.example/l"),
                "https://e.example/l",
                Some("https://e.example/l"),
            ),
        ] {
            let link = licence_link(&term);
            assert_eq!((link.text.as_str(), link.href.as_deref()), (name, href));
        }
    }
}
