//! What MMEngine and MMCV print while they train.
//!
//! ```text
//! 2023/01/01 00:00:00 - mmengine - INFO - Epoch(train)  [9][ 50/270]  lr: 1.0000e-03  eta: 0:10:00  time: 0.2500  loss: 0.8123
//! 2023/01/01 00:00:00 - mmengine - INFO - Epoch(val) [9][100/100]  coco/bbox_mAP: 0.3120
//! 2023/01/01 00:00:00 - mmengine - INFO - Iter(train) [  50/40000]  lr: 1.0000e-02  loss: 0.5
//! 2021-01-01 00:00:00,000 - mmdet - INFO - Epoch [1][50/1000]  lr: 1.000e-03, eta: 1:00:00, time: 0.25, loss: 0.5
//! 2021-01-01 00:00:00,000 - mmdet - INFO - Epoch(val) [1][100]  bbox_mAP: 0.31, bbox_mAP_50: 0.5
//! ```
//!
//! Steps are iterations, counted through the epochs by the length that each line states; a validation stands at the end
//! of its epoch, or at the last iteration. Its names begin with `val/`. Durations in words are left out. Source:
//! MMEngine `mmengine/runner/log_processor.py`; MMCV `mmcv/runner/hooks/logger/text.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "mmengine_stdout", title: "MMEngine console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let words = ["Epoch(", "Iter(", "Epoch [", "Iter ["];
    let found = console::probe(head, &words, Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 90,
        reason: "lines `Epoch(train) [N][i/n] lr: … loss: …`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    /// How many iterations an epoch has.
    length: i64,
    /// The last iteration.
    step: i64,
}

/// Whose values a line has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Train,
    Validation,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let by_epoch = mark(line, "Epoch");
        let Some((part, rest)) = by_epoch.or_else(|| mark(line, "Iter")) else { return };
        let Some((first, rest)) = bracket(rest) else { return };
        let second = bracket(rest);
        let (place, rest) = match (by_epoch.is_some(), part, second) {
            (true, Part::Train, Some(((at, Some(length)), rest))) => {
                self.length = length;
                let step = (first.0 - 1).max(0).saturating_mul(length).saturating_add(at);
                (Place { unit: StepUnit::Iteration, step, epoch: Some(first.0 as f64) }, rest)
            }
            (true, Part::Validation, Some((_, rest))) => {
                let step = if self.length > 0 { first.0.saturating_mul(self.length) } else { self.step };
                (Place { unit: StepUnit::Iteration, step, epoch: Some(first.0 as f64) }, rest)
            }
            (false, Part::Train, None) if first.1.is_some() => (Place::new(StepUnit::Iteration, first.0), rest),
            (false, Part::Validation, None) => (Place::new(StepUnit::Iteration, self.step), rest),
            _ => return,
        };
        let prefix = if part == Part::Train { "" } else { "val/" };
        let mut values = Vec::new();
        for field in rest.split(['\t', ' ', ',']).filter(|field| !field.is_empty()).collect::<Vec<_>>().windows(2) {
            let (Some(name), Some((value, used))) = (field[0].strip_suffix(':'), console::number(field[1])) else {
                continue;
            };
            // `0:10:00` is a duration.
            if used == field[1].len() {
                values.push((format!("{prefix}{name}"), value));
            }
        }
        let known = part == Part::Validation || values.iter().any(|(name, _)| name.contains("loss") || name == "lr");
        if known && page.row(place, &values) && part == Part::Train {
            self.step = place.step;
        }
    }
}

/// What follows `Epoch(train) `, `Epoch(val) ` or the older `Epoch `.
fn mark<'a>(line: &'a str, word: &str) -> Option<(Part, &'a str)> {
    let rest = console::after(line, word)?;
    if let Some(rest) = rest.strip_prefix("(train)") {
        return Some((Part::Train, rest));
    }
    match rest.strip_prefix("(val)") {
        Some(rest) => Some((Part::Validation, rest)),
        None => rest.starts_with(" [").then_some((Part::Train, rest)),
    }
}

/// `[ 50/270]`: the number, what it goes to, and what follows.
fn bracket(text: &str) -> Option<((i64, Option<i64>), &str)> {
    let (value, rest) = console::count(text.trim_start().strip_prefix('[')?.trim_start())?;
    let (total, rest) = match rest.strip_prefix('/').and_then(console::count) {
        Some((total, rest)) => (Some(total), rest),
        None => (None, rest),
    };
    Some(((value, total), rest.strip_prefix(']')?))
}
