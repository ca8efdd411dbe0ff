//! Networks as users ask for them: named or stated, filtered, measured once, kept while the data
//! stays the same.

use super::integration::IntegrationReport;
use super::{AppError, KnowledgeGraph};
use crate::metrics::layout::{self, Layout};
use crate::metrics::mixing::{self, Mixing};
use crate::metrics::{
    self, Cancelled, Compute, Measures, Metric, Once, Options, Scope, Score, Task, TaskProgress,
    ValueKind,
};
use crate::network::export::{self, ExportFormat};
use crate::network::{
    Attribute, DefinitionError, Filter, FilterError, Network, NetworkDefinition, Projection,
    ProjectionError,
};
use crate::ontology::{TextFile, iri};
use crate::store::{HiddenGraphs, Limits, Snapshot, StoreError, Wanted};
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Literal, NamedNode, NamedOrBlankNode, Term, Triple};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What the networks that are kept may take together.
const MOST_BYTES: usize = 512 << 20;
/// How many are kept at most.
const MOST_KEPT: usize = 64;
/// Networks of more nodes and ties are not measured in a moment.
const QUICK_BELOW: usize = 20_000;
/// Bytes of a score, with what is kept beside it.
const SCORE_BYTES: usize = 24;

/// The networks: their definitions, and those that were built.
pub struct Networks {
    definitions: BTreeMap<String, NetworkDefinition>,
    kept: Mutex<Kept>,
    running: Mutex<BTreeMap<u64, Running>>,
    next: AtomicU64,
    /// Nobody waits for results any more.
    is_closed: AtomicBool,
    threads: Threads,
}

/// Threads for metrics only, which give way to those that answer queries. Work on one pool waits
/// for what was begun there before, so what is soon done has one that is soon free.
struct Threads {
    /// For small networks, which somebody waits for.
    quick: Option<Arc<ThreadPool>>,
    /// For large ones that somebody waits for.
    long: Option<Arc<ThreadPool>>,
    /// For what nobody waits for.
    unasked: Option<Arc<ThreadPool>>,
}

impl Threads {
    fn new() -> Self {
        Self {
            quick: pool("quick", 10),
            long: pool("long", 12),
            unasked: pool("unasked", 19),
        }
    }

    fn of(&self, who: Asker, network: &Network) -> Option<Arc<ThreadPool>> {
        match who {
            Asker::Nobody => self.unasked.clone(),
            Asker::Somebody if network.len() + network.rows().edge_count() > QUICK_BELOW => {
                self.long.clone()
            }
            Asker::Somebody => self.quick.clone(),
        }
    }
}

/// Who waits for a computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    Somebody,
    Nobody,
}

