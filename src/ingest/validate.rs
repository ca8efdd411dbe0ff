//! SHACL Core validation.
//!
//! The work is done by the `shacl` crate on a graph in memory. Nothing is ever fetched: the graph
//! holds only what is handed in, shapes are read from text, `owl:imports` is not followed, and the
//! SPARQL parts of the crate (which could ask endpoints) are not compiled in.

use crate::rdf::Batch;
use oxigraph::model::{NamedOrBlankNode, Term};
use rudof_rdf::rdf_core::{RDFFormat, SHACLPath};
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::rdf::ShaclParser;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};
use std::collections::HashMap;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::path::PathBuf;

/// Why a validation could not take place.
#[derive(Debug, thiserror::Error)]
pub enum ValidateError {
    /// The shapes are no Turtle.
    #[error("the shapes cannot be read: {0}; shapes are SHACL in Turtle")]
    ShapesSyntax(String),
    /// The shapes are Turtle and no sound SHACL.
    #[error("the shapes are not sound SHACL: {0}; correct them")]
    Shapes(String),
    /// The validation broke off.
    #[error("the validation broke off: {0}")]
    Validation(String),
}

/// How grave a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResultSeverity {
    /// `sh:Info` (and the lesser ones of SHACL 1.2).
    Info,
    /// `sh:Warning`.
    Warning,
    /// `sh:Violation`, and severities of one's own.
    Violation,
}

impl ResultSeverity {
    /// The lower-case name: `info`, `warning`, `violation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Violation => "violation",
        }
    }
}

/// One way in which the data does not conform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationResult {
    /// The node that was checked, in N-Triples syntax.
    pub focus_node: String,
    /// The property path, in SPARQL syntax; none if the node itself is at fault.
    pub path: Option<String>,
    /// The value at fault, in N-Triples syntax.
    pub value: Option<String>,
    /// How grave it is.
    pub severity: ResultSeverity,
    /// What is wrong, in the words of the shape or else of the constraint, with languages (which
    /// may be empty).
    pub messages: Vec<(String, String)>,
    /// The shape that says so, in N-Triples syntax.
    pub source_shape: Option<String>,
    /// The kind of constraint, such as `http://www.w3.org/ns/shacl#MinCountConstraintComponent`.
    pub constraint: String,
    /// Where the focus node is described, if that is known: file and line.
    pub place: Option<(PathBuf, u64)>,
}

impl ValidationResult {
    /// The message in a language, else in English, else any.
    pub fn message(&self, language: &str) -> &str {
        let find = |wanted: &str| self.messages.iter().find(|(l, _)| l == wanted);
        find(language)
            .or_else(|| find("en"))
            .or_else(|| find(""))
            .or_else(|| self.messages.first())
            .map_or("", |(_, text)| text)
    }
}

/// What a validation found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValidationReport {
    /// Whether there is no result at all (SHACL counts warnings too).
    pub conforms: bool,
    /// The results: the gravest first, then by focus node and path.
    pub results: Vec<ValidationResult>,
}

impl ValidationReport {
    /// How many results have a severity.
    pub fn count(&self, severity: ResultSeverity) -> usize {
        self.results
            .iter()
            .filter(|result| result.severity == severity)
            .count()
    }

    /// The report as text: one result a paragraph, then the sums.
    pub fn to_text(&self, language: &str) -> String {
        let mut out = String::new();
        for result in &self.results {
            if let Some((file, line)) = &result.place {
                let _ = write!(out, "{}:{line}: ", file.display());
            }
            let _ = write!(out, "{}: {}", result.severity.name(), result.focus_node);
            if let Some(path) = &result.path {
                let _ = write!(out, " {path}");
            }
            if let Some(value) = &result.value {
                let _ = write!(out, " {value}");
            }
            let constraint = result
                .constraint
                .rsplit(['#', '/'])
                .next()
                .unwrap_or_default();
            let constraint = constraint.trim_end_matches("ConstraintComponent");
            let _ = writeln!(out, "\n  {} ({constraint})", result.message(language));
        }
        if self.conforms {
            out.push_str("The data conforms to the shapes.\n");
        } else {
            let _ = writeln!(
                out,
                "The data does not conform: {} violations, {} warnings, {} remarks.",
                self.count(ResultSeverity::Violation),
                self.count(ResultSeverity::Warning),
                self.count(ResultSeverity::Info),
            );
        }
        out
    }
}

