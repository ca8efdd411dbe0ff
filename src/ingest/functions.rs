//! The helper functions of mappings: `PREFIX fn: <https://w3id.org/weft/fn#>`.
//!
//! | function | gives |
//! |---|---|
//! | `fn:iri(kind, local, …)` | the IRI `{base}id/{kind}/{local}`; several locals are joined by `-`, each [slugged](slug) unless it is safe already |
//! | `fn:code(scheme, text)` | the concept with that notation or label of a code list, or of the first of several that has it |
//! | `fn:number(text [, language])` | an `xsd:decimal`; understands `1.234,56`, `1,234.56`, currency signs |
//! | `fn:integer(text [, language])` | an `xsd:integer` |
//! | `fn:date(text [, format])` | an `xsd:date`, `xsd:gYearMonth`, `xsd:gYear` or `xsd:dateTime`, by what the text says |
//! | `fn:slug(text)` | lower-case ASCII letters and digits joined by `-` |
//! | `fn:text(text)` | the text tidied: trimmed, white space collapsed, mojibake undone |
//! | `fn:key(text)` | upper case, white space collapsed: for joining by name |
//! | `fn:url(text)` | an IRI; `http://` is added where the scheme is missing |
//! | `fn:graph(name)` | the IRI of a graph |
//! | `fn:dataset()` | the IRI of the data set that is imported |
//!
//! An argument that is unbound makes the result unbound, silently: that is an empty cell. A value
//! that a function cannot use makes it unbound too, and is reported.

use crate::ontology::{CodeLists, UnknownCode, iri, nearest};
use oxigraph::model::vocab::xsd;
use oxigraph::model::{Literal, NamedNode, NamedNodeRef, Term};
use std::borrow::Cow;

/// A function: its local name, how many arguments it takes, and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionSpec {
    /// The name after `fn:`.
    pub name: &'static str,
    /// The fewest arguments.
    pub min: usize,
    /// The most arguments.
    pub max: usize,
    /// What it gives, in one line.
    pub summary: &'static str,
}

/// All functions.
pub const FUNCTIONS: &[FunctionSpec] = &[
    spec(
        "iri",
        2,
        8,
        "the IRI of a resource: kind, then what identifies it",
    ),
    spec(
        "code",
        2,
        2,
        "the concept of a code list: scheme, then notation or label",
    ),
    spec(
        "number",
        1,
        2,
        "a decimal number; the language says how it is written (\"es\", \"en\", …)",
    ),
    spec("integer", 1, 2, "a whole number"),
    spec(
        "date",
        1,
        2,
        "a date, month, year or moment; the format says the order (\"DD/MM/YYYY\")",
    ),
    spec("slug", 1, 1, "lower-case letters and digits joined by `-`"),
    spec(
        "text",
        1,
        1,
        "the text tidied: white space, control characters, mojibake",
    ),
    spec(
        "key",
        1,
        1,
        "upper case with white space collapsed, for joining by name",
    ),
    spec("url", 1, 1, "the IRI of a web page"),
    spec("graph", 1, 1, "the IRI of a graph"),
    spec("dataset", 0, 0, "the IRI of the data set that is imported"),
];

const fn spec(name: &'static str, min: usize, max: usize, summary: &'static str) -> FunctionSpec {
    FunctionSpec {
        name,
        min,
        max,
        summary,
    }
}

/// What the functions know about the import they are called in.
#[derive(Debug, Clone)]
pub struct Context {
    /// What resource IRIs begin with, before `id/`.
    pub base: String,
    /// The IRI of the data set.
    pub dataset: NamedNode,
    /// The code lists.
    pub codes: CodeLists,
}

/// A value that a function cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The value.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

fn fail<T>(
    value: &str,
    reason: impl Into<String>,
    remedy: impl Into<String>,
) -> Result<T, Failure> {
    Err(Failure {
        value: value.to_owned(),
        reason: reason.into(),
        remedy: remedy.into(),
    })
}

/// Calls the function `fn:{name}`.
///
/// # Errors
/// [`Failure`] if an argument cannot be used.
pub fn call(name: &str, context: &Context, arguments: &[Term]) -> Result<Term, Failure> {
    let argument = |position: usize| arguments.get(position).map(plain);
    let first = argument(0).unwrap_or_default();
    let second = argument(1);
    let second = second.as_deref();
    match name {
        "iri" => resource_iri(context, &first, arguments),
        "code" => code(&context.codes, &first, second.unwrap_or_default()).map(Term::from),
        "number" => number(&first, second).map(|text| typed(text, xsd::DECIMAL)),
        "integer" => integer(&first, second).map(|text| typed(text, xsd::INTEGER)),
        "date" => date(&first, second).map(|(text, datatype)| typed(text, datatype)),
        "slug" => Ok(Literal::from(slug_or_failure(&first)?).into()),
        "text" => Ok(like(arguments, tidy(&first))),
        "key" => Ok(Literal::from(key(&first)).into()),
        "url" => url(&first).map(Term::from),
        "graph" => graph_iri(&first).map(Term::from),
        "dataset" => Ok(context.dataset.clone().into()),
        _ => fail(&first, format!("there is no function fn:{name}"), ""),
    }
}

