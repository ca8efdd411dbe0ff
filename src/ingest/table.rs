//! Tables: rows of named cells, out of CSV, JSON or a spreadsheet.
//!
//! Whatever the format, a [`Table`] has [columns](Column) and gives one [`Row`] after the other.
//! A row that cannot be used is a [`Finding`] and the next row follows; a file that cannot be
//! read on is a [`TableError`]. `.gz` and `.zst` are recognised by their first bytes.
//!
//! # Cells, lists and nodes
//! A cell is text or empty. CSV and spreadsheets have cells only (the mapping may split some of
//! them into lists). A JSON object is flattened: the members of inner objects become columns
//! named by their path, joined by `_`, and an array makes its column a list. See `table/json.rs` for
//! the details.

mod csv;
mod json;
mod xlsx;

use super::functions::slug;
use super::report::Finding;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A table format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// Comma-separated (or tab, semicolon, bar) values, RFC 4180.
    Csv,
    /// JSON: an array of objects, anywhere in the document, or one object a line.
    Json,
    /// A spreadsheet: `.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`.
    Xlsx,
}

impl TableFormat {
    /// The format that a file name tells (`.gz` and `.zst` are looked through).
    pub fn from_file_name(name: &str) -> Option<Self> {
        let name = plain_name(name).to_ascii_lowercase();
        match name.rsplit_once('.')?.1 {
            "csv" | "tsv" | "txt" => Some(Self::Csv),
            "json" | "jsonl" | "ndjson" | "geojson" => Some(Self::Json),
            "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// The name without `.gz` or `.zst`.
pub(super) fn plain_name(name: &str) -> &str {
    name.strip_suffix(".gz")
        .or_else(|| name.strip_suffix(".zst"))
        .unwrap_or(name)
}

/// How to read a table; everything is optional.
#[derive(Debug, Clone, Default)]
pub struct TableOptions {
    /// The format; default: by the file name.
    pub format: Option<TableFormat>,
    /// JSON Pointer (RFC 6901) to the array of rows.
    pub rows: Option<String>,
    /// Name of the sheet; default: the first.
    pub sheet: Option<String>,
    /// Field separator of a CSV file; default: found out from the first line.
    pub delimiter: Option<u8>,
    /// Name of the character encoding of a CSV file, as on the web (`windows-1252`, …);
    /// default: UTF-8, or what a byte-order mark says.
    pub encoding: Option<String>,
    /// Rows of CSV and spreadsheets whose first cell begins with this text are passed over, before
    /// the header and after it; default: every row counts.
    pub comment: Option<String>,
    /// Other headings of a column, by the name that the mapping gives it. Case, accents and signs
    /// do not count. JSON has no headings.
    pub headings: BTreeMap<String, Vec<String>>,
}

impl TableOptions {
    /// Whether a row that begins with this cell is a remark to people.
    fn is_comment(&self, first_cell: &str) -> bool {
        let mark = self.comment.as_deref().filter(|mark| !mark.is_empty());
        mark.is_some_and(|mark| first_cell.trim_start().starts_with(mark))
    }
}

/// Where the bytes of a table are.
#[derive(Debug, Clone)]
pub enum TableSource {
    /// A file.
    File(PathBuf),
    /// A file that is compiled into the program.
    Embedded {
        /// Its name.
        name: String,
        /// Its content.
        bytes: &'static [u8],
    },
    /// What somebody sent.
    Bytes {
        /// The name it was sent under.
        name: String,
        /// Its content.
        bytes: Arc<[u8]>,
        /// How many bytes may come out of it if it is compressed.
        most: u64,
    },
}

impl TableSource {
    /// The file name, without folders.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            Self::Embedded { name, .. } | Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// The path, for messages.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Embedded { name, .. } | Self::Bytes { name, .. } => PathBuf::from(name),
        }
    }

    fn open_raw(&self) -> Result<Box<dyn Read + Send>, TableError> {
        match self {
            Self::File(path) => {
                let file = File::open(path).map_err(|error| TableError::io(path, error))?;
                Ok(Box::new(file))
            }
            Self::Embedded { bytes, .. } => Ok(Box::new(Cursor::new(*bytes))),
            Self::Bytes { bytes, .. } => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
        }
    }

    /// How many bytes may come out of it.
    fn most(&self) -> u64 {
        match self {
            Self::Bytes { most, .. } => *most,
            // Whoever runs the service chose these.
            Self::File(_) | Self::Embedded { .. } => u64::MAX,
        }
    }

    /// The content, decompressed.
    fn open(&self) -> Result<Box<dyn BufRead + Send>, TableError> {
        let io = |error| TableError::io(&self.path(), error);
        let mut raw = BufReader::with_capacity(1 << 16, self.open_raw()?);
        let start = raw.fill_buf().map_err(io)?;
        Ok(if start.starts_with(&[0x1f, 0x8b]) {
            let reader = flate2::bufread::MultiGzDecoder::new(raw);
            let reader = Bounded::new(reader, self.most());
            Box::new(BufReader::with_capacity(1 << 16, reader))
        } else if start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let reader = zstd::Decoder::with_buffer(raw).map_err(io)?;
            let reader = Bounded::new(reader, self.most());
            Box::new(BufReader::with_capacity(1 << 16, reader))
        } else {
            Box::new(raw)
        })
    }

