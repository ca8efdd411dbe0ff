//! CSV: streamed, in any encoding, with row-wise recovery.
//!
//! A row with too few or too many cells is left out: which column each of its cells belongs to is
//! not known. Empty cells too many at the end are no harm and are ignored, and so are empty lines.

use super::{Columns, NextRow, Row, TableError, TableOptions, TableSource, cell_text};
use crate::ingest::report::{Finding, Severity};
use ::csv::{ByteRecord, ErrorKind, ReaderBuilder};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

pub(super) struct Reader {
    name: String,
    path: PathBuf,
    csv: ::csv::Reader<Watched>,
    record: ByteRecord,
    number: u64,
    /// The line where the record begins.
    line: u64,
    failed: bool,
    /// For [`TableOptions::is_comment`].
    options: TableOptions,
}

impl Reader {
    pub(super) fn open(
        source: &TableSource,
        options: &TableOptions,
        columns: &mut Columns,
    ) -> Result<Self, TableError> {
        let path = source.path();
        let io = |error| TableError::io(&path, error);
        let mut bytes = source.open()?;
        let start = bytes.fill_buf().map_err(io)?;
        let marked = Encoding::for_bom(start);
        let encoding = match (&options.encoding, marked) {
            (_, Some((encoding, _))) => encoding,
            (None, None) => UTF_8,
            (Some(name), None) => Encoding::for_label(name.as_bytes()).ok_or_else(|| {
                TableError::content(
                    &path,
                    None,
                    format!("the encoding {name:?} is not known"),
                    "use a name of the web's list, such as \"utf-8\", \"windows-1252\" or \"iso-8859-15\"",
                )
            })?,
        };
        bytes.consume(marked.map_or(0, |(_, length)| length));
        let decoded = if encoding == UTF_8 {
            Decoded::Plain(bytes)
        } else {
            Decoded::Other(Box::new(Recode::new(bytes, encoding)))
        };
        let mut text = BufReader::with_capacity(1 << 16, decoded);
        let delimiter = match options.delimiter {
            Some(delimiter) => delimiter,
            None => find_delimiter(text.fill_buf().map_err(io)?, options),
        };
        let csv = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Watched {
                inner: text,
                read: 0,
                breaks: VecDeque::new(),
            });
        let mut reader = Self {
            name: source.name(),
            path: path.clone(),
            csv,
            record: ByteRecord::new(),
            number: 0,
            line: 1,
            failed: false,
            options: options.clone(),
        };
        while {
            if !reader.advance()? {
                return Err(TableError::content(
                    &path,
                    None,
                    "the file is empty",
                    "its first line must name the columns",
                ));
            }
            reader.at_comment()
        } {}
        for heading in &reader.record {
            columns.push_heading(&String::from_utf8_lossy(heading));
        }
        Ok(reader)
    }

    fn advance(&mut self) -> Result<bool, TableError> {
        if self.failed {
            return Ok(false);
        }
        self.number += 1;
        let start = self.csv.position().byte();
        let more = self
            .csv
            .read_byte_record(&mut self.record)
            .map_err(|error| {
                self.failed = true;
                let message = match error.kind() {
                    ErrorKind::Io(source) => {
                        format!("the file cannot be read on from here: {source}")
                    }
                    _ => error.to_string(),
                };
                let line = Some(self.csv.position().line());
                TableError::content(&self.path, line, message, "fetch or unpack the file again")
            })?;
        self.line = self.csv.get_mut().line_at(start, self.line);
        Ok(more)
    }

    pub(super) fn next_row(&mut self, columns: &Columns) -> Result<NextRow, TableError> {
        loop {
            if !self.advance()? {
                return Ok(NextRow::End);
            }
            if self.at_comment() {
                continue;
            }
            // One cell with nothing in it is a line of blanks.
            if self.record.len() > 1 || !self.record.as_slice().trim_ascii().is_empty() {
                return Ok(self.check_row(columns));
            }
        }
    }

    fn at_comment(&self) -> bool {
        let first = self.record.get(0).unwrap_or_default();
        self.options.is_comment(&String::from_utf8_lossy(first))
    }

    fn check_row(&self, columns: &Columns) -> NextRow {
        let line = self.line;
        let width = columns.list().len();
        let found = self.record.len();
        let mut surplus = self.record.iter().skip(width);
        if found < width || surplus.any(|cell| !cell.trim_ascii().is_empty()) {
            let lines = self
                .record
                .as_slice()
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            let remedy = if lines > 20 {
                format!(
                    "it reaches over {lines} lines: a quotation mark is opened here and not closed; \
                     close it, or double it if it is part of the text"
                )
            } else {
                "quote cells that hold the separator or a line break".to_owned()
            };
            let reason = format!("the row has {found} cells, the header {width}");
            return NextRow::Bad(
                Finding::new(Severity::Error, &self.name, reason, remedy).at_line(line),
            );
        }
        let mut cells = Vec::with_capacity(width);
        for (position, cell) in self.record.iter().take(width).enumerate() {
            let Ok(text) = str::from_utf8(cell) else {
                let column = columns.list().get(position).map(|c| c.heading.clone());
                let finding = Finding::new(
                    Severity::Error,
                    &self.name,
                    "the text is not UTF-8",
                    "say `encoding = \"windows-1252\"` (or another) in the mapping, or save the file as UTF-8",
                );
                let text = String::from_utf8_lossy(cell);
                return NextRow::Bad(finding.at_line(line).in_column(column).about(Some(&text)));
            };
            cells.push(cell_text(text));
        }
        NextRow::Row(Row {
            number: self.number,
            line,
            cells,
            items: Vec::new(),
        })
    }
}

