//! Keys that allow writing, and reading what is private.
//!
//! A key is 256 random bits, shown once when it is made; the file keeps its hash. Because a key
//! cannot be guessed, a fast hash is enough. The file is read again when it changed, so
//! `weft token` works beside a running service.

use super::files::{Stamp, lock_for, replace_private_file};
use super::iri;
use crate::ingest::rdf::graph_named;
use crate::store::GraphTrees;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use oxigraph::model::NamedNode;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;

/// How a key begins, so that people and secret scanners know one when they see it.
const PREFIX: &str = "weft_";
/// The longest time that a key may be valid for, where one is given.
const MOST_DAYS: i64 = 36_500;

/// A key's name and rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// What it is called; also the author of its commits.
    pub name: String,
    /// The graphs it may write, with all below them.
    #[serde(default)]
    pub graphs: Vec<String>,
    /// The graphs that it may read besides those that it may write, with all below them, where
    /// they are private.
    #[serde(default)]
    pub read: Vec<String>,
    /// Whether it may read and write everything.
    #[serde(default)]
    pub admin: bool,
    /// When it was made, or made anew (RFC 3339).
    pub created: String,
    /// The last moment at which it is worth something (RFC 3339), if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Hash of the key.
    hash: String,
}

impl Token {
    /// The graphs that it may write.
    pub fn writes(&self) -> GraphTrees {
        trees(&self.graphs)
    }

    /// The graphs that it may read besides.
    pub fn reads(&self) -> GraphTrees {
        trees(&self.read)
    }

    /// Whether its time is up. A time that cannot be read is over.
    pub fn is_expired(&self) -> bool {
        self.expires.as_ref().is_some_and(|until| {
            until
                .parse::<Timestamp>()
                .map_or(true, |until| Timestamp::now() > until)
        })
    }
}

fn trees(graphs: &[String]) -> GraphTrees {
    let graphs = graphs.iter();
    graphs
        .filter_map(|graph| NamedNode::new(graph).ok())
        .collect()
}

/// What a token is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// The graphs it may write: IRIs, or names below the graphs of Weft, such as `partner/x`.
    pub graphs: Vec<String>,
    /// A partner's name: short for the graph `partner/NAME`.
    pub partner: Option<String>,
    /// The private graphs that it may read besides.
    pub read: Vec<String>,
    /// Whether it may read and write everything.
    pub admin: bool,
    /// Until when it is valid: a day, a moment, or so many days, such as `90d`.
    pub expires: Option<String>,
}

/// Until when a token is valid that `text` says this of: a day (to its end, UTC), a moment (RFC
/// 3339), or a number of days or weeks (`90d`, `12w`) from now.
///
/// # Errors
/// [`TokenError::Expiry`] if it is none of these, or over already.
pub fn expiry(text: &str) -> Result<String, TokenError> {
    let text = text.trim();
    let refused = || TokenError::Expiry(text.escape_debug().to_string());
    let now = Timestamp::now();
    let days = text
        .strip_suffix(['d', 'D'])
        .map(|number| (number, 1))
        .or_else(|| text.strip_suffix(['w', 'W']).map(|number| (number, 7)));
    let until = match days {
        Some((number, each)) => {
            let days = number.parse::<i64>().map_err(|_| refused())?;
            let days = days.checked_mul(each).ok_or_else(refused)?;
            if !(1..=MOST_DAYS).contains(&days) {
                return Err(refused());
            }
            now.checked_add(SignedDuration::from_hours(24 * days))
                .map_err(|_| refused())?
        }
        None => match text.parse::<Timestamp>() {
            Ok(moment) => moment,
            Err(_) => {
                let is_day = text.len() == 10;
                let day = text.parse::<jiff::civil::Date>().ok().filter(|_| is_day);
                day.and_then(|day| {
                    let end = day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
                    Some(end.ok()?.timestamp())
                })
                .ok_or_else(refused)?
            }
        },
    };
    if until <= now {
        return Err(refused());
    }
    Ok(until.strftime("%FT%TZ").to_string())
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
    /// Held by whoever changes the list in this process.
    change: Arc<Mutex<()>>,
}

