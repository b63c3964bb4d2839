//! What the stops of a replay saved and what they lost.

use std::cmp::Ordering;

use crate::model::Goal;

use super::history::{History, Replayed};

/// How runs are counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counting {
    /// How many of the best runs must not be stopped wrongly; 3 by default.
    pub top_k: usize,
    /// Whether runs that something cut short count; they do by default.
    pub include_censored: bool,
    /// Price of an instance for an hour; `None`: only runs with a price of their own have a cost.
    pub hourly_price: Option<f64>,
    pub instances_per_run: f64,
}

impl Default for Counting {
    fn default() -> Self {
        Self { top_k: 3, include_censored: true, hourly_price: None, instances_per_run: 1.0 }
    }
}

/// An amount that was saved, and what it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Saved {
    pub saved: f64,
    pub total: f64,
}

impl Saved {
    /// The saved part, from 0 to 1; 0 of nothing.
    pub fn share(self) -> f64 {
        if self.total == 0.0 { 0.0 } else { self.saved / self.total }
    }
}

/// A run with its best value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunValue {
    /// Its place in the list.
    pub run: usize,
    pub value: f64,
}

/// What stopping cost in quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lost {
    /// Distance between the best of all values and the best that was kept; 0 or more.
    pub absolute: f64,
    /// The same over the range of the runs' best values: may exceed 1. Of no range, 1 unless nothing was lost.
    pub relative: f64,
    /// How many runs are strictly better, run to their end, than the run that is crowned.
    pub ranks: usize,
}

/// What the stops of a replay are worth, over the runs that count.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub runs: usize,
    /// Stopped before their last checkpoint.
    pub stopped: usize,
    pub censored: usize,
    /// Censored runs that the rule never stops: it would have spent more, and might have found more.
    pub censored_let_on: usize,
    pub checkpoints: Saved,
    pub steps: Saved,
    /// Over the runs that have times; `None` when none has.
    pub seconds: Option<Saved>,
    pub timed_runs: usize,
    /// `None` without times or a price.
    pub cost: Option<Saved>,
    /// The best run of all, and the one that is crowned: the best by what was kept. The earlier in the list at a tie.
    pub best_full: Option<RunValue>,
    pub best_kept: Option<RunValue>,
    /// `None` when no run has a finite value before its stop.
    pub lost: Option<Lost>,
    /// Another run than the best is crowned, or none although there is one.
    pub missed_best: bool,
    /// Places in the list, rising, of the best runs that were stopped before their best value.
    pub wrongly_stopped: Vec<usize>,
}

impl History {
    /// Places among the replayed runs of those that count.
    pub(super) fn counted(&self, counting: &Counting) -> Vec<usize> {
        let counts = |at: &usize| counting.include_censored || !self.runs[*at].is_censored();
        (0..self.runs.len()).filter(counts).collect()
    }

    /// What `stops` are worth, as `replay` or `no_stops` gives them.
    pub fn figures(&self, stops: &[Option<u32>], counting: &Counting) -> Figures {
        self.figures_of(&self.counted(counting), stops, counting)
    }

    /// The same over some of the replayed runs, given by rising places.
    pub(super) fn figures_of(&self, places: &[usize], stops: &[Option<u32>], counting: &Counting) -> Figures {
        let counted = places.iter().filter_map(|&at| Some((&self.runs[at], *stops.get(at)?)));
        let mut figures = Figures {
            runs: 0,
            stopped: 0,
            censored: 0,
            censored_let_on: 0,
            checkpoints: Saved::default(),
            steps: Saved::default(),
            seconds: None,
            timed_runs: 0,
            cost: None,
            best_full: None,
            best_kept: None,
            lost: None,
            missed_best: false,
            wrongly_stopped: Vec::new(),
        };
        for (run, stop) in counted.clone() {
            figures.runs += 1;
            figures.stopped += usize::from(run.end(stop) + 1 < run.len());
            figures.censored += usize::from(run.is_censored());
            figures.censored_let_on += usize::from(run.is_censored() && stop.is_none());
            figures.add_spending(run, stop, counting);
        }
        figures.add_quality(self.goal, counted, counting.top_k);
        figures
    }
}

