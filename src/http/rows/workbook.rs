//! Tables as a workbook (XLSX), for those who work with spreadsheets.

use super::about::{About, VERSION};
use super::{Rows, plain};
use crate::metrics;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Rows of a sheet, the header among them, as the format has it.
const MOST_ROWS: usize = 1_048_576;
/// Columns of a sheet.
const MOST_COLUMNS: usize = 16_384;
/// Cells of one workbook: each takes some hundred bytes until the file is written.
const MOST_CELLS: usize = 2_000_000;
/// A workbook of more cells is made while no other such is.
const MANY_CELLS: usize = 200_000;
/// UTF-16 units of a cell, as the format has it.
const LONGEST_CELL: usize = 32_767;
/// The last of a cell that was cut.
const CUT: &str = " … [cut: a cell holds 32,767 characters; CSV and JSON have all of it]";
/// Rows whose cells decide how wide a column is.
const MEASURED: usize = 200;
/// Whole numbers beyond this are not exact as numbers of a spreadsheet.
const EXACT: u64 = 1 << 53;

/// Large workbooks are made one at a time, so that their memory does not add up.
static LARGE: Mutex<()> = Mutex::new(());

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkbookError {
    /// The table has more than a sheet can hold.
    #[error(
        "the table has {rows} rows and {columns} columns; a workbook takes {} rows, {MOST_COLUMNS} columns and {MOST_CELLS} cells here: ask for it as CSV (.csv), or in parts with `limit` and `offset`",
        MOST_ROWS - 1
    )]
    TooLarge {
        /// Rows of the largest sheet.
        rows: usize,
        /// Its columns.
        columns: usize,
    },
    /// The writer refused something.
    #[error(transparent)]
    Writing(#[from] XlsxError),
}

/// A workbook with a sheet for each table, and one that says where they come from. The same tables
/// make the same bytes.
///
/// # Errors
/// [`WorkbookError::TooLarge`] if a table does not fit.
pub(super) fn workbook(sheets: &[(&str, &Rows)], about: &About) -> Result<Vec<u8>, WorkbookError> {
    let cells = |rows: &Rows| rows.rows.len().saturating_mul(rows.columns.len());
    let total: usize = sheets.iter().map(|(_, rows)| cells(rows)).sum();
    let too_large = sheets.iter().map(|(_, rows)| rows).find(|rows| {
        rows.rows.len() >= MOST_ROWS || rows.columns.len() > MOST_COLUMNS || total > MOST_CELLS
    });
    if let Some(rows) = too_large {
        return Err(WorkbookError::TooLarge {
            rows: rows.rows.len(),
            columns: rows.columns.len(),
        });
    }
    let _turn = (total > MANY_CELLS).then(|| LARGE.lock().unwrap_or_else(PoisonError::into_inner));
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(about));
    let header = Format::new().set_bold();
    let mut names = BTreeSet::new();
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(sheet_name(name, &mut names))?;
        table(sheet, rows, &header)?;
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name("About", &mut names))?;
    about_sheet(sheet, sheets, about, &header)?;
    Ok(workbook.save_to_buffer()?)
}

/// The time of the file is that of its data: the clock would make other bytes each time.
fn properties(about: &About) -> DocProperties {
    let time = about
        .date()
        .and_then(|date| ExcelDateTime::parse_from_str(date.get(..19)?).ok())
        .or_else(|| ExcelDateTime::from_timestamp(946_684_800).ok());
    let properties = DocProperties::new().set_author("Weft");
    match time {
        Some(time) => properties.set_creation_datetime(&time),
        None => properties,
    }
}

/// A name that the format allows and no sheet has yet.
fn sheet_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed: String = name
        .chars()
        .map(|c| {
            if "[]:*?/\\'".contains(c) || c.is_control() {
                ' '
            } else {
                c
            }
        })
        .take(25)
        .collect();
    let stem = match allowed.trim() {
        "" => "Table",
        stem => stem,
    };
    let mut name = stem.to_owned();
    let mut number = 2;
    // Names that differ in their case only are the same name to spreadsheets.
    while !taken.insert(name.to_lowercase()) {
        name = format!("{stem} {number}");
        number += 1;
    }
    name
}

