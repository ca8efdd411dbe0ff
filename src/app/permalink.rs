//! Short links to questions: what was asked, of which data version, and how it was looked at.
//!
//! A link that needs no storage is the address of the answer itself, with `version=`. A short one
//! is kept here. Its name is the hash of what it says, so the same question has the same link, and
//! none is ever taken over by another question.

use super::KnowledgeGraph;
use super::saved::{SavedError, entries, remove_file, write_file};
use super::summary::holds_data;
use crate::store::{DEFAULT_GRAPH_IRI, Snapshot};
use oxigraph::model::{GraphName, NamedNode, TermRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long the text of a query may be.
pub const LONGEST_QUERY: usize = 16 << 10;
/// How many links there may be before new ones need a token.
pub const MOST_OF_ANYBODY: usize = 10_000;
/// How many links there may be.
pub const MOST: usize = 100_000;
/// How many a service without a data directory keeps.
const MOST_IN_MEMORY: usize = 1_000;
/// Characters of a name.
const ID_LENGTH: usize = 16;

/// How many data sets a reference lists.
const MOST_DATASETS: usize = 500;
/// How many data sets a sentence about licences names one by one.
const MOST_NAMED: usize = 12;

/// What may stay as it is in the value of a URL parameter.
const IN_PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':');

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// The name of the query in the catalogue; without one the text itself is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The text of the query: for one of the catalogue, what it was when the link was made.
    pub query: String,
    /// Parameters of a query of the catalogue.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The data version; without one always the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// How the answer is looked at, a word of the client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// Whether the merged view is asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merged: bool,
}

impl Question {
    /// The address of the answer on this service, as a path.
    pub fn path(&self) -> String {
        let mut path = match &self.name {
            Some(name) => format!("/api/v1/queries/{name}"),
            None => format!("/sparql?query={}", encoded(&self.query)),
        };
        for (name, value) in &self.parameters {
            add_parameter(&mut path, name, value);
        }
        if let Some(version) = self.version {
            add_parameter(&mut path, "version", &version.to_string());
        }
        if let Some(view) = &self.view {
            add_parameter(&mut path, "view", view);
        }
        if self.merged {
            add_parameter(&mut path, "merged", "true");
        }
        path
    }

    fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(self.name.as_deref().unwrap_or_default());
        part(&self.query);
        part(
            &self
                .version
                .map(|version| version.to_string())
                .unwrap_or_default(),
        );
        part(self.view.as_deref().unwrap_or_default());
        for (name, value) in &self.parameters {
            part(name);
            part(value);
        }
        // Links to what is not merged keep the names that they have.
        if self.merged {
            part("merged");
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn encoded(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, IN_PARAMETER)
}

/// Adds a parameter to an address.
pub fn add_parameter(address: &mut String, name: &str, value: &str) {
    let sign = if address.contains('?') { '&' } else { '?' };
    // Writing to a text cannot fail.
    let _ = write!(address, "{sign}{}={}", encoded(name), encoded(value));
}

/// A link that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permalink {
    /// Its name.
    pub id: String,
    /// When it was made (RFC 3339).
    pub created: String,
    /// What it leads to.
    pub question: Question,
}

/// The links of a data directory.
#[derive(Debug)]
pub struct Permalinks {
    folder: Option<PathBuf>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Their names; the contents are in files.
    ids: BTreeSet<String>,
    /// Without a folder, the contents.
    contents: BTreeMap<String, Permalink>,
}

