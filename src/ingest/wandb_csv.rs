//! W&B's export of a chart as CSV: one column for each run, beside `__MIN` and `__MAX` of what was sampled away.
//!
//! ```text
//! "Step","sunny-sun-1 - loss","sunny-sun-1 - loss__MIN","sunny-sun-1 - loss__MAX","dark-sky-2 - loss" …
//! ```
//!
//! Names are split at the last ` - `, since a run's name may hold one. A run that is shorter than others has empty
//! cells. Source: W&B's documentation, "Export data"; the files it writes.

use std::collections::HashMap;

use crate::model::{Series, StepUnit};

use super::coordinate;
use super::lines::{Line, each_line};
use super::table::{self, Cell, Splitter};
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Track};

pub(super) static ABOUT: About = About { id: "wandb_csv", title: "W&B chart export", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, " - ") {
        return None;
    }
    let sniffed = table::sniff(head)?;
    let (axis, columns) = sniffed.header.split_first()?;
    // A line of a log may look alike: `2021-10-08 14:50:40,388 - INFO - …`.
    let is_name = axis.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if !is_name || columns.is_empty() || !columns.iter().all(|name| split(name).is_some()) {
        return None;
    }
    let banded = columns.iter().any(|name| name.ends_with("__MIN"));
    let (score, reason) = match axis.as_str() {
        _ if banded => (94, "columns named by run and metric, with __MIN and __MAX"),
        "Step" | "_step" | "trainer/global_step" | "Relative Time (Process)" | "Relative Time (Wall)" | "Wall Time" => {
            (90, "columns named by run and metric")
        }
        _ => (66, "columns that may be named by run and metric"),
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

/// Run and metric.
fn split(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once(" - ").filter(|(run, metric)| !run.is_empty() && !metric.is_empty())
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    let mut export = Export { splitter: Splitter::new(b','), columns: Vec::new(), axis: StepUnit::Step, rows: 0 };
    each_line(move |line, out| export.line(&line, out))
}

struct Export {
    splitter: Splitter,
    /// Run and track of each column; `None` for those that are not read. Empty before the header.
    columns: Vec<Option<(usize, usize)>>,
    /// What the first column counts; `Row` where it is a time.
    axis: StepUnit,
    rows: i64,
}

impl Export {
    fn line(&mut self, line: &Line<'_>, out: &mut Records) {
        if self.columns.is_empty() {
            return self.header(line, out);
        }
        out.read += 1;
        let mut cells: Vec<Option<f64>> = Vec::with_capacity(self.columns.len());
        self.splitter.texts(line.bytes, |cell| {
            cells.push(if let Cell::Number(value) = Cell::of(cell, b',') { Some(value) } else { None });
        });
        if cells.len() != self.columns.len() || (!line.ended && !line.bytes.trim_ascii_end().ends_with(b"\"")) {
            let reason = if line.ended {
                format!("expected {} cells, found {}", self.columns.len(), cells.len())
            } else {
                "the last line is cut".to_owned()
            };
            return out.skip(line.skipped(reason));
        }
        let axis = cells.first().copied().flatten();
        let (step, time) = match self.axis {
            StepUnit::Row => (Some(self.rows), axis.map(coordinate::seconds)),
            _ => (axis.and_then(coordinate::step), None),
        };
        let Some(step) = step else {
            return out.skip(line.skipped("expected a step in the first column".to_owned()));
        };
        self.rows += 1;
        for (column, value) in self.columns.iter().zip(cells) {
            if let (Some((run, track)), Some(value)) = (column, value) {
                out.runs[*run].tracks[*track].series.push(step, value, None, time);
            }
        }
    }

    fn header(&mut self, line: &Line<'_>, out: &mut Records) {
        if !line.ended {
            return out.skip(line.skipped("the header is cut".to_owned()));
        }
        let header = table::header(&mut self.splitter, line.bytes);
        let is_time = header.first().is_some_and(|name| name.contains("Time"));
        self.axis = if is_time { StepUnit::Row } else { StepUnit::Step };
        let mut runs: HashMap<&str, usize> = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            let named = split(name).filter(|(_, metric)| {
                at > 0 && !metric.ends_with("__MIN") && !metric.ends_with("__MAX") && *metric != "_step"
            });
            let place = named.map(|(name, metric)| {
                let run = *runs.entry(name).or_insert_with(|| {
                    out.begin_run(None);
                    out.run().name = Some(name.to_owned());
                    out.runs.len() - 1
                });
                // A metric of a run comes once.
                let tracks = &mut out.runs[run].tracks;
                tracks.push(Track {
                    name: metric.to_owned(),
                    unit: self.axis,
                    series: Series::default(),
                    bookkeeping: false,
                });
                (run, tracks.len() - 1)
            });
            self.columns.push(place);
        }
    }
}
