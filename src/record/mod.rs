//! The room `record` is the saved form of everything: versioned records ⇄ model, column chunks ⇄ bytes.
//!
//! An experiment and a run are JSON texts with a version: `{ "version": 1, "run": { … } }`. The curves of a run are a
//! few chunks of raw little-endian columns, so NaN and infinities come back bit for bit and opening a run is a few
//! reads. `store` keeps these records and `share` bundles them; neither looks inside.
//!
//! Each kind of record has its own version: one more than its migration steps (`migration`). A version newer than ours
//! is an error of its own, and whoever keeps the record leaves it untouched.
//!
//! Imports `model` only.

mod columns;
mod experiment;
mod migration;
mod run;

pub use columns::{CHUNK_BYTES, PIECE_POINTS, read_curves, write_curves};
pub use experiment::{read_experiment, write_experiment};
pub use run::{read_run, write_run};

/// Why a record cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A newer version of this page wrote it. It must be left untouched.
    #[error("written by a newer version ({found}, this page reads up to {known})")]
    Newer { found: u32, known: u32 },
    /// It is not what we wrote. Other records are not affected.
    #[error("{reason}")]
    Damaged { reason: String },
    /// The object holds something that its record could not give back, for example NaN where a number is required.
    /// Nothing was written.
    #[error("{reason}")]
    Unwritable { reason: String },
}

impl RecordError {
    /// Wraps what a reader of JSON or columns has to say.
    fn damaged(reason: impl ToString) -> Self {
        Self::Damaged { reason: reason.to_string() }
    }
}
