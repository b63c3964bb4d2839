//! Every rule that judges a run: the runs before it one after another, or all of them interleaved.

use serde_json::{Value, json};
use training_monitor::model::{
    Criterion, CriterionKind, FromJson, Goal, Metric, MetricName, Resource, Rule, RunState, Series, StopReason,
    TrainingMonitor,
};
use training_monitor::stopping::{
    Answer, Crowd, Evidence, Frame, Ledger, Moment, Peer, PeerState, Record, Rungs, Watch, Why, Words, asha_rungs,
    evaluate_together, hyperband_bracket, hyperband_budgets, hyperband_plan, pbt_quantiles,
};

use super::{goal, number, same};

const DECIDED: [&str; 21] = [
    "hf_early_stopping",
    "ignite_early_stopping",
    "keras_early_stopping",
    "keras_terminate_on_nan",
    "lightning_early_stopping",
    "optuna_hyperband",
    "optuna_median",
    "optuna_nop",
    "optuna_patient",
    "optuna_percentile",
    "optuna_successive_halving",
    "optuna_threshold",
    "optuna_wilcoxon",
    "ray_asha",
    "ray_maximum_iteration",
    "ray_median_stopping",
    "ray_timeout",
    "ray_trial_plateau",
    "sagemaker_median",
    "vizier_decay_curve",
    "vizier_median",
];

/// Compares one case of a rule with what is found.
type CheckRule = Box<dyn Fn(&Value) -> Result<(), String>>;

/// The check of a file of this kind.
pub fn check(rule: &str) -> Option<CheckRule> {
    match rule {
        "ray_hyperband_geometry" => Some(Box::new(plan)),
        "ray_pbt_quantiles" => Some(Box::new(quantiles)),
        rule if DECIDED.contains(&rule) => {
            let rule = rule.to_owned();
            Some(Box::new(move |case| decided(&rule, case)))
        }
        _ => None,
    }
}

/// A list of numbers and nulls.
fn numbers(value: &Value) -> Result<Vec<Option<f64>>, String> {
    value.as_array().ok_or("not a list")?.iter().map(number).collect()
}

/// Steps with their values.
fn points(value: &Value) -> Result<Vec<(i64, Option<f64>)>, String> {
    let point = |pair: &Value| Ok((pair[0].as_i64().ok_or("a step is an integer")?, number(&pair[1])?));
    value.as_array().ok_or("not a list")?.iter().map(point).collect()
}

/// A list of true and false.
fn flags(value: &Value) -> Result<Vec<bool>, String> {
    value.as_array().ok_or("not a list")?.iter().map(|flag| flag.as_bool().ok_or("not a boolean".into())).collect()
}

/// The direction of a case; minimize where it plays no part.
fn direction(case: &Value) -> Goal {
    goal(&case["direction"]).unwrap_or(Goal::Minimize)
}

/// Equal within a tolerance, absolutely or relatively; NaN is equal to NaN.
fn close(a: Option<f64>, b: Option<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) if a.is_nan() || b.is_nan() => a.is_nan() && b.is_nan(),
        (Some(a), Some(b)) => a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0),
        _ => false,
    }
}

/// The rule of a case. In the vectors the time of a result is its step.
fn rule_of(rule: &str, case: &Value) -> Result<Criterion, String> {
    let mut params = case["params"].clone();
    if rule == "ray_median_stopping" {
        params["time_attr"] = json!("training_iteration");
    }
    let body = json!({ "type": rule, "name": "rule", "metric": "m", "params": params });
    Criterion::from_json(&body).map_err(|problems| format!("{problems:?}"))
}

/// One run of a case.
struct Run {
    points: Vec<(i64, Option<f64>)>,
    /// What others see of it.
    series: Series,
    state: PeerState,
    value: Option<f64>,
    decisions: Option<Vec<bool>>,
}

