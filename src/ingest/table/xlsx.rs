//! Spreadsheets: one sheet, its first row that is not empty is the header.
//!
//! Dates become ISO 8601 (`2015-06-10`, or `2015-06-10T14:30:00` with a time of day), whole
//! numbers are written without a fraction, and an error value (`#REF!`) is reported and counts as
//! empty.

use super::{Columns, NextRow, Row, TableError, TableOptions, TableSource, cell_text};
use crate::ingest::report::{Finding, Severity};
use calamine::{Cell, Data, ExcelDateTime, Range, Reader as _, Sheets, open_workbook_auto_from_rs};
use std::collections::VecDeque;
use std::io::{Cursor, Read};

/// How many cells the rectangle around all filled ones may have: it is held in memory whole.
const MOST_CELLS: u64 = 50_000_000;
/// How many bytes may come out of the parts of a spreadsheet.
const MOST_BYTES: u64 = 2 << 30;

pub(super) struct Reader {
    name: String,
    range: Range<Data>,
    next: usize,
    first: u64,
    left: usize,
    waiting: VecDeque<NextRow>,
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
        let bad = |message: String, remedy: &str| TableError::content(&path, None, message, remedy);
        let bytes = source.read()?;
        let most = source.most().min(MOST_BYTES);
        if let Some(parts) = parts_too_large(&bytes, most) {
            return Err(bad(parts, "send a smaller one, or export the sheet as CSV"));
        }
        let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
            bad(
                format!("this is not a readable spreadsheet: {error}"),
                "save it again as .xlsx without a password",
            )
        })?;
        let sheets = book.sheet_names();
        let sheet = match &options.sheet {
            Some(sheet) if sheets.contains(sheet) => sheet.clone(),
            Some(sheet) => {
                let remedy = format!("the sheets are: {}", sheets.join(", "));
                return Err(bad(format!("there is no sheet {sheet:?}"), &remedy));
            }
            None => sheets.first().cloned().unwrap_or_default(),
        };
        let range = filled(&mut book, &sheet).map_err(|error| {
            bad(
                format!("the sheet {sheet:?} cannot be read: {error}"),
                "save the file again as .xlsx",
            )
        })?;
        let range = range.map_err(|cells| {
            bad(
                format!("the filled cells of sheet {sheet:?} span {cells} cells"),
                "delete the stray cells far down or to the right, or export the sheet as CSV",
            )
        })?;
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut rows = range.rows().enumerate();
        let header = rows.find(|(_, row)| {
            row.iter().any(|cell| !matches!(cell, Data::Empty)) && !is_comment(row.first(), options)
        });
        let Some((header, headings)) = header else {
            return Err(bad(
                format!("the sheet {sheet:?} is empty"),
                "its first row must name the columns",
            ));
        };
        for cell in headings {
            columns.push_heading(&text_of(cell).ok().flatten().unwrap_or_default());
        }
        Ok(Self {
            name: source.name(),
            next: header + 1,
            range,
            first: u64::from(top) + 1,
            left: left as usize,
            waiting: VecDeque::new(),
            options: options.clone(),
        })
    }

    pub(super) fn next_row(&mut self, columns: &Columns) -> NextRow {
        if let Some(waiting) = self.waiting.pop_front() {
            return waiting;
        }
        while self.next < self.range.height() {
            if is_comment(self.range.get((self.next, 0)), &self.options) {
                self.next += 1;
                continue;
            }
            let line = self.first + self.next as u64;
            let mut cells = Vec::with_capacity(columns.list().len());
            for (position, column) in columns.list().iter().enumerate() {
                let cell = self
                    .range
                    .get((self.next, position))
                    .unwrap_or(&Data::Empty);
                match text_of(cell) {
                    Ok(text) => cells.push(text),
                    Err(error) => {
                        cells.push(None);
                        let place = cell_name(self.left + position, line);
                        let finding = Finding::new(
                            Severity::Warning,
                            &self.name,
                            format!("the cell {place} holds an error"),
                            "correct the formula; the value was left out",
                        );
                        let finding = finding.at_line(line).in_column(Some(&column.heading));
                        self.waiting
                            .push_back(NextRow::Bad(finding.about(Some(&error))));
                    }
                }
            }
            self.next += 1;
            if cells.iter().any(Option::is_some) || !self.waiting.is_empty() {
                return NextRow::Row(Row {
                    number: line,
                    line,
                    cells,
                    items: Vec::new(),
                });
            }
        }
        NextRow::End
    }
}

