//! A task: one of several costs at which an assignment can be tried.

use serde::{Deserialize, Serialize};

/// A cheaper stand-in for the full training, or the full training itself at cost 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub name: String,
    /// Greater than 0, at most 1.
    pub cost: f64,
}
