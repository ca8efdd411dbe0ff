//! RDF in any syntax, compressed or not, into a [`Batch`].
//!
//! N-Triples and N-Quads are parsed on all cores, piece by piece; pieces are put together in their
//! order, so the result does not depend on how many cores there are. A Turtle document cannot be
//! cut without reading it.

use super::IngestError;
use crate::rdf::{Batch, end_of_string};
use oxigraph::io::{JsonLdProfileSet, RdfFormat, RdfParser};
use oxigraph::model::{BlankNode, GraphName, NamedNode, NamedOrBlankNode, Quad, Term, Triple};
use rayon::prelude::*;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::LazyLock;

/// How deep JSON-LD may nest: the parser's memory grows with the square of the depth.
const DEEPEST_JSON: usize = 200;

/// How deep the elements of RDF/XML may nest: the parser looks at all that are open, again and again.
const DEEPEST_XML: usize = 500;

/// How deep triple terms may nest in each other.
const DEEPEST_TRIPLE_TERM: usize = 100;

/// What one attribute or one tag of RDF/XML may take: the XML reader compares each attribute of
/// an element with each other one.
const LONGEST_TAG: usize = 1 << 20;
const MOST_ATTRIBUTES: usize = 1_000;

/// What entities of RDF/XML may be: each use unfolds to the whole text.
const MOST_ENTITIES: usize = 200;
const LONGEST_ENTITY: usize = 500;

/// What a compressed input may unfold to.
const LARGEST_UNFOLDED: u64 = 8 << 30;

/// Parsing threads. Their stacks are large because terms may nest.
static POOL: LazyLock<Option<rayon::ThreadPool>> = LazyLock::new(|| {
    rayon::ThreadPoolBuilder::new()
        .stack_size(64 << 20)
        .thread_name(|n| format!("parser-{n}"))
        .build()
        .ok()
});

/// How a document is parsed.
#[derive(Clone, Debug, Default)]
pub struct ParseOptions {
    /// Resolves relative IRIs.
    pub base_iri: Option<String>,
    /// Where triples go that name no graph; the default graph if `None`.
    pub into_graph: Option<GraphName>,
    /// Refuses quads in named graphs.
    pub triples_only: bool,
}

/// The format that a file name tells, `.gz` and `.zst` aside.
pub fn format_of(path: &Path) -> Option<RdfFormat> {
    let mut name = path.file_name()?.to_str()?.to_ascii_lowercase();
    for ending in [".gz", ".zst"] {
        if let Some(stem) = name.strip_suffix(ending) {
            name = stem.to_owned();
        }
    }
    let extension = name.rsplit_once('.')?.1;
    format_by_name(extension)
}

/// The format of an extension or a common name, such as `ttl` or `turtle`.
pub fn format_by_name(name: &str) -> Option<RdfFormat> {
    Some(match name.to_ascii_lowercase().as_str() {
        "turtle" => RdfFormat::Turtle,
        "ntriples" | "n-triples" => RdfFormat::NTriples,
        "nquads" | "n-quads" => RdfFormat::NQuads,
        "rdfxml" | "rdf/xml" | "owl" | "xml" => RdfFormat::RdfXml,
        "json-ld" | "json" => RdfFormat::JsonLd {
            profile: JsonLdProfileSet::empty(),
        },
        extension => RdfFormat::from_extension(extension)?,
    })
}

/// Reads a file whole, unpacking gzip and zstd (told by their first bytes).
///
/// # Errors
/// [`IngestError::Io`], also if it unpacks to more than 8 GiB.
pub fn read_file(path: &Path) -> Result<Vec<u8>, IngestError> {
    let failed = |source| IngestError::Io {
        path: path.to_owned(),
        source,
    };
    if path.is_dir() {
        return Err(failed(io::Error::new(
            io::ErrorKind::IsADirectory,
            "this is a directory; name the files in it",
        )));
    }
    let bytes = fs::read(path).map_err(failed)?;
    unpack(bytes).map_err(failed)
}

fn unpack(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let reader: Box<dyn Read + '_> = if bytes.starts_with(&[0x1f, 0x8b]) {
        Box::new(flate2::read::MultiGzDecoder::new(bytes.as_slice()))
    } else if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Box::new(zstd::stream::read::Decoder::new(bytes.as_slice())?)
    } else {
        return Ok(bytes);
    };
    let mut unpacked = Vec::new();
    reader
        .take(LARGEST_UNFOLDED + 1)
        .read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > LARGEST_UNFOLDED {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it unpacks to more than 8 GiB; split it",
        ));
    }
    Ok(unpacked)
}

