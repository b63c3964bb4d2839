//! Ray Tune `result.json`: JSON lines with `training_iteration` and `trial_id`, one file in the folder of each trial.
//!
//! `training_iteration` is the coordinate, whatever else the trial reports. `config` and the `params.json` beside it
//! are the parameters. `done: true` in the last line says that the trial ended; `false` proves nothing. Source: Ray
//! `python/ray/tune/result.py`.

use super::fields::{Fields, Rules, Value};
use super::jsonl::JsonLines;
use super::{About, Candidate, Format, Head, Records, Role, Status};

pub(super) static ABOUT: About = About { id: "ray_tune", title: "Ray Tune results", role: Role::File };
pub(super) static FORMAT: Format = Format {
    about: &ABOUT,
    detect,
    open: |_| {
        let rules = Rules { placed: true, separate: true, ..Rules::default() };
        Box::new(JsonLines::placed_by(AXIS, rules, note))
    },
};

const AXIS: &str = "training_iteration";

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let first = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let mut fields = Fields::new(Rules::default());
    fields.scan(first).ok()?;
    let is_log = fields.number(AXIS).is_some() && fields.get("trial_id").is_some();
    is_log.then(|| Candidate {
        format: ABOUT.id,
        score: 93,
        reason: "JSON lines with training_iteration and trial_id".to_owned(),
    })
}

fn note(fields: &Fields, out: &mut Records) {
    let done = fields.get("done") == Some(Value::Bool(true));
    out.run().status = done.then_some(Status::Finished);
}