impl Permalinks {
    /// The links kept in a data directory.
    ///
    /// # Errors
    /// [`PermalinkError::Io`] if the folder cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, PermalinkError> {
        let folder = data_dir.join("permalinks");
        let ids = entries(&folder)?
            .iter()
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
            .collect();
        Ok(Self {
            folder: Some(folder),
            known: Mutex::new(Known {
                ids,
                contents: BTreeMap::new(),
            }),
        })
    }

    /// Links that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            folder: None,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, id: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{id}.json")))
    }

    /// Keeps a link, durable when this returns; answers it, and whether it is new. A question that
    /// has one gets that one. `has_token` tells whether somebody answers for it.
    ///
    /// # Errors
    /// [`PermalinkError`] if there are too many, or the file cannot be written.
    pub fn keep(
        &self,
        question: Question,
        has_token: bool,
    ) -> Result<(Permalink, bool), PermalinkError> {
        let hash = question.hash();
        let mut known = self.known();
        let mut length = ID_LENGTH;
        // A longer name where a shorter one is another question's.
        let id = loop {
            let id = hash[..length.min(hash.len())].to_owned();
            match self.read(&known, &id)? {
                Some(found) if found.question == question => return Ok((found, false)),
                Some(_) if length < hash.len() => length += 1,
                _ => break id,
            }
        };
        let most = match (&self.folder, has_token) {
            (None, _) => MOST_IN_MEMORY,
            (Some(_), false) => MOST_OF_ANYBODY,
            (Some(_), true) => MOST,
        };
        if known.ids.len() >= most {
            return Err(PermalinkError::TooMany {
                address: question.path(),
            });
        }
        let link = Permalink {
            id: id.clone(),
            created: jiff::Timestamp::now().strftime("%FT%TZ").to_string(),
            question,
        };
        match self.path(&id) {
            Some(path) => {
                let text = serde_json::to_vec_pretty(&link)
                    .map_err(|error| PermalinkError::damaged(&path, &error))?;
                write_file(&path, &text).map_err(|error| SavedError::io(&path, error))?;
            }
            None => {
                known.contents.insert(id.clone(), link.clone());
            }
        }
        known.ids.insert(id);
        Ok((link, true))
    }

    /// The link of a name.
    ///
    /// # Errors
    /// [`PermalinkError`] if there is none, or its file cannot be read.
    pub fn get(&self, id: &str) -> Result<Permalink, PermalinkError> {
        let known = self.known();
        self.read(&known, id)?
            .ok_or_else(|| PermalinkError::Missing(id.to_owned()))
    }

    fn read(&self, known: &Known, id: &str) -> Result<Option<Permalink>, PermalinkError> {
        // Only names that are known become names of files.
        if !known.ids.contains(id) {
            return Ok(None);
        }
        let Some(path) = self.path(id) else {
            return Ok(known.contents.get(id).cloned());
        };
        let text = fs::read(&path).map_err(|error| SavedError::io(&path, error))?;
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| PermalinkError::damaged(&path, &error))
    }

    /// Removes a link.
    ///
    /// # Errors
    /// [`PermalinkError`] if there is none, or its file stays.
    pub fn remove(&self, id: &str) -> Result<(), PermalinkError> {
        let mut known = self.known();
        if !known.ids.contains(id) {
            return Err(PermalinkError::Missing(id.to_owned()));
        }
        if let Some(path) = self.path(id) {
            remove_file(&path).map_err(|error| SavedError::io(&path, error))?;
        }
        known.ids.remove(id);
        known.contents.remove(id);
        Ok(())
    }
}

/// Which data sets an answer rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RestsOn {
    /// All whose actors, services and ties are counted: none that was derived, and no ontology.
    #[default]
    Counted,
    /// The graphs with these IRIs, as far as they are there.
    Only(BTreeSet<String>),
}

/// A data set that an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CitedDataset {
    /// Its short name, such as `innoserv` or `partner/x`.
    pub name: String,
    /// Its licence, as an IRI or a text, if it states one.
    pub licence: Option<String>,
}

/// What a text needs to name the data that it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The data version.
    pub version: u64,
    /// When that version was made, if the log tells.
    pub date: Option<String>,
    /// The data sets, ordered by the names of their graphs.
    pub datasets: Vec<CitedDataset>,
    /// How many more data sets there are than are listed.
    pub more_datasets: usize,
    /// Whether the version can be asked for after a restart.
    pub lasting: bool,
}

impl Citation {
    /// The licences of the data sets, each once.
    pub fn licences(&self) -> Vec<String> {
        let licences = self.datasets.iter().filter_map(|set| set.licence.clone());
        let licences: BTreeSet<String> = licences.collect();
        licences.into_iter().collect()
    }

