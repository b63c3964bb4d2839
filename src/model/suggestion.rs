//! A suggestion: assignments to try, and those that wait in the queue.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, json_metadata, json_scalars, json_time, show};

use super::{Assignments, ExperimentId, Metadata, QueuedSuggestionId, SuggestionId, Task, WallTime};

/// Whether a suggestion has been answered. It is derived: closed once an observation, deleted or not, refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SuggestionState {
    #[default]
    Open,
    Closed,
}

/// Assignments to try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    pub id: SuggestionId,
    pub experiment: ExperimentId,
    pub assignments: Assignments,
    /// Only in experiments with tasks.
    #[serde(default)]
    pub task: Option<Task>,
    #[serde(default)]
    pub metadata: Metadata,
    pub created: WallTime,
    /// Leaves lists and counts, keeps its state, can be restored.
    #[serde(default)]
    pub deleted: bool,
}

/// Assignments that wait to become a suggestion; the oldest is served first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueuedSuggestion {
    pub id: QueuedSuggestionId,
    pub experiment: ExperimentId,
    pub assignments: Assignments,
    #[serde(default)]
    pub task: Option<Task>,
    pub created: WallTime,
}

impl QueuedSuggestion {
    /// Leaves the queue: the same assignments as an open suggestion.
    pub fn served(self, id: SuggestionId, now: WallTime) -> Suggestion {
        Suggestion {
            id,
            experiment: self.experiment,
            assignments: self.assignments,
            task: self.task,
            metadata: Metadata::new(),
            created: now,
            deleted: false,
        }
    }
}

impl SuggestionState {
    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl Suggestion {
    /// The object in SigOpt's JSON shape; its state is derived from the observations.
    pub fn to_json(&self, state: SuggestionState) -> Value {
        let mut suggestion = json!({
            "object": "suggestion",
            "id": self.id.as_str(),
            "experiment": self.experiment.as_str(),
            "assignments": json_scalars(&self.assignments),
            "metadata": json_metadata(&self.metadata),
            "created": json_time(self.created),
            "deleted": self.deleted,
            "state": state.word(),
        });
        show(&mut suggestion, "task", self.task.as_ref().map(Task::to_json));
        suggestion
    }
}

impl FromJson for Suggestion {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id", "experiment", "assignments"]);
        let read = Self {
            id: SuggestionId::new(fields.id("id").unwrap_or_default()),
            experiment: ExperimentId::new(fields.id("experiment").unwrap_or_default()),
            assignments: fields.scalars("assignments"),
            task: fields.object("task"),
            metadata: fields.scalars("metadata"),
            created: fields.needed_time("created"),
            deleted: fields.flag("deleted"),
        };
        fields.ignore(&["state"]);
        fields.refuse_unknown();
        Some(read)
    }
}

impl QueuedSuggestion {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        let mut queued = json!({
            "object": "queued_suggestion",
            "id": self.id.as_str(),
            "experiment": self.experiment.as_str(),
            "assignments": json_scalars(&self.assignments),
            "created": json_time(self.created),
        });
        show(&mut queued, "task", self.task.as_ref().map(Task::to_json));
        queued
    }
}

impl FromJson for QueuedSuggestion {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id", "experiment", "assignments"]);
        let read = Self {
            id: QueuedSuggestionId::new(fields.id("id").unwrap_or_default()),
            experiment: ExperimentId::new(fields.id("experiment").unwrap_or_default()),
            assignments: fields.scalars("assignments"),
            task: fields.object("task"),
            created: fields.needed_time("created"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}