#[derive(Default)]
struct Kept {
    /// The newest last.
    entries: VecDeque<(Key, Arc<Once<MeasuredNetwork>>)>,
    /// A later data version whose data is that of an earlier one but for what weft itself derives.
    same: Option<(u64, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Key {
    version: u64,
    what: String,
}

/// A computation that goes on.
#[derive(Clone, Debug)]
struct Running {
    network: String,
    filter: String,
    hidden: HiddenGraphs,
    started: Instant,
    task: Task,
}

impl Running {
    /// Whether whoever sees a snapshot may know: its filter may name what the snapshot hides.
    fn is_known_to(&self, snapshot: &Snapshot) -> bool {
        snapshot.hidden().is_subset(&self.hidden)
    }
}

/// A computation that goes on, for those who want to know.
#[derive(Clone, Debug)]
pub struct Computation {
    /// Its number.
    pub id: u64,
    /// The network.
    pub network: String,
    /// The filter.
    pub filter: String,
    /// Seconds since it began.
    pub seconds: f64,
    /// How far it is.
    pub progress: TaskProgress,
}

/// A network of one data version within a filter, and what has been measured of it.
pub struct MeasuredNetwork {
    definition: NetworkDefinition,
    filter: Filter,
    /// What the data that it was made of left out.
    hidden: HiddenGraphs,
    projection: Projection,
    measures: Measures,
    integration: Once<IntegrationReport>,
    mixing: [Once<Mixing>; 4],
}

/// Why a network cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Nothing has this name.
    #[error("there is no network `{name}`; there are {}", .known.join(", "))]
    NoSuchNetwork {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// Nothing has this name.
    #[error("there is no metric `{id}` of a {scope}{}", nearest_metric(.id, .scope))]
    NoSuchMetric {
        /// What was asked for.
        id: String,
        /// Of what.
        scope: &'static str,
    },
    /// A definition that is wrong.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// A filter that is wrong.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The data does not make a network.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// Somebody cancelled it.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// Nothing has this number.
    #[error("no computation {0} is going on")]
    NoSuchComputation(u64),
}

fn nearest_metric(id: &str, scope: &str) -> String {
    let folded = id.to_lowercase();
    metrics::all()
        .iter()
        .find(|metric| metric.scope().name() == scope && metric.id.to_lowercase() == folded)
        .map(|metric| format!("; do you mean `{}`?", metric.id))
        .unwrap_or_else(|| "; /api/v1/metrics lists them".to_owned())
}

impl Networks {
    /// Reads the definitions.
    ///
    /// # Errors
    /// [`NetworkError::Definition`] naming file and line.
    pub fn new(files: &[TextFile]) -> Result<Self, NetworkError> {
        let mut definitions = BTreeMap::new();
        for file in files {
            let definition = NetworkDefinition::parse(file)?;
            definitions.insert(definition.id.clone(), definition);
        }
        Ok(Self {
            definitions,
            kept: Mutex::default(),
            running: Mutex::default(),
            next: AtomicU64::new(1),
            is_closed: AtomicBool::new(false),
            threads: Threads::new(),
        })
    }

    /// The definitions, by name.
    pub fn definitions(&self) -> impl Iterator<Item = &NetworkDefinition> {
        self.definitions.values()
    }

    /// The definition of a name.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchNetwork`].
    pub fn definition(&self, name: &str) -> Result<&NetworkDefinition, NetworkError> {
        self.definitions
            .get(name)
            .ok_or_else(|| NetworkError::NoSuchNetwork {
                name: name.to_owned(),
                known: self.definitions.keys().cloned().collect(),
            })
    }

    /// What is being computed at this moment, as far as whoever sees this snapshot may know.
    pub fn computations(&self, seen: &Snapshot) -> Vec<Computation> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running
            .iter()
            .filter(|(_, running)| running.is_known_to(seen))
            .map(|(id, running)| Computation {
                id: *id,
                network: running.network.clone(),
                filter: running.filter.clone(),
                seconds: running.started.elapsed().as_secs_f64(),
                progress: running.task.progress(),
            })
            .collect()
    }

    /// Tells a computation to stop; whoever waits for it hears so.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchComputation`].
    pub fn cancel(&self, id: u64, seen: &Snapshot) -> Result<(), NetworkError> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match running.get(&id).filter(|running| running.is_known_to(seen)) {
            Some(running) => {
                running.task.cancel();
                Ok(())
            }
            None => Err(NetworkError::NoSuchComputation(id)),
        }
    }

