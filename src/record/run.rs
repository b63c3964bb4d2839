//! The record of a training run without its curves: `{ "version": 1, "run": { … } }`.

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::migration::{self, Step};
use crate::model::TrainingRun;

/// Lifts older runs; none exist yet.
const STEPS: &[Step] = &[];

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    run: &'a TrainingRun,
}

#[derive(Deserialize)]
struct Read {
    run: TrainingRun,
}

/// Writes a run as the text of its record.
pub fn write_run(run: &TrainingRun) -> Result<String, RecordError> {
    let written = Written { version: migration::version(STEPS), run };
    let text = serde_json::to_string(&written).map_err(|e| RecordError::Unwritable { reason: e.to_string() })?;
    match read_run(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(RecordError::Unwritable { reason: error.to_string() }),
    }
}

/// Reads a run from the text of its record, of this version or an older one.
pub fn read_run(text: &str) -> Result<TrainingRun, RecordError> {
    migration::read::<Read>(text.as_bytes(), STEPS).map(|read| read.run)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scalar;

    const VERSION_1: &str = include_str!("../../tests/fixtures/record/run_v1.json");

    fn fixture() -> TrainingRun {
        read_run(VERSION_1).expect("the fixture is a record of version 1")
    }

    #[test]
    fn version_1_stays_readable() {
        let run = fixture();
        assert_eq!(run.id.as_str(), "run-1");
        assert_eq!(run.assignments.get("lr"), Some(&Scalar::Number(0.1)));
        assert_eq!(run.assignments.get("optimizer"), Some(&Scalar::Text("adam".to_owned())));
    }

    #[test]
    fn a_record_gives_back_what_was_written() {
        let text = write_run(&fixture()).expect("it holds finite numbers");
        assert_eq!(read_run(&text), Ok(fixture()));
    }

    #[test]
    fn parameters_come_back_to_the_last_bit() {
        let mut run = fixture();
        let numbers = [f64::MIN_POSITIVE, f64::MAX, 5e-324, 0.1 + 0.2, 1.0 / 3.0, -0.0, 9_007_199_254_740_993.0];
        for (at, number) in numbers.into_iter().enumerate() {
            run.assignments.insert(format!("p{at}"), Scalar::Number(number));
        }
        let text = write_run(&run).expect("it holds finite numbers");
        let read = read_run(&text).expect("it was written by us");
        for (at, number) in numbers.into_iter().enumerate() {
            let bits = read.assignments.get(&format!("p{at}")).and_then(Scalar::as_number).map(f64::to_bits);
            assert_eq!(bits, Some(number.to_bits()));
        }
    }

    #[test]
    fn what_json_could_not_give_back_is_refused() {
        let mut run = fixture();
        run.assignments.insert("lr".to_owned(), Scalar::Number(f64::NAN));
        assert!(matches!(write_run(&run), Err(RecordError::Unwritable { .. })));
    }
}
