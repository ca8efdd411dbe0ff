//! How much of what there is: counts of every graph and of their union, kept with each version.
//!
//! A commit changes the counts by what it adds and removes: a few lookups for each quad, no matter
//! how much data there is. Only the first counts after a start, and those after a change of a
//! large share of the data, go through all of it, at their first use and on several threads.
//!
//! # What a commit costs
//! A lookup finds out whether a subject, an object or a property with a subject was there without
//! the change, so a quad costs some microseconds. Three cases look at more, and only at what is
//! said of one resource: a resource that gains or loses a class (its statements), one that begins
//! or ceases to be described in a graph (the statements that lead to it: they become links, or no
//! longer are), and a value that is new to a graph but frequent in others (its statements there).

use super::index::{GraphScope, Order, Scan};
use super::snapshot::Snapshot;
use crate::rdf::{CodedQuad, KeyView, TermId};
use foldhash::fast::RandomState;
use oxigraph::model::vocab::rdf;
use oxigraph::model::{Term, TermRef};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Changes of more quads are not followed while the writer waits, but at the first use.
const AT_ONCE: usize = 1_024;
/// Commits that may wait to be followed; each keeps its version in memory.
const LONGEST_CHAIN: usize = 64;
/// Following a quad costs as much as counting about so many anew.
const COST_OF_FOLLOWING: usize = 40;
/// Sets of hidden graphs that the counts of the rest are remembered for.
const MOST_VIEWS: usize = 8;
/// With fewer quads threads are not worth starting.
const WORTH_THREADS: usize = 20_000;
/// Pieces that the threads share out, for each of three orders.
const PIECES: usize = 16;

type FastMap<K, V> = HashMap<K, V, RandomState>;
type Triple = [TermId; 3];

/// The counts of one version of the data, by the numbers of its terms
/// ([`Snapshot::term_of`] says what they stand for).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The graphs that hold triples; the default graph has the number
    /// [`DEFAULT_GRAPH`](crate::rdf::DEFAULT_GRAPH).
    pub graphs: BTreeMap<TermId, Arc<GraphStatistics>>,
    /// All graphs together: a triple that several of them state counts once. Links are a matter of
    /// graphs, so there are none here.
    pub union: Arc<GraphStatistics>,
}

/// The counts of a graph, or of the union of graphs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphStatistics {
    /// Triples.
    pub triples: usize,
    /// Distinct subjects.
    pub subjects: usize,
    /// Distinct subjects that are IRIs.
    pub entities: usize,
    /// Distinct objects, literals included.
    pub objects: usize,
    /// What each property occurs in; its length is the number of distinct properties.
    pub properties: BTreeMap<TermId, PropertyCounts>,
    /// What each class has; its length is the number of distinct classes. A class is what
    /// `rdf:type` leads to in the same graph (for the union: in any).
    pub classes: BTreeMap<TermId, Arc<ClassCounts>>,
    /// How many triples lead elsewhere, by property and target. `rdf:type` does not count: that is
    /// what `classes` tells.
    pub links: Arc<BTreeMap<(TermId, LinkTarget), usize>>,
}

/// What a property occurs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PropertyCounts {
    /// Triples.
    pub triples: usize,
    /// Distinct subjects.
    pub subjects: usize,
    /// Distinct objects.
    pub objects: usize,
}

/// What a class has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    /// Resources of this class.
    pub instances: usize,
    /// What is said of them, by property.
    pub properties: BTreeMap<TermId, ClassPropertyCounts>,
}

/// What a property occurs in among the statements about the instances of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassPropertyCounts {
    /// Triples.
    pub triples: usize,
    /// Instances that have the property.
    pub subjects: usize,
}

/// Where a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkTarget {
    /// Another graph, in which the object is described: is the subject of a triple.
    Graph(TermId),
    /// A site on the web (`http://www.wikidata.org`) that is not that of the subject.
    Site(Arc<str>),
}

impl Statistics {
    /// The counts of a property in the union.
    pub fn property(&self, property: TermId) -> PropertyCounts {
        self.union
            .properties
            .get(&property)
            .copied()
            .unwrap_or_default()
    }

    /// How many resources are of a class in the union.
    pub fn instances(&self, class: TermId) -> usize {
        self.union
            .classes
            .get(&class)
            .map_or(0, |class| class.instances)
    }

    /// These counts without some graphs, and without links to them. `union` is that of the others.
    fn without(&self, hidden: &BTreeSet<TermId>, union: Arc<GraphStatistics>) -> Self {
        let leads_there = |target: &LinkTarget| match target {
            LinkTarget::Graph(graph) => hidden.contains(graph),
            LinkTarget::Site(_) => false,
        };
        let graphs = self
            .graphs
            .iter()
            .filter(|(graph, _)| !hidden.contains(graph))
            .map(|(graph, counts)| {
                if !counts.links.keys().any(|(_, target)| leads_there(target)) {
                    return (*graph, Arc::clone(counts));
                }
                let mut counts = GraphStatistics::clone(counts);
                Arc::make_mut(&mut counts.links).retain(|(_, target), _| !leads_there(target));
                (*graph, Arc::new(counts))
            })
            .collect();
        Self { graphs, union }
    }

