//! Creating experiments: the whole body checked at once, every error with its path (rules of sigopt-server
//! `handlers/experiments/create.py`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{
    Experiment, ExperimentId, ExperimentType, Goal, Metric, MetricName, ParameterType, Profile, ProjectId, Strategy,
    Task, TrainingMonitor, WallTime,
};

use super::findings::Findings;
use super::{Error, Limits, constraints, criteria, metadata, metrics, names, parameters};

/// What only knowledge beyond the experiment can say.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// Says whether a project exists. In the extended profile a project is made on first use.
    pub project_exists: &'a dyn Fn(&ProjectId) -> bool,
    /// Metrics seen in the experiment's runs, which extended criteria may name.
    pub seen_metrics: &'a [MetricName],
}

/// An experiment that may be created.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    pub experiment: Experiment,
    /// What is allowed and yet of little use.
    pub warnings: Vec<Error>,
}

/// Creates an experiment from its JSON body, or says everything that is wrong with it.
pub fn create_experiment(
    body: &Value,
    id: ExperimentId,
    profile: Profile,
    now: WallTime,
    surroundings: Surroundings<'_>,
) -> Result<Created, Vec<Error>> {
    let (mut experiment, problems) = Experiment::from_create_body(body, id, profile, now);
    let mut findings = Findings::after_reading(problems);
    let given = |key: &str| body.get(key).filter(|value| !value.is_null());
    let monitored = given("training_monitor").is_some();
    if given("metrics").is_some_and(|list| list.as_array().is_some_and(Vec::is_empty)) {
        findings.error("metrics", "metrics_required", "the list must contain a metric");
    } else if given("metrics").is_none() && !monitored {
        experiment.metrics.push(Metric::optimized(MetricName::new(""), Goal::Maximize));
    }
    if experiment.kind == ExperimentType::Grid && experiment.observation_budget.is_none() {
        experiment.observation_budget = grid_size(&experiment);
    }
    examine(&experiment, monitored, surroundings, &mut findings);
    if findings.errors.is_empty() {
        Ok(Created { experiment, warnings: findings.warnings })
    } else {
        Err(findings.errors)
    }
}

/// Everything that is wrong with an experiment under a profile, for example when it is to become strict.
pub fn check_experiment(experiment: &Experiment, profile: Profile, surroundings: Surroundings<'_>) -> Vec<Error> {
    let mut findings = Findings::default();
    let monitored = experiment.training_monitor != TrainingMonitor::default();
    let experiment = Experiment { profile, ..experiment.clone() };
    examine(&experiment, monitored, surroundings, &mut findings);
    findings.errors
}

fn examine(experiment: &Experiment, monitored: bool, surroundings: Surroundings<'_>, findings: &mut Findings) {
    let limits = Limits::of(experiment.profile);
    let strict = experiment.profile == Profile::Strict;
    if let Err(error) = names::check(&experiment.name, "name", limits.name_chars) {
        findings.error("name", error.rule, error.message);
    }
    parameters::check(experiment, &limits, findings);
    constraints::check(experiment, &limits, findings);
    metrics::check(&experiment.metrics, &limits, findings);
    check_monitor(experiment, monitored, surroundings.seen_metrics, findings);
    check_budget(experiment, monitored, findings);
    check_tasks(&experiment.tasks, findings);
    metadata::check(&experiment.metadata, "metadata", limits.metadata_entries, &limits, findings);
    check_project(experiment, surroundings, findings);
    for (path, value) in [
        ("parallel_bandwidth", experiment.parallel_bandwidth),
        ("num_solutions", experiment.num_solutions),
        ("observation_budget", experiment.observation_budget),
        ("max_parallel", experiment.max_parallel),
        ("instances_per_run", experiment.instances_per_run),
    ] {
        if value == Some(0) {
            findings.error(path, "positive_integer", "must be at least 1");
        }
    }
    if experiment.hourly_price.is_some_and(|price| price < 0.0) {
        findings.error("hourly_price", "price_range", "must be at least 0");
    }
    if !strict {
        return;
    }
    for (path, present) in [
        ("completion_criteria", !experiment.completion_criteria.is_empty()),
        ("max_parallel", experiment.max_parallel.is_some()),
        ("instances_per_run", experiment.instances_per_run.is_some()),
        ("hourly_price", experiment.hourly_price.is_some()),
    ] {
        if present {
            findings.error(path, "extended_only", "exists in the extended profile only");
        }
    }
    if monitored && experiment.kind != ExperimentType::Offline {
        findings.error("type", "monitor_type", "a monitor experiment is of type \"offline\"");
    }
}

