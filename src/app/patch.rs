//! RDF Patch (<https://afs.github.io/rdf-patch/>): changes as lines of text, in order.
//!
//! A patch here is one transaction with its header:
//!
//! ```text
//! H id <urn:weft:commit:7:HASH> .
//! H prev <urn:weft:commit:6:HASH> .
//! TX .
//! PA "weft" "https://w3id.org/weft/ns#" .
//! D <http://e/s> <http://e/p> "old" <http://e/g> .
//! A <http://e/s> <http://e/p> "new" <http://e/g> .
//! TC .
//! ```
//!
//! The format has no way to say that a graph without statements came to be or went; the headers
//! `graph-created` and `graph-dropped`, which others pass over, say it.

use super::AppError;
use oxigraph::model::{GraphName, NamedNode, NamedOrBlankNode, Quad};
use oxttl::NQuadsParser;
use std::io::{self, BufRead, Write};

/// The media type.
pub const MEDIA_TYPE: &str = "application/rdf-patch";
/// Bytes that a row may have.
const LONGEST_ROW: u64 = 64 << 20;

/// One transaction of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// What it is called.
    pub id: Option<String>,
    /// What the one before it is called.
    pub previous: Option<String>,
    /// The data version that it made where it comes from.
    pub version: Option<u64>,
    /// Statements that come (`true`) and go (`false`), in their order.
    pub changes: Vec<(bool, Quad)>,
    /// Graphs that come to exist.
    pub created: Vec<GraphName>,
    /// Graphs that are dropped.
    pub dropped: Vec<GraphName>,
    /// Prefixes for people.
    pub prefixes: Vec<(String, String)>,
    /// The line at which it begins, counted from 1.
    pub line: u64,
}

