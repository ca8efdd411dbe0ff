//! `/networks`: which networks there are, and each of them drawn.
//!
//! The page can be read without scripts: a form of filters, a drawing of small networks and a
//! table of the actors with most ties. Scripts put a drawing in its place that can be moved,
//! searched and asked; they get what to draw from `/networks/{id}/drawing`.

use super::links::Links;
use super::waiting::{Awaited, PATIENCE, wait};
use super::{Shell, render};
use crate::app::datasets::Description;
use crate::app::networks::{ScoreColumn, metrics_named};
use crate::app::permalink::add_parameter;
use crate::app::reconcile::shortened;
use crate::app::resource::{definition_in, label_in};
use crate::app::visibility::Reader;
use crate::app::{KnowledgeGraph, MeasuredNetwork, NetworkError, iri};
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::networks::{Answer, Asked, unfit};
use crate::http::pinned::VERSION;
use crate::http::request::{self, Form};
use crate::http::rows::{metric_value, number};
use crate::metrics::layout::Layout;
use crate::metrics::{Cancelled, Metric, Scope, Score};
use crate::network::{Attribute, Category, Filter, Mode, Network, NetworkDefinition};
use crate::store::Snapshot;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNodeRef, Term};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// What is drawn at most: of more nodes those with most ties, of more ties the strongest.
const MOST_NODES: usize = 50_000;
const MOST_TIES: usize = 50_000;
/// Nodes of a network that is drawn on the server.
const STILL_NODES: usize = 400;
/// Ties of such a drawing.
const STILL_TIES: usize = 4_000;
/// Nodes whose place is computed for such a drawing, those without ties among them.
const STILL_COMPUTED: usize = 5_000;
/// Names in such a drawing, if it has more nodes than [`FEW`].
const STILL_NAMES: usize = 12;
/// Of so few nodes all have their names written.
const FEW: usize = 60;
/// Its width, in units of its own.
const STILL_WIDTH: f64 = 1_000.0;
/// Rows of the table of nodes.
const BEST: usize = 20;
/// Colours that can be told apart; what comes after has one colour together.
const COLOURS: usize = 11;
/// Parts of a node that belongs to several categories.
const SLICES: usize = 3;
/// Places that the form offers.
const MOST_OPTIONS: usize = 60;
/// Characters of a name in lists and drawings.
const LONGEST: usize = 120;

/// What an address says of the view, beside the filters: scripts keep it, see
/// `src/http/static/js/networks.js`.
const VIEW: [&str; 10] = [
    "colour", "size", "camera", "selected", "tie", "from", "to", "off", "names", ALONE,
];
/// Whether nodes without ties are drawn, too.
const ALONE: &str = "alone";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/networks", get(list))
        .route("/networks/{id}", get(one))
        .route("/networks/{id}/drawing", get(drawing))
}

/// What nodes are coloured by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hue {
    Of(Attribute),
    Community,
}

impl Hue {
    const ALL: [Self; 5] = [
        Self::Of(Attribute::Sector),
        Self::Of(Attribute::Level),
        Self::Of(Attribute::Sphere),
        Self::Of(Attribute::Place),
        Self::Community,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Of(attribute) => attribute.name(),
            Self::Community => "community",
        }
    }
}

// ---------------------------------------------------------------------------------------------
// The list

#[derive(Template)]
#[template(path = "networks.html")]
struct ListPage {
    shell: Shell,
    version: u64,
    networks: Vec<Listed>,
}

struct Listed {
    id: String,
    title: String,
    plain: String,
    nodes: usize,
    ties: usize,
    directed: bool,
    two_mode: bool,
    undefined: Option<String>,
}

/// `GET /networks`: the networks, in plain words, with their sizes.
async fn list(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let asked = Asked::new(&state, &uri, &headers, &[]).await?;
    let what = ["networks page", shell.tag()];
    asked
        .answer(&state, &headers, &what, HTML, move |graph, asked| {
            let filter = asked.filter(graph)?;
            let mut networks = Vec::new();
            for definition in graph.networks().definitions() {
                let (nodes, ties, undefined) = match asked.build(graph, definition, &filter) {
                    Ok(measured) => {
                        let network = measured.network();
                        (network.len(), network.ties().len(), None)
                    }
                    Err(error) => (0, 0, Some(unfit(error)?)),
                };
                networks.push(Listed {
                    id: definition.id.clone(),
                    title: title(&shell, definition),
                    plain: plain(&shell, definition),
                    nodes,
                    ties,
                    directed: definition.kind.directed,
                    two_mode: definition.kind.two_mode,
                    undefined,
                });
            }
            // The one that most come for first.
            networks.sort_by_key(|listed| listed.id != "collaboration");
            let page = ListPage {
                shell,
                version: asked.snapshot.version(),
                networks,
            };
            Ok(Answer::new(render(&page)?))
        })
        .await
}

/// A text that there is for some names only.
fn text_of(shell: &Shell, name: &str) -> Option<String> {
    let text = shell.t(name);
    (text != name).then_some(text)
}

/// What a network is called: those that ship have names in all languages.
pub(in crate::http) fn title(shell: &Shell, definition: &NetworkDefinition) -> String {
    let own = text_of(shell, &format!("networks-title-{}", definition.id));
    own.unwrap_or_else(|| definition.title.clone())
}

/// What a network shows, in plain words.
fn plain(shell: &Shell, definition: &NetworkDefinition) -> String {
    let own = text_of(shell, &format!("networks-plain-{}", definition.id));
    own.unwrap_or_else(|| definition.description.clone())
}

/// What a metric is called.
fn metric_name(shell: &Shell, metric: &Metric) -> String {
    let own = text_of(shell, &format!("networks-metric-{}", metric.id));
    own.unwrap_or_else(|| metric.name.to_owned())
}

// ---------------------------------------------------------------------------------------------
// One network

