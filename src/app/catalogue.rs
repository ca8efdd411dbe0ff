//! The query catalogue: each `.rq` file is a question with a title and typed parameters.
//!
//! A file begins with its header:
//!
//! ```sparql
//! #+ title: Actors of a place
//! #+ description: Who works there, and in which sector.
//! #+ parameter: place, iri, what lies within it counts too; all places if left out
//! #+ parameter: since, date, not before, default=2000-01-01
//! #+ question: 4
//! #+ tags: actors, places
//! #+ choices: place, weft:Place
//! #+ title@es: Entidades de un lugar
//! #+ parameter@es: since, desde cuándo
//! #+ column: actorLabel, Actor (name)
//! #+ column@es: actorLabel, Entidad (nombre)
//! ```
//!
//! A parameter is a variable of the SELECT. One that is not given takes its default, and without
//! a default stays unbound. `choices` says where its values are listed: code lists (`code/branch`)
//! or a class of things in the data. Titles, descriptions, tags, headings and
//! the descriptions of parameters can be there in other languages too; what is not is shown as it is without a language.

use super::iri;
use crate::ontology::TextFile;
use crate::store::{Query, QueryForm, StoreError, SyntaxError, on_deep_stack};
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, NamedNode, Term, Variable};
use oxsdatatypes::{Boolean, Date, Decimal, GYear, GYearMonth, Integer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// All queries of the catalogue.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    queries: BTreeMap<String, CatalogueQuery>,
}

/// One query of the catalogue.
#[derive(Clone, Debug)]
pub struct CatalogueQuery {
    /// Its name in URLs: the name of the file.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// What it answers, and how.
    pub description: String,
    /// The number of the competency question it answers.
    pub question: Option<u32>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What can be asked for.
    pub parameters: Vec<Parameter>,
    /// Headings of the variables that have one.
    pub columns: BTreeMap<String, String>,
    /// What it says of itself in other languages, by their tags.
    pub translations: BTreeMap<String, Translation>,
    /// The text of the file.
    pub text: String,
    query: Query,
}

/// What a query says of itself in a language besides its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// One line for people.
    pub title: Option<String>,
    /// What it answers, and how.
    pub description: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What its parameters mean, by their names.
    pub parameters: BTreeMap<String, String>,
    /// Headings of variables.
    pub columns: BTreeMap<String, String>,
}

/// A value that a query can be run with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The variable, without `?`.
    pub name: String,
    /// What kind of value it takes.
    pub kind: ParameterKind,
    /// What it means.
    pub description: String,
    /// The value if none is given; without one the variable stays unbound.
    pub default: Option<String>,
    /// Where its values are listed, if they are.
    pub choices: Vec<Choices>,
}

/// Where the values of a parameter are listed. Others are taken too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choices {
    /// The concepts of a code list, by the notation of its scheme.
    Codes(String),
    /// The things of a class in the data.
    Things(NamedNode),
}

impl Choices {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(scheme) = text
            .strip_prefix("code/")
            .filter(|scheme| !scheme.is_empty())
        {
            return Ok(Self::Codes(scheme.to_owned()));
        }
        let expanded = text.split_once(':').and_then(|(prefix, name)| {
            let namespace = iri::PREFIXES.get(prefix)?;
            Some(format!("{namespace}{name}"))
        });
        let is_web = text.starts_with("http://") || text.starts_with("https://");
        expanded
            .or_else(|| is_web.then(|| text.to_owned()))
            .and_then(|iri| NamedNode::new(iri).ok())
            .map(Self::Things)
            .ok_or_else(|| {
                format!(
                    "`{text}` lists no values: name code lists (`code/branch`) or classes (`weft:Place`)"
                )
            })
    }
}

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// An IRI; those of Weft may leave out `https://w3id.org/weft/`.
    Iri,
    /// Any text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A day, a month or a year.
    Date,
    /// `true` or `false`.
    Boolean,
}

impl ParameterKind {
    const ALL: [Self; 6] = [
        Self::Iri,
        Self::String,
        Self::Integer,
        Self::Decimal,
        Self::Date,
        Self::Boolean,
    ];

