//! The room `store` keeps experiments: one repository contract, in memory and on IndexedDB.
//!
//! Imports `model` and `record`; `browser` in its wasm file.

#[cfg(target_arch = "wasm32")]
mod idb;
mod memory;
mod repository;

#[cfg(target_arch = "wasm32")]
pub use idb::Idb;
pub use memory::Memory;
pub use repository::{Repository, StoreError};