/// Parses a file; without a format its name tells it.
///
/// # Errors
/// [`IngestError`] with file, line and column.
pub fn parse_file(
    path: &Path,
    format: Option<RdfFormat>,
    options: &ParseOptions,
) -> Result<Batch, IngestError> {
    if path.is_dir() {
        read_file(path)?;
    }
    let format = format
        .or_else(|| format_of(path))
        .ok_or_else(|| IngestError::UnknownFormat {
            path: path.to_owned(),
        })?;
    parse_bytes(&read_file(path)?, format, options).map_err(|error| error.in_file(path))
}

/// Parses a document in memory. Blank nodes get new labels: those of two documents never meet.
///
/// # Errors
/// [`IngestError::RdfSyntax`] with line and column.
pub fn parse_bytes(
    bytes: &[u8],
    format: RdfFormat,
    options: &ParseOptions,
) -> Result<Batch, IngestError> {
    // Some editors begin a UTF-8 file with a byte-order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    guard(bytes, format)?;
    let mut parser = RdfParser::from_format(format);
    if let Some(base) = &options.base_iri {
        parser = parser
            .with_base_iri(base)
            .map_err(|error| syntax(format!("the base <{base}> is no absolute IRI: {error}")))?;
    }
    if let Some(graph) = &options.into_graph {
        parser = parser.with_default_graph(graph.clone());
    }
    if options.triples_only {
        parser = parser.without_named_graphs();
    }
    let work = || match format {
        RdfFormat::NTriples | RdfFormat::NQuads => parse_pieces(parser, bytes),
        _ => parse_whole(parser, bytes),
    };
    match &*POOL {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

fn parse_whole(parser: RdfParser, bytes: &[u8]) -> Result<Batch, IngestError> {
    let mut batch = Batch::new();
    let mut nodes = Renamed::default();
    let mut reader = parser.for_slice(bytes);
    for quad in reader.by_ref() {
        batch.push(
            nodes
                .quad(quad.map_err(|error| from_parser(&error))?)?
                .as_ref(),
        );
    }
    for (name, iri) in reader.prefixes() {
        batch.add_prefix(name, iri);
    }
    Ok(batch)
}

fn parse_pieces(parser: RdfParser, bytes: &[u8]) -> Result<Batch, IngestError> {
    let pieces = rayon::current_num_threads() * 4;
    let readers = parser
        .clone()
        .split_slice_for_parallel_parsing(bytes, pieces);
    if readers.len() <= 1 {
        let mut batch = Batch::new();
        let mut nodes = Renamed::default();
        for mut reader in readers {
            for quad in reader.by_ref() {
                let quad = quad.map_err(|error| from_parser(&error))?;
                batch.push(nodes.quad(quad)?.as_ref());
            }
            for (name, iri) in reader.prefixes() {
                batch.add_prefix(name, iri);
            }
        }
        return Ok(batch);
    }
    // Blank nodes are named by the document, not by the piece.
    let scope = Renamed::default().scope;
    let parts: Vec<Result<Batch, IngestError>> = readers
        .into_par_iter()
        .map(|mut reader| {
            let mut batch = Batch::new();
            let mut nodes = Renamed {
                scope,
                ..Renamed::default()
            };
            for quad in reader.by_ref() {
                let quad = quad.map_err(|error| from_parser(&error))?;
                batch.push(nodes.quad(quad)?.as_ref());
            }
            for (name, iri) in reader.prefixes() {
                batch.add_prefix(name, iri);
            }
            Ok(batch)
        })
        .collect();
    if parts.iter().any(Result::is_err) {
        // A piece counts its lines from its own beginning: parse again to name the right one.
        return parse_whole(parser, bytes);
    }
    let mut whole = Batch::new();
    for part in parts {
        whole.append(&part?);
    }
    Ok(whole)
}

fn syntax(message: String) -> IngestError {
    IngestError::RdfSyntax {
        file: None,
        line: None,
        column: None,
        message,
    }
}

fn from_parser(error: &oxigraph::io::RdfSyntaxError) -> IngestError {
    let place = error.location().map(|range| range.start);
    let message = error.to_string();
    // The parser repeats the place in its message; it is told once.
    let message = match message.split_once(": ") {
        Some((before, rest)) if before.contains("error at line") => rest.to_owned(),
        _ => message,
    };
    let message = if message.contains("Named graphs are not allowed") {
        "the document names graphs of its own, and was to go into one graph; name no graph, or take out those in the document".to_owned()
    } else if message.contains("LoadDocumentCallback") {
        "the context is elsewhere, and this service fetches nothing; put it into the document"
            .to_owned()
    } else {
        message
    };
    IngestError::RdfSyntax {
        file: None,
        line: place.map(|place| place.line + 1),
        column: place.map(|place| place.column + 1),
        message,
    }
}

/// Gives blank nodes labels that no other document has.
struct Renamed {
    scope: u128,
    nodes: HashMap<BlankNode, BlankNode>,
}

impl Default for Renamed {
    fn default() -> Self {
        // A new blank node of the model carries 128 random bits.
        let scope = BlankNode::default();
        let scope = u128::from_str_radix(scope.as_str(), 16).unwrap_or_default();
        Self {
            scope,
            nodes: HashMap::new(),
        }
    }
}

impl Renamed {
    fn node(&mut self, node: BlankNode) -> BlankNode {
        let scope = self.scope;
        self.nodes
            .entry(node)
            .or_insert_with_key(|node| {
                let mut hasher = blake3::Hasher::new();
                hasher.update(&scope.to_le_bytes());
                hasher.update(node.as_str().as_bytes());
                let hash = hasher.finalize();
                let label = hash.to_hex();
                BlankNode::new_unchecked(format!("b{}", &label[..31]))
            })
            .clone()
    }

    fn subject(&mut self, subject: NamedOrBlankNode) -> NamedOrBlankNode {
        match subject {
            NamedOrBlankNode::BlankNode(node) => self.node(node).into(),
            named @ NamedOrBlankNode::NamedNode(_) => named,
        }
    }

    fn term(&mut self, term: Term, depth: usize) -> Result<Term, IngestError> {
        Ok(match term {
            Term::BlankNode(node) => self.node(node).into(),
            Term::Triple(_) if depth > DEEPEST_TRIPLE_TERM => {
                return Err(syntax(format!(
                    "triple terms are nested more than {DEEPEST_TRIPLE_TERM} deep"
                )));
            }
            Term::Triple(triple) => Triple::new(
                self.subject(triple.subject),
                triple.predicate,
                self.term(triple.object, depth + 1)?,
            )
            .into(),
            other => other,
        })
    }

    fn quad(&mut self, quad: Quad) -> Result<Quad, IngestError> {
        Ok(Quad {
            subject: self.subject(quad.subject),
            predicate: quad.predicate,
            object: self.term(quad.object, 0)?,
            graph_name: match quad.graph_name {
                GraphName::BlankNode(node) => self.node(node).into(),
                other => other,
            },
        })
    }
}

/// Refuses what would cost a parser more than its size suggests.
fn guard(bytes: &[u8], format: RdfFormat) -> Result<(), IngestError> {
    match format {
        RdfFormat::JsonLd { .. } => guard_json(bytes),
        RdfFormat::RdfXml => guard_xml(bytes),
        _ => guard_triple_terms(bytes),
    }
}

fn refused(bytes: &[u8], at: usize, message: String) -> IngestError {
    let before = &bytes[..at];
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    IngestError::RdfSyntax {
        file: None,
        line: Some(before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1),
        column: Some((at - line_start) as u64 + 1),
        message,
    }
}

/// Nested triple terms are built, copied and dropped by recursion: their depth is looked at before
/// the parser does so.
fn guard_triple_terms(bytes: &[u8]) -> Result<(), IngestError> {
    if find(bytes, b"<<").is_none() {
        return Ok(());
    }
    let rest_until = |at: usize, end: fn(&u8) -> bool| {
        bytes[at..].iter().position(end).unwrap_or(bytes.len() - at)
    };
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b'#' => rest_until(at, |byte| matches!(byte, b'\n' | b'\r')),
            b'"' | b'\'' => end_of_string(bytes, at) - at,
            b'<' if rest.starts_with(b"<<") => {
                depth += 1;
                if depth > DEEPEST_TRIPLE_TERM {
                    return Err(refused(
                        bytes,
                        at,
                        format!("triple terms are nested more than {DEEPEST_TRIPLE_TERM} deep"),
                    ));
                }
                2
            }
            b'<' => rest_until(at, |byte| *byte == b'>') + 1,
            b'>' if rest.starts_with(b">>") => {
                depth = depth.saturating_sub(1);
                2
            }
            // An escaped character of a local name.
            b'\\' => 2,
            _ => 1,
        };
    }
    Ok(())
}

