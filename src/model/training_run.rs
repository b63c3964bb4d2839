//! A training run: one training, where it came from, its parameters and how it ended.

use serde::{Deserialize, Serialize};

use super::{Assignments, CheckpointId, ExperimentId, Metadata, ObservationId, RunId, SuggestionId, WallTime};

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

/// What a run that a person ended counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EndedAs {
    /// The observation of its best checkpoint, of which there is at least one.
    Observation,
    /// A failure.
    Failure,
}

/// How a person ended a run (`monitor-model.md` 6.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandEnd {
    /// Free text.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(rename = "as")]
    pub ended_as: EndedAs,
    pub at: WallTime,
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
    #[serde(default)]
    pub suggestion: Option<SuggestionId>,
    /// The observation that closed the run.
    #[serde(default)]
    pub observation: Option<ObservationId>,
    /// The best by the objective; the earliest wins a tie.
    #[serde(default)]
    pub best_checkpoint: Option<CheckpointId>,
    #[serde(default)]
    pub checkpoint_count: u64,
    #[serde(default)]
    pub metadata: Metadata,
    /// When the run was completed or failed; set once.
    #[serde(default)]
    pub completed: Option<WallTime>,
    #[serde(default)]
    pub favorite: bool,
    #[serde(default)]
    pub logs: Option<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// Set when a person ended the run.
    #[serde(default)]
    pub end: Option<HandEnd>,
    /// What the user says about the run.
    #[serde(default)]
    pub message: Option<String>,
    /// Where it ran.
    #[serde(default)]
    pub machine: Option<String>,
    #[serde(default)]
    pub start_time: Option<WallTime>,
    #[serde(default)]
    pub end_time: Option<WallTime>,
    /// `None`: the experiment's.
    #[serde(default)]
    pub instance_count: Option<u64>,
    /// `None`: the experiment's.
    #[serde(default)]
    pub hourly_price: Option<f64>,
}

impl TrainingRun {
    /// An active run without assignments.
    pub fn new(id: RunId, experiment: ExperimentId, name: impl Into<String>, now: WallTime) -> Self {
        Self {
            id,
            experiment,
            name: name.into(),
            assignments: Assignments::new(),
            state: RunState::default(),
            stop_reason: None,
            assumed: false,
            restart_policy: RestartPolicy::default(),
            source: None,
            created: now,
            updated: now,
            deleted: false,
            suggestion: None,
            observation: None,
            best_checkpoint: None,
            checkpoint_count: 0,
            metadata: Metadata::new(),
            completed: None,
            favorite: false,
            logs: None,
            tags: Vec::new(),
            end: None,
            message: None,
            machine: None,
            start_time: None,
            end_time: None,
            instance_count: None,
            hourly_price: None,
        }
    }

    /// Says whether the run is over: completed, failed, or closed by an observation.
    pub fn is_finished(&self) -> bool {
        matches!(self.state, RunState::Completed | RunState::Failed) || self.observation.is_some()
    }
}