/// What is said if more comes out of a spreadsheet's parts than may; their stated sizes are not
/// believed.
fn parts_too_large(bytes: &[u8], most: u64) -> Option<String> {
    if !bytes.starts_with(b"PK") {
        return None;
    }
    // One that cannot be opened is reported by who reads it.
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut left = most;
    for number in 0..archive.len() {
        let Ok(part) = archive.by_index(number) else {
            continue;
        };
        // A spreadsheet of one cell has parts of some kilobytes; reading is what counts them.
        let read = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).unwrap_or(0);
        match left.checked_sub(read) {
            Some(rest) => left = rest,
            None => return Some(format!("more than {most} bytes come out of its parts")),
        }
    }
    ods_cells(&mut archive)
        .filter(|cells| *cells > MOST_CELLS)
        .map(|cells| format!("its filled cells are repeated to {cells} cells"))
}

/// The filled cells of a sheet. Their rectangle is held in memory whole, so it is measured before
/// it is made; the other formats bound it themselves.
fn filled(
    book: &mut Sheets<Cursor<Vec<u8>>>,
    sheet: &str,
) -> Result<Result<Range<Data>, u64>, calamine::Error> {
    let mut cells = Vec::new();
    match book {
        Sheets::Xlsx(book) => {
            let mut reader = book.worksheet_cells_reader(sheet)?;
            while let Some(cell) = reader.next_cell()? {
                cells.push(Cell::new(
                    cell.get_position(),
                    Data::from(cell.get_value().clone()),
                ));
            }
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(sheet)?;
            while let Some(cell) = reader.next_cell()? {
                cells.push(Cell::new(
                    cell.get_position(),
                    Data::from(cell.get_value().clone()),
                ));
            }
        }
        Sheets::Xls(_) | Sheets::Ods(_) => return Ok(Ok(book.worksheet_range(sheet)?)),
    }
    let positions = || cells.iter().map(Cell::get_position);
    let rows = positions().map(|(row, _)| row);
    let columns = positions().map(|(_, column)| column);
    let span = |least: Option<u32>, most: Option<u32>| match (least, most) {
        (Some(least), Some(most)) => u64::from(most - least) + 1,
        _ => 0,
    };
    let spanned = span(rows.clone().min(), rows.max()) * span(columns.clone().min(), columns.max());
    Ok(if spanned > MOST_CELLS {
        Err(spanned)
    } else {
        Ok(Range::from_sparse(cells))
    })
}

/// How many cells an OpenDocument sheet claims to fill, by its repetitions; `None` for others.
fn ods_cells(archive: &mut zip::ZipArchive<Cursor<&[u8]>>) -> Option<u64> {
    let mut text = String::new();
    let mut part = archive.by_name("content.xml").ok()?;
    part.read_to_string(&mut text).ok()?;
    let repeated = |tag: &str, name: &str| {
        let after = tag.split_once(name).map(|(_, after)| after.trim_start());
        let value = after
            .and_then(|after| after.strip_prefix('='))
            .map(str::trim_start);
        value
            .and_then(|value| value.get(1..)?.split(['"', '\'']).next()?.parse().ok())
            .unwrap_or(1_u64)
    };
    // What makes a cell more than a gap.
    let fills = ["office:", "<text:", "table:formula"];
    let mut most: u64 = 0;
    for row in text.split("<table:table-row").skip(1) {
        let (head, cells) = row.split_once('>').unwrap_or((row, ""));
        let rows = repeated(head, "number-rows-repeated");
        let mut filled: u64 = 0;
        let mut passed: u64 = 0;
        // Those that another cell covers are cells too.
        let cells = cells.replace("<table:covered-table-cell", "<table:table-cell");
        for cell in cells.split("<table:table-cell").skip(1) {
            passed = passed.saturating_add(repeated(cell, "number-columns-repeated"));
            if fills.iter().any(|sign| cell.contains(sign)) {
                filled = passed;
            }
        }
        most = most.saturating_add(filled.saturating_mul(rows));
    }
    Some(most)
}

