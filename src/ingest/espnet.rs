//! ESPnet 2 `train.log`.
//!
//! ```text
//! # python3 -m espnet2.bin.asr_train …
//! [host:0/4] 2025-01-28 10:49:09,445 (trainer:754) INFO: 1epoch:train:1-293batch: iter_time=0.002, loss=925.790, acc=1.811e-04
//! [host:0/4] 2025-01-28 11:59:30,681 (trainer:353) INFO: 1epoch results: [train] loss=241.419, time=1 hour, 12 minutes and
//!     22.73 seconds, total_count=5876, [valid] loss=192.253, …, [att_plot] time=1 minute and 10.42 seconds, …
//! # Ended (code 1) at …
//! ```
//!
//! Results stand at their epoch, named by their section. Batch lines are counted and keep their epoch; their names begin
//! with `batch/`. A `time` in words is left out. A crashed start is a run without values. Source: ESPnet
//! `espnet2/train/reporter.py`, `trainer.py`.

use memchr::memmem;

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "espnet", title: "ESPnet training log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let first = head.bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let launched = first.starts_with(b"# ") && memmem::find(first, b"espnet2.bin.").is_some();
    let found = console::probe(head, &["epoch results: [", "epoch:train:"], Lines::default());
    let (score, reason) = match found {
        Some(found) if found.points() > 0 => (93, "lines `Nepoch results: [train] …`"),
        _ if launched => (90, "launched by espnet2.bin"),
        _ => return None,
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

#[derive(Debug, Default)]
struct Lines {
    /// The command of the first line has been seen.
    launched: bool,
    /// How many batch lines the training has.
    batches: i64,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        if let Some(rest) = line.strip_prefix("# ") {
            self.launch(rest, page);
        } else if let Some((epoch, rest)) = at_epoch(line, "epoch results: ") {
            results(epoch, rest, page);
        } else if let Some((epoch, rest)) = at_epoch(line, "epoch:train:") {
            let Some((_, fields)) = rest.split_once("batch: ") else {
                return;
            };
            let values = pairs("batch/", fields);
            if epoch == 1 && rest.starts_with("1-") {
                self.batches = 0;
            }
            let place = Place { unit: StepUnit::Row, step: self.batches, epoch: Some(epoch as f64) };
            if page.row(place, &values) {
                self.batches += 1;
            }
        }
    }
}

impl Lines {
    /// Lines of the launcher: the command, and how it ended.
    fn launch(&mut self, rest: &str, page: &mut Page<'_>) {
        if rest.contains("espnet2.bin.") && page.ended() && !self.launched {
            self.launched = true;
            page.begin();
        } else if let Some(code) = rest.strip_prefix("Ended (code ").and_then(console::count) {
            match code {
                (0, _) => page.end(Status::Finished),
                // The traceback above says more.
                (_, _) => page.fail(rest),
            }
        }
    }
}

/// The epoch in front of a mark, and what follows the mark.
fn at_epoch<'a>(line: &'a str, mark: &str) -> Option<(i64, &'a str)> {
    let at = memmem::find(line.as_bytes(), mark.as_bytes())?;
    let digits = line.as_bytes()[..at].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    Some((line[at - digits..at].parse().ok()?, &line[at + mark.len()..]))
}

fn results(epoch: i64, rest: &str, page: &mut Page<'_>) {
    let mut values = Vec::new();
    for section in rest.split('[').skip(1) {
        let Some((name, fields)) = section.split_once("] ") else { continue };
        values.extend(pairs(&format!("{name}/"), fields));
    }
    page.row(Place::new(StepUnit::Epoch, epoch), &values);
}

/// `name=0.5, name=1.5e-04`; a value in words is left out.
fn pairs(prefix: &str, fields: &str) -> Vec<(String, f64)> {
    let parts: Vec<&str> = fields.split(", ").map(str::trim).collect();
    let mut values = Vec::new();
    for part in parts {
        let Some((name, text)) = part.split_once('=') else { continue };
        let text = text.trim_end_matches(',');
        if let Some((value, used)) = console::number(text)
            && used == text.len()
            && !name.is_empty()
        {
            values.push((format!("{prefix}{name}"), value));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::console::tests::{read, shown};
    use super::*;

    #[test]
    fn sections_and_times_in_words_are_read() {
        let text = "[h:0/4] 2025-01-28 10:49:09,445 (trainer:754) INFO: 1epoch:train:1-293batch: loss=9.5, acc=1.8e-04\n\
             [h:0/4] 2025-01-28 10:50:09,445 (trainer:754) INFO: 1epoch:train:294-586batch: loss=8.5, acc=1.9e-04\n\
             [h:0/4] x INFO: 1epoch results: [train] loss=9.0, time=1 hour, 12 minutes and 22.73 seconds, total_count=5, \
             [valid] loss=7.5, time=41.49 seconds, n=2, [att_plot] time=1 minute and 10.42 seconds, total_count=0\n";
        let out = read(text, Lines::default);
        let tracks = "batch/loss 0=9.5 1=8.5; batch/acc 0=0.00018 1=0.00019; train/loss 1=9; train/total_count 1=5; \
             valid/loss 1=7.5; valid/n 1=2; att_plot/total_count 1=0";
        assert_eq!(shown(&out), tracks);
        assert_eq!(out.runs[0].tracks[0].series.epochs(), [1.0, 1.0]);
    }

    #[test]
    fn a_crash_at_the_start_is_a_run_without_values() {
        let text = "# python3 -m espnet2.bin.asr_train --lr 1\n# Started at Thu\n\
             Traceback (most recent call last):\n  File \"a.py\", line 1\nRuntimeError: x\n# Ended (code 1) at Thu\n";
        let out = read(text, Lines::default);
        assert_eq!((out.runs.len(), out.points()), (1, 0));
        assert_eq!(out.runs[0].status, Some(Status::Failed("RuntimeError: x".to_owned())));
    }
}
