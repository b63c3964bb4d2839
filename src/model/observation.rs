//! An observation: what one finished run, or one result entered by hand, says about its assignments.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::checkpoint::json_values;
use super::wire::{Fields, FromJson, Problems, json_metadata, json_scalars, json_time, show};

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

impl Observation {
    /// The object in SigOpt's JSON shape, values in name order.
    pub fn to_json(&self) -> Value {
        let mut observation = json!({
            "object": "observation",
            "id": self.id.as_str(),
            "experiment": self.experiment.as_str(),
            "assignments": json_scalars(&self.assignments),
            "suggestion": self.suggestion.as_ref().map(SuggestionId::as_str),
            "training_run": self.training_run.as_ref().map(RunId::as_str),
            "failed": self.failed,
            "values": json_values(&self.values),
            "metadata": json_metadata(&self.metadata),
            "created": json_time(self.created),
        });
        show(&mut observation, "task", self.task.as_ref().map(Task::to_json));
        show(&mut observation, "deleted", self.deleted.then_some(Value::Bool(true)));
        observation
    }
}

impl FromJson for Observation {
    /// Reads the older `value` and `value_stddev` too, as an evaluation of the unnamed metric.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id", "experiment", "assignments"]);
        let mut values: Vec<MetricEvaluation> = fields.objects("values");
        let (older, older_stddev) = (fields.any_number("value"), fields.number("value_stddev"));
        if let Some(value) = older.filter(|_| values.is_empty()) {
            values.push(MetricEvaluation { name: MetricName::new(""), value, value_stddev: older_stddev });
        }
        values.sort_by(|a, b| a.name.cmp(&b.name));
        let read = Self {
            id: ObservationId::new(fields.id("id").unwrap_or_default()),
            experiment: ExperimentId::new(fields.id("experiment").unwrap_or_default()),
            assignments: fields.scalars("assignments"),
            suggestion: fields.id("suggestion").map(SuggestionId::new),
            training_run: fields.id("training_run").map(RunId::new),
            task: fields.object("task"),
            failed: fields.flag("failed"),
            values,
            metadata: fields.scalars("metadata"),
            created: fields.needed_time("created"),
            deleted: fields.flag("deleted"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Progress, Project, QueuedSuggestion, Suggestion, SuggestionState};

    fn observation() -> Value {
        json!({ "object": "observation", "id": "17", "experiment": "1", "assignments": { "lr": 0.5, "opt": "sgd" },
            "suggestion": "3", "training_run": "1661", "failed": false, "created": 100, "metadata": null,
            "values": [{ "object": "metric_evaluation", "name": "m", "value": 0.75, "value_stddev": 0.125 }],
            "task": { "object": "task", "name": "full", "cost": 1.0 } })
    }

    #[test]
    fn an_observation_is_written_as_it_was_read() {
        assert_eq!(Observation::from_json(&observation()).expect("valid").to_json(), observation());
    }

    #[test]
    fn the_older_single_value_is_read() {
        let value =
            json!({ "id": 1, "experiment": 2, "assignments": {}, "created": 0, "value": 0.5, "value_stddev": 0.1 });
        let read = Observation::from_json(&value).expect("valid");
        assert_eq!(read.value(&MetricName::new("")), Some(0.5));
    }

    #[test]
    fn a_suggestion_is_written_as_it_was_read() {
        let given = json!({ "object": "suggestion", "id": "3", "experiment": "1", "assignments": { "lr": 0.5 },
            "metadata": { "why": "first" }, "created": 5, "deleted": false, "state": "closed" });
        let read = Suggestion::from_json(&given).expect("valid");
        assert_eq!(read.to_json(SuggestionState::Closed), given);
    }

    #[test]
    fn a_queued_suggestion_is_written_as_it_was_read() {
        let given = json!({ "object": "queued_suggestion", "id": "3", "experiment": "1",
            "assignments": { "layers": 2 }, "created": 5 });
        assert_eq!(QueuedSuggestion::from_json(&given).expect("valid").to_json(), given);
    }

    #[test]
    fn a_project_is_written_as_it_was_read() {
        let given = json!({ "object": "project", "id": "vision", "name": "Vision", "description": null, "created": 5 });
        assert_eq!(Project::from_json(&given).expect("valid").to_json(), given);
    }

    #[test]
    fn progress_is_written_as_it_was_read() {
        let of_observations = json!({ "object": "progress", "observation_count": 3, "observation_budget_consumed": 2.5,
            "first_observation": observation(), "last_observation": observation(), "best_observation": null });
        let of_runs = json!({ "object": "progress", "finished_run_count": 1, "active_run_count": 2,
            "total_run_count": 3, "remaining_budget": null });
        for given in [of_observations, of_runs] {
            assert_eq!(Progress::from_json(&given).expect("valid").to_json(), given);
        }
    }
}
