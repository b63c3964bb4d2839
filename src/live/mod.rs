//! The room `live` follows files that are still being written.
//!
//! `change` says what happened to files between two looks, `pace` when to look again, `cadence` whether a run has gone
//! silent. `watch` looks at the files behind handles, and `handle` keeps the handles for a later visit. Imports `browser`
//! in those two only.

pub mod cadence;
pub mod change;
#[cfg(target_arch = "wasm32")]
pub mod handle;
pub mod pace;
#[cfg(target_arch = "wasm32")]
pub mod watch;
