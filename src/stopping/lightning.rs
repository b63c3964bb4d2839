//! Lightning `EarlyStopping`, and our own `patience`, which is the same without its checks.
//!
//! Source: lightning `callbacks/early_stopping.py`. The first trigger that holds decides; all but the last leave the
//! best and the count untouched. Patience counts checks, not epochs.

use crate::model::{Goal, LightningEarlyStopping, Patience};

use super::evidence::{Answer, Evidence, Kept, Why, Words};
use super::rule::{Moment, Others, RunRule};

const FINITE: Words = Words { now: "now", with: "the best so far", yes: "not finite", no: "finite" };
const REACHED: Words = Words { now: "now", with: "the stopping threshold", yes: "better", no: "no better" };
const DIVERGED: Words = Words { now: "now", with: "the divergence threshold", yes: "worse", no: "no worse" };

pub(super) struct Lightning {
    params: LightningEarlyStopping,
    goal: Goal,
    /// Infinite until there is one.
    best: Kept,
    wait: u64,
}

impl Lightning {
    pub fn new(params: &LightningEarlyStopping) -> Self {
        let goal = params.mode.unwrap_or(Goal::Minimize);
        let worst = if goal == Goal::Minimize { f64::INFINITY } else { f64::NEG_INFINITY };
        Self { params: params.clone(), goal, best: Kept { value: worst, step: 0 }, wait: 0 }
    }

    /// Lightning's rule without finite check and thresholds, in the metric's own direction.
    pub fn patience(params: &Patience, goal: Goal) -> Self {
        Self::new(&LightningEarlyStopping {
            patience: params.patience,
            min_delta: params.min_delta,
            mode: Some(goal),
            check_finite: false,
            strict: false,
            ..LightningEarlyStopping::default()
        })
    }

    fn improves(&self, value: f64) -> bool {
        match self.goal {
            Goal::Minimize => value + self.params.min_delta < self.best.value,
            Goal::Maximize => value - self.params.min_delta > self.best.value,
        }
    }
}

impl RunRule for Lightning {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let before = self.best;
        let Some(value) = now.value else {
            let (answer, evidence) = Evidence::no_value();
            let answer = if self.params.strict { Answer::Undecided } else { answer };
            return (answer, Evidence { wait: self.wait, best: Some(before), ..evidence });
        };
        let beyond = |threshold: Option<f64>, goal: Goal| threshold.filter(|&threshold| goal.better(value, threshold));
        let trigger = |reference: f64, words: &'static Words| Evidence::compared(true, value, reference, words);
        let (answer, evidence) = if self.params.check_finite && !value.is_finite() {
            trigger(before.value, &FINITE)
        } else if let Some(threshold) = beyond(self.params.stopping_threshold, self.goal) {
            trigger(threshold, &REACHED)
        } else if let Some(threshold) = beyond(self.params.divergence_threshold, self.goal.flipped()) {
            trigger(threshold, &DIVERGED)
        } else {
            let improved = self.improves(value);
            self.wait = if improved { 0 } else { self.wait + 1 };
            if improved {
                self.best = Kept { value, step: now.step };
            }
            let reference = Some(before).filter(|best| best.value.is_finite());
            let evidence = Evidence {
                reference: reference.map(|best| best.value),
                reference_step: reference.map(|best| best.step),
                ..Evidence::of(Some(value), if improved { Why::Improved } else { Why::Waiting })
            };
            (Answer::of(!improved && self.wait >= self.params.patience), evidence)
        };
        (answer, Evidence { wait: self.wait, needed: self.params.patience, best: Some(self.best), ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe, down};
    use super::*;

    fn patience(patience: u64) -> LightningEarlyStopping {
        LightningEarlyStopping { patience, ..LightningEarlyStopping::default() }
    }

    #[test]
    fn checks_without_improvement_are_counted() {
        assert_eq!(down(patience(2), &[1.0, 0.8, 0.9, 0.85, 0.7]), "FFFTF");
        assert_eq!(down(patience(0), &[1.0, 1.0]), "FT");
        let delta = LightningEarlyStopping { min_delta: 0.125, ..patience(2) };
        assert_eq!(down(delta, &[0.5, 0.4375, 0.375, 0.3125, 0.25]), "FFTFF");
    }

    #[test]
    fn a_value_that_is_not_finite_stops_and_is_not_counted() {
        let probe = Probe::new(Goal::Minimize, patience(2));
        assert_eq!((probe.letters(&[1.0, NAN, 0.9]).as_str(), probe.waits(&[1.0, NAN, 0.9])), ("FTF", vec![0, 0, 0]));
        let unchecked = LightningEarlyStopping { check_finite: false, ..patience(2) };
        assert_eq!(down(unchecked, &[1.0, NAN, 0.9, NAN, NAN]), "FFFFT");
    }

    #[test]
    fn thresholds_are_passed_strictly() {
        let stopping = LightningEarlyStopping { stopping_threshold: Some(0.5), ..patience(3) };
        assert_eq!(down(stopping, &[0.9, 0.5, 0.49]), "FFT");
        let divergence = LightningEarlyStopping { divergence_threshold: Some(1.5), ..patience(3) };
        assert_eq!(down(divergence, &[0.9, 1.5, 1.6]), "FFT");
    }

    #[test]
    fn patience_is_the_same_without_checks() {
        let two = Patience { patience: 2, min_delta: 0.0 };
        assert_eq!(down(two.clone(), &[1.0, 0.8, 0.9, 0.85, 0.7]), "FFFTF");
        assert_eq!(down(two.clone(), &[1.0, NAN, 0.9, NAN, NAN]), "FFFFT");
        assert_eq!(down(two, &[NAN, 0.9, 0.95, 0.95]), "FFFT");
        assert_eq!(down(Patience { patience: 2, min_delta: 0.125 }, &[0.5, 0.4375, 0.375, 0.3125, 0.25]), "FFTFF");
    }
}
