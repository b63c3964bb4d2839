//! Checking the metrics of an experiment (rules of sigopt-server `handlers/experiments/create.py`).

use std::collections::BTreeSet;

use crate::model::{Metric, Strategy};

use super::findings::Findings;
use super::{Limits, names};

/// Checks the list. An empty one is refused by whoever knows whether it may be.
pub(super) fn check(metrics: &[Metric], limits: &Limits, findings: &mut Findings) {
    let count_of = |strategy| metrics.iter().filter(|metric| metric.strategy == strategy).count();
    let (optimized, constraints) = (count_of(Strategy::Optimize), count_of(Strategy::Constraint));
    for (count, limit, what) in [
        (metrics.len(), limits.metrics, "metrics"),
        (optimized, limits.optimized_metrics, "optimized metrics"),
        (constraints, limits.constraint_metrics, "constraint metrics"),
    ] {
        if count > limit {
            findings.error("metrics", "metrics_count", format!("at most {limit} {what}, not {count}"));
        }
    }
    if !metrics.is_empty() && optimized + constraints == 0 {
        let message = "an experiment needs an optimized or a constraint metric";
        findings.error("metrics", "metrics_objective_required", message);
    }
    let mut seen = BTreeSet::new();
    for (at, metric) in metrics.iter().enumerate() {
        let path = format!("metrics[{at}]");
        let name = metric.name.as_str();
        if name.is_empty() && metrics.len() > 1 {
            let message = "several metrics need names";
            findings.error(format!("{path}.name"), "metric_name_required", message);
        } else if !name.is_empty() {
            if let Err(error) = names::check(name, "name", limits.name_chars) {
                findings.error(format!("{path}.name"), error.rule, error.message);
            }
            if !seen.insert(name) {
                let message = format!("there are two metrics {name:?}");
                findings.error(format!("{path}.name"), "metric_name_unique", message);
            }
        }
        let path = format!("{path}.threshold");
        match (metric.strategy, metric.threshold) {
            (Strategy::Optimize, Some(_)) if optimized == 1 => {
                let message = "a threshold needs more than one optimized metric";
                findings.error(path, "metric_threshold_single", message);
            }
            (Strategy::Store, Some(_)) => {
                findings.error(path, "metric_threshold_stored", "a stored metric has no threshold");
            }
            (Strategy::Constraint, None) => {
                findings.error(path, "metric_threshold_required", "a constraint metric needs a threshold");
            }
            _ => {}
        }
    }
}
