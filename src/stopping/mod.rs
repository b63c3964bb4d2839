//! The room `stopping` judges: whether a run should stop at a checkpoint, and why.
//!
//! Imports `model` only. All answers are advice: a run may go on, so every criterion is evaluated at every
//! checkpoint, whatever was said before.

mod convergence;
mod ledger;

pub use ledger::{Answer, Evidence, Ledger, Row, Verdict, evaluate};
