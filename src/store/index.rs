//! Sorted quads: the shared base, the small delta over it, and scans over both.

use crate::rdf::{CodedQuad, DEFAULT_GRAPH, TermId};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::OnceLock;

/// An order of the four positions. The graph comes last but in [`Order::Graph`], so that the
/// same triple in several graphs stands together and a union can skip its repetitions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    Subject,
    Predicate,
    Object,
    Graph,
}

impl Order {
    pub(crate) const ALL: [Self; 4] = [Self::Subject, Self::Predicate, Self::Object, Self::Graph];

    /// A quad, its positions in this order.
    pub(crate) fn arrange(self, [s, p, o, g]: CodedQuad) -> [TermId; 4] {
        match self {
            Self::Subject => [s, p, o, g],
            Self::Predicate => [p, o, s, g],
            Self::Object => [o, s, p, g],
            Self::Graph => [g, s, p, o],
        }
    }

    /// The quad of an arranged row.
    pub(crate) fn restore(self, [a, b, c, d]: [TermId; 4]) -> CodedQuad {
        match self {
            Self::Subject => [a, b, c, d],
            Self::Predicate => [c, a, b, d],
            Self::Object => [b, c, a, d],
            Self::Graph => [b, c, d, a],
        }
    }
}

/// Rows in one order. The first position is not stored with each row: `starts[n]..starts[n + 1]`
/// are the rows that begin with term `n`.
#[derive(Default)]
struct Permutation {
    starts: Vec<u32>,
    rows: Vec<[TermId; 3]>,
}

impl Permutation {
    /// Makes one from sorted rows.
    fn from_sorted(rows: impl Iterator<Item = [TermId; 4]>, count: usize) -> Self {
        let mut permutation = Self {
            starts: vec![0],
            rows: Vec::with_capacity(count),
        };
        for [first, rest @ ..] in rows {
            let position = permutation.rows.len() as u32;
            if permutation.starts.len() <= first as usize {
                permutation.starts.resize(first as usize + 1, position);
            }
            permutation.rows.push(rest);
        }
        permutation.starts.push(permutation.rows.len() as u32);
        permutation.starts.shrink_to_fit();
        permutation
    }

    /// The rows that begin with term `first`.
    fn run(&self, first: TermId) -> (usize, usize) {
        let first = first as usize;
        match (self.starts.get(first), self.starts.get(first + 1)) {
            (Some(start), Some(end)) => (*start as usize, *end as usize),
            _ => (0, 0),
        }
    }

    /// The rows that begin with `prefix`.
    fn range(&self, prefix: &[TermId]) -> (usize, usize) {
        let Some((&first, rest)) = prefix.split_first() else {
            return (0, self.rows.len());
        };
        let (start, end) = self.run(first);
        let rows = &self.rows[start..end];
        // A comparison for each length: slices of any length compare slowly.
        let (low, high) = match *rest {
            [] => (0, rows.len()),
            [b] => equal_run(rows, |row| row[0].cmp(&b)),
            [b, c] => equal_run(rows, |row| (row[0], row[1]).cmp(&(b, c))),
            [b, c, d, ..] => equal_run(rows, |row| row.cmp(&[b, c, d])),
        };
        (start + low, start + high)
    }

    /// How many terms stand in the first position.
    fn distinct_firsts(&self) -> usize {
        self.starts.windows(2).filter(|run| run[0] < run[1]).count()
    }

    fn heap_bytes(&self) -> usize {
        self.starts.capacity() * 4 + self.rows.capacity() * 12
    }
}

/// The rows that compare as equal. They stand together in sorted rows.
fn equal_run(rows: &[[TermId; 3]], compare: impl Fn(&[TermId; 3]) -> Ordering) -> (usize, usize) {
    let low = rows.partition_point(|row| compare(row).is_lt());
    // Most runs are short, so their end is looked for in steps that grow.
    let (mut high, mut step) = (low, 1);
    while rows
        .get(high + step - 1)
        .is_some_and(|row| compare(row).is_eq())
    {
        high += step;
        step *= 2;
    }
    let last_step = &rows[high..rows.len().min(high + step - 1)];
    (
        low,
        high + last_step.partition_point(|row| compare(row).is_eq()),
    )
}