#[derive(Template)]
#[template(path = "network.html")]
struct NetworkPage {
    shell: Shell,
    id: String,
    title: String,
    plain: String,
    definition: Vec<(&'static str, String)>,
    version: u64,
    /// The version that was asked for, if one was.
    pinned: Option<u64>,
    nodes: usize,
    ties: usize,
    parts: usize,
    alone: usize,
    /// Whether those without ties are left out of the drawing, where that makes a difference, and
    /// where the page is the other way.
    folded: Option<(bool, String)>,
    /// Whether sectors and levels say more of the nodes than their names do.
    told: [bool; 2],
    /// Names of the texts that say what was left out, with how many.
    left_out: Vec<(&'static str, u64)>,
    drawn_nodes: usize,
    drawn_ties: usize,
    fields: Vec<Field>,
    dates: Option<[String; 2]>,
    flags: Vec<(&'static str, bool)>,
    /// What restricts the network, in words.
    restricted: Vec<String>,
    /// The filters as the end of an address: empty, or beginning with `?`.
    query: String,
    colours: Vec<Choice>,
    sizes: Vec<Choice>,
    legend: Legend,
    still: Option<Still>,
    best: Vec<Best>,
    best_by: Option<String>,
    /// What the help calls the metric that the table is sorted by.
    sorted_by: &'static str,
    settings: String,
}

/// A filter with the values that the data has.
struct Field {
    name: &'static str,
    choices: Vec<Choice>,
    more: usize,
}

impl Field {
    fn chosen(&self) -> usize {
        self.choices
            .iter()
            .filter(|choice| choice.is_chosen)
            .count()
    }
}

struct Choice {
    value: String,
    text: String,
    count: Option<usize>,
    is_chosen: bool,
}

/// What colours mean.
struct Legend {
    title: String,
    has_several: bool,
    entries: Vec<Entry>,
}

struct Entry {
    class: String,
    text: String,
    count: usize,
}

/// A drawing without scripts.
struct Still {
    height: f64,
    lines: Vec<[f64; 4]>,
    circles: Vec<Circle>,
    names: Vec<Name>,
}

struct Circle {
    x: f64,
    y: f64,
    r: f64,
    class: String,
    /// The parts of one in several categories: class and path.
    parts: Vec<(String, String)>,
    href: String,
    text: String,
}

struct Name {
    x: f64,
    y: f64,
    wide: f64,
    text: String,
}

/// A row of the table of nodes.
struct Best {
    rank: usize,
    href: String,
    text: String,
    sectors: String,
    levels: String,
    ties: String,
    other: Option<String>,
}

/// `GET /networks/{id}`: a network, drawn.
async fn one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.graph().networks().definition(&id)?;
    let uri = joined(&uri)?;
    let asked = Asked::new(&state, &uri, &headers, &VIEW).await?;
    let reader = request::reader(&state, &headers)?;
    let what = ["network page", &id.clone(), shell.tag()];
    let filter = asked.filter(state.graph())?.canonical();
    let awaited = Awaited {
        title: state.graph().networks().definition(&id)?.title.clone(),
        address: uri.to_string(),
        data: format!("/api/v1/networks/{id}/nodes.csv{}", query_of(&asked.form)),
        network: &id,
        filter: &filter,
    };
    let (name, framed) = (id.clone(), shell.clone());
    let answer = asked
        .patient_for(PATIENCE)
        .answer(&state, &headers, &what, HTML, move |graph, asked| {
            let page = page(graph, asked, &reader, &name, framed)?;
            Ok(Answer::new(render(&page)?))
        })
        .await;
    match answer {
        Err(ApiError::StillComputing(_)) => wait(&state, &headers, shell, &awaited),
        answer => answer,
    }
}

/// The same address with several values of a filter joined by commas, as forms do not send them,
/// and without parameters that are empty, which forms do send.
fn joined(uri: &Uri) -> Result<Uri, ApiError> {
    let form = Form::of_url(uri)?;
    let mut together: Vec<(String, String)> = Vec::new();
    for (name, value) in form.pairs().filter(|(_, value)| !value.trim().is_empty()) {
        let several = ["sector", "level", "sphere", "place", "role", "dataset"];
        match together.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) if several.contains(&name) => {
                values.push(',');
                values.push_str(value);
            }
            _ => together.push((name.to_owned(), value.to_owned())),
        }
    }
    let mut address = uri.path().to_owned();
    for (name, value) in &together {
        add_parameter(&mut address, name, value);
    }
    address
        .parse()
        .map_err(|_| ApiError::BadRequest("the address cannot be read".to_owned()))
}

/// What a filter is asked for in words of the address: values of one parameter.
fn values_of<'a>(form: &'a Form, name: &str) -> Vec<&'a str> {
    form.all(name)
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .filter(|value| !value.is_empty())
        .collect()
}