impl Figures {
    fn add_spending(&mut self, run: &Replayed, stop: Option<u32>, counting: &Counting) {
        let end = run.end(stop);
        add(&mut self.checkpoints, (run.len() - 1 - end) as f64, run.len() as f64);
        let steps = run.run.series.steps();
        let (last, stopped_at) = (steps[run.len() - 1] as f64, steps[end] as f64);
        // A record at step 0 stands for the work of one interval.
        let origin = match steps {
            [0, second, ..] => -(*second as f64),
            [0] => -1.0,
            _ => 0.0,
        };
        add(&mut self.steps, last - stopped_at, last - origin);
        let Some(start) = run.timed_from else { return };
        let times = run.run.series.times();
        let last = times[run.len() - 1];
        self.timed_runs += 1;
        let (saved, total) = (last - times[end], last - start);
        add(self.seconds.get_or_insert_default(), saved, total);
        if let Some(price) = run.run.hourly_price.or(counting.hourly_price) {
            let per_second = price * run.run.instances.unwrap_or(counting.instances_per_run) / 3600.0;
            add(self.cost.get_or_insert_default(), saved * per_second, total * per_second);
        }
    }

    fn add_quality<'a>(
        &mut self,
        goal: Goal,
        counted: impl Iterator<Item = (&'a Replayed, Option<u32>)> + Clone,
        top_k: usize,
    ) {
        let scored = counted.filter_map(|(run, stop)| Some((run, stop, run.full?)));
        let mut fulls: Vec<f64> = scored.clone().map(|(.., full)| full).collect();
        fulls.sort_by(|a, b| best_first(goal, *a, *b));
        let mut crowned_full = None;
        for (run, stop, full) in scored.clone() {
            if self.best_full.is_none_or(|best| goal.better(full, best.value)) {
                self.best_full = Some(RunValue { run: run.index, value: full });
            }
            if let Some(kept) = run.kept(stop)
                && self.best_kept.is_none_or(|best| goal.better(kept, best.value))
            {
                self.best_kept = Some(RunValue { run: run.index, value: kept });
                crowned_full = Some(full);
            }
            let lost_its_best = run.kept(stop).is_none_or(|kept| goal.better(full, kept));
            if stop.is_some() && lost_its_best && better_count(goal, &fulls, full) < top_k {
                self.wrongly_stopped.push(run.index);
            }
        }
        let range = fulls.first().zip(fulls.last()).map_or(0.0, |(best, worst)| (best - worst).abs());
        self.lost = (self.best_full.zip(self.best_kept).zip(crowned_full)).map(|((full, kept), crowned)| {
            let absolute = (full.value - kept.value).abs();
            Lost { absolute, relative: relative(absolute, range), ranks: better_count(goal, &fulls, crowned) }
        });
        self.missed_best = match self.lost {
            Some(lost) => lost.ranks > 0,
            None => !fulls.is_empty(),
        };
    }
}

/// A loss over a range; over none, everything or nothing.
pub(super) fn relative(absolute: f64, range: f64) -> f64 {
    if absolute == 0.0 {
        0.0
    } else if range == 0.0 {
        1.0
    } else {
        absolute / range
    }
}

/// How many values, best first, are strictly better than this one.
fn better_count(goal: Goal, best_first: &[f64], value: f64) -> usize {
    best_first.partition_point(|&other| goal.better(other, value))
}

fn best_first(goal: Goal, a: f64, b: f64) -> Ordering {
    goal.better(b, a).cmp(&goal.better(a, b))
}

