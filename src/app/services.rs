//! What the `SERVICE` clauses of a query can ask for: from within, text search, networks and the
//! description of the data; of others, the endpoints that are listed.

use super::{KnowledgeGraph, search, void};
use crate::store::{Limits, Row, Services, Snapshot, StoreError, Wanted};
use oxigraph::model::{NamedNode, Triple, Variable};
use std::sync::Arc;

/// The namespace in which this service answers itself: nothing in it is asked of others.
const OWN: &str = super::iri::WEFT;

/// The services of a query that sees a version of the data.
struct ServicesOf {
    graph: KnowledgeGraph,
    snapshot: Arc<Snapshot>,
}

impl KnowledgeGraph {
    /// What the `SERVICE` clauses of a query can ask for that sees a version of the data.
    pub fn services(&self, snapshot: &Arc<Snapshot>) -> Arc<dyn Services> {
        Arc::new(ServicesOf {
            graph: self.clone(),
            snapshot: Arc::clone(snapshot),
        })
    }
}

impl Services for ServicesOf {
    fn triples(
        &self,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Triple>>, StoreError> {
        let sets = self.sets(service, wanted, limits)?;
        Ok(sets.map(|sets| sets.into_iter().flatten().collect()))
    }

    fn sets(
        &self,
        service: &NamedNode,
        wanted: &Wanted,
        limits: &Limits,
    ) -> Result<Option<Vec<Vec<Triple>>>, StoreError> {
        if service.as_ref() == void::SERVICE {
            let mut triples = void::description(&self.graph, &self.snapshot, None);
            triples.retain(|triple| wanted.has(triple.predicate.as_str()));
            return Ok(Some(vec![triples]));
        }
        if let Some(sets) = search::sets(&self.snapshot, service, wanted, limits)? {
            return Ok(Some(sets));
        }
        let triples = self
            .graph
            .network_triples(&self.snapshot, service, wanted, limits)?;
        Ok(triples.map(|triples| vec![triples]))
    }

    fn service_of_graph(&self, graph: &NamedNode) -> Option<NamedNode> {
        (graph.as_ref() == void::GRAPH).then(|| void::SERVICE.into_owned())
    }

    fn is_remote(&self, service: &NamedNode) -> bool {
        !service.as_str().starts_with(OWN) && self.graph.federation().allows(service)
    }

    fn select(
        &self,
        service: &NamedNode,
        query: &str,
        variables: &[Variable],
        limits: &Limits,
    ) -> Result<Vec<Row>, StoreError> {
        self.graph
            .federation()
            .select(service, query, variables, limits)
    }
}
