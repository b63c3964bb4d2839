//! An experiment: runs that belong together, what they try to achieve, and when they should stop.

use serde::{Deserialize, Serialize};

use super::{
    Conditional, Criterion, ExperimentId, LinearConstraint, Metadata, Metric, Parameter, ProjectId, Task,
    TrainingMonitor, WallTime,
};

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

/// Where an experiment's suggestions come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExperimentType {
    /// The optimizer; the only one of monitor experiments in the strict profile.
    #[default]
    Offline,
    Random,
    /// Every combination of grid values once.
    Grid,
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
    #[serde(default, rename = "type")]
    pub kind: ExperimentType,
    /// Empty for experiments made of dropped logs. Names are unique, also among conditionals.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    #[serde(default)]
    pub conditionals: Vec<Conditional>,
    #[serde(default)]
    pub linear_constraints: Vec<LinearConstraint>,
    /// None or at least two.
    #[serde(default)]
    pub tasks: Vec<Task>,
    #[serde(default)]
    pub metadata: Metadata,
    /// At least 1. Written as `budget` when the experiment has runs only.
    #[serde(default)]
    pub observation_budget: Option<u64>,
    /// At least 1; unset is treated as 1.
    #[serde(default)]
    pub parallel_bandwidth: Option<u64>,
    /// At least 1; unset is treated as 1.
    #[serde(default)]
    pub num_solutions: Option<u64>,
    #[serde(default)]
    pub runs_only: bool,
    /// When the experiment should end: any of them. Extended profile only.
    #[serde(default)]
    pub completion_criteria: Vec<Criterion>,
    /// Runs at a time, for cost and time; unset is `parallel_bandwidth`, else 1. Extended profile only.
    #[serde(default)]
    pub max_parallel: Option<u64>,
    /// Unset is treated as 1. Extended profile only.
    #[serde(default)]
    pub instances_per_run: Option<u64>,
    /// Per instance, in the user's own currency, at least 0; without it no cost is shown. Extended profile only.
    #[serde(default)]
    pub hourly_price: Option<f64>,
    #[serde(default)]
    pub client: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub development: bool,
}

impl Experiment {
    /// An experiment of the extended profile without metrics, criteria or parameters.
    pub fn new(id: ExperimentId, name: impl Into<String>, now: WallTime) -> Self {
        Self {
            id,
            name: name.into(),
            project: None,
            profile: Profile::default(),
            metrics: Vec::new(),
            objective_guess: None,
            training_monitor: TrainingMonitor::default(),
            created: now,
            updated: now,
            deleted: false,
            kind: ExperimentType::default(),
            parameters: Vec::new(),
            conditionals: Vec::new(),
            linear_constraints: Vec::new(),
            tasks: Vec::new(),
            metadata: Metadata::new(),
            observation_budget: None,
            parallel_bandwidth: None,
            num_solutions: None,
            runs_only: false,
            completion_criteria: Vec::new(),
            max_parallel: None,
            instances_per_run: None,
            hourly_price: None,
            client: None,
            user: None,
            development: false,
        }
    }

    /// The metric whose best value makes a run's observation.
    pub fn objective(&self) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.strategy == super::Strategy::Optimize)
    }
}
