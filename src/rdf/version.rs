//! Versions of RDF and SPARQL, as the `version` parameter of a media type names them.
//!
//! RDF 1.2 adds triple terms and strings with a base direction; its profile `1.2-basic` leaves the
//! triple terms out.

use super::{Batch, KeyView, end_of_string};
use oxigraph::model::{Term, TermRef};
use std::fmt;

/// A version that a client can ask for or announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RdfVersion {
    /// `1.1`: no triple terms, no base directions.
    V11,
    /// `1.2-basic`: base directions, no triple terms.
    V12Basic,
    /// `1.2`: everything.
    V12,
}

/// What RDF 1.1 does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// A triple as a term, or as the subject of an annotation.
    TripleTerm,
    /// A string with a base direction.
    Direction,
}

impl fmt::Display for Beyond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TripleTerm => "a triple term",
            Self::Direction => "a string with a base direction",
        })
    }
}

/// Where a text says something that a version does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// What it says.
    pub what: Beyond,
    /// Line, counted from 1.
    pub line: u64,
    /// Column, counted from 1.
    pub column: u64,
}

impl RdfVersion {
    /// All versions, the oldest first.
    pub const ALL: [Self; 3] = [Self::V11, Self::V12Basic, Self::V12];

    /// The version of a name, with or without quotes.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim().trim_matches('"');
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::V11 => "1.1",
            Self::V12Basic => "1.2-basic",
            Self::V12 => "1.2",
        }
    }

    /// The names of all versions, for messages.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    fn has(self, what: Beyond) -> bool {
        match what {
            Beyond::TripleTerm => self >= Self::V12,
            Beyond::Direction => self >= Self::V12Basic,
        }
    }

    /// What of a term this version cannot state.
    pub fn beyond(self, term: TermRef<'_>) -> Option<Beyond> {
        let what = match term {
            TermRef::Triple(_) => Beyond::TripleTerm,
            TermRef::Literal(literal) if literal.direction().is_some() => Beyond::Direction,
            _ => return None,
        };
        (!self.has(what)).then_some(what)
    }

    /// The same for an owned term.
    pub fn beyond_term(self, term: &Term) -> Option<Beyond> {
        self.beyond(term.as_ref())
    }

    /// What of a batch this version cannot state. One pass over its terms.
    pub fn beyond_batch(self, batch: &Batch) -> Option<Beyond> {
        if self == Self::V12 {
            return None;
        }
        batch.terms().iter().find_map(|key| {
            let what = match KeyView::parse(key).ok()? {
                KeyView::Triple(_) => Beyond::TripleTerm,
                KeyView::DirLangString(..) => Beyond::Direction,
                _ => return None,
            };
            (!self.has(what)).then_some(what)
        })
    }

    /// The first place of a text in SPARQL, Turtle or a relative of it that this version does not
    /// have. Strings, comments and IRIs are skipped; the text need not be valid. One pass.
    pub fn beyond_text(self, text: &str) -> Option<Place> {
        if self == Self::V12 {
            return None;
        }
        let (at, what) = self.find(text.as_bytes())?;
        let before = text.get(..at).unwrap_or_default();
        Some(Place {
            what,
            line: before.matches('\n').count() as u64 + 1,
            column: before.chars().rev().take_while(|c| *c != '\n').count() as u64 + 1,
        })
    }

    fn find(self, bytes: &[u8]) -> Option<(usize, Beyond)> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let rest = &bytes[at..];
            let length = |end: fn(&u8) -> bool| rest.iter().position(end).unwrap_or(rest.len());
            let (step, what) = match byte {
                b'#' => (length(|byte| matches!(byte, b'\n' | b'\r')), None),
                b'"' | b'\'' => {
                    let step = end_of_string(bytes, at) - at;
                    let tag = rest.get(step..).unwrap_or_default();
                    let tag_length = tag
                        .iter()
                        .position(|byte| !(byte.is_ascii_alphanumeric() || b"@-".contains(byte)))
                        .unwrap_or(tag.len());
                    let tag = &tag[..tag_length];
                    let directed =
                        tag.first() == Some(&b'@') && tag.windows(2).any(|pair| pair == b"--");
                    (step + tag_length, directed.then_some(Beyond::Direction))
                }
                b'<' if rest.starts_with(b"<<") => (2, Some(Beyond::TripleTerm)),
                b'<' => {
                    // An IRI has no white space before its end; else this is a comparison.
                    let end = rest
                        .iter()
                        .skip(1)
                        .position(|byte| *byte <= b' ' || b"<>\"{}|^`".contains(byte));
                    match end {
                        Some(end) if rest.get(end + 1) == Some(&b'>') => (end + 2, None),
                        _ => (1, None),
                    }
                }
                b'{' if rest.starts_with(b"{|") => (2, Some(Beyond::TripleTerm)),
                b'~' => (1, Some(Beyond::TripleTerm)),
                // An escaped character of a local name.
                b'\\' => (2, None),
                byte if byte.is_ascii_alphabetic() => {
                    let step = length(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
                    let is_name = at
                        .checked_sub(1)
                        .and_then(|before| bytes.get(before))
                        .is_some_and(|before| {
                            before.is_ascii_alphanumeric() || b":?$@_-.%\\".contains(before)
                        });
                    let is_call =
                        rest[step..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'(');
                    let what = (is_call && !is_name)
                        .then(|| function(&rest[..step]))
                        .flatten();
                    (step, what)
                }
                _ => (1, None),
            };
            if let Some(what) = what
                && !self.has(what)
            {
                return Some((at, what));
            }
            at += step.max(1);
        }
        None
    }
}