fn page(
    graph: &KnowledgeGraph,
    asked: &Asked,
    reader: &Reader,
    id: &str,
    shell: Shell,
) -> Result<NetworkPage, ApiError> {
    let measured = asked.network(graph, id)?;
    let network = measured.network();
    let definition = measured.definition().clone();
    let hue = hue_of(&asked.form, &measured)?;
    let size = size_of(&asked.form)?;
    let degree = metrics_named(["degree", "community"], Some(Scope::Node))?;
    let mut wanted = degree.clone();
    if !wanted.iter().any(|metric| metric.id == size.id) {
        wanted.push(size);
    }
    let is_alone = asked.form.switch(ALONE)?;
    let shown = shown(network, is_alone);
    let is_still = shown.len() <= STILL_NODES && network.len() <= STILL_COMPUTED;
    let (columns, layout) = graph
        .networks()
        .computing(&measured, |task| {
            let layout = is_still.then(|| measured.layout(task)).transpose()?;
            Ok((measured.columns(&wanted, task)?, layout))
        })
        .map_err(|error: Cancelled| NetworkError::from(error))?;
    let column = |id: &str| columns.iter().find(|column| column.metric.id == id);
    let links = Links::new(&graph.config().base);
    let names = Names {
        snapshot: &asked.snapshot,
        shell: &shell,
    };
    let whole = asked.build(graph, &definition, &Filter::default())?;
    let groups = Groups::new(
        &measured,
        whole.network(),
        column("community"),
        hue,
        &names,
        &shown,
    );
    let still = layout.as_deref().map(|layout| {
        still(
            network,
            &shown,
            layout,
            &groups,
            column(size.id),
            &links,
            &names,
        )
    });
    let best = best(network, &columns, size, &links, &names, &shell);
    let filters = Offers {
        graph,
        asked,
        reader,
        shell: &shell,
        names: &names,
    };
    let fields = filters.fields(&whole, &measured)?;
    let form = &asked.form;
    let text = |name: &str| Ok::<_, ApiError>(form.one(name)?.unwrap_or_default().to_owned());
    let has_dates = ["since", "until", "event"]
        .iter()
        .any(|name| definition.has(name));
    let dates = has_dates
        .then(|| Ok::<_, ApiError>([text("since")?, text("until")?]))
        .transpose()?;
    let flags = [
        ("groups", form.switch("groups")?),
        ("contextual", form.switch("contextual")?),
    ];
    let mut restricted = filters.words(&fields, &dates, &flags);
    if let Some(version) = asked.version {
        restricted.push(format!("{}: {version}", shell.t("cite-version")));
    }
    let query = query_of(form);
    let (mut parts, mut alone) = (0, 0);
    let components = crate::metrics::cuts::components(network);
    for size in &components.sizes {
        match size {
            1 => alone += 1,
            _ => parts += 1,
        }
    }
    let counts = measured.projection().counts();
    let left_out = [
        ("networks-left-undated", counts.undated),
        ("networks-left-groups", counts.groups),
        ("networks-left-contextual", counts.contextual),
        ("networks-left-loops", counts.loops),
    ];
    let settings = json!({
        "id": id,
        "title": title(&shell, &definition),
        "drawing": format!("/networks/{id}/drawing{query}"),
        "api": format!("/api/v1/networks/{id}"),
        "filters": query.trim_start_matches('?'),
        "version": asked.snapshot.version(),
        "base": graph.config().base,
        "colour": hue.name(),
        "size": size.id,
        "usualColour": usual_hue(&measured).name(),
        "metrics": measured.usual(Scope::Node).iter().map(|metric| json!({
            "id": metric.id,
            "name": metric_name(&shell, metric),
            "kind": kind(metric),
            "about": about(&asked.snapshot, metric, shell.tag()),
            "isDetail": is_expected(metric),
        })).collect::<Vec<_>>(),
    });
    Ok(NetworkPage {
        title: title(&shell, &definition),
        plain: plain(&shell, &definition),
        definition: vec![
            ("networks-nodes-are", definition.nodes.clone()),
            ("networks-ties-are", definition.edge.clone()),
            ("networks-weights-are", definition.weight.clone()),
            ("networks-defined-as", definition.description.clone()),
        ],
        id: id.to_owned(),
        version: asked.snapshot.version(),
        pinned: asked.version,
        nodes: network.len(),
        ties: network.ties().len(),
        parts,
        alone,
        folded: (alone > 0 && alone < network.len()).then(|| {
            let mut href = format!("/networks/{id}{query}");
            for name in ["colour", "size"] {
                if let Ok(Some(value)) = form.one(name)
                    && !value.is_empty()
                {
                    add_parameter(&mut href, name, value);
                }
            }
            if !is_alone {
                add_parameter(&mut href, ALONE, "true");
            }
            (!is_alone, href)
        }),
        told: [Attribute::Sector, Attribute::Level].map(|attribute| is_told(network, attribute)),
        left_out: left_out
            .into_iter()
            .map(|(name, count)| (name, count as u64))
            .filter(|(_, count)| *count > 0)
            .collect(),
        drawn_nodes: network.len().min(MOST_NODES),
        drawn_ties: network.ties().len().min(MOST_TIES),
        fields,
        dates,
        flags: flags.to_vec(),
        restricted,
        query,
        colours: Hue::ALL
            .into_iter()
            .map(|choice| Choice {
                value: choice.name().to_owned(),
                text: shell.t(&format!("networks-by-{}", choice.name())),
                count: None,
                is_chosen: choice == hue,
            })
            .collect(),
        sizes: sizes(&measured, size)
            .into_iter()
            .map(|metric| Choice {
                value: metric.id.to_owned(),
                text: metric_name(&shell, metric),
                count: None,
                is_chosen: metric.id == size.id,
            })
            .collect(),
        legend: groups.legend(&shell),
        still,
        best,
        sorted_by: size.id,
        best_by: (size.id != "degree").then(|| metric_name(&shell, size)),
        // So that nothing in it ends the element that it is in.
        settings: settings.to_string().replace('<', "\\u003c"),
        shell,
    })
}

/// The nodes that are drawn: without those that have no tie, unless all are such or these are
/// asked for. Directories have many, and then nothing else could be seen.
fn shown(network: &Network, is_alone: bool) -> Vec<u32> {
    let all = 0..network.len() as u32;
    match is_alone || network.ties().is_empty() {
        true => all.collect(),
        false => all.filter(|node| is_tied(network, *node)).collect(),
    }
}

fn is_tied(network: &Network, node: u32) -> bool {
    !network.undirected().neighbors_slice(node).is_empty()
}

/// Whether an attribute says something of the nodes: it is known of some, and not just the node
/// itself, as the sector of a sector is.
fn is_told(network: &Network, attribute: Attribute) -> bool {
    let grouping = network.grouping(attribute);
    (0..network.len() as u32).any(|node| {
        let id = network.nodes()[node as usize].id();
        let mut own = grouping.of(node).iter();
        own.any(|number| grouping.categories()[*number as usize].id() != id)
    })
}

/// What a metric is about, in a language of the ontology.
fn about(snapshot: &Snapshot, metric: &Metric, language: &str) -> String {
    let node = NamedNode::new(format!("{}{}", iri::NS, metric.id)).ok();
    let own = node.and_then(|node| definition_in(snapshot, node.as_ref(), language));
    own.unwrap_or_else(|| metric.definition.to_owned())
}

fn kind(metric: &Metric) -> &'static str {
    match metric.kind {
        crate::metrics::ValueKind::Count => "count",
        crate::metrics::ValueKind::Real => "real",
        crate::metrics::ValueKind::Flag => "flag",
    }
}

/// By what nodes are coloured unless an address says otherwise: what they are themselves, as
/// sectors are; else the first attribute that some have and that does not make each a group of its
/// own, else by what holds together.
fn usual_hue(measured: &MeasuredNetwork) -> Hue {
    let network = measured.network();
    let is_itself = |attribute: &Attribute| {
        network.grouping(*attribute).known() == network.len() && !is_told(network, *attribute)
    };
    if !network.is_empty()
        && let Some(attribute) = Attribute::ALL.into_iter().find(is_itself)
    {
        return Hue::Of(attribute);
    }
    let known = |attribute: &Attribute| {
        let grouping = measured.network().grouping(*attribute);
        grouping.known() > 0 && 3 * grouping.categories().len() < 2 * measured.network().len()
    };
    Attribute::ALL
        .into_iter()
        .find(known)
        .map_or(Hue::Community, Hue::Of)
}

