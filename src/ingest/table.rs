//! Delimited tables, whatever wrote them: sniffing, header, cells and rows.
//!
//! A format that is a table says what its columns are ([`Columns`]); everything else is alike for all of them:
//!
//! * `NA`, `None`, an empty cell and their like are *missing*, no point. NaN and the infinities are points.
//! * A column of texts is no metric. A text between numbers is reported, and the rest of its row is read.
//! * A row with more or fewer cells than the header is left out and reported. So is a last row without a line end
//!   whose last number may be cut: a shorter number is worse than a missing one (see [`Table::may_be_cut`]).
//! * A cell that holds a list gives one metric per element, `name/0`, `name/1` …
//! * A header line that comes again begins another run.
//!
//! Quotes follow RFC 4180 (`csv-core`); rows without quotes, nearly all of them, are read in place.

use std::rc::Rc;

use memchr::{memchr, memchr_iter};

use crate::model::{Scalar, StepUnit};

use super::coordinate::{self, seconds};
use super::lines::{Line, Lines, excerpt};
use super::number;
use super::{Decoder, Head, Records, Skipped, TrackId};

/// More columns than any training log has; a header beyond it is not read.
const MOST_COLUMNS: usize = 50_000;
/// A quoted cell may hold line ends, but a quote that nobody closes must not swallow the rest of the file.
const LONGEST_QUOTED: usize = 64 * 1024;
/// How many rows of the head are looked at.
const SAMPLE_ROWS: usize = 50;

/// What the columns of a table are, by index; the rest are metrics or texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Columns {
    /// The coordinate; without it rows are counted from 0.
    pub step: Option<usize>,
    pub unit: StepUnit,
    /// The epoch beside another coordinate.
    pub epoch: Option<usize>,
    /// Wall time in seconds, milliseconds or microseconds since the Unix epoch.
    pub time: Option<usize>,
    /// Columns whose last value is a parameter of the run, and their names.
    pub params: Vec<(usize, String)>,
    /// Names of the metrics by column, where they are not those of the header.
    pub names: Option<Vec<String>>,
    /// Whether the cells behind a missing one may be absent (fastai writes such rows where a fit was aborted).
    pub short_rows: bool,
}

/// Says what the columns of a header are.
pub(super) type Layout = Box<dyn Fn(&[String]) -> Columns>;

/// The same, shared by a decoder and its forks.
type SharedLayout = Rc<dyn Fn(&[String]) -> Columns>;

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    /// NaN and infinities included.
    Number(f64),
    Missing,
    Text(&'a [u8]),
}

impl<'a> Cell<'a> {
    /// Reads an unquoted, trimmed cell.
    pub(super) fn of(text: &'a [u8], delimiter: u8) -> Self {
        if let Some((value, used)) = number::leading(text)
            && used == text.len()
        {
            return Self::Number(value);
        }
        if is_missing(text) {
            return Self::Missing;
        }
        number::special(text).or_else(|| dressed(text, delimiter)).map_or(Self::Text(text), Self::Number)
    }
}

fn is_missing(text: &[u8]) -> bool {
    const WORDS: [&[u8]; 9] = [b"", b"NA", b"N/A", b"None", b"null", b"#na#", b"<NA>", b"#N/A", b"-"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Numbers with a percent sign (kept as percent), thousands separators, or a decimal comma where `;` or tab separate.
fn dressed(text: &[u8], delimiter: u8) -> Option<f64> {
    let text = text.strip_suffix(b"%").unwrap_or(text).trim_ascii();
    if text.len() > 40 || !text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b',' | b'e' | b'E'))
    {
        return None;
    }
    let commas = memchr_iter(b',', text).count();
    if commas == 0 {
        return number::whole(text);
    }
    let plain: Vec<u8> = if is_grouped(text) {
        text.iter().copied().filter(|&byte| byte != b',').collect()
    } else if commas == 1 && matches!(delimiter, b';' | b'\t' | b'|') && memchr(b'.', text).is_none() {
        text.iter().map(|&byte| if byte == b',' { b'.' } else { byte }).collect()
    } else {
        return None;
    };
    number::whole(&plain)
}