    fn read(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::new();
        self.open()?
            .read_to_end(&mut bytes)
            .map_err(|error| TableError::io(&self.path(), error))?;
        Ok(bytes)
    }

    /// The BLAKE3 hash of the file as it lies there (compressed or not), in hexadecimal.
    ///
    /// # Errors
    /// [`TableError::Io`] if it cannot be read.
    pub fn hash(&self) -> Result<String, TableError> {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update_reader(self.open_raw()?)
            .map_err(|error| TableError::io(&self.path(), error))?;
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// A reader out of which no more than so many bytes may come.
struct Bounded<R> {
    inner: R,
    left: u64,
    most: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, most: u64) -> Self {
        Self {
            inner,
            left: most,
            most,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(out)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(std::io::Error::new(
                std::io::ErrorKind::FileTooLarge,
                format!(
                    "more than {} bytes come out of it; send less at once",
                    self.most
                ),
            )),
        }
    }
}

/// What the first bytes of a file are, if they are not those of a table in this format.
fn disguise(start: &[u8], format: TableFormat) -> Option<(&'static str, &'static str)> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];
    let text = start.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(start);
    let word: Vec<u8> = text
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take(14)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let is_sheet = start.starts_with(ZIP) || start.starts_with(OLE);
    if start.starts_with(b"%PDF-") {
        return Some(("a PDF", "export the table as CSV"));
    }
    if word.starts_with(b"<!doctype html") || word.starts_with(b"<html") {
        return Some((
            "a web page",
            "download the file itself; perhaps the link led to a page that asks for a login",
        ));
    }
    if [
        &b"\x89PNG"[..],
        b"GIF8",
        &[0xff, 0xd8, 0xff],
        b"\x7fELF",
        b"MZ\x90",
    ]
    .iter()
    .any(|magic| start.starts_with(magic))
    {
        return Some(("no table at all", "send CSV, JSON or a spreadsheet"));
    }
    match format {
        TableFormat::Csv | TableFormat::Json if is_sheet => Some((
            "a spreadsheet or an archive",
            "give it the extension .xlsx (or .zip), or export it as CSV",
        )),
        TableFormat::Xlsx if !is_sheet && !start.is_empty() => Some((
            "no spreadsheet, but perhaps text",
            "give it the extension .csv or .json, or save it as .xlsx",
        )),
        _ => None,
    }
}

/// A table that cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The content is not what the format asks for.
    #[error("{}{}: {message}; {remedy}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, where there is one.
        line: Option<u64>,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
    },
}

impl TableError {
    fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    fn content(
        path: &Path,
        line: Option<u64>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Content {
            path: path.to_owned(),
            line,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading as the file has it.
    pub heading: String,
    /// The name as a SPARQL variable: every character other than an ASCII letter, digit or `_`
    /// is replaced by `_`.
    pub variable: String,
}

/// The columns of a table, in order. A JSON table learns its columns as it goes.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    list: Vec<Column>,
    by_variable: HashMap<String, usize>,
    /// The variable that a heading stands for, by the heading's slug.
    known_headings: HashMap<String, String>,
}

impl Columns {
    /// No columns yet, but other headings that some will have.
    fn with_headings(headings: &BTreeMap<String, Vec<String>>) -> Self {
        let mut known_headings = HashMap::new();
        for (name, others) in headings {
            for heading in others.iter().chain([name]) {
                known_headings.insert(slug(heading), variable_name(name));
            }
        }
        Self {
            known_headings,
            ..Self::default()
        }
    }

