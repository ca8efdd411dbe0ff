//! The order of joins, from exact counts.
//!
//! The engine's optimiser sees which positions of a pattern are bound, and no data. Here the
//! parsed pattern is put into an order before the evaluator gets it: what is joined is collected,
//! ordered by how many rows each part yields and how many partners a row finds in the next one,
//! and written as nested `LATERAL`, which the engine keeps in order and evaluates as lookups in
//! the index.
//!
//! **Why the meaning stays.** The evaluator hands a row downwards: evaluating a pattern with a row
//! yields what extends that row. `LATERAL` hands each row of its left side to the right side. It
//! is the same as a join when the right side, handed a row, yields just those of its own solutions
//! that agree with the row. [`Node::takes`] tells when this is so: always for triple patterns,
//! paths and `VALUES`; for a `FILTER`, `OPTIONAL` or `BIND` when the variables it looks at are
//! bound by its own group or cannot be in the row; for `MINUS` if besides its two sides always
//! share a variable; never for sub-queries and services, which are evaluated once, first, and
//! joined as a whole.
//!
//! `FILTER`, `OPTIONAL`, `MINUS` and `BIND` are steps on the rows of their group. A step may wait
//! until other parts have been joined when those parts share with it only variables that were
//! certainly bound before it ([`waits_for`]). This is how required patterns come before optional
//! ones.

use super::algebra::{
    children, each_exists_mut, expressions, has_exists, operands, pattern_of_mut,
};
use super::index::GraphScope;
use super::snapshot::Snapshot;
use crate::rdf::TermId;
use oxigraph::model::{NamedNode, Term, TermRef, Variable};
use spargebra::algebra::{Expression, GraphPattern, PropertyPathExpression};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

/// Rewrites a pattern so that joins run in a good order on this snapshot.
///
/// `default_graph` is what patterns outside `GRAPH` look into, and `bound` are variables that
/// have a value from the start. The rows are the same, and the order in which they come may not
/// be.
///
/// Complexity: quadratic in the parts of one join, linear otherwise, with a lookup in the index
/// for each triple pattern.
pub(super) fn planned(
    pattern: GraphPattern,
    snapshot: &Snapshot,
    default_graph: &GraphScope,
    bound: &BTreeSet<Variable>,
) -> GraphPattern {
    let mut planner = Planner {
        snapshot,
        names: HashMap::new(),
        variables: Vec::new(),
        hidden: Set::default(),
        scopes: 0,
        buffer: Vec::new(),
    };
    let mut start = Bound::default();
    for variable in bound {
        let id = planner.variable(variable);
        start.certain.insert(id);
        start.maybe.insert(id);
    }
    if planner.assigns(&pattern, &start.maybe) {
        return pattern;
    }
    let place = Place {
        wrap: None,
        graph_variable: None,
        is_in_graph: false,
        scope: default_graph.clone(),
        blank: planner.fresh_scope(),
    };
    let node = planner.lower(pattern, &place);
    planner.emit(node, &start)
}

/// A query with its pattern [`planned`].
pub(super) fn planned_query(
    mut query: spargebra::Query,
    snapshot: &Snapshot,
    default_graph: &GraphScope,
    bound: &BTreeSet<Variable>,
) -> spargebra::Query {
    let pattern = pattern_of_mut(&mut query);
    let unplanned = std::mem::replace(pattern, nothing_bound());
    *pattern = planned(unplanned, snapshot, default_graph, bound);
    query
}

/// One row without bindings. Inside `GRAPH` an empty basic pattern would ask for the graph.
fn nothing_bound() -> GraphPattern {
    GraphPattern::Values {
        variables: Vec::new(),
        bindings: vec![Vec::new()],
    }
}

// ---- sets of variables -----------------------------------------------------------------------

/// The number of a variable, or of a blank node, which acts as one.
type Id = u32;

/// A sorted set.
#[derive(Clone, Default, Debug)]
struct Set(Vec<Id>);

impl Set {
    fn contains(&self, id: Id) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    fn insert(&mut self, id: Id) {
        if let Err(at) = self.0.binary_search(&id) {
            self.0.insert(at, id);
        }
    }

    fn extend(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            let smaller = std::mem::replace(self, other.clone());
            self.extend(&smaller);
            return;
        }
        for id in &other.0 {
            self.insert(*id);
        }
    }

    fn iter(&self) -> impl Iterator<Item = Id> + '_ {
        self.0.iter().copied()
    }

    fn shares(&self, other: &Self) -> bool {
        let (few, many) = if self.0.len() < other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        few.iter().any(|id| many.contains(id))
    }

    /// Whether everything it shares with `other` is in `allowed`.
    fn shares_only(&self, other: &Self, allowed: &Self) -> bool {
        let (few, many) = if self.0.len() < other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        few.iter()
            .all(|id| !many.contains(id) || allowed.contains(id))
    }

    fn without(&self, other: &Self) -> Self {
        Self(self.iter().filter(|id| !other.contains(*id)).collect())
    }

    fn within(&self, other: &Self) -> Self {
        Self(self.iter().filter(|id| other.contains(*id)).collect())
    }
}

// ---- the tree --------------------------------------------------------------------------------

/// Where a pattern stands.
#[derive(Clone)]
struct Place {
    /// The `GRAPH` clause that has to be written around each part.
    wrap: Option<NamedNodePattern>,
    /// The variable of the graph, bound by each part that reads data.
    graph_variable: Option<Id>,
    /// Whether a `GRAPH` clause stands around, written here or further out.
    is_in_graph: bool,
    scope: GraphScope,
    /// Blank nodes of one name are one variable only within the same scope.
    blank: u32,
}

impl Place {
    fn wrapped(&self, inner: GraphPattern) -> GraphPattern {
        match &self.wrap {
            None => inner,
            Some(name) => GraphPattern::Graph {
                name: name.clone(),
                inner: Box::new(inner),
            },
        }
    }
}

/// A part of a pattern with what can be said of its variables.
struct Node {
    /// Variables that its solutions may bind.
    vars: Set,
    /// Variables that each of its solutions binds.
    certain: Set,
    /// Variables it mentions anywhere: a value for another one cannot change it.
    used: Set,
    kind: Kind,
    estimate: OnceCell<Estimate>,
}

enum Kind {
    /// A triple pattern, a path, `VALUES` or the name of a graph.
    Leaf(GraphPattern),
    Union(Vec<Node>),
    Group(Group),
    /// A sub-query or a service. `shell` is the operator, with nothing inside.
    Once {
        shell: GraphPattern,
        inner: Option<Box<Node>>,
        projected: Option<Set>,
        place: Place,
    },
    /// `LATERAL` as the query has it.
    Lateral(Box<Node>, Box<Node>),
}

/// Parts that are joined, and then steps one after the other.
#[derive(Default)]
struct Group {
    items: Vec<Node>,
    steps: Vec<Step>,
}

struct Step {
    kind: StepKind,
    used: Set,
    place: Place,
}

enum StepKind {
    Filter(Expression),
    Optional(Node, Option<Expression>),
    Minus(Node),
    Extend {
        id: Id,
        variable: Variable,
        expression: Expression,
        /// Whether the expression has a value whatever the row, or one of its row's variables.
        value: Value,
    },
}

enum Value {
    Constant,
    Of(Id),
    Computed,
}

impl Value {
    fn is_certain(&self, certain: &Set) -> bool {
        match self {
            Self::Constant => true,
            Self::Of(other) => certain.contains(*other),
            Self::Computed => false,
        }
    }
}

impl Step {
    /// Adds what is certain after this step.
    fn adds_certain(&self, certain: &mut Set) {
        if let StepKind::Extend { id, value, .. } = &self.kind
            && value.is_certain(certain)
        {
            certain.insert(*id);
        }
    }
}

/// How many solutions there are, and how many values each variable has among them.
#[derive(Clone, Debug, Default)]
struct Estimate {
    rows: f64,
    distinct: Vec<(Id, f64)>,
    /// What one evaluation costs beyond its rows.
    work: f64,
}

impl Estimate {
    /// How many solutions agree with one row in which `known` variables are bound. The usual
    /// estimate: of two columns, the one with fewer values is contained in the other.
    fn partners(&self, known: &Known) -> f64 {
        let mut rows = self.rows;
        for (id, distinct) in &self.distinct {
            if let Some(values) = known.values(*id) {
                rows /= distinct.max(values).max(1.0);
            }
        }
        rows
    }
}

/// What is bound at a point of a chain of joins.
#[derive(Clone, Default)]
struct Known {
    /// Variables that are certainly bound, with their number of values where it is known.
    values: HashMap<Id, f64, foldhash::fast::RandomState>,
    rows: f64,
}

impl Known {
    fn at_start(bound: &Bound) -> Self {
        Self {
            values: bound.certain.iter().map(|id| (id, 0.0)).collect(),
            rows: 1.0,
        }
    }