/// `12,345` or `1,234,567.8`, but not `0,345`: groups of exactly three digits after one to three.
fn is_grouped(text: &[u8]) -> bool {
    let whole = text.split(|&byte| byte == b'.').next().unwrap_or_default();
    let mut groups = whole.split(|&byte| byte == b',');
    let first = groups.next().map(|group| group.strip_prefix(b"-").unwrap_or(group)).unwrap_or_default();
    let is_digits = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    matches!(first.len(), 1..=3)
        && is_digits(first)
        && first != b"0"
        && whole.contains(&b',')
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// Splits one record into cells.
#[derive(Debug, Clone)]
pub(super) struct Splitter {
    delimiter: u8,
    /// Built at the first quote: most tables have none.
    quoted: Option<Box<csv_core::Reader>>,
    /// Unquoted text of the record, and where its cells end.
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Splitter {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, quoted: None, text: Vec::new(), ends: Vec::new() }
    }

    /// Gives each cell of the record to `each`, trimmed and without quotes.
    pub(super) fn texts(&mut self, record: &[u8], mut each: impl FnMut(&[u8])) {
        if self.delimiter == b' ' {
            record.split(|byte| byte.is_ascii_whitespace()).filter(|cell| !cell.is_empty()).for_each(each);
        } else if memchr(b'"', record).is_none() {
            record.split(|&byte| byte == self.delimiter).for_each(|cell| each(cell.trim_ascii()));
        } else {
            self.unquote(record);
            let mut start = 0;
            for &end in &self.ends {
                each(without_quotes(&self.text[start..end]));
                start = end;
            }
        }
    }

    /// Fills `text` and `ends` by the rules of RFC 4180.
    fn unquote(&mut self, record: &[u8]) {
        let quoted = self.quoted.get_or_insert_with(|| {
            let mut builder = csv_core::ReaderBuilder::new();
            // The line splitter has taken the line ends that count; one within quotes belongs to its cell.
            Box::new(builder.delimiter(self.delimiter).terminator(csv_core::Terminator::Any(b'\n')).build())
        });
        quoted.reset();
        // Unquoting never lengthens a record, and no cell is shorter than its delimiter.
        self.text.resize(record.len(), 0);
        self.ends.resize(record.len() + 1, 0);
        let (mut read, mut written, mut cells) = (0, 0, 0);
        loop {
            // An empty input tells the reader that the record ends.
            let (result, taken, put, ended) =
                quoted.read_record(&record[read..], &mut self.text[written..], &mut self.ends[cells..]);
            read += taken;
            written += put;
            cells += ended;
            match result {
                csv_core::ReadRecordResult::InputEmpty if taken > 0 => {}
                _ => break,
            }
        }
        self.ends.truncate(cells);
    }
}

/// Takes off blanks and the literal quotes that some writers put around a list before the CSV writer adds its own.
fn without_quotes(cell: &[u8]) -> &[u8] {
    let cell = cell.trim_ascii();
    match cell {
        [b'"', inner @ .., b'"'] => inner.trim_ascii(),
        cell => cell,
    }
}

/// A metric or text column while the table is read.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    /// The name of the parameter that its last value is.
    param: Option<String>,
    /// `None` until the first number.
    track: Option<TrackId>,
    /// Characters of the shortest and of the newest number, to judge a last row that may be cut.
    shortest: usize,
    newest: usize,
}

/// Where the decoder stands.
#[derive(Clone)]
enum State {
    BeforeHeader,
    Rows,
    /// The header cannot be read; nothing else is.
    GivenUp,
}

/// The decoder of a table.
#[derive(Clone)]
pub(super) struct Table {
    lines: Lines,
    rows: Rows,
}

