//! What obeying the first stop advice would have saved, and what it would have missed.

use super::sentence::{checkpoints_word, number, number_pair, number_word};
use super::{Ledger, Row};

/// A checkpoint with its objective value, which is finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Best {
    /// From 1.
    pub checkpoint: u64,
    pub step: i64,
    pub value: f64,
}

/// The first stop advice of a run, held against what came after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    /// From 1.
    pub checkpoint: u64,
    pub step: i64,
    /// Checkpoints after the advice.
    pub saved_checkpoints: u64,
    /// Of all checkpoints; from 0 to below 1.
    pub saved_share: f64,
    /// From the advice to the last checkpoint.
    pub saved_steps: u64,
    /// The same in seconds, where both checkpoints have a time and it did not run back.
    pub saved_secs: Option<f64>,
    /// The best until the advice; `None` while no value was finite.
    pub best: Option<Best>,
    /// Says whether a later checkpoint was better.
    pub missed: bool,
    /// How much better the best overall is than the best until the advice, at least 0; `None` without both.
    pub loss: Option<f64>,
    /// The same as a share of the best overall; `None` when that is 0.
    pub relative_loss: Option<f64>,
}

/// What the advice of a run was worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub checkpoints: u64,
    /// The best of the whole run.
    pub best: Option<Best>,
    /// `None` when no checkpoint said stop.
    pub advice: Option<Advice>,
}

impl Ledger {
    /// What obeying the first advice would have saved or lost.
    pub fn outcome(&self) -> Outcome {
        let best_of = |at: Option<usize>| {
            let row = self.rows.get(at?)?;
            Some(Best { checkpoint: row.checkpoint, step: row.step, value: row.value? })
        };
        let best = best_of(self.best);
        let stop = self.first_stop.and_then(|at| self.rows.get(at)).zip(self.rows.last());
        let advice = stop.map(|(stop, last)| advise(stop, last, best, best_of(self.best_at_stop)));
        Outcome { checkpoints: self.rows.len() as u64, best, advice }
    }
}

fn advise(stop: &Row, last: &Row, best: Option<Best>, best_at_stop: Option<Best>) -> Advice {
    let loss = best.zip(best_at_stop).map(|(best, at_stop)| (best.value - at_stop.value).abs());
    let saved_checkpoints = last.checkpoint.saturating_sub(stop.checkpoint);
    Advice {
        checkpoint: stop.checkpoint,
        step: stop.step,
        saved_checkpoints,
        saved_share: saved_checkpoints as f64 / last.checkpoint.max(1) as f64,
        saved_steps: last.step.abs_diff(stop.step),
        saved_secs: last.time.zip(stop.time).map(|(last, stop)| last - stop).filter(|secs| *secs >= 0.0),
        best: best_at_stop,
        missed: best.is_some_and(|best| best.checkpoint > stop.checkpoint),
        loss,
        relative_loss: loss.zip(best).and_then(|(loss, best)| (best.value != 0.0).then(|| loss / best.value.abs())),
    }
}

impl Outcome {
    /// Plain words: "Stop was advised at checkpoint 41. Going on for 18 more checkpoints brought nothing: the best is
    /// checkpoint 33 with 0.9731."
    pub fn sentence(&self) -> String {
        match (self.headline(), self.consequence()) {
            (headline, Some(consequence)) => format!("{headline}. {consequence}"),
            (headline, None) => format!("{headline}."),
        }
    }

    /// What was advised, without a full stop: "Stop was advised at checkpoint 41".
    pub fn headline(&self) -> String {
        match (&self.advice, self.checkpoints) {
            (Some(advice), _) if advice.saved_checkpoints == 0 => {
                format!("Stop was advised at checkpoint {}, the last", advice.checkpoint)
            }
            (Some(advice), _) => format!("Stop was advised at checkpoint {}", advice.checkpoint),
            (None, 0) => "No checkpoints yet".to_owned(),
            (None, count) => format!("No stop advised in {} {}", number_word(count), checkpoints_word(count)),
        }
    }