/// About as many rows as can be looked at in the time of a binary search.
const FEW_ROWS: usize = 24;

/// The large, shared part: all quads in all orders.
#[derive(Default)]
pub(crate) struct Base {
    permutations: [Permutation; 4],
    /// Counted when a query is first planned on this base.
    statistics: OnceLock<Statistics>,
}

/// How many distinct terms stand where, for the order of joins. Of the base only: a delta is
/// small beside it.
#[derive(Default)]
pub(crate) struct Statistics {
    /// By predicate: distinct subjects and objects.
    by_predicate: HashMap<TermId, (u32, u32), foldhash::fast::RandomState>,
    /// Distinct subjects of all.
    pub(crate) subjects: usize,
    /// Distinct objects of all.
    pub(crate) objects: usize,
}

impl Statistics {
    /// One pass over two orders, a few milliseconds for a million quads.
    fn new(base: &Base) -> Self {
        let mut statistics = Self {
            subjects: base.permutations[Order::Subject as usize].distinct_firsts(),
            objects: base.permutations[Order::Object as usize].distinct_firsts(),
            ..Self::default()
        };
        let predicates = &base.permutations[Order::Predicate as usize];
        let mut subjects = vec![0_u32; predicates.starts.len()];
        let by_subject = &base.permutations[Order::Subject as usize];
        for bounds in by_subject.starts.windows(2) {
            let rows = &by_subject.rows[bounds[0] as usize..bounds[1] as usize];
            for same in rows.chunk_by(|left, right| left[0] == right[0]) {
                if let Some(count) = subjects.get_mut(same[0][0] as usize) {
                    *count += 1;
                }
            }
        }
        for (predicate, bounds) in predicates.starts.windows(2).enumerate() {
            let rows = &predicates.rows[bounds[0] as usize..bounds[1] as usize];
            if rows.is_empty() {
                continue;
            }
            let objects = rows.chunk_by(|left, right| left[0] == right[0]).count();
            statistics
                .by_predicate
                .insert(predicate as TermId, (subjects[predicate], objects as u32));
        }
        statistics
    }

    /// How many distinct subjects and objects the triples of a predicate have; of one that is
    /// not in the base, as many as there can be.
    pub(crate) fn of_predicate(&self, predicate: TermId) -> (f64, f64) {
        match self.by_predicate.get(&predicate) {
            Some((subjects, objects)) => (f64::from(*subjects), f64::from(*objects)),
            None => (f64::INFINITY, f64::INFINITY),
        }
    }

    /// Distinct predicates.
    pub(crate) fn predicates(&self) -> usize {
        self.by_predicate.len()
    }
}

impl Base {
    /// Makes the base of distinct quads, in any order.
    pub(crate) fn new(quads: Vec<CodedQuad>) -> Self {
        let permutations = Order::ALL.map(|order| {
            let mut rows: Vec<_> = quads.par_iter().map(|quad| order.arrange(*quad)).collect();
            rows.par_sort_unstable();
            Permutation::from_sorted(rows.into_iter(), quads.len())
        });
        Self {
            permutations,
            statistics: OnceLock::new(),
        }
    }

    pub(crate) fn statistics(&self) -> &Statistics {
        self.statistics.get_or_init(|| Statistics::new(self))
    }

