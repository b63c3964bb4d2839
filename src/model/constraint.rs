//! A linear constraint: a weighted sum of parameters that may not pass a threshold.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems};

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

impl LinearConstraint {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        let term = |term: &ConstraintTerm| json!({ "object": "term", "name": term.name, "weight": term.weight });
        json!({
            "object": "linear_constraint",
            "type": self.kind.word(),
            "threshold": self.threshold,
            "terms": self.terms.iter().map(term).collect::<Vec<_>>(),
        })
    }
}

impl FromJson for LinearConstraint {
    /// Terms of weight 0 are dropped.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["type", "threshold", "terms"]);
        let types = [ConstraintType::GreaterThan, ConstraintType::LessThan].map(|kind| (kind.word(), kind));
        let kind = fields.word("type", &types);
        let threshold = fields.number("threshold").unwrap_or_default();
        let mut terms: Vec<ConstraintTerm> = fields.objects("terms");
        terms.retain(|term| term.weight != 0.0);
        fields.refuse_unknown();
        Some(Self { kind: kind?, threshold, terms })
    }
}

impl FromJson for ConstraintTerm {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name", "weight"]);
        let name = fields.text("name").unwrap_or_default().trim().to_owned();
        let weight = fields.number("weight");
        fields.refuse_unknown();
        Some(Self { name, weight: weight? })
    }
}
