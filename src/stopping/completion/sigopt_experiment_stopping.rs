//! SigOpt's stopping criteria of an experiment: possible stagnation, and the observation budget.
//!
//! The budget is reached by *more* observations than it has, although the documentation speaks of having reached it:
//! the server's own tests pin it. Stagnation with one optimized metric: the newest `5·D` observations, D being the
//! number of parameters, bring nothing better than the fifth best before them. With several optimized metrics or
//! solutions it is only looked at beyond the budget: the Pareto frontier has not moved. Both need five observations
//! before the look-back. Failures are worse than everything. Source: `handlers/experiments/stopping_criteria.py` of SigOpt's server.

use crate::stopping::Answer;

use super::jobs::{Column, Finished, Jobs};
use super::judge::{Reading, Rule, Ruling};

/// Observations that the look-back takes for each parameter, and so many best before it are compared with.
const LOOK_BACK_FACTOR: usize = 5;
const TOP: usize = 5;

/// Which of SigOpt's reasons to stop hold, in the order in which it lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reasons {
    pub possible_stagnation: bool,
    pub observation_budget_reached: bool,
}

impl Reasons {
    /// The words of the wire format.
    pub fn words(self) -> Vec<&'static str> {
        let named = [
            (self.possible_stagnation, "possible_stagnation"),
            (self.observation_budget_reached, "observation_budget_reached"),
        ];
        named.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word).collect()
    }
}

/// The criteria, with what was found in the observations before the look-back and in all.
pub(super) struct Stopping {
    columns: Vec<Column>,
    look_back: usize,
    old: Frontier,
    all: Frontier,
}

impl Stopping {
    pub fn new(jobs: &Jobs) -> Self {
        let terms = jobs.terms();
        let optimized = terms.metrics.iter().filter(|metric| metric.optimized);
        let columns: Vec<Column> = optimized.filter_map(|metric| jobs.column(Some(&metric.name))).collect();
        let look_back = terms.dimension.saturating_mul(LOOK_BACK_FACTOR);
        Self { columns, look_back, old: Frontier::default(), all: Frontier::default() }
    }

    /// The values of an observation, larger being better; a failure is worse than everything.
    fn scores(&self, jobs: Finished<'_>, rank: usize) -> Vec<f64> {
        let score = |column: &Column| match (jobs.value(*column, rank), column.goal) {
            (None, _) => f64::NEG_INFINITY,
            (Some(value), crate::model::Goal::Maximize) => value,
            (Some(value), crate::model::Goal::Minimize) => -value,
        };
        self.columns.iter().map(score).collect()
    }

    /// `before` is the number of observations before the look-back, at least 5.
    fn one_metric_stagnates(&self, jobs: Finished<'_>, before: usize) -> bool {
        let score = |rank| self.scores(jobs, rank)[0];
        let mut old: Vec<f64> = (0..before).map(score).collect();
        let (_, fifth_best, _) = old.select_nth_unstable_by(TOP - 1, |a, b| b.total_cmp(a));
        let newest = (before..jobs.count()).map(score).fold(f64::NEG_INFINITY, f64::max);
        *fifth_best >= newest
    }
}

impl Rule for Stopping {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let terms = jobs.jobs().terms();
        let count = jobs.count();
        let budget_reached = terms.observation_budget.is_some_and(|budget| count as u64 > budget);
        let several = self.columns.len() > 1 || terms.num_solutions > 1;
        if several && let Some(newest) = count.checked_sub(1) {
            self.all.add(self.scores(jobs, newest));
            if let Some(leaving) = newest.checked_sub(self.look_back) {
                self.old.add(self.scores(jobs, leaving));
            }
        }
        let before = count.checked_sub(self.look_back).filter(|before| *before >= TOP && !self.columns.is_empty());
        let possible_stagnation = match before {
            None => false,
            Some(_) if several => budget_reached && self.old.is_same(&self.all),
            Some(before) => self.one_metric_stagnates(jobs, before),
        };
        let reasons = Reasons { possible_stagnation, observation_budget_reached: budget_reached };
        let holds = possible_stagnation || budget_reached;
        let answer = if holds { Answer::Satisfied } else { Answer::Unsatisfied };
        let window = self.look_back as u64;
        Ruling::new(answer, Reading::Sigopt { reasons, window, count: count as u64, budget: terms.observation_budget })
    }
}

