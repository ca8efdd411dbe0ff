//! Which format a client gets (RFC 9110, section 12.5.1).

use super::error::ApiError;
use crate::app::TermOptions;
use crate::rdf::version::RdfVersion;
use axum::http::{HeaderMap, HeaderValue, header};
use oxigraph::io::{JsonLdProfileSet, RdfFormat};
use oxigraph::sparql::results::QueryResultsFormat;

/// A format that something can be answered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// A page.
    Html,
    /// JSON of a shape of our own.
    Json,
    /// Comma-separated rows of a shape of our own.
    Csv,
    /// Results of a query.
    Rows(QueryResultsFormat),
    /// Triples or quads.
    Rdf(RdfFormat),
    /// The text of a query.
    Sparql,
    /// Changes as RDF Patch.
    Patch,
    /// Server-sent events.
    Events,
}

const JSON_LD: RdfFormat = RdfFormat::JsonLd {
    profile: JsonLdProfileSet::empty(),
};

/// Results of SELECT and ASK, the preferred one first.
pub(super) const ROWS: [Format; 5] = [
    Format::Rows(QueryResultsFormat::Json),
    Format::Rows(QueryResultsFormat::Xml),
    Format::Rows(QueryResultsFormat::Csv),
    Format::Rows(QueryResultsFormat::Tsv),
    Format::Html,
];

/// Triples, the preferred format first.
pub(super) const TRIPLES: [Format; 8] = [
    Format::Rdf(RdfFormat::Turtle),
    Format::Rdf(RdfFormat::NTriples),
    Format::Rdf(RdfFormat::RdfXml),
    Format::Rdf(JSON_LD),
    Format::Rdf(RdfFormat::TriG),
    Format::Rdf(RdfFormat::NQuads),
    Format::Rdf(RdfFormat::N3),
    Format::Html,
];

/// Formats that keep graphs apart, the preferred one first.
pub(super) const QUADS: [Format; 3] = [
    Format::Rdf(RdfFormat::TriG),
    Format::Rdf(RdfFormat::NQuads),
    Format::Rdf(JSON_LD),
];

impl Format {
    /// Whether its media type takes a `version`.
    fn has_versions(self) -> bool {
        matches!(self, Self::Rows(_) | Self::Rdf(_))
    }

    /// Media types that ask for it; the first is what it is sent as.
    fn media_types(self) -> &'static [&'static str] {
        match self {
            Self::Html => &["text/html", "application/xhtml+xml"],
            Self::Json => &["application/json"],
            Self::Csv | Self::Rows(QueryResultsFormat::Csv) => &["text/csv"],
            Self::Rows(QueryResultsFormat::Json) => {
                &["application/sparql-results+json", "application/json"]
            }
            Self::Rows(QueryResultsFormat::Xml) => &[
                "application/sparql-results+xml",
                "application/xml",
                "text/xml",
            ],
            Self::Rows(QueryResultsFormat::Tsv) => &["text/tab-separated-values"],
            Self::Rdf(RdfFormat::Turtle) => {
                &["text/turtle", "application/turtle", "application/x-turtle"]
            }
            Self::Rdf(RdfFormat::NTriples) => &["application/n-triples", "text/plain"],
            Self::Rdf(RdfFormat::RdfXml) => &["application/rdf+xml", "application/xml", "text/xml"],
            Self::Rdf(RdfFormat::JsonLd { .. }) => &["application/ld+json", "application/json"],
            Self::Rdf(RdfFormat::TriG) => &["application/trig", "application/x-trig"],
            Self::Rdf(RdfFormat::NQuads) => &["application/n-quads", "text/x-nquads"],
            Self::Rdf(RdfFormat::N3) => &["text/n3", "text/rdf+n3"],
            Self::Sparql => &["application/sparql-query"],
            Self::Patch => &["application/rdf-patch", "text/rdf-patch"],
            Self::Events => &["text/event-stream"],
            Self::Rows(_) | Self::Rdf(_) => &[],
        }
    }

    /// Names in extensions and in `format=`; the first is the one to link to.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Html => &["html"],
            Self::Json => &["json"],
            Self::Csv | Self::Rows(QueryResultsFormat::Csv) => &["csv"],
            Self::Rows(QueryResultsFormat::Json) => &["json", "srj", "sparql-results+json"],
            Self::Rows(QueryResultsFormat::Xml) => &["xml", "srx", "sparql-results+xml"],
            Self::Rows(QueryResultsFormat::Tsv) => &["tsv"],
            Self::Rdf(RdfFormat::Turtle) => &["ttl", "turtle"],
            Self::Rdf(RdfFormat::NTriples) => &["nt", "ntriples", "n-triples"],
            Self::Rdf(RdfFormat::RdfXml) => &["rdf", "xml", "rdfxml", "rdf+xml"],
            Self::Rdf(RdfFormat::JsonLd { .. }) => &["jsonld", "json", "json-ld"],
            Self::Rdf(RdfFormat::TriG) => &["trig"],
            Self::Rdf(RdfFormat::NQuads) => &["nq", "nquads", "n-quads"],
            Self::Rdf(RdfFormat::N3) => &["n3"],
            Self::Sparql => &["rq"],
            Self::Patch => &["rdfp"],
            Self::Events => &["sse"],
            Self::Rows(_) | Self::Rdf(_) => &[],
        }
    }

    /// The `Content-Type` of a response.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Rows(format) => format.media_type(),
            Self::Rdf(RdfFormat::Turtle) => "text/turtle; charset=utf-8",
            Self::Rdf(RdfFormat::N3) => "text/n3; charset=utf-8",
            Self::Sparql => "application/sparql-query; charset=utf-8",
            Self::Rdf(_) | Self::Json | Self::Patch | Self::Events => {
                self.media_types().first().copied().unwrap_or_default()
            }
        }
    }
}

