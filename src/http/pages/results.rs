//! Results of queries as a page.

use super::links::{Cell, Link, Links, encoded};
use super::queries::shortened;
use super::{Shell, render};
use crate::app::permalink::{add_parameter, title_of};
use crate::app::terms::choices;
use crate::app::{
    CatalogueQuery, Citation, KnowledgeGraph, Parameter, ParameterKind, executable, iri, resource,
};
use crate::http::cite::fitting;
use crate::http::error::ApiError;
use crate::http::merging::MERGED;
use crate::http::negotiate::{ROWS, by_name};
use crate::http::pinned::VERSION;
use crate::http::rows::About;
use crate::http::sparql::Ready;
use crate::store::{DatasetSpec, Limits, QueryForm, QueryResults, Snapshot, StoreError};
use askama::Template;
use oxigraph::model::{NamedNode, Term};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Rows that a page shows of a result.
const MOST_ROWS: usize = 1_000;
/// Characters of a value that a cell shows.
const LONGEST_VALUE: usize = 2_000;
/// Characters of an address that a citation prints.
const LONGEST_CITED: usize = 300;
/// Values that a parameter can be chosen from in a list; of more, one is named.
const MOST_CHOICES: usize = 400;

/// What stands around the results of a query on a page.
pub(in crate::http) struct ResultPage {
    shell: Shell,
    title: String,
    description: String,
    query: String,
    /// The address of the same results without their format, with `{}` for it.
    address: String,
    /// The question of the catalogue and the values that it was asked with.
    asked: Option<AskedQuestion>,
    /// The address of the same question, without a version.
    question: String,
    /// Where the editor has the query.
    editor: String,
    /// Scheme and host of this service, as the client knows it.
    origin: String,
    /// The version, if the request names one.
    pinned: Option<u64>,
    /// Whether the merged view was asked.
    merged: bool,
}

struct AskedQuestion {
    query: Arc<CatalogueQuery>,
    values: Vec<(String, String)>,
    /// The values as they were sent: names where the query takes IRIs.
    typed: Vec<(String, String)>,
}

impl AskedQuestion {
    /// The names of its parameters.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.query
            .parameters
            .iter()
            .map(|parameter| parameter.name.as_str())
    }
}

/// A parameter of a question in the form.
struct Field {
    name: String,
    meaning: String,
    kind: String,
    control: Control,
}

enum Control {
    /// One of these: value, name, whether it is chosen.
    Choice(Vec<(String, String, bool)>),
    /// A text, with the `inputmode` of the field and the classes whose things are suggested.
    Text {
        shown: String,
        mode: &'static str,
        class: String,
    },
}

impl Field {
    fn of(
        snapshot: &Snapshot,
        shell: &Shell,
        asked: &AskedQuestion,
        parameter: &Parameter,
    ) -> Self {
        let language = shell.language.tag();
        let given = asked
            .values
            .iter()
            .find(|(name, value)| *name == parameter.name && !value.is_empty())
            .map(|(_, value)| value.clone());
        let value = given
            .or_else(|| parameter.default.clone())
            .unwrap_or_default();
        let of_iris = |parameter: &Parameter| {
            if parameter.choices.is_empty() {
                return None;
            }
            let listed = choices(snapshot, &parameter.choices, language, MOST_CHOICES)?;
            let listed = listed.into_iter().map(|choice| {
                let label = shortened(&choice.label, 120);
                (choice.iri.into_string(), label)
            });
            Some(listed.collect::<Vec<_>>())
        };
        let listed = match parameter.kind {
            ParameterKind::Boolean => Some(
                ["true", "false"]
                    .map(|value| (value.to_owned(), shell.t(&format!("results-{value}"))))
                    .to_vec(),
            ),
            _ => of_iris(parameter),
        };
        let control = match listed {
            Some(mut listed) => {
                // Paths of code lists may be given for their IRIs.
                let full = if parameter.kind == ParameterKind::Iri
                    && ["code/", "id/"]
                        .iter()
                        .any(|begin| value.starts_with(begin))
                {
                    format!("{}{value}", iri::WEFT)
                } else {
                    value.clone()
                };
                if !full.is_empty() && !listed.iter().any(|(value, _)| *value == full) {
                    listed.insert(0, (full.clone(), shortened(&full, 120)));
                }
                if parameter.default.is_none() {
                    listed.insert(0, (String::new(), shell.t("results-any")));
                }
                let chosen = |(value, label): (String, String)| {
                    let is_chosen = value == full;
                    (value, label, is_chosen)
                };
                Control::Choice(listed.into_iter().map(chosen).collect())
            }
            None => Control::Text {
                shown: asked
                    .typed
                    .iter()
                    .find(|(name, typed)| *name == parameter.name && !typed.is_empty())
                    .map_or_else(|| value.clone(), |(_, typed)| typed.clone()),
                mode: match parameter.kind {
                    ParameterKind::Integer | ParameterKind::Decimal => "decimal",
                    _ => "text",
                },
                class: parameter
                    .choices
                    .iter()
                    .filter_map(|choices| match choices {
                        crate::app::Choices::Things(class) => Some(class.as_str()),
                        crate::app::Choices::Codes(_) => None,
                    })
                    .collect::<Vec<_>>()
                    .join(","),
            },
        };
        let meaning = asked.query.meaning_in(parameter, language);
        Self {
            name: parameter.name.clone(),
            meaning: capitalised(if meaning.is_empty() {
                &parameter.name
            } else {
                meaning
            }),
            kind: shell.t(&format!("results-kind-{}", parameter.kind.name())),
            control,
        }
    }
}