    fn values(&self, id: Id) -> Option<f64> {
        let values = *self.values.get(&id)?;
        Some(values.min(self.rows.max(1.0)))
    }

    /// Joins a part, and answers how many rows had to be touched for it.
    fn join(&mut self, node: &Node) -> f64 {
        let estimate = node.estimate();
        let partners = node.partners(self);
        let touched = self.rows * (1.0 + estimate.work);
        self.rows = (self.rows * partners).min(1e300);
        for (id, distinct) in &estimate.distinct {
            let values = self.values.entry(*id).or_insert(*distinct);
            // Zero: bound from outside, to nobody knows how many values.
            *values = if *values == 0.0 {
                0.0
            } else {
                values.min(*distinct)
            };
        }
        for id in node.certain.iter() {
            self.values.entry(id).or_insert(0.0);
        }
        touched + self.rows
    }
}

/// What has a value when a pattern is evaluated.
#[derive(Clone, Default)]
struct Bound {
    certain: Set,
    maybe: Set,
    /// Whether this is inside `EXISTS`, where the engine changes nothing: joins have no keys and
    /// filters stay where they are.
    in_exists: bool,
}

impl Bound {
    fn and(&self, certain: &Set, maybe: &Set) -> Self {
        let mut both = self.clone();
        both.certain.extend(certain);
        both.maybe.extend(maybe);
        both
    }
}

impl Node {
    fn new(vars: Set, certain: Set, used: Set, kind: Kind) -> Self {
        Self {
            vars,
            certain,
            used,
            kind,
            estimate: OnceCell::new(),
        }
    }

    fn leaf(vars: Set, certain: Set, pattern: GraphPattern, estimate: Estimate) -> Self {
        Self {
            used: vars.clone(),
            vars,
            certain,
            kind: Kind::Leaf(pattern),
            estimate: OnceCell::from(estimate),
        }
    }

    fn empty_group() -> Self {
        let kind = Kind::Group(Group::default());
        Self::new(Set::default(), Set::default(), Set::default(), kind)
    }

    /// Whether the node, handed a row that binds some of `entry`, yields just those of its
    /// solutions that agree with the row.
    fn takes(&self, entry: &Set) -> bool {
        if let Kind::Leaf(_) = &self.kind {
            return true;
        }
        match &self.kind {
            Kind::Leaf(_) => true,
            Kind::Once { .. } => false,
            Kind::Union(branches) => branches.iter().all(|branch| branch.takes(entry)),
            Kind::Lateral(left, right) => left.takes(entry) && right.takes(entry),
            Kind::Group(group) => {
                if !group.items.iter().all(|item| item.takes(entry)) {
                    return false;
                }
                let mut certain = group.certain();
                group.steps.iter().all(|step| {
                    let takes = match &step.kind {
                        StepKind::Filter(_) => step.used.shares_only(entry, &certain),
                        StepKind::Optional(right, _) => {
                            step.used.shares_only(entry, &certain) && right.takes(entry)
                        }
                        // Rows that share no variable are never subtracted, and a row that is
                        // handed in would be shared: both sides must share one anyway.
                        StepKind::Minus(right) => {
                            right.certain.shares(&certain)
                                && step.used.shares_only(entry, &certain)
                                && right.takes(entry)
                        }
                        StepKind::Extend { id, .. } => {
                            !entry.contains(*id) && step.used.shares_only(entry, &certain)
                        }
                    };
                    step.adds_certain(&mut certain);
                    takes
                })
            }
        }
    }

    fn into_group(self) -> Group {
        match self.kind {
            Kind::Group(group) => group,
            _ => Group {
                items: vec![self],
                steps: Vec::new(),
            },
        }
    }

    /// The node with one more step.
    fn then(self, step: Step) -> Self {
        // A part that is no group yet keeps its own sets.
        let (mut vars, mut certain, mut used, group) = match self.kind {
            Kind::Group(group) => (self.vars, self.certain, self.used, group),
            _ => (
                self.vars.clone(),
                self.certain.clone(),
                self.used.clone(),
                self.into_group(),
            ),
        };
        let mut group = group;
        if let StepKind::Optional(right, _) = &step.kind {
            vars.extend(&right.vars);
        }
        if let StepKind::Extend { id, .. } = &step.kind {
            vars.insert(*id);
        }
        used.extend(&step.used);
        step.adds_certain(&mut certain);
        group.steps.push(step);
        Self::new(vars, certain, used, Kind::Group(group))
    }
}

impl Group {
    /// What its items certainly bind, before any step.
    fn certain(&self) -> Set {
        let mut certain = Set::default();
        for item in &self.items {
            certain.extend(&item.certain);
        }
        certain
    }
}

/// Whether the steps of `node` may be done after it has been joined with something that binds
/// some of `others`.
fn waits_for(node: &Node, others: &Set) -> bool {
    let Kind::Group(group) = &node.kind else {
        return true;
    };
    if group.steps.is_empty() {
        return true;
    }
    let mut certain = group.certain();
    group.steps.iter().all(|step| {
        let waits = step.used.shares_only(others, &certain);
        step.adds_certain(&mut certain);
        waits
    })
}

fn join(left: Node, right: Node) -> Node {
    let left_waits = waits_for(&left, &right.vars);
    let right_waits = waits_for(&right, &left.vars);
    let (mut vars, mut certain, mut used) =
        (left.vars.clone(), left.certain.clone(), left.used.clone());
    vars.extend(&right.vars);
    certain.extend(&right.certain);
    used.extend(&right.used);
    let mut group = Group::default();
    for (node, waits) in [(left, left_waits), (right, right_waits)] {
        if waits {
            let Group { mut items, steps } = node.into_group();
            if group.items.is_empty() {
                group.items = items;
            } else {
                group.items.append(&mut items);
            }
            group.steps.extend(steps);
        } else {
            group.items.push(node);
        }
    }
    Node::new(vars, certain, used, Kind::Group(group))
}

// ---- from the algebra to the tree ------------------------------------------------------------

struct Planner<'a> {
    snapshot: &'a Snapshot,
    names: HashMap<String, Id>,
    /// The variables by number; none for a blank node.
    variables: Vec<Option<Variable>>,
    /// Graph variables that the engine renames inside a sub-query.
    hidden: Set,
    scopes: u32,
    buffer: Vec<u8>,
}

