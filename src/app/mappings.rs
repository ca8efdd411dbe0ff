//! Mappings that people with a token have saved, beside those that ship.

use super::saved::{decoded_owner, entries, full_name, is_name, remove_file, write_file};
use super::{AppError, KnowledgeGraph, SavedError, Writer};
use crate::ingest::IngestError;
use crate::ingest::archive::{ArchiveError, files, pack};
use crate::ingest::mapping::{Mapping, MappingError};
use crate::ontology::{Ontology, nearest};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes the texts of a mapping may have together.
pub const LONGEST: usize = 1 << 20;
/// How many mappings one owner may save.
const MOST_OF_AN_OWNER: usize = 50;
/// How long `~owner/name` may be: both are names of files.
const LONGEST_NAME: usize = 200;
/// How many may be saved altogether.
const MOST_SAVED: usize = 1_000;

/// A mapping with an owner.
#[derive(Clone, Debug)]
pub struct SavedMapping {
    /// The name of the token that saved it.
    pub owner: String,
    /// `~owner/name`, as in URLs.
    pub full_name: String,
    /// The mapping.
    pub mapping: Mapping,
    /// Its files.
    pub texts: BTreeMap<String, String>,
}

/// The saved mappings of a data directory: an archive each, so that one is there whole or not.
#[derive(Debug)]
pub struct SavedMappings {
    folder: Option<PathBuf>,
    known: Mutex<BTreeMap<String, Arc<SavedMapping>>>,
}

impl SavedMappings {
    /// The mappings saved in a data directory. One that is no longer understood is left where it
    /// is and reported in the log of the service.
    ///
    /// # Errors
    /// [`SavedError::Io`] if the folder cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, SavedError> {
        let folder = data_dir.join("mappings");
        let mut known = BTreeMap::new();
        for owner_folder in entries(&folder)? {
            let Some(owner) = decoded_owner(&owner_folder) else {
                continue;
            };
            for file in entries(&owner_folder)? {
                let name = file.file_stem().and_then(|name| name.to_str());
                let is_archive = file.extension().is_some_and(|extension| extension == "zip");
                let Some(name) = name.filter(|_| is_archive) else {
                    continue;
                };
                let bytes = fs::read(&file).map_err(|error| SavedError::io(&file, error))?;
                let read = texts_of(&bytes).and_then(|texts| made(&owner, name, texts));
                match read {
                    Ok(saved) => {
                        known.insert(saved.full_name.clone(), Arc::new(saved));
                    }
                    Err(error) => {
                        tracing::warn!(file = %file.display(), %error, "a saved mapping is left out");
                    }
                }
            }
        }
        Ok(Self {
            folder: Some(folder),
            known: Mutex::new(known),
        })
    }

    /// Mappings that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            folder: None,
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, Arc<SavedMapping>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, by name.
    pub fn list(&self) -> Vec<Arc<SavedMapping>> {
        self.known().values().cloned().collect()
    }

    /// One of them.
    pub fn get(&self, owner: &str, name: &str) -> Option<Arc<SavedMapping>> {
        self.known().get(&full_name(owner, name)).cloned()
    }

    /// Saves a mapping after reading and checking all of it; durable when this returns. Answers
    /// whether there was one of that name before.
    ///
    /// # Errors
    /// [`MappingsError`] if the writer is not the owner, the name does not fit, the mapping is
    /// wrong, there are too many, or a file cannot be written.
    pub fn save(
        &self,
        writer: &Writer,
        owner: &str,
        name: &str,
        texts: BTreeMap<String, String>,
        ontology: &Ontology,
    ) -> Result<bool, MappingsError> {
        check_owner(writer, owner)?;
        if !is_name(name) {
            return Err(MappingsError::Name(name.escape_debug().to_string()));
        }
        if texts.values().map(String::len).sum::<usize>() > LONGEST {
            return Err(MappingsError::TooLong(LONGEST));
        }
        let saved = made(owner, name, texts)?;
        if saved.full_name.len() > LONGEST_NAME {
            return Err(MappingsError::Name(saved.full_name));
        }
        saved.mapping.check(ontology)?;
        let mut known = self.known();
        let was_there = known.contains_key(&saved.full_name);
        if !was_there {
            let owned = known.values().filter(|known| known.owner == owner).count();
            if owned >= MOST_OF_AN_OWNER || known.len() >= MOST_SAVED {
                return Err(MappingsError::TooMany);
            }
        }
        if let Some(path) = self.path(&saved.full_name) {
            let written = saved.archive().and_then(|bytes| write_file(&path, &bytes));
            written.map_err(|source| MappingsError::Io { path, source })?;
        }
        known.insert(saved.full_name.clone(), Arc::new(saved));
        Ok(was_there)
    }

    /// Removes a mapping.
    ///
    /// # Errors
    /// [`MappingsError`] if the writer is not the owner, there is none, or its files stay.
    pub fn remove(&self, writer: &Writer, owner: &str, name: &str) -> Result<(), MappingsError> {
        check_owner(writer, owner)?;
        let full_name = full_name(owner, name);
        let mut known = self.known();
        if !known.contains_key(&full_name) {
            return Err(MappingsError::Missing {
                name: full_name,
                hint: String::new(),
            });
        }
        if let Some(path) = self.path(&full_name) {
            remove_file(&path).map_err(|source| MappingsError::Io { path, source })?;
        }
        known.remove(&full_name);
        Ok(())
    }

    fn path(&self, full_name: &str) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{full_name}.zip")))
    }
}