    /// Its name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iri => "iri",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::Boolean => "boolean",
        }
    }

    fn expects(self) -> &'static str {
        match self {
            Self::Iri => "an absolute IRI, or one of Weft such as `code/branch/health`",
            Self::String => "a text",
            Self::Integer => "a whole number",
            Self::Decimal => "a number such as 12.50",
            Self::Date => "a date such as 2014-02-28, 2014-02 or 2014",
            Self::Boolean => "`true` or `false`",
        }
    }

    /// The term that a text stands for, or `None` if it is no such value.
    pub(super) fn term(self, text: &str) -> Option<Term> {
        fn typed<T: FromStr + fmt::Display>(
            text: &str,
            datatype: oxigraph::model::NamedNodeRef<'_>,
        ) -> Option<Term> {
            let value = T::from_str(text.trim()).ok()?;
            Some(Literal::new_typed_literal(value.to_string(), datatype).into())
        }
        match self {
            Self::Iri => {
                let relative = ["code/", "id/", "ns#", "graph/"]
                    .iter()
                    .any(|start| text.starts_with(start));
                let iri = if relative {
                    format!("{}{text}", iri::WEFT)
                } else {
                    text.to_owned()
                };
                NamedNode::new(iri).ok().map(Into::into)
            }
            Self::String => Some(Literal::new_simple_literal(text).into()),
            Self::Integer => typed::<Integer>(text, xsd::INTEGER),
            Self::Decimal => typed::<Decimal>(text, xsd::DECIMAL),
            Self::Date => typed::<Date>(text, xsd::DATE)
                .or_else(|| typed::<GYearMonth>(text, xsd::G_YEAR_MONTH))
                .or_else(|| typed::<GYear>(text, xsd::G_YEAR)),
            Self::Boolean => typed::<Boolean>(text, xsd::BOOLEAN),
        }
    }
}

impl FromStr for ParameterKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
                format!("`{text}` is no type; there are {}", known.join(", "))
            })
    }
}

impl Catalogue {
    /// Reads all files, and checks each.
    ///
    /// # Errors
    /// [`CatalogueError`] with file and line of the first mistake.
    pub fn new(files: &[TextFile]) -> Result<Self, CatalogueError> {
        let mut queries = BTreeMap::new();
        for file in files {
            let query = CatalogueQuery::parse(&file.name, &file.path, &file.text)?;
            queries.insert(query.name.clone(), query);
        }
        Ok(Self { queries })
    }

    /// All queries, competency questions first and in their order, then by name.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogueQuery> {
        let mut queries: Vec<_> = self.queries.values().collect();
        queries.sort_by_key(|query| (query.question.unwrap_or(u32::MAX), &query.name));
        queries.into_iter()
    }

    /// The query of a name.
    ///
    /// # Errors
    /// [`CatalogueError::NoSuchQuery`].
    pub fn get(&self, name: &str) -> Result<&CatalogueQuery, CatalogueError> {
        self.queries
            .get(name)
            .ok_or_else(|| CatalogueError::NoSuchQuery(name.to_owned()))
    }
}

