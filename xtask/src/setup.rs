//! This file is the set-up of the tests: a browser and its driver, found or installed.

use crate::steps;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A browser and the driver that steers it.
#[derive(Debug, Clone)]
pub struct Browser {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
}

/// Names under which the browser is installed, the best first.
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMEDRIVER_NAMES: [&str; 2] = ["chromedriver", "chromium.chromedriver"];

/// What Debian calls the browser, its driver, and a font for the text in the pictures.
const DEBIAN_PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// Finds a browser and its driver. Where there is none, root on Debian gets them installed; others are told what to
/// install.
pub fn browser() -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if apt_works() {
        eprintln!("no browser found; installing {}", DEBIAN_PACKAGES.join(" "));
        steps::run(Command::new("apt-get").arg("update"))?;
        let mut install = Command::new("apt-get");
        install.args(["install", "-y", "--no-install-recommends"]).args(DEBIAN_PACKAGES);
        steps::run(install.env("DEBIAN_FRONTEND", "noninteractive"))?;
        if let Some(browser) = find() {
            return Ok(browser);
        }
    }
    bail!(
        "the browser tests need Chromium and the chromedriver of the same version. On Debian, as root:\n\n    \
         apt-get update && apt-get install -y --no-install-recommends {}\n\n\
         Elsewhere install Chrome or Chromium and chromedriver, and name them if they are not on the PATH:\n\n    \
         CHROMIUM=/path/to/chromium CHROMEDRIVER=/path/to/chromedriver cargo xtask test",
        DEBIAN_PACKAGES.join(" ")
    )
}

/// The pair that is there, or `None` when one of them is missing.
fn find() -> Option<Browser> {
    let chromium = program("CHROMIUM", &CHROMIUM_NAMES)?;
    let chromedriver = program("CHROMEDRIVER", &CHROMEDRIVER_NAMES)?;
    Some(Browser { chromium, chromedriver })
}

/// A program: by the variable that names it, else in `/usr/bin`, else on the `PATH`.
fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file()) {
        return Some(named);
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> =
        std::iter::once(PathBuf::from("/usr/bin")).chain(std::env::split_paths(&on_path)).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.map(|path| path.with_extension(std::env::consts::EXE_EXTENSION)).find(|path| path.is_file())
}

/// Whether packages can be installed here: Debian's tool is there, and we are root.
fn apt_works() -> bool {
    let quiet = |program: &str, arg: &str| {
        Command::new(program).arg(arg).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())
    };
    quiet("id", "-u").is_some_and(|output| output.stdout.trim_ascii() == b"0")
        && quiet("apt-get", "--version").is_some()
}
