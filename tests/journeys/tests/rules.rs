//! This file is the rules of other tools: chosen, filled in, applied, and read in the ledger.

use journeys::{Browser, Logs};

const LOG: &str = "epoch,val_loss\n0,1.0\n1,0.8\n2,0.9\n3,0.9\n4,0.7\n";

const RULE: &str = "[aria-label='Rule of the new criterion']";

fn stopping(logs: &[(&str, &str)]) -> (Logs, Browser) {
    let folder = Logs::new();
    let browser = Browser::open();
    let paths: Vec<_> = logs.iter().map(|(name, text)| folder.write(name, *text)).collect();
    browser.drop_runs(&paths, logs.len());
    browser.open_tab("Stopping");
    (folder, browser)
}

#[test]
fn patience_of_keras_is_judged_and_kept() {
    let (_logs, browser) = stopping(&[("run.csv", LOG)]);
    browser.choose(RULE, "Keras EarlyStopping");
    browser.press_button("Add a criterion");
    browser.fill("[aria-label=patience]", "2");
    browser.press_button("Apply to all runs");
    browser.wait_for(".ledger__row--first");
    let together: Vec<bool> = browser.ledger().iter().map(|row| row[4].starts_with("stop")).collect();
    assert_eq!(together, [false, false, false, true, false], "{:?}", browser.ledger());
    browser.reload();
    browser.wait_for(".ledger__row--first");
    assert_eq!(browser.run("return document.querySelector('[aria-label=patience]').value", &[]), "2");
}

#[test]
fn a_parameter_out_of_range_says_so_at_its_field() {
    let (_logs, browser) = stopping(&[("run.csv", LOG)]);
    browser.choose(RULE, "Optuna PercentilePruner");
    browser.press_button("Add a criterion");
    browser.fill("[aria-label=percentile]", "140");
    browser.wait_for_text(".field__error", "must be from 0 to 100");
    assert_eq!(browser.count(".stopping__form [type=submit]:disabled"), 1);
    browser.fill("[aria-label=percentile]", "25");
    browser.wait_until_gone(".field__error");
}

#[test]
fn a_rule_that_compares_runs_says_in_which_order() {
    let worse = "epoch,val_loss\n0,2.0\n1,1.9\n2,1.8\n3,1.8\n4,1.7\n";
    let (_logs, browser) = stopping(&[("a.csv", LOG), ("b.csv", LOG), ("c.csv", worse)]);
    browser.choose(RULE, "SageMaker early stopping");
    browser.press_button("Add a criterion");
    browser.fill("[aria-label=min_completed_runs]", "2");
    browser.press_button("Apply to all runs");
    browser.wait_for_text(".ledger", "in the order of the list");
    browser.click_text(".run-list__name", "c");
    browser.wait_for_text(".ledger .card__title", "c");
    browser.wait_for(".ledger__row--first");
}

#[test]
fn criteria_are_combined_as_json() {
    let (_logs, browser) = stopping(&[("run.csv", LOG)]);
    browser.choose(RULE, "Any of these");
    browser.press_button("Add a criterion");
    let members = "[aria-label='Criteria that are combined, as JSON']";
    browser.fill(members, "[{\"type\": \"patience\", \"params\": {\"patience\": \"many\"}}]");
    browser.wait_for_text(".field__error", "patience");
    browser.fill(members, "[{\"type\": \"patience\", \"params\": {\"patience\": 2}}, {\"type\": \"non_finite\"}]");
    browser.press_button("Apply to all runs");
    browser.wait_for(".ledger__row--first");
    assert!(browser.text(".ledger__row--first").contains('4'), "{}", browser.text(".ledger__row--first"));
}