    /// Ends what is being computed and what would be: the service ends.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for running in running.values() {
            running.task.cancel();
        }
    }

    /// Runs a computation that is listed while it goes on.
    pub fn computing<T>(&self, network: &MeasuredNetwork, work: impl FnOnce(&Task) -> T) -> T {
        self.listed(network, Asker::Somebody, None, work)
    }

    /// The same for one that nobody waits for: all others go first.
    pub(super) fn computing_unasked<T>(
        &self,
        network: &MeasuredNetwork,
        work: impl FnOnce(&Task) -> T,
    ) -> T {
        self.listed(network, Asker::Nobody, None, work)
    }

    /// The same, for one that must end with the limits of a query.
    pub(super) fn computing_within<T>(
        &self,
        network: &MeasuredNetwork,
        limits: &Limits,
        work: impl FnOnce(&Task) -> T,
    ) -> T {
        self.listed(network, Asker::Somebody, Some(limits), work)
    }

    fn listed<T>(
        &self,
        network: &MeasuredNetwork,
        who: Asker,
        limits: Option<&Limits>,
        work: impl FnOnce(&Task) -> T,
    ) -> T {
        let stop = limits
            .cloned()
            .map(|limits| -> Box<dyn Fn() -> bool + Send + Sync> {
                Box::new(move || {
                    limits.cancellation.is_cancelled()
                        || limits
                            .deadline
                            .is_some_and(|deadline| Instant::now() >= deadline)
                })
            });
        let task = Task::until(self.threads.of(who, network.network()), stop);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let entry = Running {
            network: network.definition.id.clone(),
            filter: network.filter.canonical(),
            hidden: network.hidden.clone(),
            started: Instant::now(),
            task: task.clone(),
        };
        let lock = || self.running.lock().unwrap_or_else(PoisonError::into_inner);
        lock().insert(id, entry);
        if self.is_closed.load(Ordering::SeqCst) {
            task.cancel();
        }
        let listed = Listed { networks: self, id };
        let result = work(&task);
        drop(listed);
        result
    }

    /// Says that version `later` has the data of version `earlier`, but for what weft derived of
    /// it: networks need not be built anew.
    pub(super) fn same_data(&self, later: u64, earlier: u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let root = kept.data_version(earlier);
        kept.same = Some((later, root));
    }

    fn slot(&self, version: u64, what: String) -> Arc<Once<MeasuredNetwork>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let key = Key {
            version: kept.data_version(version),
            what,
        };
        if let Some(at) = kept.entries.iter().position(|(known, _)| *known == key) {
            // Used again: it is the newest now.
            if let Some(entry) = kept.entries.remove(at) {
                let slot = Arc::clone(&entry.1);
                kept.entries.push_back(entry);
                return slot;
            }
        }
        // Older data is of no use to those who come.
        kept.entries
            .retain(|(known, _)| known.version >= key.version);
        while kept.entries.len() >= MOST_KEPT || kept.bytes() > MOST_BYTES {
            if kept.entries.pop_front().is_none() {
                break;
            }
        }
        let slot = Arc::new(Once::default());
        kept.entries.push_back((key, Arc::clone(&slot)));
        slot
    }
}

impl Kept {
    fn data_version(&self, version: u64) -> u64 {
        match self.same {
            Some((later, earlier)) if later == version => earlier,
            _ => version,
        }
    }

    fn bytes(&self) -> usize {
        self.entries
            .iter()
            .filter_map(|(_, slot)| slot.peek())
            .map(|network| network.heap_bytes())
            .sum()
    }
}

struct Listed<'a> {
    networks: &'a Networks,
    id: u64,
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let running = self.networks.running.lock();
        running
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.id);
    }
}

fn pool(name: &'static str, nice: i32) -> Option<Arc<ThreadPool>> {
    let pool = ThreadPoolBuilder::new()
        .thread_name(move |index| format!("{name}-{index}"))
        .start_handler(move |_| give_way(nice))
        .build();
    match pool {
        Ok(pool) => Some(Arc::new(pool)),
        Err(error) => {
            tracing::warn!(%error, "metrics have no threads of their own");
            None
        }
    }
}

/// On Linux this lowers the priority of the calling thread alone.
pub(super) fn give_way(by: i32) {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(by) {
        tracing::debug!(%error, "a thread keeps its priority");
    }
}

impl KnowledgeGraph {
    /// The networks.
    pub fn networks(&self) -> &Networks {
        &self.inner.networks
    }

    /// Reads the parameters of a filter.
    ///
    /// # Errors
    /// [`FilterError`] naming the parameter or value that is not known.
    pub fn filter<'a>(
        &self,
        snapshot: &Snapshot,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Filter, AppError> {
        let filter = Filter::parse(pairs, snapshot, self.ontology().codes());
        Ok(filter.map_err(NetworkError::from)?)
    }

    /// A network on one version of the data. Built once for all who ask at the same time, and kept
    /// as long as the data stays.
    ///
    /// # Errors
    /// [`NetworkError`] if the filter does not fit or the data makes no network.
    pub fn network(
        &self,
        snapshot: &Arc<Snapshot>,
        definition: &NetworkDefinition,
        filter: &Filter,
        options: Options,
        limits: &Limits,
    ) -> Result<Arc<MeasuredNetwork>, AppError> {
        let what = format!(
            "{}\n{:?}\n{}\n{}\n{options:?}",
            snapshot.visibility(),
            definition.kind,
            definition.text,
            filter.canonical()
        );
        let slot = self.networks().slot(snapshot.version(), what);
        let network = slot.get(|| built(snapshot, definition, filter, options, limits));
        Ok(network?)
    }

