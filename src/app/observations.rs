//! The graph `…/graph/metrics`: the latest results as RDF, so that a query can ask for them without
//! computing anything.
//!
//! Each figure is an observation in the terms of the Data Cube and Data Quality vocabularies; what
//! holds for all of them (data version, seed, permutations, software) stands once on the data set.
//! The values of whole networks are also there as plain triples about the network.

use super::datasets::{BuiltIn, by_language};
use super::networks::{MeasuredNetwork, NetworkError, literal};
use super::{AppError, KnowledgeGraph, iri};
use crate::metrics::{self, Cost, Metric, Options, Scope, Score};
use crate::network::{Filter, NetworkDefinition};
use crate::rdf::Batch;
use crate::store::{CommitInfo, Limits, Snapshot, StoreError};
use oxigraph::model::vocab::{rdf, rdfs, xsd};
use oxigraph::model::{
    GraphNameRef, Literal, LiteralRef, NamedNode, NamedNodeRef, QuadRef, TermRef,
};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Whoever refreshes the graph, in the log.
const AUTHOR: &str = "weft metrics";
/// How often the refresher looks for a new version.
const LOOK: Duration = Duration::from_millis(200);
/// How long a stream of commits may put a refresh off.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Networks of more nodes are published without what follows paths one by one.
const PATHS_BELOW: usize = 5_000;

macro_rules! terms {
    ($($name:ident = $iri:literal;)*) => {
        $(const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked($iri);)*
    };
}

terms! {
    OBSERVATION = "http://purl.org/linked-data/cube#Observation";
    DATA_SET_CLASS = "http://purl.org/linked-data/cube#DataSet";
    DATA_SET = "http://purl.org/linked-data/cube#dataSet";
    STRUCTURE = "http://purl.org/linked-data/cube#structure";
    STRUCTURE_CLASS = "http://purl.org/linked-data/cube#DataStructureDefinition";
    COMPONENT = "http://purl.org/linked-data/cube#component";
    DIMENSION = "http://purl.org/linked-data/cube#dimension";
    MEASURE = "http://purl.org/linked-data/cube#measure";
    ATTRIBUTE = "http://purl.org/linked-data/cube#attribute";
    QUALITY_MEASUREMENT = "http://www.w3.org/ns/dqv#QualityMeasurement";
    IS_MEASUREMENT_OF = "http://www.w3.org/ns/dqv#isMeasurementOf";
    COMPUTED_ON = "http://www.w3.org/ns/dqv#computedOn";
    VALUE = "http://www.w3.org/ns/dqv#value";
    NOTE = "http://www.w3.org/2004/02/skos/core#note";
    ENTITY = "http://www.w3.org/ns/prov#Entity";
    GENERATED_AT = "http://www.w3.org/ns/prov#generatedAtTime";
    ATTRIBUTED_TO = "http://www.w3.org/ns/prov#wasAttributedTo";
    SOFTWARE_AGENT = "http://www.w3.org/ns/prov#SoftwareAgent";
    NETWORK_CLASS = "https://w3id.org/weft/ns#Network";
    NETWORK = "https://w3id.org/weft/ns#network";
    SECTION = "https://w3id.org/weft/ns#section";
    INDICATOR = "https://w3id.org/weft/ns#indicator";
    CATEGORY = "https://w3id.org/weft/ns#category";
    FROM_CATEGORY = "https://w3id.org/weft/ns#fromCategory";
    TO_CATEGORY = "https://w3id.org/weft/ns#toCategory";
    NUMERATOR = "https://w3id.org/weft/ns#numerator";
    DENOMINATOR = "https://w3id.org/weft/ns#denominator";
    BASE = "https://w3id.org/weft/ns#base";
    UNIT = "https://w3id.org/weft/ns#unit";
    UNKNOWN = "https://w3id.org/weft/ns#unknown";
    COVERAGE = "https://w3id.org/weft/ns#coverage";
    EXPECTED = "https://w3id.org/weft/ns#expected";
    P_VALUE = "https://w3id.org/weft/ns#pValue";
    Q_VALUE = "https://w3id.org/weft/ns#qValue";
    SEED = "https://w3id.org/weft/ns#seed";
    PERMUTATIONS = "https://w3id.org/weft/ns#permutations";
    UNDEFINED_REASON = "https://w3id.org/weft/ns#undefinedReason";
    DATA_VERSION = "https://w3id.org/weft/ns#dataVersion";
}

