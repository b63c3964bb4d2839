//! This file is the door through which a script in the measured tab calls the page's own code, as `globalThis.ours`.

#[cfg(target_arch = "wasm32")]
mod ours;

fn main() {
    #[cfg(target_arch = "wasm32")]
    ours::hang_up();
}
