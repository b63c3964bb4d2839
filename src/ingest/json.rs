//! A JSON scanner that takes what training scripts write: bare `NaN`, `Infinity` and `-Infinity` are numbers.
//!
//! It gives one token at a time and builds nothing, so that a million lines cost no allocation. Where the bytes end
//! before a token does, it keeps its place and goes on with more of them. Depth is limited: a file of a million opening
//! brackets is refused at the 129th.

use std::borrow::Cow;

use super::number;

/// Deeper nesting is no log.
const DEEPEST: usize = 128;

/// A piece of JSON.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key(Text<'a>),
    Text(Text<'a>),
    /// NaN and infinities included.
    Number(f64),
    Bool(bool),
    Null,
}

/// A string as it stands between its quotes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Text<'a> {
    pub raw: &'a [u8],
    pub escaped: bool,
}

impl<'a> Text<'a> {
    /// The string that is meant; broken escapes are kept as they stand.
    pub(super) fn unescaped(self) -> Cow<'a, str> {
        if self.escaped { Cow::Owned(unescape(self.raw)) } else { String::from_utf8_lossy(self.raw) }
    }
}

fn unescape(raw: &[u8]) -> String {
    let raw = String::from_utf8_lossy(raw);
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw.as_ref();
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let mut used = 1;
        match after.bytes().next() {
            Some(b'n') => text.push('\n'),
            Some(b't') => text.push('\t'),
            Some(b'r') => text.push('\r'),
            Some(b'b') => text.push('\u{8}'),
            Some(b'f') => text.push('\u{c}'),
            Some(plain @ (b'"' | b'\\' | b'/')) => text.push(char::from(plain)),
            Some(b'u') => {
                let unit = |from: usize| after.get(from..from + 4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
                let low = if after.get(5..7) == Some("\\u") { unit(7) } else { None };
                match (unit(1), low) {
                    (Some(high @ 0xD800..=0xDBFF), Some(low @ 0xDC00..=0xDFFF)) => {
                        text.extend(
                            char::decode_utf16([high, low]).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)),
                        );
                        used = 11;
                    }
                    (Some(unit), _) => {
                        text.push(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
                        used = 5;
                    }
                    (None, _) => {
                        text.push_str("\\u");
                    }
                }
            }
            _ => {
                text.push('\\');
                used = 0;
            }
        }
        rest = &after[used..];
    }
    text.push_str(rest);
    text
}

/// Why the text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// What comes is no JSON; nothing behind it can be read.
    #[error("expected {expected}")]
    Unexpected { expected: &'static str },
    /// The text ends within a value.
    #[error("the JSON is cut")]
    Cut,
    /// Reading must stop.
    #[error("the JSON is nested deeper than {DEEPEST} levels")]
    TooDeep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    FirstValue,
    Key,
    FirstKey,
    Colon,
    CommaOrEnd,
    Done,
}

/// The scanner of one JSON value.
#[derive(Debug, Clone)]
pub(super) struct Scanner {
    expect: Expect,
    /// Whether each open level is an object.
    open: Vec<bool>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { expect: Expect::Value, open: Vec::new() }
    }
}

impl Scanner {
    /// Begins another value.
    #[inline]
    pub(super) fn restart(&mut self) {
        self.expect = Expect::Value;
        self.open.clear();
    }

    /// Whether a whole value has been read.
    pub(super) fn is_done(&self) -> bool {
        self.expect == Expect::Done
    }

