//! SageMaker: early stopping of training jobs and completion criteria of a tuning job, as the body of the API's
//! request and as a call of the Python SDK. Any completion criterion ends the job.

use serde_json::{Value, json};

use crate::model::{Goal, Rule, SagemakerCompletion, SagemakerMedian, json_from_number};

use super::arguments::{call, number, text};
use super::snippet::{Node, Snippet, Unreadable, What};
use super::{Asked, Read, named};

const MEDIAN: &str = "SageMaker compares the current value with the median of running averages of earlier jobs, and says neither how many jobs nor how many epochs it needs first.";

/// A tuning job in the making.
#[derive(Default)]
struct Job<'a> {
    metric: &'a str,
    goal: Goal,
    stops_early: bool,
    ends: SagemakerCompletion,
}

impl<'a> Job<'a> {
    fn of(parts: &[Asked<'a>], said: &mut Vec<String>) -> Option<Self> {
        let first = parts.first()?;
        let mut job = Self { metric: first.metric, goal: first.goal(), ..Self::default() };
        for asked in parts {
            if job.take(asked, said).is_none() {
                said.push(format!("SageMaker has nothing that does what {} does.", asked.kind.id()));
            }
        }
        let ends = &mut job.ends;
        if let Some(secs) = ends.max_runtime_secs.filter(|secs| !(120.0..=15_768_000.0).contains(secs)) {
            said.push("SageMaker takes a run time from 120 to 15,768,000 seconds: the nearest is written.".to_owned());
            ends.max_runtime_secs = Some(secs.clamp(120.0, 15_768_000.0));
        }
        if ends.jobs_not_improving.is_some_and(|jobs| jobs < 3) {
            said.push("SageMaker waits for at least 3 jobs without improvement.".to_owned());
            ends.jobs_not_improving = Some(3);
        }
        if ends.jobs_not_improving.is_some() && ends.min_relative_improvement != 0.01 {
            said.push("SageMaker's API reference counts a gain below 1 % as no improvement, its guide counts every gain; it cannot be set.".to_owned());
        }
        let something = job.stops_early || job.ends != SagemakerCompletion::default();
        if !something && said.is_empty() {
            said.push("The criterion names no condition, so there is nothing to write.".to_owned());
        }
        something.then_some(job)
    }

    fn take(&mut self, asked: &Asked<'_>, said: &mut Vec<String>) -> Option<()> {
        let ends = &mut self.ends;
        match asked.rule()? {
            Rule::SagemakerMedian(_) => {
                self.stops_early = true;
                said.push(MEDIAN.to_owned());
            }
            Rule::OptunaMedian(_) | Rule::VizierMedian(_) | Rule::RayMedianStopping(_) => {
                self.stops_early = true;
                said.push(MEDIAN.to_owned());
                said.push("The rule here compares the best value so far, SageMaker the current one.".to_owned());
            }
            Rule::SagemakerCompletion(it) => *ends = it.clone(),
            Rule::MaxRuns(it) => ends.max_jobs = Some(it.max_runs),
            Rule::MaxRuntime(it) => ends.max_runtime_secs = Some(it.max_secs),
            Rule::TargetReached(it) => {
                said.push("SageMaker ends the whole tuning job at the target, not one run.".to_owned());
                ends.target = Some(it.target);
            }
            Rule::NotImproving(it) => {
                ends.jobs_not_improving = Some(it.runs);
                ends.min_relative_improvement = it.min_relative_improvement;
            }
            Rule::ConvergenceDetected(_) => {
                said.push(
                    "How SageMaker detects convergence is not published; tolerance and window cannot be set."
                        .to_owned(),
                );
                ends.complete_on_convergence = true;
            }
            _ => return None,
        }
        Some(())
    }

    fn kind(&self) -> &'static str {
        match self.goal {
            Goal::Minimize => "Minimize",
            Goal::Maximize => "Maximize",
        }
    }
}

/// Writes `HyperParameterTuningJobConfig`.
pub(super) fn write_api(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let job = Job::of(parts, said)?;
    let ends = &job.ends;
    let mut config = json!({
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": { "Type": job.kind(), "MetricName": job.metric },
        "TrainingJobEarlyStoppingType": if job.stops_early { "Auto" } else { "Off" },
        "ResourceLimits": { "MaxParallelTrainingJobs": 1 },
    });
    let mut set = |object: &str, key: &str, value: Option<Value>| {
        if let Some(value) = value {
            config[object][key] = value;
        }
    };
    set("ResourceLimits", "MaxNumberOfTrainingJobs", ends.max_jobs.map(Value::from));
    set("ResourceLimits", "MaxRuntimeInSeconds", ends.max_runtime_secs.map(|secs| Value::from(secs.round() as u64)));
    let criteria = "TuningJobCompletionCriteria";
    set(criteria, "TargetObjectiveMetricValue", ends.target.map(json_from_number));
    let jobs = ends.jobs_not_improving.map(|jobs| json!({ "MaxNumberOfTrainingJobsNotImproving": jobs }));
    set(criteria, "BestObjectiveNotImproving", jobs);
    let converges = ends.complete_on_convergence.then(|| json!({ "CompleteOnConvergence": "Enabled" }));
    set(criteria, "ConvergenceDetected", converges);
    Some(serde_json::to_string_pretty(&config).unwrap_or_default() + "\n")
}

