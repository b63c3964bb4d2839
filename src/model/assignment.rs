//! The hyper-parameter values of a suggestion or a run.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One value of a hyper-parameter: a finite number or a text.
///
/// Booleans, nulls and anything that is not a scalar are kept as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Number(f64),
    Text(String),
}

impl Scalar {
    /// Reads a cell or configuration value: a finite number where the whole trimmed text is one, else the text.
    pub fn from_text(text: &str) -> Self {
        let text = text.trim();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && !text.is_empty() => Self::Number(number),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// Wraps a number; NaN and infinities become text, so that JSON can hold them.
    pub fn from_number(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Text(number.to_string()) }
    }

    /// The number, where it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Hyper-parameter name → value, in name order.
pub type Assignments = BTreeMap<String, Scalar>;
