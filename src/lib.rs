//! Weft
pub mod rdf;
pub mod ingest;
pub mod store;
