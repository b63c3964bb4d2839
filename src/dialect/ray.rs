//! Ray Tune: the scheduler and the stoppers of a tuner; each stops on its own.

use crate::model::{
    Goal, MaxRuns, MaxRuntime, RayAsha, RayExperimentPlateau, RayHyperbandGeometry, RayMaximumIteration,
    RayMedianStopping, RayPbtQuantiles, RayTimeout, RayTrialPlateau, Rule, TargetReached, TimeCap,
};

use super::arguments::{Signature, call, fill, keywords, number, text};
use super::snippet::{Node, Snippet, Unreadable, What};
use super::tool::any_of;
use super::{Asked, Read, mode_word, named};

const MEDIAN: Signature = Signature {
    call: "MedianStoppingRule",
    order: &["time_attr", "metric", "mode", "grace_period", "min_samples_required", "min_time_slice", "hard_stop"],
    metric: "metric",
};
const ASHA: Signature = Signature {
    call: "ASHAScheduler",
    order: &[
        "time_attr",
        "metric",
        "mode",
        "max_t",
        "grace_period",
        "reduction_factor",
        "brackets",
        "stop_last_trials",
    ],
    metric: "metric",
};
const HYPERBAND: Signature = Signature {
    call: "HyperBandScheduler",
    order: &["time_attr", "metric", "mode", "max_t", "reduction_factor", "stop_last_trials"],
    metric: "metric",
};
const PBT: Signature = Signature {
    call: "PopulationBasedTraining",
    order: &[
        "time_attr",
        "metric",
        "mode",
        "perturbation_interval",
        "burn_in_period",
        "hyperparam_mutations",
        "quantile_fraction",
        "resample_probability",
        "perturbation_factors",
        "custom_explore_fn",
        "log_config",
        "require_attrs",
        "synch",
    ],
    metric: "metric",
};
const TRIAL_PLATEAU: Signature = Signature {
    call: "TrialPlateauStopper",
    order: &["metric", "std", "num_results", "grace_period", "metric_threshold", "mode"],
    metric: "metric",
};
const EXPERIMENT_PLATEAU: Signature = Signature {
    call: "ExperimentPlateauStopper",
    order: &["metric", "std", "top", "mode", "patience"],
    metric: "metric",
};
const MAXIMUM_ITERATION: Signature = Signature { call: "MaximumIterationStopper", order: &["max_iter"], metric: "" };
const TIMEOUT: Signature = Signature { call: "TimeoutStopper", order: &["timeout"], metric: "" };

/// Names of schedulers, then of stoppers.
const CALLS: [&str; 9] = [
    "MedianStoppingRule",
    "ASHAScheduler",
    "AsyncHyperBandScheduler",
    "HyperBandScheduler",
    "PopulationBasedTraining",
    "TrialPlateauStopper",
    "ExperimentPlateauStopper",
    "MaximumIterationStopper",
    "TimeoutStopper",
];
const SCHEDULERS: usize = 5;

fn rule_of(call: &str) -> Option<(Rule, &'static Signature)> {
    Some(match call {
        "MedianStoppingRule" => (RayMedianStopping::default().into(), &MEDIAN),
        "ASHAScheduler" | "AsyncHyperBandScheduler" => (RayAsha::default().into(), &ASHA),
        "HyperBandScheduler" => (RayHyperbandGeometry::default().into(), &HYPERBAND),
        "PopulationBasedTraining" => (RayPbtQuantiles::default().into(), &PBT),
        "TrialPlateauStopper" => (RayTrialPlateau::default().into(), &TRIAL_PLATEAU),
        "ExperimentPlateauStopper" => (RayExperimentPlateau::default().into(), &EXPERIMENT_PLATEAU),
        "MaximumIterationStopper" => (RayMaximumIteration::default().into(), &MAXIMUM_ITERATION),
        "TimeoutStopper" => (RayTimeout::default().into(), &TIMEOUT),
        _ => return None,
    })
}