/// Whether the first cell of a row makes it a remark.
fn is_comment(first: Option<&Data>, options: &TableOptions) -> bool {
    matches!(first, Some(Data::String(text)) if options.is_comment(text))
}

/// `B7` for the second column of row 7.
fn cell_name(mut column: usize, row: u64) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (column % 26) as u8));
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// The text of a cell, or the error it holds.
fn text_of(cell: &Data) -> Result<Option<String>, String> {
    Ok(match cell {
        Data::Empty => None,
        Data::Int(number) => Some(number.to_string()),
        Data::Float(number) => Some(super::native_number(number_text(*number))),
        Data::Bool(truth) => Some(truth.to_string()),
        Data::String(text) => cell_text(text),
        Data::DateTime(time) => Some(date_text(time)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => cell_text(text),
        Data::Error(error) => return Err(error.to_string()),
    })
}

fn number_text(number: f64) -> String {
    // Fifteen digits are what a spreadsheet keeps: 0.1 + 0.2 is 0.3 there.
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

fn date_text(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return number_text(time.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let clock = format!("{hour:02}:{minute:02}:{second:02}");
    if time.as_f64() < 1.0 {
        return clock;
    }
    let date = format!("{year:04}-{month:02}-{day:02}");
    if clock == "00:00:00" {
        date
    } else {
        format!("{date}T{clock}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::TableOptions;
    use super::super::tests::show;
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_and_dates_are_written_as_a_person_would() {
        assert_eq!(number_text(15.0), "15");
        assert_eq!(number_text(0.1 + 0.2), "0.3");
        assert_eq!(number_text(115_795_635.69), "115795635.69");
        let date = |value| {
            date_text(&ExcelDateTime::new(
                value,
                ExcelDateTimeType::DateTime,
                false,
            ))
        };
        assert_eq!(date(42165.0), "2015-06-10");
        assert_eq!(date(42165.5), "2015-06-10T12:00:00");
        assert_eq!(date(0.75), "18:00:00");
    }

    #[test]
    fn cells_are_named_as_in_the_program() {
        assert_eq!(cell_name(0, 1), "A1");
        assert_eq!(cell_name(27, 7), "AB7");
    }

    #[test]
    fn a_sheet_is_read_from_its_first_filled_row() {
        let book = include_bytes!("testdata/sample.xlsx");
        let expected = "3: id=1, Award_date=2015-06-10, amount=15000, ok=true, name=Ana\n\
                        4: id=2, Award_date=2015-06-10T14:30:00, amount=12.5, ok=false\n\
                        6: id=3, name=Bo";
        assert_eq!(show("t.xlsx", *book, &TableOptions::default()), expected);
        let sheet = |name: &str| TableOptions {
            sheet: Some(name.to_owned()),
            ..TableOptions::default()
        };
        assert_eq!(show("t.xlsx", *book, &sheet("Other")), "2: x=y");
        let shown = show("t.xlsx", *book, &sheet("Nowhere"));
        assert!(shown.ends_with("there is no sheet \"Nowhere\"; the sheets are: Grants, Other"));
    }

    #[test]
    fn what_is_no_spreadsheet_is_an_error_with_a_remedy() {
        let shown = show("t.xlsx", "PK\u{3}\u{4}nonsense", &TableOptions::default());
        assert!(
            shown.contains("t.xlsx: this is not a readable spreadsheet"),
            "{shown}"
        );
    }
}
