//! Counts of single triple patterns are answered from the statistics instead of by counting.
//!
//! `SELECT (COUNT(*) AS ?n) { ?s a weft:Actor }` and its kin (all triples, a property, a class, how
//! many different subjects or objects a property has, how many triples each property or instances
//! each class has) read no data: the statistics follow each commit, so they are exact. Only for
//! the union of all graphs, and only while the statistics are there: nobody waits for them here.

use super::index::GraphScope;
use super::snapshot::Snapshot;
use super::statistics::Statistics;
use oxigraph::model::vocab::{rdf, xsd};
use oxigraph::model::{Literal, Term, Variable};
use spargebra::algebra::{AggregateExpression, AggregateFunction, Expression, GraphPattern};
use spargebra::term::{GroundTerm, NamedNodePattern, TermPattern, TriplePattern};

/// The pattern with counts that are known in place of their counting. Looks at the outermost group
/// only: that is where such counts are asked for.
pub(super) fn counted(
    pattern: GraphPattern,
    snapshot: &Snapshot,
    scope: &GraphScope,
) -> GraphPattern {
    if !matches!(scope, GraphScope::Union) || !has_count(&pattern) {
        return pattern;
    }
    match snapshot.statistics_if_known() {
        Some(statistics) => replaced(pattern, snapshot, &statistics),
        None => pattern,
    }
}

/// The group below the modifiers of a query, if it counts one triple pattern.
fn has_count(pattern: &GraphPattern) -> bool {
    match pattern {
        GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::OrderBy { inner, .. }
        | GraphPattern::Extend { inner, .. }
        | GraphPattern::Filter { inner, .. } => has_count(inner),
        GraphPattern::Group { inner, .. } => {
            matches!(&**inner, GraphPattern::Bgp { patterns } if patterns.len() == 1)
        }
        _ => false,
    }
}

fn replaced(pattern: GraphPattern, snapshot: &Snapshot, statistics: &Statistics) -> GraphPattern {
    let within = |inner: Box<GraphPattern>| Box::new(replaced(*inner, snapshot, statistics));
    match pattern {
        GraphPattern::Project { inner, variables } => GraphPattern::Project {
            inner: within(inner),
            variables,
        },
        GraphPattern::Distinct { inner } => GraphPattern::Distinct {
            inner: within(inner),
        },
        GraphPattern::Reduced { inner } => GraphPattern::Reduced {
            inner: within(inner),
        },
        GraphPattern::Slice {
            inner,
            start,
            length,
        } => GraphPattern::Slice {
            inner: within(inner),
            start,
            length,
        },
        GraphPattern::OrderBy { inner, expression } => GraphPattern::OrderBy {
            inner: within(inner),
            expression,
        },
        GraphPattern::Extend {
            inner,
            variable,
            expression,
        } => GraphPattern::Extend {
            inner: within(inner),
            variable,
            expression,
        },
        GraphPattern::Filter { expr, inner } => GraphPattern::Filter {
            expr,
            inner: within(inner),
        },
        GraphPattern::Group {
            inner,
            variables,
            aggregates,
        } => {
            let table = match &*inner {
                GraphPattern::Bgp { patterns } => match &patterns[..] {
                    [triple] => table(triple, &variables, &aggregates, snapshot, statistics),
                    _ => None,
                },
                _ => None,
            };
            table.unwrap_or(GraphPattern::Group {
                inner,
                variables,
                aggregates,
            })
        }
        other => other,
    }
}

/// A count of something in the rows of a triple pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    Rows,
    Subjects,
    Properties,
    Objects,
}

/// The variables of a pattern `?s ?p ?o`, each in one place only; `None` in a place that is fixed.
struct Places<'a> {
    subject: Option<&'a Variable>,
    property: Option<&'a Variable>,
    object: Option<&'a Variable>,
}

