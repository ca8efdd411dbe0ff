//! What if.

use super::networks::listing;
use super::parts::{
    Group, Operation, flag, get, object, one_of, operation, query, reference, required, schema,
    text,
};
use crate::app::scenarios::Part;
use crate::http::rows::FORMATS;
use crate::network::Filter;
use serde_json::{Map, Value, json};

/// The schemas that these operations use.
pub(super) fn schemas() -> Map<String, Value> {
    let evaluation = json!({
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "description": {"type": "string"},
            "filter": {"type": "object"},
            "dataVersion": {"type": "integer"},
            "statements": {"type": "object"},
            "actorsAffected": {"type": "integer"},
        },
        "required": ["dataVersion", "statements"],
    });
    let change = json!({
        "type": "object",
        "properties": {
            "op": {"enum": [
                "removeActor", "addActor", "mergeActors", "addTie", "removeTie", "addService",
                "removeService", "moveService", "addParticipation", "removeParticipation",
                "setSector", "setLevel",
            ]},
        },
        "required": ["op"],
    });
    let all = [
        (
            "Scenario",
            json!({
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "changes": {"type": "array", "minItems": 1, "items": schema("ScenarioChange")},
                },
                "required": ["changes"],
                "additionalProperties": false,
            }),
        ),
        ("ScenarioChange", change),
        ("Evaluation", evaluation),
        (
            "SavedScenario",
            object(
                "id:string title:string description:string owner:string created:string savedOnVersion:integer size:integer choices:{string} url:string fits:boolean",
            ),
        ),
    ];
    Map::from_iter(all.map(|(name, schema)| (name.to_owned(), schema)))
}

/// Parameters of every evaluation.
fn choices() -> Vec<Value> {
    let parts = Part::ALL.map(Part::name);
    // What a scenario adds is in no data set.
    let filters = Filter::KEYS.iter().filter(|name| **name != "dataset");
    let mut all: Vec<Value> = filters
        .chain(&["timeout", "version", "limit", "offset"])
        .map(|name| reference("parameters", name))
        .collect();
    all.extend([
        query("part", one_of(&parts), "Only this part, as rows."),
        query(
            "sort",
            text(),
            "The column to sort the rows of a part by; with `-` the greatest first.",
        ),
        query(
            "networks",
            text(),
            "Only these networks, by their ids with commas.",
        ),
        query(
            "metrics",
            text(),
            "Only these metrics, by their ids with commas.",
        ),
    ]);
    all
}

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    let group = Group::Scenarios;
    let id = || json!({"type": "string", "pattern": "^[a-z0-9]{6,20}$"});
    let parts = Part::ALL.map(Part::name);
    let evaluated = |operation: Operation| {
        operation
            .takes(choices())
            .table(schema("Evaluation"))
            .fails(&[404, 410, 422, 429, 504, 507])
    };
    let shape = json!({"anyOf": [schema("Evaluation"), {"type": "array"}]});
    let of_any_part = |operation: Operation| {
        operation
            .takes(choices())
            .table(shape.clone())
            .fails(&[404, 410, 422, 429, 504, 507])
    };
    vec![
        get(group, "/api/v1/scenarios", "listScenarios", "The saved scenarios, the newest first")
            .says("`fits` tells whether the data still has all that a scenario names; if not, it can be evaluated with `version=` its `savedOnVersion`.")
            .takes(listing(&["id", "title", "owner", "created", "size"]))
            .rows(schema("SavedScenario"))
            .answers(303, "The page, for a browser.", &[]),
        of_any_part(operation(group, "post", "/api/v1/scenarios", "evaluateScenario", "What would be otherwise; with `save=true` the scenario is kept"))
            .says("An evaluation needs no token and changes nothing; saving needs one. A scenario is saved with the filters, networks and metrics of the request (`choices`); whoever asks for it may say otherwise.")
            .open()
            .takes([query("save", flag(false), "Whether to keep the scenario; needs a token.")])
            .body(true, &[("application/json", schema("Scenario"))])
            .answers(201, "The scenario is kept; this is what would be otherwise.", &super::queries::forms(&FORMATS))
            .with_headers(201, &["Location"])
            .fails(&[304, 403, 408, 409]),
        of_any_part(get(group, "/api/v1/scenarios/evaluate", "evaluateLink", "What would be otherwise, of a scenario that a link states"))
            .takes([
                required("changes", json!({"type": "string", "contentMediaType": "application/json", "examples": ["[{\"op\":\"removeActor\",\"iri\":\"https://w3id.org/weft/id/actor/x\"}]"]}), "The changes, as JSON."),
                query("title", text(), "What the scenario is called."),
                query("description", text(), "What it is about."),
            ])
            .answers(303, "The page, for a browser.", &[]),
        evaluated(get(group, "/api/v1/scenarios/{id}", "getScenario", "A saved scenario, evaluated on the data of today or of a version"))
            .says("With `.definition` behind the id (or `definition=true`) what it changes.")
            .part("id", id(), "The id of a saved scenario.")
            .takes([query("definition", flag(false), "Answers what the scenario changes.")])
            .extensions(&[])
            .answers(303, "The page, for a browser.", &[]),
        get(group, "/api/v1/scenarios/{id}/{part}", "getScenarioPart", "One part of the same, as rows")
            .part("id", id(), "The id of a saved scenario.")
            .part("part", one_of(&parts), "The part.")
            .takes(choices())
            .read(&json!({"type": "array"}), &FORMATS)
            .fails(&[406, 410, 422, 429, 504, 507]),
        operation(group, "delete", "/api/v1/scenarios/{id}", "removeScenario", "Removes a scenario; for its owner and administrators")
            .part("id", id(), "The id of a saved scenario.")
            .answers(204, "It is removed.", &[]),
    ]
}
