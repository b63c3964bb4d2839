//! Divergence: a metric loses again what it gained, and ends there.

use super::level::Levels;
use super::{Finding, Trace, What};

/// Fewer values show no course.
const LEAST: usize = 10;
/// How much of its gain a diverged curve has lost at its end.
const LOST: f64 = 0.9;
/// A curve that never gained has diverged when it ends beyond so many times its start.
pub const BLOWN_UP: f64 = 20.0;

/// The place from which on a curve leaves its best for good, and ends about where it began or worse.
pub fn divergence(trace: &Trace) -> Option<Finding> {
    let goal = trace.goal?;
    let levels = Levels::of(trace.series, goal);
    if levels.len() < LEAST {
        return None;
    }
    let at = levels.best()?;
    let (first, best, last) = (levels.first(), levels.values[at], levels.last());
    let gain = first - best;
    let rise = last - best;
    // What is best at its start gained nothing.
    let gained = at >= 3 && gain > 8.0 * levels.noise && gain > 0.1 * first.abs();
    let lost = gained && rise >= LOST * gain && rise > 8.0 * levels.noise;
    let blown_up = first > 0.0 && last > BLOWN_UP * first && rise > 8.0 * levels.noise;
    // What is said is the last value itself, so it has to show the rise.
    if !lost && !blown_up || levels.len() - at < 4 || levels.end < best + rise / 2.0 {
        return None;
    }
    let near = best + rise / 4.0;
    let onset = levels.values.iter().rposition(|value| *value <= near)? + 1;
    Some(Finding {
        name: trace.name.clone(),
        unit: trace.unit,
        step: *levels.steps.get(onset)?,
        what: What::Divergence {
            goal,
            best_step: levels.least[at].0,
            best: levels.shown(levels.least[at].1),
            last: levels.shown(levels.end),
        },
        also: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{falling, noise, series, trace};
    use super::*;
    use crate::model::{Goal, MetricName};

    fn found(values: Vec<f64>) -> Option<Finding> {
        let (name, series) = (MetricName::new("loss"), series(values));
        divergence(&trace(&name, &series))
    }

    #[test]
    fn a_loss_that_blows_up_has_diverged() {
        let mut values = falling(60);
        values.extend((0..20).map(|at| 5.0 + 10.0 * f64::from(at)));
        let finding = found(values).expect("it diverges");
        assert!((60..=66).contains(&finding.step), "{}", finding.step);
    }

    #[test]
    fn a_loss_that_jumps_back_to_its_start_has_diverged() {
        let mut values = falling(50);
        values.extend((0..30).map(|at| 2.3 + 0.01 * noise(at)));
        assert_eq!(found(values).map(|finding| finding.step), Some(50));
    }

    #[test]
    fn an_accuracy_that_collapses_has_diverged() {
        let values: Vec<f64> = falling(50).into_iter().chain([2.3; 20]).map(|value| 1.0 - value / 2.5).collect();
        let (name, series) = (MetricName::new("acc"), series(values));
        let finding = divergence(&Trace { goal: Some(Goal::Maximize), ..trace(&name, &series) });
        let Some(What::Divergence { best, last, .. }) = finding.map(|finding| finding.what) else {
            panic!("not found")
        };
        assert!(best > 0.8 && last < 0.1, "{best} {last}");
    }

    #[test]
    fn falling_flat_or_noisy_losses_have_not_diverged() {
        assert_eq!(found(falling(200)), None);
        assert_eq!(found(vec![0.7; 200]), None);
        assert_eq!(found((0..200).map(noise).collect()), None);
        assert_eq!(found(vec![2.0, 1.0, 9.0, 9.0, 9.0]), None);
    }

    #[test]
    fn a_rise_that_keeps_half_of_the_gain_is_no_divergence() {
        let mut values = falling(60);
        values.extend((0..40).map(|at| 0.35 + f64::from(at) / 45.0));
        assert_eq!(found(values), None);
    }
}