    /// Merges a delta in. Each order is one linear pass; they run in parallel.
    pub(crate) fn merged(&self, delta: &Delta) -> Self {
        let count = self.len() + delta.added[0].len() - delta.removed[0].len();
        let mut permutations: Vec<_> = Order::ALL
            .par_iter()
            .map(|order| Permutation::from_sorted(Scan::new(self, delta, *order, &[]), count))
            .collect();
        let [graph, object, predicate, subject] =
            [(); 4].map(|()| permutations.pop().unwrap_or_default());
        Self {
            permutations: [subject, predicate, object, graph],
            statistics: OnceLock::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.permutations[0].rows.len()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.permutations.iter().map(Permutation::heap_bytes).sum()
    }

    /// Ranges of first terms that hold about equally many rows of an order each, and all of them
    /// together. A range is longer where one term begins many rows.
    pub(crate) fn pieces(&self, order: Order, count: usize) -> Vec<std::ops::Range<TermId>> {
        let permutation = &self.permutations[order as usize];
        let mut ends: Vec<TermId> = (1..count)
            .map(|piece| (permutation.rows.len() / count * piece) as u32)
            .map(|row| permutation.starts.partition_point(|start| *start < row) as TermId)
            .collect();
        // The delta may have terms beyond those of the base.
        ends.push(TermId::MAX);
        ends.dedup();
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts
            .zip(ends.iter().copied())
            .map(|(start, end)| start..end)
            .collect()
    }

    fn contains(&self, quad: CodedQuad) -> bool {
        let (start, end) = self.permutations[0].range(&quad);
        start < end
    }

    /// Whether few rows of an order begin with a term: going through them is then quicker than a
    /// binary search elsewhere.
    fn has_few(&self, order: Order, first: TermId) -> bool {
        let (start, end) = self.permutations[order as usize].run(first);
        end - start <= FEW_ROWS
    }
}

/// What a snapshot has beyond its base, and lacks from it, sorted in all orders.
#[derive(Clone, Default)]
pub(crate) struct Delta {
    added: [Vec<[TermId; 4]>; 4],
    removed: [Vec<[TermId; 4]>; 4],
}

impl Delta {
    pub(crate) fn len(&self) -> usize {
        self.added[0].len() + self.removed[0].len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        self.added
            .iter()
            .chain(&self.removed)
            .map(|rows| rows.capacity() * 16)
            .sum()
    }

    /// The delta after a change. `added` are quads that were absent and `removed` quads that
    /// were present, both sorted and without repetitions.
    pub(crate) fn changed(&self, base: &Base, added: &[CodedQuad], removed: &[CodedQuad]) -> Self {
        let (returned, new): (Vec<_>, Vec<_>) =
            added.iter().copied().partition(|quad| base.contains(*quad));
        let (withdrawn, gone): (Vec<_>, Vec<_>) = removed
            .iter()
            .copied()
            .partition(|quad| self.added[0].binary_search(quad).is_ok());
        let side = |old: &[Vec<[TermId; 4]>; 4], plus: &[CodedQuad], minus: &[CodedQuad]| {
            Order::ALL.map(|order| {
                let sorted = |quads: &[CodedQuad]| {
                    let mut rows: Vec<_> = quads.iter().map(|quad| order.arrange(*quad)).collect();
                    rows.sort_unstable();
                    rows
                };
                combine(&old[order as usize], &sorted(plus), &sorted(minus))
            })
        };
        Self {
            added: side(&self.added, &new, &withdrawn),
            removed: side(&self.removed, &gone, &returned),
        }
    }
}

/// `old` with `plus` and without `minus`; all sorted.
fn combine<T: Ord + Copy>(old: &[T], plus: &[T], minus: &[T]) -> Vec<T> {
    let mut result = Vec::with_capacity(old.len() + plus.len());
    let mut plus = plus.iter().copied().peekable();
    let mut minus = minus.iter().copied().peekable();
    for &row in old {
        while let Some(new) = plus.next_if(|new| *new < row) {
            result.push(new);
        }
        while minus.next_if(|gone| *gone < row).is_some() {}
        if minus.peek() != Some(&row) {
            result.push(row);
        }
    }
    result.extend(plus);
    result
}

/// The net of two changes, one after the other: what is added and removed in all.
pub(crate) fn compose(
    (added, removed): (Vec<CodedQuad>, Vec<CodedQuad>),
    (more, less): (Vec<CodedQuad>, Vec<CodedQuad>),
) -> (Vec<CodedQuad>, Vec<CodedQuad>) {
    // Added then removed leaves nothing; removed then added again leaves nothing.
    let back: Vec<_> = intersection(&removed, &more);
    let undone: Vec<_> = intersection(&added, &less);
    let fresh = combine(&more, &[], &back);
    let gone = combine(&less, &[], &undone);
    (
        combine(&combine(&added, &[], &undone), &fresh, &[]),
        combine(&combine(&removed, &[], &back), &gone, &[]),
    )
}

fn intersection(left: &[CodedQuad], right: &[CodedQuad]) -> Vec<CodedQuad> {
    let mut right = right.iter().peekable();
    left.iter()
        .copied()
        .filter(|row| {
            while right.next_if(|other| *other < row).is_some() {}
            right.peek() == Some(&row)
        })
        .collect()
}

/// The rows of one order that begin with a prefix, base and delta merged, in that order.
pub(crate) struct Scan<'a> {
    /// Base rows that are left, without their first position.
    rows: &'a [[TermId; 3]],
    /// What the next base rows begin with, and how many do.
    first: TermId,
    left_of_first: usize,
    permutation: &'a Permutation,
    added: &'a [[TermId; 4]],
    removed: &'a [[TermId; 4]],
}