/// Validates the triples of a batch, whatever their graphs, against shapes in Turtle.
///
/// `places` tells where nodes are described; see [`places`].
///
/// # Errors
/// If the shapes cannot be read or are not sound. Data that does not conform is no error.
pub fn validate(
    data: &Batch,
    shapes: &str,
    places: &HashMap<String, (PathBuf, u64), impl BuildHasher>,
) -> Result<ValidationReport, ValidateError> {
    let broken = |error: &dyn std::fmt::Display| ValidateError::Validation(error.to_string());
    let shapes = OxigraphInMemory::from_str(shapes, &RDFFormat::Turtle, None, &ReaderMode::Strict)
        .map_err(|error| ValidateError::ShapesSyntax(error.to_string()))?;
    let schema = ShaclParser::new(shapes)
        .parse()
        .map_err(|error| ValidateError::Shapes(error.to_string()))?;
    let schema =
        IRSchema::compile(&schema).map_err(|error| ValidateError::Shapes(error.to_string()))?;
    let mut graph = OxigraphInMemory::new();
    for quad in data.iter() {
        graph
            .add_triple_ref(
                quad.subject.as_ref(),
                quad.predicate.as_ref(),
                quad.object.as_ref(),
            )
            .map_err(|error| broken(&error))?;
    }
    let mut validation = GraphValidation::from(Graph::from(graph));
    let report = validation
        .validate(
            &schema,
            &ShaclValidationMode::Native,
            &ShaclConfig::default(),
        )
        .map_err(|error| broken(&error))?;
    let mut results: Vec<_> = report
        .results()
        .iter()
        .map(|result| {
            let focus_node = show(result.focus_node());
            ValidationResult {
                place: places.get(&focus_node).cloned(),
                focus_node,
                path: result.path().map(show_path),
                value: result.value().map(show),
                severity: severity(result.severity()),
                messages: messages(result.message()),
                source_shape: result.source().map(show),
                constraint: match result.constraint_component() {
                    rudof_rdf::rdf_core::term::Object::Iri(iri) => iri.as_str().to_owned(),
                    other => show(other),
                },
            }
        })
        .collect();
    results.sort_by(|a, b| {
        let key = |r: &ValidationResult| {
            (
                r.focus_node.clone(),
                r.path.clone(),
                r.constraint.clone(),
                r.value.clone(),
            )
        };
        b.severity
            .cmp(&a.severity)
            .then_with(|| key(a).cmp(&key(b)))
    });
    results.dedup();
    Ok(ValidationReport {
        conforms: report.conforms(),
        results,
    })
}

/// Where the subjects of an N-Triples or Turtle text are first described, by the line at which
/// their statement begins; adds to `places`.
pub fn places<S: BuildHasher>(
    file: &std::path::Path,
    turtle: &str,
    places: &mut HashMap<String, (PathBuf, u64), S>,
) {
    // Lines are found by reading statement after statement from a reader that counts what it has
    // handed out, a line at a time; a syntax error ends the search, it is reported elsewhere.
    let mut parser = oxttl::TurtleParser::new().low_level();
    let mut started = 1;
    for (number, line) in turtle.split_inclusive('\n').enumerate() {
        parser.extend_from_slice(line.as_bytes());
        while let Some(triple) = parser.parse_next() {
            let Ok(triple) = triple else {
                return;
            };
            if let NamedOrBlankNode::NamedNode(node) = &triple.subject {
                let entry = places.entry(node.to_string());
                entry.or_insert_with(|| (file.to_owned(), started));
            }
        }
        let ended = line.trim_end().ends_with('.') || line.trim().is_empty();
        if ended || line.trim_start().starts_with('#') {
            started = number as u64 + 2;
        }
    }
}

fn severity(severity: &shacl::types::Severity) -> ResultSeverity {
    use shacl::types::Severity as S;
    match severity {
        S::Trace | S::Debug | S::Info => ResultSeverity::Info,
        S::Warning => ResultSeverity::Warning,
        S::Violation | S::Generic(_) => ResultSeverity::Violation,
    }
}

fn messages(messages: &shacl::types::MessageMap) -> Vec<(String, String)> {
    let mut list: Vec<_> = messages
        .iter()
        .map(|(language, text)| {
            let language = language
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            (language, text.clone())
        })
        .collect();
    list.sort();
    list
}

