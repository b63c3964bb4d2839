//! The status table that Ray Tune prints of its trials again and again: each table is a point of those that moved.
//!
//! ```text
//! | Trial name        | status     | loc       |   lr |   acc |   iter |
//! |-------------------+------------+-----------+------+-------+--------|
//! | train_abc_00000   | TERMINATED | 10.0.0.1  | 0.1  |  0.75 |      3 |
//! ```
//!
//! Columns that are named like results and times are values at the trial's `iter`, the others parameters. Source: Ray
//! `python/ray/tune/progress_reporter.py`.

use std::collections::HashMap;

use memchr::memmem;

use crate::model::StepUnit;

use super::console::{self, scalar};
use super::lines::each_line;
use super::{About, Candidate, Decoder, Format, Head, Role, Status, direction, is_bookkeeping};

pub(super) static ABOUT: About = About { id: "ray_stdout", title: "Ray Tune console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| open() };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    memmem::find(head.bytes, b"| Trial name ")?;
    let header = |line: &[u8]| names(&String::from_utf8_lossy(line)).is_some();
    let own = head.bytes.split(|&byte| byte == b'\n').any(header);
    let reason = "status table of trials".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 88, reason })
}

fn cells(line: &str) -> Option<Vec<String>> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(row.split('|').map(|cell| cell.trim().to_owned()).collect())
}

fn names(line: &str) -> Option<Vec<String>> {
    cells(line).filter(|cells| cells[0] == "Trial name" && cells.iter().any(|cell| cell == "status"))
}

fn open() -> Box<dyn Decoder> {
    let mut header: Vec<String> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    each_line(move |line, out| {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some(names) = names(&text) {
            header = names;
            return;
        }
        let Some(cells) = cells(&text).filter(|cells| !header.is_empty() && cells.len() == header.len()) else {
            // The table ends with its rule.
            if !text.starts_with(['|', '+']) {
                header.clear();
            }
            return;
        };
        if cells[0].is_empty() || cells[0].starts_with('-') {
            return;
        }
        out.read += 1;
        let at = *places.entry(cells[0].clone()).or_insert_with(|| {
            out.begin_run(Some(cells[0].clone()));
            out.runs.len() - 1
        });
        let run = &mut out.runs[at];
        let of = |name: &str| header.iter().position(|known| known == name).map(|at| cells[at].as_str());
        let step = of("iter").and_then(console::count).map_or(0, |(step, _)| step);
        for (name, cell) in header.iter().zip(&cells).skip(1).filter(|(_, cell)| !cell.is_empty()) {
            match name.as_str() {
                "loc" | "iter" => {}
                "status" => {
                    run.status = match cell.as_str() {
                        "TERMINATED" => Some(Status::Finished),
                        "RUNNING" | "PENDING" | "PAUSED" => Some(Status::Running),
                        "ERROR" => Some(Status::Failed("ERROR".to_owned())),
                        _ => None,
                    };
                }
                name if direction(name).is_some() || is_bookkeeping(name) && !name.starts_with("lr") => {
                    let series = &mut run.track(name, StepUnit::Iteration).series;
                    // A trial that has not moved stands in the next table as it was.
                    if let Some((value, _)) = console::number(cell)
                        && series.steps().last().is_none_or(|&last| step > last)
                    {
                        series.push(step, value, None, None);
                    }
                }
                name => drop(run.params.insert(name.to_owned(), scalar(cell))),
            }
        }
    })
}
