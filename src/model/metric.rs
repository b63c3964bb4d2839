//! A metric of an experiment: what is to be made better, and in which direction.

use serde::{Deserialize, Serialize};

use super::{Goal, MetricName};

/// What a metric is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    #[default]
    Optimize,
    Store,
    Constraint,
}

/// A metric of an experiment (`monitor-model.md` 4).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: MetricName,
    #[serde(default)]
    pub objective: Goal,
    #[serde(default)]
    pub strategy: Strategy,
    #[serde(default)]
    pub threshold: Option<f64>,
}

impl Metric {
    /// An optimized metric without threshold.
    pub fn optimized(name: MetricName, objective: Goal) -> Self {
        Self { name, objective, strategy: Strategy::Optimize, threshold: None }
    }
}
