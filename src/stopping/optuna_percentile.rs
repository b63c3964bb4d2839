//! Optuna `PercentilePruner` and `MedianPruner`: the best so far against the other runs at the same step.
//!
//! Source: optuna `pruners/_percentile.py`, `_median.py`. Only complete runs are compared with, at exactly this step and
//! without interpolation: runs must share a grid of steps.

use crate::model::{Goal, OptunaMedian, OptunaPercentile};

use super::crowd::{PeerState, percentile};
use super::evidence::{Answer, Evidence, Kept, Why, Words};
use super::rule::{Moment, Others, RunRule};

const MEDIAN: Words =
    Words { now: "the best so far", with: "the median of # at this step", yes: "worse", no: "not worse" };
const PERCENTILE: Words = Words { with: "the percentile of # at this step", ..MEDIAN };
const ALL_NAN: &str = "nothing but NaN so far";

pub(super) struct Percentile {
    params: OptunaPercentile,
    words: &'static Words,
    goal: Goal,
    /// Without NaN.
    best: Option<Kept>,
    /// The step before; −1 for none.
    before: i64,
    here: Vec<f64>,
}

impl Percentile {
    pub fn new(params: OptunaPercentile, goal: Goal) -> Self {
        Self { params, words: &PERCENTILE, goal, best: None, before: -1, here: Vec::new() }
    }

    pub fn median(params: &OptunaMedian, goal: Goal) -> Self {
        let OptunaMedian { n_startup_trials, n_warmup_steps, interval_steps, n_min_trials } = *params;
        let params =
            OptunaPercentile { percentile: 50.0, n_startup_trials, n_warmup_steps, interval_steps, n_min_trials };
        Self { words: &MEDIAN, ..Self::new(params, goal) }
    }

    fn judge(&mut self, now: &Moment, first: bool, others: &Others<'_>) -> (Answer, Evidence) {
        let OptunaPercentile { n_startup_trials, n_warmup_steps, interval_steps, n_min_trials, .. } = self.params;
        let complete = others.crowd.complete(others.own);
        if complete == 0 || complete < n_startup_trials {
            return Evidence::lacks(Why::Runs, complete, n_startup_trials.max(1));
        }
        if let Some(silent) = silent(now.step, first, n_warmup_steps, interval_steps) {
            return silent;
        }
        let Some(best) = self.best else {
            return (Answer::Satisfied, Evidence::of(now.value, Why::Plain(ALL_NAN)));
        };
        self.here.clear();
        for peer in others.crowd.others(others.own).filter(|peer| peer.state() == PeerState::Complete) {
            self.here.extend(peer.value_at(now.step));
        }
        let here = self.here.len() as u64;
        if here < n_min_trials {
            return Evidence::lacks(Why::RunsHere, here, n_min_trials);
        }
        let share = match self.goal {
            Goal::Minimize => self.params.percentile,
            Goal::Maximize => 100.0 - self.params.percentile,
        };
        let bar = percentile(&mut self.here, share);
        if bar.is_nan() {
            return (Answer::Unsatisfied, Evidence::of(now.value, Why::Plain("the other runs have no number here")));
        }
        let (answer, evidence) = Evidence::compared(self.goal.better(bar, best.value), best.value, bar, self.words);
        (answer, Evidence { peers: here, ..evidence })
    }
}

impl RunRule for Percentile {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        if !value.is_nan() && self.best.is_none_or(|best| self.goal.better(value, best.value)) {
            self.best = Some(Kept { value, step: now.step });
        }
        let first = first_in_interval(now.step, self.before, self.params.n_warmup_steps, self.params.interval_steps);
        self.before = self.before.max(now.step);
        let (answer, evidence) = self.judge(now, first, others);
        (answer, Evidence { best: self.best, ..evidence })
    }
}

/// Whether a step is the first report of its interval; `before` is the largest step before it, −1 for none.
pub(super) fn first_in_interval(step: i64, before: i64, warmup: u64, interval: u64) -> bool {
    let (warmup, interval) = (signed(warmup), signed(interval.max(1)));
    let near = step.saturating_sub(warmup).div_euclid(interval).saturating_mul(interval).saturating_add(warmup);
    before < near
}

/// What Optuna's pruners say where they do not look: before the warm-up is over, and between two checks.
pub(super) fn silent(step: i64, first: bool, warmup: u64, interval: u64) -> Option<(Answer, Evidence)> {
    if step < signed(warmup) {
        return Some(Evidence::lacks(Why::FromStep, 0, warmup));
    }
    let between = || Evidence { needed: interval, ..Evidence::of(None, Why::BetweenChecks) };
    (!first).then(|| (Answer::Unsatisfied, between()))
}

/// A count among steps.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;

    const A: &[f64] = &[0.9, 0.7, 0.6, 0.5];
    const B: &[f64] = &[0.8, 0.65, 0.5, 0.45];
    const C: &[f64] = &[1.0, 0.9, 0.8, 0.7];

    fn median(n_startup_trials: u64) -> OptunaMedian {
        OptunaMedian { n_startup_trials, ..OptunaMedian::default() }
    }

    fn against(rule: OptunaMedian, values: &[f64]) -> String {
        Probe::new(Goal::Minimize, rule).peers(0, &[A, B, C]).letters(values)
    }

    #[test]
    fn the_best_so_far_is_held_against_the_same_step() {
        assert_eq!(against(median(3), &[0.85, 0.72, 0.6, 0.55]), "FTFT");
        assert_eq!(against(median(5), &[9.0; 4]), "FFFF");
        assert_eq!(against(median(1), &[NAN, 0.72, 0.6, NAN]), "TTFT");
        let sparse = OptunaMedian { n_warmup_steps: 1, interval_steps: 2, ..median(1) };
        assert_eq!(against(sparse, &[2.0; 4]), "FTFT");
    }

    #[test]
    fn a_step_that_no_run_reported_is_never_judged() {
        let probe = Probe::new(Goal::Minimize, median(1)).peers(0, &[A, B, C]);
        assert_eq!(Probe { steps: Some(vec![0, 2, 7]), ..probe }.letters(&[2.0; 3]), "TTF");
    }

    #[test]
    fn a_percentile_keeps_that_share() {
        let keep =
            |percentile: f64| OptunaPercentile { percentile, n_startup_trials: 1, ..OptunaPercentile::default() };
        let inverted: Vec<Vec<f64>> = [A, B, C].iter().map(|run| run.iter().map(|v| 1.0 - v).collect()).collect();
        let peers: Vec<&[f64]> = inverted.iter().map(Vec::as_slice).collect();
        let up = Probe::new(Goal::Maximize, keep(25.0)).peers(0, &peers);
        assert_eq!(up.letters(&[0.15, 0.33, 0.45, 0.52]), "FFFT");
        let down = Probe::new(Goal::Minimize, keep(75.0)).peers(0, &[A, B, C]);
        assert_eq!(down.letters(&[0.95, 0.95, 0.75, 0.61]), "FTTT");
    }
}
