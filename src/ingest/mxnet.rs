//! What MXNet's `Module.fit` and `Speedometer` print.
//!
//! ```text
//! Epoch[0] Batch [20]  Speed: 1234.56 samples/sec  accuracy=0.123
//! Epoch[0] Train-accuracy=0.90
//! Epoch[0] Time cost=12.345
//! Epoch[0] Validation-accuracy=0.91
//! ```
//!
//! Epochs count from 0. Batch lines are counted and keep their epoch; their names begin with `batch/`. Source: MXNet
//! `python/mxnet/callback.py`, `module/base_module.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "mxnet", title: "MXNet console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["Epoch["], Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "lines `Epoch[N] Train-…=…`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    /// How many batch lines the training has.
    batches: i64,
    /// The epoch of the last line.
    epoch: i64,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let Some((epoch, rest)) = console::after(line, "Epoch[").and_then(console::count) else { return };
        let Some(rest) = rest.strip_prefix("] ") else { return };
        if epoch < self.epoch && page.rows() > 0 {
            page.begin();
            self.batches = 0;
        }
        if let Some(rest) = rest.strip_prefix("Batch [").and_then(|rest| Some(rest.split_once(']')?.1)) {
            let fields = rest.split('\t').filter(|field| !field.trim().is_empty());
            let values: Vec<(String, f64)> = fields
                .filter_map(|field| {
                    let (name, value) = field.split_once(['=', ':'])?;
                    Some((format!("batch/{}", name.trim()), console::number(value.trim())?.0))
                })
                .collect();
            let place = Place { unit: StepUnit::Row, step: self.batches, epoch: Some(epoch as f64) };
            if page.row(place, &values) {
                self.batches += 1;
                self.epoch = epoch;
            }
        } else if let Some((name, value)) = rest.split_once('=')
            && let Some((value, _)) = console::number(value)
            && (name.starts_with("Train-") || name.starts_with("Validation-") || name == "Time cost")
            && page.row(Place::new(StepUnit::Epoch, epoch), &[(name, value)])
        {
            self.epoch = epoch;
        }
    }
}
