//! What nanoGPT prints while it trains.
//!
//! ```text
//! step 250: train loss 2.1234, val loss 2.2345
//! iter 100: loss 3.1415, time 250.12ms, mfu 35.20%
//! ```
//!
//! Both count the same iterations. The loss of a batch (`loss`) and the estimate over many (`train_loss`) are two series.
//! `mfu` is −100 % until it has been measured. `Overriding: name = value` lines are parameters. Source: nanoGPT
//! `train.py`, `configurator.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "nanogpt_stdout", title: "nanoGPT console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["iter ", "step "], Lines)?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 92,
        reason: "lines `iter N: loss …, time …` or `step N: train loss …, val loss …`".to_owned(),
    })
}

#[derive(Debug)]
struct Lines;

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some((name, value)) = line.strip_prefix("Overriding: ").and_then(|rest| rest.split_once(" = ")) {
            return page.param(name, value);
        }
        let Some((step, values)) = row(line) else {
            return;
        };
        page.row(Place::new(StepUnit::Iteration, step), &values);
    }
}

/// The iteration and the values of a line.
fn row(line: &str) -> Option<(i64, Vec<(&'static str, f64)>)> {
    let iteration = console::after(line, "iter ");
    let (step, rest) = console::count(iteration.or_else(|| console::after(line, "step "))?)?;
    let mut values = Vec::new();
    for field in rest.strip_prefix(": ")?.split(", ") {
        let (name, value, _) = console::named(field)?;
        values.push((
            match name {
                "loss" => "loss",
                "time" => "time",
                "mfu" => "mfu",
                "train loss" => "train_loss",
                "val loss" => "val_loss",
                _ => return None,
            },
            value,
        ));
    }
    let own = if iteration.is_some() { "loss" } else { "train_loss" };
    values.first().is_some_and(|(name, _)| *name == own).then_some((step, values))
}

#[cfg(test)]
mod tests {
    use super::super::Status;
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn both_kinds_of_lines_count_iterations() {
        let text = "Overriding: batch_size = 8\nstep 0: train loss 4.4501, val loss 4.4402\n\
             iter 0: loss 4.4512, time 23218.37ms, mfu -100.00%\niter 1: loss nan, time 1.00ms, mfu 35.20%\n";
        let out = read(text, || Lines);
        let tracks =
            "train_loss 0=4.4501; val_loss 0=4.4402; loss 0=4.4512 1=NaN; time 0=23218.37 1=1; mfu 0=-100 1=35.2";
        assert_eq!(shown(&out), tracks);
        assert_eq!(out.runs[0].params["batch_size"].to_string(), "8");
    }

    #[test]
    fn a_cut_last_line_is_left_out() {
        let first = "iter 0: loss 4.4512, time 1.37ms, mfu 5.00%\n";
        let second = "iter 1: loss 4.1234, time 2.25ms, mfu 7.25%";
        for cut in 0..second.len() {
            let out = read(&format!("{first}{}", &second[..cut]), || Lines);
            assert_eq!(out.points(), 3, "cut at {cut}");
        }
        assert_eq!(read(&format!("{first}{second}"), || Lines).points(), 6);
    }

    #[test]
    fn an_interrupt_that_a_rank_repeats_is_one_by_hand() {
        let text = "iter 0: loss 4.4512, time 1.37ms, mfu 5.00%\nTraceback (most recent call last):\n  File \"t.py\"\n\
             KeyboardInterrupt\n[rank0]: Traceback (most recent call last):\n[rank0]:   File \"t.py\"\n\
             [rank0]: KeyboardInterrupt\n";
        assert_eq!(read(text, || Lines).runs[0].status, Some(Status::ByHand));
    }

    #[test]
    fn the_first_iteration_that_returns_is_another_training() {
        let line = |step: u32| format!("iter {step}: loss 1.5000, time 1.00ms, mfu 1.00%\n");
        let text: String = [0, 1, 2, 0, 1].map(line).concat();
        assert_eq!(read(&text, || Lines).runs.len(), 2);
        let resumed: String = [0, 1, 2, 1, 2].map(line).concat();
        assert_eq!(read(&resumed, || Lines).runs.len(), 1);
    }
}
