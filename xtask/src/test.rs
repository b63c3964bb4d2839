//! This file is `cargo xtask test`: everything that must pass, one check after the other.
//!
//! A failed check does not hide the next: all run, the summary names each, and the command fails if one did.

use crate::options::Profile;
use crate::setup::{self, Browser};
use crate::{compile, dist, serve, steps, workspace};
use anyhow::{Context, Result, ensure};
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long all tests of one binary may take in the browser. The runner's own limit, 20 s, is short for a busy machine.
const BROWSER_TESTS_TIMEOUT_SECS: u32 = 300;

/// What Chromium needs to run without a screen, in a container, and to leave the network alone. One flag per line; the
/// journeys read the same file.
const CHROMIUM_FLAGS: &str = include_str!("../../tests/chromium.flags");

/// Runs every check and prints the summary.
pub fn run() -> Result<()> {
    let began = Instant::now();
    let browser = setup::browser()?;
    compile::ensure_target()?;
    let mut checks = Checks::default();
    checks.check("format", || quiet(workspace::cargo().args(["fmt", "--all", "--check"])));
    checks.check("lints", || {
        quiet(workspace::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-Dwarnings"]))
    });
    checks.check("lints for wasm", || {
        let mut clippy = compile::cargo_for_wasm(Profile::Dev);
        clippy.args(["clippy", "--target", compile::TARGET, "--lib", "--bins"]);
        quiet(clippy.args(browser_test_selection()).args(["--", "-Dwarnings"]))
    });
    checks.check("native tests", || counted(workspace::cargo().args(["test", "--no-fail-fast"])));
    checks.check("tests of the build", || counted(workspace::cargo().args(["test", "--package", "xtask"])));
    checks.check("browser tests", || browser_tests(&browser));
    let built = checks.check("build dist/", || {
        dist::build(Profile::Release)?;
        Ok(Tally::default())
    });
    if built {
        checks.check("journeys", || journeys(&browser));
    } else {
        checks.leave_out("journeys");
    }
    println!("\n{checks}");
    let (tests, took) = (checks.tally(), steps::seconds(began.elapsed()));
    let failed = checks.done.iter().filter(|check| !check.passed).count();
    ensure!(failed == 0, "{failed} of {} checks failed; {tests}; {took}", checks.done.len());
    println!("all {} checks passed; {tests}; {took}", checks.done.len());
    Ok(())
}

/// Tests that only a browser can run, if the repository has some.
fn browser_test_selection() -> &'static [&'static str] {
    if workspace::root().join("tests").join("web.rs").is_file() { &["--test", "web"] } else { &[] }
}

/// Compiles `tests/web.rs` for wasm and runs it in the browser.
fn browser_tests(browser: &Browser) -> Result<Tally> {
    if browser_test_selection().is_empty() {
        println!("there is no tests/web.rs");
        return Ok(Tally::default());
    }
    steps::run(workspace::cargo().args(["build", "--package", "runner"]))?;
    let runner = workspace::target().join("debug").join("runner").with_extension(std::env::consts::EXE_EXTENSION);
    let mut test = compile::cargo_for_wasm(Profile::Dev);
    // As a list, so that a folder with a space in its name stays one word.
    test.arg("--config").arg(format!("target.{}.runner=[{:?}]", compile::TARGET, runner.display().to_string()));
    test.args(["test", "--target", compile::TARGET]).args(browser_test_selection());
    test.env("CHROMEDRIVER", &browser.chromedriver);
    test.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", webdriver_settings(browser)?);
    test.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_TESTS_TIMEOUT_SECS.to_string());
    test.env("WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    counted(&mut test)
}

