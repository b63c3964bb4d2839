//! Optuna: a study's pruner, and what ends the study: trials, time, or a `Terminator`.

use crate::model::{
    Criterion, Goal, MaxRuns, MaxRuntime, OptunaBestValueStagnation, OptunaHyperband, OptunaMedian, OptunaNop,
    OptunaPatient, OptunaPercentile, OptunaRegretBound, OptunaSuccessiveHalving, OptunaThreshold, OptunaWilcoxon,
    Resource, Rule,
};

use super::arguments::{Signature, call, fill, keywords, number, text};
use super::snippet::{Call, Node, Snippet, Unreadable, What};
use super::tool::each;
use super::waiting::{OPTUNA, Waiting};
use super::{Asked, Read, named};

/// How deep pruners may wrap pruners.
const DEEPEST: usize = 8;

const MEDIAN: Signature = Signature {
    call: "MedianPruner",
    order: &["n_startup_trials", "n_warmup_steps", "interval_steps", "n_min_trials"],
    metric: "",
};
const PERCENTILE: Signature = Signature {
    call: "PercentilePruner",
    order: &["percentile", "n_startup_trials", "n_warmup_steps", "interval_steps", "n_min_trials"],
    metric: "",
};
const PATIENT: Signature =
    Signature { call: "PatientPruner", order: &["wrapped", "patience", "min_delta"], metric: "" };
const THRESHOLD: Signature =
    Signature { call: "ThresholdPruner", order: &["lower", "upper", "n_warmup_steps", "interval_steps"], metric: "" };
const NOP: Signature = Signature { call: "NopPruner", order: &[], metric: "" };
const HALVING: Signature = Signature {
    call: "SuccessiveHalvingPruner",
    order: &["min_resource", "reduction_factor", "min_early_stopping_rate", "bootstrap_count"],
    metric: "",
};
const HYPERBAND: Signature = Signature {
    call: "HyperbandPruner",
    order: &["min_resource", "max_resource", "reduction_factor", "bootstrap_count"],
    metric: "",
};
const WILCOXON: Signature =
    Signature { call: "WilcoxonPruner", order: &["p_threshold", "n_startup_steps"], metric: "" };

const PRUNERS: [&str; 8] = [
    "MedianPruner",
    "PercentilePruner",
    "PatientPruner",
    "ThresholdPruner",
    "NopPruner",
    "SuccessiveHalvingPruner",
    "HyperbandPruner",
    "WilcoxonPruner",
];

/// A pruner with its defaults, and how it is called; `None` for other names and rules.
fn pruner_of(call: &str) -> Option<(Rule, &'static Signature)> {
    Some(match call {
        "MedianPruner" => (OptunaMedian::default().into(), &MEDIAN),
        "PercentilePruner" => (OptunaPercentile::default().into(), &PERCENTILE),
        "PatientPruner" => (OptunaPatient::default().into(), &PATIENT),
        "ThresholdPruner" => (OptunaThreshold::default().into(), &THRESHOLD),
        "NopPruner" => (OptunaNop::default().into(), &NOP),
        "SuccessiveHalvingPruner" => (OptunaSuccessiveHalving::default().into(), &HALVING),
        "HyperbandPruner" => (OptunaHyperband::default().into(), &HYPERBAND),
        "WilcoxonPruner" => (OptunaWilcoxon::default().into(), &WILCOXON),
        _ => return None,
    })
}

/// A pruner as Python; `None` for any other rule.
pub(super) fn expression(rule: &Rule) -> Option<String> {
    let known = PRUNERS.iter().filter_map(|name| pruner_of(name));
    let (_, signature) = known.into_iter().find(|(pruner, _)| pruner.id() == rule.id())?;
    Some(call(&format!("optuna.pruners.{}", signature.call), &keywords(rule)))
}