/// The text of a term.
fn plain(term: &Term) -> Cow<'_, str> {
    match term {
        Term::NamedNode(node) => node.as_str().into(),
        Term::Literal(literal) => literal.value().into(),
        other => other.to_string().into(),
    }
}

fn typed(text: String, datatype: NamedNodeRef<'_>) -> Term {
    Literal::new_typed_literal(text, datatype).into()
}

/// A text with the language of the first argument, if it has one.
fn like(arguments: &[Term], text: String) -> Term {
    match arguments.first() {
        Some(Term::Literal(literal)) => match literal.language() {
            Some(language) => Literal::new_language_tagged_literal_unchecked(text, language).into(),
            None => Literal::from(text).into(),
        },
        _ => Literal::from(text).into(),
    }
}

/// Whether every character may stand in the last part of an IRI as it is.
fn is_safe(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('.')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

fn resource_iri(context: &Context, kind: &str, arguments: &[Term]) -> Result<Term, Failure> {
    if !is_safe(kind) {
        return fail(
            kind,
            "is not a kind of resource",
            "the first argument of fn:iri is a word such as \"actor\"",
        );
    }
    let mut iri = format!("{}id/{kind}/", context.base);
    for (position, local) in arguments.iter().skip(1).enumerate() {
        let local = plain(local);
        let local = local.trim();
        if position > 0 {
            iri.push('-');
        }
        if is_safe(local) {
            iri.push_str(local);
        } else {
            iri.push_str(&slug_or_failure(local)?);
        }
    }
    Ok(NamedNode::new_unchecked(iri).into())
}

fn slug_or_failure(text: &str) -> Result<String, Failure> {
    let slug = slug(text);
    if slug.is_empty() {
        return fail(
            text,
            "has no letter or digit to make an identifier of",
            "give the row an identifier",
        );
    }
    Ok(slug)
}

/// A text as part of an IRI: lower case; Latin letters lose their accents (`ä` is `a`, `ß` is
/// `ss`, `ñ` is `n`); letters of other scripts are percent-encoded as UTF-8; everything else
/// separates, as one `-`. The same text always gives the same slug.
///
/// ```
/// # use weft::ingest::functions::slug;
/// assert_eq!(slug("Fundación «El Faro», Sevilla"), "fundacion-el-faro-sevilla");
/// assert_eq!(slug("Ωμέγα"), "%CF%89%CE%BC%CE%AD%CE%B3%CE%B1");
/// ```
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        let mut buffer = [0; 4];
        let letters: &str = if c.is_ascii_alphanumeric() {
            c.encode_utf8(&mut buffer)
        } else if let Some(letters) = latin(c) {
            letters
        } else if c.is_alphanumeric() {
            ""
        } else {
            // A combining accent belongs to the letter before it; an apostrophe joins.
            gap |= !matches!(c, '\u{300}'..='\u{36f}' | '\'' | '’' | '\u{ad}');
            continue;
        };
        if gap && !slug.is_empty() {
            slug.push('-');
        }
        gap = false;
        if letters.is_empty() {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                slug.push_str(&format!("%{byte:02X}"));
            }
        } else {
            slug.push_str(letters);
        }
    }
    slug
}

/// The ASCII letters for a lower-case Latin letter with an accent.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ª' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'º' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

fn code(codes: &CodeLists, schemes: &str, text: &str) -> Result<NamedNode, Failure> {
    let text = text.trim();
    let near =
        |near: Option<String>| near.map_or_else(String::new, |n| format!("; nearest: `{n}`"));
    let mut nearest = None;
    for scheme in schemes.split_whitespace() {
        match codes.lookup(scheme, text) {
            Ok(concept) => return Ok(concept.clone()),
            Err(UnknownCode::Scheme(nearest)) => {
                return fail(
                    scheme,
                    format!("is not the name of a code list{}", near(nearest)),
                    "the code lists are in ontology/codes",
                );
            }
            Err(UnknownCode::Concept(found)) => nearest = nearest.or(found),
            Err(UnknownCode::Ambiguous(notations)) => {
                return fail(
                    text,
                    format!(
                        "is the label of several concepts of `{scheme}`: {}",
                        notations.join(", ")
                    ),
                    "use the notation",
                );
            }
        }
    }
    let lists: Vec<&str> = schemes.split_whitespace().collect();
    let last = lists.last().unwrap_or(&"");
    fail(
        text,
        format!(
            "is not in the code list `{}`{}",
            lists.join("` or `"),
            near(nearest)
        ),
        format!("correct the value: {}{last} lists the codes", iri::CODE),
    )
}