impl<'a> Scan<'a> {
    pub(crate) fn new(base: &'a Base, delta: &'a Delta, order: Order, prefix: &[TermId]) -> Self {
        let permutation = &base.permutations[order as usize];
        let (start, end) = permutation.range(prefix);
        let (first, left_of_first) = match prefix.first() {
            Some(first) => (*first, end - start),
            None => (0, permutation.run(0).1),
        };
        Self {
            rows: &permutation.rows[start..end],
            first,
            left_of_first,
            permutation,
            added: rows_with_prefix(&delta.added[order as usize], prefix),
            removed: rows_with_prefix(&delta.removed[order as usize], prefix),
        }
    }

    /// No rows.
    fn nothing(base: &'a Base) -> Self {
        Self {
            rows: &[],
            first: 0,
            left_of_first: 0,
            permutation: &base.permutations[0],
            added: &[],
            removed: &[],
        }
    }

    /// The rows of one order whose first term is in a range, base and delta merged, in that order.
    pub(crate) fn between(
        base: &'a Base,
        delta: &'a Delta,
        order: Order,
        firsts: &std::ops::Range<TermId>,
    ) -> Self {
        let permutation = &base.permutations[order as usize];
        let start_of = |first: TermId| {
            let start = permutation.starts.get(first as usize);
            start.map_or(permutation.rows.len(), |start| *start as usize)
        };
        let within = |rows: &'a [[TermId; 4]]| {
            let start = rows.partition_point(|row| row[0] < firsts.start);
            let end = rows.partition_point(|row| row[0] < firsts.end);
            &rows[start..end.max(start)]
        };
        let (start, end) = (start_of(firsts.start), start_of(firsts.end));
        let (first, last) = permutation.run(firsts.start);
        Self {
            rows: &permutation.rows[start..end.max(start)],
            first: firsts.start,
            left_of_first: last - first,
            permutation,
            added: within(&delta.added[order as usize]),
            removed: within(&delta.removed[order as usize]),
        }
    }

    /// At most this many rows are left.
    pub(crate) fn upper_bound(&self) -> usize {
        self.rows.len() + self.added.len()
    }

    /// The next base row, without taking it.
    fn peek_row(&mut self) -> Option<[TermId; 4]> {
        let [b, c, d] = *self.rows.first()?;
        while self.left_of_first == 0 {
            self.first += 1;
            let (start, end) = self.permutation.run(self.first);
            self.left_of_first = end - start;
        }
        Some([self.first, b, c, d])
    }

    fn take_row(&mut self) {
        self.rows = &self.rows[1..];
        self.left_of_first -= 1;
    }

    /// The next base row that is not removed, without taking it.
    fn peek_base(&mut self) -> Option<[TermId; 4]> {
        loop {
            let row = self.peek_row()?;
            match self.removed.first() {
                None => return Some(row),
                Some(gone) => match gone.cmp(&row) {
                    Ordering::Less => self.removed = &self.removed[1..],
                    Ordering::Equal => {
                        self.removed = &self.removed[1..];
                        self.take_row();
                    }
                    Ordering::Greater => return Some(row),
                },
            }
        }
    }
}

fn rows_with_prefix<'a>(rows: &'a [[TermId; 4]], prefix: &[TermId]) -> &'a [[TermId; 4]] {
    if rows.is_empty() {
        return rows;
    }
    let low = rows.partition_point(|row| &row[..prefix.len()] < prefix);
    let rows = &rows[low..];
    &rows[..rows.partition_point(|row| &row[..prefix.len()] == prefix)]
}

