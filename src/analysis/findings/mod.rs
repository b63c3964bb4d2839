//! Findings: what the curves of a run show by themselves, each with its metric, its step and its numbers.
//!
//! They are conservative: medians and median deviations instead of means, a least length for each, and nothing said of
//! a curve that is short or noisy. Whoever looks at the curve should agree with nine findings of ten. Each takes
//! linear time, or that of a sort.

mod clock_gap;
mod divergence;
mod evaluation;
mod level;
mod not_finite;
mod of_run;
mod overfitting;
mod plateau;
mod reset;
mod spike;

pub use of_run::findings;
pub use reset::Reset;

use crate::model::{Goal, MetricName, Series, StepUnit};

/// One curve of a run, and what is known of its metric.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    pub name: &'a MetricName,
    /// The name without its split: what `loss` and `val_loss` have in common.
    pub base: &'a str,
    /// Measured on data that is not trained on.
    pub held_out: bool,
    /// `None` where the direction of the metric is not known: only its numbers and its clock are looked at.
    pub goal: Option<Goal>,
    pub unit: StepUnit,
    /// Steps strictly increase.
    pub series: &'a Series,
    /// Where the log goes back, which the series no longer shows.
    pub reset: Option<Reset>,
}

/// One thing that a curve shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub name: MetricName,
    pub unit: StepUnit,
    /// Where to look.
    pub step: i64,
    pub what: What,
    /// Other metrics that show the same at the same place.
    pub also: Vec<MetricName>,
}

/// What is found, with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// NaN or infinity.
    NotFinite {
        /// The first such value.
        value: f64,
        /// How many there are, and of how many.
        count: usize,
        of: usize,
        /// The step at which a number follows; `None` when none does.
        until: Option<i64>,
    },
    /// What was gained is lost again, for good.
    Divergence { goal: Goal, best_step: i64, best: f64, last: f64 },
    /// Validation turns while training goes on.
    Overfitting { goal: Goal, best: f64, last: f64, training: MetricName },
    /// The step goes back.
    Reset(Reset),
    /// A value far off that is back soon.
    Spike { goal: Goal, before: f64, peak: f64, back: i64, count: usize },
    /// A long end without movement.
    Plateau { then: f64, last: f64, last_step: i64 },
    /// A wait much longer than the run's own pace.
    ClockGap { secs: f64, usual_secs: f64, until: i64, count: usize },
    /// Another distance between evaluations from here on.
    OtherInterval { before: i64, after: i64 },
    /// Evaluations that are missing between here and there.
    MissingEvaluations { usual: i64, until: i64, count: usize },
}

#[cfg(test)]
mod made {
    //! Made curves.

    use super::*;

    /// A curve by its values at steps 0, 1, 2, …
    pub fn series(values: impl IntoIterator<Item = f64>) -> Series {
        let mut series = Series::default();
        for (at, value) in values.into_iter().enumerate() {
            series.push(at as i64, value, None, None);
        }
        series
    }

    /// Noise in −1 to 1 that is the same at every run of the tests.
    pub fn noise(at: usize) -> f64 {
        let mut bits = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// A loss that falls from 2.3 towards 0.3 with a little noise.
    pub fn falling(len: usize) -> Vec<f64> {
        (0..len).map(|at| 0.3 + 2.0 * (-4.0 * at as f64 / len as f64).exp() + 0.01 * noise(at)).collect()
    }

    /// A trace of a loss.
    pub fn trace<'a>(name: &'a MetricName, series: &'a Series) -> Trace<'a> {
        let held_out = name.as_str().starts_with("val_");
        let base = name.as_str().trim_start_matches("val_");
        Trace { name, base, held_out, goal: Some(Goal::Minimize), unit: StepUnit::Epoch, series, reset: None }
    }
}
