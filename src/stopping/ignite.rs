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
