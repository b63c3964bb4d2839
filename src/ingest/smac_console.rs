//! What a target program prints for SMAC or ParamILS: one line of results for each run.
//!
//! ```text
//! Result of algorithm run: SAT, 12.3, 1, 0.0098, 1337,          status, runtime, run length, quality, seed
//! cost=0.5; runtime=0.01; status=SUCCESS; additional_info=x      SMAC3's scripts, `cost=0.5, 0.4` for two objectives
//! Val error: 0.12
//! ```
//!
//! Each such line is a run with final values; several in one log are several runs. UNSAT counts as failed: it is how
//! Rescale's article on the optimization of networks reports parameters that raised an exception. Source: SMAC 2
//! manual, section on the wrapper output; SMAC3 `smac/runner/target_function_script_runner.py`.

use memchr::memmem;

use crate::model::{Goal, StepUnit};

use super::console;
use super::lines::each_line;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Status};

pub(super) static ABOUT: About = About { id: "smac_stdout", title: "SMAC target output", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open: |_| open() };

const WORDS: [&str; 5] = [
    "Result of algorithm run:",
    "Result of this algorithm run:",
    "Result for ParamILS:",
    "Result for SMAC:",
    "Result for HAL:",
];

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let has = |word: &str| memmem::find(head.bytes, word.as_bytes()).is_some();
    let script = || head.bytes.split(|&byte| byte == b'\n').take(500).any(|line| script(&text(line)).is_some());
    let own = WORDS.iter().any(|word| has(word)) || has("status=") && has("cost=") && script();
    let reason = "results of a run for an algorithm configurator".to_owned();
    own.then_some(Candidate { format: ABOUT.id, score: 90, reason })
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(&line[..line.len().min(4_000)]).into_owned()
}

fn open() -> Box<dyn Decoder> {
    let mut results = 0;
    // Errors that are printed before the result they belong to.
    let mut errors: Vec<(&'static str, f64)> = Vec::new();
    each_line(move |line, out| {
        let text = text(line.bytes);
        if let Some((name, value)) = error(&text).filter(|_| line.ended) {
            return if results == 0 { errors.push((name, value)) } else { put(out, name, value, false) };
        }
        let Some((status, values)) = result(&text).or_else(|| script(&text)) else { return };
        out.read += 1;
        if !line.ended {
            return out.skip(line.skipped("the last line is cut".to_owned()));
        }
        results += 1;
        if results > 1 {
            out.begin_run(Some(format!("run {results}")));
        }
        out.run().status = status;
        for (name, value) in values {
            put(out, &name, value, name == "runtime" || name == "runlength");
        }
        for (name, value) in errors.drain(..) {
            put(out, name, value, false);
        }
        let goal = out.run().tracks.iter().find(|track| track.name == "quality" || track.name.starts_with("cost"));
        out.run().objective = goal.map(|track| (track.name.clone(), Goal::Minimize));
    })
}

fn put(out: &mut Records, name: &str, value: f64, bookkeeping: bool) {
    let track = out.run().track(name, StepUnit::Row);
    let row = track.series.len() as i64;
    track.series.push(row, value, None, None);
    track.bookkeeping = bookkeeping;
}

fn error(text: &str) -> Option<(&'static str, f64)> {
    let of = |mark: &str, name| Some((name, console::number(text.trim().strip_prefix(mark)?.trim())?.0));
    of("Test error:", "testerr").or_else(|| of("Val error:", "valerr"))
}

type Result = (Option<Status>, Vec<(String, f64)>);

fn result(text: &str) -> Option<Result> {
    let rest = WORDS.iter().find_map(|word| Some(&text[text.find(word)? + word.len()..]))?;
    let fields: Vec<&str> = rest.split(',').map(str::trim).collect();
    let [word, runtime, length, quality, ..] = fields[..] else { return None };
    let values = [("runtime", runtime), ("runlength", length), ("quality", quality)];
    let values = values.into_iter().filter_map(|(name, text)| Some((name.to_owned(), console::number(text)?.0)));
    Some((status(word), values.collect()))
}

fn script(text: &str) -> Option<Result> {
    let mut values = Vec::new();
    let mut ended = None;
    for field in text.trim().split(';') {
        let (name, value) = field.trim().split_once('=')?;
        match name.trim() {
            "status" => ended = status(value.trim()),
            "cost" => {
                let costs: Vec<f64> =
                    value.split(',').filter_map(|cost| Some(console::number(cost.trim())?.0)).collect();
                let name = |at: usize| if costs.len() == 1 { "cost".to_owned() } else { format!("cost/{at}") };
                values.extend(costs.iter().enumerate().map(|(at, cost)| (name(at), *cost)));
            }
            "runtime" => values.push(("runtime".to_owned(), console::number(value.trim())?.0)),
            _ => {}
        }
    }
    (ended.is_some() && !values.is_empty()).then_some((ended, values))
}

fn status(word: &str) -> Option<Status> {
    let word = word.trim_matches(['\'', '"']).to_ascii_uppercase();
    match word.as_str() {
        "SAT" | "SUCCESS" => Some(Status::Finished),
        "UNSAT" | "TIMEOUT" | "CRASHED" | "MEMOUT" | "MEMORYOUT" | "ABORT" => Some(Status::Failed(word)),
        _ => None,
    }
}
