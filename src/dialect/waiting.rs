//! Patience in its many kinds: what a rule that counts checks without improvement becomes elsewhere, and what changes.
//!
//! Each kind has habits: what it counts, what a gain too small to count does to the value to beat, and what NaN does.
//! The differences between two kinds are the differences between their habits. Sources as in `stopping`.

use crate::model::{CriterionKind, Goal, Rule};

use super::Asked;
use super::arguments::number;

/// What sets a kind of patience apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Habits {
    pub who: &'static str,
    /// What one check is.
    pub counts: &'static str,
    /// Whether a gain smaller than the least one moves the value to beat all the same.
    pub creeps: bool,
    /// What NaN does, said of `who`.
    pub nan: &'static str,
}

const WAITS: &str = "counts NaN as no improvement";
const STOPS: &str = "stops at NaN and infinities at once";
const POISONS: &str = "counts NaN as no improvement, and after a leading NaN nothing improves";

pub(super) const KERAS: Habits = Habits { who: "Keras", counts: "epochs", creeps: false, nan: POISONS };
pub(super) const LIGHTNING: Habits =
    Habits { who: "Lightning", counts: "validation checks", creeps: false, nan: STOPS };
pub(super) const LIGHTNING_LAX: Habits = Habits { nan: WAITS, ..LIGHTNING };
pub(super) const HUGGING_FACE: Habits = Habits { who: "Hugging Face", counts: "evaluations", creeps: true, nan: WAITS };
pub(super) const IGNITE: Habits =
    Habits { who: "ignite", counts: "events of the handler", creeps: true, nan: "takes NaN for an improvement" };
pub(super) const IGNITE_CUMULATIVE: Habits = Habits { creeps: false, ..IGNITE };
pub(super) const FASTAI: Habits = Habits { who: "fast.ai", counts: "epochs", creeps: false, nan: WAITS };
pub(super) const TENSORFLOW: Habits =
    Habits { who: "TensorFlow's hook", counts: "training steps", creeps: true, nan: POISONS };
pub(super) const OPTUNA: Habits =
    Habits { who: "Optuna", counts: "reports", creeps: false, nan: "leaves NaN out of the comparison" };
pub(super) const HERE: Habits = Habits { who: "this page", counts: "checkpoints", creeps: false, nan: WAITS };
pub(super) const SIGOPT: Habits = Habits { who: "SigOpt", counts: "checkpoints", creeps: false, nan: "takes no NaN" };

/// A rule that waits for an improvement, whoever's it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Waiting {
    /// At least 1.
    pub checks: u64,
    /// An improvement is larger than this; negative only from Lightning.
    pub min_delta: f64,
    pub goal: Goal,
    pub habits: Habits,
    /// The first checkpoint that may stop, where the rule says so.
    pub first: Option<u64>,
    /// What gets lost wherever it is brought.
    pub lost: Vec<String>,
}

