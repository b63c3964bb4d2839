//! Detectron2 `metrics.json`: JSON lines with `iteration`, whatever the name of the file says.
//!
//! The first row stands at 19, as values are medians over 20 iterations. Evaluation rows add names such as `bbox/AP`.
//! Source: Detectron2 `detectron2/utils/events.py`.

use super::fields::{Fields, Rules};
use super::jsonl::JsonLines;
use super::{About, Candidate, Format, Head, Role};

pub(super) static ABOUT: About = About { id: "detectron2", title: "Detectron2 metrics", role: Role::File };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |_| {
        let rules = Rules { placed: true, separate: true, ..Rules::default() };
        Box::new(JsonLines::new(rules, |_, _| {}))
    },
};

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let first = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let mut fields = Fields::new(Rules::default());
    fields.scan(first).ok()?;
    let has = |name: &str| fields.number(name).is_some();
    let is_log = has("iteration") && (has("total_loss") || has("eta_seconds") || has("rank_data_time"));
    is_log.then(|| Candidate {
        format: ABOUT.id,
        score: 91,
        reason: "JSON lines with iteration and total_loss".to_owned(),
    })
}