    /// All of them.
    pub fn list(&self) -> &[Column] {
        &self.list
    }

    /// The position of the column with a heading or variable name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_variable.get(&variable_name(name)).copied()
    }

    /// The position of a heading, added if it is new.
    fn intern(&mut self, heading: &str) -> usize {
        let variable = variable_name(heading);
        if let Some(position) = self.by_variable.get(&variable) {
            return *position;
        }
        self.push(heading, variable)
    }

    fn push(&mut self, heading: &str, variable: String) -> usize {
        let position = self.list.len();
        self.by_variable.insert(variable.clone(), position);
        self.list.push(Column {
            heading: heading.to_owned(),
            variable,
        });
        position
    }

    /// Adds a heading of a header line; a repeated one gets `_2`, `_3`, …, an empty one
    /// becomes `column_N`. A heading that stands for a column of the mapping gets its name; of
    /// several for one column the first does.
    fn push_heading(&mut self, heading: &str) {
        let heading = heading.trim();
        let mut variable = variable_name(heading);
        if let Some(known) = self.known_headings.get(&slug(heading))
            && !self.by_variable.contains_key(known)
        {
            variable.clone_from(known);
        }
        if variable.is_empty() {
            variable = format!("column_{}", self.list.len() + 1);
        }
        let mut unique = variable.clone();
        let mut number = 2;
        while self.by_variable.contains_key(&unique) {
            unique = format!("{variable}_{number}");
            number += 1;
        }
        self.push(heading, unique);
    }
}

/// A heading as a variable name.
pub fn variable_name(heading: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    heading.chars().map(keep).collect()
}

/// One value of a list column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The node the value hangs on: empty for the row itself, else the path of an array element
    /// within the row, such as `recipientOrganization/1`.
    pub node: String,
    /// Name of the column (of the member, inside an element).
    pub column: String,
    /// The value.
    pub value: ItemValue,
}

/// The value of an [`Item`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemValue {
    /// A text.
    Text(String),
    /// An array element that is an object, by its path within the row.
    Node(String),
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its number: in CSV and spreadsheets the header is row 1 (RFC 7111), in JSON the first
    /// element is.
    pub number: u64,
    /// The line (row of the sheet) where it begins, from 1.
    pub line: u64,
    /// Cells in the order of the columns; may be shorter than the list of columns.
    pub cells: Vec<Option<String>>,
    /// Values of list columns.
    pub items: Vec<Item>,
}

impl Row {
    /// The text of a cell, if it is not empty.
    pub fn cell(&self, position: usize) -> Option<&str> {
        self.cells.get(position)?.as_deref()
    }
}

/// The text of a number that was a number in the source. Three digits after the point would look
/// like thousands where a mapping says that people write `1.234`, so those get a fourth.
fn native_number(text: String) -> String {
    match text.split_once('.') {
        Some((_, fraction))
            if fraction.len() == 3 && fraction.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            text + "0"
        }
        _ => text,
    }
}

/// What [`Table::next_row`] gives.
#[derive(Debug)]
pub enum NextRow {
    /// A row.
    Row(Row),
    /// A row that cannot be used.
    Bad(Finding),
    /// There are no more.
    End,
}

/// An open table.
pub struct Table {
    columns: Columns,
    reader: Reader,
}

enum Reader {
    Csv(Box<csv::Reader>),
    Json(Box<json::Reader>),
    Xlsx(Box<xlsx::Reader>),
}

