//! How far an experiment is: what its budget counts.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems};

use super::Observation;

/// The progress of an experiment. Derived from its observations or runs, never stored by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Progress {
    Observations {
        /// Failures included.
        observation_count: u64,
        /// Sum of task costs; the count when there are no tasks.
        observation_budget_consumed: f64,
        first_observation: Option<Box<Observation>>,
        last_observation: Option<Box<Observation>>,
        /// Only with exactly one optimized metric.
        best_observation: Option<Box<Observation>>,
    },
    /// Of an experiment that has runs only.
    Runs {
        finished_run_count: u64,
        active_run_count: u64,
        total_run_count: u64,
        /// `None` without a budget.
        remaining_budget: Option<f64>,
    },
}

impl Progress {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        let observation =
            |observation: &Option<Box<Observation>>| observation.as_ref().map(|observation| observation.to_json());
        match self {
            Self::Observations {
                observation_count,
                observation_budget_consumed,
                first_observation,
                last_observation,
                best_observation,
            } => json!({
                "object": "progress",
                "observation_count": observation_count,
                "observation_budget_consumed": super::json_from_number(*observation_budget_consumed),
                "first_observation": observation(first_observation),
                "last_observation": observation(last_observation),
                "best_observation": observation(best_observation),
            }),
            Self::Runs { finished_run_count, active_run_count, total_run_count, remaining_budget } => json!({
                "object": "progress",
                "finished_run_count": finished_run_count,
                "active_run_count": active_run_count,
                "total_run_count": total_run_count,
                "remaining_budget": remaining_budget.map(super::json_from_number),
            }),
        }
    }
}

impl FromJson for Progress {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        let count = |key| fields.count(key).unwrap_or_default();
        let observation = |key| fields.object::<Observation>(key).map(Box::new);
        let read = if fields.get("finished_run_count").is_some() {
            Self::Runs {
                finished_run_count: count("finished_run_count"),
                active_run_count: count("active_run_count"),
                total_run_count: count("total_run_count"),
                remaining_budget: fields.number("remaining_budget"),
            }
        } else {
            fields.need(&["observation_count"]);
            Self::Observations {
                observation_count: count("observation_count"),
                observation_budget_consumed: fields.number("observation_budget_consumed").unwrap_or_default(),
                first_observation: observation("first_observation"),
                last_observation: observation("last_observation"),
                best_observation: observation("best_observation"),
            }
        };
        fields.refuse_unknown();
        Some(read)
    }
}
