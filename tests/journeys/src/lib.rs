//! Journeys: a real browser that does with the page what people do.
//!
//! [`Browser::open`] gives a fresh Chromium with an empty profile, at the page that `TRAINING_MONITOR_URL` names, or at
//! `http://127.0.0.1:8080/` where `cargo xtask serve` serves it. Its verbs wait for what they need, up to
//! [`PATIENCE`], and panic with the name of what they awaited: a journey is a test, and reads like a walk.
//!
//! ```no_run
//! let browser = journeys::Browser::open();
//! browser.drop_files(&["tests/fixtures/csv/plain.csv"]);
//! browser.wait_for("canvas");
//! assert_eq!(browser.errors(), [""; 0]);
//! ```
//!
//! `cargo xtask test` builds `dist/`, serves it, finds the browser and runs them all; `cargo xtask bench` does the same
//! for the measurements, which use the same verbs.

mod browser;
mod keys;
pub mod logs;
mod process;
mod walk;

pub use browser::{Browser, PATIENCE};
pub use logs::Logs;
pub use walk::CANVAS;