/// What a function of SPARQL 1.2 is about.
fn function(name: &[u8]) -> Option<Beyond> {
    let is = |known: &&str| name.eq_ignore_ascii_case(known.as_bytes());
    if ["TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ISTRIPLE"]
        .iter()
        .any(is)
    {
        Some(Beyond::TripleTerm)
    } else if ["LANGDIR", "HASLANG", "HASLANGDIR", "STRLANGDIR"]
        .iter()
        .any(is)
    {
        Some(Beyond::Direction)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(version: &str, text: &str, expected: Option<(Beyond, u64, u64)>) {
        let found = RdfVersion::parse(version).unwrap().beyond_text(text);
        let found = found.map(|place| (place.what, place.line, place.column));
        assert_eq!(found, expected, "{version}: {text}");
    }

    #[test]
    fn what_is_new_in_a_text_is_found_with_its_place() {
        let triple = |line, column| Some((Beyond::TripleTerm, line, column));
        check("1.1", "ASK {\n ?s ?p <<( ?a ?b ?c )>> }", triple(2, 8));
        check("1.1", "ASK { ?s ?p ?o {| ?q 1 |} }", triple(1, 16));
        check("1.1", "ASK { ?s ?p ?o ~ ?r }", triple(1, 16));
        check("1.1", "ASK { FILTER(isTRIPLE (?s)) }", triple(1, 14));
        check("1.2-basic", "<a> <b> <<( <c> <d> <e> )>> .", triple(1, 9));
        check(
            "1.1",
            "<a> <b> 'é'@ar--rtl .",
            Some((Beyond::Direction, 1, 9)),
        );
        check("1.2-basic", "<a> <b> 'x'@ar--rtl .", None);
        check("1.2", "<a> <b> <<( <c> <d> <e> )>> .", None);
    }

    #[test]
    fn what_only_looks_new_is_passed_over() {
        for text in [
            "ASK { ?s <http://a/~b> '<<', \"\"\"{| ~\"\"\" } # << ~",
            "ASK { ?s ex:subject (1 2) ; ?object 'a'@en-GB FILTER(?a < ?b) }",
            "ASK { ?s ex:a\\~b ?o FILTER(?a<?b && ?c>?d) }",
            "SELECT (SUM(?object) AS ?predicate) {}",
        ] {
            check("1.1", text, None);
        }
    }

    #[test]
    fn versions_are_known_by_their_names() {
        assert_eq!(RdfVersion::parse("\"1.2\""), Some(RdfVersion::V12));
        assert_eq!(RdfVersion::parse("1.2-basic"), Some(RdfVersion::V12Basic));
        assert_eq!(RdfVersion::parse("1.3"), None);
        assert_eq!(RdfVersion::names(), "1.1, 1.2-basic, 1.2");
    }
}
