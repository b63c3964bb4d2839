//! Reading the objects from SigOpt's JSON shapes, field by field, with every problem and its path.
//!
//! What is unreadable is reported and left at its default, so that the rest of a body can still be checked. Numbers
//! follow SigOpt's server: integer-valued floats are integers, booleans are never numbers, ids may be integers, and
//! `null` means absent.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Assignments, Scalar, WallTime, non_finite_from_word};

/// One part of a JSON body that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// For example `metrics[1].objective`; empty for the whole body.
    pub path: String,
    /// `missing_key`, `unknown_key`, `invalid_type` or `invalid_value`.
    pub rule: &'static str,
    pub message: String,
}

/// Problems as they are found, in the order of reading.
#[derive(Debug, Default)]
pub struct Problems {
    found: RefCell<Vec<Problem>>,
    /// Only SigOpt's own shapes are known.
    strict: bool,
}

impl Problems {
    /// For reading what only SigOpt itself would take.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// Says whether shapes of our own are unknown.
    pub fn is_strict(&self) -> bool {
        self.strict
    }

    /// Notes a problem.
    pub fn add(&self, path: impl Into<String>, rule: &'static str, message: impl Into<String>) {
        self.found.borrow_mut().push(Problem { path: path.into(), rule, message: message.into() });
    }

    /// Everything that was found.
    pub fn into_vec(self) -> Vec<Problem> {
        self.found.into_inner()
    }

    fn expected(&self, path: impl Into<String>, expected: &str, found: &Value) {
        self.add(path, "invalid_type", format!("expected {expected}, found {}", shortened(found)));
    }
}

/// An object that can be read from its JSON shape.
pub trait FromJson: Sized {
    /// Reads what is readable and notes the rest; `None` when nothing is.
    fn read_json(value: &Value, path: &str, problems: &Problems) -> Option<Self>;

    /// Reads a whole object, or says everything that is wrong with it.
    fn from_json(value: &Value) -> Result<Self, Vec<Problem>> {
        let problems = Problems::default();
        let read = Self::read_json(value, "", &problems);
        match (read, problems.into_vec()) {
            (Some(read), problems) if problems.is_empty() => Ok(read),
            (_, problems) => Err(problems),
        }
    }
}

/// The fields of one JSON object while it is read.
pub(super) struct Fields<'v, 'p> {
    map: &'v Map<String, Value>,
    path: String,
    known: RefCell<BTreeSet<&'static str>>,
    problems: &'p Problems,
}

impl<'v, 'p> Fields<'v, 'p> {
    /// `None`, with a problem, when the value is no object. The key `object` is always known.
    pub fn of(value: &'v Value, path: &str, problems: &'p Problems) -> Option<Self> {
        let Value::Object(map) = value else {
            problems.expected(path, "an object", value);
            return None;
        };
        Some(Self { map, path: path.to_owned(), known: RefCell::new(BTreeSet::from(["object"])), problems })
    }

