//! What stands at an address of this service, for whoever cites it: what it is called, where what
//! it says is defined, the query that states it, and the data sets that it rests on.

use super::error::ApiError;
use super::explore::{PARAMETERS as EXPLORED_BY, USUAL_LIMIT};
use super::merging::MERGED;
use super::pages::{self, Language, Shell};
use super::pinned::VERSION;
use super::request::Form;
use super::rows::Page;
use super::{dcat, integration, networks, queries, resources, scenarios};
use crate::app::datasets::{Dataset, Description};
use crate::app::explore::Selection;
use crate::app::permalink::{add_parameter, title_of};
use crate::app::resource::label_in;
use crate::app::scenarios::Part;
use crate::app::{AppError, KnowledgeGraph, RestsOn, iri};
use crate::ingest::rdf::graph_named;
use crate::metrics;
use crate::network::Filter;
use crate::store::{DEFAULT_GRAPH_IRI, Limits, Snapshot, on_deep_stack};
use axum::http::Uri;
use oxigraph::model::{GraphName, NamedNode};
use percent_encoding::percent_decode_str;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Extensions that name a format.
const EXTENSIONS: [&str; 27] = [
    "json", "csv", "tsv", "xlsx", "parquet", "arrow", "html", "srj", "xml", "srx", "ttl", "nt",
    "rdf", "jsonld", "trig", "nq", "n3", "rq", "graphml", "gexf", "net", "dl", "zip", "sse",
    "rdfp", "gz", "zst",
];
/// Parameters that name data sets or graphs.
const OF_DATASETS: [&str; 4] = ["dataset", "graph", "default-graph-uri", "named-graph-uri"];

/// A resource with an address of its own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fixed {
    /// Without extension.
    paths: &'static [&'static str],
    /// The end of the name of its text, `cite-name-…`.
    name: &'static str,
    /// Where what it says is defined.
    definition: &'static str,
    /// Whether it is about the ontology, and no other data.
    is_ontology: bool,
}

const fn fixed(
    paths: &'static [&'static str],
    name: &'static str,
    definition: &'static str,
) -> Fixed {
    Fixed {
        paths,
        name,
        definition,
        is_ontology: false,
    }
}

const fn of_ontology(paths: &'static [&'static str], name: &'static str) -> Fixed {
    Fixed {
        paths,
        name,
        definition: "/ontology",
        is_ontology: true,
    }
}

