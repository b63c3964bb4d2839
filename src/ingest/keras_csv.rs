//! Keras `CSVLogger`: `epoch` first, then the log keys in alphabetical order.
//!
//! Epochs count from 0. With `append=True` they begin again under the one header; that is a restart of the same run.
//! Validation columns hold `NA` where an epoch was not validated, and array metrics are quoted lists. Source: Keras
//! `keras/src/callbacks/csv_logger.py`.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "keras_csvlogger", title: "Keras CSVLogger", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let sniffed = table::sniff(head)?;
    let (first, metrics) = sniffed.header.split_first()?;
    // Other trainers' tables: timm, fastai, Ultralytics.
    let foreign = |name: &String| {
        name.contains(['/', '(']) || ["train_", "eval_", "valid_"].iter().any(|prefix| name.starts_with(prefix))
    };
    if first != "epoch" || metrics.is_empty() || !metrics.is_sorted() || metrics.iter().any(foreign) {
        return None;
    }
    let validated =
        metrics.iter().any(|name| name.strip_prefix("val_").is_some_and(|twin| metrics.iter().any(|it| it == twin)));
    let (score, reason) = match validated {
        true => (88, "header with epoch and val_ columns in alphabetical order"),
        false if metrics.iter().any(|name| name == "loss") => {
            (75, "header with epoch, then columns in alphabetical order")
        }
        false => return None,
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let delimiter = table::sniff(head).map_or(b',', |sniffed| sniffed.delimiter);
    let layout = |header: &[String]| Columns {
        step: header.iter().position(|name| name == "epoch"),
        unit: StepUnit::Epoch,
        ..Columns::default()
    };
    Box::new(Table::new(delimiter, true, Box::new(layout)))
}
