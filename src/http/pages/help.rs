//! `/help`: what each figure means, with an example that is computed when the page is made.

use super::links::Link;
use super::texts::Language;
use super::{Shell, render};
use crate::app::RestsOn;
use crate::http::AppState;
use crate::http::error::ApiError;
use crate::http::negotiate::Format;
use crate::http::request::{self, Form};
use crate::http::respond::Reading;
use crate::indicators::Indicator;
use crate::metrics::{self, Compute, Measures, Metric, Options, Score, Task, ValueKind};
use crate::network::{Category, Kind, Mode, Network, Node, Tie};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use oxigraph::model::NamedNode;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/help", get(help))
}

/// What belongs together on the page: the name of its heading, and its entries.
struct Section {
    name: &'static str,
    /// An anchor besides its name.
    anchor: &'static str,
    /// Each entry has the ids that it explains; its texts go by the first.
    entries: &'static [&'static [&'static str]],
}

const SECTIONS: [Section; 8] = [
    Section {
        name: "reading",
        anchor: "unknown",
        entries: &[
            &["coverage"],
            &["significance"],
            &["undefined"],
            &["rank"],
            &["trend"],
        ],
    },
    Section {
        name: "position",
        anchor: "metrics",
        entries: &[
            &["degree"],
            &["strength"],
            &["betweenness"],
            &["closeness"],
            &["harmonic"],
            &["eccentricity"],
            &["eigenvector"],
            &["pagerank"],
            &["core"],
            &[
                "clustering",
                "transitivity",
                "averageClustering",
                "meanClustering",
            ],
            &["constraint"],
            &["effectiveSize", "efficiency"],
            &["hierarchy"],
            &["community", "communities", "modularity"],
            &["articulation", "articulationPoints", "bridges"],
            &["inCore", "corePeripheryFit", "coreSize"],
        ],
    },
    Section {
        name: "whole",
        anchor: "",
        entries: &[
            &["nodes", "edges"],
            &["density", "averageDegree"],
            &["isolates"],
            &["components", "largestComponentShare"],
            &["fragmentation", "reachablePairs"],
            &["distanceFragmentation"],
            &["averagePathLength", "reachablePathLength", "diameter"],
            &["degreeAssortativity"],
            &[
                "degreeCentralization",
                "betweennessCentralization",
                "closenessCentralization",
            ],
        ],
    },
    Section {
        name: "across",
        anchor: "groups",
        entries: &[
            &["eiIndex", "levelEi"],
            &["sectorEiIndex", "levelEiIndex", "sphereEiIndex"],
            &["sectorEiRescaled", "levelEiRescaled"],
            &[
                "sectorAssortativity",
                "levelAssortativity",
                "sphereAssortativity",
            ],
            &["sectorHomophily"],
            &["meanLevelDistance"],
            &["sectorDiversity", "levelDiversity", "sphereDiversity"],
            &["sectorReach", "levelReach"],
            &["participationCoefficient", "levelParticipation"],
            &["neighbourDiversity"],
        ],
    },
    Section {
        name: "brokers",
        anchor: "",
        entries: &[
            &[
                "brokerage",
                "coordinator",
                "itinerant",
                "gatekeeper",
                "representative",
                "liaison",
            ],
            &[
                "coordinatorExpected",
                "itinerantExpected",
                "gatekeeperExpected",
                "representativeExpected",
                "liaisonExpected",
                "coordinatorZ",
                "itinerantZ",
                "gatekeeperZ",
                "representativeZ",
                "liaisonZ",
            ],
        ],
    },
    Section {
        name: "providers",
        anchor: "",
        entries: &[
            &["providers"],
            &["isFragile", "fragileShare"],
            &["providerConcentration"],
            &["redundancy", "averageRedundancy"],
            &["latapyClustering", "averageLatapyClustering"],
        ],
    },
    Section {
        name: "board",
        anchor: "integration",
        entries: &[
            &[
                "four-way",
                "same-sector-and-level",
                "horizontal",
                "vertical",
                "diagonal",
                "bridging",
            ],
            &["mixing", "sector-mixing", "level-mixing"],
            &["missing-bridges"],
            &["sector-dependence", "level-dependence", "dependence"],
            &["key-actors", "sector-pairs-cut"],
            &["key-players", "fragmentation-without"],
            &["vertical-chains", "unbroken-chains", "missing-rungs"],
            &["ladders", "scope", "depth"],
            &["gap"],
            &["reciprocity", "congruence"],
            &["intensity", "common-scale"],
            &[
                "access",
                "systems-integration",
                "project-centred-integration",
            ],
        ],
    },
    Section {
        name: "statements",
        anchor: "indicators",
        entries: &[
            &["horizontal-reach"],
            &["vertical-reach"],
            &["level-chain"],
            &["multi-sector-actors"],
            &["sphere-mix"],
            &["hybridity"],
            &["formalisation"],
            &["funding-spheres"],
            &["funding-levels"],
            &["funding-concentration"],
            &["sector-conflicts"],
            &["conflict-rate"],
            &["evidence-two-sources"],
            &["empty-fields"],
        ],
    },
];

/// Other names of what is explained, as the rows of the integration report have them.
const ALSO: [(&str, &str); 12] = [
    ("sector-ei-index", "sectorEiIndex"),
    ("level-ei-index", "sectorEiIndex"),
    ("sphere-ei-index", "sectorEiIndex"),
    ("sector-ei-rescaled", "sectorEiRescaled"),
    ("level-ei-rescaled", "sectorEiRescaled"),
    ("sphere-ei-rescaled", "sectorEiRescaled"),
    ("sector-diversity", "sectorDiversity"),
    ("level-diversity", "sectorDiversity"),
    ("sphere-diversity", "sectorDiversity"),
    ("sector-homophily", "sectorHomophily"),
    ("level-homophily", "sectorHomophily"),
    ("sphere-homophily", "sectorHomophily"),
];

/// And of those whose concentration the board has by sector.
const PROVIDERS: (&str, &str) = ("provider-concentration", "providerConcentration");

/// Words of the glossary.
const WORDS: [&str; 15] = [
    "actors",
    "services",
    "innovations",
    "sectors",
    "levels",
    "spheres",
    "participations",
    "ties",
    "instrument",
    "data-version",
    "datasets",
    "triples",
    "inferred",
    "sparql",
    "api",
];

fn entries() -> impl Iterator<Item = &'static [&'static str]> {
    SECTIONS
        .iter()
        .flat_map(|section| section.entries.iter().copied())
}

