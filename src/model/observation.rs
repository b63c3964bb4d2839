//! An observation: what one finished run, or one result entered by hand, says about its assignments.

use serde::{Deserialize, Serialize};

use super::{
    Assignments, ExperimentId, Metadata, MetricEvaluation, MetricName, ObservationId, RunId, SuggestionId, Task,
    WallTime,
};

/// An observation of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    pub id: ObservationId,
    pub experiment: ExperimentId,
    pub assignments: Assignments,
    #[serde(default)]
    pub suggestion: Option<SuggestionId>,
    #[serde(default)]
    pub training_run: Option<RunId>,
    /// Only in experiments with tasks.
    #[serde(default)]
    pub task: Option<Task>,
    /// A failure has no values and is worst possible.
    #[serde(default)]
    pub failed: bool,
    /// In name order; empty when failed.
    #[serde(default)]
    pub values: Vec<MetricEvaluation>,
    #[serde(default)]
    pub metadata: Metadata,
    pub created: WallTime,
    /// Leaves counts and best lists; its suggestion stays closed.
    #[serde(default)]
    pub deleted: bool,
}

impl Observation {
    /// The value of a metric; `None` when the observation failed or lacks it.
    pub fn value(&self, metric: &MetricName) -> Option<f64> {
        self.values.iter().find(|evaluation| evaluation.name == *metric).map(|evaluation| evaluation.value)
    }
}
