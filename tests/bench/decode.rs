//! This file answers: how long does it take from a file to runs in memory, beside merely reading its bytes?
//!
//! Workload: a million scalars of ten tags as an event file (47 MB), as JSON lines and as a table, all of one seed
//! (`generate.rs`), chosen in a file input. In one tab and in turns: `File.arrayBuffer`; the page's own worker, until
//! the runs lie in the page's memory; `JSON.parse` of each line; PapaParse with its numbers. Before that one import
//! each by a worker that was just started, whose code the browser has not optimised yet: what a visitor meets.
//!
//! Protects: at most 2 times the reading for event files, 3 times for JSON lines and tables.
//!
//! Prints for each case the median of 7 rounds in milliseconds, its multiple of the reading, and the spread.

mod figures;

use figures::Millis;
use journeys::Browser;
use std::path::{Path, PathBuf};

const ROUNDS: usize = 7;

/// Name of the case, and a script that returns when everything is in memory.
type Case = (&'static str, &'static str);

const READING: Case = ("File.arrayBuffer", "return (await file.arrayBuffer()).byteLength");
const OURS: Case = ("ours", "return await ours.read(file)");
const JSON_PARSE: Case = (
    "JSON.parse by line",
    "return (await file.text()).split('\\n').filter(line => line).map(line => JSON.parse(line)).length",
);
const PAPA_PARSE: Case = (
    "PapaParse",
    "if (!globalThis.Papa) return null;
     const parse = done => Papa.parse(file, { header: true, dynamicTyping: true, skipEmptyLines: true, complete: done });
     return (await new Promise(parse)).data.length",
);

fn main() {
    let logs = PathBuf::from(std::env::var_os("TRAINING_MONITOR_BENCH_LOGS").expect("`cargo xtask bench` makes logs"));
    let files: [(&str, f64, &[Case]); 3] = [
        ("events.out.tfevents.1700000000.bench.1.0", 2.0, &[READING, OURS]),
        ("twin.jsonl", 3.0, &[READING, OURS, JSON_PARSE]),
        ("twin.csv", 3.0, &[READING, OURS, PAPA_PARSE]),
    ];
    for (name, aim, cases) in files {
        measure(&logs.join(name), aim, cases);
    }
}

fn measure(file: &Path, aim: f64, cases: &[Case]) {
    let size = std::fs::metadata(file).map_or(0, |found| found.len());
    println!("decode {}, {:.1} MB", file.file_name().unwrap_or_default().display(), size as f64 / 1e6);
    let mut first = Millis::default();
    let mut times = vec![Millis::default(); cases.len()];
    for _ in 0..3 {
        let browser = open(file);
        round(&browser, READING);
        first.extend(round(&browser, OURS));
    }
    let browser = open(file);
    for _ in 0..ROUNDS {
        for (case, times) in cases.iter().zip(&mut times) {
            times.extend(round(&browser, *case));
        }
    }
    let reading = times[0].median();
    let line = |name: &str, times: &Millis| {
        let multiple = times.median() / reading;
        println!("  {name:<20} {:8.1} ms {multiple:6.2} x   {}", times.median(), times.spread());
    };
    for ((name, _), times) in cases.iter().zip(&times) {
        line(name, times);
    }
    line("ours, first import", &first);
    println!("  aim: ours at most {aim} x");
}

/// A tab with the file chosen and a worker that has started and read one line.
fn open(file: &Path) -> Browser {
    let browser = Browser::start();
    browser.goto("tab.html");
    browser.wait_until("the tab's code", "return globalThis.ours !== undefined", &[]);
    browser.choose_files("input", &[file]);
    browser.run_async("return await ours.read(new File(['epoch,loss\\n0,1\\n1,2\\n'], 'start.csv'))", &[]);
    browser
}

/// The time of one round; nothing when the peer is missing.
fn round(browser: &Browser, (name, script): Case) -> Option<f64> {
    let script = format!(
        "const file = document.querySelector('input').files[0];
         const began = performance.now();
         const found = await (async () => {{ {script} }})();
         return found === null ? null : [performance.now() - began, found];"
    );
    let found = browser.run_async(&script, &[]);
    if !found.is_null() {
        assert!(found[1].as_f64() >= Some(100_000.0), "{name} found only {}", found[1]);
    }
    found[0].as_f64()
}
