//! Keys that allow writing, and reading what is private.
//!
//! A key is 256 random bits, shown once when it is made; the file keeps its hash. Because a key
//! cannot be guessed, a fast hash is enough. The file is read again when it changed, so
//! `weft token` works beside a running service.

use oxigraph::model::NamedNode;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use subtle::ConstantTimeEq;

/// How a key begins, so that people and secret scanners know one when they see it.
const PREFIX: &str = "weft_";

/// A key's name and rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What it is called; also the author of its commits.
    pub name: String,
    /// The graphs it may write.
    #[serde(default)]
    pub graphs: Vec<String>,
    /// The graphs that it may read besides those that it may write, where they are private.
    #[serde(default)]
    pub read: Vec<String>,
    /// Whether it may read and write everything.
    #[serde(default)]
    pub admin: bool,
    /// When it was made (RFC 3339).
    pub created: String,
    /// Hash of the key.
    hash: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    tokens: Vec<Token>,
}

/// The keys of a data directory.
#[derive(Clone, Debug)]
pub struct Tokens {
    path: Option<PathBuf>,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    tokens: Vec<Token>,
    /// Length and time of the file that was read.
    stamp: Option<(u64, SystemTime)>,
}

impl Tokens {
    /// The keys kept in a data directory.
    ///
    /// # Errors
    /// [`TokenError`] if the file cannot be read or is damaged.
    pub fn open(data_dir: &Path) -> Result<Self, TokenError> {
        let tokens = Self {
            path: Some(data_dir.join("tokens.json")),
            known: Arc::default(),
        };
        tokens.list()?;
        Ok(tokens)
    }

    /// Keys that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            known: Arc::default(),
        }
    }

    /// Makes a key and returns it. It is not kept: only its hash is.
    ///
    /// # Errors
    /// [`TokenError`] if the name is taken or empty, a graph is no IRI, the token would allow
    /// nothing, or the file cannot be written.
    pub fn create(&self, name: &str, graphs: &[String], admin: bool) -> Result<String, TokenError> {
        self.create_with(name, graphs, &[], admin)
    }

    /// The same, for a key that may also read private graphs which it may not write.
    ///
    /// # Errors
    /// As [`Tokens::create`].
    pub fn create_with(
        &self,
        name: &str,
        graphs: &[String],
        read: &[String],
        admin: bool,
    ) -> Result<String, TokenError> {
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(TokenError::Name(name.escape_debug().to_string()));
        }
        if !admin && graphs.is_empty() && read.is_empty() {
            return Err(TokenError::Powerless);
        }
        let mut named = graphs.iter().chain(read);
        if let Some(graph) = named.find(|graph| NamedNode::new(*graph).is_err()) {
            return Err(TokenError::Graph(graph.clone()));
        }
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret)
            .map_err(|error| TokenError::NoRandomness(error.to_string()))?;
        let key = format!("{PREFIX}{}", blake3::Hash::from_bytes(secret).to_hex());
        let mut tokens = self.list()?;
        if tokens.iter().any(|token| token.name == name) {
            return Err(TokenError::Exists(name.to_owned()));
        }
        tokens.push(Token {
            name: name.to_owned(),
            graphs: graphs.to_vec(),
            read: read.to_vec(),
            admin,
            created: jiff::Timestamp::now().strftime("%FT%TZ").to_string(),
            hash: hash(&key).to_hex().to_string(),
        });
        self.save(tokens)?;
        Ok(key)
    }

    /// Every token, in the order they were made.
    ///
    /// # Errors
    /// [`TokenError`] if the file cannot be read or is damaged.
    pub fn list(&self) -> Result<Vec<Token>, TokenError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.path else {
            return Ok(known.tokens.clone());
        };
        let stamp = match fs::metadata(path) {
            Ok(metadata) => Some((
                metadata.len(),
                metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(TokenError::io(path, source)),
        };
        if stamp.is_none() {
            *known = Known::default();
        } else if stamp != known.stamp {
            let text = fs::read_to_string(path).map_err(|source| TokenError::io(path, source))?;
            let file: TokenFile =
                serde_json::from_str(&text).map_err(|error| TokenError::Damaged {
                    path: path.clone(),
                    detail: error.to_string(),
                })?;
            *known = Known {
                tokens: file.tokens,
                stamp,
            };
        }
        Ok(known.tokens.clone())
    }

    /// Takes a token back; its key is worth nothing from then on.
    ///
    /// # Errors
    /// [`TokenError`] if there is none of that name, or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<(), TokenError> {
        let mut tokens = self.list()?;
        let before = tokens.len();
        tokens.retain(|token| token.name != name);
        if tokens.len() == before {
            return Err(TokenError::Missing(name.to_owned()));
        }
        self.save(tokens)
    }

    /// The token that a key belongs to. Takes as long for a wrong key as for a right one.
    ///
    /// # Errors
    /// [`TokenError`] if the file cannot be read or is damaged.
    pub fn find(&self, key: &str) -> Result<Option<Token>, TokenError> {
        let hash = hash(key).to_hex();
        let mut found = None;
        for token in self.list()? {
            if bool::from(token.hash.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(token);
            }
        }
        Ok(found)
    }

    fn save(&self, tokens: Vec<Token>) -> Result<(), TokenError> {
        let file = TokenFile { tokens };
        if let Some(path) = &self.path {
            let mut text = serde_json::to_string_pretty(&file).unwrap_or_default();
            text.push('\n');
            replace_private_file(path, text.as_bytes())
                .map_err(|source| TokenError::io(path, source))?;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a stamp the file is read again at the next look.
        *known = Known {
            tokens: file.tokens,
            stamp: None,
        };
        Ok(())
    }
}

