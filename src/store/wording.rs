//! The text of a query before it goes to the parser: where the engine's parser departs from the
//! grammar, the text is put right or refused.
//!
//! It works on tokens, so that strings, IRIs and comments are left alone. [`prepared`] keeps the
//! length of what it changes, so that the places of errors stay; [`with_reuse`] is for a second
//! try, and if that fails too, the error of the first one counts.

use super::error::SyntaxError;
use crate::rdf::end_of_string;
use std::borrow::Cow;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    String,
    Iri,
    Variable,
    /// A keyword, a number, a prefixed name, a label of a blank node, a language tag.
    Word,
    Symbol,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

/// The tokens of a text, without white space and comments, by the rule of the longest token.
struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn tokens(text: &str) -> Tokens<'_> {
    Tokens {
        bytes: text.as_bytes(),
        at: 0,
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            match self.bytes.get(self.at)? {
                b'#' => {
                    self.at += length(&self.bytes[self.at..], |byte| {
                        !matches!(byte, b'\n' | b'\r')
                    })
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                _ => break,
            }
        }
        let start = self.at;
        let rest = &self.bytes[start..];
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        let (kind, length) = match rest {
            [b'"' | b'\'', ..] => (Kind::String, end_of_string(self.bytes, start) - start),
            [b'<', b'<', ..] => (Kind::Symbol, 2),
            [b'<', inside @ ..] => {
                let length = length(inside, |byte| {
                    byte > b' '
                        && !matches!(
                            byte,
                            b'<' | b'>' | b'"' | b'{' | b'}' | b'|' | b'^' | b'`' | b'\\'
                        )
                });
                match inside.get(length) {
                    Some(b'>') => (Kind::Iri, length + 2),
                    _ => (Kind::Symbol, 1),
                }
            }
            [b'?' | b'$', name @ ..] => match length(name, is_name) {
                0 => (Kind::Symbol, 1),
                length => (Kind::Variable, length + 1),
            },
            [first, ..]
                if is_name(*first) || matches!(first, b':' | b'@' | b'\\' | b'%' | b'.') =>
            {
                let mut length = 0;
                while let Some(&byte) = rest.get(length) {
                    match byte {
                        b'\\' => length += 2,
                        byte if is_name(byte)
                            || matches!(byte, b'-' | b'.' | b':' | b'%' | b'@') =>
                        {
                            length += 1;
                        }
                        _ => break,
                    }
                }
                (Kind::Word, length.min(rest.len()))
            }
            _ => (Kind::Symbol, 1),
        };
        self.at = start + length;
        Some(Token {
            kind,
            start,
            end: self.at,
        })
    }
}

fn length(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    bytes
        .iter()
        .position(|byte| !is_part(*byte))
        .unwrap_or(bytes.len())
}

/// An error at a byte of the text.
pub(super) fn error(text: &str, at: usize, message: String, hint: Option<String>) -> SyntaxError {
    let before = text.get(..at).unwrap_or_default();
    SyntaxError {
        message,
        line: Some(before.matches('\n').count() as u64 + 1),
        column: Some(before.chars().rev().take_while(|c| *c != '\n').count() as u64 + 1),
        hint,
    }
}

/// Whether nothing is said but in comments.
pub(super) fn is_blank(text: &str) -> bool {
    tokens(text).next().is_none()
}

/// The token that begins at a byte, or goes on there.
pub(super) fn token_at(text: &str, at: usize) -> Option<&str> {
    let token = tokens(text).find(|token| token.end > at)?;
    text.get(token.start.max(at)..token.end)
}

/// Where the token ends that begins at a byte, or goes on there.
pub(super) fn end_of_token(text: &str, at: usize) -> Option<usize> {
    tokens(text).map(|token| token.end).find(|end| *end > at)
}

/// Where the first token begins that is not before a byte; the end of the text, if there is none.
pub(super) fn start_of_token(text: &str, at: usize) -> usize {
    let mut starts = tokens(text).map(|token| token.start);
    starts.find(|start| *start >= at).unwrap_or(text.len())
}

/// The last token that begins before a byte, and where.
pub(super) fn word_before(text: &str, at: usize) -> Option<(usize, &str)> {
    let before = tokens(text).take_while(|token| token.start < at);
    let last = before.filter(|token| token.kind == Kind::Word).last()?;
    Some((last.start, text.get(last.start..last.end)?))
}

