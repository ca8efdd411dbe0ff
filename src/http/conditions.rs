//! `If-Match` and `If-None-Match` of writes.
//!
//! The tag of a read is `W/"VERSION-…"`, that of a write `W/"VERSION"`. A write takes either, weak
//! or not, and `"VERSION"` alone: what counts is the data version that it begins with. That version
//! is exact, so the tags are fit to guard a write although they are weak.

use super::error::ApiError;
use crate::app::{Precondition, States};
use axum::http::{HeaderMap, HeaderName, header};

/// What a request demands of the data that its write finds.
pub(super) fn precondition(headers: &HeaderMap) -> Result<Precondition, ApiError> {
    Ok(Precondition {
        matches: states(headers, &header::IF_MATCH)?,
        matches_none: states(headers, &header::IF_NONE_MATCH)?,
    })
}

fn states(headers: &HeaderMap, name: &HeaderName) -> Result<Option<States>, ApiError> {
    let mut values = headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        return Ok(None);
    }
    let mut versions = Vec::new();
    for value in values {
        let text = value.to_str().map_err(|_| malformed(name))?;
        if text.trim() == "*" {
            return Ok(Some(States::Any));
        }
        for tag in tags(text).ok_or_else(|| malformed(name))? {
            let version = tag.split('-').next().unwrap_or_default();
            // A tag that names no version is not ours, and fits nothing.
            versions.extend(version.parse::<u64>());
        }
    }
    Ok(Some(States::Versions(versions)))
}

fn malformed(name: &HeaderName) -> ApiError {
    ApiError::BadRequest(format!(
        "`{name}` is neither `*` nor a list of tags in quotes; send an ETag as it came, or a data version like \"17\""
    ))
}

/// The tags of a list, without their quotes; `None` if it is none. Commas in quotes are theirs.
fn tags(mut text: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    loop {
        text = text.trim_start_matches([' ', '\t', ',']);
        if text.is_empty() {
            return Some(tags);
        }
        let quoted = text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?;
        let (tag, rest) = quoted.split_once('"')?;
        if !(rest.is_empty() || rest.starts_with([' ', '\t', ','])) {
            return None;
        }
        tags.push(tag);
        text = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(value: &str) -> Result<Option<States>, ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_MATCH, value.parse().unwrap());
        precondition(&headers).map(|demand| demand.matches)
    }

    #[test]
    fn tags_of_reads_and_writes_and_bare_versions_name_a_version() {
        for (value, versions) in [
            ("W/\"17-0123456789abcdef\"", vec![17]),
            ("W/\"17\"", vec![17]),
            ("\"17\"", vec![17]),
            ("\"3\", W/\"4-a\" ,\"5\"", vec![3, 4, 5]),
            ("\"another, one\", \"8\"", vec![8]),
            ("\"x\"", vec![]),
        ] {
            let found = matches(value).unwrap();
            assert_eq!(found, Some(States::Versions(versions)), "{value}");
        }
        assert_eq!(matches("*").unwrap(), Some(States::Any));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for value in ["17", "\"17", "\"17\"x", "*, \"1\"", "w/\"1\""] {
            assert!(matches(value).is_err(), "{value}");
        }
    }
}
