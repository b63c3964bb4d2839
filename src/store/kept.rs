//! What both repositories keep: records of the room `record`, with the errors of this room.

use crate::model::{Curve, Experiment, ExperimentId, RunId, TrainingRun};
use crate::record::{self, RecordError};

use super::StoreError;

/// A run ready to be kept: its record and, unless they stay as they are, the chunks of its curves.
pub struct KeptRun<'a> {
    pub id: &'a RunId,
    pub experiment: &'a ExperimentId,
    pub record: String,
    pub chunks: Vec<Vec<u8>>,
}

impl<'a> KeptRun<'a> {
    /// Turns a run and its curves into records.
    pub fn new(run: &'a TrainingRun, curves: &[Curve]) -> Result<Self, StoreError> {
        let chunks = record::write_curves(curves).map_err(|error| refused(error, name_of_curves(run.id.as_str())))?;
        Ok(Self { id: &run.id, experiment: &run.experiment, record: run_record(run)?, chunks })
    }
}

/// The record of a run without its curves.
pub fn run_record(run: &TrainingRun) -> Result<String, StoreError> {
    record::write_run(run).map_err(|error| refused(error, name_of_run(run.id.as_str())))
}

/// The record of an experiment.
pub fn experiment_record(experiment: &Experiment) -> Result<String, StoreError> {
    record::write_experiment(experiment).map_err(|error| refused(error, name_of_experiment(experiment.id.as_str())))
}

/// Reads a kept experiment; `None` stands for something that is not even a text.
pub fn read_experiment(id: &str, text: Option<&str>) -> Result<Experiment, StoreError> {
    read_text(text, record::read_experiment).map_err(|error| refused(error, name_of_experiment(id)))
}

/// Reads a kept run; `None` stands for something that is not even a text.
pub fn read_run(id: &str, text: Option<&str>) -> Result<TrainingRun, StoreError> {
    read_text(text, record::read_run).map_err(|error| refused(error, name_of_run(id)))
}

/// Reads the chunks of a run.
pub fn read_curves<Chunk: AsRef<[u8]>>(id: &RunId, chunks: &[Chunk]) -> Result<Vec<Curve>, StoreError> {
    record::read_curves(chunks).map_err(|error| refused(error, name_of_curves(id.as_str())))
}

/// Lets a write go on unless what it would replace was written by a newer version. Damaged records may be replaced.
pub fn may_replace<T>(kept: Result<T, StoreError>) -> Result<(), StoreError> {
    match kept {
        Err(newer @ StoreError::Newer { .. }) => Err(newer),
        _ => Ok(()),
    }
}

/// Newest change first; equal times in the order of ids.
pub fn sort_experiments(experiments: &mut [Experiment]) {
    experiments.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.id.cmp(&b.id)));
}

pub fn missing_experiment(id: &ExperimentId) -> StoreError {
    StoreError::Missing { what: name_of_experiment(id.as_str()) }
}

pub fn missing_run(id: &RunId) -> StoreError {
    StoreError::Missing { what: name_of_run(id.as_str()) }
}

/// Puts what could be read on one side and what could not on the other.
pub fn sort_out<T>(results: impl IntoIterator<Item = Result<T, StoreError>>) -> (Vec<T>, Vec<StoreError>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(error) => bad.push(error),
        }
    }
    (good, bad)
}

fn read_text<T>(text: Option<&str>, read: fn(&str) -> Result<T, RecordError>) -> Result<T, RecordError> {
    text.ok_or_else(|| RecordError::Damaged { reason: "it is not a text".to_owned() }).and_then(read)
}

fn refused(error: RecordError, what: String) -> StoreError {
    match error {
        RecordError::Newer { found, known } => StoreError::Newer { found, known },
        RecordError::Damaged { reason } => StoreError::Damaged { what, reason },
        RecordError::Unwritable { reason } => StoreError::Unwritable { what, reason },
    }
}

fn name_of_experiment(id: &str) -> String {
    format!("experiment {id:?}")
}

fn name_of_run(id: &str) -> String {
    format!("run {id:?}")
}

fn name_of_curves(run: &str) -> String {
    format!("curves of run {run:?}")
}
