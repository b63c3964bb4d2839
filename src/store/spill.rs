//! A repository that goes on in memory where the lasting one has no room, and says so.
//!
//! An experiment lives in one place: when a write to it does not fit, the whole experiment as it was is taken into
//! memory, and the write is done there. What the lasting repository holds stays as it is.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};

use super::{Memory, Repository, StoreError};

/// A lasting repository, and memory behind it.
pub struct Spill<R> {
    /// `None`: nothing lasting can be used at all.
    lasting: Option<R>,
    memory: Memory,
    /// Experiments that live in memory.
    spilled: RefCell<BTreeSet<ExperimentId>>,
    why: RefCell<Option<StoreError>>,
}

impl<R: Repository> Spill<R> {
    /// Keeps in the given repository, or in memory with the reason why there is none.
    pub fn new(lasting: Result<R, StoreError>) -> Self {
        let (lasting, why) = match lasting {
            Ok(lasting) => (Some(lasting), None),
            Err(why) => (None, Some(why)),
        };
        Self { lasting, memory: Memory::new(), spilled: RefCell::default(), why: RefCell::new(why) }
    }

    /// Why something lives in memory only; `None` while everything is kept.
    pub fn why(&self) -> Option<StoreError> {
        self.why.borrow().clone()
    }

    /// Says whether this experiment lives in memory only.
    pub fn in_memory(&self, experiment: &ExperimentId) -> bool {
        self.lasting.is_none() || self.spilled.borrow().contains(experiment)
    }

    /// The lasting repository, for an experiment that lives there.
    fn lasting(&self, experiment: &ExperimentId) -> Option<&R> {
        self.lasting.as_ref().filter(|_| !self.in_memory(experiment))
    }

    /// Goes on after a failed write: takes the experiment into memory where there was no room, else passes it on.
    async fn take_in(&self, experiment: &ExperimentId, error: StoreError) -> Result<(), StoreError> {
        if !matches!(error, StoreError::Full | StoreError::Unavailable { .. }) {
            return Err(error);
        }
        if let Some(lasting) = self.lasting(experiment) {
            // An experiment that was never written has nothing to take along.
            if let Ok(kept) = lasting.experiment(experiment).await {
                self.memory.put_experiment(&kept).await?;
                let (runs, _) = lasting.runs(experiment).await.unwrap_or_default();
                for run in runs {
                    let curves = lasting.curves(&run.id).await.unwrap_or_default();
                    self.memory.put_run(&run, &curves).await?;
                }
            }
        }
        self.spilled.borrow_mut().insert(experiment.clone());
        *self.why.borrow_mut() = Some(error);
        Ok(())
    }

    /// Says whether a run lives in memory.
    async fn run_in_memory(&self, run: &RunId) -> bool {
        self.lasting.is_none() || self.memory.curves(run).await.is_ok()
    }
}

impl<R: Repository> Repository for Spill<R> {
    async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError> {
        let (mut experiments, mut errors) = match &self.lasting {
            Some(lasting) => lasting.experiments().await?,
            None => Default::default(),
        };
        let (in_memory, more) = self.memory.experiments().await?;
        experiments.retain(|experiment| !self.in_memory(&experiment.id));
        experiments.extend(in_memory);
        experiments.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
        errors.extend(more);
        Ok((experiments, errors))
    }

    async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError> {
        match self.lasting(experiment) {
            Some(lasting) => lasting.experiment(experiment).await,
            None => self.memory.experiment(experiment).await,
        }
    }

    async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError> {
        if let Some(lasting) = self.lasting(&experiment.id) {
            match lasting.put_experiment(experiment).await {
                Ok(()) => return Ok(()),
                Err(error) => self.take_in(&experiment.id, error).await?,
            }
        }
        self.memory.put_experiment(experiment).await
    }

    async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError> {
        if let Some(lasting) = &self.lasting {
            lasting.delete_experiment(experiment).await?;
        }
        self.memory.delete_experiment(experiment).await?;
        self.spilled.borrow_mut().remove(experiment);
        if self.lasting.is_some() && self.spilled.borrow().is_empty() {
            *self.why.borrow_mut() = None;
        }
        Ok(())
    }

    async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError> {
        match self.lasting(experiment) {
            Some(lasting) => lasting.runs(experiment).await,
            None => self.memory.runs(experiment).await,
        }
    }

    async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError> {
        self.put_runs(&[(run.clone(), curves.to_vec())]).await
    }

    async fn put_runs(&self, runs: &[(TrainingRun, Vec<Curve>)]) -> Result<(), StoreError> {
        let mut groups: BTreeMap<&ExperimentId, Vec<(TrainingRun, Vec<Curve>)>> = BTreeMap::new();
        for run in runs {
            groups.entry(&run.0.experiment).or_default().push(run.clone());
        }
        for (experiment, runs) in groups {
            if let Some(lasting) = self.lasting(experiment) {
                match lasting.put_runs(&runs).await {
                    Ok(()) => continue,
                    Err(error) => self.take_in(experiment, error).await?,
                }
            }
            self.memory.put_runs(&runs).await?;
        }
        Ok(())
    }

    async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError> {
        if let Some(lasting) = self.lasting(&run.experiment) {
            match lasting.update_run(run).await {
                Ok(()) => return Ok(()),
                Err(error) => self.take_in(&run.experiment, error).await?,
            }
        }
        self.memory.update_run(run).await
    }

    async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError> {
        match &self.lasting {
            Some(lasting) if !self.run_in_memory(run).await => lasting.curves(run).await,
            _ => self.memory.curves(run).await,
        }
    }

    async fn curves_of(&self, runs: &[RunId]) -> Result<(Vec<(RunId, Vec<Curve>)>, Vec<StoreError>), StoreError> {
        // The runs of one experiment live in one place.
        match (&self.lasting, runs.first()) {
            (Some(lasting), Some(first)) if !self.run_in_memory(first).await => lasting.curves_of(runs).await,
            _ => self.memory.curves_of(runs).await,
        }
    }

    async fn delete_run(&self, run: &RunId) -> Result<(), StoreError> {
        match &self.lasting {
            Some(lasting) if !self.run_in_memory(run).await => lasting.delete_run(run).await,
            _ => self.memory.delete_run(run).await,
        }
    }

    async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let lasting = match &self.lasting {
            Some(lasting) => lasting.setting(key).await?,
            None => None,
        };
        let in_memory = self.memory.setting(key).await?;
        Ok(in_memory.or(lasting))
    }

    async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        if let Some(lasting) = &self.lasting
            && lasting.put_setting(key, json).await.is_ok()
        {
            return Ok(());
        }
        self.memory.put_setting(key, json).await
    }
}
