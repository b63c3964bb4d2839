//! Logs of scripts that print what they like: `name: value`, `name=value`, `name value`, at an epoch or step that stands in
//! the line or above it.
//!
//! ```text
//! 2025-09-16 12:11:54,678 - INFO - [Epoch 1/50]
//! 2025-09-16 12:11:58,101 - INFO - Train Loss: 3.0477, Train Acc: 30.81%
//! Epoch   1, Step:      100, Batch Loss:     5.560523, Tokens per Sec:     4095, Lr: 0.000300
//! Validation result (greedy) at epoch   3, step     1000: bleu:   1.70, loss: 98871.7656
//! Steps: 1000    Loss: 98587.16406    PPL: 42.35123    *
//! INFO-name:{'val_loss': [3.30, 3.47], 'loss': [1.16, 0.77]}
//! ```
//!
//! Prose and source code hold the same words, so a line counts only as one of its kind: a line with the same names must
//! have come at three places, or stand under an epoch of a stated number (`Epoch 3/50`) and name a known metric. Lines
//! without any coordinate are counted, each kind for itself. A result of the test set that comes once is kept where the
//! log has the same metric of another part of the data.
//!
//! Parameters are the rows of a table of two columns and blocks of aligned `name : value` lines in front of the first
//! value. What a script printed of itself is passed over up to the next fence, a line of `=`, `-` or `#`.

use std::collections::HashMap;

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::number;
use super::python::{self, Value};
use super::{About, Candidate, Format, Head, Role, Status, direction};

pub(super) static ABOUT: About = About { id: "plain_log", title: "Plain log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Plain::default()) };

/// A kind of line counts when it has come at so many places.
const PLACES: usize = 3;
/// More values do not wait for their kind to count.
const MOST_WAITING: usize = 64;
/// More kinds of lines than any log has.
const MOST_KINDS: usize = 2_000;
const LONGEST_NAME: usize = 48;
/// More values than any line of a log has.
const MOST_VALUES: usize = 200;
const FENCE: usize = 20;

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let is_source = [".py", ".ipynb", ".md", ".yaml", ".yml", ".sh", ".rs", ".c", ".cu", ".html"];
    if matches!(head.bytes.trim_ascii_start().first(), Some(b'{' | b'<'))
        || is_source.iter().any(|end| head.path.ends_with(end))
    {
        return None;
    }
    if is_bare_table(head.bytes) {
        return None;
    }
    let words = ["oss", "cc", "rror", "poch", "tep", "OSS", "POCH", "ter"];
    let found = console::probe(head, &words, Plain::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 44,
        reason: "lines with names and numbers at an epoch or step".to_owned(),
    })
}

/// Whether the lines below the first hold numbers and nothing that could name them: looking for names in a whole table
/// costs more than reading it.
fn is_bare_table(head: &[u8]) -> bool {
    const LOOKED_AT: usize = 4;
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let below: Vec<&[u8]> = lines.skip(1).take(LOOKED_AT).collect();
    // Letters are those of exponents, `nan` and `inf`.
    let bare = |line: &[u8]| line.iter().all(|byte| b"0123456789.,;\t +-eEnaNifINF".contains(byte));
    below.len() == LOOKED_AT && below.iter().all(|line| bare(line))
}

#[derive(Debug, Default)]
struct Plain {
    /// The place of the last line that had one.
    here: Option<Mark>,
    /// The first and the furthest `Epoch k/N` of the training.
    banners: Option<(i64, i64)>,
    steps: StepCount,
    kinds: HashMap<u64, Kind>,
    block: Block,
    /// Within the rules of a table.
    in_table: bool,
    /// Within source code.
    in_code: bool,
}

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    place: Place,
    /// Whether it has a stated number, as in `Epoch k/N`.
    stated: bool,
    /// Whether that number is reached.
    last: bool,
}

/// Lines with the same names.
#[derive(Debug, Default)]
struct Kind {
    counts: bool,
    rows: i64,
    /// How many places it has come at, as far as that matters.
    places: usize,
    last: Option<Place>,
    waiting: Vec<(Place, Vec<(String, f64)>)>,
}

