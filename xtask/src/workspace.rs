//! This file is where things lie: the root of the repository, its `target/`, its `dist/`, and the programs beside us.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in a folder of the repository")
}

/// The folder that any static host serves.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Cargo's target folder, wherever `CARGO_TARGET_DIR` or the configuration has put it.
pub fn target() -> PathBuf {
    // This very program was put into `<target>/debug/`.
    let own = std::env::current_exe().ok();
    let found = own.as_deref().and_then(Path::parent).and_then(Path::parent);
    found.map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// The cargo that started us, at the root of the repository.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}
