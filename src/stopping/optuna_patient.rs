//! Optuna `PatientPruner`: lets another pruner decide only once the newest reports are no better than those before.
//!
//! Source: optuna `pruners/_patient.py`. Counting is in reports. A tie is not stale, and where one side is all NaN the
//! run goes on.

use crate::model::{Goal, OptunaPatient, Rule};

use super::evidence::{Answer, Evidence, Why, Words};
use super::rule::{Moment, Others, RunRule, Setting, follow};

const STALE: Words =
    Words { now: "the best of the newest reports", with: "the best before", yes: "worse", no: "not worse" };

pub(super) struct Patient {
    patience: u64,
    min_delta: f64,
    goal: Goal,
    reports: Vec<f64>,
    /// The best, without NaN, of the reports before the newest `patience + 1`.
    before: f64,
    wrapped: Option<Box<dyn RunRule>>,
    /// The wrapped pruner writes down what it is asked about: it is asked only when this one is stale.
    asked_when_stale: bool,
}

impl Patient {
    pub fn new(params: &OptunaPatient, setting: &Setting<'_>) -> Self {
        let wrapped = params.wrapped.as_deref();
        Self {
            patience: params.patience,
            min_delta: params.min_delta,
            goal: setting.goal,
            reports: Vec::new(),
            before: f64::NAN,
            asked_when_stale: matches!(wrapped, Some(Rule::OptunaSuccessiveHalving(_) | Rule::OptunaHyperband(_))),
            wrapped: wrapped.map(|rule| follow(rule, setting)),
        }
    }

    /// The better of two, of which either may be NaN.
    fn better_of(&self, a: f64, b: f64) -> f64 {
        if a.is_nan() || self.goal.better(b, a) { b } else { a }
    }
}

impl RunRule for Patient {
    fn step(&mut self, now: &Moment, others: &mut Others<'_>) -> (Answer, Evidence) {
        let Some(value) = now.value else { return Evidence::no_value() };
        self.reports.push(value);
        let newest = usize::try_from(self.patience).ok().and_then(|patience| patience.checked_add(1));
        let earlier = newest.and_then(|newest| self.reports.len().checked_sub(newest)).filter(|&earlier| earlier > 0);
        if let Some(earlier) = earlier {
            self.before = self.better_of(self.before, self.reports[earlier - 1]);
        }
        let after = earlier.map_or(f64::NAN, |earlier| {
            self.reports[earlier..].iter().fold(f64::NAN, |best, &value| self.better_of(best, value))
        });
        let stale = earlier.is_some()
            && match self.goal {
                Goal::Minimize => self.before + self.min_delta < after,
                Goal::Maximize => self.before - self.min_delta > after,
            };
        let ask = stale || !self.asked_when_stale;
        let inner = self.wrapped.as_mut().filter(|_| ask).map(|wrapped| wrapped.step(now, others));
        match (earlier, inner) {
            (None, _) => {
                let needed = self.patience.saturating_add(2);
                Evidence::lacks(Why::Checkpoints, self.reports.len() as u64, needed)
            }
            (Some(_), Some(inner)) if stale => inner,
            (Some(_), _) if after.is_nan() || self.before.is_nan() => {
                (Answer::Unsatisfied, Evidence::of(Some(value), Why::Plain("nothing but NaN on one side")))
            }
            (Some(_), _) => Evidence::compared(stale, after, self.before, &STALE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::probe::{NAN, down, up};
    use super::*;

    fn patient(patience: u64, min_delta: f64) -> OptunaPatient {
        OptunaPatient { wrapped: None, patience, min_delta }
    }

    #[test]
    fn a_stale_run_is_pruned() {
        assert_eq!(down(patient(2, 0.0), &[1.0, 0.8, 0.9, 0.85, 0.81, 0.8, 0.79]), "FFFFTFF");
        assert_eq!(down(patient(0, 0.1), &[1.0, 0.95, 1.05, 1.04, 0.9, 1.01]), "FFFFFT");
        assert_eq!(up(patient(1, 0.0), &[0.5, 0.6, NAN, 0.55, NAN, NAN]), "FFFTTF");
    }
}