    /// The same without keeping it: for data that is only tried out.
    ///
    /// # Errors
    /// As [`Self::network`].
    pub(super) fn network_unkept(
        &self,
        snapshot: &Arc<Snapshot>,
        definition: &NetworkDefinition,
        filter: &Filter,
        options: Options,
        limits: &Limits,
    ) -> Result<Arc<MeasuredNetwork>, AppError> {
        Ok(Arc::new(built(
            snapshot, definition, filter, options, limits,
        )?))
    }
}

fn built(
    snapshot: &Arc<Snapshot>,
    definition: &NetworkDefinition,
    filter: &Filter,
    options: Options,
    limits: &Limits,
) -> Result<MeasuredNetwork, NetworkError> {
    let projection = Projection::new(definition, snapshot, filter, limits)?;
    Ok(MeasuredNetwork {
        measures: Measures::new(Arc::clone(projection.network()), options),
        definition: definition.clone(),
        filter: filter.clone(),
        hidden: snapshot.hidden().clone(),
        projection,
        integration: Once::default(),
        mixing: Default::default(),
    })
}

/// Scores of nodes under the id of their metric.
pub struct ScoreColumn {
    /// The metric.
    pub metric: &'static Metric,
    /// In the order of the nodes.
    pub scores: Arc<Vec<Score>>,
}

impl MeasuredNetwork {
    /// The definition.
    pub fn definition(&self) -> &NetworkDefinition {
        &self.definition
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The network and what it was made of.
    pub fn projection(&self) -> &Projection {
        &self.projection
    }

    /// The network.
    pub fn network(&self) -> &Network {
        self.projection.network()
    }

    /// What has been measured.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// How the categories of an attribute are tied to each other.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn mixing(&self, attribute: Attribute, task: &Task) -> Result<Arc<Mixing>, Cancelled> {
        self.mixing[attribute as usize]
            .get(|| mixing::mixing(self.network(), attribute, self.measures.options(), task))
    }

    /// Where the nodes are drawn; computed once.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn layout(&self, task: &Task) -> Result<Arc<Layout>, Cancelled> {
        layout::layout_of(&self.measures, task)
    }

    pub(super) fn integration(&self) -> &Once<IntegrationReport> {
        &self.integration
    }

    /// The metrics of a scope that make sense for this network: those for two modes where it has
    /// two. Costly ones only if it is small enough to compute them unasked.
    pub fn usual(&self, scope: Scope) -> Vec<&'static Metric> {
        self.sensible(scope)
            .filter(|metric| metric.is_usual(self.network().len()))
            .collect()
    }

    /// The metrics of a scope that make sense for this network, and that only those get who name
    /// them.
    pub fn left_out(&self, scope: Scope) -> Vec<&'static Metric> {
        self.sensible(scope)
            .filter(|metric| !metric.is_usual(self.network().len()))
            .collect()
    }

    /// Those for two modes only where there are two.
    fn sensible(&self, scope: Scope) -> impl Iterator<Item = &'static Metric> {
        let is_two_mode = self.network().is_two_mode();
        metrics::all()
            .iter()
            .copied()
            .filter(move |metric| metric.scope() == scope)
            .filter(move |metric| is_two_mode || !metric.is_for_two_modes())
    }

    /// The scores of node metrics.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn columns(
        &self,
        wanted: &[&'static Metric],
        task: &Task,
    ) -> Result<Vec<ScoreColumn>, Cancelled> {
        wanted
            .iter()
            .filter(|metric| matches!(metric.compute, Compute::Node(_)))
            .map(|metric| {
                Ok(ScoreColumn {
                    metric,
                    scores: self.measures.of_nodes(metric, task)?,
                })
            })
            .collect()
    }

    /// The scores of network metrics.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn values(
        &self,
        wanted: &[&'static Metric],
        task: &Task,
    ) -> Result<Vec<(&'static Metric, Score)>, Cancelled> {
        wanted
            .iter()
            .copied()
            .filter(|metric| matches!(metric.compute, Compute::Network(_)))
            .map(|metric| Ok((metric, self.measures.of_network(metric, task)?)))
            .collect()
    }

    /// Writes the network with score columns, and where formats have a place for it with a
    /// drawing.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn export(
        &self,
        columns: &[ScoreColumn],
        layout: Option<&Layout>,
        format: ExportFormat,
        version: u64,
        output: impl io::Write,
    ) -> io::Result<()> {
        use export::{About, Column, ColumnValues};
        let filter = self.filter.canonical();
        let about = About {
            id: &self.definition.id,
            title: &self.definition.title,
            description: &self.definition.description,
            data_version: version,
            filter: &filter,
            points: layout.map(Layout::points),
        };
        let columns: Vec<Column<'_>> = columns
            .iter()
            .map(|column| {
                let values = || column.scores.iter().map(|score| score.value());
                Column {
                    id: column.metric.id,
                    values: match column.metric.kind {
                        ValueKind::Count => ColumnValues::Counts(
                            values().map(|v| v.map(|v| v.round() as i64)).collect(),
                        ),
                        ValueKind::Real => ColumnValues::Reals(values().collect()),
                        ValueKind::Flag => {
                            ColumnValues::Flags(values().map(|v| v.map(|v| v != 0.0)).collect())
                        }
                    },
                }
            })
            .collect();
        export::write(self.network(), &about, &columns, format, output)
    }

    fn heap_bytes(&self) -> usize {
        let layout = self.measures.layout.peek();
        self.projection.heap_bytes()
            + self.network().len() * metrics::all().len() * SCORE_BYTES
            + layout.map_or(0, |layout| layout.heap_bytes())
    }
}