/// Reads a number as people write it; gives the digits of an `xsd:decimal`.
///
/// White space and apostrophes group digits, currency signs and three-letter currency codes do
/// not count, a minus may be in front, behind, or brackets. With a language the decimal sign is
/// known: a point for `en`, a comma for `es` and most others. Without one, the last of two
/// different signs is the decimal sign and a repeated sign groups; a lone comma before exactly
/// three digits could be either and is a [`Failure`], a lone point is a decimal point.
///
/// # Errors
/// If the text is no number, or two.
pub fn number(text: &str, language: Option<&str>) -> Result<String, Failure> {
    let bad = |reason: &str| fail(text, reason, "correct the value");
    let mut body: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '€' | '$' | '£' | '¥'))
        .map(|c| if c == '−' || c == '–' { '-' } else { c })
        .collect();
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    if body.get(..3).is_some_and(is_code) {
        body.drain(..3);
    } else if let Some(start) = body.len().checked_sub(3)
        && body.get(start..).is_some_and(is_code)
    {
        body.truncate(start);
    }
    let mut negative = false;
    if let Some(inner) = body.strip_prefix('(').and_then(|b| b.strip_suffix(')')) {
        negative = true;
        body = inner.to_owned();
    } else if let Some(rest) = body.strip_prefix('-').or_else(|| body.strip_suffix('-')) {
        negative = true;
        body = rest.to_owned();
    } else if let Some(rest) = body.strip_prefix('+') {
        body = rest.to_owned();
    }
    if let Some((_, exponent)) = body.split_once(['e', 'E']) {
        let sized = exponent.parse::<i32>().is_ok_and(|e| e.abs() <= 30);
        return match body.parse::<f64>() {
            Ok(value) if sized && value.is_finite() => Ok(decimal(negative, &format!("{value}"))),
            _ => bad("is not a number"),
        };
    }
    if body.is_empty()
        || !body
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
    {
        return bad("is not a number");
    }
    let count = |sign: char| body.matches(sign).count();
    let (points, commas) = (count('.'), count(','));
    let decimal_sign = match language {
        Some(language) => {
            let point = matches!(
                language.get(..2),
                Some("en" | "ja" | "zh" | "ko" | "he" | "th")
            ) || language == "ga";
            // One point that cannot part thousands is a machine's decimal point, whatever the
            // language of the people around it.
            let by_machine = !point
                && points == 1
                && commas == 0
                && body
                    .split_once('.')
                    .is_some_and(|(_, rest)| rest.len() != 3);
            Some(if point || by_machine { '.' } else { ',' })
        }
        None if points > 0 && commas > 0 => body.chars().rev().find(|c| !c.is_ascii_digit()),
        None if points > 1 || commas > 1 => None,
        None if points == 1 => Some('.'),
        None if commas == 1 => {
            let (whole, rest) = body.split_once(',').unwrap_or_default();
            if rest.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
                return fail(
                    text,
                    "could be thousands or a fraction",
                    "say how numbers are written: fn:number(?x, \"en\") or fn:number(?x, \"es\")",
                );
            }
            Some(',')
        }
        None => None,
    };
    let (whole, fraction) = match decimal_sign.and_then(|sign| body.rsplit_once(sign)) {
        Some(parts) => parts,
        None => (body.as_str(), ""),
    };
    let mut groups = whole.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 {
            return bad("has groups of digits that are not thousands");
        }
    }
    let leads_well = !grouped || (1..=3).contains(&first.len());
    if !leads_well || fraction.contains(['.', ',']) || whole.is_empty() && fraction.is_empty() {
        return bad("is not a number");
    }
    let mut digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    digits.push('.');
    digits.push_str(fraction);
    Ok(decimal(negative, &digits))
}

