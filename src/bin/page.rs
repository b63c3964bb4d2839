//! This file is the page's binary: it mounts the user interface, and it marks where the page's wasm is split in two.
//!
//! The macro of the split writes `unsafe` declarations, the only ones in this package. It stands in the binary so that
//! the library, its tests and the worker know nothing of it.
#![cfg_attr(target_arch = "wasm32", allow(unsafe_code))]

#[cfg(target_arch = "wasm32")]
use leptos::wasm_split::{self, SplitLoaderError, wasm_split};
#[cfg(target_arch = "wasm32")]
use training_monitor::app::{Shell, Workbench};

/// Fetches the second part of the page's wasm, unless it is there, and makes the workbench.
#[cfg(target_arch = "wasm32")]
#[wasm_split(workbench, wasm_split_path = wasm_split, fallible)]
fn workbench(shell: Shell) -> Result<Box<dyn Workbench>, SplitLoaderError> {
    Ok(training_monitor::ui::workbench(shell))
}

fn main() {
    #[cfg(target_arch = "wasm32")]
    training_monitor::ui::mount(|shell| {
        Box::pin(async move { workbench(shell).await.map_err(|error| error.to_string()) })
    });
}
