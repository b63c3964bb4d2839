//! A hyper-parameter: its kind, and the values it may take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::{Fields, FromJson, Problems, json_scalar, number_at, show, text_at};

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

/// A hyper-parameter (fields as sigopt-server `json/builder/parameter.py` writes them). Which fields go together is
/// checked by `monitor`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Of numeric parameters without a grid.
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

impl ParameterType {
    /// The word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Double => "double",
            Self::Int => "int",
            Self::Categorical => "categorical",
        }
    }
}

impl Parameter {
    /// The object in SigOpt's JSON shape.
    pub fn to_json(&self) -> Value {
        let values: Vec<Value> = (1..)
            .zip(&self.categorical_values)
            .map(|(index, name): (u64, _)| json!({ "object": "categorical_value", "name": name, "enum_index": index }))
            .collect();
        json!({
            "object": "parameter",
            "name": self.name,
            "type": self.kind.word(),
            "bounds": self.bounds.or(self.grid_extremes()).map(|bounds| self.bounds_json(bounds)),
            "categorical_values": (self.kind == ParameterType::Categorical).then_some(values),
            "grid": (!self.grid.is_empty()).then(|| self.grid_json()),
            "default_value": self.default_value.as_ref().map(|value| self.value_json(value)),
            "transformation": (self.transformation == Transformation::Log).then_some("log"),
            "prior": self.prior.map(Prior::to_json),
            "conditions": self.conditions,
        })
    }

    /// The shortest form that reads back as this parameter.
    pub fn to_create_json(&self) -> Value {
        let mut parameter = json!({ "name": self.name, "type": self.kind.word() });
        let grid = (!self.grid.is_empty()).then(|| self.grid_json());
        let bounds = self.bounds.filter(|_| grid.is_none()).map(|bounds| self.bounds_json(bounds));
        show(&mut parameter, "bounds", bounds);
        show(&mut parameter, "grid", grid);
        let values = (!self.categorical_values.is_empty()).then(|| json!(self.categorical_values));
        show(&mut parameter, "categorical_values", values);
        show(&mut parameter, "default_value", self.default_value.as_ref().map(|value| self.value_json(value)));
        show(&mut parameter, "transformation", (self.transformation == Transformation::Log).then(|| json!("log")));
        show(&mut parameter, "prior", self.prior.map(Prior::to_json));
        show(&mut parameter, "conditions", (!self.conditions.is_empty()).then(|| json!(self.conditions)));
        parameter
    }

    /// Numbers of a `double` keep their point, those of an `int` have none.
    fn number_json(&self, number: f64) -> Value {
        if self.kind == ParameterType::Double { Value::from(number) } else { super::json_from_number(number) }
    }

    fn value_json(&self, value: &Scalar) -> Value {
        value.as_number().map_or_else(|| json_scalar(value), |number| self.number_json(number))
    }

    fn bounds_json(&self, bounds: Bounds) -> Value {
        json!({ "min": self.number_json(bounds.min), "max": self.number_json(bounds.max) })
    }

    /// The bounds that a grid amounts to.
    pub fn grid_extremes(&self) -> Option<Bounds> {
        Some(Bounds { min: *self.grid.first()?, max: *self.grid.last()? })
    }

    fn grid_json(&self) -> Value {
        self.grid.iter().map(|number| self.number_json(*number)).collect()
    }
}

impl FromJson for Parameter {
    /// Unknown keys are tolerated here, as SigOpt's schema does. A grid is sorted; bounds beside it that are its
    /// extremes, as output has them, are dropped.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name", "type"]);
        let types =
            [ParameterType::Double, ParameterType::Int, ParameterType::Categorical].map(|kind| (kind.word(), kind));
        let name = fields.text("name").unwrap_or_default().trim().to_owned();
        let kind = fields.word("type", &types);
        let mut grid = fields.list("grid", |value, path| number_at(value, path, problems));
        grid.sort_by(f64::total_cmp);
        let transformations = [("none", Transformation::None), ("log", Transformation::Log)];
        let mut read = Self {
            name,
            kind: kind?,
            bounds: fields.object("bounds"),
            categorical_values: fields.list("categorical_values", |value, path| match value {
                Value::Object(_) => {
                    let fields = Fields::of(value, path, problems)?;
                    fields.need(&["name"]);
                    fields.text("name")
                }
                plain => text_at(plain, path, problems),
            }),
            grid,
            default_value: fields.scalar("default_value"),
            transformation: fields.word("transformation", &transformations).unwrap_or_default(),
            prior: fields.object("prior"),
            conditions: read_conditions(&fields, problems),
        };
        if read.bounds == read.grid_extremes() {
            read.bounds = None;
        }
        Some(read)
    }
}