/// `-007.50` as `-7.5`.
fn decimal(negative: bool, digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let mut out = String::new();
    if negative && !(whole.is_empty() && fraction.is_empty()) {
        out.push('-');
    }
    out.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn integer(text: &str, language: Option<&str>) -> Result<String, Failure> {
    let number = number(text, language)?;
    if number.contains('.') {
        return fail(
            text,
            "is not a whole number",
            "correct the value, or use fn:number",
        );
    }
    Ok(number)
}

/// Reads a date, month, year or moment; gives its lexical form and datatype.
///
/// Without a format: ISO 8601 (`2015`, `2015-06`, `2015-06-10`, `2015-06-10T12:00:00Z`, with a
/// space for the `T`), `2015/06/10`, `20150610`, `10.06.2015` (points are written day first
/// everywhere) and months by name in English or Spanish (`10 June 2015`, `junio de 2015`). Other
/// orders need a format of `YYYY`, `MM`, `DD` and the signs between them: `DD/MM/YYYY`. A time of
/// day behind what the format says is left out.
///
/// # Errors
/// If the text is no date, or the day does not exist.
pub fn date(text: &str, format: Option<&str>) -> Result<(String, NamedNodeRef<'static>), Failure> {
    let trimmed = text.trim();
    if let Some(format) = format {
        return by_format(trimmed, format)
            .and_then(|(year, month, day)| calendar(year, month, day))
            .map_or_else(
                || {
                    fail(
                        text,
                        format!("is not a date of the form {format}"),
                        "correct the value or the format",
                    )
                },
                Ok,
            );
    }
    if let Some(found) = iso(trimmed).or_else(|| by_name(trimmed)) {
        return Ok(found);
    }
    let slashed = trimmed.split('/').count() == 3;
    fail(
        text,
        if slashed {
            "is a date of which day and month could be swapped, or no date"
        } else {
            "is not a date"
        },
        "correct the value, or say the order: fn:date(?x, \"DD/MM/YYYY\")",
    )
}

type Calendar = Option<(String, NamedNodeRef<'static>)>;

/// Year, month and day in their lexical form, if there is such a day.
fn calendar(year: u32, month: Option<u32>, day: Option<u32>) -> Calendar {
    if !(1..=9999).contains(&year) {
        return None;
    }
    let Some(month) = month else {
        return day.is_none().then(|| (format!("{year:04}"), xsd::G_YEAR));
    };
    if !(1..=12).contains(&month) {
        return None;
    }
    let Some(day) = day else {
        return Some((format!("{year:04}-{month:02}"), xsd::G_YEAR_MONTH));
    };
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    (1..=days)
        .contains(&day)
        .then(|| (format!("{year:04}-{month:02}-{day:02}"), xsd::DATE))
}

/// A number of exactly so many digits.
fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let good = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    good.then(|| text.parse().ok()).flatten()
}

fn iso(text: &str) -> Calendar {
    if let Some((day, time)) = text.split_once(['T', ' '])
        && let Some((lexical, datatype)) = iso(day)
        && datatype == xsd::DATE
        && let Some(time) = clock(time.trim())
    {
        return Some((format!("{lexical}T{time}"), xsd::DATE_TIME));
    }
    if text.len() == 8
        && let (Some(y), Some(m), Some(d)) = (
            text.get(..4).and_then(|t| digits(t, 4..=4)),
            text.get(4..6).and_then(|t| digits(t, 2..=2)),
            text.get(6..).and_then(|t| digits(t, 2..=2)),
        )
    {
        return calendar(y, Some(m), Some(d));
    }
    for sign in ['-', '/'] {
        let parts: Vec<_> = text.split(sign).collect();
        let (year, rest) = parts.split_first()?;
        let Some(year) = digits(year, 4..=4) else {
            continue;
        };
        match rest {
            [] if sign == '-' && text.len() == 4 => return calendar(year, None, None),
            [month] => return calendar(year, Some(digits(month, 1..=2)?), None),
            [month, day] => {
                let (month, day) = (digits(month, 1..=2)?, digits(day, 1..=2)?);
                return calendar(year, Some(month), Some(day));
            }
            _ => {}
        }
    }
    by_points(text)
}

fn by_points(text: &str) -> Calendar {
    let parts: Vec<_> = text.split('.').collect();
    let [d, m, y] = parts.as_slice() else {
        return None;
    };
    let (d, m) = (digits(d, 1..=2)?, digits(m, 1..=2)?);
    calendar(digits(y, 4..=4)?, Some(m), Some(d))
}

/// `9:30` as `09:30:00`, with fraction and zone kept.
fn clock(text: &str) -> Option<String> {
    let zone = text
        .find(['Z', 'z', '+', '-'])
        .map_or("", |at| text.get(at..).unwrap_or_default());
    let body = text.strip_suffix(zone)?.trim();
    let parts: Vec<_> = body.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [h, m] => (h, m, "00"),
        [h, m, s] => (h, m, *s),
        _ => return None,
    };
    let (whole, fraction) = second.split_once('.').unwrap_or((second, ""));
    let (hour, minute) = (digits(hour, 1..=2)?, digits(minute, 2..=2)?);
    let second = digits(whole, 2..=2)?;
    let exact = fraction.bytes().all(|b| b.is_ascii_digit());
    if hour > 23 || minute > 59 || second > 59 || !exact {
        return None;
    }
    let zone = match zone {
        "z" => "Z".to_owned(),
        "" | "Z" => zone.to_owned(),
        zone => {
            let bare: String = zone.chars().filter(|c| *c != ':').collect();
            let (h, m) = (bare.get(1..3)?, bare.get(3..5).unwrap_or("00"));
            if bare.len() > 5 || digits(h, 2..=2)? > 14 || digits(m, 2..=2)? > 59 {
                return None;
            }
            format!("{}{h}:{m}", bare.get(..1)?)
        }
    };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!(
        "{hour:02}:{minute:02}:{second:02}{point}{fraction}{zone}"
    ))
}

