//! Results as a name, a tab and a number on each line, as Rescale's optimizer reads them from a run.
//!
//! One run with one value for each name. Source: Rescale's documentation, "Optimization".

use crate::model::StepUnit;

use super::lines::each_line;
use super::number;
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "name_value", title: "Names and values", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

/// A table of results is not longer.
const MOST_LINES: usize = 500;

fn pair(line: &[u8]) -> Option<(String, f64)> {
    let (name, value) = std::str::from_utf8(line).ok()?.trim_end().split_once('\t')?;
    let name = name.trim();
    let is_name = name.starts_with(|first: char| first.is_alphabetic() || first == '_') && name.len() <= 60;
    if !is_name || number::whole(name.as_bytes()).is_some() {
        return None;
    }
    Some((name.to_owned(), number::whole(value.as_bytes())?))
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !head.complete {
        return None;
    }
    let lines = || head.bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let names: Vec<String> = lines().take(MOST_LINES + 1).filter_map(|line| Some(pair(line)?.0)).collect();
    let pairs = names.len();
    let own = pairs > 0 && pairs <= MOST_LINES && pairs == lines().count();
    let own = own && names.iter().enumerate().all(|(at, name)| !names[..at].contains(name));
    let reason = "a name, a tab and a number on each line".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 62, reason })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    each_line(|line, out| {
        out.read += 1;
        match pair(line.bytes) {
            _ if !line.ended => {
                out.skip(line.skipped("the last line has no line end: its number may be cut".to_owned()))
            }
            Some((name, value)) => out.run().track(&name, StepUnit::Row).series.push(0, value, None, None),
            None => out.skip(line.skipped("expected a name, a tab and a number".to_owned())),
        }
    })
}