impl Grammar for Plain {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let text = line.trim();
        if text.is_empty() || is_fence(text) {
            self.in_code &= text.is_empty();
            return;
        }
        let message = unprefixed(text);
        self.in_code = (self.in_code && message.len() == text.len()) || is_code(line);
        if self.in_code || self.table(text, page) {
            return;
        }
        if message.contains("': [") && self.history(message, page) {
            return;
        }
        if self.block.read(message, page) {
            return;
        }
        let Found { marks, values } = scan(message);
        if !marks.is_empty() {
            self.place(&marks, values.is_empty(), message, page);
        }
        if !values.is_empty() {
            let own = !marks.is_empty();
            self.values(values, own, page);
        }
        self.status(message, page);
    }

    fn finish(&mut self, page: &mut Page<'_>) {
        self.block.end(page);
        self.end_training(page);
    }
}

impl Plain {
    /// Reads a row or rule of a table; says whether the line is one.
    fn table(&mut self, text: &str, page: &mut Page<'_>) -> bool {
        if text.starts_with('+') && text.bytes().all(|byte| matches!(byte, b'+' | b'-' | b'=')) && text.len() > 2 {
            self.in_table = true;
            return true;
        }
        let row = text.strip_prefix('|').and_then(|rest| rest.strip_suffix('|')).filter(|_| self.in_table);
        self.in_table = row.is_some();
        let Some(row) = row else {
            return false;
        };
        if let Some((name, value)) = row.split_once('|')
            && !value.contains('|')
            && page.rows() == 0
            && page.ended()
            && !name.trim().is_empty()
        {
            page.param(name.trim(), value);
        }
        true
    }

    /// Reads a printed dictionary of lists; says whether the line holds one.
    fn history(&mut self, message: &str, page: &mut Page<'_>) -> bool {
        let mut found = false;
        python::dictionaries(message, |entries| {
            let lists: Vec<(&str, &Vec<f64>)> = entries
                .iter()
                .filter_map(|(name, value)| if let Value::Numbers(list) = value { Some((*name, list)) } else { None })
                .collect();
            let length = lists.first().map_or(0, |(_, list)| list.len());
            let known = lists.iter().any(|(name, _)| direction(name).is_some());
            if length == 0 || !known || lists.len() != entries.len() || lists.iter().any(|(_, it)| it.len() != length) {
                return;
            }
            found = true;
            if page.rows() > 0 {
                page.begin();
            }
            for at in 0..length {
                let row: Vec<(&str, f64)> = lists.iter().map(|(name, list)| (*name, list[at])).collect();
                page.row(Place::new(StepUnit::Epoch, at as i64), &row);
            }
        });
        found
    }

    /// Takes the coordinates of a line; `alone` says that there is nothing else to read in it.
    fn place(&mut self, marks: &[Coordinate], alone: bool, message: &str, page: &mut Page<'_>) {
        let of = |unit: fn(StepUnit) -> bool| marks.iter().find(|mark| unit(mark.unit));
        let epoch = of(|unit| unit == StepUnit::Epoch);
        let step = of(|unit| unit != StepUnit::Epoch);
        if alone {
            // Prose names epochs and steps as well.
            let letters = message.chars().filter(|character| character.is_alphabetic()).count();
            let words: usize = marks.iter().map(|mark| mark.word).sum();
            if letters > words + 12 || marks.iter().all(|mark| mark.plural) {
                return;
            }
        }
        if let (Some(epoch), None) = (epoch, step)
            && alone
        {
            let value = epoch.value;
            if let Some((first, last)) = self.banners
                && value <= first
                && last > first
                && page.rows() > 0
            {
                self.end_training(page);
                page.begin();
                self.banners = None;
                self.steps = StepCount::default();
            }
            let (_, last) = self.banners.get_or_insert((value, value));
            *last = value.max(*last);
        }
        let place = match (step, epoch) {
            (Some(step), epoch) => Place {
                unit: step.unit,
                step: self.steps.count(epoch.map(|epoch| epoch.value), step.value, step.total),
                epoch: epoch.map(|epoch| epoch.value as f64),
            },
            (None, Some(epoch)) => Place::new(StepUnit::Epoch, epoch.value),
            (None, None) => return,
        };
        let stated = marks.iter().any(|mark| mark.total.is_some());
        let last = stated && marks.iter().all(|mark| mark.total.is_none_or(|total| total == mark.value));
        self.here = Some(Mark { place, stated, last });
    }

