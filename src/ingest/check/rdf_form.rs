//! A check as a SHACL validation report.

use super::{CheckReport, CheckResult};
use crate::ingest::validate::{PropertyPath, ResultSeverity};
use crate::ontology::iri;
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{BlankNode, Literal, NamedNode, NamedOrBlankNode, Term, Triple};

const SH: &str = "http://www.w3.org/ns/shacl#";
/// The constraint component that stands for a rule: `unknown-term` is
/// `weft:UnknownTermConstraintComponent`.
pub(super) fn component(rule: &str) -> NamedNode {
    let mut local = String::new();
    for word in rule.split('-') {
        let mut letters = word.chars();
        local.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        local.push_str(letters.as_str());
    }
    weft(&format!("{local}ConstraintComponent"))
}

fn sh(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{SH}{local}"))
}

fn weft(local: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{local}", iri::NS))
}

/// Numbers blank nodes, so that the same report gives the same triples.
struct Writer {
    triples: Vec<Triple>,
    nodes: usize,
}

impl Writer {
    fn node(&mut self, kind: &str) -> BlankNode {
        self.nodes += 1;
        BlankNode::new_unchecked(format!("{kind}{}", self.nodes))
    }

    fn add(
        &mut self,
        subject: impl Into<NamedOrBlankNode>,
        predicate: NamedNode,
        object: impl Into<Term>,
    ) {
        self.triples.push(Triple::new(subject, predicate, object));
    }

    fn list(&mut self, items: Vec<Term>) -> Term {
        let mut rest = Term::from(rdf::NIL.into_owned());
        for item in items.into_iter().rev() {
            let node = self.node("list");
            self.add(node.clone(), rdf::FIRST.into_owned(), item);
            self.add(node.clone(), rdf::REST.into_owned(), rest);
            rest = node.into();
        }
        rest
    }

    fn path(&mut self, path: &PropertyPath) -> Term {
        let (name, inner) = match path {
            PropertyPath::Property(property) => return property.clone().into(),
            PropertyPath::Sequence(paths) => {
                let items = paths.iter().map(|path| self.path(path)).collect();
                return self.list(items);
            }
            PropertyPath::Alternative(paths) => {
                let items = paths.iter().map(|path| self.path(path)).collect();
                ("alternativePath", self.list(items))
            }
            PropertyPath::Inverse(path) => ("inversePath", self.path(path)),
            PropertyPath::ZeroOrMore(path) => ("zeroOrMorePath", self.path(path)),
            PropertyPath::OneOrMore(path) => ("oneOrMorePath", self.path(path)),
            PropertyPath::ZeroOrOne(path) => ("zeroOrOnePath", self.path(path)),
        };
        let node = self.node("path");
        self.add(node.clone(), sh(name), inner);
        node.into()
    }

    fn result(&mut self, report: &BlankNode, result: &CheckResult) {
        // First, so that what is said of the result stands together.
        let path = result.path.as_ref().map(|path| self.path(path));
        let node = self.node("result");
        self.add(report.clone(), sh("result"), node.clone());
        self.add(node.clone(), rdf::TYPE.into_owned(), sh("ValidationResult"));
        // Syntax errors are about no node: the report stands for the data.
        let focus = result.node.clone().unwrap_or_else(|| report.clone().into());
        self.add(node.clone(), sh("focusNode"), focus);
        if let Some(path) = path {
            self.add(node.clone(), sh("resultPath"), path);
        }
        if let Some(value) = &result.value {
            self.add(node.clone(), sh("value"), value.clone());
        }
        let severity = result.severity_iri.clone().unwrap_or_else(|| {
            sh(match result.severity {
                ResultSeverity::Info => "Info",
                ResultSeverity::Warning => "Warning",
                ResultSeverity::Violation => "Violation",
            })
        });
        self.add(node.clone(), sh("resultSeverity"), severity);
        for (language, text) in &result.messages {
            let text = if language.is_empty() {
                Literal::new_simple_literal(text)
            } else {
                Literal::new_language_tagged_literal(text, language)
                    .unwrap_or_else(|_| Literal::new_simple_literal(text))
            };
            self.add(node.clone(), sh("resultMessage"), text);
        }
        let component = match &result.constraint {
            Some(constraint) => NamedNode::new_unchecked(constraint),
            None => component(&result.rule),
        };
        self.add(node.clone(), sh("sourceConstraintComponent"), component);
        if let Some(shape) = &result.source_shape {
            self.add(node.clone(), sh("sourceShape"), shape.clone());
        }
        if !result.remedy.is_empty() {
            let remedy = Literal::new_language_tagged_literal_unchecked(&result.remedy, "en");
            self.add(node.clone(), weft("remedy"), remedy);
        }
        if let Some(file) = &result.file {
            self.add(
                node.clone(),
                weft("inDocument"),
                Literal::new_simple_literal(file),
            );
        }
        if let Some(line) = result.line {
            let line = Literal::new_typed_literal(line.to_string(), xsd::INTEGER);
            self.add(node, weft("atLine"), line);
        }
    }
}

pub(super) fn triples(report: &CheckReport) -> Vec<Triple> {
    let mut writer = Writer {
        triples: Vec::new(),
        nodes: 0,
    };
    let node = BlankNode::new_unchecked("report");
    writer.add(node.clone(), rdf::TYPE.into_owned(), sh("ValidationReport"));
    writer.add(node.clone(), sh("conforms"), Literal::from(report.conforms));
    for result in &report.results {
        writer.result(&node, result);
    }
    writer.triples
}
