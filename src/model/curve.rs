//! One metric of one run, as it was recorded.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Series;

/// The name of a metric as the log writes it, for example `val_loss` or `train/acc`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MetricName(String);

impl MetricName {
    /// Wraps a name, without its outer blanks.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(name.as_ref().trim().to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MetricName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the steps of a series count; never mixed on one axis silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepUnit {
    #[default]
    Step,
    Epoch,
    Iteration,
    Timestep,
    /// Order of appearance: the log gives no coordinate.
    Row,
}

impl StepUnit {
    /// The word for an axis or a column: `step`, `epoch`, …
    pub fn word(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Epoch => "epoch",
            Self::Iteration => "iteration",
            Self::Timestep => "timestep",
            Self::Row => "row",
        }
    }
}

/// One metric of one run: its name, what its steps count, and its columns as recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pub name: MetricName,
    #[serde(default)]
    pub unit: StepUnit,
    pub series: Series,
}
