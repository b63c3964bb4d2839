//! Completion criteria replayed over the jobs of an experiment: where they would have ended it, and what that was worth.

use crate::model::Criterion;
use crate::stopping::Answer;
use crate::stopping::completion::{Jobs, Judge};

/// Where a list of criteria would have ended the experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// How many jobs had finished then; `None` when nothing held.
    pub after: Option<usize>,
    /// The names of the criteria that hold there.
    pub held: Vec<String>,
    /// The answers of each criterion after each job up to the end.
    pub answers: Vec<Vec<Answer>>,
}

/// Replays a list of criteria: the first job after which any of them holds ends the experiment.
pub fn ending(criteria: &[Criterion], jobs: &Jobs) -> Ending {
    let mut ending = Ending { after: None, held: Vec::new(), answers: Vec::new() };
    for verdicts in Judge::new(criteria, jobs) {
        ending.answers.push(verdicts.iter().map(|verdict| verdict.answer).collect());
        let held = verdicts.into_iter().filter(|verdict| verdict.answer == Answer::Satisfied);
        ending.held = held.map(|verdict| verdict.name).collect();
        if !ending.held.is_empty() {
            ending.after = Some(ending.answers.len());
            break;
        }
    }
    ending
}

/// What ending an experiment after some of its jobs is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct EndingFigures {
    /// Jobs that finish, and jobs that do not happen.
    pub runs: usize,
    pub runs_saved: usize,
    /// From the first start to the end, and from there to the last end; `None` where jobs lack times.
    pub elapsed: Option<Spent>,
    /// Time on all machines; jobs in flight are ended with the experiment, and what they used counts.
    pub compute: Option<Spent>,
    /// `None` without times or a price.
    pub cost: Option<Spent>,
    /// The best job by its place in the list, with its value; the earliest to complete wins a tie.
    pub best: Option<(usize, f64)>,
    /// Distance between the best of all jobs and the best that finishes; `None` when none has a value.
    pub missed: Option<f64>,
    /// The same over the range of all values.
    pub missed_relative: Option<f64>,
    /// A job that does not happen is strictly better.
    pub missed_best: bool,
}

/// An amount that was spent, and what was not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spent {
    pub spent: f64,
    pub saved: f64,
}

