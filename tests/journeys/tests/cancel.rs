//! This file is imports that are given up: nothing is added, and the page goes on.

use journeys::{Browser, Logs};
use std::fmt::Write;
use std::path::PathBuf;

/// A table that takes a while: some 60 MB.
fn large(logs: &Logs) -> PathBuf {
    const COLUMNS: usize = 12;
    const ROWS: usize = 400_000;
    let mut text = String::with_capacity(70_000_000);
    text.push_str("step");
    for column in 0..COLUMNS {
        write!(text, ",loss{column}").expect("a string takes all");
    }
    for row in 0..ROWS {
        write!(text, "\n{row}").expect("a string takes all");
        for column in 0..COLUMNS {
            write!(text, ",{:.9}", 1.0 / (row + column + 1) as f64).expect("a string takes all");
        }
    }
    logs.write("large.csv", text)
}

#[test]
fn a_cancelled_import_adds_nothing() {
    let logs = Logs::new();
    let (large, small) = (large(&logs), logs.write("small.csv", "epoch,loss\n0,1.0\n1,0.5\n"));
    let browser = Browser::open();
    browser.wait_for("h1");

    browser.drop_files(&[&small, &large]);
    browser.wait_for_text(".import-panel", "MB");
    browser.wait_until("progress", "return document.querySelector('.import-panel progress')?.value > 0", &[]);
    browser.press_button("Cancel");
    browser.wait_until_gone(".import-panel");
    browser.wait_for_text(".notice", "Nothing was added");
    browser.reload();
    browser.wait_for("h1");
    assert_eq!(browser.count(".tile"), 0);

    // The next drop is read, first by an experiment of its own, then into it.
    browser.drop_runs(&[&small], 1);
    browser.drop_files(&[&large]);
    browser.wait_until("progress", "return document.querySelector('.import-panel progress')?.value > 0", &[]);
    browser.press_button("Cancel");
    browser.wait_until_gone(".import-panel");
    assert_eq!(browser.texts(".run-list__name"), ["small"]);
    browser.reload();
    browser.wait_for_curve();
    assert_eq!(browser.texts(".run-list__name"), ["small"]);
    assert_eq!(browser.errors(), [""; 0]);
}
