//! A JSON value as a tree, for records whose shape is not that of a row: arrays in arrays, JSON within JSON.
//!
//! Rows of numbers go through `fields` instead, which builds nothing.

use crate::model::Scalar;

use super::json::{Fault, Scanner, Token};
use super::number;

/// Texts beyond it are cut: a prompt or a class dump is no parameter to compare.
const LONGEST_TEXT: usize = 1_000;

/// A JSON value; NaN and the infinities are numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    /// In the order of the text; a key may come twice.
    Map(Vec<(String, Json)>),
}

/// A list or map under way, and the key whose value it is.
struct Open {
    value: Json,
    key: String,
}

impl Json {
    /// One whole value in a text; `None` where it is none.
    pub fn of(text: &str) -> Option<Self> {
        Self::whole(text.as_bytes()).ok()
    }

    /// Reads one whole value.
    pub(super) fn whole(json: &[u8]) -> Result<Self, Fault> {
        match Self::begun(json) {
            (value, None) => Ok(value),
            (_, Some(fault)) => Err(fault),
        }
    }

    /// Reads a value as far as it goes: what is open at the fault ends there.
    pub(super) fn begun(json: &[u8]) -> (Self, Option<Fault>) {
        let mut scanner = Scanner::default();
        let mut open: Vec<Open> = Vec::new();
        let mut root = Self::Null;
        let mut key = String::new();
        let mut at = 0;
        let fault = loop {
            let token = match scanner.next(json, &mut at, true) {
                Ok(Some(token)) => token,
                Ok(None) => break None,
                Err(fault) => break Some(fault),
            };
            let value = match token {
                Token::Key(text) => {
                    key = text.unescaped().into_owned();
                    continue;
                }
                Token::BeginObject => {
                    open.push(Open { value: Self::Map(Vec::new()), key: std::mem::take(&mut key) });
                    continue;
                }
                Token::BeginArray => {
                    open.push(Open { value: Self::List(Vec::new()), key: std::mem::take(&mut key) });
                    continue;
                }
                Token::EndObject | Token::EndArray => match open.pop() {
                    Some(ended) => {
                        key = ended.key;
                        ended.value
                    }
                    None => continue,
                },
                Token::Text(text) => Self::Text(text.unescaped().into_owned()),
                Token::Number(value) => Self::Number(value),
                Token::Bool(value) => Self::Bool(value),
                Token::Null => Self::Null,
            };
            put(&mut open, &mut root, std::mem::take(&mut key), value);
        };
        while let Some(ended) = open.pop() {
            put(&mut open, &mut root, ended.key, ended.value);
        }
        (root, fault)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The element at a place.
    pub(super) fn at(&self, index: usize) -> Option<&Self> {
        self.elements().get(index)
    }

    /// Keys and values; none where it is no map.
    pub fn entries(&self) -> &[(String, Self)] {
        if let Self::Map(entries) = self { entries } else { &[] }
    }

    /// Elements; none where it is no list.
    pub fn elements(&self) -> &[Self] {
        if let Self::List(elements) = self { elements } else { &[] }
    }

    /// The number, also where it is written as a string.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Text(text) => number::whole(text.as_bytes()),
            _ => None,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The value as that of a parameter; lists of scalars are texts. `None` for what is nested deeper.
    pub(super) fn scalar(&self) -> Option<Scalar> {
        Some(match self {
            Self::Null => Scalar::Text("null".to_owned()),
            Self::Bool(value) => Scalar::Text(value.to_string()),
            Self::Number(value) => Scalar::from_number(*value),
            Self::Text(text) => Scalar::Text(text.chars().take(LONGEST_TEXT).collect()),
            Self::List(elements) => {
                let is_plain = |element: &Self| !matches!(element, Self::List(_) | Self::Map(_));
                if !elements.iter().all(is_plain) {
                    return None;
                }
                let texts: Vec<String> =
                    elements.iter().filter_map(Self::scalar).map(|element| element.to_string()).collect();
                Scalar::Text(format!("[{}]", texts.join(", ")).chars().take(LONGEST_TEXT).collect())
            }
            Self::Map(_) => return None,
        })
    }

    /// Gives each value that is no map to `each`, with its name; names of nested maps are joined with `joint`.
    pub(super) fn leaves<'a>(&'a self, name: &str, joint: &str, each: &mut dyn FnMut(&str, &'a Self)) {
        match self {
            Self::Map(entries) => {
                for (key, value) in entries {
                    let name = if name.is_empty() { key.clone() } else { format!("{name}{joint}{key}") };
                    value.leaves(&name, joint, each);
                }
            }
            leaf => each(name, leaf),
        }
    }
}

fn put(open: &mut [Open], root: &mut Json, key: String, value: Json) {
    match open.last_mut().map(|open| &mut open.value) {
        Some(Json::List(elements)) => elements.push(value),
        Some(Json::Map(entries)) => entries.push((key, value)),
        _ => *root = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_nest() {
        let value =
            Json::whole(br#"{"a": [1, [true, null]], "b": {"c": "NaN", "d": -Infinity}}"#).expect("this is JSON");
        assert_eq!(value.get("a").and_then(|a| a.at(1)).and_then(|a| a.at(0)), Some(&Json::Bool(true)));
        let mut leaves = Vec::new();
        value.leaves("", ".", &mut |name, leaf| leaves.push((name.to_owned(), leaf.number())));
        assert_eq!(leaves[0], ("a".to_owned(), None));
        assert!(leaves[1].0 == "b.c" && leaves[1].1.is_some_and(f64::is_nan));
        assert_eq!(leaves[2], ("b.d".to_owned(), Some(f64::NEG_INFINITY)));
    }

    #[test]
    fn what_precedes_a_cut_is_kept() {
        let (value, fault) = Json::begun(br#"{"a": [[1, 2], [3"#);
        assert_eq!(fault, Some(Fault::Cut));
        let numbers = |values: &[f64]| Json::List(values.iter().copied().map(Json::Number).collect());
        assert_eq!(value.get("a"), Some(&Json::List(vec![numbers(&[1.0, 2.0]), numbers(&[3.0])])));
    }

    #[test]
    fn lists_of_scalars_are_texts() {
        let scalar = |json: &[u8]| Json::whole(json).expect("this is JSON").scalar();
        assert_eq!(scalar(br#"[1, "b", null]"#), Some(Scalar::Text("[1, b, null]".to_owned())));
        assert_eq!(scalar(b"[[1]]"), None);
        assert_eq!(scalar(b"true"), Some(Scalar::Text("true".to_owned())));
    }
}
