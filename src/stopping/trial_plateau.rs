//! Ray `TrialPlateauStopper`: the newest results hardly differ.
//!
//! Source: ray `tune/stopper/trial_plateau.py`. The population standard deviation of the window must be below `std`; a
//! NaN in the window keeps it from stopping.

use crate::math::standard_deviation;
use crate::model::{Goal, RayTrialPlateau};

use super::evidence::{Answer, Evidence, Why, Words};
use super::rule::{Moment, Others, RunRule};

const PLATEAU: Words =
    Words { now: "the deviation of the newest results", with: "the limit", yes: "a plateau", no: "no plateau" };

pub(super) struct Plateau {
    params: RayTrialPlateau,
    goal: Goal,
    results: Vec<f64>,
}

impl Plateau {
    pub fn new(params: RayTrialPlateau, goal: Goal) -> Self {
        Self { goal: params.mode.unwrap_or(goal), params, results: Vec::new() }
    }
}

impl RunRule for Plateau {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        self.results.push(value);
        let count = self.results.len() as u64;
        let needed = self.params.grace_period.max(self.params.num_results);
        if count < needed {
            return Evidence::lacks(Why::Checkpoints, count, needed);
        }
        if let Some(threshold) = self.params.metric_threshold.filter(|&threshold| self.goal.better(threshold, value)) {
            const SHORT: Words = Words { now: "now", with: "the threshold", yes: "reached", no: "not reached" };
            return Evidence::compared(false, value, threshold, &SHORT);
        }
        let window = self.results.len() - usize::try_from(self.params.num_results).unwrap_or(0);
        let deviation = standard_deviation(&self.results[window..]);
        let (answer, evidence) = Evidence::compared(deviation < self.params.std, deviation, self.params.std, &PLATEAU);
        (answer, Evidence { seen: count, needed, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, up};
    use super::*;

    #[test]
    fn a_plateau_stops() {
        let params = RayTrialPlateau { num_results: 3, grace_period: 3, ..RayTrialPlateau::default() };
        assert_eq!(up(params.clone(), &[0.5, 0.6, 0.61, 0.612, 0.613, 0.9]), "FFFTTF");
        assert_eq!(up(params, &[0.5, 0.5, NAN, 0.5, 0.5, 0.5]), "FFFFFT");
    }

    #[test]
    fn a_threshold_must_be_reached_first() {
        let params = RayTrialPlateau {
            num_results: 2,
            grace_period: 0,
            metric_threshold: Some(0.5),
            mode: Some(Goal::Maximize),
            ..RayTrialPlateau::default()
        };
        assert_eq!(up(params, &[0.4, 0.4, 0.5, 0.5]), "FFFT");
    }
}
