//! Flat rows, for tables, files and dashboards.

use super::ScenarioError;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing is known or defined.
    Nothing,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Self {
        number
            .filter(|number| number.is_finite())
            .map_or(Self::Nothing, Self::Number)
    }
}

impl From<usize> for Cell {
    fn from(count: usize) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Option<usize>> for Cell {
    fn from(count: Option<usize>) -> Self {
        count.map_or(Self::Nothing, Self::from)
    }
}

impl From<Option<bool>> for Cell {
    fn from(flag: Option<bool>) -> Self {
        flag.map_or(Self::Nothing, Self::Flag)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

impl From<Option<&str>> for Cell {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Nothing, Self::from)
    }
}

/// Rows with the same columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The names of the columns.
    pub columns: &'static [&'static str],
    /// The rows, with one cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(super) const fn empty() -> Self {
        Self {
            columns: &[],
            rows: Vec::new(),
        }
    }

    pub(super) fn new(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// The cell of a row in a column.
    pub fn cell<'a>(&self, row: &'a [Cell], column: &str) -> &'a Cell {
        let at = self.columns.iter().position(|name| *name == column);
        at.and_then(|at| row.get(at)).unwrap_or(&Cell::Nothing)
    }

    /// The rows that have a text in a column.
    pub(crate) fn only(&self, column: &str, text: &str) -> Self {
        let fits = |row: &&Vec<Cell>| self.cell(row, column).text() == Some(text);
        Self {
            columns: self.columns,
            rows: self.rows.iter().filter(fits).cloned().collect(),
        }
    }
}

/// A part of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What each change did.
    Changes,
    /// Services and innovations whose providers change, first those that have none left.
    Services,
    /// Indicators, today and in the scenario.
    Indicators,
    /// Indicators by sector, level, role or ladder.
    Groups,
    /// Metrics of networks.
    Networks,
    /// Pairs of sectors.
    SectorPairs,
    /// Pairs of levels of responsibility.
    LevelPairs,
    /// Pairs that nothing joins any more.
    Lost,
    /// Pairs that something joins now.
    Won,
    /// Actors for whom something changes, most affected first.
    Actors,
    /// Components that fall apart, and those that grow together.
    Components,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Changes,
        Self::Services,
        Self::Indicators,
        Self::Groups,
        Self::Networks,
        Self::SectorPairs,
        Self::LevelPairs,
        Self::Lost,
        Self::Won,
        Self::Actors,
        Self::Components,
    ];

    /// The name in URLs and answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Services => "services",
            Self::Indicators => "indicators",
            Self::Groups => "groups",
            Self::Networks => "networks",
            Self::SectorPairs => "sectorPairs",
            Self::LevelPairs => "levelPairs",
            Self::Lost => "lost",
            Self::Won => "won",
            Self::Actors => "actors",
            Self::Components => "components",
        }
    }

    pub(super) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The part of a name.
    ///
    /// # Errors
    /// [`ScenarioError::NoSuchPart`].
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let found = Self::ALL.into_iter().find(|part| part.name() == name);
        found.ok_or_else(|| ScenarioError::NoSuchPart(name.chars().take(60).collect()))
    }
}
