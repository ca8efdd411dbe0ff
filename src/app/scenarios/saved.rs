//! Scenarios that people with a token have saved, each in a file of its own.

use super::super::Writer;
use super::super::saved::{SavedError, entries, remove_file, write_file};
use super::{Scenario, ScenarioError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many scenarios one owner may save.
pub(super) const MOST_OF_AN_OWNER: usize = 100;
/// How many scenarios may be saved altogether.
pub(super) const MOST_SAVED: usize = 1_000;
/// Characters of an id; longer where a shorter one is another's.
const ID_LENGTH: usize = 12;

/// A scenario with an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedScenario {
    /// Its name in URLs.
    pub id: String,
    /// The name of the token that saved it.
    pub owner: String,
    /// When it was saved (RFC 3339).
    pub created: String,
    /// The data version that it was made on.
    pub version: u64,
    /// The scenario.
    pub scenario: Scenario,
    /// How it is evaluated unless somebody says otherwise: what counts, and which networks and
    /// metrics are compared, as the parameters of an address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub choices: BTreeMap<String, String>,
    /// Graphs that named what it refers to when it was saved: who may see one of them knew of it.
    /// An earlier release did not note them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) named_in: BTreeMap<String, Vec<String>>,
}

/// A scenario to save.
#[derive(Clone, Debug, Default)]
pub struct NewScenario {
    /// The scenario.
    pub scenario: Scenario,
    /// The data version that it was made on.
    pub version: u64,
    /// How it is evaluated unless somebody says otherwise.
    pub choices: BTreeMap<String, String>,
    /// Graphs that name what it refers to, by what that is.
    pub(super) named_in: BTreeMap<String, Vec<String>>,
}

/// The saved scenarios of a data directory.
#[derive(Debug)]
pub struct SavedScenarios {
    folder: Option<PathBuf>,
    /// One change at a time; readers do not wait for its disk.
    changing: Mutex<()>,
    known: Mutex<BTreeMap<String, Arc<SavedScenario>>>,
}

impl SavedScenarios {
    /// The scenarios saved in a data directory. One that is no longer understood is left where it
    /// is and reported in the log of the service.
    ///
    /// # Errors
    /// [`ScenarioError::Io`] if the folder cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, ScenarioError> {
        let folder = data_dir.join("scenarios");
        let mut known = BTreeMap::new();
        for path in entries(&folder).map_err(of_file)? {
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read(&path).map_err(|error| io(&path, error))?;
            match serde_json::from_slice::<SavedScenario>(&text) {
                Ok(saved)
                    if path
                        .file_stem()
                        .is_some_and(|name| name == saved.id.as_str()) =>
                {
                    known.insert(saved.id.clone(), Arc::new(saved));
                }
                Ok(_) => {
                    tracing::warn!(file = %path.display(), "a saved scenario has another name than its file and is left out");
                }
                Err(error) => {
                    tracing::warn!(file = %path.display(), %error, "a saved scenario is left out");
                }
            }
        }
        Ok(Self {
            folder: Some(folder),
            changing: Mutex::default(),
            known: Mutex::new(known),
        })
    }

    /// Scenarios that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            folder: None,
            changing: Mutex::default(),
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arc<SavedScenario>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, the newest first.
    pub fn list(&self) -> Vec<Arc<SavedScenario>> {
        let mut all: Vec<_> = self.known().values().cloned().collect();
        all.sort_by(|a, b| (&b.created, &b.id).cmp(&(&a.created, &a.id)));
        all
    }

    /// What changes whenever one of them does. They are never changed, only made and removed.
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for id in self.known().keys() {
            hasher.update(id.as_bytes());
            hasher.update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`ScenarioError::Missing`].
    pub fn get(&self, id: &str) -> Result<Arc<SavedScenario>, ScenarioError> {
        let found = self.known().get(id).cloned();
        found.ok_or_else(|| ScenarioError::Missing(id.chars().take(60).collect()))
    }

    /// Saves a scenario, durable when this returns; answers it, and whether it is new. The owner
    /// who saves the same again gets what is there.
    ///
    /// # Errors
    /// [`ScenarioError`] if it has no title, there are too many, or the file cannot be written.
    pub fn save(
        &self,
        writer: &Writer,
        new: NewScenario,
    ) -> Result<(Arc<SavedScenario>, bool), ScenarioError> {
        let NewScenario {
            scenario,
            version,
            choices,
            named_in,
        } = new;
        if scenario.title.is_empty() {
            return Err(ScenarioError::NoTitle);
        }
        let owner = writer.name().to_owned();
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = self.list();
        let own = || saved.iter().filter(|saved| saved.owner == owner);
        if let Some(same) =
            own().find(|saved| saved.scenario == scenario && saved.choices == choices)
        {
            return Ok((Arc::clone(same), false));
        }
        if own().count() >= MOST_OF_AN_OWNER || saved.len() >= MOST_SAVED {
            return Err(ScenarioError::TooManySaved);
        }
        let created = jiff::Timestamp::now();
        let mut hasher = blake3::Hasher::new();
        for part in [
            owner.as_bytes(),
            created.to_string().as_bytes(),
            scenario.to_json().to_string().as_bytes(),
            format!("{choices:?}").as_bytes(),
        ] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let hash = hasher.finalize().to_hex();
        let id = (ID_LENGTH..=hash.len())
            .filter_map(|length| hash.get(..length))
            .find(|id| !saved.iter().any(|saved| saved.id == *id))
            .unwrap_or(&hash)
            .to_owned();
        let new = SavedScenario {
            id: id.clone(),
            owner,
            created: created.strftime("%FT%TZ").to_string(),
            version,
            scenario,
            choices,
            named_in,
        };
        if let Some(path) = self.path(&id) {
            let text = serde_json::to_vec_pretty(&new)
                .map_err(|error| io(&path, std::io::Error::other(error)))?;
            write_file(&path, &text).map_err(|error| io(&path, error))?;
        }
        let new = Arc::new(new);
        self.known().insert(id, Arc::clone(&new));
        Ok((new, true))
    }

    /// Removes a scenario.
    ///
    /// # Errors
    /// [`ScenarioError`] if there is none, the writer is neither its owner nor an administrator, or
    /// the file stays.
    pub fn remove(&self, writer: &Writer, id: &str) -> Result<(), ScenarioError> {
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = self.get(id)?;
        if !saved.is_of(writer) {
            return Err(ScenarioError::NotYours {
                writer: writer.name().to_owned(),
                owner: saved.owner.clone(),
            });
        }
        if let Some(path) = self.path(&saved.id) {
            remove_file(&path).map_err(|error| io(&path, error))?;
        }
        self.known().remove(id);
        Ok(())
    }

    /// Only ids that are known become names of files.
    fn path(&self, id: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{id}.json")))
    }
}

