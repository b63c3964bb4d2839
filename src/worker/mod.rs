//! The room `worker` computes away from the page: decoding of dropped files.
//!
//! `protocol` is what both ends say, `job` does the work and is free of the browser, `host` and `client` are the
//! two thin ends.

#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod host;
pub mod job;
pub mod protocol;
