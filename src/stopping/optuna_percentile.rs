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
    words: Words,
    goal: Goal,
    /// Without NaN.
    best: Option<Kept>,
    /// The step before; −1 for none.
    before: i64,
    here: Vec<f64>,
}

impl Percentile {
    pub fn new(params: OptunaPercentile, goal: Goal) -> Self {
        Self { params, words: PERCENTILE, goal, best: None, before: -1, here: Vec::new() }
    }

    pub fn median(params: &OptunaMedian, goal: Goal) -> Self {
        let OptunaMedian { n_startup_trials, n_warmup_steps, interval_steps, n_min_trials } = *params;
        let params =
            OptunaPercentile { percentile: 50.0, n_startup_trials, n_warmup_steps, interval_steps, n_min_trials };
        Self { words: MEDIAN, ..Self::new(params, goal) }
    }

    fn judge(&mut self, now: &Moment, first: bool, others: &Others<'_>) -> (Answer, Evidence) {
        let OptunaPercentile { n_startup_trials, n_warmup_steps, interval_steps, n_min_trials, .. } = self.params;
        let complete = others.crowd.complete(others.own);
        if complete == 0 || complete < n_startup_trials {
            return Evidence::lacks(Why::Runs, complete, n_startup_trials.max(1));
        }
        if now.step < signed(n_warmup_steps) {
            return Evidence::lacks(Why::FromStep, 0, n_warmup_steps);
        }
        if !first {
            return (
                Answer::Unsatisfied,
                Evidence { needed: interval_steps, ..Evidence::of(None, Why::BetweenChecks) },
            );
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

/// A count among steps.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
