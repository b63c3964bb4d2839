//! What a store can do, and how it can fail.

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};

/// Why something could not be kept or read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// Nothing of the write was kept. The page goes on in memory and says so.
    #[error("the browser's storage is full")]
    Full,
    /// Storage cannot be used at all (private browsing, blocked). The page goes on in memory and says so.
    #[error("the browser's storage cannot be used: {reason}")]
    Unavailable { reason: String },
    /// A newer version of this page wrote this record; it is left untouched.
    #[error("written by a newer version ({found}, this page reads up to {known}): reload the page")]
    Newer { found: u32, known: u32 },
    /// A record cannot be read; the others can.
    #[error("the stored {what} cannot be read: {reason}")]
    Damaged { what: String, reason: String },
    #[error("there is no {what}")]
    Missing { what: String },
}

/// Keeps experiments and their runs. Every write is whole or not at all.
#[expect(async_fn_in_trait, reason = "the page is single-threaded; futures need not be Send")]
pub trait Repository {
    /// Every experiment that is not deleted, newest change first. Damaged ones are reported beside the rest.
    async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError>;
    async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError>;
    async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError>;
    /// Removes an experiment with its runs and their curves.
    async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError>;
    /// The runs of an experiment in key order, without curves.
    async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError>;
    /// Writes a run with all its curves in one transaction, replacing what it had.
    async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError>;
    /// Writes a run's own fields and leaves its curves alone.
    async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError>;
    /// The curves of a run, in name order.
    async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError>;
    async fn delete_run(&self, run: &RunId) -> Result<(), StoreError>;
}
