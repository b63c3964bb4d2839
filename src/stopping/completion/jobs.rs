//! The jobs of an experiment in the order of their completion, with what the criteria ask of them.
//!
//! A job is a run that has finished: completed, or failed, which gives it no value. Running and abandoned runs are no
//! jobs.

use crate::model::{Experiment, Goal, Metric, MetricName, RunState, Strategy, TrainingRun};

/// One metric of the experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub name: MetricName,
    pub goal: Goal,
    /// Optimized, as against a constraint or a value that is only stored.
    pub optimized: bool,
}

/// What the experiment says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    pub metrics: Vec<Measure>,
    /// Number of parameters.
    pub dimension: usize,
    pub observation_budget: Option<u64>,
    /// 1 unless several solutions are searched.
    pub num_solutions: u64,
    /// Price of an instance for an hour.
    pub hourly_price: Option<f64>,
    pub instances_per_run: f64,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            metrics: Vec::new(),
            dimension: 0,
            observation_budget: None,
            num_solutions: 1,
            hourly_price: None,
            instances_per_run: 1.0,
        }
    }
}

impl Terms {
    /// The terms of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let measure = |metric: &Metric| Measure {
            name: metric.name.clone(),
            goal: metric.objective,
            optimized: metric.strategy == Strategy::Optimize,
        };
        Self {
            metrics: experiment.metrics.iter().map(measure).collect(),
            dimension: experiment.parameters.len(),
            observation_budget: experiment.observation_budget,
            num_solutions: experiment.num_solutions.unwrap_or(1),
            hourly_price: experiment.hourly_price,
            instances_per_run: experiment.instances_per_run.unwrap_or(1) as f64,
        }
    }
}

/// One finished job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// The value of each metric, in the order of `Terms::metrics`; `None` for a failed job. Non-finite values count
    /// as none.
    pub values: Vec<Option<f64>>,
    /// Every result of each metric in the order of reporting, for rules that look at all of them; may be empty, then
    /// the value stands for it.
    pub results: Vec<Vec<f64>>,
    /// Seconds on one clock for all jobs.
    pub start_secs: Option<f64>,
    pub end_secs: Option<f64>,
    /// The part of the observation budget that it took: the cost of its task, 1 without tasks.
    pub budget_cost: f64,
}

impl Default for Job {
    fn default() -> Self {
        Self { values: Vec::new(), results: Vec::new(), start_secs: None, end_secs: None, budget_cost: 1.0 }
    }
}

impl Job {
    /// The job that a run was; `None` while it is no job, or never will be.
    ///
    /// `value_of` finds the value that a completed run came to. A run that was read from logs has the times of its
    /// logs; one that was entered here has those of its entries.
    pub fn of(run: &TrainingRun, terms: &Terms, value_of: &dyn Fn(&MetricName) -> Option<f64>) -> Option<Self> {
        let completed = match run.state {
            RunState::Completed => true,
            RunState::Failed => false,
            RunState::Active | RunState::Abandoned => return None,
        };
        let value = |metric: &Measure| value_of(&metric.name).filter(|_| completed);
        let entered = run.source.is_none();
        let start = run.start_time.or(entered.then_some(run.created));
        let end = run.end_time.or(run.completed.filter(|_| entered));
        Some(Self {
            values: terms.metrics.iter().map(value).collect(),
            start_secs: start.map(|time| time.secs()),
            end_secs: end.map(|time| time.secs()),
            ..Self::default()
        })
    }
}

/// The jobs in the order of their completion: by end where every job has one, else as listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Jobs {
    terms: Terms,
    jobs: Vec<Job>,
    /// The place in the list of each job.
    places: Vec<usize>,
    /// Every job has its end.
    ended: bool,
    /// The first start, where every job has start and end.
    first_start: Option<f64>,
    /// For each metric: the best value after each job.
    best_so_far: Vec<Vec<Option<f64>>>,
}