impl Table {
    /// Opens a table and reads its header, if its format has one.
    ///
    /// # Errors
    /// If the file cannot be read or has no rows where they are expected.
    pub fn open(source: &TableSource, options: &TableOptions) -> Result<Self, TableError> {
        let format = options
            .format
            .or_else(|| TableFormat::from_file_name(&source.name()));
        let Some(format) = format else {
            return Err(TableError::content(
                &source.path(),
                None,
                "the name does not tell the format",
                "write `format = \"csv\"`, \"json\" or \"xlsx\" in the mapping",
            ));
        };
        let start = {
            let mut reader = source.open()?;
            let bytes = reader
                .fill_buf()
                .map_err(|error| TableError::io(&source.path(), error))?;
            bytes.iter().take(64).copied().collect::<Vec<u8>>()
        };
        if let Some((what, remedy)) = disguise(&start, format) {
            return Err(TableError::content(
                &source.path(),
                None,
                format!("by its first bytes this is {what}"),
                remedy,
            ));
        }
        let mut columns = Columns::with_headings(&options.headings);
        let reader = match format {
            TableFormat::Csv => {
                Reader::Csv(Box::new(csv::Reader::open(source, options, &mut columns)?))
            }
            TableFormat::Json => Reader::Json(Box::new(json::Reader::open(source, options)?)),
            TableFormat::Xlsx => {
                Reader::Xlsx(Box::new(xlsx::Reader::open(source, options, &mut columns)?))
            }
        };
        Ok(Self { columns, reader })
    }

    /// The columns known by now.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether the columns are all known from the start (JSON learns them row by row).
    pub fn has_header(&self) -> bool {
        !matches!(self.reader, Reader::Json(_))
    }

    /// The next row.
    ///
    /// # Errors
    /// If the file cannot be read any further.
    pub fn next_row(&mut self) -> Result<NextRow, TableError> {
        match &mut self.reader {
            Reader::Csv(reader) => reader.next_row(&self.columns),
            Reader::Json(reader) => reader.next_row(&mut self.columns),
            Reader::Xlsx(reader) => Ok(reader.next_row(&self.columns)),
        }
    }
}

/// A cell's text: white space around it does not count, and nothing is empty.
fn cell_text(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::ingest) fn source(name: &str, text: impl Into<Vec<u8>>) -> TableSource {
        TableSource::Embedded {
            name: name.to_owned(),
            bytes: Box::leak(text.into().into_boxed_slice()),
        }
    }

    /// Rows as `line: column=value, …`, bad ones as `! line: reason`.
    pub(super) fn show(name: &str, text: impl Into<Vec<u8>>, options: &TableOptions) -> String {
        let mut table = match Table::open(&source(name, text), options) {
            Ok(table) => table,
            Err(error) => return error.to_string(),
        };
        let mut out = Vec::new();
        loop {
            match table.next_row() {
                Ok(NextRow::Row(row)) => {
                    let cells = table.columns().list().iter().enumerate();
                    let cells: Vec<_> = cells
                        .filter_map(|(i, c)| Some(format!("{}={}", c.variable, row.cell(i)?)))
                        .collect();
                    let mut line = format!("{}: {}", row.line, cells.join(", "));
                    for item in &row.items {
                        line += &format!(" | {}.{}={:?}", item.node, item.column, item.value);
                    }
                    out.push(line);
                }
                Ok(NextRow::Bad(finding)) => {
                    let line = finding.line.unwrap_or_default();
                    out.push(format!("! {line}: {}", finding.reason));
                }
                Ok(NextRow::End) => return out.join("\n"),
                Err(error) => {
                    out.push(error.to_string());
                    return out.join("\n");
                }
            }
        }
    }

    #[test]
    fn headings_become_variables() {
        assert_eq!(
            variable_name("Regular expression (año)"),
            "Regular_expression__a_o_"
        );
        let mut columns = Columns::default();
        for heading in ["id", "", "id", "ID"] {
            columns.push_heading(heading);
        }
        let names: Vec<_> = columns.list().iter().map(|c| c.variable.as_str()).collect();
        assert_eq!(names, ["id", "column_2", "id_2", "ID"]);
    }

    #[test]
    fn compressed_files_are_recognised_by_their_bytes() {
        use std::io::Write;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gz.write_all(b"a\n1\n").unwrap();
        let gz = gz.finish().unwrap();
        let zst = zstd::encode_all(&b"a\n1\n"[..], 1).unwrap();
        let options = TableOptions::default();
        assert_eq!(show("t.csv.gz", gz.clone(), &options), "2: a=1");
        assert_eq!(show("t.csv.zst", zst, &options), "2: a=1");
        let cut = gz[..gz.len() - 6].to_vec();
        assert!(show("t.csv.gz", cut, &options).contains("t.csv.gz"));
    }
}
