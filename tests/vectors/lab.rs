//! Replays over finished runs and jobs, one file for each question of the lab.

use serde_json::{Value, json};
use training_monitor::stopping::Answer;
use training_monitor::stopping::completion::{Job, Jobs, Terms};
use training_monitor::stopping::lab::{EndingFigures, Spent, ending, ending_figures, pareto_front};

use super::{experiment, float, goal, number, same};

#[test]
fn every_replay_is_as_expected() {
    super::check_files("lab", |name| match name {
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
