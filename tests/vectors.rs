//! Expected decisions of the stopping rules, one file per rule.
//!
//! Reads every file under `tests/vectors/stopping`, or of the directory that `TRAINING_MONITOR_VECTORS` names (of the
//! same shape: `<dir>/stopping/*.json`), and prints `<rule>: passed/total` for each. A file of a rule that does not
//! exist here fails.

#[path = "vectors/curves.rs"]
mod curves;
#[path = "vectors/experiment.rs"]
mod experiment;
#[path = "vectors/lab.rs"]
mod lab;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use training_monitor::model::{
    Checkpoint, CheckpointId, Goal, Metric, MetricEvaluation, MetricName, RunId, Series, TrainingMonitor, WallTime,
    non_finite_from_word,
};
use training_monitor::stopping::{Answer, Ledger, evaluate, evaluate_checkpoints};

/// Compares one case with what is found.
type Check = fn(&Value) -> Result<(), String>;
/// The same, with all cases of its file.
type CheckAmong = Box<dyn Fn(&Value, &[Value]) -> Result<(), String>>;

#[derive(Deserialize)]
struct VectorFile {
    cases: Vec<Value>,
}

#[test]
fn every_vector_is_decided_as_expected() {
    check_files("stopping", |rule| {
        let check: Option<Check> = match rule {
            "sigopt_convergence" => Some(check_sigopt_convergence),
            other => experiment::check(other).or_else(|| curves::check(other)),
        };
        check.map(|check| -> CheckAmong { Box::new(move |case, _| check(case)) })
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
        let total = file.cases.len();
        let differences: Vec<String> = file
            .cases
            .iter()
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

#[derive(Deserialize)]
struct ConvergenceCase {
    params: ConvergenceParams,
    series: Vec<(i64, Value)>,
    decisions: Vec<bool>,
    stopping_reasons: Vec<BTreeMap<String, bool>>,
    first_stop: Option<usize>,
    /// Absent where no metric is the objective.
    #[serde(default)]
    best_checkpoint: Option<Option<usize>>,
    #[serde(default)]
    observation_value: Option<Value>,
}

#[derive(Deserialize)]
struct ConvergenceParams {
    training_monitor: TrainingMonitor,
    metrics: Vec<Metric>,
}

fn check_sigopt_convergence(case: &Value) -> Result<(), String> {
    let has_best = case.get("best_checkpoint").is_some();
    let case: ConvergenceCase = serde_json::from_value(case.clone()).map_err(|error| error.to_string())?;
    let ConvergenceParams { training_monitor: monitor, metrics } = &case.params;
    let objective = metrics.first().ok_or("no metric")?;
    let goal_of = |name: &MetricName| {
        metrics.iter().find(|metric| metric.name == *name).map_or(Goal::Maximize, |metric| metric.objective)
    };

    let rows = rows(&case.series, metrics)?;
    let entered = entered(&rows);
    let ledger = evaluate_checkpoints(monitor, Some(objective), &goal_of, &entered);
    compare(&case, has_best, monitor, &ledger)?;

    // A log gives the same, where every record carries every metric.
    if rows.iter().all(|(_, values)| values.values().all(Option::is_some)) {
        let ledger = evaluate(monitor, Some(objective), &goal_of, &|name| {
            let mut series = Series::default();
            for (step, values) in &rows {
                series.push(*step, values.get(name).copied().flatten()?, None, None);
            }
            Some(series)
        });
        compare(&case, has_best, monitor, &ledger).map_err(|difference| format!("read from a log: {difference}"))?;
    }
    Ok(())
}

fn compare(case: &ConvergenceCase, has_best: bool, monitor: &TrainingMonitor, ledger: &Ledger) -> Result<(), String> {
    let decisions: Vec<bool> = ledger.rows.iter().map(|row| row.should_stop).collect();
    same("decisions", &case.decisions, &decisions)?;
    let reasons: Vec<_> = ledger.rows.iter().map(|row| row.stopping_reasons(monitor)).collect();
    same("stopping_reasons", &case.stopping_reasons, &reasons)?;
    same("first_stop", &case.first_stop, &ledger.first_stop)?;
    for row in &ledger.rows {
        let undecided = row.verdicts.iter().any(|verdict| verdict.answer == Answer::Undecided);
        same("stop while undecided", &false, &(undecided && row.should_stop && !row.at_cap))?;
    }
    if has_best {
        same("best_checkpoint", &case.best_checkpoint.flatten(), &ledger.best)?;
        let value = ledger.best.and_then(|best| ledger.rows[best].value);
        let expected = case.observation_value.as_ref().map(number).transpose()?.flatten();
        same("observation_value", &expected, &value)?;
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: &T, found: &T) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

type Rows = Vec<(i64, BTreeMap<MetricName, Option<f64>>)>;

/// Values by metric; a plain value is that of the only metric.
fn rows(series: &[(i64, Value)], metrics: &[Metric]) -> Result<Rows, String> {
    let values_of = |value: &Value| -> Result<BTreeMap<MetricName, Option<f64>>, String> {
        metrics
            .iter()
            .map(|metric| {
                let value = match value {
                    Value::Object(values) => values.get(metric.name.as_str()).unwrap_or(&Value::Null),
                    plain => plain,
                };
                Ok((metric.name.clone(), number(value)?))
            })
            .collect()
    };
    series.iter().map(|(step, value)| Ok((*step, values_of(value)?))).collect()
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

fn entered(rows: &Rows) -> Vec<Checkpoint> {
    let now = WallTime::from_secs(0.0).expect("finite");
    rows.iter()
        .map(|(step, values)| {
            let mut checkpoint = Checkpoint::new(CheckpointId::new("1"), RunId::new("1"), now);
            checkpoint.step = Some(*step);
            checkpoint.values = values
                .iter()
                .filter_map(|(name, value)| {
                    Some(MetricEvaluation { name: name.clone(), value: (*value)?, value_stddev: None })
                })
                .collect();
            checkpoint
        })
        .collect()
}