/// The metrics of a list of ids.
///
/// # Errors
/// [`NetworkError::NoSuchMetric`].
pub fn metrics_named<'a>(
    ids: impl IntoIterator<Item = &'a str>,
    scope: Option<Scope>,
) -> Result<Vec<&'static Metric>, NetworkError> {
    let mut found: Vec<&'static Metric> = Vec::new();
    for id in ids {
        let metric = metrics::find(id).filter(|m| scope.is_none_or(|scope| m.scope() == scope));
        let metric = metric.ok_or_else(|| NetworkError::NoSuchMetric {
            id: id.to_owned(),
            scope: scope.unwrap_or(Scope::Network).name(),
        })?;
        if !found.iter().any(|known| known.id == metric.id) {
            found.push(metric);
        }
    }
    Ok(found)
}

impl KnowledgeGraph {
    /// What `SERVICE <…/network/{id}?sector=health> { … }` answers on a version of the data;
    /// `None` if the service is no network.
    pub(super) fn network_triples(
        &self,
        snapshot: &Arc<Snapshot>,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Triple>>, StoreError> {
        let Some(name) = service.as_str().strip_prefix(iri::NETWORK) else {
            return Ok(None);
        };
        let (id, parameters) = name.split_once('?').unwrap_or((name, ""));
        let bad = |message: String| StoreError::BadService {
            service: service.clone(),
            message,
        };
        let failed = |error: AppError| match error {
            AppError::Network(NetworkError::Projection(ProjectionError::Store(error)))
            | AppError::Store(error) => error,
            AppError::Network(NetworkError::Cancelled(_)) => {
                if limits.cancellation.is_cancelled() {
                    StoreError::Cancelled
                } else {
                    StoreError::TimedOut
                }
            }
            other => bad(other.to_string()),
        };
        let networks = self.networks();
        let definition = networks
            .definition(id)
            .map_err(|error| failed(error.into()))?;
        let pairs: Vec<(String, String)> = parameters
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                let decode = |text: &str| {
                    percent_encoding::percent_decode_str(text)
                        .decode_utf8_lossy()
                        .into_owned()
                };
                (decode(key), decode(value))
            })
            .collect();
        let pairs = pairs
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let filter = self.filter(snapshot, pairs).map_err(failed)?;
        let measured = self
            .network(snapshot, definition, &filter, Options::default(), limits)
            .map_err(failed)?;
        let asked = |metric: &&&Metric| {
            wanted.has(&format!("{}{}", iri::NS, metric.id))
                // A variable does not ask for what takes long.
                && (!wanted.is_all()
                    || metric.is_usual(measured.network().len()))
        };
        let metrics: Vec<&'static Metric> = metrics::all().iter().filter(asked).copied().collect();
        networks
            .computing_within(&measured, limits, |task| {
                let columns = measured.columns(&metrics, task)?;
                let values = measured.values(&metrics, task)?;
                Ok(measured.triples(&columns, &values))
            })
            .map(Some)
            .map_err(|error: Cancelled| failed(NetworkError::from(error).into()))
    }
}

