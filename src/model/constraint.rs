//! A linear constraint: a weighted sum of parameters that may not pass a threshold.

use serde::{Deserialize, Serialize};

/// On which side of the threshold the sum lies; the threshold itself is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintType {
    GreaterThan,
    LessThan,
}

impl ConstraintType {
    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::GreaterThan => "greater_than",
            Self::LessThan => "less_than",
        }
    }

    /// Says whether a sum is on the right side of a threshold.
    pub fn holds(self, sum: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThan => sum >= threshold,
            Self::LessThan => sum <= threshold,
        }
    }
}

/// One summand of a constraint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConstraintTerm {
    /// Name of a numeric parameter.
    pub name: String,
    pub weight: f64,
}

/// A linear constraint over parameters of one numeric type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearConstraint {
    #[serde(rename = "type")]
    pub kind: ConstraintType,
    pub threshold: f64,
    /// Names are distinct, weights are not 0, at least two.
    pub terms: Vec<ConstraintTerm>,
}
