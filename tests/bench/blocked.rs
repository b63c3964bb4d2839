//! This file answers: how long does a drop keep the page from answering, and when is the first chart there?
//!
//! Workload: the event file of `decode.rs` (a million scalars in one run), and a folder of 1,000 runs with 200
//! checkpoints each, dropped on the start page of a new browser.
//!
//! Protects: no task above 200 ms, so that typing and scrolling go on during an import.
//!
//! Prints for each case the longest task of the main thread and how many were longer than 50 ms, and the time from the
//! drop to the first painted chart: medians of 3 browsers, in milliseconds.

mod figures;

use figures::Millis;
use journeys::{Browser, PATIENCE};
use std::path::{Path, PathBuf};

const BROWSERS: usize = 3;

/// Notes when the first chart has its size, which it gets when it is painted.
const WATCH: &str = "
    globalThis.longTasks.length = 0;
    globalThis.firstChart = null;
    const began = performance.now();
    const look = () => {
        const canvas = [...document.querySelectorAll('.chart__canvas')].find(it => it.width !== 300);
        if (canvas) globalThis.firstChart = performance.now() - began;
        else requestAnimationFrame(look);
    };
    look();";

fn main() {
    let logs = PathBuf::from(std::env::var_os("TRAINING_MONITOR_BENCH_LOGS").expect("`cargo xtask bench` makes logs"));
    for (what, path) in [
        ("1,000,000 scalars", "events.out.tfevents.1700000000.bench.1.0"),
        ("1,000 runs of 200 checkpoints", "thousand"),
    ] {
        measure(what, &logs.join(path));
    }
}

fn measure(what: &str, path: &Path) {
    let (mut longest, mut count, mut chart) = (Millis::default(), Millis::default(), Millis::default());
    for _ in 0..BROWSERS {
        let browser = Browser::open();
        browser.wait_for("main");
        browser.run(WATCH, &[]);
        browser.drop_files(&[path]);
        browser.wait_at_most(4 * PATIENCE, "the first chart", "return globalThis.firstChart", &[]);
        // What is still to be kept and judged belongs to the drop: until no long task has come for a while.
        let quiet = "const now = globalThis.longTasks.length;
            const before = globalThis.tasksBefore;
            if (now !== before) { globalThis.tasksBefore = now; globalThis.quietSince = performance.now() }
            return performance.now() - globalThis.quietSince > 2000";
        browser.wait_at_most(4 * PATIENCE, "the page to come to rest", quiet, &[]);
        let tasks = browser.long_tasks_millis();
        longest.add(tasks.iter().copied().fold(0.0, f64::max));
        count.add(tasks.len() as f64);
        chart.extend(browser.run("return globalThis.firstChart", &[]).as_f64());
    }
    println!("drop of {what}");
    println!("  longest task         {:7.0} ms ({})", longest.median(), longest.spread());
    println!("  tasks above 50 ms    {:7.0}    ({})", count.median(), count.spread());
    println!("  first chart after    {:7.0} ms ({})", chart.median(), chart.spread());
}
