//! The runs that rules are replayed over, in the order in which their checkpoints happen.
//!
//! Replayed are the completed runs with at least one checkpoint of the metric. Failed, running and abandoned runs and
//! runs without a checkpoint are left out everywhere, peers included, and counted: what a failed run spent is no
//! saving that a rule may claim.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::model::{Goal, MetricName, RunState, Series, StopReason, TrainingRun};
use crate::stopping::crowd::EPOCH_SECS;

use super::peers::{Averages, Grid};

/// One run as it was recorded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Run {
    pub state: RunState,
    /// Why it was cut short; such a run is *censored*: how it would have gone on is unknown.
    pub stop_reason: Option<StopReason>,
    /// The checkpoints of the metric, by strictly rising steps. Times are seconds on one clock for all runs.
    pub series: Series,
    /// When the run started, on the same clock.
    pub start_secs: Option<f64>,
    /// The clock is the run's own: times say how long it took, not when it happened.
    pub own_clock: bool,
    /// Tags of the run, which a cap on time may ask for.
    pub tags: Vec<String>,
    /// The run's own price; `None`: that of `Counting`.
    pub hourly_price: Option<f64>,
    /// The run's own number of instances; `None`: that of `Counting`.
    pub instances: Option<f64>,
}

impl Run {
    /// A training run with the checkpoints of one metric, brought to one clock where the run says when it started.
    ///
    /// Times below 100,000,000 are seconds since the start of the run. Without a start, others count from the first.
    pub fn of(run: &TrainingRun, series: Series) -> Self {
        let start = run.start_time.map(|time| time.secs());
        let first = series.times().iter().copied().find(|time| time.is_finite());
        let relative = first.is_some_and(|first| first < EPOCH_SECS);
        let (series, start_secs) = match (relative, start) {
            (true, Some(start)) => (shifted(series, start), Some(start)),
            (true, None) => (series, Some(0.0)),
            (false, start) => (series, start.or(first)),
        };
        Self {
            state: run.state,
            stop_reason: run.stop_reason,
            series,
            start_secs,
            own_clock: relative && start.is_none(),
            tags: run.tags.clone(),
            hourly_price: run.hourly_price,
            instances: run.instance_count.map(|count| count as f64),
        }
    }
}

/// The same series with its times counted from a start.
fn shifted(series: Series, start: f64) -> Series {
    let times = series.times().iter().map(|time| time + start).collect();
    let columns = (series.steps().to_vec(), series.values().to_vec(), series.epochs().to_vec());
    Series::from_columns(columns.0, columns.1, columns.2, times).unwrap_or(series)
}

/// What rules may ask about the metric and the experiment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subject {
    /// Keras takes a loss for one that falls.
    pub metric: Option<MetricName>,
    /// Name of the experiment: with the number of a run it says which bracket a run is in.
    pub experiment: String,
    /// The cap on checkpoints. It stops no run here; predictions ask for it.
    pub max_checkpoints: Option<u64>,
}

/// The order in which checkpoints happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// By time; at equal times the run earlier in the list first. Needs a time at every checkpoint of every replayed
    /// run, else `File` is used.
    WallTime,
    /// Run after run, in the order of the list.
    File,
    /// Run after run, in this order of indices into the list; runs that it does not name follow in the order of the
    /// list.
    Chosen(Vec<usize>),
}

/// How many runs are not replayed, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeftOut {
    pub failed: usize,
    pub running: usize,
    pub abandoned: usize,
    /// Completed without a checkpoint of the metric.
    pub empty: usize,
}

/// Where a replayed rule stops each run: the index of a checkpoint from 0, `None` where it does not.
///
/// One for each replayed run, in the order of the list.
pub type Stops = Vec<Option<u32>>;

/// One replayed run with what every setting asks of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Replayed {
    /// Its place in the list.
    pub index: usize,
    pub run: Run,
    /// The best finite value up to each checkpoint; NaN before the first.
    pub best_so_far: Vec<f64>,
    /// The best finite value of all; `None` leaves the run unscored.
    pub full: Option<f64>,
    /// The start, where every checkpoint has its time too.
    pub timed_from: Option<f64>,
    /// 1 where the stated epochs count from 1, else 0.
    pub first_epoch: f64,
}

impl Replayed {
    fn new(index: usize, run: Run, goal: Goal) -> Self {
        let mut best = f64::NAN;
        let best_so_far: Vec<f64> = (run.series.values().iter())
            .map(|&value| {
                if value.is_finite() && (best.is_nan() || goal.better(value, best)) {
                    best = value;
                }
                best
            })
            .collect();
        let timed = has_every_time(&run.series);
        let timed_from = run.start_secs.filter(|start| timed && start.is_finite());
        let first_epoch = (0..run.series.len()).find_map(|at| run.series.epoch(at));
        let first_epoch = if first_epoch.is_some_and(|epoch| epoch >= 1.0) { 1.0 } else { 0.0 };
        let full = Some(best).filter(|best| !best.is_nan());
        Self { index, run, best_so_far, full, timed_from, first_epoch }
    }

