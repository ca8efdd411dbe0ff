//! Queries that people with a token have saved.
//!
//! A saved query is one of the catalogue in every way but two: it has an owner, and it can be
//! replaced. Its name is `~owner/name`, so it can neither hide nor be taken for one that ships.

use super::catalogue::{CatalogueError, CatalogueQuery};
use super::{Writer, iri};
use crate::store::SyntaxError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long the text of a saved query may be.
pub const LONGEST_TEXT: usize = 64 << 10;
/// How many queries one owner may save.
pub const MOST_OF_AN_OWNER: usize = 100;
/// How many queries may be saved altogether.
pub const MOST_SAVED: usize = 2_000;
/// How long `~owner/name` may be: both are names of files.
const LONGEST_NAME: usize = 200;
/// Parameters of the resource of any query, which a query cannot have for itself.
pub const RESERVED_PARAMETERS: [&str; 4] = ["timeout", "version", "view", "format"];

/// What stays as it is in the name of a file or in a path.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// A query with an owner.
#[derive(Clone, Debug)]
pub struct SavedQuery {
    /// The name of the token that saved it.
    pub owner: String,
    /// The query; its name is `~owner/name`, the owner percent-encoded where need be.
    pub query: CatalogueQuery,
}

/// The saved queries of a data directory.
#[derive(Debug)]
pub struct SavedQueries {
    folder: Option<PathBuf>,
    /// One change at a time; readers do not wait for its disk.
    changing: Mutex<()>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    queries: BTreeMap<String, Arc<SavedQuery>>,
    fingerprint: String,
}

/// Whether saving made a query or changed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// There was none of that name.
    Created,
    /// It took the place of another.
    Replaced,
}

/// The name of a saved query in lists and URLs.
pub fn full_name(owner: &str, name: &str) -> String {
    format!("~{}/{name}", utf8_percent_encode(owner, PLAIN))
}

impl SavedQueries {
    /// The queries saved in a data directory. One that is no longer understood is left where it is
    /// and reported in the log of the service.
    ///
    /// # Errors
    /// [`SavedError::Io`] if the folder cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, SavedError> {
        let folder = data_dir.join("queries");
        let mut known = Known::default();
        for owner_folder in entries(&folder)? {
            let Some(owner) = decoded_owner(&owner_folder) else {
                continue;
            };
            for file in entries(&owner_folder)? {
                let name = file.file_stem().and_then(|name| name.to_str());
                let is_query = file.extension().is_some_and(|extension| extension == "rq");
                let Some(name) = name.filter(|_| is_query) else {
                    continue;
                };
                let text =
                    fs::read_to_string(&file).map_err(|error| SavedError::io(&file, error))?;
                match parse(&owner, name, &text) {
                    Ok(query) => {
                        known.queries.insert(query.query.name.clone(), query);
                    }
                    Err(error) => {
                        tracing::warn!(file = %file.display(), %error, "a saved query is left out");
                    }
                }
            }
        }
        known.mark();
        Ok(Self {
            folder: Some(folder),
            changing: Mutex::default(),
            known: Mutex::new(known),
        })
    }

    /// Queries that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            folder: None,
            changing: Mutex::default(),
            known: Mutex::default(),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, by name.
    pub fn list(&self) -> Vec<Arc<SavedQuery>> {
        self.known().queries.values().cloned().collect()
    }

    /// What changes whenever one of them does.
    pub fn fingerprint(&self) -> String {
        self.known().fingerprint.clone()
    }

    /// One of them.
    pub fn get(&self, owner: &str, name: &str) -> Option<Arc<SavedQuery>> {
        self.known().queries.get(&full_name(owner, name)).cloned()
    }

    /// Saves a query under the name of its owner; durable when this returns.
    ///
    /// # Errors
    /// [`SavedError`] if the writer is not the owner, the name or text does not fit, there are too
    /// many, or the file cannot be written.
    pub fn save(
        &self,
        writer: &Writer,
        owner: &str,
        name: &str,
        text: &str,
    ) -> Result<Saved, SavedError> {
        check_owner(writer, owner)?;
        check_name(name)?;
        if text.len() > LONGEST_TEXT {
            return Err(SavedError::TooLong);
        }
        let query = parse(owner, name, text)?;
        let full_name = query.query.name.clone();
        if full_name.len() > LONGEST_NAME {
            return Err(SavedError::Owner);
        }
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = self.list();
        let replaced = saved.iter().any(|saved| saved.query.name == full_name);
        if !replaced {
            let owned = saved.iter().filter(|saved| saved.owner == owner).count();
            if owned >= MOST_OF_AN_OWNER || saved.len() >= MOST_SAVED {
                return Err(SavedError::TooMany);
            }
        }
        if let Some(path) = self.path(owner, name) {
            write_file(&path, text.as_bytes()).map_err(|error| SavedError::io(&path, error))?;
        }
        let mut known = self.known();
        known.queries.insert(full_name, query);
        known.mark();
        Ok(if replaced {
            Saved::Replaced
        } else {
            Saved::Created
        })
    }

    /// Removes a query.
    ///
    /// # Errors
    /// [`SavedError`] if the writer is not the owner, there is none, or the file stays.
    pub fn remove(&self, writer: &Writer, owner: &str, name: &str) -> Result<(), SavedError> {
        check_owner(writer, owner)?;
        let full_name = full_name(owner, name);
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.known().queries.contains_key(&full_name) {
            return Err(SavedError::Missing(full_name));
        }
        if let Some(path) = self.path(owner, name) {
            remove_file(&path).map_err(|error| SavedError::io(&path, error))?;
        }
        let mut known = self.known();
        known.queries.remove(&full_name);
        known.mark();
        Ok(())
    }

    fn path(&self, owner: &str, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        let owner = format!("~{}", utf8_percent_encode(owner, PLAIN));
        Some(folder.join(owner).join(format!("{name}.rq")))
    }
}

