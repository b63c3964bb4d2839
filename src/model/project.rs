//! A project: experiments that belong together.

use serde::{Deserialize, Serialize};

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