impl Planner<'_> {
    fn variable(&mut self, variable: &Variable) -> Id {
        if let Some(id) = self.names.get(variable.as_str()) {
            return *id;
        }
        self.fresh(variable.as_str().to_owned(), Some(variable.clone()))
    }

    fn blank_node(&mut self, scope: u32, label: &str) -> Id {
        // No name of a variable has a space.
        let name = format!("{scope} {label}");
        if let Some(id) = self.names.get(&name) {
            return *id;
        }
        self.fresh(name, None)
    }

    fn fresh(&mut self, name: String, variable: Option<Variable>) -> Id {
        let id = self.variables.len() as Id;
        self.variables.push(variable);
        self.names.insert(name, id);
        id
    }

    fn fresh_scope(&mut self) -> u32 {
        self.scopes += 1;
        self.scopes
    }

    fn lower(&mut self, pattern: GraphPattern, place: &Place) -> Node {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                if patterns.is_empty() && place.is_in_graph {
                    return self.graph_name(place);
                }
                let mut node = Node::empty_group();
                let mut items = Vec::with_capacity(patterns.len());
                for pattern in patterns {
                    let item = self.triple(pattern, place);
                    node.vars.extend(&item.vars);
                    items.push(item);
                }
                node.certain = node.vars.clone();
                node.used = node.vars.clone();
                node.kind = Kind::Group(Group {
                    items,
                    steps: Vec::new(),
                });
                node
            }
            GraphPattern::Path {
                subject,
                path,
                object,
            } => self.path(subject, path, object, place),
            GraphPattern::Values {
                variables,
                bindings,
            } => self.values(variables, bindings, place),
            GraphPattern::Join { left, right } => {
                let left = self.lower(*left, place);
                let right = self.lower(*right, place);
                join(left, right)
            }
            GraphPattern::LeftJoin {
                left,
                right,
                expression,
            } => {
                let left = self.lower(*left, place);
                let right = self.lower(*right, place);
                let mut used = right.used.clone();
                if let Some(expression) = &expression {
                    self.looked_at(expression, place, &mut used);
                }
                left.then(Step {
                    kind: StepKind::Optional(right, expression),
                    used,
                    place: place.clone(),
                })
            }
            GraphPattern::Minus { left, right } => {
                let left = self.lower(*left, place);
                let right = self.lower(*right, place);
                left.then(Step {
                    used: right.used.clone(),
                    kind: StepKind::Minus(right),
                    place: place.clone(),
                })
            }
            GraphPattern::Filter { expr, inner } => {
                let mut node = self.lower(*inner, place);
                for expression in conjuncts(expr) {
                    let mut used = Set::default();
                    self.looked_at(&expression, place, &mut used);
                    node = node.then(Step {
                        kind: StepKind::Filter(expression),
                        used,
                        place: place.clone(),
                    });
                }
                node
            }
            GraphPattern::Extend {
                inner,
                variable,
                expression,
            } => {
                let node = self.lower(*inner, place);
                let id = self.variable(&variable);
                let mut used = Set::default();
                self.looked_at(&expression, place, &mut used);
                used.insert(id);
                let value = match &expression {
                    Expression::NamedNode(_) | Expression::Literal(_) => Value::Constant,
                    Expression::Variable(of) => Value::Of(self.variable(of)),
                    _ => Value::Computed,
                };
                node.then(Step {
                    kind: StepKind::Extend {
                        id,
                        variable,
                        expression,
                        value,
                    },
                    used,
                    place: place.clone(),
                })
            }
            GraphPattern::Union { left, right } => self.union(*left, *right, place),
            GraphPattern::Graph { name, inner } => {
                let place = Place {
                    graph_variable: match &name {
                        NamedNodePattern::Variable(variable) => Some(self.variable(variable)),
                        NamedNodePattern::NamedNode(_) => None,
                    },
                    is_in_graph: true,
                    scope: match &name {
                        NamedNodePattern::Variable(_) => GraphScope::Named,
                        NamedNodePattern::NamedNode(name) => self.graph_scope(name),
                    },
                    wrap: Some(name),
                    blank: place.blank,
                };
                self.lower(*inner, &place)
            }
            GraphPattern::Lateral { left, right } => {
                let left = self.lower(*left, place);
                let right = self.lower(*right, place);
                let (mut vars, mut certain, mut used) =
                    (left.vars.clone(), left.certain.clone(), left.used.clone());
                vars.extend(&right.vars);
                certain.extend(&right.certain);
                used.extend(&right.used);
                Node::new(
                    vars,
                    certain,
                    used,
                    Kind::Lateral(Box::new(left), Box::new(right)),
                )
            }
            GraphPattern::Service {
                name,
                inner,
                silent,
            } => {
                let mut vars = Set::default();
                self.mentioned_in(&inner, &mut vars);
                if let NamedNodePattern::Variable(name) = &name {
                    vars.insert(self.variable(name));
                }
                Node::new(
                    vars.clone(),
                    Set::default(),
                    vars,
                    Kind::Once {
                        shell: GraphPattern::Service {
                            name,
                            inner,
                            silent,
                        },
                        inner: None,
                        projected: None,
                        place: place.clone(),
                    },
                )
            }
            GraphPattern::Project { inner, variables } => {
                let mut projected = Set::default();
                for variable in &variables {
                    projected.insert(self.variable(variable));
                }
                // A graph variable that is not projected is another one inside.
                let graph_variable = place.graph_variable.map(|id| {
                    if projected.contains(id) {
                        id
                    } else {
                        let name = format!("{} graph", self.fresh_scope());
                        let id = self.fresh(name, None);
                        self.hidden.insert(id);
                        id
                    }
                });
                let inside = Place {
                    wrap: None,
                    graph_variable,
                    blank: self.fresh_scope(),
                    ..place.clone()
                };
                let inner = self.lower(*inner, &inside);
                Node::new(
                    projected.clone(),
                    inner.certain.within(&projected),
                    projected.clone(),
                    Kind::Once {
                        shell: GraphPattern::Project {
                            inner: Box::new(nothing_bound()),
                            variables,
                        },
                        inner: Some(Box::new(inner)),
                        projected: Some(projected),
                        place: place.clone(),
                    },
                )
            }
            GraphPattern::Distinct { inner } => {
                self.modifier(*inner, place, |inner| GraphPattern::Distinct { inner })
            }
            GraphPattern::Reduced { inner } => {
                self.modifier(*inner, place, |inner| GraphPattern::Reduced { inner })
            }
            GraphPattern::Slice {
                inner,
                start,
                length,
            } => self.modifier(*inner, place, |inner| GraphPattern::Slice {
                inner,
                start,
                length,
            }),
            GraphPattern::OrderBy { inner, expression } => self.modifier(*inner, place, |inner| {
                GraphPattern::OrderBy { inner, expression }
            }),
            GraphPattern::Group {
                inner,
                variables,
                aggregates,
            } => {
                let (mut keys, mut vars) = (Set::default(), Set::default());
                for variable in &variables {
                    keys.insert(self.variable(variable));
                }
                for (variable, _) in &aggregates {
                    vars.insert(self.variable(variable));
                }
                vars.extend(&keys);
                let mut node = self.modifier(*inner, place, |inner| GraphPattern::Group {
                    inner,
                    variables,
                    aggregates,
                });
                node.certain = node.certain.within(&keys);
                node.used.extend(&vars);
                node.vars = vars;
                node
            }
        }
    }

    fn modifier(
        &mut self,
        inner: GraphPattern,
        place: &Place,
        shell: impl FnOnce(Box<GraphPattern>) -> GraphPattern,
    ) -> Node {
        let inside = Place {
            wrap: None,
            ..place.clone()
        };
        let inner = self.lower(inner, &inside);
        Node::new(
            inner.vars.clone(),
            inner.certain.clone(),
            inner.used.clone(),
            Kind::Once {
                shell: shell(Box::new(nothing_bound())),
                inner: Some(Box::new(inner)),
                projected: None,
                place: place.clone(),
            },
        )
    }

    fn union(&mut self, left: GraphPattern, right: GraphPattern, place: &Place) -> Node {
        let mut branches = Vec::new();
        // Branches in their order: a chain of unions leans to the left.
        let mut todo = vec![right, left];
        while let Some(pattern) = todo.pop() {
            if let GraphPattern::Union { left, right } = pattern {
                todo.push(*right);
                todo.push(*left);
            } else {
                branches.push(self.lower(pattern, place));
            }
        }
        let (mut vars, mut used) = (Set::default(), Set::default());
        let mut certain: Option<Set> = None;
        for branch in &branches {
            vars.extend(&branch.vars);
            used.extend(&branch.used);
            certain = Some(match certain {
                None => branch.certain.clone(),
                Some(certain) => certain.within(&branch.certain),
            });
        }
        Node::new(
            vars,
            certain.unwrap_or_default(),
            used,
            Kind::Union(branches),
        )
    }

    fn graph_scope(&self, name: &NamedNode) -> GraphScope {
        match self.snapshot.graph_id(name.as_ref().into()) {
            Some(id) => GraphScope::One(id),
            // No graph of this name: nothing is found in none.
            None => GraphScope::UnionOf(Vec::new().into()),
        }
    }

    fn graph_name(&mut self, place: &Place) -> Node {
        let mut vars = Set::default();
        let graphs = self.snapshot.graph_ids().len() as f64;
        let mut estimate = Estimate {
            rows: 1.0,
            ..Estimate::default()
        };
        if let Some(id) = place.graph_variable {
            vars.insert(id);
            estimate.rows = graphs;
            estimate.distinct.push((id, graphs));
        }
        let empty = GraphPattern::Bgp {
            patterns: Vec::new(),
        };
        Node::leaf(vars.clone(), vars, place.wrapped(empty), estimate)
    }

    fn values(
        &mut self,
        variables: Vec<Variable>,
        bindings: Vec<Vec<Option<GroundTerm>>>,
        place: &Place,
    ) -> Node {
        let (mut vars, mut certain) = (Set::default(), Set::default());
        let rows = bindings.len() as f64;
        let mut estimate = Estimate {
            rows,
            distinct: Vec::new(),
            // Each row that is handed in is compared with all of these.
            work: rows / 16.0,
        };
        for (column, variable) in variables.iter().enumerate() {
            let id = self.variable(variable);
            vars.insert(id);
            let is_bound = |row: &Vec<Option<GroundTerm>>| matches!(row.get(column), Some(Some(_)));
            if !bindings.is_empty() && bindings.iter().all(is_bound) {
                certain.insert(id);
                estimate.distinct.push((id, rows));
            }
        }
        let pattern = place.wrapped(GraphPattern::Values {
            variables,
            bindings,
        });
        Node::leaf(vars, certain, pattern, estimate)
    }

    fn path(
        &mut self,
        subject: TermPattern,
        path: PropertyPathExpression,
        object: TermPattern,
        place: &Place,
    ) -> Node {
        let counts = self.path_counts(&path, place);
        let mut estimate = Estimate {
            rows: counts.rows,
            distinct: Vec::new(),
            work: if counts.is_closure { 8.0 } else { 0.0 },
        };
        let mut vars = Set::default();
        let ends = [(&subject, counts.subjects), (&object, counts.objects)];
        for (term, distinct) in ends {
            if is_ground(term) {
                estimate.rows /= distinct.max(1.0);
            } else {
                self.variables_of(term, distinct, place, &mut vars, &mut estimate);
            }
        }
        if let Some(id) = place.graph_variable {
            vars.insert(id);
            let graphs = self.snapshot.graph_ids().len() as f64;
            estimate.distinct.push((id, graphs.max(1.0)));
        }
        // Between two known ends the engine finds a closure in an unknown graph once for each first
        // step. In a known graph it finds it once, as it should.
        let graph = (place.graph_variable.is_some() && counts.is_closure).then(|| {
            place.wrapped(GraphPattern::Bgp {
                patterns: Vec::new(),
            })
        });
        let path = place.wrapped(GraphPattern::Path {
            subject,
            path,
            object,
        });
        let pattern = match graph {
            None => path,
            Some(graph) => lateral(graph, path),
        };
        Node::leaf(vars.clone(), vars, pattern, estimate)
    }

    fn path_counts(&mut self, path: &PropertyPathExpression, place: &Place) -> PathCounts {
        let statistics = self.snapshot.base.statistics();
        let everything = PathCounts {
            rows: self.snapshot.len() as f64,
            subjects: statistics.subjects as f64,
            objects: statistics.objects as f64,
            is_closure: false,
        };
        match path {
            PropertyPathExpression::NamedNode(predicate) => {
                let Some(id) = self.find(predicate.as_ref().into()) else {
                    return PathCounts {
                        rows: 0.0,
                        ..everything
                    };
                };
                let rows = self.count([None, Some(id), None], &place.scope);
                let (subjects, objects) = statistics.of_predicate(id);
                PathCounts {
                    rows,
                    subjects: rows.min(subjects),
                    objects: rows.min(objects),
                    is_closure: false,
                }
            }
            PropertyPathExpression::Reverse(inner) => {
                let inner = self.path_counts(inner, place);
                PathCounts {
                    subjects: inner.objects,
                    objects: inner.subjects,
                    ..inner
                }
            }
            PropertyPathExpression::Sequence(first, second) => {
                let first = self.path_counts(first, place);
                let second = self.path_counts(second, place);
                PathCounts {
                    rows: first.rows * second.rows / first.objects.max(second.subjects).max(1.0),
                    subjects: first.subjects,
                    objects: second.objects,
                    is_closure: first.is_closure || second.is_closure,
                }
            }
            PropertyPathExpression::Alternative(first, second) => {
                let first = self.path_counts(first, place);
                let second = self.path_counts(second, place);
                PathCounts {
                    rows: first.rows + second.rows,
                    subjects: first.subjects + second.subjects,
                    objects: first.objects + second.objects,
                    is_closure: first.is_closure || second.is_closure,
                }
            }
            PropertyPathExpression::OneOrMore(inner) => {
                let inner = self.path_counts(inner, place);
                PathCounts {
                    rows: inner.rows * REACH,
                    is_closure: true,
                    ..inner
                }
            }
            PropertyPathExpression::ZeroOrMore(inner)
            | PropertyPathExpression::ZeroOrOne(inner) => {
                let reach = match path {
                    PropertyPathExpression::ZeroOrMore(_) => REACH,
                    _ => 1.0,
                };
                let inner = self.path_counts(inner, place);
                // Every node of the graph reaches itself.
                let nodes = everything.subjects + everything.objects;
                PathCounts {
                    rows: inner.rows * reach + nodes,
                    subjects: nodes,
                    objects: nodes,
                    is_closure: true,
                }
            }
            PropertyPathExpression::NegatedPropertySet(_) => everything,
        }
    }

    fn triple(&mut self, triple: TriplePattern, place: &Place) -> Node {
        let snapshot = self.snapshot;
        let statistics = snapshot.base.statistics();
        let subject = self.position(&triple.subject);
        let predicate = match &triple.predicate {
            NamedNodePattern::NamedNode(name) => self.find(name.as_ref().into()).into(),
            NamedNodePattern::Variable(_) => Position::Variable,
        };
        let object = self.position(&triple.object);
        let rows = match (subject.id(), predicate.id(), object.id()) {
            (Some(s), Some(p), Some(o)) => self.count([s, p, o], &place.scope),
            _ => 0.0,
        };
        let (s_bound, o_bound) = (subject.is_ground(), object.is_ground());
        // How many values the subject and the object have among the triples that match.
        let (subjects, objects) = match predicate.id() {
            Some(Some(p)) => {
                let (subjects, objects) = statistics.of_predicate(p);
                (
                    if o_bound { rows } else { subjects },
                    if s_bound { rows } else { objects },
                )
            }
            _ => (
                if o_bound {
                    rows
                } else {
                    statistics.subjects as f64
                },
                if s_bound {
                    rows
                } else {
                    statistics.objects as f64
                },
            ),
        };
        let mut vars = Set::default();
        let mut estimate = Estimate {
            rows,
            ..Estimate::default()
        };
        self.variables_of(&triple.subject, subjects, place, &mut vars, &mut estimate);
        self.variables_of(&triple.object, objects, place, &mut vars, &mut estimate);
        if let NamedNodePattern::Variable(variable) = &triple.predicate {
            let id = self.variable(variable);
            vars.insert(id);
            estimate.distinct.push((id, statistics.predicates() as f64));
        }
        if let Some(id) = place.graph_variable {
            vars.insert(id);
            let graphs = snapshot.graph_ids().len() as f64;
            estimate.distinct.push((id, graphs));
        }
        for (_, distinct) in &mut estimate.distinct {
            *distinct = distinct.min(rows).max(1.0);
        }
        let pattern = place.wrapped(GraphPattern::Bgp {
            patterns: vec![triple],
        });
        Node::leaf(vars.clone(), vars, pattern, estimate)
    }

    fn position(&mut self, term: &TermPattern) -> Position {
        match term {
            TermPattern::NamedNode(node) => self.find(node.as_ref().into()).into(),
            TermPattern::Literal(literal) => self.find(literal.as_ref().into()).into(),
            TermPattern::Variable(_) | TermPattern::BlankNode(_) => Position::Variable,
            TermPattern::Triple(triple) => match Term::try_from(TermPattern::clone(term)) {
                Ok(ground) if is_ground(&TermPattern::Triple(triple.clone())) => {
                    self.find(ground.as_ref()).into()
                }
                _ => Position::Variable,
            },
        }
    }

    fn find(&mut self, term: TermRef<'_>) -> Option<TermId> {
        self.snapshot.dictionary.find(term, &mut self.buffer)
    }

    /// At most this many triples match: the length of a range in the index.
    fn count(&self, pattern: [Option<TermId>; 3], scope: &GraphScope) -> f64 {
        if let GraphScope::UnionOf(graphs) = scope
            && graphs.is_empty()
        {
            return 0.0;
        }
        let matches = self.snapshot.scan(pattern, scope.clone());
        matches.size_hint().1.unwrap_or_default() as f64
    }

    fn variables_of(
        &mut self,
        term: &TermPattern,
        distinct: f64,
        place: &Place,
        vars: &mut Set,
        estimate: &mut Estimate,
    ) {
        let id = match term {
            TermPattern::Variable(variable) => self.variable(variable),
            TermPattern::BlankNode(node) => self.blank_node(place.blank, node.as_str()),
            TermPattern::Triple(triple) => {
                self.variables_of(&triple.subject, distinct, place, vars, estimate);
                self.variables_of(&triple.object, distinct, place, vars, estimate);
                let NamedNodePattern::Variable(variable) = &triple.predicate else {
                    return;
                };
                self.variable(variable)
            }
            TermPattern::NamedNode(_) | TermPattern::Literal(_) => return,
        };
        vars.insert(id);
        if !estimate.distinct.iter().any(|(other, _)| *other == id) {
            estimate.distinct.push((id, distinct.max(1.0)));
        }
    }

    /// Adds the variables that an expression of this place looks at. `EXISTS` inside `GRAPH` looks
    /// at the graph.
    fn looked_at(&mut self, expression: &Expression, place: &Place, set: &mut Set) {
        self.mentioned(expression, set);
        if let Some(graph) = place.graph_variable
            && has_exists(expression)
        {
            set.insert(graph);
        }
    }

    /// Adds the variables that an expression looks at, those of `EXISTS` patterns included.
    fn mentioned(&mut self, expression: &Expression, set: &mut Set) {
        match expression {
            Expression::Variable(variable) | Expression::Bound(variable) => {
                set.insert(self.variable(variable));
            }
            Expression::Exists(pattern) => self.mentioned_in(pattern, set),
            _ => {}
        }
        for operand in operands(expression) {
            self.mentioned(operand, set);
        }
    }

    /// Adds the variables of a pattern to which a value can be handed from outside.
    fn mentioned_in(&mut self, pattern: &GraphPattern, set: &mut Set) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                for triple in patterns {
                    self.mentioned_in_triple(triple, set);
                }
            }
            GraphPattern::Path {
                subject, object, ..
            } => {
                self.mentioned_in_term(subject, set);
                self.mentioned_in_term(object, set);
            }
            GraphPattern::Values { variables, .. } | GraphPattern::Project { variables, .. } => {
                for variable in variables {
                    set.insert(self.variable(variable));
                }
            }
            GraphPattern::Extend { variable, .. } => set.insert(self.variable(variable)),
            GraphPattern::Graph { name, .. } | GraphPattern::Service { name, .. } => {
                if let NamedNodePattern::Variable(variable) = name {
                    set.insert(self.variable(variable));
                }
            }
            GraphPattern::Group {
                variables,
                aggregates,
                ..
            } => {
                for variable in variables.iter().chain(aggregates.iter().map(|(v, _)| v)) {
                    set.insert(self.variable(variable));
                }
            }
            _ => {}
        }
        // Nothing is handed into a sub-query but what it selects, and an aggregate or an order
        // looks at what is inside anyway.
        if !matches!(pattern, GraphPattern::Project { .. }) {
            for child in children(pattern) {
                self.mentioned_in(child, set);
            }
        }
        if let GraphPattern::Filter { .. }
        | GraphPattern::LeftJoin { .. }
        | GraphPattern::Extend { .. } = pattern
        {
            for expression in expressions(pattern) {
                self.mentioned(expression, set);
            }
        }
    }

    fn mentioned_in_triple(&mut self, triple: &TriplePattern, set: &mut Set) {
        self.mentioned_in_term(&triple.subject, set);
        self.mentioned_in_term(&triple.object, set);
        if let NamedNodePattern::Variable(variable) = &triple.predicate {
            set.insert(self.variable(variable));
        }
    }

    fn mentioned_in_term(&mut self, term: &TermPattern, set: &mut Set) {
        match term {
            TermPattern::Variable(variable) => set.insert(self.variable(variable)),
            TermPattern::Triple(triple) => self.mentioned_in_triple(triple, set),
            _ => {}
        }
    }

    /// Whether the pattern computes one of these variables. The engine then overwrites a value
    /// that is handed in, so the order would matter.
    fn assigns(&mut self, pattern: &GraphPattern, bound: &Set) -> bool {
        if bound.0.is_empty() {
            return false;
        }
        let here = match pattern {
            GraphPattern::Extend { variable, .. } => bound.contains(self.variable(variable)),
            GraphPattern::Group { aggregates, .. } => aggregates
                .iter()
                .any(|(variable, _)| bound.contains(self.variable(variable))),
            _ => false,
        };
        here || children(pattern)
            .into_iter()
            .any(|child| self.assigns(child, bound))
    }
}

