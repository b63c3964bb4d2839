//! Rules that decide about a whole experiment.

use serde_json::{Value, json};
use training_monitor::model::{Criterion, FromJson, Goal, MetricName};
use training_monitor::stopping::Answer;
use training_monitor::stopping::completion::{Job, Jobs, Judge, Measure, Reading, Terms, Verdict};

use super::{Check, goal, number, same};

/// The check of a file of this kind.
pub fn check(rule: &str) -> Option<Check> {
    match rule {
        "sigopt_experiment_stopping" => Some(sigopt_experiment_stopping),
        "optuna_best_value_stagnation" => Some(|case| observations("optuna_best_value_stagnation", case)),
        "ray_experiment_plateau" => Some(|case| observations("ray_experiment_plateau", case)),
        "ray_timeout" => Some(ray_timeout),
        "sagemaker_completion" => Some(sagemaker_completion),
        _ => None,
    }
}

/// Reads criteria as they are written in an experiment.
pub fn criteria(list: &Value) -> Result<Vec<Criterion>, String> {
    let list = list.as_array().ok_or("no list of criteria")?;
    list.iter().map(|criterion| Criterion::from_json(criterion).map_err(|problems| format!("{problems:?}"))).collect()
}

/// One metric that is optimized.
pub fn objective(goal: Goal) -> Measure {
    Measure { name: MetricName::new("m"), goal, optimized: true }
}

fn judge(rule: &str, params: Value, jobs: &Jobs) -> Result<Vec<Verdict>, String> {
    let criteria = criteria(&json!([{ "type": rule, "name": rule, "params": params }]))?;
    Ok(Judge::new(&criteria, jobs).map(|mut verdicts| verdicts.remove(0)).collect())
}

fn compare(case: &Value, verdicts: &[Verdict]) -> Result<(), String> {
    let decisions: Vec<bool> = verdicts.iter().map(|verdict| verdict.answer == Answer::Satisfied).collect();
    same("decisions", &case["decisions"], &json!(decisions))?;
    same("first_stop", &case["first_stop"], &json!(decisions.iter().position(|stop| *stop)))
}

fn observations(rule: &str, case: &Value) -> Result<(), String> {
    let values = case["observations"].as_array().ok_or("no observations")?;
    let job = |value| Ok(Job { values: vec![number(value)?], ..Job::default() });
    let jobs: Vec<Job> = values.iter().map(job).collect::<Result<_, String>>()?;
    let terms = Terms { metrics: vec![objective(goal(&case["direction"])?)], ..Terms::default() };
    compare(case, &judge(rule, case["params"].clone(), &Jobs::new(terms, jobs))?)
}

fn ray_timeout(case: &Value) -> Result<(), String> {
    let times = case["times"].as_array().ok_or("no times")?;
    let job = |time| Ok(Job { end_secs: number(time)?, ..Job::default() });
    let jobs: Vec<Job> = times.iter().map(job).collect::<Result<_, String>>()?;
    compare(case, &judge("ray_timeout", case["params"].clone(), &Jobs::new(Terms::default(), jobs))?)
}

fn sagemaker_completion(case: &Value) -> Result<(), String> {
    let list = case["jobs"].as_array().ok_or("no jobs")?;
    // The clock of the tuning job starts at 0.
    let job = |job: &Value| {
        let (values, end_secs) = (vec![number(&job["value"])?], number(&job["end_s"])?);
        Ok(Job { values, start_secs: Some(0.0), end_secs, ..Job::default() })
    };
    let jobs: Vec<Job> = list.iter().map(job).collect::<Result<_, String>>()?;
    let terms = Terms { metrics: vec![objective(goal(&case["direction"])?)], ..Terms::default() };
    let mut params = case["params"].clone();
    params.as_object_mut().ok_or("no parameters")?.remove("direction");
    let verdicts = judge("sagemaker_completion", params, &Jobs::new(terms, jobs))?;
    let held = |verdict: &Verdict| {
        let held = verdict.members.iter().filter(|member| member.answer == Answer::Satisfied);
        held.map(|member| member.name.clone()).collect::<Vec<_>>()
    };
    same("reasons", &case["reasons"], &json!(verdicts.iter().map(held).collect::<Vec<_>>()))?;
    compare(case, &verdicts)
}

fn sigopt_experiment_stopping(case: &Value) -> Result<(), String> {
    let params = &case["params"];
    let metrics: Vec<Measure> = (params["metrics"].as_array().ok_or("no metrics")?.iter())
        .map(|metric| {
            let name = MetricName::new(metric["name"].as_str().unwrap_or_default());
            let optimized = matches!(metric["strategy"].as_str(), None | Some("optimize"));
            Ok(Measure { name, goal: goal(&metric["objective"])?, optimized })
        })
        .collect::<Result<_, String>>()?;
    let list = case["observations"].as_array().ok_or("no observations")?;
    let job = |observation: &Value| {
        let value = |metric: &Measure| number(&observation[metric.name.as_str()]);
        let values = metrics.iter().map(value).collect::<Result<_, String>>()?;
        Ok(Job { values, ..Job::default() })
    };
    let jobs: Vec<Job> = list.iter().map(job).collect::<Result<_, String>>()?;
    let terms = Terms {
        metrics: metrics.clone(),
        dimension: params["dimension"].as_u64().ok_or("no dimension")? as usize,
        observation_budget: params["observation_budget"].as_u64(),
        num_solutions: params["num_solutions"].as_u64().unwrap_or(1),
        ..Terms::default()
    };
    let verdicts = judge("sigopt_experiment_stopping", json!({}), &Jobs::new(terms, jobs))?;
    let words = |verdict: &Verdict| match verdict.reading {
        Reading::Sigopt { reasons, .. } => reasons.words(),
        _ => Vec::new(),
    };
    same("reasons", &case["reasons"], &json!(verdicts.iter().map(words).collect::<Vec<_>>()))?;
    compare(case, &verdicts)
}