    /// Something cut the run; how it would have gone on is unknown.
    pub fn is_censored(&self) -> bool {
        self.run.stop_reason.is_some()
    }

    /// When the run started, on the clock of all runs.
    pub fn started(&self) -> Option<f64> {
        self.timed_from.filter(|_| !self.run.own_clock)
    }

    /// Says whether the run, once it is over, is a complete peer of others.
    pub fn is_complete_peer(&self) -> bool {
        matches!(self.run.stop_reason, None | Some(StopReason::EarlyStopping))
    }

    /// How many checkpoints there are; at least 1.
    pub fn len(&self) -> usize {
        self.run.series.len()
    }

    /// The last checkpoint that happens when the run is stopped there.
    pub fn end(&self, stop: Option<u32>) -> usize {
        let last = self.len() - 1;
        stop.map_or(last, |stop| last.min(stop as usize))
    }

    /// The best finite value up to the stop.
    pub fn kept(&self, stop: Option<u32>) -> Option<f64> {
        Some(self.best_so_far[self.end(stop)]).filter(|kept| !kept.is_nan())
    }
}

fn has_every_time(series: &Series) -> bool {
    series.times().len() == series.len() && series.times().iter().all(|time| time.is_finite())
}

/// The replayed runs of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    pub(super) goal: Goal,
    pub(super) subject: Subject,
    pub(super) runs: Vec<Replayed>,
    left_out: LeftOut,
    order_used: Order,
    /// The order of the runs; by time, that of their first checkpoints.
    pub(super) sequence: Vec<usize>,
    /// By time: the run of each event. Empty where run follows run.
    pub(super) events: Vec<u32>,
    /// What is known of runs that are left out.
    pub(super) nothing: Series,
    /// Made when the first rule asks for it.
    grid: OnceLock<Grid>,
    averages: OnceLock<Option<Averages>>,
}

impl History {
    /// Takes the runs of an experiment in the order of its list.
    pub fn new(runs: Vec<Run>, goal: Goal, order: Order) -> Self {
        let mut left_out = LeftOut::default();
        let mut replayed = Vec::new();
        for (index, run) in runs.into_iter().enumerate() {
            match run.state {
                RunState::Failed => left_out.failed += 1,
                RunState::Active => left_out.running += 1,
                RunState::Abandoned => left_out.abandoned += 1,
                RunState::Completed if run.series.is_empty() => left_out.empty += 1,
                RunState::Completed => replayed.push(Replayed::new(index, run, goal)),
            }
        }
        let timed = replayed.iter().all(|each| has_every_time(&each.run.series) && !each.run.own_clock);
        let order_used = if order == Order::WallTime && !timed { Order::File } else { order };
        let mut history = Self {
            goal,
            subject: Subject::default(),
            nothing: Series::default(),
            sequence: (0..replayed.len()).collect(),
            runs: replayed,
            left_out,
            order_used,
            events: Vec::new(),
            grid: OnceLock::new(),
            averages: OnceLock::new(),
        };
        match &history.order_used {
            Order::File => {}
            Order::Chosen(list) => history.sequence = chosen_sequence(&history.runs, list),
            Order::WallTime => (history.sequence, history.events) = events_by_time(&history.runs),
        }
        history
    }

    /// The same history of a certain metric and experiment.
    pub fn of(self, subject: Subject) -> Self {
        Self { subject, ..self }
    }

    /// The metric's name; a nameless one has none that a rule could mean.
    pub(super) fn metric(&self) -> MetricName {
        self.subject.metric.clone().unwrap_or_else(|| MetricName::new(""))
    }

    /// How many runs are not replayed.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The order that is used: `File` where `WallTime` was asked for and a time is missing.
    pub fn order_used(&self) -> &Order {
        &self.order_used
    }

    /// Indices into the list of the runs that are replayed, rising.
    pub fn replayed(&self) -> impl ExactSizeIterator<Item = usize> {
        self.runs.iter().map(|run| run.index)
    }

    /// How many checkpoints all replayed runs have together.
    pub fn checkpoint_count(&self) -> usize {
        self.runs.iter().map(Replayed::len).sum()
    }

    /// The steps of all runs with the values there; the same for all settings.
    pub(super) fn grid(&self) -> &Grid {
        self.grid.get_or_init(|| Grid::new(self))
    }

    /// The running averages of all runs; `None` where the table would be too large.
    pub(super) fn averages(&self) -> Option<&Averages> {
        self.averages.get_or_init(|| Averages::new(self, self.grid())).as_ref()
    }

    /// The stops of "no rule".
    pub fn no_stops(&self) -> Stops {
        vec![None; self.runs.len()]
    }
}