/// Reads a pruner.
pub(super) fn pruner(node: &Node, snippet: &Snippet<'_>) -> Result<Rule, Unreadable> {
    let found = match &node.what {
        What::Call(call) => pruner_of(&call.name).map(|found| (call, found)),
        _ => None,
    };
    let Some((call, (mut rule, signature))) = found else {
        return Err(snippet.wrong(node, format!("one of {}", PRUNERS.join(", "))));
    };
    if snippet.depth.get() > DEEPEST {
        return Err(snippet.wrong(node, format!("pruners wrapped at most {DEEPEST} deep")));
    }
    snippet.depth.set(snippet.depth.get() + 1);
    fill(&mut rule, (node, call), signature, snippet)?;
    snippet.depth.set(snippet.depth.get() - 1);
    Ok(rule)
}

/// Writes a study with its pruner, and what ends it.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let mut limits = Vec::new();
    let (mut pruners, mut terminator) = (Vec::new(), None);
    let first = parts.first()?;
    for asked in parts {
        match asked.rule() {
            Some(Rule::MaxRuns(it)) => limits.push(format!("n_trials={}", it.max_runs)),
            Some(Rule::ObservationBudget(it)) => {
                said.push(
                    "Optuna stops after that many trials; a budget of observations ends here only when it is exceeded."
                        .to_owned(),
                );
                limits.push(format!("n_trials={}", it.budget));
            }
            Some(Rule::MaxRuntime(it)) => {
                said.push("Optuna lets the running trial end; its clock begins with optimize.".to_owned());
                limits.push(format!("timeout={}", number(it.max_secs)));
            }
            Some(Rule::OptunaBestValueStagnation(it)) => {
                let evaluator =
                    format!("BestValueStagnationEvaluator(max_stagnation_trials={})", it.max_stagnation_trials);
                terminator = Some((evaluator, "StaticErrorEvaluator(constant=0)".to_owned(), it.min_n_trials));
            }
            Some(Rule::OptunaRegretBound(it)) => {
                said.push("Optuna's Gaussian process is not the one of this page: the bound differs.".to_owned());
                let evaluator = format!(
                    "RegretBoundEvaluator(top_trials_ratio={}, min_n_trials={})",
                    number(it.top_trials_ratio),
                    it.min_n_trials
                );
                let error = match it.error {
                    Some(error) => format!("StaticErrorEvaluator(constant={})", number(error)),
                    None => "MedianErrorEvaluator(RegretBoundEvaluator())".to_owned(),
                };
                terminator = Some((evaluator, error, it.min_n_trials));
            }
            _ => pruners.push(*asked),
        }
    }
    if pruners.len() > 1 {
        said.push("A study has one pruner: only the first criterion is written.".to_owned());
        pruners.truncate(1);
    }
    let pruners = if pruners.is_empty() { Vec::new() } else { each("Optuna", &pruners, said, part)? };
    let mut code = String::from("import optuna\n");
    if let Some((evaluator, error, _)) = &terminator {
        let names =
            ["BestValueStagnationEvaluator", "MedianErrorEvaluator", "RegretBoundEvaluator", "StaticErrorEvaluator"];
        let used = names.into_iter().filter(|name| evaluator.contains(name) || error.contains(name));
        let used: Vec<&str> = used.chain(["Terminator", "TerminatorCallback"]).collect();
        code.push_str(&format!("from optuna.terminator import {}\n", used.join(", ")));
        said.push("Optuna's terminator is deprecated since 4.9.".to_owned());
    }
    let mut arguments = vec![format!("direction={}", text(first.goal().word()))];
    arguments.extend(pruners.iter().map(|pruner| format!("pruner={pruner}")));
    code.push_str(&format!("\nstudy = {}\n", call("optuna.create_study", &arguments)));
    if let Some((evaluator, error, min_n_trials)) = terminator {
        let arguments = [
            format!("improvement_evaluator={evaluator}"),
            format!("error_evaluator={error}"),
            format!("min_n_trials={min_n_trials}"),
        ];
        code.push_str(&format!("terminator = {}\n", call("Terminator", &arguments)));
        limits.push("callbacks=[TerminatorCallback(terminator)]".to_owned());
    }
    if !limits.is_empty() {
        limits.insert(0, "objective".to_owned());
        code.push_str(&format!("{}\n", call("study.optimize", &limits)));
    }
    if !pruners.is_empty() {
        code.push_str(&format!(
            "# in the objective, at each checkpoint: trial.report({}, step); if trial.should_prune(): raise optuna.TrialPruned()\n",
            first.metric.replace(char::is_whitespace, "_")
        ));
    }
    Some(code)
}