fn hue_of(form: &Form, measured: &MeasuredNetwork) -> Result<Hue, ApiError> {
    let Some(name) = form.one("colour")?.filter(|name| !name.is_empty()) else {
        return Ok(usual_hue(measured));
    };
    Hue::ALL
        .into_iter()
        .find(|hue| hue.name() == name)
        .ok_or_else(|| {
            let known = Hue::ALL.map(Hue::name).join(", ");
            ApiError::BadRequest(format!("`colour`: there is no `{name}`; there are {known}"))
        })
}

fn size_of(form: &Form) -> Result<&'static Metric, ApiError> {
    let name = form.one("size")?.filter(|name| !name.is_empty());
    let found = metrics_named([name.unwrap_or("degree")], Some(Scope::Node))?;
    found
        .first()
        .copied()
        .ok_or_else(|| ApiError::BadRequest("`size`: name a metric".to_owned()))
}

/// Metrics that sizes can show: numbers of a community are names, and what would be expected says
/// nothing by itself.
fn sizes(measured: &MeasuredNetwork, chosen: &'static Metric) -> Vec<&'static Metric> {
    let mut usual = measured.usual(Scope::Node);
    usual.retain(|metric| metric.id != "community" && !is_expected(metric));
    if !usual.iter().any(|metric| metric.id == chosen.id) {
        usual.push(chosen);
    }
    usual
}

fn is_expected(metric: &Metric) -> bool {
    metric.id.ends_with("Expected") || metric.id.ends_with('Z')
}

/// The filters of an address, and the version of the data, as the end of another one.
fn query_of(form: &Form) -> String {
    let mut query = String::new();
    for key in Filter::KEYS {
        let values = values_of(form, key).join(",");
        if !values.is_empty() {
            add_parameter(&mut query, key, &values);
        }
    }
    if let Ok(Some(version)) = form.one(VERSION)
        && !version.is_empty()
    {
        add_parameter(&mut query, VERSION, version);
    }
    query
}

/// Names in the language of the page.
struct Names<'a> {
    snapshot: &'a Snapshot,
    shell: &'a Shell,
}

impl Names<'_> {
    fn of_term(&self, term: &Term, otherwise: &str) -> String {
        let node = match term {
            Term::NamedNode(node) => NamedOrBlankNodeRef::NamedNode(node.as_ref()),
            _ => return otherwise.to_owned(),
        };
        match self.shell.tag() {
            // The network has the English names.
            "en" => otherwise.to_owned(),
            language => label_in(self.snapshot, node, language),
        }
    }

    fn of_category(&self, category: &Category) -> String {
        self.of_term(&category.term, &category.label)
    }

    /// Codes have names in all languages; those of actors are what they are.
    fn of_node(&self, network: &Network, node: u32) -> String {
        let Some(node) = network.nodes().get(node as usize) else {
            return String::new();
        };
        let name = match node.id().starts_with(iri::CODE) {
            true => self.of_term(&node.term, &node.label),
            false => node.label.clone(),
        };
        readable(&name)
    }
}

/// A name that fits: short, without what controls a terminal or turns the direction of a text.
fn readable(name: &str) -> String {
    let clean: String = name
        .chars()
        .take(4 * LONGEST)
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect();
    shortened(clean.trim(), LONGEST)
}

/// What nodes have a colour for: the categories in the order of the legend.
struct Groups {
    hue: Hue,
    categories: Vec<(String, String)>,
    /// Positions in `categories`, of each node.
    of: Vec<Vec<u32>>,
    /// How many of the nodes that are drawn have each.
    counts: Vec<usize>,
    unknown: usize,
    shown: Vec<u32>,
}

impl Groups {
    /// `whole` is the network without filters: a category keeps its colour whatever is filtered.
    fn new(
        measured: &MeasuredNetwork,
        whole: &Network,
        communities: Option<&ScoreColumn>,
        hue: Hue,
        names: &Names<'_>,
        shown: &[u32],
    ) -> Self {
        let network = measured.network();
        let (categories, of) = match hue {
            Hue::Of(attribute) => of_attribute(network, whole, attribute, names),
            Hue::Community => of_communities(network, communities, names.shell),
        };
        let mut counts = vec![0; categories.len()];
        let own = |node: &u32| of.get(*node as usize).map_or(&[][..], Vec::as_slice);
        for category in shown.iter().flat_map(own) {
            counts[*category as usize] += 1;
        }
        Self {
            hue,
            categories,
            unknown: shown.iter().filter(|node| own(node).is_empty()).count(),
            shown: shown.to_vec(),
            of,
            counts,
        }
    }

    /// The classes of a node's colours: at least one, and no more than can be told apart.
    fn classes(&self, node: u32) -> Vec<String> {
        let own = self.of.get(node as usize).map_or(&[][..], Vec::as_slice);
        if own.is_empty() {
            return vec!["hue-unknown".to_owned()];
        }
        own.iter()
            .take(SLICES)
            .map(|category| match *category as usize {
                category if category < COLOURS => format!("hue-{category}"),
                _ => "hue-other".to_owned(),
            })
            .collect()
    }

    fn legend(&self, shell: &Shell) -> Legend {
        let named = self.categories.iter().zip(&self.counts).take(COLOURS);
        let mut entries: Vec<Entry> = named
            .enumerate()
            .filter(|(_, (_, count))| **count > 0)
            .map(|(place, ((_, text), count))| Entry {
                class: format!("hue-{place}"),
                text: text.clone(),
                count: *count,
            })
            .collect();
        let others = self.counts.iter().skip(COLOURS);
        let others = others.filter(|count| **count > 0).count();
        if others > 0 {
            let is_other = |node: &&u32| {
                let own = self.of.get(**node as usize);
                own.is_some_and(|own| own.iter().any(|one| *one as usize >= COLOURS))
            };
            entries.push(Entry {
                class: "hue-other".to_owned(),
                text: shell.n("networks-others", others),
                count: self.shown.iter().filter(is_other).count(),
            });
        }
        if self.unknown > 0 {
            entries.push(Entry {
                class: "hue-unknown".to_owned(),
                text: shell.t("networks-unknown"),
                count: self.unknown,
            });
        }
        Legend {
            title: shell.t(&format!("networks-by-{}", self.hue.name())),
            has_several: self.of.iter().any(|own| own.len() > 1),
            entries,
        }
    }
}

