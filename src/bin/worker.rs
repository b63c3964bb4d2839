//! This file is the worker's binary: it answers requests of the page.

fn main() {
    #[cfg(target_arch = "wasm32")]
    training_monitor::worker::host::start();
}