    fn renumbered(&self, number: impl Fn(TermId) -> TermId + Copy) -> Self {
        let renumber = |counts: &GraphStatistics| GraphStatistics {
            triples: counts.triples,
            subjects: counts.subjects,
            entities: counts.entities,
            objects: counts.objects,
            properties: counts
                .properties
                .iter()
                .map(|(property, counts)| (number(*property), *counts))
                .collect(),
            classes: counts
                .classes
                .iter()
                .map(|(class, counts)| {
                    let properties = counts.properties.iter();
                    let counts = ClassCounts {
                        instances: counts.instances,
                        properties: properties
                            .map(|(property, counts)| (number(*property), *counts))
                            .collect(),
                    };
                    (number(*class), Arc::new(counts))
                })
                .collect(),
            links: Arc::new(
                counts
                    .links
                    .iter()
                    .map(|((property, target), triples)| {
                        let target = match target {
                            LinkTarget::Graph(graph) => LinkTarget::Graph(number(*graph)),
                            LinkTarget::Site(site) => LinkTarget::Site(Arc::clone(site)),
                        };
                        ((number(*property), target), *triples)
                    })
                    .collect(),
            ),
        };
        Self {
            graphs: self
                .graphs
                .iter()
                .map(|(graph, counts)| (number(*graph), Arc::new(renumber(counts))))
                .collect(),
            union: Arc::new(renumber(&self.union)),
        }
    }
}

// ---- with each version ------------------------------------------------------------------------

/// The statistics of one version, or what they can be made of.
#[derive(Default)]
pub(super) struct StatisticsCell {
    known: OnceLock<Known>,
    /// How to get here from a version before; taken once `known` is.
    step: Mutex<Option<Box<Step>>>,
}

struct Known {
    statistics: Arc<Statistics>,
    views: Mutex<Vec<View>>,
}

/// The statistics of the graphs that are not hidden.
#[derive(Clone)]
struct View {
    hidden: Arc<BTreeSet<TermId>>,
    statistics: Arc<Statistics>,
}

struct Step {
    before: Snapshot,
    added: Vec<CodedQuad>,
    removed: Vec<CodedQuad>,
    /// Steps and changed quads from the last version that is known, this one included.
    steps: usize,
    changes: usize,
}

impl Known {
    fn new(statistics: Statistics, views: Vec<View>) -> Self {
        Self {
            statistics: Arc::new(statistics),
            views: Mutex::new(views),
        }
    }

    fn views(&self) -> std::sync::MutexGuard<'_, Vec<View>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StatisticsCell {
    /// The statistics of `after`, which a change of `before` leads to: at once where that is
    /// quick, else when they are asked for.
    pub(super) fn after(
        before: &Snapshot,
        after: &Snapshot,
        added: &[CodedQuad],
        removed: &[CodedQuad],
    ) -> Self {
        let cell = Self::default();
        let changes = added.len() + removed.len();
        if before.is_empty() || is_cheaper_anew(changes, after) {
            return cell;
        }
        match before.statistics.known.get() {
            Some(known) if changes <= AT_ONCE => {
                let followed = follow(known, before, after, added, removed);
                // Nobody else has the cell yet.
                let _ = cell.known.set(followed);
            }
            known => {
                let (steps, so_far) = match known {
                    Some(_) => (0, 0),
                    None => match &*before.statistics.step() {
                        Some(step) => (step.steps, step.changes),
                        // All of it has to be counted anyway, so count it as it is then; but if
                        // somebody counts just now, go on from there.
                        None => (0, 0),
                    },
                };
                if steps < LONGEST_CHAIN && !is_cheaper_anew(so_far + changes, after) {
                    *cell.step() = Some(Box::new(Step {
                        before: before.with_version(before.version()),
                        added: added.to_vec(),
                        removed: removed.to_vec(),
                        steps: steps + 1,
                        changes: so_far + changes,
                    }));
                }
            }
        }
        cell
    }

    fn step(&self) -> std::sync::MutexGuard<'_, Option<Box<Step>>> {
        self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same under other numbers.
    pub(super) fn renumbered(&self, number: impl Fn(TermId) -> TermId + Copy) -> Self {
        let cell = Self::default();
        if let Some(known) = self.known.get() {
            let renumbered = Known::new(known.statistics.renumbered(number), Vec::new());
            let _ = cell.known.set(renumbered);
        }
        cell
    }

    fn known(&self, snapshot: &Snapshot) -> &Known {
        // Whoever comes second waits for the first: it is counted once. No thread of a pool is
        // used inside, so waiting cannot be in a circle.
        self.known.get_or_init(|| {
            let step = self.step().take();
            match step {
                Some(step) => {
                    let before = step.before.statistics.known(&step.before);
                    follow(before, &step.before, snapshot, &step.added, &step.removed)
                }
                None => Known::new(count(snapshot, &BTreeSet::new(), true), Vec::new()),
            }
        })
    }
}

fn is_cheaper_anew(changes: usize, after: &Snapshot) -> bool {
    changes > AT_ONCE && changes.saturating_mul(COST_OF_FOLLOWING) > after.len()
}

impl Snapshot {
    /// The counts of this version.
    ///
    /// Usually they are there; after a start, or a change of much of the data, the first call
    /// counts: about a third of a second for a million quads on two cores, and others that ask
    /// wait for it. Call it on a thread that may wait.
    pub fn statistics(&self) -> Arc<Statistics> {
        if !self.hidden_ids().is_empty() {
            let hidden = self.hidden_ids().iter().copied().collect();
            return self.whole().statistics_without(&hidden);
        }
        Arc::clone(&self.statistics.known(self).statistics)
    }

    /// The counts of this version, if they are there at once.
    pub fn statistics_if_known(&self) -> Option<Arc<Statistics>> {
        if !self.hidden_ids().is_empty() {
            return None;
        }
        let known = self.statistics.known.get();
        known.map(|known| Arc::clone(&known.statistics))
    }