/// Ids and names of categories, and their positions of each node.
type Grouped = (Vec<(String, String)>, Vec<Vec<u32>>);

/// Those with an order in it, if all have a colour; else those of most nodes with ties first, as
/// the others are not always drawn.
fn of_attribute(
    network: &Network,
    whole: &Network,
    attribute: Attribute,
    names: &Names<'_>,
) -> Grouped {
    let mut known: Vec<(&Category, [usize; 3])> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for network in [whole, network] {
        let grouping = network.grouping(attribute);
        // What only the filtered network has comes after: a filter may put nodes in.
        let first_new = known.len();
        for category in grouping.categories() {
            places.entry(category.id()).or_insert_with(|| {
                known.push((category, [0; 3]));
                known.len() - 1
            });
        }
        for node in 0..network.len() as u32 {
            for number in grouping.of(node) {
                let category = &grouping.categories()[*number as usize];
                match places.get(category.id()) {
                    Some(place) if *place >= first_new => {
                        let neighbours = network.undirected().neighbors_slice(node).len();
                        let [tied, all, ties] = &mut known[*place].1;
                        *tied += usize::from(neighbours > 0);
                        *all += 1;
                        *ties += neighbours;
                    }
                    _ => {}
                }
            }
        }
    }
    let mut order: Vec<usize> = (0..known.len()).collect();
    let is_ordered = known.iter().all(|(category, _)| category.rank.is_some());
    if is_ordered && known.len() <= COLOURS {
        order.sort_by_key(|place| known[*place].0.rank);
    } else {
        order.sort_by_key(|place| Reverse(known[*place].1));
    }
    let mut rank = vec![0_u32; order.len()];
    for (position, place) in (0..).zip(&order) {
        rank[*place] = position;
    }
    let grouping = network.grouping(attribute);
    let of = (0..network.len() as u32).map(|node| {
        let own = grouping.of(node).iter();
        let own = own.map(|number| grouping.categories()[*number as usize].id());
        let mut own: Vec<u32> = own
            .filter_map(|id| places.get(id))
            .map(|place| rank[*place])
            .collect();
        own.sort_unstable();
        own
    });
    let named = |place: &usize| {
        let category = known[*place].0;
        let name = readable(&names.of_category(category));
        (category.id().to_owned(), name)
    };
    (order.iter().map(named).collect(), of.collect())
}

fn of_communities(network: &Network, communities: Option<&ScoreColumn>, shell: &Shell) -> Grouped {
    let numbers: Vec<Option<u32>> = (0..network.len())
        .map(|node| {
            let score = communities?.scores.get(node)?.value()?;
            Some((score as u32).saturating_sub(1))
        })
        .collect();
    let count = numbers.iter().flatten().max().map_or(0, |most| most + 1);
    let name = |number: u32| {
        let number = number.to_string();
        let text = shell.with("networks-community", &[("number", number.as_str())]);
        (number, text)
    };
    let of = numbers.into_iter();
    let of = of.map(|number| number.into_iter().collect());
    ((1..=count).map(name).collect(), of.collect())
}

/// From 0 to 1 by the score of each node; 0 where it has none.
fn shares(column: Option<&ScoreColumn>, count: usize) -> Vec<f64> {
    let values: Vec<Option<f64>> = (0..count)
        .map(|node| column?.scores.get(node)?.value())
        .collect();
    let known = || values.iter().flatten().copied();
    let least = known().fold(f64::INFINITY, f64::min);
    let most = known().fold(f64::NEG_INFINITY, f64::max);
    values
        .into_iter()
        .map(|value| match value {
            Some(value) if most > least => ((value - least) / (most - least)).sqrt(),
            _ => 0.0,
        })
        .collect()
}

fn still(
    network: &Network,
    shown: &[u32],
    layout: &Layout,
    groups: &Groups,
    size: Option<&ScoreColumn>,
    links: &Links,
    names: &Names<'_>,
) -> Still {
    const MARGIN: f64 = 40.0;
    let half = STILL_WIDTH / 2.0 - MARGIN;
    // What is left out needs no room.
    let middle_and_reach = |axis: usize| {
        let values = || shown.iter().map(|node| layout.point(*node)[axis]);
        let least = values().fold(f64::INFINITY, f64::min);
        let most = values().fold(f64::NEG_INFINITY, f64::max);
        match shown.is_empty() {
            true => (0.0, 0.0),
            false => ((least + most) / 2.0, (most - least) / 2.0),
        }
    };
    let ((middle, reach), (centre, rise)) = (middle_and_reach(0), middle_and_reach(1));
    // Nor does a drawing become a tower.
    let widest = reach.max(rise / 0.9);
    let half = if widest > 0.0 { half / widest } else { half };
    let height = 2.0 * (rise * half + MARGIN);
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let place = |node: u32| {
        let [x, y] = layout.point(node);
        [
            tenth(STILL_WIDTH / 2.0 + (x - middle) * half),
            tenth(height / 2.0 - (y - centre) * half),
        ]
    };
    let shares = shares(size, network.len());
    let (least, most) = match shown.len() {
        0..=FEW => (6.0, 18.0),
        61..=150 => (4.0, 14.0),
        _ => (3.0, 11.0),
    };
    let lines = strongest(network, STILL_TIES, |_| true);
    let mut order: Vec<u32> = shown.to_vec();
    order.sort_by(|a, b| shares[*b as usize].total_cmp(&shares[*a as usize]));
    let radius = |node: u32| least + (most - least) * shares[node as usize];
    let mut written: Vec<Name> = Vec::new();
    let most_names = if order.len() <= FEW { FEW } else { STILL_NAMES };
    for node in &order {
        if written.len() == most_names {
            break;
        }
        let [x, y] = place(*node);
        let text = shortened(&names.of_node(network, *node), 36);
        // Half the width, roughly.
        let wide = 4.6 * text.chars().count() as f64;
        // Names do not cross an edge, nor each other: above the node, or else below.
        let x = tenth(x.clamp(wide.min(500.0), (STILL_WIDTH - wide).max(500.0)));
        let meets = |y: f64| {
            written
                .iter()
                .any(|other| (x - other.x).abs() < wide + other.wide && (y - other.y).abs() < 20.0)
        };
        let places = [y - radius(*node) - 4.0, y + radius(*node) + 16.0];
        if let Some(y) = places.into_iter().find(|y| !meets(*y)) {
            let y = tenth(y);
            written.push(Name { x, y, wide, text });
        }
    }
    Still {
        height: tenth(height),
        lines: lines
            .into_iter()
            .map(|tie| {
                let tie = network.ties()[tie];
                let ([x1, y1], [x2, y2]) = (place(tie.source), place(tie.target));
                [x1, y1, x2, y2]
            })
            .collect(),
        names: written,
        // The largest at the bottom, so that the small ones can be seen.
        circles: order
            .iter()
            .map(|node| {
                let [x, y] = place(*node);
                let term = &network.nodes()[*node as usize];
                let r = tenth(radius(*node));
                let classes = groups.classes(*node);
                let parts = match classes.len() {
                    0 | 1 => Vec::new(),
                    several => (0..several)
                        .map(|part| (classes[part].clone(), slice([x, y], r, part, several)))
                        .collect(),
                };
                Circle {
                    x,
                    y,
                    r,
                    class: classes.into_iter().next().unwrap_or_default(),
                    parts,
                    href: links.page(term.id()),
                    text: names.of_node(network, *node),
                }
            })
            .collect(),
    }
}