/// The innermost bracket that is not closed.
pub(super) fn unclosed(text: &str) -> Option<char> {
    let mut open = Vec::new();
    for token in tokens(text).filter(|token| token.kind == Kind::Symbol) {
        match text.get(token.start..token.end) {
            Some(bracket @ ("{" | "(" | "[")) => open.extend(bracket.chars()),
            Some("}" | ")" | "]") => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// The text for the parser: `TRUE` and `False` in small letters, which is how it reads them.
///
/// Borrowed if there is nothing to change. Complexity: one pass.
pub(super) fn prepared(text: &str) -> Cow<'_, str> {
    let mut prepared: Option<String> = None;
    for token in tokens(text) {
        let Some(word) = text.get(token.start..token.end) else {
            continue;
        };
        let truth = ["true", "false"].into_iter().find(|truth| {
            token.kind == Kind::Word && word.trim_end_matches('.').eq_ignore_ascii_case(truth)
        });
        if let Some(truth) = truth
            && !word.starts_with(truth)
        {
            prepared
                .get_or_insert_with(|| text.to_owned())
                .replace_range(token.start..token.start + truth.len(), truth);
        }
    }
    prepared.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Refuses what the grammar reads as one IRI and the parser as operators: `?x<?a&&?b>?y`.
///
/// `parsed` writes out what the parser made of the text; it is asked for only if there is such
/// a place.
///
/// # Errors
/// [`SyntaxError`] at the first one.
pub(super) fn check_iris(text: &str, parsed: impl Fn() -> String) -> Result<(), SyntaxError> {
    let mut written = None;
    for token in tokens(text).filter(|token| token.kind == Kind::Iri) {
        let Some(iri) = text.get(token.start + 1..token.end - 1) else {
            continue;
        };
        // What is left over is an IRI relative to the base that begins as an expression does.
        if !iri.starts_with(|c: char| "?$(+-.!".contains(c) || c.is_ascii_digit())
            || !(iri.contains("&&") || iri.contains(','))
        {
            continue;
        }
        let written = written.get_or_insert_with(&parsed);
        if !written.contains(&format!("{iri}>")) {
            return Err(error(
                text,
                token.start,
                format!("`<{iri}>` is one IRI by the grammar of SPARQL, and cannot stand here"),
                Some("if it is a comparison, put a space after `<`".to_owned()),
            ));
        }
    }
    Ok(())
}

/// Whether a text calls the function `TRIPLE`, which has no syntax to keep to.
pub(super) fn calls_triple(text: &str) -> bool {
    tokens(text).any(|token| {
        token.kind == Kind::Word
            && text
                .get(token.start..token.end)
                .is_some_and(|word| word.eq_ignore_ascii_case("TRIPLE"))
    })
}

/// The text with each use of a variable that the same `SELECT` has computed before put into
/// `COALESCE`, which changes nothing but that the parser accepts it in a query that aggregates:
/// `SELECT (COUNT(*) AS ?n) (?n + 1 AS ?more)`. `None` if there is no such use.
pub(super) fn with_reuse(text: &str) -> Option<String> {
    let mut changed = String::new();
    let mut copied = 0;
    // Depth of parentheses in a SELECT clause, and of braces in it (those of EXISTS).
    let mut clause: Option<(usize, usize)> = None;
    let mut computed: BTreeSet<&str> = BTreeSet::new();
    let (mut before, mut last) = ("", "");
    for token in tokens(text) {
        let word = text.get(token.start..token.end)?;
        if let Some((depth, braces)) = &mut clause {
            match word {
                "(" => *depth += 1,
                ")" => *depth = depth.saturating_sub(1),
                "{" if *depth > 0 => *braces += 1,
                "}" if *depth > 0 => *braces = braces.saturating_sub(1),
                "{" => clause = None,
                _ if token.kind == Kind::Variable && *depth > 0 && *braces == 0 => {
                    if *depth == 1 && last.eq_ignore_ascii_case("AS") {
                        computed.insert(word.get(1..)?);
                    } else if computed.contains(word.get(1..)?)
                        && !(last == "(" && before.eq_ignore_ascii_case("BOUND"))
                    {
                        changed.push_str(text.get(copied..token.start)?);
                        changed.push_str("COALESCE(");
                        changed.push_str(word);
                        changed.push(')');
                        copied = token.end;
                    }
                }
                _ if *depth == 0
                    && ["WHERE", "FROM"]
                        .iter()
                        .any(|keyword| word.eq_ignore_ascii_case(keyword)) =>
                {
                    clause = None;
                }
                _ => {}
            }
        } else if token.kind == Kind::Word && word.eq_ignore_ascii_case("SELECT") {
            clause = Some((0, 0));
            computed.clear();
        }
        (before, last) = (last, word);
    }
    (copied > 0).then(|| {
        changed.push_str(text.get(copied..).unwrap_or_default());
        changed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_become_small_and_nothing_else_does() {
        let changed = prepared("SELECT (TRUE AS ?t) { FILTER(!False) } # TRUE");
        assert_eq!(changed, "SELECT (true AS ?t) { FILTER(!false) } # TRUE");
        for text in [
            "PREFIX True: <http://TRUE/> ASK { True:a :False ?TRUE, 'TRUE'@TRUE, <TRUE>, _:True }",
            "ASK { ex:a.True ex:a-True \"\"\" \" TRUE \"\"\", true, true. }",
            "SELECT ?untrue ?trueish { ?untrue ?TRUEISH é:TRUE, éTRUE }",
        ] {
            assert!(matches!(prepared(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn an_expression_that_reads_as_an_iri_is_refused() {
        let error = check_iris("FILTER(?x<?a&&?b>?y)", String::new).unwrap_err();
        assert_eq!(error.column, Some(10));
        let parsed = || "?s <http://base/?a&&?b> ?o".to_owned();
        check_iris("?s <?a&&?b> ?o", parsed).unwrap();
        check_iris("FILTER(?x <?a && ?b> ?y)", String::new).unwrap();
        check_iris("?s <http://a/?x=1&&y=2,3> ?o", || unreachable!()).unwrap();
    }

    #[test]
    fn a_computed_variable_can_be_used_again_in_the_same_select() {
        assert_eq!(
            with_reuse("SELECT (COUNT(?v) AS ?n) (?n + 1 AS ?m) { ?n ?v ?m }").unwrap(),
            "SELECT (COUNT(?v) AS ?n) (COALESCE(?n) + 1 AS ?m) { ?n ?v ?m }"
        );
        for text in [
            "SELECT (COUNT(?v) AS ?n) (BOUND(?n) AS ?m) WHERE { ?n ?v ?m }",
            "SELECT (COUNT(?v) AS ?n) (EXISTS { ?n ?a ?b } AS ?m) { ?v ?a ?b }",
            "SELECT (COUNT(?v) AS ?n) { { SELECT (?n AS ?m) { ?n ?v ?m } } }",
            "SELECT ?n { ?n ?v ?m FILTER(?n > 1) }",
        ] {
            assert_eq!(with_reuse(text), None, "{text}");
        }
    }
}
