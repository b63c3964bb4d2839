//! Training Monitor: drop a training log, see the curve, know whether to stop.
//!
//! Everything runs in the browser. The rooms of this house stand on floors, and a room imports only from floors
//! below its own (`tests/layers.rs` holds the table and reads the imports):
//!
//! ```text
//!  5                                          ui        pages and components
//!  4                                          app       state and commands
//!  3   store·     live·     worker·                     keep · follow · compute
//!  2                monitor     view                    the workflow and its errors · what each page shows
//!  1   ingest  dialect  record  stopping  analysis  chart·   trades, strangers to each other
//!  0   model   math                           browser   words · numbers · one wrapper per Web API
//!      ─────────── pure, native ───────────   ─ wasm ─
//!      · has one or two wasm-only files inside; everything else in the room is native
//! ```
//!
//! The way of the data: `ui` collects files → `app` hands them to `worker` → `ingest` decodes → `store` keeps →
//! `stopping` judges every checkpoint → `view` says what a page shows → `chart` lays it out and paints it.

pub mod analysis;
pub mod chart;
pub mod dialect;
pub mod ingest;
pub mod live;
pub mod math;
pub mod model;
pub mod monitor;
pub mod record;
pub mod stopping;
pub mod store;
pub mod view;
pub mod worker;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;
