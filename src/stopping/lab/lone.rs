//! Rules that look at one run alone, reduced to their answers.
//!
//! They decide as the rules of the ledger do, which also say why; the tests of `replay` hold them against each other.

use crate::model::{Goal, KerasEarlyStopping, LightningEarlyStopping};
use crate::stopping::Answer;

use super::history::{History, Replayed};
use super::replay::Follower;

/// A rule with what it remembers of a run.
pub(super) trait LoneRule {
    type Memory: Clone;

    /// Before the first checkpoint.
    fn begin(&self) -> Self::Memory;

    fn step(&self, memory: &mut Self::Memory, run: &Replayed, at: usize) -> Answer;
}

/// A rule that follows each run by itself.
pub(super) struct Lone<R: LoneRule> {
    rule: R,
    /// One for each run, where runs happen at once; else made when it is needed.
    memories: Vec<R::Memory>,
}

impl<R: LoneRule> Lone<R> {
    pub fn new(rule: R) -> Self {
        Self { rule, memories: Vec::new() }
    }
}

impl<R: LoneRule> Follower for Lone<R> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        if self.memories.is_empty() {
            self.memories.resize(history.runs.len(), self.rule.begin());
        }
        self.rule.step(&mut self.memories[run], &history.runs[run], at)
    }

    fn first_stop(&mut self, history: &History, run: usize) -> Option<usize> {
        let (of, mut memory) = (&history.runs[run], self.rule.begin());
        (0..of.len()).find(|&at| self.rule.step(&mut memory, of, at) == Answer::Satisfied)
    }

    fn compares_runs(&self) -> bool {
        false
    }
}

/// SigOpt's convergence.
pub(super) struct Convergence {
    pub lookback: usize,
    /// More than `lookback`.
    pub needed: usize,
    pub goal: Goal,
}

impl LoneRule for Convergence {
    type Memory = ();

    fn begin(&self) {}

    fn step(&self, (): &mut (), run: &Replayed, at: usize) -> Answer {
        if at + 1 < self.needed {
            return Answer::Undecided;
        }
        let values = run.run.series.values();
        Answer::of(!self.goal.better(values[at], values[at - self.lookback]))
    }
}

/// Keras' early stopping.
pub(super) struct Keras {
    params: KerasEarlyStopping,
    goal: Goal,
    delta: f64,
}

/// The best value so far, `None` before the first, and the checks since.
#[derive(Clone, Copy)]
pub(super) struct Wait {
    best: Option<f64>,
    checks: u64,
}

impl Keras {
    pub fn new(params: KerasEarlyStopping, goal: Goal) -> Self {
        Self { goal, delta: params.min_delta.abs(), params }
    }

    fn improves(&self, value: f64, on: f64) -> bool {
        match self.goal {
            Goal::Minimize => value + self.delta < on,
            Goal::Maximize => value - self.delta > on,
        }
    }

    /// Says whether a checkpoint is before the start, and whether it is of the first epoch or before.
    ///
    /// Epochs count from 0: the stated one, else the ordinal.
    fn early(&self, run: &Replayed, at: usize) -> (bool, bool) {
        match run.run.series.epochs().get(at) {
            Some(stated) if !stated.is_nan() => {
                let epoch = stated.floor() - run.first_epoch;
                (epoch < self.params.start_from_epoch as f64, epoch <= 0.0)
            }
            _ => ((at as u64) < self.params.start_from_epoch, at == 0),
        }
    }
}

impl LoneRule for Keras {
    type Memory = Wait;

    fn begin(&self) -> Wait {
        Wait { best: None, checks: 0 }
    }

    fn step(&self, wait: &mut Wait, run: &Replayed, at: usize) -> Answer {
        let (before_start, first) = self.early(run, at);
        if before_start {
            return Answer::Undecided;
        }
        let value = run.run.series.values()[at];
        wait.checks += 1;
        if wait.best.is_none_or(|best| self.improves(value, best)) {
            wait.best = Some(value);
            if self.params.baseline.is_none_or(|baseline| self.improves(value, baseline)) {
                wait.checks = 0;
            }
            return Answer::Unsatisfied;
        }
        Answer::of(wait.checks >= self.params.patience && !first)
    }
}

/// Lightning's early stopping, and patience, which is the same without its checks.
pub(super) struct Lightning {
    params: LightningEarlyStopping,
    goal: Goal,
}

impl Lightning {
    pub fn new(params: LightningEarlyStopping) -> Self {
        Self { goal: params.mode.unwrap_or(Goal::Minimize), params }
    }
}

impl LoneRule for Lightning {
    type Memory = Wait;

    fn begin(&self) -> Wait {
        let worst = if self.goal == Goal::Minimize { f64::INFINITY } else { f64::NEG_INFINITY };
        Wait { best: Some(worst), checks: 0 }
    }

    fn step(&self, wait: &mut Wait, run: &Replayed, at: usize) -> Answer {
        let value = run.run.series.values()[at];
        let params = &self.params;
        let beyond = |threshold: Option<f64>, goal: Goal| threshold.is_some_and(|it| goal.better(value, it));
        if (params.check_finite && !value.is_finite())
            || beyond(params.stopping_threshold, self.goal)
            || beyond(params.divergence_threshold, self.goal.flipped())
        {
            return Answer::Satisfied;
        }
        let improves = |best: f64| match self.goal {
            Goal::Minimize => value + params.min_delta < best,
            Goal::Maximize => value - params.min_delta > best,
        };
        if wait.best.is_none_or(improves) {
            *wait = Wait { best: Some(value), checks: 0 };
            return Answer::Unsatisfied;
        }
        wait.checks += 1;
        Answer::of(wait.checks >= params.patience)
    }
}
