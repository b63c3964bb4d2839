//! What only a browser can show.

#![cfg(target_arch = "wasm32")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[path = "web/paint.rs"]
mod paint;
#[path = "web/store.rs"]
mod store;
#[path = "web/worker.rs"]
mod worker;
