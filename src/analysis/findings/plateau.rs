//! Plateaus: a metric that improved and then hardly moves until the end.

use crate::math::median;

use super::level::Levels;
use super::{Finding, Trace, What};

/// Fewer values show no plateau.
const LEAST: usize = 20;
/// How much of the curve it has to take.
const SHARE: f64 = 0.4;

/// The place from which on the level stays within 2 % of what was gained before, and within 3 % of itself.
pub fn plateau(trace: &Trace) -> Option<Finding> {
    let goal = trace.goal?;
    let levels = Levels::of(trace.series, goal);
    if levels.len() < LEAST {
        return None;
    }
    let first = levels.first();
    let end = (levels.len() as f64 * (1.0 - SHARE)) as usize;
    let last = median(&levels.values[end..]);
    let gain = first - last;
    let close = (0.02 * gain).min(0.03 * last.abs());
    if gain < 10.0 * levels.noise || gain <= 0.05 * first.abs() || levels.noise > 0.05 * gain {
        return None;
    }
    let smooth: Vec<f64> =
        (0..levels.len()).map(|at| median(&levels.values[at.saturating_sub(2)..(at + 3).min(levels.len())])).collect();
    let tolerance = close + levels.noise;
    let onset = smooth.iter().rposition(|value| (value - last).abs() > tolerance)? + 1;
    let rest = &smooth[onset..];
    if (rest.len() as f64) < SHARE * levels.len() as f64 || rest.len() < 15 {
        return None;
    }
    // A slow improvement within the tolerance is no plateau.
    let third = rest.len() / 3;
    let drift = median(&rest[..third]) - median(&rest[rest.len() - third..]);
    if drift.abs() > 0.6 * close.max(levels.noise / 2.0) {
        return None;
    }
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: levels.steps[onset],
        what: What::Plateau {
            then: levels.shown(smooth[onset]),
            last: levels.shown(levels.last()),
            last_step: *trace.series.steps().last()?,
        },
        also: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{noise, series, trace};
    use super::*;
    use crate::model::MetricName;

    fn found(values: Vec<f64>) -> Option<Finding> {
        let (name, series) = (MetricName::new("val_loss"), series(values));
        plateau(&trace(&name, &series))
    }

    #[test]
    fn a_flat_end_is_a_plateau() {
        let value = |at: usize| (2.0 - 0.05 * at as f64).max(0.5) + 0.005 * noise(at);
        let finding = found((0..100).map(value).collect()).expect("flat from 30 on");
        assert!((28..=32).contains(&finding.step), "{}", finding.step);
    }

    #[test]
    fn a_curve_that_goes_on_improving_has_no_plateau() {
        assert_eq!(found((0..100).map(|at| 2.0 / (1.0 + at as f64)).collect()), None);
        assert_eq!(found((0..100).map(|at| 2.0 - 0.01 * at as f64).collect()), None);
    }

    #[test]
    fn flat_noisy_or_short_curves_have_no_plateau() {
        assert_eq!(found(vec![0.5; 100]), None);
        assert_eq!(found((0..100).map(noise).collect()), None);
        assert_eq!(found(vec![2.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5]), None);
    }
}