impl MeasuredNetwork {
    /// Scores as triples: of nodes about their terms, of the network about its IRI. What is
    /// undefined has no triple.
    pub fn triples(
        &self,
        columns: &[ScoreColumn],
        values: &[(&'static Metric, Score)],
    ) -> Vec<Triple> {
        let property =
            |metric: &Metric| NamedNode::new_unchecked(format!("{}{}", iri::NS, metric.id));
        let network = NamedNode::new_unchecked(format!("{}{}", iri::NETWORK, self.definition.id));
        let mut triples = vec![Triple::new(network.clone(), rdf::TYPE, iri::weft::NETWORK)];
        for (metric, score) in values {
            if let Score::Value(value) = score {
                triples.push(Triple::new(
                    network.clone(),
                    property(metric),
                    literal(metric, *value),
                ));
            }
        }
        for column in columns {
            let property = property(column.metric);
            for (node, score) in self.network().nodes().iter().zip(column.scores.iter()) {
                let subject: NamedOrBlankNode = match &node.term {
                    Term::NamedNode(node) => node.clone().into(),
                    Term::BlankNode(node) => node.clone().into(),
                    Term::Literal(_) | Term::Triple(_) => continue,
                };
                if let Score::Value(value) = score {
                    triples.push(Triple::new(
                        subject,
                        property.clone(),
                        literal(column.metric, *value),
                    ));
                }
            }
        }
        triples
    }
}

/// A score as the ontology types it.
pub(super) fn literal(metric: &Metric, value: f64) -> Literal {
    match metric.kind {
        ValueKind::Count => Literal::from(value.round() as i64),
        ValueKind::Real => Literal::from(value),
        ValueKind::Flag => Literal::from(value != 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Config, GraphChange, Writer};
    use crate::rdf::Batch;
    use crate::store::{DatasetSpec, QueryResults};

    fn graph() -> KnowledgeGraph {
        let config = Config {
            data_dir: None,
            ..Config::default()
        };
        KnowledgeGraph::open(config).unwrap()
    }

    fn collaboration(graph: &KnowledgeGraph) -> Arc<MeasuredNetwork> {
        let definition = graph.networks().definition("collaboration").unwrap();
        let limits = Limits::default();
        graph
            .network(
                &graph.snapshot(),
                definition,
                &Filter::default(),
                Options::default(),
                &limits,
            )
            .unwrap()
    }

    fn rows(graph: &KnowledgeGraph, text: &str) -> Result<Vec<String>, StoreError> {
        let snapshot = graph.snapshot();
        let query = crate::store::on_deep_stack(|| graph.parse_query(text, None))?;
        let query = query.with_services(graph.services(&snapshot));
        snapshot.query(
            &query,
            &DatasetSpec::default(),
            &Limits::default(),
            |results| {
                let QueryResults::Solutions(solutions) = results else {
                    panic!("a SELECT has rows");
                };
                solutions
                    .map(|row| {
                        let row = row?;
                        let cells = row.values().iter().flatten();
                        Ok(cells.map(ToString::to_string).collect::<Vec<_>>().join(" "))
                    })
                    .collect::<Result<_, StoreError>>()
            },
        )?
    }

    fn one_more_tie(graph: &KnowledgeGraph) {
        let mut batch = Batch::new();
        let node = |name: &str| NamedNode::new_unchecked(name.to_owned());
        let ns = |name: &str| node(&format!("{}{name}", iri::NS));
        let tie = node("http://x/tie");
        for (property, object) in [
            (rdf::TYPE.into_owned(), ns("Tie")),
            (ns("from"), node("http://x/a")),
            (ns("to"), node("http://x/b")),
        ] {
            batch.push(
                &Triple::new(tie.clone(), property, object)
                    .in_graph(oxigraph::model::GraphName::DefaultGraph),
            );
        }
        let name = node("https://w3id.org/weft/graph/partner/x");
        graph
            .write_graph(&Writer::Local, name.into(), batch, GraphChange::Replace)
            .unwrap();
    }

    #[test]
    fn a_network_is_built_once_for_all_who_ask() {
        let graph = graph();
        let found: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| collaboration(&graph)))
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(found.iter().all(|network| Arc::ptr_eq(network, &found[0])));
    }

    #[test]
    fn a_commit_makes_another_network_and_lets_the_old_one_go() {
        let graph = graph();
        let before = collaboration(&graph);
        one_more_tie(&graph);
        let after = collaboration(&graph);
        assert_eq!(after.network().len(), before.network().len() + 2);
        let kept = graph.networks().kept.lock().unwrap();
        assert_eq!(kept.entries.len(), 1);
    }

    #[test]
    fn scores_join_with_the_rest_of_a_query() {
        let graph = graph();
        let network = collaboration(&graph);
        let found = rows(
            &graph,
            "SELECT ?actor ?d ?label {
                SERVICE <https://w3id.org/weft/network/collaboration> { ?actor weft:degree ?d }
                ?actor a weft:Actor ; rdfs:label ?label
             } ORDER BY DESC(?d)",
        )
        .unwrap();
        assert_eq!(found.len(), network.network().len());
        let most = (0..network.network().len() as u32)
            .map(|node| network.network().neighbours(node).len())
            .max()
            .unwrap();
        assert!(found[0].contains(&format!("\"{most}\"^^")), "{}", found[0]);
    }