impl SavedScenario {
    /// Whether somebody may remove it, and reads it as it was written.
    pub fn is_of(&self, writer: &Writer) -> bool {
        writer.may_write_everything() || writer.name() == self.owner
    }
}

fn io(path: &Path, source: std::io::Error) -> ScenarioError {
    ScenarioError::Io {
        path: path.to_owned(),
        source,
    }
}

fn of_file(error: SavedError) -> ScenarioError {
    match error {
        SavedError::Io { path, source } => ScenarioError::Io { path, source },
        other => ScenarioError::Shape {
            position: None,
            detail: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::GraphTrees;

    fn partner(name: &str) -> Writer {
        Writer::Partner(
            name.to_owned(),
            GraphTrees::default(),
            GraphTrees::default(),
        )
    }

    fn scenario(title: &str) -> NewScenario {
        let text = format!(
            r#"{{"title":"{title}","changes":[{{"op":"removeActor","iri":"http://e/a"}}]}}"#
        );
        NewScenario {
            scenario: Scenario::parse(text.as_bytes()).unwrap(),
            version: 7,
            ..NewScenario::default()
        }
    }

    #[test]
    fn what_is_saved_is_there_after_a_restart_and_only_its_owner_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let scenarios = SavedScenarios::open(folder.path()).unwrap();
        let empty = scenarios.fingerprint();
        let (ann, ben) = (partner("ann"), partner("ben"));
        let (saved, is_new) = scenarios.save(&ann, scenario("A")).unwrap();
        assert!(is_new && saved.id.len() == ID_LENGTH && saved.owner == "ann");
        // The same again is the same.
        assert!(!scenarios.save(&ann, scenario("A")).unwrap().1);
        let (other, is_new) = scenarios.save(&ben, scenario("A")).unwrap();
        assert!(is_new && other.id != saved.id);

        let again = SavedScenarios::open(folder.path()).unwrap();
        assert_eq!(again.get(&saved.id).unwrap(), saved);
        assert_eq!(again.list().len(), 2);
        assert_eq!(again.fingerprint(), scenarios.fingerprint());
        let error = again.remove(&ben, &saved.id).unwrap_err();
        assert!(matches!(error, ScenarioError::NotYours { .. }), "{error}");
        again.remove(&ann, &saved.id).unwrap();
        again
            .remove(&Writer::Admin("boss".to_owned()), &other.id)
            .unwrap();
        for id in [saved.id.as_str(), "../tokens", ""] {
            assert!(matches!(again.get(id), Err(ScenarioError::Missing(_))));
            assert!(again.remove(&ann, id).is_err());
        }
        assert_eq!(
            SavedScenarios::open(folder.path()).unwrap().fingerprint(),
            empty
        );
    }

    #[test]
    fn there_is_an_end_to_what_one_owner_saves_and_a_title_is_needed() {
        let scenarios = SavedScenarios::in_memory();
        let ann = partner("ann");
        for number in 0..MOST_OF_AN_OWNER {
            scenarios.save(&ann, scenario(&number.to_string())).unwrap();
        }
        let error = scenarios.save(&ann, scenario("more")).unwrap_err();
        assert!(matches!(error, ScenarioError::TooManySaved), "{error}");
        let untitled = scenarios.save(&partner("ben"), scenario("")).unwrap_err();
        assert!(matches!(untitled, ScenarioError::NoTitle), "{untitled}");
    }
}
