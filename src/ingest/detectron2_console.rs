//! What Detectron2 prints while it trains.
//!
//! ```text
//! [01/28 10:49:09 d2.utils.events]:  eta: 1:02:03  iter: 19  total_loss: 1.923  loss_cls: 0.53  time: 0.25  lr: 0.0071733  max_mem: 4567M
//! ```
//!
//! Two blanks divide the pairs. Source: Detectron2 `detectron2/utils/events.py` (`CommonMetricPrinter`).

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "detectron2_stdout", title: "Detectron2 console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &[" iter: "], Lines)?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "lines `iter: N  total_loss: …`".to_owned(),
    })
}

#[derive(Debug)]
struct Lines;

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let Some(rest) = console::after(line, "iter: ") else { return };
        let Some((step, rest)) = console::count(rest) else { return };
        let mut values = Vec::new();
        for field in rest.split("  ").map(str::trim).filter(|field| !field.is_empty()) {
            let Some((name, value)) = field.split_once(": ") else { return };
            let Some((value, _)) = console::number(value) else { continue };
            values.push((name, value));
        }
        if values.iter().any(|(name, _)| *name == "total_loss") {
            page.row(Place::new(StepUnit::Iteration, step), &values);
        }
    }
}
