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
    /// The object could not be read back if it were kept. Nothing of the write was kept.
    #[error("the {what} cannot be kept: {reason}")]
    Unwritable { what: String, reason: String },
    #[error("there is no {what}")]
    Missing { what: String },
}

/// Keeps experiments, their runs and small settings.
///
/// Every write is whole or not at all, and `Ok` means that it is kept. A record that a newer version wrote is never
/// overwritten; deleting it is possible. When two pages write the same record, the last one wins.
#[expect(async_fn_in_trait, reason = "the page is single-threaded; futures need not be Send")]
pub trait Repository {
    /// Every experiment that is not deleted, newest change first. Damaged ones are reported beside the rest.
    async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError>;
    async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError>;
    async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError>;
    /// Removes an experiment with its runs and their curves. To remove what is not there is no error.
    async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError>;
    /// The runs of an experiment in the order of their ids, without curves; deleted ones are among them, with their
    /// flag. An experiment that is not there has none.
    async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError>;
    /// Writes a run with all its curves in one transaction, replacing what it had. Its experiment must be there.
    async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError>;
    /// Writes many runs with all their curves in one transaction: all of them or none.
    ///
    /// The way to import: some fifty runs at a time, so that there is progress to show between the calls.
    async fn put_runs(&self, runs: &[(TrainingRun, Vec<Curve>)]) -> Result<(), StoreError>;
    /// Writes a run's own fields and leaves its curves alone. The run must be there: another page may have deleted it.
    async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError>;
    /// The curves of a run, in name order.
    async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError>;
    /// The curves of many runs in one transaction, in the order asked for; what cannot be read is reported beside the
    /// rest.
    async fn curves_of(&self, runs: &[RunId]) -> Result<(Vec<(RunId, Vec<Curve>)>, Vec<StoreError>), StoreError>;
    /// Removes a run with its curves. To remove what is not there is no error.
    async fn delete_run(&self, run: &RunId) -> Result<(), StoreError>;
    /// The text that was kept under this key, usually JSON.
    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError>;
    /// Forgets what was kept under a key. To forget what is not there is no error.
    async fn delete_setting(&self, key: &str) -> Result<(), StoreError>;
    /// Keeps a small text under a key, replacing the older one.
    async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError>;
}