/// A batch in the making.
struct Writer {
    batch: Batch,
    set: NamedNode,
}

impl Writer {
    fn add<'a>(
        &mut self,
        subject: NamedNodeRef<'a>,
        property: NamedNodeRef<'a>,
        object: impl Into<TermRef<'a>>,
    ) {
        let quad = QuadRef::new(subject, property, object, GraphNameRef::DefaultGraph);
        self.batch.push(quad);
    }

    fn real(&mut self, subject: NamedNodeRef<'_>, property: NamedNodeRef<'_>, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            let literal = Literal::from(value);
            self.add(subject, property, literal.as_ref());
        }
    }

    fn text(&mut self, subject: NamedNodeRef<'_>, property: NamedNodeRef<'_>, text: &str) {
        if !text.is_empty() {
            self.add(subject, property, LiteralRef::new_simple_literal(text));
        }
    }

    /// A category is an IRI nearly always.
    fn term(&mut self, subject: NamedNodeRef<'_>, property: NamedNodeRef<'_>, text: &str) {
        match NamedNode::new(text) {
            Ok(node) => self.add(subject, property, node.as_ref()),
            Err(_) => self.text(subject, property, text),
        }
    }

    fn observation(&mut self, node: NamedNodeRef<'_>, network: NamedNodeRef<'_>, score: Score) {
        let set = self.set.clone();
        self.add(node, rdf::TYPE, OBSERVATION);
        self.add(node, rdf::TYPE, QUALITY_MEASUREMENT);
        self.add(node, DATA_SET, set.as_ref());
        self.add(node, COMPUTED_ON, network);
        self.add(node, NETWORK, network);
        if let Score::Undefined(reason) = score {
            self.text(node, UNDEFINED_REASON, reason.code());
        }
    }
}

impl KnowledgeGraph {
    /// The observations of a version of the data: the network metrics of every network, and the
    /// figures of the integration report.
    ///
    /// # Errors
    /// [`AppError`] if a network cannot be built.
    fn observations(&self, snapshot: &Arc<Snapshot>) -> Result<Batch, AppError> {
        let set = NamedNode::new_unchecked(iri::METRICS_GRAPH.as_str());
        let mut writer = Writer {
            batch: Batch::new(),
            set,
        };
        let options = Options::default();
        self.describe_set(&mut writer, snapshot, &options);
        let definitions: Vec<NetworkDefinition> = self.networks().definitions().cloned().collect();
        for definition in definitions {
            let limits = Limits::default();
            let measured =
                match self.network(snapshot, &definition, &Filter::default(), options, &limits) {
                    Ok(measured) => measured,
                    // Too large without a filter: users name one.
                    Err(error) => {
                        tracing::info!(network = definition.id, %error, "is not published");
                        continue;
                    }
                };
            self.describe_network(&mut writer, &measured)?;
            if definition.id == super::integration::NETWORK {
                self.describe_integration(&mut writer, snapshot, &measured)?;
            }
        }
        Ok(writer.batch)
    }

