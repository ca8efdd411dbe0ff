//! The use cases: what the service and the command line can do with the graph.
//!
//! [`KnowledgeGraph`] puts the store, the ontology, the query catalogue and the tokens together.
//! It decides who may write what; `http` and `cli` translate.

pub mod catalogue;
pub mod changes;
pub mod check;
pub mod config;
pub mod datasets;
pub mod dcat;
pub mod dumps;
pub mod entity;
pub mod evaluations;
pub mod executable;
pub mod explore;
pub mod federation;
mod files;
pub mod history;
pub mod hsds;
pub mod imports;
pub mod integration;
pub mod iri;
pub mod jsonld;
pub mod ldes;
pub mod links;
pub mod mappings;
pub mod merging;
pub mod networks;
mod observations;
mod outgoing;
mod parameters;
pub mod patch;
pub mod permalink;
mod plans;
pub mod policies;
pub mod precondition;
pub mod reconcile;
pub mod resource;
pub mod results;
pub mod rules;
pub mod saved;
pub mod scenarios;
pub mod search;
mod services;
pub mod summary;
pub mod terms;
pub mod times;
pub mod tokens;
pub mod visibility;
pub mod void;
pub mod webhooks;
mod writer;

pub use catalogue::{
    Catalogue, CatalogueError, CatalogueQuery, Choices, Parameter, ParameterKind, Translation,
};
pub use check::CheckError;
pub use config::{Config, ConfigError, Settings};
pub use datasets::{Dataset, DatasetError};
pub use dumps::{DumpError, Dumps};
pub use federation::Federation;
pub use links::LinkError;
pub use mappings::{MappingsError, SavedMappings};
pub use merging::MergedView;
pub use networks::{MeasuredNetwork, NetworkError, Networks};
pub use patch::{Patch, PatchError, PatchReader};
pub use permalink::{
    Citation, CitedDataset, Permalink, PermalinkError, Permalinks, Question, RestsOn,
};
pub use policies::{Policies, Policy, PolicyError, SetPolicy};
pub use precondition::{Precondition, States};
pub use results::{
    ResultFormat, TermOptions, WriteError, each_row, write_results, write_results_with,
};
pub use rules::AlignmentRules;
pub use saved::{SavedError, SavedQueries, SavedQuery};
pub use scenarios::{SavedScenarios, Scenario, ScenarioError};
pub use search::{Search, SearchError};
pub use summary::Summary;
pub use tokens::{NewToken, Token, TokenError, Tokens};
pub use visibility::{ListedGraph, PrivateGraphs, Reader, VisibilityError};
pub use webhooks::{Webhook, WebhookError, Webhooks};
pub use writer::Writer;

use crate::indicators::{IndicatorError, Indicators};
use crate::ingest::IngestError;
use crate::ingest::mapping::{self, ImportOptions, Mapping};
use crate::ontology::{Ontology, OntologyError};
use crate::rdf::Batch;
use crate::store::{
    CommitInfo, Committed, KnowledgeStore, Limits, Query, Snapshot, StoreError, StoreOptions,
    SyntaxError, Update,
};
use oxigraph::model::{GraphName, GraphNameRef, Literal, NamedNode, QuadRef};
use std::sync::{Arc, Mutex};

/// The graph and everything around it; cheap to clone.
#[derive(Clone)]
pub struct KnowledgeGraph {
    inner: Arc<Inner>,
}

struct Inner {
    store: KnowledgeStore,
    ontology: Ontology,
    catalogue: Catalogue,
    plans: plans::Plans,
    tokens: Tokens,
    config: Config,
    summary: Mutex<Vec<summary::Kept>>,
    visibility: visibility::Visibility,
    merged: merging::Views,
    explored: explore::Indexes,
    networks: Networks,
    links: links::Links,
    indicators: Indicators,
    saved: SavedQueries,
    mappings: SavedMappings,
    permalinks: Permalinks,
    scenarios: SavedScenarios,
    evaluated: scenarios::Kept,
    federation: Federation,
    policies: Policies,
    reports: policies::Reports,
    webhooks: Webhooks,
    dumps: Dumps,
    history: history::History,
    context: jsonld::Context,
    alignment: AlignmentRules,
}

/// What a write to one graph does with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphChange {
    /// The new statements take the place of the old ones.
    Replace,
    /// The new statements are added.
    Add,
}

