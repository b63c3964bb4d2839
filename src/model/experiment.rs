//! An experiment: runs that belong together, what they try to achieve, and when they should stop.

use serde::{Deserialize, Serialize};

use super::{ExperimentId, Metric, ProjectId, TrainingMonitor, WallTime};

/// Which limits and errors an experiment is held to (`monitor-model.md` 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// SigOpt's limits and errors.
    Strict,
    #[default]
    Extended,
}

/// Why the optimized metric of an experiment was chosen, while nobody has confirmed it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveGuess {
    /// One plain phrase, for example "validation accuracy, most points".
    pub reason: String,
}

/// An experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    pub id: ExperimentId,
    pub name: String,
    pub project: Option<ProjectId>,
    pub profile: Profile,
    /// The first optimized metric is the objective.
    pub metrics: Vec<Metric>,
    /// `Some` while the objective is a guess of ours.
    pub objective_guess: Option<ObjectiveGuess>,
    pub training_monitor: TrainingMonitor,
    pub created: WallTime,
    pub updated: WallTime,
    pub deleted: bool,
}

impl Experiment {
    /// The metric whose best value makes a run's observation.
    pub fn objective(&self) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.strategy == super::Strategy::Optimize)
    }
}