impl Jobs {
    /// Orders the finished jobs of an experiment; at equal ends the earlier in the list comes first.
    pub fn new(terms: Terms, jobs: Vec<Job>) -> Self {
        let finite = |time: Option<f64>| time.filter(|time| time.is_finite());
        let mut listed: Vec<(usize, Job)> = jobs.into_iter().enumerate().collect();
        let ended = listed.iter().all(|(_, job)| finite(job.end_secs).is_some());
        if ended {
            let end = |job: &Job| job.end_secs.unwrap_or_default();
            listed.sort_by(|(_, a), (_, b)| end(a).total_cmp(&end(b)));
        }
        let (places, mut jobs): (Vec<usize>, Vec<Job>) = listed.into_iter().unzip();
        for job in &mut jobs {
            job.values.resize(terms.metrics.len(), None);
            job.values.iter_mut().for_each(|value| *value = finite(*value));
        }
        let starts: Option<Vec<f64>> = jobs.iter().map(|job| finite(job.start_secs)).collect();
        let first_start = starts.filter(|_| ended).and_then(|starts| starts.into_iter().reduce(f64::min));
        let best_so_far = (terms.metrics.iter().enumerate())
            .map(|(metric, measure)| {
                let mut best = None;
                jobs.iter().map(|job| better_of(measure.goal, &mut best, job.values[metric])).collect()
            })
            .collect();
        Self { terms, jobs, places, ended, first_start, best_so_far }
    }

    /// What the experiment says about itself.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// How many jobs have finished.
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Says whether no job has finished.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// The place in the list of a job by its rank of completion.
    pub fn place(&self, rank: usize) -> Option<usize> {
        self.places.get(rank).copied()
    }

    /// The column of a metric, without a name that of the objective: the first optimized metric, else the first.
    pub fn column(&self, name: Option<&MetricName>) -> Option<Column> {
        let metrics = &self.terms.metrics;
        let index = match name {
            Some(name) => metrics.iter().position(|metric| metric.name == *name),
            None => metrics.iter().position(|metric| metric.optimized).or((!metrics.is_empty()).then_some(0)),
        };
        index.map(|index| Column { index, goal: metrics[index].goal })
    }

    /// The first jobs to finish, at most all of them.
    pub fn after(&self, finished: usize) -> Finished<'_> {
        Finished { jobs: self, count: finished.min(self.len()) }
    }

    /// Time on all machines up to a moment, jobs that were in flight then included; without one to the end.
    pub fn compute_secs(&self, until: Option<f64>) -> Option<f64> {
        self.first_start?;
        let spent = |job: &Job| {
            let end = job.end_secs?;
            Some((until.map_or(end, |until| end.min(until)) - job.start_secs?).max(0.0))
        };
        self.jobs.iter().map(spent).sum()
    }

    /// What an amount of compute costs; `None` without a price.
    pub fn cost(&self, compute_secs: f64) -> Option<f64> {
        Some(compute_secs / 3600.0 * self.terms.hourly_price? * self.terms.instances_per_run)
    }
}

/// Moves the best on to a better value, and returns it.
fn better_of(goal: Goal, best: &mut Option<f64>, value: Option<f64>) -> Option<f64> {
    if let Some(value) = value
        && best.is_none_or(|best| goal.better(value, best))
    {
        *best = Some(value);
    }
    *best
}

/// One metric of the jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    index: usize,
    pub goal: Goal,
}

/// What is known when so many jobs have finished.
#[derive(Debug, Clone, Copy)]
pub struct Finished<'a> {
    jobs: &'a Jobs,
    count: usize,
}

impl<'a> Finished<'a> {
    pub fn jobs(self) -> &'a Jobs {
        self.jobs
    }

    pub fn count(self) -> usize {
        self.count
    }

    /// The job that finished last.
    pub fn newest(self) -> Option<&'a Job> {
        self.jobs.jobs.get(self.count.checked_sub(1)?)
    }

    /// The value of a job by its rank of completion.
    pub fn value(self, column: Column, rank: usize) -> Option<f64> {
        self.jobs.jobs.get(rank)?.values[column.index]
    }

    /// The value of the newest job.
    pub fn newest_value(self, column: Column) -> Option<f64> {
        self.value(column, self.count.checked_sub(1)?)
    }

    /// The results that came with the newest job: all that it reported, else its value.
    pub fn newest_results(self, column: Column) -> Vec<f64> {
        let Some(job) = self.newest() else { return Vec::new() };
        match job.results.get(column.index) {
            Some(results) if !results.is_empty() => results.clone(),
            _ => job.values[column.index].into_iter().collect(),
        }
    }

    /// The best value of the first `count` jobs.
    pub fn best_after(self, column: Column, count: usize) -> Option<f64> {
        self.jobs.best_so_far[column.index][count.checked_sub(1)?]
    }

    /// The best value so far.
    pub fn best(self, column: Column) -> Option<f64> {
        self.best_after(column, self.count)
    }

    /// How much of the observation budget is used up.
    pub fn budget_used(self) -> f64 {
        self.jobs.jobs[..self.count].iter().map(|job| job.budget_cost).sum()
    }

    /// When a job ended, by its rank of completion; `None` unless every job has its end.
    pub fn end_of(self, rank: usize) -> Option<f64> {
        self.jobs.jobs.get(rank).filter(|_| self.jobs.ended)?.end_secs
    }

    /// When the newest job ended.
    pub fn now(self) -> Option<f64> {
        self.end_of(self.count.checked_sub(1)?)
    }

    /// Time since the first start.
    pub fn elapsed_secs(self) -> Option<f64> {
        Some(self.now()? - self.jobs.first_start?)
    }

    /// Time on all machines so far.
    pub fn compute_secs(self) -> Option<f64> {
        self.jobs.compute_secs(Some(self.now()?))
    }

    /// What was spent so far; `None` without times or a price.
    pub fn cost(self) -> Option<f64> {
        self.jobs.cost(self.compute_secs()?)
    }
}

