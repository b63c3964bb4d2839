//! SigOpt's convergence criterion: stop when the metric is no better than it was some checkpoints ago.
//!
//! Only two values are compared: the current one and the one `lookback_checkpoints` before it. Neither the best so
//! far nor an average plays a part, and the criterion remembers nothing: satisfied at checkpoint 5, it can be
//! unsatisfied at 6. Counting is in checkpoints, not in steps or epochs. Equal values satisfy it ("no better").
//!
//! Source: SigOpt's documentation page on training monitor experiments. Where it is silent: without an earlier value
//! to compare with, the criterion is undecided; a NaN is not an improvement, so it satisfies; a checkpoint that was
//! entered without the metric does not.

use std::collections::VecDeque;

use crate::model::Goal;

use super::evidence::{Answer, Evidence, Why};
use super::rule::{Moment, Others, RunRule};

/// The criterion while it follows a run.
pub(super) struct Convergence {
    lookback_checkpoints: u64,
    needed: u64,
    goal: Goal,
    seen: u64,
    /// The newest checkpoints by step and value, at most one more than the look-back. A value is `None` where a
    /// checkpoint was entered without the metric.
    window: VecDeque<(i64, Option<f64>)>,
}

impl Convergence {
    /// `min_checkpoints` is `lookback_checkpoints + 1` when absent.
    pub fn new(lookback_checkpoints: u64, min_checkpoints: Option<u64>, goal: Goal) -> Self {
        let needed = needed_checkpoints(lookback_checkpoints, min_checkpoints);
        Self { lookback_checkpoints, needed, goal, seen: 0, window: VecDeque::new() }
    }
}

impl RunRule for Convergence {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        self.seen += 1;
        self.window.push_back((now.step, now.value));
        if self.window.len() as u64 > self.lookback_checkpoints.saturating_add(1) {
            self.window.pop_front();
        }
        let evidence = Evidence { current: now.value, seen: self.seen, needed: self.needed, ..Evidence::default() };
        let Some(&(step, reference)) = self.window.front().filter(|_| self.seen >= self.needed) else {
            return (Answer::Undecided, Evidence { why: Why::Checkpoints, ..evidence });
        };
        let holds = matches!((now.value, reference), (Some(now), Some(then)) if !self.goal.better(now, then));
        (Answer::of(holds), Evidence { reference, reference_step: Some(step), ..evidence })
    }
}

/// How many checkpoints the criterion needs before it decides.
fn needed_checkpoints(lookback_checkpoints: u64, min_checkpoints: Option<u64>) -> u64 {
    let comparable = lookback_checkpoints.saturating_add(1);
    min_checkpoints.unwrap_or(comparable).max(comparable)
}

#[cfg(test)]
mod tests {
    use super::super::{Crowd, Rungs};
    use super::*;

    /// One letter per checkpoint: `T` satisfied, `F` not, `U` undecided.
    fn letters(goal: Goal, lookback: u64, min: Option<u64>, values: &[Option<f64>]) -> String {
        let nothing = Crowd::new(goal, Vec::new());
        let mut rungs = Rungs::default();
        let mut rule = Convergence::new(lookback, min, goal);
        (1..)
            .zip(values)
            .map(|(step, &value)| {
                let now = Moment { ordinal: step as u64, step, value, epoch: None, elapsed: None };
                match rule.step(&now, &mut Others { crowd: &nothing, own: 0, rungs: &mut rungs }).0 {
                    Answer::Satisfied => 'T',
                    Answer::Unsatisfied => 'F',
                    Answer::Undecided => 'U',
                }
            })
            .collect()
    }

    fn given(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn equal_values_are_no_better() {
        assert_eq!(letters(Goal::Maximize, 2, Some(3), &given(&[0.5, 0.6, 0.7, 0.7, 0.7])), "UUFFT");
    }

    #[test]
    fn minimized_metrics_are_compared_downwards() {
        assert_eq!(letters(Goal::Minimize, 2, Some(3), &given(&[1.0, 0.8, 0.9, 0.7, 0.95, 0.6])), "UUFFTF");
    }

    #[test]
    fn decides_at_the_minimum_itself() {
        assert_eq!(letters(Goal::Maximize, 1, Some(4), &given(&[0.5; 5])), "UUUTT");
    }

    #[test]
    fn a_minimum_below_the_look_back_waits_for_a_value_to_compare_with() {
        assert_eq!(letters(Goal::Maximize, 5, Some(1), &given(&[0.1, 0.2, 0.3])), "UUU");
    }

    #[test]
    fn the_minimum_defaults_to_one_more_than_the_look_back() {
        assert_eq!(letters(Goal::Maximize, 2, None, &given(&[0.5; 4])), "UUTT");
    }

    #[test]
    fn nan_is_no_improvement() {
        assert_eq!(letters(Goal::Maximize, 1, None, &given(&[0.5, f64::NAN, 0.9, 0.95])), "UTTF");
    }

    #[test]
    fn a_missing_value_does_not_satisfy() {
        assert_eq!(letters(Goal::Maximize, 1, None, &[Some(0.5), None, Some(0.4), Some(0.3)]), "UFFT");
    }

    #[test]
    fn the_largest_look_back_does_not_overflow() {
        assert_eq!(letters(Goal::Maximize, u64::MAX, None, &given(&[0.5, 0.5])), "UU");
    }
}
