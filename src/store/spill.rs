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

    /// Removes what was kept of an experiment before it had to live in memory: the half of an import that did fit.
    pub async fn remove_half(&self, experiment: &ExperimentId) -> Result<(), StoreError> {
        match &self.lasting {
            Some(lasting) if self.in_memory(experiment) => lasting.delete_experiment(experiment).await,
            _ => Ok(()),
        }
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
                let (runs, _) = lasting.runs(experiment).await?;
                for run in runs {
                    let curves = lasting.curves(&run.id).await?;
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
            // What lives in memory can still be listed.
            Some(lasting) => lasting.experiments().await.unwrap_or_else(|error| (Vec::new(), vec![error])),
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

    async fn delete_setting(&self, key: &str) -> Result<(), StoreError> {
        if let Some(lasting) = &self.lasting {
            lasting.delete_setting(key).await?;
        }
        self.memory.delete_setting(key).await
    }

    async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
        if let Some(lasting) = &self.lasting
            && lasting.put_setting(key, json).await.is_ok()
        {
            // An older one in memory would hide it.
            return self.memory.delete_setting(key).await;
        }
        self.memory.put_setting(key, json).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::model::{MetricName, Series, StepUnit, WallTime};

    /// A memory that has no room while `full` is set.
    #[derive(Default)]
    struct Tight {
        memory: Memory,
        full: Cell<bool>,
    }

    impl Tight {
        fn room(&self) -> Result<(), StoreError> {
            if self.full.get() { Err(StoreError::Full) } else { Ok(()) }
        }
    }

    impl Repository for &Tight {
        async fn experiments(&self) -> Result<(Vec<Experiment>, Vec<StoreError>), StoreError> {
            self.memory.experiments().await
        }
        async fn experiment(&self, experiment: &ExperimentId) -> Result<Experiment, StoreError> {
            self.memory.experiment(experiment).await
        }
        async fn put_experiment(&self, experiment: &Experiment) -> Result<(), StoreError> {
            self.room()?;
            self.memory.put_experiment(experiment).await
        }
        async fn delete_experiment(&self, experiment: &ExperimentId) -> Result<(), StoreError> {
            self.memory.delete_experiment(experiment).await
        }
        async fn runs(&self, experiment: &ExperimentId) -> Result<(Vec<TrainingRun>, Vec<StoreError>), StoreError> {
            self.memory.runs(experiment).await
        }
        async fn put_run(&self, run: &TrainingRun, curves: &[Curve]) -> Result<(), StoreError> {
            self.room()?;
            self.memory.put_run(run, curves).await
        }
        async fn put_runs(&self, runs: &[(TrainingRun, Vec<Curve>)]) -> Result<(), StoreError> {
            self.room()?;
            self.memory.put_runs(runs).await
        }
        async fn update_run(&self, run: &TrainingRun) -> Result<(), StoreError> {
            self.room()?;
            self.memory.update_run(run).await
        }
        async fn curves(&self, run: &RunId) -> Result<Vec<Curve>, StoreError> {
            self.memory.curves(run).await
        }
        async fn curves_of(&self, runs: &[RunId]) -> Result<(Vec<(RunId, Vec<Curve>)>, Vec<StoreError>), StoreError> {
            self.memory.curves_of(runs).await
        }
        async fn delete_run(&self, run: &RunId) -> Result<(), StoreError> {
            self.memory.delete_run(run).await
        }
        async fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
            self.memory.setting(key).await
        }
        async fn delete_setting(&self, key: &str) -> Result<(), StoreError> {
            self.memory.delete_setting(key).await
        }
        async fn put_setting(&self, key: &str, json: &str) -> Result<(), StoreError> {
            self.room()?;
            self.memory.put_setting(key, json).await
        }
    }

    /// Futures of a memory are ready at once.
    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("a memory never waits"),
        }
    }

    fn time() -> WallTime {
        WallTime::from_secs(1.0).expect("one is finite")
    }

    fn experiment(id: &str) -> Experiment {
        Experiment::new(ExperimentId::new(id), id, time())
    }

    fn run(id: &str) -> (TrainingRun, Vec<Curve>) {
        let mut series = Series::default();
        series.push(0, 0.5, None, None);
        let curve = Curve { name: MetricName::new("loss"), unit: StepUnit::Step, series };
        (TrainingRun::new(RunId::new(id), ExperimentId::new("e"), id, time()), vec![curve])
    }

    #[test]
    fn an_experiment_that_no_longer_fits_goes_on_in_memory_whole() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        now(spill.put_experiment(&experiment("e"))).expect("there is room");
        now(spill.put_runs(&[run("first")])).expect("there is room");
        tight.full.set(true);
        now(spill.put_runs(&[run("second")])).expect("memory has room");
        let (runs, _) = now(spill.runs(&ExperimentId::new("e"))).expect("runs are there");
        assert_eq!(runs.len(), 2);
        assert_eq!(now(spill.curves(&RunId::new("first"))).expect("curves are there").len(), 1);
        assert_eq!(spill.why(), Some(StoreError::Full));
        assert!(spill.in_memory(&ExperimentId::new("e")));
    }

    #[test]
    fn what_is_kept_already_stays_as_it_is() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        now(spill.put_experiment(&experiment("e"))).expect("there is room");
        now(spill.put_runs(&[run("first")])).expect("there is room");
        tight.full.set(true);
        now(spill.put_runs(&[run("second")])).expect("memory has room");
        assert_eq!(now(tight.memory.runs(&ExperimentId::new("e"))).expect("runs are there").0.len(), 1);
    }

    #[test]
    fn the_half_that_did_fit_can_be_removed() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        now(spill.put_experiment(&experiment("e"))).expect("there is room");
        now(spill.remove_half(&ExperimentId::new("e"))).expect("nothing to remove");
        assert_eq!(now(tight.memory.experiments()).expect("a list").0.len(), 1);
        tight.full.set(true);
        now(spill.put_runs(&[run("second")])).expect("memory has room");
        now(spill.remove_half(&ExperimentId::new("e"))).expect("deleting needs no room");
        assert_eq!(now(tight.memory.experiments()).expect("a list").0.len(), 0);
        assert_eq!(now(spill.runs(&ExperimentId::new("e"))).expect("runs are there").0.len(), 1);
    }

    #[test]
    fn a_spilled_experiment_is_listed_once() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        now(spill.put_experiment(&experiment("e"))).expect("there is room");
        tight.full.set(true);
        now(spill.put_experiment(&experiment("e"))).expect("memory has room");
        assert_eq!(now(spill.experiments()).expect("a list").0.len(), 1);
    }

    #[test]
    fn nothing_lasting_is_said_with_its_reason() {
        let why = StoreError::Unavailable { reason: "blocked".to_owned() };
        let spill: Spill<&Tight> = Spill::new(Err(why.clone()));
        now(spill.put_experiment(&experiment("e"))).expect("memory has room");
        assert_eq!(spill.why(), Some(why));
        assert_eq!(now(spill.experiments()).expect("a list").0.len(), 1);
    }

    #[test]
    fn a_setting_that_fits_again_replaces_the_one_in_memory() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        tight.full.set(true);
        now(spill.put_setting("report", "old")).expect("memory has room");
        tight.full.set(false);
        now(spill.put_setting("report", "new")).expect("there is room");
        assert_eq!(now(spill.setting("report")), Ok(Some("new".to_owned())));
    }

    #[test]
    fn deleting_what_spilled_makes_everything_kept_again() {
        let tight = Tight::default();
        let spill = Spill::new(Ok(&tight));
        tight.full.set(true);
        now(spill.put_experiment(&experiment("e"))).expect("memory has room");
        now(spill.delete_experiment(&ExperimentId::new("e"))).expect("deleting needs no room");
        assert_eq!(spill.why(), None);
    }
}
