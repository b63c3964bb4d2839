//! Budgets: so many runs, so much of the observation budget, so much time, so much money.
//!
//! They say nothing about quality and are best paired with a criterion that does.

use crate::model::{MaxCost, MaxRuns, MaxRuntime, ObservationBudget, RayTimeout};
use crate::stopping::Answer;

use super::jobs::Finished;
use super::judge::{Reading, Rule, Ruling};

/// Reached at the limit itself; undecided while the amount is unknown.
fn reached(amount: Option<f64>, limit: f64) -> Answer {
    match amount {
        None => Answer::Undecided,
        Some(amount) if amount >= limit => Answer::Satisfied,
        Some(_) => Answer::Unsatisfied,
    }
}

impl Rule for MaxRuns {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let finished = jobs.count() as u64;
        let answer = reached(Some(finished as f64), self.max_runs as f64);
        Ruling::new(answer, Reading::Runs { finished, limit: self.max_runs })
    }
}

impl Rule for ObservationBudget {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let (used, limit) = (jobs.budget_used(), self.budget as f64);
        Ruling::new(reached(Some(used), limit), Reading::Budget { used, limit })
    }
}

impl Rule for MaxRuntime {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let secs = jobs.elapsed_secs();
        Ruling::new(reached(secs, self.max_secs), Reading::Time { secs, limit: self.max_secs })
    }
}

impl Rule for MaxCost {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let spent = jobs.cost();
        let has_price = jobs.jobs().terms().hourly_price.is_some();
        Ruling::new(reached(spent, self.max_cost), Reading::Cost { spent, limit: self.max_cost, has_price })
    }
}

/// Ray's `TimeoutStopper`: its clock starts at the first check, which is when the first job has finished.
impl Rule for RayTimeout {
    fn judge(&mut self, jobs: Finished<'_>) -> Ruling {
        let secs = jobs.now().zip(jobs.end_of(0)).map(|(now, first)| now - first);
        Ruling::new(reached(secs, self.timeout), Reading::Time { secs, limit: self.timeout })
    }
}

#[cfg(test)]
mod tests {
    use super::super::jobs::tests::{maximized, timed};
    use super::super::judge::tests::letters;
    use super::super::{Job, Jobs, Terms};
    use super::*;

    #[test]
    fn a_budget_of_runs_counts_failures() {
        let jobs = maximized(&[Some(0.5), None, Some(0.4)]);
        assert_eq!(letters(MaxRuns { max_runs: 2 }, &jobs), "FTT");
    }

    #[test]
    fn the_observation_budget_sums_the_costs_of_tasks() {
        let job = |budget_cost| Job { budget_cost, ..Job::default() };
        let jobs = Jobs::new(Terms::default(), vec![job(0.5), job(0.25), job(1.0), job(0.5)]);
        assert_eq!(letters(ObservationBudget { budget: 2 }, &jobs), "FFFT");
    }

    #[test]
    fn time_runs_from_the_first_start() {
        let jobs = timed(&[(None, 100.0, 200.0), (None, 150.0, 700.0), (None, 200.0, 701.0)], Terms::default());
        assert_eq!(letters(MaxRuntime { max_secs: 600.0 }, &jobs), "FTT");
        assert_eq!(letters(MaxRuntime { max_secs: 600.0 }, &maximized(&[Some(0.1)])), "U");
    }

    #[test]
    fn money_counts_jobs_in_flight() {
        let terms = Terms { hourly_price: Some(1.5), instances_per_run: 2.0, ..Terms::default() };
        let jobs = timed(&[(None, 0.0, 600.0), (None, 0.0, 1200.0)], terms);
        assert_eq!(letters(MaxCost { max_cost: 1.0 }, &jobs), "TT");
        assert_eq!(letters(MaxCost { max_cost: 1.01 }, &jobs), "FT");
        let free = timed(&[(None, 0.0, 600.0)], Terms::default());
        assert_eq!(letters(MaxCost { max_cost: 1.0 }, &free), "U");
    }

    #[test]
    fn the_clock_of_ray_starts_at_the_first_check() {
        let ended = |end| Job { end_secs: Some(end), ..Job::default() };
        let jobs = Jobs::new(Terms::default(), vec![ended(3.0), ended(7.0), ended(15.0)]);
        assert_eq!(letters(RayTimeout { timeout: 5.0 }, &jobs), "FFT");
    }
}