/// A tuner in the making.
#[derive(Default)]
struct Tuner {
    /// Name and whole call.
    scheduler: Option<(&'static str, String)>,
    stoppers: Vec<(&'static str, String)>,
    /// Results at which a trial stops.
    results: Vec<String>,
    config: Vec<String>,
}

/// Writes a tuner.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let mut tuner = Tuner::default();
    let mut written = false;
    for asked in parts {
        match tuner.take(asked, said) {
            Some(()) => written = true,
            None => said.push(format!("Ray Tune has nothing that does what {} does.", asked.kind.id())),
        }
    }
    if !written {
        return None;
    }
    if !tuner.results.is_empty() && !tuner.stoppers.is_empty() {
        said.push("Ray takes either results to stop at or stoppers: the results are left out.".to_owned());
        tuner.results.clear();
    }
    let mut code = String::from("from ray import tune\n");
    let (mut arguments, mut config) = (vec!["trainable".to_owned()], tuner.config);
    if let Some((name, scheduler)) = tuner.scheduler {
        code.push_str(&format!("from ray.tune.schedulers import {name}\n"));
        config.insert(0, format!("scheduler={scheduler}"));
    }
    let mut stop = (!tuner.results.is_empty()).then(|| format!("{{{}}}", tuner.results.join(", ")));
    if !tuner.stoppers.is_empty() {
        let mut names: Vec<&str> = tuner.stoppers.iter().map(|(name, _)| *name).collect();
        let calls: Vec<String> = tuner.stoppers.iter().map(|(_, call)| call.clone()).collect();
        stop = match &calls[..] {
            [only] => Some(only.clone()),
            _ => {
                names.push("CombinedStopper");
                Some(call("CombinedStopper", &calls))
            }
        };
        names.sort_unstable();
        names.dedup();
        code.push_str(&format!("from ray.tune.stopper import {}\n", names.join(", ")));
    }
    if !config.is_empty() {
        arguments.push(format!("tune_config={}", call("tune.TuneConfig", &config)));
    }
    arguments.extend(stop.map(|stop| format!("run_config={}", call("tune.RunConfig", &[format!("stop={stop}")]))));
    code.push_str(&format!("\ntuner = {}\n", call("tune.Tuner", &arguments)));
    Some(code)
}

impl Tuner {
    fn take(&mut self, asked: &Asked<'_>, said: &mut Vec<String>) -> Option<()> {
        let rule = asked.rule()?;
        let near: Rule = match rule {
            Rule::MaxRuns(it) => {
                self.config.push(format!("num_samples={}", it.max_runs));
                return Some(());
            }
            Rule::MaxRuntime(it) => {
                self.config.push(format!("time_budget_s={}", number(it.max_secs)));
                return Some(());
            }
            Rule::TimeCap(it) => {
                if it.by != crate::model::CapBy::Run {
                    said.push("Ray caps the time of every trial, not of those of a tag or a project.".to_owned());
                }
                self.results.push(format!("\"time_total_s\": {}", number(it.cap_secs)));
                return Some(());
            }
            Rule::TargetReached(it) => {
                if asked.goal() == Goal::Minimize {
                    said.push("Ray stops when a result is at least as large as the number: a target to go below cannot be said there.".to_owned());
                    return None;
                }
                self.results.push(format!("{}: {}", text(asked.metric), number(it.target)));
                return Some(());
            }
            Rule::OptunaMedian(it) => {
                said.push("Ray compares the best value with running averages of every other trial; Optuna with values of complete trials at exactly the same step.".to_owned());
                if it.interval_steps > 1 || it.n_min_trials > 1 {
                    said.push("interval_steps and n_min_trials are left out.".to_owned());
                }
                RayMedianStopping {
                    time_attr: crate::model::TimeAttr::TrainingIteration,
                    grace_period: it.n_warmup_steps as f64,
                    min_samples_required: it.n_startup_trials.max(1),
                    ..RayMedianStopping::default()
                }
                .into()
            }
            Rule::SagemakerMedian(_) | Rule::VizierMedian(_) => {
                let (runs, grace, whose) = match rule {
                    Rule::VizierMedian(it) => {
                        (it.min_completed_runs, it.grace_steps, "Vizier leaves running and stopped ones out")
                    }
                    Rule::SagemakerMedian(it) => (
                        it.min_completed_runs,
                        it.grace_steps,
                        "SageMaker compares the current value, and completed jobs only",
                    ),
                    _ => return None,
                };
                said.push(format!(
                    "Ray compares the best value so far with every other trial, running and stopped ones too; {whose}."
                ));
                said.push("Ray leaves results before the grace period out of the averages.".to_owned());
                RayMedianStopping {
                    time_attr: crate::model::TimeAttr::TrainingIteration,
                    grace_period: grace as f64,
                    min_samples_required: runs,
                    ..RayMedianStopping::default()
                }
                .into()
            }
            Rule::OptunaSuccessiveHalving(it) => {
                let crate::model::Resource::Of(least) = it.min_resource else {
                    said.push("Ray needs the first rung as a number; Optuna takes it from complete trials.".to_owned());
                    return None;
                };
                said.push("Ray keeps what is no worse than a percentile of those before it at a rung; Optuna keeps the best floor(n / factor), at least one, this run included.".to_owned());
                said.push("Ray ends every trial at max_t: set it to your longest run.".to_owned());
                if it.bootstrap_count > 0 {
                    said.push("bootstrap_count is left out.".to_owned());
                }
                let factor = it.reduction_factor as f64;
                let first = least as f64 * factor.powf(it.min_early_stopping_rate as f64);
                if !first.is_finite() {
                    return None;
                }
                let max_t = RayAsha::default().max_t.max(first);
                RayAsha { grace_period: first, reduction_factor: factor, max_t, ..RayAsha::default() }.into()
            }
            _ => rule.clone(),
        };
        let name = CALLS.into_iter().find(|name| rule_of(name).is_some_and(|(known, _)| known.id() == near.id()))?;
        let (_, signature) = rule_of(name)?;
        let mut arguments = Vec::new();
        let written = keywords(&near);
        for key in signature.order {
            let given = written.iter().find(|argument| argument.starts_with(&format!("{key}=")));
            match (*key, given) {
                (_, Some(given)) => arguments.push(given.clone()),
                ("metric", _) => arguments.push(format!("metric={}", text(asked.metric))),
                // Where it is left open, the original's default for the one, the metric's own for the others.
                ("mode", _) if name == "ExperimentPlateauStopper" => {}
                ("mode", _) if name != "TrialPlateauStopper" => {
                    arguments.push(format!("mode={}", text(mode_word(asked.goal()))));
                }
                ("hyperparam_mutations", _) => arguments.push("hyperparam_mutations=hyperparam_mutations".to_owned()),
                _ => {}
            }
        }
        if matches!(near, Rule::RayHyperbandGeometry(_) | Rule::RayPbtQuantiles(_)) {
            said.push("Here this only ranks and plans; in Ray it pauses, stops and replaces trials.".to_owned());
        }
        if name == "TimeoutStopper" {
            said.push("Ray's clock runs from its first check over the whole experiment and ends all of it.".to_owned());
        }
        let made = (name, call(name, &arguments));
        let is_scheduler = CALLS[..SCHEDULERS].contains(&name);
        if is_scheduler && self.scheduler.is_some() {
            said.push("A tuner has one scheduler: only the first is written.".to_owned());
        } else if is_scheduler {
            self.scheduler = Some(made);
        } else {
            self.stoppers.push(made);
        }
        Some(())
    }
}

/// Reads schedulers, stoppers, results to stop at, and the limits of a tuner.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let (mut of_runs, mut of_experiment, mut read) = (Vec::new(), Vec::new(), Read::default());
    let tuner = snippet.calls(&["TuneConfig"]).first().map(|(node, _)| *node);
    // Metric and mode may stand in the tuner's configuration.
    let shared = |key: &str| tuner.and_then(|tuner| tuner.entry(key));
    let metric = shared("metric").map(|node| snippet.words(node, "metric")).transpose()?;
    read.goal = match shared("mode").map(|node| (node, snippet.value(node).text())) {
        None => None,
        Some((_, Some("min"))) => Some(Goal::Minimize),
        Some((_, Some("max"))) => Some(Goal::Maximize),
        Some((node, _)) => return Err(snippet.wrong(node, "\"min\" or \"max\" for mode")),
    };
    for (node, made) in snippet.calls(&CALLS) {
        let Some((mut rule, signature)) = rule_of(&made.name) else { continue };
        let own = fill(&mut rule, (node, made), signature, &snippet)?.or_else(|| metric.clone());
        // The rules here for these two go by steps.
        let by = node.entry("time_attr").filter(|_| matches!(rule, Rule::RayAsha(_) | Rule::RayHyperbandGeometry(_)));
        if let Some(by) = by.and_then(|by| snippet.value(by).text()).filter(|by| *by != "training_iteration") {
            read.differences.push(format!("The snippet counts {by}; here steps count, with the same numbers."));
        }
        let list = if rule.level() == crate::model::Level::Experiment { &mut of_experiment } else { &mut of_runs };
        list.push(named(&format!("Ray {}", made.name), own, rule));
    }
    let results = snippet.calls(&["RunConfig", "run", "TuneRunConfig"]);
    let results = results.iter().filter_map(|(node, _)| node.entry("stop"));
    for stop in results.chain(snippet.names.iter().filter(|(name, ..)| name == "stop").map(|(.., value)| value)) {
        let What::Pairs(pairs) = &snippet.value(stop).what else { continue };
        for (key, value) in pairs {
            let name = snippet.words(key, "a result")?;
            let value_read = snippet.number(value, &name)?;
            of_runs.push(match name.as_str() {
                "time_total_s" if value_read > 0.0 => {
                    named("Ray time_total_s", None, TimeCap { cap_secs: value_read, ..TimeCap::default() })
                }
                "time_total_s" => return Err(snippet.wrong(value, "time_total_s to be more than 0")),
                "training_iteration" => {
                    let max_iter = snippet.count(value, "training_iteration")?.max(1);
                    named("Ray training_iteration", None, RayMaximumIteration { max_iter })
                }
                _ => {
                    read.differences.push(format!("Ray stops when {name} is at least the number, also where less is better; here the target lies in the metric's direction."));
                    named("Ray stop", Some(name), TargetReached { target: value_read })
                }
            });
        }
    }
    if let Some(node) = tuner {
        limits(node, &snippet, &mut of_experiment)?;
    }
    if of_runs.is_empty() && of_experiment.is_empty() {
        return Err(snippet.lacks("a scheduler or a stopper of Ray Tune"));
    }
    read.criteria = any_of(of_runs);
    read.completion = of_experiment;
    Ok(read)
}

fn limits(tuner: &Node, snippet: &Snippet<'_>, criteria: &mut Vec<crate::model::Criterion>) -> Result<(), Unreadable> {
    // -1 is: without end.
    let samples = tuner.entry("num_samples").filter(|node| snippet.value(node).number() != Some(-1.0));
    if let Some(node) = samples {
        let max_runs = snippet.count(node, "num_samples")?.max(1);
        criteria.push(named("num_samples", None, MaxRuns { max_runs }));
    }
    let budget = tuner.entry("time_budget_s").filter(|node| snippet.value(node).what != What::Nothing);
    if let Some(node) = budget {
        let max_secs = snippet.number(node, "time_budget_s")?;
        if max_secs.is_nan() || max_secs <= 0.0 {
            return Err(snippet.wrong(node, "time_budget_s to be more than 0"));
        }
        criteria.push(named("time_budget_s", None, MaxRuntime { max_secs }));
    }
    Ok(())
}
