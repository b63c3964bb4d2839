//! Creating checkpoints: what a new one may carry, and what the criteria say at it (rules of sigopt-server
//! `handlers/experiments/checkpoints/create.py`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{Checkpoint, CheckpointId, Experiment, Goal, MetricName, Profile, TrainingRun, WallTime};
use crate::stopping::{Ledger, evaluate_checkpoints};

use super::findings::Findings;
use super::{Error, Limits, metadata};

/// A checkpoint that may be created.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatedCheckpoint {
    /// With `should_stop` and `stopping_reasons` as they are at its creation.
    pub checkpoint: Checkpoint,
    /// What is allowed and yet noteworthy.
    pub warnings: Vec<Error>,
}

/// Creates the next checkpoint of a run from its JSON body, or says everything that is wrong with it.
///
/// `earlier` are the run's checkpoints in the order of their creation.
pub fn create_checkpoint(
    experiment: &Experiment,
    run: &TrainingRun,
    earlier: &[Checkpoint],
    body: &Value,
    id: CheckpointId,
    now: WallTime,
) -> Result<CreatedCheckpoint, Vec<Error>> {
    let (mut checkpoint, problems) = Checkpoint::from_create_body(body, id, run.id.clone(), now);
    let mut findings = Findings::after_reading(problems);
    check_state(experiment, run, earlier, &mut findings);
    check_values(experiment, &checkpoint, &mut findings);
    check_extended(experiment.profile, &checkpoint, earlier, &mut findings);
    if !findings.errors.is_empty() {
        return Err(findings.errors);
    }
    let mut all = earlier.to_vec();
    all.push(checkpoint.clone());
    let ledger = judge(experiment, &all);
    if let Some(row) = ledger.rows.last().filter(|_| !checkpoint.before_training) {
        checkpoint.should_stop = row.should_stop;
        checkpoint.stopping_reasons = row.stopping_reasons(&experiment.training_monitor);
    }
    Ok(CreatedCheckpoint { checkpoint, warnings: findings.warnings })
}

/// The ledger of the checkpoints of a run; its rows are those that are not before training.
pub fn judge(experiment: &Experiment, checkpoints: &[Checkpoint]) -> Ledger {
    let goal_of = |name: &MetricName| {
        experiment.metrics.iter().find(|metric| metric.name == *name).map_or(Goal::Maximize, |metric| metric.objective)
    };
    evaluate_checkpoints(&experiment.training_monitor, experiment.objective(), &goal_of, checkpoints)
}

/// The checkpoint with the best objective value: the earliest of the best, never a non-finite one.
pub fn best_checkpoint<'c>(experiment: &Experiment, checkpoints: &'c [Checkpoint]) -> Option<&'c Checkpoint> {
    let best = judge(experiment, checkpoints).best?;
    checkpoints.iter().filter(|checkpoint| !checkpoint.before_training).nth(best)
}

fn check_state(experiment: &Experiment, run: &TrainingRun, earlier: &[Checkpoint], findings: &mut Findings) {
    if experiment.deleted {
        findings.error("", "experiment_deleted", "the experiment is deleted");
    }
    if run.deleted {
        findings.error("", "run_deleted", "the training run is deleted");
    }
    if let Some(observation) = &run.observation {
        let message = format!("the training run is finished by observation {observation}");
        findings.errors.push(Error::state("run_finished", message));
    } else if run.is_finished() {
        findings.errors.push(Error::state("run_finished", "the training run is finished"));
    }
    let counted = earlier.iter().filter(|checkpoint| !checkpoint.before_training).count() as u64;
    if let Some(cap) = experiment.training_monitor.max_checkpoints.filter(|cap| counted >= *cap) {
        let message = format!("cannot exceed {cap} checkpoints");
        match experiment.profile {
            Profile::Strict => findings.errors.push(Error::state("checkpoints_count", message)),
            Profile::Extended => findings.warning("", "checkpoints_count", message),
        }
    }
}

fn check_values(experiment: &Experiment, checkpoint: &Checkpoint, findings: &mut Findings) {
    let strict = experiment.profile == Profile::Strict;
    let limits = Limits::of(experiment.profile);
    let mut seen = BTreeSet::new();
    for evaluation in &checkpoint.values {
        let name = evaluation.name.as_str();
        if !seen.insert(name) {
            findings.error("values", "value_name_unique", format!("there are two values of {name:?}"));
        }
        if strict && !evaluation.value.is_finite() {
            let message = format!("the value of {name:?} must be a finite number");
            findings.error("values", "value_finite", message);
        }
        if evaluation.value_stddev.is_some_and(|stddev| stddev < 0.0) {
            let message = format!("the standard deviation of {name:?} must be at least 0");
            findings.error("values", "value_stddev_range", message);
        }
    }
    let missing: Vec<&str> =
        experiment.metrics.iter().map(|metric| metric.name.as_str()).filter(|name| !seen.contains(name)).collect();
    // A checkpoint that lacks a metric may be kept in the extended profile: it satisfies no criterion.
    if strict && !missing.is_empty() {
        let message = format!("must include all metrics of the experiment; missing: {}", missing.join(", "));
        findings.error("values", "values_complete", message);
    }
    let entries = limits.checkpoint_metadata_entries;
    metadata::check(&checkpoint.metadata, "metadata", entries, &limits, findings);
}

