//! `/reconcile` as clients of the W3C Reconciliation Service API see it: answers against the JSON
//! schemas of the API, and OpenRefine's calls in their order (`tests/clients/reconciliation.py`).

use crate::clients::{check_command, python};
use crate::support::{root, shared};
use std::process::Command;

#[test]
fn reconciliation_keeps_to_the_schemas_and_serves_the_calls_of_openrefine() {
    let Some(python) = python() else { return };
    let Some(folder) = shared("reconciliation/0.2") else {
        return;
    };
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/clients/reconciliation.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    check_command("reconciliation.py", command, &[folder]);
}
