//! Transformers `EarlyStoppingCallback`: the check comes first, then the trainer moves its best metric.
//!
//! Source: transformers `trainer_callback.py` (`EarlyStoppingCallback`) and `trainer.py` (`_determine_best_metric`). The
//! best moves on any improvement, the count returns to 0 only on one beyond the threshold: a run that creeps is stopped.

use crate::model::{Goal, HfEarlyStopping};

use super::evidence::{Answer, Evidence, Kept, Why};
use super::rule::{Moment, Others, RunRule};

pub(super) struct Hf {
    patience: u64,
    threshold: f64,
    goal: Goal,
    /// Infinite after a first value that is NaN.
    best: Option<Kept>,
    wait: u64,
}

impl Hf {
    pub fn new(params: &HfEarlyStopping, goal: Goal) -> Self {
        let goal = match params.greater_is_better {
            None => goal,
            Some(true) => Goal::Maximize,
            Some(false) => Goal::Minimize,
        };
        let (patience, threshold) = (params.early_stopping_patience, params.early_stopping_threshold);
        Self { patience, threshold, goal, best: None, wait: 0 }
    }
}

impl RunRule for Hf {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else {
            let (answer, evidence) = Evidence::no_value();
            return (answer, Evidence { wait: self.wait, best: self.best, ..evidence });
        };
        let before = self.best;
        let better = |best: Kept| self.goal.better(value, best.value);
        let improved = before.is_none_or(|best| better(best) && (value - best.value).abs() > self.threshold);
        self.wait = if improved { 0 } else { self.wait + 1 };
        let worst = if self.goal == Goal::Minimize { f64::INFINITY } else { f64::NEG_INFINITY };
        let best = before.unwrap_or(Kept { value: worst, step: now.step });
        self.best = Some(if better(best) { Kept { value, step: now.step } } else { best });
        let evidence = Evidence {
            reference: before.map(|best| best.value),
            reference_step: before.map(|best| best.step),
            wait: self.wait,
            needed: self.patience,
            best: self.best,
            ..Evidence::of(Some(value), if improved { Why::Improved } else { Why::Waiting })
        };
        (Answer::of(self.wait >= self.patience), evidence)
    }
}
