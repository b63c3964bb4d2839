//! A task: one of several costs at which an assignment can be tried.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems};

/// A cheaper stand-in for the full training, or the full training itself at cost 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub name: String,
    /// Greater than 0, at most 1.
    pub cost: f64,
}

impl Task {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        json!({ "object": "task", "name": self.name, "cost": self.cost })
    }
}

impl FromJson for Task {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name", "cost"]);
        let read =
            Self { name: fields.text("name").unwrap_or_default(), cost: fields.number("cost").unwrap_or_default() };
        fields.refuse_unknown();
        Some(read)
    }
}