#[derive(Debug, Default)]
struct Known {
    tokens: Arc<Vec<Token>>,
    stamp: Option<Stamp>,
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
            change: Arc::default(),
        };
        tokens.list()?;
        Ok(tokens)
    }

    /// Keys that are gone with the process.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            known: Arc::default(),
            change: Arc::default(),
        }
    }

    /// Makes a key and returns it. It is not kept: only its hash is.
    ///
    /// # Errors
    /// As [`Tokens::make`].
    pub fn create(&self, name: &str, graphs: &[String], admin: bool) -> Result<String, TokenError> {
        self.create_with(name, graphs, &[], admin)
    }

    /// The same, for a key that may also read private graphs which it may not write.
    ///
    /// # Errors
    /// As [`Tokens::make`].
    pub fn create_with(
        &self,
        name: &str,
        graphs: &[String],
        read: &[String],
        admin: bool,
    ) -> Result<String, TokenError> {
        let (_, key) = self.make(&NewToken {
            name: name.to_owned(),
            graphs: graphs.to_vec(),
            read: read.to_vec(),
            admin,
            ..NewToken::default()
        })?;
        Ok(key)
    }

    /// Makes a token; answers it with its key, which is not kept: only its hash is.
    ///
    /// # Errors
    /// [`TokenError`] if the name is taken or unusable, a graph is no name for one, the token would
    /// allow nothing, the time is over, or the file cannot be written.
    pub fn make(&self, new: &NewToken) -> Result<(Token, String), TokenError> {
        let name = &new.name;
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(TokenError::Name(name.escape_debug().to_string()));
        }
        let named = |graphs: &[String]| {
            let graphs = graphs.iter().map(|graph| match graph_named(graph) {
                Ok(graph) => Ok(graph.into_string()),
                Err(_) => Err(TokenError::Graph(graph.escape_debug().to_string())),
            });
            graphs.collect::<Result<Vec<_>, _>>()
        };
        let mut graphs = named(&new.graphs)?;
        if let Some(partner) = &new.partner {
            let partner = partner_graph(partner)?.into_string();
            if !graphs.contains(&partner) {
                graphs.push(partner);
            }
        }
        let read = named(&new.read)?;
        if !new.admin && graphs.is_empty() && read.is_empty() {
            return Err(TokenError::Powerless);
        }
        let (key, hash) = new_key()?;
        let token = Token {
            name: name.clone(),
            graphs,
            read,
            admin: new.admin,
            created: now(),
            expires: new.expires.as_deref().map(expiry).transpose()?,
            hash,
        };
        self.change(|tokens| {
            if tokens.iter().any(|token| token.name == *name) {
                return Err(TokenError::Exists(name.clone()));
            }
            tokens.push(token.clone());
            Ok(())
        })?;
        Ok((token, key))
    }

    /// Makes a new key for the same rights; the old one is worth nothing from then on. `expires`
    /// takes the place of what was said of that before.
    ///
    /// # Errors
    /// [`TokenError`] if there is none of that name, its time is over and no other is given, or the
    /// file cannot be written.
    pub fn renew(&self, name: &str, expires: Option<&str>) -> Result<(Token, String), TokenError> {
        let until = expires.map(expiry).transpose()?;
        let (key, hash) = new_key()?;
        let token = self.change(|tokens| {
            let token = tokens
                .iter_mut()
                .find(|token| token.name == name)
                .ok_or_else(|| TokenError::Missing(name.to_owned()))?;
            if until.is_some() {
                token.expires = until;
            }
            if let Some(until) = token.expires.as_ref().filter(|_| token.is_expired()) {
                return Err(TokenError::Over(name.to_owned(), until.clone()));
            }
            token.hash = hash;
            token.created = now();
            Ok(token.clone())
        })?;
        Ok((token, key))
    }

    /// Every token, in the order they were made.
    ///
    /// # Errors
    /// [`TokenError`] if the file cannot be read or is damaged.
    pub fn list(&self) -> Result<Arc<Vec<Token>>, TokenError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.path else {
            return Ok(Arc::clone(&known.tokens));
        };
        let stamp = Stamp::of(path).map_err(|source| TokenError::io(path, source))?;
        if stamp.is_none() {
            *known = Known::default();
        } else if stamp != known.stamp {
            *known = Known {
                tokens: Arc::new(read(path)?),
                stamp,
            };
        }
        Ok(Arc::clone(&known.tokens))
    }

    /// Takes a token back; its key is worth nothing from then on.
    ///
    /// # Errors
    /// [`TokenError`] if there is none of that name, or the file cannot be written.
    pub fn revoke(&self, name: &str) -> Result<(), TokenError> {
        self.change(|tokens| {
            let before = tokens.len();
            tokens.retain(|token| token.name != name);
            if tokens.len() == before {
                return Err(TokenError::Missing(name.to_owned()));
            }
            Ok(())
        })
    }

    /// The token that a key belongs to, if it is still valid. Takes as long for a wrong key as for
    /// a right one.
    ///
    /// # Errors
    /// [`TokenError`] if the file cannot be read or is damaged.
    pub fn find(&self, key: &str) -> Result<Option<Token>, TokenError> {
        Ok(self.owner(key)?.filter(|token| !token.is_expired()))
    }

    /// The token that a key belongs to, also if its time is over ([`Token::is_expired`]).
    ///
    /// # Errors
    /// As [`Tokens::find`].
    pub fn owner(&self, key: &str) -> Result<Option<Token>, TokenError> {
        let hash = hash(key);
        let mut found = None;
        for token in self.list()?.iter() {
            if bool::from(token.hash.as_bytes().ct_eq(hash.as_bytes())) {
                found = Some(token.clone());
            }
        }
        Ok(found)
    }

    /// Changes the list. Nobody else does meanwhile, in this process or another.
    fn change<T>(
        &self,
        work: impl FnOnce(&mut Vec<Token>) -> Result<T, TokenError>,
    ) -> Result<T, TokenError> {
        let _alone = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(path) = &self.path else {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tokens = Vec::clone(&known.tokens);
            let answer = work(&mut tokens)?;
            known.tokens = Arc::new(tokens);
            return Ok(answer);
        };
        let failed = |source| TokenError::io(path, source);
        let _alone_everywhere = lock_for(path).map_err(failed)?;
        let mut tokens = if path.exists() {
            read(path)?
        } else {
            Vec::new()
        };
        let answer = work(&mut tokens)?;
        let mut text = serde_json::to_string_pretty(&TokenFile { tokens }).unwrap_or_default();
        text.push('\n');
        replace_private_file(path, text.as_bytes()).map_err(failed)?;
        Ok(answer)
    }
}