    /// The licences in words, one sentence each: which data sets are under it, and which state
    /// none.
    pub fn licence_lines(&self) -> Vec<String> {
        let named = |wanted: Option<&str>| {
            let sets = self.datasets.iter();
            let names: Vec<&str> = sets
                .filter(|set| set.licence.as_deref() == wanted)
                .map(|set| set.name.as_str())
                .collect();
            let shown = names.iter().take(MOST_NAMED).copied().collect::<Vec<_>>();
            let shown = shown.join(", ");
            match names.len().saturating_sub(MOST_NAMED) {
                0 => shown,
                more => format!("{shown} and {more} more"),
            }
        };
        let licences = self.licences();
        let mut lines: Vec<String> = licences
            .iter()
            .map(|licence| format!("{licence} ({})", named(Some(licence))))
            .collect();
        if self.datasets.iter().any(|set| set.licence.is_none()) {
            lines.push(format!("not stated for {}", named(None)));
        }
        if self.more_datasets > 0 {
            lines.push(format!(
                "{} more data sets are at /api/v1/datasets",
                self.more_datasets
            ));
        }
        lines
    }

    /// The words of a reference.
    pub fn text(&self, title: &str, address: &str) -> String {
        let day = self.date.as_ref().and_then(|date| date.get(..10));
        let of = day.map(|day| format!(" of {day}")).unwrap_or_default();
        format!(
            "Weft, data version {}{of}: “{title}”. {address}",
            self.version
        )
    }
}

impl KnowledgeGraph {
    /// When a version of the data was made (RFC 3339), if the log tells.
    pub fn date_of(&self, version: u64) -> Option<String> {
        let commits = self.store().commits(version..=version).ok()?;
        commits.first().map(|commit| commit.time.clone())
    }

    /// What a reference to a version of the data says, as whoever sees the snapshot may know it.
    ///
    /// # Complexity
    /// O(g log n) of g graphs and n quads.
    pub fn citation(&self, snapshot: &Snapshot, rests_on: &RestsOn) -> Citation {
        let is_meant = |graph: &GraphName| match rests_on {
            RestsOn::Counted => holds_data(graph),
            RestsOn::Only(names) => names.contains(iri_of(graph)),
        };
        let graphs: Vec<GraphName> = snapshot
            .graphs()
            .into_iter()
            .filter(|(graph, triples)| *triples > 0 && is_meant(graph))
            .map(|(graph, _)| graph)
            .collect();
        let datasets = graphs.iter().take(MOST_DATASETS);
        Citation {
            version: snapshot.version(),
            date: self.date_of(snapshot.version()),
            datasets: datasets
                .map(|graph| self.cited_dataset(snapshot, graph))
                .collect(),
            more_datasets: graphs.len().saturating_sub(MOST_DATASETS),
            lasting: self.store().is_durable(),
        }
    }

    /// The graphs that state something of a thing, or name it. What was derived from them states
    /// nothing of its own.
    ///
    /// # Complexity
    /// O(g log n) of g graphs and n quads.
    pub fn stated_in(&self, snapshot: &Snapshot, thing: &NamedNode) -> RestsOn {
        let term = TermRef::from(thing);
        let names_it = |graph: &GraphName| {
            let within = Some(graph.as_ref());
            let mut starts = snapshot.quads_for_pattern(Some(term), None, None, within);
            let mut ends = snapshot.quads_for_pattern(None, None, Some(term), within);
            starts.next().is_some() || ends.next().is_some()
        };
        let ontology = GraphName::from(super::iri::ONTOLOGY_GRAPH);
        let graphs = snapshot.graphs().into_iter().map(|(graph, _)| graph);
        RestsOn::Only(
            graphs
                .filter(|graph| holds_data(graph) || *graph == ontology)
                .filter(names_it)
                .map(|graph| iri_of(&graph).to_owned())
                .collect(),
        )
    }

    /// The title of a query of the catalogue or a saved one, and its text now.
    pub fn query_named(&self, name: &str) -> Option<(String, String)> {
        let of = |query: &super::CatalogueQuery| (query.title.clone(), query.text.clone());
        match name.strip_prefix('~').and_then(|rest| rest.split_once('/')) {
            Some((owner, name)) => {
                let owner = percent_encoding::percent_decode_str(owner);
                let owner = owner.decode_utf8().ok()?;
                Some(of(&self.saved_queries().get(&owner, name)?.query))
            }
            None => self.catalogue().get(name).ok().map(of),
        }
    }
}

/// The IRI of a graph.
fn iri_of(graph: &GraphName) -> &str {
    match graph {
        GraphName::NamedNode(node) => node.as_str(),
        GraphName::BlankNode(node) => node.as_str(),
        GraphName::DefaultGraph => DEFAULT_GRAPH_IRI,
    }
}

