//! Replays over finished runs and jobs, one file for each question of the lab.

use serde_json::{Value, json};
use training_monitor::model::{Criterion, FromJson, RunState, Series, StopReason};
use training_monitor::stopping::Answer;
use training_monitor::stopping::completion::{Job, Jobs, Terms};
use training_monitor::stopping::lab::{
    Counting, EndingFigures, Figures, History, Order, Run, RunValue, Saved, Spent, Stops, ending, ending_figures,
    pareto_front,
};

use super::{experiment, float, goal, number, same};

#[test]
fn every_replay_is_as_expected() {
    super::check_files("lab", |name| match name {
        "run_rules" => Some(Box::new(|case, _| run_rules(case))),
        "guard" => Some(Box::new(|case, _| guard(case))),
        "pareto" => Some(Box::new(|case, _| pareto(case))),
        "completion" => Some(Box::new(completion)),
        _ => None,
    });
}

/// Numbers within 1e-9, absolute or relative, whichever is larger; everything else exactly.
fn near(what: &str, expected: &Value, found: &Value) -> Result<(), String> {
    let differ = || Err(format!("{what}: expected {expected}, found {found}"));
    match (expected, found) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            if (a - b).abs() <= 1e-9 * a.abs().max(1.0) { Ok(()) } else { differ() }
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().try_for_each(|(key, value)| near(&format!("{what}.{key}"), value, &b[key]))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.into_iter().try_for_each(|(at, (a, b))| near(&format!("{what}[{at}]"), a, b))
        }
        _ if expected == found => Ok(()),
        _ => differ(),
    }
}

fn run_rules(case: &Value) -> Result<(), String> {
    let history = history(case)?;
    let stops = history.replay(&rule(&case["rule"])?);
    let left_out = history.left_out();
    let found = json!({
        "order_used": match history.order_used() {
            Order::WallTime => "wall_time",
            Order::File => "file",
            Order::Chosen(_) => "chosen",
        },
        "compares_runs": rule(&case["rule"])?.kind.compares_runs(),
        "stops": listed(&history, &stops, case)?,
        "left_out": {
            "failed": left_out.failed,
            "running": left_out.running,
            "abandoned": left_out.abandoned,
            "empty": left_out.empty,
        },
        "figures": figures_json(&history.figures(&stops, &counting(case)?)),
    });
    near("expected", &case["expected"], &found)
}

fn guard(case: &Value) -> Result<(), String> {
    let (history, counting) = (history(case)?, counting(case)?);
    let settings = case["settings"].as_array().ok_or("no settings")?;
    let table: Vec<Stops> =
        settings.iter().map(|setting| Ok(history.replay(&rule(setting)?))).collect::<Result<_, String>>()?;
    let limit = float(&case["max_relative_lost"])?;
    let hold_out = history.hold_out(&table, &counting, limit).map(|check| {
        json!({
            "choose": check.choose,
            "judge": check.judge,
            "chosen": check.chosen,
            "on_choose": figures_json(&check.on_choose),
            "on_judge": figures_json(&check.on_judge),
        })
    });
    let leave_one_out = history.leave_one_out(&table, &counting, limit).map(|check| -> Result<Value, String> {
        let chosen: Vec<Option<usize>> = check.chosen.iter().map(|setting| setting.flatten()).collect();
        Ok(json!({
            "chosen": listed(&history, &chosen, case)?,
            "stops": listed(&history, &check.stops, case)?,
            "figures": figures_json(&check.figures),
        }))
    });
    let found = json!({ "hold_out": hold_out, "leave_one_out": leave_one_out.transpose()? });
    near("expected", &case["expected"], &found)
}

/// One entry for each run of the list: that of the replayed runs, null for the others.
fn listed<T: Copy>(history: &History, of_replayed: &[Option<T>], case: &Value) -> Result<Vec<Option<T>>, String> {
    let mut listed = vec![None; case["runs"].as_array().ok_or("no runs")?.len()];
    for (index, value) in history.replayed().zip(of_replayed) {
        listed[index] = *value;
    }
    Ok(listed)
}

fn rule(value: &Value) -> Result<Criterion, String> {
    let mut named = value.clone();
    named["name"] = json!("rule");
    Criterion::from_json(&named).map_err(|problems| format!("{problems:?}"))
}

fn counting(case: &Value) -> Result<Counting, String> {
    Ok(Counting {
        top_k: case["top_k"].as_u64().ok_or("no top k")? as usize,
        include_censored: case["include_censored"].as_bool().ok_or("not said whether censored runs count")?,
        hourly_price: number(&case["hourly_price"])?,
        instances_per_run: number(&case["instances_per_run"])?.unwrap_or(1.0),
    })
}

fn history(case: &Value) -> Result<History, String> {
    let runs = case["runs"].as_array().ok_or("no runs")?.iter().map(run).collect::<Result<_, String>>()?;
    let order = match case["order"].as_str() {
        Some("wall_time") => Order::WallTime,
        Some("file") => Order::File,
        Some("chosen") => {
            let chosen = case["chosen"].as_array().ok_or("no order")?;
            Order::Chosen(chosen.iter().filter_map(|index| Some(index.as_u64()? as usize)).collect())
        }
        other => return Err(format!("unknown order {other:?}")),
    };
    Ok(History::new(runs, goal(&case["direction"])?, order))
}

