//! A repository that forgets everything when the page closes.
//!
//! It keeps the same records as the one on IndexedDB, so what comes back is a deep copy and both fail alike.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};

use super::kept::{self, KeptRun};
use super::{Repository, StoreError};

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct Memory {
    shelves: RefCell<Shelves>,
}

#[derive(Debug, Default)]
struct Shelves {
    experiments: BTreeMap<ExperimentId, String>,
    runs: BTreeMap<RunId, ShelvedRun>,
    settings: BTreeMap<String, String>,
}

#[derive(Debug)]
struct ShelvedRun {
    experiment: ExperimentId,
    record: String,
    chunks: Vec<Vec<u8>>,
}

impl Memory {
    /// Nothing kept yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts the text of an experiment's record in place unread: for tests of what a newer page or a fault left there.
    #[doc(hidden)]
    pub fn plant_experiment(&self, experiment: &ExperimentId, record: &str) {
        self.shelves.borrow_mut().experiments.insert(experiment.clone(), record.to_owned());
    }

    /// Puts the record and chunks of a run in place unread: for tests of what a newer page or a fault left there.
    #[doc(hidden)]
    pub fn plant_run(&self, experiment: &ExperimentId, run: &RunId, record: &str, chunks: Vec<Vec<u8>>) {
        let shelved = ShelvedRun { experiment: experiment.clone(), record: record.to_owned(), chunks };
        self.shelves.borrow_mut().runs.insert(run.clone(), shelved);
    }

    /// How many chunks all runs have together, for tests.
    #[doc(hidden)]
    pub fn chunk_count(&self) -> usize {
        self.shelves.borrow().runs.values().map(|run| run.chunks.len()).sum()
    }
}

impl Shelves {
    /// Says whether a run may be written: its experiment is there and no newer version wrote it.
    fn check_run(&self, run: &RunId, experiment: &ExperimentId) -> Result<(), StoreError> {
        if !self.experiments.contains_key(experiment) {
            return Err(kept::missing_experiment(experiment));
        }
        match self.runs.get(run) {
            Some(old) => kept::may_replace(kept::read_run(run.as_str(), Some(&old.record))),
            None => Ok(()),
        }
    }

    fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError> {
        let shelved = self.runs.get(run).ok_or_else(|| kept::missing_run(run))?;
        kept::read_curves(run, &shelved.chunks)
    }

    fn put_all(&mut self, runs: Vec<KeptRun<'_>>) -> Result<(), StoreError> {
        runs.iter().try_for_each(|run| self.check_run(run.id, run.experiment))?;
        for KeptRun { id, experiment, record, chunks } in runs {
            self.runs.insert(id.clone(), ShelvedRun { experiment: experiment.clone(), record, chunks });
        }
        Ok(())
    }
}

impl Repository for Memory {
    async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError> {
        let shelves = self.shelves.borrow();
        let read = shelves.experiments.iter().map(|(id, text)| kept::read_experiment(id.as_str(), Some(text)));
        let (mut experiments, errors) = kept::sort_out(read);
        experiments.retain(|experiment| !experiment.deleted);
        kept::sort_experiments(&mut experiments);
        Ok((experiments, errors))
    }

    async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError> {
        match self.shelves.borrow().experiments.get(experiment) {
            Some(text) => kept::read_experiment(experiment.as_str(), Some(text)),
            None => Err(kept::missing_experiment(experiment)),
        }
    }

    async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError> {
        let record = kept::experiment_record(experiment)?;
        let experiments = &mut self.shelves.borrow_mut().experiments;
        if let Some(old) = experiments.get(&experiment.id) {
            kept::may_replace(kept::read_experiment(experiment.id.as_str(), Some(old)))?;
        }
        experiments.insert(experiment.id.clone(), record);
        Ok(())
    }

    async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError> {
        let mut shelves = self.shelves.borrow_mut();
        shelves.experiments.remove(experiment);
        shelves.runs.retain(|_, run| run.experiment != *experiment);
        Ok(())
    }

    async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError> {
        let shelves = self.shelves.borrow();
        let of_experiment = shelves.runs.iter().filter(|(_, run)| run.experiment == *experiment);
        Ok(kept::sort_out(of_experiment.map(|(id, run)| kept::read_run(id.as_str(), Some(&run.record)))))
    }

    async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError> {
        let kept = KeptRun::new(run, curves)?;
        self.shelves.borrow_mut().put_all(vec![kept])
    }

    async fn put_runs(&self, runs: &[(TrainingRun, Vec<Curve>)]) -> Result<(), StoreError> {
        let kept = runs.iter().map(|(run, curves)| KeptRun::new(run, curves)).collect::<Result<_, _>>()?;
        self.shelves.borrow_mut().put_all(kept)
    }

    async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError> {
        let record = kept::run_record(run)?;
        let mut shelves = self.shelves.borrow_mut();
        shelves.check_run(&run.id, &run.experiment)?;
        let shelved = shelves.runs.get_mut(&run.id).ok_or_else(|| kept::missing_run(&run.id))?;
        shelved.experiment = run.experiment.clone();
        shelved.record = record;
        Ok(())
    }

    async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError> {
        self.shelves.borrow().curves(run)
    }

    async fn curves_of(&self, runs: &[RunId]) -> Result<(Vec<(RunId, Vec<Curve>)>, Vec<StoreError>), StoreError> {
        let shelves = self.shelves.borrow();
        Ok(kept::sort_out(runs.iter().map(|run| shelves.curves(run).map(|curves| (run.clone(), curves)))))
    }

    async fn delete_run(&self, run: &RunId) -> Result<(), StoreError> {
        self.shelves.borrow_mut().runs.remove(run);
        Ok(())
    }

    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        Ok(self.shelves.borrow().settings.get(key).cloned())
    }

    async fn delete_setting(&self, key: &str) -> Result<(), StoreError> {
        self.shelves.borrow_mut().settings.remove(key);
        Ok(())
    }

    async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        self.shelves.borrow_mut().settings.insert(key.to_owned(), json.to_owned());
        Ok(())
    }
}