const MONTHS: [[&str; 2]; 12] = [
    ["january", "enero"],
    ["february", "febrero"],
    ["march", "marzo"],
    ["april", "abril"],
    ["may", "mayo"],
    ["june", "junio"],
    ["july", "julio"],
    ["august", "agosto"],
    ["september", "septiembre"],
    ["october", "octubre"],
    ["november", "noviembre"],
    ["december", "diciembre"],
];

fn by_name(text: &str) -> Calendar {
    let lower = text.to_lowercase();
    let separators = |c: char| c.is_whitespace() || matches!(c, ',' | '.' | '-' | '/');
    let words: Vec<_> = lower
        .split(separators)
        .filter(|word| !word.is_empty() && !matches!(*word, "de" | "del" | "of"))
        .collect();
    let (mut year, mut month, mut day) = (None, None, None);
    for word in &words {
        let bare = word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h', 'º']);
        if let Some(number) = digits(word, 4..=4) {
            year = year.xor(Some(number));
        } else if let Some(number) = digits(bare, 1..=2) {
            day = day.xor(Some(number));
        } else {
            let named = |names: &[&str; 2]| {
                let short = |name: &str| word.len() >= 3 && name.get(..3) == word.get(..3);
                names
                    .iter()
                    .any(|n| n == word || short(n) && n.starts_with(word) && word.len() <= 4)
                    || *word == "setiembre" && names[0] == "september"
            };
            let found = MONTHS.iter().position(named)?;
            month = month.xor(Some(found as u32 + 1));
        }
    }
    let expected = if day.is_some() { 3 } else { 2 };
    (words.len() == expected && month.is_some()).then_some(())?;
    calendar(year?, month, day)
}

fn by_format(text: &str, format: &str) -> Option<(u32, Option<u32>, Option<u32>)> {
    let (mut year, mut month, mut day) = (None, None, None);
    let mut rest = text;
    let mut pattern = format;
    while let Some(sign) = pattern.chars().next() {
        let run = pattern.len() - pattern.trim_start_matches(sign).len();
        if matches!(sign, 'Y' | 'M' | 'D') {
            let end = rest.bytes().take_while(u8::is_ascii_digit).count();
            // Next to another number (`YYYYMMDD`) exactly as many digits as the format has.
            let follows = pattern.get(run..).and_then(|p| p.chars().next());
            let glued = matches!(follows, Some('Y' | 'M' | 'D'));
            let end = if glued { end.min(run) } else { end };
            let lengths = if sign == 'Y' || glued {
                run..=run
            } else {
                1..=2
            };
            let number = digits(rest.get(..end)?, lengths)?;
            rest = rest.get(end..)?;
            match sign {
                'Y' if run == 2 => year = Some(number + if number < 70 { 2000 } else { 1900 }),
                'Y' => year = Some(number),
                'M' => month = Some(number),
                _ => day = Some(number),
            }
            pattern = pattern.get(run..)?;
        } else {
            rest = rest.strip_prefix(sign)?;
            pattern = pattern.get(sign.len_utf8()..)?;
        }
    }
    let time = rest.trim_start_matches(['T', ' ']);
    let only_time = rest.is_empty() || time.len() < rest.len() && clock(time).is_some();
    only_time.then_some((year?, month, day))
}

/// Upper case, white space collapsed.
fn key(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(str::to_uppercase).collect();
    words.join(" ")
}

/// Tidies a text: undoes mojibake, writes `\n` and `\t` (two characters) as a line break and a
/// blank, drops control characters, collapses white space, keeps line breaks (two at most).
pub fn tidy(text: &str) -> String {
    let mended = mend(text);
    let mended = if mended.contains('\\') {
        Cow::Owned(
            mended
                .replace("\\r", "")
                .replace("\\n", "\n")
                .replace("\\t", " "),
        )
    } else {
        mended
    };
    let mut out = String::with_capacity(mended.len());
    let (mut breaks, mut blank) = (0, false);
    for c in mended.chars() {
        if c == '\n' || c == '\u{2028}' || c == '\u{2029}' {
            breaks += 1;
        } else if c.is_whitespace() {
            blank = true;
        } else if c.is_control() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{fffe}' | '\u{ad}') {
        } else {
            if !out.is_empty() {
                match breaks {
                    0 if blank => out.push(' '),
                    0 => {}
                    1 => out.push('\n'),
                    _ => out.push_str("\n\n"),
                }
            }
            (breaks, blank) = (0, false);
            out.push(c);
        }
    }
    out
}

