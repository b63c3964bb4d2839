//! Ray's `ExperimentPlateauStopper`: the best results of all runs hardly differ any more.
//!
//! It counts results, not runs: every result of a run enters when the run has finished, in the order of reporting, for
//! verdicts are given at the ends of jobs. Source: Ray Tune's `stopper/experiment_plateau.py`.

use crate::math::standard_deviation;
use crate::model::{Goal, RayExperimentPlateau};
use crate::stopping::Answer;

use super::jobs::{Column, Finished};
use super::judge::{Reading, Rule, Ruling};

/// The best results so far, and how many results in a row found them on a plateau.
pub(super) struct Plateau {
    column: Column,
    rule: RayExperimentPlateau,
    /// Best last.
    top: Vec<f64>,
    results_on_plateau: u64,
}

impl Plateau {
    pub fn new(rule: RayExperimentPlateau, column: Column) -> Self {
        Self { column, rule, top: Vec::new(), results_on_plateau: 0 }
    }

    fn enter(&mut self, result: f64) {
        // Ray's default, whatever the metric wants.
        let goal = self.rule.mode.unwrap_or(Goal::Minimize);
        let place = self.top.partition_point(|&other| goal.better(result, other));
        self.top.insert(place, result);
        if self.top.len() as u64 > self.rule.top {
            self.top.remove(0);
        }
        self.results_on_plateau = if self.has_plateaued() { self.results_on_plateau + 1 } else { 0 };
    }

    fn has_plateaued(&self) -> bool {
        self.top.len() as u64 == self.rule.top && standard_deviation(&self.top) <= self.rule.std
    }
}

impl Rule for Plateau {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        // A NaN has no place among the best.
        for result in jobs.newest_results(self.column).into_iter().filter(|result| !result.is_nan()) {
            self.enter(result);
        }
        let seen = self.top.len() as u64;
        let answer = if seen < self.rule.top {
            Answer::Undecided
        } else if self.has_plateaued() && self.results_on_plateau >= self.rule.patience {
            Answer::Satisfied
        } else {
            Answer::Unsatisfied
        };
        let deviation = (seen == self.rule.top).then(|| standard_deviation(&self.top));
        let reading = Reading::Plateau {
            deviation,
            limit: self.rule.std,
            seen,
            top: self.rule.top,
            in_a_row: self.results_on_plateau,
            patience: self.rule.patience,
        };
        Ruling::new(answer, reading)
    }
}

#[cfg(test)]
mod tests {
    use super::super::jobs::tests::{maximized, objective};
    use super::super::judge::tests::letters_on;
    use super::super::{Job, Jobs, Terms};
    use super::*;

    fn rule() -> crate::model::Rule {
        RayExperimentPlateau { std: 0.01, top: 3, mode: Some(Goal::Minimize), patience: 1 }.into()
    }

    #[test]
    fn three_close_results_are_a_plateau() {
        let values = [0.5, 0.4, 0.41, 0.405, 0.6, 0.3].map(Some);
        assert_eq!(letters_on(rule(), &maximized(&values)), "UUFTTF");
    }

    #[test]
    fn every_result_of_a_run_counts() {
        let job = Job { values: vec![Some(0.4)], results: vec![vec![0.41, 0.405, 0.4]], ..Job::default() };
        let jobs = Jobs::new(Terms { metrics: vec![objective(Goal::Minimize)], ..Terms::default() }, vec![job]);
        assert_eq!(letters_on(rule(), &jobs), "T");
    }
}
