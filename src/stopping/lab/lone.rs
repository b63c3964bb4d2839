//! Rules that look at one run alone, reduced to their answers.
//!
//! They decide as the rules of the ledger do, which also say why; the tests of `replay` hold them against each other.

use crate::model::{Goal, KerasEarlyStopping, LightningEarlyStopping};
use crate::stopping::Answer;

use super::history::{History, Replayed};
use super::replay::{Follower, decided};

/// SigOpt's convergence.
pub(super) struct Convergence {
    pub lookback: usize,
    pub needed: usize,
    pub goal: Goal,
}

impl Follower for Convergence {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        if at + 1 < self.needed {
            return Answer::Undecided;
        }
        let values = history.runs[run].run.series.values();
        decided(!self.goal.better(values[at], values[at - self.lookback]))
    }
}

/// The best value so far and the checks since.
#[derive(Clone, Copy)]
struct Wait {
    best: f64,
    checks: u64,
}

/// Keras' early stopping; `None` is no best yet.
pub(super) struct Keras {
    params: KerasEarlyStopping,
    goal: Goal,
    runs: Vec<Option<Wait>>,
}

impl Keras {
    pub fn new(params: &KerasEarlyStopping, goal: Goal, history: &History) -> Self {
        Self { params: params.clone(), goal, runs: vec![None; history.runs.len()] }
    }

    fn improves(&self, value: f64, on: f64) -> bool {
        let delta = self.params.min_delta.abs();
        match self.goal {
            Goal::Minimize => value + delta < on,
            Goal::Maximize => value - delta > on,
        }
    }
}

/// The epoch of a checkpoint, counted from 0: the stated one, else the ordinal.
fn epoch(run: &Replayed, at: usize) -> f64 {
    match run.run.series.epoch(at) {
        None => at as f64,
        Some(stated) => stated.floor() - run.first_epoch,
    }
}

impl Follower for Keras {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let of = &history.runs[run];
        let epoch = epoch(of, at);
        if epoch < self.params.start_from_epoch as f64 {
            return Answer::Undecided;
        }
        let value = of.run.series.values()[at];
        let before = self.runs[run];
        let mut checks = before.map_or(0, |wait| wait.checks) + 1;
        let improved = before.is_none_or(|wait| self.improves(value, wait.best));
        let best = if improved { value } else { before.map_or(value, |wait| wait.best) };
        if improved && self.params.baseline.is_none_or(|baseline| self.improves(value, baseline)) {
            checks = 0;
        }
        self.runs[run] = Some(Wait { best, checks });
        decided(!improved && checks >= self.params.patience && epoch > 0.0)
    }
}

/// Lightning's early stopping, and patience, which is the same without its checks.
pub(super) struct Lightning {
    params: LightningEarlyStopping,
    goal: Goal,
    runs: Vec<Wait>,
}

impl Lightning {
    pub fn new(params: &LightningEarlyStopping, history: &History) -> Self {
        let goal = params.mode.unwrap_or(Goal::Minimize);
        let worst = if goal == Goal::Minimize { f64::INFINITY } else { f64::NEG_INFINITY };
        Self { params: params.clone(), goal, runs: vec![Wait { best: worst, checks: 0 }; history.runs.len()] }
    }
}

impl Follower for Lightning {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let value = history.runs[run].run.series.values()[at];
        let params = &self.params;
        let beyond = |threshold: Option<f64>, goal: Goal| threshold.is_some_and(|it| goal.better(value, it));
        if (params.check_finite && !value.is_finite())
            || beyond(params.stopping_threshold, self.goal)
            || beyond(params.divergence_threshold, self.goal.flipped())
        {
            return Answer::Satisfied;
        }
        let wait = &mut self.runs[run];
        let improved = match self.goal {
            Goal::Minimize => value + params.min_delta < wait.best,
            Goal::Maximize => value - params.min_delta > wait.best,
        };
        *wait = if improved { Wait { best: value, checks: 0 } } else { Wait { checks: wait.checks + 1, ..*wait } };
        decided(!improved && wait.checks >= params.patience)
    }
}