/// Writes what the runner asks of the driver, and returns the file.
fn webdriver_settings(browser: &Browser) -> Result<PathBuf> {
    let path = workspace::target().join("webdriver.json");
    let flags: Vec<&str> = CHROMIUM_FLAGS.lines().collect();
    let settings = serde_json::json!({
        "goog:chromeOptions": { "args": flags, "binary": browser.chromium },
    });
    std::fs::write(&path, settings.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Serves `dist/` and sends the journeys through it, one browser at a time.
fn journeys(browser: &Browser) -> Result<Tally> {
    let url = serve::in_background(workspace::dist())?;
    let mut test = workspace::cargo();
    test.args(["test", "--package", "journeys", "--no-fail-fast"]);
    visit(&mut test, browser, &url);
    counted(test.args(["--", "--test-threads=1"]))
}

/// Tells a program of `tests/journeys` where the page and the browser are.
pub fn visit(program: &mut Command, browser: &Browser, url: &str) {
    program.env("TRAINING_MONITOR_URL", url);
    program.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
}

/// Runs a check that has no tests to count.
fn quiet(program: &mut Command) -> Result<Tally> {
    steps::run(program)?;
    Ok(Tally::default())
}

/// Runs tests, shows what they print, and counts them.
fn counted(program: &mut Command) -> Result<Tally> {
    let mut child = program.stdout(Stdio::piped()).spawn().context("cargo does not start")?;
    let output = child.stdout.take().context("cargo's output is not readable")?;
    let mut tally = Tally::default();
    let mut screen = std::io::stdout().lock();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        tally.add_line(&String::from_utf8_lossy(&line));
        screen.write_all(&line)?;
        screen.write_all(b"\n")?;
    }
    let status = child.wait()?;
    ensure!(status.success(), "{tally}; cargo ended with {status}");
    Ok(tally)
}

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Takes in a line such as `test result: ok. 24 passed; 0 failed; …`. Other lines count for nothing.
    fn add_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else { return };
        let mut before = "";
        for word in counts.split([' ', ';']).filter(|word| !word.is_empty()) {
            match word {
                "passed" => self.passed += before.parse().unwrap_or(0),
                "failed" => self.failed += before.parse().unwrap_or(0),
                _ => {}
            }
            before = word;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tests passed", self.passed)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        Ok(())
    }
}

/// One check that is over.
struct Check {
    name: &'static str,
    took: Duration,
    passed: bool,
    /// What the summary says of it: the count, or the error.
    remark: String,
    tally: Tally,
}

/// The checks so far.
#[derive(Default)]
struct Checks {
    done: Vec<Check>,
}

impl Checks {
    /// Runs a check, tells its name and time, and remembers how it ended.
    fn check(&mut self, name: &'static str, check: impl FnOnce() -> Result<Tally>) -> bool {
        eprintln!("\n=== {name} …");
        let began = Instant::now();
        let result = check();
        let took = began.elapsed();
        let (passed, tally, remark) = match result {
            Ok(tally) if tally == Tally::default() => (true, tally, String::new()),
            Ok(tally) => (true, tally, tally.to_string()),
            Err(error) => (false, Tally::default(), format!("{error:#}")),
        };
        eprintln!("=== {name}: {} after {}", if passed { "passed" } else { "FAILED" }, steps::seconds(took));
        self.done.push(Check { name, took, passed, remark, tally });
        passed
    }

    /// Remembers a check that cannot run because the one before it failed. It counts as failed.
    fn leave_out(&mut self, name: &'static str) {
        let remark = "not run, since the check before it failed".to_owned();
        self.done.push(Check { name, took: Duration::ZERO, passed: false, remark, tally: Tally::default() });
    }

    /// The tests of all checks that passed.
    fn tally(&self) -> Tally {
        let sum = |count: fn(&Tally) -> usize| self.done.iter().map(|check| count(&check.tally)).sum();
        Tally { passed: sum(|tally| tally.passed), failed: sum(|tally| tally.failed) }
    }
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Check { name, took, passed, remark, .. }) in self.done.iter().enumerate() {
            let end = if n + 1 < self.done.len() { "\n" } else { "" };
            let verdict = if *passed { "passed" } else { "FAILED" };
            write!(f, "{verdict}  {name:<20} {:>9}  {remark}{end}", steps::seconds(*took))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_add_up() {
        let mut tally = Tally::default();
        tally.add_line("running 26 tests");
        tally
            .add_line("test result: ok. 24 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.71s");
        tally.add_line("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 filtered out");
        assert_eq!(tally, Tally { passed: 27, failed: 2 });
    }

    #[test]
    fn one_failed_check_does_not_hide_the_next() {
        let mut checks = Checks::default();
        assert!(!checks.check("first", || anyhow::bail!("it rained")));
        assert!(checks.check("second", || Ok(Tally { passed: 5, failed: 0 })));
        let summary = checks.to_string();
        assert!(summary.contains("FAILED  first") && summary.contains("it rained"), "{summary}");
        assert!(summary.contains("passed  second") && summary.contains("5 tests passed"), "{summary}");
    }
}