/// The separator that the first line uses most, outside quotation marks; lines that are comments
/// do not count.
fn find_delimiter(mut start: &[u8], options: &TableOptions) -> u8 {
    const NONE: [(u8, u32); 4] = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut counts = NONE;
    while !start.is_empty() {
        let first = start.trim_ascii_start();
        let first = first.strip_prefix(b"\"").unwrap_or(first);
        let first = first.split(|byte| matches!(byte, b'\n' | b'\r')).next();
        let comment = options.is_comment(&String::from_utf8_lossy(first.unwrap_or_default()));
        let mut quoted = false;
        let mut length = 0;
        for byte in start {
            length += 1;
            match byte {
                b'"' => quoted = !quoted,
                b'\n' | b'\r' if !quoted => break,
                _ if quoted => {}
                byte => {
                    if let Some(entry) = counts.iter_mut().find(|(d, _)| d == byte) {
                        entry.1 += 1;
                    }
                }
            }
        }
        if !comment {
            break;
        }
        counts = NONE;
        start = start.get(length..).unwrap_or_default().trim_ascii_start();
    }
    let mut best = counts[0];
    for entry in counts {
        if entry.1 > best.1 {
            best = entry;
        }
    }
    best.0
}

/// Remembers where line breaks are, to tell in which line a record begins: the position that the
/// `csv` crate gives is before blank lines, and before the `\n` of a `\r\n`.
struct Watched {
    inner: BufReader<Decoded>,
    read: u64,
    /// Offset of each `\r` and `\n` not looked at yet, and whether it is a `\n`.
    breaks: VecDeque<(u64, bool)>,
}

impl Watched {
    /// The line of the first byte from `start` on that is no line break; `line` is that of an
    /// earlier record.
    fn line_at(&mut self, mut start: u64, mut line: u64) -> u64 {
        while let Some((at, is_newline)) = self.breaks.front().copied() {
            if at > start {
                break;
            }
            start = start.max(at + 1);
            line += u64::from(is_newline);
            self.breaks.pop_front();
        }
        line
    }
}

impl Read for Watched {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(out)?;
        for (at, byte) in (self.read..).zip(&out[..count]) {
            if matches!(byte, b'\n' | b'\r') {
                self.breaks.push_back((at, *byte == b'\n'));
            }
        }
        self.read += count as u64;
        Ok(count)
    }
}

enum Decoded {
    Plain(Box<dyn BufRead + Send>),
    Other(Box<Recode>),
}

impl Read for Decoded {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(inner) => inner.read(out),
            Self::Other(inner) => inner.read(out),
        }
    }
}

