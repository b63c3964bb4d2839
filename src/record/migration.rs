//! Migration: how a record of an older version becomes one of ours, step by step.
//!
//! A kind of record has a list of steps; the step at place n - 1 lifts version n to n + 1, and the current version is
//! one more than there are steps. A step is a pure function from JSON to JSON in a file named after it
//! (`run_v1_to_v2.rs`), and it is handed only records of its own version, so lifting a lifted record changes nothing.
//! No older version exists yet: version 1 is the first, and its fixtures stand in `tests/fixtures/record/`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::RecordError;

/// Lifts a record by one version, without its `version` field; says in a phrase what is wrong when it cannot.
pub type Step = fn(Value) -> Result<Value, String>;

/// The version of a kind of record with these steps.
pub const fn version(steps: &[Step]) -> u32 {
    1 + steps.len() as u32
}

/// What every record says about itself, whatever else it holds.
#[derive(Deserialize)]
struct Stamp {
    version: u32,
}

/// Reads the body of a record of any version up to ours, lifting it on the way.
pub fn read<Body: DeserializeOwned>(json: &[u8], steps: &[Step]) -> Result<Body, RecordError> {
    let Stamp { version: found } = serde_json::from_slice(json).map_err(RecordError::damaged)?;
    let known = version(steps);
    match found {
        0 => Err(RecordError::damaged("version 0 never existed")),
        _ if found > known => Err(RecordError::Newer { found, known }),
        _ if found == known => serde_json::from_slice(json).map_err(RecordError::damaged),
        _ => {
            let mut record: Value = serde_json::from_slice(json).map_err(RecordError::damaged)?;
            for step in steps.iter().skip(found as usize - 1) {
                record = step(record).map_err(RecordError::damaged)?;
            }
            serde_json::from_value(record).map_err(RecordError::damaged)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Body {
        path: String,
        words: Vec<u32>,
    }

    const STEPS: &[Step] = &[rename_file_to_path, split_words];

    fn rename_file_to_path(mut record: Value) -> Result<Value, String> {
        let path = record["file"].take();
        record["path"] = path;
        Ok(record)
    }

    fn split_words(mut record: Value) -> Result<Value, String> {
        let words = record["words"].as_str().ok_or("words are not a text")?.len();
        record["words"] = json!([words]);
        Ok(record)
    }

    fn body(json: Value) -> Result<Body, RecordError> {
        read(json.to_string().as_bytes(), STEPS)
    }

    #[test]
    fn an_old_record_takes_every_step() {
        let found = body(json!({ "version": 1, "file": "a.csv", "words": "abc" }));
        assert_eq!(found, Ok(Body { path: "a.csv".to_owned(), words: vec![3] }));
    }

    #[test]
    fn a_record_between_takes_the_later_steps_only() {
        let found = body(json!({ "version": 2, "path": "a.csv", "words": "abc" }));
        assert_eq!(found, Ok(Body { path: "a.csv".to_owned(), words: vec![3] }));
    }

    #[test]
    fn a_record_of_our_version_takes_no_step() {
        let found = body(json!({ "version": 3, "path": "a.csv", "words": [7] }));
        assert_eq!(found, Ok(Body { path: "a.csv".to_owned(), words: vec![7] }));
    }

    #[test]
    fn a_newer_record_is_an_error_of_its_own() {
        let found = body(json!({ "version": 4, "anything": true }));
        assert_eq!(found, Err(RecordError::Newer { found: 4, known: 3 }));
    }

    #[test]
    fn a_failing_step_makes_the_record_damaged() {
        let found = body(json!({ "version": 2, "path": "a.csv", "words": 12 }));
        assert_eq!(found, Err(RecordError::Damaged { reason: "words are not a text".to_owned() }));
    }

    #[test]
    fn records_without_a_sensible_version_are_damaged() {
        for json in [json!({}), json!({ "version": 0 }), json!({ "version": -1 }), json!({ "version": "1" }), json!(1)]
        {
            assert!(matches!(body(json), Err(RecordError::Damaged { .. })));
        }
    }
}