fn check_monitor(experiment: &Experiment, monitored: bool, seen: &[MetricName], findings: &mut Findings) {
    let strict = experiment.profile == Profile::Strict;
    if strict && monitored {
        if experiment.metrics.len() != 1 {
            let message = format!("a monitor experiment has exactly one metric, not {}", experiment.metrics.len());
            findings.error("metrics", "monitor_metric_count", message);
        }
        let monitor = &experiment.training_monitor;
        if monitor.max_checkpoints.is_none() && monitor.early_stopping_criteria.is_empty() {
            let message = "is required in the strict profile: from 1 to 200";
            findings.error("training_monitor.max_checkpoints", "max_checkpoints_required", message);
        }
    }
    let mut known: Vec<MetricName> = experiment.metrics.iter().map(|metric| metric.name.clone()).collect();
    if !strict {
        known.extend(seen.iter().cloned());
    }
    if !strict {
        for (path, rule, message) in
            criteria::check_completion(&experiment.completion_criteria, &known, Profile::Extended)
        {
            findings.error(path, rule, message);
        }
    }
    for error in criteria::check(&experiment.training_monitor, &known, experiment.profile) {
        findings.error(error.path(), error.rule, error.message);
    }
    let list = &experiment.training_monitor.early_stopping_criteria;
    let optimized = experiment.metrics.iter().filter(|metric| metric.strategy == Strategy::Optimize).count();
    if !strict && optimized != 1 {
        let unnamed = criteria::without_metric(list, "training_monitor.early_stopping_criteria")
            .into_iter()
            .chain(criteria::without_metric(&experiment.completion_criteria, "completion_criteria"));
        for path in unnamed {
            let message = format!("needs a metric to look at: {optimized} metrics are optimized");
            findings.error(path, "criterion_metric_required", message);
        }
    }
    for warning in criteria::direction_warnings(list, &experiment.metrics) {
        findings.warning(warning.path(), warning.rule, warning.message);
    }
    for warning in criteria::warnings(&experiment.training_monitor) {
        findings.warning(warning.path(), warning.rule, warning.message);
    }
}

fn check_budget(experiment: &Experiment, monitored: bool, findings: &mut Findings) {
    let strict = experiment.profile == Profile::Strict;
    let count_of = |strategy| experiment.metrics.iter().filter(|metric| metric.strategy == strategy).count();
    let solutions = experiment.num_solutions.unwrap_or(1);
    let budget = experiment.observation_budget;
    let reasons = [
        (monitored, "a monitor experiment"),
        (count_of(Strategy::Optimize) > 1, "more than one optimized metric"),
        (count_of(Strategy::Constraint) > 0, "a constraint metric"),
        (solutions > 1, "more than one solution"),
        (!experiment.tasks.is_empty(), "tasks"),
    ];
    if let Some((_, reason)) = reasons.iter().find(|(holds, _)| *holds)
        && strict
        && budget.is_none()
    {
        findings.error("observation_budget", "budget_required", format!("is required with {reason}"));
    }
    if experiment.kind == ExperimentType::Grid
        && let (Some(budget), Some(size)) = (budget, grid_size(experiment))
        && budget != size
    {
        let message = format!("a grid of {size} combinations has a budget of {size}, not {budget}");
        findings.error("observation_budget", "budget_grid", message);
    }
    if solutions <= 1 {
        return;
    }
    if strict && monitored {
        findings.error("num_solutions", "monitor_solutions", "a monitor experiment has one solution");
    } else if !strict {
        findings.warning("num_solutions", "solutions_unsupported", "more than one solution is not supported here");
    }
    if count_of(Strategy::Optimize) != 1 {
        findings.error("num_solutions", "solutions_metric", "several solutions need exactly one optimized metric");
    }
    if budget.is_some_and(|budget| budget < solutions) {
        let message = format!("must be at least the number of solutions, {solutions}");
        findings.error("observation_budget", "solutions_budget", message);
    }
    if !experiment.conditionals.is_empty() {
        findings.error("num_solutions", "solutions_conditionals", "several solutions allow no conditionals");
    }
}