fn chosen_sequence(runs: &[Replayed], list: &[usize]) -> Vec<usize> {
    let mut taken = vec![false; runs.len()];
    let mut sequence = Vec::with_capacity(runs.len());
    let named = list.iter().filter_map(|&index| runs.binary_search_by_key(&index, |run| run.index).ok());
    for at in named.chain(0..runs.len()) {
        if !std::mem::replace(&mut taken[at], true) {
            sequence.push(at);
        }
    }
    sequence
}

/// The runs by their first checkpoints, and the run of every checkpoint in the order of time.
///
/// A clock that goes back within a run stands still instead: the checkpoints of a run keep their order.
fn events_by_time(runs: &[Replayed]) -> (Vec<usize>, Vec<u32>) {
    let mut timed: Vec<(f64, u32)> = Vec::new();
    for (at, each) in (0..).zip(runs) {
        let mut now = f64::NEG_INFINITY;
        timed.extend(each.run.series.times().iter().map(|&time| {
            now = now.max(time);
            (now, at)
        }));
    }
    timed.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1)));
    let events: Vec<u32> = timed.into_iter().map(|(_, at)| at).collect();
    let mut seen = vec![false; runs.len()];
    let firsts = events.iter().map(|&at| at as usize).filter(|&at| !std::mem::replace(&mut seen[at], true));
    (firsts.collect(), events)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::{ExperimentId, RunId, WallTime};

    /// A completed run with these values at steps 1, 2, …
    pub fn run(values: &[f64]) -> Run {
        let mut series = Series::default();
        for (step, &value) in (1..).zip(values) {
            series.push(step, value, None, None);
        }
        Run { state: RunState::Completed, series, ..Run::default() }
    }

    fn timed(values: &[(f64, f64)]) -> Run {
        let mut series = Series::default();
        for (step, &(time, value)) in (1..).zip(values) {
            series.push(step, value, None, Some(time));
        }
        Run { state: RunState::Completed, series, start_secs: Some(0.0), ..Run::default() }
    }

    #[test]
    fn only_completed_runs_with_checkpoints_are_replayed() {
        let of = |state| Run { state, ..run(&[0.5]) };
        let runs = vec![of(RunState::Failed), of(RunState::Active), run(&[]), of(RunState::Abandoned), run(&[0.1])];
        let history = History::new(runs, Goal::Maximize, Order::File);
        assert_eq!(history.left_out(), LeftOut { failed: 1, running: 1, abandoned: 1, empty: 1 });
        assert_eq!(history.replayed().collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_missing_time_falls_back_to_the_order_of_the_list() {
        let runs = vec![timed(&[(1.0, 0.5)]), run(&[0.5])];
        assert_eq!(*History::new(runs, Goal::Maximize, Order::WallTime).order_used(), Order::File);
    }

    #[test]
    fn runs_that_only_know_how_long_they_took_have_no_common_order() {
        let own = |own_clock| Run { own_clock, ..timed(&[(1.0, 0.5)]) };
        let history = |own_clock| History::new(vec![own(own_clock)], Goal::Maximize, Order::WallTime);
        assert_eq!(*history(false).order_used(), Order::WallTime);
        assert_eq!(*history(true).order_used(), Order::File);
    }

    #[test]
    fn seconds_since_the_start_are_brought_to_one_clock() {
        let mut run =
            TrainingRun::new(RunId::new("1"), ExperimentId::new("1"), "run", WallTime::from_secs(0.0).expect("finite"));
        let series = timed(&[(10.0, 0.5), (20.0, 0.6)]).series;
        let alone = Run::of(&run, series.clone());
        assert_eq!((alone.own_clock, alone.start_secs), (true, Some(0.0)));
        run.start_time = WallTime::from_secs(1.7e9);
        let started = Run::of(&run, series);
        assert_eq!((started.own_clock, started.series.times()), (false, &[1.7e9 + 10.0, 1.7e9 + 20.0][..]));
    }

    #[test]
    fn simultaneous_checkpoints_happen_in_the_order_of_the_list() {
        let runs = vec![timed(&[(2.0, 0.1), (3.0, 0.1)]), timed(&[(1.0, 0.1), (3.0, 0.1)])];
        let history = History::new(runs, Goal::Maximize, Order::WallTime);
        assert_eq!(history.events, [1, 0, 0, 1]);
        assert_eq!(history.sequence, [1, 0]);
    }

    #[test]
    fn a_clock_that_goes_back_keeps_the_checkpoints_of_a_run_in_order() {
        let runs = vec![timed(&[(5.0, 0.1), (1.0, 0.1)]), timed(&[(2.0, 0.1)])];
        assert_eq!(History::new(runs, Goal::Maximize, Order::WallTime).events, [1, 0, 0]);
    }

    #[test]
    fn runs_that_are_not_named_follow() {
        let runs = vec![run(&[0.1]), run(&[]), run(&[0.2]), run(&[0.3])];
        let history = History::new(runs, Goal::Maximize, Order::Chosen(vec![3, 3, 1, 99]));
        assert_eq!(history.sequence, [2, 0, 1]);
    }
}
