//! This file is `cargo xtask bench`: it builds what people get and measures it.
//!
//! Every measurement is a program in `tests/bench/` and a `[[bench]]` of a manifest: in the main package when it runs
//! natively, in `tests/journeys` when it needs the page in a browser.

use crate::options::Profile;
use crate::steps::{self, Steps};
use crate::{dist, serve, setup, test, workspace};
use anyhow::Result;

/// Runs the measurements of these names, or all of them.
pub fn run(names: &[String]) -> Result<()> {
    let browser = setup::browser()?;
    dist::write(Profile::Release, &mut Steps::new(5))?;
    let url = serve::in_background()?;
    let mut bench = workspace::cargo();
    bench.args(["bench", "--package", "training-monitor", "--package", "journeys"]);
    if names.is_empty() {
        bench.arg("--benches");
    }
    for name in names {
        bench.args(["--bench", name]);
    }
    test::visit(&mut bench, &browser, &url);
    steps::run(&mut bench)
}