impl Run {
    fn new(points: Vec<(i64, Option<f64>)>, state: PeerState) -> Self {
        let mut seen: Vec<(i64, f64)> = points.iter().filter_map(|(step, value)| Some((*step, (*value)?))).collect();
        seen.sort_by_key(|(step, _)| *step);
        seen.dedup_by_key(|(step, _)| *step);
        let mut series = Series::default();
        seen.into_iter().for_each(|(step, value)| series.push(step, value, None, None));
        Self { points, series, state, value: None, decisions: None }
    }

    fn of_history(run: &Value) -> Result<Self, String> {
        let state = match run["state"].as_str() {
            Some("complete") => PeerState::Complete,
            Some("pruned" | "stopped") => PeerState::Cut,
            Some("failed") => PeerState::Failed,
            Some("active" | "running") => PeerState::Active,
            other => return Err(format!("unknown state {other:?}")),
        };
        let decisions = run.get("decisions").map(flags).transpose()?;
        let value = run.get("value").map(number).transpose()?.flatten();
        Ok(Self { value, decisions, ..Self::new(points(&run["series"])?, state) })
    }
}

/// All runs of a case, and the order in which their checkpoints happen.
fn runs_of(case: &Value) -> Result<(Vec<Run>, Vec<usize>), String> {
    if let Some(events) = case.get("events").and_then(Value::as_array) {
        let mut of: Vec<Vec<(i64, Option<f64>)>> = Vec::new();
        let mut order = Vec::new();
        for event in events {
            let run = event[0].as_u64().ok_or("a run is an index")? as usize;
            of.resize_with(of.len().max(run + 1), Vec::new);
            of[run].push((event[1].as_i64().ok_or("a step is an integer")?, number(&event[2])?));
            order.push(run);
        }
        return Ok((of.into_iter().map(|points| Run::new(points, PeerState::Complete)).collect(), order));
    }
    let mut runs: Vec<Run> = Vec::new();
    for run in case["history"].as_array().into_iter().flatten() {
        runs.push(Run::of_history(run)?);
    }
    let own = match case.get("times") {
        Some(times) => (1..).zip(numbers(times)?).map(|(step, _)| (step, Some(0.0))).collect(),
        None => points(&case["series"])?,
    };
    runs.push(Run::new(own, PeerState::Complete));
    let order = runs.iter().enumerate().flat_map(|(at, run)| vec![at; run.points.len()]).collect();
    Ok((runs, order))
}

fn decided(rule: &str, case: &Value) -> Result<(), String> {
    let criterion = rule_of(rule, case)?;
    let goal = direction(case);
    let (runs, order) = runs_of(case)?;
    let objective = Metric::optimized(MetricName::new("m"), goal);
    let experiment = case["study_name"].as_str().unwrap_or_default();
    let goal_of = |_: &MetricName| goal;
    let frame = Frame { objective: Some(&objective), goal_of: &goal_of, max_checkpoints: None, experiment, tags: &[] };
    let times = case.get("times").map(numbers).transpose()?;

    let peers = runs.iter().map(|run| Peer::new(&run.series, None).with_final_value(run.value)).collect();
    let mut crowd = Crowd::new(goal, peers);
    let mut watches: Vec<Watch> = runs.iter().map(|_| Watch::new(std::slice::from_ref(&criterion), frame)).collect();
    let mut rungs: Vec<Rungs> = Vec::new();
    let mut seen = vec![0; runs.len()];
    let mut decisions: Vec<Vec<bool>> = vec![Vec::new(); runs.len()];
    let mut evidence: Vec<Evidence> = Vec::new();
    let mut in_order = Vec::new();
    for &run in &order {
        let at = seen[run];
        let (step, value) = runs[run].points[at];
        seen[run] += 1;
        if value.is_some() {
            crowd.advance(run);
        }
        let elapsed = times.as_ref().and_then(|times| times[at]);
        let now = Moment { ordinal: at as u64 + 1, step, value, epoch: Some(step as f64), elapsed };
        watches[run].step(0, &now, &crowd, run, &mut rungs);
        let decided = watches[run].answer() == Answer::Satisfied;
        decisions[run].push(decided);
        in_order.push(decided);
        if run + 1 == runs.len() {
            evidence.push(watches[run].verdicts(step)[0].evidence);
        }
        if seen[run] == runs[run].points.len() {
            crowd.end(run, if case.get("events").is_some() && decided { PeerState::Cut } else { runs[run].state });
        }
    }
    let found = if case.get("events").is_some() { in_order } else { decisions.last().cloned().unwrap_or_default() };
    let expected = flags(&case["decisions"])?;
    same("decisions", &expected, &found)?;
    if let Some(first_stop) = case.get("first_stop") {
        same("first_stop", &first_stop.as_u64().map(|at| at as usize), &found.iter().position(|stop| *stop))?;
    }
    for (run, found) in runs.iter().zip(&decisions) {
        if let Some(expected) = &run.decisions {
            same("decisions of an earlier run", expected, found)?;
        }
    }
    check_extras(rule, case, &criterion, &evidence, runs.len(), &rungs)?;
    if let Some(ledger) = ledger_of(rule, case, &criterion, goal, &runs) {
        let found: Vec<bool> = ledger.rows.iter().map(|row| row.should_stop).collect();
        same("decisions of the ledger", &expected, &found)?;
    }
    Ok(())
}