/// The figures of an experiment that ends after `after` jobs; without a number, after all of them.
pub fn ending_figures(jobs: &Jobs, after: Option<usize>) -> EndingFigures {
    let all = jobs.after(jobs.len());
    let counted = jobs.after(after.unwrap_or(jobs.len()));
    let column = jobs.column(None);
    let value = |rank: usize| all.value(column?, rank);
    let best_of_all = column.and_then(|column| all.best(column));
    let best = column.and_then(|column| counted.best(column));
    let rank = best.and_then(|best| (0..counted.count()).find(|&rank| value(rank) == Some(best)));
    let missed = best_of_all.zip(best).map(|(all, best)| (all - best).abs());
    let values = || (0..jobs.len()).filter_map(value);
    let range = values().reduce(f64::max).zip(values().reduce(f64::min)).map_or(0.0, |(high, low)| high - low);
    let until = after.and_then(|_| counted.now());
    let split = |spent: Option<f64>, total: Option<f64>| {
        spent.zip(total).map(|(spent, total)| Spent { spent, saved: total - spent })
    };
    let total_compute = jobs.compute_secs(None);
    let compute = if after.is_some() { jobs.compute_secs(until) } else { total_compute };
    let cost = |compute: Option<f64>| jobs.cost(compute?);
    EndingFigures {
        runs: counted.count(),
        runs_saved: jobs.len() - counted.count(),
        elapsed: split(counted.elapsed_secs(), all.elapsed_secs()),
        compute: split(compute, total_compute),
        cost: split(cost(compute), cost(total_compute)),
        best: rank.and_then(|rank| jobs.place(rank)).zip(best),
        missed,
        missed_relative: missed.map(|missed| if range == 0.0 { 0.0 } else { missed / range }),
        missed_best: best != best_of_all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{After, CriterionKind, Goal, MaxRuns, MetricName, NotImproving, Rule, TargetReached};
    use crate::stopping::completion::{Job, Measure, Terms};

    /// Eight jobs in two slots, 1.50 per hour and two instances each.
    fn example() -> Jobs {
        let list = [
            (Some(0.80), 0.0, 600.0),
            (Some(0.90), 0.0, 700.0),
            (Some(0.905), 600.0, 1200.0),
            (Some(0.89), 700.0, 1400.0),
            (None, 1200.0, 1500.0),
            (Some(0.902), 1400.0, 2000.0),
            (Some(0.92), 1500.0, 2400.0),
            (Some(0.93), 2000.0, 2900.0),
        ];
        let job = |(value, start, end)| Job {
            values: vec![value],
            start_secs: Some(start),
            end_secs: Some(end),
            ..Job::default()
        };
        let objective = Measure { name: MetricName::new("m"), goal: Goal::Maximize, optimized: true };
        let terms =
            Terms { metrics: vec![objective], hourly_price: Some(1.5), instances_per_run: 2.0, ..Terms::default() };
        Jobs::new(terms, list.into_iter().map(job).collect())
    }

    fn criterion(kind: CriterionKind) -> Criterion {
        Criterion { name: "c".into(), metric: None, kind }
    }

    fn rule(rule: impl Into<Rule>) -> Criterion {
        criterion(CriterionKind::Rule(rule.into()))
    }

    #[test]
    fn every_list_of_the_worked_example_ends_where_it_should() {
        let stale = |min_relative_improvement| rule(NotImproving { runs: 3, min_relative_improvement });
        let target = || rule(TargetReached { target: 0.9 });
        let runs = |max_runs| rule(MaxRuns { max_runs });
        let table = [
            (vec![], None, 2900.0, 5300.0, 4.4167, 0.93, 0.0),
            (vec![stale(0.0)], Some(6), 2000.0, 4000.0, 3.3333, 0.905, 0.025),
            (vec![stale(0.01)], Some(5), 1500.0, 3000.0, 2.5, 0.905, 0.025),
            (vec![target()], Some(2), 700.0, 1400.0, 1.1667, 0.90, 0.03),
            (
                vec![criterion(CriterionKind::AllOf(vec![target(), runs(5)]))],
                Some(5),
                1500.0,
                3000.0,
                2.5,
                0.905,
                0.025,
            ),
            (
                vec![criterion(CriterionKind::NotBefore { after: After::Runs(4), criteria: vec![target()] })],
                Some(4),
                1400.0,
                2800.0,
                2.3333,
                0.905,
                0.025,
            ),
            (vec![stale(0.0), runs(5)], Some(5), 1500.0, 3000.0, 2.5, 0.905, 0.025),
        ];
        let jobs = example();
        for (criteria, after, elapsed, compute, cost, best, missed) in table {
            let ending = ending(&criteria, &jobs);
            assert_eq!(ending.after, after);
            let figures = ending_figures(&jobs, ending.after);
            assert_eq!(figures.elapsed.map(|it| it.spent), Some(elapsed));
            assert_eq!(figures.compute, Some(Spent { spent: compute, saved: 5300.0 - compute }));
            assert!(figures.cost.is_some_and(|it| (it.spent - cost).abs() < 1e-4), "{figures:?}");
            assert_eq!(figures.best.map(|(_, value)| value), Some(best));
            assert!(figures.missed.is_some_and(|it| (it - missed).abs() < 1e-12));
            assert_eq!(figures.missed_best, missed > 0.0);
        }
    }

    #[test]
    fn no_jobs_have_no_end() {
        let jobs = Jobs::new(Terms::default(), vec![]);
        let ending = ending(&[rule(MaxRuns { max_runs: 1 })], &jobs);
        assert_eq!((ending.after, ending.answers.len()), (None, 0));
        let figures = ending_figures(&jobs, None);
        assert_eq!((figures.runs, figures.best, figures.missed_best, figures.elapsed), (0, None, false, None));
    }
}
