//! Checking data before it lands: syntax, shapes and vocabulary in one report.
//!
//! [`check`] puts three things together: the documents that cannot be parsed, what SHACL says
//! ([`super::validate`]), and what [`lint`] finds, which shapes cannot say: terms and codes that do
//! not exist, with the nearest that does, dates and amounts that cannot be, IRIs that lead nowhere.

mod lint;
mod places;
mod rdf_form;
mod vocabulary;

pub use lint::{LintOptions, RULES, Rule, folded_name, lint};
pub use places::places;

use super::IngestError;
use super::rdf::{ParseOptions, parse_bytes};
use super::validate::{
    PropertyPath, ResultSeverity, Shapes, ValidateError, ValidationReport, ValidationResult,
    validate_with,
};
use crate::ontology::Ontology;
use crate::rdf::Batch;
use oxigraph::io::RdfFormat;
use oxigraph::model::{BlankNode, GraphName, NamedNode, Term};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many results of one rule a report keeps; all are counted.
pub const KEPT_OF_A_RULE: usize = 20;
/// How many results of one shape and constraint a report keeps; all are counted.
pub const KEPT_OF_A_SHAPE: usize = 100;
/// The base of documents that are checked for no graph: what is relative in them shows.
pub(crate) const NO_BASE: &str = "https://relative.invalid/";
/// Longer values are cut to this many characters.
const LONGEST_VALUE: usize = 200;

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A parser: the document cannot be read.
    Syntax,
    /// A shape.
    Shacl,
    /// A rule of [`lint`].
    Lint,
}

impl Origin {
    /// The lower-case name: `syntax`, `shacl`, `lint`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Shacl => "shacl",
            Self::Lint => "lint",
        }
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// Who says so.
    pub origin: Origin,
    /// How grave it is.
    pub severity: ResultSeverity,
    /// The rule: the id of one of [`RULES`], the local name of a shape, or `syntax`.
    pub rule: String,
    /// The node that it is about.
    pub node: Option<Term>,
    /// The property, or a path of them.
    pub path: Option<PropertyPath>,
    /// The value at fault.
    pub value: Option<Term>,
    /// What is wrong, with languages (which may be empty).
    pub messages: Vec<(String, String)>,
    /// What to do about it.
    pub remedy: String,
    /// The document, where it is known.
    pub file: Option<String>,
    /// The line, where it is known.
    pub line: Option<u64>,
    /// The column, of syntax errors.
    pub column: Option<u64>,
    /// The shape, of SHACL results.
    pub source_shape: Option<Term>,
    /// The kind of constraint, of SHACL results.
    pub constraint: Option<String>,
    /// The severity as a shape has it, of SHACL results.
    pub severity_iri: Option<NamedNode>,
}

impl CheckResult {
    fn new(
        origin: Origin,
        severity: ResultSeverity,
        rule: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            origin,
            severity,
            rule: rule.into(),
            node: None,
            path: None,
            value: None,
            messages: vec![("en".to_owned(), message.into())],
            remedy: remedy.into(),
            file: None,
            line: None,
            column: None,
            source_shape: None,
            constraint: None,
            severity_iri: None,
        }
    }

    /// The message in a language, else in English, else any.
    pub fn message(&self, language: &str) -> &str {
        let find = |wanted: &str| self.messages.iter().find(|(l, _)| l == wanted);
        find(language)
            .or_else(|| find("en"))
            .or_else(|| find(""))
            .or_else(|| self.messages.first())
            .map_or("", |(_, text)| text)
    }

    /// The node as text: an IRI without brackets.
    pub fn node_text(&self) -> Option<String> {
        self.node.as_ref().map(plain)
    }

    /// The path as text; a single property without brackets.
    pub fn path_text(&self) -> Option<String> {
        self.path.as_ref().map(|path| match path {
            PropertyPath::Property(property) => property.as_str().to_owned(),
            path => path.to_string(),
        })
    }

    /// The value as text, cut if it is long.
    pub fn value_text(&self) -> Option<String> {
        let text = self.value.as_ref().map(plain)?;
        if text.chars().count() <= LONGEST_VALUE {
            return Some(text);
        }
        Some(text.chars().take(LONGEST_VALUE).chain(['…']).collect())
    }

    /// Where it is, as compilers write it: `file:line:column`.
    pub fn place(&self) -> Option<String> {
        let mut text = self.file.clone()?;
        for number in [self.line, self.column].into_iter().flatten() {
            text.push(':');
            text += &number.to_string();
        }
        Some(text)
    }
}

fn plain(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        other => other.to_string(),
    }
}