    /// Takes the values of a line; `own` says that it has a place of its own.
    fn values(&mut self, values: Vec<(String, f64)>, own: bool, page: &mut Page<'_>) {
        let id = console::kind(&values);
        if !page.is_whole(id) {
            return;
        }
        if self.kinds.len() >= MOST_KINDS && !self.kinds.contains_key(&id) {
            return;
        }
        let kind = self.kinds.entry(id).or_default();
        let known = values.iter().any(|(name, _)| direction(name).is_some());
        let place = match self.here {
            Some(mark) => mark.place,
            None => Place::new(StepUnit::Row, kind.rows),
        };
        kind.rows += 1;
        let moved = kind.last.is_none_or(|last| last != place);
        kind.places = kind.places.saturating_add(usize::from(moved));
        kind.last = Some(place);
        let stated = self.here.is_some_and(|mark| mark.stated) && !values.iter().all(|(name, _)| is_test(name));
        let enough = kind.places >= PLACES && (own || self.here.is_some() || known);
        kind.counts |= enough || (stated && known);
        if kind.waiting.len() < MOST_WAITING || kind.counts {
            kind.waiting.push((place, values));
        }
        if kind.counts {
            for (place, values) in kind.waiting.drain(..) {
                page.row(place, &values);
            }
        }
    }

    /// Writes the results of the test set that came once, and says whether the last epoch was reached.
    fn end_training(&mut self, page: &mut Page<'_>) {
        let mut tests: Vec<(Place, Vec<(String, f64)>)> = Vec::new();
        let bases: Vec<String> = page.names().iter().map(|name| base(name)).collect();
        for kind in self.kinds.values_mut().filter(|kind| !kind.counts) {
            for (place, values) in kind.waiting.drain(..) {
                let kept: Vec<(String, f64)> =
                    values.into_iter().filter(|(name, _)| is_test(name) && bases.contains(&base(name))).collect();
                if !kept.is_empty() && place.unit != StepUnit::Row {
                    tests.push((place, kept));
                }
            }
            kind.places = 0;
            kind.last = None;
        }
        let reached = self.here.is_some_and(|mark| mark.last) && page.rows() > 0;
        let status = page.status();
        // Kinds have no order of their own.
        tests.sort_by(|(a, a_values), (b, b_values)| {
            let names = |values: &[(String, f64)]| values.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            (a.step, names(a_values)).cmp(&(b.step, names(b_values)))
        });
        for (place, values) in tests {
            page.row(place, &values);
        }
        match status {
            Some(status) => page.end(status),
            None if reached => page.end(Status::Finished),
            None => {}
        }
        self.here = None;
    }

    fn status(&mut self, message: &str, page: &mut Page<'_>) {
        let begins = |words: &str| message.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words));
        match () {
            () if begins("early stopping triggered") || begins("early stopping at") || begins("early stopped") => {
                page.end(Status::StoppedEarly);
            }
            () if begins("training ended after") || begins("training complete") || begins("training finished") => {
                if page.status().is_none() {
                    page.end(Status::Finished);
                }
            }
            () => {}
        }
    }
}

/// Steps that begin anew in each epoch are counted through.
#[derive(Debug, Default)]
struct StepCount {
    base: i64,
    /// Epoch and step of the last line.
    last: Option<(i64, i64)>,
    furthest: i64,
}

impl StepCount {
    fn count(&mut self, epoch: Option<i64>, step: i64, total: Option<i64>) -> i64 {
        let Some(epoch) = epoch else {
            return step;
        };
        if let Some((last_epoch, last_step)) = self.last {
            if epoch < last_epoch {
                self.base = 0;
                self.furthest = 0;
            } else if epoch > last_epoch && step <= last_step {
                self.base = self.base.saturating_add(total.unwrap_or(self.furthest));
                self.furthest = 0;
            }
        }
        self.furthest = self.furthest.max(step);
        self.last = Some((epoch, step));
        self.base.saturating_add(step)
    }
}

/// A block of aligned `name : value` lines, kept until there are enough of them.
#[derive(Debug, Default)]
struct Block {
    /// Where the colon stands.
    column: usize,
    lines: Vec<(String, String)>,
    counts: bool,
}

