//! The decoders against real logs: every case of a corpus goes through the same ingest as in the page.
//!
//! Set `TRAINING_MONITOR_CORPUS` to the corpus folder. Each `expected/*.json` there names a file or folder and the facts
//! that were computed from it independently: runs, parameters, status, and of each metric its count, first, last,
//! least and greatest value and its first and last step. Records are compared before any restart policy.
//!
//! A case passes when each expected run is found with all expected facts. Metric names are equal up to case and
//! separators, or are matched by their facts where a decoder names them better. Bookkeeping metrics may be missing, and
//! other metrics than the expected ones are allowed only if they are bookkeeping. Cases of formats that no decoder
//! claims are listed as missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use training_monitor::ingest::{self, DroppedRun, HEAD_BYTES, Reader, is_bookkeeping};
use training_monitor::model::{Curve, RunState, Scalar, StepUnit, StopReason};

/// Layouts that are no format of their own: the cases hold files of several formats.
const LAYOUTS: [&str; 2] = ["slurm", "sweep"];
/// Series that a log has and its facts leave out: the results on fairseq's validation subset `dev-other`.
const UNCOUNTED: [(&str, &str); 1] = [("fairseq", "dev-other_")];
/// Console logs whose facts leave out the settings that the script prints.
const SETTINGS_UNCOUNTED: [&str; 6] = ["plain_log", "fairseq", "espnet", "nanogpt_stdout", "hf_stdout", "slurm"];

#[derive(Debug, Deserialize)]
struct Case {
    file: String,
    format: String,
    step_axis: Option<String>,
    runs: Vec<ExpectedRun>,
}

#[derive(Debug, Deserialize)]
struct ExpectedRun {
    name: String,
    params: BTreeMap<String, Value>,
    #[serde(default)]
    status: Option<String>,
    metrics: BTreeMap<String, Facts>,
}

/// The facts of one metric; numbers that JSON lacks are strings.
#[derive(Debug, Clone, Deserialize)]
struct Facts {
    n: usize,
    first: Value,
    last: Value,
    min: Value,
    max: Value,
    #[serde(default)]
    first_step: Option<f64>,
    #[serde(default)]
    last_step: Option<f64>,
}

fn number(value: &Value) -> f64 {
    match value {
        Value::String(word) => word.parse().unwrap_or_else(|_| panic!("not a number: {word:?}")),
        value => value.as_f64().unwrap_or_else(|| panic!("not a number: {value}")),
    }
}

/// Equal up to 1e-6 of the larger one; NaN equals NaN, infinities only themselves.
fn close(a: f64, b: f64) -> bool {
    a == b
        || (a.is_nan() && b.is_nan())
        || (a.is_finite() && b.is_finite() && (a - b).abs() <= 1e-6 * a.abs().max(b.abs()))
}

/// What of the facts a curve does not have, in words.
fn differences(curve: &Curve, facts: &Facts, stepped: bool) -> Vec<String> {
    let values = curve.series.values();
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let least = finite().fold(f64::NAN, f64::min);
    let greatest = finite().fold(f64::NAN, f64::max);
    let mut found = Vec::new();
    if values.len() != facts.n {
        found.push(format!("n {} instead of {}", values.len(), facts.n));
    }
    let mut compare = |what: &str, actual: f64, expected: f64| {
        if !close(actual, expected) {
            found.push(format!("{what} {actual} instead of {expected}"));
        }
    };
    compare("first", values.first().copied().unwrap_or(f64::NAN), number(&facts.first));
    compare("last", values.last().copied().unwrap_or(f64::NAN), number(&facts.last));
    compare("min", least, number(&facts.min));
    compare("max", greatest, number(&facts.max));
    if stepped && !values.is_empty() {
        let mut compare_place = |what: &str, at: usize, expected: Option<f64>| {
            let Some(expected) = expected else { return };
            let place = match curve.series.epoch(at) {
                // A coordinate in fractions is kept beside its whole step.
                Some(epoch) if expected.fract() != 0.0 => epoch,
                // A log without a step is placed by its epoch, which is kept beside the order of its rows.
                Some(epoch) if curve.unit == StepUnit::Row && close(epoch, expected) => epoch,
                _ => curve.series.steps()[at] as f64,
            };
            compare(what, place, expected);
        };
        compare_place("first step", 0, facts.first_step);
        compare_place("last step", values.len() - 1, facts.last_step);
    }
    found
}

