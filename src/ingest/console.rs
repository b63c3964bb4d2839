//! What all console logs share: lines as the terminal showed them, the place of a row, where another training begins,
//! how the text says that it ended, and a last line that is cut.
//!
//! A grammar reads lines and hands rows to the [`Page`]: a place and the values there. The page writes them. Where the
//! first place comes again, with the kind of row that stood there, another training begins; a place that goes back no
//! further is a restart of the same one. The grammar matches anywhere in a line, so that time stamps, ranks and bars
//! in front of it do no harm.
//!
//! A line at the very end of a file, without a line feed, may hold half a number. It counts only where its end has
//! the form that the ends of all earlier rows of its kind have had, such as four decimals and a percent sign.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use memchr::memmem;

use crate::model::{Scalar, StepUnit};

use super::arguments::Arguments;
use super::ending::Ending;
use super::lines::excerpt;
use super::number;
use super::stamp;
use super::terminal::{Shown, Terminal};
use super::{Decoder, Head, Records, Skipped, Status};

/// More names than any training log has.
const MOST_NAMES: usize = 10_000;

/// Reads the lines of one kind of console log.
pub(super) trait Grammar {
    /// Reads one line; what it does not know it leaves alone.
    fn read(&mut self, line: &str, page: &mut Page<'_>);

    /// Whether it reads lines also as they stood before a bar overwrote them.
    fn every_state(&self) -> bool {
        false
    }

    /// The text has ended.
    fn finish(&mut self, _page: &mut Page<'_>) {}
}

/// The decoder of console text.
pub(super) struct Console {
    terminal: Terminal,
    reading: Reading,
}

struct Reading {
    grammar: Box<dyn Grammar>,
    ending: Ending,
    arguments: Arguments,
    book: Book,
}

/// Where the training at hand stands.
#[derive(Debug, Default)]
struct Book {
    /// Place and kind of its first row.
    first: Option<(StepUnit, i64, u64)>,
    /// The furthest place in the unit of the first row.
    last: i64,
    /// How many rows it has.
    rows: i64,
    /// How the lines of each kind of row end.
    ends: HashMap<u64, End>,
    /// The rank whose rows are read.
    rank: Option<u32>,
    /// Rows by place, where the log may print one again.
    seen: HashMap<i64, u64>,
}

/// How the lines of a kind of row end.
#[derive(Debug, PartialEq)]
enum End {
    /// All in this form, and how many.
    Fixed(String, u32),
    Varying,
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub unit: StepUnit,
    pub step: i64,
    pub epoch: Option<f64>,
}

impl Place {
    pub(super) fn new(unit: StepUnit, step: i64) -> Self {
        Self { unit, step, epoch: None }
    }
}

/// What a grammar writes to.
pub(super) struct Page<'a> {
    book: &'a mut Book,
    arguments: &'a mut Arguments,
    out: &'a mut Records,
    line: Shown<'a>,
    /// When the line was written, in seconds since the Unix epoch.
    time: Option<f64>,
    /// The rank of the process that wrote the line, where a launcher says it.
    rank: Option<u32>,
}

impl Console {
    pub(super) fn open(grammar: impl Grammar + 'static) -> Box<dyn Decoder> {
        Box::new(Self::new(Box::new(grammar)))
    }

    fn new(grammar: Box<dyn Grammar>) -> Self {
        let reading =
            Reading { grammar, ending: Ending::default(), arguments: Arguments::default(), book: Book::default() };
        Self { terminal: Terminal::new(reading.grammar.every_state()), reading }
    }
}

/// What a grammar finds in the head of a file; `None` where none of the `words` stands in it.
pub(super) fn probe(head: &Head<'_>, words: &[&str], grammar: impl Grammar + 'static) -> Option<Records> {
    if !words.iter().any(|word| memmem::find(head.bytes, word.as_bytes()).is_some()) {
        return None;
    }
    let mut console = Console::new(Box::new(grammar));
    let mut out = Records::default();
    console.push(head.bytes, &mut out);
    if head.complete {
        console.finish(&mut out);
    }
    Some(out)
}

impl Decoder for Console {
    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        let Self { terminal, reading } = self;
        terminal.push(bytes, |line| reading.read(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        let Self { terminal, reading } = self;
        terminal.finish(|line| reading.read(line, out));
        let line = Shown { number: out.read, bytes: b"", ended: true };
        let Reading { grammar, arguments, book, .. } = reading;
        grammar.finish(&mut Page { book, arguments, out, line, time: None, rank: None });
        // A training that ended before its first value has its arguments all the same.
        if book.rows == 0 && !out.runs.is_empty() {
            keep(arguments, out);
        }
        if let [only] = out.runs.as_mut_slice() {
            only.label = None;
        }
    }
}

impl Reading {
    fn read(&mut self, line: Shown<'_>, out: &mut Records) {
        out.read += 1;
        let text = String::from_utf8_lossy(line.bytes);
        let Self { grammar, arguments, book, .. } = self;
        if line.ended {
            arguments.read(&text, book.rows == 0);
        }
        let time = stamp::read(&text);
        grammar.read(&text, &mut Page { book, arguments, out, line, time, rank: rank(&text) });
        if let Some(status) = self.ending.read(&text)
            && !out.runs.is_empty()
        {
            out.run().status = Some(status);
        }
    }
}

impl Page<'_> {
    /// Begins a training.
    pub(super) fn begin(&mut self) {
        let label = format!("training {}", self.out.runs.len() + 1);
        self.out.begin_run(Some(label));
        let ends = std::mem::take(&mut self.book.ends);
        *self.book = Book { ends, ..Book::default() };
    }

