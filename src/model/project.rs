//! A project: experiments that belong together.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, json_time};

use super::{ProjectId, WallTime};

/// A project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Lowercase letters, digits, `-`, `_` and `.`.
    pub id: ProjectId,
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    pub created: WallTime,
}

impl Project {
    /// A project that comes to be because an experiment names it: its name is its id.
    pub fn named(id: ProjectId, now: WallTime) -> Self {
        Self { name: id.as_str().to_owned(), id, description: None, created: now }
    }
}

impl Project {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        json!({
            "object": "project",
            "id": self.id.as_str(),
            "name": self.name,
            "description": self.description,
            "created": json_time(self.created),
        })
    }
}

impl FromJson for Project {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["id", "name"]);
        let read = Self {
            id: ProjectId::new(fields.id("id").unwrap_or_default()),
            name: fields.text("name").unwrap_or_default(),
            description: fields.text("description"),
            created: fields.needed_time("created"),
        };
        fields.ignore(&["client", "updated", "user", "metadata", "experiment_count"]);
        fields.refuse_unknown();
        Some(read)
    }
}
