//! The runs of an experiment as they become known: what a rule that compares runs may look at.
//!
//! A replay moves through the checkpoints of all runs in the order in which they happened, and tells the crowd of each
//! (`Crowd::advance`, `Crowd::end`). A rule sees only what has been told so far.

use crate::math;
use crate::model::{Goal, RunState, Series, StopReason};

/// How a run stands to rules that compare runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PeerState {
    /// Has not happened yet: nothing of it is known.
    #[default]
    Ahead,
    Active,
    /// Gave its full result: nothing cut it, or its own early stopping did.
    Complete,
    /// Cut because others were better, by a limit or by a person.
    Cut,
    Failed,
}

impl PeerState {
    /// How a run stands once it is over.
    pub fn after(state: RunState, stop_reason: Option<StopReason>) -> Self {
        match (state, stop_reason) {
            (RunState::Completed, None | Some(StopReason::EarlyStopping)) => Self::Complete,
            (RunState::Completed, Some(_)) => Self::Cut,
            (RunState::Failed, _) => Self::Failed,
            (RunState::Active | RunState::Abandoned, _) => Self::Active,
        }
    }
}

/// One run of a crowd.
#[derive(Debug, Clone)]
pub struct Peer<'a> {
    series: &'a Series,
    /// On the clock of the series' times.
    start_secs: Option<f64>,
    /// How many of its checkpoints are known.
    seen: usize,
    state: PeerState,
    best: Option<f64>,
    value: Option<f64>,
}

impl<'a> Peer<'a> {
    /// A run that has not begun. Steps of the series are strictly increasing.
    pub fn new(series: &'a Series, start_secs: Option<f64>) -> Self {
        Self { series, start_secs, seen: 0, state: PeerState::Ahead, best: None, value: None }
    }

    /// The same run with the value that it ends with, where that is known.
    pub fn with_final_value(self, value: Option<f64>) -> Self {
        Self { value, ..self }
    }

    /// The value that the run ends with: a stated one, else the average of its values.
    pub(super) fn final_value(&self) -> f64 {
        self.value.unwrap_or_else(|| math::mean(self.values()))
    }

    /// How the run stands now.
    pub fn state(&self) -> PeerState {
        self.state
    }

    /// The steps that are known.
    pub fn steps(&self) -> &'a [i64] {
        self.series.steps().get(..self.seen).unwrap_or_default()
    }

    /// The values that are known.
    pub fn values(&self) -> &'a [f64] {
        self.series.values().get(..self.seen).unwrap_or_default()
    }

    /// The value at exactly this step. O(log n).
    pub fn value_at(&self, step: i64) -> Option<f64> {
        self.steps().binary_search(&step).ok().map(|at| self.values()[at])
    }

    /// The best finite value that is known.
    pub fn best(&self) -> Option<f64> {
        self.best
    }

    /// Seconds from the start of the run to one of its checkpoints.
    pub fn elapsed(&self, at: usize) -> Option<f64> {
        elapsed(self.series, self.start_secs, at)
    }

    /// Where a checkpoint is on a clock.
    fn place(&self, at: usize, clock: Clock) -> Option<f64> {
        match clock {
            Clock::Steps => self.series.steps().get(at).map(|&step| step as f64),
            Clock::Seconds => self.elapsed(at),
        }
    }

    /// The newest place on a clock.
    pub(super) fn newest(&self, clock: Clock) -> Option<f64> {
        self.place(self.seen.checked_sub(1)?, clock)
    }
}

/// Times below this are seconds since the start of a run, others since the Unix epoch.
pub(super) const EPOCH_SECS: f64 = 1e8;

/// Seconds from the start of a run to one of its checkpoints.
///
/// Without a stated start, times below 100,000,000 are seconds since the start already; others count from the first.
pub fn elapsed(series: &Series, start_secs: Option<f64>, at: usize) -> Option<f64> {
    let start = start_secs.or_else(|| {
        let first = series.times().iter().copied().find(|time| !time.is_nan())?;
        Some(if first < EPOCH_SECS { 0.0 } else { first })
    })?;
    Some(series.time(at)? - start)
}

/// What the places of checkpoints are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Steps,
    /// Since the start of each run.
    Seconds,
}

/// All runs of an experiment, by one metric.
#[derive(Debug, Clone)]
pub struct Crowd<'a> {
    goal: Goal,
    peers: Vec<Peer<'a>>,
}

impl<'a> Crowd<'a> {
    /// Runs in the order of the experiment's list, of which nothing is known yet.
    pub fn new(goal: Goal, peers: Vec<Peer<'a>>) -> Self {
        Self { goal, peers }
    }