    /// Whether a training has begun.
    pub(super) fn has_begun(&self) -> bool {
        !self.out.runs.is_empty()
    }

    /// How many rows the training has.
    pub(super) fn rows(&self) -> i64 {
        self.book.rows
    }

    /// Whether a line feed ends the line.
    pub(super) fn ended(&self) -> bool {
        self.line.ended
    }

    pub(super) fn param(&mut self, name: &str, value: &str) {
        if !self.has_begun() {
            self.begin();
        }
        self.out.param(name, scalar(value));
    }

    /// Says how the training ended.
    pub(super) fn end(&mut self, status: Status) {
        if self.has_begun() {
            self.out.run().status = Some(status);
        }
    }

    /// How the training ended, as far as the log has said.
    pub(super) fn status(&self) -> Option<Status> {
        self.out.runs.last().and_then(|run| run.status.clone())
    }

    /// The names of the training's series.
    pub(super) fn names(&self) -> Vec<&str> {
        self.out.runs.last().map_or(Vec::new(), |run| run.tracks.iter().map(|track| track.name.as_str()).collect())
    }

    /// Says that the training failed, unless an earlier line has told how it ended.
    pub(super) fn fail(&mut self, reason: &str) {
        if self.has_begun() {
            let reason = excerpt(reason.as_bytes());
            self.out.run().status.get_or_insert(Status::Failed(reason));
        }
    }

    /// Reports the line as one that could not be read.
    pub(super) fn skip(&mut self, reason: impl Into<String>) {
        let text = excerpt(self.line.bytes);
        self.out.skip(Skipped { at: self.line.number, count: 1, reason: reason.into(), text });
    }

    /// Writes a row; says whether it was taken.
    pub(super) fn row<N: AsRef<str>>(&mut self, place: Place, values: &[(N, f64)]) -> bool {
        let kind = kind(values);
        let full = self.out.runs.last().is_some_and(|run| run.tracks.len() > MOST_NAMES);
        if values.is_empty() || values.len() > MOST_NAMES || full || !self.is_whole(kind) {
            return false;
        }
        if let (Some(rank), Some(read)) = (self.rank, self.book.rank)
            && rank != read
        {
            self.skip(format!("printed by another process: of several ranks, rank {read} is read"));
            return false;
        }
        let anew = self.book.first.is_some_and(|(unit, first, of_kind)| {
            unit == place.unit
                && unit != StepUnit::Row
                && place.step <= first
                && self.book.last > first
                && of_kind == kind
        });
        if anew || !self.has_begun() {
            self.begin();
        }
        self.write(place, kind, values);
        true
    }

    /// Writes a row, unless it stands behind the last one and has been written already: some trainers print the best
    /// row once more.
    pub(super) fn row_once<N: AsRef<str>>(&mut self, place: Place, values: &[(N, f64)]) -> bool {
        let mut hasher = DefaultHasher::new();
        for (name, value) in values {
            name.as_ref().hash(&mut hasher);
            value.to_bits().hash(&mut hasher);
        }
        let row = hasher.finish();
        if self.book.seen.get(&place.step) == Some(&row) {
            return false;
        }
        let taken = self.row(place, values);
        if taken {
            self.book.seen.insert(place.step, row);
        }
        taken
    }

