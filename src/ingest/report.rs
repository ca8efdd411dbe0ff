//! What an import has to say: how many rows each table gave, and what could not be used.

use std::collections::HashMap;
use std::fmt;

/// How much of a row a [`Finding`] cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing was lost; somebody may want to know. `--strict` lets it pass.
    Note,
    /// One value was left out, or something is doubtful.
    Warning,
    /// A whole row was left out.
    Error,
}

impl Severity {
    /// The lower-case name: `note`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing in the source that could not be used as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Name of the file.
    pub file: String,
    /// Line of the file (row of a sheet), counted from 1, where it is known.
    pub line: Option<u64>,
    /// Number of the row, in formats whose lines do not tell (JSON).
    pub row: Option<u64>,
    /// Heading of the column, where it is known.
    pub column: Option<String>,
    /// The value, shortened if it is long.
    pub value: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// What it cost.
    pub severity: Severity,
}

/// Longer values are cut to this many characters in a finding.
const LONGEST_VALUE: usize = 120;

impl Finding {
    /// A finding about a file as a whole.
    pub fn new(
        severity: Severity,
        file: impl Into<String>,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            line: None,
            row: None,
            column: None,
            value: None,
            reason: reason.into(),
            remedy: remedy.into(),
            severity,
        }
    }

    /// The same finding at a line.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same finding in a row.
    #[must_use]
    pub fn in_row(mut self, row: Option<u64>) -> Self {
        self.row = row;
        self
    }

    /// The same finding in a column.
    #[must_use]
    pub fn in_column(mut self, column: Option<impl Into<String>>) -> Self {
        self.column = column.map(Into::into);
        self
    }

    /// The same finding about a value; long values are shortened.
    #[must_use]
    pub fn about(mut self, value: Option<&str>) -> Self {
        self.value = value.map(|value| {
            let mut short: String = value.chars().take(LONGEST_VALUE).collect();
            if short.len() < value.len() {
                short.push('…');
            }
            short
        });
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(row) = self.row {
            write!(f, ": row {row}")?;
        }
        write!(f, ": {}: ", self.severity.name())?;
        if let Some(column) = &self.column {
            write!(f, "column `{column}`: ")?;
        }
        f.write_str(&self.reason)?;
        if let Some(value) = &self.value {
            write!(f, " ({value:?})")?;
        }
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        Ok(())
    }
}

/// How one file of a table fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableReport {
    /// Name of the file.
    pub file: String,
    /// Rows read, the ones left out included.
    pub rows: u64,
    /// Rows left out because of an error.
    pub rows_left_out: u64,
    /// Rows that were used and gave no triple (a `FILTER` did not let them pass, for example).
    pub rows_without_triples: u64,
    /// Triples made.
    pub triples: u64,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImportReport {
    /// One entry a file, in the order of the mapping.
    pub tables: Vec<TableReport>,
    /// Triples made by the queries that run after the tables.
    pub triples_after: u64,
    /// Findings in order: the first [`Findings::STORED_OF_A_KIND`] of each kind, at most
    /// [`Findings::STORED`] in all.
    pub findings: Vec<Finding>,
    /// What kinds of findings there are, and how many of each, in the order of their first.
    pub kinds: Vec<FindingKind>,
    /// How many findings there were.
    pub findings_total: u64,
    /// How many of them left a row out.
    pub errors: u64,
    /// How many of them left a value out or raised a doubt.
    pub warnings: u64,
    /// How long the import took.
    pub seconds: f64,
}

impl ImportReport {
    /// Rows read, of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Rows left out, of all tables.
    pub fn rows_left_out(&self) -> u64 {
        self.tables.iter().map(|table| table.rows_left_out).sum()
    }

    /// Triples made.
    pub fn triples(&self) -> u64 {
        self.tables.iter().map(|table| table.triples).sum::<u64>() + self.triples_after
    }
}

/// Findings of one file and column with one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingKind {
    /// The first of them.
    pub first: Finding,
    /// How many there are.
    pub count: u64,
}

/// A growing list of findings: all are counted, the first of each kind are kept, so that one
/// mistake on every row does not hide the others.
#[derive(Debug, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    kinds: Vec<FindingKind>,
    by_kind: HashMap<(String, Option<String>, String), usize>,
    total: u64,
    errors: u64,
    warnings: u64,
    first_serious: Option<Finding>,
}

impl Findings {
    /// How many findings (and kinds) are kept; the others are only counted.
    pub const STORED: usize = 1_000;
    /// How many findings of a kind are kept.
    pub const STORED_OF_A_KIND: u64 = 20;

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.total += 1;
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => {}
        }
        if finding.severity > Severity::Note && self.first_serious.is_none() {
            self.first_serious = Some(finding.clone());
        }
        let key = (
            finding.file.clone(),
            finding.column.clone(),
            finding.reason.clone(),
        );
        let room = self.kinds.len() < Self::STORED;
        let known = self.by_kind.get(&key).copied();
        let count = match known.and_then(|position| self.kinds.get_mut(position)) {
            Some(kind) => {
                kind.count += 1;
                kind.count
            }
            None if room => {
                self.by_kind.insert(key, self.kinds.len());
                let first = finding.clone();
                self.kinds.push(FindingKind { first, count: 1 });
                1
            }
            None => return,
        };
        if count <= Self::STORED_OF_A_KIND && self.kept.len() < Self::STORED {
            self.kept.push(finding);
        }
    }

    /// The first finding that is more than a note: what a strict import stops at.
    pub fn first_serious(&self) -> Option<&Finding> {
        self.first_serious.as_ref()
    }

    pub(super) fn finish(self, report: &mut ImportReport) {
        report.findings = self.kept;
        report.kinds = self.kinds;
        report.findings_total = self.total;
        report.errors = self.errors;
        report.warnings = self.warnings;
    }
}

/// Is told how far a long piece of work has come.
pub trait Progress: Sync {
    /// `done` rows of `what` (a file) are done.
    fn rows(&self, what: &str, done: u64);
}

/// Tells nobody.
impl Progress for () {
    fn rows(&self, _what: &str, _done: u64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_names_file_line_column_value_and_remedy() {
        let finding = Finding::new(Severity::Warning, "a.csv", "is no number", "write 1234.56")
            .at_line(7)
            .in_column(Some("amount"))
            .about(Some("twelve"));
        assert_eq!(
            finding.to_string(),
            "a.csv:7: warning: column `amount`: is no number (\"twelve\"); write 1234.56"
        );
    }

    #[test]
    fn findings_beyond_the_cap_are_counted_and_not_kept() {
        let mut findings = Findings::default();
        for number in 0..Findings::STORED + 5 {
            findings.push(Finding::new(Severity::Error, "a.csv", "bad", ""));
            findings.push(Finding::new(
                Severity::Note,
                "a.csv",
                number.to_string(),
                "",
            ));
        }
        let mut report = ImportReport::default();
        findings.finish(&mut report);
        assert_eq!(report.findings.len(), Findings::STORED);
        assert_eq!(report.kinds[0].count, Findings::STORED as u64 + 5);
        assert_eq!(report.errors, Findings::STORED as u64 + 5);
        assert_eq!(report.findings_total, 2 * (Findings::STORED as u64 + 5));
    }
}
