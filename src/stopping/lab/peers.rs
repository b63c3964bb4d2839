//! Rules that compare runs, reduced to their answers.
//!
//! They decide as the rules of the ledger do, which also say why; the tests of `replay` hold them against each other.
//! What they ask about complete runs comes from `ranks`.

use crate::model::{Goal, OptunaPercentile, OptunaSuccessiveHalving, Resource};
use crate::stopping::Answer;
use crate::stopping::optuna_percentile::{first_in_interval, signed};

use super::history::History;
use super::ranks::{Present, Ranks};
use super::replay::Follower;

/// The steps of all runs, and the values that rules compare there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// Each step once, rising.
    steps: Vec<i64>,
    /// For each run: its first entry in `values`.
    first_entries: Vec<usize>,
    /// The value of each checkpoint at its step.
    values: Ranks,
}

impl Grid {
    pub fn new(history: &History) -> Self {
        let mut steps: Vec<i64> = history.runs.iter().flat_map(|run| run.run.series.steps()).copied().collect();
        steps.sort_unstable();
        steps.dedup();
        let mut entries = Vec::with_capacity(history.checkpoint_count());
        let mut first_entries = Vec::with_capacity(history.runs.len());
        for run in &history.runs {
            first_entries.push(entries.len());
            let series = &run.run.series;
            let mut place = 0;
            for (&step, &value) in series.steps().iter().zip(series.values()) {
                place += steps[place..].partition_point(|&other| other < step);
                entries.push((place as u32, value));
            }
        }
        Self { values: Ranks::new(steps.len(), &entries), steps, first_entries }
    }

    /// The place of a checkpoint's step among all steps.
    fn place(&self, run: usize, at: usize) -> usize {
        self.values.place(self.first_entries[run] + at)
    }
}

/// The running average of each run's finite values at every step of the grid from its first one on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Averages {
    /// For each run: its entries.
    runs: Vec<std::ops::Range<usize>>,
    ranks: Ranks,
}

impl Averages {
    /// `None` where runs have so many steps of their own that the table would not fit.
    pub fn new(history: &History, grid: &Grid) -> Option<Self> {
        const MOST_ENTRIES: usize = 8_000_000;
        if grid.steps.len().saturating_mul(history.runs.len()) > MOST_ENTRIES {
            return None;
        }
        let mut entries: Vec<(u32, f64)> = Vec::new();
        let mut runs = Vec::with_capacity(history.runs.len());
        for run in &history.runs {
            let series = &run.run.series;
            let first = entries.len();
            let (mut next, mut count, mut sum) = (0, 0_u32, 0.0);
            for (place, step) in (0..).zip(&grid.steps) {
                while series.steps().get(next).is_some_and(|own| own <= step) {
                    let value = series.values()[next];
                    if value.is_finite() {
                        count += 1;
                        sum += value;
                    }
                    next += 1;
                }
                let mean = sum / f64::from(count);
                if mean.is_finite() {
                    entries.push((place, mean));
                }
            }
            runs.push(first..entries.len());
        }
        Some(Self { ranks: Ranks::new(grid.steps.len(), &entries), runs })
    }
}

/// Optuna's percentile pruner, and its median pruner.
pub(super) struct Percentile<'a> {
    grid: &'a Grid,
    params: OptunaPercentile,
    /// The percentile of the others that is compared with.
    share: f64,
    goal: Goal,
    complete: u64,
    present: Present<'a>,
    /// For each run: its best value, NaN before the first that is a number, and the step of its last checkpoint.
    runs: Vec<(f64, i64)>,
}

impl<'a> Percentile<'a> {
    pub fn new(params: OptunaPercentile, goal: Goal, history: &History, grid: &'a Grid) -> Self {
        let share = match goal {
            Goal::Minimize => params.percentile,
            Goal::Maximize => 100.0 - params.percentile,
        };
        let runs = vec![(f64::NAN, -1); history.runs.len()];
        Self { grid, share, params, goal, complete: 0, present: Present::new(&grid.values), runs }
    }
}

impl Follower for Percentile<'_> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let series = &history.runs[run].run.series;
        let (step, value) = (series.steps()[at], series.values()[at]);
        let (best, before) = &mut self.runs[run];
        if best.is_nan() || self.goal.better(value, *best) {
            *best = value;
        }
        let (best, before) = (*best, std::mem::replace(before, step));
        let params = &self.params;
        if self.complete == 0 || self.complete < params.n_startup_trials || step < signed(params.n_warmup_steps) {
            return Answer::Undecided;
        }
        if params.interval_steps > 1 && !first_in_interval(step, before, params.n_warmup_steps, params.interval_steps) {
            return Answer::Unsatisfied;
        }
        if best.is_nan() {
            return Answer::Satisfied;
        }
        let place = self.grid.place(run, at);
        if self.present.count(place) < params.n_min_trials {
            return Answer::Undecided;
        }
        Answer::of(self.goal.better(self.present.percentile(place, self.share), best))
    }

    fn end(&mut self, history: &History, run: usize, complete: bool) {
        if complete {
            self.complete += 1;
            let first = self.grid.first_entries[run];
            (first..first + history.runs[run].len()).for_each(|entry| self.present.add(entry));
        }
    }
}