impl KnowledgeGraph {
    /// Opens the store, and puts the ontology into it if it is new or has changed; a store that
    /// never held anything also gets the INNOSERV data. With [`Config::empty`] nothing is put in.
    ///
    /// # Errors
    /// [`AppError`] if anything cannot be read, is damaged or contradicts itself.
    pub fn open(config: Config) -> Result<Self, AppError> {
        let ontology = match &config.ontology_dir {
            Some(folder) => Ontology::from_dir(folder)?,
            None => Ontology::built_in()?,
        };
        let catalogue = Catalogue::new(ontology.query_files())?;
        let networks = Networks::new(ontology.network_files())?;
        let indicators = Indicators::new(ontology.indicator_files())?;
        let federation = Federation::new(&config)?;
        let alignment = AlignmentRules::new(&ontology)?;
        let options = StoreOptions {
            rules: Some(alignment.rules().clone()),
        };
        let (store, tokens, visibility) = match &config.data_dir {
            Some(folder) => (
                KnowledgeStore::open(folder, options)?,
                Tokens::open(folder)?,
                visibility::Visibility::open(folder)?,
            ),
            None => (
                KnowledgeStore::in_memory(options),
                Tokens::in_memory(),
                visibility::Visibility::in_memory(),
            ),
        };
        let (saved, mappings, permalinks) = match &config.data_dir {
            Some(folder) => (
                SavedQueries::open(folder)?,
                SavedMappings::open(folder)?,
                Permalinks::open(folder)?,
            ),
            None => (
                SavedQueries::in_memory(),
                SavedMappings::in_memory(),
                Permalinks::in_memory(),
            ),
        };
        let scenarios = match &config.data_dir {
            Some(folder) => SavedScenarios::open(folder)?,
            None => SavedScenarios::in_memory(),
        };
        let policies = match &config.data_dir {
            Some(folder) => Policies::open(folder)?,
            None => Policies::in_memory(),
        };
        let webhooks = Webhooks::open(config.data_dir.as_deref(), &config)?;
        let context = jsonld::Context::new(&ontology);
        let dumps = Dumps::open(config.data_dir.as_deref(), config.dump_bytes);
        let history = match &config.data_dir {
            Some(folder) => history::History::open(folder, store.snapshot().version()),
            None => history::History::in_memory(),
        };
        let graph = Self {
            inner: Arc::new(Inner {
                store,
                ontology,
                catalogue,
                tokens,
                plans: plans::Plans::new(config.cache_bytes / 8),
                config,
                summary: Mutex::default(),
                visibility,
                merged: merging::Views::default(),
                explored: explore::Indexes::default(),
                networks,
                links: links::Links::default(),
                indicators,
                saved,
                mappings,
                permalinks,
                scenarios,
                evaluated: scenarios::Kept::default(),
                federation,
                policies,
                reports: policies::Reports::default(),
                webhooks,
                dumps,
                history,
                context,
                alignment,
            }),
        };
        // Before the first commit: the rules must know what they leave out.
        graph.begin()?;
        if !graph.config().empty {
            graph.load_what_ships()?;
        }
        Ok(graph)
    }

    fn load_what_ships(&self) -> Result<(), AppError> {
        let snapshot = self.snapshot();
        let name = GraphNameRef::NamedNode(iri::ONTOLOGY_GRAPH);
        let mark = Literal::new_simple_literal(self.ontology().fingerprint());
        let mark_is = |mark: &Literal| {
            QuadRef::new(iri::ONTOLOGY_GRAPH, iri::IDENTIFIER, mark, name).into_owned()
        };
        let is_current = snapshot.contains(mark_is(&mark).as_ref());
        // A store that never had the ontology is served for the first time.
        let first_data = if snapshot.contains_graph(name) {
            None
        } else {
            self.innoserv()?
        };
        let queries_are_current = snapshot.contains(executable::mark_of(self.catalogue()).as_ref());
        if is_current && queries_are_current && first_data.is_none() {
            return Ok(());
        }
        let queries = executable::graph_of(self.catalogue());
        let mut ontology = self.ontology().batch();
        ontology.push(&mark_is(&mark));
        let about = CommitInfo::new(Writer::Local.name(), "what ships with weft");
        let committed = self
            .store()
            .write::<_, StoreError>(about, move |transaction| {
                if !is_current {
                    transaction.replace_graph(name, &ontology)?;
                }
                if !queries_are_current {
                    transaction.replace_graph(iri::QUERIES_GRAPH.into(), &queries)?;
                }
                for (prefix, namespace) in iri::PREFIXES.iter() {
                    transaction.set_prefix(prefix, namespace);
                }
                if let Some((graph, batch)) = first_data {
                    transaction.replace_graph(graph.as_ref().into(), &batch)?;
                }
                Ok(())
            })?;
        tracing::info!(
            version = committed.version,
            added = committed.added,
            "the ontology and the data that ship are in the store"
        );
        Ok(())
    }