/// A name without case and separators.
fn folded(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What of the expected run the found one lacks.
fn run_differences(format: &str, expected: &ExpectedRun, run: &DroppedRun, stepped: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut free: BTreeSet<usize> = (0..run.curves.len()).collect();
    let mut unnamed: Vec<(&String, &Facts, String)> = Vec::new();
    for (name, facts) in &expected.metrics {
        let same = free.iter().copied().filter(|&at| folded(run.curves[at].name.as_str()) == folded(name));
        let tried: Vec<(usize, Vec<String>)> =
            same.map(|at| (at, differences(&run.curves[at], facts, stepped))).collect();
        match tried.iter().min_by_key(|(_, differences)| differences.len()) {
            Some((at, differences)) if differences.is_empty() => {
                free.remove(at);
            }
            Some((_, differences)) => unnamed.push((name, facts, differences.join(", "))),
            None => unnamed.push((name, facts, "missing".to_owned())),
        }
    }
    for (name, facts, problem) in unnamed {
        let by_facts = free.iter().copied().find(|&at| differences(&run.curves[at], facts, stepped).is_empty());
        match by_facts {
            Some(at) => {
                free.remove(&at);
            }
            None if problem == "missing" && is_bookkeeping(name) => {}
            None => found.push(format!("metric {name}: {problem}")),
        }
    }
    for at in free {
        let name = run.curves[at].name.as_str();
        let uncounted = UNCOUNTED.iter().any(|(of, start)| *of == format && name.starts_with(start));
        if !uncounted && !run.bookkeeping.iter().any(|known| known == name) {
            found.push(format!("metric {name} is not expected"));
        }
    }
    let mut known = BTreeSet::new();
    for (name, value) in &expected.params {
        let ours = our_param(name, run);
        known.insert(ours.clone());
        match run.assignments.get(&ours) {
            Some(actual) if same_param(actual, value) => {}
            actual => found.push(format!("parameter {name}: {actual:?} instead of {value}")),
        }
    }
    let settings_count = !(expected.params.is_empty() && SETTINGS_UNCOUNTED.contains(&format));
    for name in run.assignments.keys().filter(|name| settings_count && !known.contains(*name)) {
        found.push(format!("parameter {name} is not expected"));
    }
    if let Some(status) = &expected.status
        && !same_status(status, run)
    {
        found.push(format!("state {:?} {:?} instead of {status}", run.state, run.stop_reason));
    }
    found
}

/// A parameter's name among those of the run: without the name of the file that an expected one begins with, and with
/// dots between nested names. YOLOv5 repeats the values of `hyp.yaml` in `opt.yaml`, where they are read once.
fn our_param(name: &str, run: &DroppedRun) -> String {
    let inner = name.strip_prefix("opt/").unwrap_or(name).replace('/', ".");
    if run.assignments.contains_key(name) { name.to_owned() } else { inner }
}

fn same_param(actual: &Scalar, expected: &Value) -> bool {
    match (actual, expected) {
        (Scalar::Number(actual), Value::Number(expected)) => close(*actual, expected.as_f64().unwrap_or(f64::NAN)),
        (Scalar::Number(actual), Value::String(text)) => text.parse().is_ok_and(|expected| close(*actual, expected)),
        (Scalar::Number(actual), Value::Bool(expected)) => *actual == f64::from(u8::from(*expected)),
        (Scalar::Text(actual), Value::String(expected)) => actual == expected,
        (Scalar::Text(actual), Value::Null) => ["null", "none", ""].contains(&actual.to_lowercase().as_str()),
        (Scalar::Text(actual), Value::Bool(expected)) => actual.to_lowercase() == expected.to_string(),
        (Scalar::Text(actual), expected) => {
            let plain = |text: &str| text.replace([' ', '\''], "").replace('"', "");
            plain(actual) == plain(&expected.to_string())
        }
        _ => false,
    }
}

fn same_status(status: &str, run: &DroppedRun) -> bool {
    let word = status.to_lowercase();
    match word.rsplit('.').next().unwrap_or(&word) {
        "success" | "finished" | "complete" | "exit code 0" | "1" => {
            run.state == RunState::Completed && run.stop_reason.is_none() && !run.assumed
        }
        "pruned" => run.stop_reason == Some(StopReason::Pruned),
        "exit code 255" => run.stop_reason == Some(StopReason::ByHand),
        _ => run.state == RunState::Failed,
    }
}

/// Every file below a path, with its path relative to the path's parent, as a drop gives them.
fn files_below(root: &Path) -> Vec<(PathBuf, String)> {
    let parent = root.parent().unwrap_or(root);
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a readable folder").map(|entry| entry.expect("an entry").path()));
        } else {
            let relative = path.strip_prefix(parent).expect("below its parent");
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            found.push((path.clone(), parts.join("/")));
        }
    }
    found
}

