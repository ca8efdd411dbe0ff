//! `mapping.toml`.

use super::MappingError;
use crate::ingest::table::{TableFormat, TableOptions};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The content of `mapping.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The name of the mapping.
    pub name: String,
    /// The title of the data set; default: its name.
    pub title: Option<String>,
    /// What the data set is.
    pub description: Option<String>,
    /// The IRI of the licence of the data.
    pub licence: Option<String>,
    /// Where the data comes from.
    pub source: Option<String>,
    /// The graph: a name under `…/graph/`, or an IRI; default: the name.
    pub graph: Option<String>,
    /// The local part of the data set's IRI; default: the name.
    pub dataset: Option<String>,
    /// `?NAMESPACE` unless the import is given a name; default: the data set.
    pub namespace: Option<String>,
    /// The tables, in the order in which they are read.
    #[serde(default, rename = "table")]
    pub tables: Vec<TableEntry>,
    /// The queries that run over the new graph, in order.
    #[serde(default)]
    pub after: Vec<AfterEntry>,
}

/// One `[[table]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// Name of the file; `*`, `?` and `{a,b}` match as in a shell.
    pub file: String,
    /// The file with the `CONSTRUCT` query.
    pub query: String,
    /// Columns that must be there and filled.
    #[serde(default)]
    pub required: Vec<String>,
    /// The column, or columns, whose values should not repeat.
    pub unique: Option<OneOrMore>,
    /// Columns that hold several values, with what separates them.
    #[serde(default)]
    pub lists: BTreeMap<String, String>,
    /// Cells with one of these texts count as empty (`["NA", "n/a", "-"]`).
    #[serde(default)]
    pub empty: Vec<String>,
    /// Whether it is all right if no file matches.
    #[serde(default)]
    pub optional: bool,
    /// The format; default: by the file name.
    pub format: Option<Format>,
    /// JSON Pointer to the array of rows.
    pub rows: Option<String>,
    /// Name of the sheet.
    pub sheet: Option<String>,
    /// Field separator of a CSV file.
    pub delimiter: Option<String>,
    /// Character encoding of a CSV file.
    pub encoding: Option<String>,
    /// What rows that are remarks to people begin with; they are passed over.
    pub comment: Option<String>,
    /// Other headings of a column, by the name that the query uses.
    #[serde(default)]
    pub headings: BTreeMap<String, Vec<String>>,
    /// Whether each subject says which row it comes from.
    #[serde(default = "yes")]
    pub provenance: bool,
}

fn yes() -> bool {
    true
}

/// One `[[after]]`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterEntry {
    /// The file with the `CONSTRUCT` query.
    pub query: String,
}

/// One name, or a list of names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// `"id"`
    One(String),
    /// `["id", "kind"]`
    More(Vec<String>),
}

impl OneOrMore {
    pub(super) fn list(&self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.clone()],
            Self::More(names) => names.clone(),
        }
    }
}

/// The value of `format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// JSON or JSON Lines.
    Json,
    /// A spreadsheet.
    Xlsx,
}

impl TableEntry {
    pub(super) fn options(&self) -> TableOptions {
        TableOptions {
            format: self.format.map(|format| match format {
                Format::Csv => TableFormat::Csv,
                Format::Json => TableFormat::Json,
                Format::Xlsx => TableFormat::Xlsx,
            }),
            rows: self.rows.clone(),
            sheet: self.sheet.clone(),
            delimiter: self.delimiter.as_deref().and_then(|d| d.bytes().next()),
            encoding: self.encoding.clone(),
            comment: self.comment.clone(),
            headings: self.headings.clone(),
        }
    }
}

/// The line of a byte offset, from 1.
fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() as u64 + 1
}