impl Known {
    fn mark(&mut self) {
        let mut hasher = blake3::Hasher::new();
        for (name, query) in &self.queries {
            for text in [name, &query.query.text] {
                hasher.update(&(text.len() as u64).to_le_bytes());
                hasher.update(text.as_bytes());
            }
        }
        self.fingerprint = hasher.finalize().to_hex().to_string();
    }
}

fn parse(owner: &str, name: &str, text: &str) -> Result<Arc<SavedQuery>, SavedError> {
    let full_name = full_name(owner, name);
    let query = CatalogueQuery::parse(&full_name, Path::new(&full_name), text).map_err(
        |error| match error {
            CatalogueError::Header { line, message, .. } => SavedError::Header { line, message },
            CatalogueError::Syntax { mut error, .. } => {
                if looks_like_update(text) {
                    error.hint = Some("updates cannot be saved, only queries".to_owned());
                }
                SavedError::Syntax(error)
            }
            other => SavedError::Header {
                line: 1,
                message: other.to_string(),
            },
        },
    )?;
    let reserved = query
        .parameters
        .iter()
        .find(|parameter| RESERVED_PARAMETERS.contains(&parameter.name.as_str()));
    if let Some(parameter) = reserved {
        let lines = text
            .lines()
            .position(|line| line.contains("parameter:") && line.contains(parameter.name.as_str()));
        return Err(SavedError::Header {
            line: lines.unwrap_or_default() as u64 + 1,
            message: format!(
                "`{}` is a parameter of every query here; give yours another name",
                parameter.name
            ),
        });
    }
    Ok(Arc::new(SavedQuery {
        owner: owner.to_owned(),
        query,
    }))
}

fn looks_like_update(text: &str) -> bool {
    crate::store::on_deep_stack(|| crate::store::Update::parse(text, None, &iri::PREFIXES).is_ok())
}

fn check_owner(writer: &Writer, owner: &str) -> Result<(), SavedError> {
    if writer.may_write_everything() || writer.name() == owner {
        return Ok(());
    }
    Err(SavedError::NotYours {
        writer: writer.name().to_owned(),
        owner: owner.to_owned(),
    })
}

/// Whether a name is fit for what people save: lower-case letters, digits and hyphens.
pub(super) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn check_name(name: &str) -> Result<(), SavedError> {
    if is_name(name) {
        Ok(())
    } else {
        Err(SavedError::Name(name.escape_debug().to_string()))
    }
}

pub(super) fn decoded_owner(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_str()?.strip_prefix('~')?;
    let owner = percent_decode_str(name).decode_utf8().ok()?;
    folder.is_dir().then(|| owner.into_owned())
}

/// What lies in a folder, in the order of names; nothing if the folder is not there.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, SavedError> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SavedError::io(folder, error)),
    };
    let mut paths = found
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| SavedError::io(folder, error))?;
    paths.sort();
    Ok(paths)
}