/// A format chosen for a client, and the name it asked for it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) format: Format,
    pub(super) content_type: &'static str,
    /// The version of RDF or SPARQL that the client understands, if it says so.
    pub(super) version: Option<RdfVersion>,
}

impl Chosen {
    /// The `Content-Type`, with the version that was asked for.
    pub(super) fn header(self) -> HeaderValue {
        let plain = HeaderValue::from_static(self.content_type);
        match self.version {
            None => plain,
            Some(version) => {
                let text = format!("{};version={}", self.content_type, version.name());
                HeaderValue::try_from(text).unwrap_or(plain)
            }
        }
    }

    /// How terms are written for this client.
    pub(super) fn terms(self, skolemize: bool) -> TermOptions {
        TermOptions {
            version: self.version,
            skolemize,
        }
    }

    /// The name of the version, for tags.
    pub(super) fn version_name(self) -> &'static str {
        self.version.map_or("", RdfVersion::name)
    }
}

impl From<Format> for Chosen {
    fn from(format: Format) -> Self {
        Self {
            format,
            content_type: format.content_type(),
            version: None,
        }
    }
}

/// The format of a name: an extension, or a media type.
pub(super) fn by_name(name: &str, offers: &[Format]) -> Option<Format> {
    let is = |known: &&str| name.eq_ignore_ascii_case(known);
    offers
        .iter()
        .copied()
        .find(|format| format.names().iter().any(is) || format.media_types().iter().any(is))
}

/// The last part of a path without its extension, and the format: that of the extension if it is one
/// of the offers', else the best of them for what the client accepts.
pub(super) fn of_path<'a>(
    path: &'a str,
    headers: &HeaderMap,
    offers: &[Format],
) -> Result<(&'a str, Chosen), ApiError> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let by_extension = name
        .rsplit_once('.')
        .and_then(|(name, extension)| Some((name, by_name(extension, offers)?)));
    match by_extension {
        Some((name, format)) => Ok((name, format.into())),
        None => Ok((name, choose(headers, offers)?)),
    }
}