/// How much farther a closure reaches than one step, for want of knowledge.
const REACH: f64 = 8.0;

struct PathCounts {
    rows: f64,
    subjects: f64,
    objects: f64,
    is_closure: bool,
}

/// A position of a triple pattern.
enum Position {
    Variable,
    Known(TermId),
    /// A term that is nowhere in the data.
    Unknown,
}

impl From<Option<TermId>> for Position {
    fn from(id: Option<TermId>) -> Self {
        id.map_or(Self::Unknown, Self::Known)
    }
}

impl Position {
    fn is_ground(&self) -> bool {
        !matches!(self, Self::Variable)
    }

    /// For a lookup; `None` if it cannot find anything.
    fn id(&self) -> Option<Option<TermId>> {
        match self {
            Self::Variable => Some(None),
            Self::Known(id) => Some(Some(*id)),
            Self::Unknown => None,
        }
    }
}

fn is_ground(term: &TermPattern) -> bool {
    match term {
        TermPattern::NamedNode(_) | TermPattern::Literal(_) => true,
        TermPattern::Variable(_) | TermPattern::BlankNode(_) => false,
        TermPattern::Triple(triple) => {
            is_ground(&triple.subject)
                && matches!(triple.predicate, NamedNodePattern::NamedNode(_))
                && is_ground(&triple.object)
        }
    }
}

