//! Creating observations, from a training run or from data, and the best of them (rules of sigopt-server
//! `handlers/experiments/observations/create.py` and `experiment/best.py`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    Checkpoint, Experiment, FromJson, Goal, Metadata, MetricEvaluation, MetricName, Observation, ObservationId,
    Problems, Profile, RunState, StopReason, Strategy, Suggestion, Task, TrainingRun, WallTime,
};
use crate::stopping::stop_reason;

use super::findings::Findings;
use super::{Error, Limits, assignments, checkpoints, metadata};

/// The body that makes a run an observation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FromRun {
    /// The training failed: no values, whatever its checkpoints say.
    pub failed: bool,
    pub metadata: Metadata,
}

/// Closes a run: its best checkpoint, or its failure, becomes the observation.
///
/// Returns the run as it is afterwards beside the observation.
pub fn observe_run(
    experiment: &Experiment,
    run: &TrainingRun,
    made: &[Checkpoint],
    body: FromRun,
    id: ObservationId,
    now: WallTime,
) -> Result<(Observation, TrainingRun), Vec<Error>> {
    let mut findings = Findings::default();
    check_experiment(experiment, &mut findings);
    if let Some(observation) = &run.observation {
        let message = format!("the training run has observation {observation} already");
        findings.errors.push(Error::state("run_observed", message));
    }
    if run.deleted {
        findings.error("training_run", "run_deleted", "the training run is deleted");
    }
    let limits = Limits::of(experiment.profile);
    metadata::check(&body.metadata, "metadata", limits.metadata_entries, &limits, &mut findings);
    let best = checkpoints::best_checkpoint(experiment, made);
    if best.is_none() && !body.failed {
        let message = if made.is_empty() {
            "a run without checkpoints can only be a failure"
        } else {
            "no checkpoint has a finite value of the objective: the run can only be a failure"
        };
        findings.error("training_run", "run_without_value", message);
    }
    if !findings.errors.is_empty() {
        return Err(findings.errors);
    }
    let of_experiment = |evaluation: &&MetricEvaluation| {
        experiment.metrics.iter().any(|metric| metric.name == evaluation.name) && evaluation.value.is_finite()
    };
    let values = best.filter(|_| !body.failed).map(|best| best.values.iter().filter(of_experiment).cloned().collect());
    let observation = Observation {
        id: id.clone(),
        experiment: experiment.id.clone(),
        assignments: run.assignments.clone(),
        suggestion: run.suggestion.clone(),
        training_run: Some(run.id.clone()),
        task: None,
        failed: body.failed,
        values: values.unwrap_or_default(),
        metadata: body.metadata,
        created: now,
        deleted: false,
    };
    let closed = TrainingRun {
        observation: Some(id),
        stop_reason: run.stop_reason.or_else(|| stopped_by(experiment, made)).filter(|_| !body.failed),
        state: if body.failed { RunState::Failed } else { RunState::Completed },
        completed: run.completed.or(Some(now)),
        best_checkpoint: best.map(|best| best.id.clone()),
        checkpoint_count: made.len() as u64,
        updated: now,
        ..run.clone()
    };
    Ok((observation, closed))
}

/// Why a run that is closed now was cut short, by the criteria that its newest checkpoint says hold.
fn stopped_by(experiment: &Experiment, made: &[Checkpoint]) -> Option<StopReason> {
    let newest = made.iter().rev().find(|checkpoint| !checkpoint.before_training)?;
    let criteria = &experiment.training_monitor.early_stopping_criteria;
    // All must hold; the cap alone is the planned end.
    let all_hold = criteria.iter().all(|criterion| newest.stopping_reasons.get(&criterion.name) == Some(&true));
    stop_reason(criteria.iter().filter(|_| all_hold))
}