    /// The counts of this version as somebody sees it from whom graphs are hidden: neither those
    /// graphs, nor links to them, nor what only they add to the union. Remembered, and from then on
    /// kept with commits, for the few last sets of hidden graphs that were asked for.
    pub fn statistics_without(&self, hidden: &BTreeSet<TermId>) -> Arc<Statistics> {
        let known = self.statistics.known(self);
        let hidden: BTreeSet<TermId> = hidden
            .iter()
            .copied()
            .filter(|graph| known.statistics.graphs.contains_key(graph))
            .collect();
        if hidden.is_empty() {
            return Arc::clone(&known.statistics);
        }
        // Held while counting: whoever else asks waits.
        let mut views = known.views();
        if let Some(at) = views.iter().position(|view| *view.hidden == hidden) {
            let view = views.remove(at);
            let statistics = Arc::clone(&view.statistics);
            views.push(view);
            return statistics;
        }
        let union = count(self, &hidden, false).union;
        let statistics = Arc::new(known.statistics.without(&hidden, union));
        if views.len() >= MOST_VIEWS {
            views.remove(0);
        }
        views.push(View {
            hidden: Arc::new(hidden),
            statistics: Arc::clone(&statistics),
        });
        statistics
    }

    /// The term that a number stands for in this version.
    pub fn term_of(&self, id: TermId) -> Option<Term> {
        self.term(id).ok()
    }

    /// The number of a term in this version.
    pub fn id_of(&self, term: TermRef<'_>) -> Option<TermId> {
        self.dictionary.find(term, &mut Vec::new())
    }

    fn rdf_type(&self) -> Option<TermId> {
        self.id_of(rdf::TYPE.into())
    }

    fn is_iri(&self, id: TermId) -> bool {
        self.iri(id).is_some()
    }

    fn iri(&self, id: TermId) -> Option<&str> {
        match KeyView::parse(self.dictionary.key(id).ok()?) {
            Ok(KeyView::Iri(iri)) => Some(iri),
            _ => None,
        }
    }

    /// Scheme and authority of an IRI.
    fn site(&self, id: TermId) -> Option<&str> {
        site(self.iri(id)?)
    }

    fn has(&self, pattern: [Option<TermId>; 3], scope: &GraphScope) -> bool {
        // Once or more often is the same here.
        let scope = match scope {
            GraphScope::Union => GraphScope::All,
            scope => scope.clone(),
        };
        self.scan(pattern, scope).next().is_some()
    }

    /// The graphs in which a term is a subject, sorted.
    fn described_in(&self, term: TermId) -> Vec<TermId> {
        let rows = Scan::new(&self.base, &self.delta, Order::Subject, &[term]);
        let graphs = self.graph_ids();
        if rows.upper_bound() > 16 + 8 * graphs.len() {
            let is_there = |graph: &&TermId| {
                let pattern = [Some(term), None, None];
                self.has(pattern, &GraphScope::One(**graph))
            };
            return graphs.keys().filter(is_there).copied().collect();
        }
        let mut found = Vec::new();
        for [_, _, _, graph] in rows {
            note(&mut found, graph);
        }
        found
    }
}

/// Scheme and authority of an IRI that has an authority: `https://example.org`.
fn site(iri: &str) -> Option<&str> {
    let start = iri.find("://")? + 3;
    let end = iri
        .get(start..)?
        .find(['/', '?', '#'])
        .map_or(iri.len(), |length| start + length);
    (end > start).then(|| iri.get(..end)).flatten()
}

/// A site without its scheme, in lower case.
fn authority(site: &str) -> String {
    let start = site.find("://").map_or(0, |at| at + 3);
    site.get(start..).unwrap_or_default().to_ascii_lowercase()
}

/// Whether two sites differ in more than how they are reached.
fn is_elsewhere(from: &str, to: &str) -> bool {
    authority(from) != authority(to)
}

/// Adds a number to a sorted list without repetitions.
fn note(sorted: &mut Vec<TermId>, id: TermId) {
    if sorted.last() == Some(&id) {
        return;
    }
    if let Err(at) = sorted.binary_search(&id) {
        sorted.insert(at, id);
    }
}

// ---- from scratch -----------------------------------------------------------------------------

/// The counts of one graph in the making.
#[derive(Default)]
struct Tally {
    triples: usize,
    subjects: usize,
    entities: usize,
    objects: usize,
    properties: FastMap<TermId, PropertyCounts>,
    instances: FastMap<TermId, usize>,
    uses: FastMap<(TermId, TermId), ClassPropertyCounts>,
    /// By property and number of the target: of a graph, or from [`FIRST_SITE`] on of a site.
    links: FastMap<(TermId, u64), usize>,
}

/// What the numbers of sites begin with where they stand beside those of graphs.
const FIRST_SITE: u64 = 1 << 32;

/// What sort of term each number stands for, as far as counting goes.
struct Kinds {
    /// By term: [`Kinds::NO_IRI`], [`Kinds::NO_SITE`], or the number of its site.
    sites: Vec<u32>,
    /// By number of a site: its text, and the number of its authority.
    names: Vec<(Arc<str>, u32)>,
}

impl Kinds {
    const NO_IRI: u32 = u32::MAX;
    const NO_SITE: u32 = u32::MAX - 1;

