//! pytorch-ignite `EarlyStopping`: the reference moves on every better value unless the threshold is cumulative.
//!
//! Source: ignite `handlers/early_stopping.py`. The first score only sets the reference. Comparisons with NaN are false,
//! so a NaN counts as an improvement, and the score after it as well.

use crate::model::{Goal, IgniteEarlyStopping, ThresholdMode};

use super::evidence::{Answer, Evidence, Kept, Why};
use super::rule::{Moment, Others, RunRule};

pub(super) struct Ignite {
    params: IgniteEarlyStopping,
    goal: Goal,
    reference: Option<Kept>,
    wait: u64,
}

impl Ignite {
    pub fn new(params: IgniteEarlyStopping) -> Self {
        Self { goal: params.mode.unwrap_or(Goal::Maximize), params, reference: None, wait: 0 }
    }

    /// What a score has to pass.
    fn limit(&self, reference: f64) -> f64 {
        let signed = if self.goal == Goal::Maximize { self.params.threshold } else { -self.params.threshold };
        match self.params.threshold_mode {
            ThresholdMode::Abs => reference + signed,
            ThresholdMode::Rel => reference * (1.0 + signed),
        }
    }
}

impl RunRule for Ignite {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let before = self.reference;
        let Some(value) = now.value else {
            let (answer, evidence) = Evidence::no_value();
            return (answer, Evidence { wait: self.wait, best: before, ..evidence });
        };
        let here = Kept { value, step: now.step };
        let limit = before.map(|reference| self.limit(reference.value));
        let missed = limit.is_some_and(|limit| match self.goal {
            Goal::Maximize => value <= limit,
            Goal::Minimize => value >= limit,
        });
        if missed {
            self.wait += 1;
            if !self.params.cumulative && before.is_some_and(|reference| self.goal.better(value, reference.value)) {
                self.reference = Some(here);
            }
        } else {
            self.wait = 0;
            self.reference = Some(here);
        }
        let evidence = Evidence {
            reference: before.map(|reference| reference.value),
            reference_step: before.map(|reference| reference.step),
            wait: self.wait,
            needed: self.params.patience,
            best: self.reference,
            ..Evidence::of(Some(value), if missed { Why::Waiting } else { Why::Improved })
        };
        (Answer::of(missed && self.wait >= self.params.patience), evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;

    fn check(params: IgniteEarlyStopping, values: &[f64], letters: &str, waits: &[u64]) {
        let probe = Probe::new(Goal::Maximize, params);
        assert_eq!((probe.letters(values).as_str(), probe.waits(values).as_slice()), (letters, waits));
    }

    fn patience(patience: u64) -> IgniteEarlyStopping {
        IgniteEarlyStopping { patience, ..IgniteEarlyStopping::default() }
    }

    #[test]
    fn scores_without_improvement_are_counted() {
        check(patience(2), &[0.5, 0.6, 0.55, 0.6, 0.61], "FFFTF", &[0, 0, 1, 2, 0]);
        let down = IgniteEarlyStopping { mode: Some(Goal::Minimize), ..patience(2) };
        check(down, &[1.0, 0.9, 0.95, 0.9], "FFFT", &[0, 0, 1, 2]);
    }

    #[test]
    fn small_gains_add_up_only_where_cumulative() {
        let values = [0.5, 0.51, 0.52, 0.53, 0.54];
        let params = IgniteEarlyStopping { threshold: 0.02, ..patience(3) };
        check(params.clone(), &values, "FFFTT", &[0, 1, 2, 3, 4]);
        check(IgniteEarlyStopping { cumulative: true, ..params }, &values, "FFFFF", &[0, 1, 2, 0, 1]);
    }

    #[test]
    fn relative_thresholds_grow_with_the_reference() {
        let params = IgniteEarlyStopping { threshold: 0.125, threshold_mode: ThresholdMode::Rel, ..patience(2) };
        check(params, &[0.5, 0.54, 0.5625, 0.7], "FFTF", &[0, 1, 2, 0]);
    }

    #[test]
    fn nan_counts_as_an_improvement() {
        check(patience(1), &[0.5, NAN, 0.4, 0.4], "FFFT", &[0, 0, 0, 1]);
    }
}
