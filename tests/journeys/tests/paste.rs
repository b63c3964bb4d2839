//! This file is pasted logs: into the dialog, and onto the page.

use journeys::{Browser, Logs};

const CONSOLE: &str = "Epoch 1/3\n10/10 - 1s - loss: 0.9 - val_loss: 1.0\n\
                       Epoch 2/3\n10/10 - 1s - loss: 0.8 - val_loss: 0.75\n\
                       Epoch 3/3\n10/10 - 1s - loss: 0.7 - val_loss: 0.5\n";

#[test]
fn text_in_the_dialog_becomes_an_experiment() {
    let browser = Browser::open();
    browser.press_button("Paste…");
    browser.wait_for("dialog[open]");
    assert!(browser.attribute("dialog[open] .button--primary", "disabled").is_some(), "nothing is pasted yet");
    browser.click("[aria-label='Log text']");
    browser.paste("epoch,loss,val_loss\n0,0.93,0.88\n1,0.71,0.69\n");
    browser.press_button("Import text");
    browser.wait_for_runs(1);
    browser.wait_for_curve();
    browser.wait_for_value("[aria-label='Name of the experiment']", "Pasted log");
    assert_eq!(browser.text(".run-list__best"), "0.69");
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn text_pasted_on_the_page_becomes_an_experiment() {
    let browser = Browser::open();
    browser.wait_for("h1");
    browser.paste(CONSOLE);
    browser.wait_for_runs(1);
    browser.wait_for_curve();
    assert_eq!(browser.text(".run-list__best"), "0.5");
    browser.open_tab("Import report");
    let report = browser.text(".report__row");
    assert!(report.contains("Keras console"), "{report}");
}

#[test]
fn text_pasted_on_an_experiment_adds_a_run() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", "epoch,loss,val_loss\n1,0.9,0.8\n2,0.8,0.7\n")], 1);
    browser.paste(CONSOLE);
    browser.wait_for_runs(2);
    browser.wait_for_text(".notice", "1 run added");
    browser.wait_for_value("[aria-label='Name of the experiment']", "first");
}

#[test]
fn text_pasted_into_a_field_stays_there() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", "epoch,loss\n1,0.9\n2,0.8\n")], 1);
    browser.click("[aria-label='Filter runs']");
    browser.paste("fir");
    browser.wait_for_value("[aria-label='Filter runs']", "fir");
    browser.press("Escape");
    assert_eq!(browser.count(".import-panel"), 0);
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
}

#[test]
fn text_without_numbers_is_refused_in_words() {
    let browser = Browser::open();
    browser.wait_for("h1");
    browser.paste("Dear diary, today I trained a network and it was fine.");
    browser.wait_for_text(".notice--bad", "Nothing to draw");
    assert!(browser.text(".report__row").contains("no metrics that can be recognised"));
    assert_eq!(browser.count(".tile"), 0);
    // The page goes on.
    browser.paste(CONSOLE);
    browser.wait_for_runs(1);
}
