//! A conditional: a choice that switches parameters on and off.

use serde::{Deserialize, Serialize};

/// A named choice among texts; parameters name the values at which they are active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditional {
    pub name: String,
    /// At least two, distinct.
    pub values: Vec<String>,
}
