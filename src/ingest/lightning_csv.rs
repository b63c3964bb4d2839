//! Lightning `CSVLogger`: `metrics.csv` with `epoch` and `step` columns, training and validation on rows of their own.
//!
//! An empty cell means that the metric was not logged at that step. The folder `version_<n>` is the run and its
//! `hparams.yaml` holds the parameters. Source: Lightning `src/lightning/fabric/loggers/csv_logs.py`.

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::{About, Candidate, Decoder, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "lightning_csv", title: "Lightning CSVLogger", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let sniffed = table::sniff(head)?;
    let has = |name: &str| sniffed.header.iter().any(|column| column == name);
    if !has("step") || !has("epoch") || sniffed.header.len() < 3 {
        return None;
    }
    let in_version = head.path.split('/').rev().nth(1).is_some_and(|folder| folder.starts_with("version_"));
    let (score, reason) = if in_version {
        (90, "step and epoch columns in a version_ folder")
    } else if head.name() == "metrics.csv" {
        (85, "step and epoch columns in a file named metrics.csv")
    } else if sniffed.header.iter().any(|name| name.ends_with("_step") || name.ends_with("_epoch")) {
        (80, "step and epoch columns, metrics ending in _step or _epoch")
    } else {
        (50, "step and epoch columns")
    };
    Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    let delimiter = table::sniff(head).map_or(b',', |sniffed| sniffed.delimiter);
    let layout = |header: &[String]| Columns {
        step: header.iter().position(|name| name == "step"),
        unit: StepUnit::Step,
        epoch: header.iter().position(|name| name == "epoch"),
        ..Columns::default()
    };
    Box::new(Table::new(delimiter, true, Box::new(layout)))
}