/// What SigOpt's checkpoints do not have.
fn check_extended(profile: Profile, checkpoint: &Checkpoint, earlier: &[Checkpoint], findings: &mut Findings) {
    if profile == Profile::Strict {
        for (key, present) in [
            ("step", checkpoint.step.is_some()),
            ("epoch", checkpoint.epoch.is_some()),
            ("elapsed_seconds", checkpoint.elapsed_seconds.is_some()),
            ("time", checkpoint.time.is_some()),
            ("before_training", checkpoint.before_training),
        ] {
            if present {
                findings.error(key, "unknown_key", "exists in the extended profile only");
            }
        }
        return;
    }
    let Some(step) = checkpoint.step else { return };
    let newest = (1..).zip(earlier).map(|(ordinal, checkpoint)| checkpoint.step.unwrap_or(ordinal)).max();
    if step < 0 {
        findings.error("step", "step_range", format!("must be at least 0, not {step}"));
    } else if let Some(newest) = newest.filter(|newest| *newest >= step) {
        findings.error("step", "step_increasing", format!("must be greater than {newest}, the step before it"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Criterion, CriterionKind, ExperimentId, Metric, ObservationId, RunId, RunState};
    use serde_json::json;

    fn now() -> WallTime {
        WallTime::from_secs(0.0).expect("finite")
    }

    fn experiment(profile: Profile, cap: u64) -> Experiment {
        let mut experiment = Experiment::new(ExperimentId::new("1"), "a", now());
        experiment.profile = profile;
        experiment.metrics.push(Metric::optimized(MetricName::new("acc"), Goal::Maximize));
        experiment.training_monitor.max_checkpoints = Some(cap);
        experiment.training_monitor.early_stopping_criteria.push(Criterion {
            name: "Look Back 2 Steps".to_owned(),
            metric: Some(MetricName::new("acc")),
            kind: CriterionKind::Convergence { lookback_checkpoints: 2, min_checkpoints: Some(3) },
        });
        experiment
    }

    fn run() -> TrainingRun {
        TrainingRun::new(RunId::new("7"), ExperimentId::new("1"), "a", now())
    }

    /// Creates one checkpoint after another; the last result is returned.
    fn create_all(
        experiment: &Experiment,
        bodies: &[Value],
    ) -> (Vec<Checkpoint>, Result<CreatedCheckpoint, Vec<Error>>) {
        let mut made = Vec::new();
        let mut last = Err(Vec::new());
        for body in bodies {
            last = create_checkpoint(experiment, &run(), &made, body, CheckpointId::new("1"), now());
            if let Ok(created) = &last {
                made.push(created.checkpoint.clone());
            }
        }
        (made, last)
    }

    fn acc(value: impl Into<Value>) -> Value {
        json!({ "values": [{ "name": "acc", "value": value.into() }] })
    }

    /// `path: rule` of each error of one body.
    fn errors(profile: Profile, body: &Value) -> Vec<String> {
        let errors = create_all(&experiment(profile, 10), std::slice::from_ref(body)).1.err().unwrap_or_default();
        errors.iter().map(|error| format!("{}: {}", error.path, error.rule)).collect()
    }

    #[test]
    fn the_documented_run_stops_at_its_fifth_checkpoint() {
        let experiment = experiment(Profile::Strict, 10);
        let (made, last) = create_all(&experiment, &[0.5, 0.6, 0.7, 0.7, 0.7].map(acc));
        assert_eq!(made.iter().map(|each| each.should_stop).collect::<Vec<_>>(), [false, false, false, false, true]);
        let checkpoint = last.expect("valid").checkpoint;
        assert_eq!(checkpoint.stopping_reasons, [("Look Back 2 Steps".to_owned(), true)].into());
        let best = best_checkpoint(&experiment, &made).expect("finite values");
        assert!(std::ptr::eq(best, &made[2]));
    }

    #[test]
    fn strict_refuses_a_checkpoint_beyond_the_cap() {
        let (made, last) = create_all(&experiment(Profile::Strict, 2), &[0.1, 0.2, 0.3].map(acc));
        assert!(made[1].should_stop);
        let errors = last.expect_err("the cap is 2");
        assert_eq!((errors[0].rule, errors[0].kind.status()), ("checkpoints_count", 403));
        assert_eq!(errors[0].message, "cannot exceed 2 checkpoints");
    }

    #[test]
    fn extended_accepts_a_checkpoint_beyond_the_cap_with_a_warning() {
        let (_, last) = create_all(&experiment(Profile::Extended, 2), &[0.1, 0.2, 0.3].map(acc));
        let created = last.expect("accepted");
        assert!(created.checkpoint.should_stop);
        assert_eq!(created.warnings[0].rule, "checkpoints_count");
    }

    #[test]
    fn values_follow_the_documented_rules() {
        let of = |body: Value| errors(Profile::Strict, &body);
        assert_eq!(of(json!({})), ["values: missing_key"]);
        assert_eq!(of(json!({ "values": [{ "name": "acc" }] })), ["values[0].value: missing_key"]);
        assert_eq!(of(acc("high")), ["values[0].value: invalid_type"]);
        assert_eq!(of(acc(true)), ["values[0].value: invalid_type"]);
        assert_eq!(of(acc("NaN")), ["values: value_finite"]);
        assert_eq!(
            of(json!({ "values": [{ "name": "acc", "value": 1, "value_stddev": -0.5 }] })),
            ["values: value_stddev_range"]
        );
        assert_eq!(
            of(json!({ "values": [{ "name": "acc", "value": 1 }, { "name": "acc", "value": 2 }] })),
            ["values: value_name_unique"]
        );
        assert_eq!(of(json!({ "values": [{ "name": "f1", "value": 1 }] })), ["values: values_complete"]);
        assert_eq!(of(json!({ "values": [{ "name": "acc", "value": 1 }, { "name": "f1", "value": 1 }] })), [""; 0]);
        assert_eq!(of(json!({ "values": [{ "name": "acc", "value": 1 }], "stage": 2 })), ["stage: unknown_key"]);
    }

    #[test]
    fn extended_keeps_values_that_are_not_finite() {
        let (made, _) = create_all(&experiment(Profile::Extended, 10), &[acc("NaN"), acc("-Infinity")]);
        assert!(made[0].values[0].value.is_nan());
        assert_eq!(best_checkpoint(&experiment(Profile::Extended, 10), &made), None);
    }

    #[test]
    fn strict_checkpoints_have_four_notes() {
        let body = |count: usize| {
            let notes: serde_json::Map<String, Value> = (0..count).map(|at| (format!("k{at}"), json!(at))).collect();
            json!({ "values": [{ "name": "acc", "value": 1 }], "metadata": notes })
        };
        assert_eq!(errors(Profile::Strict, &body(4)), [""; 0]);
        assert_eq!(errors(Profile::Strict, &body(5)), ["metadata: metadata_count"]);
        assert_eq!(errors(Profile::Extended, &body(100)), [""; 0]);
    }

    #[test]
    fn steps_increase() {
        let at = |step: i64| json!({ "values": [{ "name": "acc", "value": 1 }], "step": step });
        assert_eq!(errors(Profile::Strict, &at(1)), ["step: unknown_key"]);
        assert_eq!(errors(Profile::Extended, &at(0)), [""; 0]);
        assert_eq!(errors(Profile::Extended, &at(-1)), ["step: step_range"]);
        let (_, last) = create_all(&experiment(Profile::Extended, 10), &[at(5), at(5)]);
        assert_eq!(last.expect_err("not increasing")[0].rule, "step_increasing");
    }

    #[test]
    fn a_value_before_training_is_judged_by_nothing() {
        let mut first = acc(0.9);
        first["before_training"] = json!(true);
        let (made, _) = create_all(&experiment(Profile::Extended, 2), &[first, acc(0.5), acc(0.6)]);
        assert_eq!(made.iter().map(|each| each.should_stop).collect::<Vec<_>>(), [false, false, true]);
        assert!(made[0].stopping_reasons.is_empty());
    }

    #[test]
    fn finished_runs_take_no_checkpoints() {
        let strict = experiment(Profile::Strict, 10);
        let create = |run: &TrainingRun, experiment: &Experiment| {
            create_checkpoint(experiment, run, &[], &acc(0.5), CheckpointId::new("1"), now())
        };
        let closed = TrainingRun { observation: Some(ObservationId::new("17")), ..run() };
        let errors = create(&closed, &strict).expect_err("closed");
        assert_eq!((errors[0].kind.status(), errors[0].rule), (403, "run_finished"));
        assert!(errors[0].message.contains("17"));
        let failed = TrainingRun { state: RunState::Failed, ..run() };
        assert_eq!(create(&failed, &strict).expect_err("failed")[0].kind.status(), 403);
        let deleted = Experiment { deleted: true, ..strict };
        assert_eq!(create(&run(), &deleted).expect_err("deleted")[0].kind.status(), 400);
    }
}