/// The number of combinations of a grid; `None` when a parameter has no values, or there are too many to count.
fn grid_size(experiment: &Experiment) -> Option<u64> {
    let sizes = experiment.parameters.iter().map(|parameter| match parameter.kind {
        ParameterType::Categorical => parameter.categorical_values.len(),
        ParameterType::Double | ParameterType::Int => parameter.grid.len(),
    });
    let mut product = 1_u64;
    for size in sizes {
        product = product.checked_mul(u64::try_from(size).ok()?)?;
    }
    (product > 0 && !experiment.parameters.is_empty()).then_some(product)
}

fn check_tasks(tasks: &[Task], findings: &mut Findings) {
    if tasks.is_empty() {
        return;
    }
    if tasks.len() < 2 {
        findings.error("tasks", "tasks_count", "at least two tasks");
    }
    let mut seen_names = BTreeSet::new();
    let mut seen_costs: Vec<f64> = Vec::new();
    for (at, task) in tasks.iter().enumerate() {
        let name = task.name.trim();
        if name.is_empty() {
            findings.error(format!("tasks[{at}].name"), "name_required", "needs a name");
        } else if !seen_names.insert(name) {
            findings.error(format!("tasks[{at}].name"), "task_name_unique", format!("there are two tasks {name:?}"));
        }
        let path = format!("tasks[{at}].cost");
        if !(task.cost > 0.0 && task.cost <= 1.0) {
            findings.error(path, "task_cost_range", format!("must be above 0 and at most 1, not {}", task.cost));
        } else if seen_costs.contains(&task.cost) {
            findings.error(path, "task_cost_unique", format!("there are two tasks of cost {}", task.cost));
        }
        seen_costs.push(task.cost);
    }
    if !seen_costs.contains(&1.0) {
        findings.error("tasks", "task_full_cost", "one task must have cost 1");
    }
}

