//! W&B sweeps: `early_terminate` with type `hyperband`, `run_cap`, and the metric's `target`.
//!
//! At brackets `min_iter · eta^k` a run is stopped unless it is among the best 1/eta of those that got there; with
//! `max_iter` and `s` the brackets are `max_iter / eta^k` for k = s … 1. An iteration is one more time that the metric
//! was logged (W&B's documentation of sweep configurations). Nearest here: Optuna's successive halving.

use crate::model::{Goal, MaxRuns, OptunaSuccessiveHalving, Resource, Rule, TargetReached};

use super::arguments::{number, text};
use super::snippet::{Snippet, Unreadable};
use super::{Asked, Read, named, yaml};

const COUNTS: &str = "W&B counts how often the metric was logged; here the steps of the log count.";
const KEEPS: &str = "W&B keeps the best 1/eta of the runs that reached a bracket; Optuna's halving keeps floor(n / eta), at least one, and keeps ties.";
const TARGET: &str = "W&B starts no further runs when the target is reached and lets running ones end.";

/// Writes a configuration.
pub(super) fn write(parts: &[Asked<'_>], said: &mut Vec<String>) -> Option<String> {
    let first = parts.first()?;
    let goal = first.goal().word();
    let mut metric = format!("method: random\nmetric:\n  name: {}\n  goal: {goal}\n", text(first.metric));
    let (mut early, mut cap) = (String::new(), String::new());
    for asked in parts {
        let (least, eta) = match asked.rule() {
            Some(Rule::MaxRuns(it)) => {
                cap = format!("run_cap: {}\n", it.max_runs);
                continue;
            }
            Some(Rule::TargetReached(it)) => {
                said.push(TARGET.to_owned());
                metric.push_str(&format!("  target: {}\n", number(it.target)));
                continue;
            }
            Some(Rule::OptunaSuccessiveHalving(it)) => {
                let Resource::Of(least) = it.min_resource else {
                    said.push("W&B needs min_iter as a number; Optuna takes it from complete trials.".to_owned());
                    continue;
                };
                if it.bootstrap_count > 0 {
                    said.push("bootstrap_count is left out.".to_owned());
                }
                let rate = u32::try_from(it.min_early_stopping_rate).unwrap_or(u32::MAX);
                (least.saturating_mul(it.reduction_factor.saturating_pow(rate)), it.reduction_factor as f64)
            }
            Some(Rule::RayAsha(it)) => {
                said.push(format!("Ray ends every run at max_t {}; W&B does not.", number(it.max_t)));
                if it.brackets > 1 {
                    said.push("Several brackets are left out: W&B has one.".to_owned());
                }
                ((it.grace_period.round() as u64).max(1), it.reduction_factor)
            }
            Some(Rule::OptunaHyperband(it)) => {
                said.push(
                    "W&B's hyperband is one bracket; Optuna's others, which start later, are left out.".to_owned(),
                );
                (it.min_resource, it.reduction_factor as f64)
            }
            _ => {
                said.push(format!("W&B sweeps have nothing that does what {} does.", asked.kind.id()));
                continue;
            }
        };
        said.extend([COUNTS.to_owned(), KEEPS.to_owned()]);
        early = format!("early_terminate:\n  type: hyperband\n  min_iter: {least}\n  eta: {eta}\n");
    }
    let target = metric.contains("\n  target: ");
    (target || !early.is_empty() || !cap.is_empty()).then(|| format!("{metric}{early}{cap}"))
}

/// Reads YAML, JSON or a Python dictionary.
pub(super) fn read(text: &str) -> Result<Read, Unreadable> {
    let flows = text.trim_start().starts_with(['{', '"'])
        || text.contains("= {")
        || text.contains("={")
        || text.contains("dict(");
    let snippet = if flows { Snippet::read(text)? } else { yaml::read(text)? };
    let keys = ["early_terminate", "run_cap", "metric", "min_iter", "max_iter"];
    let mut read = Read::default();
    for config in snippet.holding(&keys) {
        let metric = config.entry("metric").map(|metric| snippet.value(metric));
        let name = metric.and_then(|metric| metric.entry("name"));
        let name = name.map(|name| snippet.words(name, "name")).transpose()?;
        // W&B's default.
        let goal = metric.map_or(Some("minimize"), |metric| match metric.entry("goal") {
            None => Some("minimize"),
            Some(goal) => snippet.value(goal).text(),
        });
        read.goal = Some(match (goal, metric) {
            (Some("minimize"), _) => Goal::Minimize,
            (Some("maximize"), _) => Goal::Maximize,
            (_, Some(metric)) => {
                return Err(snippet.wrong(metric.entry("goal").unwrap_or(metric), "minimize or maximize for goal"));
            }
            (_, None) => Goal::Minimize,
        });
        if metric.is_none() {
            read.goal = None;
        }
        let early = config.entry("early_terminate").map(|early| snippet.value(early));
        let early = early
            .or_else(|| (config.entry("min_iter").is_some() || config.entry("max_iter").is_some()).then_some(config));
        if let Some(early) = early {
            let kind = early.entry("type");
            if let Some(kind) = kind.filter(|kind| snippet.value(kind).text() != Some("hyperband")) {
                return Err(snippet.wrong(kind, "hyperband for type"));
            }
            let eta = early.entry("eta").map(|node| Ok((node, snippet.number(node, "eta")?))).transpose()?;
            if let Some((node, _)) = eta.filter(|(_, eta)| eta.is_nan() || *eta <= 1.0) {
                return Err(snippet.wrong(node, "eta to be more than 1"));
            }
            let eta = eta.map_or(3.0, |(_, eta)| eta);
            let least = match (early.entry("min_iter"), early.entry("max_iter")) {
                (Some(node), _) => snippet.count(node, "min_iter")?,
                (None, Some(node)) => {
                    let s = early.entry("s").ok_or_else(|| snippet.wrong(early, "s beside max_iter"))?;
                    let (most, s) = (snippet.count(node, "max_iter")?, snippet.count(s, "s")?);
                    read.differences.push(
                        "W&B's last bracket is max_iter / eta; here brackets go on as long as runs do.".to_owned(),
                    );
                    (most as f64 / eta.powf(s as f64)).floor() as u64
                }
                (None, None) => return Err(snippet.wrong(early, "min_iter, or max_iter and s")),
            };
            if eta.fract() != 0.0 || eta < 2.0 {
                read.differences
                    .push("Optuna's reduction factor is a whole number of at least 2: eta is rounded.".to_owned());
            }
            if let Some(strict) = early.entry("strict")
                && snippet.value(strict).what == super::snippet::What::Flag(true)
            {
                read.differences
                    .push("W&B's strict, which follows the halving more closely, has no equivalent.".to_owned());
            }
            read.differences.extend([COUNTS.to_owned(), KEEPS.to_owned()]);
            let halving = OptunaSuccessiveHalving {
                min_resource: Resource::Of(least.max(1)),
                reduction_factor: (eta.round() as u64).max(2),
                ..OptunaSuccessiveHalving::default()
            };
            read.criteria.push(named("W&B hyperband", name.clone(), halving));
        }
        let mut ends = Vec::new();
        if let Some(node) = config.entry("run_cap") {
            ends.push(named("run_cap", None, MaxRuns { max_runs: snippet.count(node, "run_cap")?.max(1) }));
        }
        if let Some(node) = metric.and_then(|metric| metric.entry("target")) {
            read.differences.push(TARGET.to_owned());
            let target = snippet.number(node, "target")?;
            ends.push(named("W&B target", name, TargetReached { target }));
        }
        read.completion.extend(ends);
    }
    if read.criteria.is_empty() && read.completion.is_empty() {
        return Err(snippet.lacks("early_terminate, run_cap or the metric's target"));
    }
    Ok(read)
}
