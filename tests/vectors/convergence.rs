//! SigOpt's convergence: whole training monitors, entered checkpoint by checkpoint and read from a log.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use training_monitor::model::{
    Checkpoint, CheckpointId, Goal, Metric, MetricEvaluation, MetricName, RunId, Series, TrainingMonitor, WallTime,
};
use training_monitor::stopping::{Answer, Ledger, evaluate, evaluate_checkpoints};

use super::{Check, number, same};

/// The check of a file of this kind.
pub fn check(rule: &str) -> Option<Check> {
    (rule == "sigopt_convergence").then_some(whole_monitor as Check)
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

fn whole_monitor(case: &Value) -> Result<(), String> {
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
