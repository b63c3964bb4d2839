//! This file is the page's binary: it mounts the user interface.

fn main() {
    #[cfg(target_arch = "wasm32")]
    training_monitor::ui::mount();
}