#[derive(Clone)]
struct Rows {
    layout: SharedLayout,
    headed: bool,
    splitter: Splitter,
    state: State,
    columns: Vec<Column>,
    header: Vec<String>,
    roles: Columns,
    /// Rows of the current run so far: the step where no column gives one.
    row: i64,
    /// A record whose quotes are still open, and the number of its first line.
    open: Vec<u8>,
    open_at: u64,
    /// Reused for each row.
    cells: Vec<Slot>,
}

/// A cell of the row at hand; texts by their place in the record.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Number { value: f64, length: u32 },
    Missing,
    Text { start: usize, end: usize },
}

impl Table {
    /// A decoder at the start of a table; `headed` is false where the first row is already data.
    pub(super) fn new(delimiter: u8, headed: bool, layout: Layout) -> Self {
        let rows = Rows {
            layout: Rc::from(layout),
            headed,
            splitter: Splitter::new(delimiter),
            state: State::BeforeHeader,
            columns: Vec::new(),
            header: Vec::new(),
            roles: Columns::default(),
            row: 0,
            open: Vec::new(),
            open_at: 0,
            cells: Vec::new(),
        };
        Self { lines: Lines::default(), rows }
    }
}

impl Decoder for Table {
    fn fork(&self) -> Option<Box<dyn Decoder>> {
        Some(Box::new(self.clone()))
    }

    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| self.rows.line(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| self.rows.line(line, out));
        self.rows.give_up_quotes(out);
    }
}

impl Rows {
    fn line(&mut self, line: Line<'_>, out: &mut Records) {
        if matches!(self.state, State::GivenUp) {
            return;
        }
        if line.overlong {
            out.read += 1;
            out.skip(skipped(&line, "the line is longer than 64 MiB".to_owned()));
            return;
        }
        let quotes_odd = memchr(b'"', line.bytes).is_some() && memchr_iter(b'"', line.bytes).count() % 2 == 1;
        if self.open.is_empty() && !quotes_odd {
            self.record(line, out);
            return;
        }
        // The record goes on over several lines.
        if self.open.is_empty() {
            self.open_at = line.number;
        } else {
            self.open.push(b'\n');
        }
        self.open.extend_from_slice(line.bytes);
        let closed = quotes_odd && self.open_at != line.number;
        if closed {
            let record = std::mem::take(&mut self.open);
            self.record(Line { number: self.open_at, bytes: &record, ..line }, out);
        } else if self.open.len() > LONGEST_QUOTED {
            self.give_up_quotes(out);
        }
    }