fn guard_json(bytes: &[u8]) -> Result<(), IngestError> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST_JSON {
                    return Err(refused(
                        bytes,
                        at,
                        format!("JSON-LD is nested more than {DEEPEST_JSON} deep; flatten it"),
                    ));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

fn guard_xml(bytes: &[u8]) -> Result<(), IngestError> {
    // Namespace abbreviations are what honest files declare; those are few, short and flat.
    let mut from = 0;
    let mut declarations = 0;
    while let Some(at) = find(&bytes[from..], b"<!ENTITY").map(|at| from + at) {
        let end = end_of_declaration(bytes, at);
        let declaration = &bytes[at..end];
        declarations += 1;
        let problem = if declaration.contains(&b'&') || declaration.contains(&b'%') {
            "entities that refer to entities are refused; write them out"
        } else if find(declaration, b"SYSTEM").is_some() || find(declaration, b"PUBLIC").is_some() {
            "external entities are refused"
        } else if declarations > MOST_ENTITIES || declaration.len() > LONGEST_ENTITY {
            "more than 200 entities, or one of more than 500 bytes, are refused; write them out"
        } else {
            from = end;
            continue;
        };
        return Err(refused(bytes, at, problem.to_owned()));
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'<') {
        let start = at + start;
        let rest = &bytes[start..];
        // What is no tag ends in its own way, whatever quotes it holds.
        let other = [
            (&b"<!--"[..], &b"-->"[..]),
            (b"<![CDATA[", b"]]>"),
            (b"<?", b"?>"),
        ];
        if let Some((_, end)) = other.iter().find(|(begin, _)| rest.starts_with(begin)) {
            match find(rest, end) {
                Some(length) => at = start + length + end.len(),
                None => return Ok(()),
            }
            continue;
        }
        let (mut attributes, mut quote) = (0, 0);
        let mut length = None;
        for (offset, byte) in rest.iter().enumerate() {
            match *byte {
                b'"' | b'\'' if quote == 0 => quote = *byte,
                byte if quote != 0 && byte == quote => quote = 0,
                b'=' if quote == 0 => attributes += 1,
                b'>' if quote == 0 => {
                    length = Some(offset + 1);
                    break;
                }
                _ => {}
            }
            if attributes > MOST_ATTRIBUTES || offset > LONGEST_TAG {
                return Err(refused(
                    bytes,
                    start,
                    "a tag of more than 1 MiB or 1,000 attributes is refused".to_owned(),
                ));
            }
        }
        // It does not end: the parser says so.
        let Some(length) = length else { return Ok(()) };
        match rest.get(1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'!') => {}
            _ if rest[..length].ends_with(b"/>") => {}
            _ => depth += 1,
        }
        if depth > DEEPEST_XML {
            return Err(refused(
                bytes,
                start,
                format!("RDF/XML is nested more than {DEEPEST_XML} deep; flatten it"),
            ));
        }
        at = start + length;
    }
    Ok(())
}