    fn innoserv(&self) -> Result<Option<(NamedNode, Batch)>, AppError> {
        let mapping = Mapping::find("innoserv").map_err(IngestError::from)?;
        let options = ImportOptions {
            base: self.config().base.clone(),
            ..ImportOptions::default()
        };
        let made = mapping::import(&mapping, &[], self.ontology(), &options, &())?;
        for finding in &made.report.findings {
            tracing::warn!(%finding, "in the data that ships");
        }
        Ok(Some((made.graph, made.batch)))
    }

    /// The store.
    pub fn store(&self) -> &KnowledgeStore {
        &self.inner.store
    }

    /// The newest version of the data, private graphs included: for the command line and for what
    /// answers nobody. Who answers others takes [`KnowledgeGraph::snapshot_for`].
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.store.snapshot()
    }

    /// The newest data version.
    pub fn data_version(&self) -> u64 {
        self.inner.store.snapshot().version()
    }

    /// A version of the data, rebuilt from the log if it is not the newest
    /// ([`KnowledgeStore::snapshot_at`]).
    ///
    /// # Errors
    /// [`AppError::Store`] if there is or was no such version, time is up, or the log cannot be
    /// read.
    pub fn snapshot_at(&self, version: u64, limits: &Limits) -> Result<Arc<Snapshot>, AppError> {
        Ok(self.inner.store.snapshot_at(version, limits)?)
    }

    /// The ontology.
    pub fn ontology(&self) -> &Ontology {
        &self.inner.ontology
    }

    /// The context of JSON-LD.
    pub fn context(&self) -> &jsonld::Context {
        &self.inner.context
    }

    /// The indicators that count statements.
    pub fn indicators(&self) -> &Indicators {
        &self.inner.indicators
    }

    /// The endpoints that `SERVICE` may ask.
    pub fn federation(&self) -> &Federation {
        &self.inner.federation
    }

    /// Whom the service tells of commits.
    pub fn webhooks(&self) -> &Webhooks {
        &self.inner.webhooks
    }

    /// The query catalogue.
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// The queries that people have saved.
    pub fn saved_queries(&self) -> &SavedQueries {
        &self.inner.saved
    }

    /// The mappings that people have saved.
    pub fn saved_mappings(&self) -> &SavedMappings {
        &self.inner.mappings
    }

    /// The short links.
    pub fn permalinks(&self) -> &Permalinks {
        &self.inner.permalinks
    }

    /// The tokens.
    pub fn tokens(&self) -> &Tokens {
        &self.inner.tokens
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// Parses a query; the usual prefixes need no declaration.
    ///
    /// # Errors
    /// [`SyntaxError`] with line and column.
    pub fn parse_query(&self, text: &str, base_iri: Option<&str>) -> Result<Query, SyntaxError> {
        self.inner.plans.get(text, base_iri, || {
            Query::parse(text, base_iri, &iri::PREFIXES)
        })
    }

    /// Parses an update; the usual prefixes need no declaration.
    ///
    /// # Errors
    /// [`SyntaxError`] with line and column.
    pub fn parse_update(&self, text: &str, base_iri: Option<&str>) -> Result<Update, SyntaxError> {
        Update::parse(text, base_iri, &iri::PREFIXES)
    }

    /// Who writes with this key, or without one.
    ///
    /// # Errors
    /// [`AppError`] if nobody may write, a key is needed, or this one is unknown.
    pub fn writer(&self, key: Option<&str>) -> Result<Writer, AppError> {
        if self.config().read_only {
            return Err(AppError::ReadOnly);
        }
        let Some(key) = key else {
            return if self.config().open_writes {
                Ok(Writer::Anybody)
            } else {
                Err(AppError::NoKey)
            };
        };
        self.writer_of_key(key)
    }

    /// The token that a key belongs to.
    ///
    /// # Errors
    /// [`AppError::UnknownKey`], [`AppError::ExpiredKey`], or the tokens cannot be read.
    pub fn token_of(&self, key: &str) -> Result<Token, AppError> {
        let token = self.tokens().owner(key)?.ok_or(AppError::UnknownKey)?;
        match token.expires.clone() {
            Some(on) if token.is_expired() => Err(AppError::ExpiredKey { on }),
            _ => Ok(token),
        }
    }

    /// Who manages the tokens with this key.
    ///
    /// # Errors
    /// [`AppError`] if there is no key, it is not valid, or it is no administrator's.
    pub fn administrator(&self, key: Option<&str>) -> Result<Writer, AppError> {
        let writer = self.writer_of_key(key.ok_or(AppError::NoKey)?)?;
        match writer {
            Writer::Admin(_) => Ok(writer),
            _ => Err(writer
                .refused("tokens, nor list them; that takes a token made with --admin".to_owned())),
        }
    }

    /// Whose key it is, and what that allows.
    fn writer_of_key(&self, key: &str) -> Result<Writer, AppError> {
        Ok(Writer::holding(&self.token_of(key)?))
    }

    /// Runs an update. Its patterns find what the writer may see, and nothing else.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write what it names, or it fails; then nothing changed.
    pub fn update(
        &self,
        writer: &Writer,
        update: Update,
        limits: Limits,
    ) -> Result<Committed<()>, AppError> {
        self.update_if(writer, update, limits, Precondition::default())
    }

    /// Runs an update if the data is as demanded.
    ///
    /// # Errors
    /// As [`Self::update`], and [`AppError::Changed`] if the data is not as demanded.
    pub fn update_if(
        &self,
        writer: &Writer,
        update: Update,
        limits: Limits,
        demand: Precondition,
    ) -> Result<Committed<()>, AppError> {
        writer.check_update(&update)?;
        let about = CommitInfo::new(writer.name(), "update");
        let (graph, reader) = (self.clone(), writer.as_reader());
        self.store()
            .write::<_, AppError>(about, move |transaction| {
                // Looked up when it is its turn: it may have waited.
                transaction.keep_unseen(graph.hidden_from(&reader)?);
                demand.check_data(&transaction.snapshot())?;
                transaction.update(&update, &limits)?;
                graph.enforce(transaction)
            })
    }

    /// Writes the triples of a batch to one graph; answers whether the graph was there before.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write the graph, or the write fails.
    pub fn write_graph(
        &self,
        writer: &Writer,
        graph: GraphName,
        batch: Batch,
        change: GraphChange,
    ) -> Result<Committed<bool>, AppError> {
        self.write_graph_if(writer, graph, batch, change, Precondition::default())
    }

    /// Writes the triples of a batch to one graph if that graph is as demanded.
    ///
    /// # Errors
    /// As [`Self::write_graph`], and [`AppError::Changed`] if the graph is not as demanded.
    pub fn write_graph_if(
        &self,
        writer: &Writer,
        graph: GraphName,
        batch: Batch,
        change: GraphChange,
        demand: Precondition,
    ) -> Result<Committed<bool>, AppError> {
        self.check_write(writer, graph.as_ref())?;
        let message = match change {
            GraphChange::Replace => format!("replace {graph}"),
            GraphChange::Add => format!("add to {graph}"),
        };
        let about = CommitInfo::new(writer.name(), message);
        let app = self.clone();
        self.store()
            .write::<_, AppError>(about, move |transaction| {
                let graph = graph.as_ref();
                let before = transaction.snapshot();
                demand.check_graph(&before, graph)?;
                let was_there = before.contains_graph(graph);
                match change {
                    GraphChange::Replace => transaction.replace_graph(graph, &batch)?,
                    GraphChange::Add => {
                        transaction.insert_into_graph(graph, &batch)?;
                        match graph {
                            GraphNameRef::NamedNode(graph) => {
                                transaction.create_graph(graph.into())
                            }
                            GraphNameRef::BlankNode(graph) => {
                                transaction.create_graph(graph.into())
                            }
                            GraphNameRef::DefaultGraph => {}
                        }
                    }
                }
                app.enforce(transaction)?;
                Ok(was_there)
            })
    }

    /// Adds quads, each to the graph it names.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write one of the graphs, or the write fails.
    pub fn add_quads(&self, writer: &Writer, batch: Batch) -> Result<Committed<()>, AppError> {
        self.add_quads_if(writer, batch, Precondition::default())
    }

    /// Adds quads, each to the graph it names, if the data is as demanded.
    ///
    /// # Errors
    /// As [`Self::add_quads`], and [`AppError::Changed`] if the data is not as demanded.
    pub fn add_quads_if(
        &self,
        writer: &Writer,
        batch: Batch,
        demand: Precondition,
    ) -> Result<Committed<()>, AppError> {
        let is_anybody = *writer == Writer::Anybody && !self.private_graphs()?.is_empty();
        if is_anybody || !writer.may_write_everything() {
            for quad in batch.iter() {
                self.check_write(writer, quad.graph_name.as_ref())?;
            }
        }
        let about = CommitInfo::new(writer.name(), "add quads");
        let app = self.clone();
        self.store()
            .write::<_, AppError>(about, move |transaction| {
                demand.check_data(&transaction.snapshot())?;
                transaction.insert_batch(&batch)?;
                app.enforce(transaction)
            })
    }

    /// Removes a graph and all it holds; the default graph is emptied.
    ///
    /// # Errors
    /// [`AppError`] if the writer may not write it, it is not there, or the write fails.
    pub fn drop_graph(&self, writer: &Writer, graph: GraphName) -> Result<Committed<()>, AppError> {
        self.drop_graph_if(writer, graph, Precondition::default())
    }

    /// Removes a graph and all it holds if it is as demanded.
    ///
    /// # Errors
    /// As [`Self::drop_graph`], and [`AppError::Changed`] if the graph is not as demanded.
    pub fn drop_graph_if(
        &self,
        writer: &Writer,
        graph: GraphName,
        demand: Precondition,
    ) -> Result<Committed<()>, AppError> {
        self.check_write(writer, graph.as_ref())?;
        let about = CommitInfo::new(writer.name(), format!("drop {graph}"));
        self.store().write(about, move |transaction| {
            let before = transaction.snapshot();
            demand.check_graph(&before, graph.as_ref())?;
            if !before.contains_graph(graph.as_ref()) {
                return Err(AppError::NoSuchGraph(graph));
            }
            transaction.drop_graph(graph.as_ref());
            Ok(())
        })
    }
}

