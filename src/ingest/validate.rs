//! SHACL Core validation.
//!
//! The work is done by the `shacl` crate on a graph in memory. Nothing is ever fetched: the graph
//! holds only what is handed in, shapes are read from text, `owl:imports` is not followed, and the
//! SPARQL parts of the crate (which could ask endpoints) are not compiled in.

use crate::rdf::Batch;
use oxigraph::model::{NamedNode, Term};
use rudof_rdf::rdf_core::{RDFFormat, SHACLPath};
use rudof_rdf::rdf_impl::{OxigraphInMemory, ReaderMode};
use shacl::ir::IRSchema;
use shacl::rdf::ShaclParser;
use shacl::validator::processor::{GraphValidation, ShaclProcessor};
use shacl::validator::store::Graph;
use shacl::validator::{ShaclConfig, ShaclValidationMode};
use std::fmt;

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
    /// More than may be checked at once: the validator can neither be stopped nor held to a
    /// memory budget.
    #[error(
        "{statements} statements are too many to be checked within the service, which takes {most}; run `weft validate` on the files, which has no such limit, or send them in parts"
    )]
    TooLarge {
        /// How many there are.
        statements: usize,
        /// How many are taken.
        most: usize,
    },
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

/// A property path of SHACL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PropertyPath {
    /// A property.
    Property(NamedNode),
    /// Any of several paths.
    Alternative(Vec<PropertyPath>),
    /// One path after the other.
    Sequence(Vec<PropertyPath>),
    /// A path from its end to its beginning.
    Inverse(Box<PropertyPath>),
    /// A path any number of times.
    ZeroOrMore(Box<PropertyPath>),
    /// A path at least once.
    OneOrMore(Box<PropertyPath>),
    /// A path or nothing.
    ZeroOrOne(Box<PropertyPath>),
}

impl PropertyPath {
    fn of(path: &SHACLPath) -> Self {
        let all = |paths: &[SHACLPath]| paths.iter().map(Self::of).collect();
        match path {
            SHACLPath::Predicate { pred } => Self::Property(pred.named_node().clone()),
            SHACLPath::Alternative { paths } => Self::Alternative(all(paths)),
            SHACLPath::Sequence { paths } => Self::Sequence(all(paths)),
            SHACLPath::Inverse { path } => Self::Inverse(Box::new(Self::of(path))),
            SHACLPath::ZeroOrMore { path } => Self::ZeroOrMore(Box::new(Self::of(path))),
            SHACLPath::OneOrMore { path } => Self::OneOrMore(Box::new(Self::of(path))),
            SHACLPath::ZeroOrOne { path } => Self::ZeroOrOne(Box::new(Self::of(path))),
        }
    }
}

/// In SPARQL syntax.
impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, paths: &[Self], sign: &str| {
            let parts: Vec<_> = paths.iter().map(ToString::to_string).collect();
            write!(f, "({})", parts.join(sign))
        };
        match self {
            Self::Property(property) => write!(f, "{property}"),
            Self::Alternative(paths) => joined(f, paths, "|"),
            Self::Sequence(paths) => joined(f, paths, "/"),
            Self::Inverse(path) => write!(f, "^{path}"),
            Self::ZeroOrMore(path) => write!(f, "{path}*"),
            Self::OneOrMore(path) => write!(f, "{path}+"),
            Self::ZeroOrOne(path) => write!(f, "{path}?"),
        }
    }
}

/// One way in which the data does not conform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationResult {
    /// The node that was checked.
    pub focus_node: Term,
    /// The property path; none if the node itself is at fault.
    pub path: Option<PropertyPath>,
    /// The value at fault.
    pub value: Option<Term>,
    /// How grave it is.
    pub severity: ResultSeverity,
    /// The same as the shape has it, such as `http://www.w3.org/ns/shacl#Warning`.
    pub severity_iri: NamedNode,
    /// What is wrong, in the words of the shape or else of the constraint, with languages (which
    /// may be empty).
    pub messages: Vec<(String, String)>,
    /// The shape that says so.
    pub source_shape: Option<Term>,
    /// The kind of constraint, such as `http://www.w3.org/ns/shacl#MinCountConstraintComponent`.
    pub constraint: String,
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

/// Shapes that were read and are sound.
pub struct Shapes(IRSchema);

impl Shapes {
    /// Reads shapes in Turtle (or N-Triples, which is Turtle).
    ///
    /// # Errors
    /// If the text is no Turtle, or no sound SHACL.
    pub fn read(turtle: &str) -> Result<Self, ValidateError> {
        Self::read_at(turtle, None)
    }

    /// The same for a text whose relative IRIs have a base.
    ///
    /// # Errors
    /// As [`Shapes::read`].
    pub fn read_at(turtle: &str, base: Option<&str>) -> Result<Self, ValidateError> {
        let graph =
            OxigraphInMemory::from_str(turtle, &RDFFormat::Turtle, base, &ReaderMode::Strict)
                .map_err(|error| ValidateError::ShapesSyntax(error.to_string()))?;
        let schema = ShaclParser::new(graph)
            .parse()
            .map_err(|error| ValidateError::Shapes(error.to_string()))?;
        let schema =
            IRSchema::compile(&schema).map_err(|error| ValidateError::Shapes(error.to_string()))?;
        Ok(Self(schema))
    }
}