impl Field {
    fn is_chosen(&self) -> bool {
        matches!(self.control, Control::Choice(_))
    }
}

/// What a query says of itself in its first comment.
fn comment_of(query: &str) -> String {
    let comments = query
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix('#'));
    let mut texts = comments.map(|line| line.trim_start_matches(['#', '+']).trim());
    let text = texts.find(|text| !text.is_empty()).unwrap_or_default();
    shortened(text.strip_prefix("title:").unwrap_or(text).trim(), 300)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The formats that results of a form can be downloaded in.
pub(in crate::http) fn download_names(form: QueryForm) -> Vec<&'static str> {
    match form {
        QueryForm::Select | QueryForm::Ask => ["csv", "xlsx", "json", "tsv", "xml"]
            .into_iter()
            .filter(|name| by_name(name, &ROWS).is_some())
            .collect(),
        QueryForm::Construct | QueryForm::Describe => vec!["ttl", "nt", "rdf", "jsonld"],
    }
}

impl ResultPage {
    pub(in crate::http) fn of_query(
        shell: Shell,
        query: &str,
        dataset: &DatasetSpec,
        pinned: Option<u64>,
    ) -> Self {
        let mut question = format!("/sparql?query={}", encoded(query));
        for graph in &dataset.default_graphs {
            add_parameter(&mut question, "default-graph-uri", graph.as_str());
        }
        for graph in &dataset.named_graphs {
            add_parameter(&mut question, "named-graph-uri", graph.as_str());
        }
        let version = pinned
            .map(|version| format!("&version={version}"))
            .unwrap_or_default();
        Self {
            title: shell.t("results-title"),
            shell,
            description: comment_of(query),
            query: query.to_owned(),
            address: format!("{question}&format={{}}{version}"),
            asked: None,
            editor: format!("/sparql?edit={}", encoded(query)),
            question,
            origin: String::new(),
            pinned,
            merged: false,
        }
    }

    /// Says whether the merged view was asked, so that addresses lead back to it. Those of queries
    /// of the catalogue have what the client sent already.
    pub(in crate::http) fn merged(mut self, is_merged: bool) -> Self {
        self.merged = is_merged;
        if is_merged {
            if self.asked.is_none() {
                add_parameter(&mut self.address, MERGED, "true");
            }
            add_parameter(&mut self.question, MERGED, "true");
            add_parameter(&mut self.editor, MERGED, "true");
        }
        self
    }

    /// Says which values the client sent, where names stand for IRIs.
    pub(in crate::http) fn typed(mut self, values: &[(String, String)]) -> Self {
        if let Some(asked) = &mut self.asked {
            asked.typed = values.to_vec();
        }
        self
    }

    /// What tells it from other pages with the same results.
    pub(in crate::http) fn address(&self) -> &str {
        &self.address
    }

    /// The address of the question.
    pub(in crate::http) fn question(&self) -> &str {
        &self.question
    }

