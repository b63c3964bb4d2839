//! This file is logs that are still being written: they are followed from their drop on, and again on a later visit.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use journeys::{Browser, Logs};
use serde_json::json;

const BEGUN: &str = "epoch,loss,val_loss\n0,1.0,0.8\n1,0.75,0.5\n";

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().append(true).open(path).expect("the log is there");
    file.write_all(text.as_bytes()).expect("the log can be written");
}

#[test]
fn a_dropped_log_is_followed() {
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
    browser.wait_for_text(".notice", "Stop advised for first");
    browser.wait_for_text(".run-list__badge", "new");
    assert!(browser.title().starts_with("(1) Stop advised"), "{}", browser.title());
    append(&log, "3,0.4,0.25\n");
    browser.wait_for_texts(".run-list__best", &["0.25"]);
    assert_eq!(browser.texts(".run-list__name"), ["first"]);
    assert_eq!(browser.errors(), [""; 0]);
}

/// A dialog cannot be driven: it gives a file of the private file system, for which the page must ask once per visit.
const DIALOG: &str = "
    let asked = false;
    FileSystemHandle.prototype.queryPermission = async () => asked ? 'granted' : 'prompt';
    FileSystemHandle.prototype.requestPermission = async () => { asked = true; return 'granted'; };
    const log = async () => {
        const folder = await navigator.storage.getDirectory();
        return folder.getFileHandle('first.csv', { create: true });
    };
    globalThis.append = async text => {
        const handle = await log();
        const position = (await handle.getFile()).size;
        const writer = await handle.createWritable({ keepExistingData: true });
        await writer.write({ type: 'write', position, data: text });
        await writer.close();
    };
    globalThis.showOpenFilePicker = async () => [await log()];";

#[test]
fn a_later_visit_goes_on_watching_with_one_click() {
    let browser = Browser::start();
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": DIALOG }));
    browser.goto("");
    let append = |text: &str| {
        browser.run_async("append(arguments[0]).then(() => arguments[1]())", &[text.into()]);
    };
    append(BEGUN);
    browser.press_button("Watch files…");
    browser.wait_for_text(".watch", "Watching first.csv");
    append("2,0.5,0.25\n");
    browser.wait_for_texts(".run-list__best", &["0.25"]);
    browser.reload();
    browser.wait_for_texts(".run-list__name", &["first"]);
    append("3,0.4,0.125\n");
    browser.press_button("Resume watching");
    browser.wait_for_texts(".run-list__best", &["0.125"]);
    append("4,0.3,0.0625\n");
    browser.wait_for_texts(".run-list__best", &["0.0625"]);
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
