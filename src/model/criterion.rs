//! Stopping criteria as data: what is saved, edited and shared. Their meaning is in the room `stopping`.

use serde::{Deserialize, Serialize};

use super::MetricName;

/// When a training run should stop: a cap on its checkpoints, and criteria that must all hold together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingMonitor {
    /// At least 1; strict profile: required, at most 200. `None`: no cap.
    #[serde(default)]
    pub max_checkpoints: Option<u64>,
    /// Names are unique.
    #[serde(default)]
    pub early_stopping_criteria: Vec<Criterion>,
}

/// One early stopping criterion of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub name: String,
    pub metric: MetricName,
    #[serde(flatten)]
    pub kind: CriterionKind,
}

/// The rule of a criterion with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CriterionKind {
    /// SigOpt's convergence: the value is no better than the one `lookback_checkpoints` before it.
    Convergence {
        /// At least 1.
        lookback_checkpoints: u64,
        /// At least 1; `lookback_checkpoints + 1` when absent.
        #[serde(default)]
        min_checkpoints: Option<u64>,
    },
}