/// The graph of a partner: `…/graph/partner/NAME`.
///
/// # Errors
/// [`TokenError::Partner`] if the name is not one segment of plain characters.
pub fn partner_graph(name: &str) -> Result<NamedNode, TokenError> {
    let is_plain = !name.is_empty()
        && name.len() <= 100
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && name.chars().any(|c| c.is_ascii_alphanumeric());
    let graph = format!("{}partner/{name}", iri::GRAPH);
    match NamedNode::new(graph) {
        Ok(graph) if is_plain => Ok(graph),
        _ => Err(TokenError::Partner(name.escape_debug().to_string())),
    }
}

fn read(path: &Path) -> Result<Vec<Token>, TokenError> {
    let text = fs::read_to_string(path).map_err(|source| TokenError::io(path, source))?;
    let file: TokenFile = serde_json::from_str(&text).map_err(|error| TokenError::Damaged {
        path: path.to_owned(),
        detail: error.to_string(),
    })?;
    Ok(file.tokens)
}

fn now() -> String {
    Timestamp::now().strftime("%FT%TZ").to_string()
}

/// A key that nobody has, and its hash.
fn new_key() -> Result<(String, String), TokenError> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| TokenError::NoRandomness(error.to_string()))?;
    let key = format!("{PREFIX}{}", blake3::Hash::from_bytes(secret).to_hex());
    let hash = hash(&key);
    Ok((key, hash))
}

fn hash(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex().to_string()
}