#[cfg(test)]
pub(in crate::stopping) mod tests {
    use super::*;
    use crate::model::{ExperimentId, RunId, WallTime};

    /// Jobs of one maximized metric; `None` failed.
    pub fn maximized(values: &[Option<f64>]) -> Jobs {
        of(Goal::Maximize, values, Terms::default())
    }

    /// Jobs of one metric without times.
    pub fn of(goal: Goal, values: &[Option<f64>], terms: Terms) -> Jobs {
        let jobs = values.iter().map(|&value| Job { values: vec![value], ..Job::default() }).collect();
        Jobs::new(Terms { metrics: vec![objective(goal)], ..terms }, jobs)
    }

    /// Jobs of one maximized metric with start and end.
    pub fn timed(values: &[(Option<f64>, f64, f64)], terms: Terms) -> Jobs {
        let job = |&(value, start, end): &(Option<f64>, f64, f64)| Job {
            values: vec![value],
            start_secs: Some(start),
            end_secs: Some(end),
            ..Job::default()
        };
        Jobs::new(Terms { metrics: vec![objective(Goal::Maximize)], ..terms }, values.iter().map(job).collect())
    }

    pub fn objective(goal: Goal) -> Measure {
        Measure { name: MetricName::new("m"), goal, optimized: true }
    }

    #[test]
    fn jobs_are_taken_in_the_order_of_completion() {
        let jobs = timed(&[(Some(0.5), 0.0, 30.0), (Some(0.7), 5.0, 20.0), (None, 20.0, 30.0)], Terms::default());
        assert_eq!((jobs.place(0), jobs.place(1), jobs.place(2)), (Some(1), Some(0), Some(2)));
        assert_eq!(jobs.after(1).elapsed_secs(), Some(20.0));
        // The slower job was in flight for 20 s.
        assert_eq!(jobs.after(1).compute_secs(), Some(35.0));
    }

    #[test]
    fn one_missing_end_keeps_the_order_of_the_list() {
        let mut job = Job { end_secs: Some(5.0), start_secs: Some(0.0), ..Job::default() };
        let first = Job { end_secs: Some(9.0), ..job.clone() };
        job.end_secs = None;
        let jobs = Jobs::new(Terms::default(), vec![first, job]);
        assert_eq!((jobs.place(0), jobs.after(2).elapsed_secs(), jobs.compute_secs(None)), (Some(0), None, None));
    }

    #[test]
    fn values_that_are_not_finite_count_as_none() {
        let jobs = maximized(&[Some(f64::INFINITY), Some(f64::NAN), Some(0.5)]);
        let column = jobs.column(None).expect("there is a metric");
        assert_eq!((jobs.after(2).best(column), jobs.after(3).best(column)), (None, Some(0.5)));
    }

    #[test]
    fn a_run_is_a_job_once_it_is_finished() {
        let time = |secs| WallTime::from_secs(secs).expect("finite");
        let mut run = TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "run", time(5.0));
        let terms = Terms { metrics: vec![objective(Goal::Maximize)], ..Terms::default() };
        let job = |run: &TrainingRun| Job::of(run, &terms, &|_| Some(0.5));
        assert_eq!(job(&run), None);
        (run.state, run.completed) = (RunState::Completed, Some(time(9.0)));
        let entered = job(&run).expect("it is completed");
        assert_eq!(
            (&entered.values[..], entered.start_secs, entered.end_secs),
            (&[Some(0.5)][..], Some(5.0), Some(9.0))
        );
        run.state = RunState::Failed;
        assert_eq!(job(&run).expect("it has failed").values, [None]);
    }

    #[test]
    fn no_jobs_know_nothing() {
        let jobs = Jobs::new(Terms::default(), vec![]);
        let none = jobs.after(7);
        assert_eq!((none.count(), none.now(), none.cost(), jobs.column(None)), (0, None, None, None));
    }
}
