//! This file is an experiment that grows and changes: more logs, another reading of one, another objective, another
//! name, and its end.

use journeys::{Browser, Logs};

const FIRST: &str = "epoch,loss,val_loss\n0,1.0,0.8\n1,0.75,0.5\n2,0.5,0.6\n";

const NAME: &str = "[aria-label='Name of the experiment']";

fn with_first(logs: &Logs) -> Browser {
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", FIRST)], 1);
    browser
}

#[test]
fn a_drop_on_an_experiment_adds_runs() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.drop_files(&[logs.write("second.csv", FIRST), logs.write("third.csv", FIRST)]);
    browser.wait_for_runs(3);
    browser.wait_for_text(".notice", "2 runs added");
    browser.wait_for_value(NAME, "first");
    browser.reload();
    browser.wait_for_texts(".run-list__name", &["first", "second", "third"]);
}

#[test]
fn the_same_file_again_updates_its_run() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    assert_eq!(browser.text(".run-list__best"), "0.5");
    browser.drop_files(&[logs.write("first.csv", format!("{FIRST}3,0.25,0.125\n"))]);
    browser.wait_for_text(".notice", "1 updated");
    browser.wait_for_texts(".run-list__best", &["0.125"]);
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
    browser.reload();
    browser.wait_for_texts(".run-list__best", &["0.125"]);
}

#[test]
fn another_training_of_the_same_name_is_another_run() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    // The first one is watched: written there, this would be its log anew.
    let elsewhere = Logs::new();
    browser.drop_files(&[elsewhere.write("first.csv", "epoch,loss,val_loss\n0,2.0,1.5\n1,1.5,1.0\n")]);
    browser.wait_for_texts(".run-list__name", &["first", "first (2)"]);
}

#[test]
fn a_file_can_be_treated_as_another_format() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.open_tab("Import report");
    browser.wait_for_text(".report__format", "Keras CSVLogger");
    browser.choose(".report__again select", "Table (CSV, TSV)");
    browser.wait_for_text(".report__format", "Table (CSV, TSV)");
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
    browser.open_tab("Curves");
    browser.wait_for_text(".inspector__source", "Table (CSV, TSV)");
    browser.wait_for_curve();
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn another_objective_judges_anew() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.look_back(1);
    // The validation loss rises at the third checkpoint, the loss never does.
    browser.wait_for_text(".advice h2", "Stop was advised at checkpoint 3");
    browser.choose("[aria-label=Objective]", "loss");
    browser.wait_for_text(".advice h2", "No stop advised");
    assert_eq!(browser.text(".run-list__best"), "0.5");
    assert_eq!(browser.count(".objective__guess"), 0, "what was chosen is no guess");
    browser.click_text("[aria-label=Direction] button", "maximize");
    browser.wait_for_text(".advice h2", "Stop was advised at checkpoint 2");
    assert_eq!(browser.text(".run-list__best"), "1");
    browser.reload();
    browser.wait_for_text(".advice h2", "Stop was advised at checkpoint 2");
    browser.wait_for_value("[aria-label=Objective]", "loss");
}

#[test]
fn a_guess_is_confirmed_by_one_click() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.open_tab("Stopping");
    browser.press_button("That is right");
    browser.wait_until_gone(".objective__guess");
    browser.reload();
    browser.wait_for_value("[aria-label=Objective]", "val_loss");
    assert_eq!(browser.count(".objective__guess"), 0);
}

#[test]
fn wrong_criteria_are_told_field_by_field() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.open_tab("Stopping");
    browser.press_button("Add a criterion");
    browser.fill("[aria-label='Look back, checkpoints']", "never");
    browser.fill("[aria-label='At most, checkpoints']", "0");
    browser.wait_for("[aria-label='Look back, checkpoints'][aria-invalid=true]");
    browser.wait_for("[aria-label='At most, checkpoints'][aria-invalid=true]");
    assert_eq!(browser.count(".field__error"), 2, "{:?}", browser.texts(".field__error"));
    assert!(browser.attribute("[type=submit]", "disabled").is_some());
    browser.press_button("Discard changes");
    browser.wait_until_gone(".field__error");
    assert_eq!(browser.count(".criteria__one"), 0);
}

#[test]
fn a_new_name_is_kept() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.fill(NAME, "Night shift");
    browser.press("Enter");
    browser.wait_until("the title", "return document.title.startsWith('Night shift')", &[]);
    browser.reload();
    browser.wait_for_value(NAME, "Night shift");
    browser.goto("#");
    browser.wait_for_texts(".tile__name", &["Night shift"]);
}

#[test]
fn a_deletion_is_asked_first() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    browser.goto("#");
    browser.click(".tile__delete");
    browser.click_text("dialog[open] button", "Keep it");
    browser.wait_until_gone("dialog[open]");
    assert_eq!(browser.texts(".tile__name"), ["first"]);
    browser.click(".tile__delete");
    browser.wait_for_text("dialog[open]", "first");
    browser.click_text("dialog[open] button", "Delete");
    browser.wait_until_gone(".tile");
    browser.reload();
    browser.wait_for("h1");
    // The next drop stands alone, so the store was read and held nothing else.
    browser.drop_runs(&[logs.write("second.csv", FIRST)], 1);
    browser.goto("#");
    browser.wait_for_texts(".tile__name", &["second"]);
}

#[test]
fn a_removed_run_stays_away_until_it_is_dropped_again() {
    let logs = Logs::new();
    let browser = with_first(&logs);
    let second = logs.write("second.csv", FIRST);
    browser.drop_files(&[&second]);
    browser.wait_for_runs(2);
    browser.click_text(".run-list__name", "second");
    browser.wait_for_text(".inspector__name", "second");
    browser.press_button("Remove this run");
    browser.wait_for_texts(".run-list__name", &["first"]);
    browser.wait_for_text(".notice", "Removed second");
    browser.reload();
    browser.wait_for_texts(".run-list__name", &["first"]);
    browser.drop_files(&[&second]);
    browser.wait_for_texts(".run-list__name", &["first", "second"]);
    assert_eq!(browser.errors(), [""; 0]);
}
