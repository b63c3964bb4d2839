//! Guild AI's flags of a run, `.guild/attrs/flags`: parameters for the logs in the run's folder.
//!
//! Source: Guild AI `guild/run.py`.

use super::yaml_params;
use super::{About, Candidate, Decoder, Format, Head, Member, Part, Role};

pub(super) static ABOUT: About = About { id: "guild", title: "Guild AI run", role: Role::Member(place) };
pub(super) static FORMAT: Format = Format { about: &ABOUT, detect, open };

fn place(path: &str) -> Option<Member<'_>> {
    let folder = path.strip_suffix(".guild/attrs/flags")?;
    let folder = if folder.is_empty() { "" } else { folder.strip_suffix('/')? };
    Some(Member { folder, part: Part::Parameters })
}

fn detect(head: &Head<'_>) -> Option<Candidate> {
    place(head.path)?;
    Some(Candidate { format: ABOUT.id, score: 95, reason: "flags of a Guild run".to_owned() })
}

fn open(head: &Head<'_>) -> Box<dyn Decoder> {
    (yaml_params::FORMAT.open)(head)
}