/// Creates an observation from data, or says everything that is wrong with the body.
///
/// `find_suggestion` looks a suggestion up by its id, among those of every experiment.
pub fn create_observation(
    experiment: &Experiment,
    body: &Value,
    find_suggestion: &dyn Fn(&str) -> Option<Suggestion>,
    id: ObservationId,
    now: WallTime,
) -> Result<Observation, Vec<Error>> {
    let problems = Problems::default();
    let mut readable = body.clone();
    if let Value::Object(map) = &mut readable {
        for key in
            ["id", "experiment", "created", "deleted", "training_run"].into_iter().filter(|key| body.get(key).is_some())
        {
            problems.add(key, "unknown_key", format!("unknown key {key:?}"));
        }
        // The task of a body is a name; what the object adds comes from us.
        map.remove("task");
        map.insert("id".to_owned(), Value::from(id.as_str()));
        map.insert("experiment".to_owned(), Value::from(experiment.id.as_str()));
        map.insert("created".to_owned(), Value::from(now.secs()));
        map.remove("deleted");
        map.remove("training_run");
        map.entry("assignments").or_insert_with(|| Value::Object(serde_json::Map::new()));
        if map.get("assignments").is_some_and(Value::is_null) {
            map.insert("assignments".to_owned(), Value::Object(serde_json::Map::new()));
        }
    }
    let read = Observation::read_json(&readable, "", &problems);
    let mut findings = Findings::after_reading(problems.into_vec());
    let Some(mut observation) = read else { return Err(findings.errors) };
    let given = |key: &str| body.get(key).is_some_and(|value| !value.is_null());

    check_experiment(experiment, &mut findings);
    match (given("suggestion"), given("assignments")) {
        (true, true) => {
            findings.error("", "suggestion_or_assignments", "has a suggestion or assignments, not both");
        }
        (false, false) => findings.error("", "suggestion_or_assignments", "needs a suggestion or assignments"),
        (true, false) => match observation.suggestion.as_ref().and_then(|id| find_suggestion(id.as_str())) {
            Some(suggestion) if suggestion.experiment == experiment.id => {
                observation.assignments = suggestion.assignments;
                observation.task = suggestion.task;
            }
            Some(_) => findings.error("suggestion", "suggestion_experiment", "belongs to another experiment"),
            None => findings.error("suggestion", "suggestion_exists", "there is no such suggestion"),
        },
        (false, true) => {
            for error in assignments::check(experiment, &observation.assignments) {
                findings.error(error.path, error.rule, error.message);
            }
        }
    }
    match (given("task"), experiment.tasks.is_empty()) {
        (true, true) => findings.error("task", "task_unexpected", "the experiment has no tasks"),
        (true, false) => match find_task(experiment, body.get("task")) {
            Some(task) => observation.task = Some(task),
            None => findings.error("task", "task_known", "there is no such task"),
        },
        (false, false) if given("assignments") => findings.error("task", "task_required", "needs a task"),
        (false, _) => {}
    }
    if given("value") && given("values") {
        findings.error("value", "value_or_values", "has a value or values, not both");
    } else if given("value_stddev") && given("values") {
        findings.error("value_stddev", "value_or_values", "belongs to the older single value");
    }
    let has_values = given("value") || given("values");
    match (observation.failed, has_values) {
        (true, true) => findings.error("values", "failed_values", "a failure has no values"),
        (false, false) => findings.error("values", "values_required", "needs values unless it failed"),
        (false, true) => check_values(experiment, &mut observation, given("value"), &mut findings),
        (true, false) => {}
    }
    let limits = Limits::of(experiment.profile);
    metadata::check(&observation.metadata, "metadata", limits.metadata_entries, &limits, &mut findings);
    if findings.errors.is_empty() { Ok(observation) } else { Err(findings.errors) }
}

