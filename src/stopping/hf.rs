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

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;

    fn check(goal: Goal, patience: u64, threshold: f64, values: &[f64], letters: &str, waits: &[u64]) {
        let params = HfEarlyStopping {
            early_stopping_patience: patience,
            early_stopping_threshold: threshold,
            greater_is_better: None,
        };
        let probe = Probe::new(goal, params);
        assert_eq!((probe.letters(values).as_str(), probe.waits(values).as_slice()), (letters, waits));
    }

    #[test]
    fn evaluations_without_improvement_are_counted() {
        check(Goal::Minimize, 2, 0.0, &[1.0, 0.8, 0.9, 0.85, 0.7], "FFFTF", &[0, 0, 1, 2, 0]);
    }

    #[test]
    fn a_run_that_creeps_is_stopped() {
        check(Goal::Maximize, 3, 0.02, &[0.5, 0.51, 0.52, 0.53, 0.54], "FFFTT", &[0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_leading_nan_is_beaten_by_the_first_number() {
        check(Goal::Minimize, 2, 0.0, &[NAN, 0.9, NAN, NAN, 0.8], "FFFTF", &[0, 0, 1, 2, 0]);
    }
}