const OWN_PEERS: &str =
    "Optuna compares the best value so far with the values of complete trials at exactly the same step";

fn part(asked: &Asked<'_>, said: &mut Vec<String>) -> Option<String> {
    let rule = asked.rule();
    if let Some(code) = rule.and_then(expression) {
        return Some(code);
    }
    let median = |startup: u64, warmup: u64| OptunaMedian {
        n_startup_trials: startup,
        n_warmup_steps: warmup,
        ..OptunaMedian::default()
    };
    let near: Rule = match rule {
        Some(Rule::SagemakerMedian(it)) => {
            said.push(format!("{OWN_PEERS}; SageMaker compares the current value with running averages."));
            median(it.min_completed_runs, it.grace_steps).into()
        }
        Some(Rule::VizierMedian(it)) => {
            said.push(format!("{OWN_PEERS}; Vizier compares it with running averages up to there."));
            if it.use_elapsed_duration {
                said.push("Optuna compares by steps, not by elapsed time.".to_owned());
            }
            median(it.min_completed_runs, it.grace_steps).into()
        }
        Some(Rule::RayMedianStopping(it)) => {
            said.push(format!(
                "{OWN_PEERS}; Ray compares it with running averages, of running and stopped trials too."
            ));
            if it.time_attr == crate::model::TimeAttr::TimeTotalS {
                said.push("Ray's grace period is in seconds and is left out: Optuna warms up in steps.".to_owned());
                median(it.min_samples_required, 0).into()
            } else {
                median(it.min_samples_required, it.grace_period.max(0.0).ceil() as u64).into()
            }
        }
        Some(Rule::RayAsha(it)) => {
            said.push("Optuna keeps the best floor(n / factor) of a rung, at least one, this run included; Ray keeps what is no worse than a percentile of those before it.".to_owned());
            said.push(format!("Ray ends every trial at max_t {}; Optuna does not.", number(it.max_t)));
            if it.reduction_factor.fract() != 0.0 {
                said.push("Optuna's reduction factor is a whole number: it is rounded.".to_owned());
            }
            if it.brackets > 1 {
                said.push("Several brackets are left out: use HyperbandPruner for them.".to_owned());
            }
            OptunaSuccessiveHalving {
                min_resource: Resource::Of((it.grace_period.round() as u64).max(1)),
                reduction_factor: (it.reduction_factor.round() as u64).max(2),
                ..OptunaSuccessiveHalving::default()
            }
            .into()
        }
        Some(Rule::Divergence(it)) if it.threshold.is_some() => {
            said.push("Optuna prunes at NaN too; here NaN is no divergence.".to_owned());
            if it.factor.is_some() {
                said.push("The multiple of the best value is left out.".to_owned());
            }
            match asked.goal() {
                Goal::Minimize => OptunaThreshold { upper: it.threshold, ..OptunaThreshold::default() },
                Goal::Maximize => OptunaThreshold { lower: it.threshold, ..OptunaThreshold::default() },
            }
            .into()
        }
        _ => {
            let waiting = Waiting::of(asked)?;
            said.extend(Waiting { min_delta: 0.0, ..waiting.clone() }.differences(&OPTUNA));
            said.push("Optuna waits for values that are strictly worse than the best: at a tie it goes on, patience elsewhere does not.".to_owned());
            if waiting.min_delta != 0.0 {
                said.push("Optuna's min_delta would make it more patient, not less: it is left out.".to_owned());
            }
            said.push("Optuna's patience does not count the check that sets it off: it is one less.".to_owned());
            if waiting.goal != asked.goal() {
                said.push("A study has one direction: that of the metric, not that of the rule.".to_owned());
            }
            OptunaPatient { wrapped: None, patience: waiting.checks - 1, min_delta: 0.0 }.into()
        }
    };
    expression(&near)
}

