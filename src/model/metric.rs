//! A metric of an experiment: what is to be made better, and in which direction.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, show};

use super::{Goal, MetricName};

/// What a metric is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    #[default]
    Optimize,
    Store,
    Constraint,
}

/// A metric of an experiment (rules of sigopt-server `handlers/experiments/create.py`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    pub name: MetricName,
    #[serde(default)]
    pub objective: Goal,
    #[serde(default)]
    pub strategy: Strategy,
    #[serde(default)]
    pub threshold: Option<f64>,
}

impl Metric {
    /// An optimized metric without threshold.
    pub fn optimized(name: MetricName, objective: Goal) -> Self {
        Self { name, objective, strategy: Strategy::Optimize, threshold: None }
    }
}

impl Strategy {
    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Optimize => "optimize",
            Self::Store => "store",
            Self::Constraint => "constraint",
        }
    }
}

impl Metric {
    /// The object in SigOpt's JSON shape; an unnamed metric has the name `null`.
    pub fn to_json(&self) -> Value {
        let name = Some(self.name.as_str()).filter(|name| !name.is_empty());
        json!({
            "object": "metric",
            "name": name,
            "objective": self.objective.word(),
            "strategy": self.strategy.word(),
            "threshold": self.threshold,
        })
    }

    /// The shortest form that reads back as this metric, but for the objective, which is always said.
    pub fn to_create_json(&self) -> Value {
        let mut metric = json!({ "objective": self.objective.word() });
        show(&mut metric, "name", (!self.name.as_str().is_empty()).then(|| self.name.as_str().into()));
        show(&mut metric, "strategy", (self.strategy != Strategy::Optimize).then(|| self.strategy.word().into()));
        show(&mut metric, "threshold", self.threshold.map(Value::from));
        metric
    }
}

impl FromJson for Metric {
    /// A plain string is an optimized, maximized metric of that name. `null` is no objective and no strategy.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        if let Value::String(name) = value {
            refuse_blank(name, path, problems);
            return Some(Self::optimized(MetricName::new(name), Goal::Maximize));
        }
        let fields = Fields::of(value, path, problems)?;
        for (key, allowed) in [("objective", "maximize, minimize"), ("strategy", "optimize, store, constraint")] {
            if fields.is_null(key) {
                problems.add(fields.path(key), "invalid_value", format!("must be one of {allowed}, not null"));
            }
        }
        if let Some(name) = fields.get("name").and_then(Value::as_str) {
            refuse_blank(name, &fields.path("name"), problems);
        }
        let goals = [Goal::Maximize, Goal::Minimize].map(|goal| (goal.word(), goal));
        let strategies =
            [Strategy::Optimize, Strategy::Store, Strategy::Constraint].map(|strategy| (strategy.word(), strategy));
        let read = Self {
            name: MetricName::new(fields.text("name").unwrap_or_default()),
            objective: fields.word("objective", &goals).unwrap_or_default(),
            strategy: fields.word("strategy", &strategies).unwrap_or_default(),
            threshold: fields.number("threshold"),
        };
        fields.refuse_unknown();
        Some(read)
    }
}

/// An unnamed metric has no name at all; an empty one is a mistake.
fn refuse_blank(name: &str, path: &str, problems: &Problems) {
    if name.trim().is_empty() {
        problems.add(path, "invalid_value", "a metric name is not empty; leave the key out for an unnamed metric");
    }
}