    /// One pass over the dictionary: looking each term up when its turn comes would wait for
    /// memory each time.
    fn new(snapshot: &Snapshot) -> Self {
        let mut kinds = Self {
            sites: vec![Self::NO_IRI],
            names: Vec::new(),
        };
        let mut numbers: FastMap<Arc<str>, u32> = FastMap::default();
        let mut authorities: FastMap<String, u32> = FastMap::default();
        // Terms come in runs of one site.
        let mut last: Option<(Arc<str>, u32)> = None;
        for id in 1..=snapshot.dictionary.len() as TermId {
            let Some(iri) = snapshot.iri(id) else {
                kinds.sites.push(Self::NO_IRI);
                continue;
            };
            let Some(site) = site(iri) else {
                kinds.sites.push(Self::NO_SITE);
                continue;
            };
            if let Some((text, number)) = &last
                && **text == *site
            {
                kinds.sites.push(*number);
                continue;
            }
            let (text, number) = match numbers.get_key_value(site) {
                Some((text, number)) => (Arc::clone(text), *number),
                None => {
                    let text: Arc<str> = site.into();
                    let next = authorities.len() as u32;
                    let authority = *authorities.entry(authority(site)).or_insert(next);
                    let number = kinds.names.len() as u32;
                    kinds.names.push((Arc::clone(&text), authority));
                    numbers.insert(Arc::clone(&text), number);
                    (text, number)
                }
            };
            kinds.sites.push(number);
            last = Some((text, number));
        }
        kinds
    }

    fn of(&self, id: TermId) -> u32 {
        self.sites.get(id as usize).copied().unwrap_or(Self::NO_IRI)
    }

    fn is_iri(&self, id: TermId) -> bool {
        self.of(id) != Self::NO_IRI
    }

    /// The number of the site of a term, and that of its authority.
    fn site(&self, id: TermId) -> Option<(u32, u32)> {
        let site = self.of(id);
        self.names
            .get(site as usize)
            .map(|(_, authority)| (site, *authority))
    }

    fn target(&self, number: u64) -> Option<LinkTarget> {
        match number.checked_sub(FIRST_SITE) {
            None => TermId::try_from(number).ok().map(LinkTarget::Graph),
            Some(site) => {
                let (name, _) = self.names.get(usize::try_from(site).ok()?)?;
                Some(LinkTarget::Site(Arc::clone(name)))
            }
        }
    }
}

impl Tally {
    /// Takes in the statements of a subject: property and object, sorted.
    fn subject(&mut self, is_entity: bool, pairs: &[[TermId; 2]], rdf_type: Option<TermId>) {
        self.triples += pairs.len();
        self.subjects += 1;
        self.entities += usize::from(is_entity);
        let classes = match rdf_type {
            None => &[][..],
            Some(rdf_type) => {
                let start = pairs.partition_point(|pair| pair[0] < rdf_type);
                let length = pairs[start..].partition_point(|pair| pair[0] == rdf_type);
                &pairs[start..start + length]
            }
        };
        for [_, class] in classes {
            *self.instances.entry(*class).or_default() += 1;
        }
        for same in pairs.chunk_by(|left, right| left[0] == right[0]) {
            let property = same[0][0];
            let counts = self.properties.entry(property).or_default();
            counts.triples += same.len();
            counts.subjects += 1;
            for [_, class] in classes {
                let counts = self.uses.entry((*class, property)).or_default();
                counts.triples += same.len();
                counts.subjects += 1;
            }
        }
    }

    fn take_in(&mut self, other: Self) {
        self.triples += other.triples;
        self.subjects += other.subjects;
        self.entities += other.entities;
        self.objects += other.objects;
        for (property, more) in other.properties {
            let counts = self.properties.entry(property).or_default();
            counts.triples += more.triples;
            counts.subjects += more.subjects;
            counts.objects += more.objects;
        }
        for (class, more) in other.instances {
            *self.instances.entry(class).or_default() += more;
        }
        for (key, more) in other.uses {
            let counts = self.uses.entry(key).or_default();
            counts.triples += more.triples;
            counts.subjects += more.subjects;
        }
        for (key, more) in other.links {
            *self.links.entry(key).or_default() += more;
        }
    }

    fn finish(self, kinds: &Kinds) -> GraphStatistics {
        let mut classes: BTreeMap<TermId, ClassCounts> = self
            .instances
            .into_iter()
            .map(|(class, instances)| {
                let counts = ClassCounts {
                    instances,
                    ..ClassCounts::default()
                };
                (class, counts)
            })
            .collect();
        for ((class, property), counts) in self.uses {
            let class = classes.entry(class).or_default();
            class.properties.insert(property, counts);
        }
        GraphStatistics {
            triples: self.triples,
            subjects: self.subjects,
            entities: self.entities,
            objects: self.objects,
            properties: self.properties.into_iter().collect(),
            classes: classes
                .into_iter()
                .map(|(class, counts)| (class, Arc::new(counts)))
                .collect(),
            links: Arc::new(
                self.links
                    .into_iter()
                    .filter_map(|((property, target), triples)| {
                        Some(((property, kinds.target(target)?), triples))
                    })
                    .collect(),
            ),
        }
    }
}

/// What one thread counts.
struct Counting<'a> {
    snapshot: &'a Snapshot,
    hidden: &'a BTreeSet<TermId>,
    /// Also each graph for itself.
    with_graphs: bool,
    rdf_type: Option<TermId>,
    union: Tally,
    graphs: FastMap<TermId, Tally>,
    kinds: &'a Kinds,
    pairs: Vec<[TermId; 2]>,
    seen_in: Vec<TermId>,
}

