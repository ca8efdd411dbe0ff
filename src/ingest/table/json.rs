//! JSON as a table: an array of objects, or one object a line.
//!
//! The rows are the elements of the array at the JSON Pointer `rows`; without one, of the root
//! array, or of the only array among the members of the root object. A file with several root
//! values (JSON Lines) has a row each. The text is scanned, not parsed as a whole: only one row
//! at a time becomes values, and every row knows its line.
//!
//! # How an object becomes a row
//! - A number, text or truth value is a cell; the column is named by the path, joined by `_`.
//! - Each value of an array is an item of the list column with that path:
//!   `?ROW col:plannedDates_startDate ?item`. Nothing is joined into one text.
//! - If all arrays above a value have one element, the value is a plain cell as well:
//!   `?plannedDates_startDate`. With two or more elements that variable is unbound, so that no
//!   element is taken for the only one.
//! - An element that is an object is a node too, which keeps its members together:
//!   `?ROW col:plannedDates ?element . ?element col:startDate ?from ; col:endDate ?to`.
//! - `null` and empty texts are empty cells.

use super::{
    Columns, Item, ItemValue, NextRow, Row, TableError, TableOptions, TableSource, cell_text,
};
use crate::ingest::report::{Finding, Severity};
use serde_json::Value;
use std::path::PathBuf;

/// Gives the rows of a JSON file.
pub(super) struct Reader {
    name: String,
    path: PathBuf,
    scanner: Scanner,
    mode: Mode,
    number: u64,
}

enum Mode {
    /// Inside the array, before an element.
    Elements,
    /// Root values one after the other.
    Values,
    End,
}

impl Reader {
    pub(super) fn open(source: &TableSource, options: &TableOptions) -> Result<Self, TableError> {
        let path = source.path();
        let mut scanner = Scanner {
            bytes: source.read()?,
            at: 0,
            line: 1,
        };
        if scanner.bytes.starts_with(b"\xef\xbb\xbf") {
            scanner.at = 3;
        }
        let mode = scanner
            .find_rows(options.rows.as_deref())
            .map_err(|bad| bad.at(&path))?;
        Ok(Self {
            name: source.name(),
            path,
            scanner,
            mode,
            number: 0,
        })
    }

    pub(super) fn next_row(&mut self, columns: &mut Columns) -> Result<NextRow, TableError> {
        let (line, start, end) = match self.next_value() {
            Ok(Some(place)) => place,
            Ok(None) => return Ok(NextRow::End),
            Err(bad) => {
                self.mode = Mode::End;
                return Err(bad.at(&self.path));
            }
        };
        self.number += 1;
        let finding = |line, reason: String, remedy| {
            let finding = Finding::new(Severity::Error, &self.name, reason, remedy);
            Ok(NextRow::Bad(
                finding.at_line(line).in_row(Some(self.number)),
            ))
        };
        let text = self.scanner.bytes.get(start..end).unwrap_or_default();
        match serde_json::from_slice::<Value>(text) {
            Ok(value @ Value::Object(_)) => {
                let mut flat = Flat {
                    columns,
                    row: Row {
                        number: self.number,
                        line,
                        ..Row::default()
                    },
                };
                let place = Place {
                    column: "",
                    member: "",
                    node: "",
                    listed: false,
                    only: true,
                };
                flat.add(place, &value);
                Ok(NextRow::Row(flat.row))
            }
            Ok(_) => finding(
                line,
                "a row must be an object".to_owned(),
                "say with `rows` where the array of objects is",
            ),
            Err(error) => finding(
                line + (error.line() as u64).saturating_sub(1),
                format!("the row is not JSON: {error}"),
                "correct it in the source",
            ),
        }
    }

    /// Line, start and end of the next row's text.
    fn next_value(&mut self) -> Result<Option<(u64, usize, usize)>, Bad> {
        let scanner = &mut self.scanner;
        scanner.skip_space();
        match self.mode {
            Mode::End => return Ok(None),
            Mode::Values if scanner.peek().is_none() => return Ok(None),
            Mode::Elements if scanner.peek() == Some(b']') && self.number == 0 => {
                self.mode = Mode::End;
                return Ok(None);
            }
            _ => {}
        }
        let (line, start) = (scanner.line, scanner.at);
        scanner.skip_value()?;
        let end = scanner.at;
        if matches!(self.mode, Mode::Elements) {
            scanner.skip_space();
            match scanner.peek() {
                Some(b',') => scanner.at += 1,
                Some(b']') => self.mode = Mode::End,
                _ => return Err(scanner.bad("a comma or `]` is missing after this row")),
            }
        }
        Ok(Some((line, start, end)))
    }
}

