//! This file is the stopping lab: replay a rule over the sample, read its price, and apply a setting.

use journeys::{Browser, PATIENCE};

fn lab() -> Browser {
    let browser = Browser::open();
    browser.press_button("Open the sample");
    browser.wait_for_runs(24);
    browser.wait_for_curve();
    browser.open_tab("Stopping");
    browser
}

#[test]
fn a_replayed_setting_is_applied_to_all_runs() {
    let browser = lab();
    browser.press_button("Replay");
    browser.wait_at_most(PATIENCE, "30 settings", "return document.querySelectorAll('.lab__dot').length === 30", &[]);
    browser.wait_for_text(".lab__said", "Replayed over 24 finished runs");
    assert!(browser.text(".lab__said").contains("single"), "{}", browser.text(".lab__said"));
    let best = browser.text(".lab__row td");
    assert_eq!(best, "patience 1", "it saves most");
    browser.click(".lab__row button");
    browser.wait_for_text(".notice", "Applied Patience: patience 1");
    browser.wait_for_text(".ledger thead", "Patience: patience 1");
    browser.wait_for(".ledger__row--first");
    browser.reload();
    browser.wait_for_text(".ledger thead", "Patience: patience 1");
}

#[test]
fn what_cannot_be_replayed_says_why() {
    let browser = lab();
    browser.fill("[aria-label='Values of patience']", "1, soon");
    browser.press_button("Replay");
    browser.wait_for_text(".lab .field__error", "patience");
    assert_eq!(browser.count(".lab__dot"), 0);
    browser.fill("[aria-label='Values of patience']", "1..200");
    let many: String = (1..20).map(|at| format!("0.{at}, ")).collect();
    browser.fill("[aria-label='Values of min_delta']", &many);
    browser.press_button("Replay");
    browser.wait_for_text(".lab .field__error", "more than 2000 settings");
}

#[test]
fn rules_that_compare_runs_are_replayed_too() {
    let browser = lab();
    browser.choose("[aria-label='Rule of the lab']", "Optuna PercentilePruner");
    browser.fill("[aria-label='Values of percentile']", "10, 50");
    browser.fill("[aria-label='Values of n_warmup_steps']", "0, 40");
    browser.press_button("Replay");
    browser.wait_at_most(PATIENCE, "4 settings", "return document.querySelectorAll('.lab__dot').length === 4", &[]);
    browser.wait_for_text(".lab__said", "Each run sees those before it in the list");
}