/// The best of the offers for what a client accepts.
///
/// Of equally welcome ones the first wins; one that the client names counts as more welcome than
/// one that only a wildcard lets in.
pub(super) fn choose(headers: &HeaderMap, offers: &[Format]) -> Result<Chosen, ApiError> {
    let accepted = Accept::of(headers);
    let first = offers.first().copied();
    if accepted.ranges.is_empty()
        && let Some(first) = first
    {
        return Ok(first.into());
    }
    let mut best: Option<(u16, u8, Chosen)> = None;
    for format in offers {
        for (index, media_type) in format.media_types().iter().enumerate() {
            let Some((quality, precision, version)) =
                accepted.best(media_type, format.has_versions())
            else {
                continue;
            };
            // By a wildcard a format is asked for by its first name only.
            if quality == 0 || (precision < EXACT && index > 0) {
                continue;
            }
            if best.is_none_or(|(q, p, _)| (quality, precision) > (q, p)) {
                let content_type = if index == 0 {
                    format.content_type()
                } else {
                    media_type
                };
                best = Some((
                    quality,
                    precision,
                    Chosen {
                        format: *format,
                        content_type,
                        version,
                    },
                ));
            }
        }
    }
    best.map(|(_, _, chosen)| chosen).ok_or_else(|| {
        let mut names: Vec<_> = offers
            .iter()
            .filter_map(|format| format.media_types().first())
            .map(|name| (*name).to_owned())
            .collect();
        names.dedup();
        if accepted.names_unknown_version() {
            names.push(format!("version={}", RdfVersion::names()));
        }
        ApiError::NotAcceptable(names)
    })
}

/// Whether a client would rather have a page than data.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let accepted = Accept::of(headers);
    let (html, precision) = accepted.quality("text/html").unwrap_or_default();
    let data = ["application/problem+json", "application/json"]
        .iter()
        .filter_map(|media_type| accepted.quality(media_type))
        .map(|(quality, _)| quality)
        .max();
    precision == EXACT && html > data.unwrap_or_default()
}

/// Whether a client names a media type, and likes it no less than another; versions and other
/// parameters do not matter.
pub(super) fn names_rather(headers: &HeaderMap, media_type: &str, other: &str) -> bool {
    let accepted = Accept::of(headers);
    let ranked = |name| accepted.ranked(name, |_| true).unwrap_or_default();
    let (quality, precision) = ranked(media_type);
    precision == EXACT && quality > 0 && quality >= ranked(other).0
}

/// How precisely a range names a type: itself, its main type, or anything.
const EXACT: u8 = 3;
const MAIN_TYPE: u8 = 2;
const ANYTHING: u8 = 1;

struct Accept<'a> {
    ranges: Vec<Range<'a>>,
}

/// One of the things that a client takes.
struct Range<'a> {
    main: &'a str,
    sub: &'a str,
    /// In thousandths.
    quality: u16,
    version: Version,
}

/// The `version` parameter of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Unsaid,
    Known(RdfVersion),
    /// One that is not known here: nothing fits it.
    Unknown,
}

impl Range<'_> {
    /// How precisely it names a type, if the type is in it.
    fn precision(&self, main: &str, sub: &str) -> Option<u8> {
        if self.main == "*" && self.sub == "*" {
            Some(ANYTHING)
        } else if !self.main.eq_ignore_ascii_case(main) {
            None
        } else if self.sub == "*" {
            Some(MAIN_TYPE)
        } else {
            self.sub.eq_ignore_ascii_case(sub).then_some(EXACT)
        }
    }
}