    #[test]
    fn networks_have_scores_and_filters_in_sparql() {
        let graph = graph();
        let service = |name: &str, pattern: &str| {
            let text = format!(
                "SELECT * {{ SERVICE <https://w3id.org/weft/network/{name}> {{ {pattern} }} }}"
            );
            rows(&graph, &text)
        };
        let density = service("collaboration", "?network weft:density ?d").unwrap();
        assert_eq!(density.len(), 1);
        let all = service("collaboration", "?a weft:degree ?d").unwrap().len();
        let health = service("collaboration?sector=health", "?a weft:degree ?d");
        let health = health.unwrap().len();
        assert!(0 < health && health < all);
        let everything = service(
            "collaboration",
            "?a ?metric ?value FILTER(?metric = weft:core)",
        );
        assert_eq!(everything.unwrap().len(), all);
        for (name, expected) in [
            ("colaboration", "there are actor-sector"),
            ("collaboration?sector=helth", "do you mean `health`"),
            ("collaboration?colour=red", "unknown filter `colour`"),
        ] {
            let error = service(name, "?a weft:degree ?d").unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn a_service_of_others_is_still_refused() {
        let text = "SELECT * { SERVICE <http://localhost:1/sparql> { ?s ?p ?o } }";
        let error = rows(&graph(), text).unwrap_err();
        assert!(matches!(error, StoreError::ServiceRefused(_)), "{error}");
    }

    #[test]
    fn results_are_published_and_keep_what_was_built() {
        let graph = graph();
        let before = collaboration(&graph);
        graph.refresh_metrics().unwrap();
        assert!(Arc::ptr_eq(&before, &collaboration(&graph)));
        let observed = rows(
            &graph,
            "PREFIX dqv: <http://www.w3.org/ns/dqv#>
             SELECT ?o ?value { GRAPH <https://w3id.org/weft/graph/metrics> {
                ?o dqv:isMeasurementOf weft:density ; dqv:value ?value ;
                   dqv:computedOn <https://w3id.org/weft/network/collaboration> } }",
        );
        assert_eq!(observed.unwrap().len(), 1);
        let plain = "SELECT ?d { <https://w3id.org/weft/network/collaboration> weft:density ?d }";
        assert_eq!(rows(&graph, plain).unwrap().len(), 1);
        one_more_tie(&graph);
        graph.refresh_metrics().unwrap();
        assert_eq!(rows(&graph, plain).unwrap().len(), 1);
    }
}