/// Writes a call of `HyperparameterTuner`.
pub(super) fn write_sdk(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let job = Job::of(parts, said)?;
    let ends = &job.ends;
    let mut arguments = vec![
        "estimator=estimator".to_owned(),
        format!("objective_metric_name={}", text(job.metric)),
        format!("objective_type=\"{}\"", job.kind()),
        "hyperparameter_ranges=hyperparameter_ranges".to_owned(),
        format!("early_stopping_type=\"{}\"", if job.stops_early { "Auto" } else { "Off" }),
    ];
    match ends.max_jobs {
        Some(jobs) => arguments.push(format!("max_jobs={jobs}")),
        None => said.push("The SDK runs one job unless max_jobs says more.".to_owned()),
    }
    arguments.extend(ends.max_runtime_secs.map(|secs| format!("max_runtime_in_seconds={}", secs.round() as u64)));
    let mut criteria = Vec::new();
    criteria.extend(ends.jobs_not_improving.map(|jobs| format!("max_number_of_training_jobs_not_improving={jobs}")));
    if ends.complete_on_convergence {
        criteria.push("complete_on_convergence=True".to_owned());
    }
    criteria.extend(ends.target.map(|target| format!("target_objective_metric_value={}", number(target))));
    let mut imports = "HyperparameterTuner".to_owned();
    if !criteria.is_empty() {
        imports.push_str(", TuningJobCompletionCriteriaConfig");
        let config = call("TuningJobCompletionCriteriaConfig", &criteria);
        arguments.push(format!("completion_criteria_config={config}"));
    }
    Some(format!("from sagemaker.tuner import {imports}\n\ntuner = {}\n", call("HyperparameterTuner", &arguments)))
}

/// Reads either form: what is asked for has other names, but means the same.
pub(super) fn read(text: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(text)?;
    let find = |api: &str, sdk: &str| {
        let found = snippet.holding(&[api, sdk]);
        let node = found.into_iter().find_map(|holder| holder.entry(api).or_else(|| holder.entry(sdk)));
        // What was assigned to a name is found where it was assigned, too.
        node.map(|node| snippet.value(node)).filter(|node| node.what != What::Nothing)
    };
    let count = |api: &str, sdk: &str| find(api, sdk).map(|node| snippet.count(node, api)).transpose();
    let within = |node: &Node, number: f64, least: f64, most: f64| match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(snippet.wrong(node, format!("a number from {least} to {most}"))),
    };
    let metric =
        find("MetricName", "objective_metric_name").map(|node| snippet.words(node, "the metric")).transpose()?;
    let mut read = Read::default();
    if let Some(node) = find("Type", "objective_type") {
        read.goal = Some(match snippet.words(node, "the type")?.as_str() {
            "Minimize" => Goal::Minimize,
            "Maximize" => Goal::Maximize,
            _ => return Err(snippet.wrong(node, "Minimize or Maximize")),
        });
    }
    if let Some(node) = find("TrainingJobEarlyStoppingType", "early_stopping_type") {
        match snippet.words(node, "early stopping")?.as_str() {
            "Auto" => {
                read.differences.push(MEDIAN.to_owned());
                read.criteria.push(named("SageMaker early stopping", metric.clone(), SagemakerMedian::default()));
            }
            "Off" => {}
            _ => return Err(snippet.wrong(node, "Auto or Off")),
        }
    }
    let mut ends = SagemakerCompletion {
        max_jobs: count("MaxNumberOfTrainingJobs", "max_jobs")?.map(|jobs| jobs.max(1)),
        ..SagemakerCompletion::default()
    };
    if let Some(node) = find("MaxRuntimeInSeconds", "max_runtime_in_seconds") {
        let secs = snippet.number(node, "the run time")?;
        ends.max_runtime_secs = Some(within(node, secs, 120.0, 15_768_000.0)?);
    }
    if let Some(node) = find("TargetObjectiveMetricValue", "target_objective_metric_value") {
        ends.target = Some(snippet.number(node, "the target")?);
    }
    let jobs = ("MaxNumberOfTrainingJobsNotImproving", "max_number_of_training_jobs_not_improving");
    if let Some(node) = find(jobs.0, jobs.1) {
        let jobs = snippet.count(node, jobs.0)?;
        within(node, jobs as f64, 3.0, 9e15)?;
        ends.jobs_not_improving = Some(jobs);
        read.differences.push("SageMaker's API reference counts a gain below 1 % as no improvement, its guide counts every gain; here every gain counts until you set min_relative_improvement.".to_owned());
    }
    if let Some(node) = find("CompleteOnConvergence", "complete_on_convergence") {
        ends.complete_on_convergence = match &node.what {
            What::Flag(flag) => *flag,
            What::Text(word) if word == "Enabled" => true,
            What::Text(word) if word == "Disabled" => false,
            _ => return Err(snippet.wrong(node, "Enabled or Disabled")),
        };
        read.differences
            .push("How SageMaker detects convergence is not published; this page has its own way.".to_owned());
    }
    if ends != SagemakerCompletion::default() {
        read.completion.push(named("SageMaker completion", metric, ends));
    }
    if read.criteria.is_empty() && read.completion.is_empty() {
        return Err(
            snippet.lacks("TrainingJobEarlyStoppingType, a completion criterion, or their names in the Python SDK")
        );
    }
    Ok(read)
}