/// Undoes UTF-8 that was read as Windows-1252 (`Ã©`, `â€™`) or as code page 437 (`ΓÇÖ`, also with
/// `G` for the `Γ`, and `├⌐`).
fn mend(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((mended, length)) = mend_at(rest) {
            out.push(mended);
            rest = &rest[length..];
            changed = true;
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    if changed { out.into() } else { text.into() }
}

/// The character that the mojibake at the start of a text stands for, and its length.
fn mend_at(text: &str) -> Option<(char, usize)> {
    mend_with(text, windows_1252).or_else(|| mend_with(text, code_page_437))
}

fn mend_with(text: &str, page: fn(char) -> Option<u8>) -> Option<(char, usize)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let lead = match page(first) {
        // `Γ` was often turned into a plain `G` on the way; only with `Ç` behind it.
        None if first == 'G' && text[1..].starts_with('Ç') && page('Ç') == Some(0x80) => 0xe2,
        lead => lead?,
    };
    // Signs, Latin letters, punctuation and emoji: what else begins like this may be meant so.
    let more = match lead {
        0xc2..=0xc5 => 1,
        0xe2 | 0xef => 2,
        0xf0 => 3,
        _ => return None,
    };
    let mut bytes = vec![lead];
    let mut length = first.len_utf8();
    for c in characters.take(more) {
        bytes.push(page(c)?);
        length += c.len_utf8();
    }
    let decoded = str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((decoded, length))
}

/// The byte of a character in Windows-1252, from 0x80 on.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    match c as u32 {
        byte @ 0xa0..=0xff => Some(byte as u8),
        byte @ (0x81 | 0x8d | 0x8f | 0x90 | 0x9d) => Some(byte as u8),
        0..=0x7f => None,
        _ => HIGH.chars().position(|h| h == c).map(|i| 0x80 + i as u8),
    }
}

/// The byte of a character in code page 437, from 0x80 on.
fn code_page_437(c: char) -> Option<u8> {
    const HIGH: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";
    HIGH.chars().position(|h| h == c).map(|i| 0x80 + i as u8)
}

/// Reads the address of a web page: adds `http://` where the scheme is missing, encodes what may
/// not stand in an IRI.
///
/// # Errors
/// If the text is no address, or more than one.
pub fn url(text: &str) -> Result<NamedNode, Failure> {
    let bad = |reason: &str| fail(text, reason, "correct the value");
    let mut trimmed = text.trim().trim_matches(['<', '>', '"', '\'']).trim();
    // A scheme put before one that was there already.
    for doubled in ["http://http://", "http://https://", "https://https://"] {
        if trimmed.starts_with(doubled) {
            trimmed = trimmed.split_once("//").map_or(trimmed, |(_, rest)| rest);
        }
    }
    if trimmed.chars().any(char::is_whitespace) {
        return bad("is not one web address");
    }
    let scheme = trimmed
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let mut address = match scheme.as_deref() {
        Some(scheme @ ("http" | "https" | "ftp")) => {
            let rest = trimmed.get(scheme.len() + 1..).unwrap_or_default();
            format!("{scheme}://{}", rest.trim_start_matches('/'))
        }
        Some(scheme @ ("mailto" | "tel" | "urn" | "doi" | "geo" | "data" | "javascript")) => {
            return bad(&format!("is a {scheme}: address, not a web page"));
        }
        _ if trimmed.starts_with("//") => format!("http:{trimmed}"),
        _ => format!("http://{trimmed}"),
    };
    let host = address.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return bad("is an e-mail address, not a web page");
    }
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            name
        } else {
            ""
        }
    });
    let dotted = name.contains('.') && name.split('.').all(|label| !label.is_empty());
    let letters = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    if !(dotted || name == "localhost") || !name.chars().all(letters) {
        return bad("is not a web address");
    }
    if address.contains(['<', '>', '"', '{', '}', '|', '\\', '^', '`', '[', ']']) {
        address = address
            .chars()
            .map(|c| match c {
                '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`' | '[' | ']' => {
                    format!("%{:02X}", c as u32)
                }
                c => c.to_string(),
            })
            .collect();
    }
    // A `%` that encodes nothing is one.
    let mut checked = String::with_capacity(address.len());
    for (at, c) in address.char_indices() {
        checked.push(c);
        let hex = address.get(at + 1..at + 3);
        if c == '%' && !hex.is_some_and(|h| h.bytes().all(|b| b.is_ascii_hexdigit())) {
            checked.push_str("25");
        }
    }
    match NamedNode::new(checked) {
        Ok(node) => Ok(node),
        Err(_) => bad("is not a web address"),
    }
}

fn graph_iri(name: &str) -> Result<NamedNode, Failure> {
    let name = name.trim();
    let safe = !name.is_empty() && name.split('/').all(is_safe);
    if safe {
        return Ok(NamedNode::new_unchecked(format!("{}{name}", iri::GRAPH)));
    }
    match NamedNode::new(name) {
        Ok(node) => Ok(node),
        Err(_) => fail(
            name,
            "is not the name of a graph",
            "use letters, digits, `-` and `/`",
        ),
    }
}