    /// The language that it is in.
    pub(in crate::http) fn language(&self) -> &'static str {
        self.shell.tag()
    }

    /// Where a file of the results comes from.
    pub(in crate::http) fn about(&self) -> About {
        let mut question = self.question.clone();
        if let Some(version) = self.pinned {
            add_parameter(&mut question, VERSION, &version.to_string());
        }
        // A longer one was in the body of a request, and is told as a note.
        let question = fitting(question).unwrap_or_else(|| {
            let path = self.question.split('?').next();
            path.unwrap_or_default().to_owned()
        });
        About::at(format!("{}{question}", self.origin))
            .titled(&self.title, &self.description)
            .with("query", &self.query)
    }

    /// Says where the client found this service.
    pub(in crate::http) fn at(mut self, origin: String) -> Self {
        self.origin = origin;
        self
    }

    /// `here` is the path of the questions that the client uses.
    pub(in crate::http) fn of_catalogue(
        shell: Shell,
        here: &str,
        query: &CatalogueQuery,
        values: &[(&str, &str)],
        url_query: &str,
        pinned: Option<u64>,
    ) -> Self {
        let language = shell.language.tag();
        let query_part = if url_query.is_empty() {
            String::new()
        } else {
            format!("?{url_query}")
        };
        let mut question = format!("{here}/{}", query.name);
        let mut editor = "/sparql".to_owned();
        add_parameter(&mut editor, "example", &query.name);
        for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            add_parameter(&mut question, name, value);
            add_parameter(&mut editor, name, value);
        }
        Self {
            title: shortened(query.title_in(language), 300),
            description: query.description_in(language).to_owned(),
            shell,
            query: executable::runnable_with(query, values),
            address: format!("/api/v1/queries/{}.{{}}{query_part}", query.name),
            asked: Some(AskedQuestion {
                query: Arc::new(query.clone()),
                values: values
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                typed: Vec::new(),
            }),
            question,
            editor,
            origin: String::new(),
            pinned,
            merged: false,
        }
    }

    fn fields(&self, snapshot: &Snapshot) -> Vec<Field> {
        let Some(asked) = &self.asked else {
            return Vec::new();
        };
        asked
            .query
            .parameters
            .iter()
            .map(|parameter| Field::of(snapshot, &self.shell, asked, parameter))
            .collect()
    }

    /// Where the form is sent.
    fn action(&self) -> String {
        match &self.asked {
            Some(asked) => format!("/queries/{}", asked.query.name),
            None => "/sparql".to_owned(),
        }
    }

    /// The heading of a column: that of the question, else the name of the variable.
    fn heading(&self, variable: &str) -> String {
        let heading = self.asked.as_ref().and_then(|asked| {
            let language = self.shell.language.tag();
            asked.query.heading_in(variable, language)
        });
        shortened(heading.unwrap_or(variable), 100)
    }

    /// The headings that are no names of variables.
    fn headings(&self) -> HashMap<&str, String> {
        let Some(asked) = &self.asked else {
            return HashMap::new();
        };
        let translations = asked.query.translations.values();
        let names = translations.flat_map(|translation| translation.columns.keys());
        asked
            .query
            .columns
            .keys()
            .chain(names)
            .map(|name| (name.as_str(), self.heading(name)))
            .collect()
    }

    /// What the scripts need to know.
    fn settings(&self, graph: &KnowledgeGraph, form: QueryForm) -> String {
        let name = match form {
            QueryForm::Select | QueryForm::Ask => "json",
            QueryForm::Construct | QueryForm::Describe => "nt",
        };
        let parameters: Vec<&str> = self.asked.iter().flat_map(AskedQuestion::names).collect();
        json!({
            "base": graph.config().base,
            "prefixes": &*iri::PREFIXES,
            "parameters": parameters,
            "headings": self.headings(),
            "merged": self.merged,
            "version": self.pinned,
            "query": if self.asked.is_none() { self.query.as_str() } else { "" },
            "data": self.address.replacen("{}", name, 1),
            "csv": format!("{}{}", self.origin, self.address.replacen("{}", "csv", 1)),
        })
        .to_string()
    }
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsTemplate {
    shell: Shell,
    page: ResultPage,
    fields: Vec<Field>,
    /// What is wrong with the values, if nothing could be asked.
    problem: Option<String>,
    settings: String,
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
    answer: Option<bool>,
    cut: bool,
    downloads: Vec<Link>,
    citation: CitationView,
}

/// How to come back to a result, and how to name it.
struct CitationView {
    version: u64,
    date: Option<String>,
    permalink: String,
    text: String,
    /// Whether the address is too long to be printed.
    is_long: bool,
    /// Whether the version can be asked for after a restart.
    lasting: bool,
}

impl CitationView {
    fn of(graph: &KnowledgeGraph, page: &ResultPage, snapshot: &Snapshot) -> Self {
        let version = snapshot.version();
        let mut permalink = page.question.clone();
        add_parameter(&mut permalink, "version", &version.to_string());
        let title = match &page.asked {
            Some(_) => page.title.clone(),
            None => title_of(&page.query),
        };
        let citation = Citation {
            version,
            date: graph.date_of(version),
            datasets: Vec::new(),
            more_datasets: 0,
            lasting: graph.store().is_durable(),
        };
        // Nobody copies a query by hand: a short address is made for those who cite it.
        let is_long = page.asked.is_none() && permalink.len() > LONGEST_CITED;
        let cited = match is_long {
            true => "/sparql",
            false => permalink.as_str(),
        };
        Self {
            version,
            is_long,
            text: citation.text(&title, &format!("{}{cited}", page.origin)),
            permalink,
            date: citation
                .date
                .and_then(|date| Some(date.get(..10)?.to_owned())),
            lasting: citation.lasting,
        }
    }
}