fn run(run: &Value) -> Result<Run, String> {
    let word = |error: serde_json::Error| error.to_string();
    let state: RunState = serde_json::from_value(run["state"].clone()).map_err(word)?;
    let stop_reason: Option<StopReason> = serde_json::from_value(run["stop_reason"].clone()).map_err(word)?;
    let mut series = Series::default();
    for (at, row) in run["series"].as_array().ok_or("no series")?.iter().enumerate() {
        let step = row[0].as_i64().ok_or("no step")?;
        series.push(step, float(&row[1])?, None, number(&run["times"][at])?);
    }
    Ok(Run { state, stop_reason, series, start_secs: number(&run["start"])?, ..Run::default() })
}

fn figures_json(figures: &Figures) -> Value {
    let saved = |of: Saved| json!({ "saved": of.saved, "total": of.total, "share": of.share() });
    let best = |of: Option<RunValue>| of.map(|best| json!({ "run": best.run, "value": best.value }));
    let seconds = figures.seconds.map(|of| {
        let mut seconds = saved(of);
        seconds["timed_runs"] = json!(figures.timed_runs);
        seconds
    });
    let lost =
        figures.lost.map_or((None, None, None), |lost| (Some(lost.absolute), Some(lost.relative), Some(lost.ranks)));
    json!({
        "runs": figures.runs,
        "stopped": figures.stopped,
        "censored": figures.censored,
        "censored_let_on": figures.censored_let_on,
        "checkpoints": saved(figures.checkpoints),
        "steps": saved(figures.steps),
        "seconds": seconds,
        "cost_saved": figures.cost.map(|cost| cost.saved),
        "best_full": best(figures.best_full),
        "best_kept": best(figures.best_kept),
        "lost": { "absolute": lost.0, "relative": lost.1, "ranks": lost.2 },
        "missed_best": figures.missed_best,
        "wrongly_stopped": figures.wrongly_stopped,
    })
}

fn pareto(case: &Value) -> Result<(), String> {
    let points = case["points"].as_array().ok_or("no points")?;
    let point = |point: &Value| Ok((number(&point[0])?.unwrap_or(f64::NAN), number(&point[1])?));
    let points: Vec<(f64, Option<f64>)> = points.iter().map(point).collect::<Result<_, String>>()?;
    same("front", &case["front"], &json!(pareto_front(&points)))
}

fn completion(case: &Value, cases: &[Value]) -> Result<(), String> {
    let of = match &case["jobs_of"] {
        Value::Null => case,
        id => cases.iter().find(|other| other["id"] == *id).ok_or("no such jobs")?,
    };
    let job = |job: &Value| {
        let (start_secs, end_secs) = (number(&job["start_s"])?, number(&job["end_s"])?);
        Ok(Job { values: vec![number(&job["value"])?], start_secs, end_secs, ..Job::default() })
    };
    let jobs = of["jobs"].as_array().ok_or("no jobs")?.iter().map(job).collect::<Result<_, String>>()?;
    let terms = Terms {
        metrics: vec![experiment::objective(goal(&case["direction"])?)],
        dimension: case["dimension"].as_u64().ok_or("no dimension")? as usize,
        hourly_price: number(&case["hourly_price"])?,
        instances_per_run: float(&case["instances_per_run"])?,
        ..Terms::default()
    };
    let jobs = Jobs::new(terms, jobs);
    let ending = ending(&experiment::criteria(&case["criteria"])?, &jobs);
    let satisfied = |answers: &Vec<Answer>| answers.iter().map(|it| *it == Answer::Satisfied).collect::<Vec<_>>();
    let answers: Vec<Vec<bool>> = ending.answers.iter().map(satisfied).collect();
    let with = ending_json(&ending_figures(&jobs, ending.after), ending.after, &ending.held);
    let without = ending_json(&ending_figures(&jobs, None), None, &[]);
    near("expected", &case["expected"], &json!({ "answers": answers, "with": with, "without": without }))
}

fn ending_json(figures: &EndingFigures, after: Option<usize>, held: &[String]) -> Value {
    let spent = |of: Option<Spent>| of.map(|it| it.spent);
    let saved = |of: Option<Spent>| of.map(|it| it.saved);
    json!({
        "ended_after": after,
        "held": held,
        "runs": figures.runs,
        "runs_saved": figures.runs_saved,
        "elapsed_s": spent(figures.elapsed),
        "elapsed_saved_s": saved(figures.elapsed),
        "compute_s": spent(figures.compute),
        "compute_saved_s": saved(figures.compute),
        "cost": spent(figures.cost),
        "cost_saved": saved(figures.cost),
        "best_run": figures.best.map(|(run, _)| run),
        "best_value": figures.best.map(|(_, value)| value),
        "missed": figures.missed,
        "missed_relative": figures.missed_relative,
        "missed_best": figures.missed_best,
    })
}
