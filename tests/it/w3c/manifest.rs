//! Reads the manifests of the W3C test suites.

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Graph, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, TermRef};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Where the suites are published; file names are resolved against it.
const PUBLISHED: &str = "https://w3c.github.io/rdf-tests/sparql/";

const MF: &str = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#";

/// A term of the manifest vocabulary.
pub fn mf(name: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{MF}{name}"))
}

/// A term of the vocabulary of query tests.
pub fn qt(name: &str) -> NamedNode {
    let namespace = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#";
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

/// A term of the vocabulary of update tests.
pub fn ut(name: &str) -> NamedNode {
    let namespace = "http://www.w3.org/2009/sparql/tests/test-update#";
    NamedNode::new_unchecked(format!("{namespace}{name}"))
}

/// The folder `sparql` of the suites.
#[derive(Clone)]
pub struct Suites {
    root: PathBuf,
}

impl Suites {
    /// The suites in a folder.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The file that a published IRI stands for.
    pub fn path(&self, iri: &str) -> PathBuf {
        self.root.join(iri.strip_prefix(PUBLISHED).unwrap_or(iri))
    }

    /// The content of the file that a published IRI stands for.
    pub fn read(&self, iri: &str) -> Result<Vec<u8>, String> {
        fs::read(self.path(iri)).map_err(|error| format!("{iri}: {error}"))
    }

    /// The tests of a manifest and of those that it includes, in their order.
    pub fn tests(&self, manifest: &str) -> Vec<Test> {
        let mut tests = Vec::new();
        self.collect(&format!("{PUBLISHED}{manifest}"), &mut tests);
        tests
    }

    fn collect(&self, iri: &str, tests: &mut Vec<Test>) {
        let path = self.path(iri);
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let parser = RdfParser::from_format(RdfFormat::Turtle)
            .with_base_iri(iri)
            .expect("the published IRIs are valid");
        let mut graph = Graph::new();
        for quad in parser.for_slice(&text) {
            let quad = quad.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            graph.insert(oxigraph::model::Triple::from(quad).as_ref());
        }
        let view = Rc::new(View { graph });
        for included in view.everything(&mf("include")) {
            for manifest in view.list(&included) {
                if let Term::NamedNode(manifest) = manifest {
                    self.collect(manifest.as_str(), tests);
                }
            }
        }
        let folder = Path::new(iri.strip_prefix(PUBLISHED).unwrap_or(iri))
            .parent()
            .map(|folder| folder.display().to_string())
            .unwrap_or_default();
        for entries in view.everything(&mf("entries")) {
            for entry in view.list(&entries) {
                let Term::NamedNode(node) = &entry else {
                    continue;
                };
                let local = node.as_str().rsplit(['#', '/']).next().unwrap_or_default();
                // Some manifests list an entry that they do not describe.
                let Some(Term::NamedNode(kind)) = view.object(&entry, &rdf::TYPE.into_owned())
                else {
                    continue;
                };
                let kind = kind.as_str().rsplit('#').next().unwrap_or_default();
                tests.push(Test {
                    name: format!("{folder}#{local}"),
                    kind: kind.to_owned(),
                    node: entry.clone(),
                    view: Rc::clone(&view),
                });
            }
        }
    }
}

/// One test of a manifest.
pub struct Test {
    /// Folder and local name, for example `sparql11/bind#bind01`.
    pub name: String,
    /// The local name of its class, for example `QueryEvaluationTest`.
    pub kind: String,
    /// The node that describes it.
    pub node: Term,
    /// The manifest.
    pub view: Rc<View>,
}

impl Test {
    /// `mf:action`.
    pub fn action(&self) -> Option<Term> {
        self.view.object(&self.node, &mf("action"))
    }

    /// `mf:result`.
    pub fn result(&self) -> Option<Term> {
        self.view.object(&self.node, &mf("result"))
    }

    /// The file of a syntax test: the action itself, or its query or request.
    pub fn file(&self) -> Option<String> {
        let action = self.action()?;
        let named = self
            .view
            .object(&action, &qt("query"))
            .or_else(|| self.view.object(&action, &ut("request")));
        match named.unwrap_or(action) {
            Term::NamedNode(file) => Some(file.into_string()),
            _ => None,
        }
    }
}

/// A graph with the few ways of reading it that manifests need.
pub struct View {
    graph: Graph,
}

impl View {
    /// A graph read from elsewhere.
    pub fn new(graph: Graph) -> Self {
        Self { graph }
    }

    /// The first object of a subject and predicate.
    pub fn object(&self, subject: &Term, predicate: &NamedNode) -> Option<Term> {
        self.objects(subject, predicate).into_iter().next()
    }

    /// All objects of a subject and predicate.
    pub fn objects(&self, subject: &Term, predicate: &NamedNode) -> Vec<Term> {
        let subject = match subject {
            Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
            Term::BlankNode(node) => NamedOrBlankNode::from(node.clone()),
            _ => return Vec::new(),
        };
        self.graph
            .objects_for_subject_predicate(&subject, predicate)
            .map(TermRef::into_owned)
            .collect()
    }

    /// The text of the first object.
    pub fn text(&self, subject: &Term, predicate: &NamedNode) -> Option<String> {
        match self.object(subject, predicate)? {
            Term::Literal(literal) => Some(literal.value().to_owned()),
            Term::NamedNode(node) => Some(node.into_string()),
            _ => None,
        }
    }

    /// The subjects of a type.
    pub fn instances(&self, class: NamedNodeRef<'_>) -> Vec<Term> {
        self.graph
            .subjects_for_predicate_object(rdf::TYPE, class)
            .map(|subject| Term::from(subject.into_owned()))
            .collect()
    }

    /// The objects of a predicate, whatever the subject.
    pub fn everything(&self, predicate: &NamedNode) -> Vec<Term> {
        self.graph
            .triples_for_predicate(predicate)
            .map(|triple| triple.object.into_owned())
            .collect()
    }

    /// The items of an RDF list.
    pub fn list(&self, head: &Term) -> Vec<Term> {
        let mut items = Vec::new();
        let mut head = head.clone();
        while let Some(item) = self.object(&head, &rdf::FIRST.into_owned()) {
            items.push(item);
            match self.object(&head, &rdf::REST.into_owned()) {
                Some(rest) => head = rest,
                None => break,
            }
        }
        items
    }

    /// The graph itself.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}