fn add(to: &mut Saved, saved: f64, total: f64) {
    to.saved += saved;
    to.total += total;
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::run;
    use super::super::{Order, Run};
    use super::*;
    use crate::model::{RunState, StopReason};

    /// The four runs of the worked example: A, B, C and D, of which something pruned D.
    fn example() -> History {
        let mut cut = run(&[0.30, 0.35, 0.36]);
        cut.stop_reason = Some(StopReason::Pruned);
        let runs = vec![
            run(&[0.50, 0.60, 0.70, 0.71, 0.72, 0.72]),
            run(&[0.40, 0.50, 0.55, 0.56, 0.56, 0.56]),
            run(&[0.45, 0.55, 0.54, 0.53, 0.60, 0.80]),
            cut,
        ];
        History::new(runs, Goal::Maximize, Order::File)
    }

    fn top_two() -> Counting {
        Counting { top_k: 2, ..Counting::default() }
    }

    #[test]
    fn a_rule_that_cuts_the_best_run_before_its_gain_loses_it() {
        let figures = example().figures(&[None, Some(5), Some(3), None], &top_two());
        assert_eq!((figures.stopped, figures.checkpoints), (1, Saved { saved: 2.0, total: 21.0 }));
        assert_eq!(figures.best_full, Some(RunValue { run: 2, value: 0.80 }));
        assert_eq!(figures.best_kept, Some(RunValue { run: 0, value: 0.72 }));
        let lost = figures.lost.expect("a value was kept");
        assert!((lost.absolute - 0.08).abs() < 1e-12 && (lost.relative - 0.1818).abs() < 1e-4);
        assert_eq!((lost.ranks, figures.missed_best), (1, true));
        assert_eq!(figures.wrongly_stopped, [2]);
        assert_eq!((figures.censored, figures.censored_let_on), (1, 1));
    }

    #[test]
    fn stopping_a_good_run_behind_its_best_is_no_mistake() {
        let figures = example().figures(&[Some(4), None, None, None], &top_two());
        assert_eq!(figures.lost, Some(Lost { absolute: 0.0, relative: 0.0, ranks: 0 }));
        assert!(figures.wrongly_stopped.is_empty());
    }

    #[test]
    fn censored_runs_can_be_left_out() {
        let counting = Counting { include_censored: false, ..top_two() };
        let figures = example().figures(&[None; 4], &counting);
        assert_eq!((figures.runs, figures.censored, figures.checkpoints.total), (3, 0, 18.0));
    }

    #[test]
    fn step_zero_stands_for_the_work_of_one_interval() {
        let mut series = crate::model::Series::default();
        for step in [0, 10, 20] {
            series.push(step, 0.5, None, None);
        }
        let completed = Run { state: RunState::Completed, series, ..Run::default() };
        let history = History::new(vec![completed], Goal::Minimize, Order::File);
        let figures = history.figures(&[Some(0)], &Counting::default());
        assert_eq!(figures.steps, Saved { saved: 20.0, total: 30.0 });
    }

    #[test]
    fn a_history_without_a_finite_value_loses_nothing() {
        let history = History::new(vec![run(&[f64::NAN, f64::INFINITY])], Goal::Maximize, Order::File);
        let figures = history.figures(&[Some(0)], &Counting::default());
        assert_eq!((figures.lost, figures.missed_best, figures.best_full), (None, false, None));
    }

    #[test]
    fn the_best_is_missed_when_nothing_was_kept() {
        let history = History::new(vec![run(&[f64::NAN, 0.5])], Goal::Maximize, Order::File);
        let figures = history.figures(&[Some(0)], &Counting::default());
        assert_eq!((figures.lost, figures.missed_best), (None, true));
        assert_eq!(figures.wrongly_stopped, [0]);
    }

    #[test]
    fn no_runs_have_figures_of_nothing() {
        let figures = History::new(vec![], Goal::Maximize, Order::WallTime).figures(&[], &Counting::default());
        assert_eq!((figures.runs, figures.checkpoints.share(), figures.missed_best), (0, 0.0, false));
    }

    #[test]
    fn time_is_money() {
        let mut priced = run(&[0.1, 0.2]);
        priced.series = crate::model::Series::default();
        priced.series.push(1, 0.1, None, Some(1800.0));
        priced.series.push(2, 0.2, None, Some(3600.0));
        priced.start_secs = Some(0.0);
        let own = Run { hourly_price: Some(10.0), instances: Some(1.0), ..priced.clone() };
        let history = History::new(vec![priced, own], Goal::Maximize, Order::File);
        let counting = Counting { hourly_price: Some(1.5), instances_per_run: 2.0, ..Counting::default() };
        let figures = history.figures(&[Some(0), Some(0)], &counting);
        assert_eq!(figures.seconds, Some(Saved { saved: 3600.0, total: 7200.0 }));
        assert_eq!(figures.cost, Some(Saved { saved: 6.5, total: 13.0 }));
    }
}