/// The parts of a conjunction, in order.
fn conjuncts(expression: Expression) -> Vec<Expression> {
    let mut parts = Vec::new();
    let mut todo = vec![expression];
    while let Some(expression) = todo.pop() {
        if let Expression::And(left, right) = expression {
            todo.push(*right);
            todo.push(*left);
        } else {
            parts.push(expression);
        }
    }
    parts
}

// ---- the order -------------------------------------------------------------------------------

/// Up to this many parts, every one is tried as the first.
const TRIED_AS_FIRST: usize = 8;

/// From this many rows on a `VALUES` table is joined by hash: the engine compares a row that is
/// handed to a table with each of the table's.
const LARGE_TABLE: usize = 64;

fn is_large_table(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Values { bindings, .. } => bindings.len() > LARGE_TABLE,
        GraphPattern::Graph { inner, .. } => is_large_table(inner),
        _ => false,
    }
}

/// How a part comes to those before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// The first of its component.
    First,
    /// Looked up for each row.
    Lateral,
    /// Evaluated by itself, then joined.
    Joined,
}

impl Node {
    /// How many of its solutions agree with a row.
    fn partners(&self, known: &Known) -> f64 {
        match &self.kind {
            Kind::Union(branches) => branches.iter().map(|branch| branch.partners(known)).sum(),
            _ => self.estimate().partners(known),
        }
    }

    fn estimate(&self) -> &Estimate {
        self.estimate.get_or_init(|| match &self.kind {
            Kind::Leaf(_) => Estimate::default(),
            Kind::Union(branches) => {
                let mut sum = Estimate::default();
                for branch in branches {
                    let estimate = branch.estimate();
                    sum.rows += estimate.rows;
                    sum.work += estimate.work + 1.0;
                }
                for id in self.certain.iter() {
                    let distinct = branches
                        .iter()
                        .flat_map(|branch| &branch.estimate().distinct)
                        .filter(|(other, _)| *other == id)
                        .map(|(_, distinct)| distinct)
                        .sum::<f64>();
                    sum.distinct.push((id, distinct.max(1.0)));
                }
                sum
            }
            Kind::Group(group) => {
                let mut known = Known {
                    rows: 1.0,
                    ..Known::default()
                };
                for (item, _) in order(&group.items, &Bound::default()).iter().flatten() {
                    known.join(&group.items[*item]);
                }
                let mut distinct: Vec<_> = self
                    .certain
                    .iter()
                    .map(|id| (id, known.values(id).unwrap_or(0.0)))
                    .map(|(id, values)| (id, if values == 0.0 { known.rows } else { values }))
                    .collect();
                distinct
                    .iter_mut()
                    .for_each(|(_, values)| *values = values.max(1.0));
                Estimate {
                    rows: known.rows,
                    distinct,
                    work: group.items.len() as f64,
                }
            }
            Kind::Lateral(left, _) => left.estimate().clone(),
            Kind::Once { shell, inner, .. } => {
                let mut estimate = match inner {
                    Some(inner) => inner.estimate().clone(),
                    None => Estimate {
                        rows: 1_000.0,
                        ..Estimate::default()
                    },
                };
                if let GraphPattern::Slice {
                    length: Some(length),
                    ..
                } = shell
                {
                    estimate.rows = estimate.rows.min(*length as f64);
                }
                if let GraphPattern::Group { .. } = shell {
                    let groups: f64 = estimate
                        .distinct
                        .iter()
                        .filter(|(id, _)| self.certain.contains(*id))
                        .map(|(_, distinct)| distinct)
                        .product();
                    estimate.rows = estimate.rows.min(groups);
                }
                estimate
                    .distinct
                    .retain(|(id, _)| self.certain.contains(*id));
                estimate
            }
        })
    }
}

/// The parts of a join in the order in which they come, one list for each component: parts of
/// different components share no variable.
fn order(items: &[Node], bound: &Bound) -> Vec<Vec<(usize, Mode)>> {
    // Whether a part can be handed rows of the others.
    let takes: Vec<bool> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            if let Kind::Leaf(pattern) = &item.kind {
                return !is_large_table(pattern);
            }
            let mut entry = Set::default();
            for (other, item) in items.iter().enumerate() {
                if other != at {
                    entry.extend(&item.vars);
                }
            }
            item.takes(&entry.without(&bound.certain))
        })
        .collect();
    let mut left: Vec<usize> = (0..items.len()).collect();
    let mut components = Vec::new();
    while !left.is_empty() {
        let known = Known::at_start(bound);
        let firsts: Vec<usize> = {
            let apart: Vec<usize> = left.iter().copied().filter(|at| !takes[*at]).collect();
            if apart.is_empty() {
                left.clone()
            } else {
                apart
            }
        };
        let grow = |first: usize| grow(items, &takes, &left, first, bound);
        let component = if left.len() <= TRIED_AS_FIRST && firsts.len() > 1 {
            firsts
                .iter()
                .map(|first| grow(*first))
                // Of equal ones the first: `min_by` keeps it. A component may be only a part.
                .min_by(|a, b| (a.cost / a.parts()).total_cmp(&(b.cost / b.parts())))
        } else {
            firsts
                .iter()
                .copied()
                .min_by(|a, b| {
                    let rows = |at: usize| items[at].partners(&known);
                    rows(*a).total_cmp(&rows(*b))
                })
                .map(grow)
        };
        let Some(component) = component else { break };
        left.retain(|at| !component.order.iter().any(|(taken, _)| taken == at));
        components.push(component.order);
    }
    components
}

