//! LLaMA-Factory `trainer_log.jsonl`: lines with `current_steps` and `total_steps`.
//!
//! The last line has the steps and no loss; when they are all done, the training has finished. Source: LLaMA-Factory
//! `src/llamafactory/train/callbacks.py`.

use super::fields::{Fields, Rules};
use super::jsonl::JsonLines;
use super::{About, Candidate, Decoder, Format, Head, Records, Role, Status};

pub(super) static ABOUT: About = About { id: "llama_factory", title: "LLaMA-Factory trainer log", role: Role::File };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn detect(head: &Head<'_>) -> Option<Candidate> {
    let first = head.bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty())?;
    let mut fields = Fields::new(Rules::default());
    fields.scan(first).ok()?;
    let is_log = fields.number("current_steps").is_some() && fields.number("total_steps").is_some();
    is_log.then(|| Candidate {
        format: ABOUT.id,
        score: 92,
        reason: "JSON lines with current_steps and total_steps".to_owned(),
    })
}

fn open(_: &Head<'_>) -> Box<dyn Decoder> {
    Box::new(JsonLines::new(Rules { placed: true, fractions: false, separate: true }, note))
}

fn note(fields: &Fields, out: &mut Records) {
    let (current, total) = (fields.number("current_steps"), fields.number("total_steps"));
    let ended = current.is_some() && current == total && fields.get("loss").is_none();
    // A later line of a resumed training takes the end back.
    out.run().status = ended.then_some(Status::Finished);
}
