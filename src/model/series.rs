//! A series of recorded values, as columns.
//!
//! Every record is kept in the order of the log. Steps may go back: a run that resumed from a checkpoint writes some
//! steps twice, and `Series::latest_wins` gives the series that rules and charts see.

use serde::{Deserialize, Serialize};

use super::number;

/// Columns of one metric: a step and a value for each record, and where the log has them its epoch and wall time.
///
/// All columns have equal length. Values may be NaN or infinite: a diverged loss is the most interesting point of a
/// run. `epochs` and `times` are empty when no record has one, and hold NaN for the records that have none.
///
/// JSON holds the columns by name; numbers that JSON lacks are `"NaN"`, `"Infinity"` and `"-Infinity"`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Columns")]
pub struct Series {
    steps: Vec<i64>,
    #[serde(with = "number::column")]
    values: Vec<f64>,
    /// Fractional epochs; empty, or as long as `steps`.
    #[serde(with = "number::column")]
    epochs: Vec<f64>,
    /// Seconds since the Unix epoch, or since the start of the run where the log gives no more; empty, or as long
    /// as `steps`.
    #[serde(with = "number::column")]
    times: Vec<f64>,
}

/// Columns as JSON gives them, before their lengths are compared.
#[derive(Deserialize)]
struct Columns {
    steps: Vec<i64>,
    #[serde(with = "number::column")]
    values: Vec<f64>,
    #[serde(default, with = "number::column")]
    epochs: Vec<f64>,
    #[serde(default, with = "number::column")]
    times: Vec<f64>,
}

impl TryFrom<Columns> for Series {
    type Error = SeriesError;

    fn try_from(columns: Columns) -> Result<Self, SeriesError> {
        Self::from_columns(columns.steps, columns.values, columns.epochs, columns.times)
    }
}

/// Columns that cannot be one series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("columns of a series differ in length: {steps} steps, {values} values, {epochs} epochs, {times} times")]
pub struct SeriesError {
    pub steps: usize,
    pub values: usize,
    pub epochs: usize,
    pub times: usize,
}

impl Series {
    /// Puts columns together; `epochs` and `times` may be empty, else all have equal length.
    pub fn from_columns(
        steps: Vec<i64>,
        values: Vec<f64>,
        epochs: Vec<f64>,
        times: Vec<f64>,
    ) -> Result<Self, SeriesError> {
        let fits = |column: &Vec<f64>| column.is_empty() || column.len() == steps.len();
        if values.len() == steps.len() && fits(&epochs) && fits(&times) {
            Ok(Self { steps, values, epochs, times })
        } else {
            Err(SeriesError { steps: steps.len(), values: values.len(), epochs: epochs.len(), times: times.len() })
        }
    }

    /// Appends one record; `epoch` and `time` open their column when they first appear.
    pub fn push(&mut self, step: i64, value: f64, epoch: Option<f64>, time: Option<f64>) {
        push_optional(&mut self.epochs, self.steps.len(), epoch);
        push_optional(&mut self.times, self.steps.len(), time);
        self.steps.push(step);
        self.values.push(value);
    }