struct Grown {
    order: Vec<(usize, Mode)>,
    cost: f64,
}

impl Grown {
    fn parts(&self) -> f64 {
        self.order.len() as f64
    }
}

/// From a first part on, always the next one that leaves the fewest rows.
fn grow(items: &[Node], takes: &[bool], left: &[usize], first: usize, bound: &Bound) -> Grown {
    let mut known = Known::at_start(bound);
    let mut vars = bound.maybe.clone();
    let mut order = vec![(first, Mode::First)];
    let mut cost = known.join(&items[first]);
    vars.extend(&items[first].vars);
    let mut left: Vec<usize> = left.iter().copied().filter(|at| *at != first).collect();
    loop {
        let mut next: Option<(usize, Mode, f64)> = None;
        for (position, at) in left.iter().enumerate() {
            let item = &items[*at];
            if !item.vars.shares(&vars) {
                continue;
            }
            let estimate = item.estimate();
            // Parts that are evaluated by themselves come as soon as they can: joined late,
            // they would have made the rows between for nothing.
            let (mode, score) = if takes[*at] {
                (Mode::Lateral, item.partners(&known) + estimate.work)
            } else {
                (Mode::Joined, -1.0)
            };
            if next.is_none_or(|(_, _, best)| score < best) {
                next = Some((position, mode, score));
            }
        }
        let Some((position, mode, _)) = next else {
            return Grown { order, cost };
        };
        let at = left.remove(position);
        let item = &items[at];
        cost += match mode {
            Mode::Joined => {
                let rows = item.estimate().rows;
                known.join(item).max(rows)
            }
            _ => known.join(item),
        };
        vars.extend(&item.vars);
        order.push((at, mode));
    }
}

// ---- back to the algebra ---------------------------------------------------------------------

/// How many joins lean to the left before a new chain begins. Leaning to the left, a row passes
/// through one iterator; leaning to the right, the engine infers types in linear time.
const LINKS: usize = 16;

/// A chain of lateral joins under construction.
#[derive(Default)]
struct Chain {
    done: Vec<GraphPattern>,
    current: Option<GraphPattern>,
    links: usize,
}

impl Chain {
    fn push(&mut self, next: GraphPattern) {
        if self.links >= LINKS
            && let Some(full) = self.current.take()
        {
            self.done.push(full);
            self.links = 0;
        }
        self.links += 1;
        self.current = Some(match self.current.take() {
            None => next,
            Some(left) => lateral(left, next),
        });
    }

    /// Puts an operator that looks at one row at a time around the rows so far.
    fn wrap(&mut self, operator: impl FnOnce(Box<GraphPattern>) -> GraphPattern) {
        let inner = self.current.take().unwrap_or_else(nothing_bound);
        self.current = Some(operator(Box::new(inner)));
    }

    /// Puts an operator around the whole chain so far.
    fn wrap_all(&mut self, operator: impl FnOnce(Box<GraphPattern>) -> GraphPattern) {
        let whole = std::mem::take(self).finish();
        self.current = Some(operator(Box::new(whole)));
        self.links = 1;
    }

    fn finish(self) -> GraphPattern {
        let mut whole = self.current.unwrap_or_else(nothing_bound);
        for chunk in self.done.into_iter().rev() {
            whole = lateral(chunk, whole);
        }
        whole
    }
}

fn lateral(left: GraphPattern, right: GraphPattern) -> GraphPattern {
    GraphPattern::Lateral {
        left: Box::new(left),
        right: Box::new(right),
    }
}

/// A filter that waits for its variables.
struct Waiting {
    expression: Expression,
    place: Place,
    /// The variables of the group that it looks at.
    relevant: Set,
    /// How many of the other steps came before it.
    position: usize,
    has_exists: bool,
}

