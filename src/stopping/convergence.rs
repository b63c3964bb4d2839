//! SigOpt's convergence criterion: stop when the metric is no better than it was some checkpoints ago.
//!
//! Only two values are compared: the current one and the one `lookback_checkpoints` before it. Neither the best so
//! far nor an average plays a part, and the criterion remembers nothing: satisfied at checkpoint 5, it can be
//! unsatisfied at 6. Counting is in checkpoints, not in steps or epochs. Equal values satisfy it ("no better").
//!
//! Source: SigOpt's documentation page on training monitor experiments. Where it is silent: without an earlier value
//! to compare with, the criterion is undecided; a NaN is not an improvement, so it satisfies; a checkpoint that was
//! entered without the metric does not.

use crate::model::Goal;

use super::{Answer, Evidence};

/// What the criterion says at the newest of `seen` checkpoints.
///
/// `value_at` and `step_at` read the checkpoints of the criterion's own metric by index from 0; a value is `None`
/// where a checkpoint was entered without the metric. `min_checkpoints` is `lookback_checkpoints + 1` when absent.
pub(super) fn judge(
    lookback_checkpoints: u64,
    min_checkpoints: Option<u64>,
    goal: Goal,
    seen: usize,
    value_at: impl Fn(usize) -> Option<f64>,
    step_at: impl Fn(usize) -> i64,
) -> (Answer, Evidence) {
    let needed = needed_checkpoints(lookback_checkpoints, min_checkpoints);
    let mut evidence = Evidence { seen: seen as u64, needed, ..Evidence::default() };
    let Some(newest) = seen.checked_sub(1) else {
        return (Answer::Undecided, evidence);
    };
    evidence.current = value_at(newest);
    let earlier = usize::try_from(lookback_checkpoints).ok().and_then(|lookback| newest.checked_sub(lookback));
    let Some(earlier) = earlier.filter(|_| evidence.seen >= needed) else {
        return (Answer::Undecided, evidence);
    };
    evidence.reference = value_at(earlier);
    evidence.reference_step = Some(step_at(earlier));
    let answer = match (evidence.current, evidence.reference) {
        (Some(current), Some(reference)) if !goal.better(current, reference) => Answer::Satisfied,
        _ => Answer::Unsatisfied,
    };
    (answer, evidence)
}

/// How many checkpoints the criterion needs before it decides.
pub(super) fn needed_checkpoints(lookback_checkpoints: u64, min_checkpoints: Option<u64>) -> u64 {
    let comparable = lookback_checkpoints.saturating_add(1);
    min_checkpoints.unwrap_or(comparable).max(comparable)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One letter per checkpoint: `T` satisfied, `F` not, `U` undecided.
    fn letters(goal: Goal, lookback: u64, min: Option<u64>, values: &[Option<f64>]) -> String {
        (1..=values.len())
            .map(|seen| match judge(lookback, min, goal, seen, |at| values[at], |at| at as i64).0 {
                Answer::Satisfied => 'T',
                Answer::Unsatisfied => 'F',
                Answer::Undecided => 'U',
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