impl CatalogueQuery {
    /// Reads one file.
    ///
    /// # Errors
    /// [`CatalogueError`] with its line.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Self, CatalogueError> {
        let mut header = Header::default();
        for (index, line) in text.lines().enumerate() {
            if let Some(entry) = line.trim_start().strip_prefix("#+") {
                header
                    .read(entry)
                    .map_err(|message| CatalogueError::Header {
                        path: path.to_owned(),
                        line: index as u64 + 1,
                        message,
                    })?;
            }
        }
        let whole = |message: String| CatalogueError::Header {
            path: path.to_owned(),
            line: 1,
            message,
        };
        let query =
            on_deep_stack(|| Query::parse(text, None, &iri::PREFIXES)).map_err(|error| {
                CatalogueError::Syntax {
                    path: path.to_owned(),
                    error,
                }
            })?;
        if !header.parameters.is_empty() && query.form() != QueryForm::Select {
            return Err(whole("only a SELECT query can have parameters".to_owned()));
        }
        for parameter in &header.parameters {
            if !query
                .variables()
                .iter()
                .any(|variable| variable.as_str() == parameter.name)
            {
                return Err(whole(format!(
                    "parameter `{0}`: the SELECT does not have ?{0}",
                    parameter.name
                )));
            }
        }
        let named = header
            .translations
            .values()
            .flat_map(|translation| translation.columns.keys());
        for column in header.columns.keys().chain(named) {
            let is_there = |variable: &Variable| variable.as_str() == column;
            if !query.variables().iter().any(is_there) {
                return Err(whole(format!(
                    "column `{column}`: the SELECT does not have ?{column}"
                )));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            columns: header.columns,
            title: header
                .title
                .ok_or_else(|| whole("`#+ title:` is missing".to_owned()))?,
            description: header.description.unwrap_or_default(),
            question: header.question,
            tags: header.tags,
            parameters: header.parameters,
            translations: header.translations,
            text: text.to_owned(),
            query,
        })
    }

    /// Its title in a language (a tag such as `es`), else as it is.
    pub fn title_in(&self, language: &str) -> &str {
        self.translations
            .get(language)
            .and_then(|translation| translation.title.as_deref())
            .unwrap_or(&self.title)
    }

    /// What it answers, in a language, else as it is.
    pub fn description_in(&self, language: &str) -> &str {
        self.translations
            .get(language)
            .and_then(|translation| translation.description.as_deref())
            .unwrap_or(&self.description)
    }

    /// Its tags in a language, else as they are.
    pub fn tags_in(&self, language: &str) -> &[String] {
        self.translations
            .get(language)
            .map(|translation| translation.tags.as_slice())
            .filter(|tags| !tags.is_empty())
            .unwrap_or(&self.tags)
    }

    /// What a parameter of it means, in a language, else as it is.
    pub fn meaning_in<'a>(&'a self, parameter: &'a Parameter, language: &str) -> &'a str {
        self.translations
            .get(language)
            .and_then(|translation| translation.parameters.get(&parameter.name))
            .unwrap_or(&parameter.description)
    }

    /// The heading of a variable in a language, else without one; `None` if it has none.
    pub fn heading_in(&self, variable: &str, language: &str) -> Option<&str> {
        self.translations
            .get(language)
            .and_then(|translation| translation.columns.get(variable))
            .or_else(|| self.columns.get(variable))
            .map(String::as_str)
    }

    /// The query with values for its parameters; an empty value counts as none.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the parameter that is unknown, given twice or malformed.
    pub fn bind<'a>(
        &self,
        values: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Query, CatalogueError> {
        let mut given: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, value) in values {
            if !self.parameters.iter().any(|known| known.name == name) {
                return Err(CatalogueError::NoSuchParameter {
                    name: name.to_owned(),
                    known: self
                        .parameters
                        .iter()
                        .map(|known| known.name.clone())
                        .collect(),
                });
            }
            if !value.is_empty() && given.insert(name, value).is_some() {
                return Err(CatalogueError::Repeated(name.to_owned()));
            }
        }
        let mut query = self.query.clone();
        for parameter in &self.parameters {
            let value = given
                .get(parameter.name.as_str())
                .copied()
                .or(parameter.default.as_deref());
            if let Some(value) = value {
                let term = parameter
                    .kind
                    .term(value)
                    .ok_or_else(|| CatalogueError::Value {
                        name: parameter.name.clone(),
                        value: value.to_owned(),
                        expected: parameter.kind.expects(),
                    })?;
                query = query.bind(&parameter.name, term)?;
            }
        }
        Ok(query)
    }

    /// The form of the query.
    pub fn form(&self) -> QueryForm {
        self.query.form()
    }
}

#[derive(Default)]
struct Header {
    title: Option<String>,
    description: Option<String>,
    question: Option<u32>,
    tags: Vec<String>,
    parameters: Vec<Parameter>,
    columns: BTreeMap<String, String>,
    translations: BTreeMap<String, Translation>,
}

