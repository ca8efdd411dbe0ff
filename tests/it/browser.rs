//! The pages in headless Chromium: `tests/browser/*.mjs`, driven by `harness.mjs` with the
//! packages that `./test` installs (`$WEFT_TEST_NODE_MODULES`).

use crate::clients::{check_command, node_folder};
use crate::support::{root, skipped};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The browser.
fn chromium() -> Option<PathBuf> {
    let asked = env::var_os("WEFT_TEST_CHROMIUM").map(PathBuf::from);
    let browser = asked.unwrap_or_else(|| PathBuf::from("/usr/bin/chromium"));
    if !browser.exists() {
        skipped("no Chromium (run ./test, or set WEFT_TEST_CHROMIUM)");
        return None;
    }
    Some(browser)
}

/// Runs a script of `tests/browser` against a server with the data that ships.
#[track_caller]
fn check(script: &str) {
    let (Some(browser), Some(folder)) = (chromium(), node_folder()) else {
        return;
    };
    let scripts = root().join("tests/browser");
    let mut command = Command::new("node");
    command
        .arg(scripts.join("harness.mjs"))
        .arg(scripts.join(script))
        .env("WEFT_TEST_CHROMIUM", browser);
    check_command(script, command, &[folder]);
}

#[test]
fn every_page_is_accessible_in_both_languages() {
    check("frame.mjs");
}

#[test]
fn a_scenario_is_made_shared_and_saved() {
    check("scenarios.mjs");
}
