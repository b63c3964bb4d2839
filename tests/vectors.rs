//! Expected decisions of the stopping rules, one file per rule.
//!
//! Reads every file under `tests/vectors/stopping`, or of the directory that `TRAINING_MONITOR_VECTORS` names (of the
//! same shape: `<dir>/stopping/*.json`), and prints `<rule>: passed/total` for each. A file of a rule that does not
//! exist here fails.

#[path = "vectors/convergence.rs"]
mod convergence;
#[path = "vectors/curves.rs"]
mod curves;
#[path = "vectors/experiment.rs"]
mod experiment;
#[path = "vectors/lab.rs"]
mod lab;
#[path = "vectors/run_rules.rs"]
mod run_rules;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use training_monitor::model::{Goal, non_finite_from_word};

/// Compares one case with what is found.
type Check = fn(&Value) -> Result<(), String>;
/// The same, with all cases of its file.
type CheckAmong = Box<dyn Fn(&Value, &[Value]) -> Result<(), String>>;

#[derive(Deserialize)]
struct VectorFile {
    cases: Vec<Value>,
    /// Of the same form: infinities among the other runs.
    #[serde(default)]
    quirk_cases: Vec<Value>,
}

#[test]
fn every_vector_is_decided_as_expected() {
    check_files("stopping", |rule| {
        let check = convergence::check(rule).or_else(|| experiment::check(rule)).or_else(|| curves::check(rule));
        // A clock is judged both ways: as a rule of a run and as one of an experiment.
        match (check, run_rules::check(rule)) {
            (None, None) => None,
            (check, of_run) => Some(Box::new(move |case, _| {
                check.map_or(Ok(()), |check| check(case))?;
                of_run.as_ref().map_or(Ok(()), |of_run| of_run(case))
            })),
        }
    });
}

/// Runs every case of every file of a folder; `check_of` knows what the cases of a file are compared with.
fn check_files(folder: &str, check_of: impl Fn(&str) -> Option<CheckAmong>) {
    let root = std::env::var_os("TRAINING_MONITOR_VECTORS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from)
        .join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("{}: {error}", root.display()))
        .map(|entry| entry.expect("readable directory").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no vectors in {}", root.display());

    let mut failures = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("readable file");
        let file: VectorFile =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let Some(check) = check_of(&name) else {
            println!("{name}: unknown rule");
            failures.push(format!("{}: unknown rule {name:?}", path.display()));
            continue;
        };
        let cases = || file.cases.iter().chain(&file.quirk_cases);
        let total = cases().count();
        let differences: Vec<String> = cases()
            .filter_map(|case| check(case, &file.cases).err().map(|difference| format!("{}: {difference}", case["id"])))
            .collect();
        println!("{name}: {}/{total}", total - differences.len());
        if total == 0 {
            failures.push(format!("{}: no cases", path.display()));
        }
        failures.extend(differences);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

/// A number that must be there.
fn float(value: &Value) -> Result<f64, String> {
    number(value)?.ok_or_else(|| "a number is missing".to_owned())
}

fn goal(word: &Value) -> Result<Goal, String> {
    match word.as_str() {
        Some("maximize") => Ok(Goal::Maximize),
        Some("minimize") => Ok(Goal::Minimize),
        _ => Err(format!("not a direction: {word}")),
    }
}

fn number(value: &Value) -> Result<Option<f64>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64()),
        Value::String(word) => non_finite_from_word(word).map(Some).ok_or_else(|| format!("not a number: {word:?}")),
        other => Err(format!("not a number: {other}")),
    }
}