    fn describe_set(&self, writer: &mut Writer, snapshot: &Snapshot, options: &Options) {
        let set = writer.set.clone();
        let set = set.as_ref();
        writer.add(set, rdf::TYPE, DATA_SET_CLASS);
        writer.add(set, rdf::TYPE, ENTITY);
        if let Some(known) = BuiltIn::of(set.as_str()) {
            for (property, texts) in [
                (iri::TITLE, &known.title),
                (iri::DESCRIPTION, &known.description),
            ] {
                for (tag, text) in by_language(texts) {
                    let text = LiteralRef::new_language_tagged_literal_unchecked(text, tag);
                    writer.add(set, property, text);
                }
            }
        }
        let whole = |number: u64| Literal::new_typed_literal(number.to_string(), xsd::INTEGER);
        writer.add(set, DATA_VERSION, whole(snapshot.version()).as_ref());
        writer.add(set, SEED, whole(options.seed).as_ref());
        writer.add(
            set,
            PERMUTATIONS,
            whole(u64::from(options.permutations)).as_ref(),
        );
        let now = jiff::Timestamp::now().to_string();
        writer.add(
            set,
            GENERATED_AT,
            LiteralRef::new_typed_literal(&now, xsd::DATE_TIME),
        );
        let agent = NamedNode::new_unchecked(format!("{}id/software/weft", self.config().base));
        writer.add(set, ATTRIBUTED_TO, agent.as_ref());
        writer.add(agent.as_ref(), rdf::TYPE, SOFTWARE_AGENT);
        writer.text(
            agent.as_ref(),
            rdfs::LABEL,
            concat!("weft ", env!("CARGO_PKG_VERSION")),
        );
        // By which convention each value is taken, beside the definition in the ontology.
        for metric in metrics::all() {
            let property = NamedNode::new_unchecked(format!("{}{}", iri::NS, metric.id));
            let convention = format!(
                "{}. Range: {}. Undefined when: {}. Agrees with: {}.",
                metric.formula, metric.range, metric.undefined_when, metric.oracle
            );
            writer.add(
                property.as_ref(),
                NOTE,
                LiteralRef::new_language_tagged_literal_unchecked(&convention, "en"),
            );
        }
        let structure = NamedNode::new_unchecked(format!("{}/structure", set.as_str()));
        writer.add(set, STRUCTURE, structure.as_ref());
        writer.add(structure.as_ref(), rdf::TYPE, STRUCTURE_CLASS);
        for (role, properties) in [
            (
                DIMENSION,
                &[
                    NETWORK,
                    IS_MEASUREMENT_OF,
                    INDICATOR,
                    CATEGORY,
                    FROM_CATEGORY,
                    TO_CATEGORY,
                ][..],
            ),
            (MEASURE, &[VALUE][..]),
            (
                ATTRIBUTE,
                &[
                    SECTION,
                    NUMERATOR,
                    DENOMINATOR,
                    BASE,
                    UNIT,
                    UNKNOWN,
                    COVERAGE,
                    EXPECTED,
                    P_VALUE,
                    Q_VALUE,
                    UNDEFINED_REASON,
                    DATA_VERSION,
                    SEED,
                    PERMUTATIONS,
                ][..],
            ),
        ] {
            for property in properties {
                let name = property.as_str().rsplit(['#', '/']).next().unwrap_or("");
                let component = NamedNode::new_unchecked(format!("{}/{name}", structure.as_str()));
                writer.add(structure.as_ref(), COMPONENT, component.as_ref());
                writer.add(component.as_ref(), role, *property);
            }
        }
    }