fn check_project(experiment: &Experiment, surroundings: Surroundings<'_>, findings: &mut Findings) {
    let Some(project) = &experiment.project else { return };
    let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "-_.".contains(char);
    if project.as_str().is_empty() || !project.as_str().chars().all(fits) {
        let message = "a project id has lowercase letters, digits, \"-\", \"_\" and \".\"";
        findings.error("project", "project_id", message);
    } else if experiment.profile == Profile::Strict && !(surroundings.project_exists)(project) {
        findings.error("project", "project_exists", format!("there is no project {:?}", project.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> WallTime {
        WallTime::from_secs(0.0).expect("finite")
    }

    fn create_with(profile: Profile, body: &Value) -> Result<Created, Vec<Error>> {
        let surroundings = Surroundings {
            project_exists: &|project| project.as_str() == "vision",
            seen_metrics: &[MetricName::new("seen")],
        };
        create_experiment(body, ExperimentId::new("1"), profile, now(), surroundings)
    }

    /// `path: rule` of every error under a profile.
    fn errors_with(profile: Profile, body: &Value) -> Vec<String> {
        let errors = create_with(profile, body).err().unwrap_or_default();
        errors.iter().map(|error| format!("{}: {}", error.path, error.rule)).collect()
    }

    fn strict(body: &Value) -> Vec<String> {
        errors_with(Profile::Strict, body)
    }

    /// The documented strict monitor experiment with some keys changed.
    fn monitored(changes: Value) -> Value {
        let mut body = json!({
            "name": "Classifier Accuracy",
            "type": "offline",
            "parameters": [
                { "name": "gamma", "type": "double", "bounds": { "min": 0.001, "max": 1.0 }, "transformation": "log" },
                { "name": "layers", "type": "int", "bounds": { "min": 1, "max": 4 } },
                { "name": "optimizer", "type": "categorical", "categorical_values": ["sgd", "adam"] },
            ],
            "metrics": [{ "name": "acc", "objective": "maximize" }],
            "observation_budget": 47,
            "parallel_bandwidth": 1,
            "training_monitor": { "max_checkpoints": 10, "early_stopping_criteria": [criterion("a")] },
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    }

    fn criterion(name: &str) -> Value {
        json!({ "type": "convergence", "name": name, "metric": "acc", "lookback_checkpoints": 2, "min_checkpoints": 3 })
    }

    /// A plain experiment with one parameter and some keys changed.
    fn plain(changes: Value) -> Value {
        let mut body =
            json!({ "name": "a", "parameters": [{ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } }] });
        for (key, value) in changes.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    }

    fn with_parameter(parameter: Value) -> Value {
        plain(json!({ "parameters": [{ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } }, parameter] }))
    }

    #[test]
    fn criteria_without_a_metric_read_the_only_objective() {
        let errors = |metrics: Value| {
            let body = json!({ "name": "a", "metrics": metrics, "training_monitor": { "early_stopping_criteria": [
                { "type": "patience", "name": "p" },
                { "type": "sigopt_convergence", "name": "c", "params": { "lookback_checkpoints": 2 } },
            ] } });
            errors_with(Profile::Extended, &body)
        };
        assert_eq!(errors(json!(["acc"])), Vec::<String>::new());
        let path = "training_monitor.early_stopping_criteria";
        let needs = |at: usize| format!("{path}[{at}].metric: criterion_metric_required");
        assert_eq!(errors(json!(["acc", "loss"])), [needs(0), needs(1)]);
    }

    #[test]
    fn the_documented_experiment_is_accepted() {
        let created = create_with(Profile::Strict, &monitored(json!({}))).expect("valid");
        assert_eq!(created.experiment.training_monitor.max_checkpoints, Some(10));
        assert_eq!(created.warnings, []);
    }

    #[test]
    fn strict_caps_follow_the_documented_examples() {
        let caps = |cap: Value| {
            strict(&monitored(
                json!({ "training_monitor": { "max_checkpoints": cap, "early_stopping_criteria": [criterion("a")] } }),
            ))
        };
        for accepted in [json!(200), json!(10.0), json!(3)] {
            assert_eq!(caps(accepted), [""; 0]);
        }
        for range in [json!(0), json!(201)] {
            assert_eq!(caps(range), ["training_monitor.max_checkpoints: max_checkpoints_range"]);
        }
        for unreadable in [json!(2.5), json!("10"), json!(true), json!(-1)] {
            assert_eq!(caps(unreadable), ["training_monitor.max_checkpoints: invalid_type"]);
        }
        assert_eq!(caps(Value::Null), ["training_monitor.max_checkpoints: max_checkpoints_required"]);
        assert_eq!(
            strict(&monitored(json!({ "training_monitor": {} }))),
            ["training_monitor.max_checkpoints: max_checkpoints_required"]
        );
    }

    #[test]
    fn strict_criteria_follow_the_documented_examples() {
        let criteria = |list: Value| {
            strict(&monitored(
                json!({ "training_monitor": { "max_checkpoints": 10, "early_stopping_criteria": list } }),
            ))
        };
        let four: Vec<Value> = ["a", "b", "c", "d"].map(criterion).into();
        assert_eq!(criteria(json!(four)), ["training_monitor.early_stopping_criteria: criteria_count"]);
        assert_eq!(
            criteria(json!([criterion("a"), criterion("a")])),
            ["training_monitor.early_stopping_criteria[1].name: criterion_name_unique"]
        );
        let mut unknown = criterion("a");
        unknown["metric"] = json!("loss");
        assert_eq!(
            criteria(json!([unknown])),
            ["training_monitor.early_stopping_criteria[0].metric: criterion_metric_known"]
        );
        let mut other = criterion("a");
        other["type"] = json!("patience");
        assert_eq!(criteria(json!([other])), ["training_monitor.early_stopping_criteria[0].type: invalid_value"]);
    }

    #[test]
    fn strict_monitor_experiments_are_narrow() {
        assert_eq!(strict(&monitored(json!({ "type": "random" }))), ["type: monitor_type"]);
        assert_eq!(strict(&monitored(json!({ "observation_budget": null }))), ["observation_budget: budget_required"]);
        assert_eq!(strict(&monitored(json!({ "num_solutions": 2 }))), ["num_solutions: monitor_solutions"]);
        assert_eq!(
            strict(&monitored(json!({ "metrics": ["acc", { "name": "b", "strategy": "store" }] }))),
            ["metrics: monitor_metric_count"]
        );
        assert_eq!(strict(&monitored(json!({ "training_monitor": null, "type": "random" }))), [""; 0]);
    }

    #[test]
    fn the_extended_profile_relaxes_the_monitor() {
        let body = monitored(json!({
            "type": "random", "observation_budget": null, "metrics": ["acc", "b"], "parameters": [],
            "training_monitor": { "early_stopping_criteria": [
                { "type": "convergence", "name": "a", "metric": "seen", "lookback_checkpoints": 300 }] },
        }));
        assert_eq!(errors_with(Profile::Extended, &body), [""; 0]);
    }

    #[test]
    fn criteria_that_can_never_hold_are_warnings() {
        let body = monitored(
            json!({ "training_monitor": { "max_checkpoints": 2, "early_stopping_criteria": [criterion("a")] } }),
        );
        let warnings = create_with(Profile::Strict, &body).expect("valid").warnings;
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn all_errors_come_at_once() {
        let body = json!({ "name": " ", "parameters": [], "observation_budget": 0, "project": "Vision!", "extra": 1,
            "metrics": [{ "name": "m", "threshold": 1 }] });
        assert_eq!(
            strict(&body),
            [
                "extra: unknown_key",
                "name: name_required",
                "parameters: parameters_required",
                "metrics[0].threshold: metric_threshold_single",
                "project: project_id",
                "observation_budget: positive_integer",
            ]
        );
    }

    #[test]
    fn metrics_follow_the_documented_examples() {
        let metrics = |list: Value| strict(&plain(json!({ "metrics": list, "observation_budget": 9 })));
        assert_eq!(metrics(json!([{ "objective": "minimize" }])), [""; 0]);
        assert_eq!(metrics(json!([{ "name": "m", "object": "metric" }])), [""; 0]);
        assert_eq!(metrics(json!([""])), ["metrics[0]: invalid_value"]);
        assert_eq!(metrics(json!([{ "name": "m", "objective": null }])), ["metrics[0].objective: invalid_value"]);
        assert_eq!(metrics(json!(["m1", "m2", "m3"])), ["metrics: metrics_count"]);
        let two = json!([{ "name": "a", "threshold": 0.0 }, { "name": "b", "threshold": -2 }]);
        assert_eq!(metrics(two), [""; 0]);
        assert_eq!(metrics(json!([])), ["metrics: metrics_required"]);
        assert_eq!(metrics(json!(["a", "a"])), ["metrics[1].name: metric_name_unique"]);
        assert_eq!(metrics(json!(["a", { "objective": "minimize" }])), ["metrics[1].name: metric_name_required"]);
        assert_eq!(
            metrics(json!([{ "name": "s", "strategy": "store", "threshold": 1 }])),
            ["metrics: metrics_objective_required", "metrics[0].threshold: metric_threshold_stored"]
        );
        assert_eq!(
            metrics(json!([{ "name": "c", "strategy": "constraint" }])),
            ["metrics[0].threshold: metric_threshold_required"]
        );
    }

    #[test]
    fn a_plain_experiment_has_an_unnamed_metric() {
        let created = create_with(Profile::Strict, &plain(json!({}))).expect("valid");
        assert_eq!(created.experiment.metrics, [Metric::optimized(MetricName::new(""), Goal::Maximize)]);
    }

    #[test]
    fn budgets_are_required_where_they_decide() {
        let required = ["observation_budget: budget_required"];
        assert_eq!(strict(&plain(json!({ "metrics": ["a", "b"] }))), required);
        assert_eq!(
            strict(&plain(json!({ "metrics": [{ "name": "c", "strategy": "constraint", "threshold": 1 }, "a"] }))),
            required
        );
        let tasks = json!([{ "name": "full", "cost": 1 }, { "name": "half", "cost": 0.5 }]);
        assert_eq!(strict(&plain(json!({ "tasks": tasks }))), required);
        assert_eq!(strict(&plain(json!({ "num_solutions": 3 }))), required);
        assert_eq!(
            strict(&plain(json!({ "num_solutions": 3, "observation_budget": 2 }))),
            ["observation_budget: solutions_budget"]
        );
    }

    #[test]
    fn parameters_follow_the_documented_rules() {
        let of = |parameter: Value| strict(&with_parameter(parameter));
        let double =
            |min: f64, max: f64| json!({ "name": "y", "type": "double", "bounds": { "min": min, "max": max } });
        assert_eq!(of(double(0.0, 1e-8)), [""; 0]);
        assert_eq!(of(double(0.0, 0.9e-8)), ["parameters[1].bounds: bounds_width"]);
        assert_eq!(of(double(1.0, 1.0)), ["parameters[1].bounds: bounds_order"]);
        assert_eq!(of(double(2.0, 1.0)), ["parameters[1].bounds: bounds_order"]);
        assert_eq!(errors_with(Profile::Extended, &with_parameter(double(0.0, 1e-12))), [""; 0]);
        assert_eq!(of(json!({ "name": "y", "type": "double" })), ["parameters[1]: bounds_or_grid"]);
        assert_eq!(
            of(json!({ "name": "y", "type": "int", "grid": [1, 2], "bounds": { "min": 0, "max": 9 } })),
            ["parameters[1]: bounds_or_grid"]
        );
        assert_eq!(of(json!({ "name": "y", "type": "int", "grid": [1, 1] })), ["parameters[1].grid: grid_count"]);
        assert_eq!(
            of(json!({ "name": "y", "type": "int", "bounds": { "min": 0.5, "max": 9 } })),
            ["parameters[1].bounds.min: int_value"]
        );
        assert_eq!(
            of(json!({ "name": "x", "type": "int", "bounds": { "min": 0, "max": 9.0 } })),
            ["parameters[1].name: parameter_name_unique"]
        );
        assert_eq!(
            of(json!({ "name": "y", "type": "double", "transformation": "log", "bounds": { "min": 0, "max": 1 } })),
            ["parameters[1].bounds.min: log_positive"]
        );
    }

    #[test]
    fn a_log_scale_of_integers_is_extended_only() {
        let body = with_parameter(
            json!({ "name": "y", "type": "int", "transformation": "log", "bounds": { "min": 1, "max": 9 } }),
        );
        assert_eq!(strict(&body), ["parameters[1].transformation: log_double_only"]);
        assert_eq!(errors_with(Profile::Extended, &body), [""; 0]);
    }

    #[test]
    fn categorical_parameters_need_two_values() {
        let of = |values: Value| {
            strict(&with_parameter(json!({ "name": "c", "type": "categorical", "categorical_values": values })))
        };
        assert_eq!(of(json!(["a", { "name": "b" }])), [""; 0]);
        assert_eq!(of(json!(["a"])), ["parameters[1].categorical_values: values_count"]);
        assert_eq!(
            of(json!(["a", "a"])),
            ["parameters[1].categorical_values: values_unique", "parameters[1].categorical_values: values_count"]
        );
        assert_eq!(of(json!(["a", "b".repeat(50)])), [""; 0]);
        assert_eq!(of(json!(["a", "b".repeat(51)])), ["parameters[1].categorical_values[1]: name_length"]);
    }

    #[test]
    fn defaults_must_be_values() {
        let bounds = json!({ "min": 0, "max": 4 });
        let of = |parameter: Value| strict(&with_parameter(parameter));
        assert_eq!(
            of(json!({ "name": "y", "type": "int", "bounds": bounds, "default_value": 2.5 })),
            ["parameters[1].default_value: int_value"]
        );
        assert_eq!(
            of(json!({ "name": "y", "type": "int", "bounds": bounds, "default_value": 5 })),
            ["parameters[1].default_value: default_in_bounds"]
        );
        assert_eq!(
            of(json!({ "name": "y", "type": "int", "grid": [1, 4], "default_value": 2 })),
            ["parameters[1].default_value: default_known"]
        );
        assert_eq!(
            of(json!({ "name": "y", "type": "categorical", "categorical_values": ["a", "b"], "default_value": "c" })),
            ["parameters[1].default_value: default_known"]
        );
    }

    #[test]
    fn priors_belong_to_plain_doubles() {
        let prior = json!({ "name": "normal", "mean": 2, "scale": 0 });
        assert_eq!(
            strict(&with_parameter(
                json!({ "name": "y", "type": "double", "bounds": { "min": 0, "max": 1 }, "prior": prior })
            )),
            ["parameters[1].prior.mean: prior_mean_in_bounds", "parameters[1].prior.scale: prior_positive"]
        );
        let beta = json!({ "name": "beta", "shape_a": 1, "shape_b": 2 });
        assert_eq!(
            strict(&with_parameter(
                json!({ "name": "y", "type": "int", "bounds": { "min": 0, "max": 1 }, "prior": beta })
            )),
            ["parameters[1].prior: prior_double_only"]
        );
    }

    #[test]
    fn grid_experiments_have_the_budget_of_their_grid() {
        let body = |budget: Value| {
            plain(json!({ "type": "grid", "observation_budget": budget, "parameters": [
                { "name": "n", "type": "int", "grid": [1, 2, 4] },
                { "name": "c", "type": "categorical", "categorical_values": ["a", "b"] }] }))
        };
        assert_eq!(
            create_with(Profile::Strict, &body(Value::Null)).expect("valid").experiment.observation_budget,
            Some(6)
        );
        assert_eq!(strict(&body(json!(5))), ["observation_budget: budget_grid"]);
        assert_eq!(strict(&plain(json!({ "type": "grid" }))), ["parameters[0].grid: grid_required"]);
    }

    #[test]
    fn every_combination_of_conditionals_leaves_a_parameter() {
        let body = |values: Value| {
            plain(json!({
                "conditionals": [{ "name": "kind", "values": ["a", "b"] }],
                "parameters": [{ "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 }, "conditions": { "kind": values } }],
            }))
        };
        assert_eq!(strict(&body(json!(["a", "b"]))), [""; 0]);
        assert_eq!(strict(&body(json!("a"))), ["conditionals: conditionals_leave_a_parameter"]);
        assert_eq!(strict(&body(json!(["a", "b", "c"]))), ["parameters[0].conditions.kind: condition_known"]);
    }

    #[test]
    fn names_are_not_shared_with_conditionals() {
        let body = plain(json!({ "conditionals": [{ "name": "x", "values": ["a", "b"] }] }));
        assert_eq!(strict(&body), ["parameters[0].name: parameter_name_unique"]);
    }

    #[test]
    fn constraints_join_plain_parameters_of_one_type() {
        let body = |threshold: f64, second: &str, weight: f64| {
            plain(json!({
                "parameters": [
                    { "name": "x", "type": "double", "bounds": { "min": 0, "max": 1 } },
                    { "name": "y", "type": "double", "bounds": { "min": 0, "max": 1 } },
                    { "name": "n", "type": "int", "bounds": { "min": 0, "max": 3 } },
                    { "name": "l", "type": "double", "bounds": { "min": 1, "max": 3 }, "transformation": "log" },
                ],
                "linear_constraints": [{ "type": "less_than", "threshold": threshold,
                    "terms": [{ "name": "x", "weight": 1 }, { "name": second, "weight": weight }] }],
            }))
        };
        assert_eq!(strict(&body(1.0, "y", 1.0)), [""; 0]);
        assert_eq!(strict(&body(1.0, "y", 0.0)), ["linear_constraints[0].terms: constraint_terms_count"]);
        assert_eq!(strict(&body(1.0, "x", 2.0)), ["linear_constraints[0].terms[1].name: constraint_terms_unique"]);
        assert_eq!(strict(&body(1.0, "z", 2.0)), ["linear_constraints[0].terms[1].name: constraint_known"]);
        assert_eq!(strict(&body(1.0, "n", 2.0)), ["linear_constraints[0]: constraint_types"]);
        assert_eq!(strict(&body(9.0, "l", 2.0)), ["linear_constraints[0].terms[1].name: constraint_parameter"]);
        assert_eq!(strict(&body(-0.5, "y", 1.0)), ["linear_constraints[0]: constraint_region_empty"]);
    }

    #[test]
    fn tasks_have_one_full_cost() {
        let of = |tasks: Value| strict(&plain(json!({ "tasks": tasks, "observation_budget": 9 })));
        assert_eq!(of(json!([{ "name": "a", "cost": 1 }, { "name": "b", "cost": 0.1 }])), [""; 0]);
        assert_eq!(of(json!([{ "name": "a", "cost": 1 }])), ["tasks: tasks_count"]);
        assert_eq!(
            of(json!([{ "name": "a", "cost": 0.5 }, { "name": "a", "cost": 0.5 }, { "name": "c", "cost": 0 }])),
            [
                "tasks[1].name: task_name_unique",
                "tasks[1].cost: task_cost_unique",
                "tasks[2].cost: task_cost_range",
                "tasks: task_full_cost"
            ]
        );
    }

    #[test]
    fn strict_projects_must_exist() {
        assert_eq!(strict(&plain(json!({ "project": "vision" }))), [""; 0]);
        assert_eq!(strict(&plain(json!({ "project": "other" }))), ["project: project_exists"]);
        assert_eq!(errors_with(Profile::Extended, &plain(json!({ "project": "other" }))), [""; 0]);
    }

    #[test]
    fn metadata_is_short() {
        let of = |metadata: Value| strict(&plain(json!({ "metadata": metadata })));
        assert_eq!(of(json!({ "k": "v".repeat(500), "n": null })), [""; 0]);
        assert_eq!(of(json!({ "k": "v".repeat(501) })), ["metadata.k: metadata_text_length"]);
        assert_eq!(of(json!({ "k": true })), ["metadata.k: invalid_type"]);
        let many: serde_json::Map<String, Value> = (0..101).map(|at| (format!("k{at}"), json!(at))).collect();
        assert_eq!(of(Value::Object(many)), ["metadata: metadata_count"]);
    }

    #[test]
    fn an_extended_experiment_lists_what_strict_forbids() {
        let body = monitored(json!({ "metrics": ["acc", "b"], "hourly_price": 2, "observation_budget": null }));
        let created = create_with(Profile::Extended, &body).expect("valid");
        let surroundings = Surroundings { project_exists: &|_| true, seen_metrics: &[] };
        let errors = check_experiment(&created.experiment, Profile::Strict, surroundings);
        let rules: Vec<&str> = errors.iter().map(|error| error.rule).collect();
        assert_eq!(rules, ["monitor_metric_count", "budget_required", "extended_only"]);
    }
}
