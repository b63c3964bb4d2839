//! The parse report: what became of each file, and of every byte that was left out.

use serde::{Deserialize, Serialize};

/// One or more lines or records that were not read, for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// Line number from 1 in text, byte offset in binary files.
    pub at: u64,
    /// How many lines or records this stands for, neighbours of one reason being reported together.
    pub count: u64,
    /// What was expected and what was found, for example "expected a number in column `loss`, found \"abc\"".
    pub reason: String,
    /// The start of the first line, at most 200 characters; empty in binary files.
    pub text: String,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Runs were read, or parameters for a run.
    Read,
    /// The file was understood and holds no run; why not.
    Nothing { reason: String },
    /// The file was left alone; why, and what can be done.
    Refused { reason: String },
}

/// One file of a drop in the parse report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// Path within the drop.
    pub path: String,
    pub size_bytes: u64,
    /// Id of the format it was read as.
    pub format: Option<String>,
    /// How sure, 0 to 100, and why.
    pub confidence: u8,
    pub reason: String,
    /// Id of the second best format.
    pub runner_up: Option<String>,
    pub runs: usize,
    pub points: usize,
    pub skipped: Vec<Skipped>,
    pub outcome: Outcome,
    /// The text encoding, where it is not UTF-8.
    pub encoding: Option<String>,
}

impl FileReport {
    /// The report of a file of which nothing is known yet but what became of it.
    pub fn of(path: impl Into<String>, size_bytes: u64, outcome: Outcome) -> Self {
        Self {
            path: path.into(),
            size_bytes,
            format: None,
            confidence: 0,
            reason: String::new(),
            runner_up: None,
            runs: 0,
            points: 0,
            skipped: Vec::new(),
            outcome,
            encoding: None,
        }
    }

    /// How many lines or records were skipped.
    pub fn skipped_count(&self) -> u64 {
        self.skipped.iter().map(|skipped| skipped.count).sum()
    }
}