    /// What going on brought after the advice; `None` without one.
    pub fn consequence(&self) -> Option<String> {
        let advice = self.advice.as_ref()?;
        let best = match self.best {
            Some(best) => format!("best is checkpoint {} with {}", best.checkpoint, number(best.value)),
            None => "objective has no finite value".to_owned(),
        };
        let saved = advice.saved_checkpoints;
        if saved == 0 {
            return Some(format!("The {best}."));
        }
        let more = format!("Going on for {} more {} brought", number_word(saved), checkpoints_word(saved));
        Some(match (self.best.filter(|_| advice.missed), advice.best, advice.loss) {
            (Some(best), Some(at_stop), Some(loss)) => {
                let (from, to) = number_pair(at_stop.value, best.value);
                format!("{more} {}: from {from} to {to} at checkpoint {}.", number(loss), best.checkpoint)
            }
            (Some(best), ..) => {
                format!("{more} the first finite values: {} at checkpoint {}.", number(best.value), best.checkpoint)
            }
            (None, ..) => format!("{more} nothing: the {best}."),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Goal, Metric, MetricName, Series, TrainingMonitor};
    use crate::stopping::{Ledger, evaluate};

    /// A minute between checkpoints; the cap advises the stop.
    fn ledger(goal: Goal, cap: u64, values: &[f64]) -> Ledger {
        let mut series = Series::default();
        for (step, &value) in (1..).zip(values) {
            series.push(step * 10, value, None, Some(step as f64 * 60.0));
        }
        let monitor = TrainingMonitor { max_checkpoints: Some(cap), early_stopping_criteria: Vec::new() };
        let objective = Metric::optimized(MetricName::new("m"), goal);
        evaluate(&monitor, Some(&objective), &|_| goal, &|_| Some(series.clone()))
    }

    #[test]
    fn going_on_can_bring_nothing() {
        let outcome = ledger(Goal::Maximize, 3, &[0.5, 0.9731, 0.6, 0.7, 0.97]).outcome();
        assert_eq!(
            outcome.sentence(),
            "Stop was advised at checkpoint 3. Going on for two more checkpoints brought nothing: \
             the best is checkpoint 2 with 0.9731."
        );
        let advice = outcome.advice.expect("the cap was reached");
        assert_eq!((advice.saved_checkpoints, advice.saved_share), (2, 0.4));
        assert_eq!((advice.saved_steps, advice.saved_secs), (20, Some(120.0)));
        assert_eq!((advice.missed, advice.loss, advice.relative_loss), (false, Some(0.0), Some(0.0)));
    }

    #[test]
    fn going_on_can_bring_a_better_value() {
        let mut values = vec![0.9; 55];
        values[20] = 0.969;
        values[54] = 0.9731;
        let outcome = ledger(Goal::Maximize, 41, &values).outcome();
        assert_eq!(
            outcome.sentence(),
            "Stop was advised at checkpoint 41. Going on for 14 more checkpoints brought 0.0041: \
             from 0.9690 to 0.9731 at checkpoint 55."
        );
        assert!(outcome.advice.expect("the cap was reached").missed);
    }

    #[test]
    fn a_minimized_metric_gains_downwards() {
        let outcome = ledger(Goal::Minimize, 1, &[2.0, 1.5]).outcome();
        assert_eq!(
            outcome.sentence(),
            "Stop was advised at checkpoint 1. Going on for one more checkpoint brought 0.5: \
             from 2.0 to 1.5 at checkpoint 2."
        );
        assert_eq!(outcome.advice.expect("the cap was reached").relative_loss, Some(0.5 / 1.5));
    }

    #[test]
    fn a_run_that_was_never_advised_says_so() {
        assert_eq!(ledger(Goal::Maximize, 99, &[0.1; 60]).outcome().sentence(), "No stop advised in 60 checkpoints.");
        assert_eq!(ledger(Goal::Maximize, 99, &[]).outcome().sentence(), "No checkpoints yet.");
    }

    #[test]
    fn a_stop_at_the_end_saves_nothing() {
        let outcome = ledger(Goal::Maximize, 2, &[0.25, 0.5]).outcome();
        assert_eq!(
            outcome.sentence(),
            "Stop was advised at checkpoint 2, the last. The best is checkpoint 2 with 0.5."
        );
    }

    #[test]
    fn a_first_finite_value_after_the_stop_is_missed() {
        let outcome = ledger(Goal::Maximize, 1, &[f64::NAN, 0.5]).outcome();
        assert!(outcome.sentence().ends_with("brought the first finite values: 0.5 at checkpoint 2."));
        assert!(outcome.advice.expect("the cap was reached").missed);
    }
}
