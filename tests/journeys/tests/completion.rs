//! This file is the end of a whole experiment: criteria over its runs, what they say, and what ending would have saved.

use journeys::{Browser, Logs};

const RULE: &str = "[aria-label='Rule of the new completion criterion']";

#[test]
fn a_search_that_no_longer_improves_could_have_ended() {
    let logs = Logs::new();
    let browser = Browser::open();
    let paths: Vec<_> = [0.5, 0.4, 0.45, 0.42, 0.3]
        .iter()
        .enumerate()
        .map(|(at, best)| logs.write(&format!("run{at}.csv"), format!("epoch,val_loss\n0,1.0\n1,{best}\n2,0.9\n")))
        .collect();
    browser.drop_runs(&paths, 5);
    browser.open_tab("Stopping");
    browser.wait_for_text(".completion__headline", "Nothing ends this experiment");
    browser.choose(RULE, "Not improving");
    browser.press_button("Add a completion criterion");
    browser.fill(".completion [aria-label=runs]", "2");
    browser.press_button("Apply to the experiment");
    browser.wait_for_text(".completion__headline", "could have ended after run 4 of 5 runs: Not improving");
    browser
        .wait_for_text(".completion", "would have saved 1 run, and a best value better by 0.1 would have been missed");
    browser.reload();
    browser.wait_for_text(".completion__headline", "could have ended after run 4 of 5 runs: Not improving");
    assert_eq!(browser.errors(), [""; 0]);
}