/// What can go wrong with tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// No name, or one that would not fit on a line.
    #[error("`{0}` cannot be a token's name; take up to 100 characters of one line")]
    Name(String),
    /// The name is taken.
    #[error(
        "there is a token `{0}` already; revoke it first, renew it for a new key, or take another name"
    )]
    Exists(String),
    /// Nothing has this name.
    #[error("there is no token `{0}`; `weft token list` shows them")]
    Missing(String),
    /// A graph that is no IRI.
    #[error("graph <{0}> is not an absolute IRI, nor a name such as partner/mine")]
    Graph(String),
    /// A partner's name that cannot be part of an IRI.
    #[error("`{0}` cannot be a partner's name; take letters, digits, `-`, `_` and `.`")]
    Partner(String),
    /// Neither graphs nor admin.
    #[error(
        "a token needs `--graph IRI`, for each graph it may write, `--read IRI`, for each it may read, or `--admin`"
    )]
    Powerless,
    /// An end that is none.
    #[error(
        "`{0}` is no time to come; say until when the token is valid as 2027-06-30 or as 90d, at most {MOST_DAYS}d"
    )]
    Expiry(String),
    /// Renewed without a new end, when the old one is over.
    #[error(
        "token `{0}` expired on {1}; say until when the new key is valid, as in `--expires 90d`"
    )]
    Over(String, String),
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

    #[test]
    fn an_end_is_a_day_a_moment_or_a_number_of_days() {
        assert_eq!(expiry("2999-06-30").unwrap(), "2999-06-30T23:59:59Z");
        assert_eq!(
            expiry("2999-06-30T12:00:00+02:00").unwrap(),
            "2999-06-30T10:00:00Z"
        );
        assert!(expiry("90d").unwrap() < expiry("14w").unwrap());
        for wrong in [
            "",
            "tomorrow",
            "0d",
            "-1d",
            "99999999d",
            "9999999999999999999d",
            "d",
            "90",
            "2020-01-01",
            "2999-02-30",
            "2020-01-01T00:00:00Z",
        ] {
            assert!(
                matches!(expiry(wrong), Err(TokenError::Expiry(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn an_expired_key_is_nobodys_but_known() {
        let folder = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(folder.path()).unwrap();
        let new = NewToken {
            name: "a".to_owned(),
            partner: Some("a".to_owned()),
            expires: Some("90d".to_owned()),
            ..NewToken::default()
        };
        let (token, key) = tokens.make(&new).unwrap();
        assert_eq!(token.graphs, ["https://w3id.org/weft/graph/partner/a"]);
        assert!(tokens.find(&key).unwrap().is_some());
        let path = folder.path().join("tokens.json");
        let text = fs::read_to_string(&path).unwrap();
        let until = token.expires.unwrap();
        fs::write(&path, text.replace(&until, "2020-01-01T00:00:00Z")).unwrap();
        assert_eq!(tokens.find(&key).unwrap(), None);
        assert!(tokens.owner(&key).unwrap().unwrap().is_expired());
        assert!(matches!(tokens.renew("a", None), Err(TokenError::Over(..))));
        let (renewed, new_key) = tokens.renew("a", Some("2999-01-01")).unwrap();
        assert_eq!(renewed.graphs, token.graphs);
        assert!(tokens.find(&new_key).unwrap().is_some());
        assert_eq!(tokens.owner(&key).unwrap(), None);
    }

    #[test]
    fn partners_are_named_in_plain_characters() {
        for wrong in ["", "a/b", "..", ".", "a b", "a%2fb", "é"] {
            assert!(partner_graph(wrong).is_err(), "{wrong}");
        }
        assert!(partner_graph("ngo-1.at").is_ok());
    }

    #[test]
    fn tokens_made_at_the_same_time_are_all_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for number in 0..8 {
                let tokens = Tokens::open(folder.path()).unwrap();
                scope.spawn(move || tokens.create(&number.to_string(), &[], true).unwrap());
            }
        });
        let tokens = Tokens::open(folder.path()).unwrap();
        assert_eq!(tokens.list().unwrap().len(), 8);
    }
}
