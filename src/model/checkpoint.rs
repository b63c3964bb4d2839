//! A checkpoint: the metrics of a run at one moment, and what the criteria said then.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problem, Problems, json_metadata, json_optional_time, json_time, show};

use super::{CheckpointId, Metadata, MetricName, RunId, WallTime};

/// The value of one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricEvaluation {
    pub name: MetricName,
    /// May be NaN or infinite in the extended profile.
    #[serde(with = "super::number")]
    pub value: f64,
    /// At least 0.
    #[serde(default)]
    pub value_stddev: Option<f64>,
}

/// A checkpoint of a training run. Checkpoints are ordered by creation and numbered from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub id: CheckpointId,
    pub training_run: RunId,
    pub created: WallTime,
    /// In name order, names are unique.
    pub values: Vec<MetricEvaluation>,
    #[serde(default)]
    pub metadata: Metadata,
    /// Computed when the checkpoint is created and kept with it, like `stopping_reasons`.
    #[serde(default)]
    pub should_stop: bool,
    /// Criterion → whether it holds; one entry per criterion.
    #[serde(default)]
    pub stopping_reasons: BTreeMap<String, bool>,
    /// At least 0 and strictly increasing within a run; the ordinal when absent.
    #[serde(default)]
    pub step: Option<i64>,
    #[serde(default)]
    pub epoch: Option<f64>,
    #[serde(default)]
    pub elapsed_seconds: Option<f64>,
    /// Wall clock.
    #[serde(default)]
    pub time: Option<WallTime>,
    /// Drawn, but left out of criteria, counts and best value.
    #[serde(default)]
    pub before_training: bool,
}

impl Checkpoint {
    /// An empty checkpoint, to be filled.
    pub fn new(id: CheckpointId, training_run: RunId, now: WallTime) -> Self {
        Self {
            id,
            training_run,
            created: now,
            values: Vec::new(),
            metadata: Metadata::new(),
            should_stop: false,
            stopping_reasons: BTreeMap::new(),
            step: None,
            epoch: None,
            elapsed_seconds: None,
            time: None,
            before_training: false,
        }
    }

    /// The value of a metric here; `None` when the checkpoint was entered without it.
    pub fn value(&self, metric: &MetricName) -> Option<f64> {
        self.values.iter().find(|evaluation| evaluation.name == *metric).map(|evaluation| evaluation.value)
    }
}

impl MetricEvaluation {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        json!({
            "object": "metric_evaluation",
            "name": Some(self.name.as_str()).filter(|name| !name.is_empty()),
            "value": super::json_from_number(self.value),
            "value_stddev": self.value_stddev,
        })
    }
}

impl FromJson for MetricEvaluation {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name", "value"]);
        let name = MetricName::new(fields.text("name").unwrap_or_default());
        let value = fields.any_number("value");
        let value_stddev = fields.number("value_stddev");
        fields.refuse_unknown();
        Some(Self { name, value: value?, value_stddev })
    }
}

impl Checkpoint {
    /// The object in SigOpt's JSON shape, values in name order; what SigOpt does not have is hidden when absent.
    pub fn to_json(&self) -> Value {
        let mut checkpoint = json!({
            "object": "checkpoint",
            "id": self.id.as_str(),
            "training_run": self.training_run.as_str(),
            "created": json_time(self.created),
            "values": json_values(&self.values),
            "metadata": json_metadata(&self.metadata),
            "should_stop": self.should_stop,
            "stopping_reasons": self.stopping_reasons,
        });
        show(&mut checkpoint, "step", self.step.map(Value::from));
        show(&mut checkpoint, "epoch", self.epoch.map(super::json_from_number));
        show(&mut checkpoint, "elapsed_seconds", self.elapsed_seconds.map(super::json_from_number));
        show(&mut checkpoint, "time", json_optional_time(self.time));
        show(&mut checkpoint, "before_training", self.before_training.then_some(Value::Bool(true)));
        checkpoint
    }
}

/// Metric evaluations in name order.
pub(super) fn json_values(values: &[MetricEvaluation]) -> Value {
    let mut sorted: Vec<&MetricEvaluation> = values.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    sorted.into_iter().map(MetricEvaluation::to_json).collect()
}

