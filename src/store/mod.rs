//! The room `store` keeps experiments: one repository contract, in memory and on IndexedDB.
//!
//! Both keep the records of the room `record`, and `tests/support/store_contract.rs` is run against both.
//!
//! Imports `model` and `record`; `browser` in its wasm file.

#[cfg(target_arch = "wasm32")]
mod idb;
mod kept;
mod memory;
mod repository;
mod spill;

#[cfg(target_arch = "wasm32")]
pub use idb::Idb;
pub use memory::Memory;
pub use repository::{Repository, StoreError};
pub use spill::Spill;
