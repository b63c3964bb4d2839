//! The record of an experiment: `{ "version": 1, "experiment": { … } }`.

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::migration::{self, Step};
use crate::model::Experiment;

/// Lifts older experiments; none exist yet.
const STEPS: &[Step] = &[];

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    experiment: &'a Experiment,
}

#[derive(Deserialize)]
struct Read {
    experiment: Experiment,
}

/// Writes an experiment as the text of its record.
pub fn write_experiment(experiment: &Experiment) -> Result<String, RecordError> {
    let written = Written { version: migration::version(STEPS), experiment };
    let text = serde_json::to_string(&written).map_err(|e| RecordError::Unwritable { reason: e.to_string() })?;
    match read_experiment(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(RecordError::Unwritable { reason: error.to_string() }),
    }
}

/// Reads an experiment from the text of its record, of this version or an older one.
pub fn read_experiment(text: &str) -> Result<Experiment, RecordError> {
    migration::read::<Read>(text.as_bytes(), STEPS).map(|read| read.experiment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION_1: &str = include_str!("../../tests/fixtures/record/experiment_v1.json");

    #[test]
    fn version_1_stays_readable() {
        let experiment = read_experiment(VERSION_1).expect("the fixture is a record of version 1");
        assert_eq!(experiment.name, "Übung № 1 – 学習率");
        assert_eq!(experiment.training_monitor.early_stopping_criteria.len(), 1);
        assert_eq!(experiment.created.secs(), 1_700_000_000.125);
    }

    #[test]
    fn a_record_gives_back_what_was_written() {
        let experiment = read_experiment(VERSION_1).expect("the fixture is a record of version 1");
        let text = write_experiment(&experiment).expect("it holds finite numbers");
        assert_eq!(read_experiment(&text), Ok(experiment));
    }

    #[test]
    fn text_cut_anywhere_is_damaged() {
        let text = VERSION_1.trim_end();
        for (at, _) in text.char_indices() {
            assert!(matches!(read_experiment(&text[..at]), Err(RecordError::Damaged { .. })));
        }
    }
}
