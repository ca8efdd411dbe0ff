//! What a scenario is: a title, a few words, and changes, as JSON states them.

use super::ScenarioError;
use crate::ontology::nearest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How many changes a scenario may have.
pub const MOST_CHANGES: usize = 1_000;
/// How many bytes of JSON a scenario may have.
pub const LONGEST_SCENARIO: usize = 256 << 10;
/// How many characters a title may have.
const LONGEST_TITLE: usize = 200;
/// How many characters a description, or the name of what is added, may have.
const LONGEST_TEXT: usize = 4_000;
/// How many values one field may list.
const MOST_VALUES: usize = 200;

/// Changes that somebody thinks of, to be evaluated beside the data as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// A few words.
    #[serde(default)]
    pub title: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What changes, one after the other: a later change sees what the earlier ones left.
    pub changes: Vec<Change>,
}

/// One value, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Values", into = "Values")]
pub struct Many(pub Vec<String>);

#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl From<Values> for Many {
    fn from(values: Values) -> Self {
        Self(match values {
            Values::One(value) => vec![value],
            Values::Several(values) => values,
        })
    }
}

impl From<Many> for Values {
    fn from(many: Many) -> Self {
        match <[String; 1]>::try_from(many.0) {
            Ok([value]) => Self::One(value),
            Err(values) => Self::Several(values),
        }
    }
}

