//! SPARQL Update inside a transaction.

use super::brake;
use super::dataset::View;
use super::error::StoreError;
use super::guarded;
use super::index::GraphScope;
use super::plan;
use super::query::{Limits, Update, evaluator_dataset};
use super::transaction::Transaction;
use crate::rdf::DEFAULT_GRAPH;
use oxigraph::model::{BlankNode, GraphName, NamedOrBlankNode, Quad, Term, Triple};
use spareval::DeleteInsertQuad;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{GraphPattern, GraphTarget, QueryDataset};
use spargebra::term::{
    GraphName as DataGraph, GroundQuad, GroundQuadPattern, GroundTerm, Quad as DataQuad,
    QuadPattern,
};
use std::collections::{BTreeSet, HashMap};

impl Transaction {
    /// Runs an update. Its operations follow each other, each on what the one before left; none
    /// counts if one fails, because the transaction is then not committed.
    ///
    /// Without `USING`, `WITH` or `GRAPH` an update reads and writes the store's own default graph,
    /// as SPARQL 1.1 Update has it. The union of all graphs is for queries: `COPY DEFAULT` is
    /// to copy the default graph only.
    ///
    /// # Errors
    /// [`StoreError`]: out of time, cancelled, `LOAD`, a graph that exists or is missing.
    pub fn update(&mut self, update: &Update, limits: &Limits) -> Result<(), StoreError> {
        for operation in &update.inner.operations {
            if let Some(deadline) = limits.deadline
                && std::time::Instant::now() >= deadline
            {
                return Err(StoreError::TimedOut);
            }
            match operation {
                GraphUpdateOperation::InsertData { data } => self.insert_data(data)?,
                GraphUpdateOperation::DeleteData { data } => {
                    for quad in data {
                        let quad = ground_quad(quad);
                        self.may_touch(&quad.graph_name)?;
                        self.remove(quad.as_ref());
                    }
                }
                GraphUpdateOperation::DeleteInsert {
                    delete,
                    insert,
                    using,
                    pattern,
                } => self.delete_insert(
                    delete,
                    insert,
                    using.as_ref(),
                    pattern,
                    update.inner.base_iri.as_ref(),
                    limits,
                )?,
                GraphUpdateOperation::Load { silent, source, .. } => {
                    if !silent {
                        return Err(StoreError::LoadRefused(source.clone()));
                    }
                }
                GraphUpdateOperation::Clear { silent, graph } => {
                    self.clear_target(graph, *silent, false)?;
                }
                GraphUpdateOperation::Drop { silent, graph } => {
                    self.clear_target(graph, *silent, true)?;
                }
                GraphUpdateOperation::Create { silent, graph } => {
                    self.may_touch(&graph.clone().into())?;
                    if self.snapshot().contains_graph(graph.as_ref().into()) {
                        if !silent {
                            return Err(StoreError::GraphExists(graph.clone()));
                        }
                    } else {
                        self.create_graph(graph.as_ref().into());
                    }
                }
            }
        }
        Ok(())
    }

    fn insert_data(&mut self, data: &[DataQuad]) -> Result<(), StoreError> {
        let mut nodes = HashMap::new();
        for quad in data {
            let quad = fresh_quad(quad, &mut nodes);
            self.may_touch(&quad.graph_name)?;
            self.insert(quad.as_ref());
        }
        Ok(())
    }

    /// Refuses a graph that whoever writes may not see, whether it is there or not.
    fn may_touch(&self, graph: &GraphName) -> Result<(), StoreError> {
        match graph {
            GraphName::NamedNode(name) if self.is_unseen(graph) => {
                Err(StoreError::PrivateGraph(name.clone()))
            }
            _ => Ok(()),
        }
    }

