//! A suggestion: assignments to try, and those that wait in the queue.

use serde::{Deserialize, Serialize};

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