/// A part of a disc, from the right and anticlockwise.
fn slice([x, y]: [f64; 2], r: f64, part: usize, parts: usize) -> String {
    let at = |part: usize| {
        let (sine, cosine) = (std::f64::consts::TAU * part as f64 / parts as f64).sin_cos();
        format!("{:.1} {:.1}", x + r * cosine, y - r * sine)
    };
    format!("M{x} {y}L{}A{r} {r} 0 0 0 {}Z", at(part), at(part + 1))
}

/// The positions of the strongest ties among nodes that are drawn, in the order of the network.
fn strongest(network: &Network, most: usize, is_drawn: impl Fn(u32) -> bool) -> Vec<usize> {
    let ties = network.ties();
    let mut chosen: Vec<usize> = (0..ties.len())
        .filter(|tie| is_drawn(ties[*tie].source) && is_drawn(ties[*tie].target))
        .collect();
    if chosen.len() > most {
        let weight = |tie: &usize| {
            let weight = ties[*tie].weight;
            if weight.is_finite() {
                weight
            } else {
                f64::NEG_INFINITY
            }
        };
        chosen.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        chosen.truncate(most);
        chosen.sort_unstable();
    }
    chosen
}

fn best(
    network: &Network,
    columns: &[ScoreColumn],
    size: &'static Metric,
    links: &Links,
    names: &Names<'_>,
    shell: &Shell,
) -> Vec<Best> {
    let column = |id: &str| columns.iter().find(|column| column.metric.id == id);
    let score = |id: &str, node: u32| -> Option<(&'static Metric, Score)> {
        let column = column(id)?;
        Some((column.metric, *column.scores.get(node as usize)?))
    };
    let value = |node: u32| score(size.id, node).and_then(|(_, score)| score.value());
    let mut order: Vec<u32> = (0..network.len() as u32).collect();
    order.sort_by(|a, b| {
        let known = |node: u32| value(node).unwrap_or(f64::NEG_INFINITY);
        known(*b).total_cmp(&known(*a))
    });
    let written = |found: Option<(&'static Metric, Score)>| match found {
        Some((metric, score)) => match metric_value(metric, score) {
            Value::Number(number) => match number.as_u64() {
                Some(whole) => shell.whole(whole),
                None => shell.decimal(number.as_f64().unwrap_or_default(), 3),
            },
            Value::Bool(true) => shell.t("networks-yes"),
            Value::Bool(false) => shell.t("networks-no"),
            _ => "–".to_owned(),
        },
        None => "–".to_owned(),
    };
    let joined = |attribute: Attribute, node: u32| {
        let grouping = network.grouping(attribute);
        let own = grouping.of(node).iter();
        let own = own.filter_map(|number| grouping.categories().get(*number as usize));
        let own: Vec<String> = own.map(|known| names.of_category(known)).collect();
        if own.is_empty() {
            shell.t("networks-unknown")
        } else {
            own.join("; ")
        }
    };
    order
        .iter()
        .take(BEST)
        .enumerate()
        .map(|(place, node)| Best {
            rank: place + 1,
            href: links.page(network.nodes()[*node as usize].id()),
            text: names.of_node(network, *node),
            sectors: joined(Attribute::Sector, *node),
            levels: joined(Attribute::Level, *node),
            ties: written(score("degree", *node)),
            other: (size.id != "degree").then(|| written(score(size.id, *node))),
        })
        .collect()
}

/// What the form of filters offers.
struct Offers<'a> {
    graph: &'a KnowledgeGraph,
    asked: &'a Asked,
    reader: &'a Reader,
    shell: &'a Shell,
    names: &'a Names<'a>,
}

