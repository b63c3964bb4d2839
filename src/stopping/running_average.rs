//! The median rules of SageMaker and of Vizier: a value against the median of the complete runs' running averages.
//!
//! Sources: AWS developer guide, "Stop Training Jobs Early"; D. Golovin et al., "Google Vizier", KDD 2017, section on
//! automated stopping, and `study.proto` (`MedianAutomatedStoppingSpec`). SageMaker compares the current value, Vizier the
//! best so far. Not published, and decided here: how many runs are needed, a grace, that values which are not finite are
//! left out, and that a NaN does not stop.

use crate::model::{Goal, SagemakerMedian, VizierMedian};

use super::crowd::{Averages, Clock, PeerState, Window, median};
use super::evidence::{Answer, Evidence, Kept, Why, Words};
use super::optuna_percentile::signed;
use super::rule::{Moment, Others, RunRule};

const CURRENT: Words =
    Words { now: "now", with: "the median of the running averages of #", yes: "worse", no: "not worse" };
const BEST: Words = Words { now: "the best so far", ..CURRENT };

pub(super) struct RunningAverage {
    min_completed_runs: u64,
    grace_steps: u64,
    clock: Clock,
    /// Compare the best so far rather than the current value.
    compares_best: bool,
    goal: Goal,
    best: Option<Kept>,
    averages: Averages,
}

impl RunningAverage {
    pub fn sagemaker(params: &SagemakerMedian, goal: Goal) -> Self {
        Self {
            min_completed_runs: params.min_completed_runs.max(1),
            grace_steps: params.grace_steps,
            clock: Clock::Steps,
            compares_best: false,
            goal,
            best: None,
            averages: Averages::default(),
        }
    }

    pub fn vizier(params: &VizierMedian, goal: Goal) -> Self {
        Self {
            min_completed_runs: params.min_completed_runs.max(1),
            grace_steps: params.grace_steps,
            clock: if params.use_elapsed_duration { Clock::Seconds } else { Clock::Steps },
            compares_best: true,
            goal,
            best: None,
            averages: Averages::default(),
        }
    }
}

impl RunRule for RunningAverage {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        if value.is_finite() && self.best.is_none_or(|best| self.goal.better(value, best.value)) {
            self.best = Some(Kept { value, step: now.step });
        }
        if now.step < signed(self.grace_steps) {
            return Evidence::lacks(Why::FromStep, 0, self.grace_steps);
        }
        let place = match self.clock {
            Clock::Steps => Some(now.step as f64),
            Clock::Seconds => now.elapsed,
        };
        let Some(upto) = place else {
            return (Answer::Undecided, Evidence::of(Some(value), Why::Plain("no time recorded")));
        };
        let window = Window { clock: self.clock, from: f64::NEG_INFINITY, upto, finite_only: true };
        let complete = |peer: &super::crowd::Peer<'_>| peer.state() == PeerState::Complete;
        let means = self.averages.collect(others.crowd, others.own, window, &complete);
        let peers = means.len() as u64;
        if peers < self.min_completed_runs {
            return Evidence::lacks(Why::Runs, peers, self.min_completed_runs);
        }
        let bar = median(means);
        let (held, words) = match (self.compares_best, self.best) {
            (false, _) => (value, &CURRENT),
            (true, Some(best)) => (best.value, &BEST),
            (true, None) => {
                return (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("no finite value so far")));
            }
        };
        let (answer, evidence) = Evidence::compared(self.goal.better(bar, held), held, bar, words);
        (answer, Evidence { peers, best: self.best, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::Probe;
    use super::*;

    const PEERS: [&[f64]; 3] = [&[0.9, 0.7, 0.6, 0.5], &[0.8, 0.65, 0.5, 0.45], &[0.7, 0.6, 0.45, 0.4]];

    #[test]
    fn sagemaker_holds_the_current_value_against_the_averages() {
        let probe = Probe::new(Goal::Minimize, SagemakerMedian { min_completed_runs: 1, grace_steps: 0 });
        let probe = probe.peers(1, &PEERS);
        assert_eq!(probe.letters(&[0.79, 0.78, 0.60, 0.66]), "FTFT");
        assert_eq!(probe.letters(&[0.79, 0.70, 0.69, 0.60]), "FFTF");
    }

    #[test]
    fn vizier_holds_the_best_so_far_against_the_averages() {
        let probe = Probe::new(Goal::Minimize, VizierMedian::default()).peers(1, &PEERS);
        assert_eq!(probe.letters(&[0.79, 0.78, 0.60, 0.66]), "FTFF");
        assert_eq!(probe.letters(&[0.79, 0.70, 0.69, 0.60]), "FFTF");
    }

    #[test]
    fn too_few_runs_are_undecided() {
        let probe = Probe::new(Goal::Minimize, SagemakerMedian { min_completed_runs: 4, grace_steps: 0 });
        let (answer, evidence) = probe.peers(1, &PEERS).follow(&[9.0])[0];
        assert_eq!((answer, evidence.why, evidence.peers, evidence.needed), (Answer::Undecided, Why::Runs, 3, 4));
    }
}