fn read(path: &Path) -> ingest::Drop {
    let files = files_below(path).into_iter().map(|(path, name)| {
        let bytes = fs::read(&path).expect("a readable file");
        let head = &bytes[..bytes.len().min(HEAD_BYTES)];
        let mut reader = Reader::open(&name, bytes.len() as u64, head, head.len() == bytes.len(), None);
        for piece in bytes.chunks(1 << 16) {
            reader.push(piece);
        }
        reader.finish()
    });
    ingest::assemble(files.collect())
}

/// Pairs expected runs with found ones: by name, else by the least differences.
fn case_differences(case: &Case, drop: &ingest::Drop) -> Vec<String> {
    let stepped = case.step_axis.is_some();
    let mut free: Vec<&DroppedRun> = drop.runs.iter().collect();
    let mut found = Vec::new();
    if free.len() != case.runs.len() {
        found.push(format!("{} runs instead of {}", free.len(), case.runs.len()));
    }
    let mut expected_runs: Vec<&ExpectedRun> = case.runs.iter().collect();
    // Those with a namesake first, so that a run matched by its facts does not take it away.
    let named = |expected: &ExpectedRun, run: &DroppedRun| {
        let (expected, name) = (folded(&expected.name), folded(&run.name));
        expected == name || (!name.is_empty() && expected.ends_with(&name))
    };
    expected_runs.sort_by_key(|expected| !drop.runs.iter().any(|run| named(expected, run)));
    for expected in expected_runs {
        let best = free
            .iter()
            .enumerate()
            .map(|(at, run)| (at, run_differences(&case.format, expected, run, stepped)))
            .min_by_key(|(at, differences)| (differences.len(), !named(expected, free[*at])));
        match best {
            Some((at, differences)) => {
                let run = free.remove(at);
                found.extend(
                    differences.into_iter().map(|it| format!("run {} (found {}): {it}", expected.name, run.name)),
                );
            }
            None => found.push(format!("run {} is missing", expected.name)),
        }
    }
    found
}

#[test]
fn real_logs_give_the_facts_computed_from_them() {
    let Some(corpus) = std::env::var_os("TRAINING_MONITOR_CORPUS").map(PathBuf::from) else {
        println!("no corpus was given: set TRAINING_MONITOR_CORPUS to its folder");
        return;
    };
    let mut cases: Vec<PathBuf> = fs::read_dir(corpus.join("expected"))
        .expect("expected/ in the corpus")
        .map(|it| it.expect("an entry").path())
        .collect();
    cases.sort();
    let (mut passed, mut failed, mut missing) = (0, 0, 0);
    for path in cases.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let case: Case = serde_json::from_str(&fs::read_to_string(path).expect("a readable case")).expect("a case");
        let title = format!("{} {}", case.format, case.file);
        if ingest::format(&case.format).is_none() && !LAYOUTS.contains(&case.format.as_str()) {
            missing += 1;
            println!("{title}: missing, this format is not decoded yet");
            continue;
        }
        let mut path = corpus.join(&case.file);
        // The facts of a YOLOv5 table include the parameters beside it.
        if case.format == "yolov5" && path.is_file() {
            path.pop();
        }
        let differences = case_differences(&case, &read(&path));
        if differences.is_empty() {
            passed += 1;
            println!("{title}: passed");
        } else {
            failed += 1;
            println!("{title}: FAILED");
            differences.iter().take(20).for_each(|difference| println!("    {difference}"));
        }
    }
    println!("{passed}/{} passed, {missing} missing", passed + failed + missing);
    assert!(passed > 0, "no case of the corpus was read");
    assert_eq!(failed, 0, "cases of decoded formats differ");
}
