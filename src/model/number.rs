//! Numbers in JSON, which has no NaN and no infinities: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`.
//!
//! The functions `serialize` and `deserialize` make this file a `#[serde(with = …)]` for one number, the module
//! `column` for a list of them. Reading takes the strings and ordinary numbers; `null` is NaN in columns.

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A number that may be NaN or infinite, as JSON holds it.
#[derive(Debug, Clone, Copy)]
struct Number(f64);

/// The word for a number that JSON does not have; `None` for finite ones.
pub fn non_finite_word(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value > 0.0 {
        Some("Infinity")
    } else {
        Some("-Infinity")
    }
}

/// The number that a word of `non_finite_word` stands for.
pub fn non_finite_from_word(word: &str) -> Option<f64> {
    match word {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// A JSON value for a number; whole ones that JSON integers hold exactly are written without a point.
pub fn json_from_number(value: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(word) = non_finite_word(value) {
        Value::from(word)
    } else if value.fract() == 0.0 && value.abs() <= EXACT && !(value == 0.0 && value.is_sign_negative()) {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match non_finite_word(self.0) {
            Some(word) => serializer.serialize_str(word),
            None => serializer.serialize_f64(self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor).map(Self)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<f64, E> {
        non_finite_from_word(word).ok_or_else(|| E::invalid_value(Unexpected::Str(word), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }
}

/// Writes one number.
pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Number(*value).serialize(serializer)
}

/// Reads one number.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Number::deserialize(deserializer).map(|Number(value)| value)
}

/// A list of numbers.
pub(super) mod column {
    use super::*;

    /// Writes the numbers in order.
    pub fn serialize<S: Serializer>(column: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(column.iter().copied().map(Number))
    }

    /// Reads the numbers in order.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
        Ok(Vec::<Number>::deserialize(deserializer)?.into_iter().map(|Number(value)| value).collect())
    }
}
