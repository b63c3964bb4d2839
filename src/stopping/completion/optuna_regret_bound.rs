//! Optuna's terminator with `RegretBoundEvaluator`: how much better a value the search space may still hold.
//!
//! The numbers come from a Gaussian process over the parameters, fitted to the best complete runs; whoever has one asks
//! here for the bound. The process is not Optuna's, so the bound is not either; the formulas are. Source: Optuna's
//! `terminator/improvement/evaluator.py` and `terminator/erroreval.py`, after Makarova et al., "Automatic Termination
//! for Hyperparameter Optimization" (2022).

/// The failure probability that the bound allows.
const DELTA: f64 = 0.1;

/// How many of the complete runs the process is fitted to: a share of them, at least `min_n_trials`, at most all.
pub fn top_count(complete: usize, top_trials_ratio: f64, min_n_trials: usize) -> usize {
    ((complete as f64 * top_trials_ratio).floor() as usize).max(min_n_trials).min(complete)
}

/// The width of the confidence band in squared standard deviations, for so many parameters and fitted runs.
pub fn regret_beta(dimension: usize, top: usize) -> f64 {
    let (d, n) = (dimension as f64, top as f64);
    0.4 * (d * n * n * std::f64::consts::PI.powi(2) / (6.0 * DELTA)).ln()
}

/// The highest upper bound over the search space less the highest lower bound over the fitted runs.
///
/// Means and standard deviations are those of the process, larger being better, over standardized values; `scale` is
/// the standard deviation that they were divided by. `space` holds the fitted runs too. `None` where either is empty.
pub fn regret_bound(space: &[(f64, f64)], top: &[(f64, f64)], beta: f64, scale: f64) -> Option<f64> {
    let width = beta.sqrt();
    let upper = space.iter().map(|(mean, deviation)| mean + width * deviation).reduce(f64::max)?;
    let lower = top.iter().map(|(mean, deviation)| mean - width * deviation).reduce(f64::max)?;
    Some((upper - lower) * scale)
}

/// How far the value of a run may be off by chance, from its scores in cross-validation; `None` for fewer than two.
pub fn cross_validation_error(scores: &[f64]) -> Option<f64> {
    let folds = scores.len() as f64;
    let deviation = crate::math::standard_deviation(scores);
    (scores.len() > 1).then(|| ((1.0 / folds + 1.0 / (folds - 1.0)) * deviation * deviation).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_widens_with_parameters_and_runs() {
        for (dimension, top, beta) in [(2, 20, 3.793959), (5, 20, 4.160475), (2, 100, 5.081509)] {
            assert!((regret_beta(dimension, top) - beta).abs() < 1e-6);
        }
    }

    #[test]
    fn scores_that_scatter_leave_an_error() {
        let error = cross_validation_error(&[0.80, 0.82, 0.78, 0.81, 0.79]).expect("five folds");
        assert!((error - 0.009487).abs() < 1e-6);
        assert_eq!(cross_validation_error(&[0.8]), None);
    }

    #[test]
    fn what_is_known_exactly_leaves_only_the_unknown() {
        assert_eq!(regret_bound(&[(1.0, 0.0), (0.5, 0.5)], &[(1.0, 0.0)], 4.0, 2.0), Some(1.0));
        assert_eq!(regret_bound(&[], &[(1.0, 0.0)], 4.0, 2.0), None);
    }

    #[test]
    fn the_best_runs_are_a_share_within_limits() {
        assert_eq!((top_count(100, 0.5, 20), top_count(30, 0.5, 20), top_count(10, 0.5, 20)), (50, 20, 10));
    }
}
