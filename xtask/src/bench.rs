//! This file is `cargo xtask bench`: it builds what people get and measures it.
//!
//! Every measurement is a program in `tests/bench/` and a `[[bench]]` of a manifest: in the main package when it runs
//! natively, in `tests/journeys` when it needs a browser. Those find a server with `dist/` and beside it `tab.html`,
//! in which the page's own code and its peers can be called one by one.

use crate::options::Profile;
use crate::steps::{self, Steps};
use crate::{bindgen, compile, dist, serve, setup, test, workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the measured code is compared with: packages of npm, and their files that the tab loads.
const PEERS: [(&str, &str); 2] =
    [("papaparse@5.5.3", "papaparse/papaparse.min.js"), ("uplot@1.6.32", "uplot/dist/uPlot.iife.min.js")];

/// Runs the measurements of these names, or all of them.
pub fn run(names: &[String]) -> Result<()> {
    let browser = setup::browser()?;
    let mut steps = Steps::new(dist::STEPS + 4);
    dist::write(Profile::Release, &mut steps)?;
    let scratch = workspace::target().join("bench");
    let site = scratch.join("site");
    steps.run("make logs", || make_logs(&scratch.join("logs")))?;
    steps.run("compile the tab", || add_tab(&site))?;
    steps.run("fetch the peers", || add_peers(&scratch.join("peers"), &site))?;
    let url = serve::in_background(site)?;
    let mut bench = workspace::cargo();
    bench.args(["bench", "--package", "training-monitor", "--package", "journeys"]);
    if names.is_empty() {
        bench.arg("--benches");
    }
    for name in names {
        bench.args(["--bench", name]);
    }
    test::visit(&mut bench, &browser, &url);
    bench.env("TRAINING_MONITOR_BENCH_LOGS", scratch.join("logs"));
    steps.run("measure", || steps::run(&mut bench))
}

/// Writes the logs that are read: a million scalars in three formats, and a folder of a thousand runs.
fn make_logs(folder: &Path) -> Result<()> {
    let mut generate = workspace::cargo();
    generate.args(["run", "--profile", "bench", "--example", "generate-logs", "--"]);
    steps::run(generate.arg(folder).args(["--points", "1000000", "--runs", "1000"]))
}

/// Puts `dist/` into a folder, and beside it the tab with its code.
fn add_tab(site: &Path) -> Result<()> {
    let mut cargo = compile::cargo_for_wasm(Profile::Release);
    cargo.args(["build", "--release", "--target", compile::TARGET, "--package", "bench-tab"]);
    steps::run(&mut cargo)?;
    let folder = workspace::target().join(compile::TARGET).join("release");
    let tab = bindgen::bind(&folder.join("bench-tab.wasm"), Profile::Release)?;
    if site.is_dir() {
        fs::remove_dir_all(site).with_context(|| format!("cannot empty {}", site.display()))?;
    }
    copy_folder(&workspace::dist(), site)?;
    fs::copy(workspace::root().join("tests/bench/tab/tab.html"), site.join("tab.html"))?;
    fs::write(site.join("tab.js"), tab.glue)?;
    fs::write(site.join("tab.wasm"), tab.wasm)?;
    for (path, text) in tab.snippets {
        let path = site.join("snippets").join(path);
        fs::create_dir_all(path.parent().unwrap_or(site))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// Puts the peers into the site. Where npm is missing, or the network is, the measurements say that they are missing.
fn add_peers(scratch: &Path, site: &Path) -> Result<()> {
    fs::create_dir_all(scratch)?;
    fs::write(scratch.join("package.json"), "{ \"private\": true }")?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]).args(PEERS.map(|(package, _)| package));
    let installed = npm.current_dir(scratch).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !installed.is_ok_and(|status| status.success()) {
        eprintln!("npm brings no peers; the figures stand alone");
    }
    for (_, path) in PEERS {
        let found = scratch.join("node_modules").join(path);
        if let Some(name) = found.file_name().filter(|_| found.is_file()) {
            fs::copy(&found, site.join(name))?;
        }
    }
    Ok(())
}

/// Copies a folder with everything in it.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    let mut waiting: Vec<(PathBuf, PathBuf)> = vec![(from.to_path_buf(), to.to_path_buf())];
    while let Some((from, to)) = waiting.pop() {
        fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
        for entry in fs::read_dir(&from).with_context(|| format!("cannot list {}", from.display()))? {
            let entry = entry?;
            let (path, to) = (entry.path(), to.join(entry.file_name()));
            if path.is_dir() {
                waiting.push((path, to));
            } else {
                fs::copy(&path, &to).with_context(|| format!("cannot copy {}", path.display()))?;
            }
        }
    }
    Ok(())
}