/// What a figure is called, in the language of a page; its id if it is not explained.
pub(in crate::http) fn name(shell: &Shell, id: &str) -> String {
    match entries().flatten().any(|known| *known == id) {
        true => shell.t(&format!("help-{id}-name")),
        false => id.to_owned(),
    }
}

/// Where a figure, or a word, is explained; `None` if it is not.
pub(in crate::http) fn anchor(id: &str) -> Option<String> {
    let figures = entries().flatten().copied();
    let others = ALSO.iter().chain([&PROVIDERS]).map(|(id, _)| *id);
    figures
        .chain(others)
        .chain(WORDS)
        .find(|known| *known == id)
        .map(|id| format!("/help#{id}"))
}

/// What a figure says, in a sentence or two.
pub(super) fn says(shell: &Shell, id: &str) -> String {
    let entry = entries().find(|ids| ids.contains(&id));
    let key = entry.and_then(|ids| ids.first());
    key.map(|key| shell.t(&format!("help-{key}-says")))
        .unwrap_or_default()
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    shell: Shell,
    sections: Vec<SectionView>,
    actors: Vec<(String, [String; 3])>,
    services: Vec<(String, String)>,
    words: Vec<(&'static str, String, String)>,
    citation: String,
    licences: Vec<Link>,
    packages: Vec<Package>,
}

struct SectionView {
    name: &'static str,
    anchor: &'static str,
    title: String,
    entries: Vec<EntryView>,
}

struct EntryView {
    id: &'static str,
    /// Other anchors.
    also: Vec<&'static str>,
    title: String,
    says: String,
    read: String,
    example: String,
    not: String,
    formal: Vec<Formal>,
}

/// The entry of a catalogue.
struct Formal {
    id: String,
    name: String,
    range: String,
    formula: String,
    reference: String,
    undefined_when: String,
    /// Where the rows are that an indicator counts.
    rows: Option<String>,
}

/// Built files of others.
struct Package {
    name: String,
    version: String,
    licence: String,
    source: String,
}

/// `GET /help`
async fn help(
    State(state): State<AppState>,
    shell: Shell,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    Form::of_url(&uri)?.only(&[])?;
    let snapshot = request::snapshot(&state, &headers)?;
    let origin = request::origin(&headers, &uri);
    let reading = Reading::new(&state, &snapshot, &["help", shell.tag(), &origin]);
    if let Some(response) = reading.not_modified(&headers) {
        return Ok(response);
    }
    let body = state
        .blocking(move |graph| {
            let indicators: BTreeMap<&str, &Indicator> = graph
                .indicators()
                .iter()
                .map(|indicator| (indicator.id.as_str(), indicator))
                .collect();
            let cited = graph.citation(&snapshot, &RestsOn::Counted);
            let date = cited.date.as_deref().unwrap_or_default();
            let date = date.split('T').next().unwrap_or_default();
            let version = cited.version.to_string();
            let values = [
                ("version", version.as_str()),
                ("date", date),
                ("address", origin.as_str()),
            ];
            let citation = match date.is_empty() {
                true => shell.with("help-cite-text-undated", &values),
                false => shell.with("help-cite-text-dated", &values),
            };
            let licences = cited.licences().into_iter().map(|licence| Link {
                href: Some(licence.clone()).filter(|licence| licence.starts_with("http")),
                text: licence,
            });
            render(&HelpPage {
                sections: sections(&shell, &indicators),
                actors: actors(&shell),
                services: services(&shell),
                words: WORDS
                    .iter()
                    .map(|word| {
                        let name = shell.t(&format!("help-word-{word}"));
                        (*word, name, shell.t(&format!("help-word-{word}-means")))
                    })
                    .collect(),
                citation,
                licences: licences.collect(),
                packages: packages(),
                shell,
            })
        })
        .await?;
    Ok(reading.respond(Format::Html, body))
}

fn sections(shell: &Shell, indicators: &BTreeMap<&str, &Indicator>) -> Vec<SectionView> {
    SECTIONS
        .iter()
        .map(|section| SectionView {
            name: section.name,
            anchor: section.anchor,
            title: shell.t(&format!("help-section-{}", section.name)),
            entries: section
                .entries
                .iter()
                .filter_map(|ids| entry(shell, ids, indicators))
                .collect(),
        })
        .collect()
}

fn entry(
    shell: &Shell,
    ids: &[&'static str],
    indicators: &BTreeMap<&str, &Indicator>,
) -> Option<EntryView> {
    let key = *ids.first()?;
    let values: Vec<(String, String)> = EXAMPLE
        .values
        .iter()
        .filter(|(name, _)| {
            // Those of this entry and of what it compares with.
            let metric = name.split('-').next().unwrap_or_default();
            ids.contains(&metric) || NEIGHBOURS.contains(&(key, metric))
        })
        .map(|(name, value)| (name.clone(), value.text(shell.language)))
        .collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let text = |part: &str| shell.t(&format!("help-{key}-{part}"));
    let also = ALSO.iter().chain([&PROVIDERS]);
    Some(EntryView {
        id: key,
        also: ids
            .iter()
            .skip(1)
            .copied()
            .chain(also.filter(|(_, known)| *known == key).map(|(id, _)| *id))
            .collect(),
        title: text("name"),
        says: text("says"),
        read: text("read"),
        example: shell.with(&format!("help-{key}-example"), &values),
        not: text("not"),
        formal: ids
            .iter()
            .filter_map(|id| formal(shell, id, indicators))
            .collect(),
    })
}

/// Entries whose examples mention values of others.
const NEIGHBOURS: [(&str, &str); 2] = [
    ("distanceFragmentation", "fragmentation"),
    ("coordinatorExpected", "gatekeeper"),
];

fn formal(shell: &Shell, id: &str, indicators: &BTreeMap<&str, &Indicator>) -> Option<Formal> {
    let name = name(shell, id);
    if let Some(metric) = metrics::find(id) {
        return Some(Formal {
            id: id.to_owned(),
            name,
            range: metric.range.to_owned(),
            formula: metric.formula.to_owned(),
            reference: metric.reference.to_owned(),
            undefined_when: metric.undefined_when.to_owned(),
            rows: None,
        });
    }
    let indicator = indicators.get(id)?;
    Some(Formal {
        id: id.to_owned(),
        name,
        range: indicator.range.clone(),
        formula: indicator.formula.clone(),
        reference: indicator.reference.clone(),
        undefined_when: String::new(),
        rows: Some(format!("/api/v1/integration/{id}")),
    })
}

fn packages() -> Vec<Package> {
    #[derive(Deserialize)]
    struct Vendored {
        version: String,
        source: String,
        licence: String,
    }
    // A test reads the same file, so that it can be read.
    let listed: BTreeMap<String, Vendored> =
        toml::from_str(include_str!("../static/vendor/vendored.toml")).unwrap_or_default();
    listed
        .into_iter()
        .map(|(name, package)| Package {
            name,
            version: package.version,
            licence: package.licence,
            source: package.source,
        })
        .collect()
}

// ---- the example ----------------------------------------------------------------------------

/// An actor of the example: id, sector, level and sphere.
const ACTORS: [(&str, [&str; 3]); 8] = [
    ("hospital", ["health", "regional", "public"]),
    ("centre", ["health", "local", "public"]),
    ("town", ["social", "local", "public"]),
    ("ngo", ["social", "local", "third"]),
    ("jobs", ["employment", "regional", "public"]),
    ("coop", ["employment", "local", "third"]),
    ("ministry", ["social", "national", "public"]),
    ("foodbank", ["social", "local", "third"]),
];

/// Ranks of levels, as the code list of levels has them.
const RANKS: [(&str, i64); 3] = [("local", 0), ("regional", 2), ("national", 3)];

/// A service of the example, and who provides it.
const SERVICES: [(&str, &[&str]); 7] = [
    ("s1", &["hospital", "centre"]),
    ("s2", &["centre", "town", "ngo"]),
    ("s3", &["town", "jobs"]),
    ("s4", &["jobs", "coop"]),
    ("s5", &["ministry", "town"]),
    ("s6", &["centre", "town"]),
    ("s7", &["foodbank"]),
];

static EXAMPLE: LazyLock<Example> = LazyLock::new(Example::new);

/// What the functions of the catalogue make of the example.
struct Example {
    /// Of metrics of nodes `betweenness-town`, of the network `density`.
    values: BTreeMap<String, Value>,
}

/// A value as texts have it.
#[derive(Clone, Copy)]
enum Value {
    Whole(i64),
    Real(f64),
    None,
}

impl Value {
    fn of(metric: &Metric, score: Score) -> Self {
        match (score.value(), metric.kind) {
            (None, _) => Self::None,
            (Some(value), ValueKind::Count | ValueKind::Flag) => Self::Whole(value.round() as i64),
            (Some(value), ValueKind::Real) if value.fract() == 0.0 && value.abs() < 1e9 => {
                Self::Whole(value as i64)
            }
            (Some(value), ValueKind::Real) => Self::Real(value),
        }
    }

    fn text(self, language: Language) -> String {
        match self {
            Self::Whole(value) => language.whole(value),
            Self::Real(value) => language.decimal(value, 3),
            Self::None => "–".to_owned(),
        }
    }
}

fn node(id: &str, mode: Mode) -> Node {
    let iri = format!("https://example.org/valley/{id}");
    Node {
        mode,
        ..Node::new(NamedNode::new_unchecked(iri))
    }
}

fn category(id: &str) -> Category {
    let iri = format!("https://example.org/category/{id}");
    let rank = RANKS.iter().find(|(known, _)| *known == id);
    Category {
        rank: rank.map(|(_, rank)| *rank),
        ..Category::new(NamedNode::new_unchecked(iri))
    }
}

/// Sectors, levels and spheres of the actors; what is beside them has none.
fn attributes(others: usize) -> [Vec<Vec<Category>>; 4] {
    let of = |attribute: usize| {
        let mut all: Vec<Vec<Category>> = ACTORS
            .iter()
            .map(|(_, values)| vec![category(values[attribute])])
            .collect();
        all.extend((0..others).map(|_| Vec::new()));
        all
    };
    [of(0), of(1), of(2), vec![Vec::new(); ACTORS.len() + others]]
}

fn position(id: &str) -> u32 {
    let found = ACTORS
        .iter()
        .zip(0_u32..)
        .find(|((known, _), _)| *known == id);
    found.map(|(_, position)| position).unwrap_or_default()
}

/// Who takes part in the same service: the network of collaboration.
fn collaboration() -> Network {
    let nodes = ACTORS.iter().map(|(id, _)| node(id, Mode::First)).collect();
    let mut ties = Vec::new();
    for (_, providers) in SERVICES {
        for (at, one) in providers.iter().enumerate() {
            for other in providers.iter().skip(at + 1) {
                ties.push(Tie {
                    source: position(one),
                    target: position(other),
                    weight: 1.0,
                });
            }
        }
    }
    Network::new(Kind::default(), nodes, ties, attributes(0))
}

/// Who takes part in which service.
fn affiliation() -> Network {
    let kind = Kind {
        directed: false,
        two_mode: true,
    };
    let actors = ACTORS.iter().map(|(id, _)| node(id, Mode::First));
    let services = SERVICES.iter().map(|(id, _)| node(id, Mode::Second));
    let ties = SERVICES
        .iter()
        .zip(0_u32..)
        .flat_map(|((_, providers), at)| {
            providers.iter().map(move |provider| Tie {
                source: position(provider),
                target: ACTORS.len() as u32 + at,
                weight: 1.0,
            })
        });
    let nodes = actors.chain(services).collect();
    Network::new(kind, nodes, ties, attributes(SERVICES.len()))
}

impl Example {
    fn new() -> Self {
        let mut values = BTreeMap::new();
        for network in [collaboration(), affiliation()] {
            let is_two_mode = network.is_two_mode();
            let measures = Measures::new(Arc::new(network), Options::default());
            let task = Task::new();
            let wanted = metrics::all()
                .iter()
                .filter(|metric| metric.is_for_two_modes() == is_two_mode);
            for metric in wanted {
                match metric.compute {
                    Compute::Network(_) => {
                        if let Ok(score) = measures.of_network(metric, &task) {
                            values.insert(metric.id.to_owned(), Value::of(metric, score));
                        }
                    }
                    Compute::Node(_) => {
                        let scores = measures.of_nodes(metric, &task);
                        let scores = scores.iter().flat_map(|scores| scores.iter());
                        for (node, score) in measures.network().nodes().iter().zip(scores) {
                            let id = node.id().rsplit('/').next().unwrap_or_default();
                            let name = format!("{}-{id}", metric.id);
                            values.insert(name, Value::of(metric, *score));
                        }
                    }
                }
            }
        }
        // How many of the pairs of others that is.
        let others = (ACTORS.len() - 1) as f64;
        if let Some(Value::Real(share)) = values.get("betweenness-town").copied() {
            let pairs = share * others * (others - 1.0) / 2.0;
            values.insert(
                "betweenness-town-pairs".to_owned(),
                Value::Whole(pairs.round() as i64),
            );
        }
        Self { values }
    }
}

fn actors(shell: &Shell) -> Vec<(String, [String; 3])> {
    ACTORS
        .iter()
        .map(|(id, values)| {
            let values = values.map(|value| shell.t(&format!("help-category-{value}")));
            (shell.t(&format!("help-actor-{id}")), values)
        })
        .collect()
}

fn services(shell: &Shell) -> Vec<(String, String)> {
    SERVICES
        .iter()
        .map(|(id, providers)| {
            let providers: Vec<String> = providers
                .iter()
                .map(|provider| shell.t(&format!("help-actor-{provider}")))
                .collect();
            (shell.t(&format!("help-service-{id}")), providers.join(", "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{INNOSERV, get_page, send};
    use crate::network::Attribute;
    use axum::http::{HeaderValue, header};
    use std::collections::BTreeSet;

    fn shell(language: Language) -> Shell {
        let value = HeaderValue::from_static(language.tag());
        let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]);
        Shell::new(&"/help".parse().unwrap(), &headers)
    }

    #[test]
    fn every_metric_and_every_indicator_is_explained_once_in_both_languages() {
        let mut explained: Vec<&str> = entries().flatten().copied().collect();
        explained.sort_unstable();
        let once: BTreeSet<&str> = explained.iter().copied().collect();
        assert_eq!(once.len(), explained.len(), "something is explained twice");
        let graph = INNOSERV.graph();
        let metrics = metrics::all().iter().map(|metric| metric.id.to_owned());
        let indicators = graph.indicators().iter().map(|known| known.id.clone());
        for id in metrics.chain(indicators) {
            assert!(once.contains(id.as_str()), "{id} is not explained");
        }
        for language in Language::ALL {
            let shell = shell(language);
            let there = |key: String| assert_ne!(shell.t(&key), key, "{}", language.tag());
            for ids in entries() {
                for part in ["says", "read", "example", "not"] {
                    there(format!("help-{}-{part}", ids[0]));
                }
                for id in ids {
                    there(format!("help-{id}-name"));
                }
            }
        }
    }

    #[tokio::test]
    async fn the_page_has_an_anchor_for_every_figure_that_other_pages_show() {
        let csv = send(&INNOSERV, "GET", "/api/v1/integration.csv", &[], "").await;
        let csv = csv.expect(200).text;
        let figures = csv
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').nth(1));
        let figures: BTreeSet<&str> = figures.collect();
        assert!(figures.len() > 30, "{figures:?}");
        for language in ["en", "es"] {
            let page = get_page(&INNOSERV, "/help", language).await;
            let metrics = metrics::all().iter().map(|metric| metric.id);
            let others = ["cite", "four-way", "indicators", "ladders", "accessibility"];
            let counts = ["actors", "services", "sectors", "participations", "ties"];
            for id in figures
                .iter()
                .copied()
                .chain(metrics)
                .chain(others)
                .chain(counts)
            {
                let anchor = format!("id=\"{id}\"");
                assert_eq!(page.matches(&anchor).count(), 1, "{language}: {anchor}");
            }
            // No value of the example is missing, no message lacks a text.
            assert!(!page.contains("{$"), "{language}");
            assert!(!page.contains("help-"), "{language}: {page}");
        }
    }

    #[test]
    fn the_numbers_in_the_texts_are_those_of_the_example() {
        let text = |name: &str| EXAMPLE.values[name].text(Language::English);
        for (name, expected) in [
            ("degree-town", "4"),
            ("strength-town", "5"),
            ("betweenness-town", "0.524"),
            ("betweenness-town-pairs", "11"),
            ("betweenness-ngo", "0"),
            ("harmonic-town", "0.714"),
            ("core-ngo", "2"),
            ("core-jobs", "1"),
            ("density", "0.25"),
            ("averagePathLength", "2"),
            ("diameter", "4"),
            ("eiIndex-centre", "0.333"),
            ("sectorEiIndex", "−0.143"),
            ("meanLevelDistance", "1.286"),
            ("brokerage-town", "10"),
            ("fragileShare", "0.143"),
            ("redundancy-centre", "0.333"),
            ("latapyClustering-hospital", "0.333"),
            ("closenessCentralization", "–"),
        ] {
            assert_eq!(
                text(name).trim_end_matches('0'),
                expected.trim_end_matches('0'),
                "{name}"
            );
        }
        // The words speak of 28 pairs, of 21 without one actor, of three ties that stay local.
        let network = collaboration();
        assert_eq!((network.len(), network.ties().len()), (8, 7));
        let test = metrics::mixing::integration_tests(&network, &Options::default(), &Task::new())
            .unwrap();
        let four = test.four_way;
        let cells = [four.horizontal, four.vertical, four.diagonal, four.same];
        assert_eq!(cells.map(|cell| cell.ties), [2.0, 3.0, 1.0, 1.0]);
        let percent = |cell: metrics::mixing::FourWayCell| {
            (cell.expected.value().unwrap() * 100.0).round() as i64
        };
        assert_eq!(cells.map(percent), [29, 19, 48, 5]);
        assert_eq!((four.vertical.p.unwrap() * 1000.0).round(), 154.0);
        let pairs = metrics::dependence::bridge_dependence(&network, Attribute::Sector);
        assert_eq!(pairs.iter().filter(|pair| pair.is_cut).count(), 2);
    }
}