impl Offers<'_> {
    /// `whole` is the network without filters, `own` with those that are set. The number beside a
    /// value tells how many nodes the other filters leave that have it.
    fn fields(
        &self,
        whole: &MeasuredNetwork,
        own: &MeasuredNetwork,
    ) -> Result<Vec<Field>, ApiError> {
        let definition = own.definition();
        let filter = self.asked.filter(self.graph)?;
        let mut fields = Vec::new();
        for attribute in Attribute::ALL {
            let mut others = filter.clone();
            others.categories[attribute as usize].clear();
            let field = if others == Filter::default() {
                self.of_attribute(whole.network(), attribute)
            } else if others == filter {
                self.of_attribute(own.network(), attribute)
            } else {
                let rest = self.asked.build(self.graph, definition, &others)?;
                self.of_attribute(rest.network(), attribute)
            };
            fields.extend(field);
        }
        if definition.has("role") {
            fields.push(self.roles());
        }
        fields.push(self.datasets()?);
        fields.retain(|field| field.choices.len() > 1 || field.chosen() > 0);
        // What is chosen is not to be looked for below the others.
        for field in &mut fields {
            field.choices.sort_by_key(|choice| !choice.is_chosen);
        }
        Ok(fields)
    }

    fn of_attribute(&self, whole: &Network, attribute: Attribute) -> Option<Field> {
        let grouping = whole.grouping(attribute);
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for node in 0..whole.len() as u32 {
            for category in grouping.of(node) {
                *counts.entry(*category).or_default() += 1;
            }
        }
        let name = attribute.name();
        let chosen = values_of(&self.asked.form, name);
        let mut choices: Vec<Choice> = counts
            .into_iter()
            .filter_map(|(number, count)| {
                let category = grouping.categories().get(number as usize)?;
                let value = self.short(name, category.id());
                let label = self.names.of_category(category);
                let is_chosen = chosen.iter().any(|asked| {
                    *asked == value
                        || *asked == category.id()
                        || asked.eq_ignore_ascii_case(&category.label)
                        || asked.eq_ignore_ascii_case(&label)
                });
                Some(Choice {
                    value,
                    text: readable(&label),
                    count: Some(count),
                    is_chosen,
                })
            })
            .collect();
        let is_ordered = grouping
            .categories()
            .iter()
            .all(|known| known.rank.is_some());
        if !is_ordered {
            choices.sort_by_key(|choice| (Reverse(choice.count), choice.text.clone()));
        }
        // What is asked for by a name that stands for several, or for none of the nodes, stays.
        for asked in chosen {
            if !choices
                .iter()
                .any(|choice| choice.is_chosen && choice.value == asked)
                && !choices
                    .iter()
                    .any(|choice| choice.is_chosen && choice.text.eq_ignore_ascii_case(asked))
            {
                choices.insert(
                    0,
                    Choice {
                        value: asked.to_owned(),
                        text: readable(asked),
                        count: None,
                        is_chosen: true,
                    },
                );
            }
        }
        let mut shown = 0;
        let total = choices.len();
        choices.retain(|choice| {
            shown += 1;
            choice.is_chosen || shown <= MOST_OPTIONS
        });
        Some(Field {
            name,
            more: total - choices.len(),
            choices,
        })
    }

    /// The last part of an IRI, if the filter takes it for the same.
    fn short(&self, key: &str, iri: &str) -> String {
        let last = iri.rsplit('/').next().unwrap_or(iri);
        let means_it = iri.starts_with(iri::CODE)
            && self
                .graph
                .filter(&self.asked.snapshot, [(key, last)])
                .is_ok_and(|filter| {
                    Attribute::named(key).is_some_and(|attribute| {
                        let set = filter.of(attribute);
                        set.len() == 1 && set.contains(iri)
                    })
                });
        if means_it { last } else { iri }.to_owned()
    }

    fn roles(&self) -> Field {
        let chosen = values_of(&self.asked.form, "role");
        let concepts = self.graph.ontology().codes().concepts("link-role");
        Field {
            name: "role",
            more: 0,
            choices: concepts
                .iter()
                .map(|concept| {
                    let iri = concept.iri.as_str();
                    let value = iri.rsplit('/').next().unwrap_or(iri);
                    Choice {
                        is_chosen: chosen.iter().any(|asked| *asked == value || *asked == iri),
                        value: value.to_owned(),
                        text: concept.label(self.shell.tag()).to_owned(),
                        count: None,
                    }
                })
                .collect(),
        }
    }

    /// The graphs that hold data, not those that Weft makes of it.
    fn datasets(&self) -> Result<Field, ApiError> {
        const OWN: [&str; 9] = [
            "ontology",
            "metrics",
            "links",
            "inferred",
            "void",
            "default",
            "alignment",
            "shapes",
            "queries",
        ];
        let chosen = values_of(&self.asked.form, "dataset");
        let datasets = self.graph.datasets(self.reader, &self.asked.snapshot)?;
        let choices = datasets
            .iter()
            .filter(|dataset| matches!(dataset.graph, GraphName::NamedNode(_)))
            .filter(|dataset| dataset.triples > 0)
            .filter_map(|dataset| {
                let (iri, name) = (dataset.iri(), dataset.name());
                if OWN.contains(&name.as_str()) || name.starts_with("links/") {
                    return None;
                }
                let titles = &dataset.description.title;
                let title = titles
                    .get(self.shell.tag())
                    .map(String::as_str)
                    .or_else(|| Description::best(titles));
                Some(Choice {
                    is_chosen: chosen.iter().any(|asked| *asked == name || *asked == iri),
                    text: readable(title.unwrap_or(&name)),
                    value: name,
                    count: None,
                })
            })
            .collect();
        Ok(Field {
            name: "dataset",
            more: 0,
            choices,
        })
    }

    /// What restricts the network, a phrase for each filter.
    fn words(
        &self,
        fields: &[Field],
        dates: &Option<[String; 2]>,
        flags: &[(&'static str, bool)],
    ) -> Vec<String> {
        let shell = self.shell;
        let mut words = Vec::new();
        for field in fields.iter().filter(|field| field.chosen() > 0) {
            let chosen = field.choices.iter().filter(|choice| choice.is_chosen);
            let values: Vec<&str> = chosen.map(|choice| choice.text.as_str()).collect();
            let name = shell.t(&format!("networks-filter-{}", field.name));
            words.push(format!("{name}: {}", values.join(", ")));
        }
        for (name, value) in ["since", "until"].iter().zip(dates.iter().flatten()) {
            if !value.is_empty() {
                let name = shell.t(&format!("networks-filter-{name}"));
                words.push(format!("{name}: {}", readable(value)));
            }
        }
        for (name, is_set) in flags {
            if *is_set {
                words.push(shell.t(&format!("networks-filter-{name}")));
            }
        }
        words
    }
}

// ---------------------------------------------------------------------------------------------
// What scripts draw

/// `GET /networks/{id}/drawing`: nodes and ties in columns, for the page's script. What programs
/// want is `/api/v1/networks/{id}/layout`.
async fn drawing(
    State(state): State<AppState>,
    Path(id): Path<String>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    state.graph().networks().definition(&id)?;
    let asked = Asked::new(&state, &uri, &headers, &["metrics", "only"]).await?;
    let only_metrics = match asked.form.one("only")? {
        None | Some("") => false,
        Some("metrics") => true,
        Some(other) => {
            return Err(ApiError::BadRequest(format!(
                "`only`: there is no `{other}`; there is metrics"
            )));
        }
    };
    let what = ["drawing", &id.clone(), shell.tag()];
    asked
        .answer(&state, &headers, &what, JSON, move |graph, asked| {
            let measured = asked.network(graph, &id)?;
            let wanted = match asked.metrics(Scope::Node)? {
                Some(wanted) => wanted,
                None if only_metrics => measured.usual(Scope::Node),
                None => metrics_named(["degree"], Some(Scope::Node))?,
            };
            let mut computed = wanted.clone();
            computed.extend(metrics_named(["degree", "community"], Some(Scope::Node))?);
            let (columns, layout) = graph
                .networks()
                .computing(&measured, |task| {
                    let layout = (!only_metrics).then(|| measured.layout(task)).transpose()?;
                    Ok((measured.columns(&computed, task)?, layout))
                })
                .map_err(|error: Cancelled| NetworkError::from(error))?;
            let nodes = drawn_nodes(&measured);
            let mut view = Map::new();
            view.insert("dataVersion".to_owned(), json!(asked.snapshot.version()));
            let scores = columns.iter().take(wanted.len());
            let scores = scores.map(|column| {
                let values = nodes.iter().map(|node| {
                    let score = column.scores.get(*node as usize);
                    score.map_or(Value::Null, |score| metric_value(column.metric, *score))
                });
                (column.metric.id.to_owned(), values.collect())
            });
            view.insert("metrics".to_owned(), Value::Object(scores.collect()));
            if let Some(layout) = layout {
                let communities = columns.iter().find(|known| known.metric.id == "community");
                let whole = asked.build(graph, measured.definition(), &Filter::default())?;
                let shown = shown(measured.network(), true);
                let parts = Parts {
                    shown: &shown,
                    measured: &measured,
                    whole: whole.network(),
                    layout: &layout,
                    communities,
                    nodes: &nodes,
                    snapshot: &asked.snapshot,
                    shell: &shell,
                };
                parts.add_to(&mut view);
            }
            Ok(Answer::json(&Value::Object(view)))
        })
        .await
}

/// The nodes that are drawn, in the order of the network: of too many those with most ties.
fn drawn_nodes(measured: &MeasuredNetwork) -> Vec<u32> {
    let network = measured.network();
    let mut nodes: Vec<u32> = (0..network.len() as u32).collect();
    if nodes.len() > MOST_NODES {
        let rows = network.undirected();
        nodes.sort_by_key(|node| Reverse(rows.neighbors_slice(*node).len()));
        nodes.truncate(MOST_NODES);
        nodes.sort_unstable();
    }
    nodes
}

struct Parts<'a> {
    /// All nodes: what is folded away is the script's choice.
    shown: &'a [u32],
    measured: &'a MeasuredNetwork,
    whole: &'a Network,
    layout: &'a Layout,
    communities: Option<&'a ScoreColumn>,
    nodes: &'a [u32],
    snapshot: &'a Snapshot,
    shell: &'a Shell,
}

