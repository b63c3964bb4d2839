//! The direction in which a metric is better.

use serde::{Deserialize, Serialize};

/// Whether larger or smaller values of a metric are better; SigOpt's default is to maximize.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goal {
    #[default]
    Maximize,
    Minimize,
}

impl Goal {
    /// Says whether `a` is strictly better than `b`; false whenever one of them is NaN.
    pub fn better(self, a: f64, b: f64) -> bool {
        match self {
            Self::Maximize => a > b,
            Self::Minimize => a < b,
        }
    }

    /// The other direction.
    pub fn flipped(self) -> Self {
        match self {
            Self::Maximize => Self::Minimize,
            Self::Minimize => Self::Maximize,
        }
    }

    /// The word of the wire format: `maximize` or `minimize`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Maximize => "maximize",
            Self::Minimize => "minimize",
        }
    }
}