    fn describe_network(
        &self,
        writer: &mut Writer,
        measured: &MeasuredNetwork,
    ) -> Result<(), AppError> {
        let definition = measured.definition();
        let network = network_iri(&definition.id);
        writer.add(network.as_ref(), rdf::TYPE, NETWORK_CLASS);
        for (property, text) in [
            (iri::TITLE, &definition.title),
            (iri::DESCRIPTION, &definition.description),
        ] {
            writer.add(
                network.as_ref(),
                property,
                LiteralRef::new_language_tagged_literal_unchecked(text, "en"),
            );
        }
        let wanted: Vec<&'static Metric> = measured
            .usual(Scope::Network)
            .into_iter()
            .filter(|metric| is_published(metric, measured.network().len()))
            .collect();
        let values = self
            .networks()
            .computing_unasked(measured, |task| measured.values(&wanted, task))
            .map_err(NetworkError::from)?;
        for (metric, score) in values {
            let property = NamedNode::new_unchecked(format!("{}{}", iri::NS, metric.id));
            let node = self.observation_iri(&[&definition.id, metric.id]);
            writer.observation(node.as_ref(), network.as_ref(), score);
            writer.add(node.as_ref(), IS_MEASUREMENT_OF, property.as_ref());
            if let Score::Value(value) = score {
                let literal = literal(metric, value);
                writer.add(node.as_ref(), VALUE, literal.as_ref());
                writer.add(network.as_ref(), property.as_ref(), literal.as_ref());
            }
        }
        Ok(())
    }

    fn describe_integration(
        &self,
        writer: &mut Writer,
        snapshot: &Arc<Snapshot>,
        measured: &MeasuredNetwork,
    ) -> Result<(), AppError> {
        let network = network_iri(&measured.definition().id);
        let report = self.networks().computing_unasked(measured, |task| {
            self.integration(snapshot, measured, &Limits::default(), task)
        })?;
        for row in report.flat(measured.network()) {
            let last = |text: &Option<String>| {
                let text = text.as_deref().unwrap_or_default();
                text.rsplit(['/', '#']).next().unwrap_or(text).to_owned()
            };
            let parts = [last(&row.group), last(&row.from), last(&row.to)];
            let mut path = vec![row.section, row.indicator.as_str()];
            path.extend(
                parts
                    .iter()
                    .map(String::as_str)
                    .filter(|part| !part.is_empty()),
            );
            let node = self.observation_iri(&path);
            let node = node.as_ref();
            writer.observation(node, network.as_ref(), row.value);
            writer.text(node, SECTION, row.section);
            writer.text(node, INDICATOR, &row.indicator);
            writer.text(node, UNIT, &row.unit);
            for (property, text) in [
                (CATEGORY, &row.group),
                (FROM_CATEGORY, &row.from),
                (TO_CATEGORY, &row.to),
            ] {
                if let Some(text) = text {
                    writer.term(node, property, text);
                }
            }
            for (property, value) in [
                (VALUE, row.value.value()),
                (NUMERATOR, row.numerator),
                (DENOMINATOR, row.denominator),
                (BASE, row.base),
                (UNKNOWN, row.unknown),
                (COVERAGE, row.coverage()),
                (EXPECTED, row.expected),
                (P_VALUE, row.p),
                (Q_VALUE, row.q),
            ] {
                writer.real(node, property, value);
            }
        }
        Ok(())
    }

