//! What estimators of TensorFlow log.
//!
//! ```text
//! INFO:tensorflow:loss = 0.3, step = 100 (1.2 sec)
//! INFO:tensorflow:global_step/sec: 92.7
//! INFO:tensorflow:Saving dict for global step 500: accuracy = 0.966, global_step = 500, loss = 1.776
//! INFO:tensorflow:Loss for final step: 0.071.
//! ```
//!
//! The dictionary is the evaluation, whose names begin with `eval/`. Under absl the prefix is `I0812 00:05:39.4 1
//! estimator.py:1766]`. Arrays in brackets are left out. Source: TensorFlow `estimator.py`,
//! `basic_session_run_hooks.py`.

use crate::model::StepUnit;

use super::console::{self, Console, Grammar, Page, Place};
use super::{About, Candidate, Format, Head, Role, Status};

pub(super) static ABOUT: About = About { id: "tf_estimator", title: "TensorFlow Estimator", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| Console::open(Lines::default()) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = console::probe(head, &["step = ", "global step "], Lines::default())?;
    (found.points() > 0).then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "log lines of an estimator, `loss = …, step = N`".to_owned(),
    })
}

#[derive(Debug, Default)]
struct Lines {
    step: Option<i64>,
}

impl Grammar for Lines {
    fn read(&mut self, line: &str, page: &mut Page<'_>) {
        let Some(message) = message(line) else { return };
        if let Some((step, rest)) = message.strip_prefix("Saving dict for global step ").and_then(console::count) {
            let Some(rest) = rest.strip_prefix(": ") else { return };
            let found = pairs(rest).into_iter().filter(|(name, _)| *name != "global_step");
            let values: Vec<(String, f64)> = found.map(|(name, value)| (format!("eval/{name}"), value)).collect();
            page.row(Place::new(StepUnit::Step, step), &values);
        } else if message.starts_with("Loss for final step: ") {
            page.end(Status::Finished);
        } else if let Some(value) = message.strip_prefix("global_step/sec: ") {
            if let (Some(step), Some((value, _))) = (self.step, console::number(value)) {
                page.row(Place::new(StepUnit::Step, step), &[("global_step/sec", value)]);
            }
        } else if let Some((front, rest)) = message.rsplit_once("step = ")
            && let Some((step, _)) = console::count(rest)
            && (front.is_empty() || front.ends_with(", "))
            && page.row(Place::new(StepUnit::Step, step), &pairs(front))
        {
            self.step = Some(step);
        }
    }
}

/// What follows the logger's prefix.
fn message(line: &str) -> Option<&str> {
    if let Some(at) = line.find("INFO:tensorflow:") {
        return Some(&line[at + "INFO:tensorflow:".len()..]);
    }
    let (prefix, message) = line.split_once("] ")?;
    let named = ["estimator.py:", "basic_session_run_hooks.py:", "tf_logging.py:"];
    named.iter().any(|file| prefix.contains(file)).then_some(message)
}

/// `name = 0.5, name = 1.5`, without arrays in brackets.
fn pairs(text: &str) -> Vec<(&str, f64)> {
    let mut values = Vec::new();
    for field in text.split(", ") {
        let Some((name, value)) = field.split_once(" = ") else { continue };
        if let Some((value, used)) = console::number(value).map(|(number, used)| (number, &value[used..]))
            && (used.is_empty() || used.starts_with(','))
        {
            values.push((name.trim(), value));
        }
    }
    values
}