const FIXED: [Fixed; 34] = [
    fixed(&["/"], "overview", "/help"),
    fixed(&["/networks", "/api/v1/networks"], "networks", METRICS),
    fixed(
        &["/integration", "/api/v1/integration"],
        "integration",
        INTEGRATION,
    ),
    fixed(&["/api/v1/summary"], "summary", "/help#words"),
    fixed(&["/api/v1/metrics"], "metrics", METRICS),
    fixed(&["/queries", "/api/v1/queries"], "queries", "/help#sparql"),
    fixed(
        &["/scenarios", "/api/v1/scenarios", "/scenarios/add"],
        "scenarios",
        INTEGRATION,
    ),
    fixed(&["/api/v1/datasets"], "datasets", DATASETS),
    fixed(&["/api/v1/graphs"], "graphs", DATASETS),
    fixed(&["/api/v1/versions"], "versions", DATA_VERSIONS),
    fixed(&["/api/v1/changes"], "changes", DATA_VERSIONS),
    fixed(&["/api/v1/fingerprint"], "fingerprint", DATA_VERSIONS),
    fixed(&["/ldes"], "feed", DATA_VERSIONS),
    fixed(&["/catalogue"], "catalogue", DATASETS),
    fixed(&["/.well-known/void"], "void", DATASETS),
    fixed(&["/dumps"], "dumps", DATASETS),
    fixed(&["/api/v1/statistics"], "statistics", "/ontology"),
    of_ontology(&["/api/v1/terms"], "terms"),
    of_ontology(&["/ontology", "/ns"], "ontology"),
    of_ontology(&["/code"], "codes"),
    of_ontology(&["/context"], "context"),
    fixed(&["/api/v1/links", "/partners/links"], "links", DATASETS),
    fixed(&["/api/v1/links/suggestions"], "suggestions", DATASETS),
    fixed(&["/api/v1/rules"], "rules", INFERRED),
    fixed(&["/api/v1/inferred/explain"], "inferred", INFERRED),
    fixed(&["/api/v1/export/hsds"], "hsds", "/ontology"),
    fixed(&["/api/v1/mappings"], "mappings", "/ontology"),
    fixed(&["/partners"], "partners", DATASETS),
    fixed(&["/api/v1/import"], "import", DATASETS),
    fixed(
        &["/api/v1/check", "/api/v1/graphs/report"],
        "check",
        "/ontology",
    ),
    fixed(&["/api/v1/graphs/policy"], "policy", "/ontology"),
    fixed(&["/reconcile"], "reconcile", "/docs"),
    fixed(&["/help"], "help", "/help"),
    fixed(&["/docs", "/openapi"], "docs", "/help#api"),
];
const METRICS: &str = "/help#metrics";
const INTEGRATION: &str = "/help#integration";
const DATASETS: &str = "/help#datasets";
const DATA_VERSIONS: &str = "/help#data-version";
const INFERRED: &str = "/help#inferred";
/// Of [`FIXED`], those that take `version`.
const FIXED_OF_VERSIONS: [&str; 3] = ["networks", "integration", "summary"];
/// The parts of a network that are no file of it.
const PARTS: [&str; 7] = [
    "nodes",
    "edges",
    "layout",
    "mixing",
    "evidence",
    "grafana-nodes",
    "grafana-edges",
];
/// What nobody cites: what goes on at this moment, and what belongs to whoever asks.
const NOT_CITED: [&str; 6] = [
    "tokens",
    "webhooks",
    "running",
    "computations",
    "permalinks",
    "cite",
];
/// Parameters of networks and of what they are made into, besides the filters and the options.
const OF_NETWORKS: [&str; 23] = [
    "metrics", "metric", "sort", "limit", "offset", "by", "source", "target", "from", "to", "only",
    "colour", "size", "camera", "selected", "tie", "off", "names", "query", "directed", "twoMode",
    "network", "aliases",
];

/// What stands at an address, as far as its path tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Fixed(&'static Fixed),
    Explore,
    Search,
    History,
    Metric(String),
    Sparql,
    Explain,
    Query(String),
    Analysis,
    Network(String, Option<String>),
    Indicator(Option<String>, String),
    Evaluation,
    Scenario(String, Option<String>),
    Version(u64),
    Change(u64),
    Mapping(String),
    FeedPage(String),
    Dataset(String),
    Store,
    Dump(String),
    Resource,
    Link(String),
    /// Perhaps the end of an IRI.
    Thing,
}

/// A path without the extension that names a format.
fn bare(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((bare, extension)) if EXTENSIONS.contains(&extension) => bare,
        _ => path,
    }
}

impl Place {
    /// The place of a path; `None` if nothing that can be cited is there.
    pub(super) fn of(path: &str) -> Option<Self> {
        let path = bare(path);
        let path = match path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        if let Some(fixed) = FIXED.iter().find(|fixed| fixed.paths.contains(&path)) {
            return Some(Self::Fixed(fixed));
        }
        let decoded =
            |text: &str| -> String { percent_decode_str(text).decode_utf8_lossy().into_owned() };
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let number = |text: &str| text.parse().ok();
        Some(match parts.as_slice() {
            ["explore"] | ["api", "v1", "explore"] => Self::Explore,
            ["api", "v1", "search"] => Self::Search,
            ["api", "v1", "history"] => Self::History,
            ["api", "v1", "explain"] => Self::Explain,
            ["sparql"] => Self::Sparql,
            ["api", "v1", "metrics", id] => Self::Metric(decoded(id)),
            ["api", "v1", "queries", name @ ..] | ["queries", name @ ..] if name.len() < 3 => {
                Self::Query(name.join("/"))
            }
            ["api", "v1", "networks", "analyse"] => Self::Analysis,
            ["api", "v1", "networks", id] | ["networks", id] | ["networks", id, "drawing"] => {
                Self::Network(decoded(id), None)
            }
            ["api", "v1", "networks", id, part] => {
                Self::Network(decoded(id), Some((*part).to_owned()))
            }
            ["api", "v1", "networks", id, "integration", indicator] => {
                Self::Indicator(Some(decoded(id)), decoded(indicator))
            }
            ["api", "v1", "integration", indicator] => Self::Indicator(None, decoded(indicator)),
            ["api", "v1", "scenarios", "evaluate"] | ["scenarios", "evaluate"] => Self::Evaluation,
            ["api", "v1", "scenarios", id] | ["scenarios", id] => {
                let id = id.strip_suffix(".definition").unwrap_or(id);
                Self::Scenario(id.to_owned(), None)
            }
            ["api", "v1", "scenarios", id, part] => {
                Self::Scenario((*id).to_owned(), Some((*part).to_owned()))
            }
            ["api", "v1", "versions", version] => Self::Version(number(version)?),
            ["api", "v1", "changes", version] => Self::Change(number(version)?),
            ["api", "v1", "mappings", name @ ..] if name.len() < 3 => {
                Self::Mapping(decoded(&name.join("/")))
            }
            ["api", "v1", "datasets", name @ ..] => Self::Dataset(decoded(&name.join("/"))),
            ["ldes", page] => Self::FeedPage((*page).to_owned()),
            ["store", ..] => Self::Store,
            ["dumps", name @ ..] => Self::Dump(decoded(&name.join("/"))),
            ["resource"] => Self::Resource,
            ["p", id] => Self::Link((*id).to_owned()),
            [
                "api" | "static" | "health" | "metrics" | "reconcile" | "favicon.ico",
                ..,
            ] => return None,
            _ => Self::Thing,
        })
    }