/// Broken JSON, or no rows in it.
#[derive(Debug)]
struct Bad {
    line: u64,
    message: String,
    remedy: String,
}

impl Bad {
    fn at(self, path: &std::path::Path) -> TableError {
        TableError::content(path, Some(self.line), self.message, self.remedy)
    }
}

struct Scanner {
    bytes: Vec<u8>,
    at: usize,
    line: u64,
}

impl Scanner {
    fn bad(&self, message: impl Into<String>) -> Bad {
        let remedy = if self.at >= self.bytes.len() {
            "the file ends too early: fetch it again"
        } else {
            "correct the JSON"
        };
        Bad {
            line: self.line,
            message: message.into(),
            remedy: remedy.to_owned(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += u64::from(byte == b'\n');
            self.at += 1;
        }
    }

    fn skip_string(&mut self) -> Result<(), Bad> {
        let opened = self.line;
        self.at += 1;
        loop {
            match self.peek() {
                None => {
                    return Err(Bad {
                        line: opened,
                        message: "a text is opened here and never closed".to_owned(),
                        remedy: "close it with a quotation mark".to_owned(),
                    });
                }
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(byte) => {
                    self.line += u64::from(byte == b'\n');
                    self.at += 1;
                }
            }
        }
    }

    /// Moves behind one value; only brackets and texts are looked at.
    fn skip_value(&mut self) -> Result<(), Bad> {
        let mut depth = 0_usize;
        loop {
            self.skip_space();
            match self.peek() {
                None => return Err(self.bad("a value is missing")),
                Some(b'"') => self.skip_string()?,
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    if depth == 0 {
                        return Err(self.bad("a value is missing"));
                    }
                    depth -= 1;
                    self.at += 1;
                }
                Some(b',' | b':') if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                Some(b',' | b':') => return Err(self.bad("a value is missing")),
                Some(_) => {
                    let plain = |b: u8| !b.is_ascii_whitespace() && !b",:{}[]\"".contains(&b);
                    while self.peek().is_some_and(plain) {
                        self.at += 1;
                    }
                }
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Goes to where the rows begin.
    fn find_rows(&mut self, pointer: Option<&str>) -> Result<Mode, Bad> {
        if let Some(pointer) = pointer {
            return self.follow(pointer);
        }
        self.skip_space();
        match self.peek() {
            Some(b'[') => {
                self.at += 1;
                Ok(Mode::Elements)
            }
            Some(b'{') => {
                let start = (self.at, self.line);
                let whole = self.skip_value().is_ok();
                self.skip_space();
                let more = self.peek().is_some();
                (self.at, self.line) = start;
                if whole && more {
                    return Ok(Mode::Values);
                }
                let arrays = self.array_members()?;
                (self.at, self.line) = start;
                match arrays.as_slice() {
                    [] => Ok(Mode::Values),
                    [(_, at, line)] => {
                        (self.at, self.line) = (*at + 1, *line);
                        Ok(Mode::Elements)
                    }
                    many => {
                        let names: Vec<_> = many.iter().map(|(n, ..)| format!("/{n}")).collect();
                        Err(Bad {
                            line: self.line,
                            message: format!("the object has several arrays: {}", names.join(", ")),
                            remedy: format!(
                                "say in the mapping which one has the rows, such as `rows = \"{}\"`",
                                names[0],
                            ),
                        })
                    }
                }
            }
            _ => Err(self.bad("neither an array nor an object begins here")),
        }
    }

    /// Name, place and line of the members of the object here that are arrays.
    fn array_members(&mut self) -> Result<Vec<(String, usize, u64)>, Bad> {
        let mut arrays = Vec::new();
        self.enter_object()?;
        let mut first = true;
        while let Some(name) = self.next_member(&mut first)? {
            if self.peek() == Some(b'[') {
                arrays.push((name, self.at, self.line));
            }
            // A file cut within its last array gives the error when its rows are read.
            if let Err(bad) = self.skip_value() {
                if arrays.is_empty() {
                    return Err(bad);
                }
                break;
            }
        }
        Ok(arrays)
    }

    fn enter_object(&mut self) -> Result<(), Bad> {
        self.skip_space();
        if self.peek() != Some(b'{') {
            return Err(self.bad("an object was expected"));
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the value of the next member; `first` says that none was read yet.
    fn next_member(&mut self, first: &mut bool) -> Result<Option<String>, Bad> {
        self.skip_space();
        match self.peek() {
            Some(b'}') => {
                self.at += 1;
                return Ok(None);
            }
            Some(b',') if !*first => self.at += 1,
            _ if *first => {}
            _ => return Err(self.bad("a comma or `}` is missing")),
        }
        *first = false;
        self.skip_space();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.bad("a member name was expected"));
        }
        self.skip_string()?;
        let name = self.bytes.get(start..self.at).unwrap_or_default();
        let name = serde_json::from_slice(name).map_err(|_| self.bad("a bad member name"))?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(self.bad("a colon is missing"));
        }
        self.at += 1;
        self.skip_space();
        Ok(Some(name))
    }

    fn follow(&mut self, pointer: &str) -> Result<Mode, Bad> {
        let missing = |scanner: &Self, message: String| Bad {
            line: scanner.line,
            message,
            remedy: format!("correct `rows = \"{pointer}\"` in the mapping"),
        };
        let steps = pointer.strip_prefix('/').map_or_else(Vec::new, |rest| {
            rest.split('/')
                .map(|step| step.replace("~1", "/").replace("~0", "~"))
                .collect()
        });
        if steps.is_empty() && !pointer.is_empty() {
            return Err(missing(self, "a JSON Pointer begins with `/`".to_owned()));
        }
        for step in steps {
            self.skip_space();
            if self.peek() == Some(b'[') {
                let none = format!("the array has no element {step:?}");
                let Ok(position) = step.parse::<usize>() else {
                    return Err(missing(self, none));
                };
                self.at += 1;
                for _ in 0..position {
                    self.skip_space();
                    if self.peek() == Some(b']') {
                        return Err(missing(self, none));
                    }
                    self.skip_value()?;
                    self.skip_space();
                    if self.peek() != Some(b',') {
                        return Err(missing(self, none));
                    }
                    self.at += 1;
                }
                continue;
            }
            self.enter_object()?;
            let mut first = true;
            loop {
                match self.next_member(&mut first)? {
                    None => return Err(missing(self, format!("there is no member {step:?}"))),
                    Some(name) if name == step => break,
                    Some(_) => self.skip_value()?,
                }
            }
        }
        self.skip_space();
        if self.peek() != Some(b'[') {
            return Err(missing(self, "there is no array at this place".to_owned()));
        }
        self.at += 1;
        Ok(Mode::Elements)
    }
}

/// Where in the row a value is.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// The path from the row, joined by `_`.
    column: &'a str,
    /// The path from the nearest array element.
    member: &'a str,
    /// The path of the nearest array element; empty outside arrays.
    node: &'a str,
    /// Inside an array.
    listed: bool,
    /// All arrays above have one element.
    only: bool,
}

struct Flat<'a> {
    columns: &'a mut Columns,
    row: Row,
}