/// The best observation where exactly one metric is optimized: not failed, of full cost, within every threshold.
///
/// The earliest of the list wins a tie. SigOpt's server scans newest first, so that there the newest wins: reverse the
/// list for its order.
pub fn best_observation<'o>(experiment: &Experiment, observations: &'o [Observation]) -> Option<&'o Observation> {
    let mut optimized = experiment.metrics.iter().filter(|metric| metric.strategy == Strategy::Optimize);
    let (Some(objective), None) = (optimized.next(), optimized.next()) else { return None };
    let mut best: Option<(&Observation, f64)> = None;
    for observation in observations.iter().filter(|observation| !observation.failed && !observation.deleted) {
        let full_cost = observation.task.as_ref().is_none_or(|task| task.cost == 1.0);
        let Some(value) = observation.value(&objective.name).filter(|value| value.is_finite() && full_cost) else {
            continue;
        };
        let within = experiment.metrics.iter().all(|metric| {
            metric.threshold.is_none_or(|threshold| {
                observation.value(&metric.name).is_some_and(|value| match metric.objective {
                    Goal::Maximize => value >= threshold,
                    Goal::Minimize => value <= threshold,
                })
            })
        });
        if within && best.is_none_or(|(_, best)| objective.objective.better(value, best)) {
            best = Some((observation, value));
        }
    }
    best.map(|(observation, _)| observation)
}

fn check_experiment(experiment: &Experiment, findings: &mut Findings) {
    if experiment.deleted {
        findings.error("", "experiment_deleted", "the experiment is deleted");
    }
    if experiment.runs_only {
        let message = "the experiment has runs only: observations come from them";
        findings.errors.push(Error::state("runs_only", message));
    }
}

/// A task by its name, or by the object that output has.
fn find_task(experiment: &Experiment, value: Option<&Value>) -> Option<Task> {
    let name = match value? {
        Value::String(name) => name,
        Value::Object(task) => task.get("name")?.as_str()?,
        _ => return None,
    };
    experiment.tasks.iter().find(|task| task.name == name).cloned()
}

