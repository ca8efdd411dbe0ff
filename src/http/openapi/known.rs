//! What the catalogues and the data know: the values that parameters may have.

use super::parts::{MOST, flag, iri, list, query, whole};
use crate::app::{CatalogueQuery, KnowledgeGraph};
use crate::ingest::mapping::Mapping;
use crate::metrics::{self, Scope};
use crate::network::Filter;
use crate::ontology::iri::GRAPH;
use crate::store::Snapshot;
use oxigraph::model::GraphName;
use serde_json::{Map, Value, json};

/// Of more values than this a list is no help; then any text is allowed.
const MOST_VALUES: usize = 300;

/// The values that there are, for whoever sees the data in question.
pub(super) struct Known {
    /// Ids, titles and descriptions.
    pub(super) networks: Vec<(String, String, String)>,
    pub(super) node_metrics: Vec<String>,
    pub(super) network_metrics: Vec<String>,
    pub(super) indicators: Vec<String>,
    /// Figures whose course is kept.
    pub(super) headlines: Vec<String>,
    pub(super) queries: Vec<CatalogueQuery>,
    pub(super) mappings: Vec<String>,
    pub(super) datasets: Vec<String>,
    pub(super) sectors: Vec<String>,
    pub(super) levels: Vec<String>,
    spheres: Vec<String>,
    roles: Vec<String>,
    places: Vec<String>,
}

impl Known {
    pub(super) fn of(graph: &KnowledgeGraph, snapshot: &Snapshot) -> Self {
        let codes = graph.ontology().codes();
        let notations = |schemes: &[&str]| -> Vec<String> {
            let concepts = schemes.iter().flat_map(|scheme| codes.concepts(scheme));
            concepts.map(|concept| concept.notation()).collect()
        };
        let of_scope = |scope| -> Vec<String> {
            let metrics = metrics::all()
                .iter()
                .filter(|metric| metric.scope() == scope);
            metrics.map(|metric| metric.id.to_owned()).collect()
        };
        let mut datasets: Vec<String> = snapshot
            .graphs()
            .into_iter()
            .filter_map(|(name, _)| match name {
                GraphName::NamedNode(node) => {
                    let name = node.as_str().strip_prefix(GRAPH)?;
                    (!name.is_empty() && !name.contains(',')).then(|| name.to_owned())
                }
                _ => None,
            })
            .collect();
        datasets.sort_unstable();
        let networks = graph.networks().definitions().map(|network| {
            let (title, description) = (network.title.clone(), network.description.clone());
            (network.id.clone(), title, description)
        });
        Self {
            networks: networks.collect(),
            node_metrics: of_scope(Scope::Node),
            network_metrics: of_scope(Scope::Network),
            indicators: graph
                .indicators()
                .iter()
                .map(|known| known.id.clone())
                .collect(),
            headlines: {
                let ids = graph.headline_catalogue().into_iter().map(|(_, id, _)| id);
                let ids: std::collections::BTreeSet<String> = ids.collect();
                ids.into_iter().collect()
            },
            queries: graph.catalogue().iter().cloned().collect(),
            mappings: Mapping::names(),
            datasets,
            sectors: notations(&["branch", "branch-adjacent"]),
            levels: notations(&["governance-level"]),
            spheres: notations(&["sphere"]),
            roles: notations(&["link-role"]),
            places: Filter::country_codes(snapshot),
        }
    }

    /// The ids of the networks.
    pub(super) fn network_ids(&self) -> Vec<&str> {
        self.networks.iter().map(|(id, ..)| id.as_str()).collect()
    }