impl SavedMapping {
    /// Its files in an archive.
    ///
    /// # Errors
    /// If it cannot be packed.
    pub fn archive(&self) -> io::Result<Vec<u8>> {
        let files = self.texts.iter();
        pack(files.map(|(name, text)| (name.as_str(), text.as_bytes()))).map_err(io::Error::other)
    }
}

/// The texts of a mapping in an archive, by their paths beside `mapping.toml`.
///
/// # Errors
/// [`MappingsError`] if the archive cannot be used, there is no manifest in it, or a text is not
/// UTF-8.
pub fn texts_of(archive: &[u8]) -> Result<BTreeMap<String, String>, MappingsError> {
    const NAME: &str = "mapping.zip";
    let is_text = |path: &str| path.ends_with("mapping.toml") || path.ends_with(".rq");
    let found = files(NAME, archive, LONGEST as u64, &is_text)?;
    let folder = found
        .iter()
        .find_map(|(path, _)| path.strip_suffix("mapping.toml"))
        .ok_or_else(|| ArchiveError {
            name: NAME.to_owned(),
            message: "there is no mapping.toml in it".to_owned(),
            remedy: "a mapping has one beside its queries",
            is_too_large: false,
        })?
        .to_owned();
    let texts = found.into_iter().filter_map(|(path, bytes)| {
        let name = path.strip_prefix(&folder)?.to_owned();
        let text = String::from_utf8(bytes).map_err(|_| MappingsError::NotText(name.clone()));
        Some(text.map(|text| (name, text)))
    });
    texts.collect()
}

impl KnowledgeGraph {
    /// The mapping that a request means: one that ships, or `~owner/name`.
    ///
    /// # Errors
    /// [`MappingsError::Missing`], with the nearest there is.
    pub fn mapping(&self, name: &str) -> Result<Mapping, AppError> {
        if let Some(shipped) = Mapping::shipped(name) {
            return Ok(shipped.map_err(IngestError::from)?);
        }
        let known = self.saved_mappings().list();
        if let Some(saved) = known.iter().find(|saved| saved.full_name == name) {
            return Ok(saved.mapping.clone());
        }
        let names = Mapping::names();
        let all = names
            .iter()
            .map(String::as_str)
            .chain(known.iter().map(|saved| saved.full_name.as_str()));
        let hint = match nearest(name, all) {
            Some(near) => format!("did you mean `{near}`? "),
            None => String::new(),
        };
        Err(MappingsError::Missing {
            name: name.to_owned(),
            hint: format!("{hint}those that ship are {}; ", names.join(", ")),
        }
        .into())
    }
}

/// Whether a name is one that a file of a mapping may have: `mapping.toml`, `table.rq`,
/// `after/x.rq`.
fn is_file(name: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (name == "mapping.toml" || name.ends_with(".rq"))
        && name.split('/').count() <= 2
        && name.split('/').all(is_plain)
}

fn made(
    owner: &str,
    name: &str,
    texts: BTreeMap<String, String>,
) -> Result<SavedMapping, MappingsError> {
    if let Some(name) = texts.keys().find(|name| !is_file(name)) {
        return Err(MappingsError::File(name.escape_debug().to_string()));
    }
    let mapping = Mapping::from_files(name, texts.clone())?;
    Ok(SavedMapping {
        owner: owner.to_owned(),
        full_name: full_name(owner, name),
        mapping,
        texts,
    })
}