/// Counts all there is in the graphs that are not hidden.
///
/// Threads of its own rather than those of the pool: a thread of the pool that waits here could
/// otherwise be given work that waits for the same.
fn count(snapshot: &Snapshot, hidden: &BTreeSet<TermId>, with_graphs: bool) -> Statistics {
    let kinds = Kinds::new(snapshot);
    let new = || Counting {
        snapshot,
        hidden,
        with_graphs,
        rdf_type: snapshot.rdf_type(),
        union: Tally::default(),
        graphs: FastMap::default(),
        kinds: &kinds,
        pairs: Vec::new(),
        seen_in: Vec::new(),
    };
    let threads = match snapshot.len() {
        few if few < WORTH_THREADS => 1,
        _ => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let pieces = if threads == 1 { 1 } else { PIECES };
    // The order with the longest runs first: what is left at the end is small.
    let tasks: Vec<_> = [Order::Predicate, Order::Subject, Order::Object]
        .into_iter()
        .flat_map(|order| {
            let pieces = snapshot.base.pieces(order, pieces);
            pieces.into_iter().map(move |firsts| (order, firsts))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut counting = new();
        while let Some((order, firsts)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let rows = Scan::between(&snapshot.base, &snapshot.delta, *order, firsts);
            counting.rows(*order, rows);
        }
        (counting.union, counting.graphs)
    };
    // Sums of whole numbers: who counted what makes no difference.
    let mut union = Tally::default();
    let mut graphs: FastMap<TermId, Tally> = FastMap::default();
    let mut take_in = |(counted, by_graph): (Tally, FastMap<TermId, Tally>)| {
        union.take_in(counted);
        for (graph, tally) in by_graph {
            graphs.entry(graph).or_default().take_in(tally);
        }
    };
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads)
            .map_while(|_| {
                let builder = std::thread::Builder::new().name("statistics".to_owned());
                builder.spawn_scoped(scope, work).ok()
            })
            .collect();
        take_in(work());
        for helper in helpers {
            match helper.join() {
                Ok(counted) => take_in(counted),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    Statistics {
        graphs: graphs
            .into_iter()
            .map(|(graph, tally)| (graph, Arc::new(tally.finish(&kinds))))
            .collect(),
        union: Arc::new(union.finish(&kinds)),
    }
}

impl Counting<'_> {
    fn rows(&mut self, order: Order, mut rows: Scan<'_>) {
        let mut group: Vec<[TermId; 3]> = Vec::new();
        let mut current = None;
        // The predicate order is grouped by predicate and object: its runs are long otherwise.
        let key = |row: &[TermId; 4]| match order {
            Order::Predicate => (row[0], row[1]),
            _ => (row[0], 0),
        };
        loop {
            let row = rows.next();
            let is_over = row.as_ref().map(key) != current;
            if is_over && let Some((first, _)) = current {
                self.group(order, first, &group);
                group.clear();
            }
            let Some(row) = row else {
                return;
            };
            current = Some(key(&row));
            let [_, b, c, d] = row;
            if self.hidden.is_empty() || !self.hidden.contains(&d) {
                group.push([b, c, d]);
            }
        }
    }

    fn group(&mut self, order: Order, first: TermId, rows: &[[TermId; 3]]) {
        if rows.is_empty() {
            return;
        }
        match order {
            Order::Subject => self.subject(first, rows),
            Order::Predicate => self.value(first, rows),
            Order::Object => self.object(first, rows),
            Order::Graph => {}
        }
    }

    /// Property, object and graph of all that is said of a subject.
    fn subject(&mut self, subject: TermId, rows: &[[TermId; 3]]) {
        let is_entity = self.kinds.is_iri(subject);
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.clear();
        pairs.extend(rows.iter().map(|[p, o, _]| [*p, *o]));
        pairs.dedup();
        self.union.subject(is_entity, &pairs, self.rdf_type);
        if self.with_graphs {
            let first = rows[0][2];
            if rows.iter().all(|row| row[2] == first) {
                let tally = self.graphs.entry(first).or_default();
                tally.subject(is_entity, &pairs, self.rdf_type);
            } else {
                let mut by_graph: Vec<_> = rows.iter().map(|[p, o, g]| [*g, *p, *o]).collect();
                by_graph.sort_unstable();
                for same in by_graph.chunk_by(|left, right| left[0] == right[0]) {
                    pairs.clear();
                    pairs.extend(same.iter().map(|[_, p, o]| [*p, *o]));
                    let tally = self.graphs.entry(same[0][0]).or_default();
                    tally.subject(is_entity, &pairs, self.rdf_type);
                }
            }
        }
        self.pairs = pairs;
    }

    /// Object, subject and graph of the statements with one property and one object.
    fn value(&mut self, property: TermId, rows: &[[TermId; 3]]) {
        self.union.properties.entry(property).or_default().objects += 1;
        if self.with_graphs {
            self.seen_in.clear();
            rows.iter().for_each(|row| note(&mut self.seen_in, row[2]));
            for graph in &self.seen_in {
                let tally = self.graphs.entry(*graph).or_default();
                tally.properties.entry(property).or_default().objects += 1;
            }
        }
    }

    /// Subject, property and graph of the statements with one object.
    fn object(&mut self, object: TermId, rows: &[[TermId; 3]]) {
        self.union.objects += 1;
        if !self.with_graphs {
            return;
        }
        self.seen_in.clear();
        rows.iter().for_each(|row| note(&mut self.seen_in, row[2]));
        for graph in &self.seen_in {
            self.graphs.entry(*graph).or_default().objects += 1;
        }
        let described = self.snapshot.described_in(object);
        let to = self.kinds.site(object);
        if described.is_empty() && to.is_none() {
            return;
        }
        for &[subject, property, graph] in rows {
            if Some(property) == self.rdf_type {
                continue;
            }
            let others = described.iter().filter(|other| **other != graph);
            let graphs = others.map(|other| u64::from(*other));
            let site = match (self.kinds.site(subject), to) {
                (Some((_, from)), Some((site, to))) if from != to => {
                    Some(FIRST_SITE + u64::from(site))
                }
                _ => None,
            };
            for target in graphs.chain(site) {
                let tally = self.graphs.entry(graph).or_default();
                *tally.links.entry((property, target)).or_default() += 1;
            }
        }
    }
}

// ---- following a change -----------------------------------------------------------------------

/// What changes in a graph or in a union: triples, sorted.
#[derive(Default)]
struct Triples {
    added: Vec<Triple>,
    removed: Vec<Triple>,
}

impl Triples {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// The triples that appear in a scope or vanish from it.
    fn of_union(
        before: &Snapshot,
        after: &Snapshot,
        scope: &GraphScope,
        added: &[CodedQuad],
        removed: &[CodedQuad],
    ) -> Self {
        let distinct = |quads: &[CodedQuad], other: &Snapshot| {
            let mut triples: Vec<Triple> = quads.iter().map(|[s, p, o, _]| [*s, *p, *o]).collect();
            triples.dedup();
            triples.retain(|[s, p, o]| !other.has([Some(*s), Some(*p), Some(*o)], scope));
            triples
        };
        Self {
            added: distinct(added, before),
            removed: distinct(removed, after),
        }
    }
}

/// The two ends of a change, within one graph or some.
struct Ends<'a> {
    before: &'a Snapshot,
    after: &'a Snapshot,
    scope: GraphScope,
    rdf_type: Option<TermId>,
}

/// Keys that only one side of a change has, so that they may appear or vanish with it. A key on
/// both sides was there and stays.
fn on_one_side<K: Ord>(
    triples: &Triples,
    key: impl Fn(&Triple) -> K,
) -> (BTreeSet<K>, BTreeSet<K>) {
    let mut added: BTreeSet<K> = triples.added.iter().map(&key).collect();
    let mut removed: BTreeSet<K> = BTreeSet::new();
    for key in triples.removed.iter().map(&key) {
        if !added.contains(&key) {
            removed.insert(key);
        }
    }
    if !triples.removed.is_empty() {
        for key in triples.removed.iter().map(key) {
            added.remove(&key);
        }
    }
    (added, removed)
}

/// Subjects that begin or cease to have statements in a graph.
#[derive(Default)]
struct Described {
    appeared: BTreeSet<TermId>,
    vanished: BTreeSet<TermId>,
}

impl GraphStatistics {
    /// Whether an object occurs, as far as these counts tell.
    fn has_object(&self, object: TermId) -> Option<bool> {
        self.classes.contains_key(&object).then_some(true)
    }

    /// Whether a property occurs with an object, as far as these counts tell.
    fn has_value(
        &self,
        property: TermId,
        object: TermId,
        rdf_type: Option<TermId>,
    ) -> Option<bool> {
        if Some(property) == rdf_type {
            return Some(self.classes.contains_key(&object));
        }
        (!self.properties.contains_key(&property)).then_some(false)
    }

    /// Follows a change.
    fn follow(&mut self, ends: &Ends<'_>, change: &Triples) -> Described {
        let Ends {
            before,
            after,
            scope,
            rdf_type,
        } = ends;
        let (mut subjects, mut gone_subjects) = on_one_side(change, |[s, _, _]| *s);
        let (mut objects, mut gone_objects) = on_one_side(change, |[_, _, o]| *o);
        let (mut pairs, mut gone_pairs) = on_one_side(change, |[s, p, _]| (*s, *p));
        let (mut values, mut gone_values) = on_one_side(change, |[_, p, o]| (*p, *o));
        // What was there before does not appear.
        subjects.retain(|s| !before.has([Some(*s), None, None], scope));
        pairs.retain(|(s, p)| {
            subjects.contains(s) || !before.has([Some(*s), Some(*p), None], scope)
        });
        values.retain(|(p, o)| {
            let known = self.has_value(*p, *o, *rdf_type);
            !known.unwrap_or_else(|| before.has([None, Some(*p), Some(*o)], scope))
        });
        objects.retain(|o| {
            let known = self.has_object(*o);
            !known.unwrap_or_else(|| before.has([None, None, Some(*o)], scope))
        });

        self.triples = (self.triples + change.added.len()).saturating_sub(change.removed.len());
        for [_, property, _] in &change.added {
            self.properties.entry(*property).or_default().triples += 1;
        }
        for [_, property, _] in &change.removed {
            lose(&mut self.properties.entry(*property).or_default().triples);
        }
        // Before the classes change: what is counted with them depends on both sides.
        let (kept, touched) = self.follow_classes(ends, change);

        // What is there afterwards does not vanish.
        gone_subjects.retain(|s| !after.has([Some(*s), None, None], scope));
        gone_pairs.retain(|(s, p)| {
            gone_subjects.contains(s) || !after.has([Some(*s), Some(*p), None], scope)
        });
        gone_values.retain(|(p, o)| {
            let left = self.properties.get(p).map_or(0, |counts| counts.triples);
            let known = match () {
                () if left == 0 => Some(false),
                () if Some(*p) == *rdf_type => {
                    Some(self.classes.get(o).is_some_and(|class| class.instances > 0))
                }
                () => None,
            };
            !known.unwrap_or_else(|| after.has([None, Some(*p), Some(*o)], scope))
        });
        gone_objects.retain(|o| {
            let is_class = self.classes.get(o).is_some_and(|class| class.instances > 0);
            !is_class && !after.has([None, None, Some(*o)], scope)
        });

        self.subjects = (self.subjects + subjects.len()).saturating_sub(gone_subjects.len());
        self.objects = (self.objects + objects.len()).saturating_sub(gone_objects.len());
        let entities = |subjects: &BTreeSet<TermId>| {
            subjects
                .iter()
                .filter(|subject| after.is_iri(**subject))
                .count()
        };
        self.entities =
            (self.entities + entities(&subjects)).saturating_sub(entities(&gone_subjects));
        for (_, property) in &pairs {
            self.properties.entry(*property).or_default().subjects += 1;
        }
        for (_, property) in &gone_pairs {
            lose(&mut self.properties.entry(*property).or_default().subjects);
        }
        for (property, _) in &values {
            self.properties.entry(*property).or_default().objects += 1;
        }
        for (property, _) in &gone_values {
            lose(&mut self.properties.entry(*property).or_default().objects);
        }
        self.follow_uses(&kept, &pairs, 1);
        self.follow_uses(&kept, &gone_pairs, -1);

        // What has nothing any more is no entry.
        for [_, property, _] in &change.removed {
            if self
                .properties
                .get(property)
                .is_some_and(|counts| counts.triples == 0)
            {
                self.properties.remove(property);
            }
        }
        // Not before: until here an entry of a class may be filled again, or lose subjects.
        for class in touched {
            let Some(counts) = self.classes.get_mut(&class) else {
                continue;
            };
            if counts.instances == 0 {
                self.classes.remove(&class);
            } else if counts.properties.values().any(|counts| counts.triples == 0) {
                let properties = &mut Arc::make_mut(counts).properties;
                properties.retain(|_, counts| counts.triples > 0);
            }
        }
        Described {
            appeared: subjects,
            vanished: gone_subjects,
        }
    }

    /// Follows the instances of the classes and the triples about them. Answers the classes that
    /// each subject of the change keeps, and all classes that were touched.
    fn follow_classes(
        &mut self,
        ends: &Ends<'_>,
        change: &Triples,
    ) -> (BTreeMap<TermId, Vec<TermId>>, BTreeSet<TermId>) {
        let mut kept_by_subject = BTreeMap::new();
        let mut touched = BTreeSet::new();
        let Some(rdf_type) = ends.rdf_type else {
            return (kept_by_subject, touched);
        };
        let subjects: BTreeSet<TermId> = change
            .added
            .iter()
            .chain(&change.removed)
            .map(|triple| triple[0])
            .collect();
        for subject in subjects {
            let of = |triples: &'_ [Triple]| {
                let start = triples.partition_point(|triple| triple[0] < subject);
                let length = triples[start..].partition_point(|triple| triple[0] == subject);
                start..start + length
            };
            let added = &change.added[of(&change.added)];
            let removed = &change.removed[of(&change.removed)];
            let types = |triples: &[Triple]| -> Vec<TermId> {
                let types = triples.iter().filter(|triple| triple[1] == rdf_type);
                types.map(|triple| triple[2]).collect()
            };
            let (gained, lost) = (types(added), types(removed));
            let pattern = [Some(subject), Some(rdf_type), None];
            let mut kept: Vec<TermId> = ends
                .before
                .scan(pattern, ends.scope.clone())
                .map(|quad| quad[2])
                .filter(|class| !lost.contains(class))
                .collect();
            kept.sort_unstable();
            kept.dedup();
            touched.extend(kept.iter().chain(&gained).chain(&lost));
            for class in &kept {
                let class = Arc::make_mut(self.classes.entry(*class).or_default());
                for [_, property, _] in added {
                    class.properties.entry(*property).or_default().triples += 1;
                }
                for [_, property, _] in removed {
                    lose(&mut class.properties.entry(*property).or_default().triples);
                }
            }
            if !gained.is_empty() {
                let profile = profile(ends.after, subject, &ends.scope);
                for class in gained {
                    let class = Arc::make_mut(self.classes.entry(class).or_default());
                    class.instances += 1;
                    for (property, triples) in &profile {
                        let counts = class.properties.entry(*property).or_default();
                        counts.triples += triples;
                        counts.subjects += 1;
                    }
                }
            }
            if !lost.is_empty() {
                let profile = profile(ends.before, subject, &ends.scope);
                for class in lost {
                    let class = Arc::make_mut(self.classes.entry(class).or_default());
                    lose(&mut class.instances);
                    for (property, triples) in &profile {
                        let counts = class.properties.entry(*property).or_default();
                        counts.triples = counts.triples.saturating_sub(*triples);
                        lose(&mut counts.subjects);
                    }
                }
            }
            if !kept.is_empty() {
                kept_by_subject.insert(subject, kept);
            }
        }
        (kept_by_subject, touched)
    }

    /// Counts subjects that begin or cease to have a property with the classes that they keep.
    fn follow_uses(
        &mut self,
        kept: &BTreeMap<TermId, Vec<TermId>>,
        pairs: &BTreeSet<(TermId, TermId)>,
        by: isize,
    ) {
        for (subject, property) in pairs {
            for class in kept.get(subject).into_iter().flatten() {
                let Some(class) = self.classes.get_mut(class) else {
                    continue;
                };
                if let Some(counts) = Arc::make_mut(class).properties.get_mut(property) {
                    counts.subjects = counts.subjects.saturating_add_signed(by);
                }
            }
        }
    }
}