    /// How many objects and arrays are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The next token of `bytes` from `at`, which moves behind it.
    ///
    /// `None` where the value is whole, or where the bytes end before a token does: then `at` stands before that token,
    /// to go on with when more bytes have come. With `complete` no more will come, and the latter is [`Fault::Cut`].
    #[inline]
    pub(super) fn next<'a>(
        &mut self,
        bytes: &'a [u8],
        at: &mut usize,
        complete: bool,
    ) -> Result<Option<Token<'a>>, Fault> {
        loop {
            while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(*at) {
                *at += 1;
            }
            let Some(&byte) = bytes.get(*at) else {
                return if complete && !self.is_done() { Err(Fault::Cut) } else { Ok(None) };
            };
            match (self.expect, byte) {
                (Expect::Done, _) => return Err(Fault::Unexpected { expected: "the end after the JSON value" }),
                (Expect::Colon, b':') => {
                    *at += 1;
                    self.expect = Expect::Value;
                }
                (Expect::Colon, _) => return Err(Fault::Unexpected { expected: "a colon" }),
                (Expect::CommaOrEnd, b',') => {
                    *at += 1;
                    self.expect = if self.open.last() == Some(&true) { Expect::Key } else { Expect::Value };
                }
                (Expect::CommaOrEnd | Expect::FirstKey, b'}') if self.open.last() == Some(&true) => {
                    *at += 1;
                    self.close();
                    return Ok(Some(Token::EndObject));
                }
                (Expect::CommaOrEnd | Expect::FirstValue, b']') if self.open.last() == Some(&false) => {
                    *at += 1;
                    self.close();
                    return Ok(Some(Token::EndArray));
                }
                (Expect::CommaOrEnd, _) => {
                    return Err(Fault::Unexpected { expected: "a comma or the end of the value" });
                }
                (Expect::Key | Expect::FirstKey, b'"') => {
                    let Some(text) = string(bytes, at) else { return cut(complete) };
                    self.expect = Expect::Colon;
                    return Ok(Some(Token::Key(text)));
                }
                (Expect::Key | Expect::FirstKey, _) => return Err(Fault::Unexpected { expected: "a key in quotes" }),
                (Expect::Value | Expect::FirstValue, b'{') => {
                    *at += 1;
                    self.nest(true)?;
                    self.expect = Expect::FirstKey;
                    return Ok(Some(Token::BeginObject));
                }
                (Expect::Value | Expect::FirstValue, b'[') => {
                    *at += 1;
                    self.nest(false)?;
                    self.expect = Expect::FirstValue;
                    return Ok(Some(Token::BeginArray));
                }
                (Expect::Value | Expect::FirstValue, b'"') => {
                    let Some(text) = string(bytes, at) else { return cut(complete) };
                    self.after_value();
                    return Ok(Some(Token::Text(text)));
                }
                (Expect::Value | Expect::FirstValue, _) => {
                    let Some(token) = scalar(bytes, at, complete)? else { return Ok(None) };
                    self.after_value();
                    return Ok(Some(token));
                }
            }
        }
    }

    fn nest(&mut self, object: bool) -> Result<(), Fault> {
        if self.open.len() == DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.open.push(object);
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.after_value();
    }

    #[inline]
    fn after_value(&mut self) {
        self.expect = if self.open.is_empty() { Expect::Done } else { Expect::CommaOrEnd };
    }
}

fn cut<'a>(complete: bool) -> Result<Option<Token<'a>>, Fault> {
    if complete { Err(Fault::Cut) } else { Ok(None) }
}

/// The string that begins at `at`; `None`, without moving, where its end has not come yet.
#[inline]
fn string<'a>(bytes: &'a [u8], at: &mut usize) -> Option<Text<'a>> {
    let start = *at + 1;
    let mut end = start;
    let mut escaped = false;
    loop {
        match bytes.get(end)? {
            b'"' => break,
            b'\\' => {
                escaped = true;
                end += 2;
            }
            _ => end += 1,
        }
    }
    *at = end + 1;
    Some(Text { raw: &bytes[start..end], escaped })
}