/// Writes a file so that it has its old content or its new one, whatever happens.
pub(super) fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let written = File::create(&new).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&new, path)) {
        // A full disk must not stay full because of us.
        let _ = fs::remove_file(&new);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

/// Removes a file durably; that it is gone already is as good.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// What can be wrong with saving a query.
#[derive(Debug, thiserror::Error)]
pub enum SavedError {
    /// A name that does not fit into a URL.
    #[error(
        "`{0}` cannot be the name of a query; take up to 64 lower-case letters, digits and hyphens"
    )]
    Name(String),
    /// An owner whose name is too long for a file.
    #[error(
        "the name of this token is too long to save queries under; take a token with a shorter one"
    )]
    Owner,
    /// A query of somebody else.
    #[error(
        "the queries of `{owner}` are for that token and admins to change, not for `{writer}`; save yours as {}",
        full_name(writer, "NAME")
    )]
    NotYours {
        /// Who wanted to change it.
        writer: String,
        /// Whose it is.
        owner: String,
    },
    /// Nothing has this name.
    #[error("there is no saved query `{0}`; /api/v1/queries lists them")]
    Missing(String),
    /// A text that is too long.
    #[error("a saved query has at most {LONGEST_TEXT} bytes")]
    TooLong,
    /// Too many queries.
    #[error(
        "an owner may save {MOST_OF_AN_OWNER} queries, and all together {MOST_SAVED}; remove one that is no longer needed"
    )]
    TooMany,
    /// A header line that is not understood.
    #[error("line {line}: {message}")]
    Header {
        /// Line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// The text is no query.
    #[error(transparent)]
    Syntax(SyntaxError),
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl SavedError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::GraphTrees;

    const TEXT: &str = "#+ title: Mine\n#+ parameter: n, integer, how many\nSELECT ?n {}";

    fn partner(name: &str) -> Writer {
        Writer::Partner(
            name.to_owned(),
            GraphTrees::default(),
            GraphTrees::default(),
        )
    }

    #[test]
    fn a_query_is_kept_until_its_owner_removes_it() {
        let folder = tempfile::tempdir().unwrap();
        let (alice, bob) = (partner("alice / é"), partner("bob"));
        let saved = SavedQueries::open(folder.path()).unwrap();
        let before = saved.fingerprint();
        let save = |writer: &Writer, text: &str| saved.save(writer, "alice / é", "mine", text);
        assert_eq!(save(&alice, TEXT).unwrap(), Saved::Created);
        assert_ne!(saved.fingerprint(), before);
        assert_eq!(save(&alice, TEXT).unwrap(), Saved::Replaced);
        let message = save(&bob, TEXT).unwrap_err().to_string();
        assert!(message.contains("~bob/NAME"), "{message}");

        let again = SavedQueries::open(folder.path()).unwrap();
        let found = again.get("alice / é", "mine").unwrap();
        assert_eq!(found.query.name, "~alice%20%2F%20%C3%A9/mine");
        assert_eq!(found.query.text, TEXT);
        assert_eq!(again.fingerprint(), saved.fingerprint());

        let removed = saved.remove(&bob, "alice / é", "mine");
        assert!(matches!(removed, Err(SavedError::NotYours { .. })));
        let admin = Writer::Admin("root".to_owned());
        saved.remove(&admin, "alice / é", "mine").unwrap();
        let removed = saved.remove(&admin, "alice / é", "mine");
        assert!(matches!(removed, Err(SavedError::Missing(_))));
        let empty = SavedQueries::open(folder.path()).unwrap();
        assert!(empty.list().is_empty());
        assert_eq!(saved.fingerprint(), before);
    }

    #[test]
    fn what_is_no_query_is_refused_with_its_line() {
        let saved = SavedQueries::in_memory();
        let refusal = |name: &str, text: &str| {
            let error = saved.save(&partner("a"), "a", name, text).unwrap_err();
            error.to_string()
        };
        for (name, text, expected) in [
            ("../x", TEXT, "lower-case"),
            ("Mine", TEXT, "lower-case"),
            ("", TEXT, "lower-case"),
            ("a", "SELECT ?n {}", "title"),
            ("a", "#+ title: x\n#+ titel: x\nASK {}", "line 2: `titel`"),
            ("a", "#+ title: x\nASK {", "line 2"),
            ("a", "#+ title: x\nDROP ALL", "updates cannot be saved"),
            (
                "a",
                "#+ title: x\n#+ parameter: version, integer, x\nSELECT ?version {}",
                "line 2: `version` is a parameter of every query",
            ),
            (
                "a",
                &format!("#+ title: {}\nASK {{}}", "x".repeat(LONGEST_TEXT)),
                "bytes",
            ),
        ] {
            let message = refusal(name, text);
            assert!(message.contains(expected), "{message}");
        }
        assert!(saved.list().is_empty());
    }

    #[test]
    fn an_owner_may_save_so_many_queries() {
        let saved = SavedQueries::in_memory();
        for number in 0..MOST_OF_AN_OWNER {
            let name = format!("q{number}");
            saved
                .save(&partner("a"), "a", &name, "#+ title: x\nASK {}")
                .unwrap();
        }
        let more = saved.save(&partner("a"), "a", "more", TEXT);
        assert!(matches!(more, Err(SavedError::TooMany)));
        assert!(saved.save(&partner("a"), "a", "q1", TEXT).is_ok());
        assert!(saved.save(&partner("b"), "b", "more", TEXT).is_ok());
    }

    #[test]
    fn a_file_that_is_no_longer_understood_does_not_keep_the_service_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let owner = folder.path().join("queries/~a");
        fs::create_dir_all(&owner).unwrap();
        fs::write(owner.join("bad.rq"), "nonsense").unwrap();
        fs::write(owner.join("good.rq"), TEXT).unwrap();
        fs::write(owner.join("good.rq.new"), "half").unwrap();
        let saved = SavedQueries::open(folder.path()).unwrap();
        let names: Vec<_> = saved
            .list()
            .iter()
            .map(|saved| saved.query.name.clone())
            .collect();
        assert_eq!(names, ["~a/good"]);
    }
}