impl Block {
    /// Takes the line, if it belongs to a block of parameters.
    fn read(&mut self, message: &str, page: &mut Page<'_>) -> bool {
        let Some((column, name, value)) = aligned(message).filter(|_| page.rows() == 0 && page.ended()) else {
            self.end(page);
            return false;
        };
        // A longer name pushes its colon out of the column.
        let fits = self.lines.is_empty() && !self.counts || column == self.column || name.len() + 1 == column;
        if !fits {
            self.end(page);
        }
        if self.lines.is_empty() && !self.counts || column < self.column {
            self.column = column;
        }
        self.lines.push((name.to_owned(), value.to_owned()));
        self.counts |= self.lines.len() >= PLACES;
        if self.counts {
            self.lines.drain(..).for_each(|(name, value)| page.param(&name, &value));
        }
        true
    }

    fn end(&mut self, _page: &mut Page<'_>) {
        self.lines.clear();
        self.counts = false;
    }
}

/// The column of the colon, the name and the value of `name   :   value`.
fn aligned(message: &str) -> Option<(usize, &str, &str)> {
    let (left, value) = message.split_once(" :")?;
    let name = left.trim_end();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/');
    let begins = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let value = value.trim();
    let is_metric = direction(name).is_some() && number::whole(value.as_bytes()).is_some();
    (begins && name.bytes().all(plain) && !value.is_empty() && !is_metric).then_some((left.len() + 1, name, value))
}

/// A coordinate in a line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Coordinate {
    unit: StepUnit,
    value: i64,
    total: Option<i64>,
    /// Letters of its word.
    word: usize,
    plural: bool,
}

/// What a line holds.
#[derive(Debug, Default, PartialEq)]
struct Found {
    marks: Vec<Coordinate>,
    values: Vec<(String, f64)>,
}

/// Reads coordinates and values, left to right.
fn scan(message: &str) -> Found {
    let mut found = Found::default();
    if !message.bytes().any(|byte| byte.is_ascii_digit()) && !message.contains("nan") && !message.contains("inf") {
        return found;
    }
    let mut lead = String::new();
    for segment in segments(message) {
        let mut rest = segment;
        while let Some((at, coordinate, after)) = coordinate(rest) {
            pairs(&rest[..at], &mut lead, &mut found.values);
            found.marks.push(coordinate);
            rest = after.trim_start_matches([' ', ':', ')', '-']);
        }
        pairs(rest, &mut lead, &mut found.values);
    }
    let split = words(&lead).find(|word| is_split(word)).map(str::to_ascii_lowercase);
    if let Some(split) = split
        && !found.values.iter().any(|(name, _)| words(name).any(is_split))
    {
        for (name, _) in &mut found.values {
            *name = format!("{split}/{name}");
        }
    }
    found
}

/// The parts of a message between `,` `;` `|`, tabs, brackets and ` - `.
fn segments(message: &str) -> impl Iterator<Item = &str> {
    let bytes = message.as_bytes();
    let mut start = 0;
    let mut at = 0;
    std::iter::from_fn(move || {
        if start > bytes.len() {
            return None;
        }
        while at < bytes.len() {
            let width = match bytes[at] {
                b',' if is_thousands(bytes, at) => 0,
                // `Epoch [1/50]`: the bracket belongs to its word.
                b'[' if unit(last_word(&message[start..at])).is_some() => 0,
                b',' | b';' | b'|' | b'\t' | b'[' | b']' | b'{' | b'}' => 1,
                b' ' if bytes[at..].starts_with(b" - ") => 3,
                b' ' if bytes[at..].starts_with(b" -- ") => 4,
                _ => 0,
            };
            if width > 0 {
                let segment = &message[start..at];
                at += width;
                start = at;
                return Some(segment);
            }
            at += 1;
        }
        let segment = &message[start..];
        start = bytes.len() + 1;
        Some(segment)
    })
}

fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    text.rsplit(|character: char| !character.is_alphanumeric() && character != '_').next().unwrap_or_default()
}

/// Whether the comma groups thousands, as in `12,345`.
fn is_thousands(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].iter().rev().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let after = bytes[at + 1..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let fraction = bytes[..at].iter().rev().nth(before) == Some(&b'.');
    (1..=3).contains(&before) && after == 3 && !fraction
}