impl<'a> Accept<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let ranges = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(split_at_commas)
            .filter_map(|range| {
                let mut parts = range.split(';').map(str::trim);
                let (main, sub) = parts.next()?.split_once('/')?;
                let mut range = Range {
                    main: main.trim(),
                    sub: sub.trim(),
                    quality: 1_000,
                    version: Version::Unsaid,
                };
                for parameter in parts {
                    let Some((name, value)) = parameter.split_once('=') else {
                        continue;
                    };
                    let (name, value) = (name.trim(), value.trim());
                    if name.eq_ignore_ascii_case("q") {
                        let quality = value.parse::<f32>().unwrap_or(0.0).clamp(0.0, 1.0);
                        range.quality = (quality * 1_000.0).round() as u16;
                        // What follows the quality is no parameter of the type.
                        break;
                    }
                    if name.eq_ignore_ascii_case("version") {
                        range.version =
                            RdfVersion::parse(value).map_or(Version::Unknown, Version::Known);
                    }
                }
                Some(range)
            })
            .collect();
        Self { ranges }
    }

    /// Quality and precision of the most precise range that a type without a version is in.
    fn quality(&self, media_type: &str) -> Option<(u16, u8)> {
        self.ranked(media_type, |version| version == Version::Unsaid)
    }

    /// The same, and the version among those that a client names which it likes best: of equally
    /// welcome ones the one that can state the most.
    fn best(&self, media_type: &str, versioned: bool) -> Option<(u16, u8, Option<RdfVersion>)> {
        if !versioned {
            // A page has no version, so one that is asked for does not matter.
            return self
                .ranked(media_type, |_| true)
                .map(|(quality, precision)| (quality, precision, None));
        }
        let (v11, v12basic, v12) = (RdfVersion::V11, RdfVersion::V12Basic, RdfVersion::V12);
        [Some(v11), None, Some(v12basic), Some(v12)]
            .into_iter()
            .filter_map(|version| {
                let wanted = version.map_or(Version::Unsaid, Version::Known);
                let (quality, precision) = self.ranked(media_type, |version| version == wanted)?;
                Some((quality, precision, version))
            })
            // The last of equal ones is taken.
            .max_by_key(|(quality, precision, _)| (*quality, *precision))
    }

    fn ranked(&self, media_type: &str, fits: impl Fn(Version) -> bool) -> Option<(u16, u8)> {
        let (main, sub) = media_type.split_once('/')?;
        self.ranges
            .iter()
            .filter(|range| fits(range.version))
            .filter_map(|range| Some((range.quality, range.precision(main, sub)?)))
            .max_by_key(|(quality, precision)| (*precision, *quality))
    }

    fn names_unknown_version(&self) -> bool {
        self.ranges
            .iter()
            .any(|range| range.version == Version::Unknown)
    }
}