/// The ledger of the last run among all of them, where every run of the case can be read from a log and none is cut.
fn ledger_of(rule: &str, case: &Value, criterion: &Criterion, goal: Goal, runs: &[Run]) -> Option<Ledger> {
    let logged = runs.iter().all(|run| {
        run.points.windows(2).all(|pair| pair[0].0 < pair[1].0) && run.points.iter().all(|(_, value)| value.is_some())
    });
    let known_by_name = rule == "optuna_hyperband" || rule == "optuna_wilcoxon";
    if !logged || known_by_name || case.get("events").is_some() || case.get("times").is_some() {
        return None;
    }
    let monitor = TrainingMonitor { max_checkpoints: None, early_stopping_criteria: vec![criterion.clone()] };
    let objective = Metric::optimized(MetricName::new("m"), goal);
    let series: Vec<_> = runs.iter().map(|run| move |_: &MetricName| Some(run.series.clone())).collect();
    let records: Vec<Record<'_>> = runs
        .iter()
        .zip(&series)
        .map(|(run, series)| {
            let (state, stop_reason) = match run.state {
                PeerState::Complete => (RunState::Completed, None),
                PeerState::Cut => (RunState::Completed, Some(StopReason::Pruned)),
                PeerState::Failed => (RunState::Failed, None),
                PeerState::Active | PeerState::Ahead => (RunState::Active, None),
            };
            Record { series, metrics: &[], start_secs: None, state, stop_reason, tags: &[] }
        })
        .collect();
    evaluate_together(&monitor, Some(&objective), &|_| goal, "", &records).pop()
}