/// Conditional → one value or a list of them.
fn read_conditions(fields: &Fields<'_, '_>, problems: &Problems) -> BTreeMap<String, Vec<String>> {
    let Some(value) = fields.get("conditions") else { return BTreeMap::new() };
    let path = fields.path("conditions");
    let Value::Object(map) = value else {
        problems.add(path, "invalid_type", "expected an object: conditional to values");
        return BTreeMap::new();
    };
    let values_of = |name: &str, values: &Value| -> Vec<String> {
        let path = format!("{path}.{name}");
        match values {
            Value::Array(list) => list.iter().filter_map(|value| text_at(value, &path, problems)).collect(),
            single => text_at(single, &path, problems).into_iter().collect(),
        }
    };
    map.iter().map(|(name, values)| (name.clone(), values_of(name, values))).collect()
}

impl FromJson for Bounds {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["min", "max"]);
        let (min, max) = (fields.number("min"), fields.number("max"));
        fields.refuse_unknown();
        Some(Self { min: min?, max: max? })
    }
}

impl Prior {
    fn to_json(self) -> Value {
        match self {
            Self::Normal { mean, scale } => json!({ "name": "normal", "mean": mean, "scale": scale }),
            Self::Beta { shape_a, shape_b } => json!({ "name": "beta", "shape_a": shape_a, "shape_b": shape_b }),
        }
    }
}

impl FromJson for Prior {
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self> {
        let fields = Fields::of(value, path, problems)?;
        fields.need(&["name"]);
        let normal = fields.word("name", &[("normal", true), ("beta", false)])?;
        let keys = if normal { ["mean", "scale"] } else { ["shape_a", "shape_b"] };
        fields.need(&keys);
        let [first, second] = keys.map(|key| fields.number(key));
        // Output carries the fields of the other prior as null.
        for other in if normal { ["shape_a", "shape_b"] } else { ["mean", "scale"] } {
            if fields.get(other).is_some() {
                let message = format!("{other:?} does not belong to this prior");
                problems.add(fields.path(other), "unknown_key", message);
            }
        }
        fields.refuse_unknown();
        Some(match (normal, first?, second?) {
            (true, mean, scale) => Self::Normal { mean, scale },
            (false, shape_a, shape_b) => Self::Beta { shape_a, shape_b },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Result<Parameter, Vec<(String, &'static str)>> {
        Parameter::from_json(&value)
            .map_err(|problems| problems.into_iter().map(|problem| (problem.path, problem.rule)).collect())
    }

    #[test]
    fn output_reads_back_as_the_same_parameter() {
        for given in [
            json!({ "name": "x", "type": "double", "bounds": { "min": 0.5, "max": 2 }, "default_value": 1 }),
            json!({ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 },
                "prior": { "name": "normal", "mean": 0.5, "scale": 0.1, "shape_a": null } }),
            json!({ "name": "n", "type": "int", "grid": [8, 2, 4], "conditions": { "c": "one", "d": ["a", "b"] } }),
            json!({ "name": "c", "type": "categorical", "categorical_values": ["a", "b"], "default_value": "b" }),
        ] {
            let parameter = read(given).expect("valid");
            assert_eq!(read(parameter.to_json()), Ok(parameter.clone()));
            assert_eq!(read(parameter.to_create_json()), Ok(parameter));
        }
    }

    #[test]
    fn categorical_values_are_numbered_from_one_in_output() {
        let parameter = read(json!({ "name": "c", "type": "categorical",
            "categorical_values": [{ "name": "b", "enum_index": 7, "object": "categorical_value" }, "a"] }));
        let json = parameter.expect("valid").to_json();
        assert_eq!(
            json["categorical_values"],
            json!([
                { "name": "b", "enum_index": 1, "object": "categorical_value" },
                { "name": "a", "enum_index": 2, "object": "categorical_value" },
            ])
        );
        assert_eq!(json["bounds"], Value::Null);
    }

    #[test]
    fn a_grid_is_sorted() {
        let parameter = read(json!({ "name": "n", "type": "int", "grid": [8, 2, 4] })).expect("valid");
        assert_eq!(parameter.grid, [2.0, 4.0, 8.0]);
        assert_eq!(parameter.to_create_json()["grid"], json!([2, 4, 8]));
    }

    #[test]
    fn unknown_keys_are_tolerated() {
        assert!(read(json!({ "name": "x", "type": "double", "precision": 3, "tunable": true })).is_ok());
    }

    #[test]
    fn booleans_are_no_numbers() {
        let value =
            json!({ "name": "x", "type": "double", "bounds": { "min": false, "max": 1 }, "default_value": true });
        assert_eq!(
            read(value),
            Err(vec![("bounds.min".to_owned(), "invalid_type"), ("default_value".to_owned(), "invalid_type")])
        );
    }
}
