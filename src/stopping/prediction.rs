//! `predict_stop`, and Vizier's decay curve by the same means, following a run; `predict_final`, which never stops it.
//!
//! A prediction reads the whole curve. With more than `EXACT_POINTS` checkpoints it is made anew only when the run has
//! grown by a twentieth, and its answer stands in between: a run of ten thousand checkpoints stays affordable, and no
//! answer depends on what came later.

use crate::math::Forecaster;
use crate::model::{Goal, PredictFinal};

use super::crowd::Crowd;
use super::evidence::{Answer, Evidence, Why, Words};
use super::predict_stop::{Stop, predict};
use super::rule::{Moment, Others, RunRule, Setting};

/// Up to here every checkpoint has a prediction of its own.
const EXACT_POINTS: usize = 256;

const BEST: Words = Words {
    now: "the predicted final value",
    with: "the best of the other runs",
    yes: "unlikely to be beaten",
    no: "may be beaten",
};
const VALUE: Words =
    Words { now: "the predicted final value", with: "the value now", yes: "", no: "a prediction only" };

pub(super) struct Predicting {
    /// `None`: a prediction only.
    stop: Option<Stop>,
    target_step: Option<u64>,
    max_checkpoints: Option<u64>,
    goal: Goal,
    steps: Vec<i64>,
    values: Vec<f64>,
    forecaster: Forecaster,
    /// What stands, and from how many checkpoints it was made.
    made: Option<(usize, (Answer, Evidence))>,
}

impl Predicting {
    /// Stops a run whose final value is unlikely to beat the best elsewhere.
    pub fn stop(p_threshold: f64, min_checkpoints: Option<u64>, setting: &Setting<'_>) -> Self {
        let max_checkpoints = setting.max_checkpoints;
        let stop = Stop { p_threshold, min_checkpoints, max_checkpoints };
        Self { stop: Some(stop), ..Self::only(&PredictFinal::default(), setting) }
    }

    /// Predicts and nothing else.
    pub fn only(params: &PredictFinal, setting: &Setting<'_>) -> Self {
        Self {
            stop: None,
            target_step: params.target_step,
            max_checkpoints: setting.max_checkpoints,
            goal: setting.goal,
            steps: Vec::new(),
            values: Vec::new(),
            forecaster: Forecaster::default(),
            made: None,
        }
    }

    fn judge(&mut self, others: &Others<'_>) -> (Answer, Evidence) {
        let count = self.values.len();
        let needed = self.stop.map_or(1, |stop| stop.needed());
        if (count as u64) < needed {
            return Evidence::lacks(Why::Checkpoints, count as u64, needed);
        }
        let stated = self.target_step.and_then(|step| i64::try_from(step).ok());
        let Some(target) = stated.or_else(|| last_step(self.max_checkpoints, &self.steps, others.crowd, others.own))
        else {
            return (Answer::Undecided, Evidence::of(None, Why::Plain("no last step to predict")));
        };
        let best = others.crowd.best_elsewhere(others.own);
        let (steps, values, forecaster) = (&self.steps, &self.values, &mut self.forecaster);
        let now = self.values.last().copied().unwrap_or(f64::NAN);
        match (self.stop, best) {
            (Some(_), None) => Evidence::lacks(Why::Runs, 0, 1),
            (Some(_), Some(best)) if self.values.iter().any(|&v| v.is_finite() && self.goal.better(v, best)) => {
                (Answer::Unsatisfied, Evidence::of(Some(now), Why::Plain("has beaten the best of the other runs")))
            }
            (Some(stop), Some(best)) => {
                let (answer, prediction) = stop.judge(forecaster, steps, values, Some(target), self.goal, Some(best));
                let p = prediction.and_then(|prediction| prediction.p_better);
                match prediction.filter(|_| p.is_some()) {
                    Some(prediction) => {
                        let value = prediction.forecast.value;
                        let (_, evidence) = Evidence::compared(false, value, best, &BEST);
                        (answer, Evidence { p, ..evidence })
                    }
                    None => (answer, Evidence::of(Some(now), Why::Plain("no curve to predict from"))),
                }
            }
            (None, best) => match predict(forecaster, steps, values, target, self.goal, best) {
                Some(prediction) => {
                    let (answer, evidence) = Evidence::compared(false, prediction.forecast.value, now, &VALUE);
                    (answer, Evidence { p: prediction.p_better, ..evidence })
                }
                None => (Answer::Undecided, Evidence::of(Some(now), Why::Plain("no curve to predict from"))),
            },
        }
    }
}

impl RunRule for Predicting {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        self.steps.push(now.step);
        self.values.push(value);
        let count = self.values.len();
        if let Some((made_of, stands)) = self.made
            && count > EXACT_POINTS
            && count < made_of + made_of / 20
        {
            return stands;
        }
        let judged = self.judge(others);
        self.made = Some((count, judged));
        judged
    }
}

/// The step at which a run is expected to end: that of the last checkpoint the cap allows, at the pace so far; without a
/// cap that of the longest complete run.
pub(super) fn last_step(cap: Option<u64>, steps: &[i64], crowd: &Crowd<'_>, own: usize) -> Option<i64> {
    let paced = || {
        let (&first, &last, count) = (steps.first()?, steps.last()?, steps.len());
        let pace = (last as f64 - first as f64) / (count.checked_sub(1).filter(|rest| *rest > 0)? as f64);
        Some((first as f64 + pace * (cap? as f64 - 1.0)).round() as i64)
    };
    paced().or_else(|| crowd.longest(own))
}

#[cfg(test)]
mod tests {
    use super::super::probe::Probe;
    use super::*;
    use crate::model::{PredictStop, VizierDecayCurve};

    const RISING: [f64; 10] = [0.60, 0.70, 0.75, 0.78, 0.80, 0.815, 0.825, 0.832, 0.836, 0.839];

    fn peer(best: f64) -> Vec<f64> {
        (0..20).map(|at| best - 0.5_f64.powi(at)).chain([best]).collect()
    }

    #[test]
    fn a_hopeless_run_stops_once_enough_is_seen() {
        let probe = Probe::new(Goal::Maximize, PredictStop::default());
        assert_eq!(probe.peers(1, &[&peer(1.5)]).letters(&RISING), "FFFFFFFTTT");
        let probe = Probe::new(Goal::Maximize, VizierDecayCurve::default());
        assert_eq!(probe.peers(1, &[&peer(0.88)]).letters(&RISING), "FFFFFFFFFF");
    }

    #[test]
    fn a_run_that_has_beaten_the_best_goes_on() {
        let probe = Probe::new(Goal::Maximize, PredictStop { p_threshold: 1.0, ..PredictStop::default() });
        assert_eq!(probe.peers(1, &[&peer(0.8)]).letters(&RISING), "FFFFFFFFFF");
    }

    #[test]
    fn predicting_alone_never_stops() {
        let probe = Probe::new(Goal::Maximize, PredictFinal { target_step: Some(20) });
        let (answer, evidence) = probe.follow(&RISING[..8])[7];
        assert_eq!(answer, Answer::Unsatisfied);
        assert!((evidence.current.expect("predicted") - 0.869444).abs() < 1e-6);
    }

    #[test]
    fn long_runs_keep_an_answer_for_a_while() {
        let values: Vec<f64> = (1..2000).map(|at| 1.0 - 1.0 / f64::from(at)).collect();
        let probe = Probe::new(Goal::Maximize, PredictStop::default()).peers(1, &[&[2.0; 2500]]);
        assert!(probe.letters(&values).ends_with("TTTT"));
    }
}