/// Turns another encoding into UTF-8 as it is read.
struct Recode {
    inner: Box<dyn BufRead + Send>,
    decoder: Decoder,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Recode {
    fn new(inner: Box<dyn BufRead + Send>, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }
}

impl Read for Recode {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            let input = self.inner.fill_buf()?;
            let last = input.is_empty();
            let room = self.decoder.max_utf8_buffer_length(input.len());
            self.ready.clear();
            self.ready.resize(room.unwrap_or(input.len() * 3 + 16), 0);
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(input, &mut self.ready, last);
            self.ready.truncate(written);
            self.given = 0;
            self.inner.consume(read);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let count = out.len().min(self.ready.len() - self.given);
        out[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableOptions;
    use super::super::tests::show;

    fn csv(text: impl Into<Vec<u8>>) -> String {
        show("t.csv", text, &TableOptions::default())
    }

    #[test]
    fn a_byte_order_mark_blank_lines_and_empty_cells_do_not_count() {
        assert_eq!(
            csv("\u{feff}id,name\n1, Ana \n\n2,\n"),
            "2: id=1, name=Ana\n4: id=2"
        );
    }

    #[test]
    fn the_separator_is_found_in_the_first_line() {
        assert_eq!(csv("id;\"a,b\"\n1;2,5\n"), "2: id=1, a_b=2,5");
        assert_eq!(csv("id\tname\n1\tx\n"), "2: id=1, name=x");
    }

    #[test]
    fn rows_that_begin_with_the_comment_sign_are_passed_over() {
        let options = TableOptions {
            comment: Some("#".to_owned()),
            ..TableOptions::default()
        };
        let text = "# Fill in, one row an actor,\n\"# of yours, please\"\n\nid;name\n\
                    #id;what you call it;;\n1;#1 Ana\n";
        assert_eq!(show("t.csv", text, &options), "6: id=1, name=#1 Ana");
        assert!(show("t.csv", "# nothing else\n", &options).contains("the file is empty"));
        assert_eq!(csv("id\n#1\n"), "2: id=#1");
    }

    #[test]
    fn headings_in_other_words_name_the_same_column() {
        let names = ["Total cost", "Coste total"].map(str::to_owned).to_vec();
        let options = TableOptions {
            headings: [("cost".to_owned(), names)].into(),
            ..TableOptions::default()
        };
        let shown = |text: &str| show("t.csv", text, &options);
        assert_eq!(shown("id,COST\n1,2\n"), "2: id=1, cost=2");
        assert_eq!(shown("id,total_cost\n1,2\n"), "2: id=1, cost=2");
        // The first of two counts; the other keeps its own name.
        let two = "Coste  Total,Total cost\n1,2\n";
        assert_eq!(shown(two), "2: cost=1, Total_cost=2");
    }

    #[test]
    fn ragged_rows_are_reported_and_the_rest_goes_on() {
        assert_eq!(
            csv("a,b\n1\n1,2,3\n1,2,,\n4,5\n"),
            "! 2: the row has 1 cells, the header 2\n! 3: the row has 3 cells, the header 2\n\
             4: a=1, b=2\n5: a=4, b=5"
        );
    }

    #[test]
    fn a_line_break_in_a_cell_keeps_line_numbers_right() {
        assert_eq!(csv("a,b\n\"x\ny\",2\n3,4\n"), "2: a=x\ny, b=2\n4: a=3, b=4");
        assert_eq!(
            csv("a\r\n1\r\n\r\n\"2\r\n3\"\r\n4"),
            "2: a=1\n4: a=2\r\n3\n6: a=4"
        );
    }

    #[test]
    fn bytes_that_are_not_utf8_are_reported_or_decoded() {
        let latin = b"name\nAcci\xf3n\nok\n".to_vec();
        assert_eq!(csv(latin.clone()), "! 2: the text is not UTF-8\n3: name=ok");
        let options = TableOptions {
            encoding: Some("windows-1252".to_owned()),
            ..TableOptions::default()
        };
        assert_eq!(show("t.csv", latin, &options), "2: name=Acción\n3: name=ok");
    }

    #[test]
    fn utf16_is_recognised_by_its_mark() {
        let text = "name\nAcción\n";
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(csv(bytes), "2: name=Acción");
    }

    #[test]
    fn an_empty_file_and_an_unknown_encoding_are_errors_with_a_remedy() {
        assert!(csv("").contains("the file is empty; its first line must name the columns"));
        let options = TableOptions {
            encoding: Some("klingon".to_owned()),
            ..TableOptions::default()
        };
        assert!(show("t.csv", "a\n", &options).contains("\"klingon\" is not known"));
    }

    #[test]
    fn an_unclosed_quotation_mark_is_one_bad_row() {
        let text = format!("a,b\n\"x,1\n{}", "y,2\n".repeat(50));
        assert_eq!(csv(text), "! 2: the row has 1 cells, the header 2");
    }
}