/// The first coordinate of a text: where it begins, and what follows it.
fn coordinate(text: &str) -> Option<(usize, Coordinate, &str)> {
    let bytes = text.as_bytes();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut at = 0;
    let mut before = "";
    while at < bytes.len() {
        if !is_word(bytes[at]) {
            at += 1;
            continue;
        }
        let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        let word = &text[at..at + length];
        let rest = &text[at + length..];
        if let Some((unit, plural)) = unit(word)
            && !["best", "max", "total", "num", "per", "every", "last"].iter().any(|it| before.eq_ignore_ascii_case(it))
            && let Some((value, total, rest)) = place(rest)
        {
            let word = word.bytes().filter(u8::is_ascii_alphabetic).count();
            return Some((at, Coordinate { unit, value, total, word, plural }, rest));
        }
        before = word;
        at += length;
    }
    None
}

/// What a word counts, and whether it is a plural.
fn unit(word: &str) -> Option<(StepUnit, bool)> {
    const WORDS: [(&str, StepUnit); 13] = [
        ("iters", StepUnit::Iteration),
        ("epoch", StepUnit::Epoch),
        ("step", StepUnit::Step),
        ("steps", StepUnit::Step),
        ("global_step", StepUnit::Step),
        ("batch", StepUnit::Step),
        ("update", StepUnit::Step),
        ("updates", StepUnit::Step),
        ("iter", StepUnit::Iteration),
        ("iteration", StepUnit::Iteration),
        ("iterations", StepUnit::Iteration),
        ("round", StepUnit::Iteration),
        ("timesteps", StepUnit::Timestep),
    ];
    let found = WORDS.iter().find(|(known, _)| word.eq_ignore_ascii_case(known))?;
    Some((found.1, found.0.ends_with('s')))
}

/// The number of a coordinate: ` 3`, `: 3/50`, ` [3/50]`, `=3`, ` #3 of 50`; and what follows it.
fn place(rest: &str) -> Option<(i64, Option<i64>, &str)> {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix([':', '=', '#', '(', '[']).unwrap_or(rest).trim_start();
    let (value, rest) = console::count(rest)?;
    // `3.5` and `3D` are no places.
    if rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        || (rest.starts_with(['.', ',']) && rest[1..].starts_with(|next: char| next.is_ascii_digit()))
    {
        return None;
    }
    let after = rest.trim_start();
    let total = after.strip_prefix('/').or_else(|| after.strip_prefix("of ")).map(str::trim_start);
    match total.and_then(console::count) {
        Some((total, rest)) => Some((value, Some(total), rest)),
        None => Some((value, None, rest)),
    }
}

/// Reads `name: 0.5`, `name=0.5%`, `name 0.5` from a text; words that belong to no number go to the lead, as long as
/// no value has been found.
fn pairs(text: &str, lead: &mut String, values: &mut Vec<(String, f64)>) {
    let mut start = 0;
    let mut from = 0;
    let mut any = false;
    while let Some(at) = text[from..].find([':', '=']).map(|at| at + from) {
        let after = text[at + 1..].trim_start_matches([' ', '=']);
        let value = value(after);
        let Some((value, rest)) = value else {
            if values.is_empty() {
                lead.push_str(&text[start..at]);
                lead.push(' ');
            }
            start = at + 1;
            from = start;
            continue;
        };
        any = true;
        push(&text[start..at], value, values);
        start = text.len() - rest.len();
        from = start;
    }
    let rest = text[start..].trim();
    if !any
        && let Some((name, value, unit)) = console::named(rest)
        && direction(name).is_some()
        && unit.len() <= 2
        && !name.split_ascii_whitespace().any(|word| console::number(word).is_some())
        && name.split_ascii_whitespace().count() <= 4
    {
        push(name, value, values);
    } else if let Some(found) = bare(rest).filter(|_| !any) {
        found.iter().for_each(|(name, value)| push(name, *value, values));
    } else if values.is_empty() {
        lead.push_str(rest);
        lead.push(' ');
    }
}

