//! The table that Chainer's `PrintReport` writes.
//!
//! ```text
//! epoch       main/loss   validation/main/loss  main/accuracy  elapsed_time
//! 1           0.192976    0.0931182             0.9415         12.3
//! 2           0.0747                            0.9765         24.1
//! ```
//!
//! A column is as wide as its name, ten at least, and two blanks follow; an empty cell is blank, so that lines are cut
//! by the columns of the header. Source: Chainer `chainer/training/extensions/print_report.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, coordinate};

pub(super) static ABOUT: About = About { id: "chainer_report", title: "Chainer PrintReport", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Rows::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["main/loss"], Rows::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 90,
        reason: "table with the columns epoch and main/loss".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Rows {
    /// The name of each column and where it begins.
    columns: Vec<(String, usize)>,
    /// Which column is the coordinate, and what it counts.
    step: Option<(usize, StepUnit)>,
}

impl Grammar for Rows {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let names: Vec<&str> = line.split_ascii_whitespace().collect();
        let is_header = names.first().is_some_and(|name| matches!(*name, "epoch" | "iteration"))
            && names.iter().any(|name| name.contains("main/"));
        if is_header {
            let mut from = 0;
            self.columns.clear();
            for name in &names {
                let start = line[from..].find(name).map_or(from, |at| from + at);
                from = start + name.len();
                self.columns.push(((*name).to_owned(), start));
            }
            let ranked = names.iter().enumerate().filter_map(|(at, name)| Some((coordinate::rank(name)?, at)));
            self.step = ranked.min().map(|((_, unit), at)| (at, unit));
            if page.rows() > 0 {
                page.begin();
            }
            return;
        }
        let Some((step_at, unit)) = self.step else { return };
        let mut values = Vec::new();
        let (mut step, mut epoch) = (None, None);
        for (at, (name, start)) in self.columns.iter().enumerate() {
            let end = self.columns.get(at + 1).map_or(line.len(), |(_, next)| *next).min(line.len());
            let Some(cell) = line.get(*start..end.max(*start)).map(str::trim) else { return };
            if cell.is_empty() {
                continue;
            }
            let Some((value, _)) = console::number(cell).filter(|(_, used)| *used == cell.len()) else { return };
            match () {
                () if at == step_at => step = coordinate::step(value),
                () if coordinate::is_epoch(name) => epoch = Some(value),
                () => values.push((name.as_str(), value)),
            }
        }
        if let Some(step) = step {
            page.row(Place { unit, step, epoch }, &values);
        }
    }
}
