//! Vizier's convex rule: even an overestimate of the final value is worse than the best complete run.
//!
//! Source: google-cloud-aiplatform `types/study.py` (`ConvexAutomatedStoppingSpec`), which gives the defaults and no
//! formula. Here the overestimate goes on from the best so far with the slope of the newer half of the measurements: a
//! curve that flattens stays below it. A curve that does not improve is flat and gets no prediction.

use crate::model::{Goal, VizierConvex};

use super::evidence::{Answer, Evidence, Why, Words};
use super::prediction::last_step;
use super::rule::{Moment, Others, RunRule, Setting};

const OVERESTIMATE: Words = Words {
    now: "an overestimate of the final value",
    with: "the best of the complete runs",
    yes: "worse",
    no: "not worse",
};

pub(super) struct Convex {
    params: VizierConvex,
    goal: Goal,
    max_checkpoints: Option<u64>,
    steps: Vec<i64>,
    /// Finite measurements by step.
    measured: Vec<(i64, f64)>,
    best: Option<f64>,
}

impl Convex {
    pub fn new(params: VizierConvex, setting: &Setting<'_>) -> Self {
        let (goal, max_checkpoints) = (setting.goal, setting.max_checkpoints);
        Self { params, goal, max_checkpoints, steps: Vec::new(), measured: Vec::new(), best: None }
    }
}

impl RunRule for Convex {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        self.steps.push(now.step);
        if value.is_finite() {
            self.measured.push((now.step, value));
            if self.best.is_none_or(|best| self.goal.better(value, best)) {
                self.best = Some(value);
            }
        }
        let count = self.measured.len();
        if (count as u64) < self.params.min_measurement_count.max(2) {
            return Evidence::lacks(Why::Checkpoints, count as u64, self.params.min_measurement_count.max(2));
        }
        let complete = others.crowd.complete(others.own);
        if complete <= self.params.min_completed_runs {
            return Evidence::lacks(Why::Runs, complete, self.params.min_completed_runs.saturating_add(1));
        }
        let cap = self.max_checkpoints;
        let last = || last_step(cap, &self.steps, others.crowd, others.own).and_then(|step| u64::try_from(step).ok());
        let most = self.params.max_step_count.or_else(last).unwrap_or_default();
        let least = self.params.min_step_count.unwrap_or(most / 10);
        if u64::try_from(now.step).unwrap_or(0) < least {
            return Evidence::lacks(Why::FromStep, 0, least);
        }
        let ((last_step, last), (half_step, half)) = (self.measured[count - 1], self.measured[(count - 1) / 2]);
        let slope = (last - half) / (last_step - half_step).max(1) as f64;
        let rising = self.goal.better(slope, 0.0);
        let (Some(best), Some(elsewhere), true) = (self.best, others.crowd.best_elsewhere(others.own), rising) else {
            return (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("flat: nothing to predict from")));
        };
        let overestimate = best + slope * (most as f64 - now.step as f64).max(0.0);
        let worse = self.goal.better(elsewhere, overestimate);
        let (answer, evidence) = Evidence::compared(worse, overestimate, elsewhere, &OVERESTIMATE);
        (answer, Evidence { peers: complete, ..evidence })
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::Probe;
    use super::*;

    #[test]
    fn even_an_overestimate_can_be_too_little() {
        let peers: Vec<Vec<f64>> = (0..6).map(|_| (0..20).map(|at| 0.9 - 0.5_f64.powi(at)).collect()).collect();
        let peers: Vec<&[f64]> = peers.iter().map(Vec::as_slice).collect();
        let probe = Probe::new(Goal::Maximize, VizierConvex::default()).peers(1, &peers);
        // Nearly flat at .3: the slope cannot reach .9 in 14 steps.
        assert_eq!(probe.letters(&[0.1, 0.2, 0.28, 0.29, 0.295, 0.298]), "FFFFTT");
        assert_eq!(probe.letters(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), "FFFFFF");
        assert_eq!(probe.letters(&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1]), "FFFFFF");
    }
}
