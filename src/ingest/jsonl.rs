//! JSON lines: one object per line, whatever its keys.
//!
//! Nested keys are joined with `/`. The coordinate is the most wanted of `step`, `iteration` … `epoch`, else the
//! line. Every other number is a point, numbers written as strings included; texts are tags. A line without a
//! coordinate before the first point holds parameters. Another run begins where the first coordinate comes again; a
//! step that goes back no further is a restart of the same run.

use crate::model::StepUnit;

use super::fields::{Fields, Rules};
use super::json::Fault;
use super::lines::{Line, Lines};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Skipped};

pub(super) static ABOUT: About = About { id: "jsonl", title: "JSON lines", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let seen = look(head)?;
    let (score, reason) = match () {
        () if seen.placed > 0 => (65, "one JSON object per line, with a step or epoch"),
        // A single object is a configuration or a summary.
        () if seen.valued > 1 => (40, "one JSON object per line, with numbers"),
        () => return None,
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let rules = look(head).map_or(Rules { placed: true, separate: true, ..Rules::default() }, |seen| Rules {
        // A single line without a coordinate is the configuration that precedes the points.
        placed: seen.placed > 0 || seen.valued <= 1,
        fractions: seen.fractions,
        separate: true,
    });
    Box::new(JsonLines::new(rules, |_, _| {}))
}

/// What the first lines show.
#[derive(Debug, Default)]
struct Seen {
    /// Lines with a coordinate and numbers.
    placed: usize,
    /// Lines with numbers.
    valued: usize,
    fractions: bool,
}

/// Looks at the first lines; `None` where most of them are no JSON objects.
fn look(head: &Head<'_>) -> Option<Seen> {
    let mut fields = Fields::new(Rules::default());
    let mut seen = Seen::default();
    let (mut objects, mut others) = (0, 0);
    let mut lines =
        head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).peekable();
    let mut taken = 0;
    while let Some(line) = lines.next() {
        taken += 1;
        if taken > 200 {
            break;
        }
        let cut = lines.peek().is_none();
        match (line.first(), fields.scan(line)) {
            (Some(b'{'), Ok(())) => objects += 1,
            // A first line longer than the head shows enough of itself.
            (Some(b'{'), Err(Fault::Cut)) if cut && !head.complete && objects == 0 => objects += 1,
            (Some(b'{'), Err(Fault::Cut)) if cut => continue,
            _ => {
                others += 1;
                continue;
            }
        }
        if fields.has_values() {
            seen.valued += 1;
            if let Some((unit, value)) = fields.coordinate() {
                seen.placed += 1;
                seen.fractions |= unit == StepUnit::Epoch && value.fract() != 0.0;
            }
        }
    }
    (objects > 0 && objects >= others).then_some(seen)
}

/// The decoder of lines that are objects.
#[derive(Clone)]
pub(super) struct JsonLines {
    lines: Lines,
    records: LineRecords,
}

#[derive(Clone)]
struct LineRecords {
    fields: Fields,
    /// What a format does with a record before it is written.
    note: fn(&Fields, &mut Records),
}

impl JsonLines {
    /// A decoder at the start of a file; `note` sees each record before it is written.
    pub(super) fn new(rules: Rules, note: fn(&Fields, &mut Records)) -> Self {
        Self { lines: Lines::default(), records: LineRecords { fields: Fields::new(rules), note } }
    }

    /// A decoder that takes this name as the coordinate before all others.
    pub(super) fn placed_by(axis: &'static str, rules: Rules, note: fn(&Fields, &mut Records)) -> Self {
        Self { lines: Lines::default(), records: LineRecords { fields: Fields::new(rules).placed_by(axis), note } }
    }
}

impl Decoder for JsonLines {
    fn fork(&self) -> Option<Box<dyn Decoder>> {
        Some(Box::new(self.clone()))
    }

    fn push(&mut self, bytes: &[u8], out: &mut Records) {
        self.lines.push(bytes, |line| self.records.line(line, out));
    }

    fn finish(&mut self, out: &mut Records) {
        self.lines.finish(|line| self.records.line(line, out));
    }
}

impl LineRecords {
    fn line(&mut self, line: Line<'_>, out: &mut Records) {
        let json = line.bytes.trim_ascii();
        if json.is_empty() {
            return;
        }
        out.read += 1;
        let read = match json.first() {
            _ if line.overlong => Err("the line is longer than 64 MiB".to_owned()),
            Some(b'{') => self.fields.scan(json).map_err(|fault| match fault {
                Fault::Cut if !line.ended => "the last line is cut".to_owned(),
                fault => fault.to_string(),
            }),
            _ => Err("expected a JSON object".to_owned()),
        };
        match read {
            Ok(()) => {
                (self.note)(&self.fields, out);
                self.fields.write(out);
            }
            Err(reason) => out.skip(Skipped { at: line.number, count: 1, reason, text: line.excerpt() }),
        }
    }
}
