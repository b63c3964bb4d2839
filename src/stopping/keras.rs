//! Keras `EarlyStopping`: so many epochs in a row without a value that beats the best by more than `min_delta`.
//!
//! Source: keras `callbacks/early_stopping.py`, `monitor_callback.py`. The very first epoch never stops, an improving
//! epoch never does, and while a baseline is not beaten the count goes on through improvements. A leading NaN becomes
//! the best and nothing beats it. Keras compares in single precision on most backends; here it is double.

use crate::model::{Goal, KerasEarlyStopping};

use super::evidence::{Answer, Evidence, Kept, Why};
use super::rule::{Moment, Others, RunRule, Setting};

pub(super) struct Keras {
    params: KerasEarlyStopping,
    goal: Goal,
    best: Option<Kept>,
    wait: u64,
    /// The number of the first epoch where the log counts from 1.
    first_epoch: Option<f64>,
}

impl Keras {
    pub fn new(params: KerasEarlyStopping, setting: &Setting<'_>) -> Self {
        Self {
            goal: direction(params.mode, setting.metric, setting.goal),
            params,
            best: None,
            wait: 0,
            first_epoch: None,
        }
    }

    fn improves(&self, value: f64, on: f64) -> bool {
        let delta = self.params.min_delta.abs();
        match self.goal {
            Goal::Minimize => value + delta < on,
            Goal::Maximize => value - delta > on,
        }
    }

    /// The epoch, counted from 0: the stated one, else the ordinal. A log whose first epoch is not 0 counts from 1.
    fn epoch(&mut self, now: &Moment) -> f64 {
        let Some(stated) = now.epoch else { return now.ordinal.saturating_sub(1) as f64 };
        let first = *self.first_epoch.get_or_insert(if stated >= 1.0 { 1.0 } else { 0.0 });
        stated.floor() - first
    }
}

/// The direction of a metric: where the mode is `auto`, down for a loss, else the metric's own.
pub(super) fn direction(mode: Option<Goal>, metric: &str, goal: Goal) -> Goal {
    let loss = metric.to_ascii_lowercase().ends_with("loss");
    mode.unwrap_or(if loss { Goal::Minimize } else { goal })
}

impl RunRule for Keras {
    fn step(&mut self, now: &Moment, _: &mut Others<'_>) -> (Answer, Evidence) {
        let epoch = self.epoch(now);
        let before = self.best;
        let (answer, why, current) = match now.value {
            _ if epoch < self.params.start_from_epoch as f64 => (Answer::Undecided, Why::FromEpoch, now.value),
            None => (Answer::Unsatisfied, Why::NoValue, None),
            Some(value) => {
                self.wait += 1;
                let improved = before.is_none_or(|best| self.improves(value, best.value));
                if improved {
                    self.best = Some(Kept { value, step: now.step });
                    if self.params.baseline.is_none_or(|baseline| self.improves(value, baseline)) {
                        self.wait = 0;
                    }
                }
                let stop = !improved && self.wait >= self.params.patience && epoch > 0.0;
                (Answer::of(stop), if improved { Why::Improved } else { Why::Waiting }, Some(value))
            }
        };
        let needed = if why == Why::FromEpoch { self.params.start_from_epoch } else { self.params.patience };
        let evidence = Evidence {
            reference: before.map(|best| best.value),
            reference_step: before.map(|best| best.step),
            wait: self.wait,
            needed,
            best: self.best,
            ..Evidence::of(current, why)
        };
        (answer, evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{GAP, NAN, Probe};
    use super::*;

    fn check(goal: Goal, params: KerasEarlyStopping, values: &[f64], letters: &str, waits: &[u64]) {
        let probe = Probe::new(goal, params);
        assert_eq!((probe.letters(values).as_str(), probe.waits(values).as_slice()), (letters, waits));
    }

    fn patience(patience: u64) -> KerasEarlyStopping {
        KerasEarlyStopping { patience, ..KerasEarlyStopping::default() }
    }

    #[test]
    fn epochs_without_improvement_are_counted() {
        let values = [1.0, 0.8, 0.9, 0.85, 0.7, 0.7, 0.7];
        check(Goal::Minimize, patience(2), &values, "FFFTFFT", &[0, 0, 1, 2, 0, 1, 2]);
        check(Goal::Minimize, patience(0), &[1.0, 1.0, 0.9], "FTF", &[0, 1, 0]);
    }

    #[test]
    fn an_improvement_of_min_delta_is_none() {
        let params = KerasEarlyStopping { min_delta: 0.125, ..patience(2) };
        check(Goal::Minimize, params, &[0.5, 0.4375, 0.375, 0.25], "FFTF", &[0, 1, 2, 0]);
    }

    #[test]
    fn a_baseline_that_is_never_beaten_does_not_stop_a_run_that_improves() {
        let params = KerasEarlyStopping { baseline: Some(0.8), ..patience(2) };
        check(Goal::Maximize, params.clone(), &[0.5, 0.6, 0.65, 0.7], "FFFF", &[1, 2, 3, 4]);
        check(Goal::Maximize, params, &[0.5, 0.6, 0.65, 0.65], "FFFT", &[1, 2, 3, 4]);
    }

    #[test]
    fn early_epochs_are_ignored_completely() {
        let params = KerasEarlyStopping { start_from_epoch: 2, ..patience(2) };
        check(Goal::Minimize, params, &[1.0, 2.0, 3.0, 2.5, 2.6, 2.7], "FFFFFT", &[0, 0, 0, 0, 1, 2]);
    }

    #[test]
    fn a_leading_nan_is_never_beaten() {
        check(Goal::Minimize, patience(3), &[NAN, 0.9, 0.8, 0.7], "FFFT", &[0, 1, 2, 3]);
    }

    #[test]
    fn epochs_without_the_metric_do_not_count() {
        check(Goal::Minimize, patience(2), &[0.9, GAP, 1.0, GAP, 1.1], "FFFFT", &[0, 0, 1, 1, 2]);
    }

    #[test]
    fn auto_is_down_for_a_loss() {
        let probe = Probe { metric: "val_loss", ..Probe::new(Goal::Maximize, patience(1)) };
        assert_eq!(probe.letters(&[1.0, 0.9, 0.95]), "FFT");
        assert_eq!(Probe::new(Goal::Maximize, patience(1)).letters(&[1.0, 0.9, 1.1]), "FTF");
    }
}
