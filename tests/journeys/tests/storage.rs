//! This file is the browser's storage: full, shared by two tabs, and left in the middle of an import.

use journeys::{Browser, Logs};
use std::fmt::Write;

const SMALL: &str = "epoch,loss\n0,1.0\n1,0.5\n2,0.25\n";

/// A table whose values do not compress: multiples of the golden ratio, without their whole part.
fn large(rows: u32) -> String {
    let mut text = "step,loss,accuracy".to_owned();
    for row in 0..rows {
        let loss = (f64::from(row) * 0.618_033_988_749_894_9).fract();
        write!(text, "\n{row},{loss:.15},{:.15}", (loss * 977.0).fract()).expect("a string takes all");
    }
    text
}

#[test]
fn full_storage_is_told_while_the_page_goes_on() {
    let logs = Logs::new();
    let browser = Browser::start();
    browser.set_quota(Some(1_000_000));
    browser.goto("");
    browser.drop_runs(&[logs.write("kept.csv", SMALL)], 1);
    browser.wait_for_text(".pill", "kept in this browser");
    browser.goto("#");
    browser.wait_for(".tile");

    browser.drop_runs(&[logs.write("too-large.csv", large(200_000))], 1);
    browser.wait_for_text(".notice--bad", "storage is full");
    browser.wait_for_text(".pill", "not saved");
    assert_eq!(browser.count(".notice--bad"), 1, "it is said once: {:?}", browser.texts(".notice--bad"));
    browser.look_back(2);
    assert_eq!(browser.ledger()[2][0], "3");
    browser.open_tab("Curves");
    browser.wait_for_curve();

    // Another drop into the same experiment, and a look at the old one, work as well.
    browser.drop_files(&[logs.write("second.csv", SMALL)]);
    browser.wait_for_runs(2);
    browser.goto("#");
    browser.click_text(".tile__name", "kept");
    browser.wait_for_texts(".run-list__name", &["kept"]);
    browser.wait_for_text(".pill", "kept in this browser");

    // What was in memory goes with the page; what was kept stays.
    browser.goto("#");
    browser.reload();
    browser.wait_for_texts(".tile__name", &["kept"]);
    browser.set_quota(None);
    browser.click_text(".tile__name", "kept");
    browser.wait_for_curve();
    assert_eq!(browser.text(".run-list__best"), "0.25");
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn a_drop_in_one_tab_shows_in_the_other() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.wait_for("h1");
    browser.open_second_tab("");
    browser.drop_runs(&[logs.write("first.csv", SMALL)], 1);

    browser.switch_to_tab(0);
    browser.wait_for_texts(".tile__name", &["first"]);
    browser.click_text(".tile__name", "first");
    browser.wait_for_texts(".run-list__name", &["first"]);

    browser.switch_to_tab(1);
    browser.drop_files(&[logs.write("second.csv", SMALL)]);
    browser.wait_for_runs(2);
    browser.look_back(1);

    browser.switch_to_tab(0);
    browser.wait_for_texts(".run-list__name", &["first", "second"]);
    browser.open_tab("Stopping");
    browser.wait_for_value("[aria-label='Look back, checkpoints']", "1");

    // Deleted there, gone here.
    browser.switch_to_tab(1);
    browser.goto("#");
    browser.click(".tile__delete");
    browser.click_text("dialog[open] button", "Delete");
    browser.wait_until_gone(".tile");
    browser.switch_to_tab(0);
    browser.wait_for_text(".notice--bad", "deleted in another tab");
    browser.wait_for("h1");
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn a_tab_closed_during_an_import_leaves_nothing() {
    let logs = Logs::new();
    let large = logs.write("large.csv", large(1_000_000));
    let browser = Browser::open();
    browser.wait_for("h1");
    browser.open_second_tab("");
    browser.wait_for("h1");
    browser.drop_files(&[&large]);
    browser.wait_until("progress", "return document.querySelector('.import-panel progress')?.value > 0", &[]);
    browser.close_tab();
    browser.reload();
    // The start screen has read the store once this drop is listed there.
    browser.drop_runs(&[logs.write("small.csv", SMALL)], 1);
    browser.goto("#");
    browser.wait_for_texts(".tile__name", &["small"]);
    assert_eq!(browser.errors(), [""; 0]);
}
