//! Ultralytics YOLO: `results.csv` of a training, with `args.yaml` beside it.
//!
//! Epochs count from 1, in some versions from 0; `time` is in seconds since the start. Older versions pad every cell
//! to 23 characters and have no `time`. A folder of a sweep that holds `args.yaml` only is a run that ended before its
//! first epoch. Source: Ultralytics `ultralytics/engine/trainer.py` (`save_metrics`).

use memchr::memmem;

use crate::model::StepUnit;

use super::table::{self, Columns, Table};
use super::yaml_params;
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role};

pub(super) static ABOUT: About = About { id: "ultralytics", title: "Ultralytics YOLO", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "results.csv" => Some(Member { folder, part: Part::Log(0) }),
        "args.yaml" => Some(Member { folder, part: Part::Parameters }),
        _ => None,
    }
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let found = |score, reason: &str| Some(Candidate { format: ABOUT.id, score, reason: reason.to_owned() });
    if is_arguments(head) {
        return found(92, "args.yaml with task and mode");
    }
    if !table::holds(head, "epoch") {
        return None;
    }
    let sniffed = table::sniff(head)?;
    let is_metric = |name: &String| {
        name.ends_with("(B)") || name.ends_with("(M)") || name.starts_with("metrics/mAP50") || name == "lr/pg0"
    };
    let own = sniffed.header.first().is_some_and(|name| name == "epoch") && sniffed.header.iter().any(is_metric)
        || (head.name() == "results.csv"
            && sniffed.header.iter().any(|name| name == "lr/pg0" || name == "metrics/accuracy_top1"));
    if own { found(90, "epoch, losses and metrics of YOLO") } else { None }
}

fn is_arguments(head: &Head<'_>) -> bool {
    let has = |line: &[u8]| head.bytes.starts_with(&line[1..]) || memmem::find(head.bytes, line).is_some();
    head.name() == "args.yaml" && has(b"\ntask: ") && has(b"\nmode: ")
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    if head.name() == "args.yaml" {
        return (yaml_params::FORMAT.open)(head);
    }
    Box::new(Table::new(b',', true, Box::new(by_epoch)))
}

/// Every column at the epoch of its row.
pub(super) fn by_epoch(header: &[String]) -> Columns {
    Columns { step: header.iter().position(|name| name == "epoch"), unit: StepUnit::Epoch, ..Columns::default() }
}