/// `train loss 0.5 val loss 0.6`: several names that end in what they measure, each with a number, and nothing else.
fn bare(text: &str) -> Option<Vec<(String, f64)>> {
    let mut found = Vec::new();
    let mut name: Vec<&str> = Vec::new();
    for word in text.split_ascii_whitespace() {
        match value(word) {
            Some((value, "")) if !name.is_empty() => {
                direction(name.last()?)?;
                found.push((name.join(" "), value));
                name.clear();
            }
            _ => name.push(word),
        }
        if name.len() > 3 || found.len() > MOST_VALUES {
            return None;
        }
    }
    (found.len() > 1 && name.is_empty()).then_some(found)
}

/// The number at the start of a text with its unit, and what follows: `76.32%`, `9000/10000 (90%)`, `0.5s`.
fn value(text: &str) -> Option<(f64, &str)> {
    let (value, rest) = console::grouped(text)?;
    if let Some(rest) = rest.strip_prefix('/') {
        let (_, rest) = console::number(rest).map(|(total, used)| (total, &rest[used..]))?;
        let (value, used) = console::number(rest.trim_start().strip_prefix('(')?)?;
        let rest = rest.trim_start()[1 + used..].strip_prefix('%')?;
        return Some((value, rest));
    }
    let rest = rest.strip_prefix('%').unwrap_or(rest);
    let unit = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'/').count();
    let rest = rest.get(unit..).filter(|_| unit <= 6)?;
    (rest.is_empty() || rest.starts_with([' ', ')', '*', ',', '.'])).then_some((value, rest))
}

/// Keeps a value, if its name can be one.
fn push(name: &str, value: f64, values: &mut Vec<(String, f64)>) {
    let name = name.trim_matches(|character: char| !character.is_alphanumeric() && character != ')');
    let name = name.trim_start_matches([')', ' ']);
    let name = name.rsplit(['\'', '"']).next().unwrap_or(name);
    let plain = |character: char| character.is_alphanumeric() || " _-/.@()%+".contains(character);
    let words = name.split_whitespace().count();
    let begins = name.starts_with(|first: char| first.is_alphabetic());
    if values.len() == MOST_VALUES
        || !begins
        || words > 5
        || name.len() > LONGEST_NAME
        || !name.chars().all(plain)
        || unit(name).is_some()
    {
        return;
    }
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if !values.iter().any(|(known, _)| *known == name) {
        values.push((name, value));
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn is_split(word: &str) -> bool {
    const SPLITS: [&str; 10] =
        ["train", "training", "val", "valid", "validation", "eval", "evaluation", "dev", "test", "testing"];
    SPLITS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn is_test(name: &str) -> bool {
    words(name).any(|word| word.eq_ignore_ascii_case("test") || word.eq_ignore_ascii_case("testing"))
}

/// A name without the part of the data it is about.
fn base(name: &str) -> String {
    let kept: Vec<String> = words(name).filter(|word| !is_split(word)).map(str::to_ascii_lowercase).collect();
    kept.join(" ")
}

/// A line of `=`, `-` or `#` only.
fn is_fence(text: &str) -> bool {
    text.len() >= FENCE && ["=", "-", "#"].iter().any(|mark| text.bytes().all(|byte| byte == mark.as_bytes()[0]))
}

/// A line that only a Python script has, at the start of a line.
fn is_code(line: &str) -> bool {
    let line = line.trim_end();
    (line.starts_with("import ") && !line.contains(['.', ':']) || line.starts_with("import torch"))
        || (line.starts_with("from ") && line.contains(" import "))
        || ((line.starts_with("def ") || line.starts_with("class ")) && line.ends_with(':'))
}

/// The message of a log line: without a bar in front, host, rank, time stamp, level and logger.
fn unprefixed(line: &str) -> &str {
    let mut rest = line;
    for bar in ["it/s]", "s/it]"] {
        if let Some(at) = rest.rfind(bar) {
            let after = &rest[at + bar.len()..];
            if !after.trim().is_empty() {
                rest = after;
            }
        }
    }
    let rest = rest.trim_start();
    let stamped = stamp(rest);
    let head: &str = &rest[..rest.char_indices().nth(120).map_or(rest.len(), |(at, _)| at)];
    // The level stands near the start, and what stands before it is no message.
    for level in ["INFO", "WARNING", "WARN", "ERROR", "DEBUG", "CRITICAL"] {
        let Some(at) = head.find(level) else { continue };
        let bytes = rest.as_bytes();
        let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let begins = at == 0 || stamped.is_some() || matches!(bytes[0], b'[' | b'(');
        if begins && alone(at.checked_sub(1).and_then(|at| bytes.get(at))) && alone(bytes.get(at + level.len())) {
            return logger(rest[at + level.len()..].trim_start_matches([']', ')', ' ', '-', ':', '|']));
        }
    }
    stamped.unwrap_or(rest)
}

/// What follows the name of a logger, if there is one.
fn logger(rest: &str) -> &str {
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte)).count();
    let after = &rest[length..];
    if length == 0 {
        return rest;
    }
    let after = without_place(after);
    if let Some(message) = after.strip_prefix(" - ").or_else(|| after.strip_prefix(" | ")) {
        return message.trim_start();
    }
    match after.strip_prefix(':') {
        Some(message) if !message.starts_with(' ') && console::number(message).is_none() => message,
        _ => rest,
    }
}

/// What follows the function and line that wrote a message, `:main:42`, if they stand there.
fn without_place(text: &str) -> &str {
    let word =
        |text: &str| text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_.<>".contains(byte)).count();
    let mut rest = text;
    while let Some(part) = rest.strip_prefix(':') {
        let (name, after) = part.split_at(word(part));
        if name.is_empty() {
            break;
        }
        rest = after;
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            return rest;
        }
    }
    text
}

