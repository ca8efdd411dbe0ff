//! Where nodes are described in the text of a document.

use oxigraph::io::RdfFormat;
use oxigraph::model::NamedOrBlankNode;
use std::collections::{HashMap, HashSet};

/// The lines of a text, with their numbers from 1.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    (1..).zip(lines)
}

/// The lines at which the nodes that are looked for are first described.
///
/// Exact in N-Triples, N-Quads, Turtle, TriG and N3 (the line at which the statement begins) and in
/// RDF/XML (the line with its `rdf:about`); in JSON-LD, whose parser tells no places, the first
/// line with the IRI in quotes.
///
/// # Complexity
/// One pass over the text.
pub fn places(bytes: &[u8], format: RdfFormat, wanted: &HashSet<&str>) -> HashMap<String, u64> {
    let mut found = HashMap::new();
    if wanted.is_empty() {
        return found;
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match format {
        RdfFormat::NTriples | RdfFormat::NQuads => of_lines(bytes, wanted, &mut found),
        RdfFormat::RdfXml => of_xml(bytes, wanted, &mut found),
        RdfFormat::JsonLd { .. } => of_json(bytes, wanted, &mut found),
        RdfFormat::TriG => {
            let mut parser = oxttl::TriGParser::new()
                .with_base_iri(BASE)
                .ok()
                .map(|p| p.low_level());
            of_statements(bytes, wanted, &mut found, |line| {
                let parser = parser.as_mut()?;
                parser.extend_from_slice(line);
                let mut subjects = Vec::new();
                while let Some(quad) = parser.parse_next() {
                    subjects.push(quad.ok()?.subject);
                }
                Some(subjects)
            });
        }
        _ => {
            let mut parser = oxttl::TurtleParser::new()
                .with_base_iri(BASE)
                .ok()
                .map(|p| p.low_level());
            of_statements(bytes, wanted, &mut found, |line| {
                let parser = parser.as_mut()?;
                parser.extend_from_slice(line);
                let mut subjects = Vec::new();
                while let Some(triple) = parser.parse_next() {
                    subjects.push(triple.ok()?.subject);
                }
                Some(subjects)
            });
        }
    }
    found
}

/// Relative IRIs are of no interest here, but must not end the search.
const BASE: &str = super::NO_BASE;

fn of_lines(bytes: &[u8], wanted: &HashSet<&str>, found: &mut HashMap<String, u64>) {
    for (number, line) in lines(bytes) {
        let line = line.trim_ascii_start();
        let Some(rest) = line.strip_prefix(b"<") else {
            continue;
        };
        let end = rest.iter().position(|byte| *byte == b'>').unwrap_or(0);
        if let Ok(iri) = str::from_utf8(&rest[..end])
            && wanted.contains(iri)
            && !found.contains_key(iri)
        {
            found.insert(iri.to_owned(), number);
        }
    }
}

/// Statements are read from a parser that is handed one line after the other; a syntax error ends
/// the search, it is reported elsewhere.
fn of_statements(
    bytes: &[u8],
    wanted: &HashSet<&str>,
    found: &mut HashMap<String, u64>,
    mut read: impl FnMut(&[u8]) -> Option<Vec<NamedOrBlankNode>>,
) {
    let mut started = 1;
    for (number, line) in lines(bytes) {
        let Some(subjects) = read(line) else { return };
        for subject in subjects {
            if let NamedOrBlankNode::NamedNode(node) = subject
                && wanted.contains(node.as_str())
            {
                found.entry(node.into_string()).or_insert(started);
            }
        }
        let text = line.trim_ascii();
        let ended = text.is_empty()
            || text.starts_with(b"#")
            || text.ends_with(b".")
            || text.ends_with(b"{")
            || text.ends_with(b"}");
        if ended {
            started = number + 1;
        }
    }
}

fn of_xml(bytes: &[u8], wanted: &HashSet<&str>, found: &mut HashMap<String, u64>) {
    let Ok(parser) = oxrdfio::RdfParser::from_format(RdfFormat::RdfXml).with_base_iri(BASE) else {
        return;
    };
    // Positions come from the text itself: subjects are written as attributes, whole or relative.
    let mut subjects: HashSet<String> = HashSet::new();
    for quad in parser.for_slice(bytes) {
        let Ok(quad) = quad else { break };
        if let NamedOrBlankNode::NamedNode(node) = quad.subject
            && wanted.contains(node.as_str())
        {
            subjects.insert(node.into_string());
        }
    }
    for (number, line) in lines(bytes) {
        let Ok(line) = str::from_utf8(line) else {
            continue;
        };
        for attribute in ["rdf:about=", "rdf:ID="] {
            for (at, _) in line.match_indices(attribute) {
                let rest = &line[at + attribute.len()..];
                let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                    continue;
                };
                let Some(iri) = rest[1..].split(quote).next() else {
                    continue;
                };
                let iri = iri.replace("&amp;", "&");
                if subjects.contains(&iri) {
                    found.entry(iri).or_insert(number);
                }
            }
        }
    }
}

fn of_json(bytes: &[u8], wanted: &HashSet<&str>, found: &mut HashMap<String, u64>) {
    for (number, line) in lines(bytes) {
        let Ok(line) = str::from_utf8(line) else {
            continue;
        };
        // What stands between quotes, every second piece.
        for text in line.split('"').skip(1).step_by(2) {
            let text = text.replace("\\/", "/");
            if wanted.contains(text.as_str()) {
                found.entry(text).or_insert(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxigraph::io::JsonLdProfileSet;

    fn check(text: &str, format: RdfFormat, expected: Option<u64>) {
        let wanted = HashSet::from(["http://ex/b"]);
        let found = places(text.as_bytes(), format, &wanted);
        assert_eq!(
            found.get("http://ex/b").copied(),
            expected,
            "{format}: {text}"
        );
    }

    #[test]
    fn a_node_is_found_at_the_line_where_its_statement_begins() {
        let nt = "<http://ex/a> <http://p> <http://ex/b> .\n\n<http://ex/b> <http://p> \"x\" .\n";
        check(nt, RdfFormat::NTriples, Some(3));
        check(nt, RdfFormat::NQuads, Some(3));
        let ttl = "@prefix : <http://ex/> .\n:a :p 1 .\n\n:b a :A ;\n  :since \"soon\" .\n";
        check(ttl, RdfFormat::Turtle, Some(4));
        check(&format!("\u{feff}{ttl}"), RdfFormat::Turtle, Some(4));
        let trig = "@prefix : <http://ex/> .\n:g {\n  :a :p 1 .\n  :b :p 2 ;\n :q 3 .\n}\n";
        check(trig, RdfFormat::TriG, Some(4));
        let xml = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:e=\"http://ex/\">\n<rdf:Description rdf:about=\"http://ex/a\"><e:p>1</e:p></rdf:Description>\n<rdf:Description rdf:about=\"http://ex/b\">\n<e:p>1</e:p></rdf:Description></rdf:RDF>";
        check(xml, RdfFormat::RdfXml, Some(3));
        let json = "[\n{\"@id\": \"http://ex/a\"},\n{\"@id\": \"http://ex/b\", \"http://p\": 1}]";
        let format = RdfFormat::JsonLd {
            profile: JsonLdProfileSet::empty(),
        };
        check(json, format, Some(3));
        check(
            "@prefix : <http://ex/> .\n:a :p oops .\n:b :p 1 .",
            RdfFormat::Turtle,
            None,
        );
    }
}
