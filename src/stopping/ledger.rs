//! The verdict ledger: every criterion's answer at every checkpoint of a run.

use crate::model::{Goal, Metric, MetricName, Series, TrainingMonitor};

/// What a criterion answers at a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Satisfied,
    Unsatisfied,
    /// Data are missing that later checkpoints can bring; counts as not satisfied.
    Undecided,
}

/// The numbers that were compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    pub current: Option<f64>,
    pub reference: Option<f64>,
    pub reference_step: Option<i64>,
    /// How many checkpoints the criterion has, and how many it needs before it decides.
    pub seen: u64,
    pub needed: u64,
}

/// One criterion at one checkpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Index into the monitor's criteria.
    pub criterion: usize,
    pub answer: Answer,
    pub evidence: Evidence,
    /// One plain sentence with its numbers: "0.9713 now, 0.9716 two checkpoints ago: no better, satisfied".
    pub sentence: String,
}

/// One checkpoint of a run in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// From 1.
    pub checkpoint: u64,
    pub step: i64,
    pub epoch: Option<f64>,
    /// Value of the objective here, where it was evaluated.
    pub value: Option<f64>,
    /// One for each criterion, in its order.
    pub verdicts: Vec<Verdict>,
    /// All criteria hold, of which there is at least one, or the cap is reached.
    pub should_stop: bool,
    /// The cap on checkpoints is reached here.
    pub at_cap: bool,
}

/// The whole history of verdicts of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ledger {
    pub rows: Vec<Row>,
    /// Index into `rows` of the first that says stop.
    pub first_stop: Option<usize>,
    /// Index into `rows` of the best objective value; the earliest wins a tie, non-finite values never win.
    pub best: Option<usize>,
    /// Index of the best up to and including the first stop.
    pub best_at_stop: Option<usize>,
}

/// Judges every checkpoint of a run.
///
/// `series` finds the recorded values of a metric, as the run's restart policy yields them: strictly increasing
/// steps. A checkpoint of a criterion is a record of its own metric (`stopping.md` 0.4).
pub fn evaluate(
    monitor: &TrainingMonitor,
    objective: Option<&Metric>,
    goal_of: &dyn Fn(&MetricName) -> Goal,
    series: &dyn Fn(&MetricName) -> Option<Series>,
) -> Ledger {
    let _ = (monitor, objective, goal_of, series);
    Ledger::default()
}
