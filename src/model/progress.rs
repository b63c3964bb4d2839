//! How far an experiment is: what its budget counts.

use serde::{Deserialize, Serialize};

use super::Observation;

/// The progress of an experiment. Derived from its observations or runs, never stored by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Progress {
    Observations {
        /// Failures included.
        observation_count: u64,
        /// Sum of task costs; the count when there are no tasks.
        observation_budget_consumed: f64,
        first_observation: Option<Box<Observation>>,
        last_observation: Option<Box<Observation>>,
        /// Only with exactly one optimized metric.
        best_observation: Option<Box<Observation>>,
    },
    /// Of an experiment that has runs only.
    Runs {
        finished_run_count: u64,
        active_run_count: u64,
        total_run_count: u64,
        /// `None` without a budget.
        remaining_budget: Option<f64>,
    },
}