    /// The path of a field.
    pub fn path(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// The value of a field; `None` when it is absent or null.
    pub fn get(&self, key: &'static str) -> Option<&'v Value> {
        self.known.borrow_mut().insert(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Says whether the field is written at all, without asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// Says whether the field is written as `null`.
    pub fn is_null(&self, key: &str) -> bool {
        self.map.get(key).is_some_and(Value::is_null)
    }

    /// Notes a problem when a field is absent or null.
    pub fn need(&self, keys: &[&'static str]) {
        for key in keys {
            if self.get(key).is_none() {
                self.problems.add(self.path(key), "missing_key", format!("{key:?} is required"));
            }
        }
    }

    /// Fields that are known and not read.
    pub fn ignore(&self, keys: &[&'static str]) {
        self.known.borrow_mut().extend(keys);
    }

    /// Notes every field that nobody asked for.
    pub fn refuse_unknown(&self) {
        let known = self.known.borrow();
        for key in self.map.keys().filter(|key| !known.contains(key.as_str())) {
            let known: Vec<&str> = known.iter().copied().collect();
            let message = format!("unknown key {key:?}; known are {}", known.join(", "));
            self.problems.add(self.path(key), "unknown_key", message);
        }
    }

    fn read<T>(&self, key: &'static str, expected: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.get(key)?;
        let read = read(value);
        if read.is_none() {
            self.problems.expected(self.path(key), expected, value);
        }
        read
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.read(key, "a string", |value| value.as_str().map(str::to_owned))
    }

    pub fn flag(&self, key: &'static str) -> bool {
        self.read(key, "true or false", Value::as_bool).unwrap_or_default()
    }

    /// A whole number of 0 or more.
    pub fn count(&self, key: &'static str) -> Option<u64> {
        self.read(key, "a whole number of 0 or more", |value| u64::try_from(whole(value)?).ok())
    }

    /// A whole number.
    pub fn whole(&self, key: &'static str) -> Option<i64> {
        self.read(key, "a whole number", whole)
    }

    /// A finite number.
    pub fn number(&self, key: &'static str) -> Option<f64> {
        self.read(key, "a finite number", finite)
    }

    /// A number, NaN and infinities as their words.
    pub fn any_number(&self, key: &'static str) -> Option<f64> {
        self.read(key, "a number", |value| finite(value).or_else(|| non_finite_from_word(value.as_str()?)))
    }

    /// The text of an id, which may be written as an integer.
    pub fn id(&self, key: &'static str) -> Option<String> {
        self.read(key, "an id", |value| match value {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(_) => whole(value).map(|number| number.to_string()),
            _ => None,
        })
    }

    pub fn time(&self, key: &'static str) -> Option<WallTime> {
        self.read(key, "seconds since 1970", |value| WallTime::from_secs(finite(value)?))
    }

    /// A time that is needed; the epoch, with a problem, when it is absent.
    pub fn needed_time(&self, key: &'static str) -> WallTime {
        self.need(&[key]);
        self.time(key).or_else(|| WallTime::from_secs(0.0)).expect("0 is finite")
    }

    /// A number or a text; whole-number floats and integers are one.
    pub fn scalar(&self, key: &'static str) -> Option<Scalar> {
        self.read(key, "a number or a string", scalar)
    }

    /// One of several words.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let value = self.get(key)?;
        let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let message = format!("must be one of {}, not {}", allowed.join(", "), shortened(value));
            self.problems.add(self.path(key), "invalid_value", message);
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// A list, element by element.
    pub fn list<T>(&self, key: &'static str, read: impl Fn(&Value, &str) -> Option<T>) -> Vec<T> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Value::Array(list) = value else {
            self.problems.expected(self.path(key), "a list", value);
            return Vec::new();
        };
        let path = self.path(key);
        list.iter().enumerate().filter_map(|(at, value)| read(value, &format!("{path}[{at}]"))).collect()
    }

    /// A list of texts.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.list(key, |value, path| text_at(value, path, self.problems))
    }

    /// An object of its own type.
    pub fn object<T: FromJson>(&self, key: &'static str) -> Option<T> {
        T::read_json(self.get(key)?, &self.path(key), self.problems)
    }

    /// A list of objects of their own type.
    pub fn objects<T: FromJson>(&self, key: &'static str) -> Vec<T> {
        self.list(key, |value, path| T::read_json(value, path, self.problems))
    }

    /// A map to numbers and texts; nulls are dropped.
    pub fn scalars(&self, key: &'static str) -> Assignments {
        let Some(value) = self.get(key) else { return Assignments::new() };
        let Value::Object(map) = value else {
            self.problems.expected(self.path(key), "an object", value);
            return Assignments::new();
        };
        let mut read = Assignments::new();
        for (name, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            match scalar(value) {
                Some(scalar) => drop(read.insert(name.clone(), scalar)),
                None => {
                    self.problems.expected(format!("{}.{name}", self.path(key)), "a number or a string", value);
                }
            }
        }
        read
    }
}

/// A text at a place of a list.
pub(super) fn text_at(value: &Value, path: &str, problems: &Problems) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    if text.is_none() {
        problems.expected(path, "a string", value);
    }
    text
}

/// A finite number at a place of a list.
pub(super) fn number_at(value: &Value, path: &str, problems: &Problems) -> Option<f64> {
    let number = finite(value);
    if number.is_none() {
        problems.expected(path, "a finite number", value);
    }
    number
}

fn finite(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// An integer or an integer-valued float that is exact.
fn whole(value: &Value) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    })
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) => Some(Scalar::Text(text.clone())),
        Value::Number(_) => finite(value).map(Scalar::Number),
        _ => None,
    }
}

/// A value as a message quotes it.
fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 40 { text } else { format!("{}…", text.chars().take(40).collect::<String>()) }
}

/// Seconds as SigOpt writes times: whole.
pub(super) fn json_time(time: WallTime) -> Value {
    Value::from(time.secs().floor() as i64)
}

/// `null` where there is no time.
pub(super) fn json_optional_time(time: Option<WallTime>) -> Value {
    time.map_or(Value::Null, json_time)
}

/// Numbers and texts by name; whole numbers without a point.
pub(super) fn json_scalars(scalars: &Assignments) -> Value {
    scalars.iter().map(|(name, scalar)| (name.clone(), json_scalar(scalar))).collect::<Map<_, _>>().into()
}

/// The same, `null` when there are none.
pub(super) fn json_metadata(metadata: &Assignments) -> Value {
    if metadata.is_empty() { Value::Null } else { json_scalars(metadata) }
}

/// A number or a text.
pub(super) fn json_scalar(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Number(number) => super::json_from_number(*number),
        Scalar::Text(text) => Value::from(text.as_str()),
    }
}

/// Adds a field that is hidden when there is nothing to show.
pub(super) fn show(object: &mut Value, key: &str, value: impl Into<Option<Value>>) {
    if let (Value::Object(map), Some(value)) = (object, value.into().filter(|value| !value.is_null())) {
        map.insert(key.to_owned(), value);
    }
}