/// Results of one rule.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckKind {
    /// The rule.
    pub rule: String,
    /// Who says so.
    pub origin: Origin,
    /// How grave its results are.
    pub severity: ResultSeverity,
    /// How many there are.
    pub count: u64,
    /// How many of them the report has.
    pub kept: u64,
}

/// A document that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedDocument {
    /// Its name.
    pub name: String,
    /// How many statements it has; none if it cannot be read.
    pub statements: Option<u64>,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckReport {
    /// The documents.
    pub documents: Vec<CheckedDocument>,
    /// Whether all documents could be read.
    pub parsed: bool,
    /// How many statements there are.
    pub statements: u64,
    /// Whether there is no result at all, as SHACL has it.
    pub conforms: bool,
    /// Whether there is no violation: a graph that refuses violations takes the data.
    pub accepted: bool,
    /// The results: the gravest first, then rule by rule. The first of each rule; see `kinds`.
    pub results: Vec<CheckResult>,
    /// The rules that found something, in the order of the results.
    pub kinds: Vec<CheckKind>,
}

impl CheckReport {
    /// How many results have a severity, those that are counted only included.
    pub fn count(&self, severity: ResultSeverity) -> u64 {
        let kinds = self.kinds.iter();
        kinds
            .filter(|kind| kind.severity == severity)
            .map(|kind| kind.count)
            .sum()
    }

    /// The report as text: one result a paragraph, then the sums.
    pub fn to_text(&self, language: &str) -> String {
        use std::fmt::Write;
        let mut out = String::new();
        for kind in &self.kinds {
            for result in self.results.iter().filter(|result| kind.holds(result)) {
                if let Some(place) = result.place() {
                    let _ = write!(out, "{place}: ");
                }
                let _ = write!(out, "{}:", result.severity.name());
                for part in [&result.node].into_iter().flatten() {
                    let _ = write!(out, " {part}");
                }
                if let Some(path) = &result.path {
                    let _ = write!(out, " {path}");
                }
                if let Some(value) = &result.value {
                    let _ = write!(out, " {value}");
                }
                let _ = write!(out, "\n  {} ({})", result.message(language), result.rule);
                if !result.remedy.is_empty() {
                    let _ = write!(out, "\n  → {}", result.remedy);
                }
                out.push('\n');
            }
            if kind.count > kind.kept {
                let _ = writeln!(
                    out,
                    "… and {} more of {}",
                    kind.count - kind.kept,
                    kind.rule
                );
            }
        }
        if self.conforms {
            let _ = writeln!(out, "{} statements, nothing found.", self.statements);
        } else {
            let _ = writeln!(
                out,
                "{} statements: {} violations, {} warnings, {} remarks.",
                self.statements,
                self.count(ResultSeverity::Violation),
                self.count(ResultSeverity::Warning),
                self.count(ResultSeverity::Info),
            );
        }
        out
    }

    /// A report of nothing but what shapes say.
    pub fn of_shapes(statements: u64, found: ValidationReport) -> Self {
        assembled(
            statements,
            found.results.into_iter().map(of_shape).collect(),
        )
    }

    /// The report as the triples of a `sh:ValidationReport`.
    pub fn to_rdf(&self) -> Vec<oxigraph::model::Triple> {
        rdf_form::triples(self)
    }
}

impl CheckKind {
    /// Whether a result is of this kind.
    pub fn holds(&self, result: &CheckResult) -> bool {
        (self.origin, self.severity) == (result.origin, result.severity) && self.rule == result.rule
    }
}

/// A document to be checked.
pub struct Document<'a> {
    /// Its name in the report.
    pub name: String,
    /// Its format.
    pub format: RdfFormat,
    /// Its text, unpacked.
    pub bytes: &'a [u8],
}

/// Shapes of a data set's own, with a name for the report.
pub struct NamedShapes {
    /// Where they come from.
    pub name: String,
    /// Their text, in Turtle.
    pub turtle: String,
}

/// How a check is made.
pub struct CheckOptions<'a> {
    /// The ontology.
    pub ontology: &'a Ontology,
    /// The graph that the data is for, if any.
    pub graph: Option<NamedNode>,
    /// Whether the shapes of the ontology are used.
    pub own_shapes: bool,
    /// More shapes.
    pub shapes: &'a [NamedShapes],
    /// Data that stands in the graph already and stays there.
    pub beside: Option<&'a Batch>,
    /// The current year, for dates that lie in the future.
    pub year: i32,
    /// How many statements may be checked, with those beside them; any number if none.
    pub most: Option<usize>,
}

