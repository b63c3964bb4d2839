//! The target: the best value is as good as anyone hoped. Out of reach, it never ends anything.

use crate::model::Goal;
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// Reached at the target itself; undecided without a value.
pub(super) struct Target {
    pub column: Column,
    pub target: f64,
}

impl Rule for Target {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let best = jobs.best(self.column);
        let answer = match (best, self.column.goal) {
            (None, _) => Answer::Undecided,
            (Some(best), Goal::Maximize) if best >= self.target => Answer::Satisfied,
            (Some(best), Goal::Minimize) if best <= self.target => Answer::Satisfied,
            (Some(_), _) => Answer::Unsatisfied,
        };
        Ruling::new(answer, Reading::Target { best, target: self.target })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;
    use super::super::jobs::tests::of;
    use super::super::judge::tests::letters_on;
    use super::*;
    use crate::model::TargetReached;

    #[test]
    fn the_target_itself_reaches_it() {
        let jobs = of(Goal::Minimize, &[None, Some(0.9), Some(0.5), Some(0.6)], Terms::default());
        assert_eq!(letters_on(TargetReached { target: 0.5 }.into(), &jobs), "UFTT");
    }
}
