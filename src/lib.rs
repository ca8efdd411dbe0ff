#![doc = include_str!("../README.md")]

pub mod rdf;
pub mod ontology;
pub mod ingest;
pub mod store;
pub mod app;
pub mod http;
pub mod cli;