    fn write<N: AsRef<str>>(&mut self, place: Place, kind: u64, values: &[(N, f64)]) {
        if self.book.rows == 0 {
            keep(self.arguments, self.out);
        }
        self.book.rank = self.book.rank.or(self.rank);
        // A new value outlives what an earlier line said about the end.
        self.out.run().status = None;
        for (name, value) in values {
            let name = name.as_ref();
            let track = self.out.track(name, place.unit);
            // Units are never mixed in one series.
            let same = self.out.run().tracks[track.0].unit == place.unit;
            let track = if same { track } else { self.out.track(&format!("{}/{name}", place.unit.word()), place.unit) };
            self.out.point(track, place.step, *value, place.epoch, self.time);
        }
        self.book.rows += 1;
        match self.book.first {
            None => {
                self.book.first = Some((place.unit, place.step, kind));
                self.book.last = place.step;
            }
            Some((unit, ..)) if unit == place.unit => self.book.last = self.book.last.max(place.step),
            Some(_) => {}
        }
    }

    /// Whether the end of the line can be taken for whole, and learns from it where a line feed says so.
    pub(super) fn is_whole(&mut self, kind: u64) -> bool {
        let line = self.line.bytes.trim_ascii_end();
        let end = end_form(line);
        if self.line.ended {
            let known = match (self.book.ends.remove(&kind), end) {
                (None, Some(end)) => End::Fixed(end, 1),
                (Some(End::Fixed(form, count)), Some(end)) if form == end => End::Fixed(form, count.saturating_add(1)),
                _ => End::Varying,
            };
            self.book.ends.insert(kind, known);
            return true;
        }
        let closed = line.ends_with(b"}") || line.ends_with(b"|") || line.ends_with(b"]");
        // A few short fractions may have the same length by chance.
        let telling = |form: &str| !form.ends_with('0') || form.ends_with("0000") || form.contains('e');
        let whole = closed
            || end.is_some_and(|end| match self.book.ends.get(&kind) {
                Some(End::Fixed(form, count)) => *form == end && (*count >= 3 || telling(form)),
                _ => false,
            });
        if !whole {
            self.skip("the last line is cut");
        }
        whole
    }
}

/// Gives the arguments that stand above a training to it; what its grammar has read counts more.
fn keep(arguments: &mut Arguments, out: &mut Records) {
    if !arguments.is_empty() {
        for (name, value) in arguments.take() {
            out.run().params.entry(name).or_insert(value);
        }
    }
}

/// The rank that launchers put before what a process prints: `[rank1]: `, `[default3]:`.
fn rank(line: &str) -> Option<u32> {
    let marked = line.strip_prefix("[rank").or_else(|| line.strip_prefix("[default"))?;
    let (rank, _) = marked.split_once("]:")?;
    rank.parse().ok()
}

/// Which kind of row this is, by its names.
pub(super) fn kind<N: AsRef<str>>(values: &[(N, f64)]) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.iter().for_each(|(name, _)| name.as_ref().hash(&mut hasher));
    hasher.finish()
}

/// The form of what stands last in a line: `12.34%` and `5.67%` have one. `None` where it could be longer unnoticed.
fn end_form(line: &[u8]) -> Option<String> {
    let start = line.iter().rposition(|byte| b" \t:=(,|".contains(byte)).map_or(0, |at| at + 1);
    let mut form = String::new();
    let mut fixed = false;
    for &byte in &line[start..] {
        match byte {
            b'0'..=b'9' if !fixed && form.ends_with('0') => {}
            b'0'..=b'9' => form.push('0'),
            b'.' | b'e' | b'E' => {
                fixed = true;
                form.push(char::from(byte));
            }
            b'+' | b'-' => form.push('-'),
            byte => form.push(char::from(byte)),
        }
    }
    (!form.is_empty() && (fixed || !form.ends_with('0'))).then_some(form)
}

/// A value of an argument dump.
pub(super) fn scalar(text: &str) -> Scalar {
    let text = text.trim();
    match number::whole(text.as_bytes()) {
        Some(value) if value.is_finite() => Scalar::from_number(value),
        _ => Scalar::Text(text.chars().take(1_000).collect()),
    }
}

/// The number at the start of a text, NaN and infinities included, and how many bytes it takes.
pub(super) fn number(text: &str) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    if let Some(found) = number::leading(bytes) {
        return Some(found);
    }
    let sign = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let letters = bytes[sign..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    for word in ["infinity", "nan", "inf"] {
        let Some(found) = bytes.get(sign..sign + word.len()) else { continue };
        let rest = &bytes[sign + word.len()..sign + letters.max(word.len())];
        if found.eq_ignore_ascii_case(word.as_bytes()) && matches!(rest, b"" | b"s" | b"ms") {
            let used = sign + word.len();
            return Some((number::special(&bytes[..used])?, used));
        }
    }
    None
}