impl Many {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One change. References are IRIs of the data, or those that an earlier change of the scenario
/// gave to what it added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// An actor is gone, with its ties and its parts in services and innovations.
    RemoveActor {
        /// The actor.
        iri: String,
    },
    /// A service or innovation is gone, with all participations in it.
    RemoveService {
        /// The service or innovation.
        iri: String,
    },
    /// There is one more actor.
    AddActor {
        /// An IRI that the data does not know, such as `new:centre`; else one is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iri: Option<String>,
        /// Its name.
        label: String,
        /// Sectors, as codes or IRIs.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        sector: Many,
        /// Levels of responsibility.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        level: Many,
        /// Spheres.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        sphere: Many,
        /// Places: IRIs, country codes or names.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        place: Many,
    },
    /// There is one more service.
    AddService {
        /// As of an actor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iri: Option<String>,
        /// Its name.
        label: String,
        /// Sectors, as codes or IRIs.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        sector: Many,
        /// Levels of responsibility.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        level: Many,
        /// Places: IRIs, country codes or names.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        place: Many,
        /// Actors that provide it.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        provider: Many,
    },
    /// There is one more innovation.
    AddInnovation {
        /// As of an actor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iri: Option<String>,
        /// Its name.
        label: String,
        /// Sectors, as codes or IRIs.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        sector: Many,
        /// Levels of responsibility.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        level: Many,
        /// Places: IRIs, country codes or names.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        place: Many,
        /// Actors that provide it.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        provider: Many,
    },
    /// Two actors are no longer tied by themselves: their ties and flows of funding, in both
    /// directions, are gone.
    RemoveTie {
        /// One actor.
        source: String,
        /// The other.
        target: String,
        /// Only ties in this role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// Two actors are tied.
    AddTie {
        /// From whom.
        source: String,
        /// To whom.
        target: String,
        /// A code of `link-role`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Codes of `instrument`.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        instrument: Many,
        /// A year, month or day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
        /// A year, month or day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    /// An actor takes part in a service or innovation.
    AddParticipation {
        /// Who.
        actor: String,
        /// In what.
        #[serde(rename = "in")]
        thing: String,
        /// A code of `link-role`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Codes of `instrument`.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        instrument: Many,
        /// A year, month or day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
        /// A year, month or day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String>,
    },
    /// An actor takes no part any more: one participation by its IRI, or all of an actor in a
    /// service or innovation.
    RemoveParticipation {
        /// The participation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iri: Option<String>,
        /// Who.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// In what.
        #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
        thing: Option<String>,
        /// Only those in this role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// A service or innovation goes to other sectors, levels, places or providers. What is not
    /// named stays.
    MoveService {
        /// The service or innovation.
        iri: String,
        /// Its sectors from now on.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        sector: Many,
        /// Its levels from now on.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        level: Many,
        /// Its places from now on.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        place: Many,
        /// Its providers from now on; co-providers stay.
        #[serde(default, skip_serializing_if = "Many::is_empty")]
        provider: Many,
    },
    /// An actor, service or innovation is in these sectors, and in no others.
    SetSector {
        /// What.
        iri: String,
        /// The sectors; an empty list makes them unknown.
        sector: Many,
    },
    /// An actor, service or innovation is on these levels, and on no others.
    SetLevel {
        /// What.
        iri: String,
        /// The levels; an empty list makes them unknown.
        level: Many,
    },
    /// An actor is of these spheres, and of no others.
    SetSphere {
        /// Who.
        iri: String,
        /// The spheres; an empty list makes them unknown.
        sphere: Many,
    },
    /// Several actors become one.
    MergeActors {
        /// The actors, two or more.
        iris: Vec<String>,
    },
}

/// The names of the changes, for messages.
pub const OPERATIONS: [&str; 14] = [
    "removeActor",
    "removeService",
    "addActor",
    "addService",
    "addInnovation",
    "removeTie",
    "addTie",
    "addParticipation",
    "removeParticipation",
    "moveService",
    "setSector",
    "setLevel",
    "setSphere",
    "mergeActors",
];

impl Change {
    /// The name of its kind.
    pub fn op(&self) -> &'static str {
        match self {
            Self::RemoveActor { .. } => "removeActor",
            Self::RemoveService { .. } => "removeService",
            Self::AddActor { .. } => "addActor",
            Self::AddService { .. } => "addService",
            Self::AddInnovation { .. } => "addInnovation",
            Self::RemoveTie { .. } => "removeTie",
            Self::AddTie { .. } => "addTie",
            Self::AddParticipation { .. } => "addParticipation",
            Self::RemoveParticipation { .. } => "removeParticipation",
            Self::MoveService { .. } => "moveService",
            Self::SetSector { .. } => "setSector",
            Self::SetLevel { .. } => "setLevel",
            Self::SetSphere { .. } => "setSphere",
            Self::MergeActors { .. } => "mergeActors",
        }
    }

    /// What it refers to: things of the data, what earlier changes added, and codes.
    pub fn references(&mut self) -> Vec<&mut String> {
        match self {
            Self::RemoveActor { iri } | Self::RemoveService { iri } => vec![iri],
            Self::AddActor {
                sector,
                level,
                sphere,
                place,
                ..
            } => [sector, level, sphere, place]
                .into_iter()
                .flat_map(|list| &mut list.0)
                .collect(),
            Self::AddService {
                sector,
                level,
                place,
                provider,
                ..
            }
            | Self::AddInnovation {
                sector,
                level,
                place,
                provider,
                ..
            } => [sector, level, place, provider]
                .into_iter()
                .flat_map(|list| &mut list.0)
                .collect(),
            Self::RemoveTie { source, target, .. } | Self::AddTie { source, target, .. } => {
                vec![source, target]
            }
            Self::AddParticipation { actor, thing, .. } => vec![actor, thing],
            Self::RemoveParticipation {
                iri, actor, thing, ..
            } => [iri, actor, thing].into_iter().flatten().collect(),
            Self::MoveService {
                iri,
                sector,
                level,
                place,
                provider,
            } => std::iter::once(iri)
                .chain(
                    [sector, level, place, provider]
                        .into_iter()
                        .flat_map(|list| &mut list.0),
                )
                .collect(),
            Self::SetSector { iri, sector: list }
            | Self::SetLevel { iri, level: list }
            | Self::SetSphere { iri, sphere: list } => {
                std::iter::once(iri).chain(&mut list.0).collect()
            }
            Self::MergeActors { iris } => iris.iter_mut().collect(),
        }
    }

    /// The IRI that it gives to what it adds, if it says one.
    pub fn given_iri(&self) -> Option<&str> {
        match self {
            Self::AddActor { iri, .. }
            | Self::AddService { iri, .. }
            | Self::AddInnovation { iri, .. } => iri.as_deref(),
            _ => None,
        }
    }

    fn parse(position: usize, value: Value) -> Result<Self, ScenarioError> {
        let wrong = |detail: String| ScenarioError::Shape {
            position: Some(position),
            detail,
        };
        let Value::Object(fields) = &value else {
            return Err(wrong(
                "a change is an object with `op`, such as {\"op\": \"removeActor\", \"iri\": …}"
                    .to_owned(),
            ));
        };
        let known = || OPERATIONS.join(", ");
        let op = match fields.get("op") {
            Some(Value::String(op)) => op.as_str(),
            _ => return Err(wrong(format!("`op` is missing; there are {}", known()))),
        };
        if !OPERATIONS.contains(&op) {
            let short: String = op.chars().take(60).collect();
            let hint = match nearest(&short, OPERATIONS) {
                Some(near) => format!("do you mean `{near}`?"),
                None => format!("there are {}", known()),
            };
            return Err(wrong(format!("there is no change `{short}`; {hint}")));
        }
        let op = op.to_owned();
        let change: Self = serde_json::from_value(value)
            .map_err(|error| wrong(format!("{op}: {}", in_words(&error.to_string()))))?;
        change.check_lengths().map_err(wrong)?;
        Ok(change)
    }

    fn check_lengths(&self) -> Result<(), String> {
        let lists: Vec<&Many> = match self {
            Self::AddActor {
                sector,
                level,
                sphere,
                place,
                ..
            } => vec![sector, level, sphere, place],
            Self::AddService {
                sector,
                level,
                place,
                provider,
                ..
            }
            | Self::AddInnovation {
                sector,
                level,
                place,
                provider,
                ..
            }
            | Self::MoveService {
                sector,
                level,
                place,
                provider,
                ..
            } => vec![sector, level, place, provider],
            Self::SetSector { sector, .. } => vec![sector],
            Self::SetLevel { level, .. } => vec![level],
            Self::SetSphere { sphere, .. } => vec![sphere],
            Self::AddTie { instrument, .. } | Self::AddParticipation { instrument, .. } => {
                vec![instrument]
            }
            _ => Vec::new(),
        };
        let several = match self {
            Self::MergeActors { iris } => iris.len(),
            _ => 0,
        };
        if several > MOST_VALUES || lists.iter().any(|list| list.0.len() > MOST_VALUES) {
            return Err(format!(
                "{}: a field lists at most {MOST_VALUES} values",
                self.op()
            ));
        }
        match self {
            Self::AddActor { label, .. }
            | Self::AddService { label, .. }
            | Self::AddInnovation { label, .. }
                if label.trim().is_empty() || label.chars().count() > LONGEST_TEXT =>
            {
                return Err(format!(
                    "{}: `label` is a name of 1 to {LONGEST_TEXT} characters",
                    self.op()
                ));
            }
            Self::MoveService {
                sector,
                level,
                place,
                provider,
                ..
            } if [sector, level, place, provider]
                .iter()
                .all(|list| list.is_empty()) =>
            {
                return Err(
                    "moveService: say where to: `sector`, `level`, `place` or `provider`"
                        .to_owned(),
                );
            }
            Self::RemoveParticipation {
                iri, actor, thing, ..
            } => {
                let by_ends = actor.is_some() && thing.is_some();
                let has_ends = actor.is_some() || thing.is_some();
                if iri.is_some() == has_ends || (has_ends && !by_ends) {
                    return Err(
                        "removeParticipation: say either `iri`, or both `actor` and `in`"
                            .to_owned(),
                    );
                }
            }
            Self::MergeActors { iris } if iris.len() < 2 => {
                return Err("mergeActors: `iris` names two actors or more".to_owned());
            }
            _ => {}
        }
        Ok(())
    }
}

/// What the parser says, without its words for places in a text that nobody sees.
fn in_words(message: &str) -> String {
    message
        .replace(
            "data did not match any variant of untagged enum Values",
            "expected a text or a list of texts",
        )
        .replace("unknown field", "there is no field")
        .replace("missing field", "there must be a field")
}

impl Scenario {
    /// Reads a scenario: an object with `title`, `description` and `changes`, or the list of
    /// changes alone.
    ///
    /// # Errors
    /// [`ScenarioError`] naming the position of the change that is wrong, counted from 1.
    pub fn parse(text: &[u8]) -> Result<Self, ScenarioError> {
        if text.len() > LONGEST_SCENARIO {
            return Err(ScenarioError::TooLong);
        }
        let value: Value = serde_json::from_slice(text).map_err(|error| ScenarioError::Shape {
            position: None,
            detail: format!("this is no JSON: {error}"),
        })?;
        Self::of_value(value)
    }

    /// The same of JSON that is read already.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of_value(value: Value) -> Result<Self, ScenarioError> {
        let wrong = |detail: &str| ScenarioError::Shape {
            position: None,
            detail: detail.to_owned(),
        };
        let mut fields = match value {
            Value::Object(fields) => fields,
            changes @ Value::Array(_) => Map::from_iter([("changes".to_owned(), changes)]),
            _ => {
                return Err(wrong(
                    "a scenario is an object with `title` and `changes`, or a list of changes",
                ));
            }
        };
        let mut text = |name: &str, most: usize| match fields.remove(name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) if text.chars().count() <= most => Ok(text),
            Some(_) => Err(wrong(&format!(
                "`{name}` is a text of up to {most} characters"
            ))),
        };
        let title = text("title", LONGEST_TITLE)?;
        let description = text("description", LONGEST_TEXT)?;
        let Some(Value::Array(changes)) = fields.remove("changes") else {
            return Err(wrong("`changes` is missing: a list of changes"));
        };
        if let Some(name) = fields.keys().next() {
            let name: String = name.chars().take(60).collect();
            return Err(wrong(&format!(
                "`{name}` is no field of a scenario; there are title, description and changes"
            )));
        }
        if changes.len() > MOST_CHANGES {
            return Err(ScenarioError::TooMany);
        }
        let changes = (1..)
            .zip(changes)
            .map(|(position, change)| Change::parse(position, change))
            .collect::<Result<Vec<_>, _>>()?;
        if changes.is_empty() {
            return Err(wrong(
                "`changes` is empty: a scenario has one change at least",
            ));
        }
        Ok(Self {
            title: title.trim().to_owned(),
            description: description.trim().to_owned(),
            changes,
        })
    }