/// Reads the pruner and what ends the study.
pub(super) fn read(snippet: &str) -> Result<Read, Unreadable> {
    let snippet = Snippet::read(snippet)?;
    let mut read = Read::default();
    for (node, study) in snippet.calls(&["create_study"]) {
        let direction = study.args.get(3).or_else(|| node.entry("direction"));
        let goal = direction.map(|direction| snippet.value(direction));
        read.goal = match goal.and_then(Node::text) {
            Some("maximize") => Some(Goal::Maximize),
            Some("minimize") => Some(Goal::Minimize),
            // The original's default.
            None if goal.is_none() => Some(Goal::Minimize),
            _ => return Err(snippet.wrong(direction.unwrap_or(node), "\"minimize\" or \"maximize\" for direction")),
        };
    }
    for (node, _) in snippet.calls(&PRUNERS) {
        read.criteria.push(named(name_of(node), None, pruner(node, &snippet)?));
    }
    let mut ends = Vec::new();
    for (node, _) in snippet.calls(&["Terminator"]) {
        ends.push(terminator(node, &snippet)?);
    }
    for (node, optimize) in snippet.calls(&["optimize"]) {
        let argument = |place: usize, key: &str| {
            let given = optimize.args.get(place).or_else(|| node.entry(key));
            given.filter(|given| snippet.value(given).what != What::Nothing)
        };
        if let Some(given) = argument(1, "n_trials") {
            let max_runs = snippet.count(given, "n_trials")?.max(1);
            ends.push(named("n_trials", None, MaxRuns { max_runs }));
        }
        if let Some(given) = argument(2, "timeout") {
            let max_secs = snippet.number(given, "timeout")?;
            if max_secs.is_nan() || max_secs <= 0.0 {
                return Err(snippet.wrong(given, "timeout to be more than 0"));
            }
            ends.push(named("timeout", None, MaxRuntime { max_secs }));
        }
    }
    if read.criteria.is_empty() && ends.is_empty() {
        return Err(snippet.lacks("a pruner, a Terminator or optimize(n_trials=…)"));
    }
    read.completion = ends;
    if !read.criteria.is_empty() {
        read.differences.push(
            "Optuna's steps are the numbers given to trial.report, here they are the steps of the log.".to_owned(),
        );
    }
    Ok(read)
}

fn name_of(node: &Node) -> &str {
    match &node.what {
        What::Call(call) => &call.name,
        _ => "Optuna",
    }
}

fn terminator(node: &Node, snippet: &Snippet<'_>) -> Result<Criterion, Unreadable> {
    let evaluator = match &node.what {
        What::Call(Call { args, .. }) => args.first().or_else(|| node.entry("improvement_evaluator")),
        _ => None,
    };
    let evaluator = evaluator.map(|evaluator| snippet.value(evaluator));
    let min_n_trials = node.entry("min_n_trials").map(|node| snippet.count(node, "min_n_trials")).transpose()?;
    let min_n_trials = min_n_trials.unwrap_or(20).max(1);
    let rule: Rule = match evaluator.map(|evaluator| (evaluator, name_of(evaluator))) {
        Some((evaluator, "BestValueStagnationEvaluator")) => {
            let given = match &evaluator.what {
                What::Call(call) => call.args.first().or_else(|| evaluator.entry("max_stagnation_trials")),
                _ => None,
            };
            let most = given.map(|node| snippet.count(node, "max_stagnation_trials")).transpose()?;
            OptunaBestValueStagnation { max_stagnation_trials: most.unwrap_or(30), min_n_trials }.into()
        }
        None | Some((_, "RegretBoundEvaluator")) => {
            let given = evaluator.and_then(|evaluator| evaluator.entry("top_trials_ratio"));
            let ratio = given.map(|node| snippet.number(node, "top_trials_ratio")).transpose()?;
            let constant = node.entry("error_evaluator").and_then(|error| snippet.value(error).entry("constant"));
            let error = constant.map(|node| snippet.number(node, "constant")).transpose()?;
            OptunaRegretBound { top_trials_ratio: ratio.unwrap_or(0.5), min_n_trials, error }.into()
        }
        Some((evaluator, _)) => {
            return Err(snippet.wrong(evaluator, "BestValueStagnationEvaluator or RegretBoundEvaluator"));
        }
    };
    Ok(named("Optuna Terminator", None, rule))
}