/// What follows a time stamp at the start of a line, `2024-07-03 15:06:16,702 - ` or `[12:34:56] `.
fn stamp(line: &str) -> Option<&str> {
    let bytes = line.as_bytes();
    let open = usize::from(bytes.first() == Some(&b'['));
    let matches = |from: usize, form: &[u8]| {
        bytes.get(from..from + form.len()).is_some_and(|found| {
            found.iter().zip(form).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                b'-' => matches!(byte, b'-' | b'/' | b'.'),
                b' ' => matches!(byte, b' ' | b'T' | b'_'),
                form => byte == form,
            })
        })
    };
    let end = match () {
        () if matches(open, b"0000-00-00 00:00:00") => open + 19,
        () if matches(open, b"00:00:00") => open + 8,
        () => return None,
    };
    let fraction = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit() || b".,".contains(byte)).count();
    Some(line[end + fraction..].trim_start_matches([']', ' ', '-', ':', '|']))
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    fn plain(text: &str) -> String {
        shown(&read(text, Plain::default))
    }

    #[test]
    fn a_table_of_bare_numbers_has_no_names_to_look_for() {
        assert!(is_bare_table(b"epoch,loss\n0,1e-3\n1,nan\n2,-0.5\n3,inf\n"));
        assert!(!is_bare_table(b"begin\nloss 0.5\nloss 0.4\nloss 0.3\nloss 0.2\n"));
        assert!(!is_bare_table(b"epoch,loss\n0,0.5\n"), "too short to say");
    }

    #[test]
    fn prefixes_of_all_kinds_are_taken_off() {
        for (line, message) in [
            ("2021-10-08 14:50:45,028 - INFO - joeynmt.training - Epoch 1", "Epoch 1"),
            ("2018-09-15 22:55:41,316 -keras-INFO-train:batch_size : 16", "batch_size : 16"),
            ("2025-09-16 12:11:54,678 - INFO - loss: 0.5", "loss: 0.5"),
            ("[2024-07-03 15:06:16,702][train][INFO] - acc=1", "acc=1"),
            ("[host:0/4] 2025-01-28 10:45:05,878 (asr:523) INFO: Vocabulary size: 5000", "Vocabulary size: 5000"),
            ("INFO:root:loss 0.5", "loss 0.5"),
            ("INFO:root:0.5", "root:0.5"),
            ("[12:34:56] loss 0.5", "loss 0.5"),
            ("2024-01-01 00:00:00.0: Epoch 5", "Epoch 5"),
            ("99%|##| 9/9 [00:01<00:00, 55.56it/s]2025-09-16 12:12:58,824 - INFO - Val Loss: 1", "Val Loss: 1"),
            ("2024-01-01 00:00:00.123 | INFO     | __main__:main:42 - loss: 0.5", "loss: 0.5"),
            ("2024-01-01 00:00:00 | INFO | train:fit:42 - loss: 0.5", "loss: 0.5"),
            ("INFORMATION loss 0.5", "INFORMATION loss 0.5"),
            ("the level INFO - loss 0.5", "the level INFO - loss 0.5"),
            ("", ""),
        ] {
            assert_eq!(unprefixed(line), message, "{line}");
        }
    }

    #[test]
    fn names_values_and_places_are_told_apart() {
        let values = |line: &str| {
            let found = scan(line);
            let marks: Vec<String> =
                found.marks.iter().map(|it| format!("{}@{:?}", it.unit.word(), it.value)).collect();
            let values: Vec<String> = found.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} {}", marks.join(" "), values.join(" ")).trim().to_owned()
        };
        assert_eq!(values("epoch 3 step 120 loss=0.123 val_loss: 0.2"), "epoch@3 step@120 loss=0.123 val_loss=0.2");
        assert_eq!(values("Epoch [3/10], Step [100/600], Loss: 0.5"), "epoch@3 step@100 Loss=0.5");
        assert_eq!(values("Epoch: 3 | Train Loss: 0.5 | Time: 1m 3s"), "epoch@3 Train Loss=0.5 Time=1");
        assert_eq!(
            values("Test set: Average loss: 0.05, Accuracy: 9000/10000 (90%)"),
            "test/Average loss=0.05 test/Accuracy=90"
        );
        assert_eq!(values("Epoch   1: total training loss 1931.47"), "epoch@1 total training loss=1931.47");
        assert_eq!(values("step=10 tps: 12,345 lr=1e-05 loss=nan"), "step@10 tps=12345 lr=0.00001 loss=NaN");
        assert_eq!(values("Using device: cuda at 12:14:51"), "");
        assert_eq!(values("num_epochs: 30, max_steps=5, best epoch: 9"), "num_epochs=30 max_steps=5 best epoch=9");
        assert_eq!(values("see http://x.org:8080/a?b=1 and C:"), "");
    }

    #[test]
    fn a_line_counts_with_its_kind() {
        assert_eq!(plain("step 1 loss 0.5\nstep 2 loss 0.4\n"), "");
        assert_eq!(plain("step 1 loss 0.5\nstep 2 loss 0.4\nstep 3 loss 0.3\n"), "loss 1=0.5 2=0.4 3=0.3");
        assert_eq!(plain("step 1 loss 0.5\nstep 1 loss 0.5\nstep 1 loss 0.5\n"), "");
        assert_eq!(plain("Epoch 1/1\nloss: 0.5\n"), "loss 1=0.5");
    }

    #[test]
    fn a_banner_that_returns_begins_another_training() {
        let epoch = |at: u32| format!("Epoch {at}/2\nTrain Loss: 0.{at}\nVal Loss: 0.5{at}\n");
        let text = [epoch(1), epoch(2), "Test Loss: 0.75\n".to_owned(), epoch(1), epoch(2)].concat();
        let out = read(&text, Plain::default);
        let first = "Train Loss 1=0.1 2=0.2; Val Loss 1=0.51 2=0.52";
        assert_eq!(shown(&out), format!("{first}; Test Loss 2=0.75 -- {first}"));
        assert_eq!(out.runs[1].status, Some(Status::Finished));
    }

    #[test]
    fn steps_within_epochs_are_counted_through() {
        let lines =
            [(1, 10), (1, 20), (2, 10), (2, 20)].map(|(epoch, step)| format!("epoch {epoch} batch {step} loss 0.5\n"));
        assert_eq!(plain(&lines.concat()), "loss 10=0.5 20=0.5 30=0.5 40=0.5");
    }

    #[test]
    fn early_stopping_is_said() {
        let text = "Epoch 1/9\nloss: 0.5\nEarly stopping triggered!\nTest loss: 0.4\nTraining complete\n";
        let out = read(text, Plain::default);
        assert_eq!(shown(&out), "loss 1=0.5; Test loss 1=0.4");
        assert_eq!(out.runs[0].status, Some(Status::StoppedEarly));
    }

    #[test]
    fn long_lines_cost_linear_time() {
        for piece in ["a:", "epoch ", "loss 0.5 ", "x=1,", "[", "12,345", "epoch [", "it/s]", "loss: 1/"] {
            plain(&format!("{}\n", piece.repeat(20_000)));
        }
    }
}
