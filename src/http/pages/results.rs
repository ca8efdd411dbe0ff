//! Results of queries as a page.

use super::links::{Cell, Link, Links, encoded};
use super::{Shell, render};
use crate::app::permalink::{add_parameter, title_of};
use crate::app::{CatalogueQuery, Citation, KnowledgeGraph};
use crate::http::error::ApiError;
use crate::http::merging::MERGED;
use crate::http::rows::About;
use crate::http::sparql::Ready;
use crate::store::{DatasetSpec, Limits, QueryForm, QueryResults, Snapshot, StoreError};
use askama::Template;
use oxigraph::model::Term;

/// Rows that a page shows of a result.
const MOST_ROWS: usize = 1_000;

/// What stands around the results of a query on a page.
pub(in crate::http) struct ResultPage {
    shell: Shell,
    title: String,
    description: String,
    query: String,
    /// The address of the same results without their format, with `{}` for it.
    address: String,
    parameters: Option<CatalogueForm>,
    /// The address of the same question, without a version.
    question: String,
    /// Scheme and host of this service, as the client knows it.
    origin: String,
    /// The version, if the request names one.
    pinned: Option<u64>,
}

struct CatalogueForm {
    name: String,
    fields: Vec<Field>,
}

struct Field {
    name: String,
    kind: &'static str,
    description: String,
    value: String,
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
            shell,
            title: "Results".to_owned(),
            description: String::new(),
            query: query.to_owned(),
            address: format!("{question}&format={{}}{version}"),
            parameters: None,
            question,
            origin: String::new(),
            pinned,
        }
    }

    /// Says whether the merged view was asked, so that addresses lead back to it. Those of queries
    /// of the catalogue have what the client sent already.
    pub(in crate::http) fn merged(mut self, is_merged: bool) -> Self {
        if is_merged {
            if self.parameters.is_none() {
                add_parameter(&mut self.address, MERGED, "true");
            }
            add_parameter(&mut self.question, MERGED, "true");
        }
        self
    }

    /// What tells it from other pages with the same results.
    pub(in crate::http) fn address(&self) -> &str {
        &self.address
    }

    /// The language that it is in.
    pub(in crate::http) fn language(&self) -> &'static str {
        self.shell.tag()
    }

    /// Where a file of the results comes from.
    pub(in crate::http) fn about(&self) -> About {
        About::at(format!("{}{}", self.origin, self.question))
            .titled(&self.title, &self.description)
            .with("query", &self.query)
    }

    /// Says where the client found this service.
    pub(in crate::http) fn at(mut self, origin: String) -> Self {
        self.origin = origin;
        self
    }

    pub(in crate::http) fn of_catalogue(
        shell: Shell,
        query: &CatalogueQuery,
        values: &[(&str, &str)],
        url_query: &str,
        pinned: Option<u64>,
    ) -> Self {
        let fields = query.parameters.iter().map(|parameter| Field {
            name: parameter.name.clone(),
            kind: parameter.kind.name(),
            description: parameter.description.clone(),
            value: values
                .iter()
                .find(|(name, _)| *name == parameter.name)
                .map(|(_, value)| (*value).to_owned())
                .or_else(|| parameter.default.clone())
                .unwrap_or_default(),
        });
        let query_part = if url_query.is_empty() {
            String::new()
        } else {
            format!("?{url_query}")
        };
        let mut question = format!("/api/v1/queries/{}", query.name);
        for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            add_parameter(&mut question, name, value);
        }
        Self {
            shell,
            title: query.title.clone(),
            description: query.description.clone(),
            query: query.text.clone(),
            address: format!("/api/v1/queries/{}.{{}}{query_part}", query.name),
            parameters: Some(CatalogueForm {
                name: query.name.clone(),
                fields: fields.collect(),
            }),
            question,
            origin: String::new(),
            pinned,
        }
    }
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsTemplate {
    shell: Shell,
    page: ResultPage,
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
    /// Whether the version can be asked for after a restart.
    lasting: bool,
}

impl CitationView {
    fn of(graph: &KnowledgeGraph, page: &ResultPage, snapshot: &Snapshot) -> Self {
        let version = snapshot.version();
        let mut permalink = page.question.clone();
        add_parameter(&mut permalink, "version", &version.to_string());
        let title = match &page.parameters {
            Some(_) => page.title.clone(),
            None => title_of(&page.query),
        };
        let citation = Citation {
            version,
            date: graph.date_of(version),
            licences: Vec::new(),
            lasting: graph.store().is_durable(),
        };
        Self {
            version,
            text: citation.text(&title, &format!("{}{permalink}", page.origin)),
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
    let names: &[&str] = match job.query.form() {
        QueryForm::Select | QueryForm::Ask => &["csv", "xlsx", "tsv", "json", "xml"],
        QueryForm::Construct | QueryForm::Describe => &["ttl", "nt", "rdf", "jsonld"],
    };
    let downloads = names
        .iter()
        .map(|name| Link {
            href: Some(page.address.replacen("{}", name, 1)),
            text: (*name).to_owned(),
        })
        .collect();
    let mut template = ResultsTemplate {
        citation: CitationView::of(graph, &page, &job.snapshot),
        shell: page.shell.clone(),
        page,
        columns: Vec::new(),
        rows: Vec::new(),
        answer: None,
        cut: false,
        downloads,
    };
    job.snapshot
        .query(&job.query, &job.dataset, limits, |results| {
            collect(results, &mut template, &links, &job.snapshot)
        })??;
    render(&template)
}

fn collect(
    results: QueryResults<'_>,
    template: &mut ResultsTemplate,
    links: &Links,
    snapshot: &Snapshot,
) -> Result<(), StoreError> {
    match results {
        QueryResults::Boolean(answer) => template.answer = Some(answer),
        QueryResults::Solutions(solutions) => {
            let variables = solutions.variables().to_vec();
            template.columns = variables
                .iter()
                .map(|variable| variable.as_str().to_owned())
                .collect();
            for solution in solutions {
                let solution = solution?;
                if template.rows.len() == MOST_ROWS {
                    template.cut = true;
                    break;
                }
                let row = variables
                    .iter()
                    .map(|variable| links.cell(snapshot, solution.get(variable)));
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
                    links.cell(snapshot, Some(&Term::from(triple.subject))),
                    links.cell(snapshot, Some(&triple.predicate.into())),
                    links.cell(snapshot, Some(&triple.object)),
                ]);
            }
        }
    }
    Ok(())
}
