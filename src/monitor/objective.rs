//! Choosing the objective of an experiment, and the run that does best by it.

use std::collections::BTreeMap;

use crate::model::{Criterion, Curve, Experiment, Goal, Metric, MetricName, RunId, Strategy};
use crate::stopping::Ledger;

/// Makes a metric the objective. Criteria that watched the objective before watch the new one; says how many did.
pub fn choose(experiment: &mut Experiment, name: &MetricName, goal: Goal) -> usize {
    let before = experiment.objective().map(|metric| metric.name.clone());
    experiment.metrics.retain(|metric| metric.strategy != Strategy::Optimize);
    experiment.metrics.insert(0, Metric::optimized(name.clone(), goal));
    experiment.objective_guess = None;
    let criteria = &mut experiment.training_monitor.early_stopping_criteria;
    let following = criteria.iter_mut().filter_map(|criterion| follow(criterion, before.as_ref()?, name).then_some(()));
    following.count()
}

/// Lets a criterion, and what it combines, watch another metric; says whether any part of it watched the one before.
fn follow(criterion: &mut Criterion, before: &MetricName, name: &MetricName) -> bool {
    let mut follows = criterion.metric.as_ref() == Some(before);
    if follows {
        criterion.metric = Some(name.clone());
    }
    for member in criterion.kind.members_mut() {
        follows |= follow(member, before, name);
    }
    follows
}

/// Says in which direction the objective is better.
pub fn choose_goal(experiment: &mut Experiment, goal: Goal) {
    experiment.objective_guess = None;
    if let Some(metric) = experiment.metrics.iter_mut().find(|metric| metric.strategy == Strategy::Optimize) {
        metric.objective = goal;
    }
}

/// How many values each metric has over all runs, and how many runs have it.
pub fn tally<'a>(runs: impl Iterator<Item = &'a Vec<Curve>>) -> BTreeMap<&'a MetricName, (usize, usize)> {
    let mut counts: BTreeMap<&MetricName, (usize, usize)> = BTreeMap::new();
    for curve in runs.flatten() {
        let count = counts.entry(&curve.name).or_default();
        *count = (count.0 + curve.series.len(), count.1 + 1);
    }
    counts
}

/// The run with the best value of the objective; the first of equals, in the given order. The first run when none has a
/// finite value.
pub fn best_run<'a>(ledgers: impl Iterator<Item = (&'a RunId, &'a Ledger)>, goal: Goal) -> Option<RunId> {
    let mut best: Option<(&RunId, Option<f64>)> = None;
    for (id, ledger) in ledgers {
        let value = ledger.best.and_then(|at| ledger.rows.get(at)?.value);
        let better = match (best, value) {
            (None, _) => true,
            (Some((_, Some(before))), Some(value)) => goal.better(value, before),
            (Some((_, None)), Some(_)) => true,
            (Some(_), None) => false,
        };
        if better {
            best = Some((id, value));
        }
    }
    best.map(|(id, _)| id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CriterionKind, ExperimentId, Series, StepUnit, TrainingMonitor, WallTime};
    use crate::stopping::evaluate;

    fn experiment() -> Experiment {
        let now = WallTime::from_secs(0.0).expect("zero is finite");
        let mut experiment = Experiment::new(ExperimentId::new("1"), "e", now);
        choose(&mut experiment, &MetricName::new("loss"), Goal::Minimize);
        experiment
    }

    fn ledger(values: &[f64]) -> Ledger {
        let metric = Metric::optimized(MetricName::new("loss"), Goal::Minimize);
        let mut series = Series::default();
        values.iter().enumerate().for_each(|(at, &value)| series.push(at as i64, value, None, None));
        evaluate(&TrainingMonitor::default(), Some(&metric), &|_| Goal::Minimize, &|_| Some(series.clone()))
    }

    #[test]
    fn criteria_follow_the_objective() {
        let mut experiment = experiment();
        let criterion = |metric: &str| Criterion {
            name: metric.to_owned(),
            metric: Some(MetricName::new(metric)),
            kind: CriterionKind::Convergence { lookback_checkpoints: 1, min_checkpoints: None },
        };
        experiment.training_monitor.early_stopping_criteria = vec![criterion("loss"), criterion("lr")];
        assert_eq!(choose(&mut experiment, &MetricName::new("val_loss"), Goal::Minimize), 1);
        let watched: Vec<&str> = (experiment.training_monitor.early_stopping_criteria.iter())
            .filter_map(|criterion| Some(criterion.metric.as_ref()?.as_str()))
            .collect();
        assert_eq!(watched, ["val_loss", "lr"]);
    }

    #[test]
    fn a_chosen_direction_is_no_guess() {
        let mut experiment = experiment();
        experiment.objective_guess = Some(crate::model::ObjectiveGuess { reason: "a guess".to_owned() });
        choose_goal(&mut experiment, Goal::Maximize);
        assert_eq!(experiment.objective().map(|metric| metric.objective), Some(Goal::Maximize));
        assert_eq!(experiment.objective_guess, None);
    }

    #[test]
    fn the_first_of_equal_runs_is_best() {
        let ids: Vec<RunId> = ["9", "5", "7"].into_iter().map(RunId::new).collect();
        let ledgers = [ledger(&[f64::NAN]), ledger(&[0.5]), ledger(&[0.7, 0.5])];
        assert_eq!(best_run(ids.iter().zip(&ledgers), Goal::Minimize), Some(RunId::new("5")));
    }

    #[test]
    fn values_and_runs_are_counted() {
        let mut series = Series::default();
        series.push(0, 0.5, None, None);
        let curve = Curve { name: MetricName::new("loss"), unit: StepUnit::Step, series };
        let runs = [vec![curve.clone()], Vec::new(), vec![curve]];
        assert_eq!(tally(runs.iter()).values().copied().collect::<Vec<_>>(), [(2, 2)]);
    }
}