impl Iterator for Scan<'_> {
    type Item = [TermId; 4];

    fn next(&mut self) -> Option<[TermId; 4]> {
        if self.added.is_empty() && self.removed.is_empty() {
            let row = self.peek_row()?;
            self.take_row();
            return Some(row);
        }
        match (self.peek_base(), self.added.first()) {
            (Some(row), Some(new)) if *new < row => {
                self.added = &self.added[1..];
                Some(*new)
            }
            (Some(row), _) => {
                self.take_row();
                Some(row)
            }
            (None, Some(new)) => {
                self.added = &self.added[1..];
                Some(*new)
            }
            (None, None) => None,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.upper_bound()))
    }
}

/// The graphs that a pattern looks into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum GraphScope {
    /// Quads of every graph, each as often as it is there.
    All,
    /// Quads of every named graph, each as often as it is there.
    Named,
    /// Quads of one graph.
    One(TermId),
    /// The triples of every graph, each once.
    Union,
    /// The triples of some graphs, each once; the numbers are sorted.
    UnionOf(std::sync::Arc<[TermId]>),
}

impl GraphScope {
    fn admits(&self, graph: TermId) -> bool {
        match self {
            Self::All | Self::Union => true,
            Self::Named => graph != DEFAULT_GRAPH,
            Self::One(one) => graph == *one,
            Self::UnionOf(graphs) => graphs.binary_search(&graph).is_ok(),
        }
    }

    fn is_union(&self) -> bool {
        matches!(self, Self::Union | Self::UnionOf(_))
    }
}

/// Quads that match a pattern.
pub(crate) struct Matches<'a> {
    scan: Scan<'a>,
    order: Order,
    /// The pattern, unless every row of the scan fits it.
    filter: Option<[Option<TermId>; 3]>,
    scope: GraphScope,
    /// Graphs whose quads are left out whatever the scope says, sorted.
    hidden: &'a [TermId],
    /// The last triple given; no term has the number 0.
    last: [TermId; 3],
}

impl<'a> Matches<'a> {
    /// Looks up quads by subject, predicate and object in a scope of graphs, in the order that
    /// leaves the fewest rows to go through. Quads of `hidden` graphs (sorted) are left out.
    pub(crate) fn new(
        base: &'a Base,
        delta: &'a Delta,
        pattern: [Option<TermId>; 3],
        scope: GraphScope,
        hidden: &'a [TermId],
    ) -> Self {
        if let GraphScope::One(graph) = scope
            && hidden.binary_search(&graph).is_ok()
        {
            return Self {
                scan: Scan::nothing(base),
                order: Order::Subject,
                filter: None,
                scope,
                hidden,
                last: [0; 3],
            };
        }
        let (mut order, prefix): (Order, &[TermId]) = match pattern {
            [Some(s), Some(p), Some(o)] => (Order::Subject, &[s, p, o]),
            [Some(s), Some(p), None] => (Order::Subject, &[s, p]),
            [Some(s), None, None] => (Order::Subject, &[s]),
            [None, Some(_), Some(o)] if base.has_few(Order::Object, o) => (Order::Object, &[o]),
            [None, Some(p), Some(o)] => (Order::Predicate, &[p, o]),
            [None, Some(p), None] => (Order::Predicate, &[p]),
            [Some(s), None, Some(_)] if base.has_few(Order::Subject, s) => (Order::Subject, &[s]),
            [Some(s), None, Some(o)] => (Order::Object, &[o, s]),
            [None, None, Some(o)] => (Order::Object, &[o]),
            [None, None, None] => (Order::Subject, &[]),
        };
        let mut scan = Scan::new(base, delta, order, prefix);
        let known = pattern.iter().flatten().count();
        let mut filter = (prefix.len() < known).then_some(pattern);
        if let GraphScope::One(graph) = scope
            && scan.upper_bound() > 8
        {
            // The graph may be smaller than the range: GSPO with what of the subject, predicate,
            // object is known from the left.
            let mut prefix = vec![graph];
            prefix.extend(pattern.iter().map_while(|part| *part));
            let by_graph = Scan::new(base, delta, Order::Graph, &prefix);
            if by_graph.upper_bound() < scan.upper_bound() {
                scan = by_graph;
                order = Order::Graph;
                filter = (prefix.len() - 1 < known).then_some(pattern);
            }
        }
        Self {
            scan,
            order,
            filter,
            scope,
            hidden,
            last: [0; 3],
        }
    }
}