    fn delete_insert(
        &mut self,
        delete: &[GroundQuadPattern],
        insert: &[QuadPattern],
        using: Option<&QueryDataset>,
        pattern: &GraphPattern,
        base_iri: Option<&oxiri::Iri<String>>,
        limits: &Limits,
    ) -> Result<(), StoreError> {
        let snapshot = self.seen();
        let evaluator = brake::evaluator();
        let scope = match using {
            None => GraphScope::One(DEFAULT_GRAPH),
            Some(_) => snapshot.default_graph_scope(using),
        };
        let mut guarded = pattern.clone();
        guarded::guard(&mut guarded);
        let planned = plan::planned(guarded, &snapshot, &scope, &BTreeSet::new());
        let mut prepared = evaluator.prepare_delete_insert(
            delete.to_vec(),
            insert.to_vec(),
            base_iri.cloned(),
            None,
            &planned,
        );
        *prepared.dataset_mut() = evaluator_dataset(using);
        let view = View::new(&snapshot, scope);
        // All solutions are found before the first quad changes.
        let changes = brake::within(limits, || {
            prepared.execute(view)?.collect::<Result<Vec<_>, _>>()
        })??;
        for change in &changes {
            // What is not seen is not there to be deleted.
            if let DeleteInsertQuad::Delete(quad) = change
                && !self.is_unseen(&quad.graph_name)
            {
                self.remove(quad.as_ref());
            }
        }
        for change in &changes {
            if let DeleteInsertQuad::Insert(quad) = change {
                self.may_touch(&quad.graph_name)?;
                self.insert(quad.as_ref());
            }
        }
        Ok(())
    }

    fn clear_target(
        &mut self,
        target: &GraphTarget,
        silent: bool,
        forget: bool,
    ) -> Result<(), StoreError> {
        match target {
            GraphTarget::NamedNode(graph) => {
                self.may_touch(&graph.clone().into())?;
                let name = graph.as_ref().into();
                if self.snapshot().contains_graph(name) {
                    if forget {
                        self.drop_graph(name);
                    } else {
                        self.clear_graph(name);
                    }
                } else if !silent {
                    return Err(StoreError::GraphMissing(graph.clone()));
                }
            }
            GraphTarget::DefaultGraph => self.clear_graph(GraphName::DefaultGraph.as_ref()),
            GraphTarget::NamedGraphs => {
                self.clear_graphs(forget, |graph| graph == DEFAULT_GRAPH);
            }
            GraphTarget::AllGraphs => self.clear_graphs(forget, |_| false),
        }
        Ok(())
    }
}

fn fresh_node(node: &BlankNode, nodes: &mut HashMap<BlankNode, BlankNode>) -> BlankNode {
    nodes.entry(node.clone()).or_default().clone()
}

/// A quad of `INSERT DATA`: each label stands for a new blank node.
fn fresh_quad(quad: &DataQuad, nodes: &mut HashMap<BlankNode, BlankNode>) -> Quad {
    Quad {
        subject: fresh_subject(&quad.subject, nodes),
        predicate: quad.predicate.clone(),
        object: fresh_term(&quad.object, nodes),
        graph_name: graph_name(&quad.graph_name),
    }
}

fn fresh_subject(
    subject: &NamedOrBlankNode,
    nodes: &mut HashMap<BlankNode, BlankNode>,
) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => fresh_node(node, nodes).into(),
        NamedOrBlankNode::NamedNode(node) => node.clone().into(),
    }
}

fn fresh_term(term: &Term, nodes: &mut HashMap<BlankNode, BlankNode>) -> Term {
    match term {
        Term::BlankNode(node) => fresh_node(node, nodes).into(),
        Term::Triple(triple) => Triple::new(
            fresh_subject(&triple.subject, nodes),
            triple.predicate.clone(),
            fresh_term(&triple.object, nodes),
        )
        .into(),
        other => other.clone(),
    }
}

fn ground_quad(quad: &GroundQuad) -> Quad {
    Quad {
        subject: quad.subject.clone().into(),
        predicate: quad.predicate.clone(),
        object: ground_term(&quad.object),
        graph_name: graph_name(&quad.graph_name),
    }
}

fn ground_term(term: &GroundTerm) -> Term {
    match term {
        GroundTerm::NamedNode(node) => node.clone().into(),
        GroundTerm::Literal(literal) => literal.clone().into(),
        GroundTerm::Triple(triple) => Triple::new(
            triple.subject.clone(),
            triple.predicate.clone(),
            ground_term(&triple.object),
        )
        .into(),
    }
}

fn graph_name(graph: &DataGraph) -> GraphName {
    match graph {
        DataGraph::NamedNode(node) => node.clone().into(),
        DataGraph::DefaultGraph => GraphName::DefaultGraph,
    }
}