/// What can go wrong in a use case.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Data that comes in.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// The ontology.
    #[error(transparent)]
    Ontology(#[from] OntologyError),
    /// The query catalogue.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// A network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An indicator.
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    /// A text search.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A link.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The tokens.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Which graphs are private.
    #[error(transparent)]
    Visibility(#[from] VisibilityError),
    /// What is said of a data set.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A saved query.
    #[error(transparent)]
    Saved(#[from] SavedError),
    /// A saved mapping.
    #[error(transparent)]
    Mappings(#[from] MappingsError),
    /// A short link.
    #[error(transparent)]
    Permalink(#[from] PermalinkError),
    /// A scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A check.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// What a graph does with violations.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A dump.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Changes that come as RDF Patch.
    #[error(transparent)]
    Patch(PatchError),
    /// A webhook.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// An alignment rule that is no query.
    #[error("{name}: {error}")]
    Rule {
        /// Its file.
        name: String,
        /// What is wrong, and where.
        error: SyntaxError,
    },
    /// Nobody may write.
    #[error("this service is read-only")]
    ReadOnly,
    /// A write without a key.
    #[error(
        "writing needs a token: send `Authorization: Bearer TOKEN` (`weft token create` makes one)"
    )]
    NoKey,
    /// A key that belongs to no token.
    #[error("this token is not known, or was revoked")]
    UnknownKey,
    /// A key whose time is over.
    #[error("this token expired on {on}; ask whoever runs this service for a new key")]
    ExpiredKey {
        /// When.
        on: String,
    },
    /// A write outside the graphs of the token.
    #[error("token `{name}` may not write {what}")]
    NotYours {
        /// The token.
        name: String,
        /// What it wanted to write.
        what: String,
    },
    /// A graph that is not there.
    #[error("there is no graph {0}")]
    NoSuchGraph(GraphName),
    /// The data is not as a write demands.
    #[error("{detail}")]
    Changed {
        /// What is not as demanded.
        detail: String,
        /// The data version that the write found.
        version: u64,
    },
}

impl From<SyntaxError> for AppError {
    fn from(error: SyntaxError) -> Self {
        Self::Store(error.into())
    }
}