impl Parts<'_> {
    fn add_to(&self, view: &mut Map<String, Value>) {
        let network = self.measured.network();
        let mut add = |name: &str, value: Value| view.insert(name.to_owned(), value);
        add("directed", json!(network.is_directed()));
        add("twoMode", json!(network.is_two_mode()));
        add("nodes", json!(network.len()));
        add("ties", json!(network.ties().len()));
        let names = Names {
            snapshot: self.snapshot,
            shell: self.shell,
        };
        let of_nodes = |value: &dyn Fn(u32) -> Value| -> Value {
            self.nodes.iter().map(|node| value(*node)).collect()
        };
        add(
            "iri",
            of_nodes(&|node| json!(network.nodes()[node as usize].id())),
        );
        add(
            "label",
            of_nodes(&|node| json!(names.of_node(network, node))),
        );
        add("x", of_nodes(&|node| json!(self.layout.point(node)[0])));
        add("y", of_nodes(&|node| json!(self.layout.point(node)[1])));
        if network.is_two_mode() {
            let side = |node| match network.nodes()[node as usize].mode {
                Mode::First => json!(0),
                Mode::Second => json!(1),
            };
            add("mode", of_nodes(&side));
        }
        let mut groups = Map::new();
        for hue in Hue::ALL {
            let known = Groups::new(
                self.measured,
                self.whole,
                self.communities,
                hue,
                &names,
                self.shown,
            );
            let categories = known.categories.iter();
            let categories: Vec<Value> = categories
                .map(|(id, label)| json!({"id": id, "label": label}))
                .collect();
            let of = of_nodes(&|node| json!(known.of[node as usize]));
            groups.insert(
                hue.name().to_owned(),
                json!({"categories": categories, "of": of}),
            );
        }
        add("groups", Value::Object(groups));
        let mut places = vec![u32::MAX; network.len()];
        for (place, node) in (0..).zip(self.nodes) {
            places[*node as usize] = place;
        }
        let is_drawn = |node: u32| places[node as usize] != u32::MAX;
        let chosen = strongest(network, MOST_TIES, is_drawn);
        let of_ties = |value: &dyn Fn(usize) -> Value| -> Value {
            chosen.iter().map(|tie| value(*tie)).collect()
        };
        let ties = network.ties();
        add(
            "source",
            of_ties(&|tie| json!(places[ties[tie].source as usize])),
        );
        add(
            "target",
            of_ties(&|tie| json!(places[ties[tie].target as usize])),
        );
        add("weight", of_ties(&|tie| number(ties[tie].weight)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_forms_send_becomes_what_filters_take() {
        for (sent, expected) in [
            ("/networks/x", "/networks/x"),
            ("/networks/x?sector=&level=local", "/networks/x?level=local"),
            (
                "/networks/x?sector=health&sector=housing&since=2010",
                "/networks/x?sector=health%2Chousing&since=2010",
            ),
        ] {
            let uri = joined(&sent.parse().unwrap()).unwrap();
            assert_eq!(uri.to_string(), expected);
        }
    }

    #[test]
    fn names_are_short_and_do_not_turn_what_follows() {
        assert_eq!(readable("a\u{202e}b\nc"), "ab c");
        assert!(readable(&"x".repeat(10_000)).chars().count() <= LONGEST + 1);
    }

    #[test]
    fn of_too_many_ties_the_strongest_are_drawn() {
        let network = Network::from_edges(4, false, [(0, 1), (1, 2), (1, 2), (2, 3)]);
        assert_eq!(strongest(&network, 10, |_| true), [0, 1, 2]);
        assert_eq!(strongest(&network, 1, |_| true), [1]);
        assert_eq!(strongest(&network, 10, |node| node != 3), [0, 1]);
    }
}
