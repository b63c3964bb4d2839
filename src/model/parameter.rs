//! A hyper-parameter: its kind, and the values it may take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Scalar;

/// What values a parameter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    #[default]
    Double,
    Int,
    Categorical,
}

/// The ends of a numeric parameter, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    pub min: f64,
    pub max: f64,
}

/// The scale on which a numeric parameter is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transformation {
    #[default]
    None,
    /// Bounds, grid and default are greater than 0.
    Log,
}

/// What is believed about good values before any run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase")]
pub enum Prior {
    /// `mean` lies within the bounds, `scale` is greater than 0.
    Normal { mean: f64, scale: f64 },
    /// Both shapes are greater than 0.
    Beta { shape_a: f64, shape_b: f64 },
}

/// A hyper-parameter (`monitor-model.md` 3.1). Which fields go together is checked by `monitor`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Of numeric parameters; with a grid its extremes.
    #[serde(default)]
    pub bounds: Option<Bounds>,
    /// In the order of input, which numbers them from 1; empty for numeric parameters.
    #[serde(default)]
    pub categorical_values: Vec<String>,
    /// Ascending; empty when the parameter has none.
    #[serde(default)]
    pub grid: Vec<f64>,
    #[serde(default)]
    pub default_value: Option<Scalar>,
    #[serde(default)]
    pub transformation: Transformation,
    #[serde(default)]
    pub prior: Option<Prior>,
    /// Conditional → values at which the parameter is active; all listed conditionals must agree.
    #[serde(default)]
    pub conditions: BTreeMap<String, Vec<String>>,
}