/// Reads a manifest.
pub(super) fn parse(path: &Path, text: &str) -> Result<Manifest, MappingError> {
    let manifest: Manifest = toml::from_str(text).map_err(|error| MappingError::Manifest {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        message: error.message().to_owned(),
        remedy: "correct it".to_owned(),
    })?;
    let bad = |what: &str, message: String, remedy: &str| MappingError::Manifest {
        path: path.to_owned(),
        line: text.find(what).map_or(1, |at| line_of(text, at)),
        message,
        remedy: remedy.to_owned(),
    };
    if manifest.tables.is_empty() {
        return Err(bad(
            "name",
            "there is no table".to_owned(),
            "add a [[table]] with `file` and `query`",
        ));
    }
    for table in &manifest.tables {
        if table.delimiter.as_ref().is_some_and(|d| d.len() != 1) {
            return Err(bad(
                "delimiter",
                "`delimiter` must be one ASCII character".to_owned(),
                "write \";\", \",\", \"\\t\" or \"|\"",
            ));
        }
        if let Some((column, _)) = table
            .lists
            .iter()
            .find(|(_, separator)| separator.is_empty())
        {
            return Err(bad(
                "lists",
                format!("the list column `{column}` has an empty separator"),
                "say what separates its values, such as \";\"",
            ));
        }
        check_inside(&table.query)
            .map_err(|message| bad(&table.query, message, "use a name such as \"cases.rq\""))?;
    }
    for after in &manifest.after {
        check_inside(&after.query)
            .map_err(|message| bad(&after.query, message, "use a name such as \"after/x.rq\""))?;
    }
    Ok(manifest)
}

/// A query lies in the folder of its mapping.
fn check_inside(name: &str) -> Result<(), String> {
    let parts = Path::new(name).components();
    let inside = parts
        .into_iter()
        .all(|part| matches!(part, std::path::Component::Normal(_)));
    if inside && !name.is_empty() {
        Ok(())
    } else {
        Err(format!("{name:?} is not a file of the mapping's folder"))
    }
}

/// Whether a file name matches a pattern of `*`, `?` and `{a,b}`.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    if let Some(open) = pattern.find('{')
        && let Some(length) = pattern[open..].find('}')
    {
        let close = open + length;
        let (before, after) = (&pattern[..open], &pattern[close + 1..]);
        let mut choices = pattern[open + 1..close].split(',');
        return choices.any(|choice| matches(&format!("{before}{choice}{after}"), name));
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on if what follows the last `*` does not fit.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        match parse(Path::new("m/mapping.toml"), text) {
            Ok(manifest) => assert_eq!(format!("{} tables", manifest.tables.len()), expected),
            Err(error) => assert!(error.to_string().starts_with(expected), "{error}"),
        }
    }

    #[test]
    fn a_manifest_is_read_and_mistakes_have_their_line() {
        let good = "name = \"m\"\ntitle = \"M\"\n[[table]]\nfile = \"a.csv\"\nquery = \"a.rq\"\n";
        check(good, "1 tables");
        check(
            &format!("{good}colour = 1\n"),
            "m/mapping.toml:6: unknown field `colour`",
        );
        check("title = \"M\"\n", "m/mapping.toml:1: missing field `name`");
        check("name = \n", "m/mapping.toml:1: ");
        check(
            "name = \"m\"\ntitle = \"M\"\n",
            "m/mapping.toml:1: there is no table",
        );
        check(
            &format!("{good}delimiter = \";;\"\n"),
            "m/mapping.toml:6: `delimiter` must be one",
        );
        check(
            &format!("{good}lists = {{ a = \"\" }}\n"),
            "m/mapping.toml:6: the list column `a`",
        );
        check(
            &good.replace("a.rq", "../a.rq"),
            "m/mapping.toml:5: \"../a.rq\" is not a file",
        );
        check(
            &good.replace("a.rq", "/etc/passwd"),
            "m/mapping.toml:5: \"/etc/passwd\" is not",
        );
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        assert!(matches("a.csv", "a.csv"));
        assert!(matches("*.{csv,tsv}", "x.y.tsv"));
        assert!(matches("PO_*_?.json", "PO_a_b_c.json"));
        assert!(!matches("a.csv", "A.csv"));
        assert!(!matches("*a", "b"));
        assert!(!matches(&"*a".repeat(40), &"b".repeat(5_000)));
    }
}
