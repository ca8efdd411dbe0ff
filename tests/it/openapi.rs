//! The OpenAPI document, as other programs read it: a validator, and schemathesis, which makes
//! requests from it, fitting and unfitting ones, and compares every answer with what it says.

use crate::clients::{check_command, python};
use crate::support::{Server, root, run, skipped};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

#[test]
fn the_document_is_valid() {
    let Some(python) = python() else { return };
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/clients/openapi_document.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    check_command("openapi_document.py", command, &[]);
}

/// The program beside the Python that the tests have.
fn schemathesis() -> Option<PathBuf> {
    let program = python()?.with_file_name("schemathesis");
    if !program.exists() {
        skipped("no schemathesis beside that Python (run ./test)");
        return None;
    }
    Some(program)
}

/// Runs schemathesis on a service of its own, with the token of an administrator.
#[track_caller]
fn finds_no_fault(arguments: &[&str]) {
    let Some(program) = schemathesis() else {
        return;
    };
    let folder = TempDir::new().expect("a temporary folder");
    let made = run(
        folder.path(),
        &["token", "create", "tester", "--admin", "--data-dir", "data"],
    )
    .expect(0);
    let token = made
        .stdout
        .split_whitespace()
        .find(|word| word.len() >= 20)
        .unwrap_or_else(|| panic!("no token: {made:#?}"))
        .to_owned();
    let server = Server::start(folder.path(), &["--data-dir", "data"]);
    let output = Command::new(program)
        .arg("--config-file")
        .arg(root().join("tests/clients/schemathesis.toml"))
        .arg("run")
        .arg(format!("http://{}/openapi.json", server.authority()))
        .args([
            "--checks",
            "all",
            "--no-color",
            "--suppress-health-check",
            "all",
        ])
        // The same requests each time.
        .args(["--seed", "20260101", "--generation-deterministic"])
        .arg("--header")
        .arg(format!("Authorization: Bearer {token}"))
        .args(arguments)
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("PYTHONPATH", root().join("tests/clients"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path())
        .output()
        .expect("schemathesis starts");
    assert!(
        output.status.success(),
        "{}{}\nserver:\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        server.log()
    );
}

#[test]
fn schemathesis_finds_no_fault_in_reads() {
    finds_no_fault(&[
        "--include-method",
        "GET",
        "--phases",
        "examples,fuzzing",
        "--max-examples",
        "6",
    ]);
}

#[test]
fn schemathesis_finds_no_fault_in_writes() {
    finds_no_fault(&[
        "--exclude-method",
        "GET",
        "--phases",
        "examples,fuzzing",
        "--max-examples",
        "12",
    ]);
}