    /// Whether the address may name a version of the data.
    pub(super) fn takes_version(&self, graph: &KnowledgeGraph) -> bool {
        match self {
            Self::Fixed(fixed) => FIXED_OF_VERSIONS.contains(&fixed.name),
            // One of the catalogue may have a parameter of this name for itself.
            Self::Query(name) => !queries::find(graph, name)
                .is_ok_and(|query| query.parameters.iter().any(|known| known.name == VERSION)),
            Self::Sparql
            | Self::Explain
            | Self::Analysis
            | Self::Network(..)
            | Self::Indicator(..)
            | Self::Evaluation
            | Self::Scenario(..)
            | Self::Store
            | Self::Dump(_) => true,
            _ => false,
        }
    }
}

/// What stands at an address.
pub(super) struct Subject {
    pub(super) title: String,
    /// The query that states it.
    pub(super) query: Option<String>,
    /// Where what it says is defined.
    pub(super) definition: String,
    pub(super) rests_on: RestsOn,
}

/// The data sets that the parameters of an address restrict its answer to.
pub(super) fn rests_on(form: &Form) -> RestsOn {
    let mut names = BTreeSet::new();
    for parameter in OF_DATASETS {
        for text in form.all(parameter) {
            // A list of filters has commas; an IRI may have some.
            let values: Vec<&str> = match parameter {
                "dataset" => text.split(',').map(str::trim).collect(),
                _ => vec![text],
            };
            let graphs = values.into_iter().filter(|name| !name.is_empty());
            names.extend(graphs.filter_map(|name| Some(graph_named(name).ok()?.into_string())));
        }
    }
    if form.has("default") {
        names.insert(DEFAULT_GRAPH_IRI.to_owned());
    }
    match names.is_empty() {
        true => RestsOn::Counted,
        false => RestsOn::Only(names),
    }
}

/// The address of an answer with the version that gave it.
pub(super) fn pinned_address(address: &str, version: u64) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_kept = |pair: &&str| {
        let name = pair.split('=').next();
        !pair.is_empty() && name != Some(VERSION)
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    let mut pinned = path.to_owned();
    if !kept.is_empty() {
        pinned.push('?');
        pinned.push_str(&kept.join("&"));
    }
    add_parameter(&mut pinned, VERSION, &version.to_string());
    pinned
}

/// What is looked at to find out what stands at an address.
pub(super) struct Looking<'a> {
    pub(super) graph: &'a KnowledgeGraph,
    /// The version of the data that the address is about, as its reader sees it.
    pub(super) snapshot: &'a Arc<Snapshot>,
    pub(super) shell: &'a Shell,
    /// Where this service is.
    pub(super) origin: &'a str,
    pub(super) limits: Limits,
}

/// Nothing that can be cited is at a path.
pub(super) fn nothing_at(path: &str) -> ApiError {
    ApiError::NotFound(format!(
        "`of`: nothing that can be cited is at {path}; take the address of a page or an answer of this service, such as /api/v1/summary (/docs lists them)"
    ))
}