/// The number or word that begins at `at`; `None`, without moving, where more of it may come.
#[inline]
fn scalar<'a>(bytes: &'a [u8], at: &mut usize, complete: bool) -> Result<Option<Token<'a>>, Fault> {
    let rest = &bytes[*at..];
    if let Some((value, used)) = number::leading(rest) {
        if used == rest.len() && !complete {
            return Ok(None);
        }
        // `1e` and `1x` are no numbers.
        if rest.get(used).is_none_or(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t')) {
            *at += used;
            return Ok(Some(Token::Number(value)));
        }
        if used + 2 >= rest.len() && !complete {
            // The exponent of `1e-7` may still come.
            return Ok(None);
        }
        return Err(Fault::Unexpected { expected: "a number" });
    }
    let length =
        rest.iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'+' | b'.')).count();
    // The longest word is `-Infinity`.
    if length == rest.len() && !complete && length < 10 {
        return Ok(None);
    }
    let word = &rest[..length];
    let token = match word {
        b"true" => Token::Bool(true),
        b"false" => Token::Bool(false),
        b"null" => Token::Null,
        _ => Token::Number(number::special(word).ok_or(Fault::Unexpected { expected: "a JSON value" })?),
    };
    *at += length;
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens as text, read in pieces of `size` bytes as a document that comes over time.
    fn tokens(json: &[u8], size: usize) -> Result<Vec<String>, Fault> {
        let mut scanner = Scanner::default();
        let mut found = Vec::new();
        let mut held: Vec<u8> = Vec::new();
        let mut pieces = json.chunks(size).peekable();
        while let Some(piece) = pieces.next() {
            held.extend_from_slice(piece);
            let mut at = 0;
            while let Some(token) = scanner.next(&held, &mut at, pieces.peek().is_none())? {
                found.push(match token {
                    Token::Key(text) => format!("{}:", text.unescaped()),
                    Token::Text(text) => text.unescaped().into_owned(),
                    Token::Number(value) => value.to_string(),
                    other => format!("{other:?}"),
                });
            }
            held.drain(..at);
        }
        Ok(found)
    }

    #[test]
    fn any_cut_gives_the_same_tokens() {
        let json = br#" {"a": [1, -2.5e-07, {}], "b\u00b5\n": "x\"y\\", "c": NaN, "d":-Infinity, "e": null, "f": [], "g":true} "#;
        let whole = tokens(json, json.len()).expect("this is JSON");
        assert_eq!(whole.len(), 22);
        assert!(whole.contains(&"bµ\n:".to_owned()) && whole.contains(&"x\"y\\".to_owned()), "{whole:?}");
        assert!(whole.contains(&"-0.00000025".to_owned()) && whole.contains(&"-inf".to_owned()), "{whole:?}");
        for size in 1..json.len() {
            assert_eq!(tokens(json, size).as_ref(), Ok(&whole), "pieces of {size}");
        }
    }

    #[test]
    fn what_is_no_json_is_named() {
        for (json, expected) in [
            ("{1: 2}", "expected a key in quotes"),
            ("{\"a\" 2}", "expected a colon"),
            ("{\"a\": x}", "expected a JSON value"),
            ("{\"a\": 1 2}", "expected a comma or the end of the value"),
            ("{\"a\": 1", "the JSON is cut"),
            ("{\"a", "the JSON is cut"),
            ("{} {}", "expected the end after the JSON value"),
            ("[1}", "expected a comma or the end of the value"),
            ("12x", "expected a number"),
        ] {
            assert_eq!(
                tokens(json.as_bytes(), json.len()).map_err(|fault| fault.to_string()),
                Err(expected.to_owned())
            );
        }
    }

    #[test]
    fn depth_is_limited() {
        let bomb = "[".repeat(1_000_000);
        assert_eq!(tokens(bomb.as_bytes(), bomb.len()), Err(Fault::TooDeep));
        let bomb = "{\"a\":".repeat(1_000_000);
        assert_eq!(tokens(bomb.as_bytes(), bomb.len()), Err(Fault::TooDeep));
    }

    #[test]
    fn surrogate_pairs_are_one_character() {
        assert_eq!(unescape(br"\ud83d\ude00 \ud83d \u12"), "😀 \u{FFFD} \\u12");
    }
}
