//! The files of one run, as Lightning's `CSVLogger` leaves them: `metrics.csv` and `hparams.yaml`.
//!
//! Lightning writes the columns in alphabetical order, and `step` is the number of optimiser steps minus one
//! (`src/lightning/fabric/loggers/csv_logs.py`, `src/lightning/pytorch/loggers/csv_logs.py`). Numbers are cut to six
//! significant digits, which no curve shows and which keeps the sample small.

use std::fmt::Write;

use crate::Settings;

/// What is written down after one epoch.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// From zero.
    pub epoch: u64,
    /// Index of the epoch's last optimiser step, from zero.
    pub step: u64,
    pub learning_rate: f64,
    /// Averages over the epoch, taken while the network learned and with units dropped.
    pub train: Score,
    /// Averages over all validation points after the epoch.
    pub validation: Score,
}

/// How well the network did on some examples, on average.
#[derive(Debug, Clone, Copy)]
pub struct Score {
    pub loss: f64,
    pub accuracy: f64,
}

/// Returns `metrics.csv`: a header and one line per epoch.
pub fn metrics_csv(rows: &[Row]) -> String {
    let mut text = String::from("epoch,lr,step,train_acc,train_loss,val_acc,val_loss\n");
    for row in rows {
        let cells = [
            row.epoch.to_string(),
            number(row.learning_rate),
            row.step.to_string(),
            number(row.train.accuracy),
            number(row.train.loss),
            number(row.validation.accuracy),
            number(row.validation.loss),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// Returns `hparams.yaml`: one line per parameter, by name.
pub fn hparams_yaml(settings: &Settings) -> String {
    let Settings { learning_rate, width, dropout, momentum, batch_size, epochs, seed } = settings;
    format!(
        "batch_size: {batch_size}\ndropout: {dropout:?}\nepochs: {epochs}\nlr: {learning_rate:?}\n\
         momentum: {momentum:?}\noptimizer: sgd\nseed: {seed}\nwidth: {width}\n"
    )
}

/// Writes six significant digits the way Python writes a float: `0.25`, `1.5e-05`, `2.3e+17`, `nan`, `-inf`.
fn number(value: f64) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let rounded: f64 = format!("{value:.5e}").parse().expect("a formatted float is a float");
    if rounded == 0.0 || (1e-4..1e16).contains(&rounded.abs()) {
        return format!("{rounded:?}");
    }
    let scientific = format!("{rounded:e}");
    let (digits, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    let mut text = digits.to_owned();
    write!(text, "e{exponent:+03}").expect("a string can always be written to");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_python_writes_them() {
        let expected = [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (0.123_456_789, "0.123457"),
            (12_345_678.0, "12345700.0"),
            (0.000_1, "0.0001"),
            (0.000_015, "1.5e-05"),
            (-2.5e20, "-2.5e+20"),
            (1e300, "1e+300"),
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, text) in expected {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_diverged_epoch_is_a_row_like_any_other() {
        let score = Score { loss: f64::NAN, accuracy: 0.5 };
        let row = Row { epoch: 3, step: 59, learning_rate: 0.01, train: score, validation: score };
        let text = metrics_csv(&[row]);
        assert_eq!(text.lines().last(), Some("3,0.01,59,0.5,nan,0.5,nan"));
    }
}