impl Waiting {
    /// The waiting in a criterion; `None` when it is of another kind.
    pub fn of(asked: &Asked<'_>) -> Option<Self> {
        let mut lost = Vec::new();
        let mut first = asked.not_before;
        let (checks, min_delta, goal, habits) = match (asked.kind, asked.rule()) {
            (CriterionKind::Convergence { lookback_checkpoints, min_checkpoints }, _) => {
                let lookback = *lookback_checkpoints;
                lost.push(format!(
                    "SigOpt compares with the one value {lookback} checkpoints before; patience compares with the best value so far and counts, so the two stop at different checkpoints."
                ));
                first = first.max(min_checkpoints.filter(|first| *first > lookback.saturating_add(1)));
                (lookback, 0.0, asked.goal(), SIGOPT)
            }
            (_, Some(Rule::KerasEarlyStopping(it))) => {
                if it.baseline.is_some() {
                    lost.push("The baseline of Keras is left out.".to_owned());
                }
                if it.restore_best_weights {
                    lost.push("Restoring the best weights is left out: it changes no stop.".to_owned());
                }
                if it.start_from_epoch > 0 {
                    lost.push(format!("Keras ignores the first {} epochs; this is left out.", it.start_from_epoch));
                }
                (it.patience, it.min_delta.abs(), keras_goal(it.mode, asked), KERAS)
            }
            (_, Some(Rule::LightningEarlyStopping(it))) => {
                if it.stopping_threshold.is_some() || it.divergence_threshold.is_some() {
                    lost.push("Lightning's thresholds for stopping and divergence are left out.".to_owned());
                }
                let habits = if it.check_finite { LIGHTNING } else { LIGHTNING_LAX };
                (it.patience, it.min_delta, it.mode.unwrap_or(Goal::Minimize), habits)
            }
            (_, Some(Rule::HfEarlyStopping(it))) => {
                let goal = match it.greater_is_better {
                    Some(true) => Goal::Maximize,
                    Some(false) => Goal::Minimize,
                    None => asked.goal(),
                };
                (it.early_stopping_patience, it.early_stopping_threshold, goal, HUGGING_FACE)
            }
            (_, Some(Rule::IgniteEarlyStopping(it))) => {
                let relative = it.threshold_mode == crate::model::ThresholdMode::Rel && it.threshold != 0.0;
                if relative {
                    lost.push(format!(
                        "ignite's threshold of {} is relative to the value to beat; this is left out.",
                        number(it.threshold)
                    ));
                }
                let habits = if it.cumulative { IGNITE_CUMULATIVE } else { IGNITE };
                let min_delta = if relative { 0.0 } else { it.threshold };
                (it.patience, min_delta, it.mode.unwrap_or(Goal::Maximize), habits)
            }
            (_, Some(Rule::Patience(it))) => (it.patience, it.min_delta, asked.goal(), HERE),
            (_, Some(Rule::OptunaPatient(it))) if it.wrapped.is_none() => {
                lost.push("Optuna waits for values that are strictly worse: a tie with the best goes on there, and stops here.".to_owned());
                if it.min_delta != 0.0 {
                    lost.push("Optuna's min_delta makes it more patient, elsewhere min_delta makes it less so; it is left out.".to_owned());
                }
                (it.patience.saturating_add(1), 0.0, asked.goal(), OPTUNA)
            }
            _ => return None,
        };
        Some(Self { checks: checks.max(1), min_delta, goal, habits, first, lost })
    }

    /// What is different where this waiting has other habits.
    pub fn differences(&self, to: &Habits) -> Vec<String> {
        let from = &self.habits;
        let mut said = self.lost.clone();
        if from.counts != to.counts {
            said.push(format!(
                "{} counts {}, {} {}: the same only where they come one for one.",
                capital(to.who),
                to.counts,
                from.who,
                from.counts
            ));
        }
        if self.min_delta != 0.0 && from.creeps != to.creeps {
            let least = number(self.min_delta);
            said.push(match to.creeps {
                true => format!(
                    "After a gain smaller than {least}, {} compares with the new best value and {} with the old one: many small gains stop here.",
                    to.who, from.who
                ),
                false => format!(
                    "After a gain smaller than {least}, {} compares with the old value and {} with the new best: small gains add up here.",
                    to.who, from.who
                ),
            });
        }
        if from.nan != to.nan {
            said.push(format!("{} {}; {} {}.", capital(to.who), to.nan, from.who, from.nan));
        }
        said
    }

    /// The same, for a place whose least gain cannot be negative; says so where it was.
    pub fn unsigned(&self, said: &mut Vec<String>) -> f64 {
        if self.min_delta < 0.0 {
            said.push("A negative min_delta makes Lightning more lenient; here it is 0.".to_owned());
        }
        self.min_delta.max(0.0)
    }
}

/// Keras' direction: where the mode is `auto`, down for a loss, else the metric's own.
pub(super) fn keras_goal(mode: Option<Goal>, asked: &Asked<'_>) -> Goal {
    let loss = asked.metric.to_ascii_lowercase().ends_with("loss");
    mode.unwrap_or(if loss { Goal::Minimize } else { asked.goal() })
}

/// With a capital where a sentence begins; proper names keep their own.
pub(super) fn capital(who: &str) -> String {
    match who {
        "this page" => "This page".to_owned(),
        _ => who.to_owned(),
    }
}
