//! The final value of a run, and whether it is still likely to beat the best of the others.
//!
//! The counterpart of Vizier's decay curve rule, whose threshold is not published. That a run which has beaten the best
//! goes on, and the threshold of 5 %, follow Domhan et al. (2015); that a third of the run must have been seen follows
//! the measured coverage of the band (`math::forecast`).

use crate::math::{Forecast, Forecaster, normal_cdf};
use crate::model::Goal;

use super::Answer;

/// Fewer checkpoints than this are never judged.
const LEAST_CHECKPOINTS: u64 = 8;

/// What a run is expected to come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    pub forecast: Forecast,
    /// The probability that the final value beats the best elsewhere; `None` without a band or another value.
    pub p_better: Option<f64>,
}

/// Predicts the value at the target step, next to the best finite value elsewhere.
///
/// `None` without a finite value.
pub fn predict_final(
    steps: &[i64],
    values: &[f64],
    target_step: i64,
    goal: Goal,
    best_elsewhere: Option<f64>,
) -> Option<Prediction> {
    predict(&mut Forecaster::default(), steps, values, target_step, goal, best_elsewhere)
}

/// The same of a curve that grows.
pub(super) fn predict(
    forecaster: &mut Forecaster,
    steps: &[i64],
    values: &[f64],
    target_step: i64,
    goal: Goal,
    best_elsewhere: Option<f64>,
) -> Option<Prediction> {
    let forecast = forecaster.forecast(steps, values, target_step)?;
    let p_better = forecast.spread.zip(best_elsewhere).map(|(spread, best)| {
        let ahead = match goal {
            Goal::Maximize => forecast.value - best,
            Goal::Minimize => best - forecast.value,
        };
        let distance = ahead / spread.deviation;
        if distance.is_nan() { 0.5 } else { normal_cdf(distance) }
    });
    Some(Prediction { forecast, p_better })
}

/// When a prediction says stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// 0.05 by default.
    pub p_threshold: f64,
    /// `None`: a third of the cap on checkpoints, at least 8.
    pub min_checkpoints: Option<u64>,
    pub max_checkpoints: Option<u64>,
}

impl Stop {
    /// How many checkpoints it takes before it decides.
    pub fn needed(&self) -> u64 {
        let third = self.max_checkpoints.map_or(0, |cap| cap.div_ceil(3));
        self.min_checkpoints.unwrap_or(third.max(LEAST_CHECKPOINTS))
    }

    /// Judges a run by all of its checkpoints so far, with what was predicted if it came to that.
    ///
    /// Undecided with too few checkpoints, without a target step, or without a value elsewhere. A run that has beaten
    /// the best elsewhere goes on.
    pub fn judge(
        &self,
        forecaster: &mut Forecaster,
        steps: &[i64],
        values: &[f64],
        target_step: Option<i64>,
        goal: Goal,
        best_elsewhere: Option<f64>,
    ) -> (Answer, Option<Prediction>) {
        let enough = values.len() as u64 >= self.needed();
        let Some((target, best)) = target_step.zip(best_elsewhere).filter(|_| enough) else {
            return (Answer::Undecided, None);
        };
        if values.iter().any(|&value| value.is_finite() && goal.better(value, best)) {
            return (Answer::Unsatisfied, None);
        }
        let prediction = predict(forecaster, steps, values, target, goal, best_elsewhere);
        let answer = match prediction.and_then(|prediction| prediction.p_better) {
            None => Answer::Undecided,
            Some(p) if p < self.p_threshold => Answer::Satisfied,
            Some(_) => Answer::Unsatisfied,
        };
        (answer, prediction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RISING: [f64; 8] = [0.60, 0.70, 0.75, 0.78, 0.80, 0.815, 0.825, 0.832];

    fn steps(values: &[f64]) -> Vec<i64> {
        (1..).take(values.len()).collect()
    }

    fn p_better(values: &[f64], target: i64, goal: Goal, best: f64) -> f64 {
        let prediction = predict_final(&steps(values), values, target, goal, Some(best)).expect("there are values");
        prediction.p_better.expect("there is a band")
    }

    #[test]
    fn the_chance_to_beat_the_best_follows_from_the_band() {
        assert!((p_better(&RISING, 20, Goal::Maximize, 0.88) - 0.411619).abs() < 1e-6);
        let falling = [2.0, 1.4, 1.1, 0.95, 0.86, 0.80, 0.76, 0.735, 0.715, 0.70];
        assert!((p_better(&falling, 30, Goal::Minimize, 0.5) - 0.197220).abs() < 1e-6);
    }

    #[test]
    fn a_single_value_has_no_chance_to_tell() {
        let prediction = predict_final(&[1, 2], &[0.5, 0.6], 10, Goal::Maximize, Some(0.9)).expect("there are values");
        assert_eq!((prediction.forecast.value, prediction.p_better), (0.6, None));
    }

    fn answer(values: &[f64], best: Option<f64>, max_checkpoints: Option<u64>) -> Answer {
        let stop = Stop { p_threshold: 0.05, min_checkpoints: None, max_checkpoints };
        stop.judge(&mut Forecaster::default(), &steps(values), values, Some(20), Goal::Maximize, best).0
    }

    #[test]
    fn a_hopeless_run_stops() {
        assert_eq!(answer(&RISING, Some(1.5), None), Answer::Satisfied);
        assert_eq!(answer(&RISING, Some(0.88), None), Answer::Unsatisfied);
    }

    #[test]
    fn a_run_that_has_beaten_the_best_goes_on() {
        assert_eq!(answer(&RISING, Some(0.8), None), Answer::Unsatisfied);
    }

    #[test]
    fn too_little_known_leaves_it_undecided() {
        assert_eq!(answer(&RISING[..7], Some(1.5), None), Answer::Undecided);
        assert_eq!(answer(&RISING, Some(1.5), Some(25)), Answer::Undecided);
        assert_eq!(answer(&RISING, None, None), Answer::Undecided);
        assert_eq!(answer(&[0.5; 8], Some(1.5), None), Answer::Undecided);
        assert_eq!(answer(&[f64::NAN; 8], Some(1.5), None), Answer::Undecided);
    }
}