fn lose(count: &mut usize) {
    *count = count.saturating_sub(1);
}

/// How often a subject has each property.
fn profile(snapshot: &Snapshot, subject: TermId, scope: &GraphScope) -> BTreeMap<TermId, usize> {
    let mut profile = BTreeMap::new();
    for [_, property, _, _] in snapshot.scan([Some(subject), None, None], scope.clone()) {
        *profile.entry(property).or_default() += 1;
    }
    profile
}

/// The statistics after a change, and those of the views that are remembered.
fn follow(
    known: &Known,
    before: &Snapshot,
    after: &Snapshot,
    added: &[CodedQuad],
    removed: &[CodedQuad],
) -> Known {
    let rdf_type = after.rdf_type();
    let ends = |scope| Ends {
        before,
        after,
        scope,
        rdf_type,
    };
    let mut statistics = Statistics::clone(&known.statistics);
    let mut by_graph: BTreeMap<TermId, Triples> = BTreeMap::new();
    for [s, p, o, g] in added {
        by_graph.entry(*g).or_default().added.push([*s, *p, *o]);
    }
    for [s, p, o, g] in removed {
        by_graph.entry(*g).or_default().removed.push([*s, *p, *o]);
    }
    let mut described = Vec::new();
    for (graph, change) in &by_graph {
        let counts = Arc::make_mut(statistics.graphs.entry(*graph).or_default());
        let turned = counts.follow(&ends(GraphScope::One(*graph)), change);
        described.push((*graph, turned));
    }
    follow_links(
        &mut statistics,
        &ends(GraphScope::All),
        &by_graph,
        &described,
    );
    statistics.graphs.retain(|_, counts| counts.triples > 0);

    let follow_union =
        |union: &mut Arc<GraphStatistics>, scope: GraphScope, admits: &dyn Fn(TermId) -> bool| {
            let within = |quads: &[CodedQuad]| -> Vec<CodedQuad> {
                quads
                    .iter()
                    .copied()
                    .filter(|quad| admits(quad[3]))
                    .collect()
            };
            let (added, removed) = (within(added), within(removed));
            let change = Triples::of_union(before, after, &scope, &added, &removed);
            if !change.is_empty() {
                Arc::make_mut(union).follow(&ends(scope), &change);
            }
        };
    follow_union(&mut statistics.union, GraphScope::Union, &|_| true);
    // Whoever counts a view just now is not waited for; the next to ask counts again.
    let views = known.views.try_lock().map(|views| views.clone());
    let views = views
        .unwrap_or_default()
        .into_iter()
        .map(|view| {
            let seen: BTreeSet<TermId> = before
                .graph_ids()
                .keys()
                .chain(after.graph_ids().keys())
                .copied()
                .filter(|graph| !view.hidden.contains(graph))
                .collect();
            let scope = GraphScope::UnionOf(seen.into_iter().collect());
            let mut union = Arc::clone(&view.statistics.union);
            follow_union(&mut union, scope, &|graph| !view.hidden.contains(&graph));
            View {
                statistics: Arc::new(statistics.without(&view.hidden, union)),
                hidden: view.hidden,
            }
        })
        .collect();
    Known::new(statistics, views)
}

