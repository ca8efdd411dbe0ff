#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod http;
pub mod indicators;
pub mod ingest;
pub mod metrics;
pub mod network;
pub mod ontology;
pub mod rdf;
pub mod store;
