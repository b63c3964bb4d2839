//! One JSON object as one record of a log: its nested keys flattened, its coordinate found, its numbers written.
//!
//! Every log of objects goes through here, whether they are lines or rows of a document. Keys repeat from record to
//! record, nearly always in the same order, so each key is remembered with the one that came after it: the next key
//! is then found by one comparison instead of a hash.

use std::collections::HashMap;

use crate::model::{Scalar, StepUnit};

use super::coordinate;
use super::json::{Fault, Scanner, Text, Token};
use super::number;
use super::{Records, TrackId};

/// More keys than any training log has; further ones are passed over.
const MOST_KEYS: usize = 10_000;
/// Texts beyond it are no parameter values.
const LONGEST_TEXT: usize = 1_000;
const ROOT: usize = 0;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Value,
    /// With its rank among the wanted ones.
    Coordinate(usize, StepUnit),
    Time,
    /// Names the part of the data that the record is about (`split`, `mode`).
    Split,
    /// A setting that each record repeats, below `config`.
    Param,
}

/// A key seen before, by its path.
#[derive(Debug, Clone)]
struct Key {
    parent: usize,
    /// As it stands in the text.
    raw: Box<[u8]>,
    /// The path, joined with `/`.
    name: String,
    kind: Kind,
    /// The key that came after this one last time.
    next: usize,
    /// Tracks of the current run by part of the data and unit; nearly always one.
    tracks: Vec<(usize, StepUnit, TrackId)>,
}

/// A value of the record at hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// Numbers written as strings included.
    Number(f64),
    Text(&'a str),
    Bool(bool),
    Null,
    /// A list as it stands.
    List(&'a str),
}

#[derive(Debug, Clone, Copy)]
enum Held {
    Number(f64),
    Text { start: usize, end: usize },
    Bool(bool),
    Null,
    List { start: usize, end: usize },
}

/// The record at hand, and what earlier ones taught about keys.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    scanner: Scanner,
    keys: Vec<Key>,
    index: HashMap<(usize, Box<[u8]>), usize>,
    held: Vec<(usize, Held)>,
    texts: String,
    /// Keys of the objects that are open, the root first.
    path: Vec<usize>,
    /// The key whose value comes next, and the key seen last.
    key: usize,
    last: usize,
    /// How many arrays are open; what is in them is no value.
    arrays: usize,
    array_start: usize,
    /// Prefixes by part of the data; the first is empty.
    prefixes: Vec<String>,
    rules: Rules,
    position: Position,
    /// The name that is the coordinate wherever it comes.
    axis: Option<&'static str>,
    /// What the coordinate of the record at hand counts, where its name does not tell.
    unit: Option<StepUnit>,
}

/// How records are placed; decided once from the start of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rules {
    /// Some record has a coordinate, so that a record without one before the first point holds parameters.
    pub placed: bool,
    /// The only coordinate is an epoch in fractions: records are counted instead and the epoch is kept beside.
    pub fractions: bool,
    /// When the first coordinate comes again, another run begins.
    pub separate: bool,
}

/// Where the current run stands.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    /// Unit, step and first key of the first point.
    first: Option<(StepUnit, i64, usize)>,
    last: Option<(StepUnit, i64)>,
    row: i64,
}

impl Fields {
    pub(super) fn new(rules: Rules) -> Self {
        let root = Key {
            parent: ROOT,
            raw: Box::default(),
            name: String::new(),
            kind: Kind::Value,
            next: ROOT,
            tracks: Vec::new(),
        };
        Self {
            scanner: Scanner::default(),
            keys: vec![root],
            index: HashMap::new(),
            held: Vec::new(),
            texts: String::new(),
            path: Vec::new(),
            key: ROOT,
            last: ROOT,
            arrays: 0,
            array_start: 0,
            prefixes: vec![String::new()],
            rules,
            position: Position::default(),
            axis: None,
            unit: None,
        }
    }

    /// Takes this name as the coordinate before all others.
    pub(super) fn placed_by(mut self, axis: &'static str) -> Self {
        self.axis = Some(axis);
        self
    }

