//! What scripts print of a grid or random search of scikit-learn.
//!
//! ```text
//! Best: 0.920000 using {'batch_size': 16, 'epochs': 50}
//! 0.910000 (0.010000) with: {'batch_size': 8, 'epochs': 50}       mean, standard deviation, parameters
//! [CV 1/5] END ....C=1, gamma=0.1;, score=0.900 total time=   0.1s
//! ```
//!
//! Every combination of parameters is a run; the `Best` line repeats one of them. Folds are repetitions of one result.
//! Source: FloydHub's guide to hyper-parameter optimization; scikit-learn `sklearn/model_selection/_validation.py`.

use std::collections::HashMap;

use memchr::memmem;

use crate::model::{Goal, StepUnit};

use super::console::{self, scalar};
use super::lines::{Line, each_line};
use super::python;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Status};

pub(super) static ABOUT: About = About { id: "search_summary", title: "scikit-learn search output", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| open() };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let has = |word: &str| memmem::find(head.bytes, word.as_bytes()).is_some();
    if !(has(") with: {") || has("] END ")) {
        return None;
    }
    let known = |line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        candidate(&text).is_some() || fold(&text).is_some()
    };
    let own = head.bytes.split(|&byte| byte == b'\n').any(known);
    let reason = "lines of candidates with their scores and parameters".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 88, reason })
}

/// Mean, deviation and parameters.
fn candidate(text: &str) -> Option<(f64, f64, &str)> {
    let (mean, used) = console::number(text.trim_start())?;
    let rest = text.trim_start()[used..].strip_prefix(" (")?;
    let (deviation, used) = console::number(rest)?;
    Some((mean, deviation, rest[used..].strip_prefix(") with: ").filter(|params| params.starts_with('{'))?))
}

/// The parameters and the score of a fold.
fn fold(text: &str) -> Option<(&str, f64)> {
    let (_, rest) = text.strip_prefix("[CV")?.split_once("] END ")?;
    let (params, rest) = rest.trim_start_matches('.').split_once(';')?;
    let (_, score) = rest.split_once("score=")?;
    let score = score.strip_prefix("(train=").and_then(|rest| Some(rest.split_once("test=")?.1)).unwrap_or(score);
    Some((params, console::number(score)?.0))
}

fn open() -> Box<dyn Decoder> {
    let mut places: HashMap<String, usize> = HashMap::new();
    each_line(move |line, out| {
        let text = String::from_utf8_lossy(line.bytes);
        if let Some((mean, deviation, params)) = candidate(&text) {
            read(&line, out, |out| {
                begin(out);
                put(out, "mean_test_score", mean, false);
                put(out, "std_test_score", deviation, true);
                python::leaves(params, &mut |name, value| {
                    if let Some(value) = value.scalar() {
                        out.param(name, value);
                    }
                });
            });
        } else if let Some((params, score)) = fold(&text) {
            read(&line, out, |out| {
                let at = *places.entry(params.to_owned()).or_insert_with(|| {
                    begin(out);
                    for (name, value) in params.split(", ").filter_map(|pair| pair.split_once('=')) {
                        out.param(name, scalar(value));
                    }
                    out.runs.len() - 1
                });
                let track = out.runs[at].track("score", StepUnit::Row);
                track.series.push(track.series.len() as i64, score, None, None);
            });
        }
    })
}

fn read(line: &Line<'_>, out: &mut Records, write: impl FnOnce(&mut Records)) {
    out.read += 1;
    if line.ended {
        write(out);
    } else {
        out.skip(line.skipped("the last line is cut".to_owned()));
    }
}

fn begin(out: &mut Records) {
    let number = out.runs.len() + 1;
    out.begin_run(Some(format!("candidate {number}")));
    out.run().status = Some(Status::Finished);
}

fn put(out: &mut Records, name: &str, value: f64, bookkeeping: bool) {
    let track = out.run().track(name, StepUnit::Row);
    track.series.push(0, value, None, None);
    track.bookkeeping = bookkeeping;
    if !bookkeeping {
        out.run().objective = Some((name.to_owned(), Goal::Maximize));
    }
}