fn show(object: &rudof_rdf::rdf_core::term::Object) -> String {
    Term::from(object.clone()).to_string()
}

fn show_path(path: &SHACLPath) -> String {
    let joined = |paths: &[SHACLPath], sign: &str| {
        let parts: Vec<_> = paths.iter().map(show_path).collect();
        format!("({})", parts.join(sign))
    };
    match path {
        SHACLPath::Predicate { pred } => format!("<{}>", pred.as_str()),
        SHACLPath::Alternative { paths } => joined(paths, "|"),
        SHACLPath::Sequence { paths } => joined(paths, "/"),
        SHACLPath::Inverse { path } => format!("^{}", show_path(path)),
        SHACLPath::ZeroOrMore { path } => format!("{}*", show_path(path)),
        SHACLPath::OneOrMore { path } => format!("{}+", show_path(path)),
        SHACLPath::ZeroOrOne { path } => format!("{}?", show_path(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: &str = r#"
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix : <http://ex/> .
        :ActorShape a sh:NodeShape ; sh:targetClass :Actor ;
            sh:property [ sh:path :label ; sh:minCount 1 ; sh:message "An actor needs a label"@en , "Un actor necesita una etiqueta"@es ] ;
            sh:property [ sh:path :since ; sh:datatype xsd:gYear ; sh:severity sh:Warning ] .
    "#;

    fn batch(turtle: &str) -> Batch {
        let parser = oxttl::TurtleParser::new().for_slice(turtle);
        let mut batch = Batch::new();
        for triple in parser {
            let triple = triple.unwrap();
            batch.push(
                triple
                    .as_ref()
                    .in_graph(oxigraph::model::GraphNameRef::DefaultGraph),
            );
        }
        batch
    }

    const DATA: &str = "@prefix : <http://ex/> .\n:a a :Actor ; :label \"A\" .\n\n:b a :Actor ;\n  :since \"soon\" .\n";

    #[test]
    fn results_name_node_path_value_message_shape_and_place() {
        let mut found = HashMap::new();
        places(std::path::Path::new("d.ttl"), DATA, &mut found);
        let report = validate(&batch(DATA), SHAPES, &found).unwrap();
        assert!(!report.conforms);
        assert_eq!(report.results.len(), 2, "{report:?}");
        let [label, since] = report.results.as_slice() else {
            panic!()
        };
        assert_eq!(label.focus_node, "<http://ex/b>");
        assert_eq!(label.path.as_deref(), Some("<http://ex/label>"));
        assert_eq!(label.severity, ResultSeverity::Violation);
        assert_eq!(label.message("es"), "Un actor necesita una etiqueta");
        assert_eq!(
            label.constraint,
            "http://www.w3.org/ns/shacl#MinCountConstraintComponent"
        );
        assert_eq!(label.place, Some((PathBuf::from("d.ttl"), 4)));
        assert_eq!(since.severity, ResultSeverity::Warning);
        assert_eq!(since.value.as_deref(), Some("\"soon\""));
        let text = report.to_text("en");
        assert!(text.starts_with("d.ttl:4: violation: <http://ex/b> <http://ex/label>\n  An actor needs a label (MinCount)\n"), "{text}");
        assert!(
            text.ends_with("The data does not conform: 1 violations, 1 warnings, 0 remarks.\n"),
            "{text}"
        );
    }

    #[test]
    fn data_without_fault_conforms() {
        let data = batch("@prefix : <http://ex/> . :a a :Actor ; :label \"A\" .");
        let none: HashMap<String, (PathBuf, u64)> = HashMap::new();
        let report = validate(&data, SHAPES, &none).unwrap();
        assert!(report.conforms);
        assert_eq!(report.to_text("en"), "The data conforms to the shapes.\n");
        assert!(validate(&Batch::new(), "", &none).unwrap().conforms);
    }

    #[test]
    fn broken_shapes_are_one_clear_error() {
        let none: HashMap<String, (PathBuf, u64)> = HashMap::new();
        let error = validate(&Batch::new(), "@prefix", &none).unwrap_err();
        assert!(
            error.to_string().starts_with("the shapes cannot be read: "),
            "{error}"
        );
    }
}