    /// Parameters that many operations have, by the names that these call them by.
    pub(super) fn parameters(&self) -> Map<String, Value> {
        let values = |known: &[String]| match known.len() {
            0..=MOST_VALUES => known.to_vec(),
            _ => Vec::new(),
        };
        let filter = |name: &str, known: &[String], what: &str| {
            list(
                name,
                &values(known),
                &format!("Only {what}. Several by commas; IRIs and names are understood too."),
            )
        };
        let day = || {
            json!({
                "type": "string",
                "pattern": "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$",
                "examples": ["2010", "2010-05-17"],
            })
        };
        let seconds = json!({"type": "number", "exclusiveMinimum": 0, "examples": [10]});
        let header = |name: &str, pattern: Option<&str>, description: &str| {
            let mut schema = json!({"type": "string"});
            if let Some(pattern) = pattern {
                schema["pattern"] = json!(pattern);
            }
            json!({"name": name, "in": "header", "description": description, "schema": schema})
        };
        let all = [
            (
                "sector",
                filter("sector", &self.sectors, "actors of these sectors"),
            ),
            (
                "level",
                filter(
                    "level",
                    &self.levels,
                    "actors of these levels of responsibility",
                ),
            ),
            (
                "sphere",
                filter("sphere", &self.spheres, "actors of these spheres"),
            ),
            (
                "place",
                filter(
                    "place",
                    &self.places,
                    "actors of these places and what lies within",
                ),
            ),
            ("role", filter("role", &self.roles, "ties by these roles")),
            (
                "since",
                query(
                    "since",
                    day(),
                    "Only what still held on this day, or later.",
                ),
            ),
            (
                "until",
                query(
                    "until",
                    day(),
                    "Only what held on this day already, or earlier.",
                ),
            ),
            (
                "dataset",
                filter("dataset", &self.datasets, "statements of these data sets"),
            ),
            (
                "groups",
                query(
                    "groups",
                    flag(false),
                    "Puts in actors that stand for a group of organisations.",
                ),
            ),
            (
                "contextual",
                query(
                    "contextual",
                    flag(false),
                    "Puts in roles that shape or document a case without taking part in it.",
                ),
            ),
            (
                "seed",
                query(
                    "seed",
                    whole(0, u64::MAX),
                    "What everything random begins with.",
                ),
            ),
            (
                "permutations",
                query(
                    "permutations",
                    whole(1, 9_999),
                    "How often ties are shuffled to see what chance would bring.",
                ),
            ),
            (
                "approximate",
                query(
                    "approximate",
                    json!({"type": "number", "minimum": 0.001, "maximum": 0.2}),
                    "Betweenness from a sample, with an error of at most this; not together with `exact`.",
                ),
            ),
            (
                "confidence",
                query(
                    "confidence",
                    json!({"type": "number", "minimum": 0.5, "maximum": 0.999}),
                    "How sure the error of the sample is; needs `approximate`.",
                ),
            ),
            (
                "exact",
                query(
                    "exact",
                    flag(false),
                    "No sample, however large the network is; not together with `approximate`.",
                ),
            ),
            (
                "timeout",
                query(
                    "timeout",
                    seconds,
                    "Seconds until the answer must be there, if that is sooner than the service's own limit.",
                ),
            ),
            (
                "merged",
                query(
                    "merged",
                    json!({"type": "boolean"}),
                    "Whether things that links join count as one.",
                ),
            ),
            (
                "inferred",
                query(
                    "inferred",
                    flag(true),
                    "Whether what the alignment rules concluded counts.",
                ),
            ),
            (
                "version",
                query(
                    "version",
                    json!({"anyOf": [whole(0, u64::MAX), {"const": "latest"}]}),
                    "The answer of this version of the data.",
                ),
            ),
            (
                "skolemize",
                query(
                    "skolemize",
                    flag(false),
                    "Blank nodes as IRIs that can be asked about again.",
                ),
            ),
            (
                "query-id",
                query(
                    "query-id",
                    json!({"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"}),
                    "An id of your own, under which the query can be looked at and cancelled at /api/v1/running.",
                ),
            ),
            (
                "limit",
                query("limit", whole(0, MOST), "At most so many rows."),
            ),
            (
                "offset",
                query(
                    "offset",
                    whole(0, MOST),
                    "Without so many rows at the beginning.",
                ),
            ),
            ("graph", query("graph", iri(), "The IRI of a graph.")),
            (
                "If-None-Match",
                header(
                    "If-None-Match",
                    None,
                    "The `ETag` of an answer that you have; if it still holds you get 304.",
                ),
            ),
            (
                "If-Match",
                header(
                    "If-Match",
                    Some("^(\\*|(W/)?\"[^\"]*\")$"),
                    "An `ETag`, or a data version in quotes: write only if nothing has changed since.",
                ),
            ),
        ];
        Map::from_iter(all.map(|(name, parameter)| (name.to_owned(), parameter)))
    }
}
