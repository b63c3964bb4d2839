//! Stopping criteria as data: what is saved, edited and shared. Their meaning is in the room `stopping`.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, show};

use super::MetricName;

/// When a training run should stop: a cap on its checkpoints, and criteria that must all hold together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TrainingMonitor {
    /// At least 1; strict profile: required, at most 200. `None`: no cap.
    #[serde(default)]
    pub max_checkpoints: Option<u64>,
    /// Names are unique.
    #[serde(default)]
    pub early_stopping_criteria: Vec<Criterion>,
}

/// One early stopping criterion of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub name: String,
    pub metric: MetricName,
    #[serde(flatten)]
    pub kind: CriterionKind,
}

/// The rule of a criterion with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CriterionKind {
    /// SigOpt's convergence: the value is no better than the one `lookback_checkpoints` before it.
    Convergence {
        /// At least 1.
        lookback_checkpoints: u64,
        /// At least 1; `lookback_checkpoints + 1` when absent.
        #[serde(default)]
        min_checkpoints: Option<u64>,
    },
}

impl TrainingMonitor {
    /// The object in SigOpt's JSON shape; `null` when it says nothing, which is a plain experiment.
    pub fn to_json(&self) -> Value {
        if *self == Self::default() {
            return Value::Null;
        }
        let criteria: Vec<Value> = self.early_stopping_criteria.iter().map(Criterion::to_json).collect();
        json!({ "max_checkpoints": self.max_checkpoints, "early_stopping_criteria": criteria })
    }
}

impl FromJson for TrainingMonitor {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        let read = Self {
            max_checkpoints: fields.count("max_checkpoints"),
            early_stopping_criteria: fields.objects("early_stopping_criteria"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

impl Criterion {
    /// The object in SigOpt's JSON shape. Both numbers are always written as integers, as SigOpt's clients want them.
    pub fn to_json(&self) -> Value {
        let CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } = self.kind;
        let mut criterion = self.to_create_json();
        let min_checkpoints = min_checkpoints.unwrap_or(lookback_checkpoints.saturating_add(1));
        show(&mut criterion, "min_checkpoints", Value::from(min_checkpoints));
        criterion
    }

    /// The shortest form that reads back as this criterion.
    pub fn to_create_json(&self) -> Value {
        let CriterionKind::Convergence { lookback_checkpoints, min_checkpoints } = self.kind;
        let mut criterion = json!({
            "type": "convergence",
            "name": self.name,
            "metric": self.metric.as_str(),
            "lookback_checkpoints": lookback_checkpoints,
        });
        show(&mut criterion, "min_checkpoints", min_checkpoints.map(Value::from));
        criterion
    }
}

impl FromJson for Criterion {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["type"]);
        // The fields of an unknown type are unknown too: one problem is enough.
        fields.word("type", &[("convergence", ())])?;
        fields.need(&["name", "metric", "lookback_checkpoints"]);
        let read = Self {
            name: fields.text("name").unwrap_or_default(),
            metric: MetricName::new(fields.text("metric").unwrap_or_default()),
            kind: CriterionKind::Convergence {
                lookback_checkpoints: fields.count("lookback_checkpoints").unwrap_or_default(),
                min_checkpoints: fields.count("min_checkpoints"),
            },
        };
        fields.refuse_unknown();
        Some(read)
    }
}