fn check_owner(writer: &Writer, owner: &str) -> Result<(), MappingsError> {
    if writer.may_write_everything() || writer.name() == owner {
        return Ok(());
    }
    Err(MappingsError::NotYours {
        writer: writer.name().to_owned(),
        owner: owner.to_owned(),
    })
}

/// What can go wrong with saved mappings.
#[derive(Debug, thiserror::Error)]
pub enum MappingsError {
    /// The mapping itself is wrong.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The archive of a mapping cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file that a mapping does not have.
    #[error(
        "`{0}` is no file of a mapping: there are mapping.toml and queries such as table.rq or after/x.rq"
    )]
    File(String),
    /// A text in another encoding.
    #[error("{0}: the text is not UTF-8; save it so")]
    NotText(String),
    /// A name that does not fit.
    #[error(
        "`{0}` cannot be the name of a mapping; take up to 64 lower-case letters, digits and hyphens, and a token whose own name is not long"
    )]
    Name(String),
    /// Somebody else's.
    #[error("token `{writer}` may not change the mappings of `{owner}`")]
    NotYours {
        /// Who wanted to.
        writer: String,
        /// Whose they are.
        owner: String,
    },
    /// There is none of that name.
    #[error("there is no mapping `{name}`; {hint}/api/v1/mappings lists all")]
    Missing {
        /// The name.
        name: String,
        /// What may be meant.
        hint: String,
    },
    /// The texts are too long.
    #[error("a mapping has {0} bytes of text at most")]
    TooLong(usize),
    /// There is no room for another.
    #[error("no more mappings can be saved; remove one")]
    TooMany,
    /// Writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ontology::tests::small;

    const MANIFEST: &str = "name = \"m\"\n[[table]]\nfile = \"t.csv\"\nquery = \"t.rq\"\n[[after]]\nquery = \"after/x.rq\"\n";
    const QUERY: &str = "CONSTRUCT { ?ROW <http://ex/p> ?id } WHERE { }";
    const AFTER: &str = "CONSTRUCT { ?s <http://ex/q> ?o } WHERE { ?s <http://ex/p> ?o }";

    fn texts(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    #[test]
    fn a_mapping_is_kept_whole_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let admin = Writer::Admin("root".to_owned());
        let saved = SavedMappings::open(folder.path()).unwrap();
        let save =
            |files: &[(&str, &str)]| saved.save(&admin, "al / é", "m", texts(files), &small());
        let whole = [
            ("mapping.toml", MANIFEST),
            ("t.rq", QUERY),
            ("after/x.rq", AFTER),
        ];
        assert!(!save(&whole).unwrap());
        // What a later one does not have is gone.
        let shorter = MANIFEST.split("[[after]]").next().unwrap();
        assert!(save(&[("mapping.toml", shorter), ("t.rq", QUERY)]).unwrap());
        let again = SavedMappings::open(folder.path()).unwrap();
        let found = again.get("al / é", "m").unwrap();
        assert_eq!(
            found.texts.keys().collect::<Vec<_>>(),
            ["mapping.toml", "t.rq"]
        );
        assert_eq!(found.full_name, "~al%20%2F%20%C3%A9/m");
        again.remove(&admin, "al / é", "m").unwrap();
        assert!(
            SavedMappings::open(folder.path())
                .unwrap()
                .list()
                .is_empty()
        );
    }

    #[test]
    fn what_is_no_mapping_is_refused_and_nothing_is_kept() {
        let saved = SavedMappings::in_memory();
        let admin = Writer::Admin("root".to_owned());
        let refusal = |name: &str, files: &[(&str, &str)]| {
            let error = saved.save(&admin, "a", name, texts(files), &small());
            error.unwrap_err().to_string()
        };
        let sound = [
            ("mapping.toml", MANIFEST),
            ("t.rq", QUERY),
            ("after/x.rq", AFTER),
        ];
        for (name, files, expected) in [
            ("../x", &sound[..], "lower-case"),
            ("m", &sound[1..], "a mapping has a mapping.toml"),
            ("m", &sound[..2], "after/x.rq"),
            ("m", &[("../t.rq", QUERY)], "is no file of a mapping"),
            ("m", &[("t.csv", "id")], "is no file of a mapping"),
            ("m", &[("mapping.toml", "name = ")], "mapping.toml:1"),
        ] {
            let message = refusal(name, files);
            assert!(message.contains(expected), "{name}: {message}");
        }
        assert!(saved.list().is_empty());
        let error = texts_of(&pack([("a/t.rq", &b"x"[..])]).unwrap()).unwrap_err();
        assert!(error.to_string().contains("no mapping.toml"), "{error}");
    }
}