impl Iterator for Matches<'_> {
    type Item = CodedQuad;

    fn next(&mut self) -> Option<CodedQuad> {
        loop {
            let [s, p, o, g] = self.order.restore(self.scan.next()?);
            if let Some([subject, predicate, object]) = self.filter
                && (subject.is_some_and(|part| part != s)
                    || predicate.is_some_and(|part| part != p)
                    || object.is_some_and(|part| part != o))
            {
                continue;
            }
            if !self.scope.admits(g)
                || (!self.hidden.is_empty() && self.hidden.binary_search(&g).is_ok())
            {
                continue;
            }
            if self.scope.is_union() && std::mem::replace(&mut self.last, [s, p, o]) == [s, p, o] {
                continue;
            }
            return Some([s, p, o, g]);
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.scan.upper_bound()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn quads() -> impl Strategy<Value = BTreeSet<CodedQuad>> {
        proptest::collection::btree_set([1..5_u32, 1..4_u32, 1..5_u32, 0..3_u32], 0..60)
    }

    fn matching(
        quads: &BTreeSet<CodedQuad>,
        pattern: [Option<TermId>; 3],
        scope: &GraphScope,
    ) -> Vec<CodedQuad> {
        let admitted = quads.iter().copied().filter(|quad| {
            (0..3).all(|at| pattern[at].is_none_or(|part| part == quad[at]))
                && scope.admits(quad[3])
        });
        if scope.is_union() {
            let triples: BTreeSet<_> = admitted.map(|[s, p, o, _]| [s, p, o, 0]).collect();
            triples.into_iter().collect()
        } else {
            admitted.collect()
        }
    }

    proptest! {
        #[test]
        fn every_pattern_finds_what_a_filter_finds(
            start in quads(),
            goal in quads(),
            s in proptest::option::of(1..6_u32),
            p in proptest::option::of(1..5_u32),
            o in proptest::option::of(1..6_u32),
            g in 0..4_u32,
        ) {
            let base = Base::new(start.iter().copied().collect());
            let added: Vec<_> = goal.difference(&start).copied().collect();
            let removed: Vec<_> = start.difference(&goal).copied().collect();
            let delta = Delta::default().changed(&base, &added, &removed);
            let merged = base.merged(&delta);
            let nothing = Delta::default();
            for scope in [
                GraphScope::All,
                GraphScope::Named,
                GraphScope::One(g),
                GraphScope::Union,
                GraphScope::UnionOf([0, g].into_iter().collect::<BTreeSet<_>>().into_iter().collect()),
            ] {
                let expected = matching(&goal, [s, p, o], &scope);
                for (base, delta) in [(&base, &delta), (&merged, &nothing)] {
                    let mut found: Vec<_> =
                        Matches::new(base, delta, [s, p, o], scope.clone(), &[]).collect();
                    if scope.is_union() {
                        for quad in &mut found {
                            quad[3] = 0;
                        }
                    }
                    found.sort_unstable();
                    prop_assert_eq!(&found, &expected, "{:?}", scope);
                }
            }
        }

        #[test]
        fn changes_compose(a in quads(), b in quads(), c in quads()) {
            let change = |from: &BTreeSet<CodedQuad>, to: &BTreeSet<CodedQuad>| {
                (
                    to.difference(from).copied().collect::<Vec<_>>(),
                    from.difference(to).copied().collect::<Vec<_>>(),
                )
            };
            prop_assert_eq!(compose(change(&a, &b), change(&b, &c)), change(&a, &c));
            let base = Base::new(a.iter().copied().collect());
            let (added, removed) = change(&a, &b);
            let first = Delta::default().changed(&base, &added, &removed);
            let (added, removed) = change(&b, &c);
            let second = first.changed(&base, &added, &removed);
            let found: BTreeSet<_> =
                Matches::new(&base, &second, [None; 3], GraphScope::All, &[]).collect();
            prop_assert_eq!(found, c);
        }
    }
}
