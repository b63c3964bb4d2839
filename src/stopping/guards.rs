//! Guards that look at the current value: not finite, diverged, good enough.
//!
//! NaN never satisfies `divergence` or `target_reached`. `keras_terminate_on_nan` (keras `callbacks/terminate_on_nan.py`)
//! is `non_finite` under another name.

use crate::model::{Divergence, Goal};

use super::evidence::{Answer, Evidence, Kept, Why, Words};
use super::rule::{Moment, Others, RunRule};

const DIVERGED: Words = Words { now: "now", with: "the threshold", yes: "worse", no: "not worse" };
const MULTIPLE: Words = Words { now: "now", with: "the multiple of the best so far", yes: "beyond", no: "not beyond" };
const TARGET: Words = Words { now: "now", with: "the target", yes: "reached", no: "not reached" };

/// The value is NaN or infinite.
pub(super) struct NonFinite;

impl RunRule for NonFinite {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        match now.value {
            None => Evidence::no_value(),
            Some(value) => {
                let finite = value.is_finite();
                let why = Why::Plain(if finite { "finite" } else { "not finite" });
                (Answer::of(!finite), Evidence::of(Some(value), why))
            }
        }
    }
}

/// The value is worse than a threshold, or more than a multiple of the best so far.
pub(super) struct Diverging {
    params: Divergence,
    goal: Goal,
    best: Option<Kept>,
}

impl Diverging {
    pub fn new(params: Divergence, goal: Goal) -> Self {
        Self { params, goal, best: None }
    }
}

impl RunRule for Diverging {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let before = self.best;
        if !value.is_nan() && before.is_none_or(|best| self.goal.better(value, best.value)) {
            self.best = Some(Kept { value, step: now.step });
        }
        let multiple = before
            .filter(|best| best.value > 0.0 && self.goal == Goal::Minimize)
            .and_then(|best| Some(self.params.factor? * best.value));
        let worse = self.params.threshold.filter(|&threshold| self.goal.better(threshold, value));
        let (answer, evidence) = match (worse, multiple, self.params.threshold) {
            (Some(threshold), ..) => Evidence::compared(true, value, threshold, &DIVERGED),
            (None, Some(multiple), _) => Evidence::compared(value > multiple, value, multiple, &MULTIPLE),
            (None, None, Some(threshold)) => Evidence::compared(false, value, threshold, &DIVERGED),
            (None, None, None) => {
                (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("no positive best to compare with")))
            }
        };
        (answer, Evidence { best: self.best, ..evidence })
    }
}

/// The value is at or beyond a target.
pub(super) struct Target {
    pub target: f64,
    pub goal: Goal,
}

impl RunRule for Target {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let reached = value == self.target || self.goal.better(value, self.target);
        Evidence::compared(reached, value, self.target, &TARGET)
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, down, up};
    use super::*;
    use crate::model::{KerasTerminateOnNan, NonFinite as NonFiniteParams, TargetReached};

    #[test]
    fn values_that_are_not_finite_stop() {
        assert_eq!(down(NonFiniteParams {}, &[0.5, NAN, 0.4, f64::INFINITY]), "FTFT");
        assert_eq!(down(KerasTerminateOnNan {}, &[0.5, NAN, 0.4, f64::INFINITY]), "FTFT");
    }

    #[test]
    fn divergence_is_strict() {
        let threshold = Divergence { threshold: Some(1.5), factor: None };
        assert_eq!(down(threshold.clone(), &[0.9, 1.5, 1.6, NAN]), "FFTF");
        assert_eq!(up(threshold, &[1.6, 1.5, 1.4]), "FFT");
        let factor = Divergence { threshold: None, factor: Some(3.0) };
        assert_eq!(down(factor.clone(), &[1.0, 0.5, 1.4, 1.6]), "FFFT");
        assert_eq!(up(factor, &[1.0, 0.1, 9.0]), "FFF");
    }

    #[test]
    fn a_target_is_reached_by_equality() {
        assert_eq!(down(TargetReached { target: 0.5 }, &[0.9, 0.5, 0.6, NAN]), "FTFF");
        assert_eq!(up(TargetReached { target: 0.5 }, &[0.4, 0.5, 0.6]), "FTT");
    }
}