/// The function with a name, or else the name nearest to it.
///
/// # Errors
/// The nearest name, if one is near.
pub fn find(name: &str) -> Result<&'static FunctionSpec, Option<String>> {
    let found = FUNCTIONS.iter().find(|function| function.name == name);
    found.ok_or_else(|| nearest(name, FUNCTIONS.iter().map(|function| function.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            base: "http://ex/".to_owned(),
            dataset: NamedNode::new_unchecked("http://ex/id/dataset/d"),
            codes: crate::ontology::tests::small().codes().clone(),
        }
    }

    fn check(name: &str, arguments: &[&str], expected: &str) {
        let arguments: Vec<Term> = arguments.iter().map(|a| Literal::from(*a).into()).collect();
        let found = match call(name, &context(), &arguments) {
            Ok(term) => term
                .to_string()
                .replace("http://www.w3.org/2001/XMLSchema#", "xsd:"),
            Err(failure) => format!("! {} {}", failure.value, failure.reason),
        };
        assert_eq!(found, expected, "fn:{name}{arguments:?}");
    }

    #[test]
    fn iris_are_minted_from_kind_and_local_parts() {
        check("iri", &["actor", "K-12_x"], "<http://ex/id/actor/K-12_x>");
        check(
            "iri",
            &["actor", "Cáritas España", "7"],
            "<http://ex/id/actor/caritas-espana-7>",
        );
        check(
            "iri",
            &["actor", "***"],
            "! *** has no letter or digit to make an identifier of",
        );
        check(
            "iri",
            &["an actor", "x"],
            "! an actor is not a kind of resource",
        );
        check(
            "iri",
            &["actor", ".."],
            "! .. has no letter or digit to make an identifier of",
        );
    }

    #[test]
    fn slugs_are_ascii_and_the_same_every_time() {
        assert_eq!(
            slug("Straße 7–9 (Łódź), O’Neill"),
            "strasse-7-9-lodz-oneill"
        );
        assert_eq!(slug("n\u{303}andu\u{301}"), "nandu");
        assert_eq!(slug("日本 x"), "%E6%97%A5%E6%9C%AC-x");
        assert_eq!(slug("--"), "");
    }

    #[test]
    fn codes_are_looked_up_and_the_nearest_is_named() {
        check(
            "code",
            &["branch", " Sanidad "],
            "<https://w3id.org/weft/code/branch/health>",
        );
        check(
            "code",
            &["branch", "helth"],
            "! helth is not in the code list `branch`; nearest: `health`",
        );
        check(
            "code",
            &["brnch", "health"],
            "! brnch is not the name of a code list; nearest: `branch`",
        );
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let check = |text: &str, language: &str, expected: &str| {
            let language = Some(language).filter(|l| !l.is_empty());
            let found = number(text, language).unwrap_or_else(|f| format!("! {}", f.reason));
            assert_eq!(found, expected, "{text} in {language:?}");
        };
        check("128.712,90", "es", "128712.9");
        check("128.712", "es", "128712");
        check("45,5", "es", "45.5");
        check("1234.5", "es", "1234.5");
        check("12.3450", "es", "12.345");
        check("1,234.56", "en", "1234.56");
        check("1.234,56", "", "1234.56");
        check("1,234.56", "", "1234.56");
        check("1.234.567", "", "1234567");
        check("12,5", "", "12.5");
        check("0,125", "", "0.125");
        check("15000", "", "15000");
        check("1.234", "", "1.234");
        check("1,234", "", "! could be thousands or a fraction");
        check("€ 1 234,50", "", "1234.5");
        check("GBP 7", "", "7");
        check("7 EUR", "", "7");
        check("1'234.50 CHF", "", "1234.5");
        check("(12.00)", "", "-12");
        check("12-", "", "-12");
        check("−3", "", "-3");
        check("-0.00", "", "0");
        check("1.5e3", "", "1500");
        check("1e999", "", "! is not a number");
        check(
            "12.34,5,6",
            "",
            "! has groups of digits that are not thousands",
        );
        check(
            "1,23,456",
            "en",
            "! has groups of digits that are not thousands",
        );
        check("45 %", "", "! is not a number");
        check("", "", "! is not a number");
        check("n/a", "", "! is not a number");
        check(
            "1.2.3",
            "en",
            "! has groups of digits that are not thousands",
        );
    }

    #[test]
    fn whole_numbers_have_no_fraction() {
        check("integer", &["1.200", "es"], "\"1200\"^^<xsd:integer>");
        check("integer", &["7.0"], "\"7\"^^<xsd:integer>");
        check("integer", &["7.5"], "! 7.5 is not a whole number");
    }

    #[test]
    fn dates_are_as_exact_as_the_text() {
        let check = |text: &str, format: &str, expected: &str| {
            let format = Some(format).filter(|f| !f.is_empty());
            let found = date(text, format).map_or_else(
                |f| format!("! {}", f.reason),
                |(text, datatype)| {
                    format!("{text} {}", datatype.as_str().rsplit('#').next().unwrap())
                },
            );
            assert_eq!(found, expected, "{text} as {format:?}");
        };
        check("2015", "", "2015 gYear");
        check("2015-6", "", "2015-06 gYearMonth");
        check("2015/06/10", "", "2015-06-10 date");
        check("20150610", "", "2015-06-10 date");
        check("10.6.2015", "", "2015-06-10 date");
        check(
            "2015-06-10T00:00:00+00:00",
            "",
            "2015-06-10T00:00:00+00:00 dateTime",
        );
        check("2015-06-10 9:30", "", "2015-06-10T09:30:00 dateTime");
        check(
            "2015-06-10T09:30:00.25Z",
            "",
            "2015-06-10T09:30:00.25Z dateTime",
        );
        check("10 June 2015", "", "2015-06-10 date");
        check("June 1st, 2015", "", "2015-06-01 date");
        check("10 de junio de 2015", "", "2015-06-10 date");
        check("Sept 2015", "", "2015-09 gYearMonth");
        check("10/06/2015", "DD/MM/YYYY", "2015-06-10 date");
        check("10/06/2015 12:00", "MM/DD/YYYY", "2015-10-06 date");
        check("2015-06-10T00:00:00+00:00", "YYYY-MM-DD", "2015-06-10 date");
        check("10062015", "DDMMYYYY", "2015-06-10 date");
        check("1/2/99", "D/M/YY", "1999-02-01 date");
        check("06/2015", "MM/YYYY", "2015-06 gYearMonth");
        check(
            "10/06/2015",
            "",
            "! is a date of which day and month could be swapped, or no date",
        );
        check("2015-02-29", "", "! is not a date");
        check("2016-02-29", "", "2016-02-29 date");
        check("soon", "", "! is not a date");
        check(
            "31/04/2015",
            "DD/MM/YYYY",
            "! is not a date of the form DD/MM/YYYY",
        );
        check("2015-06-10 25:00", "", "! is not a date");
        check("ünïcödé", "", "! is not a date");
        check("é", "YYYY", "! is not a date of the form YYYY");
    }

    #[test]
    fn text_is_tidied_and_mojibake_undone() {
        let check = |text: &str, expected: &str| assert_eq!(tidy(text), expected, "{text:?}");
        check("  a \t b \r\n c\\n\\n\\nd ", "a b\nc\n\nd");
        check("HopeGÇÖs GÇ£homeGÇ¥ GÇô now", "Hope’s “home” – now");
        check("ΓÇÖ caf├⌐", "’ café");
        check("CafÃ© donâ€™t Ã±", "Café don’t ñ");
        check("niño Ação Ångström GÇ", "niño Ação Ångström GÇ");
        check("a\u{0}\u{200b}b", "ab");
        check("¡Ñandú! Â© ok", "¡Ñandú! © ok");
    }

    #[test]
    fn a_tagged_text_keeps_its_language() {
        let tagged: Term = Literal::new_language_tagged_literal_unchecked(" a ", "es").into();
        assert_eq!(
            call("text", &context(), &[tagged]).unwrap().to_string(),
            "\"a\"@es"
        );
    }

    #[test]
    fn keys_join_names_whatever_their_case_and_spaces() {
        check("key", &["  Fundación \n Gitano "], "\"FUNDACIÓN GITANO\"");
    }

    #[test]
    fn addresses_are_completed_and_checked() {
        check(
            "url",
            &["www.auser.it/x y"],
            "! www.auser.it/x y is not one web address",
        );
        check("url", &["www.auser.it"], "<http://www.auser.it>");
        check(
            "url",
            &["HTTPS:/example.org/a[1]?b=50%"],
            "<https://example.org/a%5B1%5D?b=50%25>",
        );
        check(
            "url",
            &["example.org:8080/ñ"],
            "<http://example.org:8080/ñ>",
        );
        check(
            "url",
            &["info@example.org"],
            "! info@example.org is an e-mail address, not a web page",
        );
        check(
            "url",
            &["mailto:a@b.org"],
            "! mailto:a@b.org is a mailto: address, not a web page",
        );
        check("url", &["n/a"], "! n/a is not a web address");
        check("url", &["none"], "! none is not a web address");
        check("url", &["http://"], "! http:// is not a web address");
    }

    #[test]
    fn graphs_and_the_data_set_have_iris() {
        check(
            "graph",
            &["partner/x"],
            "<https://w3id.org/weft/graph/partner/x>",
        );
        check("graph", &["a b"], "! a b is not the name of a graph");
        check("dataset", &[], "<http://ex/id/dataset/d>");
    }

    #[test]
    fn a_name_that_is_no_function_has_a_nearest() {
        assert_eq!(find("numbr").unwrap_err().as_deref(), Some("number"));
        for function in FUNCTIONS {
            let arguments = vec![Literal::from("x").into(); function.min];
            let result = call(function.name, &context(), &arguments);
            assert!(!result.is_err_and(|f| f.reason.contains("no function")));
        }
    }
}
