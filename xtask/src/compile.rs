//! This file is the compiler's part: the wasm target, the flags, and cargo for the two binaries.

use crate::options::Profile;
use crate::{steps, workspace};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The target of everything that runs in a browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The two binaries, in the order in which a visitor needs them.
pub const BINARIES: [&str; 2] = ["page", "worker"];

/// What every wasm build is compiled with.
///
/// `simd128` is in every browser since 2021 (2023 for Safari). `erase_components` makes leptos erase the types of its
/// views, which halves the time of a rebuild and leaves the size as it is.
const FLAGS: [&str; 3] = ["-Ctarget-feature=+simd128", "--cfg", "erase_components"];

/// Cargo with the wasm flags, which win over a `RUSTFLAGS` of the environment.
pub fn cargo_for_wasm(profile: Profile) -> Command {
    let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
    if profile == Profile::Release {
        // Panic messages name source files. Without their machine's folders the same source gives the same bytes.
        flags.push(format!("--remap-path-prefix={}=", workspace::root().display()));
        if let Some(home) = cargo_home() {
            flags.push(format!("--remap-path-prefix={}=cargo", home.display()));
        }
    }
    let mut cargo = workspace::cargo();
    // The encoded form stands above `RUSTFLAGS` and above every configuration file.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    cargo
}

/// Where cargo keeps the sources of the dependencies.
fn cargo_home() -> Option<PathBuf> {
    let named = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    named.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// Adds the wasm target when the compiler does not have it.
pub fn ensure_target() -> Result<()> {
    if target_installed()? {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(workspace::root()).status();
    if added.is_ok_and(|status| status.success()) && target_installed()? {
        return Ok(());
    }
    bail!("the compiler lacks the target {TARGET}; install it with: rustup target add {TARGET}")
}

/// Whether the compiler of this repository has the standard library for wasm.
fn target_installed() -> Result<bool> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(workspace::root())
        .stderr(Stdio::inherit())
        .output()
        .context("rustc does not start")?;
    Ok(Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Compiles the two binaries and returns their files, in the order of [`BINARIES`].
pub fn binaries(profile: Profile) -> Result<[PathBuf; 2]> {
    let mut cargo = cargo_for_wasm(profile);
    cargo.args(["build", "--target", TARGET]);
    for name in BINARIES {
        cargo.args(["--bin", name]);
    }
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            cargo.arg("--release");
            "release"
        }
    };
    steps::run(&mut cargo)?;
    let folder = workspace::target().join(TARGET).join(folder);
    Ok(BINARIES.map(|name| folder.join(name).with_extension("wasm")))
}