impl Patch {
    /// Refuses a patch that does not follow `last`, where both say what they are.
    ///
    /// # Errors
    /// [`PatchError::OutOfOrder`].
    pub fn check_follows(&self, last: Option<&str>) -> Result<(), PatchError> {
        match (&self.previous, last) {
            (Some(previous), Some(last)) if previous != last => Err(PatchError::OutOfOrder {
                line: self.line,
                previous: previous.clone(),
                last: last.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Every graph that the patch writes.
    pub fn graphs(&self) -> impl Iterator<Item = &GraphName> {
        let quads = self.changes.iter().map(|(_, quad)| &quad.graph_name);
        quads.chain(&self.created).chain(&self.dropped)
    }
}

/// What is wrong with a patch.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// A row that is none.
    #[error("line {line}: {detail}")]
    Row {
        /// Where, counted from 1.
        line: u64,
        /// What is wrong.
        detail: String,
    },
    /// A transaction that does not follow the one before it.
    #[error(
        "line {line}: this change follows <{previous}>, but the last one here is <{last}>; ask the feed for what comes after that"
    )]
    OutOfOrder {
        /// Where the transaction begins.
        line: u64,
        /// What it follows.
        previous: String,
        /// What was there.
        last: String,
    },
    /// The text cannot be read.
    #[error("the patch cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Reads the transactions of a patch, one at a time.
pub struct PatchReader<R> {
    source: R,
    line: u64,
    header: Patch,
    done: bool,
}

impl<R: BufRead> PatchReader<R> {
    /// From its text.
    pub fn new(source: R) -> Self {
        Self {
            source,
            line: 0,
            header: Patch::default(),
            done: false,
        }
    }

    fn wrong(&self, detail: impl Into<String>) -> PatchError {
        PatchError::Row {
            line: self.line,
            detail: detail.into(),
        }
    }

    /// The next row without spaces around it; `None` at the end.
    fn row(&mut self) -> Result<Option<String>, PatchError> {
        loop {
            let mut bytes = Vec::new();
            let read =
                io::Read::take(&mut self.source, LONGEST_ROW).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 == LONGEST_ROW {
                return Err(self.wrong("the row is too long"));
            }
            let text = String::from_utf8(bytes)
                .map_err(|_| self.wrong("the row is not UTF-8; save the patch as UTF-8"))?;
            let text = text.trim_start_matches('\u{feff}').trim();
            if !text.is_empty() && !text.starts_with('#') {
                return Ok(Some(text.to_owned()));
            }
        }
    }

    fn read(&mut self) -> Result<Option<Patch>, PatchError> {
        let mut patch: Option<Patch> = None;
        let mut run = Run::default();
        loop {
            let Some(row) = self.row()? else {
                if patch.is_some() {
                    return Err(self.wrong(
                        "the patch ends within a transaction; it was cut off, so send it again",
                    ));
                }
                return Ok(None);
            };
            let (code, rest) = row.split_once([' ', '\t']).unwrap_or((&row, ""));
            let (code, rest) = (code.trim_end_matches('.'), rest.trim());
            if !matches!(code, "A" | "D")
                && let Some(patch) = &mut patch
            {
                run.parse_into(patch)?;
            }
            match (code, &mut patch) {
                ("H", None) => self.take_header(rest)?,
                ("H", Some(_)) => {
                    return Err(self.wrong("a header stands before its transaction, not in it"));
                }
                ("TX", None) => {
                    let mut begun = std::mem::take(&mut self.header);
                    begun.line = self.line;
                    patch = Some(begun);
                }
                ("TX", Some(_)) => {
                    return Err(self.wrong("a transaction begins before the last has ended"));
                }
                ("TC", Some(_)) => return Ok(patch),
                ("TA", Some(_)) => patch = None,
                ("TC" | "TA", None) => return Err(self.wrong("no transaction has begun (TX)")),
                ("PA", Some(patch)) => {
                    let [name, iri] = self.strings(rest)?;
                    if NamedNode::new(&iri).is_err() {
                        return Err(self.wrong(format!("<{iri}> is not an absolute IRI")));
                    }
                    patch.prefixes.push((name, iri));
                }
                // A store keeps the prefixes it has learnt.
                ("PD", Some(_)) => {}
                ("A" | "D", Some(patch)) => {
                    run.push(patch, code == "A", rest, self.line)?;
                }
                ("A" | "D" | "PA" | "PD", None) => {
                    return Err(self.wrong("changes stand between TX and TC"));
                }
                (other, _) => {
                    return Err(self.wrong(format!(
                        "`{}` is no row of RDF Patch; those are H, TX, TC, TA, PA, PD, A and D",
                        other.chars().take(20).collect::<String>().escape_debug()
                    )));
                }
            }
        }
    }

    fn take_header(&mut self, rest: &str) -> Result<(), PatchError> {
        let (name, value) = rest
            .split_once([' ', '\t'])
            .ok_or_else(|| self.wrong("a header has a name and a value"))?;
        let value = value.trim().trim_end_matches('.').trim();
        let iri = |value: &str| {
            let inner = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
            inner.unwrap_or(value).trim_matches('"').to_owned()
        };
        match name {
            "id" => self.header.id = Some(iri(value)),
            "prev" => self.header.previous = Some(iri(value)),
            "version" => self.header.version = iri(value).parse().ok(),
            "graph-created" | "graph-dropped" => {
                let graph = graph_name(value)
                    .ok_or_else(|| self.wrong(format!("{value} is no name of a graph")))?;
                if name == "graph-created" {
                    self.header.created.push(graph);
                } else {
                    self.header.dropped.push(graph);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Two strings; the second may be an IRI.
    fn strings(&self, rest: &str) -> Result<[String; 2], PatchError> {
        let wrong = || self.wrong("a prefix is written as PA \"name\" \"IRI\" .");
        let rest = rest.trim_end_matches('.').trim();
        let (name, iri) = rest.split_once([' ', '\t']).ok_or_else(wrong)?;
        let inner = |text: &str| {
            let text = text.trim();
            text.strip_prefix('"')
                .and_then(|text| text.strip_suffix('"'))
                .or_else(|| text.strip_prefix('<')?.strip_suffix('>'))
                .map(str::to_owned)
        };
        let name = inner(name)
            .or_else(|| name.trim().strip_suffix(':').map(str::to_owned))
            .ok_or_else(wrong)?;
        let fits = name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let iri = inner(iri).filter(|_| fits).ok_or_else(wrong)?;
        Ok([name, iri])
    }
}

impl<R: BufRead> Iterator for PatchReader<R> {
    type Item = Result<Patch, PatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

fn graph_name(text: &str) -> Option<GraphName> {
    if let Some(iri) = text.strip_prefix('<').and_then(|v| v.strip_suffix('>')) {
        return Some(NamedNode::new(iri).ok()?.into());
    }
    let label = text.strip_prefix("_:")?;
    Some(oxigraph::model::BlankNode::new(label).ok()?.into())
}

/// Rows of one kind that follow each other: they are N-Quads, and parsed as such in one go.
#[derive(Default)]
struct Run {
    added: bool,
    text: String,
    lines: Vec<u64>,
}

impl Run {
    /// Rows that are parsed at a time.
    const ROWS: usize = 10_000;

    fn push(
        &mut self,
        patch: &mut Patch,
        added: bool,
        row: &str,
        line: u64,
    ) -> Result<(), PatchError> {
        if added != self.added || self.lines.len() >= Self::ROWS {
            self.parse_into(patch)?;
        }
        self.added = added;
        if row.contains("<_:") {
            self.text.push_str(&plain_blank_nodes(row));
        } else {
            self.text.push_str(row);
        }
        self.text.push('\n');
        self.lines.push(line);
        Ok(())
    }

    fn parse_into(&mut self, patch: &mut Patch) -> Result<(), PatchError> {
        let lines = std::mem::take(&mut self.lines);
        let text = std::mem::take(&mut self.text);
        let line_of = |index: usize| lines.get(index).or(lines.last()).copied().unwrap_or(0);
        let before = patch.changes.len();
        for quad in NQuadsParser::new().for_slice(text.as_bytes()) {
            let quad = quad.map_err(|error| PatchError::Row {
                line: line_of(usize::try_from(error.location().start.line).unwrap_or(usize::MAX)),
                detail: error.message().to_owned(),
            })?;
            patch.changes.push((self.added, quad));
        }
        if patch.changes.len() - before != lines.len() {
            return Err(PatchError::Row {
                line: line_of(0),
                detail: "each row has one statement and ends with a full stop".to_owned(),
            });
        }
        Ok(())
    }
}

/// The other way to write a blank node, `<_:label>`, as N-Quads have it; texts stay as they are.
fn plain_blank_nodes(row: &str) -> String {
    let mut plain = String::with_capacity(row.len());
    let mut rest = row;
    let mut in_text = false;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if in_text && c == '\\' {
            taken += rest[taken..].chars().next().map_or(0, char::len_utf8);
        } else if c == '"' {
            in_text = !in_text;
        } else if !in_text
            && let Some(label) = rest.strip_prefix("<_:")
            && let Some((label, after)) = label.split_once('>')
        {
            plain.push_str("_:");
            plain.push_str(label);
            rest = after;
            continue;
        }
        plain.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    plain
}

/// What stands before the statements of a transaction.
pub struct PatchHeader<'a> {
    /// Names and values, each a term as N-Quads write it.
    pub fields: &'a [(&'a str, String)],
    /// Prefixes.
    pub prefixes: &'a [(String, String)],
}

impl PatchHeader<'_> {
    /// Writes the header and begins the transaction.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, value) in self.fields {
            writeln!(out, "H {name} {value} .")?;
        }
        writeln!(out, "TX .")?;
        for (name, iri) in self.prefixes {
            writeln!(out, "PA {} {} .", text(name), text(iri))?;
        }
        Ok(())
    }
}

/// A text as N-Quads write it.
pub fn text(value: &str) -> String {
    oxigraph::model::Literal::new_simple_literal(value).to_string()
}

/// Writes the row of one statement.
///
/// # Errors
/// Those of the writer.
pub fn write_row(added: bool, quad: &Quad, out: &mut dyn Write) -> io::Result<()> {
    let code = if added { 'A' } else { 'D' };
    write!(
        out,
        "{code} {} {} {}",
        quad.subject, quad.predicate, quad.object
    )?;
    match &quad.graph_name {
        GraphName::DefaultGraph => writeln!(out, " ."),
        graph => writeln!(out, " {graph} ."),
    }
}

/// Ends the transaction.
///
/// # Errors
/// Those of the writer.
pub fn write_end(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "TC .")
}