impl Planner<'_> {
    fn emit(&mut self, node: Node, bound: &Bound) -> GraphPattern {
        let Node { vars, kind, .. } = node;
        match kind {
            Kind::Leaf(pattern) => pattern,
            Kind::Union(branches) => {
                let mut whole: Option<GraphPattern> = None;
                for branch in branches {
                    let branch = self.emit(branch, bound);
                    whole = Some(match whole {
                        None => branch,
                        Some(left) => GraphPattern::Union {
                            left: Box::new(left),
                            right: Box::new(branch),
                        },
                    });
                }
                whole.unwrap_or_else(nothing_bound)
            }
            Kind::Group(group) => self.emit_group(group, &vars, bound),
            Kind::Lateral(left, right) => {
                let bound_right = bound.and(&left.certain, &left.vars);
                let left = self.emit(*left, bound);
                lateral(left, self.emit(*right, &bound_right))
            }
            Kind::Once {
                mut shell,
                inner,
                projected,
                place,
            } => {
                if let Some(node) = inner {
                    let inside = match projected {
                        None => bound.clone(),
                        Some(projected) => Bound {
                            certain: bound.certain.within(&projected),
                            maybe: bound.maybe.within(&projected),
                            in_exists: bound.in_exists,
                        },
                    };
                    let planned = self.emit(*node, &inside);
                    if let GraphPattern::Project { inner, .. }
                    | GraphPattern::Distinct { inner }
                    | GraphPattern::Reduced { inner }
                    | GraphPattern::Slice { inner, .. }
                    | GraphPattern::OrderBy { inner, .. }
                    | GraphPattern::Group { inner, .. } = &mut shell
                    {
                        **inner = planned;
                    }
                }
                place.wrapped(shell)
            }
        }
    }

    fn emit_group(&mut self, group: Group, vars: &Set, bound: &Bound) -> GraphPattern {
        let mut filters = Vec::new();
        let mut steps = Vec::new();
        for step in group.steps {
            match step.kind {
                StepKind::Filter(expression) => filters.push(Waiting {
                    has_exists: has_exists(&expression),
                    expression,
                    place: step.place,
                    relevant: step.used.within(vars),
                    position: steps.len(),
                }),
                kind => steps.push((kind, step.place)),
            }
        }
        let components = order(&group.items, bound);
        let mut items: Vec<Option<Node>> = group.items.into_iter().map(Some).collect();
        let mut known = Known::at_start(bound);
        let (mut certain, mut maybe) = (Set::default(), Set::default());
        let mut chain = Chain::default();
        for (number, component) in components.into_iter().enumerate() {
            // What belongs to this component, and a chain for it.
            let (mut own_certain, mut own_maybe) = (Set::default(), Set::default());
            let mut own = Chain::default();
            let mut all_take = true;
            let is_joined = component.iter().any(|(_, mode)| *mode == Mode::Joined);
            for (at, mode) in component {
                let Some(node) = items.get_mut(at).and_then(Option::take) else {
                    continue;
                };
                let partners = node.partners(&known);
                if partners > 1.0 && mode != Mode::First {
                    // Before the rows become more, what `EXISTS` rejects should be gone.
                    self.apply(
                        &mut filters,
                        true,
                        &own_certain,
                        &own_maybe,
                        bound,
                        &mut own,
                    );
                }
                known.join(&node);
                all_take = all_take && node.takes(&maybe);
                let (node_certain, node_vars) = (node.certain.clone(), node.vars.clone());
                match mode {
                    Mode::Lateral => {
                        let inside = bound.and(&own_certain, &own_maybe);
                        own.push(self.emit(node, &inside));
                    }
                    Mode::First | Mode::Joined => {
                        let pattern = self.emit_alone(node, bound, is_joined);
                        if mode == Mode::First {
                            own.push(pattern);
                        } else {
                            own.wrap_all(|left| GraphPattern::Join {
                                left,
                                right: Box::new(pattern),
                            });
                        }
                    }
                }
                own_certain.extend(&node_certain);
                own_maybe.extend(&node_vars);
                self.apply(
                    &mut filters,
                    false,
                    &own_certain,
                    &own_maybe,
                    bound,
                    &mut own,
                );
            }
            self.apply(
                &mut filters,
                true,
                &own_certain,
                &own_maybe,
                bound,
                &mut own,
            );
            certain.extend(&own_certain);
            maybe.extend(&own_maybe);
            if number == 0 {
                chain = own;
            } else {
                // A product. Inside `EXISTS` its first row is all that is asked for.
                let right = own.finish();
                let is_in_memory = matches!(right, GraphPattern::Values { .. });
                if bound.in_exists && all_take && !is_in_memory {
                    chain.push(right);
                } else {
                    chain.wrap_all(|left| GraphPattern::Join {
                        left,
                        right: Box::new(right),
                    });
                }
                self.apply(&mut filters, true, &certain, &maybe, bound, &mut chain);
            }
        }
        for (position, (kind, place)) in steps.into_iter().enumerate() {
            self.apply(&mut filters, true, &certain, &maybe, bound, &mut chain);
            self.apply_due(&mut filters, position, &certain, &maybe, bound, &mut chain);
            // What a row binds beyond what is bound from outside.
            let entry = maybe.without(&bound.certain);
            let here = bound.and(&certain, &maybe);
            match kind {
                StepKind::Filter(_) => {}
                StepKind::Optional(right, expression) => {
                    let with_right = here.and(&right.certain, &right.vars);
                    let expression = expression.map(|e| self.expression(e, &place, &with_right));
                    let right_vars = right.vars.clone();
                    if right.takes(&entry) && right.vars.shares(&here.maybe) {
                        let right = self.emit(right, &here);
                        chain.push(GraphPattern::LeftJoin {
                            left: Box::new(nothing_bound()),
                            right: Box::new(right),
                            expression,
                        });
                    } else {
                        let right = self.emit_alone(right, bound, true);
                        chain.wrap_all(|left| GraphPattern::LeftJoin {
                            left,
                            right: Box::new(right),
                            expression,
                        });
                    }
                    maybe.extend(&right_vars);
                }
                StepKind::Minus(right) => {
                    // With a variable that both sides certainly bind no pair of rows is disjoint,
                    // so `MINUS` is `NOT EXISTS`; that is quicker when the rows are few.
                    let is_anti_join = right.certain.shares(&certain) && right.takes(&entry);
                    let by_lookup = known.rows * (1.0 + right.partners(&known));
                    if is_anti_join && (bound.in_exists || by_lookup * 2.0 < right.estimate().rows)
                    {
                        let inside = Bound {
                            in_exists: true,
                            ..here
                        };
                        let right = self.emit(right, &inside);
                        chain.wrap(|inner| GraphPattern::Filter {
                            expr: Expression::Not(Box::new(Expression::Exists(Box::new(right)))),
                            inner,
                        });
                    } else {
                        let right = self.emit(right, bound);
                        chain.wrap_all(|left| GraphPattern::Minus {
                            left,
                            right: Box::new(right),
                        });
                    }
                }
                StepKind::Extend {
                    id,
                    variable,
                    expression,
                    value,
                } => {
                    let expression = self.expression(expression, &place, &here);
                    chain.wrap(|inner| GraphPattern::Extend {
                        inner,
                        variable,
                        expression,
                    });
                    if value.is_certain(&certain) {
                        certain.insert(id);
                    }
                    maybe.insert(id);
                }
            }
        }
        self.apply_due(
            &mut filters,
            usize::MAX,
            &certain,
            &maybe,
            bound,
            &mut chain,
        );
        chain.finish()
    }

    /// A part that is evaluated by itself. If another such part is joined to it, the engine must
    /// not hand it that part's rows: around a projection it does not.
    fn emit_alone(&mut self, node: Node, bound: &Bound, is_joined: bool) -> GraphPattern {
        let isolate = is_joined
            && !bound.in_exists
            && match &node.kind {
                Kind::Leaf(pattern) => is_large_table(pattern),
                Kind::Once { .. } => false,
                _ => true,
            };
        if !isolate {
            return self.emit(node, bound);
        }
        if node.used.shares(&self.hidden) {
            // A variable without a name would be cut off.
            return self.emit(node, bound);
        }
        // Blank nodes of a group are nowhere else.
        let variables: Vec<Variable> = node
            .used
            .iter()
            .filter_map(|id| self.variables.get(id as usize).cloned().flatten())
            .collect();
        let inner = Box::new(self.emit(node, bound));
        GraphPattern::Project { inner, variables }
    }

    /// Applies the filters whose variables are all bound. Those with `EXISTS` only if asked for.
    fn apply(
        &mut self,
        filters: &mut Vec<Waiting>,
        with_exists: bool,
        certain: &Set,
        maybe: &Set,
        bound: &Bound,
        chain: &mut Chain,
    ) {
        self.take_filters(filters, certain, maybe, bound, chain, |filter| {
            (with_exists || !filter.has_exists)
                && filter
                    .relevant
                    .iter()
                    .all(|id| certain.contains(id) || bound.certain.contains(id))
        });
    }

    /// Applies the filters whose place in the query has been reached.
    fn apply_due(
        &mut self,
        filters: &mut Vec<Waiting>,
        position: usize,
        certain: &Set,
        maybe: &Set,
        bound: &Bound,
        chain: &mut Chain,
    ) {
        self.take_filters(filters, certain, maybe, bound, chain, |filter| {
            filter.position <= position
        });
    }

    fn take_filters(
        &mut self,
        filters: &mut Vec<Waiting>,
        certain: &Set,
        maybe: &Set,
        bound: &Bound,
        chain: &mut Chain,
        is_ready: impl Fn(&Waiting) -> bool,
    ) {
        if !filters.iter().any(&is_ready) {
            return;
        }
        let here = bound.and(certain, maybe);
        let mut whole: Option<Expression> = None;
        let (ready, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(filters).into_iter().partition(&is_ready);
        *filters = waiting;
        // Looking into the data costs more than comparing values.
        let (last, first): (Vec<_>, Vec<_>) =
            ready.into_iter().partition(|filter| filter.has_exists);
        for filter in first.into_iter().chain(last) {
            let expression = self.expression(filter.expression, &filter.place, &here);
            whole = Some(match whole {
                None => expression,
                Some(left) => Expression::And(Box::new(left), Box::new(expression)),
            });
        }
        if let Some(expr) = whole {
            chain.wrap(|inner| GraphPattern::Filter { expr, inner });
        }
    }

    /// An expression with its `EXISTS` patterns planned for rows that bind what is bound here.
    fn expression(
        &mut self,
        mut expression: Expression,
        place: &Place,
        here: &Bound,
    ) -> Expression {
        if !has_exists(&expression) {
            return expression;
        }
        each_exists_mut(&mut expression, &mut |pattern| {
            let inner = std::mem::replace(pattern, nothing_bound());
            let inner = if self.assigns(&inner, &here.maybe) {
                inner
            } else {
                let inside = Place {
                    wrap: None,
                    blank: self.fresh_scope(),
                    ..place.clone()
                };
                let bound = Bound {
                    in_exists: true,
                    ..here.clone()
                };
                let node = self.lower(inner, &inside);
                self.emit(node, &bound)
            };
            *pattern = place.wrapped(inner);
        });
        expression
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::Batch;
    use crate::store::dataset::View;
    use crate::store::query::evaluator_dataset;
    use crate::store::{CommitInfo, KnowledgeStore, StoreOptions};
    use oxigraph::io::{RdfFormat, RdfParser};
    use spareval::{QueryEvaluator, QueryResults};
    use spargebra::{Query, SparqlParser};
    use std::fmt::Write;
    use std::sync::Arc;

    const PREFIX: &str = "PREFIX : <http://e/>\n";

    fn snapshot(nquads: &str) -> Arc<Snapshot> {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let batch: Batch = RdfParser::from_format(RdfFormat::NQuads)
            .for_slice(nquads)
            .collect::<Result<_, _>>()
            .unwrap();
        store
            .write(CommitInfo::new("test", "test"), move |transaction| {
                transaction.insert_batch(&batch)
            })
            .unwrap();
        store.snapshot()
    }

    fn parse(text: &str) -> Query {
        SparqlParser::new()
            .parse_query(&format!("{PREFIX}{text}"))
            .unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[derive(Clone, Copy, PartialEq)]
    enum How {
        /// Bottom up, as the specification has it.
        AsWritten,
        Planned,
    }

    fn rows(snapshot: &Snapshot, query: &Query, how: How) -> Vec<String> {
        let mut evaluator = QueryEvaluator::new();
        if how == How::AsWritten {
            evaluator = evaluator.without_optimizations();
        }
        let query = match how {
            How::Planned => planned_query(
                query.clone(),
                snapshot,
                &GraphScope::Union,
                &BTreeSet::new(),
            ),
            How::AsWritten => query.clone(),
        };
        let mut prepared = evaluator.prepare(&query);
        *prepared.dataset_mut() = evaluator_dataset(None);
        let results = prepared
            .execute(View::new(snapshot, GraphScope::Union))
            .unwrap();
        let QueryResults::Solutions(solutions) = results else {
            panic!("not a SELECT");
        };
        let variables = solutions.variables().to_vec();
        let mut rows: Vec<String> = solutions
            .map(|solution| {
                let solution = solution.unwrap();
                let mut row = String::new();
                for variable in &variables {
                    if let Some(term) = solution.get(variable) {
                        write!(row, "{variable}={term} ").unwrap();
                    }
                }
                row
            })
            .collect();
        rows.sort_unstable();
        rows
    }

    /// A small generator of pseudo-random numbers: the same queries on every machine.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn variable(&mut self) -> String {
            format!("?v{}", self.roll(5))
        }

        fn node(&mut self) -> String {
            match self.roll(5) {
                0 => format!(":n{}", self.roll(4)),
                _ => self.variable(),
            }
        }

        fn object(&mut self) -> String {
            match self.roll(8) {
                0 => self.roll(3).to_string(),
                _ => self.node(),
            }
        }

        fn predicate(&mut self) -> String {
            match self.roll(12) {
                0 => self.variable(),
                1 => format!(":p{}/:p{}", self.roll(3), self.roll(3)),
                2 => format!(":p{}*", self.roll(3)),
                3 => format!("(:p{}|^:p{})+", self.roll(3), self.roll(3)),
                _ => format!(":p{}", self.roll(3)),
            }
        }

        fn triples(&mut self) -> String {
            let mut text = String::new();
            for _ in 0..=self.roll(2) {
                let (mut subject, predicate) = (self.node(), self.predicate());
                // Between two terms in an unknown graph the engine finds a closure repeatedly.
                if predicate.contains('+') {
                    subject = self.variable();
                }
                let object = match self.roll(8) {
                    0 => format!("[ :p{} {} ]", self.roll(3), self.node()),
                    _ if predicate.contains('+') => self.variable(),
                    _ => self.object(),
                };
                write!(text, "{subject} {predicate} {object} . ").unwrap();
            }
            text
        }

        fn condition(&mut self, depth: u64) -> String {
            let (a, b) = (self.variable(), self.variable());
            match self.roll(9) {
                0 => format!("BOUND({a})"),
                1 => format!("!BOUND({a})"),
                2 => format!("{a} = {b}"),
                3 => format!("{a} != :n1 || BOUND({b})"),
                4 => format!("COALESCE({a}, {b}, 1) != 1 && {a} != {b}"),
                5 => format!("isIRI({a})"),
                6 => format!("EXISTS {{ {} }}", self.group(depth)),
                _ => format!("NOT EXISTS {{ {} }}", self.group(depth)),
            }
        }

        fn group(&mut self, depth: u64) -> String {
            let mut text = String::new();
            if depth == 0 || self.roll(6) > 0 {
                text += &self.triples();
            }
            if depth == 0 {
                return text;
            }
            for _ in 0..self.roll(4) {
                let depth = depth - 1;
                let part = match self.roll(17) {
                    0..=2 => format!("OPTIONAL {{ {} }}", self.group(depth)),
                    3 => format!(
                        "OPTIONAL {{ {} FILTER({}) }}",
                        self.group(depth),
                        self.condition(depth)
                    ),
                    4 | 5 => format!(
                        "{{ {} }} UNION {{ {} }}",
                        self.group(depth),
                        self.group(depth)
                    ),
                    6 => format!("MINUS {{ {} }}", self.group(depth)),
                    7 | 8 => format!("FILTER({})", self.condition(depth)),
                    9 => {
                        // A variable that occurs nowhere else can always be assigned.
                        let fresh = self.roll(1_000_000);
                        let value = match self.roll(3) {
                            0 => ":n1".to_owned(),
                            1 => self.variable(),
                            _ => format!("COALESCE({}, {})", self.variable(), self.variable()),
                        };
                        let (s, o) = (self.node(), self.object());
                        match self.roll(2) {
                            0 => format!("BIND({value} AS ?b{fresh})"),
                            _ => format!(
                                "BIND({value} AS ?b{fresh}) ?b{fresh} :p1 {o} . {s} :p0 ?b{fresh} ."
                            ),
                        }
                    }
                    10 => format!(
                        "VALUES ({} ?w) {{ (:n1 UNDEF) (UNDEF :n2) (:n2 :n2) }}",
                        self.variable()
                    ),
                    11 => format!("VALUES {} {{ :n0 :n1 1 }}", self.variable()),
                    12 => format!(
                        "{{ SELECT DISTINCT {} {} {{ {} }} }}",
                        "?v0",
                        "?v3",
                        self.group(depth)
                    ),
                    13 => format!(
                        "{{ SELECT ?v1 (COUNT(*) AS ?c{}) {{ {} }} GROUP BY ?v1 }}",
                        self.roll(1_000_000),
                        self.group(depth)
                    ),
                    14 => format!("GRAPH :g{} {{ {} }}", self.roll(3), self.group(depth)),
                    15 => format!("GRAPH {} {{ {} }}", self.variable(), self.group(depth)),
                    _ => format!("{{ {} }}", self.group(depth)),
                };
                write!(text, "{part} ").unwrap();
                if self.roll(3) == 0 {
                    text += &self.triples();
                }
            }
            text
        }
    }

    fn random_data(dice: &mut Dice) -> String {
        let mut quads = String::new();
        for _ in 0..14 {
            let (s, p) = (dice.roll(4), dice.roll(3));
            let object = match dice.roll(4) {
                0 => format!(
                    "\"{}\"^^<http://www.w3.org/2001/XMLSchema#integer>",
                    dice.roll(3)
                ),
                _ => format!("<http://e/n{}>", dice.roll(4)),
            };
            let graph = match dice.roll(4) {
                3 => String::new(),
                graph => format!("<http://e/g{graph}> "),
            };
            writeln!(quads, "<http://e/n{s}> <http://e/p{p}> {object} {graph}.").unwrap();
        }
        quads
    }

    #[test]
    fn a_planned_query_has_the_rows_of_the_query() {
        let (mut compared, mut nonempty) = (0, 0);
        let mut dice = Dice(7);
        for _ in 0..60 {
            let snapshot = snapshot(&random_data(&mut dice));
            for _ in 0..60 {
                let text = format!("SELECT * {{ {} }}", dice.group(2));
                // Such as a BIND whose variable is there already.
                let Ok(query) = SparqlParser::new().parse_query(&format!("{PREFIX}{text}")) else {
                    continue;
                };
                let expected = rows(&snapshot, &query, How::AsWritten);
                if expected.len() > 20_000 {
                    continue;
                }
                let found = rows(&snapshot, &query, How::Planned);
                assert!(
                    found == expected,
                    "{} rows, not {}\n{text}\n{}\n{}",
                    found.len(),
                    expected.len(),
                    query,
                    planned_query(
                        query.clone(),
                        &snapshot,
                        &GraphScope::Union,
                        &BTreeSet::new()
                    )
                );
                compared += 1;
                nonempty += usize::from(!expected.is_empty());
            }
        }
        assert!(compared > 3_000, "{compared} compared");
        assert!(nonempty > 600, "{nonempty} with rows");
    }

    /// The pattern that the planner makes of the body of a SELECT.
    fn plan_of(snapshot: &Snapshot, body: &str) -> String {
        let query = parse(&format!("SELECT * {{ {body} }}"));
        planned_query(query, snapshot, &GraphScope::Union, &BTreeSet::new()).to_string()
    }

    fn people() -> Arc<Snapshot> {
        let mut quads = String::new();
        for n in 0..200 {
            writeln!(quads, "<http://e/a{n}> <http://e/name> \"{n}\" .").unwrap();
            writeln!(
                quads,
                "<http://e/a{n}> <http://e/in> <http://e/g{}> .",
                n % 10
            )
            .unwrap();
        }
        snapshot(&quads)
    }

    #[test]
    fn the_most_selective_pattern_comes_first() {
        let plan = plan_of(&people(), "?x :in ?g . ?x :name \"7\"");
        assert!(plan.find("e/name") < plan.find("e/in"), "{plan}");
    }

    #[test]
    fn required_patterns_come_before_optional_ones_if_the_meaning_allows_it() {
        let people = people();
        let plan = plan_of(
            &people,
            "?x :in ?g OPTIONAL { ?g :label ?l } ?x :name \"7\"",
        );
        assert!(plan.find("e/name") < plan.find("e/label"), "{plan}");
        // Here the second pattern may meet a label that the first one found.
        let plan = plan_of(&people, "?x :in ?g OPTIONAL { ?g :label ?l } ?y :name ?l");
        assert!(plan.find("e/label") < plan.find("e/name"), "{plan}");
    }

    #[test]
    fn a_union_is_looked_up_for_each_row_of_what_it_is_joined_with() {
        let plan = plan_of(
            &people(),
            "{ ?x :in ?g } UNION { ?x :near ?g } ?x :name \"7\"",
        );
        assert!(plan.contains("LATERAL { { ?x <http://e/in>"), "{plan}");
    }

    #[test]
    fn a_pattern_of_four_hundred_triples_is_planned_and_evaluated_at_once() {
        let people = people();
        let chain: String = (0..400)
            .map(|n| format!("?x{n} :p{n} ?x{} . ", n + 1))
            .collect();
        let query = parse(&format!("SELECT * {{ {chain} }}"));
        let start = std::time::Instant::now();
        assert!(rows(&people, &query, How::Planned).is_empty());
        // The engine alone takes many times as long, on any machine.
        assert!(
            start.elapsed() < std::time::Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
}
