//! What people and programs note on an object: a flat map of texts and numbers.

use std::collections::BTreeMap;

use super::Scalar;

/// Key → text or finite number, in key order. Nulls are dropped on input.
pub type Metadata = BTreeMap<String, Scalar>;