/// The tuples that no other tuple dominates, each once.
#[derive(Default)]
struct Frontier(Vec<Vec<f64>>);

impl Frontier {
    /// Takes a tuple in; O(frontier).
    fn add(&mut self, new: Vec<f64>) {
        let at_least = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a >= b);
        if self.0.iter().any(|old| at_least(old, &new)) {
            return;
        }
        self.0.retain(|old| !at_least(&new, old));
        self.0.push(new);
    }

    fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|tuple| other.0.contains(tuple))
    }
}

#[cfg(test)]
mod tests {
    use super::super::jobs::tests::of;
    use super::super::judge::Judge;
    use super::super::{Job, Measure, Terms};
    use super::*;
    use crate::model::{Criterion, CriterionKind, Goal, MetricName, SigoptExperimentStopping};

    /// The words after the last observation.
    fn words(jobs: &Jobs) -> Vec<&'static str> {
        let criterion = Criterion {
            name: "sigopt".into(),
            metric: None,
            kind: CriterionKind::Rule(SigoptExperimentStopping {}.into()),
        };
        let mut last = Vec::new();
        for verdicts in Judge::new(std::slice::from_ref(&criterion), jobs) {
            if let Reading::Sigopt { reasons, .. } = verdicts[0].reading {
                last = reasons.words();
            }
        }
        last
    }

    fn maximized(values: &[f64]) -> Jobs {
        let terms = Terms { dimension: 1, observation_budget: Some(10), ..Terms::default() };
        of(Goal::Maximize, &values.iter().copied().map(Some).collect::<Vec<_>>(), terms)
    }

    #[test]
    fn stagnation_needs_five_before_the_look_back() {
        let mut values = vec![1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.0, 0.0, 0.0];
        assert_eq!(words(&maximized(&values)), Vec::<&str>::new());
        values.push(0.0);
        assert_eq!(words(&maximized(&values)), ["possible_stagnation"]);
        values.push(6.0);
        assert_eq!(words(&maximized(&values)), ["observation_budget_reached"]);
    }

    #[test]
    fn beating_the_fifth_best_is_enough() {
        let tie = [5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        assert_eq!(words(&maximized(&tie)), ["possible_stagnation"]);
        let better = [5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.5];
        assert_eq!(words(&maximized(&better)), Vec::<&str>::new());
    }

    /// Two maximized metrics, one parameter, a budget of six.
    fn two(values: &[Option<(f64, f64)>]) -> Jobs {
        let metric = |name| Measure { name: MetricName::new(name), goal: Goal::Maximize, optimized: true };
        let metrics = vec![metric("a"), metric("b")];
        let job = |pair: &Option<(f64, f64)>| Job {
            values: vec![pair.map(|pair| pair.0), pair.map(|pair| pair.1)],
            ..Job::default()
        };
        let terms = Terms { metrics, dimension: 1, observation_budget: Some(6), ..Terms::default() };
        Jobs::new(terms, values.iter().map(job).collect())
    }

    #[test]
    fn a_frontier_that_has_not_moved_stagnates_beyond_the_budget() {
        let mut values = vec![Some((1.0, 2.0)), Some((2.0, 1.0)), None, None, None, None];
        assert_eq!(words(&two(&values)), Vec::<&str>::new());
        values.extend([None; 3]);
        assert_eq!(words(&two(&values)), ["observation_budget_reached"]);
        values.push(None);
        assert_eq!(words(&two(&values)), ["possible_stagnation", "observation_budget_reached"]);
        values.push(Some((3.0, 0.0)));
        assert_eq!(words(&two(&values)), ["observation_budget_reached"]);
    }

    #[test]
    fn constraints_alone_never_stagnate() {
        let mut jobs = maximized(&[0.0; 20]);
        assert_eq!(words(&jobs).len(), 2);
        let terms = Terms {
            metrics: vec![Measure { optimized: false, ..jobs.terms().metrics[0].clone() }],
            ..jobs.terms().clone()
        };
        jobs = Jobs::new(terms, (0..20).map(|_| Job { values: vec![Some(0.0)], ..Job::default() }).collect());
        assert_eq!(words(&jobs), ["observation_budget_reached"]);
    }
}
