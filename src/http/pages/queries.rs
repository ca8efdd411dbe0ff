//! The questions of the catalogue as a page, and by topic as lists on others.

use super::results::download_names;
use super::{Shell, render};
use crate::app::{Catalogue, CatalogueQuery, SavedQuery};
use crate::http::error::ApiError;
use crate::store::QueryForm;
use askama::Template;
use std::sync::Arc;

/// Topics in the order of the page, with the tags that lead to them. The text of each is
/// `queries-topic-NAME`.
const TOPICS: [(&str, &[&str]); 11] = [
    ("overview", &["overview"]),
    ("bridges", &["bridges", "umbrellas"]),
    (
        "sectors",
        &["sectors", "horizontal integration", "residual work"],
    ),
    ("levels", &["levels", "vertical integration", "scaling"]),
    ("funding", &["funding", "dependence"]),
    (
        "roles",
        &["roles", "participations", "formalisation", "users"],
    ),
    ("spheres", &["spheres", "hybridity"]),
    ("integration", &["integration"]),
    ("innovation", &["innovation"]),
    ("evidence", &["evidence"]),
    ("services", &["services", "target groups", "places"]),
];
const OVERVIEW: &str = "overview";
const OTHER: &str = "other";

/// Questions about one topic.
pub(in crate::http) struct Topic {
    /// For addresses within a page.
    pub(in crate::http) id: &'static str,
    pub(in crate::http) title: String,
    pub(in crate::http) questions: Vec<Question>,
}

/// A question in the language of a page.
pub(in crate::http) struct Question {
    pub(in crate::http) name: String,
    pub(in crate::http) title: String,
    pub(in crate::http) description: String,
    pub(in crate::http) tags: Vec<String>,
    /// What can be chosen.
    pub(in crate::http) parameters: Vec<String>,
    /// Names of the formats of its results.
    pub(in crate::http) formats: Vec<&'static str>,
    /// Who saved it; nobody if it ships.
    pub(in crate::http) owner: String,
}

impl Question {
    fn of(query: &CatalogueQuery, shell: &Shell, owner: &str) -> Self {
        let language = shell.language.tag();
        let formats = match query.form() {
            QueryForm::Select | QueryForm::Ask => download_names(query.form()),
            QueryForm::Construct | QueryForm::Describe => vec!["ttl", "jsonld"],
        };
        Self {
            name: query.name.clone(),
            title: shortened(query.title_in(language), 200),
            description: shortened(query.description_in(language), 1_000),
            tags: query.tags_in(language).to_vec(),
            parameters: query
                .parameters
                .iter()
                .map(|parameter| {
                    let meaning = query.meaning_in(parameter, language);
                    let text = if meaning.is_empty() {
                        &parameter.name
                    } else {
                        meaning
                    };
                    shortened(text.split(';').next().unwrap_or(text), 120)
                })
                .collect(),
            formats: formats
                .into_iter()
                .filter(|name| ["csv", "json", "xlsx", "ttl", "jsonld"].contains(name))
                .collect(),
            owner: owner.to_owned(),
        }
    }
}

/// A text of at most so many characters.
pub(in crate::http) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The topic of a query: that of the first of its tags that has one.
fn topic_of(query: &CatalogueQuery) -> &'static str {
    if query.tags.iter().any(|tag| tag == OVERVIEW) {
        return OVERVIEW;
    }
    query
        .tags
        .iter()
        .find_map(|tag| {
            TOPICS
                .iter()
                .find(|(_, tags)| tags.contains(&tag.as_str()))
                .map(|(topic, _)| *topic)
        })
        .unwrap_or(OTHER)
}

/// The questions that ship, by topic; topics without any are left out.
pub(in crate::http) fn topics(catalogue: &Catalogue, shell: &Shell) -> Vec<Topic> {
    let names = TOPICS.iter().map(|(topic, _)| *topic).chain([OTHER]);
    names
        .map(|id| Topic {
            id,
            title: shell.t(&format!("queries-topic-{id}")),
            questions: catalogue
                .iter()
                .filter(|query| topic_of(query) == id)
                .map(|query| Question::of(query, shell, ""))
                .collect(),
        })
        .filter(|topic| !topic.questions.is_empty())
        .collect()
}

#[derive(Template)]
#[template(path = "queries.html")]
struct CataloguePage {
    shell: Shell,
    topics: Vec<Topic>,
    saved: Vec<Question>,
    count: usize,
}

/// `/queries` and `/api/v1/queries` for a browser.
pub(in crate::http) fn catalogue(
    shell: Shell,
    catalogue: &Catalogue,
    saved: &[Arc<SavedQuery>],
) -> Result<String, ApiError> {
    let topics = topics(catalogue, &shell);
    let saved: Vec<_> = saved
        .iter()
        .map(|saved| Question::of(&saved.query, &shell, &saved.owner))
        .collect();
    render(&CataloguePage {
        count: saved.len()
            + topics
                .iter()
                .map(|topic| topic.questions.len())
                .sum::<usize>(),
        topics,
        saved,
        shell,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::pages::Language;
    use crate::ontology::Ontology;
    use axum::http::{HeaderMap, Uri};

    #[test]
    fn every_shipped_question_has_a_topic_and_every_topic_a_name() {
        let ontology = Ontology::built_in().unwrap();
        let catalogue = Catalogue::new(ontology.query_files()).unwrap();
        for query in catalogue.iter() {
            assert_ne!(topic_of(query), OTHER, "{}", query.name);
        }
        for language in Language::ALL {
            let mut shell = Shell::new(&Uri::from_static("/queries"), &HeaderMap::new());
            shell.language = language;
            let topics = topics(&catalogue, &shell);
            assert_eq!(topics.len(), TOPICS.len());
            for topic in topics {
                assert!(!topic.title.contains("queries-topic"), "{}", topic.title);
            }
            assert_ne!(shell.t("queries-topic-other"), "queries-topic-other");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened("ñandú", 3), "ñan…");
        assert_eq!(shortened("ñandú", 5), "ñandú");
    }
}
