//! A conditional: a choice that switches parameters on and off.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems};

/// A named choice among texts; parameters name the values at which they are active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditional {
    pub name: String,
    /// At least two, distinct.
    pub values: Vec<String>,
}

impl Conditional {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        json!({ "object": "conditional", "name": self.name, "values": self.values })
    }
}

impl FromJson for Conditional {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name", "values"]);
        let read = Self { name: fields.text("name").unwrap_or_default(), values: fields.texts("values") };
        fields.refuse_unknown();
        Some(read)
    }
}
