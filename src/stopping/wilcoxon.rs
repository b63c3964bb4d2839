//! Optuna `WilcoxonPruner`: a signed-rank test against the best run, over the evaluation instances both have.
//!
//! Sources: optuna `pruners/_wilcoxon.py`; SciPy 1.17 `stats.wilcoxon` with `zero_method="zsplit"`. Meant for objectives
//! that are a mean over fixed instances: a step is the number of an instance, in any order. Older versions of SciPy
//! differ where there are ties or zeros.

use crate::math::{mean, normal_cdf};
use crate::model::{Goal, OptunaWilcoxon};

use super::crowd::{Peer, PeerState};
use super::evidence::{Answer, Evidence, Why, Words};
use super::rule::{Moment, Others, RunRule};

const AVERAGES: Words = Words {
    now: "the average",
    with: "that of the best run",
    yes: "worse beyond chance",
    no: "not worse beyond chance",
};
/// Up to here the distribution is exact where all ranks are whole and none is zero.
const EXACT: usize = 50;
/// Up to here it is exact in any case.
const EXACT_WITH_TIES: usize = 13;

pub(super) struct Wilcoxon {
    params: OptunaWilcoxon,
    goal: Goal,
    /// Instance and value, in the order of the reports.
    reported: Vec<(i64, f64)>,
    sum: f64,
    finite: bool,
}

impl Wilcoxon {
    pub fn new(params: OptunaWilcoxon, goal: Goal) -> Self {
        Self { params, goal, reported: Vec::new(), sum: 0.0, finite: true }
    }
}

impl RunRule for Wilcoxon {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        if self.reported.iter().all(|(instance, _)| *instance != now.step) {
            self.reported.push((now.step, value));
            self.sum += value;
            self.finite &= value.is_finite();
        }
        let mut best: Option<&Peer<'_>> = None;
        for peer in others.crowd.others(others.own).filter(|peer| peer.state() == PeerState::Complete) {
            let value = peer.final_value();
            if !value.is_nan() && best.is_none_or(|best| self.goal.better(value, best.final_value())) {
                best = Some(peer);
            }
        }
        let Some(best) = best.filter(|best| !best.values().is_empty()) else {
            return Evidence::lacks(Why::Runs, 0, 1);
        };
        if !self.finite || best.values().iter().any(|value| !value.is_finite()) {
            return (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("values that are not finite")));
        }
        let common = |(instance, value): &(i64, f64)| best.value_at(*instance).map(|other| value - other);
        let differences: Vec<f64> = self.reported.iter().filter_map(common).collect();
        let needed = self.params.n_startup_steps.max(2);
        let p = (differences.len() >= 2).then(|| signed_rank_p(&differences, self.goal == Goal::Minimize));
        let Some(p) = p.filter(|_| differences.len() as u64 >= needed) else {
            let (answer, evidence) = Evidence::lacks(Why::Checkpoints, differences.len() as u64, needed);
            return (answer, Evidence { p, ..evidence });
        };
        let (own, other) = (self.sum / self.reported.len() as f64, mean(best.values()));
        let worse = !self.goal.better(own, other) && own != other;
        let (answer, evidence) = Evidence::compared(p < self.params.p_threshold && worse, own, other, &AVERAGES);
        (answer, Evidence { p: Some(p), peers: 1, ..evidence })
    }
}

/// The one-sided p-value that differences are `greater` than zero, else that they are less.
pub fn signed_rank_p(differences: &[f64], greater: bool) -> f64 {
    let n = differences.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| differences[a].abs().total_cmp(&differences[b].abs()));
    // Twice the middle rank of each, so that all are whole.
    let mut ranks = vec![0_usize; n];
    let (mut at, mut ties, mut tied) = (0, 0.0, false);
    while at < n {
        let mut end = at + 1;
        while end < n && differences[order[end]].abs() == differences[order[at]].abs() {
            end += 1;
        }
        order[at..end].iter().for_each(|&place| ranks[place] = at + end + 1);
        let group = (end - at) as f64;
        ties += group * group * group - group;
        tied |= end - at > 1;
        at = end;
    }
    let zero = |&at: &usize| differences[at] == 0.0;
    let zeros: usize = (0..n).filter(zero).map(|at| ranks[at]).sum();
    let positive: usize = (0..n).filter(|&at| differences[at] > 0.0).map(|at| ranks[at]).sum();
    let tied = tied || (0..n).any(|at| zero(&at));
    if n > if tied { EXACT_WITH_TIES } else { EXACT } {
        let count = n as f64;
        let statistic = positive as f64 / 2.0 + zeros as f64 / 4.0;
        let mean = count * (count + 1.0) * 0.25;
        let variance = (count * (count + 1.0) * (2.0 * count + 1.0) - ties / 2.0) / 24.0;
        let z = (statistic - mean) / variance.sqrt();
        return normal_cdf(if greater { -z } else { z });
    }
    // How many sign patterns give each sum of doubled ranks; at most 2^50, exact as a double.
    let mut patterns = vec![0.0_f64; n * (n + 1) + 1];
    patterns[0] = 1.0;
    let (mut all, mut reach) = (1.0, 0);
    for at in (0..n).filter(|at| !zero(at)) {
        reach += ranks[at];
        all *= 2.0;
        for sum in (ranks[at]..=reach).rev() {
            patterns[sum] += patterns[sum - ranks[at]];
        }
    }
    let tail: f64 = if greater { patterns[positive..=reach].iter().sum() } else { patterns[..=positive].iter().sum() };
    tail / all
}

#[cfg(test)]
mod tests {
    use super::super::probe::Probe;
    use super::*;

    #[test]
    fn small_samples_are_exact() {
        let best = [0.50, 0.52, 0.48, 0.51, 0.49, 0.50];
        let current = [0.53, 0.56, 0.50, 0.50, 0.54, 0.56];
        let p_after = |count: usize| {
            let differences: Vec<f64> = (0..count).map(|at| current[at] - best[at]).collect();
            signed_rank_p(&differences, true)
        };
        assert_eq!([2, 3, 4, 5, 6].map(p_after), [0.25, 0.125, 0.125, 0.0625, 0.03125]);
    }

    #[test]
    fn a_run_that_is_worse_on_the_same_instances_is_pruned() {
        let best = [0.50, 0.52, 0.48, 0.51, 0.49, 0.50];
        let probe = Probe::new(Goal::Minimize, OptunaWilcoxon::default()).peers(0, &[&best]);
        assert_eq!(probe.letters(&[0.53, 0.56, 0.50, 0.50, 0.54, 0.56]), "FFFFTT");
    }

    #[test]
    fn nothing_but_zeros_is_chance() {
        assert_eq!(signed_rank_p(&[0.0; 5], true), 1.0);
        assert!(signed_rank_p(&[0.0; 20], true).is_nan() || signed_rank_p(&[0.0; 20], true) == 0.5);
    }
}