impl Header {
    fn read(&mut self, entry: &str) -> Result<(), String> {
        let (key, value) = entry
            .split_once(':')
            .ok_or("a header line is `#+ key: value`")?;
        let value = value.trim();
        let key = key.trim();
        if let Some((key, language)) = key.split_once('@') {
            return self.read_translation(key, language, value);
        }
        match key {
            "title" => set(&mut self.title, "title", value.to_owned()),
            "description" => set(&mut self.description, "description", value.to_owned()),
            "question" => {
                let number = value
                    .parse()
                    .map_err(|_| format!("`{value}` is no question number"))?;
                set(&mut self.question, "question", number)
            }
            "tags" => {
                self.tags = value.split(',').map(|tag| tag.trim().to_owned()).collect();
                Ok(())
            }
            "parameter" => {
                let parameter = parse_parameter(value)?;
                if self
                    .parameters
                    .iter()
                    .any(|known| known.name == parameter.name)
                {
                    return Err(format!("parameter `{}` is there twice", parameter.name));
                }
                self.parameters.push(parameter);
                Ok(())
            }
            "choices" => {
                let (name, lists) = value
                    .split_once(',')
                    .ok_or("choices are `parameter, list`, such as `place, weft:Place`")?;
                let lists = lists
                    .split_whitespace()
                    .map(Choices::parse)
                    .collect::<Result<_, _>>()?;
                self.parameter(name)?.choices = lists;
                Ok(())
            }
            "column" => {
                let (name, heading) = parse_column(value)?;
                match self.columns.insert(name.clone(), heading) {
                    None => Ok(()),
                    Some(_) => Err(format!("column `{name}` is there twice")),
                }
            }
            other => Err(format!(
                "`{other}` is no key; there are title, description, parameter, choices, column, \
                 question, tags"
            )),
        }
    }

    /// A line in another language.
    fn read_translation(&mut self, key: &str, language: &str, value: &str) -> Result<(), String> {
        let is_tag = (2..=8).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_tag {
            return Err(format!("`{language}` is no tag of a language such as `es`"));
        }
        let meaning = match key {
            "parameter" => {
                let (name, meaning) = value
                    .split_once(',')
                    .ok_or("a parameter in another language is `name, description`")?;
                Some((
                    self.parameter(name)?.name.clone(),
                    meaning.trim().to_owned(),
                ))
            }
            "column" => Some(parse_column(value)?),
            _ => None,
        };
        let translation = self.translations.entry(language.to_owned()).or_default();
        match (key, meaning) {
            ("title", _) => set(&mut translation.title, "title", value.to_owned()),
            ("description", _) => set(
                &mut translation.description,
                "description",
                value.to_owned(),
            ),
            ("tags", _) => {
                translation.tags = value.split(',').map(|tag| tag.trim().to_owned()).collect();
                Ok(())
            }
            ("parameter", Some((name, meaning))) => {
                translation.parameters.insert(name, meaning);
                Ok(())
            }
            ("column", Some((name, heading))) => {
                translation.columns.insert(name, heading);
                Ok(())
            }
            _ => Err(format!(
                "`{key}@{language}` is no key; title, description, parameter, column and tags can be there in \
                 other languages"
            )),
        }
    }

    /// A parameter that was declared above.
    fn parameter(&mut self, name: &str) -> Result<&mut Parameter, String> {
        let name = name.trim().trim_start_matches('?');
        self.parameters
            .iter_mut()
            .find(|parameter| parameter.name == name)
            .ok_or_else(|| format!("there is no `parameter: {name}, …` above"))
    }
}

