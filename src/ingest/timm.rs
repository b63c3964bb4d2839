//! timm `summary.csv`: `epoch`, then `train_` and `eval_` metrics. Source: timm `timm/utils/summary.py`.

use super::table::{self, Table};
use super::ultralytics::by_epoch;
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "timm", title: "timm summary", role: Role::File };
pub(super) static FORMAT: Format =
    Format { about: &ABOUT, detect, open: |_| Box::new(Table::new(b',', true, Box::new(by_epoch))) };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    if !table::holds(head, "eval_") || !table::holds(head, "train_") {
        return None;
    }
    let header = table::sniff(head)?.header;
    let (first, metrics) = header.split_first()?;
    let has = |prefix: &str| metrics.iter().any(|name| name.starts_with(prefix));
    let own = first == "epoch" && has("train_") && has("eval_") && !metrics.iter().any(|name| name == "step");
    let score = if head.name() == "summary.csv" { 88 } else { 76 };
    own.then(|| Candidate { format: ABOUT.id, score, reason: "header with epoch, train_ and eval_ columns".to_owned() })
}
