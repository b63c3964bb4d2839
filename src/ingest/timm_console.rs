//! What timm prints while it trains.
//!
//! ```text
//! Train: 3 [ 150/1251 ( 12%)]  Loss: 3.21 (3.45)  Time: 0.25s,  512.00/s  (0.26s,  500.00/s)  LR: 1.000e-03  Data: 0.01 (0.02)
//! Test: [  78/78]  Time: 0.123 (0.150)  Loss:   1.2000 ( 1.3000)  Acc@1:  75.0000 ( 76.1000)
//! ```
//!
//! Training rows stand at `epoch × batches + batch`, with the loss of the batch. Of a test only the last row counts, at
//! the epoch before it, with its averages in parentheses. Source: timm `train.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "timm_stdout", title: "timm console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["Train: "], Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "lines `Train: E [ k/N ( p%)]  Loss: …`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    epoch: Option<i64>,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some((epoch, batch, batches, rest)) = train(line) {
            self.epoch = Some(epoch);
            let step = epoch.saturating_mul(batches.saturating_add(1)).saturating_add(batch);
            let place = Place { unit: StepUnit::Step, step, epoch: Some(epoch as f64) };
            let values: Vec<_> = fields(rest, false).filter(|(name, _)| matches!(*name, "Loss" | "LR")).collect();
            page.row(place, &values);
        } else if let (Some(epoch), Some(rest)) = (self.epoch, last_test(line)) {
            let values: Vec<(String, f64)> = fields(rest, true)
                .filter(|(name, _)| !matches!(*name, "Time" | "Data"))
                .map(|(name, value)| (format!("eval/{name}"), value))
                .collect();
            page.row(Place::new(StepUnit::Epoch, epoch), &values);
        }
    }
}

/// Epoch, batch, the number of the last batch, and the fields.
fn train(line: &str) -> Option<(i64, i64, i64, &str)> {
    let (epoch, rest) = console::count(console::after(line, "Train: ")?.trim_start())?;
    let (batch, batches, rest) = fraction(rest)?;
    // timm counts from 0 to the last batch.
    Some((epoch, batch, batches.saturating_sub(1), rest))
}

/// The fields of the last row of a test.
fn last_test(line: &str) -> Option<&str> {
    let (batch, batches, rest) = fraction(console::after(line, "Test: ")?)?;
    (batch == batches).then_some(rest)
}

/// `[ 150/1251 ( 12%)]  …`
fn fraction(text: &str) -> Option<(i64, i64, &str)> {
    let (inside, rest) = text.trim_start().strip_prefix('[')?.split_once(']')?;
    let (batch, inside) = console::count(inside.trim_start())?;
    let (batches, _) = console::count(inside.strip_prefix('/')?)?;
    Some((batch, batches, rest))
}

/// Names with the number behind them, or with the average in parentheses.
fn fields(text: &str, average: bool) -> impl Iterator<Item = (&str, f64)> {
    text.match_indices(':').filter_map(move |(at, _)| {
        let name = text[..at].rsplit(' ').next().unwrap_or_default();
        let value = text[at + 1..].trim_start();
        let (number, used) = console::number(value)?;
        if !average {
            return Some((name, number));
        }
        let inside = value[used..].trim_start().strip_prefix('(')?.trim_start();
        Some((name, console::number(inside)?.0))
    })
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn batches_and_tests_are_read() {
        let text = "Train: 0 [   0/4 (  0%)]  Loss: 6.90 (6.95)  Time: 0.25s,  512.00/s  (0.26s,  500.00/s)  LR: 1.000e-03  Data: 0.01 (0.02)\n\
             Train: 0 [   3/4 (100%)]  Loss: 5.90 (6.45)  Time: 0.25s,  512.00/s  (0.26s,  500.00/s)  LR: 1.000e-03  Data: 0.01 (0.02)\n\
             Test: [   0/2]  Time: 0.123 (0.150)  Loss: 1.2 (1.2)  Acc@1: 75.0 (75.0)\n\
             Test: [   2/2]  Time: 0.123 (0.150)  Loss: 1.2 (1.3)  Acc@1: 75.0 (76.1)\n\
             Train: 1 [   0/4 (  0%)]  Loss: 4.90 (4.95)  Time: 0.25s  LR: 9.000e-04  Data: 0.01 (0.02)\n";
        let tracks = "Loss 0=6.9 3=5.9 4=4.9; LR 0=0.001 3=0.001 4=0.0009; eval/Loss 0=1.3; eval/Acc@1 0=76.1";
        assert_eq!(shown(&read(text, Lines::default)), tracks);
    }
}
