//! How far an experiment has come: what was used, the best so far, and when its end is to be expected.

use super::jobs::Jobs;
use super::judge::{Reading, Verdict};

/// What an experiment has used, and what it has found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    pub finished: usize,
    pub failed: usize,
    /// Place in the list and value of the best job by the objective; the earliest wins a tie.
    pub best: Option<(usize, f64)>,
    pub budget_used: f64,
    pub elapsed_secs: Option<f64>,
    /// Time on all machines.
    pub compute_secs: Option<f64>,
    /// `None` without times or a price.
    pub cost: Option<f64>,
}

impl Progress {
    /// After all jobs that have finished.
    pub fn of(jobs: &Jobs) -> Self {
        let all = jobs.after(jobs.len());
        let objective = jobs.column(None);
        let value = |rank: usize| all.value(objective?, rank);
        let best = objective.and_then(|column| all.best(column));
        let rank = (0..jobs.len()).find(|&rank| best.is_some() && value(rank) == best);
        Self {
            finished: jobs.len(),
            failed: (0..jobs.len()).filter(|&rank| value(rank).is_none()).count(),
            best: rank.and_then(|rank| jobs.place(rank)).zip(best),
            budget_used: all.budget_used(),
            elapsed_secs: all.elapsed_secs(),
            compute_secs: all.compute_secs(),
            cost: all.cost(),
        }
    }
}

/// What is still to come if the experiment goes on at its mean pace until a limit ends it.
///
/// It knows budgets of runs, observations, time and cost; that a criterion on quality holds earlier is not foretold.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The criterion that ends it.
    pub by: String,
    /// From the end of the newest job; 0 when it holds already. `None` where jobs lack times.
    pub remaining_secs: Option<f64>,
    /// Jobs that will have finished.
    pub finished: f64,
    /// What will have been spent; `None` without times or a price.
    pub cost: Option<f64>,
}

/// When the first of the verdicts is to be expected to hold; `None` when no limit is in sight.
pub fn project(verdicts: &[Verdict], progress: &Progress) -> Option<Projection> {
    if progress.finished == 0 {
        return None;
    }
    let expected = verdicts.iter().filter_map(|verdict| Some((verdict, remaining_jobs(verdict, progress)?)));
    let (first, jobs) = expected.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let finished = progress.finished as f64;
    let scale = jobs / finished;
    Some(Projection {
        by: first.name.clone(),
        remaining_secs: progress.elapsed_secs.map(|secs| secs * scale),
        finished: finished + jobs,
        cost: progress.cost.map(|cost| cost * (1.0 + scale)),
    })
}

/// How many more jobs, at the mean pace, until a verdict holds; `None` when that cannot be told.
fn remaining_jobs(verdict: &Verdict, progress: &Progress) -> Option<f64> {
    let finished = progress.finished as f64;
    let members = || verdict.members.iter().map(|member| remaining_jobs(member, progress));
    // All members must hold: the last of them decides, and one that cannot be told leaves all of them so.
    let all =
        || members().try_fold(0.0_f64, |most, member| Some(most.max(member?))).filter(|_| !verdict.members.is_empty());
    let growing = |amount: f64, limit: f64| (amount > 0.0).then(|| ((limit - amount) / amount * finished).max(0.0));
    match &verdict.reading {
        _ if verdict.answer == crate::stopping::Answer::Satisfied => Some(0.0),
        Reading::Runs { finished, limit } => Some(limit.saturating_sub(*finished) as f64),
        Reading::Budget { used, limit } => growing(*used, *limit),
        Reading::Time { secs, limit } => growing((*secs)?, *limit),
        Reading::Cost { spent, limit, .. } => growing((*spent)?, *limit),
        Reading::AllOf => all(),
        Reading::AnyOf => members().flatten().min_by(f64::total_cmp),
        Reading::NotBefore { finished, from } => Some(all()?.max(from.saturating_sub(*finished) as f64)),
        _ => None,
    }
}

/// The most that can be computed, in seconds, and the most that it can cost; `None` without a price.
///
/// An upper bound: every slot is busy to the last second, before discounts. The formula is that of SageMaker's
/// developer guide; the announcement that multiplies seconds by a price forgets to divide by 3,600.
pub fn cost_bound(
    max_runtime_secs: f64,
    max_parallel: u64,
    instances_per_run: f64,
    hourly_price: Option<f64>,
) -> (f64, Option<f64>) {
    let compute_secs = max_runtime_secs * max_parallel as f64 * instances_per_run;
    (compute_secs, hourly_price.map(|price| compute_secs / 3600.0 * price))
}

#[cfg(test)]
mod tests {
    use super::super::jobs::tests::timed;
    use super::super::{Judge, Terms};
    use super::*;
    use crate::model::{Criterion, CriterionKind, MaxRuns, MaxRuntime, NotImproving, Rule};

    fn criterion(name: &str, kind: CriterionKind) -> Criterion {
        Criterion { name: name.into(), metric: None, kind }
    }

    fn rule(name: &str, rule: impl Into<Rule>) -> Criterion {
        criterion(name, CriterionKind::Rule(rule.into()))
    }

    /// Two jobs in 100 s each, one after the other.
    fn jobs() -> Jobs {
        let terms = Terms { hourly_price: Some(36.0), ..Terms::default() };
        timed(&[(Some(0.5), 0.0, 100.0), (None, 100.0, 200.0)], terms)
    }

    fn projected(criteria: &[Criterion]) -> Option<Projection> {
        let jobs = jobs();
        let verdicts = Judge::new(criteria, &jobs).last().expect("there are jobs");
        project(&verdicts, &Progress::of(&jobs))
    }

    #[test]
    fn progress_says_what_was_used() {
        let progress = Progress::of(&jobs());
        assert_eq!((progress.finished, progress.failed, progress.best), (2, 1, Some((0, 0.5))));
        assert_eq!((progress.elapsed_secs, progress.cost), (Some(200.0), Some(2.0)));
        assert_eq!(Progress::of(&Jobs::new(Terms::default(), vec![])), Progress::default());
    }

    #[test]
    fn the_first_limit_ends_it() {
        let criteria = [rule("runs", MaxRuns { max_runs: 8 }), rule("time", MaxRuntime { max_secs: 500.0 })];
        let projection = projected(&criteria).expect("limits are in sight");
        assert_eq!((projection.by.as_str(), projection.remaining_secs), ("time", Some(300.0)));
        assert_eq!((projection.finished, projection.cost), (5.0, Some(5.0)));
    }

    #[test]
    fn quality_is_not_foretold() {
        let stale = || rule("stale", NotImproving { runs: 9, min_relative_improvement: 0.0 });
        assert_eq!(projected(&[stale()]), None);
        let both = CriterionKind::AllOf(vec![stale(), rule("runs", MaxRuns { max_runs: 8 })]);
        assert_eq!(projected(&[criterion("both", both)]), None);
        let either = CriterionKind::AnyOf(vec![stale(), rule("runs", MaxRuns { max_runs: 8 })]);
        assert_eq!(projected(&[criterion("either", either)]).map(|it| it.finished), Some(8.0));
    }

    #[test]
    fn the_cost_of_a_tuning_job_is_bounded() {
        assert_eq!(cost_bound(3600.0, 4, 2.0, Some(1.5)), (28_800.0, Some(12.0)));
        assert_eq!(cost_bound(3600.0, 4, 2.0, None), (28_800.0, None));
    }
}