/// Validates the triples of batches, whatever their graphs, against shapes in Turtle.
///
/// # Errors
/// If the shapes cannot be read or are not sound. Data that does not conform is no error.
pub fn validate(data: &Batch, shapes: &str) -> Result<ValidationReport, ValidateError> {
    validate_with(&[data], &[&Shapes::read(shapes)?])
}

/// The same for data in parts, which count as one graph, and for several sets of shapes.
///
/// # Errors
/// [`ValidateError::Validation`].
pub fn validate_with(
    data: &[&Batch],
    shapes: &[&Shapes],
) -> Result<ValidationReport, ValidateError> {
    let broken = |error: &dyn fmt::Display| ValidateError::Validation(error.to_string());
    let mut graph = OxigraphInMemory::new();
    for quad in data.iter().flat_map(|part| part.iter()) {
        graph
            .add_triple_ref(
                quad.subject.as_ref(),
                quad.predicate.as_ref(),
                quad.object.as_ref(),
            )
            .map_err(|error| broken(&error))?;
    }
    let mut validation = GraphValidation::from(Graph::from(graph));
    let mut found = ValidationReport {
        conforms: true,
        results: Vec::new(),
    };
    for Shapes(schema) in shapes {
        let report = validation
            .validate(
                schema,
                &ShaclValidationMode::Native,
                &ShaclConfig::default(),
            )
            .map_err(|error| broken(&error))?;
        found.conforms &= report.conforms();
        found.results.extend(report.results().iter().map(|result| {
            let constraint = term(result.constraint_component());
            ValidationResult {
                focus_node: term(result.focus_node()),
                path: result.path().map(PropertyPath::of),
                value: result.value().map(term),
                severity: severity(result.severity()),
                severity_iri: severity_iri(result.severity()),
                messages: messages(result.message()),
                source_shape: result.source().map(term),
                constraint: match constraint {
                    Term::NamedNode(iri) => iri.into_string(),
                    other => other.to_string(),
                },
            }
        }));
    }
    found.results.sort_by_cached_key(|result| {
        (
            std::cmp::Reverse(result.severity),
            sorted_as(&result.focus_node),
            result.path.clone(),
            result.constraint.clone(),
            result.value.as_ref().map(sorted_as),
        )
    });
    Ok(found)
}

/// The labels of blank nodes say nothing.
fn sorted_as(term: &Term) -> String {
    match term {
        Term::BlankNode(_) => "_:".to_owned(),
        other => other.to_string(),
    }
}

fn severity_iri(severity: &shacl::types::Severity) -> NamedNode {
    use shacl::types::Severity as S;
    let local = match severity {
        S::Generic(iri) => return iri.named_node().clone(),
        S::Trace => "Trace",
        S::Debug => "Debug",
        S::Info => "Info",
        S::Warning => "Warning",
        S::Violation => "Violation",
    };
    NamedNode::new_unchecked(format!("http://www.w3.org/ns/shacl#{local}"))
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
    // Beside the words of a shape the general ones of the validator say nothing more.
    if list.iter().any(|(language, _)| !language.is_empty()) {
        list.retain(|(language, _)| !language.is_empty());
    }
    list
}

fn term(object: &rudof_rdf::rdf_core::term::Object) -> Term {
    Term::from(object.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: &str = r#"
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix : <http://ex/> .
        :ActorShape a sh:NodeShape ; sh:targetClass :Actor ;
            sh:property [ sh:path :label ; sh:minCount 1 ; sh:message "An actor needs a label"@en , "Una entidad necesita una etiqueta"@es ] ;
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
    fn results_name_node_path_value_message_and_shape() {
        let report = validate(&batch(DATA), SHAPES).unwrap();
        assert!(!report.conforms);
        assert_eq!(report.results.len(), 2, "{report:?}");
        let [label, since] = report.results.as_slice() else {
            panic!()
        };
        assert_eq!(label.focus_node.to_string(), "<http://ex/b>");
        let path = label.path.as_ref().unwrap().to_string();
        assert_eq!(path, "<http://ex/label>");
        assert_eq!(label.severity, ResultSeverity::Violation);
        assert_eq!(label.message("es"), "Una entidad necesita una etiqueta");
        assert_eq!(
            label.constraint,
            "http://www.w3.org/ns/shacl#MinCountConstraintComponent"
        );
        assert_eq!(since.severity, ResultSeverity::Warning);
        assert_eq!(since.value.as_ref().unwrap().to_string(), "\"soon\"");
    }

    #[test]
    fn data_without_fault_conforms() {
        let data = batch("@prefix : <http://ex/> . :a a :Actor ; :label \"A\" .");
        assert!(validate(&data, SHAPES).unwrap().conforms);
        assert!(validate(&Batch::new(), "").unwrap().conforms);
    }

    #[test]
    fn broken_shapes_are_one_clear_error() {
        let error = validate(&Batch::new(), "@prefix").unwrap_err();
        assert!(
            error.to_string().starts_with("the shapes cannot be read: "),
            "{error}"
        );
    }
}