/// The median rules of SageMaker and Vizier.
pub(super) struct MedianOfAverages<'a> {
    grid: &'a Grid,
    averages: &'a Averages,
    goal: Goal,
    min_completed_runs: u64,
    grace_steps: i64,
    /// Compare the best so far, as Vizier does, rather than the current value.
    compares_best: bool,
    present: Present<'a>,
}

impl<'a> MedianOfAverages<'a> {
    pub fn new(
        (min_completed_runs, grace_steps): (u64, u64),
        compares_best: bool,
        goal: Goal,
        (grid, averages): (&'a Grid, &'a Averages),
    ) -> Self {
        Self {
            grid,
            averages,
            goal,
            min_completed_runs: min_completed_runs.max(1),
            grace_steps: signed(grace_steps),
            compares_best,
            present: Present::new(&averages.ranks),
        }
    }
}

impl Follower for MedianOfAverages<'_> {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let of = &history.runs[run];
        let place = self.grid.place(run, at);
        if of.run.series.steps()[at] < self.grace_steps || self.present.values(place) < self.min_completed_runs {
            return Answer::Undecided;
        }
        let held = if self.compares_best { of.best_so_far[at] } else { of.run.series.values()[at] };
        Answer::of(self.goal.better(self.present.median(place), held))
    }

    fn end(&mut self, _: &History, run: usize, complete: bool) {
        if complete {
            self.averages.runs[run].clone().for_each(|entry| self.present.add(entry));
        }
    }
}

/// Optuna's successive halving.
pub(super) struct Halving {
    params: OptunaSuccessiveHalving,
    goal: Goal,
    /// Taken from the complete runs, once for the whole experiment.
    automatic: Option<u64>,
    /// The largest last step of the complete runs.
    longest: Option<i64>,
    /// The values left at each rung, rising.
    rungs: Vec<Vec<f64>>,
    /// For each run: how many rungs it has passed.
    runs: Vec<usize>,
}

impl Halving {
    pub fn new(params: &OptunaSuccessiveHalving, goal: Goal, history: &History) -> Self {
        let (params, runs) = (params.clone(), vec![0; history.runs.len()]);
        Self { params, goal, automatic: None, longest: None, rungs: Vec::new(), runs }
    }

    /// The step at which a rung stands.
    fn milestone(&self, min_resource: u64, rung: usize) -> i64 {
        let power = u32::try_from(self.params.min_early_stopping_rate.saturating_add(rung as u64)).unwrap_or(u32::MAX);
        signed(min_resource.saturating_mul(self.params.reduction_factor.max(2).saturating_pow(power)))
    }
}

impl Follower for Halving {
    fn step(&mut self, history: &History, run: usize, at: usize) -> Answer {
        let series = &history.runs[run].run.series;
        let (step, value) = (series.steps()[at], series.values()[at]);
        let fixed = match self.params.min_resource {
            Resource::Of(amount) => Some(amount),
            Resource::Auto => self.automatic,
        };
        let from_longest = || self.longest.map(|last| u64::try_from(last / 100).unwrap_or(0).max(1));
        let Some(min_resource) = fixed.or_else(from_longest) else { return Answer::Undecided };
        self.automatic = Some(min_resource);
        loop {
            let rung = self.runs[run];
            if step < self.milestone(min_resource, rung) {
                return if rung == 0 { Answer::Undecided } else { Answer::Unsatisfied };
            }
            if value.is_nan() {
                return Answer::Satisfied;
            }
            if self.rungs.len() <= rung {
                self.rungs.resize(rung + 1, Vec::new());
            }
            let competing = &mut self.rungs[rung];
            competing.insert(competing.partition_point(|&other| other < value), value);
            self.runs[run] += 1;
            let count = competing.len();
            let kept = (count as u64 / self.params.reduction_factor.max(2)).saturating_sub(1) as usize;
            let bar = match self.goal {
                Goal::Minimize => competing[kept],
                Goal::Maximize => competing[count - 1 - kept],
            };
            if count as u64 <= self.params.bootstrap_count || self.goal.better(bar, value) {
                return Answer::Satisfied;
            }
        }
    }

    fn end(&mut self, history: &History, run: usize, complete: bool) {
        if complete {
            self.longest = self.longest.max(history.runs[run].run.series.steps().last().copied());
        }
    }
}