fn hash(key: &str) -> blake3::Hash {
    blake3::hash(key.as_bytes())
}

/// Writes a file that only its owner may read, so that it has its old content or its new one.
pub(super) fn replace_private_file(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let new = path.with_extension("json.new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// What can go wrong with tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No name, or one that would not fit on a line.
    #[error("`{0}` cannot be a token's name; take up to 100 characters of one line")]
    Name(String),
    /// The name is taken.
    #[error("there is a token `{0}` already; revoke it first, or take another name")]
    Exists(String),
    /// Nothing has this name.
    #[error("there is no token `{0}`; `weft token list` shows them")]
    Missing(String),
    /// A graph that is no IRI.
    #[error("graph <{0}> is not an absolute IRI")]
    Graph(String),
    /// Neither graphs nor admin.
    #[error(
        "a token needs `--graph IRI`, for each graph it may write, `--read IRI`, for each it may read, or `--admin`"
    )]
    Powerless,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The file is not what was written.
    #[error("{}: {detail}; repair it, or delete it and make the tokens anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        detail: String,
    },
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl TokenError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_until_it_is_revoked_and_is_not_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path()).unwrap();
        let graph = "https://w3id.org/weft/graph/partner/a".to_owned();
        let key = tokens
            .create("a", std::slice::from_ref(&graph), false)
            .unwrap();
        assert!(key.starts_with("weft_") && key.len() == 69);
        let text = fs::read_to_string(folder.path().join("tokens.json")).unwrap();
        assert!(!text.contains(&key[5..]));

        // Another process sees it, and its revocation.
        let elsewhere = Tokens::open(folder.path()).unwrap();
        assert_eq!(elsewhere.find(&key).unwrap().unwrap().graphs, [graph]);
        assert_eq!(elsewhere.find("weft_x").unwrap(), None);
        tokens.revoke("a").unwrap();
        assert_eq!(elsewhere.find(&key).unwrap(), None);
        assert!(matches!(tokens.revoke("a"), Err(TokenError::Missing(_))));
    }

    #[test]
    fn tokens_that_make_no_sense_are_refused() {
        let tokens = Tokens::in_memory();
        assert!(matches!(
            tokens.create("", &[], true),
            Err(TokenError::Name(_))
        ));
        assert!(matches!(
            tokens.create("a", &[], false),
            Err(TokenError::Powerless)
        ));
        let graphs = ["no iri".to_owned()];
        assert!(matches!(
            tokens.create("a", &graphs, false),
            Err(TokenError::Graph(_))
        ));
        tokens.create("a", &[], true).unwrap();
        assert!(matches!(
            tokens.create("a", &[], true),
            Err(TokenError::Exists(_))
        ));
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("tokens.json"), "{\"tokens\": [").unwrap();
        let message = Tokens::open(folder.path()).unwrap_err().to_string();
        assert!(
            message.contains("tokens.json") && message.contains("line 1"),
            "{message}"
        );
    }
}