/// Where an entity declaration ends: at the first `>` outside quotes.
fn end_of_declaration(bytes: &[u8], start: usize) -> usize {
    let mut quote = 0;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match *byte {
            b'"' | b'\'' if quote == 0 => quote = *byte,
            byte if quote != 0 && byte == quote => quote = 0,
            b'>' if quote == 0 => return at,
            _ => {}
        }
    }
    bytes.len()
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The name of a graph: an absolute IRI, or a plain name under the graphs of Weft.
///
/// # Errors
/// [`IngestError::RdfSyntax`] if it is neither.
pub fn graph_named(name: &str) -> Result<NamedNode, IngestError> {
    let iri = if name.contains(':') {
        name.to_owned()
    } else {
        format!("https://w3id.org/weft/graph/{name}")
    };
    let is_plain = name
        .split('/')
        .all(|part| !part.is_empty() && part != "." && part != "..");
    if !name.contains(':') && !is_plain {
        return Err(syntax(format!(
            "\"{name}\" is no name for a graph; write an IRI, or a name like partner/mine"
        )));
    }
    NamedNode::new(&iri).map_err(|error| {
        syntax(format!(
            "<{iri}> is no IRI for a graph ({error}); write one like https://example.org/graph or a plain name"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn parse(text: &str, format: RdfFormat) -> Result<Batch, IngestError> {
        parse_bytes(text.as_bytes(), format, &ParseOptions::default())
    }

    const JSON_LD: RdfFormat = RdfFormat::JsonLd {
        profile: JsonLdProfileSet::empty(),
    };

    #[test]
    fn an_error_names_its_line() {
        let error = parse(
            "<http://a> <http://b> <http://c> .\nnonsense .",
            RdfFormat::Turtle,
        );
        assert!(error.err().unwrap().to_string().starts_with("2:"));
    }

    #[test]
    fn a_late_error_names_its_line_although_the_file_is_parsed_in_pieces() {
        let mut text = String::new();
        for n in 0..50_000 {
            writeln!(text, "<http://e/{n}> <http://e/p> \"{n}\" .").unwrap();
        }
        text += "<http://e/x> <http://e/p> oops .\n";
        let error = parse(&text, RdfFormat::NTriples).err().unwrap().to_string();
        assert!(error.starts_with("50001:"), "{error}");
    }

    #[test]
    fn a_blank_node_is_one_across_pieces_and_two_across_documents() {
        let mut text = String::new();
        for n in 0..50_000 {
            writeln!(text, "_:same <http://e/p> \"{n}\" .").unwrap();
        }
        let subjects = |batch: &Batch| {
            batch
                .quads()
                .iter()
                .map(|quad| quad[0])
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        let mut both = parse(&text, RdfFormat::NTriples).unwrap();
        assert_eq!((both.len(), subjects(&both)), (50_000, 1));
        both.append(&parse("_:same <http://e/p> 'x' .", RdfFormat::Turtle).unwrap());
        assert_eq!(subjects(&both), 2);
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let text = "\u{feff}<http://a> <http://b> <http://c> .";
        assert_eq!(parse(text, RdfFormat::Turtle).unwrap().len(), 1);
    }

    #[test]
    fn a_graph_has_a_name() {
        assert!(graph_named("partner/mine").is_ok());
        for name in ["", "/", "partner/", "partner/../ontology"] {
            assert!(graph_named(name).is_err(), "{name}");
        }
    }

    #[test]
    fn prefixes_come_along() {
        let batch = parse("@prefix e: <http://e/> . e:a e:b e:c .", RdfFormat::Turtle).unwrap();
        assert_eq!(
            batch.prefixes().get("e").map(String::as_str),
            Some("http://e/")
        );
    }

    #[test]
    fn quotes_in_comments_and_text_do_not_make_a_tag_long() {
        let text = format!(
            "<?xml version='1.0'?><!-- don't -->\
             <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://e/'>\
             <rdf:Description rdf:about='http://e/a'><e:p>it's {}</e:p>\
             <e:q><![CDATA[<don't>]]></e:q></rdf:Description></rdf:RDF>",
            "x".repeat(2 << 20)
        );
        assert_eq!(parse(&text, RdfFormat::RdfXml).unwrap().len(), 2);
    }

    #[test]
    fn bombs_are_refused() {
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        assert!(parse(&deep, JSON_LD).is_err());
        let entities =
            "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><r/>";
        assert!(parse(entities, RdfFormat::RdfXml).is_err());
        let hidden = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"x\"><!-- < ]> --><!ENTITY b \"&a;&a;\">]><r/>";
        assert!(parse(hidden, RdfFormat::RdfXml).is_err());
        let attributes: String = (0..1_100).fold(String::new(), |mut text, n| {
            let _ = write!(text, " a{n}='1'");
            text
        });
        assert!(parse(&format!("<r{attributes}/>"), RdfFormat::RdfXml).is_err());
        let elements = |depth: usize| {
            format!(
                "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://e/'>{}<!-- > --><rdf:Description/>{}</rdf:RDF>",
                "<rdf:Description><e:p>".repeat(depth),
                "</e:p></rdf:Description>".repeat(depth)
            )
        };
        assert_eq!(parse(&elements(200), RdfFormat::RdfXml).unwrap().len(), 200);
        assert!(parse(&elements(300), RdfFormat::RdfXml).is_err());
        let wide = elements(1).repeat(1_000).replace("</rdf:RDF><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:e='http://e/'>", "");
        assert_eq!(parse(&wide, RdfFormat::RdfXml).unwrap().len(), 1_000);
        let nested = format!(
            "<http://a> <http://b> {} <http://c> {} .",
            "<<( <http://a> <http://b> ".repeat(200_000),
            ")>>".repeat(200_000)
        );
        assert!(parse(&nested, RdfFormat::NTriples).is_err());
        assert!(parse(&nested, RdfFormat::Turtle).is_err());
    }
}
