//! Optuna `ThresholdPruner`: the value is outside of two bounds, or NaN. The direction does not matter.
//!
//! Source: optuna `pruners/_threshold.py`.

use crate::model::OptunaThreshold;

use super::evidence::{Answer, Evidence, Why, Words};
use super::optuna_percentile::{first_in_interval, silent};
use super::rule::{Moment, Others, RunRule};

const LOWER: Words = Words { now: "now", with: "the lower bound", yes: "below", no: "not below" };
const UPPER: Words = Words { now: "now", with: "the upper bound", yes: "above", no: "not above" };

pub(super) struct Threshold {
    params: OptunaThreshold,
    before: i64,
}

impl Threshold {
    pub fn new(params: OptunaThreshold) -> Self {
        Self { params, before: -1 }
    }
}

impl RunRule for Threshold {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        let OptunaThreshold { lower, upper, n_warmup_steps, interval_steps } = self.params;
        let first = first_in_interval(now.step, self.before, n_warmup_steps, interval_steps);
        self.before = self.before.max(now.step);
        if let Some(silent) = silent(now.step, first, n_warmup_steps, interval_steps) {
            return silent;
        }
        if value.is_nan() {
            return (Answer::Satisfied, Evidence::of(Some(value), Why::Plain("not a number")));
        }
        match (lower, upper) {
            (Some(lower), upper) if value < lower || upper.is_none() => {
                Evidence::compared(value < lower, value, lower, &LOWER)
            }
            (_, Some(upper)) => Evidence::compared(value > upper, value, upper, &UPPER),
            (_, None) => (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("no bound"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;
    use crate::model::Goal;

    #[test]
    fn values_out_of_bounds_are_pruned() {
        let both = OptunaThreshold { lower: Some(0.0), upper: Some(1.0), ..OptunaThreshold::default() };
        let probe = Probe { first_step: 0, ..Probe::new(Goal::Minimize, both) };
        assert_eq!(probe.letters(&[0.5, 1.0, 1.01, -0.1, NAN, 0.5]), "FFTTTF");
    }

    #[test]
    fn an_interval_is_checked_once() {
        let rule = OptunaThreshold { lower: None, upper: Some(1.0), n_warmup_steps: 2, interval_steps: 2 };
        let probe = Probe { first_step: 0, ..Probe::new(Goal::Minimize, rule) };
        assert_eq!(probe.letters(&[5.0; 6]), "FFTFTF");
    }
}
