//! The integration tests: one binary, one module per boundary.
//!
//! They use the built program as its users do: as a server over real sockets and
//! as a command. Test data that is not part of this repository is found through
//! `$WEFT_SHARED`; where it is absent, a test says that it was skipped.

mod afternoon;
mod alignment;
mod attacks;
mod browser;
mod cases;
mod check;
mod cli;
mod clients;
mod concurrency;
mod crash;
mod grafana;
mod hostile;
mod hsds;
mod isomorphism;
mod linking;
mod networks;
mod ontology;
mod reconcile;
mod reference;
mod replay;
mod serve;
mod shacl;
mod support;
mod visibility;
mod w3c;