fn set<T>(field: &mut Option<T>, name: &str, value: T) -> Result<(), String> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{name}` is there twice")),
    }
}

/// The variable and heading of a column.
fn parse_column(value: &str) -> Result<(String, String), String> {
    let (name, heading) = value
        .split_once(',')
        .map(|(name, heading)| (name.trim().trim_start_matches('?'), heading.trim()))
        .filter(|(name, heading)| !name.is_empty() && !heading.is_empty())
        .ok_or("a column is `variable, heading`, such as `pairsCut, Pairs cut`")?;
    Ok((name.to_owned(), heading.to_owned()))
}

fn parse_parameter(value: &str) -> Result<Parameter, String> {
    let mut parts = value.splitn(3, ',').map(str::trim);
    let (Some(name), Some(kind)) = (parts.next(), parts.next()) else {
        return Err("a parameter is `name, type, description`".to_owned());
    };
    let kind: ParameterKind = kind.parse()?;
    let rest = parts.next().unwrap_or_default();
    let (description, default) = match rest.rsplit_once("default=") {
        Some((description, default)) => (
            description.trim_end().trim_end_matches(',').trim_end(),
            Some(default.trim().to_owned()),
        ),
        None => (rest, None),
    };
    if let Some(default) = &default
        && kind.term(default).is_none()
    {
        return Err(format!("default `{default}` is not {}", kind.expects()));
    }
    Ok(Parameter {
        name: name.trim_start_matches('?').to_owned(),
        kind,
        description: description.to_owned(),
        default,
        choices: Vec::new(),
    })
}

/// What can be wrong with the catalogue, or with a request for it.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A header line that is not understood.
    #[error("{}:{line}: {message}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The query is not SPARQL.
    #[error("{}: {error}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        error: SyntaxError,
    },
    /// Nothing has this name.
    #[error("the catalogue has no query `{0}`")]
    NoSuchQuery(String),
    /// The query has no such parameter.
    #[error("unknown parameter `{name}`; {}", known_parameters(known))]
    NoSuchParameter {
        /// What was given.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A value that does not fit.
    #[error("parameter `{name}`: `{value}` is not {expected}")]
    Value {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What fits.
        expected: &'static str,
    },
    /// A name or an IRI of which the data knows nothing, or a name of several things.
    #[error("parameter `{name}`: {}", unresolved(value, candidates, *.is_several))]
    Unresolved {
        /// The parameter.
        name: String,
        /// What was given.
        value: String,
        /// What may be meant: names and IRIs.
        candidates: Vec<String>,
        /// Whether all candidates have the name that was given.
        is_several: bool,
    },
    /// A parameter with two values.
    #[error("parameter `{0}` is given twice")]
    Repeated(String),
    /// The query cannot take its values.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn unresolved(value: &str, candidates: &[String], is_several: bool) -> String {
    let clean = value.chars().map(|c| if c.is_control() { ' ' } else { c });
    let value: String = clean.take(300).collect();
    match (candidates, is_several) {
        ([], _) => format!(
            "the data knows nothing called `{value}`; write a name as it is recorded, a code, or \
             an IRI (/api/v1/search finds it)"
        ),
        (several, true) => format!(
            "several are called `{value}`; write the IRI of the one that you mean: {}",
            several.join(", ")
        ),
        (near, false) => format!(
            "the data knows nothing called `{value}`; do you mean {}?",
            near.join(", ")
        ),
    }
}

fn known_parameters(known: &[String]) -> String {
    match known {
        [] => "this query has none".to_owned(),
        known => format!("this query has {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "#+ title: Actors of a place\n\
        #+ parameter: place, iri, a place; within, too\n\
        #+ parameter: since, date, from when on, default=2000-01-01\n\
        #+ question: 4\n\
        #+ tags: actors, places\n\
        SELECT ?actor ?place ?since { ?actor weft:place ?place ; weft:since ?since }";

    fn parse(text: &str) -> Result<CatalogueQuery, CatalogueError> {
        CatalogueQuery::parse("q", Path::new("q.rq"), text)
    }

    #[test]
    fn the_header_says_what_a_query_takes() {
        let query = parse(TEXT).unwrap();
        assert_eq!(query.title, "Actors of a place");
        assert_eq!(query.question, Some(4));
        assert_eq!(query.tags, ["actors", "places"]);
        assert_eq!(query.parameters[0].description, "a place; within, too");
        assert_eq!(query.parameters[1].default.as_deref(), Some("2000-01-01"));
    }

    #[test]
    fn columns_have_headings_in_the_language_of_the_reader() {
        let text = TEXT.replace(
            "#+ question",
            "#+ column: since, Since (year)\n#+ column@es: since, Desde (año)\n#+ question",
        );
        let query = parse(&text).unwrap();
        assert_eq!(query.heading_in("since", "es"), Some("Desde (año)"));
        assert_eq!(query.heading_in("since", "fr"), Some("Since (year)"));
        assert_eq!(query.heading_in("actor", "en"), None);
        for bad in [
            "#+ column: nothing, Nothing",
            "#+ column: since",
            "#+ column: , x",
        ] {
            let text = TEXT.replace("#+ question", &format!("{bad}\n#+ question"));
            assert!(parse(&text).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_speaks_other_languages_and_says_where_its_values_are_listed() {
        let query = parse(&format!(
            "{}\n{TEXT}",
            "#+ title@es: Entidades de un lugar\n#+ tags@es: entidades, lugares"
        ))
        .unwrap();
        assert_eq!(query.title_in("es"), "Entidades de un lugar");
        assert_eq!(query.title_in("en"), query.title_in("fr"));
        assert_eq!(query.tags_in("es"), ["entidades", "lugares"]);
        let text = TEXT.replace(
            "#+ question",
            "#+ choices: place, weft:Place code/place\n#+ parameter@es: place, un lugar\n#+ question",
        );
        let query = parse(&text).unwrap();
        let place = &query.parameters[0];
        assert_eq!(query.meaning_in(place, "es"), "un lugar");
        assert_eq!(query.meaning_in(place, "en"), "a place; within, too");
        let class = NamedNode::new_unchecked("https://w3id.org/weft/ns#Place");
        assert_eq!(
            place.choices,
            [Choices::Things(class), Choices::Codes("place".to_owned())]
        );
    }

    #[test]
    fn every_shipped_query_is_there_in_spanish() {
        let ontology = crate::ontology::Ontology::built_in().unwrap();
        let catalogue = Catalogue::new(ontology.query_files()).unwrap();
        for query in catalogue.iter() {
            let spanish = &query.translations["es"];
            assert!(spanish.title.is_some(), "{}", query.name);
            assert!(spanish.description.is_some(), "{}", query.name);
            assert_eq!(spanish.tags.len(), query.tags.len(), "{}", query.name);
            let named: Vec<_> = spanish.parameters.keys().collect();
            let mut known: Vec<_> = query.parameters.iter().map(|known| &known.name).collect();
            known.sort();
            assert_eq!(named, known, "{}", query.name);
        }
    }

    #[test]
    fn mistakes_in_a_file_are_named_with_their_line() {
        for (text, expected) in [
            ("#+ title: x\n#+ title@E: y\nASK {}", "q.rq:2: `E`"),
            (
                "#+ title: x\n#+ question@es: 1\nASK {}",
                "q.rq:2: `question@es`",
            ),
            (
                "#+ title: x\n#+ choices: a, weft:Place\nASK {}",
                "q.rq:2: there is no",
            ),
            (
                "#+ title: x\n#+ parameter: b, iri, x\n#+ choices: b, places\nSELECT ?b {}",
                "q.rq:3: `places`",
            ),
            ("#+ titel: x\nASK {}", "q.rq:1: `titel`"),
            ("\n#+ parameter: a, number, x\nASK {}", "q.rq:2: `number`"),
            ("ASK {}", "title"),
            (
                "#+ title: x\n#+ parameter: a, iri, x\nSELECT ?b { ?b ?c ?d }",
                "?a",
            ),
            ("#+ title: x\nSELECT ?b { ?b ?c }", "line 2"),
            (
                "#+ title: x\n#+ parameter: b, integer, x, default=y\nSELECT ?b {}",
                "q.rq:2: default",
            ),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn values_are_checked_and_bound_as_terms() {
        let query = parse(TEXT).unwrap();
        assert!(
            query
                .bind([("place", "code/place/x"), ("since", "")])
                .is_ok()
        );
        for (name, value, expected) in [
            (
                "plaec",
                "x",
                "unknown parameter `plaec`; this query has place, since",
            ),
            ("place", "x> } DROP ALL #", "`place`"),
            ("since", "yesterday", "a date such as"),
        ] {
            let message = query.bind([(name, value)]).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        let twice = [("since", "2001"), ("since", "2002")];
        assert!(matches!(
            query.bind(twice),
            Err(CatalogueError::Repeated(_))
        ));
    }
}
