//! Tables that no known trainer wrote: any delimiter, any names.
//!
//! The coordinate is the column with the most wanted name (`step`, `iteration`, `epoch` …), else a first column that
//! counts upwards in whole numbers, else the row.

use crate::model::StepUnit;

use super::coordinate;
use super::table::{self, Columns, Sniffed, Table};
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "delimited", title: "Table (CSV, TSV)", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let sniffed = table::sniff(head)?;
    if !sniffed.has_numbers() && !sniffed.sample.is_empty() {
        return None;
    }
    let columns = columns(&sniffed.header, Facts::of(&sniffed));
    let (score, reason) = match columns.step {
        Some(at) if coordinate::rank(&sniffed.header[at]).is_some() => {
            (60, format!("table with the coordinate `{}`", sniffed.header[at]))
        }
        Some(_) => (45, "table whose first column counts upwards".to_owned()),
        None => (30, "table with columns of numbers".to_owned()),
    };
    Some(Candidate { format: ABOUT.id, score, reason })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let sniffed = table::sniff(head);
    let (delimiter, headed) = sniffed.as_ref().map_or((b',', true), |sniffed| (sniffed.delimiter, sniffed.headed));
    let facts = sniffed.as_ref().map(Facts::of).unwrap_or_default();
    Box::new(Table::new(delimiter, headed, Box::new(move |header: &[String]| columns(header, facts))))
}

/// What the first rows show of the columns; decided once, so that the records do not depend on how the file is cut.
#[derive(Debug, Clone, Copy, Default)]
struct Facts {
    /// The first column holds growing whole numbers.
    first_counts: bool,
    /// The column with the most wanted name holds fractions, so that its values are no steps.
    fractions: bool,
}

impl Facts {
    fn of(sniffed: &Sniffed) -> Self {
        let values = |at: usize| sniffed.sample.iter().filter_map(move |row| row[at]);
        let firsts: Vec<f64> = values(0).collect();
        let first_counts = firsts.len() >= 2
            && firsts.len() == sniffed.sample.len()
            && sniffed.header.len() > 1
            && firsts.iter().all(|value| value.fract() == 0.0 && *value >= 0.0)
            && firsts.windows(2).all(|pair| pair[0] < pair[1]);
        let fractions = named(&sniffed.header)
            .is_some_and(|(at, _)| values(at).any(|value| value.is_finite() && value.fract() != 0.0));
        Self { first_counts, fractions }
    }
}

/// The column with the most wanted name.
fn named(header: &[String]) -> Option<(usize, StepUnit)> {
    let ranked = header.iter().enumerate().filter_map(|(at, name)| Some((coordinate::rank(name)?, at)));
    ranked.min().map(|((_, unit), at)| (at, unit))
}

fn columns(header: &[String], facts: Facts) -> Columns {
    let (step, unit) = match named(header) {
        Some((at, unit)) if !facts.fractions => (Some(at), unit),
        Some(_) => (None, StepUnit::Row),
        // The index that pandas writes.
        None if header.len() > 1 && header[0].is_empty() => (Some(0), StepUnit::Row),
        None if facts.first_counts => (Some(0), StepUnit::Step),
        None => (None, StepUnit::Row),
    };
    let other = |is: fn(&str) -> bool| header.iter().enumerate().position(|(at, name)| Some(at) != step && is(name));
    Columns { step, unit, epoch: other(coordinate::is_epoch), time: other(coordinate::is_time), ..Columns::default() }
}
