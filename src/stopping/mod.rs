//! The room `stopping` judges: whether a run should stop at a checkpoint, and why.
//!
//! Imports `model` and `math` only. All answers are advice: a run may go on, so every criterion is evaluated at every
//! checkpoint, whatever was said before.

mod asha;
mod caps;
pub mod completion;
mod convergence;
mod crowd;
mod evidence;
mod guards;
mod halving;
mod hf;
mod hyperband;
mod hyperband_geometry;
mod ignite;
mod keras;
pub mod lab;
mod ledger;
mod lightning;
mod optuna_patient;
mod optuna_percentile;
mod optuna_threshold;
mod outcome;
mod pbt;
mod predict_stop;
mod prediction;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod properties;
mod ray_median;
mod rule;
mod running_average;
mod sentence;
mod trial_plateau;
mod vizier_convex;
mod watch;
mod wilcoxon;

pub use asha::asha_rungs;
pub use crowd::{Crowd, Peer, PeerState, elapsed};
pub use evidence::{Answer, Evidence, Kept, Why, Words};
pub use halving::Rungs;
pub use hyperband::{hyperband_bracket, hyperband_budgets};
pub use hyperband_geometry::{PlannedBracket, hyperband_plan};
pub use ledger::{Ledger, Record, Row, Verdict, evaluate, evaluate_checkpoints, evaluate_together, stop_reason};
pub use outcome::{Advice, Best, Outcome};
pub use pbt::pbt_quantiles;
pub use predict_stop::{Prediction, predict_final};
pub use rule::{Moment, Others, RunRule, Setting, run_rule};
pub use sentence::sentence;
pub use watch::{Frame, Watch};
pub use wilcoxon::signed_rank_p;
