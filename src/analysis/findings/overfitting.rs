//! Overfitting: a validation metric turns while the training metric of the same name goes on getting better.

use crate::math::percentile;

use super::divergence::BLOWN_UP;
use super::level::Levels;
use super::{Finding, Trace, What};

/// Fewer validations show no turn.
const LEAST: usize = 8;

/// The best validation of a pair after which it gets clearly worse while training does not.
pub fn overfitting(training: &Trace, validation: &Trace) -> Option<Finding> {
    let goal = validation.goal?;
    if training.unit != validation.unit {
        return None;
    }
    let levels = Levels::of(validation.series, goal);
    let at = levels.best()?;
    let after = levels.len() - 1 - at;
    if levels.len() < LEAST || after < 3.max(levels.len() * 15 / 100) {
        return None;
    }
    let ((step, best), last) = (levels.least[at], levels.last());
    let gain = levels.first() - best;
    let rise = last - levels.around(at);
    // What is said is the last value itself, so it has to show the rise.
    if levels.end < best + rise / 2.0 {
        return None;
    }
    if rise < 4.0 * levels.noise || rise < 0.05 * gain || rise < 0.02 * best.abs() {
        return None;
    }
    // What swings as far as it rises has not turned, and what blows up has diverged.
    let late = &levels.values[at + after / 2..];
    let swing = percentile(late, 90.0) - percentile(late, 10.0);
    if swing > rise || levels.first() > 0.0 && last > BLOWN_UP * levels.first() {
        return None;
    }
    let trained = Levels::of(training.series, goal);
    let there = trained.steps.partition_point(|other| *other <= step).checked_sub(1)?;
    if trained.len() < LEAST || trained.len() - there < 4 {
        return None;
    }
    let (then, now) = (trained.around(there), trained.last());
    if then - now < 3.0 * trained.noise || then - now < 0.02 * (trained.first() - now) || then <= now {
        return None;
    }
    Some(Finding {
        name: validation.name.clone(),
        unit: validation.unit,
        step,
        what: What::Overfitting {
            goal,
            best: levels.shown(best),
            last: levels.shown(levels.end),
            training: training.name.clone(),
        },
        also: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::made::{falling, noise, series, trace};
    use super::*;
    use crate::model::MetricName;

    fn found(training: Vec<f64>, validation: Vec<f64>) -> Option<Finding> {
        let (loss, val_loss) = (MetricName::new("loss"), MetricName::new("val_loss"));
        let (training, validation) = (series(training), series(validation));
        overfitting(&trace(&loss, &training), &trace(&val_loss, &validation))
    }

    /// A validation loss that is least at epoch 12 and rises from there.
    fn turning(len: usize) -> Vec<f64> {
        let value = |at: usize| if at < 12 { 1.0 - 0.05 * at as f64 } else { 0.4 + 0.02 * (at - 12) as f64 };
        (0..len).map(|at| value(at) + 0.002 * noise(at)).collect()
    }

    #[test]
    fn a_validation_that_turns_is_overfitting_from_its_best() {
        let finding = found(falling(40), turning(40)).expect("it turns");
        assert_eq!(finding.step, 12);
        let What::Overfitting { best, last, .. } = finding.what else { panic!("{:?}", finding.what) };
        assert!((best - 0.4).abs() < 0.01 && (last - 0.92).abs() < 0.03, "{best} {last}");
    }

    #[test]
    fn training_that_gets_worse_too_is_no_overfitting() {
        assert_eq!(found(turning(40), turning(40)), None);
    }

    #[test]
    fn a_validation_that_stays_or_jitters_is_no_overfitting() {
        assert_eq!(found(falling(40), falling(40)), None);
        let jitter = |at: usize| 0.5 + 0.1 * noise(at);
        assert_eq!(found(falling(60), (0..60).map(jitter).collect()), None);
    }

    #[test]
    fn too_few_validations_show_no_turn() {
        assert_eq!(found(falling(7), vec![1.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]), None);
    }
}