    /// The runs, the judged one included.
    pub fn peers(&self) -> &[Peer<'a>] {
        &self.peers
    }

    /// The runs but for one.
    pub fn others(&self, own: usize) -> impl Iterator<Item = &Peer<'a>> {
        self.peers.iter().enumerate().filter(move |(at, _)| *at != own).map(|(_, peer)| peer)
    }

    /// The next checkpoint of a run has happened.
    pub fn advance(&mut self, run: usize) {
        let Some(peer) = self.peers.get_mut(run) else { return };
        peer.state = if peer.state == PeerState::Ahead { PeerState::Active } else { peer.state };
        let value = peer.series.values().get(peer.seen).copied();
        peer.seen = (peer.seen + 1).min(peer.series.len());
        if let Some(value) = value.filter(|value| value.is_finite())
            && peer.best.is_none_or(|best| self.goal.better(value, best))
        {
            peer.best = Some(value);
        }
    }

    /// A run is over, or goes on after all.
    pub fn end(&mut self, run: usize, state: PeerState) {
        if let Some(peer) = self.peers.get_mut(run) {
            peer.state = state;
        }
    }

    /// Complete runs but for one. O(runs).
    pub(super) fn complete(&self, own: usize) -> u64 {
        self.others(own).filter(|peer| peer.state == PeerState::Complete).count() as u64
    }

    /// The best value of the other runs that are over.
    pub(super) fn best_elsewhere(&self, own: usize) -> Option<f64> {
        let over = self.others(own).filter(|peer| matches!(peer.state, PeerState::Complete | PeerState::Cut));
        over.filter_map(|peer| peer.best).reduce(|best, value| if self.goal.better(value, best) { value } else { best })
    }

    /// The largest last step of the complete runs.
    pub(super) fn longest(&self, own: usize) -> Option<i64> {
        let complete = self.others(own).filter(|peer| peer.state == PeerState::Complete);
        complete.filter_map(|peer| peer.steps().last().copied()).max()
    }
}

/// Running averages of the other runs, each up to a place that only moves on.
///
/// Every value is added once, in order, so that a checkpoint costs O(runs) and sums are those of a plain loop.
#[derive(Debug, Default)]
pub(super) struct Averages {
    /// For each run: checkpoints looked at, values taken, their sum.
    cursors: Vec<(usize, u64, f64)>,
    means: Vec<f64>,
}

/// Which values an average takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub clock: Clock,
    pub from: f64,
    pub upto: f64,
    /// Values that are not finite are left out; else they make the average so.
    pub finite_only: bool,
}

impl Averages {
    /// The finite averages of the runs that are wanted.
    pub fn collect(
        &mut self,
        crowd: &Crowd<'_>,
        own: usize,
        window: Window,
        wanted: &dyn Fn(&Peer<'_>) -> bool,
    ) -> &mut Vec<f64> {
        self.cursors.resize(crowd.peers.len(), (0, 0, 0.0));
        self.means.clear();
        for (at, (peer, (next, count, sum))) in crowd.peers.iter().zip(&mut self.cursors).enumerate() {
            if at == own || !wanted(peer) {
                continue;
            }
            while *next < peer.seen {
                let place = peer.place(*next, window.clock);
                if place.is_some_and(|place| place > window.upto) {
                    break;
                }
                let value = peer.series.values()[*next];
                if place.is_some_and(|place| place >= window.from) && (value.is_finite() || !window.finite_only) {
                    *count += 1;
                    *sum += value;
                }
                *next += 1;
            }
            let mean = *sum / *count as f64;
            if *count > 0 && mean.is_finite() {
                self.means.push(mean);
            }
        }
        &mut self.means
    }
}

/// Sorts in place and takes out NaN.
pub(super) fn sort(values: &mut Vec<f64>) {
    values.retain(|value| !value.is_nan());
    values.sort_unstable_by(f64::total_cmp);
}

/// The middle value, or the mean of the two middle ones; NaN for none. Sorts in place.
pub(super) fn median(values: &mut Vec<f64>) -> f64 {
    sort(values);
    let middle = values.len() / 2;
    match values.get(middle) {
        None => f64::NAN,
        Some(&upper) if values.len() % 2 == 1 => upper,
        Some(&upper) => (values[middle - 1] + upper) / 2.0,
    }
}

/// The percentile by NumPy's linear method; NaN for none. Sorts in place.
pub(super) fn percentile(values: &mut Vec<f64>, p: f64) -> f64 {
    sort(values);
    math::percentile_of_sorted(values, p)
}
