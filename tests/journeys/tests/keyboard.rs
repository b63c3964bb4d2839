//! This file is the page without a mouse.

use journeys::{Browser, Logs};

const SELECTED: &str = ".run-list__row--selected .run-list__name";

/// Three runs; the first is the best, so it is in focus.
fn three_runs(logs: &Logs) -> Browser {
    let run = |name: &str, last: f64| logs.write(name, format!("epoch,loss\n0,2.5\n1,1.5\n2,{last}\n"));
    let browser = Browser::open();
    browser.drop_runs(&[run("a.csv", 0.25), run("b.csv", 0.5), run("c.csv", 0.75)], 3);
    browser.wait_for_texts(SELECTED, &["a"]);
    browser
}

#[test]
fn the_map_of_keys_opens_by_a_question_mark() {
    let browser = Browser::open();
    browser.wait_for("h1");
    browser.press("?");
    browser.wait_for_text("dialog[open]", "Filter the runs");
    browser.press("Escape");
    browser.wait_until_gone("dialog[open]");
    browser.press("?");
    browser.wait_for("dialog[open]");
}

#[test]
fn a_slash_leads_to_the_filter() {
    let logs = Logs::new();
    let browser = three_runs(&logs);
    browser.press("/");
    browser.press("b");
    browser.wait_for_value("[aria-label='Filter runs']", "b");
    browser.wait_for_texts(".run-list__name", &["b"]);
    // Letters in a field are text, not commands.
    browser.press("3");
    browser.wait_for_value("[aria-label='Filter runs']", "b3");
    assert_eq!(browser.tab(), "Curves");
    browser.wait_for_texts(".run-list__none", &["No run matches."]);
}

#[test]
fn j_goes_down_the_list_while_k_goes_up() {
    let logs = Logs::new();
    let browser = three_runs(&logs);
    for (key, run) in [("j", "b"), ("j", "c"), ("j", "c"), ("k", "b"), ("k", "a"), ("k", "a")] {
        browser.press(key);
        browser.wait_for_texts(SELECTED, &[run]);
        browser.wait_for_texts(".inspector__name", &[run]);
    }
}

#[test]
fn v_hides_the_selected_run() {
    let logs = Logs::new();
    let browser = three_runs(&logs);
    browser.press("j");
    browser.wait_for_texts(SELECTED, &["b"]);
    browser.press("v");
    browser.wait_for(".run-list__row:nth-child(2) [aria-pressed=false]");
    browser.press("v");
    browser.wait_for(".run-list__row:nth-child(2) [aria-pressed=true]");
}

#[test]
fn digits_open_tabs() {
    let logs = Logs::new();
    let browser = three_runs(&logs);
    for (key, tab) in [("2", "Runs"), ("3", "Stopping"), ("4", "Import report"), ("1", "Curves")] {
        browser.press(key);
        browser.wait_for_texts("[role=tab][aria-selected=true]", &[tab]);
    }
}

#[test]
fn digits_do_nothing_on_the_start_screen() {
    let browser = Browser::open();
    browser.wait_for("h1");
    let before = browser.address();
    browser.press("3");
    browser.press("j");
    browser.press("v");
    browser.press("?");
    browser.wait_for("dialog[open]");
    assert_eq!(browser.address(), before);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn arrows_walk_along_a_chart() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("a.csv", "epoch,loss\n0,2.5\n1,1.5\n2,0.25\n")], 1);
    browser.run("document.querySelector('.chart').focus()", &[]);
    for (key, heading, value) in [
        // From the middle.
        ("ArrowLeft", "epoch 0", "2.5"),
        ("ArrowRight", "epoch 1", "1.5"),
        ("ArrowRight", "epoch 2", "0.25"),
        ("ArrowLeft", "epoch 1", "1.5"),
    ] {
        browser.press(key);
        browser.wait_for_texts(".tip__heading", &[heading]);
        browser.wait_for_texts(".tip__value", &[value]);
    }
    browser.press("Escape");
    browser.wait_until_gone(".tip");
}

#[test]
fn every_control_is_reached_by_tab() {
    let logs = Logs::new();
    let browser = three_runs(&logs);
    browser.run("document.activeElement.blur()", &[]);
    // As many presses as there are places to stop at, and some for the browser's own.
    let places =
        "return document.querySelectorAll('a[href], button, input, select, textarea, [tabindex=\"0\"]').length";
    let places = browser.run(places, &[]).as_u64().expect("a count");
    browser.run("globalThis.reached = new Set(); addEventListener('focusin', event => reached.add(event.target))", &[]);
    for _ in 0..places + 5 {
        browser.press("Tab");
    }
    let missed = "
        return [...document.querySelectorAll('button, input, select, .chart')]
            .filter(e => e.getClientRects().length > 0 && !e.disabled && e.tabIndex >= 0 && !reached.has(e))
            .map(e => e.outerHTML.slice(0, 120))";
    assert_eq!(browser.run(missed, &[]), serde_json::json!([]));
}