    /// The scenario as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// A hash of the changes: scenarios that change the same have the same.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(&self.changes).unwrap_or_default();
        blake3::hash(&text).to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_scenario_is_read_and_written_back_as_it_was() {
        let text = json!({
            "title": "Without the centre",
            "changes": [
                {"op": "removeActor", "iri": "http://e/a"},
                {"op": "addActor", "iri": "new:b", "label": "B", "sector": ["health", "housing"]},
                {"op": "addParticipation", "actor": "new:b", "in": "http://e/s", "role": "partner"},
                {"op": "setLevel", "iri": "new:b", "level": "local"},
            ],
        });
        let scenario = Scenario::of_value(text.clone()).unwrap();
        assert_eq!(scenario.to_json(), text);
        let alone = Scenario::of_value(text["changes"].clone()).unwrap();
        assert_eq!(alone.hash(), scenario.hash());
        assert_eq!(alone.title, "");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_position_and_a_remedy() {
        for (text, words) in [
            ("[", "no JSON"),
            ("7", "an object with `title` and `changes`"),
            ("{}", "`changes` is missing"),
            ("[]", "one change at least"),
            (r#"{"changes":[],"tilte":""}"#, "`tilte` is no field"),
            (r#"[7]"#, "change 1: a change is an object"),
            (r#"[{"iri":"x"}]"#, "change 1: `op` is missing"),
            (r#"[{"op":"removeActr"}]"#, "do you mean `removeActor`?"),
            (r#"[{"op":"removeActor"}]"#, "there must be a field `iri`"),
            (r#"[{"op":"removeActor","iri":7}]"#, "expected a string"),
            (
                r#"[{"op":"removeActor","iri":"x","role":"y"}]"#,
                "there is no field `role`",
            ),
            (
                r#"[{"op":"setLevel","iri":"x","level":7}]"#,
                "a text or a list of texts",
            ),
            (
                r#"[{"op":"addActor","label":" "}]"#,
                "`label` is a name of 1 to",
            ),
            (r#"[{"op":"moveService","iri":"x"}]"#, "say where to"),
            (
                r#"[{"op":"removeParticipation","actor":"x"}]"#,
                "both `actor` and `in`",
            ),
            (
                r#"[{"op":"mergeActors","iris":["x"]}]"#,
                "two actors or more",
            ),
        ] {
            let error = Scenario::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        let change = json!({"op": "removeActor", "iri": "http://e/a"});
        let many = Value::Array(vec![change; MOST_CHANGES + 1]);
        let error = Scenario::of_value(many).unwrap_err();
        assert!(matches!(error, ScenarioError::TooMany), "{error}");
    }

    #[test]
    fn every_operation_has_its_name() {
        for op in OPERATIONS {
            let change = json!({
                "op": op, "iri": "x", "label": "x", "source": "x", "target": "x", "actor": "x",
                "in": "x", "sector": "x", "level": "x", "sphere": "x", "iris": ["x", "y"],
            });
            // Fields of others are refused, but the operation is known.
            let error = Change::parse(1, change).unwrap_err().to_string();
            assert!(error.contains("there is no field"), "{error}");
        }
    }
}