impl<'a> CheckOptions<'a> {
    /// With the shapes of the ontology and nothing else.
    pub fn new(ontology: &'a Ontology) -> Self {
        Self {
            ontology,
            graph: None,
            own_shapes: true,
            shapes: &[],
            beside: None,
            year: i32::from(jiff::Zoned::now().year()),
            most: None,
        }
    }
}

/// Checks documents. Those that cannot be parsed are part of the report, and the others are
/// checked all the same. Answers the report and the data of the documents that can be read.
///
/// # Errors
/// Only if the ontology's own shapes are not sound, or the validation breaks off.
///
/// # Complexity
/// O(n log n) for n statements, times the number of shapes.
pub fn check(
    documents: &[Document<'_>],
    options: &CheckOptions<'_>,
) -> Result<(CheckReport, Batch), ValidateError> {
    let mut data = Batch::new();
    let mut results = Vec::new();
    let mut checked = Vec::new();
    let parse = ParseOptions {
        base_iri: Some(match &options.graph {
            Some(graph) => graph.as_str().to_owned(),
            None => NO_BASE.to_owned(),
        }),
        into_graph: options.graph.clone().map(GraphName::from),
        triples_only: options.graph.is_some(),
    };
    for document in documents {
        let parsed = parse_bytes(document.bytes, document.format, &parse);
        checked.push(CheckedDocument {
            name: document.name.clone(),
            statements: parsed.as_ref().ok().map(|part| part.len() as u64),
        });
        match parsed {
            Ok(part) => data.append(&part),
            Err(error) => results.push(unread(&document.name, error)),
        }
    }
    let parsed = results.is_empty();
    let mut report = check_batch(&data, options, results)?;
    report.documents = checked;
    report.parsed = parsed;
    // Parsers name blank nodes at random; the same data must give the same report.
    let mut names = BlankNames::default();
    for result in &mut report.results {
        names.rename("b", &mut result.node);
        names.rename("b", &mut result.value);
    }
    report.find_places(documents);
    Ok((report, data))
}

/// Checks data that has been read; `before` are results that are known already.
///
/// # Errors
/// As [`check`].
pub fn check_batch(
    data: &Batch,
    options: &CheckOptions<'_>,
    before: Vec<CheckResult>,
) -> Result<CheckReport, ValidateError> {
    let statements = data.len() + options.beside.map_or(0, Batch::len);
    if let Some(most) = options.most.filter(|most| statements > *most) {
        return Err(ValidateError::TooLarge { statements, most });
    }
    let mut results = before;
    let mut shapes = Vec::new();
    if options.own_shapes {
        shapes.push(Shapes::read(options.ontology.shapes())?);
    }
    for named in options.shapes {
        match Shapes::read(&named.turtle) {
            Ok(read) => shapes.push(read),
            Err(error) => results.push(CheckResult {
                file: Some(named.name.clone()),
                ..CheckResult::new(
                    Origin::Syntax,
                    ResultSeverity::Violation,
                    "unsound-shapes",
                    error.to_string(),
                    "correct the shapes, or leave them out: without them the data was checked by the others alone",
                )
            }),
        }
    }
    let ontology = options.ontology.batch();
    let parts: Vec<&Batch> = [Some(&ontology), Some(data), options.beside]
        .into_iter()
        .flatten()
        .collect();
    let sets: Vec<&Shapes> = shapes.iter().collect();
    let mut found = validate_with(&parts, &sets)?.results;
    // A shape that is reached in two ways says the same twice.
    found.dedup();
    results.extend(found.into_iter().map(of_shape));
    results.extend(lint(
        data,
        options.ontology,
        &LintOptions {
            labels_by_shapes: options.own_shapes,
            year: options.year,
        },
    ));
    let mut report = assembled(data.len() as u64, results);
    let mut names = BlankNames::default();
    for result in &mut report.results {
        names.rename("shape", &mut result.source_shape);
    }
    Ok(report)
}

/// Numbers blank nodes in the order in which a report names them.
#[derive(Default)]
struct BlankNames(HashMap<BlankNode, usize>);

impl BlankNames {
    fn rename(&mut self, stem: &str, term: &mut Option<Term>) {
        if let Some(Term::BlankNode(node)) = term {
            let next = self.0.len() + 1;
            let number = *self.0.entry(node.clone()).or_insert(next);
            *node = BlankNode::new_unchecked(format!("{stem}{number}"));
        }
    }
}

/// Sorts results, counts them rule by rule, and keeps the first of each.
fn assembled(statements: u64, mut results: Vec<CheckResult>) -> CheckReport {
    // Stable: within a rule the order of the data stays.
    results.sort_by(|a, b| (b.severity, a.origin, &a.rule).cmp(&(a.severity, b.origin, &b.rule)));
    let mut report = CheckReport {
        statements,
        parsed: true,
        conforms: results.is_empty(),
        ..CheckReport::default()
    };
    let mut kept_of_shape: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        if !report.kinds.last().is_some_and(|kind| kind.holds(&result)) {
            report.kinds.push(CheckKind {
                rule: result.rule.clone(),
                origin: result.origin,
                severity: result.severity,
                count: 0,
                kept: 0,
            });
        }
        let Some(kind) = report.kinds.last_mut() else {
            continue;
        };
        kind.count += 1;
        let is_kept = match result.origin {
            Origin::Syntax => true,
            Origin::Lint => kind.kept < KEPT_OF_A_RULE as u64,
            Origin::Shacl => {
                let key = format!(
                    "{} {:?} {:?}",
                    result.rule, result.source_shape, result.constraint
                );
                let kept = kept_of_shape.entry(key).or_default();
                *kept += 1;
                *kept <= KEPT_OF_A_SHAPE
            }
        };
        if is_kept {
            kind.kept += 1;
            report.results.push(result);
        }
    }
    report.accepted = report.count(ResultSeverity::Violation) == 0;
    report
}

