//! Ray `MedianStoppingRule`: the best so far against the median of the other runs' running averages.
//!
//! Source: ray `tune/schedulers/median_stopping_rule.py`. Unlike Vizier's rule it compares with unfinished and stopped
//! runs too, of which the newest result is not earlier, and leaves results before the grace period out of the averages.
//! The best is a plain running extremum: a leading NaN sticks, and stops the run once there are enough others.

use crate::model::{Goal, RayMedianStopping, TimeAttr};

use super::crowd::{Averages, Clock, PeerState, Window, median};
use super::evidence::{Answer, Evidence, Kept, Why, Words};
use super::rule::{Moment, Others, RunRule};

const MEDIAN: Words =
    Words { now: "the best so far", with: "the median of the running averages of #", yes: "worse", no: "not worse" };

pub(super) struct RayMedian {
    params: RayMedianStopping,
    goal: Goal,
    best: Option<Kept>,
    averages: Averages,
}

impl RayMedian {
    pub fn new(params: RayMedianStopping, goal: Goal) -> Self {
        Self { goal: params.mode.unwrap_or(goal), params, best: None, averages: Averages::default() }
    }
}

impl RunRule for RayMedian {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        if self.best.is_none_or(|best| self.goal.better(value, best.value)) {
            self.best = Some(Kept { value, step: now.step });
        }
        let (clock, time) = match self.params.time_attr {
            TimeAttr::TimeTotalS => (Clock::Seconds, now.elapsed),
            TimeAttr::TrainingIteration => (Clock::Steps, Some(now.step as f64)),
        };
        let Some(time) = time else {
            return (Answer::Undecided, Evidence::of(Some(value), Why::Plain("no time recorded")));
        };
        let grace = self.params.grace_period;
        if time < grace {
            let why = if clock == Clock::Seconds { Why::FromSecond } else { Why::FromStep };
            return Evidence::lacks(why, 0, grace.ceil() as u64);
        }
        let window = Window { clock, from: grace, upto: time, finite_only: false };
        let means = self.averages.collect(others.crowd, others.own, window, &|peer| {
            peer.state() != PeerState::Ahead && peer.newest(clock).is_some_and(|newest| newest >= time)
        });
        let peers = means.len() as u64;
        if peers < self.params.min_samples_required.max(1) {
            return Evidence::lacks(Why::RunsHere, peers, self.params.min_samples_required.max(1));
        }
        let bar = median(means);
        let best = self.best.map_or(value, |best| best.value);
        let worse = best.is_nan() || self.goal.better(bar, best);
        let (answer, evidence) = Evidence::compared(worse, best, bar, &MEDIAN);
        (answer, Evidence { peers, best: self.best, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, Probe};
    use super::*;

    const PEERS: [&[f64]; 3] = [&[0.9, 0.7, 0.6, 0.5], &[0.8, 0.65, 0.5, 0.45], &[0.7, 0.6, 0.45, 0.4]];

    fn decisions(grace_period: f64, min_samples_required: u64, values: &[f64]) -> String {
        let time_attr = TimeAttr::TrainingIteration;
        let params =
            RayMedianStopping { time_attr, grace_period, min_samples_required, ..RayMedianStopping::default() };
        Probe::new(Goal::Minimize, params).peers(1, &PEERS).letters(values)
    }

    #[test]
    fn the_best_is_held_against_running_averages() {
        assert_eq!(decisions(1.0, 3, &[0.79, 0.78]), "FT");
        assert_eq!(decisions(1.0, 3, &[0.79, 0.72, 0.70]), "FFT");
        assert_eq!(decisions(3.0, 3, &[0.79, 0.70, 0.69]), "FFT");
        assert_eq!(decisions(1.0, 4, &[0.95, 0.95]), "FF");
    }

    #[test]
    fn a_leading_nan_sticks() {
        assert_eq!(decisions(1.0, 3, &[NAN, 0.1, 0.1]), "TTT");
        assert_eq!(decisions(1.0, 3, &[0.1, NAN, 0.1]), "FFF");
    }
}
