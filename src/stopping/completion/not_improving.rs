//! So many jobs in a row without improvement, as SageMaker has it.
//!
//! Its two texts disagree about what an improvement is: the developer guide counts any value better than the best, the
//! API reference one that is 1 % better. `min_relative_improvement` is 0 for the one and 0.01 for the other; the best
//! moves on either way. The first value is an improvement; a failed job is none.

use crate::model::NotImproving;
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// The count of jobs since the last improvement.
pub(super) struct Waiting {
    column: Column,
    rule: NotImproving,
    best: Option<f64>,
    waited: u64,
}

impl Waiting {
    pub fn new(rule: NotImproving, column: Column) -> Self {
        Self { column, rule, best: None, waited: 0 }
    }

    /// Says whether a value improves on the best before it.
    fn improves(&self, value: f64, best: f64) -> bool {
        let gain = (value - best).abs();
        self.column.goal.better(value, best) && gain >= self.rule.min_relative_improvement * best.abs()
    }
}

impl Rule for Waiting {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let value = jobs.newest_value(self.column);
        let improved = value.is_some_and(|value| self.best.is_none_or(|best| self.improves(value, best)));
        self.waited = if improved { 0 } else { self.waited + 1 };
        self.best = jobs.best(self.column);
        let answer = if self.waited >= self.rule.runs { Answer::Satisfied } else { Answer::Unsatisfied };
        let least = self.rule.min_relative_improvement;
        Ruling::new(answer, Reading::NotImproving { waited: self.waited, limit: self.rule.runs, least })
    }
}

#[cfg(test)]
mod tests {
    use super::super::jobs::tests::maximized;
    use super::super::judge::tests::letters_on;
    use super::*;

    fn letters(runs: u64, min_relative_improvement: f64, values: &[Option<f64>]) -> String {
        letters_on(NotImproving { runs, min_relative_improvement }.into(), &maximized(values))
    }

    #[test]
    fn small_gains_count_unless_a_share_is_asked_for() {
        let values = [Some(0.80), Some(0.90), Some(0.905), Some(0.89), None, Some(0.902)];
        assert_eq!(letters(3, 0.0, &values), "FFFFFT");
        assert_eq!(letters(3, 0.01, &values), "FFFFTT");
    }

    #[test]
    fn the_best_moves_on_a_gain_that_is_too_small() {
        // Each value is 0.6 % better than the one before: never an improvement, although 1.2 % in two.
        assert_eq!(letters(2, 0.01, &[Some(1.0), Some(1.006), Some(1.012)]), "FFT");
    }
}