fn check_extras(
    rule: &str,
    case: &Value,
    criterion: &Criterion,
    evidence: &[Evidence],
    runs: usize,
    rungs: &[Rungs],
) -> Result<(), String> {
    if let Some(expected) = case.get("wait") {
        let found: Vec<Option<f64>> = evidence.iter().map(|each| Some(each.wait as f64)).collect();
        same("wait", &numbers(expected)?, &found)?;
    }
    if let Some(expected) = case.get("best") {
        for (at, expected) in numbers(expected)?.into_iter().enumerate() {
            let found = evidence[at].best.map(|best| best.value);
            if !close(expected, found, 0.0) {
                return Err(format!("best[{at}]: expected {expected:?}, found {found:?}"));
            }
        }
    }
    if let Some(expected) = case.get("p_values") {
        for (at, expected) in numbers(expected)?.into_iter().enumerate() {
            if !close(expected, evidence[at].p, 1e-9) {
                return Err(format!("p_values[{at}]: expected {expected:?}, found {:?}", evidence[at].p));
            }
        }
    }
    if let Some(expected) = case.get("reasons").and_then(Value::as_array) {
        for ((at, expected), stop) in expected.iter().enumerate().zip(flags(&case["decisions"])?) {
            let found = if stop { lightning_reason(&evidence[at]) } else { None };
            same(&format!("reasons[{at}]"), &expected.as_str(), &found)?;
        }
    }
    let best_step = evidence.last().and_then(|last| last.best).map(|best| best.step);
    if let Some(expected) = case.get("best_epoch") {
        same("best_epoch", &expected.as_i64().unwrap_or(0), &best_step.unwrap_or(0))?;
    }
    if let Some(expected) = case.get("restored_epoch") {
        let restores = case["params"]["restore_best_weights"] == true;
        same("restored_epoch", &expected.as_i64(), &best_step.filter(|_| restores))?;
    }
    if let (Some(expected), CriterionKind::Rule(Rule::RayAsha(asha))) = (case.get("rungs"), &criterion.kind) {
        let found: Vec<Option<f64>> = asha_rungs(asha, 0).into_iter().map(Some).collect();
        let close = numbers(expected)?.len() == found.len()
            && numbers(expected)?.iter().zip(&found).all(|(a, b)| close(*a, *b, 1e-12));
        same("rungs", &true, &close)?;
    }
    if let (Some(expected), CriterionKind::Rule(Rule::OptunaHyperband(it))) = (case.get("brackets"), &criterion.kind) {
        let max_resource = match it.max_resource {
            Resource::Of(most) => most,
            // Without a complete run nothing was handed out.
            Resource::Auto => match rungs.first().and_then(Rungs::automatic) {
                Some(most) => most,
                None => return Ok(()),
            },
        };
        let budgets = hyperband_budgets(it.min_resource, max_resource, it.reduction_factor);
        same("n_brackets", &case["n_brackets"].as_u64(), &Some(budgets.len() as u64))?;
        let name = case["study_name"].as_str().unwrap_or_default();
        for (run, expected) in expected.as_array().into_iter().flatten().enumerate().take(runs) {
            let found = hyperband_bracket(name, run as u64, &budgets);
            if let Some(expected) = expected.as_u64() {
                same(&format!("brackets[{run}]"), &expected, &found)?;
            }
        }
    }
    let known = [
        "id",
        "params",
        "direction",
        "history",
        "series",
        "decisions",
        "first_stop",
        "tags",
        "wait",
        "best",
        "p_values",
        "reasons",
        "best_epoch",
        "restored_epoch",
        "rungs",
        "brackets",
        "n_brackets",
        "study_name",
        "events",
        "times",
    ];
    match case.as_object().into_iter().flat_map(|case| case.keys()).find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(format!("{rule}: {key} is not compared")),
        None => Ok(()),
    }
}

/// Lightning's name for why it stopped.
fn lightning_reason(evidence: &Evidence) -> Option<&'static str> {
    match evidence.why {
        Why::Waiting => Some("patience_exhausted"),
        Why::Compared(Words { yes: "not finite", .. }) => Some("non_finite_metric"),
        Why::Compared(Words { with: "the stopping threshold", .. }) => Some("stopping_threshold"),
        Why::Compared(Words { with: "the divergence threshold", .. }) => Some("divergence_threshold"),
        _ => None,
    }
}

fn plan(case: &Value) -> Result<(), String> {
    let CriterionKind::Rule(Rule::RayHyperbandGeometry(params)) = rule_of("ray_hyperband_geometry", case)?.kind else {
        return Err("another rule".to_owned());
    };
    let found: Vec<Value> = hyperband_plan(&params)
        .iter()
        .map(|bracket| {
            let rounds = &bracket.rounds;
            json!({ "s": bracket.s, "n0": bracket.runs, "r0": bracket.first_milestone, "rounds": rounds })
        })
        .collect();
    same("brackets", &case["brackets"], &Value::from(found))
}

fn quantiles(case: &Value) -> Result<(), String> {
    let scores: Vec<f64> = numbers(&case["scores"])?.into_iter().map(|score| score.unwrap_or(f64::NAN)).collect();
    let fraction = case["params"]["quantile_fraction"].as_f64().ok_or("no fraction")?;
    let (lower, upper) = pbt_quantiles(&scores, fraction, direction(case));
    same("lower", &case["lower"], &json!(lower))?;
    same("upper", &case["upper"], &json!(upper))
}
