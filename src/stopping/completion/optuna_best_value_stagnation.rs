//! Optuna's terminator with `BestValueStagnationEvaluator`: more than so many complete runs followed the best one.
//!
//! A tie does not move the best, and failed runs do not count. Never before `min_n_trials` complete runs. Source:
//! Optuna's module `terminator`, deprecated since 4.9.

use crate::model::OptunaBestValueStagnation;
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// Complete runs so far, and those since the best one.
pub(super) struct Stagnation {
    column: Column,
    rule: OptunaBestValueStagnation,
    best: Option<f64>,
    complete: u64,
    since_best: u64,
}

impl Stagnation {
    pub fn new(rule: OptunaBestValueStagnation, column: Column) -> Self {
        Self { column, rule, best: None, complete: 0, since_best: 0 }
    }
}

impl Rule for Stagnation {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        if let Some(value) = jobs.newest_value(self.column) {
            self.complete += 1;
            self.since_best += 1;
            if self.best.is_none_or(|best| self.column.goal.better(value, best)) {
                self.best = Some(value);
                self.since_best = 0;
            }
        }
        let answer = if self.complete < self.rule.min_n_trials || self.complete == 0 {
            Answer::Undecided
        } else if self.since_best > self.rule.max_stagnation_trials {
            Answer::Satisfied
        } else {
            Answer::Unsatisfied
        };
        let reading = Reading::Stagnation {
            since_best: self.since_best,
            limit: self.rule.max_stagnation_trials,
            complete: self.complete,
            needed: self.rule.min_n_trials,
        };
        Ruling::new(answer, reading)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;
    use super::super::jobs::tests::of;
    use super::super::judge::tests::letters_on;
    use super::*;
    use crate::model::Goal;

    #[test]
    fn a_tie_does_not_move_the_best() {
        let values = [0.5, 0.4, 0.4, 0.45, 0.41, 0.4].map(Some);
        let rule = OptunaBestValueStagnation { max_stagnation_trials: 2, min_n_trials: 1 };
        assert_eq!(letters_on(rule.into(), &of(Goal::Minimize, &values, Terms::default())), "FFFFTT");
    }
}
