//! Queries that were parsed lately, with the plans they ran with.

use crate::store::{Query, SyntaxError};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// A longer text is not kept.
const LONGEST_TEXT: usize = 64 << 10;
/// What a parsed query takes, roughly: so many bytes for each of its text, and for itself.
const FACTOR: u64 = 32;
const OVERHEAD: u64 = 2_048;

/// Parsed queries by their text and base.
pub(super) struct Plans {
    cache: Option<Cache<Key, Query, ByText>>,
}

type Key = (String, Option<String>);

#[derive(Clone)]
struct ByText;

impl Weighter<Key, Query> for ByText {
    fn weight(&self, key: &Key, _: &Query) -> u64 {
        key.0.len() as u64 * FACTOR + OVERHEAD
    }
}

impl Plans {
    /// Keeps about so many bytes of them; with 0 none.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            cache: (bytes > 0)
                .then(|| Cache::with_weighter((bytes / 8_192).max(16), bytes as u64, ByText)),
        }
    }

    /// The query of a text: one that is kept, or `parse`d now.
    pub(super) fn get(
        &self,
        text: &str,
        base: Option<&str>,
        parse: impl FnOnce() -> Result<Query, SyntaxError>,
    ) -> Result<Query, SyntaxError> {
        let Some(cache) = self.cache.as_ref().filter(|_| text.len() <= LONGEST_TEXT) else {
            return parse();
        };
        let key = (text.to_owned(), base.map(str::to_owned));
        if let Some(query) = cache.get(&key) {
            return Ok(query);
        }
        let query = parse()?;
        cache.insert(key, query.clone());
        Ok(query)
    }
}