/// Follows the links: first the triples that change, with what was described before; then what
/// begins or ceases to be described, with the triples that are there now.
fn follow_links(
    statistics: &mut Statistics,
    ends: &Ends<'_>,
    by_graph: &BTreeMap<TermId, Triples>,
    described: &[(TermId, Described)],
) {
    let Ends {
        before,
        after,
        rdf_type,
        ..
    } = ends;
    let mut changes: BTreeMap<TermId, BTreeMap<(TermId, LinkTarget), isize>> = BTreeMap::new();
    let mut described_before: FastMap<TermId, Vec<TermId>> = FastMap::default();
    for (graph, change) in by_graph {
        for (triples, by) in [(&change.added, 1), (&change.removed, -1)] {
            for [subject, property, object] in triples {
                if Some(*property) == *rdf_type {
                    continue;
                }
                let mut count = |target| {
                    let links = changes.entry(*graph).or_default();
                    *links.entry((*property, target)).or_default() += by;
                };
                let others = described_before
                    .entry(*object)
                    .or_insert_with(|| before.described_in(*object));
                for other in others.iter().filter(|other| *other != graph) {
                    count(LinkTarget::Graph(*other));
                }
                if let (Some(from), Some(to)) = (after.site(*subject), after.site(*object))
                    && is_elsewhere(from, to)
                {
                    count(LinkTarget::Site(to.into()));
                }
            }
        }
    }
    for (target, turned) in described {
        for (subjects, by) in [(&turned.appeared, 1), (&turned.vanished, -1)] {
            for subject in subjects {
                for [_, property, _, graph] in
                    after.scan([None, None, Some(*subject)], GraphScope::All)
                {
                    if graph != *target && Some(property) != *rdf_type {
                        let links = changes.entry(graph).or_default();
                        let key = (property, LinkTarget::Graph(*target));
                        *links.entry(key).or_default() += by;
                    }
                }
            }
        }
    }
    for (graph, links) in changes {
        if links.values().all(|by| *by == 0) {
            continue;
        }
        let counts = Arc::make_mut(statistics.graphs.entry(graph).or_default());
        let known = Arc::make_mut(&mut counts.links);
        for (key, by) in links {
            let count = known.entry(key).or_default();
            *count = count.saturating_add_signed(by);
        }
        known.retain(|_, triples| *triples > 0);
    }
}

#[cfg(test)]
mod tests;
