//! The pages in headless Chromium: `tests/browser/*.mjs`, driven by `harness.mjs` with the
//! packages that `./test` installs (`$WEFT_TEST_NODE_MODULES`).

use crate::clients::{check_command_on, node_folder};
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
    check_on(script, &[]);
}

/// The same with a server that was started with such arguments.
#[track_caller]
fn check_on(script: &str, serve: &[&str]) {
    let (Some(browser), Some(folder)) = (chromium(), node_folder()) else {
        return;
    };
    let scripts = root().join("tests/browser");
    let mut command = Command::new("node");
    command
        .arg(scripts.join("harness.mjs"))
        .arg(scripts.join(script))
        .env("WEFT_TEST_CHROMIUM", browser);
    check_command_on(script, command, &[folder], serve);
}

#[test]
fn every_page_is_accessible_in_both_languages() {
    check("frame.mjs");
}

#[test]
fn a_scenario_is_made_shared_and_saved() {
    check("scenarios.mjs");
}

#[test]
fn hostile_labels_are_shown_harmless() {
    check("hostile.mjs");
}

#[test]
fn a_store_with_little_or_nothing_has_sensible_pages() {
    check_on("little.mjs", &["--empty"]);
}

#[test]
fn a_store_of_fifty_thousand_actors_has_pages_that_answer() {
    check("large.mjs");
}

#[test]
fn a_network_is_found_followed_filtered_and_kept() {
    check("networks.mjs");
}

#[test]
fn an_analyst_goes_from_the_first_page_to_a_thing() {
    check("explore.mjs");
}

#[test]
fn a_researcher_asks_sees_and_shares() {
    check("sparql.mjs");
}

#[test]
fn the_board_shows_what_the_interface_says() {
    check("integration.mjs");
}

#[test]
fn words_codes_and_data_sets_are_looked_up_and_cited() {
    check("ontology.mjs");
}

#[test]
fn a_partner_checks_mends_loads_and_links() {
    check("partners.mjs");
}

#[test]
fn the_first_page_is_light() {
    check("budget.mjs");
}

#[test]
fn the_main_pages_can_be_shown() {
    check("screenshots.mjs");
}