/// Results as a table.
pub(in crate::http) fn results(
    graph: &KnowledgeGraph,
    job: &Ready,
    limits: &Limits,
    page: ResultPage,
) -> Result<String, ApiError> {
    let links = Links::new(&graph.config().base);
    let form = job.query.form();
    let mut template = ResultsTemplate::of(graph, &job.snapshot, page, form);
    job.snapshot
        .query(&job.query, &job.dataset, limits, |results| {
            collect(results, &mut template, &links, &job.snapshot)
        })??;
    render(&template)
}

/// The page of a question whose values do not fit: the form with them, and what is wrong.
pub(in crate::http) fn refused(
    graph: &KnowledgeGraph,
    snapshot: &Snapshot,
    page: ResultPage,
    problem: String,
) -> Result<String, ApiError> {
    let template = ResultsTemplate {
        problem: Some(problem),
        ..ResultsTemplate::of(graph, snapshot, page, QueryForm::Select)
    };
    render(&template)
}

impl ResultsTemplate {
    fn of(graph: &KnowledgeGraph, snapshot: &Snapshot, page: ResultPage, form: QueryForm) -> Self {
        let downloads = download_names(form)
            .into_iter()
            .map(|name| Link {
                href: Some(page.address.replacen("{}", name, 1)),
                text: match name {
                    "ttl" => "Turtle".to_owned(),
                    "nt" => "N-Triples".to_owned(),
                    "rdf" => "RDF/XML".to_owned(),
                    "jsonld" => "JSON-LD".to_owned(),
                    name => name.to_uppercase(),
                },
            })
            .collect();
        Self {
            citation: CitationView::of(graph, &page, snapshot),
            fields: page.fields(snapshot),
            settings: page.settings(graph, form),
            problem: None,
            shell: page.shell.clone(),
            page,
            columns: Vec::new(),
            rows: Vec::new(),
            answer: None,
            cut: false,
            downloads,
        }
    }
}

/// Cells of a table with the names of things, which are looked up once.
struct Cells<'a> {
    links: &'a Links,
    snapshot: &'a Snapshot,
    language: &'static str,
    names: HashMap<NamedNode, String>,
}

impl Cells<'_> {
    fn cell(&mut self, term: Option<&Term>) -> Cell {
        let mut cell = self.links.cell(self.snapshot, term);
        if let Some(Term::NamedNode(node)) = term {
            if !self.names.contains_key(node) {
                let name = resource::label_in(self.snapshot, node.as_ref().into(), self.language);
                self.names.insert(node.clone(), shortened(&name, 200));
            }
            // The end of an IRI says less than the whole.
            if let Some(name) = self.names.get(node)
                && !node.as_str().ends_with(name.as_str())
            {
                cell.link.text.clone_from(name);
            }
        } else {
            cell.link.text = shortened(&cell.link.text, LONGEST_VALUE);
        }
        cell
    }
}

fn collect(
    results: QueryResults<'_>,
    template: &mut ResultsTemplate,
    links: &Links,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    let mut cells = Cells {
        links,
        snapshot,
        language: template.shell.language.tag(),
        names: HashMap::new(),
    };
    match results {
        QueryResults::Boolean(answer) => template.answer = Some(answer),
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            template.columns = variables
                .iter()
                .map(|variable| template.page.heading(variable.as_str()))
                .collect();
            for solution in solutions {
                let solution = solution?;
                if template.rows.len() == MOST_ROWS {
                    template.cut = true;
                    break;
                }
                let row = variables
                    .iter()
                    .map(|variable| cells.cell(solution.get(variable)));
                template.rows.push(row.collect());
            }
        }
        QueryResults::Graph(triples) => {
            template.columns = ["subject", "predicate", "object"]
                .map(str::to_owned)
                .to_vec();
            for triple in triples {
                let triple = triple?;
                if template.rows.len() == MOST_ROWS {
                    template.cut = true;
                    break;
                }
                template.rows.push(vec![
                    cells.cell(Some(&Term::from(triple.subject))),
                    cells.cell(Some(&triple.predicate.into())),
                    cells.cell(Some(&triple.object)),
                ]);
            }
        }
    }
    Ok(())
}
