//! A checkpoint: the metrics of a run at one moment, and what the criteria said then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CheckpointId, Metadata, MetricName, RunId, WallTime};

/// The value of one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricEvaluation {
    pub name: MetricName,
    /// May be NaN or infinite in the extended profile.
    #[serde(with = "super::number")]
    pub value: f64,
    /// At least 0.
    #[serde(default)]
    pub value_stddev: Option<f64>,
}

/// A checkpoint of a training run. Checkpoints are ordered by creation and numbered from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub id: CheckpointId,
    pub training_run: RunId,
    pub created: WallTime,
    /// In name order, names are unique.
    pub values: Vec<MetricEvaluation>,
    #[serde(default)]
    pub metadata: Metadata,
    /// Computed when the checkpoint is created and kept with it, like `stopping_reasons`.
    #[serde(default)]
    pub should_stop: bool,
    /// Criterion → whether it holds; one entry per criterion.
    #[serde(default)]
    pub stopping_reasons: BTreeMap<String, bool>,
    /// At least 0 and strictly increasing within a run; the ordinal when absent.
    #[serde(default)]
    pub step: Option<i64>,
    #[serde(default)]
    pub epoch: Option<f64>,
    #[serde(default)]
    pub elapsed_seconds: Option<f64>,
    /// Wall clock.
    #[serde(default)]
    pub time: Option<WallTime>,
    /// Drawn, but left out of criteria, counts and best value.
    #[serde(default)]
    pub before_training: bool,
}

impl Checkpoint {
    /// An empty checkpoint, to be filled.
    pub fn new(id: CheckpointId, training_run: RunId, now: WallTime) -> Self {
        Self {
            id,
            training_run,
            created: now,
            values: Vec::new(),
            metadata: Metadata::new(),
            should_stop: false,
            stopping_reasons: BTreeMap::new(),
            step: None,
            epoch: None,
            elapsed_seconds: None,
            time: None,
            before_training: false,
        }
    }

    /// The value of a metric here; `None` when the checkpoint was entered without it.
    pub fn value(&self, metric: &MetricName) -> Option<f64> {
        self.values.iter().find(|evaluation| evaluation.name == *metric).map(|evaluation| evaluation.value)
    }
}
