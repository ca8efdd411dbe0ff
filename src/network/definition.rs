//! The file that says what a network is: a SELECT query with a header.

use super::Kind;
use crate::ontology::{TextFile, iri};
use crate::store::{Query, QueryForm, SyntaxError, on_deep_stack};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A network as a question: which rows make nodes and ties.
///
/// The query answers rows of one of these kinds, or of several through `UNION`:
///
/// | variables | meaning |
/// |---|---|
/// | `?source ?target` | a tie |
/// | `?member ?event` | the member takes part in the event; members of one event are tied |
/// | `?node` | a node, tied or not |
///
/// and may add `?weight` (how much; else each tie counts once), `?unit` (amounts in different
/// units are not added up), `?statement` (what states it), `?role`, `?since` and `?until`.
#[derive(Clone, Debug)]
pub struct NetworkDefinition {
    /// The name of the file.
    pub id: String,
    /// A few words.
    pub title: String,
    /// Which nodes count, what an edge means, and what its absence does not mean.
    pub description: String,
    /// What a node is.
    pub nodes: String,
    /// What an edge is.
    pub edge: String,
    /// What the weight of an edge is.
    pub weight: String,
    /// Direction and sides.
    pub kind: Kind,
    /// Filters by sector, level, sphere and place look at what members share, not at the members:
    /// for networks of codes, which have no place.
    pub filters_events: bool,
    /// Weights are amounts: where none is known, the weight is unknown and not 1.
    pub amounts: bool,
    /// The query.
    pub query: Query,
    /// Its text.
    pub text: String,
}

/// The variables that have a meaning.
pub(super) const VARIABLES: [&str; 11] = [
    "source",
    "target",
    "member",
    "event",
    "node",
    "weight",
    "unit",
    "statement",
    "role",
    "since",
    "until",
];

impl NetworkDefinition {
    /// Reads a file of the folder `networks/`.
    ///
    /// # Errors
    /// [`DefinitionError`] with file and line.
    pub fn parse(file: &TextFile) -> Result<Self, DefinitionError> {
        let mut header: BTreeMap<&str, &str> = BTreeMap::new();
        for (index, line) in file.text.lines().enumerate() {
            let Some(entry) = line.trim_start().strip_prefix("#+") else {
                continue;
            };
            let wrong = |message: String| DefinitionError::Header {
                path: file.path.clone(),
                line: index as u64 + 1,
                message,
            };
            let (key, value) = entry
                .split_once(':')
                .ok_or_else(|| wrong("a header line is `#+ key: value`".to_owned()))?;
            let key = key.trim();
            if !KEYS.contains(&key) {
                return Err(wrong(format!(
                    "`{key}` is no key; there are {}",
                    KEYS.join(", ")
                )));
            }
            if header.insert(key, value.trim()).is_some() {
                return Err(wrong(format!("`{key}` is there twice")));
            }
        }
        let whole = |message: String| DefinitionError::Header {
            path: file.path.clone(),
            line: 1,
            message,
        };
        let flag = |key: &str| match header.get(key).copied() {
            None | Some("no") => Ok(false),
            Some("yes") => Ok(true),
            Some(other) => Err(whole(format!("`{key}: {other}`: write yes or no"))),
        };
        let text = |key: &str| header.get(key).map(|value| (*value).to_owned());
        let filters_events = match header.get("filters").copied() {
            None | Some("nodes") => false,
            Some("events") => true,
            Some(other) => return Err(whole(format!("`filters: {other}`: write nodes or events"))),
        };
        let kind = Kind {
            directed: flag("directed")?,
            two_mode: flag("two-mode")?,
        };
        let query = parse_query(&file.text).map_err(|error| DefinitionError::Syntax {
            path: file.path.clone(),
            error,
        })?;
        check_variables(&query).map_err(whole)?;
        Ok(Self {
            id: file.name.clone(),
            title: text("title").ok_or_else(|| whole("`#+ title:` is missing".to_owned()))?,
            description: text("description").unwrap_or_default(),
            nodes: text("nodes").unwrap_or_default(),
            edge: text("edge").unwrap_or_default(),
            weight: text("weight").unwrap_or_else(|| "how often the tie is stated".to_owned()),
            kind,
            filters_events,
            amounts: flag("amounts")?,
            query,
            text: file.text.clone(),
        })
    }

