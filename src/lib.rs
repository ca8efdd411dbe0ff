#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod http;
pub mod indicators;
pub mod ingest;
pub mod linking;
pub mod metrics;
pub mod network;
pub mod ontology;
pub mod rdf;
pub mod store;

/// As in the binary: what evaluations hold is counted.
#[cfg(all(test, unix))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