/// A number with groups of thousands, `12,345.6`, and what follows it.
pub(super) fn grouped(text: &str) -> Option<(f64, &str)> {
    let (value, used) = number(text)?;
    let is_group = |rest: &str| {
        rest.strip_prefix(',').is_some_and(|rest| {
            rest.len() >= 3
                && rest.as_bytes()[..3].iter().all(u8::is_ascii_digit)
                && !rest.as_bytes().get(3).is_some_and(u8::is_ascii_digit)
        })
    };
    if used > 3 || !is_group(&text[used..]) || value.fract() != 0.0 {
        return Some((value, &text[used..]));
    }
    let mut end = used;
    while is_group(&text[end..]) {
        end += 4;
    }
    let mut digits: String = text[..end].chars().filter(|&character| character != ',').collect();
    if let Some(fraction) = text[end..].strip_prefix('.') {
        let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
        digits.push_str(&text[end..=end + length]);
        end += 1 + length;
    }
    Some((number::whole(digits.as_bytes())?, &text[end..]))
}

/// The whole number at the start of a text, and what follows it.
pub(super) fn count(text: &str) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    Some((text[..digits].parse().ok()?, &text[digits..]))
}

/// What follows the first place of `mark` in the line at which a word begins.
pub(super) fn after<'a>(line: &'a str, mark: &str) -> Option<&'a str> {
    memmem::find_iter(line.as_bytes(), mark.as_bytes()).find_map(|at| {
        let begins = at == 0 || !line.as_bytes()[at - 1].is_ascii_alphanumeric();
        begins.then(|| line.get(at + mark.len()..)).flatten()
    })
}

/// Splits `name 0.123ms` at its number: the name, the number and what follows it.
pub(super) fn named(text: &str) -> Option<(&str, f64, &str)> {
    let text = text.trim();
    let (name, value) = text.rsplit_once([' ', ':', '='])?;
    let (number, used) = number(value)?;
    let name = name.trim_end_matches([' ', ':', '=']);
    (!name.is_empty()).then(|| (name, number, &value[used..]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn read_cut(text: &[u8], size: usize, grammar: Box<dyn Grammar>) -> Records {
        let mut decoder = Console::new(grammar);
        let mut out = Records::default();
        for piece in text.chunks(size) {
            decoder.push(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    /// Reads whole and in small pieces, and compares.
    pub(crate) fn read<G: Grammar + 'static>(text: &str, grammar: impl Fn() -> G) -> Records {
        let whole = read_cut(text.as_bytes(), text.len().max(1), Box::new(grammar()));
        for size in [1, 2, 3, 7] {
            let cut = read_cut(text.as_bytes(), size, Box::new(grammar()));
            let shown = |out: &Records| format!("{:?} {:?}", out.runs, out.skipped);
            assert_eq!(shown(&cut), shown(&whole), "pieces of {size}");
        }
        whole
    }

    /// `name step=value step=value` for each track, runs divided by `--`.
    pub(crate) fn shown(out: &Records) -> String {
        let runs = out.runs.iter().map(|run| {
            let tracks = run.tracks.iter().map(|track| {
                let points = track.series.steps().iter().zip(track.series.values());
                let points: Vec<String> = points.map(|(step, value)| format!("{step}={value}")).collect();
                format!("{} {}", track.name, points.join(" "))
            });
            tracks.collect::<Vec<_>>().join("; ")
        });
        runs.collect::<Vec<_>>().join(" -- ")
    }

    #[test]
    fn numbers_end_where_they_end() {
        assert_eq!(number("0.5,"), Some((0.5, 3)));
        assert!(number("nanms").is_some_and(|(value, used)| value.is_nan() && used == 3));
        assert_eq!(number("-inf)"), Some((f64::NEG_INFINITY, 4)));
        assert_eq!(number("info"), None);
        assert_eq!(grouped("12,345 x"), Some((12_345.0, " x")));
        assert_eq!(grouped("1,234,567.5"), Some((1_234_567.5, "")));
        assert_eq!(grouped("0.5, 1"), Some((0.5, ", 1")));
        assert_eq!(grouped("12,34"), Some((12.0, ",34")));
    }

    #[test]
    fn the_form_of_an_end_tells_whether_it_is_cut() {
        assert_eq!(end_form(b"mfu 107.52%"), end_form(b"mfu 7.11%"));
        assert_ne!(end_form(b"loss 0.1234"), end_form(b"loss 0.123"));
        assert_ne!(end_form(b"loss 1.2345e-04"), end_form(b"loss 1.2345"));
        assert_eq!(end_form(b"step 12"), None);
    }
}