impl Places<'_> {
    fn count(&self, aggregate: &AggregateExpression) -> Option<Count> {
        match aggregate {
            AggregateExpression::CountSolutions { distinct: false } => Some(Count::Rows),
            AggregateExpression::FunctionCall {
                name: AggregateFunction::Count,
                expr: Expression::Variable(counted),
                distinct,
            } => {
                let place = [
                    (self.subject, Count::Subjects),
                    (self.property, Count::Properties),
                    (self.object, Count::Objects),
                ];
                let (_, kind) = place
                    .into_iter()
                    .find(|(variable, _)| *variable == Some(counted))?;
                Some(if *distinct { kind } else { Count::Rows })
            }
            _ => None,
        }
    }
}

/// The rows of a group, if the statistics have them.
fn table(
    triple: &TriplePattern,
    by: &[Variable],
    aggregates: &[(Variable, AggregateExpression)],
    snapshot: &Snapshot,
    statistics: &Statistics,
) -> Option<GraphPattern> {
    let TermPattern::Variable(subject) = &triple.subject else {
        return None;
    };
    let property = match &triple.predicate {
        NamedNodePattern::Variable(property) => Some(property),
        NamedNodePattern::NamedNode(_) => None,
    };
    let object = match &triple.object {
        TermPattern::Variable(object) => Some(object),
        TermPattern::NamedNode(_) => None,
        _ => return None,
    };
    let same = |one: Option<&Variable>, other: Option<&Variable>| one.is_some() && one == other;
    if same(property, object) || same(Some(subject), property) || same(Some(subject), object) {
        return None;
    }
    let places = Places {
        subject: Some(subject),
        property,
        object,
    };
    let counts: Vec<Count> = aggregates
        .iter()
        .map(|(_, aggregate)| places.count(aggregate))
        .collect::<Option<_>>()?;
    let union = &statistics.union;
    let number = |number: usize| {
        Some(GroundTerm::Literal(Literal::new_typed_literal(
            number.to_string(),
            xsd::INTEGER,
        )))
    };
    let is_type =
        matches!(&triple.predicate, NamedNodePattern::NamedNode(node) if node == &rdf::TYPE);
    let bindings: Vec<Vec<Option<GroundTerm>>> = match (&triple.predicate, &triple.object, by) {
        // All triples.
        (NamedNodePattern::Variable(_), TermPattern::Variable(_), []) => {
            vec![
                counts
                    .iter()
                    .map(|count| match count {
                        Count::Rows => number(union.triples),
                        Count::Subjects => number(union.subjects),
                        Count::Properties => number(union.properties.len()),
                        Count::Objects => number(union.objects),
                    })
                    .collect(),
            ]
        }
        // What each property has.
        (NamedNodePattern::Variable(property), TermPattern::Variable(_), [one])
            if one == property =>
        {
            union
                .properties
                .iter()
                .map(|(property, has)| {
                    let mut row = vec![Some(ground(snapshot.term_of(*property)?)?)];
                    row.extend(counts.iter().map(|count| match count {
                        Count::Rows => number(has.triples),
                        Count::Subjects => number(has.subjects),
                        Count::Properties => number(1),
                        Count::Objects => number(has.objects),
                    }));
                    Some(row)
                })
                .collect::<Option<_>>()?
        }
        // A property.
        (NamedNodePattern::NamedNode(property), TermPattern::Variable(_), []) => {
            let has = snapshot
                .id_of(property.as_ref().into())
                .and_then(|id| union.properties.get(&id))
                .copied()
                .unwrap_or_default();
            vec![
                counts
                    .iter()
                    .map(|count| match count {
                        Count::Rows => number(has.triples),
                        Count::Subjects => number(has.subjects),
                        Count::Properties => None,
                        Count::Objects => number(has.objects),
                    })
                    .collect(),
            ]
        }
        // How many instances each class has.
        (_, TermPattern::Variable(class), [one]) if is_type && one == class => union
            .classes
            .iter()
            .map(|(class, has)| {
                let mut row = vec![Some(ground(snapshot.term_of(*class)?)?)];
                row.extend(counts.iter().map(|count| match count {
                    Count::Rows | Count::Subjects => number(has.instances),
                    Count::Properties => None,
                    Count::Objects => number(1),
                }));
                Some(row)
            })
            .collect::<Option<_>>()?,
        // The instances of a class.
        (_, TermPattern::NamedNode(class), []) if is_type => {
            let instances = snapshot
                .id_of(class.as_ref().into())
                .and_then(|id| union.classes.get(&id))
                .map_or(0, |class| class.instances);
            vec![counts.iter().map(|_| number(instances)).collect()]
        }
        _ => return None,
    };
    let variables = by
        .iter()
        .chain(aggregates.iter().map(|(variable, _)| variable))
        .cloned()
        .collect();
    Some(GraphPattern::Values {
        variables,
        bindings,
    })
}

