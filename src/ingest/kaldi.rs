//! Kaldi nnet3: one small log for each iteration and job, the iteration in its name.
//!
//! ```text
//! log/train.12.1.log                LOG (nnet3-train[5.5]:…) Overall average objective function for 'output' is -1.2345 over 9 frames.
//! log/compute_prob_valid.12.log     LOG (nnet3-chain-compute-prob…) Overall log-probability for 'output' is -0.12 + -0.01 = -0.13 per frame, over 9 frames.
//! ```
//!
//! All logs of a folder are one run; of several jobs of one iteration each value is kept. A sum counts by its total.
//! Objectives are log-probabilities: the larger the better. Source: Kaldi `src/nnet3/nnet-training.cc`,
//! `egs/wsj/s5/steps/libs/nnet3/report/log_parse.py`.

use memchr::memmem;

use crate::model::{Goal, StepUnit};

use super::console;
use super::lines::each_line;
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "kaldi", title: "Kaldi nnet3 logs", role: Role::Directory };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    iteration(head.name())?;
    let has = |word: &str| memmem::find(head.bytes, word.as_bytes()).is_some();
    let own = has("nnet3-") && (has("Overall ") || has("# nnet3-"));
    let reason = "log of an nnet3 program, named by its iteration".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 92, reason })
}

/// What a log measures, and its iteration: `compute_prob_valid.12.log`, `train.12.1.log`.
fn iteration(name: &str) -> Option<(&'static str, i64)> {
    let (kind, rest) = name.strip_suffix(".log")?.split_once('.')?;
    let part = match kind {
        "train" => "train",
        "compute_prob_train" => "train_subset",
        "compute_prob_valid" => "valid",
        _ => return None,
    };
    Some((part, rest.split('.').next()?.parse().ok()?))
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let (part, step) = iteration(head.name()).unwrap_or(("train", 0));
    each_line(move |line, out| {
        let text = String::from_utf8_lossy(line.bytes);
        let Some((name, rest)) = text.split_once("Overall ").and_then(|(_, rest)| rest.split_once(" for '")) else {
            return;
        };
        out.read += 1;
        let Some((output, value)) = rest.split_once("' is ").filter(|_| line.ended) else { return };
        // Of a regularized objective the sum counts.
        let value = value.split_once(" = ").map_or(value, |(_, sum)| sum);
        let Some((value, _)) = console::number(value) else { return };
        let name = name.trim_start_matches("average ");
        let output = if output == "output" { String::new() } else { format!("/{output}") };
        let run = out.run();
        run.objective = Some((format!("{part}/{name}{output}"), Goal::Maximize)).filter(|_| part == "valid");
        run.track(&format!("{part}/{name}{output}"), StepUnit::Iteration).series.push(step, value, None, None);
    })
}
