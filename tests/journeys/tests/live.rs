//! This file is logs that are still being written: they are followed from their drop on, and again after a reload.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use journeys::{Browser, Logs};

const BEGUN: &str = "epoch,loss,val_loss\n0,1.0,0.8\n1,0.75,0.5\n";

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).expect("the log is there");
    file.write_all(text.as_bytes()).expect("the log can be written");
}

#[test]
fn a_dropped_log_is_followed_and_again_after_a_reload() {
    let logs = Logs::new();
    let browser = Browser::open();
    let log = logs.write("first.csv", BEGUN);
    browser.drop_runs(&[&log], 1);
    browser.wait_for_text(".watch", "Watching first.csv");
    browser.look_back(1);
    browser.wait_for_text(".advice h2", "No stop advised");
    append(&log, "2,0.5,0.6\n");
    browser.wait_for_text(".advice h2", "Stop was advised at checkpoint 3");
    assert_eq!(browser.ledger().len(), 3);
    append(&log, "3,0.4,0.25\n");
    browser.wait_for_texts(".run-list__best", &["0.25"]);
    browser.reload();
    browser.wait_for_text(".watch", "Watching first.csv");
    browser.wait_for_texts(".run-list__best", &["0.25"]);
    append(&log, "4,0.3,0.125\n");
    browser.wait_for_texts(".run-list__best", &["0.125"]);
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
    assert_eq!(browser.errors(), [""; 0]);
}

#[test]
fn a_new_log_in_a_watched_folder_joins() {
    let logs = Logs::new();
    let browser = Browser::open();
    logs.write("runs/a/log.csv", BEGUN);
    browser.drop_runs(&[logs.path("runs")], 1);
    browser.wait_for_text(".watch", "Watching runs/");
    logs.write("runs/b/log.csv", BEGUN);
    browser.wait_for_runs(2);
    browser.wait_for_text(".notice", "joined from the watched files");
}

#[test]
fn a_log_that_is_written_anew_keeps_its_run() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", BEGUN)], 1);
    browser.wait_for_text(".watch", "Watching first.csv");
    logs.write("first.csv", "epoch,loss,val_loss\n0,3.0,2.5\n");
    browser.wait_for_text(".notice", "was written anew");
    browser.wait_for_texts(".run-list__best", &["2.5"]);
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
}

#[test]
fn watching_ends_when_asked() {
    let logs = Logs::new();
    let browser = Browser::open();
    browser.drop_runs(&[logs.write("first.csv", BEGUN)], 1);
    browser.wait_for_text(".watch", "Watching first.csv");
    browser.press_button("Stop watching");
    browser.wait_for_text(".watch", "Watch files…");
    browser.reload();
    browser.wait_for_text(".watch", "Watch files…");
}
