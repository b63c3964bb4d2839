//! Progress bars of tqdm with values behind them.
//!
//! ```text
//! Epoch 3:  45%|████▌     | 45/100 [00:12<00:15, 3.7it/s, loss=0.123, acc=0.95]
//! ```
//!
//! Every state of a bar counts, at its number; a bar that begins anew goes on counting where the one before ended, and
//! an `Epoch` in front of it is kept beside. Logs with lines of their own are read by those instead. Source: tqdm
//! `tqdm/std.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "tqdm", title: "tqdm progress bars", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Bars::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["it/s, ", "s/it, "], Bars::default())?;
    (found.points() > 2).then(|| Candidate {
        format: ABOUT.id,
        score: 40,
        reason: "progress bars with values behind them".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Bars {
    /// Where the bar at hand began, and its last number.
    base: i64,
    last: i64,
}

impl Grammar for Bars {
    fn every_state(&self) -> bool {
        true
    }

    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let Some(Bar { epoch, number, values }) = bar(line) else {
            return;
        };
        if number < self.last {
            self.base = self.base.saturating_add(self.last);
        } else if number == self.last && page.rows() > 0 {
            // Drawn again without progress.
            return;
        }
        let place = Place { unit: StepUnit::Step, step: self.base.saturating_add(number), epoch };
        if page.row(place, &values) {
            self.last = number;
        }
    }
}

struct Bar<'a> {
    epoch: Option<f64>,
    number: i64,
    values: Vec<(&'a str, f64)>,
}

fn bar(line: &str) -> Option<Bar<'_>> {
    let (head, rest) = line.split_once("%|")?;
    let (_, rest) = rest.split_once("| ")?;
    let (number, rest) = console::count(rest.trim_start())?;
    let (_, rest) = console::count(rest.strip_prefix('/')?)?;
    let (inside, _) = rest.trim_start().strip_prefix('[')?.split_once(']')?;
    let mut fields = inside.split(", ");
    // The time and the rate.
    (fields.next().is_some() && fields.next().is_some()).then_some(())?;
    let mut values = Vec::new();
    for field in fields {
        let Some((name, text)) = field.split_once('=') else { continue };
        if let Some((value, _)) = console::number(text.trim()) {
            values.push((name.trim(), value));
        }
    }
    let epoch = console::after(head, "Epoch ").or_else(|| console::after(head, "epoch "));
    let epoch =
        epoch.and_then(|rest| console::count(rest.trim_start_matches(['[', ' ']))).map(|(epoch, _)| epoch as f64);
    (!values.is_empty()).then_some(Bar { epoch, number, values })
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn every_state_counts_once() {
        let bar = |epoch: u32, at: u32| {
            format!("\rEpoch {epoch}:  45%|██  | {at}/3 [00:12<00:15, 3.7it/s, loss=0.{at}, v_num=7]")
        };
        let text = [bar(1, 1), bar(1, 1), bar(1, 2), bar(1, 3), "\n".to_owned(), bar(2, 1), bar(2, 2)].concat();
        let out = read(&text, Bars::default);
        assert!(shown(&out).starts_with("loss 1=0.1 2=0.2 3=0.3 4=0.1 5=0.2"), "{}", shown(&out));
        assert_eq!(out.runs[0].tracks[0].series.epochs(), [1.0, 1.0, 1.0, 2.0, 2.0]);
    }

    #[test]
    fn bars_without_values_are_none() {
        assert_eq!(read(" 45%|██  | 45/100 [00:12<00:15,  3.7it/s]\n", Bars::default).points(), 0);
    }
}