fn ground(term: Term) -> Option<GroundTerm> {
    match term {
        Term::NamedNode(node) => Some(node.into()),
        Term::Literal(literal) => Some(literal.into()),
        // A table cannot hold them.
        Term::BlankNode(_) | Term::Triple(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::batch;
    use super::super::{
        CommitInfo, DatasetSpec, KnowledgeStore, Limits, Query, QueryResults, StoreError,
        StoreOptions, on_deep_stack,
    };
    use std::collections::BTreeMap;

    const DATA: &str = "\
<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> <http://e/g1> .
<http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> <http://e/g2> .
<http://e/b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/C> .
<http://e/b> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/D> .
<http://e/a> <http://e/p> <http://e/b> .
<http://e/a> <http://e/p> \"x\" <http://e/g1> .
<http://e/b> <http://e/p> \"x\" .
";

    fn rows(store: &KnowledgeStore, text: &str) -> Vec<String> {
        let snapshot = store.snapshot();
        let prefixes = BTreeMap::from([(String::new(), "http://e/".to_owned())]);
        on_deep_stack(|| {
            let query = Query::parse(text, None, &prefixes).unwrap();
            let mut rows = snapshot
                .query(
                    &query,
                    &DatasetSpec::default(),
                    &Limits::default(),
                    |results| {
                        let QueryResults::Solutions(solutions) = results else {
                            panic!("these are SELECTs");
                        };
                        solutions
                            .map(|solution| {
                                solution
                                    .unwrap()
                                    .iter()
                                    .map(|(variable, term)| format!("{variable}={term} "))
                                    .collect()
                            })
                            .collect::<Vec<String>>()
                    },
                )
                .unwrap();
            rows.sort();
            rows
        })
    }

    #[test]
    fn counts_from_the_statistics_are_those_that_counting_gives() {
        let store = KnowledgeStore::in_memory(StoreOptions::default());
        let batch = batch(DATA);
        store
            .write::<_, StoreError>(CommitInfo::new("test", "data"), move |transaction| {
                transaction.insert_batch(&batch)
            })
            .unwrap();
        let queries = [
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
            "SELECT (COUNT(DISTINCT ?s) AS ?n) (COUNT(DISTINCT ?p) AS ?m) (COUNT(DISTINCT ?o) AS ?k) { ?s ?p ?o }",
            "SELECT (COUNT(?o) AS ?n) (COUNT(DISTINCT ?o) AS ?m) { ?s :p ?o }",
            "SELECT (COUNT(*) AS ?n) { ?s :none ?o }",
            "SELECT (COUNT(?s) AS ?n) { ?s a :C }",
            "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a :None }",
            "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) { ?s ?p ?o } GROUP BY ?p ORDER BY ?n",
            "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c HAVING(COUNT(?s) > 1)",
            "SELECT (COUNT(*) + 1 AS ?n) { ?s :p ?o }",
            // Not from the statistics.
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?s }",
            "SELECT (COUNT(*) AS ?n) { GRAPH :g1 { ?s ?p ?o } }",
            "SELECT (COUNT(*) AS ?n) FROM :g1 { ?s ?p ?o }",
            "SELECT ?o (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?o",
            "SELECT (COUNT(*) AS ?n) { ?s :p \"x\" }",
            "SELECT (SUM(?o) AS ?n) { ?s :p ?o }",
        ];
        let before: Vec<_> = queries.iter().map(|text| rows(&store, text)).collect();
        drop(store.snapshot().statistics());
        for (text, before) in queries.iter().zip(before) {
            assert_eq!(rows(&store, text), before, "{text}");
        }
    }
}