/// A title for a text that has none: its first comment, or the beginning of the query.
pub fn title_of(query: &str) -> String {
    let lines = || query.lines().map(str::trim).filter(|line| !line.is_empty());
    let title = lines().find_map(|line| line.strip_prefix("#+ title:"));
    let comment = || lines().find_map(|line| line.strip_prefix('#'));
    let line = || {
        lines().find(|line| {
            let word = line.split_whitespace().next().unwrap_or_default();
            !word.eq_ignore_ascii_case("PREFIX") && !word.eq_ignore_ascii_case("BASE")
        })
    };
    let title = title.or_else(comment).or_else(line).unwrap_or("a query");
    let title = title.trim();
    match title.char_indices().nth(100) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title.to_owned(),
    }
}

/// What can be wrong with a link.
#[derive(Debug, thiserror::Error)]
pub enum PermalinkError {
    /// Nothing has this name.
    #[error("there is no link `{0}`")]
    Missing(String),
    /// Too many links.
    #[error(
        "no more short links are kept here for requests without a token; the address of the answer does the same: {address}"
    )]
    TooMany {
        /// The address that needs no storage.
        address: String,
    },
    /// The file is not what was written.
    #[error("{}: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] SavedError),
}

impl PermalinkError {
    fn damaged(path: &Path, error: &serde_json::Error) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            detail: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(query: &str, version: Option<u64>) -> Question {
        Question {
            name: None,
            query: query.to_owned(),
            parameters: BTreeMap::new(),
            version,
            view: None,
            merged: false,
        }
    }

    #[test]
    fn the_same_question_has_the_same_link_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let links = Permalinks::open(folder.path()).unwrap();
        let (link, is_new) = links.keep(question("ASK {}", Some(3)), false).unwrap();
        assert!(is_new && link.id.len() == ID_LENGTH);
        assert_eq!(link.question.path(), "/sparql?query=ASK%20%7B%7D&version=3");
        let (other, _) = links.keep(question("ASK {}", None), false).unwrap();
        assert_ne!(other.id, link.id);

        let again = Permalinks::open(folder.path()).unwrap();
        let kept = again.keep(question("ASK {}", Some(3)), false).unwrap();
        assert_eq!(kept, (link.clone(), false));
        assert_eq!(again.get(&link.id).unwrap(), link);
        again.remove(&link.id).unwrap();
        for id in [link.id.as_str(), "../tokens", ""] {
            assert!(matches!(again.get(id), Err(PermalinkError::Missing(_))));
        }
    }

    #[test]
    fn a_question_whose_short_name_is_taken_gets_a_longer_one() {
        let links = Permalinks::in_memory();
        let wanted = question("ASK {}", None);
        let taken = wanted.hash()[..ID_LENGTH].to_owned();
        let link = Permalink {
            id: taken.clone(),
            created: String::new(),
            question: question("ASK { ?a ?b ?c }", None),
        };
        links.known().ids.insert(taken.clone());
        links.known().contents.insert(taken.clone(), link);
        let (link, _) = links.keep(wanted.clone(), true).unwrap();
        assert!(link.id.len() == ID_LENGTH + 1 && link.id.starts_with(&taken));
        assert_eq!(links.keep(wanted, true).unwrap(), (link, false));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept_for_anybody() {
        let links = Permalinks::in_memory();
        for number in 0..MOST_IN_MEMORY as u64 {
            links.keep(question("ASK {}", Some(number)), false).unwrap();
        }
        let error = links.keep(question("ASK {}", None), false).unwrap_err();
        assert!(error.to_string().contains("/sparql?query=ASK"), "{error}");
        // What is there is still answered.
        assert!(!links.keep(question("ASK {}", Some(7)), false).unwrap().1);
    }

    #[test]
    fn a_title_is_found_in_the_text() {
        for (text, title) in [
            ("#+ title: A\n# B\nASK {}", "A"),
            ("PREFIX a: <http://a>\n# How many?\nASK {}", "How many?"),
            ("PREFIX a: <http://a>\nASK {}", "ASK {}"),
            ("", "a query"),
        ] {
            assert_eq!(title_of(text), title);
        }
        assert_eq!(title_of(&"ä".repeat(200)).chars().count(), 101);
    }
}