    fn observation_iri(&self, path: &[&str]) -> NamedNode {
        let path: Vec<String> = path
            .iter()
            .map(|part| {
                percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC)
                    .to_string()
                    .replace("%2D", "-")
            })
            .collect();
        NamedNode::new_unchecked(format!(
            "{}id/observation/{}",
            self.config().base,
            path.join("-")
        ))
    }

    /// Puts the results of the newest version into their graph, if they are not there. They are
    /// those of the public graphs: everybody can read them.
    ///
    /// # Errors
    /// [`AppError`] if they cannot be computed or written.
    pub fn refresh_metrics(&self) -> Result<(), AppError> {
        // What follows from the data as everybody may see it must be there first.
        self.settle()?;
        let private = self.private_graphs()?;
        let snapshot = self.public_snapshot()?;
        // With one IRI for each actor, as the service answers unless it is told otherwise.
        let batch = self.observations(&self.merged(&snapshot)?)?;
        let about = CommitInfo::new(AUTHOR, format!("results of version {}", snapshot.version()));
        let store = self.store().clone();
        let committed = self
            .store()
            .write::<_, StoreError>(about, move |transaction| {
                // If other graphs are public by now, this is about too many or too few of them.
                if store.private() != private {
                    return Ok(());
                }
                transaction.replace_graph(iri::METRICS_GRAPH.into(), &batch)
            })?;
        if committed.changed && committed.version == snapshot.version() + 1 {
            self.networks()
                .same_data(committed.version, snapshot.version());
        }
        Ok(())
    }

    /// Whether the graph of results is about this version of the data.
    fn has_metrics_of(&self, snapshot: &Snapshot) -> bool {
        let about = snapshot
            .quads_for_pattern(
                Some(iri::METRICS_GRAPH.into()),
                Some(DATA_VERSION),
                None,
                Some(iri::METRICS_GRAPH.into()),
            )
            .next();
        // The commit that wrote them made the next version.
        let text = about.map(|quad| crate::network::text_of(&quad.object).to_owned());
        text.and_then(|text| text.parse::<u64>().ok())
            .is_some_and(|version| version + 1 == snapshot.version())
    }

    /// Keeps the graph of results and the history current on a thread of its own, some seconds after
    /// the last commit, until the last other handle to the graph is gone. The graph is left alone
    /// where nobody may write or nothing was put in, both where the settings say so.
    pub fn keep_metrics_current(&self) {
        let pause = self.config().metrics_refresh;
        if pause.is_zero() {
            return;
        }
        let graph = Arc::downgrade(&self.inner);
        let thread = std::thread::Builder::new()
            .name("metrics-graph".to_owned())
            .stack_size(crate::store::STACK_BYTES)
            .spawn(move || refresh_again_and_again(&graph, pause));
        if let Err(error) = thread {
            tracing::warn!(%error, "the graph of metrics and the history are not kept current");
        }
    }

    /// Whether results are put into their graph.
    fn publishes_results(&self) -> bool {
        !self.config().read_only && !self.config().empty
    }

    /// What is to be computed of the newest version: the results, if they are published, and then
    /// its point in the history.
    fn bring_up_to_date(&self) -> Result<(), AppError> {
        let publishes = self.publishes_results();
        if publishes && !self.has_metrics_of(&self.snapshot()) {
            self.refresh_metrics()?;
        }
        // Their commit is the version that is seen from now on. If another one came in between, its
        // results and its point are made in their turn.
        if !publishes || self.has_metrics_of(&self.snapshot()) {
            self.record_point()?;
        }
        Ok(())
    }
}

/// Whether the results of a network of so many nodes have a metric.
pub(super) fn is_published(metric: &Metric, nodes: usize) -> bool {
    metric.is_usual(nodes) && (metric.cost != Cost::Paths || nodes <= PATHS_BELOW)
}

fn network_iri(id: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{}{id}", crate::ontology::iri::NETWORK))
}

fn refresh_again_and_again(graph: &Weak<super::Inner>, pause: Duration) {
    // Version and time at which it was first seen; the time at which the first unpublished commit
    // was seen.
    let mut seen = (0, Instant::now());
    let mut waiting_since: Option<Instant> = None;
    let mut failed = 0;
    loop {
        let Some(inner) = graph.upgrade() else {
            return;
        };
        let graph = KnowledgeGraph { inner };
        let snapshot = graph.snapshot();
        let version = snapshot.version();
        if version != seen.0 {
            seen = (version, Instant::now());
        }
        let is_behind = !graph.has_point_of(version)
            || graph.publishes_results() && !graph.has_metrics_of(&snapshot);
        if version != failed && is_behind {
            let since = *waiting_since.get_or_insert_with(Instant::now);
            if seen.1.elapsed() >= pause || since.elapsed() >= LONGEST_WAIT {
                if let Err(error) = graph.bring_up_to_date() {
                    tracing::warn!(%error, "the metrics of the newest version are not kept");
                    failed = version;
                }
                waiting_since = None;
            }
        } else {
            waiting_since = None;
        }
        drop((snapshot, graph));
        std::thread::sleep(LOOK);
    }
}