impl FromJson for Checkpoint {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id", "training_run", "values"]);
        let id = CheckpointId::new(fields.id("id").unwrap_or_default());
        let training_run = RunId::new(fields.id("training_run").unwrap_or_default());
        let mut read = Self::new(id, training_run, fields.needed_time("created"));
        read.read_body(&fields);
        read.should_stop = fields.flag("should_stop");
        if let Some(reasons) = fields.get("stopping_reasons") {
            match serde_json::from_value(reasons.clone()) {
                Ok(reasons) => read.stopping_reasons = reasons,
                Err(_) => {
                    let message = "expected an object: criterion to true or false";
                    problems.add(fields.path("stopping_reasons"), "invalid_type", message);
                }
            }
        }
        fields.refuse_unknown();
        Some(read)
    }
}

impl Checkpoint {
    /// Reads the body that creates a checkpoint of a run; `training_run` in it must agree.
    ///
    /// Returns what is readable with everything that is not.
    pub fn from_create_body(
        body: &Value,
        id: CheckpointId,
        training_run: RunId,
        now: WallTime,
    ) -> (Self, Vec<Problem>) {
        let problems = Problems::default();
        let mut read = Self::new(id, training_run, now);
        if let Some(fields) = Fields::of(body, "", &problems) {
            fields.need(&["values"]);
            if fields.id("training_run").is_some_and(|run| run != read.training_run.as_str()) {
                problems.add("training_run", "invalid_value", "is another run than the one this checkpoint is for");
            }
            read.read_body(&fields);
            fields.refuse_unknown();
        }
        (read, problems.into_vec())
    }

    fn read_body(&mut self, fields: &Fields<'_, '_>) {
        self.values = fields.objects("values");
        self.values.sort_by(|a, b| a.name.cmp(&b.name));
        self.metadata = fields.scalars("metadata");
        self.step = fields.whole("step");
        self.epoch = fields.number("epoch");
        self.elapsed_seconds = fields.number("elapsed_seconds");
        self.time = fields.time("time");
        self.before_training = fields.flag("before_training");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn documented() -> Value {
        json!({
            "object": "checkpoint", "id": "27434", "training_run": "1661", "created": 1_554_912_878,
            "values": [
                { "object": "metric_evaluation", "name": "Validation Accuracy", "value": 0.76543, "value_stddev": null }
            ],
            "metadata": { "model_location": "there" },
            "should_stop": false, "stopping_reasons": { "Look Back 2 Steps": false },
        })
    }

    #[test]
    fn the_documented_object_is_written_as_it_was_read() {
        let checkpoint = Checkpoint::from_json(&documented()).expect("valid");
        assert_eq!(checkpoint.to_json(), documented());
    }

    #[test]
    fn ids_may_be_integers() {
        let mut value = documented();
        value["id"] = json!(27434);
        value["training_run"] = json!(1661.0);
        assert_eq!(Checkpoint::from_json(&value).expect("valid").to_json(), documented());
    }

    #[test]
    fn numbers_that_json_lacks_are_words() {
        for (word, number) in [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)] {
            let value = json!({ "name": "m", "value": word });
            let read = MetricEvaluation::from_json(&value).expect("valid");
            assert_eq!(read.value.to_bits(), number.to_bits());
            assert_eq!(read.to_json()["value"], word);
            let saved = serde_json::to_string(&read).expect("plain fields");
            let back: MetricEvaluation = serde_json::from_str(&saved).expect("our own form");
            assert_eq!(back.value.to_bits(), number.to_bits());
        }
    }

    #[test]
    fn values_are_written_in_name_order() {
        let body = json!({ "values": [{ "name": "z", "value": 1 }, { "name": "a", "value": 2 }], "step": 4,
            "training_run": 3 });
        let now = WallTime::from_secs(0.0).expect("finite");
        let (read, problems) = Checkpoint::from_create_body(&body, CheckpointId::new("1"), RunId::new("3"), now);
        assert_eq!(problems, []);
        assert_eq!(read.to_json()["values"][0]["name"], "a");
        assert_eq!(read.to_json()["step"], 4);
    }

    #[test]
    fn a_run_in_the_body_must_agree() {
        let now = WallTime::from_secs(0.0).expect("finite");
        let body = json!({ "values": [], "training_run": 4 });
        let (_, problems) = Checkpoint::from_create_body(&body, CheckpointId::new("1"), RunId::new("3"), now);
        assert_eq!(problems[0].path, "training_run");
    }
}