impl From<PatchError> for AppError {
    fn from(error: PatchError) -> Self {
        Self::Patch(error)
    }
}

/// The node of a graph name, if it has one.
pub(super) fn node_of(graph: &GraphName) -> Option<NamedOrBlankNode> {
    match graph {
        GraphName::DefaultGraph => None,
        GraphName::NamedNode(node) => Some(node.clone().into()),
        GraphName::BlankNode(node) => Some(node.clone().into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Patch>, String> {
        PatchReader::new(text.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())
    }

    #[test]
    fn transactions_are_read_in_order_with_their_headers() {
        let patches = read(concat!(
            "\u{feff}# a comment\n",
            "H id <urn:weft:commit:1:aa> .\n",
            "H graph-created <http://e/empty> .\n",
            "TX .\n",
            "PA \"e\" \"http://e/\" .\n",
            "A <http://e/s> <http://e/p> \"a \\\" <_:no> TC\"@ar--rtl <http://e/g> .\r\n",
            "A <_:b1> <http://e/p> <<( <http://e/s> <http://e/p> _:b1 )>> .\n",
            "D <http://e/s> <http://e/p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n",
            "TC .\n\n",
            "TX .\nA <http://e/s> <http://e/p> _:x .\nTA .\n",
            "H prev <urn:weft:commit:1:aa> .\nH version \"2\" .\nTX .\nTC .\n",
        ))
        .unwrap();
        assert_eq!(patches.len(), 2);
        let first = &patches[0];
        assert_eq!(first.line, 4);
        assert_eq!(first.id.as_deref(), Some("urn:weft:commit:1:aa"));
        assert_eq!(first.prefixes, [("e".to_owned(), "http://e/".to_owned())]);
        let rows: Vec<String> = first
            .changes
            .iter()
            .map(|(added, quad)| {
                let mut row = Vec::new();
                write_row(*added, quad, &mut row).unwrap();
                String::from_utf8(row).unwrap()
            })
            .collect();
        assert_eq!(
            rows,
            [
                "A <http://e/s> <http://e/p> \"a \\\" <_:no> TC\"@ar--rtl <http://e/g> .\n",
                "A _:b1 <http://e/p> <<( <http://e/s> <http://e/p> _:b1 )>> .\n",
                "D <http://e/s> <http://e/p> \"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n",
            ]
        );
        assert_eq!(first.graphs().count(), 4);
        assert!(patches[1].check_follows(first.id.as_deref()).is_ok());
        assert!(patches[1].check_follows(Some("urn:other")).is_err());
        assert_eq!(patches[1].version, Some(2));
    }

    #[test]
    fn what_is_no_patch_is_named_with_its_line() {
        for (text, expected) in [
            ("TX .\nA <http://e/s> <http://e/p> .\nTC .\n", "line 2"),
            ("TX .\nA <http://e/s> <http://e/p> \"x\" .\n", "cut off"),
            ("A <http://e/s> <http://e/p> \"x\" .\n", "line 1"),
            ("TX .\nTX .\n", "line 2"),
            ("TX .\nD <s> <http://e/p> \"x\" .\nTC .", "line 2"),
            ("\n\nQ <http://e/s> .\n", "line 3: `Q`"),
            ("TX .\nPA \"x\" \"no iri\" .\nTC .\n", "line 2"),
            (
                "TX .\nA <http://e/s> <http://e/p> 1 . A <http://e/s> <http://e/p> 2 .\nTC .\n",
                "line 2",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
