//! What is a run: joins what the decoders read of each file into runs with unique, stable keys and names.

use crate::model::{Assignments, Curve, Goal, RunState, SourceFile, StopReason};

use super::{FileReport, Records};

/// One decoded file on its way into runs.
#[derive(Debug)]
pub struct Decoded {
    pub report: FileReport,
    pub records: Records,
}

/// One run as the page receives it.
#[derive(Debug, Clone, PartialEq)]
pub struct DroppedRun {
    /// Stable identity within the drop (`model::Source::key`).
    pub key: String,
    pub name: String,
    /// Title of the format.
    pub format: String,
    pub files: Vec<SourceFile>,
    pub assignments: Assignments,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    pub assumed: bool,
    pub objective: Option<(String, Goal)>,
    pub curves: Vec<Curve>,
    /// Names of curves that are times or counters: hidden by default.
    pub bookkeeping: Vec<String>,
}

/// What one drop gives.
#[derive(Debug, Default)]
pub struct Drop {
    pub runs: Vec<DroppedRun>,
    pub reports: Vec<FileReport>,
}

/// Joins decoded files into runs.
///
/// Sorted by key; the same files in any order give the same result. Names are unique and lose the part that all of
/// them share.
pub fn assemble(files: Vec<Decoded>) -> Drop {
    let _ = files;
    Drop::default()
}
