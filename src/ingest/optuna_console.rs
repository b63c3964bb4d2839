//! What Optuna logs of its trials.
//!
//! ```text
//! [I 2024-01-01 00:00:00,000] Trial 3 finished with value: 0.123 and parameters: {'lr': 0.001, 'layers': 2}. Best is …
//! [I 2024-01-01 00:00:01,000] Trial 4 pruned.
//! [W 2024-01-01 00:00:02,000] Trial 5 failed with parameters: {'lr': 0.1} because of the following error: …
//! ```
//!
//! Every trial is a run; with several objectives `values: [0.1, 0.2]`. Source: Optuna `optuna/study/study.py`,
//! `_optimize.py`.

use memchr::memmem;

use crate::model::StepUnit;

use super::console;
use super::lines::each_line;
use super::python;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Status, stamp};

pub(super) static ABOUT: About = About { id: "optuna_stdout", title: "Optuna console", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| open() };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let has = |word: &str| memmem::find(head.bytes, word.as_bytes()).is_some();
    let own = has("Trial ") && (has(" finished with value") || has(" pruned.") || has(" failed with parameters"));
    let trials =
        own && head.bytes.split(|&byte| byte == b'\n').any(|line| trial(&String::from_utf8_lossy(line)).is_some());
    let reason = "lines `Trial N finished with value: …`".to_owned();
    trials.then_some(Candidate { format: ABOUT.id, score: 89, reason })
}

/// The number of a trial, and what the log says of it.
fn trial(line: &str) -> Option<(i64, &str)> {
    let (number, rest) = console::count(console::after(line, "Trial ")?)?;
    let rest = rest.strip_prefix('#').unwrap_or(rest).strip_prefix(' ')?;
    ["finished with value", "pruned.", "failed with parameters"]
        .iter()
        .any(|words| rest.starts_with(words))
        .then_some((number, rest))
}

fn open() -> Box<dyn Decoder> {
    each_line(|line, out| {
        let text = String::from_utf8_lossy(line.bytes);
        let Some((number, rest)) = trial(&text) else { return };
        out.read += 1;
        if !line.ended && !rest.starts_with("pruned") {
            return out.skip(line.skipped("the last line is cut".to_owned()));
        }
        out.begin_run(Some(format!("trial {number}")));
        out.run().status = Some(match () {
            () if rest.starts_with("finished") => Status::Finished,
            () if rest.starts_with("pruned") => Status::Pruned,
            () => Status::Failed("failed".to_owned()),
        });
        let time = stamp::read(&text);
        if let Some(values) = rest.strip_prefix("finished with values: [") {
            let numbers = values.split([',', ']']).map_while(|value| Some(console::number(value.trim())?.0));
            for (at, value) in numbers.enumerate() {
                put(out, &format!("value/{at}"), value, time);
            }
        } else if let Some((value, _)) = rest.strip_prefix("finished with value: ").and_then(console::number) {
            put(out, "value", value, time);
        }
        if let Some((_, params)) = rest.split_once("parameters: ") {
            python::leaves(params, &mut |name, value| {
                if let Some(value) = value.scalar() {
                    out.param(name, value);
                }
            });
        }
    })
}

fn put(out: &mut Records, name: &str, value: f64, time: Option<f64>) {
    out.run().track(name, StepUnit::Row).series.push(0, value, None, time);
}
