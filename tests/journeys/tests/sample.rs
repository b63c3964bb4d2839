//! This file is the sample: 24 small networks, from the button to the verdicts.

use journeys::Browser;

fn sample() -> Browser {
    let browser = Browser::open();
    browser.press_button("Open the sample");
    browser.wait_for_runs(24);
    browser.wait_for_curve();
    browser
}

/// The cells of a column of the table of runs, which is open.
fn column(browser: &Browser, head: &str) -> Vec<String> {
    let script = "
        const heads = [...document.querySelectorAll('.run-table thead th')];
        const at = heads.findIndex(head => head.innerText.trim().split(' ')[0] === arguments[0]);
        return [...document.querySelectorAll('.run-table__row')].map(row => row.cells[at].innerText);";
    serde_json::from_value(browser.run(script, &[head.into()])).expect("texts")
}

/// The row of a run in the list, as the number of its place from 1.
fn place(browser: &Browser, run: &str) -> usize {
    let place = browser.texts(".run-list__name").iter().position(|name| name == run);
    1 + place.unwrap_or_else(|| panic!("{run} is in the list"))
}

#[test]
fn the_sample_shows_curves_and_no_error() {
    let browser = sample();
    browser.wait_for_value("[aria-label='Name of the experiment']", "Sample: two moons");
    assert_eq!(browser.texts(".inspector__name"), ["lr=0.2,width=8,dropout=0"], "the best run is in focus");
    assert_eq!(browser.texts(".curve-card__title").len(), 2);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn runs_that_end_in_nan_have_diverged() {
    let browser = sample();
    browser.open_tab("Stopping");
    browser.choose("[aria-label=Objective]", "val_loss");
    let run = place(&browser, "lr=2,width=32,dropout=0.3");
    browser.wait_for_text(&format!(".run-list__row:nth-child({run}) .run-list__status"), "diverged at step 19");
    let diverged = browser.texts(".run-list__status").into_iter().filter(|status| status.starts_with("diverged"));
    assert_eq!(diverged.count(), 2);
    assert!(browser.text(".run-list__foot").contains("2 failed or diverged"));
}

#[test]
fn the_verdict_of_a_selected_run_is_in_the_inspector() {
    let browser = sample();
    browser.look_back(5);
    browser.open_tab("Curves");
    let run = place(&browser, "lr=0.002,width=8,dropout=0");
    browser.click(&format!(".run-list__row:nth-child({run}) .run-list__open"));
    browser.wait_for_text(".inspector__name", "lr=0.002,width=8,dropout=0");
    // Its validation accuracy is 0.813 at checkpoint 28, where five checkpoints before it was 0.813 as well.
    assert_eq!(browser.text(".advice h2"), "Stop was advised at checkpoint 28 (step 55)");
    assert_eq!(
        browser.text(".advice p"),
        "Going on for 72 more checkpoints brought 0.009: from 0.813 to 0.822 at checkpoint 96."
    );
    let status = browser.text(&format!(".run-list__row:nth-child({run}) .run-list__status"));
    assert!(status.starts_with("stop at step 55 "), "{status}");
}

#[test]
fn the_table_of_runs_sorts_by_a_click() {
    let browser = sample();
    browser.open_tab("Runs");
    browser.wait_for(".run-table__row");
    browser.press_button("lr");
    browser.wait_until(
        "an ascending column",
        "return document.querySelector('[aria-sort=ascending]')?.innerText.startsWith('lr')",
        &[],
    );
    let ascending = column(&browser, "lr");
    assert_eq!((ascending.first(), ascending.last()), (Some(&"0.002".to_owned()), Some(&"2".to_owned())));
    browser.press_button("lr ▴");
    browser.wait_for("[aria-sort=descending]");
    let descending = column(&browser, "lr");
    assert_eq!((descending.first(), descending.last()), (Some(&"2".to_owned()), Some(&"0.002".to_owned())));
    assert!(!browser.texts(".run-table thead th").contains(&"momentum".to_owned()), "all runs have the same");
}

#[test]
fn the_filter_compares_parameters() {
    let browser = sample();
    browser.type_into("[aria-label='Filter runs']", "lr > 0.1 width=8");
    browser.wait_for_runs(4);
    let mut names = browser.texts(".run-list__name");
    names.sort();
    assert_eq!(
        names,
        [
            "lr=0.2,width=8,dropout=0",
            "lr=0.2,width=8,dropout=0.3",
            "lr=2,width=8,dropout=0",
            "lr=2,width=8,dropout=0.3"
        ],
    );
}