impl Looking<'_> {
    /// What stands at an address, of which the path and the parameters are given.
    ///
    /// # Errors
    /// What the address itself would answer: that nothing is there, or that a parameter or a query
    /// is not understood.
    pub(super) fn at(&self, place: &Place, uri: &Uri, form: &Form) -> Result<Subject, ApiError> {
        let shell = self.shell;
        let plain = |title: String, definition: &str| Subject {
            title,
            query: None,
            definition: definition.to_owned(),
            rests_on: rests_on(form),
        };
        Ok(match place {
            Place::Fixed(fixed) => self.fixed(fixed, form)?,
            Place::Explore => self.explored(uri, form)?,
            Place::Search => {
                let text = form.required("q")?;
                let title = shell.with("cite-name-search", &[("text", &shortened(text))]);
                plain(title, "/ontology")
            }
            Place::History => self.history(form)?,
            Place::Metric(id) => {
                let metric = metrics::find(id).ok_or_else(|| {
                    ApiError::NotFound(format!(
                        "there is no metric `{}`; /api/v1/metrics lists them",
                        shortened(id)
                    ))
                })?;
                let title = self.in_words(metric.id, metric.name);
                plain(title, &format!("/help#{}", metric.id))
            }
            Place::Sparql => match form.one("query")? {
                None => plain(shell.t("cite-name-sparql"), "/ontology"),
                Some(_) => self.asked(form)?,
            },
            Place::Explain => {
                let asked = self.asked(form)?;
                let values = [("title", asked.title.as_str())];
                let title = shell.with("cite-name-explain", &values);
                Subject { title, ..asked }
            }
            Place::Query(name) => self.of_catalogue(name, form)?,
            Place::Analysis => {
                let query = form.required("query")?;
                crate::network::NetworkDefinition::of_query(query, false)
                    .map_err(crate::app::NetworkError::from)?;
                self.filtered(form)?;
                let title = title_of(query);
                Subject {
                    title: shell.with("cite-name-analysis", &[("title", &title)]),
                    query: Some(query.to_owned()),
                    definition: of_metrics(form).unwrap_or_else(|| METRICS.to_owned()),
                    rests_on: rests_on(form),
                }
            }
            Place::Network(id, part) => self.network(id, part.as_deref(), uri, form)?,
            Place::Indicator(network, id) => self.indicator(network.as_deref(), id, form)?,
            Place::Evaluation => {
                let scenario = scenarios::of_link(form)?;
                self.filtered(form)?;
                let title = match scenario.title.as_str() {
                    "" => shell.t("cite-name-evaluation"),
                    title => self.what_if(title),
                };
                plain(title, INTEGRATION)
            }
            Place::Scenario(id, part) => {
                let saved = self.graph.saved_scenarios().get(id)?;
                let mut title = self.what_if(&saved.scenario.title);
                if let Some(part) = part {
                    title = format!("{title}: {}", Part::named(part)?.name());
                }
                plain(title, &format!("/api/v1/scenarios/{id}.definition"))
            }
            Place::Version(version) | Place::Change(version) => {
                self.graph.store().check_version(*version)?;
                let name = match place {
                    Place::Version(_) => "cite-name-version",
                    _ => "cite-name-change",
                };
                let version = version.to_string();
                plain(shell.with(name, &[("version", &version)]), DATA_VERSIONS)
            }
            Place::Mapping(name) => {
                let values = [("name", name.as_str())];
                plain(shell.with("cite-name-mapping", &values), "/ontology")
            }
            Place::FeedPage(page) => {
                let values = [("page", page.as_str())];
                plain(shell.with("cite-name-feed-page", &values), DATA_VERSIONS)
            }
            Place::Dataset(name) => {
                // Names may have a dot in them.
                let path = uri.path().trim_start_matches("/api/v1/datasets/");
                let whole = percent_decode_str(path).decode_utf8_lossy();
                let found = [&*whole, name.as_str()]
                    .into_iter()
                    .filter_map(|name| graph_named(name).ok())
                    .find_map(|node| self.dataset(&node).transpose());
                let dataset = found.transpose()?.ok_or_else(|| {
                    ApiError::NotFound(format!(
                        "there is no data set `{}`; /api/v1/datasets lists them",
                        shortened(name)
                    ))
                })?;
                self.of_dataset(&dataset)
            }
            Place::Store => self.stored(uri, form)?,
            Place::Dump(name) => {
                let values = [("name", name.as_str())];
                plain(shell.with("cite-name-dump", &values), DATASETS)
            }
            Place::Resource => {
                let text = form.required("iri")?;
                let node = NamedNode::new(text).map_err(|_| {
                    ApiError::BadRequest(format!("`iri`: <{text}> is not an absolute IRI"))
                })?;
                match self.dataset(&node)? {
                    Some(dataset) => self.of_dataset(&dataset),
                    None if self.is_known(&node) => self.thing(&node),
                    None => {
                        return Err(ApiError::NotFound(format!(
                            "the data says nothing about {node}"
                        )));
                    }
                }
            }
            Place::Thing => self.thing_at(uri.path())?,
            // Whoever looks has followed it.
            Place::Link(_) => return Err(nothing_at(uri.path())),
        })
    }

    fn fixed(&self, fixed: &Fixed, form: &Form) -> Result<Subject, ApiError> {
        match fixed.name {
            "summary" => form.only(&[VERSION, MERGED])?,
            "networks" | "integration" => self.filtered(form)?,
            _ => {}
        }
        let query = match fixed.name {
            "integration" => self.text_of_network(crate::app::integration::NETWORK),
            _ => None,
        };
        let rests_on = match fixed.is_ontology {
            true => RestsOn::Only(BTreeSet::from([iri::ONTOLOGY_GRAPH.as_str().to_owned()])),
            false => rests_on(form),
        };
        Ok(Subject {
            title: self.shell.t(&format!("cite-name-{}", fixed.name)),
            query,
            definition: fixed.definition.to_owned(),
            rests_on,
        })
    }

    /// Refuses parameters that no network has, and values that the data does not have.
    fn filtered(&self, form: &Form) -> Result<(), ApiError> {
        let options = networks::OPTIONS.into_iter().chain(OF_NETWORKS);
        let scenario = ["part", "networks", "changes", "title", "description"];
        let known: Vec<&str> = Filter::KEYS
            .into_iter()
            .chain(options)
            .chain(scenario)
            .collect();
        form.only(&known)?;
        let filters = form.pairs().filter(|(name, _)| Filter::KEYS.contains(name));
        self.graph.filter(self.snapshot, filters)?;
        Ok(())
    }

    /// What a metric or indicator is called: the names that ship are English.
    fn in_words(&self, id: &str, english: &str) -> String {
        match self.shell.language {
            Language::English => english.to_owned(),
            _ if pages::anchor(id).is_some() => pages::figure_name(self.shell, id),
            _ => english.to_owned(),
        }
    }

    fn what_if(&self, title: &str) -> String {
        let values = [("title", title)];
        self.shell.with("cite-name-scenario", &values)
    }

    fn text_of_network(&self, id: &str) -> Option<String> {
        let definition = self.graph.networks().definition(id).ok()?;
        Some(definition.text.clone())
    }

    fn explored(&self, uri: &Uri, form: &Form) -> Result<Subject, ApiError> {
        form.only(&[&EXPLORED_BY[..], &Page::KEYS, &["lang"]].concat())?;
        let view = self.graph.merged_view(self.snapshot)?;
        let index = self.graph.explored(view.merged(), &self.limits)?;
        let selection = Selection::parse(form.pairs(), &index)?;
        let words = pages::words_of(self.shell, &index, &selection);
        let is_page = !uri.path().starts_with("/api/");
        let page = Page::of(form)?;
        let window = match is_page {
            true => page.window(USUAL_LIMIT),
            // Without a limit it has all rows.
            false => page.window(index.len()),
        };
        let language = form.one("lang")?.filter(|tag| !tag.is_empty());
        let language = language.unwrap_or(match is_page {
            true => self.shell.language.tag(),
            false => Language::default().tag(),
        });
        let words = words.join("; ");
        Ok(Subject {
            title: match words.is_empty() {
                true => self.shell.t("cite-name-explore"),
                false => self
                    .shell
                    .with("cite-name-explore-of", &[("words", &words)]),
            },
            query: Some(index.sparql(&selection, language, &window)),
            definition: "/ontology".to_owned(),
            rests_on: rests_on(form),
        })
    }

    fn history(&self, form: &Form) -> Result<Subject, ApiError> {
        let catalogue = self.graph.headline_catalogue();
        let wanted = form.all("metric").flat_map(|text| text.split(','));
        let wanted: Vec<&str> = wanted
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .collect();
        let names: Vec<String> = wanted
            .iter()
            .map(|id| {
                let known = catalogue.iter().find(|(_, known, _)| known == id);
                // One that there was in an earlier ontology has no name any more.
                known.map_or_else(
                    || shortened(id),
                    |(_, id, label)| self.in_words(id, &capitalised(label)),
                )
            })
            .collect();
        let names = names.join(", ");
        let anchor = match wanted.as_slice() {
            [one] => pages::anchor(one),
            _ => None,
        };
        Ok(Subject {
            title: match names.is_empty() {
                true => self.shell.t("cite-name-history"),
                false => self
                    .shell
                    .with("cite-name-history-of", &[("names", &names)]),
            },
            query: None,
            definition: anchor.unwrap_or_else(|| "/help#trend".to_owned()),
            rests_on: rests_on(form),
        })
    }

    /// A query that the address states.
    fn asked(&self, form: &Form) -> Result<Subject, ApiError> {
        let text = form.required("query")?;
        for name in ["default-graph-uri", "named-graph-uri"] {
            form.iris(name)?;
        }
        let base = format!("{}/sparql", self.origin);
        on_deep_stack(|| self.graph.parse_query(text, Some(&base)).map(|_| ()))
            .map_err(ApiError::Syntax)?;
        Ok(Subject {
            title: title_of(text),
            query: Some(text.to_owned()),
            definition: "/ontology".to_owned(),
            rests_on: rests_on(form),
        })
    }

    fn of_catalogue(&self, name: &str, form: &Form) -> Result<Subject, ApiError> {
        let query = queries::find(self.graph, name)?;
        let values = form
            .pairs()
            .filter(|(name, _)| !queries::is_general(&query, name));
        query.bind(values)?;
        Ok(Subject {
            title: query.title.clone(),
            definition: format!("/queries/{}", query.name),
            query: Some(query.text),
            rests_on: rests_on(form),
        })
    }

    fn network(
        &self,
        id: &str,
        part: Option<&str>,
        uri: &Uri,
        form: &Form,
    ) -> Result<Subject, ApiError> {
        let network = self.graph.networks().definition(id)?;
        let name = pages::network_title(self.shell, network);
        let is_file = |part: &str| part == "export";
        let title = match part {
            None => name,
            Some("integration") => self
                .shell
                .with("cite-name-integration-of", &[("network", &name)]),
            Some(part) if PARTS.contains(&part) || is_file(part) => {
                let part = self.shell.t(&format!("cite-part-{part}"));
                format!("{name}: {part}")
            }
            Some(_) => return Err(nothing_at(uri.path())),
        };
        self.filtered(form)?;
        let is_page = !uri.path().starts_with("/api/");
        let otherwise = match part {
            Some("integration") => INTEGRATION.to_owned(),
            Some("mixing") => "/help#mixing".to_owned(),
            _ if is_page => METRICS.to_owned(),
            _ => format!("/networks/{id}"),
        };
        Ok(Subject {
            title,
            query: Some(network.text.clone()),
            definition: of_metrics(form).unwrap_or(otherwise),
            rests_on: rests_on(form),
        })
    }

    fn indicator(&self, network: Option<&str>, id: &str, form: &Form) -> Result<Subject, ApiError> {
        let of = network.unwrap_or(crate::app::integration::NETWORK);
        let definition = self.graph.networks().definition(of)?;
        let title = self.in_words(id, &integration::title_of(self.graph, id)?);
        self.filtered(form)?;
        let indicator = self.graph.indicators().get(id).ok();
        let query = indicator.map_or(&definition.text, |indicator| &indicator.text);
        Ok(Subject {
            title: match network {
                None => title,
                Some(_) => format!("{}: {title}", pages::network_title(self.shell, definition)),
            },
            query: Some(query.clone()),
            definition: pages::anchor(id).unwrap_or_else(|| INTEGRATION.to_owned()),
            rests_on: rests_on(form),
        })
    }

    /// The graph as a data set, if it is one that is there.
    fn dataset(&self, node: &NamedNode) -> Result<Option<Dataset>, AppError> {
        self.graph.dataset(self.snapshot, node)
    }

    fn of_dataset(&self, dataset: &Dataset) -> Subject {
        let titles = &dataset.description.title;
        let title = titles
            .get(self.shell.tag())
            .map(String::as_str)
            .or_else(|| Description::best(titles));
        let name = dataset.name();
        let title = match title {
            Some(title) if name.contains('/') => format!("{title} ({name})"),
            Some(title) => title.to_owned(),
            None => name,
        };
        let title = shortened(&title);
        Subject {
            title: self.shell.with("cite-name-dataset", &[("title", &title)]),
            query: None,
            definition: DATASETS.to_owned(),
            rests_on: RestsOn::Only(BTreeSet::from([dataset.iri()])),
        }
    }

    /// A graph of the graph store, or all of it.
    fn stored(&self, uri: &Uri, form: &Form) -> Result<Subject, ApiError> {
        let path = uri.path().trim_end_matches('/');
        let node = match (form.one("graph")?, form.has("default")) {
            (Some(name), _) => graph_named(name).ok(),
            (None, true) => NamedNode::new(DEFAULT_GRAPH_IRI).ok(),
            // A graph that is named by its address.
            (None, false) if path != "/store" => {
                NamedNode::new(format!("{}{path}", self.origin)).ok()
            }
            (None, false) => {
                return Ok(Subject {
                    title: self.shell.t("cite-name-store"),
                    query: None,
                    definition: DATASETS.to_owned(),
                    rests_on: RestsOn::Counted,
                });
            }
        };
        let Some(node) = node else {
            return Err(ApiError::BadRequest(
                "`graph` is the IRI of a graph".to_owned(),
            ));
        };
        match self.dataset(&node)? {
            Some(dataset) => Ok(self.of_dataset(&dataset)),
            None => Err(AppError::NoSuchGraph(GraphName::from(node)).into()),
        }
    }

    fn is_known(&self, node: &NamedNode) -> bool {
        let term = oxigraph::model::TermRef::from(node);
        let (snapshot, term) = (self.snapshot, Some(term));
        let mut starts = snapshot.quads_for_pattern(term, None, None, None);
        let mut ends = snapshot.quads_for_pattern(None, None, term, None);
        starts.next().is_some() || ends.next().is_some()
    }

    /// What a path is the end of the IRI of.
    fn thing_at(&self, path: &str) -> Result<Subject, ApiError> {
        let relative = path.trim_start_matches('/');
        if relative.starts_with("graph/")
            && let Some((graph, _)) = dcat::graph_of_path(self.snapshot, relative)
            && let Some(dataset) = self.dataset(&graph)?
        {
            return Ok(self.of_dataset(&dataset));
        }
        let base = &self.graph.config().base;
        match resources::find(self.graph, self.snapshot, relative, base) {
            Some((found, _)) => Ok(self.thing(&found.iri)),
            None => Err(nothing_at(path)),
        }
    }

    fn thing(&self, node: &NamedNode) -> Subject {
        let language = self.shell.language.tag();
        Subject {
            title: shortened(&label_in(self.snapshot, node.as_ref().into(), language)),
            query: Some(format!("DESCRIBE {node}")),
            definition: "/ontology".to_owned(),
            rests_on: self.graph.stated_in(self.snapshot, node),
        }
    }
}

/// Where the one metric that an address names is explained.
fn of_metrics(form: &Form) -> Option<String> {
    let named = ["metrics", "metric"]
        .into_iter()
        .flat_map(|name| form.all(name))
        .flat_map(|text| text.split(','));
    let named: Vec<&str> = named
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .collect();
    match named.as_slice() {
        [] => None,
        [one] => pages::anchor(one),
        _ => Some(METRICS.to_owned()),
    }
}

/// A name of the data or of whoever asks, no longer than a title may be.
fn shortened(text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let short: String = clean.take(200).collect();
    match text.chars().nth(200) {
        Some(_) => format!("{short}…"),
        None => short,
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Whether a reference to a path can be had.
pub(super) fn is_citable(path: &str) -> bool {
    let name = path.strip_prefix("/api/v1/").unwrap_or_default();
    let first = bare(name).split('/').next().unwrap_or_default();
    !NOT_CITED.contains(&first) && Place::of(path).is_some()
}