    /// Appends the records of another series behind these.
    pub fn extend(&mut self, other: &Self) {
        for at in 0..other.len() {
            self.push(other.steps[at], other.values[at], other.epoch(at), other.time(at));
        }
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Says whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Steps in the order of the log.
    pub fn steps(&self) -> &[i64] {
        &self.steps
    }

    /// Values in the order of the log, NaN and infinities included.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The epoch column: empty, or NaN where a record has none.
    pub fn epochs(&self) -> &[f64] {
        &self.epochs
    }

    /// The time column: empty, or NaN where a record has none.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The epoch of one record.
    pub fn epoch(&self, at: usize) -> Option<f64> {
        self.epochs.get(at).copied().filter(|epoch| !epoch.is_nan())
    }

    /// The time of one record, in seconds.
    pub fn time(&self, at: usize) -> Option<f64> {
        self.times.get(at).copied().filter(|time| !time.is_nan())
    }

    /// Indices at which the step goes back or stays: the starts of every life after the first.
    pub fn restarts(&self) -> Vec<usize> {
        (1..self.len()).filter(|&at| self.steps[at] <= self.steps[at - 1]).collect()
    }

    /// Whether the steps go back at every one of three or more records.
    pub fn is_newest_first(&self) -> bool {
        self.len() >= 3 && self.steps.windows(2).all(|pair| pair[1] < pair[0])
    }

    /// The series that rules and charts see when the latest life wins.
    ///
    /// A restart at step s throws away what was recorded at s and beyond before it. Steps of the result are strictly
    /// increasing. A series that goes back at every record is no row of restarts but one that was written newest first:
    /// it is turned round. O(n).
    pub fn latest_wins(&self) -> Self {
        if self.is_newest_first() {
            return self.select(&(0..self.len()).rev().collect::<Vec<_>>());
        }
        let mut kept: Vec<usize> = Vec::with_capacity(self.len());
        for at in 0..self.len() {
            while kept.last().is_some_and(|&last| self.steps[last] >= self.steps[at]) {
                kept.pop();
            }
            kept.push(at);
        }
        self.select(&kept)
    }

    /// The records at the given indices, in their order. Panics when an index is out of range.
    pub fn select(&self, indices: &[usize]) -> Self {
        let pick = |column: &Vec<f64>| -> Vec<f64> {
            if column.is_empty() { Vec::new() } else { indices.iter().map(|&at| column[at]).collect() }
        };
        Self {
            steps: indices.iter().map(|&at| self.steps[at]).collect(),
            values: pick(&self.values),
            epochs: pick(&self.epochs),
            times: pick(&self.times),
        }
    }
}

/// Appends to a column that is empty until its first value appears, then filled with NaN up to there.
fn push_optional(column: &mut Vec<f64>, filled: usize, value: Option<f64>) {
    match value {
        Some(value) => {
            column.resize(filled, f64::NAN);
            column.push(value);
        }
        None if column.is_empty() => {}
        None => column.push(f64::NAN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_written_newest_first_is_turned_round() {
        let mut series = Series::default();
        for step in [30, 20, 10] {
            series.push(step, step as f64, None, None);
        }
        let turned = series.latest_wins();
        assert_eq!((turned.steps(), turned.values()), ([10, 20, 30].as_slice(), [10.0, 20.0, 30.0].as_slice()));
    }

    fn steps(list: &[i64]) -> Series {
        let mut series = Series::default();
        for (at, &step) in list.iter().enumerate() {
            series.push(step, at as f64, None, None);
        }
        series
    }

    #[test]
    fn latest_life_replaces_overlapping_steps() {
        let series = steps(&[1, 2, 3, 4, 3, 4, 5]).latest_wins();
        assert_eq!(series.steps(), [1, 2, 3, 4, 5]);
        assert_eq!(series.values(), [0.0, 1.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn latest_life_drops_what_the_thrown_away_life_wrote_beyond_it() {
        assert_eq!(steps(&[1, 2, 3, 4, 5, 6, 3, 4]).latest_wins().steps(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_late_epoch_column_is_filled_with_gaps() {
        let mut series = steps(&[1, 2]);
        series.push(3, 0.5, Some(1.5), None);
        assert_eq!(series.epoch(0), None);
        assert_eq!(series.epoch(2), Some(1.5));
        assert_eq!(series.epochs().len(), 3);
    }

    #[test]
    fn numbers_that_json_lacks_survive_it() {
        let mut series = Series::default();
        for (step, value) in [(1, 0.1), (2, f64::NAN), (3, f64::INFINITY), (4, f64::NEG_INFINITY)] {
            series.push(step, value, None, Some(step as f64 / 3.0));
        }
        let json = serde_json::to_string(&series).expect("columns are plain");
        assert!(json.contains(r#"[0.1,"NaN","Infinity","-Infinity"]"#), "{json}");
        let back: Series = serde_json::from_str(&json).expect("our own columns");
        let bits = |series: &Series| series.values().iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&series));
        assert_eq!(back.times(), series.times());
    }

    #[test]
    fn json_columns_of_different_length_are_refused() {
        assert!(serde_json::from_str::<Series>(r#"{"steps": [1, 2], "values": [0.5]}"#).is_err());
    }

    #[test]
    fn columns_of_different_length_are_refused() {
        assert!(Series::from_columns(vec![1, 2], vec![0.1], vec![], vec![]).is_err());
    }
}