    /// Says what the coordinate of the record at hand counts.
    pub(super) fn count(&mut self, unit: StepUnit) {
        self.unit = Some(unit);
    }

    /// Reads a record that is one whole JSON object.
    pub(super) fn scan(&mut self, json: &[u8]) -> Result<(), Fault> {
        self.begin();
        let mut scanner = std::mem::take(&mut self.scanner);
        scanner.restart();
        let mut at = 0;
        let result = loop {
            match scanner.next(json, &mut at, true) {
                Ok(Some(token)) => {
                    match token {
                        Token::BeginArray if self.arrays == 0 => self.array_start = at - 1,
                        Token::EndArray if self.arrays == 1 => self.hold_list(&json[self.array_start..at]),
                        _ => {}
                    }
                    self.token(token);
                }
                Ok(None) => break Ok(()),
                Err(fault) => break Err(fault),
            }
        };
        self.scanner = scanner;
        result
    }

    /// Begins a record whose tokens come one by one.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.held.clear();
        self.texts.clear();
        self.path.clear();
        self.key = ROOT;
        self.last = ROOT;
        self.arrays = 0;
        self.unit = None;
    }

    /// Takes the next token of the record, its braces included.
    #[inline]
    pub(super) fn token(&mut self, token: Token<'_>) {
        match token {
            Token::BeginArray => self.arrays += 1,
            Token::EndArray => self.arrays = self.arrays.saturating_sub(1),
            _ if self.arrays > 0 => {}
            Token::BeginObject => self.path.push(self.key),
            Token::EndObject => {
                self.path.pop();
            }
            Token::Key(text) => {
                self.key = self.find(text);
                self.last = self.key;
            }
            Token::Number(value) => self.hold(Held::Number(value)),
            Token::Bool(value) => self.hold(Held::Bool(value)),
            Token::Null => self.hold(Held::Null),
            Token::Text(text) => match number::whole(text.raw) {
                Some(value) => self.hold(Held::Number(value)),
                None => {
                    let start = self.texts.len();
                    self.texts.extend(text.unescaped().chars().take(LONGEST_TEXT));
                    self.hold(Held::Text { start, end: self.texts.len() });
                }
            },
        }
    }

    #[inline]
    fn hold(&mut self, value: Held) {
        if self.key != ROOT {
            self.held.push((self.key, value));
        }
    }

    fn hold_list(&mut self, raw: &[u8]) {
        if raw.len() <= LONGEST_TEXT {
            let start = self.texts.len();
            self.texts.push_str(&String::from_utf8_lossy(raw));
            self.hold(Held::List { start, end: self.texts.len() });
        }
    }

    /// The place of a key below the object at hand; `ROOT` where there are too many keys.
    #[inline]
    fn find(&mut self, text: Text<'_>) -> usize {
        let parent = self.path.last().copied().unwrap_or(ROOT);
        let guess = self.keys[self.last].next;
        if self.keys[guess].parent == parent && *self.keys[guess].raw == *text.raw {
            return guess;
        }
        self.find_slowly(parent, text)
    }

    fn find_slowly(&mut self, parent: usize, text: Text<'_>) -> usize {
        let lookup: (usize, Box<[u8]>) = (parent, text.raw.into());
        let at = match self.index.get(&lookup) {
            Some(&at) => at,
            None if self.keys.len() > MOST_KEYS => return ROOT,
            None => {
                let leaf = text.unescaped();
                let name = match self.keys[parent].name.as_str() {
                    "" => leaf.into_owned(),
                    path => format!("{path}/{leaf}"),
                };
                let at = self.keys.len();
                let kind = match kind(&name) {
                    Kind::Coordinate(rank, unit) => {
                        let rank = if self.axis == Some(name.as_str()) { 0 } else { rank + 1 };
                        Kind::Coordinate(rank, unit)
                    }
                    kind => kind,
                };
                let raw = lookup.1.clone();
                self.keys.push(Key { parent, raw, name, kind, next: ROOT, tracks: Vec::new() });
                self.index.insert(lookup, at);
                at
            }
        };
        self.keys[self.last].next = at;
        at
    }

    fn value(&self, held: Held) -> Value<'_> {
        match held {
            Held::Number(value) => Value::Number(value),
            Held::Bool(value) => Value::Bool(value),
            Held::Null => Value::Null,
            Held::Text { start, end } => Value::Text(&self.texts[start..end]),
            Held::List { start, end } => Value::List(&self.texts[start..end]),
        }
    }

    /// The value at this path, keys joined with `/`.
    pub(super) fn get(&self, name: &str) -> Option<Value<'_>> {
        self.held.iter().find(|(key, _)| self.keys[*key].name == name).map(|&(_, held)| self.value(held))
    }

    /// The number at this path.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Some(Value::Number(value)) => Some(value),
            _ => None,
        }
    }

    /// Paths and values of the record.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.held.iter().map(|&(key, held)| (self.keys[key].name.as_str(), self.value(held)))
    }

    /// The most wanted coordinate of the record, `None` where it has none.
    pub(super) fn coordinate(&self) -> Option<(StepUnit, f64)> {
        self.coordinate_key().map(|(_, unit, value)| (unit, value))
    }

    #[inline]
    fn coordinate_key(&self) -> Option<(usize, StepUnit, f64)> {
        let mut best: Option<(usize, usize, StepUnit, f64)> = None;
        for &(key, held) in &self.held {
            if let (Kind::Coordinate(rank, unit), Held::Number(value)) = (self.keys[key].kind, held)
                && value.is_finite()
                && best.is_none_or(|(least, ..)| rank < least)
            {
                best = Some((rank, key, unit, value));
            }
        }
        best.map(|(_, key, unit, value)| (key, self.unit.unwrap_or(unit), value))
    }

    /// Whether the record holds a number that is no coordinate.
    pub(super) fn has_values(&self) -> bool {
        self.held.iter().any(|&(key, held)| self.keys[key].kind == Kind::Value && matches!(held, Held::Number(_)))
    }

    /// Writes the record: its values at its coordinate, or its parameters where it has none.
    pub(super) fn write(&mut self, out: &mut Records) {
        let found = self.coordinate_key();
        let (at, unit, step) = match found {
            Some((key, unit, value)) if !(self.rules.fractions && unit == StepUnit::Epoch) => {
                match coordinate::step(value) {
                    Some(step) => (Some(key), unit, step),
                    None => return,
                }
            }
            None if self.rules.placed => match self.position.last {
                // What a log says after its points, without a coordinate, is about where it stands.
                Some((unit, step)) => (None, unit, step),
                None => return self.write_params(out),
            },
            _ => (None, StepUnit::Row, self.position.row),
        };
        if self.begins_anew(unit, step) {
            let label = format!("training {}", out.runs.len() + 1);
            out.begin_run(Some(label));
            self.begin_run();
        }
        self.position.row += 1;
        let (mut epoch, mut time, mut prefix) = (None, None, 0);
        for place in 0..self.held.len() {
            let (key, held) = self.held[place];
            match (self.keys[key].kind, held) {
                (Kind::Coordinate(_, StepUnit::Epoch), Held::Number(value)) if value.is_finite() => {
                    // A whole epoch that is the coordinate itself needs no copy.
                    epoch = (Some(key) != at || value.fract() != 0.0).then_some(value);
                }
                (Kind::Time, Held::Number(value)) if value.is_finite() => time = Some(coordinate::seconds(value)),
                (Kind::Split, Held::Text { start, end }) => prefix = self.prefix(start, end),
                (Kind::Param, held) => {
                    // As a file of parameters joins them.
                    let name = self.keys[key].name.trim_start_matches("config/").replace('/', ".");
                    if !out.run().params.contains_key(&name) && !matches!(held, Held::Null) {
                        out.param(&name, scalar(self.value(held)));
                    }
                }
                _ => {}
            }
        }
        for place in 0..self.held.len() {
            let (key, Held::Number(value)) = self.held[place] else { continue };
            let is_value = match self.keys[key].kind {
                Kind::Value | Kind::Split => true,
                Kind::Coordinate(_, counted) => Some(key) != at && counted != StepUnit::Epoch,
                Kind::Time | Kind::Param => false,
            };
            if is_value {
                if self.position.first.is_none() {
                    self.position.first = Some((unit, step, key));
                }
                let track = self.track(key, prefix, unit, out);
                out.point(track, step, value, epoch, time);
            }
        }
        if self.position.last.is_none_or(|(counted, last)| counted != unit || step > last) {
            self.position.last = Some((unit, step));
        }
    }

    /// Forgets the tracks and the position of the run before.
    pub(super) fn begin_run(&mut self) {
        self.position = Position::default();
        for key in &mut self.keys {
            key.tracks.clear();
        }
    }

    /// The first coordinate has come again, after others, with the kind of record that it began with.
    fn begins_anew(&self, unit: StepUnit, step: i64) -> bool {
        let (Some((counted, first, key)), Some((_, last))) = (self.position.first, self.position.last) else {
            return false;
        };
        self.rules.separate
            && unit != StepUnit::Row
            && counted == unit
            && step <= first
            && last > first
            && self.held.iter().any(|&(held, _)| held == key)
    }

    #[inline]
    fn track(&mut self, key: usize, prefix: usize, unit: StepUnit, out: &mut Records) -> TrackId {
        match self.keys[key].tracks.iter().find(|(part, counted, _)| *part == prefix && *counted == unit) {
            Some(&(.., track)) => track,
            None => self.open_track(key, prefix, unit, out),
        }
    }

    fn open_track(&mut self, key: usize, prefix: usize, unit: StepUnit, out: &mut Records) -> TrackId {
        let key = &mut self.keys[key];
        let part = &self.prefixes[prefix];
        let mut name =
            if key.name.starts_with(part.as_str()) { key.name.clone() } else { format!("{part}{}", key.name) };
        // Units are never mixed in one series.
        if key.tracks.iter().any(|(other, ..)| *other == prefix) {
            name = format!("{}/{name}", unit.word());
        }
        let track = out.track(&name, unit);
        key.tracks.push((prefix, unit, track));
        track
    }

    /// The prefix that a part of the data gives to names, such as `val/`.
    fn prefix(&mut self, start: usize, end: usize) -> usize {
        const PARTS: [&str; 9] =
            ["train", "training", "val", "valid", "validation", "eval", "evaluation", "dev", "test"];
        let part = self.texts[start..end].trim();
        if !PARTS.iter().any(|known| part.eq_ignore_ascii_case(known)) {
            return 0;
        }
        let prefix = format!("{}/", part.to_ascii_lowercase());
        self.prefixes.iter().position(|known| *known == prefix).unwrap_or_else(|| {
            self.prefixes.push(prefix);
            self.prefixes.len() - 1
        })
    }

    /// Writes every value of the record as a parameter of the run.
    fn write_params(&self, out: &mut Records) {
        for (name, value) in self.entries() {
            if value != Value::Null {
                out.param(name, scalar(value));
            }
        }
    }
}

/// A value as parameter: what is no number is kept as text.
pub(super) fn scalar(value: Value<'_>) -> Scalar {
    match value {
        Value::Number(value) => Scalar::from_number(value),
        Value::Text(text) | Value::List(text) => Scalar::Text(text.to_owned()),
        Value::Bool(value) => Scalar::Text(value.to_string()),
        Value::Null => Scalar::Text("null".to_owned()),
    }
}

fn kind(name: &str) -> Kind {
    if name.starts_with("config/") {
        Kind::Param
    } else if let Some((rank, unit)) = coordinate::rank(name) {
        Kind::Coordinate(rank, unit)
    } else if coordinate::is_time(name) {
        Kind::Time
    } else if ["split", "mode", "phase", "subset", "stage"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
        Kind::Split
    } else {
        Kind::Value
    }
}
