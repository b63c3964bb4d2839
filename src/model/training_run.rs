//! A training run: one training, where it came from, its parameters and how it ended.

use serde::{Deserialize, Serialize};

use super::{Assignments, ExperimentId, RunId, WallTime};

/// The state of a run (`monitor-model.md` 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    #[default]
    Active,
    Completed,
    Failed,
    Abandoned,
}

/// Why a completed run was cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    EarlyStopping,
    Pruned,
    TimeCap,
    ByHand,
}

/// What charts and rules see of a log whose steps go back (`monitor-model.md` 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RestartPolicy {
    #[default]
    LatestWins,
    KeepAll,
    SeparateRuns,
}

/// One file that a run was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path within the drop.
    pub path: String,
    pub size_bytes: u64,
}

/// Where a run read from logs came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Stable identity within an experiment: the path within the drop, and a number when one file holds several
    /// runs. The same key dropped again updates the run.
    pub key: String,
    /// The format's title, for example "Keras CSVLogger".
    pub format: String,
    pub files: Vec<SourceFile>,
}

/// A training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingRun {
    pub id: RunId,
    pub experiment: ExperimentId,
    pub name: String,
    pub assignments: Assignments,
    pub state: RunState,
    pub stop_reason: Option<StopReason>,
    /// The log ended without saying how: shown as *ended (assumed)*.
    pub assumed: bool,
    pub restart_policy: RestartPolicy,
    pub source: Option<Source>,
    pub created: WallTime,
    pub updated: WallTime,
    pub deleted: bool,
}