    /// Reports the line whose quote nobody closed and reads the lines behind it one by one.
    fn give_up_quotes(&mut self, out: &mut Records) {
        if self.open.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.open);
        for (number, bytes) in (self.open_at..).zip(text.split(|&byte| byte == b'\n')) {
            let line = Line { number, bytes, ended: true, overlong: false };
            if number == self.open_at {
                out.read += 1;
                out.skip(skipped(&line, "a quote is opened and never closed".to_owned()));
            } else {
                self.record(line, out);
            }
        }
    }

    fn record(&mut self, line: Line<'_>, out: &mut Records) {
        if line.bytes.trim_ascii().is_empty() {
            return;
        }
        match self.state {
            State::BeforeHeader if !self.headed => {
                let mut count = 0;
                self.splitter.texts(line.bytes, |_| count += 1);
                self.begin((1..=count).map(|at| format!("column {at}")).collect(), &line, out);
                self.row(line, out);
            }
            State::BeforeHeader if is_comment(line.bytes, self.splitter.delimiter) => {}
            State::BeforeHeader => {
                let header = header(&mut self.splitter, line.bytes);
                self.begin(header, &line, out);
            }
            State::Rows => self.row(line, out),
            State::GivenUp => {}
        }
    }

    /// Begins a run with this header.
    fn begin(&mut self, header: Vec<String>, line: &Line<'_>, out: &mut Records) {
        if header.len() > MOST_COLUMNS {
            out.read += 1;
            out.skip(skipped(
                line,
                format!(
                    "the header has {} columns, at most {MOST_COLUMNS} are read: keep those that matter",
                    header.len()
                ),
            ));
            self.state = State::GivenUp;
            return;
        }
        self.roles = (self.layout)(&header);
        // A layout may know its columns by their place; a file that is read as another may have fewer.
        for column in [&mut self.roles.step, &mut self.roles.epoch, &mut self.roles.time] {
            *column = column.filter(|&at| at < header.len());
        }
        self.columns = self
            .roles
            .names
            .as_ref()
            .filter(|names| names.len() == header.len())
            .unwrap_or(&header)
            .iter()
            .map(|name| Column { name: name.clone(), param: None, track: None, shortest: usize::MAX, newest: 0 })
            .collect();
        for (at, name) in std::mem::take(&mut self.roles.params) {
            if let Some(column) = self.columns.get_mut(at) {
                column.param = Some(name);
            }
        }
        self.header = header;
        self.state = State::Rows;
        self.next_run(out);
    }

    fn next_run(&mut self, out: &mut Records) {
        let label = (!out.runs.is_empty()).then(|| format!("part {}", out.runs.len() + 1));
        out.begin_run(label);
        self.row = 0;
        for column in &mut self.columns {
            column.track = None;
            (column.shortest, column.newest) = (usize::MAX, 0);
        }
    }

    fn row(&mut self, line: Line<'_>, out: &mut Records) {
        out.read += 1;
        let unquoted = self.split(line.bytes);
        let text: &[u8] = if unquoted { line.bytes } else { &self.splitter.text };
        // Blanks behind a last delimiter are no cells.
        while self.cells.len() > self.columns.len() && matches!(self.cells.last(), Some(Slot::Missing)) {
            self.cells.pop();
        }
        if self.roles.short_rows && line.ended && matches!(self.cells.last(), Some(Slot::Missing)) {
            self.cells.resize(self.columns.len().max(self.cells.len()), Slot::Missing);
        }
        if self.cells.len() != self.columns.len() {
            let (expected, found) = (self.columns.len(), self.cells.len());
            let reason = if !line.ended && found < expected {
                "the last line is cut".to_owned()
            } else {
                format!("expected {expected} cells, found {found}")
            };
            out.skip(skipped(&line, reason));
            return;
        }
        if !line.ended && self.may_be_cut() {
            out.skip(skipped(&line, "the last line has no line end, so that its last number may be cut".to_owned()));
            return;
        }
        let step = match self.roles.step.map(|at| (at, self.cells[at])) {
            None => self.row,
            Some((_, Slot::Number { value, .. })) if let Some(step) = coordinate::step(value) => step,
            Some((at, slot)) => {
                if is_header(&self.cells, &self.header, text) {
                    self.next_run(out);
                    return;
                }
                let found = match slot {
                    Slot::Number { value, .. } => value.to_string(),
                    Slot::Missing => "nothing".to_owned(),
                    Slot::Text { start, end } => format!("{:?}", excerpt(&text[start..end])),
                };
                let name = &self.columns[at].name;
                out.skip(skipped(&line, format!("expected a number in column `{name}`, found {found}")));
                return;
            }
        };
        let coordinate = |at: Option<usize>| match at.map(|at| self.cells[at]) {
            Some(Slot::Number { value, .. }) if value.is_finite() => Some(value),
            _ => None,
        };
        let time = coordinate(self.roles.time).map(seconds);
        // A fractional epoch as coordinate is kept beside the whole one.
        let epoch = coordinate(self.roles.epoch).or_else(|| {
            coordinate(self.roles.step.filter(|_| self.roles.unit == StepUnit::Epoch)).filter(|at| at.fract() != 0.0)
        });
        self.row += 1;
        let Columns { step: step_at, unit, epoch: epoch_at, time: time_at, .. } = self.roles;
        for (at, (column, slot)) in self.columns.iter_mut().zip(&self.cells).enumerate() {
            match *slot {
                Slot::Missing => {}
                Slot::Number { value, length } if let Some(name) = &column.param => {
                    out.param(name, Scalar::from_number(value));
                    column.note(length);
                }
                Slot::Text { start, end } if let Some(name) = &column.param => {
                    out.param(name, Scalar::Text(excerpt(&text[start..end])));
                }
                Slot::Number { length, .. } if Some(at) == step_at || Some(at) == epoch_at || Some(at) == time_at => {
                    column.note(length);
                }
                Slot::Number { value, length } => {
                    let track = *column.track.get_or_insert_with(|| out.track(&column.name, unit));
                    out.point(track, step, value, epoch, time);
                    column.note(length);
                }
                Slot::Text { start, end } => {
                    let cell = &text[start..end];
                    if let Some(elements) = elements(cell) {
                        for (index, value) in elements {
                            let track = out.track(&format!("{}/{index}", column.name), unit);
                            out.point(track, step, value, epoch, time);
                        }
                    } else if column.track.is_some() {
                        let reason =
                            format!("expected a number in column `{}`, found {:?}", column.name, excerpt(cell));
                        out.skip(skipped(&line, reason));
                    }
                }
            }
        }
    }

    /// Fills `cells`; true where the texts lie in the record itself, false where they lie in the splitter.
    fn split(&mut self, record: &[u8]) -> bool {
        self.cells.clear();
        let delimiter = self.splitter.delimiter;
        if delimiter != b' ' && memchr(b'"', record).is_none() {
            let mut at = 0;
            loop {
                let start = at + record[at..].iter().take_while(|&&byte| byte == b' ').count();
                if let Some((value, used)) = number::leading(&record[start..]) {
                    let end = start + used;
                    let next = end + record[end..].iter().take_while(|&&byte| byte == b' ').count();
                    if record.get(next).is_none_or(|&byte| byte == delimiter) {
                        // Blanks that pad a number tell how long it is as well.
                        self.cells.push(Slot::Number { value, length: (end - at) as u32 });
                        if next >= record.len() {
                            return true;
                        }
                        at = next + 1;
                        continue;
                    }
                }
                let end = memchr(delimiter, &record[at..]).map_or(record.len(), |length| at + length);
                self.cells.push(slot(record, at, end, delimiter));
                if end == record.len() {
                    return true;
                }
                at = end + 1;
            }
        }
        if delimiter == b' ' {
            let mut at = 0;
            while at < record.len() {
                let start = at + record[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                let end = start + record[start..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                if end > start {
                    self.cells.push(slot(record, start, end, delimiter));
                }
                at = end;
            }
            return true;
        }
        self.splitter.unquote(record);
        let mut start = 0;
        for &end in &self.splitter.ends {
            self.cells.push(slot(&self.splitter.text, start, end, delimiter));
            start = end;
        }
        false
    }

    /// Says whether the last cell of a row without line end may be half a number.
    ///
    /// Writers of tables end every row, so a file that lacks the last line end was either cut or edited by hand. The
    /// last number counts as whole when it is as long as the others of its column: as the shortest of them where they
    /// are decimal fractions, of which a cut takes no more than the last digits, else as the one before it.
    fn may_be_cut(&self) -> bool {
        let (Some(Slot::Number { value, length }), Some(column)) = (self.cells.last(), self.columns.last()) else {
            return false;
        };
        let is_fraction = value.fract() != 0.0 && value.abs() >= 1e-4;
        let whole_at = if is_fraction { column.shortest.min(column.newest) } else { column.newest };
        column.shortest == usize::MAX || (*length as usize) < whole_at
    }
}

impl Column {
    #[inline]
    fn note(&mut self, length: u32) {
        self.newest = length as usize;
        self.shortest = self.shortest.min(self.newest);
    }
}

/// The cell between two places of a text.
fn slot(text: &[u8], start: usize, end: usize, delimiter: u8) -> Slot {
    let cell = without_quotes(&text[start..end]);
    match Cell::of(cell, delimiter) {
        Cell::Number(value) => Slot::Number { value, length: cell.len() as u32 },
        Cell::Missing => Slot::Missing,
        Cell::Text(_) => Slot::Text { start, end },
    }
}

fn is_header(cells: &[Slot], header: &[String], text: &[u8]) -> bool {
    cells.iter().zip(header).all(|(slot, name)| match *slot {
        Slot::Text { start, end } => without_quotes(&text[start..end]) == name.as_bytes(),
        Slot::Missing => name.is_empty(),
        Slot::Number { .. } => false,
    })
}

/// The numbers of a cell such as `[0.1, 0.2]` with their index; `None` where the cell is no list of numbers.
fn elements(cell: &[u8]) -> Option<Vec<(usize, f64)>> {
    const MOST_ELEMENTS: usize = 256;
    let [b'[', inner @ .., b']'] = without_quotes(cell) else {
        return None;
    };
    let separator = |byte: &u8| *byte == b',' || byte.is_ascii_whitespace();
    let elements = inner.split(separator).filter(|element| !element.is_empty()).take(MOST_ELEMENTS + 1);
    let numbers: Vec<(usize, f64)> =
        elements.enumerate().map(|(at, element)| Some((at, number::whole(element)?))).collect::<Option<_>>()?;
    (!numbers.is_empty() && numbers.len() <= MOST_ELEMENTS).then_some(numbers)
}

/// A line before the header that begins with `#` and is not a header with a hash before it.
fn is_comment(line: &[u8], delimiter: u8) -> bool {
    line.trim_ascii_start().starts_with(b"#")
        && (line.trim_ascii_start().starts_with(b"#{") || memchr(delimiter, line.trim_ascii()).is_none())
}

/// The column names of a header line: trimmed, unique, and without the hash that `numpy.savetxt` puts before them.
pub(super) fn header(splitter: &mut Splitter, line: &[u8]) -> Vec<String> {
    let line = line.trim_ascii_start().strip_prefix(b"#").unwrap_or(line);
    let mut names: Vec<String> = Vec::new();
    let mut times: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    splitter.texts(line, |cell| {
        let name = String::from_utf8_lossy(cell).into_owned();
        let seen = times.entry(name.clone()).and_modify(|seen| *seen += 1).or_insert(1);
        names.push(if *seen == 1 { name } else { format!("{name}#{seen}") });
    });
    names
}

fn skipped(line: &Line<'_>, reason: String) -> Skipped {
    Skipped { at: line.number, count: 1, reason, text: line.excerpt() }
}

/// What the head of a table shows.
#[derive(Debug)]
pub(super) struct Sniffed {
    pub delimiter: u8,
    /// Whether the first row holds names.
    pub headed: bool,
    /// The names, or made-up ones where the table has none.
    pub header: Vec<String>,
    /// The numbers of the first rows, by row and column; `None` where a cell is missing or a text.
    pub sample: Vec<Vec<Option<f64>>>,
    /// Whether each column holds a text somewhere in the sample.
    pub texts: Vec<bool>,
}

impl Sniffed {
    /// Whether a column holds numbers and no text.
    pub(super) fn is_numeric(&self, at: usize) -> bool {
        !self.texts[at] && self.sample.iter().any(|row| row[at].is_some())
    }

    /// Whether the names look like names and not like the parts of a sentence.
    pub(super) fn is_named(&self) -> bool {
        self.headed
            && self.header.iter().all(|name| !name.ends_with(['.', '!', '?', ':']) && name.split(' ').count() <= 3)
    }

    /// Whether any column holds numbers in most rows.
    pub(super) fn has_numbers(&self) -> bool {
        (0..self.header.len()).any(|at| self.is_numeric(at))
    }
}

/// Whether the head holds a word: quick to know before a head is sniffed for a header with that word.
pub(super) fn holds(head: &Head<'_>, word: &str) -> bool {
    memchr::memmem::find(head.bytes, word.as_bytes()).is_some()
}

/// Recognises a table by its first rows: one delimiter cuts nearly all of them into as many cells as the first.
///
/// Of a header that is longer than the head, its first names count. `None` where the head is no table.
pub(super) fn sniff(head: &Head<'_>) -> Option<Sniffed> {
    if matches!(head.bytes.trim_ascii_start().first(), Some(b'{' | b'[' | b'<')) {
        return None;
    }
    let mut lines: Vec<&[u8]> = head.bytes.split(|&byte| byte == b'\n').collect();
    match lines.as_mut_slice() {
        // A header that is longer than the head: the names in it that are whole.
        [only] if !head.complete => {
            *only = &only[..only.iter().rposition(|byte| matches!(byte, b',' | b'\t' | b';')).unwrap_or(0)];
        }
        // The last line may be cut.
        _ if !head.complete => drop(lines.pop()),
        _ => {}
    }
    // Tabs at the end of a line are missing cells.
    let ended = lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let lines: Vec<&[u8]> = ended.filter(|line| !line.trim_ascii().is_empty()).take(SAMPLE_ROWS + 1).collect();
    [b',', b'\t', b';', b'|', b' '].into_iter().find_map(|delimiter| sniff_with(&lines, delimiter))
}

fn sniff_with(lines: &[&[u8]], delimiter: u8) -> Option<Sniffed> {
    let comments = lines.iter().take_while(|line| is_comment(line, delimiter)).count();
    let (first, rows) = lines.get(comments..)?.split_first()?;
    let mut splitter = Splitter::new(delimiter);
    let names = header(&mut splitter, first);
    let width = names.len();
    if width > MOST_COLUMNS || (width < 2 && delimiter != b',') {
        return None;
    }
    let headed = !names.iter().any(|name| matches!(Cell::of(name.as_bytes(), delimiter), Cell::Number(_)));
    let mut sample = Vec::new();
    let mut texts = vec![false; width];
    let mut fitting = 0;
    let data = if headed { rows } else { &lines[comments..] };
    for line in data {
        let mut row = Vec::with_capacity(width);
        let mut row_texts = Vec::with_capacity(width);
        splitter.texts(line, |cell| {
            let cell = Cell::of(cell, delimiter);
            row.push(if let Cell::Number(value) = cell { Some(value) } else { None });
            row_texts.push(matches!(cell, Cell::Text(text) if elements(text).is_none()));
        });
        if row.len() == width {
            fitting += 1;
            for (any, text) in texts.iter_mut().zip(row_texts) {
                *any |= text;
            }
            sample.push(row);
        }
    }
    let strict = width < 2 || delimiter == b' ';
    // The last column of fastai's table is a duration.
    let timed = headed && coordinate::is_epoch(&names[0]) && names.last().is_some_and(|name| name == "time");
    let regular = if strict {
        // Words and blanks are in every prose; such a table has numbers only.
        let numeric = !texts[..width - usize::from(timed)].contains(&true);
        data.len() >= 2 && fitting == data.len() && numeric && (headed || data.len() >= 3)
    } else {
        fitting * 10 >= data.len() * 8
    };
    let plain_names = names.iter().all(|name| name.len() <= 200 && !name.contains(['{', '}', '=']));
    if !regular
        || (headed && !plain_names)
        || (data.is_empty() && !names.iter().any(|name| coordinate::rank(name).is_some()))
    {
        return None;
    }
    let header = if headed { names } else { (1..=width).map(|at| format!("column {at}")).collect() };
    Some(Sniffed { delimiter, headed, header, sample, texts })
}
