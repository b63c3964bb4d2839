//! The room `stopping` judges: whether a run should stop at a checkpoint, and why.
//!
//! Imports `model` and `math` only. All answers are advice: a run may go on, so every criterion is evaluated at every
//! checkpoint, whatever was said before.

pub mod completion;
mod convergence;
pub mod lab;
mod ledger;
mod outcome;
mod predict_stop;
mod sentence;

pub use ledger::{Answer, Evidence, Ledger, Row, Verdict, evaluate, evaluate_checkpoints};
pub use outcome::{Advice, Best, Outcome};
pub use predict_stop::{Prediction, Stop as PredictedStop, predict_final};
pub use sentence::sentence;