fn table(sheet: &mut Worksheet, rows: &Rows, header: &Format) -> Result<(), XlsxError> {
    let mut widths: Vec<usize> = Vec::with_capacity(rows.columns.len());
    for (column, name) in (0_u16..).zip(&rows.columns) {
        sheet.write_string_with_format(0, column, cut(name), header)?;
        widths.push(name.chars().count() + 2);
    }
    let are_times: Vec<bool> = rows
        .columns
        .iter()
        .map(|name| rows.times.contains(name))
        .collect();
    for (row, cells) in (1_u32..).zip(&rows.rows) {
        for ((column, cell), is_time) in (0_u16..).zip(cells).zip(&are_times) {
            let width = match cell.as_str().filter(|_| *is_time).and_then(moment) {
                Some((time, shown)) => {
                    let format = Format::new().set_num_format(shown);
                    sheet.write_datetime_with_format(row, column, &time, &format)?;
                    shown.len()
                }
                None => write(sheet, row, column, cell)?,
            };
            if row as usize <= MEASURED
                && let Some(widest) = widths.get_mut(usize::from(column))
            {
                *widest = (*widest).max(width + 1);
            }
        }
    }
    for (column, width) in (0_u16..).zip(widths) {
        sheet.set_column_width(column, width.clamp(8, 60) as f64)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    if !rows.rows.is_empty()
        && let (Ok(last), Some(columns)) = (
            u32::try_from(rows.rows.len()),
            u16::try_from(rows.columns.len())
                .ok()
                .and_then(|columns| columns.checked_sub(1)),
        )
    {
        sheet.autofilter(0, 0, last, columns)?;
    }
    Ok(())
}

/// How dates and times look.
const DATE: &str = "yyyy-mm-dd";
const TIME: &str = "yyyy-mm-dd hh:mm:ss";

/// A date or a time as spreadsheets know it, and how it is shown; times with a zone in UTC. `None`
/// for what is neither, or of a year that spreadsheets do not know: it stays a text.
fn moment(text: &str) -> Option<(ExcelDateTime, &'static str)> {
    let text = text.trim();
    if text.len() > 10 && text.as_bytes().get(10) == Some(&b'T') {
        let time = match text.parse::<Timestamp>() {
            Ok(time) => time.to_zoned(TimeZone::UTC).datetime(),
            Err(_) => text.parse::<DateTime>().ok()?,
        };
        let time = time.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        return Some((ExcelDateTime::parse_from_str(&time).ok()?, TIME));
    }
    // A zone behind a date (2010-05-17Z) does not change the day that is named.
    let (day, zone) = text.split_at_checked(10)?;
    let is_zone = zone.is_empty() || zone == "Z" || zone.len() == 6 && zone.starts_with(['+', '-']);
    let day = day.parse::<Date>().ok().filter(|_| is_zone)?;
    let day = ExcelDateTime::from_ymd(
        u16::try_from(day.year()).ok()?,
        u8::try_from(day.month()).ok()?,
        u8::try_from(day.day()).ok()?,
    );
    Some((day.ok()?, DATE))
}

/// Writes a cell as what it is; answers how many characters it shows. Texts are texts, whatever
/// they begin with: nothing is written as a formula.
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Value) -> Result<usize, XlsxError> {
    match cell {
        Value::Null => Ok(0),
        Value::Bool(value) => {
            sheet.write_boolean(row, column, *value)?;
            Ok(5)
        }
        Value::Number(number) => {
            let is_exact = number
                .as_i64()
                .map(i64::unsigned_abs)
                .or(number.as_u64())
                .is_none_or(|value| value <= EXACT);
            let text = number.to_string();
            match number
                .as_f64()
                .filter(|value| is_exact && value.is_finite())
            {
                Some(value) => sheet.write_number(row, column, value)?,
                None => sheet.write_string(row, column, text.as_str())?,
            };
            Ok(text.len().min(12))
        }
        other => {
            let text = plain(other);
            let text = cut(&text);
            if text.is_empty() {
                return Ok(0);
            }
            let width = text.chars().take(80).count();
            sheet.write_string(row, column, text)?;
            Ok(width)
        }
    }
}

/// The text as far as a cell can hold it.
fn cut(text: &str) -> Cow<'_, str> {
    let units = |text: &str| text.encode_utf16().count();
    // Bytes are never fewer than units.
    if text.len() <= LONGEST_CELL || units(text) <= LONGEST_CELL {
        return text.into();
    }
    let mut left = LONGEST_CELL - units(CUT);
    let kept: String = text
        .chars()
        .take_while(|c| match left.checked_sub(c.len_utf16()) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
        .collect();
    format!("{kept}{CUT}").into()
}

/// Where the tables come from, and what the columns mean that are metrics.
fn about_sheet(
    sheet: &mut Worksheet,
    sheets: &[(&str, &Rows)],
    about: &About,
    header: &Format,
) -> Result<(), XlsxError> {
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let bold = header.clone().set_align(FormatAlign::Top);
    let mut entries: Vec<(String, String)> = about
        .entries()
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    let mut seen = BTreeSet::new();
    for (_, rows) in sheets {
        // A table of metrics names them in a column.
        let names = rows.columns.iter().position(|name| name == "metric");
        let named = names.into_iter().flat_map(|column| {
            rows.rows
                .iter()
                .filter_map(move |cells| cells.get(column)?.as_str())
        });
        for name in rows.columns.iter().map(String::as_str).chain(named) {
            if let Some(metric) = metrics::find(name)
                && seen.insert(metric.id)
            {
                entries.push((metric.id.to_owned(), metric.definition.to_owned()));
            }
        }
    }
    for (row, (name, text)) in (0_u32..).zip(&entries) {
        sheet.write_string_with_format(row, 0, cut(name), &bold)?;
        match text.parse::<u32>().ok().filter(|_| name == VERSION) {
            Some(version) => {
                let left = wrapped.clone().set_align(FormatAlign::Left);
                sheet.write_number_with_format(row, 1, version, &left)?;
            }
            None => {
                sheet.write_string_with_format(row, 1, cut(text), &wrapped)?;
            }
        }
    }
    sheet.set_column_width(0, 24.0)?;
    sheet.set_column_width(1, 100.0)?;
    Ok(())
}