fn check_values(experiment: &Experiment, observation: &mut Observation, older: bool, findings: &mut Findings) {
    // The older single value has no name: it is that of the only metric.
    if let (true, [metric], [value]) = (older, experiment.metrics.as_slice(), observation.values.as_mut_slice()) {
        value.name = metric.name.clone();
    }
    let expected: BTreeSet<&MetricName> = experiment.metrics.iter().map(|metric| &metric.name).collect();
    let found: BTreeSet<&MetricName> = observation.values.iter().map(|evaluation| &evaluation.name).collect();
    if found.len() < observation.values.len() {
        findings.error("values", "value_name_unique", "a metric has two values");
    }
    if found != expected {
        let names: Vec<&str> = expected.iter().map(|name| name.as_str()).collect();
        let message = format!("must have one value for each metric of the experiment: {}", names.join(", "));
        findings.error("values", "values_complete", message);
    }
    for evaluation in &observation.values {
        let name = evaluation.name.as_str();
        if experiment.profile == Profile::Strict && !evaluation.value.is_finite() {
            let message = format!("the value of {name:?} must be a finite number");
            findings.error("values", "value_finite", message);
        }
        if evaluation.value_stddev.is_some_and(|stddev| stddev < 0.0) {
            let message = format!("the standard deviation of {name:?} must be at least 0");
            findings.error("values", "value_stddev_range", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Assignments, CheckpointId, ExperimentId, Metric, RunId, Scalar, SuggestionId};
    use serde_json::json;

    fn now() -> WallTime {
        WallTime::from_secs(50.0).expect("finite")
    }

    fn experiment() -> Experiment {
        let body = json!({ "name": "a", "metrics": ["acc"],
            "parameters": [{ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } }] });
        Experiment::from_create_body(&body, ExperimentId::new("1"), Profile::Strict, now()).0
    }

    fn checkpoints_of(values: &[f64]) -> Vec<Checkpoint> {
        let made = |(number, value): (u64, &f64)| {
            let mut checkpoint = Checkpoint::new(CheckpointId::new(number.to_string()), RunId::new("7"), now());
            let evaluation = |name: &str| MetricEvaluation {
                name: MetricName::new(name),
                value: *value,
                value_stddev: Some(number as f64),
            };
            checkpoint.values = vec![evaluation("acc"), evaluation("extra")];
            checkpoint
        };
        (1..).zip(values).map(made).collect()
    }

    fn run() -> TrainingRun {
        let mut run = TrainingRun::new(RunId::new("7"), ExperimentId::new("1"), "a", now());
        run.suggestion = Some(SuggestionId::new("3"));
        run
    }

    fn observe(run: &TrainingRun, values: &[f64], failed: bool) -> Result<(Observation, TrainingRun), Vec<Error>> {
        let body = FromRun { failed, metadata: Metadata::new() };
        observe_run(&experiment(), run, &checkpoints_of(values), body, ObservationId::new("17"), now())
    }

    /// `path: rule` of each error of a body.
    fn errors(body: &Value) -> Vec<String> {
        let errors = create(body).err().unwrap_or_default();
        errors.iter().map(|error| format!("{}: {}", error.path, error.rule)).collect()
    }

    fn create(body: &Value) -> Result<Observation, Vec<Error>> {
        let find = |id: &str| {
            let experiment = match id {
                "3" => "1",
                "4" => "2",
                _ => return None,
            };
            Some(Suggestion {
                id: SuggestionId::new(id),
                experiment: ExperimentId::new(experiment),
                assignments: [("x".to_owned(), Scalar::Number(0.5))].into(),
                task: None,
                metadata: Metadata::new(),
                created: now(),
                deleted: false,
            })
        };
        create_observation(&experiment(), body, &find, ObservationId::new("17"), now())
    }

    #[test]
    fn a_run_closed_where_its_criteria_hold_says_why_it_was_cut() {
        let patience = json!({ "type": "patience", "name": "p", "metric": "acc", "params": { "patience": 1 } });
        let mut experiment = experiment();
        experiment.training_monitor.early_stopping_criteria = vec![serde_json::from_value(patience).expect("known")];
        let mut made = checkpoints_of(&[0.5, 0.4]);
        let close = |made: &[Checkpoint]| {
            let (id, body) = (ObservationId::new("17"), FromRun::default());
            observe_run(&experiment, &run(), made, body, id, now()).expect("valid").1.stop_reason
        };
        assert_eq!(close(&made), None);
        made[1].stopping_reasons = [("p".to_owned(), true)].into();
        assert_eq!(close(&made), Some(StopReason::EarlyStopping));
    }

    #[test]
    fn the_best_checkpoint_becomes_the_observation() {
        let (observation, closed) = observe(&run(), &[0.5, 0.6, 0.7, 0.7, 0.7], false).expect("valid");
        assert_eq!(observation.values.len(), 1);
        assert_eq!(observation.value(&MetricName::new("acc")), Some(0.7));
        assert_eq!(observation.values[0].value_stddev, Some(3.0));
        assert_eq!(closed.best_checkpoint, Some(CheckpointId::new("3")));
        assert_eq!((closed.state, closed.is_finished()), (RunState::Completed, true));
    }

    #[test]
    fn a_failure_has_no_values() {
        let (observation, closed) = observe(&run(), &[0.5], true).expect("valid");
        assert!(observation.failed && observation.values.is_empty());
        assert_eq!(closed.state, RunState::Failed);
        assert!(observe(&run(), &[], true).is_ok());
    }

    #[test]
    fn a_run_without_checkpoints_can_only_fail() {
        let errors = observe(&run(), &[], false).expect_err("no checkpoint");
        assert_eq!((errors[0].kind.status(), errors[0].rule), (400, "run_without_value"));
    }

    #[test]
    fn a_run_is_observed_once() {
        let (_, closed) = observe(&run(), &[0.5], false).expect("valid");
        let errors = observe(&closed, &[0.5], false).expect_err("closed");
        assert_eq!((errors[0].kind.status(), errors[0].rule), (403, "run_observed"));
    }

    #[test]
    fn an_observation_from_data_has_its_suggestions_assignments() {
        let body = json!({ "suggestion": 3, "values": [{ "name": "acc", "value": 0.5 }] });
        let observation = create(&body).expect("valid");
        assert_eq!(observation.assignments, Assignments::from([("x".to_owned(), Scalar::Number(0.5))]));
    }

    #[test]
    fn the_older_single_value_is_accepted() {
        let body = json!({ "assignments": { "x": 0.5 }, "value": 0.5, "value_stddev": 0.1 });
        assert_eq!(create(&body).expect("valid").value(&MetricName::new("acc")), Some(0.5));
    }

    #[test]
    fn bodies_follow_the_documented_rules() {
        let values = json!([{ "name": "acc", "value": 0.5 }]);
        let x = json!({ "x": 0.5 });
        assert_eq!(errors(&json!({ "assignments": x, "failed": true })), [""; 0]);
        assert_eq!(errors(&json!({ "assignments": x, "failed": true, "values": values })), ["values: failed_values"]);
        assert_eq!(errors(&json!({ "assignments": x })), ["values: values_required"]);
        assert_eq!(errors(&json!({ "values": values })), [": suggestion_or_assignments"]);
        assert_eq!(
            errors(&json!({ "values": values, "suggestion": "3", "assignments": x })),
            [": suggestion_or_assignments"]
        );
        assert_eq!(errors(&json!({ "values": values, "value": 1, "assignments": x })), ["value: value_or_values"]);
        assert_eq!(
            errors(&json!({ "values": values, "value_stddev": 1, "assignments": x })),
            ["value_stddev: value_or_values"]
        );
        assert_eq!(
            errors(&json!({ "values": [{ "name": "f1", "value": 1 }], "assignments": x })),
            ["values: values_complete"]
        );
        assert_eq!(errors(&json!({ "values": values, "suggestion": 4 })), ["suggestion: suggestion_experiment"]);
        assert_eq!(errors(&json!({ "values": values, "suggestion": 5 })), ["suggestion: suggestion_exists"]);
        assert_eq!(errors(&json!({ "values": values, "assignments": x, "task": "t" })), ["task: task_unexpected"]);
        assert_eq!(errors(&json!({ "values": values, "assignments": x, "colour": 1 })), ["colour: unknown_key"]);
        assert_eq!(errors(&json!({ "values": values, "assignments": {} })), ["assignments.x: assignment_required"]);
    }

    #[test]
    fn observations_of_runs_only_experiments_are_refused() {
        let experiment = Experiment { runs_only: true, ..experiment() };
        let body = json!({ "assignments": { "x": 0.5 }, "value": 0.5 });
        let errors = create_observation(&experiment, &body, &|_| None, ObservationId::new("17"), now());
        assert_eq!(errors.expect_err("runs only")[0].kind.status(), 403);
    }

    #[test]
    fn the_earliest_best_within_the_thresholds_wins() {
        let mut experiment = experiment();
        experiment.metrics.push(Metric {
            name: MetricName::new("latency"),
            objective: Goal::Minimize,
            strategy: Strategy::Constraint,
            threshold: Some(10.0),
        });
        let observation = |id: &str, acc: f64, latency: f64| {
            let evaluation =
                |name: &str, value| MetricEvaluation { name: MetricName::new(name), value, value_stddev: None };
            Observation {
                id: ObservationId::new(id),
                experiment: ExperimentId::new("1"),
                assignments: Assignments::new(),
                suggestion: None,
                training_run: None,
                task: None,
                failed: false,
                values: vec![evaluation("acc", acc), evaluation("latency", latency)],
                metadata: Metadata::new(),
                created: now(),
                deleted: false,
            }
        };
        let mut list = vec![
            observation("a", 0.5, 1.0),
            observation("b", 0.9, 11.0),
            observation("c", 0.7, 10.0),
            observation("d", 0.7, 1.0),
        ];
        assert_eq!(best_observation(&experiment, &list).map(|best| best.id.as_str()), Some("c"));
        list[2].failed = true;
        assert_eq!(best_observation(&experiment, &list).map(|best| best.id.as_str()), Some("d"));
        assert_eq!(best_observation(&experiment, &[]), None);
    }
}
