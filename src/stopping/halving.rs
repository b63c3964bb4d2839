//! Optuna `SuccessiveHalvingPruner` (asynchronous): at each rung only the best share goes on.
//!
//! Source: optuna `pruners/_successive_halving.py`; L. Li et al., "A System for Massively Parallel Hyperparameter
//! Tuning", MLSys 2020. Every run leaves the value that it had at each rung it reached; values of pruned runs stay.
//! Ties are kept.

use crate::model::{Goal, OptunaSuccessiveHalving, Resource};

use super::evidence::{Answer, Evidence, Why, Words};
use super::optuna_percentile::signed;
use super::rule::{Moment, Others, RunRule};

const KEPT: Words =
    Words { now: "now", with: "the worst that is kept of # at this rung", yes: "worse", no: "not worse" };

/// What all runs under one rule have left behind: their values at each rung, in rising order, and what was fixed once
/// for the whole experiment.
#[derive(Debug, Clone, Default)]
pub struct Rungs {
    values: Vec<((u64, u64), Vec<f64>)>,
    pub(super) automatic: Option<u64>,
}

impl Rungs {
    /// The resource that was taken from the complete runs, once it is.
    pub fn automatic(&self) -> Option<u64> {
        self.automatic
    }

    /// The values of a rung of a bracket.
    pub(super) fn of(&mut self, bracket: u64, rung: u64) -> &mut Vec<f64> {
        let key = (bracket, rung);
        let at = self.values.iter().position(|(of, _)| *of == key).unwrap_or_else(|| {
            self.values.push((key, Vec::new()));
            self.values.len() - 1
        });
        &mut self.values[at].1
    }
}

/// Adds a value in its place.
pub(super) fn insert(sorted: &mut Vec<f64>, value: f64) {
    let at = sorted.partition_point(|other| other.total_cmp(&value).is_lt());
    sorted.insert(at, value);
}

pub(super) struct Halving {
    min_resource: Resource,
    eta: u64,
    rate: u64,
    bootstrap_count: u64,
    goal: Goal,
    /// Runs of other brackets are no competitors.
    bracket: u64,
    /// How many rungs this run has left its value at.
    rung: u64,
}

impl Halving {
    pub fn new(params: &OptunaSuccessiveHalving, goal: Goal) -> Self {
        Self::of_bracket(params, goal, 0)
    }

    pub fn of_bracket(params: &OptunaSuccessiveHalving, goal: Goal, bracket: u64) -> Self {
        let OptunaSuccessiveHalving { min_resource, reduction_factor, min_early_stopping_rate, bootstrap_count } =
            *params;
        Self {
            min_resource,
            eta: reduction_factor.max(2),
            rate: min_early_stopping_rate,
            bootstrap_count,
            goal,
            bracket,
            rung: 0,
        }
    }

    /// The step at which the next rung stands.
    fn milestone(&self, min_resource: u64) -> u64 {
        let power = u32::try_from(self.rate.saturating_add(self.rung)).unwrap_or(u32::MAX);
        min_resource.max(1).saturating_mul(self.eta.saturating_pow(power))
    }
}