impl CheckReport {
    fn find_places(&mut self, documents: &[Document<'_>]) {
        let nodes: Vec<String> = self
            .results
            .iter()
            .filter_map(|result| match &result.node {
                Some(Term::NamedNode(node)) => Some(node.as_str().to_owned()),
                _ => None,
            })
            .collect();
        let mut wanted: HashSet<&str> = nodes.iter().map(String::as_str).collect();
        let mut found: HashMap<String, (usize, u64)> = HashMap::new();
        for (number, document) in documents.iter().enumerate() {
            for (node, line) in places(document.bytes, document.format, &wanted) {
                wanted.remove(node.as_str());
                found.insert(node, (number, line));
            }
        }
        for result in &mut self.results {
            if let Some(Term::NamedNode(node)) = &result.node
                && let Some((number, line)) = found.get(node.as_str())
                && let Some(document) = documents.get(*number)
            {
                result.file = Some(document.name.clone());
                result.line = Some(*line);
            }
        }
    }
}

fn unread(name: &str, error: IngestError) -> CheckResult {
    let (line, column, message) = match error {
        IngestError::RdfSyntax {
            line,
            column,
            message,
            ..
        } => (line, column, message),
        other => (None, None, other.to_string()),
    };
    CheckResult {
        file: Some(name.to_owned()),
        line,
        column,
        ..CheckResult::new(
            Origin::Syntax,
            ResultSeverity::Violation,
            "syntax",
            message,
            "correct the document at this place and check it again; what stands after it was not looked at",
        )
    }
}

fn of_shape(result: ValidationResult) -> CheckResult {
    let kind = result
        .constraint
        .rsplit(['#', '/'])
        .next()
        .unwrap_or_default();
    let kind = kind.trim_end_matches("ConstraintComponent");
    let rule = match &result.source_shape {
        Some(Term::NamedNode(shape)) => {
            let local = shape.as_str().rsplit(['#', '/']).next();
            local
                .filter(|local| !local.is_empty())
                .unwrap_or(kind)
                .to_owned()
        }
        _ => kind.to_owned(),
    };
    CheckResult {
        origin: Origin::Shacl,
        severity: result.severity,
        rule,
        remedy: remedy_of(kind).to_owned(),
        node: Some(result.focus_node),
        path: result.path,
        value: result.value,
        messages: result.messages,
        file: None,
        line: None,
        column: None,
        source_shape: result.source_shape,
        constraint: Some(result.constraint),
        severity_iri: Some(result.severity_iri),
    }
}

/// What to do about a violated constraint.
fn remedy_of(kind: &str) -> &'static str {
    match kind {
        "MinCount" | "QualifiedMinCount" => "add a value of this property",
        "MaxCount" | "QualifiedMaxCount" => "keep the values that count and take out the others",
        "Class" => "name a node of the class asked for, or describe the one that is named",
        "Datatype" => "write the value with the datatype asked for",
        "NodeKind" => "write an IRI where a thing is asked for, and a text where a text is",
        "Pattern" | "MinLength" | "MaxLength" => "write the value in the form asked for",
        "In" | "HasValue" => "take one of the values allowed",
        "LanguageIn" | "UniqueLang" => "give each text one language tag, each language once",
        "Closed" => "take the property out, or put it where the shape allows it",
        "MinInclusive" | "MinExclusive" | "MaxInclusive" | "MaxExclusive" | "LessThan"
        | "LessThanOrEquals" => "correct the value: it is outside the range allowed",
        _ => "change the node so that the shape holds",
    }
}

#[cfg(test)]
mod tests;