    /// A network that a user states.
    ///
    /// # Errors
    /// [`DefinitionError`] if the text is no SELECT with the variables of a network.
    pub fn of_query(text: &str, directed: bool) -> Result<Self, DefinitionError> {
        let query = parse_query(text).map_err(DefinitionError::Query)?;
        check_variables(&query).map_err(DefinitionError::Variables)?;
        Ok(Self {
            id: "analyse".to_owned(),
            title: "A network stated by a query".to_owned(),
            description: String::new(),
            nodes: String::new(),
            edge: String::new(),
            weight: String::new(),
            kind: Kind {
                directed,
                two_mode: false,
            },
            filters_events: false,
            amounts: false,
            query,
            text: text.to_owned(),
        })
    }

    /// Whether rows have this variable.
    pub fn has(&self, variable: &str) -> bool {
        self.query
            .variables()
            .iter()
            .any(|known| known.as_str() == variable)
    }
}

const KEYS: [&str; 9] = [
    "title",
    "description",
    "nodes",
    "edge",
    "weight",
    "directed",
    "two-mode",
    "amounts",
    "filters",
];

fn parse_query(text: &str) -> Result<Query, SyntaxError> {
    let prefixes = iri::PREFIXES
        .into_iter()
        .map(|(name, iri)| (name.to_owned(), iri.to_owned()))
        .collect();
    on_deep_stack(|| Query::parse(text, None, &prefixes))
}

fn check_variables(query: &Query) -> Result<(), String> {
    if query.form() != QueryForm::Select {
        return Err("a network is a SELECT query".to_owned());
    }
    let has = |name: &str| query.variables().iter().any(|known| known.as_str() == name);
    if !(has("source") && has("target") || has("member") && has("event")) {
        return Err("a network's SELECT has ?source and ?target, or ?member and ?event".to_owned());
    }
    if let Some(unknown) = query
        .variables()
        .iter()
        .find(|known| !VARIABLES.contains(&known.as_str()))
    {
        return Err(format!(
            "{unknown} has no meaning in a network; there are ?{}",
            VARIABLES.join(" ?")
        ));
    }
    Ok(())
}

/// What is wrong with a network's query.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// A header line, or the query as a whole.
    #[error("{}:{line}: {message}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The file is not SPARQL.
    #[error("{}: {error}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: SyntaxError,
    },
    /// A user's query is not SPARQL.
    #[error(transparent)]
    Query(SyntaxError),
    /// A user's query does not state a network.
    #[error("{0}")]
    Variables(String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn parse(text: &str) -> Result<NetworkDefinition, DefinitionError> {
        NetworkDefinition::parse(&TextFile {
            name: "n".to_owned(),
            path: Path::new("networks/n.rq").to_owned(),
            text: text.to_owned(),
        })
    }

    #[test]
    fn the_header_says_what_a_network_is() {
        let text = "#+ title: T\n#+ directed: yes\n#+ weight: EUR\nSELECT ?source ?target { ?source weft:provides ?target }";
        let definition = parse(text).unwrap();
        assert!(definition.kind.directed);
        assert_eq!(definition.weight, "EUR");
    }

    #[test]
    fn mistakes_are_named_with_file_and_line() {
        for (text, expected) in [
            ("#+ title: T\n#+ color: x\nSELECT * {}", "n.rq:2: `color`"),
            ("#+ title: T\nSELECT ?a { ?a ?b ?c }", "?source and ?target"),
            ("SELECT ?source ?target { ?source ?p ?target }", "title"),
            ("#+ title: T\nASK {}", "SELECT"),
            (
                "#+ title: T\n#+ directed: 1\nSELECT ?source ?target {}",
                "yes or no",
            ),
            (
                "#+ title: T\nSELECT ?source ?target ?x { ?source ?x ?target }",
                "?x has no meaning",
            ),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