impl RunRule for Halving {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let fixed = match self.min_resource {
            Resource::Of(amount) => Some(amount),
            Resource::Auto => others.rungs.automatic,
        };
        let longest = || others.crowd.longest(others.own).map(|last| u64::try_from(last / 100).unwrap_or(0).max(1));
        let Some(min_resource) = fixed.or_else(longest) else { return Evidence::lacks(Why::Runs, 0, 1) };
        if self.min_resource == Resource::Auto {
            others.rungs.automatic = Some(min_resource);
        }
        let mut last = None;
        loop {
            let milestone = self.milestone(min_resource);
            if now.step < signed(milestone) {
                let waiting = Evidence { needed: milestone, ..Evidence::of(Some(value), Why::BetweenRungs) };
                return match (last, self.rung) {
                    (Some(kept), _) => (Answer::Unsatisfied, kept),
                    (None, 0) => Evidence::lacks(Why::FromStep, 0, milestone),
                    (None, _) => (Answer::Unsatisfied, waiting),
                };
            }
            if value.is_nan() {
                return (Answer::Satisfied, Evidence::of(Some(value), Why::Plain("not a number at a rung")));
            }
            let competing = others.rungs.of(self.bracket, self.rung);
            insert(competing, value);
            self.rung += 1;
            let count = competing.len();
            if count as u64 <= self.bootstrap_count {
                return (Answer::Satisfied, Evidence::of(Some(value), Why::Plain("the rung is still filling")));
            }
            let kept = (count as u64 / self.eta).saturating_sub(1) as usize;
            let bar = match self.goal {
                Goal::Minimize => competing[kept],
                Goal::Maximize => competing[count - 1 - kept],
            };
            let (answer, evidence) = Evidence::compared(self.goal.better(bar, value), value, bar, &KEPT);
            let evidence = Evidence { peers: count as u64, ..evidence };
            if answer == Answer::Satisfied {
                return (answer, evidence);
            }
            last = Some(evidence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::objective;
    use super::*;
    use crate::model::{Criterion, CriterionKind, MetricName, Rule, Series};
    use crate::stopping::{Crowd, Frame, Peer, PeerState, Watch};

    const RUNS: [&[f64]; 5] = [
        &[0.9, 0.8, 0.7, 0.6],
        &[0.8, 0.7, 0.6, 0.5],
        &[0.85, 0.6, 0.5, 0.4],
        &[0.7, 0.65, 0.55, 0.45],
        &[0.95, 0.9, 0.1, 0.1],
    ];

    /// Runs reported one after another, each until it is pruned.
    fn decisions(rule: OptunaSuccessiveHalving) -> Vec<String> {
        let kind = CriterionKind::Rule(Rule::from(rule));
        let criterion = Criterion { name: "halving".to_owned(), metric: None, kind };
        let all: Vec<Series> = (RUNS.iter())
            .map(|values| {
                let mut series = Series::default();
                (1..).zip(*values).for_each(|(step, &value)| series.push(step, value, None, None));
                series
            })
            .collect();
        let mut crowd = Crowd::new(Goal::Minimize, all.iter().map(|series| Peer::new(series, None)).collect());
        let objective = objective(Goal::Minimize);
        let goal_of = |_: &MetricName| Goal::Minimize;
        let frame =
            Frame { objective: Some(&objective), goal_of: &goal_of, max_checkpoints: None, experiment: "", tags: &[] };
        let mut rungs = Vec::new();
        (0..RUNS.len())
            .map(|run| {
                let mut watch = Watch::new(std::slice::from_ref(&criterion), frame);
                let mut letters = String::new();
                for (at, &value) in RUNS[run].iter().enumerate() {
                    crowd.advance(run);
                    let (ordinal, step) = (at as u64 + 1, at as i64 + 1);
                    let now = Moment { ordinal, step, value: Some(value), epoch: None, elapsed: None };
                    watch.step(0, &now, &crowd, run, &mut rungs);
                    let stop = watch.answer() == Answer::Satisfied;
                    letters.push(if stop { 'T' } else { 'F' });
                    if stop {
                        break;
                    }
                }
                crowd.end(run, if letters.ends_with('T') { PeerState::Cut } else { PeerState::Complete });
                letters
            })
            .collect()
    }

    #[test]
    fn only_the_best_share_goes_on() {
        let rule = OptunaSuccessiveHalving {
            min_resource: Resource::Of(1),
            reduction_factor: 2,
            ..OptunaSuccessiveHalving::default()
        };
        assert_eq!(decisions(rule.clone()), ["FFFF", "FFFF", "T", "FFFF", "T"]);
        let four = OptunaSuccessiveHalving { reduction_factor: 4, ..rule.clone() };
        assert_eq!(decisions(four), ["FFFF", "FFFF", "T", "FFFF", "T"]);
        let filling = OptunaSuccessiveHalving { bootstrap_count: 2, ..rule };
        assert_eq!(decisions(filling), ["T", "T", "T", "FT", "T"]);
    }

    #[test]
    fn an_automatic_resource_waits_for_a_complete_run() {
        let auto = OptunaSuccessiveHalving { reduction_factor: 2, ..OptunaSuccessiveHalving::default() };
        assert_eq!(decisions(auto)[0], "FFFF");
    }
}