fn joined(path: &str, separator: char, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}{separator}{name}")
    }
}

impl Flat<'_> {
    fn add(&mut self, place: Place<'_>, value: &Value) {
        let text = match value {
            Value::Null => return,
            Value::Object(members) => {
                for (name, value) in members {
                    let column = joined(place.column, '_', name);
                    let member = joined(place.member, '_', name);
                    let place = Place {
                        column: &column,
                        member: &member,
                        ..place
                    };
                    self.add(place, value);
                }
                return;
            }
            Value::Array(elements) => return self.add_elements(place, elements),
            Value::String(text) => match cell_text(text) {
                Some(text) => text,
                None => return,
            },
            Value::Number(number) => super::native_number(number.to_string()),
            Value::Bool(_) => value.to_string(),
        };
        if place.listed {
            self.item("", place.column, ItemValue::Text(text.clone()));
            if !place.node.is_empty() && !place.member.is_empty() {
                self.item(place.node, place.member, ItemValue::Text(text.clone()));
            }
        }
        if place.only {
            let position = self.columns.intern(place.column);
            if self.row.cells.len() <= position {
                self.row.cells.resize(position + 1, None);
            }
            self.row.cells[position] = Some(text);
        }
    }

    fn add_elements(&mut self, place: Place<'_>, elements: &[Value]) {
        let only = place.only && elements.iter().filter(|e| !e.is_null()).count() == 1;
        for (position, element) in elements.iter().enumerate() {
            let place = Place {
                listed: true,
                only,
                ..place
            };
            if !element.is_object() {
                self.add(place, element);
                continue;
            }
            let path = joined(place.node, '/', place.member);
            let node = format!("{path}/{}", position + 1);
            self.item(place.node, place.member, ItemValue::Node(node.clone()));
            if !place.node.is_empty() {
                self.item("", place.column, ItemValue::Node(node.clone()));
            }
            let place = Place {
                member: "",
                node: &node,
                ..place
            };
            self.add(place, element);
        }
    }

    fn item(&mut self, node: &str, column: &str, value: ItemValue) {
        self.row.items.push(Item {
            node: node.to_owned(),
            column: column.to_owned(),
            value,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableOptions;
    use super::super::tests::show;

    fn json(text: &str) -> String {
        show("t.json", text, &TableOptions::default())
    }

    fn json_at(text: &str, rows: &str) -> String {
        let rows = Some(rows.to_owned());
        show(
            "t.json",
            text,
            &TableOptions {
                rows,
                ..TableOptions::default()
            },
        )
    }

    #[test]
    fn rows_are_found_in_the_root_array_the_only_array_or_on_lines() {
        assert_eq!(json("[{\"a\":1},\n{\"a\":2.50}]"), "1: a=1\n2: a=2.5");
        assert_eq!(
            json("{\"meta\":{\"x\":[1]}, \"grants\":\n[{\"a\":\"x\"}]}"),
            "2: a=x"
        );
        assert_eq!(
            json("{\"a\":1}\n{\"a\":[true]}\n"),
            "1: a=1\n2: a=true | .a=Text(\"true\")"
        );
        assert_eq!(json("[]"), "");
    }

    #[test]
    fn a_pointer_says_where_the_rows_are() {
        let text = r#"{"a":[{"x":1}], "b/c":{"d":[[{"x":2}], [{"x":3}]]}}"#;
        assert_eq!(json_at(text, "/b~1c/d/1"), "1: x=3");
        assert!(json_at(text, "/b").contains("there is no member \"b\"; correct `rows = \"/b\"`"));
        assert!(json_at(text, "/b~1c").contains("there is no array at this place"));
        assert!(json(r#"{"a":[],"b":[]}"#).contains("arrays: /a, /b; say in the mapping"));
    }

    #[test]
    fn inner_objects_are_columns_and_arrays_are_lists_and_nodes() {
        assert_eq!(
            json(r#"[{"o":{"id":"7","n":null},"r":[{"id":"a","k":["u","v"]}]}]"#),
            "1: o_id=7, r_id=a | .r=Node(\"r/1\") | .r_id=Text(\"a\") | r/1.id=Text(\"a\") \
             | .r_k=Text(\"u\") | r/1.k=Text(\"u\") | .r_k=Text(\"v\") | r/1.k=Text(\"v\")"
        );
        // Two elements: no plain variable.
        assert_eq!(
            json(r#"[{"r":[{"id":"a"},{"id":"b"}]}]"#),
            "1:  | .r=Node(\"r/1\") | .r_id=Text(\"a\") | r/1.id=Text(\"a\") \
             | .r=Node(\"r/2\") | .r_id=Text(\"b\") | r/2.id=Text(\"b\")"
        );
    }

    #[test]
    fn a_bad_element_is_reported_and_the_rest_goes_on() {
        let shown = json("[{\"a\":1},\n{\"a\":tru},\n3,\n{\"a\":4}]");
        assert!(
            shown.starts_with("1: a=1\n! 2: the row is not JSON: "),
            "{shown}"
        );
        assert!(
            shown.ends_with("! 3: a row must be an object\n4: a=4"),
            "{shown}"
        );
    }

    #[test]
    fn a_cut_file_is_an_error_with_its_line() {
        let shown = json("{\"grants\":[{\"a\":1},\n{\"a\":");
        assert!(
            shown.contains("t.json:2: a value is missing; the file ends too early"),
            "{shown}"
        );
        assert!(json("nonsense").contains("neither an array nor an object"));
        assert!(json("").contains("neither an array nor an object"));
        assert!(json("[{\"a\":\"x}]").contains("never closed"));
    }

    #[test]
    fn deep_nesting_is_a_finding() {
        let deep = format!("[{}1{}]", "[".repeat(5_000), "]".repeat(5_000));
        assert!(json(&deep).contains("the row is not JSON"));
    }
}
