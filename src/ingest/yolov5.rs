//! YOLOv5: `results.csv`, padded with blanks, with `opt.yaml` and `hyp.yaml` beside it.
//!
//! Epochs count from 0. Source: YOLOv5 `utils/loggers/__init__.py`.

use super::table::{self, Table};
use super::ultralytics::by_epoch;
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "yolov5", title: "YOLOv5", role: Role::File };
pub(super) static FORMAT: Format =
    Format { about: &ABOUT, detect, open: |_| Box::new(Table::new(b',', true, Box::new(by_epoch))) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, "x/lr0") {
        return None;
    }
    let header = table::sniff(head)?.header;
    let has = |name: &str| header.iter().any(|column| column == name);
    let own = has("epoch") && has("x/lr0") && header.iter().any(|name| name.starts_with("train/"));
    own.then(|| Candidate { format: ABOUT.id, score: 92, reason: "epoch, losses and x/lr0".to_owned() })
}
