//! The room `worker` computes away from the page: decoding of dropped files.
//!
//! `protocol` is what both ends say, `job` does the work and is free of the browser, `host` and `client` are the
//! two thin ends. `follow` keeps what was read
//! of files under watch, `columns` lays runs out for the trip, `attempt` says how an import goes on when a file stopped the
//! worker.

pub mod attempt;
#[cfg(target_arch = "wasm32")]
pub mod client;
pub mod columns;
pub mod follow;
#[cfg(target_arch = "wasm32")]
pub mod host;
pub mod job;
pub mod protocol;