/// Splits a header at its commas, but not at those in quotes.
fn split_at_commas(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str, offers: &[Format]) -> String {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, accept.parse().unwrap());
        }
        choose(&headers, offers).map_or_else(
            |_| "406".to_owned(),
            |chosen| {
                let header = chosen.header();
                format!(
                    "{} as {}",
                    chosen.format.names()[0],
                    header.to_str().unwrap()
                )
            },
        )
    }

    #[test]
    fn qualities_decide() {
        for (accept, expected) in [
            ("", "json as application/sparql-results+json"),
            ("*/*", "json as application/sparql-results+json"),
            ("text/csv", "csv as text/csv; charset=utf-8"),
            (
                "text/csv;q=0.5, text/tab-separated-values;q=0.9",
                "tsv as text/tab-separated-values; charset=utf-8",
            ),
            ("text/*", "csv as text/csv; charset=utf-8"),
            ("application/json", "json as application/json"),
            ("application/xml;q=0.2, */*;q=0.1", "xml as application/xml"),
            ("text/csv, */*", "csv as text/csv; charset=utf-8"),
            (
                "application/sparql-results+json;q=0, */*;q=0.1",
                "xml as application/sparql-results+xml; charset=utf-8",
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "html as text/html; charset=utf-8",
            ),
            ("TEXT/CSV ; Q=1", "csv as text/csv; charset=utf-8"),
            ("image/png", "406"),
            ("text/turtle", "406"),
            ("*/*;q=0", "406"),
        ] {
            let expected = expected.replace("+xml; charset=utf-8", "+xml");
            assert_eq!(chosen(accept, &ROWS), expected, "{accept}");
        }
    }

    #[test]
    fn parameters_of_types_do_not_confuse() {
        let accept = "application/ld+json;profile=\"http://a,b\";q=0.9, text/turtle;charset=utf-8";
        assert_eq!(
            chosen(accept, &TRIPLES),
            "ttl as text/turtle; charset=utf-8"
        );
        assert_eq!(
            chosen("application/json", &TRIPLES),
            "jsonld as application/json"
        );
    }

    #[test]
    fn a_more_precise_range_overrules_a_wider_one() {
        for (accept, expected) in [
            (
                "*/*, application/*;q=0, application/n-triples;q=0.4",
                "ttl as text/turtle; charset=utf-8",
            ),
            ("application/*, text/*;q=0.1", "nt as application/n-triples"),
            (
                "application/*;q=0.9, application/n-triples;q=0, text/turtle;q=0.1",
                "rdf as application/rdf+xml",
            ),
            ("*/*;q=0", "406"),
            ("text/turtle;q=0, text/turtle;q=0", "406"),
            ("TEXT/Turtle;Q=1", "ttl as text/turtle; charset=utf-8"),
            (
                "text/turtle;charset=utf-8;q=0.5, application/n-quads;q=0.6",
                "nq as application/n-quads",
            ),
            (
                "text/turtle;q=high, application/trig;q=0.1",
                "trig as application/trig",
            ),
            (
                "application/ld+json;profile=\"a,b\", text/turtle;q=0.2",
                "jsonld as application/ld+json",
            ),
        ] {
            assert_eq!(chosen(accept, &TRIPLES), expected, "{accept}");
        }
    }

    #[test]
    fn every_format_can_be_asked_for_by_each_of_its_media_types() {
        for offers in [ROWS.as_slice(), &TRIPLES, &QUADS] {
            for format in offers {
                for media_type in format.media_types() {
                    let mut headers = HeaderMap::new();
                    let accept = format!("image/png, */*;q=0.01, {media_type};q=0.5");
                    headers.insert(header::ACCEPT, accept.parse().unwrap());
                    let found = choose(&headers, offers).unwrap().format;
                    assert!(found.media_types().contains(media_type), "{media_type}");
                }
                for name in format.names() {
                    assert!(by_name(name, offers).is_some(), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_version_asked_for_is_told_with_the_answer() {
        for (accept, expected) in [
            (
                "text/turtle;version=1.2",
                "ttl as text/turtle; charset=utf-8;version=1.2",
            ),
            (
                "application/n-quads; version=\"1.1\"",
                "nq as application/n-quads;version=1.1",
            ),
            (
                "text/turtle;version=1.1, text/turtle;version=1.2;q=0.9",
                "ttl as text/turtle; charset=utf-8;version=1.1",
            ),
            (
                "text/turtle;version=1.1, text/turtle;version=1.2",
                "ttl as text/turtle; charset=utf-8;version=1.2",
            ),
            (
                "text/turtle;version=1.1, text/turtle",
                "ttl as text/turtle; charset=utf-8",
            ),
            (
                "application/rdf+xml;version=1.2-basic",
                "rdf as application/rdf+xml;version=1.2-basic",
            ),
            ("text/turtle;version=2", "406"),
            (
                "text/turtle;version=2, application/n-triples;q=0.1",
                "nt as application/n-triples",
            ),
            (
                "text/html;version=5, */*;q=0.1",
                "html as text/html; charset=utf-8",
            ),
        ] {
            assert_eq!(chosen(accept, &TRIPLES), expected, "{accept}");
        }
        for media_type in ["application/sparql-results+json", "text/csv"] {
            let accept = format!("{media_type};version=1.2");
            assert!(chosen(&accept, &ROWS).ends_with(";version=1.2"), "{accept}");
        }
    }

    #[test]
    fn an_extension_says_more_than_what_is_accepted() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "text/csv".parse().unwrap());
        let offers = [Format::Json, Format::Csv];
        for (path, expected, format) in [
            ("/api/v1/networks/a.json", "a", Format::Json),
            ("/api/v1/networks/a", "a", Format::Csv),
            ("a.b", "a.b", Format::Csv),
            ("a.b.JSON", "a.b", Format::Json),
        ] {
            let (name, chosen) = of_path(path, &headers, &offers).unwrap();
            assert_eq!((name, chosen.format), (expected, format), "{path}");
        }
    }

    #[test]
    fn only_a_browser_prefers_a_page() {
        let prefers = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            prefers_html(&headers)
        };
        assert!(prefers("text/html,application/xml;q=0.9,*/*;q=0.8"));
        assert!(!prefers("*/*"));
        assert!(!prefers("application/json, text/html;q=0.5"));
        assert!(!prefers("text/*"));
    }
}
