//! Convergence: the newest finished runs have brought next to nothing over those before them.
//!
//! SigOpt's idea of looking back over five runs for each parameter, with SageMaker's 1 % of the best value for a gain
//! that is worth waiting for. No other system computes exactly this.

use crate::model::ConvergenceDetected;
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// The criterion with its defaults filled in.
pub(super) struct Convergence {
    column: Column,
    tolerance: f64,
    window: u64,
    needed: u64,
}

impl Convergence {
    /// The window is five runs for each of the experiment's parameters, at least 10, unless it is given.
    pub fn new(rule: &ConvergenceDetected, column: Column, dimension: usize) -> Self {
        let window = rule.window.unwrap_or_else(|| (dimension as u64).saturating_mul(5).max(10));
        let needed = rule.min_runs.unwrap_or(window.saturating_add(5));
        Self { column, tolerance: rule.relative_tolerance, window, needed }
    }
}

impl Rule for Convergence {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let finished = jobs.count() as u64;
        let earlier = usize::try_from(self.window).ok().and_then(|window| jobs.count().checked_sub(window));
        let old = earlier.filter(|_| finished >= self.needed).and_then(|count| jobs.best_after(self.column, count));
        let compared =
            old.zip(jobs.best(self.column)).map(|(old, best)| ((best - old).abs(), self.tolerance * old.abs()));
        let answer = match compared {
            None => Answer::Undecided,
            Some((gain, allowed)) if gain <= allowed => Answer::Satisfied,
            Some(_) => Answer::Unsatisfied,
        };
        Ruling::new(answer, Reading::Convergence { compared, window: self.window, finished, needed: self.needed })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Terms;
    use super::super::jobs::tests::{maximized, of};
    use super::super::judge::tests::letters_on;
    use super::*;
    use crate::model::Goal;

    fn rule(window: u64, min_runs: Option<u64>) -> crate::model::Rule {
        ConvergenceDetected { relative_tolerance: 0.01, window: Some(window), min_runs }.into()
    }

    #[test]
    fn a_gain_within_the_tolerance_has_converged() {
        let values = [Some(1.0), Some(1.5), Some(1.51), Some(1.5), Some(1.53)];
        assert_eq!(letters_on(rule(2, Some(3)), &maximized(&values)), "UUFTF");
    }

    #[test]
    fn failures_before_the_window_leave_it_undecided() {
        assert_eq!(letters_on(rule(2, Some(2)), &maximized(&[None, None, Some(0.5), Some(0.5)])), "UUUU");
        assert_eq!(letters_on(rule(2, Some(2)), &maximized(&[Some(0.5), None, None])), "UUT");
    }

    #[test]
    fn the_window_grows_with_the_parameters() {
        let first = |dimension| {
            let jobs = of(Goal::Minimize, &[Some(0.5); 30], Terms { dimension, ..Terms::default() });
            letters_on(ConvergenceDetected::default().into(), &jobs).find('T')
        };
        assert_eq!((first(0), first(2), first(4)), (Some(14), Some(14), Some(24)));
    }
}
