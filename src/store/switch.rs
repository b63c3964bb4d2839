//! The store of the page: the browser's database, or memory where there is none to use.

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};

use super::{Idb, Memory, Repository, StoreError};

/// Keeps everything in the one place or the other.
pub enum Store {
    Idb(Idb),
    Memory(Memory),
}

impl Store {
    /// Opens the browser's database; where that cannot be done, an empty memory, with the reason to show.
    pub async fn open() -> (Self, Option<StoreError>) {
        match Idb::open().await {
            Ok(idb) => (Self::Idb(idb), None),
            Err(error) => (Self::Memory(Memory::new()), Some(error)),
        }
    }

    /// Says whether what is kept outlives the page.
    pub fn lasting(&self) -> bool {
        matches!(self, Self::Idb(_))
    }
}

/// Hands each verb on to the repository in use.
macro_rules! delegate {
    ($($verb:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        impl Repository for Store {
            $(async fn $verb(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                match self {
                    Self::Idb(idb) => idb.$verb($($argument),*).await,
                    Self::Memory(memory) => memory.$verb($($argument),*).await,
                }
            })*
        }
    };
}

delegate! {
    experiments() -> (Vec<Experiment>, Vec<StoreError>);
    experiment(experiment: &ExperimentId) -> Experiment;
    put_experiment(experiment: &Experiment) -> ();
    delete_experiment(experiment: &ExperimentId) -> ();
    runs(experiment: &ExperimentId) -> (Vec<TrainingRun>, Vec<StoreError>);
    put_run(run: &TrainingRun, curves: &[Curve]) -> ();
    put_runs(runs: &[(TrainingRun, Vec<Curve>)]) -> ();
    update_run(run: &TrainingRun) -> ();
    curves(run: &RunId) -> Vec<Curve>;
    curves_of(runs: &[RunId]) -> (Vec<(RunId, Vec<Curve>)>, Vec<StoreError>);
    delete_run(run: &RunId) -> ();
    setting(key: &str) -> Option<String>;
    put_setting(key: &str, json: &str) -> ();
}
